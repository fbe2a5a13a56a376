/* The feature plane of losses that are no contest of ten class weights: scores, fits, several labels, pairs, zones
 * that follow the norm. Snapshots are made by hand, strokes read from the recording canvas. */
#include "render/feature_marks.h"
#include "render/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/rng.h"
#include "tests/support/check.h"
#include "tests/support/fonts.h"

static const double PI = 3.14159265358979323846;

enum { COUNT = 40 };

struct stage {
    struct snapshot snap;
    struct scene scene;
    struct look look;
};

/* Two classes left and right of the y axis, w = (1, 0): z is x. The first sample of class 0 is out of place. */
static struct stage *stage_open(const char *id, enum model model)
{
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    struct snapshot *s = &stage->snap;
    const struct loss *loss = loss_find(id);
    bool fit = loss->task == TASK_REAL;
    int dim = fit ? 1 : 2, classes = fit ? 1 : 2;
    struct rng rng;
    rng_init(&rng, 4, RNG_FREE);
    snapshot_init(s);
    experiment_init(&s->experiment);
    s->force = loss_force_initial(loss);
    if (loss_sub(&s->force) > 1) /* one row a class by hand */
        s->force.param[loss_param_find(loss, "k")] = 1;
    assert_true(snapshot_reserve(s, COUNT, dim, classes, 1, classes));
    s->experiment.model = model;
    s->experiment.loss = loss_index(loss);
    memcpy(s->experiment.param[s->experiment.loss], s->force.param, sizeof s->force.param);
    s->dim = dim;
    s->classes = classes;
    s->count = COUNT;
    s->targets = fit ? 1 : loss->task == TASK_MULTI ? classes : 0;
    s->means = loss_is_pair(loss);
    for (int j = 0; j < classes; j++) {
        memset(&s->weight[j * dim], 0, (size_t)dim * sizeof *s->weight);
        s->weight[j * dim] = fit ? 0.5 : j ? 0.5 : -0.5;
        s->bias[j] = 0;
    }
    for (int i = 0; i < COUNT; i++) {
        s->label[i] = fit ? 0 : i % 2;
        s->predicted[i] = s->label[i];
        s->test[i] = false;
        s->row[i] = i;
        s->group[i] = -1;
        for (int d = 0; d < dim; d++)
            s->feature[i * dim + d] = (float)((d == 0 && !fit ? (i % 2 ? 2 : -2) : 0) + rng_normal(&rng));
        for (int j = 0; j < s->targets; j++)
            s->target[i * s->targets + j] = fit ? i == 0 ? 9 : 0.5f * s->feature[i] : i % 3 != j;
    }
    s->norm_median = 2;
    s->norm_p99 = 4;
    s->rest = 0.625;
    s->train_n = COUNT;
    s->train_accuracy = 0.95;
    s->train_loss = 0.25;
    s->margin_accuracy = loss->has_margin ? 0.5 : NAN;
    look_init(&stage->look, theme_find("dark"));
    assert_true(scene_update(&stage->scene, s, NULL));
    return stage;
}

static void stage_close(struct stage *stage)
{
    scene_clear(&stage->scene);
    snapshot_clear(&stage->snap);
    free(stage);
}

static char *draw_plane(struct stage *stage)
{
    struct canvas *c = canvas_record(1600, 1000);
    assert_non_null(c);
    view_draw(&view_feature, c, &stage->scene, &stage->look, (struct rect){ 0, 0, 960, 800 });
    char *text = strdup(canvas_record_text(c));
    canvas_destroy(c);
    return text;
}

static char *draw_header(struct stage *stage)
{
    struct canvas *c = canvas_record(1600, 1000);
    assert_non_null(c);
    header_draw(c, &stage->scene, &stage->look, (struct rect){ 0, 0, 1320, 87 });
    char *text = strdup(canvas_record_text(c));
    canvas_destroy(c);
    return text;
}

static bool says(const char *record, const char *part)
{
    return strstr(record, part) != NULL;
}

static int count_of(const char *record, const char *part)
{
    int n = 0;
    for (const char *at = record; (at = strstr(at, part)); at += strlen(part))
        n++;
    return n;
}

/* ---- the data's own plane ---- */

