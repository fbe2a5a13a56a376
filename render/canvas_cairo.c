#include "render/canvas_cairo_inner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CURVE_POINTS = 48 };

/* Beyond this radius a marker is drawn as a path: its sprites would be large and it is rare. */
static const double SPRITE_RADIUS_MAX = 40;

static void trace(cairo_t *cr, const struct point *at, int n)
{
    cairo_new_path(cr);
    for (int i = 0; i < n; i++)
        cairo_line_to(cr, at[i].x, at[i].y);
}

/* ---- clip ---- */

static int clamp_px(double v, int max)
{
    return v > 0 ? v < max ? (int)lround(v) : max : 0;
}

/* The clip lies on whole device pixels, for cairo and for our own stamping alike. */
static void clip(struct canvas *canvas, const struct rect *r)
{
    struct canvas_cairo *c = canvas_cairo_self(canvas);
    cairo_reset_clip(c->cr);
    c->target.x0 = c->target.y0 = 0;
    c->target.x1 = c->width_px;
    c->target.y1 = c->height_px;
    if (!r)
        return;
    cairo_new_path(c->cr);
    double s = canvas->scale;
    struct target *t = &c->target;
    t->x0 = clamp_px(r->x * s, c->width_px);
    t->y0 = clamp_px(r->y * s, c->height_px);
    t->x1 = clamp_px((r->x + r->w) * s, c->width_px);
    t->y1 = clamp_px((r->y + r->h) * s, c->height_px);
    cairo_save(c->cr);
    cairo_identity_matrix(c->cr);
    cairo_rectangle(c->cr, t->x0, t->y0, fmax(t->x1 - t->x0, 0), fmax(t->y1 - t->y0, 0));
    cairo_restore(c->cr);
    cairo_clip(c->cr);
}

/* ---- lines and polygons ---- */

/* The contours that fill has; cairo draws what it cannot. */
static bool paint(struct canvas_cairo *c, struct color color)
{
    cairo_surface_flush(c->surface);
    bool painted = fill_paint(&c->fill, pixel_premultiply(color));
    cairo_surface_mark_dirty(c->surface);
    return painted;
}

static void outline(struct canvas_cairo *c, const struct point *at, int n)
{
    fill_begin(&c->fill, &c->target);
    fill_contour(&c->fill, at, n, c->base.scale);
}

/* Hairlines along an axis are whole device pixels, at least one. */
static bool is_hairline(const struct point *at, int n, const struct stroke *stroke)
{
    return n == 2 && stroke->width <= 1 && !stroke->closed && (at[0].x == at[1].x || at[0].y == at[1].y);
}

static double snap(double v, double scale, double width_px)
{
    bool odd = lround(width_px) % 2 == 1;
    return (odd ? floor(v * scale) + 0.5 : round(v * scale)) / scale;
}

static double snap_hairline(const struct canvas_cairo *c, struct point *at, double width)
{
    double scale = c->base.scale, px = fmax(1, round(width * scale));
    if (at[0].y == at[1].y)
        at[0].y = at[1].y = snap(at[0].y, scale, px);
    else
        at[0].x = at[1].x = snap(at[0].x, scale, px);
    return px / scale;
}

