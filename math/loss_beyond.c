/* loss_beyond.c - later heads on a sphere of radius s: Sub-center ArcFace, CurricularFace with its hard negatives,
 * AdaCos with a scale that finds itself, SphereFace2 with a yes or no for every class. */
#include <math.h>

#include "math/loss_rows.h"

static const double PI = 3.14159265358979323846;

static double own_cosine(struct bench *b, const struct batch *batch, int i)
{
    bench_look(b, batch->feature + (size_t)i * (size_t)b->dim);
    return b->cosine[batch->label[i]];
}

/* ---- CurricularFace ---- */

enum { CURRICULAR_T = ARC_M + 1 };

/* A class that is nearer than the margin allows is hard, N(c) = c (t + c); the comparison is without the guard
 * past pi, and has no gradient. */
static struct psi curricular_rival(double c, double own, const double *param)
{
    double t = param[CURRICULAR_T];
    double bar = own * cos(param[ARC_M]) - sqrt(fmax(0, 1 - own * own)) * sin(param[ARC_M]);
    return c > bar ? (struct psi){ .value = c * (t + c), .slope = t + 2 * c }
                   : (struct psi){ .value = c, .slope = 1 };
}

static void bend_curricular(struct bench *b, int label)
{
    double own = b->cosine[label];
    for (int j = 0; j < b->classes; j++)
        bench_bend(b, j, loss_rival(b->force, b->cosine[j], own));
    bench_bend(b, label, arc_target(own, b->force->param));
}

static double curricularface(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    struct bench b = bench_on(force, head, batch->n, grad->work);
    grad_clear(grad, force, batch->n, head);
    return bench_softmax(&b, batch, grad, bend_curricular);
}

/* t follows the mean own cosine: 0 early in a training, where hard classes are spared. */
static void prepare_curricular(
    struct loss_force *force, const struct batch *batch, const struct head *head, double *work)
{
    struct bench b = bench_on(force, head, batch->n, work);
    double mean = 0;
    for (int i = 0; i < batch->n; i++)
        mean += own_cosine(&b, batch, i) / batch->n;
    force->param[CURRICULAR_T] = 0.01 * mean + 0.99 * force->param[CURRICULAR_T];
}

/* ---- AdaCos ---- */

enum { ADACOS_MODE, ADACOS_BEFORE };
enum { ADACOS_FIXED, ADACOS_DYNAMIC };
static const char *const adacos_modes[] = { "fixed", "dynamic", NULL };

static double adacos_start(int classes)
{
    return sqrt(2) * log(fmax(1, classes - 1));
}

static double adacos_before(const struct loss_force *force, int classes)
{
    double before = force->param[ADACOS_BEFORE];
    return before < 0 ? adacos_start(classes) : before;
}

/* log sum exp, one term after the other. */
struct log_sum {
    double top, sum;
};

static void log_sum_add(struct log_sum *l, double v)
{
    if (v > l->top) {
        l->sum = l->sum * exp(l->top - v) + 1;
        l->top = v;
    } else {
        l->sum += exp(v - l->top);
    }
}

/* Shell's: in place, without the memory qsort may ask for. */
static void sort(double *v, int n)
{
    for (int gap = n / 2; gap > 0; gap = gap == 2 ? 1 : (int)(gap / 2.2))
        for (int i = gap; i < n; i++) {
            double moved = v[i];
            int at = i;
            for (; at >= gap && v[at - gap] > moved; at -= gap)
                v[at] = v[at - gap];
            v[at] = moved;
        }
}

/* s = log B / cos(min(pi/4, theta_med)), B = (1/N) sum_i sum_{j != y} exp(s_before c_ij). */
static double adacos_of_batch(struct bench *b, const struct batch *batch, double before)
{
    struct log_sum all = { .top = -INFINITY };
    double *angle = b->rest;
    for (int i = 0; i < batch->n; i++) {
        angle[i] = acos(own_cosine(b, batch, i));
        for (int j = 0; j < b->classes; j++)
            if (j != batch->label[i])
                log_sum_add(&all, before * b->cosine[j]);
    }
    sort(angle, batch->n);
    return (all.top + log(all.sum / batch->n)) / cos(fmin(PI / 4, angle[(batch->n - 1) / 2]));
}

static double adacos_scale(const struct loss_force *force, struct bench *b, const struct batch *batch)
{
    if (force->param[ADACOS_MODE] == ADACOS_FIXED || b->classes < 2)
        return adacos_start(b->classes);
    double before = adacos_before(force, b->classes);
    return force->settled ? before : adacos_of_batch(b, batch, before);
}

static void bend_nothing(struct bench *b, int label)
{
    (void)b;
    (void)label;
}

static double adacos(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    struct bench b = bench_on(force, head, batch->n, grad->work);
    grad_clear(grad, force, batch->n, head);
    grad->scale = b.scale = adacos_scale(force, &b, batch);
    return bench_softmax(&b, batch, grad, bend_nothing);
}

