/* How pictures begin and end. */
#include "render/canvas_cairo_inner.h"
#include "render/png_out.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum status canvas_cairo_finish(struct canvas *canvas, struct why *why)
{
    struct canvas_cairo *c = canvas_cairo_self(canvas);
    cairo_surface_flush(c->surface);
    cairo_status_t status = cairo_status(c->cr);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(c->surface);
    const char *where = c->path ? c->path : "drawing";
    if (status != CAIRO_STATUS_SUCCESS)
        return why_set(why, STATUS_FAILED, "%s: %s; check the folder and the free space", where,
            cairo_status_to_string(status));
    if (c->path && canvas->status == STATUS_OK)
        return png_write(c->path, c->target.pixels, c->target.stride, c->width_px, c->height_px, c->dpi, why);
    return STATUS_OK;
}

void canvas_cairo_destroy(struct canvas *canvas)
{
    struct canvas_cairo *c = canvas_cairo_self(canvas);
    for (int i = 0; i < HATCH_SLOTS; i++)
        free(c->hatch[i].hatch.pixel);
    if (c->cr)
        cairo_destroy(c->cr);
    if (c->surface)
        cairo_surface_destroy(c->surface);
    sprite_cache_destroy(c->sprites);
    free(c->polyline.coverage);
    fill_clear(&c->fill);
    free(c->premultiplied);
    free(c->owned);
    free(c->path);
    free(c);
}

static struct canvas *begin_pixels(struct canvas_cairo *c, uint8_t *pixels, int stride, double scale)
{
    c->sprites = sprite_cache_create();
    c->base.scale = scale;
    c->target = (struct target){ .pixels = pixels, .stride = stride, .x1 = c->width_px, .y1 = c->height_px };
    c->surface =
        cairo_image_surface_create_for_data(pixels, CAIRO_FORMAT_ARGB32, c->width_px, c->height_px, stride);
    c->cr = cairo_create(c->surface);
    cairo_scale(c->cr, scale, scale);
    cairo_set_tolerance(c->cr, 0.05);
    c->base.ops = &canvas_cairo_ops;
    if (c->sprites && cairo_status(c->cr) == CAIRO_STATUS_SUCCESS)
        return &c->base;
    canvas_cairo_destroy(&c->base);
    return NULL;
}

struct canvas *canvas_cairo_pixels(void *pixels, int width_px, int height_px, int stride, double scale)
{
    struct canvas_cairo *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->width_px = width_px;
    c->height_px = height_px;
    c->base.width = width_px / scale;
    c->base.height = height_px / scale;
    return begin_pixels(c, pixels, stride, scale);
}

/* A large picture has tens of megabytes: to be given them by 4 KiB costs as much as to draw on them. Only a wish, where
 * a system knows it. */
static void wish_large_pages(uint8_t *memory, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    const size_t large = (size_t)2 << 20;
    uint8_t *from = memory + (large - (uintptr_t)memory % large);
    if (bytes > 2 * large)
        madvise(from, bytes - (size_t)(from - memory), MADV_HUGEPAGE);
#else
    (void)memory, (void)bytes;
#endif
}

struct canvas *canvas_cairo_png(const char *path, double width, double height, double scale, double dpi)
{
    struct canvas_cairo *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->base.width = width;
    c->base.height = height;
    c->width_px = (int)lround(width * scale);
    c->height_px = (int)lround(height * scale);
    c->dpi = dpi;
    c->path = strdup(path);
    c->owned = calloc((size_t)c->width_px * (size_t)c->height_px, 4);
    /* Millimetres are no whole number of pixels: the page is to cover the last ones wholly. */
    if (c->owned)
        wish_large_pages(c->owned, (size_t)c->width_px * (size_t)c->height_px * 4);
    if (c->path && c->owned)
        return begin_pixels(c, c->owned, c->width_px * 4, fmax(c->width_px / width, c->height_px / height));
    free(c->path);
    free(c->owned);
    free(c);
    return NULL;
}
