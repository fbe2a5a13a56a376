/* view_lens.c - one sample, or the free probe, with every number its loss makes of it. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "render/axes.h"
#include "render/disc.h"
#include "render/formula.h"
#include "render/number.h"
#include "render/text.h"
#include "render/thumb.h"

enum { FORMULA_TEXT = 640, RIVALS = 2 };
static const double DEGREE = 57.29577951308232;

struct lens_view {
    struct canvas *canvas;
    const struct scene *scene;
    const struct snapshot *snap;
    const struct look *look;
    const struct theme *theme;
    struct plot plot;
    struct lens lens;
    double x[LENS_DIM];
    int sample; /* -1: the probe */
    bool large;
    double scale; /* of words and columns: larger where a whole screen is theirs */
};

/* ---- what is under the lens ---- */

int lens_sample(const struct scene *scene, const struct look *look)
{
    const struct snapshot *snap = scene->snap;
    if (!snap || look->probing)
        return -1;
    return look->selected >= 0 && look->selected < snap->count ? look->selected : scene_typical(scene);
}

static bool probe_fits(const struct snapshot *snap, const struct look *look)
{
    return look->probing && snap->dim >= 2 && snap->dim <= 3 && snap->targets == 0 &&
           look->probe_label >= 0 && look->probe_label < snap->classes;
}

bool lens_of(const struct scene *scene, const struct look *look, double *x, struct lens *out)
{
    const struct snapshot *snap = scene->snap;
    double target[LENS_DIM];
    int i = lens_sample(scene, look), targets = snap && snap->targets <= LENS_DIM ? snap->targets : 0;
    if (!snap || !snap->force.loss || !scene->work || snap->dim > LENS_DIM || snap->classes < 1 ||
        (i < 0 && !probe_fits(snap, look)))
        return false;
    for (int d = 0; d < snap->dim; d++)
        x[d] = i < 0 ? look->probe[d] : (double)snap->feature[(size_t)i * (size_t)snap->dim + (size_t)d];
    for (int k = 0; k < targets && i >= 0; k++)
        target[k] = (double)snap->target[(size_t)i * (size_t)targets + (size_t)k];
    struct head rule = snapshot_head(snap);
    return lens_look(&snap->force, &rule, x, i < 0 ? look->probe_label : snap->label[i],
        targets > 0 && i >= 0 ? target : NULL, scene->work, out);
}

/* ---- words ---- */

static void words(const struct lens_view *v, double x, double y, const char *text, double size, bool bold,
    struct color color, enum align align)
{
    struct font font = { size, bold ? WEIGHT_SEMIBOLD : WEIGHT_REGULAR, false };
    canvas_text(v->canvas, (struct point){ x, y }, text, &font, color, align);
}

/* As many digits as can be held against `eval`: five that count. */
static const char *digits(double value, char *out, int size)
{
    double a = fabs(value);
    if (!isfinite(value) || a == 0)
        return number_fixed(value, 0, out, size);
    int decimals = 4 - (int)floor(log10(a));
    if (decimals > 9 || decimals < 0)
        return number_short(value, out, size);
    return number_fixed(value, decimals, out, size);
}

static void draw_image(const struct lens_view *v, struct rect at)
{
    struct rect edge = { at.x - 1, at.y - 1, at.w + 2, at.h + 2 };
    thumb_draw(v->canvas, v->scene, v->sample, at);
    canvas_round_outline(v->canvas, edge, 1, 1, v->theme->hairline);
}

static bool has_image(const struct lens_view *v)
{
    return thumb_has(v->scene, v->sample);
}

static void draw_chip(const struct lens_view *v, struct point at, int class, double radius)
{
    thumb_chip(v->canvas, v->theme, v->snap, at, class, radius);
}

/* ---- who it is ---- */

static bool is_right(const struct lens_view *v)
{
    return v->lens.predicted == v->lens.label;
}

static void verdict(const struct lens_view *v, char *out, size_t size)
{
    char room[SNAPSHOT_NAME_TEXT];
    if (v->lens.kind == LENS_EACH && v->snap->force.loss->task == TASK_MULTI)
        snprintf(out, size, "several labels");
    else if (is_right(v))
        snprintf(out, size, v->large ? "predicted right" : "right");
    else
        snprintf(out, size, "taken for %s", snapshot_class(v->snap, v->lens.predicted, room));
}

