#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/export.h"
#include "app/compare.h"
#include "app/lecture.h"
#include "app/undo.h"
#include "app/export_dialog.h"
#include "app/session_window.h"

static const double PI = 3.14159265358979323846;

static const struct {
    double steps_per_s;
    const char *text;
} paces[] = { { 1, "1/s" }, { 5, "5/s" }, { 20, "20/s" }, { 60, "60/s" }, { 200, "200/s" }, { 600, "600/s" },
    { 0, "max" } };
enum { PACE_COUNT = sizeof paces / sizeof paces[0] };

/* The training of another bench waits there, and what waits on this one goes on. */
static void want(struct window *w)
{
    if (w->trained != w->bench)
        worker_swap(w->worker, (int)w->trained, (int)w->bench);
    w->trained = w->bench;
    worker_want(w->worker, &w->experiment);
}

void action_apply(struct window *w)
{
    draw_follow(w, &w->experiment);
    undo_note(w);
    if (compare_several(w))
        compare_apply(w);
    else if (lecture_lesson(w))
        lecture_apply(w);
    else
        want(w);
    window_dirty(w, AREAS_CONTROL);
    w->map_stale = true;
}

void action_play(struct window *w, int unused)
{
    (void)unused;
    if (w->state.stuck)
        window_notice(
            w, false, "No further from here: take a step back, change a setting, or start anew (R).");
    worker_play(w->worker, !w->state.playing);
    worker_state(w->worker, &w->state);
    window_dirty(w, AREAS_CONTROL);
    w->map_stale = true;
}

/* After a word about the timeline. */
static void moved_in_time(struct window *w)
{
    w->sweeping = false;
    worker_state(w->worker, &w->state);
    window_dirty(w, AREAS_CONTROL | 1 << AREA_TIMELINE);
    w->map_stale = true;
}

void action_scrub(struct window *w, int frames)
{
    worker_show_by(w->worker, frames);
    moved_in_time(w);
}

void action_scrub_to(struct window *w, long step)
{
    if (step >= w->present.step && !w->state.playing)
        worker_live(w->worker);
    else
        worker_show(w->worker, step);
    moved_in_time(w);
}

void action_live(struct window *w, int unused)
{
    (void)unused;
    if (w->past)
        worker_live(w->worker);
    moved_in_time(w);
}

void action_roll(struct window *w, int unused)
{
    (void)unused;
    worker_roll(w->worker, !w->state.rolling);
    moved_in_time(w);
}

/* The settings of that step come back with it. */
void action_branch(struct window *w, int unused)
{
    (void)unused;
    if (!w->past || !w->snap)
        return;
    struct experiment before = w->experiment;
    worker_branch(w->worker, w->snap->step);
    w->experiment = w->snap->experiment;
    compare_returned(w);
    action_settle(w, &before);
    w->trained = w->bench;
    worker_play(w->worker, true);
    moved_in_time(w);
    window_dirty(w, AREAS_ALL);
}

void action_step(struct window *w, int unused)
{
    (void)unused;
    if (w->past) {
        action_scrub(w, 1);
        return;
    }
    worker_play(w->worker, false);
    worker_step(w->worker, 1);
    worker_state(w->worker, &w->state);
    window_dirty(w, AREAS_CONTROL);
}

void action_reset(struct window *w, int new_seed)
{
    if (new_seed) {
        w->experiment.seed = w->experiment.seed % 9999 + 1;
        action_apply(w);
        return;
    }
    worker_reset(w->worker);
    window_dirty(w, AREAS_ALL);
}

void action_pace(struct window *w, int direction)
{
    int at = direction == 0 ? (w->pace + 1) % PACE_COUNT : w->pace + direction;
    w->pace = at < 0 ? 0 : at >= PACE_COUNT ? PACE_COUNT - 1 : at;
    worker_pace(w->worker, paces[w->pace].steps_per_s);
    window_dirty(w, AREAS_CONTROL);
    w->map_stale = true;
}

const char *action_pace_text(const struct window *w)
{
    return paces[w->pace].text;
}

double action_pace_value(const struct window *w)
{
    return paces[w->pace].steps_per_s;
}

/* The row nearest to a pace given on the command line. */
void action_pace_find(struct window *w, double pace)
{
    w->pace = PACE_COUNT - 1;
    for (int i = PACE_COUNT - 2; i >= 0 && pace > 0; i--)
        if (pace <= paces[i].steps_per_s * 1.5)
            w->pace = i;
}

