#include "support/check.h"

#include <cblas.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "math/network.h"
#include "math/optimiser.h"

enum { INPUT = 7, SAMPLES = 5, HIGH = 9, ACROSS = 8 };

struct rig {
    struct network net;
    struct network_work work;
    struct network_input in;
    float *value, *grad, input[SAMPLES * HIGH * ACROSS], pull[SAMPLES * 4];
};

static void rig_fill(struct rig *rig, const struct experiment *e, int input, int rows)
{
    struct rng rng;
    network_init(&rig->net, e, input, rows);
    assert_true(network_work_init(&rig->work, &rig->net, SAMPLES, NULL));
    rig->in = (struct network_input){ .dense = rig->input };
    rig->value = calloc(rig->net.size, sizeof *rig->value);
    rig->grad = calloc(rig->net.size, sizeof *rig->grad);
    rng_init(&rng, 3, RNG_WEIGHTS);
    network_randomise(&rig->net, &rng, rig->value);
    for (int i = 0; i < SAMPLES * input; i++)
        rig->input[i] = (float)rng_normal(&rng);
    for (int i = 0; i < SAMPLES * 4; i++)
        rig->pull[i] = (float)rng_normal(&rng);
}

static void rig_make(struct rig *rig, const char *hidden, const char *activation, int dim)
{
    struct experiment e;
    experiment_init(&e);
    assert_int_equal(experiment_set(&e, "hidden", hidden, NULL), STATUS_OK);
    assert_int_equal(experiment_set(&e, "activation", activation, NULL), STATUS_OK);
    e.feature_dim = dim;
    rig_fill(rig, &e, INPUT, 0);
}

static void rig_clear(struct rig *rig)
{
    network_work_clear(&rig->work);
    free(rig->value);
    free(rig->grad);
}

/* A loss that is linear in the features, so that d_feature is `pull`. */
static double pulled(struct rig *rig)
{
    const float *feature = network_forward(&rig->net, rig->value, &rig->in, SAMPLES, &rig->work);
    double sum = 0;
    for (int i = 0; i < SAMPLES * rig->net.dim; i++)
        sum += (double)feature[i] * (double)rig->pull[i];
    return sum;
}

static double relative_error(const float *a, const float *b, size_t n)
{
    double error = 0, size = 0;
    for (size_t i = 0; i < n; i++) {
        error += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
        size += (double)b[i] * (double)b[i];
    }
    return sqrt(error / size);
}

/* The rule of a pool has an edge where another number becomes the largest: a step must not cross one. */
static bool same_picks(const struct rig *rig, const uint32_t *kept)
{
    for (int l = 0; l < rig->net.layers; l++)
        for (int i = 0; rig->net.layer[l].picture.pool > 1 && i < SAMPLES * rig->net.layer[l].out; i++)
            if (rig->work.pick[l][i] != *kept++)
                return false;
    return true;
}

static void keep_picks(const struct rig *rig, uint32_t *kept)
{
    for (int l = 0; l < rig->net.layers; l++)
        for (int i = 0; rig->net.layer[l].picture.pool > 1 && i < SAMPLES * rig->net.layer[l].out; i++)
            *kept++ = rig->work.pick[l][i];
}

/* Against central differences by every parameter. */
static double gradient_error(struct rig *rig)
{
    static uint32_t kept_pick[4 * SAMPLES * HIGH * ACROSS];
    double error = 0, size = 0;
    size_t crossed = 0;
    pulled(rig);
    network_backward(&rig->net, rig->value, &rig->in, SAMPLES, rig->pull, &rig->work, rig->grad);
    keep_picks(rig, kept_pick);
    for (size_t i = 0; i < rig->net.size; i++) {
        const float step = 1e-3f, kept = rig->value[i];
        rig->value[i] = kept + step;
        double up = pulled(rig), width = (double)rig->value[i];
        bool same = same_picks(rig, kept_pick);
        rig->value[i] = kept - step;
        double down = pulled(rig);
        width -= (double)rig->value[i];
        rig->value[i] = kept;
        if (!same || !same_picks(rig, kept_pick)) {
            crossed++;
            continue;
        }
        double difference = (up - down) / width - (double)rig->grad[i];
        error += difference * difference;
        size += (double)rig->grad[i] * (double)rig->grad[i];
    }
    assert_true(crossed < rig->net.size / 4);
    return sqrt(error / size);
}

