/* What a training needs made when its losses change, and its first values. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "math/metric.h"
#include "math/trainer_state.h"

/* As long as the class weights of the start. */
static const double spread = 0.1;
/* Sub-centres of one class start this far apart, as a share of its weight's length. */
static const double sub_spread = 0.01;

static void tell(struct trainer *t, const char *sentence)
{
    size_t used = strlen(t->message);
    snprintf(t->message + used, sizeof t->message - used, "%s%s", used ? " " : "", sentence);
}

/* A block made anew or woken: both copies of its values, and moments that know nothing. */
static void begin(struct trainer *t, enum block b)
{
    size_t size = t->place[b].size;
    memcpy(stored(t, t->next, b), stored(t, t->value, b), size * sizeof(float));
    memset(stored(t, t->first, b), 0, size * sizeof(float));
    memset(stored(t, t->second, b), 0, size * sizeof(float));
    t->age[b] = 0;
    const float *from = stored(t, t->value, b);
    double *to = block_of(t, t->head, b);
    for (size_t i = 0; i < size; i++)
        to[i] = (double)from[i];
}

static void store(struct trainer *t, enum block b, const double *from, size_t size)
{
    float *to = stored(t, t->value, b);
    for (size_t i = 0; i < size; i++)
        to[i] = (float)from[i];
    begin(t, b);
}

/* Each of the `sub` centres of a class is its weight, a little off; one alone is the weight itself. */
static void make_subcenters(struct trainer *t, const double *weight, int sub)
{
    size_t dim = (size_t)t->dim;
    float *to = stored(t, t->value, BLOCK_SUBCENTER);
    for (int j = 0; j < t->classes; j++) {
        const double *w = weight + (size_t)j * dim;
        double square = 0;
        for (size_t d = 0; d < dim; d++)
            square += w[d] * w[d];
        double noise = sub > 1 ? sub_spread * sqrt(square) : 0;
        for (int k = 0; k < sub; k++)
            for (size_t d = 0; d < dim; d++)
                *to++ = (float)(w[d] + (noise > 0 ? noise * rng_normal(&t->makes) : 0));
    }
    begin(t, BLOCK_SUBCENTER);
}

static double median_length(struct trainer *t)
{
    int count = t->mean_sample.count, dim = t->dim;
    for (int done = 0, n; done < count; done += n) {
        n = count - done < CHUNK ? count - done : CHUNK;
        const float *feature = trainer_chunk(t, t->mean_sample.row + done, n);
        for (int i = 0; i < n; i++) {
            double square = 0;
            for (int k = 0; k < dim; k++)
                square += (double)feature[i * dim + k] * (double)feature[i * dim + k];
            t->mean_norm[done + i] = sqrt(square);
        }
    }
    return metric_percentile(t->mean_norm, count, 0.5);
}

static double set_radius(const struct experiment *e)
{
    return e->param[loss_index(term_at(ADDED_RING))][RING_RADIUS];
}

void trainer_hold_radius(struct trainer *t)
{
    double radius = set_radius(&t->experiment);
    store(t, BLOCK_RADIUS, &radius, 1);
    t->radius_held = true;
}

static void make_radius(struct trainer *t)
{
    double radius = t->step > 0 ? median_length(t) : set_radius(&t->experiment);
    char sentence[64];
    store(t, BLOCK_RADIUS, &radius, 1);
    t->radius_held = false;
    snprintf(sentence, sizeof sentence, "R set to the median length %.3g.", radius);
    if (t->step > 0)
        tell(t, sentence);
}

static void make_centers(struct trainer *t)
{
    trainer_means(t, t->mean_sample.row, t->mean_sample.count, false, t->mean);
    store(t, BLOCK_CENTER, t->mean, trainer_used_size(t, BLOCK_CENTER));
    if (t->step > 0)
        tell(t, "Centres made from class means.");
}

static int group_count(const struct experiment *e)
{
    const struct loss *loss = experiment_loss(e);
    int p = loss_param_find(loss, "groups");
    return loss->extra == BLOCK_GROUP && p >= 0 ? (int)e->param[e->loss][p] : 0;
}

/* V, e, A lie one behind the other, so another number of groups moves them: groups that stay keep their numbers,
 * a new one starts with a small V and without effect. */
static void make_groups(struct trainer *t, int had, int groups)
{
    size_t dim = (size_t)t->dim, part[3] = { dim, 1, dim * dim }, from = 0, to = 0;
    float *old = stored(t, t->grad, BLOCK_GROUP), *out = stored(t, t->value, BLOCK_GROUP);
    memcpy(
        old, out, t->place[BLOCK_GROUP].size * sizeof *old); /* the gradient's room is free between steps */
    for (int i = 0; i < 3; i++) {
        for (int g = 0; g < groups; g++)
            for (size_t k = 0; k < part[i]; k++)
                out[to + (size_t)g * part[i] + k] = g < had  ? old[from + (size_t)g * part[i] + k]
                                                    : i == 0 ? (float)(spread * rng_normal(&t->makes))
                                                             : 0;
        from += (size_t)had * part[i];
        to += (size_t)groups * part[i];
    }
    t->groups = groups;
    begin(t, BLOCK_GROUP);
}

