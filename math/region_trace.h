/* region_trace.h - the safe region of one row on the sphere: what bounds it, and its border as chains. For
 * region_bend.c, which says what bounds it. */
#ifndef MATH_REGION_TRACE_H
#define MATH_REGION_TRACE_H

#include "math/region_bend.h"

/* A rival, v.u < g(theta), where g is at most the plain cosine, so that who is safe is ahead as well; a later row
 * that is the own one again, which loses every tie: cos theta < f(theta); or a cap, n.u > h. `a` points from the pole
 * to the rival across, b completes the frame. */
struct limit {
    double v[3], pole[3], a[3], b[3];
    double along, across;            /* v = along pole + across a; of a cap: h and the circle's radius */
    double length;
    int rival;
    bool cap, twin;
};

/* A closed border, its inside to the left: out over the thetas on one side of the rival's meridian and back on the
 * other; a cap's circle; or, of a rival on the own axis or without length, a parallel. `t` goes from 0 to 2. */
struct loop {
    const struct limit *limit;
    double low, high;                /* thetas */
    bool backwards;                  /* a parallel whose inside is away from the own axis */
};

struct piece {
    struct loop loop;
    double from, to, start[3], end[3];
    bool used;
};

enum { LIMIT_MAX = SPOKE_MAX + 8, PIECE_MAX = 1024 };

struct region {
    struct sphere_map *map;
    const struct bend *bend;
    double own[3], radius;           /* direction and length of the own row */
    int class, limits, pieces;
    int last;                        /* the limit that the loop before was all outside of */
    bool empty, failed;
    struct limit limit[LIMIT_MAX];
    struct piece piece[PIECE_MAX];
};

/* What lies inside of all limits, as chains. False without memory. */
bool trace_region(struct region *g);

#endif