static void check_gradient(const char *hidden, const char *activation, int dim)
{
    struct rig rig;
    rig_make(&rig, hidden, activation, dim);
    double error = gradient_error(&rig);
    if (!(error < 2e-3))
        fail_msg("%s %s %d: relative error %.1e", hidden, activation, dim, error);
    rig_clear(&rig);
}

static void gradients_match_finite_differences(void **state)
{
    (void)state;
    check_gradient("none", "prelu", 2);
    check_gradient("12", "prelu", 3);
    check_gradient("12,10", "prelu", 2);
    check_gradient("12,10", "relu", 2);
    check_gradient("5,3,12", "prelu", 4);
    check_gradient("12,10", "tanh", 2);
    check_gradient("20,24", "tanh", 3);
}

static void check_convolution(
    const char *filters, const char *kernel, const char *padding, const char *activation)
{
    struct rig rig;
    struct experiment e;
    experiment_init(&e);
    e.model = MODEL_CNN;
    assert_int_equal(experiment_set(&e, "filters", filters, NULL), STATUS_OK);
    assert_int_equal(experiment_set(&e, "kernel", kernel, NULL), STATUS_OK);
    assert_int_equal(experiment_set(&e, "padding", padding, NULL), STATUS_OK);
    assert_int_equal(experiment_set(&e, "activation", activation, NULL), STATUS_OK);
    assert_int_equal(experiment_set(&e, "hidden", "6", NULL), STATUS_OK);
    assert_int_equal(network_narrow(&e, HIGH, ACROSS), 0);
    rig_fill(&rig, &e, HIGH * ACROSS, HIGH);
    double error = gradient_error(&rig);
    if (!(error < (strcmp(activation, "tanh") == 0 ? 2e-3 : 5e-3))) /* the others have edges of their own */
        fail_msg("%s %s %s %s: relative error %.1e", filters, kernel, padding, activation, error);
    rig_clear(&rig);
}

static void convolution_gradients_match_finite_differences(void **state)
{
    (void)state;
    check_convolution("3", "3", "valid", "tanh");
    check_convolution("3,5", "3", "same", "tanh");
    check_convolution("3,5", "2", "valid", "prelu");
    check_convolution("3+4,5", "3", "same", "prelu");
    check_convolution("3+4,5", "3", "same", "tanh");
    check_convolution("2+3", "5", "same", "relu");
    check_convolution("4,2,3", "1", "valid", "prelu");
    check_convolution("4,2", "2", "same", "tanh");
}

/* Numbers of a case; returns how many. */
static size_t read_numbers(const json_t *root, const char *key, float *out, size_t most)
{
    const json_t *list = json_object_get(root, key);
    size_t n = json_array_size(list);
    assert_true(n > 0 && n <= most);
    for (size_t i = 0; i < n; i++)
        out[i] = (float)json_number_value(json_array_get(list, i));
    return n;
}

static void check_case(const char *name)
{
    enum { MOST = 4096 };
    static const char *const key[] = { "filters", "kernel", "padding", "hidden", "feature-dim" };
    static float input[MOST], value[MOST], pull[MOST], feature[MOST], grad[MOST], got[MOST];
    struct network net;
    struct network_work work;
    struct experiment e;
    char path[512];
    snprintf(path, sizeof path, TESTS_FOLDER "/support/arrays/convolution_%s.json", name);
    json_t *root = json_load_file(path, 0, NULL);
    assert_non_null(root);
    experiment_init(&e);
    e.model = MODEL_CNN;
    for (size_t i = 0; i < sizeof key / sizeof key[0]; i++)
        assert_int_equal(
            experiment_set(&e, key[i], json_string_value(json_object_get(root, key[i])), NULL), STATUS_OK);
    size_t features = read_numbers(root, "feature", feature, MOST), count = features / (size_t)e.feature_dim;
    size_t inputs = read_numbers(root, "input", input, MOST) / count;
    network_init(&net, &e, (int)inputs, (int)json_integer_value(json_object_get(root, "rows")));
    assert_int_equal(read_numbers(root, "value", value, MOST), net.size);
    assert_int_equal(read_numbers(root, "grad", grad, MOST), net.size);
    assert_int_equal(read_numbers(root, "pull", pull, MOST), features);
    assert_true(network_work_init(&work, &net, (int)count, NULL));
    const struct network_input in = { .dense = input };
    const float *made = network_forward(&net, value, &in, (int)count, &work);
    double forward = relative_error(made, feature, features);
    network_backward(&net, value, &in, (int)count, pull, &work, got);
    double backward = relative_error(got, grad, net.size);
    if (!(forward < 2e-6 && backward < 2e-6))
        fail_msg("%s: features %.1e, gradient %.1e", name, forward, backward);
    network_work_clear(&work);
    json_decref(root);
}

