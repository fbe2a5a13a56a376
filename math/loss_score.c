/* loss_score.c - one score z = w x + b a sample: losses of two classes over u = t z, and fits of a number over the
 * residual r = z - y. A row supplies its curve l(u) or rho(r); one evaluation serves them all. */
#include <float.h>
#include <math.h>

#include "math/exponential.h"
#include "math/loss_rows.h"

double softplus(double v)
{
    return fmax(v, 0) + log1p(exp(-fabs(v)));
}

WITHIN double power_of_two(double y)
{
    double whole, r = power_begin(y, &whole);
    return power_end(power_series(r), whole);
}

/* log(1 + e) for 0 <= e <= 1: twice the series of artanh s = s + s^3/3 + ... with s = e/(2 + e), at most 1/3. */
WITHIN double log_one_more(double e)
{
    double s = e / (2 + e), q = s * s, q2 = q * q, q4 = q2 * q2, q8 = q4 * q4;
    double first = (1 + q * (1.0 / 3)) + q2 * (1.0 / 5 + q * (1.0 / 7));
    double second = (1.0 / 9 + q * (1.0 / 11)) + q2 * (1.0 / 13 + q * (1.0 / 15));
    double third = (1.0 / 17 + q * (1.0 / 19)) + q2 * (1.0 / 21 + q * (1.0 / 23));
    double fourth = (1.0 / 25 + q * (1.0 / 27)) + q2 * (1.0 / 29 + q * (1.0 / 31));
    return 2 * s * ((first + q4 * second) + q8 * (third + q4 * fourth));
}

/* p = sigma(u), 1 - p and -log p from one exponential: none is taken of a rounded other. */
struct chance {
    double right, wrong, surprise;
};

WITHIN struct chance chance_at(double u)
{
    double far = fabs(u) > 700 ? -700 : -fabs(u), e = power_of_two(far * LOG2_E), large = 1 / (1 + e);
    double small = e * large;
    return (
        struct chance){ u < 0 ? small : large, u < 0 ? large : small, (u < 0 ? -u : 0) + log_one_more(e) };
}

enum { SCORE_LAMBDA, SCORE_OWN, QUAD = 4 };

/* log(1 + e^-u) */
static struct psi logistic(double u, const double *param)
{
    (void)param;
    struct chance c = chance_at(u);
    return (struct psi){ .value = c.surprise, .slope = -c.wrong };
}

/* [1 - u]+ */
static struct psi hinge(double u, const double *param)
{
    (void)param;
    return u < 1 ? (struct psi){ .value = 1 - u, .slope = -1 } : (struct psi){ 0 };
}

static struct psi exponential(double u, const double *param)
{
    (void)param;
    return (struct psi){ .value = exp(-u), .slope = -exp(-u) };
}

/* (sigma(z) - y)^2 = (1 - sigma(u))^2: flat where a sample is badly wrong. */
static struct psi squared(double u, const double *param)
{
    (void)param;
    struct chance c = chance_at(u);
    return (struct psi){ .value = c.wrong * c.wrong, .slope = -2 * c.right * c.wrong * c.wrong };
}

static struct psi zero_one(double u, const double *param)
{
    (void)param;
    return (struct psi){ .value = u > 0 ? 0 : 1 };
}

/* (1-p)^gamma (-log p); the slope has no negative power, so gamma < 1 is safe. */
static struct psi focal_binary(double u, const double *param)
{
    struct chance c = chance_at(u);
    double gamma = param[SCORE_OWN], fade = pow(c.wrong, gamma);
    return (
        struct psi){ .value = fade * c.surprise, .slope = -fade * (gamma * c.right * c.surprise + c.wrong) };
}

static struct psi half_square(double r, const double *param)
{
    (void)param;
    return (struct psi){ .value = r * r / 2, .slope = r };
}

static struct psi absolute(double r, const double *param)
{
    (void)param;
    return (struct psi){ .value = fabs(r), .slope = (r > 0) - (r < 0) };
}

/* r^2/2 up to delta, straight on from there. */
static struct psi huber(double r, const double *param)
{
    double delta = param[SCORE_OWN];
    if (fabs(r) <= delta)
        return half_square(r, param);
    return (struct psi){ .value = delta * (fabs(r) - delta / 2), .slope = r > 0 ? delta : -delta };
}

/* t = +1 or -1, without a branch that would be guessed wrong half of the time. */
static double side_of(const struct batch *batch, int i)
{
    return 2 * (batch->label[i] != 0) - 1;
}

