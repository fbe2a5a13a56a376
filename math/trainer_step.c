/* One step: a batch, its loss, the gradient, the update; and what of it is remembered. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "math/optimiser.h"
#include "math/trainer_state.h"

/* Beyond this a feature, a weight or an update counts as infinite: float ends not far above once squared. */
static const double blown_up = 1e15;

/* SphereFace2's one bias stands beside scores of up to r = 30 and has to come to about -20 before a class can say no;
 * by the rate of a weight that would take twenty thousand steps. */
static const double shared_bias_rate = 50;

/* Adam moves a number by about its rate whatever the gradient. A rate that suits a network, where 100,000 weights
 * pull at a feature together, would leave free points standing, so theirs is this many times as large. */
static const double free_rate = 50;

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
    for (int i = 0; i < n; i++) {
        int row = t->pick_row[i] = t->pool_row[t->pick[i]];
        t->label[i] = t->data->label[row];
        trainer_target(t, row, t->target + (size_t)i * (size_t)t->data->targets);
    }
    return n;
}

/* The feature of a pool place, for models without a network. */
static const float *stored_feature(const struct trainer *t, int place)
{
    if (t->experiment.model == MODEL_FREE)
        return t->value + (size_t)place * (size_t)t->dim;
    trainer_input(t, t->pool_row[place], t->chunk_input);
    return t->chunk_input;
}

static void batch_features(struct trainer *t, int n)
{
    size_t dim = (size_t)t->dim;
    if (trainer_has_network(t)) {
        struct network_input input = trainer_shifted(t, t->pick_row, n, t->input);
        const float *feature = network_forward(&t->net, t->value, &input, n, &t->work);
        for (size_t i = 0; i < (size_t)n * dim; i++)
            t->feature[i] = (double)feature[i];
        return;
    }
    for (int i = 0; i < n; i++) {
        const float *feature = stored_feature(t, t->pick[i]);
        for (size_t k = 0; k < dim; k++)
            t->feature[(size_t)i * dim + k] = (double)feature[k];
    }
}

/* Siamese's "freeze the classification parameters". */
static bool frozen(const struct trainer *t)
{
    const struct loss *loss = experiment_loss(&t->experiment);
    int p = loss->extra == BLOCK_STRETCH ? loss_param_find(loss, "freeze") : -1;
    return p >= 0 && t->experiment.param[t->experiment.loss][p] != 0;
}

/* Uniform's centres follow the features before the term is taken, by the update of the centre loss; the count of
 * each class stays in mean_count for the way back. */
static void follow_features(struct trainer *t, int n, double *center)
{
    size_t dim = (size_t)t->dim, size = t->place[BLOCK_CENTER].size;
    double rate = trainer_center_rate(&t->seen_force);
    memset(t->mean, 0, size * sizeof *t->mean);
    memset(t->mean_count, 0, (size_t)t->classes * sizeof *t->mean_count);
    for (int i = 0; i < n; i++) {
        size_t at = (size_t)t->label[i] * dim;
        t->mean_count[t->label[i]]++;
        for (size_t k = 0; k < dim; k++)
            t->mean[at + k] += t->feature[(size_t)i * dim + k] - center[at + k];
    }
    for (size_t i = 0; i < size; i++)
        center[i] += rate * t->mean[i] / (1 + t->mean_count[i / dim]);
}

/* What uniform sends to a sample's feature: k_y + rate/(1 + n_y) (x - k_y) moves with x. The counts are those of
 * follow_features. */
static double through_center(const struct trainer *t, double rate, size_t i, size_t k)
{
    int y = t->label[i];
    const double *d_center = block_of(t, t->d_head, BLOCK_CENTER);
    return rate / (1 + t->mean_count[y]) * d_center[(size_t)y * (size_t)t->dim + k];
}

/* Running statistics: a hand on one keeps it as it was given. */
static void take_statistics(struct trainer *t,
    void (*take)(struct loss_force *, const struct batch *, const struct head *, double *),
    const struct batch *batch, const struct head *head, struct loss_force *force)
{
    struct loss_force given = *force;
    take(force, batch, head, t->loss_work);
    schedule_hold(&t->schedule, &given, force);
}

