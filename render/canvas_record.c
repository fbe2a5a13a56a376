#include "render/canvas.h"
#include "render/buffer.h"

#include <math.h>
#include <stdlib.h>

struct record {
    struct canvas base;
    struct buffer text;
};

static struct record *self(struct canvas *c)
{
    return (struct record *)c;
}

static int byte_of(float v)
{
    return (int)lroundf(fminf(fmaxf(v, 0), 1) * 255);
}

static void put_color(struct buffer *b, struct color c)
{
    buffer_add(b, " #%02x%02x%02x%02x", byte_of(c.r), byte_of(c.g), byte_of(c.b), byte_of(c.a));
}

static void put_points(struct buffer *b, const struct point *at, int n)
{
    for (int i = 0; i < n; i++)
        buffer_add(b, " (%.2f,%.2f)", at[i].x + 0.0, at[i].y + 0.0);
    buffer_add(b, "\n");
}

static void record_clip(struct canvas *c, const struct rect *r)
{
    if (r)
        buffer_add(&self(c)->text, "clip %.2f %.2f %.2f %.2f\n", r->x, r->y, r->w, r->h);
    else
        buffer_add(&self(c)->text, "clip none\n");
}

static void record_lines(struct canvas *c, const struct point *at, int n, const struct stroke *stroke)
{
    struct buffer *b = &self(c)->text;
    buffer_add(b, "lines %.2f", stroke->width);
    put_color(b, stroke->color);
    if (stroke->dash_on > 0)
        buffer_add(b, " dash %.2f %.2f", stroke->dash_on, stroke->dash_off);
    buffer_add(b, "%s%s", stroke->closed ? " closed" : "", stroke->round ? " round" : "");
    put_points(b, at, n);
}

static void record_polygon(struct canvas *c, const struct point *at, int n, struct color fill)
{
    struct buffer *b = &self(c)->text;
    buffer_add(b, "polygon");
    put_color(b, fill);
    put_points(b, at, n);
}

static void record_hatch(struct canvas *c, const struct point *at, int n, double pitch, struct color color)
{
    struct buffer *b = &self(c)->text;
    buffer_add(b, "hatch %.2f", pitch);
    put_color(b, color);
    put_points(b, at, n);
}

static void record_markers(struct canvas *c, const struct point *at, int n, const struct marker *marker)
{
    static const char *const names[SHAPE_COUNT] = { "circle", "square", "triangle-up", "diamond",
        "triangle-down", "plus", "cross", "hexagon", "bar", "star" };
    struct buffer *b = &self(c)->text;
    buffer_add(b, "markers %s%s %.2f", names[marker->shape], marker->hollow ? " hollow" : "", marker->radius);
    put_color(b, marker->fill);
    if (marker->outline_width > 0) {
        buffer_add(b, " outline %.2f", marker->outline_width);
        put_color(b, marker->outline);
    }
    put_points(b, at, n);
}

static uint32_t hash_pixels(const uint32_t *argb, int n)
{
    uint32_t h = 2166136261u;
    for (int i = 0; i < n; i++)
        h = (h ^ argb[i]) * 16777619u;
    return h;
}

static void record_image(struct canvas *c, struct rect r, const uint32_t *argb, int w, int h)
{
    buffer_add(&self(c)->text, "image %.2f %.2f %.2f %.2f %dx%d %08x\n", r.x, r.y, r.w, r.h, w, h,
        hash_pixels(argb, w * h));
}

static void record_text(struct canvas *c, struct point at, const char *utf8, const struct font *font,
    struct color color, enum align align)
{
    static const char *const names[] = { "left", "center", "right" };
    struct buffer *b = &self(c)->text;
    buffer_add(
        b, "text %.2f %d%s %s", font->size, (int)font->weight, font->italic ? " italic" : "", names[align]);
    put_color(b, color);
    buffer_add(b, " (%.2f,%.2f) %s\n", at.x, at.y, utf8);
}

static enum status record_finish(struct canvas *c, struct why *why)
{
    if (self(c)->text.failed)
        return why_set(why, STATUS_FAILED, "drawing: out of memory; close other programs");
    return STATUS_OK;
}

static void record_destroy(struct canvas *c)
{
    free(self(c)->text.data);
    free(c);
}

static const struct canvas_ops record_ops = {
    .name = "record",
    .clip = record_clip,
    .lines = record_lines,
    .polygon = record_polygon,
    .hatch = record_hatch,
    .markers = record_markers,
    .image = record_image,
    .text = record_text,
    .finish = record_finish,
    .destroy = record_destroy,
};

struct canvas *canvas_record(double width, double height)
{
    struct record *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->base = (struct canvas){ .ops = &record_ops, .width = width, .height = height, .scale = 1 };
    return &r->base;
}

const char *canvas_record_text(const struct canvas *c)
{
    const struct record *r = (const struct record *)c;
    return r->text.data ? r->text.data : "";
}
