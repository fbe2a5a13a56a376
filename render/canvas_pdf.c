/* Pages by our own writer: a point is one short line that refers to its marker, where a library of drawing would
 * look at each of them for ten microseconds. */
#include "render/canvas_pdf_inner.h"
#include "render/sprite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fewer than these are drawn in place. */
enum { FORM_LEAST = 8 };

/* ---- numbers ---- */

static double within(double v)
{
    return fmin(fmax(v, -1e6), 1e6);
}

void canvas_pdf_numbers(struct buffer *b, const double *v, int n, const char *operator)
{
    for (int i = 0; i < n; i++) {
        buffer_number(b, within(v[i]), 3);
        buffer_put(b, " ", 1);
    }
    buffer_put(b, operator, strlen(operator));
    buffer_put(b, "\n", 1);
}

/* A hundredth of a logical px is finer than any printer. */
static void put_point(struct buffer *b, struct point at, char operator)
{
    buffer_number(b, within(at.x), 2);
    buffer_put(b, " ", 1);
    buffer_number(b, within(at.y), 2);
    const char end[] = { ' ', operator, '\n' };
    buffer_put(b, end, sizeof end);
}

/* A line goes on behind a point that is not a number. */
static void put_path(struct buffer *b, const struct point *at, int n)
{
    bool begun = false;
    for (int i = 0; i < n; i++) {
        bool good = isfinite(at[i].x) && isfinite(at[i].y);
        if (good)
            put_point(b, at[i], begun ? 'l' : 'm');
        begun = good;
    }
}

/* ---- the pen ---- */

static bool same_paint(struct color a, struct color b)
{
    return a.r == b.r && a.g == b.g && a.b == b.b;
}

static void put_paint(struct buffer *b, struct color color, const char *operator)
{
    canvas_pdf_numbers(b, (double[]){ (double)color.r, (double)color.g, (double)color.b }, 3, operator);
}

static void put_alpha(struct canvas_pdf *c, struct buffer *b, float alpha)
{
    int thousandths = (int)lroundf(fminf(fmaxf(alpha, 0), 1) * 1000);
    c->alpha[thousandths] = true;
    buffer_add(b, "/a%d gs\n", thousandths);
}

static void set_alpha(struct canvas_pdf *c, float alpha)
{
    int thousandths = (int)lroundf(fminf(fmaxf(alpha, 0), 1) * 1000);
    if (c->pen.alpha == thousandths)
        return;
    c->pen.alpha = thousandths;
    put_alpha(c, &c->body, alpha);
}

void canvas_pdf_fill(struct canvas_pdf *c, struct color color)
{
    struct pdf_pen *pen = &c->pen;
    set_alpha(c, color.a);
    if (pen->fill_known && same_paint(pen->fill, color))
        return;
    pen->fill_known = true;
    pen->fill = color;
    put_paint(&c->body, color, "rg");
}

static void put_stroke(struct buffer *b, const struct stroke *s)
{
    canvas_pdf_numbers(b, &s->width, 1, "w");
    buffer_add(b, s->round ? "1 J 1 j\n" : "0 J 0 j\n");
    if (s->dash_on > 0)
        buffer_add(b, "[%.3f %.3f] 0 d\n", s->dash_on, s->dash_off);
    else
        buffer_add(b, "[] 0 d\n");
}

static bool same_stroke(const struct stroke *a, const struct stroke *b)
{
    return a->width == b->width && a->dash_on == b->dash_on && a->dash_off == b->dash_off &&
           a->round == b->round;
}

static void set_stroke(struct canvas_pdf *c, const struct stroke *s)
{
    struct pdf_pen *pen = &c->pen;
    set_alpha(c, s->color.a);
    if (!pen->line_known || !same_paint(pen->line, s->color))
        put_paint(&c->body, s->color, "RG");
    if (!pen->stroke_known || !same_stroke(&pen->stroke, s))
        put_stroke(&c->body, s);
    pen->line_known = pen->stroke_known = true;
    pen->line = s->color;
    pen->stroke = *s;
}

/* ---- strokes ---- */

static void clip(struct canvas *canvas, const struct rect *r)
{
    struct canvas_pdf *c = canvas_pdf_self(canvas);
    buffer_add(&c->body, "Q q\n");
    c->pen = (struct pdf_pen){ .alpha = -1 };
    c->clip = r ? *r : c->whole;
    if (r)
        canvas_pdf_numbers(&c->body, (double[]){ r->x, r->y, fmax(r->w, 0), fmax(r->h, 0) }, 4, "re W n");
}

