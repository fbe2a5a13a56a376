/* What a view meets once: a class nobody has, weights of no length, trainings beside each other of which one is not there,
 * a page larger than any screen, no memory for what it works with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/feature_region.h"
#include "render/field.h"
#include "render/input_shape.h"
#include "render/sheet.h"
#include "render/solid.h"
#include "render/span.h"
#include "render/trend.h"
#include "tests/support/every_allocation.h"
#include "tests/support/shown.h"

/* Polygons one looks through: regions and their like. */
static int count_tints(const char *text)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, "polygon #")); at += 9)
        n += strncmp(at + 15, "ff", 2) != 0;
    return n;
}

/* ---- the plane ---- */

/* A sample of no class is an open circle; each has its labels as rings, and none is lost. */
static void a_sample_without_a_class(void **unused)
{
    (void)unused;
    struct shown *s = SHOW(0, "dataset", "discs", "model", "identity", "loss", "multilabel", "batch", "16");
    struct look look = dark();
    int labels = 0;
    int all = count_drawn(s, &view_feature, &look, "\nlines");
    for (int j = 0; j < s->snap.targets; j++) {
        labels += s->snap.target[j] > 0;
        s->snap.target[j] = 0;
    }
    assert_true(labels > 0);
    int now = count_drawn(s, &view_feature, &look, "\nlines");
    assert_int_equal(
        now - all, labels == 1 ? 1 : 2 - labels); /* further labels had rings; now there is one */
    close_shown(s);
}

/* A score that is the same everywhere has no boundary, nor an arrow on it; one upright beyond the page neither. */
static void a_score_without_a_boundary(void **unused)
{
    (void)unused;
    static const double weight[][2] = { { 0, 0 }, { 1, 0 }, { 0, 1 } };
    struct shown *s = SHOW(5, "dataset", "two-blobs", "model", "identity", "loss", "hinge", "batch", "16");
    struct look look = dark();
    int usual = count_drawn(s, &view_feature, &look, "text"), with[3];
    for (int i = 0; i < 3; i++) {
        for (int d = 0; d < 2; d++) {
            s->snap.weight[d] = -weight[i][d] / 2;
            s->snap.weight[2 + d] = weight[i][d] / 2;
        }
        double reach = 0;
        for (int b = 0; b < 4; b++)
            reach += fabs(s->scene.box[b]);
        s->snap.bias[0] = 0.9 * reach;
        s->snap.bias[1] =
            -0.9 * reach; /* the boundary at 1.8 of the reach: far, and not too far to be asked for */
        assert_true(scene_update(&s->scene, &s->snap, &s->data));
        with[i] = count_drawn(s, &view_feature, &look, "\nlines #");
        assert_true(count_drawn(s, &view_feature, &look, "text") < usual);
    }
    assert_int_equal(with[1], with[0]);
    assert_int_equal(with[2], with[0]);
    close_shown(s);
}

/* Means and centers outside of the disc are not drawn over what is around it. */
static void what_is_outside_the_disc(void **unused)
{
    (void)unused;
    struct shown *s = SHOW(40, "dataset", "iris", "hidden", "8", "add", "center", "batch", "16"),
                 *pairs = SHOW(40, "dataset", "moons", "hidden", "8", "loss", "contrastive", "batch", "16");
    struct look near = dark();
    near.layers = LAYER_CENTERS | LAYER_WEIGHTS;
    int diamonds = count_drawn(s, &view_feature, &near, "markers diamond");
    assert_true(diamonds >= s->snap.classes);
    for (int j = 0; j < s->snap.classes * 2; j++)
        s->snap.center[j] *= 1e6;
    assert_int_equal(count_drawn(s, &view_feature, &near, "markers diamond"), diamonds - 2 * s->snap.classes);
    int lines = count_drawn(pairs, &view_feature, &near, "\nlines");
    for (int j = 0; j < pairs->snap.classes * 2; j++)
        pairs->snap.weight[j] *= 1e6;
    assert_int_equal(count_drawn(pairs, &view_feature, &near, "\nlines"), lines - 3 * pairs->snap.classes);
    close_shown(s);
    close_shown(pairs);
}

