/* What the keys do on a view that has the focus: everything the mouse does there. Arrows pan, turn or move along;
 * Ctrl + arrows choose the next point that way, Alt + arrows move the probe or a point of the data. */
#include <math.h>

#include <SDL_keycode.h>

#include "app/compare.h"
#include "app/panel.h"

static const double PAN = 24, TURN = 18, ZOOM = 1.15, PI = 3.14159265358979323846;

/* What is drawn where, and the key. */
struct desk {
    struct scene *scene;
    struct look look; /* to find places with */
    struct rect rect;
    bool ball;
    int dx, dy; /* of an arrow, y down */
    const struct ui_input *in;
};

static bool arrow(const struct ui_input *in, int *dx, int *dy)
{
    *dx = (in->key == SDLK_RIGHT) - (in->key == SDLK_LEFT);
    *dy = (in->key == SDLK_DOWN) - (in->key == SDLK_UP);
    return *dx || *dy;
}

static bool is_enter(const struct ui_input *in)
{
    return in->key == SDLK_RETURN || in->key == SDLK_KP_ENTER;
}

/* --- points -------------------------------------------------------------------------------------------- */

static bool place(const struct desk *d, int sample, struct point *out)
{
    if (d->ball)
        return sphere_place(d->scene, &d->look, d->rect, sample, out);
    struct plane plane = feature_plane(d->scene, &d->look, d->rect);
    *out = feature_place(d->scene, &plane, sample);
    return ui_inside(d->rect, *out);
}

double panel_way(struct point from, struct point to, int dx, int dy)
{
    double x = to.x - from.x, y = to.y - from.y, along = x * dx + y * dy, across = fabs(x * dy - y * dx);
    return along <= 0 || across > along || along + across < 1 ? HUGE_VAL : along + across;
}

/* The nearest point that way, within 45 degrees of it; from the middle without one. */
static int next_point(const struct desk *d, int from)
{
    struct point start = { d->rect.x + d->rect.w / 2, d->rect.y + d->rect.h / 2 }, at;
    double least = HUGE_VAL;
    int best = -1;
    if (from >= 0)
        place(d, from, &start);
    for (int i = 0; i < d->scene->snap->count; i++) {
        if (i == from || !place(d, i, &at))
            continue;
        double way = panel_way(start, at, d->dx, d->dy);
        if (way >= least)
            continue;
        least = way;
        best = i;
    }
    return best;
}

static void choose_next(struct window *w, const struct desk *d)
{
    int from = compare_sample(&w->scene, w->look.selected, d->scene);
    int sample = compare_sample(d->scene, next_point(d, from), &w->scene);
    if (sample >= 0)
        window_select(w, sample, true);
}

static void pin(struct window *w)
{
    int sample = w->look.selected >= 0 ? w->look.selected : scene_typical(&w->scene);
    bool on = !w->look.pinned && sample >= 0;
    window_select(w, on ? sample : -1, on);
}

/* --- plane --------------------------------------------------------------------------------------------- */

/* The chosen point of the data, or else the probe. */
static bool shift_point(struct window *w, const struct desk *d)
{
    struct plane plane = feature_plane(&w->scene, &w->look, d->rect);
    double step = (d->in->shift ? 2 : 10), xy[2];
    if (!w->scene.data)
        return panel_probe_nudge(w, d->rect, step * d->dx, step * d->dy);
    if (w->look.selected < 0)
        return false;
    struct point at = feature_place(&w->scene, &plane, w->look.selected);
    at = (struct point){ at.x + step * d->dx, at.y + step * d->dy };
    int row = w->snap->row[w->look.selected];
    if (row >= 0 && feature_unplace(&w->scene, &w->look, d->rect, at, xy))
        action_move(w, row, xy);
    return true;
}

static void zoom(struct window *w, int direction, double least, double most)
{
    w->look.zoom = fmin(most, fmax(least, w->look.zoom * pow(ZOOM, direction)));
    window_dirty(w, 1 << AREA_MAIN);
}

static bool plane_key(struct window *w, const struct desk *d)
{
    const struct ui_input *in = d->in;
    if (is_enter(in)) {
        pin(w);
        return true;
    }
    if (!d->dx && !d->dy)
        return false;
    if (in->ctrl)
        choose_next(w, d);
    else if (in->alt)
        return shift_point(w, d);
    else if (in->shift && d->dy)
        zoom(w, -d->dy, 0.2, 40);
    else {
        w->look.pan_x -= PAN * d->dx;
        w->look.pan_y -= PAN * d->dy;
        window_dirty(w, 1 << AREA_MAIN);
    }
    return true;
}

/* --- ball ---------------------------------------------------------------------------------------------- */

static bool ball_key(struct window *w, const struct desk *d)
{
    const struct ui_input *in = d->in;
    int rows = w->snap->sub > 1 ? w->snap->sub : 1;
    if (is_enter(in))
        pin(w);
    else if (in->key == SDLK_HOME && w->lit_kept >= 0)
        look_face(&w->look, &w->scene.solid.row[(size_t)w->lit_kept * (size_t)rows * 3]);
    else if (in->key == SDLK_HOME)
        look_init_orbit(&w->look);
    else if (!d->dx && !d->dy)
        return false;
    else if (in->ctrl)
        choose_next(w, d);
    else if (in->shift && d->dy)
        zoom(w, -d->dy, 0.6, 3);
    else if (in->shift)
        look_roll(&w->look, d->dx * 5 * PI / 180);
    else
        look_orbit(&w->look, TURN * d->dx, TURN * d->dy, look_ball_radius(&w->look, d->rect));
    window_dirty(w, 1 << AREA_MAIN);
    return true;
}