static void set_stroke(cairo_t *cr, const struct stroke *stroke)
{
    double dash[] = { stroke->dash_on, stroke->dash_off };
    cairo_set_line_width(cr, stroke->width);
    cairo_set_dash(cr, dash, stroke->dash_on > 0 ? 2 : 0, 0);
    cairo_set_line_cap(cr, stroke->round ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
    cairo_set_line_join(cr, stroke->round ? CAIRO_LINE_JOIN_ROUND : CAIRO_LINE_JOIN_MITER);
}

/* Rings, arcs and straight lines, dashed or not. */
static bool smooth_line(struct canvas_cairo *c, const struct point *at, int n, const struct stroke *stroke)
{
    bool dashed = stroke->dash_on > 0;
    double scale = c->base.scale;
    if (stroke->round || (dashed && (n != 2 || stroke->dash_off <= 0)))
        return false;
    fill_begin(&c->fill, &c->target);
    if (dashed)
        fill_dashes(&c->fill, at, stroke, scale);
    else if (!fill_stroke(&c->fill, at, n, stroke->closed, stroke->width, scale))
        return false;
    return paint(c, stroke->color);
}

/* Curves of many points and corners: cairo would spend a millisecond on one. */
static bool thin_curve(struct canvas_cairo *c, const struct point *at, int n, const struct stroke *stroke)
{
    double scale = c->base.scale, width = stroke->width * scale;
    if (n < CURVE_POINTS || stroke->closed || stroke->dash_on > 0 || width > 8)
        return false;
    cairo_surface_flush(c->surface);
    bool drawn = polyline_draw(&c->polyline, &c->target, at, n, width, scale, stroke->color);
    cairo_surface_mark_dirty(c->surface);
    return drawn;
}

static void lines(struct canvas *canvas, const struct point *at, int n, const struct stroke *stroke)
{
    struct canvas_cairo *c = canvas_cairo_self(canvas);
    struct stroke line = *stroke;
    struct point snapped[2];
    if (is_hairline(at, n, stroke)) {
        memcpy(snapped, at, sizeof snapped);
        line.width = snap_hairline(c, snapped, stroke->width);
        at = snapped;
    }
    if (smooth_line(c, at, n, &line) || thin_curve(c, at, n, &line))
        return;
    trace(c->cr, at, n);
    if (line.closed)
        cairo_close_path(c->cr);
    set_stroke(c->cr, &line);
    canvas_cairo_color(c->cr, line.color);
    cairo_stroke(c->cr);
}

static void polygon(struct canvas *canvas, const struct point *at, int n, struct color fill)
{
    struct canvas_cairo *c = canvas_cairo_self(canvas);
    outline(c, at, n);
    if (paint(c, fill))
        return;
    trace(c->cr, at, n);
    cairo_close_path(c->cr);
    canvas_cairo_color(c->cr, fill);
    cairo_fill(c->cr);
}

/* ---- hatch ---- */

/* A period must be whole pixels, so the pitch is rounded to the nearest one that fits: 7 px becomes 7.07. Pixels
 * and rests are one block of memory. */
static struct fill_hatch hatch_make(double pitch_px, double width_px, uint32_t color)
{
    int period = (int)fmax(2, round(pitch_px * sqrt(2))), n = period + FILL_STRIP;
    uint32_t *pixel = malloc(2 * (size_t)n * sizeof *pixel);
    for (int i = 0; pixel && i < n; i++) {
        double along = (i + 1) % period;
        double distance = fmin(along, period - along) / sqrt(2);
        double coverage = fmin(fmax(width_px / 2 + 0.5 - distance, 0), 1);
        pixel[i] = pixel_scale(color, (uint32_t)lround(coverage * 255));
        pixel[n + i] = pixel_rest(pixel[i]);
    }
    return (struct fill_hatch){ period, pixel, pixel ? pixel + n : NULL };
}

/* Its pixels are NULL without memory. */
static struct fill_hatch hatch_find(struct canvas_cairo *c, double pitch, struct color color)
{
    uint32_t pixel = pixel_premultiply(color);
    for (int i = 0; i < HATCH_SLOTS; i++)
        if (c->hatch[i].hatch.pixel && c->hatch[i].pitch == pitch && c->hatch[i].color == pixel)
            return c->hatch[i].hatch;
    struct hatch_slot *slot = &c->hatch[c->hatch_next];
    c->hatch_next = (c->hatch_next + 1) % HATCH_SLOTS;
    free(slot->hatch.pixel);
    double scale = c->base.scale;
    *slot = (struct hatch_slot){ pitch, pixel, hatch_make(pitch * scale, fmax(1, scale), pixel) };
    return slot->hatch;
}

static bool hatch_image(
    struct canvas_cairo *c, const struct point *at, int n, double pitch, struct color color)
{
    struct fill_hatch hatch = hatch_find(c, pitch, color);
    if (!hatch.pixel)
        return false;
    outline(c, at, n);
    cairo_surface_flush(c->surface);
    bool painted = fill_paint_hatch(&c->fill, &hatch);
    cairo_surface_mark_dirty(c->surface);
    return painted;
}

/* Lines x + y = k * period through the box of the polygon, clipped to it: where there is no memory for a tile. */
static void hatch_lines(struct canvas_cairo *c, double pitch, struct color color)
{
    double x0, y0, x1, y1, period = pitch * sqrt(2);
    cairo_save(c->cr);
    cairo_clip(c->cr);
    cairo_clip_extents(c->cr, &x0, &y0, &x1, &y1);
    for (double k = ceil((x0 + y0) / period); k * period <= x1 + y1; k++) {
        cairo_move_to(c->cr, k * period - y0, y0);
        cairo_line_to(c->cr, k * period - y1, y1);
    }
    set_stroke(c->cr, &(struct stroke){ .width = 1 });
    canvas_cairo_color(c->cr, color);
    cairo_stroke(c->cr);
    cairo_restore(c->cr);
}

static void hatch(struct canvas *canvas, const struct point *at, int n, double pitch, struct color color)
{
    struct canvas_cairo *c = canvas_cairo_self(canvas);
    if (hatch_image(c, at, n, pitch, color))
        return;
    trace(c->cr, at, n);
    cairo_close_path(c->cr);
    hatch_lines(c, pitch, color);
}

/* ---- markers ---- */

static void trace_marker(cairo_t *cr, const struct marker *m, struct point at)
{
    struct point outline[SHAPE_POINTS];
    int n = shape_outline(m->shape, m->radius, outline);
    cairo_new_path(cr);
    if (m->shape == SHAPE_CIRCLE)
        cairo_arc(cr, at.x, at.y, m->radius, 0, 6.283185307179586);
    for (int i = 0; m->shape != SHAPE_CIRCLE && i < n; i++)
        cairo_line_to(cr, at.x + outline[i].x, at.y + outline[i].y);
    cairo_close_path(cr);
}

/* Inside its outline: along the outline drawn smaller by half the width. */
static void hollow_path(cairo_t *cr, const struct marker *m, struct point at)
{
    double width = shape_hollow_width(m->shape, m->radius);
    struct marker inner = *m;
    inner.radius = fmax(m->radius - width / 2, 0.1);
    trace_marker(cr, &inner, at);
    set_stroke(cr, &(struct stroke){ .width = width });
    canvas_cairo_color(cr, m->fill);
    cairo_stroke(cr);
}

static void marker_path(cairo_t *cr, const struct marker *m, struct point at)
{
    if (m->hollow) {
        hollow_path(cr, m, at);
        return;
    }
    trace_marker(cr, m, at);
    if (m->outline_width > 0 && m->outline.a > 0) {
        set_stroke(cr, &(struct stroke){ .round = true, .width = 2 * m->outline_width });
        canvas_cairo_color(cr, m->outline);
        cairo_stroke_preserve(cr);
    }
    canvas_cairo_color(cr, m->fill);
    cairo_fill(cr);
}

static void markers(struct canvas *canvas, const struct point *at, int n, const struct marker *marker)
{
    struct canvas_cairo *c = canvas_cairo_self(canvas);
    if (marker->radius * canvas->scale > SPRITE_RADIUS_MAX) {
        for (int i = 0; i < n; i++)
            marker_path(c->cr, marker, at[i]);
        return;
    }
    cairo_surface_flush(c->surface);
    if (!sprite_stamp(c->sprites, &c->target, at, n, marker, canvas->scale))
        canvas_fail(canvas, "drawing: out of memory for markers; close other programs");
    cairo_surface_mark_dirty(c->surface);
}

/* ---- images ---- */

static bool premultiply(struct canvas_cairo *c, const uint32_t *argb, size_t n)
{
    if (n > c->premultiplied_count) {
        uint32_t *grown = realloc(c->premultiplied, n * sizeof *grown);
        if (!grown)
            return false;
        c->premultiplied = grown;
        c->premultiplied_count = n;
    }
    for (size_t i = 0; i < n; i++)
        c->premultiplied[i] = pixel_scale(argb[i] | 0xff000000u, argb[i] >> 24);
    return true;
}

static void image(struct canvas *canvas, struct rect rect, const uint32_t *argb, int w, int h)
{
    struct canvas_cairo *c = canvas_cairo_self(canvas);
    if (!premultiply(c, argb, (size_t)w * (size_t)h)) {
        canvas_fail(canvas, "drawing: out of memory for an image; close other programs");
        return;
    }
    cairo_surface_t *source = cairo_image_surface_create_for_data(
        (unsigned char *)c->premultiplied, CAIRO_FORMAT_ARGB32, w, h, w * 4);
    cairo_save(c->cr);
    cairo_rectangle(c->cr, rect.x, rect.y, rect.w, rect.h);
    cairo_translate(c->cr, rect.x, rect.y);
    cairo_scale(c->cr, rect.w / w, rect.h / h);
    cairo_set_source_surface(c->cr, source, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(c->cr), CAIRO_FILTER_NEAREST);
    cairo_fill(c->cr);
    cairo_restore(c->cr);
    cairo_surface_destroy(source);
}

const struct canvas_ops canvas_cairo_ops = {
    .name = "cairo",
    .clip = clip,
    .lines = lines,
    .polygon = polygon,
    .hatch = hatch,
    .markers = markers,
    .image = image,
    .text = canvas_cairo_text,
    .finish = canvas_cairo_finish,
    .destroy = canvas_cairo_destroy,
};
