/* What the line "differs in" of a comparison says, for every setting there is. */

#include <stdio.h>
#include <string.h>

#include "math/difference.h"
#include "tests/support/training.h"

enum { TEXT = 2048 };

static int differ(const struct experiment *a, const struct experiment *b, char *text)
{
    const struct experiment *both[] = { a, b };
    return experiment_differences(both, 2, text, TEXT);
}

/* Another value than the one at first, with what has to be set besides so that it counts. */
static const struct {
    const char *key, *value, *said;
} other[] = {
    { "dataset", "optdigits", "data mnist vs optdigits" },
    { "features-npy", "x.npy", "features none vs x.npy" },
    { "labels-npy", "y.npy", "labels none vs y.npy" },
    { "weights-npy", "w.npy", "weights none vs w.npy" },
    { "classes", "0,1,4", "classes none vs 0,1,4" },
    { "holdout", "7,8", "held-out classes none vs 7,8" },
    { "model", "free", "model mlp vs free" },
    { "hidden", "256,32", "hidden layers 128,64 vs 256,32" },
    { "activation", "relu", "activation prelu vs relu" },
    { "feature-dim", "3", "numbers in a feature 2 vs 3" },
    { "seed", "7", "seed 1 vs 7" },
    { "loss", "softmax", "loss asoftmax vs softmax" },
    { "optimizer", "sgd", "optimizer adam vs sgd" },
    { "lr", "0.02", "learning rate 0.001 vs 0.02" },
    { "momentum", "0.5", "momentum 0.9 vs 0.5" },
    { "weight-decay", "0.1", "weight decay 0 vs 0.1" },
    { "clip", "0", "clip 2 vs 0" },
    { "batch", "full", "batch 128 vs full" },
    { "warmup", "10,20", "warm-up none vs 10 + 20 steps" },
    { "anneal", "off", "annealing on vs off" },
    { "points", "100", "points shown 5000 vs 100" },
    { "split", "test", "shown split train vs test" },
    { "add", "center", "added terms none vs center" },
    { "bias", "off", "bias on vs off" },
    { "move", "3:0.5:-2", "moved points none vs 3:0.5:-2" },
    { "draw", "0:0.5:-2,1:1:1", "drawn points 0 vs 2" },
    { "axes", "3,7", "axes pca vs 3,7" },
    { "filters", "4,8", "filters 16,32 vs 4,8" },
    { "kernel", "5", "kernel 3 vs 5" },
    { "padding", "valid", "padding same vs valid" },
    { "shift", "2", "shift 0 vs 2" },
};

static void every_key_that_is_not_equal_is_named(void **state)
{
    (void)state;
    for (int k = 0; k < experiment_key_count(); k++) {
        struct experiment a, b;
        struct why why = { "" };
        char text[TEXT];
        size_t i = 0;
        while (i < sizeof other / sizeof *other && strcmp(other[i].key, experiment_key(k)) != 0)
            i++;
        if (i == sizeof other / sizeof *other)
            fail_msg("no other value for the setting %s", experiment_key(k));
        experiment_init(&a);
        a.loss = loss_index(loss_find("asoftmax"));
        b = a;
        if (experiment_set(&b, other[i].key, other[i].value, &why) != STATUS_OK)
            fail_msg("%s", why.text);
        int found = differ(&a, &b, text);
        if (found < 1 || !strstr(text, other[i].said))
            fail_msg("%s: said \"%s\"", other[i].key, text);
    }
}

static void every_parameter_of_every_loss_is_named(void **state)
{
    (void)state;
    for (int l = 0; l < loss_count(); l++) {
        const struct loss *loss = loss_at(l);
        int term = term_find(loss);
        for (int p = 0; p < loss_param_count(loss); p++) {
            struct experiment a, b;
            char text[TEXT], start[80];
            experiment_init(&a);
            a.loss = term < 0 ? l : a.loss;
            if (term >= 0)
                a.added[term] = true;
            b = a;
            const struct param *param = &loss->param[p];
            b.param[l][p] = param->initial > param->min ? param->min
                            : param->kind == PARAM_LIST ? 1
                                                        : param->max;
            snprintf(
                start, sizeof start, "%s%s%s ", term >= 0 ? loss->id : "", term >= 0 ? "." : "", param->id);
            int found = differ(&a, &b, text);
            if (found != 1 || strncmp(text, start, strlen(start)) != 0 || !strstr(text, " vs "))
                fail_msg("%s of %s: %d, said \"%s\"", param->id, loss->id, found, text);
        }
    }
}

