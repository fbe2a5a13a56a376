/* Trainings side by side, by their recorded strokes: cells, the best of each row, shared axes, one sample in all. */
#include "render/text.h"
#include "render/view.h"
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLASSES = 4, COUNT = 80 };

static const double pi = 3.14159265358979323846;
static const struct rect wide = { 0, 0, 1600, 870 };

struct side {
    struct snapshot snap;
    struct scene scene;
};

static void use_loss(struct snapshot *s, const char *id)
{
    s->force = loss_force_initial(loss_find(id));
    s->experiment.loss = loss_index(s->force.loss);
    memcpy(s->experiment.param[s->experiment.loss], s->force.param, sizeof s->force.param);
}

/* Classes on a circle, samples at most `spread` beside their weight. */
static void make(struct side *side, const char *loss, double accuracy, double spread, int dim)
{
    struct snapshot *s = &side->snap;
    snapshot_init(s);
    experiment_init(&s->experiment);
    s->experiment.feature_dim = dim;
    assert_true(snapshot_reserve(s, COUNT, dim, CLASSES, 1, 0));
    s->dim = dim, s->classes = CLASSES, s->count = COUNT, s->step = 500, s->test_size = 10;
    use_loss(s, loss);
    for (int j = 0; j < CLASSES; j++) {
        double at = 2 * pi * j / CLASSES;
        for (int d = 0; d < dim; d++)
            s->weight[j * dim + d] = d == 0 ? cos(at) : d == 1 ? sin(at) : 0.2;
        s->bias[j] = 0;
    }
    for (int i = 0; i < COUNT; i++) {
        s->label[i] = s->predicted[i] = i % CLASSES;
        s->row[i] = 1000 + i;
        s->test[i] = false;
        double at = 2 * pi * s->label[i] / CLASSES + spread * sin(i + 0.5);
        for (int d = 0; d < dim; d++)
            s->feature[i * dim + d] = (float)(d == 0 ? 3 * cos(at) : d == 1 ? 3 * sin(at) : 0.5);
    }
    s->test_accuracy = accuracy;
    s->train_accuracy = 0.99;
    s->own_angle_mean = spread * 0.6;
    s->rival_angle_mean = 1.2;
    s->norm_median = s->norm_p99 = 3;
    s->curve_count = 20;
    for (int i = 0; i < 20; i++)
        s->curve[i] =
            (struct curve_point){ 25 * i, 1, 1, 1, (float)(0.5 + 0.02 * i), (float)(0.5 + 0.02 * i), NAN };
    assert_true(scene_update(&side->scene, s, NULL));
}

static void drop(struct side *side, int n)
{
    for (int i = 0; i < n; i++) {
        scene_clear(&side[i].scene);
        snapshot_clear(&side[i].snap);
    }
}

static struct look look_at(struct side *side, int n)
{
    struct look look;
    look_init(&look, theme_find("dark"));
    look.interactive = false;
    for (int i = 1; i < n; i++)
        look.beside[look.besides++] = &side[i].scene;
    return look;
}

static char *draw(struct side *side, const struct look *look, struct rect rect)
{
    struct canvas *c = canvas_record(1600, 1000);
    assert_non_null(c);
    view_draw(&view_compare, c, &side[0].scene, look, rect);
    assert_int_equal(canvas_finish(c, NULL), STATUS_OK);
    char *text = strdup(canvas_record_text(c));
    canvas_destroy(c);
    return text;
}

static int count_of(const char *text, const char *part)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        n++;
    return n;
}

