/* What shows the snapshot: header, main view with its mouse. The side column is in panel_side.c. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/compare.h"
#include "render/number.h"
#include "render/text.h"

enum { CARD_W = 236, CARD_H = 116, CARD_PIXELS = 84 };
static const double HOVER_S = 0.06;

/* The plane is in the main area, and not the sentence why there is none. */
static bool on_plane(const struct window *w)
{
    return w->view == &view_feature && w->snap && !view_feature.missing(&w->scene);
}

static struct rect inset(struct rect r, double by)
{
    return (struct rect){ r.x + by, r.y + by, r.w - 2 * by, r.h - 2 * by };
}

void panel_header(struct window *w)
{
    if (compare_open(w)) {
        panel_compare_strip(w);
        return;
    }
    struct rect area = w->area[AREA_HEADER];
    struct rect title = { area.x, area.y + 6, 240, area.h - 12 };
    bool hot = ui_control(&w->ui, "header.title", "Loss", title, true);
    hot = hot || (w->ui.focus_shown && w->ui.focus == ui_hash("header.title"));
    if (!w->ui.canvas) {
        if (hot != w->look.formula_first)
            window_dirty(w, 1 << AREA_HEADER);
        w->look.formula_first = hot;
        return;
    }
    canvas_rect(w->ui.canvas, area, w->look.theme->bg);
    if (w->snap)
        header_draw(w->ui.canvas, &w->scene, &w->look, area);
    ui_focus_ring(&w->ui, "header.title", inset(title, 4), 6);
    ui_hairline(&w->ui, (struct point){ area.x, area.y + area.h - 1 },
        (struct point){ area.x + area.w, area.y + area.h - 1 });
}

/* --- the mouse on the plane ---------------------------------------------------------------------------- */

void window_select(struct window *w, int sample, bool pinned)
{
    if (w->look.selected == sample && w->look.pinned == pinned)
        return;
    w->look.selected = sample;
    w->look.pinned = pinned;
    window_dirty(w, AREAS_SNAPSHOT);
}

static void light(struct window *w, int label)
{
    int wanted = label >= 0 ? label : w->lit_kept;
    if (w->look.lit_class == wanted)
        return;
    w->look.lit_class = wanted;
    window_dirty(w, AREAS_SNAPSHOT);
}

/* The sphere of 3-D features is in the main area. */
static bool on_ball(const struct window *w)
{
    return w->view == &view_sphere && w->snap && w->snap->dim >= 3 && !view_sphere.missing(&w->scene);
}

static int pick_sample(const struct window *w, struct rect area, struct point at)
{
    return (on_ball(w) ? sphere_pick : feature_pick)(&w->scene, &w->look, area, at);
}

static int pick_chip(const struct window *w, struct rect area, struct point at)
{
    return (on_ball(w) ? sphere_pick_chip : feature_pick_chip)(&w->scene, &w->look, area, at);
}

static void hover(struct window *w, struct rect area, struct point at)
{
    w->under = pick_sample(w, area, at);
    light(w, pick_chip(w, area, at));
}

static void drag(struct window *w, struct point at)
{
    double dx = at.x - w->drag_from.x, dy = at.y - w->drag_from.y;
    w->dragged_by = fmax(w->dragged_by, hypot(dx, dy));
    if (w->dragged_by < 4)
        return;
    w->look.pan_x = w->drag_pan_x + dx;
    w->look.pan_y = w->drag_pan_y + dy;
    window_dirty(w, 1 << AREA_MAIN);
}

/* The data row of the point under `at` where points can be moved: the plane is that of the data. */
static int movable(struct window *w, struct rect area, struct point at)
{
    double where[2];
    int sample = feature_pick(&w->scene, &w->look, area, at);
    if (sample < 0 || !feature_unplace(&w->scene, &w->look, area, at, where))
        return -1;
    return w->snap->row[sample];
}

static void move(struct window *w, struct rect area, struct point at)
{
    double where[2];
    w->dragged_by = fmax(w->dragged_by, hypot(at.x - w->drag_from.x, at.y - w->drag_from.y));
    if (w->dragged_by < 4 || !feature_unplace(&w->scene, &w->look, area, at, where))
        return;
    w->box_held = true;
    memcpy(w->held_box, w->scene.box, sizeof w->held_box);
    action_move(w, w->moving, where);
}

static bool moved(const struct window *w, int row)
{
    for (int i = 0; i < w->experiment.move_count; i++)
        if (w->experiment.move[i].row == row)
            return true;
    return false;
}

