#include "math/metric.h"

#include <math.h>

static double angle_of(double cosine)
{
    return acos(fmin(1, fmax(-1, cosine)));
}

static const double *row(const struct head *head, int at)
{
    return head->weight + (size_t)at * (size_t)head->dim;
}

/* The largest cosine with a row of class j. */
static double class_cosine(const double *x, const struct head *rule, int j, int sub)
{
    double best = -1;
    for (int k = 0; k < sub; k++)
        best = fmax(best, loss_cosine(x, row(rule, j * sub + k), rule->dim));
    return best;
}

static double rival_cosine(const double *x, int own, const struct head *rule, int sub)
{
    double best = -1;
    for (int j = 0; j < rule->classes; j++)
        if (j != own)
            best = fmax(best, class_cosine(x, rule, j, sub));
    return best;
}

/* Every label of a set right: z_j > 0 exactly for those it holds. */
static bool set_right(const double *x, const double *target, const struct head *rule)
{
    for (int j = 0; j < rule->classes; j++) {
        double z = rule->bias ? rule->bias[j] : 0;
        for (int d = 0; d < rule->dim; d++)
            z += row(rule, j)[d] * x[d];
        if ((z > 0) != (target[j] > 0.5))
            return false;
    }
    return true;
}

/* A sample that is judged by its cosines alone: each of them taken once. False where the row wants more. */
static bool add_by_cosine(struct metric *metric, const struct loss_force *force, const double *x, int label,
    const struct head *rule, int *guess)
{
    const struct loss *loss = force->loss;
    int sub = loss_sub(force);
    double best = -2, own = 0, rival = -1;
    if (loss_decision(force) != DECIDE_COSINE || loss->slack || loss->radius == RADIUS_BOTH ||
        loss->bias != BLOCK_NONE)
        return false;
    for (int j = 0; j < rule->classes; j++) {
        double c = class_cosine(x, rule, j, sub);
        if (c > best)
            best = c, *guess = j;
        if (j == label)
            own = c;
        else
            rival = fmax(rival, c);
    }
    if (loss->has_margin)
        metric->met += loss_target(force, own).value > rival;
    metric->own_angle += angle_of(own);
    metric->rival_angle += angle_of(rival);
    return true;
}

static void add_by_score(struct metric *metric, const struct loss_force *force, const double *x, int label,
    const struct head *rule, int *guess)
{
    int sub = loss_sub(force);
    bool own = force->loss->decision != DECIDE_EACH; /* a set has no class of its own */
    *guess = loss_predict(force, x, rule);
    if (force->loss->has_margin)
        metric->met += loss_slack(force, x, label, rule) > 0;
    metric->own_angle += own ? angle_of(class_cosine(x, rule, label, sub)) : (double)NAN;
    metric->rival_angle += own ? angle_of(rival_cosine(x, label, rule, sub)) : (double)NAN;
}

static void add_sample(struct metric *metric, const struct loss_force *force, const struct batch *batch,
    int i, const struct head *rule, int *predicted)
{
    double refined[GROUP_DIM_MAX];
    const double *x = batch->feature + (size_t)i * (size_t)rule->dim;
    int label = batch->label[i];
    if (force->loss->refine) {
        force->loss->refine(force, x, rule, refined);
        x = refined;
    }
    int guess = 0;
    if (!add_by_cosine(metric, force, x, label, rule, &guess))
        add_by_score(metric, force, x, label, rule, &guess);
    if (force->loss->decision == DECIDE_EACH)
        metric->correct += set_right(x, batch->target + (size_t)i * (size_t)rule->classes, rule);
    else
        metric->correct += guess == label;
    if (predicted)
        predicted[i] = guess;
}

void metric_add(struct metric *metric, const struct loss_force *force, const struct batch *batch,
    const struct head *head, const struct head *rule, double *work, int *predicted)
{
    struct grad none = { .work = work };
    int n = batch->n;
    if (n == 0)
        return;
    metric->loss += n * loss_eval(force, batch, head, &none);
    metric->n += n;
    bool decides = rule->weight && force->loss->decision != DECIDE_NOTHING;
    metric->decided += decides ? n : 0;
    for (int i = 0; decides && i < n; i++)
        add_sample(metric, force, batch, i, rule, predicted);
    for (int i = 0; !decides && predicted && i < n; i++)
        predicted[i] = 0;
}

static double mean(const struct metric *metric, double sum)
{
    return metric->decided ? sum / metric->decided : (double)NAN;
}

double metric_loss(const struct metric *metric)
{
    return metric->n ? metric->loss / metric->n : (double)NAN;
}

double metric_accuracy(const struct metric *metric)
{
    return mean(metric, metric->correct);
}

double metric_margin(const struct metric *metric, const struct loss *loss)
{
    return loss->has_margin ? mean(metric, metric->met) : (double)NAN;
}

double metric_own_angle(const struct metric *metric)
{
    return mean(metric, metric->own_angle);
}

double metric_rival_angle(const struct metric *metric)
{
    return mean(metric, metric->rival_angle);
}

void metric_gaps(const struct head *head, double *mean_gap, double *smallest)
{
    *mean_gap = *smallest = NAN;
    if (head->classes < 2)
        return;
    double sum = 0, least = HUGE_VAL;
    for (int j = 0; j < head->classes; j++) {
        double gap = angle_of(rival_cosine(row(head, j), j, head, 1));
        sum += gap;
        least = fmin(least, gap);
    }
    *mean_gap = sum / head->classes;
    *smallest = least;
}

static void swap(double *a, double *b)
{
    double kept = *a;
    *a = *b;
    *b = kept;
}

/* The value at place k of the sorted order, NaN after all others; those before it are no larger and those behind it no
 * smaller afterwards. qsort would ask for memory. */
static double select_place(double *value, int n, int k)
{
    int from = 0, to = n; /* numbers are in front of `to`, NaN behind */
    for (int i = 0; i < to;)
        if (isnan(value[i]))
            swap(&value[i], &value[--to]);
        else
            i++;
    while (k < to && to - from > 1) {
        double pivot = value[from + (to - from) / 2];
        int less = from, more = to;
        for (int i = from; i < more;) {
            if (value[i] < pivot)
                swap(&value[i++], &value[less++]);
            else if (value[i] > pivot)
                swap(&value[i], &value[--more]);
            else
                i++;
        }
        if (k >= less && k < more)
            break;
        from = k < less ? from : more;
        to = k < less ? less : to;
    }
    return value[k];
}

double metric_percentile(double *value, int n, double share)
{
    if (n == 0)
        return NAN;
    double place = share * (n - 1);
    int low = (int)place;
    int high = place > low ? low + 1 : low; /* 0 times a NaN above would be one */
    double below = select_place(value, n, low), above = select_place(value, n, high);
    return below + (place - low) * (above - below);
}
