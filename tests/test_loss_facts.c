/* Losses: identities between rows, and values from the papers' formulas. */
#include <string.h>

#include "tests/support/trial.h"

/* ---- identities ---- */

static void assert_same(const struct loss_force *left, const struct loss_force *right, double unit_weights)
{
    struct trial a = trial_random(3, 31);
    memset(a.bias, 0, sizeof a.bias);
    for (int j = 0; j < K && unit_weights > 0; j++) {
        double *w = a.weight + 3 * j, norm = sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2]);
        for (int d = 0; d < 3; d++)
            w[d] *= unit_weights / norm;
    }
    struct trial b = a;
    trial_solve(left, &a);
    trial_solve(right, &b);
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
        head = loss_force_initial(loss);
        if (loss->radius != RADIUS_SCALE || loss->eval != plain.loss->eval || loss_sub(&head) > 1)
            continue;
        for (int p = 0; p < loss_param_count(loss); p++)
            if (loss->param[p].role == ROLE_MARGIN)
                head.param[p] = loss->param[p].neutral;
        force_set(&head, "s", 20);
        assert_same(&head, &plain, 0);
    }
}

static void m_of_one_is_no_margin(void **state)
{
    (void)state;
    struct loss_force a = force_of("asoftmax"), modified = force_of("modified_softmax");
    struct loss_force l = force_of("lsoftmax"), softmax = force_of("softmax");
    force_set(&a, "m", 1);
    force_set(&l, "m", 1);
    assert_same(&a, &modified, 0);
    assert_same(&l, &softmax, 0);
}

static void lsoftmax_on_unit_weights_is_asoftmax(void **state)
{
    (void)state;
    struct loss_force l = force_of("lsoftmax"), a = force_of("asoftmax");
    force_set(&l, "m", 3);
    force_set(&a, "m", 3);
    assert_same(&l, &a, 1);
}

static void a_large_lambda_takes_the_margin_away(void **state)
{
    (void)state;
    struct loss_force a = force_of("asoftmax"), modified = force_of("modified_softmax");
    force_set(&a, "lambda", 1e12);
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
    force_set(&arc, "m", 0.4);
    force_set(&all, "m2", 0.4);
    force_set(&all, "m3", 0);
    for (double theta = 0.01; theta < acos(-1) - 0.4; theta += 0.1) {
        struct psi a = loss_target(&arc, cos(theta)), b = loss_target(&all, cos(theta));
        assert_close(a.value, b.value, 1e-12);
        assert_close(a.slope, b.slope, 1e-9);
    }
}

/* The same values and slopes on one batch. */
static void assert_same_heads(struct loss_force left, struct loss_force right)
{
    struct trial a = trial_random(3, 32), b = a;
    trial_solve(&left, &a);
    trial_solve(&right, &b);
    assert_close(a.loss, b.loss, 1e-12);
    assert_all_close(a.d_feature, b.d_feature, N * 3, 1e-11);
    assert_all_close(a.d_weight, b.d_weight, loss_rows(&left, K) * 3, 1e-11);
    assert_all_close(a.d_bias, b.d_bias, loss_biases(left.loss, K), 1e-11);
}

static void focal_without_focusing_is_softmax(void **state)
{
    (void)state;
    struct loss_force focal = force_of("focal");
    force_set(&focal, "gamma", 0);
    assert_same_heads(focal, force_of("softmax"));
}

static void equal_class_weights_are_softmax(void **state)
{
    (void)state;
    struct loss_force weighted = force_of("weighted_softmax"), softmax = force_of("softmax");
    struct trial a = trial_random(3, 33), b = a;
    for (int j = 0; j < K; j++)
        a.class_weight[j] = 1;
    trial_solve(&weighted, &a);
    trial_solve(&softmax, &b);
    assert_close(a.loss, b.loss, 1e-14);
    assert_all_close(a.d_feature, b.d_feature, N * 3, 1e-14);
    for (int j = 0; j < K; j++)
        a.class_weight[j] = 3; /* divided by N, not by the sum of the weights */
    assert_close(trial_value(&weighted, &a), 3 * b.loss, 1e-13);
}

