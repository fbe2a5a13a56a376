#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/experiment.h"
#include "math/schedule.h"

struct sample_value {
    const char *key, *value;
};

static const struct sample_value samples[] = {
    { "dataset", "optdigits" },
    { "classes", "0,1,4" },
    { "holdout", "7,8" },
    { "features-npy", "x.npy" },
    { "labels-npy", "y.npy" },
    { "weights-npy", "w.npy" },
    { "model", "identity" },
    { "hidden", "256,32,8" },
    { "filters", "8+16,32" },
    { "kernel", "5" },
    { "padding", "valid" },
    { "shift", "2" },
    { "activation", "relu" },
    { "feature-dim", "3" },
    { "seed", "18446744073709551615" },
    { "loss", "cosface" },
    { "optimizer", "momentum" },
    { "lr", "0.02" },
    { "momentum", "0.5" },
    { "weight-decay", "0.0005" },
    { "clip", "2.5" },
    { "batch", "full" },
    { "warmup", "100,50" },
    { "anneal", "off" },
    { "points", "1234" },
    { "split", "both" },
    { "axes", "3,7,1" },
    { "add", "center,ring" },
    { "bias", "off" },
    { "move", "3:0.5:-2,7:1:1" },
    { "draw", "3:0.5:-2,7:1:1" },
};

static const char *sample_for(const char *key)
{
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        if (strcmp(samples[i].key, key) == 0)
            return samples[i].value;
    fail_msg("no sample value for the setting %s", key);
    return NULL;
}

static void every_setting_reads_back_as_it_was_set(void **state)
{
    (void)state;
    for (int i = 0; i < experiment_key_count(); i++) {
        struct experiment e, fresh;
        struct why why = { "" };
        char text[EXPERIMENT_PATH], before[EXPERIMENT_PATH];
        const char *key = experiment_key(i), *value = sample_for(key);
        experiment_init(&e);
        experiment_init(&fresh);
        assert_true(experiment_get(&e, key, before, sizeof before));
        assert_string_not_equal(before, value);
        assert_int_equal(experiment_set(&e, key, value, &why), STATUS_OK);
        assert_true(experiment_get(&e, key, text, sizeof text));
        assert_string_equal(text, value);
        assert_int_equal(experiment_rebuilds(&fresh, &e), experiment_key_rebuilds(i));
        assert_int_equal(experiment_set(&e, key, before, &why), STATUS_OK);
        assert_true(experiment_get(&e, key, text, sizeof text));
        assert_string_equal(text, before);
    }
}

/* The largest value of a parameter as text, and one that is beyond. */
static void extremes(const struct param *param, char *most, char *beyond, size_t size)
{
    snprintf(most, size, "%.17g", param->max);
    snprintf(beyond, size, "%.17g", param->max + 1);
    if (param->kind == PARAM_CHOICE)
        snprintf(most, size, "%s", param->choice[(int)param->max]);
    if (param->kind == PARAM_LIST) {
        snprintf(most, size, "0.5:10:0");
        snprintf(beyond, size, "0.5:10.5");
    }
}

static void check_bounds(int loss, int p, const char *key)
{
    struct experiment e;
    struct why why = { "" };
    char most[64], beyond[64], text[64];
    const struct param *param = &loss_at(loss)->param[p];
    extremes(param, most, beyond, sizeof most);
    experiment_init(&e);
    if (!strchr(key, '.'))
        assert_int_equal(experiment_set(&e, "loss", loss_at(loss)->id, NULL), STATUS_OK);
    assert_int_equal(experiment_set(&e, key, most, &why), STATUS_OK);
    assert_close(e.param[loss][p], param->max, 0);
    assert_true(experiment_get(&e, key, text, sizeof text));
    if (param->kind == PARAM_CHOICE || param->kind == PARAM_LIST)
        assert_string_equal(text, most);
    else
        assert_close(strtod(text, NULL), param->max, 0);
    assert_int_equal(experiment_set(&e, key, beyond, &why), STATUS_USAGE);
    assert_non_null(strstr(why.text, param->kind == PARAM_CHOICE ? "choose" : "allowed"));
    assert_close(e.param[loss][p], param->max, 0);
}

static void every_parameter_of_every_loss_is_bounded(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++)
        for (int p = 0; p < loss_param_count(loss_at(i)); p++) {
            char key[64];
            snprintf(key, sizeof key, "%s.%s", loss_at(i)->id, loss_at(i)->param[p].id);
            check_bounds(i, p, key);
            if (loss_at(i)->family != FAMILY_TERM)
                check_bounds(i, p, loss_at(i)->param[p].id);
        }
}

/* Which terms go with which losses: centres and lengths are of classes and features, regular is of one
 * weight a class. */