/* The scores z (n) of a batch become dl/dz; returns the sum of l. */
static double judge(const struct loss_force *force, const struct batch *batch, double *z)
{
    double sum = 0;
    for (int i = 0; i < batch->n; i++) {
        bool real = force->loss->task == TASK_REAL;
        double t = real ? 1 : side_of(batch, i), from = real ? batch->target[i] : 0;
        struct psi f = force->loss->curve(t * z[i] - from, force->param);
        sum += f.value;
        z[i] = t * f.slope;
    }
    return sum;
}

/* Of `room` scores, a multiple of what goes through a vector at once; t z is there already. */
WIDE static void surprises(double *restrict u, double *restrict value, int room)
{
    for (int i = 0; i < room; i++) {
        struct chance c = chance_at(u[i]);
        value[i] = c.surprise;
        u[i] = -c.wrong;
    }
}

/* The same as judge of the logistic curve. */
static double judge_logistic(const struct loss_force *force, const struct batch *batch, double *z)
{
    int n = batch->n, room = (n + QUAD - 1) / QUAD * QUAD;
    double *value = z + room, sum = 0;
    (void)force;
    for (int i = 0; i < n; i++)
        z[i] *= side_of(batch, i);
    for (int i = n; i < room; i++)
        z[i] = 0;
    surprises(z, value, room);
    for (int i = 0; i < n; i++) {
        sum += value[i];
        z[i] *= side_of(batch, i);
    }
    return sum;
}

/* z = w x + b, so dx = w dz, and dw and db are sums of x dz and dz. */
static void push(const struct batch *batch, const struct head *line, const double *dz, struct grad *grad)
{
    size_t n = (size_t)batch->n, dim = (size_t)line->dim;
    for (size_t d = 0; grad->feature && d < dim; d++)
        for (size_t i = 0; i < n; i++)
            grad->feature[i * dim + d] = dz[i] * line->weight[d];
    for (size_t d = 0; grad->weight && d < dim; d++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += dz[i] * batch->feature[i * dim + d];
        grad->weight[d] = sum;
    }
    for (size_t i = 0; grad->bias && i < n; i++)
        *grad->bias += dz[i];
}

static double score_mean(const struct loss_force *force, const struct batch *batch, const struct head *head,
    struct grad *grad,
    double (*judge_all)(const struct loss_force *force, const struct batch *batch, double *z))
{
    struct head line = *head;
    double *z = grad->work;
    line.classes = 1;
    grad_clear(grad, force, batch->n, head);
    for (int i = 0; i < batch->n; i++)
        z[i] =
            dot(line.weight, batch->feature + (size_t)i * line.dim, line.dim) + (line.bias ? *line.bias : 0);
    double loss = judge_all(force, batch, z) / batch->n;
    for (int i = 0; i < batch->n; i++)
        z[i] /= batch->n;
    push(batch, &line, z, grad);
    if (force->loss->untrained)
        return loss;
    return loss + weight_decay(force->param[SCORE_LAMBDA], &line, grad);
}

static double score_loss(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    return score_mean(force, batch, head, grad, judge);
}

static double logistic_loss(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    return score_mean(force, batch, head, grad, judge_logistic);
}

/* t z - 1, with z the difference of the rule's two rows. t z = 1 meets the margin, so it must not be zero. */
static double hinge_slack(const struct loss_force *force, const double *x, int label, const struct head *head)
{
    double z[2];
    struct head rows = *head;
    (void)force;
    rows.classes = 2;
    linear_forward(x, &rows, z);
    double slack = (label ? z[1] - z[0] : z[0] - z[1]) - 1;
    return slack == 0 ? DBL_EPSILON : slack;
}

/* clang-format off */
#define MEAN "L = \\frac{1}{N} \\sum_i "
#define DECAY " + \\frac{\\lambda}{2} \\|w\\|^2"
#define LAMBDA_ROW \
    { .id = "lambda", .label = "decay", .symbol = "\\lambda", .min = 0, .max = 1, .initial = 0, .neutral = 0, \
      .notch = 0.01, .kind = PARAM_LOG, .role = ROLE_PLAIN, .unit = "", \
      .help = "pull of w towards zero, half its squared length" }
#define SCORE .family = FAMILY_SCORE, .task = TASK_SCORE, .decision = DECIDE_LINEAR, .radius = RADIUS_LINEAR, \
    .weight = BLOCK_SCORE, .bias = BLOCK_SCORE_BIAS
#define REAL .family = FAMILY_REGRESSION, .task = TASK_REAL, .decision = DECIDE_NOTHING, .radius = RADIUS_LINEAR, \
    .weight = BLOCK_SCORE, .bias = BLOCK_SCORE_BIAS, .eval = score_loss

