/* region_cut.c - cuts of caps n.u >= h. The border is made of arcs of their circles, exact by the crossings of
 * circles. */
#include "math/region_cut.h"

#include <math.h>
#include <string.h>

static const double PI = 3.14159265358979323846;
/* So much larger is the cone than what the caps leave: more than rounding, less than anything drawn. */
static const double CONE_ROOM = 1e-9;

enum { SPAN_MAX = 24, ARC_MAX = 512 };

void cut_init(struct cut *cut)
{
    cut->caps = 0;
    cut->empty = false;
    cone_init(&cut->cone);
}

/* True when the caps so far leave nothing outside of this one. A cap with h >= 0 lies in the half sphere about n. */
static bool is_needless(struct cut *cut, const struct cap *cap)
{
    if (cone_least(&cut->cone, cap->n) > fmax(0, cap->h) + CONE_ROOM)
        return true;
    if (cap->h >= 0 && !cone_clip(&cut->cone, cap->n, CONE_ROOM))
        cut->empty = true;
    return false;
}

void cut_add(struct cut *cut, const double *v, double d, int rival, bool wins)
{
    struct cap cap = { .n = { v[0], v[1], v[2] }, .rival = rival, .row = -1 };
    double length = unit3(cap.n);
    if (length < 1e-14) {
        cut->empty = cut->empty || d > 0 || (d == 0 && !wins);
        return;
    }
    cap.h = d / length;
    if (cut->empty || cap.h <= -1 || is_needless(cut, &cap))
        return;
    cut->empty = cut->empty || cap.h >= 1 || cut->caps == CAP_MAX;
    if (cut->empty)
        return;
    cap.r = sqrt(1 - cap.h * cap.h);
    frame3(cap.n, cap.a, cap.b);
    cut->order[cut->caps] = cut->caps;
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
static void circle_inside(struct cut *cut, int j, struct spans *s)
{
    const struct cap *own = &cut->cap[j];
    s->whole = true;
    s->count = 0;
    for (int i = 0; i < cut->caps && (s->whole || s->count > 0); i++) {
        int k = cut->order[i];
        const struct cap *other = &cut->cap[k];
        if (k == j)
            continue;
        double x = own->r * dot3(other->n, own->a), y = own->r * dot3(other->n, own->b);
        double need = other->h - own->h * dot3(other->n, own->n), reach = sqrt(x * x + y * y);
        bool equal = reach < 1e-13 && fabs(need) < 1e-13, facing = dot3(other->n, own->n) < 0;
        if (equal ? k > j && !facing : need <= -reach)
            continue;
        if (equal || need >= reach)
            s->whole = false, s->count = 0;
        else
            spans_cut(s, atan2(y, x), acos(need / reach));
        if (!s->whole && s->count == 0) {
            memmove(cut->order + 1, cut->order, (size_t)i * sizeof *cut->order);
            cut->order[0] = k;
        }
    }
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

bool cut_trace(struct sphere_map *map, struct cut *cut, int class, bool safe)
{
    struct arc3 arc[ARC_MAX];
    int count = 0;
    if (!cut->empty && cut->caps == 0)
        return add_whole(map, class, safe);
    for (int j = 0; j < cut->caps && !cut->empty; j++) {
        struct spans s;
        circle_inside(cut, j, &s);
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
