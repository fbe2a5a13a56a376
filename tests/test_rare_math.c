/* What mathematics meets once: no memory at any one allocation of what opens data and changes a training; more classes
 * than a byte holds; trainings that diverge before they are mended. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/dataset_build.h"
#include "math/draw.h"
#include "math/input_map.h"
#include "math/network.h"
#include "math/trainer_state.h"
#include "tests/support/every_allocation.h"
#include "tests/support/training.h"

/* ---- data ---- */

static enum status open_named(const void *what, struct why *why)
{
    struct dataset data = { 0 };
    enum status status = dataset_open(what, &data, why);
    if (status != STATUS_OK)
        assert_true(!data.value && !data.pixel && !data.label && !data.class_name && !data.target);
    dataset_clear(&data);
    return status;
}

static void named_data_without_memory(void **unused)
{
    static const char *const pair[][6] = { { "dataset", "blobs" }, { "dataset", "rings-of-classes" },
        { "dataset", "moons" }, { "dataset", "discs", "loss", "multilabel" },
        { "dataset", "outliers", "model", "identity", "loss", "l2" } };
    (void)unused;
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
        struct experiment e;
        experiment_init(&e);
        for (int k = 0; k < 6 && pair[i][k]; k += 2)
            set(&e, pair[i][k], pair[i][k + 1]);
        every_allocation(pair[i][1], open_named, &e);
    }
}

static enum status open_drawn(const void *what, struct why *why)
{
    struct dataset data = { 0 };
    (void)what;
    enum status status = dataset_drawn(1, &data, why);
    assert_true(status == STATUS_OK || !data.class_name);
    dataset_clear(&data);
    return status;
}

static enum status open_idx(const void *what, struct why *why)
{
    static const uint8_t images[] = { 0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6 };
    static const uint8_t labels[] = { 0, 0, 8, 1, 0, 0, 0, 3, 4, 9, 4 };
    struct bytes image = { images, sizeof images }, label = { labels, sizeof labels };
    struct idx_source from = { image, label, image, label, { "a", "b", "c", "d" } };
    struct dataset data = { 0 };
    (void)what;
    enum status status = dataset_from_idx(&from, "tiny", &data, why);
    if (status == STATUS_OK)
        assert_true(data.pixel[0] == 1 && data.pixel[11] == 6 && data.classes == 2 && data.label[1] == 1);
    else
        assert_true(!data.pixel && !data.class_name);
    dataset_clear(&data);
    return status;
}

/* (rows, columns) of whole numbers in a byte each. */
enum { HEAD = 128 };
struct small_array {
    uint8_t file[HEAD + 32];
};

static struct bytes small_array(struct small_array *a, int rows, int columns, const char *value)
{
    char words[HEAD];
    int n = snprintf(
        words, sizeof words, "{'descr': '|u1', 'fortran_order': False, 'shape': (%d, %d), }", rows, columns);
    memset(a->file, ' ', HEAD);
    memcpy(a->file, "\x93NUMPY\x01\x00\x76\x00", 10);
    memcpy(a->file + 10, words, (size_t)n);
    a->file[HEAD - 1] = '\n';
    memcpy(a->file + HEAD, value, (size_t)(rows * columns));
    return (struct bytes){ a->file, (size_t)(HEAD + rows * columns) };
}

/* Of three classes two stay, with their weights. */
static enum status open_arrays(const void *what, struct why *why)
{
    enum loss_task task = *(const enum loss_task *)what;
    struct small_array x, y, w;
    struct npy_source from = { .features = small_array(&x, 4, 2, "\1\2\3\4\5\6\7\10"),
        .labels = task == TASK_MULTI ? small_array(&y, 4, 3, "\1\0\1\0\1\0\0\0\1\1\1\1")
                                     : small_array(&y, 4, 1, "\0\1\2\1"),
        .where = { "x.npy", "y.npy", "w.npy" } };
    if (task == TASK_CLASS)
        from.weights = small_array(&w, 3, 2, "\1\2\3\4\5\6");
    struct dataset data = { 0 };
    enum status status = dataset_from_npy(&from, "arrays", task, NULL, &data, why);
    assert_true(status == STATUS_OK || (!data.value && !data.class_name && !data.weights && !data.target));
    if (status == STATUS_OK && task == TASK_CLASS) {
        status = dataset_choose(&data, "1,2", "", why);
        assert_int_equal(data.classes, status == STATUS_OK ? 2 : 3);
        assert_close(data.weights[0], status == STATUS_OK ? 3 : 1, 0);
    }
    if (status == STATUS_OK && task == TASK_CLASS) {
        status = dataset_serve(&data, TASK_REAL, why);
        assert_int_equal(data.targets, status == STATUS_OK ? 1 : 0);
    }
    dataset_clear(&data);
    return status;
}

