/* The lens and the inputs: their numbers against `eval`, their strokes under the recording canvas. */
#include "app/dataset_open.h"
#include "app/eval.h"
#include "math/rng.h"
#include "math/trainer.h"
#include "render/input_shape.h"
#include "render/text.h"
#include "render/view.h"
#include "tests/support/check.h"
#include "tests/support/fonts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* ---- snapshots by hand ---- */

struct recipe {
    const char *name;
    int dim, classes, count;
    bool nan;
};

static const struct recipe recipes[] = {
    { "plane", 2, 5, 60, false },
    { "no samples", 2, 4, 0, false },
    { "one class", 2, 1, 40, false },
    { "single", 2, 3, 1, false },
    { "NaN", 2, 5, 40, true },
    { "1,000 classes", 2, 1000, 2000, false },
    { "sphere", 3, 6, 120, false },
    { "16-D", 16, 10, 100, false },
};
enum { RECIPES = sizeof recipes / sizeof recipes[0] };

struct stage {
    struct snapshot snap;
    struct scene scene;
    struct look look;
    struct dataset data;
};

static void set_loss(struct snapshot *s, const char *id)
{
    s->force = loss_force_initial(loss_find(id));
    if (loss_sub(&s->force) > 1)
        s->force.param[loss_param_find(s->force.loss, "k")] = 1;
    s->experiment.loss = loss_index(s->force.loss);
}

static void set_param(struct snapshot *s, const char *id, double value)
{
    s->force.param[loss_param_find(s->force.loss, id)] = value;
}

static void fill(struct snapshot *s, const struct recipe *r)
{
    struct rng rng;
    rng_init(&rng, 11, RNG_FREE);
    for (int j = 0; j < r->classes; j++) {
        for (int d = 0; d < r->dim; d++)
            s->weight[j * r->dim + d] = d == 0   ? 1.2 * cos(2 * pi * j / r->classes)
                                        : d == 1 ? 1.2 * sin(2 * pi * j / r->classes)
                                                 : 0.1 * (j % 3);
        s->bias[j] = 0.05 * (j % 4);
        s->class_weight[j] = 1;
    }
    for (int i = 0; i < r->count; i++) {
        s->label[i] = i % r->classes;
        s->predicted[i] = (i % 7 == 3 ? i + 1 : i) % r->classes;
        s->row[i] = i;
        s->test[i] = i % 2;
        s->group[i] = -1;
        for (int d = 0; d < r->dim; d++)
            s->feature[i * r->dim + d] =
                r->nan ? NAN : (float)(2 * s->weight[s->label[i] * r->dim + d] + 0.5 * rng_normal(&rng));
    }
}

static struct stage *stage_open(const struct recipe *r)
{
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    struct snapshot *s = &stage->snap;
    snapshot_init(s);
    experiment_init(&s->experiment);
    assert_true(snapshot_reserve(s, r->count, r->dim, r->classes, 1, 0));
    s->dim = r->dim;
    s->classes = r->classes;
    s->count = r->count;
    set_loss(s, "arcface");
    fill(s, r);
    s->norm_median = r->nan ? NAN : 2.4;
    s->norm_p99 = r->nan ? NAN : 3.4;
    look_init(&stage->look, theme_find("dark"));
    assert_true(scene_update(&stage->scene, s, NULL));
    return stage;
}

static void stage_close(struct stage *stage)
{
    free(stage->data.value);
    free(stage->data.pixel);
    scene_clear(&stage->scene);
    snapshot_clear(&stage->snap);
    free(stage);
}

/* The samples as images of 4 by 4, or as points of the plane. */
static void give_images(struct stage *stage)
{
    struct dataset *d = &stage->data;
    *d = (struct dataset){ .train = stage->snap.count, .dim = 16, .width = 4, .height = 4, .pixel_max = 255 };
    d->pixel = calloc((size_t)stage->snap.count * 16 + 1, 1);
    assert_non_null(d->pixel);
    assert_true(scene_update(&stage->scene, &stage->snap, d));
}

