#include "render/view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/axes.h"
#include "render/number.h"
#include "render/text.h"

static const double ema_keep = 0.75;

/* One line of the plot, with the unmeasured steps left out. */
struct series {
    struct point at[CURVE_MAX + 1]; /* step, value */
    int n;
};

static double test_accuracy(const struct curve_point *p)
{
    return p->test_accuracy;
}

static double train_accuracy(const struct curve_point *p)
{
    return p->train_accuracy;
}

static double batch_loss(const struct curve_point *p)
{
    return p->batch_loss;
}

static void series_fill(
    struct series *s, const struct snapshot *snap, double (*value)(const struct curve_point *))
{
    s->n = 0;
    for (int i = 0; i < snap->curve_count; i++) {
        double v = value(&snap->curve[i]);
        if (isfinite(v))
            s->at[s->n++] = (struct point){ (double)snap->curve[i].step, v };
    }
}

/* The newest value, so that the line ends where every other view is. */
static void series_end(struct series *s, long step, double value)
{
    if (!isfinite(value))
        return;
    if (s->n > 0 && s->at[s->n - 1].x >= (double)step)
        s->n--;
    s->at[s->n++] = (struct point){ (double)step, value };
}

static void series_smooth(struct series *s, const struct series *raw)
{
    double mean = 0;
    s->n = raw->n;
    for (int i = 0; i < raw->n; i++) {
        mean = i == 0 ? raw->at[0].y : ema_keep * mean + (1 - ema_keep) * raw->at[i].y;
        s->at[i] = (struct point){ raw->at[i].x, mean };
    }
}

static double series_last(const struct series *s)
{
    return s->n > 0 ? s->at[s->n - 1].y : NAN;
}

static void series_draw(struct canvas *c, const struct series *s, const struct axis *x, const struct axis *y,
    double width, struct color color)
{
    struct point line[CURVE_MAX + 1];
    for (int i = 0; i < s->n; i++)
        line[i] = (struct point){ axis_at(x, s->at[i].x), axis_at(y, s->at[i].y) };
    struct stroke stroke = { .color = color, .width = width, .round = true };
    if (s->n >= 2)
        canvas_lines(c, line, s->n, &stroke);
    else if (s->n == 1)
        canvas_disc(c, line[0], width, color);
}

struct curves {
    struct plot plot;
    const struct theme *theme;
    struct axis x, accuracy, loss;
    struct series train, test, raw, smooth;
};

/* Half of the accuracy axis is wasted once nearly all of the curve is above 50 %: the first steps may then leave
 * the plot below. */
static double accuracy_floor(const struct series *s)
{
    int below = 0;
    for (int i = 0; i < s->n; i++)
        below += s->at[i].y < 0.5;
    return s->n > 0 && below * 10 <= s->n && series_last(s) >= 0.5 ? 0.5 : 0;
}

static void loss_range(const struct series *raw, struct axis *axis)
{
    double low = INFINITY, high = 0;
    for (int i = 0; i < raw->n; i++) {
        high = fmax(high, raw->at[i].y);
        if (raw->at[i].y > 0)
            low = fmin(low, raw->at[i].y);
    }
    if (!(high > 0))
        low = 0.1, high = 1;
    axis->from = fmax(low, high * 1e-6) / 1.15;
    axis->to = fmax(high, axis->from * 4);
    axis->log = true;
}

static void curves_layout(struct curves *v, const struct snapshot *snap, struct rect rect)
{
    v->plot = plot_layout(rect, true);
    struct rect area = v->plot.area;
    double gap = 2 * v->plot.size->label.size, upper = area.y + 0.44 * (area.h - gap), lower = upper + gap;
    long last = snap->curve_count > 0 ? snap->curve[snap->curve_count - 1].step : 0;
    last = snap->step > last ? snap->step : last;
    v->x = (struct axis){ 0, (double)(last > 1 ? last : 1), area.x, area.x + area.w, false };
    series_fill(&v->train, snap, train_accuracy);
    series_fill(&v->test, snap, test_accuracy);
    series_end(&v->train, snap->step, snap->train_accuracy);
    series_end(&v->test, snap->step, snap->test_accuracy);
    series_fill(&v->raw, snap, batch_loss);
    series_smooth(&v->smooth, &v->raw);
    double floor_at = accuracy_floor(v->test.n > 0 ? &v->test : &v->train);
    v->accuracy = (struct axis){ floor_at, 1, upper, area.y, false };
    v->loss = (struct axis){ .a = area.y + area.h, .b = lower };
    loss_range(&v->raw, &v->loss);
}

