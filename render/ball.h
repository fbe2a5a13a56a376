/* ball.h - the unit sphere of 3-D features as seen by a camera: geometry shared by drawing and picking. */
#ifndef RENDER_BALL_H
#define RENDER_BALL_H

#include "render/view.h"

struct ball {
    struct point center;
    double radius;                    /* px */
    float turn[9];                    /* rows: where x, y (up) and z (towards the eye) of the picture are */
};

struct ball ball_layout(const struct look *look, struct rect rect);
/* Eye coordinates of a direction: x right, y up, z towards the eye, all times its length. */
void ball_turn(const struct ball *b, const double *direction, double *out);
struct point ball_at(const struct ball *b, const double *eye);

/* True when borders of directions hold at one norm alone: the circle and the ball say at which. */
bool ball_norm_matters(const struct loss_force *force);

void ball_draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect);

#endif
