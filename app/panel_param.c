/* The parameters of the chosen loss and of the terms on top of it, a row for each by its kind; then the optimiser. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <SDL_keycode.h>

#include "app/panel_rows.h"
#include "render/text.h"

enum { CHOICE_MAX = 8, SEGMENT = 28, SEGMENT_GAP = 4 };

/* clang-format off */
static const struct param rate_row = {
    .id = "lr", .label = "rate", .symbol = "\\eta", .min = 1e-5, .max = 1e6, .initial = 1e-3, .neutral = 1e-3, .slider = 1,
    .notch = 1e-4, .kind = PARAM_LOG, .help = "size of a step of the optimiser",
};
static const struct param batch_row = {
    .id = "batch", .label = "batch", .symbol = "", .min = 1, .max = 2048, .initial = 128, .neutral = 128,
    .notch = 16, .kind = PARAM_LOG, .help = "samples in a step",
};
/* clang-format on */

const struct param *panel_param_row(const char *key)
{
    const struct param *const rows[] = { &rate_row, &batch_row };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i]->id, key) == 0)
            return rows[i];
    return NULL;
}

/* A parameter on screen: its row, where its value is, and its names for the map and for experiment_set. */
struct knob {
    const struct param *row;
    double *value, force;
    char id[UI_ID], key[UI_ID];
};

/* A statistic the training keeps is shown as it is now, until a hand sets it. */
static void knob_number(struct window *w, struct flow *f, const struct knob *k)
{
    bool live = k->row->role == ROLE_RUNNING && !isnan(k->force);
    double value = live ? round(k->force * 100) / 100 : *k->value;
    if (!row_number(w, f, k->id, k->row, live ? NAN : k->force, &value))
        return;
    *k->value = value;
    row_apply(w, k->key);
}

static void knob_switch(struct window *w, struct flow *f, const struct knob *k)
{
    char label[48];
    row_capital(k->row->label, label, sizeof label);
    struct rect row = { f->x, f->y, f->width, ROW - 2 };
    if (ui_toggle(&w->ui, k->id, label, row, *k->value != 0)) {
        *k->value = *k->value == 0;
        action_apply(w);
    }
    f->y += ROW;
}

static double segment_width(const char *text, double size)
{
    struct font font = { .size = size, .weight = WEIGHT_SEMIBOLD };
    return fmax(28, text_width(text, &font) + 14);
}

static void segment(struct window *w, const struct knob *k, struct rect rect, int i, double size)
{
    char id[UI_ID];
    const struct theme *t = w->look.theme;
    const char *text = k->row->choice[i];
    bool on = (int)*k->value == i;
    snprintf(id, sizeof id, "%s.%s", k->id, text);
    bool hot = ui_control(&w->ui, id, text, rect, true);
    ui_value(&w->ui, on ? "on" : "off");
    if (!w->ui.canvas) {
        if (ui_clicked(&w->ui, id, rect))
            row_set(w, k->id, k->key, text);
        return;
    }
    if (on || hot)
        canvas_round_rect(w->ui.canvas, rect, 6, on ? t->raised2 : t->raised);
    if (on)
        canvas_round_outline(w->ui.canvas, rect, 6, 1, t->axis);
    ui_text(&w->ui, rect.x + rect.w / 2, rect.y + rect.h / 2, text, size,
        on ? WEIGHT_SEMIBOLD : WEIGHT_REGULAR, on || hot ? t->text1 : t->text2, ALIGN_CENTER);
    ui_focus_ring(&w->ui, id, rect, 6);
}

/* The label takes the arrow keys and a click for the next one; the choices stand beside it or in lines below. */
static void choice_label(struct window *w, const struct knob *k, struct rect rect, const char *label)
{
    int count = 0, step = 0;
    while (k->row->choice[count])
        count++;
    assert(count > 0);
    bool hot = ui_control(&w->ui, k->id, label, rect, true);
    ui_value(&w->ui, "%s", k->row->choice[(int)*k->value]);
    if (w->ui.canvas) {
        ui_text_fit(&w->ui, rect.x, rect.y + rect.h / 2, rect.w, label, 14, WEIGHT_REGULAR,
            hot ? w->look.theme->text1 : w->look.theme->text2);
        ui_focus_ring(&w->ui, k->id, rect, 6);
        return;
    }
    const struct ui_input *in = &w->ui.input;
    if (in->kind == UI_KEY && w->ui.focus == ui_hash(k->id) && w->ui.focus_shown && !w->ui.edit.owner)
        step = in->key == SDLK_LEFT || in->key == SDLK_UP      ? count - 1
               : in->key == SDLK_RIGHT || in->key == SDLK_DOWN ? 1
                                                               : 0;
    if (step)
        w->ui.input.kind = UI_NONE;
    else
        step = ui_clicked(&w->ui, k->id, rect) ? 1 : 0;
    if (step)
        row_set(w, k->id, k->key, k->row->choice[((int)*k->value + step) % count]);
}

