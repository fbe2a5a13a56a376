/* wide.h - marks plain loops that gain from wide vectors: the compiler makes a second copy for AVX2 and the loader
 * picks one. Both give the same bits, since nothing is reordered or fused. */
#ifndef MATH_WIDE_H
#define MATH_WIDE_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__gnu_linux__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

#endif