static void draw_accuracy_grid(struct canvas *c, const struct curves *v)
{
    double step = v->plot.size->large ? (v->accuracy.from > 0 ? 0.1 : 0.25) : 0.5;
    char label[16];
    for (double share = 1; share > v->accuracy.from - 1e-9; share -= step) {
        snprintf(label, sizeof label, "%.0f%%", 100 * share);
        plot_grid(c, &v->plot, v->theme, axis_at(&v->accuracy, share), label);
    }
}

/* Powers of ten, or 1, 2, 5 of them where fewer than two decades are seen. */
static void draw_loss_grid(struct canvas *c, const struct curves *v)
{
    static const double digit[] = { 1, 2, 5 };
    double decades = log10(v->loss.to / v->loss.from);
    int digits = decades < (v->plot.size->large ? 3 : 1.6) ? 3 : 1;
    int stride = digits > 1 ? 1 : (int)ceil(decades / (v->plot.size->large ? 6 : 3));
    double last = INFINITY;
    char label[24];
    for (int power = (int)floor(log10(v->loss.from)); power <= ceil(log10(v->loss.to)); power += stride) {
        for (int i = 0; i < digits; i++) {
            double value = digit[i] * pow(10, power), y = axis_at(&v->loss, value);
            bool inside = value >= v->loss.from && value <= v->loss.to;
            if (!inside || last - y < v->plot.size->label.size + 4 || y > v->loss.a - 6)
                continue;
            last = y;
            plot_grid(c, &v->plot, v->theme, y, number_short(value, label, sizeof label));
        }
    }
}

static void draw_steps(struct canvas *c, const struct curves *v)
{
    const struct plot *plot = &v->plot;
    char label[32];
    number_count((long)v->x.to, label, sizeof label);
    double room = text_width(label, &plot->size->label) + 24;
    int most = (int)fmax(1, fmin(plot->size->ticks, plot->area.w / room));
    double step = fmax(1, axis_step(v->x.to, most));
    plot_baseline(c, plot, v->theme);
    for (double at = 0; at <= v->x.to * (1 + 1e-9); at += step)
        plot_tick(c, plot, v->theme, axis_at(&v->x, at), number_count((long)at, label, sizeof label));
    struct point name = { plot->gutter, plot->area.y + plot->area.h + 8 + plot->size->label.size };
    canvas_text(c, name, "steps", &plot->size->label, v->theme->text3, ALIGN_LEFT);
}

/* "m 0.15": the symbol leans, the number does not. Returns the width; draws nothing without a canvas. */
static double event_text(struct canvas *c, const struct curves *v, struct point at, const char *text)
{
    struct font upright = { v->plot.size->label.size, WEIGHT_SEMIBOLD, false }, leaning = upright;
    leaning.italic = true;
    char symbol[EVENT_TEXT];
    const char *space = strchr(text, ' ');
    int length = space ? (int)(space - text) : 0;
    snprintf(symbol, sizeof symbol, "%.*s", length, text);
    double width = text_width(symbol, &leaning) + (length > 0 ? 3 : 0);
    const char *rest = space ? space + 1 : text;
    if (c) {
        canvas_text(c, at, symbol, &leaning, v->theme->margin, ALIGN_LEFT);
        canvas_text(c, (struct point){ at.x + width, at.y }, rest, &upright, v->theme->margin, ALIGN_LEFT);
    }
    return width + text_width(rest, &upright);
}

static bool event_shown(const struct curves *v, const struct event *event)
{
    return event->margin && event->step > 0 && (double)event->step <= v->x.to;
}

/* Where the line of the last shown event before number i is; far left without one. */
static double line_before(const struct curves *v, const struct snapshot *snap, int i)
{
    while (--i >= 0)
        if (event_shown(v, &snap->event[i]))
            return axis_at(&v->x, (double)snap->event[i].step);
    return -INFINITY;
}

/* Newest first, so that the value in force is always named: right of its line, else left, else not at all, and
 * never across another line. */
static void draw_event_names(struct canvas *c, const struct curves *v, const struct snapshot *snap)
{
    const double gap = 5;
    double base = (v->accuracy.a + v->loss.b) / 2 + text_ascent(&v->plot.size->label) / 2,
           limit = v->plot.right;
    for (int i = snap->event_count - 1; i >= 0; i--) {
        const struct event *event = &snap->event[i];
        if (!event_shown(v, event))
            continue;
        double x = axis_at(&v->x, (double)event->step);
        double width = event_text(NULL, v, (struct point){ 0, 0 }, event->text), left = x - gap - width;
        bool right_free = x + gap + width <= limit;
        bool left_free = left >= v->plot.area.x && left - gap > line_before(v, snap, i) && x - gap <= limit;
        if (right_free || left_free)
            event_text(c, v, (struct point){ right_free ? x + gap : left, base }, event->text);
        limit = fmin(limit, right_free || !left_free ? x - gap : left - gap);
    }
}

