#include "render/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUS "\u2212"
#define THIN_SPACE "\u2009"
#define EN_DASH "\u2013"

static const double PI = 3.14159265358979323846;

const char *number_count(long n, char *out, int size)
{
    char digits[32], grouped[96];
    int count = snprintf(digits, sizeof digits, "%lu", n < 0 ? 0UL - (unsigned long)n : (unsigned long)n);
    int at = 0;
    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            at += snprintf(grouped + at, sizeof grouped - (size_t)at, THIN_SPACE);
        grouped[at++] = digits[i];
    }
    grouped[at] = '\0';
    snprintf(out, (size_t)size, "%s%s", n < 0 ? MINUS : "", grouped);
    return out;
}

/* The sign is a true minus, and zero has none: -0.04 to one decimal is 0.0. */
static const char *signed_text(double v, const char *magnitude, const char *unit, char *out, int size)
{
    bool zero = strspn(magnitude, "0.") == strlen(magnitude);
    snprintf(out, (size_t)size, "%s%s%s", v < 0 && !zero ? MINUS : "", magnitude, unit);
    return out;
}

static const char *with_unit(double v, int decimals, const char *unit, char *out, int size)
{
    if (isnan(v)) {
        snprintf(out, (size_t)size, EN_DASH);
        return out;
    }
    char magnitude[64];
    if (isinf(v))
        snprintf(magnitude, sizeof magnitude, "\u221e");
    else if (fabs(v) < 1e15)
        snprintf(magnitude, sizeof magnitude, "%.*f", decimals < 15 ? decimals : 15, fabs(v));
    else
        snprintf(magnitude, sizeof magnitude, "%.3g", fabs(v));
    return signed_text(v, magnitude, unit, out, size);
}

const char *number_fixed(double v, int decimals, char *out, int size)
{
    return with_unit(v, decimals, "", out, size);
}

const char *number_degrees(double rad, char *out, int size)
{
    return with_unit(rad * 180 / PI, 1, "\u00b0", out, size);
}

const char *number_percent(double share, char *out, int size)
{
    return with_unit(share * 100, 1, "%", out, size);
}

static void drop_trailing_zeros(char *digits)
{
    char *point = strchr(digits, '.');
    if (!point)
        return;
    char *end = digits + strlen(digits);
    while (end[-1] == '0')
        *--end = '\0';
    if (end[-1] == '.')
        *--end = '\0';
}

/* 8e-4 with a true minus in the exponent too. */
static void scientific(double v, char *out, size_t size)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%.2e", v);
    char *e = strchr(digits, 'e');
    int exponent = atoi(e + 1);
    *e = '\0';
    drop_trailing_zeros(digits);
    snprintf(out, size, "%se%s%d", digits, exponent < 0 ? MINUS : "", abs(exponent));
}

const char *number_short(double v, char *out, int size)
{
    double a = fabs(v);
    if (!isfinite(v) || a == 0)
        return with_unit(v, 0, "", out, size);
    char magnitude[64];
    if (a < 0.00995 || a >= 99950) {
        scientific(a, magnitude, sizeof magnitude);
    } else if (a >= 999.5) {
        number_count(lround(a), magnitude, sizeof magnitude);
    } else {
        int decimals = a < 0.9995 ? 3 : a < 9.995 ? 2 : a < 99.95 ? 1 : 0;
        if (a < 0.09995)
            decimals = 4;
        snprintf(magnitude, sizeof magnitude, "%.*f", decimals, a);
        drop_trailing_zeros(magnitude);
    }
    return signed_text(v, magnitude, "", out, size);
}
