#include "math/verification.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/loss_rows.h"
#include "math/rng.h"

struct pairs {
    const float *same, *different;
    long same_count, different_count;
};

/* One threshold: how many of each kind lie below it. */
struct cut {
    long same, different;
};

/* The next higher threshold: past every score equal to the lowest one not yet below. */
static struct cut next_cut(const struct pairs *p, struct cut at)
{
    float tau = at.same < p->same_count ? p->same[at.same] : p->different[at.different];
    if (at.different < p->different_count && p->different[at.different] < tau)
        tau = p->different[at.different];
    while (at.same < p->same_count && p->same[at.same] <= tau)
        at.same++;
    while (at.different < p->different_count && p->different[at.different] <= tau)
        at.different++;
    return at;
}

static double far_at(const struct pairs *p, struct cut cut)
{
    return 1 - (double)cut.different / (double)p->different_count;
}

static double frr_at(const struct pairs *p, struct cut cut)
{
    return (double)cut.same / (double)p->same_count;
}

/* Linear between the two thresholds around FAR = FRR. */
static double crossing(const struct pairs *p, struct cut before, struct cut after)
{
    double d0 = far_at(p, before) - frr_at(p, before), d1 = far_at(p, after) - frr_at(p, after);
    double share = d0 > d1 ? d0 / (d0 - d1) : 0;
    return far_at(p, before) + share * (far_at(p, after) - far_at(p, before));
}

/* Log of a rate, for spacing: rates below 1e-6 are one place. */
static double decades(double rate)
{
    return log10(fmax(rate, 1e-6));
}

/* Points nearer than a pixel or so of any plot are left out; 1/300 of TAR and 1/50 of a decade make at most 300 + 300. */
static void add_roc(struct verification *out, const struct pairs *p, struct cut cut, float tau, bool last)
{
    struct operating_point now = { far_at(p, cut), 1 - frr_at(p, cut), (double)tau };
    if (out->roc_count > 0) {
        const struct operating_point *before = &out->roc[out->roc_count - 1];
        bool near =
            fabs(before->tar - now.tar) < 1.0 / 300 && fabs(decades(before->far) - decades(now.far)) < 0.02;
        if (!last && (near || out->roc_count >= ROC_MAX - 1))
            return;
    }
    out->roc[out->roc_count++] = now;
}

static void count_angles(const float *score, long count, float *bin)
{
    for (long i = 0; i < count; i++) {
        double degrees = 57.29577951308232 * acos(fmin(1, fmax(-1, (double)score[i])));
        bin[(int)fmin(PAIR_BINS - 1, degrees)] += 1;
    }
    for (int i = 0; count > 0 && i < PAIR_BINS; i++)
        bin[i] /= (float)count;
}

/* The lowest score that a cut still accepts; above all of them, just above 1. */
static float accepted_from(const struct pairs *p, struct cut cut)
{
    float tau = 1.0000001f;
    if (cut.same < p->same_count)
        tau = p->same[cut.same];
    if (cut.different < p->different_count && p->different[cut.different] < tau)
        tau = p->different[cut.different];
    return tau;
}

void verification_from_scores(const float *same, long same_count, const float *different,
    long different_count, struct verification *out)
{
    static const double fars[VERIFICATION_FARS] = { 1e-1, 1e-2, 1e-3 };
    *out =
        (struct verification){ .same = same_count, .different = different_count, .eer = NAN, .eer_tau = NAN };
    for (int f = 0; f < VERIFICATION_FARS; f++)
        out->tar[f] = NAN;
    count_angles(different, different_count, out->angles[0]);
    count_angles(same, same_count, out->angles[1]);
    if (same_count == 0 || different_count == 0)
        return;
    struct pairs p = { same, different, same_count, different_count };
    struct cut at = { 0, 0 };
    add_roc(out, &p, at, accepted_from(&p, at), false);
    while (at.same < same_count || at.different < different_count) {
        struct cut next = next_cut(&p, at);
        if (isnan(out->eer) && far_at(&p, next) <= frr_at(&p, next)) {
            out->eer = crossing(&p, at, next);
            out->eer_tau = (double)accepted_from(&p, next);
        }
        for (int f = 0; f < VERIFICATION_FARS; f++)
            if (isnan(out->tar[f]) && (double)different_count >= 10 / fars[f] && far_at(&p, next) <= fars[f])
                out->tar[f] = 1 - frr_at(&p, next);
        at = next;
        bool last = at.same == same_count && at.different == different_count;
        add_roc(out, &p, at, accepted_from(&p, at), last);
    }
}