static void lines(struct canvas *canvas, const struct point *at, int n, const struct stroke *stroke)
{
    struct canvas_pdf *c = canvas_pdf_self(canvas);
    set_stroke(c, stroke);
    put_path(&c->body, at, n);
    buffer_add(&c->body, stroke->closed ? "s\n" : "S\n");
}

static void polygon(struct canvas *canvas, const struct point *at, int n, struct color fill)
{
    struct canvas_pdf *c = canvas_pdf_self(canvas);
    canvas_pdf_fill(c, fill);
    put_path(&c->body, at, n);
    buffer_add(&c->body, "f\n");
}

/* Of the polygon, as far as it shows. */
static struct rect box_of(const struct canvas_pdf *c, const struct point *at, int n)
{
    struct point low = { INFINITY, INFINITY }, high = { -INFINITY, -INFINITY };
    for (int i = 0; i < n; i++) {
        low = (struct point){ fmin(low.x, at[i].x), fmin(low.y, at[i].y) };
        high = (struct point){ fmax(high.x, at[i].x), fmax(high.y, at[i].y) };
    }
    const struct rect *r = &c->clip;
    low = (struct point){ fmax(low.x, r->x), fmax(low.y, r->y) };
    high = (struct point){ fmin(high.x, r->x + r->w), fmin(high.y, r->y + r->h) };
    return (struct rect){ low.x, low.y, high.x - low.x, high.y - low.y };
}

/* Lines x + y = k * period through the polygon's box, clipped to it. */
static void hatch(struct canvas *canvas, const struct point *at, int n, double pitch, struct color color)
{
    struct canvas_pdf *c = canvas_pdf_self(canvas);
    struct rect box = box_of(c, at, n);
    double period = pitch * sqrt(2), right = box.x + box.w, bottom = box.y + box.h;
    if (!(box.w > 0 && box.h > 0))
        return;
    set_stroke(c, &(struct stroke){ .color = color, .width = 1 });
    buffer_add(&c->body, "q\n");
    put_path(&c->body, at, n);
    buffer_add(&c->body, "W n\n");
    for (double k = ceil((box.x + box.y) / period); k * period <= right + bottom; k++) {
        double x0 = fmin(k * period - box.y, right), x1 = fmax(k * period - bottom, box.x);
        put_point(&c->body, (struct point){ x0, k * period - x0 }, 'm');
        put_point(&c->body, (struct point){ x1, k * period - x1 }, 'l');
    }
    buffer_add(&c->body, "S\nQ\n");
}

/* ---- markers ---- */

static void put_circle(struct buffer *b, double r)
{
    const double k = 0.5522847 * r; /* four curves are a circle to 0.03 % of its radius */
    canvas_pdf_numbers(b, (double[]){ r, 0 }, 2, "m");
    canvas_pdf_numbers(b, (double[]){ r, k, k, r, 0, r }, 6, "c");
    canvas_pdf_numbers(b, (double[]){ -k, r, -r, k, -r, 0 }, 6, "c");
    canvas_pdf_numbers(b, (double[]){ -r, -k, -k, -r, 0, -r }, 6, "c");
    canvas_pdf_numbers(b, (double[]){ k, -r, r, -k, r, 0 }, 6, "c");
}

static void put_outline(struct buffer *b, enum shape shape, double radius)
{
    struct point at[SHAPE_POINTS];
    if (shape == SHAPE_CIRCLE)
        put_circle(b, radius);
    else
        put_path(b, at, shape_outline(shape, radius, at));
}

/* A hollow one is a line within its outline; another's outline lies around the filling, a line of twice its width
 * under it. */
static void put_marker(struct canvas_pdf *c, struct buffer *b, const struct marker *m)
{
    double width = m->hollow ? shape_hollow_width(m->shape, m->radius) : 2 * m->outline_width;
    struct color line = m->hollow ? m->fill : m->outline;
    if (width > 0 && line.a > 0) {
        put_alpha(c, b, line.a);
        put_paint(b, line, "RG");
        put_stroke(b, &(struct stroke){ .width = width, .round = !m->hollow });
        put_outline(b, m->shape, m->hollow ? fmax(m->radius - width / 2, 0.1) : m->radius);
        buffer_add(b, "s\n");
    }
    if (m->hollow)
        return;
    put_alpha(c, b, m->fill.a);
    put_paint(b, m->fill, "rg");
    put_outline(b, m->shape, m->radius);
    buffer_add(b, "f\n");
}

static bool same_color(struct color a, struct color b)
{
    return same_paint(a, b) && a.a == b.a;
}

static bool same_marker(const struct marker *a, const struct marker *b)
{
    return a->shape == b->shape && a->hollow == b->hollow && a->radius == b->radius &&
           a->outline_width == b->outline_width && same_color(a->fill, b->fill) &&
           same_color(a->outline, b->outline);
}

