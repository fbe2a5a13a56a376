/* region.c - the circle divided among the classes (test rule) and what of it the train rule leaves (no margin left
 * to push for). On a ray the radius cancels, so each rule is a function of the direction alone.
 *
 * Test rule: class y beats j where (v_y - v_j).x > 0, a half circle; the sector of y is the cut of its half
 * circles, one arc or none. Train rule: inside that sector the strongest rival changes at a few known angles;
 * between two of them own logit minus rival is smooth, and its sign changes are bracketed and bisected. */
#include "math/region.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const double PI = 3.14159265358979323846;
static const double ZERO_LENGTH = 1e-12;

/* Longest stretch searched at a time: the own target turns at most m <= 6 times in a half circle, so a stretch
 * holds at most one extremum of the difference. */
static const double STRETCH = 0.03;

/* Just past an angle at which rivals are equal. */
static const double AFTER = 1e-12;

/* The direction and strength of one class as a rule sees it; shorter than 1e-12 counts as zero. */
struct spoke {
    double x, y; /* v_j: W_j, or its unit vector where the loss normalises */
    double axis, length; /* polar form; length 0 for a zero row */
};

static bool keeps_norm(const struct loss *loss)
{
    return loss->has_bias || loss->radius == RADIUS_LINEAR || loss->radius == RADIUS_BOTH;
}

static struct spoke spoke_of(const struct loss *loss, const struct head *head, int j)
{
    double x = head->weight[2 * j], y = head->weight[2 * j + 1], length = hypot(x, y);
    if (!(length >= ZERO_LENGTH))
        return (struct spoke){ 0 };
    double axis = atan2(y, x);
    if (keeps_norm(loss))
        return (struct spoke){ x, y, axis, length };
    return (struct spoke){ x / length, y / length, axis, 1 };
}

static double wrap(double a, double from)
{
    double turned = fmod(a - from, 2 * PI);
    if (turned < 0)
        turned += 2 * PI;
    return turned >= 2 * PI ? from : from + turned;
}

static struct arc arc_normal(double from, double to)
{
    double start = wrap(from, 0);
    return (struct arc){ start, start + fmin(to - from, 2 * PI) };
}

/* ---- test rule ---- */

/* Cuts [from, to], at most a half circle, with the half circle about `middle`. */
static void arc_cut(struct arc *arc, bool *whole, double middle)
{
    if (*whole) {
        *arc = (struct arc){ middle - PI / 2, middle + PI / 2 };
        *whole = false;
        return;
    }
    double near = wrap(middle, (arc->from + arc->to) / 2 - PI);
    arc->from = fmax(arc->from, near - PI / 2);
    arc->to = fmin(arc->to, near + PI / 2);
}

static bool sector_of(const struct loss *loss, const struct head *head, int y, struct arc *out)
{
    struct spoke own = spoke_of(loss, head, y);
    bool whole = true;
    *out = (struct arc){ 0, 2 * PI };
    for (int j = 0; j < head->classes; j++) {
        if (j == y)
            continue;
        struct spoke rival = spoke_of(loss, head, j);
        double dx = own.x - rival.x, dy = own.y - rival.y;
        if (dx == 0 && dy == 0) { /* a tie everywhere: the lowest index has it */
            if (j < y)
                return false;
            continue;
        }
        arc_cut(out, &whole, atan2(dy, dx));
        if (!(out->from < out->to))
            return false;
    }
    return true;
}

/* ---- train rule: one class against one rival ---- */

struct duel {
    const struct loss_force *force;
    struct spoke own, rival;
    double own_radius;
};

static struct duel duel_of(const struct loss_force *force, struct spoke own, struct spoke rival)
{
    double radius = keeps_norm(force->loss) ? own.length : 1;
    return (struct duel){ force, own, rival, radius };
}

/* Own logit as trained minus the rival's plain one, both divided by what they share. */
static double duel_excess(const struct duel *d, double phi)
{
    double c = d->own.length > 0 ? cos(phi - d->own.axis) : 0;
    return d->own_radius * loss_target(d->force, c).value - d->rival.length * cos(phi - d->rival.axis);
}

static double duel_slope(const struct duel *d, double phi)
{
    double turn = phi - d->own.axis, c = d->own.length > 0 ? cos(turn) : 0;
    double own = d->own.length > 0 ? -sin(turn) * loss_target(d->force, c).slope : 0;
    return d->own_radius * own + d->rival.length * sin(phi - d->rival.axis);
}

