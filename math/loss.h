/* loss.h - the losses, one row each, and their gradients.
 * Matrices are row-major doubles, one sample or class a row; angles in radians, losses in nats.
 * Pure functions: no state, no allocation, callable from any thread. Definitions: each row's `source`. */
#ifndef MATH_LOSS_H
#define MATH_LOSS_H

#include <stdbool.h>
#include <stddef.h>

#include "math/param.h"

enum { LOSS_PARAM_MAX = 8, LOSS_MAX = 64, SUBCENTER_MAX = 5, GROUP_MAX = 4, GROUP_DIM_MAX = 64 };

/* The added terms, numbered as in loss_force.added. */
enum added { ADDED_CENTER, ADDED_RING, ADDED_UNIFORM, ADDED_REGULAR, ADDED_MAX };
enum { CENTER_LAMBDA, CENTER_ALPHA };  /* parameters of them that a training reads, too */
enum { RING_LAMBDA, RING_RADIUS };

/* The list of losses in the interface is grouped by family, in this order. */
enum loss_family { FAMILY_PLAIN, FAMILY_ANGLE_TIMES, FAMILY_COSINE_MINUS, FAMILY_ANGLE_PLUS, FAMILY_COMBINED,
    FAMILY_ADAPTIVE, FAMILY_PAIR, FAMILY_SCORE, FAMILY_REGRESSION, FAMILY_MULTI, FAMILY_TERM, FAMILY_COUNT };

/* What multiplies the (bent) cosine: W x + b itself, |x|, |W_j||x|, or a fixed scale s. */
enum loss_radius { RADIUS_LINEAR, RADIUS_FEATURE, RADIUS_BOTH, RADIUS_SCALE };

/* What a label is: a class; 0 or 1 for one score (t = -1, +1); a number; a set of classes. */
enum loss_task { TASK_CLASS, TASK_SCORE, TASK_REAL, TASK_MULTI };

/* The test rule. Ties go to the lowest index. */
enum loss_decision {
    DECIDE_LINEAR,      /* argmax W_j x + b_j. A score decides by two rows +-w/2, +-b/2; a pair loss by the class
                           means with b_j = -|mean_j|^2/2, which is the nearest mean */
    DECIDE_COSINE,      /* argmax cos(x, W_j); several rows a class: the largest of them */
    DECIDE_SPHERE,      /* argmax W_j (alpha u(x)) + b_j: l2_softmax */
    DECIDE_EACH,        /* every j with W_j x + b_j > 0: multi-label */
    DECIDE_NOTHING      /* regression */
};

/* Arrays a training keeps for its losses; a row names those it uses. All but the centres learn by gradient. */
enum block {
    BLOCK_NONE,
    BLOCK_WEIGHT,       /* W (classes, dim) */
    BLOCK_BIAS,         /* b (classes) */
    BLOCK_SUBCENTER,    /* (classes * k, dim), class after class */
    BLOCK_SCORE,        /* w (1, dim) of a score or a fitted line */
    BLOCK_SCORE_BIAS,   /* its b (1) */
    BLOCK_SHARED_BIAS,  /* one b for all classes (1): sphereface2 */
    BLOCK_STRETCH,      /* siamese's a (dim), then its b (1) */
    BLOCK_GROUP,        /* groupface's V (groups, dim), e (groups), A (groups, dim, dim) */
    BLOCK_RADIUS,       /* ring's R (1) */
    BLOCK_CENTER,       /* centres of center and uniform (classes, dim) */
    BLOCK_COUNT
};

/* The own class's bent cosine f(c) and f'(c). */
struct psi {
    double value, slope;
};

struct loss_force;
struct head;
struct grad;

/* Samples as a loss sees them. Borrowed for the call. */
struct batch {
    int n;
    const double *feature;           /* (n, dim) */
    const int *label;                /* (n) class; 0 or 1 for a score; NULL where `target` says it */
    const double *target;            /* (n) numbers for TASK_REAL; (n, classes) of 0 and 1 for TASK_MULTI; or NULL */
};

