#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/trainer_state.h"
#include "math/verification.h"

/* Where shown samples go besides the sums. */
struct shown {
    struct snapshot *out;
    int at;
    bool test;
};

static void show_chunk(
    struct trainer *t, struct shown *shown, const int *row, const float *feature, const int *predicted, int n)
{
    struct snapshot *s = shown->out;
    size_t dim = (size_t)t->dim;
    memcpy(s->feature + (size_t)shown->at * dim, feature, (size_t)n * dim * sizeof *feature);
    for (int i = 0; i < n; i++) {
        const float *x = feature + (size_t)i * dim;
        double square = 0;
        for (size_t k = 0; k < dim; k++)
            square += (double)x[k] * (double)x[k];
        t->norm[shown->at + i] = sqrt(square);
        s->label[shown->at + i] = t->data->label[row[i]];
        s->predicted[shown->at + i] = predicted[i];
        s->row[shown->at + i] = row[i];
        s->test[shown->at + i] = shown->test;
    }
    shown->at += n;
}

/* Sums over `count` data rows, all taken at the values in force; `shown` may be NULL. */
static struct metric measure(
    struct trainer *t, const int *row, int count, const struct loss_force *force, struct shown *shown)
{
    struct metric metric = { 0 };
    struct head head = trainer_head(t);
    int predicted[CHUNK];
    for (int done = 0; done < count; done += CHUNK) {
        int n = count - done < CHUNK ? count - done : CHUNK;
        const float *feature = trainer_chunk(t, row + done, n);
        for (size_t i = 0; i < (size_t)n * (size_t)t->dim; i++)
            t->chunk_double[i] = (double)feature[i];
        for (int i = 0; i < n; i++)
            t->chunk_label[i] = t->data->label[row[done + i]];
        struct batch batch = { .n = n, .feature = t->chunk_double, .label = t->chunk_label };
        metric_add(&metric, force, &batch, &head, &head, t->chunk_loss_work, predicted);
        if (shown)
            show_chunk(t, shown, row + done, feature, predicted, n);
    }
    return metric;
}

static void fill_norms(struct trainer *t, struct snapshot *s)
{
    s->norm_median = metric_percentile(t->norm, s->count, 0.5);
    s->norm_p99 = metric_percentile(t->norm, s->count, 0.99);
}

static void fill_head(struct trainer *t, struct snapshot *s)
{
    memcpy(s->weight, t->weight, t->head_size * sizeof *s->weight);
    for (int j = 0; j < t->classes; j++)
        s->bias[j] = experiment_loss(&t->experiment)->has_bias ? t->bias[j] : 0;
}

static void fill_schedule(const struct trainer *t, struct snapshot *s)
{
    struct schedule_state state = schedule_state(&t->schedule, &t->experiment, t->step);
    s->warmup_step = state.warmup_step;
    s->warmup_length = state.warmup_length;
    s->ramp_step = state.ramp_step;
    s->ramp_length = state.ramp_length;
    s->annealing = state.annealing;
}

static bool is_margin(const struct experiment *e, const char *key)
{
    const char *dot = strchr(key, '.');
    const struct loss *loss = experiment_loss(e);
    if (dot)
        return false;
    int p = loss_param_find(loss, key);
    return p >= 0 && loss->param[p].role == ROLE_MARGIN;
}

/* "m 0.30"; a loss by its name. */
static void event_text(const struct experiment *then, const struct change *change, struct event *event)
{
    char *end;
    double value = strtod(change->value, &end);
    bool number = end != change->value && *end == '\0', whole = value == floor(value);
    int p = loss_param_find(experiment_loss(then), change->key);
    if (p >= 0 && experiment_loss(then)->param[p].kind == PARAM_LINEAR && number && event->margin)
        snprintf(event->text, sizeof event->text, "%.23s %.2f", change->key, value);
    else if (number)
        snprintf(event->text, sizeof event->text, whole && fabs(value) < 1e5 ? "%.23s %.0f" : "%.23s %.3g",
            strcmp(change->key, "lr") == 0 ? "η" : change->key, value);
    else if (strcmp(change->key, "loss") == 0)
        snprintf(event->text, sizeof event->text, "%.40s", experiment_loss(then)->label);
    else
        snprintf(event->text, sizeof event->text, "%.23s %.23s", change->key, change->value);
}

static bool one_gesture(const struct trainer *t, const struct change *before, const struct change *now)
{
    double near = fmax(60, 0.015 * (double)t->step);
    return before && strcmp(before->key, now->key) == 0 && (double)(now->step - before->step) <= near;
}

/* The newest EVENT_MAX changes, in order; a drag counts as one, with its last value. The journal keeps all. A key
 * like "m" is of the loss chosen at that time. */
static void fill_events(const struct trainer *t, struct snapshot *s)
{
    struct experiment then = t->experiment;
    then.loss = t->first_loss;
    s->event_count = 0;
    for (int i = 0; i < t->change_count; i++) {
        const struct change *change = &t->change[i];
        if (strcmp(change->key, "loss") == 0)
            experiment_set(&then, "loss", change->value, NULL);
        if (s->event_count > 0 && one_gesture(t, i > 0 ? &t->change[i - 1] : NULL, change))
            s->event_count--;
        if (s->event_count == EVENT_MAX)
            memmove(s->event, s->event + 1, (size_t)--s->event_count * sizeof *s->event);
        struct event *event = &s->event[s->event_count++];
        *event = (struct event){ .step = change->step, .margin = is_margin(&then, change->key) };
        event_text(&then, change, event);
    }
}

