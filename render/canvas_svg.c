#include "render/canvas_svg_inner.h"
#include "render/png_out.h"
#include "render/sprite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- pieces ---- */

static int byte_of(float v)
{
    return (int)lroundf(fminf(fmaxf(v, 0), 1) * 255);
}

void canvas_svg_paint(struct buffer *b, const char *what, struct color c)
{
    buffer_add(b, " %s=\"#%02x%02x%02x\"", what, byte_of(c.r), byte_of(c.g), byte_of(c.b));
    if (c.a >= 1)
        return;
    buffer_add(b, " %s-opacity=\"", what);
    buffer_number(b, (double)c.a, 3);
    buffer_put(b, "\"", 1);
}

void canvas_svg_attribute(struct buffer *b, const char *name, double v)
{
    buffer_add(b, " %s=\"", name);
    buffer_number(b, v, 2);
    buffer_put(b, "\"", 1);
}

/* SVG reads pairs after M as a path of lines. */
static void put_path(struct buffer *b, const struct point *at, int n, bool closed)
{
    buffer_add(b, " d=\"M");
    for (int i = 0; i < n; i++) {
        if (i > 0)
            buffer_put(b, " ", 1);
        buffer_number(b, at[i].x, 2);
        buffer_put(b, ",", 1);
        buffer_number(b, at[i].y, 2);
    }
    buffer_add(b, closed ? "Z\"" : "\"");
}

int canvas_svg_def(struct canvas_svg *c, const char *key, bool *fresh)
{
    *fresh = false;
    for (int i = 0; i < c->def_count; i++)
        if (strcmp(c->def[i].key, key) == 0)
            return i;
    if (c->def_count == DEFS_MAX) {
        canvas_fail(&c->base,
            "%s: too many kinds of markers, clips and letters for one svg; export png or pdf", c->path);
        return 0;
    }
    *fresh = true;
    snprintf(c->def[c->def_count].key, KEY_BYTES, "%s", key);
    return c->def_count++;
}

/* ---- strokes ---- */

static void unclip(struct canvas_svg *c)
{
    if (c->clipped)
        buffer_add(&c->body, "</g>\n");
    c->clipped = false;
}

static void clip(struct canvas *canvas, const struct rect *r)
{
    struct canvas_svg *c = canvas_svg_self(canvas);
    unclip(c);
    if (!r)
        return;
    char key[KEY_BYTES];
    bool fresh;
    snprintf(key, sizeof key, "clip %.2f %.2f %.2f %.2f", r->x, r->y, r->w, r->h);
    int id = canvas_svg_def(c, key, &fresh);
    if (fresh) {
        buffer_add(&c->defs, "<clipPath id=\"d%d\"><rect", id);
        canvas_svg_attribute(&c->defs, "x", r->x);
        canvas_svg_attribute(&c->defs, "y", r->y);
        canvas_svg_attribute(&c->defs, "width", fmax(r->w, 0));
        canvas_svg_attribute(&c->defs, "height", fmax(r->h, 0));
        buffer_add(&c->defs, "/></clipPath>\n");
    }
    buffer_add(&c->body, "<g clip-path=\"url(#d%d)\">\n", id);
    c->clipped = true;
}

static void lines(struct canvas *canvas, const struct point *at, int n, const struct stroke *stroke)
{
    struct buffer *b = &canvas_svg_self(canvas)->body;
    buffer_add(b, "<path fill=\"none\"");
    canvas_svg_paint(b, "stroke", stroke->color);
    canvas_svg_attribute(b, "stroke-width", stroke->width);
    if (stroke->dash_on > 0)
        buffer_add(b, " stroke-dasharray=\"%.2f %.2f\"", stroke->dash_on, stroke->dash_off);
    if (stroke->round)
        buffer_add(b, " stroke-linecap=\"round\" stroke-linejoin=\"round\"");
    put_path(b, at, n, stroke->closed);
    buffer_add(b, "/>\n");
}

