/* The plots by what they draw: target logits, angles and their threshold, curves, verification, confusion and the
 * stage of two classes, on snapshots made by hand. */
#include "render/inequality.h"
#include "render/text.h"
#include "render/view.h"
#include "tests/support/check.h"
#include "tests/support/fonts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

#define AMBER "#ffc53dff"
#define INK "#eceef1ff"
#define RED "#ff7a70ff"

static const struct view *const plots[] = { &view_logit, &view_angles, &view_curves, &view_roc,
    &view_confusion, &view_stage };

enum { PLOTS = sizeof plots / sizeof plots[0], LINE_POINTS = 4096 };

/* ---- snapshots by hand ---- */

struct recipe {
    const char *name;
    int classes, count;
    bool nan, measured;
};

static const struct recipe recipes[] = {
    { "plain", 5, 200, false, true },
    { "no samples", 4, 0, false, false },
    { "empty", 0, 0, false, false },
    { "one class", 1, 40, false, false },
    { "one point", 3, 1, false, false },
    { "NaN", 5, 40, true, true },
    { "1,000 classes", 1000, 3000, false, true },
};

enum { RECIPES = sizeof recipes / sizeof recipes[0] };

struct bench {
    struct snapshot snap;
    struct scene scene;
    struct look look;
};

static void use_loss(struct bench *b, const char *id)
{
    struct snapshot *s = &b->snap;
    s->force = loss_force_initial(loss_find(id));
    s->experiment.loss = loss_index(s->force.loss);
    memcpy(s->experiment.param[s->experiment.loss], s->force.param, sizeof s->force.param);
}

static void use_param(struct bench *b, const char *id, double value)
{
    int at = loss_param_find(b->snap.force.loss, id);
    assert_true(at >= 0);
    b->snap.force.param[at] = b->snap.experiment.param[b->snap.experiment.loss][at] = value;
}

static void fill_curve(struct snapshot *s, float level)
{
    s->curve_count = 51;
    for (int i = 0; i < s->curve_count; i++) {
        float t = (float)i / 50;
        s->curve[i] = (struct curve_point){ 20 * i, 3 * expf(-3 * t) + level, NAN, NAN, NAN, NAN, NAN };
        if (i % 5 == 0) {
            s->curve[i].train_accuracy = 0.6f + 0.3f * t;
            s->curve[i].test_accuracy = 0.55f + 0.3f * t;
            s->curve[i].margin_accuracy = 0.5f + 0.3f * t;
            s->curve[i].test_loss = 3 * expf(-2 * t) + level;
        }
    }
}

/* Same pairs about cosine 0.9, different ones about 0.2, some of either where the others are. */
static void fill_pairs(struct verification *set, float shift)
{
    float same[400], different[900];
    for (int i = 0; i < 400; i++)
        same[i] = -0.2f + 1.2f * sqrtf((float)(i + 1) / 400) - 0.001f - shift;
    for (int i = 0; i < 900; i++)
        different[i] = -0.99f + 1.8f * (float)i / 900;
    verification_from_scores(same, 400, different, 900, set);
}

static struct bench *bench_open(const struct recipe *r)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    struct snapshot *s = &b->snap;
    snapshot_init(s);
    experiment_init(&s->experiment);
    assert_true(snapshot_reserve(s, r->count, 2, r->classes, 1, 0));
    s->dim = 2, s->classes = r->classes, s->count = r->count, s->step = 1000, s->test_size = 50;
    use_loss(b, "arcface");
    for (int j = 0; j < r->classes; j++) {
        s->weight[2 * j] = cos(2 * pi * j / r->classes);
        s->weight[2 * j + 1] = sin(2 * pi * j / r->classes);
        s->bias[j] = 0;
    }
    for (int i = 0; i < r->count; i++) {
        s->label[i] = i % r->classes;
        s->predicted[i] = i % 7 == 3 ? (i + 1) % r->classes : s->label[i];
        s->row[i] = i;
        s->test[i] = false;
        double at = 2 * pi * s->label[i] / r->classes + 0.3 * sin(i);
        s->feature[2 * i] = r->nan ? NAN : (float)(3 * cos(at));
        s->feature[2 * i + 1] = r->nan ? NAN : (float)(3 * sin(at));
    }
    s->train_accuracy = 0.9, s->test_accuracy = 0.85, s->margin_accuracy = 0.8, s->test_loss = 0.6;
    s->own_angle_mean = r->nan ? NAN : 0.2;
    s->rival_angle_mean = r->nan ? NAN : 1;
    s->norm_median = s->norm_p99 = r->nan ? NAN : 3;
    fill_curve(s, r->nan ? NAN : 0.3f);
    s->recognition.measured = r->measured;
    verification_from_scores(NULL, 0, NULL, 0, &s->recognition.closed);
    verification_from_scores(NULL, 0, NULL, 0, &s->recognition.open);
    s->recognition.identity.rank1 = NAN;
    if (r->measured) {
        fill_pairs(&s->recognition.closed, 0);
        fill_pairs(&s->recognition.open, 0.3f);
    }
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

