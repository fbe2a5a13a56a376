#include "render/solid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS = 12 };

static bool grow(struct solid *s, int points, int rows)
{
    if (points > s->point_capacity || !s->point) {
        float *point = realloc(s->point, ((size_t)points * 3 + 3) * sizeof *point);
        if (!point)
            return false;
        s->point = point;
        s->point_capacity = points;
    }
    if (rows > s->row_capacity || !s->row) {
        double *row = realloc(s->row, ((size_t)rows * 3 + 3) * sizeof *row);
        if (!row)
            return false;
        s->row = row;
        s->row_capacity = rows;
    }
    return true;
}

void solid_clear(struct solid *s)
{
    free(s->point);
    free(s->row);
    *s = (struct solid){ 0 };
}

static double dot(const double *a, const double *b, int dim)
{
    double sum = 0;
    for (int d = 0; d < dim; d++)
        sum += a[d] * b[d];
    return sum;
}

/* Takes off what lies along the axes before it and makes it a unit vector; an axis with nothing left becomes the first
 * row that has something, or else coordinate axis. */
static void orthonormal(struct solid *s, int axis, const double *unit, int rows)
{
    for (int other = -1; other < rows + s->dim; other++) {
        double *v = s->basis[axis];
        if (other >= rows) {
            memset(v, 0, sizeof s->basis[axis]);
            v[other - rows] = 1;
        } else if (other >= 0) {
            memcpy(v, unit + (size_t)other * (size_t)s->dim, (size_t)s->dim * sizeof *v);
        }
        double before = sqrt(dot(v, v, s->dim));
        for (int k = 0; k < axis; k++) {
            double along = dot(v, s->basis[k], s->dim);
            for (int d = 0; d < s->dim; d++)
                v[d] -= along * s->basis[k][d];
        }
        double length = sqrt(dot(v, v, s->dim));
        if (length > 1e-6 * before && length > 1e-12) {
            for (int d = 0; d < s->dim; d++)
                v[d] /= length;
            return;
        }
    }
}

static void coordinate_axes(struct solid *s, int dim)
{
    s->dim = dim;
    memset(s->basis, 0, sizeof s->basis);
    for (int k = 0; k < 3; k++)
        s->basis[k][k] = 1;
}

/* One turn of the power iteration: v becomes the sum of the rows times their product with v. */
static void turn(struct solid *s, int axis, const double *unit, int rows)
{
    double next[SOLID_DIM_MAX] = { 0 };
    for (int r = 0; r < rows; r++) {
        const double *u = unit + (size_t)r * (size_t)s->dim;
        double along = dot(u, s->basis[axis], s->dim);
        for (int d = 0; d < s->dim; d++)
            next[d] += along * u[d];
    }
    memcpy(s->basis[axis], next, sizeof next);
}

/* Orthogonal iteration from where the axes were: a few turns a snapshot follow a slow training. */
static void principal_axes(struct solid *s, int dim, const double *unit, int rows, bool anew)
{
    int turns = TURNS;
    if (s->dim != dim || anew) {
        coordinate_axes(s, dim);
        turns *= 10;
    }
    for (int i = 0; i < turns; i++)
        for (int axis = 0; axis < 3; axis++) {
            turn(s, axis, unit, rows);
            orthonormal(s, axis, unit, rows);
        }
}

/* FNV-1a over the numbers: told apart is all that is needed. */
static uint32_t sum_of(const double *value, size_t count)
{
    uint32_t sum = 2166136261u;
    for (size_t i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, &value[i], sizeof bits);
        sum = (sum ^ (uint32_t)bits) * 16777619u;
        sum = (sum ^ (uint32_t)(bits >> 32)) * 16777619u;
    }
    return sum;
}

static void follow(struct solid *s, int dim, const double *unit, int rows, bool anew)
{
    uint32_t sum = sum_of(unit, (size_t)rows * (size_t)dim);
    bool rest = s->dim == dim && !anew && s->rows == sum;
    if (!rest && !(s->given && s->dim == dim))
        principal_axes(s, dim, unit, rows, anew);
    s->given = false;
    s->rows = sum;
}

void solid_give(struct solid *s, const double *axis, int dim)
{
    memset(s->basis, 0, sizeof s->basis);
    for (int k = 0; k < 3; k++)
        memcpy(s->basis[k], axis + (size_t)k * (size_t)dim, (size_t)dim * sizeof *axis);
    s->dim = dim;
    s->chosen = false;
    s->given = true;
}

bool solid_axes(const struct solid *s, double *axis)
{
    if (s->dim <= 3 || s->chosen)
        return false;
    for (int k = 0; k < 3; k++)
        memcpy(axis + (size_t)k * (size_t)s->dim, s->basis[k], (size_t)s->dim * sizeof *axis);
    return true;
}

/* Two of them leave the third coordinate 0. */
static void chosen_axes(struct solid *s, int dim, const struct experiment *e)
{
    s->dim = dim;
    s->chosen = true;
    memset(s->basis, 0, sizeof s->basis);
    for (int k = 0; k < e->axis_count; k++)
        if (e->axes[k] < dim)
            s->basis[k][e->axes[k]] = 1;
}

static void shadow(const struct solid *s, const double *v, double *out)
{
    for (int k = 0; k < 3; k++)
        out[k] = dot(v, s->basis[k], s->dim);
}

static void place_point(struct solid *s, const float *x, float *out)
{
    double square = 0, at[3] = { 0, 0, 0 };
    for (int d = 0; d < s->dim; d++) {
        square += (double)x[d] * (double)x[d];
        for (int k = 0; k < 3; k++)
            at[k] += (double)x[d] * s->basis[k][d];
    }
    bool there = square > 1e-24 && isfinite(square);
    for (int k = 0; k < 3; k++)
        out[k] = there ? (float)(at[k] / sqrt(square)) : NAN;
}

bool solid_update(struct solid *s, const struct snapshot *snap, const double *unit, int rows)
{
    int dim = snap->dim;
    if (dim < 3 || dim > SOLID_DIM_MAX)
        return true;
    if (!grow(s, snap->count, rows))
        return false;
    bool was_chosen = s->chosen;
    s->chosen = false;
    if (dim > 3 && snap->experiment.axis_count > 0)
        chosen_axes(s, dim, &snap->experiment);
    else if (dim == 3)
        coordinate_axes(s, dim);
    else
        follow(s, dim, unit, rows, was_chosen);
    double all = 0, kept = 0;
    for (int r = 0; r < rows; r++) {
        const double *u = unit + (size_t)r * (size_t)dim;
        double *out = s->row + 3 * (size_t)r;
        shadow(s, u, out);
        all += dot(u, u, dim);
        kept += dot(out, out, 3);
    }
    s->share = all > 0 ? kept / all : (double)NAN;
    for (int i = 0; i < snap->count; i++)
        place_point(s, snap->feature + (size_t)i * (size_t)dim, s->point + 3 * (size_t)i);
    return true;
}
