/* region_bend.h - what of a class's cell on the sphere a bent target leaves safe; shared by the files of the regions
 * of the sphere, everybody else wants math/region_sphere.h. */
#ifndef MATH_REGION_BEND_H
#define MATH_REGION_BEND_H

#include "math/region_chain.h"

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

enum { BEND_STEPS = 128, KINK_MAX = 8, BEND_NODES = BEND_STEPS + 1 + KINK_MAX };

/* The own target at angles from the own axis, read once for all rows. */
struct bend {
    struct loss_force force;          /* without an easy margin */
    double norm, chord;
    bool easy;                        /* and there is a margin: that part is drawn by itself */
    double reach;                     /* cosine at which the target falls below every rival there can be; -2: none */
    bool plain;                       /* no margin: the cosine itself, held below the top */
    double top;
    double kink[KINK_MAX];            /* angles at which the target crosses the plain cosine */
    int kinks, nodes;
    double theta[BEND_NODES], value[BEND_NODES], cosine[BEND_NODES], sine[BEND_NODES]; /* kinks are nodes */
};

void bend_init(struct bend *bend, const struct loss_force *force, double norm, double chord);

double bend_at(const struct bend *bend, double theta);

/* Unless it is plain: the safe part of row r's cell, any number of chains. */
bool bend_add_safe(struct sphere_map *map, const struct bend *bend, const struct spokes *s, int r);

#endif
