/* loss_softmax.c - cross-entropy, and plain softmax on W x + b. */
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

/* log sum_j exp(z_j) - z_y. With the largest logit subtracted no exp can overflow (losses.md 2.1). */
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

double dot(const double *a, const double *b, int dim)
{
    double sum = 0;
    for (int d = 0; d < dim; d++)
        sum += a[d] * b[d];
    return sum;
}

static void add_scaled(double *to, double factor, const double *from, int dim)
{
    for (int d = 0; d < dim; d++)
        to[d] += factor * from[d];
}

enum { SOFTMAX_LAMBDA };

/* lambda/2 |W|^2; the bias is not decayed. */
static double decay(double lambda, const struct head *head, struct grad *grad)
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

static double linear_softmax(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    double *z = grad->work, loss = 0;
    int n = batch->n;
    grad_clear(grad, force, n, head);
    for (int i = 0; i < n; i++) {
        const double *x = batch->feature + (size_t)i * head->dim;
        double *dx = grad->feature ? grad->feature + (size_t)i * head->dim : NULL;
        linear_forward(x, head, z);
        loss += cross_entropy(z, head->classes, batch->label[i]) / n;
        for (int j = 0; j < head->classes; j++)
            linear_backward(z[j] / n, x, j, head, dx, grad);
    }
    return loss + decay(force->param[SOFTMAX_LAMBDA], head, grad);
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
