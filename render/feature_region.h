/* feature_region.h - who owns which part of the plane, and where the margin still pushes: sectors, sectors with
 * curved edges, polygons, half planes and bands, clipped to the disc or to the view. */
#ifndef RENDER_FEATURE_REGION_H
#define RENDER_FEATURE_REGION_H

#include "render/disc.h"

/* The plane as something to draw on. */
struct ground {
    struct canvas *canvas;
    struct scene *scene;
    const struct look *look;
    const struct plane *plane;
    const struct disc *disc;
    bool round;                       /* clipped to the disc; else to `rect` */
    struct rect rect;
    double box[4];                    /* plane coordinates that cover all that shows */
};

struct ground ground_of(const struct disc *d, struct scene *scene, const struct look *look,
    const struct plane *plane, struct rect rect);
struct point ground_at(const struct ground *g, double x, double y);

void regions_draw(const struct ground *g);

/* Fills or hatches a convex polygon of plane coordinates, xy interleaved. */
void ground_fill(const struct ground *g, const double *xy, int n, struct color color);
void ground_hatch(const struct ground *g, const double *xy, int n, double pitch, struct color color);
/* The part of w.x + b = level that shows; false when none does. */
bool ground_level(const struct ground *g, const double w[2], double b, double level, struct point ends[2]);
/* The part of a straight line on the page that shows. */
bool ground_clip(const struct ground *g, struct point *a, struct point *b);

/* One score decides: w and b of class 1 against class 0. False when the loss is no such loss. */
bool score_line(const struct snapshot *snap, double w[2], double *b);
/* The loss asks for t z >= 1 (hinge). */
bool score_has_margin(const struct snapshot *snap);

#endif
