/* loss_softmax.c - cross-entropy, and the losses of a linear head W x + b: softmax and its kin, and several labels. */
#include <math.h>
#include <string.h>

#include "math/loss_rows.h"

static double largest(const double *z, int n)
{
    double top = z[0];
    for (int j = 1; j < n; j++)
        top = z[j] > top ? z[j] : top;
    return top;
}

/* log sum_j exp(z_j) - z_y. With the largest logit subtracted no exp can overflow. */
double cross_entropy(double *z, int classes, int label)
{
    double top = largest(z, classes), own = z[label] - top, others = 0;
    for (int j = 0; j < classes; j++) {
        z[j] = exp(z[j] - top);
        if (j != label)
            others += z[j];
    }
    double sum = others + z[label];
    for (int j = 0; j < classes; j++)
        z[j] /= sum;
    z[label] = -others / sum; /* p_y - 1 without its cancellation */
    return log(sum) - own;
}

static void add_scaled(double *to, double factor, const double *from, int dim)
{
    for (int d = 0; d < dim; d++)
        to[d] += factor * from[d];
}

/* lambda/2 |W|^2; the bias is not decayed. */
double weight_decay(double lambda, const struct head *head, struct grad *grad)
{
    int size = head->classes * head->dim;
    if (lambda == 0)
        return 0;
    if (grad->weight)
        add_scaled(grad->weight, lambda, head->weight, size);
    return lambda / 2 * dot(head->weight, head->weight, size);
}

static void clear(double *out, size_t count)
{
    if (out)
        memset(out, 0, count * sizeof *out);
}

void grad_clear(struct grad *grad, const struct loss_force *force, int n, const struct head *head)
{
    size_t dim = (size_t)head->dim, classes = (size_t)head->classes;
    clear(grad->feature, (size_t)n * dim);
    clear(grad->weight, (size_t)loss_rows(force, head->classes) * dim);
    clear(grad->bias, (size_t)loss_biases(force->loss, head->classes));
    clear(grad->extra, (size_t)loss_extra(force, head->dim));
    clear(grad->center, classes * dim);
    clear(grad->center_delta, classes * dim);
    grad->radius = 0;
}

/* z_j = W_j x + b_j */
void linear_forward(const double *x, const struct head *head, double *z)
{
    for (int j = 0; j < head->classes; j++)
        z[j] = dot(head->weight + (size_t)j * head->dim, x, head->dim) + (head->bias ? head->bias[j] : 0);
}

/* One term delta_j of one sample; dx NULL: not wanted. */
void linear_backward(
    double delta, const double *x, int j, const struct head *head, double *dx, struct grad *grad)
{
    if (dx)
        add_scaled(dx, delta, head->weight + (size_t)j * head->dim, head->dim);
    if (grad->weight)
        add_scaled(grad->weight + (size_t)j * head->dim, delta, x, head->dim);
    if (grad->bias)
        grad->bias[j] += delta;
}

/* The mean over a batch of what `sample` says of one sample's logits z, turning them into dl/dz. */
static double linear_mean(const struct loss_force *force, const struct batch *batch, const struct head *head,
    struct grad *grad,
    double (*sample)(
        const struct loss_force *force, const struct batch *batch, const struct head *head, int i, double *z))
{
    double *z = grad->work, loss = 0;
    int n = batch->n;
    grad_clear(grad, force, n, head);
    for (int i = 0; i < n; i++) {
        const double *x = batch->feature + (size_t)i * head->dim;
        double *dx = grad->feature ? grad->feature + (size_t)i * head->dim : NULL;
        linear_forward(x, head, z);
        loss += sample(force, batch, head, i, z) / n;
        for (int j = 0; j < head->classes; j++)
            linear_backward(z[j] / n, x, j, head, dx, grad);
    }
    return loss;
}

static double plain_sample(
    const struct loss_force *force, const struct batch *batch, const struct head *head, int i, double *z)
{
    (void)force;
    return cross_entropy(z, head->classes, batch->label[i]);
}

enum { SOFTMAX_LAMBDA };

static double linear_softmax(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    double loss = linear_mean(force, batch, head, grad, plain_sample);
    return loss + weight_decay(force->param[SOFTMAX_LAMBDA], head, grad);
}

