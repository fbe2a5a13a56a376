/* Every boundary against its closed form, and every sector against the rule it stands for. */
#include "math/region.h"

#include <stdlib.h>
#include <string.h>

#include "math/rng.h"
#include "tests/support/check.h"

static const double DEG = 3.14159265358979323846 / 180;

enum { CLASS_MAX = 12 };

static void force_set(struct loss_force *force, const char *id, double value)
{
    int p = loss_param_find(force->loss, id);
    if (p < 0)
        fail_msg("%s has no parameter %s", force->loss->id, id);
    force->param[p] = value;
}

static struct loss_force force_of(const char *loss, double m)
{
    const struct loss *row = loss_find(loss);
    if (!row)
        fail_msg("no loss %s", loss);
    struct loss_force force = loss_force_initial(row);
    if (loss_param_find(row, "lambda") >= 0)
        force_set(&force, "lambda", 0);
    if (!isnan(m))
        force_set(&force, "m", m);
    return force;
}

static struct loss_force combined_of(double m1, double m2, double m3)
{
    struct loss_force force = force_of("combined_margin", NAN);
    force_set(&force, "m1", m1);
    force_set(&force, "m2", m2);
    force_set(&force, "m3", m3);
    return force;
}

/* W_1 along +x and W_2 `k` further counter-clockwise, of norms n1 and n2. */
static struct head pair_head(double weight[4], double k, double n1, double n2)
{
    weight[0] = n1;
    weight[1] = 0;
    weight[2] = n2 * cos(k);
    weight[3] = n2 * sin(k);
    return (struct head){ .classes = 2, .dim = 2, .weight = weight };
}

/* The end of class 1's safe arc on the side of class 2 (degrees from W_1), and the one on the far side. */
static void measured_ends(
    const struct loss_force *force, double k, double n1, double n2, double *inner, double *far)
{
    double weight[4];
    struct head head = pair_head(weight, k, n1, n2);
    struct region_class region[2];
    region_sectors(force, &head, 1, region);
    *inner = *far = NAN;
    if (region[0].safe_count != 1)
        return;
    struct arc arc = region[0].safe[0];
    double end = remainder(arc.to, 360 * DEG);
    *inner = end / DEG;
    *far = (arc.to - arc.from - end) / DEG;
}

struct angle_row {
    double k, bisector, a2, a3, a4, arc3, arc5, cos15, cos35, combined;
};

/* clang-format off */
static const struct angle_row angles[] = {
    /*  K   bisector a2  a3   a4   arc.3   arc.5   cos.15  cos.35  combined(1,.3,.2) */
    {  30,  15, 10,  7.5,  6,  6.406,  0.676,    NAN,    NAN,    NAN },
    {  36,  18, 12,  9,  7.2,  9.406,  3.676,  3.954,    NAN,    NAN },
    {  60,  30, 20, 15, 12,   21.406, 15.676, 21.373,  9.513, 12.181 },
    {  90,  45, 30, 22.5, 18, 36.406, 30.676, 38.911, 30.671, 29.268 },
    { 120,  60, 40, 30, 24,   51.406, 45.676, 55.032, 48.342, 45.240 },
    { 180,  90, 60, 45, 36,   81.406, 75.676, 85.699, 79.921, 75.601 },
};
/* clang-format on */

static void check_angle(const char *what, const struct loss_force *force, double k, double want)
{
    double got = region_boundary(force, k * DEG, 1, 1) / DEG, inner, far;
    measured_ends(force, k * DEG, 1, 1, &inner, &far);
    if (isnan(want)) {
        if (!isnan(got))
            fail_msg("%s at K = %g: boundary %.4f where none exists", what, k, got);
        if (inner > 0)
            fail_msg("%s at K = %g: the safe arc reaches %.4f inside the wedge", what, k, inner);
        return;
    }
    if (!(fabs(got - want) < 6e-4))
        fail_msg("%s at K = %g: boundary %.4f, want %.3f", what, k, got, want);
    if (!(fabs(inner - want) < 6e-4))
        fail_msg("%s at K = %g: the safe arc ends at %.4f, want %.3f", what, k, inner, want);
}

