#include "render/view.h"

#include <math.h>
#include <stdio.h>

#include "render/axes.h"
#include "render/formula.h"
#include "render/number.h"
#include "render/text.h"

static const double pi = 3.14159265358979323846;

enum { SAMPLE_MAX = 361, PIECE_MAX = 8, RUG_MAX = 400 };

/* The bent cosine over theta as unbroken pieces; ArcFace jumps at pi - m. */
struct piece {
    int from, to; /* at[from..to) */
};

struct logit {
    struct plot plot;
    const struct theme *theme;
    const struct loss_force *force;
    struct axis x, y; /* degrees, logit */
    double end_deg;
    struct point at[SAMPLE_MAX + 2 * PIECE_MAX]; /* degrees, value */
    int n;
    struct piece piece[PIECE_MAX + 1];
    int pieces;
    bool bent; /* differs from cos(theta) with the values in force */
};

static double bent_cosine(const struct loss_force *force, double deg)
{
    return loss_target(force, cos(deg * pi / 180)).value;
}

/* Narrows a..b to the place of a jump; false when the values meet, as they do for a continuous curve. */
static bool find_jump(const struct loss_force *force, double *a, double *b)
{
    const double smallest = 2e-3;
    double fa = bent_cosine(force, *a), fb = bent_cosine(force, *b);
    for (int i = 0; i < 40 && *b - *a > 1e-9; i++) {
        if (fabs(fb - fa) < smallest)
            return false;
        double middle = (*a + *b) / 2, fm = bent_cosine(force, middle);
        if (fabs(fm - fa) > fabs(fb - fm))
            *b = middle, fb = fm;
        else
            *a = middle, fa = fm;
    }
    return fabs(fb - fa) >= smallest;
}

static void add_sample(struct logit *v, double deg)
{
    v->at[v->n++] = (struct point){ deg, bent_cosine(v->force, deg) };
}

static void sample_curve(struct logit *v)
{
    double step = v->end_deg / (SAMPLE_MAX - 1), last = 0;
    v->n = v->pieces = 0;
    v->piece[0].from = 0;
    add_sample(v, 0);
    for (int i = 1; i < SAMPLE_MAX; i++) {
        double deg = i * step, a = last, b = deg;
        if (v->pieces < PIECE_MAX && find_jump(v->force, &a, &b)) {
            add_sample(v, a);
            v->piece[v->pieces++].to = v->n;
            v->piece[v->pieces].from = v->n;
            add_sample(v, b);
        }
        add_sample(v, deg);
        last = deg;
    }
    v->piece[v->pieces++].to = v->n;
    v->bent = false;
    for (int i = 0; i < v->n; i++)
        v->bent |= fabs(v->at[i].y - cos(v->at[i].x * pi / 180)) > 1e-6;
}

static void fit_range(struct logit *v)
{
    double low = cos(v->end_deg * pi / 180), high = 1;
    for (int i = 0; i < v->n; i++) {
        low = fmin(low, v->at[i].y);
        high = fmax(high, v->at[i].y);
    }
    v->y.from = low - 0.05 * (high - low);
    v->y.to = high;
}

/* 120 degrees show all of a usual training; the whole half turn where samples lie beyond. */
static double end_of_axis(const struct scene *scene, bool large)
{
    int beyond = 0;
    for (int i = 0; i < scene->snap->count; i++)
        beyond += scene->own[i] > 2 * pi / 3;
    return large || beyond * 50 > scene->snap->count ? 180 : 120;
}

static void logit_layout(struct logit *v, const struct scene *scene, struct rect rect)
{
    v->plot = plot_layout(rect, true);
    struct rect area = v->plot.area;
    v->end_deg = end_of_axis(scene, v->plot.size->large);
    sample_curve(v);
    v->x = (struct axis){ 0, v->end_deg, area.x, area.x + area.w, false };
    v->y = (struct axis){ .a = area.y + area.h, .b = area.y };
    fit_range(v);
}

static struct point place(const struct logit *v, double deg, double value)
{
    return (struct point){ axis_at(&v->x, deg), axis_at(&v->y, value) };
}

static void draw_grid(struct canvas *c, const struct logit *v)
{
    double step = axis_step(v->y.to - v->y.from, v->plot.size->large ? 6 : 3);
    if (step < 1)
        step = v->plot.size->large ? 0.5 : 1;
    char label[16];
    for (double value = 1; value > v->y.from; value -= step) {
        double y = axis_at(&v->y, value);
        if (y < v->plot.area.y + v->plot.area.h - 8)
            plot_grid(c, &v->plot, v->theme, y, number_fixed(value, step < 1 ? 1 : 0, label, sizeof label));
    }
    plot_baseline(c, &v->plot, v->theme);
    bool crowded = v->plot.area.w * 30 / v->end_deg < 3.5 * v->plot.size->label.size;
    plot_degrees(c, &v->plot, v->theme, &v->x, crowded ? 60 : 30);
}

