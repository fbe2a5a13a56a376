/* region_sphere.c - the sphere of directions divided among the classes.
 * Where rules compare linear functions of the direction (the test rule; CosFace's margin) a region is a cut of caps
 * n.u >= h, and its border is made of arcs of their circles, exact by the crossings of circles. Other margins are
 * bounded by curves about the own axis, one root of the train rule for each azimuth. */
#include "math/region_sphere.h"

#include "math/region_bend.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double PI = 3.14159265358979323846;
static const double CHORD = 1e-4;
static const double ZERO_LENGTH = 1e-12;

double dot3(const double *a, const double *b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

double unit3(double *v)
{
    double length = sqrt(dot3(v, v));
    for (int i = 0; i < 3 && length > 0; i++)
        v[i] /= length;
    return length;
}

void frame3(const double *n, double *a, double *b)
{
    int least = fabs(n[0]) < fabs(n[1]) ? (fabs(n[0]) < fabs(n[2]) ? 0 : 2) : fabs(n[1]) < fabs(n[2]) ? 1 : 2;
    double helper[3] = { 0, 0, 0 };
    helper[least] = 1;
    a[0] = helper[1] * n[2] - helper[2] * n[1];
    a[1] = helper[2] * n[0] - helper[0] * n[2];
    a[2] = helper[0] * n[1] - helper[1] * n[0];
    unit3(a);
    b[0] = n[1] * a[2] - n[2] * a[1];
    b[1] = n[2] * a[0] - n[0] * a[2];
    b[2] = n[0] * a[1] - n[1] * a[0];
}

/* ---- the map's arrays ---- */

bool map_point(struct sphere_map *map, const double *at, int rival)
{
    if (map->points == map->point_capacity) {
        int capacity = map->point_capacity ? 2 * map->point_capacity : 4096;
        struct sphere_point *more = realloc(map->point, (size_t)capacity * sizeof *more);
        if (!more)
            return false;
        map->point = more;
        map->point_capacity = capacity;
    }
    struct sphere_point *p = &map->point[map->points++];
    memcpy(p->at, at, sizeof p->at);
    p->rival = rival;
    return true;
}

bool map_chain(struct sphere_map *map, int class, bool safe, int from)
{
    if (map->points - from < 3) {
        map->points = from;
        return true;
    }
    if (map->chains == map->chain_capacity) {
        int capacity = map->chain_capacity ? 2 * map->chain_capacity : 64;
        struct sphere_chain *more = realloc(map->chain, (size_t)capacity * sizeof *more);
        if (!more)
            return false;
        map->chain = more;
        map->chain_capacity = capacity;
    }
    map->chain[map->chains++] = (struct sphere_chain){ class, safe, from, map->points - from };
    return true;
}

void sphere_map_clear(struct sphere_map *map)
{
    free(map->chain);
    free(map->point);
    *map = (struct sphere_map){ 0 };
}

/* ---- cuts of caps ---- */

enum { CAP_MAX = SPOKE_MAX, SPAN_MAX = 24, ARC_MAX = 512 };

/* n.u >= h with |n| = 1; circle: u = h n + r (cos t a + sin t b). */
struct cap {
    double n[3], h, r, a[3], b[3];
    int rival, row;
    bool bounds; /* known when the border has been walked */
};

struct cut {
    struct cap cap[CAP_MAX];
    int caps;
    bool empty;
};

/* Adds v.u >= d for a vector of any length. `wins`: what a tie everywhere means. */
static void add_cap(struct cut *cut, const double *v, double d, int rival, bool wins)
{
    struct cap cap = { .n = { v[0], v[1], v[2] }, .rival = rival, .row = -1 };
    double length = unit3(cap.n);
    if (length < 1e-14) {
        cut->empty = cut->empty || d > 0 || (d == 0 && !wins);
        return;
    }
    cap.h = d / length;
    if (cap.h <= -1)
        return;
    cut->empty = cut->empty || cap.h >= 1 || cut->caps == CAP_MAX;
    if (cut->empty)
        return;
    cap.r = sqrt(1 - cap.h * cap.h);
    frame3(cap.n, cap.a, cap.b);
    cut->cap[cut->caps++] = cap;
}

/* Stretches of a circle, t rising, that are still inside. */
struct spans {
    double from[SPAN_MAX], to[SPAN_MAX];
    int count;
    bool whole;
};

static double wrap(double t, double from)
{
    double turned = fmod(t - from, 2 * PI);
    return from + (turned < 0 ? turned + 2 * PI : turned);
}

/* Keeps what lies in [middle - half, middle + half]. */
static void spans_cut(struct spans *s, double middle, double half)
{
    struct spans out = { .count = 0 };
    if (s->whole) {
        *s = (struct spans){ .from = { middle - half }, .to = { middle + half }, .count = 1 };
        return;
    }
    for (int i = 0; i < s->count; i++) {
        double start = wrap(middle - half, s->from[i] - 2 * PI);
        for (; start < s->to[i]; start += 2 * PI) {
            double from = fmax(s->from[i], start), to = fmin(s->to[i], start + 2 * half);
            if (from < to && out.count < SPAN_MAX) {
                out.from[out.count] = from;
                out.to[out.count++] = to;
            }
        }
    }
    *s = out;
}

/* What of circle j lies in all other caps. Of two equal caps the first one's circle is the border; two that fill the
 * sphere have nothing in common. */
static struct spans circle_inside(const struct cut *cut, int j)
{
    const struct cap *own = &cut->cap[j];
    struct spans s = { .whole = true };
    for (int k = 0; k < cut->caps && (s.whole || s.count > 0); k++) {
        const struct cap *other = &cut->cap[k];
        if (k == j)
            continue;
        double x = own->r * dot3(other->n, own->a), y = own->r * dot3(other->n, own->b);
        double need = other->h - own->h * dot3(other->n, own->n), reach = hypot(x, y);
        bool equal = reach < 1e-13 && fabs(need) < 1e-13, facing = dot3(other->n, own->n) < 0;
        if (equal ? k > j && !facing : need <= -reach)
            continue;
        if (equal || need >= reach)
            return (struct spans){ .count = 0 };
        spans_cut(&s, atan2(y, x), acos(need / reach));
    }
    return s;
}

struct arc3 {
    int cap;
    double from, to, start[3], end[3];
    bool used;
};

static void circle_at(const struct cap *cap, double t, double *out)
{
    double x = cap->r * cos(t), y = cap->r * sin(t);
    for (int i = 0; i < 3; i++)
        out[i] = cap->h * cap->n[i] + x * cap->a[i] + y * cap->b[i];
}

/* Points of an arc without its end, which the next arc begins with. */
static bool walk_arc(struct sphere_map *map, const struct cap *cap, double from, double to)
{
    double step = 2 * acos(fmax(0, 1 - map->chord / fmax(cap->r, map->chord)));
    int pieces = (int)fmax(1, ceil((to - from) / step));
    for (int i = 0; i < pieces; i++) {
        double at[3];
        circle_at(cap, from + (to - from) * i / pieces, at);
        if (!map_point(map, at, cap->rival))
            return false;
    }
    return true;
}

double distance3(const double *a, const double *b)
{
    return hypot(hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
}

bool same3(const double *a, const double *b)
{
    return distance3(a, b) <= 1e-14 * (sqrt(dot3(a, a)) + sqrt(dot3(b, b)));
}

double off_chord3(const double *p, const double *q, const double *r)
{
    double chord[3] = { r[0] - p[0], r[1] - p[1], r[2] - p[2] },
           to[3] = { q[0] - p[0], q[1] - p[1], q[2] - p[2] };
    double square = dot3(chord, chord), along = square > 0 ? dot3(chord, to) / square : 0;
    double rest[3] = { to[0] - along * chord[0], to[1] - along * chord[1], to[2] - along * chord[2] };
    return sqrt(dot3(rest, rest));
}

/* The arc that begins nearest to where one ends; at a crossing they meet to rounding. */
static int next_arc(const struct arc3 *arc, int count, const double *end)
{
    int best = -1;
    double least = 1e-5;
    for (int i = 0; i < count; i++) {
        double away = arc[i].used ? INFINITY : distance3(arc[i].start, end);
        if (away < least) {
            least = away;
            best = i;
        }
    }
    return best;
}

static bool stitch(
    struct sphere_map *map, const struct cut *cut, struct arc3 *arc, int count, int class, bool safe)
{
    for (int first = 0; first < count; first++) {
        int from = map->points;
        for (int i = first; i >= 0 && !arc[i].used; i = next_arc(arc, count, arc[i].end)) {
            arc[i].used = true;
            if (!walk_arc(map, &cut->cap[arc[i].cap], arc[i].from, arc[i].to))
                return false;
        }
        if (!map_chain(map, class, safe, from))
            return false;
    }
    return true;
}

/* A sphere without a border, as two halves. */
static bool add_whole(struct sphere_map *map, int class, bool safe)
{
    struct cap north = { .n = { 0, 0, 1 }, .r = 1, .a = { 1, 0, 0 }, .b = { 0, 1, 0 }, .rival = class },
               south = north;
    south.b[1] = -1;
    int from = map->points;
    if (!walk_arc(map, &north, 0, 2 * PI) || !map_chain(map, class, safe, from))
        return false;
    from = map->points;
    return walk_arc(map, &south, 0, 2 * PI) && map_chain(map, class, safe, from);
}

/* The border of a cut as chains. */
static bool add_cut(struct sphere_map *map, struct cut *cut, int class, bool safe)
{
    struct arc3 arc[ARC_MAX];
    int count = 0;
    if (!cut->empty && cut->caps == 0)
        return add_whole(map, class, safe);
    for (int j = 0; j < cut->caps && !cut->empty; j++) {
        struct spans s = circle_inside(cut, j);
        cut->cap[j].bounds = s.whole || s.count > 0;
        if (s.whole) {
            int from = map->points;
            if (!walk_arc(map, &cut->cap[j], 0, 2 * PI) || !map_chain(map, class, safe, from))
                return false;
        }
        for (int i = 0; i < s.count && count < ARC_MAX; i++) {
            struct arc3 *a = &arc[count++];
            *a = (struct arc3){ .cap = j, .from = s.from[i], .to = s.to[i] };
            circle_at(&cut->cap[j], a->from, a->start);
            circle_at(&cut->cap[j], a->to, a->end);
        }
    }
    return stitch(map, cut, arc, count, class, safe);
}

/* ---- rows as the test rule sees them ---- */

static void fill_spokes(
    struct spokes *s, const struct loss_force *force, const struct head *head, double norm)
{
    enum loss_decision decision = loss_decision(force);
    int sub = loss_sub(force), alpha = loss_param_find(force->loss, "alpha");
    double length = decision == DECIDE_SPHERE && !force->norm_radius ? force->param[alpha] : norm;
    bool bias = head->bias && (force->loss->bias != BLOCK_NONE || loss_is_pair(force->loss));
    s->rows = head->classes * sub;
    s->borders = 0;
    s->crowded = false;
    for (int r = 0; r < s->rows; r++) {
        struct spoke3 *row = &s->row[r];
        memcpy(row->v, head->weight + (size_t)r * 3, sizeof row->v);
        row->class = r / sub;
        row->d = 0;
        if (sqrt(dot3(row->v, row->v)) < ZERO_LENGTH)
            memset(row->v, 0, sizeof row->v);
        if (decision == DECIDE_COSINE)
            unit3(row->v);
        else if (bias && length > 0)
            row->d = head->bias[row->class] / length;
        for (row->first = 0; row->first < r; row->first++)
            if (same3(s->row[row->first].v, row->v) && s->row[row->first].d == row->d)
                break;
    }
}

/* Where row r is ahead of every other row; ties go to the lower class, or to nobody where it must be strictly. Of
 * rows that are the same one speaks for all. */
static void cut_decided(struct cut *cut, const struct spokes *s, int r, bool strictly)
{
    const struct spoke3 *own = &s->row[r];
    for (int k = 0; k < s->rows; k++) {
        const struct spoke3 *other = &s->row[k];
        double v[3] = { own->v[0] - other->v[0], own->v[1] - other->v[1], own->v[2] - other->v[2] };
        if (k != r && other->first == own->first)
            cut->empty = cut->empty || r > k || (strictly && other->class != own->class);
        else if (k != r && other->first == k) {
            int before = cut->caps;
            add_cap(cut, v, other->d - own->d, other->class, r < k);
            if (cut->caps > before)
                cut->cap[before].row = k;
        }
    }
}

static void add_border(struct spokes *s, int r, int other)
{
    s->crowded = s->crowded || s->borders == (int)(sizeof s->border / sizeof s->border[0]);
    if (s->crowded)
        return;
    s->border[s->borders][0] = (short)r;
    s->border[s->borders++][1] = (short)other;
}

static bool add_decided(struct sphere_map *map, struct spokes *s, int r)
{
    struct cut cut = { .caps = 0 };
    cut_decided(&cut, s, r, false);
    int chains = map->chains;
    bool added = add_cut(map, &cut, s->row[r].class, false);
    s->hidden[r] = map->chains == chains;
    for (int j = 0; j < cut.caps; j++) {
        const struct cap *border = &cut.cap[j];
        if (!border->bounds)
            continue;
        add_border(s, r, border->row);
        bool sister = s->row[border->row].class == s->row[r].class; /* a rival may lie right behind her */
        for (int k = j + 1; k < cut.caps && sister; k++)
            if (same3(cut.cap[k].n, border->n) && fabs(cut.cap[k].h - border->h) < 1e-13)
                add_border(s, r, cut.cap[k].row);
    }
    return added;
}

/* "Easy margin": beyond a right angle from the own axis the rule has none (losses.md 9, magface). */
static bool add_easy_part(struct sphere_map *map, const struct bend *bend, const struct spokes *s, int r)
{
    struct cut cut = { .caps = 0 };
    double away[3] = { -s->row[r].v[0], -s->row[r].v[1], -s->row[r].v[2] };
    if (!bend->easy)
        return true;
    cut_decided(&cut, s, r, true);
    add_cap(&cut, away, 0, s->row[r].class, true);
    return add_cut(map, &cut, s->row[r].class, true);
}

/* (W_y - W_j).u >= m as the test rule sees the rows: a cosine margin, or a score's for features of length 1/m. */
static bool add_straight_margin(struct sphere_map *map, const struct spokes *s, int y, double m)
{
    struct cut cut = { .caps = 0 };
    for (int k = 0; k < s->rows; k++) {
        const struct spoke3 *own = &s->row[y], *other = &s->row[k];
        double v[3] = { own->v[0] - other->v[0], own->v[1] - other->v[1], own->v[2] - other->v[2] };
        if (k != y)
            add_cap(&cut, v, m + other->d - own->d, other->class, false);
    }
    return add_cut(map, &cut, y, true);
}

/* A class against the rest, one question each: u(W_y).u beyond one cosine, every u(W_j).u below another. Both are
 * read off the rule, by itself and against one rival while the own angle is 0. */
struct question {
    const struct loss_force *force;
    const double *bias;
    double norm;
    bool rival;
};

static double answer(const struct question *q, double c)
{
    double sine = sqrt(fmax(0, 1 - c * c)), weight[6] = { 1, 0, 0, c, sine, 0 };
    double at_rival[3] = { q->norm, 0, 0 }, at_own[3] = { q->norm * c, q->norm * sine, 0 };
    struct head two = { .classes = q->rival ? 2 : 1, .dim = 3, .weight = weight, .bias = q->bias };
    return q->force->loss->slack(q->force, q->rival ? at_rival : at_own, 0, &two);
}

/* Where the answer changes; the cosine at the end of the range when it never does. */
static double answer_changes(const struct question *q)
{
    double low = -1, high = 1;
    bool rises = !q->rival;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if ((answer(q, middle) > 0) == rises)
            high = middle;
        else
            low = middle;
    }
    return (low + high) / 2;
}

static bool add_one_against_rest(struct sphere_map *map, const struct loss_force *force,
    const struct head *head, const struct spokes *s, double norm, int y)
{
    struct cut cut = { .caps = 0 };
    struct question is_own = { force, head->bias, norm, false }, is_other = { force, head->bias, norm, true };
    double own = answer_changes(&is_own), other = answer_changes(&is_other);
    cut.empty = !(answer(&is_own, 1) > 0);
    add_cap(&cut, s->row[y].v, own, -1, false);
    for (int k = 0; k < s->rows; k++) {
        double v[3] = { -s->row[k].v[0], -s->row[k].v[1], -s->row[k].v[2] };
        if (k != y)
            add_cap(&cut, v, -other, s->row[k].class, false);
    }
    return add_cut(map, &cut, y, true);
}

/* ---- the map ---- */

/* One shared threshold: each class is asked for by itself. */
static bool is_one_against_rest(const struct loss *loss)
{
    return loss->bias == BLOCK_SHARED_BIAS;
}

static bool is_cosine_margin(const struct loss *loss)
{
    return loss->family == FAMILY_COSINE_MINUS && loss->target && !loss->slack;
}

static bool build_safe(struct sphere_map *map, const struct loss_force *force, const struct head *head,
    const struct spokes *s, double norm)
{
    bool score = force->loss->task == TASK_SCORE, straight = score || is_cosine_margin(force->loss);
    double m = score ? 1 / norm : straight ? force->param[force->loss->margin] : 0;
    struct bend bend;
    bend_init(&bend, force, norm, map->chord);
    for (int r = 0; r < s->rows; r++) {
        bool added = straight                           ? add_straight_margin(map, s, r, m)
                     : is_one_against_rest(force->loss) ? add_one_against_rest(map, force, head, s, norm, r)
                                                        : bend_add_safe(map, &bend, s, r);
        if (!added || !add_easy_part(map, &bend, s, r))
            return false;
    }
    return true;
}

bool sphere_map_build(
    struct sphere_map *map, const struct loss_force *force, const struct head *head, double norm)
{
    assert(head->dim == 3);
    struct spokes spokes;
    enum loss_decision decision = loss_decision(force);
    map->chains = map->points = 0;
    map->chord = map->chord > 0 ? map->chord : CHORD;
    map->same = !force->loss->has_margin;
    if (head->classes > SPHERE_CLASS_MAX || decision == DECIDE_EACH || decision == DECIDE_NOTHING)
        return true;
    fill_spokes(&spokes, force, head, norm);
    bool made = true;
    for (int r = 0; r < spokes.rows && made; r++)
        made = add_decided(map, &spokes, r);
    if (made && !map->same && head->classes > 1)
        made = build_safe(map, force, head, &spokes, norm);
    if (!made)
        map->chains = map->points = 0;
    return made;
}
