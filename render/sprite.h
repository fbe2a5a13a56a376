/* sprite.h - markers rasterised once and stamped many times; and the outline of each marker shape.
 * A sprite holds 4 x 4 pictures of one marker, a quarter of a pixel apart. */
#ifndef RENDER_SPRITE_H
#define RENDER_SPRITE_H

#include <string.h>

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
/* What is left of the pixel below, in each of its bytes. */
static inline uint32_t pixel_rest(uint32_t source)
{
    return (255 - (source >> 24)) * 0x01010101u;
}
/* pixel_over for whole blocks, a byte a lane, which the compiler turns into vectors. */
enum { PIXEL_BLOCK = 4 };
static inline void pixels_over(uint32_t *to, const uint32_t *source, const uint32_t *rest, int n)
{
    uint8_t above[4 * PIXEL_BLOCK], keep[4 * PIXEL_BLOCK], lane[4 * PIXEL_BLOCK];
    for (int c = 0; c < n; c += PIXEL_BLOCK) {
        memcpy(above, source + c, sizeof above);
        memcpy(keep, rest + c, sizeof keep);
        memcpy(lane, to + c, sizeof lane);
        for (int i = 0; i < 4 * PIXEL_BLOCK; i++) {
            uint16_t v = (uint16_t)(lane[i] * keep[i] + 128);
            lane[i] = (uint8_t)(above[i] + (uint8_t)((uint16_t)(v + (v >> 8)) >> 8));
        }
        memcpy(to + c, lane, sizeof lane);
    }
}

#endif