/* Where f changes sign between a and b, to the last bit. */
static double bisect(double (*f)(const struct duel *, double), const struct duel *d, double a, double b)
{
    bool left = f(d, a) > 0;
    for (int i = 0; i < 60; i++) {
        double middle = (a + b) / 2;
        if (middle <= a || middle >= b)
            break;
        if ((f(d, middle) > 0) == left)
            a = middle;
        else
            b = middle;
    }
    return (a + b) / 2;
}

/* Safe arcs found so far, in one rising frame; touching ones are joined. */
struct found {
    struct arc arc[REGION_ARC_MAX];
    int count;
};

static void found_add(struct found *found, double from, double to)
{
    if (!(to > from))
        return;
    if (found->count && from - found->arc[found->count - 1].to < 1e-13) {
        found->arc[found->count - 1].to = to;
        return;
    }
    if (found->count < REGION_ARC_MAX)
        found->arc[found->count++] = (struct arc){ from, to };
}

/* [a, b] holds at most one extremum. Slopes are taken a little inside, because on the own axis an angular margin
 * has a cone tip. */
static void search_stretch(const struct duel *d, double a, double b, struct found *found)
{
    bool left = duel_excess(d, a) > 0, right = duel_excess(d, b) > 0;
    if (left != right) {
        double root = bisect(duel_excess, d, a, b);
        found_add(found, left ? a : root, left ? root : b);
        return;
    }
    double inset = (b - a) * 1e-4, from = a + inset, to = b - inset;
    bool rises = duel_slope(d, from) > 0;
    bool towards_zero = rises != left && (duel_slope(d, to) > 0) == left;
    double turn = towards_zero ? bisect(duel_slope, d, from, to) : 0;
    if (!towards_zero || (duel_excess(d, turn) > 0) == left) {
        if (left)
            found_add(found, a, b);
        return;
    }
    double first = bisect(duel_excess, d, a, turn), second = bisect(duel_excess, d, turn, b);
    if (left) {
        found_add(found, a, first);
        found_add(found, second, b);
    } else {
        found_add(found, first, second);
    }
}

/* ArcFace's jump at pi - m needs no break: there its target is at most -1, below every plain cosine, on both
 * sides. The kinks on the own axis and opposite to it do. */
static void search_smooth(const struct duel *d, double a, double b, struct found *found)
{
    int n = (int)ceil((b - a) / STRETCH);
    for (int i = 0; i < n; i++)
        search_stretch(d, a + (b - a) * i / n, i == n - 1 ? b : a + (b - a) * (i + 1) / n, found);
}

static void search_duel(const struct duel *d, double a, double b, struct found *found)
{
    double at = a, kink = wrap(d->own.axis, a);
    if (kink - PI > a)
        kink -= PI;
    for (; d->own.length > 0 && kink < b; kink += PI) {
        search_smooth(d, at, kink, found);
        at = kink;
    }
    search_smooth(d, at, b, found);
}

/* ---- train rule: one class against all ---- */

static int strongest_rival(const struct loss *loss, const struct head *head, int y, double phi)
{
    int best = -1;
    double top = -INFINITY;
    for (int j = 0; j < head->classes; j++) {
        struct spoke rival = spoke_of(loss, head, j);
        double value = rival.length * cos(phi - rival.axis);
        if (j != y && value > top) {
            top = value;
            best = j;
        }
    }
    return best;
}

/* The next angle after phi, at most `end`, at which some other rival overtakes j. */
static double next_overtaking(
    const struct loss *loss, const struct head *head, int y, int j, double phi, double end)
{
    struct spoke now = spoke_of(loss, head, j);
    double first = end;
    for (int l = 0; l < head->classes; l++) {
        if (l == y || l == j)
            continue;
        struct spoke other = spoke_of(loss, head, l);
        double dx = other.x - now.x, dy = other.y - now.y;
        if (dx != 0 || dy != 0)
            first = fmin(first, wrap(atan2(dy, dx) - PI / 2, phi + AFTER));
    }
    return first;
}

static int safe_arcs(
    const struct loss_force *force, const struct head *head, int y, struct arc decided, struct arc *out)
{
    struct found found = { .count = 0 };
    struct spoke own = spoke_of(force->loss, head, y);
    for (double phi = decided.from; phi < decided.to;) {
        int rival = strongest_rival(force->loss, head, y, phi + AFTER);
        double end = next_overtaking(force->loss, head, y, rival, phi, decided.to);
        struct duel d = duel_of(force, own, spoke_of(force->loss, head, rival));
        search_duel(&d, phi, end, &found);
        phi = end;
    }
    for (int i = 0; i < found.count; i++)
        out[i] = arc_normal(found.arc[i].from, found.arc[i].to);
    return found.count;
}

