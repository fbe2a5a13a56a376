#include "render/view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/formula.h"
#include "render/number.h"
#include "render/text.h"

static const double pi = 3.14159265358979323846;

/* The train rule of the loss, spelled out for one sample: symbols above, numbers beneath, in shared columns. */
struct term {
    char symbol[64]; /* formula text */
    char value[32];
    struct color color;
    bool sign; /* + - < >: a narrow column */
};

enum { TERM_MAX = 5 };

struct inequality {
    const struct snapshot *snap;
    struct term term[TERM_MAX];
    int n;
    const char *widest; /* no number in its columns is wider, so that none jumps */
    double slack;
    int decimals; /* of the distance: 1 or 3 */
    bool degrees;
};

static struct term *add_term(struct inequality *q, struct color color)
{
    struct term *term = &q->term[q->n++];
    term->color = color;
    term->sign = false;
    return term;
}

static void add_sign(struct inequality *q, const struct theme *theme, const char *symbol, const char *value)
{
    struct term *term = add_term(q, theme->text1);
    term->sign = true;
    snprintf(term->symbol, sizeof term->symbol, "%s", symbol);
    snprintf(term->value, sizeof term->value, "%s", value);
}

/* `before` the class's name as its subscript, in its colour: "\theta", "\cos\theta", "z". */
static char *add_class(struct inequality *q, const struct theme *theme, const char *before, int label)
{
    char room[SNAPSHOT_NAME_TEXT];
    struct term *term = add_term(q, class_color(theme, label));
    snprintf(term->symbol, sizeof term->symbol, "\\cls{%d}{%s_{%s}}", label, before,
        snapshot_class(q->snap, label, room));
    return term->value;
}

static char *add_margin(struct inequality *q, const struct theme *theme)
{
    struct term *term = add_term(q, theme->margin);
    snprintf(term->symbol, sizeof term->symbol, "\\m{m}");
    return term->value;
}

enum { VALUE_SIZE = 32 };

static double margin_value(const struct loss_force *force)
{
    return force->loss->margin >= 0 ? force->param[force->loss->margin] : 0;
}

static bool annealed(const struct loss_force *force)
{
    for (int i = 0; i < loss_param_count(force->loss); i++)
        if (force->loss->param[i].role == ROLE_ANNEALED && force->param[i] > 0)
            return true;
    return false;
}

static double row_norm(const double *row, int dim)
{
    double sum = 0;
    for (int i = 0; i < dim; i++)
        sum += row[i] * row[i];
    return sqrt(sum);
}

static double logit(const struct snapshot *snap, int sample, int label)
{
    const float *x = snap->feature + (size_t)sample * (size_t)snap->dim;
    const double *w = snap->weight + (size_t)label * (size_t)snap->dim;
    double sum = snap->bias ? snap->bias[label] : 0;
    for (int i = 0; i < snap->dim; i++)
        sum += w[i] * x[i];
    return sum;
}

/* Plain logits are compared by size, not by angle: their rival is the largest other logit. */
static void write_logits(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    const struct snapshot *snap = scene->snap;
    int rival = s->rival;
    for (int j = 0; j < snap->classes; j++)
        if (j != s->own && logit(snap, s->sample, j) > logit(snap, s->sample, rival))
            rival = j;
    double own_z = logit(snap, s->sample, s->own), rival_z = logit(snap, s->sample, rival);
    number_fixed(own_z, 1, add_class(q, theme, "z", s->own), VALUE_SIZE);
    add_sign(q, theme, ">", ">");
    number_fixed(rival_z, 1, add_class(q, theme, "z", rival), VALUE_SIZE);
    q->slack = own_z - rival_z;
    q->widest = "−100.0";
}

static void write_plain(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    (void)scene;
    number_degrees(s->own_angle, add_class(q, theme, "\\theta", s->own), VALUE_SIZE);
    add_sign(q, theme, "<", "<");
    number_degrees(s->rival_angle, add_class(q, theme, "\\theta", s->rival), VALUE_SIZE);
    q->slack = s->rival_angle - s->own_angle;
    q->degrees = true;
}

