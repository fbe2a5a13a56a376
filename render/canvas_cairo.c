#include "render/canvas.h"
#include "render/fill.h"
#include "render/png_out.h"
#include "render/polyline.h"
#include "render/sprite.h"
#include "render/text.h"

#include <cairo.h>
#include <cairo-ft.h>
#include <cairo-pdf.h>
#include <fontconfig/fontconfig.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HATCH_SLOTS = 8, GLYPH_MAX = 256, CURVE_POINTS = 48, STAMP_SLOTS = 64, STAMP_LEAST = 8 };

/* Beyond this radius a marker is drawn as a path: its sprites would be large and it is rare. */
static const double SPRITE_RADIUS_MAX = 40;

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

static struct canvas_cairo *self(struct canvas *c)
{
    return (struct canvas_cairo *)c;
}

static bool is_image(const struct canvas_cairo *c)
{
    return c->kind != KIND_PDF;
}

static void set_color(cairo_t *cr, struct color c)
{
    cairo_set_source_rgba(cr, (double)c.r, (double)c.g, (double)c.b, (double)c.a);
}

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

/* On images the clip lies on whole device pixels, for cairo and for our own stamping alike. */
static void clip(struct canvas *canvas, const struct rect *r)
{
    struct canvas_cairo *c = self(canvas);
    cairo_reset_clip(c->cr);
    c->target.x0 = c->target.y0 = 0;
    c->target.x1 = c->width_px;
    c->target.y1 = c->height_px;
    if (!r)
        return;
    cairo_new_path(c->cr);
    if (!is_image(c)) {
        cairo_rectangle(c->cr, r->x, r->y, r->w, r->h);
        cairo_clip(c->cr);
        return;
    }
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
static bool is_hairline(
    const struct canvas_cairo *c, const struct point *at, int n, const struct stroke *stroke)
{
    return is_image(c) && n == 2 && stroke->width <= 1 && !stroke->closed &&
           (at[0].x == at[1].x || at[0].y == at[1].y);
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
    if (!is_image(c) || stroke->round || (dashed && (n != 2 || stroke->dash_off <= 0)))
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
    if (!is_image(c) || n < CURVE_POINTS || stroke->closed || stroke->dash_on > 0 || width > 8)
        return false;
    cairo_surface_flush(c->surface);
    bool drawn = polyline_draw(&c->polyline, &c->target, at, n, width, scale, stroke->color);
    cairo_surface_mark_dirty(c->surface);
    return drawn;
}

static void lines(struct canvas *canvas, const struct point *at, int n, const struct stroke *stroke)
{
    struct canvas_cairo *c = self(canvas);
    struct stroke line = *stroke;
    struct point snapped[2];
    if (is_hairline(c, at, n, stroke)) {
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
    set_color(c->cr, line.color);
    cairo_stroke(c->cr);
}

static void polygon(struct canvas *canvas, const struct point *at, int n, struct color fill)
{
    struct canvas_cairo *c = self(canvas);
    if (is_image(c)) {
        outline(c, at, n);
        if (paint(c, fill))
            return;
    }
    trace(c->cr, at, n);
    cairo_close_path(c->cr);
    set_color(c->cr, fill);
    cairo_fill(c->cr);
}

/* ---- hatch ---- */

/* One period of x + y = const lines as a tile. Its side must be whole pixels, so the pitch is rounded to the
 * nearest one that fits: 7 px becomes 7.07. */
static struct fill_tile hatch_tile(double pitch_px, double width_px, uint32_t color)
{
    int side = (int)fmax(2, round(pitch_px * sqrt(2)));
    struct fill_tile tile = { side, malloc((size_t)side * (size_t)side * sizeof *tile.pixel) };
    for (int i = 0; tile.pixel && i < side * side; i++) {
        double along = (i % side + i / side + 1) % side;
        double distance = fmin(along, side - along) / sqrt(2);
        double coverage = fmin(fmax(width_px / 2 + 0.5 - distance, 0), 1);
        tile.pixel[i] = pixel_scale(color, (uint32_t)lround(coverage * 255));
    }
    return tile;
}

/* Its pixels are NULL without memory. */
static struct fill_tile hatch_find(struct canvas_cairo *c, double pitch, struct color color)
{
    uint32_t pixel = pixel_premultiply(color);
    for (int i = 0; i < HATCH_SLOTS; i++)
        if (c->hatch[i].tile.pixel && c->hatch[i].pitch == pitch && c->hatch[i].color == pixel)
            return c->hatch[i].tile;
    struct hatch_tile *slot = &c->hatch[c->hatch_next];
    c->hatch_next = (c->hatch_next + 1) % HATCH_SLOTS;
    free(slot->tile.pixel);
    double scale = c->base.scale;
    *slot = (struct hatch_tile){ pitch, pixel, hatch_tile(pitch * scale, fmax(1, scale), pixel) };
    return slot->tile;
}

static bool hatch_image(
    struct canvas_cairo *c, const struct point *at, int n, double pitch, struct color color)
{
    struct fill_tile tile = hatch_find(c, pitch, color);
    if (!tile.pixel)
        return false;
    outline(c, at, n);
    cairo_surface_flush(c->surface);
    bool painted = fill_paint_tile(&c->fill, &tile);
    cairo_surface_mark_dirty(c->surface);
    return painted;
}

/* Lines x + y = k * period through the box of the polygon, clipped to it: stays vector in a pdf. */
static void hatch_vector(struct canvas_cairo *c, double pitch, struct color color)
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
    set_color(c->cr, color);
    cairo_stroke(c->cr);
    cairo_restore(c->cr);
}

static void hatch(struct canvas *canvas, const struct point *at, int n, double pitch, struct color color)
{
    struct canvas_cairo *c = self(canvas);
    if (is_image(c) && hatch_image(c, at, n, pitch, color))
        return;
    trace(c->cr, at, n);
    cairo_close_path(c->cr);
    hatch_vector(c, pitch, color);
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
    set_color(cr, m->fill);
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
        set_color(cr, m->outline);
        cairo_stroke_preserve(cr);
    }
    set_color(cr, m->fill);
    cairo_fill(cr);
}

