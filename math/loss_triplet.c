/* loss_triplet.c - losses that compare the samples around an anchor: triplet, circle, supervised contrastive.
 * An anchor's loss depends on what it has to every sample j, a squared distance or a cosine;
 * its derivatives by those are one row of numbers, the pulls, spread over the features afterwards. */
#include <math.h>
#include <string.h>

#include "math/loss_pair.h"

/* The evaluation at work. A zero vector has direction 0 and takes no part in any pull through its direction. */
struct anchors {
    const struct batch *batch;
    int n, dim;
    bool normalize;
    const double *place; /* (n, dim) what is compared: x or u(x) */
    double *norm; /* (n) |x|, when normalised */
    double *slope; /* (n, dim) derivative by `place`, not yet divided by the count */
    double *side; /* (n) of one anchor: squared distance or cosine to every sample */
    double *pull; /* (n) of one anchor: derivative by `side` */
    double *spare, *spare_pull; /* (n) each */
    struct grad *grad;
    struct spread spread;
    long selected, rest;
};

static struct anchors anchors_on(const struct batch *batch, int dim, bool normalize, struct grad *grad)
{
    size_t n = (size_t)batch->n, size = n * (size_t)dim;
    double *unit = grad->work;
    struct anchors a = { .batch = batch, .n = batch->n, .dim = dim, .normalize = normalize, .grad = grad };
    a.slope = unit + size;
    a.norm = a.slope + size;
    a.side = a.norm + n;
    a.pull = a.side + n;
    a.spare = a.pull + n;
    a.spare_pull = a.spare + n;
    a.place = normalize ? unit : batch->feature;
    a.spread = spread_begin(grad);
    for (int i = 0; normalize && i < a.n; i++)
        a.norm[i] = unit_vector(sample_row(batch, i, dim), dim, unit + (size_t)i * (size_t)dim);
    memset(a.slope, 0, size * sizeof *a.slope);
    return a;
}

static const double *place_of(const struct anchors *a, int i)
{
    return a->place + (size_t)i * (size_t)a->dim;
}

static double *slope_of(const struct anchors *a, int i)
{
    return a->slope + (size_t)i * (size_t)a->dim;
}

static bool same(const struct anchors *a, int i, int j)
{
    return a->batch->label[i] == a->batch->label[j];
}

static void clear_pull(struct anchors *a)
{
    memset(a->pull, 0, (size_t)a->n * sizeof *a->pull);
}

/* Divides by the count, and goes back through u = x/|x|: dx = (g - (g u) u)/|x|. */
static void anchors_finish(struct anchors *a, double count)
{
    double *out = a->grad->feature;
    for (int i = 0; out && count > 0 && i < a->n; i++) {
        const double *g = slope_of(a, i), *u = place_of(a, i);
        double along = a->normalize ? dot(g, u, a->dim) : 0, length = a->normalize ? a->norm[i] : 1;
        for (int d = 0; length > 0 && d < a->dim; d++)
            out[(size_t)i * (size_t)a->dim + (size_t)d] =
                (g[d] - along * (a->normalize ? u[d] : 0)) / length / count;
    }
}

/* ---- triplet ---- */

enum { TRIPLET_ALPHA, TRIPLET_MINING, TRIPLET_NORMALIZE };
enum { MINING_ALL, MINING_HARD, MINING_SEMIHARD };

static void distances_from(struct anchors *a, int anchor)
{
    const double *x = place_of(a, anchor);
    for (int j = 0; j < a->n; j++) {
        const double *y = place_of(a, j);
        double sum = 0;
        for (int d = 0; d < a->dim; d++)
            sum += (x[d] - y[d]) * (x[d] - y[d]);
        a->side[j] = sum;
    }
}

