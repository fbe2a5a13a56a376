/* Every loss in training: switching, terms, running statistics, moved points, checkpoints. */

#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/training.h"

enum { MOONS, BLOBS, DISCS, OUTLIERS, DATA_COUNT };

static struct dataset data[DATA_COUNT];

static int load_data(void **state)
{
    static const char *const id[DATA_COUNT] = { "moons", "blobs", "discs", "outliers" };
    (void)state;
    for (int i = 0; i < DATA_COUNT; i++)
        if (dataset_find(id[i])->make(1, &data[i], NULL) != STATUS_OK)
            return -1;
    return 0;
}

static int drop_data(void **state)
{
    (void)state;
    for (int i = 0; i < DATA_COUNT; i++)
        dataset_clear(&data[i]);
    return 0;
}

/* Small and quick; settings follow as pairs of strings up to NULL. */
static struct experiment small(const char *const *settings)
{
    struct experiment e;
    experiment_init(&e);
    set(&e, "hidden", "8");
    set(&e, "batch", "32");
    set(&e, "points", "100");
    set_all(&e, settings);
    return e;
}

#define SMALL(...) small((const char *const[]){ __VA_ARGS__, NULL })

static struct snapshot shot(struct trainer *t)
{
    struct snapshot s;
    snapshot_init(&s);
    assert_int_equal(trainer_snapshot(t, &s), STATUS_OK);
    return s;
}

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

/* The loss, or softmax with the term, on its own; false when it does not go with the data. */
static bool choose(struct experiment *e, const struct dataset *from, int loss)
{
    struct trainer *t = NULL;
    memset(e->added, 0, sizeof e->added);
    experiment_set(e, "loss", loss_at(loss)->id, NULL);
    bool fits = trainer_create(e, from, &t, NULL) == STATUS_OK;
    trainer_destroy(t);
    return fits;
}

static void features(struct trainer *t, float *out)
{
    trainer_features(t, 0, 20, out, NULL);
}

static bool refines(const struct trainer *t)
{
    return experiment_loss(trainer_experiment(t))->refine != NULL;
}

static void check_switch(struct trainer *t, const struct experiment *to)
{
    float before[40], after[40];
    bool same = !refines(t) && !experiment_loss(to)->refine;
    struct batch_view view;
    struct why why = { "" };
    features(t, before);
    const char *from = experiment_loss(trainer_experiment(t))->id;
    if (trainer_retune(t, to, &why) != STATUS_OK)
        fail_msg("%s to %s: %s", from, experiment_loss(to)->id, why.text);
    features(t, after);
    if (same)
        assert_memory_equal(before, after, sizeof before);
    steps(t, 5);
    assert_true(trainer_last_batch(t, &view));
    if (trainer_diverged(t) || !isfinite(view.loss))
        fail_msg("%s to %s: loss %g after 5 steps", from, experiment_loss(to)->id, view.loss);
    struct snapshot s = shot(t);
    for (int i = 0; i < s.classes * s.dim; i++)
        assert_true(isfinite(s.weight[i]));
    snapshot_clear(&s);
}

/* Network kept, no NaN, whatever follows whatever. */
static void every_loss_follows_every_other(void **state)
{
    (void)state;
    int pairs = 0;
    for (int d = 0; d < DATA_COUNT; d++)
        for (int i = 0; i < loss_count(); i++) {
            struct experiment e = SMALL("model", "mlp"), to = e;
            if (!choose(&e, &data[d], i))
                continue;
            struct trainer *t = make(&e, &data[d]);
            for (int j = 0; j < loss_count(); j++) {
                if (!choose(&to, &data[d], j) || experiment_rebuilds(&e, &to))
                    continue;
                check_switch(t, &to);
                check_switch(t, &e);
                pairs++;
            }
            trainer_destroy(t);
        }
    assert_true(pairs > 30 * 30);
}

static void check_checkpoint(const struct experiment *e, const struct dataset *from)
{
    struct trainer *a = make(e, from), *b = make(e, from);
    steps(a, 17);
    retune(a, "lr", "0.002");
    steps(a, 10);
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
        fail_msg("%s on %s: another state after 50 steps", experiment_loss(e)->id, from->name);
    free(kept.at);
    trainer_destroy(a);
    trainer_destroy(b);
}