/* A head that takes the direction of a feature only; A-Softmax and its like take its length too. */
static bool normalises(const struct experiment *e)
{
    struct loss_force force = experiment_force(e);
    return force.loss->radius == RADIUS_SCALE || loss_decision(&force) == DECIDE_SPHERE;
}

static int subcenters(const struct experiment *e)
{
    struct loss_force force = experiment_force(e);
    return loss_sub(&force);
}

/* The class weights the head of `before` stands for, in t->mean. */
static void old_weights(struct trainer *t, const struct experiment *before)
{
    size_t count = trainer_used_size(t, BLOCK_WEIGHT);
    const struct sample *sample = &t->mean_sample;
    switch (experiment_loss(before)->weight) {
    case BLOCK_NONE:
        trainer_means(t, sample->row, sample->count, normalises(&t->experiment), t->mean);
        break;
    case BLOCK_SUBCENTER:
        trainer_busiest(t, sample->row, sample->count, subcenters(before), t->mean);
        break;
    case BLOCK_SCORE:
        for (size_t i = 0, half = count / 2; i < half; i++) {
            t->mean[i] = -0.5 * block_of(t, t->head, BLOCK_SCORE)[i];
            t->mean[half + i] = -t->mean[i];
        }
        break;
    default:
        memcpy(t->mean, block_of(t, t->head, BLOCK_WEIGHT), count * sizeof *t->mean);
        break;
    }
}

static double vector_length(const double *x, int count)
{
    double square = 0;
    for (int k = 0; k < count; k++)
        square += x[k] * x[k];
    return sqrt(square);
}

bool trainer_can_remake(const struct trainer *t, int a, int b)
{
    return experiment_loss(&t->experiment)->weight == BLOCK_WEIGHT && a != b && a >= 0 && b >= 0 &&
           a < t->classes && b < t->classes;
}

void trainer_remake(struct trainer *t, int a, int b)
{
    const int class[] = { a, b };
    trainer_means(t, t->mean_sample.row, t->mean_sample.count, true, t->mean);
    for (int i = 0; i < 2; i++) {
        float *w = stored(t, t->value, BLOCK_WEIGHT) + (size_t) class[i] * (size_t)t->dim;
        const double *mean = t->mean + (size_t) class[i] * (size_t)t->dim;
        double own = 0, length = 0;
        for (int k = 0; k < t->dim; k++) {
            own += mean[k] * mean[k];
            length += (double)w[k] * (double)w[k];
        }
        for (int k = 0; k < t->dim && own > 0; k++)
            w[k] = (float)(mean[k] * sqrt(length / own));
    }
    begin(t, BLOCK_WEIGHT);
}

/* Its samples' mean of t->mean, as the first row of a class that had none: `length` long, -1 as long as it is. */
static void make_row(struct trainer *t, enum block b, int class, int rows, double length)
{
    size_t dim = (size_t)t->dim, at = (size_t) class * (size_t)rows * dim, size = (size_t)rows * dim;
    const double *mean = t->mean + (size_t) class * dim;
    float *to = stored(t, t->value, b) + at;
    double own = vector_length(mean, t->dim), scale = length < 0 ? 1 : own > 0 ? length / own : 0;
    for (size_t i = 0; i < size && (own > 0 || length < 0); i++)
        to[i] = (float)(scale * mean[i % dim] + (rows > 1 ? sub_spread * length * rng_normal(&t->makes) : 0));
    memcpy(stored(t, t->next, b) + at, to, size * sizeof *to);
    memset(stored(t, t->first, b) + at, 0, size * sizeof *to);
    memset(stored(t, t->second, b) + at, 0, size * sizeof *to);
}

void trainer_make_class(struct trainer *t, int class)
{
    enum block weight = experiment_loss(&t->experiment)->weight;
    int rows = weight == BLOCK_SUBCENTER ? subcenters(&t->experiment) : 1;
    if (weight == BLOCK_WEIGHT || weight == BLOCK_SUBCENTER) {
        int others = class * rows * t->dim;
        double length = vector_length(block_of(t, t->head, weight), others) / sqrt(class * rows);
        trainer_means(t, t->mean_sample.row, t->mean_sample.count, true, t->mean);
        make_row(t, weight, class, rows, length);
    }
    if (trainer_uses(&t->experiment, BLOCK_CENTER)) {
        trainer_means(t, t->mean_sample.row, t->mean_sample.count, false, t->mean);
        make_row(t, BLOCK_CENTER, class, 1, -1);
    }
    trainer_mirror_head(t);
}

static const char *made_from(enum block weight)
{
    return weight == BLOCK_NONE        ? "class means"
           : weight == BLOCK_SUBCENTER ? "the sub-centres that own most samples"
           : weight == BLOCK_SCORE     ? "the score"
                                       : "the class weights";
}

