/* Views are tested by what they draw: the recording canvas writes every stroke down as a line of text. */
#include "math/rng.h"
#include "render/formula.h"
#include "render/text.h"
#include "render/view.h"
#include "tests/support/check.h"
#include "tests/support/fonts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* ---- snapshots made by hand ---- */

struct recipe {
    const char *name;
    int dim, classes, count;
    bool nan;
};

static const struct recipe recipes[] = {
    { "plane", 2, 5, 200, false },
    { "empty", 2, 0, 0, false },
    { "no samples", 2, 4, 0, false },
    { "one class", 2, 1, 40, false },
    { "NaN", 2, 5, 40, true },
    { "1,000 classes", 2, 1000, 2000, false },
    { "sphere", 3, 6, 120, false },
    { "sphere of one", 3, 1, 9, false },
    { "16-D", 16, 10, 100, false },
};

enum { RECIPES = sizeof recipes / sizeof recipes[0] };

static void set_loss(struct snapshot *s, const char *id)
{
    s->force = loss_force_initial(loss_find(id));
    if (loss_sub(&s->force) > 1) /* snapshots by hand hold one row a class */
        s->force.param[loss_param_find(s->force.loss, "k")] = 1;
    s->experiment.loss = loss_index(s->force.loss);
    memcpy(s->experiment.param[s->experiment.loss], s->force.param, sizeof s->force.param);
}

static void set_param(struct snapshot *s, const char *id, double value)
{
    int at = loss_param_find(s->force.loss, id);
    s->force.param[at] = s->experiment.param[s->experiment.loss][at] = value;
}

static void fill_curve(struct snapshot *s)
{
    s->curve_count = 60;
    for (int i = 0; i < s->curve_count; i++) {
        double t = i / 60.0;
        s->curve[i] = (struct curve_point){ 20 * i, (float)(4 * exp(-4 * t) + 0.3), NAN, NAN, NAN, NAN, NAN };
        if (i % 3 == 0 || i == s->curve_count - 1) {
            s->curve[i].train_accuracy = (float)(0.991 - 0.5 * exp(-9 * t));
            s->curve[i].test_accuracy = (float)(0.949 - 0.5 * exp(-9 * t));
        }
    }
    s->curve[59].test_accuracy = 0.949f;
    s->event_count = 3;
    s->event[0] = (struct event){ 400, true, "m 0.15", "" };
    s->event[1] = (struct event){ 405, true, "m 0.20", "" };
    s->event[2] = (struct event){ 410, true, "m 0.30", "" };
}

/* Classes evenly on a circle of radius 1 (in the first two dimensions), samples scattered about them by seed. */
static void make_snapshot(struct snapshot *s, const struct recipe *r)
{
    struct rng rng;
    rng_init(&rng, 5, RNG_FREE);
    snapshot_init(s);
    experiment_init(&s->experiment);
    assert_true(snapshot_reserve(s, r->count, r->dim, r->classes, 1, 0));
    s->dim = r->dim;
    s->classes = r->classes;
    s->count = r->count;
    s->step = 1180;
    set_loss(s, "arcface");
    snprintf(s->data_name, sizeof s->data_name, "by hand");
    for (int j = 0; j < r->classes; j++) {
        for (int d = 0; d < r->dim; d++)
            s->weight[j * r->dim + d] = d == 0   ? cos(2 * pi * j / r->classes)
                                        : d == 1 ? sin(2 * pi * j / r->classes)
                                                 : 0.1;
        s->bias[j] = 0;
    }
    for (int i = 0; i < r->count; i++) {
        s->label[i] = s->predicted[i] = i % r->classes;
        s->row[i] = i;
        s->test[i] = i % 2 == 0;
        for (int d = 0; d < r->dim; d++)
            s->feature[i * r->dim + d] =
                r->nan ? NAN : (float)(3 * s->weight[s->label[i] * r->dim + d] + 0.4 * rng_normal(&rng));
    }
    s->train_n = s->test_n = r->count;
    s->train_accuracy = 0.991;
    s->test_accuracy = 0.949;
    s->margin_accuracy = s->own_angle_mean = 0.2;
    s->rival_angle_mean = 1;
    s->norm_median = r->nan ? NAN : 3;
    s->norm_p99 = r->nan ? NAN : 4.2;
    fill_curve(s);
}