static void every_checkpoint_goes_on_bit_by_bit(void **state)
{
    (void)state;
    for (int d = 0; d < DATA_COUNT; d++)
        for (int m = 0; m < MODEL_COUNT; m++)
            for (int i = 0; i < loss_count(); i++) {
                struct experiment e = SMALL("model", model_id((enum model)m));
                if (choose(&e, &data[d], i))
                    check_checkpoint(&e, &data[d]);
            }
    struct experiment all = SMALL("loss", "arcface", "add", "center,ring,uniform,regular");
    check_checkpoint(&all, &data[BLOBS]);
    struct experiment moved = SMALL("loss", "hinge", "model", "identity", "move", "3:1.5:-2,5:0.1:0.25");
    check_checkpoint(&moved, &data[MOONS]);
}

/* What the dump of a batch promises: the same loss and derivatives from what the view shows. */
static void check_view(const struct trainer *t)
{
    struct batch_view v;
    assert_true(trainer_last_batch(t, &v));
    size_t count = (size_t)v.n * (size_t)v.dim;
    double *work = calloc(loss_work(v.n, v.classes, v.dim), sizeof *work), *d = calloc(count, sizeof *d);
    struct batch batch = { v.n, v.feature, v.label, v.target };
    struct grad grad = { .feature = d, .work = work };
    assert_close(loss_eval(&v.force, &batch, &v.head, &grad), v.loss, 1e-12);
    for (size_t i = 0; i < count; i++)
        assert_close(d[i], v.d_feature[i], 1e-12);
    free(work);
    free(d);
}

static void every_last_batch_is_what_the_loss_saw(void **state)
{
    (void)state;
    for (int d = 0; d < DATA_COUNT; d++)
        for (int i = 0; i < loss_count(); i++) {
            struct experiment e = SMALL("model", "mlp");
            if (!choose(&e, &data[d], i))
                continue;
            struct trainer *t = make(&e, &data[d]);
            steps(t, 1);
            check_view(t);
            steps(t, 40);
            check_view(t);
            trainer_destroy(t);
        }
}