static char *draw(struct bench *b, const struct view *view, struct rect rect)
{
    struct canvas *c = canvas_record(2000, 1400);
    struct why why;
    assert_non_null(c);
    view_draw(view, c, &b->scene, &b->look, rect);
    assert_int_equal(canvas_finish(c, &why), STATUS_OK);
    char *text = strdup(canvas_record_text(c));
    assert_non_null(text);
    canvas_destroy(c);
    return text;
}

/* ---- reading the record ---- */

struct stroked {
    struct point at[LINE_POINTS];
    int n;
    bool dashed;
};

/* The next line of `*record` that begins with `head`, as points; false at the end. */
static bool next_line(const char **record, const char *head, struct stroked *out)
{
    for (const char *line = *record; *line;) {
        const char *end = strchr(line, '\n');
        end = end ? end : line + strlen(line);
        if (strncmp(line, head, strlen(head)) == 0) {
            out->n = 0;
            for (const char *at = line; (at = memchr(at, '(', (size_t)(end - at))) && out->n < LINE_POINTS;
                 at++)
                if (sscanf(at, "(%lf,%lf)", &out->at[out->n].x, &out->at[out->n].y) == 2)
                    out->n++;
            const char *dash = strstr(line, " dash ");
            out->dashed = dash && dash < end;
            *record = *end ? end + 1 : end;
            return true;
        }
        line = *end ? end + 1 : end;
    }
    return false;
}

static void find_line(const char *record, const char *head, struct stroked *out)
{
    if (!next_line(&record, head, out))
        fail_msg("nothing begins with \"%s\"", head);
}

/* A text of the picture ends with this. */
static bool says(const char *record, const char *words)
{
    size_t length = strlen(words);
    for (const char *at = record; (at = strstr(at, words)); at++)
        if (at[length] == '\n' && at > record && (at[-1] == ' '))
            return true;
    return false;
}

/* ---- the target logit ---- */

static const struct rect big = { 0, 0, 1000, 800 };
static const double FIELD_X = 80, FIELD_W = 760; /* 24 of padding, gutters of 56 and 136 */

static double logit_x(double deg)
{
    return FIELD_X + FIELD_W * deg / 180;
}

/* Heights of 1 and -1: the ends of the dashed cosine. */
static void logit_scale(const char *record, double *one, double *minus_one)
{
    struct stroked cosine;
    find_line(record, "lines 1.25 #aeb5c0ff dash 4.00", &cosine);
    assert_close(cosine.at[0].x, logit_x(0), 1e-6);
    assert_close(cosine.at[cosine.n - 1].x, logit_x(180), 1e-6);
    *one = cosine.at[0].y;
    *minus_one = cosine.at[cosine.n - 1].y;
}

/* The value drawn at an angle by strokes with that head; NaN where there is none. */
static double logit_read(const char *record, const char *head, double deg)
{
    struct stroked line;
    double one, minus_one;
    logit_scale(record, &one, &minus_one);
    for (const char *rest = record; next_line(&rest, head, &line);)
        for (int i = 0; i < line.n; i++)
            if (fabs(line.at[i].x - logit_x(deg)) < 0.02)
                return 1 - 2 * (line.at[i].y - one) / (minus_one - one);
    return NAN;
}

struct logit_row {
    const char *loss;
    struct {
        const char *id;
        double value;
    } param[3];
    double psi[10];
};

static const double table_deg[10] = { 0, 15, 30, 45, 60, 90, 120, 150, 165, 180 };

static const struct logit_row logit_table[] = {
    { "asoftmax", { { "m", 2 } }, { 1, .8660, .5, 0, -.5, -1, -1.5, -2.5, -2.8660, -3 } },
    { "asoftmax", { { "m", 3 } }, { 1, .7071, 0, -.7071, -1, -2, -3, -4, -4.7071, -5 } },
    { "lsoftmax", { { "m", 4 } }, { 1, .5, -.5, -1, -1.5, -3, -4.5, -5.5, -6.5, -7 } },
    { "asoftmax", { { "m", 4 }, { "lambda", 5 } },
        { 1, .8883, .6384, .4226, .1667, -.5, -1.1667, -1.6384, -1.8883, -2 } },
    { "cosface", { { "m", .35 } }, { .65, .6159, .5160, .3571, .15, -.35, -.85, -1.2160, -1.3159, -1.35 } },
    { "arcface", { { "m", .5 } },
        { .8776, .7236, .5203, .2815, .0236, -.4794, -.8540, -.9997, -1.2056, -1.2397 } },
    { "combined_margin", { { "m1", 1 }, { "m2", .3 }, { "m3", .2 } },
        { .7553, .6463, .4796, .2666, .0217, -.4955, -.9336, -1.1751, -1.1993, -1.1553 } },
    { "combined_margin", { { "m1", 1.35 }, { "m2", 0 }, { "m3", 0 } },
        { 1, .9382, .7604, .4886, .1564, -.5225, -.9511, -.9239, -.7343, -.4540 } },
    { "combined_margin", { { "m1", .9 }, { "m2", .4 }, { "m3", .15 } },
        { .7711, .6547, .4939, .2975, .0763, -.3905, -.8050, -1.0766, -1.1388, -1.1463 } },
};