struct stage {
    struct snapshot snap;
    struct scene scene;
    struct look look;
};

static struct stage *stage_open(const struct recipe *recipe)
{
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    make_snapshot(&stage->snap, recipe);
    look_init(&stage->look, theme_find("dark"));
    assert_true(scene_update(&stage->scene, &stage->snap, NULL));
    return stage;
}

static void stage_close(struct stage *stage)
{
    scene_clear(&stage->scene);
    snapshot_clear(&stage->snap);
    free(stage);
}

/* Two class weights of length 1 at 20 and 80 degrees, one sample of class 0 turned 10 degrees towards class 1. */
static struct stage *stage_two_classes(const char *loss, double m)
{
    static const struct recipe two = { "two", 2, 2, 1, false };
    struct stage *stage = stage_open(&two);
    struct snapshot *s = &stage->snap;
    for (int j = 0; j < 2; j++) {
        double at = (20 + 60 * j) * pi / 180;
        s->weight[2 * j] = cos(at);
        s->weight[2 * j + 1] = sin(at);
    }
    s->feature[0] = (float)(2 * cos(30 * pi / 180));
    s->feature[1] = (float)(2 * sin(30 * pi / 180));
    set_loss(s, loss);
    if (m >= 0)
        set_param(s, "m", m);
    assert_true(scene_update(&stage->scene, s, NULL));
    return stage;
}

static char *draw_view(struct stage *stage, const struct view *view, struct rect rect)
{
    struct canvas *c = canvas_record(1600, 1000);
    assert_non_null(c);
    view_draw(view, c, &stage->scene, &stage->look, rect);
    struct why why;
    assert_int_equal(canvas_finish(c, &why), STATUS_OK);
    char *text = strdup(canvas_record_text(c));
    canvas_destroy(c);
    return text;
}

static char *draw_header(struct stage *stage, struct rect rect)
{
    struct canvas *c = canvas_record(1600, 1000);
    assert_non_null(c);
    header_draw(c, &stage->scene, &stage->look, rect);
    char *text = strdup(canvas_record_text(c));
    canvas_destroy(c);
    return text;
}

/* ---- reading the record ---- */

/* Calls `found` for every point of every line that begins with `stroke`. */
static void each_point(
    const char *record, const char *stroke, void (*found)(void *, int line, struct point), void *arg)
{
    int number = 0;
    for (const char *line = record; *line; number++) {
        const char *end = strchr(line, '\n');
        end = end ? end : line + strlen(line);
        if (strncmp(line, stroke, strlen(stroke)) == 0) {
            for (const char *at = line; (at = memchr(at, '(', (size_t)(end - at))); at++) {
                struct point p;
                if (sscanf(at, "(%lf,%lf)", &p.x, &p.y) == 2)
                    found(arg, number, p);
                if (strncmp(stroke, "text", 4) == 0)
                    break;
            }
        }
        line = *end ? end + 1 : end;
    }
}

struct bounds {
    struct rect rect;
    int outside, seen;
};

static void check_inside(void *arg, int line, struct point p)
{
    (void)line;
    struct bounds *b = arg;
    b->seen++;
    b->outside += !(p.x >= b->rect.x - 1 && p.x <= b->rect.x + b->rect.w + 1 && p.y >= b->rect.y - 1 &&
                    p.y <= b->rect.y + b->rect.h + 1);
}

/* ---- tests ---- */

static void every_view_draws_every_snapshot(void **state)
{
    (void)state;
    static const struct rect rects[] = { { 40, 30, 960, 700 }, { 100, 50, 360, 216 }, { 10, 10, 60, 40 } };
    for (int r = 0; r < RECIPES; r++) {
        struct stage *stage = stage_open(&recipes[r]);
        for (int l = 0; l < loss_count(); l++) {
            if (recipes[r].classes > 100 && l != loss_index(loss_find("arcface")))
                continue;
            set_loss(&stage->snap, loss_at(l)->id);
            assert_true(scene_update(&stage->scene, &stage->snap, NULL));
            for (int v = 0; v < view_count(); v++) {
                for (int k = 0; k < 3; k++) {
                    char *text = draw_view(stage, view_at(v), rects[k]);
                    if (k < 2 && strlen(text) < 100)
                        fail_msg("%s of \"%s\" with %s draws nothing", view_at(v)->id, recipes[r].name,
                            loss_at(l)->id);
                    free(text);
                }
            }
        }
        stage_close(stage);
    }
}