/* Lists, terms, sub-centres and losses of all kinds: replaying the journal change by change gives the same bytes. */
static void the_journal_replays_every_kind_of_change(void **state)
{
    static const char *const lecture[][2] = { { "add", "center" }, { "ring.radius", "4" },
        { "add", "ring,uniform" }, { "ring.radius", "2" }, { "loss", "subcenter_arcface" }, { "k", "2" },
        { "loss", "contrastive" }, { "add", "none" }, { "loss", "weighted_softmax" },
        { "class_weights", "1:3" }, { "class_weights", "2:3" }, { "loss", "hinge" }, { "bias", "off" },
        { "move", "2:1:1" }, { "move", "4:1:-1" }, { "move", "2:0:0" }, { "move", "none" },
        { "move", "4:2:2" }, { "bias", "on" }, { "loss", "curricularface" }, { "t", "0.1" } };
    (void)state;
    struct experiment e = SMALL("loss", "softmax");
    struct trainer *a = make(&e, &data[MOONS]), *b = make(&e, &data[MOONS]);
    for (size_t i = 0; i < sizeof lecture / sizeof lecture[0]; i++) {
        steps(a, 4);
        retune(a, lecture[i][0], lecture[i][1]);
        if (strcmp(lecture[i][1], "curricularface") == 0)
            trainer_touch(a, "m");
    }
    retune(a, "loss", "contrastive");
    retune(a, "add", "center");
    steps(a, 4);
    struct experiment wanted =
        *trainer_experiment(a); /* regular does not go with a pair loss: it must come last */
    experiment_set(&wanted, "loss", "softmax", NULL);
    experiment_set(&wanted, "add", "center,regular", NULL);
    experiment_set(&wanted, "bias", "off", NULL);
    struct why why = { "" };
    if (trainer_retune(a, &wanted, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    steps(a, 4);
    int n = trainer_changes(a);
    for (int i = 0; i < n; i++) {
        struct change change = journal_change(trainer_journal(a), i);
        steps(b, (int)(change.step - trainer_steps(b)));
        retune(b, change.key, change.value);
        trainer_touch(b, change.key);
    }
    steps(b, (int)(trainer_steps(a) - trainer_steps(b)));
    assert_int_equal(trainer_changes(b), n);
    for (int block = BLOCK_WEIGHT; block < BLOCK_COUNT; block++)
        assert_close(trainer_block(a, (enum block)block)[0], trainer_block(b, (enum block)block)[0], 0);
    float x[40], y[40];
    features(a, x);
    features(b, y);
    assert_memory_equal(x, y, sizeof x);
    trainer_destroy(a);
    trainer_destroy(b);
}

static void a_term_that_weighs_nothing_leaves_no_trace(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "softmax", "center.lambda", "0");
    struct trainer *a = make(&e, &data[BLOBS]), *b = make(&e, &data[BLOBS]);
    steps(a, 20);
    steps(b, 20);
    retune(a, "loss", "center");
    steps(a, 20);
    steps(b, 20);
    retune(a, "add", "none");
    steps(a, 20);
    steps(b, 20);
    float x[40], y[40];
    features(a, x);
    features(b, y);
    assert_memory_equal(x, y, sizeof x);
    size_t size = (size_t)data[BLOBS].classes * 2 * sizeof(double);
    assert_memory_equal(trainer_block(a, BLOCK_WEIGHT), trainer_block(b, BLOCK_WEIGHT), size);
    assert_memory_equal(trainer_block(a, BLOCK_BIAS), trainer_block(b, BLOCK_BIAS), size / 2);
    assert_memory_not_equal(trainer_block(a, BLOCK_CENTER), trainer_block(b, BLOCK_CENTER), size);
    trainer_destroy(a);
    trainer_destroy(b);
}

/* Class means of the training part; directions: of u(x). */
static void class_means(struct trainer *t, const struct dataset *from, bool directions, double *mean)
{
    float *x = calloc((size_t)from->train * 2, sizeof *x);
    int count[64] = { 0 };
    trainer_features(t, 0, from->train, x, NULL);
    memset(mean, 0, (size_t)from->classes * 2 * sizeof *mean);
    for (int i = 0; i < from->train; i++) {
        double norm = directions ? hypot((double)x[2 * i], (double)x[2 * i + 1]) : 1;
        count[from->label[i]]++;
        mean[2 * from->label[i]] += (double)x[2 * i] / norm;
        mean[2 * from->label[i] + 1] += (double)x[2 * i + 1] / norm;
    }
    for (int j = 0; j < 2 * from->classes; j++)
        mean[j] /= count[j / 2];
    free(x);
}

static void assert_message(struct trainer *t, const char *want)
{
    struct snapshot s = shot(t);
    assert_string_equal(s.message, want);
    snapshot_clear(&s);
}

static void weights_after_a_pair_loss_are_class_means(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "contrastive");
    struct trainer *t = make(&e, &data[BLOBS]);
    double mean[64];
    steps(t, 30);
    class_means(t, &data[BLOBS], false, mean);
    retune(t, "loss", "softmax");
    for (int i = 0; i < 2 * data[BLOBS].classes; i++)
        assert_close(trainer_block(t, BLOCK_WEIGHT)[i], mean[i], 1e-5);
    assert_message(t, "Class weights made from class means.");
    retune(t, "loss", "contrastive");
    assert_message(t, "");
    class_means(t, &data[BLOBS], true, mean);
    retune(t, "loss", "arcface");
    for (int i = 0; i < 2 * data[BLOBS].classes; i++)
        assert_close(trainer_block(t, BLOCK_WEIGHT)[i], mean[i], 1e-5);
    trainer_destroy(t);
}

/* modified_softmax and asoftmax normalise W, not x: long features count more. */
static void weights_after_a_pair_loss_keep_lengths_where_the_head_does(void **state)
{
    (void)state;
    static const struct {
        const char *loss;
        bool directions;
    } row[] = { { "modified_softmax", false }, { "asoftmax", false }, { "lsoftmax", false },
        { "l2_softmax", true }, { "fnorm_sphereface", true }, { "sphereface2", true } };
    for (size_t r = 0; r < sizeof row / sizeof *row; r++) {
        double mean[64];
        struct experiment e = SMALL("loss", "contrastive");
        struct trainer *t = make(&e, &data[BLOBS]);
        steps(t, 30);
        class_means(t, &data[BLOBS], row[r].directions, mean);
        retune(t, "loss", row[r].loss);
        const double *w = trainer_block(t, BLOCK_WEIGHT);
        for (int i = 0; i < 20; i++)
            assert_close(w[i], mean[i], 1e-5);
        trainer_destroy(t);
    }
}

