/* optimiser.h - one update of a flat array of parameters by its gradient. Pure, any thread. */
#ifndef MATH_OPTIMISER_H
#define MATH_OPTIMISER_H

#include <stddef.h>

#include "math/experiment.h"

/* One update: the numbers all elements share. Weight decay is part of the gradient for sgd and momentum (L2) and
 * decoupled for Adam (Loshchilov, Hutter 2019: to -= lr * decay * from). */
struct update {
    enum optimiser kind;
    double lr, momentum, decay;
    double scale;                    /* of the gradient: below 1 when it was clipped */
    long age;                        /* updates this array has had, with this one: 1 at first */
};

/* The two moments of an array; sgd uses none, momentum the first (the velocity), Adam both. */
struct moments {
    float *first, *second;
};

/* to = from moved against grad. `to` may be `from`. */
void optimiser_apply(const struct update *update, const float *from, const float *grad, struct moments moments,
    size_t n, float *to);

/* Sum of squares, for clipping; not finite when an element is not, or is beyond 1e18. */
double square_sum(const float *x, size_t n);

#endif
