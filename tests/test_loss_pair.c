/* Losses that compare samples with each other, and the added terms: derivatives against finite differences,
 * triplets and links against plain counting, and what must follow from the formulas. */
#include <stdio.h>
#include <string.h>

#include "math/loss.h"
#include "math/rng.h"
#include "tests/support/check.h"

enum { N = 12, K = 4, D = 3, WORK = 2048, LINKS = 4096 };

/* A batch with everything a loss may have learned, and room for every derivative. */
struct trial {
    int n, dim;
    double feature[N * D], weight[K * D], bias[K], center[K * D], extra[D + 1];
    int label[N];
    double loss, d_feature[N * D], d_weight[K * D], d_bias[K], d_center[K * D], d_extra[D + 1];
    double center_delta[K * D], d_radius, rest;
    long selected;
    struct link link[LINKS];
    int link_count;
};

static struct trial trial_random(int n, int dim, uint64_t seed)
{
    struct trial t = { .n = n, .dim = dim };
    struct rng rng;
    rng_init(&rng, seed, RNG_DATA);
    for (int i = 0; i < N * D; i++)
        t.feature[i] = rng_normal(&rng);
    for (int i = 0; i < K * D; i++)
        t.weight[i] = rng_normal(&rng), t.center[i] = rng_normal(&rng);
    for (int j = 0; j < K; j++)
        t.bias[j] = 0.3 * rng_normal(&rng);
    for (int d = 0; d <= D; d++)
        t.extra[d] = 1 + 0.3 * rng_normal(&rng);
    for (int i = 0; i < N; i++)
        t.label[i] = rng_below(&rng, K - 1); /* the last class is absent */
    return t;
}

static double solve_links(const struct loss_force *force, struct trial *t, int link_max)
{
    double work[WORK];
    assert_true(loss_work(t->n, K, t->dim) <= WORK && link_max <= LINKS);
    struct batch batch = { .n = t->n, .feature = t->feature, .label = t->label };
    struct head head = { .classes = K, .dim = t->dim, .weight = t->weight, .bias = t->bias };
    head.center = t->center;
    head.extra = t->extra;
    struct grad grad = { .feature = t->d_feature, .weight = t->d_weight, .bias = t->d_bias, .work = work };
    grad.center = t->d_center;
    grad.center_delta = t->center_delta;
    grad.extra = t->d_extra;
    grad.link = t->link;
    grad.link_max = link_max;
    t->loss = loss_eval(force, &batch, &head, &grad);
    t->d_radius = grad.radius;
    t->rest = grad.rest;
    t->selected = grad.selected;
    t->link_count = grad.link_count;
    return t->loss;
}

static double solve(const struct loss_force *force, struct trial *t)
{
    return solve_links(force, t, LINKS);
}

/* The value with no derivative asked for. */
static double value_of(const struct loss_force *force, const struct trial *t)
{
    double work[WORK];
    struct batch batch = { .n = t->n, .feature = t->feature, .label = t->label };
    struct head head = { .classes = K, .dim = t->dim, .weight = t->weight, .bias = t->bias };
    head.center = t->center;
    head.extra = t->extra;
    struct grad none = { .work = work };
    return loss_eval(force, &batch, &head, &none);
}

/* A term is softmax with that term on top. */
static struct loss_force force_of(const char *id)
{
    const struct loss *loss = loss_find(id);
    assert_non_null(loss);
    if (loss->family != FAMILY_TERM)
        return loss_force_initial(loss);
    struct loss_force force = loss_force_initial(loss_find("softmax"));
    force.added[term_find(loss)] = true;
    return force;
}

static double *param_of(struct loss_force *force, const char *id, const char *param)
{
    const struct loss *loss = loss_find(id);
    int i = loss_param_find(loss, param), term = term_find(loss);
    assert_true(i >= 0);
    return term >= 0 ? &force->term[term][i] : &force->param[i];
}

/* ---- gradients ---- */

/* Largest disagreement of `slope` with central differences in the `count` numbers from `at` on, which lie in *t or
 * in *force. */
static double difference(
    const struct loss_force *force, const struct trial *t, double *at, const double *slope, int count)
{
    const double h = 1e-6;
    double worst = 0;
    for (int i = 0; i < count; i++) {
        double here = at[i];
        at[i] = here + h;
        double right = value_of(force, t);
        at[i] = here - h;
        double left = value_of(force, t);
        at[i] = here;
        double error = fabs((right - left) / (2 * h) - slope[i]) / (1 + fabs(slope[i]));
        worst = error <= worst ? worst : error; /* so that NaN stays */
    }
    return worst;
}

