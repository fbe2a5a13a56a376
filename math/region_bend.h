/* region_bend.h - what of a class's cell on the sphere a bent target leaves safe; shared by the files of the regions
 * of the sphere, everybody else wants math/region_sphere.h. */
#ifndef MATH_REGION_BEND_H
#define MATH_REGION_BEND_H

#include "math/region_sphere.h"

/* Row r of the rule's head for directions: score = v.u + d. */
struct spoke3 {
    double v[3], d;
    int class, first;                /* the first row that is the same but for rounding */
};

enum { SPOKE_MAX = SPHERE_CLASS_MAX * SUBCENTER_MAX };

/* Which rows have borders with which; a plane graph has fewer than six ends a row. */
struct spokes {
    struct spoke3 row[SPOKE_MAX];
    int rows;
    bool hidden[SPOKE_MAX];          /* decides nowhere */
    short border[8 * SPOKE_MAX][2];
    int borders;
    bool crowded;                    /* more borders than there is room for: any two may have one */
};

/* The map's arrays: false without memory. */
bool map_point(struct sphere_map *map, const double *at, int rival);
/* Closes the chain whose points began at `from`; fewer than three points are none. */
bool map_chain(struct sphere_map *map, int class, bool safe, int from);

double dot3(const double *a, const double *b);
/* The length of v, which becomes a unit vector; a zero vector stays. */
double unit3(double *v);
/* Two unit vectors that make a right-handed frame with the unit vector n. */
void frame3(const double *n, double *a, double *b);
double distance3(const double *a, const double *b);
/* But for rounding. */
bool same3(const double *a, const double *b);
/* How far q is from the chord p r. */
double off_chord3(const double *p, const double *q, const double *r);

/* The own target at angles from the own axis, read once for all rows. */
struct bend {
    struct loss_force force;          /* without an easy margin */
    double norm, chord;
    bool easy;                        /* and there is a margin: that part is drawn by itself */
    double reach;                     /* cosine at which the target falls below every rival there can be; -2: none */
    enum { BEND_NODES = 128 } nodes;
    double value[BEND_NODES + 1], cosine[BEND_NODES + 1], sine[BEND_NODES + 1];
};

void bend_init(struct bend *bend, const struct loss_force *force, double norm, double chord);

/* The safe part of row r's cell, any number of chains. */
bool bend_add_safe(struct sphere_map *map, const struct bend *bend, const struct spokes *s, int r);

#endif