static int make_form(struct canvas_pdf *c, const struct marker *m, const struct buffer *drawn)
{
    char dictionary[160];
    double reach = ceil(2 * m->radius + m->outline_width + 1);
    snprintf(dictionary, sizeof dictionary, "/Subtype /Form /BBox [%.0f %.0f %.0f %.0f] /Resources %d 0 R",
        -reach, -reach, reach, reach, PDF_RESOURCES);
    return canvas_pdf_external(c, dictionary, drawn->data, drawn->length);
}

/* 0: there are too many kinds already. */
static int find_form(struct canvas_pdf *c, const struct marker *m, const struct buffer *drawn)
{
    for (int i = 0; i < c->forms; i++)
        if (same_marker(&c->form[i].marker, m))
            return c->form[i].object;
    if (c->forms == PDF_FORMS)
        return 0;
    c->form[c->forms] = (struct pdf_form){ *m, make_form(c, m, drawn) };
    return c->form[c->forms++].object;
}

/* Each by itself in its place, so that a reader need not add up the way to it. */
static void put_markers(struct buffer *b, const struct point *at, int n, const char *what, size_t bytes)
{
    for (int i = 0; i < n; i++) {
        if (!isfinite(at[i].x) || !isfinite(at[i].y))
            continue;
        buffer_put(b, "q 1 0 0 1 ", 10);
        buffer_number(b, within(at[i].x), 1);
        buffer_put(b, " ", 1);
        buffer_number(b, within(at[i].y), 1);
        buffer_put(b, " cm ", 4);
        buffer_put(b, what, bytes);
        buffer_put(b, "Q\n", 2);
    }
}

static void markers(struct canvas *canvas, const struct point *at, int n, const struct marker *m)
{
    struct canvas_pdf *c = canvas_pdf_self(canvas);
    struct buffer drawn = { 0 };
    char reference[32];
    put_marker(c, &drawn, m);
    int form = n >= FORM_LEAST ? find_form(c, m, &drawn) : 0;
    int bytes = snprintf(reference, sizeof reference, "/x%d Do ", form);
    if (form)
        put_markers(&c->body, at, n, reference, (size_t)bytes);
    else
        put_markers(&c->body, at, n, drawn.data, drawn.length);
    c->body.failed |= drawn.failed;
    free(drawn.data);
}

/* ---- images ---- */

/* One channel of a straight ARGB word after the other; the opacity is a picture of its own. */
static int put_pixels(struct canvas_pdf *c, const uint32_t *argb, int w, int h, bool opacity, int mask)
{
    int channels = opacity ? 1 : 3;
    size_t n = (size_t)w * (size_t)h;
    uint8_t *out = malloc(n * (size_t)channels), *to = out;
    char dictionary[200], smask[40] = "";
    if (!out) {
        canvas_fail(&c->base, "%s: out of memory for an image; close other programs", c->path);
        return 0;
    }
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < channels; k++)
            *to++ = (uint8_t)(argb[i] >> (opacity ? 24 : 16 - 8 * k));
    if (mask)
        snprintf(smask, sizeof smask, " /SMask %d 0 R", mask);
    snprintf(dictionary, sizeof dictionary,
        "/Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace /Device%s /Interpolate false%s",
        w, h, opacity ? "Gray" : "RGB", smask);
    int object = canvas_pdf_external(c, dictionary, out, n * (size_t)channels);
    free(out);
    return object;
}

static bool is_opaque(const uint32_t *argb, size_t n)
{
    uint32_t all = UINT32_MAX;
    for (size_t i = 0; i < n; i++)
        all &= argb[i];
    return all >> 24 == 255;
}

static void image(struct canvas *canvas, struct rect r, const uint32_t *argb, int w, int h)
{
    struct canvas_pdf *c = canvas_pdf_self(canvas);
    int mask = is_opaque(argb, (size_t)w * (size_t)h) ? 0 : put_pixels(c, argb, w, h, true, 0);
    int object = put_pixels(c, argb, w, h, false, mask);
    set_alpha(c, 1);
    buffer_add(&c->body, "q ");
    canvas_pdf_numbers(&c->body, (double[]){ r.w, 0, 0, -r.h, r.x, r.y + r.h }, 6, "cm");
    buffer_add(&c->body, "/x%d Do Q\n", object);
}

const struct canvas_ops canvas_pdf_ops = {
    .name = "pdf",
    .clip = clip,
    .lines = lines,
    .polygon = polygon,
    .hatch = hatch,
    .markers = markers,
    .image = image,
    .text = canvas_pdf_text,
    .finish = canvas_pdf_finish,
    .destroy = canvas_pdf_destroy,
};
