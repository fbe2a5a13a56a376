/* What a canvas meets once: no memory at any one allocation, letters outside the
 * first plane, definitions without end, numbers that are none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "render/ask.h"
#include "render/buffer.h"
#include "render/canvas_pdf_inner.h"
#include "render/field.h"
#include "render/formula.h"
#include "render/glyph.h"
#include "render/number.h"
#include "render/text.h"
#include "render/thumb.h"
#include "tests/support/every_allocation.h"
#include "tests/support/folder.h"

static const struct color white = { 1, 1, 1, 1 }, blue = { 0, 0, 1, 1 };
static const struct font plain = { 14, WEIGHT_REGULAR, false };

static int begin(void **state)
{
    struct why why;
    (void)state;
    snprintf(folder, sizeof folder, "%s/test_rare_render_XXXXXX", P_tmpdir);
    return mkdtemp(folder) && text_start(&why) == STATUS_OK ? 0 : 1;
}

static int end(void **state)
{
    (void)state;
    text_stop();
    unlink(in_folder("out"));
    return rmdir(folder);
}

static int count(const char *text, const char *word)
{
    int n = 0;
    for (; (text = strstr(text, word)); text += strlen(word))
        n++;
    return n;
}

/* Free it. */
static char *written(void)
{
    FILE *file = fopen(in_folder("out"), "rb");
    char *bytes = calloc(1 << 22, 1);
    assert_non_null(file);
    assert_true(fread(bytes, 1, (1 << 22) - 1, file) > 0);
    fclose(file);
    return bytes;
}

