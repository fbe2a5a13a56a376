/* region_sphere.c - the sphere of directions divided among the classes.
 * Where rules compare linear functions of the direction (the test rule; CosFace's margin) a region is a cut of caps
 * n.u >= h, and its border is made of arcs of their circles, exact by the crossings of circles. Other margins are
 * bounded by curves about the own axis, one root of the train rule for each azimuth. */
#include "math/region_sphere.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double PI = 3.14159265358979323846;
static const double CHORD = 1e-4;

static double dot3(const double *a, const double *b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* The length of v, which becomes a unit vector; a zero vector stays. */
static double unit3(double *v)
{
    double length = sqrt(dot3(v, v));
    for (int i = 0; i < 3 && length > 0; i++)
        v[i] /= length;
    return length;
}

/* Two unit vectors that make a right-handed frame with the unit vector n. */
static void frame(const double *n, double *a, double *b)
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

static bool add_point(struct sphere_map *map, const double *at, int rival)
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

/* Closes the chain whose points began at `from`; fewer than three points are none. */
static bool add_chain(struct sphere_map *map, int class, bool safe, int from)
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

enum { CAP_MAX = SPHERE_CLASS_MAX * SUBCENTER_MAX, SPAN_MAX = 24, ARC_MAX = 512 };

/* n.u >= h with |n| = 1; circle: u = h n + r (cos t a + sin t b). */
struct cap {
    double n[3], h, r, a[3], b[3];
    int rival;
};

struct cut {
    struct cap cap[CAP_MAX];
    int caps;
    bool empty;
};

/* Adds v.u >= d for a vector of any length. `wins`: what a tie everywhere means. */
static void add_cap(struct cut *cut, const double *v, double d, int rival, bool wins)
{
    struct cap cap = { .n = { v[0], v[1], v[2] }, .rival = rival };
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
    frame(cap.n, cap.a, cap.b);
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

/* What of circle j lies in all other caps. Of two equal caps the first one's circle is the border. */
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
        bool equal = reach < 1e-13 && fabs(need) < 1e-13;
        if (equal ? k > j : need <= -reach)
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
    double step = 2 * acos(fmax(0, 1 - CHORD / fmax(cap->r, CHORD)));
    int pieces = (int)fmax(1, ceil((to - from) / step));
    for (int i = 0; i < pieces; i++) {
        double at[3];
        circle_at(cap, from + (to - from) * i / pieces, at);
        if (!add_point(map, at, cap->rival))
            return false;
    }
    return true;
}

static double distance(const double *a, const double *b)
{
    return hypot(hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
}

/* The arc that begins nearest to where one ends; at a crossing they meet to rounding. */
static int next_arc(const struct arc3 *arc, int count, const double *end)
{
    int best = -1;
    double least = 1e-5;
    for (int i = 0; i < count; i++) {
        double away = arc[i].used ? INFINITY : distance(arc[i].start, end);
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
        if (!add_chain(map, class, safe, from))
            return false;
    }
    return true;
}

/* The border of a cut as chains. */
static bool add_cut(struct sphere_map *map, const struct cut *cut, int class, bool safe)
{
    struct arc3 arc[ARC_MAX];
    int count = 0;
    for (int j = 0; j < cut->caps && !cut->empty; j++) {
        struct spans s = circle_inside(cut, j);
        if (s.whole) {
            int from = map->points;
            if (!walk_arc(map, &cut->cap[j], 0, 2 * PI) || !add_chain(map, class, safe, from))
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

/* Row r of the rule's head for directions: score = v.u + d. */
struct spoke3 {
    double v[3], d;
    int class;
};

struct spokes {
    struct spoke3 row[CAP_MAX];
    int rows;
};

static void fill_spokes(
    struct spokes *s, const struct loss_force *force, const struct head *head, double norm)
{
    enum loss_decision decision = loss_decision(force);
    int sub = loss_sub(force), alpha = loss_param_find(force->loss, "alpha");
    double length = decision == DECIDE_SPHERE && !force->norm_radius ? force->param[alpha] : norm;
    bool bias = head->bias && (force->loss->bias != BLOCK_NONE || loss_is_pair(force->loss));
    s->rows = head->classes * sub;
    for (int r = 0; r < s->rows; r++) {
        struct spoke3 *row = &s->row[r];
        memcpy(row->v, head->weight + (size_t)r * 3, sizeof row->v);
        row->class = r / sub;
        row->d = 0;
        if (decision == DECIDE_COSINE)
            unit3(row->v);
        else if (bias && length > 0)
            row->d = head->bias[row->class] / length;
    }
}

/* Where row r is ahead of every other row; ties go to the lower class. */
static void cut_decided(struct cut *cut, const struct spokes *s, int r)
{
    const struct spoke3 *own = &s->row[r];
    for (int k = 0; k < s->rows; k++) {
        const struct spoke3 *other = &s->row[k];
        double v[3] = { own->v[0] - other->v[0], own->v[1] - other->v[1], own->v[2] - other->v[2] };
        if (k != r)
            add_cap(cut, v, other->d - own->d, other->class, r < k);
    }
}

static bool add_decided(struct sphere_map *map, const struct spokes *s, int r)
{
    struct cut cut = { .caps = 0 };
    cut_decided(&cut, s, r);
    return add_cut(map, &cut, s->row[r].class, false);
}

static bool easy_margin(const struct loss_force *force)
{
    int easy = loss_param_find(force->loss, "easy_margin");
    return easy >= 0 && force->param[easy] != 0;
}

/* "Easy margin": beyond a right angle from the own axis the rule has none (losses.md 9, magface). */
static bool add_easy_part(
    struct sphere_map *map, const struct loss_force *force, const struct spokes *s, int r)
{
    struct cut cut = { .caps = 0 };
    double away[3] = { -s->row[r].v[0], -s->row[r].v[1], -s->row[r].v[2] };
    if (!easy_margin(force))
        return true;
    cut_decided(&cut, s, r);
    add_cap(&cut, away, 0, s->row[r].class, true);
    return add_cut(map, &cut, s->row[r].class, true);
}

/* (u(W_y) - u(W_j)).u >= m */
static bool add_cosine_margin(struct sphere_map *map, const struct spokes *s, int y, double m)
{
    struct cut cut = { .caps = 0 };
    for (int k = 0; k < s->rows; k++) {
        const struct spoke3 *own = &s->row[y], *other = &s->row[k];
        double v[3] = { own->v[0] - other->v[0], own->v[1] - other->v[1], own->v[2] - other->v[2] };
        if (k != y)
            add_cap(&cut, v, m, other->class, false);
    }
    return add_cut(map, &cut, y, true);
}

/* A class against the rest, one question each: u(W_y).u beyond one cosine, every u(W_j).u below another. Both are
 * read off the rule, by itself and against one rival while the own angle is 0. */
static double one_question(const struct loss_force *force, const struct head *head, bool rival, double c)
{
    double sine = sqrt(fmax(0, 1 - c * c)), weight[6] = { 1, 0, 0, c, sine, 0 }, at_rival[3] = { 1, 0, 0 };
    double at_own[3] = { c, sine, 0 };
    struct head two = { .classes = rival ? 2 : 1, .dim = 3, .weight = weight, .bias = head->bias };
    return force->loss->slack(force, rival ? at_rival : at_own, 0, &two);
}

/* Where the answer changes; the cosine at the end of the range when it never does. */
static double answer_changes(const struct loss_force *force, const struct head *head, bool rival)
{
    double low = -1, high = 1;
    bool rises = !rival;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if ((one_question(force, head, rival, middle) > 0) == rises)
            high = middle;
        else
            low = middle;
    }
    return (low + high) / 2;
}

static bool add_one_against_rest(struct sphere_map *map, const struct loss_force *force,
    const struct head *head, const struct spokes *s, int y)
{
    struct cut cut = { .caps = 0 };
    double own = answer_changes(force, head, false), other = answer_changes(force, head, true);
    cut.empty = !(one_question(force, head, false, 1) > 0);
    add_cap(&cut, s->row[y].v, own, -1, false);
    for (int k = 0; k < s->rows; k++) {
        double v[3] = { -s->row[k].v[0], -s->row[k].v[1], -s->row[k].v[2] };
        if (k != y)
            add_cap(&cut, v, -other, s->row[k].class, false);
    }
    return add_cut(map, &cut, y, true);
}

/* ---- curves about a centre, the own axis where that is inside ---- */

struct star {
    const struct loss_force *force;
    const struct head *head;
    const struct spokes *spokes;
    double norm, own[3]; /* direction of the own row */
    double axis[3], a[3], b[3]; /* frame of the centre */
    int class, row;
    double own_radius; /* its length where lengths count, else 1 */
};

/* Train rule's excess in direction u; *rival: the class it is against. */
static double excess_at(const struct star *s, const double *u, int *rival)
{
    double best = -INFINITY, sister = -INFINITY, own = dot3(s->own, u);
    *rival = s->class;
    if (own < 0 && easy_margin(s->force))
        return -1; /* that part is a cut of caps, drawn by itself */
    for (int k = 0; k < s->spokes->rows; k++) {
        const struct spoke3 *other = &s->spokes->row[k];
        double value = dot3(other->v, u);
        if (other->class != s->class && value > best) {
            best = value;
            *rival = other->class;
        }
        if (other->class == s->class && k != s->row)
            sister = fmax(sister, value);
    }
    if (s->force->loss->slack) {
        double feature[3] = { s->norm * u[0], s->norm * u[1], s->norm * u[2] };
        return s->force->loss->slack(s->force, feature, s->class, s->head);
    }
    double excess = s->own_radius * loss_target(s->force, fmax(-1, fmin(1, own))).value - best,
           ahead = own - sister;
    if (ahead < excess)
        *rival = s->class;
    return fmin(excess, ahead);
}

static void star_point(const struct star *s, double theta, double phi, double *out)
{
    double x = sin(theta) * cos(phi), y = sin(theta) * sin(phi);
    for (int i = 0; i < 3; i++)
        out[i] = cos(theta) * s->axis[i] + x * s->a[i] + y * s->b[i];
}

/* The same at angle theta from the centre and azimuth phi. */
static double star_excess(const struct star *s, double theta, double phi, int *rival)
{
    double u[3];
    star_point(s, theta, phi, u);
    return excess_at(s, u, rival);
}

/* Where the excess changes sign between low (positive) and high: by secants (Illinois: the end that stays counts
 * half), and by halves where they do not get there, as at a jump. */
static double star_between(const struct star *s, double phi, double low, double high)
{
    int rival, kept = 0;
    double at_low = star_excess(s, low, phi, &rival), at_high = star_excess(s, high, phi, &rival);
    for (int i = 0; i < 60 && high - low > 1e-14; i++) {
        double x = i < 14 ? low + (high - low) * at_low / (at_low - at_high) : (low + high) / 2;
        double value = star_excess(s, x, phi, &rival);
        if (fabs(value) < 1e-15)
            return x;
        if (value > 0) {
            low = x, at_low = value;
            at_high /= kept > 0 ? 2 : 1;
            kept = 1;
        } else {
            high = x, at_high = value;
            at_low /= kept < 0 ? 2 : 1;
            kept = -1;
        }
    }
    return (low + high) / 2;
}

/* The first angle from the centre at which the rule fails; `guess` is near it, or negative. */
static double star_root(const struct star *s, double phi, double guess, int *rival)
{
    const double stride = 0.02;
    double low = 0, high = stride;
    if (guess > 0) {
        low = fmax(0, guess - stride / 2);
        high = guess + stride / 2;
        while (low > 0 && !(star_excess(s, low, phi, rival) > 0)) {
            high = low;
            low = fmax(0, low - stride);
        }
    }
    for (; high < PI && star_excess(s, high, phi, rival) > 0; high += stride)
        low = high;
    if (high >= PI)
        return PI;
    return star_between(s, phi, low, high);
}

/* How far q is from the chord p r. */
static double off_chord(const double *p, const double *q, const double *r)
{
    double chord[3] = { r[0] - p[0], r[1] - p[1], r[2] - p[2] },
           to[3] = { q[0] - p[0], q[1] - p[1], q[2] - p[2] };
    double square = dot3(chord, chord), along = square > 0 ? dot3(chord, to) / square : 0;
    double rest[3] = { to[0] - along * chord[0], to[1] - along * chord[1], to[2] - along * chord[2] };
    return sqrt(dot3(rest, rest));
}

struct ray {
    double phi, theta, at[3];
    int rival;
};

static struct ray cast(const struct star *s, double phi, double guess)
{
    struct ray ray = { .phi = phi };
    ray.theta = star_root(s, phi, guess, &ray.rival);
    star_excess(s, ray.theta + 1e-9, phi, &ray.rival); /* who is across */
    star_point(s, ray.theta, phi, ray.at);
    return ray;
}

/* The curve between two rays without its end, halved until chords are near enough; a corner, where the rival
 * changes, is halved down to a point. */
static bool refine(
    struct sphere_map *map, const struct star *s, const struct ray *p, const struct ray *r, int depth)
{
    struct ray q = cast(s, (p->phi + r->phi) / 2, (p->theta + r->theta) / 2);
    bool near = off_chord(p->at, q.at, r->at) < 3 * CHORD; /* about four times what the halves are off */
    bool corner = p->rival != r->rival && distance(p->at, r->at) > CHORD / 10;
    if (depth == 0 || (near && !corner))
        return add_point(map, p->at, p->rival) && add_point(map, q.at, q.rival);
    return refine(map, s, p, &q, depth - 1) && refine(map, s, &q, r, depth - 1);
}

enum { RAYS = 64, DEPTH = 16 };

static bool add_star(struct sphere_map *map, const struct star *s)
{
    int from = map->points, rival;
    if (!(excess_at(s, s->axis, &rival) > 0))
        return true; /* no direction meets the margin */
    struct ray first = cast(s, 0, -1), last = first;
    for (int i = 1; i <= RAYS; i++) {
        struct ray next = i < RAYS ? cast(s, 2 * PI * i / RAYS, last.theta) : first;
        next.phi = 2 * PI * i / RAYS;
        if (!refine(map, s, &last, &next, DEPTH))
            return false;
        last = next;
    }
    return add_chain(map, s->class, true, from);
}

/* A cosine taken off can move the region beyond the own axis: then its centre is sought among directions spread
 * evenly over the sphere. */
static void find_centre(struct star *s)
{
    enum { TRIED = 500 };
    int rival;
    double best = excess_at(s, s->own, &rival);
    memcpy(s->axis, s->own, sizeof s->axis);
    bool beyond = !(best > 0) && (s->force->loss->family == FAMILY_COMBINED || s->force->loss->slack);
    for (int i = 0; beyond && i < TRIED; i++) {
        double z = 1 - (2 * i + 1.0) / TRIED, r = sqrt(1 - z * z), phi = i * PI * (3 - sqrt(5));
        double u[3] = { r * cos(phi), r * sin(phi), z }, excess = excess_at(s, u, &rival);
        if (excess > best) {
            memcpy(s->axis, u, sizeof u);
            best = excess;
        }
    }
    frame(s->axis, s->a, s->b);
}

static bool add_curve(struct sphere_map *map, const struct loss_force *force, const struct head *head,
    const struct spokes *spokes, double norm, int row)
{
    const struct spoke3 *own = &spokes->row[row];
    struct star s = {
        .force = force, .head = head, .spokes = spokes, .norm = norm, .class = own->class, .row = row
    };
    memcpy(s.own, own->v, sizeof s.own);
    s.own_radius = unit3(s.own);
    if (s.own_radius == 0)
        return true;
    find_centre(&s);
    return add_star(map, &s);
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
    double m = is_cosine_margin(force->loss) ? force->param[force->loss->margin] : 0;
    for (int r = 0; r < s->rows; r++) {
        bool added = is_cosine_margin(force->loss)      ? add_cosine_margin(map, s, r, m)
                     : is_one_against_rest(force->loss) ? add_one_against_rest(map, force, head, s, r)
                                                        : add_curve(map, force, head, s, norm, r);
        if (!added || !add_easy_part(map, force, s, r))
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
