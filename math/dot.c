/* dot.c - scalar products of rows. Short ones are added up one after another; long ones, as of features trained
 * elsewhere, in several sums at once, always the same ones in the same order: the same bits with and without AVX2. */
#include "math/loss_rows.h"
#include "math/wide.h"

/* Four numbers that lie anywhere in an array. */
#define QUAD __attribute__((vector_size(32)))
struct quad {
    double QUAD lane;
} __attribute__((packed, may_alias));

WIDE double dot_long(const double *a, const double *b, int dim)
{
    double QUAD sum0 = { 0 }, sum1 = { 0 };
    int d = 0;
    for (; d + 8 <= dim; d += 8) {
        sum0 += ((const struct quad *)(a + d))->lane * ((const struct quad *)(b + d))->lane;
        sum1 += ((const struct quad *)(a + d + 4))->lane * ((const struct quad *)(b + d + 4))->lane;
    }
    sum0 += sum1;
    double sum = (sum0[0] + sum0[1]) + (sum0[2] + sum0[3]);
    for (; d < dim; d++)
        sum += a[d] * b[d];
    return sum;
}

WIDE double dot_floats(const float *a, const float *b, int dim)
{
    double lane[8] = { 0 }, sum = 0;
    int d = 0;
    for (; d + 8 <= dim; d += 8)
        for (int k = 0; k < 8; k++)
            lane[k] += (double)a[d + k] * (double)b[d + k];
    for (int k = 0; k < 8; k++)
        sum += lane[k];
    for (; d < dim; d++)
        sum += (double)a[d] * (double)b[d];
    return sum;
}