static void give_plane(struct stage *stage)
{
    struct dataset *d = &stage->data;
    *d = (struct dataset){ .train = stage->snap.count, .dim = 2 };
    d->value = calloc((size_t)stage->snap.count * 2 + 1, sizeof *d->value);
    assert_non_null(d->value);
    for (int i = 0; i < 2 * stage->snap.count; i++)
        d->value[i] = (float)((i * 37 % 101) / 50.0 - 1);
    assert_true(scene_update(&stage->scene, &stage->snap, d));
}

static char *draw(struct stage *stage, const struct view *view, struct rect rect)
{
    struct canvas *c = canvas_record(1600, 1000);
    struct why why;
    assert_non_null(c);
    view_draw(view, c, &stage->scene, &stage->look, rect);
    assert_int_equal(canvas_finish(c, &why), STATUS_OK);
    char *text = strdup(canvas_record_text(c));
    canvas_destroy(c);
    return text;
}

static int count_lines(const char *record, const char *beginning)
{
    int n = 0;
    for (const char *line = record; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : line)
        n += strncmp(line, beginning, strlen(beginning)) == 0;
    return n;
}

/* Points of strokes that are not clipped to a smaller frame; every one of them when `clipped`. */
static int count_outside(const char *record, struct rect r, bool clipped)
{
    int outside = 0;
    bool framed = false;
    for (const char *line = record; *line;) {
        const char *end = strchr(line, '\n');
        end = end ? end : line + strlen(line);
        if (strncmp(line, "clip", 4) == 0) {
            struct rect c;
            framed = sscanf(line, "clip %lf %lf %lf %lf", &c.x, &c.y, &c.w, &c.h) == 4 && c.w < r.w - 1 &&
                     c.x >= r.x && c.y >= r.y && c.x + c.w <= r.x + r.w && c.y + c.h <= r.y + r.h;
        }
        for (const char *at = line; (clipped || !framed) && (at = memchr(at, '(', (size_t)(end - at)));
             at++) {
            struct point p;
            if (sscanf(at, "(%lf,%lf)", &p.x, &p.y) == 2)
                outside +=
                    !(p.x >= r.x - 1 && p.x <= r.x + r.w + 1 && p.y >= r.y - 1 && p.y <= r.y + r.h + 1);
            if (strncmp(line, "text", 4) == 0)
                break;
        }
        line = *end ? end + 1 : end;
    }
    return outside;
}

/* ---- the numbers ---- */

static json_t *list(const double *v, int n)
{
    json_t *out = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(out, json_real(v[i]));
    return out;
}

static json_t *matrix(const double *v, int rows, int columns)
{
    json_t *out = json_array();
    for (int i = 0; i < rows; i++)
        json_array_append_new(out, list(v + i * columns, columns));
    return out;
}

/* The one sample under the lens as a case of `eval`, with the same head. */
static json_t *case_of(const struct stage *stage, const double *x, int label)
{
    const struct snapshot *s = &stage->snap;
    const struct loss *loss = s->force.loss;
    json_t *root = json_object(), *params = json_object(), *labels = json_array();
    for (int p = 0; p < loss_param_count(loss); p++)
        if (loss->param[p].kind != PARAM_LIST && loss->param[p].kind != PARAM_CHOICE)
            json_object_set_new(params, loss->param[p].id,
                loss->param[p].kind == PARAM_BOOL ? json_boolean(s->force.param[p] != 0)
                                                  : json_real(s->force.param[p]));
    json_array_append_new(labels, json_integer(label));
    json_object_set_new(root, "loss", json_string(loss->id));
    json_object_set_new(root, "params", params);
    json_object_set_new(root, "features", matrix(x, 1, s->dim));
    json_object_set_new(root, "labels", labels);
    json_object_set_new(root, "weights", matrix(s->weight, s->classes, s->dim));
    if (loss->has_bias)
        json_object_set_new(root, "bias", list(s->bias, s->classes));
    return root;
}

