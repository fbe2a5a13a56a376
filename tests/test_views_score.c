/* The views of single scores and of loss fields, by what they draw. */
#include "math/rng.h"
#include "render/field.h"
#include "render/text.h"
#include "tests/support/check.h"
#include "tests/support/fonts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* ---- snapshots made by hand ---- */

struct stage {
    struct snapshot snap, ghost;
    struct scene scene;
    struct look look;
};

static void choose(struct snapshot *s, const char *id)
{
    s->force = loss_force_initial(loss_find(id));
    s->experiment.loss = loss_index(s->force.loss);
}

static void make(struct snapshot *s, const char *loss, int count, int dim, int classes, int targets)
{
    struct rng rng;
    rng_init(&rng, 9, RNG_FREE);
    snapshot_init(s);
    experiment_init(&s->experiment);
    s->experiment.model = MODEL_IDENTITY;
    choose(s, loss);
    s->sub = loss_sub(&s->force);
    s->extra_count = loss_extra(&s->force, dim);
    assert_true(snapshot_reserve(s, count, dim, classes, s->sub, targets));
    s->dim = dim;
    s->classes = classes;
    s->count = count;
    s->targets = targets;
    for (int j = 0; j < classes; j++) {
        s->bias[j] = 0;
        s->class_weight[j] = 1;
        for (int d = 0; d < dim; d++)
            s->weight[j * dim + d] = d == 0   ? cos(2 * pi * j / classes)
                                     : d == 1 ? sin(2 * pi * j / classes)
                                              : 0;
    }
    for (int i = 0; s->sub > 1 && i < classes * s->sub * dim; i++)
        s->row_weight[i] = s->weight[i / (s->sub * dim) * dim + i % dim] + 0.1 * rng_normal(&rng);
    for (int i = 0; i < count; i++) {
        s->label[i] = s->predicted[i] = i % classes;
        s->row[i] = i;
        s->test[i] = false;
        s->group[i] = -1;
        for (int d = 0; d < dim; d++)
            s->feature[i * dim + d] = (float)(2 * s->weight[s->label[i] * dim + d] + rng_normal(&rng));
        for (int k = 0; k < targets; k++)
            s->target[i * targets + k] = (float)rng_normal(&rng);
    }
    s->norm_median = 2;
    s->norm_p99 = 4;
}

static struct stage *stage_open(const char *loss, int count, int dim, int classes, int targets)
{
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    make(&stage->snap, loss, count, dim, classes, targets);
    look_init(&stage->look, theme_find("dark"));
    assert_true(scene_update(&stage->scene, &stage->snap, NULL));
    return stage;
}

static void stage_close(struct stage *stage)
{
    scene_clear(&stage->scene);
    snapshot_clear(&stage->snap);
    snapshot_clear(&stage->ghost);
    free(stage);
}

static char *draw_view(struct stage *stage, const char *id, struct rect rect)
{
    struct canvas *c = canvas_record(1700, 1100);
    assert_non_null(c);
    view_draw(view_find(id), c, &stage->scene, &stage->look, rect);
    struct why why;
    assert_int_equal(canvas_finish(c, &why), STATUS_OK);
    char *text = strdup(canvas_record_text(c));
    canvas_destroy(c);
    return text;
}

/* ---- reading the record ---- */

enum { POINTS_MAX = 4096 };

/* The points of one line of the record. */
static int read_points(const char *line, struct point *out)
{
    int n = 0;
    const char *end = line + strcspn(line, "\n");
    for (const char *at = line; n < POINTS_MAX && (at = memchr(at, '(', (size_t)(end - at))); at++)
        n += sscanf(at, "(%lf,%lf)", &out[n].x, &out[n].y) == 2;
    return n;
}

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end ? end + 1 : line + strlen(line);
}

static void assert_inside(const char *record, struct rect r, const char *what)
{
    static struct point at[POINTS_MAX];
    for (const char *line = record; *line; line = next_line(line)) {
        int n = read_points(line, at);
        bool words = strncmp(line, "text", 4) == 0;
        for (int i = 0; i < n && !(words && i > 0); i++) {
            bool in = at[i].x >= r.x - 1 && at[i].x <= r.x + r.w + 1 && at[i].y >= r.y - 1 &&
                      at[i].y <= r.y + r.h + 1;
            if (!in)
                fail_msg("%s: (%g, %g) in %.60s", what, at[i].x, at[i].y, line);
        }
    }
}

