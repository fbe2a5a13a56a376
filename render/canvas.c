#include "render/canvas.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

static const double PI = 3.14159265358979323846;

/* Room on the stack for the outline of a disc or of a rounded rectangle. */
enum { OUTLINE_MAX = 512 };

void canvas_fail(struct canvas *c, const char *format, ...)
{
    if (c->status != STATUS_OK)
        return;
    char text[sizeof c->why.text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    c->status = why_set(&c->why, STATUS_FAILED, "%s", text);
}

const char *canvas_mark(struct canvas *c, const char *mark)
{
    const char *before = c->mark;
    c->mark = mark;
    return before;
}

void canvas_clip(struct canvas *c, const struct rect *rect)
{
    c->ops->clip(c, rect);
}

void canvas_lines(struct canvas *c, const struct point *at, int n, const struct stroke *stroke)
{
    if (n >= 2 && stroke->color.a > 0 && stroke->width > 0)
        c->ops->lines(c, at, n, stroke);
}

void canvas_line(struct canvas *c, struct point a, struct point b, double width, struct color color)
{
    struct point at[] = { a, b };
    canvas_lines(c, at, 2, &(struct stroke){ .color = color, .width = width });
}

void canvas_polygon(struct canvas *c, const struct point *at, int n, struct color fill)
{
    if (n >= 3 && fill.a > 0)
        c->ops->polygon(c, at, n, fill);
}

void canvas_hatch(struct canvas *c, const struct point *at, int n, double pitch, struct color color)
{
    assert(pitch > 0);
    if (n >= 3 && color.a > 0)
        c->ops->hatch(c, at, n, pitch, color);
}

void canvas_markers(struct canvas *c, const struct point *at, int n, const struct marker *marker)
{
    if (n >= 1 && marker->radius > 0)
        c->ops->markers(c, at, n, marker);
}

void canvas_image(struct canvas *c, struct rect rect, const uint32_t *argb, int w, int h)
{
    if (w > 0 && h > 0 && rect.w > 0 && rect.h > 0)
        c->ops->image(c, rect, argb, w, h);
}

void canvas_text(struct canvas *c, struct point at, const char *utf8, const struct font *font,
    struct color color, enum align align)
{
    if (*utf8 && color.a > 0)
        c->ops->text(c, at, utf8, font, color, align);
}

enum status canvas_finish(struct canvas *c, struct why *why)
{
    enum status status = c->ops->finish(c, &c->why);
    if (c->status == STATUS_OK)
        c->status = status;
    if (c->status != STATUS_OK && why)
        *why = c->why;
    return c->status;
}

void canvas_destroy(struct canvas *c)
{
    if (c)
        c->ops->destroy(c);
}

int arc_points(
    struct point center, double radius, double a, double b, double scale, struct point *out, int max)
{
    assert(max >= 2);
    double sagitta = fmin(0.1 / fmax(radius * scale, 1e-9), 1);
    double step = 2 * acos(1 - sagitta);
    double pieces = ceil(fabs(b - a) / fmin(step, PI / 4));
    int n = pieces < max - 1 ? (int)pieces : max - 1;
    if (n < 1)
        n = 1;
    for (int i = 0; i <= n; i++) {
        double angle = a + (b - a) * i / n;
        out[i] = (struct point){ center.x + radius * cos(angle), center.y - radius * sin(angle) };
    }
    return n + 1;
}

void canvas_rect(struct canvas *c, struct rect r, struct color fill)
{
    struct point at[] = { { r.x, r.y }, { r.x + r.w, r.y }, { r.x + r.w, r.y + r.h }, { r.x, r.y + r.h } };
    canvas_polygon(c, at, 4, fill);
}

/* Small shapes are looked at closely and vector files are zoomed: finer than the 0.1 px of arc_points. */
static double fine_scale(const struct canvas *c)
{
    return 4 * c->scale;
}

static int circle(const struct canvas *c, struct point center, double radius, struct point *out)
{
    return arc_points(center, radius, 0, 2 * PI, fine_scale(c), out, OUTLINE_MAX) - 1;
}

void canvas_disc(struct canvas *c, struct point center, double radius, struct color fill)
{
    struct point at[OUTLINE_MAX];
    if (radius > 0)
        canvas_polygon(c, at, circle(c, center, radius, at), fill);
}

void canvas_ring(struct canvas *c, struct point center, double radius, double width, struct color color)
{
    struct point at[OUTLINE_MAX];
    if (radius > 0)
        canvas_lines(c, at, circle(c, center, radius, at),
            &(struct stroke){ .color = color, .width = width, .closed = true });
}

static int round_rect(const struct canvas *c, struct rect r, double radius, struct point *out)
{
    radius = fmax(0, fmin(radius, fmin(r.w, r.h) / 2));
    struct point corner[] = { { r.x + r.w - radius, r.y + radius }, { r.x + radius, r.y + radius },
        { r.x + radius, r.y + r.h - radius }, { r.x + r.w - radius, r.y + r.h - radius } };
    int n = 0;
    for (int i = 0; i < 4; i++)
        n += arc_points(
            corner[i], radius, i * PI / 2, (i + 1) * PI / 2, fine_scale(c), out + n, OUTLINE_MAX / 4);
    return n;
}

void canvas_round_rect(struct canvas *c, struct rect rect, double radius, struct color fill)
{
    struct point at[OUTLINE_MAX];
    canvas_polygon(c, at, round_rect(c, rect, radius, at), fill);
}

void canvas_round_outline(struct canvas *c, struct rect rect, double radius, double width, struct color color)
{
    struct point at[OUTLINE_MAX];
    canvas_lines(c, at, round_rect(c, rect, radius, at),
        &(struct stroke){ .color = color, .width = width, .closed = true });
}
