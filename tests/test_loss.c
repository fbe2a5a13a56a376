/* Losses: gradients against finite differences, and the rules every row must keep. Walks the list of losses, so a
 * new row is tested by existing. */
#include <string.h>

#include "tests/support/trial.h"

/* ---- gradients ---- */

/* How far a slope is from the value's differences, and how near a kink of the value is. */
struct misfit {
    double error, bend;
};

/* *at moves by `step`; everything else of *b stays. */
static double value_off(const struct loss_force *force, struct trial *b, double *at, double step)
{
    double here = *at;
    *at = here + step;
    double value = trial_value(force, b);
    *at = here;
    return value;
}

/* Central differences of two widths: their combination is free of the third derivative, and where they disagree
 * there is a kink between them. */
static struct misfit misfit_at(const struct loss_force *force, struct trial *b, double *at, double slope)
{
    const double h = 1e-5;
    double narrow = (value_off(force, b, at, h) - value_off(force, b, at, -h)) / (2 * h);
    double wide = (value_off(force, b, at, 2 * h) - value_off(force, b, at, -2 * h)) / (4 * h);
    double size = 1 + fabs(slope);
    return (struct misfit){ .error = fabs((4 * narrow - wide) / 3 - slope) / size,
        .bend = fabs(narrow - wide) / size };
}

static struct misfit misfit_of(
    const struct loss_force *force, struct trial *b, double *at, const double *slope, int count)
{
    struct misfit worst = { 0 };
    for (int i = 0; i < count; i++) {
        struct misfit m = misfit_at(force, b, at + i, slope[i]);
        worst.error = m.error <= worst.error ? worst.error : m.error; /* so that NaN stays */
        worst.bend = fmax(worst.bend, m.bend);
    }
    return worst;
}

enum { ARRAYS = 4, DRAWS = 20 };
static const char *const array_name[ARRAYS] = { "features", "weights", "bias", "extra" };

/* A loss that leaves the network as it is (siamese's `freeze`) gives its features no slope at all. */
static bool network_frozen(const struct loss_force *force)
{
    int freeze = loss_param_find(force->loss, "freeze");
    return freeze >= 0 && force->param[freeze] != 0;
}

/* Every array the loss learns from. */
static void misfits(const struct loss_force *force, struct trial *b, struct misfit out[ARRAYS])
{
    int k = b->classes, dim = b->dim;
    out[0] = (struct misfit){ 0 };
    if (network_frozen(force))
        assert_all_close(b->d_feature, (double[N * D]){ 0 }, b->n * dim, 0);
    else
        out[0] = misfit_of(force, b, b->feature, b->d_feature, b->n * dim);
    out[1] = misfit_of(force, b, b->weight, b->d_weight, loss_rows(force, k) * dim);
    out[2] = misfit_of(force, b, b->bias, b->d_bias, loss_biases(force->loss, k));
    out[3] = misfit_of(force, b, b->extra, b->d_extra, loss_extra(force, dim));
}

static bool kink_near(const struct misfit m[ARRAYS])
{
    for (int a = 0; a < ARRAYS; a++)
        if (m[a].bend > 1e-2)
            return true;
    return false;
}

/* Draws until no kink is near: there the derivative is a matter of convention. */
static void check_gradient(
    const struct loss *row, const struct loss_force *force, int dim, uint64_t seed, const char *what)
{
    struct misfit m[ARRAYS];
    struct trial b;
    int draw = 0;
    do {
        b = trial_random(dim, seed + 1000 * (uint64_t)draw);
        trial_solve(force, &b);
        misfits(force, &b, m);
    } while (kink_near(m) && ++draw < DRAWS);
    for (int a = 0; a < ARRAYS; a++)
        if (!(m[a].error < 1e-6))
            fail_msg("%s on %s, %s, %d-D: off by %.1e in %s", row->id, force->loss->id, what, dim, m[a].error,
                array_name[a]);
}

/* Rows whose gradient holds a part of the value constant have their own tests below. */
static bool differentiable(const struct loss_force *force)
{
    return !force->loss->untrained && !force->loss->detached;
}

