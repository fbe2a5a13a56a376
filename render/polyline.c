#include "render/polyline.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { BOX_MAX = 400000 }; /* pixels; beyond, clearing and reading the coverage costs more than is won */

struct box {
    int x0, y0, x1, y1;
};

static struct box intersect(struct box a, double x0, double y0, double x1, double y1)
{
    return (struct box){ (int)fmax(a.x0, fmin(floor(x0), a.x1)), (int)fmax(a.y0, fmin(floor(y0), a.y1)),
        (int)fmin(a.x1, fmax(ceil(x1), a.x0)), (int)fmin(a.y1, fmax(ceil(y1), a.y0)) };
}

/* False when a point is not finite. */
static bool bounds(
    const struct target *t, const struct point *at, int n, double scale, double reach, struct box *out)
{
    double x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;
    for (int i = 0; i < n; i++) {
        if (!isfinite(at[i].x) || !isfinite(at[i].y))
            return false;
        x0 = fmin(x0, at[i].x * scale);
        y0 = fmin(y0, at[i].y * scale);
        x1 = fmax(x1, at[i].x * scale);
        y1 = fmax(y1, at[i].y * scale);
    }
    *out =
        intersect((struct box){ t->x0, t->y0, t->x1, t->y1 }, x0 - reach, y0 - reach, x1 + reach, y1 + reach);
    return true;
}

static bool reserve(struct polyline *p, size_t size)
{
    if (size <= p->size)
        return true;
    uint8_t *grown = calloc(size, 1);
    if (!grown)
        return false;
    free(p->coverage);
    p->coverage = grown;
    p->size = size;
    return true;
}

/* The largest coverage counts where segments meet, so that corners are not darker than the line. */
static void cover_span(
    uint8_t *row, int x0, int x1, struct point a, struct point d, double y, double reach, double most)
{
    double inverse = 1 / fmax(d.x * d.x + d.y * d.y, 1e-12), py = y - a.y;
    for (int x = x0; x < x1; x++) {
        double px = x + 0.5 - a.x, t = fmin(fmax((px * d.x + py * d.y) * inverse, 0), 1);
        double ex = px - t * d.x, ey = py - t * d.y;
        double coverage = fmin(fmax(reach - sqrt(ex * ex + ey * ey), 0), 1) * most;
        uint8_t value = (uint8_t)(coverage * 255 + 0.5);
        row[x] = value > row[x] ? value : row[x];
    }
}

static void cover_segment(
    uint8_t *coverage, struct box all, struct point a, struct point b, double reach, double most)
{
    struct box box = intersect(
        all, fmin(a.x, b.x) - reach, fmin(a.y, b.y) - reach, fmax(a.x, b.x) + reach, fmax(a.y, b.y) + reach);
    struct point d = { b.x - a.x, b.y - a.y };
    double half = fabs(d.y) > 1e-6 ? reach * hypot(d.x, d.y) / fabs(d.y) + 1 : INFINITY;
    for (int y = box.y0; y < box.y1; y++) {
        double middle = half < INFINITY ? a.x + (y + 0.5 - a.y) * d.x / d.y : 0;
        int x0 = (int)fmin(fmax(box.x0, middle - half), box.x1),
            x1 = (int)fmax(fmin(box.x1, middle + half), x0);
        uint8_t *row = coverage + (ptrdiff_t)(y - all.y0) * (all.x1 - all.x0) - all.x0;
        cover_span(row, x0, x1, a, d, y + 0.5, reach, most);
    }
}

static void blend(uint8_t *coverage, struct box all, const struct target *t, uint32_t color)
{
    int width = all.x1 - all.x0;
    for (int y = all.y0; y < all.y1; y++, coverage += width) {
        uint32_t *to = (uint32_t *)(t->pixels + (ptrdiff_t)y * t->stride) + all.x0;
        for (int x = 0; x < width; x++)
            if (coverage[x])
                to[x] = pixel_over(pixel_scale(color, coverage[x]), to[x]);
        memset(coverage, 0, (size_t)width);
    }
}

bool polyline_draw(struct polyline *p, const struct target *target, const struct point *at, int n,
    double width_px, double scale, struct color color)
{
    struct box all;
    double reach = fmax(width_px, 1) / 2 + 0.5, most = fmin(width_px, 1);
    if (!bounds(target, at, n, scale, reach, &all))
        return false;
    if (all.x0 >= all.x1 || all.y0 >= all.y1)
        return true;
    size_t size = (size_t)(all.x1 - all.x0) * (size_t)(all.y1 - all.y0);
    if (size > BOX_MAX || !reserve(p, size))
        return false;
    for (int i = 1; i < n; i++)
        cover_segment(p->coverage, all, (struct point){ at[i - 1].x * scale, at[i - 1].y * scale },
            (struct point){ at[i].x * scale, at[i].y * scale }, reach, most);
    blend(p->coverage, all, target, pixel_premultiply(color));
    return true;
}
