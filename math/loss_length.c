/* loss_length.c - heads on a sphere whose margin follows the feature's length before it is put there: a long
 * feature counts as a good picture. */
#include <math.h>

#include "math/loss_rows.h"

static const double PI = 3.14159265358979323846;

static double clamp(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}

static double largest_rival(double (*plain)(double c), const double *x, int label, const struct head *head)
{
    double rival = -INFINITY;
    for (int j = 0; j < head->classes; j++)
        if (j != label)
            rival =
                fmax(rival, plain(loss_cosine(x, head->weight + (size_t)j * (size_t)head->dim, head->dim)));
    return rival;
}

static double radius_of(const struct loss_force *force, const double *x, int dim)
{
    return force->norm_radius ? vector_norm(x, dim) : loss_scale(force);
}

static double label_cosine(const double *x, int label, const struct head *head)
{
    return loss_cosine(x, head->weight + (size_t)label * (size_t)head->dim, head->dim);
}

/* ---- MagFace ---- */

enum { MAG_S, MAG_LOW, MAG_HIGH, MAG_LOW_M, MAG_HIGH_M, MAG_LAMBDA, MAG_EASY };

/* cos(theta + m) and what it gains when m grows. */
struct mag_target {
    struct psi f;
    double by_margin;
};

static struct mag_target mag_bend(double c, double m, bool easy)
{
    double sine = sqrt(fmax(0, 1 - c * c));
    if (easy && c <= 0)
        return (struct mag_target){ .f = { .value = c, .slope = 1 } };
    double by_margin = !easy && c <= -cos(m) ? -sin(m) - m * cos(m) : -(sine * cos(m) + c * sin(m));
    return (struct mag_target){ .f = arc_target(c, (double[]){ [ARC_M] = m }), .by_margin = by_margin };
}

/* m grows in a straight line with the length, from l_m at l_a to u_m at u_a; outside it stays. */
static double mag_steepness(const double *param)
{
    double span = param[MAG_HIGH] - param[MAG_LOW];
    return span > 0 ? (param[MAG_HIGH_M] - param[MAG_LOW_M]) / span : 0;
}

static double mag_length(double norm, const double *param)
{
    return clamp(norm, param[MAG_LOW], param[MAG_HIGH]);
}

static double mag_margin(double norm, const double *param)
{
    return param[MAG_LOW_M] + mag_steepness(param) * (mag_length(norm, param) - param[MAG_LOW]);
}

/* For drawing: the target at the length half way between l_a and u_a. A sample's own is in slack and eval. */
static struct psi mag_middle(double c, const double *param)
{
    double middle = (param[MAG_LOW] + param[MAG_HIGH]) / 2;
    return mag_bend(c, mag_margin(middle, param), param[MAG_EASY] != 0).f;
}

static struct psi mag_at(double c, double norm, const double *param)
{
    return mag_bend(c, mag_margin(norm, param), param[MAG_EASY] != 0).f;
}

static void bend_mag(struct bench *b, int label)
{
    const double *param = b->force->param;
    struct mag_target t = mag_bend(b->cosine[label], mag_margin(b->norm, param), param[MAG_EASY] != 0);
    bench_bend(b, label, t.f);
    if (b->norm == mag_length(b->norm, param))
        b->growth = t.by_margin * mag_steepness(param);
}

/* lambda_g (1/a + a/u_a^2), which wants long features. */
static double mag_pull(struct bench *b, const double *x, double *dx)
{
    const double *param = b->force->param;
    double norm = unit_vector(x, b->dim, b->unit), a = mag_length(norm, param);
    double weight = param[MAG_LAMBDA] / b->n, end = param[MAG_HIGH] * param[MAG_HIGH];
    for (int d = 0; dx && norm == a && d < b->dim; d++)
        dx[d] += weight * (1 / end - 1 / (a * a)) * b->unit[d];
    return weight * (1 / a + a / end);
}

static double magface(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    struct bench b = bench_on(force, head, batch->n, grad->work);
    grad_clear(grad, force, batch->n, head);
    double loss = bench_softmax(&b, batch, grad, bend_mag);
    for (int i = 0; i < b.n; i++) {
        size_t at = (size_t)i * (size_t)b.dim;
        loss += mag_pull(&b, batch->feature + at, grad->feature ? grad->feature + at : NULL);
    }
    return loss;
}

static double plain(double c)
{
    return c;
}