static void every_gradient_matches_finite_differences(void **state)
{
    (void)state;
    struct loss_force force;
    for (int i = 0; i < loss_count() * BASES; i++)
        for (int dim = 2; dim <= D; dim++)
            for (uint64_t seed = 1; seed <= 4; seed++) {
                const struct loss *row = loss_at(i / BASES);
                if (!force_on(row, bases[i % BASES], &force) || !differentiable(&force))
                    continue;
                check_gradient(row, &force, dim, seed, "defaults");
                force.norm_radius = force.loss->radius == RADIUS_SCALE;
                check_gradient(row, &force, dim, seed, "|x| for the scale");
            }
}

/* All positions of the slider, all choices of a list. */
static void every_gradient_holds_along_every_parameter(void **state)
{
    (void)state;
    struct loss_force force;
    for (int i = 0; i < loss_count(); i++)
        for (int p = 0; p < loss_param_count(loss_at(i)); p++)
            for (int tenth = 0; tenth <= 10; tenth++) {
                const struct param *param = &loss_at(i)->param[p];
                force_on(loss_at(i), "softmax", &force);
                force_params(loss_at(i), &force)[p] = param_at(param, tenth / 10.0, param_end(param));
                if (differentiable(&force))
                    check_gradient(loss_at(i), &force, 3, 7, param->id);
            }
}

static void annealed_gradients_match_for_every_m(void **state)
{
    (void)state;
    const char *const id[] = { "lsoftmax", "asoftmax", "fnorm_sphereface" };
    for (int i = 0; i < 3; i++)
        for (int m = 1; m <= 6; m++) {
            struct loss_force force = force_of(id[i]);
            force_set(&force, "m", m);
            force_set(&force, "lambda", 5);
            check_gradient(force.loss, &force, 2, 11, "annealed");
        }
}

/* The derivative by turning x in the plane of its first two coordinates, which keeps its length. */
static double turned(const double *x, const double *dx)
{
    return x[0] * dx[1] - x[1] * dx[0];
}

/* adaface holds its k constant, which only |x| moves: turning a feature must agree, and no push be radial. */
static void adaface_agrees_along_the_sphere(void **state)
{
    (void)state;
    const double h = 1e-5;
    for (int easy = 0; easy < 3; easy++) {
        struct loss_force force = force_of("adaface");
        struct trial b = trial_random(2, 12);
        force_set(&force, "m", 0.2 * easy);
        trial_solve(&force, &b);
        assert_true(misfit_of(&force, &b, b.weight, b.d_weight, K * 2).error < 1e-6);
        for (int i = 0; i < N; i++) {
            struct trial left = b, right = b;
            double *x = b.feature + 2 * i, *dx = b.d_feature + 2 * i;
            turn_plane(left.feature + 2 * i, 1, -h);
            turn_plane(right.feature + 2 * i, 1, h);
            double slope = (trial_value(&force, &right) - trial_value(&force, &left)) / (2 * h);
            assert_close(turned(x, dx), slope, 1e-6);
            assert_close(x[0] * dx[0] + x[1] * dx[1], 0, 1e-12);
        }
    }
}

/* Circle loss of one anchor, written out: alpha from the features `held`, cosines from `x`. */
static double circle_of(int a, const double *x, const double *held, const int *label, double m, double gamma)
{
    double positive = 0, negative = 0;
    for (int j = 0; j < N; j++) {
        double s = loss_cosine(x + 2 * a, x + 2 * j, 2), then = loss_cosine(held + 2 * a, held + 2 * j, 2);
        if (j != a && label[j] == label[a])
            positive += exp(-gamma * fmax(0, 1 + m - then) * (s - 1 + m));
        else if (j != a)
            negative += exp(gamma * fmax(0, then + m) * (s - m));
    }
    return log1p(positive * negative);
}

static double circle_mean(const double *x, const double *held, const int *label, double m, double gamma)
{
    double sum = 0;
    for (int a = 0; a < N; a++)
        sum += circle_of(a, x, held, label, m, gamma);
    return sum / N;
}

