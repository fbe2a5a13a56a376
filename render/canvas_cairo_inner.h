/* canvas_cairo_inner.h - what the files of the cairo canvas share: pixels in memory or a png. */
#ifndef RENDER_CANVAS_CAIRO_INNER_H
#define RENDER_CANVAS_CAIRO_INNER_H

#include "render/canvas.h"
#include "render/fill.h"
#include "render/polyline.h"
#include "render/sprite.h"
#include "render/text.h"

#include <cairo.h>

enum { HATCH_SLOTS = 8 };

struct hatch_slot {
    double pitch;
    uint32_t color;
    struct fill_hatch hatch;
};

struct canvas_cairo {
    struct canvas base;
    cairo_surface_t *surface;
    cairo_t *cr;
    struct target target; /* pixels and the clip in them */
    int width_px, height_px;
    uint8_t *owned; /* a png's pixels */
    char *path; /* its file; NULL for a caller's pixels */
    double dpi;
    struct sprite_cache *sprites;
    struct polyline polyline; /* scratch of long thin lines */
    struct fill fill; /* scratch of polygons and smooth lines */
    struct hatch_slot hatch[HATCH_SLOTS];
    int hatch_next;
    uint32_t *premultiplied; /* scratch of image() */
    size_t premultiplied_count;
};

static inline struct canvas_cairo *canvas_cairo_self(struct canvas *c)
{
    return (struct canvas_cairo *)c;
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
