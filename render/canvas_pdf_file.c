/* How a pdf begins and ends: numbered objects, and a table of where each of them stands. */
#include "render/canvas_pdf_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Pages of many alike lines: the first level halves the time of the usual one for a tenth more bytes. */
enum { DEFLATE_LEVEL = 1, PACK_LEAST = 256 };

struct pdf_page {
    size_t from, to; /* its strokes */
    int object;
};

struct pdf_bookmark {
    char title[240];
    int page;
};

/* ---- objects ---- */

static void out_of_memory(struct canvas_pdf *c)
{
    canvas_fail(&c->base, "%s: out of memory; close other programs", c->path);
}

int canvas_pdf_object(struct canvas_pdf *c)
{
    int object = c->objects ? c->objects : PDF_FIRST_FREE;
    if (object >= c->offset_room) {
        int room = c->offset_room ? 2 * c->offset_room : 128;
        size_t *grown = realloc(c->offset, (size_t)room * sizeof *grown);
        if (!grown) {
            out_of_memory(c);
            return PDF_CATALOG; /* nothing of it will be written */
        }
        c->offset = grown;
        c->offset_room = room;
    }
    c->objects = object + 1;
    return object;
}

void canvas_pdf_open(struct canvas_pdf *c, int object)
{
    if (object < c->offset_room)
        c->offset[object] = c->file.length;
    buffer_add(&c->file, "%d 0 obj\n", object);
}

static bool pack(struct canvas_pdf *c, const void *data, size_t n, struct buffer *out)
{
    z_stream *z = &c->deflate;
    uLong most = deflateBound(z, n);
    out->data = malloc(most);
    if (!out->data || deflateReset(z) != Z_OK)
        return false;
    z->next_in = (z_const Bytef *)data;
    z->avail_in = (uInt)n;
    z->next_out = (Bytef *)out->data;
    z->avail_out = (uInt)most;
    bool done = deflate(z, Z_FINISH) == Z_STREAM_END;
    out->length = z->total_out;
    return done;
}

void canvas_pdf_stream(struct canvas_pdf *c, int object, const char *dictionary, const void *data, size_t n)
{
    struct buffer packed = { 0 };
    bool small = n < PACK_LEAST;
    if (!small && !pack(c, data, n, &packed))
        out_of_memory(c);
    canvas_pdf_open(c, object);
    buffer_add(&c->file, "<< /Length %zu%s %s >>\nstream\n", small ? n : packed.length,
        small ? "" : " /Filter /FlateDecode", dictionary);
    buffer_put(&c->file, small ? data : packed.data, small ? n : packed.length);
    buffer_add(&c->file, "\nendstream\nendobj\n");
    free(packed.data);
}

int canvas_pdf_external(struct canvas_pdf *c, const char *dictionary, const void *data, size_t n)
{
    char whole[320];
    int object = canvas_pdf_object(c);
    snprintf(whole, sizeof whole, "/Type /XObject %s", dictionary);
    canvas_pdf_stream(c, object, whole, data, n);
    buffer_add(&c->names, "/x%d %d 0 R\n", object, object);
    return object;
}

/* ---- pages ---- */

static int pages_begun(const struct canvas_pdf *c)
{
    return (int)(c->page.length / sizeof(struct pdf_page));
}

static struct pdf_page *page_at(struct canvas_pdf *c, int i)
{
    return (struct pdf_page *)(void *)c->page.data + i;
}

static void begin_page(struct canvas_pdf *c)
{
    const struct pdf_page page = { .from = c->body.length };
    buffer_put(&c->page, (const char *)&page, sizeof page);
    c->pen = (struct pdf_pen){ .alpha = -1 };
    c->whole = c->clip = (struct rect){ 0, 0, c->base.width, c->base.height };
    canvas_pdf_numbers(&c->body, (double[]){ c->points, 0, 0, -c->points, 0, c->page_height }, 6, "cm q q");
}

static void end_page(struct canvas_pdf *c)
{
    buffer_add(&c->body, "Q Q\n");
    if (!c->page.failed)
        page_at(c, pages_begun(c) - 1)->to = c->body.length;
}

void canvas_pdf_page(struct canvas *canvas)
{
    end_page(canvas_pdf_self(canvas));
    begin_page(canvas_pdf_self(canvas));
}

void canvas_pdf_place(struct canvas *canvas, struct point origin, double zoom)
{
    struct canvas_pdf *c = canvas_pdf_self(canvas);
    buffer_add(&c->body, "Q Q q\n");
    canvas_pdf_numbers(&c->body, (double[]){ zoom, 0, 0, zoom, origin.x, origin.y }, 6, "cm q");
    c->pen = (struct pdf_pen){ .alpha = -1 };
    c->whole = c->clip =
        (struct rect){ -origin.x / zoom, -origin.y / zoom, canvas->width / zoom, canvas->height / zoom };
}

