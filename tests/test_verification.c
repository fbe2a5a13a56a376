/* Verification and identification against slow counting over all pairs and all galleries. */
#include <stdlib.h>
#include <string.h>

#include "math/rng.h"
#include "math/verification.h"
#include "tests/support/check.h"

enum { N = 60, DIM = 3, CLASSES = 6, STRANGERS = 20 };

struct sample {
    float x[N * DIM], stranger[STRANGERS * DIM];
    int label[N];
};

/* Classes about random directions, near enough that some are confused. */
static struct sample draw(uint64_t seed)
{
    struct sample s;
    struct rng rng;
    double centre[CLASSES][DIM];
    rng_init(&rng, seed, RNG_DATA);
    for (int j = 0; j < CLASSES; j++)
        for (int k = 0; k < DIM; k++)
            centre[j][k] = rng_normal(&rng);
    for (int i = 0; i < N; i++) {
        s.label[i] = (i * 7) % CLASSES;
        for (int k = 0; k < DIM; k++)
            s.x[i * DIM + k] = (float)(centre[s.label[i]][k] + 0.7 * rng_normal(&rng));
    }
    for (int i = 0; i < STRANGERS * DIM; i++)
        s.stranger[i] = (float)rng_normal(&rng);
    return s;
}

static double cosine(const float *a, const float *b)
{
    double ab = 0, aa = 0, bb = 0;
    for (int k = 0; k < DIM; k++) {
        ab += (double)a[k] * (double)b[k];
        aa += (double)a[k] * (double)a[k];
        bb += (double)b[k] * (double)b[k];
    }
    return ab / sqrt(aa * bb);
}

static void every_point_of_the_roc_is_a_count_of_pairs(void **state)
{
    (void)state;
    struct sample s = draw(3);
    struct verification v;
    assert_int_equal(verification_compute(s.x, s.label, N, DIM, 1, &v, NULL), STATUS_OK);
    assert_int_equal(v.same + v.different, N * (N - 1) / 2);
    assert_true(v.roc_count > 50);
    for (int r = 0; r < v.roc_count; r++) {
        long same = 0, different = 0;
        for (int i = 0; i < N; i++)
            for (int j = i + 1; j < N; j++) {
                bool accepted = cosine(&s.x[i * DIM], &s.x[j * DIM]) >= v.roc[r].tau - 3e-7;
                same += accepted && s.label[i] == s.label[j];
                different += accepted && s.label[i] != s.label[j];
            }
        assert_close(v.roc[r].tar, (double)same / (double)v.same, 1.01 / (double)v.same);
        assert_close(v.roc[r].far, (double)different / (double)v.different, 1.01 / (double)v.different);
        if (r > 0)
            assert_true(v.roc[r].tau >= v.roc[r - 1].tau && v.roc[r].far <= v.roc[r - 1].far);
    }
    struct operating_point at = verification_at(&v, v.eer_tau);
    assert_true(fabs(at.far - (1 - at.tar)) < 0.02 && fabs(at.far - v.eer) < 0.02);
}

static void angles_of_pairs_are_counted_by_degree(void **state)
{
    (void)state;
    struct sample s = draw(4);
    struct verification v;
    assert_int_equal(verification_compute(s.x, s.label, N, DIM, 1, &v, NULL), STATUS_OK);
    double sum[2] = { 0, 0 }, want[2][PAIR_BINS] = { { 0 } };
    for (int i = 0; i < N; i++)
        for (int j = i + 1; j < N; j++) {
            int same = s.label[i] == s.label[j];
            double degrees = 180 / acos(-1) * acos(cosine(&s.x[i * DIM], &s.x[j * DIM]));
            want[same][(int)degrees] += 1.0 / (double)(same ? v.same : v.different);
        }
    for (int kind = 0; kind < 2; kind++)
        for (int b = 0; b < PAIR_BINS; b++) {
            sum[kind] += (double)v.angles[kind][b];
            assert_close((double)v.angles[kind][b], want[kind][b], 1e-6);
        }
    assert_close(sum[0], 1, 1e-5);
    assert_close(sum[1], 1, 1e-5);
}

/* The same by brute force: the gallery's means, then every subset of the identities. */
struct slow {
    double mean[CLASSES][DIM], score[CLASSES];
    int first[CLASSES];
};

