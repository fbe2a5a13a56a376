/* verification.h - are two samples of the same class? Cosine similarity of feature pairs, ROC and equal error
 * rate (product.md section 2, "Verification"). Callable from any thread; allocates while it runs. */
#ifndef MATH_VERIFICATION_H
#define MATH_VERIFICATION_H

#include <stdbool.h>
#include <stdint.h>

#include "math/status.h"

enum { VERIFICATION_FARS = 3, VERIFICATION_ALL = 2000000, VERIFICATION_DRAWN = 1000000, ROC_MAX = 512 };

struct verification {
    long same, different;             /* pairs compared */
    double eer;                       /* NaN when one kind of pair is missing */
    double tar[VERIFICATION_FARS];    /* at FAR 1e-1, 1e-2, 1e-3; NaN below 10/f different pairs */
    double roc[ROC_MAX][2];           /* FAR, TAR, from accept-all to accept-none, thinned */
    int roc_count;
};

/* All pairs of the n samples up to VERIFICATION_ALL, else VERIFICATION_DRAWN of each kind drawn by seed. */
enum status verification_compute(const float *feature, const int *label, int n, int dim, uint64_t seed,
    struct verification *out, struct why *why);

/* The same from given similarities, both ascending. */
void verification_from_scores(const float *same, long same_count, const float *different, long different_count,
    struct verification *out);

#endif
