/* view_logit.c - the target logit over theta_y: the loss in use against cos(theta) and the other margin losses, and
 * beneath, on the same axis, where the samples are. */
#include "render/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "render/axes.h"
#include "render/formula.h"
#include "render/number.h"
#include "render/text.h"

static const double pi = 3.14159265358979323846;

enum {
    SAMPLE_MAX = 361,
    SAMPLE_PANEL = 121,
    PIECE_MAX = 8,
    GHOST_MAX = 16,
    BIN_MAX = 90,
    NAME_TEXT = 64,
    LEADER = 14
};

/* As far down as the losses not in use may stretch the axis. */
static const double LOWEST_GHOST = -3.2;

/* A target over theta as unbroken pieces; ArcFace jumps at pi - m. */
struct piece {
    int from, to; /* at[from..to) */
};

struct curve {
    struct loss_force force;
    double norm; /* of the feature, where the target depends on it; NaN: the row's usual target */
    struct point at[SAMPLE_MAX + 2 * PIECE_MAX]; /* degrees, value */
    int n;
    struct piece piece[PIECE_MAX + 1];
    int pieces;
};

struct logit {
    struct plot plot;
    struct rect field, bars; /* of the curves, of the histogram */
    const struct theme *theme;
    struct axis x, y; /* degrees, logit */
    double end_deg;
    struct curve own;
    bool bent; /* differs from cos(theta) with the values in force */
    struct curve ghost[GHOST_MAX];
    int ghosts;
};

/* ---- sampling ---- */

static double bent_at(const struct loss_force *force, double norm, double deg)
{
    double c = cos(deg * pi / 180);
    if (!isnan(norm) && force->loss->target_at)
        return force->loss->target_at(c, norm, force->param).value;
    return loss_target(force, c).value;
}

static double curve_value(const struct curve *curve, double deg)
{
    return bent_at(&curve->force, curve->norm, deg);
}

/* Narrows a..b to the place of a jump; false when the values meet, as they do for a continuous curve. */
static bool find_jump(const struct curve *curve, double *a, double *b)
{
    const double smallest = 2e-3;
    double fa = curve_value(curve, *a), fb = curve_value(curve, *b);
    for (int i = 0; i < 40 && *b - *a > 1e-9; i++) {
        if (fabs(fb - fa) < smallest)
            return false;
        double middle = (*a + *b) / 2, fm = curve_value(curve, middle);
        if (fabs(fm - fa) > fabs(fb - fm))
            *b = middle, fb = fm;
        else
            *a = middle, fa = fm;
    }
    return fabs(fb - fa) >= smallest;
}

static void add_sample(struct curve *curve, double deg)
{
    curve->at[curve->n++] = (struct point){ deg, curve_value(curve, deg) };
}

static void sample_curve(struct curve *curve, double end_deg, int samples)
{
    double step = end_deg / (samples - 1), last = 0;
    curve->n = curve->pieces = 0;
    curve->piece[0].from = 0;
    add_sample(curve, 0);
    for (int i = 1; i < samples; i++) {
        double deg = i * step, a = last, b = deg;
        if (curve->pieces < PIECE_MAX && find_jump(curve, &a, &b)) {
            add_sample(curve, a);
            curve->piece[curve->pieces++].to = curve->n;
            curve->piece[curve->pieces].from = curve->n;
            add_sample(curve, b);
        }
        add_sample(curve, deg);
        last = deg;
    }
    curve->piece[curve->pieces++].to = curve->n;
}

static double curve_low(const struct curve *curve)
{
    double low = INFINITY;
    for (int i = 0; i < curve->n; i++)
        low = fmin(low, curve->at[i].y);
    return low;
}

static bool is_plain(const struct curve *curve)
{
    for (int i = 0; i < curve->n; i++)
        if (fabs(curve->at[i].y - cos(curve->at[i].x * pi / 180)) > 1e-6)
            return false;
    return true;
}

/* Two losses may draw the same line: ArcFace and Sub-center ArcFace, say. */
static bool same_curve(const struct loss_force *a, const struct loss_force *b)
{
    for (double deg = 0; deg <= 180; deg += 20)
        if (fabs(bent_at(a, NAN, deg) - bent_at(b, NAN, deg)) > 1e-3)
            return false;
    return true;
}