static void the_lens_agrees_with_eval(void **state)
{
    (void)state;
    static const char *const ids[] = { "softmax", "modified_softmax", "normface", "lsoftmax", "asoftmax",
        "fnorm_sphereface", "cosface", "arcface", "combined_margin", "focal", "l2_softmax", "magface" };
    struct stage *stage = stage_open(&recipes[0]);
    for (size_t k = 0; k < sizeof ids / sizeof *ids; k++) {
        set_loss(&stage->snap, ids[k]);
        for (int i = 0; i < 10; i++) {
            struct lens lens;
            struct eval eval;
            struct why why = { "" };
            double x[LENS_DIM];
            stage->look.selected = i;
            assert_true(lens_of(&stage->scene, &stage->look, x, &lens));
            json_t *root = case_of(stage, x, stage->snap.label[i]);
            if (eval_case(root, &eval, &why) != STATUS_OK)
                fail_msg("%s: %s", ids[k], why.text);
            assert_close(lens.loss, eval.loss, 1e-14);
            assert_close(lens.gradient[0], eval.d_feature[0], 1e-14);
            assert_close(lens.gradient[1], eval.d_feature[1], 1e-14);
            eval_clear(&eval);
            json_decref(root);
        }
    }
    stage_close(stage);
}

/* A real training in the middle of its ramp, or of its annealing. */
static void train_into_the_ramp(const char *loss, struct dataset *data, struct snapshot *out)
{
    static const char *const setting[][2] = { { "dataset", "blobs" }, { "hidden", "16" },
        { "warmup", "10,40" } };
    struct experiment e;
    struct trainer *t = NULL;
    struct why why = { "" };
    experiment_init(&e);
    assert_int_equal(experiment_set(&e, "loss", loss, &why), STATUS_OK);
    for (size_t i = 0; i < sizeof setting / sizeof *setting; i++)
        if (experiment_set(&e, setting[i][0], setting[i][1], &why) != STATUS_OK)
            fail_msg("%s", why.text);
    if (dataset_open(&e, data, &why) != STATUS_OK || trainer_create(&e, data, &t, &why) != STATUS_OK)
        fail_msg("%s: %s", loss, why.text);
    for (int i = 0; i < 30; i++)
        trainer_step(t);
    assert_int_equal(trainer_snapshot(t, out), STATUS_OK);
    trainer_destroy(t);
}

static double eval_loss(const struct stage *stage, const double *x, int label)
{
    struct eval eval;
    struct why why = { "" };
    json_t *root = case_of(stage, x, label);
    if (eval_case(root, &eval, &why) != STATUS_OK)
        fail_msg("%s: %s", stage->snap.force.loss->id, why.text);
    double loss = eval.loss;
    eval_clear(&eval);
    json_decref(root);
    return loss;
}

/* The number that stands in the view, too; with the values that were set `eval` says something else. */
static void in_a_warm_up_the_lens_agrees_with_eval(void **state)
{
    (void)state;
    static const char *const ids[] = { "arcface", "cosface", "combined_margin", "lsoftmax", "asoftmax" };
    for (size_t k = 0; k < sizeof ids / sizeof *ids; k++) {
        struct stage *stage = calloc(1, sizeof *stage);
        assert_non_null(stage);
        snapshot_init(&stage->snap);
        train_into_the_ramp(ids[k], &stage->data, &stage->snap);
        look_init(&stage->look, theme_find("dark"));
        assert_true(scene_update(&stage->scene, &stage->snap, &stage->data));
        double apart = 0;
        for (int i = 0; i < 8; i++) {
            struct lens lens;
            double x[LENS_DIM];
            stage->look.selected = i;
            assert_true(lens_of(&stage->scene, &stage->look, x, &lens));
            double want = eval_loss(stage, x, stage->snap.label[i]);
            assert_close(lens.loss, want, 1e-12 * fmax(1, want));
            char *text = draw(stage, &view_lens, (struct rect){ 0, 0, 960, 700 });
            const char *written = strstr(text, "L = ");
            assert_non_null(written);
            assert_close(strtod(written + 4, NULL), want, fmax(2e-6, 1e-3 * want));
            free(text);
            struct loss_force force = stage->snap.force;
            for (int p = 0; p < loss_param_count(force.loss); p++)
                stage->snap.force.param[p] = stage->snap.experiment.param[stage->snap.experiment.loss][p];
            apart = fmax(apart, fabs(eval_loss(stage, x, stage->snap.label[i]) - want));
            stage->snap.force = force;
        }
        if (!(apart > 1e-3))
            fail_msg("%s: not in the middle of anything", ids[k]);
        dataset_clear(&stage->data);
        scene_clear(&stage->scene);
        snapshot_clear(&stage->snap);
        free(stage);
    }
}

