/* Regions of the sphere against the rules themselves, at random directions and at every border point. */
#include <stdlib.h>
#include <string.h>

#include "math/region_sphere.h"
#include "math/rng.h"
#include "tests/support/check.h"

enum { CLASSES = 8, DIRECTIONS = 400 };

static const double NORM = 3;

struct world {
    struct loss_force force;
    struct head head;
    double weight[CLASSES * SUBCENTER_MAX * 3], bias[CLASSES], extra[512];
};

static void direction(struct rng *rng, double *u)
{
    double length = 0;
    while (length < 1e-3) {
        for (int i = 0; i < 3; i++)
            u[i] = rng_normal(rng);
        length = sqrt(u[0] * u[0] + u[1] * u[1] + u[2] * u[2]);
    }
    for (int i = 0; i < 3; i++)
        u[i] /= length;
}

static void world_draw(struct world *w, const struct loss *loss, int classes, uint64_t seed)
{
    struct rng rng;
    rng_init(&rng, seed, RNG_DATA);
    memset(w, 0, sizeof *w);
    w->force = loss_force_initial(loss);
    if (loss->margin >= 0 && loss->param[loss->margin].kind == PARAM_LINEAR)
        w->force.param[loss->margin] *= 0.5 + rng_uniform(&rng);
    for (int i = 0; i < classes * loss_sub(&w->force); i++) {
        double length = 0.5 + rng_uniform(&rng);
        direction(&rng, &w->weight[3 * i]);
        for (int d = 0; d < 3; d++)
            w->weight[3 * i + d] *= length;
    }
    for (int j = 0; j < classes; j++)
        w->bias[j] = loss->bias == BLOCK_SHARED_BIAS ? -1 : 0.8 * rng_normal(&rng);
    w->head = (struct head){
        .classes = classes, .dim = 3, .weight = w->weight, .bias = w->bias, .extra = w->extra
    };
}

static double turn_about(const double *p, const double *a, const double *b)
{
    double helper[3] = { 0, 0, 0 }, e[3], f[3], cut = fabs(p[0]) < 0.7 ? 0 : 1;
    helper[(int)cut] = 1;
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        e[i] = helper[j] * p[k] - helper[k] * p[j];
    }
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        f[i] = p[j] * e[k] - p[k] * e[j];
    }
    double ax = 0, ay = 0, bx = 0, by = 0;
    for (int i = 0; i < 3; i++) {
        ax += a[i] * e[i], ay += a[i] * f[i];
        bx += b[i] * e[i], by += b[i] * f[i];
    }
    return remainder(atan2(by, bx) - atan2(ay, ax), 2 * acos(-1));
}

/* Times the chains of a class go round p; *near: how close a border comes. */
static double winding(const struct sphere_map *map, int class, bool safe, const double *p, double *near)
{
    double turn = 0;
    for (int c = 0; c < map->chains; c++) {
        const struct sphere_chain *chain = &map->chain[c];
        for (int i = 0; i < chain->count; i++) {
            const double *a = map->point[chain->from + i].at,
                         *b = map->point[chain->from + (i + 1) % chain->count].at;
            for (int side = -1; side <= 1; side += 2)
                *near = fmin(*near, hypot(hypot(a[0] - side * p[0], a[1] - side * p[1]), a[2] - side * p[2]));
            if (chain->class == class && chain->safe == safe)
                turn += turn_about(p, a, b);
        }
    }
    return turn / (2 * acos(-1));
}

static bool drawn_here(const struct loss *loss)
{
    return loss->eval && !loss->untrained && loss->decision != DECIDE_EACH &&
           loss->decision != DECIDE_NOTHING && loss->task == TASK_CLASS;
}

/* A border passes between its points too; a point is decided away from them. */
static void check_directions(const struct world *w, const struct sphere_map *map, const char *id)
{
    struct rng rng;
    rng_init(&rng, 11, RNG_DATA);
    for (int i = 0; i < DIRECTIONS; i++) {
        double u[3], x[3], near = INFINITY;
        direction(&rng, u);
        for (int d = 0; d < 3; d++)
            x[d] = NORM * u[d];
        int winner = loss_predict(&w->force, x, &w->head);
        double decided = winding(map, winner, false, u, &near);
        if (near < 0.03)
            continue;
        double back[3] = { -x[0], -x[1], -x[2] };
        int behind = loss_predict(&w->force, back, &w->head);
        if (behind == winner)
            continue; /* seen from p, a cell that also holds -p does not go round it */
        if (fabs(decided - 1) > 0.01)
            fail_msg("%s: direction %.3f %.3f %.3f belongs to %d, drawn %.3f times", id, u[0], u[1], u[2],
                winner, decided);
        if (map->same || loss_slack(&w->force, back, winner, &w->head) > 0)
            continue;
        bool meets = loss_slack(&w->force, x, winner, &w->head) > 0;
        double safe = winding(map, winner, true, u, &near);
        if (fabs(safe - meets) > 0.01)
            fail_msg("%s: direction %.3f %.3f %.3f of %d: slack %.4f, drawn safe %.3f times", id, u[0], u[1],
                u[2], winner, loss_slack(&w->force, x, winner, &w->head), safe);
    }
}

/* x moved by `angle` along the great circle towards w (or away from it), at the same length. */
static void nudge(const double *x, const double *w, double angle, double *out)
{
    double along = 0, rest[3], length = 0;
    for (int d = 0; d < 3; d++)
        along += x[d] * w[d] / (NORM * NORM);
    for (int d = 0; d < 3; d++) {
        rest[d] = w[d] - along * x[d];
        length += rest[d] * rest[d];
    }
    for (int d = 0; d < 3; d++)
        out[d] = cos(angle) * x[d] + (length > 0 ? sin(angle) * NORM * rest[d] / sqrt(length) : 0);
}

