/* lecture_beside.c - the comparison of a lesson's step: trainings beside its own, on one clock (app/beside.h). */
#include <stdio.h>
#include <string.h>

#include "app/lecture.h"
#include "render/number.h"

/* A step that repeats the comparison before it keeps its trainings. */
static void name_besides(struct lecture *l, int count, bool anew)
{
    for (int i = 0; i < count && (anew || count != l->besides); i++)
        l->beside_id[i] = ++l->last_id;
    l->besides = count;
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
    l->run = worker_run(w->worker, l->gathered_anew ? &l->begun : NULL, l->gathered_anew, l->gathered_until);
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

/* --- what a cell is called ----------------------------------------------------------------------------- */

static void append(char *out, int size, const char *text)
{
    size_t n = strlen(out);
    snprintf(out + n, (size_t)size - n, "%s%s", n ? ", " : "", text);
}

static bool names_loss(const char *key)
{
    return strcmp(key, "loss") == 0 || strcmp(key, "add") == 0;
}

static void one_setting(const struct experiment *e, const char *key, char *out, int size)
{
    char value[LESSON_VALUE], text[LESSON_VALUE + LESSON_ID + 2];
    const char *dot = strchr(key, '.');
    const struct loss *loss = experiment_loss(e);
    bool of_loss = dot && strncmp(loss->id, key, (size_t)(dot - key)) == 0 && !loss->id[dot - key];
    bool other = dot && !of_loss && loss_find(key) == NULL && loss_param_find(loss, dot + 1) >= 0;
    const char *name = of_loss ? dot + 1 : key;
    if (names_loss(key) || other || !experiment_get(e, name, value, sizeof value))
        return;
    snprintf(text, sizeof text, "%s %s", name, value);
    append(out, size, text);
}

static bool named_before(const struct lesson_step *s, int set, int key)
{
    const char *name = s->compare[set].set[key].key;
    for (int i = 0; i <= set; i++)
        for (int k = 0; k < (i < set ? s->compare[i].count : key); k++)
            if (strcmp(s->compare[i].set[k].key, name) == 0)
                return true;
    return false;
}

/* With its terms, where they or the loss are what differs. */
static void loss_name(const struct lesson_step *s, const struct snapshot *snap, char *out, int size)
{
    bool any = false;
    for (int i = 0; i < s->compare_count; i++)
        for (int k = 0; k < s->compare[i].count; k++)
            any = any || names_loss(s->compare[i].set[k].key);
    if (any)
        figure_title(snap, out, size);
}

void lecture_cell_label(const struct window *w, int cell, char *out, int size, char *test, int test_size)
{
    const struct lesson_step *s = lecture_step(w);
    const struct snapshot *snap = cell == 0 ? w->snap : w->lecture->beside[cell - 1].snap;
    char number[16];
    out[0] = test[0] = 0;
    if (!snap)
        return;
    loss_name(s, snap, out, size);
    for (int i = 0; i < s->compare_count; i++)
        for (int k = 0; k < s->compare[i].count; k++)
            if (!named_before(s, i, k))
                one_setting(&snap->experiment, s->compare[i].set[k].key, out, size);
    if (snap->test_accuracy >= 0)
        snprintf(test, (size_t)test_size, "test %s\u2009%%",
            number_fixed(100 * snap->test_accuracy, 1, number, sizeof number));
}