/* Clipping would hide it: words must stand inside by themselves. */
static void every_text_stands_inside_its_view(void **state)
{
    (void)state;
    for (int r = 0; r < RECIPES; r++) {
        struct stage *stage = stage_open(&recipes[r]);
        for (int v = 0; v < view_count(); v++) {
            struct bounds b = { { 40, 30, 960, 700 }, 0, 0 };
            char *text = draw_view(stage, view_at(v), b.rect);
            each_point(text, "text", check_inside, &b);
            if (b.outside > 0 || b.seen == 0)
                fail_msg("%s of \"%s\": %d of %d texts outside", view_at(v)->id, recipes[r].name, b.outside,
                    b.seen);
            free(text);
        }
        stage_close(stage);
    }
}

static void check_clips(const struct view *view, const char *text, struct rect rect)
{
    double x, y, w, h;
    assert_int_equal(sscanf(text, "clip %lf %lf %lf %lf", &x, &y, &w, &h), 4);
    for (const char *at = text; (at = strstr(at, "clip ")); at++) {
        if (sscanf(at, "clip %lf %lf %lf %lf", &x, &y, &w, &h) != 4)
            continue;
        bool inside = x >= rect.x - 4 && y >= rect.y - 4 && x + w <= rect.x + rect.w + 4 &&
                      y + h <= rect.y + rect.h + 4;
        if (!inside)
            fail_msg("%s clips to %g %g %g %g", view->id, x, y, w, h);
    }
}

/* However little room there is: nothing is drawn beside it, and no number that is none. */
static void little_room_is_kept(void **state)
{
    (void)state;
    static const double size[][2] = { { 3, 3 }, { 24, 8 }, { 60, 300 }, { 150, 90 }, { 300, 60 }, { 700, 40 },
        { 190, 420 }, { 420, 190 } };
    for (int r = 0; r < RECIPES; r++) {
        struct stage *stage = stage_open(&recipes[r]);
        for (int v = 0; v < view_count(); v++)
            for (size_t i = 0; i < sizeof size / sizeof *size && view_at(v) != &view_dashboard; i++) {
                struct rect rect = { 40, 30, size[i][0], size[i][1] };
                char *text = draw_view(stage, view_at(v), rect);
                if (strstr(text, "nan"))
                    fail_msg("%s of \"%s\", %g x %g, draws a NaN", view_at(v)->id, recipes[r].name, rect.w,
                        rect.h);
                check_clips(view_at(v), text, rect);
                free(text);
            }
        stage_close(stage);
    }
}

static void strokes_begin_under_a_clip_inside_the_view(void **state)
{
    (void)state;
    struct stage *stage = stage_open(&recipes[0]);
    struct rect rect = { 40, 30, 1200, 820 };
    for (int v = 0; v < view_count(); v++) {
        char *text = draw_view(stage, view_at(v), rect);
        check_clips(view_at(v), text, rect);
        free(text);
    }
    stage_close(stage);
}

static void drawing_twice_gives_the_same_strokes(void **state)
{
    (void)state;
    struct stage *stage = stage_open(&recipes[0]);
    for (int v = 0; v < view_count(); v++) {
        char *once = draw_view(stage, view_at(v), (struct rect){ 0, 0, 1320, 900 });
        char *twice = draw_view(stage, view_at(v), (struct rect){ 0, 0, 1320, 900 });
        if (strcmp(once, twice) != 0)
            fail_msg("%s", view_at(v)->id);
        free(once);
        free(twice);
    }
    stage_close(stage);
}