static void write_angle_plus(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    double m = margin_value(&scene->snap->force);
    number_degrees(s->own_angle, add_class(q, theme, "\\theta", s->own), VALUE_SIZE);
    add_sign(q, theme, "+", "+");
    number_degrees(m, add_margin(q, theme), VALUE_SIZE);
    add_sign(q, theme, "<", "<");
    number_degrees(s->rival_angle, add_class(q, theme, "\\theta", s->rival), VALUE_SIZE);
    q->slack = s->rival_angle - s->own_angle - m;
    q->degrees = true;
}

static void write_cosine_minus(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    double m = margin_value(&scene->snap->force), own = cos(s->own_angle), rival = cos(s->rival_angle);
    number_fixed(own, 3, add_class(q, theme, "\\cos\\theta", s->own), VALUE_SIZE);
    add_sign(q, theme, "-", "−");
    number_fixed(m, 2, add_margin(q, theme), VALUE_SIZE);
    add_sign(q, theme, ">", ">");
    number_fixed(rival, 3, add_class(q, theme, "\\cos\\theta", s->rival), VALUE_SIZE);
    q->slack = own - m - rival;
    q->decimals = 3;
    q->widest = "−0.000";
}

/* f(theta) against cos(theta_j), times the weights' lengths where the loss keeps them. */
static void write_bent(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    const struct snapshot *snap = scene->snap;
    bool lengths = snap->force.loss->radius == RADIUS_BOTH;
    double own = loss_target(&snap->force, cos(s->own_angle)).value, rival = cos(s->rival_angle);
    if (lengths) {
        own *= row_norm(snap->weight + (size_t)s->own * (size_t)snap->dim, snap->dim);
        rival *= row_norm(snap->weight + (size_t)s->rival * (size_t)snap->dim, snap->dim);
    }
    char own_name[32] = "\\psi", rival_name[32] = "\\cos\\theta";
    if (lengths) {
        char room[SNAPSHOT_NAME_TEXT];
        snprintf(own_name, sizeof own_name, "\\|W_{%s}\\|\\psi", snapshot_class(snap, s->own, room));
        snprintf(
            rival_name, sizeof rival_name, "\\|W_{%s}\\|\\cos\\theta", snapshot_class(snap, s->rival, room));
    }
    number_fixed(own, 3, add_class(q, theme, own_name, s->own), VALUE_SIZE);
    add_sign(q, theme, ">", ">");
    number_fixed(rival, 3, add_class(q, theme, rival_name, s->rival), VALUE_SIZE);
    q->slack = own - rival;
    q->decimals = 3;
    q->widest = "−0.000";
}

/* Below pi/m the multiplied cosine is a multiplied angle. */
static void write_angle_times(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    const struct loss_force *force = &scene->snap->force;
    double m = margin_value(force);
    if (force->loss->radius == RADIUS_BOTH || annealed(force) || m * s->own_angle > pi) {
        write_bent(q, scene, theme, s);
        return;
    }
    number_fixed(m, 0, add_margin(q, theme), VALUE_SIZE);
    add_sign(q, theme, "\\cdot", "·");
    number_degrees(s->own_angle, add_class(q, theme, "\\theta", s->own), VALUE_SIZE);
    add_sign(q, theme, "<", "<");
    number_degrees(s->rival_angle, add_class(q, theme, "\\theta", s->rival), VALUE_SIZE);
    q->slack = s->rival_angle - m * s->own_angle;
    q->degrees = true;
}

static void (*const write_family[FAMILY_COUNT])(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s) = {
    [FAMILY_PLAIN] = write_plain,
    [FAMILY_ANGLE_TIMES] = write_angle_times,
    [FAMILY_COSINE_MINUS] = write_cosine_minus,
    [FAMILY_ANGLE_PLUS] = write_angle_plus,
    [FAMILY_COMBINED] = write_bent,
};

static void write_inequality(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    const struct loss *loss = scene->snap->force.loss;
    q->n = 0;
    q->degrees = false;
    q->decimals = 1;
    q->widest = "180.0°";
    if (loss->radius == RADIUS_LINEAR)
        write_logits(q, scene, theme, s);
    else
        write_family[loss->family](q, scene, theme, s);
}

struct verdict {
    char who[48], by[48];
    bool good;
};

