#include "app/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/lecture.h"
#include "math/difference.h"
#include "math/draw.h"

enum { VALUE = 8192 };

enum status compare_create(struct window *w, struct why *why)
{
    w->compare = calloc(1, sizeof *w->compare);
    if (!w->compare)
        return why_set(why, STATUS_FAILED, "window: not enough memory; close something");
    w->compare->count = 1;
    return STATUS_OK;
}

void compare_destroy(struct window *w)
{
    for (int i = 0; w->compare && i < COMPARE_MAX; i++)
        scene_clear(&w->compare->scene[i]);
    free(w->compare);
    w->compare = NULL;
}

bool compare_open(const struct window *w)
{
    return w->compare->open && !lecture_active(w) && !w->draw.on;
}

bool compare_several(const struct window *w)
{
    return w->compare->count > 1 && !lecture_lesson(w);
}

struct scene *compare_scene(struct window *w, int cell)
{
    return cell == w->compare->focus ? &w->scene : &w->compare->scene[cell];
}

/* ---- what is wanted ---- */

/* The others than the first, which is wanted as `leader` says (NULL: as it is). A new one is a copy of the one in focus. */
static void send(struct window *w, const struct experiment *leader)
{
    struct compare *c = w->compare;
    static struct beside_wish wish[BESIDE_MAX];
    for (int i = 1; i < c->count; i++) {
        wish[i - 1].id = c->id[i];
        wish[i - 1].from = c->focus ? c->id[c->focus] : BESIDE_LEADER;
        wish[i - 1].experiment = c->wanted[i];
    }
    worker_want_all(w->worker, leader, wish, c->count - 1);
    window_dirty(w, AREAS_ALL);
    w->map_stale = true;
}

/* Of the same data in the same order. */
static bool is_shared(const char *key)
{
    static const char *const shared[] = { "dataset", "features-npy", "labels-npy", "weights-npy", "classes",
        "holdout", "seed", "move", "points", "split", "axes" };
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
        if (strcmp(shared[i], key) == 0)
            return true;
    return false;
}

static void follow_key(struct experiment *e, const struct experiment *before, const struct experiment *after,
    const char *key, bool all)
{
    static char was[VALUE], is[VALUE];
    if (strcmp(key, "draw") == 0) { /* longer than any text here */
        memcpy(e->dot, after->dot, sizeof e->dot);
        e->dot_count = after->dot_count;
        return;
    }
    experiment_get(before, key, was, sizeof was);
    experiment_get(after, key, is, sizeof is);
    if (is_shared(key) || (all && strcmp(was, is) != 0)) {
        if (strcmp(key, "move") == 0)
            e->move_count = 0;
        experiment_set(e, key, is, NULL);
    }
}

void compare_follow(
    struct experiment *e, const struct experiment *before, const struct experiment *after, bool all)
{
    for (int i = 0; i < experiment_key_count(); i++)
        if (strcmp(experiment_key(i), "model") != 0)
            follow_key(e, before, after, experiment_key(i), all);
    follow_key(e, before, after, "model", all); /* after the arrays, which choose one */
    for (int l = 0; all && l < loss_count(); l++)
        for (int p = 0; p < loss_param_count(loss_at(l)); p++)
            if (memcmp(&before->param[l][p], &after->param[l][p], sizeof before->param[l][p]) != 0)
                e->param[l][p] = after->param[l][p];
    if (all && memcmp(before->class_weight, after->class_weight, sizeof before->class_weight) != 0) {
        memcpy(e->class_weight, after->class_weight, sizeof e->class_weight);
        e->class_weight_count = after->class_weight_count;
    }
}

/* A margin that all have in common is one slider, whatever loss each has: the number goes to their own m. */
void compare_follow_params(
    struct experiment *e, const struct experiment *before, const struct experiment *after)
{
    const struct loss *loss = experiment_loss(after);
    for (int p = 0; p < loss_param_count(loss); p++) {
        int own = loss_param_find(experiment_loss(e), loss->param[p].id);
        double value = after->param[after->loss][p];
        bool changed =
            before->loss == after->loss && memcmp(&before->param[before->loss][p], &value, sizeof value) != 0;
        if (changed && own >= 0 && e->loss != after->loss)
            param_accept(&experiment_loss(e)->param[own], value, &e->param[e->loss][own]);
    }
}

void compare_apply(struct window *w)
{
    struct compare *c = w->compare;
    struct experiment before = c->wanted[c->focus], first = c->wanted[0];
    bool others = c->focus > 0;
    c->wanted[c->focus] = w->experiment;
    for (int i = 0; i < c->count; i++) {
        struct experiment was = c->wanted[i];
        if (i == c->focus)
            continue;
        compare_follow(&c->wanted[i], &before, &w->experiment, c->all);
        if (draw_chosen(&c->wanted[i]))
            draw_fit(&c->wanted[i]);
        if (c->all)
            compare_follow_params(&c->wanted[i], &before, &w->experiment);
        others |= i > 0 && memcmp(&was, &c->wanted[i], sizeof was) != 0;
    }
    bool leads = memcmp(&first, &c->wanted[0], sizeof first) != 0;
    if (others)
        send(w, leads ? &c->wanted[0] : NULL);
    else if (leads)
        worker_want(w->worker, &c->wanted[0]);
    window_dirty(w, AREAS_ALL);
}

void compare_touch(struct window *w, const char *key)
{
    if (!compare_several(w) || w->compare->focus == 0 || w->compare->all)
        worker_touch(w->worker, key);
}

void compare_differences(const struct window *w, char *out, int size)
{
    const struct experiment *e[COMPARE_MAX];
    for (int i = 0; i < w->compare->count; i++)
        e[i] = i == w->compare->focus ? &w->experiment : &w->compare->wanted[i];
    experiment_differences(e, w->compare->count, out, size);
}

