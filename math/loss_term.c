/* loss_term.c - terms added on top of any loss: centres, norms, spread of centres, spread of weights.
 * Each adds its value and its derivatives to what the loss below it wrote. */
#include <math.h>

#include "math/loss_rows.h"

static const double *row_of(const double *matrix, int row, int dim)
{
    return matrix + (size_t)row * (size_t)dim;
}

static double *slot_of(double *matrix, int row, int dim)
{
    return matrix ? matrix + (size_t)row * (size_t)dim : NULL;
}

/* ---- center: lambda/(2N) sum |x_i - k_y|^2 ---- */

/* delta_j = alpha sum_{i of j} (x_i - k_j) / (1 + n_j): what the centres move after the step. It knows neither
 * lambda nor N, so centres follow the features even where the term weighs nothing. */
static void center_step(
    double alpha, const struct batch *batch, const struct head *head, double *delta, double *count)
{
    int dim = head->dim;
    for (int j = 0; j < head->classes; j++)
        count[j] = 1;
    for (int i = 0; i < batch->n; i++)
        count[batch->label[i]]++;
    for (int j = 0; j < head->classes * dim; j++)
        delta[j] = 0;
    for (int i = 0; i < batch->n; i++) {
        int y = batch->label[i];
        const double *x = row_of(batch->feature, i, dim), *k = row_of(head->center, y, dim);
        for (int d = 0; d < dim; d++)
            slot_of(delta, y, dim)[d] += alpha * (x[d] - k[d]) / count[y];
    }
}

static double center_term(
    const double *param, const struct batch *batch, const struct head *head, struct grad *grad)
{
    int dim = head->dim;
    double weight = param[CENTER_LAMBDA] / batch->n, sum = 0;
    for (int i = 0; i < batch->n; i++) {
        const double *x = row_of(batch->feature, i, dim), *k = row_of(head->center, batch->label[i], dim);
        double *dx = slot_of(grad->feature, i, dim);
        for (int d = 0; d < dim; d++) {
            double off = x[d] - k[d];
            sum += off * off;
            if (dx)
                dx[d] += weight * off;
        }
    }
    if (grad->center_delta)
        center_step(param[CENTER_ALPHA], batch, head, grad->center_delta, grad->work);
    return weight / 2 * sum;
}

/* clang-format off */
const struct loss loss_center = {
    .id = "center", .label = "Center loss", .subtitle = "pulls features to their class centre",
    .formula = "L = L_0 + \\frac{\\lambda}{2N} \\sum_i \\|x_i-k_y\\|^2",
    .rule = "W_1 x + b_1 > W_2 x + b_2",
    .source = "Wen et al., ECCV 2016, eq. 2 and 4",
    .family = FAMILY_TERM, .radius = RADIUS_LINEAR, .decision = DECIDE_LINEAR, .has_bias = true, .margin = -1,
    .weight = BLOCK_WEIGHT, .bias = BLOCK_BIAS, .extra = BLOCK_CENTER,
    .term = center_term,
    .param = {
        { .id = "lambda", .label = "weight", .symbol = "\\lambda", .min = 0, .max = 1, .initial = 0.1, .neutral = 0,
          .notch = 0.01, .kind = PARAM_LOG, .role = ROLE_PLAIN, .unit = "",
          .help = "pull of every feature to its class centre" },
        { .id = "alpha", .label = "centre rate", .symbol = "\\alpha", .min = 0, .max = 1, .initial = 0.5, .neutral = 0,
          .notch = 0.05, .kind = PARAM_LINEAR, .role = ROLE_PLAIN, .unit = "",
          .help = "share of the way that centres follow their features" },
    },
};
/* clang-format on */

/* ---- ring: lambda/(2N) sum (|x_i| - R)^2 ---- */

static double ring_term(
    const double *param, const struct batch *batch, const struct head *head, struct grad *grad)
{
    int dim = head->dim;
    double weight = param[RING_LAMBDA] / batch->n, sum = 0;
    for (int i = 0; i < batch->n; i++) {
        const double *x = row_of(batch->feature, i, dim);
        double *dx = slot_of(grad->feature, i, dim);
        double norm = vector_norm(x, dim), off = norm - param[RING_RADIUS];
        sum += off * off;
        for (int d = 0; dx && norm > 0 && d < dim; d++)
            dx[d] += weight * off * (x[d] / norm);
        grad->radius -= weight * off;
    }
    return weight / 2 * sum;
}