/* The statistics after the step, from those the loss saw. */
static void settle(struct trainer *t, const struct batch *batch, const struct head *head)
{
    const struct loss *loss = t->seen_force.loss;
    memcpy(t->settled, t->seen_force.param, sizeof t->settled);
    if (!loss->settle)
        return;
    struct loss_force force = t->seen_force;
    take_statistics(t, loss->settle, batch, head, &force);
    memcpy(t->settled, force.param, sizeof t->settled);
}

/* Where the derivatives of the losses in use go. */
static struct grad wanted_grad(struct trainer *t, const struct head *head)
{
    const struct loss *loss = experiment_loss(&t->experiment);
    bool uniform = t->experiment.added[ADDED_UNIFORM];
    memset(t->d_head, 0, t->blocks * sizeof *t->d_head);
    return (struct grad){ .feature = t->d_feature,
        .weight = head->weight ? block_of(t, t->d_head, loss->weight) : NULL,
        .bias = head->bias ? block_of(t, t->d_head, loss->bias) : NULL,
        .extra = head->extra ? block_of(t, t->d_head, loss->extra) : NULL,
        .center = uniform ? block_of(t, t->d_head, BLOCK_CENTER) : NULL,
        .center_delta = head->center ? t->center_delta : NULL,
        .work = t->loss_work,
        .link = t->link,
        .link_max = SNAPSHOT_LINKS };
}

static void remember(struct trainer *t, const struct grad *grad, double loss, int n)
{
    t->seen_loss = loss;
    t->seen_n = n;
    t->seen_bias = grad->bias != NULL;
    t->seen_radius = grad->radius;
    t->seen_scale = grad->scale;
    t->seen_selected = grad->selected;
    t->link_count = grad->link_count;
    t->rest = grad->rest;
}

/* The loss of the batch and its derivatives, at the values in force. */
static void evaluate(struct trainer *t, int n)
{
    const struct loss *loss = experiment_loss(&t->experiment);
    struct head head = trainer_head(t, t->seen_head);
    struct batch batch = {
        .n = n, .feature = t->feature, .label = t->label, .target = t->data->targets ? t->target : NULL
    };
    trainer_fill_force(t, &t->seen_force);
    t->seen_force.settled = false;
    if (loss->prepare)
        take_statistics(t, loss->prepare, &batch, &head, &t->seen_force);
    if (t->experiment.added[ADDED_UNIFORM])
        follow_features(t, n, block_of(t, t->seen_head, BLOCK_CENTER));
    struct grad grad = wanted_grad(t, &head);
    double value = loss_eval(&t->seen_force, &batch, &head, &grad);
    remember(t, &grad, value, n);
    settle(t, &batch, &head);
}

/* The gradient of the batch by all parameters. A free point moves by its own loss: mean times batch size. */
static void batch_gradient(struct trainer *t, int n)
{
    size_t dim = (size_t)t->dim, count = (size_t)n * dim;
    double scale = trainer_has_network(t) ? 1 : n;
    bool uniform = t->experiment.added[ADDED_UNIFORM];
    double rate = trainer_center_rate(&t->seen_force);
    for (size_t i = 0; i < count; i++) {
        double pull = uniform ? through_center(t, rate, i / dim, i % dim) : 0;
        t->d_feature_float[i] = (float)(scale * (t->d_feature[i] + pull));
    }
    if (trainer_has_network(t)) {
        struct network_input input = trainer_is_sparse(t) ? trainer_inputs(t, t->pick_row, n, t->input)
                                                          : (struct network_input){ .dense = t->input };
        network_backward(&t->net, t->value, &input, n, t->d_feature_float, &t->work, t->grad);
    }
    float *grad = stored(t, t->grad, BLOCK_WEIGHT);
    for (size_t i = 0; i < t->blocks; i++)
        grad[i] = (float)t->d_head[i];
    *stored(t, t->grad, BLOCK_RADIUS) = t->radius_held ? 0 : (float)t->seen_radius;
}

/* Not of a NaN either. */
static bool all_sound(const double *x, size_t n)
{
    size_t sound = 0;
    for (size_t i = 0; i < n; i++)
        sound += fabs(x[i]) < blown_up;
    return sound == n;
}

/* Norm of the gradient of network and head (free points move each by itself and are never clipped; centres have
 * a rule of their own). */
