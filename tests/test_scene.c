/* Scene and feature plane: what all views share of a snapshot, and where the plane puts it. */
#include "render/disc.h"

#include <stdlib.h>
#include <string.h>

#include "math/rng.h"
#include "tests/support/check.h"

static const double PI = 3.14159265358979323846;

/* Ten evenly spaced classes under `loss`, samples scattered about their weights. */
static void make_snapshot(struct snapshot *s, const char *loss, int count, int dim)
{
    snapshot_init(s);
    s->force = loss_force_initial(loss_find(loss));
    int sub = loss_sub(&s->force);
    assert_true(snapshot_reserve(s, count, dim, 10, sub, 10));
    s->sub = sub;
    s->targets = s->force.loss->task == TASK_MULTI ? 10 : s->force.loss->task == TASK_REAL;
    struct rng rng;
    rng_init(&rng, 3, RNG_FREE);
    s->count = count;
    s->dim = dim;
    s->classes = 10;
    for (int j = 0; j < 10; j++)
        for (int d = 0; d < dim; d++) {
            s->weight[j * dim + d] = d == 0 ? cos(j * PI / 5) : d == 1 ? sin(j * PI / 5) : 0.1 * d;
            s->bias[j] = 0;
        }
    for (int r = 0; sub > 1 && r < 10 * sub; r++) /* the second and third a little aside */
        for (int d = 0; d < dim; d++)
            s->row_weight[r * dim + d] = s->weight[r / sub * dim + d] + 0.02 * (r % sub) * (d == 0);
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < s->targets; k++)
            s->target[i * s->targets + k] = s->targets == 1 ? (float)i / 9 : k == i % 10;
        s->label[i] = s->predicted[i] = i % 10;
        s->test[i] = false;
        s->row[i] = i;
        for (int d = 0; d < dim; d++)
            s->feature[i * dim + d] = (float)(4 * s->weight[i % 10 * dim + d] + 0.5 * rng_normal(&rng));
    }
    s->norm_median = 4;
    s->norm_p99 = 5.2;
    s->margin_accuracy = 0.9;
}

static void angles_are_those_of_the_losses(void **state)
{
    (void)state;
    for (int dim = 2; dim <= 5; dim++) {
        struct snapshot s;
        struct scene scene = { 0 };
        make_snapshot(&s, "arcface", 300, dim);
        assert_true(scene_update(&scene, &s, NULL));
        assert_int_equal(scene.angular, dim == 2);
        for (int i = 0; i < s.count; i++) {
            double x[5], top = -2;
            for (int d = 0; d < dim; d++)
                x[d] = (double)s.feature[i * dim + d];
            for (int j = 0; j < 10; j++)
                if (j != s.label[i])
                    top = fmax(top, loss_cosine(x, &s.weight[j * dim], dim));
            assert_close((double)scene.own[i], acos(loss_cosine(x, &s.weight[s.label[i] * dim], dim)), 1e-5);
            assert_close((double)scene.rival[i], acos(top), 1e-5);
            assert_close(loss_cosine(x, &s.weight[scene.rival_class[i] * dim], dim), top, 1e-12);
        }
        scene_clear(&scene);
        snapshot_clear(&s);
    }
}

static double ring_after(struct scene *scene, struct snapshot *s, double norm_p99)
{
    s->norm_p99 = norm_p99;
    assert_true(scene_update(scene, s, NULL));
    return scene->ring;
}

static void the_ring_grows_at_once_and_shrinks_late(void **state)
{
    (void)state;
    struct snapshot s;
    struct scene scene = { 0 };
    make_snapshot(&s, "arcface", 10, 2);
    assert_close(ring_after(&scene, &s, 5.2), 6, 1e-12);
    assert_close(ring_after(&scene, &s, 6.1), 7.5, 1e-12);
    assert_close(ring_after(&scene, &s, 4.9), 7.5, 1e-12);
    assert_close(ring_after(&scene, &s, 3.9), 4, 1e-12);
    assert_close(ring_after(&scene, &s, 110), 150, 1e-12);
    assert_close(ring_after(&scene, &s, 0.0021), 0.0025, 1e-12);
    assert_close(ring_after(&scene, &s, NAN), 1, 1e-12);
    scene_clear(&scene);
    snapshot_clear(&s);
}

