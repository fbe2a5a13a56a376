#include "render/disc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/text.h"

static const double PI = 3.14159265358979323846;

static double wrap(double a, double from)
{
    double turned = fmod(a - from, 2 * PI);
    return from + (turned < 0 ? turned + 2 * PI : turned);
}

struct disc disc_whole(struct canvas *c, struct scene *scene, struct point center, double radius)
{
    return (struct disc){ .canvas = c,
        .center = center,
        .outer = radius,
        .to = 2 * PI,
        .scratch = scene->scratch,
        .scratch_max = scene->scratch_capacity };
}

struct point disc_at(const struct disc *d, double angle, double radius)
{
    double a = angle + d->turn;
    return (struct point){ d->center.x + radius * cos(a), d->center.y - radius * sin(a) };
}

double disc_beyond(const struct disc *d, double angle)
{
    return wrap(angle, d->from) - d->from;
}

bool disc_shows(const struct disc *d, double angle)
{
    return d->to - d->from >= 2 * PI || disc_beyond(d, angle) <= d->to - d->from;
}

/* The part number `i` (0..2) of an arc that the disc shows; empty when from >= to. */
static struct arc shown_part(const struct disc *d, struct arc arc, int i)
{
    if (d->to - d->from >= 2 * PI)
        return i == 0 ? arc : (struct arc){ 0, 0 };
    double shift = wrap(arc.from, d->from) - arc.from + (i - 1) * 2 * PI;
    return (struct arc){ fmax(arc.from + shift, d->from), fmin(arc.to + shift, d->to) };
}

static int outline(const struct disc *d, struct arc arc)
{
    double a = arc.from + d->turn, b = arc.to + d->turn, scale = d->canvas->scale;
    int n = arc_points(d->center, d->outer, a, b, scale, d->scratch, d->scratch_max / 2);
    if (d->inner <= 0) {
        if (b - a < 2 * PI)
            d->scratch[n++] = d->center;
        return n;
    }
    int m = arc_points(d->center, d->inner, a, b, scale, d->scratch + n, d->scratch_max / 2);
    for (int i = 0; i < m / 2; i++) {
        struct point swap = d->scratch[n + i];
        d->scratch[n + i] = d->scratch[n + m - 1 - i];
        d->scratch[n + m - 1 - i] = swap;
    }
    return n + m;
}

void disc_sector(const struct disc *d, struct arc arc, struct color fill)
{
    for (int i = 0; i < 3; i++) {
        struct arc part = shown_part(d, arc, i);
        if (part.from < part.to)
            canvas_polygon(d->canvas, d->scratch, outline(d, part), fill);
    }
}

void disc_hatch(const struct disc *d, struct arc arc, double pitch, struct color color)
{
    for (int i = 0; i < 3; i++) {
        struct arc part = shown_part(d, arc, i);
        if (part.from < part.to)
            canvas_hatch(d->canvas, d->scratch, outline(d, part), pitch, color);
    }
}

void disc_spoke(const struct disc *d, double angle, const struct stroke *stroke)
{
    if (!disc_shows(d, angle))
        return;
    struct point ends[2] = { disc_at(d, angle, d->inner), disc_at(d, angle, d->outer) };
    canvas_lines(d->canvas, ends, 2, stroke);
}

void disc_arc(const struct disc *d, double radius, struct arc arc, double width, struct color color)
{
    struct stroke stroke = { .color = color, .width = width };
    for (int i = 0; i < 3; i++) {
        struct arc part = shown_part(d, arc, i);
        if (!(part.from < part.to))
            continue;
        int n = arc_points(d->center, radius, part.from + d->turn, part.to + d->turn, d->canvas->scale,
            d->scratch, d->scratch_max);
        canvas_lines(d->canvas, d->scratch, n, &stroke);
    }
}

