#include <math.h>
#include <stdio.h>
#include <string.h>

#include <SDL_keycode.h>

#include "app/ui/ui.h"
#include "render/number.h"
#include "render/text.h"

static struct color fill_of(const struct ui *ui, bool hot, bool active)
{
    return active || hot ? ui->theme->raised2 : ui->theme->raised;
}

static struct point middle(struct rect r)
{
    return (struct point){ r.x + r.w / 2, r.y + r.h / 2 };
}

bool ui_icon_button(struct ui *ui, const char *id, const char *label, struct rect rect, enum ui_icon icon)
{
    bool hot = ui_control(ui, id, label, rect, true);
    if (ui->canvas) {
        if (hot)
            canvas_round_rect(ui->canvas, rect, 6, ui->theme->raised);
        ui_icon_draw(
            ui->canvas, icon, middle(rect), 18, hot ? ui->theme->text1 : ui->theme->text2, ui->theme->margin);
        ui_focus_ring(ui, id, rect, 6);
        return false;
    }
    return ui_clicked(ui, id, rect);
}

bool ui_text_button(struct ui *ui, const char *id, const char *label, struct rect rect, bool filled)
{
    bool hot = ui_control(ui, id, label, rect, true);
    if (ui->canvas) {
        if (hot || filled)
            canvas_round_rect(ui->canvas, rect, 6, fill_of(ui, hot, false));
        struct point m = middle(rect);
        ui_text(ui, m.x, m.y, label, 14, WEIGHT_SEMIBOLD, hot || filled ? ui->theme->text1 : ui->theme->text2,
            ALIGN_CENTER);
        ui_focus_ring(ui, id, rect, 6);
        return false;
    }
    return ui_clicked(ui, id, rect);
}

bool ui_main_button(struct ui *ui, const char *id, const char *label, struct rect rect)
{
    bool hot = ui_control(ui, id, label, rect, true);
    if (!ui->canvas)
        return ui_clicked(ui, id, rect);
    const struct theme *t = ui->theme;
    struct point m = middle(rect);
    canvas_round_rect(ui->canvas, rect, 6, hot ? color_mix(t->text1, t->surface, 0.15) : t->text1);
    ui_text(ui, m.x, m.y, label, 14, WEIGHT_SEMIBOLD, t->surface, ALIGN_CENTER);
    ui_focus_ring(ui, id, rect, 6);
    return false;
}

bool ui_toggle(struct ui *ui, const char *id, const char *label, struct rect rect, bool on)
{
    bool hot = ui_control(ui, id, label, rect, true);
    ui_value(ui, on ? "on" : "off");
    if (!ui->canvas)
        return ui_clicked(ui, id, rect);
    const struct theme *t = ui->theme;
    double y = rect.y + rect.h / 2;
    ui_text(ui, rect.x, y, label, 14, WEIGHT_REGULAR, hot ? t->text1 : t->text2, ALIGN_LEFT);
    struct rect pill = { rect.x + rect.w - 28, y - 8, 28, 16 };
    canvas_round_rect(ui->canvas, pill, 8, on ? t->text1 : t->axis);
    canvas_disc(ui->canvas, (struct point){ on ? pill.x + 20 : pill.x + 8, y }, 6, t->surface);
    ui_focus_ring(ui, id, rect, 6);
    return false;
}

