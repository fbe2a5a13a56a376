/* Sizes and orders of columns that other tests have no reason to meet: many classes, long labels, split as the last
 * column, parts that only some heads have. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/training.h"

enum { MANY = 200 };

static enum status read_table(const char *text, enum loss_task task, struct dataset *out, struct why *why)
{
    return dataset_from_csv(
        (struct bytes){ (const uint8_t *)text, strlen(text) }, "t.csv", "t", task, NULL, out, why);
}

static struct dataset table(const char *text)
{
    struct dataset data = { 0 };
    struct why why = { "" };
    if (read_table(text, TASK_CLASS, &data, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return data;
}

/* Two rows each of 200 classes. */
static struct dataset many_classes(void)
{
    static char text[2 * MANY * 24];
    size_t used = 0;
    for (int i = 0; i < 2 * MANY; i++)
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%d,%d,class%03d\n", i % 17, i % 23, i % MANY);
    return table(text);
}

static void the_label_stands_before_a_last_column_of_parts(void **state)
{
    (void)state;
    struct dataset data = table("x,y,kind,split\n1,2,b,train\n3,4,a,train\n5,6,b,test\n");
    assert_int_equal(data.train, 2);
    assert_int_equal(data.test, 1);
    assert_int_equal(data.dim, 2);
    assert_string_equal(data.class_name[data.label[0]], "b");
    assert_string_equal(data.class_name[data.label[1]], "a");
    assert_string_equal(data.class_name[data.label[2]], "b");
    dataset_clear(&data);
}

static void a_label_of_many_kilobytes_is_refused(void **state)
{
    (void)state;
    enum { LONG = 5000 };
    char text[LONG + 32] = "1,2,\"", *at = text + strlen(text);
    struct dataset data = { 0 };
    struct why why = { "" };
    memset(at, 'a', LONG);
    strcpy(at + LONG, "\"\n3,4,b\n");
    assert_int_equal(read_table(text, TASK_MULTI, &data, &why), STATUS_FAILED);
    assert_string_equal(why.text, "t.csv:1: the label is longer than 4096 bytes; shorten it");
    assert_null(data.value);
}

static void a_held_out_class_needs_test_samples(void **state)
{
    (void)state;
    struct dataset data =
        table("x,y,label,split\n1,2,a,train\n3,4,b,train\n5,6,c,train\n1,1,a,test\n2,2,b,test\n");
    struct why why = { "" };
    assert_int_equal(dataset_choose(&data, "", "c", &why), STATUS_FAILED);
    assert_string_equal(why.text, "holdout: t has no test samples of these classes; hold out others");
    assert_int_equal(data.train, 3);
    assert_int_equal(data.holdout, 0);
    dataset_clear(&data);
}

static void a_long_list_of_classes_is_cut(void **state)
{
    (void)state;
    struct dataset data = many_classes();
    struct why why = { "" };
    assert_int_not_equal(dataset_choose(&data, "class001,dog", "", &why), STATUS_OK);
    assert_non_null(strstr(why.text, "dog"));
    assert_non_null(strstr(why.text, "class000, class001, "));
    assert_non_null(strstr(why.text, ", ..."));
    assert_null(strstr(why.text, "class199"));
    dataset_clear(&data);
}

static void two_hundred_classes_come_back_from_the_past(void **state)
{
    (void)state;
    struct dataset data = many_classes();
    struct experiment e;
    experiment_init(&e);
    set(&e, "hidden", "8");
    set(&e, "batch", "64");
    struct trainer *t = make(&e, &data);
    struct history *h = remembered_steps(t, 3);
    struct snapshot now, then;
    snapshot_init(&now);
    snapshot_init(&then);
    assert_int_equal(trainer_snapshot(t, &now), STATUS_OK);
    assert_true(history_snapshot(h, history_count(h) - 1, &then));
    assert_int_equal(then.step, 3);
    int largest = 0;
    for (int i = 0; i < now.count; i++) {
        assert_int_equal(then.label[i], now.label[i]);
        largest = now.label[i] > largest ? now.label[i] : largest;
    }
    assert_int_equal(largest, MANY - 1);
    assert_memory_equal(then.predicted, now.predicted, (size_t)now.count * sizeof *now.predicted);
    snapshot_clear(&now);
    snapshot_clear(&then);
    history_destroy(h);
    trainer_destroy(t);
    dataset_clear(&data);
}

