/* The later heads of loss_beyond.c, loss_length.c and loss_group.c: gradients against central differences, values by hand and
 * against slow computations of their own, running statistics, and the margins that samples meet. */
#include <stdlib.h>
#include <string.h>

#include "math/loss.h"
#include "math/rng.h"
#include "tests/support/check.h"

enum { N = 7, K = 4, D = 3, ROWS = K * SUBCENTER_MAX, EXTRA = GROUP_MAX * (D + 1 + D * D) };

static const double PI = 3.14159265358979323846;
static const char *const beyond[] = { "curricularface", "adacos", "magface", "adaface", "subcenter_arcface",
    "sphereface2", "groupface" };
enum { BEYOND = sizeof beyond / sizeof *beyond };

/* A batch with its head, and room for the answer. */
struct trial {
    int n, classes, dim;
    double feature[N * D], weight[ROWS * D], bias[1], extra[EXTRA];
    int label[N];
    double loss, scale, d_feature[N * D], d_weight[ROWS * D], d_bias[1], d_extra[EXTRA];
};

static void fill(struct rng *rng, double *out, int count, double size)
{
    for (int i = 0; i < count; i++)
        out[i] = size * rng_normal(rng);
}

static struct trial random_trial(int dim, uint64_t seed)
{
    struct trial t = { .n = N, .classes = K, .dim = dim };
    struct rng rng;
    rng_init(&rng, seed, RNG_DATA);
    fill(&rng, t.feature, N * D, 3);
    fill(&rng, t.weight, ROWS * D, 1);
    fill(&rng, t.bias, 1, 1);
    fill(&rng, t.extra, EXTRA, 0.4);
    for (int i = 0; i < N; i++)
        t.label[i] = rng_below(&rng, K);
    return t;
}

/* One feature in the plane, label 0, and unit class weights at the angles given. */
static struct trial one_sample(double x, double y, double angle0, double angle1)
{
    return (struct trial){ .n = 1,
        .classes = 2,
        .dim = 2,
        .feature = { x, y },
        .weight = { cos(angle0), sin(angle0), cos(angle1), sin(angle1) } };
}

static struct head head_of(const struct trial *t)
{
    return (struct head){
        .classes = t->classes, .dim = t->dim, .weight = t->weight, .bias = t->bias, .extra = t->extra
    };
}

static struct batch batch_of(const struct trial *t)
{
    return (struct batch){ .n = t->n, .feature = t->feature, .label = t->label };
}

/* In exactly the room that loss_work asks for, so that the address sanitizer sees a step beyond it. */
static double evaluate(const struct loss_force *force, const struct trial *t, struct grad *grad)
{
    struct head head = head_of(t);
    struct batch batch = batch_of(t);
    grad->work = malloc(loss_work(t->n, t->classes, t->dim) * sizeof *grad->work);
    double loss = loss_eval(force, &batch, &head, grad);
    free(grad->work);
    return loss;
}

static double value_of(const struct loss_force *force, const struct trial *t)
{
    struct grad grad = { 0 };
    return evaluate(force, t, &grad);
}

static void solve(const struct loss_force *force, struct trial *t)
{
    struct grad grad = {
        .feature = t->d_feature, .weight = t->d_weight, .bias = t->d_bias, .extra = t->d_extra
    };
    t->loss = evaluate(force, t, &grad);
    t->scale = grad.scale;
}

static struct loss_force force_of(const char *id)
{
    const struct loss *loss = loss_find(id);
    assert_non_null(loss);
    return loss_force_initial(loss);
}

static double *param(struct loss_force *force, const char *id)
{
    int i = loss_param_find(force->loss, id);
    assert_true(i >= 0);
    return &force->param[i];
}

static void assert_all_close(const double *got, const double *want, int count, double tolerance)
{
    for (int i = 0; i < count; i++)
        assert_close(got[i], want[i], tolerance);
}

/* ---- gradients ---- */