static void a_score_is_the_difference_of_two_weights(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "softmax");
    struct trainer *t = make(&e, &data[MOONS]);
    steps(t, 100);
    double w[4], b[2];
    memcpy(w, trainer_block(t, BLOCK_WEIGHT), sizeof w);
    memcpy(b, trainer_block(t, BLOCK_BIAS), sizeof b);
    retune(t, "loss", "logistic");
    const double *score = trainer_block(t, BLOCK_SCORE), *bias = trainer_block(t, BLOCK_SCORE_BIAS);
    for (int k = 0; k < 2; k++)
        assert_close(score[k], w[2 + k] - w[k], 1e-6);
    assert_close(bias[0], b[1] - b[0], 1e-6);
    struct head rule = trainer_rule(t);
    for (int k = 0; k < 2; k++) {
        assert_close(rule.weight[k], -score[k] / 2, 1e-12);
        assert_close(rule.weight[2 + k], score[k] / 2, 1e-12);
    }
    assert_close(rule.bias[1], bias[0] / 2, 1e-12);
    double kept[2] = { score[0], score[1] };
    retune(t, "loss", "softmax");
    assert_close(trainer_block(t, BLOCK_WEIGHT)[3], kept[1] / 2, 1e-6);
    assert_close(trainer_block(t, BLOCK_WEIGHT)[0], -kept[0] / 2, 1e-6);
    assert_message(t, "Class weights made from the score.");
    trainer_destroy(t);
}

static void subcenters_start_at_the_weight_and_leave_the_busiest(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "arcface");
    struct trainer *t = make(&e, &data[BLOBS]);
    steps(t, 50);
    int classes = data[BLOBS].classes;
    double weight[64];
    memcpy(weight, trainer_block(t, BLOCK_WEIGHT), (size_t)classes * 2 * sizeof *weight);
    retune(t, "loss", "subcenter_arcface");
    const double *sub = trainer_block(t, BLOCK_SUBCENTER);
    for (int j = 0; j < classes; j++)
        for (int k = 0; k < 3; k++) {
            const double *w = weight + (size_t)j * 2, *s = sub + ((size_t)j * 3 + (size_t)k) * 2;
            double away = hypot(w[0] - s[0], w[1] - s[1]), length = hypot(w[0], w[1]);
            assert_true(away > 0 && away < 0.06 * length);
        }
    assert_memory_equal(weight, trainer_block(t, BLOCK_WEIGHT), (size_t)classes * 2 * sizeof *weight);
    steps(t, 50);
    double rows[64 * 3];
    memcpy(rows, trainer_block(t, BLOCK_SUBCENTER), (size_t)classes * 6 * sizeof *rows);
    retune(t, "k", "1");
    for (int j = 0; j < classes; j++) {
        const double *one = trainer_block(t, BLOCK_SUBCENTER) + (size_t)j * 2, *of = rows + (size_t)j * 6;
        bool found = false;
        for (int k = 0; k < 3; k++)
            found = found || (one[0] == of[2 * k] && one[1] == of[2 * k + 1]);
        assert_true(found);
    }
    steps(t, 5);
    struct snapshot s = shot(t);
    assert_int_equal(s.sub, 1);
    retune(t, "k", "4");
    snapshot_clear(&s);
    s = shot(t);
    assert_int_equal(s.sub, 4);
    snapshot_clear(&s);
    trainer_destroy(t);
}

static double radius_in_force(const struct trainer *t)
{
    const struct loss *ring = loss_find("ring");
    return trainer_force(t).term[term_find(ring)][loss_param_find(ring, "radius")];
}

