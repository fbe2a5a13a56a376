/* The loops of convolutions for every kind of vectors that this processor has, beside plain sums. */
#include "math/convolve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/rng.h"
#include "tests/support/check.h"

enum { MOST = 1 << 15, ALIGN = 64 };

struct shape {
    int rows, columns, channels, kernel, pool, filters; /* pool: 1 or 2 wide */
};

struct rig {
    struct window w;
    float *frame, *weight, *d, *out, *filter, *d_frame;
    uint32_t *start, *pick;
    int picture; /* numbers of the frame without what is to spare */
};

static float *numbers(struct rng *rng, size_t n)
{
    float *x = aligned_alloc(ALIGN, MOST * sizeof *x);
    assert_non_null(x);
    assert_true(n <= MOST);
    memset(x, 0, MOST * sizeof *x);
    for (size_t i = 0; rng && i < n; i++)
        x[i] = (float)rng_normal(rng);
    return x;
}

static void rig_make(struct rig *rig, const struct shape *s)
{
    struct rng rng;
    int height = (s->rows - s->kernel + 1) / s->pool, width = (s->columns - s->kernel + 1) / s->pool;
    rng_init(&rng, 5, RNG_SAMPLE);
    rig->w = (struct window){ .cells = height * width,
        .pool = s->pool * s->pool,
        .kernel = s->kernel,
        .run = s->kernel * s->channels,
        .wide = s->columns * s->channels,
        .filters = s->filters };
    rig->picture = s->rows * rig->w.wide;
    rig->frame = numbers(&rng, (size_t)rig->picture);
    rig->weight = numbers(&rng, (size_t)(s->kernel * rig->w.run * s->filters));
    rig->d = numbers(&rng, (size_t)(rig->w.cells * s->filters));
    rig->out = numbers(NULL, 0);
    rig->filter = numbers(NULL, 0);
    rig->d_frame = numbers(NULL, 0);
    rig->start = calloc(MOST, sizeof *rig->start);
    rig->pick = calloc(MOST, sizeof *rig->pick);
    assert_true(rig->start && rig->pick);
    rig->w.start = rig->start;
    for (int cell = 0, at = 0; cell < rig->w.cells; cell++)
        for (int i = 0; i < rig->w.pool; i++)
            rig->start[at++] = (uint32_t)((cell / width * s->pool + i / s->pool) * rig->w.wide +
                                          (cell % width * s->pool + i % s->pool) * s->channels);
}

static void rig_clear(struct rig *rig)
{
    free(rig->frame);
    free(rig->weight);
    free(rig->d);
    free(rig->out);
    free(rig->filter);
    free(rig->d_frame);
    free(rig->start);
    free(rig->pick);
}

static double plain_sum(const struct rig *rig, int place, int filter)
{
    double sum = 0;
    for (int k = 0; k < rig->w.kernel; k++)
        for (int j = 0; j < rig->w.run; j++)
            sum += (double)rig->frame[(int)rig->start[place] + k * rig->w.wide + j] *
                   (double)rig->weight[(k * rig->w.run + j) * rig->w.filters + filter];
    return sum;
}

/* Numbers of a sum that are rounded one by one. */
static void check_near(const struct convolve *c, double got, double wanted)
{
    if (!(fabs(got - wanted) < 1e-4 * (1 + fabs(wanted))))
        fail_msg("%d lanes: %.7g, not %.7g", c->lanes, got, wanted);
}

static void check_forward(struct rig *rig, const struct convolve *c)
{
    const struct window *w = &rig->w;
    int padded = convolve_padded(c, w->filters);
    memset(rig->filter, 0, MOST * sizeof *rig->filter);
    for (int i = 0; i < w->kernel * w->run; i++)
        memcpy(rig->filter + i * padded, rig->weight + i * w->filters, (size_t)w->filters * sizeof(float));
    rig->out[w->cells * w->filters] = 77;
    c->forward(w, rig->frame, rig->filter, rig->out, rig->pick);
    assert_true(rig->out[w->cells * w->filters] == 77);
    for (int cell = 0; cell < w->cells; cell++)
        for (int f = 0; f < w->filters; f++) {
            double top = -INFINITY, picked = 0;
            for (int i = 0; i < w->pool; i++) {
                double sum = plain_sum(rig, cell * w->pool + i, f);
                top = fmax(top, sum);
                picked = (int)rig->pick[cell * w->filters + f] == i ? sum : picked;
            }
            check_near(c, (double)rig->out[cell * w->filters + f], top);
            check_near(c, picked, top);
        }
}

