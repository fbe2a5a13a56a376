/* network_conv.c - convolutions as matrix products: every place of a picture where the filters stand becomes a row of the
 * numbers they see ("im2col"), a few samples at a time so that the rows stay in the cache. The four places of a pool follow
 * one another, so that pooling reads straight on. */
#include <cblas.h>
#include <string.h>

#include "math/network_layer.h"
#include "math/wide.h"

/* Floats of the rows of one product; about half of a second-level cache. */
static const size_t PATCHES = 131072;

enum { POOL = 4 }; /* numbers of a pool of two by two */

/* What a sample takes, and how the scratch is parted. */
struct room {
    int places, fan_in, group; /* rows of a sample, numbers in one; samples a product */
    bool framed; /* pictures are copied before they are read */
    size_t padded; /* floats of a picture with its border */
    const uint32_t *start;
    float *border, *patch, *sum; /* (padded), (group, places, fan_in), (group, places, filters) */
};

/* Where every place of a picture begins, in the picture with its border; those of a pool follow one another. */
static void find_places(const struct picture *p, uint32_t *start)
{
    int wide = p->columns + 2 * p->pad;
    for (int cell = 0; cell < p->height * p->width; cell++)
        for (int inner = 0; inner < p->pool * p->pool; inner++) {
            int y = cell / p->width * p->pool + inner / p->pool,
                x = cell % p->width * p->pool + inner % p->pool;
            *start++ = (uint32_t)(y * wide + x) * (uint32_t)p->channels;
        }
}

static struct room sizes_of(const struct picture *p)
{
    struct room r = { .places = p->height * p->width * p->pool * p->pool,
        .fan_in = p->kernel * p->kernel * p->channels };
    size_t own = (size_t)r.places * (size_t)r.fan_in;
    r.group = own < PATCHES ? (int)(PATCHES / own) : 1;
    r.padded = (size_t)(p->rows + 2 * p->pad) * (size_t)(p->columns + 2 * p->pad) * (size_t)p->channels;
    r.framed = p->pad > 0 || p->kernel * p->channels < LANES;
    return r;
}

static struct room room_of(const struct picture *p, const struct network_work *work)
{
    struct room r = sizes_of(p);
    find_places(p, work->start);
    r.start = work->start;
    r.border = work->scratch;
    r.patch = r.border + r.padded + LANES;
    r.sum = r.patch + (size_t)r.group * (size_t)r.places * (size_t)r.fan_in + LANES;
    return r;
}

size_t convolution_scratch(const struct picture *p, int filters)
{
    struct room r = sizes_of(p);
    size_t places = (size_t)r.group * (size_t)r.places;
    return r.padded + (size_t)2 * LANES + places * ((size_t)r.fan_in + (size_t)filters);
}

/* Rows of the picture in the middle of a border of zeros, there or back. */
static void frame(const struct picture *p, const float *x, float *border)
{
    size_t row = (size_t)p->columns * (size_t)p->channels, edge = (size_t)p->pad * (size_t)p->channels;
    size_t wide = row + 2 * edge;
    memset(border, 0, (size_t)p->pad * wide * sizeof *border);
    border += (size_t)p->pad * wide;
    for (int y = 0; y < p->rows; y++, border += wide, x += row) {
        memset(border, 0, edge * sizeof *border);
        memcpy(border + edge, x, row * sizeof *border);
        memset(border + edge + row, 0, edge * sizeof *border);
    }
    memset(border, 0, (size_t)p->pad * wide * sizeof *border);
}

static void unframe(const struct picture *p, const float *border, float *x)
{
    size_t row = (size_t)p->columns * (size_t)p->channels, edge = (size_t)p->pad * (size_t)p->channels;
    border += (size_t)p->pad * (row + 2 * edge) + edge;
    for (int y = 0; y < p->rows; y++)
        memcpy(x + (size_t)y * row, border + (size_t)y * (row + 2 * edge), row * sizeof *x);
}

/* Runs shorter than a vector are copied as one: what is too much is overwritten by the next, and there is room for that
 * behind the last. */
WITHIN void copy_run(const float *from, int run, float *to)
{
    for (int j = 0; j + LANES < run; j += LANES)
        ((struct floats *)(to + j))->lane = ((const struct floats *)(from + j))->lane;
    int last = run > LANES ? run - LANES : 0;
    ((struct floats *)(to + last))->lane = ((const struct floats *)(from + last))->lane;
}

WIDE static void gather(
    const struct picture *p, const uint32_t *start, const float *x, int places, float *patch)
{
    size_t wide = (size_t)(p->columns + 2 * p->pad) * (size_t)p->channels;
    int run = p->kernel * p->channels;
    for (int i = 0; i < places; i++) {
        const float *from = x + start[i];
        for (int k = 0; k < p->kernel; k++, from += wide, patch += run)
            copy_run(from, run, patch);
    }
}

