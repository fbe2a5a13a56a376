/* polyline.h - long thin lines straight into pixels: four times as fast as cairo's strokes, which pay for every
 * corner. Coverage falls off with the distance from the line; corners and ends are round. */
#ifndef RENDER_POLYLINE_H
#define RENDER_POLYLINE_H

#include "render/sprite.h"

#include <stddef.h>

struct polyline {
    uint8_t *coverage;        /* all zero between calls; the owner frees it */
    size_t size;
};

/* Draws through n points in device pixels `scale` times the logical ones. False when it is no such line (its box
 * is too large to pay) or memory ran out: nothing is drawn then. */
bool polyline_draw(struct polyline *p, const struct target *target, const struct point *at, int n, double width_px,
    double scale, struct color color);

#endif
