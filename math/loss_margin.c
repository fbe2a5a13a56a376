/* loss_margin.c - softmax heads that see a feature through its angles to the class weights.
 * One evaluation serves them all: a logit is a radius times a bent cosine, z_ij = R_ij f_ij(cos theta_ij), where
 * the row says what R is and how the own class's cosine is bent; f is the identity for every other class. */
#include <math.h>

#include "math/loss_rows.h"

static const double PI = 3.14159265358979323846;
static const double SHORTEST = 1e-12; /* a shorter vector counts as zero */

double vector_norm(const double *v, int dim)
{
    double norm = sqrt(dot(v, v, dim));
    if (isinf(norm)) { /* the squares are too large, but perhaps not the length */
        norm = 0;
        for (int d = 0; d < dim; d++)
            norm = hypot(norm, v[d]);
    }
    return norm < SHORTEST ? 0 : norm;
}

double unit_vector(const double *v, int dim, double *unit)
{
    double norm = vector_norm(v, dim);
    for (int d = 0; d < dim; d++)
        unit[d] = norm > 0 ? v[d] / norm : 0;
    return norm;
}

static double clamp_cosine(double c)
{
    return c > 1 ? 1 : c < -1 ? -1 : c;
}

/* Room for what any row lays out: directions and angles of every (sub-)centre, a few numbers a sample, a few
 * vectors a sample for losses that compare samples with each other. */
size_t loss_work(int n, int classes, int dim)
{
    size_t samples = (size_t)n, width = (size_t)dim, rows = (size_t)classes * SUBCENTER_MAX;
    return rows * (width + 4) + samples * (4 * width + 16) + 16 * width + 256;
}

struct bench bench_on(const struct loss_force *force, const struct head *head, int n, double *work)
{
    size_t k = (size_t)head->classes, d = (size_t)head->dim, rows = k * (size_t)loss_sub(force);
    struct bench b = {
        .force = force, .classes = head->classes, .sub = loss_sub(force), .dim = head->dim, .n = n
    };
    b.radial = force->loss->radius != RADIUS_SCALE || force->norm_radius;
    b.scale = loss_scale(force);
    b.class_unit = work;
    b.class_norm = b.class_unit + rows * d;
    b.row = b.class_norm + rows;
    b.cosine = b.row + k;
    b.value = b.cosine + k;
    b.slope = b.value + k;
    b.delta = b.slope + k;
    b.unit = b.delta + k;
    b.rest = b.unit + d;
    for (size_t r = 0; r < rows; r++)
        b.class_norm[r] = unit_vector(head->weight + r * d, head->dim, b.class_unit + r * d);
    return b;
}

/* a_j: what the class weight's length adds to the logit. */
static double class_factor(const struct bench *b, int j)
{
    return b->force->loss->radius == RADIUS_BOTH ? b->class_norm[j] : 1;
}

static double row_cosine(const struct bench *b, int row)
{
    return clamp_cosine(dot(b->class_unit + (size_t)row * (size_t)b->dim, b->unit, b->dim));
}

void bench_look(struct bench *b, const double *x)
{
    b->norm = unit_vector(x, b->dim, b->unit);
    b->growth = 0;
    for (int j = 0; j < b->classes; j++) {
        b->row[j] = j * b->sub;
        b->cosine[j] = row_cosine(b, j * b->sub);
        for (int row = j * b->sub + 1; row < (j + 1) * b->sub; row++)
            if (row_cosine(b, row) > b->cosine[j])
                b->row[j] = row, b->cosine[j] = row_cosine(b, row);
        b->value[j] = b->cosine[j];
        b->slope[j] = 1;
    }
}

void bench_bend(struct bench *b, int label, struct psi own)
{
    b->value[label] = own.value;
    b->slope[label] = own.slope;
}

