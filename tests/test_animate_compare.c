/* Trainings side by side as a moving picture: as many frames as asked for, all of one step, each cell what it would be
 * beside any other. */
#include "app/animate.h"

#include <dirent.h>
#include <png.h>
#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/worker.h"
#include "render/span.h"
#include "tests/support/folder.h"
#include "tests/support/fonts.h"
#include "tests/support/training.h"

/* Of this size nothing is shrunk, so that cells lie on whole pixels. */
enum { WIDTH = 1200, HEIGHT = 760, FRAMES = 4, STEPS = 40, PIXELS = WIDTH * HEIGHT };

static struct dataset data;
static struct history *cosface, *softmax;

static void must(enum status status, const struct why *why)
{
    if (status != STATUS_OK)
        fail_msg("%s", why->text);
}

static struct experiment small_experiment(const char *loss)
{
    struct experiment e;
    experiment_init(&e);
    set(&e, "dataset", "blobs");
    set(&e, "hidden", "16");
    set(&e, "loss", loss);
    e.points = 120;
    return e;
}

static struct history *trained(const char *loss)
{
    struct experiment e = small_experiment(loss);
    struct trainer *trainer = make(&e, &data);
    struct history *history = remembered_steps(trainer, STEPS);
    trainer_destroy(trainer);
    return history;
}

static int set_up(void **state)
{
    struct experiment e = small_experiment("cosface");
    snprintf(folder, sizeof folder, "%s/marginscope-compare-XXXXXX",
        getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir);
    assert_non_null(mkdtemp(folder));
    assert_int_equal(fonts(state), 0);
    data = open_data(&e);
    cosface = trained("cosface");
    softmax = trained("softmax");
    return 0;
}

static int tear_down(void **state)
{
    assert_int_equal(rmdir(folder), 0);
    history_destroy(cosface);
    history_destroy(softmax);
    dataset_clear(&data);
    return no_fonts(state);
}

/* Frames of two histories in one picture, RGB one after the other. */
static uint8_t *film(const struct history *left, const struct history *right)
{
    struct animation_options o;
    struct animation_history h = { .history = left, .frames = FRAMES, .beside = { right }, .besides = 1 };
    struct animation_source source = animation_of_history(&h, &data);
    struct animation_result result;
    struct why why = { "" };
    uint8_t *rgb = malloc((size_t)FRAMES * PIXELS * 3);
    animation_options_init(&o);
    snprintf(o.figure.view, sizeof o.figure.view, "compare");
    o.figure.width = WIDTH;
    o.figure.height = HEIGHT;
    o.figure.parts = 0;
    o.fps = FRAMES;
    o.seconds = 1;
    snprintf(o.figure.path, sizeof o.figure.path, "%s", in_folder("frame-%d.png"));
    must(animation_write(&o, &source, NULL, &result, &why), &why);
    assert_int_equal(result.frames, FRAMES);
    assert_int_equal(files_in_folder(), FRAMES);
    for (int i = 0; i < FRAMES; i++) {
        png_image image = { .version = PNG_IMAGE_VERSION };
        char name[32];
        snprintf(name, sizeof name, "frame-%d.png", i + 1);
        assert_true(png_image_begin_read_from_file(&image, in_folder(name)));
        assert_int_equal(image.width, WIDTH);
        image.format = PNG_FORMAT_RGB;
        assert_true(png_image_finish_read(&image, NULL, rgb + (size_t)i * PIXELS * 3, 0, NULL));
        unlink(in_folder(name));
    }
    return rgb;
}

/* Pixels that differ between two cells, in the middle of their pictures; which: 0 left, 1 right. */
static int differing(const uint8_t *a, int which_a, const uint8_t *b, int which_b)
{
    struct look look;
    struct rect cell[COMPARE_MAX];
    int n = 0;
    look_init(&look, theme_find("light"));
    look.besides = 1;
    assert_int_equal(compare_layout(&look, (struct rect){ 0, 0, WIDTH, HEIGHT }, cell), 2);
    struct rect picture = compare_picture(cell[0]);
    int side = (int)(0.5 * picture.h); /* words reach into its corners */
    int x0 = (int)(picture.x + (picture.w - side) / 2), y0 = (int)(picture.y + (picture.h - side) / 2);
    for (int y = y0; y < y0 + side; y++)
        for (int x = x0; x < x0 + side; x++)
            n += memcmp(a + 3 * (y * WIDTH + x + which_a * WIDTH / 2),
                     b + 3 * (y * WIDTH + x + which_b * WIDTH / 2), 3) != 0;
    return n;
}

