/* loss_pair.c - losses of pairs of samples: all i < j of the batch, by their distance.
 * There is no class weight: two samples pull each other when they are of one class, and push otherwise. */
#include <limits.h>
#include <math.h>

#include "math/loss_pair.h"

/* ---- links: which pairs are drawn ---- */

struct spread spread_begin(struct grad *grad)
{
    bool wanted = grad->link && grad->link_max > 0;
    grad->link_count = 0;
    return (struct spread){ .grad = grad, .stride = 1, .wait = wanted ? 1 : LONG_MAX };
}

bool spread_pass(struct spread *spread, long count)
{
    if (spread->wait <= count)
        return false;
    spread->wait -= count;
    return true;
}

/* Of the links taken, the 1st, 3rd, 5th.. stay: those that a stride twice as long would have taken. */
static void spread_thin(struct spread *spread)
{
    struct grad *grad = spread->grad;
    int kept = (grad->link_count + 1) / 2;
    for (int i = 0; i < kept; i++)
        grad->link[i] = grad->link[2 * i];
    grad->link_count = kept;
    spread->stride *= 2;
}

void spread_offer(struct spread *spread, struct link link)
{
    struct grad *grad = spread->grad;
    if (--spread->wait > 0)
        return;
    spread->wait = spread->stride;
    if (grad->link_count == grad->link_max) {
        bool odd = grad->link_max % 2 != 0;
        spread_thin(spread);
        if (odd) /* this one lies halfway between two of the longer strides */
            return;
        spread->wait = spread->stride;
    }
    grad->link[grad->link_count++] = link;
}

const double *sample_row(const struct batch *batch, int i, int dim)
{
    return batch->feature + (size_t)i * (size_t)dim;
}

static struct link pair_link(int i, int j, bool same)
{
    return (struct link){ .anchor = i, .positive = same ? j : -1, .negative = same ? -1 : j };
}

/* ---- contrastive, double margin, deepid2: a function of the distance ---- */

/* The loss of one pair at squared distance `square`; its derivative by x_i is slope (x_i - x_j). */
static double square_distance(const double *a, const double *b, int dim)
{
    double sum = 0;
    for (int d = 0; d < dim; d++)
        sum += (a[d] - b[d]) * (a[d] - b[d]);
    return sum;
}

/* [m - D]_+ squared and halved. Coincident samples have no direction to part in: slope 0. */
static struct psi repel(double distance, double m)
{
    double short_of = m - distance;
    if (short_of <= 0)
        return (struct psi){ .value = 0, .slope = 0 };
    return (struct psi){ .value = short_of * short_of / 2, .slope = distance > 0 ? -short_of / distance : 0 };
}

enum { CONTRASTIVE_M, CONTRASTIVE_FORM };
enum { FORM_HADSELL, FORM_SQUARED };

static struct psi contrastive_pull(double square, bool same, const double *param)
{
    double m = param[CONTRASTIVE_M];
    if (same)
        return (struct psi){ .value = square / 2, .slope = 1 };
    if (param[CONTRASTIVE_FORM] == FORM_HADSELL)
        return repel(sqrt(square), m);
    return square < m ? (struct psi){ .value = (m - square) / 2, .slope = -1 } : (struct psi){ 0, 0 };
}

enum { DOUBLE_POS, DOUBLE_NEG };

static struct psi double_margin_pull(double square, bool same, const double *param)
{
    double distance = sqrt(square), beyond = distance - param[DOUBLE_POS];
    if (!same)
        return repel(distance, param[DOUBLE_NEG]);
    if (beyond <= 0)
        return (struct psi){ .value = 0, .slope = 0 };
    return (struct psi){ .value = beyond * beyond / 2, .slope = beyond / distance };
}

enum { DEEPID_LAMBDA, DEEPID_M };

static struct psi deepid2_pull(double square, bool same, const double *param)
{
    const double contrastive[] = { [CONTRASTIVE_M] = param[DEEPID_M], [CONTRASTIVE_FORM] = FORM_HADSELL };
    return contrastive_pull(square, same, contrastive);
}

/* weight/P times the sum over the P pairs, derivatives added. `pull`: loss of one pair at a squared distance; its
 * derivative by x_i is slope (x_i - x_j). A pair is at rest where its loss is zero. */
static double sum_of_pairs(struct psi (*pull)(double square, bool same, const double *param),
    const double *param, double weight, const struct batch *batch, int dim, struct grad *grad)
{
    double pairs = batch->n * (batch->n - 1.0) / 2, sum = 0, rest = 0;
    struct spread spread = spread_begin(grad);
    for (int i = 0; i < batch->n; i++)
        for (int j = i + 1; j < batch->n; j++) {
            const double *a = sample_row(batch, i, dim), *b = sample_row(batch, j, dim);
            bool same = batch->label[i] == batch->label[j];
            struct psi pair = pull(square_distance(a, b, dim), same, param);
            sum += pair.value;
            if (pair.value > 0)
                spread_offer(&spread, pair_link(i, j, same));
            else
                rest++;
            for (int d = 0; grad->feature && d < dim; d++) {
                double slope = weight / pairs * pair.slope * (a[d] - b[d]);
                grad->feature[(size_t)i * (size_t)dim + (size_t)d] += slope;
                grad->feature[(size_t)j * (size_t)dim + (size_t)d] -= slope;
            }
        }
    grad->rest = pairs > 0 ? rest / pairs : (double)NAN;
    return pairs > 0 ? weight * sum / pairs : 0;
}