static void views_are_found_by_their_names(void **state)
{
    (void)state;
    for (int v = 0; v < view_count(); v++)
        assert_ptr_equal(view_find(view_at(v)->id), view_at(v));
    assert_null(view_find("teapot"));
    assert_null(view_at(view_count()));
}

/* The turn from one weight to the corners of a polygon on the ring, as a range. */
struct sector {
    struct plane plane;
    double weight_deg;
    int line;
    double least, most;
    double nearest, wanted, nearest_low, wanted_low;
};

static void end_sector(struct sector *s)
{
    if (fabs(s->most - s->wanted) < fabs(s->nearest - s->wanted))
        s->nearest = s->most;
    if (fabs(s->least - s->wanted_low) < fabs(s->nearest_low - s->wanted_low))
        s->nearest_low = s->least;
    s->least = INFINITY;
    s->most = -INFINITY;
}

static void measure_corner(void *arg, int line, struct point p)
{
    struct sector *s = arg;
    if (line != s->line)
        end_sector(s);
    s->line = line;
    double x = p.x - s->plane.center.x, y = s->plane.center.y - p.y;
    if (fabs(hypot(x, y) - s->plane.radius) > 1)
        return;
    double turn = remainder(atan2(y, x) * 180 / pi - s->weight_deg, 360);
    s->least = fmin(s->least, turn);
    s->most = fmax(s->most, turn);
}

/* With weights K apart ArcFace's rule holds up to (K - m)/2; K = 60 degrees, m = 0.3: 21.406. */
static void arcface_sector_ends_at_half_of_k_minus_m(void **state)
{
    (void)state;
    struct stage *stage = stage_two_classes("arcface", 0.3);
    struct rect rect = { 0, 0, 960, 799 };
    char *text = draw_view(stage, &view_feature, rect);
    for (int class_index = 0; class_index < 2; class_index++) {
        struct sector s = { .plane = feature_plane(&stage->scene, &stage->look, rect),
            .line = -1,
            .weight_deg = 20 + 60 * class_index,
            .least = INFINITY,
            .most = -INFINITY,
            .nearest = 1e9,
            .nearest_low = 1e9,
            .wanted = 21.406,
            .wanted_low = -21.406 };
        each_point(text, "polygon", measure_corner, &s);
        end_sector(&s);
        double got = class_index == 0 ? s.nearest : s.nearest_low;
        if (!(fabs(fabs(got) - 21.406) <= 0.05))
            fail_msg("class %d: sector ends %.3f degrees from its weight, want 21.406", class_index, got);
    }
    free(text);
    stage_close(stage);
}

static void assert_says(const char *record, const char *words)
{
    if (!strstr(record, words))
        fail_msg("\"%s\" is not among\n%s", words, record);
}

static void header_spells_out_the_rule_with_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *loss;
        double m;
        const char *says[5];
    } rows[] = {
        { "arcface", 0.3, { "10.0°", "17.2°", "50.0°", "class 0 wins, with", "22.8° to spare" } },
        { "arcface", 0.8, { "10.0°", "45.8°", "50.0°", "class 0 wins, but", "short by 5.8°" } },
        { "cosface", 0.15, { "0.985", "0.15", "0.643", "class 0 wins, with", "0.192 to spare" } },
        { "asoftmax", 4, { "10.0°", " 4\n", "50.0°", "class 0 wins, with", "10.0° to spare" } },
        { "normface", -1, { "10.0°", "50.0°", " <\n", "class 0 wins, with", "40.0° to spare" } },
        { "softmax", -1, { " 2.0\n", " 1.3\n", " >\n", "class 0 wins, with", "0.7 to spare" } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct stage *stage = stage_two_classes(rows[i].loss, rows[i].m);
        char *text = draw_header(stage, (struct rect){ 0, 0, 1320, 87 });
        for (int j = 0; j < 5; j++)
            assert_says(text, rows[i].says[j]);
        free(text);
        stage_close(stage);
    }
}

