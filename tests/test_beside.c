/* Trainings beside another: one step clock, equal numbers where settings are equal, and copies that begin where the
 * original stands. Run under the thread sanitizer too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <SDL.h>

#include "app/worker.h"
#include "tests/support/training.h"

static void wake(void *arg)
{
    (void)arg;
}

static struct experiment small(void)
{
    struct experiment e;
    experiment_init(&e);
    set(&e, "dataset", "blobs");
    set(&e, "hidden", "16");
    set(&e, "warmup", "0,0");
    e.points = 200;
    e.batch = 32;
    return e;
}

static struct worker *start(const struct experiment *e, bool playing, double pace)
{
    struct worker *w = NULL;
    struct why why = { "" };
    if (worker_create(e, playing, pace, wake, NULL, &w, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return w;
}

struct seen {
    const struct snapshot *snap, *beside[BESIDE_MAX];
    long id[BESIDE_MAX];
    int besides;
};

/* Polls until what is shown fits; patience for sanitizers, not a deadline. Nobody is ever at another step. */
static struct seen await(struct worker *w, bool (*fits)(const struct seen *, long), long arg)
{
    for (int i = 0; i < 60000; i++) {
        bool fresh;
        struct seen s = { .snap = worker_take(w, &fresh, NULL) };
        s.besides = worker_besides(w, s.id, s.beside);
        for (int k = 0; fresh && k < s.besides; k++)
            if (s.beside[k]->step != s.snap->step)
                fail_msg("beside %d is at step %ld, the leader at %ld", k, s.beside[k]->step, s.snap->step);
        if (s.snap && fits(&s, arg))
            return s;
        SDL_Delay(1);
    }
    fail_msg("nothing of the kind was shown");
    return (struct seen){ .snap = NULL };
}

static bool has_besides(const struct seen *s, long count)
{
    return s->besides == count;
}

static bool both_past(const struct seen *s, long step)
{
    return s->besides > 0 && s->snap->step > step;
}

static bool both_at(const struct seen *s, long step)
{
    return s->besides > 0 && s->snap->step == step;
}

static bool at(const struct seen *s, long step)
{
    return s->snap->step == step;
}

static bool beside_has_loss(const struct seen *s, long loss)
{
    return s->besides > 0 && s->beside[0]->experiment.loss == loss;
}

static struct beside_wish wish_of(long id, long from, const struct experiment *e)
{
    return (struct beside_wish){ .id = id, .from = from, .experiment = *e };
}

static void assert_same_arrays(const struct snapshot *a, const struct snapshot *b)
{
    size_t numbers = (size_t)a->count * (size_t)a->dim, weights = (size_t)a->classes * (size_t)a->dim;
    assert_int_equal(a->step, b->step);
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->feature, b->feature, numbers * sizeof *a->feature);
    assert_memory_equal(a->weight, b->weight, weights * sizeof *a->weight);
    assert_memory_equal(a->row, b->row, (size_t)a->count * sizeof *a->row);
    assert_memory_equal(a->predicted, b->predicted, (size_t)a->count * sizeof *a->predicted);
    assert_memory_equal(&a->test_loss, &b->test_loss, sizeof a->test_loss);
}

/* The curve too, which has points where somebody looked. */
static void assert_same(const struct snapshot *a, const struct snapshot *b)
{
    assert_same_arrays(a, b);
    assert_int_equal(a->curve_count, b->curve_count);
    for (int i = 0; i < a->curve_count; i++)
        assert_memory_equal(&a->curve[i].batch_loss, &b->curve[i].batch_loss, sizeof a->curve[i].batch_loss);
}

/* At every one of the first 60 steps, one at a time. */
static void equal_settings_give_equal_numbers_at_every_step(void **state)
{
    (void)state;
    struct experiment e = small();
    struct worker *w = start(&e, false, 0);
    struct beside_wish wish[3] = { wish_of(1, 0, &e), wish_of(2, 0, &e), wish_of(3, 1, &e) };
    worker_beside(w, wish, 3);
    await(w, has_besides, 3);
    for (long step = 1; step <= 60; step++) {
        worker_step(w, 1);
        struct seen s = await(w, both_at, step);
        for (int i = 0; i < 3; i++)
            assert_same(s.snap, s.beside[i]);
    }
    worker_destroy(w);
}