static void cells_fill_the_rectangle_without_overlap(void **state)
{
    (void)state;
    static const struct rect rects[] = { { 0, 0, 1600, 870 }, { 280, 104, 1000, 500 }, { 0, 0, 700, 900 } };
    for (size_t r = 0; r < sizeof rects / sizeof *rects; r++)
        for (int n = 1; n <= COMPARE_MAX; n++) {
            struct look look = { .besides = n - 1 };
            struct rect cell[COMPARE_MAX];
            assert_int_equal(compare_layout(&look, rects[r], cell), n);
            for (int i = 0; i < n; i++) {
                struct rect p = compare_picture(cell[i]);
                assert_true(cell[i].x >= rects[r].x && cell[i].y >= rects[r].y);
                assert_true(cell[i].x + cell[i].w <= rects[r].x + rects[r].w + 0.5);
                assert_true(cell[i].y + cell[i].h <= rects[r].y + rects[r].h - 20);
                assert_true(p.x >= cell[i].x && p.x + p.w <= cell[i].x + cell[i].w);
                assert_true(p.y >= cell[i].y && p.y + p.h <= cell[i].y + cell[i].h && p.h > 60);
                for (int k = 0; k < i; k++)
                    assert_true(cell[k].x + cell[k].w <= cell[i].x + 0.5 ||
                                cell[k].y + cell[k].h <= cell[i].y + 0.5 ||
                                cell[i].x + cell[i].w <= cell[k].x + 0.5);
            }
        }
}

static void each_cell_names_its_training_and_the_foot_what_differs(void **state)
{
    (void)state;
    struct side side[4] = { 0 };
    static const char *const loss[] = { "softmax", "cosface", "arcface", "asoftmax" };
    for (int i = 0; i < 4; i++)
        make(&side[i], loss[i], 0.9, 0.3, 2);
    for (int n = 2; n <= 4; n++) {
        struct look look = look_at(side, n);
        char *text = draw(side, &look, wide);
        for (int i = 0; i < n; i++)
            assert_non_null(strstr(text, loss_find(loss[i])->label));
        assert_non_null(strstr(text, "differs in: loss softmax vs cosface"));
        free(text);
    }
    drop(side, 4);
}

static void equal_trainings_are_said_to_be(void **state)
{
    (void)state;
    struct side side[2] = { 0 };
    make(&side[0], "arcface", 0.9, 0.3, 2);
    make(&side[1], "arcface", 0.9, 0.3, 2);
    struct look look = look_at(side, 2);
    char *text = draw(side, &look, wide);
    assert_non_null(strstr(text, "all settings are equal"));
    assert_null(strstr(text, "differs in"));
    free(text);
    drop(side, 2);
}

/* Accuracy: the second is best; angle to own: the first (smaller); to the rival: nobody is better. The best is written
 * in the heavier ink. */
static void the_best_of_each_row_is_marked(void **state)
{
    (void)state;
    struct side side[3] = { 0 };
    make(&side[0], "softmax", 0.912, 0.1, 2);
    make(&side[1], "arcface", 0.953, 0.3, 2);
    make(&side[2], "cosface", 0.953, 0.3, 2);
    struct look look = look_at(side, 3);
    char *text = draw(side, &look, wide);
    const char *ink = "#eceef1ff";
    struct {
        const char *value;
        int best, seen;
    } want[] = { { "95.3%", 2, 2 }, { "91.2%", 0, 1 }, { "3.4\xc2\xb0", 1, 1 }, { "10.3\xc2\xb0", 0, 2 },
        { "68.8\xc2\xb0", 0, 3 } };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        int best = 0, seen = 0;
        for (const char *line = text; line && *line;
             line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
            int length = (int)strcspn(line, "\n");
            char copy[400];
            snprintf(copy, sizeof copy, "%.*s", length, line);
            if (strncmp(copy, "text", 4) != 0 || !strstr(copy, want[i].value))
                continue;
            seen++;
            best += strstr(copy, ink) != NULL;
        }
        if (best != want[i].best || seen != want[i].seen)
            fail_msg("%s: %d marked of %d, expected %d of %d", want[i].value, best, seen, want[i].best,
                want[i].seen);
    }
    free(text);
    drop(side, 3);
}

