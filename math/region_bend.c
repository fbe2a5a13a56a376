/* region_bend.c - safe regions of a bent target on the sphere.
 * At angle theta from the own axis the own row gives one number g(theta), so a rival's inequality v.u < g(theta)
 * holds on a whole parallel, on none of it, or beyond an arc about the rival of a half width known in closed form.
 * Its border is then a few closed loops, each over a range of theta that ends where the rival's own meridian is met:
 * roots of two functions of theta. The region is what lies inside of all loops: pieces of each, joined at crossings. */
#include "math/region_bend.h"

#include <math.h>
#include <string.h>

static const double PI = 3.14159265358979323846;
/* What a target is above itself by is rounding, up to this. */
static const double ROUNDING = 1e-13;

/* ---- the target ---- */

static double bend_at(const struct bend *b, double theta)
{
    const struct loss *loss = b->force.loss;
    double c = cos(theta);
    return loss->target_at ? loss->target_at(c, b->norm, b->force.param).value
                           : loss_target(&b->force, c).value;
}

/* Own trained logit against one rival, at these cosines. */
static double ask_slack(const struct bend *b, double own, double rival)
{
    double weight[6] = { own, sqrt(fmax(0, 1 - own * own)), 0, rival, sqrt(fmax(0, 1 - rival * rival)), 0 };
    double at[3] = { b->norm, 0, 0 };
    struct head two = { .classes = 2, .dim = 3, .weight = weight };
    return b->force.loss->slack(&b->force, at, 0, &two);
}

/* A rule may hold the rivals' cosines above -1 (adaface): where the target is not above that nobody is safe. */
static double bend_reach(const struct bend *b)
{
    if (!b->force.loss->slack)
        return -2;
    double radius = 2 * (ask_slack(b, 0, 0) - ask_slack(b, 0, 0.5));
    double least = radius > 0 ? (ask_slack(b, 0, 0) - ask_slack(b, 0, -1)) / radius : -1;
    if (!(least > -1 + 1e-9) || bend_at(b, PI) > least)
        return -2;
    double low = 0, high = PI;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        *(bend_at(b, middle) > least ? &low : &high) = middle;
    }
    return cos(low);
}

void bend_init(struct bend *b, const struct loss_force *force, double norm, double chord)
{
    int easy = loss_param_find(force->loss, "easy_margin");
    *b = (struct bend){ .force = *force, .norm = norm, .chord = chord };
    b->easy = easy >= 0 && force->param[easy] != 0;
    if (b->easy)
        b->force.param[easy] = 0;
    b->easy = b->easy && bend_at(b, PI / 2) < -ROUNDING; /* else that part is like the rest */
    b->reach = bend_reach(b);
    for (int i = 0; i <= BEND_NODES; i++) {
        double theta = PI * i / BEND_NODES;
        b->value[i] = bend_at(b, theta);
        b->cosine[i] = cos(theta);
        b->sine[i] = sin(theta);
    }
}

/* ---- what bounds a region ---- */

/* A rival, v.u < g(theta), where g is at most the plain cosine, so that who is safe is ahead as well; a later row that
 * is the own one again, which loses every tie: cos theta < f(theta); or a cap, n.u > h. `a` points from the pole to the rival across, b completes the frame. */
struct limit {
    double v[3], pole[3], a[3], b[3];
    double along, across; /* v = along pole + across a; of a cap: h and the circle's radius */
    double length;
    int rival;
    bool cap, twin;
};

enum { LIMIT_MAX = SPOKE_MAX + 8, PIECE_MAX = 1024, STEPS = 48, SAMPLE_MAX = 320 };

/* A closed border, its inside to the left: out over the thetas on one side of the rival's meridian and back on the
 * other; a cap's circle; or, of a rival on the own axis or without length, a parallel. `t` goes from 0 to 2. */
struct loop {
    const struct limit *limit;
    double low, high; /* thetas */
    bool backwards; /* a parallel whose inside is away from the own axis */
};

struct piece {
    struct loop loop;
    double from, to, start[3], end[3];
    bool used;
};

struct region {
    struct sphere_map *map;
    const struct bend *bend;
    double own[3], radius; /* direction and length of the own row */
    int class;
    struct limit limit[LIMIT_MAX];
    int limits, last; /* which limit was broken last */
    double longest;
    struct piece piece[PIECE_MAX];
    int pieces;
    bool empty, failed;
};

