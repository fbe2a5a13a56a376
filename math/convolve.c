/* convolve.c - the loops of convolve_loops.h for each kind of vectors there is, and the choice among them. The compiler may
 * fuse a product and a sum here (see CMakeLists.txt), as BLAS does: results are the same on the same machine. */
#include "math/convolve.h"

#include <stddef.h>
#include <string.h>

#include "math/wide.h"

enum { POOL = 4, PIECE = 25 }; /* sums of a pool of two by two; most vectors of a piece of a filter */

#if defined(__x86_64__)

#define OWN(name) name##_wide
#define TARGET __attribute__((target("avx512f")))
#define WIDTH 16
#define MANY 1
#include "math/convolve_loops.h"

#define OWN(name) name##_middle
#define TARGET __attribute__((target("avx2,fma")))
#define WIDTH 8
#define MANY 0
#include "math/convolve_loops.h"

#define OWN(name) name##_plain
#define TARGET
#define WIDTH 4
#define MANY 0
#include "math/convolve_loops.h"

const struct convolve *convolve_at(int i)
{
    const struct convolve *kind[4] = { NULL };
    int n = 0;
    if (__builtin_cpu_supports("avx512f"))
        kind[n++] = &loops_wide;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        kind[n++] = &loops_middle;
    kind[n++] = &loops_plain;
    return i < n ? kind[i] : NULL;
}

#else

#define OWN(name) name##_plain
#define TARGET
#define WIDTH 4
#define MANY 1
#include "math/convolve_loops.h"

const struct convolve *convolve_at(int i)
{
    return i == 0 ? &loops_plain : NULL;
}

#endif
