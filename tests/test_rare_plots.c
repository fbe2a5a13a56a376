/* What plots, balls and words meet once: a sample opposite to its weight, a class seen from inside, a comparison with
 * nobody, numbers of many places. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/verification.h"
#include "render/input_shape.h"
#include "render/span.h"
#include "tests/support/shown.h"

static const double PI = 3.14159265358979323846;

/* ---- the ball ---- */

static struct shown *ball_of(const char *loss, const double *weight, const double *bias)
{
    struct shown *s = SHOW(
        3, "dataset", "iris", "hidden", "8", "feature-dim", "3", "bias", "on", "loss", loss, "batch", "16");
    memcpy(s->snap.weight, weight, 9 * sizeof *weight);
    if (bias)
        memcpy(s->snap.bias, bias, 3 * sizeof *bias);
    assert_true(scene_update(&s->scene, &s->snap, &s->data));
    return s;
}

/* The area of the largest polygon of a class that one looks through. */
static double largest_tint(const char *text, struct color color)
{
    double most = 0;
    for (const char *p = text; (p = strstr(p, "polygon #")); p += 9) {
        const char *at = p + 18;
        double x0 = 0, y0 = 0, x, y, px = 0, py = 0, twice = 0;
        char hex[8];
        snprintf(hex, sizeof hex, "%02x%02x%02x", (unsigned)lroundf(color.r * 255),
            (unsigned)lroundf(color.g * 255), (unsigned)lroundf(color.b * 255));
        if (strncmp(p + 9, hex, 6) != 0)
            continue;
        int used = 0, n = 0;
        for (; strncmp(p + 15, "ff", 2) != 0 && sscanf(at, "(%lf,%lf)%n", &x, &y, &used) == 2;
             at += used + (at[used] == ' ')) {
            if (n++ == 0)
                x0 = x, y0 = y;
            else
                twice += px * y - x * py;
            px = x, py = y;
        }
        most = fmax(most, fabs(twice + px * y0 - x0 * py) / 2);
    }
    return most;
}

/* A class that fills more than half of the sphere, from its middle: its border is behind, and all that one sees is its. */
static void a_class_all_around(void **unused)
{
    static const double weight[9] = { 0, 0, 0, 0, 0, 1, 0, 0.01, 1 }, bias[3] = { 0.5, 0, -9 };
    (void)unused;
    struct shown *s = ball_of("softmax", weight, bias);
    struct look look = dark();
    look.layers = LAYER_REGIONS;
    look_face(&look, (const double[]){ 0, 0, -1 });
    double radius = look_ball_radius(&look, (struct rect){ 0, 0, 1000, 800 });
    s->snap.norm_median = 1;
    assert_true(scene_update(&s->scene, &s->snap, &s->data));
    char *text = draw(&s->scene, &view_sphere, &look, 1000, 800);
    assert_close(largest_tint(text, class_color(look.theme, 0)), PI * radius * radius, 0.01);
    free(text);
    close_shown(s);
}

/* A weight of no length has no chip. */
static void a_weight_of_no_length(void **unused)
{
    static const double weight[9] = { 1, 0, 0, 0, 0, 0, 0, 0, 1 };
    struct rect rect = { 0, 0, 1000, 800 };
    (void)unused;
    struct shown *s = ball_of("arcface", weight, NULL);
    struct look look = dark();
    look_face(&look, (const double[]){ 1, 0, 1 });
    bool met[3] = { false };
    for (int y = 0; y < 800; y += 4)
        for (int x = 0; x < 1000; x += 4) {
            int chip = sphere_pick_chip(&s->scene, &look, rect, (struct point){ x, y });
            if (chip >= 0)
                met[chip] = true;
        }
    assert_true(met[0] && !met[1] && met[2]);
    close_shown(s);
}

static void a_sample_opposite_to_its_weight(void **unused)
{
    static const double weight[9] = { 1, 0, 0, 0, 1, 0, 0, 0, 1 };
    (void)unused;
    struct shown *s = ball_of("arcface", weight, NULL);
    struct look look = dark();
    look_face(&look, (const double[]){ -1, 1, 1 });
    int i = 0;
    while (s->snap.label[i] != 0)
        i++;
    look.selected = i;
    for (int opposite = 0; opposite < 2; opposite++) {
        float *x = &s->snap.feature[3 * i];
        x[0] = opposite ? -2 : -1, x[1] = opposite ? 0 : 0.5f, x[2] = 0;
        assert_true(scene_update(&s->scene, &s->snap, &s->data));
        assert_true(drawn(s, &view_sphere, &look, 1000, 800, "\u03b8\n") == !opposite);
    }
    close_shown(s);
}

