/* Which loss: the few of the story in the panel, and the list of all of them over the window. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <SDL_keycode.h>

#include "app/panel_rows.h"
#include "render/text.h"

enum { LIST_W = 620, LIST_ROW = 30, LIST_HEAD = 30, LIST_TOP = 60, THUMB_POINTS = 27 };

/* --- thumbnails ---------------------------------------------------------------------------------------- */

/* A score's loss over t z from -3 to 3, a residual's over r: cut off at 4. */
static void score_points(const struct loss *loss, const double *param, double *value)
{
    for (int i = 0; i < THUMB_POINTS; i++)
        value[i] = fmin(4, loss->curve(6.0 * i / (THUMB_POINTS - 1) - 3, param).value);
}

/* psi over 0..180 degrees. */
static void psi_points(const struct loss *loss, const double *param, double *value)
{
    struct loss_force force = loss_force_initial(loss);
    memcpy(force.param, param, sizeof force.param);
    for (int i = 0; i < THUMB_POINTS; i++)
        value[i] = fmax(-4, loss_target(&force, cos(i * 3.14159265358979 / (THUMB_POINTS - 1))).value);
}

static void thumbnail(struct window *w, const struct loss *loss, struct rect r, struct color color)
{
    struct point at[THUMB_POINTS];
    double value[THUMB_POINTS], low = loss->curve ? 0 : -1, high = 1;
    if (loss_is_pair(loss) || loss->task == TASK_MULTI)
        return; /* no curve of one number */
    (loss->curve ? score_points : psi_points)(loss, w->experiment.param[loss_index(loss)], value);
    for (int i = 0; i < THUMB_POINTS; i++) {
        low = fmin(low, value[i]);
        high = fmax(high, value[i]);
    }
    for (int i = 0; i < THUMB_POINTS; i++)
        at[i] = (struct point){ r.x + r.w * i / (THUMB_POINTS - 1),
            r.y + r.h * (high - value[i]) / (high - low) };
    struct stroke stroke = { .color = color, .width = 1.5, .round = true };
    canvas_lines(w->ui.canvas, at, THUMB_POINTS, &stroke);
}

/* --- in the panel -------------------------------------------------------------------------------------- */

/* What stands at the left of a group of rows; the brief form is for narrow panels. */
static const char *group_label(const struct loss *loss, bool small)
{
    static const char *const brief[FAMILY_COUNT] = { [FAMILY_PLAIN] = "none",
        [FAMILY_ANGLE_TIMES] = "\u03b8 \u00d7 m",
        [FAMILY_COSINE_MINUS] = "cos \u2212 m",
        [FAMILY_ANGLE_PLUS] = "\u03b8 + m",
        [FAMILY_COMBINED] = "all",
        [FAMILY_ADAPTIVE] = "adapt",
        [FAMILY_PAIR] = "pairs",
        [FAMILY_REGRESSION] = "fit",
        [FAMILY_MULTI] = "labels" };
    static const char *const own[FAMILY_COUNT] = { [FAMILY_PAIR] = "Pairs", [FAMILY_MULTI] = "Several" };
    if (loss->family == FAMILY_SCORE)
        return loss->untrained    ? (small ? "count" : "Counting")
               : loss->has_margin ? (small ? "margin" : "Margin")
                                  : (small ? "smooth" : "Smooth");
    if (small && brief[loss->family])
        return brief[loss->family];
    return own[loss->family] ? own[loss->family] : loss_family_label(loss->family);
}