/* ---- which curves ---- */

static struct loss_force force_set(const struct snapshot *snap, int loss)
{
    struct loss_force force = loss_force_initial(loss_at(loss));
    for (int i = 0; i < loss_param_count(force.loss); i++)
        force.param[i] = snap->experiment.param[loss][i];
    return force;
}

static bool drawn_already(const struct logit *v, const struct loss_force *force)
{
    bool found = same_curve(force, &v->own.force);
    for (int i = 0; i < v->ghosts && !found; i++)
        found = same_curve(force, &v->ghost[i].force);
    return found;
}

/* The other margin losses at their set values. */
static void find_ghosts(struct logit *v, const struct snapshot *snap, int samples)
{
    v->ghosts = 0;
    for (int i = 0; i < loss_count() && v->ghosts < GHOST_MAX; i++) {
        if (!loss_at(i)->target || loss_at(i) == snap->force.loss)
            continue;
        struct curve *ghost = &v->ghost[v->ghosts];
        ghost->force = force_set(snap, i);
        ghost->norm = NAN;
        if (drawn_already(v, &ghost->force))
            continue;
        sample_curve(ghost, v->end_deg, samples);
        v->ghosts++;
    }
}

/* 120 degrees show all of a usual training; the whole half turn where samples lie beyond. */
double logit_end(const struct scene *scene, bool large)
{
    int beyond = 0;
    for (int i = 0; i < scene->snap->count; i++)
        beyond += scene->own[i] > 2 * pi / 3;
    return large || beyond * 50 > scene->snap->count ? 180 : fmax(120, scene->least_end[1]);
}

static void fit_range(struct logit *v)
{
    double low = fmin(cos(v->end_deg * pi / 180), curve_low(&v->own)), high = 1;
    for (int i = 0; i < v->own.n; i++)
        high = fmax(high, v->own.at[i].y);
    high = fmax(high, loss_rival(&v->own.force, 1, 0).value); /* of the hardest negative, at 0 degrees */
    for (int i = 0; i < v->ghosts && v->plot.size->large; i++)
        low = fmin(low, fmax(LOWEST_GHOST, curve_low(&v->ghost[i])));
    v->y.from = low - 0.05 * (high - low);
    v->y.to = high;
}

static void logit_layout(struct logit *v, const struct scene *scene, struct rect rect)
{
    v->plot = plot_layout(rect, true);
    struct rect area = v->plot.area;
    bool large = v->plot.size->large;
    double bars = floor((large ? 0.2 : 0.17) * area.h), gap = large ? 36 : 4;
    v->field = (struct rect){ area.x, area.y, area.w, area.h - bars - gap };
    v->bars = (struct rect){ area.x, area.y + area.h - bars, area.w, bars };
    v->end_deg = logit_end(scene, large);
    v->own.force = scene->snap->force;
    v->own.norm = NAN;
    sample_curve(&v->own, v->end_deg, large ? SAMPLE_MAX : SAMPLE_PANEL);
    v->bent = !is_plain(&v->own);
    find_ghosts(v, scene->snap, large ? 181 : 61);
    v->x = (struct axis){ 0, v->end_deg, area.x, area.x + area.w, false };
    v->y = (struct axis){ .a = v->field.y + v->field.h, .b = v->field.y };
    fit_range(v);
}

static struct point place(const struct logit *v, double deg, double value)
{
    return (struct point){ axis_at(&v->x, deg), axis_at(&v->y, value) };
}

/* ---- strokes ---- */

static void draw_grid(struct canvas *c, const struct logit *v)
{
    double step = axis_step(v->y.to - v->y.from, v->plot.size->large ? 6 : 3);
    if (step < 1)
        step = v->plot.size->large ? 0.5 : 1;
    char label[16];
    double top = 1 + step * floor((v->y.to - 1) / step + 1e-9);
    for (double value = top; value > v->y.from; value -= step)
        plot_grid(c, &v->plot, v->theme, axis_at(&v->y, value),
            number_fixed(value, step < 1 ? 1 : 0, label, sizeof label));
    plot_baseline(c, &v->plot, v->theme);
    plot_degrees(c, &v->plot, v->theme, &v->x, 30);
}