static void make_weights(struct trainer *t, const struct experiment *before)
{
    const struct loss *old = experiment_loss(before), *now = experiment_loss(&t->experiment);
    int sub = subcenters(&t->experiment);
    char sentence[96];
    bool again = now->weight == BLOCK_SUBCENTER && subcenters(before) != sub;
    if (now->weight == BLOCK_NONE || (old->weight == now->weight && !again))
        return;
    old_weights(t, before);
    if (now->weight == BLOCK_SUBCENTER) {
        make_subcenters(t, t->mean, sub);
    } else if (now->weight == BLOCK_SCORE) {
        for (int k = 0; k < t->dim; k++)
            t->mean[k] = t->mean[t->dim + k] - t->mean[k];
        store(t, BLOCK_SCORE, t->mean, (size_t)t->dim);
    } else {
        store(t, BLOCK_WEIGHT, t->mean, trainer_used_size(t, BLOCK_WEIGHT));
    }
    const char *what = now->weight == BLOCK_SUBCENTER ? "Sub-centres"
                       : now->weight == BLOCK_SCORE   ? "Score"
                                                      : "Class weights";
    snprintf(sentence, sizeof sentence, "%s made from %s.", what, made_from(old->weight));
    tell(t, sentence);
}

/* The bias of a score and those of two classes say the same; every other one wakes with the value it had. */
static void make_bias(struct trainer *t, const struct experiment *before)
{
    const struct loss *old = experiment_loss(before), *now = experiment_loss(&t->experiment);
    if (now->bias == BLOCK_NONE || !trainer_uses(&t->experiment, now->bias))
        return;
    if (old->bias == now->bias && trainer_uses(before, old->bias))
        return;
    const double *pair = block_of(t, t->head, BLOCK_BIAS), *score = block_of(t, t->head, BLOCK_SCORE_BIAS);
    double difference = t->classes > 1 ? pair[1] - pair[0] : 0;
    double halves[2] = { -score[0] / 2, score[0] / 2 };
    bool had = old->bias != BLOCK_NONE && trainer_uses(before, old->bias);
    if (had && old->bias == BLOCK_BIAS && now->bias == BLOCK_SCORE_BIAS)
        store(t, BLOCK_SCORE_BIAS, &difference, 1);
    else if (had && old->bias == BLOCK_SCORE_BIAS && now->bias == BLOCK_BIAS)
        store(t, BLOCK_BIAS, halves, 2);
    else
        begin(t, now->bias);
}

static void make_extra(struct trainer *t, const struct experiment *before)
{
    enum block extra = experiment_loss(&t->experiment)->extra;
    int groups = group_count(&t->experiment);
    if (groups > 0 && groups != t->groups)
        make_groups(t, t->groups, groups);
    else if (extra != BLOCK_NONE && !trainer_uses(before, extra))
        begin(t, extra);
}

static void reset_running(struct trainer *t)
{
    const struct loss *loss = experiment_loss(&t->experiment);
    for (int p = 0; p < loss_param_count(loss); p++)
        t->running[p] = t->experiment.param[t->experiment.loss][p];
}

void trainer_switch(struct trainer *t, const struct experiment *before)
{
    const struct experiment *now = &t->experiment;
    make_weights(t, before);
    make_bias(t, before);
    make_extra(t, before);
    if (trainer_uses(now, BLOCK_CENTER) && !trainer_uses(before, BLOCK_CENTER))
        make_centers(t);
    if (trainer_uses(now, BLOCK_RADIUS) && !trainer_uses(before, BLOCK_RADIUS))
        make_radius(t);
    if (now->loss != before->loss) {
        reset_running(t);
        t->link_count = 0;
        t->rest = NAN;
    }
    trainer_weigh_classes(t);
}

void trainer_make_blocks(struct trainer *t)
{
    const struct experiment *e = &t->experiment;
    float *score = stored(t, t->value, BLOCK_SCORE), *stretch = stored(t, t->value, BLOCK_STRETCH);
    trainer_mirror_head(t);
    for (int k = 0; k < t->dim; k++)
        score[k] = (float)(spread * rng_normal(&t->makes));
    for (int k = 0; k <= t->dim; k++)
        stretch[k] = 1;
    begin(t, BLOCK_SCORE);
    begin(t, BLOCK_STRETCH);
    *stored(t, t->value, BLOCK_RADIUS) = (float)set_radius(e);
    begin(t, BLOCK_RADIUS);
    if (trainer_uses(e, BLOCK_SUBCENTER))
        make_subcenters(t, block_of(t, t->head, BLOCK_WEIGHT), subcenters(e));
    if (group_count(e) > 0)
        make_groups(t, 0, group_count(e));
    if (trainer_uses(e, BLOCK_CENTER))
        make_centers(t);
    reset_running(t);
    t->rest = NAN;
    trainer_weigh_classes(t);
}
