#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/draw.h"
#include "math/trainer_state.h"

/* Start of the class weights: long enough that the first updates of Adam (about the rate each) turn them slowly. */
static const double head_spread = 0.1;

static void *room(size_t count, size_t size)
{
    return calloc(count + 1, size);
}

/* Floats on whole cache lines, for what every step runs through: a vector across two lines takes twice the time. */
static float *lines(size_t count)
{
    size_t bytes = (count * sizeof(float) / LINE + 1) * LINE;
    float *at = aligned_alloc(LINE, bytes);
    if (at)
        memset(at, 0, bytes);
    return at;
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
    int train = t->data->train, rows_most = t->data->drawn ? DRAW_MAX : train;
    t->pool = t->experiment.model == MODEL_FREE && train > FREE_MAX ? FREE_MAX : train;
    t->pool_room = t->data->drawn ? DRAW_MAX : t->pool;
    t->pool_row = room((size_t)rows_most, sizeof *t->pool_row);
    t->order = room((size_t)t->pool_room, sizeof *t->order);
    if (!t->pool_row || !t->order)
        return false;
    draw_rows(t->experiment.seed, rows_most, t->pool_room, t->pool_row);
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
    t->class_room = t->data->drawn ? DRAW_CLASSES : t->classes;
    t->dim = e->model == MODEL_IDENTITY ? t->data->dim : e->feature_dim;
    if (trainer_has_network(t))
        network_init(&t->net, e, t->data->dim, t->data->height);
    t->place[BLOCK_NONE].size = trainer_has_network(t)   ? t->net.size
                                : e->model == MODEL_FREE ? (size_t)t->pool * (size_t)t->dim
                                                         : 0;
    trainer_place_blocks(t);
}

static bool make_parameters(struct trainer *t)
{
    t->value = lines(t->size);
    t->next = lines(t->size);
    t->grad = lines(t->size);
    t->first = lines(t->size);
    t->second = lines(t->size);
    t->head = room(t->blocks, sizeof *t->head);
    t->d_head = room(t->blocks, sizeof *t->d_head);
    t->seen_head = room(t->blocks, sizeof *t->seen_head);
    t->center_delta = room(t->place[BLOCK_CENTER].size, sizeof *t->center_delta);
    return t->value && t->next && t->grad && t->first && t->second && t->head && t->d_head && t->seen_head &&
           t->center_delta;
}

/* Rows at even distances over the samples trained on. */
static void spread_rows(struct trainer *t)
{
    t->mean_sample.count = t->pool < t->mean_sample.capacity ? t->pool : t->mean_sample.capacity;
    for (int i = 0; i < t->mean_sample.count; i++)
        t->mean_sample.row[i] = t->pool_row[(long)i * t->pool / t->mean_sample.count];
}

static void count_classes(struct trainer *t)
{
    for (int i = 0; i < t->pool; i++)
        t->class_count[t->data->label[t->pool_row[i]]]++;
}

static bool make_class_room(struct trainer *t)
{
    size_t classes = (size_t)(t->class_room > 2 ? t->class_room : 2), dim = (size_t)t->dim;
    int count = t->pool_room < MEAN_MAX ? t->pool_room : MEAN_MAX;
    t->class_weight = room(classes, sizeof *t->class_weight);
    t->class_count = room(classes, sizeof *t->class_count);
    t->rule_weight = room(classes * dim, sizeof *t->rule_weight);
    t->rule_bias = room(classes, sizeof *t->rule_bias);
    t->mean = room(classes * dim, sizeof *t->mean);
    t->mean_count = room(classes * SUBCENTER_MAX, sizeof *t->mean_count);
    t->mean_norm = room((size_t)count, sizeof *t->mean_norm);
    t->mean_sample = (struct sample){ .row = room((size_t)count, sizeof(int)), .capacity = count };
    t->moved = room((size_t)EXPERIMENT_MOVES * (size_t)t->data->dim, sizeof *t->moved);
    t->watch_sum = room(classes * dim, sizeof *t->watch_sum);
    t->watch_mean = room(classes * dim, sizeof *t->watch_mean);
    t->watch_seen = room(classes, sizeof *t->watch_seen);
    coach_init(&t->coach);
    if (!t->watch_sum || !t->watch_mean || !t->watch_seen || !t->class_weight || !t->class_count ||
        !t->rule_weight || !t->rule_bias || !t->mean || !t->mean_count || !t->mean_norm ||
        !t->mean_sample.row || !t->moved)
        return false;
    spread_rows(t);
    count_classes(t);
    return true;
}

static const struct sparse *sparse_set(const struct trainer *t)
{
    return trainer_is_sparse(t) ? &t->data->sparse : NULL;
}

