/* The large slider: the margin of a loss that has one, or whatever its row puts there. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/panel_rows.h"
#include "render/formula.h"
#include "render/number.h"
#include "render/text.h"

static void no_margin(struct window *w, struct flow *f, const struct loss *loss)
{
    static const char *const plain[2] = { "Every direction is safe up to the", "decision boundary." };
    static const char *const pair[2] = { "Samples pull and push each other;", "there are no class weights." };
    const char *const *line = loss_is_pair(loss) ? pair : plain;
    const struct theme *t = w->look.theme;
    flow_heading(w, f, "Margin");
    ui_text(&w->ui, f->x, f->y + 14, "none", 20, WEIGHT_SEMIBOLD, t->text3, ALIGN_LEFT);
    for (int i = 0; i < 2; i++)
        ui_text(&w->ui, f->x, f->y + 42 + 16 * i, line[i], 12, WEIGHT_REGULAR, t->text3, ALIGN_LEFT);
}

static void margin_heading(struct window *w, const struct flow *f, const struct loss *loss)
{
    if (!w->ui.canvas)
        return;
    const struct theme *t = w->look.theme;
    const struct param *row = &loss->param[loss->margin];
    char label[48];
    struct font font = { .size = 12, .weight = WEIGHT_SEMIBOLD };
    row_capital(row->label, label, sizeof label);
    ui_text(&w->ui, f->x, f->y + 8, label, 12, WEIGHT_SEMIBOLD, t->text2, ALIGN_LEFT);
    row_symbol(w, row, f->x + text_width(label, &font) + 5, f->y + 8, t->margin);
    if (!loss->logit)
        return;
    struct formula_size size = formula_measure(loss->logit, 14);
    struct point at = { f->x + f->width - size.width, f->y + 8 + text_ascent(&font) / 2 };
    if (size.width < f->width - 90)
        formula_draw(w->ui.canvas, at, loss->logit, 14, t->text3, t);
}

/* While a ramp or the annealing runs, or a step of the past is shown, what the second tick on the slider stands for. */
static void force_note(struct window *w, const struct flow *f, const struct loss *loss, double y)
{
    int shown = loss->margin;
    for (int i = 0; i < loss_param_count(loss) && isnan(row_force(w, shown)); i++)
        if (loss->param[i].role == ROLE_ANNEALED)
            shown = i;
    double force = row_force(w, shown);
    if (isnan(force))
        return;
    char number[32], text[64];
    snprintf(text, sizeof text, "%s%s %s", shown == loss->margin ? "" : "\u03bb ",
        w->past ? "then" : "in force",
        shown == loss->margin ? number_fixed(force, 2, number, sizeof number)
                              : number_short(force, number, sizeof number));
    ui_text(&w->ui, f->x + f->width, y, text, 12, WEIGHT_SEMIBOLD, w->look.theme->margin, ALIGN_RIGHT);
}

/* What the value also says: an angle in degrees; for the lambda of a score, C = 1/(lambda N). */
static void also_says(struct window *w, const struct flow *f, const struct loss *loss, double value, double y)
{
    const struct param *row = &loss->param[loss->margin];
    char text[48], number[32];
    if (row->unit && strcmp(row->unit, "rad") == 0)
        number_degrees(value, text, sizeof text);
    else if (loss->task == TASK_SCORE && strcmp(row->id, "lambda") == 0 && w->data && w->data->train > 0)
        snprintf(text, sizeof text, "C = %s",
            value > 0 ? number_short(1 / (value * w->data->train), number, sizeof number) : "\u221e");
    else
        return;
    ui_text(&w->ui, f->x + f->width, y, text, 20, WEIGHT_SEMIBOLD, w->look.theme->text2, ALIGN_RIGHT);
}

/* What lies at the two ends of a weight on |w|. */
static void end_hints(struct window *w, const struct flow *f, const struct loss *loss, double y)
{
    if (!action_basic(loss) || strcmp(loss->param[loss->margin].id, "lambda") != 0)
        return;
    bool score = loss->task == TASK_SCORE;
    struct color ink = w->look.theme->text3;
    ui_text(&w->ui, f->x, y, score ? "few errors" : "close fit", 12, WEIGHT_REGULAR, ink, ALIGN_LEFT);
    ui_text(
        &w->ui, f->x + f->width, y, score ? "wide margin" : "small w", 12, WEIGHT_REGULAR, ink, ALIGN_RIGHT);
}

/* The value in large figures, with its unit, to be typed over. True when it was. */
static bool margin_value(
    struct window *w, const struct flow *f, const struct param *row, const char *id, double *value)
{
    const struct theme *t = w->look.theme;
    struct font big = { .size = 32, .weight = WEIGHT_SEMIBOLD };
    char text[32];
    ui_number(row, *value, text, sizeof text);
    bool editing = w->ui.edit.owner == ui_hash(id);
    double wide = editing ? 110 : text_width(text, &big);
    struct ui_field field = {
        .id = id,
        .label = row->label,
        .value = text,
        .rect = { f->x - 6, f->y + 21, wide + 12, 44 },
        .size = 32,
        .weight = WEIGHT_SEMIBOLD,
        .color = t->margin,
        .align = ALIGN_LEFT,
    };
    bool typed = ui_field(&w->ui, &field) == UI_COMMITTED && row_typed(w, id, row, value);
    if (row->unit && !editing)
        ui_text(&w->ui, f->x + wide + 8, f->y + 48, row->unit, 14, WEIGHT_REGULAR, t->text2, ALIGN_LEFT);
    return typed;
}

void section_margin(struct window *w, struct flow *f)
{
    const struct loss *loss = experiment_loss(&w->experiment);
    double top = f->y;
    if (loss->margin < 0) {
        no_margin(w, f, loss);
        f->y = top + MARGIN_BLOCK;
        return;
    }
    const struct param *row = &loss->param[loss->margin];
    double *value = &w->experiment.param[w->experiment.loss][loss->margin];
    char id[UI_ID], field_id[UI_ID];
    snprintf(id, sizeof id, "param.%s", row->id);
    snprintf(field_id, sizeof field_id, "param.%s.value", row->id);
    margin_heading(w, f, loss);

    bool changed = margin_value(w, f, row, field_id, value);
    also_says(w, f, loss, *value, top + 43);
    force_note(w, f, loss, top + 64);

    struct ui_slider slider = {
        .id = id,
        .param = row,
        .rect = { f->x, top + 72, f->width, 34 },
        .initial = action_default(w, loss->margin),
        .force = row_force(w, loss->margin),
        .margin = true,
    };
    slider.end = margin_end(w, loss, &slider.limit);
    if (ui_slider(&w->ui, &slider, value) || changed) {
        w->sweeping = false;
        row_apply(w, row->id);
    }
    f->y = top + 128;
    if (w->ui.error_owner == ui_hash(field_id) && w->ui.error[0])
        flow_error(w, f, field_id);
    else
        end_hints(w, f, loss, top + 134);
    f->y = top + MARGIN_BLOCK;
}