static void draw_gap(struct canvas *c, const struct logit *v, const struct piece *piece)
{
    struct point outline[2 * (SAMPLE_MAX + 2 * PIECE_MAX)];
    int n = 0;
    for (int i = piece->from; i < piece->to; i++)
        outline[n++] = place(v, v->at[i].x, v->at[i].y);
    for (int i = piece->to - 1; i >= piece->from; i--)
        outline[n++] = place(v, v->at[i].x, cos(v->at[i].x * pi / 180));
    canvas_polygon(c, outline, n, color_alpha(v->theme->margin, v->theme->dark ? 0.19 : 0.14));
}

static void draw_cosine(struct canvas *c, const struct logit *v)
{
    struct point line[SAMPLE_MAX];
    for (int i = 0; i < SAMPLE_MAX; i++) {
        double deg = v->end_deg * i / (SAMPLE_MAX - 1);
        line[i] = place(v, deg, cos(deg * pi / 180));
    }
    struct stroke dashes = { .color = v->theme->text2, .width = 1.25, .dash_on = 4, .dash_off = 3 };
    canvas_lines(c, line, SAMPLE_MAX, &dashes);
}

static void draw_curve(struct canvas *c, const struct logit *v)
{
    struct point line[SAMPLE_MAX + 2 * PIECE_MAX];
    struct stroke stroke = { .color = v->bent ? v->theme->margin : v->theme->text1,
        .width = v->plot.size->line };
    for (int i = 0; i < v->n; i++)
        line[i] = place(v, v->at[i].x, v->at[i].y);
    for (int i = 0; i < v->pieces; i++) {
        int n = v->piece[i].to - v->piece[i].from;
        if (n >= 2)
            canvas_lines(c, line + v->piece[i].from, n, &stroke);
    }
}

/* Where the shown samples are: one mark a column, denser where there are more. */
static void draw_rug(struct canvas *c, const struct logit *v, const struct scene *scene)
{
    int found[RUG_MAX] = { 0 }, columns = (int)fmin(RUG_MAX, v->plot.area.w / 1.5);
    if (columns < 1)
        return;
    for (int i = 0; i < scene->snap->count; i++) {
        double share = scene->own[i] * 180 / pi / v->end_deg;
        if (share >= 0 && share <= 1)
            found[(int)fmin(columns - 1, share * columns)]++;
    }
    double width = v->plot.area.w / columns, height = v->plot.size->large ? 9 : 6;
    for (int i = 0; i < columns; i++) {
        struct rect mark = { v->plot.area.x + i * width, v->plot.area.y + v->plot.area.h - height - 1,
            fmax(1, width - 0.5), height };
        if (found[i] > 0)
            canvas_rect(c, mark, color_alpha(v->theme->text1, fmin(0.95, 0.3 + 0.12 * found[i])));
    }
}

/* The names of both curves, beside their ends, or over the plot where they would not fit beside. */
static void draw_names(struct canvas *c, const struct logit *v)
{
    const struct plot_size *size = v->plot.size;
    double plain = axis_at(&v->y, cos(v->end_deg * pi / 180)), bent = axis_at(&v->y, v->at[v->n - 1].y);
    double half = text_ascent(&size->label) / 2, room = v->plot.right - v->plot.gutter + 4;
    const char *name = v->force->loss->logit;
    if (!v->bent) {
        formula_draw(c, (struct point){ v->plot.gutter, plain + half }, "\\cos\\theta", size->label.size,
            v->theme->text1, v->theme);
        return;
    }
    bool beside = formula_measure(name, size->label.size).width <= room;
    if (beside) {
        if (plain <= bent)
            plot_apart(&plain, &bent, size->label.size + 7);
        else
            plot_apart(&bent, &plain, size->label.size + 7);
        double low = v->plot.area.y + v->plot.area.h, over = fmax(0, fmax(plain, bent) - low);
        plain -= over;
        bent -= over;
    }
    formula_draw(c, (struct point){ v->plot.gutter, plain + half }, "\\cos\\theta", size->label.size,
        v->theme->text2, v->theme);
    struct point at = { v->plot.gutter, bent + half };
    if (!beside) {
        double width = formula_measure(name, size->label.size).width;
        at = (struct point){ v->plot.right - width, v->plot.rect.y + size->title_y };
    }
    formula_draw(c, at, name, size->label.size, v->theme->text1, v->theme);
}

