/* What one set of controls does to trainings beside each other: the changes, not the rest; data and seed always. */

#include <stdio.h>
#include <string.h>

#include "app/compare.h"
#include "tests/support/training.h"

static const char *get(const struct experiment *e, const char *key)
{
    static char text[8192];
    assert_true(experiment_get(e, key, text, sizeof text));
    return text;
}

static void data_and_seed_are_shared_and_nothing_else(void **state)
{
    (void)state;
    struct experiment before, after, other;
    experiment_init(&before);
    after = other = before;
    set(&other, "loss", "softmax");
    set(&other, "lr", "0.01");
    set(&after, "dataset", "blobs");
    set(&after, "seed", "9");
    set(&after, "m", "0.1");
    set(&after, "batch", "32");
    set(&after, "points", "700");
    compare_follow(&other, &before, &after, false);
    assert_string_equal(get(&other, "dataset"), "blobs");
    assert_string_equal(get(&other, "seed"), "9");
    assert_string_equal(get(&other, "points"), "700");
    assert_string_equal(get(&other, "loss"), "softmax");
    assert_string_equal(get(&other, "lr"), "0.01");
    assert_string_equal(get(&other, "batch"), "128");
    assert_string_equal(get(&other, "arcface.m"), "0.3");
}

/* Only what was changed: the other keeps the rest of what sets it apart. */
static void controls_that_drive_all_pass_on_changes(void **state)
{
    (void)state;
    struct experiment before, after, other;
    experiment_init(&before);
    after = other = before;
    set(&other, "m", "0.5");
    set(&other, "lr", "0.01");
    set(&after, "s", "16");
    set(&after, "batch", "full");
    set(&after, "add", "center");
    set(&after, "center.lambda", "0.2");
    compare_follow(&other, &before, &after, true);
    assert_string_equal(get(&other, "arcface.s"), "16");
    assert_string_equal(get(&other, "arcface.m"), "0.5");
    assert_string_equal(get(&other, "lr"), "0.01");
    assert_string_equal(get(&other, "batch"), "full");
    assert_string_equal(get(&other, "add"), "center");
    assert_string_equal(get(&other, "center.lambda"), "0.2");
}

/* Walks every key: with `all` each change arrives, and without it those of the data alone. */
static void every_key_follows_or_not(void **state)
{
    (void)state;
    static const char *const value[][2] = { { "dataset", "blobs" }, { "classes", "0,1,4" },
        { "holdout", "7" }, { "features-npy", "x.npy" }, { "labels-npy", "y.npy" },
        { "weights-npy", "w.npy" }, { "model", "free" }, { "hidden", "8" }, { "filters", "8,16" },
        { "kernel", "5" }, { "padding", "valid" }, { "shift", "1" }, { "activation", "relu" },
        { "feature-dim", "3" }, { "seed", "5" }, { "loss", "softmax" }, { "optimizer", "sgd" },
        { "lr", "0.5" }, { "momentum", "0.1" }, { "weight-decay", "0.1" }, { "clip", "0" }, { "batch", "16" },
        { "warmup", "1,2" }, { "anneal", "off" }, { "points", "10" }, { "split", "both" }, { "add", "ring" },
        { "bias", "off" }, { "move", "3:1:2" }, { "draw", "3:1:2" }, { "axes", "0,1" } };
    for (int k = 0; k < experiment_key_count(); k++) {
        size_t i = 0;
        while (i < sizeof value / sizeof *value && strcmp(value[i][0], experiment_key(k)) != 0)
            i++;
        if (i == sizeof value / sizeof *value)
            fail_msg("no value for the setting %s", experiment_key(k));
        struct experiment before, after, all, focus;
        experiment_init(&before);
        after = all = focus = before;
        set(&after, value[i][0], value[i][1]);
        compare_follow(&all, &before, &after, true);
        compare_follow(&focus, &before, &after, false);
        if (strcmp(get(&all, value[i][0]), value[i][1]) != 0)
            fail_msg("%s does not follow", value[i][0]);
        bool data = strstr("dataset classes holdout features-npy labels-npy weights-npy seed points split "
                           "move draw axes",
                        value[i][0]) != NULL;
        if ((strcmp(get(&focus, value[i][0]), value[i][1]) == 0) != data)
            fail_msg("%s %s", value[i][0], data ? "does not follow" : "follows");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_and_seed_are_shared_and_nothing_else),
        cmocka_unit_test(controls_that_drive_all_pass_on_changes),
        cmocka_unit_test(every_key_follows_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
