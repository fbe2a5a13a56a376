/* Letters are masks, stamped. */
#include "render/canvas_cairo_inner.h"

#include <math.h>

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

static void put_run(struct canvas_cairo *c, const struct text_run *run, struct point pen,
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

void canvas_cairo_text(struct canvas *canvas, struct point at, const char *utf8, const struct font *font,
    struct color color, enum align align)
{
    static const double share[] = { [ALIGN_LEFT] = 0, [ALIGN_CENTER] = 0.5, [ALIGN_RIGHT] = 1 };
    struct canvas_cairo *c = canvas_cairo_self(canvas);
    if (align != ALIGN_LEFT)
        at.x -= share[align] * text_width(utf8, font);
    cairo_surface_flush(c->surface);
    struct text_run run;
    for (int n; (n = text_next(utf8, font, &run)) > 0; utf8 += n) {
        put_run(c, &run, (struct point){ at.x + run.shift, at.y }, font, color);
        at.x += run.advance;
    }
    cairo_surface_mark_dirty(c->surface);
}