bool ui_dropdown(
    struct ui *ui, const char *id, const char *title, const char *note, struct rect rect, bool open)
{
    bool hot = ui_control(ui, id, id, rect, true);
    ui_value(ui, "%s", title);
    if (!ui->canvas)
        return ui_clicked(ui, id, rect);
    const struct theme *t = ui->theme;
    struct font font = { .size = 14, .weight = WEIGHT_REGULAR };
    double y = rect.y + rect.h / 2, wide = text_width(title, &font);
    canvas_round_rect(ui->canvas, rect, 6, fill_of(ui, hot, open));
    if (!t->dark && (hot || open))
        canvas_round_outline(ui->canvas, rect, 6, 1, t->hairline);
    ui_text_fit(
        ui, rect.x + 12, y, rect.w - 44, title, wide <= rect.w - 44 ? 14 : 12, WEIGHT_REGULAR, t->text1);
    struct font small = { .size = 12, .weight = WEIGHT_REGULAR };
    if (text_width(note, &small) <= rect.w - wide - 52) /* whole or not at all */
        ui_text_fit(ui, rect.x + 12 + wide + 8, y, rect.w - wide - 52, note, 12, WEIGHT_REGULAR, t->text3);
    ui_icon_draw(ui->canvas, ICON_DOWN, (struct point){ rect.x + rect.w - 17, y }, 14, t->text2, t->text2);
    ui_focus_ring(ui, id, rect, 6);
    return false;
}

/* --- numbers ------------------------------------------------------------------------------------------- */

const char *ui_number(const struct param *param, double value, char *out, int size)
{
    if (param->kind == PARAM_INTEGER)
        return number_count(lround(value), out, size);
    if (param->kind == PARAM_LOG)
        return number_short(value, out, size);
    bool hundredths = fabs(value * 100 - round(value * 100)) < 1e-6;
    return number_fixed(value, hundredths ? 2 : 3, out, size);
}

/* Dragging lands on readable numbers: notches, or tenths of one when fine; 2 or 3 digits on a log row. */
static double readable(const struct param *param, double value, bool fine)
{
    if (param->kind == PARAM_INTEGER || param->kind == PARAM_BOOL)
        return round(value);
    double quantum = param->notch > 0 ? param->notch : (param->max - param->min) / 100;
    if (param->kind == PARAM_LOG)
        quantum = value > 0 ? pow(10, floor(log10(value)) - 1) : 1;
    if (fine)
        quantum /= 10;
    if (quantum >= 1)
        return round(value / quantum) * quantum;
    double parts = round(1 / quantum); /* so that 0.57 is the double nearest to 0.57 */
    return round(value * parts) / parts;
}

static double keep(const struct param *param, double value)
{
    return fmin(param->max, fmax(param->min, value));
}

double ui_notch(const struct param *param, double end, double value, double notches)
{
    bool fine = fabs(notches) < 1;
    if (param->kind == PARAM_LOG) {
        double p = param_position(param, value, end) + 0.02 * notches;
        return keep(param, readable(param, param_at(param, fmin(1, fmax(0, p)), end), fine));
    }
    if (param->kind == PARAM_INTEGER && fine)
        notches = notches > 0 ? 1 : -1;
    return keep(param, readable(param, value + notches * param->notch, fine));
}

/* --- slider -------------------------------------------------------------------------------------------- */

static double thumb_radius(const struct ui_slider *s)
{
    return s->margin ? 12 : 6.5;
}

/* The thumb stays inside the rectangle at both ends. */
static struct rect track_of(const struct ui_slider *s)
{
    double height = s->margin ? 10 : 3, inset = s->margin ? 2 : 0;
    double y = s->margin ? s->rect.y + 14 : s->rect.y + s->rect.h / 2;
    return (struct rect){ s->rect.x + inset, y - height / 2, s->rect.w - 2 * inset, height };
}

static double place(const struct ui_slider *s, double value)
{
    struct rect track = track_of(s);
    double p = param_position(s->param, value, s->end);
    return track.x + track.w * fmin(1, fmax(0, p));
}

static double value_under(const struct ui_slider *s, double x, bool fine)
{
    struct rect track = track_of(s);
    double p = fmin(1, fmax(0, (x - track.x) / track.w));
    return keep(s->param, readable(s->param, param_at(s->param, p, s->end), fine));
}

