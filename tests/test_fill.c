/* test_fill.c - the polygon filler against areas known by geometry. */
#include "render/fill.h"

#include "math/rng.h"
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 64 };

static const double PI = 3.14159265358979323846;
static const struct color white = { 1, 1, 1, 1 };

struct picture {
    uint32_t pixel[SIDE * SIDE];
    struct target target;
    struct fill fill;
};

static void begin(struct picture *p)
{
    memset(p, 0, sizeof *p);
    p->target = (struct target){ (uint8_t *)p->pixel, SIDE * 4, 0, 0, SIDE, SIDE };
    fill_begin(&p->fill, &p->target);
}

static double painted(const struct picture *p)
{
    double sum = 0;
    for (int i = 0; i < SIDE * SIDE; i++)
        sum += (p->pixel[i] >> 24) / 255.0;
    return sum;
}

static void finish(struct picture *p, double area, double tolerance)
{
    assert_true(fill_paint(&p->fill, pixel_premultiply(white)));
    if (!(fabs(painted(p) - area) < tolerance))
        fail_msg("painted %.3f pixels, expected %.3f", painted(p), area);
    fill_clear(&p->fill);
}

static void a_rectangle_between_pixels_covers_their_exact_shares(void **state)
{
    (void)state;
    struct picture p;
    struct point at[] = { { 3.25, 5.5 }, { 9.5, 5.5 }, { 9.5, 8 }, { 3.25, 8 } };
    begin(&p);
    fill_contour(&p.fill, at, 4, 1);
    finish(&p, 6.25 * 2.5, 0.05);
    assert_int_equal(p.pixel[5 * SIDE + 3] >> 24, 96); /* 0.75 x 0.5 */
    assert_int_equal(p.pixel[6 * SIDE + 5] >> 24, 255);
    assert_int_equal(p.pixel[8 * SIDE + 5], 0);
}

static void a_ring_has_the_area_between_its_circles(void **state)
{
    (void)state;
    struct picture p;
    struct point at[600];
    int n = arc_points((struct point){ 31.3, 32.7 }, 25, 0, 2 * PI, 16, at, 600) - 1;
    begin(&p);
    assert_true(fill_stroke(&p.fill, at, n, true, 1.25, 1));
    finish(&p, 2 * PI * 25 * 1.25, 0.5);
}

/* The polygon cut off where axis * x > limit (axis 1: x, 2: y, negative: below); returns how many corners. */
static int cut(const struct point *at, int n, int axis, double limit, struct point *out)
{
    int count = 0;
    for (int i = 0; i < n; i++) {
        struct point a = at[i], b = at[(i + 1) % n];
        double sign = axis < 0 ? -1 : 1, s = sign * (abs(axis) == 1 ? a.x : a.y) - sign * limit;
        double e = sign * (abs(axis) == 1 ? b.x : b.y) - sign * limit;
        if (s <= 0)
            out[count++] = a;
        if ((s < 0) != (e < 0) && s != e)
            out[count++] = (struct point){ a.x + s / (s - e) * (b.x - a.x), a.y + s / (s - e) * (b.y - a.y) };
    }
    return count;
}

/* Its area within a pixel, by cutting it off at the pixel's sides: every turn around counts, with its sign. */
static double area_within(const struct point *at, int n, int x, int y)
{
    struct point a[64], b[64];
    double area = 0;
    n = cut(at, n, 1, x + 1, a);
    n = cut(a, n, -1, x, b);
    n = cut(b, n, 2, y + 1, a);
    n = cut(a, n, -2, y, b);
    for (int i = 0; i < n; i++)
        area += b[i].x * b[(i + 1) % n].y - b[(i + 1) % n].x * b[i].y;
    return area / 2;
}

/* Spokes, bars, sectors and stars, steep and flat, crossing themselves and the picture's sides. */
static void every_pixel_has_the_share_that_the_polygon_covers(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 5, RNG_DATA);
    for (int trial = 0; trial < 600; trial++) {
        struct picture p;
        struct point at[8];
        int n = 3 + trial % 6;
        double spread = trial % 3 == 0 ? 1.5 : trial % 3 == 1 ? 12 : 60;
        struct point middle = { 70 * rng_uniform(&rng) - 3, 70 * rng_uniform(&rng) - 3 };
        double flat = trial % 5 ? 1 : 0.02;
        for (int i = 0; i < n; i++)
            at[i] = (struct point){ middle.x + spread * rng_normal(&rng) * (trial % 7 ? 1 : 0.02),
                middle.y + spread * rng_normal(&rng) * flat };
        begin(&p);
        fill_contour(&p.fill, at, n, 1);
        assert_true(fill_paint(&p.fill, pixel_premultiply(white)));
        for (int i = 0; i < SIDE * SIDE; i++) {
            double share = fmin(fabs(area_within(at, n, i % SIDE, i / SIDE)), 1);
            if (!(fabs((p.pixel[i] >> 24) - 255 * share) < 1))
                fail_msg("trial %d: pixel %d, %d has %u, expected %.2f", trial, i % SIDE, i / SIDE,
                    p.pixel[i] >> 24, 255 * share);
        }
        fill_clear(&p.fill);
    }
}

