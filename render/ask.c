#include "render/ask.h"

#include <math.h>
#include <stdio.h>

#include "render/text.h"

static const double REACH = 5, AREA = 1e3, NOTHING = 1e6;
static const double SMALL = 64, SPOT = 9; /* px: larger things are pointed at where the point is */

static struct ask *self(struct canvas *c)
{
    return (struct ask *)c;
}

static bool holds(struct rect r, struct point p)
{
    return p.x >= r.x && p.x <= r.x + r.w && p.y >= r.y && p.y <= r.y + r.h;
}

static bool in_sight(const struct ask *a)
{
    return !a->clipped || holds(a->clip, a->at);
}

static struct rect grown(struct rect r, double by)
{
    return (struct rect){ r.x - by, r.y - by, r.w + 2 * by, r.h + 2 * by };
}

static struct rect bounds(const struct point *at, int n)
{
    double left = at[0].x, right = left, top = at[0].y, bottom = top;
    for (int i = 1; i < n; i++) {
        left = fmin(left, at[i].x);
        right = fmax(right, at[i].x);
        top = fmin(top, at[i].y);
        bottom = fmax(bottom, at[i].y);
    }
    return (struct rect){ left, top, right - left, bottom - top };
}

/* Of strokes the nearest is meant, of equals and of areas the topmost. */
static void found(struct ask *a, double distance, struct rect whole)
{
    if (!a->canvas.mark || distance > a->distance)
        return;
    bool small = whole.w <= SMALL && whole.h <= SMALL;
    a->distance = distance;
    a->where = small ? whole : grown((struct rect){ a->at.x, a->at.y, 0, 0 }, SPOT);
    snprintf(a->what, sizeof a->what, "%s", a->canvas.mark);
}

static double to_segment(struct point p, struct point a, struct point b)
{
    double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    double t = length > 0 ? fmin(1, fmax(0, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length)) : 0;
    return hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

static void ask_clip(struct canvas *c, const struct rect *rect)
{
    struct ask *a = self(c);
    a->clipped = rect != NULL;
    if (rect)
        a->clip = *rect;
}

static void ask_lines(struct canvas *c, const struct point *at, int n, const struct stroke *stroke)
{
    struct ask *a = self(c);
    double nearest = NOTHING;
    if (!c->mark || !in_sight(a))
        return;
    for (int i = stroke->closed ? 0 : 1; i < n; i++)
        nearest = fmin(nearest, to_segment(a->at, at[(i + n - 1) % n], at[i]));
    nearest = fmax(0, nearest - stroke->width / 2);
    if (nearest <= REACH)
        found(a, nearest, bounds(at, n));
}

static bool within(const struct point *at, int n, struct point p)
{
    bool inside = false;
    for (int i = 0, j = n - 1; i < n; j = i++)
        if ((at[i].y > p.y) != (at[j].y > p.y) &&
            p.x < (at[j].x - at[i].x) * (p.y - at[i].y) / (at[j].y - at[i].y) + at[i].x)
            inside = !inside;
    return inside;
}

/* A solid ground without a name hides what was below it. */
static void ask_polygon(struct canvas *c, const struct point *at, int n, struct color fill)
{
    struct ask *a = self(c);
    if (!in_sight(a) || !within(at, n, a->at))
        return;
    bool solid = (double)fill.a > 0.95;
    if (!c->mark && solid) {
        a->what[0] = '\0';
        a->distance = NOTHING;
        return;
    }
    struct rect whole = bounds(at, n);
    bool thing = whole.w <= SMALL && whole.h <= SMALL;
    found(a, thing && solid ? 0 : AREA, whole);
}

static void ask_hatch(struct canvas *c, const struct point *at, int n, double pitch, struct color color)
{
    struct ask *a = self(c);
    (void)pitch;
    (void)color;
    if (c->mark && in_sight(a) && within(at, n, a->at))
        found(a, AREA, bounds(at, n));
}

static void ask_markers(struct canvas *c, const struct point *at, int n, const struct marker *marker)
{
    struct ask *a = self(c);
    if (!c->mark || !in_sight(a))
        return;
    for (int i = 0; i < n; i++) {
        double distance = fmax(0, hypot(at[i].x - a->at.x, at[i].y - a->at.y) - marker->radius);
        if (distance <= REACH)
            found(a, distance, grown((struct rect){ at[i].x, at[i].y, 0, 0 }, marker->radius + 2));
    }
}

static void ask_image(struct canvas *c, struct rect rect, const uint32_t *argb, int w, int h)
{
    struct ask *a = self(c);
    (void)argb;
    (void)w;
    (void)h;
    if (c->mark && in_sight(a) && holds(rect, a->at))
        found(a, AREA, rect);
}

static void ask_text(struct canvas *c, struct point at, const char *utf8, const struct font *font,
    struct color color, enum align align)
{
    struct ask *a = self(c);
    (void)color;
    if (!c->mark || !in_sight(a) || fabs(a->at.y - at.y) > 2 * font->size)
        return;
    double wide = text_width(utf8, font);
    double x = at.x - (align == ALIGN_LEFT ? 0 : align == ALIGN_CENTER ? wide / 2 : wide);
    struct rect box = { x, at.y - 0.8 * font->size, wide, font->size };
    if (holds(box, a->at))
        found(a, 0, box);
    else if (holds(grown(box, 2), a->at))
        found(a, 1, box);
}

/* Nobody ends it: it holds nothing. */
static const struct canvas_ops ask_ops = {
    .name = "ask",
    .clip = ask_clip,
    .lines = ask_lines,
    .polygon = ask_polygon,
    .hatch = ask_hatch,
    .markers = ask_markers,
    .image = ask_image,
    .text = ask_text,
};

void ask_init(struct ask *a, struct point at, double width, double height)
{
    *a = (struct ask){ .at = at, .distance = NOTHING };
    a->canvas = (struct canvas){ .ops = &ask_ops, .width = width, .height = height, .scale = 1 };
}