struct callout {
    struct point from, to; /* leader: from the dot straight to the height of the text */
    struct point text;
    enum align align;
};

/* True when a text of this width right of x, centred on y, stays clear of the curve above it. */
static bool clear_below(const struct logit *v, double x, double y, double width)
{
    double share = (x + width - v->plot.area.x) / v->plot.area.w;
    double deg = fmin(1, share) * v->end_deg;
    return axis_at(&v->y, bent_cosine(v->force, deg)) < y - 0.7 * v->plot.size->label.size;
}

/* The highest of a few heights under the curve where the text is clear of it; NAN without one. */
static double height_below(const struct logit *v, struct point dot, double width)
{
    static const double shares[] = { 0.65, 0.72, 0.79, 0.85 };
    for (int i = 0; i < 4; i++) {
        double y = v->plot.area.y + shares[i] * v->plot.area.h;
        if (y > dot.y + 14 && clear_below(v, dot.x + 13, y, width))
            return y;
    }
    return NAN;
}

/* Under the curve where it has room there, else above it but under the title. */
static struct callout callout_place(const struct logit *v, struct point dot, struct point plain, double width)
{
    struct rect area = v->plot.area;
    double low = height_below(v, dot, width);
    double high = fmax(fmin(plain.y - 16, area.y + 0.12 * area.h), area.y - 5);
    bool under = isfinite(low), rightward = dot.x + 14 + width <= v->plot.right;
    struct callout call = { .from = under ? dot : plain };
    call.from.y += under ? 5 : -5;
    call.to = (struct point){ dot.x, under ? low : high };
    call.text =
        (struct point){ dot.x + (rightward ? 13 : -13), call.to.y + text_ascent(&v->plot.size->label) / 2 };
    call.align = rightward ? ALIGN_LEFT : ALIGN_RIGHT;
    return call;
}

static void draw_selected(struct canvas *c, const struct logit *v, const struct selection *s)
{
    double deg = s->own_angle * 180 / pi;
    if (!(deg <= v->end_deg))
        return;
    double plain = cos(s->own_angle), bent = bent_cosine(v->force, deg);
    struct point above = place(v, deg, plain), dot = place(v, deg, bent);
    const struct theme *theme = v->theme;
    if (v->bent) {
        char number[24], text[64];
        snprintf(
            text, sizeof text, "costs %s of logit", number_fixed(plain - bent, 2, number, sizeof number));
        double width = text_width(text, &v->plot.size->label);
        struct callout call = callout_place(v, dot, above, width);
        struct point bend = { call.to.x + (call.align == ALIGN_LEFT ? 9 : -9), call.to.y };
        struct point leader[3] = { call.from, call.to, bend };
        struct stroke stroke = { .color = theme->text3, .width = 1 };
        canvas_lines(c, leader, 3, &stroke);
        canvas_text(c, call.text, text, &v->plot.size->label, theme->text2, call.align);
        canvas_disc(c, above, 3, theme->bg);
        canvas_ring(c, above, 3, 1.5, theme->text1);
    }
    canvas_disc(c, dot, 4.5, theme->bg);
    canvas_disc(c, dot, 3.5, theme->text1);
}

static void draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    struct logit v = { .theme = look->theme, .force = &scene->snap->force };
    logit_layout(&v, scene, rect);
    plot_title(c, &v.plot, v.theme, view_logit.label);
    double width = text_width(view_logit.label, &v.plot.size->title);
    struct point psi = { rect.x + v.plot.size->padding + width + 10, rect.y + v.plot.size->title_y };
    formula_draw(c, psi, "\\psi(\\theta)", v.plot.size->title.size, v.theme->text1, v.theme);
    if (!plot_fits(&v.plot))
        return;
    draw_grid(c, &v);
    for (int i = 0; i < v.pieces && v.bent; i++)
        draw_gap(c, &v, &v.piece[i]);
    if (v.bent)
        draw_cosine(c, &v);
    draw_curve(c, &v);
    draw_rug(c, &v, scene);
    draw_names(c, &v);
    struct selection selection;
    if (view_selection(scene, look, &selection))
        draw_selected(c, &v, &selection);
}

static const char *missing(const struct scene *scene)
{
    return scene->snap->force.loss ? NULL : "No loss has been chosen.";
}

const struct view view_logit = { "logit", "Target logit", draw, missing };