static void circle_agrees_with_its_weights_held(void **state)
{
    (void)state;
    const double h = 1e-6;
    struct loss_force force = force_of("circle");
    struct trial b = trial_random(2, 13);
    force_set(&force, "m", 0.2);
    force_set(&force, "gamma", 8);
    memcpy(b.label, (int[N]){ 0, 1, 0, 2, 1, 2 }, sizeof b.label);
    trial_solve(&force, &b);
    assert_close(b.loss, circle_mean(b.feature, b.feature, b.label, 0.2, 8), 1e-12);
    for (int d = 0; d < N * 2; d++) {
        struct trial left = b, right = b;
        left.feature[d] -= h;
        right.feature[d] += h;
        double slope = (circle_mean(right.feature, b.feature, b.label, 0.2, 8) -
                           circle_mean(left.feature, b.feature, b.label, 0.2, 8)) /
                       (2 * h);
        assert_close(b.d_feature[d], slope, 1e-6);
    }
}

/* adacos holds the batch's own s constant: the gradient is that of the s it reports. */
static void adacos_pushes_with_the_scale_it_reports(void **state)
{
    (void)state;
    struct loss_force force = force_of("adacos");
    struct trial a = trial_random(3, 14), b = a;
    double work[WORK];
    struct head head = trial_head(&a);
    struct batch batch = { .n = N, .feature = a.feature, .label = a.label };
    struct grad grad = { .feature = a.d_feature, .weight = a.d_weight, .work = work };
    force_set(&force, "mode", 1);
    a.loss = loss_eval(&force, &batch, &head, &grad);
    force_set(&force, "s_prev", grad.scale);
    force.settled = true;
    trial_solve(&force, &b);
    assert_close(b.loss, a.loss, 1e-13);
    assert_all_close(b.d_feature, a.d_feature, N * 3, 1e-13);
    assert_all_close(b.d_weight, a.d_weight, K * 3, 1e-13);
}

/* A flat loss pushes nothing; its curve says so too. */
static void a_loss_without_a_gradient_leaves_zeros(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        struct loss_force force = loss_force_initial(loss_at(i));
        struct trial b = trial_random(3, 4);
        if (!loss_at(i)->untrained)
            continue;
        memset(b.d_feature, 1, sizeof b.d_feature);
        memset(b.d_weight, 1, sizeof b.d_weight);
        trial_solve(&force, &b);
        assert_all_close(b.d_feature, (double[N * D]){ 0 }, N * D, 0);
        assert_all_close(b.d_weight, (double[D]){ 0 }, D, 0);
    }
}

static void unwanted_derivatives_change_nothing(void **state)
{
    (void)state;
    struct loss_force force;
    for (int i = 0; i < loss_count() * BASES; i++) {
        struct trial b = trial_random(2, 5);
        if (!force_on(loss_at(i / BASES), bases[i % BASES], &force))
            continue;
        trial_solve(&force, &b);
        assert_true(trial_value(&force, &b) == b.loss);
    }
}

/* The derivatives of terms by what is their own: ring's R, uniform's centres. */
static void terms_know_their_own_derivatives(void **state)
{
    (void)state;
    for (int normalize = 0; normalize < 2; normalize++) {
        struct loss_force force;
        struct trial b = trial_random(3, 6);
        const struct loss *ring = loss_find("ring"), *uniform = loss_find("uniform");
        assert_true(ring && uniform && force_on(uniform, "softmax", &force));
        force_params(uniform, &force)[loss_param_find(uniform, "normalize")] = normalize;
        trial_solve(&force, &b);
        assert_true(misfit_of(&force, &b, b.center, b.d_center, K * 3).error < 1e-6);
        force_on(ring, "softmax", &force);
        trial_solve(&force, &b);
        double *radius = &force_params(ring, &force)[loss_param_find(ring, "radius")];
        assert_true(misfit_at(&force, &b, radius, b.d_radius).error < 1e-6);
    }
}

/* ---- rules every head keeps ---- */

static void turning_the_plane_turns_the_gradients(void **state)
{
    (void)state;
    struct loss_force force;
    for (int i = 0; i < loss_count() * BASES; i++) {
        struct trial a = trial_random(2, 21), b = a;
        if (!force_on(loss_at(i / BASES), bases[i % BASES], &force) || force.loss->extra != BLOCK_NONE)
            continue; /* extra blocks know the axes */
        int rows = loss_rows(&force, K);
        turn_plane(b.feature, N, 0.7);
        turn_plane(b.weight, rows, 0.7);
        turn_plane(b.center, K, 0.7);
        trial_solve(&force, &a);
        trial_solve(&force, &b);
        turn_plane(a.d_feature, N, 0.7);
        turn_plane(a.d_weight, rows, 0.7);
        assert_close(b.loss, a.loss, 1e-12);
        assert_all_close(b.d_feature, a.d_feature, N * 2, 1e-10);
        assert_all_close(b.d_weight, a.d_weight, rows * 2, 1e-10);
    }
}

