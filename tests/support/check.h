/* check.h - what every test includes: cmocka, whether a sanitizer watches, and a comparison of doubles that NaN cannot
 * pass. */
#ifndef TESTS_SUPPORT_CHECK_H
#define TESTS_SUPPORT_CHECK_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#include <cmocka.h>

/* 1 where a sanitizer watches, which makes a step ten times slower and brings an allocator of its own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define assert_close(got, want, tolerance) check_close((got), (want), (tolerance), __FILE__, __LINE__)

static inline void check_close(double got, double want, double tolerance, const char *file, int line)
{
    if (!(fabs(got - want) <= tolerance * (1 + fabs(want)))) {
        print_error("%s:%d: got %.17g, want %.17g (tolerance %g)\n", file, line, got, want, tolerance);
        fail();
    }
}

#endif
