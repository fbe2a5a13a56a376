
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/metric.h"
#include "math/verification.h"
#include "tests/support/training.h"

static struct dataset blobs, digits;

static int load_data(void **state)
{
    (void)state;
    struct experiment e;
    struct why why = { "" };
    experiment_init(&e);
    bool made = dataset_find("blobs")->make(1, &blobs, &why) == STATUS_OK &&
                dataset_open(&e, &digits, &why) == STATUS_OK;
    if (!made)
        print_error("%s\n", why.text);
    return made ? 0 : -1;
}

static int drop_data(void **state)
{
    (void)state;
    dataset_clear(&blobs);
    dataset_clear(&digits);
    return 0;
}

/* Small and quick; settings follow as pairs of strings up to NULL. */
static struct experiment small(const char *const *settings)
{
    struct experiment e;
    experiment_init(&e);
    set(&e, "hidden", "16,12");
    set(&e, "batch", "32");
    set(&e, "points", "200");
    set_all(&e, settings);
    return e;
}

#define SMALL(...) small((const char *const[]){ __VA_ARGS__, NULL })

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

static bool same_state(const struct trainer *a, const struct trainer *b)
{
    struct bytes_of x = saved(a), y = saved(b);
    bool same = x.size == y.size && memcmp(x.at, y.at, x.size) == 0;
    free(x.at);
    free(y.at);
    return same;
}

static struct evaluation evaluate(struct trainer *t, bool verify)
{
    struct evaluation v;
    assert_int_equal(trainer_evaluate(t, verify, &v), STATUS_OK);
    return v;
}

static void same_experiment_gives_the_same_bytes(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "arcface"), other = SMALL("seed", "2");
    struct trainer *a = make(&e, &digits), *b = make(&e, &digits), *c = make(&other, &digits);
    steps(a, 60);
    steps(b, 60);
    steps(c, 60);
    assert_true(same_state(a, b));
    assert_memory_not_equal(
        trainer_block(a, BLOCK_WEIGHT), trainer_block(c, BLOCK_WEIGHT), 20 * sizeof(double));
    trainer_destroy(a);
    trainer_destroy(b);
    trainer_destroy(c);
}

/* Looking never changes what is trained. */
static void a_snapshot_leaves_the_training_alone(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "cosface");
    struct trainer *a = make(&e, &digits), *b = make(&e, &digits);
    struct snapshot s;
    snapshot_init(&s);
    for (int i = 0; i < 40; i++) {
        trainer_step(a);
        trainer_step(b);
        assert_int_equal(trainer_snapshot(b, &s), STATUS_OK);
    }
    evaluate(b, true);
    assert_memory_equal(trainer_block(a, BLOCK_WEIGHT), trainer_block(b, BLOCK_WEIGHT), 20 * sizeof(double));
    float x[20], y[20];
    trainer_features(a, 5, 10, x, NULL);
    trainer_features(b, 5, 10, y, NULL);
    assert_memory_equal(x, y, sizeof x);
    snapshot_clear(&s);
    trainer_destroy(a);
    trainer_destroy(b);
}

static void check_checkpoint(const struct experiment *e, const struct dataset *data)
{
    struct trainer *a = make(e, data), *b = make(e, data);
    steps(a, 37);
    retune(a, "lr", "0.002");
    steps(a, 30);
    struct bytes_of kept = saved(a);
    assert_int_equal(trainer_load(b, kept.at, kept.size, NULL), STATUS_OK);
    for (int i = 0; i < 50; i++) {
        trainer_step(a);
        trainer_step(b);
        struct batch_view x, y;
        assert_true(trainer_last_batch(a, &x) && trainer_last_batch(b, &y));
        assert_memory_equal(&x.loss, &y.loss, sizeof x.loss);
    }
    if (!same_state(a, b))
        fail_msg("%s on %s: another state after 50 steps", experiment_loss(e)->id, model_id(e->model));
    free(kept.at);
    trainer_destroy(a);
    trainer_destroy(b);
}

static void a_checkpoint_goes_on_bit_by_bit(void **state)
{
    (void)state;
    for (int o = 0; o < OPTIMISER_COUNT; o++) {
        struct experiment e = SMALL("optimizer", optimiser_id((enum optimiser)o), "weight-decay", "0.001");
        check_checkpoint(&e, &digits);
    }
    struct experiment e = SMALL("model", "cnn", "filters", "4,6", "shift", "2");
    check_checkpoint(&e, &digits);
}