void canvas_pdf_bookmark(struct canvas *canvas, const char *utf8)
{
    struct canvas_pdf *c = canvas_pdf_self(canvas);
    struct pdf_bookmark mark = { .page = pages_begun(c) - 1 };
    snprintf(mark.title, sizeof mark.title, "%s", utf8);
    buffer_put(&c->bookmark, (const char *)&mark, sizeof mark);
}

void canvas_pdf_describe(struct canvas *canvas, const char *title, const char *author)
{
    struct canvas_pdf *c = canvas_pdf_self(canvas);
    c->title.length = c->author.length = 0;
    buffer_put(&c->title, title, strlen(title));
    buffer_put(&c->author, author, strlen(author));
}

/* ---- the end of the file ---- */

/* UTF-16 behind a mark of its byte order, in hexadecimal digits; bytes cut in the middle of a letter end it. */
static void put_words(struct buffer *b, const char *key, const char *utf8)
{
    buffer_add(b, "/%s <feff", key);
    for (int bytes; *utf8; utf8 += bytes) {
        unsigned char lead = (unsigned char)*utf8;
        bytes = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        if (strlen(utf8) < (size_t)bytes)
            break;
        canvas_pdf_utf16(b, glyphs_code(utf8, bytes));
    }
    buffer_add(b, ">\n");
}

static void put_resources(struct canvas_pdf *c, const int *font)
{
    canvas_pdf_open(c, PDF_RESOURCES);
    buffer_add(&c->file, "<< /ExtGState <<\n");
    for (int i = 0; i < PDF_ALPHAS; i++)
        if (c->alpha[i])
            buffer_add(
                &c->file, "/a%d << /CA %d.%03d /ca %d.%03d >>\n", i, i / 1000, i % 1000, i / 1000, i % 1000);
    buffer_add(&c->file, ">>\n/Font <<\n");
    for (int i = 0; i < FACE_COUNT; i++)
        if (font[i])
            buffer_add(&c->file, "/f%d %d 0 R\n", i, font[i]);
    buffer_add(&c->file, ">>\n/XObject <<\n");
    buffer_put(&c->file, c->names.data, c->names.length);
    c->file.failed |= c->names.failed;
    buffer_add(&c->file, ">> >>\nendobj\n");
}

/* The numbers of the letters, which are known now. */
static void number_letters(struct canvas_pdf *c)
{
    const struct pdf_letter_at *letter = (const void *)c->letters_at.data;
    for (size_t i = 0; i < c->letters_at.length / sizeof *letter; i++) {
        char digits[16];
        snprintf(digits, sizeof digits, "%04x",
            (unsigned)glyphs_number(c->glyphs, letter[i].face, letter[i].code));
        memcpy(c->body.data + letter[i].at, digits, 4);
    }
}

static void put_page(struct canvas_pdf *c, struct pdf_page *page)
{
    int strokes = canvas_pdf_object(c);
    page->object = canvas_pdf_object(c);
    canvas_pdf_stream(c, strokes, "", c->body.data + page->from, page->to - page->from);
    canvas_pdf_open(c, page->object);
    buffer_add(&c->file, "<< /Type /Page /Parent %d 0 R /MediaBox [ 0 0 ", PDF_PAGES);
    canvas_pdf_numbers(&c->file, (double[]){ c->page_width, c->page_height }, 2, "]");
    buffer_add(&c->file,
        "/Contents %d 0 R /Resources %d 0 R\n"
        "/Group << /Type /Group /S /Transparency /I true /CS /DeviceRGB >> >>\nendobj\n",
        strokes, PDF_RESOURCES);
}

static void put_pages(struct canvas_pdf *c)
{
    int count = pages_begun(c);
    for (int i = 0; i < count; i++)
        put_page(c, page_at(c, i));
    canvas_pdf_open(c, PDF_PAGES);
    buffer_add(&c->file, "<< /Type /Pages /Count %d /Kids [", count);
    for (int i = 0; i < count; i++)
        buffer_add(&c->file, " %d 0 R", page_at(c, i)->object);
    buffer_add(&c->file, " ] >>\nendobj\n");
}

static void put_bookmark(struct canvas_pdf *c, int root, int i, int count)
{
    struct pdf_bookmark mark;
    memcpy(&mark, c->bookmark.data + (size_t)i * sizeof mark, sizeof mark);
    canvas_pdf_open(c, root + 1 + i);
    buffer_add(&c->file, "<< /Parent %d 0 R /Dest [%d 0 R /XYZ null null null]\n", root,
        page_at(c, mark.page)->object);
    if (i > 0)
        buffer_add(&c->file, "/Prev %d 0 R\n", root + i);
    if (i + 1 < count)
        buffer_add(&c->file, "/Next %d 0 R\n", root + 2 + i);
    put_words(&c->file, "Title", mark.title);
    buffer_add(&c->file, ">>\nendobj\n");
}

