/* loss_rows.h - what the files of the losses share among themselves; everybody else wants math/loss.h. */
#ifndef MATH_LOSS_ROWS_H
#define MATH_LOSS_ROWS_H

#include "math/loss.h"

extern const struct loss loss_softmax, loss_modified_softmax, loss_normface, loss_lsoftmax, loss_asoftmax,
    loss_fnorm_sphereface, loss_cosface, loss_arcface, loss_combined_margin;

/* The other rows of loss_softmax.c; loss_score.c. */
extern const struct loss loss_weighted_softmax, loss_focal, loss_l2_softmax, loss_multilabel;
extern const struct loss loss_zero_one, loss_hinge, loss_logistic, loss_exponential, loss_squared, loss_focal_binary,
    loss_l2, loss_l1, loss_huber;

/* Rows of loss_pair.c and loss_triplet.c; the terms of loss_term.c. */
extern const struct loss loss_contrastive, loss_double_margin_contrastive, loss_triplet, loss_deepid2, loss_circle,
    loss_supcon, loss_siamese;
extern const struct loss loss_center, loss_ring, loss_uniform, loss_regular;

/* Rows of loss_beyond.c, loss_length.c and loss_group.c. */
extern const struct loss loss_sphereface2, loss_subcenter_arcface, loss_groupface, loss_curricularface, loss_adacos,
    loss_magface, loss_adaface;

/* Cross-entropy of the logits z (classes); z becomes its derivative p_j - [j = label]. */
double cross_entropy(double *z, int classes, int label);

/* log(1 + e^v), for every v. */
double softplus(double v);

/* Length of v; shorter than 1e-12 counts as zero and gives 0. */
double vector_norm(const double *v, int dim);

/* The same, and v made a unit vector in `unit`: zeros for a vector that counts as zero. */
double unit_vector(const double *v, int dim, double *unit);

/* Zeros in every derivative that is wanted. */
void grad_clear(struct grad *grad, const struct loss_force *force, int n, const struct head *head);

/* W x + b of every class into z, and back: one term delta of one sample and class; dx NULL: not wanted. */
void linear_forward(const double *x, const struct head *head, double *z);
void linear_backward(double delta, const double *x, int j, const struct head *head, double *dx, struct grad *grad);

enum { DOT_LONG = 32 };               /* from here on in several sums at once */
double dot_long(const double *a, const double *b, int dim);
static inline double dot(const double *a, const double *b, int dim)
{
    double sum = 0;
    if (dim >= DOT_LONG)
        return dot_long(a, b, dim);
    for (int d = 0; d < dim; d++)
        sum += a[d] * b[d];
    return sum;
}
double dot_floats(const float *a, const float *b, int dim);

/* Adds lambda/2 |W|^2 of head.weight (classes, dim): returns it, and adds lambda W to grad.weight. */
double weight_decay(double lambda, const struct head *head, struct grad *grad);

/* The fixed scale s of the row (l2_softmax: alpha), 1 for a row without one. */
double loss_scale(const struct loss_force *force);

/* sin theta is at least this where it divides. */
static const double SINE_FLOOR = 1e-7;

/* An angular evaluation at work: class directions once per call, the rest once per sample. A logit is a radius
 * times a bent cosine, z_j = R_j f_j(cos theta_j). */
struct bench {
    const struct loss_force *force;
    int classes, sub, dim, n;        /* sub: rows a class, the nearest counts */
    bool radial;                     /* the radius is |x| (with or without |W|), not a fixed scale */
    double scale;                    /* the fixed scale otherwise */
    double *class_unit;              /* (classes * sub, dim) */
    double *class_norm;              /* (classes * sub) */
    double *rest;                    /* the first double of `work` that is free */

    double *unit, norm;              /* direction and length of x */
    double *row;                     /* (classes) the nearest row, a whole number */
    double *cosine;                  /* (classes) with that row */
    double *value, *slope;           /* (classes) f_j and f_j'(c) */
    double growth;                   /* of the own class's f by |x|: magface */
    double *delta;                   /* (classes) derivative of the sample's loss by z_j */
};

struct bench bench_on(const struct loss_force *force, const struct head *head, int n, double *work);
/* Direction, length and cosines of x; nothing bent. */
void bench_look(struct bench *b, const double *x);
void bench_bend(struct bench *b, int label, struct psi own);
/* Cross-entropy of the bent logits; fills delta. */
double bench_entropy(struct bench *b, int label);
/* The sample's share of the derivatives by x (dim) and by W, added. */
void bench_push_feature(const struct bench *b, int label, double *dx);
void bench_push_weight(const struct bench *b, double *dw);
/* Mean cross-entropy of the batch where `bend` bends the cosines of a sample; adds to grad. */
double bench_softmax(struct bench *b, const struct batch *batch, struct grad *grad,
    void (*bend)(struct bench *b, int label));

/* The same for many classes of which only the own one is bent, by `target` (loss_wide.c). */
enum { WIDE_CLASSES = 3 };
bool bench_is_wide(const struct bench *b);
double wide_softmax(struct bench *b, const struct batch *batch, struct grad *grad);

/* The evaluation of every row whose own class alone is bent, by `target`. */
double margin_softmax(const struct loss_force *force, const struct batch *batch, const struct head *head,
    struct grad *grad);

/* ArcFace's target, for rows whose parameters begin with s and m. */
enum { ARC_S, ARC_M };
struct psi arc_target(double c, const double *param);

/* Largest margin that leaves the own class axis inside: of an angle, of a cosine. */
double arc_limit(double angle_rad, const double *param);
double cosine_limit(double angle_rad, const double *param);

/* What the texts and tables of several rows begin with. */
/* clang-format off */
#define MEAN_LOG "L = -\\frac{1}{N} \\sum_i \\log "
#define SCALE_ROW(start, stop) \
    { "s", "scale", "s", 1, 4096, start, -1, 1, PARAM_LOG, ROLE_SCALE, "", "radius of the sphere the features are put on", stop, NULL, false }
#define ANGLE_ROW \
    { "m", "margin", "m", 0, 1.2, 0.3, 0, 0.01, PARAM_LINEAR, ROLE_MARGIN, "rad", "angle added to the own class; the paper has 0.5", 0, NULL, false }
/* clang-format on */

#endif