static void finish(struct canvas *c)
{
    struct why why = { "" };
    if (canvas_finish(c, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    canvas_destroy(c);
}

/* ---- canvases without memory ---- */

static const uint32_t picture[4] = { 0xff102030, 0x80405060, 0xff708090, 0x00ffffff };

static void stroke_all(struct canvas *c)
{
    const struct point corner[] = { { 2, 2 }, { 60, 2 }, { 60, 30 } };
    struct marker m = { .shape = SHAPE_DIAMOND, .radius = 4, .fill = blue };
    canvas_clip(c, &(struct rect){ 0, 0, 90, 40 });
    canvas_polygon(c, corner, 3, blue);
    canvas_hatch(c, corner, 3, 5, white);
    canvas_markers(c, corner, 3, &m);
    canvas_image(c, (struct rect){ 5, 5, 20, 20 }, picture, 2, 2);
    canvas_text(c, (struct point){ 5, 30 }, "A\u2192b", &plain, white, ALIGN_LEFT);
}

struct kind {
    const char *name;
    enum text_mode mode;
};

static struct canvas *canvas_of(const struct kind *kind)
{
    static uint32_t pixel[100 * 50];
    const char *path = in_folder("out");
    struct canvas *c = strcmp(kind->name, "pdf") == 0      ? canvas_pdf(path, 100, 50, 0.75)
                       : strcmp(kind->name, "svg") == 0    ? canvas_svg(path, 100, 50)
                       : strcmp(kind->name, "png") == 0    ? canvas_cairo_png(path, 100, 50, 1, 96)
                       : strcmp(kind->name, "record") == 0 ? canvas_record(100, 50)
                                                           : canvas_cairo_pixels(pixel, 100, 50, 400, 1);
    if (c)
        c->text_mode = kind->mode;
    return c;
}

static enum status draw_all(const void *what, struct why *why)
{
    struct canvas *c = canvas_of(what);
    if (!c)
        return why_set(why, STATUS_FAILED, "canvas: no memory; none");
    canvas_clip(c, NULL);
    stroke_all(c);
    enum status status = canvas_finish(c, why);
    canvas_destroy(c);
    if (strstr(why->text, "cannot be created") || strstr(why->text, "could not be written completely") ||
        strstr(why->text, "fonts cannot be made"))
        why_set(why, STATUS_FAILED, "no memory while it was written; none");
    return status;
}

static void a_canvas_without_memory(void **unused)
{
    static const struct kind kind[] = { { "pixels", TEXT_FONT }, { "record", TEXT_FONT },
        { "png", TEXT_FONT }, { "pdf", TEXT_FONT }, { "pdf", TEXT_OUTLINES }, { "svg", TEXT_FONT },
        { "svg", TEXT_OUTLINES }, { "svg", TEXT_EMBED } };
    (void)unused;
    for (size_t i = 0; i < sizeof kind / sizeof *kind; i++)
        every_allocation(kind[i].name, draw_all, &kind[i]);
}

/* ---- pdf ---- */

static void letters_beyond_the_first_plane(void **unused)
{
    static const struct {
        uint32_t code;
        const char *say;
    } row[] = { { 0x41, "0041" }, { 0xffff, "ffff" }, { 0x10000, "d800dc00" }, { 0x1d538, "d835dd38" },
        { 0x10ffff, "dbffdfff" } };
    (void)unused;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct buffer b = { 0 };
        canvas_pdf_utf16(&b, row[i].code);
        assert_string_equal(b.data, row[i].say);
        free(b.data);
    }
}

/* A hatch of which nothing shows, and text nowhere, leave no trace. */
static void a_pdf_of_nothing(void **unused)
{
    char *text[2];
    const struct point outside[] = { { 60, 10 }, { 90, 10 }, { 90, 40 } }; /* on the page */
    (void)unused;
    for (int i = 0; i < 2; i++) {
        struct canvas *c = canvas_pdf(in_folder("out"), 100, 50, 0.75);
        canvas_clip(c, &(struct rect){ 0, 0, 50, 50 });
        if (i == 1) {
            canvas_hatch(c, outside, 3, 5, blue);
            canvas_text(c, (struct point){ NAN, 3 }, "nowhere", &plain, blue, ALIGN_LEFT);
            canvas_text(c, (struct point){ 3, INFINITY }, "nowhere", &plain, blue, ALIGN_RIGHT);
        }
        finish(c);
        text[i] = written();
    }
    assert_string_equal(text[0], text[1]);
    free(text[0]);
    free(text[1]);
}

/* So few strokes are not packed. */
static int counted(const char *word, void (*draw)(struct canvas *c))
{
    struct canvas *c = canvas_pdf(in_folder("out"), 100, 50, 0.75);
    canvas_clip(c, NULL);
    draw(c);
    finish(c);
    FILE *file = fopen(in_folder("out"), "rb");
    static char bytes[1 << 20];
    size_t n = fread(bytes, 1, sizeof bytes - 1, file);
    fclose(file);
    for (size_t i = 0; i < n; i++)
        bytes[i] = bytes[i] ? bytes[i] : '?';
    bytes[n] = '\0';
    return count(bytes, word);
}

static const struct point corner[] = { { 2, 2 }, { 32, 2 }, { 32, 22 } };

static void draw_strokes(struct canvas *c)
{
    struct stroke s = { .color = white, .width = 2, .dash_on = 3, .dash_off = 1 };
    canvas_lines(c, corner, 3, &s);
    s.dash_off = 2;
    canvas_lines(c, corner, 3, &s);
    s.round = true;
    s.closed = true;
    canvas_lines(c, corner, 3, &s);
}

static void draw_fills(struct canvas *c)
{
    static const struct color yellow = { 1, 1, 0, 1 }, thin = { 1, 1, 0, 0.5f };
    canvas_polygon(c, corner, 3, white);
    canvas_polygon(c, corner, 3, yellow);
    canvas_polygon(c, corner, 3, thin);
}

static void draw_hatch(struct canvas *c)
{
    canvas_hatch(c, (const struct point[]){ { 10, 10 }, { 20, 10 }, { 20, 20 }, { 10, 20 } }, 4, 8, white);
}

static void draw_kinds(struct canvas *c)
{
    static struct point at[100];
    struct marker m = { .shape = SHAPE_SQUARE, .radius = 3, .fill = blue, .outline = white };
    for (int i = 0; i < 3; i++) {
        m.outline_width = i > 0;
        m.fill.a = i > 1 ? 0.5f : 1;
        canvas_markers(c, at, 100, &m);
    }
}

static void draw_hollow(struct canvas *c)
{
    struct marker m = { .shape = SHAPE_SQUARE, .hollow = true, .radius = 10, .fill = blue };
    canvas_markers(c, corner, 1, &m);
}

static void draw_slanted(struct canvas *c)
{
    const struct font slanted = { 14, WEIGHT_REGULAR, true };
    canvas_text(c, corner[0], "A", &slanted, blue, ALIGN_LEFT);
}

/* Every change of line, dash, end, colour and opacity; kinds of marks apart; a hollow one within its outline. */
static void a_pdf_is_told_what_changes(void **unused)
{
    char wide[40];
    (void)unused;
    assert_int_equal(counted("S\n", draw_strokes), 2);
    assert_int_equal(counted("\ns\n", draw_strokes), 1);
    assert_int_equal(counted("0 J 0 j\n", draw_strokes), 2);
    assert_int_equal(counted("1 J 1 j\n[3.000 2.000] 0 d\n", draw_strokes), 1);
    assert_int_equal(counted("1 1 1 rg\n", draw_fills), 1);
    assert_int_equal(counted("1 1 0 rg\n", draw_fills), 1);
    assert_int_equal(counted("/a500 gs\n", draw_fills), 1);
    assert_int_equal(counted("/Subtype /Form", draw_kinds), 3);
    assert_int_equal(counted("\n7.2 -7.2 l\n", draw_hollow) + counted(" 7.2 l\n", draw_hollow) > 0, true);
    /* x + y = 22.63 and 33.94 cross the square from edge to edge */
    assert_int_equal(counted("12.63 10 m\n10 12.63 l\n", draw_hatch), 1);
    assert_int_equal(counted("20 13.94 m\n13.94 20 l\n", draw_hatch), 1);
    assert_int_equal(counted("/Flags 68 ", draw_slanted), 1);
    struct glyphs *g = glyphs_create();
    snprintf(wide, sizeof wide, "[%.0f]\n", round(glyphs_advance(g, FACE_ITALIC, 'A')));
    assert_int_equal(counted(wide, draw_slanted), 1);
    glyphs_destroy(g);
}

/* ---- letters as outlines ---- */

/* Where each curve of a path of M, L, Q, C and Z is at 0.3 of its way; returns how many there are. */
enum { CURVES = 1000 };

static int curve_points(const char *path, char kind, struct point *out)
{
    double v[6], x = 0, y = 0, t = 0.3, u = 1 - t;
    int count = 0;
    while (*path) {
        char command = *path++, *end;
        int n = 0;
        for (; n < 6 && (v[n] = strtod(path, &end), end != path); n++)
            path = end;
        if (command == 'Q')
            out[count] = (struct point){ u * u * x + 2 * u * t * v[0] + t * t * v[2],
                u * u * y + 2 * u * t * v[1] + t * t * v[3] };
        else if (command == 'C')
            out[count] = (struct point){ u * u * u * x + 3 * u * u * t * v[0] + 3 * u * t * t * v[2] +
                                             t * t * t * v[4],
                u * u * u * y + 3 * u * u * t * v[1] + 3 * u * t * t * v[3] + t * t * t * v[5] };
        count += command == kind && count < CURVES - 1;
        if (n >= 2)
            x = v[n - 2], y = v[n - 1];
    }
    return count;
}

/* The strokes of a page with each command before its numbers. */
static void turn_commands(const char *strokes, char *out)
{
    for (const char *next; *strokes; strokes = next + 1) {
        next = strchr(strokes, '\n');
        char command = next[-1], pdf[] = "mlch", svg[] = "MLCZ";
        const char *which = strchr(pdf, command);
        if (which)
            out += sprintf(out, "%c%.*s", svg[which - pdf], (int)(next - 1 - strokes), strokes);
    }
}

/* A letter of a TrueType face in a pdf, where every curve is a cubic one, goes the way it goes in the face. */
static void a_quadratic_letter_keeps_its_curves(void **unused)
{
    const uint32_t code = 0x2602; /* an umbrella, which only the second face has */
    (void)unused;
    struct glyphs *g = glyphs_create();
    struct buffer path = { 0 };
    double units;
    static struct point want[CURVES], got[CURVES];
    assert_true(glyphs_outline(g, FACE_FALLBACK, code, &path, &units));
    int curves = curve_points(path.data, 'Q', want);
    assert_true(curves > 4);
    struct canvas *c = canvas_pdf(in_folder("out"), 100, 50, 0.75);
    c->text_mode = TEXT_OUTLINES;
    canvas_clip(c, NULL);
    canvas_text(c, (struct point){ 5, 30 }, "\u2602", &plain, blue, ALIGN_LEFT);
    finish(c);
    char *file = written(), *form = strstr(file, "/Subtype /Form"), *object = form,
         *strokes = calloc(1 << 16, 1), *turned = calloc(1 << 16, 1);
    assert_non_null(form);
    while (memcmp(object, " obj", 4) != 0)
        object--;
    char *stream = strstr(object, "stream\n") + 7, *packed = strstr(object, "/FlateDecode");
    unsigned long room = (1 << 16) - 1, n = strtoul(strstr(object, "/Length ") + 8, NULL, 10);
    if (packed && packed < stream)
        assert_int_equal(uncompress((Bytef *)strokes, &room, (const Bytef *)stream, n), Z_OK);
    else
        memcpy(strokes, stream, n);
    turn_commands(strokes, turned);
    assert_int_equal(curve_points(turned, 'C', got), curves);
    for (int i = 0; i < curves; i++)
        assert_true(hypot(got[i].x - want[i].x, got[i].y - want[i].y) < 0.01);
    free(path.data);
    free(file);
    free(strokes);
    free(turned);
    glyphs_destroy(g);
}

/* The fonts are taken away while the program runs: a letter is left out then. */
static void a_face_that_is_gone(void **unused)
{
    (void)unused;
    char *path = (char *)text_face_path(FACE_ITALIC), first = *path;
    struct glyphs *g = glyphs_create();
    struct buffer out = { 0 };
    double units;
    *path = '?';
    bool there = glyphs_outline(g, FACE_ITALIC, 'a', &out, &units);
    *path = first;
    assert_false(there);
    assert_int_equal(out.length, 0);
    assert_true(glyphs_outline(g, FACE_ITALIC, 'a', &out, &units));
    free(out.data);
    glyphs_destroy(g);
}

/* Ink above the ascent moves the pen down: the mask holds all of it, and no more. */
static void nothing_is_cut_off_at_the_top(void **unused)
{
    (void)unused;
    struct font font = { 40, WEIGHT_REGULAR, false };
    struct text_run run, low;
    int tall = 0;
    assert_true(text_next("x", &font, &low) > 0);
    struct text_mask x = *text_mask(&low, &font, 1);
    static const char *const word[] = { "\u1ea4x", "\u1ed6x", "\u0132x", "\u222bx", "\u2320x", "\ufdfax",
        "\u0e4dx" };
    for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
        assert_true(text_next(word[i], &font, &run) > 0);
        const struct text_mask *m = text_mask(&run, &font, 1);
        if (!m)
            continue;
        bool inked = false;
        for (int col = 0; col < m->width; col++)
            inked = inked || m->alpha[col] > 0;
        assert_true(inked);
        tall += m->baseline > x.baseline;
    }
    assert_true(tall > 2);
}

