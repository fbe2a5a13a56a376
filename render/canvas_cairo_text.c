/* Letters: masks where there are pixels, glyphs of embedded fonts on a page. */
#include "render/canvas_cairo_inner.h"

#include <cairo-ft.h>
#include <fontconfig/fontconfig.h>
#include <math.h>

enum { GLYPH_MAX = 256 };

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
    canvas_cairo_color(c->cr, color);
    if (c->base.text_mode == TEXT_OUTLINES) {
        cairo_new_path(c->cr);
        cairo_glyph_path(c->cr, glyph, n);
        cairo_fill(c->cr);
        return;
    }
    cairo_show_text_glyphs(c->cr, run->at, run->bytes, glyph, n, cluster, n, 0);
}

void canvas_cairo_text(struct canvas *canvas, struct point at, const char *utf8, const struct font *font,
    struct color color, enum align align)
{
    static const double share[] = { [ALIGN_LEFT] = 0, [ALIGN_CENTER] = 0.5, [ALIGN_RIGHT] = 1 };
    struct canvas_cairo *c = canvas_cairo_self(canvas);
    if (align != ALIGN_LEFT)
        at.x -= share[align] * text_width(utf8, font);
    if (canvas_cairo_is_image(c))
        cairo_surface_flush(c->surface);
    struct text_run run;
    for (int n; (n = text_next(utf8, font, &run)) > 0; utf8 += n) {
        struct point pen = { at.x + run.shift, at.y };
        if (canvas_cairo_is_image(c))
            image_run(c, &run, pen, font, color);
        else
            vector_run(c, &run, pen, font, color);
        at.x += run.advance;
    }
    if (canvas_cairo_is_image(c))
        cairo_surface_mark_dirty(c->surface);
}