static void header_tells_the_warm_up(void **state)
{
    (void)state;
    struct stage *stage = stage_two_classes("arcface", 0.04);
    struct rect rect = { 0, 0, 1320, 87 };
    stage->snap.warmup_step = 120;
    stage->snap.warmup_length = 300;
    char *text = draw_header(stage, rect);
    assert_says(text, "warm-up 120 of 300: plain ‖x‖cos θ");
    free(text);
    stage->snap.warmup_length = 0;
    stage->snap.ramp_step = 40;
    stage->snap.ramp_length = 300;
    text = draw_header(stage, rect);
    assert_says(text, "margin ramp 40 of 300: m = 0.04");
    free(text);
    stage_close(stage);
    stage = stage_two_classes("asoftmax", 4);
    set_param(&stage->snap, "lambda", 12.3);
    stage->snap.annealing = true;
    text = draw_header(stage, rect);
    assert_says(text, "λ in force 12.3");
    free(text);
    stage_close(stage);
}

struct span {
    double from, to, y;
};

enum { SPAN_MAX = 256 };

static int text_spans(const char *record, struct span *out)
{
    int n = 0;
    for (const char *line = record; *line && n < SPAN_MAX; line = strchr(line, '\n') + 1) {
        struct font font = { 0, WEIGHT_REGULAR, false };
        char align[8], words[256];
        int weight;
        double x = 0, y = 0;
        const char *at = strchr(line, '('), *side = strstr(line, " italic");
        if (sscanf(line, "text %lf %d", &font.size, &weight) != 2 || !at)
            continue;
        font.italic = side && side < at;
        font.weight = weight == 600 ? WEIGHT_SEMIBOLD : WEIGHT_REGULAR;
        bool read = sscanf(line, font.italic ? "text %*f %*d italic %7s" : "text %*f %*d %7s", align) == 1 &&
                    sscanf(at, "(%lf,%lf) %255[^\n]", &x, &y, words) == 3;
        assert_true(read);
        double width = text_width(words, &font);
        double from = strcmp(align, "left") == 0     ? x
                      : strcmp(align, "center") == 0 ? x - width / 2
                                                     : x - width;
        out[n++] = (struct span){ from, from + width, y };
    }
    return n;
}

static void header_texts_never_overlap(void **state)
{
    (void)state;
    static const struct recipe many = { "many", 2, 24, 48, false };
    static const double widths[] = { 500, 640, 784, 900, 1020, 1144, 1320, 1900 };
    struct span span[SPAN_MAX];
    struct stage *stage = stage_open(&many);
    stage->look.selected = 23;
    for (int l = 0; l < loss_count(); l++) {
        set_loss(&stage->snap, loss_at(l)->id);
        assert_true(scene_update(&stage->scene, &stage->snap, NULL));
        for (size_t w = 0; w < 2 * sizeof widths / sizeof widths[0]; w++) {
            double width = widths[w / 2];
            stage->snap.warmup_length = w % 2 ? 300 : 0;
            char *text = draw_header(stage, (struct rect){ 0, 0, width, width < 1200 ? 64 : 87 });
            int n = text_spans(text, span);
            assert_true(n >= 2);
            for (int i = 0; i < n; i++) {
                if (span[i].from < 0 || span[i].to > width)
                    fail_msg("%s at %g: a text leaves the header", loss_at(l)->id, width);
                for (int j = 0; j < i; j++)
                    if (fabs(span[i].y - span[j].y) < 6 && span[i].from < span[j].to - 1.5 &&
                        span[j].from < span[i].to - 1.5)
                        fail_msg("%s at %g: texts at %g and %g overlap\n%s", loss_at(l)->id, width,
                            span[i].from, span[j].from, text);
            }
            free(text);
        }
    }
    stage_close(stage);
}

static void numbers_do_not_move_the_header(void **state)
{
    (void)state;
    struct span a[SPAN_MAX], b[SPAN_MAX];
    struct stage *stage = stage_two_classes("arcface", 0.3);
    char *before = draw_header(stage, (struct rect){ 0, 0, 1320, 87 });
    stage->snap.feature[0] = (float)cos(-100 * pi / 180);
    stage->snap.feature[1] = (float)sin(-100 * pi / 180);
    assert_true(scene_update(&stage->scene, &stage->snap, NULL));
    char *after = draw_header(stage, (struct rect){ 0, 0, 1320, 87 });
    int n = text_spans(before, a);
    assert_int_equal(n, text_spans(after, b));
    for (int i = 0; i < n; i++)
        assert_close((b[i].from + b[i].to) / 2 - (a[i].from + a[i].to) / 2, 0, i < n - 1 ? 30 : 60);
    free(before);
    free(after);
    stage_close(stage);
}