/* clang-format off */
const struct loss loss_ring = {
    .id = "ring", .label = "Ring loss", .subtitle = "features of one length, which is learned",
    .formula = "L = L_0 + \\frac{\\lambda}{2N} \\sum_i (\\|x_i\\|-R)^2",
    .rule = "W_1 x + b_1 > W_2 x + b_2",
    .source = "Zheng et al., CVPR 2018, eq. 3",
    .family = FAMILY_TERM, .radius = RADIUS_LINEAR, .decision = DECIDE_LINEAR, .has_bias = true, .margin = -1,
    .weight = BLOCK_WEIGHT, .bias = BLOCK_BIAS, .extra = BLOCK_RADIUS,
    .term = ring_term,
    .param = {
        { .id = "lambda", .label = "weight", .symbol = "\\lambda", .min = 0, .max = 1, .initial = 0.1, .neutral = 0,
          .notch = 0.01, .kind = PARAM_LOG, .role = ROLE_PLAIN, .unit = "",
          .help = "pull of every feature to the ring" },
        { .id = "radius", .label = "radius", .symbol = "R", .min = 0.1, .max = 50, .initial = 3, .neutral = 3,
          .notch = 0.1, .kind = PARAM_LINEAR, .role = ROLE_RUNNING, .unit = "",
          .help = "radius of the ring; learned unless set by hand" },
    },
};
/* clang-format on */

/* ---- uniform: lambda/(C(C-1)) sum_{i != j} 1/(|k_i - k_j| + 1) ---- */

enum { UNIFORM_LAMBDA, UNIFORM_NORMALIZE };

/* dk += (g - (g u) u)/|k|: back through u = k/|k|. */
static void through_unit(const double *g, const double *unit, double norm, double *out, int dim)
{
    double along = dot(g, unit, dim);
    for (int d = 0; norm > 0 && d < dim; d++)
        out[d] += (g[d] - along * unit[d]) / norm;
}

static double distance(const double *a, const double *b, int dim)
{
    double square = 0;
    for (int d = 0; d < dim; d++)
        square += (a[d] - b[d]) * (a[d] - b[d]);
    return sqrt(square);
}

/* The repulsion of all centres in `place` on the one of class i, of weight lambda/(C(C-1)); returns its sum. */
static double repulsion(double weight, const double *place, int i, const struct head *head, double *out)
{
    int dim = head->dim;
    const double *k = row_of(place, i, dim);
    double sum = 0;
    for (int d = 0; d < dim; d++)
        out[d] = 0;
    for (int j = 0; j < head->classes; j++) {
        if (j == i)
            continue;
        const double *other = row_of(place, j, dim);
        double apart = distance(k, other, dim), reach = 1 / (apart + 1);
        sum += weight * reach;
        for (int d = 0; apart > 0 && d < dim; d++) /* 2: the pair is counted in both orders */
            out[d] -= 2 * weight * ((k[d] - other[d]) / apart) * reach * reach;
    }
    return sum;
}

/* No gradient to the features: the trainer lets the centres follow them, and derives by that update. */
static double uniform_term(
    const double *param, const struct batch *batch, const struct head *head, struct grad *grad)
{
    (void)batch;
    int k = head->classes, dim = head->dim;
    bool normalize = param[UNIFORM_NORMALIZE] != 0;
    double *unit = grad->work, *norm = unit + (size_t)k * (size_t)dim, *slope = norm + k, sum = 0;
    double weight = k > 1 ? param[UNIFORM_LAMBDA] / ((double)k * (k - 1)) : 0;
    for (int i = 0; i < k; i++)
        norm[i] = unit_vector(row_of(head->center, i, dim), dim, slot_of(unit, i, dim));
    for (int i = 0; i < k; i++) {
        sum += repulsion(weight, normalize ? unit : head->center, i, head, slope);
        double *out = slot_of(grad->center, i, dim);
        if (out && normalize)
            through_unit(slope, row_of(unit, i, dim), norm[i], out, dim);
        for (int d = 0; out && !normalize && d < dim; d++)
            out[d] += slope[d];
    }
    return sum;
}

