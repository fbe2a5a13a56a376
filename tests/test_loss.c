/* Losses: gradients against finite differences, values against numbers from elsewhere, and the rules every
 * head must keep. Walks the list of losses, so a new row is tested by existing. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/eval.h"
#include "math/rng.h"
#include "tests/support/check.h"

enum { N = 6, K = 3, D = 3, WORK = 1024 };

/* A batch with its head, and room for the answer. */
struct trial {
    int n, classes, dim;
    double feature[N * D], weight[K * D], bias[K];
    int label[N];
    double loss, d_feature[N * D], d_weight[K * D], d_bias[K];
};

static struct trial batch_random(int dim, uint64_t seed)
{
    struct trial b = { .n = N, .classes = K, .dim = dim };
    struct rng rng;
    rng_init(&rng, seed, RNG_DATA);
    for (int i = 0; i < N * D; i++)
        b.feature[i] = 1.5 * rng_normal(&rng);
    for (int i = 0; i < K * D; i++)
        b.weight[i] = rng_normal(&rng);
    for (int j = 0; j < K; j++)
        b.bias[j] = 0.3 * rng_normal(&rng);
    for (int i = 0; i < N; i++)
        b.label[i] = rng_below(&rng, K);
    return b;
}

static struct head batch_head(const struct trial *b)
{
    return (struct head){ .classes = b->classes, .dim = b->dim, .weight = b->weight, .bias = b->bias };
}

static int predict(const struct loss *loss, const double *x, const struct head *head)
{
    struct loss_force force = loss_force_initial(loss);
    return loss_predict(&force, x, head);
}

static double value_of(const struct loss_force *force, const struct trial *b)
{
    double work[WORK];
    struct head head = batch_head(b);
    struct grad grad = { .work = work };
    assert_true(loss_work(b->n, b->classes, b->dim) <= WORK);
    struct batch batch = { .n = b->n, .feature = b->feature, .label = b->label };
    return loss_eval(force, &batch, &head, &grad);
}

static void solve(const struct loss_force *force, struct trial *b)
{
    double work[WORK];
    struct head head = batch_head(b);
    struct grad grad = { .feature = b->d_feature, .weight = b->d_weight, .bias = b->d_bias, .work = work };
    struct batch batch = { .n = b->n, .feature = b->feature, .label = b->label };
    assert_true(loss_work(b->n, b->classes, b->dim) <= WORK);
    b->loss = loss_eval(force, &batch, &head, &grad);
}

static struct loss_force force_of(const char *id)
{
    const struct loss *loss = loss_find(id);
    assert_non_null(loss);
    return loss_force_initial(loss);
}

static void set(struct loss_force *force, const char *param, double value)
{
    int i = loss_param_find(force->loss, param);
    assert_true(i >= 0);
    force->param[i] = value;
}

static void assert_all_close(const double *got, const double *want, int count, double tolerance)
{
    for (int i = 0; i < count; i++)
        assert_close(got[i], want[i], tolerance);
}

static void assert_finite_answer(const struct loss_force *force, const struct trial *b)
{
    double sum = b->loss;
    for (int i = 0; i < b->n * b->dim; i++)
        sum += b->d_feature[i];
    for (int i = 0; i < b->classes * b->dim; i++)
        sum += b->d_weight[i];
    if (!isfinite(sum))
        fail_msg("%s: the answer is not finite", force->loss->id);
}

/* ---- gradients ---- */

/* Largest disagreement of `slope` with central differences in `count` numbers of *b from `at` on. */
static double difference(
    const struct loss_force *force, struct trial *b, double *at, const double *slope, int count)
{
    const double h = 1e-6;
    double worst = 0;
    for (int i = 0; i < count; i++) {
        double here = at[i];
        at[i] = here + h;
        double right = value_of(force, b);
        at[i] = here - h;
        double left = value_of(force, b);
        at[i] = here;
        double error = fabs((right - left) / (2 * h) - slope[i]) / (1 + fabs(slope[i]));
        worst = error <= worst ? worst : error; /* so that NaN stays */
    }
    return worst;
}

static void check_gradient(const struct loss_force *force, int dim, uint64_t seed, const char *what)
{
    struct trial b = batch_random(dim, seed);
    solve(force, &b);
    double feature = difference(force, &b, b.feature, b.d_feature, b.n * dim);
    double weight = difference(force, &b, b.weight, b.d_weight, b.classes * dim);
    double bias = difference(force, &b, b.bias, b.d_bias, b.classes);
    if (!(feature < 1e-6 && weight < 1e-6 && bias < 1e-6))
        fail_msg("%s, %s, %d-D: off by %.1e in features, %.1e in weights, %.1e in bias", force->loss->id,
            what, dim, feature, weight, bias);
}

static void every_gradient_matches_finite_differences(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++)
        for (int dim = 2; dim <= D; dim++)
            for (uint64_t seed = 1; seed <= 4; seed++) {
                struct loss_force force = loss_force_initial(loss_at(i));
                check_gradient(&force, dim, seed, "defaults");
                force.norm_radius = true;
                check_gradient(&force, dim, seed, "|x| for the scale");
            }
}

