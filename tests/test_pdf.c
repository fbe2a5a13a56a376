/* A pdf of our own: every object where the table says, every point there once, words that can be read out again. */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "render/canvas.h"
#include "render/text.h"
#include "render/theme.h"

enum { OBJECTS = 256, WORDS = 4096 };

static char folder[] = P_tmpdir "/test_pdf_XXXXXX";
static char path[128];

/* ---- reading one ---- */

struct object {
    const char *at; /* in the file */
    char *stream; /* unpacked; NULL: has none */
    size_t length;
};

struct pdf {
    char *bytes;
    size_t size;
    struct object object[OBJECTS];
    int count;
};

static void unpack(struct object *o, const char *end)
{
    const char *begin = strstr(o->at, "stream\n"), *said = strstr(o->at, "/Length ");
    if (!begin || begin > end)
        return;
    assert_true(said && said < begin);
    size_t n = strtoul(said + 8, NULL, 10);
    begin += 7;
    assert_memory_equal(begin + n, "\nendstream\nendobj\n", 18);
    const char *packed = strstr(o->at, "/FlateDecode");
    uLongf room = 1 << 22;
    o->stream = calloc(room + 1, 1);
    if (packed && packed < begin)
        assert_int_equal(uncompress((Bytef *)o->stream, &room, (const Bytef *)begin, n), Z_OK);
    else
        memcpy(o->stream, begin, room = n);
    o->length = room;
}

/* The file as a reader takes it: from its end to the table, and from there to each object. */
static struct pdf read_pdf(void)
{
    struct pdf p = { 0 };
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    p.bytes = calloc(1 << 22, 1);
    p.size = fread(p.bytes, 1, (1 << 22) - 1, file);
    fclose(file);
    const char *last = p.bytes + p.size - 6, *start = last;
    assert_string_equal(last, "%%EOF\n");
    while (memcmp(start, "startxref\n", 10) != 0)
        start--;
    char *table = p.bytes + strtoul(start + 10, NULL, 10), *row;
    assert_memory_equal(table, "xref\n0 ", 7);
    p.count = (int)strtol(table + 7, &row, 10);
    assert_in_range(p.count, 5, OBJECTS);
    for (int i = 1; i < p.count; i++) {
        char head[24];
        int n = snprintf(head, sizeof head, "%d 0 obj\n", i);
        p.object[i].at = p.bytes + strtoul(row + 1 + 20 * i, NULL, 10);
        assert_memory_equal(p.object[i].at, head, n);
        unpack(&p.object[i], memmem(p.object[i].at, p.size, "endobj", 6));
    }
    return p;
}

static void close_pdf(struct pdf *p)
{
    for (int i = 0; i < p->count; i++)
        free(p->object[i].stream);
    free(p->bytes);
}

static int reference(const char *from, const char *key)
{
    const char *at = strstr(from, key);
    assert_non_null(at);
    return (int)strtol(at + strlen(key) + strspn(at + strlen(key), " [<"), NULL, 10);
}

/* The strokes of the i-th page. */
static const char *page(const struct pdf *p, int i)
{
    int pages = reference(p->object[1].at, "/Pages"), object = reference(p->object[pages].at, "/Kids");
    const char *at = strstr(p->object[pages].at, "/Kids [") + 7;
    for (int k = 0; k <= i; k++, at = strstr(at, "R") + 1)
        object = atoi(at);
    return p->object[reference(p->object[object].at, "/Contents")].stream;
}

static int count(const char *text, const char *word)
{
    int n = 0;
    for (; (text = strstr(text, word)); text += strlen(word))
        n++;
    return n;
}

/* Objects that say so. */
static int count_objects(const struct pdf *p, const char *word)
{
    int n = 0;
    for (int i = 1; i < p->count; i++) {
        const char *end = memmem(p->object[i].at, p->size, "endobj", 6),
                   *stream = strstr(p->object[i].at, "stream\n");
        size_t length = (size_t)((stream && stream < end ? stream : end) - p->object[i].at);
        n += memmem(p->object[i].at, length, word, strlen(word)) != NULL;
    }
    return n;
}

static struct canvas *begin(double width, double height)
{
    struct canvas *c = canvas_pdf(path, width, height, 0.75);
    assert_non_null(c);
    canvas_clip(c, NULL);
    return c;
}

