/* check.h - what every test includes: cmocka, and a comparison of doubles that NaN cannot pass. */
#ifndef TESTS_SUPPORT_CHECK_H
#define TESTS_SUPPORT_CHECK_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#include <cmocka.h>

#define assert_close(got, want, tolerance) check_close((got), (want), (tolerance), __FILE__, __LINE__)

static inline void check_close(double got, double want, double tolerance, const char *file, int line)
{
    if (!(fabs(got - want) <= tolerance * (1 + fabs(want)))) {
        print_error("%s:%d: got %.17g, want %.17g (tolerance %g)\n", file, line, got, want, tolerance);
        fail();
    }
}

#endif