/* d|a-j|^2 = 2 (a - j) (da - dj) */
static void spread_distances(struct anchors *a, int anchor)
{
    const double *x = place_of(a, anchor);
    double *dx = slope_of(a, anchor);
    for (int j = 0; j < a->n; j++) {
        if (a->pull[j] == 0)
            continue;
        const double *y = place_of(a, j);
        double *dy = slope_of(a, j), twice = 2 * a->pull[j];
        for (int d = 0; d < a->dim; d++) {
            dx[d] += twice * (x[d] - y[d]);
            dy[d] -= twice * (x[d] - y[d]);
        }
    }
}

/* One selected triplet. Where [|a-p|^2 - |a-n|^2 + alpha]_+ is active it is linear in the two squared distances, so
 * the pulls say all: the loss is their sum with the distances, and alpha for every active triplet. */
static void take_triplet(struct anchors *a, int anchor, int positive, int negative, double alpha)
{
    a->selected++;
    if (!(a->side[positive] + alpha > a->side[negative])) {
        a->rest++;
        return;
    }
    a->pull[positive]++;
    a->pull[negative]--;
    spread_offer(&a->spread, (struct link){ anchor, positive, negative });
}

/* The farthest positive and the nearest negative, the lowest index among equals. */
static void mine_hard(struct anchors *a, int anchor, double alpha)
{
    int positive = -1, negative = -1;
    for (int j = 0; j < a->n; j++) {
        if (j == anchor)
            continue;
        if (same(a, anchor, j))
            positive = positive < 0 || a->side[j] > a->side[positive] ? j : positive;
        else
            negative = negative < 0 || a->side[j] < a->side[negative] ? j : negative;
    }
    if (positive >= 0 && negative >= 0)
        take_triplet(a, anchor, positive, negative, alpha);
}

/* The negatives' distances side by side in `spare`; returns how many. */
static int pack_negatives(struct anchors *a, int anchor)
{
    int count = 0;
    for (int j = 0; j < a->n; j++)
        if (!same(a, anchor, j))
            a->spare[count++] = a->side[j];
    return count;
}

/* The nearest of the negatives farther than the positive, but by less than alpha; -1 without one. */
static int semihard_negative(const struct anchors *a, int anchor, int positive, int count, double alpha)
{
    double from = a->side[positive], to = from + alpha, nearest = to;
    for (int k = 0; k < count; k++) {
        double beyond = a->spare[k] > from ? a->spare[k] : to;
        nearest = beyond < nearest ? beyond : nearest;
    }
    for (int j = 0; nearest < to && j < a->n; j++)
        if (a->side[j] == nearest && !same(a, anchor, j))
            return j;
    return -1;
}

static void mine_semihard(struct anchors *a, int anchor, double alpha)
{
    int count = pack_negatives(a, anchor);
    for (int p = 0; p < a->n; p++) {
        int negative = p != anchor && same(a, anchor, p) ? semihard_negative(a, anchor, p, count, alpha) : -1;
        if (negative >= 0)
            take_triplet(a, anchor, p, negative, alpha);
    }
}

/* Only the links that are drawn need to know which negative it was. */
static void offer_active(struct anchors *a, int anchor, int positive, double reach)
{
    for (int n = 0; n < a->n; n++)
        if (!same(a, anchor, n) && reach > a->side[n])
            spread_offer(&a->spread, (struct link){ anchor, positive, n });
}

/* One anchor and positive with all `count` negatives, whose distances stand in `spare` side by side: the loops
 * that run n^3 times have nothing to jump over (and only the first can go in vectors). */
static void all_negatives(struct anchors *a, int anchor, int positive, int count, double alpha)
{
    const double reach = a->side[positive] + alpha, *restrict distance = a->spare;
    double *restrict pull = a->spare_pull;
    long active = 0;
    for (int k = 0; k < count; k++)
        pull[k] -= reach > distance[k] ? 1.0 : 0.0;
    for (int k = 0; k < count; k++)
        active += reach > distance[k];
    a->pull[positive] += (double)active;
    a->selected += count;
    a->rest += count - active;
    if (!spread_pass(&a->spread, active))
        offer_active(a, anchor, positive, reach);
}

