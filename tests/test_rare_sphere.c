/* What the sphere of directions meets once: cells of many corners, rows above the top of a rule, no memory. */
#include <string.h>

#include "math/region_sphere.h"
#include "tests/support/every_allocation.h"
#include "tests/support/region_check.h"

static const double PI = 3.14159265358979323846;

/* A class about the pole, its rivals evenly around it at 30 degrees: its cell has as many corners as there are rivals, all
 * as far from the pole as the mirrors p - w_k and p - w_(k+1) meet. */
enum { AROUND = 60 };

static struct loss_force straight(void)
{
    return loss_force_initial(loss_find("normface"));
}

static void a_cell_of_many_corners(void **unused)
{
    static double weight[3 * (AROUND + 1)];
    const double tilt = PI / 6;
    (void)unused;
    double pole[3] = { 1 / sqrt(3), 1 / sqrt(3), 1 / sqrt(3) }, a[3] = { 1 / sqrt(2), -1 / sqrt(2), 0 },
           b[3] = { 1 / sqrt(6), 1 / sqrt(6), -2 / sqrt(6) };
    memcpy(weight, pole, sizeof pole);
    for (int k = 0; k < AROUND; k++)
        for (int d = 0; d < 3; d++)
            weight[3 * (k + 1) + d] = cos(tilt) * pole[d] + sin(tilt) * (cos(2 * PI * k / AROUND) * a[d] +
                                                                            sin(2 * PI * k / AROUND) * b[d]);
    struct head head = { .classes = AROUND + 1, .dim = 3, .weight = weight };
    struct loss_force force = straight();
    struct sphere_map map = { 0 };
    assert_true(sphere_map_build(&map, &force, &head, 1));
    /* On the way to the middle between two rivals: tan(corner) = tan(tilt / 2) / cos(half the way round). */
    double far = cos(atan(tan(tilt / 2) / cos(PI / AROUND)));
    int sides[AROUND + 1] = { 0 }, corners = 0;
    for (int c = 0; c < map.chains; c++)
        for (int i = 0; map.chain[c].class == 0 && i < map.chain[c].count; i++) {
            const struct sphere_point *p = &map.point[map.chain[c].from + i];
            double up = p->at[0] * pole[0] + p->at[1] * pole[1] + p->at[2] * pole[2];
            assert_true(up >= far - 1e-9 && up <= cos(tilt / 2) + 1e-9);
            corners += fabs(up - far) < 1e-9;
            sides[p->rival]++;
        }
    assert_int_equal(corners, AROUND);
    for (int k = 1; k <= AROUND; k++)
        assert_true(sides[k] > 0);
    sphere_map_clear(&map);
}

/* AdaFace without a margin holds cosines below one: where two rows are close, neither is ahead next to them. */
static void nobody_is_ahead_above_the_top(void **unused)
{
    static struct region_case c;
    static struct judge j;
    struct report report = { 0 };
    (void)unused;
    c = (struct region_case){ .loss = loss_find("adaface"), .dim = 3, .classes = 3, .norm = 1 };
    for (int p = 0; p < loss_param_count(c.loss); p++)
        c.param[p] = c.loss->param[p].initial;
    c.param[loss_param_find(c.loss, "m")] = 0;
    c.param[loss_param_find(c.loss, "mean")] = c.param[loss_param_find(c.loss, "std")] = 1;
    static const double weight[9] = { 1, 0, 0, 1, 0.03, 0, -0.5, 0.5, 1 };
    memcpy(c.weight, weight, sizeof weight);
    judge_init(&j, &c);
    check_sphere(&j, &report);
    if (report.wrong > 0)
        fail_msg("%ld wrong: %s", report.wrong, report.first);
    /* 0.2 degrees from the first row, away from the second: ahead by the test rule, safe by no rule. */
    const double near[3] = { cos(0.0035), -sin(0.0035), 0 };
    assert_int_equal(judge_winner(&j, near), 0);
    assert_false(judge_excess(&j, near, 0) > 0);
}

static enum status divide(const void *what, struct why *why)
{
    static const double weight[15] = { 1, 0, 0, 0, 1, 0, 0, 0, 1, -1, 0.2, 0, 0, -1, -1 };
    struct head head = { .classes = 5, .dim = 3, .weight = weight };
    struct sphere_map map = { .chord = 1e-6 };
    bool made = sphere_map_build(&map, what, &head, 1);
    assert_true(made ? map.chains > 0 : map.chains == 0 && map.points == 0);
    sphere_map_clear(&map);
    return made ? STATUS_OK : why_set(why, STATUS_FAILED, "sphere: no memory; none");
}

/* One class alone has a sphere without a border, two halves; two have a half each, whose border is one circle. */
static enum status divide_in_halves(const void *what, struct why *why)
{
    static const double weight[6] = { 1, 0, 0, -1, 0, 0 };
    struct loss_force force = straight();
    struct head head = { .classes = *(const int *)what, .dim = 3, .weight = weight };
    struct sphere_map map = { .chord = 1e-4 };
    bool made = sphere_map_build(&map, &force, &head, 1);
    assert_int_equal(map.chains, made ? 2 : 0);
    sphere_map_clear(&map);
    return made ? STATUS_OK : why_set(why, STATUS_FAILED, "sphere: no memory; none");
}

static void a_sphere_without_memory(void **unused)
{
    static const char *const id[] = { "normface", "cosface", "arcface", "sphereface2" };

    (void)unused;
    for (size_t i = 0; i < sizeof id / sizeof *id; i++) {
        struct loss_force force = loss_force_initial(loss_find(id[i]));
        every_allocation(id[i], divide, &force);
    }
    for (int classes = 1; classes <= 2; classes++)
        every_allocation("halves", divide_in_halves, &classes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_of_many_corners),
        cmocka_unit_test(nobody_is_ahead_above_the_top),
        cmocka_unit_test(a_sphere_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