static void curves_end_in_their_values(void **state)
{
    (void)state;
    struct stage *stage = stage_open(&recipes[0]);
    char *text = draw_view(stage, &view_curves, (struct rect){ 0, 0, 360, 216 });
    assert_says(text, " 94.9\n");
    assert_says(text, " 99.1\n");
    assert_says(text, " test\n");
    assert_says(text, " 0.15\n");
    assert_says(text, " 0.30\n");
    assert_null(strstr(text, " 0.20\n")); /* no room between its neighbours */
    assert_null(strstr(text, "nan"));
    free(text);
    stage_close(stage);
}

static void count_lines(void *arg, int line, struct point p)
{
    (void)p;
    int *seen = arg; /* last line, strokes */
    seen[1] += line != seen[0];
    seen[0] = line;
}

/* The amber curve in one piece, or in two about the jump at pi - m. */
static void only_the_guard_of_arcface_tears_the_target_curve(void **state)
{
    (void)state;
    for (int l = 0; l < loss_count(); l++) {
        const struct loss *loss = loss_at(l);
        if (!loss->has_margin || !loss->target || loss->slack)
            continue;
        struct stage *stage = stage_two_classes(loss->id, -1);
        char *text = draw_view(stage, &view_logit, (struct rect){ 0, 0, 900, 600 });
        int seen[2] = { -1, 0 };
        each_point(text, "lines 2.25 #ffc53dff", count_lines, seen);
        if (seen[1] != (loss->target == loss_find("arcface")->target ? 2 : 1))
            fail_msg("%s: %d pieces", loss->id, seen[1]);
        free(text);
        stage_close(stage);
    }
}

static void figure_names_follow_the_parameters(void **state)
{
    (void)state;
    struct stage *stage = stage_two_classes("arcface", 0.3);
    char name[128];
    set_param(&stage->snap, "s", 16);
    stage->snap.experiment.seed = 6;
    figure_name(&stage->snap, name, sizeof name);
    assert_string_equal(name, "arcface_m0.30_s16_seed6_step1180");
    set_loss(&stage->snap, "asoftmax");
    figure_name(&stage->snap, name, sizeof name);
    assert_string_equal(name, "asoftmax_m4_lambda0_seed6_step1180");
    set_loss(&stage->snap, "modified_softmax");
    figure_name(&stage->snap, name, sizeof name);
    assert_string_equal(name, "modified_softmax_seed6_step1180");
    char small[8];
    figure_name(&stage->snap, small, sizeof small);
    assert_string_equal(small, "modifie");
    stage_close(stage);
}

static void captions_say_what_was_trained(void **state)
{
    (void)state;
    struct stage *stage = stage_two_classes("arcface", 0.3);
    char caption[512];
    figure_caption(&stage->snap, caption, sizeof caption);
    assert_says(caption, "ArcFace m 0.30, s 30");
    assert_says(caption, "seed 1");
    assert_says(caption, "test 94.9% (n = 1)");
    assert_says(caption, "changed: m 0.15 at 400, m 0.20 at 405, m 0.30 at 410");
    stage_close(stage);
}

static void captions_say_what_is_in_force(void **state)
{
    (void)state;
    struct stage *stage = stage_two_classes("arcface", 0.3);
    char caption[1024], name[256];
    stage->snap.warmup_step = 12;
    stage->snap.warmup_length = 300;
    figure_caption(&stage->snap, caption, sizeof caption);
    assert_says(caption, "m 0.30, s 30 · warm-up: plain ‖x‖cos θ · ");
    stage->snap.warmup_length = 0;
    stage->snap.ramp_length = 300;
    stage->snap.force.param[stage->snap.force.loss->margin] = 0.15;
    figure_caption(&stage->snap, caption, sizeof caption);
    assert_says(caption, "m 0.30 (ramp: 0.15 in force), s 30 · ");
    assert_null(strstr(caption, "warm-up"));
    figure_name(&stage->snap, name, sizeof name);
    assert_null(strstr(name, "ramp"));
    stage_close(stage);
    stage = stage_two_classes("asoftmax", 4);
    set_param(&stage->snap, "lambda", 43);
    figure_caption(&stage->snap, caption, sizeof caption);
    assert_null(strstr(caption, "in force"));
    stage->snap.annealing = true;
    figure_caption(&stage->snap, caption, sizeof caption);
    assert_says(caption, "λ in force 43");
    stage_close(stage);
}

