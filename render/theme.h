/* theme.h - colours by their names, and a class's colour and shape. */
#ifndef RENDER_THEME_H
#define RENDER_THEME_H

#include "render/canvas.h"

struct theme {
    const char *id;
    bool dark;
    struct color bg, surface, raised, raised2, hairline, grid, axis, disc, text1, text2, text3, margin, good, bad,
        rival, wedge;
    struct color classes[10];
    float region_alpha, zone_alpha, hatch_alpha, edge_alpha;
};

const struct theme *theme_find(const char *id);   /* dark, light, print; NULL when unknown */
const struct theme *theme_at(int i);              /* NULL past the end */

struct theme theme_projected(const struct theme *theme);   /* stronger tints and edges, for a projector */

struct color class_color(const struct theme *theme, int label);
struct marker class_marker(const struct theme *theme, int label, double radius);
struct color color_alpha(struct color c, double alpha);
struct color color_mix(struct color a, struct color b, double t);
/* near-black or white, whichever reads better on c */
struct color color_on(struct color c);
double color_contrast(struct color a, struct color b);   /* WCAG ratio */

#endif