/* In the plane, with near neighbours, s may grow from step to step without end: kept within the row's range. Below
 * 0 it would read as "none yet". */
static void settle_adacos(
    struct loss_force *force, const struct batch *batch, const struct head *head, double *work)
{
    struct bench b = bench_on(force, head, batch->n, work);
    const struct param *row = &force->loss->param[ADACOS_BEFORE];
    force->param[ADACOS_BEFORE] = fmin(fmax(adacos_scale(force, &b, batch), 0), row->max);
}

/* ---- SphereFace2 ---- */

enum { SPHERE2_R, SPHERE2_M, SPHERE2_T, SPHERE2_LAMBDA };

/* g(v) = 2 ((v+1)/2)^t - 1 spreads the cosines of a sphere of many dimensions, which crowd round 0. */
static struct psi sphere2_spread(double c, double t)
{
    double v = (c + 1) / 2;
    return (struct psi){ .value = 2 * pow(v, t) - 1, .slope = v > 0 ? t * pow(v, t - 1) : t == 1 };
}

static struct psi sphere2_bend(double c, bool own, const double *param)
{
    struct psi g = sphere2_spread(c, param[SPHERE2_T]);
    g.value += own ? -param[SPHERE2_M] : param[SPHERE2_M];
    return g;
}

static double sigmoid(double v)
{
    return v < 0 ? exp(v) / (1 + exp(v)) : 1 / (1 + exp(-v));
}

/* One question for every class, "is it this one?", each with its own logistic loss; delta becomes d/dz. */
static double sphere2_sample(struct bench *b, int label, double bias)
{
    const double *param = b->force->param;
    double loss = 0, radius = b->radial ? b->norm : b->scale;
    for (int j = 0; j < b->classes; j++) {
        bool own = j == label;
        bench_bend(b, j, sphere2_bend(b->cosine[j], own, param));
        double v = (radius * b->value[j] + bias) * (own ? -1 : 1);
        double weight = (own ? param[SPHERE2_LAMBDA] : 1 - param[SPHERE2_LAMBDA]) / param[SPHERE2_R];
        loss += weight * softplus(v);
        b->delta[j] = weight * sigmoid(v) * (own ? -1 : 1);
    }
    return loss;
}

static void sphere2_push(const struct bench *b, int i, int label, struct grad *grad)
{
    if (grad->feature && b->norm > 0)
        bench_push_feature(b, label, grad->feature + (size_t)i * (size_t)b->dim);
    if (grad->weight)
        bench_push_weight(b, grad->weight);
    for (int j = 0; grad->bias && j < b->classes; j++)
        grad->bias[0] += b->delta[j] / b->n;
}

/* In the warm-up |x| takes the place of r in the scores, but not that of the 1/r in front, which only weighs. */
static double sphereface2(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    struct bench b = bench_on(force, head, batch->n, grad->work);
    double loss = 0;
    grad_clear(grad, force, batch->n, head);
    for (int i = 0; i < b.n; i++) {
        bench_look(&b, batch->feature + (size_t)i * (size_t)b.dim);
        loss += sphere2_sample(&b, batch->label[i], head->bias ? head->bias[0] : 0) / b.n;
        sphere2_push(&b, i, batch->label[i], grad);
    }
    return loss;
}

/* The inequality that is met least: own score above 0, every other below. */
static double slack_sphere2(
    const struct loss_force *force, const double *x, int label, const struct head *head)
{
    double least = INFINITY, bias = head->bias ? head->bias[0] : 0;
    double radius = force->norm_radius ? vector_norm(x, head->dim) : force->param[SPHERE2_R];
    for (int j = 0; j < head->classes; j++) {
        double c = loss_cosine(x, head->weight + (size_t)j * (size_t)head->dim, head->dim);
        double z = radius * sphere2_bend(c, j == label, force->param).value + bias;
        least = fmin(least, j == label ? z : -z);
    }
    return least;
}

/* On the own axis 1 - m > -b/r > g(cos K) + m, with the best b. */
static double sphere2_limit(double angle_rad, const double *param)
{
    return (1 - sphere2_spread(cos(angle_rad), param[SPHERE2_T]).value) / 2;
}