static void arrays_without_memory(void **unused)
{
    static const enum loss_task task[] = { TASK_CLASS, TASK_REAL, TASK_MULTI };
    (void)unused;
    every_allocation("drawn", open_drawn, NULL);
    every_allocation("idx", open_idx, NULL);
    for (size_t i = 0; i < sizeof task / sizeof *task; i++)
        every_allocation("npy", open_arrays, &task[i]);
}

/* Rows have room for a class each, and no more than 2 GiB of targets. */
static void targets_have_their_limit(void **unused)
{
    struct dataset data = { .train = 1 << 18 };
    struct why why = { "" };
    (void)unused;
    assert_int_equal(dataset_reserve_targets(&data, DATASET_CLASS_MAX, "y.npy", &why), STATUS_FAILED);
    assert_string_equal(
        why.text, "y.npy: 262144 samples with 4096 classes each need more than 2 GiB; use fewer");
    assert_null(data.target);
}

static void something_is_for_training(void **unused)
{
    float value[2] = { 1, 2 };
    int label[2] = { 0, 0 }, index[2] = { 0, 1 };
    static const unsigned char part_of[2] = { PART_TEST, PART_TEST };
    struct dataset data = { .value = value,
        .label = label,
        .index = index,
        .train = 2,
        .dim = 1,
        .classes = 1 },
                   before = data;
    struct why why = { "" };
    (void)unused;
    assert_int_equal(dataset_split_by(&data, part_of, "all.csv", &why), STATUS_FAILED);
    assert_string_equal(why.text, "all.csv: no sample is for training; name some train");
    assert_memory_equal(&data, &before, sizeof data);
}

static void a_picture_has_its_limit(void **unused)
{
    struct experiment e;
    struct dataset data = {
        .name = "wall", .width = 1025, .height = 1024, .dim = 1025 * 1024, .classes = 2, .train = 9
    };
    struct why why = { "" };
    (void)unused;
    experiment_init(&e);
    set(&e, "model", "cnn");
    enum status status = trainer_check(&e, &data, &why);
    assert_string_equal(why.text,
        "--model cnn: takes images of at most 1048576 pixels and wall has 1049600; choose --model mlp");
    assert_int_equal(status, STATUS_USAGE);
}

/* ---- changes of a training ---- */

static struct experiment iris_of(const char *batch)
{
    struct experiment e;
    experiment_init(&e);
    set_all(&e, (const char *const[]){ "dataset", "iris", "hidden", "4", "batch", batch, NULL });
    return e;
}

struct pair {
    struct trainer *t;
    uint8_t *bytes;
    size_t size;
};

static enum status load_larger(const void *what, struct why *why)
{
    const struct pair *p = what;
    enum status status = trainer_load(p->t, p->bytes, p->size, why);
    assert_int_equal(trainer_experiment(p->t)->batch, status == STATUS_OK ? 32 : 16);
    return status;
}

/* A checkpoint of a larger batch: taken whole or not at all. */
static void a_checkpoint_without_memory(void **unused)
{
    struct experiment small = iris_of("16"), large = iris_of("32");
    struct dataset data = open_data(&small);
    struct pair p = { .t = make(&small, &data) };
    struct trainer *other = make(&large, &data);
    struct why why = { "" };
    (void)unused;
    steps(other, 5);
    assert_int_equal(trainer_save(other, &p.bytes, &p.size, &why), STATUS_OK);
    every_allocation("load", load_larger, &p);
    steps(p.t, 5);
    steps(other, 5);
    assert_memory_equal(trainer_block(p.t, BLOCK_WEIGHT), trainer_block(other, BLOCK_WEIGHT),
        sizeof(double) * (size_t)(data.classes * trainer_experiment(p.t)->feature_dim));
    free(p.bytes);
    trainer_destroy(p.t);
    trainer_destroy(other);
    dataset_clear(&data);
}

