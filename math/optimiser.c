#include "math/optimiser.h"

#include <math.h>

#include "math/wide.h"

/* Kingma, Ba 2015. */
static const double beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-8;

WIDE static void apply_sgd(
    const struct update *u, const float *from, const float *grad, struct moments m, size_t n, float *to)
{
    (void)m;
    float rate = (float)(u->lr * u->scale), keep = (float)(1 - u->lr * u->decay);
    for (size_t i = 0; i < n; i++)
        to[i] = keep * from[i] - rate * grad[i];
}

/* v = momentum v + g; to = from - lr v (Sutskever's form without the factor, as in PyTorch). */
WIDE static void apply_momentum(
    const struct update *u, const float *from, const float *grad, struct moments m, size_t n, float *to)
{
    float rate = (float)u->lr, beta = (float)u->momentum, scale = (float)u->scale, decay = (float)u->decay;
    for (size_t i = 0; i < n; i++) {
        m.first[i] = beta * m.first[i] + scale * grad[i] + decay * from[i];
        to[i] = from[i] - rate * m.first[i];
    }
}

/* Both bias corrections are folded into the rate and epsilon. */
WIDE static void apply_adam(
    const struct update *u, const float *from, const float *grad, struct moments m, size_t n, float *to)
{
    double root = sqrt(1 - pow(beta_2, (double)u->age));
    float rate = (float)(u->lr * root / (1 - pow(beta_1, (double)u->age))), floor_v = (float)(epsilon * root);
    float keep = (float)(1 - u->lr * u->decay), scale = (float)u->scale;
    float b1 = (float)beta_1, b2 = (float)beta_2, c1 = (float)(1 - beta_1), c2 = (float)(1 - beta_2);
    for (size_t i = 0; i < n; i++) {
        float g = scale * grad[i];
        float first = b1 * m.first[i] + c1 * g;
        float second = b2 * m.second[i] + c2 * g * g;
        m.first[i] = first;
        m.second[i] = second;
        to[i] = keep * from[i] - rate * first / (sqrtf(second) + floor_v);
    }
}

static void (*const apply[OPTIMISER_COUNT])(
    const struct update *, const float *, const float *, struct moments, size_t, float *) = {
    [OPTIMISER_SGD] = apply_sgd,
    [OPTIMISER_MOMENTUM] = apply_momentum,
    [OPTIMISER_ADAM] = apply_adam,
};

void optimiser_apply(const struct update *update, const float *from, const float *grad,
    struct moments moments, size_t n, float *to)
{
    apply[update->kind](update, from, grad, moments, n, to);
}

/* Four sums in lanes, emptied before their rounding shows. */
WIDE double square_sum(const float *x, size_t n)
{
    enum { SUMS = 4, STEP = SUMS * LANES, BLOCK = 4096 };
    double total = 0;
    size_t i = 0;
    while (i + STEP <= n) {
        FLOATS sum[SUMS] = { 0 };
        size_t end = i + BLOCK < n ? i + BLOCK : n;
        for (; i + STEP <= end; i += STEP)
            for (int q = 0; q < SUMS; q++) {
                FLOATS part = ((const struct floats *)(x + i + (size_t)(q * LANES)))->lane;
                sum[q] += part * part;
            }
        for (int q = 0; q < SUMS; q++)
            for (int j = 0; j < LANES; j++)
                total += (double)sum[q][j];
    }
    for (; i < n; i++)
        total += (double)x[i] * (double)x[i];
    return total;
}
