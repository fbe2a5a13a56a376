/* The map of the inputs: it says what the training predicts, and changes nothing about it. */
#include "math/dataset.h"
#include "math/trainer.h"
#include "tests/support/check.h"

#include <stdlib.h>
#include <string.h>

struct bench {
    struct dataset data;
    struct trainer *trainer;
    struct snapshot snap;
};

static struct bench *bench_open(const char *dataset, const char *model, const char *loss)
{
    struct bench *b = calloc(1, sizeof *b);
    struct experiment e;
    struct why why = { "" };
    assert_non_null(b);
    experiment_init(&e);
    assert_int_equal(experiment_set(&e, "dataset", dataset, &why), STATUS_OK);
    assert_int_equal(experiment_set(&e, "model", model, &why), STATUS_OK);
    assert_int_equal(experiment_set(&e, "loss", loss, &why), STATUS_OK);
    assert_int_equal(experiment_set(&e, "warmup", "0,0", &why), STATUS_OK);
    assert_int_equal(experiment_set(&e, "hidden", "24,12", &why), STATUS_OK);
    const struct dataset_row *row = dataset_find(dataset);
    assert_non_null(row);
    assert_non_null(row->make);
    assert_int_equal(row->make(1, &b->data, &why), STATUS_OK);
    if (trainer_create(&e, &b->data, &b->trainer, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    snapshot_init(&b->snap);
    return b;
}

static void bench_close(struct bench *b)
{
    trainer_destroy(b->trainer);
    snapshot_clear(&b->snap);
    dataset_clear(&b->data);
    free(b);
}

static void train(struct bench *b, int steps)
{
    for (int i = 0; i < steps; i++)
        trainer_step(b->trainer);
}

/* Predictions where the samples lie: nearly all nodes around a sample agree with what the trainer says of it. */
static void the_map_says_what_the_trainer_predicts(void **state)
{
    (void)state;
    static const char *const losses[] = { "softmax", "arcface", "cosface", "lsoftmax", "contrastive",
        "logistic" };
    for (size_t k = 0; k < sizeof losses / sizeof *losses; k++) {
        struct bench *b = bench_open("moons", "mlp", losses[k]);
        train(b, 150);
        trainer_map_inputs(b->trainer);
        assert_int_equal(trainer_snapshot(b->trainer, &b->snap), STATUS_OK);
        const struct input_map *map = &b->snap.inputs;
        assert_true(map->w >= 24 && map->w <= INPUT_MAP_SIDE && map->h == map->w);
        assert_int_equal(map->step, 150);
        int n = b->data.train, asked = 0;
        float *feature = calloc((size_t)n * 2, sizeof *feature);
        int *predicted = calloc((size_t)n, sizeof *predicted);
        assert_true(feature && predicted);
        trainer_features(b->trainer, 0, n, feature, predicted);
        for (int i = 0; i < n; i++) {
            double x =
                ((double)b->data.value[2 * i] - map->box[0]) / (map->box[2] - map->box[0]) * (map->w - 1);
            double y =
                ((double)b->data.value[2 * i + 1] - map->box[1]) / (map->box[3] - map->box[1]) * (map->h - 1);
            int at = (int)y * map->w + (int)x, c = map->class[at];
            assert_true(x >= 0 && y >= 0 && x < map->w - 1 && y < map->h - 1);
            if (map->class[at + 1] != c || map->class[at + map->w] != c || map->class[at + map->w + 1] != c)
                continue;
            asked++;
            if (predicted[i] != c)
                fail_msg("%s: sample %d is predicted %d inside a cell of %d", losses[k], i, predicted[i], c);
        }
        assert_true(asked > n / 2);
        free(feature);
        free(predicted);
        bench_close(b);
    }
}

/* Without a network the border of two classes is known: the same score for both. */
static void borders_of_a_linear_model_are_exact(void **state)
{
    (void)state;
    struct bench *b = bench_open("two-blobs", "identity", "logistic");
    train(b, 60);
    trainer_map_inputs(b->trainer);
    assert_int_equal(trainer_snapshot(b->trainer, &b->snap), STATUS_OK);
    const struct input_map *map = &b->snap.inputs;
    struct head rule = snapshot_head(&b->snap);
    double width = (map->box[2] - map->box[0]) / (map->w - 1),
           height = (map->box[3] - map->box[1]) / (map->h - 1);
    int cuts = 0;
    for (int i = 0; i + 1 < map->w * map->h; i++) {
        if ((i + 1) % map->w == 0 || map->class[i] == map->class[i + 1])
            continue;
        double x[2] = { map->box[0] + width * (i % map->w + (double)map->cut_right[i]),
            map->box[1] + height * (i / map->w) };
        double w[2] = { rule.weight[2] - rule.weight[0], rule.weight[3] - rule.weight[1] };
        double z = w[0] * x[0] + w[1] * x[1] + rule.bias[1] - rule.bias[0];
        assert_true(fabs(z) <= fabs(w[0]) * width / 64); /* six halvings */
        cuts++;
    }
    assert_true(cuts > 5);
    bench_close(b);
}

static void asking_changes_nothing(void **state)
{
    (void)state;
    struct bench *one = bench_open("moons", "mlp", "arcface"), *two = bench_open("moons", "mlp", "arcface");
    uint8_t *a = NULL, *c = NULL;
    size_t a_size = 0, c_size = 0;
    struct why why;
    for (int i = 0; i < 40; i++) {
        train(one, 1);
        train(two, 1);
        trainer_map_inputs(two->trainer);
    }
    assert_int_equal(trainer_save(one->trainer, &a, &a_size, &why), STATUS_OK);
    assert_int_equal(trainer_save(two->trainer, &c, &c_size, &why), STATUS_OK);
    assert_int_equal(a_size, c_size);
    assert_memory_equal(a, c, a_size);
    free(a);
    free(c);
    bench_close(one);
    bench_close(two);
}

static void there_is_no_map_without_a_plane(void **state)
{
    (void)state;
    struct bench *b = bench_open("blobs", "mlp", "arcface");
    trainer_map_inputs(b->trainer);
    assert_int_equal(trainer_snapshot(b->trainer, &b->snap), STATUS_OK);
    assert_int_equal(b->snap.inputs.w, 0);
    bench_close(b);
    b = bench_open("moons", "free", "arcface");
    trainer_map_inputs(b->trainer);
    assert_int_equal(trainer_snapshot(b->trainer, &b->snap), STATUS_OK);
    assert_int_equal(b->snap.inputs.w, 0);
    bench_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_map_says_what_the_trainer_predicts),
        cmocka_unit_test(borders_of_a_linear_model_are_exact),
        cmocka_unit_test(asking_changes_nothing),
        cmocka_unit_test(there_is_no_map_without_a_plane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