/* v_y CE; the mean divides by N, not by the sum of v. */
static double weighted_sample(
    const struct loss_force *force, const struct batch *batch, const struct head *head, int i, double *z)
{
    double v = head->class_weight ? head->class_weight[batch->label[i]] : 1;
    double loss = v * plain_sample(force, batch, head, i, z);
    for (int j = 0; j < head->classes; j++)
        z[j] *= v;
    return loss;
}

static double weighted_softmax(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    return linear_mean(force, batch, head, grad, weighted_sample);
}

enum { FOCAL_GAMMA };

/* (1-p)^gamma (-log p), p the own class's. By the own logit its slope is A = (1-p)^gamma (gamma p log p - (1-p));
 * the others share -A as softmax shares 1-p among them. */
static double focal_sample(
    const struct loss_force *force, const struct batch *batch, const struct head *head, int i, double *z)
{
    int own = batch->label[i];
    double gamma = force->param[FOCAL_GAMMA], cross = cross_entropy(z, head->classes, own);
    double p = exp(-cross), rest = -z[own], fade = pow(rest, gamma);
    double slope = fade * (-gamma * p * cross - rest);
    for (int j = 0; j < head->classes; j++)
        z[j] = rest > 0 ? -slope * (z[j] / rest) : 0; /* own: z[own] / rest is -1 */
    return fade * cross;
}

static double focal(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    return linear_mean(force, batch, head, grad, focal_sample);
}

/* dz/dx of z = W (alpha u(x)): what points along x is lost. */
static void through_sphere(double per_length, const double *unit, const double *push, int dim, double *dx)
{
    add_scaled(dx, per_length, push, dim);
    add_scaled(dx, -per_length * dot(push, unit, dim), unit, dim);
}

/* z_j = W_j (alpha u(x)) + b_j */
static double sphere_softmax(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    int n = batch->n, dim = head->dim;
    double *z = grad->work, *unit = z + head->classes, *point = unit + dim, *push = point + dim;
    double alpha = loss_scale(force), loss = 0;
    grad_clear(grad, force, n, head);
    for (int i = 0; i < n; i++) {
        double norm = unit_vector(batch->feature + (size_t)i * dim, dim, unit);
        for (int d = 0; d < dim; d++)
            point[d] = alpha * unit[d], push[d] = 0;
        linear_forward(point, head, z);
        loss += cross_entropy(z, head->classes, batch->label[i]) / n;
        for (int j = 0; j < head->classes; j++)
            linear_backward(z[j] / n, point, j, head, push, grad);
        if (grad->feature && norm > 0)
            through_sphere(alpha / norm, unit, push, dim, grad->feature + (size_t)i * dim);
    }
    return loss;
}

/* sum_j softplus(-t_j z_j), t_j = +1 for the labels the sample carries: every class is a question of its own. */
static double each_sample(
    const struct loss_force *force, const struct batch *batch, const struct head *head, int i, double *z)
{
    const double *carried = batch->target + (size_t)i * head->classes;
    double loss = 0;
    (void)force;
    for (int j = 0; j < head->classes; j++) {
        double t = carried[j] > 0.5 ? 1 : -1, u = t * z[j];
        loss += softplus(-u);
        z[j] = -t * exp(-softplus(u)); /* -t sigma(-u) */
    }
    return loss;
}

static double each_label(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    return linear_mean(force, batch, head, grad, each_sample);
}

/* clang-format off */
const struct loss loss_softmax = {
    .id = "softmax", .label = "Softmax", .subtitle = "plain cross-entropy",
    .formula = "L = -\\frac{1}{N} \\sum_i \\log \\frac{e^{W_y x+b_y}}{\\sum_j e^{W_j x+b_j}}",
    .logit = "\\cos\\theta",
    .rule = "W_1 x + b_1 > W_2 x + b_2",
    .source = "Cross-entropy of a linear layer; Liu et al., ICML 2016, eq. 2",
    .family = FAMILY_PLAIN, .radius = RADIUS_LINEAR, .decision = DECIDE_LINEAR, .has_bias = true, .story = true, .margin = -1,
    .weight = BLOCK_WEIGHT, .bias = BLOCK_BIAS,
    .eval = linear_softmax,
    .param = {
        { .id = "lambda", .label = "decay", .symbol = "\\lambda", .min = 0, .max = 1, .initial = 0, .neutral = 0,
          .notch = 0.01, .kind = PARAM_LOG, .role = ROLE_PLAIN, .unit = "",
          .help = "pull of every class weight towards zero, half its squared length" },
    },
};