/* Layers that are off draw nothing; without margins the sectors are whole. */
static void layers_can_be_off(void **unused)
{
    (void)unused;
    struct shown *angle = SHOW(20, "dataset", "iris", "hidden", "8", "loss", "arcface", "batch", "16"),
                 *score = SHOW(
                     20, "dataset", "iris", "hidden", "8", "loss", "softmax", "bias", "on", "batch", "16");
    struct look none = dark(), regions = dark(), both = dark();
    none.layers = 0;
    regions.layers = LAYER_REGIONS;
    both.layers = LAYER_REGIONS | LAYER_MARGINS;
    for (int i = 0; i < 2; i++) {
        struct shown *s = i ? score : angle;
        char *off = draw(&s->scene, &view_feature, &none, 1000, 800),
             *on = draw(&s->scene, &view_feature, &regions, 1000, 800),
             *more = draw(&s->scene, &view_feature, &both, 1000, 800);
        assert_int_equal(count_tints(on) - count_tints(off), s->snap.classes);
        assert_true(i == 1 || strcmp(more, on) != 0);
        free(off);
        free(on);
        free(more);
    }
    close_shown(angle);
    close_shown(score);
}

static double area_of_tints(const char *text)
{
    double sum = 0;
    for (const char *p = text; (p = strstr(p, "polygon #")); p += 9) {
        const char *at = p + 18;
        double x, y, first[2] = { 0, 0 }, before[2] = { 0, 0 }, twice = 0;
        int used = 0, n = 0;
        if (strncmp(p + 15, "ff", 2) == 0)
            continue;
        for (; sscanf(at, "(%lf,%lf)%n", &x, &y, &used) == 2; at += used + (at[used] == ' ')) {
            if (n++ == 0)
                first[0] = x, first[1] = y;
            else
                twice += before[0] * y - x * before[1];
            before[0] = x, before[1] = y;
        }
        sum += fabs(twice + before[0] * first[1] - first[0] * before[1]) / 2;
    }
    return sum;
}

/* A margin that grows with the length leaves short features safe and long ones not: the parts of a class end at one radius,
 * and nothing of the disc is left bare or covered twice. A class that decides nowhere has no part. */
static void parts_that_end_at_a_radius(void **unused)
{
    (void)unused;
    struct shown *s = SHOW(5, "dataset", "iris", "hidden", "8", "loss", "magface", "batch", "16");
    const struct loss *loss = s->snap.force.loss;
    static const char *const key[] = { "l_a", "u_a", "l_m", "u_m" };
    static const double angle[] = { 0, 0.9, 1.8 }, limit[] = { 0.5, 6, 0.05, 1.2 };
    for (int i = 0; i < 4; i++)
        s->snap.force.param[loss_param_find(loss, key[i])] = limit[i];
    struct look look = dark();
    double area[2];
    for (int hidden = 0; hidden < 2; hidden++) {
        for (int j = 0; j < 3; j++) {
            double a = hidden && j == 2 ? angle[1] : angle[j]; /* the same as another: the lower one wins */
            s->snap.weight[2 * j] = cos(a);
            s->snap.weight[2 * j + 1] = sin(a);
        }
        assert_true(scene_update(&s->scene, &s->snap, &s->data));
        look.layers = LAYER_REGIONS | LAYER_MARGINS;
        char *all = draw(&s->scene, &view_feature, &look, 1000, 800);
        look.layers = 0;
        char *none = draw(&s->scene, &view_feature, &look, 1000, 800);
        area[hidden] = area_of_tints(all) - area_of_tints(none);
        free(all);
        free(none);
    }
    look.layers = LAYER_REGIONS;
    char *all = draw(&s->scene, &view_feature, &look, 1000, 800);
    look.layers = 0;
    char *none = draw(&s->scene, &view_feature, &look, 1000, 800);
    double disc = area_of_tints(all) - area_of_tints(none);
    free(all);
    free(none);
    assert_true(disc > 1e5);
    assert_close(area[0], disc, 0.01);
    assert_close(area[1], disc, 0.01);
    close_shown(s);
}

/* ---- fields ---- */

/* A level that no node lies below has no contour. */
static void a_level_below_everything(void **unused)
{
    static struct field f;
    static struct point at[9];
    static double value[9];
    (void)unused;
    for (int i = 0; i < 9; i++) {
        at[i] = (struct point){ 10 * (i % 3), 10 * (i / 3) };
        value[i] = i;
    }
    struct mesh mesh = { .cols = 3, .rows = 3, .at = at, .value = value };
    struct contours k = {
        .level = { -5, 3.5 }, .count = 2, .ground = { 0, 0, 0, 1 }, .fill = { 1, 1, 1, 1 }
    };
    struct canvas *c = canvas_record(100, 100);
    field_contours(c, &f, &mesh, &k);
    assert_int_equal(count(canvas_record_text(c), "polygon"), 1);
    canvas_destroy(c);
}