static double slack_mag(const struct loss_force *force, const double *x, int label, const struct head *head)
{
    double m = mag_margin(vector_norm(x, head->dim), force->param);
    double own = mag_bend(label_cosine(x, label, head), m, force->param[MAG_EASY] != 0).f.value;
    return radius_of(force, x, head->dim) * (own - largest_rival(plain, x, label, head));
}

/* ---- AdaFace ---- */

enum { ADA_S, ADA_M, ADA_H, ADA_MEAN, ADA_STD };
static const double ADA_EPSILON = 1e-3;
static const double ADA_LONGEST = 100;
static const double ADA_RATE = 0.01;

static double ada_length(double norm)
{
    return clamp(norm, ADA_EPSILON, ADA_LONGEST);
}

static double ada_cosine(double c)
{
    return clamp(c, -1 + ADA_EPSILON, 1 - ADA_EPSILON);
}

static void ada_measure(const struct batch *batch, int dim, double *mean, double *std)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < batch->n; i++)
        sum += ada_length(vector_norm(batch->feature + (size_t)i * (size_t)dim, dim));
    *mean = sum / batch->n;
    for (int i = 0; i < batch->n; i++) {
        double off = ada_length(vector_norm(batch->feature + (size_t)i * (size_t)dim, dim)) - *mean;
        squares += off * off;
    }
    *std = batch->n > 1 ? sqrt(squares / (batch->n - 1)) : 0;
}

/* A long feature counts as a good picture: k from -1 (poor) to 1 (good). 0 while no mean is known. */
static double ada_quality(double norm, const double *param)
{
    double off = ada_length(norm) - param[ADA_MEAN];
    return param[ADA_MEAN] > 0 ? clamp(param[ADA_H] * off / (param[ADA_STD] + ADA_EPSILON), -1, 1) : 0;
}

/* cos(theta - m k) - m (1 + k): the angle's margin for k = -1, the cosine's for k = 0. */
static struct psi ada_bend(double cosine, double k, double m)
{
    double c = ada_cosine(cosine), theta = acos(c), bent = theta - m * k;
    double kept = clamp(bent, ADA_EPSILON, PI - ADA_EPSILON);
    bool free = c == cosine && kept == bent;
    return (struct psi){ .value = cos(kept) - m * (1 + k), .slope = free ? sin(bent) / sin(theta) : 0 };
}

/* For drawing: the target of a feature of mean length, k = 0. A sample's own k is in slack and eval. */
static struct psi ada_middle(double c, const double *param)
{
    return ada_bend(c, 0, param[ADA_M]);
}

static struct psi ada_at(double c, double norm, const double *param)
{
    return ada_bend(c, ada_quality(norm, param), param[ADA_M]);
}

static void bend_ada(struct bench *b, int label)
{
    const double *param = b->force->param;
    double own = b->cosine[label];
    for (int j = 0; j < b->classes; j++)
        bench_bend(b, j,
            (struct psi){
                .value = ada_cosine(b->cosine[j]), .slope = b->cosine[j] == ada_cosine(b->cosine[j]) });
    bench_bend(b, label, ada_bend(own, ada_quality(b->norm, param), param[ADA_M]));
}

static double adaface(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    struct loss_force known = *force;
    double mean, std;
    ada_measure(batch, head->dim, &mean, &std);
    known.param[ADA_MEAN] = force->param[ADA_MEAN] > 0 ? force->param[ADA_MEAN] : mean;
    known.param[ADA_STD] = force->param[ADA_STD] > 0 ? force->param[ADA_STD] : std;
    struct bench b = bench_on(&known, head, batch->n, grad->work);
    grad_clear(grad, force, batch->n, head);
    return bench_softmax(&b, batch, grad, bend_ada);
}

static void prepare_ada(
    struct loss_force *force, const struct batch *batch, const struct head *head, double *work)
{
    double now[2], *kept = &force->param[ADA_MEAN];
    (void)work;
    ada_measure(batch, head->dim, &now[0], &now[1]);
    for (int i = 0; i < 2; i++)
        kept[i] = kept[i] > 0 ? kept[i] + ADA_RATE * (now[i] - kept[i]) : now[i];
}

static double slack_ada(const struct loss_force *force, const double *x, int label, const struct head *head)
{
    double k = ada_quality(vector_norm(x, head->dim), force->param);
    double own = ada_bend(label_cosine(x, label, head), k, force->param[ADA_M]).value;
    return radius_of(force, x, head->dim) * (own - largest_rival(ada_cosine, x, label, head));
}