static void reverse(const struct trial *a, struct trial *b)
{
    for (int row = 0; row < N; row++) {
        int from = N - 1 - row;
        memcpy(b->feature + row * 3, a->feature + from * 3, 3 * sizeof(double));
        memcpy(b->carried + row * K, a->carried + from * K, K * sizeof(double));
        b->number[row] = a->number[from];
        b->label[row] = a->label[from];
        b->side[row] = a->side[from];
    }
}

static void the_order_of_a_batch_does_not_matter(void **state)
{
    (void)state;
    struct loss_force force;
    for (int i = 0; i < loss_count() * BASES; i++) {
        struct trial a = trial_random(3, 22), b = a;
        if (!force_on(loss_at(i / BASES), bases[i % BASES], &force))
            continue;
        reverse(&a, &b);
        trial_solve(&force, &a);
        trial_solve(&force, &b);
        assert_close(b.loss, a.loss, 1e-13);
        assert_all_close(b.d_weight, a.d_weight, loss_rows(&force, K) * 3, 1e-12);
        for (int row = 0; row < N; row++)
            assert_all_close(b.d_feature + row * 3, a.d_feature + (N - 1 - row) * 3, 3, 1e-12);
    }
}

/* A loss that does not change with the length of features is orthogonal to them. */
static bool length_blind(const struct loss_force *force, const struct trial *b)
{
    struct trial longer = *b;
    for (int d = 0; d < N * D; d++)
        longer.feature[d] *= 1.25;
    return fabs(trial_value(force, &longer) - trial_value(force, b)) <
           1e-12 * (1 + fabs(trial_value(force, b)));
}

static void normalised_features_get_no_radial_push(void **state)
{
    (void)state;
    int checked = 0;
    for (int i = 0; i < loss_count(); i++) {
        struct loss_force force;
        struct trial b = trial_random(3, 23);
        if (!force_on(loss_at(i), "softmax", &force) || !length_blind(&force, &b))
            continue;
        trial_solve(&force, &b);
        for (int row = 0; row < N; row++) {
            const double *x = b.feature + row * 3, *dx = b.d_feature + row * 3;
            assert_close(x[0] * dx[0] + x[1] * dx[1] + x[2] * dx[2], 0, 1e-12);
        }
        checked++;
    }
    assert_true(checked >= 6);
}

/* The heads that share margin_softmax with NormFace put features on a sphere; so does l2_softmax. */
static void heads_on_a_sphere_are_blind_to_length(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        const struct loss *loss = loss_at(i);
        struct loss_force force = loss_force_initial(loss);
        struct trial b = trial_random(3, 28);
        bool usual = loss->eval == loss_find("normface")->eval && loss->radius == RADIUS_SCALE;
        if (usual || loss->decision == DECIDE_SPHERE)
            assert_true(length_blind(&force, &b));
    }
}

/* A normalising head reads only the directions of its rows, so W is pushed at right angles. */
static void lengths_of_class_weights_are_nothing_to_a_normalising_head(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        struct loss_force force = loss_force_initial(loss_at(i));
        struct trial a = trial_random(3, 29), b = a;
        int rows = loss_rows(&force, K);
        if (loss_at(i)->decision != DECIDE_COSINE || rows == 0)
            continue;
        for (int d = 0; d < rows * 3; d++)
            b.weight[d] *= 1.5;
        trial_solve(&force, &a);
        assert_close(trial_value(&force, &b), a.loss, 1e-12);
        for (int row = 0; row < rows; row++) {
            const double *w = a.weight + row * 3, *dw = a.d_weight + row * 3;
            assert_close(w[0] * dw[0] + w[1] * dw[1] + w[2] * dw[2], 0, 1e-12);
        }
    }
}

/* Zero features: heads linear in x keep their push, normalising ones have none. */
static bool linear_in_x(const struct loss *loss)
{
    bool linear =
        loss->radius == RADIUS_LINEAR && loss->weight != BLOCK_NONE && loss->decision != DECIDE_SPHERE;
    return linear || (loss->radius == RADIUS_FEATURE && !loss->target);
}

