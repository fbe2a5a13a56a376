/* trainer_state.h - what a training is made of, for the files trainer*.c only. */
#ifndef MATH_TRAINER_STATE_H
#define MATH_TRAINER_STATE_H

#include "math/coach.h"
#include "math/metric.h"
#include "math/network.h"
#include "math/rng.h"
#include "math/schedule.h"
#include "math/trainer.h"

/* PASS: samples that go through a cnn together, so few that what lies between its layers stays in the cache. */
enum { CHUNK = 512, PASS = 64, SHOWN_TEST_MAX = 2000, FREE_MAX = 5000, MEAN_MAX = 5000 };

/* Which samples a snapshot measures: fixed, drawn by seed; data rows in ascending order. */
struct sample {
    int *row;
    int count, capacity;
};

/* Where a block lies in the flat arrays of floats. */
struct place {
    size_t at, size;
};

/* All parameters lie in one flat array: the network (or the free points), then every block of enum block, in use or
 * dormant. place[BLOCK_NONE] and age[BLOCK_NONE] are the network's. The blocks are mirrored in double for the loss:
 * those arrays begin where the network ends. */
struct trainer {
    struct experiment experiment;
    const struct dataset *data;
    struct dataset drawn;             /* what `data` then is: points drawn by hand, as the experiment has them */
    struct network net;
    int dim, classes, batch;
    int class_room, pool_room, batch_room;   /* what the arrays below have room for: drawn data grow and shrink */
    int pool;                         /* samples trained on */
    int *pool_row;                    /* (pool) data rows */
    int *point_of;                    /* free: data row -> point, -1 for rows that are none; else NULL */
    struct place place[BLOCK_COUNT];
    size_t size, blocks;              /* floats in all, and in the blocks */

    float *value, *next;              /* in force; being written by an update, and then the other way round */
    float *grad, *first, *second;
    long age[BLOCK_COUNT];            /* updates the moments have seen */
    bool have_good;                   /* `next` holds the values of the step before */
    double *head;                     /* (blocks) mirror of `value` */

    struct rng batches, makes;        /* `makes` draws the blocks made beside W */
    int *order, cursor;               /* permutation of the pool and the place in it */
    long passes, step;

    double running[LOSS_PARAM_MAX];   /* ROLE_RUNNING parameters of the chosen loss */
    bool radius_held;                 /* a hand is on ring's R */
    int groups;                       /* that the group block is laid out for; 0: it was never used */
    double *class_weight;             /* (classes) v of weighted_softmax */
    int *class_count;                 /* (classes) of the samples trained on */

    int *pick, *pick_row;             /* (batch) pool places, and their data rows */
    float *input;                     /* (batch, net.input) unless it is sparse */
    struct network_work work;
    double *feature, *d_feature, *d_head, *center_delta, *loss_work;
    float *d_feature_float;
    int *label;
    double *target;                   /* (batch, data targets) */
    double *seen_head;                /* the blocks of the last batch, before its update */
    struct loss_force seen_force;     /* as the loss saw it */
    double settled[LOSS_PARAM_MAX];   /* its parameters with the statistics after the step */
    double seen_loss, seen_radius, seen_scale, rest;
    long seen_selected;
    int seen_n;
    bool seen_bias;                   /* the last batch had one */
    struct link link[SNAPSHOT_LINKS];
    int link_count;

    struct sample shown_train, shown_test;
    float *chunk_input, *chunk_feature;   /* CHUNK rows; no inputs when they are sparse */
    struct network_work chunk_work;
    double *chunk_double, *chunk_loss_work;
    double *chunk_target;
    int *chunk_label, *chunk_row;
    double *norm;                     /* of shown features */

    float *ahead, *ahead_input;           /* (shown, dim) features made before the snapshot; room of the second half */
    size_t ahead_room;                    /* samples */
    struct network_work ahead_work;
    bool ahead_ready;

    double *rule_weight, *rule_bias;  /* (classes, at least 2): rows of the rule that are not W itself */
    double *mean, *mean_norm;         /* (at least 2 classes, dim); (MEAN_MAX) */
    int *mean_count;                  /* (classes * SUBCENTER_MAX) */
    struct sample mean_sample;        /* what class means are made of at a switch */
    float *moved;                     /* (EXPERIMENT_MOVES, data dim) inputs put elsewhere by hand */

    struct path_point path[SNAPSHOT_PATH];
    int path_count;
    long path_stride;

    struct schedule schedule;
    struct journal journal;
    int first_loss;                   /* the loss at step 0: what the first keys of the journal mean */

    struct curve_point curve[CURVE_MAX];
    int curve_count;
    long curve_stride;
    double curve_sum;
    int curve_terms;

    struct recognition recognition;   /* the last one asked for */
    struct input_map inputs;          /* the same */

    struct coach coach;
    double *watch_sum, *watch_mean;   /* (classes, dim) features of the steps since the means; the means */
    int *watch_seen;                  /* (classes) */
    bool watch_means;                 /* there are some */

    bool diverged;
    long diverged_step;
    char message[160];
};

static inline bool trainer_has_network(const struct trainer *t)
{
    return t->experiment.model == MODEL_MLP || t->experiment.model == MODEL_CNN;
}

/* The network skips the empty ground of pictures: inputs are never copied. */
static inline bool trainer_is_sparse(const struct trainer *t)
{
    return trainer_has_network(t) && t->data->sparse.start && t->experiment.shift == 0 && network_takes_sparse(&t->net);
}

/* Samples a step, for the setting `batch`. */
static inline int trainer_batch_size(const struct trainer *t, int batch)
{
    return batch == 0 || batch > t->pool ? t->pool : batch;
}