/* z_ij = R_ij f_ij, R_ij = a_j |x| or s. */
double bench_entropy(struct bench *b, int label)
{
    double radius = b->radial ? b->norm : b->scale;
    for (int j = 0; j < b->classes; j++)
        b->delta[j] = radius * class_factor(b, j) * b->value[j];
    return cross_entropy(b->delta, b->classes, label);
}

/* Through the direction, d cos/dx = (u(W) - c u(x)) / |x|; through the length, d|x|/dx = u(x). */
void bench_push_feature(const struct bench *b, int label, double *dx)
{
    bool linear = b->radial && !b->force->loss->target;
    if (b->norm == 0 && !linear)
        return;
    for (int j = 0; j < b->classes; j++) {
        const double *w = b->class_unit + (size_t)b->row[j] * (size_t)b->dim;
        double delta = b->delta[j] * class_factor(b, j) / b->n;
        double turn = delta * b->slope[j] * (b->radial ? 1 : b->scale / b->norm);
        double stretch = b->radial ? delta * b->value[j] : 0;
        if (j == label)
            stretch += delta * b->growth * (b->radial ? b->norm : b->scale);
        for (int d = 0; d < b->dim; d++)
            dx[d] += turn * (w[d] - b->cosine[j] * b->unit[d]) + stretch * b->unit[d];
    }
}

/* The same for W_j: d cos/dW = (u(x) - c u(W)) / |W|, and for lsoftmax d|W|/dW = u(W). */
void bench_push_weight(const struct bench *b, double *dw)
{
    double radius = b->radial ? b->norm : b->scale;
    bool both = b->force->loss->radius == RADIUS_BOTH;
    for (int j = 0; j < b->classes; j++) {
        size_t row = (size_t)b->row[j], at = row * (size_t)b->dim;
        if (b->class_norm[row] == 0)
            continue;
        double delta = b->delta[j] * radius / b->n;
        double turn = delta * b->slope[j] * (both ? 1 : 1 / b->class_norm[row]);
        double stretch = both ? delta * b->value[j] : 0;
        for (int d = 0; d < b->dim; d++) {
            double w = b->class_unit[at + (size_t)d];
            dw[at + (size_t)d] += turn * (b->unit[d] - b->cosine[j] * w) + stretch * w;
        }
    }
}

static void bend_own(struct bench *b, int label)
{
    bench_bend(b, label, loss_target(b->force, b->cosine[label]));
}

double bench_softmax(
    struct bench *b, const struct batch *batch, struct grad *grad, void (*bend)(struct bench *, int))
{
    double loss = 0;
    for (int i = 0; i < b->n; i++) {
        int label = batch->label[i];
        bench_look(b, batch->feature + (size_t)i * (size_t)b->dim);
        bend(b, label);
        loss += bench_entropy(b, label) / b->n;
        if (grad->feature)
            bench_push_feature(b, label, grad->feature + (size_t)i * (size_t)b->dim);
        if (grad->weight)
            bench_push_weight(b, grad->weight);
    }
    return loss;
}

double margin_softmax(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    struct bench b = bench_on(force, head, batch->n, grad->work);
    grad_clear(grad, force, batch->n, head);
    return bench_is_wide(&b) ? wide_softmax(&b, batch, grad) : bench_softmax(&b, batch, grad, bend_own);
}

enum { PSI_M, PSI_LAMBDA, PSI_S };

/* cos(m theta) = T_m(c) and d/dc = m U_{m-1}(c), by the Chebyshev recurrences: no division by sin theta. */
static struct psi chebyshev(double c, int m)
{
    double t = c, t_before = 1, u = 1, u_before = 0;
    for (int i = 1; i < m; i++) {
        double t_next = 2 * c * t - t_before, u_next = 2 * c * u - u_before;
        t_before = t, t = t_next;
        u_before = u, u = u_next;
    }
    return (struct psi){ .value = t, .slope = m * u };
}