static void a_term_of_no_weight_changes_nothing(void **state)
{
    (void)state;
    for (int t = 0; t < term_count(); t++)
        for (int i = 0; i < BASES; i++) {
            struct loss_force force;
            force_on(term_at(t), bases[i], &force);
            force_params(term_at(t), &force)[loss_param_find(term_at(t), "lambda")] = 0;
            assert_same_heads(force, force_of(bases[i]));
        }
}

/* Of two classes: the score is the difference of the logits, the row that of the rows. */
static void two_classes_are_one_score(void **state)
{
    (void)state;
    static const char *const pair[2][2] = { { "softmax", "logistic" }, { "focal", "focal_binary" } };
    for (int i = 0; i < 2; i++) {
        struct loss_force many = force_of(pair[i][0]), one = force_of(pair[i][1]);
        struct trial a = trial_random(3, 34), b = a;
        a.classes = 2;
        memcpy(a.label, a.side, sizeof a.label);
        for (int d = 0; d < 3; d++)
            b.weight[d] = a.weight[3 + d] - a.weight[d];
        b.bias[0] = a.bias[1] - a.bias[0];
        trial_solve(&many, &a);
        trial_solve(&one, &b);
        assert_close(a.loss, b.loss, 1e-12);
        assert_all_close(a.d_feature, b.d_feature, N * 3, 1e-12);
        assert_all_close(a.d_weight + 3, b.d_weight, 3, 1e-12);
        assert_close(a.d_bias[1], b.d_bias[0], 1e-12);
    }
}

static void huber_without_a_knee_is_l2(void **state)
{
    (void)state;
    struct loss_force huber = force_of("huber");
    force_set(&huber, "delta", 1e6);
    assert_same_heads(huber, force_of("l2"));
}

static void no_free_match_is_plain_contrastive(void **state)
{
    (void)state;
    struct loss_force both = force_of("double_margin_contrastive"), one = force_of("contrastive");
    force_set(&both, "m_pos", 0);
    force_set(&both, "m_neg", 1.5);
    force_set(&one, "m", 1.5);
    assert_same_heads(both, one);
}

static void one_subcenter_is_arcface(void **state)
{
    (void)state;
    struct loss_force sub = force_of("subcenter_arcface");
    force_set(&sub, "k", 1);
    assert_same_heads(sub, force_of("arcface"));
}

static void fnorm_is_asoftmax_on_the_sphere(void **state)
{
    (void)state;
    struct loss_force fixed = force_of("fnorm_sphereface"), free = force_of("asoftmax");
    struct trial a = trial_random(3, 35), b = a;
    force_set(&fixed, "m", 3);
    force_set(&free, "m", 3);
    force_set(&fixed, "s", 16);
    for (int i = 0; i < N; i++) {
        double *x = b.feature + 3 * i, norm = sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]);
        for (int d = 0; d < 3; d++)
            x[d] *= 16 / norm;
    }
    assert_close(trial_value(&fixed, &a), trial_value(&free, &b), 1e-12);
}

static void l2_softmax_is_softmax_on_a_sphere(void **state)
{
    (void)state;
    struct loss_force sphere = force_of("l2_softmax"), plain = force_of("softmax");
    struct trial a = trial_random(3, 38), b = a;
    force_set(&sphere, "alpha", 7);
    for (int i = 0; i < N; i++) {
        double *x = b.feature + 3 * i, norm = sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]);
        for (int d = 0; d < 3; d++)
            x[d] *= 7 / norm;
    }
    trial_solve(&sphere, &a);
    trial_solve(&plain, &b);
    assert_close(a.loss, b.loss, 1e-12);
    assert_all_close(a.d_weight, b.d_weight, K * 3, 1e-12);
    sphere.norm_radius = true; /* no warm-up replaces alpha */
    assert_close(trial_value(&sphere, &a), a.loss, 0);
    for (int i = 0; i < N; i++) {
        struct head head = trial_head(&a);
        assert_close(loss_slack(&sphere, a.feature + 3 * i, a.label[i], &head),
            loss_slack(&plain, b.feature + 3 * i, a.label[i], &head), 1e-12);
    }
}