/* A name and its value, one below the other lines. */
static void fact(
    const struct lens_view *v, double x, double right, double *y, const char *name, const char *value)
{
    double size = v->large ? 14 * v->scale : 12;
    words(v, x, *y, name, size, false, v->theme->text3, ALIGN_LEFT);
    words(v, right, *y, value, size, true, v->theme->text1, ALIGN_RIGHT);
    *y += v->large ? 22 * v->scale : 16;
}

static void direction(const struct lens_view *v, char *out, size_t size)
{
    const double *g = v->lens.gradient;
    char a[24], b[24], c[24];
    if (v->snap->dim == 2)
        snprintf(out, size, "(%s, %s)", number_short(-g[0], a, sizeof a), number_short(-g[1], b, sizeof b));
    else if (v->snap->dim == 3)
        snprintf(out, size, "(%s, %s, %s)", number_short(-g[0], a, sizeof a),
            number_short(-g[1], b, sizeof b), number_short(-g[2], c, sizeof c));
    else
        out[0] = '\0';
}

/* Returns where they end. */
static double draw_facts(const struct lens_view *v, double x, double right, double y)
{
    char text[96];
    fact(v, x, right, &y, "\u2016x\u2016", digits(v->lens.norm, text, sizeof text));
    if (isnan(v->lens.pull))
        return y;
    fact(v, x, right, &y, "\u2016\u2202L/\u2202x\u2016", digits(v->lens.pull, text, sizeof text));
    direction(v, text, sizeof text);
    struct font font = { 14 * v->scale, WEIGHT_SEMIBOLD, false };
    if (text[0] && text_width(text, &font) < right - x - 46 * v->scale)
        fact(v, x, right, &y, "pulled", text);
    if (v->snap->dim == 2 && v->lens.pull > 0) {
        double toward = atan2(-v->lens.gradient[1], -v->lens.gradient[0]);
        fact(v, x, right, &y, "towards", number_degrees(toward, text, sizeof text));
    }
    return y;
}

/* A chip, the class it is, and what it is taken for. */
static void draw_who(const struct lens_view *v, double x, double y, double right)
{
    char room[SNAPSHOT_NAME_TEXT], text[64], fitted[80];
    double radius = v->large ? 12 * v->scale : 8, size = v->large ? 14 * v->scale : 12;
    struct font font = { size, WEIGHT_SEMIBOLD, false };
    if (v->lens.kind == LENS_FIT)
        return;
    draw_chip(v, (struct point){ x + radius, y }, v->lens.label, radius);
    const char *name = snapshot_class(v->snap, v->lens.label, room);
    snprintf(text, sizeof text, "%s%s", strlen(name) <= 2 ? "class " : "", name);
    double left = x + 2 * radius + 8;
    text_fit(text, &font, right - left, fitted, sizeof fitted);
    canvas_text(v->canvas, (struct point){ left, y - (v->large ? 3 * v->scale : 1) }, fitted, &font,
        v->theme->text1, ALIGN_LEFT);
    verdict(v, text, sizeof text);
    font.weight = WEIGHT_REGULAR;
    text_fit(text, &font, right - left, fitted, sizeof fitted);
    bool bad = !is_right(v) && v->lens.kind != LENS_EACH;
    canvas_text(v->canvas, (struct point){ left, y + (v->large ? 15 * v->scale : 13) }, fitted, &font,
        bad ? v->theme->bad : v->theme->text2, ALIGN_LEFT);
}

/* ---- a row a class ---- */

/* Right edges of the numbers, where the bar begins and ends; 0 where a column has no room. */
struct columns {
    double chip, angle, cosine, plain, logit, bar, right, number;
    double pitch;
};