static void boundaries_match_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof angles / sizeof angles[0]; i++) {
        const struct angle_row *row = &angles[i];
        struct loss_force combined = combined_of(1, 0.3, 0.2);
        struct loss_force plain = force_of("normface", NAN), modified = force_of("modified_softmax", NAN);
        struct loss_force a2 = force_of("asoftmax", 2), a3 = force_of("asoftmax", 3),
                          a4 = force_of("asoftmax", 4);
        struct loss_force arc3 = force_of("arcface", 0.3), arc5 = force_of("arcface", 0.5);
        struct loss_force cos15 = force_of("cosface", 0.15), cos35 = force_of("cosface", 0.35);
        struct loss_force l3 = force_of("lsoftmax", 3);
        check_angle("normface", &plain, row->k, row->bisector);
        check_angle("modified", &modified, row->k, row->bisector);
        check_angle("asoftmax 2", &a2, row->k, row->a2);
        check_angle("asoftmax 3", &a3, row->k, row->a3);
        check_angle("asoftmax 4", &a4, row->k, row->a4);
        check_angle("lsoftmax 3", &l3, row->k, row->a3);
        check_angle("arcface .3", &arc3, row->k, row->arc3);
        check_angle("arcface .5", &arc5, row->k, row->arc5);
        check_angle("cosface .15", &cos15, row->k, row->cos15);
        check_angle("cosface .35", &cos35, row->k, row->cos35);
        check_angle("combined", &combined, row->k, row->combined);
    }
}

static void boundaries_are_solved_to_1e_12(void **state)
{
    (void)state;
    for (double k = 40; k <= 180; k += 7) {
        struct loss_force arc = force_of("arcface", 0.3), psi = force_of("asoftmax", 3),
                          cosine = force_of("cosface", 0.2);
        struct loss_force power = combined_of(1.35, 0.2, 0);
        double inner, far;
        measured_ends(&arc, k * DEG, 1, 1, &inner, &far);
        assert_true(fabs(inner * DEG - (k * DEG - 0.3) / 2) < 1e-12);
        measured_ends(&psi, k * DEG, 1, 1, &inner, &far);
        assert_true(fabs(inner * DEG - k * DEG / 4) < 1e-12);
        measured_ends(&cosine, k * DEG, 1, 1, &inner, &far);
        assert_true(fabs(inner * DEG - (k * DEG / 2 - asin(0.1 / sin(k * DEG / 2)))) < 1e-12);
        assert_true(fabs(region_boundary(&power, k * DEG, 1, 1) - (k * DEG - 0.2) / 2.35) < 1e-12);
    }
}

/* Fact 1: the same margin m asks for more from a far neighbour than from a near one. */
static void asoftmax_margin_is_uneven(void **state)
{
    (void)state;
    struct loss_force force = force_of("asoftmax", 2);
    assert_close(region_boundary(&force, 30 * DEG, 1, 1) / DEG, 10, 1e-9);
    assert_close(region_boundary(&force, 120 * DEG, 1, 1) / DEG, 40, 1e-9);
    double weight[4], x[2] = { cos(11 * DEG), sin(11 * DEG) };
    struct head head = pair_head(weight, 30 * DEG, 1, 1);
    assert_int_equal(loss_predict(&force, x, &head), 0);
    assert_true(loss_slack(&force, x, 0, &head) < 0);
}

/* Fact 2: beyond the own axis. */
static void far_side_ends_where_it_should(void **state)
{
    (void)state;
    static const struct {
        const char *loss;
        double m, k, far;
    } rows[] = { { "asoftmax", 2, 30, 30 }, { "asoftmax", 4, 30, 10 }, { "asoftmax", 2, 150, 70 },
        { "arcface", 0.3, 60, 180 - 60 / 2. - 0.15 / DEG } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct loss_force force = force_of(rows[i].loss, rows[i].m);
        double inner, far;
        measured_ends(&force, rows[i].k * DEG, 1, 1, &inner, &far);
        assert_close(far, rows[i].far, 1e-9);
    }
    struct loss_force cosface = force_of("cosface", 0.15);
    double inner, far, k = 60 * DEG, beta = asin(0.15 / (2 * sin(k / 2)));
    measured_ends(&cosface, k, 1, 1, &inner, &far); /* the cap sin beta >= m / (2 sin K/2) */
    assert_close(inner * DEG, k / 2 - beta, 1e-12);
    assert_close(far * DEG, 180 * DEG - k / 2 - beta, 1e-12);
}

