#include "render/feature_lens.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "render/number.h"
#include "render/text.h"

enum { SPOKES = 2 };

static struct point place(const struct plane *plane, const double *x)
{
    return (struct point){ plane->center.x + plane->unit * x[0], plane->center.y - plane->unit_y * x[1] };
}

/* Longer for a stronger pull, but never across the plane: a gradient of 1 is half as long as any. */
static double arrow_length(const struct plane *plane, double pull)
{
    return (14 + 66 * pull / (pull + 1)) * fmin(1, plane->radius / 240);
}

static void draw_arrow(struct canvas *c, const struct theme *theme, struct point from, double dx, double dy,
    double start, double length, double width)
{
    double head = 4.5 * width;
    struct point base = { from.x + start * dx, from.y + start * dy };
    struct point tip = { base.x + length * dx, base.y + length * dy };
    struct point neck = { tip.x - head * dx, tip.y - head * dy };
    struct point wing[3] = { tip, { neck.x - 0.5 * head * dy, neck.y + 0.5 * head * dx },
        { neck.x + 0.5 * head * dy, neck.y - 0.5 * head * dx } };
    canvas_line(c, base, neck, width + 2.5, color_alpha(theme->disc, 0.8));
    canvas_line(c, base, neck, width, theme->text1);
    canvas_polygon(c, wing, 3, theme->text1);
}

static void draw_pull(struct canvas *c, const struct theme *theme, const struct plane *plane,
    const struct lens *lens, struct point at, double start)
{
    double pull = lens->pull;
    if (!(pull > 1e-9) || !isfinite(pull) || lens->kind == LENS_PAIR)
        return;
    draw_arrow(c, theme, at, -lens->gradient[0] / pull, lens->gradient[1] / pull, start,
        arrow_length(plane, pull), plane->radius >= 150 ? 2 : 1.5);
}

/* From the origin to the rim: the probe's direction, and those of its own class and of the nearest other. */
static void draw_spokes(struct canvas *c, const struct scene *scene, const struct theme *theme,
    const struct plane *plane, const struct lens *lens, const double *x)
{
    const struct snapshot *snap = scene->snap;
    bool own = false, rival = false;
    double length = hypot(x[0], x[1]);
    if (length > 1e-12) {
        double far = plane->radius / plane->unit / length, end[2] = { far * x[0], far * x[1] };
        canvas_line(c, plane->center, place(plane, end), 1, theme->text1);
    }
    for (int i = 0; i < lens->rows; i++) {
        bool *done = lens->row[i].own ? &own : &rival;
        int sub = snap->sub > 1 ? snap->sub : 1;
        const double *unit = &scene->unit[(size_t)(lens->row[i].label * sub) * (size_t)snap->dim];
        double far = plane->radius / plane->unit, end[2] = { far * unit[0], far * unit[1] };
        if (*done)
            continue;
        *done = true;
        struct point line[2] = { plane->center, place(plane, end) };
        struct stroke stroke = { color_alpha(class_color(theme, lens->row[i].label), 0.9), 1.25, 4, 3, false,
            false };
        canvas_lines(c, line, 2, &stroke);
    }
}

static void draw_cross(struct canvas *c, const struct theme *theme, struct point at, int label)
{
    double arm = 5;
    canvas_ring(c, at, 10, 5, color_alpha(theme->disc, 0.85));
    canvas_ring(c, at, 10, 2.25, class_color(theme, label));
    canvas_line(c, (struct point){ at.x - arm, at.y }, (struct point){ at.x + arm, at.y }, 1.5, theme->text1);
    canvas_line(c, (struct point){ at.x, at.y - arm }, (struct point){ at.x, at.y + arm }, 1.5, theme->text1);
}

static const struct lens_row *own_row(const struct lens *lens)
{
    for (int i = 0; i < lens->rows; i++)
        if (lens->row[i].own)
            return &lens->row[i];
    return NULL;
}

/* "theta 23.1°  p 0.42  L 0.871", beside the probe on the side with more room. */
static void draw_label(
    struct canvas *c, const struct theme *theme, const struct lens *lens, struct point at, struct rect rect)
{
    char text[96], a[24], p[24], l[24];
    struct font font = { 12, WEIGHT_SEMIBOLD, false };
    const struct lens_row *own = own_row(lens);
    assert(own); /* of a regression, which has no rows, there is no such plane */
    number_degrees(own->angle, a, sizeof a);
    snprintf(text, sizeof text, isnan(own->probability) ? "\u03b8 %s" : "\u03b8 %s   p %s   L %s", a,
        number_fixed(own->probability, 2, p, sizeof p), number_short(lens->loss, l, sizeof l));
    double width = text_width(text, &font) + 16;
    struct rect box = { at.x + 18, at.y - 30, width, 22 };
    if (box.x + width > rect.x + rect.w - 8)
        box.x = at.x - 18 - width;
    box.x = fmax(box.x, rect.x + 8);
    box.y = fmax(rect.y + 8, fmin(box.y, rect.y + rect.h - 30));
    canvas_round_rect(c, box, 5, color_alpha(theme->raised, 0.92));
    canvas_text(c, (struct point){ box.x + 8, box.y + 11 + text_ascent(&font) / 2 }, text, &font,
        theme->text1, ALIGN_LEFT);
}

void feature_lens(struct canvas *c, const struct scene *scene, const struct look *look,
    const struct plane *plane, struct rect rect)
{
    struct lens lens;
    double x[LENS_DIM];
    bool chosen = look->probing || (look->selected >= 0 && look->selected < scene->snap->count);
    if (!chosen || scene->snap->dim != 2 || scene->data || !lens_of(scene, look, x, &lens))
        return;
    struct point at = place(plane, x);
    if (!isfinite(at.x) || !isfinite(at.y))
        return;
    if (!look->probing) {
        draw_pull(c, look->theme, plane, &lens, at, 9);
        return;
    }
    draw_spokes(c, scene, look->theme, plane, &lens, x);
    draw_pull(c, look->theme, plane, &lens, at, 11);
    draw_cross(c, look->theme, at, lens.label);
    if (plane->radius >= 150)
        draw_label(c, look->theme, &lens, at, rect);
}
