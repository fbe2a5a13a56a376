#include "render/field.h"

#include <math.h>
#include <stdlib.h>

#include "render/text.h"

static const double pi = 3.14159265358979323846;

static const struct font small = { 12, WEIGHT_REGULAR, false };

/* ---- room ---- */

void field_destroy(struct field *field)
{
    if (field)
        free(field->work);
    free(field);
}

struct field *field_room(struct scene *scene, size_t work)
{
    if (!scene->field)
        scene->field = calloc(1, sizeof *scene->field);
    struct field *field = scene->field;
    if (!field || field->work_size >= work)
        return field;
    double *more = realloc(field->work, work * sizeof *more);
    if (!more)
        return NULL;
    field->work = more;
    field->work_size = work;
    return field;
}

/* ---- contours ---- */

void field_arrow(struct canvas *c, struct point from, struct point to, double width, struct color color)
{
    double length = hypot(to.x - from.x, to.y - from.y), head = fmin(6, 0.6 * length);
    if (!(length > 0.5))
        return;
    double dx = (to.x - from.x) / length, dy = (to.y - from.y) / length;
    struct point neck = { to.x - head * dx, to.y - head * dy };
    struct point tip[3] = { to, { neck.x - 0.45 * head * dy, neck.y + 0.45 * head * dx },
        { neck.x + 0.45 * head * dy, neck.y - 0.45 * head * dx } };
    canvas_line(c, from, neck, width, color);
    canvas_polygon(c, tip, 3, color);
}

/* The pieces of an outline that are on the level. */
static void draw_lines(struct canvas *c, const struct field *f, int n, struct color color)
{
    struct stroke stroke = { .color = color, .width = 1 };
    for (int i = 0; i < n;) {
        int from = i;
        while (i < n - 1 && f->edge[i])
            i++;
        if (i > from)
            canvas_lines(c, f->outline + from, i - from + 1, &stroke);
        i++;
    }
}

enum { LABELS_MAX = 3 * FIELD_LEVELS };

struct labels {
    struct point at[LABELS_MAX];
    int n;
};

static double nearest_label(const struct labels *l, struct point at)
{
    double nearest = INFINITY;
    for (int i = 0; i < l->n; i++)
        nearest = fmin(nearest, fmax(fabs(at.x - l->at[i].x), 2 * fabs(at.y - l->at[i].y)));
    return nearest;
}

static bool well_inside(struct point at, struct rect a)
{
    return at.x > a.x + 24 && at.x < a.x + a.w - 24 && at.y > a.y + 12 && at.y < a.y + a.h - 12;
}

/* What speaks against a label there: the distance from the circle wanted, the angle from the lower right. */
static double label_cost(const struct contours *k, struct point at)
{
    double dx = at.x - k->center.x, dy = k->center.y - at.y;
    double off = k->reach > 0 ? 3 * fabs(hypot(dx, dy) - k->reach) / k->reach : 0;
    return off + fabs(remainder(atan2(dy, dx) + pi / 5, 2 * pi));
}

/* On the line, clear of the other labels. */
static void draw_label(struct canvas *c, const struct field *f, int n, const struct contours *k, int level,
    struct labels *labels, const struct theme *theme)
{
    int best = -1;
    double least = INFINITY;
    for (int i = 0; i + 1 < n; i++) {
        struct point at = f->outline[i];
        if (!f->edge[i] || !well_inside(at, k->area) || nearest_label(labels, at) < 46)
            continue;
        double cost = label_cost(k, at);
        if (cost < least) {
            least = cost;
            best = i;
        }
    }
    if (best < 0 || labels->n >= LABELS_MAX)
        return;
    struct point at = f->outline[best];
    double width = text_width(k->label[level], &small) + 8;
    labels->at[labels->n++] = at;
    canvas_round_rect(
        c, (struct rect){ at.x - width / 2, at.y - 9, width, 18 }, 4, color_alpha(theme->bg, 0.72));
    at.y += text_ascent(&small) / 2;
    canvas_text(c, at, k->label[level], &small, theme->text1, ALIGN_CENTER);
}

/* Bands over one another, the highest first. Opaque ones are mixed here: nine thin layers over one another would
 * round their hue away. */
static struct color band_color(const struct contours *k, int level)
{
    double all = (double)k->fill.a, each = 1 - pow(1 - all, 1.0 / fmax(k->count, 1));
    if (k->clear)
        return color_alpha(k->fill, each);
    double share = 1 - pow(1 - each, k->count - level);
    return color_mix(k->ground, color_alpha(k->fill, 1), share);
}

static int trace(struct field *f, const struct mesh *mesh, double level)
{
    return contour_below(mesh, level, f->seen, f->outline, f->edge, FIELD_OUTLINE);
}

void field_contours(
    struct canvas *c, struct field *field, const struct mesh *mesh, const struct contours *contours)
{
    for (int i = contours->count - 1; i >= 0; i--) {
        int n = trace(field, mesh, contours->level[i]);
        if (n < 3)
            continue;
        canvas_polygon(c, field->outline, n, band_color(contours, i));
        draw_lines(c, field, n, contours->line);
    }
}

void field_labels(struct canvas *c, struct field *field, const struct mesh *mesh,
    const struct contours *contours, const struct theme *theme)
{
    struct point o = contours->center; /* where other words stand, to its right */
    struct labels labels = { .at = { o, { o.x + 45, o.y }, { o.x + 90, o.y } }, .n = 3 };
    for (int i = contours->count - 1; i >= 0; i--) {
        int n = trace(field, mesh, contours->level[i]);
        if (n >= 3)
            draw_label(c, field, n, contours, i, &labels, theme);
    }
}
