/* region.c - the circle divided among the classes (test rule) and what of it the train rule leaves (no margin left
 * to push for).
 *
 * Test rule: on the circle every row of the head is a sine wave, v_r.(cos, sin) + b_r, and two of them cross at
 * angles known in closed form. A walk round the circle goes from each row to the one that overtakes it; a class
 * owns the pieces of its rows. Train rule: while the own row and the strongest rival stay the same, own logit as
 * trained minus rival is smooth but for kinks at known angles; its sign changes are bracketed and bisected. */
#include "math/region.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "math/root.h"

static const double PI = 3.14159265358979323846;
static const double ZERO_LENGTH = 1e-12;

/* Longest stretch searched at a time: the own target turns at most m <= 6 times in a half circle, so a stretch
 * holds at most one extremum of the difference. */
static const double STRETCH = 0.03;
/* Where the slack is asked nothing multiplies the angle. */
static const double STRETCH_SLACK = 0.06;

/* Just past an angle at which rows are equal. */
static const double AFTER = 1e-12;
/* Share of a row's length by which rounding may move what it is worth. */
static const double EVEN = 1e-14;

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

/* Arcs found so far, in one rising frame; touching ones are joined. */
static void arc_add(struct arc *arc, int *count, double from, double to)
{
    if (!(to > from))
        return;
    if (*count && fabs(from - arc[*count - 1].to) < 1e-13)
        arc[*count - 1].to = to;
    else if (*count < REGION_ARC_MAX)
        arc[(*count)++] = (struct arc){ from, to };
}

/* ---- rows of the head on the circle ---- */

struct circle {
    const struct loss_force *force;
    const struct head *head;
    enum loss_decision decision;
    int sub, rows;
    double alpha, norm;
    bool biased;
};

static struct circle circle_of(const struct loss_force *force, const struct head *head, double norm)
{
    const struct loss *loss = force->loss;
    struct circle c = { force, head, loss_decision(force), loss_sub(force), 0, 1, norm, false };
    c.rows = head->classes * c.sub;
    if (c.decision == DECIDE_SPHERE) {
        c.biased = head->bias && loss->bias != BLOCK_NONE;
        int alpha = loss_param_find(loss, "alpha");
        c.alpha = alpha >= 0 ? force->param[alpha] : 1;
    } else if (c.decision == DECIDE_LINEAR && head->bias &&
               (loss->bias != BLOCK_NONE || loss_is_pair(loss))) {
        c.biased = true;
        c.alpha = norm;
    }
    return c;
}

/* What the test rule compares, v.(cos, sin) + b. A weight shorter than 1e-12 counts as zero. */
struct row {
    double x, y, b;
};

static struct row row_at(const struct circle *c, int r)
{
    const double *w = &c->head->weight[2 * r];
    double length = hypot(w[0], w[1]), b = c->biased ? c->head->bias[r / c->sub] : 0;
    if (!(length >= ZERO_LENGTH))
        return (struct row){ 0, 0, b };
    double scale = c->decision == DECIDE_COSINE ? 1 / length : c->alpha;
    return (struct row){ w[0] * scale, w[1] * scale, b };
}

static double row_value(const struct row *row, double phi)
{
    return row->x * cos(phi) + row->y * sin(phi) + row->b;
}

/* Which rows take part in a walk: all, those of one class, or all but those. */
enum side { SIDE_ALL, SIDE_OWN, SIDE_OTHERS };

struct walk {
    const struct circle *circle;
    enum side side;
    int class;
};

static bool takes_part(const struct walk *w, int r)
{
    return w->side == SIDE_ALL || (r / w->circle->sub == w->class) == (w->side == SIDE_OWN);
}

static double row_slope(const struct row *row, double phi)
{
    return row->y * cos(phi) - row->x * sin(phi);
}

/* The first of the largest, -1 when nobody takes part. */
static int walk_strongest(const struct walk *w, double phi)
{
    double x = cos(phi), y = sin(phi), top = -INFINITY;
    int best = -1;
    for (int r = 0; r < w->circle->rows; r++) {
        if (!takes_part(w, r))
            continue;
        struct row row = row_at(w->circle, r);
        double value = row.x * x + row.y * y + row.b;
        if (value > top) {
            top = value;
            best = r;
        }
    }
    return best;
}