static void a_linear_score_is_drawn_in_the_data(void **state)
{
    (void)state;
    for (int l = 0; l < loss_count(); l++) {
        const struct loss *loss = loss_at(l);
        if (loss->task != TASK_SCORE)
            continue;
        struct stage *stage = stage_open(loss->id, MODEL_IDENTITY);
        char *record = draw_plane(stage);
        assert_true(stage->scene.data);
        if (!says(record, "Data plane") || !says(record, "lines 2.50"))
            fail_msg("%s: no boundary in the data", loss->id);
        if (says(record, "‖ = 2.00") != loss->has_margin || says(record, "hatch") != loss->has_margin)
            fail_msg("%s: a margin belongs to the hinge alone", loss->id);
        free(record);
        stage_close(stage);
    }
}

static void count_vertical(const char *record, double x, int *found)
{
    for (const char *line = record; line; line = strchr(line, '\n')) {
        struct point a, b;
        line += *line == '\n';
        const char *at = strchr(line, '(');
        if (strncmp(line, "lines 1.75", 10) != 0 || !at)
            continue;
        if (sscanf(at, "(%lf,%lf) (%lf,%lf)", &a.x, &a.y, &b.x, &b.y) == 4)
            *found += fabs(a.x - x) < 0.02 && fabs(b.x - x) < 0.02;
    }
}

static void margin_lines_stand_where_the_score_is_one(void **state)
{
    (void)state;
    struct stage *stage = stage_open("hinge", MODEL_IDENTITY);
    struct plane plane = feature_plane(&stage->scene, &stage->look, (struct rect){ 0, 0, 960, 800 });
    char *record = draw_plane(stage);
    for (int side = -1; side <= 1; side += 2) {
        int found = 0;
        count_vertical(record, plane.center.x + side * plane.unit, &found);
        if (found != 1)
            fail_msg("%d lines at z = %d\n%.300s", found, side, strstr(record, "lines 1.75"));
    }
    free(record);
    stage_close(stage);
}

static void a_network_keeps_the_disc(void **state)
{
    (void)state;
    struct stage *stage = stage_open("hinge", MODEL_MLP);
    char *record = draw_plane(stage);
    assert_false(stage->scene.data);
    assert_true(says(record, "Feature plane"));
    free(record);
    stage_close(stage);
}

static void a_fit_shows_its_line_and_what_pulls_it(void **state)
{
    (void)state;
    for (int l = 0; l < loss_count(); l++) {
        if (loss_at(l)->task != TASK_REAL)
            continue;
        struct stage *stage = stage_open(loss_at(l)->id, MODEL_IDENTITY);
        char *record = draw_plane(stage);
        assert_int_equal(scene_typical(&stage->scene), 0); /* the outlier */
        assert_true(says(record, "of the pull") && says(record, "slope w") && says(record, "train loss"));
        assert_false(says(record, "accuracy") || says(record, "margin"));
        assert_int_equal(count_of(record, "lines 1.00 #aeb5c08c"), COUNT); /* residuals */
        free(record);
        stage_close(stage);
    }
}

static void picking_finds_points_of_every_plane(void **state)
{
    (void)state;
    static const char *const ids[] = { "hinge", "l1", "multilabel" };
    struct rect rect = { 30, 20, 700, 600 };
    for (int l = 0; l < 3; l++) {
        struct stage *stage = stage_open(ids[l], MODEL_IDENTITY);
        struct plane plane = feature_plane(&stage->scene, &stage->look, rect);
        for (int i = 0; i < COUNT; i++) {
            double back[2], xy[2];
            struct point at = feature_place(&stage->scene, &plane, i);
            scene_xy(&stage->scene, i, xy);
            int found = feature_pick(&stage->scene, &stage->look, rect, at);
            struct point there = feature_place(&stage->scene, &plane, found < 0 ? 0 : found);
            assert_true(found >= 0 && hypot(there.x - at.x, there.y - at.y) < 1e-9);
            assert_true(feature_unplace(&stage->scene, &stage->look, rect, at, back));
            assert_close(back[0], xy[0], 1e-9);
            assert_close(back[1], xy[1], 1e-9);
        }
        stage_close(stage);
    }
}

/* ---- words ---- */