/* The colours of a psi curve are no classes, and the plane names its classes by chips. */
static void only_the_sphere_has_a_row_of_classes(void **state)
{
    (void)state;
    struct stage *stage = stage_two_classes("arcface", 0.3);
    for (int v = 0; v < view_count(); v++) {
        const double alone = 1000 - 88 - (2 * (14 + 6) + 16);
        double height = figure_plane(view_at(v), &stage->scene, &stage->look, 1600, 1000).h;
        if (view_at(v) != &view_dashboard && view_at(v) != &view_compare)
            assert_true(fabs(alone - height - (view_at(v) == &view_sphere ? 28 : 0)) < 1e-9);
    }
    stage_close(stage);
}

static void figures_fit_every_size(void **state)
{
    (void)state;
    static const double size[][2] = { { 1600, 1000 }, { 800, 500 }, { 64, 64 }, { 400, 1200 } };
    for (int r = 0; r < RECIPES; r++) {
        struct stage *stage = stage_open(&recipes[r]);
        for (int v = 0; v < view_count(); v++) {
            for (int k = 0; k < 4; k++) {
                struct canvas *c = canvas_record(size[k][0], size[k][1]);
                assert_non_null(c);
                figure_draw(c, view_at(v), &stage->scene, &stage->look, size[k][0], size[k][1]);
                struct bounds b = { { 0, 0, size[k][0], size[k][1] }, 0, 0 };
                each_point(canvas_record_text(c), "text", check_inside, &b);
                if (k < 2 && (b.seen < 3 || b.outside > 0))
                    fail_msg("%s of \"%s\": %d of %d texts outside", view_at(v)->id, recipes[r].name,
                        b.outside, b.seen);
                canvas_destroy(c);
            }
        }
        stage_close(stage);
    }
}

static void every_formula_of_the_rows_can_be_drawn(void **state)
{
    (void)state;
    for (int l = 0; l < loss_count(); l++) {
        const struct loss *loss = loss_at(l);
        struct why why;
        if (formula_check(loss->formula, &why) || (loss->logit && formula_check(loss->logit, &why)) ||
            formula_check(loss->rule, &why))
            fail_msg("%s: %s", loss->id, why.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_view_draws_every_snapshot),
        cmocka_unit_test(every_text_stands_inside_its_view),
        cmocka_unit_test(little_room_is_kept),
        cmocka_unit_test(strokes_begin_under_a_clip_inside_the_view),
        cmocka_unit_test(drawing_twice_gives_the_same_strokes),
        cmocka_unit_test(views_are_found_by_their_names),
        cmocka_unit_test(arcface_sector_ends_at_half_of_k_minus_m),
        cmocka_unit_test(header_spells_out_the_rule_with_numbers),
        cmocka_unit_test(header_tells_the_warm_up),
        cmocka_unit_test(header_texts_never_overlap),
        cmocka_unit_test(numbers_do_not_move_the_header),
        cmocka_unit_test(curves_end_in_their_values),
        cmocka_unit_test(only_the_guard_of_arcface_tears_the_target_curve),
        cmocka_unit_test(figure_names_follow_the_parameters),
        cmocka_unit_test(captions_say_what_was_trained),
        cmocka_unit_test(captions_say_what_is_in_force),
        cmocka_unit_test(only_the_sphere_has_a_row_of_classes),
        cmocka_unit_test(figures_fit_every_size),
        cmocka_unit_test(every_formula_of_the_rows_can_be_drawn),
    };
    return cmocka_run_group_tests(tests, fonts, no_fonts);
}
