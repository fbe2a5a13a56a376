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

/* Start of the class weights: long enough that the first updates of Adam (about the rate each) turn them slowly. */
static const double head_spread = 0.1;

/* Adam moves a number by about its rate whatever the gradient. A rate that suits a network, where 100,000 weights
 * pull at a feature together, would leave free points standing, so theirs is this many times as large. */
static const double free_rate = 50;

/* Creation */

static bool is_network(const struct trainer *t)
{
    return t->experiment.model == MODEL_MLP;
}

static void *room(size_t count, size_t size)
{
    return calloc(count + 1, size);
}

static int compare_int(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* `count` of 0..n-1, drawn by seed, ascending. order: room for n. */
static void draw_rows(uint64_t seed, int n, int count, int *order)
{
    struct rng rng;
    rng_init(&rng, seed, RNG_SAMPLE);
    for (int i = 0; i < n; i++)
        order[i] = i;
    if (count >= n)
        return;
    rng_shuffle(&rng, order, n);
    qsort(order, (size_t)count, sizeof *order, compare_int);
}

static bool make_pool(struct trainer *t)
{
    int train = t->data->train;
    t->pool = t->experiment.model == MODEL_FREE && train > FREE_MAX ? FREE_MAX : train;
    t->pool_row = room((size_t)train, sizeof *t->pool_row);
    t->order = room((size_t)t->pool, sizeof *t->order);
    if (!t->pool_row || !t->order)
        return false;
    draw_rows(t->experiment.seed, train, t->pool, t->pool_row);
    if (t->experiment.model != MODEL_FREE)
        return true;
    int rows = train + t->data->test + t->data->holdout;
    t->point_of = room((size_t)rows, sizeof *t->point_of);
    if (!t->point_of)
        return false;
    for (int i = 0; i < rows; i++)
        t->point_of[i] = -1;
    for (int i = 0; i < t->pool; i++)
        t->point_of[t->pool_row[i]] = i;
    return true;
}

static void measure_shape(struct trainer *t)
{
    const struct experiment *e = &t->experiment;
    t->classes = t->data->classes;
    t->dim = e->model == MODEL_IDENTITY ? t->data->dim : e->feature_dim;
    if (is_network(t))
        network_init(&t->net, e, t->data->dim);
    t->net_size = is_network(t) ? t->net.size : e->model == MODEL_FREE ? (size_t)t->pool * (size_t)t->dim : 0;
    t->head_size = (size_t)t->classes * (size_t)t->dim;
    t->size = t->net_size + t->head_size + (size_t)t->classes;
}

static bool make_parameters(struct trainer *t)
{
    t->value = room(t->size, sizeof *t->value);
    t->next = room(t->size, sizeof *t->next);
    t->grad = room(t->size, sizeof *t->grad);
    t->first = room(t->size, sizeof *t->first);
    t->second = room(t->size, sizeof *t->second);
    t->weight = room(t->head_size, sizeof *t->weight);
    t->bias = room((size_t)t->classes, sizeof *t->bias);
    t->d_weight = room(t->head_size, sizeof *t->d_weight);
    t->d_bias = room((size_t)t->classes, sizeof *t->d_bias);
    t->seen_weight = room(t->head_size, sizeof *t->seen_weight);
    t->seen_bias = room((size_t)t->classes, sizeof *t->seen_bias);
    return t->value && t->next && t->grad && t->first && t->second && t->weight && t->bias && t->d_weight &&
           t->d_bias && t->seen_weight && t->seen_bias;
}

static bool make_chunk(struct trainer *t)
{
    t->chunk_input = room((size_t)CHUNK * (size_t)t->data->dim, sizeof *t->chunk_input);
    t->chunk_feature = room((size_t)CHUNK * (size_t)t->dim, sizeof *t->chunk_feature);
    t->chunk_double = room((size_t)CHUNK * (size_t)t->dim, sizeof *t->chunk_double);
    t->chunk_loss_work = room(loss_work(CHUNK, t->classes, t->dim), sizeof *t->chunk_loss_work);
    t->chunk_label = room(CHUNK, sizeof *t->chunk_label);
    t->chunk_row = room(CHUNK, sizeof *t->chunk_row);
    return t->chunk_input && t->chunk_feature && t->chunk_double && t->chunk_loss_work && t->chunk_label &&
           t->chunk_row && (!is_network(t) || network_work_init(&t->chunk_work, &t->net, CHUNK));
}

struct batch_room {
    int *pick, *label;
    float *input, *d_feature_float;
    double *feature, *d_feature, *loss_work;
    struct network_work work;
};

static void clear_batch(struct batch_room *r)
{
    free(r->pick);
    free(r->label);
    free(r->input);
    free(r->d_feature_float);
    free(r->feature);
    free(r->d_feature);
    free(r->loss_work);
    network_work_clear(&r->work);
}

static bool make_batch(const struct trainer *t, int n, struct batch_room *r)
{
    size_t count = (size_t)n, dim = (size_t)t->dim;
    *r = (struct batch_room){ .pick = room(count, sizeof *r->pick),
        .label = room(count, sizeof *r->label),
        .input = room(count * (size_t)t->net.input, sizeof *r->input),
        .d_feature_float = room(count * dim, sizeof *r->d_feature_float),
        .feature = room(count * dim, sizeof *r->feature),
        .d_feature = room(count * dim, sizeof *r->d_feature),
        .loss_work = room(loss_work(n, t->classes, t->dim), sizeof *r->loss_work) };
    return r->pick && r->label && r->input && r->d_feature_float && r->feature && r->d_feature &&
           r->loss_work && (!is_network(t) || network_work_init(&r->work, &t->net, n));
}

bool trainer_reserve_batch(struct trainer *t, int n)
{
    struct batch_room fresh;
    if (!make_batch(t, n, &fresh)) {
        clear_batch(&fresh);
        return false;
    }
    struct batch_room old = { t->pick, t->label, t->input, t->d_feature_float, t->feature, t->d_feature,
        t->loss_work, t->work };
    t->pick = fresh.pick;
    t->label = fresh.label;
    t->input = fresh.input;
    t->d_feature_float = fresh.d_feature_float;
    t->feature = fresh.feature;
    t->d_feature = fresh.d_feature;
    t->loss_work = fresh.loss_work;
    t->work = fresh.work;
    t->batch = n;
    t->seen_n = 0;
    clear_batch(&old);
    return true;
}

static bool resize_sample(struct sample *sample, int count)
{
    int *row = room((size_t)count, sizeof *row);
    if (!row)
        return false;
    free(sample->row);
    sample->row = row;
    sample->count = count;
    return true;
}

/* How many samples of each part a snapshot measures. The part that is not shown is measured on at most 2,000. */
static void share_points(const struct trainer *t, const struct experiment *e, int *train, int *test)
{
    int points = e->points, all_train = t->pool, all_test = t->point_of ? 0 : t->data->test;
    *train = points;
    *test = points;
    if (e->split == SPLIT_BOTH && all_train + all_test > 0) {
        *test = (int)((long)points * all_test / (all_train + all_test));
        *train = points - *test;
    }
    if (e->split == SPLIT_TRAIN)
        *test = SHOWN_TEST_MAX;
    if (e->split == SPLIT_TEST)
        *train = SHOWN_TEST_MAX;
    *train = *train < all_train ? *train : all_train;
    *test = *test < all_test ? *test : all_test;
}

bool trainer_draw_sample(struct trainer *t, const struct experiment *e)
{
    int train, test, most = t->pool > t->data->test ? t->pool : t->data->test;
    share_points(t, e, &train, &test);
    int *order = room((size_t)most, sizeof *order);
    double *norm = room((size_t)(train + test), sizeof *norm);
    bool made = order && norm && resize_sample(&t->shown_train, train) && resize_sample(&t->shown_test, test);
    if (made) {
        draw_rows(e->seed, t->pool, train, order);
        for (int i = 0; i < train; i++)
            t->shown_train.row[i] = t->pool_row[order[i]];
        draw_rows(e->seed, t->data->test, test, order);
        for (int i = 0; i < test; i++)
            t->shown_test.row[i] = t->data->train + order[i];
        double *old = t->norm;
        t->norm = norm;
        norm = old;
    }
    free(order);
    free(norm);
    return made;
}

void trainer_mirror_head(struct trainer *t)
{
    const float *w = head_weight(t, t->value), *b = head_bias(t, t->value);
    for (size_t i = 0; i < t->head_size; i++)
        t->weight[i] = (double)w[i];
    for (int j = 0; j < t->classes; j++)
        t->bias[j] = (double)b[j];
}

static void randomise(struct trainer *t)
{
    struct rng weights, points;
    rng_init(&weights, t->experiment.seed, RNG_WEIGHTS);
    rng_init(&points, t->experiment.seed, RNG_FREE);
    float *w = head_weight(t, t->value);
    for (size_t i = 0; i < t->head_size; i++)
        w[i] = (float)(head_spread * rng_normal(&weights));
    if (is_network(t))
        network_randomise(&t->net, &weights, t->value);
    else
        for (size_t i = 0; i < t->net_size; i++)
            t->value[i] = (float)rng_normal(&points);
    trainer_mirror_head(t);
}

static int batch_size(const struct trainer *t, int batch)
{
    return batch == 0 || batch > t->pool ? t->pool : batch;
}

static enum status check_data(const struct experiment *e, const struct dataset *data, struct why *why)
{
    if (data->train < 1 || data->classes < 2)
        return why_set(why, STATUS_FAILED,
            "%s: %d training samples of %d classes; at least 2 classes are needed", data->name, data->train,
            data->classes);
    return experiment_check(e, why);
}

enum status trainer_create(
    const struct experiment *e, const struct dataset *data, struct trainer **out, struct why *why)
{
    enum status status = check_data(e, data, why);
    if (status != STATUS_OK)
        return status;
    struct trainer *t = calloc(1, sizeof *t);
    if (t) {
        t->experiment = *e;
        t->data = data;
        t->curve_stride = 1;
    }
    bool made = t && make_pool(t);
    if (made)
        measure_shape(t);
    made = made && make_parameters(t) && make_chunk(t) && trainer_draw_sample(t, e) &&
           trainer_reserve_batch(t, batch_size(t, e->batch));
    if (!made) {
        trainer_destroy(t);
        return why_set(why, STATUS_FAILED,
            "%s: out of memory for this training; choose a smaller batch or model", data->name);
    }
    randomise(t);
    rng_init(&t->batches, e->seed, RNG_BATCHES);
    for (int i = 0; i < t->pool; i++)
        t->order[i] = i;
    rng_shuffle(&t->batches, t->order, t->pool);
    schedule_begin(&t->schedule, e, 0);
    t->first_loss = e->loss;
    *out = t;
    return STATUS_OK;
}

void trainer_destroy(struct trainer *t)
{
    if (!t)
        return;
    struct batch_room batch = { t->pick, t->label, t->input, t->d_feature_float, t->feature, t->d_feature,
        t->loss_work, t->work };
    clear_batch(&batch);
    network_work_clear(&t->chunk_work);
    void *owned[] = { t->pool_row, t->point_of, t->value, t->next, t->grad, t->first, t->second, t->weight,
        t->bias, t->order, t->d_weight, t->d_bias, t->seen_weight, t->seen_bias, t->shown_train.row,
        t->shown_test.row, t->chunk_input, t->chunk_feature, t->chunk_double, t->chunk_loss_work,
        t->chunk_label, t->chunk_row, t->norm, t->change };
    for (size_t i = 0; i < sizeof owned / sizeof owned[0]; i++)
        free(owned[i]);
    free(t);
}

/* One step */

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
    if (is_network(t)) {
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
    double scale = is_network(t) ? 1 : n;
    for (size_t i = 0; i < count; i++)
        t->d_feature_float[i] = (float)(scale * t->d_feature[i]);
    if (is_network(t))
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
    size_t from = is_network(t) ? 0 : t->net_size;
    double own = square_sum(t->grad + from, t->size - from);
    if (t->experiment.model == MODEL_FREE &&
        !isfinite(square_sum(t->d_feature_float, (size_t)n * (size_t)t->dim)))
        return NAN;
    return sqrt(own);
}

/* What is written for the person to read; both NaN and infinity are "infinite" to a class. */
static void diverge(struct trainer *t)
{
    t->diverged = true;
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
    if (is_network(t))
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
    struct grad grad = { t->d_feature, t->d_weight, head.bias ? t->d_bias : NULL, t->loss_work };
    memset(t->d_bias, 0, (size_t)t->classes * sizeof *t->d_bias);
    t->seen_loss = loss_eval(&t->seen_force, t->feature, t->label, n, &head, &grad);
    batch_gradient(t, n);
    double norm = gradient_norm(t, n);
    if (!healthy(t, n, norm)) {
        diverge(t);
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
    *out = (struct batch_view){ t->seen_force, t->seen_n, t->dim, t->classes, t->feature, t->label,
        { t->classes, t->dim, t->seen_weight, bias ? t->seen_bias : NULL }, t->seen_loss, t->d_feature,
        t->d_weight, bias ? t->d_bias : NULL };
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
    return is_network(t) ? network_forward(&t->net, t->value, t->chunk_input, n, &t->chunk_work)
                         : t->chunk_input;
}

void trainer_features(struct trainer *t, int from, int n, float *out, int *predicted)
{
    struct head head = trainer_head(t);
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
        predicted[i] = missing ? -1 : loss_predict(experiment_loss(&t->experiment), t->chunk_double, &head);
    }
}
