/* convolve.h - the loops of a convolution over one picture, in the widest vectors of the processor at hand. Nothing is
 * copied for them but the picture into its frame: a filter reads runs of numbers, kernel x channels long, from as many
 * rows as it is high. Where sums are pooled, only the largest has a derivative, so going back is a quarter of the work.
 * For math/network_conv.c only. */
#ifndef MATH_CONVOLVE_H
#define MATH_CONVOLVE_H

#include <stdint.h>

enum { CONVOLVE_LANES_MAX = 16 };

/* Where filters stand on a picture. The frame of it has CONVOLVE_LANES_MAX numbers to spare behind it. */
struct window {
    int cells, pool;                  /* results of a filter; sums of which each is the largest */
    int kernel, run, wide;            /* rows a filter reads, numbers of each, numbers from one to the next */
    int filters;
    const uint32_t *start;            /* (cells, pool) where the places begin that a filter reads */
};

/* Filters come in two layouts, both padded with zeros to whole vectors: `packed` (kernel, run, filters padded) and
 * `turned` (filters, kernel, run padded). pick (cells, filters) says which of the pool was the largest; NULL without
 * pooling. */
struct convolve {
    int lanes;
    void (*forward)(const struct window *w, const float *frame, const float *packed, float *sum, uint32_t *pick);
    /* Adds to d_turned, and to d_frame. */
    void (*back_weight)(const struct window *w, const float *frame, const float *d, const uint32_t *pick,
        float *d_turned);
    void (*back_input)(const struct window *w, const float *turned, const float *d, const uint32_t *pick,
        float *d_frame);
};

/* The kinds that the processor at hand can run, the widest first; NULL after the last. */
const struct convolve *convolve_at(int i);

static inline int convolve_padded(const struct convolve *c, int n)
{
    return (n + c->lanes - 1) / c->lanes * c->lanes;
}

#endif