static void target_curves_pass_through_the_table(void **state)
{
    (void)state;
    struct bench *b = bench_open(&recipes[0]);
    for (size_t r = 0; r < sizeof logit_table / sizeof logit_table[0]; r++) {
        const struct logit_row *row = &logit_table[r];
        use_loss(b, row->loss);
        for (int i = 0; i < 3 && row->param[i].id; i++)
            use_param(b, row->param[i].id, row->param[i].value);
        char *text = draw(b, &view_logit, big);
        for (int i = 0; i < 10; i++) {
            double got = logit_read(text, "lines 2.25 " AMBER, table_deg[i]);
            if (!(fabs(got - row->psi[i]) < 3e-4)) /* a hundredth of a pixel, and the table's four digits */
                fail_msg("%s, row %zu, %g degrees: drawn %.5f, table %.4f", row->loss, r, table_deg[i], got,
                    row->psi[i]);
        }
        free(text);
    }
    bench_close(b);
}

/* Left of pi - m the curve ends at -1, right of it another formula begins lower, dashed; nothing joins the two. */
static void the_jump_is_a_gap(void **state)
{
    (void)state;
    struct bench *b = bench_open(&recipes[0]);
    use_param(b, "m", 0.5);
    char *text = draw(b, &view_logit, big);
    const char *rest = text;
    struct stroked first, second, third;
    double one, minus_one, jump = logit_x(180 - 0.5 * 180 / pi);
    logit_scale(text, &one, &minus_one);
    assert_true(
        next_line(&rest, "lines 2.25 " AMBER, &first) && next_line(&rest, "lines 2.25 " AMBER, &second));
    assert_false(next_line(&rest, "lines 2.25 " AMBER, &third));
    assert_false(first.dashed);
    assert_true(second.dashed);
    assert_close(first.at[first.n - 1].x, jump, 1e-4);
    assert_close(second.at[0].x, jump, 1e-4);
    assert_close(first.at[first.n - 1].y, minus_one, 1e-4);
    assert_close(second.at[0].y, one + (minus_one - one) * (1 + 1.1173) / 2, 1e-4);
    free(text);
    bench_close(b);
}

static void a_combined_margin_turns_upward(void **state)
{
    (void)state;
    struct bench *b = bench_open(&recipes[0]);
    use_loss(b, "combined_margin");
    use_param(b, "m1", 1.35);
    use_param(b, "m2", 0);
    use_param(b, "m3", 0);
    char *text = draw(b, &view_logit, big);
    assert_true(logit_read(text, "lines 2.25 " AMBER, 170) > logit_read(text, "lines 2.25 " AMBER, 140));
    free(text);
    bench_close(b);
}

/* With lambda in force the full psi is drawn thin beside the curve of now. */
static void annealing_shows_where_it_goes(void **state)
{
    (void)state;
    struct bench *b = bench_open(&recipes[0]);
    use_loss(b, "asoftmax");
    use_param(b, "m", 2);
    use_param(b, "lambda", 5);
    char *text = draw(b, &view_logit, big);
    assert_close(logit_read(text, "lines 1.00 " AMBER, 90), -1, 1e-3);
    assert_close(logit_read(text, "lines 2.25 " AMBER, 90), -1.0 / 6, 1e-3);
    free(text);
    bench_close(b);
}

/* Where every sample of the snapshot is as certain: k = -1 shifts the angle, k = 1 shifts it back (section 10). */
static void adaface_spans_its_norms(void **state)
{
    (void)state;
    struct bench *b = bench_open(&recipes[0]);
    use_loss(b, "adaface");
    use_param(b, "m", 0.4);
    use_param(b, "mean", 3);
    use_param(b, "std", 1);
    char *text = draw(b, &view_logit, big);
    const char *rest = text;
    struct stroked k[2];
    double one, minus_one;
    logit_scale(text, &one, &minus_one);
    for (int i = 0; i < 2; i++) {
        assert_true(next_line(&rest, "lines 1.00 " AMBER, &k[i]));
        double sign = i == 0 ? -1 : 1, value = cos(pi / 2 - 0.4 * sign) - 0.4 * (1 + sign);
        assert_close(k[i].at[90].x, logit_x(90), 1e-4);
        assert_close(k[i].at[90].y, one + (minus_one - one) * (1 - value) / 2, 1e-4);
    }
    assert_close(logit_read(text, "lines 2.25 " AMBER, 90), -0.4, 1e-3);
    free(text);
    bench_close(b);
}