/* ---- beside each other ---- */

static void a_comparison_with_nobody(void **unused)
{
    (void)unused;
    struct shown *s = SHOW(0, "dataset", "iris", "hidden", "8", "batch", "16");
    struct scene none = { .snap = NULL }, *both[2] = { &s->scene, &none };
    struct look look = dark();
    struct compare_reach reach = { 0 }, before = reach;
    s->snap.curve_count = 0;
    char *alone = draw(&s->scene, &view_compare, &look, 1000, 800);
    assert_non_null(strstr(alone, "accuracy, "));
    s->snap.test_accuracy = s->snap.train_accuracy = NAN;
    char *unknown = draw(&s->scene, &view_compare, &look, 1000, 800);
    assert_null(strstr(unknown, "accuracy, "));
    free(alone);
    free(unknown);
    look.beside[0] = &none;
    look.besides = 1;
    char *text = draw(&s->scene, &view_compare, &look, 1000, 800);
    assert_null(strstr(text, "text"));
    free(text);
    compare_reach_take(&reach, both, 2);
    assert_memory_equal(&reach, &before, sizeof reach);
    close_shown(s);
}

/* Round ones of a few pixels. */
static int count_dots(const char *text)
{
    int n = 0;
    for (const char *p = text; (p = strstr(p, "\npolygon #")); p++) {
        const char *at = strchr(p + 1, '(');
        double x, y, low = INFINITY, high = -INFINITY;
        int used = 0, points = 0;
        for (; sscanf(at, "(%lf,%lf)%n", &x, &y, &used) == 2; at += used + (at[used] == ' '), points++)
            low = fmin(low, x), high = fmax(high, x);
        n += points > 6 && high - low < 6;
    }
    return n;
}

/* Before a second measurement a curve is a dot, where the accuracy is. */
static void a_curve_of_one_point(void **unused)
{
    (void)unused;
    struct shown *s = SHOW(4, "dataset", "iris", "hidden", "8", "batch", "16");
    struct look look = dark();
    int dots[2];
    for (int i = 0; i < 2; i++) {
        s->snap.curve_count = 0;
        s->snap.train_accuracy = s->snap.test_accuracy = i ? 1 : (double)NAN;
        char *text = draw(&s->scene, &view_compare, &look, 1000, 800);
        dots[i] = count_dots(text);
        free(text);
    }
    assert_true(dots[1] > dots[0]);
    close_shown(s);
}

/* The names of earlier trainings need room beside the title. */
static void names_of_earlier_ones(void **unused)
{
    (void)unused;
    struct shown *s = SHOW(30, "dataset", "iris", "hidden", "8", "batch", "16"),
                 *other = SHOW(30, "dataset", "iris", "hidden", "8", "loss", "cosface", "batch", "16");
    struct look look = dark();
    look.ghost[0] = &other->snap;
    look.ghosts = 1;
    int named = 0, left = 0;
    for (int w = 60; w < 1000; w += 10) {
        bool there = drawn(s, &view_curves, &look, w, 300, " CosFace\n");
        assert_true(there || named == 0);
        named += there;
        left += !there;
    }
    if (named <= 10 || left <= 2)
        fail_msg("%d named, %d left out", named, left);
    close_shown(s);
    close_shown(other);
}

/* ---- plots ---- */

static void forget_margins(struct snapshot *snap)
{
    for (int i = 0; i < loss_count(); i++)
        for (int p = 0; p < loss_param_count(loss_at(i)); p++)
            if (loss_at(i)->param[p].role == ROLE_MARGIN)
                snap->experiment.param[i][p] = loss_at(i)->param[p].neutral;
}

