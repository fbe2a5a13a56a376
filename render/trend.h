/* trend.h - how train and test error, and the gap between them, move with a value that was varied. */
#ifndef RENDER_TREND_H
#define RENDER_TREND_H

#include "render/sheet.h"

struct trend_line {
    const char *label;                /* "s = 30"; empty: there is only one line */
    const double *train, *test;       /* (points) errors; NaN: not known */
};

struct trend {
    struct sheet sheet;
    const char *axis;                 /* "m" */
    const char *unit;                 /* of the errors: "%", or "" for losses */
    int points;
    const char *const *value;         /* (points) as typed */
    int lines;
    const struct trend_line *line;
};

/* Where the values stand along the axis, 0..1: in proportion when they are rising numbers, by their logarithm when
 * those span more than a factor of 40, else evenly. */
void trend_places(const char *const *value, int points, double *place);

void trend_draw(struct canvas *c, const struct trend *trend, const struct theme *theme, bool transparent,
    double width, double height);

#endif