static void mine_all(struct anchors *a, int anchor, double alpha)
{
    int count = pack_negatives(a, anchor);
    memset(a->spare_pull, 0, (size_t)count * sizeof *a->spare_pull);
    for (int p = 0; p < a->n; p++)
        if (p != anchor && same(a, anchor, p))
            all_negatives(a, anchor, p, count, alpha);
    for (int j = a->n - 1; j >= 0; j--)
        if (!same(a, anchor, j))
            a->pull[j] = a->spare_pull[--count];
}

static double triplet(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    static void (*const mine[])(struct anchors *, int,
        double) = { [MINING_ALL] = mine_all, [MINING_HARD] = mine_hard, [MINING_SEMIHARD] = mine_semihard };
    const double *param = force->param, alpha = param[TRIPLET_ALPHA];
    double sum = 0;
    grad_clear(grad, force, batch->n, head);
    struct anchors a = anchors_on(batch, head->dim, param[TRIPLET_NORMALIZE] != 0, grad);
    for (int i = 0; i < a.n; i++) {
        clear_pull(&a);
        distances_from(&a, i);
        mine[(int)param[TRIPLET_MINING]](&a, i, alpha);
        sum += dot(a.pull, a.side, a.n);
        spread_distances(&a, i);
    }
    sum += alpha * (double)(a.selected - a.rest);
    grad->selected = a.selected;
    grad->rest = a.selected ? (double)a.rest / (double)a.selected : (double)NAN;
    anchors_finish(&a, (double)a.selected);
    return a.selected ? sum / (double)a.selected : 0;
}

/* ---- circle and supcon: cosines from an anchor ---- */

static void cosines_from(struct anchors *a, int anchor)
{
    for (int j = 0; j < a->n; j++) {
        double c = dot(place_of(a, anchor), place_of(a, j), a->dim);
        a->side[j] = c > 1 ? 1 : c < -1 ? -1 : c;
    }
}

/* d(u_a u_j) = u_j da + u_a dj */
static void spread_cosines(struct anchors *a, int anchor)
{
    const double *x = place_of(a, anchor);
    double *dx = slope_of(a, anchor);
    for (int j = 0; j < a->n; j++) {
        const double *y = place_of(a, j);
        double *dy = slope_of(a, j);
        for (int d = 0; d < a->dim; d++) {
            dx[d] += a->pull[j] * y[d];
            dy[d] += a->pull[j] * x[d];
        }
    }
}

/* How many others of its class (or not of it) an anchor has. */
static int others(const struct anchors *a, int anchor, bool wanted)
{
    int count = 0;
    for (int j = 0; j < a->n; j++)
        count += j != anchor && same(a, anchor, j) == wanted;
    return count;
}

enum { CIRCLE_M, CIRCLE_GAMMA };

/* Log-sum-exp of the `spare` of all positives (or negatives) of the anchor; they become their shares of the sum. */
static double share_out(struct anchors *a, int anchor, bool positives)
{
    double top = -INFINITY, sum = 0;
    for (int j = 0; j < a->n; j++)
        if (j != anchor && same(a, anchor, j) == positives)
            top = fmax(top, a->spare[j]);
    for (int j = 0; j < a->n; j++)
        if (j != anchor && same(a, anchor, j) == positives)
            sum += a->spare[j] = exp(a->spare[j] - top);
    for (int j = 0; j < a->n; j++)
        if (j != anchor && same(a, anchor, j) == positives)
            a->spare[j] /= sum;
    return top + log(sum);
}

/* -gamma alpha_p or gamma alpha_n: the weight of a cosine in its logit, held constant. */
static double circle_weight(double s, bool positive, const double *param)
{
    double alpha = positive ? 1 + param[CIRCLE_M] - s : s + param[CIRCLE_M];
    return (positive ? -param[CIRCLE_GAMMA] : param[CIRCLE_GAMMA]) * fmax(0, alpha);
}