/* In the middle of a training, at full pace, and with settings that change on the way: await looks at every step. */
static void nobody_is_ever_ahead(void **state)
{
    (void)state;
    struct experiment e = small(), other = e;
    struct worker *w = start(&e, true, 0);
    set(&other, "loss", "asoftmax");
    struct beside_wish wish[2] = { wish_of(1, 0, &other), wish_of(2, 0, &other) };
    worker_beside(w, wish, 2);
    struct seen s = await(w, both_past, 100);
    for (int i = 0; i < 10; i++) {
        char m[16];
        snprintf(m, sizeof m, "%.2f", 0.02 * i);
        set(&e, "m", m);
        worker_want(w, &e);
        set(&wish[1].experiment, "lr", i % 2 ? "0.002" : "0.001");
        worker_beside(w, wish, 2);
        s = await(w, both_past, s.snap->step + 20);
    }
    for (int i = 0; i < 5; i++) {
        worker_play(w, i % 2);
        SDL_Delay(3);
    }
    worker_destroy(w);
}

/* A copy taken in the middle goes on as the original: compared when both have gone on. */
static void a_copy_goes_on_as_the_original(void **state)
{
    (void)state;
    struct experiment e = small();
    struct worker *w = start(&e, false, 0);
    worker_step(w, 137);
    await(w, at, 137);
    struct beside_wish wish = wish_of(7, 0, &e);
    worker_beside(w, &wish, 1);
    struct seen s = await(w, both_at, 137);
    assert_same(s.snap, s.beside[0]);
    worker_step(w, 100);
    s = await(w, both_at, 237);
    assert_same(s.snap, s.beside[0]);
    assert_int_equal(s.id[0], 7);
    worker_destroy(w);
}

/* From step 0 with another loss: what the same settings would have been alone. */
static void beside_is_as_alone(void **state)
{
    (void)state;
    struct experiment e = small(), other = e;
    set(&other, "loss", "softmax");
    struct worker *w = start(&e, false, 0), *alone = start(&other, false, 0);
    struct beside_wish wish = wish_of(1, 0, &other);
    worker_beside(w, &wish, 1);
    await(w, beside_has_loss, other.loss);
    worker_reset(w);
    worker_step(w, 80);
    worker_step(alone, 80);
    struct seen s = await(w, both_at, 80), t = await(alone, at, 80);
    assert_same_arrays(s.beside[0], t.snap);
    worker_destroy(w);
    worker_destroy(alone);
}

/* Another network cannot join in the middle: all begin again, together. */
static void another_network_takes_all_to_the_start(void **state)
{
    (void)state;
    struct experiment e = small(), other = e;
    struct worker *w = start(&e, false, 0);
    worker_step(w, 50);
    await(w, at, 50);
    set(&other, "hidden", "8");
    struct beside_wish wish = wish_of(1, 0, &other);
    worker_beside(w, &wish, 1);
    struct seen s = await(w, both_at, 0);
    assert_int_equal(s.beside[0]->experiment.hidden[0], 8);
    worker_step(w, 5);
    await(w, both_at, 5);
    worker_destroy(w);
}

static void other_data_are_for_all(void **state)
{
    (void)state;
    struct experiment e = small();
    struct worker *w = start(&e, false, 0);
    struct beside_wish wish = wish_of(1, 0, &e);
    worker_beside(w, &wish, 1);
    await(w, has_besides, 1);
    worker_step(w, 20);
    await(w, both_at, 20);
    set(&e, "dataset", "moons");
    wish.experiment = e;
    worker_beside(w, &wish, 1);
    worker_want(w, &e);
    struct seen s = await(w, both_at, 0);
    while (strcmp(s.snap->data_name, s.beside[0]->data_name) != 0 || s.snap->classes != 2)
        s = await(w, both_at, 0);
    assert_same(s.snap, s.beside[0]);
    worker_step(w, 10);
    s = await(w, both_at, 10);
    assert_same(s.snap, s.beside[0]);
    worker_destroy(w);
}

static bool shows_past(const struct seen *s, long step)
{
    return s->besides > 0 && s->snap->step <= step;
}

/* Back in time all are at the frame's step, and going on from there all do. */
static void the_timeline_is_that_of_all(void **state)
{
    (void)state;
    struct experiment e = small();
    struct worker *w = start(&e, false, 0);
    struct beside_wish wish = wish_of(1, 0, &e);
    worker_beside(w, &wish, 1);
    await(w, has_besides, 1);
    for (long step = 10; step <= 100; step += 10) {
        worker_step(w, 10);
        await(w, both_at, step);
    }
    worker_show(w, 40);
    struct seen s = await(w, shows_past, 40);
    assert_int_equal(s.snap->step, 40);
    worker_branch(w, 40);
    for (bool back = false; !back;) {
        struct worker_state now;
        SDL_Delay(1);
        worker_state(w, &now);
        back = !now.loading && now.step == 40 && now.shown < 0;
    }
    worker_step(w, 25);
    s = await(w, both_at, 65);
    assert_same(s.snap, s.beside[0]);
    worker_destroy(w);
}