/* ---- what is shown ---- */

/* A cell that has been removed may still be in a snapshot taken before. */
static int cell_of(const struct compare *c, long id)
{
    for (int i = 1; i < c->count; i++)
        if (c->id[i] == id)
            return i;
    return -1;
}

const struct snapshot *compare_take(struct window *w, const struct snapshot *leader)
{
    struct compare *c = w->compare;
    const struct snapshot *beside[BESIDE_MAX];
    long id[BESIDE_MAX];
    int count = compare_several(w) ? worker_besides(w->worker, id, beside) : 0;
    memset(c->snap, 0, sizeof c->snap);
    c->snap[0] = leader;
    for (int i = 0; i < count; i++)
        if (cell_of(c, id[i]) > 0)
            c->snap[cell_of(c, id[i])] = beside[i];
    for (c->shown = 0; c->shown < c->count && c->snap[c->shown]; c->shown++)
        if (c->shown != c->focus && compare_open(w) &&
            !scene_update(&c->scene[c->shown], c->snap[c->shown], w->data))
            break; /* without memory it is as one that has not been made yet */
    return c->snap[c->focus] ? c->snap[c->focus] : leader;
}

void compare_resume(struct window *w)
{
    if (!w->snap)
        return;
    w->snap = compare_take(w, w->snap);
    window_show(w);
}

/* Another cell's snapshot and settings are the window's. */
static void show_focus(struct window *w)
{
    struct compare *c = w->compare;
    const struct snapshot *leader = c->snap[0];
    w->experiment = c->wanted[c->focus];
    w->sweeping = false;
    ui_edit_end(&w->ui);
    action_settle(w, NULL);
    w->snap = leader ? compare_take(w, leader) : w->snap;
    if (w->snap)
        window_show(w);
    window_dirty(w, AREAS_ALL);
    w->map_stale = true;
}

void compare_focus(struct window *w, int cell)
{
    struct compare *c = w->compare;
    if (cell < 0 || cell >= c->count || cell == c->focus)
        return;
    struct scene *to = compare_scene(w, cell);
    int selected = to->snap ? compare_sample(&w->scene, w->look.selected, to) : -1;
    c->wanted[c->focus] = w->experiment;
    c->focus = cell;
    show_focus(w);
    w->look.selected = w->hovered = w->snap && selected < w->snap->count ? selected : -1;
}

static void open(struct window *w)
{
    struct compare *c = w->compare;
    w->draw.on = false;
    c->open = true;
    if (c->snap[0])
        compare_take(w, c->snap[0]);
    w->popup = POPUP_NONE;
    window_layout(w);
}

void compare_leave(struct window *w)
{
    if (!w->compare->open)
        return;
    w->compare->open = false;
    window_layout(w);
}

void compare_draw(struct window *w)
{
    if (compare_open(w) && w->compare->snap[0])
        compare_take(w, w->compare->snap[0]);
    window_layout(w);
}

void compare_add(struct window *w)
{
    struct compare *c = w->compare;
    if (lecture_lesson(w))
        window_notice(w, false, "A lesson has its own trainings: leave it (Esc) to compare others.");
    if (lecture_lesson(w) || !w->snap)
        return;
    if (c->count == COMPARE_MAX) {
        window_notice(w, false, "There is room for %d trainings: remove one first.", COMPARE_MAX);
        return;
    }
    c->wanted[c->focus] = w->experiment;
    c->id[c->count] = ++c->last_id;
    c->wanted[c->count] = w->experiment;
    c->count++;
    send(w, NULL);
    c->focus = c->count - 1;
    open(w);
    w->map_stale = true;
}

void compare_show(struct window *w)
{
    if (w->compare->count < 2)
        compare_add(w);
    else
        open(w);
}

/* The first leads: when that goes, the second does, and all go on where they stand. */
void compare_remove(struct window *w, int cell)
{
    struct compare *c = w->compare;
    if (cell < 0 || cell >= c->count || c->count < 2)
        return;
    c->wanted[c->focus] = w->experiment;
    if (cell == 0)
        worker_lead(w->worker, c->id[1], &c->wanted[1]);
    for (int i = cell; i + 1 < c->count; i++) {
        c->wanted[i] = c->wanted[i + 1];
        c->id[i] = c->id[i + 1];
    }
    c->count--;
    c->focus = c->focus > cell || c->focus == c->count ? c->focus - 1 : c->focus;
    c->focus = c->focus < 0 ? 0 : c->focus;
    send(w, NULL);
    show_focus(w);
    window_layout(w);
}

void compare_equal(struct window *w)
{
    struct compare *c = w->compare;
    for (int i = 0; i < c->count; i++)
        c->wanted[i] = w->experiment;
    send(w, &c->wanted[0]);
}

/* With the settings of that step come those of the others. */
void compare_returned(struct window *w)
{
    struct compare *c = w->compare;
    for (int i = 0; compare_several(w) && i < c->shown; i++)
        c->wanted[i] = c->snap[i]->experiment;
}

void compare_refused(struct window *w)
{
    struct compare *c = w->compare;
    long id[BESIDE_MAX];
    const struct snapshot *snap[BESIDE_MAX];
    int count = worker_besides(w->worker, id, snap);
    for (int i = 0; i < c->count; i++) {
        if (i == 0 && c->snap[0])
            c->wanted[0] = c->snap[0]->experiment;
        for (int k = 0; i > 0 && k < count; k++)
            if (id[k] == c->id[i])
                c->wanted[i] = snap[k]->experiment;
    }
    w->experiment = c->wanted[c->focus];
    send(w, NULL);
}