/* --- margin -------------------------------------------------------------------------------------------- */

static const struct param *margin_row(struct window *w, double **value)
{
    const struct loss *loss = experiment_loss(&w->experiment);
    if (loss->margin < 0)
        return NULL;
    *value = &w->experiment.param[w->experiment.loss][loss->margin];
    return &loss->param[loss->margin];
}

double margin_room(int classes, int dim)
{
    if (classes < 2)
        return PI;
    if (classes <= dim + 1)
        return acos(-1.0 / (classes - 1));
    if (dim == 2)
        return 2 * PI / classes;
    if (dim == 3 && classes > 4) { /* Fejes Toth: at least one pair is this close */
        double omega = PI * classes / (6.0 * (classes - 2)), cot = 1 / tan(omega);
        return acos((cot * cot - 1) / 2);
    }
    return PI / 2;
}

double margin_end(const struct window *w, const struct loss *loss, double *limit)
{
    const struct param *row = &loss->param[loss->margin];
    const struct experiment *e = &w->experiment;
    int classes = w->snap ? w->snap->classes : 10;
    int dim = e->model == MODEL_IDENTITY && w->data ? w->data->dim : e->feature_dim;
    *limit = NAN;
    if (!loss->limit)
        return param_end(row);
    *limit = loss->limit(margin_room(classes, dim), w->experiment.param[w->experiment.loss]);
    double end = fmin(param_end(row), 1.25 * *limit);
    return end > row->min ? end : param_end(row);
}

static void set_margin(struct window *w, double *value, double wanted)
{
    w->sweeping = false;
    *value = wanted;
    action_apply(w);
}

void action_notch(struct window *w, int direction)
{
    double *value;
    const struct param *row = margin_row(w, &value);
    if (row)
        set_margin(w, value, ui_notch(row, row->max, *value, direction));
}

void action_margin(struct window *w, int neutral)
{
    double *value;
    const struct param *row = margin_row(w, &value);
    if (row)
        set_margin(
            w, value, neutral ? row->neutral : action_default(w, experiment_loss(&w->experiment)->margin));
}

/* --- choices ------------------------------------------------------------------------------------------- */

void action_split(struct window *w, int unused)
{
    (void)unused;
    w->experiment.split = (enum split)((w->experiment.split + 1) % SPLIT_COUNT);
    action_apply(w);
}

void action_theme(struct window *w, int unused)
{
    (void)unused;
    w->look.theme = theme_find(w->look.theme->dark ? "light" : "dark");
    w->ui.theme = w->look.theme;
    window_dirty(w, AREAS_ALL);
    w->map_stale = true;
}

void action_panels(struct window *w, int unused)
{
    (void)unused;
    w->panels_hidden = !w->panels_hidden;
    w->popup = POPUP_NONE;
    window_layout(w);
}

void action_drawer(struct window *w, int unused)
{
    (void)unused;
    w->drawer_open = w->narrow && !w->drawer_open;
    window_layout(w);
}

void action_fullscreen(struct window *w, int unused)
{
    (void)unused;
    w->options.fullscreen = !w->options.fullscreen;
    window_whole_screen(w, w->options.fullscreen || w->lecture->showing, -1);
}

void action_help(struct window *w, int unused)
{
    (void)unused;
    w->help_open = !w->help_open;
    w->popup = POPUP_NONE;
    window_dirty(w, AREAS_ALL);
}

/* One layer at a time; never the window. */
void action_escape(struct window *w, int unused)
{
    (void)unused;
    if (w->help_open)
        w->help_open = false;
    else if (w->popup)
        w->popup = POPUP_NONE;
    else if (export_open(w))
        action_export(w, 0);
    else if (panel_session_open(w))
        panel_session_show(w, SESSION_DIALOG_NONE);
    else if (w->drawer_open)
        action_drawer(w, 0);
    else if (lecture_escape(w))
        return;
    else if (w->draw.on)
        action_draw(w, 0);
    else if (w->sweeping)
        w->sweeping = false;
    else if (w->look.probing)
        w->look.probing = w->probe_held = false;
    else if (w->look.pinned)
        w->look.pinned = false, w->look.selected = -1;
    else if (w->lit_kept >= 0)
        w->lit_kept = w->look.lit_class = -1;
    w->ui.focus_shown = false;
    window_dirty(w, AREAS_ALL);
}

