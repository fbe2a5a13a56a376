/* trial.h - one small batch with a head, for tests of the losses: whatever the row needs is there. */
#ifndef TESTS_SUPPORT_TRIAL_H
#define TESTS_SUPPORT_TRIAL_H

#include "math/loss.h"
#include "tests/support/check.h"

enum { N = 6, K = 3, D = 3, ROWS = K * SUBCENTER_MAX, EXTRA = GROUP_MAX * (D + 1 + D * D), WORK = 4096 };

/* A batch with every array a head may hold, and room for the answer. A loss looks at those of its row. */
struct trial {
    int n, classes, dim;
    double feature[N * D], weight[ROWS * D], bias[K], extra[EXTRA], center[K * D], class_weight[K];
    double number[N], carried[N * K]; /* targets: real numbers, and sets of classes as 0 and 1 */
    int label[N], side[N]; /* classes; 0 or 1 for a score */
    double loss, d_feature[N * D], d_weight[ROWS * D], d_bias[K], d_extra[EXTRA], d_center[K * D];
    double d_delta[K * D], d_radius, d_scale;
    long selected;
};

/* Every array drawn, six samples of three classes. */
struct trial trial_random(int dim, uint64_t seed);
/* The head as the rules see it, and as a training hands it to the loss: what the row does not use is not there. */
struct head trial_head(const struct trial *b);
struct head trial_trained(const struct loss_force *force, const struct trial *b);
/* With the labels or targets of the row's task. */
struct batch trial_batch(const struct loss_force *force, const struct trial *b);
int trial_predict(const struct loss *loss, const double *x, const struct head *head);
/* The loss alone, and with its derivatives in *b. */
double trial_value(const struct loss_force *force, const struct trial *b);
void trial_solve(const struct loss_force *force, struct trial *b);
/* A row at its defaults, by name. */
struct loss_force force_of(const char *id);
/* A row of the list at its defaults. A term is on top of `base`; other rows are themselves, and only once: false for
 * the second base. */
bool force_on(const struct loss *row, const char *base, struct loss_force *force);
/* The parameters of the row itself, a term's or a loss's. */
double *force_params(const struct loss *row, struct loss_force *force);
void force_set(struct loss_force *force, const char *param, double value);
void assert_all_close(const double *got, const double *want, int count, double tolerance);
void assert_finite_trial(const struct loss_force *force, const struct trial *b);
/* Turns rows of two numbers. */
void turn_plane(double *v, int rows, double angle);

/* What terms are tried on top of. */
enum { BASES = 2 };
extern const char *const bases[BASES];

#endif
