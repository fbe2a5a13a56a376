#include "render/axes.h"

#include <math.h>
#include <stdio.h>

#include "render/text.h"

/* clang-format off */
static const struct plot_size small_size = {
    .padding = 20, .top = 46, .bottom = 34, .left = 36, .right = 80, .title_y = 26,
    .title = { 14, WEIGHT_SEMIBOLD, false }, .label = { 12, WEIGHT_REGULAR, false },
    .value = { 14, WEIGHT_SEMIBOLD, false }, .line = 1.75, .ticks = 4,
};
static const struct plot_size large_size = {
    .padding = 24, .top = 76, .bottom = 48, .left = 56, .right = 136, .title_y = 38,
    .title = { 20, WEIGHT_SEMIBOLD, false }, .label = { 14, WEIGHT_REGULAR, false },
    .value = { 20, WEIGHT_SEMIBOLD, false }, .line = 2.25, .ticks = 10, .large = true,
};
/* clang-format on */

enum { LARGE_WIDTH = 640, LARGE_HEIGHT = 360 };

struct plot plot_layout(struct rect rect, bool gutters)
{
    const struct plot_size *size =
        rect.w >= LARGE_WIDTH && rect.h >= LARGE_HEIGHT ? &large_size : &small_size;
    double left = gutters ? size->left : 0, right = gutters ? size->right : 0;
    struct plot plot = { .size = size, .rect = rect, .right = rect.x + rect.w - size->padding };
    plot.area.x = rect.x + size->padding + left;
    plot.area.y = rect.y + size->top;
    plot.area.w = rect.w - 2 * size->padding - left - right;
    plot.area.h = rect.h - size->top - size->bottom;
    plot.gutter = plot.area.x + plot.area.w + 8;
    return plot;
}

bool plot_fits(const struct plot *plot)
{
    return plot->area.w >= 40 && plot->area.h >= 24;
}

void plot_title(struct canvas *c, const struct plot *plot, const struct theme *theme, const char *text)
{
    struct point at = { plot->rect.x + plot->size->padding, plot->rect.y + plot->size->title_y };
    canvas_text(c, at, text, &plot->size->title, theme->text1, ALIGN_LEFT);
}

double axis_at(const struct axis *axis, double value)
{
    double from = axis->log ? log(axis->from) : axis->from;
    double to = axis->log ? log(axis->to) : axis->to;
    double v = axis->log ? log(fmax(value, axis->from)) : value;
    double share = to > from ? (v - from) / (to - from) : 0;
    return axis->a + share * (axis->b - axis->a);
}

double axis_step(double span, int most)
{
    if (!(span > 0) || !isfinite(span) || most < 1)
        return 1;
    double power = pow(10, floor(log10(span / most)));
    while (true) {
        for (int i = 0; i < 3; i++) {
            double step = power * (i == 0 ? 1 : i == 1 ? 2 : 5);
            if (span / step <= most * (1 + 1e-9))
                return step;
        }
        power *= 10;
    }
}

/* Lines along the axes sit on pixel centres, so that 1 px stays 1 px. */
static double crisp(double v)
{
    return floor(v) + 0.5;
}

void plot_baseline(struct canvas *c, const struct plot *plot, const struct theme *theme)
{
    double y = crisp(plot->area.y + plot->area.h);
    canvas_line(c, (struct point){ plot->area.x, y }, (struct point){ plot->area.x + plot->area.w, y }, 1,
        theme->axis);
}

static double centred(double y, const struct font *font)
{
    return y + text_ascent(font) / 2;
}

void plot_grid(
    struct canvas *c, const struct plot *plot, const struct theme *theme, double y, const char *label)
{
    double line = crisp(y);
    canvas_line(c, (struct point){ plot->area.x, line }, (struct point){ plot->area.x + plot->area.w, line },
        1, theme->grid);
    struct point at = { plot->area.x - 7, centred(y, &plot->size->label) };
    canvas_text(c, at, label, &plot->size->label, theme->text3, ALIGN_RIGHT);
}

void plot_tick(
    struct canvas *c, const struct plot *plot, const struct theme *theme, double x, const char *label)
{
    double base = plot->area.y + plot->area.h, left = plot->area.x, right = left + plot->area.w;
    double line = crisp(fmin(x, right - 0.5));
    canvas_line(c, (struct point){ line, base }, (struct point){ line, base + 4 }, 1, theme->axis);
    double half = text_width(label, &plot->size->label) / 2;
    enum align align = x - half < left ? ALIGN_LEFT : x + half > right ? ALIGN_RIGHT : ALIGN_CENTER;
    double at = align == ALIGN_LEFT ? fmax(x, left) : align == ALIGN_RIGHT ? right : x;
    canvas_text(c, (struct point){ at, base + 8 + plot->size->label.size }, label, &plot->size->label,
        theme->text3, align);
}

/* The least multiple of a step that ends where the axis does and leaves room between the labels; the last one stands
 * left of its tick. */
static double roomy_step(const struct plot *plot, const struct axis *axis, double step)
{
    double room = 1.5 * text_width("180°", &plot->size->label) + 10;
    for (int times = 1; times * step < axis->to; times++) {
        double parts = axis->to / (times * step);
        if (fabs(parts - round(parts)) < 1e-9 && plot->area.w / parts >= room)
            return times * step;
    }
    return axis->to > 0 ? axis->to : step;
}

void plot_degrees(struct canvas *c, const struct plot *plot, const struct theme *theme,
    const struct axis *axis, double step_deg)
{
    char label[16];
    step_deg = roomy_step(plot, axis, step_deg);
    for (double deg = 0; deg <= axis->to + 1e-9; deg += step_deg) {
        snprintf(label, sizeof label, "%.0f°", deg);
        plot_tick(c, plot, theme, axis_at(axis, deg), label);
    }
}

void plot_value(struct canvas *c, const struct plot *plot, double y, const char *number, struct color color,
    const char *name, struct color name_color)
{
    const struct plot_size *size = plot->size;
    double base = centred(y, &size->value);
    canvas_text(c, (struct point){ plot->gutter, base }, number, &size->value, color, ALIGN_LEFT);
    double x = plot->gutter + text_width(number, &size->value) + 4;
    canvas_text(c, (struct point){ x, base }, name, &size->label, name_color, ALIGN_LEFT);
}

void plot_apart(double *upper, double *lower, double gap)
{
    double middle = (*upper + *lower) / 2;
    if (*lower - *upper < gap) {
        *upper = middle - gap / 2;
        *lower = middle + gap / 2;
    }
}