/* The transpose of gather: x must be zeros. */
WIDE static void scatter(
    const struct picture *p, const uint32_t *start, const float *patch, int places, float *x)
{
    size_t wide = (size_t)(p->columns + 2 * p->pad) * (size_t)p->channels;
    int run = p->kernel * p->channels;
    for (int i = 0; i < places; i++) {
        float *to = x + start[i];
        for (int k = 0; k < p->kernel; k++, to += wide, patch += run)
            for (int j = 0; j < run; j++)
                to[j] += patch[j];
    }
}

/* The largest of every POOL rows, and which row it is. */
WIDE static void pool(
    const float *restrict sum, int cells, int width, float *restrict out, uint32_t *restrict pick)
{
    for (int i = 0; i < cells; i++, sum += POOL * width, out += width, pick += width)
        for (int j = 0; j < width; j++) {
            float a = sum[j], b = sum[width + j], c = sum[2 * width + j], d = sum[3 * width + j];
            uint32_t upper = b > a, lower = c < d ? 3 : 2;
            float top = b > a ? b : a, bottom = c < d ? d : c;
            out[j] = bottom > top ? bottom : top;
            pick[j] = bottom > top ? lower : upper;
        }
}

/* out = sum[pick], so d goes to the row picked, and nothing to the others. */
WIDE static void unpool(
    const float *restrict d, const uint32_t *restrict pick, int cells, int width, float *restrict d_sum)
{
    for (int i = 0; i < cells; i++, d += width, pick += width)
        for (uint32_t q = 0; q < POOL; q++, d_sum += width)
            for (int j = 0; j < width; j++)
                d_sum[j] = pick[j] == q ? d[j] : 0;
}

static void gather_group(const struct layer *layer, const struct room *r, const float *x, int n)
{
    const struct picture *p = &layer->picture;
    for (int i = 0; i < n; i++, x += layer->in) {
        if (r->framed)
            frame(p, x, r->border);
        gather(p, r->start, r->framed ? r->border : x, r->places,
            r->patch + (size_t)i * (size_t)r->places * (size_t)r->fan_in);
    }
}

static void scatter_group(const struct layer *layer, const struct room *r, int n, float *d_in)
{
    const struct picture *p = &layer->picture;
    for (int i = 0; i < n; i++, d_in += layer->in) {
        float *to = p->pad > 0 ? r->border : d_in;
        memset(to, 0, r->padded * sizeof *to);
        scatter(p, r->start, r->patch + (size_t)i * (size_t)r->places * (size_t)r->fan_in, r->places, to);
        if (p->pad > 0)
            unframe(p, to, d_in);
    }
}

static void convolution_forward(const struct layer *layer, const float *value, const struct network_input *in,
    int n, struct network_work *work, float *sum)
{
    const struct picture *p = &layer->picture;
    struct room r = room_of(p, work);
    uint32_t *pick = work->pick[layer->number];
    const float *x = in->dense, *w = value + layer->weight;
    int cells = p->height * p->width, width = layer->width;
    for (int at = 0; at < n; at += r.group) {
        int own = n - at < r.group ? n - at : r.group;
        size_t out = (size_t)at * (size_t)layer->out;
        float *to = p->pool > 1 ? r.sum : sum + out;
        gather_group(layer, &r, x + (size_t)at * (size_t)layer->in, own);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, own * r.places, width, r.fan_in, 1, r.patch,
            r.fan_in, w, width, 0, to, width);
        if (p->pool > 1)
            pool(to, own * cells, width, sum + out, pick + out);
    }
}

/* sum = P W with the rows P of the pictures, so dW = P^T d and dP = d W^T, which goes back to where P came from. */
static void convolution_backward(const struct layer *layer, const float *value,
    const struct network_input *in, int n, const float *d, struct network_work *work, float *grad,
    float *d_in)
{
    const struct picture *p = &layer->picture;
    struct room r = room_of(p, work);
    const uint32_t *pick = work->pick[layer->number];
    const float *x = in->dense, *w = value + layer->weight;
    int cells = p->height * p->width, width = layer->width;
    for (int at = 0; at < n; at += r.group) {
        int own = n - at < r.group ? n - at : r.group, rows = own * r.places;
        size_t out = (size_t)at * (size_t)layer->out;
        const float *d_sum = p->pool > 1 ? r.sum : d + out;
        if (p->pool > 1)
            unpool(d + out, pick + out, own * cells, width, r.sum);
        gather_group(layer, &r, x + (size_t)at * (size_t)layer->in, own);
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, r.fan_in, width, rows, 1, r.patch, r.fan_in,
            d_sum, width, at > 0, grad + layer->weight, width);
        if (!d_in)
            continue;
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, r.fan_in, width, 1, d_sum, width, w, width,
            0, r.patch, r.fan_in);
        scatter_group(layer, &r, own, d_in + (size_t)at * (size_t)layer->in);
    }
}

const struct layer_kind layer_convolution = { convolution_forward, convolution_backward };
