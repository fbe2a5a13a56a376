/* The past of a training: what comes back, what is let go, and a branch that repeats the original byte for byte. */
#include "math/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/support/training.h"

static struct dataset blobs;

static int load_data(void **state)
{
    (void)state;
    struct why why = { "" };
    return dataset_find("blobs")->make(1, &blobs, &why) == STATUS_OK ? 0 : -1;
}

static int drop_data(void **state)
{
    (void)state;
    dataset_clear(&blobs);
    return 0;
}

static struct experiment small(const char *loss, const char *dim)
{
    struct experiment e;
    experiment_init(&e);
    set(&e, "dataset", "blobs");
    set(&e, "hidden", "16");
    set(&e, "feature-dim", dim);
    set(&e, "loss", loss);
    set(&e, "batch", "32");
    set(&e, "points", "150");
    return e;
}

static void steps_to(struct trainer *t, long step)
{
    while (trainer_steps(t) < step)
        trainer_step(t);
}

static void look(struct trainer *t, struct snapshot *s)
{
    assert_int_equal(trainer_snapshot(t, s), STATUS_OK);
}

static void all_near(const double *got, const double *want, int n)
{
    for (int i = 0; i < n; i++)
        assert_close(got[i], want[i], 1e-6);
}

static void same_numbers(const struct snapshot *got, const struct snapshot *want)
{
    assert_int_equal(got->step, want->step);
    assert_memory_equal(&got->epoch, &want->epoch, sizeof want->epoch);
    assert_memory_equal(&got->train_loss, &want->train_loss, sizeof want->train_loss);
    assert_memory_equal(&got->test_accuracy, &want->test_accuracy, sizeof want->test_accuracy);
    assert_memory_equal(&got->norm_p99, &want->norm_p99, sizeof want->norm_p99);
    assert_memory_equal(&got->force, &want->force, sizeof want->force);
    assert_memory_equal(&got->experiment, &want->experiment, sizeof want->experiment);
    assert_string_equal(got->data_name, want->data_name);
    assert_string_equal(got->message, want->message);
    assert_int_equal(got->recognition.measured, want->recognition.measured);
    assert_int_equal(got->recognition.step, want->recognition.step);
    assert_memory_equal(got->class_name, want->class_name, sizeof want->class_name);
}

static void same_samples(const struct snapshot *got, const struct snapshot *want)
{
    size_t n = (size_t)want->count;
    assert_int_equal(got->count, want->count);
    assert_int_equal(got->dim, want->dim);
    assert_memory_equal(got->label, want->label, n * sizeof *want->label);
    assert_memory_equal(got->predicted, want->predicted, n * sizeof *want->predicted);
    assert_memory_equal(got->row, want->row, n * sizeof *want->row);
    assert_memory_equal(got->test, want->test, n * sizeof *want->test);
    assert_memory_equal(got->group, want->group, n * sizeof *want->group);
    for (int i = 0; i < want->count; i++) {
        const float *a = got->feature + (size_t)i * (size_t)got->dim;
        const float *b = want->feature + (size_t)i * (size_t)want->dim;
        float largest = 0;
        for (int k = 0; k < want->dim; k++)
            largest = fmaxf(largest, fabsf(b[k]));
        for (int k = 0; k < want->dim; k++)
            if (!(fabsf(a[k] - b[k]) <= (want->dim > 3 ? largest / 65000 : 0)))
                fail_msg("sample %d: %g became %g", i, (double)b[k], (double)a[k]);
    }
}

static void same_classes(const struct snapshot *got, const struct snapshot *want)
{
    int whole = want->classes * want->dim;
    assert_int_equal(got->classes, want->classes);
    assert_int_equal(got->sub, want->sub);
    all_near(got->weight, want->weight, whole);
    all_near(got->bias, want->bias, want->classes);
    all_near(got->class_weight, want->class_weight, want->classes);
    all_near(got->row_weight, want->row_weight, want->sub > 1 ? whole * want->sub : 0);
    assert_int_equal(got->means, want->means);
    assert_int_equal(got->centers, want->centers);
    all_near(got->center, want->center, want->centers ? whole : 0);
    assert_int_equal(got->extra_count, want->extra_count);
    all_near(got->extra, want->extra, want->extra_count <= SNAPSHOT_EXTRA ? want->extra_count : 0);
    assert_int_equal(got->link_count, want->link_count);
    assert_memory_equal(got->link, want->link, (size_t)want->link_count * sizeof *want->link);
}