/* ---- curves of one score ---- */

struct score_value {
    const char *id;
    double at_zero, at_minus_two;
};

static void scores_have_the_values_of_the_table(void **state)
{
    (void)state;
    static const struct score_value want[] = { { "logistic", .6931, 2.1269 }, { "hinge", 1, 3 },
        { "exponential", 1, 7.3891 }, { "squared", .25, .7758 }, { "zero_one", 1, 1 },
        { "focal_binary", .1733, 1.6501 } };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        struct loss_force force = force_of(want[i].id);
        assert_close(force.loss->curve(0, force.param).value, want[i].at_zero, 5e-5);
        assert_close(force.loss->curve(-2, force.param).value, want[i].at_minus_two, 5e-5);
    }
}

static void convex_scores_lie_above_zero_one(void **state)
{
    (void)state;
    struct loss_force step = force_of("zero_one"), hinge = force_of("hinge"), power = force_of("exponential"),
                      log_loss = force_of("logistic");
    for (double u = -4; u <= 4; u += 0.125) {
        double errors = step.loss->curve(u, step.param).value;
        assert_true(hinge.loss->curve(u, hinge.param).value >= errors);
        assert_true(power.loss->curve(u, power.param).value >= errors);
        assert_true(log_loss.loss->curve(u, log_loss.param).value / log(2) >= errors - 1e-15);
    }
}

static void curve_slopes_match_their_values(void **state)
{
    (void)state;
    const double h = 1e-6;
    for (int i = 0; i < loss_count(); i++) {
        struct loss_force force = loss_force_initial(loss_at(i));
        assert_int_equal(
            force.loss->curve != NULL, force.loss->task == TASK_SCORE || force.loss->task == TASK_REAL);
        for (double z = -3.03; force.loss->curve && z < 3; z += 0.1) { /* clear of the kinks at 0 and 1 */
            struct psi left = force.loss->curve(z - h, force.param),
                       right = force.loss->curve(z + h, force.param);
            assert_close(force.loss->curve(z, force.param).slope, (right.value - left.value) / (2 * h), 1e-7);
        }
    }
}

/* What pushes a badly wrong sample: the squared error of a probability next to nothing, the cross-entropy all. */
static void squared_error_forgets_the_badly_wrong(void **state)
{
    (void)state;
    struct loss_force squared = force_of("squared"), log_loss = force_of("logistic");
    double z = log(0.1 / 0.9); /* p = 0.1 at target 1 */
    double by_p = 0.1 * 0.9; /* dp/dz */
    assert_close(squared.loss->curve(z, squared.param).slope / by_p, -1.8, 1e-12);
    assert_close(log_loss.loss->curve(z, log_loss.param).slope / by_p, -10, 1e-12);
    assert_true(fabs(squared.loss->curve(-20, squared.param).slope) < 1e-8);
    assert_close(log_loss.loss->curve(-20, log_loss.param).slope, -1, 1e-8);
}

/* One number far out: l2 is pulled by all of it, huber by delta, l1 by its sign. */
static void an_outlier_pulls_by_the_slope_of_its_curve(void **state)
{
    (void)state;
    static const struct score_value want[] = { { "l2", 0, 100 }, { "huber", 0, 1 }, { "l1", 0, 1 } };
    for (int i = 0; i < 3; i++) {
        struct loss_force force = force_of(want[i].id);
        assert_close(force.loss->curve(0, force.param).slope, want[i].at_zero, 0);
        assert_close(force.loss->curve(100, force.param).slope, want[i].at_minus_two, 0);
        assert_close(force.loss->curve(-100, force.param).slope, -want[i].at_minus_two, 0);
    }
}