/* Where a text stands whose words are these, after `from`; false when it does not. */
static bool find_text(const char *record, const char *words, struct point *at)
{
    for (const char *line = record; *line; line = next_line(line)) {
        const char *end = line + strcspn(line, "\n");
        size_t length = strlen(words);
        if (strncmp(line, "text", 4) == 0 && end - line > (long)length &&
            strncmp(end - length, words, length) == 0 && end[-(long)length - 1] == ' ')
            return sscanf(strchr(line, '('), "(%lf,%lf)", &at->x, &at->y) == 2;
    }
    return false;
}

/* How far the nearest drawn line of at least 20 points passes from a place. */
static double nearest_line(const char *record, struct point to)
{
    static struct point at[POINTS_MAX];
    double nearest = INFINITY;
    for (const char *line = record; *line; line = next_line(line)) {
        int n = strncmp(line, "lines", 5) == 0 ? read_points(line, at) : 0;
        for (int i = 1; i < n && n >= 20; i++) {
            double dx = at[i].x - at[i - 1].x, dy = at[i].y - at[i - 1].y, square = dx * dx + dy * dy;
            double t = square > 0 ? ((to.x - at[i - 1].x) * dx + (to.y - at[i - 1].y) * dy) / square : 0;
            t = t < 0 ? 0 : t > 1 ? 1 : t;
            nearest = fmin(nearest, hypot(at[i - 1].x + t * dx - to.x, at[i - 1].y + t * dy - to.y));
        }
    }
    return nearest;
}

/* ---- score ---- */

/* Panel-sized: the area begins 56 right and 46 below the corner and is 284 by 140 (with 4 above it). The scores of
 * these samples ask for no more than -3..4, and for losses up to 4. */
static struct stage *stage_of_small_scores(const char *loss)
{
    struct stage *stage = stage_open(loss, 2, 2, 2, 0);
    struct snapshot *s = &stage->snap;
    double w[4] = { -0.5, 0, 0.5, 0 };
    memcpy(s->weight, w, sizeof w);
    s->feature[0] = -2; /* class 0, z = -2: u = 2 */
    s->feature[2] = -1; /* class 1, z = -1: u = -1 */
    assert_true(scene_update(&stage->scene, s, NULL));
    return stage;
}

static struct point place_in_panel(struct rect r, double u, double loss)
{
    double left = r.x + 56, width = r.w - 76, top = r.y + 46, height = r.h - 76;
    return (struct point){ left + (u + 3) / 7 * width, top + height * (1 - loss / 4) };
}

static void curves_pass_where_losses_say(void **state)
{
    (void)state;
    static const struct {
        double u, loss;
    } facts[] = { { 0, 0.6931 }, { 0, 1 }, { 0, 0.25 }, { 0, 0.1733 }, { -2, 2.1269 }, { -2, 3 },
        { -2, 0.7758 }, { -2, 1.6501 }, { -1, 1 }, { 2, 0 }, { -1, 2.71828 } };
    struct rect rect = { 100, 50, 360, 216 };
    struct stage *stage = stage_of_small_scores("logistic");
    char *text = draw_view(stage, "score", rect);
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        double miss = nearest_line(text, place_in_panel(rect, facts[i].u, facts[i].loss));
        if (!(miss < 0.35))
            fail_msg("no curve at u = %g, l = %g: %g px", facts[i].u, facts[i].loss, miss);
    }
    assert_true(nearest_line(text, place_in_panel(rect, -2, 3.6)) > 3);
    free(text);
    stage_close(stage);
}

