/* The column beside the main view: four cells, each with any view. A cell's title is its menu. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/panel.h"
#include "render/text.h"

enum { SIDE_LEAST = 176 };
static const double cell_height[SIDE_COUNT] = { 216, 216, 184, 184 };
/* What stays when there is no room for all; the wheel brings the rest. */
static const int side_order[SIDE_COUNT] = { 0, 3, 2, 1 };
/* What stands there at first: the first of the two names that is a view. */
static const char *const first_view[BENCH_COUNT][SIDE_COUNT][2] = {
    [BENCH_PLANE] = { { "sphere" }, { "curves" }, { "logit" }, { "angles" } },
    [BENCH_SPHERE] = { { "roc", "logit" }, { "confusion", "logit" }, { "curves" }, { "pairs", "angles" } },
    [BENCH_BASICS] = { { "score", "logit" }, { "field", "sphere" }, { "curves" }, { "confusion", "angles" } },
};

void panel_cells_init(struct window *w)
{
    w->side_share = SIDE_WHOLE;
    for (int b = 0; b < BENCH_COUNT; b++)
        for (int i = 0; i < SIDE_COUNT; i++) {
            const struct view *view = view_find(first_view[b][i][0]);
            w->cell[b][i] = view ? view : view_find(first_view[b][i][1]);
        }
}

/* Views that some losses have nothing for, and what is worth the room instead. */
static bool lacks(const struct window *w, const struct view *view)
{
    bool fickle =
        view == &view_sphere || view == &view_logit || view == &view_score || view == &view_confusion;
    return fickle && w->snap && view->missing(&w->scene);
}

static bool free_to_stand_in(const struct window *w, const struct view *view)
{
    for (int i = 0; i < SIDE_COUNT; i++)
        if (w->cell[w->bench][i] == view)
            return false;
    return view != w->view && !view->missing(&w->scene);
}

const struct view *panel_cell(const struct window *w, int cell)
{
    static const struct view *const spare[] = { &view_confusion, &view_input, &view_lens, &view_field };
    const struct view *const *cells = w->cell[w->bench];
    int before = 0;
    if (!lacks(w, cells[cell]))
        return cells[cell];
    for (int i = 0; i < cell; i++)
        before += lacks(w, cells[i]);
    for (size_t i = 0; i < sizeof spare / sizeof spare[0]; i++)
        if (free_to_stand_in(w, spare[i]) && before-- == 0)
            return spare[i];
    return cells[cell];
}

/* --- titles -------------------------------------------------------------------------------------------- */

/* Of what it shows: the ball and the plane of the data have names of their own. */
const char *panel_view_label(const struct window *w, const struct view *view)
{
    if (view == &view_sphere && w->snap && w->snap->dim >= 3)
        return "Feature sphere";
    return view == &view_feature && w->scene.data ? "Data plane" : view->label;
}

static void open_menu(struct window *w, int cell, struct rect at)
{
    w->menu_cell = cell;
    panel_popup_open(w, POPUP_VIEW, at);
}

static void title_input(struct window *w, const char *id, int cell, struct rect rect)
{
    struct ui_input *in = &w->ui.input;
    bool focused = w->ui.focus == ui_hash(id) && w->ui.focus_shown && !w->ui.edit.owner;
    bool key = in->kind == UI_KEY && focused;
    bool twice = in->kind == UI_PRESS && in->clicks == 2 && w->ui.next_hot == ui_hash(id);
    if (twice || (key && (in->key == SDLK_RETURN || in->key == SDLK_KP_ENTER)))
        action_maximise(w, cell);
    else if (key && in->key == SDLK_DOWN)
        open_menu(w, cell, rect);
    else if (ui_clicked(&w->ui, id, rect)) {
        open_menu(w, cell, rect);
        return;
    } else
        return;
    in->kind = UI_NONE;
}

void panel_title(struct window *w, int cell, const struct view *view, struct rect area)
{
    char id[UI_ID];
    struct font font = { .size = 14, .weight = WEIGHT_SEMIBOLD };
    const struct theme *t = w->look.theme;
    const char *label = panel_view_label(w, view);
    double wide = fmin(area.w - 16, fmax(160, text_width(label, &font) + 48));
    struct rect rect = { area.x + (cell < 0 ? 16 : 12), area.y + (cell < 0 ? 10 : 4), wide, 28 };
    snprintf(id, sizeof id, "title.%s", view->id);
    bool hot = ui_control(&w->ui, id, label, rect, true);
    if (!w->ui.canvas) {
        title_input(w, id, cell, rect);
        return;
    }
    if (hot || (w->popup == POPUP_VIEW && w->menu_cell == cell)) {
        canvas_round_outline(w->ui.canvas, rect, 6, 1, t->axis);
        ui_icon_draw(w->ui.canvas, ICON_DOWN, (struct point){ rect.x + rect.w - 14, rect.y + 14 }, 14,
            t->text2, t->text2);
    }
    ui_focus_ring(&w->ui, id, rect, 6);
}

/* --- cells --------------------------------------------------------------------------------------------- */

struct side {
    int row[SIDE_COUNT], n; /* what can be shown, in the order in which it stands */
    int fit;
};