static void decay_pulls_the_score_but_not_its_bias(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        struct loss_force force = loss_force_initial(loss_at(i));
        struct trial a = trial_random(3, 36), b = a;
        if (!loss_at(i)->curve || loss_at(i)->untrained)
            continue;
        trial_solve(&force, &a);
        force_set(&force, "lambda", 0.5);
        trial_solve(&force, &b);
        const double *w = a.weight;
        assert_close(b.loss - a.loss, 0.25 * (w[0] * w[0] + w[1] * w[1] + w[2] * w[2]), 1e-12);
        for (int d = 0; d < 3; d++)
            assert_close(b.d_weight[d] - a.d_weight[d], 0.5 * w[d], 1e-12);
        assert_close(b.d_bias[0], a.d_bias[0], 0);
    }
}

/* Each class on its own: as many logistic scores as there are classes. */
static void several_labels_are_a_score_a_class(void **state)
{
    (void)state;
    struct loss_force each = force_of("multilabel"), one = force_of("logistic");
    struct trial a = trial_random(3, 37);
    double sum = 0;
    for (int j = 0; j < K; j++) {
        struct trial b = a;
        memcpy(b.weight, a.weight + 3 * j, 3 * sizeof(double));
        b.bias[0] = a.bias[j];
        for (int i = 0; i < N; i++)
            b.side[i] = a.carried[i * K + j] != 0;
        sum += trial_value(&one, &b);
    }
    assert_close(trial_value(&each, &a), sum, 1e-12);
}

/* Ties of the test rule's two rows: t z = 1 meets the margin of the hinge. */
static void the_hinge_is_met_on_its_line(void **state)
{
    (void)state;
    struct loss_force hinge = force_of("hinge");
    double weight[4] = { -0.5, 0, 0.5, 0 }, bias[2] = { 0.125, -0.125 };
    struct head head = { .classes = 2, .dim = 2, .weight = weight, .bias = bias };
    const double on[2] = { 1.25, 3 }, inside[2] = { 1.2, 3 }, other[2] = { -0.75, 3 };
    assert_true(loss_slack(&hinge, on, 1, &head) > 0);
    assert_true(loss_slack(&hinge, inside, 1, &head) < 0);
    assert_true(loss_slack(&hinge, other, 0, &head) > 0);
    assert_int_equal(loss_predict(&hinge, inside, &head), 1);
    assert_int_equal(loss_predict(&hinge, other, &head), 0);
}

/* ---- numbers from the papers' formulas ---- */

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
            force_set(&force, curves[i].name[p], curves[i].param[p]);
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
        force_set(&force, "m", m);
        for (int k = 0; k <= m; k++)
            assert_close(loss_target(&force, cos(k * acos(-1) / m)).value, 1 - 2 * k, 1e-9);
        assert_close(loss_target(&force, -1).slope, m * m, 1e-9);
        assert_close(loss_target(&force, 1).slope, m * m, 1e-9);
    }
}

/* NormFace of classes evenly spaced on the circle, each feature on its own axis. */
static double circle_loss(int classes, double s)
{
    enum { MOST = 50 };
    struct loss_force force = force_of("normface");
    double point[2 * MOST], work[WORK];
    int label[MOST];
    assert_true(classes <= MOST && loss_work(classes, classes, 2) <= WORK);
    for (int j = 0; j < classes; j++) {
        double angle = 2 * acos(-1) * j / classes;
        point[2 * j] = cos(angle), point[2 * j + 1] = sin(angle);
        label[j] = j;
    }
    struct head head = { .classes = classes, .dim = 2, .weight = point };
    struct batch batch = { .n = classes, .feature = point, .label = label };
    struct grad grad = { .work = work };
    force_set(&force, "s", s);
    return loss_eval(&force, &batch, &head, &grad);
}

/* Three classes on a circle are a simplex, where the bound is reached. */
static void many_classes_on_a_circle_need_a_scale(void **state)
{
    (void)state;
    assert_close(circle_loss(10, 1), 1.5385, 5e-5);
    assert_close(circle_loss(10, 30), 0.0065, 5e-5);
    assert_close(circle_loss(50, 30), 1.2967, 5e-5);
    assert_close(circle_loss(3, 1), log(1 + 2 * exp(-1.5)), 1e-12);
    assert_close(circle_loss(3, 1), 0.3690, 5e-5);
}