static void samples_slide_on_the_active_curve(void **state)
{
    (void)state;
    static const struct {
        const char *loss;
        double at_2, at_minus_1; /* by hand */
    } facts[] = { { "logistic", 0.126928, 1.313262 }, { "hinge", 0, 2 }, { "squared", 0.014209, 0.534447 },
        { "zero_one", 0, 1 } };
    struct rect rect = { 100, 50, 360, 216 };
    for (size_t k = 0; k < sizeof facts / sizeof facts[0]; k++) {
        struct stage *stage = stage_of_small_scores(facts[k].loss);
        char *text = draw_view(stage, "score", rect);
        struct point want[2] = { place_in_panel(rect, 2, facts[k].at_2),
            place_in_panel(rect, -1, facts[k].at_minus_1) };
        int found = 0;
        static struct point at[POINTS_MAX];
        for (const char *line = text; *line; line = next_line(line))
            if (strncmp(line, "markers", 7) == 0) {
                int n = read_points(line, at);
                for (int i = 0; i < n; i++)
                    for (int j = 0; j < 2; j++)
                        found += hypot(at[i].x - want[j].x, at[i].y - want[j].y) < 0.05;
            }
        if (found != 2)
            fail_msg("%s: %d samples in their places", facts[k].loss, found);
        free(text);
        stage_close(stage);
    }
}

static void only_a_margin_is_hatched(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        if (loss_at(i)->task != TASK_SCORE)
            continue;
        struct stage *stage = stage_of_small_scores(loss_at(i)->id);
        char *text = draw_view(stage, "score", (struct rect){ 100, 50, 360, 216 });
        assert_int_equal(strstr(text, "hatch") != NULL, loss_at(i)->has_margin);
        assert_int_equal(strstr(text, "safe beyond 1") != NULL, loss_at(i)->has_margin);
        free(text);
        stage_close(stage);
    }
}

static void a_confident_mistake_can_be_read_off(void **state)
{
    (void)state;
    struct stage *stage = stage_open("squared", 30, 2, 2, 0);
    char *text = draw_view(stage, "score", (struct rect){ 40, 30, 1200, 860 });
    struct point squared, cross;
    assert_true(find_text(text, "1.80", &squared));
    assert_true(find_text(text, "10.00", &cross));
    assert_true(strstr(text, "label 1, but ŷ = 0.1") != NULL);
    assert_true(squared.x > 900 && fabs(squared.x - cross.x) < 1e-9);
    free(text);
    stage_close(stage);
}

static void other_losses_are_told_why_not(void **state)
{
    (void)state;
    struct stage *stage = stage_open("arcface", 30, 2, 3, 0);
    assert_string_equal(
        view_find("score")->missing(&stage->scene), "Score curves need a score loss; this is ArcFace.");
    choose(&stage->snap, "triplet");
    assert_true(strstr(view_find("field")->missing(&stage->scene), "partners") != NULL);
    choose(&stage->snap, "arcface");
    assert_null(view_find("field")->missing(&stage->scene));
    stage_close(stage);
}

/* ---- contours ---- */

enum { COLS = 23, ROWS = 17 };

static double bowl(double x, double y)
{
    return x * x + 3 * y * y + 0.8 * x * y + sin(3 * x) * 0.4;
}

/* At every point of the outline that is on the level, the straight interpolation along the mesh's side is the level:
 * no further from the true value than the side's bend allows. */
static void contours_are_where_the_values_are(void **state)
{
    (void)state;
    static struct point at[COLS * ROWS], out[4096];
    static double value[COLS * ROWS];
    static uint8_t seen[(COLS + 1) * (ROWS + 1)];
    static bool edge[4096];
    for (int j = 0; j < ROWS; j++)
        for (int i = 0; i < COLS; i++) {
            at[j * COLS + i] = (struct point){ -2 + 4.0 * i / (COLS - 1), -1.5 + 3.0 * j / (ROWS - 1) };
            value[j * COLS + i] = bowl(at[j * COLS + i].x, at[j * COLS + i].y);
        }
    struct mesh mesh = { .cols = COLS, .rows = ROWS, .round = false, .at = at, .value = value };
    assert_int_equal(contour_cells(&mesh), (int)sizeof seen);
    for (double level = -0.2; level < 9; level += 0.7) {
        int n = contour_below(&mesh, level, seen, out, edge, 4096), checked = 0;
        double step = 4.0 / (COLS - 1), worst = 0;
        for (int i = 0; i < n; i++) {
            if (!edge[i])
                continue;
            worst = fmax(worst, fabs(bowl(out[i].x, out[i].y) - level));
            checked++;
        }
        /* |f''| is at most 6 + 3.6 there: a chord is off by at most h^2/8 of it */
        if (!(worst <= 9.6 * step * step / 8))
            fail_msg("level %g is %g off", level, worst);
        assert_true(n == 0 || checked > 0 || level > 8);
    }
}

