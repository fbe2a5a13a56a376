/* region_cut.h - what some caps n.u >= h of the sphere have in common; shared by the files of the regions of the sphere.
 */
#ifndef MATH_REGION_CUT_H
#define MATH_REGION_CUT_H

#include "math/region_chain.h"
#include "math/region_cone.h"

enum { CAP_MAX = SPHERE_CLASS_MAX * SUBCENTER_MAX + 1 };

/* n.u >= h with |n| = 1; circle: u = h n + r (cos t a + sin t b). */
struct cap {
    double n[3], h, r, a[3], b[3];
    int rival, row;
    bool bounds;                     /* known when the border has been traced */
};

struct cut {
    struct cap cap[CAP_MAX];
    int order[CAP_MAX];              /* in which they are asked: those that cut most come to the front */
    int caps;
    bool empty;
    struct cone cone;                /* holds what they have in common */
};

void cut_init(struct cut *cut);
/* Adds v.u >= d for a vector of any length; nothing when the caps so far leave no such place out. `wins`: what a tie
 * everywhere means. */
void cut_add(struct cut *cut, const double *v, double d, int rival, bool wins);
/* The border as chains: false without memory. */
bool cut_trace(struct sphere_map *map, struct cut *cut, int class, bool safe);

#endif