static const struct variant {
    const char *id;
    struct {
        const char *param;
        double value;
    } set[3];
} variants[] = {
    { "contrastive", { { "m", 1.5 } } },
    { "contrastive", { { "m", 3 }, { "form", 1 } } },
    { "double_margin_contrastive", { { "m_pos", 0.5 }, { "m_neg", 2 } } },
    { "triplet", { { "alpha", 0.7 }, { "mining", 0 } } },
    { "triplet", { { "alpha", 0.7 }, { "mining", 1 } } },
    { "triplet", { { "alpha", 0.7 }, { "mining", 2 } } },
    { "triplet", { { "alpha", 0.5 }, { "mining", 0 }, { "normalize", 1 } } },
    { "triplet", { { "alpha", 0.5 }, { "mining", 1 }, { "normalize", 1 } } },
    { "triplet", { { "alpha", 0.5 }, { "mining", 2 }, { "normalize", 1 } } },
    { "deepid2", { { "lambda", 0.8 }, { "m", 2 } } },
    { "supcon", { { "tau", 0.1 } } },
    { "supcon", { { "tau", 1 } } },
    { "siamese", { { "freeze", 0 } } },
    { "center", { { "lambda", 0.7 } } },
    { "ring", { { "lambda", 0.7 }, { "radius", 1.1 } } },
    { "uniform", { { "lambda", 5 } } },
    { "uniform", { { "lambda", 5 }, { "normalize", 1 } } },
    { "regular", { { "lambda", 3 } } },
};

enum { VARIANTS = sizeof variants / sizeof *variants };

static struct loss_force variant_force(const struct variant *v)
{
    struct loss_force force = force_of(v->id);
    for (int i = 0; i < 3 && v->set[i].param; i++)
        *param_of(&force, v->id, v->set[i].param) = v->set[i].value;
    return force;
}

static void check_gradient(const struct variant *v, int dim, uint64_t seed)
{
    struct loss_force force = variant_force(v);
    struct trial t = trial_random(N, dim, seed);
    solve(&force, &t);
    double worst = difference(&force, &t, t.feature, t.d_feature, N * dim);
    if (force.loss->weight != BLOCK_NONE) {
        worst = fmax(worst, difference(&force, &t, t.weight, t.d_weight, K * dim));
        worst = fmax(worst, difference(&force, &t, t.bias, t.d_bias, K));
    }
    if (force.loss->extra == BLOCK_STRETCH)
        worst = fmax(worst, difference(&force, &t, t.extra, t.d_extra, dim + 1));
    if (strcmp(v->id, "uniform") == 0)
        worst = fmax(worst, difference(&force, &t, t.center, t.d_center, K * dim));
    if (strcmp(v->id, "ring") == 0)
        worst = fmax(worst, difference(&force, &t, param_of(&force, "ring", "radius"), &t.d_radius, 1));
    assert_close(value_of(&force, &t), t.loss, 0);
    if (!(worst < 1e-6))
        fail_msg(
            "variant %d, %s, %d-D, seed %d: off by %.1e", (int)(v - variants), v->id, dim, (int)seed, worst);
}

static void every_gradient_matches_finite_differences(void **state)
{
    (void)state;
    for (int v = 0; v < VARIANTS; v++)
        for (int dim = 2; dim <= D; dim++)
            for (uint64_t seed = 1; seed <= 4; seed++)
                check_gradient(&variants[v], dim, seed);
}

static double cosine(const struct trial *t, int i, int j)
{
    return loss_cosine(t->feature + i * t->dim, t->feature + j * t->dim, t->dim);
}

/* Circle loss as the paper writes it, log(1 + sum sum), with the alphas of `held`. */
static double circle_plain(const struct trial *t, const struct trial *held, double m, double gamma)
{
    double total = 0;
    int anchors = 0;
    for (int i = 0; i < t->n; i++) {
        double positives = 0, negatives = 0;
        for (int j = 0; j < t->n; j++) {
            double s = cosine(t, i, j), then = cosine(held, i, j);
            if (j != i && t->label[i] == t->label[j])
                positives += exp(-gamma * fmax(0, 1 + m - then) * (s - (1 - m)));
            else if (j != i)
                negatives += exp(gamma * fmax(0, then + m) * (s - m));
        }
        if (positives > 0 && negatives > 0)
            total += log(1 + positives * negatives), anchors++;
    }
    return anchors ? total / anchors : 0;
}