static void slow_gallery(struct slow *g, const struct sample *s)
{
    int size[CLASSES] = { 0 }, seen[CLASSES] = { 0 };
    memset(g, 0, sizeof *g);
    for (int i = 0; i < N; i++)
        size[s->label[i]]++;
    for (int i = 0; i < N; i++) {
        int j = s->label[i];
        if (seen[j]++ >= size[j] / 2)
            continue;
        double length = 0;
        for (int k = 0; k < DIM; k++)
            length += (double)s->x[i * DIM + k] * (double)s->x[i * DIM + k];
        for (int k = 0; k < DIM; k++)
            g->mean[j][k] += (double)s->x[i * DIM + k] / sqrt(length);
    }
    for (int j = 0; j < CLASSES; j++)
        g->first[j] = size[j] / 2;
}

static void slow_scores(struct slow *g, const float *x)
{
    for (int j = 0; j < CLASSES; j++) {
        float mean[DIM];
        for (int k = 0; k < DIM; k++)
            mean[k] = (float)g->mean[j][k];
        g->score[j] = cosine(x, mean);
    }
}

static void identities_add_up_as_enumerated(void **state)
{
    (void)state;
    struct sample s = draw(5);
    struct identification id;
    struct slow g;
    const double tau = 0.8;
    slow_gallery(&g, &s);
    assert_int_equal(
        identification_compute(s.x, s.label, N, DIM, s.stranger, STRANGERS, tau, &id, NULL), STATUS_OK);
    assert_int_equal(id.identities, CLASSES);
    double rank1[CLASSES + 1] = { 0 }, accept[CLASSES + 1] = { 0 }, sets[CLASSES + 1] = { 0 };
    double stranger_sets[CLASSES + 1] = { 0 }, unknown = 0, wrong = 0, correct = 0;
    int probes = 0, seen[CLASSES] = { 0 };
    for (int i = 0; i < N + STRANGERS; i++) {
        int own = i < N ? s.label[i] : -1;
        if (own >= 0 && seen[own]++ < g.first[own])
            continue;
        slow_scores(&g, i < N ? &s.x[i * DIM] : &s.stranger[(i - N) * DIM]);
        probes += own >= 0;
        for (int set = 0; set < 1 << CLASSES; set++) {
            int size = 0, best = -1;
            for (int j = 0; j < CLASSES; j++)
                if (set >> j & 1) {
                    size++;
                    best = best < 0 || g.score[j] > g.score[best] ? j : best;
                }
            if (size < 2 || (own >= 0 && !(set >> own & 1)))
                continue;
            if (own >= 0) {
                sets[size]++;
                rank1[size] += best == own;
            } else {
                stranger_sets[size]++;
                accept[size] += g.score[best] >= tau;
            }
            if (size == CLASSES && own >= 0) {
                unknown += g.score[best] < tau;
                correct += g.score[best] >= tau && best == own;
                wrong += g.score[best] >= tau && best != own;
            }
        }
    }
    assert_int_equal(id.probes, probes);
    for (int size = 2; size <= CLASSES; size++) {
        assert_close(id.rank1_at[size], rank1[size] / sets[size], 1e-12);
        assert_close(id.accept_at[size], accept[size] / stranger_sets[size], 1e-12);
        assert_true(size == 2 || id.accept_at[size] >= id.accept_at[size - 1]);
    }
    assert_close(id.rank1, id.rank1_at[CLASSES], 1e-12);
    assert_close(id.unknown, unknown / probes, 1e-12);
    assert_close(id.correct, correct / probes, 1e-12);
    assert_close(id.wrong, wrong / probes, 1e-12);
    assert_true(unknown > 0 && wrong > 0 && correct > 0);
}

/* Of three samples one is in the gallery, of a single one none. */
static void the_gallery_takes_half_and_leaves_a_probe(void **state)
{
    (void)state;
    static const float x[] = { 1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, -1, 0 };
    static const int label[] = { 0, 0, 0, 1, 1, 1, 2 };
    struct identification id;
    assert_int_equal(identification_compute(x, label, 7, 2, NULL, 0, 0.5, &id, NULL), STATUS_OK);
    assert_int_equal(id.identities, 2);
    assert_int_equal(id.probes, 4);
    assert_close(id.rank1, 1, 0);
    assert_close(id.correct, 1, 0);
}