static double dragged(struct ui *ui, const struct ui_slider *s, double value)
{
    bool fine = ui->input.shift;
    if (fine != ui->press_fine) { /* start over from here, so that nothing jumps */
        ui->press_fine = fine;
        ui->press_at = ui->input.at;
        ui->press_value = value;
    }
    if (!fine)
        return value_under(s, ui->input.at.x, false);
    double x = place(s, ui->press_value) + (ui->input.at.x - ui->press_at.x) / 10;
    return value_under(s, x, true);
}

static double pressed(struct ui *ui, const struct ui_slider *s, double value)
{
    ui->active = ui->focus = ui_hash(s->id);
    ui->press_restore = value;
    ui->press_fine = ui->input.shift;
    ui->press_value = value;
    if (ui->input.clicks == 2)
        return s->initial;
    return ui->input.shift ? value : value_under(s, ui->input.at.x, false);
}

static bool slider_key(struct ui *ui, const struct ui_slider *s, double *value)
{
    int key = ui->input.key;
    double by = ui->input.shift ? 0.1 : 1;
    if (key == SDLK_LEFT || key == SDLK_DOWN)
        *value = ui_notch(s->param, s->end, *value, -by);
    else if (key == SDLK_RIGHT || key == SDLK_UP)
        *value = ui_notch(s->param, s->end, *value, by);
    else if (key == SDLK_ESCAPE && ui->active == ui_hash(s->id))
        *value = ui->press_restore, ui->active = 0;
    else
        return false;
    return true;
}

/* The other button, the menu key, or W. */
static bool slider_asked(struct ui *ui, const struct ui_slider *s, bool hot)
{
    const struct ui_input *in = &ui->input;
    bool focused = in->kind == UI_KEY && !ui->edit.owner && ui->focus == ui_hash(s->id);
    bool key =
        in->key == SDLK_APPLICATION || (in->key == SDLK_F10 && in->shift) || (in->key == SDLK_w && !in->ctrl);
    if (!(in->kind == UI_MENU && hot) && !(focused && key))
        return false;
    snprintf(ui->asked, sizeof ui->asked, "%s", s->id);
    ui->asked_at = s->rect;
    ui->input.kind = UI_NONE;
    return true;
}

static bool slider_input(struct ui *ui, const struct ui_slider *s, bool hot, double *value)
{
    if (slider_asked(ui, s, hot))
        return false;
    unsigned hash = ui_hash(s->id);
    enum ui_kind kind = ui->input.kind;
    double before = *value;
    if (kind == UI_PRESS && hot)
        *value = pressed(ui, s, before);
    else if (kind == UI_MOVE && ui->active == hash)
        *value = dragged(ui, s, before);
    else if (kind == UI_RELEASE && ui->active == hash)
        ui->active = 0;
    else if (kind == UI_WHEEL && hot)
        *value =
            ui_notch(s->param, s->end, before, (ui->input.wheel > 0 ? 1 : -1) * (ui->input.shift ? 0.1 : 1));
    else if (!(kind == UI_KEY && !ui->edit.owner && ui->focus == hash && slider_key(ui, s, value)))
        return false;
    ui->input.kind = UI_NONE;
    return *value != before || kind == UI_PRESS; /* a press is a hand on it, wherever it lands */
}

/* The smallest 1-2-5 step whose labels keep 26 px from each other, those with hundredths 38. */
static double tick_step(const struct ui_slider *s)
{
    static const double digit[] = { 1, 2, 5 };
    double span = s->end - s->param->min, least = span * 26 / fmax(track_of(s).w, 26);
    double step = pow(10, floor(log10(least)) - 1);
    for (int i = 0; i < 9; i++) {
        double next = step * digit[i % 3] * pow(10, i / 3);
        if (next >= least * (next < 0.1 ? 38.0 / 26 : 1) * (1 - 1e-9))
            return next;
    }
    return span;
}

