/* What is drawn as a class's region and zone against the rules of spec/losses.md, for random rules and heads: at
 * every point of a 512 x 512 grid of the plane and at 20,000 directions of the sphere, and at every border vertex.
 *
 *   MARGINSCOPE_TRIALS=N   as many heads a loss (else a few)       MARGINSCOPE_SEED=N   others
 *   MARGINSCOPE_CASE=LINE  this one alone, as a failure prints it   MARGINSCOPE_DIM=N   2 or 3 alone
 */
#include <stdlib.h>
#include <string.h>

#include "math/region.h"
#include "math/region_sphere.h"
#include "tests/support/check.h"
#include "tests/support/region_case.h"

static const double PI = 3.14159265358979323846;
static const double NEAR = 1e-6; /* so near a border either side may be drawn */
static const double LEVEL = 1e-9; /* both sides of the inequality at a border */

#ifndef FINE
#define FINE 1e-6
#endif

enum { GRID = 512, DIRECTIONS = 20000, SHRINK_TRIES = 400 };

struct report {
    long points, near, vertices, wrong;
    char first[320];
};

static void wrong(struct report *r, const char *what, const double *x, int dim, int drawn, int want)
{
    if (r->wrong++ == 0)
        snprintf(r->first, sizeof r->first, "%s at %.9g %.9g %.9g: drawn %d, want %d", what, x[0], x[1],
            dim == 3 ? x[2] : 0, drawn, want);
}

/* ---- at a border ---- */

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

/* The border of what is decided: level with the best of the others. Of what is safe: that, or the train rule is
 * met with nothing to spare, or its target jumps here. */
static void check_vertex(const struct judge *j, const double *x, int class, bool safe, struct report *report)
{
    double room = LEVEL * (1 + j->scale), ahead = lead(j, x, class);
    bool level = fabs(ahead) <= room;
    report->vertices++;
    if (safe && !level && j->of->loss->has_margin)
        level = fabs(judge_excess(j, x, class)) <= room || is_jump(j, x, class);
    if (!level)
        wrong(report, safe ? "safe vertex" : "vertex", x, j->of->dim, class, -1);
}

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

/* What rounding decides: two rows that differ by it alone, an excess that is all rounding. */
static bool undecided(const struct judge *j, const double *x, int winner)
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
    if (ring_near(ring, phi, NEAR / fmin(1, hypot(x[0], x[1]))) || undecided(j, x, winner))
        report->near++;
    else if (ring->decided[i] != winner)
        wrong(report, "class", x, 2, ring->decided[i], winner);
    else
        wrong(report, "zone", x, 2, ring->safe[i], safe);
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
                    check_vertex(j, x, y, safe, report);
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
            check_vertex(j, p, s->class, false, report);
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
                if (away < NEAR || undecided(j, x, winner))
                    report->near++;
                else
                    wrong(report, "half plane", x, 2, drawn ? shape[k].class : -1, winner);
            }
        }
    }
}

static bool drawn_as_regions(const struct loss *loss)
{
    return loss->decision != DECIDE_NOTHING && loss->family != FAMILY_TERM;
}

static void check_plane(const struct judge *j, struct report *report)
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

/* ---- the sphere: closed chains ---- */

enum { CIRCLES = 100, PER_CIRCLE = DIRECTIONS / CIRCLES, LAYERS = 2 * CASE_CLASSES };

static double dot(const double *a, const double *b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void cross(const double *a, const double *b, double *out)
{
    for (int i = 0; i < 3; i++)
        out[i] = a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3];
}

static void scale_to_one(double *v)
{
    double length = sqrt(dot(v, v));
    for (int i = 0; i < 3; i++)
        v[i] /= length;
}

/* A great circle in the frame a, b with its normal n. */
struct hoop {
    double n[3], a[3], b[3];
};