/* Who leads just after phi: of those that rounding cannot tell from the largest the one that rises fastest. */
static int walk_leader(const struct walk *w, double phi)
{
    int best = walk_strongest(w, phi);
    if (best < 0)
        return best;
    struct row top = row_at(w->circle, best);
    double level = row_value(&top, phi), slope = row_slope(&top, phi);
    for (int r = 0; r < w->circle->rows; r++) {
        struct row row = row_at(w->circle, r);
        double room = EVEN * (fabs(row.x) + fabs(row.y) + fabs(row.b));
        if (takes_part(w, r) && row_value(&row, phi) >= level - room && row_slope(&row, phi) > slope) {
            slope = row_slope(&row, phi);
            best = r;
        }
    }
    return best;
}

/* The next angle after phi, at most `end`, at which another row overtakes r. */
static double next_overtaking(const struct walk *w, int r, double phi, double end)
{
    struct row now = row_at(w->circle, r);
    double first = end;
    for (int l = 0; l < w->circle->rows; l++) {
        if (l == r || !takes_part(w, l))
            continue;
        struct row other = row_at(w->circle, l);
        double dx = other.x - now.x, dy = other.y - now.y, db = other.b - now.b;
        double length = db != 0 ? hypot(dx, dy) : 1;
        if ((dx != 0 || dy != 0) && fabs(db) <= length) {
            double half = db != 0 ? acos(-db / length) : PI / 2;
            first = fmin(first, wrap(atan2(dy, dx) - half, phi + AFTER));
        }
    }
    return first;
}

/* The row in the lead just after phi, and until when. Where rows cross at nearly one angle the leader may be
 * mistaken by rounding: a place within its piece must agree (not the middle: that may be where two cross again). */
static double walk_piece(const struct walk *w, double phi, double limit, int *row)
{
    double end = limit;
    *row = walk_leader(w, phi + AFTER);
    for (int i = 0; i < 8 && *row >= 0; i++) {
        end = next_overtaking(w, *row, phi, limit);
        double within = phi + 0.381966 * (end - phi);
        int there = walk_strongest(w, within);
        struct row now = row_at(w->circle, *row), best = row_at(w->circle, there);
        if (there == *row || !(row_value(&best, within) > row_value(&now, within)))
            break;
        *row = there;
    }
    return end;
}

/* ---- train rule: one row against one rival ---- */

struct duel {
    const struct circle *circle;
    int own, rival;
    struct row a, b;
    double axis, length; /* of the own row */
    bool bent; /* the row has a target; else its slack is asked */
    /* the two alone, for the slack */
    double weight[2 * 2 * SUBCENTER_MAX], bias[2];
    struct head pair;
};

static void copy_row(struct duel *d, int place, int r)
{
    const struct circle *c = d->circle;
    for (int i = 0; i < c->sub; i++)
        memcpy(&d->weight[2 * (place * c->sub + i)], &c->head->weight[2 * r], 2 * sizeof *d->weight);
}

static void duel_init(struct duel *d, const struct circle *c, int own, int rival)
{
    *d = (struct duel){ .circle = c, .own = own, .rival = rival };
    d->a = row_at(c, own);
    d->b = row_at(c, rival);
    d->length = hypot(d->a.x, d->a.y);
    d->axis = atan2(d->a.y, d->a.x);
    d->bent = !c->force->loss->slack;
    if (d->bent)
        return;
    copy_row(d, 0, own);
    copy_row(d, 1, rival);
    d->pair = *c->head;
    d->pair.classes = 2;
    d->pair.weight = d->weight;
    if (c->head->bias && c->force->loss->bias != BLOCK_SHARED_BIAS) {
        d->bias[0] = c->head->bias[own / c->sub];
        d->bias[1] = c->head->bias[rival / c->sub];
        d->pair.bias = d->bias;
    }
}