static void a_ring_starts_at_its_radius_or_at_the_median_length(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "softmax", "add", "ring");
    struct trainer *t = make(&e, &data[BLOBS]);
    assert_close(radius_in_force(t), 3, 1e-6);
    steps(t, 30);
    assert_true(fabs(radius_in_force(t) - 3) > 1e-4);
    retune(t, "ring.radius", "2.5");
    steps(t, 30);
    assert_close(radius_in_force(t), 2.5, 1e-6);
    retune(t, "add", "none");
    struct snapshot s = shot(t);
    retune(t, "points", "100000");
    snapshot_clear(&s);
    s = shot(t);
    retune(t, "add", "ring");
    assert_close(radius_in_force(t), s.norm_median, 1e-5);
    steps(t, 5);
    assert_true(radius_in_force(t) != s.norm_median);
    snapshot_clear(&s);
    trainer_destroy(t);
}

/* With uniform on, a free point moves by -lr n (d_feature + alpha/(1 + n_y) dk_y); plain sgd, no clipping. */
static void uniform_reaches_the_features_through_the_centres(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "softmax", "add", "uniform", "uniform.lambda", "50", "model", "free",
        "optimizer", "sgd", "lr", "0.125", "clip", "0", "batch", "full");
    struct trainer *t = make(&e, &data[MOONS]);
    int n = data[MOONS].train;
    float *before = calloc((size_t)n * 2, sizeof *before), *after = calloc((size_t)n * 2, sizeof *after);
    trainer_features(t, 0, n, before, NULL);
    steps(t, 1);
    trainer_features(t, 0, n, after, NULL);
    struct batch_view v;
    assert_true(trainer_last_batch(t, &v));
    assert_true(fabs(v.d_center[0]) > 1e-3);
    double count[2] = { 0 }, moved = 0, pulled = 0, plain = 0;
    for (int i = 0; i < n; i++)
        count[v.label[i]]++;
    for (int i = 0; i < 2 * n; i++) {
        int y = v.label[i / 2];
        double follow = 0.5 / (1 + count[y]) * v.d_center[2 * y + i % 2];
        moved += pow((double)after[i] - (double)before[i], 2);
        pulled += pow(0.125 * n * (v.d_feature[i] + follow), 2);
        plain += pow(0.125 * n * v.d_feature[i], 2);
    }
    assert_close(sqrt(moved), sqrt(pulled), 1e-4);
    assert_true(fabs(sqrt(plain) - sqrt(pulled)) > 1e-3);
    free(before);
    free(after);
    trainer_destroy(t);
}

static void centres_follow_by_their_delta(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "center");
    struct trainer *t = make(&e, &data[BLOBS]);
    double mean[64];
    class_means(t, &data[BLOBS], false, mean);
    for (int i = 0; i < 2 * data[BLOBS].classes; i++)
        assert_close(trainer_block(t, BLOCK_CENTER)[i], mean[i], 1e-5);
    steps(t, 20);
    double before[64];
    memcpy(before, trainer_block(t, BLOCK_CENTER), (size_t)data[BLOBS].classes * 2 * sizeof *before);
    steps(t, 1);
    struct batch_view v;
    trainer_last_batch(t, &v);
    for (int i = 0; i < 2 * data[BLOBS].classes; i++)
        assert_close(trainer_block(t, BLOCK_CENTER)[i], before[i] + v.center_delta[i], 1e-6);
    trainer_destroy(t);
}

static double parameter(const struct trainer *t, const char *id)
{
    struct loss_force force = trainer_force(t);
    return force.param[loss_param_find(force.loss, id)];
}

static void curricular_t_follows_the_mean_cosine(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "curricularface");
    struct trainer *t = make(&e, &data[BLOBS]);
    double before = 0;
    for (int i = 0; i < 20; i++) {
        struct batch_view v;
        steps(t, 1);
        trainer_last_batch(t, &v);
        double mean = 0;
        for (int j = 0; j < v.n; j++)
            mean += loss_cosine(v.feature + 2 * j, v.head.weight + 2 * v.label[j], 2) / v.n;
        assert_close(v.force.param[loss_param_find(v.force.loss, "t")], 0.01 * mean + 0.99 * before, 1e-12);
        before = parameter(t, "t");
    }
    retune(t, "t", "0.5");
    steps(t, 5);
    assert_close(parameter(t, "t"), 0.5, 0);
    retune(t, "loss", "softmax");
    trainer_destroy(t);
}