static void circle_is_the_paper_s_with_its_weights_held(void **state)
{
    (void)state;
    const double h = 1e-6;
    struct loss_force force = force_of("circle");
    *param_of(&force, "circle", "gamma") = 4;
    for (int dim = 2; dim <= D; dim++) {
        struct trial t = trial_random(N, dim, 5), moved = t;
        solve(&force, &t);
        assert_close(t.loss, circle_plain(&t, &t, 0.25, 4), 1e-12);
        for (int i = 0; i < N * dim; i++) {
            moved.feature[i] = t.feature[i] + h;
            double right = circle_plain(&moved, &t, 0.25, 4);
            moved.feature[i] = t.feature[i] - h;
            double left = circle_plain(&moved, &t, 0.25, 4);
            moved.feature[i] = t.feature[i];
            assert_close(t.d_feature[i], (right - left) / (2 * h), 1e-6);
        }
    }
}

static void a_frozen_siamese_moves_no_feature(void **state)
{
    (void)state;
    struct loss_force force = force_of("siamese");
    struct trial free = trial_random(N, 2, 3), frozen = free;
    solve(&force, &free);
    *param_of(&force, "siamese", "freeze") = 1;
    solve(&force, &frozen);
    assert_close(frozen.loss, free.loss, 0);
    for (int d = 0; d < 3; d++)
        assert_close(frozen.d_extra[d], free.d_extra[d], 0);
    for (int i = 0; i < N * 2; i++)
        assert_close(frozen.d_feature[i], 0, 0);
}

/* By hand, with q = 1 - d: the same pair lies 2 apart, the different ones 5 and 3. */
static void siamese_weighs_both_kinds_of_pairs_alike(void **state)
{
    (void)state;
    struct loss_force force = force_of("siamese");
    struct trial t = { .n = 3, .dim = 1, .feature = { 0, 2, 5 }, .label = { 1, 1, 0 }, .extra = { 1, 1 } };
    double same = log(1 + exp(1)), different = (log(1 + exp(-4)) + log(1 + exp(-2))) / 2;
    assert_close(solve(&force, &t), same / 2 + different / 2, 1e-14);
    assert_int_equal(t.link_count, 1); /* the same pair, which it takes for different */
    assert_true(t.link[0].anchor == 0 && t.link[0].positive == 1 && t.link[0].negative == -1);
    t.n = 2;
    assert_close(solve(&force, &t), same, 1e-14);
    t.label[0] = 2;
    assert_close(solve(&force, &t), log(1 + exp(-1)), 1e-14);
    assert_true(isnan(t.rest));
}

/* ---- triplets by plain counting ---- */

static double square(const struct trial *t, int i, int j, bool normalize)
{
    if (normalize)
        return 2 - 2 * cosine(t, i, j); /* fact 13 */
    double sum = 0;
    for (int d = 0; d < t->dim; d++)
        sum += pow(t->feature[i * t->dim + d] - t->feature[j * t->dim + d], 2);
    return sum;
}

/* Is (a, p, n) selected? Asks every other candidate. */
static bool is_selected(const struct trial *t, int a, int p, int n, int mining, bool normalize, double alpha)
{
    double ap = square(t, a, p, normalize), an = square(t, a, n, normalize);
    if (a == p || t->label[a] != t->label[p] || t->label[a] == t->label[n])
        return false;
    if (mining == 2 && !(ap < an && an < ap + alpha))
        return false;
    for (int j = 0; j < t->n && mining > 0; j++) {
        double aj = square(t, a, j, normalize);
        bool own = t->label[a] == t->label[j];
        if (mining == 1 && j != a && (own ? aj > ap : aj < an))
            return false;
        if (mining == 2 && !own && aj > ap && aj < an)
            return false;
    }
    return true;
}

static bool has_link(const struct trial *t, int a, int p, int n)
{
    for (int i = 0; i < t->link_count; i++)
        if (t->link[i].anchor == a && t->link[i].positive == p && t->link[i].negative == n)
            return true;
    return false;
}