static void every_gradient_holds_along_every_parameter(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++)
        for (int p = 0; p < loss_param_count(loss_at(i)); p++)
            for (int tenth = 0; tenth <= 10; tenth++) {
                const struct param *row = &loss_at(i)->param[p];
                struct loss_force force = loss_force_initial(loss_at(i));
                force.param[p] = param_at(row, tenth / 10.0, param_end(row));
                check_gradient(&force, 3, 7, row->id);
            }
}

static void annealed_gradients_match_for_every_m(void **state)
{
    (void)state;
    const char *const id[] = { "lsoftmax", "asoftmax", "fnorm_sphereface" };
    for (int i = 0; i < 3; i++)
        for (int m = 1; m <= 6; m++) {
            struct loss_force force = force_of(id[i]);
            set(&force, "m", m);
            set(&force, "lambda", 5);
            check_gradient(&force, 2, 11, "annealed");
        }
}

static void unwanted_derivatives_change_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        struct loss_force force = loss_force_initial(loss_at(i));
        struct trial b = batch_random(2, 5);
        solve(&force, &b);
        assert_true(value_of(&force, &b) == b.loss);
    }
}

/* ---- rules every head keeps ---- */

static void turn(double *v, int rows, double angle)
{
    for (int i = 0; i < rows; i++) {
        double x = v[2 * i], y = v[2 * i + 1];
        v[2 * i] = cos(angle) * x - sin(angle) * y;
        v[2 * i + 1] = sin(angle) * x + cos(angle) * y;
    }
}

static void turning_the_plane_turns_the_gradients(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        struct loss_force force = loss_force_initial(loss_at(i));
        struct trial a = batch_random(2, 21), b = a;
        turn(b.feature, N, 0.7);
        turn(b.weight, K, 0.7);
        solve(&force, &a);
        solve(&force, &b);
        turn(a.d_feature, N, 0.7);
        turn(a.d_weight, K, 0.7);
        assert_close(b.loss, a.loss, 1e-12);
        assert_all_close(b.d_feature, a.d_feature, N * 2, 1e-10);
        assert_all_close(b.d_weight, a.d_weight, K * 2, 1e-10);
    }
}

static void the_order_of_a_batch_does_not_matter(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        struct loss_force force = loss_force_initial(loss_at(i));
        struct trial a = batch_random(3, 22), b = a;
        for (int row = 0; row < N; row++) {
            memcpy(b.feature + row * 3, a.feature + (N - 1 - row) * 3, 3 * sizeof(double));
            b.label[row] = a.label[N - 1 - row];
        }
        solve(&force, &a);
        solve(&force, &b);
        assert_close(b.loss, a.loss, 1e-13);
        assert_all_close(b.d_weight, a.d_weight, K * 3, 1e-12);
        for (int row = 0; row < N; row++)
            assert_all_close(b.d_feature + row * 3, a.d_feature + (N - 1 - row) * 3, 3, 0);
    }
}

static void normalised_features_get_no_radial_push(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        struct loss_force force = loss_force_initial(loss_at(i));
        struct trial b = batch_random(3, 23);
        if (loss_at(i)->radius != RADIUS_SCALE)
            continue;
        solve(&force, &b);
        for (int row = 0; row < N; row++) {
            const double *x = b.feature + row * 3, *dx = b.d_feature + row * 3;
            assert_close(x[0] * dx[0] + x[1] * dx[1] + x[2] * dx[2], 0, 1e-12);
        }
    }
}

static bool linear_in_x(const struct loss *loss)
{
    return loss->radius == RADIUS_LINEAR || (loss->radius == RADIUS_FEATURE && !loss->target);
}

static void a_zero_feature_is_not_pushed_by_a_normalising_head(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        struct loss_force force = loss_force_initial(loss_at(i));
        struct trial b = batch_random(3, 24);
        memset(b.feature, 0, 3 * sizeof(double));
        b.feature[3] = 1e-13, b.feature[4] = 0, b.feature[5] = 0;
        solve(&force, &b);
        assert_finite_answer(&force, &b);
        for (int d = 0; d < 6; d++) {
            if (linear_in_x(loss_at(i)))
                assert_true(b.d_feature[d] != 0);
            else
                assert_true(b.d_feature[d] == 0);
        }
    }
}

static void a_zero_class_weight_is_not_pushed_by_a_normalising_head(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        struct loss_force force = loss_force_initial(loss_at(i));
        struct trial b = batch_random(3, 25);
        memset(b.weight, 0, 3 * sizeof(double));
        solve(&force, &b);
        assert_finite_answer(&force, &b);
        if (loss_at(i)->radius != RADIUS_LINEAR)
            for (int d = 0; d < 3; d++)
                assert_true(b.d_weight[d] == 0);
    }
}

