/* loss_wide.c - the margin softmax of many classes. The same sums as in loss_margin.c, laid out by dimension instead of
 * by class and in an order that goes through vectors; with a thousand classes the head would else be nine tenths of a
 * step. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "math/exponential.h"
#include "math/loss_rows.h"

enum { DIMS = 3, HELD = 4, LINE = 8 }; /* LINE: doubles of a line of the cache */
#define DOUBLES double __attribute__((vector_size(64)))
struct doubles {
    DOUBLES lane;
} __attribute__((packed, may_alias));

#define AT(x) (((struct doubles *)(x))->lane)
#define IN(x) (((const struct doubles *)(x))->lane)

/* Classes rounded up to `room`: those beyond do not count. */
struct wide {
    int classes, room, dim;
    double *unit; /* directions of the class weights */
    double *turn; /* (dim, room) sums for the derivative by the weights */
    double *series; /* (room) scratch */
    double *delta; /* (room) of the sample at hand, one of `all` */
    double *all, *rate; /* (HELD, room), (HELD, dim) of samples that have not been added to `turn` yet */
    int held;
};

/* Beyond this radius the usual bound of the logits is too far from them. */
static const double FAR = 300;

/* All rows begin with a line. */
static struct wide wide_on(const struct bench *b)
{
    int room = (b->classes + LINE - 1) / LINE * LINE;
    size_t size = (size_t)room * (size_t)b->dim, beyond = (uintptr_t)b->rest / sizeof *b->rest % LINE;
    struct wide w = { .classes = b->classes, .room = room, .dim = b->dim };
    w.unit = b->rest + (LINE - beyond) % LINE;
    w.turn = w.unit + size;
    w.series = w.turn + size;
    w.all = w.series + room;
    w.rate = w.all + HELD * room;
    memset(w.unit, 0, (2 * size + (size_t)(room + HELD * (room + b->dim))) * sizeof *w.unit);
    for (int j = 0; j < b->classes; j++)
        for (int d = 0; d < b->dim; d++)
            w.unit[d * room + j] = b->class_unit[j * b->dim + d];
    return w;
}

WITHIN double cosine_of(const struct wide *w, const double *unit, int dim, int j)
{
    double c = 0;
    for (int d = 0; d < dim; d++)
        c += w->unit[d * w->room + j] * unit[d];
    return c;
}

WITHIN void look_in(const struct wide *w, const double *along, double least, int dim)
{
    double *restrict delta = w->delta, *restrict series = w->series;
    for (int j = 0; j < w->room; j++)
        series[j] = power_begin(cosine_of(w, along, dim, j) - least, &delta[j]);
    for (int j = 0; j < w->room; j++)
        series[j] = power_series(series[j]);
    for (int j = 0; j < w->room; j++)
        delta[j] = power_end(series[j], delta[j]);
}

/* delta_j = e^(R c_j - R) = 2^(r c_j - r), given u r and r. The two common dimensions by themselves, so that their loop unrolls. */
WIDEST static void look(const struct wide *w, const double *along, double least)
{
    if (w->dim == 2)
        look_in(w, along, least, 2);
    else if (w->dim == 3)
        look_in(w, along, least, 3);
    else
        look_in(w, along, least, w->dim);
}

static void look_near(const struct wide *w, const double *unit, double radius, double *along)
{
    for (int d = 0; d < w->dim; d++)
        along[d] = unit[d] * (radius * LOG2_E);
    look(w, along, radius * LOG2_E);
}

/* The same relative to the largest, where e^(-2R) would be nothing; returns that. */
static double look_far(const struct wide *w, const double *unit, double radius)
{
    double top = -1;
    for (int j = 0; j < w->classes; j++)
        top = fmax(top, w->delta[j] = cosine_of(w, unit, w->dim, j));
    for (int j = 0; j < w->classes; j++)
        w->delta[j] = exp(radius * (w->delta[j] - top));
    return top;
}

WITHIN double add_up(const DOUBLES *x)
{
    double of[LINE];
    memcpy(of, x, sizeof of);
    return ((of[0] + of[4]) + (of[2] + of[6])) + ((of[1] + of[5]) + (of[3] + of[7]));
}

/* Sums of delta, and of delta w in `dims` dimensions from d on. */
WITHIN double gather_dims(const struct wide *w, int d, int dims, double *pull)
{
    const double *own = w->unit + d * w->room;
    DOUBLES all = { 0 }, sum[DIMS] = { 0 };
    for (int j = 0; j < w->room; j += LINE) {
        DOUBLES delta = IN(w->delta + j);
        all += delta;
        for (int k = 0; k < dims; k++)
            sum[k] += delta * IN(own + k * w->room + j);
    }
    for (int k = 0; k < dims; k++)
        pull[d + k] = add_up(&sum[k]);
    return add_up(&all);
}