static struct hoop hoop_draw(struct rng *rng)
{
    struct hoop h;
    double other[3];
    for (int i = 0; i < 3; i++)
        h.n[i] = rng_normal(rng), other[i] = rng_normal(rng);
    scale_to_one(h.n);
    cross(h.n, other, h.a);
    scale_to_one(h.a);
    cross(h.n, h.a, h.b);
    return h;
}

static void hoop_at(const struct hoop *h, double t, double *out)
{
    for (int i = 0; i < 3; i++)
        out[i] = cos(t) * h->a[i] + sin(t) * h->b[i];
}

static double angle_between(const double *a, const double *b)
{
    double apart = 0;
    for (int i = 0; i < 3; i++)
        apart += (a[i] - b[i]) * (a[i] - b[i]);
    return 2 * asin(fmin(1, sqrt(apart) / 2));
}

/* Angle from u to the edge p q, a piece of a great circle, and on which side of it u lies (> 0: left). */
static double edge_distance(const double *p, const double *q, const double *u, double *side)
{
    double normal[3], foot[3], before[3], after[3];
    cross(p, q, normal);
    *side = 0;
    if (sqrt(dot(normal, normal)) < 1e-12) /* two points in one have no sides */
        return angle_between(u, p);
    scale_to_one(normal);
    *side = dot(normal, u);
    for (int i = 0; i < 3; i++)
        foot[i] = u[i] - *side * normal[i];
    cross(p, foot, before);
    cross(foot, q, after);
    if (dot(before, normal) >= 0 && dot(after, normal) >= 0)
        return fabs(asin(fmax(-1, fmin(1, *side))));
    return fmin(angle_between(u, p), angle_between(u, q));
}

/* Whether u lies inside the layer, by its nearest edge; at a corner the edge u is farther off decides. */
static bool nearest_inside(const struct sphere_map *map, int layer, const double *u)
{
    double least = INFINITY, best = -1, most = 0;
    for (int c = 0; c < map->chains; c++) {
        const struct sphere_chain *chain = &map->chain[c];
        for (int i = 0; 2 * chain->class + chain->safe == layer && i < chain->count; i++) {
            double side, away = edge_distance(map->point[chain->from + i].at,
                             map->point[chain->from + (i + 1) % chain->count].at, u, &side);
            bool tie = fabs(away - least) < 1e-12;
            if (tie && fabs(fabs(side) - most) < 1e-12) { /* a border between two parts of the layer */
                best = fmax(best, side);
            } else if (tie ? fabs(side) > most : away < least) {
                best = side, most = fabs(side);
                least = fmin(least, away);
            }
        }
    }
    return best > 0;
}

static bool border_near(const struct sphere_map *map, const double *u, double away)
{
    for (int c = 0; c < map->chains; c++) {
        const struct sphere_chain *chain = &map->chain[c];
        for (int i = 0; i < chain->count; i++) {
            double side;
            if (edge_distance(map->point[chain->from + i].at,
                    map->point[chain->from + (i + 1) % chain->count].at, u, &side) < away)
                return true;
        }
    }
    return false;
}

/* What is drawn at the directions of one hoop: +1 and -1 where a layer begins and ends, summed up. The start is that
 * for which no layer is ever less than absent; where a layer does not change, what another hoop says where the two
 * cross, or the nearest edge. */
struct sweep {
    struct hoop hoop;
    int count[LAYERS][PER_CIRCLE];
    bool known[LAYERS];
};

static void sweep_edge(struct sweep *s, int layer, const double *p, const double *q)
{
    double at_p = dot(s->hoop.n, p), at_q = dot(s->hoop.n, q), x[3];
    if ((at_p > 0) == (at_q > 0))
        return;
    for (int i = 0; i < 3; i++)
        x[i] = p[i] + at_p / (at_p - at_q) * (q[i] - p[i]);
    double t = atan2(dot(x, s->hoop.b), dot(x, s->hoop.a));
    int first = (int)ceil((t < 0 ? t + 2 * PI : t) / (2 * PI) * PER_CIRCLE);
    if (first < PER_CIRCLE)
        s->count[layer][first] += at_p > at_q ? 1 : -1;
}