/* Features on their class axis and opposite to it: no push, and nothing infinite (losses.md 2.3). */
static void on_the_class_axis_nothing_blows_up(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        struct loss_force force = loss_force_initial(loss_at(i));
        struct trial b = { .n = 2,
            .classes = 2,
            .dim = 2,
            .weight = { 1.2, 0.5, -1.2, -0.5 },
            .feature = { 3.6, 1.5, 2.4, 1 },
            .label = { 0, 1 } };
        solve(&force, &b);
        assert_finite_answer(&force, &b);
        if (loss_at(i)->radius == RADIUS_SCALE)
            assert_all_close(b.d_feature, (double[4]){ 0 }, 4, 1e-6);
    }
}

static void huge_scores_stay_finite(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        struct loss_force force = loss_force_initial(loss_at(i));
        struct trial b = batch_random(3, 26);
        for (int d = 0; d < N * 3; d++)
            b.feature[d] *= 1e4;
        if (loss_at(i)->radius == RADIUS_SCALE)
            set(&force, "s", 1000);
        solve(&force, &b);
        assert_finite_answer(&force, &b);
    }
}

static void length_of_a_feature_is_nothing_to_a_sphere(void **state)
{
    (void)state;
    struct loss_force force = force_of("arcface");
    struct trial a = batch_random(3, 27), b = a;
    for (int d = 0; d < N * 3; d++)
        b.feature[d] *= 1e200;
    assert_close(value_of(&force, &b), value_of(&force, &a), 1e-12);
}

/* ---- identities of losses.md section 11 ---- */

static void assert_same(const struct loss_force *left, const struct loss_force *right, double unit_weights)
{
    struct trial a = batch_random(3, 31);
    memset(a.bias, 0, sizeof a.bias);
    for (int j = 0; j < K && unit_weights > 0; j++) {
        double *w = a.weight + 3 * j, norm = sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2]);
        for (int d = 0; d < 3; d++)
            w[d] *= unit_weights / norm;
    }
    struct trial b = a;
    solve(left, &a);
    solve(right, &b);
    assert_close(a.loss, b.loss, 1e-9);
    assert_all_close(a.d_feature, b.d_feature, N * 3, 1e-8);
    if (unit_weights == 0)
        assert_all_close(a.d_weight, b.d_weight, K * 3, 1e-8);
}

static void without_margin_every_fixed_scale_is_normface(void **state)
{
    (void)state;
    struct loss_force plain = force_of("normface"), head;
    for (int i = 0; i < loss_count(); i++) {
        const struct loss *loss = loss_at(i);
        if (loss->radius != RADIUS_SCALE)
            continue;
        head = loss_force_initial(loss);
        for (int p = 0; p < loss_param_count(loss); p++)
            if (loss->param[p].role == ROLE_MARGIN)
                head.param[p] = loss->param[p].neutral;
        set(&head, "s", 20);
        assert_same(&head, &plain, 0);
    }
}

static void m_of_one_is_no_margin(void **state)
{
    (void)state;
    struct loss_force a = force_of("asoftmax"), modified = force_of("modified_softmax");
    struct loss_force l = force_of("lsoftmax"), softmax = force_of("softmax");
    set(&a, "m", 1);
    set(&l, "m", 1);
    assert_same(&a, &modified, 0);
    assert_same(&l, &softmax, 0);
}

static void lsoftmax_on_unit_weights_is_asoftmax(void **state)
{
    (void)state;
    struct loss_force l = force_of("lsoftmax"), a = force_of("asoftmax");
    set(&l, "m", 3);
    set(&a, "m", 3);
    assert_same(&l, &a, 1);
}

static void a_large_lambda_takes_the_margin_away(void **state)
{
    (void)state;
    struct loss_force a = force_of("asoftmax"), modified = force_of("modified_softmax");
    set(&a, "lambda", 1e12);
    assert_same(&a, &modified, 0);
}

static void warm_up_radius_is_modified_softmax(void **state)
{
    (void)state;
    struct loss_force normface = force_of("normface"), modified = force_of("modified_softmax");
    normface.norm_radius = true;
    assert_same(&normface, &modified, 0);
}

static void combined_is_arcface_short_of_pi(void **state)
{
    (void)state;
    struct loss_force arc = force_of("arcface"), all = force_of("combined_margin");
    set(&arc, "m", 0.4);
    set(&all, "m2", 0.4);
    set(&all, "m3", 0);
    for (double theta = 0.01; theta < acos(-1) - 0.4; theta += 0.1) {
        struct psi a = loss_target(&arc, cos(theta)), b = loss_target(&all, cos(theta));
        assert_close(a.value, b.value, 1e-12);
        assert_close(a.slope, b.slope, 1e-9);
    }
}

/* ---- numbers from the papers' formulas, losses.md section 10 ---- */

struct curve {
    const char *id;
    const char *name[3];
    double param[3];
    double want[10];
};