static bool blind_at_zero(const struct loss_force *force)
{
    enum loss_decision decision = loss_decision(force);
    bool both = force->loss->radius == RADIUS_BOTH;
    return force->loss->extra == BLOCK_NONE &&
           (both || decision == DECIDE_SPHERE || decision == DECIDE_COSINE) && !linear_in_x(force->loss);
}

static void a_zero_feature_is_not_pushed_by_a_normalising_head(void **state)
{
    (void)state;
    struct loss_force force;
    for (int i = 0; i < loss_count() * BASES; i++) {
        struct trial b = trial_random(3, 24);
        if (!force_on(loss_at(i / BASES), bases[i % BASES], &force))
            continue;
        memset(b.feature, 0, 3 * sizeof(double));
        b.feature[3] = 1e-13, b.feature[4] = 0, b.feature[5] = 0;
        trial_solve(&force, &b);
        assert_finite_trial(&force, &b);
        bool alone = term_find(loss_at(i / BASES)) < 0,
             pushed = linear_in_x(force.loss) && !force.loss->untrained;
        for (int d = 0; alone && d < 6; d++) {
            if (blind_at_zero(&force))
                assert_true(b.d_feature[d] == 0);
            else if (pushed)
                assert_true(b.d_feature[d] != 0);
        }
    }
}

static void a_zero_class_weight_is_not_pushed_by_a_normalising_head(void **state)
{
    (void)state;
    struct loss_force force;
    for (int i = 0; i < loss_count() * BASES; i++) {
        struct trial b = trial_random(3, 25);
        if (!force_on(loss_at(i / BASES), bases[i % BASES], &force))
            continue;
        memset(b.weight, 0, 3 * sizeof(double));
        trial_solve(&force, &b);
        assert_finite_trial(&force, &b);
        const struct loss *loss = force.loss;
        if (loss->weight != BLOCK_NONE && (loss->decision == DECIDE_COSINE || loss->radius == RADIUS_BOTH))
            for (int d = 0; d < 3; d++)
                assert_true(b.d_weight[d] == 0);
    }
}

/* Features on their class axis and opposite to it: no push aside, and nothing infinite. */
static void on_the_class_axis_nothing_blows_up(void **state)
{
    (void)state;
    struct loss_force force;
    for (int i = 0; i < loss_count() * BASES; i++) {
        struct trial b = { .n = 2,
            .classes = 2,
            .dim = 2,
            .feature = { 3.6, 1.5, 2.4, 1 },
            .label = { 0, 1 },
            .side = { 0, 1 },
            .number = { 1, 2 },
            .carried = { 1, 0, 0, 1 },
            .center = { 1, 0, 0, 1 } };
        if (!force_on(loss_at(i / BASES), bases[i % BASES], &force))
            continue;
        int sub = loss_sub(&force);
        for (int row = 0; row < 2 * sub; row++) { /* all rows of a class along one axis */
            double length = (row < sub ? 1 : -1) * (1 + 0.1 * row);
            b.weight[2 * row] = 1.2 * length, b.weight[2 * row + 1] = 0.5 * length;
        }
        trial_solve(&force, &b);
        assert_finite_trial(&force, &b);
        if (force.loss->radius != RADIUS_SCALE || force.loss->extra != BLOCK_NONE)
            continue;
        if (term_find(loss_at(i / BASES)) < 0)
            for (int row = 0; row < 2; row++)
                assert_close(1.2 * b.d_feature[2 * row + 1] - 0.5 * b.d_feature[2 * row], 0, 1e-6);
    }
}

static void huge_scores_stay_finite(void **state)
{
    (void)state;
    struct loss_force force;
    for (int i = 0; i < loss_count() * BASES; i++) {
        struct trial b = trial_random(3, 26);
        if (!force_on(loss_at(i / BASES), bases[i % BASES], &force))
            continue;
        const struct loss *loss = force.loss;
        bool beyond_double = loss->curve && !isfinite(loss->curve(-5e3, force.param).value);
        for (int d = 0; d < N * 3; d++)
            b.feature[d] *= beyond_double ? 30 : 1e4; /* e^5000 is no double */
        for (int p = 0; p < loss_param_count(loss); p++)
            if (loss->param[p].role == ROLE_SCALE)
                force.param[p] = 1000;
        trial_solve(&force, &b);
        assert_finite_trial(&force, &b);
    }
}