static void release(struct window *w, struct rect area, struct point at)
{
    w->dragging = false;
    w->moving = -1;
    if (w->dragged_by >= 4)
        return;
    int label = pick_chip(w, area, at);
    int sample = pick_sample(w, area, at);
    if (label >= 0) {
        w->lit_kept = w->lit_kept == label ? -1 : label;
        w->look.lit_class = -2;
        light(w, label);
    } else {
        window_select(w, sample, sample >= 0);
    }
}

/* The feature under the pointer stays under it. */
static void zoom(struct window *w, struct rect area, struct point at, double wheel)
{
    struct plane before = feature_plane(&w->scene, &w->look, area);
    double x = (at.x - before.center.x) / before.unit, y = (at.y - before.center.y) / before.unit_y;
    double next = w->look.zoom * pow(1.15, wheel);
    w->look.zoom = fmin(40, fmax(0.2, next));
    struct plane after = feature_plane(&w->scene, &w->look, area);
    w->look.pan_x += at.x - (after.center.x + x * after.unit);
    w->look.pan_y += at.y - (after.center.y + y * after.unit_y);
    window_dirty(w, 1 << AREA_MAIN);
}

static void plane_input(struct window *w, struct rect area, bool hot)
{
    struct ui_input *in = &w->ui.input;
    if (panel_probe(w, area, hot))
        return;
    int row = in->kind == UI_PRESS && hot ? movable(w, area, in->at) : -1;
    if (row >= 0 && in->clicks == 2 && moved(w, row)) {
        action_move(w, row, NULL);
    } else if (in->kind == UI_PRESS && hot && in->clicks == 2 && row < 0 &&
               feature_pick_chip(&w->scene, &w->look, area, in->at) < 0) {
        action_fit(w, 0);
    } else if (in->kind == UI_PRESS && hot) {
        w->dragging = true;
        w->moving = row;
        w->dragged_by = 0;
        w->drag_from = in->at;
        w->drag_pan_x = w->look.pan_x;
        w->drag_pan_y = w->look.pan_y;
    } else if (in->kind == UI_MOVE && w->dragging) {
        if (w->moving >= 0)
            move(w, area, in->at);
        else
            drag(w, in->at);
    } else if (in->kind == UI_MOVE) {
        if (hot)
            hover(w, area, in->at);
        else
            light(w, -1);
    } else if (in->kind == UI_RELEASE && w->dragging) {
        release(w, area, in->at);
    } else if (in->kind == UI_WHEEL && hot) {
        zoom(w, area, in->at, in->wheel);
    }
}

/* The point under the hand stays under it; Shift turns about the line of sight. */
static void orbit(struct window *w, struct rect area, struct point at)
{
    double dx = at.x - w->drag_from.x, dy = at.y - w->drag_from.y;
    w->dragged_by += hypot(dx, dy);
    if (w->ui.input.shift)
        look_roll(&w->look, dx / look_ball_radius(&w->look, area));
    else
        look_drag(&w->look, area, w->drag_from, at);
    w->drag_from = at;
    window_dirty(w, 1 << AREA_MAIN);
}

static void face(struct window *w, int label)
{
    int rows = w->snap->sub > 1 ? w->snap->sub : 1;
    if (label >= 0)
        look_face(&w->look, &w->scene.solid.row[(size_t)label * (size_t)rows * 3]);
    else
        look_init_orbit(&w->look);
    window_dirty(w, 1 << AREA_MAIN);
}

static void ball_input(struct window *w, struct rect area, bool hot)
{
    struct ui_input *in = &w->ui.input;
    if (in->kind == UI_PRESS && hot && in->clicks == 2) {
        face(w, pick_chip(w, area, in->at));
    } else if (in->kind == UI_PRESS && hot) {
        w->dragging = true;
        w->moving = -1;
        w->dragged_by = 0;
        w->drag_from = in->at;
    } else if (in->kind == UI_MOVE && w->dragging) {
        orbit(w, area, in->at);
    } else if (in->kind == UI_MOVE) {
        if (hot)
            hover(w, area, in->at);
        else
            light(w, -1);
    } else if (in->kind == UI_RELEASE && w->dragging) {
        release(w, area, in->at);
    } else if (in->kind == UI_WHEEL && hot) {
        w->look.zoom = fmin(3, fmax(0.6, w->look.zoom * pow(1.15, in->wheel)));
        window_dirty(w, 1 << AREA_MAIN);
    }
}

/* Hovering shows after HOVER_S, so that crossing the plane does not flicker. */
void window_hover_turn(struct window *w)
{
    if (w->look.pinned || w->dragging || w->hovered == w->look.selected)
        return;
    if (window_now() - w->hovered_since >= HOVER_S)
        window_select(w, w->hovered, false);
}

