/* region.h - exact decision regions and margin zones of 2-D features.
 * Directions are angles in radians, counter-clockwise from +x. `head` is the rule's head (snapshot_head). Pure
 * functions, any thread. */
#ifndef MATH_REGION_H
#define MATH_REGION_H

#include "math/loss.h"

/* Counter-clockwise from `from` to `to`; from in [0, 2 pi), from <= to <= from + 2 pi. */
struct arc {
    double from, to;
};

/* A class has one arc where weights alone decide, one a sub-centre, and with a bias on the sphere at most one less
 * than there are classes; what would not fit is left out. */
enum { REGION_ARC_MAX = 16 };

/* One class on the circle. `safe` lies inside `decided`: there the train rule holds too. decided minus safe is
 * the margin zone. Solved to 1e-12 rad, never sampled. */
struct region_class {
    struct arc decided[REGION_ARC_MAX], safe[REGION_ARC_MAX];
    int decided_count, safe_count;
};

/* True when directions alone decide: by cosines, on the sphere, or by weights without a bias. */
bool region_is_angular(const struct loss_force *force);

/* Sectors of all classes, dim 2, for features of length `norm` (it matters with a bias beside plain W x, and for MagFace,
 * AdaFace and the like). `out` holds head->classes entries. */
void region_sectors(const struct loss_force *force, const struct head *head, double norm, struct region_class *out);

/* True when the zones depend on the norm, so that a zone's edge is a curve over the radius. */
bool region_norm_matters(const struct loss_force *force);

/* The safe arcs of class `y` at another norm within what `decided` says of it; returns how many, in the order in
 * which they lie in `decided`. */
int region_safe(const struct loss_force *force, const struct head *head, int y, const struct region_class *decided,
    double norm, struct arc *out);

/* Where W_j x + b_j is largest for class `c`, inside the box: a convex polygon of at most `max` corners
 * (classes + 4 suffice), counter-clockwise, xy interleaved. Returns the number of corners, 0 when empty. */
int region_polygon(const struct head *head, int c, const double box[4] /* x0 y0 x1 y1 */, double *xy, int max);

/* Where from <= w.x + b <= to inside the box; infinite ends are no ends. As region_polygon; 8 corners suffice. */
int region_band(const double w[2], double b, double from, double to, const double box[4], double *xy, int max);

/* Angle theta_1 inside the wedge at which class 1 just meets the margin against class 2, weights `angle` apart
 * with norms n1, n2; NaN when no direction inside the wedge does. For rows with a target, or none. */
double region_boundary(const struct loss_force *force, double angle_rad, double n1, double n2);

#endif