static void draw_gap(struct canvas *c, const struct logit *v, const struct piece *piece)
{
    struct point outline[2 * (SAMPLE_MAX + 2 * PIECE_MAX)];
    const struct point *at = v->own.at;
    int n = 0;
    for (int i = piece->from; i < piece->to; i++)
        outline[n++] = place(v, at[i].x, at[i].y);
    for (int i = piece->to - 1; i >= piece->from; i--)
        outline[n++] = place(v, at[i].x, cos(at[i].x * pi / 180));
    canvas_polygon(c, outline, n, color_alpha(v->theme->margin, v->theme->dark ? 0.19 : 0.14));
}

static void draw_cosine(struct canvas *c, const struct logit *v)
{
    struct point line[SAMPLE_MAX];
    int samples = v->plot.size->large ? SAMPLE_MAX : SAMPLE_PANEL;
    for (int i = 0; i < samples; i++) {
        double deg = v->end_deg * i / (samples - 1);
        line[i] = place(v, deg, cos(deg * pi / 180));
    }
    struct stroke dashes = { .color = v->theme->text2, .width = 1.25, .dash_on = 4, .dash_off = 3 };
    canvas_lines(c, line, samples, &dashes);
}

/* Past a jump the loss is another formula: dashed there. */
static void draw_curve(
    struct canvas *c, const struct logit *v, const struct curve *curve, struct stroke stroke)
{
    struct point line[SAMPLE_MAX + 2 * PIECE_MAX];
    for (int i = 0; i < curve->n; i++)
        line[i] = place(v, curve->at[i].x, curve->at[i].y);
    for (int i = 0; i < curve->pieces; i++) {
        int n = curve->piece[i].to - curve->piece[i].from;
        if (i > 0)
            stroke.dash_on = 6, stroke.dash_off = 4;
        if (n >= 2)
            canvas_lines(c, line + curve->piece[i].from, n, &stroke);
    }
}

static void draw_own(struct canvas *c, const struct logit *v)
{
    struct stroke stroke = { .color = v->bent ? v->theme->margin : v->theme->text1,
        .width = v->plot.size->line };
    draw_curve(c, v, &v->own, stroke);
}

static void draw_ghosts(struct canvas *c, const struct logit *v)
{
    struct stroke thin = { .color = color_alpha(v->theme->text3, v->plot.size->large ? 0.7 : 0.4),
        .width = 1 };
    for (int i = 0; i < v->ghosts; i++) {
        char mark[40];
        snprintf(mark, sizeof mark, "logit.ghost.%s", v->ghost[i].force.loss->id);
        canvas_mark(c, mark);
        draw_curve(c, v, &v->ghost[i], thin);
        canvas_mark(c, NULL);
    }
}

/* ---- names at the line ends ---- */

struct name {
    double y, end; /* of the text, and of the curve */
    char text[NAME_TEXT];
    bool formula, strong;
};

struct names {
    struct name name[GHOST_MAX + 8];
    int n, exits; /* exits: curves named below */
};

static void name_add(struct names *names, double y, const char *text, bool formula, bool strong)
{
    if (names->n == GHOST_MAX + 8 || !isfinite(y))
        return;
    struct name *name = &names->name[names->n++];
    *name = (struct name){ .y = y, .end = y, .formula = formula, .strong = strong };
    snprintf(name->text, sizeof name->text, "%s", text);
}

/* From the top down, none nearer than `gap` to the next and all within from..to. */
static void names_spread(struct names *names, double gap, double from, double to)
{
    for (int i = 1; i < names->n; i++)
        for (int j = i; j > 0 && names->name[j].y < names->name[j - 1].y; j--) {
            struct name swap = names->name[j];
            names->name[j] = names->name[j - 1];
            names->name[j - 1] = swap;
        }
    for (int i = 1; i < names->n; i++)
        names->name[i].y = fmax(names->name[i].y, names->name[i - 1].y + gap);
    for (int i = names->n - 1; i >= 0; i--) {
        names->name[i].y = fmin(names->name[i].y, to);
        to = names->name[i].y - gap;
    }
    if (names->n > 0)
        names->name[0].y = fmax(names->name[0].y, from);
}

