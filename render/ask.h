/* ask.h - a canvas that draws nothing: it notes which named stroke (canvas_mark) lies under a point, so that whatever a
 * view draws can be pointed at without a second description of where it is. Lives where its caller puts it; allocates
 * nothing. */
#ifndef RENDER_ASK_H
#define RENDER_ASK_H

#include "render/canvas.h"

struct ask {
    struct canvas canvas;             /* draw on this one */
    struct point at;
    struct rect clip;
    bool clipped;
    char what[64];                    /* the name, empty: nothing there has one */
    struct rect where;                /* the thing, or of a long one the place under the point */
    double distance;                  /* px from its stroke; AREA for a filled one, which every stroke beats */
};

void ask_init(struct ask *ask, struct point at, double width, double height);

#endif