/* The leader goes: who takes its place stands where it stood, with the timeline it had, and nobody begins anew. */
static void without_the_leader_the_others_go_on(void **state)
{
    (void)state;
    struct experiment e = small(), other = e;
    struct worker *w = start(&e, false, 0);
    set(&other, "loss", "softmax");
    struct beside_wish wish[2] = { wish_of(1, 0, &other), wish_of(2, 0, &e) };
    worker_beside(w, wish, 2);
    await(w, has_besides, 2);
    worker_step(w, 30);
    struct seen s = await(w, both_at, 30);
    float second[40], third[40];
    memcpy(second, s.beside[0]->feature, sizeof second);
    memcpy(third, s.beside[1]->feature, sizeof third);
    worker_lead(w, 1, &other);
    worker_beside(w, &wish[1], 1);
    s = await(w, has_besides, 1);
    assert_int_equal(s.snap->step, 30);
    assert_int_equal(s.id[0], 2);
    assert_memory_equal(s.snap->feature, second, sizeof second);
    assert_memory_equal(s.beside[0]->feature, third, sizeof third);
    assert_true(worker_history_count(w) > 1);
    worker_step(w, 5);
    s = await(w, both_at, 35);
    assert_string_equal(experiment_loss(&s.snap->experiment)->id, "softmax");
    worker_destroy(w);
}

/* What was changed in one of them is changed again in that one. */
static void a_replay_is_that_of_all(void **state)
{
    (void)state;
    struct experiment e = small(), other = e;
    struct worker *w = start(&e, false, 0);
    struct beside_wish wish = wish_of(1, 0, &e);
    worker_beside(w, &wish, 1);
    await(w, has_besides, 1);
    worker_step(w, 20);
    await(w, both_at, 20);
    worker_step(w, 20);
    await(w, both_at, 40);
    set(&other, "lr", "0.01");
    wish.experiment = other;
    worker_beside(w, &wish, 1);
    worker_step(w, 30);
    struct seen s = await(w, both_at, 70);
    float first[2][40];
    memcpy(first[0], s.snap->feature, sizeof first[0]);
    memcpy(first[1], s.beside[0]->feature, sizeof first[1]);
    assert_memory_not_equal(first[0], first[1], sizeof first[0]);
    worker_branch(w, 20);
    struct worker_state now = { .replay_end = -1 };
    for (int i = 0; i < 60000 && now.replay_end < 0; i++) {
        SDL_Delay(1);
        worker_state(w, &now);
    }
    assert_int_equal(now.replay_end, 70);
    worker_replay(w, true);
    s = await(w, both_at, 70);
    assert_memory_equal(s.snap->feature, first[0], sizeof first[0]);
    assert_memory_equal(s.beside[0]->feature, first[1], sizeof first[1]);
    worker_destroy(w);
}

/* A loss that wants other labels cannot go along: the rest goes on without it. */
static void what_cannot_be_trained_is_left_out(void **state)
{
    (void)state;
    struct experiment e = small(), other = e;
    struct worker *w = start(&e, false, 0);
    set(&other, "loss", "huber");
    struct beside_wish wish[2] = { wish_of(1, 0, &e), wish_of(2, 0, &other) };
    worker_beside(w, wish, 2);
    struct worker_state now = { .failed = false };
    for (int i = 0; i < 60000 && !now.failed; i++) {
        SDL_Delay(1);
        worker_state(w, &now);
    }
    assert_true(now.failed);
    worker_step(w, 3);
    struct seen s = await(w, at, 3);
    assert_true(s.besides >= 1);
    assert_int_equal(s.id[0], 1);
    worker_destroy(w);
}

static void trainings_come_and_go(void **state)
{
    (void)state;
    struct experiment e = small();
    struct worker *w = start(&e, true, 0);
    long id = 0;
    for (int round = 0; round < 12; round++) {
        struct beside_wish wish[BESIDE_MAX];
        int count = round % (BESIDE_MAX + 1);
        for (int i = 0; i < count; i++)
            wish[i] = wish_of(++id, 0, &e);
        worker_beside(w, wish, count);
        if (round % 3 == 0)
            continue;
        struct seen s = await(w, has_besides, count);
        for (int i = 0; i < count; i++)
            assert_int_equal(s.id[i], wish[i].id);
    }
    worker_destroy(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_settings_give_equal_numbers_at_every_step),
        cmocka_unit_test(nobody_is_ever_ahead),
        cmocka_unit_test(a_copy_goes_on_as_the_original),
        cmocka_unit_test(beside_is_as_alone),
        cmocka_unit_test(another_network_takes_all_to_the_start),
        cmocka_unit_test(other_data_are_for_all),
        cmocka_unit_test(the_timeline_is_that_of_all),
        cmocka_unit_test(without_the_leader_the_others_go_on),
        cmocka_unit_test(a_replay_is_that_of_all),
        cmocka_unit_test(what_cannot_be_trained_is_left_out),
        cmocka_unit_test(trainings_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
