/* A snapshot: the shown samples, the head that judges them, and all that is told of the step. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/trainer_state.h"

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
        fill_row(
            s, j, rows->weight + (size_t)j * (size_t)t->dim, rows->bias ? rows->bias[shared ? 0 : j] : 0);
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

/* Points changed by hand: not where each of them lies, which is long. */
static const char *points_text(const struct change *change)
{
    if (strcmp(change->key, "move") == 0)
        return strcmp(change->value, "none") == 0 ? "points moved back" : "points moved";
    if (strcmp(change->key, "draw") != 0)
        return NULL;
    const char *end = change->value + strlen(change->value);
    bool put = strchr(change->value, ':'), other = strpbrk(change->value, "=+");
    bool removed = strstr(change->value, "-,") || (end > change->value && end[-1] == '-');
    return put && !other && !removed ? "points drawn" : !put && removed ? "points erased" : "points changed";
}

/* "m 0.30"; a loss by its name. */
static void event_text(const struct experiment *then, const struct change *change, struct event *event)
{
    char *end;
    double value = strtod(change->value, &end);
    bool number = end != change->value && *end == '\0', whole = value == floor(value);
    int p = loss_param_find(experiment_loss(then), change->key);
    const char *points = points_text(change);
    if (points)
        snprintf(event->text, sizeof event->text, "%s", points);
    else if (p >= 0 && experiment_loss(then)->param[p].kind == PARAM_LINEAR && number && event->margin)
        snprintf(event->text, sizeof event->text, "%.23s %.2f", change->key, value);
    else if (number)
        snprintf(event->text, sizeof event->text, whole && fabs(value) < 1e5 ? "%.23s %.0f" : "%.23s %.3g",
            strcmp(change->key, "lr") == 0 ? "η" : change->key, value);
    else if (strcmp(change->key, "loss") == 0)
        snprintf(event->text, sizeof event->text, "%.40s", experiment_loss(then)->label);
    else
        snprintf(event->text, sizeof event->text, "%.23s %.23s", change->key, change->value);
}

/* Numbers as event_text writes them; a loss by its name, a rate nobody set by what it came to. */
static void event_from(
    const struct experiment *then, const struct change *change, const char *before, struct event *event)
{
    char *end;
    double value = strtod(before, &end);
    const struct loss *loss = strcmp(change->key, "loss") == 0 ? loss_find(before) : NULL;
    if (points_text(change))
        return; /* a list is not one value */
    if (loss)
        snprintf(event->from, sizeof event->from, "%.23s", loss->label);
    else if (strcmp(change->key, "lr") == 0 && strcmp(before, "default") == 0)
        snprintf(event->from, sizeof event->from, "%.3g", experiment_rate(then));
    else if (end == before || *end)
        snprintf(event->from, sizeof event->from, "%.23s", before);
    else
        snprintf(event->from, sizeof event->from, event->margin && value != 0 ? "%.2f" : "%.3g", value);
}

static bool one_gesture(const struct trainer *t, int i)
{
    const struct journal *j = &t->journal;
    double near = fmax(60, 0.015 * (double)t->step);
    return i > 0 && strcmp(journal_key(j, i - 1), journal_key(j, i)) == 0 &&
           (double)(journal_step(j, i) - journal_step(j, i - 1)) <= near;
}

/* The loss chosen after the entries from `at` to before `next`. */
static void take_losses(struct experiment *then, const struct journal *j, int at, int next)
{
    for (int i = at; i < next; i++)
        if (strcmp(journal_key(j, i), "loss") == 0)
            experiment_set(then, "loss", journal_value(j, i), NULL);
}

/* Where the gestures begin that are shown, oldest first: the newest EVENT_MAX; a drag counts as one. Writes no text, as the
 * journal of a long lecture has very many entries. */
static int find_gestures(const struct trainer *t, int begin[EVENT_MAX])
{
    int found = 0;
    for (int i = 0; i < t->journal.count; i++)
        if (!one_gesture(t, i))
            begin[found++ % EVENT_MAX] = i;
    return found;
}

/* A gesture with its last value, and with what there was before its first. */
static void fill_event(
    const struct experiment *then, const struct journal *j, int first, int last, struct event *event)
{
    struct change change = journal_change(j, last);
    *event = (struct event){ .step = change.step, .margin = is_margin(then, change.key) };
    event_text(then, &change, event);
    event_from(then, &change, journal_before(j, first), event);
}

/* In order; the journal keeps all. A key like "m" is of the loss chosen at that time. */
static void fill_events(const struct trainer *t, struct snapshot *s)
{
    int begin[EVENT_MAX], found = find_gestures(t, begin);
    struct experiment then = t->experiment;
    then.loss = t->first_loss;
    then.lr = 0; /* as it was before anybody set it */
    s->event_count = found < EVENT_MAX ? found : EVENT_MAX;
    s->events_before = found - s->event_count;
    int at = s->event_count > 0 ? begin[s->events_before % EVENT_MAX] : 0;
    take_losses(&then, &t->journal, 0, at);
    for (int k = 0; k < s->event_count; k++) {
        bool last = k + 1 == s->event_count;
        int next = last ? t->journal.count : begin[(s->events_before + k + 1) % EVENT_MAX];
        take_losses(&then, &t->journal, at, next);
        fill_event(&then, &t->journal, at, next - 1, &s->event[k]);
        at = next;
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
    if (!snapshot_reserve(s, count, t->dim, t->classes, loss_sub(&force), t->data->targets)) {
        t->ahead_ready = false;
        return STATUS_FAILED;
    }
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
    struct metric train = trainer_measure(
        t, t->shown_train.row, t->shown_train.count, &force, &rule, show_train ? &shown : NULL);
    shown.test = true;
    struct metric test =
        trainer_measure(t, t->shown_test.row, t->shown_test.count, &force, &rule, show_test ? &shown : NULL);
    struct head rows = trainer_class_rows(t, &force, &rule, &t->shown_train);
    t->ahead_ready = false;
    fill_numbers(t, s, &rows, &train, &test);
    fill_norms(t, s);
    fill_head(t, s, &rule, &rows);
    fill_links(t, s);
    fill_path(t, s);
    s->recognition = t->recognition;
    s->inputs = t->inputs;
    fill_schedule(t, s);
    fill_events(t, s);
    fill_curve(t, s);
    s->finding = trainer_finding(t);
    s->cures = trainer_cures(t, s->cure);
    trainer_sentence(t, &s->finding, s->coach);
    s->diverged = t->diverged;
    s->diverged_step = t->diverged_step;
    memcpy(s->message, t->message, sizeof s->message);
    return STATUS_OK;
}