static void loss_row(struct window *w, const struct flow *f, const struct loss *loss, bool first)
{
    char id[UI_ID];
    const struct theme *t = w->look.theme;
    bool chosen = loss == experiment_loss(&w->experiment);
    bool small = f->width < 230;
    double indent = small ? 50 : 72, pad = small ? 6 : 8, thumb = small ? 22 : 26;
    struct rect row = { f->x + indent, f->y, f->width - indent, LOSS_ROW };
    snprintf(id, sizeof id, "loss.%s", loss->id);
    /* while the list of all is open the ids are its own */
    bool listed = w->popup != POPUP_LOSS, hot = listed && ui_control(&w->ui, id, loss->label, row, true);
    if (!w->ui.canvas) {
        if (listed)
            ui_value(&w->ui, chosen ? "chosen" : "");
        if (listed && ui_clicked(&w->ui, id, row))
            action_choose_loss(w, loss_index(loss));
        return;
    }
    double y = f->y + LOSS_ROW / 2.0;
    struct rect back = { row.x, row.y + 1, row.w, row.h - 2 };
    if (chosen || hot)
        canvas_round_rect(w->ui.canvas, back, 6, chosen && t->dark ? t->raised2 : t->raised);
    if (first)
        ui_text_fit(&w->ui, f->x, y, indent - 2, group_label(loss, small), 12, WEIGHT_REGULAR, t->text3);
    struct font font = { .size = 14, .weight = chosen ? WEIGHT_SEMIBOLD : WEIGHT_REGULAR };
    double room = row.w - 2 * pad - thumb - 2, size = text_width(loss->label, &font) <= room ? 14 : 13;
    struct color ink = loss->untrained ? t->text3 : chosen || hot ? t->text1 : t->text2;
    bool refused = loss->untrained && hot;
    ui_text_fit(
        &w->ui, row.x + pad, y, room, refused ? "has no gradient" : loss->label, size, font.weight, ink);
    struct rect curve = { row.x + row.w - pad - thumb, y - 7, thumb, 14 };
    thumbnail(w, loss, curve, chosen ? t->margin : t->text3);
    if (listed)
        ui_focus_ring(&w->ui, id, back, 6);
}

/* On the bench of heads the losses of the story, on the basics all; always the one in use. */
static bool in_panel(const struct window *w, const struct loss *loss)
{
    if (loss->term || action_basic(loss) != (w->bench == BENCH_BASICS))
        return false;
    return loss->story || w->bench == BENCH_BASICS || loss == experiment_loss(&w->experiment);
}

static bool same_group(const struct loss *a, const struct loss *b)
{
    return a && strcmp(group_label(a, false), group_label(b, false)) == 0;
}

void section_loss(struct window *w, struct flow *f)
{
    const struct loss *before = NULL;
    flow_heading(w, f, "Loss");
    for (int i = 0; i < loss_count(); i++) {
        const struct loss *loss = loss_at(i);
        if (!in_panel(w, loss))
            continue;
        bool first = !same_group(before, loss);
        f->y += first && before ? 4 : 0;
        if (i == w->experiment.loss)
            w->chosen_y = f->y + w->panel_scroll - w->area[AREA_PANEL].y;
        loss_row(w, f, loss, first);
        f->y += LOSS_ROW;
        before = loss;
    }
    double indent = f->width < 230 ? 50 : 72;
    struct rect more = { f->x + indent, f->y + 2, f->width - indent, LOSS_ROW };
    bool hot = ui_control(&w->ui, "loss.more", "All losses", more, true);
    if (!w->ui.canvas) {
        if (ui_clicked(&w->ui, "loss.more", more))
            action_list(w, 0);
    } else {
        const struct theme *t = w->look.theme;
        if (hot || w->popup == POPUP_LOSS)
            canvas_round_rect(w->ui.canvas, more, 6, t->raised);
        ui_text(&w->ui, more.x + (f->width < 230 ? 6 : 8), more.y + LOSS_ROW / 2.0, "all losses \u2026", 14,
            WEIGHT_REGULAR, hot ? t->text1 : t->text2, ALIGN_LEFT);
        ui_focus_ring(&w->ui, "loss.more", more, 6);
    }
    f->y += LOSS_ROW + 2;
}

/* --- all losses ---------------------------------------------------------------------------------------- */

static bool contains(const char *text, const char *part)
{
    size_t n = strlen(part);
    for (; text && *text; text++) {
        size_t i = 0;
        while (i < n && tolower((unsigned char)text[i]) == tolower((unsigned char)part[i]))
            i++;
        if (i == n)
            return true;
    }
    return n == 0;
}

static bool passes(const struct window *w, const struct loss *loss)
{
    const char *part = w->filter;
    return !loss->term &&
           (contains(loss->label, part) || contains(loss->id, part) || contains(loss->subtitle, part) ||
               contains(loss_family_label(loss->family), part));
}

/* The n-th loss that passes the filter; NULL past the last. */
static const struct loss *listed_at(const struct window *w, int n)
{
    for (int i = 0; i < loss_count(); i++)
        if (passes(w, loss_at(i)) && n-- == 0)
            return loss_at(i);
    return NULL;
}

static int listed_count(const struct window *w)
{
    int n = 0;
    for (int i = 0; i < loss_count(); i++)
        n += passes(w, loss_at(i));
    return n;
}

