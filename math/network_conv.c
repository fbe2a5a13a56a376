/* network_conv.c - convolutions with their pooling, sample by sample: a picture is copied into a frame with its border, and
 * the filters run over it (convolve.h). */
#include <string.h>

#include "math/convolve.h"
#include "math/network_layer.h"

/* How the scratch is parted. */
struct room {
    const struct convolve *convolve;
    struct window window;
    size_t framed, packed, turned; /* floats of each, whole lines of the cache */
    float *frame, *filter; /* the picture or its derivative; the filters or theirs */
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

static size_t whole(size_t n)
{
    return (n + CONVOLVE_LANES_MAX - 1) / CONVOLVE_LANES_MAX * CONVOLVE_LANES_MAX;
}

static struct room sizes_of(const struct picture *p, int filters)
{
    struct room r = { .convolve = convolve_at(0) };
    int run = p->kernel * p->channels, wide = (p->columns + 2 * p->pad) * p->channels;
    r.window = (struct window){ .cells = p->height * p->width,
        .pool = p->pool * p->pool,
        .kernel = p->kernel,
        .run = run,
        .wide = wide,
        .filters = filters };
    r.framed = whole((size_t)(p->rows + 2 * p->pad) * (size_t)wide + CONVOLVE_LANES_MAX);
    r.packed = whole((size_t)(p->kernel * run) * (size_t)convolve_padded(r.convolve, filters));
    r.turned = whole((size_t)(p->kernel * filters) * (size_t)convolve_padded(r.convolve, run));
    return r;
}

static struct room room_of(const struct layer *layer, const struct network_work *work)
{
    struct room r = sizes_of(&layer->picture, layer->width);
    find_places(&layer->picture, work->start);
    r.window.start = work->start;
    r.frame = work->scratch;
    r.filter = r.frame + r.framed;
    memset(r.frame, 0, r.framed * sizeof *r.frame);
    return r;
}

size_t convolution_scratch(const struct picture *p, int filters)
{
    struct room r = sizes_of(p, filters);
    return r.framed + (r.packed > r.turned ? r.packed : r.turned);
}

/* The picture in the middle of the frame, whose border is 0. */
static void frame(const struct picture *p, const float *x, float *to)
{
    size_t row = (size_t)p->columns * (size_t)p->channels, edge = (size_t)p->pad * (size_t)p->channels;
    to += (size_t)p->pad * (row + 2 * edge) + edge;
    for (int y = 0; y < p->rows; y++)
        memcpy(to + (size_t)y * (row + 2 * edge), x + (size_t)y * row, row * sizeof *x);
}

static void unframe(const struct picture *p, const float *from, float *x)
{
    size_t row = (size_t)p->columns * (size_t)p->channels, edge = (size_t)p->pad * (size_t)p->channels;
    from += (size_t)p->pad * (row + 2 * edge) + edge;
    for (int y = 0; y < p->rows; y++)
        memcpy(x + (size_t)y * row, from + (size_t)y * (row + 2 * edge), row * sizeof *x);
}

/* --- the layouts of the filters, from weights (kernel, run, filters) and back ----------------------------- */

static void pack(const struct room *r, const float *weight)
{
    int filters = r->window.filters, padded = convolve_padded(r->convolve, filters);
    memset(r->filter, 0, r->packed * sizeof *r->filter);
    for (int i = 0; i < r->window.kernel * r->window.run; i++)
        memcpy(r->filter + (size_t)i * (size_t)padded, weight + (size_t)i * (size_t)filters,
            (size_t)filters * sizeof *weight);
}

static float *turned_at(const struct room *r, int filter, int row)
{
    size_t padded = (size_t)convolve_padded(r->convolve, r->window.run);
    return r->filter + (size_t)(filter * r->window.kernel + row) * padded;
}

static void turn(const struct room *r, const float *weight)
{
    int filters = r->window.filters, run = r->window.run;
    memset(r->filter, 0, r->turned * sizeof *r->filter);
    for (int f = 0; f < filters; f++)
        for (int k = 0; k < r->window.kernel; k++)
            for (int j = 0; j < run; j++)
                turned_at(r, f, k)[j] = weight[(k * run + j) * filters + f];
}

static void turn_back(const struct room *r, float *weight)
{
    int filters = r->window.filters, run = r->window.run;
    for (int f = 0; f < filters; f++)
        for (int k = 0; k < r->window.kernel; k++)
            for (int j = 0; j < run; j++)
                weight[(k * run + j) * filters + f] = turned_at(r, f, k)[j];
}

/* --- there and back --------------------------------------------------------------------------------------- */

static const uint32_t *pick_of(const struct layer *layer, const struct network_work *work, int sample)
{
    return layer->picture.pool > 1 ? work->pick[layer->number] + (size_t)sample * (size_t)layer->out : NULL;
}

static void convolution_forward(const struct layer *layer, const float *value, const struct network_input *in,
    int n, struct network_work *work, float *sum)
{
    struct room r = room_of(layer, work);
    const float *x = in->dense;
    uint32_t *pick = work->pick[layer->number];
    pack(&r, value + layer->weight);
    for (int i = 0; i < n; i++, x += layer->in, sum += layer->out, pick += layer->out) {
        frame(&layer->picture, x, r.frame);
        r.convolve->forward(&r.window, r.frame, r.filter, sum, pick);
    }
}

static void weight_back(const struct layer *layer, const struct network_input *in, int n, const float *d,
    struct network_work *work, float *d_weight)
{
    struct room r = room_of(layer, work);
    memset(r.filter, 0, r.turned * sizeof *r.filter);
    for (int i = 0; i < n; i++) {
        frame(&layer->picture, in->dense + (size_t)i * (size_t)layer->in, r.frame);
        r.convolve->back_weight(
            &r.window, r.frame, d + (size_t)i * (size_t)layer->out, pick_of(layer, work, i), r.filter);
    }
    turn_back(&r, d_weight);
}

static void input_back(const struct layer *layer, const float *weight, int n, const float *d,
    struct network_work *work, float *d_in)
{
    struct room r = room_of(layer, work);
    turn(&r, weight);
    for (int i = 0; i < n; i++) {
        memset(r.frame, 0, r.framed * sizeof *r.frame);
        r.convolve->back_input(
            &r.window, r.filter, d + (size_t)i * (size_t)layer->out, pick_of(layer, work, i), r.frame);
        unframe(&layer->picture, r.frame, d_in + (size_t)i * (size_t)layer->in);
    }
}

static void convolution_backward(const struct layer *layer, const float *value,
    const struct network_input *in, int n, const float *d, struct network_work *work, float *grad,
    float *d_in)
{
    weight_back(layer, in, n, d, work, grad + layer->weight);
    if (d_in)
        input_back(layer, value + layer->weight, n, d, work, d_in);
}

const struct layer_kind layer_convolution = { convolution_forward, convolution_backward };
