/* The left panel: data, loss, margin, parameters. The margin block stays in sight when the rest must scroll. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/panel.h"
#include "render/formula.h"
#include "render/number.h"
#include "render/text.h"

enum { ROW = 30, LOSS_ROW = 28, FIELD = 32, MARGIN_BLOCK = 146, ERROR_LINE = 17, LOWER_LEAST = 96 };

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

/* Where the next row goes; content box of the panel. */
struct flow {
    double x, y, width;
};

static void rule(struct window *w, struct flow *f, double before, double after)
{
    f->y += before;
    ui_hairline(&w->ui, (struct point){ f->x, f->y }, (struct point){ f->x + f->width, f->y });
    f->y += after;
}

static void heading(struct window *w, struct flow *f, const char *text)
{
    ui_text(&w->ui, f->x, f->y + 8, text, 12, WEIGHT_SEMIBOLD, w->look.theme->text2, ALIGN_LEFT);
    f->y += 22;
}

/* As many words as fit into a line, at least one character; what is left. */
static const char *break_line(const char *text, double width, char *line, size_t size)
{
    struct font font = { .size = 12, .weight = WEIGHT_REGULAR };
    size_t fits = 0, good = 0;
    while (text[fits] && fits + 8 < size) {
        size_t next = fits + 1;
        while ((text[next] & 0xC0) == 0x80)
            next++;
        snprintf(line, size, "%.*s", (int)next, text);
        if (fits > 0 && text_width(line, &font) > width)
            break;
        if (text[next] == ' ' || !text[next])
            good = next;
        fits = next;
    }
    size_t cut = good ? good : fits;
    snprintf(line, size, "%.*s", (int)cut, text);
    while (text[cut] == ' ')
        cut++;
    return text + cut;
}

/* The red lines under the control they belong to. */
static void error_line(struct window *w, struct flow *f, const char *id)
{
    if (w->ui.error_owner != ui_hash(id) || !w->ui.error[0])
        return;
    const char *rest = w->ui.error;
    for (int i = 0; i < 6 && *rest; i++) {
        char line[UI_EDIT];
        rest = break_line(rest, f->width, line, sizeof line);
        ui_text(&w->ui, f->x, f->y + 6, line, 12, WEIGHT_REGULAR, w->look.theme->bad, ALIGN_LEFT);
        f->y += ERROR_LINE;
    }
    f->y += 5;
}

/* --- data and model ------------------------------------------------------------------------------------ */

static void model_text(const struct window *w, char *title, int size, char *note, int note_size)
{
    static const char *const names[MODEL_COUNT] = { "MLP", "Free points", "Inputs as they are" };
    const struct experiment *e = &w->experiment;
    snprintf(title, (size_t)size, "%s", names[e->model]);
    note[0] = '\0';
    if (e->model != MODEL_MLP)
        return;
    int used = w->data ? snprintf(note, (size_t)note_size, "%d", w->data->dim) : 0;
    for (int i = 0; i < e->hidden_count && used < note_size - 8; i++)
        used += snprintf(note + used, (size_t)(note_size - used), used ? "\u2013%d" : "%d", e->hidden[i]);
    snprintf(note + used, (size_t)(note_size - used), "\u2013%d", e->feature_dim);
}

/* Where the whole name has no room, what its brackets say: "MNIST". */
static void dataset_title(const struct window *w, double room, char *out, size_t size)
{
    struct font font = { .size = 14, .weight = WEIGHT_REGULAR };
    const struct dataset_row *row = dataset_find(w->experiment.dataset);
    const char *slash = strrchr(w->experiment.dataset, '/');
    const char *label = row ? row->label : slash && slash[1] ? slash + 1 : w->experiment.dataset;
    const char *open = strchr(label, '('), *close = open ? strchr(open, ')') : NULL;
    if (row && close && text_width(label, &font) > room)
        snprintf(out, size, "%.*s", (int)(close - open - 1), open + 1);
    else
        snprintf(out, size, "%s", label);
}