/* Own logit as trained minus the rival's plain one, both divided by what they share. */
static double duel_excess(const struct duel *d, double phi)
{
    if (!d->bent) {
        double x[2] = { d->circle->norm * cos(phi), d->circle->norm * sin(phi) };
        return d->circle->force->loss->slack(d->circle->force, x, 0, &d->pair);
    }
    double c = d->length > 0 ? cos(phi - d->axis) : 0;
    double radius = d->circle->decision == DECIDE_COSINE ? 1 : d->length;
    return radius * loss_target(d->circle->force, c).value - row_value(&d->b, phi);
}

static double duel_at(const void *duel, double phi)
{
    return duel_excess(duel, phi);
}

/* [a, b] holds at most one extremum. */
static void search_stretch(const struct duel *d, double a, double b, struct arc *arc, int *count)
{
    struct curve excess = { duel_at, d, 0 };
    double at_a = duel_excess(d, a), edge[3], from = a;
    int n = root_find(&excess, a, b, at_a, duel_excess(d, b), edge);
    bool safe = at_a > 0;
    edge[n] = b;
    for (int i = 0; i <= n; i++, safe = !safe) {
        if (safe)
            arc_add(arc, count, from, edge[i]);
        from = edge[i];
    }
}

static void search_smooth(const struct duel *d, double a, double b, struct arc *arc, int *count)
{
    int n = (int)ceil((b - a) / (d->bent ? STRETCH : STRETCH_SLACK));
    for (int i = 0; i < n; i++)
        search_stretch(d, a + (b - a) * i / n, i == n - 1 ? b : a + (b - a) * (i + 1) / n, arc, count);
}

/* Kinks and jumps lie on the own axis, opposite to it, and where MagFace's easy margin ends, across it. ArcFace's
 * jump at pi - m needs no break: there its target is at most -1, below every plain cosine, on both sides. */
static void search_duel(const struct duel *d, double a, double b, struct arc *arc, int *count)
{
    double at = a, kink = a + wrap(d->axis - a, 0);
    while (kink - PI / 2 > a)
        kink -= PI / 2;
    for (; d->length > 0 && kink < b; kink += PI / 2) {
        search_smooth(d, at, kink, arc, count);
        at = kink;
    }
    search_smooth(d, at, b, arc, count);
}

/* ---- train rule: one class against all ---- */

static bool has_margin(const struct loss *loss)
{
    return loss->target || loss->slack;
}

/* Class y's row `own` leads from a to b: which part is safe. Without a margin all is, but where a rival's row is
 * the very same: y may win the tie, and is never strictly ahead. */
static void search_rivals(const struct circle *c, int own, double a, double b, struct arc *arc, int *count)
{
    struct walk others = { c, SIDE_OTHERS, own / c->sub };
    for (double phi = a; phi < b;) {
        int rival;
        double end = walk_piece(&others, phi, b, &rival);
        if (rival < 0) {
            arc_add(arc, count, phi, b);
            return;
        }
        if (has_margin(c->force->loss)) {
            struct duel d;
            duel_init(&d, c, own, rival);
            search_duel(&d, phi, end, arc, count);
        } else {
            struct row mine = row_at(c, own), theirs = row_at(c, rival);
            if (mine.x != theirs.x || mine.y != theirs.y || mine.b != theirs.b)
                arc_add(arc, count, phi, end);
        }
        phi = end;
    }
}

static void search_class(const struct circle *c, int y, struct arc decided, struct arc *arc, int *count)
{
    struct walk own = { c, SIDE_OWN, y };
    for (double phi = decided.from; phi < decided.to;) {
        int row = y;
        double end = c->sub > 1 ? walk_piece(&own, phi, decided.to, &row) : decided.to;
        search_rivals(c, row, phi, end, arc, count);
        phi = end;
    }
}

static int search_decided(const struct circle *c, int y, const struct arc *decided, int n, struct arc *safe)
{
    int count = 0;
    for (int i = 0; i < n; i++)
        search_class(c, y, decided[i], safe, &count);
    for (int i = 0; i < count; i++)
        safe[i] = arc_normal(safe[i].from, safe[i].to);
    return count;
}

int region_safe(const struct loss_force *force, const struct head *head, int y,
    const struct region_class *decided, double norm, struct arc *out)
{
    struct circle c = circle_of(force, head, norm);
    return search_decided(&c, y, decided->decided, decided->decided_count, out);
}