static void fill_curve(struct trainer *t, struct snapshot *s)
{
    struct curve_point *point = trainer_curve_point(t);
    point->train_loss = (float)s->train_loss;
    point->test_loss = (float)s->test_loss;
    point->train_accuracy = (float)s->train_accuracy;
    point->test_accuracy = (float)s->test_accuracy;
    point->margin_accuracy = (float)s->margin_accuracy;
    memcpy(s->curve, t->curve, (size_t)t->curve_count * sizeof *s->curve);
    s->curve_count = t->curve_count;
}

static void fill_numbers(
    struct trainer *t, struct snapshot *s, const struct metric *train, const struct metric *test)
{
    const struct metric *angles = test->n ? test : train;
    struct metric shown = { .n = 0 };
    struct head head = trainer_head(t);
    s->train_n = train->n;
    s->test_n = test->n;
    s->train_loss = metric_loss(train);
    s->test_loss = metric_loss(test);
    s->train_accuracy = metric_accuracy(train);
    s->test_accuracy = metric_accuracy(test);
    s->margin_accuracy = metric_margin(train, s->force.loss);
    s->intra_angle = metric_own_angle(angles);
    metric_gaps(&head, &s->inter_angle, &s->min_gap);
    for (int part = 0; part < 2; part++) {
        const struct metric *m = part ? test : train;
        if (t->experiment.split == SPLIT_BOTH || (t->experiment.split == SPLIT_TEST) == (part == 1)) {
            shown.n += m->n;
            shown.decided += m->decided;
            shown.own_angle += m->own_angle;
            shown.rival_angle += m->rival_angle;
        }
    }
    s->own_angle_mean = metric_own_angle(&shown);
    s->rival_angle_mean = metric_rival_angle(&shown);
}

enum status trainer_snapshot(struct trainer *t, struct snapshot *s)
{
    bool show_train = t->experiment.split != SPLIT_TEST, show_test = t->experiment.split != SPLIT_TRAIN;
    int count = (show_train ? t->shown_train.count : 0) + (show_test ? t->shown_test.count : 0);
    if (!snapshot_reserve(s, count, t->dim, t->classes, 1, 0))
        return STATUS_FAILED;
    s->step = t->step;
    s->epoch = trainer_epoch(t);
    s->experiment = t->experiment;
    s->force = trainer_force(t);
    s->dim = t->dim;
    s->classes = t->classes;
    s->count = count;
    snprintf(s->data_name, sizeof s->data_name, "%s", t->data->name);
    for (int j = 0; j < t->classes && j < SNAPSHOT_NAMES; j++)
        snprintf(s->class_name[j], sizeof s->class_name[j], "%.*s", SNAPSHOT_NAME_TEXT - 1,
            t->data->class_name[j]);
    s->train_size = t->pool;
    s->test_size = t->point_of ? 0 : t->data->test;
    s->width = t->data->width;
    s->height = t->data->height;
    struct shown shown = { .out = s };
    struct metric train =
        measure(t, t->shown_train.row, t->shown_train.count, &s->force, show_train ? &shown : NULL);
    shown.test = true;
    struct metric test =
        measure(t, t->shown_test.row, t->shown_test.count, &s->force, show_test ? &shown : NULL);
    fill_numbers(t, s, &train, &test);
    fill_norms(t, s);
    fill_head(t, s);
    fill_schedule(t, s);
    fill_events(t, s);
    fill_curve(t, s);
    s->diverged = t->diverged;
    s->diverged_step = t->diverged_step;
    memcpy(s->message, t->message, sizeof s->message);
    return STATUS_OK;
}

/* All test or hold-out rows compared with each other. */
static enum status verify(struct trainer *t, int from, int n, double *eer)
{
    struct verification result = { .eer = NAN };
    float *feature = malloc(((size_t)n * (size_t)t->dim + 1) * sizeof *feature);
    if (!feature)
        return STATUS_FAILED;
    trainer_features(t, from, n, feature, NULL);
    enum status status = n == 0 ? STATUS_OK
                                : verification_compute(feature, t->data->label + from, n, t->dim,
                                      t->experiment.seed, &result, NULL);
    free(feature);
    *eer = result.eer;
    return status;
}

static struct metric measure_range(struct trainer *t, int from, int n, const struct loss_force *force)
{
    struct metric sum = { 0 };
    for (int done = 0; done < n; done += CHUNK) {
        int part = n - done < CHUNK ? n - done : CHUNK;
        for (int i = 0; i < part; i++)
            t->chunk_row[i] = from + done + i;
        struct metric m = measure(t, t->chunk_row, part, force, NULL);
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

enum status trainer_evaluate(struct trainer *t, bool verified, struct evaluation *out)
{
    const double degrees = 57.29577951308232;
    struct loss_force force = trainer_force(t);
    bool free_points = t->point_of != NULL;
    struct metric train = measure(t, t->pool_row, t->pool, &force, NULL);
    struct metric test = measure_range(t, t->data->train, free_points ? 0 : t->data->test, &force);
    struct head head = trainer_head(t);
    double inter, gap, eer = NAN, eer_open = NAN;
    metric_gaps(&head, &inter, &gap);
    if (verified && !free_points) {
        enum status status = verify(t, t->data->train, t->data->test, &eer);
        if (status == STATUS_OK)
            status = verify(t, t->data->train + t->data->test, t->data->holdout, &eer_open);
        if (status != STATUS_OK)
            return status;
    }
    *out = (struct evaluation){ .train_loss = metric_loss(&train),
        .test_loss = metric_loss(&test),
        .train_accuracy = metric_accuracy(&train),
        .test_accuracy = metric_accuracy(&test),
        .margin_accuracy = metric_margin(&train, force.loss),
        .intra_angle_deg = degrees * metric_own_angle(test.n ? &test : &train),
        .inter_angle_deg = degrees * inter,
        .min_gap_deg = degrees * gap,
        .eer = eer,
        .eer_open = eer_open };
    return STATUS_OK;
}
