/* How pictures and pages begin and end. */
#include "render/canvas_cairo_inner.h"
#include "render/png_out.h"

#include <cairo-pdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static cairo_status_t keep_bytes(void *user, const unsigned char *data, unsigned int length)
{
    struct canvas_cairo *c = user;
    return fwrite(data, 1, length, c->memory) == length ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_NO_MEMORY;
}

static enum status write_pdf(struct canvas_cairo *c, struct why *why)
{
    if (fflush(c->memory) != 0 || ferror(c->memory)) /* cairo does not tell each time */
        return why_set(why, STATUS_FAILED, "%s: out of memory; close other programs", c->path);
    FILE *file = fopen(c->path, "wb");
    if (!file)
        return why_set(
            why, STATUS_FAILED, "%s: cannot be created; choose a folder you may write to", c->path);
    bool written = fwrite(c->written, 1, c->written_size, file) == c->written_size;
    if (fclose(file) != 0 || !written)
        return why_set(
            why, STATUS_FAILED, "%s: could not be written completely; check the free space", c->path);
    return STATUS_OK;
}

enum status canvas_cairo_finish(struct canvas *canvas, struct why *why)
{
    struct canvas_cairo *c = canvas_cairo_self(canvas);
    if (c->kind == KIND_PDF)
        cairo_surface_finish(c->surface);
    else
        cairo_surface_flush(c->surface);
    cairo_status_t status = cairo_status(c->cr);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(c->surface);
    const char *where = c->path ? c->path : "drawing";
    if (status != CAIRO_STATUS_SUCCESS)
        return why_set(why, STATUS_FAILED, "%s: %s; check the folder and the free space", where,
            cairo_status_to_string(status));
    if (c->kind == KIND_PDF && canvas->status == STATUS_OK)
        return write_pdf(c, why);
    if (c->kind == KIND_PNG && canvas->status == STATUS_OK)
        return png_write(c->path, c->target.pixels, c->target.stride, c->width_px, c->height_px, c->dpi, why);
    return STATUS_OK;
}

void canvas_cairo_destroy(struct canvas *canvas)
{
    struct canvas_cairo *c = canvas_cairo_self(canvas);
    for (int i = 0; i < HATCH_SLOTS; i++)
        free(c->hatch[i].tile.pixel);
    if (c->cr)
        cairo_destroy(c->cr);
    if (c->surface)
        cairo_surface_destroy(c->surface);
    for (int i = 0; i < c->stamps; i++)
        cairo_surface_destroy(c->stamp[i].form);
    for (int i = 0; i < FACE_COUNT; i++)
        if (c->face[i])
            cairo_font_face_destroy(c->face[i]);
    sprite_cache_destroy(c->sprites);
    free(c->polyline.coverage);
    fill_clear(&c->fill);
    free(c->premultiplied);
    free(c->owned);
    if (c->memory)
        fclose(c->memory);
    free(c->written);
    free(c->path);
    free(c);
}

static struct canvas *begin(struct canvas_cairo *c, double cairo_scale_by)
{
    c->cr = cairo_create(c->surface);
    cairo_scale(c->cr, cairo_scale_by, cairo_scale_by);
    cairo_set_tolerance(c->cr, 0.05);
    c->base.ops = &canvas_cairo_ops;
    return &c->base;
}

static struct canvas *begin_pixels(struct canvas_cairo *c, uint8_t *pixels, int stride, double scale)
{
    c->sprites = sprite_cache_create();
    c->base.scale = scale;
    c->target = (struct target){ .pixels = pixels, .stride = stride, .x1 = c->width_px, .y1 = c->height_px };
    c->surface =
        cairo_image_surface_create_for_data(pixels, CAIRO_FORMAT_ARGB32, c->width_px, c->height_px, stride);
    struct canvas *canvas = begin(c, scale);
    if (c->sprites && cairo_status(c->cr) == CAIRO_STATUS_SUCCESS)
        return canvas;
    canvas_cairo_destroy(canvas);
    return NULL;
}

struct canvas *canvas_cairo_pixels(void *pixels, int width_px, int height_px, int stride, double scale)
{
    struct canvas_cairo *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->kind = KIND_PIXELS;
    c->width_px = width_px;
    c->height_px = height_px;
    c->base.width = width_px / scale;
    c->base.height = height_px / scale;
    return begin_pixels(c, pixels, stride, scale);
}

struct canvas *canvas_cairo_png(const char *path, double width, double height, double scale, double dpi)
{
    struct canvas_cairo *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->kind = KIND_PNG;
    c->base.width = width;
    c->base.height = height;
    c->width_px = (int)lround(width * scale);
    c->height_px = (int)lround(height * scale);
    c->dpi = dpi;
    c->path = strdup(path);
    c->owned = calloc((size_t)c->width_px * (size_t)c->height_px, 4);
    /* Millimetres are no whole number of pixels: the page is to cover the last ones wholly. */
    if (c->path && c->owned)
        return begin_pixels(c, c->owned, c->width_px * 4, fmax(c->width_px / width, c->height_px / height));
    free(c->path);
    free(c->owned);
    free(c);
    return NULL;
}

struct canvas *canvas_cairo_pdf(const char *path, double width, double height, double points)
{
    struct canvas_cairo *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->kind = KIND_PDF;
    c->base.width = width;
    c->base.height = height;
    c->base.scale = 1;
    c->path = strdup(path);
    c->memory = open_memstream(&c->written, &c->written_size);
    if (!c->path || !c->memory) {
        canvas_cairo_destroy(&c->base);
        return NULL;
    }
    c->surface = cairo_pdf_surface_create_for_stream(keep_bytes, c, width * points, height * points);
    cairo_pdf_surface_set_metadata(
        c->surface, CAIRO_PDF_METADATA_CREATOR, "marginscope " MARGINSCOPE_VERSION);
    /* the same training gives the same bytes: no clock in the file */
    cairo_pdf_surface_set_metadata(c->surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
    struct canvas *canvas = begin(c, points);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(c->cr, options);
    cairo_font_options_destroy(options);
    cairo_get_matrix(c->cr, &c->page);
    return canvas;
}

void canvas_pdf_page(struct canvas *canvas)
{
    struct canvas_cairo *c = canvas_cairo_self(canvas);
    cairo_show_page(c->cr);
    c->pages++;
}

void canvas_pdf_bookmark(struct canvas *canvas, const char *utf8)
{
    struct canvas_cairo *c = canvas_cairo_self(canvas);
    char target[32];
    snprintf(target, sizeof target, "page=%d", c->pages + 1);
    cairo_pdf_surface_add_outline(
        c->surface, CAIRO_PDF_OUTLINE_ROOT, utf8, target, (cairo_pdf_outline_flags_t)0);
}

void canvas_pdf_describe(struct canvas *canvas, const char *title, const char *author)
{
    struct canvas_cairo *c = canvas_cairo_self(canvas);
    cairo_pdf_surface_set_metadata(c->surface, CAIRO_PDF_METADATA_TITLE, title);
    if (author[0])
        cairo_pdf_surface_set_metadata(c->surface, CAIRO_PDF_METADATA_AUTHOR, author);
}

void canvas_pdf_place(struct canvas *canvas, struct point origin, double zoom)
{
    struct canvas_cairo *c = canvas_cairo_self(canvas);
    cairo_set_matrix(c->cr, &c->page);
    cairo_translate(c->cr, origin.x, origin.y);
    cairo_scale(c->cr, zoom, zoom);
}
