#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/trainer_state.h"

/* The feature as the head sees it, into the snapshot; its group, -1 without. */
static int show_feature(const struct trainer *t, const struct loss_force *force, const struct head *rule,
    const double *x, float *out)
{
    double own[GROUP_DIM_MAX];
    int group = -1;
    if (force->loss->refine) {
        group = force->loss->refine(force, x, rule, own);
        x = own;
    }
    for (int k = 0; k < t->dim; k++)
        out[k] = (float)x[k];
    return group;
}

static double float_length(const float *x, int dim)
{
    double square = 0;
    for (int k = 0; k < dim; k++)
        square += (double)x[k] * (double)x[k];
    return sqrt(square);
}

/* The chunk at hand, features in t->chunk_double, targets in t->chunk_target. */
static void show_chunk(struct trainer *t, struct shown *shown, const struct loss_force *force,
    const struct head *rule, const int *row, const int *predicted, int n)
{
    struct snapshot *s = shown->out;
    size_t dim = (size_t)t->dim, targets = (size_t)t->data->targets;
    for (int i = 0; i < n; i++) {
        int at = shown->at + i;
        float *x = s->feature + (size_t)at * dim;
        s->group[at] = show_feature(t, force, rule, t->chunk_double + (size_t)i * dim, x);
        t->norm[at] = float_length(x, t->dim);
        s->label[at] = t->data->label[row[i]];
        s->predicted[at] = predicted[i];
        s->row[at] = row[i];
        s->test[at] = shown->test;
        for (size_t j = 0; j < targets; j++)
            s->target[(size_t)at * targets + j] = (float)t->chunk_target[(size_t)i * targets + j];
    }
    shown->at += n;
}

/* Pairs are of one batch, so pair losses are measured batch by batch, in the order of the file. */
static int chunk_size(const struct trainer *t, const struct loss *loss)
{
    bool pairs = loss->family == FAMILY_PAIR;
    return pairs && t->batch < CHUNK ? t->batch : CHUNK;
}

struct metric trainer_measure(struct trainer *t, const int *row, int count, const struct loss_force *force,
    const struct head *rule, struct shown *shown)
{
    struct metric metric = { 0 };
    struct head head = trainer_head(t, t->head);
    int predicted[CHUNK], most = chunk_size(t, force->loss), targets = t->data->targets;
    for (int done = 0; done < count; done += most) {
        int n = count - done < most ? count - done : most;
        const float *feature = trainer_chunk(t, row + done, n);
        for (size_t i = 0; i < (size_t)n * (size_t)t->dim; i++)
            t->chunk_double[i] = (double)feature[i];
        for (int i = 0; i < n; i++) {
            t->chunk_label[i] = t->data->label[row[done + i]];
            trainer_target(t, row[done + i], t->chunk_target + (size_t)i * (size_t)targets);
        }
        struct batch batch = { .n = n,
            .feature = t->chunk_double,
            .label = t->chunk_label,
            .target = targets ? t->chunk_target : NULL };
        metric_add(&metric, force, &batch, &head, rule, t->chunk_loss_work, predicted);
        if (shown)
            show_chunk(t, shown, force, rule, row + done, predicted, n);
    }
    return metric;
}

static struct metric measure_range(
    struct trainer *t, int from, int n, const struct loss_force *force, const struct head *rule)
{
    struct metric sum = { 0 };
    int most = chunk_size(t, force->loss);
    for (int done = 0; done < n; done += most) {
        int part = n - done < most ? n - done : most;
        for (int i = 0; i < part; i++)
            t->chunk_row[i] = from + done + i;
        struct metric m = trainer_measure(t, t->chunk_row, part, force, rule, NULL);
        sum.n += m.n;
        sum.decided += m.decided;
        sum.loss += m.loss;
        sum.correct += m.correct;
        sum.met += m.met;
        sum.own_angle += m.own_angle;
        sum.rival_angle += m.rival_angle;
    }
    return sum;
}

/* NaN for all that was not measured. */
static void put_recognition(const struct recognition *r, struct evaluation *out)
{
    bool there = r && r->measured;
    out->eer = there ? r->closed.eer : (double)NAN;
    out->eer_open = there ? r->open.eer : (double)NAN;
    for (int f = 0; f < VERIFICATION_FARS; f++) {
        out->tar[f] = there ? r->closed.tar[f] : (double)NAN;
        out->tar_open[f] = there ? r->open.tar[f] : (double)NAN;
    }
    out->rank1 = there ? r->identity.rank1 : (double)NAN;
    out->unknown = there ? r->identity.unknown : (double)NAN;
    out->stranger_accepted = there ? r->identity.stranger_accepted : (double)NAN;
}

enum status trainer_evaluate(struct trainer *t, bool verified, struct evaluation *out)
{
    const double degrees = 57.29577951308232;
    struct loss_force force = trainer_force(t);
    bool free_points = t->point_of != NULL;
    struct sample all = { t->pool_row, t->pool, t->pool };
    struct head rule = trainer_rule_of(t, &force, &all);
    struct metric train = trainer_measure(t, t->pool_row, t->pool, &force, &rule, NULL);
    struct metric test = measure_range(t, t->data->train, free_points ? 0 : t->data->test, &force, &rule);
    struct head rows = trainer_class_rows(t, &force, &rule, &all);
    double inter, gap;
    metric_gaps(&rows, &inter, &gap);
    if (verified && trainer_recognise(t) != STATUS_OK)
        return STATUS_FAILED;
    *out = (struct evaluation){ .train_loss = metric_loss(&train),
        .test_loss = metric_loss(&test),
        .train_accuracy = metric_accuracy(&train),
        .test_accuracy = metric_accuracy(&test),
        .margin_accuracy = metric_margin(&train, force.loss),
        .intra_angle_deg = degrees * metric_own_angle(test.n ? &test : &train),
        .inter_angle_deg = degrees * inter,
        .min_gap_deg = degrees * gap };
    put_recognition(verified ? &t->recognition : NULL, out);
    return STATUS_OK;
}