static double curve_end(const struct logit *v, const struct curve *curve)
{
    return axis_at(&v->y, curve->at[curve->n - 1].y);
}

/* "CosFace 0.15": the value where one parameter makes the margin. */
static void ghost_text(const struct loss_force *force, char *out, size_t size)
{
    int margins = 0, at = force->loss->margin;
    char number[24];
    for (int i = 0; i < loss_param_count(force->loss); i++)
        margins += force->loss->param[i].role == ROLE_MARGIN;
    if (margins == 1 && at >= 0)
        snprintf(
            out, size, "%s %s", force->loss->label, number_short(force->param[at], number, sizeof number));
    else
        snprintf(out, size, "%s", force->loss->label);
}

/* A curve that leaves the field below is named where it does. */
static void name_exit(
    struct canvas *c, const struct logit *v, const struct curve *curve, const char *text, int *exits)
{
    const struct font font = { 12, WEIGHT_REGULAR, false };
    int i = 0;
    while (curve->at[i].y >= v->y.from) /* its end is below */
        i++;
    double x = axis_at(&v->x, curve->at[i].x) + 8, low = v->field.y + v->field.h - 6 - 16 * (*exits)++;
    if (x + text_width(text, &font) <= v->field.x + v->field.w)
        canvas_text(c, (struct point){ x, low }, text, &font, v->theme->text3, ALIGN_LEFT);
}

static void name_ghosts(struct canvas *c, const struct logit *v, struct names *names)
{
    char text[NAME_TEXT];
    const struct font font = { 12, WEIGHT_REGULAR, false };
    for (int i = 0; i < v->ghosts; i++) {
        const struct curve *ghost = &v->ghost[i];
        ghost_text(&ghost->force, text, sizeof text);
        if (ghost->at[ghost->n - 1].y < v->y.from) {
            name_exit(c, v, ghost, text, &names->exits);
            continue;
        }
        if (text_width(text, &font) > v->plot.right - v->plot.gutter - LEADER)
            snprintf(text, sizeof text, "%s", ghost->force.loss->label);
        name_add(names, curve_end(v, ghost), text, false, false);
    }
}

/* Moved away from its curve by the others, a name keeps a line to it. */
static void name_draw(struct canvas *c, const struct logit *v, const struct name *name)
{
    const struct font *font = &v->plot.size->label;
    const struct font small = { 12, WEIGHT_REGULAR, false };
    double lead = v->plot.size->large ? LEADER : 0, end = v->field.x + v->field.w + 3;
    struct point at = { v->plot.gutter + lead, name->y + text_ascent(font) / 2 };
    if (lead > 0)
        canvas_line(c, (struct point){ end, name->end }, (struct point){ at.x - 4, name->y }, 1,
            color_alpha(v->theme->text3, 0.6));
    if (name->formula)
        formula_draw(
            c, at, name->text, font->size, name->strong ? v->theme->text1 : v->theme->text2, v->theme);
    else
        canvas_text(c, at, name->text, &small, v->theme->text3, ALIGN_LEFT);
}

/* The names beside the ends of their curves; the own one over the plot where it does not fit there. */
static void draw_names(struct canvas *c, const struct logit *v, struct names *names)
{
    const struct plot_size *size = v->plot.size;
    double room = v->plot.right - v->plot.gutter + 4, plain = axis_at(&v->y, cos(v->end_deg * pi / 180));
    const char *own = v->own.force.loss->logit;
    name_add(names, plain, "\\cos\\theta", true, !v->bent);
    if (v->bent && own) {
        double width = formula_measure(own, size->label.size).width;
        struct point over = { v->plot.right - width, v->plot.rect.y + size->title_y };
        if (width <= room)
            name_add(names, curve_end(v, &v->own), own, true, true);
        else
            formula_draw(c, over, own, size->label.size, v->theme->text1, v->theme);
    }
    if (size->large)
        name_ghosts(c, v, names);
    names_spread(names, size->label.size + (size->large ? 4 : 7), v->field.y, v->field.y + v->field.h);
    for (int i = 0; i < names->n; i++)
        name_draw(c, v, &names->name[i]);
}

