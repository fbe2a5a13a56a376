/* formula.h - formula text laid out and drawn: \frac, \sum, ^ _ with {}, Greek by name,
 * upright functions, \m{..} in the amber of the margin, \cls{y}{..} in the colour of class number y. */
#ifndef RENDER_FORMULA_H
#define RENDER_FORMULA_H

#include "render/theme.h"

/* Checks the text; STATUS_FAILED names the column (from 1) and what stands there. */
enum status formula_check(const char *text, struct why *why);

struct formula_size {
    double width, ascent, descent;
};
/* Sizes and draws with the baseline at `at`. Draws what formula_check accepts; anything else draws nothing. */
struct formula_size formula_measure(const char *text, double size);
struct formula_size formula_draw(struct canvas *c, struct point at, const char *text, double size,
    struct color ink, const struct theme *theme);

#endif