static void open_popup(struct window *w, enum popup popup, struct rect at)
{
    w->popup = w->popup == popup ? POPUP_NONE : popup;
    w->popup_at = at;
    window_dirty(w, AREAS_ALL);
}

static void data_section(struct window *w, struct flow *f)
{
    char title[128], note[96] = "";
    heading(w, f, "Data and model");
    struct rect field = { f->x, f->y, f->width, FIELD };
    dataset_title(w, field.w - 44, title, sizeof title);
    if (w->state.loading)
        snprintf(note, sizeof note, "reading \u2026");
    else if (w->data)
        snprintf(note, sizeof note, "%d classes, %d-D", w->data->classes, w->data->dim);
    if (ui_dropdown(&w->ui, "dataset", title, note, field, w->popup == POPUP_DATASET))
        open_popup(w, POPUP_DATASET, field);
    f->y += FIELD + 8;
    error_line(w, f, "dataset");

    model_text(w, title, sizeof title, note, sizeof note);
    field.y = f->y;
    if (ui_dropdown(&w->ui, "model", title, note, field, w->popup == POPUP_MODEL))
        open_popup(w, POPUP_MODEL, field);
    f->y += FIELD + 8;
    error_line(w, f, "model");
}

/* Messages name a setting as the command line does; under a field it has the field's name. */
static void field_error(struct window *w, const char *id, const char *key, const char *text)
{
    char message[sizeof w->ui.error], name[48];
    size_t n = strlen(key);
    bool option = strncmp(text, "--", 2) == 0 && strncmp(text + 2, key, n) == 0;
    snprintf(name, sizeof name, "%s", option ? key : "");
    if (name[0] >= 'a' && name[0] <= 'z')
        name[0] = (char)(name[0] - 'a' + 'A');
    snprintf(message, sizeof message, "%s%s", name, option ? text + 2 + n : text);
    ui_edit_error(&w->ui, id, message);
}

static bool commit(struct window *w, const char *id, const char *key)
{
    struct why why = { "" };
    struct experiment draft = w->experiment;
    if (experiment_set(&draft, key, w->ui.edit.text, &why) != STATUS_OK ||
        experiment_check(&draft, &why) != STATUS_OK) {
        field_error(w, id, key, why.text);
        return false;
    }
    w->experiment = draft;
    ui_edit_end(&w->ui);
    action_apply(w);
    return true;
}

static void text_row(
    struct window *w, struct flow *f, const char *id, const char *label, const char *key, double right_gap)
{
    char value[128] = "";
    const struct theme *t = w->look.theme;
    experiment_get(&w->experiment, key, value, sizeof value);
    ui_text(&w->ui, f->x, f->y + 14, label, 14, WEIGHT_REGULAR, t->text2, ALIGN_LEFT);
    struct ui_field field = {
        .id = id,
        .label = label,
        .value = value,
        .rect = { f->x + 92, f->y, f->width - 86 - right_gap, 28 },
        .size = 14,
        .weight = WEIGHT_SEMIBOLD,
        .color = t->text1,
        .align = ALIGN_RIGHT,
    };
    if (ui_field(&w->ui, &field) == UI_COMMITTED)
        commit(w, id, key);
}

static void seed_section(struct window *w, struct flow *f)
{
    if (w->experiment.model == MODEL_MLP) {
        text_row(w, f, "hidden", "Hidden", "hidden", 0);
        f->y += ROW;
        error_line(w, f, "hidden");
    }
    text_row(w, f, "seed", "Seed", "seed", 32);
    struct rect dice = { f->x + f->width - 24, f->y, 28, 28 };
    if (ui_icon_button(&w->ui, "seed.dice", "New seed", dice, ICON_DICE))
        action_reset(w, 1);
    f->y += ROW;
    error_line(w, f, "seed");
}

/* --- losses -------------------------------------------------------------------------------------------- */