void disc_arrow(const struct disc *d, double angle, double radius, double size, struct color color)
{
    struct point tip = disc_at(d, angle, radius), tail = disc_at(d, angle, radius - size);
    double nx = (tip.y - tail.y) * 0.4, ny = -(tip.x - tail.x) * 0.4;
    struct point head[3] = { tip, { tail.x + nx, tail.y + ny }, { tail.x - nx, tail.y - ny } };
    canvas_polygon(d->canvas, head, 3, color);
}

static void chips_sort(struct chip *chip, int n)
{
    for (int i = 1; i < n; i++)
        for (int j = i; j > 0 && chip[j].angle < chip[j - 1].angle; j--) {
            struct chip swap = chip[j];
            chip[j] = chip[j - 1];
            chip[j - 1] = swap;
        }
}

void chips_spread(struct chip *chip, int n, double gap)
{
    chips_sort(chip, n);
    for (int pass = 0; pass < 60; pass++) {
        double worst = 0;
        for (int i = 0; i < n && n > 1; i++) {
            int next = (i + 1) % n;
            double between = chip[next].angle - chip[i].angle + (next == 0 ? 2 * PI : 0);
            double lack = gap - between;
            if (lack <= 0)
                continue;
            chip[i].angle -= lack / 2;
            chip[next].angle += lack / 2;
            worst = fmax(worst, lack);
        }
        if (worst < 1e-3 * gap)
            return;
    }
}

double chip_width(const char *name, double radius)
{
    struct font font = { 12, WEIGHT_SEMIBOLD, false };
    if (strlen(name) <= 2)
        return 2 * radius;
    double width = text_width(name, &font);
    return width <= 2 * radius - 2 ? 2 * radius : width + 14;
}

void chip_draw(struct canvas *c, const struct theme *theme, struct point at, int label, const char *name,
    double radius, double alpha, bool dashed)
{
    struct font font = { 12, WEIGHT_SEMIBOLD, false };
    struct color fill = class_color(theme, label);
    double width = chip_width(name, radius);
    struct rect pill = { at.x - width / 2, at.y - radius, width, 2 * radius };
    if (width > 2 * radius)
        canvas_round_rect(c, pill, radius, color_alpha(fill, alpha));
    else
        canvas_disc(c, at, radius, color_alpha(fill, alpha));
    struct point base = { at.x, at.y + text_ascent(&font) / 2 };
    /* a pale one keeps a name that can be read on what shows through */
    struct color seen = color_mix(fill, theme->bg, 1 - alpha);
    canvas_text(c, base, name, &font, color_alpha(color_on(seen), sqrt(alpha)), ALIGN_CENTER);
    if (dashed && width > 2 * radius) {
        struct rect around = { pill.x - 3.5, pill.y - 3.5, pill.w + 7, pill.h + 7 };
        canvas_round_outline(c, around, radius + 3.5, 1.5, color_alpha(fill, alpha));
    } else if (dashed) {
        struct point ring[256];
        int n = arc_points(at, radius + 3.5, 0, 2 * PI, c->scale, ring, 256);
        struct stroke stroke = {
            .color = color_alpha(fill, alpha), .width = 1.5, .dash_on = 3, .dash_off = 2.5
        };
        canvas_lines(c, ring, n, &stroke);
    }
}

/* The safe arcs within decided arc `i`, in its own rising frame and in order. */
static int safe_within(const struct region_class *region, int i, struct arc *out)
{
    struct arc decided = region->decided[i];
    int n = 0;
    for (int k = 0; k < region->safe_count; k++) {
        double from = wrap(region->safe[k].from + 1e-9, decided.from) - 1e-9;
        if (from > decided.to - 1e-12)
            continue;
        int at = n++;
        for (; at > 0 && out[at - 1].from > from; at--)
            out[at] = out[at - 1];
        out[at] = (struct arc){ from, from + region->safe[k].to - region->safe[k].from };
    }
    return n;
}