/* softplus(LSE_p[-gamma alpha_p (s_p - 1 + m)] + LSE_n[gamma alpha_n (s_n - m)]). At rest is what alpha hides; the
 * links are the pairs that miss s_p > 1 - m or s_n < m. */
static double circle_anchor(struct anchors *a, int anchor, const double *param)
{
    double m = param[CIRCLE_M];
    for (int j = 0; j < a->n; j++) {
        bool positive = same(a, anchor, j);
        double s = a->side[j], weight = circle_weight(s, positive, param);
        a->spare[j] = weight * (positive ? s - 1 + m : s - m);
        if (j == anchor)
            continue;
        a->selected++;
        a->rest += weight == 0;
        if (positive ? s < 1 - m : s > m)
            spread_offer(&a->spread,
                (struct link){
                    .anchor = anchor, .positive = positive ? j : -1, .negative = positive ? -1 : j });
    }
    double logit = share_out(a, anchor, true) + share_out(a, anchor, false), small = exp(-fabs(logit));
    double sigma = logit > 0 ? 1 / (1 + small) : small / (1 + small);
    for (int j = 0; j < a->n; j++)
        a->pull[j] =
            j == anchor ? 0 : sigma * a->spare[j] * circle_weight(a->side[j], same(a, anchor, j), param);
    return fmax(logit, 0) + log1p(small);
}

static double circle(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    int count = 0;
    double sum = 0;
    grad_clear(grad, force, batch->n, head);
    struct anchors a = anchors_on(batch, head->dim, true, grad);
    for (int i = 0; i < a.n; i++) {
        if (!others(&a, i, true) || !others(&a, i, false))
            continue;
        cosines_from(&a, i);
        sum += circle_anchor(&a, i, force->param);
        spread_cosines(&a, i);
        count++;
    }
    grad->rest = a.selected ? (double)a.rest / (double)a.selected : (double)NAN;
    anchors_finish(&a, count);
    return count ? sum / count : 0;
}

enum { SUPCON_TAU };

/* -mean_p log(exp(s_p/tau) / sum_{k != a} exp(s_k/tau)). Smooth, so that no pair is ever at rest; the links are the
 * pairs that pull or push more than an even share of the sum would. */
static double supcon_anchor(struct anchors *a, int anchor, int positives, double tau)
{
    double top = -INFINITY, sum = 0, own = 0, even = 1.0 / (a->n - 1);
    for (int j = 0; j < a->n; j++)
        if (j != anchor)
            top = fmax(top, a->side[j]);
    for (int j = 0; j < a->n; j++)
        sum += a->spare[j] = j == anchor ? 0 : exp((a->side[j] - top) / tau);
    for (int j = 0; j < a->n; j++) {
        bool positive = j != anchor && same(a, anchor, j);
        double force = a->spare[j] / sum - (positive ? 1.0 / positives : 0);
        a->pull[j] = force / tau;
        own += positive ? (a->side[j] - top) / tau / positives : 0;
        if (fabs(force) > even)
            spread_offer(&a->spread,
                (struct link){
                    .anchor = anchor, .positive = positive ? j : -1, .negative = positive ? -1 : j });
    }
    return log(sum) - own;
}

static double supcon(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    int count = 0;
    double sum = 0;
    grad_clear(grad, force, batch->n, head);
    struct anchors a = anchors_on(batch, head->dim, true, grad);
    for (int i = 0; i < a.n; i++) {
        int positives = others(&a, i, true);
        if (!positives)
            continue;
        cosines_from(&a, i);
        sum += supcon_anchor(&a, i, positives, force->param[SUPCON_TAU]);
        spread_cosines(&a, i);
        count++;
    }
    anchors_finish(&a, count);
    return count ? sum / count : 0;
}

static const char *const minings[] = {
    [MINING_ALL] = "all", [MINING_HARD] = "hard", [MINING_SEMIHARD] = "semihard", NULL
};