static void sweep_shift(struct sweep *s, int layer, int by)
{
    s->known[layer] = true;
    for (int i = 0; i < PER_CIRCLE; i++)
        s->count[layer][i] += by;
}

static void sweep_layer(struct sweep *s, int layer)
{
    int *count = s->count[layer], least = 0, most = 0;
    for (int i = 1; i < PER_CIRCLE; i++)
        count[i] += count[i - 1];
    for (int i = 0; i < PER_CIRCLE; i++) {
        least = count[i] < least ? count[i] : least;
        most = count[i] > most ? count[i] : most;
    }
    s->known[layer] = false;
    if (least < most)
        sweep_shift(s, layer, -least);
}

static void sweep_make(struct sweep *s, const struct sphere_map *map, int classes)
{
    memset(s->count, 0, sizeof s->count);
    for (int c = 0; c < map->chains; c++) {
        const struct sphere_chain *chain = &map->chain[c];
        for (int i = 0; i < chain->count; i++)
            sweep_edge(s, 2 * chain->class + chain->safe, map->point[chain->from + i].at,
                map->point[chain->from + (i + 1) % chain->count].at);
    }
    for (int layer = 0; layer < 2 * classes; layer++)
        sweep_layer(s, layer);
}

static bool ask_other(struct sweep *s, const struct sweep *other, int layer)
{
    double x[3];
    cross(s->hoop.n, other->hoop.n, x);
    double t = atan2(dot(x, other->hoop.b), dot(x, other->hoop.a));
    int i = (int)floor((t < 0 ? t + 2 * PI : t) / (2 * PI) * PER_CIRCLE) % PER_CIRCLE;
    int before = other->count[layer][i], after = other->count[layer][(i + 1) % PER_CIRCLE];
    if (!other->known[layer] || before != after)
        return false;
    sweep_shift(s, layer, before - s->count[layer][0]);
    return true;
}

static void sweeps_settle(struct sweep *s, const struct sphere_map *map, int layer)
{
    bool drawn = false;
    for (int c = 0; c < map->chains; c++)
        drawn = drawn || 2 * map->chain[c].class + map->chain[c].safe == layer;
    for (int k = 0; k < CIRCLES; k++) {
        double start[3];
        for (int other = 0; !s[k].known[layer] && other < CIRCLES; other++)
            ask_other(&s[k], &s[other], layer);
        hoop_at(&s[k].hoop, 0, start);
        if (!s[k].known[layer])
            sweep_shift(&s[k], layer, drawn && nearest_inside(map, layer, start));
    }
}

static void check_direction(
    const struct judge *j, const struct sphere_map *map, const struct sweep *s, int i, struct report *report)
{
    double u[3], x[3];
    hoop_at(&s->hoop, 2 * PI * i / PER_CIRCLE, u);
    for (int d = 0; d < 3; d++)
        x[d] = j->of->norm * u[d];
    int winner = judge_winner(j, x);
    bool meets = judge_excess(j, x, winner) > 0;
    report->points++;
    for (int layer = 0; layer < 2 * j->of->classes; layer++) {
        bool safe = layer % 2;
        int want = layer / 2 == winner && (!safe || meets), drawn = s->count[layer][i];
        if (drawn == want || (safe && map->same))
            continue;
        if (border_near(map, u, fmax(NEAR, 1.2 * FINE)) || undecided(j, x, winner))
            report->near++;
        else
            wrong(report, safe ? "zone on the sphere" : "class on the sphere", u, 3, drawn, want);
    }
}