static void polygon(struct canvas *canvas, const struct point *at, int n, struct color fill)
{
    struct buffer *b = &canvas_svg_self(canvas)->body;
    buffer_add(b, "<path");
    canvas_svg_paint(b, "fill", fill);
    put_path(b, at, n, true);
    buffer_add(b, "/>\n");
}

/* The pattern's upright line, in the middle of its tile, lies on x = 0 once shifted and turned: x + y = k pitch. */
static void define_hatch(struct buffer *b, int id, double pitch, struct color color)
{
    buffer_add(b, "<pattern id=\"d%d\" patternUnits=\"userSpaceOnUse\"", id);
    canvas_svg_attribute(b, "width", pitch);
    canvas_svg_attribute(b, "height", pitch);
    buffer_add(b, " patternTransform=\"rotate(45) translate(");
    buffer_number(b, -pitch / 2, 2);
    buffer_add(b, ")\"><path fill=\"none\"");
    canvas_svg_paint(b, "stroke", color);
    const struct point line[] = { { pitch / 2, 0 }, { pitch / 2, pitch } };
    put_path(b, line, 2, false);
    buffer_add(b, "/></pattern>\n");
}

static void hatch(struct canvas *canvas, const struct point *at, int n, double pitch, struct color color)
{
    struct canvas_svg *c = canvas_svg_self(canvas);
    char key[KEY_BYTES];
    bool fresh;
    snprintf(key, sizeof key, "hatch %.3f %02x%02x%02x %.3f", pitch, byte_of(color.r), byte_of(color.g),
        byte_of(color.b), (double)color.a);
    int id = canvas_svg_def(c, key, &fresh);
    if (fresh)
        define_hatch(&c->defs, id, pitch, color);
    buffer_add(&c->body, "<path fill=\"url(#d%d)\"", id);
    put_path(&c->body, at, n, true);
    buffer_add(&c->body, "/>\n");
}

/* A hollow marker is a line whose outer edge is the outline: the outline drawn smaller by half its width. */
static double drawn_radius(const struct marker *m)
{
    return m->hollow ? fmax(m->radius - shape_hollow_width(m->shape, m->radius) / 2, 0.1) : m->radius;
}

static void define_marker(struct buffer *b, int id, const struct marker *m)
{
    double radius = drawn_radius(m);
    if (m->shape == SHAPE_CIRCLE) {
        buffer_add(b, "<circle id=\"d%d\"", id);
        canvas_svg_attribute(b, "r", radius);
    } else {
        struct point at[SHAPE_POINTS];
        int n = shape_outline(m->shape, radius, at);
        buffer_add(b, "<path id=\"d%d\"", id);
        put_path(b, at, n, true);
    }
    buffer_add(b, "/>\n");
}

/* The outline lies around the filling: a line of twice its width, painted first. */
static void put_marker_look(struct buffer *b, const struct marker *m)
{
    if (m->hollow) {
        buffer_add(b, " fill=\"none\"");
        canvas_svg_paint(b, "stroke", m->fill);
        canvas_svg_attribute(b, "stroke-width", shape_hollow_width(m->shape, m->radius));
        return;
    }
    canvas_svg_paint(b, "fill", m->fill);
    if (m->outline_width <= 0 || m->outline.a <= 0)
        return;
    canvas_svg_paint(b, "stroke", m->outline);
    canvas_svg_attribute(b, "stroke-width", 2 * m->outline_width);
    buffer_add(b, " stroke-linejoin=\"round\" paint-order=\"stroke\"");
}

static void markers(struct canvas *canvas, const struct point *at, int n, const struct marker *m)
{
    struct canvas_svg *c = canvas_svg_self(canvas);
    struct buffer *b = &c->body;
    char key[KEY_BYTES];
    bool fresh;
    snprintf(key, sizeof key, "marker %d %d %.3f", (int)m->shape, m->hollow, m->radius);
    int id = canvas_svg_def(c, key, &fresh);
    if (fresh)
        define_marker(&c->defs, id, m);
    buffer_add(b, "<g");
    put_marker_look(b, m);
    buffer_add(b, ">\n");
    for (int i = 0; i < n; i++) {
        if (!isfinite(at[i].x) || !isfinite(at[i].y))
            continue;
        buffer_add(b, "<use href=\"#d%d\" x=\"", id);
        buffer_number(b, at[i].x, 1);
        buffer_add(b, "\" y=\"");
        buffer_number(b, at[i].y, 1);
        buffer_add(b, "\"/>\n");
    }
    buffer_add(b, "</g>\n");
}

