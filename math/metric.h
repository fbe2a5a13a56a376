/* metric.h - what is counted over samples: losses, accuracies under the test and the train rule, angles.
 * Features and weights in double; angles in radians. Pure, any thread. */
#ifndef MATH_METRIC_H
#define MATH_METRIC_H

#include "math/loss.h"

/* Sums over samples; add any number of chunks, then read. */
struct metric {
    int n, decided;                       /* samples; those the test rule has something to say of */
    double loss, correct, met, own_angle, rival_angle;
};

/* Adds a chunk of samples. `head` is the trained one, `rule` the rule's (math/loss.h); rule.weight NULL: no
 * accuracies and angles. work: loss_work(n, classes, dim) doubles. predicted (n) may be NULL. */
void metric_add(struct metric *metric, const struct loss_force *force, const struct batch *batch,
    const struct head *head, const struct head *rule, double *work, int *predicted);

/* Means; NaN when nothing was added, and for the margin when the loss has none. */
double metric_loss(const struct metric *metric);
double metric_accuracy(const struct metric *metric);
double metric_margin(const struct metric *metric, const struct loss *loss);
double metric_own_angle(const struct metric *metric);
double metric_rival_angle(const struct metric *metric);

/* Mean over classes of the angle to the nearest other class weight, and the smallest of them; NaN for one class. */
void metric_gaps(const struct head *head, double *mean, double *smallest);

/* The value below which `share` (0..1) of the n values lie; reorders them. NaN when n is 0. */
double metric_percentile(double *value, int n, double share);

#endif