/* By the sum of both coordinates, over more pixels than a strip holds, blended with what was there. */
static void a_hatch_repeats_along_both_axes(void **state)
{
    (void)state;
    enum { PERIOD = 7, WIDTH = 2 * FILL_STRIP + 61, ROWS = 9, LENGTH = PERIOD + FILL_STRIP };
    static uint32_t pixel[ROWS][WIDTH], strip[LENGTH], rest[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
        strip[i] = pixel_scale(0xff804020u, (uint32_t)(37 * (i % PERIOD)));
        rest[i] = pixel_rest(strip[i]);
    }
    const struct target target = { (uint8_t *)pixel, WIDTH * 4, 3, 2, WIDTH, ROWS };
    const struct fill_hatch hatch = { PERIOD, strip, rest };
    const struct point at[] = { { 5.5, 3 }, { WIDTH - 6, 3 }, { WIDTH - 6, 7.25 }, { 5.5, 7.25 } };
    struct fill f = { 0 };
    for (int i = 0; i < ROWS * WIDTH; i++)
        pixel[i / WIDTH][i % WIDTH] = 0xff102030u;
    fill_begin(&f, &target);
    fill_contour(&f, at, 4, 1);
    assert_true(fill_paint_hatch(&f, &hatch));
    for (int y = 0; y < ROWS; y++)
        for (int x = 0; x < WIDTH; x++) {
            double share = (x < 5 || x >= WIDTH - 6 ? 0
                               : x == 5             ? 0.5
                                                    : 1) *
                           (y < 3 || y > 7 ? 0
                               : y == 7    ? 0.25
                                           : 1);
            uint32_t over = pixel_scale(strip[(x + y) % PERIOD], (uint32_t)(share * 255 + 0.5));
            assert_int_equal(pixel[y][x], pixel_over(over, 0xff102030u));
        }
    fill_clear(&f);
}

static void what_lies_outside_adds_and_leaves_nothing(void **state)
{
    (void)state;
    struct picture p;
    struct point at[] = { { -1000, -1000.5 }, { 2000, -999.5 }, { 32, 5000 } };
    begin(&p);
    p.target.x0 = 10;
    p.target.x1 = 20;
    p.target.y0 = 30;
    p.target.y1 = 34;
    for (int i = 0; i < 2; i++) { /* the second time finds what the first left behind */
        fill_begin(&p.fill, &p.target);
        fill_contour(&p.fill, at, 3, 1);
        assert_true(fill_paint(&p.fill, pixel_premultiply(white)));
        assert_true(fabs(painted(&p) - 40) < 1e-6);
    }
    fill_clear(&p.fill);
}

static void nearly_level_edges_stay_in_their_columns(void **state)
{
    (void)state;
    for (double drop = 1e-12; drop < 0.1; drop *= 3) {
        struct picture p;
        struct point at[] = { { 20, 40.3 }, { 44, 40.3 + drop }, { 44, 43 }, { 20, 43 } };
        begin(&p);
        fill_contour(&p.fill, at, 4, 1);
        finish(&p, 24 * (2.7 - drop / 2), 0.1);
        for (int y = 0; y < SIDE; y++)
            assert_true(p.pixel[y * SIDE + 19] == 0 && p.pixel[y * SIDE + 44] == 0);
    }
}

static void dashes_share_a_line_as_asked(void **state)
{
    (void)state;
    struct picture p;
    struct point ends[] = { { 4, 4 }, { 4 + 42 * 0.6, 4 + 42 * 0.8 } };
    struct stroke stroke = { .color = white, .width = 1, .dash_on = 2, .dash_off = 5 };
    begin(&p);
    fill_dashes(&p.fill, ends, &stroke, 1);
    finish(&p, 12, 0.15);
}

static void sharp_corners_and_endless_points_are_refused(void **state)
{
    (void)state;
    struct picture p;
    struct point sharp[] = { { 4, 4 }, { 40, 4 }, { 5, 8 } }, wild[] = { { 1, 1 }, { NAN, 4 }, { 3, 9 } };
    begin(&p);
    assert_false(fill_stroke(&p.fill, sharp, 3, false, 2, 1));
    fill_contour(&p.fill, wild, 3, 1);
    assert_false(fill_paint(&p.fill, pixel_premultiply(white)));
    assert_true(painted(&p) == 0);
    fill_begin(&p.fill, &p.target);
    finish(&p, 0, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rectangle_between_pixels_covers_their_exact_shares),
        cmocka_unit_test(a_ring_has_the_area_between_its_circles),
        cmocka_unit_test(every_pixel_has_the_share_that_the_polygon_covers),
        cmocka_unit_test(a_hatch_repeats_along_both_axes),
        cmocka_unit_test(what_lies_outside_adds_and_leaves_nothing),
        cmocka_unit_test(nearly_level_edges_stay_in_their_columns),
        cmocka_unit_test(dashes_share_a_line_as_asked),
        cmocka_unit_test(sharp_corners_and_endless_points_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