/* N(c) = c (t + c) within the margin of the shown sample, c beyond it. */
static void curricularface_raises_hard_negatives(void **state)
{
    (void)state;
    struct bench *b = bench_open(&recipes[0]);
    use_loss(b, "curricularface");
    use_param(b, "m", 0.5);
    use_param(b, "t", 0.3);
    b->look.selected = 1;
    struct selection s;
    assert_true(scene_select(&b->scene, &b->look, &s));
    double edge = (s.own_angle + 0.5) * 180 / pi, c = cos(15 * pi / 180);
    assert_true(edge > 20 && edge < 80);
    char *text = draw(b, &view_logit, big);
    assert_close(logit_read(text, "lines 1.25 " INK, 15), c * (0.3 + c), 1e-3);
    assert_true(isnan(logit_read(text, "lines 1.25 " INK, ceil(edge) + 5)));
    free(text);
    b->snap.force.norm_radius = true; /* the plain part of the warm-up raises nothing */
    text = draw(b, &view_logit, big);
    assert_true(isnan(logit_read(text, "lines 1.25 " INK, 15)));
    free(text);
    bench_close(b);
}

/* An adaptive row's margin is worded as its unit says: an angle, or a piece of cosine. */
static void an_adaptive_margin_is_worded_by_its_unit(void **state)
{
    (void)state;
    struct bench *b = bench_open(&recipes[0]);
    static struct loss own;
    struct selection s;
    struct inequality q;
    use_loss(b, "curricularface");
    use_param(b, "m", 0.2);
    b->look.selected = 1;
    assert_true(scene_select(&b->scene, &b->look, &s));
    inequality_write(&q, &b->scene, b->look.theme, &s);
    assert_true(q.degrees);
    assert_close(q.slack, s.rival_angle - s.own_angle - 0.2, 1e-9);
    own = *b->snap.force.loss;
    own.param[own.margin].unit = "";
    own.target = loss_find("cosface")->target;
    b->snap.force.loss = &own;
    inequality_write(&q, &b->scene, b->look.theme, &s);
    assert_false(q.degrees);
    assert_close(q.slack, cos(s.own_angle) - 0.2 - cos(s.rival_angle), 1e-9);
    bench_close(b);
}

static void pair_losses_have_no_target(void **state)
{
    (void)state;
    struct bench *b = bench_open(&recipes[0]);
    static const char *const none[] = { "triplet", "supcon", "hinge", "l2", "multilabel", "sphereface2" };
    static const char *const plain[] = { "softmax", "focal", "normface", "adacos" };
    for (int i = 0; i < 6; i++) {
        use_loss(b, none[i]);
        assert_non_null(view_logit.missing(&b->scene));
    }
    for (int i = 0; i < 4; i++) {
        use_loss(b, plain[i]);
        assert_null(view_logit.missing(&b->scene));
        char *text = draw(b, &view_logit, big);
        assert_null(strstr(text, "lines 2.25 " AMBER));
        free(text);
    }
    bench_close(b);
}

/* ---- angles ---- */

/* In the lower half at half width: padding 24 as the halves are still large. */
static double red_line(const char *record)
{
    struct stroked line;
    find_line(record, "lines 1.75 " RED, &line);
    assert_int_equal(line.n, 2);
    assert_close(line.at[0].x, line.at[1].x, 1e-9);
    return line.at[0].x;
}

static void the_threshold_stands_at_its_angle(void **state)
{
    (void)state;
    struct bench *b = bench_open(&recipes[0]);
    struct rect rect = { 0, 0, 1600, 900 };
    for (int deg = 20; deg <= 160; deg += 35) {
        b->look.tau = cos(deg * pi / 180);
        char *text = draw(b, &view_angles, rect);
        assert_close(red_line(text), 24 + (800 - 48) * deg / 180.0, 1e-4);
        char words[32];
        snprintf(words, sizeof words, "threshold %d.0", deg);
        assert_non_null(strstr(text, words));
        free(text);
    }
    bench_close(b);
}

/* With room for two histograms only, those of pairs stand above each other or side by side. */
static void two_histograms_share_what_room_there_is(void **state)
{
    (void)state;
    static const struct {
        struct rect rect;
        double x, y; /* from the first to the second */
    } row[] = { { { 0, 0, 500, 600 }, 0, 300 }, { { 0, 0, 600, 250 }, 300, 0 } };
    struct bench *b = bench_open(&recipes[0]);
    for (int i = 0; i < 2; i++) {
        char *text = draw(b, &view_angles, row[i].rect);
        const char *seen = strstr(text, ") Pairs, seen\n"), *never = strstr(text, ") Pairs, never seen\n");
        assert_true(seen && never);
        double at[4];
        while (*seen != '(')
            seen--;
        while (*never != '(')
            never--;
        assert_int_equal(sscanf(seen, "(%lf,%lf)", &at[0], &at[1]), 2);
        assert_int_equal(sscanf(never, "(%lf,%lf)", &at[2], &at[3]), 2);
        assert_close(at[2] - at[0], row[i].x, 1e-9);
        assert_close(at[3] - at[1], row[i].y, 1e-9);
        free(text);
    }
    bench_close(b);
}