static void toggles(struct window *w, struct rect area)
{
    struct rect rect[FEATURE_TOGGLES];
    enum layer layer[FEATURE_TOGGLES];
    const char *label[FEATURE_TOGGLES];
    int n = on_plane(w) || on_ball(w) ? feature_toggles(&w->scene, area, rect, layer, label) : 0;
    for (int i = 0; i < n; i++) {
        char id[UI_ID];
        snprintf(id, sizeof id, "layer.%s", label[i]);
        ui_control(&w->ui, id, label[i], rect[i], true);
        ui_value(&w->ui, w->look.layers & (unsigned)layer[i] ? "on" : "off");
        if (w->ui.canvas)
            ui_focus_ring(&w->ui, id, rect[i], 4);
        else if (ui_clicked(&w->ui, id, rect[i])) {
            w->look.layers ^= (unsigned)layer[i];
            window_dirty(w, 1 << AREA_MAIN);
        }
    }
}

/* --- cards over the view ------------------------------------------------------------------------------- */

static void picture(struct window *w, int row, struct rect rect)
{
    static uint32_t argb[128 * 128];
    const struct dataset *d = w->data;
    if (!d || !d->pixel || row < 0 || d->width * d->height > 128 * 128 ||
        row >= d->train + d->test + d->holdout)
        return;
    const uint8_t *grey = d->pixel + (size_t)row * (size_t)d->dim;
    for (int i = 0; i < d->width * d->height; i++)
        argb[i] = 0xFF000000u | 0x010101u * grey[i];
    canvas_image(w->ui.canvas, rect, argb, d->width, d->height);
}

static void card_line(struct window *w, double x, double y, const char *what, const char *value)
{
    const struct theme *t = w->look.theme;
    ui_text(&w->ui, x, y, what, 12, WEIGHT_REGULAR, t->text3, ALIGN_LEFT);
    ui_text(&w->ui, x + 116, y, value, 12, WEIGHT_SEMIBOLD, t->text1, ALIGN_RIGHT);
}

static void card_text(struct window *w, const struct selection *s, double x, double y)
{
    char text[64];
    const struct snapshot *snap = w->snap;
    const char *own = w->data && s->own < w->data->classes ? w->data->class_name[s->own] : "";
    snprintf(text, sizeof text, "class %s", own);
    ui_text_fit(&w->ui, x, y + 8, 118, text, 14, WEIGHT_SEMIBOLD, w->look.theme->text1);
    int predicted = snap->predicted[s->sample];
    snprintf(text, sizeof text, "%s%s",
        w->data && predicted >= 0 && predicted < w->data->classes ? w->data->class_name[predicted] : "\u2013",
        predicted == s->own ? "" : " \u00d7");
    card_line(w, x, y + 32, "predicted", text);
    card_line(w, x, y + 50, "to its weight", number_degrees(s->own_angle, text, sizeof text));
    card_line(w, x, y + 68, "to the rival", number_degrees(s->rival_angle, text, sizeof text));
    card_line(w, x, y + 86, "part", snap->test[s->sample] ? "test" : "train");
}

static void card(struct window *w, struct rect area)
{
    struct selection s;
    const struct theme *t = w->look.theme;
    if (!w->snap || w->look.selected < 0 || w->look.selected >= w->snap->count ||
        (w->snap->dim < 2 && !w->scene.data) || !scene_select(&w->scene, &w->look, &s))
        return;
    bool image = w->data && w->data->pixel && w->snap->row[s.sample] >= 0;
    struct plane plane = feature_plane(&w->scene, &w->look, area);
    struct point at;
    if (!on_ball(w))
        at = feature_place(&w->scene, &plane, s.sample);
    else if (!sphere_place(&w->scene, &w->look, area, s.sample, &at))
        return;
    double x = at.x, y = at.y;
    double wide = image ? CARD_W : CARD_W - CARD_PIXELS - 16;
    struct rect box = { x + 24, y - CARD_H - 12, wide, CARD_H };
    if (box.x + box.w > area.x + area.w - 12)
        box.x = x - 24 - box.w;
    box.x = fmin(area.x + area.w - box.w - 12, fmax(area.x + 12, box.x));
    box.y = fmin(area.y + area.h - box.h - 12, fmax(area.y + 12, box.y));
    canvas_round_rect(w->ui.canvas, box, 8, t->dark ? t->raised : t->surface);
    canvas_round_outline(w->ui.canvas, box, 8, 1, t->hairline);
    double text_x = box.x + 12;
    if (image) {
        picture(w, w->snap->row[s.sample], (struct rect){ box.x + 12, box.y + 16, CARD_PIXELS, CARD_PIXELS });
        text_x += CARD_PIXELS + 12;
    }
    card_text(w, &s, text_x, box.y + 10);
}