/* However large the page is, there are at most so many forces, and they reach all of it. */
static void forces_on_a_large_page(void **unused)
{
    (void)unused;
    struct shown *s = SHOW(20, "dataset", "iris", "hidden", "8", "loss", "softmax", "batch", "16");
    struct look look = dark();
    char *text = draw(&s->scene, &view_field, &look, 3200, 2000);
    int heads = 0;
    double left = INFINITY, right = 0;
    for (char *p = text; (p = strstr(p, "\npolygon #")); p++) {
        char *line = strchr(p + 1, '\n');
        double x[3], y[3];
        int used = 0;
        if (sscanf(p, "\npolygon #%*8s (%lf,%lf) (%lf,%lf) (%lf,%lf)%n", x, y, x + 1, y + 1, x + 2, y + 2,
                &used) != 6 ||
            p + used != line || hypot(x[1] - x[2], y[1] - y[2]) > 12)
            continue;
        heads++;
        left = fmin(left, x[0]);
        right = fmax(right, x[0]);
    }
    free(text);
    assert_in_range(heads, 300, 1200);
    assert_true(right - left > 1200);
    close_shown(s);
}

struct seen {
    const struct shown *shown;
    const struct view *view;
};

/* A scene of its own each time: what a view works with is made when it is first drawn. */
static enum status draw_anew(const void *what, struct why *why)
{
    const struct seen *seen = what;
    struct scene scene = { 0 };
    struct look look = dark();
    if (!scene_update(&scene, &seen->shown->snap, &seen->shown->data)) {
        assert_null(scene.snap);
        scene_clear(&scene);
        return why_set(why, STATUS_FAILED, "scene: no memory; none");
    }
    static uint32_t pixel[400 * 300];
    struct canvas *c = canvas_cairo_pixels(pixel, 400, 300, 1600, 1);
    enum status status = STATUS_FAILED;
    if (c) {
        view_draw(seen->view, c, &scene, &look, (struct rect){ 0, 0, 400, 300 });
        status = canvas_finish(c, why);
    } else {
        why_set(why, STATUS_FAILED, "canvas: no memory; none");
    }
    canvas_destroy(c);
    scene_clear(&scene);
    return status;
}

static void views_without_memory(void **unused)
{
    (void)unused;
    struct shown *ball = SHOW(5, "dataset", "iris", "hidden", "8", "feature-dim", "3", "loss", "cosface",
                     "batch", "16"),
                 *plane = SHOW(5, "dataset", "iris", "hidden", "8", "loss", "softmax", "batch", "16"),
                 *line = SHOW(5, "dataset", "two-blobs", "model", "identity", "loss", "hinge", "batch", "16");
    const struct seen seen[] = { { ball, &view_sphere }, { plane, &view_field }, { line, &view_field } };
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
        every_allocation(seen[i].view->id, draw_anew, &seen[i]);
    close_shown(ball);
    close_shown(plane);
    close_shown(line);
}

/* ---- the landscape ---- */

static void a_landscape_beside_others(void **unused)
{
    (void)unused;
    struct shown *line =
                     SHOW(30, "dataset", "two-blobs", "model", "identity", "loss", "hinge", "batch", "16"),
                 *other = SHOW(5, "dataset", "iris", "hidden", "8", "loss", "softmax", "batch", "16");
    struct look look = dark();
    static struct figure_span span;
    const double w[2] = { 0.5, -0.5 };
    assert_true(isfinite(landscape_at(&line->scene, w)));
    assert_true(isnan(landscape_at(&other->scene, w)));
    struct snapshot far;
    snapshot_init(&far);
    assert_true(snapshot_copy(&far, &line->snap));
    for (int i = 0; i < far.path_count; i++)
        far.path[i].w[0] = 1e9f;
    int dashed = count_drawn(line, &view_field, &look, "dash");
    look.ghosts = 2;
    look.ghost[0] = &other->snap;
    look.ghost[1] = &far;
    assert_int_equal(count_drawn(line, &view_field, &look, "dash"), dashed);
    look.ghost[1] = &line->snap;
    assert_true(count_drawn(line, &view_field, &look, "dash") > dashed);
    look.ghosts = 0;
    /* One of many in a row: the page reaches as far as the path of the newest. */
    assert_true(figure_span_take(&span, &far, &line->data));
    for (int i = 0; i < span.newest.path_count; i++)
        span.newest.path[i].w[0] = 700;
    look.span = &span;
    assert_true(drawn(line, &view_field, &look, 1000, 800, " 600\n"));
    look.span = NULL;
    assert_false(drawn(line, &view_field, &look, 1000, 800, " 600\n"));
    figure_span_apply(&span, &line->scene);
    assert_memory_equal(line->scene.box, span.box, sizeof span.box);
    figure_span_clear(&span);
    snapshot_clear(&far);
    close_shown(line);
    close_shown(other);
}