/* Every loss the data can teach, with its sub-centres, groups, links and means, and again in eight dimensions. */
static void check_frames(const char *loss, const char *dim)
{
    struct experiment e = small(loss, dim);
    struct trainer *t = NULL;
    if (trainer_create(&e, &blobs, &t, NULL) != STATUS_OK)
        return;
    struct history *h = history_create(HISTORY_BUDGET);
    static struct snapshot seen[4], back;
    for (int i = 0; i < 4; i++) {
        steps_to(t, 7 * i);
        if (i == 2)
            assert_int_equal(trainer_recognise(t), STATUS_OK);
        look(t, &seen[i]);
        assert_true(history_add_frame(h, &seen[i], trainer_changes(t)));
    }
    assert_int_equal(history_count(h), 4);
    for (int i = 3; i >= 0; i--) {
        assert_int_equal(history_step(h, i), 7 * i);
        assert_true(history_snapshot(h, i, &back));
        same_numbers(&back, &seen[i]);
        same_samples(&back, &seen[i]);
        same_classes(&back, &seen[i]);
        assert_int_equal(back.curve_count > 0 ? back.curve[back.curve_count - 1].step : 0, 7 * i);
        assert_true(back.path_count == 0 || back.path[back.path_count - 1].step <= 7 * i);
    }
    for (int i = 0; i < 4; i++)
        snapshot_clear(&seen[i]);
    snapshot_clear(&back);
    history_destroy(h);
    trainer_destroy(t);
}

static void frames_come_back_as_they_were(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        check_frames(loss_at(i)->id, "2");
        check_frames(loss_at(i)->id, "8");
    }
}

/* Half a byte, a byte and an int a sample, on both sides of each limit; an odd number of samples. */
static void classes_come_back_however_many_they_are(void **state)
{
    (void)state;
    static const int classes[] = { 2, 15, 16, 255, 256, 1000 };
    static const int count[] = { 1, 2, 255, 1001 };
    for (size_t c = 0; c < sizeof classes / sizeof *classes; c++)
        for (size_t n = 0; n < sizeof count / sizeof *count; n++) {
            struct snapshot s, back;
            struct history *h = history_create(HISTORY_BUDGET);
            snapshot_init(&s);
            snapshot_init(&back);
            assert_true(snapshot_reserve(&s, count[n], 2, classes[c], 1, 0));
            for (int i = 0; i < count[n]; i++) {
                s.predicted[i] = i % (classes[c] + 1) - 1;
                s.group[i] = c % 2 == 0 ? -1 : i % (GROUP_MAX + 1) - 1;
            }
            assert_true(history_add_frame(h, &s, 0));
            assert_true(history_snapshot(h, 0, &back));
            same_samples(&back, &s);
            history_destroy(h);
            snapshot_clear(&s);
            snapshot_clear(&back);
        }
}

static void a_frame_of_the_same_step_takes_its_place(void **state)
{
    (void)state;
    struct experiment e = small("arcface", "2");
    struct trainer *t = make(&e, &blobs);
    struct history *h = history_create(HISTORY_BUDGET);
    struct snapshot s, back;
    snapshot_init(&s);
    snapshot_init(&back);
    look(t, &s);
    assert_true(history_add_frame(h, &s, 0));
    size_t before = history_bytes(h);
    set(&e, "m", "0.5");
    assert_int_equal(trainer_retune(t, &e, NULL), STATUS_OK);
    look(t, &s);
    assert_true(history_add_frame(h, &s, trainer_changes(t)));
    assert_int_equal(history_count(h), 1);
    assert_int_equal(history_changes(h, 0), 1);
    assert_int_equal(history_bytes(h), before);
    assert_true(history_snapshot(h, 0, &back));
    assert_close(back.experiment.param[back.experiment.loss][experiment_loss(&e)->margin], 0.5, 1e-12);
    history_clear(h);
    assert_int_equal(history_bytes(h), 0);
    assert_int_equal(history_find(h, 3), -1);
    history_destroy(h);
    snapshot_clear(&s);
    snapshot_clear(&back);
    trainer_destroy(t);
}