/* Central difference of the value when `count` numbers at `at` move along `way`. */
static double slope_along(
    const struct loss_force *force, struct trial *t, double *at, const double *way, int count)
{
    const double h = 1e-6;
    double here[D], value[2];
    memcpy(here, at, (size_t)count * sizeof *at);
    for (int side = 0; side < 2; side++) {
        for (int d = 0; d < count; d++)
            at[d] = here[d] + (side ? h : -h) * way[d];
        value[side] = value_of(force, t);
    }
    memcpy(at, here, (size_t)count * sizeof *at);
    return (value[1] - value[0]) / (2 * h);
}

static void check_block(const struct loss_force *force, struct trial *t, double *at, const double *slope,
    int count, const char *what)
{
    for (int i = 0; i < count; i++) {
        double want = slope_along(force, t, at + i, (double[]){ 1 }, 1);
        if (!(fabs(want - slope[i]) <= 2e-6 * (1 + fabs(want))))
            fail_msg("%s, %s: d%d is %.9g, differences say %.9g", force->loss->id, what, i, slope[i], want);
    }
}

static void check_head(const struct loss_force *force, struct trial *t, const char *what)
{
    check_block(force, t, t->weight, t->d_weight, loss_rows(force, t->classes) * t->dim, what);
    check_block(force, t, t->bias, t->d_bias, loss_biases(force->loss, t->classes), what);
    check_block(force, t, t->extra, t->d_extra, loss_extra(force, t->dim), what);
}

static void check_gradient(const struct loss_force *force, int dim, uint64_t seed, const char *what)
{
    struct trial t = random_trial(dim, seed);
    solve(force, &t);
    check_block(force, &t, t.feature, t.d_feature, t.n * t.dim, what);
    check_head(force, &t, what);
}

/* What the spec holds constant stays constant: adacos's s, adaface's k. */
static struct loss_force smooth_force(const char *id)
{
    struct loss_force force = force_of(id);
    if (strcmp(id, "adacos") == 0) {
        *param(&force, "mode") = 1;
        *param(&force, "s_prev") = 7;
        force.settled = true;
    }
    if (strcmp(id, "adaface") == 0)
        *param(&force, "h") = 0;
    return force;
}

static void gradients_match_central_differences(void **state)
{
    (void)state;
    for (int i = 0; i < BEYOND; i++)
        for (int dim = 2; dim <= D; dim++)
            for (uint64_t seed = 1; seed <= 5; seed++) {
                struct loss_force force = smooth_force(beyond[i]);
                check_gradient(&force, dim, seed, "defaults");
                force.norm_radius = true;
                check_gradient(&force, dim, seed, "|x| for the scale");
            }
}

static void gradients_match_along_every_parameter(void **state)
{
    (void)state;
    for (int i = 0; i < BEYOND; i++) {
        const struct loss *loss = loss_find(beyond[i]);
        for (int p = 0; p < loss_param_count(loss); p++)
            for (int part = 0; part <= 8; part++) {
                const struct param *row = &loss->param[p];
                struct loss_force force = smooth_force(beyond[i]);
                force.param[p] = param_at(row, part / 8.0, fmin(param_end(row), 100));
                if (strcmp(beyond[i], "adaface") == 0)
                    *param(&force, "h") = 0;
                check_gradient(&force, 3, 8, row->id);
            }
    }
}

/* k has no gradient, but it rests along a sphere: there differences still see the rest. */
static void adaface_gradients_match_along_the_sphere(void **state)
{
    (void)state;
    struct loss_force force = force_of("adaface");
    struct trial t = random_trial(3, 9);
    solve(&force, &t);
    check_head(&force, &t, "k of the batch");
    for (int i = 0; i < N; i++)
        for (int d = 0; d < 3; d++) {
            const double *x = t.feature + i * 3, *dx = t.d_feature + i * 3;
            double way[3] = { 0 }, square = x[0] * x[0] + x[1] * x[1] + x[2] * x[2], along = 0;
            way[d] = 1;
            for (int e = 0; e < 3; e++)
                way[e] -= x[d] * x[e] / square;
            for (int e = 0; e < 3; e++)
                along += way[e] * dx[e];
            assert_close(along, slope_along(&force, &t, t.feature + i * 3, way, 3), 2e-6);
            assert_close(dx[0] * x[0] + dx[1] * x[1] + dx[2] * x[2], 0, 1e-12);
        }
}