static void check_back(struct rig *rig, const struct convolve *c)
{
    const struct window *w = &rig->w;
    int padded = convolve_padded(c, w->run), size = w->filters * w->kernel * padded;
    double *want = calloc(MOST, sizeof *want), *pull = calloc(MOST, sizeof *pull);
    const uint32_t *pick = w->pool > 1 ? rig->pick : NULL;
    assert_true(want && pull && size <= MOST);
    memset(rig->filter, 0, MOST * sizeof *rig->filter);
    memset(rig->d_frame, 0, MOST * sizeof *rig->d_frame);
    for (int i = 0; i < w->kernel * w->run * w->filters; i++) {
        int f = i % w->filters, j = i / w->filters % w->run, k = i / w->filters / w->run;
        rig->filter[(f * w->kernel + k) * padded + j] = rig->weight[i];
        for (int cell = 0; cell < w->cells; cell++) {
            int at = cell * w->filters + f, place = cell * w->pool + (pick ? (int)pick[at] : 0);
            int x = (int)rig->start[place] + k * w->wide + j;
            want[i] += (double)rig->d[at] * (double)rig->frame[x];
            pull[x] += (double)rig->d[at] * (double)rig->weight[i];
        }
    }
    c->back_input(w, rig->filter, rig->d, pick, rig->d_frame);
    for (int x = 0; x < rig->picture + CONVOLVE_LANES_MAX; x++)
        check_near(c, (double)rig->d_frame[x], pull[x]);
    memset(rig->filter, 0, MOST * sizeof *rig->filter);
    c->back_weight(w, rig->frame, rig->d, pick, rig->filter);
    for (int i = 0; i < w->kernel * w->run * w->filters; i++) {
        int f = i % w->filters, j = i / w->filters % w->run, k = i / w->filters / w->run;
        check_near(c, (double)rig->filter[(f * w->kernel + k) * padded + j], want[i]);
    }
    free(want);
    free(pull);
}

/* Every number of rows and vectors in a piece, of 4, 8 and 16 lanes; filters that fill no vector. */
static void all_kinds_give_the_plain_sums(void **state)
{
    static const struct shape shapes[] = { { 9, 8, 1, 3, 2, 16 }, { 8, 9, 3, 3, 2, 5 }, { 9, 9, 1, 5, 2, 19 },
        { 10, 8, 16, 5, 2, 32 }, { 8, 8, 16, 3, 2, 48 }, { 8, 8, 24, 3, 1, 7 }, { 9, 8, 2, 4, 2, 3 },
        { 6, 7, 32, 3, 2, 33 }, { 9, 9, 7, 5, 1, 1 }, { 3, 3, 12, 1, 1, 17 }, { 8, 9, 4, 7, 1, 2 },
        { 6, 6, 40, 5, 2, 2 }, { 5, 4, 50, 3, 2, 1 } };
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        struct rig rig;
        rig_make(&rig, &shapes[i]);
        for (int kind = 0; convolve_at(kind); kind++) {
            check_forward(&rig, convolve_at(kind));
            check_back(&rig, convolve_at(kind));
        }
        rig_clear(&rig);
    }
}

/* The last kind is the one every processor has. */
static void kinds_come_widest_first(void **state)
{
    (void)state;
    assert_non_null(convolve_at(0));
    for (int i = 1; convolve_at(i); i++)
        assert_true(convolve_at(i)->lanes < convolve_at(i - 1)->lanes);
    assert_true(convolve_at(0)->lanes <= CONVOLVE_LANES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_kinds_give_the_plain_sums),
        cmocka_unit_test(kinds_come_widest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
