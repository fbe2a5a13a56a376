/* experiment.h - a whole experiment as a plain value: what the command line, panels, sessions and lessons edit,
 * and, with the journal, all that decides every byte of a training. */
#ifndef MATH_EXPERIMENT_H
#define MATH_EXPERIMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "math/loss.h"
#include "math/status.h"

enum { EXPERIMENT_HIDDEN_MAX = 6, EXPERIMENT_FILTERS_MAX = 8, EXPERIMENT_PATH = 1024, EXPERIMENT_LIST = 128, EXPERIMENT_WEIGHTS = 64,
    EXPERIMENT_MOVES = 64, DRAW_MAX = 1000, DRAW_CLASSES = 10 };

enum model { MODEL_MLP, MODEL_CNN, MODEL_FREE, MODEL_IDENTITY, MODEL_COUNT };
enum activation { ACTIVATION_PRELU, ACTIVATION_RELU, ACTIVATION_TANH };
enum padding { PADDING_SAME, PADDING_VALID };
enum optimiser { OPTIMISER_SGD, OPTIMISER_MOMENTUM, OPTIMISER_ADAM, OPTIMISER_COUNT };
enum split { SPLIT_TRAIN, SPLIT_TEST, SPLIT_BOTH, SPLIT_COUNT };
enum { SCHEDULE_DEFAULT = -1 };

/* Longest gradient a step follows by default. Without a limit NormFace ends 3 % lower; below 2 plain softmax can put
 * two digits on one ray (tests/bench/recipe.c, seeds 1 to 5). */
enum { EXPERIMENT_CLIP = 2 };

/* A sample of the plane that a hand has put elsewhere: x and y of a data row (for a regression y is the label). */
struct move {
    int row;
    double x, y;
};

/* A point drawn by hand (math/draw.h). */
struct dot {
    float x, y;
    int label;
};

struct experiment {
    char dataset[EXPERIMENT_PATH];        /* built-in id or a path */
    char classes[EXPERIMENT_LIST];        /* "0,1,4"; empty: all */
    char holdout[EXPERIMENT_LIST];        /* empty: none */
    char features_npy[EXPERIMENT_PATH];   /* takes the place of `dataset`; empty: none */
    char labels_npy[EXPERIMENT_PATH], weights_npy[EXPERIMENT_PATH];
    enum model model;
    enum activation activation;
    int hidden[EXPERIMENT_HIDDEN_MAX], hidden_count;
    int filters[EXPERIMENT_FILTERS_MAX], filter_count;    /* of convolutions before them, for the cnn */
    unsigned joined;                      /* bit i: no pooling between convolution i and the next */
    int kernel;                           /* width and height of a convolution */
    enum padding padding;
    int shift;                            /* pictures learned from are moved by up to so many pixels */
    int feature_dim;
    uint64_t seed;

    int loss;                             /* loss_at() index */
    double param[LOSS_MAX][LOSS_PARAM_MAX];   /* set values; each loss, and each added term, remembers its own */
    bool added[ADDED_MAX];                 /* terms on top of the loss, numbered as term_at() */
    bool bias;                            /* false: losses that have a bias train without it */
    double class_weight[EXPERIMENT_WEIGHTS];  /* as typed for weighted_softmax; its class_weights then is 2 */
    int class_weight_count;
    struct move move[EXPERIMENT_MOVES];   /* points moved by hand */
    int move_count;

    enum optimiser optimiser;
    double lr, momentum, weight_decay;    /* lr 0: the model's own, see experiment_rate */
    double clip;                          /* largest norm of the whole gradient; 0: no clipping */
    int batch;                            /* samples a step; 0: the full training set */
    int warmup[2];                        /* SCHEDULE_DEFAULT: 300,300 for heads with a fixed scale, else 0,0 */
    int anneal;                           /* SCHEDULE_DEFAULT, 0 or 1 */

    int points;                           /* samples a snapshot shows */
    enum split split;
    int axes[3], axis_count;              /* of more than three dimensions these are shown, from 0; count 0: their
                                             principal axes */

    int dot_count;
    struct dot dot[DRAW_MAX];             /* the data set `drawn`; comes last, so that what keeps many needs not keep all */
};

/* mnist, arcface, mlp 128,64, PReLU, Adam at the model's rate, batch 128, seed 1, 5000 training points. */
void experiment_init(struct experiment *e);

/* One setting by its option name: dataset (lets go of the arrays), features-npy (with the model identity, unless that
 * is set later), labels-npy, weights-npy, classes, holdout, model, hidden ("128,64" or "none"), filters ("16,32"; "16+16,32" pools only
 * at the commas), kernel, padding (same, valid), shift, activation,
 * feature-dim, seed, loss, optimizer, lr (number or
 * "default"), momentum, weight-decay, clip, batch (number or "full"), warmup ("N,M" or
 * "default"), anneal (on, off, default), points, split, axes ("pca", "3,7", "3,7,12": the numbers of a feature that
 * are shown, from 0), add (terms: "center,ring" or "none"; `loss` with a term's id
 * is softmax with that term), bias (on, off), move ("row:x:y", later ones of a row replace it), draw (edits as in
 * math/draw.h, of the points there are; "none" takes all away), a parameter of the chosen loss (m, s, lambda), or one of any loss or term (cosface.m, ring.lambda). A list is "1:1:5" or "inverse".
 * The row table behind this also serves files and `--at`. STATUS_USAGE with the allowed values otherwise. */
enum status experiment_set(struct experiment *e, const char *key, const char *value, struct why *why);
/* Text of one setting as experiment_set takes it. False when the key is unknown. */
bool experiment_get(const struct experiment *e, const char *key, char *text, int size);
int experiment_key_count(void);
const char *experiment_key(int i);        /* every settable key but the loss parameters */
bool experiment_key_rebuilds(int i);      /* a change of it needs a new network or new data */

/* Settings that cannot go together (pair loss on identity, free with hold-out ...). */
enum status experiment_check(const struct experiment *e, struct why *why);

/* Whether an added term finds in a training with this loss what it acts on. */
bool experiment_term_fits(const struct loss *loss, const struct loss *term);

/* True when going from a to b needs a new network or new data: a rebuilding key differs, or the loss
 * reads labels in another way (classes, numbers, sets). */
bool experiment_rebuilds(const struct experiment *a, const struct experiment *b);

/* The learning rate in use: the set one, or where none is set 1e-3, and 0.02 for a linear model on the data as they
 * are: nothing but the class weights learns there, and a rate that suits a network would leave them standing. */
double experiment_rate(const struct experiment *e);

const char *model_id(enum model model);
const char *optimiser_id(enum optimiser optimiser);
const char *split_id(enum split split);
const struct loss *experiment_loss(const struct experiment *e);
struct loss_force experiment_force(const struct experiment *e);   /* set values, no schedule */
void experiment_fill_force(const struct experiment *e, struct loss_force *force);   /* the same without a copy */

#endif