const struct loss loss_zero_one = {
    .id = "zero_one", .label = "Zero-one", .subtitle = "the share of errors, flat everywhere",
    .formula = MEAN "[t z \\le 0], z = w x + b", .rule = "w x + b > 0",
    .source = "Error rate; what the other losses of a score stand in for",
    SCORE, .eval = score_loss, .untrained = true, .margin = -1, .curve = zero_one,
};

const struct loss loss_hinge = {
    .id = "hinge", .label = "Hinge", .subtitle = "support vector machine",
    .formula = MEAN "\\max(0, 1 - t z)" DECAY, .rule = "t (w x + b) \\ge 1",
    .source = "Cortes, Vapnik, Support-vector networks, 1995",
    SCORE, .eval = score_loss, .has_margin = true, .margin = SCORE_LAMBDA, .curve = hinge, .slack = hinge_slack,
    .param = { LAMBDA_ROW },
};

const struct loss loss_logistic = {
    .id = "logistic", .label = "Logistic", .subtitle = "cross-entropy of one score",
    .formula = MEAN "\\log(1 + e^{-t z})" DECAY, .rule = "w x + b > 0",
    .source = "Logistic regression; Cox, J. R. Stat. Soc. B, 1958",
    SCORE, .eval = logistic_loss, .margin = SCORE_LAMBDA, .curve = logistic,
    .param = { LAMBDA_ROW },
};

const struct loss loss_exponential = {
    .id = "exponential", .label = "Exponential", .subtitle = "the loss of AdaBoost",
    .formula = MEAN "e^{-t z}" DECAY, .rule = "w x + b > 0",
    .source = "Freund, Schapire, 1997",
    SCORE, .eval = score_loss, .margin = SCORE_LAMBDA, .curve = exponential,
    .param = { LAMBDA_ROW },
};

const struct loss loss_squared = {
    .id = "squared", .label = "Squared", .subtitle = "squared error of the probability",
    .formula = MEAN "(\\sigma(z) - y)^2" DECAY, .rule = "w x + b > 0",
    .source = "Brier, 1950; on the logistic output",
    SCORE, .eval = score_loss, .margin = SCORE_LAMBDA, .curve = squared,
    .param = { LAMBDA_ROW },
};

const struct loss loss_focal_binary = {
    .id = "focal_binary", .label = "Focal, two classes", .subtitle = "easy samples count less",
    .formula = "L = -\\frac{1}{N} \\sum_i (1-p)^{\\gamma} \\log p" DECAY, .rule = "w x + b > 0",
    .source = "Lin et al., ICCV 2017, eq. 4",
    SCORE, .eval = score_loss, .margin = SCORE_OWN, .curve = focal_binary,
    .param = {
        LAMBDA_ROW,
        { .id = "gamma", .label = "focusing", .symbol = "\\gamma", .min = 0, .max = 20, .initial = 2, .neutral = 0,
          .notch = 0.1, .kind = PARAM_LINEAR, .role = ROLE_PLAIN, .unit = "", .slider = 5,
          .help = "how much less an easy sample counts" },
    },
};

const struct loss loss_l2 = {
    .id = "l2", .label = "L2", .subtitle = "least squares",
    .formula = MEAN "\\frac{1}{2} (w x + b - y)^2" DECAY, .rule = "y = w x + b",
    .source = "Least squares",
    REAL, .margin = SCORE_LAMBDA, .curve = half_square,
    .param = { LAMBDA_ROW },
};

const struct loss loss_l1 = {
    .id = "l1", .label = "L1", .subtitle = "least absolute deviations",
    .formula = MEAN "| w x + b - y |" DECAY, .rule = "y = w x + b",
    .source = "Least absolute deviations",
    REAL, .margin = SCORE_LAMBDA, .curve = absolute,
    .param = { LAMBDA_ROW },
};

const struct loss loss_huber = {
    .id = "huber", .label = "Huber", .subtitle = "squared near zero, straight beyond",
    .formula = MEAN "\\rho_{\\delta}(w x + b - y)" DECAY, .rule = "y = w x + b",
    .source = "Huber, Ann. Math. Stat. 35, 1964",
    REAL, .margin = SCORE_OWN, .curve = huber,
    .param = {
        LAMBDA_ROW,
        { .id = "delta", .label = "knee", .symbol = "\\delta", .min = 0.05, .max = 1e6, .initial = 1, .neutral = -1,
          .notch = 0.05, .kind = PARAM_LOG, .role = ROLE_PLAIN, .unit = "", .slider = 10,
          .help = "residuals beyond it pull no harder" },
    },
};
