/* param.h - one named number of a loss (or of the optimiser) as a row: what menus, sliders, options, files and
 * range checks need to know of it. */
#ifndef MATH_PARAM_H
#define MATH_PARAM_H

#include <stdbool.h>

enum param_kind {
    PARAM_NONE,      /* the end of a list of rows */
    PARAM_LINEAR,    /* slider in equal steps */
    PARAM_LOG,       /* slider in equal ratios; with min 0 the left end is 0 itself, then 1e-4 * max upward */
    PARAM_INTEGER,   /* whole numbers; 2 and 2.0 are the same */
    PARAM_BOOL,      /* 0 or 1 */
    PARAM_CHOICE,    /* one of `choice`, by its place */
    PARAM_LIST       /* a number for every class: 0 all one, 1 by inverse frequency, 2 as listed in the experiment */
};

/* What a schedule may do to the parameter. */
enum param_role {
    ROLE_PLAIN,
    ROLE_SCALE,      /* replaced by |x| in the first part of the warm-up */
    ROLE_MARGIN,     /* ramped from `neutral` in the second part of the warm-up; drawn amber */
    ROLE_ANNEALED,   /* lambda of the psi losses: starts at 1000 and falls to the set value */
    ROLE_RUNNING     /* a statistic the training keeps, `initial` at first; a hand on it ends that */
};

struct param {
    const char *id;      /* in files and after --set; never renamed */
    const char *label;   /* "margin" */
    const char *symbol;  /* formula text: "m", "s", "\lambda" */
    double min, max, initial, neutral;
    double notch;        /* what one press of + or - changes */
    enum param_kind kind;
    enum param_role role;
    const char *unit;    /* "rad", "" */
    const char *help;    /* one line */
    double slider;       /* where the slider stops when that is below max (typing reaches max); 0: at max */
    const char *const *choice;   /* PARAM_CHOICE: the names, NULL at the end */
    bool optional;       /* a case may leave it out: then it has its initial value */
};

/* The place of a name among the choices, -1 when it is none of them. */
int param_choice(const struct param *param, const char *name);

/* The usual `end` of the slider functions below: `slider`, or max without one. */
double param_end(const struct param *param);

/* The number as it may be stored: PARAM_INTEGER rounded. False when it is not finite, not whole for an integer
 * row, or outside min..max. */
bool param_accept(const struct param *param, double value, double *stored);

/* Slider position 0..1 of a value and back, along min..end (end <= max: the slider may stop before the range). */
double param_position(const struct param *param, double value, double end);
double param_at(const struct param *param, double position, double end);

#endif
