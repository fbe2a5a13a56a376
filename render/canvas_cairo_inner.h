/* canvas_cairo_inner.h - what the files of the cairo canvas share: pixels in memory, a png or a pdf. */
#ifndef RENDER_CANVAS_CAIRO_INNER_H
#define RENDER_CANVAS_CAIRO_INNER_H

#include "render/canvas.h"
#include "render/fill.h"
#include "render/polyline.h"
#include "render/sprite.h"
#include "render/text.h"

#include <cairo.h>
#include <stdio.h>

enum { HATCH_SLOTS = 8, STAMP_SLOTS = 64 };

struct hatch_tile {
    double pitch;
    uint32_t color;
    struct fill_tile tile;
};

/* A marker drawn once: a form that the page of a pdf refers to. */
struct stamp {
    struct marker marker;
    cairo_surface_t *form;
};

enum kind { KIND_PIXELS, KIND_PNG, KIND_PDF };

struct canvas_cairo {
    struct canvas base;
    enum kind kind;
    cairo_surface_t *surface;
    cairo_t *cr;
    struct target target; /* pixels and the clip in them; images only */
    int width_px, height_px;
    uint8_t *owned; /* a png's pixels */
    char *path;
    double dpi;
    struct sprite_cache *sprites;
    struct polyline polyline; /* scratch of long thin lines */
    struct fill fill; /* scratch of polygons and smooth lines */
    struct hatch_tile hatch[HATCH_SLOTS];
    int hatch_next;
    uint32_t *premultiplied; /* scratch of image() */
    size_t premultiplied_count;
    /* pdf only */
    cairo_font_face_t *face[FACE_COUNT];
    struct stamp stamp[STAMP_SLOTS];
    int stamps;
    cairo_matrix_t page; /* from logical px to points */
    int pages; /* that are done */
    FILE *memory; /* what the file will hold: cairo can crash where a disk is full */
    char *written;
    size_t written_size;
};

static inline struct canvas_cairo *canvas_cairo_self(struct canvas *c)
{
    return (struct canvas_cairo *)c;
}

static inline bool canvas_cairo_is_image(const struct canvas_cairo *c)
{
    return c->kind != KIND_PDF;
}

static inline void canvas_cairo_color(cairo_t *cr, struct color c)
{
    cairo_set_source_rgba(cr, (double)c.r, (double)c.g, (double)c.b, (double)c.a);
}

/* canvas_cairo.c */
extern const struct canvas_ops canvas_cairo_ops;
/* canvas_cairo_text.c */
void canvas_cairo_text(struct canvas *canvas, struct point at, const char *utf8, const struct font *font,
    struct color color, enum align align);
/* canvas_cairo_life.c */
enum status canvas_cairo_finish(struct canvas *canvas, struct why *why);
void canvas_cairo_destroy(struct canvas *canvas);

#endif