/* Own classes almost opposite: the guard past pi, and MagFace's with it. */
static void gradients_match_past_pi(void **state)
{
    (void)state;
    static const char *const id[] = { "curricularface", "magface", "subcenter_arcface", "groupface" };
    for (int i = 0; i < 4; i++) {
        struct loss_force force = force_of(id[i]);
        struct trial t = random_trial(2, 3);
        int sub = loss_sub(&force);
        if (strcmp(id[i], "magface") == 0)
            *param(&force, "easy_margin") = 0;
        memset(t.extra, 0, sizeof t.extra);
        t.n = 1, t.label[0] = 0;
        for (int row = 0; row < sub;
             row++) { /* 180 degrees less 0.05, 0.06.. away, in length too different */
            double angle = PI - 0.05 - 0.01 * row, length = 1 + 0.2 * row;
            t.weight[row * 2] = length * (t.feature[0] * cos(angle) - t.feature[1] * sin(angle));
            t.weight[row * 2 + 1] = length * (t.feature[0] * sin(angle) + t.feature[1] * cos(angle));
        }
        solve(&force, &t);
        check_block(&force, &t, t.feature, t.d_feature, 2, "past pi");
        check_head(&force, &t, "past pi");
    }
}

static void unwanted_derivatives_change_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < BEYOND; i++) {
        struct loss_force force = force_of(beyond[i]);
        struct trial t = random_trial(2, 5);
        solve(&force, &t);
        assert_true(value_of(&force, &t) == t.loss);
    }
}

static bool all_finite(const double *v, int count)
{
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += v[i];
    return isfinite(sum);
}

static void assert_finite(const struct loss_force *force, const struct trial *t)
{
    if (!(isfinite(t->loss) && all_finite(t->d_feature, t->n * t->dim) &&
            all_finite(t->d_weight, loss_rows(force, t->classes) * t->dim) &&
            all_finite(t->d_extra, loss_extra(force, t->dim))))
        fail_msg("%s: the answer is not finite", force->loss->id);
}

static void zero_vectors_are_not_pushed(void **state)
{
    (void)state;
    for (int i = 0; i < BEYOND; i++) {
        struct loss_force force = force_of(beyond[i]);
        struct trial t = random_trial(3, 24);
        if (strcmp(beyond[i], "groupface") == 0)
            *param(&force, "lambda") = 0; /* the vote is linear in x and goes on pushing */
        memset(t.feature, 0, 3 * sizeof(double));
        t.feature[3] = 1e-13, t.feature[4] = 0, t.feature[5] = 0;
        memset(t.weight, 0, 3 * sizeof(double));
        solve(&force, &t);
        assert_finite(&force, &t);
        for (int d = 0; d < 6; d++)
            assert_true(t.d_feature[d] == 0);
        for (int d = 0; d < 3; d++)
            assert_true(t.d_weight[d] == 0);
    }
}

static void on_the_class_axis_nothing_blows_up(void **state)
{
    (void)state;
    for (int i = 0; i < BEYOND; i++)
        for (int side = 0; side < 2; side++) {
            struct loss_force force = force_of(beyond[i]);
            struct trial t = one_sample(3, 0, 0, PI);
            t.label[0] = side;
            solve(&force, &t);
            assert_finite(&force, &t);
            assert_close(t.d_feature[1], 0, 1e-6);
        }
}