/* The verdict in the header and the picture's zones are one rule. */
static void selection_meets_exactly_when_the_train_rule_does(void **state)
{
    (void)state;
    struct look look;
    look_init(&look, theme_find("dark"));
    for (int l = 0; l < loss_count(); l++) {
        struct snapshot s;
        struct scene scene = { 0 };
        make_snapshot(&s, loss_at(l)->id, 300, 2);
        assert_true(scene_update(&scene, &s, NULL));
        struct head head = snapshot_head(&s);
        enum loss_decision decision = loss_decision(&s.force);
        bool one_answer = decision != DECIDE_EACH && decision != DECIDE_NOTHING;
        for (look.selected = 0; one_answer && look.selected < s.count; look.selected++) {
            struct selection sel;
            double x[2] = { (double)s.feature[2 * look.selected], (double)s.feature[2 * look.selected + 1] };
            double slack = loss_slack(&s.force, x, s.label[look.selected], &head);
            assert_true(scene_select(&scene, &look, &sel));
            if (fabs(slack) > 1e-5 && sel.meets != (slack > 0))
                fail_msg(
                    "%s, sample %d: meets %d, slack %g", loss_at(l)->id, look.selected, sel.meets, slack);
        }
        look.selected = -1;
        struct selection none;
        assert_false(scene_select(&scene, &look, &none));
        scene_clear(&scene);
        snapshot_clear(&s);
    }
}

static void the_zone_of_arcface_is_m_wide(void **state)
{
    (void)state;
    struct snapshot s;
    struct scene scene = { 0 };
    make_snapshot(&s, "arcface", 100, 2);
    assert_true(scene_update(&scene, &s, NULL));
    for (int own = 0; own < 10; own++) {
        struct selection sel = { .sample = own, .own = own, .rival = (own + 1) % 10 };
        struct arc zone;
        assert_true(disc_zone(&scene, &sel, &zone));
        assert_close(zone.to - zone.from, 0.3, 1e-9);
        assert_true(zone_is_margin(&scene, zone));
        assert_true(fabs(remainder((zone.from + zone.to) / 2 - (own + 0.5) * PI / 5, 2 * PI)) < 1e-9);
        sel.rival = (own + 5) % 10;
        assert_false(disc_zone(&scene, &sel, &zone));
    }
    scene_clear(&scene);
    snapshot_clear(&s);
}

static void safe_arcs_and_zones_fill_the_sector(void **state)
{
    (void)state;
    for (int l = 0; l < loss_count(); l++) {
        struct snapshot s;
        struct scene scene = { 0 };
        make_snapshot(&s, loss_at(l)->id, 10, 2);
        assert_true(scene_update(&scene, &s, NULL));
        for (int j = 0; scene.angular && j < 10; j++) {
            const struct region_class *region = &scene.region[j];
            struct arc zone[REGION_ARC_MAX + 1];
            int n = region_zones(region, zone);
            double sum = 0;
            for (int i = 0; i < n; i++)
                sum += zone[i].to - zone[i].from;
            for (int i = 0; i < region->safe_count; i++)
                sum += region->safe[i].to - region->safe[i].from;
            double whole = 0;
            for (int i = 0; i < region->decided_count; i++)
                whole += region->decided[i].to - region->decided[i].from;
            assert_close(sum, whole, 1e-9);
            if (s.sub <= 1)
                assert_close(whole, PI / 5, 1e-9);
        }
        scene_clear(&scene);
        snapshot_clear(&s);
    }
}

static void picking_finds_what_is_drawn(void **state)
{
    (void)state;
    struct snapshot s;
    struct scene scene = { 0 };
    struct look look;
    struct rect rect = { 280, 129, 960, 799 };
    make_snapshot(&s, "cosface", 60, 2);
    assert_true(scene_update(&scene, &s, NULL));
    look_init(&look, theme_find("light"));
    struct plane plane = feature_plane(&scene, &look, rect);
    for (int i = 0; i < s.count; i++) {
        struct point at = { plane.center.x + plane.unit * (double)s.feature[2 * i],
            plane.center.y - plane.unit * (double)s.feature[2 * i + 1] };
        int found = feature_pick(&scene, &look, rect, at);
        bool inside = hypot(at.x - plane.center.x, at.y - plane.center.y) <= plane.radius;
        assert_int_equal(found, inside ? i : -1);
    }
    for (int j = 0; j < 10; j++) {
        double r = plane.radius * 1.15 + 17;
        struct point at = { plane.center.x + r * cos(j * PI / 5), plane.center.y - r * sin(j * PI / 5) };
        assert_int_equal(feature_pick_chip(&scene, &look, rect, at), j);
    }
    assert_int_equal(feature_pick(&scene, &look, rect, (struct point){ rect.x + 1, rect.y + 1 }), -1);
    assert_int_equal(feature_pick_chip(&scene, &look, rect, plane.center), -1);
    scene_clear(&scene);
    snapshot_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(angles_are_those_of_the_losses),
        cmocka_unit_test(the_ring_grows_at_once_and_shrinks_late),
        cmocka_unit_test(selection_meets_exactly_when_the_train_rule_does),
        cmocka_unit_test(the_zone_of_arcface_is_m_wide),
        cmocka_unit_test(safe_arcs_and_zones_fill_the_sector),
        cmocka_unit_test(picking_finds_what_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
