/* thumb.h - a sample's image and a small class badge, as several views show them. */
#ifndef RENDER_THUMB_H
#define RENDER_THUMB_H

#include "render/view.h"

/* Whether the shown sample has an image in the scene's data. */
bool thumb_has(const struct scene *scene, int sample);
/* It as large as fits into `at`, in its own proportions from the top left corner; its size. */
struct rect thumb_fit(const struct scene *scene, struct rect at);
void thumb_draw(struct canvas *c, const struct scene *scene, int sample, struct rect at);
/* Two letters at most, smaller where the badge is. Nothing for no class. */
void thumb_chip(struct canvas *c, const struct theme *theme, const struct snapshot *snap, struct point at, int class,
    double radius);

#endif
