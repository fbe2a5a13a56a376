#include "render/view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/formula.h"
#include "render/inequality.h"
#include "render/number.h"
#include "render/text.h"

static double margin_value(const struct loss_force *force)
{
    return force->loss->margin >= 0 ? force->param[force->loss->margin] : 0;
}

/* Everything measured, so that nothing overlaps at any width. */
struct header {
    const struct theme *theme;
    struct rect rect;
    bool low;
    struct font title, subtitle;
    double title_width; /* of title and subtitle together with their left padding */
    double size; /* of the inequality */
    double column[TERM_MAX]; /* widths */
    double columns, verdict;
    double at; /* where the inequality starts; rect's end without one */
};

static const double edge = 24;

static double measure_columns(struct header *h, const struct inequality *q, double size)
{
    struct font bold = { size, WEIGHT_SEMIBOLD, false };
    double total = 0;
    h->size = size;
    for (int i = 0; i < q->n; i++) {
        const struct term *term = &q->term[i];
        double widest = fmax(text_width(q->widest, &bold), formula_measure(term->symbol, size).width);
        if (strchr(term->value, '.') == NULL)
            widest = fmax(text_width(term->value, &bold), formula_measure(term->symbol, size).width);
        h->column[i] = term->sign ? 1.5 * size : fmax(widest, text_width(term->value, &bold));
        total += h->column[i];
    }
    return total;
}

/* At its place of the reference, or as far left as its width asks; smaller when the title is in the way. */
static bool place_inequality(struct header *h, const struct inequality *q, const struct verdict *v)
{
    static const double sizes[] = { 20, 14 };
    struct font plain = { 14, WEIGHT_REGULAR, false };
    h->verdict = fmax(text_width("class 100 wins, with", &plain),
        fmax(text_width(v->who, &plain), text_width(v->by, &plain)));
    for (int i = 0; i < 2; i++) {
        h->columns = measure_columns(h, q, sizes[i]);
        double block = h->columns + 1.6 * sizes[i] + h->verdict + edge;
        double at = h->rect.w - fmax(block, 510);
        if (at < h->title_width + 2 * edge)
            at = h->rect.w - block;
        if (at >= h->title_width + 2 * edge) {
            h->at = h->rect.x + at;
            return true;
        }
    }
    return false;
}

static void draw_inequality(
    struct canvas *c, const struct header *h, const struct inequality *q, const struct verdict *v)
{
    struct font bold = { h->size, WEIGHT_SEMIBOLD, false }, regular = { h->size, WEIGHT_REGULAR, false };
    double middle = h->rect.y + h->rect.h / 2, pitch = h->low ? 24 : 26;
    double upper = middle - pitch / 2 + 0.36 * h->size, lower = upper + pitch, x = h->at;
    for (int i = 0; i < q->n; i++) {
        const struct term *term = &q->term[i];
        double center = x + h->column[i] / 2, half = formula_measure(term->symbol, h->size).width / 2;
        formula_draw(
            c, (struct point){ center - half, upper }, term->symbol, h->size, h->theme->text1, h->theme);
        canvas_mark(c, term->sign ? NULL : "header.value");
        canvas_text(c, (struct point){ center, lower }, term->value, term->sign ? &regular : &bold,
            term->color, ALIGN_CENTER);
        canvas_mark(c, NULL);
        x += h->column[i];
    }
    struct font who = { 14, WEIGHT_REGULAR, false }, by = { 14, WEIGHT_SEMIBOLD, false };
    x += 1.6 * h->size;
    canvas_mark(c, "header.verdict");
    canvas_text(c, (struct point){ x, upper - 1 }, v->who, &who, h->theme->text2, ALIGN_LEFT);
    canvas_text(
        c, (struct point){ x, lower - 1 }, v->by, &by, v->good ? h->theme->good : h->theme->bad, ALIGN_LEFT);
    canvas_mark(c, NULL);
}

static void draw_rule(struct canvas *c, const struct header *h)
{
    double x = floor(h->at - 30) + 0.5, inset = h->low ? 12 : 15;
    canvas_line(c, (struct point){ x, h->rect.y + inset }, (struct point){ x, h->rect.y + h->rect.h - inset },
        1, h->theme->hairline);
}

/* The loss's formula with theta_y in the colour of the shown sample's class. */
static void color_formula(const char *formula, int label, char *out, size_t size)
{
    static const char own[] = "\\theta_y";
    size_t n = 0;
    out[0] = '\0';
    while (*formula && n + 1 < size) {
        bool found = strncmp(formula, own, sizeof own - 1) == 0;
        int written = found ? snprintf(out + n, size - n, "\\cls{%d}{%s}", label, own)
                            : snprintf(out + n, size - n, "%c", *formula);
        formula += found ? sizeof own - 1 : 1;
        n += (size_t)written;
    }
}