static enum status cure_once(const void *what, struct why *why)
{
    static const struct cure warm = { .kind = CURE_WARMUP, .back = -1 };
    struct trainer *t = *(struct trainer *const *)what;
    int before = trainer_changes(t);
    enum status status = trainer_cure(t, &warm, why);
    if (status == STATUS_OK)
        assert_string_equal(journal_key(trainer_journal(t), trainer_changes(t) - 1), "cure");
    else
        assert_int_equal(trainer_changes(t), before);
    return status;
}

static enum status draw_once(const void *what, struct why *why)
{
    struct trainer *t = *(struct trainer *const *)what;
    const struct change change = { .key = "draw", .value = "0:0.5:0.5" };
    int before = trainer_experiment(t)->dot_count;
    enum status status = trainer_replay(t, &change, why);
    assert_int_equal(trainer_experiment(t)->dot_count, before + (status == STATUS_OK));
    return status;
}

/* By a rate that no loss survives. */
static void diverge(struct trainer *t)
{
    for (int i = 0; i < 3000 && !trainer_diverged(t); i++)
        trainer_step(t);
    assert_true(trainer_diverged(t));
}

static struct experiment wild(const char *dataset)
{
    struct experiment e;
    experiment_init(&e);
    set_all(&e, (const char *const[]){ "dataset", dataset, "hidden", "8", "batch", "16", "loss", "cosface",
                    "optimizer", "sgd", "lr", "1000000", "clip", "0", NULL });
    return e;
}

/* What is mended trains on from its last finite state. */
static void a_diverged_training_is_cured(void **unused)
{
    struct experiment e = wild("iris");
    struct dataset data = open_data(&e);
    struct trainer *t = make(&e, &data);
    (void)unused;
    diverge(t);
    long stood = trainer_steps(t);
    every_allocation("cure", cure_once, &t);
    assert_false(trainer_diverged(t));
    trainer_step(t);
    assert_int_equal(trainer_steps(t), stood + 1);
    trainer_destroy(t);
    dataset_clear(&data);
}

static void a_diverged_drawing_goes_on(void **unused)
{
    struct experiment e = wild("drawn");
    set(&e, "draw", "0:0:0,1:1:1,0:-1:2,1:2:-1");
    struct dataset data = open_data(&e);
    struct trainer *t = make(&e, &data);
    (void)unused;
    diverge(t);
    long stood = trainer_steps(t);
    every_allocation("draw", draw_once, &t);
    assert_false(trainer_diverged(t));
    trainer_step(t);
    assert_int_equal(trainer_steps(t), stood + 1);
    trainer_destroy(t);
    dataset_clear(&data);
}

static enum status copy_journal(const void *what, struct why *why)
{
    struct journal copy = { 0 };
    bool copied = journal_copy(&copy, what);
    if (copied)
        assert_string_equal(journal_value(&copy, 0), "0.5");
    else
        assert_true(!copy.at && !copy.text && copy.count == 0);
    journal_clear(&copy);
    return copied ? STATUS_OK : why_set(why, STATUS_FAILED, "journal: no memory; none");
}

static void a_journal_without_memory(void **unused)
{
    struct journal j = { 0 };
    (void)unused;
    assert_true(journal_reserve(&j, 1));
    journal_add(&j, &(struct change){ .step = 7, .key = "lr", .value = "0.5" });
    every_allocation("journal", copy_journal, &j);
    journal_clear(&j);
}

/* The finding about a class that is no more goes with it. */
static void a_finding_goes_with_its_class(void **unused)
{
    struct experiment e;
    (void)unused;
    experiment_init(&e);
    set_all(
        &e, (const char *const[]){ "dataset", "drawn", "hidden", "4", "draw", "0:0:0,1:1:1,2:2:0", NULL });
    struct dataset data = open_data(&e);
    struct trainer *t = make(&e, &data);
    t->coach.finding = (struct finding){ .kind = COACH_RAY, .a = 0, .b = 2 };
    retune(t, "draw", "1:3:3");
    assert_int_equal(trainer_finding(t).kind, COACH_RAY);
    retune(t, "draw", "2-");
    assert_int_equal(trainer_finding(t).kind, COACH_FINE);
    trainer_destroy(t);
    dataset_clear(&data);
}