static void losses_of_any_size_are_written(void **state)
{
    (void)state;
    static const struct {
        float loss;
        const char *text;
    } row[] = { { 0.0001f, "<0.001" }, { 0.05f, "0.050" }, { 5, "5.00" }, { 55, "55.0" },
        { 1234, "1\u2009234" }, { 5e6f, "5e6" }, { 9.6e6f, "1e7" } };
    struct bench *b = bench_open(&recipes[0]);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        for (int k = 0; k < b->snap.curve_count; k++)
            b->snap.curve[k].batch_loss = b->snap.curve[k].test_loss = row[i].loss;
        char *text = draw(b, &view_curves, big);
        if (!says(text, row[i].text))
            fail_msg("nothing says %s", row[i].text);
        free(text);
    }
    bench_close(b);
}

/* What is picked on the ROC is where the histogram has its line, in the same frame. */
static void dragging_the_roc_moves_the_line(void **state)
{
    (void)state;
    struct bench *b = bench_open(&recipes[0]);
    struct rect roc = { 0, 0, 640, 480 }, angles = { 0, 0, 700, 900 };
    char *text = draw(b, &view_roc, roc);
    struct stroked curve;
    find_line(text, "lines 2.25 " INK " round", &curve);
    double last = NAN;
    for (int i = 0; i < curve.n; i += curve.n / 5) {
        b->look.tau = roc_pick(&b->scene, &b->look, roc, curve.at[i]);
        assert_true(b->look.tau >= -1.01 && b->look.tau <= 1.01);
        char *pairs = draw(b, &view_angles, angles);
        double x = red_line(pairs), want = acos(fmin(1, fmax(-1, b->look.tau))) * 180 / pi;
        free(pairs);
        b->snap.recognition.open.same = 0; /* the whole width for the closed set from now on */
        if (i > 0)
            assert_close(x, 24 + (700 - 48) * want / 180, 1e-4);
        assert_true(isnan(last) || x < last + 700);
        last = x;
    }
    assert_true(isnan(roc_pick(&b->scene, &b->look, roc, (struct point){ 2000, 20 })));
    free(text);
    bench_close(b);
}

/* Four samples, own angles 0, 0, 30, 30 and rivals 60, 60, 30, 60 degrees: a quarter of each lies in common. */
static void the_overlap_is_stated(void **state)
{
    (void)state;
    static const struct recipe four = { "four", 2, 4, false, false };
    static const float own[] = { 0, 0, 30.5f, 30.5f }, rival[] = { 60.5f, 60.5f, 30.5f, 60.5f };
    static const struct rect rects[] = { { 0, 0, 1000, 500 }, { 0, 0, 360, 216 } };
    struct bench *b = bench_open(&four);
    for (int i = 0; i < 4; i++) {
        b->scene.own[i] = own[i] * (float)pi / 180;
        b->scene.rival[i] = rival[i] * (float)pi / 180;
    }
    for (int i = 0; i < 2; i++) {
        char *text = draw(b, &view_angles, rects[i]);
        assert_non_null(strstr(text, "overlap 25.0%"));
        free(text);
    }
    bench_close(b);
}

/* ---- curves ---- */

static void the_cross_hair_reads_measured_steps(void **state)
{
    (void)state;
    struct bench *b = bench_open(&recipes[0]);
    b->look.cross_step = 513; /* accuracies are measured every 100 steps */
    char *text = draw(b, &view_curves, big);
    struct stroked line;
    assert_true(says(text, "step 500"));
    assert_true(says(text, "75.0")); /* 0.6 + 0.3 / 2 */
    assert_true(says(text, "70.0"));
    assert_true(says(text, "65.0"));
    assert_true(says(text, "with margin"));
    find_line(text, "lines 1.00 #aeb5c0ff (460.50,", &line); /* 80 + 760 / 2, on a pixel's centre */
    free(text);
    assert_close(curves_pick(&b->scene, &b->look, big, (struct point){ 460, 300 }), 500, 1e-12);
    assert_true(isnan(curves_pick(&b->scene, &b->look, big, (struct point){ 20, 300 })));
    bench_close(b);
}

static void ghosts_say_what_differs(void **state)
{
    (void)state;
    struct bench *b = bench_open(&recipes[0]), *earlier = bench_open(&recipes[0]);
    use_param(earlier, "m", 0.5);
    earlier->snap.experiment.seed = 7;
    b->look.ghost[0] = &earlier->snap;
    b->look.ghosts = 1;
    char *text = draw(b, &view_curves, big);
    struct stroked line;
    assert_true(says(text, "m 0.5, seed 7"));
    const char *rest = text;
    int strokes = 0;
    while (next_line(&rest, "lines 1.00 #858d99ff dash 1.50", &line))
        strokes++;
    assert_int_equal(strokes, 3); /* accuracy, loss, and beside its name */
    free(text);
    use_loss(earlier, "cosface");
    text = draw(b, &view_curves, big);
    assert_non_null(strstr(text, "CosFace"));
    free(text);
    bench_close(b);
    bench_close(earlier);
}

/* ---- the stage ---- */