static bool same_color(struct color a, struct color b)
{
    return a.r == b.r && a.g == b.g && a.b == b.b && a.a == b.a;
}

static bool same_marker(const struct marker *a, const struct marker *b)
{
    return a->shape == b->shape && a->hollow == b->hollow && a->radius == b->radius &&
           a->outline_width == b->outline_width && same_color(a->fill, b->fill) &&
           same_color(a->outline, b->outline);
}

static cairo_surface_t *make_form(const struct marker *m)
{
    double reach = ceil(2 * m->radius + m->outline_width + 1);
    const cairo_rectangle_t extents = { -reach, -reach, 2 * reach, 2 * reach };
    cairo_surface_t *form = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, &extents);
    cairo_t *cr = cairo_create(form);
    cairo_set_tolerance(cr, 0.01);
    marker_path(cr, m, (struct point){ 0, 0 });
    cairo_destroy(cr);
    return form;
}

/* NULL when there are too many kinds: then each is drawn. */
static cairo_surface_t *find_form(struct canvas_cairo *c, const struct marker *m)
{
    for (int i = 0; i < c->stamps; i++)
        if (same_marker(&c->stamp[i].marker, m))
            return c->stamp[i].form;
    if (c->stamps == STAMP_SLOTS)
        return NULL;
    c->stamp[c->stamps] = (struct stamp){ *m, make_form(m) };
    return c->stamp[c->stamps++].form;
}

/* Thousands of points are as many references to one form: cairo would write each path out. */
static void vector_markers(struct canvas_cairo *c, const struct point *at, int n, const struct marker *m)
{
    cairo_surface_t *form = n >= STAMP_LEAST ? find_form(c, m) : NULL;
    for (int i = 0; i < n; i++) {
        if (!isfinite(at[i].x) || !isfinite(at[i].y))
            continue;
        if (!form) {
            marker_path(c->cr, m, at[i]);
            continue;
        }
        cairo_set_source_surface(c->cr, form, round(at[i].x * 10) / 10, round(at[i].y * 10) / 10);
        cairo_paint(c->cr);
    }
}

static void markers(struct canvas *canvas, const struct point *at, int n, const struct marker *marker)
{
    struct canvas_cairo *c = self(canvas);
    if (!is_image(c)) {
        vector_markers(c, at, n, marker);
        return;
    }
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
    struct canvas_cairo *c = self(canvas);
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
    cairo_surface_finish(source); /* a pdf copies the pixels now, before the scratch is used again */
    cairo_surface_destroy(source);
}