/* clang-format off */
const struct loss loss_triplet = {
    .id = "triplet", .label = "Triplet", .subtitle = "own class nearer than any other",
    .formula = "L = \\frac{1}{T} \\sum \\max(0, \\|a-p\\|^2 - \\|a-n\\|^2 + \\m{\\alpha})",
    .rule = "\\|x-c_1\\| < \\|x-c_2\\|",
    .source = "Schroff et al., CVPR 2015 (FaceNet), eq. 2",
    .family = FAMILY_PAIR, .radius = RADIUS_LINEAR, .decision = DECIDE_LINEAR, .margin = TRIPLET_ALPHA,
    .eval = triplet,
    .param = {
        { .id = "alpha", .label = "margin", .symbol = "\\alpha", .min = 0, .max = 4, .initial = 0.2, .neutral = 0,
          .notch = 0.05, .kind = PARAM_LINEAR, .role = ROLE_MARGIN, .unit = "",
          .help = "how much farther, squared, the other class must be" },
        { .id = "mining", .label = "mining", .symbol = "T", .min = 0, .max = 2, .initial = MINING_ALL, .neutral = 0,
          .notch = 1, .kind = PARAM_CHOICE, .role = ROLE_PLAIN, .unit = "", .choice = minings,
          .help = "all; hard: farthest positive, nearest negative; semihard: nearest inside the margin" },
        { .id = "normalize", .label = "unit features", .symbol = "u", .min = 0, .max = 1, .initial = 0, .neutral = 0,
          .notch = 1, .kind = PARAM_BOOL, .role = ROLE_PLAIN, .unit = "",
          .help = "distances between directions, as in FaceNet" },
    },
};

const struct loss loss_circle = {
    .id = "circle", .label = "Circle loss", .subtitle = "every similarity at its own pace",
    .formula = "L = \\log(1 + \\sum_n e^{\\gamma\\alpha_n(s_n-\\m{m})} \\sum_p e^{-\\gamma\\alpha_p(s_p-1+\\m{m})})",
    .rule = "\\cos(x, c_1) > \\cos(x, c_2)",
    .source = "Sun et al., CVPR 2020, eq. 6",
    .family = FAMILY_PAIR, .radius = RADIUS_LINEAR, .decision = DECIDE_COSINE, .margin = CIRCLE_M,
    .eval = circle, .detached = true,
    .param = {
        { .id = "m", .label = "margin", .symbol = "m", .min = 0, .max = 1, .initial = 0.25, .neutral = 0,
          .notch = 0.05, .kind = PARAM_LINEAR, .role = ROLE_MARGIN, .unit = "",
          .help = "cosines wanted: above 1 - m in a class, below m between classes" },
        { .id = "gamma", .label = "sharpness", .symbol = "\\gamma", .min = 1, .max = 1024, .initial = 32, .neutral = 1,
          .notch = 1, .kind = PARAM_LOG, .role = ROLE_PLAIN, .unit = "", .slider = 256,
          .help = "how much the worst pair outweighs the others" },
    },
};

const struct loss loss_supcon = {
    .id = "supcon", .label = "SupCon", .subtitle = "softmax over the batch itself",
    .formula = "L = -\\frac{1}{P} \\sum_p \\log \\frac{e^{s_p/\\tau}}{\\sum_k e^{s_k/\\tau}}",
    .rule = "\\cos(x, c_1) > \\cos(x, c_2)",
    .source = "Khosla et al., NeurIPS 2020, eq. 2",
    .family = FAMILY_PAIR, .radius = RADIUS_LINEAR, .decision = DECIDE_COSINE, .margin = -1,
    .eval = supcon,
    .param = {
        { .id = "tau", .label = "temperature", .symbol = "\\tau", .min = 0.001, .max = 1, .initial = 0.1, .neutral = 1,
          .notch = 0.01, .kind = PARAM_LOG, .role = ROLE_PLAIN, .unit = "",
          .help = "small: only the nearest samples count" },
    },
};
/* clang-format on */