/* ---- what belongs to the loss in use ---- */

/* Over whatever lines run behind it. */
static void text_on_ground(
    struct canvas *c, const struct logit *v, struct point at, const char *text, enum align align)
{
    const struct font *font = &v->plot.size->label;
    double width = text_width(text, font), left = align == ALIGN_LEFT ? at.x : at.x - width;
    struct rect ground = { left - 3, at.y - font->size * 0.95, width + 6, font->size * 1.3 };
    canvas_round_rect(c, ground, 3, color_alpha(v->theme->bg, 0.85));
    canvas_text(c, at, text, font, v->theme->text2, align);
}

/* ArcFace and its kin go straight on past pi - m. */
static void name_fallback(struct canvas *c, const struct logit *v)
{
    static const char text[] = "\\cos\\theta-\\m{m}\\sin\\m{m}";
    const struct font *font = &v->plot.size->label;
    if (v->own.pieces < 2 || !v->plot.size->large)
        return;
    const struct point *from = &v->own.at[v->own.piece[1].from];
    struct point at = place(v, from->x, from->y);
    if (v->field.x + v->field.w - at.x < 40)
        return;
    double width = formula_measure(text, font->size).width;
    at.x = fmin(at.x, v->field.x + v->field.w - width - 4);
    at.y = fmin(at.y + 34, v->field.y + v->field.h - 6);
    struct rect ground = { at.x - 3, at.y - font->size, width + 6, font->size * 1.4 };
    canvas_round_rect(c, ground, 3, color_alpha(v->theme->bg, 0.85));
    formula_draw(c, at, text, font->size, v->theme->text1, v->theme);
}

static int annealed_param(const struct loss_force *force)
{
    for (int i = 0; i < loss_param_count(force->loss); i++)
        if (force->loss->param[i].role == ROLE_ANNEALED)
            return i;
    return -1;
}

/* With lambda in force the curve lies between cos(theta) and the full psi, which is drawn thin. */
static void draw_full(struct canvas *c, struct logit *v, struct names *names)
{
    int lambda = annealed_param(&v->own.force);
    if (lambda < 0 || !(v->own.force.param[lambda] > 0))
        return;
    struct curve full = { .force = v->own.force, .norm = NAN };
    full.force.param[lambda] = 0;
    sample_curve(&full, v->end_deg, 181);
    draw_curve(c, v, &full, (struct stroke){ .color = v->theme->margin, .width = 1 });
    if (!v->plot.size->large)
        return;
    if (full.at[full.n - 1].y >= v->y.from)
        name_add(names, curve_end(v, &full), "\\lambda = 0", true, false);
    else
        name_exit(c, v, &full, "\u03bb = 0", &names->exits);
}

/* The value in force, while it changes and after. */
static void draw_lambda(struct canvas *c, const struct logit *v)
{
    char text[NAME_TEXT], number[24];
    int lambda = annealed_param(&v->own.force);
    double size = v->plot.size->label.size;
    if (lambda < 0 || !(v->own.force.param[lambda] > 0))
        return;
    snprintf(
        text, sizeof text, "\\lambda = %s", number_short(v->own.force.param[lambda], number, sizeof number));
    struct point at = { v->plot.right, v->plot.rect.y + v->plot.size->title_y };
    at.x -= formula_measure(text, size).width;
    formula_draw(c, at, text, size, v->theme->text2, v->theme);
}

/* MagFace and AdaFace bend by the length of the feature: the shortest and the longest there may be. */
static void draw_lengths(struct canvas *c, struct logit *v, struct names *names)
{
    static const double norms[] = { 0, INFINITY };
    static const char *const text[] = { "shortest \u2016x\u2016", "longest \u2016x\u2016" };
    if (!v->own.force.loss->target_at)
        return;
    for (int i = 0; i < 2; i++) {
        struct curve curve = { .force = v->own.force, .norm = norms[i] };
        sample_curve(&curve, v->end_deg, 181);
        draw_curve(c, v, &curve, (struct stroke){ .color = v->theme->margin, .width = 1 });
        if (v->plot.size->large)
            name_add(names, curve_end(v, &curve), text[i], false, false);
    }
}

