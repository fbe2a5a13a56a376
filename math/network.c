#include "math/network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/network_layer.h"

static void add_layer(
    struct network *net, struct layer layer, const struct layer_kind *kind, const struct activation_kind *f)
{
    size_t width = (size_t)layer.width;
    layer.kind = kind;
    layer.number = net->layers;
    layer.activation = f;
    layer.learned_slope = f && f->learned_slope;
    layer.weight = net->size;
    layer.bias = layer.weight + (size_t)layer.fan_in * width;
    layer.slope = layer.bias + (f ? width : 0);
    layer.end = net->size = layer.slope + (layer.learned_slope ? width : 0);
    net->layer[net->layers++] = layer;
}

static struct layer dense(int in, int out)
{
    return (struct layer){ .in = in, .out = out, .width = out, .fan_in = in };
}

/* Convolution i of the experiment, on pictures of this size. */
static struct layer convolution(const struct experiment *e, int i, int rows, int columns, int channels)
{
    struct picture p = { .rows = rows, .columns = columns, .channels = channels, .kernel = e->kernel };
    p.pad = e->padding == PADDING_SAME ? (e->kernel - 1) / 2 : 0;
    p.pool = e->joined >> i & 1u ? 1 : 2;
    p.height = (rows + 2 * p.pad - e->kernel + 1) / p.pool;
    p.width = (columns + 2 * p.pad - e->kernel + 1) / p.pool;
    return (struct layer){ .picture = p,
        .in = rows * columns * channels,
        .out = p.height * p.width * e->filters[i],
        .width = e->filters[i],
        .fan_in = e->kernel * e->kernel * channels };
}

int network_narrow(const struct experiment *e, int rows, int columns)
{
    for (int i = 0; i < e->filter_count; i++) {
        struct picture p = convolution(e, i, rows, columns, 1).picture;
        if (p.height < 1 || p.width < 1)
            return i + 1;
        rows = p.height;
        columns = p.width;
    }
    return 0;
}

/* Returns how many numbers they leave of a sample. */
static int add_convolutions(struct network *net, const struct experiment *e, int rows)
{
    int columns = net->input / rows, channels = 1;
    for (int i = 0; i < e->filter_count; i++) {
        struct layer layer = convolution(e, i, rows, columns, channels);
        add_layer(net, layer, &layer_convolution, activation_find(e->activation));
        rows = layer.picture.height;
        columns = layer.picture.width;
        channels = layer.width;
    }
    return rows * columns * channels;
}

void network_init(struct network *net, const struct experiment *e, int input, int rows)
{
    *net = (struct network){ .input = input, .dim = e->feature_dim };
    int width = e->model == MODEL_CNN ? add_convolutions(net, e, rows) : input;
    for (int i = 0; i < e->hidden_count; i++) {
        add_layer(net, dense(width, e->hidden[i]), &layer_hidden, activation_find(e->activation));
        width = e->hidden[i];
    }
    add_layer(net, dense(width, e->feature_dim), &layer_feature, NULL);
}

void network_randomise(const struct network *net, struct rng *rng, float *value)
{
    for (int l = 0; l < net->layers; l++) {
        const struct layer *layer = &net->layer[l];
        double gain = layer->activation ? layer->activation->gain : 1;
        double spread = sqrt(1 / (gain * layer->fan_in));
        for (int j = 0; j < layer->width; j++)
            for (int k = 0; k < layer->fan_in; k++)
                value[layer_weight(layer, j, k)] = (float)(spread * rng_normal(rng));
        for (size_t i = layer->bias; i < layer->slope; i++)
            value[i] = 0;
        for (size_t i = layer->slope; i < layer->end; i++)
            value[i] = ACTIVATION_SLOPE;
    }
}

bool network_takes_sparse(const struct network *net)
{
    return net->layer[0].kind == &layer_hidden;
}

/* --- room ---------------------------------------------------------------------------------------------- */

