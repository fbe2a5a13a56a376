/* What comes back in the window: the training of a bench that was left, and the settings of a step of the past. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/panel.h"
#include "app/panel_rows.h"
#include "tests/support/hand.h"

/* The state is read before the snapshot: they may be of two moments for one frame. */
static void await_dim(int dim)
{
    for (int i = 0; i < 20000 && (w->state.loading || w->snap->dim != dim || w->state.step != w->snap->step);
         i++)
        window_wait(w, 1);
    assert_int_equal(w->snap->dim, dim);
}

static void train(int steps)
{
    long end = w->state.step + steps;
    worker_step(w->worker, steps);
    for (int i = 0; i < 20000 && w->snap->step < end; i++)
        window_wait(w, 1);
    assert_int_equal(w->snap->step, end);
}

struct stood {
    long step;
    int frames;
    double weight[64];
};

static struct stood stand(void)
{
    struct stood s = { .step = w->snap->step, .frames = worker_history_count(w->worker) };
    memcpy(s.weight, w->snap->weight, (size_t)(w->snap->classes * w->snap->dim) * sizeof *s.weight);
    return s;
}

static void assert_stands(const struct stood *s)
{
    assert_int_equal(w->snap->step, s->step);
    assert_int_equal(w->state.step, s->step);
    assert_true(worker_history_count(w->worker) >= s->frames);
    assert_memory_equal(
        w->snap->weight, s->weight, (size_t)(w->snap->classes * w->snap->dim) * sizeof *s->weight);
}

static void a_bench_comes_back_with_its_training(void **unused)
{
    (void)unused;
    train(40);
    train(5);
    struct stood plane = stand();
    click("tab.sphere");
    await_dim(3);
    assert_true(w->snap->step == 0);
    train(15);
    struct stood sphere = stand();
    click("tab.plane");
    await_dim(2);
    assert_stands(&plane);
    assert_false(w->state.playing);
    train(1); /* and goes on */
    plane = stand();
    click("tab.sphere");
    await_dim(3);
    assert_stands(&sphere);
    worker_play(w->worker, true);
    worker_state(w->worker, &w->state);
    click("tab.plane");
    await_dim(2);
    assert_stands(&plane);
    assert_false(w->state.playing);
    click("tab.sphere");
    await_dim(3);
    assert_true(w->state.playing);
    worker_play(w->worker, false);
}

/* A training whose network is no longer the one that is wanted is made anew. */
static void another_network_begins_anew(void **unused)
{
    (void)unused;
    train(10);
    click("tab.sphere");
    await_dim(3);
    w->kept[BENCH_PLANE].seed++;
    click("tab.plane");
    await_dim(2);
    for (int i = 0; i < 20000 && w->snap->experiment.seed != w->experiment.seed; i++)
        window_wait(w, 1);
    assert_int_equal(w->snap->step, 0);
}

/* Faster than the worker can follow. */
static void there_and_back_at_once(void **unused)
{
    (void)unused;
    train(20);
    struct stood plane = stand();
    for (int i = 0; i < 3; i++) {
        click("tab.sphere");
        click("tab.plane");
    }
    await_rest();
    await_dim(2);
    assert_stands(&plane);
}

static void the_past_shows_what_was_set_then(void **unused)
{
    (void)unused;
    int margin = experiment_loss(&w->experiment)->margin;
    double before = w->experiment.param[w->experiment.loss][margin];
    assert_int_equal(experiment_set(&w->experiment, "warmup", "0,0", NULL), STATUS_OK);
    action_apply(w);
    train(5);
    train(5);
    w->experiment.param[w->experiment.loss][margin] = 0.061;
    action_apply(w);
    train(5);
    assert_true(isnan(row_force(w, margin)));
    action_scrub_to(w, 5);
    for (int i = 0; i < 20000 && !w->past; i++)
        window_wait(w, 1);
    assert_true(w->past);
    assert_true(row_force(w, margin) == before);
    assert_string_equal(window_control_value(w, "param.m"), "0.061");
    action_live(w, 0);
    for (int i = 0; i < 20000 && w->past; i++)
        window_wait(w, 1);
    assert_true(isnan(row_force(w, margin)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_bench_comes_back_with_its_training, open_window, close_window),
        cmocka_unit_test_setup_teardown(another_network_begins_anew, open_window, close_window),
        cmocka_unit_test_setup_teardown(there_and_back_at_once, open_window, close_window),
        cmocka_unit_test_setup_teardown(the_past_shows_what_was_set_then, open_window, close_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
