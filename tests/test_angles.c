/* Angles of many samples at once against the plain formulas, one sample at a time. */
#include <math.h>
#include <stdlib.h>

#include "math/rng.h"
#include "render/angles.h"
#include "tests/support/check.h"

enum { SAMPLES = 300, CLASSES = 12, SUB = 3, DIM = 5 };

struct cloud {
    struct snapshot snap;
    float x[SAMPLES * DIM], own[SAMPLES], rival[SAMPLES], angle[SAMPLES];
    int label[SAMPLES], rival_class[SAMPLES];
    double unit[CLASSES * SUB * DIM];
    int sub;
};

static void random_unit(struct rng *rng, double *u, int dim)
{
    double square = 0;
    for (int d = 0; d < dim; d++) {
        u[d] = rng_normal(rng);
        square += u[d] * u[d];
    }
    for (int d = 0; d < dim; d++)
        u[d] /= sqrt(square);
}

/* Of any length, some along a weight or against it, some without length, some that are no number; some strangers. */
static void fill(struct cloud *c, struct rng *rng, int dim, int sub)
{
    int classes = 1 + rng_below(rng, CLASSES), count = 1 + rng_below(rng, SAMPLES);
    c->snap = (struct snapshot){
        .dim = dim, .classes = classes, .count = count, .feature = c->x, .label = c->label
    };
    c->sub = sub;
    for (int r = 0; r < classes * sub; r++)
        random_unit(rng, c->unit + r * dim, dim);
    for (int i = 0; i < count; i++) {
        int kind = rng_below(rng, 6), row = rng_below(rng, classes * sub);
        double length = kind == 0 ? 0 : pow(10, rng_below(rng, 12) - 4.0), own[DIM];
        random_unit(rng, own, dim);
        c->label[i] = rng_below(rng, classes + 2);
        for (int d = 0; d < dim; d++) {
            double way = kind == 1 ? c->unit[row * dim + d] : kind == 2 ? -c->unit[row * dim + d] : own[d];
            c->x[i * dim + d] = (float)(kind == 5 && d == 0 ? NAN : length * way);
        }
    }
}

static double cosine(const struct cloud *c, int i, int row)
{
    int dim = c->snap.dim;
    double along = 0, square = 0;
    for (int d = 0; d < dim; d++) {
        double x = (double)c->x[i * dim + d];
        along += x * c->unit[row * dim + d];
        square += x * x;
    }
    return square == 0 ? 0 : along / sqrt(square);
}

static double class_cosine(const struct cloud *c, int i, int class)
{
    double best = cosine(c, i, class * c->sub);
    for (int r = 1; r < c->sub; r++)
        best = fmax(best, cosine(c, i, class * c->sub + r));
    return best;
}

static double arc(double c)
{
    return acos(fmin(1, fmax(-1, c)));
}

static void check_sample(const struct cloud *c, int i)
{
    int classes = c->snap.classes, label = c->label[i], dim = c->snap.dim;
    double own = label < classes ? class_cosine(c, i, label) : 0, top = -INFINITY;
    const float *x = c->x + i * dim;
    for (int j = 0; j < classes; j++)
        if (j != label)
            top = fmax(top, class_cosine(c, i, j));
    assert_close((double)c->own[i], arc(own), 1e-6);
    assert_int_equal(c->rival_class[i] >= 0, isfinite(top));
    assert_int_equal(isnan(c->rival[i]), !isfinite(top));
    assert_close((double)c->angle[i],
        hypot((double)x[0], (double)x[1]) > 0 ? atan2((double)x[1], (double)x[0]) : 0, 1e-6);
    if (!isfinite(top))
        return;
    assert_close((double)c->rival[i], arc(top), 1e-6);
    assert_close(class_cosine(c, i, c->rival_class[i]), top, 1e-12);
    assert_int_not_equal(c->rival_class[i], label);
}

static void angles_are_those_of_one_sample_at_a_time(void **state)
{
    static struct cloud c;
    struct rng rng;
    (void)state;
    rng_init(&rng, 5, RNG_DATA);
    for (int trial = 0; trial < 240; trial++) {
        fill(&c, &rng, 2 + trial % (DIM - 1), 1 + trial % SUB);
        angles_measure(&c.snap, c.unit, c.sub, c.own, c.rival, c.rival_class, c.angle);
        for (int i = 0; i < c.snap.count; i++)
            if (isnan(c.x[i * c.snap.dim]))
                assert_true(c.rival_class[i] == -1 && isnan(c.rival[i]) && isnan(c.angle[i]));
            else
                check_sample(&c, i);
    }
}

static void one_number_has_no_direction(void **state)
{
    float x[2] = { 3, -2 }, own[2], rival[2], angle[2];
    int label[2] = { 0, 0 }, rival_class[2];
    double unit[2] = { 1, -1 };
    struct snapshot snap = { .dim = 1, .classes = 2, .count = 2, .feature = x, .label = label };
    (void)state;
    angles_measure(&snap, unit, 1, own, rival, rival_class, angle);
    assert_true(isnan(angle[0]) && isnan(angle[1]));
    assert_close((double)own[0], 0, 1e-7);
    assert_close((double)own[1], acos(-1), 1e-6);
    assert_close((double)rival[1], 0, 1e-7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(angles_are_those_of_one_sample_at_a_time),
        cmocka_unit_test(one_number_has_no_direction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