static void knob_choice(struct window *w, struct flow *f, const struct knob *k)
{
    char label[48];
    struct font font = { .size = 14, .weight = WEIGHT_REGULAR };
    double wide = 0;
    row_capital(k->row->label, label, sizeof label);
    for (int i = 0; k->row->choice[i]; i++)
        wide += segment_width(k->row->choice[i], 14) + (i ? SEGMENT_GAP : 0);
    double label_wide = fmax(28, text_width(label, &font));
    bool beside = label_wide + 12 + wide <= f->width;
    choice_label(w, k, (struct rect){ f->x, f->y + 1, label_wide, SEGMENT }, label);
    f->y += beside ? 0 : ROW;
    double x = beside ? f->x + f->width - wide : f->x;
    for (int i = 0; k->row->choice[i]; i++) {
        double own = segment_width(k->row->choice[i], 14);
        if (!beside && x + own > f->x + f->width)
            x = f->x, f->y += ROW;
        segment(w, k, (struct rect){ x, f->y + 1, own, SEGMENT }, i, 14);
        x += own + SEGMENT_GAP;
    }
    f->y += ROW + 2;
    flow_error(w, f, k->id);
}

/* "1:1:5", "inverse" or "ones". */
static void knob_list(struct window *w, struct flow *f, const struct knob *k)
{
    char label[48];
    row_capital(k->row->label, label, sizeof label);
    row_text(w, f, k->id, label, k->key, 0);
    f->y += ROW;
    flow_error(w, f, k->id);
}

static void knob_row(struct window *w, struct flow *f, const struct knob *k)
{
    static void (*const rows[])(struct window *, struct flow *, const struct knob *) = {
        [PARAM_LINEAR] = knob_number,
        [PARAM_LOG] = knob_number,
        [PARAM_INTEGER] = knob_number,
        [PARAM_BOOL] = knob_switch,
        [PARAM_CHOICE] = knob_choice,
        [PARAM_LIST] = knob_list,
    };
    rows[k->row->kind](w, f, k);
}

static void bias_row(struct window *w, struct flow *f)
{
    struct experiment *e = &w->experiment;
    if (experiment_loss(e)->bias == BLOCK_NONE && !experiment_loss(e)->has_bias)
        return;
    struct rect row = { f->x, f->y, f->width, ROW - 2 };
    if (ui_toggle(&w->ui, "bias", "Bias", row, e->bias)) {
        e->bias = !e->bias;
        action_apply(w);
    }
    f->y += ROW;
}

/* Of the step of the past on show; NaN where it is what is set. */
static double rate_then(const struct window *w, double set)
{
    double then = w->past && w->snap ? experiment_rate(&w->snap->experiment) : set;
    return fabs(then - set) > 1e-12 ? then : NAN;
}

static void rate_rows(struct window *w, struct flow *f)
{
    struct experiment *e = &w->experiment;
    double rate = experiment_rate(e);
    if (row_number(w, f, "param.lr", &rate_row, rate_then(w, rate), &rate)) {
        e->lr = rate;
        action_apply(w);
    }
    double all = w->data ? w->data->train : batch_row.max, y = f->y + 1;
    double batch = e->batch > 0 ? e->batch : fmin(all, batch_row.max);
    bool full = e->batch == 0;
    char text[32] = "full";
    if (row_number(w, f, "param.batch", &batch_row, NAN, &batch)) {
        snprintf(text, sizeof text, "%ld", lround(batch));
        row_set(w, "param.batch.value", "batch", text);
    }
    struct rect button = { f->x + 46, y, 44, 28 };
    bool pressed = ui_text_button(&w->ui, "batch.full", "full", button, full);
    ui_value(&w->ui, full ? "on" : "off");
    if (pressed) {
        if (full)
            snprintf(text, sizeof text, "%.0f", batch_row.initial);
        row_set(w, "param.batch.value", "batch", text);
    }
}

void section_params(struct window *w, struct flow *f)
{
    const struct loss *loss = experiment_loss(&w->experiment);
    for (int i = 0; i < loss_param_count(loss); i++) {
        struct knob k = { .row = &loss->param[i],
            .value = &w->experiment.param[w->experiment.loss][i],
            .force = row_force(w, i) };
        snprintf(k.id, sizeof k.id, "param.%s", k.row->id);
        snprintf(k.key, sizeof k.key, "%s", k.row->id);
        if (i != loss->margin)
            knob_row(w, f, &k);
    }
    bias_row(w, f);
    rate_rows(w, f);
}

/* --- added terms --------------------------------------------------------------------------------------- */

static double term_force(const struct window *w, int term, int param)
{
    const struct snapshot *s = w->snap;
    int row = loss_index(term_at(term));
    bool same = s && s->experiment.param[row][param] == w->experiment.param[row][param];
    if (!s || !s->force.added[term] || !(same || w->past))
        return NAN;
    double force = s->force.term[term][param];
    return fabs(force - w->experiment.param[row][param]) > 1e-9 ? force : NAN;
}

