/* Views of real trainings in little room, without shapes, without a ground, and beside earlier ones: what is drawn has
 * numbers everywhere and says what it should. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/text.h"
#include "render/view.h"
#include "tests/support/fonts.h"
#include "tests/support/training.h"

/* clang-format off */
static const char *const plane[] = { "dataset", "blobs", "hidden", "8", "batch", "16", "loss", "arcface", NULL },
    *const ball[] = { "dataset", "iris", "hidden", "8", "batch", "16", "loss", "cosface", "feature-dim", "3", NULL },
    *const numbers[] = { "dataset", "outliers", "model", "identity", "loss", "l2", "batch", "16", NULL },
    *const scores[] = { "dataset", "two-blobs", "model", "identity", "loss", "hinge", "batch", "16", NULL },
    *const sets[] = { "dataset", "discs", "hidden", "8", "loss", "multilabel", "batch", "16", NULL },
    *const held[] = { "dataset", "optdigits", "hidden", "8", "loss", "softmax", "holdout", "8,9", "batch", "64", NULL },
    *const pairs[] = { "dataset", "moons", "hidden", "8", "loss", "contrastive", "batch", "16", NULL };
static const char *const *const settings[] = { plane, ball, numbers, scores, sets, held, pairs };
/* clang-format on */
enum { TRAININGS = sizeof settings / sizeof *settings };

static struct shown {
    struct dataset data;
    struct trainer *trainer;
    struct snapshot snap, earlier;
    struct scene scene;
} shown[TRAININGS];