/* clang-format off */
static const double curve_degrees[10] = { 0, 15, 30, 45, 60, 90, 120, 150, 165, 180 };
static const struct curve curves[] = {
    { "softmax",  { NULL }, { 0 }, { 1, .9659, .8660, .7071, .5, 0, -.5, -.8660, -.9659, -1 } },
    { "normface", { NULL }, { 0 }, { 1, .9659, .8660, .7071, .5, 0, -.5, -.8660, -.9659, -1 } },
    { "lsoftmax", { "m" }, { 2 }, { 1, .8660, .5, 0, -.5, -1, -1.5, -2.5, -2.8660, -3 } },
    { "asoftmax", { "m" }, { 3 }, { 1, .7071, 0, -.7071, -1, -2, -3, -4, -4.7071, -5 } },
    { "fnorm_sphereface", { "m" }, { 4 }, { 1, .5, -.5, -1, -1.5, -3, -4.5, -5.5, -6.5, -7 } },
    { "asoftmax", { "m", "lambda" }, { 4, 5 },
      { 1, .8883, .6384, .4226, .1667, -.5, -1.1667, -1.6384, -1.8883, -2 } },
    { "cosface", { "m" }, { .35 }, { .65, .6159, .5160, .3571, .15, -.35, -.85, -1.2160, -1.3159, -1.35 } },
    { "arcface", { "m" }, { .5 },
      { .8776, .7236, .5203, .2815, .0236, -.4794, -.8540, -.9997, -1.2056, -1.2397 } },
    { "combined_margin", { "m1", "m2", "m3" }, { 1, .3, .2 },
      { .7553, .6463, .4796, .2666, .0217, -.4955, -.9336, -1.1751, -1.1993, -1.1553 } },
    { "combined_margin", { "m1", "m2", "m3" }, { 1.35, 0, 0 },
      { 1, .9382, .7604, .4886, .1564, -.5225, -.9511, -.9239, -.7343, -.4540 } },
    { "combined_margin", { "m1", "m2", "m3" }, { .9, .4, .15 },
      { .7711, .6547, .4939, .2975, .0763, -.3905, -.8050, -1.0766, -1.1388, -1.1463 } },
};
/* clang-format on */

static void target_curves_match_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        struct loss_force force = force_of(curves[i].id);
        for (int p = 0; p < 3 && curves[i].name[p]; p++)
            set(&force, curves[i].name[p], curves[i].param[p]);
        for (int a = 0; a < 10; a++) {
            double c = cos(curve_degrees[a] * acos(-1) / 180);
            assert_close(loss_target(&force, c).value, curves[i].want[a], 6e-5);
        }
    }
}

static void target_slopes_match_their_values(void **state)
{
    (void)state;
    const double h = 1e-6;
    for (int i = 0; i < loss_count(); i++) {
        struct loss_force force = loss_force_initial(loss_at(i));
        for (double c = -0.93; c < 0.95; c += 0.07) {
            double slope = (loss_target(&force, c + h).value - loss_target(&force, c - h).value) / (2 * h);
            assert_close(loss_target(&force, c).slope, slope, 1e-5);
        }
    }
}

static void psi_falls_by_two_in_every_sector(void **state)
{
    (void)state;
    struct loss_force force = force_of("asoftmax");
    for (int m = 1; m <= 6; m++) {
        set(&force, "m", m);
        for (int k = 0; k <= m; k++)
            assert_close(loss_target(&force, cos(k * acos(-1) / m)).value, 1 - 2 * k, 1e-9);
        assert_close(loss_target(&force, -1).slope, m * m, 1e-9);
        assert_close(loss_target(&force, 1).slope, m * m, 1e-9);
    }
}

/* Ten class weights around the circle, one feature on each (losses.md 11.11). */
static void ten_classes_on_a_circle_need_a_scale(void **state)
{
    (void)state;
    enum { C = 10 };
    struct loss_force force = force_of("normface");
    double point[2 * C], work[WORK];
    int label[C];
    for (int j = 0; j < C; j++) {
        point[2 * j] = cos(2 * acos(-1) * j / C), point[2 * j + 1] = sin(2 * acos(-1) * j / C);
        label[j] = j;
    }
    struct head head = { .classes = C, .dim = 2, .weight = point };
    struct batch batch = { .n = C, .feature = point, .label = label };
    struct grad grad = { .work = work };
    set(&force, "s", 1);
    assert_close(loss_eval(&force, &batch, &head, &grad), 1.5385, 5e-5);
    set(&force, "s", 30);
    assert_close(loss_eval(&force, &batch, &head, &grad), 0.0065, 5e-5);
}

static void untrained_loss_is_the_log_of_the_classes(void **state)
{
    (void)state;
    struct loss_force force = force_of("softmax");
    struct trial b = batch_random(3, 41);
    memset(b.weight, 0, sizeof b.weight);
    memset(b.bias, 0, sizeof b.bias);
    assert_close(value_of(&force, &b), log(3), 1e-15);
}

/* ---- train rule and test rule ---- */

