/* wide.h - marks plain loops that gain from wide vectors: the compiler makes a second copy for AVX2, of the WIDEST a
 * third for AVX-512, and the loader picks one. All give the same bits, since nothing is reordered or fused. */
#ifndef MATH_WIDE_H
#define MATH_WIDE_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__gnu_linux__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(MARGINSCOPE_COVERAGE)
#define WIDE __attribute__((target_clones("avx2", "default")))
#define WIDEST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDE
#define WIDEST
#endif

/* A part of such a loop, compiled with it. */
#ifdef MARGINSCOPE_COVERAGE /* where copies would count as code that did not run */
#define WITHIN static
#else
#define WITHIN static inline __attribute__((always_inline))
#endif

/* LANES floats that add and multiply at once, for sums that have to stay in registers: the compiler keeps no array
 * there. struct floats are those that lie anywhere in an array of floats. */
#if defined(__x86_64__)
enum { LANES = 8 };
#define FLOATS float __attribute__((vector_size(32)))
#else
enum { LANES = 4 };
#define FLOATS float __attribute__((vector_size(16)))
#endif
struct floats {
    FLOATS lane;
} __attribute__((packed, may_alias));

#endif
