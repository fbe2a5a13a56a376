/* The coach: what it sees in real trainings that go wrong, and whether what it offers helps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

#include "app/dataset_open.h"
#include "math/trainer.h"
#include "tests/support/check.h"

enum { LONGEST = 1400 }; /* steps within which a stored example has gone wrong */

static struct dataset data;

static int open_data(void **state)
{
    struct experiment e;
    (void)state;
    openblas_set_num_threads(1);
    experiment_init(&e);
    return dataset_open(&e, &data, NULL) == STATUS_OK ? 0 : -1;
}

static int close_data(void **state)
{
    (void)state;
    dataset_clear(&data);
    return 0;
}

/* Settings "key=value", separated by spaces. */
static struct trainer *create(const char *settings)
{
    struct experiment e;
    struct trainer *t = NULL;
    struct why why = { "" };
    char text[256], *rest = NULL;
    experiment_init(&e);
    snprintf(text, sizeof text, "%s", settings);
    for (char *part = strtok_r(text, " ", &rest); part; part = strtok_r(NULL, " ", &rest)) {
        char *equals = strchr(part, '=');
        assert_non_null(equals);
        *equals = '\0';
        if (experiment_set(&e, part, equals + 1, &why) != STATUS_OK)
            fail_msg("%s: %s", settings, why.text);
    }
    if (trainer_create(&e, &data, &t, &why) != STATUS_OK)
        fail_msg("%s: %s", settings, why.text);
    return t;
}

static void train(struct trainer *t, int steps)
{
    for (int i = 0; i < steps; i++)
        trainer_step(t);
}

struct saved {
    uint8_t *bytes;
    size_t size;
};

static struct saved save(const struct trainer *t)
{
    struct saved s = { NULL, 0 };
    assert_int_equal(trainer_save(t, &s.bytes, &s.size, NULL), STATUS_OK);
    return s;
}

static void load(struct trainer *t, struct saved s)
{
    assert_int_equal(trainer_load(t, s.bytes, s.size, NULL), STATUS_OK);
}

/* Trainings that are known to go wrong, and what the coach calls it. */
static const struct example {
    const char *settings;
    enum coach_kind kind;
} example[] = {
    { "loss=normface seed=2 warmup=0,0", COACH_RAY },
    { "loss=normface seed=4 warmup=0,0", COACH_RAY },
    { "loss=cosface seed=3 warmup=0,0", COACH_RAY },
    { "loss=arcface seed=3 warmup=0,0 s=64", COACH_RAY },
    { "loss=arcface seed=1 warmup=0,0 m=1.2", COACH_RAY },
    { "loss=curricularface seed=2", COACH_RAY },
    { "loss=adaface seed=3 warmup=0,0", COACH_RAY },
    { "loss=fnorm_sphereface seed=1 warmup=0,0 anneal=off", COACH_RAY },
    { "loss=combined_margin seed=3 warmup=0,0", COACH_RAY },
    { "loss=sphereface2 seed=4", COACH_RAY },
    { "loss=asoftmax seed=1 anneal=off", COACH_RAY },
    { "loss=lsoftmax seed=3 anneal=off", COACH_RAY },
    { "loss=circle seed=3", COACH_RAY },
    { "loss=softmax seed=1 add=center center.lambda=1", COACH_RAY },
    { "loss=regular seed=3", COACH_RAY },
    { "loss=softmax seed=1 activation=tanh lr=0.3", COACH_POINT },
    { "loss=triplet seed=1 mining=hard", COACH_DEAD },
    { "loss=softmax seed=1 activation=relu lr=0.3", COACH_DEAD },
    { "loss=contrastive seed=1 lr=0.05", COACH_IDLE },
    { "loss=softmax seed=1 lr=1e-7", COACH_DEAD },
    { "loss=softmax seed=2 optimizer=momentum lr=1 clip=0", COACH_DIVERGED },
};
enum { EXAMPLES = sizeof example / sizeof *example };