static void term_rows(struct window *w, struct flow *f, int term)
{
    const struct loss *loss = term_at(term);
    for (int i = 0; i < loss_param_count(loss); i++) {
        struct knob k = { .row = &loss->param[i],
            .value = &w->experiment.param[loss_index(loss)][i],
            .force = term_force(w, term, i) };
        snprintf(k.id, sizeof k.id, "param.%s.%s", loss->id, k.row->id);
        snprintf(k.key, sizeof k.key, "%s.%s", loss->id, k.row->id);
        knob_row(w, f, &k);
    }
}

static void term_switch(struct window *w, const char *id, int term)
{
    struct why why = { "" };
    struct experiment draft = w->experiment;
    draft.added[term] = !draft.added[term];
    if (experiment_check(&draft, &why) != STATUS_OK) {
        row_error(w, id, "add", why.text);
        return;
    }
    w->experiment = draft;
    ui_edit_end(&w->ui);
    action_apply(w);
}

/* Greyed, and while one looks at it the reason in place of the name. */
static void term_refused(struct window *w, const char *id, const struct loss *term, struct rect row)
{
    const struct theme *t = w->look.theme;
    bool seen = ui_control(&w->ui, id, term->label, row, true);
    seen = seen || (w->ui.focus_shown && w->ui.focus == ui_hash(id));
    ui_value(&w->ui, "off");
    if (!w->ui.canvas)
        return;
    double y = row.y + row.h / 2;
    ui_text_fit(&w->ui, row.x, y, row.w - 36,
        !seen                       ? term->label
        : term->extra == BLOCK_NONE ? "needs one weight a class"
                                    : "needs one class a sample",
        14, WEIGHT_REGULAR, t->text3);
    canvas_round_outline(w->ui.canvas, (struct rect){ row.x + row.w - 28, y - 8, 28, 16 }, 8, 1, t->axis);
    ui_focus_ring(&w->ui, id, row, 6);
}

void section_terms(struct window *w, struct flow *f)
{
    if (term_count() == 0 || experiment_loss(&w->experiment)->task != TASK_CLASS)
        return;
    flow_rule(w, f, 8, 8);
    flow_heading(w, f, "Added terms");
    for (int i = 0; i < term_count(); i++) {
        char id[UI_ID];
        snprintf(id, sizeof id, "term.%s", term_at(i)->id);
        struct rect row = { f->x, f->y, f->width, ROW - 2 };
        if (!experiment_term_fits(experiment_loss(&w->experiment), term_at(i)))
            term_refused(w, id, term_at(i), row);
        else if (ui_toggle(&w->ui, id, term_at(i)->label, row, w->experiment.added[i]))
            term_switch(w, id, i);
        f->y += ROW;
        flow_error(w, f, id);
        if (w->experiment.added[i])
            term_rows(w, f, i);
    }
}

/* --- schedules and what is shown ----------------------------------------------------------------------- */

static bool any_role(const struct loss *loss, enum param_role role)
{
    for (int i = 0; i < loss_param_count(loss); i++)
        if (loss->param[i].role == role)
            return true;
    return false;
}

void section_schedule(struct window *w, struct flow *f)
{
    struct experiment *e = &w->experiment;
    const struct loss *loss = experiment_loss(e);
    bool warm = loss->radius == RADIUS_SCALE, anneals = any_role(loss, ROLE_ANNEALED);
    struct rect row = { f->x, f->y, f->width, ROW - 2 }, half = row;
    half.w = warm && anneals ? f->width / 2 - 10 : f->width;
    if (warm) {
        bool on = e->warmup[0] != 0 || e->warmup[1] != 0;
        if (ui_toggle(&w->ui, "warmup", "Warm-up", half, on)) {
            e->warmup[0] = e->warmup[1] = on ? 0 : SCHEDULE_DEFAULT;
            action_apply(w);
        }
        half.x = f->x + f->width - half.w;
    }
    if (anneals && ui_toggle(&w->ui, "anneal", "Anneal \u03bb", half, e->anneal != 0)) {
        e->anneal = e->anneal != 0 ? 0 : SCHEDULE_DEFAULT;
        action_apply(w);
    }
    row.y += warm || anneals ? ROW : 0;
    ui_text(&w->ui, row.x, row.y + 15, "Points shown", 14, WEIGHT_REGULAR, w->look.theme->text2, ALIGN_LEFT);
    static const char *const shown[SPLIT_COUNT] = { "train", "test", "both" };
    struct rect button = { f->x + f->width - 56, row.y + 1, 56, 28 };
    if (ui_text_button(&w->ui, "split", shown[e->split], button, true))
        action_split(w, 0);
    f->y = row.y + ROW;
}