static void draw_events(struct canvas *c, const struct curves *v, const struct snapshot *snap)
{
    struct rect area = v->plot.area;
    struct stroke dashes = {
        .color = color_alpha(v->theme->margin, 0.8), .width = 1, .dash_on = 2, .dash_off = 3
    };
    for (int i = 0; i < snap->event_count; i++) {
        if (!event_shown(v, &snap->event[i]))
            continue;
        double x = axis_at(&v->x, (double)snap->event[i].step);
        struct point line[2] = { { x, area.y }, { x, area.y + area.h } };
        canvas_lines(c, line, 2, &dashes);
    }
    draw_event_names(c, v, snap);
}

static void draw_lines(struct canvas *c, const struct curves *v)
{
    const struct theme *theme = v->theme;
    struct rect area = v->plot.area;
    struct rect top = { area.x - 2, area.y - 3, area.w + 4, v->accuracy.a - area.y + 4 };
    bool tested = v->test.n > 0;
    double line = v->plot.size->line;
    canvas_clip(c, &top);
    series_draw(c, &v->train, &v->x, &v->accuracy, tested ? 1 : line, tested ? theme->text3 : theme->text1);
    series_draw(c, &v->test, &v->x, &v->accuracy, line, theme->text1);
    canvas_clip(c, &v->plot.rect);
    series_draw(c, &v->raw, &v->x, &v->loss, 1, color_alpha(theme->text3, 0.75));
    series_draw(c, &v->smooth, &v->x, &v->loss, line, theme->text1);
}

static double inside(const struct axis *axis, double value)
{
    return fmin(axis->a, fmax(axis->b, axis_at(axis, value)));
}

/* Never wider than its gutter: what is smaller than 0.001 is said to be. */
static const char *loss_text(double loss, char *out, int size)
{
    if (loss > 0 && loss < 0.0005)
        snprintf(out, (size_t)size, "<0.001");
    else if (loss < 99.95)
        number_fixed(loss, loss < 0.1 ? 3 : loss < 10 ? 2 : 1, out, size);
    else if (loss < 9999.5)
        number_count(lround(loss), out, size);
    else
        snprintf(out, (size_t)size, "1e%d", (int)floor(log10(loss)));
    return out;
}

static void draw_values(struct canvas *c, const struct curves *v)
{
    const struct theme *theme = v->theme;
    const struct plot_size *size = v->plot.size;
    double train = series_last(&v->train), test = series_last(&v->test), loss = series_last(&v->smooth);
    double train_y = inside(&v->accuracy, train), test_y = inside(&v->accuracy, test);
    char number[32];
    if (isfinite(train) && isfinite(test)) {
        double gap = size->value.size + 3;
        if (train >= test)
            plot_apart(&train_y, &test_y, gap);
        else
            plot_apart(&test_y, &train_y, gap);
    }
    if (isfinite(train)) {
        struct plot quiet = v->plot;
        struct plot_size light = *size;
        light.value = isfinite(test) ? size->label : size->value;
        quiet.size = &light;
        number_fixed(100 * train, 1, number, sizeof number);
        plot_value(
            c, &quiet, train_y, number, isfinite(test) ? theme->text3 : theme->text1, "train", theme->text3);
    }
    if (isfinite(test))
        plot_value(c, &v->plot, test_y, number_fixed(100 * test, 1, number, sizeof number), theme->text1,
            "test", theme->text2);
    if (isfinite(loss))
        plot_value(c, &v->plot, fmin(inside(&v->loss, loss), v->loss.a - size->value.size / 2),
            loss_text(loss, number, sizeof number), theme->text1, "loss", theme->text2);
}

static void draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    struct curves v = { .theme = look->theme };
    curves_layout(&v, scene->snap, rect);
    plot_title(c, &v.plot, v.theme, view_curves.label);
    if (!plot_fits(&v.plot))
        return;
    draw_accuracy_grid(c, &v);
    draw_loss_grid(c, &v);
    draw_steps(c, &v);
    draw_lines(c, &v);
    draw_events(c, &v, scene->snap);
    draw_values(c, &v);
}

static const char *missing(const struct scene *scene)
{
    return scene->snap->curve_count > 0 ? NULL : "No step has been trained yet.";
}

const struct view view_curves = { "curves", "Accuracy and loss", draw, missing };