#define LINEAR_HEAD .radius = RADIUS_LINEAR, .decision = DECIDE_LINEAR, .has_bias = true, \
    .weight = BLOCK_WEIGHT, .bias = BLOCK_BIAS

const struct loss loss_weighted_softmax = {
    .id = "weighted_softmax", .label = "Weighted softmax", .subtitle = "some classes count more",
    .formula = "L = -\\frac{1}{N} \\sum_i v_y \\log \\frac{e^{W_y x+b_y}}{\\sum_j e^{W_j x+b_j}}",
    .rule = "W_1 x + b_1 > W_2 x + b_2",
    .source = "Xie, Tu, Holistically-nested edge detection, ICCV 2015, eq. 2",
    .family = FAMILY_PLAIN, LINEAR_HEAD, .margin = -1,
    .eval = weighted_softmax,
    .param = {
        { .id = "class_weights", .label = "class weights", .symbol = "v", .min = 0, .max = 2, .initial = 0, .neutral = 0,
          .notch = 1, .kind = PARAM_LIST, .role = ROLE_PLAIN, .unit = "",
          .help = "how much a sample of each class counts" },
    },
};

const struct loss loss_focal = {
    .id = "focal", .label = "Focal", .subtitle = "easy samples count less",
    .formula = "L = -\\frac{1}{N} \\sum_i (1-p_y)^{\\gamma} \\log p_y, p_y = \\frac{e^{W_y x+b_y}}{\\sum_j e^{W_j x+b_j}}",
    .rule = "W_1 x + b_1 > W_2 x + b_2",
    .source = "Lin et al., ICCV 2017, eq. 4",
    .family = FAMILY_PLAIN, LINEAR_HEAD, .margin = FOCAL_GAMMA,
    .eval = focal,
    .param = {
        { .id = "gamma", .label = "focusing", .symbol = "\\gamma", .min = 0, .max = 20, .initial = 2, .neutral = 0,
          .notch = 0.1, .kind = PARAM_LINEAR, .role = ROLE_PLAIN, .unit = "", .slider = 5,
          .help = "how much less an easy sample counts; 0 is softmax" },
    },
};

const struct loss loss_l2_softmax = {
    .id = "l2_softmax", .label = "L2-softmax", .subtitle = "features on a sphere, free class weights",
    .formula = "L = -\\frac{1}{N} \\sum_i \\log \\frac{e^{\\alpha W_y x/\\|x\\|+b_y}}{\\sum_j e^{\\alpha W_j x/\\|x\\|+b_j}}",
    .rule = "\\alpha W_1 x/\\|x\\| + b_1 > \\alpha W_2 x/\\|x\\| + b_2",
    .source = "Ranjan et al., arXiv 1703.09507, eq. 3",
    .family = FAMILY_PLAIN, .radius = RADIUS_LINEAR, .decision = DECIDE_SPHERE, .has_bias = true, .margin = -1,
    .weight = BLOCK_WEIGHT, .bias = BLOCK_BIAS,
    .eval = sphere_softmax,
    .param = { /* a plain parameter: the paper fixes alpha from the first step, so no warm-up replaces it by |x| */
        { .id = "alpha", .label = "radius", .symbol = "\\alpha", .min = 1, .max = 4096, .initial = 10, .neutral = -1,
          .notch = 1, .kind = PARAM_LOG, .role = ROLE_PLAIN, .unit = "", .slider = 50,
          .help = "length every feature is given" },
    },
};

const struct loss loss_multilabel = {
    .id = "multilabel", .label = "Several labels", .subtitle = "one logistic question a class",
    .formula = "L = \\frac{1}{N} \\sum_i \\sum_j \\log(1 + e^{-t_j (W_j x + b_j)})",
    .rule = "W_j x + b_j > 0",
    .source = "Binary cross-entropy of every class",
    .family = FAMILY_MULTI, .task = TASK_MULTI, .radius = RADIUS_LINEAR, .decision = DECIDE_EACH, .has_bias = true, .margin = -1,
    .weight = BLOCK_WEIGHT, .bias = BLOCK_BIAS,
    .eval = each_label,
};
