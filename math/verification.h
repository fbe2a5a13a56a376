/* verification.h - are two samples of the same class, and whose is a sample? Cosine similarity of features.
 * Callable from any thread; the _compute functions allocate while they run. */
#ifndef MATH_VERIFICATION_H
#define MATH_VERIFICATION_H

#include <stdbool.h>
#include <stdint.h>

#include "math/status.h"

enum { VERIFICATION_FARS = 3, VERIFICATION_ALL = 2000000, VERIFICATION_DRAWN = 1000000, ROC_MAX = 768,
    PAIR_BINS = 180, GALLERY_MAX = 128 };

/* One threshold of a ROC: shares of accepted pairs when every similarity >= tau is accepted. */
struct operating_point {
    double far, tar, tau;
};

struct verification {
    long same, different;             /* pairs compared */
    double eer, eer_tau;              /* NaN when one kind of pair is missing; tau: the threshold nearest to it */
    double tar[VERIFICATION_FARS];    /* at FAR 1e-1, 1e-2, 1e-3; NaN below 10/f different pairs */
    struct operating_point roc[ROC_MAX];   /* from accept-all to accept-none; FAR finer towards 0, for a log axis */
    int roc_count;
    float angles[2][PAIR_BINS];       /* shares of the different [0] and the same [1] pairs by angle, 1 degree a bin */
};

/* All pairs of the n samples up to VERIFICATION_ALL, else VERIFICATION_DRAWN of each kind drawn by seed. */
enum status verification_compute(const float *feature, const int *label, int n, int dim, uint64_t seed,
    struct verification *out, struct why *why);

/* The same from given similarities, both ascending. */
void verification_from_scores(const float *same, long same_count, const float *different, long different_count,
    struct verification *out);

/* Rows (n, dim) made unit vectors; shorter than 1e-12: zeros. */
void verification_units(const float *feature, int n, int dim, float *unit);

/* What a threshold accepts: the point of the ROC whose tau is the smallest not below it. */
struct operating_point verification_at(const struct verification *v, double tau);

/* Who is it? Gallery: for each class the mean of u(x) over the first half of its samples; probes: the rest. */
struct identification {
    int identities, probes, strangers;   /* classes in the gallery; strangers: samples of other classes */
    double rank1;                     /* share of probes whose nearest gallery entry is their own */
    double tau;                       /* of the shares below */
    double correct, unknown, wrong;   /* of the probes: rank 1 and accepted; nobody accepted; another accepted */
    double stranger_accepted;         /* share of strangers accepted as somebody; NaN without strangers */
    /* Expectations over all galleries of g of the identities (the probe's own among them), g = 2..identities:
     * every identity more is another chance to be wrong. accept: of strangers, or of probes by an entry not their
     * own where there are no strangers. */
    double rank1_at[GALLERY_MAX + 1], accept_at[GALLERY_MAX + 1];
};

/* `class` labels 0.. of the n samples; strangers (count, dim) may be NULL. Needs two classes with two samples each,
 * else identities is what there are and every share NaN. At most GALLERY_MAX classes enter the gallery. */
enum status identification_compute(const float *feature, const int *label, int n, int dim, const float *stranger,
    int strangers, double tau, struct identification *out, struct why *why);

/* Both at one step of a training: closed = trained classes, open = held-out classes, test samples only. */
struct recognition {
    bool measured;
    long step;                        /* of the training when it was */
    struct verification closed, open;
    struct identification identity;   /* at closed.eer_tau; strangers: the held-out classes */
};

#endif