static void huge_scores_stay_finite(void **state)
{
    (void)state;
    for (int i = 0; i < BEYOND; i++) {
        struct loss_force force = force_of(beyond[i]);
        struct trial t = random_trial(3, 26);
        const char *scale = strcmp(beyond[i], "sphereface2") == 0 ? "r" : "s";
        if (loss_param_find(force.loss, scale) >= 0)
            *param(&force, scale) = 4096;
        for (int d = 0; d < N * 3; d++)
            t.feature[d] *= 1e4;
        solve(&force, &t);
        assert_finite(&force, &t);
    }
}

/* ---- values by hand ---- */

/* Own class 60 degrees away, the other 30: a hard negative counts c (t + c). */
static void curricularface_by_hand(void **state)
{
    (void)state;
    struct loss_force force = force_of("curricularface");
    struct trial t = one_sample(2, 0, PI / 3, PI / 6);
    *param(&force, "s") = 2, *param(&force, "m") = 0.5, *param(&force, "t") = 0.25;
    double own = cos(PI / 3 + 0.5), other = sqrt(0.75) * (0.25 + sqrt(0.75));
    assert_close(value_of(&force, &t), log(1 + exp(2 * (other - own))), 1e-14);
}

static void curricularface_with_easy_negatives_is_arcface(void **state)
{
    (void)state;
    struct loss_force curricular = force_of("curricularface"), arc = force_of("arcface");
    struct trial t = one_sample(2, 0.3, 0, 2), same = t;
    *param(&curricular, "t") = 0.7;
    solve(&curricular, &t);
    solve(&arc, &same);
    assert_close(t.loss, same.loss, 0);
    assert_all_close(t.d_feature, same.d_feature, 2, 0);
    assert_all_close(t.d_weight, same.d_weight, 4, 0);
}

static void curricularface_t_follows_the_mean_cosine(void **state)
{
    (void)state;
    struct loss_force force = force_of("curricularface");
    struct trial t = one_sample(2, 0, PI / 3, PI / 6);
    struct head head = head_of(&t);
    struct batch batch = batch_of(&t);
    double work[512];
    force.loss->prepare(&force, &batch, &head, work);
    assert_close(*param(&force, "t"), 0.005, 1e-14);
    force.loss->prepare(&force, &batch, &head, work);
    assert_close(*param(&force, "t"), 0.00995, 1e-14);
}

static void adacos_fixed_scale(void **state)
{
    (void)state;
    struct loss_force force = force_of("adacos");
    struct trial t = random_trial(2, 4), two = one_sample(1, 2, 0, 1);
    solve(&force, &t);
    assert_close(t.scale, sqrt(2) * log(3), 1e-15);
    solve(&force, &two);
    assert_close(two.scale, 0, 0);
    assert_close(two.loss, log(2), 1e-15);
}

/* Two samples 60 and 30 degrees from their class: the median is the lower angle, 30. */
static void adacos_dynamic_by_hand(void **state)
{
    (void)state;
    struct loss_force force = force_of("adacos");
    struct trial t = one_sample(2, 0, PI / 3, PI / 6);
    struct head head = head_of(&t);
    double work[512], sum = exp(4 * sqrt(0.75)) + exp(4 * 0.5);
    t.n = 2, t.label[1] = 1, t.feature[2] = 5;
    *param(&force, "mode") = 1, *param(&force, "s_prev") = 4;
    solve(&force, &t);
    assert_close(t.scale, log(sum / 2) / sqrt(0.75), 1e-14);
    struct batch batch = batch_of(&t);
    force.settled = true;
    struct grad grad = { 0 };
    evaluate(&force, &t, &grad);
    assert_close(grad.scale, 4, 0); /* measuring: nothing of this batch */
    force.settled = false;
    force.loss->settle(&force, &batch, &head, work);
    assert_close(*param(&force, "s_prev"), t.scale, 0);
}

