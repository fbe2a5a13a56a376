/* feature_lens.h - what the lens adds to the feature plane: where the loss pulls the chosen sample, and the probe. */
#ifndef RENDER_FEATURE_LENS_H
#define RENDER_FEATURE_LENS_H

#include "render/view.h"

/* -dL/dx at the selected sample or at the probe; the probe itself with its angles and numbers. Nothing without. */
void feature_lens(struct canvas *c, const struct scene *scene, const struct look *look, const struct plane *plane,
    struct rect rect);

#endif