/* clang-format off */
const struct loss loss_magface = {
    .id = "magface", .label = "MagFace", .subtitle = "longer features get a larger margin",
    .formula = MEAN_LOG "\\frac{e^{s\\cos(\\theta_y+\\m{m}(a))}}{e^{s\\cos(\\theta_y+\\m{m}(a))}+\\sum_{j\\ne y} e^{s\\cos\\theta_j}}+\\lambda g(a)",
    .logit = "\\cos(\\theta+\\m{m}(a))", .rule = "\\theta_1 + \\m{m}(\\|x\\|) < \\theta_2", .source = "Meng et al., CVPR 2021, eq. 3, and the authors' code",
    .family = FAMILY_ADAPTIVE, .decision = DECIDE_COSINE, .radius = RADIUS_SCALE, .has_margin = true, .margin = MAG_HIGH_M,
    .weight = BLOCK_WEIGHT, .eval = magface, .slack = slack_mag, .target = mag_middle, .target_at = mag_at, .limit = arc_limit,
    .param = {
        SCALE_ROW(30, 128),
        { "l_a", "shortest", "l_a", 0.01, 1000, 1, 1, 0.5, PARAM_LOG, ROLE_PLAIN, "", "up to this length the margin is the least; code 10", 100, NULL, false },
        { "u_a", "longest", "u_a", 0.01, 1000, 11, 11, 0.5, PARAM_LOG, ROLE_PLAIN, "", "from this length on it is the largest; code 110", 100, NULL, false },
        { "l_m", "least margin", "m_l", 0, 1.2, 0.1, 0, 0.01, PARAM_LINEAR, ROLE_MARGIN, "rad", "at the shortest length; code 0.45", 0, NULL, false },
        { "u_m", "largest margin", "m_u", 0, 1.2, 0.4, 0, 0.01, PARAM_LINEAR, ROLE_MARGIN, "rad", "at the longest length; code 0.8", 0, NULL, false },
        { "lambda_g", "length", "\\lambda", 0, 100, 3, 0, 0.1, PARAM_LOG, ROLE_PLAIN, "", "weight of g(a) = 1/a + a/u_a^2, which wants long features; code 35", 0, NULL, false },
        { "easy_margin", "easy margin", "easy", 0, 1, 1, 1, 1, PARAM_BOOL, ROLE_PLAIN, "", "no margin beyond 90 degrees, as in the code", 0, NULL, false },
    },
};

const struct loss loss_adaface = {
    .id = "adaface", .label = "AdaFace", .subtitle = "the feature's length says how hard to push",
    .formula = MEAN_LOG "\\frac{e^{s\\psi}}{e^{s\\psi}+\\sum_{j\\ne y} e^{s\\cos\\theta_j}},  k = h\\frac{\\|x\\|-\\mu}{\\sigma}",
    .logit = "\\cos(\\theta-\\m{m}k)-\\m{m}(1+k)", .rule = "\\cos(\\theta_1-\\m{m}k)-\\m{m}(1+k) > \\cos\\theta_2",
    .source = "Kim et al., CVPR 2022, eq. 6-9; mean and deviation move by 0.01 a batch (the paper's alpha 0.99)",
    .family = FAMILY_ADAPTIVE, .decision = DECIDE_COSINE, .radius = RADIUS_SCALE, .has_margin = true, .margin = ADA_M,
    .weight = BLOCK_WEIGHT, .eval = adaface, .detached = true, .prepare = prepare_ada, .slack = slack_ada, .target = ada_middle, .target_at = ada_at, .limit = cosine_limit,
    .param = {
        SCALE_ROW(30, 128),
        { "m", "margin", "m", 0, 1, 0.1, 0, 0.01, PARAM_LINEAR, ROLE_MARGIN, "", "of the cosine at mean length, of the angle when short; code 0.4", 0, NULL, false },
        { "h", "concentration", "h", 0, 5, 0.333, 0, 0.01, PARAM_LINEAR, ROLE_PLAIN, "", "k = h (|x| - mean)/deviation, held within -1..1; code 0.333", 1, NULL, false },
        { "mean", "mean length", "\\mu", 0, 100, 0, 0, 0.1, PARAM_LINEAR, ROLE_RUNNING, "", "running mean of |x|; 0: the batch's", 0, NULL, true },
        { "std", "deviation", "\\sigma", 0, 100, 0, 0, 0.1, PARAM_LINEAR, ROLE_RUNNING, "", "running deviation of |x|; 0: the batch's", 0, NULL, true },
    },
};
/* clang-format on */
