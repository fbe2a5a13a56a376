/* input_shape.h - the decision map of the inputs as outlines: one polygon a class with the borders between classes
 * solved between the grid's nodes, ready to be laid on any rectangle. */
#ifndef RENDER_INPUT_SHAPE_H
#define RENDER_INPUT_SHAPE_H

#include "math/input_map.h"
#include "render/contour.h"

enum { INPUT_SHAPE_PARTS = 256, INPUT_SHAPE_POINTS = 32768, INPUT_SHAPE_JOINTS = 512 };

struct input_part {
    int class;                        /* -1: where the certainty is below INPUT_DOUBT */
    int first, count;                 /* of `at` */
};

/* Where three or more classes meet inside one cell of the grid: what none of their outlines covers. */
struct input_joint {
    int class, count;
    struct point at[4];
};

struct input_shape {
    struct input_map made_of;
    struct input_part part[INPUT_SHAPE_PARTS];
    int parts;
    struct input_joint joint[INPUT_SHAPE_JOINTS];
    int joints;
    struct point at[INPUT_SHAPE_POINTS];      /* x and y of the inputs */
    bool edge[INPUT_SHAPE_POINTS];            /* from this point to the next is a border between classes */
    int points;
};

static const double INPUT_DOUBT = 0.75;

/* Allocates on first use; false without memory. Makes nothing anew for a map that *shape was made from. */
bool input_shape_build(struct input_shape **shape, const struct input_map *map);

#endif
