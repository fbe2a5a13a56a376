/* network_activation.c - what stands between the layers. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "math/network_layer.h"
#include "math/wide.h"

static void clear(float *x, int n)
{
    memset(x, 0, (size_t)n * sizeof *x);
}

/* out = sum where positive, else slope * sum; without slopes 0. */
WIDE static void bend(float *sum, float *out, const float *bias, const float *slope, int n, int width)
{
    for (int i = 0; i < n; i++, sum += width, out += width)
        for (int j = 0; j < width; j++) {
            float z = sum[j] + bias[j];
            sum[j] = z;
            out[j] = z > 0 ? z : (slope ? slope[j] : 0) * z;
        }
}

WIDE static void bend_back(float *d, const float *sum, const float *out, const float *slope, int n, int width,
    float *d_bias, float *d_slope)
{
    (void)out;
    clear(d_bias, width);
    if (d_slope)
        clear(d_slope, width);
    for (int i = 0; i < n; i++, d += width, sum += width) {
        if (d_slope)
            for (int j = 0; j < width; j++)
                d_slope[j] += sum[j] > 0 ? 0 : d[j] * sum[j];
        for (int j = 0; j < width; j++) {
            d[j] = sum[j] > 0 ? d[j] : (slope ? slope[j] : 0) * d[j];
            d_bias[j] += d[j];
        }
    }
}

/* e^x for |x| <= 20: 2^k e^r with r within half of ln 2, and the series of e^r up to r^7/7!. No branch and no call, so
 * that it goes through vectors. */
WITHIN float exponential(float x)
{
    const float log2_e = 1.44269504f, ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
    const float magic = 12582912; /* 1.5 * 2^23: adding it rounds to whole numbers */
    float k = x * log2_e + magic - magic, r = x - k * ln2_high - k * ln2_low, power;
    int32_t bits = ((int32_t)k + 127) * (1 << 23);
    memcpy(&power, &bits, sizeof power);
    float series = 1 + r / 7;
    series = 1 + r / 6 * series;
    series = 1 + r / 5 * series;
    series = 1 + r / 4 * series;
    series = 1 + r / 3 * series;
    series = 1 + r / 2 * series;
    return power * (1 + r * series);
}

/* tanh z = (1 - e^-2|z|) / (1 + e^-2|z|) with the sign of z; beyond 10 a float is 1. */
WIDE static void squash(float *sum, float *out, const float *bias, const float *slope, int n, int width)
{
    (void)slope;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < width; j++)
            sum[i * width + j] += bias[j];
    for (int i = 0; i < n * width; i++) {
        float z = fabsf(sum[i]), e = exponential(z < 10 ? -2 * z : -20);
        out[i] = copysignf((1 - e) / (1 + e), sum[i]);
    }
}

/* tanh' = 1 - tanh^2 */
WIDE static void squash_back(float *d, const float *sum, const float *out, const float *slope, int n,
    int width, float *d_bias, float *d_slope)
{
    (void)sum, (void)slope, (void)d_slope;
    clear(d_bias, width);
    for (int i = 0; i < n; i++, d += width, out += width)
        for (int j = 0; j < width; j++) {
            d[j] *= 1 - out[j] * out[j];
            d_bias[j] += d[j];
        }
}

/* clang-format off */
static const struct activation_kind rows[] = {
    [ACTIVATION_PRELU] = { (1 + 0.25 * 0.25) / 2, true,  bend,   bend_back },
    [ACTIVATION_RELU]  = { 0.5,                   false, bend,   bend_back },
    [ACTIVATION_TANH]  = { 1,                     false, squash, squash_back },
};
/* clang-format on */

const struct activation_kind *activation_find(enum activation activation)
{
    assert(activation < sizeof rows / sizeof rows[0]);
    return &rows[activation];
}
