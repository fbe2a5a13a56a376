#include "math/network.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/wide.h"

/* Up to this width a plain loop beats the call into BLAS (performance.md, "What follows" 4). */
enum { NARROW = 8, LANES = 8 };

static const float first_slope = 0.25f;

static struct dense make_layer(struct network *net, int in, int out, bool hidden, enum activation activation)
{
    struct dense layer = { .in = in, .out = out, .hidden = hidden };
    layer.learned_slope = hidden && activation == ACTIVATION_PRELU;
    layer.weight = net->size;
    layer.bias = layer.weight + (size_t)in * (size_t)out;
    layer.slope = layer.bias + (hidden ? (size_t)out : 0);
    net->size = layer.slope + (layer.learned_slope ? (size_t)out : 0);
    return layer;
}

void network_init(struct network *net, const struct experiment *e, int input)
{
    *net = (struct network){ .input = input, .dim = e->feature_dim };
    int width = input;
    for (int i = 0; i < e->hidden_count; i++) {
        net->layer[net->layers++] = make_layer(net, width, e->hidden[i], true, e->activation);
        width = e->hidden[i];
    }
    net->layer[net->layers++] = make_layer(net, width, e->feature_dim, false, e->activation);
}

void network_randomise(const struct network *net, struct rng *rng, float *value)
{
    for (int l = 0; l < net->layers; l++) {
        const struct dense *layer = &net->layer[l];
        double slope = !layer->hidden ? 1 : layer->learned_slope ? (double)first_slope : 0;
        double spread = sqrt(2 / ((1 + slope * slope) * layer->in));
        for (size_t i = layer->weight; i < layer->bias; i++)
            value[i] = (float)(spread * rng_normal(rng));
        for (size_t i = layer->bias; i < layer->slope; i++)
            value[i] = 0;
        for (int j = 0; layer->learned_slope && j < layer->out; j++)
            value[layer->slope + (size_t)j] = first_slope;
    }
}

bool network_work_init(struct network_work *work, const struct network *net, int capacity)
{
    *work = (struct network_work){ .capacity = capacity };
    size_t width = 0, widest = 0, n = (size_t)capacity;
    for (int l = 0; l < net->layers; l++) {
        size_t out = (size_t)net->layer[l].out;
        width += 2 * out;
        widest = out > widest ? out : widest;
    }
    float *at = work->block = malloc((n * (width + 2 * widest) + 1) * sizeof *at);
    if (!at)
        return false;
    for (int l = 0; l < net->layers; l++) {
        work->sum[l] = at;
        work->out[l] = at + n * (size_t)net->layer[l].out;
        at += 2 * n * (size_t)net->layer[l].out;
    }
    work->back[0] = at;
    work->back[1] = at + n * widest;
    return true;
}

void network_work_clear(struct network_work *work)
{
    free(work->block);
    *work = (struct network_work){ 0 };
}

/* Eight partial sums, so that the compiler may use vectors without reordering anything. */
static float dot(const float *a, const float *b, int n)
{
    float lane[LANES] = { 0 }, sum = 0;
    int i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int j = 0; j < LANES; j++)
            lane[j] += a[i + j] * b[i + j];
    for (; i < n; i++)
        sum += a[i] * b[i];
    for (int j = 0; j < LANES; j++)
        sum += lane[j];
    return sum;
}

static void multiply(const struct dense *layer, const float *w, const float *input, int n, float *sum)
{
    if (layer->out > NARROW) {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, layer->out, layer->in, 1, input, layer->in, w,
            layer->in, 0, sum, layer->out);
        return;
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < layer->out; j++)
            sum[(size_t)i * (size_t)layer->out + (size_t)j] =
                dot(input + (size_t)i * (size_t)layer->in, w + (size_t)j * (size_t)layer->in, layer->in);
}