/* Two unit weights 60 degrees apart, a feature of length 2 ten degrees from its own, at s = 10 and m = 0.2. */
static void arcface_by_hand(void **state)
{
    (void)state;
    static const struct recipe two = { "two", 2, 2, 1, false };
    struct stage *stage = stage_open(&two);
    struct snapshot *s = &stage->snap;
    struct lens lens;
    double x[LENS_DIM], own = 10 * cos(10 * pi / 180 + 0.2), rival = 10 * cos(50 * pi / 180);
    const double weight[4] = { 1, 0, cos(pi / 3), sin(pi / 3) };
    memcpy(s->weight, weight, sizeof weight);
    s->feature[0] = (float)(2 * cos(10 * pi / 180));
    s->feature[1] = (float)(2 * sin(10 * pi / 180));
    set_param(s, "s", 10);
    set_param(s, "m", 0.2);
    assert_true(scene_update(&stage->scene, s, NULL));
    stage->look.selected = 0;
    assert_true(lens_of(&stage->scene, &stage->look, x, &lens));
    assert_int_equal(lens.kind, LENS_SOFTMAX);
    assert_int_equal(lens.rows, 2);
    assert_true(lens.row[0].own && !lens.row[1].own);
    assert_close(lens.norm, 2, 1e-6);
    assert_close(lens.row[0].angle, 10 * pi / 180, 1e-6);
    assert_close(lens.row[0].logit, own, 1e-6);
    assert_close(lens.row[0].plain, 10 * cos(10 * pi / 180), 1e-6);
    assert_close(lens.row[1].logit, rival, 1e-6);
    assert_close(lens.row[0].probability, 1 / (1 + exp(rival - own)), 1e-6);
    assert_close(lens.loss, log1p(exp(rival - own)), 1e-5);
    assert_true(lens.is_entropy);
    char *text = draw(stage, &view_lens, (struct rect){ 0, 0, 960, 700 });
    assert_non_null(strstr(text, "10.0\u00b0"));
    char logit[16];
    snprintf(logit, sizeof logit, "%.3f", own);
    assert_non_null(strstr(text, logit));
    assert_non_null(strstr(text, "11.5")); /* 0.2 as degrees, in the formula */
    free(text);
    stage_close(stage);
}

static void every_row_has_a_lens(void **state)
{
    (void)state;
    static const struct recipe two = { "two", 2, 2, 12, false };
    struct stage *stage = stage_open(&two);
    for (int l = 0; l < loss_count(); l++) {
        struct lens lens;
        double x[LENS_DIM];
        const struct loss *loss = loss_at(l);
        if (loss->family == FAMILY_TERM || loss->refine || loss->task == TASK_REAL ||
            loss->task == TASK_MULTI)
            continue;
        set_loss(&stage->snap, loss->id);
        stage->look.selected = 3;
        assert_true(lens_of(&stage->scene, &stage->look, x, &lens));
        if (loss_is_pair(loss) != isnan(lens.loss))
            fail_msg("%s: the loss of one sample is %g", loss->id, lens.loss);
        double sum = lens.others;
        for (int i = 0; i < lens.rows; i++)
            sum += lens.row[i].probability;
        if (lens.kind == LENS_SOFTMAX || lens.kind == LENS_SCORE)
            assert_close(sum, 1, 1e-12);
    }
    stage_close(stage);
}

/* Each term is listed with what it adds. */
static void terms_add_up(void **state)
{
    (void)state;
    struct stage *stage = stage_open(&recipes[0]);
    struct snapshot *s = &stage->snap;
    struct lens lens;
    double x[LENS_DIM];
    set_loss(s, "softmax");
    s->force.added[term_find(loss_find("center"))] = s->force.added[term_find(loss_find("ring"))] = true;
    s->centers = true;
    for (int i = 0; i < s->classes * s->dim; i++)
        s->center[i] = 0.3 * (i % 5) - 0.5;
    stage->look.selected = 4;
    assert_true(lens_of(&stage->scene, &stage->look, x, &lens));
    double sum = lens.main;
    for (int i = 0; i < term_count(); i++)
        sum += lens.term[i];
    assert_true(lens.term[term_find(loss_find("center"))] > 0);
    assert_close(lens.loss, sum, 1e-12);
    char *text = draw(stage, &view_lens, (struct rect){ 0, 0, 960, 700 });
    assert_non_null(strstr(text, loss_find("center")->label));
    assert_non_null(strstr(text, loss_find("ring")->label));
    free(text);
    stage_close(stage);
}