static struct columns columns_of(const struct lens_view *v, struct rect r)
{
    bool logits = v->lens.kind != LENS_PAIR;
    double even = (r.h - 30) / fmax(v->lens.rows, 1);
    struct columns c = { .chip = r.x,
        .pitch = v->large ? fmax(24, fmin(38, even / v->scale)) * v->scale : fmax(19, fmin(26, even)),
        .right = r.x + r.w };
    if (!v->large) {
        c.angle = r.x + 66;
        c.logit = logits ? r.x + 118 : 0;
        c.bar = r.x + (logits ? 128 : 78);
        c.number = r.x + r.w;
        c.right = c.number - 32;
        return c;
    }
    double k = v->scale;
    bool wide = r.w >= 560 * k;
    double room[] = { 96 * k, wide ? 74 * k : 0, wide ? 84 * k : 0, 96 * k };
    c.angle = r.x + room[0];
    c.cosine = wide ? c.angle + room[1] : 0;
    c.plain = wide && logits ? c.cosine + room[2] : 0;
    c.logit = logits ? (c.plain > 0 ? c.plain : c.angle) + room[3] : 0;
    double last = fmax(fmax(c.angle, c.cosine), c.logit);
    c.bar = last + 28 * k;
    c.number = r.x + r.w;
    c.right = c.number - 84 * k;
    return c;
}

static void column_word(const struct lens_view *v, double right, double y, const char *text)
{
    if (right > 0)
        words(v, right, y, text, v->large ? 14 * v->scale : 12, false, v->theme->text3, ALIGN_RIGHT);
}

static void draw_heads(const struct lens_view *v, const struct columns *c, double y)
{
    bool pair = v->lens.kind == LENS_PAIR;
    column_word(v, c->angle, y, "\u03b8");
    column_word(v, c->cosine, y, "cos \u03b8");
    column_word(v, c->plain, y, "logit");
    column_word(v, c->logit, y, v->large ? "as trained" : "logit");
    words(v, c->bar, y,
        pair       ? "distance to the class mean"
        : v->large ? "probability"
                   : "p",
        v->large ? 14 * v->scale : 12, false, v->theme->text3, ALIGN_LEFT);
}

static void column_number(
    const struct lens_view *v, double right, double y, const char *text, bool bold, struct color color)
{
    if (right > 0)
        words(v, right, y, text, v->large ? 14 * v->scale : 12, bold, color, ALIGN_RIGHT);
}

/* The longest distance among the rows: what a bar of pairs is measured by. */
static double farthest(const struct lens_view *v)
{
    double most = 0;
    for (int i = 0; i < v->lens.rows; i++)
        most = fmax(most, v->lens.row[i].distance);
    return most > 0 ? most : 1;
}

static void draw_row(const struct lens_view *v, const struct columns *c, const struct lens_row *row, double y)
{
    char text[32];
    bool bent = row->own && fabs(row->logit - row->plain) > 1e-9, pair = v->lens.kind == LENS_PAIR;
    double base = y + (v->large ? 5 * v->scale : 4),
           share = pair ? row->distance / farthest(v) : row->probability;
    struct color ink = row->own ? v->theme->text1 : v->theme->text2;
    draw_chip(v, (struct point){ c->chip + (v->large ? 10 * v->scale : 8), y }, row->label,
        v->large ? 10 * v->scale : 7.5);
    column_number(v, c->angle, base, number_degrees(row->angle, text, sizeof text), row->own, ink);
    column_number(v, c->cosine, base, number_fixed(row->cosine, 4, text, sizeof text), row->own, ink);
    column_number(v, c->plain, base, number_fixed(row->plain, 3, text, sizeof text), row->own, ink);
    column_number(v, c->logit, base, number_fixed(row->logit, v->large ? 3 : 2, text, sizeof text),
        row->own || bent, bent ? v->theme->margin : ink);
    struct rect bar = { c->bar, y - (v->large ? 5 * v->scale : 3.5), fmax(0, c->right - c->bar),
        v->large ? 10 * v->scale : 7 };
    canvas_rect(v->canvas, bar, v->theme->raised);
    bar.w *= isfinite(share) ? fmin(1, fmax(0, share)) : 0;
    canvas_rect(v->canvas, bar, class_color(v->theme, row->label));
    double shown = pair ? row->distance : row->probability;
    const char *number = !pair && shown > 0 && shown < 0.0005 && v->large
                             ? number_short(shown, text, sizeof text)
                             : number_fixed(shown, v->large ? 3 : 2, text, sizeof text);
    column_number(v, c->number, base, number, row->own, ink);
}