static void headers_speak_of_angles_only_where_angles_decide(void **state)
{
    (void)state;
    for (int l = 0; l < loss_count(); l++) {
        struct stage *stage = stage_open(loss_at(l)->id, MODEL_IDENTITY);
        enum loss_decision decision = loss_decision(&stage->snap.force);
        char *record = draw_header(stage);
        if (decision != DECIDE_COSINE && loss_at(l)->family != FAMILY_ANGLE_TIMES && says(record, "°"))
            fail_msg("%s: degrees in\n%s", loss_at(l)->id, record);
        if (says(record, "nan"))
            fail_msg("%s: %s", loss_at(l)->id, record);
        free(record);
        stage_close(stage);
    }
}

/* z = 0.6 is on the right side of the boundary and inside the margin: the hinge takes 0.4. */
static void the_hinge_says_what_it_takes(void **state)
{
    (void)state;
    struct stage *stage = stage_open("hinge", MODEL_IDENTITY);
    stage->snap.feature[2] = 0.6f;
    stage->look.selected = 1;
    char *record = draw_header(stage);
    assert_true(says(record, "right side, too close:") && says(record, "pays 0.40") && says(record, "0.60"));
    free(record);
    stage->snap.feature[2] = -0.5f;
    record = draw_header(stage);
    assert_true(says(record, "wrong side:") && says(record, "pays 1.50"));
    free(record);
    stage->snap.feature[2] = 1.5f;
    record = draw_header(stage);
    assert_true(says(record, "right side:") && says(record, "pays 0.00"));
    free(record);
    stage_close(stage);
}

static void pair_losses_show_means_links_and_rest(void **state)
{
    (void)state;
    struct stage *stage = stage_open("contrastive", MODEL_MLP);
    struct snapshot *s = &stage->snap;
    s->link_count = 2;
    s->link[0] = (struct snapshot_link){ { -1, 0, 0 }, { -2, 1, 0 }, false };
    s->link[1] = (struct snapshot_link){ { -1, 0, 0 }, { 2, 1, 0 }, true };
    char *record = draw_plane(stage);
    assert_true(says(record, "the nearest decides") && says(record, "still pulled together"));
    assert_true(says(record, "62.5%") && !says(record, "margin"));
    assert_false(says(record, "class weight"));
    free(record);
    stage_close(stage);
}

static void toggles_are_those_that_mean_something(void **state)
{
    (void)state;
    static const struct {
        const char *loss;
        enum model model;
        unsigned with, without;
    } rows[] = { { "arcface", MODEL_MLP, LAYER_MARGINS | LAYER_ROSE, LAYER_LINKS | LAYER_CENTERS },
        { "softmax", MODEL_MLP, LAYER_REGIONS | LAYER_WEIGHTS, LAYER_MARGINS | LAYER_GROUPS },
        { "contrastive", MODEL_MLP, LAYER_LINKS, LAYER_MARGINS },
        { "groupface", MODEL_MLP, LAYER_GROUPS | LAYER_MARGINS, LAYER_LINKS },
        { "hinge", MODEL_IDENTITY, LAYER_MARGINS, LAYER_ROSE }, { "l2", MODEL_IDENTITY, 0, LAYER_REGIONS } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct stage *stage = stage_open(rows[i].loss, rows[i].model);
        unsigned layers = feature_layers(&stage->scene), seen = 0;
        struct rect box[FEATURE_TOGGLES];
        enum layer layer[FEATURE_TOGGLES];
        const char *label[FEATURE_TOGGLES];
        int n = feature_toggles(&stage->scene, (struct rect){ 0, 0, 960, 800 }, box, layer, label);
        for (int k = 0; k < n; k++) {
            seen |= (unsigned)layer[k];
            assert_true(k == 0 || box[k].x > box[k - 1].x + box[k - 1].w);
        }
        if ((layers & rows[i].with) != rows[i].with || (layers & rows[i].without) || seen != layers)
            fail_msg("%s: layers %x, toggles %x", rows[i].loss, layers, seen);
        stage_close(stage);
    }
}

static void captions_name_terms_choices_and_lists(void **state)
{
    (void)state;
    char text[1024];
    struct stage *stage = stage_open("softmax", MODEL_MLP);
    struct snapshot *s = &stage->snap;
    int center = term_find(loss_find("center"));
    s->force.added[center] = true;
    figure_caption(s, text, sizeof text);
    assert_true(says(text, "· Softmax + center λ 0.1 ·"));
    figure_name(s, text, sizeof text);
    assert_true(says(text, "softmax_lambda0_center0.1_seed1"));
    figure_title(s, text, sizeof text);
    assert_string_equal(text, "Softmax + center");
    stage_close(stage);
    stage = stage_open("triplet", MODEL_MLP);
    figure_caption(&stage->snap, text, sizeof text);
    assert_true(says(text, "mining "));
    stage_close(stage);
}