static double contrastive(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    grad_clear(grad, force, batch->n, head);
    return sum_of_pairs(contrastive_pull, force->param, 1, batch, head->dim, grad);
}

static double double_margin(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    grad_clear(grad, force, batch->n, head);
    return sum_of_pairs(double_margin_pull, force->param, 1, batch, head->dim, grad);
}

/* Softmax identifies, pairs verify. */
static double deepid2(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    const struct loss_force identify = { .loss = &loss_softmax };
    double loss = loss_softmax.eval(&identify, batch, head, grad);
    return loss +
           sum_of_pairs(deepid2_pull, force->param, force->param[DEEPID_LAMBDA], batch, head->dim, grad);
}

/* ---- siamese: same or different, by a weighted distance that is learned ---- */

enum { SIAMESE_FREEZE };

/* Where the derivatives of one pair go; NULL: not wanted. */
struct siamese {
    const double *stretch; /* a (dim), then b */
    double *d_stretch, *d_feature;
    int dim;
    double weight[2]; /* of a pair of different classes, of one class */
};

/* Both kinds of pairs count one half; a batch with one kind only takes its mean. */
static void weigh_pairs(const struct batch *batch, double *weight)
{
    double count[2] = { 0, 0 };
    for (int i = 0; i < batch->n; i++)
        for (int j = i + 1; j < batch->n; j++)
            count[batch->label[i] == batch->label[j]]++;
    double share = count[0] > 0 && count[1] > 0 ? 0.5 : 1;
    for (int same = 0; same < 2; same++)
        weight[same] = count[same] > 0 ? share / count[same] : 0;
}

/* q = b - sum_k a_k |x_ik - x_jk| > 0 says "same". */
static double sameness(const struct siamese *s, const double *a, const double *b)
{
    double q = s->stretch[s->dim];
    for (int d = 0; d < s->dim; d++)
        q -= s->stretch[d] * fabs(a[d] - b[d]);
    return q;
}

static void siamese_backward(const struct siamese *s, double dq, const struct batch *batch, int i, int j)
{
    const double *a = sample_row(batch, i, s->dim), *b = sample_row(batch, j, s->dim);
    for (int d = 0; d < s->dim; d++) {
        double off = a[d] - b[d], sign = (off > 0) - (off < 0); /* |.| has slope 0 at 0 */
        if (s->d_stretch)
            s->d_stretch[d] -= dq * fabs(off);
        if (s->d_feature) {
            s->d_feature[(size_t)i * (size_t)s->dim + (size_t)d] -= dq * s->stretch[d] * sign;
            s->d_feature[(size_t)j * (size_t)s->dim + (size_t)d] += dq * s->stretch[d] * sign;
        }
    }
    if (s->d_stretch)
        s->d_stretch[s->dim] += dq;
}

/* Smooth, so that no pair is ever at rest; the links are the pairs it would judge wrongly. */
static double siamese(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    bool freeze = force->param[SIAMESE_FREEZE] != 0;
    double sum = 0;
    grad_clear(grad, force, batch->n, head);
    struct siamese s = { .stretch = head->extra, .d_stretch = grad->extra, .dim = head->dim };
    s.d_feature = freeze ? NULL : grad->feature;
    weigh_pairs(batch, s.weight);
    struct spread spread = spread_begin(grad);
    for (int i = 0; i < batch->n; i++)
        for (int j = i + 1; j < batch->n; j++) {
            bool same = batch->label[i] == batch->label[j];
            double q = sameness(&s, sample_row(batch, i, s.dim), sample_row(batch, j, s.dim));
            double wrong = same ? -q : q, small = exp(-fabs(wrong));
            double sigma = wrong > 0 ? 1 / (1 + small) : small / (1 + small);
            sum += s.weight[same] * (fmax(wrong, 0) + log1p(small)); /* softplus(wrong) */
            siamese_backward(&s, s.weight[same] * (same ? -sigma : sigma), batch, i, j);
            if (wrong > 0)
                spread_offer(&spread, pair_link(i, j, same));
        }
    return sum;
}

#define NEAREST_MEAN "\\|x-c_1\\| < \\|x-c_2\\|"

static const char *const forms[] = { [FORM_HADSELL] = "hadsell", [FORM_SQUARED] = "squared", NULL };