/* The area of the outline is the area below the level, whatever the loops; a saddle, a hole and islands. */
static double outline_area(const struct point *at, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        struct point a = at[i], b = at[(i + 1) % n];
        sum += a.x * b.y - b.x * a.y;
    }
    return sum / 2;
}

static void outlines_hold_the_area_below(void **state)
{
    (void)state;
    enum { SIDE = 61 };
    static struct point at[SIDE * SIDE], out[8192];
    static double value[SIDE * SIDE];
    static uint8_t seen[(SIDE + 1) * (SIDE + 1)];
    static bool edge[8192];
    for (int j = 0; j < SIDE; j++)
        for (int i = 0; i < SIDE; i++) {
            double x = -3 + 6.0 * i / (SIDE - 1), y = -3 + 6.0 * j / (SIDE - 1);
            at[j * SIDE + i] = (struct point){ x, y };
            value[j * SIDE + i] = fabs(hypot(x, y) - 2); /* a ring */
        }
    struct mesh mesh = { .cols = SIDE, .rows = SIDE, .round = false, .at = at, .value = value };
    int n = contour_below(&mesh, 0.5, seen, out, edge, 8192);
    assert_true(n > 60);
    assert_close(outline_area(out, n), pi * (2.5 * 2.5 - 1.5 * 1.5), 0.005);
    n = contour_below(&mesh, 100, seen, out, edge, 8192);
    assert_close(outline_area(out, n), 36, 1e-12);
    for (int i = 0; i < n; i++)
        assert_false(edge[i]);
    assert_int_equal(contour_below(&mesh, -1, seen, out, edge, 8192), 0);
    assert_int_equal(contour_below(&mesh, 0.5, seen, out, edge, 20), 0);
}

/* One cell, low at two opposite corners: joined across the middle while the mean is below the level. */
static void saddles_go_by_their_mean(void **state)
{
    (void)state;
    static const struct point at[4] = { { 0, 0 }, { 1, 0 }, { 0, 1 }, { 1, 1 } };
    static const double value[4] = { 0, 3, 3, 0 };
    uint8_t seen[9];
    struct point out[32];
    bool edge[32];
    struct mesh mesh = { .cols = 2, .rows = 2, .at = at, .value = value };
    int n = contour_below(&mesh, 1.6, seen, out, edge, 32);
    assert_close(outline_area(out, n), 1 - (1.4 / 3) * (1.4 / 3), 1e-12);
    n = contour_below(&mesh, 1.4, seen, out, edge, 32);
    assert_close(outline_area(out, n), (1.4 / 3) * (1.4 / 3), 1e-12);
}

static void round_meshes_meet_themselves(void **state)
{
    (void)state;
    enum { AROUND = 90, OUT = 12 };
    static struct point at[AROUND * OUT], out[4096];
    static double value[AROUND * OUT];
    static uint8_t seen[AROUND * (OUT + 1)];
    static bool edge[4096];
    for (int j = 0; j < OUT; j++)
        for (int i = 0; i < AROUND; i++) {
            double a = 2 * pi * i / AROUND, r = 10.0 * j / (OUT - 1);
            at[j * AROUND + i] = (struct point){ r * cos(a), r * sin(a) };
            value[j * AROUND + i] = r;
        }
    struct mesh mesh = { .cols = AROUND, .rows = OUT, .round = true, .at = at, .value = value };
    int n = contour_below(&mesh, 5, seen, out, edge, 4096), on = 0;
    for (int i = 0; i < n; i++) {
        on += edge[i];
        if (edge[i])
            assert_close(hypot(out[i].x, out[i].y), 5, 1e-9);
    }
    assert_int_equal(on, AROUND);
    assert_close(fabs(outline_area(out, n)), pi * 25, 0.002);
}

/* ---- landscape ---- */

static void the_landscape_is_the_objective(void **state)
{
    (void)state;
    static const char *const id[] = { "logistic", "hinge", "exponential", "squared" };
    for (int k = 0; k < 4; k++) {
        struct stage *stage = stage_open(id[k], 40, 2, 2, 0);
        struct snapshot *s = &stage->snap;
        s->force.param[loss_param_find(s->force.loss, "lambda")] = 0.03;
        s->bias[0] = -0.2;
        s->bias[1] = 0.3;
        double w[2] = { 0.7, -0.4 }, b = 0.5, x[80], work[4096];
        for (int i = 0; i < 80; i++)
            x[i] = (double)s->feature[i];
        struct head head = { .classes = 1, .dim = 2, .weight = w, .bias = &b };
        struct batch batch = { .n = 40, .feature = x, .label = s->label };
        struct grad grad = { .work = work };
        assert_close(landscape_at(&stage->scene, w), loss_eval(&s->force, &batch, &head, &grad), 1e-12);
        stage_close(stage);
    }
}

