/* loss_rows.h - what the files of the losses share among themselves; everybody else wants math/loss.h. */
#ifndef MATH_LOSS_ROWS_H
#define MATH_LOSS_ROWS_H

#include "math/loss.h"

extern const struct loss loss_softmax, loss_modified_softmax, loss_normface, loss_lsoftmax, loss_asoftmax,
    loss_fnorm_sphereface, loss_cosface, loss_arcface, loss_combined_margin;

/* Cross-entropy of the logits z (classes); z becomes its derivative p_j - [j = label]. */
double cross_entropy(double *z, int classes, int label);

/* Length of v; shorter than 1e-12 counts as zero and gives 0. */
double vector_norm(const double *v, int dim);

/* The same, and v made a unit vector in `unit`: zeros for a vector that counts as zero. */
double unit_vector(const double *v, int dim, double *unit);

/* Zeros in every derivative that is wanted. */
void grad_clear(struct grad *grad, const struct loss_force *force, int n, const struct head *head);

/* W x + b of every class into z, and back: one term delta of one sample and class; dx NULL: not wanted. */
void linear_forward(const double *x, const struct head *head, double *z);
void linear_backward(double delta, const double *x, int j, const struct head *head, double *dx, struct grad *grad);

double dot(const double *a, const double *b, int dim);

/* The fixed scale s of the row, 1 for a row without one. */
double loss_scale(const struct loss_force *force);

#endif