/* ---- zones that follow the norm ---- */

static const struct loss_force *curved;
static struct head curved_head;

/* How far a point of an edge, in px of the disc, is from where the train rule turns at that norm. */
static double off_the_rule(double x, double y, double unit)
{
    double radius = hypot(x, y), angle = atan2(y, x), least = INFINITY;
    struct region_class region[5];
    region_sectors(curved, &curved_head, radius / unit, region);
    for (int j = 0; j < 5; j++) {
        double edge[2 * REGION_ARC_MAX];
        int n = region_edges(&region[j], edge);
        for (int i = 0; i < n; i++)
            least = fmin(least, radius * fabs(remainder(edge[i] - angle, 2 * PI)));
    }
    return least;
}

static int check_edges(const char *record, const struct plane *plane)
{
    int checked = 0;
    for (const char *line = record; line; line = strchr(line, '\n')) {
        struct point last = { NAN, NAN };
        line += *line == '\n';
        const char *end = strchr(line, '\n');
        if (strncmp(line, "lines 1.25", 10) != 0)
            continue;
        for (const char *at = line; (at = strchr(at, '(')) && (!end || at < end); at++) {
            struct point p;
            if (sscanf(at, "(%lf,%lf)", &p.x, &p.y) != 2)
                continue;
            p = (struct point){ p.x - plane->center.x, plane->center.y - p.y };
            double x = (p.x + last.x) / 2, y = (p.y + last.y) / 2, off = off_the_rule(x, y, plane->unit);
            if (isfinite(last.x) && hypot(x, y) > 5 && hypot(x, y) < plane->radius - 1) {
                checked++;
                if (!(off < 0.12)) /* 0.1 px and what the record rounds away */
                    fail_msg("a chord is %.3f px off at (%.1f, %.1f)", off, x, y);
            }
            last = p;
        }
    }
    return checked;
}

static void curved_edges_are_within_a_tenth_of_a_pixel(void **state)
{
    (void)state;
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    struct snapshot *s = &stage->snap;
    struct loss_force force = loss_force_initial(loss_find("magface"));
    snapshot_init(s);
    assert_true(snapshot_reserve(s, 1, 2, 5, 1, 0));
    force.param[loss_param_find(force.loss, "l_a")] = 1;
    force.param[loss_param_find(force.loss, "u_a")] = 9;
    s->force = force;
    s->experiment.loss = loss_index(force.loss);
    s->dim = 2;
    s->classes = 5;
    s->count = 1;
    s->feature[0] = 5;
    s->feature[1] = 0;
    s->label[0] = s->predicted[0] = 0;
    s->test[0] = false;
    for (int j = 0; j < 5; j++) {
        s->weight[2 * j] = cos(2 * PI * j / 5);
        s->weight[2 * j + 1] = sin(2 * PI * j / 5);
        s->bias[j] = 0;
    }
    s->norm_median = 5;
    s->norm_p99 = 10;
    look_init(&stage->look, theme_find("dark"));
    assert_true(scene_update(&stage->scene, s, NULL));
    struct plane plane = feature_plane(&stage->scene, &stage->look, (struct rect){ 0, 0, 960, 800 });
    curved = &s->force;
    curved_head = snapshot_head(s);
    char *record = draw_plane(stage);
    assert_true(check_edges(record, &plane) > 40);
    free(record);
    stage_close(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_linear_score_is_drawn_in_the_data),
        cmocka_unit_test(margin_lines_stand_where_the_score_is_one),
        cmocka_unit_test(a_network_keeps_the_disc),
        cmocka_unit_test(a_fit_shows_its_line_and_what_pulls_it),
        cmocka_unit_test(picking_finds_points_of_every_plane),
        cmocka_unit_test(headers_speak_of_angles_only_where_angles_decide),
        cmocka_unit_test(the_hinge_says_what_it_takes),
        cmocka_unit_test(pair_losses_show_means_links_and_rest),
        cmocka_unit_test(toggles_are_those_that_mean_something),
        cmocka_unit_test(captions_name_terms_choices_and_lists),
        cmocka_unit_test(curved_edges_are_within_a_tenth_of_a_pixel),
    };
    return cmocka_run_group_tests(tests, fonts, no_fonts);
}
