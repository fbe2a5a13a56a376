/* Marks of any size, small ones and such as no screen shows. */
#include <string.h>

#include "render/canvas.h"
#include "render/sprite.h"
#include "tests/support/check.h"

static const double PI = 3.14159265358979323846;
static const struct color blue = { 0, 0, 1, 1 };

enum { BIG = 300 };

/* The ink of one mark in the middle, in whole pixels, by channel: 0 blue, 1 green, 2 red, 3 all. */
static double ink(const struct marker *m, double scale, int channel)
{
    static uint32_t pixel[BIG * BIG];
    memset(pixel, 0, sizeof pixel);
    struct canvas *c = canvas_cairo_pixels(pixel, BIG, BIG, BIG * 4, scale);
    canvas_markers(c, &(struct point){ BIG / 2 / scale, BIG / 2 / scale }, 1, m);
    struct why why = { "" };
    assert_int_equal(canvas_finish(c, &why), STATUS_OK);
    canvas_destroy(c);
    double sum = 0;
    for (int i = 0; i < BIG * BIG; i++)
        sum += pixel[i] >> (8 * channel) & 255;
    return sum / 255;
}

/* As much ink as the figure has area: kept as a sprite, and past the size of those. */
static void check_area(double scale)
{
    static const struct color red = { 1, 0, 0, 1 };
    const double r = 12, px = r * scale;
    struct marker disc = { .shape = SHAPE_CIRCLE, .radius = r, .fill = blue };
    assert_close(ink(&disc, scale, 3), PI * px * px, 0.01);
    struct marker ringed = disc;
    ringed.outline = red;
    ringed.outline_width = 2;
    double outer = PI * (px + 2 * scale) * (px + 2 * scale);
    assert_close(ink(&ringed, scale, 3), outer, 0.01);
    assert_close(ink(&ringed, scale, 2), outer - PI * px * px, 0.01);
    assert_close(ink(&ringed, scale, 0), PI * px * px, 0.01);
    struct marker hollow = disc;
    hollow.hollow = true;
    double inner = px - scale * shape_hollow_width(SHAPE_CIRCLE, r);
    assert_close(ink(&hollow, scale, 3), PI * (px * px - inner * inner), 0.01);
    struct point corner[SHAPE_POINTS];
    struct marker star = { .shape = SHAPE_STAR, .radius = r, .fill = blue };
    int n = shape_outline(star.shape, px, corner);
    double twice = 0;
    for (int i = 0; i < n; i++)
        twice += corner[i].x * corner[(i + 1) % n].y - corner[(i + 1) % n].x * corner[i].y;
    assert_close(ink(&star, scale, 3), fabs(twice) / 2, 0.01);
}

static void marks_have_their_area(void **unused)
{
    (void)unused;
    check_area(1);
    check_area(2);
    check_area(5);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(marks_have_their_area) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
