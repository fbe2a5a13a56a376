#include "render/sprite.h"

#include <cairo.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

enum { SPRITE_SLOTS = 40, OFFSETS = SPRITE_STEPS * SPRITE_STEPS };

/* Coverage of the filling and of the outline around it, OFFSETS pictures of size x size each; then the same
 * in the colours of the last call, with what is left of the pixel below in each of its four bytes. */
struct sprite {
    enum shape shape;
    bool hollow;
    double radius, outline; /* device px */
    int size;
    uint8_t *fill, *edge;
    uint32_t *color, *rest;
    int *from, *to; /* the columns that hold anything, whole blocks of them, by row of all pictures */
    int top[OFFSETS], bottom[OFFSETS];
    uint32_t fill_color, edge_color;
    bool colored;
    uint64_t used;
};

struct sprite_cache {
    struct sprite slot[SPRITE_SLOTS];
    uint64_t clock;
};

/* ---- shapes ---- */

static int regular(struct point *out, int n, double radius, double turn)
{
    for (int i = 0; i < n; i++) {
        double a = turn + 2 * PI * i / n;
        out[i] = (struct point){ radius * cos(a), -radius * sin(a) };
    }
    return n;
}

/* A plus with arms of half-width `arm`, turned by `turn`. */
static int cross(struct point *out, double reach, double arm, double turn)
{
    const struct point corner[] = { { arm, arm }, { arm, reach }, { -arm, reach } };
    for (int i = 0; i < 12; i++) {
        double a = turn + PI / 2 * (i / 3), x = corner[i % 3].x, y = corner[i % 3].y;
        out[i] = (struct point){ x * cos(a) - y * sin(a), x * sin(a) + y * cos(a) };
    }
    return 12;
}

static int star(struct point *out, double radius)
{
    for (int i = 0; i < 10; i++) {
        double a = PI / 2 + PI * i / 5, r = i % 2 ? radius * 0.45 : radius;
        out[i] = (struct point){ r * cos(a), -r * sin(a) };
    }
    return 10;
}

static int bar(struct point *out, double half_width, double half_height)
{
    const struct point at[] = { { -half_width, -half_height }, { half_width, -half_height },
        { half_width, half_height }, { -half_width, half_height } };
    memcpy(out, at, sizeof at);
    return 4;
}

int shape_outline(enum shape shape, double r, struct point *out)
{
    switch (shape) {
    case SHAPE_SQUARE:
        return bar(out, 0.9 * r, 0.9 * r);
    case SHAPE_TRIANGLE_UP:
        return regular(out, 3, 1.3 * r, PI / 2);
    case SHAPE_DIAMOND:
        return regular(out, 4, 1.3 * r, 0);
    case SHAPE_TRIANGLE_DOWN:
        return regular(out, 3, 1.3 * r, -PI / 2);
    case SHAPE_PLUS:
        return cross(out, 1.25 * r, 0.38 * r, 0);
    case SHAPE_CROSS:
        return cross(out, 1.25 * r, 0.34 * r, PI / 4);
    case SHAPE_HEXAGON:
        return regular(out, 6, 1.1 * r, 0);
    case SHAPE_BAR:
        return bar(out, 1.35 * r, 0.6 * r);
    case SHAPE_STAR:
        return star(out, 1.4 * r);
    case SHAPE_CIRCLE:
    case SHAPE_COUNT:
        break;
    }
    return regular(out, SHAPE_POINTS, r, 0);
}

double shape_hollow_width(enum shape shape, double radius)
{
    bool thin = shape == SHAPE_PLUS || shape == SHAPE_CROSS || shape == SHAPE_STAR || shape == SHAPE_BAR;
    return thin ? 0.2 * radius : fmax(0.4 * radius, 0.75);
}

/* ---- rasterising ---- */

static void trace(cairo_t *cr, enum shape shape, double radius, double x, double y)
{
    struct point at[SHAPE_POINTS];
    int n = shape_outline(shape, radius, at);
    for (int i = 0; i < n; i++)
        cairo_line_to(cr, x + at[i].x, y + at[i].y);
    cairo_close_path(cr);
}

static void draw_fill(cairo_t *cr, const struct sprite *s, double x, double y)
{
    trace(cr, s->shape, s->radius, x, y);
    if (!s->hollow) {
        cairo_fill(cr);
        return;
    }
    cairo_clip_preserve(cr);
    cairo_set_line_width(cr, 2 * shape_hollow_width(s->shape, s->radius));
    cairo_stroke(cr);
    cairo_reset_clip(cr);
}