/* As many rows as fit above `bottom`; where the own class is not among them it takes the last place. Returns where
 * they end. */
static double draw_rows(const struct lens_view *v, struct rect r)
{
    struct columns c = columns_of(v, r);
    double k = v->scale, y = r.y + (v->large ? 14 * k : 10);
    int fit = (int)floor((r.h - (v->large ? 26 * k : 16)) / c.pitch),
        n = v->lens.rows < fit ? v->lens.rows : fit;
    bool own = false;
    if (v->lens.kind == LENS_FIT || n < 1)
        return r.y;
    draw_heads(v, &c, y);
    y += v->large ? 26 * k : 16;
    for (int i = 0; i < n; i++) {
        const struct lens_row *row = &v->lens.row[i];
        for (int j = i; i == n - 1 && !own && j < v->lens.rows; j++)
            row = v->lens.row[j].own ? &v->lens.row[j] : row;
        own = own || row->own;
        draw_row(v, &c, row, y);
        y += c.pitch;
    }
    int left = v->lens.classes - n;
    if (left > 0 && v->large && y + 8 < r.y + r.h + c.pitch) {
        char text[96], count[32], share[32];
        snprintf(text, sizeof text, "and %s more class%s%s%s", number_count(left, count, sizeof count),
            left == 1 ? "" : "es",
            v->lens.kind == LENS_SOFTMAX && left == v->lens.classes - v->lens.rows ? " with p " : "",
            v->lens.kind == LENS_SOFTMAX && left == v->lens.classes - v->lens.rows
                ? number_short(v->lens.others, share, sizeof share)
                : "");
        words(v, r.x, y + 4 * k, text, 14 * k, false, v->theme->text3, ALIGN_LEFT);
        y += 22 * k;
    }
    return y;
}

/* ---- the formula with its numbers ---- */

struct writer {
    char *at;
    size_t left;
};

static void put(struct writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct writer *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(w->at, w->left, format, args);
    va_end(args);
    size_t used = n < 0 ? 0 : (size_t)n < w->left ? (size_t)n : w->left - 1;
    w->at += used;
    w->left -= used;
}

/* The parameter a formula calls by this symbol. */
static int param_of(const struct loss *loss, const char *symbol, size_t length)
{
    for (int p = 0; p < loss_param_count(loss); p++)
        if (strlen(loss->param[p].symbol) == length && memcmp(loss->param[p].symbol, symbol, length) == 0)
            return p;
    return -1;
}

static void put_param(struct writer *w, const struct loss_force *force, int p)
{
    bool angle = strcmp(force->loss->param[p].unit, "rad") == 0;
    if (angle)
        put(w, "\\m{%.1f\\deg}", DEGREE * force->param[p]);
    else
        put(w, force->loss->param[p].kind == PARAM_INTEGER ? "\\m{%.0f}" : "\\m{%.2f}", force->param[p]);
}

/* The row's target curve with theta and its parameters as numbers. False where it speaks of more than those. */
static bool put_target(struct writer *w, const struct loss_force *force, double angle)
{
    const char *at = force->loss->logit;
    while (*at) {
        if (strncmp(at, "\\theta", 6) == 0) {
            put(w, "%.1f\\deg", DEGREE * angle);
            at += 6;
        } else if (strncmp(at, "\\m{", 3) == 0) {
            size_t length = strcspn(at + 3, "}");
            int p = param_of(force->loss, at + 3, length);
            at += 3 + length + 1;
            if (p < 0 || *at == '(' || *at == 'k')
                return false;
            put_param(w, force, p);
            if (strncmp(at, "\\theta", 6) == 0)
                put(w, "\\cdot ");
        } else {
            put(w, "%c", *at++);
        }
    }
    return true;
}

static const struct lens_row *own_row(const struct lens *lens)
{
    for (int i = 0; i < lens->rows; i++)
        if (lens->row[i].own)
            return &lens->row[i];
    return NULL;
}