WIDEST static double gather(const struct wide *w, double *pull)
{
    double all = 0;
    for (int d = 0; d < w->dim; d += DIMS)
        if (w->dim - d == 1)
            all = gather_dims(w, d, 1, pull);
        else if (w->dim - d == 2)
            all = gather_dims(w, d, 2, pull);
        else
            all = gather_dims(w, d, DIMS, pull);
    return all;
}

/* What the derivative by the class weights is a sum of, delta u, for all held samples: sample by sample, the sums would
 * come and go four times as often. */
WIDEST static void push(const struct wide *w)
{
    const double *a = w->all, *b = a + w->room, *c = b + w->room, *e = c + w->room;
    for (int d = 0; d < w->dim; d++) {
        const double *rate = w->rate + d;
        double *restrict turn = w->turn + d * w->room;
        double ra = rate[0], rb = rate[w->dim], rc = rate[2 * w->dim], re = rate[3 * w->dim];
        for (int j = 0; j < w->room; j++)
            turn[j] += (a[j] * ra + b[j] * rb) + (c[j] * rc + e[j] * re);
    }
}

static void hold(struct wide *w, const double *unit, double rate)
{
    for (int d = 0; d < w->dim; d++)
        w->rate[w->held * w->dim + d] = rate * unit[d];
    if (++w->held < HELD)
        return;
    push(w);
    w->held = 0;
    memset(w->rate, 0, (size_t)(HELD * w->dim) * sizeof *w->rate);
}

/* d cos_j/dx = (w_j - c_j u)/|x|, and d|x|/dx = u, as in bench_push_feature. */
static void push_feature(const struct bench *b, const double *pull, double along, double stretch, double *dx)
{
    double rate = b->radial ? 1 : b->scale / b->norm;
    for (int d = 0; d < b->dim; d++)
        dx[d] += rate * (pull[d] - along * b->unit[d]) + (b->radial ? stretch : 0) * b->unit[d];
}

/* The others have pulled; what is missing of the sum delta w is the part of the label's own class. */
static double pull_own(
    struct wide *w, int label, double delta, double share, const double *unit, double *pull)
{
    double along = 0;
    w->delta[label] = delta;
    for (int d = 0; d < w->dim; d++) {
        pull[d] = share * (pull[d] + delta * w->unit[d * w->room + label]);
        along += pull[d] * unit[d];
    }
    return along;
}

static double wide_sample(struct bench *b, struct wide *w, const double *x, int label, double *dx)
{
    b->norm = unit_vector(x, b->dim, b->unit);
    double radius = b->radial ? b->norm : b->scale, top = 1, *pull = w->rate + HELD * w->dim;
    w->delta = w->all + w->held * w->room;
    if (radius < FAR)
        look_near(w, b->unit, radius, pull);
    else
        top = look_far(w, b->unit, radius);
    double cosine = fmin(1, fmax(-1, cosine_of(w, b->unit, w->dim, label)));
    struct psi own = loss_target(b->force, cosine);
    for (int j = w->classes; j < w->room; j++)
        w->delta[j] = 0;
    w->delta[label] = 0;
    double z = radius * (own.value - top), others = gather(w, pull), sum = others + exp(z);
    double share = 1 / sum / b->n;
    double along = pull_own(w, label, -others * own.slope, share, b->unit, pull);
    hold(w, b->unit, radius * share);
    double stretch = along - share * others * (own.value - own.slope * cosine);
    if (dx && (b->norm > 0 || (b->radial && !b->force->loss->target)))
        push_feature(b, pull, along, stretch, dx);
    return (log(sum) - z) / b->n;
}

/* dW_j = (t - (t w_j) w_j) / |W_j| with t = sum of delta u, as w_j is of length 1 */
static void push_weight(const struct bench *b, const struct wide *w, double *dw)
{
    for (int j = 0; j < b->classes; j++) {
        double along = 0;
        for (int d = 0; d < b->dim; d++)
            along += w->turn[d * w->room + j] * b->class_unit[j * b->dim + d];
        for (int d = 0; d < b->dim && b->class_norm[j] > 0; d++)
            dw[j * b->dim + d] +=
                (w->turn[d * w->room + j] - along * b->class_unit[j * b->dim + d]) / b->class_norm[j];
    }
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
    push(&w);
    if (grad->weight)
        push_weight(b, &w, grad->weight);
    return loss;
}
