/* network_layer.h - what kinds of layers and activations there are, one row each; for the files network*.c only. */
#ifndef MATH_NETWORK_LAYER_H
#define MATH_NETWORK_LAYER_H

#include "math/network.h"

/* The product of a layer, without bias and activation. `value` and `grad` are all parameters of the network. */
struct layer_kind {
    void (*forward)(const struct layer *layer, const float *value, const struct network_input *in, int n,
        struct network_work *work, float *sum);
    /* d (n, out) = dL/dsum; overwrites the weights' part of grad, and d_in (n, in) unless it is NULL. */
    void (*backward)(const struct layer *layer, const float *value, const struct network_input *in, int n,
        const float *d, struct network_work *work, float *grad, float *d_in);
};

/* Weights (in, out): a hidden layer, wide behind and perhaps sparse before. */
extern const struct layer_kind layer_hidden;
/* Weights (out, in): the feature layer, with few outputs. */
extern const struct layer_kind layer_feature;

/* Filters over pictures, weights (kernel, kernel, channels, filters), and a pooling. What passes on are the largest sums
 * of each pool: with an activation that rises that is the same as pooling after it, at a part of the work. */
extern const struct layer_kind layer_convolution;

/* Floats of scratch it needs. */
size_t convolution_scratch(const struct picture *p, int filters);

/* Where the weight of product k of output j lies. */
static inline size_t layer_weight(const struct layer *layer, int j, int k)
{
    bool by_input = layer->kind != &layer_feature;
    size_t place = by_input ? (size_t)k * (size_t)layer->width + (size_t)j
                            : (size_t)j * (size_t)layer->fan_in + (size_t)k;
    return layer->weight + place;
}

struct activation_kind {
    double gain;                      /* He: the variance of the weights is 1 / (gain fan_in) */
    bool learned_slope;
    /* sum (n, width) += bias; out = f(sum). */
    void (*forward)(float *sum, float *out, const float *bias, const float *slope, int n, int width);
    /* d holds dL/dout and becomes dL/dsum; d_bias and d_slope (NULL without one) are overwritten. */
    void (*backward)(float *d, const float *sum, const float *out, const float *slope, int n, int width,
        float *d_bias, float *d_slope);
};

const struct activation_kind *activation_find(enum activation activation);

/* A start for learned slopes: He et al. 2015. */
static const float ACTIVATION_SLOPE = 0.25f;

#endif
