/* exponential.h - 2^y in doubles, without a branch or a call, so that a loop of it goes through vectors; exact to
 * 1e-14, and the same bits in any width. In three parts: in a loop of all of them the processor would run out of room
 * for what waits for something. */
#ifndef MATH_EXPONENTIAL_H
#define MATH_EXPONENTIAL_H

#include <stdint.h>
#include <string.h>

#include "math/wide.h"

static const double LOG2_E = 1.4426950408889634;

/* 2^y = 2^k e^(8r) with 8r within half of ln 2, |y| <= 1020. Returns r; the last bits of `whole` are k. */
WITHIN double power_begin(double y, double *whole)
{
    const double eighth_ln2 = 0.08664339756999316, magic = 0x1.8p52; /* adding it rounds to a whole number */
    *whole = y + magic;
    return (y - (*whole - magic)) * eighth_ln2;
}

/* The series of e^r, in pairs: a term after the other would wait for the one before. */
WITHIN double power_series(double r)
{
    double r2 = r * r, r4 = r2 * r2;
    double low = (1 + r) + r2 * (0.5 + r * (1.0 / 6));
    double high = (1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720 + r * (1.0 / 5040));
    return low + r4 * high;
}

WITHIN double power_end(double series, double whole)
{
    uint64_t bits, k;
    series *= series;
    series *= series;
    series *= series;
    memcpy(&k, &whole, sizeof k);
    memcpy(&bits, &series, sizeof bits);
    bits += k << 52; /* into the exponent */
    memcpy(&series, &bits, sizeof series);
    return series;
}

#endif