static void terms_are_refused_where_they_find_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *loss, *term;
        bool fits;
    } row[] = { { "arcface", "center", true }, { "arcface", "regular", true }, { "triplet", "center", true },
        { "siamese", "ring", true }, { "triplet", "regular", false },
        { "subcenter_arcface", "regular", false }, { "subcenter_arcface", "uniform", true },
        { "hinge", "ring", false }, { "hinge", "regular", false }, { "l2", "center", false },
        { "huber", "regular", false }, { "multilabel", "center", false } };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct experiment e;
        struct why why = { "" };
        experiment_init(&e);
        assert_int_equal(experiment_set(&e, "loss", row[i].loss, &why), STATUS_OK);
        assert_int_equal(experiment_set(&e, "add", row[i].term, &why), STATUS_OK);
        assert_int_equal(experiment_term_fits(loss_find(row[i].loss), loss_find(row[i].term)), row[i].fits);
        if ((experiment_check(&e, &why) == STATUS_OK) != row[i].fits)
            fail_msg("%s with %s: %s", row[i].loss, row[i].term, why.text);
        assert_true(row[i].fits || (strstr(why.text, row[i].term) && strchr(why.text, ';')));
    }
}

static void pairs_need_something_to_train_and_a_batch_that_ends(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        struct experiment e;
        struct why why = { "" };
        experiment_init(&e);
        e.loss = i;
        e.model = MODEL_IDENTITY;
        bool learns = !loss_is_pair(loss_at(i)) || strcmp(loss_at(i)->id, "siamese") == 0;
        if (loss_at(i)->family != FAMILY_TERM)
            assert_int_equal(experiment_check(&e, &why), learns ? STATUS_OK : STATUS_USAGE);
        e.model = MODEL_FREE;
        if (loss_at(i)->family != FAMILY_TERM)
            assert_int_equal(experiment_check(&e, &why), STATUS_OK);
    }
}

static void refusals_say_what_is_allowed(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value, *say;
    } bad[] = {
        { "m", "7", "--set m=7: allowed 0 to 1.2" },
        { "model", "lstm", "choose mlp, cnn, free, identity" },
        { "filters", "16,,32", "allowed" },
        { "filters", "16+", "allowed" },
        { "filters", "none", "allowed" },
        { "filters", "1,1,1,1,1,1,1,1,1", "up to 8" },
        { "kernel", "0", "1 to 15" },
        { "padding", "wide", "choose same, valid" },
        { "optimizer", "lion", "choose sgd, momentum, adam" },
        { "lr", "fast", "allowed" },
        { "lr", "nan", "allowed" },
        { "lr", "-1", "allowed" },
        { "hidden", "128,,64", "allowed" },
        { "hidden", "128,", "allowed" },
        { "hidden", "0", "allowed" },
        { "hidden", "1,1,1,1,1,1,1", "allowed" },
        { "batch", "0", "full" },
        { "warmup", "300", "N,M" },
        { "warmup", "1,2,3", "N,M" },
        { "warmup", "-1,5", "N,M" },
        { "seed", "-1", "0 to" },
        { "seed", "1.5", "0 to" },
        { "points", "0", "1 to" },
        { "feature-dim", "1", "2 to" },
        { "split", "all", "train, test, both" },
        { "anneal", "maybe", "on, off" },
        { "loss", "arkface", "arcface" },
        { "colour", "red", "known" },
        { "lambda", "1", "known" },
        { "cosface.q", "1", "known" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct experiment e, kept;
        struct why why = { "" };
        experiment_init(&e);
        kept = e;
        if (experiment_set(&e, bad[i].key, bad[i].value, &why) != STATUS_USAGE ||
            !strstr(why.text, bad[i].say))
            fail_msg("%s=%s: \"%s\"", bad[i].key, bad[i].value, why.text);
        assert_memory_equal(&e, &kept, sizeof e);
    }
}

static void settings_that_clash_are_refused(void **state)
{
    (void)state;
    struct experiment e;
    struct why why = { "" };
    experiment_init(&e);
    assert_int_equal(experiment_check(&e, &why), STATUS_OK);
    e.model = MODEL_FREE;
    assert_int_equal(experiment_check(&e, &why), STATUS_OK);
    e.split = SPLIT_TEST;
    assert_int_equal(experiment_check(&e, &why), STATUS_USAGE);
    e.split = SPLIT_TRAIN;
    strcpy(e.holdout, "9");
    assert_int_equal(experiment_check(&e, &why), STATUS_USAGE);
}

static struct experiment with_loss(const char *id)
{
    struct experiment e;
    experiment_init(&e);
    assert_int_equal(experiment_set(&e, "loss", id, NULL), STATUS_OK);
    return e;
}

static double in_force(const struct experiment *e, const struct schedule *s, const char *param, long step)
{
    return schedule_force(s, e, step).param[loss_param_find(experiment_loss(e), param)];
}