void action_list(struct window *w, int unused)
{
    (void)unused;
    panel_popup_open(w, POPUP_LOSS, (struct rect){ 0 });
    w->filter[0] = '\0';
    w->list_at = 0;
    w->list_follow = true;
    for (int i = 0; listed_at(w, i); i++)
        if (listed_at(w, i) == experiment_loss(&w->experiment))
            w->list_at = i;
    ui_edit_start(&w->ui, "loss.filter", "");
}

static void list_choose(struct window *w, const struct loss *loss)
{
    w->popup = POPUP_NONE;
    ui_edit_end(&w->ui);
    window_dirty(w, AREAS_ALL);
    action_choose_loss(w, loss_index(loss));
}

/* Keys of the list come before those of its filter. */
static void list_keys(struct window *w)
{
    static const struct {
        int key, by;
    } moves[] = { { SDLK_UP, -1 }, { SDLK_DOWN, 1 }, { SDLK_PAGEUP, -10 }, { SDLK_PAGEDOWN, 10 },
        { SDLK_TAB, 1 } };
    const struct ui_input *in = &w->ui.input;
    if (in->kind != UI_KEY || in->ctrl)
        return;
    int by = 0;
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++)
        by = in->key == moves[i].key ? moves[i].by : by;
    if (in->key == SDLK_TAB && in->shift)
        by = -1;
    const struct loss *chosen = listed_at(w, w->list_at);
    bool enter = in->key == SDLK_RETURN || in->key == SDLK_KP_ENTER;
    if (by)
        w->list_at = (int)fmax(0, fmin(listed_count(w) - 1, w->list_at + by));
    else if (enter && chosen)
        list_choose(w, chosen);
    else if (in->key == SDLK_ESCAPE)
        w->popup = POPUP_NONE, ui_edit_end(&w->ui);
    else if (!enter)
        return;
    w->list_follow = true;
    w->ui.input.kind = UI_NONE;
    window_dirty(w, AREAS_ALL);
}

/* The row that Enter takes: one whose name begins with what was typed, before others that only hold it. */
static int best_match(const struct window *w)
{
    size_t n = strlen(w->filter);
    const struct loss *loss;
    for (int i = 0; (loss = listed_at(w, i)); i++)
        if (strncasecmp(loss->label, w->filter, n) == 0 || strncasecmp(loss->id, w->filter, n) == 0)
            return i;
    for (int i = 0; (loss = listed_at(w, i)); i++)
        if (contains(loss->label, w->filter) || contains(loss->id, w->filter))
            return i;
    return 0;
}

static void list_filter(struct window *w, struct rect box)
{
    if (!w->ui.canvas && !w->ui.edit.owner)
        ui_edit_start(&w->ui, "loss.filter", w->filter);
    struct ui_field field = {
        .id = "loss.filter",
        .label = "Type to find a loss",
        .value = w->filter,
        .rect = { box.x + 16, box.y + 14, box.w - 32, 34 },
        .size = 14,
        .weight = WEIGHT_REGULAR,
        .color = w->look.theme->text1,
        .align = ALIGN_LEFT,
        .boxed = true,
    };
    ui_field(&w->ui, &field);
    const char *typed = w->ui.edit.text;
    if (!typed[0])
        ui_text(&w->ui, field.rect.x + 14, field.rect.y + 17, "type to find a loss", 14, WEIGHT_REGULAR,
            w->look.theme->text3, ALIGN_LEFT);
    if (w->ui.canvas || w->ui.edit.owner != ui_hash(field.id) ||
        strncmp(w->filter, typed, sizeof w->filter - 1) == 0)
        return;
    snprintf(w->filter, sizeof w->filter, "%.*s", (int)sizeof w->filter - 1, typed);
    w->list_at = best_match(w);
    w->list_follow = true;
    window_dirty(w, AREAS_ALL);
}