/* 10^5 steps into a budget of a few hundred frames. */
static void a_long_training_stays_within_the_budget(void **state)
{
    (void)state;
    enum { BUDGET = 600000, EVERY = 10, END = 100000 };
    struct experiment e = small("softmax", "2");
    struct trainer *t = make(&e, &blobs);
    struct history *h = history_create(BUDGET);
    struct snapshot s;
    int full = 0, least = INT32_MAX;
    snapshot_init(&s);
    look(t, &s);
    for (long step = 0; step <= END; step += EVERY) {
        s.step = step;
        s.feature[step % (2 * s.count)] += 0.25f;
        assert_true(history_add_frame(h, &s, 0));
        if (step % 500 == 0)
            assert_true(history_add_checkpoint(h, step, 0, calloc(1, 20000), 20000));
        assert_true(history_bytes(h) <= BUDGET);
        assert_int_equal(history_step(h, 0), 0);
        assert_int_equal(history_step(h, history_count(h) - 1), step);
        if (step > END / 2) {
            full = history_count(h) > full ? history_count(h) : full;
            least = history_count(h) < least ? history_count(h) : least;
        }
    }
    assert_true(least > 50 && full - least <= full / 4); /* flat: the room that checkpoints leave varies */
    long widest = 0, late = 0;
    for (int i = 1; i < history_count(h); i++) {
        long gap = history_step(h, i) - history_step(h, i - 1);
        widest = gap > widest ? gap : widest;
        late += history_step(h, i) > END * 9 / 10;
    }
    double even = (double)END / history_count(h);
    assert_true((double)widest < 4 * even); /* no hole anywhere */
    assert_true((double)late > 0.2 * history_count(h)); /* twice the even share in the last tenth */
    assert_int_equal(history_checkpoint_before(h, 3, 0).step, 0);
    assert_int_equal(history_checkpoint_before(h, END, 0).step, END);
    history_set_budget(h, BUDGET / 4);
    assert_true(history_bytes(h) <= BUDGET / 4 && history_count(h) > 5);
    history_destroy(h);
    snapshot_clear(&s);
    trainer_destroy(t);
}

static void too_large_is_not_kept(void **state)
{
    (void)state;
    struct experiment e = small("softmax", "2");
    struct trainer *t = make(&e, &blobs);
    struct history *h = history_create(1000);
    struct snapshot s;
    snapshot_init(&s);
    look(t, &s);
    assert_false(history_add_frame(h, &s, 0));
    assert_false(history_add_checkpoint(h, 0, 0, malloc(501), 501));
    assert_int_equal(history_count(h), 0);
    assert_int_equal(history_bytes(h), 0);
    assert_null(history_checkpoint_before(h, 0, 0).bytes);
    history_destroy(h);
    snapshot_clear(&s);
    trainer_destroy(t);
}

static void the_nearest_frame_is_found_and_the_future_cut_off(void **state)
{
    (void)state;
    struct experiment e = small("softmax", "2");
    struct trainer *t = make(&e, &blobs);
    struct history *h = history_create(HISTORY_BUDGET);
    struct snapshot s, ghost;
    snapshot_init(&s);
    snapshot_init(&ghost);
    for (long step = 0; step <= 100; step += 10) {
        steps_to(t, step);
        look(t, &s);
        assert_true(history_add_frame(h, &s, step >= 50));
        assert_true(history_add_checkpoint(h, step, step >= 50, malloc(100), 100));
    }
    assert_int_equal(history_find(h, -5), 0);
    assert_int_equal(history_find(h, 14), 1);
    assert_int_equal(history_find(h, 16), 2);
    assert_int_equal(history_find(h, 1000), 10);
    assert_int_equal(history_checkpoint_before(h, 59, 1).step, 50);
    assert_int_equal(history_checkpoint_before(h, 59, 0).step, 40);
    history_cut(h, 4, &ghost);
    assert_int_equal(history_count(h), 5);
    assert_int_equal(history_checkpoint_before(h, 1000, 1).step, 40);
    assert_int_equal(ghost.curve[ghost.curve_count - 1].step, 100);
    assert_int_equal(ghost.count, 0);
    assert_true(history_snapshot(h, 4, &s));
    assert_int_equal(s.curve[s.curve_count - 1].step, 40);
    history_destroy(h);
    snapshot_clear(&s);
    snapshot_clear(&ghost);
    trainer_destroy(t);
}

/* --- branches ------------------------------------------------------------------------------------------ */

struct bytes_of {
    uint8_t *at;
    size_t size;
};

static struct bytes_of saved(const struct trainer *t)
{
    struct bytes_of b = { NULL, 0 };
    assert_int_equal(trainer_save(t, &b.at, &b.size, NULL), STATUS_OK);
    return b;
}

static void assert_same(const struct trainer *t, const struct bytes_of *want)
{
    struct bytes_of got = saved(t);
    assert_int_equal(got.size, want->size);
    assert_memory_equal(got.at, want->at, want->size);
    free(got.at);
}