/* Where no loss has a margin all curves are the cosine, and its axis is ruled in halves. */
static void a_cosine_alone(void **unused)
{
    (void)unused;
    struct shown *s = SHOW(3, "dataset", "iris", "hidden", "8", "loss", "normface", "batch", "16");
    struct look look = dark();
    assert_false(drawn(s, &view_logit, &look, 1000, 800, " 0.5\n"));
    forget_margins(&s->snap);
    assert_true(drawn(s, &view_logit, &look, 1000, 800, " 0.5\n"));
    /* Of a sample beyond the axis nothing is marked. */
    s->scene.own[0] = NAN;
    look.selected = 0;
    int without = count_drawn(s, &view_logit, &look, "\n");
    s->scene.own[0] = 1;
    int with = count_drawn(s, &view_logit, &look, "\n");
    if (with <= without)
        fail_msg("%d strokes with the sample, %d without", with, without);
    close_shown(s);
}

/* Sets that are told apart at once have a curve along the edge, which is not named there. */
static void a_perfect_curve(void **unused)
{
    static const float same[] = { 0.9f }, hard[] = { 0.1f, 0.5f, 0.95f }, easy[] = { 0.1f };
    (void)unused;
    struct shown *s = SHOW(3, "dataset", "iris", "hidden", "8", "loss", "arcface", "batch", "16");
    struct look look = dark();
    struct recognition *r = &s->snap.recognition;
    r->measured = true;
    verification_from_scores(same, 1, hard, 3, &r->closed);
    verification_from_scores(same, 1, hard, 3, &r->open);
    assert_true(drawn(s, &view_roc, &look, 1000, 800, " never seen\n"));
    verification_from_scores(same, 1, easy, 1, &r->open);
    assert_false(drawn(s, &view_roc, &look, 1000, 800, "px never seen\n"));
    char *text = draw(&s->scene, &view_roc, &look, 500, 400);
    assert_null(strstr(text, " never seen\n"));
    assert_non_null(strstr(text, " seen\n"));
    free(text);
    close_shown(s);
}

static void a_margin_without_room(void **unused)
{
    (void)unused;
    struct shown *s = SHOW(3, "dataset", "iris", "hidden", "8", "loss", "arcface", "batch", "16");
    struct look look = dark();
    s->snap.force.param[s->snap.force.loss->margin] = 0.5;
    look.stage_angle = 0.1;
    assert_true(drawn(s, &view_stage, &look, 300, 220, "no room\n"));
    look.stage_angle = 2;
    assert_false(drawn(s, &view_stage, &look, 300, 220, "no room\n"));
    close_shown(s);
}

static void a_free_probe(void **unused)
{
    (void)unused;
    struct shown *s = SHOW(20, "dataset", "iris", "hidden", "8", "loss", "softmax", "batch", "16");
    struct look look = dark();
    look.probing = true;
    look.probe_label = 1;
    look.probe[0] = look.probe[1] = 0.5;
    assert_true(drawn(s, &view_lens, &look, 1000, 800, " free probe\n"));
    /* At the right edge its numbers stand to the left of it, and on the page. */
    struct plane plane = feature_plane(&s->scene, &look, (struct rect){ 0, 0, 1000, 800 });
    for (int right = 0; right < 2; right++) {
        double x = right ? 960 : 300, at = -1;
        look.probe[0] = (x - plane.center.x) / plane.unit;
        look.probe[1] = 0;
        char *text = draw(&s->scene, &view_feature, &look, 1000, 800), *label = strstr(text, ") \u03b8 ");
        assert_non_null(label);
        while (*label != '(')
            label--;
        assert_int_equal(sscanf(label, "(%lf,", &at), 1);
        assert_true(right ? at < x - 18 : at > x);
        free(text);
    }
    close_shown(s);
}

/* In a narrow pane what lies beyond either end is told one above the other. */
static void samples_beyond_both_ends(void **unused)
{
    (void)unused;
    struct shown *s = SHOW(30, "dataset", "two-blobs", "model", "identity", "loss", "hinge", "batch", "16");
    struct look look = dark();
    for (int i = 0; i < 2; i++)
        for (int d = 0; d < 2; d++)
            s->snap.feature[2 * i + d] =
                (float)((i ? 1e4 : -1e4) * (s->snap.weight[2 + d] - s->snap.weight[d]) *
                        (s->snap.label[i] ? 1 : -1));
    assert_true(scene_update(&s->scene, &s->snap, &s->data));
    char *text = draw(&s->scene, &view_score, &look, 170, 180), *left = strstr(text, ") \u2190 "),
         *right = strstr(text, " more \u2192\n");
    assert_non_null(left);
    assert_non_null(right);
    double x, y[2];
    while (*left != '(')
        left--;
    while (*right != '(')
        right--;
    assert_int_equal(sscanf(left, "(%lf,%lf)", &x, &y[0]), 2);
    assert_int_equal(sscanf(right, "(%lf,%lf)", &x, &y[1]), 2);
    assert_true(fabs(y[0] - y[1]) >= 12);
    free(text);
    close_shown(s);
}