static void tick(struct ui *ui, double x, double y, double value, const struct ui_slider *s, bool bold)
{
    const struct theme *t = ui->theme;
    char text[24];
    bool whole = s->param->kind == PARAM_INTEGER;
    double step = tick_step(s);
    number_fixed(value,
        whole || (!bold && step >= 1)                                         ? 0
        : step < 0.1 || (bold && fabs(value * 10 - round(value * 10)) > 1e-6) ? 2
                                                                              : 1,
        text, sizeof text);
    canvas_rect(ui->canvas, (struct rect){ x - 0.5, y, 1, bold ? 7 : 5 }, bold ? t->text1 : t->axis);
    struct font font = { .size = 12, .weight = bold ? WEIGHT_SEMIBOLD : WEIGHT_REGULAR };
    double half = text_width(text, &font) / 2;
    double middle_x = fmin(s->rect.x + s->rect.w - half, fmax(s->rect.x + half - 6, x));
    ui_text(ui, middle_x, y + 15, text, 12, font.weight, bold ? t->text1 : t->text3, ALIGN_CENTER);
}

/* Equal ratios: 0 where it is in reach, then every decade. */
static void decades_draw(struct ui *ui, const struct ui_slider *s)
{
    const struct theme *t = ui->theme;
    struct rect track = track_of(s);
    double y = track.y + track.h + 10, bold = place(s, s->initial), free_from = -1e9;
    double low = s->param->min > 0 ? s->param->min : s->end * 1e-4;
    struct font font = { .size = 12, .weight = WEIGHT_REGULAR },
                heavy = { .size = 12, .weight = WEIGHT_SEMIBOLD };
    char text[24];
    double bold_half = text_width(number_short(s->initial, text, sizeof text), &heavy) / 2 + 6;
    for (int i = s->param->min > 0 ? 0 : -1; i < 12; i++) {
        double value = i < 0 ? 0 : pow(10, ceil(log10(low) - 1e-9) + i), x = place(s, value);
        if (value > s->end * (1 + 1e-9))
            break;
        canvas_rect(ui->canvas, (struct rect){ fmin(x, track.x + track.w - 0.5) - 0.5, y, 1, 5 }, t->axis);
        double half = text_width(number_short(value, text, sizeof text), &font) / 2;
        double middle_x = fmin(s->rect.x + s->rect.w - half, fmax(s->rect.x + half - 6, x));
        if (middle_x - half < free_from || fabs(middle_x - bold) < half + bold_half)
            continue;
        ui_text(ui, middle_x, y + 15, text, 12, WEIGHT_REGULAR, t->text3, ALIGN_CENTER);
        free_from = middle_x + half + 6;
    }
    canvas_rect(ui->canvas, (struct rect){ bold - 0.5, y, 1, 7 }, t->text1);
    double half = bold_half - 6,
           middle_x = fmin(s->rect.x + s->rect.w - half, fmax(s->rect.x + half - 6, bold));
    ui_text(ui, middle_x, y + 15, number_short(s->initial, text, sizeof text), 12, WEIGHT_SEMIBOLD, t->text1,
        ALIGN_CENTER);
}

/* Default in bold, the limit by its name, and plain numbers where they leave both readable. */
static void ticks_draw(struct ui *ui, const struct ui_slider *s)
{
    if (s->param->kind == PARAM_LOG) {
        decades_draw(ui, s);
        return;
    }
    struct rect track = track_of(s);
    double y = track.y + track.h + 10, step = tick_step(s);
    double bold = place(s, s->initial), limit = isnan(s->limit) ? -1000 : place(s, s->limit);
    bool show_limit = s->limit > s->param->min && s->limit <= s->end; /* false for NaN */
    if (s->param->kind == PARAM_INTEGER)
        step = fmax(1, step);
    double first = step * ceil(s->param->min / step - 0.01);
    double last = first + step * floor((s->end - first) / step + 0.01);
    for (double v = first; v <= s->end + step * 0.01; v += step) {
        double x = place(s, v);
        bool before_last =
            v < last - step / 2 && x > s->rect.x + s->rect.w - 34; /* which is pushed inwards */
        if (before_last || fabs(x - bold) < 24 || (show_limit && fabs(x - limit) < 30))
            continue;
        tick(ui, fmin(x, track.x + track.w - 0.5), y, v, s, false);
    }
    if (s->initial <= s->end)
        tick(ui, bold, y, s->initial, s, true);
    if (!show_limit)
        return;
    canvas_rect(ui->canvas, (struct rect){ limit - 0.75, track.y - 3, 1.5, track.h + 16 }, ui->theme->text2);
    if (fabs(limit - bold) >= 40)
        ui_text(ui, fmin(limit, s->rect.x + s->rect.w - 12), y + 15, "limit", 12, WEIGHT_REGULAR,
            ui->theme->text2, ALIGN_CENTER);
}