static void too_little_to_compare_gives_no_number(void **state)
{
    (void)state;
    float x[2 * DIM] = { 1, 0, 0, 0, 1, 0 };
    int label[2] = { 0, 0 };
    struct identification id;
    struct verification v;
    assert_int_equal(verification_compute(x, label, 2, DIM, 1, &v, NULL), STATUS_OK);
    assert_true(isnan(v.eer) && isnan(verification_at(&v, 0.5).far));
    assert_int_equal(identification_compute(x, label, 2, DIM, NULL, 0, 0.5, &id, NULL), STATUS_OK);
    assert_true(isnan(id.rank1) && isnan(id.stranger_accepted));
    assert_int_equal(verification_compute(x, label, 0, DIM, 1, &v, NULL), STATUS_OK);
    assert_int_equal(identification_compute(x, label, 0, DIM, NULL, 0, 0.5, &id, NULL), STATUS_OK);
    assert_int_equal(id.identities, 0);
}

/* Accepting from 0.4 on lets one of four in and keeps one of four out; from 0.3 on it is two. */
static void the_equal_error_is_where_the_rates_meet(void **state)
{
    (void)state;
    static const float same[] = { 0.1f, 0.4f, 0.6f, 0.9f }, different[] = { 0, 0.2f, 0.3f, 0.5f };
    struct verification v;
    verification_from_scores(same, 4, different, 4, &v);
    assert_close(v.eer, 0.25, 1e-12);
    assert_true((float)v.eer_tau == 0.4f);
    struct operating_point at = verification_at(&v, v.eer_tau);
    assert_close(at.far, 0.25, 1e-12);
    assert_close(at.tar, 0.75, 1e-12);
}

/* A rate of one in ten takes a hundred pairs to be seen ten times. */
static void a_rate_is_told_where_it_was_seen_ten_times(void **state)
{
    (void)state;
    static const float same[] = { 0.055f, 0.5f, 0.955f, 0.995f };
    float different[100];
    struct verification v;
    for (int i = 0; i < 100; i++)
        different[i] = (float)i / 100;
    verification_from_scores(same, 4, different, 99, &v);
    assert_true(isnan(v.tar[0]));
    verification_from_scores(same, 4, different, 100, &v);
    assert_close(v.tar[0], 0.5, 1e-12); /* from 0.9 on: ten of the different, two of the same */
    assert_true(isnan(v.tar[1]) && isnan(v.tar[2]));
}

/* Two classes a right angle apart, each within 20 degrees. */
static void of_many_samples_pairs_are_drawn_by_seed(void **state)
{
    (void)state;
    enum { MANY = 2100 };
    float *x = calloc(MANY * 2, sizeof *x);
    int *label = calloc(MANY, sizeof *label);
    struct verification v, again, other;
    assert_true(x && label);
    for (int i = 0; i < MANY; i++) {
        label[i] = i % 2;
        double angle = label[i] * 1.5707963 + 0.35 * sin(i);
        x[2 * i] = (float)cos(angle);
        x[2 * i + 1] = (float)sin(angle);
    }
    assert_int_equal(verification_compute(x, label, MANY, 2, 5, &v, NULL), STATUS_OK);
    assert_int_equal(v.same, VERIFICATION_DRAWN);
    assert_int_equal(v.different, VERIFICATION_DRAWN);
    assert_close(v.eer, 0, 1e-12);
    assert_close(v.tar[2], 1, 1e-12);
    assert_true(v.eer_tau > cos(1.5707963 - 0.7) && v.eer_tau < cos(0.69));
    assert_int_equal(verification_compute(x, label, MANY, 2, 5, &again, NULL), STATUS_OK);
    assert_memory_equal(v.angles, again.angles, sizeof v.angles);
    assert_int_equal(verification_compute(x, label, MANY, 2, 6, &other, NULL), STATUS_OK);
    assert_memory_not_equal(v.angles, other.angles, sizeof v.angles);
    free(x);
    free(label);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_point_of_the_roc_is_a_count_of_pairs),
        cmocka_unit_test(angles_of_pairs_are_counted_by_degree),
        cmocka_unit_test(identities_add_up_as_enumerated),
        cmocka_unit_test(the_gallery_takes_half_and_leaves_a_probe),
        cmocka_unit_test(too_little_to_compare_gives_no_number),
        cmocka_unit_test(the_equal_error_is_where_the_rates_meet),
        cmocka_unit_test(a_rate_is_told_where_it_was_seen_ten_times),
        cmocka_unit_test(of_many_samples_pairs_are_drawn_by_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