static int begin(void **state)
{
    struct why why;
    (void)state;
    setenv("MARGINSCOPE_ASSETS", ASSETS_FOLDER, 1);
    if (text_start(&why) != STATUS_OK)
        return 1;
    for (int i = 0; i < TRAININGS; i++) {
        struct shown *s = &shown[i];
        struct experiment e;
        experiment_init(&e);
        set_all(&e, settings[i]);
        s->data = open_data(&e);
        s->trainer = make(&e, &s->data);
        snapshot_init(&s->snap);
        snapshot_init(&s->earlier);
        steps(s->trainer, 15);
        if (trainer_recognise(s->trainer) != STATUS_OK)
            return 1;
        trainer_map_inputs(s->trainer);
        if (trainer_snapshot(s->trainer, &s->earlier) != STATUS_OK)
            return 1;
        steps(s->trainer, 15);
        if (trainer_recognise(s->trainer) != STATUS_OK)
            return 1;
        trainer_map_inputs(s->trainer);
        if (trainer_snapshot(s->trainer, &s->snap) != STATUS_OK ||
            !scene_update(&s->scene, &s->snap, &s->data))
            return 1;
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    for (int i = 0; i < TRAININGS; i++) {
        scene_clear(&shown[i].scene);
        snapshot_clear(&shown[i].snap);
        snapshot_clear(&shown[i].earlier);
        trainer_destroy(shown[i].trainer);
        dataset_clear(&shown[i].data);
    }
    text_stop();
    return 0;
}

/* Free it. */
static char *draw(struct shown *s, const struct view *view, const struct look *look, struct rect rect)
{
    struct canvas *c = canvas_record(1600, 1000);
    struct why why = { "" };
    view_draw(view, c, &s->scene, look, rect);
    char *text = strdup(canvas_record_text(c));
    if (canvas_finish(c, &why) != STATUS_OK)
        fail_msg("%s: %s", view->id, why.text);
    canvas_destroy(c);
    return text;
}

static struct look dark(void)
{
    struct look look;
    look_init(&look, theme_at(0));
    return look;
}

/* However small a cell is, what is drawn there stands somewhere. */
static void no_room_is_too_little(void **unused)
{
    (void)unused;
    static const double side[] = { 1, 9, 24, 48, 90, 150, 240, 420 };
    enum { SIDES = sizeof side / sizeof *side };
    for (int t = 0; t < TRAININGS; t++)
        for (int v = 0; v < view_count(); v++)
            for (int at = 0; at < SIDES * SIDES * 2; at++) {
                struct look look = dark();
                struct rect rect = { 10, 10, side[at % SIDES], side[at / SIDES % SIDES] };
                look.selected = at % 2 ? 0 : -1;
                look.bare = at >= SIDES * SIDES;
                look.ghost[0] = &shown[t].earlier;
                look.ghosts = 1;
                char *text = draw(&shown[t], view_at(v), &look, rect);
                if (strstr(text, "nan") || strstr(text, "(inf") || strstr(text, "-inf"))
                    fail_msg("training %d, %s in %g x %g: %s", t, view_at(v)->id, rect.w, rect.h, text);
                free(text);
            }
}

/* Classes by colour alone: every mark is a disc then, and there are as many as before. */
static void shapes_can_be_left_out(void **unused)
{
    (void)unused;
    static const char *const ids[] = { "feature", "input", "score" };
    int met = 0;
    for (int t = 0; t < TRAININGS; t++)
        for (size_t v = 0; v < sizeof ids / sizeof *ids; v++) {
            const struct view *view = view_find(ids[v]);
            struct look look = dark();
            if (!view || view->missing(&shown[t].scene))
                continue;
            look.layers &= ~(unsigned)LAYER_SHAPES;
            char *text = draw(&shown[t], view, &look, (struct rect){ 0, 0, 1000, 800 });
            for (char *p = text; (p = strstr(p, "\nmarkers ")); p += 9, met++)
                if (strncmp(p + 9, "circle", 6) != 0)
                    fail_msg("training %d, %s: %.40s", t, view->id, p + 1);
            free(text);
        }
    assert_true(met > 10);
}

/* On no ground a field's bands let through what lies below: none of them is opaque. */
static void a_field_without_a_ground_lets_through(void **unused)
{
    (void)unused;
    int met = 0;
    for (int t = 0; t < TRAININGS; t++)
        for (int clear = 0; clear < 2; clear++) {
            struct look look = dark();
            if (view_field.missing(&shown[t].scene))
                continue;
            look.transparent = clear;
            look.interactive = false;
            char *text = draw(&shown[t], &view_field, &look, (struct rect){ 0, 0, 1000, 800 });
            int opaque = 0, through = 0;
            for (char *p = text; (p = strstr(p, "\npolygon #")); p += 10)
                (strncmp(p + 16, "ff", 2) == 0 ? opaque++ : through++);
            free(text);
            met += clear && through > 0;
            if (clear && opaque > through)
                fail_msg("training %d: %d bands are opaque, %d are not", t, opaque, through);
        }
    assert_true(met > 0);
}

/* Nothing there, nothing to pick. */
static void what_is_missing_is_not_picked(void **unused)
{
    (void)unused;
    struct scene none = { .snap = NULL };
    struct look look = dark();
    struct rect rect = { 0, 0, 800, 600 };
    struct point at = { 400, 300 };
    assert_true(isnan(roc_pick(&none, &look, rect, at)));
    assert_true(isnan(roc_next(&none, &look, 1)));
    assert_int_equal(input_pick(&none, &look, rect, at), -1);
    assert_int_equal(sphere_pick_chip(&none, &look, rect, at), -1);
    float before[4];
    memcpy(before, look.orbit, sizeof before);
    look_orbit(&look, 0, 0, 100);
    look_orbit(&look, 5, 5, 0);
    look_drag(&look, rect, at, at);
    look_face(&look, (const double[]){ 0, 0, 0 });
    assert_memory_equal(before, look.orbit, sizeof before);
    look_drag(
        &look, rect, (struct point){ 2, 2 }, (struct point){ 30, 2 }); /* beside the ball it is rolled */
    assert_memory_not_equal(before, look.orbit, sizeof before);
    double length = 0;
    for (int i = 0; i < 4; i++)
        length += (double)look.orbit[i] * (double)look.orbit[i];
    assert_close(length, 1, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_room_is_too_little),
        cmocka_unit_test(shapes_can_be_left_out),
        cmocka_unit_test(a_field_without_a_ground_lets_through),
        cmocka_unit_test(what_is_missing_is_not_picked),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
