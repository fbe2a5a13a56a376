/* network.h - from inputs to features: convolutions of pictures with poolings, then dense layers, each with bias and
 * activation; the feature layer has neither (a bias there lets all classes drift to one side).
 * The shape is a plain value; parameters and gradients are flat float arrays of `size` the caller owns. Matrices
 * are row-major, one sample a row. No state, any thread. */
#ifndef MATH_NETWORK_H
#define MATH_NETWORK_H

#include "math/experiment.h"
#include "math/rng.h"
#include "math/sparse.h"

/* Pixels of the largest pictures for convolutions: with all their filters still whole numbers. */
enum { NETWORK_PIXELS_MAX = 1 << 20 };
enum { NETWORK_LAYER_MAX = EXPERIMENT_FILTERS_MAX + EXPERIMENT_HIDDEN_MAX + 1, SPARSE_BLOCK = 128 };
enum { LINE = 64 };                   /* bytes of a line of the cache */

/* What a layer reads: samples as they are, or rows of a sparse set. */
struct network_input {
    const float *dense;               /* (n, in), or NULL */
    const struct sparse *sparse;
    const int *row;                   /* (n) of them; NULL: dense */
};

struct layer_kind;                    /* math/network_layer.h */
struct activation_kind;

/* A convolution: pictures (rows, columns, channels) before it; after it, and after the largest of every pool x pool
 * numbers, (height, width, filters). What is left over at the right and the bottom by the pooling is not computed. */
struct picture {
    int rows, columns, channels, kernel, pad, pool, height, width;
};

/* out = f(W in + b). Places count floats from the start of the parameters: weights in [weight, bias), then what does
 * not decay, biases and slopes, up to `end`. */
struct layer {
    const struct layer_kind *kind;
    const struct activation_kind *activation;     /* NULL: neither activation nor bias */
    struct picture picture;           /* of a convolution */
    int number;                       /* of the network's layers, from 0 */
    int in, out;                      /* floats of a sample */
    int width;                        /* outputs with their own weights, bias and slope: filters, or all of them */
    int fan_in;                       /* products an output sums */
    bool learned_slope;
    size_t weight, bias, slope, end;
};

struct network {
    int input, dim, layers;
    struct layer layer[NETWORK_LAYER_MAX];
    size_t size;
};

/* What a forward pass leaves for the backward pass. */
struct network_work {
    int capacity;                         /* samples */
    float *sum[NETWORK_LAYER_MAX];        /* (capacity, out): W in + b */
    float *out[NETWORK_LAYER_MAX];        /* (capacity, out): after the activation */
    float *back[2];                       /* (capacity, widest): dL/dsum of the layer at hand and the next */
    float *block;
    uint32_t *pick[NETWORK_LAYER_MAX];    /* (capacity, out) which number of its pool is the largest */
    uint32_t *picks, *start;              /* of convolutions: where the places begin that the filters look at */
    float *scratch;                       /* of convolutions: a few samples */
    struct sparse_term *term;                    /* of sparse inputs: a block of samples, and by columns */
    int *column;                          /* (input + 1) */
};

/* `input` numbers a sample; for the cnn pictures of so many rows, which must fit. */
void network_init(struct network *net, const struct experiment *e, int input, int rows);

/* Whether pictures of this size are large enough for the convolutions of the cnn: 0, or which one of them is too much,
 * from 1. */
int network_narrow(const struct experiment *e, int rows, int columns);

/* Whether its inputs may be rows of a sparse set. */
bool network_takes_sparse(const struct network *net);

/* He initialisation: variance 2 / (fan_in (1 + slope^2)), biases 0, slopes 0.25. */
void network_randomise(const struct network *net, struct rng *rng, float *value);

/* `sparse` is the set that inputs may be rows of, or NULL. */
bool network_work_init(struct network_work *work, const struct network *net, int capacity,
    const struct sparse *sparse);
void network_work_clear(struct network_work *work);

/* Features (n, dim) of n inputs; they live in `work`. */
const float *network_forward(const struct network *net, const float *value, const struct network_input *input,
    int n, struct network_work *work);

/* Overwrites grad (size) with the derivatives by the parameters, given those by the features of the last
 * network_forward on the same arguments. */
void network_backward(const struct network *net, const float *value, const struct network_input *input, int n,
    const float *d_feature, struct network_work *work, float *grad);

#endif