/* ---- axes and pages ---- */

/* Rows on one line, or in a plane, wherever it lies: all of them is seen, and the axes that are left are made up, at right
 * angles to each other. */
enum { DIM = 5, ROWS = 3 };

static void check_axes(const double *unit)
{
    static struct solid s;
    struct snapshot snap;
    double axis[3 * DIM];
    snapshot_init(&snap);
    assert_true(snapshot_reserve(&snap, 1, DIM, ROWS, 1, 0));
    snap.count = 1;
    snap.dim = DIM;
    snap.classes = ROWS;
    snap.sub = 1;
    for (int d = 0; d < DIM; d++)
        snap.feature[d] = d == 1;
    assert_true(solid_update(&s, &snap, unit, ROWS));
    assert_true(solid_axes(&s, axis));
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++) {
            double sum = 0;
            for (int d = 0; d < DIM; d++)
                sum += axis[a * DIM + d] * axis[b * DIM + d];
            assert_close(sum, a == b, 1e-9);
        }
    assert_close(s.share, 1, 1e-9);
    solid_clear(&s);
    snapshot_clear(&snap);
}

static void axes_of_few_directions(void **unused)
{
    static const double line[ROWS * DIM] = { 0, 1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0 },
                                    plane[ROWS * DIM] = { 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0 };
    (void)unused;
    check_axes(line);
    check_axes(plane);
}

/* ---- pages ---- */

enum { CROWD = 40 };

static char *draw_trend(int points, double width, const double *error)
{
    static char text[CROWD][16];
    static const char *value[CROWD];
    for (int i = 0; i < CROWD; i++) {
        snprintf(text[i], sizeof text[i], "%d.12345", 100 + i);
        value[i] = text[i];
    }
    struct trend_line line = { "", error, error };
    struct trend t = { .sheet = { .title = "t", .subtitle = "", .caption = "" },
        .axis = "m",
        .unit = "%",
        .points = points,
        .value = value,
        .lines = 1,
        .line = &line };
    struct canvas *c = canvas_record(width, 600);
    trend_draw(c, &t, theme_at(0), false, width, 600);
    char *out = strdup(canvas_record_text(c));
    canvas_destroy(c);
    return out;
}

/* Labels in a crowd give way; a point that is not known has none; no page is too small. */
static void a_trend_of_many(void **unused)
{
    double error[CROWD];
    (void)unused;
    for (int i = 0; i < CROWD; i++)
        error[i] = i == 3 ? NAN : 10 + i;
    char *few = draw_trend(5, 1200, error), *many = draw_trend(CROWD, 1200, error),
         *none = draw_trend(5, 200, error);
    assert_int_equal(count(few, ".12345\n"), 5);
    assert_in_range(count(many, ".12345\n"), 5, CROWD - 1);
    assert_non_null(strstr(many, "100.12345\n"));
    assert_null(strstr(many, "nan"));
    assert_int_equal(count(none, ".12345\n"), 0);
    free(few);
    free(many);
    free(none);
}

/* A caption broken at " · " begins its second line with a word. */
static void a_caption_breaks_between_its_pieces(void **unused)
{
    static const char caption[] =
        "a first piece that is rather long so that it fills the line by itself nearly whole · "
        "a second piece that is as long as the first one and stands on a line of its own";
    const struct sheet sheet = { .title = "t", .subtitle = "", .caption = caption };
    (void)unused;
    struct canvas *c = canvas_record(640, 400);
    sheet_draw(c, &sheet, theme_at(0), false, 640, 400);
    assert_non_null(strstr(canvas_record_text(c), ") a first piece"));
    assert_non_null(strstr(canvas_record_text(c), ") a second piece"));
    canvas_destroy(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sample_without_a_class),
        cmocka_unit_test(a_score_without_a_boundary),
        cmocka_unit_test(what_is_outside_the_disc),
        cmocka_unit_test(layers_can_be_off),
        cmocka_unit_test(parts_that_end_at_a_radius),
        cmocka_unit_test(a_level_below_everything),
        cmocka_unit_test(forces_on_a_large_page),
        cmocka_unit_test(views_without_memory),
        cmocka_unit_test(a_landscape_beside_others),
        cmocka_unit_test(axes_of_few_directions),
        cmocka_unit_test(a_trend_of_many),
        cmocka_unit_test(a_caption_breaks_between_its_pieces),
    };
    return cmocka_run_group_tests(tests, shown_begin, shown_end);
}
