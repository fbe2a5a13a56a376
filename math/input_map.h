/* input_map.h - what a training predicts over the plane of its inputs, on a grid: for data of two numbers. */
#ifndef MATH_INPUT_MAP_H
#define MATH_INPUT_MAP_H

#include <stdint.h>

enum { INPUT_MAP_SIDE = 72 };

struct input_map {
    int w, h;                         /* nodes; 0: never asked for, or there is no such plane */
    double box[4];                    /* x0 y0 x1 y1 of the outermost nodes */
    long step;
    uint16_t class[INPUT_MAP_SIDE * INPUT_MAP_SIDE];      /* by the test rule; rows from y0 up */
    float gap[INPUT_MAP_SIDE * INPUT_MAP_SIDE];           /* its logit minus the next one's; NaN where there is none */
    float cut_right[INPUT_MAP_SIDE * INPUT_MAP_SIDE];     /* how far to the next node of the row, or of the column, the */
    float cut_up[INPUT_MAP_SIDE * INPUT_MAP_SIDE];        /* class ends, 0..1; only where that one is of another class */
    float certainty[INPUT_MAP_SIDE * INPUT_MAP_SIDE];     /* its probability without a margin */
};

#endif