static bool make_arrays(struct network_work *work, const struct network *net)
{
    size_t width = 0, widest = 0, n = (size_t)work->capacity;
    for (int l = 0; l < net->layers; l++) {
        size_t out = (size_t)net->layer[l].out;
        width += 2 * out;
        widest = out > widest ? out : widest;
    }
    size_t bytes = (n * (width + 2 * widest) * sizeof(float) / LINE + 1) * LINE;
    float *at = work->block = aligned_alloc(LINE, bytes);
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

static bool make_pools(struct network_work *work, const struct network *net)
{
    size_t scratch = 0, picks = 0, places = 0, n = (size_t)work->capacity;
    for (int l = 0; l < net->layers; l++) {
        const struct layer *layer = &net->layer[l];
        if (layer->kind != &layer_convolution)
            continue;
        size_t own = convolution_scratch(&layer->picture, layer->width);
        size_t seen =
            (size_t)(layer->out / layer->width) * (size_t)(layer->picture.pool * layer->picture.pool);
        scratch = own > scratch ? own : scratch;
        places = seen > places ? seen : places;
        picks += n * (size_t)layer->out;
    }
    if (scratch == 0)
        return true;
    uint32_t *at = work->picks = malloc((picks + places) * sizeof *at);
    work->scratch = aligned_alloc(LINE, scratch * sizeof *work->scratch); /* of whole lines */
    for (int l = 0; at && net->layer[l].kind == &layer_convolution; l++) {
        work->pick[l] = at;
        at += n * (size_t)net->layer[l].out;
    }
    work->start = at;
    return work->picks && work->scratch;
}

static bool make_terms(struct network_work *work, const struct sparse *sparse)
{
    if (!sparse)
        return true;
    work->term = malloc(SPARSE_BLOCK * ((size_t)sparse->widest + 1) * sizeof *work->term);
    work->column = malloc(((size_t)sparse->dim + 1) * sizeof *work->column);
    return work->term && work->column;
}

bool network_work_init(
    struct network_work *work, const struct network *net, int capacity, const struct sparse *sparse)
{
    *work = (struct network_work){ .capacity = capacity };
    if (make_arrays(work, net) && make_pools(work, net) && make_terms(work, sparse))
        return true;
    network_work_clear(work);
    return false;
}

void network_work_clear(struct network_work *work)
{
    free(work->block);
    free(work->picks);
    free(work->scratch);
    free(work->term);
    free(work->column);
    *work = (struct network_work){ 0 };
}

/* --- there and back ------------------------------------------------------------------------------------ */

static const float *slope_of(const struct layer *layer, const float *value)
{
    return layer->learned_slope ? value + layer->slope : NULL;
}

const float *network_forward(const struct network *net, const float *value, const struct network_input *input,
    int n, struct network_work *work)
{
    struct network_input in = *input;
    for (int l = 0; l < net->layers; l++) {
        const struct layer *layer = &net->layer[l];
        float *sum = layer->activation ? work->sum[l] : work->out[l];
        layer->kind->forward(layer, value, &in, n, work, sum);
        if (layer->activation)
            layer->activation->forward(sum, work->out[l], value + layer->bias, slope_of(layer, value),
                n * (layer->out / layer->width), layer->width);
        in = (struct network_input){ .dense = work->out[l] };
    }
    return in.dense;
}

void network_backward(const struct network *net, const float *value, const struct network_input *input, int n,
    const float *d_feature, struct network_work *work, float *grad)
{
    float *d = work->back[0], *next = work->back[1];
    memcpy(d, d_feature, (size_t)n * (size_t)net->dim * sizeof *d);
    for (int l = net->layers - 1; l >= 0; l--) {
        const struct layer *layer = &net->layer[l];
        struct network_input in = { .dense = l ? work->out[l - 1] : NULL };
        if (layer->activation)
            layer->activation->backward(d, work->sum[l], work->out[l], slope_of(layer, value),
                n * (layer->out / layer->width), layer->width, grad + layer->bias,
                layer->learned_slope ? grad + layer->slope : NULL);
        layer->kind->backward(layer, value, l ? &in : input, n, d, work, grad, l ? next : NULL);
        float *swap = d;
        d = next;
        next = swap;
    }
}