/* s, |x| or |W||x| is what the bent cosine is multiplied by. */
static bool put_own(struct writer *w, const struct lens_view *v, const struct lens_row *own)
{
    const struct loss_force *force = &v->snap->force;
    bool product = force->loss->radius != RADIUS_LINEAR && fabs(own->cosine) > 1e-9;
    if (!product || !force->loss->logit)
        return false;
    bool sum = strstr(force->loss->logit, "-\\m") != NULL;
    put(w, "%.4g%s", own->plain / own->cosine, sum ? "(" : "\\cdot ");
    bool told = put_target(w, force, own->angle);
    put(w, "%s", sum ? ")" : "");
    return told;
}

static void put_number(struct writer *w, double value)
{
    char text[48];
    snprintf(text, sizeof text, "%.2f", value);
    put(w, "%s", text);
}

/* The strongest of the other classes, then dots. */
static void put_sum(struct writer *w, const struct lens *lens, const struct lens_row *own)
{
    int shown = 0;
    put(w, "e^{");
    put_number(w, own->logit);
    put(w, "}");
    for (int i = 0; i < lens->rows && shown < RIVALS; i++) {
        if (lens->row[i].own)
            continue;
        put(w, "+e^{");
        put_number(w, lens->row[i].logit);
        put(w, "}");
        shown++;
    }
    if (lens->classes > shown + 1)
        put(w, "+\\cdots");
}

static void write_softmax(const struct lens_view *v, char *out, size_t size)
{
    struct writer w = { out, size }, kept;
    char value[48];
    const struct lens_row *own = own_row(&v->lens);
    out[0] = '\0';
    if (!own || !isfinite(v->lens.entropy) || !isfinite(own->logit))
        return;
    put(&w, "-\\log\\frac{e^{");
    kept = w;
    if (!put_own(&w, v, own)) {
        w = kept;
        put_number(&w, own->logit);
    }
    put(&w, "}}{");
    put_sum(&w, &v->lens, own);
    snprintf(value, sizeof value, "%.*f",
        v->lens.entropy >= 100    ? 2
        : v->lens.entropy >= 0.01 ? 4
                                  : 6,
        v->lens.entropy);
    put(&w, "}=%s", value);
}

/* In words, for losses that are no softmax. */
static void write_sentence(const struct lens_view *v, char *out, size_t size)
{
    const struct lens *l = &v->lens;
    char a[32], b[32], c[32], d[32];
    switch (l->kind) {
    case LENS_SCORE:
        snprintf(out, size, "z = %s, t z = %s; loss %s, dl/dz = %s", digits(l->score, a, sizeof a),
            digits(l->t * l->score, b, sizeof b), digits(l->main, c, sizeof c),
            digits(l->slope, d, sizeof d));
        break;
    case LENS_FIT:
        snprintf(out, size, "fit %s \u2212 number %s = residual %s; slope %s", digits(l->score, a, sizeof a),
            digits(l->t, b, sizeof b), digits(l->score - l->t, c, sizeof c), digits(l->slope, d, sizeof d));
        break;
    case LENS_EACH:
        snprintf(out, size, "one yes or no for each class: the sum over %d classes is %s", l->classes,
            digits(l->main, a, sizeof a));
        break;
    case LENS_PAIR:
        snprintf(out, size,
            "A pair loss compares samples: one alone has none. What counts is its distance to "
            "its own kind.");
        break;
    case LENS_SOFTMAX:
        snprintf(out, size, "\u2212log p is %s; with what %s weighs or adds it is %s",
            digits(l->entropy, a, sizeof a), v->snap->force.loss->label, digits(l->main, b, sizeof b));
        break;
    }
}

/* "Loss 0.42310 = ArcFace 0.41000 + center 0.01310" */
static void write_total(const struct lens_view *v, char *out, size_t size)
{
    char value[32];
    struct writer w = { out, size };
    int terms = 0;
    out[0] = '\0';
    if (isnan(v->lens.loss) && v->lens.kind == LENS_PAIR)
        return;
    put(&w, "L = %s", digits(v->lens.loss, value, sizeof value));
    for (int i = 0; i < term_count(); i++)
        terms += v->lens.added[i];
    if (terms == 0)
        return;
    put(&w, " = %s %s", v->snap->force.loss->label, digits(v->lens.main, value, sizeof value));
    for (int i = 0; i < term_count(); i++)
        if (v->lens.added[i])
            put(&w, " + %s %s", term_at(i)->label, digits(v->lens.term[i], value, sizeof value));
}