static void adacos_starts_dynamic_at_the_fixed_scale(void **state)
{
    (void)state;
    struct loss_force start = force_of("adacos"), named = start;
    struct trial t = random_trial(3, 12);
    *param(&start, "mode") = *param(&named, "mode") = 1;
    *param(&named, "s_prev") = sqrt(2) * log(K - 1);
    assert_close(value_of(&start, &t), value_of(&named, &t), 1e-15);
}

/* On the wrong class's axis s grows by a factor of sqrt 2 a step, but not beyond what a file may hold. */
static void adacos_keeps_s_within_its_range(void **state)
{
    (void)state;
    struct loss_force force = force_of("adacos");
    struct trial t = one_sample(2, 0, PI / 2, 0);
    struct head head = head_of(&t);
    struct batch batch = batch_of(&t);
    double work[512];
    *param(&force, "mode") = 1, *param(&force, "s_prev") = 4000;
    force.loss->settle(&force, &batch, &head, work);
    assert_close(*param(&force, "s_prev"), 4096, 0);
    t.label[0] = 1, t.weight[0] = -1, t.weight[1] = 0; /* B = exp(-s) */
    force.loss->settle(&force, &batch, &head, work);
    assert_close(*param(&force, "s_prev"), 0, 0);
}

/* The gradient is that of a constant s. */
static void adacos_dynamic_holds_s_constant(void **state)
{
    (void)state;
    struct loss_force moving = force_of("adacos"), held = moving;
    struct trial t = random_trial(3, 13), same = t;
    *param(&moving, "mode") = *param(&held, "mode") = 1;
    *param(&moving, "s_prev") = 6;
    solve(&moving, &t);
    *param(&held, "s_prev") = t.scale, held.settled = true;
    solve(&held, &same);
    assert_all_close(t.d_feature, same.d_feature, N * 3, 0);
    assert_all_close(t.d_weight, same.d_weight, K * 3, 0);
}

/* Length 3 of 1..5 is half way: m = (0.1 + 0.5)/2. */
static void magface_by_hand(void **state)
{
    (void)state;
    struct loss_force force = force_of("magface");
    struct trial t = one_sample(3, 0, PI / 3, PI / 2);
    *param(&force, "s") = 2, *param(&force, "l_a") = 1, *param(&force, "u_a") = 5;
    *param(&force, "l_m") = 0.1, *param(&force, "u_m") = 0.5, *param(&force, "lambda_g") = 2;
    double pull = 2 * (1 / 3.0 + 3 / 25.0);
    assert_close(value_of(&force, &t), log(1 + exp(-2 * cos(PI / 3 + 0.3))) + pull, 1e-14);
    t.feature[0] = 80;
    pull = 2 * (1 / 5.0 + 5 / 25.0);
    assert_close(value_of(&force, &t), log(1 + exp(-2 * cos(PI / 3 + 0.5))) + pull, 1e-14);
}

static void magface_beyond_90_degrees(void **state)
{
    (void)state;
    struct loss_force force = force_of("magface");
    struct trial t = one_sample(1, 0, PI - 0.05, PI / 2);
    *param(&force, "s") = 1, *param(&force, "lambda_g") = 0;
    assert_close(value_of(&force, &t), log(1 + exp(cos(0.05))), 1e-14);
    *param(&force, "easy_margin") = 0;
    assert_close(value_of(&force, &t), log(1 + exp(cos(0.05) + 0.1 * sin(0.1))), 1e-14);
}

/* k = -1, 0 and 1: margin of the angle, of the cosine, and both. */
static void adaface_by_hand(void **state)
{
    (void)state;
    struct loss_force force = force_of("adaface");
    struct trial t = one_sample(4, 0, PI / 3, PI / 2);
    const double mean[] = { 90, 4, 1 }, own[] = { cos(PI / 3 + 0.4), 0.5 - 0.4, cos(PI / 3 - 0.4) - 0.8 };
    *param(&force, "s") = 2, *param(&force, "m") = 0.4, *param(&force, "std") = 0.1;
    for (int i = 0; i < 3; i++) {
        *param(&force, "mean") = mean[i];
        assert_close(value_of(&force, &t), log(1 + exp(-2 * own[i])), 1e-14);
    }
}

