/* Whose is a sample? A gallery of class means, probes against it, and what one identity more does. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/verification.h"

/* Means of u(x) over the first half of each class (at least one sample), as unit vectors; a class with fewer than
 * two samples has no entry and no probes. first[class]: samples that belong to the gallery. */
struct gallery {
    int classes, entries, dim;
    int *size, *first, *seen; /* (classes) */
    double *mean; /* (classes, dim) */
    double *score; /* (classes) of one probe */
};

static bool gallery_room(struct gallery *g)
{
    size_t classes = (size_t)g->classes + 1;
    g->size = calloc(classes, sizeof *g->size);
    g->first = calloc(classes, sizeof *g->first);
    g->seen = calloc(classes, sizeof *g->seen);
    g->mean = calloc(classes * (size_t)g->dim, sizeof *g->mean);
    g->score = calloc(classes, sizeof *g->score);
    return g->size && g->first && g->seen && g->mean && g->score;
}

static void gallery_clear(struct gallery *g)
{
    free(g->size);
    free(g->first);
    free(g->seen);
    free(g->mean);
    free(g->score);
}

static bool in_gallery(struct gallery *g, int label)
{
    return label < g->classes && g->seen[label]++ < g->first[label];
}

static void gallery_fill(struct gallery *g, const float *unit, const int *label, int n)
{
    size_t dim = (size_t)g->dim;
    for (int i = 0; i < n; i++)
        if (label[i] < g->classes)
            g->size[label[i]]++;
    for (int j = 0; j < g->classes; j++) {
        g->first[j] = g->size[j] / 2;
        g->entries += g->first[j] > 0;
    }
    for (int i = 0; i < n; i++)
        if (in_gallery(g, label[i]))
            for (size_t k = 0; k < dim; k++)
                g->mean[(size_t)label[i] * dim + k] += (double)unit[(size_t)i * dim + k];
    for (int j = 0; j < g->classes; j++) {
        double *mean = g->mean + (size_t)j * dim, square = 0;
        for (size_t k = 0; k < dim; k++)
            square += mean[k] * mean[k];
        for (size_t k = 0; k < dim; k++)
            mean[k] = square > 1e-24 ? mean[k] / sqrt(square) : 0;
    }
    memset(g->seen, 0, (size_t)g->classes * sizeof *g->seen);
}

static void gallery_score(struct gallery *g, const float *unit)
{
    for (int j = 0; j < g->classes; j++) {
        g->score[j] = 0;
        for (int k = 0; k < g->dim; k++)
            g->score[j] += g->mean[(size_t)j * (size_t)g->dim + (size_t)k] * (double)unit[k];
    }
}

/* Share of the sets of `drawn` out of `all` that hold none of `marked`: C(all - marked, drawn) / C(all, drawn). */
static double none_of(int all, int marked, int drawn)
{
    double share = 1;
    for (int i = 0; i < drawn; i++)
        share *= fmax(0, (double)(all - marked - i)) / (all - i);
    return share;
}

/* Adds one probe of class `own`, or a stranger (own -1). */
static void add_probe(struct identification *out, const struct gallery *g, int own)
{
    int best = -1, above_own = 0, accepted = 0;
    for (int j = 0; j < g->classes; j++) {
        if (g->first[j] == 0)
            continue;
        best = best < 0 || g->score[j] > g->score[best] ? j : best;
        above_own += own >= 0 && j != own && g->score[j] >= g->score[own];
        accepted += j != own && g->score[j] >= out->tau;
    }
    int others = own >= 0 ? g->entries - 1 : g->entries;
    for (int size = 2; size <= g->entries; size++) {
        int drawn = own >= 0 ? size - 1 : size;
        if (own >= 0)
            out->rank1_at[size] += none_of(others, above_own, drawn);
        if (own < 0 || out->strangers == 0)
            out->accept_at[size] += 1 - none_of(others, accepted, drawn);
    }
    if (own < 0) {
        out->stranger_accepted += accepted > 0;
        return;
    }
    out->probes++;
    out->rank1 += above_own == 0;
    if (g->score[best] < out->tau)
        out->unknown++;
    else if (best == own)
        out->correct++;
    else
        out->wrong++;
}

static double share_of(double count, int all)
{
    return all > 0 ? count / all : (double)NAN;
}

static void finish_shares(struct identification *out)
{
    int probes = out->identities > 1 ? out->probes : 0, strangers = out->identities > 1 ? out->strangers : 0;
    out->rank1 = share_of(out->rank1, probes);
    out->correct = share_of(out->correct, probes);
    out->unknown = share_of(out->unknown, probes);
    out->wrong = share_of(out->wrong, probes);
    out->stranger_accepted = share_of(out->stranger_accepted, strangers);
    for (int size = 2; size <= out->identities; size++) {
        out->rank1_at[size] = share_of(out->rank1_at[size], probes);
        out->accept_at[size] = share_of(out->accept_at[size], strangers > 0 ? strangers : probes);
    }
}

enum status identification_compute(const float *feature, const int *label, int n, int dim,
    const float *stranger, int strangers, double tau, struct identification *out, struct why *why)
{
    struct gallery g = { .dim = dim };
    int more = stranger ? strangers : 0;
    for (int i = 0; i < n; i++)
        g.classes = label[i] + 1 > g.classes ? label[i] + 1 : g.classes;
    g.classes = g.classes < GALLERY_MAX ? g.classes : GALLERY_MAX;
    float *unit = malloc(((size_t)(n + more) * (size_t)dim + 1) * sizeof *unit);
    bool ready = gallery_room(&g) && unit;
    *out = (struct identification){ .strangers = more, .tau = tau };
    if (ready) {
        verification_units(feature, n, dim, unit);
        verification_units(stranger, more, dim, unit + (size_t)n * (size_t)dim);
        gallery_fill(&g, unit, label, n);
        out->identities = g.entries;
        for (int i = 0; i < n + more; i++) {
            if (i < n && (label[i] >= g.classes || g.first[label[i]] == 0 || in_gallery(&g, label[i])))
                continue;
            gallery_score(&g, unit + (size_t)i * (size_t)dim);
            add_probe(out, &g, i < n ? label[i] : -1);
        }
        finish_shares(out);
    }
    gallery_clear(&g);
    free(unit);
    return ready ? STATUS_OK
                 : why_set(why, STATUS_FAILED, "verification: out of memory; use fewer test samples");
}