/* (-1)^k cos(m theta) - 2k on theta in [k pi/m, (k+1) pi/m], then (lambda cos theta + psi)/(1 + lambda). */
static struct psi psi_target(double c, const double *param)
{
    double lambda = param[PSI_LAMBDA];
    int m = (int)fmax(1, round(param[PSI_M]));
    int k = (int)fmin(floor(m * acos(c) / PI), m - 1);
    struct psi f = chebyshev(c, m);
    double sign = k % 2 ? -1 : 1;
    return (struct psi){ .value = (lambda * c + sign * f.value - 2 * k) / (1 + lambda),
        .slope = (lambda + sign * f.slope) / (1 + lambda) };
}

enum { COS_S, COS_M };

static struct psi cosine_target(double c, const double *param)
{
    return (struct psi){ .value = c - param[COS_M], .slope = 1 };
}

/* cos theta_1 - m = cos theta_2 on the own axis, where theta_2 = K. */
double cosine_limit(double angle_rad, const double *param)
{
    (void)param;
    return 1 - cos(angle_rad);
}

/* cos(theta + m), straight on past pi - m, where it would rise again. */
struct psi arc_target(double c, const double *param)
{
    double m = param[ARC_M], sine = sqrt(fmax(0, 1 - c * c));
    double cos_m = cos(m), sin_m = sin(m);
    if (c <= -cos_m) /* cos(pi - m) */
        return (struct psi){ .value = c - m * sin_m, .slope = 1 };
    return (
        struct psi){ .value = c * cos_m - sine * sin_m, .slope = cos_m + c * sin_m / fmax(sine, SINE_FLOOR) };
}

double arc_limit(double angle_rad, const double *param)
{
    (void)param;
    return angle_rad;
}

enum { COMBINED_S, COMBINED_M1, COMBINED_M2, COMBINED_M3 };

/* cos(m1 theta + m2) - m3, with no guard past pi: it turns upward there, as in InsightFace. */
static struct psi combined_target(double c, const double *param)
{
    double angle = param[COMBINED_M1] * acos(c) + param[COMBINED_M2], sine = sqrt(fmax(0, 1 - c * c));
    return (struct psi){ .value = cos(angle) - param[COMBINED_M3],
        .slope = param[COMBINED_M1] * sin(angle) / fmax(sine, SINE_FLOOR) };
}

/* cos m2 - m3 >= cos K: the largest m2 that leaves the own axis inside. */
static double combined_limit(double angle_rad, const double *param)
{
    double floor_cosine = cos(angle_rad) + param[COMBINED_M3];
    return floor_cosine >= 1 ? 0 : acos(floor_cosine);
}

/* clang-format off */
#define PSI_ROWS(start) \
    { "m", "margin", "m", 1, 6, start, 1, 1, PARAM_INTEGER, ROLE_MARGIN, "", "own angle is multiplied by it", 0, NULL, false }, \
    { "lambda", "annealing", "\\lambda", 0, 1000, 0, 0, 1, PARAM_LOG, ROLE_ANNEALED, "", "0 is the full margin, a large value is none", 0, NULL, false }

const struct loss loss_modified_softmax = {
    .id = "modified_softmax", .label = "Modified softmax", .subtitle = "unit class weights",
    .formula = MEAN_LOG "\\frac{e^{\\|x\\|\\cos\\theta_y}}{\\sum_j e^{\\|x\\|\\cos\\theta_j}}",
    .logit = "\\cos\\theta", .rule = "\\theta_1 < \\theta_2", .source = "Liu et al., CVPR 2017, eq. 4",
    .family = FAMILY_PLAIN, .decision = DECIDE_COSINE, .story = true, .radius = RADIUS_FEATURE, .margin = -1,
    .weight = BLOCK_WEIGHT, .eval = margin_softmax,
};

