/* field.h - what the two kinds of field share: a mesh of values with room for its contours, and how they are drawn.
 * The loss of a class over the features is view_field.c, the objective over two weights landscape.c. */
#ifndef RENDER_FIELD_H
#define RENDER_FIELD_H

#include "render/contour.h"
#include "render/view.h"

enum { FIELD_NODES = 8192, FIELD_CELLS = 9216, FIELD_OUTLINE = 12288, FIELD_LEVELS = 12 };

/* Made when a field is first drawn, and kept by the scene. */
struct field {
    struct point at[FIELD_NODES];
    double value[FIELD_NODES], sorted[FIELD_NODES];
    uint8_t seen[FIELD_CELLS];
    struct point outline[FIELD_OUTLINE];
    bool edge[FIELD_OUTLINE];
    double *work;                    /* of loss_eval */
    size_t work_size;
};
/* The scene's, with room for `work` doubles; NULL without memory. */
struct field *field_room(struct scene *scene, size_t work);
void field_destroy(struct field *field);

struct contours {
    double level[FIELD_LEVELS];      /* rising, in the units of mesh.value */
    char label[FIELD_LEVELS][24];
    int count;
    struct color ground, fill;       /* the lowest band is fill over ground, the highest all but ground */
    bool clear;                      /* no ground is painted: the bands let through what is below */
    struct color line;
    struct point center;             /* labels are sought `reach` px away from here; 0: at any distance */
    double reach;
    struct rect area;                /* and inside this */
};
void field_contours(
    struct canvas *c, struct field *field, const struct mesh *mesh, const struct contours *contours);
void field_labels(struct canvas *c, struct field *field, const struct mesh *mesh, const struct contours *contours,
    const struct theme *theme);
/* A thin arrow with a small head. */
void field_arrow(struct canvas *c, struct point from, struct point to, double width, struct color color);

/* J(w1, w2) of a linear model of two numbers, or J(w, b) of a fitted line. */
bool landscape_fits(const struct scene *scene);
void landscape_draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect);
/* J at the two numbers p over the shown samples, everything else as it is now; NaN where there is no landscape. */
double landscape_at(struct scene *scene, const double p[2]);

#endif