static void check_triplets(const struct trial *t, int mining, bool normalize, double alpha)
{
    int selected = 0, rest = 0;
    double sum = 0;
    for (int a = 0; a < t->n; a++)
        for (int p = 0; p < t->n; p++)
            for (int n = 0; n < t->n; n++) {
                double excess = square(t, a, p, normalize) - square(t, a, n, normalize) + alpha;
                bool taken = is_selected(t, a, p, n, mining, normalize, alpha);
                selected += taken;
                sum += taken ? fmax(0, excess) : 0;
                rest += taken && excess <= 0;
                assert_int_equal(has_link(t, a, p, n), taken && excess > 0);
            }
    assert_int_equal(t->selected, selected);
    assert_int_equal(t->link_count, selected - rest);
    assert_close(t->loss, selected ? sum / selected : 0, 1e-12);
    if (selected)
        assert_close(t->rest, (double)rest / selected, 1e-14);
    else
        assert_true(isnan(t->rest));
}

static void triplets_are_those_of_the_definition(void **state)
{
    (void)state;
    long seen = 0;
    for (int v = 0; v < VARIANTS; v++)
        for (uint64_t seed = 11; seed <= 14 && strcmp(variants[v].id, "triplet") == 0; seed++) {
            struct loss_force force = variant_force(&variants[v]);
            struct trial t = trial_random(N, 2, seed);
            solve(&force, &t);
            check_triplets(&t, (int)force.param[1], force.param[2] != 0, force.param[0]);
            seen += t.selected;
        }
    assert_true(seen > 1000);
}

static void no_negative_means_no_triplet(void **state)
{
    (void)state;
    struct loss_force force = force_of("triplet");
    for (int mining = 0; mining < 3; mining++) {
        struct trial t = trial_random(N, 2, 2);
        memset(t.label, 0, sizeof t.label);
        force.param[1] = mining;
        assert_close(solve(&force, &t), 0, 0);
        check_triplets(&t, mining, false, force.param[0]);
        for (int i = 0; i < N * 2; i++)
            assert_close(t.d_feature[i], 0, 0);
    }
}

/* ---- pairs by plain counting ---- */

static void pairs_at_rest_and_their_links_are_counted(void **state)
{
    (void)state;
    struct loss_force force = force_of("double_margin_contrastive");
    struct trial t = trial_random(N, 2, 8);
    int rest = 0;
    solve(&force, &t);
    for (int i = 0; i < N; i++)
        for (int j = i + 1; j < N; j++) {
            bool same = t.label[i] == t.label[j];
            double distance = sqrt(square(&t, i, j, false));
            bool resting = same ? distance <= 0.5 : distance >= 2;
            rest += resting;
            assert_int_equal(has_link(&t, i, same ? j : -1, same ? -1 : j), !resting);
        }
    assert_true(rest > 0 && rest < N * (N - 1) / 2);
    assert_int_equal(t.link_count, N * (N - 1) / 2 - rest);
    assert_close(t.rest, rest / (N * (N - 1) / 2.0), 1e-14);
}

/* Room for fewer links than there are: still all different, still pushing, and from the whole batch. */
static void few_links_are_spread_over_the_batch(void **state)
{
    (void)state;
    static const char *const id[] = { "contrastive", "triplet", "circle", "supcon", "siamese" };
    for (int k = 0; k < 5; k++)
        for (int max = 1; max <= 16; max++) {
            struct loss_force force = force_of(id[k]);
            struct trial all = trial_random(N, 2, 8), few = all;
            solve(&force, &all);
            solve_links(&force, &few, max);
            int count = few.link_count, last = -1;
            assert_true(all.link_count > 16 && count <= max && count >= (max + 1) / 2);
            for (int i = 0; i < count; i++) {
                int at = last + 1;
                while (at < all.link_count && memcmp(&all.link[at], &few.link[i], sizeof *all.link) != 0)
                    at++;
                assert_true(at < all.link_count);
                last = at;
            }
            if (max >= 8)
                assert_true(last >= all.link_count * 2 / 3);
        }
}

