/* region_bend.c - what bounds the safe region of a bent target on the sphere: the own target at angles from the own
 * axis, read once, and of the other rows those that matter. region_trace.c draws the border. */
#include "math/region_bend.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "math/region_cone.h"
#include "math/region_trace.h"
#include "math/root.h"

static const double PI = 3.14159265358979323846;
/* What a target is above itself by is rounding, up to this. */
static const double ROUNDING = 1e-13;

/* ---- the target ---- */

double bend_at(const struct bend *b, double theta)
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

static double above_plain(const void *bend, double theta)
{
    return bend_at(bend, theta) - cos(theta) - ROUNDING;
}

static void add_node(struct bend *b, double theta)
{
    b->theta[b->nodes] = theta;
    b->value[b->nodes] = bend_at(b, theta);
    b->cosine[b->nodes] = cos(theta);
    b->sine[b->nodes++] = sin(theta);
}

/* What holds a rival is the lower of the two, and has a kink where they cross. */
static void bend_nodes(struct bend *b)
{
    struct curve curve = { above_plain, b, 0 };
    add_node(b, 0);
    for (int i = 1; i <= BEND_STEPS; i++) {
        double from = PI * (i - 1) / BEND_STEPS, to = PI * i / BEND_STEPS, root[2];
        int n = root_find(&curve, from, to, above_plain(b, from), above_plain(b, to), root);
        for (int r = 0; r < n && b->kinks < KINK_MAX; r++) {
            b->kink[b->kinks++] = root[r];
            add_node(b, root[r]);
        }
        add_node(b, to);
    }
}

/* The cosine itself, perhaps held below a top: no margin at these parameters. */
static bool is_plain(const struct bend *b)
{
    for (int i = 0; i < b->nodes; i++)
        if (b->cosine[i] >= b->reach && fabs(b->value[i] - fmin(b->cosine[i], b->top)) > ROUNDING)
            return false;
    return true;
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
    bend_nodes(b);
    b->top = b->value[0];
    b->plain = is_plain(b);
}

/* ---- what bounds a region ---- */

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
    g->limits++;
}

/* n.u > h for n of any length. */
static void add_limit_cap(struct region *g, const double *n, double h, int rival)
{
    struct limit *l = &g->limit[g->limits];
    *l = (struct limit){ .rival = rival, .cap = true, .length = 1 };
    memcpy(l->pole, n, sizeof l->pole);
    double length = unit3(l->pole);
    assert(length >= 1e-14); /* sub-centers that differ are unit vectors: 2e-14 apart (same3), or more */
    l->along = h / length;
    if (l->along <= -1)
        return;
    g->empty = g->empty || l->along >= 1;
    if (g->empty)
        return;
    for (int i = 0; i < g->limits; i++)
        if (g->limit[i].cap && same3(g->limit[i].pole, l->pole) && fabs(g->limit[i].along - l->along) < 1e-14)
            return;
    l->across = sqrt(1 - l->along * l->along);
    frame3(l->pole, l->a, l->b);
    g->limits++;
}

/* ---- rows that matter ---- */

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

/* More than rounding, less than anything drawn. */
static double room_of(const double *a, const double *b)
{
    return 1e-9 * (sqrt(dot3(a, a)) + sqrt(dot3(b, b)));
}

/* Of rows that decide nowhere only those matter that are ahead of all the class's visible rivals somewhere in r's
 * cell. */
static void drop_weak(const struct spokes *s, int r, bool *near)
{
    double ahead[3 * SPOKE_MAX];
    const double *own = s->row[r].v;
    int rival[SPOKE_MAX], rivals = 0;
    struct cone cell;
    cone_init(&cell);
    for (int n = 0; n < s->rows; n++)
        if (near[n] && !s->hidden[n]) {
            const double *v = s->row[n].v, lead[3] = { own[0] - v[0], own[1] - v[1], own[2] - v[2] };
            cone_clip(&cell, lead, room_of(own, v));
            if (s->row[n].class != s->row[r].class)
                rival[rivals++] = n;
        }
    for (int k = 0; k < s->rows; k++) {
        const double *v = s->row[k].v;
        if (!near[k] || !s->hidden[k] || s->row[k].first == s->row[r].first)
            continue;
        for (int i = 0; i < rivals; i++)
            for (int d = 0; d < 3; d++)
                ahead[3 * i + d] = v[d] - s->row[rival[i]].v[d];
        near[k] = cone_meets(&cell, ahead, rivals, room_of(own, v));
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
            add_limit_cap(g, away, sister ? 0 : -fmin(0, bent), s->row[k].class);
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
        add_limit_cap(g, off, 0, g->class);
}

static void limits_of_row(struct region *g, const struct spokes *s, int r)
{
    bool near[SPOKE_MAX];
    find_near(s, r, near);
    drop_weak(s, r, near);
    for (int k = 0; k < s->rows; k++)
        if (near[k])
            add_limit(g, s, r, k);
    if (g->bend->easy)
        add_limit_cap(g, g->own, 0, g->class);
    if (g->bend->reach > -1)
        add_limit_cap(g, g->own, g->bend->reach, -1);
}

bool bend_add_safe(struct sphere_map *map, const struct bend *bend, const struct spokes *s, int r)
{
    struct region g; /* large: only what is looked at is set */
    if (s->hidden[r])
        return true;
    g.map = map;
    g.bend = bend;
    g.class = s->row[r].class;
    g.limits = 0;
    g.empty = g.failed = false;
    memcpy(g.own, s->row[r].v, sizeof g.own);
    g.radius = unit3(g.own);
    if (g.radius > 0)
        limits_of_row(&g, s, r);
    else
        limits_of_nothing(&g, s, r);
    return trace_region(&g);
}