static const struct rect stage_rect = { 0, 0, 1600, 800 };

/* theta_1 of the edges drawn in ring `ring` of 8, ascending; how many. */
static int ring_edges(const char *record, const struct look *look, int ring, double *edge)
{
    static const char *const heads[] = { "lines 1.00 " INK " (", "lines 1.75 " INK " (" };
    struct stroked line, weight;
    int n = 0;
    find_line(record, "lines 3.00 ", &weight); /* from the origin along W_1 to 14 px before its tip */
    struct point o = weight.at[0];
    double from = atan2(o.y - weight.at[1].y, weight.at[1].x - o.x);
    double radius = 2 * (hypot(weight.at[1].x - o.x, weight.at[1].y - o.y) + 14) / look->stage_norm[0];
    assert_close(from, pi / 2 + look->stage_angle / 2, 1e-4);
    for (int h = 0; h < 2; h++) {
        for (const char *rest = record; next_line(&rest, heads[h], &line);) {
            double away = hypot(line.at[1].x - o.x, line.at[1].y - o.y);
            if (line.n == 2 && fabs(away - radius * (1 - ring * 0.66 / 8)) < 0.1 && n < 4)
                edge[n++] = from - atan2(o.y - line.at[1].y, line.at[1].x - o.x);
        }
    }
    return n;
}

struct boundary {
    const char *loss;
    int ring;
    struct {
        const char *id;
        double value;
    } param[3];
    double at[6]; /* degrees for K = 30, 36, 60, 90, 120, 180; NaN: none */
};

static const double table_k[6] = { 30, 36, 60, 90, 120, 180 };

static const struct boundary boundaries[] = {
    { "modified_softmax", 1, { { 0 } }, { 15, 18, 30, 45, 60, 90 } },
    { "asoftmax", 3, { { "m", 2 } }, { 10, 12, 20, 30, 40, 60 } },
    { "asoftmax", 3, { { "m", 3 } }, { 7.5, 9, 15, 22.5, 30, 45 } },
    { "fnorm_sphereface", 4, { { "m", 4 } }, { 6, 7.2, 12, 18, 24, 36 } },
    { "cosface", 5, { { "m", .15 } }, { NAN, 3.954, 21.373, 38.911, 55.032, 85.699 } },
    { "cosface", 5, { { "m", .35 } }, { NAN, NAN, 9.513, 30.671, 48.342, 79.921 } },
    { "arcface", 6, { { "m", .3 } }, { 6.406, 9.406, 21.406, 36.406, 51.406, 81.406 } },
    { "arcface", 6, { { "m", .5 } }, { 0.676, 3.676, 15.676, 30.676, 45.676, 75.676 } },
    { "combined_margin", 7, { { "m1", 1 }, { "m2", .3 }, { "m3", .2 } },
        { NAN, NAN, 12.181, 29.268, 45.240, 75.601 } },
};

static void stage_edges_are_those_of_the_table(void **state)
{
    (void)state;
    struct bench *b = bench_open(&recipes[0]);
    for (size_t r = 0; r < sizeof boundaries / sizeof boundaries[0]; r++) {
        const struct boundary *row = &boundaries[r];
        use_loss(b, row->loss);
        for (int i = 0; i < 3 && row->param[i].id; i++)
            use_param(b, row->param[i].id, row->param[i].value);
        for (int k = 0; k < 6; k++) {
            double edge[4], angle = table_k[k] * pi / 180, want = row->at[k];
            b->look.stage_angle = angle;
            char *text = draw(b, &view_stage, stage_rect);
            int n = ring_edges(text, &b->look, row->ring, edge);
            int expected = isnan(want) ? 0 : fabs(want - table_k[k] / 2) < 1e-9 ? 1 : 2;
            if (n != expected)
                fail_msg("%s, row %zu, K = %g: %d edges, want %d", row->loss, r, table_k[k], n, expected);
            if (n > 0 && !(fabs(edge[0] * 180 / pi - want) < 0.01))
                fail_msg("%s, row %zu, K = %g: %.3f, want %.3f", row->loss, r, table_k[k], edge[0] * 180 / pi,
                    want);
            if (n > 1)
                assert_close(edge[1] * 180 / pi, table_k[k] - want, 1e-3);
            if (n > 0)
                assert_close(edge[0], region_boundary(&b->snap.force, angle, 1, 1), 1e-4);
            free(text);
        }
    }
    bench_close(b);
}