static double gradient_norm(const struct trainer *t, int n)
{
    const struct place *weight = &t->place[BLOCK_WEIGHT], *bias = &t->place[BLOCK_BIAS];
    size_t from = trainer_has_network(t) && !frozen(t) ? 0 : weight->at, end = bias->at + bias->size;
    double own = square_sum(t->grad + from, end - from);
    unsigned used = trainer_used(&t->experiment);
    for (int b = BLOCK_BIAS + 1; b < BLOCK_CENTER; b++)
        if (used >> b & 1)
            own += square_sum(stored(t, t->grad, (enum block)b), t->place[b].size);
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

static bool sound_blocks(const struct trainer *t)
{
    unsigned used = trainer_used(&t->experiment);
    for (int b = BLOCK_NONE + 1; b < BLOCK_COUNT; b++)
        if (used >> b & 1 && !all_sound(block_of(t, t->seen_head, (enum block)b), t->place[b].size))
            return false;
    return true;
}

static bool healthy(const struct trainer *t, int n, double norm)
{
    return isfinite(t->seen_loss) && isfinite(norm) && experiment_rate(&t->experiment) * norm < blown_up &&
           all_sound(t->feature, (size_t)n * (size_t)t->dim) && sound_blocks(t);
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
        const struct layer *layer = &t->net.layer[l];
        u->decay = decay;
        apply(t, u, layer->weight, layer->bias - layer->weight, t->grad + layer->weight);
        u->decay = 0;
        apply(t, u, layer->bias, layer->end - layer->bias, t->grad + layer->bias);
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
    memcpy(t->next, t->value, t->place[BLOCK_NONE].size * sizeof *t->next);
    for (int i = 0; i < n; i++)
        apply(t, &own, (size_t)t->pick[i] * dim, dim, t->d_feature_float + (size_t)i * dim);
}

static bool decays(enum block b)
{
    return b == BLOCK_WEIGHT || b == BLOCK_SUBCENTER || b == BLOCK_SCORE;
}

static void update_block(struct trainer *t, const struct update *u, enum block b)
{
    struct update own = *u;
    own.age = ++t->age[b];
    own.decay = decays(b) ? t->experiment.weight_decay : 0;
    if (b == BLOCK_SHARED_BIAS && u->kind == OPTIMISER_ADAM)
        own.lr *= shared_bias_rate;
    apply(t, &own, t->place[b].at, trainer_used_size(t, b), stored(t, t->grad, b));
}

/* Centres follow the features by center_delta; where uniform is on they have done so before the loss. */
static void update_centers(struct trainer *t)
{
    bool moved = t->experiment.added[ADDED_UNIFORM];
    const double *from = block_of(t, t->seen_head, BLOCK_CENTER);
    float *to = stored(t, t->next, BLOCK_CENTER);
    for (size_t i = 0; i < t->place[BLOCK_CENTER].size; i++)
        to[i] = (float)(from[i] + (moved ? 0 : t->center_delta[i]));
}

static void update(struct trainer *t, int n, double norm)
{
    const struct experiment *e = &t->experiment;
    struct update u = { e->optimiser, experiment_rate(e), e->momentum, 0, 1, 0 };
    size_t head = t->place[BLOCK_WEIGHT].at;
    if (e->clip > 0 && norm > e->clip)
        u.scale = e->clip / norm;
    if (frozen(t)) {
        memcpy(t->next, t->value, head * sizeof *t->next);
    } else {
        u.age = ++t->age[BLOCK_NONE];
        if (trainer_has_network(t))
            update_network(t, &u, e->weight_decay);
        else if (e->model == MODEL_FREE)
            update_points(t, &u, n);
    }
    memcpy(t->next + head, t->value + head, t->blocks * sizeof *t->next);
    unsigned used = trainer_used(e);
    for (int b = BLOCK_NONE + 1; b < BLOCK_CENTER; b++)
        if (used >> b & 1 && !(b == BLOCK_RADIUS && t->radius_held))
            update_block(t, &u, (enum block)b);
    if (used >> BLOCK_CENTER & 1)
        update_centers(t);
    float *swap = t->value;
    t->value = t->next;
    t->next = swap;
    t->have_good = true;
    trainer_mirror_head(t);
    memcpy(t->running, t->settled, sizeof t->running);
}

/* Two neighbours become one: the earlier, unless only the later one was measured. */
void trainer_thin_curve(struct trainer *t)
{
    int pairs = t->curve_count / 2;
    for (int i = 0; i < pairs; i++) {
        const struct curve_point *a = &t->curve[2 * i], *b = a + 1;
        t->curve[i] = isnan(a->train_loss) && !isnan(b->train_loss) ? *b : *a;
    }
    if (t->curve_count % 2)
        t->curve[pairs] = t->curve[t->curve_count - 1];
    t->curve_count -= pairs;
    t->curve_stride *= 2;
}

struct curve_point *trainer_curve_point(struct trainer *t)
{
    if (t->curve_count > 0 && t->curve[t->curve_count - 1].step == t->step)
        return &t->curve[t->curve_count - 1];
    if (t->curve_count == CURVE_MAX)
        trainer_thin_curve(t);
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

/* Two neighbours become one, as in the curve. */
static struct path_point *path_point(struct trainer *t)
{
    if (t->path_count == SNAPSHOT_PATH) {
        for (int i = 0; i < SNAPSHOT_PATH / 2; i++)
            t->path[i] = t->path[2 * i];
        t->path_count = SNAPSHOT_PATH / 2;
        t->path_stride *= 2;
    }
    return &t->path[t->path_count++];
}

void trainer_note_path(struct trainer *t)
{
    const struct loss *loss = experiment_loss(&t->experiment);
    if (t->experiment.model != MODEL_IDENTITY || loss->weight != BLOCK_SCORE || t->dim > 2 ||
        t->step % t->path_stride != 0)
        return;
    struct head head = trainer_head(t, t->head);
    *path_point(t) = (struct path_point){ .step = t->step,
        .w = { (float)head.weight[0], t->dim > 1 ? (float)head.weight[1] : 0 },
        .b = head.bias ? (float)head.bias[0] : 0 };
}

void trainer_step(struct trainer *t)
{
    if (t->diverged || trainer_waits(t))
        return;
    int n = next_batch(t);
    memcpy(t->seen_head, t->head, t->blocks * sizeof *t->head);
    batch_features(t, n);
    evaluate(t, n);
    batch_gradient(t, n);
    double norm = gradient_norm(t, n);
    if (!healthy(t, n, norm)) {
        diverge(t, n);
        trainer_watch(t, n);
        return;
    }
    update(t, n, norm);
    t->step++;
    record(t);
    trainer_note_path(t);
    trainer_watch(t, n);
}

/* A block of derivatives the last loss had. */
static const double *seen_block(const struct trainer *t, double *array, enum block b)
{
    return b == BLOCK_NONE ? NULL : block_of(t, array, b);
}

bool trainer_last_batch(const struct trainer *t, struct batch_view *out)
{
    if (t->seen_n == 0)
        return false;
    const struct loss *loss = t->seen_force.loss;
    enum block bias = t->seen_bias ? loss->bias : BLOCK_NONE;
    bool follows = t->seen_force.added[ADDED_CENTER], repels = t->seen_force.added[ADDED_UNIFORM];
    *out = (struct batch_view){ .force = t->seen_force,
        .n = t->seen_n,
        .dim = t->dim,
        .classes = t->classes,
        .feature = t->feature,
        .label = t->label,
        .target = t->data->targets ? t->target : NULL,
        .head = { .classes = t->classes,
            .dim = t->dim,
            .weight = seen_block(t, t->seen_head, loss->weight),
            .bias = seen_block(t, t->seen_head, bias),
            .extra = seen_block(t, t->seen_head, loss->extra),
            .center = seen_block(t, t->seen_head, follows || repels ? BLOCK_CENTER : BLOCK_NONE),
            .class_weight = trainer_head(t, t->seen_head).class_weight },
        .loss = t->seen_loss,
        .d_feature = t->d_feature,
        .d_weight = seen_block(t, t->d_head, loss->weight),
        .d_bias = seen_block(t, t->d_head, bias),
        .d_extra = seen_block(t, t->d_head, loss->extra),
        .center_delta = follows ? t->center_delta : NULL,
        .d_center = repels ? block_of(t, t->d_head, BLOCK_CENTER) : NULL,
        .d_radius = t->seen_radius,
        .scale = t->seen_scale,
        .selected = t->seen_selected };
    return true;
}
