/* region.h - exact decision regions and margin zones of 2-D features (losses.md sections 1 and 11).
 * Directions are angles in radians, counter-clockwise from +x. Pure functions, any thread. */
#ifndef MATH_REGION_H
#define MATH_REGION_H

#include "math/loss.h"

/* Counter-clockwise from `from` to `to`; from in [0, 2 pi), from <= to <= from + 2 pi. */
struct arc {
    double from, to;
};

enum { REGION_ARC_MAX = 8 };

/* One class on the circle. `safe` lies inside `decided`: there the train rule holds too. decided minus safe is
 * the margin zone. Solved to 1e-12 rad, never sampled. */
struct region_class {
    struct arc decided[REGION_ARC_MAX], safe[REGION_ARC_MAX];
    int decided_count, safe_count;
};

/* True when directions alone decide: no bias in force (losses without has_bias). */
bool region_is_angular(const struct loss *loss);

/* Sectors of all classes for a bias-free head, dim 2. `out` holds head->classes entries. */
void region_sectors(const struct loss_force *force, const struct head *head, struct region_class *out);

/* Where W_j x + b_j is largest for class `c`, inside the box: a convex polygon of at most `max` corners
 * (classes + 4 suffice), counter-clockwise, xy interleaved. Returns the number of corners, 0 when empty. */
int region_polygon(const struct head *head, int c, const double box[4] /* x0 y0 x1 y1 */, double *xy, int max);

/* Angle theta_1 inside the wedge at which class 1 just meets the margin against class 2, weights `angle` apart
 * with norms n1, n2; NaN when no direction inside the wedge does. */
double region_boundary(const struct loss_force *force, double angle_rad, double n1, double n2);

#endif
