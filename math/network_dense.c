/* network_dense.c - the products of dense layers: by BLAS where they are wide, by plain loops where a call would cost
 * more than the work, and without the empty ground of pictures where there is one. */
#include <cblas.h>
#include <string.h>

#include "math/network_layer.h"
#include "math/wide.h"

/* A product of no more multiplications than this takes a plain loop less than the call into BLAS (measured with widths
 * of 2 to 16 and batches of 10 and 128). */
enum { PLAIN = 1024 };

static bool plain(const struct layer *layer, int n)
{
    return (long)n * layer->in * layer->out <= PLAIN;
}

/* A sum of matrix rows in steps of BLOCK columns, which stay in registers. */
enum { BLOCK = 8 };

WITHIN void add_block(const struct sparse_term *term, int n, const float *from, float *to, int lanes)
{
    FLOATS acc[BLOCK];
    for (int q = 0; q < lanes; q++)
        acc[q] = ((const struct floats *)(to + q * LANES))->lane;
    for (int i = 0; i < n; i++)
        for (int q = 0; q < lanes; q++)
            acc[q] += term[i].factor * ((const struct floats *)(from + term[i].at + q * LANES))->lane;
    for (int q = 0; q < lanes; q++)
        ((struct floats *)(to + q * LANES))->lane = acc[q];
}

/* to (width) += sum of the terms */
WITHIN void add_terms(const struct sparse_term *term, int n, const float *from, float *to, int width)
{
    int j = 0;
    for (; j + BLOCK * LANES <= width; j += BLOCK * LANES)
        add_block(term, n, from + j, to + j, BLOCK);
    for (; j + BLOCK / 2 * LANES <= width; j += BLOCK / 2 * LANES)
        add_block(term, n, from + j, to + j, BLOCK / 2);
    for (; j + LANES <= width; j += LANES)
        add_block(term, n, from + j, to + j, 1);
    for (; j < width; j++)
        for (int i = 0; i < n; i++)
            to[j] += term[i].factor * from[term[i].at + (uint32_t)j];
}

/* --- hidden layers, weights (in, out) ------------------------------------------------------------------- */

/* x = g 1 + p, so W x = W p + g (W 1): the last is the same for all samples. */
WIDE static void sparse_forward(
    const float *w, const struct network_input *in, int n, int width, struct sparse_term *term, float *sum)
{
    const struct sparse *s = in->sparse;
    memset(sum, 0, (size_t)width * sizeof *sum);
    for (int k = 0; k < s->dim; k++)
        for (int j = 0; j < width; j++)
            sum[j] += w[k * width + j];
    for (int j = 0; j < width; j++)
        sum[j] *= s->ground;
    for (int i = n - 1; i >= 0; i--) {
        float *own = sum + (size_t)i * (size_t)width;
        if (i > 0)
            sparse_fetch(s, in->row[i - 1]);
        memmove(own, sum, (size_t)width * sizeof *sum);
        add_terms(term, sparse_terms(s, in->row[i], width, term), w, own, width);
    }
}

/* The terms of a block of samples by columns: column k are those of the samples that have it. */
static void turn(const struct network_input *in, int from, int n, int width, struct network_work *work)
{
    const struct sparse *s = in->sparse;
    int *next = work->column + 1;
    memset(work->column, 0, ((size_t)s->dim + 1) * sizeof *work->column);
    for (int i = from; i < from + n; i++)
        for (size_t at = s->start[in->row[i]]; at < s->start[in->row[i] + 1]; at++)
            next[s->index[at]]++;
    for (int k = 0, sum = 0; k < s->dim; k++) {
        int own = next[k];
        next[k] = sum;
        sum += own;
    }
    for (int i = from; i < from + n; i++)
        for (size_t at = s->start[in->row[i]]; at < s->start[in->row[i] + 1]; at++)
            work->term[next[s->index[at]]++] =
                (struct sparse_term){ (uint32_t)i * (uint32_t)width, s->step[s->level[at]] };
}

/* sum = x W, so dW = x^T d = p^T d + g 1 (1^T d): rank one, the same row for every input. */
WIDE static void sparse_weight_back(const struct network_input *in, const float *d, int n, int width,
    struct network_work *work, float *d_weight)
{
    int dim = in->sparse->dim;
    memset(d_weight, 0, (size_t)width * sizeof *d_weight);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < width; j++)
            d_weight[j] += d[(size_t)i * (size_t)width + (size_t)j];
    for (int j = 0; j < width; j++)
        d_weight[j] *= in->sparse->ground;
    for (int k = 1; k < dim; k++)
        memcpy(d_weight + (size_t)k * (size_t)width, d_weight, (size_t)width * sizeof *d_weight);
    for (int from = 0; from < n; from += SPARSE_BLOCK) {
        turn(in, from, n - from < SPARSE_BLOCK ? n - from : SPARSE_BLOCK, width, work);
        for (int k = 0; k < dim; k++)
            add_terms(work->term + work->column[k], work->column[k + 1] - work->column[k], d,
                d_weight + (size_t)k * (size_t)width, width);
    }
}