/* psi over 0..180 degrees, fitted to the thumbnail. */
static void thumbnail(struct window *w, const struct loss *loss, struct rect r, struct color color)
{
    enum { POINTS = 27 };
    struct point at[POINTS];
    struct loss_force force = loss_force_initial(loss);
    double value[POINTS], low = -1, high = 1;
    memcpy(force.param, w->experiment.param[loss_index(loss)], sizeof force.param);
    for (int i = 0; i < POINTS; i++) {
        value[i] = loss_target(&force, cos(i * 3.14159265358979 / (POINTS - 1))).value;
        low = fmin(low, fmax(value[i], -4));
        high = fmax(high, value[i]);
    }
    for (int i = 0; i < POINTS; i++) {
        double y = (high - fmax(value[i], low)) / (high - low);
        at[i] = (struct point){ r.x + r.w * i / (POINTS - 1), r.y + r.h * y };
    }
    struct stroke stroke = { .color = color, .width = 1.5, .round = true };
    canvas_lines(w->ui.canvas, at, POINTS, &stroke);
}

static void loss_row(struct window *w, const struct flow *f, const struct loss *loss, bool first)
{
    char id[UI_ID];
    const struct theme *t = w->look.theme;
    bool chosen = loss == experiment_loss(&w->experiment);
    static const char *const brief[FAMILY_COUNT] = { [FAMILY_PLAIN] = "none",
        [FAMILY_ANGLE_TIMES] = "\u03b8 \u00d7 m",
        [FAMILY_COSINE_MINUS] = "cos \u2212 m",
        [FAMILY_ANGLE_PLUS] = "\u03b8 + m",
        [FAMILY_COMBINED] = "all" };
    bool small = f->width < 230;
    double indent = small ? 50 : 66, pad = small ? 6 : 8, thumb = small ? 22 : 26;
    struct rect row = { f->x + indent, f->y, f->width - indent, LOSS_ROW };
    snprintf(id, sizeof id, "loss.%s", loss->id);
    bool hot = ui_control(&w->ui, id, loss->label, row, true);
    ui_value(&w->ui, chosen ? "chosen" : "");
    if (!w->ui.canvas) {
        if (ui_clicked(&w->ui, id, row))
            action_choose_loss(w, loss_index(loss));
        return;
    }
    double y = f->y + LOSS_ROW / 2.0;
    struct rect back = { row.x, row.y + 1, row.w, row.h - 2 };
    if (chosen || hot)
        canvas_round_rect(w->ui.canvas, back, 6, chosen && t->dark ? t->raised2 : t->raised);
    if (first)
        ui_text(&w->ui, f->x, y, small ? brief[loss->family] : loss_family_label(loss->family), 12,
            WEIGHT_REGULAR, t->text3, ALIGN_LEFT);
    struct font font = { .size = 14, .weight = chosen ? WEIGHT_SEMIBOLD : WEIGHT_REGULAR };
    double room = row.w - 2 * pad - thumb - 2, size = text_width(loss->label, &font) <= room ? 14 : 13;
    ui_text_fit(
        &w->ui, row.x + pad, y, room, loss->label, size, font.weight, chosen || hot ? t->text1 : t->text2);
    struct rect curve = { row.x + row.w - pad - thumb, y - 7, thumb, 14 };
    thumbnail(w, loss, curve, chosen ? t->margin : t->text3);
    ui_focus_ring(&w->ui, id, back, 6);
}

static void loss_section(struct window *w, struct flow *f)
{
    heading(w, f, "Loss");
    for (int i = 0; i < loss_count(); i++) {
        const struct loss *loss = loss_at(i);
        bool first = i == 0 || loss->family != loss_at(i - 1)->family;
        f->y += first && i ? 4 : 0;
        if (i == w->experiment.loss)
            w->chosen_y = f->y + w->panel_scroll - w->area[AREA_PANEL].y;
        loss_row(w, f, loss, first);
        f->y += LOSS_ROW;
    }
}

