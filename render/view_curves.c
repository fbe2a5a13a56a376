/* view_curves.c - accuracy above, loss on a log axis below, over the steps: of this training, of its test part, and
 * thin behind them of earlier trainings. */
#include "render/view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/axes.h"
#include "render/number.h"
#include "render/span.h"
#include "render/text.h"

static const double ema_keep = 0.75;

/* One line of the plot, with the unmeasured steps left out. */
struct series {
    struct point at[CURVE_MAX + 1]; /* step, value */
    bool apart[CURVE_MAX + 1]; /* no line from the one before to it */
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

static double margin_accuracy(const struct curve_point *p)
{
    return (double)p->margin_accuracy;
}

static double test_loss(const struct curve_point *p)
{
    return (double)p->test_loss;
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
        if (!isfinite(v))
            continue;
        s->apart[s->n] = false;
        s->at[s->n++] = (struct point){ (double)snap->curve[i].step, v };
    }
}

/* A loss without a margin came between. */
static void series_part(struct series *s, const struct snapshot *snap)
{
    bool without = false;
    for (int i = 0, n = 0; i < snap->curve_count && n < s->n; i++) {
        if (isfinite(snap->curve[i].margin_accuracy)) {
            s->apart[n++] = without;
            without = false;
        } else if (isfinite(snap->curve[i].train_accuracy)) {
            without = true;
        }
    }
}

/* The newest value, so that the line ends where every other view is. */
static void series_end(struct series *s, long step, double value)
{
    if (!isfinite(value))
        return;
    if (s->n > 0 && s->at[s->n - 1].x >= (double)step)
        s->n--;
    else
        s->apart[s->n] = false;
    s->at[s->n++] = (struct point){ (double)step, value };
}

static void series_smooth(struct series *s, const struct series *raw)
{
    double mean = 0;
    s->n = raw->n;
    for (int i = 0; i < raw->n; i++) {
        mean = i == 0 ? raw->at[0].y : ema_keep * mean + (1 - ema_keep) * raw->at[i].y;
        s->at[i] = (struct point){ raw->at[i].x, mean };
        s->apart[i] = false;
    }
}

static double series_last(const struct series *s)
{
    return s->n > 0 ? s->at[s->n - 1].y : NAN;
}

/* The last value up to that step; NaN before the first. */
static double series_at(const struct series *s, double step)
{
    double value = NAN;
    for (int i = 0; i < s->n && s->at[i].x <= step; i++)
        value = s->at[i].y;
    return value;
}

static void series_stroke(struct canvas *c, const struct series *s, const struct axis *x,
    const struct axis *y, struct stroke stroke)
{
    struct point line[CURVE_MAX + 1];
    for (int i = 0, from = 0; i < s->n; i++) {
        line[i] = (struct point){ axis_at(x, s->at[i].x), axis_at(y, s->at[i].y) };
        if (i + 1 < s->n && !s->apart[i + 1])
            continue;
        if (i > from)
            canvas_lines(c, line + from, i + 1 - from, &stroke);
        else
            canvas_disc(c, line[i], stroke.width, stroke.color);
        from = i + 1;
    }
}

static void series_draw(struct canvas *c, const struct series *s, const struct axis *x, const struct axis *y,
    double width, struct color color)
{
    series_stroke(c, s, x, y, (struct stroke){ .color = color, .width = width, .round = true });
}

