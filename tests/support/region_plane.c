/* Sectors of the circle and half planes of the plane, against the judge. */
#include <math.h>
#include <stdlib.h>

#include "math/region.h"
#include "tests/support/region_check.h"

static const double PI = 3.14159265358979323846;

enum { GRID = 512 };

/* ---- the circle: sectors ---- */

enum { MARK_MAX = 4 * CASE_CLASSES * REGION_ARC_MAX };

/* The angles at which anything drawn changes, and what is drawn from each to the next: the class whose arc holds
 * it, -1 none, -2 several. */
struct ring {
    double at[MARK_MAX];
    int decided[MARK_MAX], safe[MARK_MAX], count;
};

static bool arc_holds(struct arc arc, double phi)
{
    double off = fmod(phi - arc.from + 4 * PI, 2 * PI);
    return off < arc.to - arc.from;
}

static void ring_add(struct ring *ring, const struct arc *arc, int n)
{
    for (int i = 0; i < n; i++) {
        ring->at[ring->count++] = fmod(arc[i].from, 2 * PI);
        ring->at[ring->count++] = fmod(arc[i].to, 2 * PI);
    }
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int holder(int found, const struct arc *arc, int n, double phi, int class)
{
    for (int i = 0; i < n; i++)
        if (arc_holds(arc[i], phi))
            found = found == -1 ? class : -2;
    return found;
}

static void ring_make(struct ring *ring, const struct region_class *region, int classes)
{
    ring->count = 0;
    ring->at[ring->count++] = 0;
    for (int y = 0; y < classes; y++) {
        ring_add(ring, region[y].decided, region[y].decided_count);
        ring_add(ring, region[y].safe, region[y].safe_count);
    }
    qsort(ring->at, (size_t)ring->count, sizeof *ring->at, by_size);
    for (int i = 0; i < ring->count; i++) {
        double middle = (ring->at[i] + (i + 1 < ring->count ? ring->at[i + 1] : 2 * PI)) / 2;
        ring->decided[i] = ring->safe[i] = -1;
        for (int y = 0; y < classes; y++) {
            const struct region_class *r = &region[y];
            ring->decided[i] = holder(ring->decided[i], r->decided, r->decided_count, middle, y);
            ring->safe[i] = holder(ring->safe[i], r->safe, r->safe_count, middle, y);
        }
    }
}

static int ring_piece(const struct ring *ring, double phi)
{
    int low = 0, high = ring->count;
    while (high - low > 1) {
        int middle = (low + high) / 2;
        *(ring->at[middle] <= phi ? &low : &high) = middle;
    }
    return low;
}

static bool ring_near(const struct ring *ring, double phi, double away)
{
    double least = INFINITY;
    for (int i = 0; i < ring->count; i++)
        least = fmin(least, fabs(remainder(phi - ring->at[i], 2 * PI)));
    return least < away;
}

static void check_sector_point(
    const struct judge *j, const struct ring *ring, const double *x, struct report *report)
{
    double phi = atan2(x[1], x[0]);
    phi += phi < 0 ? 2 * PI : 0;
    int i = ring_piece(ring, phi), winner = judge_winner(j, x);
    int safe = judge_excess(j, x, winner) > 0 ? winner : -1;
    bool margin = j->of->loss->has_margin;
    report->points++;
    if (ring->decided[i] == winner && (!margin || ring->safe[i] == safe))
        return;
    if (ring_near(ring, phi, CHECK_NEAR / fmin(1, hypot(x[0], x[1]))) || check_undecided(j, x, winner))
        report->near++;
    else if (ring->decided[i] != winner)
        report_wrong(report, "class", x, 2, ring->decided[i], winner);
    else
        report_wrong(report, "zone", x, 2, ring->safe[i], safe);
}

static void check_sector_ends(
    const struct judge *j, const struct region_class *region, double norm, struct report *report)
{
    for (int y = 0; y < j->of->classes; y++)
        for (int safe = 0; safe < 2; safe++) {
            const struct arc *arc = safe ? region[y].safe : region[y].decided;
            int n = safe ? region[y].safe_count : region[y].decided_count;
            for (int i = 0; i < 2 * n; i++) {
                double phi = i % 2 ? arc[i / 2].to : arc[i / 2].from;
                double x[2] = { norm * cos(phi), norm * sin(phi) };
                if (arc[i / 2].to - arc[i / 2].from < 2 * PI - 1e-9)
                    check_vertex(j, x, y, safe, CHECK_LEVEL, report);
            }
        }
}

/* Directions alone decide: one division for the whole plane. */
static void check_plane_sectors(const struct judge *j, struct report *report)
{
    static struct region_class region[CASE_CLASSES];
    static struct ring ring;
    double size = j->of->norm;
    region_sectors(&j->force, &j->head, size, region);
    ring_make(&ring, region, j->of->classes);
    check_sector_ends(j, region, size, report);
    for (int i = 0; i < GRID * GRID; i++) {
        double x[2] = { size * (2 * (i % GRID + 0.5) / GRID - 1), size * (2 * (i / GRID + 0.5) / GRID - 1) };
        check_sector_point(j, &ring, x, report);
    }
}

/* Zones change with the length, or classes do: a division for each radius, as many as the grid has rows. */
static void check_plane_radii(const struct judge *j, int radii, struct report *report)
{
    static struct region_class region[CASE_CLASSES];
    static struct ring ring;
    region_sectors(&j->force, &j->head, j->of->norm, region);
    for (int k = 0; k < radii; k++) {
        double norm = radii == 1 ? j->of->norm : 1.5 * j->of->norm * (k + 1) / radii;
        for (int y = 0; radii > 1 && y < j->of->classes; y++)
            region[y].safe_count = region_safe(&j->force, &j->head, y, &region[y], norm, region[y].safe);
        ring_make(&ring, region, j->of->classes);
        check_sector_ends(j, region, norm, report);
        for (int i = 0; i < GRID; i++) {
            double phi = 2 * PI * (i + 0.37) / GRID, x[2] = { norm * cos(phi), norm * sin(phi) };
            check_sector_point(j, &ring, x, report);
        }
    }
}

/* ---- the plane: half planes ---- */

enum { SHAPE_DECIDED, SHAPE_ZONE, SHAPE_PLUS };

struct shape {
    int class, kind, corners;
    double xy[2 * (CASE_CLASSES + 4)], low, high; /* of the row in hand */
};

static void shape_row(struct shape *s, double y)
{
    s->low = INFINITY, s->high = -INFINITY;
    for (int i = 0; i < s->corners; i++) {
        const double *a = &s->xy[2 * i], *b = &s->xy[2 * ((i + 1) % s->corners)];
        if ((a[1] <= y) == (b[1] <= y))
            continue;
        double x = a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]);
        s->low = fmin(s->low, x), s->high = fmax(s->high, x);
    }
}