/* Fact 7: only softmax and L-Softmax look at the lengths; the longer weight gets the wider region. */
static void stage_follows_the_lengths(void **state)
{
    (void)state;
    struct bench *b = bench_open(&recipes[0]);
    double edge[4];
    use_loss(b, "lsoftmax");
    use_param(b, "m", 2);
    b->look.stage_angle = pi / 2;
    b->look.stage_norm[0] = 2;
    char *text = draw(b, &view_stage, stage_rect);
    assert_int_equal(ring_edges(text, &b->look, 0, edge), 1);
    assert_close(edge[0] * 180 / pi, 63.435, 1e-3);
    assert_int_equal(ring_edges(text, &b->look, 2, edge), 2);
    assert_close(edge[0] * 180 / pi, 36.375, 1e-3);
    assert_close(90 - edge[1] * 180 / pi, 21.471, 1e-3);
    assert_int_equal(ring_edges(text, &b->look, 1, edge), 1);
    assert_close(edge[0] * 180 / pi, 45, 1e-3);
    assert_true(says(text, "63.4\u00b0") && says(text, "36.4\u00b0") && says(text, "21.5\u00b0"));
    free(text);
    b->look.stage_angle = pi / 3; /* 2 : 1 at 60 degrees: softmax gives class 1 the whole wedge */
    text = draw(b, &view_stage, stage_rect);
    assert_int_equal(ring_edges(text, &b->look, 0, edge), 0);
    assert_int_equal(ring_edges(text, &b->look, 2, edge), 1);
    assert_close(edge[0] * 180 / pi, 31.912, 1e-3);
    free(text);
    bench_close(b);
}

/* Fact 3: a margin that leaves nothing between the weights says so, and whether anything is left beyond. */
static void stage_says_when_there_is_no_room(void **state)
{
    (void)state;
    struct bench *b = bench_open(&recipes[0]);
    use_loss(b, "cosface");
    use_param(b, "m", 0.35);
    b->look.stage_angle = pi / 6; /* 1 - cos K = 0.134 < 0.35 <= 2 sin(K/2) = 0.518 */
    char *text = draw(b, &view_stage, stage_rect);
    assert_true(says(text, "beyond"));
    assert_non_null(strstr(text, "hatch 3.50"));
    free(text);
    b->look.stage_angle = pi / 9; /* 2 sin(K/2) = 0.347 */
    text = draw(b, &view_stage, stage_rect);
    assert_true(says(text, "none"));
    free(text);
    bench_close(b);
}

static void stage_draws_without_a_snapshot(void **state)
{
    (void)state;
    struct bench *b = bench_open(&recipes[0]);
    b->scene.snap = NULL;
    double edge[4];
    char *text = draw(b, &view_stage, stage_rect);
    struct loss_force arc = loss_force_initial(loss_find("arcface"));
    assert_int_equal(ring_edges(text, &b->look, 6, edge), 2);
    assert_close(edge[0], region_boundary(&arc, pi / 3, 1, 1), 1e-4);
    free(text);
    bench_close(b);
}

static void the_hand_moves_weights(void **state)
{
    (void)state;
    struct look look;
    look_init(&look, theme_find("dark"));
    assert_int_equal(stage_pick(&look, stage_rect, (struct point){ 1500, 20 }), -1);
    struct bench *b = bench_open(&recipes[0]);
    for (int handle = 0; handle < 2; handle++) {
        struct stroked weight;
        char *text = draw(b, &view_stage, stage_rect);
        const char *rest = text;
        for (int i = 0; i <= handle; i++)
            assert_true(next_line(&rest, "lines 3.00 ", &weight));
        struct point origin = weight.at[0], tip = weight.at[1];
        assert_int_equal(stage_pick(&b->look, stage_rect, tip), handle);
        free(text);
        /* further out and further open */
        struct point to = { origin.x + (handle ? 1 : -1) * 210, origin.y - 150 };
        stage_drag(&b->look, stage_rect, handle, to);
        assert_true(b->look.stage_angle > pi / 2 && b->look.stage_angle < pi);
        assert_int_equal(stage_pick(&b->look, stage_rect, to), handle); /* it stays under the hand */
        assert_close(round(b->look.stage_angle * 180 / pi), b->look.stage_angle * 180 / pi, 1e-9);
        look_init(&b->look, theme_find("dark"));
    }
    stage_drag(&b->look, stage_rect, 1, (struct point){ 1e6, 1e6 });
    assert_close(b->look.stage_angle, pi, 1e-12);
    assert_close(b->look.stage_norm[1], 2, 1e-12);
    stage_drag(&b->look, stage_rect, 1, (struct point){ NAN, NAN });
    assert_true(isfinite(b->look.stage_angle) && isfinite(b->look.stage_norm[1]));
    bench_close(b);
}

/* ---- confusion ---- */

static void confusion_counts_pairs(void **state)
{
    (void)state;
    struct bench *b = bench_open(&recipes[0]);
    char *text = draw(b, &view_confusion, big);
    /* of 200 samples every i % 7 == 3 is wrong: 29 of them, spread over five classes by i % 5 */
    int wrong[5] = { 0 };
    for (int i = 0; i < 200; i++)
        wrong[i % 5] += i % 7 == 3;
    assert_non_null(strstr(text, "29 of 200 training samples wrong"));
    for (int j = 0; j < 5; j++) {
        char share[16];
        snprintf(share, sizeof share, "%.1f%%", 100.0 * (40 - wrong[j]) / 40);
        assert_true(says(text, share));
    }
    free(text);
    bench_close(b);
}

/* ---- every plot, every snapshot ---- */