/* Every shortened or scrambled file is refused or harmless, and a refusal changes nothing. */
static void a_damaged_checkpoint_is_refused(void **state)
{
    (void)state;
    struct experiment e = SMALL("hidden", "3");
    struct trainer *a = make(&e, &blobs), *b = make(&e, &blobs), *fresh = make(&e, &blobs);
    steps(a, 20);
    retune(a, "m", "0.2");
    struct bytes_of kept = saved(a);
    for (size_t size = 0; size < kept.size; size += size < 2000 ? 1 : 97) {
        uint8_t *part = malloc(size + 1);
        memcpy(part, kept.at, size);
        assert_int_equal(trainer_load(b, part, size, NULL), STATUS_FAILED);
        free(part);
    }
    assert_true(same_state(b, fresh));
    for (size_t i = 0; i < kept.size; i += i < 2000 ? 1 : 61) {
        kept.at[i] ^= 0x80;
        if (trainer_load(b, kept.at, kept.size, NULL) == STATUS_OK)
            steps(b, 1);
        kept.at[i] ^= 0x80;
    }
    assert_int_equal(trainer_load(b, kept.at, kept.size, NULL), STATUS_OK);
    assert_true(same_state(a, b));
    struct experiment wider = SMALL("hidden", "4");
    struct trainer *other = make(&wider, &blobs);
    assert_int_equal(trainer_load(other, kept.at, kept.size, NULL), STATUS_FAILED);
    free(kept.at);
    trainer_destroy(a);
    trainer_destroy(b);
    trainer_destroy(fresh);
    trainer_destroy(other);
}

static void a_bias_sleeps_and_wakes_with_its_value(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "softmax");
    struct trainer *t = make(&e, &blobs);
    steps(t, 100);
    double bias = trainer_block(t, BLOCK_BIAS)[0];
    assert_true(bias != 0);
    retune(t, "loss", "arcface");
    assert_null(trainer_rule(t).bias);
    steps(t, 100);
    retune(t, "loss", "softmax");
    assert_close(trainer_block(t, BLOCK_BIAS)[0], bias, 0);
    trainer_destroy(t);
}

static double margin(const struct trainer *t)
{
    struct loss_force force = trainer_force(t);
    return force.param[force.loss->margin];
}

static void a_touched_margin_is_in_force_at_the_next_step(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "arcface");
    struct trainer *t = make(&e, &blobs);
    steps(t, 10);
    assert_close(margin(t), 0, 0);
    retune(t, "m", "0.25");
    assert_close(margin(t), 0.25, 0);
    assert_true(trainer_force(t).norm_radius);
    steps(t, 1);
    struct batch_view view;
    assert_true(trainer_last_batch(t, &view));
    assert_close(view.force.param[view.force.loss->margin], 0.25, 0);
    retune(t, "s", "20");
    assert_false(trainer_force(t).norm_radius);
    const struct journal *journal = trainer_journal(t);
    assert_int_equal(journal->count, 2);
    assert_string_equal(journal_key(journal, 0), "m");
    assert_string_equal(journal_value(journal, 0), "0.25");
    assert_int_equal(journal_step(journal, 0), 10);
    assert_string_equal(journal_key(journal, 1), "s");
    assert_int_equal(journal_step(journal, 1), 11);
    struct snapshot s;
    snapshot_init(&s);
    assert_int_equal(trainer_snapshot(t, &s), STATUS_OK);
    assert_int_equal(s.event_count, 2);
    assert_string_equal(s.event[0].text, "m 0.25");
    assert_true(s.event[0].margin);
    assert_false(s.event[1].margin);
    snapshot_clear(&s);
    trainer_destroy(t);
}

/* A loss and its parameters chosen together are a choice, not a touch: its schedule runs towards them. */
static void a_loss_chosen_with_its_margin_still_warms_up(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "softmax");
    struct trainer *t = make(&e, &blobs);
    steps(t, 400);
    struct experiment wanted = *trainer_experiment(t);
    assert_int_equal(experiment_set(&wanted, "loss", "cosface", NULL), STATUS_OK);
    assert_int_equal(experiment_set(&wanted, "m", "0.4", NULL), STATUS_OK);
    assert_int_equal(trainer_retune(t, &wanted, NULL), STATUS_OK);
    assert_close(margin(t), 0, 0);
    assert_false(trainer_force(t).norm_radius);
    steps(t, 150);
    assert_close(margin(t), 0.2, 1e-12);
    trainer_destroy(t);
}