/* clang-format off */
const struct loss loss_uniform = {
    .id = "uniform", .label = "Uniform loss", .subtitle = "class centres repel each other",
    .formula = "L = L_0 + \\frac{\\lambda}{C(C-1)} \\sum_{i \\ne j} \\frac{1}{\\|k_i-k_j\\|+1}",
    .rule = "W_1 x + b_1 > W_2 x + b_2",
    .source = "Duan et al., CVPR 2019 (UniformFace)",
    .family = FAMILY_TERM, .radius = RADIUS_LINEAR, .decision = DECIDE_LINEAR, .has_bias = true, .margin = -1,
    .weight = BLOCK_WEIGHT, .bias = BLOCK_BIAS, .extra = BLOCK_CENTER,
    .term = uniform_term,
    .param = {
        { .id = "lambda", .label = "weight", .symbol = "\\lambda", .min = 0, .max = 100, .initial = 1, .neutral = 0,
          .notch = 1, .kind = PARAM_LOG, .role = ROLE_PLAIN, .unit = "",
          .help = "repulsion of the class centres" },
        { .id = "normalize", .label = "directions only", .symbol = "u", .min = 0, .max = 1, .initial = 0, .neutral = 0,
          .notch = 1, .kind = PARAM_BOOL, .role = ROLE_PLAIN, .unit = "",
          .help = "take the directions of the centres, not the centres" },
    },
};
/* clang-format on */

/* ---- regular: lambda/C sum_i max_{j != i} cos(W_i, W_j) ---- */

enum { REGULAR_LAMBDA };

static double unit_cosine(const double *a, const double *b, int dim)
{
    double c = dot(a, b, dim);
    return c > 1 ? 1 : c < -1 ? -1 : c;
}

/* The other class with the largest cosine to class i; the lowest index wins a tie. */
static int nearest_class(const double *unit, int i, const struct head *head, double *cosine)
{
    int best = -1;
    for (int j = 0; j < head->classes; j++) {
        double c = unit_cosine(row_of(unit, i, head->dim), row_of(unit, j, head->dim), head->dim);
        if (j != i && (best < 0 || c > *cosine))
            best = j, *cosine = c;
    }
    return best;
}

/* dW_i += weight (u(W_j) - c u(W_i))/|W_i|, the derivative of weight c. A zero vector has no direction to turn. */
static void turn(
    double weight, double c, const double *own, const double *other, double norm, double *out, int dim)
{
    for (int d = 0; norm > 0 && d < dim; d++)
        out[d] += weight * (other[d] - c * own[d]) / norm;
}

static double regular_term(
    const double *param, const struct batch *batch, const struct head *head, struct grad *grad)
{
    (void)batch;
    int k = head->classes, dim = head->dim;
    double *unit = grad->work, *norm = unit + (size_t)k * (size_t)dim, sum = 0,
           weight = param[REGULAR_LAMBDA] / k;
    for (int i = 0; i < k; i++)
        norm[i] = unit_vector(row_of(head->weight, i, dim), dim, slot_of(unit, i, dim));
    for (int i = 0; i < k && k > 1; i++) {
        double c = 0;
        int j = nearest_class(unit, i, head, &c);
        const double *own = row_of(unit, i, dim), *other = row_of(unit, j, dim);
        sum += weight * c;
        if (!grad->weight)
            continue;
        turn(weight, c, own, other, norm[i], slot_of(grad->weight, i, dim), dim);
        turn(weight, c, other, own, norm[j], slot_of(grad->weight, j, dim), dim);
    }
    return sum;
}

/* clang-format off */
const struct loss loss_regular = {
    .id = "regular", .label = "Regular loss", .subtitle = "class weights turn from their nearest",
    .formula = "L = L_0 + \\frac{\\lambda}{C} \\sum_i \\max_{j \\ne i} \\cos(W_i, W_j)",
    .rule = "W_1 x + b_1 > W_2 x + b_2",
    .source = "Zhao et al., CVPR 2019 (RegularFace), eq. 3",
    .family = FAMILY_TERM, .radius = RADIUS_LINEAR, .decision = DECIDE_LINEAR, .has_bias = true, .margin = -1,
    .weight = BLOCK_WEIGHT, .bias = BLOCK_BIAS,
    .term = regular_term,
    .param = {
        { .id = "lambda", .label = "weight", .symbol = "\\lambda", .min = 0, .max = 100, .initial = 1, .neutral = 0,
          .notch = 1, .kind = PARAM_LOG, .role = ROLE_PLAIN, .unit = "",
          .help = "push of every class weight from its nearest neighbour" },
    },
};
/* clang-format on */