static void adaface_statistics_run(void **state)
{
    (void)state;
    struct loss_force force = force_of("adaface"), batchwise = force;
    struct trial t = { .n = 2, .classes = 2, .dim = 2, .feature = { 3, 0, 0, 5 }, .weight = { 1, 2, -1, 1 } };
    struct head head = head_of(&t);
    struct batch batch = batch_of(&t);
    double work[512];
    force.loss->prepare(&force, &batch, &head, work);
    assert_close(*param(&force, "mean"), 4, 1e-15);
    assert_close(*param(&force, "std"), sqrt(2), 1e-15);
    assert_close(value_of(&force, &t), value_of(&batchwise, &t), 1e-15);
    t.feature[0] = 5; /* mean 5, deviation 0 */
    force.loss->prepare(&force, &batch, &head, work);
    assert_close(*param(&force, "mean"), 4.01, 1e-15);
    assert_close(*param(&force, "std"), 0.99 * sqrt(2), 1e-15);
}

static void subcenter_with_one_center_is_arcface(void **state)
{
    (void)state;
    struct loss_force sub = force_of("subcenter_arcface"), arc = force_of("arcface");
    struct trial t = random_trial(3, 14), same = t;
    *param(&sub, "k") = 1;
    solve(&sub, &t);
    solve(&arc, &same);
    assert_close(t.loss, same.loss, 0);
    assert_all_close(t.d_feature, same.d_feature, N * 3, 0);
    assert_all_close(t.d_weight, same.d_weight, K * 3, 0);
}

/* Of three centers only the nearest is there: the same as ArcFace on these, and the others feel nothing. */
static void subcenter_uses_the_nearest_center(void **state)
{
    (void)state;
    struct loss_force sub = force_of("subcenter_arcface"), arc = force_of("arcface");
    struct trial t = { .n = 1,
        .classes = 2,
        .dim = 2,
        .feature = { 2, 1 },
        .weight = { -1, 0, 3, 0.5, 0, -1, /* second class */ 0, 2, 0, -1, -3, 0 } };
    struct trial near = { .n = 1, .classes = 2, .dim = 2, .feature = { 2, 1 }, .weight = { 3, 0.5, 0, 2 } };
    solve(&sub, &t);
    solve(&arc, &near);
    assert_close(t.loss, near.loss, 1e-15);
    assert_all_close(t.d_feature, near.d_feature, 2, 1e-14);
    double want[12] = { [2] = near.d_weight[0], near.d_weight[1], [6] = near.d_weight[2], near.d_weight[3] };
    assert_all_close(t.d_weight, want, 12, 1e-14);
}

static void sphereface2_by_hand(void **state)
{
    (void)state;
    struct loss_force force = force_of("sphereface2");
    struct trial t = one_sample(3, 0, PI / 3, PI / 2);
    *param(&force, "r") = 4, *param(&force, "m") = 0.25, *param(&force, "t") = 2,
                   *param(&force, "lambda") = 0.75;
    t.bias[0] = -0.5; /* g(1/2) = 1/8, g(0) = -1/2 */
    double own = 4 * (0.125 - 0.25) - 0.5, other = 4 * (-0.5 + 0.25) - 0.5;
    assert_close(value_of(&force, &t), (0.75 * log(1 + exp(-own)) + 0.25 * log(1 + exp(other))) / 4, 1e-14);
}

/* ---- GroupFace against a slow computation ---- */

/* Votes and corrected features, written down term by term. */
static void slow_refine(const struct trial *t, int groups, int i, double *p, double *out)
{
    const double *x = t->feature + i * t->dim, *e = t->extra + groups * t->dim, *a = e + groups;
    double sum = 0;
    for (int g = 0; g < groups; g++) {
        double q = e[g];
        for (int d = 0; d < t->dim; d++)
            q += t->extra[g * t->dim + d] * x[d];
        sum += p[g] = exp(q);
    }
    for (int g = 0; g < groups; g++)
        p[g] /= sum;
    for (int r = 0; r < t->dim; r++) {
        out[r] = x[r];
        for (int g = 0; g < groups; g++)
            for (int d = 0; d < t->dim; d++)
                out[r] += p[g] * a[(g * t->dim + r) * t->dim + d] * x[d];
    }
}

