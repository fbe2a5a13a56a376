#include "math/trainer.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/optimiser.h"
#include "math/trainer_state.h"

/* Beyond this a feature, a weight or an update counts as infinite: float ends not far above once squared. */
static const double blown_up = 1e15;

/* Adam moves a number by about its rate whatever the gradient. A rate that suits a network, where 100,000 weights
 * pull at a feature together, would leave free points standing, so theirs is this many times as large. */
static const double free_rate = 50;

/* One step */

void trainer_mirror_head(struct trainer *t)
{
    const float *w = head_weight(t, t->value), *b = head_bias(t, t->value);
    for (size_t i = 0; i < t->head_size; i++)
        t->weight[i] = (double)w[i];
    for (int j = 0; j < t->classes; j++)
        t->bias[j] = (double)b[j];
}

/* Fills t->pick with the next batch; the last one of an epoch may be shorter. */
static int next_batch(struct trainer *t)
{
    if (t->cursor >= t->pool) {
        rng_shuffle(&t->batches, t->order, t->pool);
        t->cursor = 0;
        t->passes++;
    }
    int n = t->pool - t->cursor < t->batch ? t->pool - t->cursor : t->batch;
    memcpy(t->pick, t->order + t->cursor, (size_t)n * sizeof *t->pick);
    t->cursor += n;
    for (int i = 0; i < n; i++)
        t->label[i] = t->data->label[t->pool_row[t->pick[i]]];
    return n;
}

static const float *sample_input(const struct trainer *t, int place)
{
    return t->data->value + (size_t)t->pool_row[place] * (size_t)t->data->dim;
}

/* Where the feature of a pool place is stored, for models without a network. */
static const float *stored_feature(const struct trainer *t, int place)
{
    return t->experiment.model == MODEL_FREE ? t->value + (size_t)place * (size_t)t->dim
                                             : sample_input(t, place);
}

static void batch_features(struct trainer *t, int n)
{
    size_t dim = (size_t)t->dim;
    if (trainer_has_network(t)) {
        size_t width = (size_t)t->net.input;
        for (int i = 0; i < n; i++)
            memcpy(t->input + (size_t)i * width, sample_input(t, t->pick[i]), width * sizeof *t->input);
        const float *feature = network_forward(&t->net, t->value, t->input, n, &t->work);
        for (size_t i = 0; i < (size_t)n * dim; i++)
            t->feature[i] = (double)feature[i];
        return;
    }
    for (int i = 0; i < n; i++)
        for (size_t k = 0; k < dim; k++)
            t->feature[(size_t)i * dim + k] = (double)stored_feature(t, t->pick[i])[k];
}

/* The gradient of the batch by all parameters. A free point moves by its own loss: mean times batch size. */
static void batch_gradient(struct trainer *t, int n)
{
    size_t count = (size_t)n * (size_t)t->dim;
    double scale = trainer_has_network(t) ? 1 : n;
    for (size_t i = 0; i < count; i++)
        t->d_feature_float[i] = (float)(scale * t->d_feature[i]);
    if (trainer_has_network(t))
        network_backward(&t->net, t->value, t->input, n, t->d_feature_float, &t->work, t->grad);
    float *w = head_weight(t, t->grad), *b = head_bias(t, t->grad);
    for (size_t i = 0; i < t->head_size; i++)
        w[i] = (float)t->d_weight[i];
    for (int j = 0; j < t->classes; j++)
        b[j] = (float)t->d_bias[j];
}

static double largest(const double *x, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fabs(x[i]) <= most ? most : fabs(x[i]);
    return most;
}

/* Norm of the gradient of network and head (free points move each by itself and are never clipped). */
static double gradient_norm(const struct trainer *t, int n)
{
    size_t from = trainer_has_network(t) ? 0 : t->net_size;
    double own = square_sum(t->grad + from, t->size - from);
    if (t->experiment.model == MODEL_FREE &&
        !isfinite(square_sum(t->d_feature_float, (size_t)n * (size_t)t->dim)))
        return NAN;
    return sqrt(own);
}

/* What is written for the person to read; both NaN and infinity are "infinite" to a class. */
static void diverge(struct trainer *t, int n)
{
    t->diverged = true;
    t->cursor -= n; /* this batch has taught nothing: step and epoch go together */
    t->diverged_step = t->step + 1;
    snprintf(t->message, sizeof t->message, "Loss became infinite at step %ld. Lower the rate or the margin.",
        t->step + 1);
    if (t->have_good) {
        float *swap = t->value;
        t->value = t->next;
        t->next = swap;
        t->have_good = false;
        trainer_mirror_head(t);
    }
}