void action_quit(struct window *w, int unused)
{
    (void)unused;
    w->quit = true;
}

void action_shapes(struct window *w, int unused)
{
    (void)unused;
    w->look.layers ^= LAYER_SHAPES;
    window_dirty(w, AREAS_SNAPSHOT);
}

void action_fit(struct window *w, int whole)
{
    if (whole)
        look_init_orbit(&w->look);
    w->look.zoom = 1;
    w->look.pan_x = w->look.pan_y = 0;
    if (w->box_held && w->snap)
        window_show(w);
    w->box_held = false;
    window_dirty(w, 1 << AREA_MAIN);
}

/* A view is in one place at a time: what it drives out of there takes its place. */
static int cell_of(const struct window *w, const struct view *view)
{
    for (int i = 0; i < SIDE_COUNT; i++)
        if (w->cell[w->bench][i] == view)
            return i;
    return -1;
}

static void main_view(struct window *w, const struct view *view)
{
    w->view = view;
    w->hovered = -1;
    action_fit(w, 0);
    window_dirty(w, AREAS_ALL);
    w->map_stale = true;
}

/* The view of the bench may have been put into a side cell; other views stay listed there while they fill the main area. */
void action_view(struct window *w, const char *id)
{
    const struct view *view = view_find(id);
    if (!view)
        return;
    int cell = cell_of(w, view);
    if (cell >= 0 && view == action_home(&w->experiment) && cell_of(w, w->view) < 0)
        w->cell[w->bench][cell] = w->view;
    main_view(w, view);
}

void action_cell(struct window *w, int cell, const struct view *view)
{
    int from = cell_of(w, view);
    const struct view **cells = w->cell[w->bench];
    const struct view *old = cell < 0 ? w->view : cells[cell];
    if (from >= 0 && (cell >= 0 || cell_of(w, old) < 0))
        cells[from] = old;
    if (cell < 0) {
        main_view(w, view);
        return;
    }
    cells[cell] = view;
    if (w->view == view)
        main_view(w, old);
    window_dirty(w, AREAS_ALL);
    w->map_stale = true;
}

void action_maximise(struct window *w, int cell)
{
    w->popup = POPUP_NONE;
    if (cell >= 0) {
        w->larger = w->cell[w->bench][cell] = panel_cell(w, cell);
        w->smaller = w->view;
        action_cell(w, -1, w->larger);
    } else if (w->larger == w->view && cell_of(w, w->smaller) >= 0) {
        w->larger = NULL;
        action_cell(w, -1, w->smaller);
    } else {
        action_panels(w, 0);
    }
}

void action_text_capped(struct window *w)
{
    if (w->text_capped)
        window_notice(w, false, "Larger text needs a larger window: %.1f of %g here.",
            floor(w->points * 10 + 1e-6) / 10, w->options.text_scale);
}

void action_text_scale(struct window *w, int direction)
{
    double scale = direction == 0 ? 1 : w->options.text_scale + 0.1 * direction;
    w->options.text_scale = fmin(2, fmax(0.8, round(scale * 10) / 10));
    window_resize(w);
    if (w->text_capped && direction > 0) {
        w->options.text_scale = floor(w->points * 10 + 1e-6) / 10;
        window_resize(w);
        window_notice(w, false, "Larger text needs a larger window.");
    }
}

/* Drawn now, written by the thread of the export dialog. */
void action_picture(struct window *w, int whole)
{
    struct why why = { "" };
    struct figure_options o;
    if (!w->snap)
        return;
    figure_options_init(&o);
    snprintf(o.view, sizeof o.view, "%s", whole ? "dashboard" : w->view->id);
    snprintf(o.theme, sizeof o.theme, "%s", w->look.theme->id);
    o.scale = 2;
    if (!whole) {
        o.look = &w->look;
        o.look_rect = w->area[AREA_MAIN];
        o.ring = w->scene.ring;
    }
    bool compare = compare_open(w) && !whole;
    if (compare) {
        snprintf(o.view, sizeof o.view, "%s", view_compare.id);
        o.look = NULL;
    }
    char folder[512], name[EXPORT_NAME];
    export_folder(folder, sizeof folder);
    figure_name(w->snap, name, sizeof name);
    if (export_new_name(w, folder, name, ".png", o.path, sizeof o.path, &why) == STATUS_OK)
        export_save(w, &o, compare, false);
    else
        window_notice(w, true, "%s", why.text);
}