/* ---- inputs ---- */

static void samples_of_no_row(void **unused)
{
    struct rect rect = { 0, 0, 1000, 800 };
    double xy[2];
    (void)unused;
    struct shown *s = SHOW(3, "dataset", "moons", "hidden", "8", "batch", "16"),
                 *digits = SHOW(3, "dataset", "optdigits", "hidden", "8", "batch", "16");
    struct look look = dark();
    struct point at;
    xy[0] = (double)s->data.value[2 * s->snap.row[0]];
    xy[1] = (double)s->data.value[2 * s->snap.row[0] + 1];
    assert_true(input_place(&s->scene, &look, rect, xy, &at));
    int found = input_pick(&s->scene, &look, rect, at);
    assert_true(found >= 0);
    for (int i = 0; i < s->snap.count; i++)
        s->snap.row[i] = -1;
    assert_int_equal(input_pick(&s->scene, &look, rect, at), -1);
    assert_false(input_unplace(&digits->scene, &look, rect, at, xy));
    int images = count_drawn(digits, &view_input, &look, "\nimage");
    assert_true(images > 10);
    digits->snap.row[digits->scene.order[0]] = -1;
    assert_int_equal(count_drawn(digits, &view_input, &look, "\nimage"), images - 1);
    close_shown(s);
    close_shown(digits);
}

/* A map of noise has more borders than there is room for: what there is belongs together. */
static void a_map_of_noise(void **unused)
{
    static struct input_map map;
    struct input_shape *shape = NULL;
    uint32_t random = 1;
    (void)unused;
    map.w = map.h = INPUT_MAP_SIDE;
    map.box[2] = map.box[3] = 1;
    for (int i = 0; i < INPUT_MAP_SIDE * INPUT_MAP_SIDE; i++) {
        random = random * 1664525u + 1013904223u;
        map.class[i] = (uint16_t)(random >> 16) % 400;
        map.gap[i] = 1;
        map.certainty[i] = 1;
        map.cut_right[i] = map.cut_up[i] = 0.5f;
    }
    assert_true(input_shape_build(&shape, &map));
    int points = 0;
    for (int i = 0; i < shape->parts; i++) {
        assert_int_equal(shape->part[i].first, points);
        points += shape->part[i].count;
    }
    assert_int_equal(points, shape->points);
    assert_true(shape->parts == INPUT_SHAPE_PARTS || INPUT_SHAPE_POINTS - points < 1000);
    free(shape);
}

/* ---- words ---- */

static void numbers_of_many_places(void **unused)
{
    static char piece[PIECE_COUNT][PIECE_TEXT];
    (void)unused;
    struct shown *s = SHOW(5, "dataset", "two-blobs", "model", "identity", "loss", "hinge", "batch", "16"),
                 *curricular =
                     SHOW(5, "dataset", "iris", "hidden", "8", "loss", "curricularface", "batch", "16"),
                 *line = SHOW(5, "dataset", "outliers", "model", "identity", "loss", "l2", "batch", "16");
    int hinge = loss_index(s->snap.force.loss), lambda = loss_param_find(s->snap.force.loss, "lambda");
    assert_true(lambda >= 0);
    s->snap.experiment.param[hinge][lambda] = 1.25e-12;
    figure_pieces(&s->snap, piece);
    assert_non_null(strstr(piece[PIECE_LOSS], "1.25e-12"));
    int t = loss_param_find(curricular->snap.force.loss, "t");
    curricular->snap.force.param[t] = 0.125;
    figure_pieces(&curricular->snap, piece);
    assert_non_null(strstr(piece[PIECE_LOSS], "t 0.125"));
    line->snap.train_loss = 0.75;
    figure_pieces(&line->snap, piece);
    assert_string_equal(piece[PIECE_TRAIN_LOSS], "train loss 0.75");
    line->snap.train_loss = NAN;
    figure_pieces(&line->snap, piece);
    assert_string_equal(piece[PIECE_TRAIN_LOSS], "");
    close_shown(s);
    close_shown(curricular);
    close_shown(line);
}