/* ---- text ---- */

static void stamp_mask(
    const struct target *t, const struct text_mask *mask, int left, int top, uint32_t color)
{
    int c0 = left < t->x0 ? t->x0 - left : 0, c1 = left + mask->width > t->x1 ? t->x1 - left : mask->width;
    int r0 = top < t->y0 ? t->y0 - top : 0, r1 = top + mask->height > t->y1 ? t->y1 - top : mask->height;
    for (int r = r0; r < r1; r++) {
        const uint8_t *alpha = mask->alpha + r * mask->stride;
        uint32_t *to = (uint32_t *)(t->pixels + (ptrdiff_t)(top + r) * t->stride) + left;
        for (int x = c0; x < c1; x++)
            if (alpha[x])
                to[x] = pixel_over(pixel_scale(color, alpha[x]), to[x]);
    }
}

static void image_run(struct canvas_cairo *c, const struct text_run *run, struct point pen,
    const struct font *font, struct color color)
{
    double scale = c->base.scale;
    const struct text_mask *mask = text_mask(run, font, scale);
    double x = pen.x * scale, y = pen.y * scale;
    if (!mask) {
        canvas_fail(&c->base, "drawing: text cannot be rasterised; close other programs");
        return;
    }
    if (!(fabs(x) < 1e6 && fabs(y) < 1e6))
        return;
    stamp_mask(&c->target, mask, (int)lround(x) - mask->left, (int)lround(y) - mask->baseline,
        pixel_premultiply(color));
}

/* By a pattern that names the very file: cairo opens it and closes it again. */
static cairo_font_face_t *open_face(struct canvas_cairo *c, enum face face)
{
    if (c->face[face])
        return c->face[face];
    FcPattern *pattern = FcPatternBuild(
        NULL, FC_FILE, FcTypeString, text_face_path(face), FC_INDEX, FcTypeInteger, 0, (char *)NULL);
    if (!pattern)
        return NULL;
    c->face[face] = cairo_ft_font_face_create_for_pattern(pattern);
    FcPatternDestroy(pattern);
    return c->face[face];
}

static int code_bytes(const char *s)
{
    int n = 1;
    while (((unsigned char)s[n] & 0xc0) == 0x80)
        n++;
    return n;
}

static FT_ULong code_point(const char *s, int bytes)
{
    unsigned char lead = (unsigned char)s[0];
    FT_ULong code = bytes == 1 ? lead : lead & (0x7fu >> bytes);
    for (int i = 1; i < bytes; i++)
        code = code << 6 | ((unsigned char)s[i] & 0x3fu);
    return code;
}

/* One glyph a code point, at the pens text.c measured, each with its bytes so that text can be selected. */
static int place_glyphs(FT_Face ft, const struct text_run *run, struct point pen, const struct font *font,
    cairo_glyph_t *glyph, cairo_text_cluster_t *cluster)
{
    int n = 0;
    for (int at = 0; at < run->bytes && n < GLYPH_MAX; n++) {
        int bytes = code_bytes(run->at + at);
        glyph[n] = (cairo_glyph_t){ .index = FT_Get_Char_Index(ft, code_point(run->at + at, bytes)),
            .x = pen.x + text_pen(run, at, font),
            .y = pen.y };
        cluster[n] = (cairo_text_cluster_t){ .num_bytes = bytes, .num_glyphs = 1 };
        at += bytes;
    }
    return n;
}

static void vector_run(struct canvas_cairo *c, const struct text_run *run, struct point pen,
    const struct font *font, struct color color)
{
    cairo_set_font_face(c->cr, open_face(c, run->face));
    cairo_set_font_size(c->cr, font->size);
    FT_Face ft = cairo_ft_scaled_font_lock_face(cairo_get_scaled_font(c->cr));
    if (!ft) {
        canvas_fail(&c->base, "%s: cannot be read as a font; reinstall fonts-inter and fonts-dejavu-core",
            text_face_path(run->face));
        return;
    }
    cairo_glyph_t glyph[GLYPH_MAX];
    cairo_text_cluster_t cluster[GLYPH_MAX];
    int n = place_glyphs(ft, run, pen, font, glyph, cluster);
    cairo_ft_scaled_font_unlock_face(cairo_get_scaled_font(c->cr));
    set_color(c->cr, color);
    if (c->base.text_mode == TEXT_OUTLINES) {
        cairo_new_path(c->cr);
        cairo_glyph_path(c->cr, glyph, n);
        cairo_fill(c->cr);
        return;
    }
    cairo_show_text_glyphs(c->cr, run->at, run->bytes, glyph, n, cluster, n, 0);
}

