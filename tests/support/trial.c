#include "tests/support/trial.h"

#include <string.h>

#include "math/rng.h"

const char *const bases[BASES] = { "softmax", "arcface" };

static void fill_normal(struct rng *rng, double *out, int count, double size)
{
    for (int i = 0; i < count; i++)
        out[i] = size * rng_normal(rng);
}

struct trial trial_random(int dim, uint64_t seed)
{
    struct trial b = { .n = N, .classes = K, .dim = dim };
    struct rng rng;
    rng_init(&rng, seed, RNG_DATA);
    fill_normal(&rng, b.feature, N * D, 1.5);
    fill_normal(&rng, b.weight, ROWS * D, 1);
    fill_normal(&rng, b.bias, K, 0.3);
    fill_normal(&rng, b.extra, EXTRA, 0.3);
    fill_normal(&rng, b.center, K * D, 1);
    fill_normal(&rng, b.number, N, 2);
    for (int j = 0; j < K; j++)
        b.class_weight[j] = 0.5 + 2 * rng_uniform(&rng);
    for (int i = 0; i < N * K; i++)
        b.carried[i] = rng_below(&rng, 2);
    for (int i = 0; i < N; i++) {
        b.label[i] = rng_below(&rng, K);
        b.side[i] = rng_below(&rng, 2);
    }
    return b;
}

struct head trial_head(const struct trial *b)
{
    return (struct head){ .classes = b->classes,
        .dim = b->dim,
        .weight = b->weight,
        .bias = b->bias,
        .extra = b->extra,
        .center = b->center,
        .class_weight = b->class_weight };
}

struct head trial_trained(const struct loss_force *force, const struct trial *b)
{
    struct head head = trial_head(b);
    const struct loss *loss = force->loss;
    head.weight = loss->weight != BLOCK_NONE ? head.weight : NULL;
    head.bias = loss->bias != BLOCK_NONE ? head.bias : NULL;
    head.extra = loss->extra != BLOCK_NONE ? head.extra : NULL;
    return head;
}

struct batch trial_batch(const struct loss_force *force, const struct trial *b)
{
    struct batch batch = { .n = b->n, .feature = b->feature };
    enum loss_task task = force->loss->task;
    if (task == TASK_CLASS || task == TASK_SCORE)
        batch.label = task == TASK_SCORE ? b->side : b->label;
    else
        batch.target = task == TASK_REAL ? b->number : b->carried;
    return batch;
}

int trial_predict(const struct loss *loss, const double *x, const struct head *head)
{
    struct loss_force force = loss_force_initial(loss);
    return loss_predict(&force, x, head);
}

double trial_value(const struct loss_force *force, const struct trial *b)
{
    double work[WORK];
    struct head head = trial_trained(force, b);
    struct grad grad = { .work = work };
    assert_true(loss_work(b->n, b->classes, b->dim) <= WORK);
    struct batch batch = trial_batch(force, b);
    return loss_eval(force, &batch, &head, &grad);
}

void trial_solve(const struct loss_force *force, struct trial *b)
{
    double work[WORK];
    struct head head = trial_trained(force, b);
    struct grad grad = { .feature = b->d_feature,
        .weight = head.weight ? b->d_weight : NULL,
        .bias = head.bias ? b->d_bias : NULL,
        .extra = head.extra ? b->d_extra : NULL,
        .center = b->d_center,
        .center_delta = b->d_delta,
        .work = work };
    struct batch batch = trial_batch(force, b);
    assert_true(loss_work(b->n, b->classes, b->dim) <= WORK);
    assert_true(loss_rows(force, b->classes) <= ROWS && loss_extra(force, b->dim) <= EXTRA);
    b->loss = loss_eval(force, &batch, &head, &grad);
    b->d_radius = grad.radius;
    b->d_scale = grad.scale;
    b->selected = grad.selected;
}

struct loss_force force_of(const char *id)
{
    const struct loss *loss = loss_find(id);
    assert_non_null(loss);
    return loss_force_initial(loss);
}

bool force_on(const struct loss *row, const char *base, struct loss_force *force)
{
    int term = term_find(row);
    *force = term < 0 ? loss_force_initial(row) : force_of(base);
    force->settled = true; /* what a batch decides for itself, as adacos its s, has no gradient */
    if (term >= 0)
        force->added[term] = true;
    return term >= 0 || strcmp(base, "softmax") == 0;
}

double *force_params(const struct loss *row, struct loss_force *force)
{
    int term = term_find(row);
    return term < 0 ? force->param : force->term[term];
}

void force_set(struct loss_force *force, const char *param, double value)
{
    int i = loss_param_find(force->loss, param);
    assert_true(i >= 0);
    force->param[i] = value;
}

void assert_all_close(const double *got, const double *want, int count, double tolerance)
{
    for (int i = 0; i < count; i++)
        assert_close(got[i], want[i], tolerance);
}

void assert_finite_trial(const struct loss_force *force, const struct trial *b)
{
    double sum = b->loss + b->d_radius;
    for (int i = 0; i < b->n * b->dim; i++)
        sum += b->d_feature[i];
    for (int i = 0; i < loss_rows(force, b->classes) * b->dim; i++)
        sum += b->d_weight[i];
    for (int i = 0; i < loss_biases(force->loss, b->classes); i++)
        sum += b->d_bias[i];
    if (!isfinite(sum))
        fail_msg("%s: the answer is not finite", force->loss->id);
}

void turn_plane(double *v, int rows, double angle)
{
    for (int i = 0; i < rows; i++) {
        double x = v[2 * i], y = v[2 * i + 1];
        v[2 * i] = cos(angle) * x - sin(angle) * y;
        v[2 * i + 1] = sin(angle) * x + cos(angle) * y;
    }
}