/* The size at which the formula fits between title and inequality, 0 without one. */
static double formula_room(const struct header *h, const char *formula, double left)
{
    static const double sizes[] = { 20, 14 };
    double right = h->at - 30 - edge - h->rect.x;
    for (int i = 0; i < 2; i++) {
        struct formula_size size = formula_measure(formula, sizes[i]);
        if (left + size.width <= right && size.ascent + size.descent <= h->rect.h - 4)
            return sizes[i];
    }
    return 0;
}

static void draw_formula(struct canvas *c, const struct header *h, const char *formula)
{
    double left = fmax(h->low ? 0 : 276, h->title_width + edge), size = formula_room(h, formula, left);
    if (size <= 0)
        return;
    struct formula_size box = formula_measure(formula, size);
    double base = h->rect.y + (h->rect.h + box.ascent - box.descent) / 2;
    formula_draw(c, (struct point){ h->rect.x + left, base }, formula, size, h->theme->text1, h->theme);
}

/* Hovering the title of a small window trades the inequality for the formula. */
static bool formula_instead(struct header *h, const struct look *look, const char *formula)
{
    double at = h->at;
    if (!look->formula_first || formula_room(h, formula, fmax(h->low ? 0 : 276, h->title_width + edge)) > 0)
        return false;
    h->at = h->rect.x + h->rect.w + 30;
    if (formula_room(h, formula, fmax(h->low ? 0 : 276, h->title_width + edge)) > 0)
        return true;
    h->at = at;
    return false;
}

static void write_subtitle(const struct snapshot *snap, char *out, int size)
{
    char number[32];
    const struct loss_force *force = &snap->force;
    figure_subtitle(force, out, size);
    if (snap->warmup_length > 0) {
        snprintf(
            out, (size_t)size, "warm-up %d of %d: plain ‖x‖cos θ", snap->warmup_step, snap->warmup_length);
    } else if (snap->ramp_length > 0) {
        snprintf(out, (size_t)size, "margin ramp %d of %d: m = %s", snap->ramp_step, snap->ramp_length,
            number_fixed(margin_value(force), 2, number, sizeof number));
    } else if (snap->annealing) {
        for (int i = 0; i < loss_param_count(force->loss); i++)
            if (force->loss->param[i].role == ROLE_ANNEALED)
                snprintf(
                    out, (size_t)size, "λ in force %s", number_short(force->param[i], number, sizeof number));
    }
}

static void draw_title(struct canvas *c, struct header *h, const struct snapshot *snap)
{
    char subtitle[128], name[128], title[128], fitted[160];
    double room = h->rect.w - 2 * edge;
    figure_title(snap, name, sizeof name);
    text_fit(name, &h->title, room, title, sizeof title);
    write_subtitle(snap, subtitle, sizeof subtitle);
    text_fit(subtitle, &h->subtitle, room, fitted, sizeof fitted);
    h->title_width = edge + fmax(text_width(title, &h->title), text_width(fitted, &h->subtitle));
    double x = h->rect.x + edge, y = h->rect.y + h->rect.h / 2;
    canvas_text(c, (struct point){ x, y + (h->low ? -3 : 2) }, title, &h->title, h->theme->text1, ALIGN_LEFT);
    canvas_text(
        c, (struct point){ x, y + (h->low ? 18 : 25) }, fitted, &h->subtitle, h->theme->text3, ALIGN_LEFT);
}

void header_draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    const struct snapshot *snap = scene->snap;
    if (!snap->force.loss)
        return;
    bool low = rect.h < 80;
    struct header h = { .theme = look->theme,
        .rect = rect,
        .low = low,
        .at = rect.x + rect.w + 30,
        .title = { low ? 20 : 32, WEIGHT_SEMIBOLD, false },
        .subtitle = { 14, WEIGHT_REGULAR, false } };
    struct selection selection;
    struct inequality q = { .snap = scene->snap };
    struct verdict verdict;
    char formula[512];
    canvas_clip(c, &rect);
    draw_title(c, &h, snap);
    bool chosen = view_selection(scene, look, &selection);
    if (chosen) {
        inequality_write(&q, scene, look->theme, &selection);
        inequality_verdict(&verdict, &q, scene, &selection);
        color_formula(snap->force.loss->formula, selection.own, formula, sizeof formula);
        if (q.n > 0 && place_inequality(&h, &q, &verdict) && !formula_instead(&h, look, formula)) {
            draw_rule(c, &h);
            draw_inequality(c, &h, &q, &verdict);
        }
    } else {
        snprintf(formula, sizeof formula, "%s", snap->force.loss->formula);
    }
    draw_formula(c, &h, formula);
    canvas_clip(c, NULL);
}