struct curves {
    struct plot plot;
    const struct theme *theme;
    const struct look *look;
    struct axis x, accuracy, loss;
    struct series train, test, margin, raw, smooth, test_loss;
    bool margined; /* the loss of this step has a margin */
    double cross; /* step under the cross-hair; NaN: none */
    bool lossy; /* a regression: there is no accuracy */
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

/* Lowest positive and highest value, of a series more. */
static void range_take(const struct series *s, double *low, double *high)
{
    for (int i = 0; i < s->n; i++) {
        *high = fmax(*high, s->at[i].y);
        if (s->at[i].y > 0)
            *low = fmin(*low, s->at[i].y);
    }
}

static void ghost_loss(struct series *smooth, const struct snapshot *ghost)
{
    struct series raw;
    series_fill(&raw, ghost, batch_loss);
    series_smooth(smooth, &raw);
}

static void loss_range(struct curves *v)
{
    double low = INFINITY, high = 0;
    struct series ghost;
    range_take(&v->raw, &low, &high);
    if (v->plot.size->large)
        range_take(&v->test_loss, &low, &high);
    for (int i = 0; i < v->look->ghosts; i++) {
        ghost_loss(&ghost, v->look->ghost[i]);
        range_take(&ghost, &low, &high);
    }
    if (!(high > 0))
        low = 0.1, high = 1;
    v->loss.from = fmax(low, high * 1e-6) / 1.15;
    v->loss.to = fmax(high, v->loss.from * 4);
    v->loss.log = true;
}

static long last_step(const struct snapshot *snap)
{
    long last = snap->curve_count > 0 ? snap->curve[snap->curve_count - 1].step : 0;
    return snap->step > last ? snap->step : last;
}

/* The step nearest to `wanted` at which the accuracies were measured; NaN when it is not on the axis. */
static double measured_step(const struct snapshot *snap, double wanted, double last)
{
    double best = NAN;
    if (!(wanted >= 0 && wanted <= last))
        return NAN;
    for (int i = 0; i < snap->curve_count; i++) {
        const struct curve_point *p = &snap->curve[i];
        double step = (double)p->step;
        bool known = isfinite((double)p->train_accuracy) || isfinite((double)p->test_accuracy);
        if (known && !(fabs(step - wanted) >= fabs(best - wanted)))
            best = step;
    }
    return isnan(best) ? round(wanted) : best;
}

static void reach_as_far(struct curves *v, const struct figure_span *span, struct rect rect);

static void curves_layout(
    struct curves *v, const struct snapshot *snap, const struct look *look, struct rect rect)
{
    v->look = look;
    v->theme = look->theme;
    v->plot = plot_layout(rect, true);
    struct rect area = v->plot.area;
    v->lossy = snap->force.loss && loss_decision(&snap->force) == DECIDE_NOTHING;
    double gap = 2 * v->plot.size->label.size, upper = v->lossy ? area.y : area.y + 0.44 * (area.h - gap),
           lower = v->lossy ? area.y : upper + gap;
    long last = last_step(snap);
    for (int i = 0; i < look->ghosts; i++)
        last = last_step(look->ghost[i]) > last ? last_step(look->ghost[i]) : last;
    v->x = (struct axis){ 0, (double)(last > 1 ? last : 1), area.x, area.x + area.w, false };
    series_fill(&v->train, snap, train_accuracy);
    series_fill(&v->test, snap, test_accuracy);
    series_end(&v->train, snap->step, snap->train_accuracy);
    series_end(&v->test, snap->step, snap->test_accuracy);
    series_fill(&v->margin, snap, margin_accuracy);
    series_part(&v->margin, snap);
    series_end(&v->margin, snap->step, snap->margin_accuracy);
    v->margined = isfinite(snap->margin_accuracy);
    series_fill(&v->test_loss, snap, test_loss);
    series_end(&v->test_loss, snap->step, snap->test_loss);
    series_fill(&v->raw, snap, batch_loss);
    series_smooth(&v->smooth, &v->raw);
    double floor_at = accuracy_floor(v->test.n > 0 ? &v->test : &v->train);
    if (v->margin.n > 0)
        floor_at = fmin(floor_at, accuracy_floor(&v->margin));
    v->accuracy = (struct axis){ floor_at, 1, upper, area.y, false };
    v->loss = (struct axis){ .a = area.y + area.h, .b = lower };
    loss_range(v);
    v->cross = measured_step(snap, look->cross_step, v->x.to);
    if (look->span)
        reach_as_far(v, look->span, rect);
    if (look->reach) {
        v->x.to = look->reach->steps;
        v->accuracy.from = look->reach->accuracy;
        v->loss.from = look->reach->loss[0];
        v->loss.to = look->reach->loss[1];
    }
}

void curves_reach_take(struct curves_reach *reach, const struct snapshot *snap, const struct look *look)
{
    static const struct rect somewhere = { 0, 0, 400, 300 };
    struct curves v;
    struct look alone = *look;
    alone.reach = NULL;
    curves_layout(&v, snap, &alone, somewhere);
    reach->steps = fmax(reach->steps, v.x.to);
    reach->accuracy = reach->known ? fmin(reach->accuracy, v.accuracy.from) : v.accuracy.from;
    reach->loss[0] = reach->known ? fmin(reach->loss[0], v.loss.from) : v.loss.from;
    reach->loss[1] = fmax(reach->loss[1], v.loss.to);
    reach->known = true;
}

/* One of many figures in a row has the axes of the last. */
static void reach_as_far(struct curves *v, const struct figure_span *span, struct rect rect)
{
    struct curves last;
    struct look alone = *v->look;
    alone.span = NULL;
    curves_layout(&last, &span->newest, &alone, rect);
    v->x.to = last.x.to;
    v->accuracy.from = last.accuracy.from;
    v->loss = last.loss;
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

/* ---- earlier trainings ---- */

static struct stroke ghost_stroke(const struct curves *v, int ghost)
{
    static const double dash[][2] = { { 1.5, 2.5 }, { 9, 3 }, { 16, 3 } };
    return (struct stroke){
        .color = v->theme->text3, .width = 1, .dash_on = dash[ghost % 3][0], .dash_off = dash[ghost % 3][1]
    };
}

static void draw_ghosts(struct canvas *c, const struct curves *v, bool accuracy)
{
    struct series s;
    for (int i = 0; i < v->look->ghosts; i++) {
        const struct snapshot *ghost = v->look->ghost[i];
        if (accuracy) {
            series_fill(&s, ghost, test_accuracy);
            if (s.n == 0)
                series_fill(&s, ghost, train_accuracy);
        } else {
            ghost_loss(&s, ghost);
        }
        series_stroke(c, &s, &v->x, accuracy ? &v->accuracy : &v->loss, ghost_stroke(v, i));
    }
}

/* Adds "key value" when an experiment has another value than this one there. */
static bool add_difference(
    const struct experiment *own, const struct experiment *other, const char *key, char *out, size_t size)
{
    char a[EXPERIMENT_PATH], b[EXPERIMENT_PATH];
    if (!experiment_get(own, key, a, sizeof a) || !experiment_get(other, key, b, sizeof b) ||
        strcmp(a, b) == 0)
        return false;
    const char *name = strrchr(b, '/') ? strrchr(b, '/') + 1 : b;
    size_t n = strlen(out);
    snprintf(out + n, size - n, "%s%s %.40s", n > 0 ? ", " : "", key, name);
    return true;
}

/* The first two things in which an earlier training differs: "m 0.5, seed 2". */
static void difference_text(const struct snapshot *snap, const struct snapshot *ghost, char *out, size_t size)
{
    const struct experiment *own = &snap->experiment, *other = &ghost->experiment;
    const struct loss *loss = experiment_loss(other);
    int found = own->loss != other->loss;
    out[0] = '\0';
    if (found)
        snprintf(out, size, "%s", loss->label);
    for (int i = 0; i < loss_param_count(loss) && found == 0; i++)
        found += add_difference(own, other, loss->param[i].id, out, size);
    for (int i = 0; i < experiment_key_count() && found < 2; i++)
        if (strcmp(experiment_key(i), "loss") != 0)
            found += add_difference(own, other, experiment_key(i), out, size);
    if (found == 0)
        snprintf(out, size, "earlier run");
}

/* Right of the title: each one's stroke and what it was. */
static void name_ghosts(struct canvas *c, const struct curves *v, const struct snapshot *snap)
{
    const struct font font = { 12, WEIGHT_REGULAR, false };
    double right = v->plot.right, y = v->plot.rect.y + v->plot.size->title_y;
    double left =
        v->plot.rect.x + v->plot.size->padding + text_width(view_curves.label, &v->plot.size->title) + 20;
    for (int i = 0; i < v->look->ghosts; i++) {
        char text[128], fitted[128];
        difference_text(snap, v->look->ghost[i], text, sizeof text);
        text_fit(text, &font, fmin(right - left - 30, 0.4 * v->plot.rect.w), fitted, sizeof fitted);
        double start = right - text_width(fitted, &font);
        if (start - 30 < left)
            return;
        struct point line[2] = { { start - 28, y - 4 }, { start - 6, y - 4 } };
        struct stroke stroke = ghost_stroke(v, i);
        canvas_lines(c, line, 2, &stroke);
        canvas_text(c, (struct point){ start, y }, fitted, &font, v->theme->text2, ALIGN_LEFT);
        right = start - 44;
    }
}

static void draw_lines(struct canvas *c, const struct curves *v)
{
    const struct theme *theme = v->theme;
    struct rect area = v->plot.area;
    struct rect top = { area.x - 2, area.y - 3, area.w + 4, v->accuracy.a - area.y + 4 };
    bool tested = v->test.n > 0;
    double line = v->plot.size->line;
    canvas_clip(c, &top);
    canvas_mark(c, "curves.ghost");
    draw_ghosts(c, v, true);
    canvas_mark(c, "curves.train");
    series_draw(c, &v->train, &v->x, &v->accuracy, tested ? 1 : line, tested ? theme->text3 : theme->text1);
    canvas_mark(c, "curves.margin");
    series_stroke(c, &v->margin, &v->x, &v->accuracy,
        (struct stroke){ .color = theme->text2, .width = 1, .dash_on = 4, .dash_off = 3 });
    canvas_mark(c, "curves.test");
    series_draw(c, &v->test, &v->x, &v->accuracy, line, theme->text1);
    canvas_clip(c, &v->plot.rect);
    canvas_mark(c, "curves.ghost");
    draw_ghosts(c, v, false);
    canvas_mark(c, "curves.raw");
    series_draw(c, &v->raw, &v->x, &v->loss, 1, color_alpha(theme->text3, 0.75));
    canvas_mark(c, "curves.loss");
    series_draw(c, &v->smooth, &v->x, &v->loss, line, theme->text1);
    canvas_mark(c, "curves.test-loss");
    if (v->plot.size->large)
        series_stroke(c, &v->test_loss, &v->x, &v->loss,
            (struct stroke){ .color = theme->text2, .width = 1.25, .dash_on = 5, .dash_off = 3 });
    canvas_mark(c, NULL);
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
    else {
        int power = (int)floor(log10(loss / 0.95)); /* 9.6e6 is 1e7 */
        snprintf(out, (size_t)size, "%.0fe%d", loss / pow(10, power), power);
    }
    return out;
}

/* The value under the cross-hair, else the newest. */
static double shown_value(const struct curves *v, const struct series *s)
{
    return isnan(v->cross) ? series_last(s) : series_at(s, v->cross);
}

/* Of a loss that has none, what one before it had is no news. */
static double margin_value(const struct curves *v)
{
    return v->margined || !isnan(v->cross) ? shown_value(v, &v->margin) : NAN;
}

/* A number in the right gutter, at the height of its curve where the others leave it. */
struct gutter_value {
    double y;
    char number[32];
    const char *name;
    bool strong;
};

static void gutter_add(
    struct gutter_value *out, int *n, const struct axis *axis, double value, const char *name, bool strong)
{
    if (!isfinite(value))
        return;
    struct gutter_value *v = &out[(*n)++];
    *v = (struct gutter_value){ .y = inside(axis, value), .name = name, .strong = strong };
    if (axis->log)
        loss_text(value, v->number, sizeof v->number);
    else
        number_fixed(100 * value, 1, v->number, sizeof v->number);
}

/* From the top down in the order of their curves, no two nearer than a line. */
static void gutter_draw(
    struct canvas *c, const struct curves *v, struct gutter_value *value, int n, double low)
{
    const struct plot_size *size = v->plot.size;
    double gap = size->value.size + 3;
    for (int i = 1; i < n; i++)
        for (int j = i; j > 0 && value[j].y < value[j - 1].y; j--) {
            struct gutter_value swap = value[j];
            value[j] = value[j - 1];
            value[j - 1] = swap;
        }
    for (int i = 1; i < n; i++)
        plot_apart(&value[i - 1].y, &value[i].y, gap);
    for (int i = n - 1; i >= 0; i--) {
        value[i].y = fmin(value[i].y, low);
        low = value[i].y - gap;
    }
    for (int i = 0; i < n; i++) {
        struct plot plot = v->plot;
        struct plot_size light = *size;
        light.value = value[i].strong ? size->value : size->label;
        plot.size = &light;
        plot_value(c, &plot, value[i].y, value[i].number, value[i].strong ? v->theme->text1 : v->theme->text3,
            value[i].name, value[i].strong ? v->theme->text2 : v->theme->text3);
    }
}

static void draw_accuracies(struct canvas *c, const struct curves *v)
{
    struct gutter_value value[3];
    int n = 0;
    double test = shown_value(v, &v->test);
    gutter_add(value, &n, &v->accuracy, shown_value(v, &v->train), "train", !isfinite(test));
    gutter_add(value, &n, &v->accuracy, test, "test", true);
    if (v->plot.size->large)
        gutter_add(value, &n, &v->accuracy, margin_value(v), "with margin", false);
    gutter_draw(c, v, value, n, INFINITY);
}

/* A panel's gutter is too narrow for it: under the end of its dashed line, where that is far from the others. */
static void name_margin(struct canvas *c, const struct curves *v)
{
    const struct font font = { 12, WEIGHT_REGULAR, false };
    const struct series *other = v->test.n > 0 ? &v->test : &v->train;
    double share = margin_value(v), y = axis_at(&v->accuracy, series_last(&v->margin)) + 14;
    char text[64], number[32];
    bool free_of = fabs(y - 5 - axis_at(&v->accuracy, series_last(other))) > 14;
    if (v->plot.size->large || !isfinite(share) || y > v->accuracy.a - 1 || !free_of)
        return;
    snprintf(text, sizeof text, "%s with margin", number_fixed(100 * share, 1, number, sizeof number));
    double x = v->plot.area.x + v->plot.area.w - 4, wide = text_width(text, &font);
    canvas_round_rect(
        c, (struct rect){ x - wide - 3, y - 11, wide + 6, 14 }, 3, color_alpha(v->theme->bg, 0.8));
    canvas_text(c, (struct point){ x, y }, text, &font, v->theme->text2, ALIGN_RIGHT);
}

static void draw_losses(struct canvas *c, const struct curves *v)
{
    struct gutter_value value[2];
    int n = 0;
    gutter_add(value, &n, &v->loss, shown_value(v, &v->smooth), "loss", true);
    if (v->plot.size->large)
        gutter_add(value, &n, &v->loss, shown_value(v, &v->test_loss), "test loss", false);
    gutter_draw(c, v, value, n, v->loss.a - v->plot.size->value.size / 2);
}

static void cross_dot(struct canvas *c, const struct curves *v, const struct axis *y, double value, double x)
{
    double at = isfinite(value) ? axis_at(y, value) : (double)NAN;
    if (!(at >= y->b - 1 && at <= y->a + 1))
        return;
    canvas_disc(c, (struct point){ x, at }, 4, v->theme->bg);
    canvas_disc(c, (struct point){ x, at }, 3, v->theme->text1);
}

/* The line through one step; its values are those in the right gutter. */
static void draw_cross(struct canvas *c, const struct curves *v)
{
    if (isnan(v->cross))
        return;
    struct rect area = v->plot.area;
    const struct font *font = &v->plot.size->label;
    double x = axis_at(&v->x, v->cross), line = floor(x) + 0.5, base = area.y + area.h;
    char text[48], number[32];
    canvas_line(c, (struct point){ line, area.y }, (struct point){ line, base + 4 }, 1, v->theme->text2);
    cross_dot(c, v, &v->accuracy, series_at(&v->train, v->cross), x);
    cross_dot(c, v, &v->accuracy, series_at(&v->test, v->cross), x);
    cross_dot(c, v, &v->loss, series_at(&v->smooth, v->cross), x);
    snprintf(text, sizeof text, "step %s", number_count((long)v->cross, number, sizeof number));
    double half = text_width(text, font) / 2 + 5;
    double middle = fmin(v->plot.right - half, fmax(v->plot.rect.x + half, x));
    struct rect ground = { middle - half, base + 5, 2 * half, font->size + 7 };
    canvas_round_rect(c, ground, 3, v->theme->raised);
    canvas_text(
        c, (struct point){ middle, base + 8 + font->size }, text, font, v->theme->text1, ALIGN_CENTER);
}

static void draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    struct curves v;
    curves_layout(&v, scene->snap, look, rect);
    plot_title(c, &v.plot, v.theme, v.lossy ? "Loss" : view_curves.label);
    if (!plot_fits(&v.plot))
        return;
    if (!v.lossy)
        draw_accuracy_grid(c, &v);
    draw_loss_grid(c, &v);
    draw_steps(c, &v);
    draw_lines(c, &v);
    canvas_mark(c, "curves.event");
    draw_events(c, &v, scene->snap);
    canvas_mark(c, "curves.ghost");
    name_ghosts(c, &v, scene->snap);
    canvas_mark(c, "curves.margin");
    name_margin(c, &v);
    draw_accuracies(c, &v);
    draw_losses(c, &v);
    canvas_mark(c, NULL); /* the cross-hair is under the pointer: what it crosses is meant */
    draw_cross(c, &v);
}

static const char *missing(const struct scene *scene)
{
    return scene->snap->curve_count > 0 ? NULL : "No step has been trained yet.";
}

const struct view view_curves = { "curves", "Accuracy and loss", draw, missing };

double curves_pick(const struct scene *scene, const struct look *look, struct rect rect, struct point at)
{
    struct curves v;
    if (!scene->snap || missing(scene))
        return NAN;
    curves_layout(&v, scene->snap, look, rect);
    struct rect area = v.plot.area;
    if (!plot_fits(&v.plot) || at.x < area.x - 4 || at.x > area.x + area.w + 4 || at.y < area.y ||
        at.y > area.y + area.h)
        return NAN;
    return fmin(v.x.to, fmax(0, round((at.x - area.x) / area.w * v.x.to)));
}
