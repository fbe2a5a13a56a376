/* feature_data.h - the plane of a linear model: the data themselves with axes, the boundary or the fitted line, its
 * margin, slack and residuals. It has no disc, and fills its view. */
#ifndef RENDER_FEATURE_DATA_H
#define RENDER_FEATURE_DATA_H

#include "render/feature_region.h"

struct plane data_plane(const struct scene *scene, const struct look *look, struct rect rect);
void data_draw(const struct ground *g);

#endif