int region_zones(const struct region_class *region, struct arc *out)
{
    int n = 0;
    for (int i = 0; i < region->decided_count; i++) {
        struct arc decided = region->decided[i], safe[REGION_ARC_MAX];
        int count = safe_within(region, i, safe);
        double at = decided.from;
        for (int k = 0; k < count; k++) {
            if (safe[k].from - at > 1e-9 && n < REGION_ARC_MAX)
                out[n++] = (struct arc){ at, safe[k].from };
            at = safe[k].to;
        }
        if (decided.to - at > 1e-9 && n < REGION_ARC_MAX)
            out[n++] = (struct arc){ at, decided.to };
    }
    return n;
}

int region_edges(const struct region_class *region, double *out)
{
    int n = 0;
    for (int i = 0; i < region->decided_count; i++) {
        struct arc decided = region->decided[i], safe[REGION_ARC_MAX];
        int count = safe_within(region, i, safe);
        for (int k = 0; k < count; k++) {
            if (safe[k].from > decided.from + 1e-9)
                out[n++] = safe[k].from;
            if (safe[k].to < decided.to - 1e-9)
                out[n++] = safe[k].to;
        }
    }
    return n;
}

static bool same_angle(double a, double b)
{
    return fabs(remainder(a - b, 2 * PI)) < 1e-9;
}

/* How much of the zone lies on this side of a border: up to the last safe arc before it, or the first after it. */
static double zone_before(const struct region_class *region, int i)
{
    struct arc safe[REGION_ARC_MAX];
    int n = safe_within(region, i, safe);
    return fmax(region->decided[i].to - (n ? safe[n - 1].to : region->decided[i].from), 0);
}

static double zone_beyond(const struct region_class *region, int i)
{
    struct arc safe[REGION_ARC_MAX];
    int n = safe_within(region, i, safe);
    return fmax((n ? safe[0].from : region->decided[i].to) - region->decided[i].from, 0);
}

/* The zone nearest to `angle` around a border at which `first` ends and `second` begins, counter-clockwise. */
static void zone_after(const struct region_class *first, const struct region_class *second, double angle,
    struct arc *zone, double *least)
{
    for (int i = 0; i < first->decided_count; i++)
        for (int k = 0; k < second->decided_count; k++) {
            double border = first->decided[i].to;
            if (!same_angle(border, second->decided[k].from))
                continue;
            struct arc found = { border - zone_before(first, i), border + zone_beyond(second, k) };
            double away = fabs(remainder((found.from + found.to) / 2 - angle, 2 * PI));
            if (away < *least) {
                *least = away;
                *zone = found;
            }
        }
}

bool disc_zone(const struct scene *scene, const struct selection *selection, struct arc *zone)
{
    if (!scene->angular || selection->rival < 0)
        return false;
    const struct region_class *own = &scene->region[selection->own],
                              *rival = &scene->region[selection->rival];
    double angle = (double)scene->angle[selection->sample], least = INFINITY;
    zone_after(own, rival, angle, zone, &least);
    zone_after(
        rival, own, angle, zone, &least); /* classes may meet twice: the meeting nearer to the sample */
    return isfinite(least);
}

bool zone_is_margin(const struct scene *scene, struct arc zone)
{
    const struct loss_force *force = &scene->snap->force;
    const struct loss *loss = force->loss;
    return loss->family == FAMILY_ANGLE_PLUS && loss->margin >= 0 &&
           fabs(zone.to - zone.from - force->param[loss->margin]) < 1e-6;
}

double class_alpha(const struct look *look, int label)
{
    return look->lit_class >= 0 && look->lit_class != label ? 0.3 : 1;
}

/* ---- hatching ---- */

bool class_no_room(const struct scene *scene, int label)
{
    return scene->angular && scene->region[label].safe_count == 0;
}

struct band {
    struct arc arc;
    double pitch, alpha;
};

enum { BAND_MAX = 512 };

static int bands_collect(const struct scene *scene, const struct look *look, struct band *band)
{
    int n = 0;
    for (int j = 0; j < scene->snap->classes; j++) {
        double alpha = (double)look->theme->hatch_alpha * class_alpha(look, j);
        struct arc zone[REGION_ARC_MAX + 1];
        int zones = region_zones(&scene->region[j], zone);
        for (int i = 0; i < zones && n < BAND_MAX; i++)
            band[n++] = (struct band){ zone[i], class_no_room(scene, j) ? 3.5 : 7, alpha };
    }
    return n;
}