struct loss {
    const char *id, *label;
    const char *subtitle;            /* "additive angular margin" */
    const char *formula;             /* formula text (render/formula.h), at most 480 px at 20 px */
    const char *logit;               /* formula text of the target curve: "\cos(\theta+\m{m})"; NULL: there is none */
    const char *rule;                /* formula text of the decision inequality for classes 1 and 2 */
    const char *source;              /* paper and equation */
    enum loss_family family;
    enum loss_radius radius;
    enum loss_task task;
    enum loss_decision decision;     /* ask loss_decision(): a pair loss on u(x) decides by the cosine */
    enum block weight, bias, extra;  /* what head.weight, .bias and .extra are; BLOCK_NONE: nothing */
    bool has_bias;                   /* `bias` holds a number a class, and the test rule adds it */
    bool has_margin;                 /* train rule differs from test rule */
    bool story;                      /* among the few the panel always shows */
    bool untrained;                  /* has no gradient: shown, not trained */
    bool detached;                   /* its gradient holds a part of the value constant: adaface's k, circle's alpha */
    int margin;                      /* index in param of the large slider, -1 without one */
    struct param param[LOSS_PARAM_MAX + 1];   /* ends with PARAM_NONE */

    /* own-class target f; NULL is plain cos(theta) */
    struct psi (*target)(double c, const double *param);

    /* mean loss of the batch; overwrites grad (any of its pointers may be NULL: not wanted). NULL in a term. */
    double (*eval)(const struct loss_force *force, const struct batch *batch, const struct head *head,
        struct grad *grad);

    /* FAMILY_TERM only: the term alone, its derivatives added to grad; `param` are its own in force. */
    double (*term)(const double *param, const struct batch *batch, const struct head *head, struct grad *grad);

    /* Running statistics (ROLE_RUNNING parameters of `force`): taken over from the batch before the evaluation
     * (curricularface, adaface), and after it (adacos). NULL: none. */
    void (*prepare)(struct loss_force *force, const struct batch *batch, const struct head *head, double *work);
    void (*settle)(struct loss_force *force, const struct batch *batch, const struct head *head, double *work);

    /* Own trained logit minus the best plain one of the others where the rule is not "radius times bent cosine";
     * NULL: the usual one. */
    double (*slack)(const struct loss_force *force, const double *x, int label, const struct head *head);

    /* The feature the head sees, made from the network's (groupface); NULL: the same. Returns the group. */
    int (*refine)(const struct loss_force *force, const double *x, const struct head *head, double *out);

    /* Score losses: l and dl/dz at score z for t = +1; regression: rho and rho' at residual z. NULL elsewhere. */
    struct psi (*curve)(double z, const double *param);

    /* For drawing, where `target` does not say it all: f of a feature of that length (magface, adaface), and what the
     * cosine of another class becomes beside a sample at that own cosine (curricularface). NULL: `target`; itself. */
    struct psi (*target_at)(double c, double norm, const double *param);
    struct psi (*rival)(double c, double own, const double *param);

    /* Largest value of the large slider that two neighbours `angle` apart leave room for; NULL: no limit. */
    double (*limit)(double angle_rad, const double *param);
};

/* A loss with the parameter values in force at one step. */
struct loss_force {
    const struct loss *loss;
    double param[LOSS_PARAM_MAX];
    bool norm_radius;                /* warm-up: |x| takes the place of the scale (RADIUS_SCALE rows only) */
    bool settled;                    /* measuring: running statistics stand as they are, none are of this batch */
    bool added[ADDED_MAX];            /* which terms are on top, and their parameters in force */
    double term[ADDED_MAX][LOSS_PARAM_MAX];
};

/* What the loss has learned. Borrowed for the call. The trained head holds the row's blocks; the rule's head (for
 * loss_predict, loss_slack, drawing) always holds classes rows a class: see enum loss_decision. */
