/* feature_marks.h - what a loss keeps or has just used, drawn among the points of the feature plane: weights,
 * class means, centres, the radius of ring or l2_softmax, pairs of the last batch, siamese's "same" diamond. */
#ifndef RENDER_FEATURE_MARKS_H
#define RENDER_FEATURE_MARKS_H

#include "render/feature_region.h"

/* Shafts go under the points, heads above them. */
void marks_shafts(const struct ground *g);
void marks_heads(const struct ground *g);
void marks_over(const struct ground *g);       /* links, circles, means, centres, the diamond */

/* Which layers have anything to show for this snapshot: `enum layer` bits. */
unsigned feature_layers(const struct scene *scene);

#endif
