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

/* Sums over `count` data rows, all taken at the values in force; `shown` may be NULL. */
static struct metric measure(struct trainer *t, const int *row, int count, const struct loss_force *force,
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

static void fill_norms(struct trainer *t, struct snapshot *s)
{
    s->norm_median = metric_percentile(t->norm, s->count, 0.5);
    s->norm_p99 = metric_percentile(t->norm, s->count, 0.99);
}

static void fill_row(struct snapshot *s, int row, const double *weight, double bias)
{
    for (int k = 0; k < s->dim; k++)
        s->weight[row * s->dim + k] = weight[k];
    s->bias[row] = bias;
}

/* The rule's head, one row a class: what is drawn as class weights. */
static void fill_head(struct trainer *t, struct snapshot *s, const struct head *rule, const struct head *rows)
{
    bool shared = s->force.loss->bias == BLOCK_SHARED_BIAS;
    memset(s->weight, 0, (size_t)(t->classes * t->dim) * sizeof *s->weight);
    memset(s->bias, 0, (size_t)t->classes * sizeof *s->bias);
    for (int j = 0; j < rows->classes; j++)
        fill_row(s, j, rows->weight + (size_t)j * (size_t)t->dim, rows->bias ? rows->bias[shared ? 0 : j] : 0);
    s->means = s->force.loss->weight == BLOCK_NONE;
    s->sub = loss_sub(&s->force);
    if (s->sub > 1)
        memcpy(s->row_weight, rule->weight, (size_t)(t->classes * s->sub * t->dim) * sizeof *s->row_weight);
    s->centers = rule->center != NULL;
    if (s->centers)
        memcpy(s->center, rule->center, (size_t)(t->classes * t->dim) * sizeof *s->center);
    for (int j = 0; j < t->classes; j++)
        s->class_weight[j] = rule->class_weight ? rule->class_weight[j] : 1;
    s->extra_count = rule->extra ? loss_extra(&s->force, t->dim) : 0;
    for (int i = 0; i < s->extra_count && i < SNAPSHOT_EXTRA; i++)
        s->extra[i] = s->extra_count <= SNAPSHOT_EXTRA ? rule->extra[i] : (double)NAN;
}

static struct snapshot_link link_of(const struct trainer *t, int from, int to, bool push)
{
    struct snapshot_link link = { .push = push };
    for (int k = 0; k < t->dim; k++) {
        link.from[k] = (float)t->feature[from * t->dim + k];
        link.to[k] = (float)t->feature[to * t->dim + k];
    }
    return link;
}

/* A pair gives one line, a triplet two. */
static void fill_links(const struct trainer *t, struct snapshot *s)
{
    s->link_count = 0;
    s->rest = t->rest;
    for (int i = 0; t->dim <= 3 && i < t->link_count; i++) {
        const struct link *link = &t->link[i];
        if (link->positive >= 0 && s->link_count < SNAPSHOT_LINKS)
            s->link[s->link_count++] = link_of(t, link->anchor, link->positive, false);
        if (link->negative >= 0 && s->link_count < SNAPSHOT_LINKS)
            s->link[s->link_count++] = link_of(t, link->anchor, link->negative, true);
    }
}

static void fill_path(const struct trainer *t, struct snapshot *s)
{
    memcpy(s->path, t->path, (size_t)t->path_count * sizeof *s->path);
    s->path_count = t->path_count;
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

static void fill_numbers(struct trainer *t, struct snapshot *s, const struct head *rows,
    const struct metric *train, const struct metric *test)
{
    const struct metric *angles = test->n ? test : train;
    struct metric shown = { .n = 0 };
    s->train_n = train->n;
    s->test_n = test->n;
    s->train_loss = metric_loss(train);
    s->test_loss = metric_loss(test);
    s->train_accuracy = metric_accuracy(train);
    s->test_accuracy = metric_accuracy(test);
    s->margin_accuracy = metric_margin(train, s->force.loss);
    s->intra_angle = metric_own_angle(angles);
    metric_gaps(rows, &s->inter_angle, &s->min_gap);
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
    struct loss_force force = trainer_force(t);
    if (!snapshot_reserve(s, count, t->dim, t->classes, loss_sub(&force), t->data->targets))
        return STATUS_FAILED;
    s->step = t->step;
    s->epoch = trainer_epoch(t);
    s->experiment = t->experiment;
    s->force = force;
    s->dim = t->dim;
    s->targets = t->data->targets;
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
    struct head rule = trainer_rule_of(t, &force, &t->shown_train);
    struct shown shown = { .out = s };
    struct metric train = measure(
        t, t->shown_train.row, t->shown_train.count, &force, &rule, show_train ? &shown : NULL);
    shown.test = true;
    struct metric test =
        measure(t, t->shown_test.row, t->shown_test.count, &force, &rule, show_test ? &shown : NULL);
    struct head rows = trainer_class_rows(t, &force, &rule, &t->shown_train);
    fill_numbers(t, s, &rows, &train, &test);
    fill_norms(t, s);
    fill_head(t, s, &rule, &rows);
    fill_links(t, s);
    fill_path(t, s);
    s->recognition = t->recognition;
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

static struct metric measure_range(struct trainer *t, int from, int n, const struct loss_force *force,
    const struct head *rule)
{
    struct metric sum = { 0 };
    int most = chunk_size(t, force->loss);
    for (int done = 0; done < n; done += most) {
        int part = n - done < most ? n - done : most;
        for (int i = 0; i < part; i++)
            t->chunk_row[i] = from + done + i;
        struct metric m = measure(t, t->chunk_row, part, force, rule, NULL);
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
    struct sample all = { t->pool_row, t->pool, t->pool };
    struct head rule = trainer_rule_of(t, &force, &all);
    struct metric train = measure(t, t->pool_row, t->pool, &force, &rule, NULL);
    struct metric test = measure_range(t, t->data->train, free_points ? 0 : t->data->test, &force, &rule);
    struct head rows = trainer_class_rows(t, &force, &rule, &all);
    double inter, gap, eer = NAN, eer_open = NAN;
    metric_gaps(&rows, &inter, &gap);
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