/* One pair of different classes 2 apart: ½(3 - 2)², ½(5 - 4), and at rest beyond D = m or D² = m. */
static void both_forms_of_contrastive_rest_where_they_should(void **state)
{
    (void)state;
    struct loss_force force = force_of("contrastive");
    struct trial t = { .n = 2, .dim = 2, .feature = { 1, 0, 1, 2 }, .label = { 0, 2 } };
    double *m = param_of(&force, "contrastive", "m"), *form = param_of(&force, "contrastive", "form");
    *m = 3;
    assert_close(solve(&force, &t), 0.5, 1e-15);
    assert_true(t.rest == 0 && t.link_count == 1 && t.link[0].positive == -1 && t.link[0].negative == 1);
    *form = 1;
    assert_close(solve(&force, &t), 0, 0);
    assert_true(t.rest == 1 && t.link_count == 0 && t.d_feature[1] == 0);
    *m = 5;
    assert_close(solve(&force, &t), 0.5, 1e-15);
    assert_close(t.d_feature[1], 2, 1e-15); /* downhill is apart */
    *m = 2;
    *form = 0;
    assert_close(solve(&force, &t), 0, 0);
    assert_true(t.rest == 1);
}

/* ---- what all of them keep ---- */

static void one_sample_alone_costs_nothing(void **state)
{
    (void)state;
    for (int v = 0; v < VARIANTS; v++) {
        struct loss_force force = variant_force(&variants[v]);
        struct trial t = trial_random(1, 2, 1);
        if (!loss_is_pair(force.loss))
            continue;
        assert_close(solve(&force, &t), 0, 0);
        assert_true(t.d_feature[0] == 0 && t.d_feature[1] == 0 && isnan(t.rest) && t.link_count == 0);
    }
}

static void the_order_of_the_batch_does_not_matter(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        struct loss_force force = force_of(loss_at(i)->id);
        if (loss_at(i)->family != FAMILY_PAIR && loss_at(i)->family != FAMILY_TERM)
            continue;
        struct trial t = trial_random(N, 2, 9), turned = t;
        for (int s = 0; s < N; s++) {
            turned.label[N - 1 - s] = t.label[s];
            memcpy(turned.feature + (N - 1 - s) * 2, t.feature + s * 2, 2 * sizeof(double));
        }
        solve(&force, &t);
        solve(&force, &turned);
        assert_close(turned.loss, t.loss, 1e-13);
        for (int s = 0; s < N; s++)
            for (int d = 0; d < 2; d++)
                assert_close(turned.d_feature[(N - 1 - s) * 2 + d], t.d_feature[s * 2 + d], 1e-12);
    }
}

/* Coincident samples: no direction to part in, so a finite value and no force between them. */
static void coincident_samples_give_finite_numbers(void **state)
{
    (void)state;
    for (int v = 0; v < VARIANTS; v++) {
        struct loss_force force = variant_force(&variants[v]);
        struct trial t = trial_random(N, 2, 4);
        for (int i = 0; i < N * 2; i++)
            t.feature[i] = i % 2 ? 1 : 2;
        for (int i = 0; i < K * 2; i++)
            t.center[i] = 1;
        solve(&force, &t);
        double sum = t.loss;
        for (int i = 0; i < N * 2; i++)
            sum += t.d_feature[i];
        for (int i = 0; i < K * 2; i++)
            sum += force.loss->weight != BLOCK_NONE ? t.d_center[i] + t.d_weight[i] : 0;
        assert_true(isfinite(sum));
        for (int i = 0; loss_is_pair(force.loss) && i < N * 2; i++)
            assert_close(t.d_feature[i], 0, 1e-15);
    }
}

static void equal_features_cost_what_fact_10_says(void **state)
{
    (void)state;
    struct loss_force triplet = force_of("triplet"), contrastive = force_of("contrastive");
    struct trial t = trial_random(N, 2, 4);
    int different = 0;
    memset(t.feature, 0, sizeof t.feature);
    for (int i = 0; i < N; i++)
        for (int j = i + 1; j < N; j++)
            different += t.label[i] != t.label[j];
    assert_close(solve(&triplet, &t), 0.2, 1e-14);
    assert_close(solve(&contrastive, &t), 0.5 * 1.5 * 1.5 * different / (N * (N - 1) / 2.0), 1e-14);
}

/* ---- identities ---- */

static void assert_same_answer(const struct trial *a, const struct trial *b)
{
    assert_close(a->loss, b->loss, 1e-14);
    for (int i = 0; i < a->n * a->dim; i++)
        assert_close(a->d_feature[i], b->d_feature[i], 1e-13);
}

static void a_double_margin_from_zero_is_contrastive(void **state)
{
    (void)state;
    struct loss_force two = force_of("double_margin_contrastive"), one = force_of("contrastive");
    struct trial a = trial_random(N, 2, 6), b = a;
    *param_of(&two, "double_margin_contrastive", "m_pos") = 0;
    *param_of(&one, "contrastive", "m") = 2;
    solve(&two, &a);
    solve(&one, &b);
    assert_same_answer(&a, &b);
    assert_close(a.rest, b.rest, 0);
}

