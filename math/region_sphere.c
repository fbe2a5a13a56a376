/* region_sphere.c - the sphere of directions divided among the classes.
 * Where rules compare linear functions of the direction (the test rule; CosFace's margin) a region is a cut of caps
 * n.u >= h. Other margins are bounded by curves about the own axis: region_bend.c. */
#include "math/region_sphere.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "math/region_bend.h"
#include "math/region_cut.h"

static const double CHORD = 1e-4;
static const double ZERO_LENGTH = 1e-12;

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

/* Where row r is ahead of every other row by so much; ties go to the lower class, or to nobody where it must be strictly. Of
 * rows that are the same one speaks for all. */
static void cut_ahead(struct cut *cut, const struct spokes *s, int r, double by, bool strictly)
{
    const struct spoke3 *own = &s->row[r];
    for (int k = 0; k < s->rows; k++) {
        const struct spoke3 *other = &s->row[k];
        double v[3] = { own->v[0] - other->v[0], own->v[1] - other->v[1], own->v[2] - other->v[2] };
        if (k != r && other->first == own->first)
            cut->empty = cut->empty || r > k || (strictly && other->class != own->class);
        else if (k != r && other->first == k) {
            int before = cut->caps;
            cut_add(cut, v, by + other->d - own->d, other->class, r < k);
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
    struct cut cut;
    cut_init(&cut);
    cut_ahead(&cut, s, r, 0, false);
    int chains = map->chains;
    bool added = cut_trace(map, &cut, s->row[r].class, false);
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

/* "Easy margin": beyond a right angle from the own axis the rule has none. */
static bool add_easy_part(struct sphere_map *map, const struct bend *bend, const struct spokes *s, int r)
{
    struct cut cut;
    double away[3] = { -s->row[r].v[0], -s->row[r].v[1], -s->row[r].v[2] };
    if (!bend->easy)
        return true;
    cut_init(&cut);
    cut_ahead(&cut, s, r, 0, true);
    cut_add(&cut, away, 0, s->row[r].class, true);
    return cut_trace(map, &cut, s->row[r].class, true);
}

/* The target of a rule without a margin is straight: ahead of all others, none of which is above the top, and within
 * reach. */
static bool add_plain_part(struct sphere_map *map, const struct bend *bend, const struct spokes *s, int r)
{
    struct cut cut;
    const double *own = s->row[r].v;
    cut_init(&cut);
    cut_ahead(&cut, s, r, 0, true);
    for (int k = 0; k < s->rows && bend->top < 1; k++) {
        double away[3] = { -s->row[k].v[0], -s->row[k].v[1], -s->row[k].v[2] };
        if (s->row[k].class != s->row[r].class && s->row[k].first == k)
            cut_add(&cut, away, -bend->top, s->row[k].class, true);
    }
    cut_add(&cut, own, bend->reach * sqrt(dot3(own, own)), -1, true);
    return cut_trace(map, &cut, s->row[r].class, true);
}

/* (W_y - W_j).u >= m as the test rule sees the rows: a cosine margin, or a score's for features of length 1/m. */
static bool add_straight_margin(struct sphere_map *map, const struct spokes *s, int y, double m)
{
    struct cut cut;
    cut_init(&cut);
    cut_ahead(&cut, s, y, m, true);
    return cut_trace(map, &cut, y, true);
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
    struct cut cut;
    struct question is_own = { force, head->bias, norm, false }, is_other = { force, head->bias, norm, true };
    double own = answer_changes(&is_own), other = answer_changes(&is_other);
    cut_init(&cut);
    cut.empty = !(answer(&is_own, 1) > 0);
    cut_add(&cut, s->row[y].v, own, -1, false);
    for (int k = 0; k < s->rows; k++) {
        double v[3] = { -s->row[k].v[0], -s->row[k].v[1], -s->row[k].v[2] };
        if (k != y)
            cut_add(&cut, v, -other, s->row[k].class, false);
    }
    return cut_trace(map, &cut, y, true);
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
                     : bend.plain                       ? add_plain_part(map, &bend, s, r)
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