static bool healthy(const struct trainer *t, int n, double norm)
{
    return isfinite(t->seen_loss) && isfinite(norm) && t->experiment.lr * norm < blown_up &&
           largest(t->feature, (size_t)n * (size_t)t->dim) < blown_up &&
           largest(t->weight, t->head_size) < blown_up;
}

static void apply(struct trainer *t, struct update *u, size_t from, size_t count, const float *grad)
{
    optimiser_apply(u, t->value + from, grad, (struct moments){ t->first + from, t->second + from }, count,
        t->next + from);
}

/* Weights decay; biases, slopes and free points do not. */
static void update_network(struct trainer *t, struct update *u, double decay)
{
    for (int l = 0; l < t->net.layers; l++) {
        const struct dense *layer = &t->net.layer[l];
        size_t end = l + 1 < t->net.layers ? t->net.layer[l + 1].weight : t->net.size;
        u->decay = decay;
        apply(t, u, layer->weight, layer->bias - layer->weight, t->grad + layer->weight);
        u->decay = 0;
        apply(t, u, layer->bias, end - layer->bias, t->grad + layer->bias);
    }
}

/* Only the points of the batch move: one that is not looked at has no gradient, and no momentum either. */
static void update_points(struct trainer *t, struct update *u, int n)
{
    size_t dim = (size_t)t->dim;
    struct update own = *u;
    own.scale = 1;
    if (u->kind == OPTIMISER_ADAM)
        own.lr *= free_rate;
    memcpy(t->next, t->value, t->net_size * sizeof *t->next);
    for (int i = 0; i < n; i++)
        apply(t, &own, (size_t)t->pick[i] * dim, dim, t->d_feature_float + (size_t)i * dim);
}

static void update(struct trainer *t, int n, double norm)
{
    const struct experiment *e = &t->experiment;
    struct update u = { e->optimiser, e->lr, e->momentum, 0, 1, ++t->net_age };
    if (e->clip > 0 && norm > e->clip)
        u.scale = e->clip / norm;
    if (trainer_has_network(t))
        update_network(t, &u, e->weight_decay);
    else if (e->model == MODEL_FREE)
        update_points(t, &u, n);
    u.decay = e->weight_decay;
    apply(t, &u, t->net_size, t->head_size, head_weight(t, t->grad));
    u.decay = 0;
    size_t bias = t->net_size + t->head_size, classes = (size_t)t->classes;
    if (experiment_loss(e)->has_bias) {
        u.age = ++t->bias_age;
        apply(t, &u, bias, classes, t->grad + bias);
    } else {
        memcpy(t->next + bias, t->value + bias, classes * sizeof *t->next);
    }
    float *swap = t->value;
    t->value = t->next;
    t->next = swap;
    t->have_good = true;
    trainer_mirror_head(t);
}

/* Two neighbours become one: the earlier, unless only the later one was measured. */
static void thin_curve(struct trainer *t)
{
    for (int i = 0; i < CURVE_MAX / 2; i++) {
        const struct curve_point *a = &t->curve[2 * i], *b = a + 1;
        t->curve[i] = isnan(a->train_loss) && !isnan(b->train_loss) ? *b : *a;
    }
    t->curve_count = CURVE_MAX / 2;
    t->curve_stride *= 2;
}

struct curve_point *trainer_curve_point(struct trainer *t)
{
    if (t->curve_count > 0 && t->curve[t->curve_count - 1].step == t->step)
        return &t->curve[t->curve_count - 1];
    if (t->curve_count == CURVE_MAX)
        thin_curve(t);
    struct curve_point *point = &t->curve[t->curve_count++];
    *point = (struct curve_point){ t->step, NAN, NAN, NAN, NAN, NAN, NAN };
    return point;
}

/* The mean batch loss since the point before. */
static void record(struct trainer *t)
{
    t->curve_sum += t->seen_loss;
    t->curve_terms++;
    if (t->step % t->curve_stride != 0)
        return;
    trainer_curve_point(t)->batch_loss = (float)(t->curve_sum / t->curve_terms);
    t->curve_sum = 0;
    t->curve_terms = 0;
}

