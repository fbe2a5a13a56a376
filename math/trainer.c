#include "math/trainer.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "math/draw.h"
#include "math/trainer_state.h"

long trainer_steps(const struct trainer *t)
{
    return t->step;
}

double trainer_epoch(const struct trainer *t)
{
    return (double)t->passes + (t->pool > 0 ? (double)t->cursor / t->pool : 0);
}

int trainer_steps_per_epoch(const struct trainer *t)
{
    return t->pool > 0 ? (t->pool + t->batch - 1) / t->batch : 1;
}

const char *trainer_message(const struct trainer *t)
{
    return t->message;
}

bool trainer_diverged(const struct trainer *t)
{
    return t->diverged;
}

const struct dataset *trainer_data(const struct trainer *t)
{
    return t->data;
}

bool trainer_waits(const struct trainer *t)
{
    return t->data->drawn && draw_present(&t->experiment) < 2;
}

const struct experiment *trainer_experiment(const struct trainer *t)
{
    return &t->experiment;
}

void trainer_fill_force(const struct trainer *t, struct loss_force *force)
{
    schedule_fill_force(&t->schedule, &t->experiment, t->step, force);
    for (int p = 0; force->loss->param[p].kind != PARAM_NONE; p++)
        if (force->loss->param[p].role == ROLE_RUNNING && !t->schedule.ended[p])
            force->param[p] = t->running[p];
    force->term[ADDED_RING][RING_RADIUS] = *block_of(t, t->head, BLOCK_RADIUS);
    force->settled = true;
}

struct loss_force trainer_force(const struct trainer *t)
{
    struct loss_force force;
    trainer_fill_force(t, &force);
    return force;
}

const double *trainer_block(const struct trainer *t, enum block b)
{
    return block_of(t, t->head, b);
}

struct head trainer_rule(struct trainer *t)
{
    struct loss_force force = trainer_force(t);
    struct sample all = { t->pool_row, t->pool, t->pool };
    return trainer_rule_of(t, &force, &all);
}

/* Features outside training */

void trainer_pass(
    const struct trainer *t, const int *row, int n, float *input, struct network_work *work, float *out)
{
    struct network_input in = trainer_inputs(t, row, n, input);
    const float *feature = network_forward(&t->net, t->value, &in, n, work);
    memcpy(out, feature, (size_t)n * (size_t)t->dim * sizeof *out);
}

static const float *passes(struct trainer *t, const int *row, int n)
{
    const float *ahead = trainer_ahead_of(t, row);
    for (int done = 0; !ahead && done < n; done += PASS)
        trainer_pass(t, row + done, n - done < PASS ? n - done : PASS, t->chunk_input, &t->chunk_work,
            t->chunk_feature + (size_t)done * (size_t)t->dim);
    return ahead ? ahead : t->chunk_feature;
}

const float *trainer_chunk(struct trainer *t, const int *row, int n)
{
    assert(n <= CHUNK);
    size_t dim = (size_t)t->dim;
    if (t->experiment.model == MODEL_CNN)
        return passes(t, row, n);
    if (t->point_of) {
        for (int i = 0; i < n; i++)
            for (size_t k = 0; k < dim; k++)
                t->chunk_feature[(size_t)i * dim + k] =
                    t->point_of[row[i]] < 0 ? NAN : t->value[(size_t)t->point_of[row[i]] * dim + k];
        return t->chunk_feature;
    }
    struct network_input input = trainer_inputs(t, row, n, t->chunk_input);
    return trainer_has_network(t) ? network_forward(&t->net, t->value, &input, n, &t->chunk_work)
                                  : t->chunk_input;
}

/* The feature as the head sees it, and the class the rule gives it. */
static int judge(struct trainer *t, const struct loss_force *force, const struct head *rule, float *x)
{
    double own[GROUP_DIM_MAX], *wide = t->chunk_double;
    for (int k = 0; k < t->dim; k++)
        wide[k] = (double)x[k];
    if (force->loss->refine) {
        force->loss->refine(force, wide, rule, own);
        for (int k = 0; k < t->dim; k++)
            x[k] = (float)own[k];
        wide = own;
    }
    return loss_predict(force, wide, rule);
}

void trainer_features(struct trainer *t, int from, int n, float *out, int *predicted)
{
    struct loss_force force = trainer_force(t);
    struct head rule = trainer_head(t, t->head);
    size_t dim = (size_t)t->dim;
    if (predicted)
        rule = trainer_rule(t);
    for (int done = 0; done < n; done += CHUNK) {
        int part = n - done < CHUNK ? n - done : CHUNK;
        for (int i = 0; i < part; i++)
            t->chunk_row[i] = from + done + i;
        memcpy(
            out + (size_t)done * dim, trainer_chunk(t, t->chunk_row, part), (size_t)part * dim * sizeof *out);
    }
    for (int i = 0; (predicted || force.loss->refine) && i < n; i++) {
        bool missing = t->point_of && t->point_of[from + i] < 0;
        int class = missing ? -1 : judge(t, &force, &rule, out + (size_t)i * dim);
        if (predicted)
            predicted[i] = class;
    }
}