/* sum += b; out = sum where positive, else slope * sum. */
WIDE static void activate(float *sum, float *out, const float *bias, const float *slope, int n, int width)
{
    for (int i = 0; i < n; i++, sum += width, out += width)
        for (int j = 0; j < width; j++) {
            float z = sum[j] + bias[j];
            sum[j] = z;
            out[j] = z > 0 ? z : (slope ? slope[j] : 0) * z;
        }
}

static const float *slope_of(const struct dense *layer, const float *value)
{
    return layer->learned_slope ? value + layer->slope : NULL;
}

const float *network_forward(
    const struct network *net, const float *value, const float *input, int n, struct network_work *work)
{
    for (int l = 0; l < net->layers; l++) {
        const struct dense *layer = &net->layer[l];
        float *sum = layer->hidden ? work->sum[l] : work->out[l];
        multiply(layer, value + layer->weight, input, n, sum);
        if (layer->hidden)
            activate(sum, work->out[l], value + layer->bias, slope_of(layer, value), n, layer->out);
        input = work->out[l];
    }
    return input;
}

/* d holds dL/dout and becomes dL/dsum: out = sum > 0 ? sum : slope * sum. */
WIDE static void activate_back(
    float *d, const float *sum, const float *slope, int n, int width, float *d_bias, float *d_slope)
{
    memset(d_bias, 0, (size_t)width * sizeof *d_bias);
    if (d_slope)
        memset(d_slope, 0, (size_t)width * sizeof *d_slope);
    for (int i = 0; i < n; i++, d += width, sum += width) {
        if (d_slope)
            for (int j = 0; j < width; j++)
                d_slope[j] += sum[j] > 0 ? 0 : d[j] * sum[j];
        for (int j = 0; j < width; j++) {
            d[j] = sum[j] > 0 ? d[j] : (slope ? slope[j] : 0) * d[j];
            d_bias[j] += d[j];
        }
    }
}

/* sum = W in, so dW = d^T in. */
WIDE static void narrow_weight_back(
    const float *d, const float *input, int n, int in, int out, float *d_weight)
{
    memset(d_weight, 0, (size_t)in * (size_t)out * sizeof *d_weight);
    for (int i = 0; i < n; i++, d += out, input += in)
        for (int j = 0; j < out; j++)
            for (int k = 0; k < in; k++)
                d_weight[j * in + k] += d[j] * input[k];
}

/* ... and d_in = d W. */
WIDE static void narrow_input_back(const float *d, const float *w, int n, int in, int out, float *d_input)
{
    memset(d_input, 0, (size_t)n * (size_t)in * sizeof *d_input);
    for (int i = 0; i < n; i++, d += out, d_input += in)
        for (int j = 0; j < out; j++)
            for (int k = 0; k < in; k++)
                d_input[k] += d[j] * w[j * in + k];
}

static void multiply_back(const struct dense *layer, const float *w, const float *input, const float *d,
    int n, float *d_weight, float *d_input)
{
    int in = layer->in, out = layer->out;
    if (out <= NARROW) {
        narrow_weight_back(d, input, n, in, out, d_weight);
        if (d_input)
            narrow_input_back(d, w, n, in, out, d_input);
        return;
    }
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, out, in, n, 1, d, out, input, in, 0, d_weight, in);
    if (d_input)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, in, out, 1, d, out, w, in, 0, d_input, in);
}

void network_backward(const struct network *net, const float *value, const float *input, int n,
    const float *d_feature, struct network_work *work, float *grad)
{
    float *d = work->back[0], *next = work->back[1];
    memcpy(d, d_feature, (size_t)n * (size_t)net->dim * sizeof *d);
    for (int l = net->layers - 1; l >= 0; l--) {
        const struct dense *layer = &net->layer[l];
        if (layer->hidden)
            activate_back(d, work->sum[l], slope_of(layer, value), n, layer->out, grad + layer->bias,
                layer->learned_slope ? grad + layer->slope : NULL);
        multiply_back(layer, value + layer->weight, l ? work->out[l - 1] : input, d, n, grad + layer->weight,
            l ? next : NULL);
        float *swap = d;
        d = next;
        next = swap;
    }
}
