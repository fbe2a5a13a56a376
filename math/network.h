/* network.h - a perceptron from inputs to features: dense layers, each hidden one with bias and activation, the
 * feature layer with neither (a bias there lets all classes drift to one side).
 * The shape is a plain value; parameters and gradients are flat float arrays of `size` the caller owns. Matrices
 * are row-major, one sample a row. No state, any thread. */
#ifndef MATH_NETWORK_H
#define MATH_NETWORK_H

#include "math/experiment.h"
#include "math/rng.h"

enum { NETWORK_LAYER_MAX = EXPERIMENT_HIDDEN_MAX + 1 };

/* out = f(W in + b); W is (out, in). Places count floats from the start of the parameters. */
struct dense {
    int in, out;
    bool hidden, learned_slope;
    size_t weight, bias, slope;
};

struct network {
    int input, dim, layers;
    struct dense layer[NETWORK_LAYER_MAX];
    size_t size;
};

/* What a forward pass leaves for the backward pass. */
struct network_work {
    int capacity;                         /* samples */
    float *sum[NETWORK_LAYER_MAX];        /* (capacity, out): W in + b */
    float *out[NETWORK_LAYER_MAX];        /* (capacity, out): after the activation */
    float *back[2];                       /* (capacity, widest): dL/dsum of the layer at hand and the next */
    float *block;
};

void network_init(struct network *net, const struct experiment *e, int input);

/* He initialisation: variance 2 / (fan_in (1 + slope^2)), biases 0, slopes 0.25. */
void network_randomise(const struct network *net, struct rng *rng, float *value);

bool network_work_init(struct network_work *work, const struct network *net, int capacity);
void network_work_clear(struct network_work *work);

/* Features (n, dim) of input (n, input); they live in `work`. */
const float *network_forward(const struct network *net, const float *value, const float *input, int n,
    struct network_work *work);

/* Overwrites grad (size) with the derivatives by the parameters, given those by the features of the last
 * network_forward on the same arguments. */
void network_backward(const struct network *net, const float *value, const float *input, int n,
    const float *d_feature, struct network_work *work, float *grad);

#endif
