/* region_sphere.h - exact decision regions and margin zones of 3-D directions, as closed chains of points on the unit
 * sphere. Pure functions, any thread; the map owns its
 * arrays and allocates only to grow. */
#ifndef MATH_REGION_SPHERE_H
#define MATH_REGION_SPHERE_H

#include "math/loss.h"

/* A point of a border and the class on the other side of the edge that begins there: -1 for an edge that is not one
 * with another class (a cap about the own axis), the own class between two of its sub-centres. */
struct sphere_point {
    double at[3];
    int rival;
};

/* A closed chain, its region to the left as seen from outside the sphere. */
struct sphere_chain {
    int class;
    bool safe;                        /* where the train rule holds; else where the test rule decides */
    int from, count;                  /* points */
};

struct sphere_map {
    struct sphere_chain *chain;
    struct sphere_point *point;
    int chains, points, chain_capacity, point_capacity;
    double chord;                     /* how far a chord may be off its curve; 0 at first: 1e-4 */
    bool same;                        /* no margin: the safe part is the decided one, and only that is listed */
};

/* More classes than this are not divided: the map stays empty. */
enum { SPHERE_CLASS_MAX = 100 };

/* All chains for the rule's head (dim 3) at features of length `norm` (it matters with a bias, and for magface and
 * adaface). False without memory: then the map is empty. */
bool sphere_map_build(struct sphere_map *map, const struct loss_force *force, const struct head *head, double norm);
void sphere_map_clear(struct sphere_map *map);

#endif