struct operating_point verification_at(const struct verification *v, double tau)
{
    for (int i = 0; i < v->roc_count; i++)
        if (v->roc[i].tau >= tau)
            return v->roc[i];
    return (struct operating_point){
        .far = v->roc_count ? 0 : (double)NAN, .tar = v->roc_count ? 0 : (double)NAN, .tau = tau
    };
}

static float similarity(const float *unit, int i, int j, int dim)
{
    const float *a = unit + (size_t)i * (size_t)dim, *b = unit + (size_t)j * (size_t)dim;
    return (float)dot_floats(a, b, dim);
}

void verification_units(const float *feature, int n, int dim, float *unit)
{
    for (int i = 0; i < n; i++) {
        double square = 0;
        for (int k = 0; k < dim; k++)
            square += (double)feature[(size_t)i * (size_t)dim + (size_t)k] *
                      (double)feature[(size_t)i * (size_t)dim + (size_t)k];
        double scale = square > 1e-24 ? 1 / sqrt(square) : 0;
        for (int k = 0; k < dim; k++)
            unit[(size_t)i * (size_t)dim + (size_t)k] =
                (float)(scale * (double)feature[(size_t)i * (size_t)dim + (size_t)k]);
    }
}

/* Bits that order as the numbers do. */
static uint32_t ordered_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

/* Radix sort, ten or eleven bits at a time: two million similarities in a tenth of qsort's time. Three passes end in
 * `spare`, so the last one is copied back. */
static void sort_scores(float *score, float *spare, long n)
{
    float *from = score, *to = spare;
    for (int shift = 0; shift < 32; shift += 11) {
        long place[2049] = { 0 };
        for (long i = 0; i < n; i++)
            place[((ordered_bits(from[i]) >> shift) & 2047) + 1]++;
        for (int d = 0; d < 2048; d++)
            place[d + 1] += place[d];
        for (long i = 0; i < n; i++)
            to[place[(ordered_bits(from[i]) >> shift) & 2047]++] = from[i];
        float *swap = from;
        from = to;
        to = swap;
    }
    memcpy(score, spare, (size_t)n * sizeof *score);
}

/* Room for scores of both kinds, and for sorting one. */
struct scores {
    float *same, *different, *spare;
    long same_count, different_count;
};

static void add_pair(struct scores *p, const float *unit, const int *label, int i, int j, int dim)
{
    float score = similarity(unit, i, j, dim);
    if (label[i] == label[j])
        p->same[p->same_count++] = score;
    else
        p->different[p->different_count++] = score;
}

static void all_pairs(struct scores *p, const float *unit, const int *label, int n, int dim)
{
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            add_pair(p, unit, label, i, j, dim);
}

/* Draws pairs until both kinds are full; gives up when one kind hardly occurs. */
static void drawn_pairs(struct scores *p, const float *unit, const int *label, int n, int dim, uint64_t seed)
{
    struct rng rng;
    rng_init(&rng, seed, RNG_VERIFY);
    for (long tries = 0; tries < 200L * VERIFICATION_DRAWN; tries++) {
        int i = rng_below(&rng, n), j = rng_below(&rng, n);
        bool same = label[i] == label[j];
        if (i != j && (same ? p->same_count : p->different_count) < VERIFICATION_DRAWN)
            add_pair(p, unit, label, i, j, dim);
        if (p->same_count == VERIFICATION_DRAWN && p->different_count == VERIFICATION_DRAWN)
            return;
    }
}

enum status verification_compute(const float *feature, const int *label, int n, int dim, uint64_t seed,
    struct verification *out, struct why *why)
{
    long all = (long)n * (n - 1) / 2;
    bool draw = all > VERIFICATION_ALL;
    size_t room = ((size_t)(draw ? VERIFICATION_DRAWN : all) + 1) * sizeof(float);
    float *unit = malloc(((size_t)n * (size_t)dim + 1) * sizeof *unit);
    struct scores p = { malloc(room), malloc(room), malloc(room), 0, 0 };
    bool ready = unit && p.same && p.different && p.spare;
    if (ready) {
        verification_units(feature, n, dim, unit);
        if (draw)
            drawn_pairs(&p, unit, label, n, dim, seed);
        else
            all_pairs(&p, unit, label, n, dim);
        sort_scores(p.same, p.spare, p.same_count);
        sort_scores(p.different, p.spare, p.different_count);
        verification_from_scores(p.same, p.same_count, p.different, p.different_count, out);
    }
    free(unit);
    free(p.same);
    free(p.different);
    free(p.spare);
    return ready ? STATUS_OK
                 : why_set(why, STATUS_FAILED, "verification: out of memory; use fewer test samples");
}
