/* network_activation.c - what stands between the layers. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "math/network_layer.h"
#include "math/wide.h"

enum { COLUMNS = 4 * LANES };

/* z = sum + bias stays in `sum`; out = z where positive, else slope * z; without slopes 0. */
WIDE static void bend(float *sum, float *out, const float *bias, const float *slope, int n, int width)
{
    for (int i = 0; i < n; i++, sum += width, out += width)
        for (int j = 0; j < width; j++) {
            float z = sum[j] + bias[j];
            sum[j] = z;
            out[j] = z > 0 ? z : (slope ? slope[j] : 0) * z;
        }
}

/* Columns [from, from + count) of all rows: what they add up to stays in registers. */
WITHIN void bend_columns(float *restrict d, const float *restrict sum, const float *slope, int n, int width,
    int from, int count, float *d_bias, float *d_slope)
{
    float tilt[COLUMNS], bias[COLUMNS] = { 0 }, lean[COLUMNS] = { 0 };
    for (int j = 0; j < count; j++)
        tilt[j] = slope ? slope[from + j] : 0;
    d += from;
    sum += from;
    for (int i = 0; i < n; i++, d += width, sum += width)
        for (int j = 0; j < count; j++) {
            bool up = sum[j] > 0;
            lean[j] += up ? 0 : d[j] * sum[j];
            d[j] = up ? d[j] : tilt[j] * d[j];
            bias[j] += d[j];
        }
    for (int j = 0; j < count; j++) {
        d_bias[from + j] = bias[j];
        if (d_slope)
            d_slope[from + j] = lean[j];
    }
}

WIDE static void bend_back(float *d, const float *sum, const float *out, const float *slope, int n, int width,
    float *d_bias, float *d_slope)
{
    int j = 0;
    (void)out;
    for (; j + COLUMNS <= width; j += COLUMNS)
        bend_columns(d, sum, slope, n, width, j, COLUMNS, d_bias, d_slope);
    if (j < width)
        bend_columns(d, sum, slope, n, width, j, width - j, d_bias, d_slope);
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
    float r2 = r * r; /* in pairs: a term after the other would wait for the one before */
    float high = (1.0f / 24 + r * (1.0f / 120)) + r2 * (1.0f / 720 + r * (1.0f / 5040));
    return power * ((1 + r) + r2 * ((0.5f + r * (1.0f / 6)) + r2 * high));
}

/* tanh z = (1 - e^-2|z|) / (1 + e^-2|z|) with the sign of z; beyond 10 a float is 1. All rows at once: those of small
 * nets are shorter than a vector. */
WIDEST static void squash(float *restrict sum, float *restrict out, const float *restrict bias,
    const float *slope, int n, int width)
{
    size_t rows = (size_t)n, columns = (size_t)width;
    (void)slope;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            sum[i * columns + j] += bias[j];
    for (size_t i = 0; i < rows * columns; i++) {
        float z = sum[i], e = exponential(fabsf(z) < 10 ? -2 * fabsf(z) : -20);
        out[i] = copysignf((1 - e) / (1 + e), z);
    }
}

/* tanh' = 1 - tanh^2 */
WITHIN void squash_columns(
    float *restrict d, const float *restrict out, int n, int width, int from, int count, float *d_bias)
{
    float bias[LANES] = { 0 };
    d += from;
    out += from;
    for (int i = 0; i < n; i++, d += width, out += width)
        for (int j = 0; j < count; j++) {
            d[j] *= 1 - out[j] * out[j];
            bias[j] += d[j];
        }
    for (int j = 0; j < count; j++)
        d_bias[from + j] = bias[j];
}

WIDE static void squash_back(float *d, const float *sum, const float *out, const float *slope, int n,
    int width, float *d_bias, float *d_slope)
{
    int j = 0;
    (void)sum, (void)slope, (void)d_slope;
    for (; j + LANES <= width; j += LANES)
        squash_columns(d, out, n, width, j, LANES, d_bias);
    if (j < width)
        squash_columns(d, out, n, width, j, width - j, d_bias);
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
