#include "tests/support/region_check.h"

#include <math.h>

void report_wrong(struct report *r, const char *what, const double *x, int dim, int drawn, int want)
{
    if (r->wrong++ == 0)
        snprintf(r->first, sizeof r->first, "%s at %.9g %.9g %.9g: drawn %d, want %d", what, x[0], x[1],
            dim == 3 ? x[2] : 0, drawn, want);
}

static void turned(const double *x, const double *axis, int dim, double angle, double *out)
{
    double along = 0, square = 0, rest[3], length = 0;
    for (int d = 0; d < dim; d++)
        along += x[d] * axis[d], square += x[d] * x[d];
    for (int d = 0; d < dim; d++) {
        rest[d] = axis[d] - along / square * x[d];
        length += rest[d] * rest[d];
    }
    for (int d = 0; d < dim; d++)
        out[d] = cos(angle) * x[d] + (length > 0 ? sin(angle) * sqrt(square / length) * rest[d] : 0);
}

static bool is_jump(const struct judge *j, const double *x, int class)
{
    int dim = j->of->dim;
    for (int r = class * j->sub; r < (class + 1) * j->sub; r++) {
        double in[3], out[3];
        turned(x, j->unit[r], dim, 1e-7, in);
        turned(x, j->unit[r], dim, -1e-7, out);
        double before = judge_excess(j, in, class), after = judge_excess(j, out, class);
        bool corner = fabs(before - after) > 1e-3 && fmin(fabs(before), fabs(after)) < 1e-6;
        if ((before > 0) != (after > 0) || corner)
            return true;
    }
    return false;
}

static double lead(const struct judge *j, const double *x, int class)
{
    double best = -INFINITY;
    for (int k = 0; k < j->of->classes; k++)
        if (k != class)
            best = fmax(best, judge_score(j, x, k));
    return judge_score(j, x, class) - best;
}

void check_vertex(
    const struct judge *j, const double *x, int class, bool safe, double room, struct report *report)
{
    double ahead = lead(j, x, class);
    room *= 1 + j->scale;
    bool level = fabs(ahead) <= room;
    report->vertices++;
    if (safe && !level && j->of->loss->has_margin)
        level = fabs(judge_excess(j, x, class)) <= room || is_jump(j, x, class);
    if (!level)
        report_wrong(report, safe ? "safe vertex" : "vertex", x, j->of->dim, class, -1);
}

bool check_undecided(const struct judge *j, const double *x, int winner)
{
    double top = judge_score(j, x, winner);
    if (j->of->loss->has_margin && fabs(judge_excess(j, x, winner)) <= 1e-12 * (1 + j->scale))
        return true;
    for (int k = 0; k < j->of->classes; k++) {
        double behind = top - judge_score(j, x, k);
        if (k != winner && behind <= 1e-13 * (1 + j->scale) && !judge_same(j, winner, k))
            return true;
    }
    return false;
}