static struct trainer *go_wrong(const struct example *x)
{
    struct trainer *t = create(x->settings);
    while (trainer_steps(t) < LONGEST && trainer_finding(t).kind != x->kind && !trainer_diverged(t))
        trainer_step(t);
    if (trainer_finding(t).kind != x->kind)
        fail_msg("%s: the coach sees %s", x->settings, coach_id(trainer_finding(t).kind));
    return t;
}

static void assert_said(const struct trainer *t)
{
    struct finding f = trainer_finding(t);
    const struct finding *log;
    char text[COACH_TEXT];
    trainer_sentence(t, &f, text);
    assert_true(strlen(text) > 20 && text[strlen(text) - 1] == '.');
    assert_true(trainer_findings(t, &log) >= 1);
}

/* Going back is the history's part: here the training is made again up to that step. */
static void go_back(struct trainer *t, struct saved start, long step)
{
    load(t, start);
    while (trainer_steps(t) < step)
        trainer_step(t);
}

static int fail_later(
    const char *settings, const char *label, const struct evaluation *before, const struct evaluation *after)
{
    print_error("%s, %s: accuracy %.3f to %.3f, gap %.1f\n", settings, label, before->train_accuracy,
        after->train_accuracy, after->min_gap_deg);
    return 1;
}

static void every_example_is_seen_and_every_cure_offered_helps(void **state)
{
    (void)state;
    int wrongs = 0;
    for (int i = 0; i < EXAMPLES; i++) {
        struct trainer *fresh = create(example[i].settings), *t = go_wrong(&example[i]);
        struct saved start = save(fresh), wrong = save(t);
        struct cure cure[CURE_MAX];
        struct evaluation before, after;
        struct finding found = trainer_finding(t);
        int cures = trainer_cures(t, cure);
        if (cures == 0)
            fail_msg("%s: nothing is offered", example[i].settings);
        assert_said(t);
        assert_int_equal(trainer_evaluate(t, false, &before), STATUS_OK);
        for (int c = 0; c < cures; c++) {
            char label[CURE_TEXT];
            load(t, wrong);
            if (cure[c].back >= 0)
                go_back(t, start, cure[c].back);
            assert_int_equal(trainer_cure(t, &cure[c], NULL), STATUS_OK);
            train(t, 900);
            assert_int_equal(trainer_evaluate(t, false, &after), STATUS_OK);
            cure_label(&cure[c], trainer_experiment(t), label);
            if (getenv("COACH_PRINT"))
                printf("%s | %s | %.1f -> %.1f gap %.1f\n", example[i].settings, label,
                    100 * before.train_accuracy, 100 * after.train_accuracy, after.min_gap_deg);
            bool apart = after.min_gap_deg >= 4 || found.kind != COACH_RAY || found.means;
            if (!(after.train_accuracy > before.train_accuracy + 0.05 && apart) || trainer_diverged(t) ||
                trainer_finding(t).kind != COACH_FINE)
                wrongs += fail_later(example[i].settings, label, &before, &after);
        }
        free(start.bytes);
        free(wrong.bytes);
        trainer_destroy(t);
        trainer_destroy(fresh);
    }
    assert_int_equal(wrongs, 0);
}

/* A margin far beyond its room and back again: the classes stay together, the coach still says so, and what it then
 * offers parts them. */