/* The probe's gradient against differences of its loss. */
static void the_probe_feels_the_loss(void **state)
{
    (void)state;
    struct stage *stage = stage_open(&recipes[0]);
    struct look *look = &stage->look;
    struct lens here, there, back;
    double x[LENS_DIM], step = 1e-6;
    look->probing = true;
    look->probe[0] = 0.7;
    look->probe[1] = -0.4;
    look->probe_label = 2;
    assert_true(lens_of(&stage->scene, look, x, &here));
    assert_int_equal(lens_sample(&stage->scene, look), -1);
    for (int d = 0; d < 2; d++) {
        look->probe[d] += step;
        assert_true(lens_of(&stage->scene, look, x, &there));
        look->probe[d] -= 2 * step;
        assert_true(lens_of(&stage->scene, look, x, &back));
        look->probe[d] += step;
        assert_close(here.gradient[d], (there.loss - back.loss) / (2 * step), 1e-5);
    }
    look->probe_label = 17;
    assert_false(lens_of(&stage->scene, look, x, &here));
    stage_close(stage);
}

/* Triangles whose first corner lies from `at` in this direction, at most 120 px away. */
static int count_tips(const char *record, struct point at, double dx, double dy)
{
    int n = 0;
    for (const char *line = record; (line = strstr(line, "polygon")); line++) {
        struct point tip;
        const char *first = strchr(line, '(');
        if (!first || sscanf(first, "(%lf,%lf)", &tip.x, &tip.y) != 2)
            continue;
        double x = tip.x - at.x, y = tip.y - at.y, along = x * dx + y * dy;
        n += along > 11 && along < 120 && fabs(x * dy - y * dx) < 0.05;
    }
    return n;
}

/* The arrow in the plane points to where the loss falls. */
static void the_plane_shows_the_pull(void **state)
{
    (void)state;
    struct stage *stage = stage_open(&recipes[0]);
    struct rect rect = { 0, 0, 960, 799 };
    struct lens lens;
    double x[LENS_DIM];
    stage->look.probing = true;
    stage->look.probe[0] = 0.9;
    stage->look.probe[1] = 0.2;
    stage->look.probe_label = 1;
    assert_true(lens_of(&stage->scene, &stage->look, x, &lens));
    char *with = draw(stage, &view_feature, rect);
    stage->look.probing = false;
    char *without = draw(stage, &view_feature, rect);
    struct plane plane = feature_plane(&stage->scene, &stage->look, rect);
    struct point at = { plane.center.x + 0.9 * plane.unit, plane.center.y - 0.2 * plane.unit };
    double dx = -lens.gradient[0] / lens.pull, dy = lens.gradient[1] / lens.pull;
    assert_int_equal(count_tips(with, at, dx, dy), count_tips(without, at, dx, dy) + 1);
    assert_int_equal(count_outside(with, rect, true), 0);
    free(with);
    free(without);
    stage_close(stage);
}

/* ---- the inputs ---- */

/* A straight border between two classes at x = 0.1, another way round the origin for a third. */
static void make_map(struct input_map *map, int side, int classes)
{
    *map = (struct input_map){ .w = side, .h = side, .box = { -1, -1, 1, 1 }, .step = 7 };
    for (int i = 0; i < side * side; i++) {
        double x = -1 + 2.0 * (i % side) / (side - 1), y = -1 + 2.0 * (i / side) / (side - 1);
        map->class[i] = (uint16_t)(x < 0.1 ? 0 : classes > 2 && y > 0.3 ? 2 : 1);
        map->gap[i] = (float)fabs(x - 0.1);
        map->certainty[i] = (float)(0.5 + 0.5 * fabs(tanh(4 * (x - 0.1))));
        map->cut_right[i] = (float)((0.1 - x) * (side - 1) / 2);
        map->cut_up[i] = (float)((0.3 - y) * (side - 1) / 2);
    }
}

