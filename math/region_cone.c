/* region_cone.c - spherical polygons, cut by planes through the middle (Sutherland and Hodgman). */
#include "math/region_cone.h"

#include <math.h>
#include <string.h>

#include "math/region_chain.h"

enum { TRIPLE = 3 * sizeof(double) };

void cone_init(struct cone *c)
{
    for (int o = 0; o < OCTANTS; o++) {
        for (int i = 0; i < 9; i++)
            c->corner[o][i] = i % 4 ? 0 : (o >> i / 4) & 1 ? -1 : 1;
        c->count[o] = 3;
    }
}

/* Where there is no room for another corner nothing is cut. */
static int clip_polygon(const double *in, int n, const double *v, double room, double *out)
{
    int count = 0;
    double at_p = n > 0 ? dot3(v, &in[3 * (n - 1)]) + room : 0;
    for (int i = 0; i < n; i++) {
        const double *p = &in[3 * (i > 0 ? i - 1 : n - 1)], *q = &in[3 * i];
        double at_q = dot3(v, q) + room;
        if (count + 2 > CORNER_MAX) {
            memcpy(out, in, (size_t)n * TRIPLE);
            return n;
        }
        if ((at_p >= 0) != (at_q >= 0)) {
            double t = at_p / (at_p - at_q);
            for (int d = 0; d < 3; d++)
                out[3 * count + d] = p[d] + t * (q[d] - p[d]);
            count++;
        }
        if (at_q >= 0)
            memcpy(&out[3 * count++], q, TRIPLE);
        at_p = at_q;
    }
    return count;
}

bool cone_clip(struct cone *c, const double *v, double room)
{
    double out[3 * CORNER_MAX];
    bool any = false;
    for (int o = 0; o < OCTANTS; o++) {
        c->count[o] = clip_polygon(c->corner[o], c->count[o], v, room, out);
        memcpy(c->corner[o], out, (size_t)c->count[o] * TRIPLE);
        any = any || c->count[o] > 0;
    }
    return any;
}

double cone_least(const struct cone *c, const double *v)
{
    double least = INFINITY;
    for (int o = 0; o < OCTANTS; o++)
        for (int i = 0; i < c->count[o]; i++) {
            double value = dot3(v, &c->corner[o][3 * i]);
            least = value < least ? value : least;
        }
    return least;
}

bool cone_meets(const struct cone *c, const double *v, int n, double room)
{
    for (int o = 0; o < OCTANTS; o++) {
        double now[2][3 * CORNER_MAX];
        int count = c->count[o];
        memcpy(now[0], c->corner[o], (size_t)count * TRIPLE);
        for (int i = 0; i < n && count > 0; i++)
            count = clip_polygon(now[i % 2], count, &v[3 * i], room, now[!(i % 2)]);
        if (count > 0)
            return true;
    }
    return false;
}