static void warmup_is_norm_then_ramp_then_the_set_value(void **state)
{
    (void)state;
    static const struct {
        long k;
        double m;
        bool norm;
    } want[] = { { 0, 0, true }, { 299, 0, true }, { 300, 0, false }, { 450, 0.15, false },
        { 600, 0.3, false }, { 10000, 0.3, false } };
    struct experiment e = with_loss("arcface");
    struct schedule s;
    schedule_begin(&s, &e, 0);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        assert_close(in_force(&e, &s, "m", want[i].k), want[i].m, 1e-12);
        assert_int_equal(schedule_force(&s, &e, want[i].k).norm_radius, want[i].norm);
        assert_close(in_force(&e, &s, "s", want[i].k), 30, 0);
    }
    assert_int_equal(schedule_state(&s, &e, 120).warmup_step, 120);
    assert_int_equal(schedule_state(&s, &e, 120).warmup_length, 300);
    assert_int_equal(schedule_state(&s, &e, 450).warmup_length, 0);
    assert_int_equal(schedule_state(&s, &e, 450).ramp_step, 150);
    assert_int_equal(schedule_state(&s, &e, 600).ramp_length, 0);
    e.warmup[0] = e.warmup[1] = 0;
    assert_close(in_force(&e, &s, "m", 0), 0.3, 0);
    assert_false(schedule_force(&s, &e, 0).norm_radius);
}

static void a_late_loss_skips_the_norm_phase(void **state)
{
    (void)state;
    struct experiment e = with_loss("arcface");
    struct schedule s;
    schedule_begin(&s, &e, 2000);
    assert_false(schedule_force(&s, &e, 2000).norm_radius);
    assert_close(in_force(&e, &s, "m", 2000), 0, 0);
    assert_close(in_force(&e, &s, "m", 2150), 0.15, 1e-12);
    assert_close(in_force(&e, &s, "m", 2300), 0.3, 0);
    schedule_begin(&s, &e, 100);
    assert_true(schedule_force(&s, &e, 399).norm_radius);
    assert_false(schedule_force(&s, &e, 400).norm_radius);
}

static void lambda_falls_as_published_and_never_below_its_set_value(void **state)
{
    (void)state;
    struct experiment e = with_loss("asoftmax");
    struct schedule s;
    schedule_begin(&s, &e, 0);
    assert_close(in_force(&e, &s, "lambda", 0), 1000, 0);
    assert_close(in_force(&e, &s, "lambda", 299), 1000 / (1 + 0.12 * 299), 1e-12);
    assert_close(in_force(&e, &s, "lambda", 600), 1000 / 73.0, 1e-12);
    assert_close(in_force(&e, &s, "lambda", 800), 500 / 73.0, 1e-12);
    assert_close(in_force(&e, &s, "lambda", 1000), 0, 0);
    assert_close(in_force(&e, &s, "lambda", 10000), 0, 0);
    assert_false(schedule_force(&s, &e, 0).norm_radius);
    assert_close(in_force(&e, &s, "m", 0), 4, 0);
    assert_int_equal(experiment_set(&e, "lambda", "50", NULL), STATUS_OK);
    assert_close(in_force(&e, &s, "lambda", 500), 50, 0);
    assert_true(schedule_state(&s, &e, 500).annealing);
    assert_int_equal(experiment_set(&e, "anneal", "off", NULL), STATUS_OK);
    assert_close(in_force(&e, &s, "lambda", 0), 50, 0);
}

static void a_whole_number_margin_ramps_in_whole_numbers(void **state)
{
    (void)state;
    struct experiment e = with_loss("fnorm_sphereface");
    struct schedule s;
    assert_int_equal(experiment_set(&e, "m", "4", NULL), STATUS_OK);
    schedule_begin(&s, &e, 0);
    assert_close(in_force(&e, &s, "m", 299), 1, 0);
    assert_close(in_force(&e, &s, "m", 400), 2, 0);
    assert_close(in_force(&e, &s, "m", 600), 4, 0);
}

/* m touched in the |x| phase holds at once while |x| goes on; s touched ends the |x| phase. */
static void the_hand_wins(void **state)
{
    (void)state;
    struct experiment e = with_loss("arcface");
    struct schedule s;
    schedule_begin(&s, &e, 0);
    s.ended[loss_param_find(experiment_loss(&e), "m")] = true;
    assert_close(in_force(&e, &s, "m", 10), 0.3, 0);
    assert_true(schedule_force(&s, &e, 10).norm_radius);
    s.ended[loss_param_find(experiment_loss(&e), "s")] = true;
    assert_false(schedule_force(&s, &e, 10).norm_radius);
    schedule_begin(&s, &e, 0);
    assert_close(in_force(&e, &s, "m", 10), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_setting_reads_back_as_it_was_set),
        cmocka_unit_test(every_parameter_of_every_loss_is_bounded),
        cmocka_unit_test(terms_are_refused_where_they_find_nothing),
        cmocka_unit_test(pairs_need_something_to_train_and_a_batch_that_ends),
        cmocka_unit_test(refusals_say_what_is_allowed),
        cmocka_unit_test(settings_that_clash_are_refused),
        cmocka_unit_test(warmup_is_norm_then_ramp_then_the_set_value),
        cmocka_unit_test(a_late_loss_skips_the_norm_phase),
        cmocka_unit_test(lambda_falls_as_published_and_never_below_its_set_value),
        cmocka_unit_test(a_whole_number_margin_ramps_in_whole_numbers),
        cmocka_unit_test(the_hand_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
