/* feature_words.h - the text around the feature plane, and how much room the disc with its rose and chips takes. */
#ifndef RENDER_FEATURE_WORDS_H
#define RENDER_FEATURE_WORDS_H

#include "render/view.h"

enum { FEATURE_EDGE = 24, FEATURE_CHIP_RADIUS = 10 };   /* px: text from the sides; a class badge */

double feature_chip_distance(double radius);      /* of a badge's centre from the origin */
double feature_reach(double radius);              /* nothing of the disc lies beyond */
bool rect_hits_disc(struct rect r, struct point center, double radius);

/* What the strokes of the plane mean, in one row from `at` (the left end of its middle line). Returns its width; with
 * c NULL it only measures. */
double feature_legend(struct canvas *c, const struct scene *scene, const struct look *look, struct point at);

/* The layer toggles at the top right of the plane or the ball, which takes the room of `plane`. */
void feature_toggles_draw(struct canvas *c, const struct scene *scene, const struct look *look,
    const struct plane *plane, struct rect rect);

/* "5 000 of 60 000 training points"; the length as of snprintf. */
int feature_points(const struct snapshot *snap, char *out, size_t size);
/* Legend and statistics are left out where they would touch the disc. */
void feature_words(struct canvas *c, const struct scene *scene, const struct look *look, const struct plane *plane,
    struct rect rect);

#endif