static int band_order(const void *a, const void *b)
{
    const struct band *p = a, *q = b;
    double left = wrap(p->arc.from, 0), right = wrap(q->arc.from, 0);
    return (left > right) - (left < right);
}

/* Two neighbours' zones meet at their boundary: hatched in one go, which halves the work. */
void zones_hatch(const struct disc *d, const struct scene *scene, const struct look *look)
{
    struct band band[BAND_MAX];
    int n = bands_collect(scene, look, band);
    qsort(band, (size_t)n, sizeof *band, band_order);
    const char *before = canvas_mark(d->canvas, "plane.margin");
    for (int i = 0; i < n; i++) {
        struct arc arc = band[i].arc;
        while (i + 1 < n && same_angle(band[i + 1].arc.from, arc.to) && band[i + 1].pitch == band[i].pitch &&
               band[i + 1].alpha == band[i].alpha) {
            i++;
            arc.to += band[i].arc.to - band[i].arc.from;
        }
        disc_hatch(d, arc, band[i].pitch, color_alpha(look->theme->text1, band[i].alpha));
    }
    canvas_mark(d->canvas, before);
}

/* ---- rose ---- */

enum { ROSE_BINS = 240 };

static int rose_bin(const struct scene *scene, int i)
{
    const float *x = &scene->snap->feature[(size_t)i * (size_t)scene->snap->dim];
    if (!isfinite(scene->angle[i]) || (x[0] == 0 && x[1] == 0))
        return -1;
    double share = (double)scene->angle[i] / (2 * PI); /* -0.5 .. 0.5 */
    return (int)((share < 0 ? share + 1 : share) * ROSE_BINS) % ROSE_BINS;
}

static int rose_label(const void *scene, int i)
{
    return ((const struct scene *)scene)->snap->label[i];
}

static struct point along(struct point center, struct point direction, double radius)
{
    return (struct point){ center.x + radius * direction.x, center.y + radius * direction.y };
}

static void draw_rose_class(
    const struct disc *d, struct color color, const int *from, const int *count, double base, double unit)
{
    double width = 2 * PI / ROSE_BINS;
    for (int b = 0; b < ROSE_BINS; b++) {
        if (!count[b])
            continue;
        double low = base + from[b] * unit, high = low + fmax(count[b] * unit, 0.75);
        double left = (b + 0.92) * width + d->turn, right = (b + 0.08) * width + d->turn;
        struct point l = { cos(left), -sin(left) }, r = { cos(right), -sin(right) };
        struct point bar[4] = { along(d->center, l, low), along(d->center, l, high),
            along(d->center, r, high), along(d->center, r, low) };
        canvas_polygon(d->canvas, bar, 4, color);
    }
}

void rose_draw(const struct disc *d, struct scene *scene, const struct look *look, double gap)
{
    int total[ROSE_BINS] = { 0 }, from[ROSE_BINS] = { 0 }, tallest = 1;
    struct sorted *by = &scene->by;
    sorted_fill(by, 0, scene->snap->count, 1, scene->snap->classes, rose_label, scene);
    for (int k = 0; k < by->first[scene->snap->classes]; k++) {
        int b = by->key[k] = rose_bin(scene, by->sample[k]);
        tallest = b >= 0 && ++total[b] > tallest ? total[b] : tallest;
    }
    for (int j = 0; j < scene->snap->classes; j++) {
        int count[ROSE_BINS] = { 0 };
        for (int k = by->first[j]; k < by->first[j + 1]; k++)
            if (by->key[k] >= 0)
                count[by->key[k]]++;
        struct color color = color_alpha(class_color(look->theme, j), 0.95 * class_alpha(look, j));
        draw_rose_class(d, color, from, count, d->outer + gap, ROSE_SHARE * d->outer / tallest);
        for (int b = 0; b < ROSE_BINS; b++)
            from[b] += count[b];
    }
}