static void each_cell_is_its_own_training(void **state)
{
    (void)state;
    uint8_t *twice = film(cosface, cosface), *pair = film(cosface, softmax);
    for (int i = 0; i < FRAMES; i++) {
        const uint8_t *one = twice + (size_t)i * PIXELS * 3, *two = pair + (size_t)i * PIXELS * 3;
        assert_int_equal(differing(one, 0, one, 1), 0); /* the same step of the same training */
        assert_int_equal(differing(one, 0, two, 0), 0); /* on its own scale, whoever stands beside it */
        assert_true(differing(two, 0, two, 1) > 1000);
    }
    for (int which = 0; which < 2; which++)
        assert_true(differing(pair, which, pair + (size_t)(FRAMES - 1) * PIXELS * 3, which) > 1000);
    free(twice);
    free(pair);
}

static void one_that_ended_earlier_stands_still(void **state)
{
    (void)state;
    struct history *brief = history_create(16 << 20);
    struct snapshot snap[COMPARE_MAX];
    struct why why = { "" };
    for (int i = 0; i < COMPARE_MAX; i++)
        snapshot_init(&snap[i]);
    for (int i = 0; i <= STEPS / 2; i++) {
        assert_true(history_snapshot(softmax, i, &snap[0]));
        assert_true(history_add_frame(brief, &snap[0], 0));
    }
    struct animation_history h = {
        .history = brief, .frames = FRAMES + 1, .beside = { cosface }, .besides = 1
    };
    struct animation_source source = animation_of_history(&h, &data);
    assert_int_equal(source.cells, 2);
    for (int i = 0; i <= FRAMES; i++) {
        int step = STEPS * i / FRAMES;
        must(source.frame(source.user, i, snap, &why), &why);
        assert_int_equal(snap[1].step, step);
        assert_int_equal(snap[0].step, step < STEPS / 2 ? step : STEPS / 2);
    }
    for (int i = 0; i < COMPARE_MAX; i++)
        snapshot_clear(&snap[i]);
    history_destroy(brief);
}

static void axes_of_all_are_those_of_the_last(void **state)
{
    (void)state;
    struct scene scene[2] = { { 0 } }, *both[] = { &scene[0], &scene[1] };
    struct compare_reach reach = { .known = false };
    struct snapshot snap[2];
    snapshot_init(&snap[0]);
    snapshot_init(&snap[1]);
    for (int i = 0; i <= STEPS; i += STEPS / FRAMES) {
        assert_true(history_snapshot(cosface, i, &snap[0]) && history_snapshot(softmax, i, &snap[1]));
        assert_true(scene_update(&scene[0], &snap[0], &data) && scene_update(&scene[1], &snap[1], &data));
        struct compare_reach before = reach;
        compare_reach_take(&reach, both, 2);
        assert_true(reach.known && reach.end >= before.end);
        for (int k = 0; k < COMPARE_ENDS; k++)
            assert_true(reach.tallest[k] >= before.tallest[k] && reach.tallest[k] <= 1);
    }
    assert_int_equal(reach.last_step, STEPS);
    for (int i = 0; i < 2; i++) {
        scene_clear(&scene[i]);
        snapshot_clear(&snap[i]);
    }
}

static void nobody(void *arg)
{
    (void)arg;
}

/* Frames of both come together, also where the second began later. */
static void a_worker_hands_over_all_of_a_step(void **state)
{
    (void)state;
    struct experiment e = small_experiment("cosface");
    struct beside_wish wish = { .id = 7, .from = BESIDE_LEADER, .experiment = small_experiment("softmax") };
    struct worker *w;
    struct worker_state s;
    struct snapshot snap[COMPARE_MAX];
    struct why why = { "" };
    enum frames_state got;
    int cells = 0, count = 0;
    must(worker_create(&e, true, 0, nobody, NULL, &w, &why), &why);
    worker_beside(w, &wish, 1);
    do {
        SDL_Delay(1);
        bool fresh;
        const struct dataset *source;
        worker_take(w, &fresh, &source);
        worker_state(w, &s);
    } while (s.step < 200 || worker_history_count(w) < 10); /* some of them from before the second began */
    struct frames *f = worker_frames_all(w, 20);
    for (int i = 0; i < COMPARE_MAX; i++)
        snapshot_init(&snap[i]);
    while ((got = frames_next_all(f, snap, &cells)) <= FRAMES_ONE) {
        if (got != FRAMES_ONE)
            continue;
        assert_int_equal(cells, 2);
        assert_int_equal(snap[0].step, snap[1].step);
        count++;
    }
    assert_int_equal(got, FRAMES_END);
    assert_in_range(count, 4, 20);
    assert_string_equal(snap[0].force.loss->id, "cosface");
    assert_string_equal(snap[1].force.loss->id, "softmax");
    frames_close(f);
    for (int i = 0; i < COMPARE_MAX; i++)
        snapshot_clear(&snap[i]);
    worker_destroy(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_cell_is_its_own_training),
        cmocka_unit_test(one_that_ended_earlier_stands_still),
        cmocka_unit_test(axes_of_all_are_those_of_the_last),
        cmocka_unit_test(a_worker_hands_over_all_of_a_step),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