const struct loss loss_normface = {
    .id = "normface", .label = "NormFace", .subtitle = "unit features and class weights",
    .formula = MEAN_LOG "\\frac{e^{s\\cos\\theta_y}}{\\sum_j e^{s\\cos\\theta_j}}",
    .logit = "\\cos\\theta", .rule = "\\theta_1 < \\theta_2", .source = "Wang et al., ACM MM 2017",
    .family = FAMILY_PLAIN, .decision = DECIDE_COSINE, .story = true, .radius = RADIUS_SCALE, .margin = -1,
    .weight = BLOCK_WEIGHT, .eval = margin_softmax,
    .param = { SCALE_ROW(20, 64) },
};

const struct loss loss_lsoftmax = {
    .id = "lsoftmax", .label = "L-Softmax", .subtitle = "large margin by a multiplied angle",
    .formula = MEAN_LOG "\\frac{e^{\\|W_y\\|\\|x\\|\\psi_{\\m{m}}(\\theta_y)}}"
        "{e^{\\|W_y\\|\\|x\\|\\psi_{\\m{m}}(\\theta_y)}+\\sum_{j\\ne y} e^{\\|W_j\\|\\|x\\|\\cos\\theta_j}}",
    .logit = "\\psi_{\\m{m}}(\\theta)", .rule = "\\|W_1\\|\\cos(\\m{m}\\theta_1) > \\|W_2\\|\\cos\\theta_2",
    .source = "Liu et al., ICML 2016, eq. 4-6",
    .family = FAMILY_ANGLE_TIMES, .decision = DECIDE_LINEAR, .story = true, .radius = RADIUS_BOTH, .has_margin = true, .margin = PSI_M,
    .weight = BLOCK_WEIGHT, .eval = margin_softmax, .target = psi_target,
    .param = { PSI_ROWS(2) },
};

const struct loss loss_asoftmax = {
    .id = "asoftmax", .label = "A-Softmax", .subtitle = "SphereFace, multiplied angle",
    .formula = MEAN_LOG "\\frac{e^{\\|x\\|\\psi_{\\m{m}}(\\theta_y)}}"
        "{e^{\\|x\\|\\psi_{\\m{m}}(\\theta_y)}+\\sum_{j\\ne y} e^{\\|x\\|\\cos\\theta_j}}",
    .logit = "\\psi_{\\m{m}}(\\theta)", .rule = "\\m{m}\\theta_1 < \\theta_2",
    .source = "Liu et al., CVPR 2017, eq. 7",
    .family = FAMILY_ANGLE_TIMES, .decision = DECIDE_COSINE, .story = true, .radius = RADIUS_FEATURE, .has_margin = true, .margin = PSI_M,
    .weight = BLOCK_WEIGHT, .eval = margin_softmax, .target = psi_target,
    .param = { PSI_ROWS(4) },
};

const struct loss loss_fnorm_sphereface = {
    .id = "fnorm_sphereface", .label = "F-norm SphereFace", .subtitle = "A-Softmax on a sphere of radius s",
    .formula = MEAN_LOG "\\frac{e^{s\\psi_{\\m{m}}(\\theta_y)}}"
        "{e^{s\\psi_{\\m{m}}(\\theta_y)}+\\sum_{j\\ne y} e^{s\\cos\\theta_j}}",
    .logit = "\\psi_{\\m{m}}(\\theta)", .rule = "\\m{m}\\theta_1 < \\theta_2",
    .source = "Liu et al., TPAMI 2022 (SphereFace revived)",
    .family = FAMILY_ANGLE_TIMES, .decision = DECIDE_COSINE, .radius = RADIUS_SCALE, .has_margin = true, .margin = PSI_M,
    .weight = BLOCK_WEIGHT, .eval = margin_softmax, .target = psi_target,
    .param = { PSI_ROWS(2), SCALE_ROW(16, 64) },
};