static bool make_chunk(struct trainer *t)
{
    int pass = t->experiment.model == MODEL_CNN ? PASS : CHUNK;
    t->chunk_input =
        room(trainer_is_sparse(t) ? 0 : (size_t)pass * (size_t)t->data->dim, sizeof *t->chunk_input);
    t->chunk_feature = room((size_t)CHUNK * (size_t)t->dim, sizeof *t->chunk_feature);
    t->chunk_double = room((size_t)CHUNK * (size_t)t->dim, sizeof *t->chunk_double);
    t->chunk_loss_work = room(loss_work(CHUNK, t->class_room, t->dim), sizeof *t->chunk_loss_work);
    t->chunk_label = room(CHUNK, sizeof *t->chunk_label);
    t->chunk_target = room((size_t)CHUNK * (size_t)t->data->targets, sizeof *t->chunk_target);
    t->chunk_row = room(CHUNK, sizeof *t->chunk_row);
    return t->chunk_input && t->chunk_feature && t->chunk_double && t->chunk_loss_work && t->chunk_label &&
           t->chunk_target && t->chunk_row &&
           (!trainer_has_network(t) || network_work_init(&t->chunk_work, &t->net, pass, sparse_set(t)));
}

struct batch_room {
    int *pick, *pick_row, *label;
    float *input, *d_feature_float;
    double *feature, *d_feature, *loss_work, *target;
    struct network_work work;
};

static void clear_batch(struct batch_room *r)
{
    free(r->pick);
    free(r->pick_row);
    free(r->label);
    free(r->input);
    free(r->d_feature_float);
    free(r->feature);
    free(r->d_feature);
    free(r->loss_work);
    free(r->target);
    network_work_clear(&r->work);
}

static bool make_batch(const struct trainer *t, int n, struct batch_room *r)
{
    size_t count = (size_t)n, dim = (size_t)t->dim;
    *r = (struct batch_room){ .pick = room(count, sizeof *r->pick),
        .pick_row = room(count, sizeof *r->pick_row),
        .label = room(count, sizeof *r->label),
        .input = room(trainer_is_sparse(t) ? 0 : count * (size_t)t->net.input, sizeof *r->input),
        .d_feature_float = room(count * dim, sizeof *r->d_feature_float),
        .feature = room(count * dim, sizeof *r->feature),
        .d_feature = room(count * dim, sizeof *r->d_feature),
        .loss_work = room(loss_work(n, t->class_room, t->dim), sizeof *r->loss_work),
        .target = room(count * (size_t)t->data->targets, sizeof *r->target) };
    return r->pick && r->pick_row && r->label && r->input && r->d_feature_float && r->feature &&
           r->d_feature && r->loss_work && r->target &&
           (!trainer_has_network(t) || network_work_init(&r->work, &t->net, n, sparse_set(t)));
}