static double slow_group_term(double p[N][GROUP_MAX], int groups)
{
    double mean[GROUP_MAX] = { 0 }, loss = 0;
    for (int i = 0; i < N; i++)
        for (int g = 0; g < groups; g++)
            mean[g] += p[i][g] / N;
    for (int i = 0; i < N; i++) {
        int own = 0;
        for (int g = 1; g < groups; g++)
            own = p[i][g] - mean[g] > p[i][own] - mean[own] ? g : own;
        loss -= log(p[i][own]) / N;
    }
    return loss;
}

static void groupface_matches_a_slow_computation(void **state)
{
    (void)state;
    for (int groups = 2; groups <= GROUP_MAX; groups++) {
        struct loss_force force = force_of("groupface"), arc = force_of("arcface");
        struct trial t = random_trial(3, 15), refined = t;
        struct head head = head_of(&t);
        double p[N][GROUP_MAX], out[3];
        *param(&force, "groups") = groups, *param(&force, "lambda") = 0.3;
        for (int i = 0; i < N; i++) {
            slow_refine(&t, groups, i, p[i], refined.feature + i * 3);
            int group = force.loss->refine(&force, t.feature + i * 3, &head, out);
            assert_all_close(out, refined.feature + i * 3, 3, 1e-13);
            for (int g = 0; g < groups; g++)
                assert_true(p[i][group] >= p[i][g]);
        }
        assert_close(
            value_of(&force, &t), value_of(&arc, &refined) + 0.3 * slow_group_term(p, groups), 1e-12);
    }
}

static void groupface_without_corrections_is_arcface(void **state)
{
    (void)state;
    struct loss_force force = force_of("groupface"), arc = force_of("arcface");
    struct trial t = random_trial(3, 16), same = t;
    *param(&force, "lambda") = 0;
    memset(t.extra + 3 * 4, 0, 3 * 9 * sizeof(double));
    solve(&force, &t);
    solve(&arc, &same);
    assert_close(t.loss, same.loss, 1e-13); /* ArcFace takes its sums in another order (loss_wide.c) */
    assert_all_close(t.d_feature, same.d_feature, N * 3, 1e-13);
}

/* ---- margins that samples meet ---- */

static double slack_of(const struct loss_force *force, const struct trial *t)
{
    struct head head = head_of(t);
    return loss_slack(force, t->feature, t->label[0], &head);
}

/* A short feature meets its small margin, a long one in the same direction fails its large one. */
static void magface_asks_more_of_long_features(void **state)
{
    (void)state;
    struct loss_force force = force_of("magface");
    struct trial t = one_sample(1, 0, -0.4, 0.6);
    assert_close(slack_of(&force, &t), 30 * (cos(0.5) - cos(0.6)), 1e-13);
    t.feature[0] = 11;
    assert_close(slack_of(&force, &t), 30 * (cos(0.8) - cos(0.6)), 1e-13);
}

static void adaface_slack_follows_the_running_mean(void **state)
{
    (void)state;
    struct loss_force force = force_of("adaface");
    struct trial t = one_sample(2, 0, -0.4, 0.9);
    *param(&force, "m") = 0.2;
    assert_close(slack_of(&force, &t), 30 * (cos(0.4) - 0.2 - cos(0.9)), 1e-13);
    *param(&force, "mean") = 90, *param(&force, "std") = 1;
    assert_close(slack_of(&force, &t), 30 * (cos(0.6) - cos(0.9)), 1e-13);
}