/* One wide training stretches the axis of all. */
static void histograms_share_their_axis(void **state)
{
    (void)state;
    struct side side[2] = { 0 };
    make(&side[0], "softmax", 0.9, 0.02, 2);
    make(&side[1], "arcface", 0.9, 0.02, 2);
    struct look look = look_at(side, 2);
    char *text = draw(side, &look, wide);
    assert_int_equal(count_of(text, "90\xc2\xb0"), 2);
    free(text);
    drop(side, 2);
    memset(side, 0, sizeof side);
    make(&side[0], "softmax", 0.9, 0.02, 2);
    make(&side[1], "arcface", 0.9, 2.5, 2);
    look = look_at(side, 2);
    text = draw(side, &look, wide);
    assert_int_equal(count_of(text, "180\xc2\xb0"), 2);
    free(text);
    drop(side, 2);
}

static void the_same_row_is_selected_in_all(void **state)
{
    (void)state;
    struct side side[2] = { 0 };
    make(&side[0], "softmax", 0.9, 0.3, 2);
    make(&side[1], "arcface", 0.9, 0.3, 2);
    for (int i = 0; i < COUNT; i++) /* the other shows the rows in another order */
        side[1].snap.row[i] = 1000 + (i + 12) % COUNT;
    assert_int_equal(compare_sample(&side[0].scene, 20, &side[1].scene), 8);
    assert_int_equal(compare_sample(&side[1].scene, 8, &side[0].scene), 20);
    assert_int_equal(compare_sample(&side[0].scene, -1, &side[1].scene), -1);
    side[1].snap.row[8] = 5;
    assert_int_equal(compare_sample(&side[0].scene, 20, &side[1].scene), -1);
    struct look look = look_at(side, 2);
    look.selected = 20;
    assert_int_equal(compare_look(&side[0].scene, &side[0].scene, &look).selected, 20);
    assert_int_equal(compare_look(&side[0].scene, &side[1].scene, &look).selected, -1);
    drop(side, 2);
}

static void a_thinned_cell_says_so(void **state)
{
    (void)state;
    struct side side[2] = { 0 };
    make(&side[0], "softmax", 0.9, 0.3, 2);
    make(&side[1], "arcface", 0.9, 0.3, 2);
    struct look look = look_at(side, 2);
    char *all = draw(side, &look, wide);
    look.most_points = 20;
    char *thin = draw(side, &look, wide);
    assert_int_equal(look_stride(&look, COUNT), 4);
    assert_null(strstr(all, "80 points"));
    assert_int_equal(count_of(thin, "20 of 80 points"), 2);
    assert_true(strlen(thin) < strlen(all));
    free(all);
    free(thin);
    drop(side, 2);
}

static void balls_and_small_cells_are_drawn(void **state)
{
    (void)state;
    static const struct rect rects[] = { { 0, 0, 1600, 870 }, { 256, 104, 1024, 544 }, { 0, 0, 500, 300 },
        { 0, 0, 90, 60 } };
    for (int dim = 2; dim <= 4; dim++) {
        struct side side[4] = { 0 };
        for (int i = 0; i < 4; i++)
            make(&side[i], i ? "arcface" : "softmax", 0.9, 0.3, dim);
        for (size_t r = 0; r < sizeof rects / sizeof *rects; r++)
            for (int n = 1; n <= 4; n++) {
                struct look look = look_at(side, n);
                char *text = draw(side, &look, rects[r]);
                assert_true(strlen(text) > 0 && !strstr(text, "nan"));
                free(text);
            }
        drop(side, 4);
    }
}

int main(void)
{
    struct why why = { "" };
    if (text_start(&why) != STATUS_OK) {
        print_error("%s\n", why.text);
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_fill_the_rectangle_without_overlap),
        cmocka_unit_test(each_cell_names_its_training_and_the_foot_what_differs),
        cmocka_unit_test(equal_trainings_are_said_to_be),
        cmocka_unit_test(the_best_of_each_row_is_marked),
        cmocka_unit_test(histograms_share_their_axis),
        cmocka_unit_test(the_same_row_is_selected_in_all),
        cmocka_unit_test(a_thinned_cell_says_so),
        cmocka_unit_test(balls_and_small_cells_are_drawn),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    text_stop();
    return failed;
}