bool trainer_reserve_batch(struct trainer *t, int batch)
{
    struct batch_room fresh;
    int n = trainer_batch_most(t, batch);
    if (n == t->batch_room && t->pick) {
        t->batch = trainer_batch_size(t, batch);
        return true;
    }
    if (!make_batch(t, n, &fresh)) {
        clear_batch(&fresh);
        return false;
    }
    struct batch_room old = { t->pick, t->pick_row, t->label, t->input, t->d_feature_float, t->feature,
        t->d_feature, t->loss_work, t->target, t->work };
    t->pick = fresh.pick;
    t->pick_row = fresh.pick_row;
    t->label = fresh.label;
    t->input = fresh.input;
    t->d_feature_float = fresh.d_feature_float;
    t->feature = fresh.feature;
    t->d_feature = fresh.d_feature;
    t->loss_work = fresh.loss_work;
    t->target = fresh.target;
    t->work = fresh.work;
    t->batch_room = n;
    t->batch = trainer_batch_size(t, batch);
    t->seen_n = t->link_count = 0;
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

/* Of drawn points those at even distances; there is room for all. */
static void spread_shown(struct trainer *t, int train)
{
    t->shown_train.count = train;
    for (int i = 0; i < train; i++)
        t->shown_train.row[i] = (int)((long)i * t->pool / train);
}

static bool make_shown(struct trainer *t)
{
    t->norm = room(DRAW_MAX, sizeof *t->norm);
    return t->norm && resize_sample(&t->shown_train, DRAW_MAX) && resize_sample(&t->shown_test, 0);
}

bool trainer_draw_sample(struct trainer *t, const struct experiment *e)
{
    int train, test, most = t->pool > t->data->test ? t->pool : t->data->test;
    share_points(t, e, &train, &test);
    if (t->data->drawn) {
        spread_shown(t, train);
        return true;
    }
    int *order = room((size_t)most, sizeof *order);
    double *norm = room((size_t)train + (size_t)test, sizeof *norm);
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

/* W before the network, from one stream; every other block from its own. */
static void randomise(struct trainer *t)
{
    struct rng weights, points;
    rng_init(&weights, t->experiment.seed, RNG_WEIGHTS);
    rng_init(&points, t->experiment.seed, RNG_FREE);
    rng_init(&t->makes, t->experiment.seed, RNG_MAKES);
    float *w = stored(t, t->value, BLOCK_WEIGHT);
    for (size_t i = 0; i < t->place[BLOCK_WEIGHT].size; i++)
        w[i] = (float)(head_spread * rng_normal(&weights));
    if (t->data->weights &&
        t->experiment.model == MODEL_IDENTITY) /* a head trained elsewhere goes with its features */
        memcpy(w, t->data->weights, t->place[BLOCK_WEIGHT].size * sizeof *w);
    if (trainer_has_network(t))
        network_randomise(&t->net, &weights, t->value);
    else
        for (size_t i = 0; i < t->place[BLOCK_NONE].size; i++)
            t->value[i] = (float)rng_normal(&points);
    trainer_make_blocks(t);
}

static bool constant(const struct dataset *data, int column)
{
    size_t dim = (size_t)data->dim;
    for (size_t i = 1; i < (size_t)data->train; i++)
        if (data->value[i * dim + (size_t)column] != data->value[column])
            return false;
    return true;
}

/* A picture has its empty corners; a column of a table that says nothing is news. */
static void tell_constant(struct trainer *t)
{
    int count = 0, first = 0;
    for (int column = t->data->dim - 1; !t->data->pixel && column >= 0; column--)
        if (constant(t->data, column)) {
            first = column;
            count++;
        }
    if (count == 0 || t->experiment.model == MODEL_FREE)
        return;
    snprintf(t->message, sizeof t->message,
        "%d of %d inputs %s one value in all training samples, the first is input %d: nothing can be learned "
        "from %s.",
        count, t->data->dim, count == 1 ? "has" : "have", first + 1, count == 1 ? "it" : "them");
}

/* The drawn points as they are when the training begins; later ones come by trainer_draw. */
static bool take_drawn_data(struct trainer *t)
{
    if (dataset_drawn(t->experiment.seed, &t->drawn, NULL) != STATUS_OK)
        return false;
    dataset_fill_drawn(&t->drawn, &t->experiment);
    t->data = &t->drawn;
    return true;
}

enum status trainer_create(
    const struct experiment *e, const struct dataset *data, struct trainer **out, struct why *why)
{
    enum status status = trainer_check(e, data, why);
    if (status != STATUS_OK)
        return status;
    struct trainer *t = calloc(1, sizeof *t);
    if (t) {
        t->experiment = *e;
        t->data = data;
        t->curve_stride = t->path_stride = 1;
    }
    bool made = t && (!data->drawn || take_drawn_data(t)) && make_pool(t);
    if (made)
        measure_shape(t);
    made = made && make_parameters(t) && make_class_room(t) && make_chunk(t) &&
           (!t->data->drawn || make_shown(t)) && trainer_draw_sample(t, e) &&
           trainer_reserve_batch(t, e->batch);
    if (!made) {
        trainer_destroy(t);
        return why_set(why, STATUS_FAILED,
            "%s: out of memory for this training; choose a smaller batch or model", data->name);
    }
    trainer_take_moves(t);
    randomise(t);
    if (t->data->drawn)
        trainer_take_drawn(t);
    else
        tell_constant(t);
    trainer_note_path(t);
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
    struct batch_room batch = { t->pick, t->pick_row, t->label, t->input, t->d_feature_float, t->feature,
        t->d_feature, t->loss_work, t->target, t->work };
    clear_batch(&batch);
    network_work_clear(&t->chunk_work);
    network_work_clear(&t->ahead_work);
    void *owned[] = { t->pool_row, t->point_of, t->value, t->next, t->grad, t->first, t->second, t->head,
        t->d_head, t->seen_head, t->center_delta, t->class_weight, t->class_count, t->rule_weight,
        t->rule_bias, t->mean, t->mean_count, t->mean_norm, t->mean_sample.row, t->moved, t->order,
        t->shown_train.row, t->shown_test.row, t->chunk_input, t->chunk_feature, t->chunk_double,
        t->chunk_loss_work, t->chunk_target, t->chunk_label, t->chunk_row, t->norm, t->watch_sum,
        t->watch_mean, t->watch_seen, t->ahead, t->ahead_input };
    for (size_t i = 0; i < sizeof owned / sizeof owned[0]; i++)
        free(owned[i]);
    journal_clear(&t->journal);
    dataset_clear(&t->drawn);
    free(t);
}