/* A rival with the very same direction: y may win the tie, but is never strictly ahead. */
static bool has_twin(const struct loss *loss, const struct head *head, int y)
{
    struct spoke own = spoke_of(loss, head, y);
    for (int j = 0; j < head->classes; j++) {
        struct spoke rival = spoke_of(loss, head, j);
        if (j != y && rival.x == own.x && rival.y == own.y)
            return true;
    }
    return false;
}

bool region_is_angular(const struct loss *loss)
{
    return !loss->has_bias;
}

void region_sectors(const struct loss_force *force, const struct head *head, struct region_class *out)
{
    assert(head->dim == 2);
    for (int y = 0; y < head->classes; y++) {
        struct region_class *r = &out[y];
        struct arc decided;
        memset(r, 0, sizeof *r);
        if (!sector_of(force->loss, head, y, &decided))
            continue;
        r->decided[0] = arc_normal(decided.from, decided.to);
        r->decided_count = 1;
        if (force->loss->target && head->classes > 1) {
            r->safe_count = safe_arcs(force, head, y, decided, r->safe);
        } else {
            r->safe[0] = r->decided[0];
            r->safe_count = !has_twin(force->loss, head, y);
        }
    }
}

/* ---- two classes ---- */

double region_boundary(const struct loss_force *force, double angle_rad, double n1, double n2)
{
    bool norms = keeps_norm(force->loss);
    double a = norms ? n1 : 1, b = norms ? n2 : 1;
    if (!force->loss->target) {
        double theta = atan2(a - b * cos(angle_rad), b * sin(angle_rad));
        return theta < 0 ? NAN : fmin(theta, angle_rad);
    }
    struct duel d = { force, { a, 0, 0, a }, { 0, 0, angle_rad, b }, a };
    int n = (int)ceil(angle_rad / STRETCH);
    if (!(duel_excess(&d, 0) >= 0))
        return NAN;
    for (int i = 0; i < n; i++) {
        double from = angle_rad * i / n, to = angle_rad * (i + 1) / n;
        if (!(duel_excess(&d, to) > 0))
            return i == 0 && !(duel_excess(&d, 0) > 0) ? 0 : bisect(duel_excess, &d, from, to);
    }
    return angle_rad;
}

/* ---- half planes ---- */

/* Sutherland-Hodgman: the part of the polygon where nx x + ny y + d >= 0. */
static int clip_half_plane(const double *in, int n, double nx, double ny, double d, double *out, int max)
{
    int count = 0;
    for (int i = 0; i < n; i++) {
        const double *p = &in[2 * i], *q = &in[2 * ((i + 1) % n)];
        double at_p = nx * p[0] + ny * p[1] + d, at_q = nx * q[0] + ny * q[1] + d;
        if (at_p >= 0 && count < max) {
            out[2 * count] = p[0];
            out[2 * count++ + 1] = p[1];
        }
        if ((at_p >= 0) != (at_q >= 0) && count < max) {
            double t = at_p / (at_p - at_q);
            out[2 * count] = p[0] + t * (q[0] - p[0]);
            out[2 * count++ + 1] = p[1] + t * (q[1] - p[1]);
        }
    }
    return count;
}

enum { CORNER_MAX = 512 };

int region_polygon(const struct head *head, int c, const double box[4], double *xy, int max)
{
    double buffer[2][2 * CORNER_MAX] = { { box[0], box[1], box[2], box[1], box[2], box[3], box[0], box[3] } };
    int n = 4, now = 0;
    const double *own = &head->weight[2 * c];
    for (int j = 0; j < head->classes && n > 0; j++) {
        const double *w = &head->weight[2 * j];
        double nx = own[0] - w[0], ny = own[1] - w[1];
        double d = head->bias ? head->bias[c] - head->bias[j] : 0;
        if (j == c || (nx == 0 && ny == 0 && d == 0 && j > c))
            continue;
        if (nx == 0 && ny == 0 && !(d > 0)) /* never larger, or an exact tie with a lower index */
            return 0;
        n = clip_half_plane(buffer[now], n, nx, ny, d, buffer[!now], CORNER_MAX);
        now = !now;
    }
    if (n > max)
        n = max;
    memcpy(xy, buffer[now], 2 * sizeof *xy * (size_t)n);
    return n < 3 ? 0 : n;
}