struct head {
    int classes, dim;
    const double *weight;            /* (loss_rows(), dim) */
    const double *bias;              /* (loss_biases()) or NULL */
    const double *extra;             /* (loss_extra()) or NULL */
    const double *center;            /* (classes, dim) for center and uniform, or NULL */
    const double *class_weight;      /* (classes) v of weighted_softmax; NULL: all 1 */
};

/* A mined pair (negative -1) or triplet, as places in the batch. */
struct link {
    int anchor, positive, negative;  /* a pair of different classes has positive -1 */
};

/* Where derivatives go; none may alias an input. */
struct grad {
    double *feature;                 /* (n, dim) */
    double *weight;                  /* as head.weight */
    double *bias;                    /* as head.bias */
    double *extra;                   /* as head.extra */
    double *center;                  /* (classes, dim): uniform's derivative by the centres */
    double *center_delta;            /* (classes, dim): what center adds to the centres after the step */
    double *work;                    /* loss_work() doubles, never NULL */

    double radius;                   /* ring: derivative by R */
    double scale;                    /* adacos: the s used */
    long selected;                   /* triplet: how many */
    double rest;                     /* share of pairs or triplets at rest; NaN where there are none */
    struct link *link;               /* room for link_max of the pairs or triplets still pushing, or NULL */
    int link_count, link_max;
};

int loss_count(void);
const struct loss *loss_at(int i);            /* menu order; terms last */
const struct loss *loss_find(const char *id); /* NULL when unknown */
int loss_index(const struct loss *loss);
const char *loss_family_label(enum loss_family family);   /* "Angle + m" */
int loss_param_count(const struct loss *loss);
int loss_param_find(const struct loss *loss, const char *id);   /* -1 when unknown */

/* The added terms: rows of FAMILY_TERM, numbered as enum added. */
int term_count(void);
const struct loss *term_at(int i);
int term_find(const struct loss *loss);       /* -1: not a term */

struct loss_force loss_force_initial(const struct loss *loss);  /* every parameter at its default, no terms */
size_t loss_work(int n, int classes, int dim);                  /* doubles, enough for any loss */

/* Shapes of the trained head. */
int loss_rows(const struct loss_force *force, int classes);     /* of head.weight */
int loss_biases(const struct loss *loss, int classes);
int loss_extra(const struct loss_force *force, int dim);
enum loss_decision loss_decision(const struct loss_force *force);
/* A pair loss: no head, the test rule compares class means. */
bool loss_is_pair(const struct loss *loss);

/* The loss with its added terms: the mean over the batch (pairs, triplets), and its derivatives. */
double loss_eval(const struct loss_force *force, const struct batch *batch, const struct head *head,
    struct grad *grad);

/* Radius and cosines as the rules below use them. Zero vectors (shorter than 1e-12) have cosine 0. */
double loss_cosine(const double *x, const double *w, int dim);

/* Test rule: predicted class of one feature (ties to the lowest index). `head` is the rule's head, with
 * loss_sub() rows a class. DECIDE_EACH: the largest score; DECIDE_NOTHING: 0. */
int loss_predict(const struct loss_force *force, const double *x, const struct head *head);
/* Rows a class of the rule's head: k of subcenter_arcface, else 1. */
int loss_sub(const struct loss_force *force);

/* The logit of class j as it is trained when x belongs to class `label` (-1: to none, so nothing is bent). Rule's
 * head. Rows with a `slack` of their own bend in a way that is not told here. */
double loss_logit(const struct loss_force *force, const double *x, int label, const struct head *head, int j);

/* Train rule: own logit as trained, minus the largest plain logit of another class; > 0 meets the margin.
 * Angular losses give it in units of the bent cosine times the radius of the row. Rule's head. */
double loss_slack(const struct loss_force *force, const double *x, int label, const struct head *head);

/* f(c) of the own class with the values in force (plain c without a target). */
struct psi loss_target(const struct loss_force *force, double c);
/* What another class's cosine becomes beside an own one; plain in rows without `rival` and in the plain warm-up. */
struct psi loss_rival(const struct loss_force *force, double c, double own);

#endif