/* Nothing learned yet: all features at one place. */
static void equal_features_leave_only_the_margins(void **state)
{
    (void)state;
    struct loss_force triplet = force_of("triplet"), contrastive = force_of("contrastive");
    struct trial b = trial_random(3, 42);
    for (int i = 0; i < N * 3; i++)
        b.feature[i] = 0.5;
    memcpy(b.label, (int[N]){ 0, 0, 1, 1, 2, 2 }, sizeof b.label);
    force_set(&triplet, "alpha", 0.3);
    force_set(&contrastive, "m", 1.5);
    assert_close(trial_value(&triplet, &b), 0.3, 1e-12);
    assert_close(trial_value(&contrastive, &b), 0.5 * 1.5 * 1.5 * 12 / 15, 1e-12); /* 12 of 15 pairs differ */
}

static void adacos_starts_at_its_fixed_scale(void **state)
{
    (void)state;
    struct loss_force force = force_of("adacos");
    double weight[20] = { 1 }, x[2] = { 1, 0 }, work[WORK];
    struct head head = { .classes = 10, .dim = 2, .weight = weight };
    struct batch batch = { .n = 1, .feature = x, .label = (int[]){ 0 } };
    struct grad grad = { .work = work };
    loss_eval(&force, &batch, &head, &grad);
    assert_close(grad.scale, 3.107, 2e-4);
}

static void untrained_loss_is_the_log_of_the_classes(void **state)
{
    (void)state;
    struct loss_force force = force_of("softmax");
    struct trial b = trial_random(3, 41);
    memset(b.weight, 0, sizeof b.weight);
    memset(b.bias, 0, sizeof b.bias);
    assert_close(trial_value(&force, &b), log(3), 1e-15);
}

/* ---- train rule and test rule ---- */

/* The heads whose loss is the cross-entropy of their logits and nothing else. */
static bool plain_entropy(const struct loss *loss)
{
    return loss->eval && (loss->eval == loss_find("softmax")->eval ||
                             loss->eval == loss_find("normface")->eval || loss->decision == DECIDE_SPHERE);
}

/* With two classes CE = log(1 + exp(-slack)): the rule and the loss must mean the same logits. */
static void slack_is_what_the_loss_sees(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++)
        for (int warm = 0; warm < 2 && plain_entropy(loss_at(i)); warm++)
            for (uint64_t seed = 50; seed < 70; seed++) {
                struct loss_force force = loss_force_initial(loss_at(i));
                struct trial b = trial_random(2, seed);
                struct head head = trial_head(&b);
                b.n = 1, b.classes = head.classes = 2, b.label[0] = (int)(seed % 2);
                force.norm_radius = warm;
                double slack = loss_slack(&force, b.feature, b.label[0], &head);
                double want = fmax(0, -slack) + log1p(exp(-fabs(slack)));
                assert_close(trial_value(&force, &b), want, 1e-10);
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

/* The own class wins by the train rule only where it does by the test rule; without a margin they are one rule. */
static void meeting_the_margin_is_being_right(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        struct loss_force force = loss_force_initial(loss_at(i));
        int met = 0, right = 0;
        if (loss_at(i)->task != TASK_CLASS && loss_at(i)->task != TASK_SCORE)
            continue;
        for (uint64_t seed = 100; seed < 160; seed++) {
            struct trial b = trial_random(2, seed);
            struct head head = trial_head(&b);
            head.classes = loss_at(i)->task == TASK_SCORE ? 2 : K;
            for (int j = 0; j < N; j++) {
                int label = head.classes == 2 ? b.side[j] : b.label[j];
                bool correct = loss_predict(&force, b.feature + 2 * j, &head) == label;
                bool meets = loss_slack(&force, b.feature + 2 * j, label, &head) > 0;
                if (meets && !correct)
                    fail_msg("%s: a wrong sample meets the margin", loss_at(i)->id);
                met += meets;
                right += correct;
            }
        }
        assert_true(met > 0);
        if (loss_at(i)->has_margin ? met >= right : met != right)
            fail_msg("%s: %d of %d right samples meet the margin", loss_at(i)->id, met, right);
    }
}

