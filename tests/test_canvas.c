#include "support/check.h"

#include "render/canvas.h"
#include "render/number.h"
#include "render/text.h"
#include "render/theme.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct color white = { 1, 1, 1, 1 }, black = { 0, 0, 0, 1 };
static const double pi = 3.14159265358979323846;

static char folder[] = P_tmpdir "/test_canvas_XXXXXX";
static char path[128];

static int start(void **state)
{
    (void)state;
    struct why why;
    if (text_start(&why) != STATUS_OK) {
        print_error("%s\n", why.text);
        return -1;
    }
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/out", folder);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    unlink(path);
    rmdir(folder);
    text_stop();
    return 0;
}

static char *read_all(size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = calloc(*size + 1, 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

/* ---- recording ---- */

static void strokes_are_written_down_one_a_line(void **state)
{
    (void)state;
    struct canvas *c = canvas_record(100, 50);
    const struct point at[] = { { 12, 3.5 }, { 20, 3.5 }, { 20, 9.256 } };
    const struct font font = { 14, WEIGHT_SEMIBOLD, true };
    const struct marker marker = { .shape = SHAPE_STAR, .hollow = true, .radius = 3.1, .fill = white };
    const uint32_t pixel = 0xff102030;
    canvas_clip(c, &(struct rect){ 1, 2, 3, 4 });
    canvas_lines(
        c, at, 2, &(struct stroke){ .color = { 0x2e / 255.0f, 0x72 / 255.0f, 1, 0.75f }, .width = 1.25 });
    canvas_polygon(c, at, 3, black);
    canvas_hatch(c, at, 3, 7, white);
    canvas_markers(c, at, 2, &marker);
    canvas_image(c, (struct rect){ 0, 0, 9, 9 }, &pixel, 1, 1);
    canvas_text(c, (struct point){ 5, 6 }, "m", &font, white, ALIGN_RIGHT);
    canvas_clip(c, NULL);
    assert_string_equal(canvas_record_text(c),
        "clip 1.00 2.00 3.00 4.00\n"
        "lines 1.25 #2e72ffbf (12.00,3.50) (20.00,3.50)\n"
        "polygon #000000ff (12.00,3.50) (20.00,3.50) (20.00,9.26)\n"
        "hatch 7.00 #ffffffff (12.00,3.50) (20.00,3.50) (20.00,9.26)\n"
        "markers star hollow 3.10 #ffffffff (12.00,3.50) (20.00,3.50)\n"
        "image 0.00 0.00 9.00 9.00 1x1 630f08af\n"
        "text 14.00 600 italic right #ffffffff (5.00,6.00) m\n"
        "clip none\n");
    canvas_destroy(c);
}

static void what_cannot_be_seen_is_not_stroked(void **state)
{
    (void)state;
    struct canvas *c = canvas_record(100, 50);
    const struct point at[] = { { 0, 0 }, { 1, 1 }, { 2, 0 } };
    canvas_lines(c, at, 1, &(struct stroke){ .color = white, .width = 1 });
    canvas_polygon(c, at, 2, white);
    canvas_polygon(c, at, 3, color_alpha(white, 0));
    canvas_disc(c, at[0], 0, white);
    assert_string_equal(canvas_record_text(c), "");
    canvas_destroy(c);
}

static void the_first_failure_is_the_one_reported(void **state)
{
    (void)state;
    struct canvas *c = canvas_record(10, 10);
    struct why why = { "" };
    canvas_fail(c, "first %d", 1);
    canvas_fail(c, "second");
    assert_int_equal(canvas_finish(c, &why), STATUS_FAILED);
    assert_string_equal(why.text, "first 1");
    canvas_destroy(c);
    canvas_destroy(NULL);
}

static void arc_chords_stay_within_a_tenth_of_a_pixel(void **state)
{
    (void)state;
    static const double radius[] = { 2, 30, 308, 1500 };
    struct point at[512];
    for (int i = 0; i < 4; i++) {
        int n = arc_points((struct point){ 0, 0 }, radius[i], 0.3, 2.9, 1, at, 512);
        assert_close(at[0].x, radius[i] * cos(0.3), 1e-12);
        assert_close(at[0].y, -radius[i] * sin(0.3), 1e-12);
        assert_close(at[n - 1].x, radius[i] * cos(2.9), 1e-12);
        for (int k = 1; k < n; k++) {
            double middle = hypot((at[k].x + at[k - 1].x) / 2, (at[k].y + at[k - 1].y) / 2);
            assert_true(radius[i] - middle <= 0.1 + 1e-9);
        }
    }
    assert_int_equal(arc_points((struct point){ 0, 0 }, 1e6, 0, 6, 1, at, 40), 40);
}

/* ---- pixels ---- */

enum { SIDE = 120 };

struct picture {
    uint32_t pixel[SIDE * SIDE];
    struct canvas *canvas;
};

static void open_picture(struct picture *p, double scale)
{
    memset(p->pixel, 0, sizeof p->pixel);
    p->canvas = canvas_cairo_pixels(p->pixel, SIDE, SIDE, SIDE * 4, scale);
    assert_non_null(p->canvas);
}

static void close_picture(struct picture *p)
{
    struct why why = { "" };
    if (canvas_finish(p->canvas, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    canvas_destroy(p->canvas);
}

static void draw_everything(struct canvas *c)
{
    const struct font font = { 32, WEIGHT_SEMIBOLD, false };
    struct point at[400];
    const uint32_t pixel[] = { 0xffffffff, 0x80ffffff };
    for (int i = 0; i < 400; i++)
        at[i] = (struct point){ i % 20 * 6.3 - 3, i / 20 * 6.3 - 3 };
    canvas_rect(c, (struct rect){ -10, -10, 200, 200 }, color_alpha(white, 0.5));
    canvas_lines(c, at, 400, &(struct stroke){ .color = white, .width = 2 });
    canvas_line(c, (struct point){ -5, 40 }, (struct point){ 200, 40 }, 1, white);
    canvas_hatch(c, (struct point[]){ { -9, -9 }, { 150, 0 }, { 80, 150 } }, 3, 7, white);
    for (int shape = 0; shape < SHAPE_COUNT; shape++)
        canvas_markers(c, at, 400,
            &(struct marker){ .shape = (enum shape)shape,
                .hollow = shape % 2,
                .radius = 4,
                .fill = white,
                .outline = black,
                .outline_width = 1 });
    canvas_image(c, (struct rect){ -20, -20, 300, 300 }, pixel, 2, 1);
    for (int i = 0; i < 8; i++)
        canvas_text(c, (struct point){ -9, i * 20 }, "Margin 0.30 \u2211\u222e", &font, white, ALIGN_LEFT);
}

static void nothing_is_drawn_outside_the_clip(void **state)
{
    (void)state;
    static const double scale[] = { 1, 1.5 };
    for (int i = 0; i < 2; i++) {
        static struct picture p;
        open_picture(&p, scale[i]);
        canvas_clip(p.canvas, &(struct rect){ 20, 30, 40, 16 });
        draw_everything(p.canvas);
        close_picture(&p);
        int x0 = (int)(20 * scale[i]), y0 = (int)(30 * scale[i]);
        int x1 = (int)(60 * scale[i]), y1 = (int)(46 * scale[i]);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                bool inside = x >= x0 && x < x1 && y >= y0 && y < y1;
                if (inside != (p.pixel[y * SIDE + x] != 0))
                    fail_msg("scale %g: pixel %d, %d is %08x", scale[i], x, y, p.pixel[y * SIDE + x]);
            }
    }
}

static void drawing_off_the_canvas_or_at_nan_is_harmless(void **state)
{
    (void)state;
    static struct picture p;
    open_picture(&p, 1);
    const struct font font = { 14, WEIGHT_REGULAR, false };
    const struct point far[] = { { -1e9, 5 }, { 5, 1e12 }, { NAN, 5 }, { 5, INFINITY } };
    canvas_markers(p.canvas, far, 4, &(struct marker){ .radius = 3, .fill = white });
    for (int i = 0; i < 4; i++)
        canvas_text(p.canvas, far[i], "x1", &font, white, ALIGN_LEFT);
    for (int i = 0; i < SIDE * SIDE; i++)
        assert_int_equal(p.pixel[i], 0);
    close_picture(&p);
}

static void check_center(const struct picture *p, double x, double y)
{
    double sum = 0, sx = 0, sy = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        double a = p->pixel[i] >> 24;
        sum += a;
        sx += a * (i % SIDE + 0.5);
        sy += a * (i / SIDE + 0.5);
    }
    if (!(fabs(sx / sum - x) < 0.15 && fabs(sy / sum - y) < 0.15))
        fail_msg("asked for %.3f, %.3f, got %.3f, %.3f", x, y, sx / sum, sy / sum);
}

static void markers_lie_where_they_were_asked_to(void **state)
{
    (void)state;
    static struct picture p;
    for (int i = 0; i < 100; i++) {
        double x = 50 + i * 0.137, y = 40 + i * 0.211;
        open_picture(&p, 1);
        canvas_markers(p.canvas, &(struct point){ x, y }, 1,
            &(struct marker){ .shape = i % 2 ? SHAPE_CIRCLE : SHAPE_DIAMOND, .radius = 3.1, .fill = white });
        close_picture(&p);
        check_center(&p, x, y);
    }
}

static void a_disc_marker_covers_its_area(void **state)
{
    (void)state;
    static struct picture p;
    open_picture(&p, 1);
    canvas_markers(
        p.canvas, &(struct point){ 60.3, 60.6 }, 1, &(struct marker){ .radius = 8, .fill = white });
    close_picture(&p);
    double area = 0;
    for (int i = 0; i < SIDE * SIDE; i++)
        area += (p.pixel[i] >> 24) / 255.0;
    assert_close(area, pi * 64, 0.02);
}

static void every_class_marker_differs_from_every_other(void **state)
{
    (void)state;
    enum { KINDS = 2 * SHAPE_COUNT };
    static uint32_t seen[KINDS][SIDE * SIDE];
    static struct picture p;
    for (int i = 0; i < KINDS; i++) {
        open_picture(&p, 1);
        struct marker marker = class_marker(theme_find("dark"), i, 3.1);
        marker.fill = white;
        canvas_markers(p.canvas, &(struct point){ 60, 60 }, 1, &marker);
        close_picture(&p);
        memcpy(seen[i], p.pixel, sizeof p.pixel);
        for (int j = 0; j < i; j++)
            if (memcmp(seen[i], seen[j], sizeof seen[i]) == 0)
                fail_msg("classes %d and %d look the same", i, j);
    }
}

static void a_hairline_is_one_full_pixel_at_any_offset(void **state)
{
    (void)state;
    static struct picture p;
    for (int i = 0; i < 8; i++) {
        open_picture(&p, 1);
        canvas_line(
            p.canvas, (struct point){ 0, 50 + i / 8.0 }, (struct point){ SIDE, 50 + i / 8.0 }, 1, white);
        close_picture(&p);
        int touched = 0;
        for (int y = 0; y < SIDE; y++)
            touched += p.pixel[y * SIDE + 60] != 0;
        assert_int_equal(touched, 1);
        assert_int_equal(p.pixel[50 * SIDE + 60], 0xffffffff);
    }
}

/* The area of a straight line of 101 points, and no darker where its segments meet. */
static void a_curve_covers_its_width(void **state)
{
    (void)state;
    static struct picture p;
    static const double width[] = { 0.5, 1, 1.75, 4 };
    struct point at[101];
    for (int i = 0; i <= 100; i++)
        at[i] = (struct point){ 10 + i, 20.3 + 0.37 * i };
    for (int i = 0; i < 4; i++) {
        open_picture(&p, 1);
        canvas_lines(p.canvas, at, 101, &(struct stroke){ .color = white, .width = width[i] });
        close_picture(&p);
        double area = 0;
        for (int k = 0; k < SIDE * SIDE; k++)
            area += (p.pixel[k] >> 24) / 255.0;
        assert_close(area, hypot(100, 37) * width[i], 0.05);
    }
}

static void neighbouring_hatches_meet(void **state)
{
    (void)state;
    static struct picture one, two;
    open_picture(&one, 1);
    canvas_hatch(one.canvas, (struct point[]){ { 0, 0 }, { 100, 0 }, { 100, 100 }, { 0, 100 } }, 4, 7, white);
    close_picture(&one);
    open_picture(&two, 1);
    canvas_hatch(two.canvas, (struct point[]){ { 0, 0 }, { 43, 0 }, { 43, 100 }, { 0, 100 } }, 4, 7, white);
    canvas_hatch(
        two.canvas, (struct point[]){ { 43, 0 }, { 100, 0 }, { 100, 100 }, { 43, 100 } }, 4, 7, white);
    close_picture(&two);
    assert_memory_equal(one.pixel, two.pixel, sizeof one.pixel);
    double ink = 0;
    for (int i = 0; i < SIDE * SIDE; i++)
        ink += (one.pixel[i] >> 24) / 255.0;
    assert_close(ink / 10000, 1 / 7.07, 0.05);
}

/* ---- text ---- */

static void digits_share_one_width_and_more_text_is_wider(void **state)
{
    (void)state;
    const struct font font = { 14, WEIGHT_REGULAR, false };
    char digit[] = "0", growing[32] = "";
    double zero = text_width("0", &font), before = 0;
    for (; *digit <= '9'; ++*digit)
        assert_close(text_width(digit, &font), zero, 1e-12);
    assert_close(text_width("1111", &font), text_width("0789", &font), 1e-12);
    static const char text[] = "Margin 0.30, \xce\xb8";
    for (int n = 1; text[n - 1]; n++) {
        if ((text[n] & 0xc0) == 0x80) /* would cut a letter in two */
            continue;
        snprintf(growing, sizeof growing, "%.*s", n, text);
        double width = text_width(growing, &font);
        assert_true(width > before);
        before = width;
    }
}

static void width_is_proportional_to_size_and_kerned(void **state)
{
    (void)state;
    const struct font small = { 12, WEIGHT_REGULAR, false }, large = { 24, WEIGHT_REGULAR, false };
    assert_close(text_width("Ångström AV", &large), 2 * text_width("Ångström AV", &small), 1e-9);
    assert_true(text_width("AV", &small) < text_width("A", &small) + text_width("V", &small));
    assert_true(text_ascent(&small) > 0.7 * 12 && text_ascent(&small) < 0.75 * 12);
}

static void runs_cover_the_text_and_switch_to_the_fallback(void **state)
{
    (void)state;
    const struct font font = { 12, WEIGHT_SEMIBOLD, false };
    const char *text = "m \u222e 4\u2009000";
    struct text_run run;
    int bytes = 0, digits = 0, fallback = 0;
    double width = 0;
    for (int n; (n = text_next(text + bytes, &font, &run)) > 0; bytes += n) {
        digits += run.bytes == 1 && *run.at >= '0' && *run.at <= '9';
        fallback += run.face == FACE_FALLBACK_BOLD;
        width += run.advance;
    }
    assert_int_equal(bytes, (int)strlen(text));
    assert_int_equal(digits, 4);
    assert_int_equal(fallback, 1);
    assert_close(width, text_width(text, &font), 1e-12);
}

static void cut_text_fits_and_ends_in_an_ellipsis(void **state)
{
    (void)state;
    const struct font font = { 12, WEIGHT_REGULAR, false };
    char out[64];
    for (double width = 12; width < 200; width += 7) {
        text_fit("additive angular margin \xce\xb8", &font, width, out, sizeof out);
        assert_true(text_width(out, &font) <= width);
        assert_true(*out);
    }
    text_fit("short", &font, 500, out, sizeof out);
    assert_string_equal(out, "short");
    text_fit("additive angular margin", &font, 60, out, sizeof out);
    assert_non_null(strstr(out, "\u2026"));
}

static void masks_survive_more_text_than_the_cache_holds(void **state)
{
    (void)state;
    const struct font font = { 200, WEIGHT_REGULAR, false };
    char text[32];
    for (int i = 0; i < 200; i++) {
        struct text_run run;
        snprintf(text, sizeof text, "%c%c margin", 'a' + i % 26, 'a' + i / 26);
        assert_true(text_next(text, &font, &run) > 0);
        const struct text_mask *mask = text_mask(&run, &font, 1);
        assert_non_null(mask);
        assert_true(abs(mask->width - (int)run.advance) < 40);
        uint8_t most = 0;
        for (int p = 0; p < mask->stride * mask->height; p++)
            most = mask->alpha[p] > most ? mask->alpha[p] : most;
        assert_int_equal(most, 255);
    }
}

static void text_is_drawn_as_wide_as_it_is_measured(void **state)
{
    (void)state;
    static struct picture p;
    const struct font font = { 14, WEIGHT_REGULAR, false };
    open_picture(&p, 1);
    canvas_text(p.canvas, (struct point){ 110, 60 }, "HmarginH 10H", &font, white, ALIGN_RIGHT);
    close_picture(&p);
    int left = SIDE, right = 0;
    for (int i = 0; i < SIDE * SIDE; i++)
        if (p.pixel[i] >> 24 > 60) {
            left = i % SIDE < left ? i % SIDE : left;
            right = i % SIDE > right ? i % SIDE : right;
        }
    double bearing = 1.3; /* of H at 14 px */
    assert_true(fabs(right + 1 + bearing - 110) <= 1.3);
    assert_true(fabs(left - bearing - (110 - text_width("HmarginH 10H", &font))) <= 1.3);
}

/* ---- files ---- */

static void png_has_its_size_its_dpi_and_its_colors(void **state)
{
    (void)state;
    struct canvas *c = canvas_cairo_png(path, 40, 30, 2, 192);
    canvas_rect(c, (struct rect){ 0, 0, 20, 30 }, (struct color){ 1, 0.5f, 0, 0.5f });
    assert_int_equal(canvas_finish(c, NULL), STATUS_OK);
    canvas_destroy(c);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_init_io(png, file);
    png_read_png(png, info, PNG_TRANSFORM_IDENTITY, NULL);
    assert_int_equal(png_get_image_width(png, info), 80);
    assert_int_equal(png_get_image_height(png, info), 60);
    assert_int_equal(png_get_x_pixels_per_meter(png, info), 7559);
    png_textp text;
    assert_int_equal(png_get_text(png, info, &text, NULL), 1);
    assert_string_equal(text->key, "Software");
    const png_byte *left = png_get_rows(png, info)[5] + 4 * 10, *right = png_get_rows(png, info)[5] + 4 * 60;
    assert_int_equal(left[0], 255);
    assert_true(abs(left[1] - 128) <= 1);
    assert_true(abs(left[3] - 128) <= 1);
    assert_int_equal(right[3], 0);
    png_destroy_read_struct(&png, &info, NULL);
    fclose(file);
}

static void pdf_begins_and_ends_as_one(void **state)
{
    (void)state;
    struct canvas *c = canvas_pdf(path, 120, 80, 0.5);
    draw_everything(c);
    struct why why = { "" };
    if (canvas_finish(c, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    canvas_destroy(c);
    size_t size;
    char *bytes = read_all(&size);
    assert_memory_equal(bytes, "%PDF-", 5);
    assert_non_null(memmem(bytes, size, "%%EOF", 5));
    assert_non_null(memmem(bytes, size, "/MediaBox [ 0 0 60 40 ]", 23));
    assert_non_null(memmem(bytes, size, "Inter", 5));
    free(bytes);
}

static void a_file_that_cannot_be_written_is_reported(void **state)
{
    (void)state;
    static const char nowhere[] = "/nonexistent-folder/a";
    struct canvas *all[] = { canvas_cairo_png(nowhere, 9, 9, 1, 96), canvas_svg(nowhere, 9, 9),
        canvas_pdf(nowhere, 9, 9, 1) };
    for (int i = 0; i < 3; i++) {
        struct why why = { "" };
        assert_int_equal(canvas_finish(all[i], &why), STATUS_FAILED);
        assert_non_null(strstr(why.text, nowhere));
        canvas_destroy(all[i]);
    }
}

/* Tags nest, attributes are quoted, and every & begins an entity: what makes XML well-formed here. */
static const char *check_tag(const char *at, char stack[][16], int *depth)
{
    const char *name = at + 1 + (at[1] == '/'), *end = at;
    for (bool quoted = false; *end && (quoted || *end != '>'); end++) {
        quoted ^= *end == '"';
        assert_true(end == at || *end != '<');
    }
    assert_int_equal(*end, '>');
    char tag[16] = "";
    for (int i = 0; i < 15 && name[i] > ' ' && !strchr("/>", name[i]); i++)
        tag[i] = name[i];
    if (at[1] == '/') {
        assert_true(*depth > 0);
        assert_string_equal(stack[--*depth], tag);
    } else if (end[-1] != '/' && at[1] != '?' && at[1] != '!') {
        assert_true(*depth < 16);
        strcpy(stack[(*depth)++], tag);
    }
    return end;
}

static void check_xml(const char *at)
{
    char stack[16][16];
    int depth = 0;
    for (; *at; at++) {
        if (*at == '<')
            at = check_tag(at, stack, &depth);
        else if (*at == '&')
            assert_true(strncmp(at, "&amp;", 5) == 0 || strncmp(at, "&lt;", 4) == 0 ||
                        strncmp(at, "&gt;", 4) == 0 || strncmp(at, "&quot;", 6) == 0);
    }
    assert_int_equal(depth, 0);
}

static void svg_is_well_formed_and_its_text_is_text(void **state)
{
    (void)state;
    const struct font font = { 12, WEIGHT_REGULAR, false };
    struct canvas *c = canvas_svg(path, 120, 120);
    canvas_clip(c, &(struct rect){ 0, 0, 50, 50 });
    draw_everything(c);
    canvas_clip(c, &(struct rect){ 0, 0, 60, 50 });
    canvas_text(c, (struct point){ 5, 9 }, "a < b & \"c\"\x01 \u03b8", &font, black, ALIGN_CENTER);
    canvas_text(c, (struct point){ 5, 9 }, " = 5", &font, black, ALIGN_LEFT);
    assert_int_equal(canvas_finish(c, NULL), STATUS_OK);
    canvas_destroy(c);
    size_t size;
    char *bytes = read_all(&size);
    assert_int_equal(strlen(bytes), size);
    check_xml(bytes);
    assert_non_null(strstr(bytes, ">a &lt; b &amp; &quot;c&quot;  \u03b8</text>"));
    assert_non_null(strstr(bytes, "textLength="));
    assert_non_null(strstr(bytes, "xml:space=\"preserve\"> = 5</text>")); /* else a reader drops the space */
    assert_non_null(strstr(bytes, "data:image/png;base64,iVBORw0KGgo"));
    free(bytes);
}

static void five_thousand_points_make_a_small_svg(void **state)
{
    (void)state;
    struct canvas *c = canvas_svg(path, 1600, 1000);
    static struct point at[500];
    for (int k = 0; k < 10; k++) {
        for (int i = 0; i < 500; i++)
            at[i] = (struct point){ 100 + i * 2.7311, 50 + (i * 7919 + k * 131) % 900 + 0.123 };
        struct marker marker = class_marker(theme_find("light"), k, 3.1);
        canvas_markers(c, at, 500, &marker);
    }
    assert_int_equal(canvas_finish(c, NULL), STATUS_OK);
    canvas_destroy(c);
    size_t size;
    char *bytes = read_all(&size);
    int count = 0;
    for (const char *use = bytes; (use = strstr(use, "<use ")); use++)
        count++;
    assert_int_equal(count, 5000);
    assert_true(size < 200 * 1024);
    free(bytes);
}

/* The number behind the last of these words, each looked for behind the one before. */
static double number_after(const char *text, const char *const *word)
{
    for (; *word; word++) {
        text = strstr(text, *word);
        assert_non_null(text);
        text += strlen(*word);
    }
    return strtod(text, NULL);
}

/* A hollow marker's line ends where the marker does; the hatch has a line through the origin, as on the screen. */
static void marks_and_hatches_of_an_svg_lie_as_on_the_screen(void **state)
{
    (void)state;
    const struct marker ring = { .shape = SHAPE_CIRCLE, .hollow = true, .radius = 6, .fill = white };
    struct canvas *c = canvas_svg(path, 100, 100);
    canvas_hatch(c, (struct point[]){ { 0, 0 }, { 100, 0 }, { 0, 100 } }, 3, 7, white);
    canvas_markers(c, &(struct point){ 50, 40 }, 1, &ring);
    assert_int_equal(canvas_finish(c, NULL), STATUS_OK);
    canvas_destroy(c);
    size_t size;
    char *bytes = read_all(&size);
    double radius = number_after(bytes, (const char *[]){ "<circle", " r=\"", NULL });
    double width = number_after(bytes, (const char *[]){ "<g fill=\"none\"", "stroke-width=\"", NULL });
    assert_true(width > 0);
    assert_close(radius + width / 2, 6, 1e-2);
    assert_close(number_after(bytes, (const char *[]){ "<use ", " x=\"", NULL }), 50, 0);
    assert_close(number_after(bytes, (const char *[]){ "<use ", " y=\"", NULL }), 40, 0);
    assert_close(number_after(bytes, (const char *[]){ "<pattern", " width=\"", NULL }), 7, 1e-9);
    double moved = number_after(bytes, (const char *[]){ "<pattern", "rotate(45) translate(", NULL });
    double line = number_after(bytes, (const char *[]){ "<pattern", " d=\"M", NULL });
    assert_close(moved + line, 0, 1e-2);
    free(bytes);
}

/* ---- colours and numbers ---- */

static void every_theme_keeps_its_text_readable(void **state)
{
    (void)state;
    for (int i = 0; theme_at(i); i++) {
        const struct theme *t = theme_at(i);
        const struct color text[] = { t->text1, t->text2, t->text3, t->margin };
        const struct color below[] = { t->bg, t->surface, t->raised };
        for (int j = 0; j < 12; j++)
            if (!(color_contrast(text[j / 3], below[j % 3]) >= 4.5))
                fail_msg("%s: text %d on ground %d", t->id, j / 3, j % 3);
        for (int k = 0; k < 10; k++)
            if (!(color_contrast(class_color(t, k), color_on(class_color(t, k))) >= 4.5))
                fail_msg("%s: chip %d", t->id, k);
        assert_ptr_equal(theme_find(t->id), t);
    }
    assert_null(theme_find("sepia"));
    assert_close(color_contrast(white, black), 21, 1e-6);
}

static void classes_repeat_colors_with_hollow_shapes(void **state)
{
    (void)state;
    const struct theme *t = theme_find("dark");
    struct marker a = class_marker(t, 3, 3), b = class_marker(t, 13, 3);
    assert_int_equal(a.shape, b.shape);
    assert_int_equal(a.shape, SHAPE_DIAMOND);
    assert_true(!a.hollow && b.hollow);
    assert_true(class_color(t, 3).r == class_color(t, 13).r);
}

static void numbers_read_as_the_design_says(void **state)
{
    (void)state;
    char out[64];
    assert_string_equal(number_count(4000, out, sizeof out), "4\u2009000");
    assert_string_equal(number_count(-1234567, out, sizeof out), "\u22121\u2009234\u2009567");
    assert_string_equal(number_count(999, out, sizeof out), "999");
    assert_string_equal(number_degrees(0.3, out, sizeof out), "17.2\u00b0");
    assert_string_equal(number_percent(0.9488, out, sizeof out), "94.9%");
    assert_string_equal(number_fixed(-0.04, 1, out, sizeof out), "0.0");
    assert_string_equal(number_fixed(-2.5, 2, out, sizeof out), "\u22122.50");
    assert_string_equal(number_fixed(NAN, 2, out, sizeof out), "\u2013");
    assert_string_equal(number_short(0.0008, out, sizeof out), "8e\u22124");
    assert_string_equal(number_short(0.015, out, sizeof out), "0.015");
    assert_string_equal(number_short(0.3, out, sizeof out), "0.3");
    assert_string_equal(number_short(12.345, out, sizeof out), "12.3");
    assert_string_equal(number_short(1240, out, sizeof out), "1\u2009240");
    assert_string_equal(number_short(0, out, sizeof out), "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strokes_are_written_down_one_a_line),
        cmocka_unit_test(what_cannot_be_seen_is_not_stroked),
        cmocka_unit_test(the_first_failure_is_the_one_reported),
        cmocka_unit_test(arc_chords_stay_within_a_tenth_of_a_pixel),
        cmocka_unit_test(nothing_is_drawn_outside_the_clip),
        cmocka_unit_test(drawing_off_the_canvas_or_at_nan_is_harmless),
        cmocka_unit_test(markers_lie_where_they_were_asked_to),
        cmocka_unit_test(a_disc_marker_covers_its_area),
        cmocka_unit_test(every_class_marker_differs_from_every_other),
        cmocka_unit_test(a_hairline_is_one_full_pixel_at_any_offset),
        cmocka_unit_test(a_curve_covers_its_width),
        cmocka_unit_test(neighbouring_hatches_meet),
        cmocka_unit_test(digits_share_one_width_and_more_text_is_wider),
        cmocka_unit_test(width_is_proportional_to_size_and_kerned),
        cmocka_unit_test(runs_cover_the_text_and_switch_to_the_fallback),
        cmocka_unit_test(cut_text_fits_and_ends_in_an_ellipsis),
        cmocka_unit_test(masks_survive_more_text_than_the_cache_holds),
        cmocka_unit_test(text_is_drawn_as_wide_as_it_is_measured),
        cmocka_unit_test(png_has_its_size_its_dpi_and_its_colors),
        cmocka_unit_test(pdf_begins_and_ends_as_one),
        cmocka_unit_test(a_file_that_cannot_be_written_is_reported),
        cmocka_unit_test(svg_is_well_formed_and_its_text_is_text),
        cmocka_unit_test(five_thousand_points_make_a_small_svg),
        cmocka_unit_test(marks_and_hatches_of_an_svg_lie_as_on_the_screen),
        cmocka_unit_test(every_theme_keeps_its_text_readable),
        cmocka_unit_test(classes_repeat_colors_with_hollow_shapes),
        cmocka_unit_test(numbers_read_as_the_design_says),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
