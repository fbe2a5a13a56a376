/* axes.h - what the plots share: a title, gutters, one baseline, few gridlines, and values written at line ends.
 * Sizes follow the rectangle: a panel of the right column, or a whole figure. */
#ifndef RENDER_AXES_H
#define RENDER_AXES_H

#include "render/theme.h"

/* The two sizes a plot comes in; every length in logical px. */
struct plot_size {
    double padding, top, bottom;      /* around the data; top holds the title */
    double left, right;               /* gutters: axis labels, live values */
    double title_y;                   /* baseline of the title below the top */
    struct font title, label, value;
    double line;                      /* width of the curve that matters */
    int ticks;                        /* at most, along x */
    bool large;
};

struct plot {
    const struct plot_size *size;
    struct rect rect;                 /* the whole panel */
    struct rect area;                 /* where data go; w or h <= 0 when the panel is too small */
    double gutter;                    /* where live values begin, right of the area */
    double right;                     /* where everything ends */
};

/* Without gutters the data take the whole width between the paddings. */
struct plot plot_layout(struct rect rect, bool gutters);
bool plot_fits(const struct plot *plot);
void plot_title(struct canvas *c, const struct plot *plot, const struct theme *theme, const char *text);

/* A number line laid on the canvas: value from..to at pixel a..b; log wants from, to > 0. */
struct axis {
    double from, to, a, b;
    bool log;
};
double axis_at(const struct axis *axis, double value);
/* Smallest step out of 1, 2, 5 times a power of ten that cuts span into at most `most` pieces. */
double axis_step(double span, int most);

void plot_baseline(struct canvas *c, const struct plot *plot, const struct theme *theme);
/* A gridline across the area and its label in the left gutter. */
void plot_grid(struct canvas *c, const struct plot *plot, const struct theme *theme, double y, const char *label);
/* A tick under the baseline; the labels at both ends turn inward so that they stay inside. */
void plot_tick(struct canvas *c, const struct plot *plot, const struct theme *theme, double x, const char *label);
/* Degree ticks at every multiple of step_deg up to axis->to (degrees). */
void plot_degrees(struct canvas *c, const struct plot *plot, const struct theme *theme, const struct axis *axis,
    double step_deg);
/* "94.9 test" in the right gutter, centred on y: the number in the value font. */
void plot_value(struct canvas *c, const struct plot *plot, double y, const char *number, struct color color,
    const char *name, struct color name_color);
/* Moves two label heights apart to at least `gap`, keeping their order and their middle. */
void plot_apart(double *upper, double *lower, double gap);

#endif
