/* contour.h - level sets of values on a mesh of quadrangles: marching squares, traced into closed outlines, so that
 * what lies below a level is one polygon without seams. Straight between neighbours. */
#ifndef RENDER_CONTOUR_H
#define RENDER_CONTOUR_H

#include "render/canvas.h"

/* Nodes row by row. Round: after the last column comes the first again. A value that is not finite is above every
 * level. */
struct mesh {
    int cols, rows;
    bool round;
    const struct point *at;          /* (rows, cols) */
    const double *value;             /* (rows, cols) */
    /* Where the level lies from the low node to its neighbour, 0..1; NULL: straight between their values. */
    double (*cut)(const struct mesh *mesh, int low, int high);
    const void *user;
};

/* The outline of where value < level: closed loops with the low side to their left in the mesh's own order, joined
 * into one polygon by cuts of no width; `edge[k]` says that the piece from point k to the next is on the level (it
 * is not where an outline follows the mesh's border, nor on a cut). `seen` has room for contour_cells() bytes.
 * Returns the number of points; 0 when nothing lies below, or when `max` would not hold them. */
int contour_below(const struct mesh *mesh, double level, uint8_t *seen, struct point *out, bool *edge, int max);
int contour_cells(const struct mesh *mesh);

#endif