static struct pdf end(struct canvas *c)
{
    struct why why = { "" };
    if (canvas_finish(c, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    canvas_destroy(c);
    return read_pdf();
}

/* ---- points ---- */

enum { POINTS = 1000 };

static void scatter(struct point *at)
{
    for (int i = 0; i < POINTS; i++)
        at[i] = (struct point){ 10 + i % 40 * 4.7, 10 + i / 40 * 3.3 };
}

static void every_point_is_there_once(void **state)
{
    (void)state;
    struct point at[POINTS];
    struct canvas *c = begin(200, 100);
    const struct theme *theme = theme_find("light");
    scatter(at);
    at[17].x = NAN;
    at[400].y = INFINITY;
    for (int j = 0; j < 20; j++) {
        struct marker marker = class_marker(theme, j, 3);
        canvas_markers(c, at + 50 * j, 50, &marker);
    }
    struct marker few = class_marker(theme, 0, 3);
    canvas_markers(c, at, 3, &few); /* in place */
    struct pdf p = end(c);
    const char *strokes = page(&p, 0);
    assert_int_equal(count(strokes, " Do Q\n"), POINTS - 2);
    assert_null(strstr(strokes, "nan"));
    assert_null(strstr(strokes, "inf"));
    assert_non_null(strstr(strokes, "q 1 0 0 1 10 10 cm /x"));
    assert_non_null(strstr(strokes, "q 1 0 0 1 193.3 89.2 cm /x"));
    assert_int_equal(count_objects(&p, "/Subtype /Form"), 20);
    close_pdf(&p);
}

/* More kinds than there is room for are drawn each by itself. */
static void any_number_of_kinds_is_drawn(void **state)
{
    (void)state;
    struct point at[POINTS];
    struct canvas *c = begin(200, 100);
    scatter(at);
    for (int j = 0; j < 100; j++) {
        struct marker marker = { .shape = SHAPE_CIRCLE, .radius = 1 + j * 0.1, .fill = { 0, 0, 1, 1 } };
        canvas_markers(c, at + 10 * j, 10, &marker);
    }
    struct pdf p = end(c);
    assert_int_equal(count(page(&p, 0), "q 1 0 0 1 "), POINTS);
    assert_in_range(count(page(&p, 0), " Do Q\n"), 500, 999);
    close_pdf(&p);
}

static void check_theme(const char *name)
{
    struct point at[POINTS];
    struct canvas *c = begin(200, 100);
    const struct theme *theme = theme_find(name);
    scatter(at);
    for (int j = 0; j < 10; j++) {
        struct marker marker = class_marker(theme, j, 3);
        marker.fill.a = 0.3f;
        canvas_markers(c, at + 50 * j, 50, &marker);
    }
    struct pdf p = end(c);
    int found = 0;
    for (int j = 0; j < 10; j++) {
        struct color want = class_color(theme, j);
        for (int i = 1; i < p.count; i++) {
            const char *strokes = p.object[i].stream, *operator= strokes ? strstr(strokes, " rg\n") : NULL;
            double v[3];
            while (operator&& operator> strokes && operator[-1] != '\n')
                operator--;
            if (!operator|| sscanf(operator, "%lf %lf %lf rg", v, v + 1, v + 2) != 3)
                continue;
            found += fabs(v[0] - (double)want.r) < 0.001 && fabs(v[1] - (double)want.g) < 0.001 &&
                     fabs(v[2] - (double)want.b) < 0.001;
        }
    }
    assert_int_equal(found, 10);
    assert_non_null(strstr(p.object[3].at, "/a300 << /CA 0.300 /ca 0.300 >>"));
    close_pdf(&p);
}

static void points_have_the_colours_of_their_classes(void **state)
{
    (void)state;
    check_theme("light");
    check_theme("dark");
}

/* ---- words ---- */

/* What the numbers of a font mean: its map from them to UTF-16. */
static unsigned meaning(const struct pdf *p, int face, unsigned number)
{
    char key[32];
    snprintf(key, sizeof key, "/f%d ", face);
    int font = reference(p->object[3].at, key);
    snprintf(key, sizeof key, "<%04x> <", number);
    const char *map = p->object[reference(p->object[font].at, "/ToUnicode")].stream, *at = strstr(map, key);
    assert_non_null(at);
    return (unsigned)strtoul(at + 8, NULL, 16);
}

static int put_utf8(char *out, unsigned code)
{
    if (code < 0x80)
        return sprintf(out, "%c", (int)code);
    if (code < 0x800)
        return sprintf(out, "%c%c", (int)(0xc0 | code >> 6), (int)(0x80 | (code & 63)));
    return sprintf(
        out, "%c%c%c", (int)(0xe0 | code >> 12), (int)(0x80 | (code >> 6 & 63)), (int)(0x80 | (code & 63)));
}

/* All strings of a page, as one. */
static void read_words(const struct pdf *p, const char *strokes, char *out)
{
    int face = 0;
    for (const char *at = strokes; *at; at++) {
        if (strncmp(at, "\n/f", 3) == 0)
            face = atoi(at + 3);
        if (*at != '[' || at[1] != '<')
            continue;
        for (bool inside = false; *at != ']'; at++) {
            inside = *at == '<' || (inside && *at != '>');
            unsigned number;
            if (!inside || *at == '<' || sscanf(at, "%4x", &number) != 1)
                continue;
            out += put_utf8(out, meaning(p, face, number));
            at += 3;
        }
    }
}

static void words_can_be_read_out_again(void **state)
{
    (void)state;
    static const char said[] = "Margin 0.30 (AVA) θ₁ + m ≤ 90° · ∑∮ ‖x‖ fi";
    const struct font font[] = { { 14, WEIGHT_REGULAR, false }, { 12, WEIGHT_SEMIBOLD, true } };
    for (int i = 0; i < 2; i++) {
        char got[WORDS] = "";
        struct canvas *c = begin(400, 100);
        canvas_text(c, (struct point){ 200, 50 }, said, &font[i], (struct color){ 0, 0, 0, 1 }, ALIGN_CENTER);
        struct pdf p = end(c);
        read_words(&p, page(&p, 0), got);
        assert_string_equal(got, said);
        close_pdf(&p);
    }
}

static void outlined_words_need_no_font(void **state)
{
    (void)state;
    const struct font font = { 14, WEIGHT_REGULAR, false };
    struct canvas *c = begin(400, 100);
    c->text_mode = TEXT_OUTLINES;
    canvas_text(c, (struct point){ 10, 50 }, "banana θ", &font, (struct color){ 0, 0, 0, 1 }, ALIGN_LEFT);
    struct pdf p = end(c);
    assert_int_equal(count(page(&p, 0), " Do Q\n"), 7);
    assert_int_equal(count_objects(&p, "/Subtype /Form"), 4); /* b a n and theta */
    assert_null(strstr(page(&p, 0), "BT"));
    assert_int_equal(count(p.object[3].at, "/f0 "), 0);
    close_pdf(&p);
}

/* ---- pages ---- */

static void pages_have_their_bookmarks(void **state)
{
    (void)state;
    static const char *const said[] = { "First", "Second ≠ θ", "Third" };
    struct canvas *c = begin(400, 300);
    canvas_pdf_describe(c, "A lesson", "Nobody");
    for (int i = 0; i < 3; i++) {
        if (i > 0)
            canvas_pdf_page(c);
        canvas_pdf_bookmark(c, said[i]);
        canvas_pdf_place(c, (struct point){ 10.0 * i, 20 }, 1.5);
        canvas_rect(c, (struct rect){ 1, 2, 3, 4 }, (struct color){ 1, 0, 0, 1 });
    }
    struct pdf p = end(c);
    assert_int_equal(reference(p.object[reference(p.object[1].at, "/Pages")].at, "/Count"), 3);
    int list = reference(p.object[1].at, "/Outlines"), mark = reference(p.object[list].at, "/First");
    for (int i = 0; i < 3; i++) {
        int shown = reference(p.object[mark].at, "/Dest");
        const char *strokes = p.object[reference(p.object[shown].at, "/Contents")].stream;
        char want[40];
        snprintf(want, sizeof want, "1.5 0 0 1.5 %d 20 cm q", 10 * i);
        assert_non_null(strstr(strokes, want));
        assert_ptr_equal(strokes, page(&p, i));
        assert_int_equal(count(strokes, "q\n") + count(strokes, "q "), count(strokes, "Q"));
        mark = i < 2 ? reference(p.object[mark].at, "/Next") : mark;
    }
    assert_int_equal(count_objects(&p, "<feff005300650063006f006e006400202260002003b8>"), 1);
    assert_int_equal(count_objects(&p, "/Author <feff004e006f0062006f00640079>"), 1);
    close_pdf(&p);
}

static void an_image_keeps_its_pixels(void **state)
{
    (void)state;
    const uint32_t pixel[] = { 0xff102030, 0x80405060, 0x00ffffff, 0xff000000 };
    struct canvas *c = begin(40, 40);
    canvas_image(c, (struct rect){ 1, 2, 20, 10 }, pixel, 2, 2);
    struct pdf p = end(c);
    assert_non_null(strstr(page(&p, 0), "q 20 0 0 -10 1 12 cm\n/x"));
    assert_int_equal(p.object[5].length, 4);
    assert_memory_equal(p.object[5].stream, "\xff\x80\x00\xff", 4);
    assert_int_equal(p.object[6].length, 12);
    assert_memory_equal(p.object[6].stream, "\x10\x20\x30\x40\x50\x60\xff\xff\xff\0\0\0", 12);
    assert_int_equal(reference(p.object[6].at, "/SMask"), 5);
    close_pdf(&p);
}

static int start(void **state)
{
    (void)state;
    struct why why;
    if (text_start(&why) != STATUS_OK || !mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/out.pdf", folder);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_point_is_there_once),
        cmocka_unit_test(any_number_of_kinds_is_drawn),
        cmocka_unit_test(points_have_the_colours_of_their_classes),
        cmocka_unit_test(words_can_be_read_out_again),
        cmocka_unit_test(outlined_words_need_no_font),
        cmocka_unit_test(pages_have_their_bookmarks),
        cmocka_unit_test(an_image_keeps_its_pixels),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
