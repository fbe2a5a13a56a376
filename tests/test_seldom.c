/* What a long lecture or a strange file meets once: limits of the quiet rooms, and what they say there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/coach.h"
#include "math/dataset_text.h"
#include "math/draw.h"
#include "math/journal.h"
#include "math/metric.h"
#include "math/trainer_state.h"
#include "tests/support/training.h"

/* ---- arrays of too much ---- */

enum { MANY = DATASET_CLASS_MAX + 1, HEAD = 128, ROOM = HEAD + 2 * MANY };

/* (rows, columns) of 0, or, for one column, 0, 1, 2 ... */
static struct bytes array_of(uint8_t *file, int rows, int columns)
{
    char words[HEAD - 10 + 1];
    memset(file, 0, ROOM);
    memcpy(file, "\x93NUMPY\x01\x00", 8);
    file[8] = HEAD - 10;
    int n = snprintf(
        words, sizeof words, "{'descr': '<u2', 'fortran_order': False, 'shape': (%d, %d), }", rows, columns);
    memset(file + 10, ' ', HEAD - 10);
    memcpy(file + 10, words, (size_t)n);
    file[HEAD - 1] = '\n';
    assert_true(rows * columns <= MANY);
    for (int i = 0; columns == 1 && i < rows; i++) {
        file[HEAD + 2 * i] = (uint8_t)(i & 255);
        file[HEAD + 2 * i + 1] = (uint8_t)(i >> 8);
    }
    return (struct bytes){ file, (size_t)(HEAD + 2 * rows * columns) };
}

static bool stop(void *user, double share)
{
    (void)user, (void)share;
    return false;
}

static void arrays_have_their_limits(void **unused)
{
    static const struct progress stops = { stop, NULL };
    static const struct {
        int x[2], y[2], w[2];
        enum loss_task task;
        const struct progress *progress;
        const char *say;
    } row[] = {
        { { MANY, 1 }, { MANY, 1 }, { 0, 0 }, TASK_CLASS, NULL,
            "y.npy: 4097 different labels; allowed 4096: use fewer classes" },
        { { 1, 1 }, { 1, MANY }, { 0, 0 }, TASK_MULTI, NULL, "y.npy: 4097 classes; allowed 4096: use fewer" },
        { { 2, 1 }, { 2, 1 }, { MANY, 1 }, TASK_CLASS, NULL, "w.npy: 4097 rows; give one for each class" },
        { { 2, 1 }, { 2, 1 }, { 0, 0 }, TASK_CLASS, &stops, "x.npy: the reading was stopped; open it again" },
    };
    static uint8_t x[ROOM], y[ROOM], w[ROOM];
    (void)unused;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct npy_source from = { .features = array_of(x, row[i].x[0], row[i].x[1]),
            .labels = array_of(y, row[i].y[0], row[i].y[1]),
            .where = { "x.npy", "y.npy", "w.npy" } };
        if (row[i].w[0] > 0)
            from.weights = array_of(w, row[i].w[0], row[i].w[1]);
        struct dataset data = { 0 };
        struct why why = { "" };
        assert_int_equal(
            dataset_from_npy(&from, "a", row[i].task, row[i].progress, &data, &why), STATUS_FAILED);
        assert_string_equal(why.text, row[i].say);
        assert_null(data.value);
        assert_null(data.class_name);
    }
}

/* ---- texts ---- */

static void long_names_end_in_dots(void **unused)
{
    static const struct {
        const char *text, *say;
    } row[] = { { "seven77", "seven77" }, { "nine_9999", "nine_9..." },
        { "\u00fcber\u00fcber", "\u00fcber..." }, { "a\xff", "a?" } };
    char out[10];
    (void)unused;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        text_show((const uint8_t *)row[i].text, strlen(row[i].text), out, sizeof out);
        assert_string_equal(out, row[i].say);
    }
}