/* --- parameters ---------------------------------------------------------------------------------------- */

static double in_force(const struct window *w, int param)
{
    const struct snapshot *s = w->snap;
    if (!s || s->force.loss != experiment_loss(&w->experiment))
        return NAN;
    double set = s->experiment.param[s->experiment.loss][param];
    return fabs(s->force.param[param] - set) > 1e-9 ? s->force.param[param] : NAN;
}

/* A typed number: range errors name the range, the old value stays. */
static bool typed_number(struct window *w, const char *id, const struct param *row, double *value)
{
    char *end, text[UI_EDIT], low[32], high[32], message[160];
    snprintf(text, sizeof text, "%s", w->ui.edit.text);
    if (strncmp(text, "\u2212", 3) == 0)
        memmove(text, "- ", 2), memmove(text + 1, text + 3, strlen(text + 3) + 1);
    double typed = strtod(text, &end), stored;
    while (*end == ' ')
        end++;
    bool number = end != text && !*end;
    if (!number || !param_accept(row, typed, &stored)) {
        snprintf(message, sizeof message, "%s%s goes from %s to %s", number ? "" : "not a number; ",
            row->label, ui_number(row, row->min, low, 32), ui_number(row, row->max, high, 32));
        ui_edit_error(&w->ui, id, message);
        return false;
    }
    *value = stored;
    ui_edit_end(&w->ui);
    return true;
}

static double symbol(struct window *w, const struct param *row, double x, double y, struct color color)
{
    if (!w->ui.canvas || !row->symbol || !row->symbol[0])
        return 0;
    struct font font = { .size = 14, .weight = WEIGHT_REGULAR };
    struct point at = { x, y + text_ascent(&font) / 2 };
    return formula_draw(w->ui.canvas, at, row->symbol, 14, color, w->look.theme).width;
}

static void capitalised(const char *text, char *out, size_t size)
{
    snprintf(out, size, "%s", text);
    if (out[0] >= 'a' && out[0] <= 'z')
        out[0] = (char)(out[0] - 'a' + 'A');
}

/* Label, slider, value that can be typed. True when the value changed. */
static bool number_row(
    struct window *w, struct flow *f, const char *id, const struct param *row, double force, double *value)
{
    char label[48], text[32], field_id[UI_ID];
    struct font font = { .size = 14, .weight = WEIGHT_REGULAR };
    const struct theme *t = w->look.theme;
    double y = f->y + ROW / 2.0;
    capitalised(row->label, label, sizeof label);
    text_fit(label, &font, 82, text, sizeof text);
    ui_text(&w->ui, f->x, y, text, 14, WEIGHT_REGULAR, t->text2, ALIGN_LEFT);
    symbol(w, row, f->x + text_width(text, &font) + 5, y, t->text1);

    struct ui_slider slider = {
        .id = id,
        .param = row,
        .rect = { f->x + 98, f->y + 2, f->width - 162, ROW - 4 },
        .end = param_end(row),
        .initial = row->initial,
        .force = force,
        .limit = NAN,
    };
    bool changed = ui_slider(&w->ui, &slider, value);
    snprintf(field_id, sizeof field_id, "%s.value", id);
    struct ui_field field = {
        .id = field_id,
        .label = label,
        .value = ui_number(row, *value, text, sizeof text),
        .rect = { f->x + f->width - 54, f->y + 2, 60, ROW - 4 },
        .size = 14,
        .weight = WEIGHT_SEMIBOLD,
        .color = t->text1,
        .align = ALIGN_RIGHT,
    };
    if (ui_field(&w->ui, &field) == UI_COMMITTED)
        changed = typed_number(w, field_id, row, value) || changed;
    f->y += ROW;
    error_line(w, f, field_id);
    return changed;
}

