/* loss_group.c - GroupFace in a small form: a feature is corrected by what a soft vote of latent groups adds to it,
 * and the groups label themselves. */
#include <math.h>
#include <string.h>

#include "math/loss_rows.h"

enum { GROUP_COUNT = ARC_M + 1, GROUP_LAMBDA };

/* head.extra taken apart: votes q = V x + e, corrections A_g x. */
struct group {
    int groups, dim;
    const double *v; /* (groups, dim) */
    const double *e; /* (groups) */
    const double *a; /* (groups, dim, dim) */
};

static struct group group_of(const struct loss_force *force, const struct head *head)
{
    int groups = (int)force->param[GROUP_COUNT], dim = head->dim;
    const double *v = head->extra, *e = v + (size_t)groups * (size_t)dim;
    return (struct group){ .groups = groups, .dim = dim, .v = v, .e = e, .a = e + groups };
}

static const double *matrix_row(const struct group *g, int group, int row)
{
    return g->a + ((size_t)group * (size_t)g->dim + (size_t)row) * (size_t)g->dim;
}

/* p = softmax(V x + e) */
static void vote(const struct group *g, const double *x, double *p)
{
    double top = -INFINITY, sum = 0;
    for (int k = 0; k < g->groups; k++) {
        p[k] = dot(g->v + (size_t)k * (size_t)g->dim, x, g->dim) + g->e[k];
        top = fmax(top, p[k]);
    }
    for (int k = 0; k < g->groups; k++)
        sum += p[k] = exp(p[k] - top);
    for (int k = 0; k < g->groups; k++)
        p[k] /= sum;
}

/* x' = x + sum_g p_g A_g x */
static void correct(const struct group *g, const double *x, const double *p, double *out)
{
    for (int d = 0; d < g->dim; d++) {
        out[d] = x[d];
        for (int k = 0; k < g->groups; k++)
            out[d] += p[k] * dot(matrix_row(g, k, d), x, g->dim);
    }
}

/* The largest of p - base (base NULL: 0), ties to the lowest. */
static int chosen(const double *p, const double *base, int groups)
{
    int best = 0;
    for (int k = 1; k < groups; k++)
        if (p[k] - (base ? base[k] : 0) > p[best] - (base ? base[best] : 0))
            best = k;
    return best;
}

static int refine(const struct loss_force *force, const double *x, const struct head *head, double *out)
{
    struct group g = group_of(force, head);
    double p[GROUP_MAX];
    vote(&g, x, p);
    correct(&g, x, p, out);
    return chosen(p, NULL, g.groups);
}

/* A vote's share beyond the batch's mean is what labels, or one group would soon have all samples. */
static void mean_vote(const struct group *g, const struct batch *batch, double *mean)
{
    double p[GROUP_MAX];
    for (int k = 0; k < g->groups; k++)
        mean[k] = 0;
    for (int i = 0; i < batch->n; i++) {
        vote(g, batch->feature + (size_t)i * (size_t)g->dim, p);
        for (int k = 0; k < g->groups; k++)
            mean[k] += p[k] / batch->n;
    }
}

/* Through x' = x + sum_g p_g A_g x by x and A; dp_g = dx' A_g x. */
static void push_correction(const struct group *g, const double *x, const double *p, const double *push,
    double *dp, double *dx, double *da)
{
    for (int d = 0; dx && d < g->dim; d++)
        dx[d] += push[d];
    for (int k = 0; k < g->groups; k++) {
        dp[k] = 0;
        for (int row = 0; row < g->dim; row++) {
            const double *a = matrix_row(g, k, row);
            dp[k] += push[row] * dot(a, x, g->dim);
            for (int d = 0; dx && d < g->dim; d++)
                dx[d] += p[k] * push[row] * a[d];
            for (int d = 0; da && d < g->dim; d++)
                da[(size_t)(a - g->a) + (size_t)d] += p[k] * push[row] * x[d];
        }
    }
}