/* What fills the main area is not repeated beside it. */
static void side_rows_of(const struct window *w, struct side *s)
{
    double height = w->area[AREA_SIDE].h;
    bool all = height >= SIDE_COUNT * SIDE_LEAST;
    s->n = 0;
    for (int i = 0; i < SIDE_COUNT; i++) {
        int row = all ? i : side_order[i];
        if (w->cell[w->bench][row] != w->view)
            s->row[s->n++] = row;
    }
    s->fit = (int)fmin(s->n, fmax(1, floor(height / SIDE_LEAST)));
}

static void side_scroll(struct window *w, struct rect area, const struct side *s)
{
    int last = s->n - s->fit;
    if (w->ui.input.kind == UI_WHEEL && w->ui.mouse_inside && ui_inside(area, w->ui.mouse) && last > 0) {
        w->side_first += w->ui.input.wheel > 0 ? -1 : 1;
        w->ui.input.kind = UI_NONE;
        window_dirty(w, 1 << AREA_SIDE);
    }
    w->side_first = w->side_first > last ? last : w->side_first < 0 ? 0 : w->side_first;
}

/* Those that do not fit are listed, so that Tab comes to them; the one it comes to is scrolled into sight. */
static void side_rest(struct window *w, struct rect area, const struct side *s, bool above)
{
    if (w->ui.canvas)
        return;
    w->ui.clip = &area;
    for (int i = 0; i < s->n; i++) {
        const struct view *view = panel_cell(w, s->row[i]);
        char id[UI_ID];
        if (above ? i >= w->side_first : i < w->side_first + s->fit)
            continue;
        struct rect away = { area.x, above ? area.y - 100 : area.y + area.h + 100, area.w, 60 };
        panel_title(w, s->row[i], view, away);
        snprintf(id, sizeof id, "title.%s", view->id);
        if (w->ui.focus != ui_hash(id) || !w->ui.focus_shown)
            continue;
        w->side_first = above ? i : i - s->fit + 1;
        window_dirty(w, 1 << AREA_SIDE);
        break;
    }
    w->ui.clip = NULL;
}

static void side_cell(struct window *w, int row, struct rect rect)
{
    const struct view *view = panel_cell(w, row);
    char id[UI_ID];
    snprintf(id, sizeof id, "view.%s", view->id);
    if (!w->ui.canvas)
        panel_title(w, row, view, rect);
    bool hot = w->popup != POPUP_VIEW && ui_control(&w->ui, id, view->label, rect, true);
    if (!w->ui.canvas) {
        panel_view_keys(w, view, id, rect);
        panel_touch(w, view, rect, hot);
        return;
    }
    if (w->side_share != SIDE_WHOLE)
        canvas_rect(w->ui.canvas, rect, w->look.theme->bg);
    if (w->snap)
        view_draw(view, w->ui.canvas, &w->scene, &w->look, rect);
    panel_title(w, row, view, rect);
    ui_focus_ring(&w->ui, id, (struct rect){ rect.x + 6, rect.y + 6, rect.w - 12, rect.h - 12 }, 6);
}

/* On whole device pixels, so that one can be drawn without the next. */
static void side_cells(struct window *w, struct rect area, const struct side *s)
{
    double total = 0, y = area.y;
    for (int i = 0; i < s->fit; i++)
        total += cell_height[s->row[w->side_first + i]];
    for (int i = 0; i < s->fit; i++) {
        int row = s->row[w->side_first + i];
        double end = round((y + cell_height[row] * area.h / total) * w->scale) / w->scale;
        bool other = w->ui.canvas && (i + s->fit - w->side_turn % s->fit) % s->fit >= w->side_share;
        struct rect rect = { area.x + 1, y, area.w - 1, end - y };
        y = end;
        if (other)
            continue;
        side_cell(w, row, rect);
        if (i > 0)
            ui_hairline(&w->ui, (struct point){ area.x + 20, rect.y },
                (struct point){ area.x + area.w - 20, rect.y });
    }
    if (w->ui.canvas)
        w->side_turn = (w->side_turn + w->side_share) % (3 * SIDE_COUNT); /* whole rounds of 1 to 4 */
}

void panel_side(struct window *w)
{
    struct side side;
    struct rect area = w->area[AREA_SIDE];
    const struct theme *t = w->look.theme;
    if (area.w <= 0)
        return;
    side_rows_of(w, &side);
    side_scroll(w, area, &side);
    if (side.fit < side.n && w->ui.canvas) { /* the bar lies over all of them */
        w->side_share = SIDE_WHOLE;
        w->side_due = 0;
    }
    if (w->ui.canvas && w->side_share == SIDE_WHOLE) {
        canvas_rect(w->ui.canvas, area, t->bg);
        ui_hairline(&w->ui, (struct point){ area.x, area.y }, (struct point){ area.x, area.y + area.h });
    } else if (!w->ui.canvas && w->drawer_open && ui_inside(area, w->ui.mouse)) {
        ui_control(&w->ui, "view.drawer", "Plots", area, false);
        ui_block_mouse(&w->ui);
    }
    side_rest(w, area, &side, true);
    side_cells(w, area, &side);
    side_rest(w, area, &side, false);
    if (!w->ui.canvas && w->drawer_open)
        w->ui.cover = area;
    if (w->ui.canvas && side.fit < side.n) {
        double part = area.h / side.n;
        struct rect bar = { area.x + area.w - 6, area.y + part * w->side_first + 2, 3, part * side.fit - 4 };
        canvas_round_rect(w->ui.canvas, bar, 1.5, t->axis);
    }
}