/* clang-format off */
const struct loss loss_sphereface2 = {
    .id = "sphereface2", .label = "SphereFace2", .subtitle = "one yes-or-no question a class",
    .formula = "L = \\frac{1}{Nr} \\sum_i (\\lambda\\log(1+e^{-z_y})+(1-\\lambda)\\sum_{j\\ne y}\\log(1+e^{z_j}))",
    .rule = "r(g(c_1)-\\m{m})+b > 0 > r(g(c_2)+\\m{m})+b", .source = "Wen et al., ICLR 2022, eq. 6",
    .family = FAMILY_COSINE_MINUS, .decision = DECIDE_COSINE, .radius = RADIUS_SCALE, .has_margin = true, .margin = SPHERE2_M,
    .weight = BLOCK_WEIGHT, .bias = BLOCK_SHARED_BIAS, .eval = sphereface2, .slack = slack_sphere2, .limit = sphere2_limit,
    .param = {
        { "r", "scale", "r", 1, 4096, 30, -1, 1, PARAM_LOG, ROLE_SCALE, "", "z_y = r(g(cos) - m) + b, others r(g(cos) + m) + b; paper 30", 128, NULL, false },
        { "m", "margin", "m", 0, 1, 0.2, 0, 0.01, PARAM_LINEAR, ROLE_MARGIN, "", "off the own class's score, onto the others'; paper 0.4", 0, NULL, false },
        { "t", "spread", "t", 1, 10, 3, 1, 0.1, PARAM_LINEAR, ROLE_PLAIN, "", "g(c) = 2((c+1)/2)^t - 1; 1 is plain; paper 3", 5, NULL, false },
        { "lambda", "own share", "\\lambda", 0, 1, 0.7, 0.5, 0.05, PARAM_LINEAR, ROLE_PLAIN, "", "weight of the own class, the others have 1 minus it; paper 0.7", 0, NULL, false },
    },
};

const struct loss loss_subcenter_arcface = {
    .id = "subcenter_arcface", .label = "Sub-center ArcFace", .subtitle = "several centers a class, the nearest counts",
    .formula = MEAN_LOG "\\frac{e^{s\\cos(\\theta_y+\\m{m})}}{e^{s\\cos(\\theta_y+\\m{m})}+\\sum_{j\\ne y} e^{s\\max_k\\cos\\theta_{jk}}}",
    .logit = "\\cos(\\theta+\\m{m})", .rule = "\\theta_1 + \\m{m} < \\theta_2", .source = "Deng et al., ECCV 2020, eq. 2",
    .family = FAMILY_ANGLE_PLUS, .decision = DECIDE_COSINE, .radius = RADIUS_SCALE, .has_margin = true, .margin = ARC_M,
    .weight = BLOCK_SUBCENTER, .eval = margin_softmax, .target = arc_target, .limit = arc_limit,
    .param = {
        SCALE_ROW(30, 128), ANGLE_ROW,
        { "k", "centers", "k", 1, SUBCENTER_MAX, 3, 1, 1, PARAM_INTEGER, ROLE_PLAIN, "", "centers a class; 1 is ArcFace; paper 3", 0, NULL, false },
    },
};

const struct loss loss_curricularface = {
    .id = "curricularface", .label = "CurricularFace", .subtitle = "hard negatives count more as training goes on",
    .formula = MEAN_LOG "\\frac{e^{s\\cos(\\theta_y+\\m{m})}}{e^{s\\cos(\\theta_y+\\m{m})}+\\sum_{j\\ne y} e^{sN(t,c_j)}}",
    .logit = "\\cos(\\theta+\\m{m})", .rule = "\\theta_1 + \\m{m} < \\theta_2", .source = "Huang et al., CVPR 2020, eq. 3, 5, 9",
    .family = FAMILY_ADAPTIVE, .decision = DECIDE_COSINE, .radius = RADIUS_SCALE, .has_margin = true, .margin = ARC_M,
    .weight = BLOCK_WEIGHT, .eval = curricularface, .prepare = prepare_curricular, .target = arc_target, .rival = curricular_rival, .limit = arc_limit,
    .param = {
        SCALE_ROW(30, 128), ANGLE_ROW,
        { "t", "progress", "t", -1, 1, 0, 0, 0.01, PARAM_LINEAR, ROLE_RUNNING, "", "N = c, for a negative inside the margin c(t + c); follows the mean cosine", 0, NULL, false },
    },
};

const struct loss loss_adacos = {
    .id = "adacos", .label = "AdaCos", .subtitle = "the scale finds itself",
    .formula = MEAN_LOG "\\frac{e^{s\\cos\\theta_y}}{\\sum_j e^{s\\cos\\theta_j}},  s = \\frac{\\log B}{\\cos\\min(\\pi/4,\\theta_{med})}",
    .logit = "\\cos\\theta", .rule = "\\theta_1 < \\theta_2", .source = "Zhang et al., CVPR 2019, eq. 12, 15",
    .family = FAMILY_ADAPTIVE, .decision = DECIDE_COSINE, .radius = RADIUS_SCALE, .margin = -1,
    .weight = BLOCK_WEIGHT, .eval = adacos, .settle = settle_adacos,
    .param = {
        { "mode", "mode", "mode", 0, 1, 0, 0, 1, PARAM_CHOICE, ROLE_PLAIN, "", "fixed: s = sqrt 2 log(C-1), 0 for two classes; dynamic: from every batch", 0, adacos_modes, false },
        { "s_prev", "scale so far", "s", -1, 4096, -1, -1, 0.1, PARAM_LINEAR, ROLE_RUNNING, "", "the step before's s, for dynamic; -1: the fixed s", 64, NULL, true },
    },
};
/* clang-format on */