/* ---- svg ---- */

static void an_svg_has_its_limit(void **unused)
{
    struct why why = { "" };
    struct point at[] = { { 5, 5 }, { NAN, 5 }, { 9, 9 }, { 3, INFINITY } };
    struct marker m = { .shape = SHAPE_CIRCLE, .radius = 1, .fill = blue };
    (void)unused;
    struct canvas *c = canvas_svg(in_folder("out"), 100, 50);
    canvas_clip(c, NULL);
    canvas_markers(c, at, 4, &m);
    finish(c);
    char *text = written();
    assert_int_equal(count(text, "<use href="), 2);
    assert_null(strstr(text, "nan"));
    free(text);
    c = canvas_svg(in_folder("out"), 100, 50);
    canvas_clip(c, NULL);
    for (int i = 0; i < 1100; i++) {
        m.radius = 1 + 0.01 * i;
        canvas_markers(c, at, 1, &m);
    }
    assert_int_equal(canvas_finish(c, &why), STATUS_FAILED);
    assert_non_null(
        strstr(why.text, ": too many kinds of markers, clips and letters for one svg; export png or pdf"));
    canvas_destroy(c);
}

/* ---- numbers and formulas ---- */

static void large_numbers_are_short(void **unused)
{
    char out[64];
    (void)unused;
    assert_string_equal(number_fixed(1e20, 2, out, sizeof out), "1e+20");
    assert_string_equal(number_fixed(-1.234e30, 2, out, sizeof out), "\u22121.23e+30");
    assert_string_equal(number_fixed(999999999999999.0, 0, out, sizeof out), "999999999999999");
}