static void sphereface2_slack_is_the_worst_inequality(void **state)
{
    (void)state;
    struct loss_force force = force_of("sphereface2");
    struct trial t = one_sample(2, 0, 0, PI / 2);
    *param(&force, "r") = 10, *param(&force, "m") = 0.2, *param(&force, "t") = 1;
    assert_close(slack_of(&force, &t), -2, 1e-12); /* g(0) + m = 0.2 is not below 0 */
    t.bias[0] = -5;
    assert_close(slack_of(&force, &t), 3, 1e-12); /* own 10 * 0.8 - 5, other -(10 * 0.2 - 5) */
    t.bias[0] = -9;
    assert_close(slack_of(&force, &t), -1, 1e-12);
}

static void subcenter_slack_uses_the_nearest_centers(void **state)
{
    (void)state;
    struct loss_force force = force_of("subcenter_arcface");
    struct trial t = { .n = 1, .classes = 2, .dim = 2, .feature = { 2, 0 } };
    const double angle[] = { 2, 0.3, -1, 2.5, -0.8, 3 };
    for (int row = 0; row < 6; row++)
        t.weight[row * 2] = cos(angle[row]), t.weight[row * 2 + 1] = sin(angle[row]);
    assert_close(slack_of(&force, &t), 30 * (cos(0.6) - cos(0.8)), 1e-13);
    struct head head = head_of(&t);
    assert_int_equal(loss_predict(&force, t.feature, &head), 0);
}

/* At the limit two neighbours' axes themselves just meet the margin, with the best of biases. */
static void limits_leave_the_axis_inside(void **state)
{
    (void)state;
    struct loss_force force = force_of("sphereface2");
    struct trial t = one_sample(1, 0, 0, 0.9);
    double limit = force.loss->limit(0.9, force.param), g = 2 * pow((1 + cos(0.9)) / 2, 3) - 1;
    *param(&force, "m") = limit;
    t.bias[0] = -15 * (1 + g);
    assert_close(slack_of(&force, &t), 0, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_match_central_differences),
        cmocka_unit_test(gradients_match_along_every_parameter),
        cmocka_unit_test(adaface_gradients_match_along_the_sphere),
        cmocka_unit_test(gradients_match_past_pi),
        cmocka_unit_test(unwanted_derivatives_change_nothing),
        cmocka_unit_test(zero_vectors_are_not_pushed),
        cmocka_unit_test(on_the_class_axis_nothing_blows_up),
        cmocka_unit_test(huge_scores_stay_finite),
        cmocka_unit_test(curricularface_by_hand),
        cmocka_unit_test(curricularface_with_easy_negatives_is_arcface),
        cmocka_unit_test(curricularface_t_follows_the_mean_cosine),
        cmocka_unit_test(adacos_fixed_scale),
        cmocka_unit_test(adacos_dynamic_by_hand),
        cmocka_unit_test(adacos_starts_dynamic_at_the_fixed_scale),
        cmocka_unit_test(adacos_keeps_s_within_its_range),
        cmocka_unit_test(adacos_dynamic_holds_s_constant),
        cmocka_unit_test(magface_by_hand),
        cmocka_unit_test(magface_beyond_90_degrees),
        cmocka_unit_test(adaface_by_hand),
        cmocka_unit_test(adaface_statistics_run),
        cmocka_unit_test(subcenter_with_one_center_is_arcface),
        cmocka_unit_test(subcenter_uses_the_nearest_center),
        cmocka_unit_test(sphereface2_by_hand),
        cmocka_unit_test(groupface_matches_a_slow_computation),
        cmocka_unit_test(groupface_without_corrections_is_arcface),
        cmocka_unit_test(magface_asks_more_of_long_features),
        cmocka_unit_test(adaface_slack_follows_the_running_mean),
        cmocka_unit_test(sphereface2_slack_is_the_worst_inequality),
        cmocka_unit_test(subcenter_slack_uses_the_nearest_centers),
        cmocka_unit_test(limits_leave_the_axis_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
