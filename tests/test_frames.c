/* Hot paths allocate nothing once warm: a step, a snapshot's scene, and every view, counted by a malloc that keeps
 * count. Views draw on a canvas that does nothing, so that only their own work is seen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/rng.h"
#include "math/trainer.h"
#include "render/text.h"
#include "render/view.h"
#include "tests/support/check.h"
#include "tests/support/fonts.h"

static volatile long allocations; /* a compiler may know that malloc touches nothing of ours */

#if !SANITIZED
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

void *malloc(size_t size)
{
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    allocations++;
    return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    allocations++;
    return __libc_realloc(block, size);
}
#endif

/* ---- a canvas that draws nothing ---- */

static void no_clip(struct canvas *c, const struct rect *rect)
{
    (void)c, (void)rect;
}

static void no_lines(struct canvas *c, const struct point *at, int n, const struct stroke *stroke)
{
    (void)c, (void)at, (void)n, (void)stroke;
}

static void no_polygon(struct canvas *c, const struct point *at, int n, struct color fill)
{
    (void)c, (void)at, (void)n, (void)fill;
}

static void no_hatch(struct canvas *c, const struct point *at, int n, double pitch, struct color color)
{
    (void)c, (void)at, (void)n, (void)pitch, (void)color;
}

static void no_markers(struct canvas *c, const struct point *at, int n, const struct marker *marker)
{
    (void)c, (void)at, (void)n, (void)marker;
}

static void no_image(struct canvas *c, struct rect rect, const uint32_t *argb, int w, int h)
{
    (void)c, (void)rect, (void)argb, (void)w, (void)h;
}

static void no_text(struct canvas *c, struct point at, const char *utf8, const struct font *font,
    struct color color, enum align align)
{
    (void)c, (void)at, (void)utf8, (void)font, (void)color, (void)align;
}

static const struct canvas_ops nothing = { .name = "nothing",
    .clip = no_clip,
    .lines = no_lines,
    .polygon = no_polygon,
    .hatch = no_hatch,
    .markers = no_markers,
    .image = no_image,
    .text = no_text };

/* ---- trainings ---- */

struct run {
    struct dataset data;
    struct trainer *trainer;
    struct snapshot snap;
    struct scene scene;
    struct look look;
};

/* Images of 4 x 4: 60 of each of three classes. */
static void make_images(struct dataset *out)
{
    static char text[180 * 17 * 3 + 1];
    struct rng rng;
    struct why why = { "" };
    size_t n = 0;
    rng_init(&rng, 3, RNG_DATA);
    for (int i = 0; i < 180; i++)
        for (int k = 0; k < 17; k++)
            n += (size_t)snprintf(text + n, sizeof text - n, k == 16 ? "%d\n" : "%d,",
                k == 16 ? i % 3 : rng_below(&rng, 4) + (k % 3 == i % 3 ? 5 : 0));
    struct bytes bytes = { (const uint8_t *)text, n };
    if (dataset_from_digits(bytes, "images", 4, 4, 9, "images", out, &why) != STATUS_OK)
        fail_msg("%s", why.text);
}

