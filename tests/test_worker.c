/* The worker under storms: whole snapshots, exact steps, the latest wish, errors that leave the old training. */
#include <stdio.h>
#include <string.h>

#include <SDL.h>
#include <cblas.h>

#include "app/worker.h"
#include "support/check.h"

static SDL_atomic_t calls;

static void wake(void *arg)
{
    (void)arg;
    SDL_AtomicIncRef(&calls);
}

static struct experiment small(void)
{
    struct experiment e;
    experiment_init(&e);
    struct why why = { "" };
    assert_int_equal(experiment_set(&e, "dataset", "blobs", &why), STATUS_OK);
    assert_int_equal(experiment_set(&e, "hidden", "16", &why), STATUS_OK);
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

/* Polls until a fresh snapshot fits; patience for sanitizers, not a deadline. */
static const struct snapshot *await(struct worker *w, bool (*fits)(const struct snapshot *, long), long arg)
{
    for (int i = 0; i < 60000; i++) {
        bool fresh;
        const struct snapshot *s = worker_take(w, &fresh, NULL);
        if (s && fits(s, arg))
            return s;
        SDL_Delay(1);
    }
    fail_msg("no such snapshot");
    return NULL;
}

static bool at_step(const struct snapshot *s, long step)
{
    return s->step == step;
}

static bool past_step(const struct snapshot *s, long step)
{
    return s->step > step;
}

static bool has_seed(const struct snapshot *s, long seed)
{
    return s->experiment.seed == (uint64_t)seed;
}

static bool has_margin(const struct snapshot *s, long thousandths)
{
    const struct experiment *e = &s->experiment;
    return fabs(e->param[e->loss][experiment_loss(e)->margin] * 1000 - (double)thousandths) < 1e-6;
}

static bool map_of_now(const struct snapshot *s, long step)
{
    return s->inputs.w > 0 && s->inputs.step == s->step && s->step >= step;
}

static void idle(struct worker *w)
{
    struct worker_state state = { .loading = true };
    for (int i = 0; i < 60000 && state.loading; i++) {
        SDL_Delay(1);
        worker_state(w, &state);
    }
    assert_false(state.loading);
}

static bool margin_holds(const struct snapshot *s, long wanted)
{
    int m = s->force.loss->margin;
    return (s->force.param[m] == s->experiment.param[s->experiment.loss][m]) == (wanted != 0);
}

/* The set value was 0.3 and stays 0.3, but the warm-up no longer holds it at 0. */
static void a_hand_that_changes_nothing_ends_the_warm_up(void **unused)
{
    (void)unused;
    struct experiment e = small();
    struct worker *w = start(&e, false, 60);
    await(w, margin_holds, 0);
    worker_touch(w, "m");
    await(w, margin_holds, 1);
    worker_destroy(w);
}

static bool both_written(const struct snapshot *s, long unused)
{
    (void)unused;
    int found = 0;
    for (int i = 0; i < s->event_count; i++)
        found |= strncmp(s->event[i].text, "m ", 2) == 0   ? 1
                 : strncmp(s->event[i].text, "s ", 2) == 0 ? 2
                                                           : 0;
    return found == 3;
}

static void two_hands_in_one_frame_both_count(void **unused)
{
    (void)unused;
    struct experiment e = small();
    struct worker *w = start(&e, false, 60);
    await(w, margin_holds, 0);
    worker_touch(w, "m");
    worker_touch(w, "s");
    await(w, both_written, 0);
    worker_destroy(w);
}

static void many_workers_come_and_go(void **unused)
{
    (void)unused;
    struct experiment e = small();
    for (int i = 0; i < 40; i++) {
        struct worker *w = start(&e, i % 2 == 0, i % 3 ? 0 : 60);
        if (i % 4 == 0)
            await(w, past_step, -1);
        worker_destroy(w);
    }
    worker_destroy(NULL);
}

static void paused_steps_are_exact(void **unused)
{
    (void)unused;
    struct experiment e = small();
    struct worker *w = start(&e, false, 60);
    await(w, at_step, 0);
    worker_step(w, 1);
    await(w, at_step, 1);
    for (int i = 0; i < 24; i++)
        worker_step(w, 1);
    await(w, at_step, 25);
    worker_step(w, 5);
    await(w, at_step, 30);
    struct worker_state state;
    worker_state(w, &state);
    assert_int_equal(state.step, 30);
    assert_false(state.playing);
    worker_destroy(w);
}

static void retunes_do_not_disturb_a_training(void **unused)
{
    (void)unused;
    struct experiment e = small();
    int margin = experiment_loss(&e)->margin;
    struct worker *w = start(&e, true, 0);
    long last = await(w, past_step, 3)->step;
    for (int i = 0; i < 1000; i++) {
        e.param[e.loss][margin] = 0.001 * (i % 500);
        worker_want(w, &e);
        bool fresh;
        const struct snapshot *s = worker_take(w, &fresh, NULL);
        assert_true(s->step >= last);
        assert_int_equal(s->count, 200);
        last = s->step;
    }
    e.param[e.loss][margin] = 0.123;
    worker_want(w, &e);
    await(w, has_margin, 123);
    await(w, past_step, last + 3);
    worker_destroy(w);
}

static void retuning_while_paused_shows_it(void **unused)
{
    (void)unused;
    struct experiment e = small();
    struct worker *w = start(&e, false, 60);
    await(w, at_step, 0);
    worker_step(w, 7);
    await(w, at_step, 7);
    e.param[e.loss][experiment_loss(&e)->margin] = 0.417;
    worker_want(w, &e);
    const struct snapshot *s = await(w, has_margin, 417);
    assert_int_equal(s->step, 7);
    worker_destroy(w);
}

static void the_latest_wish_wins(void **unused)
{
    (void)unused;
    struct experiment e = small();
    struct worker *w = start(&e, true, 0);
    await(w, past_step, 0);
    for (int i = 2; i <= 30; i++) {
        e.seed = (uint64_t)i;
        worker_want(w, &e);
    }
    await(w, has_seed, 30);
    for (int i = 0; i < 50; i++) {
        bool fresh;
        assert_int_equal(worker_take(w, &fresh, NULL)->experiment.seed, 30);
        SDL_Delay(1);
    }
    worker_destroy(w);
}

static void a_reset_starts_from_the_same_bytes(void **unused)
{
    (void)unused;
    struct experiment e = small();
    struct worker *w = start(&e, false, 60);
    await(w, at_step, 0);
    worker_step(w, 1);
    struct snapshot first;
    snapshot_init(&first);
    assert_true(snapshot_copy(&first, await(w, at_step, 1)));
    worker_step(w, 20);
    await(w, at_step, 21);
    worker_reset(w);
    await(w, at_step, 0);
    worker_step(w, 1);
    const struct snapshot *again = await(w, at_step, 1);
    size_t numbers = (size_t)first.count * (size_t)first.dim;
    assert_int_equal(again->count, first.count);
    assert_memory_equal(again->feature, first.feature, numbers * sizeof *first.feature);
    assert_memory_equal(
        again->weight, first.weight, (size_t)first.classes * (size_t)first.dim * sizeof *first.weight);
    snapshot_clear(&first);
    worker_destroy(w);
}

static void a_missing_data_set_is_reported_and_training_goes_on(void **unused)
{
    (void)unused;
    struct experiment e = small(), bad = e;
    struct worker *w = start(&e, true, 0);
    long step = await(w, past_step, 0)->step;
    snprintf(bad.dataset, sizeof bad.dataset, "no/such/folder");
    worker_want(w, &bad);
    struct worker_state state = { 0 };
    for (int i = 0; i < 60000 && !state.failed; i++) {
        SDL_Delay(1);
        worker_state(w, &state);
    }
    assert_true(state.failed);
    assert_non_null(strstr(state.why.text, "no/such/folder"));
    await(w, past_step, step + 5);
    worker_want(w, &e);
    idle(w);
    for (int i = 0; i < 60000 && state.failed; i++) {
        SDL_Delay(1);
        worker_state(w, &state);
    }
    assert_false(state.failed);
    worker_destroy(w);
}

static void without_any_data_it_waits_for_a_better_wish(void **unused)
{
    (void)unused;
    struct experiment e = small(), bad = e;
    snprintf(bad.dataset, sizeof bad.dataset, "no/such/folder");
    struct worker *w = start(&bad, true, 60);
    idle(w);
    bool fresh;
    assert_null(worker_take(w, &fresh, NULL));
    worker_want(w, &e);
    await(w, past_step, 2);
    worker_destroy(w);
}

/* The pace must not stall, whatever a snapshot costs: the wait after a late one once never ended. */
static void every_pace_goes_on(void **unused)
{
    (void)unused;
    static const double pace[] = { 20, 60, 200, 600, 0 };
    struct experiment e = small();
    struct worker *w = start(&e, true, 600);
    for (int i = 0; i < 5; i++) {
        worker_pace(w, pace[i]);
        long step = await(w, past_step, -1)->step;
        await(w, past_step, step + 12);
    }
    worker_destroy(w);
}

static void a_snapshot_keeps_its_data(void **unused)
{
    (void)unused;
    struct experiment e = small();
    struct worker *w = start(&e, false, 60);
    await(w, at_step, 0);
    bool fresh;
    const struct dataset *data = NULL;
    const struct snapshot *s = worker_take(w, &fresh, &data);
    assert_non_null(data);
    int train = data->train, classes = data->classes;
    e.seed = 9;
    worker_want(w, &e);
    for (int i = 0; i < 200; i++) {
        SDL_Delay(1);
        assert_int_equal(s->experiment.seed, 1);
        assert_int_equal(data->train, train);
        assert_int_equal(data->classes, classes);
    }
    await(w, has_seed, 9);
    worker_destroy(w);
}

/* Paused or not, a map that is looked at becomes that of the step shown; nobody looks, nothing is measured. */
static void what_is_watched_is_measured(void **state)
{
    (void)state;
    struct experiment e = small();
    struct why why = { "" };
    assert_int_equal(experiment_set(&e, "dataset", "moons", &why), STATUS_OK);
    struct worker *w = start(&e, false, 0);
    assert_int_equal(await(w, at_step, 0)->inputs.w, 0);
    worker_watch(w, NEEDS_INPUTS);
    await(w, map_of_now, 0);
    worker_step(w, 3); /* sooner than the next map is due: it follows by itself */
    await(w, map_of_now, 3);
    worker_watch(w, 0);
    worker_step(w, 1);
    assert_true(await(w, at_step, 4)->inputs.step < 4);
    worker_watch(w, NEEDS_INPUTS | NEEDS_RECOGNITION);
    worker_play(w, true);
    await(w, map_of_now, 50);
    worker_destroy(w);
}

static void a_run_stands_exactly_where_it_ends(void **state)
{
    (void)state;
    struct experiment e = small();
    struct worker *w = start(&e, false, 0);
    struct worker_state now;
    long run = worker_run(w, &e, true, 70, -1);
    do {
        SDL_Delay(1);
        worker_state(w, &now);
    } while (now.run != run);
    assert_false(now.playing);
    assert_int_equal(now.step, 70);
    await(w, at_step, 70);
    run = worker_run(w, NULL, false, 70, -1); /* it is there already */
    do {
        SDL_Delay(1);
        worker_state(w, &now);
    } while (now.run != run);
    assert_int_equal(now.step, 70);
    worker_play(w, true); /* and nothing holds it any more */
    await(w, past_step, 70);
    worker_destroy(w);
}

static void a_run_goes_on_after_a_pause_and_begins_anew(void **state)
{
    (void)state;
    struct experiment e = small();
    struct worker *w = start(&e, false, 600);
    struct worker_state now;
    long run = worker_run(w, &e, true, 400, -1);
    await(w, past_step, 0);
    worker_play(w, false);
    idle(w);
    worker_state(w, &now);
    assert_true(now.run != run && now.step < 400);
    worker_pace(w, 0);
    worker_play(w, true);
    await(w, at_step, 400);
    worker_run(w, &e, true, 30, -1);
    await(w, at_step, 30);
    idle(w);
    worker_state(w, &now);
    assert_int_equal(now.step, 30);
    worker_destroy(w);
}

static void await_run(struct worker *w, long run)
{
    struct worker_state now;
    do {
        SDL_Delay(1);
        worker_state(w, &now);
    } while (now.run != run);
}

/* The trainings of a run's end, whatever has been done since; and not those of a run that a hand was in. */
static void a_marked_end_comes_back_to_the_byte(void **state)
{
    (void)state;
    struct experiment e = small(), other = e;
    struct worker *w = start(&e, false, 0);
    static struct beside_wish wish = { .id = 7, .from = BESIDE_LEADER };
    const struct snapshot *beside[BESIDE_MAX];
    const long again[BESIDE_MAX] = { 9 };
    long id[BESIDE_MAX];
    float first[2][40];
    assert_int_equal(experiment_set(&other, "loss", "softmax", NULL), STATUS_OK);
    wish.experiment = other;
    worker_beside(w, &wish, 1);
    await_run(w, worker_run(w, &e, true, 40, 3));
    await_run(w, worker_run(w, &e, true, 60, 4));
    const struct snapshot *s = await(w, at_step, 60);
    assert_int_equal(worker_besides(w, id, beside), 1);
    memcpy(first[0], s->feature, sizeof first[0]);
    memcpy(first[1], beside[0]->feature, sizeof first[1]);
    assert_true(worker_marked(w, 3) && worker_marked(w, 4));
    assert_false(worker_marked(w, 5) || worker_marked(w, -1) || worker_marked(w, 64));

    await_run(w, worker_run(w, &other, true, 90, 5)); /* everything is changed */
    worker_touch(w, "m");
    await_run(w, worker_run(w, NULL, false, 110, 6));
    assert_true(worker_marked(w, 5));
    assert_false(worker_marked(w, 6));

    await_run(w, worker_recall(w, 4, again));
    s = await(w, at_step, 60);
    assert_int_equal(worker_besides(w, id, beside), 1);
    assert_int_equal(id[0], 9);
    assert_memory_equal(s->feature, first[0], sizeof first[0]);
    assert_memory_equal(beside[0]->feature, first[1], sizeof first[1]);
    assert_memory_equal(&s->experiment, &e, sizeof e);
    assert_int_equal(worker_history_count(w), 1);
    await_run(w, worker_run(w, &e, false, 70, 8)); /* and goes on from there, as a run does */
    assert_true(worker_marked(w, 8));
    await_run(w, worker_recall(w, 4, again)); /* the mark of the last run stays its own */
    await(w, at_step, 60);
    await_run(w, worker_recall(w, 8, again));
    await(w, at_step, 70);
    worker_destroy(w);
}

/* Of large trainings there is room for a few: the oldest marks go, and what is left can be taken up. */
static void old_marks_make_room(void **state)
{
    (void)state;
    enum { ENDS = 4 };
    struct experiment e = small();
    const long none[BESIDE_MAX] = { 0 };
    assert_int_equal(experiment_set(&e, "hidden", "2048,2048", NULL), STATUS_OK);
    struct worker *w = start(&e, false, 0);
    int kept = 0;
    for (int i = 0; i < ENDS; i++)
        await_run(w, worker_run(w, &e, true, 0, i));
    for (int i = 0; i < ENDS; i++)
        kept += worker_marked(w, i);
    assert_in_range(kept, 1, ENDS - 1);
    for (int i = 0; i < ENDS; i++)
        assert_int_equal(worker_marked(w, i), i >= ENDS - kept);
    await_run(w, worker_recall(w, ENDS - kept, none));
    await(w, at_step, 0);
    worker_destroy(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_hands_in_one_frame_both_count),
        cmocka_unit_test(many_workers_come_and_go),
        cmocka_unit_test(a_hand_that_changes_nothing_ends_the_warm_up),
        cmocka_unit_test(paused_steps_are_exact),
        cmocka_unit_test(retunes_do_not_disturb_a_training),
        cmocka_unit_test(retuning_while_paused_shows_it),
        cmocka_unit_test(the_latest_wish_wins),
        cmocka_unit_test(a_reset_starts_from_the_same_bytes),
        cmocka_unit_test(a_missing_data_set_is_reported_and_training_goes_on),
        cmocka_unit_test(without_any_data_it_waits_for_a_better_wish),
        cmocka_unit_test(every_pace_goes_on),
        cmocka_unit_test(a_snapshot_keeps_its_data),
        cmocka_unit_test(a_run_stands_exactly_where_it_ends),
        cmocka_unit_test(a_run_goes_on_after_a_pause_and_begins_anew),
        cmocka_unit_test(a_marked_end_comes_back_to_the_byte),
        cmocka_unit_test(old_marks_make_room),
        cmocka_unit_test(what_is_watched_is_measured),
    };
    openblas_set_num_threads(1); /* one that checks threads sees no lock of its own */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