/* At the largest size that fits; false when none does. */
static bool draw_formula(const struct lens_view *v, struct rect r)
{
    static const double sizes[] = { 32, 24, 20, 16, 14, 12 };
    char text[FORMULA_TEXT];
    if (v->lens.kind != LENS_SOFTMAX)
        return false;
    write_softmax(v, text, sizeof text);
    for (size_t i = 0; text[0] && i < sizeof sizes / sizeof *sizes; i++) {
        struct formula_size size = formula_measure(text, sizes[i]);
        if (size.width > r.w || size.ascent + size.descent > r.h || size.width <= 0)
            continue;
        struct point at = { r.x, r.y + (r.h + size.ascent - size.descent) / 2 };
        formula_draw(v->canvas, at, text, sizes[i], v->theme->text1, v->theme);
        return true;
    }
    return false;
}

static void draw_words(
    const struct lens_view *v, double x, double y, double width, const char *text, double size, bool bold)
{
    char fitted[256];
    struct font font = { size, bold ? WEIGHT_SEMIBOLD : WEIGHT_REGULAR, false };
    text_fit(text, &font, width, fitted, sizeof fitted);
    canvas_text(v->canvas, (struct point){ x, y }, fitted, &font, bold ? v->theme->text1 : v->theme->text2,
        ALIGN_LEFT);
}

/* ---- the view ---- */

static void draw_note(const struct lens_view *v)
{
    char text[96], number[32], fitted[112];
    const struct font *font = &v->plot.size->label;
    const struct dataset *d = v->scene->source;
    int row = v->sample >= 0 ? v->snap->row[v->sample] : -1;
    bool known = d && d->index && row >= 0 && row < d->train + d->test + d->holdout;
    if (v->sample < 0)
        snprintf(text, sizeof text, "free probe");
    else
        snprintf(text, sizeof text, "%s%s sample %s", v->sample == v->look->selected ? "" : "typical ",
            v->snap->test[v->sample] ? "test" : "training",
            number_count(known ? d->index[row] : row, number, sizeof number));
    double room = v->plot.right - v->plot.rect.x - v->plot.size->padding -
                  text_width(view_lens.label, &v->plot.size->title) - 16;
    text_fit(text, font, room, fitted, sizeof fitted);
    canvas_text(v->canvas, (struct point){ v->plot.right, v->plot.rect.y + v->plot.size->title_y }, fitted,
        font, v->theme->text2, ALIGN_RIGHT);
}

static void rule(const struct lens_view *v, double x, double y, double width)
{
    canvas_line(v->canvas, (struct point){ x, floor(y) + 0.5 }, (struct point){ x + width, floor(y) + 0.5 },
        1, v->theme->hairline);
}

static void draw_large(const struct lens_view *v)
{
    struct rect a = v->plot.area;
    double k = v->scale, bottom = v->plot.rect.y + v->plot.rect.h - 24, side = 176 * k, y = a.y;
    double foot = 132 * k, x = a.x + side + 44 * k;
    bool fit = v->lens.kind == LENS_FIT, pair = v->lens.kind == LENS_PAIR;
    char text[256];
    if (has_image(v)) {
        struct rect image = thumb_fit(v->scene, (struct rect){ a.x, y, side, side });
        draw_image(v, image);
        y += image.h + 30 * k;
    } else {
        y += 14 * k;
    }
    draw_who(v, a.x, y, a.x + side);
    double facts = draw_facts(v, a.x, a.x + side, fit ? y : y + 52 * k);
    struct rect table = { x, a.y - 4, a.x + a.w - x, bottom - foot - a.y - 8 };
    canvas_mark(v->canvas, "lens.row");
    double below = fmin(bottom - foot, fmax(draw_rows(v, table), facts) + 8 * k);
    canvas_mark(v->canvas, NULL);
    rule(v, a.x, below, a.w);
    write_total(v, text, sizeof text);
    canvas_mark(v->canvas, "lens.total");
    draw_words(v, a.x, below + 34 * k, a.w, text, 20 * k, true);
    canvas_mark(v->canvas, NULL);
    bool drawn = draw_formula(v, (struct rect){ a.x, below + 48 * k, a.w, 56 * k });
    write_sentence(v, text, sizeof text);
    if (v->lens.kind != LENS_SOFTMAX || !v->lens.is_entropy)
        draw_words(v, a.x, below + (drawn ? 126 : pair ? 34 : 66) * k, a.w, text, 14 * k, false);
}