static void empty(struct window *w, struct rect area)
{
    const struct theme *t = w->look.theme;
    const char *text = w->state.failed ? w->state.why.text : "Reading the data \u2026";
    double middle = area.y + area.h / 2;
    canvas_ring(w->ui.canvas, (struct point){ area.x + area.w / 2, middle }, fmin(area.w, area.h) * 0.4, 1.25,
        t->axis);
    struct font font = { .size = 20, .weight = WEIGHT_REGULAR };
    char cut[256];
    text_fit(text, &font, area.w - 48, cut, sizeof cut);
    ui_text(&w->ui, area.x + area.w / 2, middle, cut, 20, WEIGHT_REGULAR, w->state.failed ? t->bad : t->text2,
        ALIGN_CENTER);
}

/* The old view stays at 40 % until the new data stands. */
static void reading(struct window *w, struct rect area)
{
    char text[128];
    const struct theme *t = w->look.theme;
    const struct experiment *e = &w->experiment;
    const char *name = e->features_npy[0] ? e->features_npy : e->dataset, *slash = strrchr(name, '/');
    const struct dataset_row *row = e->features_npy[0] ? NULL : dataset_find(name);
    const char *label = row ? row->label : slash && slash[1] ? slash + 1 : name;
    double share = w->state.share;
    if (share > 0)
        snprintf(text, sizeof text, "Reading %.90s, %.0f\u2009%%", label, floor(100 * share));
    else
        snprintf(text, sizeof text, "Reading %.100s \u2026", label);
    struct font font = { .size = 20, .weight = WEIGHT_REGULAR };
    double wide = text_width(text, &font) + 48, middle = area.y + area.h / 2;
    canvas_rect(w->ui.canvas, area, color_alpha(t->bg, 0.6));
    canvas_round_rect(
        w->ui.canvas, (struct rect){ area.x + (area.w - wide) / 2, middle - 26, wide, 52 }, 8, t->raised);
    ui_text(&w->ui, area.x + area.w / 2, middle, text, 20, WEIGHT_REGULAR, t->text1, ALIGN_CENTER);
    if (share <= 0)
        return;
    struct rect bar = { area.x + (area.w - wide) / 2 + 12, middle + 19, wide - 24, 3 };
    canvas_rect(w->ui.canvas, bar, t->hairline);
    bar.w *= fmin(1, share);
    canvas_rect(w->ui.canvas, bar, t->text1);
}

void panel_view_input(struct window *w, struct rect area, bool hot)
{
    if (draw_input(w, area, hot))
        return;
    panel_touch(w, w->view, area, hot);
    if (on_plane(w))
        plane_input(w, area, hot);
    else if (on_ball(w))
        ball_input(w, area, hot);
}

void panel_main(struct window *w)
{
    if (compare_open(w)) {
        panel_compare_main(w);
        if (w->ui.canvas && w->reading)
            reading(w, w->area[AREA_MAIN]);
        return;
    }
    struct rect area = panel_draw(w, w->area[AREA_MAIN]);
    char id[UI_ID];
    snprintf(id, sizeof id, "view.%s", w->view->id);
    if (!w->ui.canvas) {
        panel_coach(w);
        toggles(w, area);
        panel_title(w, -1, w->view, area);
        /* while the menu of views is open the ids are its own */
        bool listed = w->popup != POPUP_VIEW;
        bool hot = listed && ui_control(&w->ui, id, w->view->label, area, true);
        if (listed)
            ui_value(&w->ui, "%ld", w->snap ? w->snap->step : 0L);
        panel_view_keys(w, w->view, id, area);
        panel_view_input(w, area, hot);
        return;
    }
    canvas_rect(w->ui.canvas, area, w->look.theme->bg);
    if (!w->snap) {
        empty(w, area);
        return;
    }
    view_draw(w->view, w->ui.canvas, &w->scene, &w->look, area);
    panel_title(w, -1, w->view, area);
    if (w->reading) {
        reading(w, area);
        return;
    }
    toggles(w, area);
    if (on_plane(w) || on_ball(w))
        card(w, area);
    draw_cross(w, id, area);
    panel_coach(w);
    ui_focus_ring(&w->ui, id, inset(area, 6), 6);
}