/* Numbers of PyTorch, by tests/support/make_conv_case.py. */
static void convolutions_are_those_of_another_program(void **state)
{
    (void)state;
    check_case("valid");
    check_case("same");
    check_case("even");
}

/* More samples than are multiplied at once, and the last few of them. */
static void groups_of_samples_change_nothing(void **state)
{
    enum { N = 67, SIDE = 28, PIXELS = SIDE * SIDE };
    (void)state;
    struct experiment e;
    struct network net;
    struct network_work work;
    struct rng rng;
    experiment_init(&e);
    e.model = MODEL_CNN;
    network_init(&net, &e, PIXELS, SIDE);
    assert_true(network_work_init(&work, &net, N, NULL));
    float *x = calloc(N * PIXELS, sizeof *x), *value = calloc(net.size, sizeof *value);
    float *sum = calloc(net.size, sizeof *sum), *own = calloc(net.size, sizeof *own), all[N * 2], pull[N * 2];
    rng_init(&rng, 3, RNG_WEIGHTS);
    network_randomise(&net, &rng, value);
    for (int i = 0; i < N * PIXELS; i++)
        x[i] = (float)rng_normal(&rng);
    for (int i = 0; i < N * 2; i++)
        pull[i] = (float)rng_normal(&rng);
    for (int i = 0; i < N; i++) {
        const struct network_input in = { .dense = x + i * PIXELS };
        memcpy(all + 2 * i, network_forward(&net, value, &in, 1, &work), 2 * sizeof *all);
        network_backward(&net, value, &in, 1, pull + 2 * i, &work, own);
        for (size_t k = 0; k < net.size; k++)
            sum[k] += own[k];
    }
    const struct network_input in = { .dense = x };
    double forward = relative_error(network_forward(&net, value, &in, N, &work), all, N * 2);
    network_backward(&net, value, &in, N, pull, &work, own);
    double backward = relative_error(own, sum, net.size);
    if (!(forward < 1e-5 && backward < 1e-5))
        fail_msg("features %.1e, gradient %.1e", forward, backward);
    free(x);
    free(value);
    free(sum);
    free(own);
    network_work_clear(&work);
}

static void small_pictures_are_too_narrow(void **state)
{
    (void)state;
    struct experiment e;
    experiment_init(&e);
    assert_int_equal(network_narrow(&e, 8, 8), 0);
    assert_int_equal(network_narrow(&e, 3, 28), 2);
    e.kernel = 5;
    e.padding = PADDING_VALID;
    assert_int_equal(network_narrow(&e, 28, 28), 0);
    assert_int_equal(network_narrow(&e, 8, 8), 2);
    assert_int_equal(network_narrow(&e, 4, 8), 1);
}

/* The slope's own derivative, by hand: one unit, one sample. */
static void slope_gradient_is_the_negative_sum(void **state)
{
    (void)state;
    struct rig rig;
    rig_make(&rig, "1", "prelu", 2);
    const struct layer *layer = &rig.net.layer[0];
    for (int k = 0; k < INPUT; k++)
        rig.value[layer->weight + (size_t)k] = 0;
    rig.value[layer->bias] = -2;
    rig.value[rig.net.layer[1].weight] = 3;
    rig.value[rig.net.layer[1].weight + 1] = 0;
    float pull[2] = { 1, 0 };
    const float *feature = network_forward(&rig.net, rig.value, &rig.in, 1, &rig.work);
    assert_close((double)feature[0], 3 * 0.25 * -2, 1e-6);
    network_backward(&rig.net, rig.value, &rig.in, 1, pull, &rig.work, rig.grad);
    assert_close((double)rig.grad[layer->slope], 3 * -2, 1e-6);
    assert_close((double)rig.grad[layer->bias], 3 * 0.25, 1e-6);
    rig_clear(&rig);
}

static void batch_size_does_not_change_a_feature_much(void **state)
{
    (void)state;
    struct rig rig;
    rig_make(&rig, "32,16", "prelu", 2);
    float all[SAMPLES * 2];
    memcpy(all, network_forward(&rig.net, rig.value, &rig.in, SAMPLES, &rig.work), sizeof all);
    for (int i = 0; i < SAMPLES; i++) {
        const struct network_input in = { .dense = rig.input + i * INPUT };
        const float *one = network_forward(&rig.net, rig.value, &in, 1, &rig.work);
        assert_close((double)one[0], (double)all[2 * i], 1e-5);
        assert_close((double)one[1], (double)all[2 * i + 1], 1e-5);
    }
    rig_clear(&rig);
}