static const struct {
    long step;
    const char *key, *value;
} script[] = { { 3, "m", "0.25" }, { 60, "loss", "cosface" }, { 60, "s", "20" }, { 101, "lr", "0.003" },
    { 110, "cosface.m", "0.2" }, { 120, "add", "center" }, { 130, "optimizer", "momentum" },
    { 137, "m", "0.1" }, { 138, "loss", "contrastive" }, { 170, "loss", "subcenter_arcface" },
    { 180, "arcface.m", "0.4" }, { 200, "batch", "16" }, { 205, "optimizer", "adam" },
    { 220, "loss", "groupface" }, { 250, "loss", "weighted_softmax" }, { 260, "class_weights", "inverse" } };

static void change_due(struct trainer *t)
{
    for (size_t i = 0; i < sizeof script / sizeof script[0]; i++) {
        struct experiment e = *trainer_experiment(t);
        struct why why = { "" };
        if (script[i].step != trainer_steps(t))
            continue;
        set(&e, script[i].key, script[i].value);
        if (trainer_retune(t, &e, &why) != STATUS_OK)
            fail_msg("%s", why.text);
        if (script[i].step == 60)
            trainer_touch(t, "m"); /* a hand that leaves the value as it is has an entry too */
    }
}

static void back_to(
    struct trainer *t, const struct history *h, long step, const struct journal *all, int changes)
{
    struct why why = { "" };
    struct checkpoint from = history_checkpoint_before(h, step, changes);
    assert_non_null(from.bytes);
    assert_int_equal(trainer_load(t, from.bytes, from.size, &why), STATUS_OK);
    for (int i = from.changes; i < changes; i++) {
        struct change change = journal_change(all, i);
        steps_to(t, change.step);
        if (trainer_replay(t, &change, &why) != STATUS_OK)
            fail_msg("%s", why.text);
        assert_int_equal(trainer_changes(t), i + 1);
    }
    steps_to(t, step);
}

static void a_branch_with_the_same_changes_repeats_the_original(void **state)
{
    (void)state;
    enum { AT = 137, END = 300 };
    struct experiment e = small("arcface", "2");
    struct trainer *t = make(&e, &blobs), *other = make(&e, &blobs);
    struct history *h = history_create(HISTORY_BUDGET);
    struct bytes_of middle[2] = { { NULL, 0 }, { NULL, 0 } };
    int changes[2] = { 0, 0 };
    for (long step = 0; step < END; step++) {
        if (step % 50 == 0) {
            struct bytes_of b = saved(t);
            assert_true(history_add_checkpoint(h, step, trainer_changes(t), b.at, b.size));
        }
        for (int after = 0; after < 2; after++) {
            if (step == AT) {
                changes[after] = trainer_changes(t);
                middle[after] = saved(t);
            }
            if (after == 0)
                change_due(t);
        }
        trainer_step(t);
    }
    struct bytes_of end = saved(t);
    assert_int_equal(changes[1], changes[0] + 1);
    struct journal all = { .count = 0 };
    assert_true(journal_copy(&all, trainer_journal(t)));
    struct trainer *const tried[] = { t, other };
    for (int i = 0; i < 2; i++) { /* in the same training, and in one that never saw the future */
        back_to(tried[i], h, AT, &all, changes[0]);
        assert_same(tried[i], &middle[0]);
        while (trainer_steps(tried[i]) < END) {
            change_due(tried[i]);
            trainer_step(tried[i]);
        }
        assert_same(tried[i], &end);
        back_to(tried[i], h, AT, &all, changes[1]);
        assert_same(tried[i], &middle[1]);
        back_to(tried[i], h, END, &all, all.count);
        assert_same(tried[i], &end);
    }
    journal_clear(&all);
    free(end.at);
    free(middle[0].at);
    free(middle[1].at);
    history_destroy(h);
    trainer_destroy(t);
    trainer_destroy(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_back_as_they_were),
        cmocka_unit_test(classes_come_back_however_many_they_are),
        cmocka_unit_test(a_frame_of_the_same_step_takes_its_place),
        cmocka_unit_test(a_long_training_stays_within_the_budget),
        cmocka_unit_test(too_large_is_not_kept),
        cmocka_unit_test(the_nearest_frame_is_found_and_the_future_cut_off),
        cmocka_unit_test(a_branch_with_the_same_changes_repeats_the_original),
    };
    return cmocka_run_group_tests(tests, load_data, drop_data);
}
