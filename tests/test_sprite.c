/* test_sprite.c - points stamped in whole blocks against the same points blended a pixel at a time, and samples sorted
 * by class against looking at each. */
#include "math/rng.h"
#include "render/sorted.h"
#include "render/sprite.h"
#include "tests/support/check.h"

#include <string.h>

enum { SIDE = 96, POINTS = 400 };

static void background(uint32_t *pixel)
{
    struct rng rng;
    rng_init(&rng, 7, RNG_DATA);
    for (int i = 0; i < SIDE * SIDE; i++)
        pixel[i] = 0xff000000u | (uint32_t)(16777216 * rng_uniform(&rng));
}

static struct marker marker_of(int i)
{
    return (struct marker){ .shape = (enum shape)(i % SHAPE_COUNT),
        .radius = 1.8 + 0.37 * i,
        .hollow = i % 3 == 2,
        .outline_width = i % 2 ? 0.6 : 0,
        .fill = { 0.9f, 0.4f, 0.1f, i % 4 ? 0.7f : 1 },
        .outline = { 0.1f, 0.1f, 0.2f, 0.5f } };
}

static void stamp_into(uint32_t *pixel, const struct point *at, int x0, int x1, const struct marker *m)
{
    struct sprite_cache *cache = sprite_cache_create();
    struct target target = { (uint8_t *)pixel, SIDE * 4, x0, 0, x1, SIDE };
    assert_non_null(cache);
    assert_true(sprite_stamp(cache, &target, at, POINTS, m, 1));
    sprite_cache_destroy(cache);
}

/* In strips one pixel wide no block fits: every pixel goes by itself. */
static void whole_blocks_paint_what_single_pixels_do(void **state)
{
    (void)state;
    static uint32_t blocks[SIDE * SIDE], single[SIDE * SIDE], before[SIDE * SIDE];
    struct point at[POINTS];
    struct rng rng;
    rng_init(&rng, 3, RNG_DATA);
    for (int i = 0; i < 2 * SHAPE_COUNT; i++) {
        struct marker m = marker_of(i);
        for (int k = 0; k < POINTS; k++)
            at[k] =
                (struct point){ (SIDE + 20) * rng_uniform(&rng) - 10, (SIDE + 20) * rng_uniform(&rng) - 10 };
        background(before);
        memcpy(blocks, before, sizeof blocks);
        memcpy(single, before, sizeof single);
        stamp_into(blocks, at, 0, SIDE, &m);
        for (int x = 0; x < SIDE; x++)
            stamp_into(single, at, x, x + 1, &m);
        assert_memory_equal(blocks, single, sizeof blocks);
        assert_memory_not_equal(blocks, before, sizeof blocks);
    }
}

static void nothing_is_stamped_outside_the_target(void **state)
{
    (void)state;
    static uint32_t pixel[SIDE * SIDE], before[SIDE * SIDE];
    struct point at[POINTS];
    struct rng rng;
    struct marker m = marker_of(5);
    rng_init(&rng, 4, RNG_DATA);
    for (int k = 0; k < POINTS; k++)
        at[k] = (struct point){ SIDE * rng_uniform(&rng), SIDE * rng_uniform(&rng) };
    background(before);
    memcpy(pixel, before, sizeof pixel);
    stamp_into(pixel, at, 31, 50, &m);
    int outside = 0, inside = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        bool in = i % SIDE >= 31 && i % SIDE < 50;
        outside += !in && pixel[i] != before[i];
        inside += in && pixel[i] != before[i];
    }
    assert_int_equal(outside, 0);
    assert_true(inside > 100);
}

static int sevenths(const void *with, int sample)
{
    return ((const int *)with)[sample];
}

static void samples_come_by_key_each_in_its_order(void **state)
{
    (void)state;
    enum { COUNT = 500, KEYS = 7, FROM = 30, TO = 487, STRIDE = 3 };
    int key[COUNT];
    struct sorted s = { 0 };
    struct rng rng;
    rng_init(&rng, 9, RNG_DATA);
    for (int i = 0; i < COUNT; i++)
        key[i] = (int)(10 * rng_uniform(&rng)) - 1; /* -1, 7 and 8 belong nowhere */
    assert_true(sorted_reserve(&s, COUNT, KEYS));
    sorted_fill(&s, FROM, TO, STRIDE, KEYS, sevenths, key);
    int k = 0;
    assert_int_equal(s.first[0], 0);
    for (int j = 0; j < KEYS; j++) {
        for (int i = FROM; i < TO; i += STRIDE)
            if (key[i] == j)
                assert_int_equal(s.sample[k++], i);
        assert_int_equal(s.first[j + 1], k);
    }
    assert_true(k > 50);
    sorted_fill(&s, 0, 0, 1, KEYS, sevenths, key);
    assert_int_equal(s.first[KEYS], 0);
    sorted_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_blocks_paint_what_single_pixels_do),
        cmocka_unit_test(nothing_is_stamped_outside_the_target),
        cmocka_unit_test(samples_come_by_key_each_in_its_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