static void no_name_turns_a_sentence_around(void **unused)
{
    static const char *const turning[] = { "\u200e", "\u200f", "\u2028", "\u202e", "\u2066", "\u2069" };
    struct why why;
    (void)unused;
    for (size_t i = 0; i < sizeof turning / sizeof *turning; i++) {
        why_set(&why, STATUS_FAILED, "a%sb: is none; choose another", turning[i]);
        assert_string_equal(why.text, "a   b: is none; choose another");
    }
    why_set(&why, STATUS_FAILED, "a\u2065\u206a\u2070: stays");
    assert_string_equal(why.text, "a\u2065\u206a\u2070: stays");
}

static void the_coach_counts_to_millions(void **unused)
{
    static const struct {
        long step;
        const char *say;
    } row[] = { { 999, "at step 999;" }, { 1240, "at step 1,240;" }, { 999999, "at step 999,999;" },
        { 1002003, "at step 1,002,003;" } };
    char text[COACH_TEXT];
    (void)unused;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct finding f = { .kind = COACH_DIVERGED, .step = row[i].step, .since = row[i].step };
        if (!strstr(coach_sentence(&f, "a", "b", text), row[i].say))
            fail_msg("%ld: \"%s\"", row[i].step, text);
    }
}

static void a_setting_has_its_length(void **unused)
{
    struct experiment e;
    struct why why = { "" };
    char *wide = malloc(1 << 16);
    (void)unused;
    experiment_init(&e);
    memset(wide, '1', 1 << 16);
    wide[(1 << 16) - 1] = '\0';
    static const char *const key[] = { "dataset", "classes", "holdout", "features-npy" };
    for (size_t i = 0; i < sizeof key / sizeof *key; i++) {
        char want[64];
        struct experiment before = e;
        snprintf(want, sizeof want, "--%s: text too long; allowed ", key[i]);
        assert_int_equal(experiment_set(&e, key[i], wide, &why), STATUS_USAGE);
        assert_memory_equal(why.text, want, strlen(want));
        assert_memory_equal(&e, &before, sizeof e);
    }
    free(wide);
}

/* ---- measures ---- */

/* A training that diverged has lengths which are no numbers: they are above all others. */
static void no_number_is_larger_than_any(void **unused)
{
    double value[] = { 3, NAN, 1, NAN, 2 };
    (void)unused;
    assert_close(metric_percentile(value, 5, 0), 1, 0);
    assert_close(metric_percentile(value, 5, 0.25), 2, 0);
    assert_close(metric_percentile(value, 5, 0.5), 3, 0);
    assert_true(isnan(metric_percentile(value, 5, 1)));
    assert_true(isnan(metric_percentile(value, 0, 0.5)));
    double none[] = { NAN, NAN };
    assert_true(isnan(metric_percentile(none, 2, 0.5)));
}

static void no_samples_change_no_measure(void **unused)
{
    struct metric metric = { .loss = 4, .n = 2, .decided = 2, .correct = 1 }, before = metric;
    const struct batch none = { .n = 0 };
    struct loss_force force = { .loss = loss_find("softmax") };
    const struct head head = { .classes = 2, .dim = 2 };
    (void)unused;
    metric_add(&metric, &force, &none, &head, &head, NULL, NULL);
    assert_memory_equal(&metric, &before, sizeof metric);
}

/* ---- a training that goes back ---- */

static struct trainer *small(struct experiment *e, struct dataset *data)
{
    static const char *const pair[] = { "dataset", "iris", "hidden", "4", "batch", "16", NULL };
    experiment_init(e);
    set_all(e, pair);
    *data = open_data(e);
    return make(e, data);
}