/* The distance to the boundary; what would round to nothing says that it is less than the last decimal. */
static void write_distance(const struct inequality *q, char *out, int size)
{
    char number[32];
    double distance = fabs(q->slack), in_degrees = distance * 180 / pi;
    double shown = q->degrees ? in_degrees : distance, last = q->decimals == 1 ? 0.1 : 0.001;
    const char *unit = q->degrees ? "°" : "";
    bool tiny = shown < last / 2;
    snprintf(out, (size_t)size, "%s%s%s", tiny ? "under " : "",
        number_fixed(tiny ? last : shown, q->decimals, number, sizeof number), unit);
}

static void write_verdict(
    struct verdict *v, const struct inequality *q, const struct snapshot *snap, const struct selection *s)
{
    char distance[40];
    int winner = snap->predicted[s->sample];
    v->good = q->slack > 0;
    write_distance(q, distance, sizeof distance);
    char room[SNAPSHOT_NAME_TEXT];
    snprintf(v->who, sizeof v->who, "class %s wins%s", snapshot_class(snap, winner, room),
        winner != s->own ? ""
        : v->good        ? ", with"
                         : ", but");
    snprintf(v->by, sizeof v->by, v->good ? "%s to spare" : "short by %s", distance);
}

static double gap_to_nearest(const struct scene *scene, int own)
{
    const struct snapshot *snap = scene->snap;
    double most = -1;
    for (int j = 0; j < snap->classes; j++) {
        double dot = 0;
        for (int i = 0; i < snap->dim; i++)
            dot += scene->unit[own * snap->dim + i] * scene->unit[j * snap->dim + i];
        if (j != own)
            most = fmax(most, dot);
    }
    return acos(fmin(1, most));
}

/* No direction of its class meets the train rule: a larger margin than the weights leave room for. */
static void write_no_room(struct verdict *v, const struct scene *scene, const struct selection *s)
{
    const struct loss_force *force = &scene->snap->force;
    if (!scene->angular || !force->loss->has_margin || scene->region[s->own].safe_count > 0)
        return;
    char gap[24], margin[24];
    number_degrees(gap_to_nearest(scene, s->own), gap, sizeof gap);
    number_degrees(margin_value(force), margin, sizeof margin);
    v->good = false;
    char room[SNAPSHOT_NAME_TEXT];
    snprintf(v->who, sizeof v->who, "no room for class %s:", snapshot_class(scene->snap, s->own, room));
    if (force->loss->family == FAMILY_ANGLE_PLUS)
        snprintf(v->by, sizeof v->by, "gap %s < m %s", gap, margin);
    else
        snprintf(v->by, sizeof v->by, "gap %s too narrow", gap);
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
static bool place_inequality(struct header *h, const struct inequality *q)
{
    static const double sizes[] = { 20, 14 };
    struct font plain = { 14, WEIGHT_REGULAR, false };
    h->verdict = text_width("class 100 wins, with", &plain);
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
        canvas_text(c, (struct point){ center, lower }, term->value, term->sign ? &regular : &bold,
            term->color, ALIGN_CENTER);
        x += h->column[i];
    }
    struct font who = { 14, WEIGHT_REGULAR, false }, by = { 14, WEIGHT_SEMIBOLD, false };
    x += 1.6 * h->size;
    canvas_text(c, (struct point){ x, upper - 1 }, v->who, &who, h->theme->text2, ALIGN_LEFT);
    canvas_text(
        c, (struct point){ x, lower - 1 }, v->by, &by, v->good ? h->theme->good : h->theme->bad, ALIGN_LEFT);
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
    snprintf(out, (size_t)size, "%s", force->loss->subtitle ? force->loss->subtitle : "");
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
    char subtitle[128], title[128], fitted[160];
    double room = h->rect.w - 2 * edge;
    text_fit(snap->force.loss->label, &h->title, room, title, sizeof title);
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
        write_inequality(&q, scene, look->theme, &selection);
        write_verdict(&verdict, &q, snap, &selection);
        write_no_room(&verdict, scene, &selection);
        color_formula(snap->force.loss->formula, selection.own, formula, sizeof formula);
        if (place_inequality(&h, &q) && !formula_instead(&h, look, formula)) {
            draw_rule(c, &h);
            draw_inequality(c, &h, &q, &verdict);
        }
    } else {
        snprintf(formula, sizeof formula, "%s", snap->force.loss->formula);
    }
    draw_formula(c, &h, formula);
    canvas_clip(c, NULL);
}
