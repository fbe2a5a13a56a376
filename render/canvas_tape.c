/* Strokes kept as they were given, to be drawn later, elsewhere or more than once: a figure is composed where the
 * training is shown, and turned into a file by another thread. */
#include "render/canvas.h"
#include "render/buffer.h"

#include <stdlib.h>
#include <string.h>

enum kind {
    TAPE_CLIP,
    TAPE_NO_CLIP,
    TAPE_LINES,
    TAPE_POLYGON,
    TAPE_HATCH,
    TAPE_MARKERS,
    TAPE_IMAGE,
    TAPE_TEXT
};

/* Each is followed by what it counts: points, pixels or bytes of text, filled up to a whole number of doubles. */
struct entry {
    enum kind kind;
    int n, w, h; /* n: points or bytes */
    enum align align;
    struct rect rect;
    struct point at;
    double pitch;
    struct color color;
    struct stroke stroke;
    struct marker marker;
    struct font font;
};

struct tape {
    struct canvas base;
    struct buffer strokes;
};

static size_t padded(size_t bytes)
{
    return (bytes + sizeof(double) - 1) / sizeof(double) * sizeof(double);
}

static void put(struct canvas *c, const struct entry *entry, const void *more, size_t bytes)
{
    static const char zeros[sizeof(double)] = "";
    struct buffer *b = &((struct tape *)c)->strokes;
    buffer_put(b, (const char *)entry, sizeof *entry);
    if (bytes > 0)
        buffer_put(b, more, bytes);
    buffer_put(b, zeros, padded(bytes) - bytes);
}

static void put_points(struct canvas *c, struct entry entry, const struct point *at, int n)
{
    entry.n = n;
    put(c, &entry, at, (size_t)n * sizeof *at);
}

static void tape_clip(struct canvas *c, const struct rect *r)
{
    struct entry entry = { .kind = r ? TAPE_CLIP : TAPE_NO_CLIP };
    if (r)
        entry.rect = *r;
    put(c, &entry, NULL, 0);
}

static void tape_lines(struct canvas *c, const struct point *at, int n, const struct stroke *stroke)
{
    put_points(c, (struct entry){ .kind = TAPE_LINES, .stroke = *stroke }, at, n);
}

static void tape_polygon(struct canvas *c, const struct point *at, int n, struct color fill)
{
    put_points(c, (struct entry){ .kind = TAPE_POLYGON, .color = fill }, at, n);
}

static void tape_hatch(struct canvas *c, const struct point *at, int n, double pitch, struct color color)
{
    put_points(c, (struct entry){ .kind = TAPE_HATCH, .pitch = pitch, .color = color }, at, n);
}

static void tape_markers(struct canvas *c, const struct point *at, int n, const struct marker *marker)
{
    put_points(c, (struct entry){ .kind = TAPE_MARKERS, .marker = *marker }, at, n);
}

static void tape_image(struct canvas *c, struct rect r, const uint32_t *argb, int w, int h)
{
    put(c, &(struct entry){ .kind = TAPE_IMAGE, .rect = r, .w = w, .h = h }, argb,
        (size_t)w * (size_t)h * sizeof *argb);
}

static void tape_text(struct canvas *c, struct point at, const char *utf8, const struct font *font,
    struct color color, enum align align)
{
    size_t bytes = strlen(utf8) + 1;
    struct entry entry = {
        .kind = TAPE_TEXT, .n = (int)bytes, .at = at, .font = *font, .color = color, .align = align
    };
    put(c, &entry, utf8, bytes);
}

static enum status tape_finish(struct canvas *c, struct why *why)
{
    if (((struct tape *)c)->strokes.failed)
        return why_set(why, STATUS_FAILED, "drawing: out of memory; close other programs");
    return STATUS_OK;
}

static void tape_destroy(struct canvas *c)
{
    free(((struct tape *)c)->strokes.data);
    free(c);
}

static const struct canvas_ops tape_ops = {
    .name = "tape",
    .clip = tape_clip,
    .lines = tape_lines,
    .polygon = tape_polygon,
    .hatch = tape_hatch,
    .markers = tape_markers,
    .image = tape_image,
    .text = tape_text,
    .finish = tape_finish,
    .destroy = tape_destroy,
};

struct canvas *canvas_tape(double width, double height, double scale)
{
    struct tape *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->base = (struct canvas){ .ops = &tape_ops, .width = width, .height = height, .scale = scale };
    return &t->base;
}

/* Returns the bytes that followed the entry. */
static size_t play(const struct entry *e, const void *more, struct canvas *to)
{
    switch (e->kind) {
    case TAPE_CLIP:
        canvas_clip(to, &e->rect);
        return 0;
    case TAPE_NO_CLIP:
        canvas_clip(to, NULL);
        return 0;
    case TAPE_IMAGE:
        canvas_image(to, e->rect, more, e->w, e->h);
        return (size_t)e->w * (size_t)e->h * sizeof(uint32_t);
    case TAPE_TEXT:
        canvas_text(to, e->at, more, &e->font, e->color, e->align);
        return (size_t)e->n;
    case TAPE_LINES:
        canvas_lines(to, more, e->n, &e->stroke);
        break;
    case TAPE_POLYGON:
        canvas_polygon(to, more, e->n, e->color);
        break;
    case TAPE_HATCH:
        canvas_hatch(to, more, e->n, e->pitch, e->color);
        break;
    case TAPE_MARKERS:
        canvas_markers(to, more, e->n, &e->marker);
        break;
    }
    return (size_t)e->n * sizeof(struct point);
}

void canvas_tape_play(const struct canvas *tape, struct canvas *to)
{
    const struct buffer *b = &((const struct tape *)tape)->strokes;
    for (size_t at = 0; at < b->length;) {
        struct entry entry;
        memcpy(&entry, b->data + at, sizeof entry);
        at += sizeof entry;
        at += padded(play(&entry, b->data + at, to));
    }
}