static int safe_count(const char *loss, double m, double k)
{
    struct loss_force force = force_of(loss, m);
    double weight[4];
    struct head head = pair_head(weight, k, 1, 1);
    struct region_class region[2];
    region_sectors(&force, &head, 1, region);
    return region[0].safe_count + region[1].safe_count;
}

/* Fact 3. */
static void too_large_a_margin_leaves_nothing(void **state)
{
    (void)state;
    assert_int_equal(safe_count("arcface", 0.53, 30 * DEG), 0);
    assert_int_equal(safe_count("arcface", 0.52, 30 * DEG), 2);
    assert_int_equal(safe_count("cosface", 0.35, 20 * DEG), 0);
    assert_int_equal(safe_count("cosface", 0.34, 20 * DEG), 2);
    struct loss_force force = force_of("cosface", 0.3);
    double inner, far;
    measured_ends(&force, 30 * DEG, 1, 1, &inner, &far); /* only beyond the axis */
    assert_true(inner < 0);
    assert_true(isnan(region_boundary(&force, 30 * DEG, 1, 1)));
}

/* Fact 5: evenly spaced classes, the margin just below and above its limit. */
static void evenly_spaced_classes_have_the_stated_limit(void **state)
{
    (void)state;
    double weight[20];
    for (int j = 0; j < 10; j++) {
        weight[2 * j] = cos(36 * DEG * j);
        weight[2 * j + 1] = sin(36 * DEG * j);
    }
    struct head head = { .classes = 10, .dim = 2, .weight = weight };
    static const struct {
        const char *loss;
        double m;
        bool room;
    } rows[] = { { "cosface", 0.190, true }, { "cosface", 0.192, false }, { "arcface", 0.628, true },
        { "arcface", 0.629, false } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct loss_force force = force_of(rows[i].loss, rows[i].m);
        struct region_class region[10];
        region_sectors(&force, &head, 1, region);
        for (int j = 0; j < 10; j++) {
            assert_int_equal(region[j].decided_count, 1);
            assert_close(region[j].decided[0].to - region[j].decided[0].from, 36 * DEG, 1e-12);
            assert_int_equal(region[j].safe_count > 0, rows[i].room);
        }
    }
}

/* Fact 7. */
static void unequal_norms_move_the_boundary(void **state)
{
    (void)state;
    struct loss_force psi = force_of("lsoftmax", 2), plain = force_of("softmax", NAN);
    assert_close(region_boundary(&psi, 90 * DEG, 1, 1) / DEG, 30, 1e-9);
    assert_close(region_boundary(&psi, 90 * DEG, 2, 1) / DEG, 36.375, 1e-4);
    assert_close(region_boundary(&psi, 90 * DEG, 1, 2) / DEG, 21.471, 1e-4);
    assert_close(region_boundary(&plain, 90 * DEG, 2, 1) / DEG, 63.435, 1e-5);
    assert_close(region_boundary(&plain, 90 * DEG, 1, 2) / DEG, 26.565, 1e-5);
    assert_close(region_boundary(&plain, 60 * DEG, 2, 1) / DEG, 60, 1e-9);
    assert_close(region_boundary(&psi, 60 * DEG, 2, 1) / DEG, 31.912, 1e-4);
    assert_true(isnan(region_boundary(&psi, 30 * DEG, 1, 2)));
    double inner, far;
    measured_ends(&psi, 90 * DEG, 2, 1, &inner, &far);
    assert_close(inner, 36.375, 1e-4);
    measured_ends(&psi, 90 * DEG, 1, 2, &inner, &far);
    assert_close(inner, 21.471, 1e-4);
}

/* ---- against the rules themselves ---- */

static double distance_on_circle(double a, double b)
{
    return fabs(remainder(a - b, 360 * DEG));
}

static bool arcs_hold(const struct arc *arc, int n, double phi, double *border)
{
    bool inside = false;
    for (int i = 0; i < n; i++) {
        double turned = fmod(phi - arc[i].from + 720 * DEG, 360 * DEG);
        inside |= turned < arc[i].to - arc[i].from;
        *border =
            fmin(*border, fmin(distance_on_circle(phi, arc[i].from), distance_on_circle(phi, arc[i].to)));
    }
    return inside;
}