/* The same with all the points there can be. */
static inline int trainer_batch_most(const struct trainer *t, int batch)
{
    return batch == 0 || batch > t->pool_room ? t->pool_room : batch;
}

/* A block in one of the arrays of doubles, and of floats. */
static inline double *block_of(const struct trainer *t, double *array, enum block b)
{
    return array + (t->place[b].at - t->place[BLOCK_WEIGHT].at);
}

static inline float *stored(const struct trainer *t, float *array, enum block b)
{
    return array + t->place[b].at;
}

/* Places and sizes of all blocks, from dim and classes. */
void trainer_place_blocks(struct trainer *t);
/* Whether the losses of `e` read the block. */
bool trainer_uses(const struct experiment *e, enum block b);
/* All of them at once: bit b. */
unsigned trainer_used(const struct experiment *e);
/* Floats of it that are in use: sub-centres and groups take less than their room. */
size_t trainer_used_size(const struct trainer *t, enum block b);
/* How fast the centres follow: the centre loss's alpha, 0.5 without it. */
double trainer_center_rate(const struct loss_force *force);
/* trainer_force without a copy, for every step. */
void trainer_fill_force(const struct trainer *t, struct loss_force *force);
/* The trained head, in one of the arrays of doubles. */
struct head trainer_head(const struct trainer *t, double *array);
/* Doubles the loss sees, from the floats that are stored. */
void trainer_mirror_head(struct trainer *t);

/* Whether the data can teach these losses; refused with STATUS_USAGE. */
enum status trainer_check(const struct experiment *e, const struct dataset *data, struct why *why);
/* First values of every block but W; the chunk buffers are ready. */
void trainer_make_blocks(struct trainer *t);
/* What the experiment in force needs and `before` did not have is made, and told in t->message. */
void trainer_switch(struct trainer *t, const struct experiment *before);
/* Two class weights made again from the mean directions of their classes, as long as they were. */
bool trainer_can_remake(const struct trainer *t, int a, int b);
void trainer_remake(struct trainer *t, int a, int b);
/* R becomes the set radius and stays there. */
void trainer_hold_radius(struct trainer *t);
/* Class weights of weighted_softmax from its setting. */
void trainer_weigh_classes(struct trainer *t);

/* Input of a data row into x (data dim), and its numbers as `target`, with what a hand has moved. */
void trainer_input(const struct trainer *t, int row, float *x);
void trainer_target(const struct trainer *t, int row, double *target);
/* Those of n data rows as the network reads them, in `room` (n, data dim) unless they are sparse. `row` is borrowed. */
struct network_input trainer_inputs(const struct trainer *t, const int *row, int n, float *room);
/* The same moved by up to `shift` pixels, for the batch of a step. */
struct network_input trainer_shifted(const struct trainer *t, const int *row, int n, float *room);
void trainer_take_moves(struct trainer *t);

/* Class means of the features (or of their directions) over data rows; zero for a class without any. */
void trainer_means(struct trainer *t, const int *row, int count, bool directions, double *mean);
/* Of each class the sub-centre that most of the rows are nearest to. */
void trainer_busiest(struct trainer *t, const int *row, int count, int sub, double *weight);
/* The rule's head; class means are those of the sample. Borrowed until the next call on t. */
struct head trainer_rule_of(struct trainer *t, const struct loss_force *force, const struct sample *sample);
/* The same with one row a class. */
struct head trainer_class_rows(struct trainer *t, const struct loss_force *force, const struct head *rule,
    const struct sample *sample);

/* Where shown samples go besides the sums. */
struct shown {
    struct snapshot *out;
    int at;
    bool test;
};
/* Sums over `count` data rows, all taken at the values in force; `shown` may be NULL. */
struct metric trainer_measure(struct trainer *t, const int *row, int count, const struct loss_force *force,
    const struct head *rule, struct shown *shown);

/* The step just made, of n samples, is shown to the coach. */
void trainer_watch(struct trainer *t, int n);

/* Another point of the path of a linear model in two numbers. */
void trainer_note_path(struct trainer *t);

/* Drawn data. The edits of one journal entry, written into it: weights and moments stay, a class that is new gets a
 * weight. Then what hangs on the number of points and classes. */
void trainer_draw(struct trainer *t, const char *edits);
void trainer_take_drawn(struct trainer *t);
/* As many edits on the way to the wanted points as an entry has room for; false when there are none. */
bool trainer_draw_entry(const struct trainer *t, const struct experiment *wanted, char text[CHANGE_VALUE]);
/* The row of a class that is new, from the mean direction of its samples; as long as the others. */
void trainer_make_class(struct trainer *t, int class);

/* Draws shown_train and shown_test for the experiment's points and split. False without memory. */
bool trainer_draw_sample(struct trainer *t, const struct experiment *e);

/* Buffers for the minibatches of this setting; on failure t keeps its own. */
bool trainer_reserve_batch(struct trainer *t, int batch);

/* Those of `n` <= PASS rows, by way of `input` and `work`. */
void trainer_pass(const struct trainer *t, const int *row, int n, float *input, struct network_work *work, float *out);
/* Features of shown rows that have been made ahead, or NULL. */
const float *trainer_ahead_of(const struct trainer *t, const int *row);

/* Features of `n` <= CHUNK data rows, in t->chunk_feature or in the data. */
const float *trainer_chunk(struct trainer *t, const int *row, int n);

/* A point of the loss curve for this step; every second one goes when it is full. */
struct curve_point *trainer_curve_point(struct trainer *t);
void trainer_thin_curve(struct trainer *t);

#endif