/* Replaying the journal change by change gives the same bytes as the changes themselves. */
static void the_journal_replays_a_lecture(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "softmax"), wanted;
    struct trainer *a = make(&e, &blobs), *b = make(&e, &blobs);
    steps(a, 30);
    wanted = *trainer_experiment(a);
    experiment_set(&wanted, "lambda", "0.01", NULL);
    experiment_set(&wanted, "loss", "arcface", NULL);
    experiment_set(&wanted, "m", "0.5", NULL);
    experiment_set(&wanted, "lr", "0.003", NULL);
    experiment_set(&wanted, "warmup", "20,40", NULL);
    assert_int_equal(trainer_retune(a, &wanted, NULL), STATUS_OK);
    steps(a, 30);
    retune(a, "batch", "50");
    retune(a, "s", "16");
    retune(a, "loss", "softmax");
    steps(a, 30);
    for (int i = 0; i < trainer_changes(a); i++) {
        struct change change = journal_change(trainer_journal(a), i);
        steps(b, (int)(change.step - trainer_steps(b)));
        retune(b, change.key, change.value);
    }
    steps(b, (int)(trainer_steps(a) - trainer_steps(b)));
    assert_memory_equal(trainer_block(a, BLOCK_WEIGHT), trainer_block(b, BLOCK_WEIGHT),
        (size_t)blobs.classes * 2 * sizeof(double));
    assert_memory_equal(
        trainer_experiment(a)->param, trainer_experiment(b)->param, sizeof trainer_experiment(a)->param);
    trainer_destroy(a);
    trainer_destroy(b);
}

static void a_rebuild_is_not_a_retune(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "arcface"), other = SMALL("loss", "arcface", "seed", "9");
    struct why why = { "" };
    struct trainer *t = make(&e, &blobs);
    assert_int_equal(trainer_retune(t, &other, &why), STATUS_USAGE);
    assert_true(trainer_experiment(t)->seed == 1);
    trainer_destroy(t);
}

static void check_divergence(const char *loss, const char *optimizer)
{
    struct experiment e =
        SMALL("loss", loss, "optimizer", optimizer, "lr", "1000000", "clip", "0", "hidden", "16");
    struct trainer *t = make(&e, &digits);
    steps(t, 3000);
    struct snapshot s;
    snapshot_init(&s);
    assert_int_equal(trainer_snapshot(t, &s), STATUS_OK);
    for (int i = 0; i < s.count * s.dim; i++)
        assert_true(isfinite(s.feature[i]));
    for (int i = 0; i < s.classes * s.dim; i++)
        assert_true(isfinite(s.weight[i]));
    assert_int_equal(s.diverged, trainer_diverged(t));
    if (strcmp(loss, "softmax") == 0) {
        assert_true(s.diverged);
        char want[160];
        snprintf(want, sizeof want, "Loss became infinite at step %ld. Lower the rate or the margin.",
            s.diverged_step);
        assert_string_equal(s.message, want);
        long stopped = trainer_steps(t);
        steps(t, 5);
        assert_int_equal(trainer_steps(t), stopped);
        retune(t, "points", "100");
        assert_true(trainer_diverged(t));
        retune(t, "lr", "0.0001");
        assert_false(trainer_diverged(t));
    }
    snapshot_clear(&s);
    trainer_destroy(t);
}

static void divergence_leaves_the_last_finite_state(void **state)
{
    (void)state;
    for (int o = 0; o < OPTIMISER_COUNT; o++) {
        check_divergence("softmax", optimiser_id((enum optimiser)o));
        check_divergence("arcface", optimiser_id((enum optimiser)o));
    }
}

static void every_model_learns_blobs(void **state)
{
    (void)state;
    for (int m = 0; m < MODEL_COUNT; m++) {
        if (m == MODEL_CNN) /* for images */
            continue;
        struct experiment e = SMALL("loss", "softmax", "model", model_id((enum model)m), "lr", "0.01");
        struct trainer *t = make(&e, &blobs);
        steps(t, 1500);
        struct evaluation v = evaluate(t, true);
        if (!(v.train_accuracy > 0.95))
            fail_msg("%s: %.3f", model_id(e.model), v.train_accuracy);
        assert_int_equal(isnan(v.test_accuracy), e.model == MODEL_FREE);
        assert_int_equal(isnan(v.eer), e.model == MODEL_FREE);
        assert_true(isnan(v.margin_accuracy) && isnan(v.eer_open));
        trainer_destroy(t);
    }
}