static void length_of_a_feature_is_nothing_to_a_sphere(void **state)
{
    (void)state;
    struct loss_force force = force_of("arcface");
    struct trial a = trial_random(3, 27), b = a;
    for (int d = 0; d < N * 3; d++)
        b.feature[d] *= 1e200;
    assert_close(trial_value(&force, &b), trial_value(&force, &a), 1e-12);
}

/* ---- rows and parameters ---- */

static void every_row_is_complete(void **state)
{
    (void)state;
    assert_true(loss_count() >= 33);
    for (int i = 0; i < loss_count(); i++) {
        const struct loss *loss = loss_at(i);
        assert_ptr_equal(loss_find(loss->id), loss);
        assert_int_equal(loss_index(loss), i);
        assert_true(loss->label && loss->subtitle && loss->formula && loss->rule && loss->source);
        assert_non_null(loss_family_label(loss->family));
        assert_int_equal(loss->family == FAMILY_TERM, term_find(loss) >= 0);
        assert_true(loss->margin >= -1 && loss->margin < loss_param_count(loss));
        assert_int_equal(loss->eval == NULL, loss->family == FAMILY_TERM);
        assert_int_equal(loss->term != NULL, loss->family == FAMILY_TERM);
        assert_int_equal(
            term_find(loss) >= 0, loss->family == FAMILY_TERM); /* they stand together at the end */
        if (loss->has_margin)
            assert_true(loss->target || loss->slack);
        if (loss->target)
            assert_true(loss->has_margin && loss->logit);
        assert_int_equal(loss->has_bias, loss->bias == BLOCK_BIAS);
        for (int p = 0; p < loss_param_count(loss); p++) {
            const struct param *row = &loss->param[p];
            double stored = NAN;
            assert_true(row->label && row->symbol && row->unit && row->help && row->notch > 0);
            assert_true(param_accept(row, row->initial, &stored) && stored == row->initial);
            assert_int_equal(loss_param_find(loss, row->id), p);
            assert_true(param_end(row) > row->min && param_end(row) <= row->max);
            assert_int_equal(row->choice != NULL, row->kind == PARAM_CHOICE);
            for (int c = 0; row->choice && c <= row->max; c++)
                assert_non_null(row->choice[c]);
            if (row->choice)
                assert_null(row->choice[(int)row->max + 1]);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_gradient_matches_finite_differences),
        cmocka_unit_test(every_gradient_holds_along_every_parameter),
        cmocka_unit_test(annealed_gradients_match_for_every_m),
        cmocka_unit_test(adaface_agrees_along_the_sphere),
        cmocka_unit_test(circle_agrees_with_its_weights_held),
        cmocka_unit_test(adacos_pushes_with_the_scale_it_reports),
        cmocka_unit_test(a_loss_without_a_gradient_leaves_zeros),
        cmocka_unit_test(terms_know_their_own_derivatives),
        cmocka_unit_test(unwanted_derivatives_change_nothing),
        cmocka_unit_test(turning_the_plane_turns_the_gradients),
        cmocka_unit_test(the_order_of_a_batch_does_not_matter),
        cmocka_unit_test(normalised_features_get_no_radial_push),
        cmocka_unit_test(heads_on_a_sphere_are_blind_to_length),
        cmocka_unit_test(lengths_of_class_weights_are_nothing_to_a_normalising_head),
        cmocka_unit_test(a_zero_feature_is_not_pushed_by_a_normalising_head),
        cmocka_unit_test(a_zero_class_weight_is_not_pushed_by_a_normalising_head),
        cmocka_unit_test(on_the_class_axis_nothing_blows_up),
        cmocka_unit_test(huge_scores_stay_finite),
        cmocka_unit_test(length_of_a_feature_is_nothing_to_a_sphere),
        cmocka_unit_test(every_row_is_complete),
        cmocka_unit_test(sliders_return_to_their_position),
        cmocka_unit_test(a_log_slider_reaches_zero),
        cmocka_unit_test(parameters_outside_their_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
