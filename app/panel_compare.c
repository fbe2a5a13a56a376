/* The comparison in the window: a strip of what concerns all, and the cells with their mouse. */
#include <math.h>
#include <stdio.h>

#include "app/compare.h"
#include "render/text.h"

enum { BUTTON = 32, GAP = 12, CROSS = 28, CELL_POINTS = 1500 };

/* ---- the strip ---- */

static double button(
    struct window *w, double x, double middle, const char *id, const char *label, bool *clicked)
{
    struct font font = { .size = 14, .weight = WEIGHT_REGULAR };
    struct rect rect = { x, middle - BUTTON / 2.0, text_width(label, &font) + 28, BUTTON };
    *clicked = ui_text_button(&w->ui, id, label, rect, true);
    return x + rect.w + GAP;
}

/* Two words, of which one holds. */
static double choice(struct window *w, double x, double middle)
{
    static const char *const label[] = { "the one in focus", "all" };
    struct compare *c = w->compare;
    struct font font = { .size = 14, .weight = WEIGHT_SEMIBOLD };
    const struct theme *t = w->look.theme;
    double from = x, wide[2];
    struct font word = { .size = 14 };
    ui_text(&w->ui, x, middle, "controls drive", 14, WEIGHT_REGULAR, t->text2, ALIGN_LEFT);
    x += text_width("controls drive", &word) + GAP;
    struct rect rect = { x - 6, middle - BUTTON / 2.0, 0, BUTTON };
    for (int i = 0; i < 2; i++) {
        wide[i] = text_width(label[i], &font) + 20;
        rect.w += wide[i];
    }
    bool hot = ui_control(&w->ui, "compare.all", "Controls drive all", rect, true);
    ui_value(&w->ui, c->all ? "on" : "off");
    if (!w->ui.canvas && ui_clicked(&w->ui, "compare.all", rect)) {
        c->all = !c->all;
        window_dirty(w, AREAS_ALL);
    }
    if (w->ui.canvas)
        canvas_round_rect(w->ui.canvas, rect, 6, hot ? t->raised2 : t->raised);
    for (int i = 0; i < 2; i++) {
        bool on = c->all == (i == 1);
        struct rect part = { x - 6 + (i ? wide[0] : 0), rect.y, wide[i], rect.h };
        if (w->ui.canvas && on)
            canvas_round_rect(
                w->ui.canvas, (struct rect){ part.x + 2, part.y + 2, part.w - 4, part.h - 4 }, 4, t->text1);
        ui_text(&w->ui, part.x + part.w / 2, middle, label[i], 14, on ? WEIGHT_SEMIBOLD : WEIGHT_REGULAR,
            on ? t->bg : t->text2, ALIGN_CENTER);
    }
    ui_focus_ring(&w->ui, "compare.all", rect, 6);
    (void)from;
    return rect.x + rect.w + 2 * GAP;
}

void panel_compare_strip(struct window *w)
{
    struct rect area = w->area[AREA_HEADER];
    const struct theme *t = w->look.theme;
    double x = area.x + 24, middle = area.y + area.h / 2, end = area.x + area.w - 24;
    bool clicked = false;
    struct font font = { .size = 12 };
    if (w->ui.canvas)
        canvas_rect(w->ui.canvas, area, t->surface);
    ui_hairline(&w->ui, (struct point){ area.x, area.y + area.h - 1 },
        (struct point){ area.x + area.w, area.y + area.h - 1 });
    if (w->compare->count < COMPARE_MAX) {
        x = button(w, x, middle, "compare.add", "Add a copy", &clicked);
        if (clicked)
            compare_add(w);
    }
    if (w->compare->count > 1) {
        x = button(w, x, middle, "compare.equal", "Make equal", &clicked);
        if (clicked)
            compare_equal(w);
        x = choice(w, x + GAP, middle);
    }
    const char *linked = "linked: same data, seed, step";
    if (x + text_width(linked, &font) < end)
        ui_text(&w->ui, end, middle, linked, 12, WEIGHT_REGULAR, t->text3, ALIGN_RIGHT);
}

/* ---- the cells ---- */

/* As the view draws it: the sample in hand as one of the first cell's, the others beside it. */
static struct look cells_look(struct window *w)
{
    struct compare *c = w->compare;
    struct look look = w->look;
    look.most_points = CELL_POINTS;
    look.besides = 0;
    look.selected = compare_sample(&w->scene, w->look.selected, compare_scene(w, 0));
    for (int i = 1; i < c->shown; i++)
        look.beside[look.besides++] = compare_scene(w, i);
    return look;
}

