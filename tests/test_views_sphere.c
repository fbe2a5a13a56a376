/* The circle and the ball by what they draw: borders of directions at the median norm where a bias moves them, and
 * what lies behind the ball. */
#include "math/rng.h"
#include "render/text.h"
#include "render/view.h"
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLASSES = 5, COUNT = 400 };

struct bench {
    struct snapshot snap;
    struct scene scene;
    struct look look;
};

static const struct rect big = { 20, 30, 900, 800 };

static struct bench *bench_open(const char *loss, int dim)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    struct snapshot *s = &b->snap;
    struct rng rng;
    rng_init(&rng, 11, RNG_FREE);
    snapshot_init(s);
    experiment_init(&s->experiment);
    assert_true(snapshot_reserve(s, COUNT, dim, CLASSES, 1, 0));
    s->dim = dim, s->classes = CLASSES, s->count = COUNT, s->step = 100;
    s->force = loss_force_initial(loss_find(loss));
    s->experiment.loss = loss_index(s->force.loss);
    for (int j = 0; j < CLASSES; j++) {
        for (int d = 0; d < dim; d++)
            s->weight[j * dim + d] = rng_normal(&rng);
        s->bias[j] = rng_normal(&rng);
    }
    for (int i = 0; i < COUNT; i++) {
        s->label[i] = s->predicted[i] = i % CLASSES;
        s->row[i] = i;
        s->test[i] = false;
        for (int d = 0; d < dim; d++)
            s->feature[i * dim + d] = (float)(2 * rng_normal(&rng));
    }
    s->train_accuracy = s->test_accuracy = 0.5;
    s->norm_median = 2.5;
    s->norm_p99 = 6;
    look_init(&b->look, theme_find("dark"));
    assert_true(scene_update(&b->scene, s, NULL));
    return b;
}

static void bench_close(struct bench *b)
{
    scene_clear(&b->scene);
    snapshot_clear(&b->snap);
    free(b);
}

static char *draw(struct bench *b, struct rect rect)
{
    struct canvas *c = canvas_record(1000, 900);
    struct why why;
    assert_non_null(c);
    view_draw(&view_sphere, c, &b->scene, &b->look, rect);
    assert_int_equal(canvas_finish(c, &why), STATUS_OK);
    char *text = strdup(canvas_record_text(c));
    canvas_destroy(c);
    return text;
}

/* Calls `found` for every line of the record that begins with `head`. */
static int each_line(
    const char *record, const char *head, void (*found)(const char *line, void *arg), void *arg)
{
    int n = 0;
    for (const char *line = record; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL)
        if (strncmp(line, head, strlen(head)) == 0) {
            found(line, arg);
            n++;
        }
    return n;
}

/* ---- the circle ---- */

/* The two best scores at the median norm are the same in the direction of a border. */
static void check_border(const char *line, void *arg)
{
    const struct bench *b = arg;
    struct point from, to;
    const char *first = strchr(line, '('), *last = first ? strchr(first + 1, '(') : NULL;
    assert_non_null(last);
    assert_int_equal(sscanf(first, "(%lf,%lf)", &from.x, &from.y), 2);
    assert_int_equal(sscanf(last, "(%lf,%lf)", &to.x, &to.y), 2);
    double length = hypot(to.x - from.x, to.y - from.y), best = -INFINITY, second = -INFINITY;
    double x = b->snap.norm_median * (to.x - from.x) / length,
           y = b->snap.norm_median * (from.y - to.y) / length;
    for (int j = 0; j < CLASSES; j++) {
        double score = x * b->snap.weight[2 * j] + y * b->snap.weight[2 * j + 1] + b->snap.bias[j];
        second = fmax(second, fmin(best, score));
        best = fmax(best, score);
    }
    assert_close(best, second, 2e-3);
}

static void a_bias_is_drawn_at_the_median_norm(void **state)
{
    (void)state;
    struct bench *b = bench_open("softmax", 2);
    for (int i = 0; i < 4; i++) {
        b->snap.norm_median = 0.8 * pow(2, i);
        assert_true(scene_update(&b->scene, &b->snap, NULL));
        char *text = draw(b, big), note[64];
        assert_true(each_line(text, "lines 1.00 #858d99bf dash 2.00 5.00", check_border, b) >= 2);
        snprintf(note, sizeof note, "x\u2016 = %.3g, the median", b->snap.norm_median);
        assert_non_null(strstr(text, note));
        free(text);
    }
    bench_close(b);
}