static void adacos_remembers_its_scale(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "adacos", "mode", "dynamic");
    struct trainer *t = make(&e, &data[BLOBS]);
    struct batch_view v;
    steps(t, 10);
    trainer_last_batch(t, &v);
    assert_true(v.scale > 0);
    assert_close(parameter(t, "s_prev"), v.scale, 1e-9);
    trainer_destroy(t);
}

/* n^3 steps: bounded by the samples there are, not by the number that was asked for. */
static void every_triplet_of_a_full_batch_is_taken_where_it_is_small(void **state)
{
    (void)state;
    struct why why = { "" };
    struct trainer *t = NULL;
    struct experiment e = SMALL("loss", "triplet", "mining", "all", "batch", "full");
    t = make(&e, &data[MOONS]);
    steps(t, 1);
    trainer_destroy(t);
    t = NULL;
    assert_int_equal(trainer_create(&e, &data[BLOBS], &t, &why), STATUS_USAGE);
    assert_non_null(strstr(why.text, "1024"));
    e = SMALL("loss", "triplet", "mining", "all", "batch", "1025");
    assert_int_equal(trainer_create(&e, &data[BLOBS], &t, &why), STATUS_USAGE);
    e = SMALL("loss", "triplet", "mining", "all", "batch", "1024");
    t = make(&e, &data[BLOBS]);
    trainer_destroy(t);
    e = SMALL("loss", "triplet", "mining", "hard", "batch", "full");
    t = make(&e, &data[BLOBS]);
    trainer_destroy(t);
}

static void a_frozen_network_stands_still(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "siamese", "freeze", "true");
    struct trainer *t = make(&e, &data[MOONS]);
    float x[40], y[40];
    features(t, x);
    steps(t, 20);
    features(t, y);
    assert_memory_equal(x, y, sizeof x);
    assert_true(trainer_block(t, BLOCK_STRETCH)[2] != 1);
    retune(t, "freeze", "false");
    steps(t, 2);
    features(t, y);
    assert_memory_not_equal(x, y, sizeof x);
    trainer_destroy(t);
}

static void a_line_is_fitted_and_its_outlier_can_be_moved(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "l2", "model", "identity", "batch", "full", "lr", "0.05");
    struct trainer *t = make(&e, &data[OUTLIERS]);
    steps(t, 1500);
    struct snapshot s = shot(t);
    assert_int_equal(s.dim, 1);
    assert_int_equal(s.targets, 1);
    assert_true(isnan(s.train_accuracy) && isnan(s.intra_angle) && isfinite(s.train_loss));
    assert_true(s.path_count > 100 && s.path[0].step == 0);
    double sx = 0, sy = 0, sxx = 0, sxy = 0, n = data[OUTLIERS].train;
    for (int i = 0; i < data[OUTLIERS].train; i++) {
        double x = (double)data[OUTLIERS].value[i], y = (double)data[OUTLIERS].target[i];
        sx += x, sy += y, sxx += x * x, sxy += x * y;
    }
    double slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
    assert_close(s.weight[0], slope, 1e-3);
    assert_close(s.bias[0], (sy - slope * sx) / n, 1e-3);
    assert_close((double)s.path[s.path_count - 1].w[0], slope, 1e-2);
    retune(t, "move", "0:5:60");
    snapshot_clear(&s);
    s = shot(t);
    for (int i = 0; i < s.count; i++)
        if (s.row[i] == 0) {
            assert_close((double)s.feature[i], 5, 0);
            assert_close((double)s.target[i], 60, 0);
        }
    steps(t, 1500);
    snapshot_clear(&s);
    s = shot(t);
    assert_true(s.weight[0] > slope + 0.1);
    snapshot_clear(&s);
    trainer_destroy(t);
}

/* Two classes, n_1 = 3 n_2 and so on: N / (C n_j). */
static void rare_classes_weigh_more(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "weighted_softmax", "class_weights", "inverse");
    struct trainer *t = make(&e, &data[BLOBS]);
    struct snapshot s = shot(t);
    double sum = 0;
    for (int i = 0; i < data[BLOBS].train; i++)
        sum += s.class_weight[data[BLOBS].label[i]];
    assert_close(sum / data[BLOBS].train, 1, 1e-12);
    retune(t, "class_weights", "1:2:3:4:5:6:7:8:9:10");
    snapshot_clear(&s);
    s = shot(t);
    assert_close(s.class_weight[3], 4, 0);
    steps(t, 1);
    struct batch_view v;
    trainer_last_batch(t, &v);
    assert_close(v.head.class_weight[9], 10, 0);
    snapshot_clear(&s);
    trainer_destroy(t);
}