/* What another class at theta is worth beside the shown sample: CurricularFace raises the hard ones. */
static void draw_rival(struct canvas *c, const struct logit *v, const struct selection *s)
{
    const struct stroke ink = { .color = v->theme->text1, .width = 1.25 };
    struct point line[SAMPLE_MAX];
    int n = 0;
    for (int i = 0; i < SAMPLE_MAX; i++) {
        double deg = v->end_deg * i / (SAMPLE_MAX - 1), cosine = cos(deg * pi / 180);
        double value = loss_rival(&v->own.force, cosine, cos(s->own_angle)).value;
        if (fabs(value - cosine) > 1e-9)
            line[n++] = place(v, deg, value);
        else if (n > 0) /* hard until here */
            break;
    }
    if (n < 2)
        return;
    canvas_lines(c, line, n, &ink);
    if (v->plot.size->large)
        formula_draw(c, (struct point){ line[n / 2].x + 10, line[n / 2].y - 6 }, "N(\\cos\\theta_j)",
            v->plot.size->label.size, v->theme->text1, v->theme);
}

/* ---- the shown sample ---- */

struct callout {
    struct point from, to; /* leader: from the dot straight to the height of the text */
    struct point text;
    enum align align;
};

/* True when a text of this width right of x, centred on y, stays clear of the curve above it. */
static bool clear_below(const struct logit *v, double x, double y, double width)
{
    double share = (x + width - v->field.x) / v->field.w;
    double deg = fmin(1, share) * v->end_deg;
    return axis_at(&v->y, curve_value(&v->own, deg)) < y - 0.7 * v->plot.size->label.size;
}

/* The highest of a few heights under the curve where the text is clear of it; NAN without one. */
static double height_below(const struct logit *v, struct point dot, double width)
{
    static const double shares[] = { 0.65, 0.72, 0.79, 0.85, 0.9 };
    for (int i = 0; i < 5; i++) {
        double y = v->field.y + shares[i] * v->field.h;
        if (y > dot.y + 14 && clear_below(v, dot.x + 13, y, width))
            return y;
    }
    return NAN;
}

/* Under the curve where it has room there, else above it but under the title. */
static struct callout callout_place(const struct logit *v, struct point dot, struct point plain, double width)
{
    struct rect area = v->field;
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
    double plain = cos(s->own_angle), bent = curve_value(&v->own, deg);
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
        text_on_ground(c, v, call.text, text, call.align);
        canvas_disc(c, above, 3, theme->bg);
        canvas_ring(c, above, 3, 1.5, theme->text1);
    }
    canvas_disc(c, dot, 4.5, theme->bg);
    canvas_disc(c, dot, 3.5, theme->text1);
}

/* ---- where the samples are ---- */

static void draw_mean(struct canvas *c, const struct logit *v, double mean_rad)
{
    double deg = mean_rad * 180 / pi, x = axis_at(&v->x, deg), low = v->bars.y + v->bars.h;
    if (!(deg >= 0 && deg <= v->end_deg))
        return;
    struct point line[2] = { { x, v->bars.y }, { x, low } };
    struct stroke stroke = { .color = v->theme->text1, .width = 1.25, .dash_on = 3, .dash_off = 2 };
    canvas_lines(c, line, 2, &stroke);
    if (!v->plot.size->large)
        return;
    char text[48], number[24];
    snprintf(text, sizeof text, "target angles, mean %s", number_degrees(mean_rad, number, sizeof number));
    double width = text_width(text, &v->plot.size->label);
    double left = fmax(v->bars.x, fmin(x - 3, v->bars.x + v->bars.w - width));
    canvas_text(
        c, (struct point){ left, v->bars.y - 7 }, text, &v->plot.size->label, v->theme->text2, ALIGN_LEFT);
}

