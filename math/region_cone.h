/* region_cone.h - the part of the sphere where some linear forms v.u are not negative, to rule out quickly what does
 * not reach into it. It may be a little larger than they say, never smaller. */
#ifndef MATH_REGION_CONE_H
#define MATH_REGION_CONE_H

#include <stdbool.h>

enum { OCTANTS = 8, CORNER_MAX = 24 };

/* A polygon for each octant, xyz interleaved; a corner need not have length 1, and is never longer. */
struct cone {
    double corner[OCTANTS][3 * CORNER_MAX];
    int count[OCTANTS];
};

/* The whole sphere. */
void cone_init(struct cone *c);
/* Leaves v.u >= -room; false when nothing is left. */
bool cone_clip(struct cone *c, const double *v, double room);
/* The least v.u of the corners: when that is not negative, no v.u in the cone is less. */
double cone_least(const struct cone *c, const double *v);
/* Whether all of `n` forms, xyz interleaved, are not negative at one place: v.u >= -room. */
bool cone_meets(const struct cone *c, const double *v, int n, double room);

#endif
