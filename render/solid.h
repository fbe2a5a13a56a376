/* solid.h - directions of features in three dimensions: as they are in 3-D; of more, their shadow on the three
 * directions in which the class weights spread most (principal axes of their unit vectors, no mean taken off), or on
 * two or three coordinates where the experiment names them. */
#ifndef RENDER_SOLID_H
#define RENDER_SOLID_H

#include "math/snapshot.h"

enum { SOLID_DIM_MAX = 2048 };

struct solid {
    float *point;                     /* (count, 3) u(x) or its shadow, of length at most 1; NaN without a direction */
    double *row;                      /* (classes * sub, 3) the same of the rule's rows */
    double basis[3][SOLID_DIM_MAX];   /* kept from one snapshot to the next, so that the picture does not jump */
    double share;                     /* of the squared lengths of the rows that the shadow keeps; 1 in 3-D */
    bool chosen;                      /* the axes are the experiment's */
    int dim, point_capacity, row_capacity;
};

/* `unit`: unit rows of the rule's head (rows, dim). Allocates only to grow; false without memory. Nothing to do below
 * 3 dimensions or above SOLID_DIM_MAX. */
bool solid_update(struct solid *s, const struct snapshot *snap, const double *unit, int rows);
void solid_clear(struct solid *s);

#endif
