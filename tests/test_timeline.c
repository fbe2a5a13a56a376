/* Going back in a training: what is shown, what goes on, and that a branch is the original again. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <SDL.h>

#include "app/worker.h"
#include "math/history.h"
#include "support/check.h"

static void wake(void *arg)
{
    (void)arg;
}

static struct experiment small(void)
{
    struct experiment e;
    struct why why = { "" };
    experiment_init(&e);
    assert_int_equal(experiment_set(&e, "dataset", "blobs", &why), STATUS_OK);
    assert_int_equal(experiment_set(&e, "hidden", "16", &why), STATUS_OK);
    e.points = 200;
    e.batch = 32;
    return e;
}

static struct worker *start(const struct experiment *e)
{
    struct worker *w = NULL;
    struct why why = { "" };
    if (worker_create(e, false, 0, wake, NULL, &w, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return w;
}

/* Polls until what is shown is of that step, as a kept frame when `shown` is its step, else (-1) as the present;
 * patience, not a deadline. */
static const struct snapshot *await(struct worker *w, long step, long shown)
{
    for (int i = 0; i < 60000; i++) {
        bool fresh;
        struct worker_state state;
        const struct snapshot *s = worker_take(w, &fresh, NULL);
        worker_state(w, &state);
        bool fits = worker_past(w) == (shown >= 0) && state.shown == shown;
        if (s && s->step == step && fits && !state.loading)
            return s;
        SDL_Delay(1);
    }
    fail_msg("step %ld is not shown", step);
    return NULL;
}

static void walk(struct worker *w, long from, long to)
{
    for (long step = from; step < to; step++) {
        worker_step(w, 1);
        await(w, step + 1, -1);
    }
}

