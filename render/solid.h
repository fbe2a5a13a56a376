/* solid.h - directions of features in three dimensions: as they are in 3-D; of more, their shadow on the three
 * directions in which the class weights spread most (principal axes of their unit vectors, no mean taken off), or on
 * two or three coordinates where the experiment names them. While the weights rest, so do the axes. */
#ifndef RENDER_SOLID_H
#define RENDER_SOLID_H

#include <stdint.h>

#include "math/snapshot.h"

enum { SOLID_DIM_MAX = 2048 };

struct solid {
    float *point;                     /* (count, 3) u(x) or its shadow, of length at most 1; NaN without a direction */
    double *row;                      /* (classes * sub, 3) the same of the rule's rows */
    double basis[3][SOLID_DIM_MAX];   /* kept from one snapshot to the next, so that the picture does not jump */
    double share;                     /* of the squared lengths of the rows that the shadow keeps; 1 in 3-D */
    bool chosen;                      /* the axes are the experiment's */
    bool given;                       /* by solid_give, and not yet looked along */
    uint32_t rows;                    /* sum of the rows that the axes were found for */
    int dim, point_capacity, row_capacity;
};

/* `unit`: unit rows of the rule's head (rows, dim). Allocates only to grow; false without memory. Nothing to do below
 * 3 dimensions or above SOLID_DIM_MAX. */
bool solid_update(struct solid *s, const struct snapshot *snap, const double *unit, int rows);
/* The axes (3, dim) of a picture that is to come back: the next update looks along them. 3 < dim <= SOLID_DIM_MAX. */
void solid_give(struct solid *s, const double *axis, int dim);
/* Those there are (3, dim), or false: the dimension has none of its own, or they are the experiment's. */
bool solid_axes(const struct solid *s, double *axis);
void solid_clear(struct solid *s);

#endif
