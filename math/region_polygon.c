/* region_polygon.c - half planes within a box, as convex polygons. */
#include "math/region.h"

#include <math.h>
#include <string.h>

/* Sutherland-Hodgman: the part of the polygon where nx x + ny y + d >= 0. */
static int clip_half_plane(const double *in, int n, double nx, double ny, double d, double *out, int max)
{
    int count = 0;
    for (int i = 0; i < n; i++) {
        const double *p = &in[2 * i], *q = &in[2 * ((i + 1) % n)];
        double at_p = nx * p[0] + ny * p[1] + d, at_q = nx * q[0] + ny * q[1] + d;
        if (at_p >= 0 && count < max) {
            out[2 * count] = p[0];
            out[2 * count++ + 1] = p[1];
        }
        if ((at_p >= 0) != (at_q >= 0) && count < max) {
            double t = at_p / (at_p - at_q);
            out[2 * count] = p[0] + t * (q[0] - p[0]);
            out[2 * count++ + 1] = p[1] + t * (q[1] - p[1]);
        }
    }
    return count;
}

enum { CORNER_MAX = 512 };

int region_polygon(const struct head *head, int c, const double box[4], double *xy, int max)
{
    double buffer[2][2 * CORNER_MAX] = { { box[0], box[1], box[2], box[1], box[2], box[3], box[0], box[3] } };
    int n = 4, now = 0;
    const double *own = &head->weight[2 * c];
    for (int j = 0; j < head->classes && n > 0; j++) {
        const double *w = &head->weight[2 * j];
        double nx = own[0] - w[0], ny = own[1] - w[1];
        double d = head->bias ? head->bias[c] - head->bias[j] : 0;
        if (j == c || (nx == 0 && ny == 0 && d == 0 && j > c))
            continue;
        if (nx == 0 && ny == 0 && !(d > 0)) /* never larger, or an exact tie with a lower index */
            return 0;
        n = clip_half_plane(buffer[now], n, nx, ny, d, buffer[!now], CORNER_MAX);
        now = !now;
    }
    if (n > max)
        n = max;
    memcpy(xy, buffer[now], 2 * sizeof *xy * (size_t)n);
    return n < 3 ? 0 : n;
}

static int clip_end(
    const double w[2], double b, double end, double sign, const double *in, int n, double *out, int max)
{
    if (!isfinite(end)) {
        memcpy(out, in, 2 * sizeof *in * (size_t)n);
        return n;
    }
    return clip_half_plane(in, n, sign * w[0], sign * w[1], sign * (b - end), out, max);
}

int region_band(const double w[2], double b, double from, double to, const double box[4], double *xy, int max)
{
    double start[8] = { box[0], box[1], box[2], box[1], box[2], box[3], box[0], box[3] }, half[16];
    int n = clip_end(w, b, from, 1, start, 4, half, 8);
    double whole[16];
    if (w[0] == 0 && w[1] == 0 &&
        !(b > from && b <= to)) /* everywhere the same; the test rule asks for more than 0 */
        return 0;
    n = clip_end(w, b, to, -1, half, n, whole, 8);
    n = n > max ? max : n;
    memcpy(xy, whole, 2 * sizeof *xy * (size_t)n);
    return n < 3 ? 0 : n;
}