static void a_root_of_nothing(void **unused)
{
    static const char *const wrong[] = { "\\sqrt", "\\sqrt{", "\\sqrt{\\frac{1}}" };
    (void)unused;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct why why = { "" };
        assert_int_equal(formula_check(wrong[i], &why), STATUS_FAILED);
        assert_non_null(strchr(why.text, ';'));
        struct formula_size size = formula_measure(wrong[i], 20);
        assert_true(size.width == 0 && size.ascent == 0);
    }
    struct why why;
    assert_int_equal(formula_check("\\sqrt{2}", &why), STATUS_OK);
}

/* ---- what points at things, and what is small ---- */

static void a_picture_with_a_name_is_found(void **unused)
{
    struct ask a;
    (void)unused;
    for (int inside = 0; inside < 2; inside++) {
        ask_init(&a, (struct point){ inside ? 15 : 35, 15 }, 100, 50);
        canvas_image(&a.canvas, (struct rect){ 10, 10, 20, 20 }, picture, 2, 2);
        assert_string_equal(a.what, "");
        canvas_mark(&a.canvas, "input.image");
        canvas_image(&a.canvas, (struct rect){ 10, 10, 20, 20 }, picture, 2, 2);
        assert_string_equal(a.what, inside ? "input.image" : "");
    }
}