static void run_make(struct run *r, const char *dataset, const char *const *setting)
{
    struct why why = { "" };
    struct experiment e;
    memset(r, 0, sizeof *r);
    experiment_init(&e);
    bool images = strcmp(dataset, "images") == 0;
    assert_int_equal(experiment_set(&e, "dataset", images ? "optdigits" : dataset, &why), STATUS_OK);
    assert_int_equal(experiment_set(&e, "hidden", "16", &why), STATUS_OK);
    for (int i = 0; setting[i]; i += 2)
        if (experiment_set(&e, setting[i], setting[i + 1], &why) != STATUS_OK)
            fail_msg("%s", why.text);
    if (images)
        make_images(&r->data);
    else
        assert_int_equal(dataset_find(dataset)->make(1, &r->data, &why), STATUS_OK);
    assert_int_equal(dataset_serve(&r->data, experiment_loss(&e)->task, &why), STATUS_OK);
    if (trainer_create(&e, &r->data, &r->trainer, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    snapshot_init(&r->snap);
    look_init(&r->look, theme_find("dark"));
}

static void run_clear(struct run *r)
{
    scene_clear(&r->scene);
    snapshot_clear(&r->snap);
    trainer_destroy(r->trainer);
    dataset_clear(&r->data);
}

static const char *const angular[] = { "loss", "arcface", "warmup", "0,0", NULL };
static const char *const on_sphere[] = { "loss", "arcface", "warmup", "0,0", "feature-dim", "3", NULL };
static const char *const with_bias[] = { "loss", "softmax", "add", "center,ring", NULL };
static const char *const by_triplets[] = { "loss", "triplet", NULL };
static const char *const by_score[] = { "loss", "hinge", "model", "identity", NULL };
static const char *const in_parts[] = { "loss", "subcenter_arcface", NULL };
static const char *const on_data[] = { "loss", "softmax", "model", "identity", NULL };
static const char *const by_labels[] = { "loss", "multilabel", "model", "identity", NULL };
static const char *const by_residual[] = { "loss", "huber", "model", "identity", NULL };
static const char *const projected[] = { "loss", "adaface", "feature-dim", "16", NULL };
static const char *const ball_with_bias[] = { "loss", "softmax", "feature-dim", "3", NULL };

static const struct {
    const char *name, *dataset;
    const char *const *setting;
} runs[] = { { "arcface", "blobs", angular }, { "arcface in 3-D", "blobs", on_sphere },
    { "softmax with terms", "blobs", with_bias }, { "triplet", "blobs", by_triplets },
    { "hinge", "moons", by_score }, { "sub-centres", "blobs", in_parts },
    { "softmax of the data", "blobs", on_data }, { "several labels", "discs", by_labels },
    { "huber", "outliers", by_residual }, { "images", "images", angular }, { "16-D", "blobs", projected },
    { "softmax in 3-D", "blobs", ball_with_bias } };

enum { RUNS = sizeof runs / sizeof runs[0], WARM = 60, COUNTED_STEPS = 40 };

static void a_step_allocates_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < RUNS; i++) {
        struct run r;
        run_make(&r, runs[i].dataset, runs[i].setting);
        for (int k = 0; k < WARM; k++)
            trainer_step(r.trainer);
        long before = allocations;
        for (int k = 0; k < COUNTED_STEPS; k++)
            trainer_step(r.trainer);
        if (allocations != before)
            fail_msg("%s: %ld allocations in %d steps", runs[i].name, allocations - before, COUNTED_STEPS);
        assert_int_equal(trainer_steps(r.trainer), WARM + COUNTED_STEPS);
        run_clear(&r);
    }
}

static void a_snapshot_and_its_scene_allocate_nothing_once_warm(void **state)
{
    (void)state;
    for (int i = 0; i < RUNS; i++) {
        struct run r;
        run_make(&r, runs[i].dataset, runs[i].setting);
        long before = 0;
        for (int k = 0; k < 40; k++) {
            trainer_step(r.trainer);
            before = k == 30 ? allocations : before;
            assert_int_equal(trainer_snapshot(r.trainer, &r.snap), STATUS_OK);
            assert_true(scene_update(&r.scene, &r.snap, &r.data));
        }
        if (allocations - before > 1) /* a border's list may still grow once */
            fail_msg("%s: %ld allocations in nine snapshots", runs[i].name, allocations - before);
        run_clear(&r);
    }
}

static void draw_view(struct run *r, const struct view *view, struct rect rect)
{
    struct canvas c = { .ops = &nothing, .width = rect.w, .height = rect.h, .scale = 1 };
    view_draw(view, &c, &r->scene, &r->look, rect);
}

static void no_view_allocates_once_warm(void **state)
{
    (void)state;
    static const struct rect rects[] = { { 0, 0, 960, 800 }, { 0, 0, 360, 216 } };
    for (int i = 0; i < RUNS; i++) {
        struct run r;
        run_make(&r, runs[i].dataset, runs[i].setting);
        for (int k = 0; k < WARM; k++)
            trainer_step(r.trainer);
        assert_int_equal(trainer_recognise(r.trainer), STATUS_OK);
        trainer_map_inputs(r.trainer);
        assert_int_equal(trainer_snapshot(r.trainer, &r.snap), STATUS_OK);
        assert_true(scene_update(&r.scene, &r.snap, &r.data));
        for (int v = 0; v < view_count(); v++)
            for (size_t k = 0; k < sizeof rects / sizeof rects[0]; k++) {
                draw_view(&r, view_at(v), rects[k]);
                long before = allocations;
                draw_view(&r, view_at(v), rects[k]);
                if (allocations != before)
                    fail_msg("%s, %s, %.0f wide: %ld allocations", runs[i].name, view_at(v)->id, rects[k].w,
                        allocations - before);
            }
        run_clear(&r);
    }
}

static void the_count_counts(void **state)
{
    (void)state;
    long before = allocations;
    void *volatile block = malloc(16);
    free(block);
    assert_int_equal(allocations - before, !SANITIZED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_count_counts),
        cmocka_unit_test(a_step_allocates_nothing),
        cmocka_unit_test(a_snapshot_and_its_scene_allocate_nothing_once_warm),
        cmocka_unit_test(no_view_allocates_once_warm),
    };
    return cmocka_run_group_tests(tests, fonts, no_fonts);
}
