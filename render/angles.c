#include "render/angles.h"

#include <math.h>

#include "math/wide.h"

enum { BUNCH = 64 };

static const float PI = 3.14159265f;

/* A few samples, laid out for vectors: numbers of one kind beside each other, all of them doubles. */
struct bunch {
    const float *x; /* (n, dim) */
    const int *label;
    int n, dim;
    double length[BUNCH], class[BUNCH];
    double own[BUNCH], top[BUNCH],
        rival[BUNCH]; /* cosines times lengths; the class of the best of the others */
    float short_of[BUNCH], sign[BUNCH]; /* 1 - |cos|, and which way the cosine points */
};

static double product(const float *x, const double *unit, int dim)
{
    double sum = 0;
    for (int d = 0; d < dim; d++)
        sum += (double)x[d] * unit[d];
    return sum;
}

WITHIN void compare_row(struct bunch *b, const double *unit, int class, int dim)
{
    for (int k = 0; k < b->n; k++) {
        double c = 0;
        for (int d = 0; d < dim; d++)
            c += (double)b->x[k * dim + d] * unit[d];
        bool better = (b->class[k] != class) & (c > b->top[k]);
        b->top[k] = better ? c : b->top[k];
        b->rival[k] = better ? class : b->rival[k];
    }
}

WITHIN void look_around(struct bunch *b, const double *unit, int classes, int sub, int dim)
{
    for (int k = 0; k < b->n; k++) {
        double square = 0;
        for (int d = 0; d < dim; d++)
            square += (double)b->x[k * dim + d] * (double)b->x[k * dim + d];
        b->length[k] = sqrt(square);
    }
    for (int j = 0; j < classes; j++)
        for (int r = 0; r < sub; r++, unit += dim)
            compare_row(b, unit, j, dim);
}

/* The two common dimensions by themselves, so that their loops unroll. */
WIDE static void find_rivals(struct bunch *b, const double *unit, int classes, int sub)
{
    for (int k = 0; k < b->n; k++) {
        b->class[k] = b->label[k];
        b->top[k] = -INFINITY;
        b->rival[k] = -1;
    }
    if (b->dim == 2)
        look_around(b, unit, classes, sub, 2);
    else if (b->dim == 3)
        look_around(b, unit, classes, sub, 3);
    else
        look_around(b, unit, classes, sub, b->dim);
}

/* Strangers have no weight of their own: their cosine is 0. */
static void find_own(struct bunch *b, const double *unit, int classes, int sub)
{
    for (int k = 0; k < b->n; k++) {
        b->own[k] = 0;
        if (b->label[k] < 0 || b->label[k] >= classes)
            continue;
        const double *rows = unit + (size_t)b->label[k] * (size_t)(sub * b->dim);
        b->own[k] = product(b->x + k * b->dim, rows, b->dim);
        for (int r = 1; r < sub; r++)
            b->own[k] = fmax(b->own[k], product(b->x + k * b->dim, rows + r * b->dim, b->dim));
    }
}

/* Cosines times lengths become angles; no length, no direction: a right angle. arccos x = sqrt(1 - x) times a polynomial
 * of x for x >= 0, to 2e-8 (Abramowitz, Stegun 4.4.46). */
WIDE static void turn(struct bunch *b, const double *cosine, float *angle)
{
    for (int k = 0; k < b->n; k++) {
        double c = b->length[k] < 1e-12 ? 0 : cosine[k] / b->length[k];
        b->short_of[k] = (float)(fabs(c) > 1 ? 0 : 1 - fabs(c));
        b->sign[k] = c < 0 ? -1 : 1;
    }
    for (int k = 0; k < b->n; k++) {
        float x = 1 - b->short_of[k], p = -0.0012624911f;
        p = p * x + 0.0066700901f;
        p = p * x - 0.0170881256f;
        p = p * x + 0.0308918810f;
        p = p * x - 0.0501743046f;
        p = p * x + 0.0889789874f;
        p = p * x - 0.2145988016f;
        p = p * x + 1.5707963050f;
        float a = sqrtf(b->short_of[k]) * p;
        angle[k] = b->sign[k] < 0 ? PI - a : a;
    }
}

/* Of the first two numbers, from the cosine of their angle; of none 0, as atan2 has it. */
WIDE static void find_directions(struct bunch *b, double *along)
{
    for (int k = 0; k < b->n; k++) {
        double x = (double)b->x[k * b->dim], y = (double)b->x[k * b->dim + 1];
        along[k] = x;
        b->length[k] = sqrt(x * x + y * y);
    }
}

static void put_directions(struct bunch *b, float *angle)
{
    double along[BUNCH];
    for (int k = 0; b->dim < 2 && k < b->n; k++)
        angle[k] = NAN;
    if (b->dim < 2)
        return;
    find_directions(b, along);
    turn(b, along, angle);
    for (int k = 0; k < b->n; k++)
        angle[k] = b->length[k] < 1e-12 ? 0 : copysignf(angle[k], b->x[k * b->dim + 1]);
}

void angles_measure(const struct snapshot *snap, const double *unit, int sub, float *own, float *rival,
    int *rival_class, float *angle)
{
    struct bunch b = { .dim = snap->dim };
    for (int from = 0; from < snap->count; from += BUNCH) {
        b.x = snap->feature + (size_t)from * (size_t)b.dim;
        b.label = snap->label + from;
        b.n = snap->count - from < BUNCH ? snap->count - from : BUNCH;
        find_rivals(&b, unit, snap->classes, sub);
        find_own(&b, unit, snap->classes, sub);
        turn(&b, b.own, own + from);
        turn(&b, b.top, rival + from);
        for (int k = 0; k < b.n; k++) {
            rival_class[from + k] = (int)b.rival[k];
            rival[from + k] = b.rival[k] < 0 ? NAN : rival[from + k];
        }
        put_directions(&b, angle + from);
    }
}