/* ---- images: a png inside the file ---- */

static void image(struct canvas *canvas, struct rect r, const uint32_t *argb, int w, int h)
{
    struct buffer *b = &canvas_svg_self(canvas)->body;
    buffer_add(b, "<image");
    canvas_svg_attribute(b, "x", r.x);
    canvas_svg_attribute(b, "y", r.y);
    canvas_svg_attribute(b, "width", r.w);
    canvas_svg_attribute(b, "height", r.h);
    buffer_add(
        b, " preserveAspectRatio=\"none\" image-rendering=\"pixelated\" href=\"data:image/png;base64,");
    if (!png_base64(b, argb, w, h))
        canvas_fail(
            canvas, "%s: out of memory for an image; close other programs", canvas_svg_self(canvas)->path);
    buffer_add(b, "\"/>\n");
}

/* ---- life ---- */

static void write_head(FILE *file, const struct canvas_svg *c)
{
    fprintf(file,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.2f\" height=\"%.2f\" viewBox=\"0 0 %.2f %.2f\"\n"
        "font-family=\"%sInter, 'DejaVu Sans', 'Helvetica Neue', Arial, sans-serif\"\n"
        "style=\"font-variant-numeric:tabular-nums\">\n"
        "<!-- marginscope " MARGINSCOPE_VERSION " -->\n",
        c->base.width * c->base.scale, c->base.height * c->base.scale, c->base.width, c->base.height,
        c->base.text_mode == TEXT_EMBED ? "'marginscope text', 'marginscope symbols', " : "");
}

static void write_part(FILE *file, const struct buffer *b)
{
    if (b->length > 0)
        fwrite(b->data, 1, b->length, file);
}

static enum status finish(struct canvas *canvas, struct why *why)
{
    struct canvas_svg *c = canvas_svg_self(canvas);
    unclip(c);
    if (canvas->status != STATUS_OK)
        return canvas->status;
    if (!canvas_svg_fonts(c))
        return why_set(why, STATUS_FAILED, "%s: its fonts cannot be made; choose --text outlines", c->path);
    if (c->body.failed || c->defs.failed)
        return why_set(why, STATUS_FAILED, "%s: out of memory; close other programs", c->path);
    FILE *file = fopen(c->path, "wb");
    if (!file)
        return why_set(
            why, STATUS_FAILED, "%s: cannot be created; choose a folder you may write to", c->path);
    write_head(file, c);
    fputs("<defs>\n", file);
    write_part(file, &c->defs);
    fputs("</defs>\n", file);
    write_part(file, &c->body);
    fputs("</svg>\n", file);
    bool written = !ferror(file);
    if (fclose(file) != 0 || !written)
        return why_set(
            why, STATUS_FAILED, "%s: could not be written completely; check the free space", c->path);
    return STATUS_OK;
}

static void destroy(struct canvas *canvas)
{
    struct canvas_svg *c = canvas_svg_self(canvas);
    glyphs_destroy(c->glyphs);
    free(c->defs.data);
    free(c->body.data);
    free(c->path);
    free(c);
}

static const struct canvas_ops svg_ops = {
    .name = "svg",
    .clip = clip,
    .lines = lines,
    .polygon = polygon,
    .hatch = hatch,
    .markers = markers,
    .image = image,
    .text = canvas_svg_text,
    .finish = finish,
    .destroy = destroy,
};

struct canvas *canvas_svg(const char *path, double width, double height)
{
    struct canvas_svg *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->base = (struct canvas){ .ops = &svg_ops, .width = width, .height = height, .scale = 1 };
    c->path = strdup(path);
    if (c->path)
        return &c->base;
    free(c);
    return NULL;
}