enum { DIRECTIONS = 20000 };

/* A few norms where the train rule asks for it, else any: the sectors must not care. */
static double norm_at(const struct loss_force *force, double norm, int i)
{
    bool given = region_norm_matters(force) || !region_is_angular(force);
    return given ? norm : i % 2 ? 7.3 : 1;
}

static void check_directions(const struct loss_force *force, const struct head *head, double norm)
{
    struct region_class region[CLASS_MAX];
    region_sectors(force, head, norm, region);
    for (int i = 0; i < DIRECTIONS; i++) {
        double phi = (i + 0.37) / DIRECTIONS * 360 * DEG, radius = norm_at(force, norm, i);
        double x[2] = { radius * cos(phi), radius * sin(phi) };
        int winner = loss_predict(force, x, head);
        for (int y = 0; y < head->classes; y++) {
            double border = 1;
            bool decided = arcs_hold(region[y].decided, region[y].decided_count, phi, &border);
            bool safe = arcs_hold(region[y].safe, region[y].safe_count, phi, &border);
            if (border < 1e-6)
                continue;
            bool meets = y == winner && loss_slack(force, x, y, head) > 0;
            if (decided != (y == winner) || safe != meets)
                fail_msg(
                    "%s, %d classes, class %d at %.4f deg, radius %g: decided %d want %d, safe %d want %d",
                    force->loss->id, head->classes, y, phi / DEG, radius, decided, y == winner, safe, meets);
        }
    }
}

/* The sectors fill the circle, and where one ends another begins. */
static void check_borders(const struct loss_force *force, const struct head *head)
{
    struct region_class region[CLASS_MAX];
    double sum = 0;
    region_sectors(force, head, 1, region);
    for (int y = 0; y < head->classes; y++) {
        for (int i = 0; i < region[y].decided_count; i++) {
            double end = region[y].decided[i].to, least = 1;
            sum += end - region[y].decided[i].from;
            for (int j = 0; j < head->classes; j++)
                for (int k = 0; k < region[j].decided_count; k++)
                    least = fmin(least, distance_on_circle(end, region[j].decided[k].from));
            if (!(least < 1e-9))
                fail_msg("%s: nothing begins where class %d ends", force->loss->id, y);
        }
    }
    assert_close(sum, 360 * DEG, 1e-12);
}

static void random_params(struct loss_force *force, struct rng *rng)
{
    for (int p = 0; p < loss_param_count(force->loss); p++) {
        const struct param *row = &force->loss->param[p];
        double span = fmin(row->max, row->min + 6) - row->min;
        double stored, value = row->min + span * rng_uniform(rng);
        bool whole = row->kind != PARAM_LINEAR && row->kind != PARAM_LOG;
        if (param_accept(row, whole ? floor(value) : value, &stored))
            force->param[p] = stored;
    }
}

/* Random rows of a head as the test rule sees it. */
struct random_head {
    double weight[2 * CLASS_MAX * SUBCENTER_MAX], bias[CLASS_MAX], extra[600];
    struct head head;
};

static void random_fill(struct random_head *r, const struct loss_force *force, int classes, struct rng *rng)
{
    memset(r, 0, sizeof *r);
    for (int w = 0; w < 2 * classes * loss_sub(force); w++)
        r->weight[w] = rng_normal(rng);
    double shared = rng_normal(rng);
    for (int j = 0; j < classes; j++)
        r->bias[j] = force->loss->bias == BLOCK_SHARED_BIAS ? shared : rng_normal(rng);
    r->head = (struct head){
        .classes = classes, .dim = 2, .weight = r->weight, .bias = r->bias, .extra = r->extra
    };
}

static void sectors_agree_with_the_rules(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 7, RNG_FREE);
    for (int i = 0; i < loss_count(); i++) {
        for (int trial = 0; trial < 8; trial++) {
            struct random_head r;
            struct loss_force force = loss_force_initial(loss_at(i));
            force.settled = true;
            if (trial % 2)
                random_params(&force, &rng);
            force.norm_radius = trial % 4 == 3 && force.loss->radius == RADIUS_SCALE;
            random_fill(&r, &force, 3 + 3 * trial % 10, &rng);
            if (!region_is_angular(&force))
                continue;
            check_borders(&force, &r.head);
            check_directions(&force, &r.head, 0.5 * (1 << trial));
        }
    }
}

