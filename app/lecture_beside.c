/* lecture_beside.c - the comparison of a lesson's step: trainings beside its own, on one clock (app/beside.h). */
#include <stdio.h>
#include <string.h>

#include "app/compare.h"
#include "app/lecture.h"
#include "render/number.h"

/* A step that repeats the comparison before it keeps its trainings. */
static void name_besides(struct lecture *l, int count, bool anew)
{
    for (int i = 0; i < count && (anew || count != l->besides); i++)
        l->beside_id[i] = ++l->last_id;
    l->besides = count;
}

static void take_sets(struct window *w, int step)
{
    struct lecture *l = w->lecture;
    for (int i = 0; i < l->besides; i++)
        lesson_compared(&l->player.lesson, step, i, &l->beside_set[i]);
    l->set = w->experiment;
}

/* What a training beside is there to show stays its own. */
static void keep_difference(struct experiment *e, const struct lesson_settings *own)
{
    for (int i = 0; i < own->count; i++)
        experiment_set(e, own->set[i].key, own->set[i].value, NULL);
}

void lecture_apply(struct window *w)
{
    static struct beside_wish wish[BESIDE_MAX];
    struct lecture *l = w->lecture;
    const struct lesson_step *s = &l->player.lesson.step[l->player.at < 0 ? 0 : l->player.at];
    for (int i = 0; i < l->besides; i++) {
        compare_follow(&l->beside_set[i], &l->set, &w->experiment, true);
        compare_follow_params(&l->beside_set[i], &l->set, &w->experiment);
        keep_difference(&l->beside_set[i], &s->compare[i]);
        wish[i] = (struct beside_wish){ l->beside_id[i], BESIDE_LEADER, l->beside_set[i] };
    }
    l->set = w->experiment;
    if (l->besides > 0)
        worker_want_all(w->worker, &w->experiment, wish, l->besides);
    else
        worker_want(w->worker, &w->experiment);
}

void lecture_recall(struct window *w, const struct player_order *order)
{
    struct lecture *l = w->lecture;
    long id[BESIDE_MAX] = { 0 };
    name_besides(l, l->player.lesson.step[order->recall].compare_count, true);
    for (int i = 0; i < l->besides; i++)
        id[i] = l->beside_id[i];
    take_sets(w, order->recall);
    l->gathering = false;
    l->begun = order->experiment;
    l->run = worker_recall(w->worker, order->recall, id);
}

void lecture_gather(struct window *w, const struct player_order *order)
{
    static struct beside_wish wish[BESIDE_MAX];
    struct lecture *l = w->lecture;
    const struct player *p = &l->player;
    name_besides(l, p->lesson.step[p->at].compare_count, order->anew);
    for (int i = 0; i < l->besides; i++) {
        wish[i] = (struct beside_wish){ .id = l->beside_id[i], .from = BESIDE_LEADER };
        lesson_compared(&p->lesson, p->at, i, &wish[i].experiment);
    }
    take_sets(w, order->recall < 0 ? p->at : order->recall);
    worker_beside(w->worker, wish, l->besides);
    l->gathering = l->besides > 0;
    l->gathered_until = order->until;
    l->gathered_anew = order->anew;
    l->begun = order->experiment;
}

/* One that cannot be made is not waited for. A copy is its leader's with changes made by hand, which end schedules: a
 * comparison from the start begins once more, each with its own settings. */
void lecture_gather_turn(struct window *w)
{
    struct lecture *l = w->lecture;
    bool all = l->gathered == l->besides || w->state.failed;
    if (!l->gathering || w->state.run != l->run || !all)
        return;
    l->gathering = false;
    l->run = worker_run(w->worker, l->gathered_anew ? &l->begun : NULL, l->gathered_anew, l->gathered_until,
        l->player.held ? -1 : l->player.at);
    worker_state(w->worker, &w->state);
}

static int place_of(const struct lecture *l, long id)
{
    for (int i = 0; i < l->besides; i++)
        if (l->beside_id[i] == id)
            return i;
    return -1;
}

void lecture_take(struct window *w)
{
    struct lecture *l = w->lecture;
    long id[BESIDE_MAX];
    const struct snapshot *snap[BESIDE_MAX];
    int count = lecture_lesson(w) ? worker_besides(w->worker, id, snap) : 0;
    l->gathered = 0;
    for (int i = 0; i < LESSON_COMPARE; i++)
        l->beside[i].snap = NULL;
    for (int i = 0; i < count; i++) {
        int at = place_of(l, id[i]);
        if (at >= 0 && scene_update(&l->beside[at], snap[i], w->data))
            l->gathered++;
    }
}

void lecture_cell_label(const struct window *w, int cell, char *out, int size, char *test, int test_size)
{
    const struct snapshot *snap = cell == 0 ? w->snap : w->lecture->beside[cell - 1].snap;
    const struct lesson_step *step = lecture_step(w);
    char number[16];
    out[0] = test[0] = 0;
    if (!snap || !step) /* a presentation may have no lesson */
        return;
    lesson_label(step, snap, out, size);
    if (snap->test_accuracy >= 0)
        snprintf(test, (size_t)test_size, "test %s\u2009%%",
            number_fixed(100 * snap->test_accuracy, 1, number, sizeof number));
}