bool region_norm_matters(const struct loss_force *force)
{
    const struct loss *loss = force->loss;
    bool weighed =
        force->norm_radius && loss->bias != BLOCK_NONE; /* |x| against a bias: sphereface2's warm-up */
    return loss->slack && region_is_angular(force) && (loss->family == FAMILY_ADAPTIVE || weighed);
}

/* ---- test rule ---- */

bool region_is_angular(const struct loss_force *force)
{
    switch (loss_decision(force)) {
    case DECIDE_COSINE:
    case DECIDE_SPHERE:
        return true;
    case DECIDE_LINEAR:
        return force->loss->bias == BLOCK_NONE && !loss_is_pair(force->loss);
    default:
        return false;
    }
}

/* An angle at which one class takes over from another; 0 when one has the whole circle. */
static double first_border(const struct walk *all)
{
    int row, first = -1;
    for (double phi = 0; phi < 2 * PI;) {
        double end = walk_piece(all, phi, 2 * PI, &row);
        int class = row / all->circle->sub;
        if (first >= 0 && class != first)
            return phi;
        first = class;
        phi = end;
    }
    return 0;
}

static void divide(const struct circle *c, struct region_class *out)
{
    struct walk all = { c, SIDE_ALL, -1 };
    double start = first_border(&all), end;
    for (double phi = start; phi < start + 2 * PI; phi = end) {
        int row;
        end = walk_piece(&all, phi, start + 2 * PI, &row);
        struct region_class *r = &out[row / c->sub];
        arc_add(r->decided, &r->decided_count, phi, end);
    }
}

/* A whole circle begins anywhere, but not within a safe arc, which would be cut in two. */
static bool begins_safe(const struct region_class *r)
{
    double from = r->decided[0].from, to = r->decided[0].to;
    return r->decided_count == 1 && to - from >= 2 * PI && r->safe_count > 1 && r->safe[0].from == from &&
           r->safe[r->safe_count - 1].to - from > 2 * PI - 1e-12;
}

/* To few bits, so that the ends are exactly 2 pi apart. */
static struct arc circle_from(double start)
{
    start = rint(ldexp(start, 20));
    return arc_normal(ldexp(start, -20), ldexp(start, -20) + 2 * PI);
}

void region_sectors(
    const struct loss_force *force, const struct head *head, double norm, struct region_class *out)
{
    assert(head->dim == 2);
    struct circle c = circle_of(force, head, norm);
    for (int y = 0; y < head->classes; y++)
        out[y].decided_count = 0;
    divide(&c, out);
    for (int y = 0; y < head->classes; y++) {
        struct region_class *r = &out[y];
        for (int i = 0; i < r->decided_count; i++)
            r->decided[i] = arc_normal(r->decided[i].from, r->decided[i].to);
        r->safe_count = search_decided(&c, y, r->decided, r->decided_count, r->safe);
        if (begins_safe(r)) {
            r->decided[0] = circle_from((r->safe[0].to + r->safe[1].from) / 2);
            r->safe_count = search_decided(&c, y, r->decided, 1, r->safe);
        }
    }
}

/* ---- two classes ---- */

double region_boundary(const struct loss_force *force, double angle_rad, double n1, double n2)
{
    double weight[4] = { n1, 0, n2 * cos(angle_rad), n2 * sin(angle_rad) };
    struct head head = { .classes = 2, .dim = 2, .weight = weight };
    struct circle c = circle_of(force, &head, 1);
    struct duel d;
    duel_init(&d, &c, 0, 1);
    if (!force->loss->target) {
        double a = d.length, b = hypot(d.b.x, d.b.y);
        double theta = atan2(a - b * cos(angle_rad), b * sin(angle_rad));
        return theta < 0 ? NAN : fmin(theta, angle_rad);
    }
    int n = (int)ceil(angle_rad / STRETCH);
    if (!(duel_excess(&d, 0) >= 0))
        return NAN;
    for (int i = 0; i < n; i++) {
        double from = angle_rad * i / n, to = angle_rad * (i + 1) / n;
        if (!(duel_excess(&d, to) > 0))
            return i == 0 && !(duel_excess(&d, 0) > 0)
                       ? 0
                       : root_between(&(struct curve){ duel_at, &d, 0 }, from, to);
    }
    return angle_rad;
}