/* With two classes CE = log(1 + exp(-slack)): the rule and the loss must mean the same logits. */
static void slack_is_what_the_loss_sees(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++)
        for (int warm = 0; warm < 2; warm++)
            for (uint64_t seed = 50; seed < 70; seed++) {
                struct loss_force force = loss_force_initial(loss_at(i));
                struct trial b = batch_random(2, seed);
                struct head head = batch_head(&b);
                b.n = 1, b.classes = head.classes = 2, b.label[0] = (int)(seed % 2);
                force.norm_radius = warm;
                double slack = loss_slack(&force, b.feature, b.label[0], &head);
                double want = fmax(0, -slack) + log1p(exp(-fabs(slack)));
                assert_close(value_of(&force, &b), want, 1e-10);
            }
}

static void slack_is_positive_where_the_paper_says(void **state)
{
    (void)state;
    const double room = 1.2; /* angle between the two class weights */
    struct loss_force arc = force_of("arcface"), cosine = force_of("cosface"), psi = force_of("asoftmax");
    double weight[4] = { 2, 0, 0.5 * cos(room), 0.5 * sin(room) };
    struct head head = { .classes = 2, .dim = 2, .weight = weight };
    for (double t1 = 0.013; t1 < room; t1 += 0.05) {
        double x[2] = { 3 * cos(t1), 3 * sin(t1) }, t2 = room - t1;
        assert_int_equal(loss_slack(&arc, x, 0, &head) > 0, t1 + 0.3 < t2);
        assert_int_equal(loss_slack(&cosine, x, 0, &head) > 0, cos(t1) - 0.15 > cos(t2));
        assert_int_equal(loss_slack(&psi, x, 0, &head) > 0, 4 * t1 < t2);
    }
}

static void lengths_count_only_where_the_test_rule_says(void **state)
{
    (void)state;
    double weight[4] = { 1, 0, 0, 5 }, x[2] = { 2, 1 };
    double bias[2] = { 20, 0 };
    struct head head = { .classes = 2, .dim = 2, .weight = weight, .bias = bias };
    assert_int_equal(predict(loss_find("softmax"), x, &head), 0); /* 2 + 20 against 5 */
    assert_int_equal(predict(loss_find("lsoftmax"), x, &head), 1); /* 2 against 5, no bias */
    assert_int_equal(predict(loss_find("arcface"), x, &head), 0); /* the smaller angle */
    assert_int_equal(predict(loss_find("modified_softmax"), x, &head), 0);
    double nowhere[2] = { 0, 0 };
    for (int i = 0; i < loss_count(); i++) {
        head.bias = NULL;
        assert_int_equal(predict(loss_at(i), nowhere, &head), 0); /* a tie goes to the lowest */
    }
}

static void limits_are_where_the_wedge_closes(void **state)
{
    (void)state;
    const double wedge = acos(-1) / 5; /* ten classes on a circle */
    struct loss_force all = force_of("combined_margin");
    assert_close(loss_find("arcface")->limit(wedge, NULL), 0.6283, 1e-4);
    assert_close(loss_find("cosface")->limit(wedge, NULL), 0.191, 1e-3);
    assert_null(loss_find("asoftmax")->limit);
    set(&all, "m3", 0);
    assert_close(all.loss->limit(wedge, all.param), wedge, 1e-12);
    set(&all, "m3", 0.1);
    double m2 = all.loss->limit(wedge, all.param);
    assert_close(cos(m2) - 0.1, cos(wedge), 1e-12);
    set(&all, "m3", 0.5);
    assert_close(all.loss->limit(wedge, all.param), 0, 0);
}

/* ---- rows and parameters ---- */

static void every_row_is_complete(void **state)
{
    (void)state;
    assert_int_equal(loss_count(), 9);
    for (int i = 0; i < loss_count(); i++) {
        const struct loss *loss = loss_at(i);
        assert_ptr_equal(loss_find(loss->id), loss);
        assert_int_equal(loss_index(loss), i);
        assert_true(
            loss->label && loss->subtitle && loss->formula && loss->logit && loss->rule && loss->source);
        assert_non_null(loss_family_label(loss->family));
        assert_int_equal(loss->has_margin, loss->margin >= 0);
        assert_int_equal(loss->has_margin, loss->target != NULL);
        if (loss->margin >= 0)
            assert_int_equal(loss->param[loss->margin].role, ROLE_MARGIN);
        for (int p = 0; p < loss_param_count(loss); p++) {
            const struct param *row = &loss->param[p];
            double stored = NAN;
            assert_true(row->label && row->symbol && row->unit && row->help && row->notch > 0);
            assert_true(param_accept(row, row->initial, &stored) && stored == row->initial);
            assert_int_equal(loss_param_find(loss, row->id), p);
        }
    }
    assert_null(loss_find("arcfaces"));
    assert_int_equal(loss_param_find(loss_find("arcface"), "lambda"), -1);
}