/* The list's object, 0 where there is none; its lines have the numbers behind it. */
static int put_bookmarks(struct canvas_pdf *c)
{
    int count = (int)(c->bookmark.length / sizeof(struct pdf_bookmark));
    int root = count ? canvas_pdf_object(c) : 0;
    for (int i = 0; i < count; i++)
        canvas_pdf_object(c);
    if (c->base.status != STATUS_OK)
        return 0;
    for (int i = 0; i < count; i++)
        put_bookmark(c, root, i, count);
    if (count) {
        canvas_pdf_open(c, root);
        buffer_add(&c->file, "<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>\nendobj\n", root + 1,
            root + count, count);
    }
    return root;
}

/* The same training gives the same bytes: no clock in the file. */
static void put_info(struct canvas_pdf *c)
{
    canvas_pdf_open(c, PDF_INFO);
    buffer_add(&c->file,
        "<< /Creator (marginscope " MARGINSCOPE_VERSION ")\n/Producer (marginscope " MARGINSCOPE_VERSION
        ")\n/CreationDate (D:20000101000000Z)\n");
    if (c->title.length)
        put_words(&c->file, "Title", c->title.data);
    if (c->author.length)
        put_words(&c->file, "Author", c->author.data);
    buffer_add(&c->file, ">>\nendobj\n");
}

static void put_end(struct canvas_pdf *c, int bookmarks)
{
    canvas_pdf_open(c, PDF_CATALOG);
    buffer_add(&c->file, "<< /Type /Catalog /Pages %d 0 R", PDF_PAGES);
    if (bookmarks)
        buffer_add(&c->file, " /Outlines %d 0 R", bookmarks);
    buffer_add(&c->file, " >>\nendobj\n");
    size_t table = c->file.length;
    buffer_add(&c->file, "xref\n0 %d\n0000000000 65535 f \n", c->objects);
    for (int i = 1; i < c->objects; i++)
        buffer_add(&c->file, "%010zu 00000 n \n", c->offset[i]);
    buffer_add(&c->file, "trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\nstartxref\n%zu\n%%%%EOF\n",
        c->objects, PDF_CATALOG, PDF_INFO, table);
}

static bool any_failed(const struct canvas_pdf *c)
{
    return c->file.failed || c->body.failed || c->page.failed || c->bookmark.failed || c->letters_at.failed ||
           c->title.failed || c->author.failed;
}

static void put_rest(struct canvas_pdf *c)
{
    int font[FACE_COUNT];
    end_page(c);
    for (int i = 0; i < FACE_COUNT; i++)
        font[i] = canvas_pdf_font(c, (enum face)i);
    if (any_failed(c))
        return;
    number_letters(c);
    put_pages(c);
    int bookmarks = put_bookmarks(c);
    if (c->base.status != STATUS_OK)
        return;
    put_resources(c, font);
    put_info(c);
    put_end(c, bookmarks);
}

enum status canvas_pdf_finish(struct canvas *canvas, struct why *why)
{
    struct canvas_pdf *c = canvas_pdf_self(canvas);
    if (canvas->status == STATUS_OK)
        put_rest(c);
    if (any_failed(c))
        out_of_memory(c);
    if (canvas->status != STATUS_OK)
        return canvas->status;
    FILE *file = fopen(c->path, "wb");
    if (!file)
        return why_set(
            why, STATUS_FAILED, "%s: cannot be created; choose a folder you may write to", c->path);
    bool written = fwrite(c->file.data, 1, c->file.length, file) == c->file.length;
    if (fclose(file) != 0 || !written)
        return why_set(
            why, STATUS_FAILED, "%s: could not be written completely; check the free space", c->path);
    return STATUS_OK;
}

void canvas_pdf_destroy(struct canvas *canvas)
{
    struct canvas_pdf *c = canvas_pdf_self(canvas);
    struct buffer *all[] = { &c->file, &c->body, &c->page, &c->bookmark, &c->letters_at, &c->title,
        &c->author, &c->names };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]->data);
    glyphs_destroy(c->glyphs);
    if (c->deflates)
        deflateEnd(&c->deflate);
    free(c->offset);
    free(c->path);
    free(c);
}

struct canvas *canvas_pdf(const char *path, double width, double height, double points)
{
    struct canvas_pdf *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->base = (struct canvas){ .ops = &canvas_pdf_ops, .width = width, .height = height, .scale = 1 };
    c->points = points;
    c->page_width = width * points;
    c->page_height = height * points;
    c->path = strdup(path);
    c->glyphs = glyphs_create();
    c->deflates = deflateInit(&c->deflate, DEFLATE_LEVEL) == Z_OK;
    if (!c->path || !c->glyphs || !c->deflates) {
        canvas_pdf_destroy(&c->base);
        return NULL;
    }
    buffer_add(&c->file, "%%PDF-1.5\n%%\xb5\xed\xae\xfb\n");
    canvas_pdf_object(c); /* makes room; the first numbers are kept for what ends the file */
    c->objects = PDF_FIRST_FREE;
    begin_page(c);
    return &c->base;
}
