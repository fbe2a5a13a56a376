#include "math/metric.h"

#include <math.h>
#include <stdlib.h>

static double angle(const double *a, const double *b, int dim)
{
    return acos(fmin(1, fmax(-1, loss_cosine(a, b, dim))));
}

static const double *row(const struct head *head, int class)
{
    return head->weight + (size_t) class * (size_t)head->dim;
}

static double rival_cosine(const double *x, int own, const struct head *head)
{
    double best = -1;
    for (int j = 0; j < head->classes; j++) {
        if (j == own)
            continue;
        double c = loss_cosine(x, row(head, j), head->dim);
        best = c > best ? c : best;
    }
    return best;
}

void metric_add(struct metric *metric, const struct loss_force *force, const double *feature,
    const int *label, int n, const struct head *head, double *work, int *predicted)
{
    struct grad none = { .work = work };
    if (n == 0)
        return;
    metric->loss += n * loss_eval(force, feature, label, n, head, &none);
    metric->n += n;
    for (int i = 0; i < n; i++) {
        const double *x = feature + (size_t)i * (size_t)head->dim;
        int guess = loss_predict(force->loss, x, head);
        metric->correct += guess == label[i];
        if (force->loss->has_margin)
            metric->met += loss_slack(force, x, label[i], head) > 0;
        metric->own_angle += angle(x, row(head, label[i]), head->dim);
        metric->rival_angle += acos(fmin(1, fmax(-1, rival_cosine(x, label[i], head))));
        if (predicted)
            predicted[i] = guess;
    }
}

static double mean(const struct metric *metric, double sum)
{
    return metric->n ? sum / metric->n : (double)NAN;
}

double metric_loss(const struct metric *metric)
{
    return mean(metric, metric->loss);
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
        double gap = acos(fmin(1, fmax(-1, rival_cosine(row(head, j), j, head))));
        sum += gap;
        least = fmin(least, gap);
    }
    *mean_gap = sum / head->classes;
    *smallest = least;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double metric_percentile(double *value, int n, double share)
{
    if (n == 0)
        return NAN;
    qsort(value, (size_t)n, sizeof *value, ascending);
    double place = share * (n - 1);
    int low = (int)place;
    int high = low + 1 < n ? low + 1 : low;
    return value[low] + (place - low) * (value[high] - value[low]);
}
