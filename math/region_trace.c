/* region_trace.c - the border of a safe region on the sphere.
 * At angle theta from the own axis the own row gives one number g(theta), so a rival's inequality v.u < g(theta)
 * holds on a whole parallel, on none of it, or beyond an arc about the rival of a half width known in closed form.
 * Its border is then a few closed loops, each over a range of theta that ends where the rival's own meridian is met:
 * roots of two functions of theta. Two rivals' loops cross in the plane on which the two are level, so along a loop
 * each other limit is one smooth function, whose changes of sign are solved for by themselves; what lies inside of
 * all of them is border of the region. */
#include "math/region_trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/root.h"

static const double PI = 3.14159265358979323846;
/* What a target is above itself by is rounding, up to this. */
static const double ROUNDING = 1e-13;
/* No target is steeper against the angle: m <= 6. */
static const double STEEPEST = 6;

enum { STEPS = 48, SAMPLE_MAX = 320, EVENT_MAX = 2048 };

static double held(const struct region *g, const struct limit *l, double bent, double plain)
{
    return l->twin ? bent - ROUNDING * g->radius : fmin(bent, plain);
}

static double own_value(const struct region *g, double theta)
{
    return g->radius * bend_at(g->bend, theta);
}

static bool is_parallel(const struct limit *l)
{
    return !l->cap && l->across == 0;
}

/* How far inside of a limit u lies; `bent` is the own logit there. */
static double inside_limit(
    const struct region *g, const struct limit *l, const double *u, double bent, double plain)
{
    return l->cap ? dot3(l->pole, u) - l->along : held(g, l, bent, plain) - dot3(l->v, u);
}

/* ---- points of a loop ---- */

/* Also the own logit as trained there. */
static double loop_at(const struct region *g, const struct loop *loop, double t, double *u)
{
    const struct limit *l = loop->limit;
    t -= 2 * floor(t / 2);
    if (l->cap) {
        double x = l->across * cos(PI * t), y = l->across * sin(PI * t), cross[3];
        for (int i = 0; i < 3; i++)
            u[i] = l->along * l->pole[i] + x * l->a[i] + y * l->b[i];
        for (int i = 0; i < 3; i++) {
            int j = (i + 1) % 3, k = (i + 2) % 3;
            cross[i] = g->own[j] * u[k] - g->own[k] * u[j];
        }
        return own_value(g, atan2(sqrt(dot3(cross, cross)), dot3(g->own, u)));
    }
    if (l->across == 0) {
        double turn = PI * t * (loop->backwards ? -1 : 1);
        for (int i = 0; i < 3; i++)
            u[i] = cos(loop->low) * l->pole[i] + sin(loop->low) * (cos(turn) * l->a[i] + sin(turn) * l->b[i]);
        return own_value(g, loop->low);
    }
    double share = (1 - cos(PI * t)) / 2, theta = loop->low + share * (loop->high - loop->low);
    double own = own_value(g, theta), c = cos(theta), s = sin(theta), wide = l->across * s;
    double above = held(g, l, own, g->radius * c) - l->along * c;
    double q = wide > 0 ? fmax(-1, fmin(1, above / wide)) : 1;
    double away = sqrt(1 - q * q) * (t < 1 ? 1 : -1);
    for (int i = 0; i < 3; i++)
        u[i] = c * l->pole[i] + s * (q * l->a[i] + away * l->b[i]);
    return own;
}

/* ---- where a loop meets the other limits ---- */

/* Points round a loop, near enough for the sphere between two to be known: a rival close to the own axis is gone
 * round within next to no theta. Where the target has a kink the loop may have a corner, and a sample. */
struct sample {
    double t, u[3], own;
};

struct samples {
    struct sample at[SAMPLE_MAX];
    int count;
};