static void no_weight_on_a_term_is_softmax(void **state)
{
    (void)state;
    static const char *const id[] = { "center", "ring", "uniform", "regular", "deepid2" };
    struct loss_force softmax = force_of("softmax");
    struct trial plain = trial_random(N, 2, 6);
    solve(&softmax, &plain);
    for (int i = 0; i < 5; i++) {
        struct loss_force force = force_of(id[i]);
        struct trial t = trial_random(N, 2, 6);
        *param_of(&force, id[i], "lambda") = 0;
        solve(&force, &t);
        assert_same_answer(&t, &plain);
        for (int w = 0; w < K * 2; w++)
            assert_close(t.d_weight[w], plain.d_weight[w], 0);
    }
}

static void deepid2_is_softmax_plus_contrastive(void **state)
{
    (void)state;
    struct loss_force both = force_of("deepid2"), softmax = force_of("softmax"),
                      pairs = force_of("contrastive");
    struct trial a = trial_random(N, 3, 6), b = a, c = a;
    *param_of(&both, "deepid2", "lambda") = 0.6;
    *param_of(&pairs, "contrastive", "m") = 2;
    solve(&both, &a);
    solve(&softmax, &b);
    solve(&pairs, &c);
    assert_close(a.loss, b.loss + 0.6 * c.loss, 1e-14);
    assert_close(a.rest, c.rest, 0);
    for (int i = 0; i < N * 3; i++)
        assert_close(a.d_feature[i], b.d_feature[i] + 0.6 * c.d_feature[i], 1e-13);
    assert_false(loss_is_pair(both.loss));
    assert_true(loss_is_pair(pairs.loss));
}

/* Fact 12: alpha n/(1 + n) of the way to the class mean, whatever lambda is; an absent class stays. */
static void a_centre_moves_by_the_paper_s_step(void **state)
{
    (void)state;
    struct loss_force force = force_of("center");
    struct trial t = { .n = 3, .dim = 2, .feature = { 4, 0, 1, 1, 3, 5 }, .label = { 0, 1, 1 } };
    *param_of(&force, "center", "lambda") = 0;
    solve(&force, &t);
    assert_close(t.center_delta[0], 1, 1e-15); /* a quarter of the way to 4 */
    assert_close(t.center_delta[2], 0.5 * 2 / 3 * 2, 1e-15);
    assert_close(t.center_delta[3], 0.5 * 2 / 3 * 3, 1e-15);
    assert_true(t.center_delta[4] == 0 && t.center_delta[5] == 0);
}

/* C directions evenly spaced on the circle; returns what the term itself costs at lambda 1. */
static double evenly_spaced(const char *id, bool centres)
{
    struct loss_force force = force_of(id), softmax = force_of("softmax");
    struct trial t = trial_random(N, 2, 1);
    double *rows = centres ? t.center : t.weight;
    *param_of(&force, id, "lambda") = 1;
    for (int j = 0; j < K; j++)
        rows[2 * j] = 3 * cos(acos(-1) / 2 * j), rows[2 * j + 1] = 3 * sin(acos(-1) / 2 * j);
    return value_of(&force, &t) - value_of(&softmax, &t);
}

/* Fact 14, here for four on a circle: cos(90 deg); neighbours at sqrt(18), the opposite at 6. */
static void spread_directions_cost_what_fact_14_says(void **state)
{
    (void)state;
    assert_close(evenly_spaced("regular", false), 0, 1e-14);
    assert_close(evenly_spaced("uniform", true), (2 / (1 + sqrt(18)) + 1.0 / 7) / 3, 1e-14);
}

static void two_opposite_directions_cost_a_third(void **state)
{
    (void)state;
    double work[64], center[] = { 0, 4, 0, -9 }, weight[] = { 5, 5, -1, -1 };
    const double param[] = { 1, 1 };
    struct grad grad = { .work = work };
    struct batch batch = { .n = 0 };
    struct head head = { .classes = 2, .dim = 2, .center = center, .weight = weight };
    assert_close(loss_find("uniform")->term(param, &batch, &head, &grad), 1.0 / 3, 1e-15);
    assert_close(loss_find("regular")->term(param, &batch, &head, &grad), -1, 1e-15);
}

