/* sprite.h - markers rasterised once and stamped many times; and the outline of each marker shape.
 * A sprite holds 4 x 4 pictures of one marker, a quarter of a pixel apart. */
#ifndef RENDER_SPRITE_H
#define RENDER_SPRITE_H

#include "render/canvas.h"

enum { SHAPE_POINTS = 32, SPRITE_STEPS = 4 };

/* The shape's outline about the origin, closed; returns how many of at most SHAPE_POINTS points. The sizes make
 * the shapes weigh about the same as a circle of that radius. */
int shape_outline(enum shape shape, double radius, struct point *out);
/* Width of the line that draws a hollow marker, inside its outline. */
double shape_hollow_width(enum shape shape, double radius);

struct sprite_cache;
struct sprite_cache *sprite_cache_create(void);      /* NULL: out of memory */
void sprite_cache_destroy(struct sprite_cache *cache);

/* Pixels to draw into: premultiplied ARGB32, rows `stride` bytes apart; only x0..x1-1, y0..y1-1 are touched. */
struct target {
    uint8_t *pixels;
    int stride, x0, y0, x1, y1;
};

/* Stamps the marker at n places, in logical px. False when out of memory. */
bool sprite_stamp(struct sprite_cache *cache, const struct target *target, const struct point *at, int n,
    const struct marker *marker, double scale);

/* A colour's coverage over a pixel. */
uint32_t pixel_premultiply(struct color c);
static inline uint32_t pixel_scale(uint32_t p, uint32_t a)
{
    uint32_t rb = (p & 0xff00ff) * a + 0x800080, ag = (p >> 8 & 0xff00ff) * a + 0x800080;
    rb = (rb + (rb >> 8 & 0xff00ff)) >> 8 & 0xff00ff;
    ag = (ag + (ag >> 8 & 0xff00ff)) & 0xff00ff00;
    return rb | ag;
}
static inline uint32_t pixel_over(uint32_t source, uint32_t below)
{
    return source + pixel_scale(below, 255 - (source >> 24));
}

#endif