static void sliders_return_to_their_position(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++)
        for (int p = 0; p < loss_param_count(loss_at(i)); p++)
            for (int tenth = 0; tenth <= 10; tenth++) {
                const struct param *row = &loss_at(i)->param[p];
                double end = param_end(row), value = param_at(row, tenth / 10.0, end), stored = 0;
                assert_true(value >= row->min && value <= end && param_accept(row, value, &stored));
                assert_close(param_at(row, param_position(row, value, end), end), value, 1e-12);
                if (row->kind == PARAM_LINEAR || row->kind == PARAM_LOG)
                    assert_close(param_position(row, value, end), tenth / 10.0, 1e-12);
            }
}

static void a_log_slider_reaches_zero(void **state)
{
    (void)state;
    const struct param *lambda = &loss_find("asoftmax")->param[1];
    assert_string_equal(lambda->id, "lambda");
    assert_true(param_at(lambda, 0, lambda->max) == 0);
    assert_true(param_position(lambda, 0, lambda->max) == 0);
    assert_close(param_at(lambda, 1, lambda->max), 1000, 1e-12);
    assert_close(param_at(lambda, 0.02, lambda->max), 0.1, 1e-12);
    assert_true(param_position(lambda, 5, lambda->max) > param_position(lambda, 1, lambda->max));
}

static void parameters_outside_their_range_are_refused(void **state)
{
    (void)state;
    const struct param *whole = &loss_find("lsoftmax")->param[0], *angle = &loss_find("arcface")->param[1];
    double stored = 77;
    assert_false(param_accept(whole, 2.5, &stored));
    assert_false(param_accept(whole, 0, &stored));
    assert_false(param_accept(whole, 7, &stored));
    assert_false(param_accept(angle, -0.1, &stored));
    assert_false(param_accept(angle, NAN, &stored));
    assert_false(param_accept(angle, INFINITY, &stored));
    assert_true(stored == 77);
    assert_true(param_accept(whole, 3, &stored) && stored == 3);
}

/* ---- cases ---- */

static void assert_matches(
    const char *name, const char *key, const json_t *want, const double *got, size_t count, double tolerance)
{
    for (size_t i = 0; i < count; i++) {
        size_t columns =
            json_is_array(json_array_get(want, 0)) ? json_array_size(json_array_get(want, 0)) : 0;
        const json_t *number = columns ? json_array_get(json_array_get(want, i / columns), i % columns)
                                       : json_array_get(want, i);
        double expected = json_is_number(number) ? json_number_value(number) : NAN;
        if (!(fabs(got[i] - expected) <= tolerance * (1 + fabs(expected))))
            fail_msg("%s: %s entry %zu is %.12g, expected %.12g", name, key, i, got[i], expected);
    }
}

static void check_case(const char *name, json_t *root)
{
    struct eval e = { 0 };
    struct why why = { "" };
    const json_t *expect = json_object_get(root, "expect");
    double tolerance = json_number_value(json_object_get(root, "tolerance"));
    assert_non_null(expect);
    assert_true(tolerance > 0);
    if (eval_case(root, &e, &why) != STATUS_OK)
        fail_msg("%s: %s", name, why.text);
    double loss = json_number_value(json_object_get(expect, "loss"));
    assert_close(e.loss, loss, tolerance);
    size_t n = (size_t)e.n, dim = (size_t)e.dim, classes = (size_t)e.classes;
    assert_matches(
        name, "d_features", json_object_get(expect, "d_features"), e.d_feature, n * dim, tolerance);
    assert_matches(
        name, "d_weights", json_object_get(expect, "d_weights"), e.d_weight, classes * dim, tolerance);
    assert_int_equal(e.bias, json_object_get(expect, "d_bias") != NULL);
    if (e.bias)
        assert_matches(name, "d_bias", json_object_get(expect, "d_bias"), e.d_bias, classes, tolerance);
    eval_clear(&e);
}

static void reference_cases_agree(void **state)
{
    (void)state;
    const char *folder = TESTS_FOLDER "/reference";
    DIR *dir = opendir(folder);
    int checked[LOSS_MAX] = { 0 };
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        char path[1024];
        if (!strstr(entry->d_name, ".json"))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        json_t *root = json_load_file(path, 0, NULL);
        assert_non_null(root);
        check_case(entry->d_name, root);
        checked[loss_index(loss_find(json_string_value(json_object_get(root, "loss"))))]++;
        json_decref(root);
    }
    closedir(dir);
    for (int i = 0; i < loss_count(); i++)
        if (checked[i] < 4)
            fail_msg("%s has only %d reference cases", loss_at(i)->id, checked[i]);
}

struct refusal {
    const char *text, *says;
};

#define WHOLE "\"features\": [[1, 2], [3, 4]], \"labels\": [0, 1], \"weights\": [[1, 0], [0, 1]]"
#define ARC "\"loss\": \"arcface\", \"params\": {\"s\": 30, \"m\": 0.3}"