static void plain_params(struct window *w, struct flow *f)
{
    const struct loss *loss = experiment_loss(&w->experiment);
    double *value = w->experiment.param[w->experiment.loss];
    for (int i = 0; i < loss_param_count(loss); i++) {
        char id[UI_ID];
        snprintf(id, sizeof id, "param.%s", loss->param[i].id);
        if (i != loss->margin && number_row(w, f, id, &loss->param[i], in_force(w, i), &value[i]))
            action_apply(w);
    }
}

static void training_params(struct window *w, struct flow *f)
{
    struct experiment *e = &w->experiment;
    if (number_row(w, f, "param.lr", &rate_row, NAN, &e->lr))
        action_apply(w);
    double all = w->data ? w->data->train : batch_row.max;
    double batch = e->batch > 0 ? e->batch : fmin(all, batch_row.max);
    if (number_row(w, f, "param.batch", &batch_row, NAN, &batch)) {
        e->batch = (int)lround(batch);
        action_apply(w);
    }
}

static bool any_role(const struct loss *loss, enum param_role role)
{
    for (int i = 0; i < loss_param_count(loss); i++)
        if (loss->param[i].role == role)
            return true;
    return false;
}

static void schedule_rows(struct window *w, struct flow *f)
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

/* --- the margin ---------------------------------------------------------------------------------------- */

static void no_margin(struct window *w, struct flow *f)
{
    const struct theme *t = w->look.theme;
    heading(w, f, "Margin");
    ui_text(&w->ui, f->x, f->y + 14, "none", 20, WEIGHT_SEMIBOLD, t->text3, ALIGN_LEFT);
    ui_text(&w->ui, f->x, f->y + 42, "Every direction is safe up to the", 12, WEIGHT_REGULAR, t->text3,
        ALIGN_LEFT);
    ui_text(&w->ui, f->x, f->y + 58, "decision boundary.", 12, WEIGHT_REGULAR, t->text3, ALIGN_LEFT);
}

static void margin_heading(struct window *w, const struct flow *f, const struct loss *loss)
{
    if (!w->ui.canvas)
        return;
    const struct theme *t = w->look.theme;
    const struct param *row = &loss->param[loss->margin];
    char label[48];
    struct font font = { .size = 12, .weight = WEIGHT_SEMIBOLD };
    capitalised(row->label, label, sizeof label);
    ui_text(&w->ui, f->x, f->y + 8, label, 12, WEIGHT_SEMIBOLD, t->text2, ALIGN_LEFT);
    symbol(w, row, f->x + text_width(label, &font) + 5, f->y + 8, t->margin);
    if (!loss->logit)
        return;
    struct formula_size size = formula_measure(loss->logit, 14);
    struct point at = { f->x + f->width - size.width, f->y + 8 + text_ascent(&font) / 2 };
    if (size.width < f->width - 90)
        formula_draw(w->ui.canvas, at, loss->logit, 14, t->text3, t);
}

/* While a ramp or the annealing runs, what the second tick on the slider stands for. */
static void force_note(struct window *w, const struct flow *f, const struct loss *loss, double y)
{
    int shown = loss->margin;
    for (int i = 0; i < loss_param_count(loss) && isnan(in_force(w, shown)); i++)
        if (loss->param[i].role == ROLE_ANNEALED)
            shown = i;
    double force = in_force(w, shown);
    if (isnan(force))
        return;
    char number[32], text[64];
    snprintf(text, sizeof text, "%sin force %s", shown == loss->margin ? "" : "\u03bb ",
        shown == loss->margin ? number_fixed(force, 2, number, sizeof number)
                              : number_short(force, number, sizeof number));
    ui_text(&w->ui, f->x + f->width, y, text, 12, WEIGHT_SEMIBOLD, w->look.theme->margin, ALIGN_RIGHT);
}