/* Sub-centres and the centres of a class belong to the copy too. */
static void a_copy_has_the_parts_that_only_some_heads_have(void **state)
{
    (void)state;
    static const char *const loss[] = { "subcenter_arcface", "center" };
    for (int i = 0; i < 2; i++) {
        struct experiment e;
        experiment_init(&e);
        set(&e, "dataset", "blobs");
        set(&e, "hidden", "8");
        set(&e, "loss", loss[i]);
        struct dataset data = open_data(&e);
        struct trainer *t = make(&e, &data);
        struct snapshot now, copy;
        snapshot_init(&now);
        snapshot_init(&copy);
        steps(t, 5);
        assert_int_equal(trainer_snapshot(t, &now), STATUS_OK);
        assert_true(snapshot_copy(&copy, &now));
        size_t rows = (size_t)now.classes * (size_t)now.dim;
        assert_int_equal(copy.sub, now.sub);
        assert_true(i == 0 ? now.sub > 1 : now.centers);
        if (i == 0)
            assert_memory_equal(
                copy.row_weight, now.row_weight, rows * (size_t)now.sub * sizeof *now.row_weight);
        else
            assert_memory_equal(copy.center, now.center, rows * sizeof *now.center);
        snapshot_clear(&now);
        snapshot_clear(&copy);
        trainer_destroy(t);
        dataset_clear(&data);
    }
}

/* Its first number says what it is. */
static void a_checkpoint_of_something_else_is_refused(void **state)
{
    (void)state;
    struct dataset data = many_classes();
    struct experiment e;
    struct why why = { "" };
    uint8_t *bytes = NULL;
    size_t size = 0;
    experiment_init(&e);
    set(&e, "hidden", "8");
    struct trainer *t = make(&e, &data);
    steps(t, 2);
    assert_int_equal(trainer_save(t, &bytes, &size, &why), STATUS_OK);
    steps(t, 1);
    for (int bit = 0; bit < 8; bit++) {
        bytes[0] ^= (uint8_t)(1 << bit);
        assert_int_equal(trainer_load(t, bytes, size, &why), STATUS_FAILED);
        assert_int_equal(trainer_steps(t), 3);
        bytes[0] ^= (uint8_t)(1 << bit);
    }
    assert_int_equal(trainer_load(t, bytes, size, &why), STATUS_OK);
    assert_int_equal(trainer_steps(t), 2);
    free(bytes);
    trainer_destroy(t);
    dataset_clear(&data);
}

static void settings_that_cannot_be_are_told(void **state)
{
    (void)state;
    struct dataset data = table("1,2,3,a\n4,5,6,b\n7,8,10,a\n1,0,1,b\n");
    struct experiment e;
    struct trainer *t = NULL;
    struct why why = { "" };
    experiment_init(&e);
    set(&e, "move", "0:1:1");
    assert_int_equal(trainer_create(&e, &data, &t, &why), STATUS_USAGE);
    assert_non_null(strstr(why.text, "--move: points can be moved in a plane, and t has 3 inputs; "));
    assert_null(t);
    experiment_init(&e);
    snprintf(e.labels_npy, sizeof e.labels_npy, "y.npy");
    assert_int_equal(experiment_check(&e, &why), STATUS_USAGE);
    assert_non_null(strstr(why.text, "--labels-npy: no features to go with it; "));
    dataset_clear(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_label_stands_before_a_last_column_of_parts),
        cmocka_unit_test(a_label_of_many_kilobytes_is_refused),
        cmocka_unit_test(a_held_out_class_needs_test_samples),
        cmocka_unit_test(a_long_list_of_classes_is_cut),
        cmocka_unit_test(two_hundred_classes_come_back_from_the_past),
        cmocka_unit_test(a_copy_has_the_parts_that_only_some_heads_have),
        cmocka_unit_test(a_checkpoint_of_something_else_is_refused),
        cmocka_unit_test(settings_that_cannot_be_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