static void lengths_count_only_where_the_test_rule_says(void **state)
{
    (void)state;
    double weight[2 * 2 * SUBCENTER_MAX] = { 1, 0, 0, 5 }, x[2] = { 2, 1 };
    double bias[2] = { 20, 0 };
    struct head head = { .classes = 2, .dim = 2, .weight = weight, .bias = bias };
    assert_int_equal(trial_predict(loss_find("softmax"), x, &head), 0); /* 2 + 20 against 5 */
    assert_int_equal(trial_predict(loss_find("lsoftmax"), x, &head), 1); /* 2 against 5, no bias */
    assert_int_equal(trial_predict(loss_find("arcface"), x, &head), 0); /* the smaller angle */
    assert_int_equal(trial_predict(loss_find("modified_softmax"), x, &head), 0);
    double nowhere[2] = { 0, 0 };
    for (int i = 0; i < loss_count(); i++) {
        head.bias = NULL;
        assert_int_equal(trial_predict(loss_at(i), nowhere, &head), 0); /* a tie goes to the lowest */
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
    force_set(&all, "m3", 0);
    assert_close(all.loss->limit(wedge, all.param), wedge, 1e-12);
    force_set(&all, "m3", 0.1);
    double m2 = all.loss->limit(wedge, all.param);
    assert_close(cos(m2) - 0.1, cos(wedge), 1e-12);
    force_set(&all, "m3", 0.5);
    assert_close(all.loss->limit(wedge, all.param), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_margin_every_fixed_scale_is_normface),
        cmocka_unit_test(m_of_one_is_no_margin),
        cmocka_unit_test(lsoftmax_on_unit_weights_is_asoftmax),
        cmocka_unit_test(a_large_lambda_takes_the_margin_away),
        cmocka_unit_test(warm_up_radius_is_modified_softmax),
        cmocka_unit_test(combined_is_arcface_short_of_pi),
        cmocka_unit_test(focal_without_focusing_is_softmax),
        cmocka_unit_test(equal_class_weights_are_softmax),
        cmocka_unit_test(a_term_of_no_weight_changes_nothing),
        cmocka_unit_test(two_classes_are_one_score),
        cmocka_unit_test(huber_without_a_knee_is_l2),
        cmocka_unit_test(no_free_match_is_plain_contrastive),
        cmocka_unit_test(one_subcenter_is_arcface),
        cmocka_unit_test(fnorm_is_asoftmax_on_the_sphere),
        cmocka_unit_test(l2_softmax_is_softmax_on_a_sphere),
        cmocka_unit_test(scores_have_the_values_of_the_table),
        cmocka_unit_test(convex_scores_lie_above_zero_one),
        cmocka_unit_test(curve_slopes_match_their_values),
        cmocka_unit_test(squared_error_forgets_the_badly_wrong),
        cmocka_unit_test(an_outlier_pulls_by_the_slope_of_its_curve),
        cmocka_unit_test(decay_pulls_the_score_but_not_its_bias),
        cmocka_unit_test(several_labels_are_a_score_a_class),
        cmocka_unit_test(the_hinge_is_met_on_its_line),
        cmocka_unit_test(target_curves_match_the_table),
        cmocka_unit_test(target_slopes_match_their_values),
        cmocka_unit_test(psi_falls_by_two_in_every_sector),
        cmocka_unit_test(many_classes_on_a_circle_need_a_scale),
        cmocka_unit_test(equal_features_leave_only_the_margins),
        cmocka_unit_test(adacos_starts_at_its_fixed_scale),
        cmocka_unit_test(untrained_loss_is_the_log_of_the_classes),
        cmocka_unit_test(slack_is_what_the_loss_sees),
        cmocka_unit_test(slack_is_positive_where_the_paper_says),
        cmocka_unit_test(meeting_the_margin_is_being_right),
        cmocka_unit_test(lengths_count_only_where_the_test_rule_says),
        cmocka_unit_test(limits_are_where_the_wedge_closes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