/* LANES columns of a row of x w, whose rows are `wide` numbers long. */
WITHIN void row_times(const float *x, const float *w, int in, int wide, float *to)
{
    FLOATS acc = { 0 };
    for (int k = 0; k < in; k++)
        acc += x[k] * ((const struct floats *)(w + k * wide))->lane;
    ((struct floats *)to)->lane = acc;
}

/* sum (n, out) = x (n, in) w (in, out), a few columns of a row at once */
WIDE static void plain_forward(const float *w, const float *x, int n, int in, int out, float *sum)
{
    for (int i = 0; i < n; i++, x += in, sum += out) {
        int j = 0;
        for (; j + LANES <= out; j += LANES)
            row_times(x, w + j, in, out, sum + j);
        for (; j < out; j++) {
            float acc = 0;
            for (int k = 0; k < in; k++)
                acc += x[k] * w[k * out + j];
            sum[j] = acc;
        }
    }
}

/* The same with fewer columns than LANES, which w is filled up to. */
WIDE static void narrow_forward(const float *w, const float *x, int n, int in, int out, float *sum)
{
    for (int i = 0; i < n; i++, x += in, sum += out) {
        float lane[LANES];
        row_times(x, w, in, LANES, lane);
        for (int j = 0; j < out; j++)
            sum[j] = lane[j];
    }
}

/* d_weight (in, out) = x^T d */
WIDE static void plain_weight_back(const float *x, const float *d, int n, int in, int out, float *d_weight)
{
    for (int k = 0; k < in; k++, d_weight += out) {
        int j = 0;
        for (; j + LANES <= out; j += LANES) {
            FLOATS acc = { 0 };
            for (int i = 0; i < n; i++)
                acc += x[i * in + k] * ((const struct floats *)(d + i * out + j))->lane;
            ((struct floats *)(d_weight + j))->lane = acc;
        }
        for (; j < out; j++) {
            float acc = 0;
            for (int i = 0; i < n; i++)
                acc += x[i * in + k] * d[i * out + j];
            d_weight[j] = acc;
        }
    }
}

/* out (n, rows) = x (n, in) m^T, m (rows, in). */
static void plain_dots(const float *x, const float *m, int n, int in, int rows, float *out)
{
    float turned[LANES * PLAIN];
    bool narrow = rows < LANES;
    int wide = narrow ? LANES : rows;
    for (int k = 0; narrow && k < in * LANES; k++)
        turned[k] = 0;
    for (int j = 0; j < rows; j++)
        for (int k = 0; k < in; k++)
            turned[k * wide + j] = m[j * in + k];
    (narrow ? narrow_forward : plain_forward)(turned, x, n, in, rows, out);
}

static void hidden_forward(const struct layer *layer, const float *value, const struct network_input *in,
    int n, struct network_work *work, float *sum)
{
    const float *w = value + layer->weight;
    if (in->row)
        sparse_forward(w, in, n, layer->out, work->term, sum);
    else if (plain(layer, n))
        plain_forward(w, in->dense, n, layer->in, layer->out, sum);
    else
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, layer->out, layer->in, 1, in->dense,
            layer->in, w, layer->out, 0, sum, layer->out);
}

static void hidden_backward(const struct layer *layer, const float *value, const struct network_input *in,
    int n, const float *d, struct network_work *work, float *grad, float *d_in)
{
    const float *w = value + layer->weight;
    float *d_weight = grad + layer->weight;
    int width = layer->out;
    if (in->row)
        sparse_weight_back(in, d, n, width, work, d_weight);
    else if (plain(layer, n))
        plain_weight_back(in->dense, d, n, layer->in, width, d_weight);
    else
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, layer->in, width, n, 1, in->dense, layer->in, d,
            width, 0, d_weight, width);
    if (d_in && plain(layer, n))
        plain_dots(d, w, n, width, layer->in, d_in);
    else if (d_in)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, layer->in, width, 1, d, width, w, width, 0,
            d_in, layer->in);
}

const struct layer_kind layer_hidden = { hidden_forward, hidden_backward };

/* --- the feature layer, weights (out, in) --------------------------------------------------------------- */

static void feature_forward(const struct layer *layer, const float *value, const struct network_input *in,
    int n, struct network_work *work, float *sum)
{
    const float *w = value + layer->weight;
    (void)work;
    if (plain(layer, n))
        plain_dots(in->dense, w, n, layer->in, layer->out, sum);
    else
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, layer->out, layer->in, 1, in->dense,
            layer->in, w, layer->in, 0, sum, layer->out);
}

static void feature_backward(const struct layer *layer, const float *value, const struct network_input *in,
    int n, const float *d, struct network_work *work, float *grad, float *d_in)
{
    const float *w = value + layer->weight;
    float *d_weight = grad + layer->weight;
    int width = layer->out;
    (void)work;
    if (plain(layer, n))
        plain_weight_back(d, in->dense, n, width, layer->in, d_weight);
    else
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, width, layer->in, n, 1, d, width, in->dense,
            layer->in, 0, d_weight, layer->in);
    if (d_in && plain(layer, n))
        plain_forward(w, d, n, width, layer->in, d_in);
    else if (d_in)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, layer->in, width, 1, d, width, w, layer->in,
            0, d_in, layer->in);
}

const struct layer_kind layer_feature = { feature_forward, feature_backward };