static void what_is_too_short_is_not_drawn(void **unused)
{
    struct canvas *c = canvas_record(100, 100);
    (void)unused;
    field_arrow(c, (struct point){ 5, 5 }, (struct point){ 5.3, 5 }, 1, blue);
    thumb_chip(c, theme_at(0), NULL, (struct point){ 5, 5 }, -1, 9);
    assert_string_equal(canvas_record_text(c), "");
    field_arrow(c, (struct point){ 5, 5 }, (struct point){ 25, 5 }, 1, blue);
    assert_int_equal(count(canvas_record_text(c), "polygon"), 1);
    canvas_destroy(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_canvas_without_memory),
        cmocka_unit_test(letters_beyond_the_first_plane),
        cmocka_unit_test(a_pdf_of_nothing),
        cmocka_unit_test(a_quadratic_letter_keeps_its_curves),
        cmocka_unit_test(a_pdf_is_told_what_changes),
        cmocka_unit_test(a_face_that_is_gone),
        cmocka_unit_test(nothing_is_cut_off_at_the_top),
        cmocka_unit_test(an_svg_has_its_limit),
        cmocka_unit_test(large_numbers_are_short),
        cmocka_unit_test(a_root_of_nothing),
        cmocka_unit_test(a_picture_with_a_name_is_found),
        cmocka_unit_test(what_is_too_short_is_not_drawn),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
