#include <math.h>
#include <stdlib.h>

#include "math/trainer_state.h"

/* Test rows, then those held out, as they are numbered in the data. */
static enum status compute(
    struct trainer *t, const float *feature, int test, int holdout, struct recognition *out)
{
    const int *label = t->data->label + t->data->train;
    const float *stranger = feature + (size_t)test * (size_t)t->dim;
    uint64_t seed = t->experiment.seed;
    enum status status = verification_compute(feature, label, test, t->dim, seed, &out->closed, NULL);
    if (status == STATUS_OK)
        status = verification_compute(stranger, label + test, holdout, t->dim, seed, &out->open, NULL);
    double tau = isnan(out->closed.eer_tau) ? 1 : out->closed.eer_tau;
    if (status == STATUS_OK)
        status = identification_compute(
            feature, label, test, t->dim, holdout ? stranger : NULL, holdout, tau, &out->identity, NULL);
    return status;
}

enum status trainer_recognise(struct trainer *t)
{
    enum loss_task task = experiment_loss(&t->experiment)->task;
    bool none = t->point_of || task == TASK_REAL || task == TASK_MULTI; /* no one class a sample */
    int test = none ? 0 : t->data->test, holdout = none ? 0 : t->data->holdout;
    float *feature = malloc(((size_t)(test + holdout) * (size_t)t->dim + 1) * sizeof *feature);
    struct recognition *fresh = calloc(1, sizeof *fresh);
    enum status status = STATUS_FAILED;
    if (feature && fresh) {
        trainer_features(t, t->data->train, test + holdout, feature, NULL);
        status = compute(t, feature, test, holdout, fresh);
    }
    if (status == STATUS_OK) {
        fresh->measured = test > 0;
        fresh->step = t->step;
        t->recognition = *fresh;
    }
    free(fresh);
    free(feature);
    return status;
}