static void margin_slider_draw(struct ui *ui, const struct ui_slider *s, double value, bool hot)
{
    const struct theme *t = ui->theme;
    const struct color ink = s->plain ? t->text1 : t->margin;
    struct canvas *c = ui->canvas;
    struct rect track = track_of(s);
    double x = place(s, value), y = track.y + track.h / 2;
    canvas_round_rect(c, track, 5, t->raised);
    struct rect full = { track.x, track.y, x - track.x, track.h };
    if (full.w > 1) {
        canvas_round_rect(c, full, fmin(5, full.w / 2), color_mix(t->surface, ink, 0.25));
        struct point corner[4] = { { full.x + 2, full.y }, { x, full.y }, { x, full.y + full.h },
            { full.x + 2, full.y + full.h } };
        if (!s->plain && full.w > 24) /* less than that beside the thumb is no pattern */
            canvas_hatch(c, corner, 4, 4, ink);
        canvas_round_outline(c, full, fmin(5, full.w / 2), 1, ink);
    }
    ticks_draw(ui, s);
    if (!isnan(s->force) && fabs(place(s, s->force) - x) > 1)
        canvas_rect(c, (struct rect){ place(s, s->force) - 1, track.y - 5, 2, track.h + 10 }, ink);
    canvas_disc(c, (struct point){ x, y }, hot ? 13 : 12, t->surface);
    canvas_disc(c, (struct point){ x, y }, hot ? 12 : 11, ink);
    canvas_disc(c, (struct point){ x, y }, 3, t->surface);
}

static void plain_slider_draw(struct ui *ui, const struct ui_slider *s, double value, bool hot)
{
    const struct theme *t = ui->theme;
    struct rect track = track_of(s);
    double x = place(s, value), y = track.y + track.h / 2;
    canvas_round_rect(ui->canvas, track, 1.5, t->raised2.r > 0.99 ? t->hairline : t->raised2);
    if (x > track.x)
        canvas_round_rect(ui->canvas, (struct rect){ track.x, track.y, x - track.x, track.h }, 1.5, t->text2);
    if (!isnan(s->force) && fabs(place(s, s->force) - x) > 1)
        canvas_rect(ui->canvas, (struct rect){ place(s, s->force) - 0.75, y - 7, 1.5, 14 }, t->text2);
    double r = thumb_radius(s) + (hot ? 1 : 0);
    canvas_disc(ui->canvas, (struct point){ x, y }, r + 1.5, t->surface);
    canvas_disc(ui->canvas, (struct point){ x, y }, r, t->text1);
}

bool ui_slider(struct ui *ui, const struct ui_slider *s, double *value)
{
    struct rect reach = s->rect;
    double grow = thumb_radius(s);
    reach.x -= grow;
    reach.w += 2 * grow;
    bool hot = ui_control(ui, s->id, s->param->label, reach, true);
    ui_value(ui, "%.6g", *value);
    if (!ui->canvas)
        return slider_input(ui, s, hot, value);
    (s->margin ? margin_slider_draw : plain_slider_draw)(ui, s, *value, hot);
    ui_focus_ring(ui, s->id, reach, 6);
    return false;
}
