/* How a window stands, as the words of a session, and a window that comes to stand so. */
#include <stdio.h>
#include <string.h>

#include "app/compare.h"
#include "app/session_window.h"
#include "app/undo.h"

/* ---- the window as words ---- */

static void put_view(char *out, const struct view *view)
{
    snprintf(out, SESSION_ID, "%s", view ? view->id : "");
}

static void note_look(const struct window *w, struct session_window *s)
{
    const struct look *l = &w->look;
    s->zoom = l->zoom;
    s->pan[0] = l->pan_x;
    s->pan[1] = l->pan_y;
    s->ring = l->ring;
    for (int i = 0; i < 4; i++)
        s->orbit[i] = (double)l->orbit[i];
    s->tau = l->tau;
    s->stage[0] = l->stage_angle;
    s->stage[1] = l->stage_norm[0];
    s->stage[2] = l->stage_norm[1];
    memcpy(s->probe, l->probe, sizeof s->probe);
    s->probe_label = l->probe_label;
    s->probing = l->probing;
    s->layers = (long)l->layers;
    s->selected = l->pinned ? l->selected : -1;
    s->pinned = l->pinned;
    s->lit_class = w->lit_kept;
}

void session_note_window(const struct window *w, struct session_window *s)
{
    const struct compare *c = w->compare;
    session_window_init(s);
    snprintf(s->theme, sizeof s->theme, "%s", w->look.theme->id);
    snprintf(s->heads, sizeof s->heads, "%s", w->heads == BENCH_SPHERE ? "sphere" : "plane");
    put_view(s->view, w->view);
    put_view(s->larger, w->larger);
    put_view(s->smaller, w->smaller);
    for (int b = 0; b < BENCH_COUNT; b++)
        for (int i = 0; i < SIDE_COUNT; i++)
            put_view(s->cell[b * SIDE_COUNT + i], w->cell[b][i]);
    s->text_scale = w->options.text_scale;
    s->pace = action_pace_value(w);
    s->side_first = w->side_first;
    s->panels_hidden = w->panels_hidden;
    s->coach_dismissed = w->coach_dismissed;
    s->compare_open = c->open;
    s->compare_all = c->all;
    s->compare_focus = c->focus;
    note_look(w, s);
    for (int i = 0; i < c->count; i++) {
        const struct scene *scene = compare_scene((struct window *)w, i);
        s->scene_ring[i] = scene->ring;
        s->typical[i] = scene->typical;
    }
}

void session_note_benches(const struct window *w, struct session *s)
{
    for (int b = 0; b < BENCH_COUNT; b++) {
        s->kept[b] = w->kept_once[b] && b != (int)w->bench;
        if (s->kept[b])
            session_plan_bench(s, b, &w->kept[b]);
    }
}

/* ---- and back ---- */

static void take_look(struct window *w, const struct session_window *s)
{
    struct look *l = &w->look;
    l->zoom = s->zoom;
    l->pan_x = s->pan[0];
    l->pan_y = s->pan[1];
    l->ring = s->ring;
    for (int i = 0; i < 4; i++)
        l->orbit[i] = (float)s->orbit[i];
    l->tau = s->tau;
    if (s->stage[1] > 0 && s->stage[2] > 0) {
        l->stage_angle = s->stage[0];
        l->stage_norm[0] = s->stage[1];
        l->stage_norm[1] = s->stage[2];
    }
    memcpy(l->probe, s->probe, sizeof l->probe);
    l->probe_label = (int)s->probe_label;
    l->probing = s->probing;
    l->layers = (unsigned)s->layers;
    l->selected = (int)s->selected;
    l->pinned = s->pinned && s->selected >= 0;
    l->lit_class = w->lit_kept = (int)s->lit_class;
    w->hovered = -1;
}

static void take_views(struct window *w, const struct session_window *s)
{
    w->view = view_find(s->view);
    w->larger = view_find(s->larger);
    w->smaller = view_find(s->smaller);
    w->heads = strcmp(s->heads, "sphere") == 0 ? BENCH_SPHERE : BENCH_PLANE;
    for (int b = 0; b < BENCH_COUNT; b++)
        for (int i = 0; i < SIDE_COUNT; i++)
            if (view_find(s->cell[b * SIDE_COUNT + i]))
                w->cell[b][i] = view_find(s->cell[b * SIDE_COUNT + i]);
    w->side_first = (int)s->side_first;
}

static void take_window(struct window *w, const struct session_window *s)
{
    const struct theme *theme = theme_find(s->theme);
    w->ui.theme = w->look.theme = theme ? theme : w->look.theme;
    w->options.text_scale = s->text_scale;
    w->panels_hidden = s->panels_hidden;
    w->coach_dismissed = s->coach_dismissed;
    action_pace_find(w, s->pace);
    worker_pace(w->worker, action_pace_value(w));
    take_views(w, s);
    take_look(w, s);
}

/* Experiments with the data as they are found here. */
static void take_experiments(struct window *w, const struct session *s)
{
    struct compare *c = w->compare;
    for (int i = 0; i < s->count; i++)
        session_experiment(s, &s->training[i].experiment, &c->wanted[i], NULL);
    c->count = s->count;
    c->focus = s->arranged && s->window.compare_focus < s->count ? (int)s->window.compare_focus : 0;
    c->all = s->window.compare_all;
    c->open = s->count > 1 && s->window.compare_open;
    w->experiment = c->wanted[c->focus];
    undo_forget(w);
    for (int b = 0; b < BENCH_COUNT; b++)
        w->kept_once[b] = s->kept[b] && session_experiment(s, &s->bench[b], &w->kept[b], NULL) == STATUS_OK;
}

void session_become(struct window *w, const struct session *s, const struct snapshot *snap)
{
    w->popup = POPUP_NONE;
    w->help_open = w->sweeping = w->draw.on = w->drawer_open = false;
    ui_edit_end(&w->ui);
    take_experiments(w, s);
    w->bench = w->trained = action_bench(&w->experiment);
    w->heads = w->bench != BENCH_BASICS ? w->bench : w->heads;
    w->view = action_home(&w->experiment);
    snprintf(w->shown_data, sizeof w->shown_data, "%s", snap->data_name); /* the selection is of these */
    w->shown_seed = snap->experiment.seed;
    if (s->arranged) {
        take_window(w, &s->window);
        for (int i = 0; i < s->count; i++)
            compare_scene(w, i)->ring = s->window.scene_ring[i];
        for (int i = 0; i < s->count; i++)
            if (s->axes[i].axis)
                solid_give(&compare_scene(w, i)->solid, s->axes[i].axis, s->axes[i].dim);
    } else {
        w->look.selected = -1;
        w->look.pinned = false;
    }
    window_resize(w);
    window_dirty(w, AREAS_ALL);
    w->map_stale = true;
}