struct place {
    struct rect clip;
    bool narrow;
};

/* Points may leave the view only under a narrower clip that does not. */
static void check_inside(const char *record, struct rect rect, const char *what)
{
    struct place place = { rect, false };
    for (const char *line = record; *line;) {
        const char *end = strchr(line, '\n');
        end = end ? end : line + strlen(line);
        struct rect clip;
        if (sscanf(line, "clip %lf %lf %lf %lf", &clip.x, &clip.y, &clip.w, &clip.h) == 4) {
            if (clip.x < rect.x - 0.01 || clip.y < rect.y - 0.01 ||
                clip.x + clip.w > rect.x + rect.w + 0.01 || clip.y + clip.h > rect.y + rect.h + 0.01)
                fail_msg("%s: a clip outside the view: %.60s", what, line);
            place.narrow = clip.w < rect.w || clip.h < rect.h;
        }
        for (const char *at = line; !place.narrow && (at = memchr(at, '(', (size_t)(end - at))); at++) {
            struct point p;
            bool text = strncmp(line, "text", 4) == 0;
            if (sscanf(at, "(%lf,%lf)", &p.x, &p.y) != 2)
                continue;
            if (!(p.x >= rect.x - 1 && p.x <= rect.x + rect.w + 1 && p.y >= rect.y - 1 &&
                    p.y <= rect.y + rect.h + 1))
                fail_msg("%s: (%.1f, %.1f) outside: %.80s", what, p.x, p.y, line);
            if (text)
                break;
        }
        line = *end ? end + 1 : end;
    }
}

static void every_plot_stays_inside(void **state)
{
    (void)state;
    static const struct rect rects[] = { { 40, 30, 960, 799 }, { 100, 50, 360, 216 }, { 10, 10, 360, 184 },
        { 0, 0, 1600, 900 }, { 10, 10, 80, 50 } };
    static const char *const losses[] = { "softmax", "arcface", "asoftmax", "magface", "curricularface",
        "supcon", "hinge" };
    for (int r = 0; r < RECIPES; r++) {
        struct bench *b = bench_open(&recipes[r]);
        b->look.cross_step = 333;
        for (size_t l = 0; l < sizeof losses / sizeof losses[0]; l++) {
            if (recipes[r].classes > 100 && l != 1)
                continue;
            use_loss(b, losses[l]);
            assert_true(scene_update(&b->scene, &b->snap, NULL));
            for (int v = 0; v < PLOTS; v++) {
                for (int k = 0; k < 5; k++) {
                    char what[96], *text = draw(b, plots[v], rects[k]);
                    snprintf(what, sizeof what, "%s of %s with %s, %g x %g", plots[v]->id, recipes[r].name,
                        losses[l], rects[k].w, rects[k].h);
                    check_inside(text, rects[k], what);
                    if (strstr(text, "nan"))
                        fail_msg("%s draws a NaN", what);
                    if (k < 4 && strlen(text) < 100)
                        fail_msg("%s draws nothing", what);
                    free(text);
                }
            }
        }
        bench_close(b);
    }
}

static void the_same_snapshot_gives_the_same_picture(void **state)
{
    (void)state;
    struct bench *b = bench_open(&recipes[0]);
    for (int v = 0; v < PLOTS; v++) {
        char *first = draw(b, plots[v], stage_rect), *second = draw(b, plots[v], stage_rect);
        assert_string_equal(first, second);
        free(first);
        free(second);
    }
    bench_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(target_curves_pass_through_the_table),
        cmocka_unit_test(the_jump_is_a_gap),
        cmocka_unit_test(a_combined_margin_turns_upward),
        cmocka_unit_test(annealing_shows_where_it_goes),
        cmocka_unit_test(adaface_spans_its_norms),
        cmocka_unit_test(curricularface_raises_hard_negatives),
        cmocka_unit_test(an_adaptive_margin_is_worded_by_its_unit),
        cmocka_unit_test(pair_losses_have_no_target),
        cmocka_unit_test(the_threshold_stands_at_its_angle),
        cmocka_unit_test(dragging_the_roc_moves_the_line),
        cmocka_unit_test(the_overlap_is_stated),
        cmocka_unit_test(the_cross_hair_reads_measured_steps),
        cmocka_unit_test(two_histograms_share_what_room_there_is),
        cmocka_unit_test(losses_of_any_size_are_written),
        cmocka_unit_test(ghosts_say_what_differs),
        cmocka_unit_test(stage_edges_are_those_of_the_table),
        cmocka_unit_test(stage_follows_the_lengths),
        cmocka_unit_test(stage_says_when_there_is_no_room),
        cmocka_unit_test(stage_draws_without_a_snapshot),
        cmocka_unit_test(the_hand_moves_weights),
        cmocka_unit_test(confusion_counts_pairs),
        cmocka_unit_test(every_plot_stays_inside),
        cmocka_unit_test(the_same_snapshot_gives_the_same_picture),
    };
    return cmocka_run_group_tests(tests, fonts, no_fonts);
}
