/* loss_wide.c - the margin softmax of many classes. The same sums as in loss_margin.c, laid out by dimension instead of
 * by class and in an order that goes through vectors; with a thousand classes the head would else be nine tenths of a
 * step. Its exponential is exact to 1e-14. */
#include <math.h>
#include <string.h>

#include "math/loss_rows.h"
#include "math/wide.h"

enum { QUAD = 4, DIMS = 3 };
#define DOUBLES double __attribute__((vector_size(32)))
#define LONGS long long __attribute__((vector_size(32)))
struct doubles {
    DOUBLES lane;
} __attribute__((packed, may_alias));

#define AT(x) (((struct doubles *)(x))->lane)
#define IN(x) (((const struct doubles *)(x))->lane)

/* Classes rounded up to `room`: those beyond do not count. */
struct wide {
    int classes, room, dim;
    double *unit; /* directions of the class weights */
    double *turn, *along; /* (dim, room), (room) sums for the derivative by the weights */
    double *cosine, *delta; /* (room) of the sample at hand */
};

/* Beyond this radius the usual bound of the logits is too far from them. */
static const double FAR = 300;

static struct wide wide_on(const struct bench *b)
{
    int room = (b->classes + QUAD - 1) / QUAD * QUAD;
    size_t size = (size_t)room * (size_t)b->dim;
    struct wide w = { .classes = b->classes, .room = room, .dim = b->dim, .unit = b->rest };
    w.turn = w.unit + size;
    w.along = w.turn + size;
    w.cosine = w.along + room;
    w.delta = w.cosine + room;
    memset(w.unit, 0, (2 * size + (size_t)room) * sizeof *w.unit);
    for (int j = 0; j < b->classes; j++)
        for (int d = 0; d < b->dim; d++)
            w.unit[d * room + j] = b->class_unit[j * b->dim + d];
    return w;
}

/* e^x for |x| <= 700: 2^k e^r with r within half of ln 2, e^r as the fourth power of the series of e^(r/4). */
WITHIN void exponential(DOUBLES *x)
{
    const double log2_e = 1.4426950408889634, quarter_ln2 = 0.17328679513998632;
    const double magic = 0x1.8p52; /* adding it rounds to a whole number, in the last bits */
    DOUBLES shifted = *x * log2_e + magic;
    DOUBLES r = *x * 0.25 - (shifted - magic) * quarter_ln2;
    DOUBLES r2 = r * r, r4 = r2 * r2; /* in pairs: a term after the other would wait for the one before */
    DOUBLES low = (1 + r) + r2 * (0.5 + r * (1.0 / 6));
    DOUBLES high = (1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720 + r * (1.0 / 5040));
    DOUBLES series = low + r4 * (high + r4 * (1.0 / 40320));
    series *= series;
    series *= series;
    *x = series * (DOUBLES)(((LONGS)shifted << 52) + (1023LL << 52));
}

WITHIN void look_in(const struct wide *w, const double *unit, double radius, int dim)
{
    for (int j = 0; j < w->room; j += QUAD) {
        DOUBLES c = { 0 };
        for (int d = 0; d < dim; d++)
            c += IN(w->unit + d * w->room + j) * unit[d];
        AT(w->cosine + j) = c;
        c = c * radius - radius;
        exponential(&c);
        AT(w->delta + j) = c;
    }
}

/* Cosines, and delta_j = e^(R c_j - R). The two common dimensions by themselves, so that their loop unrolls. */
WIDE static void look(const struct wide *w, const double *unit, double radius)
{
    if (w->dim == 2)
        look_in(w, unit, radius, 2);
    else if (w->dim == 3)
        look_in(w, unit, radius, 3);
    else
        look_in(w, unit, radius, w->dim);
}

/* The same relative to the largest, where e^(-2R) would be nothing; returns that. */
static double look_far(const struct wide *w, const double *unit, double radius)
{
    double top = -1;
    look(w, unit, 0);
    for (int j = 0; j < w->classes; j++)
        top = fmax(top, w->cosine[j]);
    for (int j = 0; j < w->classes; j++)
        w->delta[j] = exp(radius * (w->cosine[j] - top));
    return top;
}

WIDE static double total(const double *x, int n)
{
    DOUBLES sum = { 0 };
    for (int j = 0; j < n; j += QUAD)
        sum += IN(x + j);
    return sum[0] + sum[1] + sum[2] + sum[3];
}