/* Fact 13: on the unit sphere a triplet is 2 (cos_an - cos_ap) + alpha; opposite samples are 4 apart, squared. */
static void normalised_triplets_are_about_cosines(void **state)
{
    (void)state;
    struct loss_force force = force_of("triplet");
    struct trial t = { .n = 3, .dim = 2, .feature = { 2, 0, -5, 0, 0, 3 }, .label = { 0, 0, 1 } };
    *param_of(&force, "triplet", "normalize") = 1;
    assert_close(solve(&force, &t), 4 - 2 + 0.2, 1e-14); /* both anchors: cos_ap = -1, cos_an = 0 */
    assert_int_equal(t.selected, 2);
    assert_int_equal(loss_decision(&force), DECIDE_COSINE);
}

static void zero_features_feel_nothing_on_the_sphere(void **state)
{
    (void)state;
    static const char *const id[] = { "circle", "supcon", "triplet", "ring" };
    for (int k = 0; k < 4; k++) {
        struct loss_force force = force_of(id[k]);
        struct trial t = trial_random(N, 2, 2);
        t.feature[0] = t.feature[1] = 0;
        if (k == 2)
            *param_of(&force, "triplet", "normalize") = 1;
        if (k == 3)
            memset(t.weight, 0, sizeof t.weight); /* so that softmax has no force either */
        solve(&force, &t);
        assert_true(isfinite(t.loss) && t.d_feature[0] == 0 && t.d_feature[1] == 0);
        assert_true(t.d_feature[2] != 0);
    }
}

static void every_row_says_what_it_needs(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        const struct loss *loss = loss_at(i);
        if (loss->family != FAMILY_PAIR && loss->family != FAMILY_TERM)
            continue;
        assert_true(loss->label && loss->subtitle && loss->formula && loss->rule && loss->source);
        assert_false(loss->has_margin);
        assert_int_equal(loss->term != NULL, loss->family == FAMILY_TERM);
        assert_int_equal(loss->eval != NULL, loss->family == FAMILY_PAIR);
        assert_true(loss->margin < loss_param_count(loss));
        if (loss->margin >= 0)
            assert_int_equal(loss->param[loss->margin].role, ROLE_MARGIN);
    }
    assert_string_equal(term_at(ADDED_CENTER)->id, "center");
    assert_string_equal(term_at(ADDED_RING)->id, "ring");
    assert_string_equal(term_at(ADDED_UNIFORM)->id, "uniform");
    assert_string_equal(term_at(ADDED_REGULAR)->id, "regular");
    assert_string_equal(term_at(ADDED_CENTER)->param[CENTER_ALPHA].id, "alpha");
    assert_string_equal(term_at(ADDED_RING)->param[RING_RADIUS].id, "radius");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_gradient_matches_finite_differences),
        cmocka_unit_test(circle_is_the_paper_s_with_its_weights_held),
        cmocka_unit_test(a_frozen_siamese_moves_no_feature),
        cmocka_unit_test(siamese_weighs_both_kinds_of_pairs_alike),
        cmocka_unit_test(triplets_are_those_of_the_definition),
        cmocka_unit_test(no_negative_means_no_triplet),
        cmocka_unit_test(pairs_at_rest_and_their_links_are_counted),
        cmocka_unit_test(both_forms_of_contrastive_rest_where_they_should),
        cmocka_unit_test(few_links_are_spread_over_the_batch),
        cmocka_unit_test(one_sample_alone_costs_nothing),
        cmocka_unit_test(the_order_of_the_batch_does_not_matter),
        cmocka_unit_test(coincident_samples_give_finite_numbers),
        cmocka_unit_test(equal_features_cost_what_fact_10_says),
        cmocka_unit_test(a_double_margin_from_zero_is_contrastive),
        cmocka_unit_test(no_weight_on_a_term_is_softmax),
        cmocka_unit_test(deepid2_is_softmax_plus_contrastive),
        cmocka_unit_test(a_centre_moves_by_the_paper_s_step),
        cmocka_unit_test(spread_directions_cost_what_fact_14_says),
        cmocka_unit_test(two_opposite_directions_cost_a_third),
        cmocka_unit_test(normalised_triplets_are_about_cosines),
        cmocka_unit_test(zero_features_feel_nothing_on_the_sphere),
        cmocka_unit_test(every_row_says_what_it_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