const struct loss loss_cosface = {
    .id = "cosface", .label = "CosFace", .subtitle = "additive cosine margin",
    .formula = MEAN_LOG "\\frac{e^{s(\\cos\\theta_y-\\m{m})}}"
        "{e^{s(\\cos\\theta_y-\\m{m})}+\\sum_{j\\ne y} e^{s\\cos\\theta_j}}",
    .logit = "\\cos\\theta-\\m{m}", .rule = "\\cos\\theta_1 - \\m{m} > \\cos\\theta_2",
    .source = "Wang et al., CVPR 2018, eq. 4; Wang et al., arXiv 1801.05599 (AM-Softmax)",
    .family = FAMILY_COSINE_MINUS, .decision = DECIDE_COSINE, .story = true, .radius = RADIUS_SCALE, .has_margin = true, .margin = COS_M,
    .weight = BLOCK_WEIGHT, .eval = margin_softmax, .target = cosine_target, .limit = cosine_limit,
    .param = {
        SCALE_ROW(30, 128),
        { "m", "margin", "m", 0, 1, 0.15, 0, 0.01, PARAM_LINEAR, ROLE_MARGIN, "", "taken off the own class's cosine", 0, NULL, false },
    },
};

const struct loss loss_arcface = {
    .id = "arcface", .label = "ArcFace", .subtitle = "additive angular margin",
    .formula = MEAN_LOG "\\frac{e^{s\\cos(\\theta_y+\\m{m})}}"
        "{e^{s\\cos(\\theta_y+\\m{m})}+\\sum_{j\\ne y} e^{s\\cos\\theta_j}}",
    .logit = "\\cos(\\theta+\\m{m})", .rule = "\\theta_1 + \\m{m} < \\theta_2",
    .source = "Deng et al., CVPR 2019, eq. 3",
    .family = FAMILY_ANGLE_PLUS, .decision = DECIDE_COSINE, .story = true, .radius = RADIUS_SCALE, .has_margin = true, .margin = ARC_M,
    .weight = BLOCK_WEIGHT, .eval = margin_softmax, .target = arc_target, .limit = arc_limit,
    .param = {
        SCALE_ROW(30, 128),
        ANGLE_ROW,
    },
};

const struct loss loss_combined_margin = {
    .id = "combined_margin", .label = "Combined margin", .subtitle = "angle times, angle plus, cosine minus",
    .formula = MEAN_LOG "\\frac{e^{s(\\cos(\\m{m_1}\\theta_y+\\m{m_2})-\\m{m_3})}}"
        "{e^{s(\\cos(\\m{m_1}\\theta_y+\\m{m_2})-\\m{m_3})}+\\sum_{j\\ne y} e^{s\\cos\\theta_j}}",
    .logit = "\\cos(\\m{m_1}\\theta+\\m{m_2})-\\m{m_3}",
    .rule = "\\cos(\\m{m_1}\\theta_1+\\m{m_2}) - \\m{m_3} > \\cos\\theta_2",
    .source = "Deng et al., CVPR 2019, eq. 4",
    .family = FAMILY_COMBINED, .decision = DECIDE_COSINE, .radius = RADIUS_SCALE, .has_margin = true, .margin = COMBINED_M2,
    .weight = BLOCK_WEIGHT, .eval = margin_softmax, .target = combined_target, .limit = combined_limit,
    .param = {
        SCALE_ROW(30, 128),
        { "m1", "times",  "m_1", 0, 4,   1,   1, 0.01, PARAM_LINEAR, ROLE_MARGIN, "",    "own angle is multiplied by it", 0, NULL, false },
        { "m2", "margin", "m_2", 0, 1.2, 0.3, 0, 0.01, PARAM_LINEAR, ROLE_MARGIN, "rad", "angle added to the own class", 0, NULL, false },
        { "m3", "minus",  "m_3", 0, 1,   0.2, 0, 0.01, PARAM_LINEAR, ROLE_MARGIN, "",    "taken off the own class's cosine", 0, NULL, false },
    },
};