/* The whole shape and a line around it: what the filling does not cover of it is the outline. */
static void draw_hull(cairo_t *cr, const struct sprite *s, double x, double y)
{
    trace(cr, s->shape, s->radius, x, y);
    if (s->outline > 0) {
        cairo_set_line_width(cr, 2 * s->outline);
        cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
        cairo_stroke_preserve(cr);
    }
    cairo_fill(cr);
}

static bool rasterise(uint8_t *out, const struct sprite *s, int offset,
    void (*draw)(cairo_t *cr, const struct sprite *s, double x, double y))
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, s->size, s->size);
    cairo_t *cr = cairo_create(surface);
    cairo_set_antialias(cr, CAIRO_ANTIALIAS_BEST);
    double x = s->size / 2 + (offset % SPRITE_STEPS + 0.5) / SPRITE_STEPS;
    double y = s->size / 2 + (offset / SPRITE_STEPS + 0.5) / SPRITE_STEPS;
    draw(cr, s, x, y);
    cairo_destroy(cr);
    cairo_surface_flush(surface);
    const uint8_t *data = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    for (int row = 0; data && row < s->size; row++)
        memcpy(out + row * s->size, data + row * stride, (size_t)s->size);
    cairo_surface_destroy(surface);
    return data != NULL;
}

static void free_sprite(struct sprite *s)
{
    free(s->fill);
    free(s->edge);
    free(s->color);
    free(s->rest);
    free(s->from);
    free(s->to);
    memset(s, 0, sizeof *s);
}

/* Blocks end where the picture does at the latest: its size is one of whole blocks. */
static void find_spans(struct sprite *s)
{
    for (int row = 0; row < OFFSETS * s->size; row++) {
        const uint8_t *fill = s->fill + (size_t)row * (size_t)s->size, *edge = s->edge + (fill - s->fill);
        int from = 0, to = s->size, picture = row / s->size;
        while (from < to && !(fill[from] | edge[from]))
            from++;
        while (to > from && !(fill[to - 1] | edge[to - 1]))
            to--;
        to = from + (to - from + PIXEL_BLOCK - 1) / PIXEL_BLOCK * PIXEL_BLOCK;
        s->from[row] = to > s->size ? from - (to - s->size) : from;
        s->to[row] = to > s->size ? s->size : to;
        if (to > from) {
            s->top[picture] = s->bottom[picture] ? s->top[picture] : row % s->size;
            s->bottom[picture] = row % s->size + 1;
        }
    }
}

static bool build(struct sprite *s)
{
    /* 1.5 covers the widest shape, a star's point with its round join */
    int least = 2 * (int)ceil(1.5 * s->radius + s->outline + 1) + 1;
    s->size = (least + PIXEL_BLOCK - 1) / PIXEL_BLOCK * PIXEL_BLOCK;
    size_t pixels = (size_t)s->size * (size_t)s->size;
    s->fill = malloc(OFFSETS * pixels);
    s->edge = malloc(OFFSETS * pixels);
    s->color = malloc(OFFSETS * pixels * sizeof *s->color);
    s->rest = malloc(OFFSETS * pixels * sizeof *s->rest);
    s->from = malloc(OFFSETS * (size_t)s->size * sizeof *s->from);
    s->to = malloc(OFFSETS * (size_t)s->size * sizeof *s->to);
    if (!s->fill || !s->edge || !s->color || !s->rest || !s->from || !s->to)
        return false;
    for (int i = 0; i < OFFSETS; i++) {
        uint8_t *fill = s->fill + i * pixels, *edge = s->edge + i * pixels;
        if (!rasterise(fill, s, i, draw_fill) || !rasterise(edge, s, i, draw_hull))
            return false;
        for (size_t p = 0; p < pixels; p++)
            edge[p] = s->outline > 0 && !s->hollow && edge[p] > fill[p] ? edge[p] - fill[p] : 0;
    }
    find_spans(s);
    return true;
}

static bool same(const struct sprite *s, const struct marker *m, double scale)
{
    return s->fill && s->shape == m->shape && s->hollow == m->hollow && s->radius == m->radius * scale &&
           s->outline == m->outline_width * scale;
}