/* --- the others ---------------------------------------------------------------------------------------- */

static bool roc_key(struct window *w, const struct desk *d)
{
    if (d->in->key == SDLK_HOME)
        w->look.tau = NAN;
    else if (d->dx)
        w->look.tau = roc_next(&w->scene, &w->look, d->dx * (d->in->shift ? 10 : 1));
    else
        return false;
    window_dirty(w, AREAS_SNAPSHOT);
    return true;
}

static bool stage_key(struct window *w, const struct desk *d)
{
    struct look fresh;
    if (d->in->key == SDLK_HOME) {
        look_init(&fresh, w->look.theme);
        w->look.stage_angle = fresh.stage_angle;
        w->look.stage_norm[0] = fresh.stage_norm[0];
        w->look.stage_norm[1] = fresh.stage_norm[1];
    } else if (d->dx || d->dy) {
        stage_nudge(&w->look, d->in->shift ? 0 : 1, d->dx, -0.05 * d->dy);
    } else {
        return false;
    }
    window_dirty(w, AREAS_SNAPSHOT);
    return true;
}

static bool curves_key(struct window *w, const struct desk *d)
{
    double last = (double)w->present.step, step = fmax(1, round(last / (d->in->shift ? 20 : 200)));
    double from = isnan(w->look.cross_step) ? last : w->look.cross_step;
    if (d->in->key == SDLK_HOME)
        w->look.cross_step = NAN;
    else if (d->dx)
        w->look.cross_step = fmin(last, fmax(0, from + step * d->dx));
    else
        return false;
    window_dirty(w, AREAS_SNAPSHOT);
    return true;
}

/* In the order in which they are shown. */
static bool input_key(struct window *w, const struct desk *d)
{
    const struct scene *s = &w->scene;
    int n = s->ranked && s->order_count > 0 ? s->order_count : s->snap->count, at = -1, by = d->dx + d->dy;
    if (is_enter(d->in)) {
        pin(w);
        return true;
    }
    if (by == 0 || n == 0)
        return false;
    for (int i = 0; i < n && at < 0; i++)
        if ((n == s->order_count ? s->order[i] : i) == w->look.selected)
            at = i;
    at = at < 0 ? 0 : (at + by + n) % n;
    window_select(w, n == s->order_count ? s->order[at] : at, true);
    return true;
}

/* --- all ----------------------------------------------------------------------------------------------- */

static bool wanted(const struct window *w, const char *id)
{
    return w->ui.input.kind == UI_KEY && w->ui.focus == ui_hash(id) && w->ui.focus_shown && !w->ui.edit.owner;
}

void panel_view_keys(struct window *w, const struct view *view, const char *id, struct rect rect)
{
    static const struct {
        const struct view *view;
        bool (*key)(struct window *, const struct desk *);
    } rows[] = {
        { &view_roc, roc_key },
        { &view_pairs, roc_key },
        { &view_stage, stage_key },
        { &view_curves, curves_key },
        { &view_input, input_key },
    };
    bool main = view == w->view;
    if (!wanted(w, id) || !w->snap || (view->missing && view->missing(&w->scene)))
        return;
    struct desk d = { .scene = &w->scene, .look = w->look, .rect = rect, .in = &w->ui.input };
    bool used = false;
    arrow(d.in, &d.dx, &d.dy);
    d.ball = view == &view_sphere && w->snap->dim >= 3;
    if (main && draw_cross_key(w, rect))
        used = true;
    else if (main && view == &view_feature)
        used = plane_key(w, &d);
    else if (main && d.ball)
        used = ball_key(w, &d);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        used = used || (rows[i].view == view && rows[i].key(w, &d));
    if (used)
        w->ui.input.kind = UI_NONE;
}

/* A training among others: its points. */
void panel_cell_keys(struct window *w, int cell, const char *id, struct rect rect)
{
    struct scene *scene = compare_scene(w, cell);
    if (!wanted(w, id) || !w->snap || !w->ui.input.ctrl || !scene->snap ||
        compare_view(scene)->missing(scene))
        return;
    struct desk d = { .scene = scene,
        .look = compare_look(scene, scene, &w->look),
        .rect = rect,
        .in = &w->ui.input,
        .ball = compare_view(scene) == &view_sphere };
    if (!arrow(d.in, &d.dx, &d.dy))
        return;
    choose_next(w, &d);
    w->ui.input.kind = UI_NONE;
}

/* One class alone, the next; all after the last. */
void action_class(struct window *w, int direction)
{
    int n = w->snap ? w->snap->classes : 0;
    if (n < 1)
        return;
    w->lit_kept = (w->lit_kept + 1 + direction + n + 1) % (n + 1) - 1;
    w->look.lit_class = w->lit_kept;
    window_dirty(w, AREAS_SNAPSHOT);
}
