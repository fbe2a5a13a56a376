/* canvas.h - the strokes every view is drawn with, and nothing else.
 * Coordinates are logical pixels, y down, angles counter-clockwise on screen; a canvas knows its own scale to
 * device pixels. Strokes return nothing: the canvas remembers its first failure and canvas_finish reports it.
 * One thread per canvas. Drawing allocates nothing once its caches are warm. */
#ifndef RENDER_CANVAS_H
#define RENDER_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "math/status.h"

struct point {
    double x, y;
};

struct rect {
    double x, y, w, h;
};

/* Straight (not premultiplied), 0..1. */
struct color {
    float r, g, b, a;
};

enum weight { WEIGHT_REGULAR = 400, WEIGHT_SEMIBOLD = 600 };

struct font {
    double size;              /* logical px: 12, 14, 20, 32 by design */
    enum weight weight;
    bool italic;
};

enum align { ALIGN_LEFT, ALIGN_CENTER, ALIGN_RIGHT };

/* The second channel of a class beside its colour, in class order; the hollow form serves classes 10..19. */
enum shape { SHAPE_CIRCLE, SHAPE_SQUARE, SHAPE_TRIANGLE_UP, SHAPE_DIAMOND, SHAPE_TRIANGLE_DOWN, SHAPE_PLUS,
    SHAPE_CROSS, SHAPE_HEXAGON, SHAPE_BAR, SHAPE_STAR, SHAPE_COUNT };

struct marker {
    enum shape shape;
    bool hollow;
    double radius;
    struct color fill, outline;
    double outline_width;     /* 0: none */
};

struct stroke {
    struct color color;
    double width;
    double dash_on, dash_off; /* 0: solid */
    bool closed, round;       /* round caps and joins */
};

struct canvas;

struct canvas_ops {
    const char *name;
    void (*clip)(struct canvas *c, const struct rect *rect);   /* NULL: whole canvas; replaces the last clip */
    void (*lines)(struct canvas *c, const struct point *at, int n, const struct stroke *stroke);
    void (*polygon)(struct canvas *c, const struct point *at, int n, struct color fill);
    /* 45 degree lines `pitch` apart and 1 px wide, anchored to the canvas so that neighbours meet */
    void (*hatch)(struct canvas *c, const struct point *at, int n, double pitch, struct color color);
    void (*markers)(struct canvas *c, const struct point *at, int n, const struct marker *marker);
    /* w x h straight ARGB32 pixels stretched over rect without smoothing */
    void (*image)(struct canvas *c, struct rect rect, const uint32_t *argb, int w, int h);
    /* baseline anchor; digits on a fixed advance */
    void (*text)(struct canvas *c, struct point at, const char *utf8, const struct font *font,
        struct color color, enum align align);
    enum status (*finish)(struct canvas *c, struct why *why);
    void (*destroy)(struct canvas *c);
};

/* How text gets into svg and pdf: as text in a font the reader has (pdf: that is inside), in one that is inside, or as
 * outlines. */
enum text_mode { TEXT_FONT, TEXT_EMBED, TEXT_OUTLINES };

/* Each backend's struct begins with this. */
struct canvas {
    const struct canvas_ops *ops;
    double width, height;     /* logical */
    double scale;             /* device pixels per logical pixel; 1 for pdf; svg: of its width and height */
    const char *mark;         /* what the strokes show from here on, NULL: nothing that has a name; borrowed */
    enum text_mode text_mode; /* svg and pdf */
    enum status status;
    struct why why;
};

/* Names the strokes that follow, until the next call; returns the name before it, to be put back. For those who ask
 * what is under the pointer (render/ask.h); pictures do not change. */
const char *canvas_mark(struct canvas *c, const char *mark);
void canvas_clip(struct canvas *c, const struct rect *rect);
void canvas_lines(struct canvas *c, const struct point *at, int n, const struct stroke *stroke);
void canvas_line(struct canvas *c, struct point a, struct point b, double width, struct color color);
void canvas_polygon(struct canvas *c, const struct point *at, int n, struct color fill);
void canvas_hatch(struct canvas *c, const struct point *at, int n, double pitch, struct color color);
void canvas_markers(struct canvas *c, const struct point *at, int n, const struct marker *marker);
void canvas_image(struct canvas *c, struct rect rect, const uint32_t *argb, int w, int h);
void canvas_text(struct canvas *c, struct point at, const char *utf8, const struct font *font,
    struct color color, enum align align);
void canvas_rect(struct canvas *c, struct rect rect, struct color fill);
void canvas_round_rect(struct canvas *c, struct rect rect, double radius, struct color fill);
void canvas_round_outline(struct canvas *c, struct rect rect, double radius, double width, struct color color);
void canvas_disc(struct canvas *c, struct point center, double radius, struct color fill);
void canvas_ring(struct canvas *c, struct point center, double radius, double width, struct color color);
enum status canvas_finish(struct canvas *c, struct why *why);
void canvas_destroy(struct canvas *c);
/* Notes the first failure. */
void canvas_fail(struct canvas *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Points of an arc, counter-clockwise on screen from angle a to b (radians, y up), chords at most 0.1 px off at
 * `scale`. Returns how many were written, at most max. */
int arc_points(struct point center, double radius, double a, double b, double scale, struct point *out, int max);

/* cairo: pixels in memory the caller owns (premultiplied ARGB32, stride in bytes), window and png ... */
struct canvas *canvas_cairo_pixels(void *pixels, int width_px, int height_px, int stride, double scale);
/* ... or a png file's pixels of its own, written at finish through libpng to `path` (the caller renames). */
struct canvas *canvas_cairo_png(const char *path, double width, double height, double scale, double dpi);
/* PDF by our own writer; 1 logical px is `points` pt. */
struct canvas *canvas_pdf(const char *path, double width, double height, double points);
/* Another page begins; a bookmark leads to the current one; title and author (may be empty) of the document;
 * from now on the strokes' 0, 0 is at `origin` of the page and they are `zoom` times as large. */
void canvas_pdf_page(struct canvas *c);
void canvas_pdf_bookmark(struct canvas *c, const char *utf8);
void canvas_pdf_describe(struct canvas *c, const char *title, const char *author);
void canvas_pdf_place(struct canvas *c, struct point origin, double zoom);
/* SVG by our own writer: text stays text, markers are references. */
struct canvas *canvas_svg(const char *path, double width, double height);
/* Keeps strokes for later: what was drawn for a canvas of that scale, drawn again as often as wanted on one of that
 * size, by any thread once it is complete. */
struct canvas *canvas_tape(double width, double height, double scale);
void canvas_tape_play(const struct canvas *tape, struct canvas *to);
/* Writes strokes down as text, one a line, into memory: what drawing tests compare. Valid until destroy. */
struct canvas *canvas_record(double width, double height);
const char *canvas_record_text(const struct canvas *c);

#endif
