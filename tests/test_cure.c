/* A cure of the coach and back again: what it changed, and the steps it cut off. */
#include <string.h>

#include "app/compare.h"
#include "app/undo.h"
#include "math/history.h"
#include "tests/support/hand.h"

enum { ILL = 60, MORE = 25 };

static void train(int steps)
{
    worker_step(w->worker, steps);
    await_rest();
}

/* The card offers it, as it would after that step. */
static void offer(struct cure cure)
{
    static struct snapshot ill;
    ill = *w->snap;
    snprintf(ill.coach, sizeof ill.coach, "Two classes lie on one ray.");
    ill.finding = (struct finding){ .kind = COACH_RAY, .step = ILL, .since = 30, .b = 1 };
    ill.cures = 1;
    ill.cure[0] = cure;
    w->snap = &ill;
    w->coach_dismissed = 0;
    click("coach.1");
}

struct stood {
    long step;
    double weight[64];
    float feature[64];
    struct curve_point last;
    struct experiment experiment;
};

static struct stood stand(const struct snapshot *s)
{
    struct stood out = { .step = s->step, .last = s->curve[s->curve_count - 1], .experiment = s->experiment };
    assert_true(s->classes * s->dim <= 64 && s->count * s->dim >= 64);
    memcpy(out.weight, s->weight, (size_t)(s->classes * s->dim) * sizeof *s->weight);
    memcpy(out.feature, s->feature, sizeof out.feature);
    return out;
}

static void assert_stands(const struct stood *was, const struct snapshot *s)
{
    struct stood now = stand(s);
    assert_int_equal(now.step, was->step);
    assert_memory_equal(now.weight, was->weight, sizeof now.weight);
    assert_memory_equal(now.feature, was->feature, sizeof now.feature);
    assert_memory_equal(&now.last, &was->last, sizeof now.last);
    assert_memory_equal(&now.experiment, &was->experiment, sizeof now.experiment);
}

static void cured_and_back(struct cure cure)
{
    worker_reset(w->worker);
    await_rest();
    for (int i = 0; i < ILL / 10; i++)
        train(10);
    struct stood ill = stand(w->snap);
    struct experiment before = w->experiment;
    assert_int_equal(ill.step, ILL);
    offer(cure);
    worker_play(w->worker, false);
    await_rest();
    assert_true(w->snap->step < ILL || cure.back < 0);
    train(MORE);
    key(SDLK_z, KMOD_CTRL);
    await_rest();
    assert_non_null(strstr(w->notice, "as it was before it"));
    assert_stands(&ill, w->snap);
    assert_memory_equal(&w->experiment, &before, sizeof before);
    assert_false(w->state.playing);

    train(MORE); /* it goes on as if there had been no cure, and its past can be gone back to */
    struct stood on = stand(w->snap);
    long kept[HISTORY_FRAMES];
    int count = worker_history_steps(w->worker, kept, HISTORY_FRAMES);
    assert_true(count >= 2 && kept[0] == (cure.back == 0 ? ILL : 0) && kept[count - 1] == ILL + MORE);
    worker_branch(w->worker, ILL);
    await_rest();
    assert_stands(&ill, w->snap);
    train(MORE);
    assert_stands(&on, w->snap);
    worker_branch(w->worker, 0);
    await_rest();
    assert_int_equal(w->snap->step, kept[0]);
    if (kept[0] > 0)
        return;
    for (int i = 0; i < ILL / 10; i++)
        train(10);
    assert_stands(&ill, w->snap);
}

static void a_cure_from_here_is_undone(void **unused)
{
    (void)unused;
    cured_and_back((struct cure){ .kind = CURE_RATE, .back = -1, .value = 0.01 });
    cured_and_back((struct cure){ .kind = CURE_REMAKE, .back = -1, .a = 0, .b = 1 });
}

static void a_cure_from_an_earlier_step_is_undone(void **unused)
{
    (void)unused;
    cured_and_back((struct cure){ .kind = CURE_WARMUP, .back = 20 });
    cured_and_back((struct cure){ .kind = CURE_RATE, .back = 0, .value = 0.01 });
}

static void an_undone_cure_is_done_again(void **unused)
{
    (void)unused;
    worker_reset(w->worker);
    await_rest();
    for (int i = 0; i < ILL / 10; i++)
        train(10);
    offer((struct cure){ .kind = CURE_RATE, .back = 20, .value = 0.02 });
    worker_play(w->worker, false);
    await_rest();
    struct stood cured = stand(w->snap);
    key(SDLK_z, KMOD_CTRL);
    await_rest();
    assert_int_equal(w->snap->step, ILL);
    key(SDLK_z, KMOD_CTRL | KMOD_SHIFT);
    worker_play(w->worker, false);
    await_rest();
    assert_close(w->experiment.lr, 0.02, 1e-12);
    assert_true(w->snap->step >= 10 &&
                w->snap->step < ILL); /* the frame of step 20 was the cured one, the next before it is 10 */
    assert_true(cured.step >= 20);
    key(SDLK_z, KMOD_CTRL);
    await_rest();
    assert_int_equal(w->snap->step, ILL);
}