static void borders_stand_where_classes_end(void **state)
{
    (void)state;
    struct input_map *map = calloc(1, sizeof *map);
    struct input_shape *shape = NULL;
    double left = 0;
    assert_non_null(map);
    make_map(map, 21, 2);
    assert_true(input_shape_build(&shape, map));
    assert_true(shape->parts >= 2 && shape->part[0].class == 0 && shape->part[1].class == 1);
    for (int k = 0; k < 2; k++) {
        int on = 0;
        double area = 0;
        for (int i = 0; i < shape->part[k].count; i++) {
            int at = shape->part[k].first + i, next = shape->part[k].first + (i + 1) % shape->part[k].count;
            area += shape->at[at].x * shape->at[next].y - shape->at[next].x * shape->at[at].y;
            if (!shape->edge[at])
                continue;
            assert_close(shape->at[at].x, 0.1, 1e-6);
            on++;
        }
        assert_true(on > 10);
        left = k == 0 ? fabs(area) / 2 : left + fabs(area) / 2;
    }
    assert_close(left, 4, 1e-6); /* the two fill the square */
    free(shape);
    free(map);
}

/* Where three classes meet nothing stays bare: outlines and joints fill the square together. */
static void three_classes_leave_no_hole(void **state)
{
    (void)state;
    struct input_map *map = calloc(1, sizeof *map);
    struct input_shape *shape = NULL;
    double area = 0;
    assert_non_null(map);
    make_map(map, 20, 3);
    assert_true(input_shape_build(&shape, map));
    assert_int_equal(shape->joints, 1);
    for (int k = 0; k < shape->parts + shape->joints; k++) {
        bool joint = k >= shape->parts;
        if (!joint && shape->part[k].class < 0)
            continue;
        const struct point *at = joint ? shape->joint[k - shape->parts].at : shape->at + shape->part[k].first;
        int n = joint ? shape->joint[k - shape->parts].count : shape->part[k].count;
        double twice = 0;
        for (int i = 0; i < n; i++)
            twice += at[i].x * at[(i + 1) % n].y - at[(i + 1) % n].x * at[i].y;
        area += fabs(twice) / 2;
    }
    assert_close(area, 4, 1e-6);
    free(shape);
    free(map);
}

static void wrong_samples_are_ringed(void **state)
{
    (void)state;
    struct stage *stage = stage_open(&recipes[0]);
    struct rect rect = { 20, 30, 900, 700 };
    give_plane(stage);
    char *text = draw(stage, &view_input, rect);
    for (int i = 0; i < stage->snap.count; i++)
        stage->snap.predicted[i] = stage->snap.label[i];
    assert_true(scene_update(&stage->scene, &stage->snap, &stage->data));
    char *right = draw(stage, &view_input, rect);
    int wrong = 0;
    for (int i = 0; i < stage->snap.count; i++)
        wrong += i % 7 == 3;
    assert_int_equal(count_lines(text, "lines") - count_lines(right, "lines"), wrong);
    assert_non_null(strstr(right, "0 of 60"));
    free(text);
    free(right);
    stage_close(stage);
}

/* Mistakes first, the surest at the front; then what was right, the least sure first. */
static void the_list_begins_with_the_surest_mistake(void **state)
{
    (void)state;
    struct stage *stage = stage_open(&recipes[0]);
    struct rect rect = { 0, 0, 960, 700 };
    give_images(stage);
    char *text = draw(stage, &view_input, rect);
    assert_true(count_lines(text, "image") >= 40);
    const struct scene *scene = &stage->scene;
    for (int k = 1; k < stage->snap.count; k++)
        assert_true(scene->sure[scene->order[k - 1]] <= scene->sure[scene->order[k]]);
    int first = scene->order[0];
    assert_true(stage->snap.predicted[first] != stage->snap.label[first]);
    struct plot_probe {
        double x, y;
    } at = { 24 + 20, 76 + 20 };
    assert_int_equal(input_pick(&stage->scene, &stage->look, rect, (struct point){ at.x, at.y }), first);
    assert_int_equal(input_pick(&stage->scene, &stage->look, rect, (struct point){ 4, 4 }), -1);
    free(text);
    stage_close(stage);
}

