/* What figures say of themselves: title, file name, caption. */
#include "render/view.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/number.h"
#include "render/span.h"

static const double degrees = 57.29577951308232;

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

/* A list of ones says nothing, nor does a statistic that the training keeps, in a name; nor a decay of 0 under a
 * picture. */
static bool is_named(const struct param *param, double value, bool caption)
{
    if (param->kind == PARAM_LIST)
        return value > 0;
    if (caption && param->role == ROLE_PLAIN && strcmp(param->id, "lambda") == 0 && !(value > 0))
        return false;
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

/* With a term it is that which makes the loss what it is. */
void figure_subtitle(const struct loss_force *force, char *out, int size)
{
    struct note t = { out, size, 0 };
    out[0] = '\0';
    for (int k = 0; k < term_count(); k++)
        if (force->added[k])
            note_add(&t, "%s%s", t.n ? ", " : "", term_at(k)->subtitle);
    if (t.n == 0)
        note_add(&t, "%s", force->loss->subtitle ? force->loss->subtitle : "");
}

void figure_formula(const struct loss *loss, const bool *added, char *out, int size)
{
    static const char rest[] = "L = L_0 "; /* a term's formula goes on from there */
    struct note t = { out, size, 0 };
    note_add(&t, "%s", loss->formula);
    for (int k = 0; k < term_count(); k++) {
        const char *term = term_at(k)->formula;
        if (added[k] && strncmp(term, rest, sizeof rest - 1) == 0)
            note_add(&t, " %s", term + sizeof rest - 1);
    }
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

static void add_widths(struct note *t, const int *width, int count, bool elsewhere, const char **between)
{
    if (elsewhere)
        note_add(t, "%s…", *between);
    for (int i = 0; !elsewhere && i < count; i++)
        note_add(t, "%s%d", i ? "-" : *between, width[i]);
    if (elsewhere || count > 0)
        *between = "-";
}

void figure_model(const struct experiment *e, unsigned without, char *out, int size)
{
    static const char *const name[MODEL_COUNT] = { "MLP", "CNN", "free points", "identity" };
    struct note t = { out, size, 0 };
    const char *between = " ";
    note_add(&t, "%s", name[e->model]);
    if (e->model == MODEL_CNN)
        add_widths(&t, e->filters, e->filter_count, without & SHAPE_FILTERS, &between);
    if (e->model != MODEL_MLP && e->model != MODEL_CNN)
        return;
    add_widths(&t, e->hidden, e->hidden_count, without & SHAPE_HIDDEN, &between);
    add_widths(&t, &e->feature_dim, 1, without & SHAPE_FEATURE, &between);
}

static void add_model(struct note *t, const struct experiment *e)
{
    char model[128];
    figure_model(e, 0, model, sizeof model);
    note_add(t, "%s", model);
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

/* "m 0 → 0.30 at 600"; a loss is its own name: "Softmax → ArcFace"; a term's weight is "center λ". */
static void add_event(struct note *t, const struct event *event)
{
    static const char weight[] = ".lambda ";
    char at[32];
    const char *space = strchr(event->text, ' '), *value = space ? space + 1 : event->text;
    const char *of = strstr(event->text, weight);
    if (of && event->from[0])
        note_add(t, "%.*s λ %s → %s", (int)(of - event->text), event->text, event->from, value);
    else if (event->from[0])
        note_add(t, "%.*s%s → %s", (int)(value - event->text), event->text, event->from, value);
    else
        note_add(t, "%s", event->text);
    note_add(t, " at %s", number_count(event->step, at, sizeof at));
}

/* The newest changes; of those before them how many there were. */
static void add_events(struct note *t, const struct snapshot *snap)
{
    enum { LISTED = 24 };
    const char *between = " · changed: ";
    int first = snap->event_count > LISTED ? snap->event_count - LISTED : 0, earlier = snap->events_before;
    for (int i = 0; i < first; i++)
        earlier += snap->event[i].step > 0;
    if (first > 0 && earlier > 0) {
        note_add(t, "%s%d earlier", between, earlier);
        between = ", ";
    }
    for (int i = first; i < snap->event_count; i++) {
        if (snap->event[i].step <= 0)
            continue;
        note_add(t, "%s", between);
        add_event(t, &snap->event[i]);
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

void figure_pieces(const struct snapshot *snap, char piece[PIECE_COUNT][PIECE_TEXT])
{
    struct note t[PIECE_COUNT];
    const struct experiment *e = &snap->experiment;
    char number[32];
    for (int i = 0; i < PIECE_COUNT; i++) {
        t[i] = (struct note){ piece[i], PIECE_TEXT, 0 };
        piece[i][0] = '\0';
    }
    note_add(&t[PIECE_DATA], "%s", snap->data_name);
    add_model(&t[PIECE_MODEL], e);
    add_optimiser(&t[PIECE_OPTIMISER], e);
    note_add(&t[PIECE_SEED], "seed %llu", (unsigned long long)e->seed);
    note_add(&t[PIECE_LOSS], "%s", snap->force.loss->label);
    add_params(&t[PIECE_LOSS], snap, " ", ", ", true);
    add_terms(&t[PIECE_LOSS], snap);
    note_add(&t[PIECE_STEP], "step %s", number_count(snap->step, number, sizeof number));
    add_accuracy(&t[PIECE_TRAIN], "train", snap->train_accuracy, snap->train_n);
    add_accuracy(&t[PIECE_TEST], "test", snap->test_accuracy, snap->test_n);
    if (snap->force.loss->task == TASK_REAL && isfinite(snap->train_loss))
        note_add(
            &t[PIECE_TRAIN_LOSS], "train loss %s", number_short(snap->train_loss, number, sizeof number));
    add_schedule(&t[PIECE_FORCE], snap);
    add_events(&t[PIECE_EVENTS], snap);
    if (snap->diverged)
        note_add(&t[PIECE_DIVERGED], "diverged at step %s",
            number_count(snap->diverged_step, number, sizeof number));
    for (int i = 0; i < PIECE_COUNT;
         i++) /* each may come first: the caption's separator is not a part of it */
        if (strncmp(piece[i], " · ", strlen(" · ")) == 0)
            memmove(piece[i], piece[i] + strlen(" · "), strlen(piece[i] + strlen(" · ")) + 1);
}

/* What several trainings have in common; in the rest they differ, which is said elsewhere. */
static void caption_shared(const struct scene *scene, const struct look *look, char *out, int size)
{
    char piece[PIECE_COUNT][PIECE_TEXT], other[PIECE_COUNT][PIECE_TEXT];
    struct note t = { out, size, 0 };
    figure_pieces(scene->snap, piece);
    for (int k = 0; k < look->besides; k++) {
        figure_pieces(look->beside[k]->snap, other);
        for (int i = 0; i < PIECE_COUNT; i++)
            if (strcmp(piece[i], other[i]) != 0)
                piece[i][0] = '\0';
    }
    out[0] = '\0';
    for (int i = 0; i < PIECE_COUNT; i++)
        if (piece[i][0])
            note_add(&t, "%s%s", t.n > 0 ? " · " : "", piece[i]);
}

/* The pinned point's row and its angles, or its numbers where it has none. */
static void add_selected(struct note *t, const struct scene *scene, const struct look *look)
{
    struct selection s;
    char own[SNAPSHOT_NAME_TEXT], rival[SNAPSHOT_NAME_TEXT];
    const struct snapshot *snap = scene->snap;
    if (!look->pinned || !scene_select(scene, look, &s))
        return;
    note_add(t, " · point %d", snap->row[s.sample] >= 0 ? snap->row[s.sample] : s.sample);
    if (snap->classes < 2 || !isfinite(s.own_angle) || !isfinite(s.rival_angle))
        return;
    note_add(t, ": θ %.1f° to its class %s, %.1f° to %s", s.own_angle * degrees,
        snapshot_class(snap, s.own, own), s.rival_angle * degrees, snapshot_class(snap, s.rival, rival));
}

void figure_caption_of(
    const struct view *view, const struct scene *scene, const struct look *look, char *out, int size)
{
    if (view == &view_compare && look->besides > 0)
        caption_shared(scene, look, out, size);
    else
        figure_caption(scene->snap, out, size);
    struct note t = { out, size, (int)strlen(out) };
    add_selected(&t, scene, look);
}
