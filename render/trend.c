#include "render/trend.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "render/axes.h"
#include "render/number.h"
#include "render/text.h"

enum { POINTS = 64 };

static const struct font label_font = { 14, WEIGHT_REGULAR, false };
static const double inset = 40; /* numbers over the first and last dot stand clear of the axis */
static const struct font value_font = { 14, WEIGHT_SEMIBOLD, false };

/* ---- along the axis ---- */

static bool read_rising(const char *const *value, int points, double *number)
{
    for (int i = 0; i < points; i++) {
        char *end;
        number[i] = strtod(value[i], &end);
        if (end == value[i] || *end || !isfinite(number[i]) || (i > 0 && number[i] <= number[i - 1]))
            return false;
    }
    return true;
}

void trend_places(const char *const *value, int points, double *place)
{
    const double wide = 40;
    double number[POINTS] = { 0 };
    bool rising = points <= POINTS && read_rising(value, points, number);
    bool log_axis = rising && number[0] > 0 && number[points - 1] > wide * number[0];
    bool crowded =
        rising && !log_axis && points > 2 && number[points - 1] - number[0] > wide * (number[1] - number[0]);
    for (int i = 0; i < points; i++) {
        double even = points > 1 ? (double)i / (points - 1) : 0.5;
        place[i] = even;
        if (points < 2 || !rising || crowded)
            continue;
        double from = log_axis ? log(number[0]) : number[0], to = number[points - 1];
        place[i] = ((log_axis ? log(number[i]) : number[i]) - from) / ((log_axis ? log(to) : to) - from);
    }
}

/* ---- up and down ---- */

static double gap_at(const struct trend_line *line, int i)
{
    return line->test[i] - line->train[i];
}

static bool single(const struct trend *t)
{
    return t->lines == 1;
}

/* One line shows the errors too; of several only the gaps, which is what they are compared by. */
static struct axis value_axis(const struct trend *t, struct rect area)
{
    double low = 0, high = 0;
    for (int k = 0; k < t->lines; k++)
        for (int i = 0; i < t->points; i++) {
            const struct trend_line *line = &t->line[k];
            double top = single(t) ? fmax(line->train[i], line->test[i]) : gap_at(line, i);
            double least = fmin(gap_at(line, i), top);
            high = isfinite(top) ? fmax(high, top) : high;
            low = isfinite(least) ? fmin(low, least) : low;
        }
    double step = axis_step(fmax(high - low, 1e-6), 6);
    return (struct axis){ .from = step * floor(low / step + 1e-9),
        .to = step * ceil(high / step + 0.2),
        .a = area.y + area.h,
        .b = area.y };
}

static void draw_grid(struct canvas *c, const struct trend *t, const struct theme *theme, struct rect area,
    const struct axis *axis)
{
    char number[32], label[40];
    double step = axis_step(axis->to - axis->from, 7);
    int decimals = step >= 0.999 ? 0 : step >= 0.0999 ? 1 : step >= 0.00999 ? 2 : 3;
    for (int i = 0; axis->from + i * step <= axis->to + 1e-9; i++) {
        double v = axis->from + i * step, y = floor(axis_at(axis, v)) + 0.5;
        bool zero = fabs(v) < 1e-9;
        canvas_line(c, (struct point){ area.x, y }, (struct point){ area.x + area.w, y }, 1,
            zero ? theme->axis : theme->grid);
        snprintf(label, sizeof label, "%s%s", number_fixed(v, decimals, number, sizeof number), t->unit);
        canvas_text(c, (struct point){ area.x - 10, y + text_ascent(&label_font) / 2 }, label, &label_font,
            theme->text3, ALIGN_RIGHT);
    }
}

static void draw_ticks(
    struct canvas *c, const struct trend *t, const struct theme *theme, struct rect area, const double *place)
{
    double base = area.y + area.h, taken = -INFINITY;
    for (int i = 0; i < t->points; i++) {
        double x = area.x + place[i] * area.w, half = text_width(t->value[i], &label_font) / 2;
        canvas_line(c, (struct point){ x, base }, (struct point){ x, base + 5 }, 1, theme->axis);
        if (x - half < taken + 8)
            continue;
        canvas_text(c, (struct point){ x, base + 24 }, t->value[i], &label_font, theme->text2, ALIGN_CENTER);
        taken = x + half;
    }
    canvas_text(c, (struct point){ area.x + area.w / 2, base + 48 }, t->axis, &value_font, theme->text1,
        ALIGN_CENTER);
}

/* ---- the lines ---- */

struct curve {
    struct color color;
    double width, dash;
    bool dots;
    const char *label;
};

/* Labels at the right end, moved apart where lines end close together. */
struct ends {
    struct {
        double y;
        const char *label;
        struct color color;
    } at[POINTS + 3];
    int count;
};