static void add_path(struct snapshot *s, double bend)
{
    s->path_count = 50;
    for (int i = 0; i < 50; i++)
        s->path[i] = (struct path_point){ i, { (float)(i * 0.02), (float)(bend * i * 0.01) }, 0 };
}

static void paths_are_walked_on_the_landscape(void **state)
{
    (void)state;
    struct stage *stage = stage_open("logistic", 40, 2, 2, 0);
    struct rect rect = { 40, 30, 960, 700 };
    add_path(&stage->snap, 1);
    make(&stage->ghost, "logistic", 1, 2, 2, 0);
    stage->ghost.experiment.batch = 1;
    stage->snap.experiment.batch = 0;
    add_path(&stage->ghost, -1);
    stage->look.ghost[0] = &stage->ghost;
    stage->look.ghosts = 1;
    char *text = draw_view(stage, "field", rect);
    static struct point at[POINTS_MAX];
    int walked = 0;
    for (const char *line = text; *line; line = next_line(line)) {
        int n = strncmp(line, "lines", 5) == 0 ? read_points(line, at) : 0;
        walked +=
            n == 50 && fabs((at[49].x - at[0].x) + 2 * (at[49].y - at[0].y)) < 0.1; /* one scale for both */
    }
    assert_int_equal(walked, 1);
    assert_non_null(strstr(text, "batch 1"));
    assert_inside(text, rect, "landscape");
    free(text);
    stage_close(stage);
}

/* Samples beyond the axis are counted at the end where they are. */
static void what_lies_beyond_the_axis_is_counted(void **state)
{
    (void)state;
    struct stage *stage = stage_open("hinge", 40, 2, 2, 0);
    for (int i = 0; i < 40; i++) {
        double side = stage->snap.label[i] ? 1 : -1, far = i < 3 ? -1e4 : i < 8 ? 1e4 : 1;
        for (int d = 0; d < 2; d++)
            stage->snap.feature[2 * i + d] = (float)(d ? 0 : side * far);
    }
    stage->snap.weight[0] = -(stage->snap.weight[2] = 0.5);
    stage->snap.weight[1] = stage->snap.weight[3] = 0;
    assert_true(scene_update(&stage->scene, &stage->snap, NULL));
    char *text = draw_view(stage, "score", (struct rect){ 40, 30, 960, 700 });
    assert_non_null(strstr(text, ") ← 3 more\n"));
    assert_non_null(strstr(text, ") 5 more →\n"));
    free(text);
    stage_close(stage);
}

/* The first of what differs, in the order in which it matters. */
static void a_ghost_is_named_by_what_it_did_otherwise(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value, *name;
    } row[] = { { "seed", "1", ") earlier\n" }, { "seed", "77", ") seed 77\n" },
        { "lr", "0.25", ") rate 0.25\n" }, { "optimizer", "momentum", ") momentum\n" },
        { "batch", "full", ") full batch\n" }, { "batch", "8", ") batch 8\n" },
        { "loss", "hinge", ") Hinge\n" } };
    struct stage *stage = stage_open("logistic", 40, 2, 2, 0);
    add_path(&stage->snap, 1);
    make(&stage->ghost, "logistic", 40, 2, 2, 0);
    add_path(&stage->ghost, -1);
    stage->snap.experiment.batch = stage->ghost.experiment.batch = 32;
    stage->look.ghost[0] = &stage->ghost;
    stage->look.ghosts = 1;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct why why = { "" };
        if (experiment_set(&stage->ghost.experiment, row[i].key, row[i].value, &why) != STATUS_OK)
            fail_msg("%s", why.text);
        if (strcmp(row[i].key, "loss") == 0)
            choose(&stage->ghost, row[i].value);
        char *text = draw_view(stage, "field", (struct rect){ 40, 30, 960, 700 });
        if (!strstr(text, row[i].name))
            fail_msg("no %s in the landscape", row[i].name);
        free(text);
    }
    stage_close(stage);
}

