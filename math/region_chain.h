/* region_chain.h - chains of points, and the vectors they are made of; shared by the files of the regions of the
 * sphere, everybody else wants math/region_sphere.h. */
#ifndef MATH_REGION_CHAIN_H
#define MATH_REGION_CHAIN_H

#include "math/region_sphere.h"

/* The map's arrays: false without memory. */
bool map_point(struct sphere_map *map, const double *at, int rival);
/* Closes the chain whose points began at `from`; fewer than three points are none. */
bool map_chain(struct sphere_map *map, int class, bool safe, int from);

static inline double dot3(const double *a, const double *b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* The length of v, which becomes a unit vector; a zero vector stays. */
double unit3(double *v);
/* Two unit vectors that make a right-handed frame with the unit vector n. */
void frame3(const double *n, double *a, double *b);
double distance3(const double *a, const double *b);
/* But for rounding. */
bool same3(const double *a, const double *b);
/* How far q is from the chord p r. */
double off_chord3(const double *p, const double *q, const double *r);

#endif