/* clang-format off */
const struct loss loss_contrastive = {
    .id = "contrastive", .label = "Contrastive", .subtitle = "pairs pull together or push apart",
    .formula = "L = \\frac{1}{2P} (\\sum_{same} D^2 + \\sum_{diff} \\max(0, \\m{m}-D)^2)",
    .rule = NEAREST_MEAN,
    .source = "Hadsell et al., CVPR 2006, eq. 4",
    .family = FAMILY_PAIR, .radius = RADIUS_LINEAR, .decision = DECIDE_LINEAR, .margin = CONTRASTIVE_M,
    .eval = contrastive,
    .param = {
        { .id = "m", .label = "margin", .symbol = "m", .min = 0.1, .max = 10, .initial = 1.5, .neutral = 0.1,
          .notch = 0.1, .kind = PARAM_LINEAR, .role = ROLE_MARGIN, .unit = "",
          .help = "distance beyond which samples of different classes rest" },
        { .id = "form", .label = "form", .symbol = "f", .min = 0, .max = 1, .initial = FORM_HADSELL, .neutral = 0,
          .notch = 1, .kind = PARAM_CHOICE, .role = ROLE_PLAIN, .unit = "", .choice = forms,
          .help = "hadsell: hinge on the distance; squared: hinge on its square" },
    },
};

const struct loss loss_double_margin_contrastive = {
    .id = "double_margin_contrastive", .label = "Double margin", .subtitle = "pairs rest at two distances",
    .formula = "L = \\frac{1}{2P} (\\sum_{same} [D-m_+]_+^2 + \\sum_{diff} [\\m{m_-}-D]_+^2)",
    .rule = NEAREST_MEAN,
    .source = "Lin et al., arXiv 1501.04711; Hao et al., ICPR 2018",
    .family = FAMILY_PAIR, .radius = RADIUS_LINEAR, .decision = DECIDE_LINEAR, .margin = DOUBLE_NEG,
    .eval = double_margin,
    .param = {
        { .id = "m_pos", .label = "same within", .symbol = "m_+", .min = 0, .max = 5, .initial = 0.5, .neutral = 0,
          .notch = 0.1, .kind = PARAM_LINEAR, .role = ROLE_PLAIN, .unit = "",
          .help = "distance below which samples of one class rest" },
        { .id = "m_neg", .label = "different beyond", .symbol = "m_-", .min = 0, .max = 10, .initial = 2, .neutral = 0,
          .notch = 0.1, .kind = PARAM_LINEAR, .role = ROLE_MARGIN, .unit = "",
          .help = "distance beyond which samples of different classes rest" },
    },
};

const struct loss loss_deepid2 = {
    .id = "deepid2", .label = "DeepID2", .subtitle = "softmax plus contrastive pairs",
    .formula = "L = L_{softmax} + \\m{\\lambda} L_{contrastive}(m)",
    .rule = "W_1 x + b_1 > W_2 x + b_2",
    .source = "Sun et al., NIPS 2014, eq. 1 to 3",
    .family = FAMILY_PAIR, .radius = RADIUS_LINEAR, .decision = DECIDE_LINEAR, .has_bias = true, .margin = DEEPID_LAMBDA,
    .weight = BLOCK_WEIGHT, .bias = BLOCK_BIAS,
    .eval = deepid2,
    .param = {
        { .id = "lambda", .label = "pair weight", .symbol = "\\lambda", .min = 0, .max = 10, .initial = 0.05, .neutral = 0,
          .notch = 0.01, .kind = PARAM_LOG, .role = ROLE_MARGIN, .unit = "",
          .help = "weight of the contrastive pairs beside softmax" },
        { .id = "m", .label = "margin", .symbol = "m", .min = 0.1, .max = 10, .initial = 2, .neutral = 0.1,
          .notch = 0.1, .kind = PARAM_LINEAR, .role = ROLE_PLAIN, .unit = "",
          .help = "distance beyond which samples of different classes rest" },
    },
};

const struct loss loss_siamese = {
    .id = "siamese", .label = "Siamese", .subtitle = "same or different, by a learned distance",
    .formula = "q = b - \\sum_k a_k |x_{ik}-x_{jk}|,  p_{same} = \\frac{1}{1+e^{-q}}",
    .rule = NEAREST_MEAN,
    .source = "Taigman et al., CVPR 2014 (DeepFace), section 4.2",
    .family = FAMILY_PAIR, .radius = RADIUS_LINEAR, .decision = DECIDE_LINEAR, .margin = -1,
    .extra = BLOCK_STRETCH,
    .eval = siamese,
    .param = {
        { .id = "freeze", .label = "freeze network", .symbol = "f", .min = 0, .max = 1, .initial = 0, .neutral = 0,
          .notch = 1, .kind = PARAM_BOOL, .role = ROLE_PLAIN, .unit = "",
          .help = "learn the distance only; the features stay as they are" },
    },
};
/* clang-format on */