/* clang-format off */
static const struct refusal refusals[] = {
    { "[]", "an object" },
    { "{" WHOLE "}", "\"loss\" is missing" },
    { "{\"loss\": \"arcfase\", " WHOLE "}", "known are softmax, modified_softmax" },
    { "{\"loss\": \"arcface\", \"params\": {\"s\": 30, \"m\": 0.3, \"q\": 1}, " WHOLE "}", "unknown parameter \"q\"; arcface has s, m" },
    { "{\"loss\": \"arcface\", \"params\": {\"s\": 30}, " WHOLE "}", "\"m\" is missing" },
    { "{\"loss\": \"arcface\", \"params\": {\"s\": 30, \"m\": \"0.3\"}, " WHOLE "}", "\"m\" is a text" },
    { "{\"loss\": \"arcface\", \"params\": {\"s\": 30, \"m\": -7}, " WHOLE "}", "\"m\" is -7; give a number from 0 to 1e12" },
    { "{\"loss\": \"asoftmax\", \"params\": {\"m\": 2.5, \"lambda\": 0}, " WHOLE "}", "a whole number from 1 to 64" },
    { "{\"loss\": \"arcface\", \"params\": 3, " WHOLE "}", "\"params\" is a number" },
    { "{\"loss\": \"modified_softmax\", \"params\": {\"s\": 3}, " WHOLE "}", "modified_softmax has none" },
    { "{" ARC ", \"features\": [], \"labels\": [], \"weights\": [[1, 0]]}", "\"features\" is empty" },
    { "{" ARC ", \"features\": [[]], \"labels\": [0], \"weights\": [[1, 0]]}", "features[0] is not a row" },
    { "{" ARC ", \"features\": [[1, 2], [3]], \"labels\": [0, 0], \"weights\": [[1, 0]]}", "features[1] has 1 numbers; give 2" },
    { "{" ARC ", \"features\": [[1, null]], \"labels\": [0], \"weights\": [[1, 0]]}", "features[0][1] is null" },
    { "{" ARC ", \"features\": [[1, 2]], \"labels\": [0], \"weights\": [[1, 0, 2]]}", "weights[0] has 3 numbers; give 2" },
    { "{" ARC ", \"features\": [[1, 2]], \"labels\": [0]}", "\"weights\" is missing" },
    { "{" ARC ", \"features\": [[1, 2]], \"weights\": [[1, 0]]}", "\"labels\" is missing" },
    { "{" ARC ", \"features\": [[1, 2]], \"labels\": [0, 0], \"weights\": [[1, 0]]}", "labels has 2 entries; give 1" },
    { "{" ARC ", \"features\": [[1, 2]], \"labels\": [1], \"weights\": [[1, 0]]}", "labels[0] is 1" },
    { "{" ARC ", \"features\": [[1, 2]], \"labels\": [-1], \"weights\": [[1, 0]]}", "labels[0] is -1" },
    { "{" ARC ", \"features\": [[1, 2]], \"labels\": [0.5], \"weights\": [[1, 0]]}", "labels[0] is 0.5" },
    { "{" ARC ", \"bias\": [0, 0], " WHOLE "}", "\"bias\" is given but arcface has none" },
    { "{\"loss\": \"softmax\", \"params\": {\"lambda\": 0}, \"bias\": [1], " WHOLE "}", "list of 2 numbers" },
    { "{\"loss\": \"softmax\", \"params\": {\"lambda\": 0}, \"radius\": \"norm\", " WHOLE "}", "softmax has no scale" },
    { "{" ARC ", \"radius\": \"long\", " WHOLE "}", "is not \"norm\"" },
    { "{\"loss\": \"softmax\", \"params\": {\"lambda\": 0}, \"features\": [[1e300, 2]], \"labels\": [0], \"weights\": [[1e300, 0], [-1e300, 0]]}", "too large" },
};
/* clang-format on */

static void broken_cases_are_refused_in_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct eval e = { .n = 99 };
        struct why why = { "" };
        json_t *root = json_loads(refusals[i].text, 0, NULL);
        if (!root)
            fail_msg("the test's own JSON is broken: %s", refusals[i].text);
        assert_int_equal(eval_case(root, &e, &why), STATUS_FAILED);
        assert_int_equal(e.n, 99); /* untouched */
        if (!strstr(why.text, refusals[i].says))
            fail_msg("for %s\ngot \"%s\", wanted \"%s\" in it", refusals[i].text, why.text, refusals[i].says);
        json_decref(root);
    }
}

static void a_whole_number_may_have_a_fraction_of_zero(void **state)
{
    (void)state;
    struct eval e = { 0 };
    json_t *root =
        json_loads("{\"loss\": \"asoftmax\", \"params\": {\"m\": 2.0, \"lambda\": 0}, " WHOLE "}", 0, NULL);
    assert_int_equal(eval_case(root, &e, NULL), STATUS_OK);
    assert_close(e.force.param[0], 2, 0);
    eval_clear(&e);
    json_decref(root);
}