/* ---- every snapshot ---- */

static void forces_point_downhill(void **state)
{
    (void)state;
    struct stage *stage = stage_open("softmax", 30, 2, 3, 0);
    struct rect rect = { 40, 30, 700, 700 };
    stage->look.lit_class =
        0; /* its weight points right: so do all forces on its samples, by symmetry on the axis */
    char *text = draw_view(stage, "field", rect);
    struct plane plane = feature_plane(&stage->scene, &stage->look, rect);
    static struct point at[POINTS_MAX];
    int seen = 0;
    for (const char *line = text; *line; line = next_line(line)) {
        int n = strncmp(line, "polygon", 7) == 0 ? read_points(line, at) : 0;
        if (n != 3 || fabs(at[0].y - plane.center.y) > 0.01)
            continue;
        assert_true(at[0].x > at[1].x && at[0].x > at[2].x);
        seen++;
    }
    assert_true(seen > 5);
    free(text);
    stage_close(stage);
}

static void odd_snapshots_are_drawn(void **state)
{
    (void)state;
    static const struct {
        int count, dim, classes;
        bool nan;
    } odd[] = { { 0, 2, 0, false }, { 0, 2, 2, false }, { 30, 2, 1, false }, { 1, 2, 2, false },
        { 40, 2, 2, true }, { 60, 2, 4, false }, { 40, 1, 1, false }, { 40, 3, 2, false },
        { 2000, 2, 1000, false } };
    static const struct rect rects[] = { { 40, 30, 960, 799 }, { 100, 50, 360, 216 }, { 10, 10, 60, 40 },
        { 20, 20, 1320, 860 }, { 30, 30, 360, 420 } };
    for (size_t k = 0; k < sizeof odd / sizeof odd[0]; k++)
        for (int l = 0; l < loss_count(); l++) {
            const struct loss *loss = loss_at(l);
            if (odd[k].classes > 100 && strcmp(loss->id, "arcface") != 0 && strcmp(loss->id, "hinge") != 0)
                continue;
            int targets = loss->task == TASK_REAL ? 1 : loss->task == TASK_MULTI ? odd[k].classes : 0;
            struct stage *stage = stage_open(loss->id, odd[k].count, odd[k].dim, odd[k].classes, targets);
            for (int i = 0; odd[k].nan && i < odd[k].count * odd[k].dim; i++)
                stage->snap.feature[i] = NAN;
            for (int i = 0; odd[k].nan && i < odd[k].classes * odd[k].dim; i++)
                stage->snap.weight[i] = NAN;
            add_path(&stage->snap, odd[k].nan ? (double)NAN : 1);
            assert_true(scene_update(&stage->scene, &stage->snap, NULL));
            for (int r = 0; r < 5; r++) {
                char *score = draw_view(stage, "score", rects[r]),
                     *field = draw_view(stage, "field", rects[r]);
                if (r != 2 && !odd[k].nan) {
                    assert_inside(score, rects[r], loss->id);
                    if (r != 1 && odd[k].classes < 100)
                        assert_inside(field, rects[r], loss->id);
                }
                free(score);
                free(field);
            }
            stage_close(stage);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curves_pass_where_losses_say),
        cmocka_unit_test(samples_slide_on_the_active_curve),
        cmocka_unit_test(only_a_margin_is_hatched),
        cmocka_unit_test(a_confident_mistake_can_be_read_off),
        cmocka_unit_test(other_losses_are_told_why_not),
        cmocka_unit_test(contours_are_where_the_values_are),
        cmocka_unit_test(outlines_hold_the_area_below),
        cmocka_unit_test(saddles_go_by_their_mean),
        cmocka_unit_test(round_meshes_meet_themselves),
        cmocka_unit_test(the_landscape_is_the_objective),
        cmocka_unit_test(paths_are_walked_on_the_landscape),
        cmocka_unit_test(what_lies_beyond_the_axis_is_counted),
        cmocka_unit_test(a_ghost_is_named_by_what_it_did_otherwise),
        cmocka_unit_test(forces_point_downhill),
        cmocka_unit_test(odd_snapshots_are_drawn),
    };
    return cmocka_run_group_tests(tests, fonts, no_fonts);
}