static void margin_section(struct window *w, struct flow *f)
{
    const struct loss *loss = experiment_loss(&w->experiment);
    const struct theme *t = w->look.theme;
    double top = f->y;
    if (loss->margin < 0) {
        no_margin(w, f);
        f->y = top + MARGIN_BLOCK;
        return;
    }
    const struct param *row = &loss->param[loss->margin];
    double *value = &w->experiment.param[w->experiment.loss][loss->margin];
    char id[UI_ID], field_id[UI_ID], text[32], degrees[32];
    snprintf(id, sizeof id, "param.%s", row->id);
    snprintf(field_id, sizeof field_id, "param.%s.value", row->id);
    margin_heading(w, f, loss);

    struct font big = { .size = 32, .weight = WEIGHT_SEMIBOLD };
    ui_number(row, *value, text, sizeof text);
    bool editing = w->ui.edit.owner == ui_hash(field_id);
    double wide = editing ? 110 : text_width(text, &big);
    struct ui_field field = {
        .id = field_id,
        .label = row->label,
        .value = text,
        .rect = { f->x - 6, top + 21, wide + 12, 44 },
        .size = 32,
        .weight = WEIGHT_SEMIBOLD,
        .color = t->margin,
        .align = ALIGN_LEFT,
    };
    bool changed = false;
    if (ui_field(&w->ui, &field) == UI_COMMITTED)
        changed = typed_number(w, field_id, row, value);
    bool radians = row->unit && strcmp(row->unit, "rad") == 0;
    if (row->unit && !editing)
        ui_text(&w->ui, f->x + wide + 8, top + 48, row->unit, 14, WEIGHT_REGULAR, t->text2, ALIGN_LEFT);
    if (radians)
        ui_text(&w->ui, f->x + f->width, top + 43, number_degrees(*value, degrees, sizeof degrees), 20,
            WEIGHT_SEMIBOLD, t->text2, ALIGN_RIGHT);
    force_note(w, f, loss, top + 64);

    struct ui_slider slider = {
        .id = id,
        .param = row,
        .rect = { f->x, top + 72, f->width, 34 },
        .initial = row->initial,
        .force = in_force(w, loss->margin),
        .margin = true,
    };
    slider.end = margin_end(w, loss, &slider.limit);
    if (ui_slider(&w->ui, &slider, value) || changed) {
        w->sweeping = false;
        action_apply(w);
    }
    f->y = top + 128;
    error_line(w, f, field_id);
    f->y = top + MARGIN_BLOCK;
}

/* --- the whole ----------------------------------------------------------------------------------------- */

static void upper(struct window *w, struct flow *f)
{
    data_section(w, f);
    seed_section(w, f);
    rule(w, f, 6, 12);
    loss_section(w, f);
    rule(w, f, 8, 12);
}

static void lower(struct window *w, struct flow *f)
{
    plain_params(w, f);
    training_params(w, f);
    rule(w, f, 8, 8);
    schedule_rows(w, f);
}

static void scroll(struct window *w, struct rect view)
{
    double most = fmax(0, w->panel_content - view.h);
    if (w->ui.input.kind == UI_WHEEL && ui_inside(view, w->ui.mouse) && w->ui.mouse_inside) {
        w->panel_scroll -= w->ui.input.wheel * 48;
        w->ui.input.kind = UI_NONE;
        window_dirty(w, 1 << AREA_PANEL);
    }
    w->panel_scroll = fmin(most, fmax(0, w->panel_scroll));
}

static void scrollbar(struct window *w, struct rect view)
{
    if (!w->ui.canvas || w->panel_content <= view.h + 1)
        return;
    double share = view.h / w->panel_content, y = view.y + w->panel_scroll * share;
    canvas_round_rect(w->ui.canvas, (struct rect){ view.x + view.w - 6, y + 2, 3, view.h * share - 4 }, 1.5,
        w->look.theme->axis);
}

/* A new choice, or another height, shows the chosen loss. */
static void reveal_chosen(struct window *w, double height)
{
    if (w->ui.canvas || (w->revealed_loss == w->experiment.loss && w->revealed_height == height))
        return;
    w->revealed_loss = w->experiment.loss;
    w->revealed_height = height;
    double below = w->chosen_y + LOSS_ROW + 8 - height;
    if (w->panel_scroll < below)
        w->panel_scroll = below;
    if (w->panel_scroll > w->chosen_y - 8)
        w->panel_scroll = fmax(0, w->chosen_y - 8);
    window_dirty(w, 1 << AREA_PANEL);
}