static void pairs_are_shown_and_classes_told_by_their_means(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "triplet", "hidden", "32", "lr", "0.003", "batch", "128");
    struct trainer *t = make(&e, &data[BLOBS]);
    struct evaluation v;
    steps(t, 2);
    struct snapshot s = shot(t);
    assert_true(s.means && s.link_count > 0 && s.link_count <= SNAPSHOT_LINKS);
    assert_true(s.rest >= 0 && s.rest <= 1);
    assert_true(isnan(s.margin_accuracy) && isfinite(s.intra_angle) && isfinite(s.inter_angle));
    steps(t, 600);
    assert_int_equal(trainer_evaluate(t, false, &v), STATUS_OK);
    if (!(v.train_accuracy > 0.7 &&
            v.test_accuracy > 0.6)) /* the clusters overlap: softmax has 0.84 and 0.80 */
        fail_msg("%.3f and %.3f right", v.train_accuracy, v.test_accuracy);
    snapshot_clear(&s);
    trainer_destroy(t);
}

static void sets_of_labels_are_right_as_a_whole(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "multilabel", "lr", "0.01", "hidden", "32");
    struct trainer *t = make(&e, &data[DISCS]);
    steps(t, 1500);
    struct snapshot s = shot(t);
    assert_int_equal(s.targets, data[DISCS].classes);
    assert_true(s.train_accuracy > 0.8);
    assert_true(isnan(s.intra_angle));
    retune(t, "split", "both");
    snapshot_clear(&s);
    trainer_destroy(t);
}

static void refuse(const char *loss, int at, const char *key, const char *value, const char *want)
{
    struct experiment e = SMALL("loss", loss);
    struct trainer *t = NULL;
    struct why why = { "" };
    if (key)
        assert_int_equal(experiment_set(&e, key, value, &why), STATUS_OK);
    assert_int_equal(trainer_create(&e, &data[at], &t, &why), STATUS_USAGE);
    assert_string_equal(why.text, want);
}

static void data_that_cannot_teach_is_refused(void **state)
{
    (void)state;
    refuse("logistic", BLOBS, NULL, NULL,
        "--loss logistic: needs two classes and blobs has 10; choose two, for example --classes 4,9");
    refuse("l2", BLOBS, NULL, NULL,
        "--loss l2: needs numbers for labels and blobs has classes; choose other data or, for example, "
        "--loss softmax");
    refuse("softmax", OUTLIERS, NULL, NULL,
        "--loss softmax: needs classes and outliers has numbers; choose other data or, for example, --loss "
        "l2");
    refuse("weighted_softmax", BLOBS, "class_weights", "1:2:3",
        "--set class_weights: 3 numbers for the 10 classes of blobs; give one for each class, or inverse");
    refuse("groupface", BLOBS, "feature-dim", "65",
        "--loss groupface: takes features of at most 64 numbers and these have 65; choose --feature-dim 64 "
        "or less");
    refuse(
        "softmax", MOONS, "move", "100000:0:0", "--move 100000: moons has rows 0 to 499; choose one of them");
    struct experiment e = SMALL("loss", "softmax"), other = SMALL("loss", "logistic");
    struct trainer *t = make(&e, &data[BLOBS]);
    assert_int_equal(trainer_retune(t, &other, NULL), STATUS_USAGE);
    assert_string_equal(experiment_loss(trainer_experiment(t))->id, "softmax");
    trainer_destroy(t);
}

/* The hand that moves a point of the plane moves what is trained on and what is shown. */
static void inputs_that_never_vary_are_named(void **state)
{
    (void)state;
    static const char csv[] = "1,7,2,a\n3,7,2,b\n4,7,2,a\n5,7,2,b\n";
    struct dataset table;
    struct why why = { "" };
    struct bytes bytes = { (const uint8_t *)csv, sizeof csv - 1 };
    assert_int_equal(dataset_from_csv(bytes, "c.csv", "c.csv", TASK_CLASS, NULL, &table, &why), STATUS_OK);
    struct experiment e = SMALL("loss", "softmax");
    struct trainer *t = make(&e, &table);
    assert_non_null(strstr(trainer_message(t), "2 of 3 inputs have one value"));
    assert_non_null(strstr(trainer_message(t), "the first is input 2: nothing can be learned from them."));
    trainer_destroy(t);
    t = make(&e, &data[MOONS]);
    assert_string_equal(trainer_message(t), "");
    trainer_destroy(t);
    dataset_clear(&table);
}