static void a_margin_beyond_its_room_and_back_leaves_classes_stuck(void **state)
{
    (void)state;
    struct trainer *t = create("loss=arcface seed=1 warmup=0,0 m=1.2");
    struct experiment wanted = *trainer_experiment(t);
    struct cure cure[CURE_MAX];
    struct evaluation before, after;
    train(t, 500);
    assert_int_equal(trainer_finding(t).kind, COACH_RAY);
    assert_true(trainer_finding(t).room);
    assert_int_equal(experiment_set(&wanted, "m", "0.3", NULL), STATUS_OK);
    assert_int_equal(trainer_retune(t, &wanted, NULL), STATUS_OK);
    train(t, 400);
    assert_int_equal(trainer_finding(t).kind, COACH_RAY);
    assert_false(trainer_finding(t).room);
    assert_int_equal(trainer_evaluate(t, false, &before), STATUS_OK);
    struct saved stuck = save(t);
    int cures = trainer_cures(t, cure);
    assert_true(cures > 0 && cure[0].kind == CURE_WARMUP);
    for (int c = 0; c < cures; c++) {
        if (cure[c].back >= 0)
            continue; /* the history's way is tried above */
        load(t, stuck);
        assert_int_equal(trainer_cure(t, &cure[c], NULL), STATUS_OK);
        train(t, 900);
        assert_int_equal(trainer_evaluate(t, false, &after), STATUS_OK);
        if (!(after.train_accuracy > before.train_accuracy + 0.3 && after.min_gap_deg >= 12))
            fail_msg("cure %d: accuracy %.3f to %.3f, gap %.1f", c, before.train_accuracy,
                after.train_accuracy, after.min_gap_deg);
    }
    free(stuck.bytes);
    trainer_destroy(t);
}

static void assert_same_bytes(const struct trainer *a, const struct trainer *b)
{
    struct saved x = save(a), y = save(b);
    assert_int_equal(x.size, y.size);
    assert_memory_equal(x.bytes, y.bytes, x.size);
    free(x.bytes);
    free(y.bytes);
}

static void the_journal_replays_a_cure(void **state)
{
    const struct cure cure[] = { { .kind = CURE_WARMUP, .back = -1 },
        { .kind = CURE_REMAKE, .back = -1, .a = 0, .b = 3 },
        { .kind = CURE_SCALE, .back = -1, .value = 7.5 } };
    const char *settings = "loss=cosface seed=3 warmup=0,0";
    (void)state;
    struct trainer *a = create(settings), *b = create(settings);
    train(a, 40);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(trainer_cure(a, &cure[i], NULL), STATUS_OK);
        train(a, 30);
    }
    const struct change *change;
    int changes = trainer_changes(a, &change);
    for (int i = 0; i < changes; i++) {
        while (trainer_steps(b) < change[i].step)
            trainer_step(b);
        assert_int_equal(trainer_replay(b, &change[i], NULL), STATUS_OK);
    }
    train(b, (int)(trainer_steps(a) - trainer_steps(b)));
    assert_same_bytes(a, b);
    trainer_destroy(a);
    trainer_destroy(b);
}

static void a_checkpoint_keeps_what_the_coach_knows(void **state)
{
    static const char *const settings[] = { "loss=cosface seed=3 warmup=0,0", "loss=triplet seed=1" };
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct trainer *a = create(settings[i]), *b = create(settings[i]);
        train(a, 175);
        struct saved half = save(a);
        load(b, half);
        train(a, 60);
        train(b, 60);
        assert_same_bytes(a, b);
        free(half.bytes);
        trainer_destroy(a);
        trainer_destroy(b);
    }
}

/* Steps made by hand */

static struct coach_step by_hand(
    long step, const struct loss_force *force, const double *row, const int *count)
{
    return (struct coach_step){ .step = step,
        .force = force,
        .dim = 2,
        .classes = 3,
        .loss = 1,
        .chance = 0.4,
        .looked = step % COACH_EVERY == 0,
        .right = 9,
        .seen = 10,
        .row = row,
        .class_count = count };
}

static struct finding after_steps(const double *row, const int *count, int steps)
{
    struct coach c;
    struct loss_force force = loss_force_initial(loss_find("arcface"));
    coach_init(&c);
    for (int i = 1; i <= steps; i++) {
        struct coach_step s = by_hand(i, &force, row, count);
        coach_watch(&c, &s);
    }
    return c.finding;
}