static char *header_text(struct scene *scene, const struct look *look, double w, double h)
{
    struct canvas *c = canvas_record(w, h);
    header_draw(c, scene, look, (struct rect){ 0, 0, w, h });
    char *text = strdup(canvas_record_text(c));
    canvas_destroy(c);
    return text;
}

/* Where the formula has no room either way the inequality stays. */
static void a_header_of_any_width(void **unused)
{
    (void)unused;
    struct shown *s = SHOW(20, "dataset", "iris", "hidden", "8", "loss", "curricularface", "batch", "16"),
                 *sets = SHOW(400, "dataset", "discs", "hidden", "16", "lr", "0.02", "loss", "multilabel",
                     "batch", "64");
    struct look look = dark(), first = dark();
    first.formula_first = true;
    int same = 0, other = 0;
    for (int w = 120; w <= 1200; w += 20) {
        char *usual = header_text(&s->scene, &look, w, 60), *asked = header_text(&s->scene, &first, w, 60);
        bool stays = strcmp(usual, asked) == 0;
        assert_true(stays || w > 150);
        same += stays;
        other += !stays;
        free(usual);
        free(asked);
    }
    assert_true(same > 0 && other > 0);
    struct snapshot nothing;
    struct scene none = { .snap = &nothing };
    snapshot_init(&nothing);
    char *empty = header_text(&none, &look, 1200, 100);
    assert_string_equal(empty, "");
    free(empty);
    double reach[2] = { 7, 7 };
    score_reach(&none, reach);
    assert_true(reach[0] == 0 && reach[1] == 0);
    snapshot_clear(&nothing);
    int right = 0;
    for (int i = 0; i < 40; i++) {
        look.selected = i;
        char *text = header_text(&sets->scene, &look, 1400, 100);
        assert_true((strstr(text, "all right") != NULL) != (strstr(text, " of 3 right") != NULL));
        right += strstr(text, "all right") != NULL;
        free(text);
    }
    assert_true(right > 10);
    close_shown(s);
    close_shown(sets);
}

/* The curve in the corner of a figure moves what is not round to the left of it. */
static void a_curve_in_the_corner(void **unused)
{
    (void)unused;
    struct shown *s = SHOW(20, "dataset", "iris", "hidden", "8", "loss", "arcface", "batch", "16");
    struct look look = dark();
    double most[2];
    for (int i = 0; i < 2; i++) {
        look.parts = i ? PART_CURVE : 0;
        struct canvas *c = canvas_record(1200, 800);
        figure_draw(c, &view_logit, &s->scene, &look, 1200, 800);
        const char *label = strstr(canvas_record_text(c), ") 150\u00b0\n");
        assert_non_null(label);
        while (*label != '(')
            label--;
        assert_int_equal(sscanf(label, "(%lf,", &most[i]), 1);
        canvas_destroy(c);
    }
    assert_true(most[1] < most[0] - 200);
    close_shown(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_class_all_around),
        cmocka_unit_test(a_weight_of_no_length),
        cmocka_unit_test(a_sample_opposite_to_its_weight),
        cmocka_unit_test(a_comparison_with_nobody),
        cmocka_unit_test(a_curve_of_one_point),
        cmocka_unit_test(names_of_earlier_ones),
        cmocka_unit_test(a_cosine_alone),
        cmocka_unit_test(a_perfect_curve),
        cmocka_unit_test(a_margin_without_room),
        cmocka_unit_test(a_free_probe),
        cmocka_unit_test(samples_beyond_both_ends),
        cmocka_unit_test(samples_of_no_row),
        cmocka_unit_test(a_map_of_noise),
        cmocka_unit_test(numbers_of_many_places),
        cmocka_unit_test(a_header_of_any_width),
        cmocka_unit_test(a_curve_in_the_corner),
    };
    return cmocka_run_group_tests(tests, shown_begin, shown_end);
}