/* Those between the last one and the next. */
static void sample_until(
    const struct region *g, const struct loop *loop, struct samples *s, const struct sample *next, int depth)
{
    const double stride = 0.15;
    const struct sample *last = &s->at[s->count - 1];
    if (depth == 0 || s->count + depth + STEPS + 2 * KINK_MAX >= SAMPLE_MAX ||
        distance3(last->u, next->u) < stride)
        return;
    struct sample middle = { .t = (last->t + next->t) / 2 };
    middle.own = loop_at(g, loop, middle.t, middle.u);
    sample_until(g, loop, s, &middle, depth - 1);
    s->at[s->count++] = middle;
    sample_until(g, loop, s, next, depth - 1);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int sample_places(const struct region *g, const struct loop *loop, double *t)
{
    int n = 0;
    for (int i = 0; i <= STEPS; i++)
        t[n++] = 2.0 * i / STEPS;
    for (int i = 0; i < g->bend->kinks && loop->high > loop->low; i++) {
        double share = (g->bend->kink[i] - loop->low) / (loop->high - loop->low);
        if (share > 0 && share < 1) {
            t[n++] = acos(1 - 2 * share) / PI;
            t[n] = 2 - t[n - 1];
            n++;
        }
    }
    if (n > STEPS + 1)
        qsort(t, (size_t)n, sizeof *t, by_size);
    return n;
}

/* The last sample is the first one again. */
static void sample_loop(const struct region *g, const struct loop *loop, struct samples *s)
{
    double t[STEPS + 1 + 2 * KINK_MAX];
    int n = sample_places(g, loop, t);
    s->count = 0;
    for (int i = 0; i < n; i++) {
        struct sample next = { .t = t[i] };
        if (i == n - 1)
            memcpy(next.u, s->at[0].u, sizeof next.u), next.own = s->at[0].own;
        else
            next.own = loop_at(g, loop, t[i], next.u);
        if (i > 0)
            sample_until(g, loop, s, &next, 44);
        s->at[s->count++] = next;
    }
}

/* A loop and another limit. Between two rivals it is the plane on which they are level that tells. */
struct pair {
    const struct region *g;
    const struct loop *loop;
    const struct limit *other;
    bool plane;
    double normal[3], steep; /* what being inside may change by on the way of 1 along the sphere */
};

static struct pair pair_of(const struct region *g, const struct loop *loop, const struct limit *other)
{
    const struct limit *own = loop->limit;
    struct pair p = { g, loop, other, !own->cap && !own->twin && !other->cap && !other->twin, { 0 }, 0 };
    for (int i = 0; i < 3; i++)
        p.normal[i] = own->v[i] - other->v[i];
    p.steep = p.plane      ? sqrt(dot3(p.normal, p.normal))
              : other->cap ? 1
                           : STEEPEST * g->radius + other->length;
    return p;
}

static double pair_value(const struct pair *p, const double *u, double own)
{
    return p->plane ? dot3(p->normal, u)
                    : inside_limit(p->g, p->other, u, own, p->g->radius * dot3(p->g->own, u));
}

static double pair_at(const void *pair, double t)
{
    const struct pair *p = pair;
    double u[3], own = loop_at(p->g, p->loop, t, u);
    return pair_value(p, u, own);
}

/* Where along a loop it comes out of a limit (1) or goes inside (-1), and how many it is outside of at t = 0. */
struct event {
    double t;
    int step;
};

struct events {
    struct event at[EVENT_MAX];
    int count, outside;
};

static void add_event(struct events *e, double t, bool leaves)
{
    if (e->count < EVENT_MAX)
        e->at[e->count++] = (struct event){ t, leaves ? 1 : -1 };
}

/* False when all of the loop is outside of the limit. */
static bool meet_limit(
    const struct region *g, const struct loop *loop, const struct samples *s, int k, struct events *e)
{
    struct pair pair = pair_of(g, loop, &g->limit[k]);
    struct curve curve = { pair_at, &pair, 0 };
    double before = pair_value(&pair, s->at[0].u, s->at[0].own);
    bool ever = before > 0;
    e->outside += !ever;
    for (int i = 1; i < s->count; i++) {
        const struct sample *a = &s->at[i - 1], *b = &s->at[i];
        double root[2], after = pair_value(&pair, b->u, b->own);
        bool in = before > 0, far = fabs(before) + fabs(after) > 1.5 * pair.steep * distance3(a->u, b->u);
        int n = in == (after > 0) && far ? 0 : root_find(&curve, a->t, b->t, before, after, root);
        for (int r = 0; r < n; r++)
            add_event(e, root[r], in == (r == 0));
        ever = ever || n > 0;
        before = after;
    }
    return ever;
}

static int by_place(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    return (x->t > y->t) - (x->t < y->t);
}

/* False when no point of the loop is inside of all others. */
static bool meet_others(struct region *g, const struct loop *loop, const struct samples *s, struct events *e)
{
    e->count = e->outside = 0;
    for (int i = 0; i < g->limits; i++) {
        int k = i == 0 ? g->last : i <= g->last ? i - 1 : i;
        const struct limit *l = &g->limit[k];
        if (l == loop->limit || (is_parallel(l) && is_parallel(loop->limit)))
            continue;
        if (!meet_limit(g, loop, s, k, e)) {
            g->last = k;
            return false;
        }
    }
    qsort(e->at, (size_t)e->count, sizeof *e->at, by_place);
    return true;
}

/* ---- along a loop ---- */

static void add_piece(struct region *g, const struct loop *loop, double from, double to)
{
    if (g->pieces == PIECE_MAX || !(to > from))
        return;
    struct piece *p = &g->piece[g->pieces++];
    *p = (struct piece){ .loop = *loop, .from = from, .to = to };
    loop_at(g, loop, from, p->start);
    loop_at(g, loop, to, p->end);
}

/* Whether b is near the chord a c, and where that tells of the whole piece: about half way. */
static bool is_straight(const double *a, const double *b, const double *c, double room)
{
    double first = distance3(a, b), second = distance3(b, c), longer = fmax(first, second);
    bool half_way = longer < 3 * fmin(first, second) || longer * longer < 4 * room;
    return half_way && longer < 0.3 && off_chord3(a, b, c) < room;
}

/* Points of the loop from a over m to b, without b's. Both halves are looked at, because a corner may lie in one. */
static void refine(struct region *g, const struct loop *loop, const double t[3], double at[3][3], int depth)
{
    double left[3], right[3], p = (t[0] + t[1]) / 2, q = (t[1] + t[2]) / 2, room = 3 * g->bend->chord;
    loop_at(g, loop, p, left);
    loop_at(g, loop, q, right);
    bool near = is_straight(at[0], at[1], at[2], 4 * room) && is_straight(at[0], left, at[1], room) &&
                is_straight(at[1], right, at[2], room);
    if (depth == 0 || near) {
        const double *point[4] = { at[0], left, at[1], right };
        for (int i = 0; i < 4; i++)
            g->failed = g->failed || !map_point(g->map, point[i], loop->limit->rival);
        return;
    }
    double first[3][3], second[3][3];
    memcpy(first[0], at[0], sizeof left);
    memcpy(first[1], left, sizeof left);
    memcpy(first[2], at[1], sizeof left);
    memcpy(second[0], at[1], sizeof left);
    memcpy(second[1], right, sizeof left);
    memcpy(second[2], at[2], sizeof left);
    refine(g, loop, (double[]){ t[0], p, t[1] }, first, depth - 1);
    refine(g, loop, (double[]){ t[1], q, t[2] }, second, depth - 1);
}

static void walk_piece(struct region *g, const struct loop *loop, double from, double to)
{
    int n = (int)fmax(1, ceil((to - from) * 4));
    for (int i = 0; i < n; i++) {
        double t[3], at[3][3];
        for (int k = 0; k < 3; k++) {
            t[k] = from + (to - from) * (i + k / 2.0) / n;
            loop_at(g, loop, t[k], at[k]);
        }
        refine(g, loop, t, at, 40);
    }
}

static void close_chain(struct region *g, int from)
{
    g->failed = g->failed || !map_chain(g->map, g->class, true, from);
}

static void add_loop(struct region *g, struct loop loop)
{
    struct samples s;
    struct events e;
    sample_loop(g, &loop, &s);
    if (!meet_others(g, &loop, &s, &e))
        return;
    if (e.count == 0) {
        int from = g->map->points;
        walk_piece(g, &loop, 0, 2);
        close_chain(g, from);
    }
    for (int i = 0; i < e.count; i++) {
        e.outside += e.at[i].step;
        if (e.outside == 0)
            add_piece(g, &loop, e.at[i].t, i + 1 < e.count ? e.at[i + 1].t : e.at[0].t + 2);
    }
}

/* ---- the loops of a rival ---- */

struct meridian {
    const struct region *g;
    const struct limit *l;
    double side; /* 1: the rival's own; -1: the far one */
};

/* g(theta) against the rival on its own meridian (side 1) and on the far one (side -1). */
static double meridian(const struct region *g, const struct limit *l, double side, double theta)
{
    double c = cos(theta);
    return held(g, l, own_value(g, theta), g->radius * c) - l->along * c - side * l->across * sin(theta);
}

static double meridian_at(const void *meridian_of, double theta)
{
    const struct meridian *m = meridian_of;
    return meridian(m->g, m->l, m->side, theta);
}

static double meridian_node(const struct region *g, const struct limit *l, double side, int i)
{
    const struct bend *b = g->bend;
    return held(g, l, g->radius * b->value[i], g->radius * b->cosine[i]) - l->along * b->cosine[i] -
           side * l->across * b->sine[i];
}

enum { ROOT_MAX = 32 };

/* Rising roots on one meridian, poles aside. */
static int meridian_roots(const struct region *g, const struct limit *l, double side, double *root)
{
    const struct bend *b = g->bend;
    struct meridian m = { g, l, side };
    struct curve curve = { meridian_at, &m, 1e-16 * (g->radius + l->length) };
    double steep = STEEPEST * g->radius + l->length, before = meridian_node(g, l, side, 0);
    int n = 0;
    for (int i = 1; i < b->nodes && n + 2 < ROOT_MAX; i++) {
        double after = meridian_node(g, l, side, i), from = b->theta[i - 1], to = b->theta[i];
        bool far = fabs(before) + fabs(after) > steep * (to - from);
        if ((before > 0) != (after > 0) || !far)
            n += root_find(&curve, from, to, before, after, root + n);
        before = after;
    }
    return n;
}

/* Whether a parallel lies inside of the other parallels' limits, asked a little inward: two may be the same circle,
 * and the first one draws it. */
static bool inside_parallels(const struct region *g, const struct limit *l, double theta, double inward)
{
    for (int i = 0; i < g->limits; i++) {
        const struct limit *other = &g->limit[i];
        if (other == l || !is_parallel(other))
            continue;
        bool level = fabs(meridian(g, other, 1, theta)) <= 1e-13 * (g->radius + other->length);
        if (!(meridian(g, other, 1, theta + inward) > 0) || (level && other < l))
            return false;
    }
    return true;
}

/* A rival on the own axis, or a zero row: parallels. */
static void add_parallels(struct region *g, const struct limit *l)
{
    double root[ROOT_MAX];
    int n = meridian_roots(g, l, 1, root);
    bool in = meridian_node(g, l, 1, 0) > 0;
    g->empty = g->empty || (n == 0 && !in);
    for (int i = 0; i < n; i++, in = !in)
        if (inside_parallels(g, l, root[i], in ? -1e-9 : 1e-9))
            add_loop(g, (struct loop){ l, root[i], root[i], !in });
}

static void add_loops(struct region *g, const struct limit *l)
{
    double root[2 * ROOT_MAX + 2] = { 0 };
    int near = meridian_roots(g, l, 1, root + 1), n = 1 + near;
    n += meridian_roots(g, l, -1, root + n);
    root[n++] = PI;
    qsort(root, (size_t)n, sizeof *root, by_size);
    bool any = false;
    for (int i = 0; i + 1 < n; i++) {
        double middle = (root[i] + root[i + 1]) / 2;
        bool all = meridian(g, l, 1, middle) > 0, some = meridian(g, l, -1, middle) > 0;
        any = any || some;
        if (some && !all && root[i + 1] > root[i])
            add_loop(g, (struct loop){ l, root[i], root[i + 1], false });
    }
    g->empty = g->empty || !any;
}

/* ---- pieces to chains ---- */

static int next_piece(const struct region *g, const double *end)
{
    int best = -1;
    double least = 1e-5;
    for (int i = 0; i < g->pieces; i++) {
        double away = g->piece[i].used ? INFINITY : distance3(g->piece[i].start, end);
        if (away < least) {
            least = away;
            best = i;
        }
    }
    return best;
}

static void join_pieces(struct region *g)
{
    for (int first = 0; first < g->pieces && !g->failed; first++) {
        int from = g->map->points;
        for (int i = first; i >= 0 && !g->piece[i].used; i = next_piece(g, g->piece[i].end)) {
            g->piece[i].used = true;
            walk_piece(g, &g->piece[i].loop, g->piece[i].from, g->piece[i].to);
        }
        close_chain(g, from);
    }
}

bool trace_region(struct region *g)
{
    int points = g->map->points, chains = g->map->chains;
    g->pieces = g->last = 0;
    for (int i = 0; i < g->limits && !g->empty; i++) {
        const struct limit *l = &g->limit[i];
        if (l->cap)
            add_loop(g, (struct loop){ l, 0, 0, false });
        else if (l->across > 0)
            add_loops(g, l);
        else
            add_parallels(g, l);
    }
    if (g->empty) {
        g->map->points = points;
        g->map->chains = chains;
        return true;
    }
    join_pieces(g);
    return !g->failed;
}
