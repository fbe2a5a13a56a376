/* region_chain.c - chains of points, and the vectors they are made of. */
#include "math/region_chain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- vectors ---- */

double unit3(double *v)
{
    double length = sqrt(dot3(v, v));
    for (int i = 0; i < 3 && length > 0; i++)
        v[i] /= length;
    return length;
}

void frame3(const double *n, double *a, double *b)
{
    int least = fabs(n[0]) < fabs(n[1]) ? (fabs(n[0]) < fabs(n[2]) ? 0 : 2) : fabs(n[1]) < fabs(n[2]) ? 1 : 2;
    double helper[3] = { 0, 0, 0 };
    helper[least] = 1;
    a[0] = helper[1] * n[2] - helper[2] * n[1];
    a[1] = helper[2] * n[0] - helper[0] * n[2];
    a[2] = helper[0] * n[1] - helper[1] * n[0];
    unit3(a);
    b[0] = n[1] * a[2] - n[2] * a[1];
    b[1] = n[2] * a[0] - n[0] * a[2];
    b[2] = n[0] * a[1] - n[1] * a[0];
}

double distance3(const double *a, const double *b)
{
    double off[3] = { a[0] - b[0], a[1] - b[1], a[2] - b[2] };
    return sqrt(dot3(off, off));
}

bool same3(const double *a, const double *b)
{
    return distance3(a, b) <= 1e-14 * (sqrt(dot3(a, a)) + sqrt(dot3(b, b)));
}

double off_chord3(const double *p, const double *q, const double *r)
{
    double chord[3] = { r[0] - p[0], r[1] - p[1], r[2] - p[2] },
           to[3] = { q[0] - p[0], q[1] - p[1], q[2] - p[2] };
    double square = dot3(chord, chord), along = square > 0 ? dot3(chord, to) / square : 0;
    double rest[3] = { to[0] - along * chord[0], to[1] - along * chord[1], to[2] - along * chord[2] };
    return sqrt(dot3(rest, rest));
}

/* ---- the arrays of a map ---- */

bool map_point(struct sphere_map *map, const double *at, int rival)
{
    if (map->points == map->point_capacity) {
        int capacity = map->point_capacity ? 2 * map->point_capacity : 4096;
        struct sphere_point *more = realloc(map->point, (size_t)capacity * sizeof *more);
        if (!more)
            return false;
        map->point = more;
        map->point_capacity = capacity;
    }
    struct sphere_point *p = &map->point[map->points++];
    memcpy(p->at, at, sizeof p->at);
    p->rival = rival;
    return true;
}

bool map_chain(struct sphere_map *map, int class, bool safe, int from)
{
    if (map->points - from < 3) {
        map->points = from;
        return true;
    }
    if (map->chains == map->chain_capacity) {
        int capacity = map->chain_capacity ? 2 * map->chain_capacity : 64;
        struct sphere_chain *more = realloc(map->chain, (size_t)capacity * sizeof *more);
        if (!more)
            return false;
        map->chain = more;
        map->chain_capacity = capacity;
    }
    map->chain[map->chains++] = (struct sphere_chain){ class, safe, from, map->points - from };
    return true;
}

void sphere_map_clear(struct sphere_map *map)
{
    free(map->chain);
    free(map->point);
    *map = (struct sphere_map){ 0 };
}