/* What was measured before it was taken back is a part of its curve again, in order and each step once. */
static void a_curve_is_recalled(void **unused)
{
    struct experiment e;
    struct dataset data;
    struct trainer *t = small(&e, &data);
    struct curve_point known[] = { { .step = 3, .batch_loss = 7, .train_loss = 0.5f },
        { .step = 5, .batch_loss = 8, .train_loss = 0.25f }, { .step = 1000, .train_loss = 9 } };
    const struct curve_point *curve;
    (void)unused;
    steps(t, 10);
    int before = trainer_curve(t, &curve), met = 0;
    bool there[2] = { false, false };
    float own[2] = { 7, 8 };
    for (int i = 0; i < before; i++)
        for (int k = 0; k < 2; k++)
            if (curve[i].step == known[k].step) {
                there[k] = true;
                own[k] = curve[i].batch_loss;
            }
    trainer_recall_curve(t, known, 3);
    int after = trainer_curve(t, &curve);
    assert_int_equal(after, before + !there[0] + !there[1]);
    for (int i = 0; i < after; i++) {
        assert_true(i == 0 || curve[i].step > curve[i - 1].step);
        assert_true(curve[i].step <= 10);
        for (int k = 0; k < 2; k++)
            if (curve[i].step == known[k].step) {
                assert_close((double)curve[i].train_loss, (double)known[k].train_loss, 0);
                assert_close((double)curve[i].batch_loss, (double)own[k], 0);
                met++;
            }
    }
    assert_int_equal(met, 2);
    trainer_destroy(t);
    dataset_clear(&data);
}

/* However much is recalled, the curve keeps to its room: it is thinned, not cut. */
static void a_long_curve_is_thinned(void **unused)
{
    struct experiment e;
    struct dataset data;
    struct trainer *t = small(&e, &data);
    enum { KNOWN = 2 * CURVE_MAX };
    static struct curve_point known[KNOWN];
    const struct curve_point *curve;
    (void)unused;
    for (int i = 0; i < KNOWN; i++)
        known[i] = (struct curve_point){ .step = i + 1, .train_loss = 1 };
    steps(t, KNOWN);
    trainer_recall_curve(t, known, KNOWN);
    int count = trainer_curve(t, &curve);
    assert_in_range(count, CURVE_MAX / 4, CURVE_MAX);
    for (int i = 1; i < count; i++)
        assert_true(curve[i].step > curve[i - 1].step);
    assert_true(curve[count - 1].step > KNOWN / 2);
    trainer_destroy(t);
    dataset_clear(&data);
}

/* A journal from a file may name what is not there; the training stays as it is. */
static void an_act_that_cannot_be_is_refused(void **unused)
{
    static const struct {
        const char *key, *value, *say;
    } row[] = {
        { "cure", "remake:1:99",
            "cure: there are no two class weights 1 and 99 to make anew; choose a head and two "
            "of its classes" },
        { "cure", "remake:1:1", "cure: \"remake:1:1\" is none; write warmup or remake:A:B" },
        { "cure", "tea", "cure: \"tea\" is none; write warmup or remake:A:B" },
    };
    struct experiment e;
    struct dataset data;
    struct trainer *t = small(&e, &data);
    (void)unused;
    steps(t, 3);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct change change = { .step = 3 };
        struct why why = { "" };
        snprintf(change.key, sizeof change.key, "%s", row[i].key);
        snprintf(change.value, sizeof change.value, "%s", row[i].value);
        assert_int_equal(trainer_replay(t, &change, &why), STATUS_USAGE);
        assert_string_equal(why.text, row[i].say);
        assert_int_equal(trainer_changes(t), 0);
    }
    trainer_destroy(t);
    dataset_clear(&data);
}

/* Drawn points are those of the settings: other settings cannot train on them. */
static void drawn_points_go_with_their_settings(void **unused)
{
    struct experiment e, other;
    struct why why = { "" };
    (void)unused;
    experiment_init(&e);
    other = e;
    set(&e, "dataset", DRAW_DATASET);
    struct dataset data = open_data(&e);
    assert_int_equal(trainer_check(&other, &data, &why), STATUS_USAGE);
    assert_string_equal(why.text, "dataset: these are drawn points; choose --dataset " DRAW_DATASET);
    dataset_clear(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_have_their_limits),
        cmocka_unit_test(long_names_end_in_dots),
        cmocka_unit_test(no_name_turns_a_sentence_around),
        cmocka_unit_test(the_coach_counts_to_millions),
        cmocka_unit_test(a_setting_has_its_length),
        cmocka_unit_test(no_number_is_larger_than_any),
        cmocka_unit_test(no_samples_change_no_measure),
        cmocka_unit_test(a_curve_is_recalled),
        cmocka_unit_test(a_long_curve_is_thinned),
        cmocka_unit_test(an_act_that_cannot_be_is_refused),
        cmocka_unit_test(drawn_points_go_with_their_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
