/* Margin losses with many classes, whose sums go through vectors: values beside slow ones, gradients beside differences,
 * with class counts that fill the vectors and that do not. */
#include <math.h>
#include <stdlib.h>

#include "math/loss.h"
#include "math/rng.h"
#include "tests/support/check.h"

enum { N = 5, K = 61, D = 5 };

struct crowd {
    int classes, dim, label[N];
    double feature[N * D], weight[K * D], d_feature[N * D], d_weight[K * D];
};

static void make_crowd(struct crowd *c, int classes, int dim, double length)
{
    struct rng rng;
    rng_init(&rng, 17, RNG_DATA);
    *c = (struct crowd){ .classes = classes, .dim = dim };
    for (int i = 0; i < N; i++)
        c->label[i] = (i * 13 + 2) % classes;
    for (int i = 0; i < N * dim; i++)
        c->feature[i] = length * rng_normal(&rng);
    for (int i = 0; i < classes * dim; i++)
        c->weight[i] = 0.4 * rng_normal(&rng);
}

static double value_of(const struct loss_force *force, struct crowd *c, bool slopes)
{
    double *work = calloc(loss_work(N, c->classes, c->dim), sizeof *work);
    struct grad grad = { .work = work };
    struct batch batch = { .n = N, .feature = c->feature, .label = c->label };
    struct head head = { .classes = c->classes, .dim = c->dim, .weight = c->weight };
    if (slopes) {
        grad.feature = c->d_feature;
        grad.weight = c->d_weight;
    }
    double loss = loss_eval(force, &batch, &head, &grad);
    free(work);
    return loss;
}

/* By the definition, one logit after the other. */
static double slow_value(const struct loss_force *force, const struct crowd *c)
{
    double loss = 0;
    struct head head = { .classes = c->classes, .dim = c->dim, .weight = c->weight };
    for (int i = 0; i < N; i++) {
        const double *x = c->feature + i * c->dim;
        double z[K] = { 0 }, top = -INFINITY, sum = 0;
        for (int j = 0; j < c->classes; j++) {
            z[j] = loss_logit(force, x, c->label[i], &head, j);
            top = fmax(top, z[j]);
        }
        for (int j = 0; j < c->classes; j++)
            sum += exp(z[j] - top);
        loss += (top + log(sum) - z[c->label[i]]) / N;
    }
    return loss;
}

static double misfit(
    const struct loss_force *force, struct crowd *c, double *x, const double *slope, int count)
{
    double error = 0, size = 0;
    for (int i = 0; i < count; i++) {
        double kept = x[i], step = 1e-6 * fmax(1, fabs(kept));
        x[i] = kept + step;
        double up = value_of(force, c, false);
        x[i] = kept - step;
        double difference = (up - value_of(force, c, false)) / (2 * step) - slope[i];
        x[i] = kept;
        error += difference * difference;
        size += slope[i] * slope[i];
    }
    return sqrt(error / fmax(size, 1e-30));
}

static void check_crowd(const char *id, int classes, int dim, double length, double scale)
{
    static struct crowd c;
    struct loss_force force = loss_force_initial(loss_find(id));
    int s = loss_param_find(force.loss, "s");
    if (s >= 0 && scale > 0)
        force.param[s] = scale;
    make_crowd(&c, classes, dim, length);
    double loss = value_of(&force, &c, true), want = slow_value(&force, &c);
    double by_x = misfit(&force, &c, c.feature, c.d_feature, N * dim);
    double by_w = misfit(&force, &c, c.weight, c.d_weight, classes * dim);
    if (!(fabs(loss - want) <= 1e-12 * fmax(1, fabs(want)) && by_x < 1e-5 && by_w < 1e-5))
        fail_msg("%s, %d classes, %d-D: %.15g not %.15g, by x %.1e, by W %.1e", id, classes, dim, loss, want,
            by_x, by_w);
}

static void many_classes_give_what_few_would(void **state)
{
    (void)state;
    const char *const id[] = { "arcface", "cosface", "normface", "modified_softmax", "asoftmax",
        "combined_margin" };
    const int classes[] = { 3, 4, 7, 10, 60, K };
    for (size_t l = 0; l < sizeof id / sizeof id[0]; l++)
        for (size_t k = 0; k < sizeof classes / sizeof classes[0]; k++)
            for (int dim = 2; dim <= D; dim++)
                check_crowd(id[l], classes[k], dim, 4, 0);
}

/* Where e^(-2R) is nothing, logits are taken relative to the largest. */
static void large_radii_stay_exact(void **state)
{
    (void)state;
    check_crowd("arcface", K, 3, 4, 290);
    check_crowd("arcface", K, 3, 4, 310);
    check_crowd("cosface", 10, 2, 4, 2000);
    check_crowd("modified_softmax", K, 3, 400, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_classes_give_what_few_would),
        cmocka_unit_test(large_radii_stay_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
