/* trainer_state.h - what a training is made of, for the files trainer*.c only. */
#ifndef MATH_TRAINER_STATE_H
#define MATH_TRAINER_STATE_H

#include "math/metric.h"
#include "math/network.h"
#include "math/rng.h"
#include "math/schedule.h"
#include "math/trainer.h"

enum { CHUNK = 512, SHOWN_TEST_MAX = 2000, FREE_MAX = 5000 };

/* Which samples a snapshot measures: fixed, drawn by seed; data rows in ascending order. */
struct sample {
    int *row;
    int count, capacity;
};

/* All parameters lie in one flat array: the network (or the free points), then W (classes, dim), then b. */
struct trainer {
    struct experiment experiment;
    const struct dataset *data;
    struct network net;
    int dim, classes, batch;
    int pool;                         /* samples trained on */
    int *pool_row;                    /* (pool) data rows */
    int *point_of;                    /* free: data row -> point, -1 for rows that are none; else NULL */
    size_t net_size, head_size, size;

    float *value, *next;              /* in force; being written by an update, and then the other way round */
    float *grad, *first, *second;
    long net_age, bias_age;           /* updates the moments have seen */
    bool have_good;                   /* `next` holds the values of the step before */

    double *weight, *bias;            /* mirrors of W and b for the loss */

    struct rng batches;
    int *order, cursor;               /* permutation of the pool and the place in it */
    long passes, step;

    int *pick;                        /* (batch) pool places */
    float *input;                     /* (batch, net.input) */
    struct network_work work;
    double *feature, *d_feature, *d_weight, *d_bias, *loss_work;
    float *d_feature_float;
    int *label;
    double *seen_weight, *seen_bias;  /* the head of the last batch, before its update */
    struct loss_force seen_force;
    double seen_loss;
    int seen_n;

    struct sample shown_train, shown_test;
    float *chunk_input, *chunk_feature;   /* CHUNK rows */
    struct network_work chunk_work;
    double *chunk_double, *chunk_loss_work;
    int *chunk_label, *chunk_row;
    double *norm;                     /* of shown features */


    struct schedule schedule;
    struct change *change;
    int change_count, change_capacity;
    int first_loss;                   /* the loss at step 0: what the first keys of the journal mean */

    struct curve_point curve[CURVE_MAX];
    int curve_count;
    long curve_stride;
    double curve_sum;
    int curve_terms;

    bool diverged;
    long diverged_step;
    char message[160];
};

static inline bool trainer_has_network(const struct trainer *t)
{
    return t->experiment.model == MODEL_MLP;
}

/* Samples a step, for the setting `batch`. */
static inline int trainer_batch_size(const struct trainer *t, int batch)
{
    return batch == 0 || batch > t->pool ? t->pool : batch;
}

static inline float *head_weight(const struct trainer *t, float *array)
{
    return array + t->net_size;
}

static inline float *head_bias(const struct trainer *t, float *array)
{
    return array + t->net_size + t->head_size;
}

static inline struct head trainer_head(const struct trainer *t)
{
    bool bias = experiment_loss(&t->experiment)->has_bias;
    return (struct head){
        .classes = t->classes, .dim = t->dim, .weight = t->weight, .bias = bias ? t->bias : NULL };
}

/* Doubles the loss sees, from the floats that are stored. */
void trainer_mirror_head(struct trainer *t);

/* Draws shown_train and shown_test for the experiment's points and split. False without memory. */
bool trainer_draw_sample(struct trainer *t, const struct experiment *e);

/* Buffers for minibatches of `n`; on failure t keeps its own. */
bool trainer_reserve_batch(struct trainer *t, int n);

/* Features of `n` <= CHUNK data rows, in t->chunk_feature or in the data. */
const float *trainer_chunk(struct trainer *t, const int *row, int n);

/* A point of the loss curve for this step; every second one goes when it is full. */
struct curve_point *trainer_curve_point(struct trainer *t);

#endif