static void check_chain_points(const struct judge *j, const struct sphere_map *map, struct report *report)
{
    for (int c = 0; c < map->chains; c++)
        for (int i = 0; i < map->chain[c].count; i++) {
            const struct sphere_chain *chain = &map->chain[c];
            const struct sphere_point *p = &map->point[chain->from + i];
            double x[3] = { j->of->norm * p->at[0], j->of->norm * p->at[1], j->of->norm * p->at[2] };
            if (p->rival != chain->class) /* between parts of one class nothing is decided */
                check_vertex(j, x, chain->class, chain->safe, report);
        }
}

static void check_sphere(const struct judge *j, struct report *report)
{
    static struct sphere_map map;
    static struct sweep sweep[CIRCLES];
    struct rng rng;
    rng_init(&rng, 3, RNG_SAMPLE);
    map.chord = FINE;
    assert_true(sphere_map_build(&map, &j->force, &j->head, j->of->norm));
    check_chain_points(j, &map, report);
    for (int k = 0; k < CIRCLES; k++) {
        sweep[k].hoop = hoop_draw(&rng);
        sweep_make(&sweep[k], &map, j->of->classes);
    }
    for (int layer = 0; layer < 2 * j->of->classes; layer++)
        sweeps_settle(sweep, &map, layer);
    for (int i = 0; i < DIRECTIONS; i++)
        check_direction(j, &map, &sweep[i / PER_CIRCLE], i % PER_CIRCLE, report);
    sphere_map_clear(&map);
}

/* ---- trials ---- */

static void check_case(const struct region_case *c, struct report *report)
{
    static struct judge j;
    judge_init(&j, c);
    (c->dim == 2 ? check_plane : check_sphere)(&j, report);
}

static bool fails(const struct region_case *c)
{
    struct report report = { 0 };
    check_case(c, &report);
    return report.wrong > 0;
}

static int setting(const char *name, int otherwise)
{
    const char *text = getenv(name);
    return text && *text ? atoi(text) : otherwise;
}

/* Prints the smallest case found that still fails. */
static void show_failure(struct region_case *c, const struct report *report)
{
    static char text[CASE_TEXT];
    struct report small = { 0 };
    long before = report->wrong;
    case_shrink(c, fails, setting("MARGINSCOPE_SHRINK", SHRINK_TRIES));
    check_case(c, &small);
    case_print(c, text, sizeof text);
    print_error("%ld of %ld points; smaller: %ld, %s\nMARGINSCOPE_CASE='%s'\n", before, report->points,
        small.wrong, small.first, text);
}

static void check_all(int dim, int trials)
{
    static struct region_case c;
    struct report all = { 0 };
    long heads = 0, failed = 0;
    if (setting("MARGINSCOPE_DIM", dim) != dim)
        skip();
    for (int l = 0; l < loss_count(); l++)
        for (int trial = 0; trial < trials; trial++) {
            struct rng rng;
            struct report one = { 0 };
            if (!drawn_as_regions(loss_at(l)) || (dim == 3 && loss_at(l)->decision == DECIDE_EACH))
                continue;
            rng_init(&rng, (uint64_t)(setting("MARGINSCOPE_SEED", 1) * 1000003 + 1009 * l + trial), RNG_FREE);
            case_draw(&c, loss_at(l), dim, &rng);
            check_case(&c, &one);
            heads++;
            all.points += one.points, all.near += one.near, all.vertices += one.vertices;
            all.wrong += one.wrong;
            if (one.wrong && failed++ < 5)
                show_failure(&c, &one);
        }
    print_message(
        "%d-D: %ld heads, %ld points (%ld too near a border), %ld vertices, %ld wrong in %ld heads\n", dim,
        heads, all.points, all.near, all.vertices, all.wrong, failed);
    assert_int_equal(failed, 0);
}

static void the_plane_is_drawn_as_the_rules_decide(void **state)
{
    (void)state;
    check_all(2, setting("MARGINSCOPE_TRIALS", SANITIZED ? 1 : 3));
}