static struct sprite *find(struct sprite_cache *cache, const struct marker *m, double scale)
{
    struct sprite *oldest = &cache->slot[0];
    for (int i = 0; i < SPRITE_SLOTS; i++) {
        if (same(&cache->slot[i], m, scale))
            return &cache->slot[i];
        if (cache->slot[i].used < oldest->used)
            oldest = &cache->slot[i];
    }
    free_sprite(oldest);
    *oldest = (struct sprite){ .shape = m->shape,
        .hollow = m->hollow,
        .radius = m->radius * scale,
        .outline = m->outline_width * scale };
    if (build(oldest))
        return oldest;
    free_sprite(oldest);
    return NULL;
}

uint32_t pixel_premultiply(struct color c)
{
    float a = fminf(fmaxf(c.a, 0), 1);
    float channel[] = { c.b, c.g, c.r };
    uint32_t p = (uint32_t)lroundf(a * 255) << 24;
    for (int i = 0; i < 3; i++)
        p |= (uint32_t)lroundf(fminf(fmaxf(channel[i], 0), 1) * a * 255) << (8 * i);
    return p;
}

static void colorise(struct sprite *s, const struct marker *m)
{
    uint32_t fill = pixel_premultiply(m->fill), edge = pixel_premultiply(m->outline);
    if (s->colored && s->fill_color == fill && s->edge_color == edge)
        return;
    size_t pixels = (size_t)OFFSETS * (size_t)s->size * (size_t)s->size;
    for (size_t p = 0; p < pixels; p++) {
        s->color[p] = pixel_scale(fill, s->fill[p]) + pixel_scale(edge, s->edge[p]);
        s->rest[p] = pixel_rest(s->color[p]);
    }
    s->fill_color = fill;
    s->edge_color = edge;
    s->colored = true;
}

/* ---- stamping ---- */

static inline int larger(int a, int b)
{
    return a > b ? a : b;
}

static inline int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* floor of what is far less than a million away from 0, without a call. */
static inline int below(double x)
{
    return (int)(x + 1048576) - 1048576;
}

static void stamp(const struct sprite *s, const struct target *t, double x, double y)
{
    int qx = below(x * SPRITE_STEPS), qy = below(y * SPRITE_STEPS);
    int px = qx >> 2, py = qy >> 2, size = s->size;
    int offset = (qy & (SPRITE_STEPS - 1)) * SPRITE_STEPS + (qx & (SPRITE_STEPS - 1));
    int left = px - size / 2, top = py - size / 2;
    bool whole = left >= t->x0 && left + size <= t->x1;
    int c0 = larger(t->x0 - left, 0), c1 = smaller(t->x1 - left, size);
    int r0 = larger(t->y0 - top, s->top[offset]), r1 = smaller(t->y1 - top, s->bottom[offset]);
    for (int r = r0; r < r1; r++) {
        size_t at = ((size_t)offset * (size_t)size + (size_t)r) * (size_t)size;
        uint32_t *to = (uint32_t *)(t->pixels + (ptrdiff_t)(top + r) * t->stride) + left;
        int first = s->from[offset * size + r], last = s->to[offset * size + r];
        if (whole)
            pixels_over(to + first, s->color + at + first, s->rest + at + first, last - first);
        else
            for (int c = larger(first, c0); c < smaller(last, c1); c++)
                to[c] = pixel_over(s->color[at + (size_t)c], to[c]);
    }
}

bool sprite_stamp(struct sprite_cache *cache, const struct target *target, const struct point *at, int n,
    const struct marker *marker, double scale)
{
    struct sprite *s = find(cache, marker, scale);
    if (!s)
        return false;
    s->used = ++cache->clock;
    colorise(s, marker);
    for (int i = 0; i < n; i++) {
        double x = at[i].x * scale, y = at[i].y * scale;
        if (x > target->x0 - s->size && x < target->x1 + s->size && y > target->y0 - s->size &&
            y < target->y1 + s->size) /* false for NaN */
            stamp(s, target, x, y);
    }
    return true;
}

struct sprite_cache *sprite_cache_create(void)
{
    return calloc(1, sizeof(struct sprite_cache));
}

void sprite_cache_destroy(struct sprite_cache *cache)
{
    if (!cache)
        return;
    for (int i = 0; i < SPRITE_SLOTS; i++)
        free_sprite(&cache->slot[i]);
    free(cache);
}