static void want(struct worker *w, struct experiment *e, const char *key, const char *value)
{
    struct why why = { "" };
    if (experiment_set(e, key, value, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    worker_want(w, e);
    for (int i = 0; i < 60000; i++) {
        bool fresh;
        const struct snapshot *s = worker_take(w, &fresh, NULL);
        if (s && memcmp(&s->experiment, e, sizeof *e) == 0)
            return;
        SDL_Delay(1);
    }
    fail_msg("%s=%s is not in force", key, value);
}

static void frames_are_shown_and_left_again(void **unused)
{
    (void)unused;
    struct experiment e = small();
    struct worker *w = start(&e);
    long step[32];
    await(w, 0, -1);
    walk(w, 0, 20);
    assert_int_equal(worker_history_count(w), 21);
    assert_int_equal(worker_history_steps(w, step, 32), 21);
    for (int i = 0; i <= 20; i++)
        assert_int_equal(step[i], i);
    worker_show(w, 7);
    const struct snapshot *s = await(w, 7, 7);
    assert_int_equal(s->curve[s->curve_count - 1].step, 7);
    worker_show_by(w, -1);
    worker_show_by(w, -1);
    await(w, 5, 5);
    worker_show_by(w, 10);
    await(w, 15, 15);
    worker_show_by(w, -100);
    await(w, 0, 0);
    worker_show_by(w, 100); /* past the last */
    await(w, 20, -1);
    worker_show_by(w, -1);
    await(w, 19, 19);
    struct worker_state state;
    worker_state(w, &state);
    assert_int_equal(state.step, 20);
    worker_live(w);
    s = await(w, 20, -1);
    assert_int_equal(s->curve[s->curve_count - 1].step, 20);
    worker_show(w, 3);
    await(w, 3, 3);
    want(w, &e, "m", "0.5"); /* a change is one of the present */
    await(w, 20, -1);
    walk(w, 20, 22);
    worker_destroy(w);
}

static void playing_leads_to_the_present(void **unused)
{
    (void)unused;
    struct experiment e = small();
    struct worker *w = start(&e);
    await(w, 0, -1);
    walk(w, 0, 6);
    worker_show(w, 2);
    await(w, 2, 2);
    worker_play(w, true);
    bool on = false;
    for (int i = 0; i < 60000 && !on; i++) {
        bool fresh;
        on = worker_take(w, &fresh, NULL)->step > 6;
        SDL_Delay(1);
    }
    assert_true(on);
    worker_show(w, 4); /* pauses */
    await(w, 4, 4);
    struct worker_state before, after;
    worker_state(w, &before);
    assert_false(before.playing);
    SDL_Delay(30);
    worker_state(w, &after);
    assert_int_equal(after.step, before.step);
    worker_reset(w);
    await(w, 0, -1);
    assert_int_equal(worker_history_count(w), 1);
    const struct snapshot *ghost = worker_ghost(w);
    assert_non_null(ghost);
    assert_true(ghost->curve[ghost->curve_count - 1].step > 6);
    walk(w, 0, 3);
    want(w, &e, "hidden", "12"); /* the same data: curves to compare with */
    await(w, 0, -1);
    ghost = worker_ghost(w);
    assert_non_null(ghost);
    assert_int_equal(ghost->curve[ghost->curve_count - 1].step, 3);
    assert_int_not_equal(ghost->experiment.hidden[0], e.hidden[0]);
    walk(w, 0, 3);
    want(w, &e, "seed", "2"); /* other points are drawn */
    await(w, 0, -1);
    assert_null(worker_ghost(w));
    worker_destroy(w);
}

static void the_past_rolls_by_itself(void **unused)
{
    (void)unused;
    struct experiment e = small();
    struct worker *w = start(&e);
    await(w, 0, -1);
    walk(w, 0, 10);
    worker_pace(w, 200);
    worker_roll(w, true);
    long last = -1;
    struct worker_state state = { .rolling = true };
    for (int i = 0; i < 60000 && (state.rolling || state.shown >= 0); i++) {
        bool fresh;
        const struct snapshot *s = worker_take(w, &fresh, NULL);
        worker_state(w, &state);
        if (fresh && state.rolling && state.shown >= 0) {
            assert_true(s->step >= last || last == 10);
            last = s->step;
        }
        SDL_Delay(1);
    }
    await(w, 10, -1);
    worker_roll(w, true);
    worker_show(w, 5); /* a hand stops it */
    await(w, 5, 5);
    worker_state(w, &state);
    assert_false(state.rolling);
    worker_destroy(w);
}

enum { AT = 137, END = 300 };

struct numbers {
    double weight[64], loss;
    float feature[400];
};

static void note(const struct snapshot *s, struct numbers *out)
{
    memset(out, 0, sizeof *out);
    memcpy(out->weight, s->weight, (size_t)(s->classes * s->dim) * sizeof *s->weight);
    memcpy(out->feature, s->feature, (size_t)(s->count * s->dim) * sizeof *s->feature);
    out->loss = s->train_loss;
}

static const struct {
    long step;
    const char *key, *value;
} script[] = { { 40, "m", "0.2" }, { 90, "loss", "cosface" }, { 120, "lr", "0.004" }, { 137, "m", "0.1" },
    { 200, "loss", "contrastive" }, { 250, "loss", "arcface" } };

/* From a step to the end with the changes of the script; the numbers of each step. */
static void follow(struct worker *w, struct experiment *e, long from, struct numbers *out)
{
    for (long step = from; step <= END; step++) {
        await(w, step, -1); /* a change that comes with the order for a step is made before it */
        for (size_t i = 0; i < sizeof script / sizeof script[0]; i++)
            if (script[i].step == step && step > from)
                want(w, e, script[i].key, script[i].value);
        note(await(w, step, -1), &out[step]);
        if (step < END)
            worker_step(w, 1);
    }
}

static void a_branch_with_the_same_changes_is_the_original(void **unused)
{
    (void)unused;
    struct experiment e = small();
    struct worker *w = start(&e);
    struct numbers *first = calloc(END + 1, sizeof *first), *second = calloc(END + 1, sizeof *second);
    assert_non_null(first);
    assert_non_null(second);
    follow(w, &e, 0, first);
    assert_null(worker_ghost(w));
    worker_show(w, AT);
    const struct snapshot *s = await(w, AT, AT);
    struct experiment then = s->experiment;
    worker_branch(w, AT);
    s = await(w, AT, -1);
    assert_memory_equal(&s->experiment, &then, sizeof then);
    assert_int_equal(worker_history_count(w), AT + 1);
    assert_non_null(worker_ghost(w));
    assert_int_equal(worker_ghost(w)->step, END);
    follow(w, &then, AT, second);
    for (long step = AT; step <= END; step++)
        assert_memory_equal(&first[step], &second[step], sizeof first[step]);
    free(first);
    free(second);
    worker_destroy(w);
}

static void a_branch_keeps_the_first_point_of_the_curve(void **unused)
{
    (void)unused;
    struct experiment e = small();
    struct worker *w = start(&e);
    await(w, 0, -1);
    walk(w, 0, AT);
    worker_show(w, AT / 2);
    await(w, AT / 2, AT / 2);
    worker_branch(w, AT / 2);
    const struct snapshot *s = await(w, AT / 2, -1);
    assert_int_equal(s->curve[0].step, 0);
    assert_true(isfinite(s->curve[0].train_loss));
    worker_destroy(w);
}

/* All of it was measured, and what is made once more on the way back is not: from the first checkpoint, that is all. */
static void a_branch_keeps_every_value_of_the_curves(void **unused)
{
    (void)unused;
    struct experiment e = small();
    struct worker *w = start(&e);
    static struct curve_point before[CURVE_MAX];
    await(w, 0, -1);
    walk(w, 0, AT);
    int count = 0;
    const struct snapshot *s = await(w, AT, -1);
    while (count < s->curve_count && s->curve[count].step <= AT - 7)
        count++;
    memcpy(before, s->curve, (size_t)count * sizeof *before);
    assert_true(count > AT / 2);
    worker_branch(w, AT - 7);
    s = await(w, AT - 7, -1);
    assert_int_equal(s->curve_count, count);
    for (int i = 0; i < count; i++) {
        assert_true(isfinite(s->curve[i].train_loss) && isfinite(s->curve[i].test_accuracy));
        assert_memory_equal(&s->curve[i], &before[i], sizeof before[i]);
    }
    worker_destroy(w);
}

static void await_state(struct worker *w, bool (*fits)(const struct worker_state *state), const char *what)
{
    for (int i = 0; i < 60000; i++) {
        struct worker_state state;
        worker_state(w, &state);
        if (fits(&state))
            return;
        SDL_Delay(1);
    }
    fail_msg("%s: it does not come to that", what);
}

static bool replays(const struct worker_state *state)
{
    return state->replaying;
}

static bool rests(const struct worker_state *state)
{
    return !state->replaying && !state->playing;
}

static bool is_stuck(const struct worker_state *state)
{
    return state->stuck;
}

static bool can_replay(const struct worker_state *state)
{
    return state->replay_end >= 0;
}

/* What a snapshot has of the training, and its journal. */
static void assert_same_future(const struct snapshot *a, const struct snapshot *b)
{
    assert_int_equal(a->step, b->step);
    assert_memory_equal(&a->experiment, &b->experiment, sizeof a->experiment);
    assert_memory_equal(a->feature, b->feature, (size_t)(a->count * a->dim) * sizeof *a->feature);
    assert_memory_equal(a->weight, b->weight, (size_t)(a->classes * a->dim) * sizeof *a->weight);
    assert_int_equal(a->event_count, b->event_count);
    for (int i = 0; i < a->event_count; i++) {
        assert_int_equal(a->event[i].step, b->event[i].step);
        assert_string_equal(a->event[i].text, b->event[i].text);
    }
    assert_memory_equal(&a->train_loss, &b->train_loss, sizeof a->train_loss);
    assert_memory_equal(&a->force.param, &b->force.param, sizeof a->force.param);
}

static struct snapshot *keep(const struct snapshot *s)
{
    struct snapshot *copy = calloc(1, sizeof *copy);
    assert_non_null(copy);
    snapshot_init(copy);
    assert_true(snapshot_copy(copy, s));
    return copy;
}

static void forget(struct snapshot *s)
{
    snapshot_clear(s);
    free(s);
}

static void branch_at(struct worker *w, long step)
{
    worker_show(w, step);
    await(w, step, step);
    worker_branch(w, step);
    await(w, step, -1);
    await_state(w, can_replay, "branch");
}

static void replayed_changes_lead_to_the_old_future(void **unused)
{
    (void)unused;
    struct experiment e = small();
    struct worker *w = start(&e);
    struct worker_state state;
    struct numbers *first = calloc(END + 1, sizeof *first), now;
    assert_non_null(first);
    worker_reset(w); /* what is begun anew is replayed like the first */
    follow(w, &e, 0, first);
    struct snapshot *old = keep(await(w, END, -1));
    worker_state(w, &state);
    assert_int_equal(state.replay_end, -1); /* nothing was cut off */
    branch_at(w, AT);
    worker_state(w, &state);
    assert_int_equal(state.replay_end, END);
    assert_int_equal(state.replay_left, 2);
    worker_pace(w, 1);
    worker_replay(w, true);
    await_state(w, replays, "replay");
    worker_play(w, false); /* a pause: the steps after it are the replay's too */
    worker_state(w, &state);
    for (long step = state.step + 1; step < END; step++) {
        worker_step(w, 1);
        const struct snapshot *s = await(w, step, -1);
        note(s, &now);
        assert_memory_equal(&first[step], &now, sizeof now);
    }
    assert_true(worker_replayed(w));
    worker_step(w, 1);
    assert_same_future(old, await(w, END, -1));
    await_state(w, rests, "end");
    worker_state(w, &state);
    assert_int_equal(state.replay_end, -1);
    assert_non_null(worker_ghost(w));
    forget(old);
    free(first);
    worker_destroy(w);
}

/* Training on first, past a change of the old future: the replay begins at the branch. A change made since would be
 * lost by that: then it goes on from where it is, with the changes that are left. */
static void a_late_replay_begins_at_the_branch_unless_something_was_changed(void **unused)
{
    (void)unused;
    struct experiment e = small();
    struct worker *w = start(&e);
    struct worker_state state;
    struct numbers *numbers = calloc(END + 1, sizeof *numbers);
    assert_non_null(numbers);
    follow(w, &e, 0, numbers);
    struct snapshot *old = keep(await(w, END, -1));
    branch_at(w, AT);
    walk(w, AT, 220);
    worker_pace(w, 0);
    worker_replay(w, true);
    assert_same_future(old, await(w, END, -1));
    await_state(w, rests, "end");
    branch_at(w, AT);
    walk(w, AT, 220);
    struct experiment now = await(w, 220, -1)->experiment;
    want(w, &now, "m", "0.25");
    assert_false(worker_replayed(w));
    await_state(w, can_replay, "change");
    worker_state(w, &state);
    assert_int_equal(state.replay_left, 1);
    worker_replay(w, true);
    const struct snapshot *s = await(w, END, -1);
    assert_string_equal(experiment_loss(&s->experiment)->id, "arcface");
    assert_memory_not_equal(s->weight, old->weight, (size_t)(s->classes * s->dim) * sizeof *s->weight);
    now = s->experiment;
    await_state(w, rests, "end");
    want(w, &now, "m", "0.3");
    assert_false(worker_replayed(w)); /* a hand has spoken since */
    forget(old);
    free(numbers);
    worker_destroy(w);
}

/* What was changed only after the training had blown up is changed there again. */
static void a_replay_goes_through_a_divergence(void **unused)
{
    (void)unused;
    struct experiment e = small();
    assert_int_equal(experiment_set(&e, "optimizer", "momentum", NULL), STATUS_OK);
    assert_int_equal(experiment_set(&e, "clip", "0", NULL), STATUS_OK);
    struct worker *w = start(&e);
    struct worker_state state;
    await(w, 0, -1);
    walk(w, 0, 20);
    want(w, &e, "lr", "100");
    worker_play(w, true);
    await_state(w, is_stuck, "divergence");
    worker_state(w, &state);
    assert_false(state.playing);
    worker_play(w, false);
    long fallen = state.step;
    want(w, &e, "lr", "0.001");
    walk(w, fallen, fallen + 30);
    struct snapshot *old = keep(await(w, fallen + 30, -1));
    branch_at(w, 10);
    worker_replay(w, true);
    assert_same_future(old, await(w, fallen + 30, -1));
    await_state(w, rests, "end");
    forget(old);
    worker_destroy(w);
}

/* A second change of the network before the first step takes nothing away. */
static void the_ghost_outlasts_two_new_networks(void **unused)
{
    (void)unused;
    struct experiment e = small();
    struct worker *w = start(&e);
    await(w, 0, -1);
    walk(w, 0, 7);
    want(w, &e, "hidden", "12");
    await(w, 0, -1);
    want(w, &e, "hidden", "10");
    const struct snapshot *ghost = worker_ghost(w);
    assert_non_null(ghost);
    assert_int_equal(ghost->curve[ghost->curve_count - 1].step, 7);
    worker_destroy(w);
}

static void a_small_budget_keeps_few_frames_and_no_way_back(void **unused)
{
    (void)unused;
    struct experiment e = small();
    struct worker *w = start(&e);
    worker_history_budget(w, 50000);
    await(w, 0, -1);
    walk(w, 0, 100);
    assert_in_range(worker_history_count(w), 5, 30);
    long step[32];
    assert_int_equal(worker_history_steps(w, step, 32), worker_history_count(w));
    assert_int_equal(step[0], 0);
    assert_int_equal(step[worker_history_count(w) - 1], 100);
    worker_show(w, step[2]);
    await(w, step[2], step[2]);
    worker_destroy(w);
}

/* Every command in any order: under the thread sanitizer, and for what they leave behind. */
static void a_storm_ends_where_the_last_command_leads(void **unused)
{
    (void)unused;
    struct experiment e = small();
    struct worker *w = start(&e);
    await(w, 0, -1);
    unsigned dice = 1;
    for (int i = 0; i < 2000; i++) {
        dice = dice * 1664525 + 1013904223;
        bool fresh;
        switch (dice >> 28) {
        case 0:
            worker_play(w, true);
            break;
        case 1:
            worker_play(w, false);
            break;
        case 2:
            worker_show(w, (long)(dice >> 8) % 500);
            break;
        case 3:
            worker_show_by(w, (int)(dice >> 8) % 21 - 10);
            break;
        case 4:
            worker_live(w);
            break;
        case 5:
            worker_branch(w, (long)(dice >> 8) % 300);
            break;
        case 6:
            worker_roll(w, dice & 256);
            break;
        case 7:
            worker_step(w, 3);
            break;
        case 9:
            worker_replay(w, dice & 256);
            break;
        case 8:
            e.param[e.loss][experiment_loss(&e)->margin] = 0.001 * (i % 500);
            worker_want(w, &e);
            break;
        default:
            worker_take(w, &fresh, NULL);
            SDL_Delay(1);
        }
    }
    worker_branch(w, 0);
    const struct snapshot *s = await(w, 0, -1);
    assert_int_equal(s->count, 200);
    assert_int_equal(worker_history_count(w), 1);
    worker_destroy(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_shown_and_left_again),
        cmocka_unit_test(playing_leads_to_the_present),
        cmocka_unit_test(the_past_rolls_by_itself),
        cmocka_unit_test(a_branch_with_the_same_changes_is_the_original),
        cmocka_unit_test(a_branch_keeps_the_first_point_of_the_curve),
        cmocka_unit_test(a_branch_keeps_every_value_of_the_curves),
        cmocka_unit_test(replayed_changes_lead_to_the_old_future),
        cmocka_unit_test(a_late_replay_begins_at_the_branch_unless_something_was_changed),
        cmocka_unit_test(a_replay_goes_through_a_divergence),
        cmocka_unit_test(the_ghost_outlasts_two_new_networks),
        cmocka_unit_test(a_small_budget_keeps_few_frames_and_no_way_back),
        cmocka_unit_test(a_storm_ends_where_the_last_command_leads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
