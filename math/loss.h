/* loss.h - the losses, one row each, and their gradients.
 * Matrices are row-major doubles, one sample or class a row; angles in radians, losses in nats.
 * Pure functions: no state, no allocation, callable from any thread. Definitions: each row's `source`. */
#ifndef MATH_LOSS_H
#define MATH_LOSS_H

#include <stdbool.h>
#include <stddef.h>

#include "math/param.h"

enum { LOSS_PARAM_MAX = 6, LOSS_MAX = 48 };

/* The list of losses in the interface is grouped by family, in this order. */
enum loss_family { FAMILY_PLAIN, FAMILY_ANGLE_TIMES, FAMILY_COSINE_MINUS, FAMILY_ANGLE_PLUS, FAMILY_COMBINED,
    FAMILY_COUNT };

/* What multiplies the (bent) cosine: W x + b itself, |x|, |W_j||x|, or a fixed scale s. */
enum loss_radius { RADIUS_LINEAR, RADIUS_FEATURE, RADIUS_BOTH, RADIUS_SCALE };

/* The own class's bent cosine f(c) and f'(c). */
struct psi {
    double value, slope;
};

struct loss_force;
struct head;
struct grad;

struct loss {
    const char *id, *label;
    const char *subtitle;            /* "additive angular margin" */
    const char *formula;             /* formula text (render/formula.h), at most 480 px at 20 px */
    const char *logit;               /* formula text of the target curve: "\cos(\theta+\m{m})" */
    const char *rule;                /* formula text of the decision inequality for classes 1 and 2 */
    const char *source;              /* paper and equation */
    enum loss_family family;
    enum loss_radius radius;
    bool has_bias;                   /* the head has a bias vector b (classes) */
    bool has_margin;                 /* train rule differs from test rule (losses.md section 1) */
    int margin;                      /* index in param of the large slider, -1 without one */
    struct param param[LOSS_PARAM_MAX + 1];   /* ends with PARAM_NONE */

    /* own-class target f; NULL is plain cos(theta) */
    struct psi (*target)(double c, const double *param);

    /* mean loss of the batch; overwrites grad (any of its pointers may be NULL: not wanted) */
    double (*eval)(const struct loss_force *force, const double *feature, const int *label, int n,
        const struct head *head, struct grad *grad);

    /* Largest value of the large slider that two neighbours `angle` apart leave room for; NULL: no limit. */
    double (*limit)(double angle_rad, const double *param);
};

/* A loss with the parameter values in force at one step. */
struct loss_force {
    const struct loss *loss;
    double param[LOSS_PARAM_MAX];
    bool norm_radius;                /* warm-up: |x| takes the place of the scale (RADIUS_SCALE rows only) */
};

/* The class weights. Borrowed for the call. */
struct head {
    int classes, dim;
    const double *weight;            /* (classes, dim) */
    const double *bias;              /* (classes) or NULL */
};

/* Where derivatives go; none may alias an input. */
struct grad {
    double *feature;                 /* (n, dim) */
    double *weight;                  /* (classes, dim) */
    double *bias;                    /* (classes) */
    double *work;                    /* loss_work() doubles, never NULL */
};

int loss_count(void);
const struct loss *loss_at(int i);            /* menu order */
const struct loss *loss_find(const char *id); /* NULL when unknown */
int loss_index(const struct loss *loss);
const char *loss_family_label(enum loss_family family);   /* "Angle + m" */
int loss_param_count(const struct loss *loss);
int loss_param_find(const struct loss *loss, const char *id);   /* -1 when unknown */

struct loss_force loss_force_initial(const struct loss *loss);  /* every parameter at its default */
size_t loss_work(int n, int classes, int dim);                  /* doubles */

double loss_eval(const struct loss_force *force, const double *feature, const int *label, int n,
    const struct head *head, struct grad *grad);

/* Radius and cosines as the rules below use them. Zero vectors (shorter than 1e-12) have cosine 0. */
double loss_cosine(const double *x, const double *w, int dim);

/* Test rule: predicted class of one feature (ties to the lowest index). */
int loss_predict(const struct loss *loss, const double *x, const struct head *head);

/* Train rule: own logit as trained, minus the largest plain logit of another class; > 0 meets the margin.
 * Angular losses give it in units of the bent cosine times the radius of the row. */
double loss_slack(const struct loss_force *force, const double *x, int label, const struct head *head);

/* f(c) of the own class with the values in force (plain c without a target). */
struct psi loss_target(const struct loss_force *force, double c);

#endif