static void the_cnn_wants_images_that_are_large_enough(void **state)
{
    (void)state;
    struct trainer *t = NULL;
    struct why why = { "" };
    struct experiment e = SMALL("model", "cnn");
    assert_int_equal(trainer_create(&e, &blobs, &t, &why), STATUS_USAGE);
    assert_string_equal(why.text, "--model cnn: needs images and blobs has none; choose --model mlp");
    e = SMALL("model", "cnn", "kernel", "15", "padding", "valid");
    assert_int_equal(trainer_create(&e, &digits, &t, &why), STATUS_USAGE);
    assert_non_null(strstr(why.text, "28 x 28 pixels of mnist after convolution 2"));
    e = SMALL("shift", "1");
    assert_int_equal(trainer_create(&e, &blobs, &t, &why), STATUS_USAGE);
    assert_non_null(strstr(why.text, "--shift 1"));
    assert_null(t);
}

static void the_cnn_learns_digits(void **state)
{
    (void)state;
    struct experiment e =
        SMALL("loss", "softmax", "model", "cnn", "hidden", "32", "lr", "0.004", "shift", "1");
    struct trainer *t = make(&e, &digits);
    steps(t, 600);
    double accuracy = evaluate(t, false).test_accuracy;
    if (!(accuracy > 0.85))
        fail_msg("%.3f", accuracy);
    trainer_destroy(t);
}

/* The promise of the first start: digits, nothing set, 20 passes. All heads and seeds: tests/bench/recipe.c. */
static void the_default_recipe_separates_the_digits(void **state)
{
    (void)state;
    struct experiment e;
    experiment_init(&e);
    struct trainer *t = make(&e, &digits);
    steps(t, 20 * trainer_steps_per_epoch(t));
    struct evaluation v = evaluate(t, true);
    assert_true(v.train_accuracy >= 0.92);
    assert_true(v.test_accuracy >= 0.8);
    assert_true(v.min_gap_deg >= 12);
    assert_true(v.eer < 0.2);
    trainer_destroy(t);
}

/* One point, full batch, plain sgd: it moves by -lr times n times the mean's gradient. */
static void a_free_point_moves_by_its_own_loss(void **state)
{
    (void)state;
    struct experiment e = SMALL(
        "loss", "softmax", "model", "free", "optimizer", "sgd", "lr", "0.125", "clip", "0", "batch", "full");
    struct trainer *t = make(&e, &blobs);
    int n = blobs.train;
    float *before = calloc((size_t)n * 2, sizeof *before), *after = calloc((size_t)n * 2, sizeof *after);
    trainer_features(t, 0, n, before, NULL);
    steps(t, 1);
    trainer_features(t, 0, n, after, NULL);
    struct batch_view view;
    assert_true(trainer_last_batch(t, &view));
    double moved = 0, pulled = 0;
    for (int i = 0; i < 2 * n; i++) {
        moved += pow((double)after[i] - (double)before[i], 2);
        pulled += pow(0.125 * n * view.d_feature[i], 2);
    }
    assert_int_equal(view.n, n);
    assert_close(sqrt(moved), sqrt(pulled), 1e-4);
    free(before);
    free(after);
    trainer_destroy(t);
}

static void one_linear_layer_trains(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "normface", "hidden", "none");
    struct trainer *t = make(&e, &digits);
    steps(t, 600);
    assert_true(evaluate(t, false).train_accuracy > 0.3);
    trainer_destroy(t);
}

static void the_last_batch_is_what_the_loss_saw(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "arcface", "warmup", "0,0");
    struct trainer *t = make(&e, &digits);
    struct batch_view v;
    assert_false(trainer_last_batch(t, &v));
    steps(t, 7);
    assert_true(trainer_last_batch(t, &v));
    double *work = calloc(loss_work(v.n, v.classes, v.dim), sizeof *work);
    struct batch batch = { .n = v.n, .feature = v.feature, .label = v.label };
    double *d = calloc((size_t)(v.n * v.dim), sizeof *d);
    struct grad grad = { .feature = d, .work = work };
    assert_close(loss_eval(&v.force, &batch, &v.head, &grad), v.loss, 0);
    assert_memory_equal(d, v.d_feature, (size_t)(v.n * v.dim) * sizeof *d);
    free(work);
    free(d);
    trainer_destroy(t);
}