static void the_sphere_is_drawn_as_the_rules_decide(void **state)
{
    (void)state;
    check_all(3, setting("MARGINSCOPE_TRIALS", SANITIZED ? 1 : 6));
}

/* Found once, and rare: what each asks for. */
/* clang-format off */
static const char *const PINNED[] = {
    /* the train rule is met twice within one stretch of the circle */
    "loss=sphereface2 dim=2 norm=1 r=30 m=0.2 t=10 b=0,0 w=0.13,-0.27,0.34,-1.2",
    /* two caps that face each other have nothing in common */
    "loss=softmax dim=3 norm=1 b=0,0,0 w=1,0,0,-1,0,0,0,0,0",
    /* likewise where there is no margin, and where a margin helps */
    ("loss=arcface dim=3 norm=1 m=0 b=0,0,0 "
     "w=5.6294042396210875,-7.3962567778792989,-3.611980234057738,-15.566501817615839,"
     "20.452225435521605,9.9878947194662295,0,0,0"),
    ("loss=combined_margin dim=3 norm=1 m1=4 m2=0.3 m3=0.2 b=0,0,0 "
     "w=-1.7086267973345168,0.55399291100082293,1.7415628154343525,0,0,0,1.2322630837860553,"
     "-0.3995401535141877,-1.2560165677502839"),
    /* the strongest rival of a sub-centre is the neighbour of a sister only */
    "loss=subcenter_arcface dim=3 norm=1 m=0.3 k=2 b=0,0,0 w=0,0,0,0,0,0,0,-1,0,-1,1,1,0,2,3,7,0,10",
    /* she decides nowhere, and the rival lies right behind her */
    "loss=subcenter_arcface dim=3 norm=1 m=0.3 k=3 b=0,0 w=0,0,0,0,0,-1,0,0,0,1,0,0,0,0,2,0,0.1,0",
    /* a rival's meridian is met twice between two nodes: an island */
    "loss=combined_margin dim=3 norm=1 m1=4 m2=0.7926 m3=0.95 b=0,0 w=1,0,0,0.993101,0.117263,0",
    /* an easy margin without a margin */
    ("loss=magface dim=3 norm=1 l_a=1 u_a=11 l_m=0 u_m=0.4 easy_margin=1 b=0,0,0 "
     "w=0,0,0,0,0,-0.0010406333402377046,0,-0.1,-0.2"),
};
/* clang-format on */

static void rare_cases_are_drawn_as_the_rules_decide(void **state)
{
    (void)state;
    static struct region_case c;
    for (size_t i = 0; i < sizeof PINNED / sizeof *PINNED; i++) {
        struct report report = { 0 };
        assert_true(case_parse(&c, PINNED[i]));
        check_case(&c, &report);
        if (report.wrong)
            print_error("%ld wrong: %s\nMARGINSCOPE_CASE='%s'\n", report.wrong, report.first, PINNED[i]);
        assert_int_equal(report.wrong, 0);
    }
}

static void one_case_by_hand(void **state)
{
    (void)state;
    static struct region_case c;
    struct report report = { 0 };
    const char *line = getenv("MARGINSCOPE_CASE");
    if (!line || !*line)
        skip();
    assert_true(case_parse(&c, line));
    check_case(&c, &report);
    print_message("%ld points, %ld wrong: %s\n", report.points, report.wrong, report.first);
    assert_int_equal(report.wrong, 0);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(rare_cases_are_drawn_as_the_rules_decide),
        cmocka_unit_test(the_plane_is_drawn_as_the_rules_decide),
        cmocka_unit_test(the_sphere_is_drawn_as_the_rules_decide),
    };
    const struct CMUnitTest one[] = { cmocka_unit_test(one_case_by_hand) };
    const char *line = getenv("MARGINSCOPE_CASE");
    return line && *line ? cmocka_run_group_tests(one, NULL, NULL) : cmocka_run_group_tests(all, NULL, NULL);
}
