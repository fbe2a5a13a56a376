/* fill.h - polygons straight into pixels, every pixel by the exact share of it that is covered. Costs by the length
 * of the outline and the area painted, not by the box around it: five to ten times as fast as cairo on what the
 * window draws (sectors, thin rings, spokes, dashes). */
#ifndef RENDER_FILL_H
#define RENDER_FILL_H

#include "render/sprite.h"

struct fill_edge {
    double x, y, end, slope;  /* from its upper end down to y = end, device px from the target's corner */
    float side;               /* +1 down, -1 up */
    int next;                 /* in the same first row, -1: none */
};

/* Zero bytes are a good one to begin with; the arrays grow to the largest polygon seen. */
struct fill {
    struct fill_edge *edge;
    int edge_count, edge_capacity;
    int *row;                 /* first edge of each row of the target, -1 none */
    int *active;              /* edges that cross the current row */
    int row_capacity;
    float *change;            /* of the coverage, at each pixel of a row; all zero between rows */
    uint64_t *touched;        /* where it changes, a bit a pixel */
    int width_capacity;
    const struct target *target;
    int rows, width;          /* of the target's box */
    int top, bottom;          /* rows that have edges */
    int left, right;          /* columns, from where any edge may change to where the last one does */
    bool failed;              /* out of memory, or a point was not finite */
};

/* Lines x + y = const: premultiplied pixels of a period along x, from the canvas's corner, FILL_STRIP of them
 * repeated behind it; and what each leaves of the pixel below. */
enum { FILL_STRIP = 256 };
struct fill_hatch {
    int period;
    uint32_t *pixel, *rest;   /* period + FILL_STRIP each */
};

void fill_clear(struct fill *f);

/* begin, then contours, then paint. Contours of opposite turn cancel: a ring is two circles. */
void fill_begin(struct fill *f, const struct target *target);
void fill_contour(struct fill *f, const struct point *at, int n, double scale);
/* The contour backwards. */
void fill_hole(struct fill *f, const struct point *at, int n, double scale);
/* The outlines of a line `width` logical px wide: 2 points, or a smooth line, closed or not, with mitred corners.
 * False (and nothing added) when it turns too sharply for its width. */
bool fill_stroke(struct fill *f, const struct point *at, int n, bool closed, double width, double scale);
/* A straight line's dashes, with butt ends. */
void fill_dashes(struct fill *f, const struct point *ends, const struct stroke *stroke, double scale);
/* False when the contours could not all be taken: nothing is painted then. */
bool fill_paint(struct fill *f, uint32_t color);
bool fill_paint_hatch(struct fill *f, const struct fill_hatch *hatch);

#endif