static void text(struct canvas *canvas, struct point at, const char *utf8, const struct font *font,
    struct color color, enum align align)
{
    static const double share[] = { [ALIGN_LEFT] = 0, [ALIGN_CENTER] = 0.5, [ALIGN_RIGHT] = 1 };
    struct canvas_cairo *c = self(canvas);
    if (align != ALIGN_LEFT)
        at.x -= share[align] * text_width(utf8, font);
    if (is_image(c))
        cairo_surface_flush(c->surface);
    struct text_run run;
    for (int n; (n = text_next(utf8, font, &run)) > 0; utf8 += n) {
        struct point pen = { at.x + run.shift, at.y };
        if (is_image(c))
            image_run(c, &run, pen, font, color);
        else
            vector_run(c, &run, pen, font, color);
        at.x += run.advance;
    }
    if (is_image(c))
        cairo_surface_mark_dirty(c->surface);
}

/* ---- life ---- */

static cairo_status_t keep_bytes(void *user, const unsigned char *data, unsigned int length)
{
    struct canvas_cairo *c = user;
    return fwrite(data, 1, length, c->memory) == length ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_NO_MEMORY;
}

static enum status write_pdf(struct canvas_cairo *c, struct why *why)
{
    FILE *file = fflush(c->memory) == 0 ? fopen(c->path, "wb") : NULL;
    if (!file)
        return why_set(
            why, STATUS_FAILED, "%s: cannot be created; choose a folder you may write to", c->path);
    bool written = fwrite(c->written, 1, c->written_size, file) == c->written_size;
    if (fclose(file) != 0 || !written)
        return why_set(
            why, STATUS_FAILED, "%s: could not be written completely; check the free space", c->path);
    return STATUS_OK;
}

static enum status finish(struct canvas *canvas, struct why *why)
{
    struct canvas_cairo *c = self(canvas);
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

static void destroy(struct canvas *canvas)
{
    struct canvas_cairo *c = self(canvas);
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

static const struct canvas_ops cairo_ops = {
    .name = "cairo",
    .clip = clip,
    .lines = lines,
    .polygon = polygon,
    .hatch = hatch,
    .markers = markers,
    .image = image,
    .text = text,
    .finish = finish,
    .destroy = destroy,
};

static struct canvas *begin(struct canvas_cairo *c, double cairo_scale_by)
{
    c->cr = cairo_create(c->surface);
    cairo_scale(c->cr, cairo_scale_by, cairo_scale_by);
    cairo_set_tolerance(c->cr, 0.05);
    c->base.ops = &cairo_ops;
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
    destroy(canvas);
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
    if (c->path && c->owned)
        return begin_pixels(c, c->owned, c->width_px * 4, scale);
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
        free(c->path);
        free(c);
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
    struct canvas_cairo *c = self(canvas);
    cairo_show_page(c->cr);
    c->pages++;
}

void canvas_pdf_bookmark(struct canvas *canvas, const char *utf8)
{
    struct canvas_cairo *c = self(canvas);
    char target[32];
    snprintf(target, sizeof target, "page=%d", c->pages + 1);
    cairo_pdf_surface_add_outline(
        c->surface, CAIRO_PDF_OUTLINE_ROOT, utf8, target, (cairo_pdf_outline_flags_t)0);
}

void canvas_pdf_describe(struct canvas *canvas, const char *title, const char *author)
{
    struct canvas_cairo *c = self(canvas);
    cairo_pdf_surface_set_metadata(c->surface, CAIRO_PDF_METADATA_TITLE, title);
    if (author[0])
        cairo_pdf_surface_set_metadata(c->surface, CAIRO_PDF_METADATA_AUTHOR, author);
}

void canvas_pdf_place(struct canvas *canvas, struct point origin, double zoom)
{
    struct canvas_cairo *c = self(canvas);
    cairo_set_matrix(c->cr, &c->page);
    cairo_translate(c->cr, origin.x, origin.y);
    cairo_scale(c->cr, zoom, zoom);
}