static double rule_score(const struct world *w, const double *x, int j)
{
    const double *row = &w->weight[3 * j];
    enum loss_decision decision = loss_decision(&w->force);
    if (decision == DECIDE_COSINE)
        return loss_cosine(x, row, 3);
    double length =
        decision == DECIDE_SPHERE ? w->force.param[loss_param_find(w->force.loss, "alpha")] : NORM;
    bool bias = w->force.loss->bias != BLOCK_NONE || loss_is_pair(w->force.loss);
    return length / NORM * (x[0] * row[0] + x[1] * row[1] + x[2] * row[2]) + (bias ? w->bias[j] : 0);
}

static void check_borders(const struct world *w, const struct sphere_map *map, const char *id)
{
    for (int c = 0; c < map->chains; c++)
        for (int i = 0; i < map->chain[c].count; i++) {
            const struct sphere_point *p = &map->point[map->chain[c].from + i];
            int own = map->chain[c].class;
            double x[3] = { NORM * p->at[0], NORM * p->at[1], NORM * p->at[2] }, in[3], out[3];
            assert_close(p->at[0] * p->at[0] + p->at[1] * p->at[1] + p->at[2] * p->at[2], 1, 1e-12);
            if (loss_sub(&w->force) > 1 || p->rival == own)
                continue; /* between parts of one class */
            if (!map->chain[c].safe) {
                assert_close(rule_score(w, x, own), rule_score(w, x, p->rival), 1e-9);
                continue;
            }
            nudge(x, &w->weight[3 * own], 1e-8, in);
            nudge(x, &w->weight[3 * own], -1e-8, out);
            double slack_in = loss_slack(&w->force, in, own, &w->head);
            double slack_out = loss_slack(&w->force, out, own, &w->head);
            bool changes = fmin(slack_in, slack_out) < 1e-6 && fmax(slack_in, slack_out) > -1e-6;
            bool level =
                fabs(loss_slack(&w->force, x, own, &w->head)) < 1e-9; /* the rest are jumps of the target */
            if (loss_cosine(x, &w->weight[3 * own], 3) > -1 + 1e-9 && !level && !changes)
                fail_msg("%s: border of class %d misses the rule by %.2e", id, own,
                    loss_slack(&w->force, x, own, &w->head));
        }
}

static void every_loss_is_drawn_as_it_decides(void **state)
{
    (void)state;
    static struct world w;
    struct sphere_map map = { 0 };
    for (int l = 0; l < loss_count(); l++) {
        if (!drawn_here(loss_at(l)))
            continue;
        for (int trial = 0; trial < 4; trial++) {
            world_draw(&w, loss_at(l), trial == 0 ? 2 : 3 + trial, (uint64_t)(100 * l + trial));
            assert_true(sphere_map_build(&map, &w.force, &w.head, NORM));
            check_borders(&w, &map, loss_at(l)->id);
            check_directions(&w, &map, loss_at(l)->id);
        }
    }
    sphere_map_clear(&map);
}

/* Between 1 - cos K and 2 sin(K/2) the axis itself fails, but directions beyond it pass. */
static void cosface_may_lie_beyond_its_axis(void **state)
{
    (void)state;
    static struct world w;
    struct sphere_map map = { 0 };
    const double degree = acos(-1) / 180, k = 30 * degree;
    world_draw(&w, loss_find("cosface"), 2, 1);
    double weight[6] = { 1, 0, 0, cos(k), sin(k), 0 };
    memcpy(w.weight, weight, sizeof weight);
    w.force.param[loss_param_find(w.force.loss, "m")] = 0.35;
    assert_true(sphere_map_build(&map, &w.force, &w.head, NORM));
    double beyond[3] = { cos(-40 * degree), sin(-40 * degree), 0 }, axis[3] = { 1, 0, 0 }, near = INFINITY;
    assert_close(winding(&map, 0, true, axis, &near), 0, 1e-6);
    assert_close(winding(&map, 0, true, beyond, &near), 1, 1e-6);
    w.force.param[loss_param_find(w.force.loss, "m")] = 0.55;
    assert_true(sphere_map_build(&map, &w.force, &w.head, NORM));
    for (int c = 0; c < map.chains; c++)
        assert_false(map.chain[c].safe);
    sphere_map_clear(&map);
}

/* All is one class's: two halves of the sphere, without a border to another class. */
static void check_undivided(const struct sphere_map *map)
{
    assert_int_equal(map->chains, 2);
    for (int i = 0; i < map->points; i++)
        assert_int_equal(map->point[i].rival, 0);
    for (int c = 0; c < 2; c++)
        assert_true(map->chain[c].class == 0 && !map->chain[c].safe);
}

static void odd_heads_are_drawn_as_far_as_they_decide(void **state)
{
    (void)state;
    static struct world w;
    struct sphere_map map = { 0 };
    world_draw(&w, loss_find("arcface"), 1, 1);
    assert_true(sphere_map_build(&map, &w.force, &w.head, NORM));
    check_undivided(&map);
    world_draw(&w, loss_find("arcface"), 4, 1);
    memset(w.weight, 0, sizeof w.weight); /* all ties: the lowest class has everything, and no border */
    assert_true(sphere_map_build(&map, &w.force, &w.head, NORM));
    check_undivided(&map);
    sphere_map_clear(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_loss_is_drawn_as_it_decides),
        cmocka_unit_test(cosface_may_lie_beyond_its_axis),
        cmocka_unit_test(odd_heads_are_drawn_as_far_as_they_decide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