/* Pictures of which a fifth is not empty; every level has its value. */
static void make_pictures(uint8_t *level, float *dense, size_t n, float value[SPARSE_LEVELS])
{
    struct rng rng;
    rng_init(&rng, 5, RNG_DATA);
    for (int l = 0; l < SPARSE_LEVELS; l++)
        value[l] = (float)((l / 255.0 - 0.13) / 0.31);
    for (size_t i = 0; i < n; i++) {
        level[i] = rng_uniform(&rng) < 0.2 ? (uint8_t)(1 + 255 * rng_uniform(&rng)) : 0;
        dense[i] = value[level[i]];
    }
}

/* Widths that fill blocks of columns and that do not; more samples than are turned at once; a row twice. */
static void check_sparse(const char *hidden)
{
    enum { ROWS = 300, DIM = 130, N = 290 };
    static uint8_t level[ROWS * DIM];
    static float dense[ROWS * DIM], picked[N * DIM], value[SPARSE_LEVELS], pull[N * 2];
    struct sparse sparse;
    struct experiment e;
    struct network net;
    struct network_work work;
    struct rng rng;
    int row[N];
    make_pictures(level, dense, ROWS * DIM, value);
    assert_true(sparse_make(level, ROWS, DIM, value, 0.4, &sparse));
    for (int i = 0; i < N; i++) {
        row[i] = (i * 7 + i / 200) % ROWS;
        memcpy(picked + i * DIM, dense + row[i] * DIM, DIM * sizeof *picked);
        pull[2 * i] = (float)(i % 5 - 2);
        pull[2 * i + 1] = (float)(i % 3 - 1);
    }
    experiment_init(&e);
    assert_int_equal(experiment_set(&e, "hidden", hidden, NULL), STATUS_OK);
    network_init(&net, &e, DIM, 0);
    assert_true(network_takes_sparse(&net));
    assert_true(network_work_init(&work, &net, N, &sparse));
    float *w = calloc(net.size, sizeof *w), *want = calloc(net.size, sizeof *want);
    float *got = calloc(net.size, sizeof *got), feature[N * 2];
    rng_init(&rng, 3, RNG_WEIGHTS);
    network_randomise(&net, &rng, w);
    const struct network_input plain = { .dense = picked }, rows = { .sparse = &sparse, .row = row };
    memcpy(feature, network_forward(&net, w, &plain, N, &work), sizeof feature);
    network_backward(&net, w, &plain, N, pull, &work, want);
    double forward = relative_error(network_forward(&net, w, &rows, N, &work), feature, N * 2);
    network_backward(&net, w, &rows, N, pull, &work, got);
    double backward = relative_error(got, want, net.size);
    if (!(forward < 1e-5 && backward < 1e-5))
        fail_msg("%s: features %.1e, gradient %.1e", hidden, forward, backward);
    free(w);
    free(want);
    free(got);
    network_work_clear(&work);
    sparse_clear(&sparse);
}

static void sparse_inputs_give_what_dense_ones_give(void **state)
{
    (void)state;
    check_sparse("128,64");
    check_sparse("64");
    check_sparse("77,20");
    check_sparse("5");
}

static void tanh_is_that_of_the_library(void **state)
{
    (void)state;
    struct rig rig;
    rig_make(&rig, "1", "tanh", 2);
    const struct layer *layer = &rig.net.layer[0];
    memset(rig.value, 0, rig.net.size * sizeof *rig.value);
    rig.value[layer->end] = 1; /* the first feature is the one hidden number */
    for (double z = -30; z <= 30; z += 0.0625) {
        rig.value[layer->bias] = (float)z;
        const float *feature = network_forward(&rig.net, rig.value, &rig.in, 1, &rig.work);
        assert_close((double)feature[0], tanh(z), 2e-7);
    }
    rig_clear(&rig);
}

static void full_pictures_are_no_sparse_set(void **state)
{
    (void)state;
    uint8_t level[40];
    float value[SPARSE_LEVELS] = { 0 };
    struct sparse sparse;
    memset(level, 9, sizeof level);
    assert_false(sparse_make(level, 10, 4, value, 0.4, &sparse));
    assert_null(sparse.start);
    memset(level, 0, sizeof level);
    assert_true(sparse_make(level, 10, 4, value, 0.4, &sparse));
    assert_int_equal(sparse.widest, 0);
    sparse_clear(&sparse);
}