/* Image and names at the left, as many classes as fit, the loss in one line. */
static void draw_small(const struct lens_view *v)
{
    struct rect a = v->plot.area;
    double bottom = v->plot.rect.y + v->plot.rect.h - 14, side = has_image(v) ? 56 : 0,
           wide = fmin(96, 0.3 * a.w);
    double x = a.x + wide + 14, y = a.y + (side > 0 ? side + 18 : 10);
    char text[256], pull[32];
    if (has_image(v))
        draw_image(v, thumb_fit(v->scene, (struct rect){ a.x, a.y - 4, side, side }));
    if (y + 20 < bottom)
        draw_who(v, a.x, y, a.x + wide);
    struct rect table = { x, a.y - 6, a.x + a.w - x, bottom - 16 - a.y };
    canvas_mark(v->canvas, "lens.row");
    double end = fmax(y + 20, v->lens.kind == LENS_FIT ? a.y : draw_rows(v, table));
    canvas_mark(v->canvas, NULL);
    bool drawn = bottom - 22 - end >= 34 && draw_formula(v, (struct rect){ a.x, bottom - 24 - 34, a.w, 34 });
    bool told = v->lens.kind == LENS_SOFTMAX || v->lens.kind == LENS_PAIR || v->lens.kind == LENS_FIT;
    if (!drawn && !told && bottom - 22 - end >= 14) {
        write_sentence(v, text, sizeof text);
        draw_words(v, a.x, bottom - 20, a.w, text, 12, false);
    }
    write_total(v, text, sizeof text);
    size_t n = strlen(text);
    if (n > 0 && !isnan(v->lens.pull))
        snprintf(text + n, sizeof text - n, "   \u2016\u2202L/\u2202x\u2016 %s",
            number_short(v->lens.pull, pull, sizeof pull));
    if (n == 0 || v->lens.kind == LENS_FIT)
        write_sentence(v, text, sizeof text);
    canvas_mark(v->canvas, "lens.total");
    draw_words(v, a.x, bottom, a.w, text, 12, n > 0);
    canvas_mark(v->canvas, NULL);
}

static void draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    struct lens_view v = { .canvas = c,
        .scene = scene,
        .snap = scene->snap,
        .look = look,
        .theme = look->theme,
        .plot = plot_layout(rect, false),
        .sample = lens_sample(scene, look) };
    v.large = v.plot.size->large;
    v.scale = v.large && rect.w >= 1200 && rect.h >= 740 ? 20.0 / 14 : 1;
    plot_title(c, &v.plot, v.theme, view_lens.label);
    if (!plot_fits(&v.plot))
        return;
    if (!lens_of(scene, look, v.x, &v.lens)) {
        struct font font = { v.large ? 14 : 12, WEIGHT_REGULAR, false };
        char fitted[160];
        bool refined = v.snap->force.loss->refine != NULL;
        text_fit(refined ? "GroupFace has corrected this feature already; its loss needs the one before."
                 : v.sample < 0 && !look->probing ? "Click a point to see its numbers."
                                                  : "There are no numbers for this one.",
            &font, v.plot.area.w, fitted, sizeof fitted);
        canvas_text(c, (struct point){ rect.x + rect.w / 2, rect.y + rect.h / 2 }, fitted, &font,
            v.theme->text2, ALIGN_CENTER);
        return;
    }
    draw_note(&v);
    if (v.large)
        draw_large(&v);
    else
        draw_small(&v);
}

static const char *missing(const struct scene *scene)
{
    return scene->snap->count == 0 || scene->snap->classes == 0 ? "There are no samples yet." : NULL;
}

const struct view view_lens = { "lens", "A sample under the lens", draw, missing };
