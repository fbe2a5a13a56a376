/* Closed chains on the sphere, against the judge. Whether a direction lies inside is told by how often a great circle
 * on which it lies has crossed them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/region_sphere.h"
#include "tests/support/check.h"
#include "tests/support/region_check.h"

static const double PI = 3.14159265358979323846;
static const double CHORD = 1e-6;

enum { DIRECTIONS = 20000, CIRCLES = 100, PER_CIRCLE = DIRECTIONS / CIRCLES, LAYERS = 2 * CASE_CLASSES };

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
    bool crossed[LAYERS][PER_CIRCLE]; /* by an edge since the direction before */
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
    s->crossed[layer][first % PER_CIRCLE] = true;
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
    memset(s->crossed, 0, sizeof s->crossed);
    for (int c = 0; c < map->chains; c++) {
        const struct sphere_chain *chain = &map->chain[c];
        for (int i = 0; i < chain->count; i++)
            sweep_edge(s, 2 * chain->class + chain->safe, map->point[chain->from + i].at,
                map->point[chain->from + (i + 1) % chain->count].at);
    }
    for (int layer = 0; layer < 2 * classes; layer++)
        sweep_layer(s, layer);
}

/* The direction before x on the hoop; -1 where the layer begins or ends between it and the next. */
static int quiet_before(const struct sweep *s, int layer, const double *x)
{
    double t = atan2(dot(x, s->hoop.b), dot(x, s->hoop.a));
    int i = (int)floor((t < 0 ? t + 2 * PI : t) / (2 * PI) * PER_CIRCLE) % PER_CIRCLE;
    return s->crossed[layer][(i + 1) % PER_CIRCLE] ? -1 : i;
}

static void ask_other(struct sweep *s, const struct sweep *other, int layer)
{
    double x[3];
    cross(s->hoop.n, other->hoop.n, x);
    int here = quiet_before(s, layer, x), there = quiet_before(other, layer, x);
    if (other->known[layer] && here >= 0 && there >= 0)
        sweep_shift(s, layer, other->count[layer][there] - s->count[layer][here]);
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
        if (border_near(map, u, 1.2 * CHECK_NEAR) || check_undecided(j, x, winner))
            report->near++;
        else
            report_wrong(report, safe ? "zone on the sphere" : "class on the sphere", u, 3, drawn, want);
    }
}

/* Each point, and the middle of the edge that begins there: a border with a gap has one where none is. */
static void check_chain(const struct judge *j, const struct sphere_map *map, const struct sphere_chain *chain,
    struct report *report)
{
    for (int i = 0; i < chain->count; i++) {
        const struct sphere_point *p = &map->point[chain->from + i],
                                  *q = &map->point[chain->from + (i + 1) % chain->count];
        double x[3], middle[3];
        for (int d = 0; d < 3; d++)
            middle[d] = p->at[d] + q->at[d];
        scale_to_one(middle);
        for (int d = 0; d < 3; d++)
            x[d] = j->of->norm * p->at[d], middle[d] *= j->of->norm;
        if (p->rival == chain->class) /* between parts of one class nothing is decided */
            continue;
        check_vertex(j, x, chain->class, chain->safe, CHECK_LEVEL, report);
        check_vertex(j, middle, chain->class, chain->safe, 100 * CHORD, report);
    }
}

static void check_chains(const struct judge *j, const struct sphere_map *map, struct report *report)
{
    for (int c = 0; c < map->chains; c++)
        check_chain(j, map, &map->chain[c], report);
}

void check_sphere(const struct judge *j, struct report *report)
{
    static struct sphere_map map;
    static struct sweep sweep[CIRCLES];
    struct rng rng;
    rng_init(&rng, 3, RNG_SAMPLE);
    map.chord = CHORD;
    assert_true(sphere_map_build(&map, &j->force, &j->head, j->of->norm));
    check_chains(j, &map, report);
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