static void list_row(struct window *w, struct rect row, const struct loss *loss, bool lit)
{
    char id[UI_ID];
    const struct theme *t = w->look.theme;
    bool chosen = loss == experiment_loss(&w->experiment);
    const char *why = loss->untrained ? "has no gradient" : action_misfit(w, loss);
    snprintf(id, sizeof id, "loss.%s", loss->id);
    bool hot = ui_control(&w->ui, id, loss->label, row, false);
    ui_value(&w->ui, "%s", chosen ? "chosen" : why ? why : "");
    if (!w->ui.canvas) {
        if (ui_clicked(&w->ui, id, row))
            list_choose(w, loss);
        return;
    }
    double y = row.y + row.h / 2, right = row.x + row.w - 10;
    if (hot || lit)
        canvas_round_rect(w->ui.canvas, (struct rect){ row.x, row.y + 1, row.w, row.h - 2 }, 6,
            lit ? t->raised2 : t->raised);
    if (lit)
        canvas_round_outline(
            w->ui.canvas, (struct rect){ row.x + 1, row.y + 2, row.w - 2, row.h - 4 }, 5, 1, t->axis);
    thumbnail(w, loss, (struct rect){ row.x + 10, y - 7, 26, 14 }, chosen ? t->margin : t->text3);
    ui_text_fit(&w->ui, row.x + 50, y, 148, loss->label, 14, chosen ? WEIGHT_SEMIBOLD : WEIGHT_REGULAR,
        why ? t->text3 : t->text1);
    struct font font = { .size = 12, .weight = WEIGHT_REGULAR };
    double taken = why ? text_width(why, &font) + 16 : 0;
    ui_text_fit(&w->ui, row.x + 204, y, right - taken - row.x - 204, loss->subtitle ? loss->subtitle : "", 12,
        WEIGHT_REGULAR, why ? t->text3 : t->text2);
    if (why)
        ui_text(&w->ui, right, y, why, 12, WEIGHT_REGULAR, t->text3, ALIGN_RIGHT);
}

/* Rows under the headings of their families; returns where they end. */
static double list_rows(struct window *w, struct rect view, double *lit_y)
{
    const struct loss *before = NULL, *loss;
    double y = view.y - w->popup_scroll;
    for (int i = 0; (loss = listed_at(w, i)); i++) {
        if (!before || before->family != loss->family) {
            ui_text(&w->ui, view.x + 10, y + 19, loss_family_label(loss->family), 12, WEIGHT_SEMIBOLD,
                w->look.theme->text2, ALIGN_LEFT);
            y += LIST_HEAD;
        }
        if (i == w->list_at)
            *lit_y = y;
        list_row(w, (struct rect){ view.x, y, view.w - 10, LIST_ROW }, loss, i == w->list_at);
        y += LIST_ROW;
        before = loss;
    }
    return y + w->popup_scroll - view.y;
}

static void list_scroll(struct window *w, struct rect view, double content, double lit_y)
{
    double most = fmax(0, content - view.h), before = w->popup_scroll;
    if (w->ui.input.kind == UI_WHEEL && ui_inside(view, w->ui.mouse)) {
        w->popup_scroll -= w->ui.input.wheel * 60;
        w->ui.input.kind = UI_NONE;
    } else if (w->list_follow && !w->ui.canvas) {
        double above = view.y + LIST_HEAD - lit_y, below = lit_y + LIST_ROW - view.y - view.h;
        w->popup_scroll += above > 0 ? -above : below > 0 ? below : 0;
        w->list_follow = false;
    }
    w->popup_scroll = fmin(most, fmax(0, w->popup_scroll));
    if (w->popup_scroll != before)
        window_dirty(w, AREAS_ALL);
    if (!w->ui.canvas || most <= 0)
        return;
    double share = view.h / content;
    struct rect bar = { view.x + view.w - 4, view.y + w->popup_scroll * share, 3, view.h * share };
    canvas_round_rect(w->ui.canvas, bar, 1.5, w->look.theme->axis);
}

struct rect panel_loss_list(struct window *w)
{
    const struct theme *t = w->look.theme;
    double wide = fmin(LIST_W, w->width - 32), high = w->height - 40 - 72 - 16;
    struct rect box = { fmin(w->area[AREA_PANEL].w + 8, w->width - wide - 8), 48, wide, high };
    struct rect view = { box.x + 12, box.y + LIST_TOP, box.w - 20, box.h - LIST_TOP - 12 };
    double lit_y = view.y;
    list_keys(w);
    if (!w->popup)
        return box;
    if (w->ui.canvas) {
        canvas_round_rect(w->ui.canvas, box, 10, t->surface);
        canvas_round_outline(w->ui.canvas, box, 10, 1, t->axis);
    }
    list_filter(w, box);
    w->ui.clip = &view;
    if (w->ui.canvas)
        canvas_clip(w->ui.canvas, &view);
    double content = list_rows(w, view, &lit_y);
    if (content < 1)
        ui_text(&w->ui, view.x + 10, view.y + 20, "No loss is called that; Backspace widens the search.", 14,
            WEIGHT_REGULAR, t->text2, ALIGN_LEFT);
    w->ui.clip = NULL;
    list_scroll(w, view, content, lit_y);
    if (w->ui.canvas)
        canvas_clip(w->ui.canvas, NULL);
    return box;
}