/* A dumped batch, read back, gives the trainer's own numbers to the last bit. */
static void a_dumped_batch_reads_back_the_same(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        struct loss_force force = loss_force_initial(loss_at(i));
        struct trial b = batch_random(3, 81);
        force.norm_radius = i % 2;
        solve(&force, &b);
        struct batch_view view = { .force = force,
            .n = b.n,
            .dim = b.dim,
            .classes = b.classes,
            .feature = b.feature,
            .label = b.label,
            .head = batch_head(&b),
            .loss = b.loss,
            .d_feature = b.d_feature,
            .d_weight = b.d_weight,
            .d_bias = b.d_bias };
        FILE *file = tmpfile();
        assert_non_null(file);
        assert_int_equal(eval_write_case(file, &view, "step 1 of \"test\"", NULL), STATUS_OK);
        rewind(file);
        json_t *root = json_loadf(file, 0, NULL);
        fclose(file);
        assert_non_null(root);
        check_case(loss_at(i)->id, root);
        struct eval e = { 0 };
        assert_int_equal(eval_case(root, &e, NULL), STATUS_OK);
        assert_true(e.loss == b.loss);
        assert_memory_equal(e.d_feature, b.d_feature, sizeof b.d_feature);
        assert_memory_equal(e.d_weight, b.d_weight, sizeof b.d_weight);
        eval_clear(&e);
        json_decref(root);
    }
}

static void an_answer_prints_to_the_last_bit(void **state)
{
    (void)state;
    struct eval e = { 0 };
    json_t *root = json_loads(
        "{\"loss\": \"softmax\", \"params\": {\"lambda\": 0.1}, \"bias\": [0.1, 0.2], " WHOLE "}", 0, NULL);
    assert_int_equal(eval_case(root, &e, NULL), STATUS_OK);
    FILE *file = tmpfile();
    assert_int_equal(eval_print(file, &e, NULL), STATUS_OK);
    rewind(file);
    json_t *said = json_loadf(file, 0, NULL);
    fclose(file);
    assert_true(json_number_value(json_object_get(said, "loss")) == e.loss);
    assert_matches("printed", "d_features", json_object_get(said, "d_features"), e.d_feature, 4, 0);
    assert_matches("printed", "d_weights", json_object_get(said, "d_weights"), e.d_weight, 4, 0);
    assert_matches("printed", "d_bias", json_object_get(said, "d_bias"), e.d_bias, 2, 0);
    json_decref(said);
    json_decref(root);
    eval_clear(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_gradient_matches_finite_differences),
        cmocka_unit_test(every_gradient_holds_along_every_parameter),
        cmocka_unit_test(annealed_gradients_match_for_every_m),
        cmocka_unit_test(unwanted_derivatives_change_nothing),
        cmocka_unit_test(turning_the_plane_turns_the_gradients),
        cmocka_unit_test(the_order_of_a_batch_does_not_matter),
        cmocka_unit_test(normalised_features_get_no_radial_push),
        cmocka_unit_test(a_zero_feature_is_not_pushed_by_a_normalising_head),
        cmocka_unit_test(a_zero_class_weight_is_not_pushed_by_a_normalising_head),
        cmocka_unit_test(on_the_class_axis_nothing_blows_up),
        cmocka_unit_test(huge_scores_stay_finite),
        cmocka_unit_test(length_of_a_feature_is_nothing_to_a_sphere),
        cmocka_unit_test(without_margin_every_fixed_scale_is_normface),
        cmocka_unit_test(m_of_one_is_no_margin),
        cmocka_unit_test(lsoftmax_on_unit_weights_is_asoftmax),
        cmocka_unit_test(a_large_lambda_takes_the_margin_away),
        cmocka_unit_test(warm_up_radius_is_modified_softmax),
        cmocka_unit_test(combined_is_arcface_short_of_pi),
        cmocka_unit_test(target_curves_match_the_table),
        cmocka_unit_test(target_slopes_match_their_values),
        cmocka_unit_test(psi_falls_by_two_in_every_sector),
        cmocka_unit_test(ten_classes_on_a_circle_need_a_scale),
        cmocka_unit_test(untrained_loss_is_the_log_of_the_classes),
        cmocka_unit_test(slack_is_what_the_loss_sees),
        cmocka_unit_test(slack_is_positive_where_the_paper_says),
        cmocka_unit_test(lengths_count_only_where_the_test_rule_says),
        cmocka_unit_test(limits_are_where_the_wedge_closes),
        cmocka_unit_test(every_row_is_complete),
        cmocka_unit_test(sliders_return_to_their_position),
        cmocka_unit_test(a_log_slider_reaches_zero),
        cmocka_unit_test(parameters_outside_their_range_are_refused),
        cmocka_unit_test(reference_cases_agree),
        cmocka_unit_test(broken_cases_are_refused_in_words),
        cmocka_unit_test(a_whole_number_may_have_a_fraction_of_zero),
        cmocka_unit_test(a_dumped_batch_reads_back_the_same),
        cmocka_unit_test(an_answer_prints_to_the_last_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