/* With a bias, or for the nearest mean, directions decide at one norm alone. */
static void a_bias_has_its_sectors_at_a_norm(void **state)
{
    (void)state;
    struct rng rng;
    int seen = 0;
    rng_init(&rng, 8, RNG_FREE);
    for (int i = 0; i < loss_count(); i++) {
        struct loss_force force = loss_force_initial(loss_at(i));
        if (region_is_angular(&force) || loss_decision(&force) != DECIDE_LINEAR)
            continue;
        for (int trial = 0; trial < 4; trial++) {
            struct random_head r;
            random_fill(&r, &force, force.loss->task == TASK_SCORE ? 2 : 4 + trial, &rng);
            check_directions(&force, &r.head, 0.5 * (1 << 2 * trial));
            seen++;
        }
    }
    assert_true(seen > 40);
}

/* region_safe at a norm says what the sectors at that norm say. */
static void safe_arcs_follow_the_norm(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 9, RNG_FREE);
    for (int i = 0; i < loss_count(); i++) {
        struct random_head r;
        struct region_class one[CLASS_MAX], other[CLASS_MAX];
        struct loss_force force = loss_force_initial(loss_at(i));
        random_fill(&r, &force, 7, &rng);
        if (!region_is_angular(&force))
            continue;
        region_sectors(&force, &r.head, 1, one);
        region_sectors(&force, &r.head, 30, other);
        for (int y = 0; y < 7; y++) {
            struct arc safe[REGION_ARC_MAX];
            int n = region_safe(&force, &r.head, y, &one[y], 30, safe);
            assert_int_equal(n, other[y].safe_count);
            for (int k = 0; k < n; k++) {
                assert_close(safe[k].from, other[y].safe[k].from, 1e-9);
                assert_close(safe[k].to, other[y].safe[k].to, 1e-9);
            }
        }
    }
}

/* With zero weights and a bias on top one class of l2_softmax has what the others leave, in as many pieces. */
static void a_class_may_have_several_sectors(void **state)
{
    (void)state;
    const struct loss *loss = loss_find("l2_softmax");
    assert_non_null(loss);
    struct loss_force force = loss_force_initial(loss);
    double weight[10] = { 0 }, bias[5] = { 8, 0, 0, 0, 0 };
    for (int j = 1; j < 5; j++) {
        weight[2 * j] = cos(90 * DEG * j);
        weight[2 * j + 1] = sin(90 * DEG * j);
    }
    struct head head = { .classes = 5, .dim = 2, .weight = weight, .bias = bias };
    struct region_class region[5];
    region_sectors(&force, &head, 1, region);
    assert_int_equal(region[0].decided_count, 4);
    assert_close(region[1].decided[0].to - region[1].decided[0].from, 2 * acos(8 / force.param[0]), 1e-12);
    check_directions(&force, &head, 1);
    check_borders(&force, &head);
}

/* Zero rows, equal rows, one class: nothing breaks, ties go to the lowest index. */
static void degenerate_heads_keep_the_rules(void **state)
{
    (void)state;
    double extra[600] = { 0 }, bias[3] = { 0 };
    static const double classes[3][2] = { { 1, 0 }, { 1, 0 }, { 0, 0 } };
    double equal[6 * SUBCENTER_MAX] = { 0 }, zero[4 * SUBCENTER_MAX] = { 0 };
    for (int i = 0; i < loss_count(); i++) {
        struct loss_force force = loss_force_initial(loss_at(i));
        int sub = loss_sub(&force);
        if (!region_is_angular(&force))
            continue;
        for (int row = 0; row < 3 * sub; row++)
            memcpy(&equal[2 * row], classes[row / sub], sizeof classes[0]);
        struct head twins = { .classes = 3, .dim = 2, .weight = equal, .bias = bias, .extra = extra };
        struct head nothing = { .classes = 2, .dim = 2, .weight = zero, .bias = bias, .extra = extra };
        struct head single = { .classes = 1, .dim = 2, .weight = equal, .bias = bias, .extra = extra };
        struct region_class region[3];
        check_directions(&force, &twins, 1);
        check_directions(&force, &nothing, 1);
        region_sectors(&force, &single, 1, region);
        assert_close(region[0].decided[0].to - region[0].decided[0].from, 360 * DEG, 1e-12);
    }
}