/* What scrolls, clipped to `view`: with `all` the data and losses too, else only what stands below them. */
static void scrolled(struct window *w, struct rect area, struct rect view, struct flow f, bool all)
{
    struct ui *ui = &w->ui;
    ui->clip = &view;
    if (ui->canvas)
        canvas_clip(ui->canvas, &view);
    f.y -= w->panel_scroll;
    double top = f.y;
    if (all)
        upper(w, &f);
    lower(w, &f);
    w->panel_content = f.y - top + (all ? 24 : 8);
    ui->clip = NULL;
    if (all)
        reveal_chosen(w, view.h);
    scroll(w, view);
    scrollbar(w, view);
    if (ui->canvas)
        canvas_clip(ui->canvas, &area);
}

/* Too small for everything: data, losses and parameters scroll above the pinned margin block. */
static void pinned(struct window *w, struct rect area, struct flow f)
{
    struct rect view = { area.x, area.y, area.w, area.h - MARGIN_BLOCK - 12 };
    scrolled(w, area, view, f, true);
    struct flow block = { f.x, view.y + view.h + 12, f.width };
    ui_hairline(&w->ui, (struct point){ area.x, view.y + view.h },
        (struct point){ area.x + area.w, view.y + view.h });
    margin_section(w, &block);
}

/* Only what comes after the margin block scrolls: the block stays where it is under every loss. */
static void rest_below(struct window *w, struct rect area, struct flow f)
{
    struct rect view = { area.x, f.y - 4, area.w, area.y + area.h - f.y + 4 };
    scrolled(w, area, view, f, false);
}

void panel_control(struct window *w)
{
    struct rect area = w->area[AREA_PANEL];
    double pad = area.w >= 280 ? 20 : area.w >= 256 ? 16 : 12;
    struct flow f = { area.x + pad, area.y + 16, area.w - 2 * pad - 1 };
    if (w->ui.canvas) {
        canvas_rect(w->ui.canvas, area, w->look.theme->surface);
        ui_hairline(&w->ui, (struct point){ area.x + area.w - 1, area.y },
            (struct point){ area.x + area.w - 1, area.y + area.h });
    }
    if (w->margin_below > 0 && w->margin_below + LOWER_LEAST > area.h) {
        pinned(w, area, f);
        return;
    }
    upper(w, &f);
    margin_section(w, &f);
    w->margin_below = f.y - area.y;
    rule(w, &f, 0, 8);
    rest_below(w, area, f);
}

/* --- open menus ---------------------------------------------------------------------------------------- */

static bool option(
    struct window *w, struct rect row, const char *id, const char *title, const char *note, bool chosen)
{
    const struct theme *t = w->look.theme;
    bool hot = ui_control(&w->ui, id, title, row, true);
    if (!w->ui.canvas)
        return ui_clicked(&w->ui, id, row);
    if (hot || chosen)
        canvas_round_rect(w->ui.canvas, (struct rect){ row.x + 4, row.y + 1, row.w - 8, row.h - 2 }, 5,
            hot ? t->raised2 : t->raised);
    ui_text(&w->ui, row.x + 14, row.y + 15, title, 14, chosen ? WEIGHT_SEMIBOLD : WEIGHT_REGULAR, t->text1,
        ALIGN_LEFT);
    ui_text_fit(&w->ui, row.x + 14, row.y + 32, row.w - 28, note, 12, WEIGHT_REGULAR, t->text3);
    return false;
}

