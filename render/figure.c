#include "render/view.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/formula.h"
#include "render/number.h"
#include "render/text.h"

enum { CAPTION_MAX = 1024, CAPTION_LINES = 2, CLASSES_LISTED = 100 };

static const double margin = 24;

/* Text built piece by piece; what does not fit is cut, never overrun. */
struct note {
    char *out;
    int size, n;
};

static void note_add(struct note *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void note_add(struct note *t, const char *format, ...)
{
    if (t->n >= t->size - 1)
        return;
    va_list args;
    va_start(args, format);
    int wrote = vsnprintf(t->out + t->n, (size_t)(t->size - t->n), format, args);
    va_end(args);
    t->n = wrote < 0 ? t->n : t->n + wrote < t->size ? t->n + wrote : t->size - 1;
}

/* Fewest decimals that read back as the same number; the margin keeps two, so that names sort. A choice by name. */
static void value_text(const struct param *param, bool is_margin, double value, char *out, size_t size)
{
    if (param->kind == PARAM_CHOICE) {
        snprintf(out, size, "%s", param->choice[(int)value]);
        return;
    }
    int least = is_margin && param->role == ROLE_MARGIN && param->kind != PARAM_INTEGER ? 2 : 0;
    for (int decimals = least; decimals <= 9; decimals++) {
        snprintf(out, size, "%.*f", decimals, value);
        if (fabs(strtod(out, NULL) - value) <= 1e-9 * fabs(value))
            return;
    }
    snprintf(out, size, "%g", value);
}

/* Class weights: as typed, or where they come from. */
static void list_text(const struct experiment *e, double value, char *out, size_t size)
{
    struct note t = { out, (int)size, 0 };
    out[0] = '\0';
    if (value < 1.5)
        note_add(&t, "inverse");
    for (int i = 0; value >= 1.5 && i < e->class_weight_count; i++)
        note_add(&t, "%s%g", i ? ":" : "", e->class_weight[i]);
}

/* A list of ones says nothing, nor does a statistic that the training keeps, in a name. */
static bool is_named(const struct param *param, double value, bool caption)
{
    if (param->kind == PARAM_LIST)
        return value > 0;
    return caption || param->role != ROLE_RUNNING;
}

/* A margin still on its way to the set value. */
static void add_ramp(struct note *t, const struct snapshot *snap, int param)
{
    const struct param *p = &snap->force.loss->param[param];
    double value = snap->force.param[param];
    int decimals = p->kind == PARAM_INTEGER && floor(value) >= value ? 0 : 2;
    if (snap->ramp_length > 0 && p->role == ROLE_MARGIN)
        note_add(t, " (ramp: %.*f in force)", decimals, value);
}

/* Every parameter as it was set, the large slider's first: "m0.30_s16" or "m 0.30, s 16". */
static void add_params(
    struct note *t, const struct snapshot *snap, const char *joint, const char *between, bool caption)
{
    const struct loss *loss = snap->force.loss;
    const double *set = snap->experiment.param[loss_index(loss)];
    char value[200];
    int first = loss->margin, count = loss_param_count(loss);
    const char *start = joint[0] ? " " : "_";
    for (int i = first >= 0 ? -1 : 0; i < count; i++) {
        int at = i < 0 ? first : i;
        const struct param *param = &loss->param[at];
        double number = param->role == ROLE_RUNNING ? snap->force.param[at] : set[at];
        if (i == first || !is_named(param, number, caption))
            continue;
        if (param->kind == PARAM_LIST)
            list_text(&snap->experiment, number, value, sizeof value);
        else if (param->role == ROLE_RUNNING)
            number_short(number, value, sizeof value);
        else
            value_text(param, at == first, number, value, sizeof value);
        note_add(t, "%s%s%s%s", start, param->id, joint, value);
        if (caption)
            add_ramp(t, snap, at);
        start = between;
    }
}

/* " + center λ 0.1", and what ring has learned. */
static void add_terms(struct note *t, const struct snapshot *snap)
{
    char value[40];
    for (int k = 0; k < term_count(); k++) {
        const struct loss *term = term_at(k);
        if (!snap->force.added[k])
            continue;
        int radius = loss_param_find(term, "radius");
        note_add(t, " + %s λ %s", term->id,
            number_short(snap->force.term[k][loss_param_find(term, "lambda")], value, sizeof value));
        if (radius >= 0)
            note_add(t, ", R %s", number_short(snap->force.term[k][radius], value, sizeof value));
    }
}

/* "_center0.1" */
static void name_terms(struct note *t, const struct snapshot *snap)
{
    char value[40];
    for (int k = 0; k < term_count(); k++) {
        const struct loss *term = term_at(k);
        int lambda = loss_param_find(term, "lambda");
        if (!snap->force.added[k])
            continue;
        value_text(&term->param[lambda], false, snap->experiment.param[loss_index(term)][lambda], value,
            sizeof value);
        note_add(t, "_%s%s", term->id, value);
    }
}

void figure_title(const struct snapshot *snap, char *out, int size)
{
    struct note t = { out, size, 0 };
    note_add(&t, "%s", snap->force.loss->label);
    for (int k = 0; k < term_count(); k++)
        if (snap->force.added[k])
            note_add(&t, " + %s", term_at(k)->id);
}

void figure_name(const struct snapshot *snap, char *out, int size)
{
    struct note t = { out, size, 0 };
    note_add(&t, "%s", snap->force.loss->id);
    add_params(&t, snap, "", "_", false);
    name_terms(&t, snap);
    note_add(&t, "_seed%llu_step%ld", (unsigned long long)snap->experiment.seed, snap->step);
}

/* What is drawn follows the values in force: where they are not the set ones it has to be said. */
static void add_schedule(struct note *t, const struct snapshot *snap)
{
    const struct loss_force *force = &snap->force;
    char value[32];
    if (snap->warmup_length > 0)
        note_add(t, " · warm-up: plain ‖x‖cos θ");
    for (int i = 0; snap->annealing && i < loss_param_count(force->loss); i++)
        if (force->loss->param[i].role == ROLE_ANNEALED)
            note_add(t, " · λ in force %s", number_short(force->param[i], value, sizeof value));
}

static void add_model(struct note *t, const struct experiment *e)
{
    static const char *const name[MODEL_COUNT] = { "MLP", "free points", "identity" };
    note_add(t, "%s", name[e->model]);
    if (e->model != MODEL_MLP)
        return;
    note_add(t, " ");
    for (int i = 0; i < e->hidden_count; i++)
        note_add(t, "%d-", e->hidden[i]);
    note_add(t, "%d", e->feature_dim);
}

static void add_optimiser(struct note *t, const struct experiment *e)
{
    static const char *const name[OPTIMISER_COUNT] = { "SGD", "momentum", "Adam" };
    char number[32];
    note_add(t, "%s %s", name[e->optimiser], number_short(experiment_rate(e), number, sizeof number));
    if (e->weight_decay > 0)
        note_add(t, ", decay %s", number_short(e->weight_decay, number, sizeof number));
    if (e->batch > 0)
        note_add(t, ", batch %s", number_count(e->batch, number, sizeof number));
    else
        note_add(t, ", full batch");
}

static void add_accuracy(struct note *t, const char *name, double accuracy, int n)
{
    char share[32], count[32];
    if (!isfinite(accuracy))
        return;
    note_add(t, " · %s %s (n = %s)", name, number_percent(accuracy, share, sizeof share),
        number_count(n, count, sizeof count));
}

static void add_events(struct note *t, const struct snapshot *snap)
{
    char at[32];
    const char *between = " · changed: ";
    for (int i = 0; i < snap->event_count; i++) {
        if (snap->event[i].step <= 0)
            continue;
        note_add(
            t, "%s%s at %s", between, snap->event[i].text, number_count(snap->event[i].step, at, sizeof at));
        between = ", ";
    }
}

void figure_caption(const struct snapshot *snap, char *out, int size)
{
    struct note t = { out, size, 0 };
    const struct experiment *e = &snap->experiment;
    char step[32];
    note_add(&t, "%s · ", snap->data_name);
    add_model(&t, e);
    note_add(&t, " · %s", snap->force.loss->label);
    add_params(&t, snap, " ", ", ", true);
    add_terms(&t, snap);
    add_schedule(&t, snap);
    note_add(&t, " · ");
    add_optimiser(&t, e);
    note_add(&t, " · seed %llu · step %s", (unsigned long long)e->seed,
        number_count(snap->step, step, sizeof step));
    add_accuracy(&t, "train", snap->train_accuracy, snap->train_n);
    add_accuracy(&t, "test", snap->test_accuracy, snap->test_n);
    if (snap->force.loss->task == TASK_REAL && isfinite(snap->train_loss))
        note_add(&t, " · train loss %s", number_short(snap->train_loss, step, sizeof step));
    add_events(&t, snap);
    if (snap->diverged)
        note_add(&t, " · diverged at step %s", number_count(snap->diverged_step, step, sizeof step));
}

static void draw_caption(struct canvas *c, const struct snapshot *snap, const struct look *look,
    struct rect rect, const struct font *font)
{
    char caption[CAPTION_MAX], line[CAPTION_MAX], fitted[CAPTION_MAX];
    figure_caption(snap, caption, sizeof caption);
    const char *text = caption;
    double y = rect.y + font->size;
    for (int i = 0; i < CAPTION_LINES && *text; i++) {
        bool last = i == CAPTION_LINES - 1;
        int length = last ? (int)strlen(text) : text_break(text, font, rect.w);
        snprintf(line, sizeof line, "%.*s", length, text);
        text_fit(line, font, rect.w, fitted, sizeof fitted);
        canvas_text(c, (struct point){ rect.x, y }, fitted, font, look->theme->text2, ALIGN_LEFT);
        y += font->size + 6;
        text += length;
        text += strncmp(text, " · ", strlen(" · ")) == 0 ? strlen(" · ") : 0;
    }
}

static double legend_item(const char *name, const struct font *font)
{
    return 16 + text_width(name, font) + 18;
}

/* Shape, colour and number of each class in one row; a count for those that do not fit. */
static void draw_legend(struct canvas *c, const struct snapshot *snap, const struct look *look,
    struct rect rect, const struct font *font)
{
    char more[32], room[SNAPSHOT_NAME_TEXT];
    double x = rect.x, y = rect.y + rect.h / 2, end = rect.x + rect.w;
    double reserved = text_width("and 0000 more", font);
    for (int i = 0; i < snap->classes; i++) {
        const char *name = snapshot_class(snap, i, room);
        double item = legend_item(name, font);
        bool last = i == snap->classes - 1;
        struct point text = { x + 16, y + text_ascent(font) / 2 };
        if (i >= CLASSES_LISTED || x + item + (last ? 0 : reserved) > end) {
            snprintf(more, sizeof more, "and %d more", snap->classes - i);
            text.x = x;
            canvas_text(c, text, more, font, look->theme->text3, ALIGN_LEFT);
            return;
        }
        struct marker marker = class_marker(look->theme, i, 4.5);
        struct point at = { x + 6, y };
        canvas_markers(c, &at, 1, &marker);
        canvas_text(c, text, name, font, look->theme->text2, ALIGN_LEFT);
        x += item;
    }
}

/* Loss, its formula, and the rule between two classes at the right; whatever the width leaves room for. */
static void draw_title(
    struct canvas *c, const struct snapshot *snap, const struct look *look, struct rect rect)
{
    const struct loss *loss = snap->force.loss;
    struct font title = { rect.w < 900 ? 20 : 32, WEIGHT_SEMIBOLD, false };
    char name[128];
    figure_title(snap, name, sizeof name);
    double middle = rect.y + rect.h / 2, left = rect.x + text_width(name, &title) + 2 * margin;
    canvas_text(c, (struct point){ rect.x, middle + text_ascent(&title) / 2 }, name, &title,
        look->theme->text1, ALIGN_LEFT);
    struct formula_size rule = formula_measure(loss->rule, 20), formula = formula_measure(loss->formula, 20);
    double right = rect.x + rect.w - rule.width;
    if (left > right)
        return;
    formula_draw(c, (struct point){ right, middle + 7 }, loss->rule, 20, look->theme->text1, look->theme);
    if (left + formula.width + margin > right)
        return;
    double base = middle + (formula.ascent - formula.descent) / 2;
    formula_draw(c, (struct point){ left, base }, loss->formula, 20, look->theme->text1, look->theme);
}

/* Only where colour means a class, and the classes are not named beside their points already. */
static bool wants_legend(const struct view *view, const struct snapshot *snap)
{
    return view == &view_sphere && snap->classes > 0;
}

static struct font caption_font(double width)
{
    return (struct font){ width < 1400 ? 12 : 14, WEIGHT_REGULAR, false };
}

/* Heights of the rows above and below the view. */
struct rows {
    double title, legend, caption;
};

static struct rows rows_of(const struct view *view, const struct snapshot *snap, double width)
{
    return (struct rows){
        .title = view == &view_dashboard || view == &view_compare ? 0 : 88,
        .legend = wants_legend(view, snap) ? 28 : 0,
        .caption = CAPTION_LINES * (caption_font(width).size + 6) + 16,
    };
}

static struct rect body_of(const struct rows *rows, double width, double height)
{
    return (struct rect){ 0, rows->title, width, height - rows->title - rows->legend - rows->caption };
}

struct rect figure_plane(const struct view *view, const struct scene *scene, double width, double height)
{
    struct rows rows = rows_of(view, scene->snap, width);
    struct rect body = body_of(&rows, width, height);
    if (view != &view_dashboard)
        return body;
    double top = body.h < 800 ? 65 : 88, side = body.w < 1000   ? 0
                                                : body.w < 1160 ? 300
                                                                : 360; /* as it lays */
    return (struct rect){ body.x, body.y + top, body.w - side, body.h - top };
}

void figure_draw(struct canvas *c, const struct view *view, struct scene *scene, const struct look *look,
    double width, double height)
{
    const struct snapshot *snap = scene->snap;
    struct font small = caption_font(width);
    struct rows rows = rows_of(view, snap, width);
    struct rect whole = { 0, 0, width, height }, body = body_of(&rows, width, height);
    canvas_clip(c, NULL);
    if (!look->transparent)
        canvas_rect(c, whole, look->theme->bg);
    if (body.h <= 0 || !snap->force.loss)
        return;
    if (rows.title > 0)
        draw_title(c, snap, look, (struct rect){ margin, 4, width - 2 * margin, rows.title - 4 });
    view_draw(view, c, scene, look, body);
    double wide = width - 2 * margin;
    if (rows.legend > 0)
        draw_legend(c, snap, look, (struct rect){ margin, body.y + body.h, wide, rows.legend }, &small);
    draw_caption(
        c, snap, look, (struct rect){ margin, height - rows.caption + 4, wide, rows.caption }, &small);
}