static double held(const struct region *g, const struct limit *l, double bent, double plain)
{
    return l->twin ? bent - ROUNDING * g->radius : fmin(bent, plain);
}

static double own_value(const struct region *g, double theta)
{
    return g->radius * bend_at(g->bend, theta);
}

static void limit_frame(struct limit *l)
{
    if (l->across == 0) {
        frame3(l->pole, l->a, l->b);
        return;
    }
    for (int i = 0; i < 3; i++)
        l->a[i] = (l->v[i] - l->along * l->pole[i]) / l->across;
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        l->b[i] = l->pole[j] * l->a[k] - l->pole[k] * l->a[j];
    }
}

static void add_rival(
    struct region *g, const struct spokes *s, const struct spoke3 *row, const struct spoke3 *own)
{
    struct limit *l = &g->limit[g->limits];
    bool twin = row->first == own->first;
    g->empty = g->empty || (twin && row < own);
    for (int i = 0; i < g->limits && &s->row[row->first] != row; i++)
        if (!g->limit[i].cap && same3(g->limit[i].v, row->v))
            return;
    *l = (struct limit){ .rival = row->class, .twin = twin };
    memcpy(l->v, twin ? own->v : row->v, sizeof l->v);
    memcpy(l->pole, g->own, sizeof l->pole);
    l->length = sqrt(dot3(l->v, l->v));
    l->along = dot3(l->v, l->pole);
    double rest[3];
    for (int i = 0; i < 3; i++)
        rest[i] = l->v[i] - l->along * l->pole[i];
    l->across = sqrt(dot3(rest, rest));
    if (twin || l->across <= 1e-14 * l->length)
        l->across = 0;
    limit_frame(l);
    g->longest = fmax(g->longest, l->length);
    g->limits++;
}