static void draw_curve(struct canvas *c, const struct trend *t, struct rect area, const struct axis *axis,
    const double *place, const double *v, const struct curve *curve, struct ends *ends)
{
    struct point line[POINTS];
    int n = 0;
    for (int i = 0; i < t->points; i++)
        if (isfinite(v[i]))
            line[n++] = (struct point){ area.x + place[i] * area.w, axis_at(axis, v[i]) };
    struct stroke stroke = { .color = curve->color,
        .width = curve->width,
        .dash_on = curve->dash,
        .dash_off = curve->dash,
        .round = curve->dash <= 0 };
    if (n > 1)
        canvas_lines(c, line, n, &stroke);
    for (int i = 0; curve->dots && i < n; i++)
        canvas_disc(c, line[i], 2 * curve->width, curve->color);
    if (n > 0 && ends->count < POINTS + 3) {
        ends->at[ends->count].y = line[n - 1].y;
        ends->at[ends->count].label = curve->label;
        ends->at[ends->count++].color = curve->color;
    }
}

static void draw_numbers(struct canvas *c, const struct trend *t, const struct theme *theme, struct rect area,
    const struct axis *axis, const double *place, const double *v)
{
    char number[32], label[40];
    double taken = -INFINITY;
    for (int i = 0; i < t->points; i++) {
        if (!isfinite(v[i]))
            continue;
        snprintf(label, sizeof label, "%s%s", number_fixed(v[i], 2, number, sizeof number), t->unit);
        double x = area.x + place[i] * area.w, half = text_width(label, &value_font) / 2;
        if (x - half < taken + 6)
            continue;
        canvas_text(c, (struct point){ x, axis_at(axis, v[i]) - 12 }, label, &value_font, theme->margin,
            ALIGN_CENTER);
        taken = x + half;
    }
}

static void draw_ends(struct canvas *c, struct ends *ends, struct rect area)
{
    const double gap = 18;
    for (int i = 1; i < ends->count; i++) /* from the top down */
        for (int k = i; k > 0 && ends->at[k].y < ends->at[k - 1].y; k--) {
            struct ends swap = { .at[0] = ends->at[k] };
            ends->at[k] = ends->at[k - 1];
            ends->at[k - 1] = swap.at[0];
        }
    for (int pass = 0; pass < 60; pass++)
        for (int i = 1; i < ends->count; i++)
            plot_apart(&ends->at[i - 1].y, &ends->at[i].y, gap);
    for (int i = 0; i < ends->count; i++)
        canvas_text(c,
            (struct point){ area.x + area.w + inset, ends->at[i].y + text_ascent(&label_font) / 2 },
            ends->at[i].label, &value_font, ends->at[i].color, ALIGN_LEFT);
}

static void draw_line(struct canvas *c, const struct trend *t, const struct theme *theme, struct rect area,
    const struct axis *axis, const double *place, int k, struct ends *ends)
{
    const struct trend_line *line = &t->line[k];
    double gap[POINTS];
    for (int i = 0; i < t->points; i++)
        gap[i] = gap_at(line, i);
    struct curve main = { single(t) ? theme->margin : class_color(theme, k), 2.5, 0, true,
        single(t) ? "gap" : line->label };
    if (single(t)) {
        struct curve train = { theme->text2, 1.75, 6, false, "train error" },
                     test = { theme->text1, 1.75, 0, false, "test error" };
        draw_curve(c, t, area, axis, place, line->train, &train, ends);
        draw_curve(c, t, area, axis, place, line->test, &test, ends);
    }
    draw_curve(c, t, area, axis, place, gap, &main, ends);
    if (single(t))
        draw_numbers(c, t, theme, area, axis, place, gap);
}

static double ends_width(const struct trend *t)
{
    double width = single(t) ? text_width("train error", &value_font) : 0;
    for (int k = 0; k < t->lines; k++)
        width = fmax(width, text_width(t->line[k].label, &value_font));
    return width;
}

void trend_draw(struct canvas *c, const struct trend *t, const struct theme *theme, bool transparent,
    double width, double height)
{
    struct rect body = sheet_draw(c, &t->sheet, theme, transparent, width, height);
    double right = ends_width(t) + inset / 2, left = 64, place[POINTS];
    struct rect area = { body.x + left, body.y + 20, body.w - left - right, body.h - 20 - 68 };
    if (t->points < 1 || t->points > POINTS || area.w < 160 || area.h < 40)
        return;
    struct axis axis = value_axis(t, area);
    struct ends ends = { .count = 0 };
    trend_places(t->value, t->points, place);
    draw_grid(c, t, theme, area, &axis);
    area.x += inset;
    area.w -= 1.5 * inset;
    draw_ticks(c, t, theme, area, place);
    for (int k = 0; k < t->lines; k++)
        draw_line(c, t, theme, area, &axis, place, k, &ends);
    draw_ends(c, &ends, area);
}