static void he_spread_has_the_right_variance(void **state)
{
    (void)state;
    struct experiment e;
    struct network net;
    struct rng rng;
    experiment_init(&e);
    network_init(&net, &e, 784, 0);
    float *value = calloc(net.size, sizeof *value);
    rng_init(&rng, 1, RNG_WEIGHTS);
    network_randomise(&net, &rng, value);
    size_t n = net.layer[0].bias - net.layer[0].weight;
    assert_close(square_sum(value, n) / (double)n, 2 / (784 * (1 + 0.0625)), 0.02);
    assert_close((double)value[net.layer[0].slope], 0.25, 0);
    assert_int_equal(net.size, 784 * 128 + 2 * 128 + 128 * 64 + 2 * 64 + 2 * 64);
    free(value);
}

/* Two updates by hand: g = 1, lr 0.1. */
static void optimisers_follow_their_papers(void **state)
{
    (void)state;
    float first[1] = { 0 }, second[1] = { 0 }, x[1] = { 1 }, g[1] = { 1 };
    struct moments m = { first, second };
    struct update u = { OPTIMISER_SGD, 0.1, 0.9, 0, 1, 1 };
    optimiser_apply(&u, x, g, m, 1, x);
    assert_close((double)x[0], 0.9, 1e-6);
    u.kind = OPTIMISER_MOMENTUM;
    x[0] = 1;
    optimiser_apply(&u, x, g, m, 1, x);
    optimiser_apply(&u, x, g, m, 1, x);
    assert_close((double)x[0], 1 - 0.1 - 0.19, 1e-6);
    u.kind = OPTIMISER_ADAM;
    x[0] = 1;
    first[0] = second[0] = 0;
    optimiser_apply(&u, x, g, m, 1, x);
    assert_close((double)x[0], 0.9, 1e-6);
    u.age = 2;
    u.decay = 0.5;
    g[0] = -1;
    optimiser_apply(&u, x, g, m, 1, x);
    /* m = 0.09 - 0.1 = -0.01 over 0.19; v = 0.001999 over 0.001999 */
    assert_close((double)x[0], 0.9 * (1 - 0.05) + 0.1 * 0.01 / 0.19, 1e-5);
}

/* A batch's gradient is scaled, the weight's own shrinking is not: g = 1, lr 0.1. */
static void the_scale_is_of_the_gradient_only(void **state)
{
    (void)state;
    static const double want[] = { 1 - 0.1 * 0.5 - 0.1 * 0.25, 1 - 0.1 * (0.25 + 0.5), 1 - 0.1 * 0.5 - 0.1 };
    for (int kind = 0; kind < OPTIMISER_COUNT; kind++) {
        float first[1] = { 0 }, second[1] = { 0 }, x[1] = { 1 }, g[1] = { 1 };
        struct update u = {
            .kind = (enum optimiser)kind, .lr = 0.1, .momentum = 0.9, .decay = 0.5, .scale = 0.25, .age = 1
        };
        optimiser_apply(&u, x, g, (struct moments){ first, second }, 1, x);
        assert_close((double)x[0], want[kind], 1e-6);
    }
}

static void square_sum_sees_every_element(void **state)
{
    (void)state;
    float x[9001];
    for (int i = 0; i < 9001; i++)
        x[i] = 0;
    for (int i = 0; i < 9001; i += 37) {
        x[i] = 2;
        assert_close(square_sum(x, 9001), 4, 0);
        x[i] = NAN;
        assert_true(isnan(square_sum(x, 9001)));
        x[i] = 0;
    }
}

int main(void)
{
    openblas_set_num_threads(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_match_finite_differences),
        cmocka_unit_test(convolution_gradients_match_finite_differences),
        cmocka_unit_test(convolutions_are_those_of_another_program),
        cmocka_unit_test(groups_of_samples_change_nothing),
        cmocka_unit_test(small_pictures_are_too_narrow),
        cmocka_unit_test(slope_gradient_is_the_negative_sum),
        cmocka_unit_test(batch_size_does_not_change_a_feature_much),
        cmocka_unit_test(sparse_inputs_give_what_dense_ones_give),
        cmocka_unit_test(full_pictures_are_no_sparse_set),
        cmocka_unit_test(tanh_is_that_of_the_library),
        cmocka_unit_test(he_spread_has_the_right_variance),
        cmocka_unit_test(optimisers_follow_their_papers),
        cmocka_unit_test(the_scale_is_of_the_gradient_only),
        cmocka_unit_test(square_sum_sees_every_element),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