static void draw_bars(struct canvas *c, const struct logit *v, const struct scene *scene)
{
    int found[BIN_MAX] = { 0 }, bins = v->plot.size->large ? 90 : 60, most = 1;
    for (int i = 0; i < scene->snap->count; i++) {
        double share = (double)scene->own[i] * 180 / pi / v->end_deg;
        if (share >= 0 && share <= 1)
            found[(int)fmin(bins - 1, share * bins)]++;
    }
    for (int i = 0; i < bins; i++)
        most = found[i] > most ? found[i] : most;
    double width = v->bars.w / bins, low = v->bars.y + v->bars.h;
    for (int i = 0; i < bins; i++) {
        double high = fmax(1, v->bars.h * found[i] / most);
        struct rect bar = { v->bars.x + i * width, low - high,
            fmax(1, width - (v->plot.size->large ? 1 : 0.5)), high };
        if (found[i] > 0)
            canvas_rect(c, bar, v->plot.size->large ? v->theme->rival : v->theme->text3);
    }
    draw_mean(c, v, scene->snap->own_angle_mean);
}

/* ---- the view ---- */

static void draw_title(struct canvas *c, const struct logit *v)
{
    const struct plot_size *size = v->plot.size;
    plot_title(c, &v->plot, v->theme, view_logit.label);
    double width = text_width(view_logit.label, &size->title);
    if (!plot_fits(&v->plot))
        return;
    struct point psi = { v->plot.rect.x + size->padding + width + 10, v->plot.rect.y + size->title_y };
    formula_draw(c, psi, "\\psi(\\theta)", size->title.size, v->theme->text1, v->theme);
}

static void draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    struct logit v = { .theme = look->theme };
    struct names names = { .n = 0 };
    struct selection selection;
    logit_layout(&v, scene, rect);
    draw_title(c, &v);
    if (!plot_fits(&v.plot))
        return;
    bool selected = view_selection(scene, look, &selection);
    struct rect field = { v.field.x - 3, v.field.y - 3, v.field.w + 6, v.field.h + 6 };
    draw_grid(c, &v);
    canvas_clip(c, &field);
    canvas_mark(c, "logit.gap");
    for (int i = 0; i < v.own.pieces && v.bent; i++)
        draw_gap(c, &v, &v.own.piece[i]);
    draw_ghosts(c, &v);
    draw_lengths(c, &v, &names);
    draw_full(c, &v, &names);
    canvas_clip(c, &v.plot.rect);
    draw_lambda(c, &v);
    canvas_mark(c, "logit.rival");
    if (selected)
        draw_rival(c, &v, &selection);
    canvas_mark(c, "logit.cosine");
    if (v.bent)
        draw_cosine(c, &v);
    canvas_mark(c, "logit.own");
    draw_own(c, &v);
    name_fallback(c, &v);
    canvas_mark(c, "logit.bars");
    draw_bars(c, &v, scene);
    canvas_mark(c, NULL);
    draw_names(c, &v, &names);
    canvas_mark(c, "logit.selected");
    if (selected)
        draw_selected(c, &v, &selection);
    canvas_mark(c, NULL);
}

/* By family, for those whose logits are not cosines of class weights. */
static const char *missing(const struct scene *scene)
{
    static const char *const sentence[FAMILY_COUNT] = {
        [FAMILY_PAIR] =
            "A target logit needs class weights, and this loss compares samples; choose a softmax loss.",
        [FAMILY_SCORE] =
            "A target logit needs class weights, and this loss has a score; choose a softmax loss.",
        [FAMILY_REGRESSION] =
            "A target logit needs class weights, and a regression has none; choose a softmax loss.",
        [FAMILY_MULTI] = "A target logit needs one own class, and here are several; choose a softmax loss.",
    };
    const struct loss *loss = scene->snap->force.loss;
    if (!loss)
        return "No loss has been chosen.";
    if (loss->slack && !loss->target && !sentence[loss->family])
        return "This loss asks of each class by itself: there is no target curve; choose a softmax loss.";
    return sentence[loss->family];
}

const struct view view_logit = { "logit", "Target logit", draw, missing };
