/* snapshot.h - one step of a training, whole: the only door from training to drawing.
 * Everything in it is of one step; it owns its arrays and refers to nothing but the loss rows. */
#ifndef MATH_SNAPSHOT_H
#define MATH_SNAPSHOT_H

#include <stdbool.h>

#include "math/coach.h"
#include "math/experiment.h"
#include "math/input_map.h"
#include "math/verification.h"

enum { CURVE_MAX = 1024, EVENT_MAX = 64, EVENT_TEXT = 48, SNAPSHOT_LINKS = 300, SNAPSHOT_PATH = 1024 };

/* The loss curve, thinned to fit (every second point dropped when full). NaN: not measured at that step. */
struct curve_point {
    long step;
    float batch_loss;                 /* of the minibatch */
    float train_loss, test_loss;      /* evaluated sample */
    float train_accuracy, test_accuracy, margin_accuracy;   /* 0..1; margin: NaN without one */
};

/* A change of the journal as the timeline and captions show it: "m 0.15", from "0". */
struct event {
    long step;
    bool margin;                      /* drawn amber */
    char text[EVENT_TEXT], from[24];  /* from: "" where it is not one value */
};

/* A pair of the last batch that still pulls or pushes, between the features it had. */
struct snapshot_link {
    float from[3], to[3];
    bool push;                        /* apart: different classes */
};

/* Where the weights of a linear model of two numbers have been. */
struct path_point {
    long step;
    float w[2], b;
};

enum { SNAPSHOT_NAMES = 256, SNAPSHOT_NAME_TEXT = 16, SNAPSHOT_EXTRA = 520 };

struct snapshot {
    long step;
    double epoch;
    struct experiment experiment;     /* set values */
    struct loss_force force;          /* values in force, what everything drawn uses */
    int warmup_step, warmup_length;   /* of the |x| phase while it runs, else 0, 0 */
    int ramp_step, ramp_length;       /* of the margin ramp while it runs, else 0, 0 */
    bool annealing;
    char data_name[64];
    int train_size, test_size;        /* of the data set */
    int width, height;                /* of an image sample, 0 for tables */

    char class_name[SNAPSHOT_NAMES][SNAPSHOT_NAME_TEXT];   /* of the first classes; read with snapshot_class */
    int dim, classes;
    int count;                        /* shown samples */
    float *feature;                   /* (count, dim) */
    int *label, *predicted;           /* (count); test rule */
    int *row;                         /* (count) row of the data set; -1 for free points without one */
    bool *test;                       /* (count) belongs to the test part */
    double *weight;                   /* (classes, dim) as the test rule sees it: W; +-w/2 of a score (two rows); w
                                         of a fitted line (one row); class means of a pair loss; the sub-centre that
                                         owns most samples */
    double *bias;                     /* (classes) of the same, zeros where the rule has none */
    bool means;                       /* `weight` holds class means: there is no head */
    int sub;                          /* rows a class of row_weight, 1 without sub-centres */
    double *row_weight;               /* (classes * sub, dim) when sub > 1 */
    bool centers;                     /* a term keeps centres */
    double *center;                   /* (classes, dim) */
    double *class_weight;             /* (classes) v of weighted_softmax, else ones */
    double extra[SNAPSHOT_EXTRA];     /* head.extra while it fits: siamese's a and b; NaN beyond */
    int extra_count;
    int *group;                       /* (count) groupface's group, -1 without */
    int targets;                      /* numbers a sample in target: 1 for regression, classes for multi-label, or 0 */
    float *target;                    /* (count, targets) */
    struct snapshot_link link[SNAPSHOT_LINKS];
    int link_count;
    double rest;                      /* share of the last batch's pairs or triplets at rest; NaN without */
    struct recognition recognition;   /* verification on the test part, when it was asked for (trainer_recognise) */
    struct input_map inputs;          /* predictions over the plane of two inputs, when asked for (trainer_map_inputs) */
    struct path_point path[SNAPSHOT_PATH]; /* of linear models in two numbers, thinned to fit */
    int path_count;
    int feature_capacity, class_capacity, row_capacity, target_capacity;

    /* on the shown sample unless said; NaN where it does not exist */
    int train_n, test_n;              /* samples behind train_ and test_ numbers */
    double train_loss, test_loss, train_accuracy, test_accuracy, margin_accuracy;
    double intra_angle, inter_angle;  /* radians */
    double own_angle_mean, rival_angle_mean;   /* radians, over the shown sample */
    double min_gap;                   /* smallest angle between two class weights, radians */
    double norm_median;               /* of shown features */
    double norm_p99;                  /* 99th percentile, for the ring of the feature plane */

    struct curve_point curve[CURVE_MAX];
    int curve_count;
    struct event event[EVENT_MAX];
    int event_count, events_before;   /* that many more had no room, all of them earlier */

    struct finding finding;           /* of the coach, and what to do about it */
    struct cure cure[CURE_MAX];
    int cures;
    char coach[COACH_TEXT];           /* its sentence; "": nothing to say */

    bool diverged;
    long diverged_step;
    char message[160];                /* a sentence for the person: divergence, what was made anew */
};

void snapshot_init(struct snapshot *s);
void snapshot_clear(struct snapshot *s);
/* Makes room for count samples of dim numbers and classes; false without memory (then s is unchanged). */
bool snapshot_reserve(struct snapshot *s, int count, int dim, int classes, int sub, int targets);
/* The rule's head (math/loss.h), borrowed from s. */
struct head snapshot_head(const struct snapshot *s);
/* What a class is called in the data: with some classes left out its number is not its name. */
const char *snapshot_class(const struct snapshot *s, int class, char room[SNAPSHOT_NAME_TEXT]);
bool snapshot_copy(struct snapshot *to, const struct snapshot *from);

#endif