/* Through q = V x + e; dq becomes that of p = softmax(q) and of the group's own cross-entropy. */
static void push_vote(const struct group *g, const double *x, const double *dq, double *dx, double *dextra)
{
    for (int k = 0; k < g->groups; k++) {
        size_t at = (size_t)k * (size_t)g->dim;
        for (int d = 0; d < g->dim; d++) {
            if (dx)
                dx[d] += dq[k] * g->v[at + (size_t)d];
            if (dextra)
                dextra[at + (size_t)d] += dq[k] * x[d];
        }
        if (dextra)
            dextra[(size_t)(g->e - g->v) + (size_t)k] += dq[k];
    }
}

/* dq_g = p_g (dp_g - sum_h p_h dp_h) + weight (p_g - [g = own]) */
static void vote_slope(const double *p, const double *dp, int own, double weight, int groups, double *dq)
{
    double mean = dot(p, dp, groups);
    for (int k = 0; k < groups; k++)
        dq[k] = p[k] * (dp[k] - mean) + weight * (p[k] - (k == own));
}

/* One sample: ArcFace on x', plus lambda times the cross-entropy of its own group. */
static double group_sample(struct bench *b, const struct group *g, const double *x, int label,
    const double *mean, double *dx, struct grad *grad)
{
    double p[GROUP_MAX], dp[GROUP_MAX], dq[GROUP_MAX], *refined = b->rest, *push = refined + b->dim;
    double lambda = b->force->param[GROUP_LAMBDA];
    vote(g, x, p);
    correct(g, x, p, refined);
    bench_look(b, refined);
    bench_bend(b, label, arc_target(b->cosine[label], b->force->param));
    double loss = bench_entropy(b, label) / b->n;
    memset(push, 0, (size_t)b->dim * sizeof *push);
    bench_push_feature(b, label, push);
    if (grad->weight)
        bench_push_weight(b, grad->weight);
    int own = chosen(p, mean, g->groups);
    push_correction(g, x, p, push, dp, dx, grad->extra ? grad->extra + (g->a - g->v) : NULL);
    vote_slope(p, dp, own, lambda / b->n, g->groups, dq);
    push_vote(g, x, dq, dx, grad->extra);
    for (int k = 0; k < g->groups; k++)
        dq[k] = dot(g->v + (size_t)k * (size_t)g->dim, x, g->dim) + g->e[k];
    return loss + lambda / b->n * cross_entropy(dq, g->groups, own);
}

static double groupface(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    struct bench b = bench_on(force, head, batch->n, grad->work);
    struct group g = group_of(force, head);
    double mean[GROUP_MAX], loss = 0;
    grad_clear(grad, force, batch->n, head);
    mean_vote(&g, batch, mean);
    for (int i = 0; i < b.n; i++) {
        size_t at = (size_t)i * (size_t)b.dim;
        loss += group_sample(&b, &g, batch->feature + at, batch->label[i], mean,
            grad->feature ? grad->feature + at : NULL, grad);
    }
    return loss;
}

/* clang-format off */
const struct loss loss_groupface = {
    .id = "groupface", .label = "GroupFace", .subtitle = "ArcFace on features corrected by latent groups",
    .formula = "L = L_{Arc}(x+\\sum_g p_g A_g x) - \\frac{\\lambda}{N}\\sum_i\\log p_{g_i}",
    .logit = "\\cos(\\theta+\\m{m})", .rule = "\\theta_1 + \\m{m} < \\theta_2", .source = "Kim et al., CVPR 2020, in a small form",
    .family = FAMILY_ANGLE_PLUS, .decision = DECIDE_COSINE, .radius = RADIUS_SCALE, .has_margin = true, .margin = ARC_M,
    .weight = BLOCK_WEIGHT, .extra = BLOCK_GROUP, .eval = groupface, .refine = refine, .target = arc_target, .limit = arc_limit,
    .param = {
        SCALE_ROW(30, 128),
        ANGLE_ROW,
        { "groups", "groups", "G", 2, GROUP_MAX, 3, 2, 1, PARAM_INTEGER, ROLE_PLAIN, "", "latent groups, found by the training itself", 0, NULL, false },
        { "lambda", "group weight", "\\lambda", 0, 10, 0.1, 0, 0.01, PARAM_LOG, ROLE_PLAIN, "", "weight of the groups' own cross-entropy", 0, NULL, false },
    },
};
/* clang-format on */