static double shape_distance(const struct shape *s, const double *p)
{
    double least = INFINITY;
    for (int i = 0; i < s->corners; i++) {
        const double *a = &s->xy[2 * i], *b = &s->xy[2 * ((i + 1) % s->corners)];
        double dx = b[0] - a[0], dy = b[1] - a[1], square = dx * dx + dy * dy;
        double t = square > 0 ? ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / square : 0;
        t = fmin(1, fmax(0, t));
        least = fmin(least, hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy));
    }
    return least;
}

/* The shapes the plane fills for the rule: cells, half planes, or a score's bands. */
static int shapes_make(const struct judge *j, const double box[4], struct shape *shape)
{
    const double *w = j->of->weight, *b = j->of->bias;
    int n = 0;
    if (j->of->loss->task == TASK_SCORE) {
        double line[2] = { w[2] - w[0], w[3] - w[1] }, edge = j->of->loss->has_margin ? 1 : 0;
        double ends[5] = { -INFINITY, -edge, 0, edge, INFINITY };
        for (int k = 0; k < 4; k++)
            if (ends[k] < ends[k + 1]) {
                struct shape *s = &shape[n++];
                s->class = k / 2;
                s->kind = edge == 0 ? SHAPE_DECIDED : k == 0 || k == 3 ? SHAPE_PLUS : SHAPE_ZONE;
                s->corners = region_band(line, b[1] - b[0], ends[k], ends[k + 1], box, s->xy, 8);
            }
        return n;
    }
    for (; n < j->of->classes; n++) {
        shape[n].class = n;
        shape[n].kind = SHAPE_DECIDED;
        shape[n].corners = j->decision == DECIDE_EACH
                               ? region_band(&w[2 * n], b[n], 0, INFINITY, box, shape[n].xy, 8)
                               : region_polygon(&j->head, n, box, shape[n].xy, CASE_CLASSES + 4);
    }
    return n;
}

static bool shape_wanted(const struct judge *j, const struct shape *s, const double *x, int winner)
{
    if (j->decision == DECIDE_EACH)
        return judge_score(j, x, s->class) > 0;
    if (s->class != winner || s->kind == SHAPE_DECIDED)
        return s->class == winner;
    double excess = judge_excess(j, x, winner);
    return s->kind == SHAPE_PLUS ? excess >= 0 : excess < 0;
}

/* Corners inside the box are level; so are those on its sides, but for its own corners. */
static void check_corners(const struct judge *j, const struct shape *s, double size, struct report *report)
{
    for (int i = 0; i < s->corners && j->decision == DECIDE_LINEAR && j->of->loss->task != TASK_SCORE; i++) {
        const double *p = &s->xy[2 * i];
        if (fabs(p[0]) != size || fabs(p[1]) != size)
            check_vertex(j, p, s->class, false, CHECK_LEVEL, report);
    }
}

static void check_plane_shapes(const struct judge *j, struct report *report)
{
    static struct shape shape[CASE_CLASSES + 4];
    double size = j->of->norm, box[4] = { -size, -size, size, size };
    int n = shapes_make(j, box, shape);
    for (int k = 0; k < n; k++)
        check_corners(j, &shape[k], size, report);
    for (int row = 0; row < GRID; row++) {
        double x[2] = { 0, size * (2 * (row + 0.5) / GRID - 1) };
        for (int k = 0; k < n; k++)
            shape_row(&shape[k], x[1]);
        for (int i = 0; i < GRID; i++) {
            x[0] = size * (2 * (i + 0.5) / GRID - 1);
            int winner = judge_winner(j, x);
            report->points++;
            for (int k = 0; k < n; k++) {
                bool drawn = x[0] >= shape[k].low && x[0] < shape[k].high;
                if (drawn == shape_wanted(j, &shape[k], x, winner))
                    continue;
                double away = INFINITY;
                for (int l = 0; l < n; l++)
                    away = fmin(away, shape_distance(&shape[l], x));
                if (away < CHECK_NEAR || check_undecided(j, x, winner))
                    report->near++;
                else
                    report_wrong(report, "half plane", x, 2, drawn ? shape[k].class : -1, winner);
            }
        }
    }
}

void check_plane(const struct judge *j, struct report *report)
{
    if (region_is_angular(&j->force)) {
        if (region_norm_matters(&j->force))
            check_plane_radii(j, GRID, report);
        else
            check_plane_sectors(j, report);
        return;
    }
    check_plane_shapes(j, report);
    if (j->decision == DECIDE_LINEAR)
        check_plane_radii(j, 1, report); /* the circle beside it, at one norm */
}