static void a_ray_is_two_present_classes_within_three_degrees_for_200_steps(void **state)
{
    const double near = 2.9 * acos(-1) / 180, far = 3.1 * acos(-1) / 180;
    const double close[] = { 1, 0, 2 * cos(near), 2 * sin(near), -1, 0 };
    const double apart[] = { 1, 0, 2 * cos(far), 2 * sin(far), -1, 0 };
    const int all[] = { 5, 5, 5 }, one_missing[] = { 5, 0, 5 };
    (void)state;
    assert_int_equal(after_steps(close, all, 209).kind, COACH_FINE);
    struct finding f = after_steps(close, all, 210);
    assert_int_equal(f.kind, COACH_RAY);
    assert_int_equal(f.a, 0);
    assert_int_equal(f.b, 1);
    assert_int_equal(after_steps(apart, all, 1000).kind, COACH_FINE);
    assert_int_equal(after_steps(close, one_missing, 1000).kind, COACH_FINE);
}

static void a_ray_that_outlasts_a_margin_beyond_its_room_stays_a_finding(void **state)
{
    const double row[] = { 1, 0, 1, 0.01, -1, 0 };
    const int all[] = { 5, 5, 5 };
    struct coach c;
    struct loss_force force = loss_force_initial(loss_find("arcface"));
    char text[COACH_TEXT];
    (void)state;
    coach_init(&c);
    for (int i = 1; i <= 600; i++) {
        struct coach_step s = by_hand(i, &force, row, all);
        s.room = i <= 400; /* then the margin is back */
        coach_watch(&c, &s);
    }
    assert_int_equal(c.finding.kind, COACH_RAY);
    assert_int_equal(c.finding.since, 10);
    assert_false(c.finding.room);
    assert_string_equal(coach_sentence(&c.finding, "4", "9", text),
        "4 and 9 lie on one ray since step 10: they seldom part by themselves.");
}

static void features_in_one_point_are_seen(void **state)
{
    const double feature[] = { 1, 0, 3, 0.02, 2, -0.01 };
    struct coach c;
    struct loss_force force = loss_force_initial(loss_find("softmax"));
    (void)state;
    coach_init(&c);
    for (int i = 1; i <= 210; i++) {
        struct coach_step s = by_hand(i, &force, NULL, NULL);
        s.n = 3;
        s.feature = feature;
        coach_watch(&c, &s);
    }
    assert_int_equal(c.finding.kind, COACH_POINT);
}

static void a_loss_that_falls_alone_is_seen(void **state)
{
    struct coach c, learning;
    struct loss_force force = loss_force_initial(loss_find("softmax"));
    (void)state;
    coach_init(&c);
    coach_init(&learning);
    for (int i = 1; i <= 800; i++) {
        struct coach_step s = by_hand(i, &force, NULL, NULL);
        s.loss = 2 - i / 800.0;
        s.right = 6;
        coach_watch(&c, &s);
        s.right = 5 + i / 270;
        coach_watch(&learning, &s);
    }
    assert_int_equal(c.finding.kind, COACH_IDLE);
    assert_int_equal(learning.finding.kind, COACH_FINE);
}

static void journal_words_of_cures_are_read_back(void **state)
{
    static const char *const wrong[] = { "", "ramp", "warmup ", "remake", "remake:4", "remake:4:4",
        "remake:-1:2", "remake:1:2:3" };
    struct cure cure;
    char text[CURE_TEXT];
    (void)state;
    assert_true(cure_parse("remake:4:9", &cure));
    cure_text(&cure, text);
    assert_string_equal(text, "remake:4:9");
    assert_true(cure_parse("warmup", &cure));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(cure_parse(wrong[i], &cure));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_is_seen_and_every_cure_offered_helps),
        cmocka_unit_test(a_margin_beyond_its_room_and_back_leaves_classes_stuck),
        cmocka_unit_test(the_journal_replays_a_cure),
        cmocka_unit_test(a_checkpoint_keeps_what_the_coach_knows),
        cmocka_unit_test(a_ray_is_two_present_classes_within_three_degrees_for_200_steps),
        cmocka_unit_test(a_ray_that_outlasts_a_margin_beyond_its_room_stays_a_finding),
        cmocka_unit_test(features_in_one_point_are_seen),
        cmocka_unit_test(a_loss_that_falls_alone_is_seen),
        cmocka_unit_test(journal_words_of_cures_are_read_back),
    };
    return cmocka_run_group_tests(tests, open_data, close_data);
}