/* What was kept is of a training that is gone: the settings come back all the same, and it says so. */
static void after_a_new_beginning_only_the_settings_come_back(void **unused)
{
    (void)unused;
    worker_reset(w->worker);
    await_rest();
    train(ILL);
    double lr = w->experiment.lr;
    offer((struct cure){ .kind = CURE_RATE, .back = -1, .value = lr / 3 });
    worker_play(w->worker, false);
    await_rest();
    key(SDLK_r, 0);
    await_rest();
    key(SDLK_z, KMOD_CTRL);
    await_rest();
    assert_non_null(strstr(w->notice, "no longer kept"));
    assert_close(w->experiment.lr, lr, 1e-12);
    assert_close(w->snap->experiment.lr, lr, 1e-12);
    assert_int_equal(w->snap->step, 0);
}

/* The last few are kept whole: of one before them the settings alone come back. */
static void so_many_cures_are_kept(void **unused)
{
    (void)unused;
    enum { KEPT = 4 };
    worker_reset(w->worker);
    await_rest();
    train(ILL);
    double lr = w->experiment.lr;
    for (int i = 0; i <= KEPT; i++) {
        offer((struct cure){ .kind = CURE_RATE, .back = -1, .value = 0.01 / (i + 1) });
        worker_play(w->worker, false);
        await_rest();
    }
    for (int i = KEPT; i >= 0; i--) {
        w->notice[0] = '\0';
        key(SDLK_z, KMOD_CTRL);
        await_rest();
        assert_non_null(strstr(w->notice, i > 0 ? "as it was before it" : "no longer kept"));
        assert_close(w->experiment.lr, i > 0 ? 0.01 / i : lr, 1e-12);
    }
}

/* The clock is that of all: they come back with it. */
static void those_beside_come_back_too(void **unused)
{
    (void)unused;
    worker_reset(w->worker);
    await_rest();
    action_compare(w, 0);
    await_rest();
    action_tab(w, 0);
    for (int i = 0; i < ILL / 10; i++)
        train(10);
    compare_focus(w, 0);
    struct stood ill[2] = { stand(w->compare->snap[0]), stand(w->compare->snap[1]) };
    offer((struct cure){ .kind = CURE_RATE, .back = 20, .value = 0.01 });
    worker_play(w->worker, false);
    await_rest();
    train(MORE);
    key(SDLK_z, KMOD_CTRL);
    await_rest();
    for (int i = 0; i < 2; i++)
        assert_stands(&ill[i], w->compare->snap[i]);
    train(MORE);
    assert_int_equal(w->compare->snap[1]->step, ILL + MORE);
    assert_memory_equal(&w->compare->snap[0]->train_loss, &w->compare->snap[1]->train_loss, sizeof(double));
}

/* ---- back to where it was well ---- */

/* The card of a finding since step 50, beside a curve with these accuracies at every tenth step. */
static const char *back_of(const double *accuracy, int count, enum coach_kind kind)
{
    static struct snapshot ill;
    static char label[UI_LABEL];
    ill = *w->snap;
    snprintf(ill.coach, sizeof ill.coach, "Two classes lie on one ray.");
    ill.finding = (struct finding){ .kind = kind, .step = ILL, .since = 50, .b = 1 };
    w->snap = &ill;
    for (int i = 0; i < count; i++)
        w->present.curve[i] = (struct curve_point){ .step = 10 * i, .train_accuracy = (float)accuracy[i] };
    w->present.curve_count = count;
    window_control(w, "play", (double[4]){ 0 });
    const struct ui_item *item = ui_find(&w->ui, "coach.back");
    snprintf(label, sizeof label, "%s", item ? item->label : "");
    return label;
}

static void back_leads_to_a_step_that_was_well_or_nowhere(void **unused)
{
    (void)unused;
    worker_reset(w->worker);
    await_rest();
    for (int i = 0; i < ILL / 10; i++)
        train(10);
    struct snapshot good = *w->snap;
    const double late[] = { 0.3, 0.6, 0.9, 0.95, 0.96, 0.5, 0.5 },
                 cold[] = { 0.3, 0.3, 0.35, 0.3, 0.3, 0.5, 0.5 };
    const double sinks[] = { 0.3, 0.9, 0.95, 0.4, 0.3, 0.5, 0.5 },
                 still[] = { 0.1, 0.5, 0.6, 0.6, 0.6, 0.9, 0.9 };
    assert_string_equal(back_of(late, 7, COACH_RAY), "Back to step 40");
    w->snap = &good;
    assert_string_equal(back_of(cold, 7, COACH_RAY), "");
    w->snap = &good;
    assert_string_equal(back_of(sinks, 7, COACH_RAY), "Back to step 20");
    w->snap = &good;
    assert_string_equal(back_of(still, 7, COACH_RAY), "");
    w->snap = &good;
    assert_string_equal(back_of(late, 7, COACH_DIVERGED), "Back to step 20");
    click("coach.back");
    await_rest();
    assert_int_equal(w->snap->step, 20);
    assert_false(w->state.playing || w->past);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_cure_from_here_is_undone, open_window, close_window),
        cmocka_unit_test_setup_teardown(a_cure_from_an_earlier_step_is_undone, open_window, close_window),
        cmocka_unit_test_setup_teardown(an_undone_cure_is_done_again, open_window, close_window),
        cmocka_unit_test_setup_teardown(
            after_a_new_beginning_only_the_settings_come_back, open_window, close_window),
        cmocka_unit_test_setup_teardown(so_many_cures_are_kept, open_window, close_window),
        cmocka_unit_test_setup_teardown(those_beside_come_back_too, open_window, close_window),
        cmocka_unit_test_setup_teardown(
            back_leads_to_a_step_that_was_well_or_nowhere, open_window, close_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