static double polygon_area(const double *xy, int n)
{
    double twice = 0;
    for (int i = 0; i < n; i++) {
        int j = (i + 1) % n;
        twice += xy[2 * i] * xy[2 * j + 1] - xy[2 * j] * xy[2 * i + 1];
    }
    return twice / 2;
}

static bool polygon_holds(const double *xy, int n, const double p[2])
{
    for (int i = 0; i < n; i++) {
        const double *a = &xy[2 * i], *b = &xy[2 * ((i + 1) % n)];
        if ((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) < 0)
            return false;
    }
    return n > 0;
}

/* Half planes of every row that has them: scores, class means, plain logits. */
static void polygons_divide_the_box(void **state)
{
    (void)state;
    const double box[4] = { -3, -2, 4, 5 };
    struct rng rng;
    rng_init(&rng, 11, RNG_FREE);
    for (int trial = 0; trial < 12 * loss_count(); trial++) {
        double xy[CLASS_MAX][2 * (CLASS_MAX + 4)], area = 0;
        int corners[CLASS_MAX], classes = 1 + trial % CLASS_MAX;
        struct loss_force force = loss_force_initial(loss_at(trial / 12));
        struct random_head r;
        if (loss_decision(&force) != DECIDE_LINEAR || region_is_angular(&force))
            continue;
        if (force.loss->task == TASK_SCORE)
            classes = 2;
        random_fill(&r, &force, classes, &rng);
        for (int j = 0; j < classes; j++) {
            corners[j] = region_polygon(&r.head, j, box, xy[j], CLASS_MAX + 4);
            assert_true(polygon_area(xy[j], corners[j]) >= 0); /* counter-clockwise */
            area += polygon_area(xy[j], corners[j]);
        }
        assert_close(area, 49, 1e-12);
        for (int i = 0; i < 200; i++) {
            double p[2] = { box[0] + 7 * rng_uniform(&rng), box[1] + 7 * rng_uniform(&rng) };
            int winner = loss_predict(&force, p, &r.head);
            if (!polygon_holds(xy[winner], corners[winner], p))
                fail_msg("%s, %d classes: (%g, %g)", force.loss->id, classes, p[0], p[1]);
        }
    }
}

static void bands_hold_the_scores_between_two_numbers(void **state)
{
    (void)state;
    const double box[4] = { -3, -2, 4, 5 };
    static const double ends[4][2] = { { -1, 1 }, { 0, INFINITY }, { -INFINITY, 0.5 }, { 1, 1.5 } };
    struct rng rng;
    rng_init(&rng, 13, RNG_FREE);
    for (int trial = 0; trial < 80; trial++) {
        double w[2] = { rng_normal(&rng), rng_normal(&rng) }, b = rng_normal(&rng), xy[16];
        const double *end = ends[trial % 4];
        int n = region_band(w, b, end[0], end[1], box, xy, 8);
        for (int i = 0; i < 200; i++) {
            double p[2] = { box[0] + 7 * rng_uniform(&rng), box[1] + 7 * rng_uniform(&rng) };
            double z = w[0] * p[0] + w[1] * p[1] + b;
            assert_int_equal(polygon_holds(xy, n, p), z >= end[0] && z <= end[1]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boundaries_match_the_table),
        cmocka_unit_test(boundaries_are_solved_to_1e_12),
        cmocka_unit_test(asoftmax_margin_is_uneven),
        cmocka_unit_test(far_side_ends_where_it_should),
        cmocka_unit_test(too_large_a_margin_leaves_nothing),
        cmocka_unit_test(evenly_spaced_classes_have_the_stated_limit),
        cmocka_unit_test(unequal_norms_move_the_boundary),
        cmocka_unit_test(sectors_agree_with_the_rules),
        cmocka_unit_test(a_bias_has_its_sectors_at_a_norm),
        cmocka_unit_test(safe_arcs_follow_the_norm),
        cmocka_unit_test(a_class_may_have_several_sectors),
        cmocka_unit_test(degenerate_heads_keep_the_rules),
        cmocka_unit_test(polygons_divide_the_box),
        cmocka_unit_test(bands_hold_the_scores_between_two_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