static int pick(struct window *w, int cell, struct rect rect, struct point at)
{
    struct scene *scene = compare_scene(w, cell);
    struct look look = compare_look(scene, scene, &w->look);
    if (!scene->snap || rect.w <= 0 || compare_view(scene)->missing(scene))
        return -1;
    int sample = (compare_view(scene) == &view_sphere ? sphere_pick : feature_pick)(scene, &look, rect, at);
    return compare_sample(scene, sample, &w->scene);
}

/* The title opens the list of losses for its cell; the cross takes the cell away. */
static void cell_controls(struct window *w, int i, struct rect cell)
{
    struct compare *c = w->compare;
    char id[UI_ID];
    struct rect cross = { cell.x + cell.w - CROSS - 2, cell.y + 2, CROSS, CROSS };
    struct rect title = { cell.x + 12, cell.y + 8, fmin(0.3 * cell.w, 240), 36 };
    snprintf(id, sizeof id, "compare.remove.%d", i + 1);
    if (c->count > 1 && ui_text_button(&w->ui, id, "\u00d7", cross, false)) {
        compare_remove(w, i);
        return;
    }
    snprintf(id, sizeof id, "compare.loss.%d", i + 1);
    bool hot = ui_control(&w->ui, id, "Loss of this training", title, true);
    ui_value(&w->ui, "%s", experiment_loss(i == c->focus ? &w->experiment : &c->wanted[i])->id);
    if (w->ui.canvas) {
        if (hot)
            canvas_round_outline(w->ui.canvas, title, 6, 1, w->look.theme->text3);
        ui_focus_ring(&w->ui, id, title, 6);
    } else if (ui_clicked(&w->ui, id, title)) {
        compare_focus(w, i);
        panel_popup_open(w, POPUP_LOSS, title);
    }
}

static void cell_input(struct window *w, int i, struct rect cell)
{
    struct ui_input *in = &w->ui.input;
    char id[UI_ID];
    snprintf(id, sizeof id, "compare.cell.%d", i + 1);
    bool hot = ui_control(&w->ui, id, "Training", cell, true);
    ui_value(&w->ui, i == w->compare->focus ? "focus" : "");
    panel_cell_keys(w, i, id, compare_picture(cell));
    int under = hot && in->kind != UI_KEY ? pick(w, i, compare_picture(cell), in->at) : -1;
    if (in->kind == UI_MOVE && hot)
        w->under = under;
    bool pressed = in->kind == UI_PRESS && hot;
    if (ui_clicked(&w->ui, id, cell) || pressed) {
        compare_focus(w, i);
        if (pressed) {
            under = pick(w, i, compare_picture(cell), in->at); /* the focus has moved */
            window_select(w, under, under >= 0);
        }
    }
}

static void draw_focus(struct window *w, struct rect cell)
{
    struct rect inner = { cell.x + 5, cell.y + 5, cell.w - 10, cell.h - 10 };
    canvas_round_outline(w->ui.canvas, inner, 6, 1.5, w->look.theme->text3);
}

void panel_compare_main(struct window *w)
{
    struct compare *c = w->compare;
    struct rect area = w->area[AREA_MAIN], cell[COMPARE_MAX];
    struct look look = cells_look(w);
    int n = c->shown < 1 ? 1 : c->shown;
    if (w->ui.canvas) {
        canvas_rect(w->ui.canvas, area, w->look.theme->bg);
        if (w->snap && compare_scene(w, 0)->snap)
            view_draw(&view_compare, w->ui.canvas, compare_scene(w, 0), &look, area);
        canvas_clip(w->ui.canvas, &area);
    }
    compare_layout(&look, area, cell);
    for (int i = 0; i < n && i < c->count; i++)
        cell_controls(w, i, cell[i]);
    for (int i = 0; i < n && i < c->count && c->shown > 0; i++) {
        char id[UI_ID];
        if (!w->ui.canvas) {
            cell_input(w, i, cell[i]);
            continue;
        }
        snprintf(id, sizeof id, "compare.cell.%d", i + 1);
        if (i == c->focus && n > 1)
            draw_focus(w, cell[i]);
        ui_focus_ring(&w->ui, id, cell[i], 6);
    }
}