/* Samples that are neither images nor points stand in lines: under the head, one each. */
static void a_line_of_the_list_is_picked(void **state)
{
    (void)state;
    struct stage *stage = stage_open(&recipes[0]);
    struct rect rect = { 0, 0, 960, 700 };
    struct dataset *d = &stage->data;
    *d = (struct dataset){ .train = stage->snap.count, .dim = 5 };
    d->value = calloc((size_t)stage->snap.count * 5, sizeof *d->value);
    assert_true(scene_update(&stage->scene, &stage->snap, d));
    free(draw(stage, &view_input, rect));
    int k = -1;
    for (double y = 0; y < 700; y += 1) {
        int found = input_pick(&stage->scene, &stage->look, rect, (struct point){ 200, y });
        if (found < 0)
            continue;
        k += k < 0 || found != stage->scene.order[k];
        assert_int_equal(found, stage->scene.order[k]);
    }
    assert_in_range(k, 10, stage->snap.count - 1);
    assert_int_equal(input_pick(&stage->scene, &stage->look, rect, (struct point){ 1200, 400 }), -1);
    stage_close(stage);
}

static void a_dot_of_the_plane_is_picked(void **state)
{
    (void)state;
    struct stage *stage = stage_open(&recipes[3]);
    struct rect rect = { 0, 0, 800, 700 };
    give_plane(stage);
    int hits = 0;
    for (double y = 0; y < 700; y += 4)
        for (double x = 0; x < 800; x += 4)
            hits += input_pick(&stage->scene, &stage->look, rect, (struct point){ x, y }) == 0;
    assert_true(hits >= 9 && hits <= 16); /* a disc of 8 px */
    stage_close(stage);
}

static void everything_draws_inside(void **state)
{
    (void)state;
    static const struct rect rects[] = { { 40, 30, 960, 700 }, { 100, 50, 360, 216 }, { 10, 10, 60, 40 },
        { 5, 5, 1500, 900 } };
    const struct view *views[] = { &view_input, &view_lens };
    struct input_map *map = calloc(1, sizeof *map);
    assert_non_null(map);
    make_map(map, 40, 3);
    for (int r = 0; r < RECIPES; r++)
        for (int source = 0; source < 4; source++) {
            struct stage *stage = stage_open(&recipes[r]);
            if (source == 1)
                give_images(stage);
            if (source == 3 && recipes[r].classes >= 3)
                stage->snap.inputs = *map;
            if (source >= 2)
                give_plane(stage);
            stage->look.selected = recipes[r].count - 1;
            for (int l = 0; l < loss_count(); l++) {
                if ((recipes[r].classes > 100 || source > 0) && l != loss_index(loss_find("arcface")))
                    continue;
                if (loss_at(l)->family == FAMILY_TERM ||
                    (loss_at(l)->task == TASK_SCORE && recipes[r].classes != 2))
                    continue;
                set_loss(&stage->snap, loss_at(l)->id);
                assert_true(scene_update(&stage->scene, &stage->snap, source ? &stage->data : NULL));
                for (int v = 0; v < 2; v++)
                    for (size_t k = 0; k < sizeof rects / sizeof *rects; k++) {
                        char *text = draw(stage, views[v], rects[k]);
                        int outside = count_outside(text, rects[k], false);
                        if (outside > 0 || (k != 2 && strlen(text) < 60))
                            fail_msg("%s of \"%s\" with %s, source %d, rectangle %zu: %d points outside",
                                views[v]->id, recipes[r].name, loss_at(l)->id, source, k, outside);
                        free(text);
                    }
            }
            stage_close(stage);
        }
    free(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lens_agrees_with_eval),
        cmocka_unit_test(in_a_warm_up_the_lens_agrees_with_eval),
        cmocka_unit_test(arcface_by_hand),
        cmocka_unit_test(every_row_has_a_lens),
        cmocka_unit_test(terms_add_up),
        cmocka_unit_test(the_probe_feels_the_loss),
        cmocka_unit_test(the_plane_shows_the_pull),
        cmocka_unit_test(borders_stand_where_classes_end),
        cmocka_unit_test(three_classes_leave_no_hole),
        cmocka_unit_test(wrong_samples_are_ringed),
        cmocka_unit_test(the_list_begins_with_the_surest_mistake),
        cmocka_unit_test(a_line_of_the_list_is_picked),
        cmocka_unit_test(a_dot_of_the_plane_is_picked),
        cmocka_unit_test(everything_draws_inside),
    };
    return cmocka_run_group_tests(tests, fonts, no_fonts);
}