/* n.u > h for n of any length. */
static void add_limit_cap(struct region *g, const double *n, double h, int rival, bool wins)
{
    struct limit *l = &g->limit[g->limits];
    *l = (struct limit){ .rival = rival, .cap = true, .length = 1 };
    memcpy(l->pole, n, sizeof l->pole);
    double length = unit3(l->pole);
    if (length < 1e-14) {
        g->empty = g->empty || h > 0 || (h == 0 && !wins);
        return;
    }
    l->along = h / length;
    if (l->along <= -1)
        return;
    g->empty = g->empty || l->along >= 1;
    if (g->empty)
        return;
    l->across = sqrt(1 - l->along * l->along);
    for (int i = 0; i < g->limits; i++)
        if (g->limit[i].cap && same3(g->limit[i].pole, l->pole) && fabs(g->limit[i].along - l->along) < 1e-14)
            return;
    frame3(l->pole, l->a, l->b);
    g->limits++;
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

/* The least of what u lies inside of the others by. Below -floor the rest is not asked. */
static double inside_others(
    struct region *g, const struct loop *loop, const double *u, double own, double reach)
{
    double least = INFINITY, plain = g->radius * dot3(g->own, u);
    for (int i = 0; i < g->limits; i++) {
        int k = i == 0 ? g->last : i <= g->last ? i - 1 : i;
        const struct limit *l = &g->limit[k];
        if (l == loop->limit || (is_parallel(l) && is_parallel(loop->limit)))
            continue;
        double value = inside_limit(g, l, u, own, plain);
        if (value < least) {
            least = value;
            if (value < -reach * (6 * g->radius + l->length + loop->limit->length)) {
                g->last = k;
                return -INFINITY;
            }
        }
    }
    return least;
}

static double inside_at(struct region *g, const struct loop *loop, double t)
{
    double u[3], own = loop_at(g, loop, t, u);
    return inside_others(g, loop, u, own, INFINITY);
}

/* ---- which pieces of a loop are inside ---- */

static void add_piece(struct region *g, const struct loop *loop, double from, double to)
{
    if (g->pieces == PIECE_MAX || !(to > from))
        return;
    struct piece *p = &g->piece[g->pieces++];
    *p = (struct piece){ .loop = *loop, .from = from, .to = to };
    loop_at(g, loop, from, p->start);
    loop_at(g, loop, to, p->end);
}

/* Where being inside changes between a and b. */
static double change_between(struct region *g, const struct loop *loop, double a, double b)
{
    bool left = inside_at(g, loop, a) > 0;
    for (int i = 0; i < 54; i++) {
        double middle = (a + b) / 2;
        if (middle <= a || middle >= b)
            break;
        *((inside_at(g, loop, middle) > 0) == left ? &a : &b) = middle;
    }
    return (a + b) / 2;
}

/* Between a and b, on whose ends `sign` times being inside is positive: where it is least. */
static double turn_between(struct region *g, const struct loop *loop, double a, double b, double sign)
{
    const double share = 0.6180339887498949;
    double p = b - share * (b - a), q = a + share * (b - a);
    double at_p = sign * inside_at(g, loop, p), at_q = sign * inside_at(g, loop, q);
    for (int i = 0; i < 40 && at_p > 0 && at_q > 0; i++) {
        if (at_p < at_q) {
            b = q, q = p, at_q = at_p;
            p = b - share * (b - a);
            at_p = sign * inside_at(g, loop, p);
        } else {
            a = p, p = q, at_p = at_q;
            q = a + share * (b - a);
            at_q = sign * inside_at(g, loop, q);
        }
    }
    return at_p < at_q ? p : q;
}

/* Samples round a loop, near enough for the sphere between two to be known: a rival close to the own axis is gone
 * round within next to no theta. */
struct sample {
    double t, u[3], own;
    double inside, room; /* -INFINITY: outside, and so are its neighbours; what they can differ by */
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
    if (depth == 0 || s->count + depth + STEPS >= SAMPLE_MAX || distance3(last->u, next->u) < stride)
        return;
    struct sample middle = { .t = (last->t + next->t) / 2 };
    middle.own = loop_at(g, loop, middle.t, middle.u);
    sample_until(g, loop, s, &middle, depth - 1);
    s->at[s->count++] = middle;
    sample_until(g, loop, s, next, depth - 1);
}

static void sample_loop(struct region *g, const struct loop *loop, struct samples *s)
{
    struct sample even[STEPS + 1];
    s->count = 0;
    for (int i = 0; i < STEPS; i++) {
        even[i].t = 2.0 * i / STEPS;
        even[i].own = loop_at(g, loop, even[i].t, even[i].u);
    }
    even[STEPS] = even[0];
    even[STEPS].t = 2;
    for (int i = 0; i < STEPS; i++) {
        s->at[s->count++] = even[i];
        sample_until(g, loop, s, &even[i + 1], 44);
    }
    for (int i = 0; i < s->count; i++) {
        struct sample *now = &s->at[i];
        const double *before = s->at[(i + s->count - 1) % s->count].u, *after = s->at[(i + 1) % s->count].u;
        double far = 1.5 * fmax(distance3(now->u, before), distance3(now->u, after));
        now->inside = inside_others(g, loop, now->u, now->own, far);
        now->room = far * (6 * g->radius + g->longest + loop->limit->length);
    }
}

/* Changes of a loop's being inside, rising. */
struct changes {
    double at[3 * SAMPLE_MAX];
    int count;
};

/* Where three samples suggest that zero is passed twice between them the extremum is sought. */
static void find_dip(
    struct region *g, const struct loop *loop, double from, double to, bool in, struct changes *c)
{
    double turn = turn_between(g, loop, from, to, in ? 1 : -1);
    if ((inside_at(g, loop, turn) > 0) == in)
        return;
    c->at[c->count++] = change_between(g, loop, from, turn);
    c->at[c->count++] = change_between(g, loop, turn, to);
}

static void find_changes(
    struct region *g, const struct loop *loop, const struct samples *s, struct changes *c)
{
    c->count = 0;
    for (int i = 0; i < s->count; i++) {
        const struct sample *now = &s->at[i];
        bool first = i == 0, last = i == s->count - 1, in = now->inside > 0;
        const struct sample *before = &s->at[first ? s->count - 1 : i - 1], *after = &s->at[last ? 0 : i + 1];
        double sign = in ? 1 : -1, next = last ? 2 : after->t;
        if (in == (before->inside > 0) && in == (after->inside > 0) && fabs(now->inside) < now->room &&
            sign * now->inside <= sign * before->inside && sign * now->inside <= sign * after->inside)
            find_dip(g, loop, first ? before->t - 2 : before->t, next, in, c);
        if (in != (after->inside > 0))
            c->at[c->count++] = change_between(g, loop, now->t, next);
    }
    for (int i = 1; i < c->count; i++) /* a dip about a sample begins before it */
        for (int k = i; k > 0 && c->at[k] < c->at[k - 1]; k--) {
            double swap = c->at[k];
            c->at[k] = c->at[k - 1];
            c->at[k - 1] = swap;
        }
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
    struct changes c;
    sample_loop(g, &loop, &s);
    find_changes(g, &loop, &s, &c);
    if (c.count == 0 && s.at[0].inside > 0) {
        int from = g->map->points;
        walk_piece(g, &loop, 0, 2);
        close_chain(g, from);
    }
    for (int i = 0; i < c.count; i++) {
        double from = c.at[i], to = i + 1 < c.count ? c.at[i + 1] : c.at[0] + 2;
        if (inside_at(g, &loop, (from + to) / 2) > 0)
            add_piece(g, &loop, from, to);
    }
}

/* ---- the loops of a rival ---- */

/* g(theta) against the rival on its own meridian (side 1) and on the far one (side -1). */
static double meridian(const struct region *g, const struct limit *l, double side, double theta)
{
    double c = cos(theta);
    return held(g, l, own_value(g, theta), g->radius * c) - l->along * c - side * l->across * sin(theta);
}

static double meridian_node(const struct region *g, const struct limit *l, double side, int i)
{
    const struct bend *b = g->bend;
    return held(g, l, g->radius * b->value[i], g->radius * b->cosine[i]) - l->along * b->cosine[i] -
           side * l->across * b->sine[i];
}

static double meridian_root(
    const struct region *g, const struct limit *l, double side, double low, double high)
{
    double at_low = meridian(g, l, side, low), at_high = meridian(g, l, side, high);
    bool rises = at_high > 0;
    int kept = 0;
    for (int i = 0; i < 70 && high > low; i++) {
        double x = i < 14 ? low + (high - low) * at_low / (at_low - at_high) : (low + high) / 2;
        if (!(x > low && x < high))
            x = (low + high) / 2;
        if (x <= low || x >= high)
            break;
        double value = meridian(g, l, side, x);
        if (fabs(value) <= 1e-16 * (g->radius + l->length))
            return x;
        if ((value > 0) == rises) {
            high = x, at_high = value;
            at_low /= kept > 0 ? 2 : 1;
            kept = 1;
        } else {
            low = x, at_low = value;
            at_high /= kept < 0 ? 2 : 1;
            kept = -1;
        }
    }
    return (low + high) / 2;
}

static double meridian_turn(
    const struct region *g, const struct limit *l, double side, double a, double b, double sign)
{
    const double share = 0.6180339887498949;
    double p = b - share * (b - a), q = a + share * (b - a);
    for (int i = 0; i < 45; i++) {
        double at_p = sign * meridian(g, l, side, p), at_q = sign * meridian(g, l, side, q);
        if (at_p <= 0 || at_q <= 0)
            return at_p <= 0 ? p : q;
        if (at_p < at_q) {
            b = q, q = p;
            p = b - share * (b - a);
        } else {
            a = p, p = q;
            q = a + share * (b - a);
        }
    }
    return (p + q) / 2;
}

enum { ROOT_MAX = 32 };

/* Rising roots on one meridian, poles aside. */
static int meridian_roots(const struct region *g, const struct limit *l, double side, double *root)
{
    const double step = PI / BEND_NODES;
    double near = 0.3 * (g->radius + l->length), before = NAN, now = meridian_node(g, l, side, 0);
    int n = 0;
    for (int i = 0; i < BEND_NODES && n + 2 < ROOT_MAX; i++) {
        double after = meridian_node(g, l, side, i + 1);
        double sign = now > 0 ? 1 : -1;
        if ((now > 0) != (after > 0)) {
            root[n++] = meridian_root(g, l, side, step * i, step * (i + 1));
        } else if (i > 0 && (before > 0) == (now > 0) && sign * now <= sign * before &&
                   sign * now <= sign * after && fabs(now) < near) {
            double turn = meridian_turn(g, l, side, step * (i - 1), step * (i + 1), sign);
            if ((meridian(g, l, side, turn) > 0) != (now > 0)) {
                root[n++] = meridian_root(g, l, side, step * (i - 1), turn);
                root[n++] = meridian_root(g, l, side, turn, step * (i + 1));
            }
        }
        before = now, now = after;
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
    for (int i = 1; i < n; i++)
        for (int k = i; k > 0 && root[k] < root[k - 1]; k--) {
            double swap = root[k];
            root[k] = root[k - 1];
            root[k - 1] = swap;
        }
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

/* A row that is the own one again, of another class: the lower one wins, and must be bent upward to be safe. */
static bool beats_twin(double bent, int r, int k)
{
    return r < k && bent > ROUNDING;
}

/* Rows that can be the strongest of the others in row r's cell: those the class has a border with, because cells
 * without their owner fall to its neighbours, and those that decide nowhere. Of sisters, the cell's own neighbours. */
static void find_near(const struct spokes *s, int r, bool *near)
{
    int class = s->row[r].class;
    for (int k = 0; k < s->rows; k++)
        near[k] = k != r && (s->hidden[k] || s->crowded || s->row[k].first == s->row[r].first);
    for (int i = 0; i < s->borders; i++) {
        int own = s->border[i][0], other = s->border[i][1];
        if (own == r || (s->row[own].class == class && s->row[other].class != class))
            near[other] = true;
    }
}

/* A zero row is at a right angle to everything: all limits are caps. */
static void limits_of_nothing(struct region *g, const struct spokes *s, int r)
{
    double bent = g->bend->force.loss->radius == RADIUS_BOTH ? 0 : bend_at(g->bend, PI / 2);
    g->empty = g->bend->easy; /* its other part has it */
    for (int k = 0; k < s->rows; k++) {
        const double *v = s->row[k].v;
        double away[3] = { -v[0], -v[1], -v[2] };
        bool sister = s->row[k].class == g->class;
        if (k == r)
            continue;
        if (s->row[k].first == s->row[r].first)
            g->empty = g->empty || (sister ? k < r : !beats_twin(bent, r, k));
        else
            add_limit_cap(g, away, sister ? 0 : -fmin(0, bent), s->row[k].class, false);
    }
}

/* A rival that is the same as a sister asks for more than she does. */
static bool is_rival_too(const struct region *g, const struct spokes *s, int k)
{
    for (int i = 0; i < s->rows; i++)
        if (s->row[i].class != g->class && s->row[i].first == s->row[k].first)
            return true;
    return false;
}

static void add_limit(struct region *g, const struct spokes *s, int r, int k)
{
    const struct spoke3 *own = &s->row[r], *other = &s->row[k];
    double off[3] = { own->v[0] - other->v[0], own->v[1] - other->v[1], own->v[2] - other->v[2] };
    if (other->class != g->class)
        add_rival(g, s, other, own);
    else if (other->first == own->first)
        g->empty = g->empty || k < r;
    else if (!is_rival_too(g, s, k))
        add_limit_cap(g, off, 0, g->class, r < k);
}

static void limits_of_row(struct region *g, const struct spokes *s, int r)
{
    bool near[SPOKE_MAX];
    find_near(s, r, near);
    for (int k = 0; k < s->rows; k++)
        if (near[k])
            add_limit(g, s, r, k);
    if (g->bend->easy)
        add_limit_cap(g, g->own, 0, g->class, true);
    if (g->bend->reach > -1)
        add_limit_cap(g, g->own, g->bend->reach, -1, true);
}

bool bend_add_safe(struct sphere_map *map, const struct bend *bend, const struct spokes *s, int r)
{
    struct region g = { .map = map, .bend = bend, .class = s->row[r].class, .longest = 1 };
    int points = map->points, chains = map->chains;
    if (s->hidden[r])
        return true;
    memcpy(g.own, s->row[r].v, sizeof g.own);
    g.radius = unit3(g.own);
    if (g.radius > 0)
        limits_of_row(&g, s, r);
    else
        limits_of_nothing(&g, s, r);
    for (int i = 0; i < g.limits && !g.empty; i++) {
        const struct limit *l = &g.limit[i];
        if (l->cap)
            add_loop(&g, (struct loop){ l, 0, 0, false });
        else if (l->across > 0)
            add_loops(&g, l);
        else
            add_parallels(&g, l);
    }
    if (g.empty) {
        map->points = points;
        map->chains = chains;
        return true;
    }
    join_pieces(&g);
    return !g.failed;
}