/* ---- more than fits at once ---- */

/* Ten upright stripes: W_j = (j, 0), b_j = -j (j + 1) / 2, so that class j meets j + 1 where x = j + 1. */
static void stripes_end_where_they_meet(void **unused)
{
    struct experiment e;
    (void)unused;
    experiment_init(&e);
    set_all(&e, (const char *const[]){ "dataset", "drawn", "model", "identity", "loss", "softmax", "bias",
                    "on", "draw", "0:0:0,1:1:0,2:2:0,3:3:0,4:4:0,5:5:0,6:6:0,7:7:0,8:8:0,9:9:0", NULL });
    struct dataset data = open_data(&e);
    struct trainer *t = make(&e, &data);
    double *w = t->head + t->place[BLOCK_WEIGHT].at, *b = t->head + t->place[BLOCK_BIAS].at;
    for (int j = 0; j < 10; j++) {
        w[2 * j] = 2 * j;
        w[2 * j + 1] = 0;
        b[j] = -j * (j + 1);
    }
    trainer_map_inputs(t);
    const struct input_map *map = &t->inputs;
    int met = 0;
    for (int i = 0; i < map->w * map->h; i++) {
        if (i % map->w == map->w - 1 || map->class[i] == map->class[i + 1])
            continue;
        double x = map->box[0] +
                   (map->box[2] - map->box[0]) * (i % map->w + (double)map->cut_right[i]) / (map->w - 1);
        assert_int_equal(map->class[i + 1], map -> class[i] + 1);
        assert_close(x, map->class[i + 1], 0.02 * (map->box[2] - map->box[0]) / (map->w - 1));
        met++;
    }
    assert_int_equal(met, 9 * map->h);
    assert_true(met > CHUNK);
    trainer_destroy(t);
    dataset_clear(&data);
}

/* The path of a fit, too, which ends where the frame stands. */
enum { MANY = 300 };

static void check_history(int classes)
{
    struct snapshot s, back;
    snapshot_init(&s);
    snapshot_init(&back);
    assert_true(snapshot_reserve(&s, MANY, 2, MANY, 1, 0));
    struct history *h = history_create(16 << 20);
    for (int step = 0; step < 3; step++) {
        s.count = MANY;
        s.classes = classes;
        s.dim = 2;
        s.sub = 1;
        s.step = step;
        s.path[s.path_count++] = (struct path_point){ .step = step };
        for (int i = 0; i < MANY; i++) {
            s.label[i] = (MANY - 1 - i) % classes;
            s.predicted[i] = (i + 100 * step) % classes;
        }
        assert_true(history_add_frame(h, &s, 0));
    }
    for (int step = 0; step < 3; step++) {
        assert_true(history_snapshot(h, history_find(h, step), &back));
        assert_int_equal(back.path_count, step + 1);
        for (int i = 0; i < MANY; i++) {
            assert_int_equal(back.label[i], (MANY - 1 - i) % classes);
            assert_int_equal(back.predicted[i], (i + 100 * step) % classes);
        }
    }
    history_destroy(h);
    snapshot_clear(&s);
    snapshot_clear(&back);
}

/* At the ends of what half a byte and a byte hold, and beyond. */
static void a_history_of_many_classes(void **unused)
{
    static const int classes[] = { 2, 14, 15, 16, 17, 254, 255, 256, 300 };
    (void)unused;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        check_history(classes[i]);
}

int main(void)
{
    setenv("MARGINSCOPE_ASSETS", ASSETS_FOLDER, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_data_without_memory),
        cmocka_unit_test(arrays_without_memory),
        cmocka_unit_test(targets_have_their_limit),
        cmocka_unit_test(something_is_for_training),
        cmocka_unit_test(a_picture_has_its_limit),
        cmocka_unit_test(a_checkpoint_without_memory),
        cmocka_unit_test(a_diverged_training_is_cured),
        cmocka_unit_test(a_diverged_drawing_goes_on),
        cmocka_unit_test(a_journal_without_memory),
        cmocka_unit_test(a_finding_goes_with_its_class),
        cmocka_unit_test(stripes_end_where_they_meet),
        cmocka_unit_test(a_history_of_many_classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