/* What the derivatives by x and by the class weights are sums of: delta w and delta u, of `dims` dimensions from d on. */
WITHIN void push_dims(const struct wide *w, const double *rate, int d, int dims, double *pull)
{
    const double *own = w->unit + d * w->room;
    double *turn = w->turn + d * w->room;
    DOUBLES sum[DIMS] = { 0 };
    for (int j = 0; j < w->room; j += QUAD) {
        DOUBLES delta = IN(w->delta + j);
        for (int k = 0; k < dims; k++) {
            sum[k] += delta * IN(own + k * w->room + j);
            AT(turn + k * w->room + j) += delta * rate[k];
        }
    }
    for (int k = 0; k < dims; k++)
        pull[d + k] = sum[k][0] + sum[k][1] + sum[k][2] + sum[k][3];
}

/* The same of delta cos: returned, and added to what is along the weights. */
WITHIN double push_along(const struct wide *w, double rate)
{
    DOUBLES along = { 0 };
    for (int j = 0; j < w->room; j += QUAD) {
        DOUBLES part = IN(w->delta + j) * IN(w->cosine + j);
        along += part;
        AT(w->along + j) += part * rate;
    }
    return along[0] + along[1] + along[2] + along[3];
}

WIDE static double push(const struct wide *w, const double *unit, double radius, double share, double *pull)
{
    for (int d = 0; d < w->dim; d += DIMS) {
        double rate[DIMS] = { 0 };
        int dims = w->dim - d < DIMS ? w->dim - d : DIMS;
        for (int k = 0; k < dims; k++)
            rate[k] = radius * share * unit[d + k];
        if (dims == 2)
            push_dims(w, rate, d, 2, pull);
        else if (dims == DIMS)
            push_dims(w, rate, d, DIMS, pull);
        else
            push_dims(w, rate, d, 1, pull);
    }
    for (int d = 0; d < w->dim; d++)
        pull[d] *= share;
    return share * push_along(w, radius * share);
}

/* d cos_j/dx = (w_j - c_j u)/|x|, and d|x|/dx = u, as in bench_push_feature. */
static void push_feature(const struct bench *b, const double *pull, double along, double stretch, double *dx)
{
    double rate = b->radial ? 1 : b->scale / b->norm;
    for (int d = 0; d < b->dim; d++)
        dx[d] += rate * (pull[d] - along * b->unit[d]) + (b->radial ? stretch : 0) * b->unit[d];
}

static double wide_sample(struct bench *b, struct wide *w, const double *x, int label, double *dx)
{
    b->norm = unit_vector(x, b->dim, b->unit);
    double radius = b->radial ? b->norm : b->scale, top = 1;
    if (radius < FAR)
        look(w, b->unit, radius);
    else
        top = look_far(w, b->unit, radius);
    double cosine = fmin(1, fmax(-1, w->cosine[label]));
    struct psi own = loss_target(b->force, cosine);
    for (int j = w->classes; j < w->room; j++)
        w->delta[j] = 0;
    w->delta[label] = 0;
    double z = radius * (own.value - top), others = total(w->delta, w->room), sum = others + exp(z);
    w->cosine[label] = cosine;
    w->delta[label] = -others * own.slope;
    double share = 1 / sum / b->n, *pull = w->delta + w->room;
    double along = push(w, b->unit, radius, share, pull);
    double stretch = along - share * others * (own.value - own.slope * cosine);
    if (dx && (b->norm > 0 || (b->radial && !b->force->loss->target)))
        push_feature(b, pull, along, stretch, dx);
    return (log(sum) - z) / b->n;
}

/* dW_j = (sum of delta u - (sum of delta c) w_j) / |W_j| */
static void push_weight(const struct bench *b, const struct wide *w, double *dw)
{
    for (int j = 0; j < b->classes; j++)
        for (int d = 0; d < b->dim && b->class_norm[j] > 0; d++)
            dw[j * b->dim + d] +=
                (w->turn[d * w->room + j] - w->along[j] * b->class_unit[j * b->dim + d]) / b->class_norm[j];
}

bool bench_is_wide(const struct bench *b)
{
    return b->classes >= WIDE_CLASSES && b->sub == 1 && b->force->loss->radius != RADIUS_BOTH;
}

double wide_softmax(struct bench *b, const struct batch *batch, struct grad *grad)
{
    struct wide w = wide_on(b);
    double loss = 0;
    for (int i = 0; i < b->n; i++) {
        size_t at = (size_t)i * (size_t)b->dim;
        loss += wide_sample(
            b, &w, batch->feature + at, batch->label[i], grad->feature ? grad->feature + at : NULL);
    }
    if (grad->weight)
        push_weight(b, &w, grad->weight);
    return loss;
}
