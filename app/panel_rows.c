/* Rows of the left panel: a setting as text, a number with its slider, what is wrong with what was typed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/compare.h"
#include "app/panel_rows.h"
#include "render/formula.h"
#include "render/text.h"

enum { ERROR_LINE = 17, ERROR_LINES = 4 };

void flow_rule(struct window *w, struct flow *f, double before, double after)
{
    f->y += before;
    ui_hairline(&w->ui, (struct point){ f->x, f->y }, (struct point){ f->x + f->width, f->y });
    f->y += after;
}

void flow_heading(struct window *w, struct flow *f, const char *text)
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

void flow_error(struct window *w, struct flow *f, const char *id)
{
    if (w->ui.error_owner != ui_hash(id) || !w->ui.error[0])
        return;
    const char *rest = w->ui.error;
    for (int i = 0; i < ERROR_LINES && *rest; i++) {
        char line[UI_EDIT];
        const char *from = rest;
        rest = break_line(rest, f->width, line, sizeof line);
        if (i + 1 == ERROR_LINES) /* what has no room is cut with an ellipsis */
            snprintf(line, sizeof line, "%s", from);
        ui_text_fit(&w->ui, f->x, f->y + 6, f->width, line, 12, WEIGHT_REGULAR, w->look.theme->bad);
        f->y += ERROR_LINE;
    }
    f->y += 5;
}

void row_error(struct window *w, const char *id, const char *key, const char *text)
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

bool row_set(struct window *w, const char *id, const char *key, const char *value)
{
    struct why why = { "" };
    struct experiment draft = w->experiment;
    enum status status = experiment_set(&draft, key, value, &why);
    draw_follow(w, &draft);
    if (status != STATUS_OK || experiment_check(&draft, &why) != STATUS_OK) {
        row_error(w, id, key, why.text);
        return false;
    }
    struct experiment before = w->experiment;
    w->experiment = draft;
    action_settle(w, &before);
    ui_edit_end(&w->ui);
    action_apply(w);
    return true;
}

void row_text(
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
        row_set(w, id, key, w->ui.edit.text);
}

double row_force(const struct window *w, int param)
{
    const struct snapshot *s = w->snap;
    if (!s || s->force.loss != experiment_loss(&w->experiment))
        return NAN;
    double set = (w->past ? &w->experiment : &s->experiment)->param[s->experiment.loss][param];
    return fabs(s->force.param[param] - set) > 1e-9 ? s->force.param[param] : NAN;
}

bool row_typed(struct window *w, const char *id, const struct param *row, double *value)
{
    char *end, text[UI_EDIT], low[32], high[32], message[160];
    snprintf(text, sizeof text, "%s", w->ui.edit.text);
    if (strncmp(text, "\u2212", 3) == 0)
        memmove(text, "- ", 2), memmove(text + 1, text + 3, strlen(text + 3) + 1);
    double typed = strtod(text, &end) + 0.0, stored; /* -0 is 0 */
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

double row_symbol(struct window *w, const struct param *row, double x, double y, struct color color)
{
    if (!w->ui.canvas || !row->symbol || !row->symbol[0])
        return 0;
    struct font font = { .size = 14, .weight = WEIGHT_REGULAR };
    struct point at = { x, y + text_ascent(&font) / 2 };
    return formula_draw(w->ui.canvas, at, row->symbol, 14, color, w->look.theme).width;
}

void row_capital(const char *text, char *out, size_t size)
{
    snprintf(out, size, "%s", text);
    if (out[0] >= 'a' && out[0] <= 'z')
        out[0] = (char)(out[0] - 'a' + 'A');
}

bool row_number(
    struct window *w, struct flow *f, const char *id, const struct param *row, double force, double *value)
{
    char label[48], text[32], field_id[UI_ID];
    struct font font = { .size = 14, .weight = WEIGHT_REGULAR };
    const struct theme *t = w->look.theme;
    double y = f->y + ROW / 2.0;
    row_capital(row->label, label, sizeof label);
    double symbol = row->symbol && row->symbol[0] ? 5 + formula_measure(row->symbol, 14).width : 0;
    if (text_width(label, &font) + symbol > 88) /* the slider's thumb begins there */
        font.size = 12;
    text_fit(label, &font, 82, text, sizeof text);
    ui_text(&w->ui, f->x, y, text, font.size, WEIGHT_REGULAR, t->text2, ALIGN_LEFT);
    row_symbol(w, row, f->x + text_width(text, &font) + 5, y, t->text1);

    struct ui_slider slider = {
        .id = id,
        .param = row,
        .rect = { f->x + 98, f->y + 1, f->width - 162, ROW - 2 },
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
        .rect = { f->x + f->width - 54, f->y + 1, 60, ROW - 2 },
        .size = 14,
        .weight = WEIGHT_SEMIBOLD,
        .color = t->text1,
        .align = ALIGN_RIGHT,
    };
    if (ui_field(&w->ui, &field) == UI_COMMITTED)
        changed = row_typed(w, field_id, row, value) || changed;
    f->y += ROW;
    flow_error(w, f, field_id);
    return changed;
}

void row_apply(struct window *w, const char *key)
{
    compare_touch(w, key);
    action_apply(w);
}