/* Each sample once an epoch; the last batch is the rest. */
static void an_epoch_is_one_pass(void **state)
{
    (void)state;
    struct experiment e = SMALL("batch", "300");
    struct trainer *t = make(&e, &blobs);
    int per_epoch = trainer_steps_per_epoch(t), seen = 0;
    assert_int_equal(per_epoch, (blobs.train + 299) / 300);
    for (int i = 0; i < per_epoch; i++) {
        struct batch_view v;
        steps(t, 1);
        trainer_last_batch(t, &v);
        seen += v.n;
    }
    assert_int_equal(seen, blobs.train);
    assert_close(trainer_epoch(t), 1, 0);
    trainer_destroy(t);
}

/* In two halves, of parts that are no whole number of passes, and only once. */
static void a_snapshot_in_halves_is_the_same(void **state)
{
    (void)state;
    struct experiment e =
        SMALL("loss", "arcface", "model", "cnn", "hidden", "16", "split", "both", "points", "500");
    struct trainer *a = make(&e, &digits), *b = make(&e, &digits);
    struct snapshot whole, halves;
    snapshot_init(&whole);
    snapshot_init(&halves);
    for (int round = 0; round < 3; round++) {
        steps(a, 2);
        steps(b, 2);
        assert_int_equal(trainer_snapshot(a, &whole), STATUS_OK);
        if (round < 2) {
            assert_true(trainer_ahead_begin(b));
            trainer_ahead(b, round == 0);
            trainer_ahead(b, round != 0);
        }
        assert_int_equal(trainer_snapshot(b, &halves), STATUS_OK);
        assert_int_equal(whole.count, halves.count);
        assert_memory_equal(
            whole.feature, halves.feature, (size_t)(whole.count * whole.dim) * sizeof *whole.feature);
        assert_close(halves.test_loss, whole.test_loss, 0);
        assert_close(halves.train_accuracy, whole.train_accuracy, 0);
    }
    snapshot_clear(&whole);
    snapshot_clear(&halves);
    trainer_destroy(a);
    trainer_destroy(b);
}

static void a_snapshot_is_whole(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "arcface", "split", "both", "points", "240");
    struct trainer *t = make(&e, &digits);
    struct snapshot s, copy;
    snapshot_init(&s);
    snapshot_init(&copy);
    steps(t, 120);
    assert_int_equal(trainer_snapshot(t, &s), STATUS_OK);
    assert_int_equal(s.count, 240);
    assert_int_equal(s.train_n + s.test_n, 240);
    assert_int_equal(s.warmup_step, 120);
    assert_int_equal(s.step, 120);
    int right = 0, tests = 0;
    for (int i = 0; i < s.count; i++) {
        int label;
        float x[2];
        trainer_features(t, s.row[i], 1, x, &label);
        assert_close((double)x[0], (double)s.feature[2 * i], 1e-4);
        assert_int_equal(s.label[i], digits.label[s.row[i]]);
        assert_int_equal(s.test[i], s.row[i] >= digits.train);
        right += !s.test[i] && s.predicted[i] == s.label[i];
        tests += s.test[i];
    }
    assert_int_equal(tests, s.test_n);
    assert_close(s.train_accuracy, (double)right / s.train_n, 1e-12);
    assert_true(s.norm_median > 0 && s.norm_p99 >= s.norm_median);
    assert_true(snapshot_copy(&copy, &s));
    assert_memory_equal(copy.feature, s.feature, (size_t)s.count * 2 * sizeof(float));
    assert_true(copy.feature != s.feature);
    retune(t, "points", "50");
    retune(t, "split", "test");
    const float *kept = s.feature;
    assert_int_equal(trainer_snapshot(t, &s), STATUS_OK);
    assert_ptr_equal(kept, s.feature);
    assert_int_equal(s.count, 50);
    assert_true(s.test[0]);
    assert_true(isfinite(s.train_accuracy));
    snapshot_clear(&s);
    snapshot_clear(&copy);
    trainer_destroy(t);
}