static void choose(struct window *w, const char *key, const char *value)
{
    struct why why = { "" };
    struct experiment draft = w->experiment;
    w->popup = POPUP_NONE;
    window_dirty(w, AREAS_ALL);
    if (experiment_set(&draft, key, value, &why) != STATUS_OK ||
        experiment_check(&draft, &why) != STATUS_OK) {
        field_error(w, key, key, why.text);
        return;
    }
    ui_edit_end(&w->ui);
    w->experiment = draft;
    action_apply(w);
}

static void popup_ground(struct window *w, struct rect box)
{
    if (!w->ui.canvas)
        return;
    canvas_round_rect(w->ui.canvas, box, 8, w->look.theme->surface);
    canvas_round_outline(w->ui.canvas, box, 8, 1,
        w->look.theme->raised2.r > 0.99 ? w->look.theme->axis : w->look.theme->raised2);
}

static void path_field(struct window *w, struct rect row)
{
    bool path = strchr(w->experiment.dataset, '/') != NULL;
    struct ui_field field = {
        .id = "dataset.path",
        .label = "Folder",
        .value = path ? w->experiment.dataset : "Folder of IDX files \u2026",
        .rect = { row.x + 8, row.y + 4, row.w - 16, 32 },
        .size = 14,
        .weight = WEIGHT_REGULAR,
        .color = w->look.theme->text3,
        .align = ALIGN_LEFT,
        .boxed = true,
    };
    if (ui_field(&w->ui, &field) == UI_COMMITTED) {
        char typed[UI_EDIT];
        snprintf(typed, sizeof typed, "%s", w->ui.edit.text);
        bool meant = typed[0] && strcmp(typed, field.value) != 0;
        ui_edit_end(&w->ui);
        if (meant)
            choose(w, "dataset", typed);
    }
}

static void dataset_menu(struct window *w, struct rect box)
{
    struct rect row = { box.x, box.y + 6, box.w, 44 };
    for (int i = 0; i < dataset_count(); i++, row.y += 44) {
        const struct dataset_row *d = dataset_at(i);
        char id[UI_ID];
        snprintf(id, sizeof id, "dataset.%s", d->id);
        if (option(w, row, id, d->label, d->help, strcmp(w->experiment.dataset, d->id) == 0))
            choose(w, "dataset", d->id);
    }
    path_field(w, row);
}

static const struct {
    const char *title, *note;
} model_rows[MODEL_COUNT] = {
    [MODEL_MLP] = { "MLP", "a network makes the features" },
    [MODEL_FREE] = { "Free points", "each point moves by its own gradient" },
    [MODEL_IDENTITY] = { "Inputs as they are", "only the class weights learn" },
};

static void model_menu(struct window *w, struct rect box)
{
    struct rect row = { box.x, box.y + 6, box.w, 44 };
    for (int i = 0; i < MODEL_COUNT; i++, row.y += 44) {
        char id[UI_ID];
        snprintf(id, sizeof id, "model.%s", model_id((enum model)i));
        if (option(w, row, id, model_rows[i].title, model_rows[i].note, (int)w->experiment.model == i))
            choose(w, "model", model_id((enum model)i));
    }
}

void panel_popup(struct window *w)
{
    if (!w->popup)
        return;
    bool data = w->popup == POPUP_DATASET;
    double height = 12 + (data ? 44.0 * dataset_count() + 42 : 44.0 * MODEL_COUNT);
    struct rect box = { w->popup_at.x, w->popup_at.y + w->popup_at.h + 4, fmax(w->popup_at.w, 300), height };
    box.y = fmax(8, fmin(box.y, w->height - height - 8));
    popup_ground(w, box);
    (data ? dataset_menu : model_menu)(w, box);
    if (w->ui.canvas)
        return;
    bool outside = !ui_inside(box, w->ui.mouse);
    if (w->ui.input.kind == UI_PRESS && outside && !ui_inside(w->popup_at, w->ui.mouse)) {
        w->popup = POPUP_NONE;
        window_dirty(w, AREAS_ALL);
        ui_block_mouse(&w->ui);
    } else if (!outside) {
        ui_block_mouse(&w->ui);
    }
}