void trainer_step(struct trainer *t)
{
    if (t->diverged)
        return;
    int n = next_batch(t);
    t->seen_force = trainer_force(t);
    t->seen_n = n;
    memcpy(t->seen_weight, t->weight, t->head_size * sizeof *t->weight);
    memcpy(t->seen_bias, t->bias, (size_t)t->classes * sizeof *t->bias);
    batch_features(t, n);
    struct head head = trainer_head(t);
    struct batch batch = { .n = n, .feature = t->feature, .label = t->label };
    struct grad grad = { .feature = t->d_feature,
        .weight = t->d_weight,
        .bias = head.bias ? t->d_bias : NULL,
        .work = t->loss_work };
    memset(t->d_bias, 0, (size_t)t->classes * sizeof *t->d_bias);
    t->seen_loss = loss_eval(&t->seen_force, &batch, &head, &grad);
    batch_gradient(t, n);
    double norm = gradient_norm(t, n);
    if (!healthy(t, n, norm)) {
        diverge(t, n);
        return;
    }
    update(t, n, norm);
    t->step++;
    record(t);
}

bool trainer_last_batch(const struct trainer *t, struct batch_view *out)
{
    if (t->seen_n == 0)
        return false;
    bool bias = t->seen_force.loss->has_bias;
    *out = (struct batch_view){ .force = t->seen_force,
        .n = t->seen_n,
        .dim = t->dim,
        .classes = t->classes,
        .feature = t->feature,
        .label = t->label,
        .head = { .classes = t->classes,
            .dim = t->dim,
            .weight = t->seen_weight,
            .bias = bias ? t->seen_bias : NULL },
        .loss = t->seen_loss,
        .d_feature = t->d_feature,
        .d_weight = t->d_weight,
        .d_bias = bias ? t->d_bias : NULL };
    return true;
}

long trainer_steps(const struct trainer *t)
{
    return t->step;
}

double trainer_epoch(const struct trainer *t)
{
    return (double)t->passes + (double)t->cursor / t->pool;
}

int trainer_steps_per_epoch(const struct trainer *t)
{
    return (t->pool + t->batch - 1) / t->batch;
}

bool trainer_diverged(const struct trainer *t)
{
    return t->diverged;
}

const struct experiment *trainer_experiment(const struct trainer *t)
{
    return &t->experiment;
}

struct loss_force trainer_force(const struct trainer *t)
{
    return schedule_force(&t->schedule, &t->experiment, t->step);
}

const double *trainer_weights(const struct trainer *t)
{
    return t->weight;
}

const double *trainer_bias(const struct trainer *t)
{
    return experiment_loss(&t->experiment)->has_bias ? t->bias : NULL;
}

/* Features outside training */

const float *trainer_chunk(struct trainer *t, const int *row, int n)
{
    assert(n <= CHUNK);
    size_t width = (size_t)t->data->dim, dim = (size_t)t->dim;
    if (t->point_of) {
        for (int i = 0; i < n; i++)
            for (size_t k = 0; k < dim; k++)
                t->chunk_feature[(size_t)i * dim + k] =
                    t->point_of[row[i]] < 0 ? NAN : t->value[(size_t)t->point_of[row[i]] * dim + k];
        return t->chunk_feature;
    }
    for (int i = 0; i < n; i++)
        memcpy(t->chunk_input + (size_t)i * width, t->data->value + (size_t)row[i] * width,
            width * sizeof *t->chunk_input);
    return trainer_has_network(t) ? network_forward(&t->net, t->value, t->chunk_input, n, &t->chunk_work)
                                  : t->chunk_input;
}

void trainer_features(struct trainer *t, int from, int n, float *out, int *predicted)
{
    struct head head = trainer_head(t);
    struct loss_force force = trainer_force(t);
    size_t dim = (size_t)t->dim;
    for (int done = 0; done < n; done += CHUNK) {
        int part = n - done < CHUNK ? n - done : CHUNK;
        for (int i = 0; i < part; i++)
            t->chunk_row[i] = from + done + i;
        memcpy(
            out + (size_t)done * dim, trainer_chunk(t, t->chunk_row, part), (size_t)part * dim * sizeof *out);
    }
    for (int i = 0; predicted && i < n; i++) {
        for (size_t k = 0; k < dim; k++)
            t->chunk_double[k] = (double)out[(size_t)i * dim + k];
        bool missing = t->point_of && t->point_of[from + i] < 0;
        predicted[i] = missing ? -1 : loss_predict(&force, t->chunk_double, &head);
    }
}