static void the_curve_thins_and_keeps_its_ends(void **state)
{
    (void)state;
    struct experiment e = SMALL("hidden", "none");
    struct trainer *t = make(&e, &blobs);
    struct snapshot s;
    snapshot_init(&s);
    trainer_snapshot(t, &s);
    assert_int_equal(s.curve_count, 1);
    steps(t, 5000);
    trainer_snapshot(t, &s);
    assert_in_range(s.curve_count, CURVE_MAX / 2, CURVE_MAX);
    assert_int_equal(s.curve[0].step, 0);
    assert_int_equal(s.curve[s.curve_count - 1].step, 5000);
    for (int i = 1; i < s.curve_count; i++)
        assert_true(s.curve[i].step > s.curve[i - 1].step);
    snapshot_clear(&s);
    trainer_destroy(t);
}

static void equal_error_rate_by_hand(void **state)
{
    (void)state;
    struct verification v;
    float same[] = { 0.2f, 0.7f, 0.8f, 0.9f }, different[] = { 0.1f, 0.3f, 0.4f, 0.75f };
    verification_from_scores(same, 4, different, 4, &v);
    assert_close(v.eer, 0.25, 1e-12);
    assert_true(isnan(v.tar[0]));
    float apart[] = { 0.8f, 0.9f }, low[] = { 0.1f, 0.2f };
    verification_from_scores(apart, 2, low, 2, &v);
    assert_close(v.eer, 0, 1e-12);
    float all[] = { 0.5f, 0.5f }, equal[] = { 0.5f, 0.5f, 0.5f };
    verification_from_scores(all, 2, equal, 3, &v);
    assert_close(v.eer, 0.5, 1e-12);
    verification_from_scores(all, 0, equal, 3, &v);
    assert_true(isnan(v.eer));
}

static void pairs_are_counted_and_tar_is_at_the_smallest_threshold(void **state)
{
    (void)state;
    const float feature[] = { 1, 0, 2, 0.1f, 0, 1, 0.1f, 3 };
    const int label[] = { 0, 0, 1, 1 };
    struct verification v;
    assert_int_equal(verification_compute(feature, label, 4, 2, 1, &v, NULL), STATUS_OK);
    assert_int_equal(v.same, 2);
    assert_int_equal(v.different, 4);
    assert_close(v.eer, 0, 1e-12);
    float same[100], different[100];
    for (int i = 0; i < 100; i++) {
        same[i] = (float)i;
        different[i] = (float)(i - 50) + 0.5f;
    }
    verification_from_scores(same, 100, different, 100, &v);
    /* ten of the different lie above 39.5; just above it 40..99 of the same are accepted */
    assert_close(v.tar[0], 0.60, 1e-12);
}

int main(void)
{
    openblas_set_num_threads(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_experiment_gives_the_same_bytes),
        cmocka_unit_test(a_snapshot_leaves_the_training_alone),
        cmocka_unit_test(a_checkpoint_goes_on_bit_by_bit),
        cmocka_unit_test(a_damaged_checkpoint_is_refused),
        cmocka_unit_test(a_bias_sleeps_and_wakes_with_its_value),
        cmocka_unit_test(a_touched_margin_is_in_force_at_the_next_step),
        cmocka_unit_test(a_loss_chosen_with_its_margin_still_warms_up),
        cmocka_unit_test(the_journal_replays_a_lecture),
        cmocka_unit_test(a_rebuild_is_not_a_retune),
        cmocka_unit_test(divergence_leaves_the_last_finite_state),
        cmocka_unit_test(every_model_learns_blobs),
        cmocka_unit_test(the_cnn_wants_images_that_are_large_enough),
        cmocka_unit_test(the_cnn_learns_digits),
        cmocka_unit_test(the_default_recipe_separates_the_digits),
        cmocka_unit_test(a_free_point_moves_by_its_own_loss),
        cmocka_unit_test(one_linear_layer_trains),
        cmocka_unit_test(the_last_batch_is_what_the_loss_saw),
        cmocka_unit_test(an_epoch_is_one_pass),
        cmocka_unit_test(a_snapshot_in_halves_is_the_same),
        cmocka_unit_test(a_snapshot_is_whole),
        cmocka_unit_test(the_curve_thins_and_keeps_its_ends),
        cmocka_unit_test(equal_error_rate_by_hand),
        cmocka_unit_test(pairs_are_counted_and_tar_is_at_the_smallest_threshold),
    };
    return cmocka_run_group_tests(tests, load_data, drop_data);
}
