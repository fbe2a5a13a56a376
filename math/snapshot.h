/* snapshot.h - one step of a training, whole: the only door from training to drawing.
 * Everything in it is of one step; it owns its arrays and refers to nothing but the loss rows. */
#ifndef MATH_SNAPSHOT_H
#define MATH_SNAPSHOT_H

#include <stdbool.h>

#include "math/experiment.h"

enum { CURVE_MAX = 1024, EVENT_MAX = 64, EVENT_TEXT = 48 };

/* The loss curve, thinned to fit (every second point dropped when full). NaN: not measured at that step. */
struct curve_point {
    long step;
    float batch_loss;                 /* of the minibatch */
    float train_loss, test_loss;      /* evaluated sample */
    float train_accuracy, test_accuracy, margin_accuracy;   /* 0..1; margin: NaN without one */
};

/* A change of the journal as the timeline and captions show it: "m 0.15". */
struct event {
    long step;
    bool margin;                      /* drawn amber */
    char text[EVENT_TEXT];
};

enum { SNAPSHOT_NAMES = 256, SNAPSHOT_NAME_TEXT = 16 };

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
    double *weight;                   /* (classes, dim) */
    double *bias;                     /* (classes), zeros when the loss has none */
    int feature_capacity, class_capacity;

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
    int event_count;

    bool diverged;
    long diverged_step;
    char message[160];                /* a sentence for the person: divergence, what was made anew */
};

void snapshot_init(struct snapshot *s);
void snapshot_clear(struct snapshot *s);
/* Makes room for count samples of dim numbers and classes; false without memory (then s is unchanged). */
bool snapshot_reserve(struct snapshot *s, int count, int dim, int classes);
/* What a class is called in the data: with some classes left out its number is not its name. */
const char *snapshot_class(const struct snapshot *s, int class, char room[SNAPSHOT_NAME_TEXT]);
bool snapshot_copy(struct snapshot *to, const struct snapshot *from);

#endif