static void equal_settings_differ_in_nothing(void **state)
{
    (void)state;
    for (int l = 0; l < loss_count(); l++) {
        struct experiment a, b;
        char text[TEXT] = "x";
        experiment_init(&a);
        a.loss = term_find(loss_at(l)) < 0 ? l : a.loss;
        b = a;
        assert_int_equal(differ(&a, &b, text), 0);
        assert_string_equal(text, "");
    }
}

static void several_are_listed_in_order(void **state)
{
    (void)state;
    struct experiment a, b, c;
    char text[TEXT];
    experiment_init(&a);
    set(&a, "m", "0.35");
    set(&a, "s", "16");
    b = c = a;
    set(&b, "m", "0.5");
    set(&b, "s", "30");
    assert_int_equal(differ(&a, &b, text), 2);
    assert_string_equal(text, "s 16 vs 30; m 0.35 vs 0.5");
    set(&c, "loss", "softmax");
    const struct experiment *all[] = { &a, &b, &c };
    assert_int_equal(experiment_differences(all, 3, text, sizeof text), 4);
    assert_string_equal(text,
        "loss arcface vs arcface vs softmax; s 16 vs 30 vs none; m 0.35 vs 0.5 vs none; "
        "warm-up 300 + 300 steps vs 300 + 300 steps vs none");
    experiment_own(all, 3, 1, NULL, text, sizeof text);
    assert_string_equal(text, "s 30, m 0.5, warm-up 300 + 300 steps");
    experiment_own(all, 3, 1, "m", text, sizeof text);
    assert_string_equal(text, "s 30, warm-up 300 + 300 steps");
    experiment_own(all, 3, 2, NULL, text, sizeof text);
    assert_string_equal(text, "warm-up none");
}

static void a_default_counts_as_what_it_stands_for(void **state)
{
    (void)state;
    struct experiment a, b;
    char text[TEXT];
    experiment_init(&a);
    b = a;
    set(&b, "lr", "0.001");
    set(&b, "warmup", "300,300");
    set(&b, "anneal", "off");
    assert_int_equal(differ(&a, &b, text), 0);
    set(&b, "lr", "default");
    set(&b, "model", "identity");
    assert_int_equal(differ(&a, &b, text), 2);
    assert_string_equal(text, "model mlp vs identity; learning rate 0.001 vs 0.02");
}

/* A parameter of a loss that nobody has chosen, or of a term that is off, changes nothing. */
static void what_is_not_in_use_is_not_named(void **state)
{
    (void)state;
    struct experiment a, b;
    char text[TEXT];
    experiment_init(&a);
    b = a;
    set(&b, "cosface.m", "0.1");
    set(&b, "center.lambda", "0.1");
    assert_int_equal(differ(&a, &b, text), 0);
    set(&b, "add", "center");
    assert_true(differ(&a, &b, text) >= 2);
    assert_non_null(strstr(text, "added terms none vs center; center.lambda none vs 0.1"));
}

static void a_short_room_is_never_overrun(void **state)
{
    (void)state;
    struct experiment a, b;
    char text[64];
    experiment_init(&a);
    b = a;
    set(&b, "loss", "circle");
    set(&b, "dataset", "a/very/long/path/that/goes/on/and/on/and/on/and/on/points.csv");
    const struct experiment *both[] = { &a, &b };
    for (int size = 1; size < (int)sizeof text; size++) {
        memset(text, '#', sizeof text);
        experiment_differences(both, 2, text, size);
        assert_true((int)strlen(text) < size);
        assert_int_equal(text[size], '#');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_that_is_not_equal_is_named),
        cmocka_unit_test(every_parameter_of_every_loss_is_named),
        cmocka_unit_test(equal_settings_differ_in_nothing),
        cmocka_unit_test(several_are_listed_in_order),
        cmocka_unit_test(a_default_counts_as_what_it_stands_for),
        cmocka_unit_test(what_is_not_in_use_is_not_named),
        cmocka_unit_test(a_short_room_is_never_overrun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