static void a_moved_point_is_where_the_hand_put_it(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "logistic", "model", "identity", "batch", "full");
    struct trainer *t = make(&e, &data[MOONS]);
    float x[4];
    retune(t, "move", "1:0.5:-0.25");
    trainer_features(t, 0, 2, x, NULL);
    assert_close((double)x[2], 0.5, 0);
    assert_close((double)x[3], -0.25, 0);
    assert_close((double)x[0], (double)data[MOONS].value[0], 0);
    steps(t, 1);
    struct batch_view v;
    trainer_last_batch(t, &v);
    bool seen = false;
    for (int i = 0; i < v.n; i++)
        seen = seen || (v.feature[2 * i] == 0.5 && v.feature[2 * i + 1] == -0.25);
    assert_true(seen);
    retune(t, "move", "none");
    trainer_features(t, 1, 1, x, NULL);
    assert_close((double)x[0], (double)data[MOONS].value[2], 0);
    assert_int_equal(trainer_changes(t), 2);
    assert_string_equal(journal_value(trainer_journal(t), 0), "1:0.5:-0.25");
    assert_string_equal(journal_value(trainer_journal(t), 1), "none");
    trainer_destroy(t);
}

static void a_bias_can_be_left_away(void **state)
{
    (void)state;
    struct experiment e = SMALL("loss", "softmax", "bias", "off");
    struct trainer *t = make(&e, &data[BLOBS]);
    struct batch_view v;
    steps(t, 20);
    trainer_last_batch(t, &v);
    assert_null(v.head.bias);
    assert_null(v.d_bias);
    assert_close(trainer_block(t, BLOCK_BIAS)[0], 0, 0);
    retune(t, "bias", "on");
    steps(t, 1);
    assert_true(trainer_block(t, BLOCK_BIAS)[0] != 0);
    trainer_destroy(t);
}

int main(void)
{
    openblas_set_num_threads(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_loss_follows_every_other),
        cmocka_unit_test(every_checkpoint_goes_on_bit_by_bit),
        cmocka_unit_test(every_last_batch_is_what_the_loss_saw),
        cmocka_unit_test(the_journal_replays_every_kind_of_change),
        cmocka_unit_test(a_term_that_weighs_nothing_leaves_no_trace),
        cmocka_unit_test(weights_after_a_pair_loss_are_class_means),
        cmocka_unit_test(weights_after_a_pair_loss_keep_lengths_where_the_head_does),
        cmocka_unit_test(a_score_is_the_difference_of_two_weights),
        cmocka_unit_test(subcenters_start_at_the_weight_and_leave_the_busiest),
        cmocka_unit_test(a_ring_starts_at_its_radius_or_at_the_median_length),
        cmocka_unit_test(uniform_reaches_the_features_through_the_centres),
        cmocka_unit_test(centres_follow_by_their_delta),
        cmocka_unit_test(curricular_t_follows_the_mean_cosine),
        cmocka_unit_test(adacos_remembers_its_scale),
        cmocka_unit_test(every_triplet_of_a_full_batch_is_taken_where_it_is_small),
        cmocka_unit_test(a_frozen_network_stands_still),
        cmocka_unit_test(a_line_is_fitted_and_its_outlier_can_be_moved),
        cmocka_unit_test(rare_classes_weigh_more),
        cmocka_unit_test(pairs_are_shown_and_classes_told_by_their_means),
        cmocka_unit_test(sets_of_labels_are_right_as_a_whole),
        cmocka_unit_test(data_that_cannot_teach_is_refused),
        cmocka_unit_test(inputs_that_never_vary_are_named),
        cmocka_unit_test(a_moved_point_is_where_the_hand_put_it),
        cmocka_unit_test(a_bias_can_be_left_away),
    };
    return cmocka_run_group_tests(tests, load_data, drop_data);
}