static void only_moving_borders_name_a_norm(void **state)
{
    (void)state;
    static const struct {
        const char *loss;
        bool named;
    } rows[] = { { "softmax", true }, { "focal", true }, { "triplet", true }, { "sphereface2", false },
        { "magface", true }, { "adaface", true }, { "l2_softmax", false }, { "arcface", false },
        { "lsoftmax", false }, { "normface", false } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int dim = 2; dim <= 3; dim++) {
            struct bench *b = bench_open(rows[i].loss, dim);
            char *text = draw(b, big);
            if ((strstr(text, "regions at \u2016x\u2016 = 2.5") != NULL) != rows[i].named)
                fail_msg("%s, %d-D", rows[i].loss, dim);
            free(text);
            bench_close(b);
        }
}

/* ---- the ball ---- */

struct marks {
    struct bench *b;
    const char *record;
    long first_near, last_far;
    int near, far;
};

/* A sample of the near side is drawn there. */
static bool is_near(const struct bench *b, struct point at)
{
    struct point p;
    for (int i = 0; i < COUNT; i++)
        if (sphere_place(&b->scene, &b->look, big, i, &p) && hypot(p.x - at.x, p.y - at.y) < 0.02)
            return b->snap.feature[3 * i + 2] > 0;
    return false;
}

static void take_marks(const char *line, void *arg)
{
    struct marks *m = arg;
    const char *end = strchr(line, '\n');
    bool near = strstr(line, " outline ") && strstr(line, " outline ") < end;
    struct point p;
    for (const char *at = line; (at = memchr(at, '(', (size_t)(end - at))); at++) {
        assert_int_equal(sscanf(at, "(%lf,%lf)", &p.x, &p.y), 2);
        m->near += near;
        m->far += !near;
        assert_int_equal(near, is_near(m->b, p));
    }
    long place = line - m->record;
    if (near && m->first_near < 0)
        m->first_near = place;
    m->last_far = near ? m->last_far : place;
}

/* What is behind is faint, and everything of the near side is drawn over it. */
static void the_far_side_is_faint_and_behind(void **state)
{
    (void)state;
    struct bench *b = bench_open("arcface", 3);
    int front = 0;
    for (int i = 0; i < COUNT; i++)
        front += b->snap.feature[3 * i + 2] > 0;
    char *text = draw(b, big);
    struct marks m = { b, text, -1, -1, 0, 0 };
    each_line(text, "markers", take_marks, &m);
    assert_int_equal(m.near, front);
    assert_int_equal(m.far, COUNT - front);
    assert_true(m.last_far < m.first_near);
    const char *cell = strstr(text + m.last_far, "polygon");
    assert_true(cell && cell - text < m.first_near); /* the cells lie between */
    free(text);
    bench_close(b);
}

/* Words about a sample behind the ball would seem to be about what lies before it. */
static void a_sample_behind_has_no_words(void **state)
{
    (void)state;
    struct bench *b = bench_open("arcface", 3);
    b->look.pinned = true;
    for (int i = 0; i < 40; i++) {
        b->look.selected = i;
        char *text = draw(b, big);
        bool words = strstr(text, "\u03b8") != NULL, bright = strstr(text, "lines 1.75 #eceef1ff") != NULL;
        assert_int_equal(words, b->snap.feature[3 * i + 2] > 0);
        assert_int_equal(bright, words);
        free(text);
    }
    bench_close(b);
}

static int start(void **state)
{
    (void)state;
    struct why why = { "" };
    return text_start(&why) == STATUS_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    text_stop();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bias_is_drawn_at_the_median_norm),
        cmocka_unit_test(only_moving_borders_name_a_norm),
        cmocka_unit_test(the_far_side_is_faint_and_behind),
        cmocka_unit_test(a_sample_behind_has_no_words),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
