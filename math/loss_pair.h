/* loss_pair.h - what the losses that compare samples with each other share (loss_pair.c, loss_triplet.c). */
#ifndef MATH_LOSS_PAIR_H
#define MATH_LOSS_PAIR_H

#include "math/loss_rows.h"

/* An even choice of grad->link_max among the links offered, whose number nobody knows beforehand: every
 * stride-th is taken, and whenever the room is full every other one goes and the stride doubles. */
struct spread {
    struct grad *grad;
    long stride, wait;               /* the wait-th link from here is the next to be taken */
};

struct spread spread_begin(struct grad *grad);
/* True when none of the next `count` links is to be taken: then they are passed and need not be offered. */
bool spread_pass(struct spread *spread, long count);
void spread_offer(struct spread *spread, struct link link);

const double *sample_row(const struct batch *batch, int i, int dim);

#endif
