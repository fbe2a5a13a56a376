#include "render/png_out.h"

#include <math.h>
#include <png.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Straight RGBA bytes from premultiplied ARGB words. */
static void png_row(const uint32_t *from, uint8_t *to, int width)
{
    for (int x = 0; x < width; x++, to += 4) {
        uint32_t p = from[x], a = p >> 24;
        for (int i = 0; i < 3; i++) {
            uint32_t v = p >> (16 - 8 * i) & 255;
            to[i] = (uint8_t)(a == 0 ? 0 : a == 255 ? v : (v * 255 + a / 2) / a);
        }
        to[3] = (uint8_t)a;
    }
}

/* The caller says what went wrong, on one line; libpng itself would write another. */
static void png_give_up(png_structp png, png_const_charp text)
{
    (void)text;
    png_longjmp(png, 1);
}

static void png_keep_quiet(png_structp png, png_const_charp text)
{
    (void)png, (void)text;
}

static png_structp png_open(void)
{
    return png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, png_give_up, png_keep_quiet);
}

struct page {
    const uint8_t *pixels;
    int stride, width, height;
    double dpi;
    bool opaque;
};

static const uint32_t *page_row(const struct page *c, int y)
{
    return (const uint32_t *)(c->pixels + (ptrdiff_t)y * c->stride);
}

static bool is_opaque(const struct page *c)
{
    uint32_t all = UINT32_MAX;
    for (int y = 0; y < c->height; y++)
        for (int x = 0; x < c->width; x++)
            all &= page_row(c, y)[x];
    return all >> 24 == 255;
}

static void describe(png_structp png, png_infop info, const struct page *c)
{
    png_set_IHDR(png, info, (png_uint_32)c->width, (png_uint_32)c->height, 8,
        c->opaque ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGB_ALPHA, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_uint_32 per_meter = (png_uint_32)lround(c->dpi / 0.0254);
    png_set_pHYs(png, info, per_meter, per_meter, PNG_RESOLUTION_METER);
    char key[] = "Software", value[] = "marginscope " MARGINSCOPE_VERSION;
    png_text software = { .compression = PNG_TEXT_COMPRESSION_NONE, .key = key, .text = value };
    png_set_text(png, info, &software, 1);
    /* Flat areas and sharp edges: unfiltered they are smaller, and more effort saves a twentieth in twice the time. */
    png_set_compression_level(png, 2);
    png_set_filter(png, 0, PNG_FILTER_NONE);
}

/* libpng reports errors by a jump: everything it may leave behind belongs to the caller. */
static bool encode_page(png_structp png, png_infop info, FILE *file, uint8_t *row, const struct page *c)
{
    if (setjmp(png_jmpbuf(png)))
        return false;
    png_init_io(png, file);
    describe(png, info, c);
    png_write_info(png, info);
    if (c->opaque) { /* the words as they lie in memory: B, G, R and a byte that is left out */
        png_set_bgr(png);
        png_set_filler(png, 0, PNG_FILLER_AFTER);
    }
    for (int y = 0; y < c->height; y++) {
        if (!c->opaque)
            png_row(page_row(c, y), row, c->width);
        png_write_row(png, c->opaque ? (png_const_bytep)page_row(c, y) : row);
    }
    png_write_end(png, info);
    return true;
}

static bool png_to_file(FILE *file, const struct page *c)
{
    png_structp png = png_open();
    png_infop info = png ? png_create_info_struct(png) : NULL;
    uint8_t *row = malloc((size_t)c->width * 4);
    bool done = info && row && encode_page(png, info, file, row, c);
    free(row);
    png_destroy_write_struct(&png, &info);
    return done;
}

enum status png_write(
    const char *path, const uint8_t *pixels, int stride, int width, int height, double dpi, struct why *why)
{
    struct page page = { pixels, stride, width, height, dpi, false };
    page.opaque = is_opaque(&page);
    FILE *file = fopen(path, "wb");
    if (!file)
        return why_set(why, STATUS_FAILED, "%s: cannot be created; choose a folder you may write to", path);
    bool written = png_to_file(file, &page);
    if (fclose(file) != 0 || !written)
        return why_set(why, STATUS_FAILED, "%s: could not be written completely; check the free space", path);
    return STATUS_OK;
}

/* ---- inside another file ---- */

static void png_bytes(png_structp png, png_bytep bytes, size_t n)
{
    buffer_put(png_get_io_ptr(png), (const char *)bytes, n);
}

static void png_nothing(png_structp png)
{
    (void)png;
}

static bool encode_inside(
    png_structp png, png_infop info, struct buffer *out, const uint32_t *argb, int w, int h)
{
    if (setjmp(png_jmpbuf(png)))
        return false;
    png_set_write_fn(png, out, png_bytes, png_nothing);
    png_set_IHDR(png, info, (png_uint_32)w, (png_uint_32)h, 8, PNG_COLOR_TYPE_RGB_ALPHA, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    png_set_bgr(png); /* ARGB words lie in memory as B, G, R, A */
    for (int y = 0; y < h; y++)
        png_write_row(png, (png_const_bytep)(argb + (size_t)y * (size_t)w));
    png_write_end(png, info);
    return true;
}

static bool to_png(struct buffer *out, const uint32_t *argb, int w, int h)
{
    png_structp png = png_open();
    png_infop info = png ? png_create_info_struct(png) : NULL;
    bool done = info && encode_inside(png, info, out, argb, w, h) && !out->failed;
    png_destroy_write_struct(&png, &info);
    return done;
}

void buffer_base64(struct buffer *b, const unsigned char *data, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)data[i] << 16;
        v |= i + 1 < n ? (uint32_t)data[i + 1] << 8 : 0;
        v |= i + 2 < n ? data[i + 2] : 0;
        char four[] = { digits[v >> 18], digits[v >> 12 & 63], (char)(i + 1 < n ? digits[v >> 6 & 63] : '='),
            (char)(i + 2 < n ? digits[v & 63] : '=') };
        buffer_put(b, four, 4);
    }
}

bool png_base64(struct buffer *out, const uint32_t *argb, int w, int h)
{
    struct buffer png = { 0 };
    bool done = to_png(&png, argb, w, h);
    if (done)
        buffer_base64(out, (const unsigned char *)png.data, png.length);
    free(png.data);
    return done;
}
