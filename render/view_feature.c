/* view_feature.c - the plane of 2-D features: who owns which direction, where the margin still pushes, the samples
 * and their weights. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/axes.h"
#include "render/disc.h"
#include "render/feature_words.h"
#include "render/number.h"
#include "render/text.h"

static const double PI = 3.14159265358979323846;

enum { CHIP_MAX = 110, SLICES = 8 };

static const struct font small = { 12, WEIGHT_REGULAR, false };

/* ---- layout ---- */

static double disc_radius(struct rect rect)
{
    return fmax((fmin(rect.w, rect.h) / 2 - 46) / (1 + ROSE_SHARE), 20);
}

/* Wide rectangles have room for the title in a corner beside the disc; in others the disc moves below it. */
static struct rect disc_rect(struct rect rect)
{
    double radius = disc_radius(rect);
    struct point center = { rect.x + rect.w / 2, rect.y + rect.h / 2 };
    struct rect title = { rect.x + FEATURE_EDGE, rect.y, 220, 56 },
                toggles = { rect.x + rect.w - FEATURE_EDGE - 270, rect.y, 270, 40 };
    if (rect_hits_disc(title, center, feature_reach(radius)) ||
        rect_hits_disc(toggles, center, feature_reach(radius)))
        return (struct rect){ rect.x, rect.y + 40, rect.w, rect.h - 40 };
    return rect;
}

struct plane feature_plane(const struct scene *scene, const struct look *look, struct rect rect)
{
    struct rect area = disc_rect(rect);
    double ring = look->ring > 0 ? look->ring : scene->ring > 0 ? scene->ring : 1;
    double radius = disc_radius(area) * (look->zoom > 0 ? look->zoom : 1);
    return (struct plane){
        .center = { area.x + area.w / 2 + look->pan_x, area.y + area.h / 2 + look->pan_y },
        .radius = radius,
        .unit = radius / ring,
    };
}

static struct point place(const struct plane *plane, const float *x)
{
    return (struct point){ plane->center.x + plane->unit * (double)x[0],
        plane->center.y - plane->unit * (double)x[1] };
}

static double weight_angle(const struct snapshot *snap, int j)
{
    const double *w = &snap->weight[(size_t)j * (size_t)snap->dim];
    return hypot(w[0], w[1]) >= 1e-12 ? atan2(w[1], w[0]) : NAN;
}

/* ---- chips ---- */

struct chip {
    double angle;
    int label;
};

static void chips_sort(struct chip *chip, int n)
{
    for (int i = 1; i < n; i++)
        for (int j = i; j > 0 && chip[j].angle < chip[j - 1].angle; j--) {
            struct chip swap = chip[j];
            chip[j] = chip[j - 1];
            chip[j - 1] = swap;
        }
}

/* Neighbours closer than `gap` move apart evenly, round the circle. */
static void chips_spread(struct chip *chip, int n, double gap)
{
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

/* Where the chips stand; none when they would not fit round the ring. */
static int chips_place(const struct scene *scene, const struct plane *plane, struct chip *chip)
{
    double gap = (2 * FEATURE_CHIP_RADIUS + 3) / feature_chip_distance(plane->radius);
    int n = 0;
    if (scene->snap->classes > CHIP_MAX || scene->snap->classes * gap > 0.95 * 2 * PI)
        return 0;
    for (int j = 0; j < scene->snap->classes; j++) {
        double angle = weight_angle(scene->snap, j);
        if (isfinite(angle))
            chip[n++] = (struct chip){ angle, j };
    }
    chips_sort(chip, n);
    chips_spread(chip, n, gap);
    return n;
}

static void draw_chips(
    const struct disc *d, const struct scene *scene, const struct look *look, const struct plane *plane)
{
    struct chip chip[CHIP_MAX];
    int n = chips_place(scene, plane, chip);
    for (int i = 0; i < n; i++) {
        struct point at = disc_at(d, chip[i].angle, feature_chip_distance(plane->radius));
        char room[SNAPSHOT_NAME_TEXT];
        const char *name = snapshot_class(scene->snap, chip[i].label, room);
        chip_draw(d->canvas, look->theme, at, chip[i].label, name, FEATURE_CHIP_RADIUS,
            class_alpha(look, chip[i].label), class_no_room(scene, chip[i].label));
    }
}

/* ---- regions of losses that decide by direction ---- */

static void draw_sectors(const struct disc *d, const struct scene *scene, const struct look *look)
{
    const struct theme *theme = look->theme;
    bool margins = look->layers & LAYER_MARGINS;
    for (int j = 0; j < scene->snap->classes; j++) {
        const struct region_class *region = &scene->region[j];
        struct color full =
            color_alpha(class_color(theme, j), (double)theme->region_alpha * class_alpha(look, j));
        struct color half = color_alpha(full, (double)theme->zone_alpha * class_alpha(look, j));
        struct arc zone[REGION_ARC_MAX + 1];
        int zones = region_zones(region, zone);
        for (int i = 0; !margins && i < region->decided_count; i++)
            disc_sector(d, region->decided[i], full);
        for (int i = 0; margins && i < region->safe_count; i++)
            disc_sector(d, region->safe[i], full);
        for (int i = 0; margins && i < zones; i++)
            disc_sector(d, zone[i], half);
    }
}

static void draw_sector_edges(const struct disc *d, const struct scene *scene, const struct look *look)
{
    const struct theme *theme = look->theme;
    struct stroke border = {
        .color = color_alpha(theme->text3, 0.75), .width = 1, .dash_on = 2, .dash_off = 5
    };
    for (int j = 0; j < scene->snap->classes; j++) {
        const struct region_class *region = &scene->region[j];
        double alpha = (double)theme->edge_alpha * class_alpha(look, j);
        struct stroke edge = { .color = color_alpha(class_color(theme, j), alpha), .width = 1.25 };
        struct arc zone[REGION_ARC_MAX + 1];
        int zones = region_zones(region, zone);
        for (int i = 0; (look->layers & LAYER_MARGINS) && i < zones && region->safe_count; i++) {
            if (zone[i].from > region->decided[0].from + 1e-9)
                disc_spoke(d, zone[i].from, &edge);
            if (zone[i].to < region->decided[0].to - 1e-9)
                disc_spoke(d, zone[i].to, &edge);
        }
        for (int i = 0; i < region->decided_count; i++)
            if (region->decided[i].to - region->decided[i].from < 2 * PI)
                disc_spoke(d, region->decided[i].from, &border);
    }
}

/* ---- regions of losses with a bias: half planes ---- */

enum { CORNER_MAX = 256, CLIP_MAX = 2048 };

static int region_corners(const struct scene *scene, const struct plane *plane, int label, struct point *out)
{
    const struct snapshot *snap = scene->snap;
    struct head head = snapshot_head(snap);
    double side = 1.1 * plane->radius / plane->unit, box[4] = { -side, -side, side, side },
           xy[2 * CORNER_MAX];
    int n = region_polygon(&head, label, box, xy, CORNER_MAX);
    for (int i = 0; i < n; i++)
        out[i] = (struct point){ plane->center.x + plane->unit * xy[2 * i],
            plane->center.y - plane->unit * xy[2 * i + 1] };
    return n;
}

/* The convex polygon's part left of the line from a to b on the page (its corners run clockwise there). */
static int cut(const struct point *in, int n, struct point a, struct point b, struct point *out)
{
    int count = 0;
    for (int i = 0; i < n; i++) {
        struct point p = in[i], q = in[(i + 1) % n];
        double at_p = (b.y - a.y) * (p.x - a.x) - (b.x - a.x) * (p.y - a.y);
        double at_q = (b.y - a.y) * (q.x - a.x) - (b.x - a.x) * (q.y - a.y);
        if (at_p >= 0 && count < CLIP_MAX)
            out[count++] = p;
        if ((at_p >= 0) != (at_q >= 0) && count < CLIP_MAX) {
            double t = at_p / (at_p - at_q);
            out[count++] = (struct point){ p.x + t * (q.x - p.x), p.y + t * (q.y - p.y) };
        }
    }
    return count;
}

static void draw_polygon_region(const struct disc *d, const struct scene *scene, const struct look *look,
    const struct plane *plane, int label)
{
    struct point corner[CORNER_MAX], buffer[2][CLIP_MAX];
    int corners = region_corners(scene, plane, label, corner), now = 0;
    int n =
        corners ? arc_points(d->center, d->outer, 0, 2 * PI, d->canvas->scale, buffer[0], CLIP_MAX / 2) : 0;
    for (int i = 0; i < corners && n > 0; i++) {
        n = cut(buffer[now], n, corner[i], corner[(i + 1) % corners], buffer[!now]);
        now = !now;
    }
    double alpha = (double)look->theme->region_alpha * class_alpha(look, label);
    if (n >= 3)
        canvas_polygon(d->canvas, buffer[now], n, color_alpha(class_color(look->theme, label), alpha));
}

static double score(const struct snapshot *snap, int j, double x, double y)
{
    return snap->weight[2 * j] * x + snap->weight[2 * j + 1] * y + snap->bias[j];
}

/* The class on the other side of an edge: the best of the others at its middle. */
static int across(
    const struct scene *scene, const struct plane *plane, int label, struct point a, struct point b)
{
    double x = ((a.x + b.x) / 2 - plane->center.x) / plane->unit,
           y = (plane->center.y - (a.y + b.y) / 2) / plane->unit;
    double top = -INFINITY;
    int best = -1;
    for (int j = 0; j < scene->snap->classes; j++) {
        double value = score(scene->snap, j, x, y);
        if (j != label && value > top) {
            top = value;
            best = j;
        }
    }
    double own = score(scene->snap, label, x, y), scale = fabs(own) + fabs(top) + 1;
    return best >= 0 && fabs(own - top) < 1e-6 * scale ? best : -1; /* else an edge of the box */
}

static bool clip_to_disc(const struct disc *d, struct point *a, struct point *b)
{
    double dx = b->x - a->x, dy = b->y - a->y, fx = a->x - d->center.x, fy = a->y - d->center.y;
    double qa = dx * dx + dy * dy, qb = fx * dx + fy * dy, qc = fx * fx + fy * fy - d->outer * d->outer;
    double root = qb * qb - qa * qc;
    if (!(root > 0) || !(qa > 0))
        return false;
    double t0 = fmax((-qb - sqrt(root)) / qa, 0), t1 = fmin((-qb + sqrt(root)) / qa, 1);
    struct point start = *a;
    *a = (struct point){ start.x + t0 * dx, start.y + t0 * dy };
    *b = (struct point){ start.x + t1 * dx, start.y + t1 * dy };
    return t0 < t1;
}

static void draw_polygon_edges(
    const struct disc *d, const struct scene *scene, const struct look *look, const struct plane *plane)
{
    struct stroke border = {
        .color = color_alpha(look->theme->text3, 0.75), .width = 1, .dash_on = 2, .dash_off = 5
    };
    for (int j = 0; j < scene->snap->classes; j++) {
        struct point corner[CORNER_MAX];
        int n = region_corners(scene, plane, j, corner);
        for (int i = 0; i < n; i++) {
            struct point ends[2] = { corner[i], corner[(i + 1) % n] };
            if (across(scene, plane, j, ends[0], ends[1]) > j && clip_to_disc(d, &ends[0], &ends[1]))
                canvas_lines(d->canvas, ends, 2, &border);
        }
    }
}

static void draw_regions(
    const struct disc *d, const struct scene *scene, const struct look *look, const struct plane *plane)
{
    bool tint = look->layers & LAYER_REGIONS, margins = look->layers & LAYER_MARGINS;
    if (scene->angular) {
        if (tint)
            draw_sectors(d, scene, look);
        if (margins)
            zones_hatch(d, scene, look);
        if (tint || margins)
            draw_sector_edges(d, scene, look);
        return;
    }
    for (int j = 0; tint && j < scene->snap->classes; j++)
        draw_polygon_region(d, scene, look, plane, j);
    if (tint)
        draw_polygon_edges(d, scene, look, plane);
}

/* ---- norm rings ---- */

static double round_step(double span)
{
    double decade = pow(10, floor(log10(span / 4)));
    double share = span / 4 / decade;
    return decade * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
}

/* The decision boundary nearest to -20 degrees that bears no other label: there numbers cover the fewest points. */
static double label_angle(const struct scene *scene, const struct look *look)
{
    double wanted = -20 * PI / 180, best = wanted, least = INFINITY;
    struct selection selection;
    struct arc zone = { 0, 0 };
    bool taken = view_selection(scene, look, &selection) && disc_zone(scene, &selection, &zone);
    for (int j = 0; scene->angular && j < scene->snap->classes; j++) {
        const struct region_class *region = &scene->region[j];
        double at = region->decided_count ? region->decided[0].from : NAN;
        double away = fabs(remainder(at - wanted, 2 * PI));
        bool free = !taken || fabs(remainder(at - (zone.from + zone.to) / 2, 2 * PI)) > 0.3;
        if (free && away < least) {
            least = away;
            best = at;
        }
    }
    return best;
}

static void draw_norm_rings(const struct disc *d, const struct scene *scene, const struct look *look,
    const struct plane *plane, bool labels)
{
    const struct theme *theme = look->theme;
    double span = plane->radius / plane->unit, step = round_step(span), angle = label_angle(scene, look);
    for (int i = 1; i * step < span * 0.97; i++) {
        double radius = i * step * plane->unit;
        if (!labels) {
            canvas_ring(d->canvas, d->center, radius, 1, color_alpha(theme->text3, 0.28));
            continue;
        }
        char text[32];
        number_short(i * step, text, sizeof text);
        struct point at = disc_at(d, angle, radius);
        double width = text_width(text, &small) + 6;
        canvas_round_rect(d->canvas, (struct rect){ at.x - width / 2, at.y - 8, width, 16 }, 4,
            color_alpha(theme->disc, 0.6));
        at.y += text_ascent(&small) / 2;
        canvas_text(d->canvas, at, text, &small, theme->text2, ALIGN_CENTER);
    }
}

/* ---- weights ---- */

/* Where norms count the arrows show them, the longest reaching the ring; where only directions count all do. */
static double arrow_length(const struct snapshot *snap, int label)
{
    double longest = 0, own = 0;
    if (!snap->force.loss->has_bias && snap->force.loss->radius != RADIUS_BOTH)
        return 1;
    for (int j = 0; j < snap->classes; j++) {
        double norm = hypot(snap->weight[2 * j], snap->weight[2 * j + 1]);
        longest = fmax(longest, norm);
        if (j == label)
            own = norm;
    }
    return longest > 0 ? own / longest : 1;
}

static void draw_weights(const struct disc *d, const struct scene *scene, const struct look *look, bool heads)
{
    for (int j = 0; j < scene->snap->classes; j++) {
        double angle = weight_angle(scene->snap, j), tip = (d->outer - 3) * arrow_length(scene->snap, j);
        struct color color = color_alpha(class_color(look->theme, j), 0.9 * class_alpha(look, j));
        if (!isfinite(angle))
            continue;
        if (heads)
            disc_arrow(d, angle, tip, 11, color);
        else
            canvas_line(d->canvas, d->center, disc_at(d, angle, fmax(tip - 9, 0)), 2, color);
    }
}

/* ---- points ---- */

static double point_radius(double radius)
{
    return fmin(fmax(1.6 + 1.5 * radius / 308, 1.8), 5.5); /* a close look parts the points */
}

/* Samples from..to-1, a class at a time. */
static void draw_slice(const struct disc *d, struct scene *scene, const struct look *look,
    const struct plane *plane, int from, int to)
{
    const struct snapshot *snap = scene->snap;
    double ring = plane->radius / plane->unit;
    float limit = (float)(ring * ring);
    for (int j = 0; j < snap->classes; j++) {
        int n = 0;
        for (int i = from; i < to; i++) {
            const float *x = &snap->feature[(size_t)i * (size_t)snap->dim];
            if (snap->label[i] == j && x[0] * x[0] + x[1] * x[1] <= limit)
                scene->scratch[n++] = place(plane, x);
        }
        if (n == 0)
            continue;
        struct marker marker = class_marker(look->theme, j, point_radius(plane->radius));
        if (!(look->layers & LAYER_SHAPES))
            marker.shape = SHAPE_CIRCLE;
        marker.fill.a *= (float)class_alpha(look, j);
        canvas_markers(d->canvas, scene->scratch, n, &marker);
    }
}

/* In slices, so that where classes overlap the last one does not bury the others. */
static void draw_points(
    const struct disc *d, struct scene *scene, const struct look *look, const struct plane *plane)
{
    long count = scene->snap->count;
    for (long s = 0; s < SLICES; s++)
        draw_slice(d, scene, look, plane, (int)(count * s / SLICES), (int)(count * (s + 1) / SLICES));
}

/* ---- selection ---- */

static void draw_zone_label(
    const struct disc *d, const struct scene *scene, const struct look *look, struct arc zone, double radius)
{
    struct font italic = { 14, WEIGHT_SEMIBOLD, true }, upright = { 14, WEIGHT_SEMIBOLD, false };
    const char *name = zone_is_margin(scene, zone) ? "m" : "zone";
    const struct font *name_font = zone_is_margin(scene, zone) ? &italic : &upright;
    char degrees[32], value[48];
    number_degrees(zone.to - zone.from, degrees, sizeof degrees);
    snprintf(value, sizeof value, zone_is_margin(scene, zone) ? " = %s" : " %s", degrees);
    double first = text_width(name, name_font), width = first + text_width(value, &upright);
    double angle = (zone.from + zone.to) / 2,
           inset = 12 + fabs(cos(angle)) * width / 2 + fabs(sin(angle)) * 7;
    struct point at = disc_at(d, angle, radius - inset);
    struct rect under = { at.x - width / 2 - 5, at.y - 10, width + 10, 20 };
    canvas_round_rect(d->canvas, under, 4, color_alpha(look->theme->disc, 0.72));
    struct point base = { at.x - width / 2, at.y + text_ascent(&upright) / 2 };
    canvas_text(d->canvas, base, name, name_font, look->theme->margin, ALIGN_LEFT);
    base.x += first;
    canvas_text(d->canvas, base, value, &upright, look->theme->margin, ALIGN_LEFT);
}

static void draw_zone(const struct disc *d, const struct scene *scene, const struct look *look,
    const struct selection *selection)
{
    struct arc zone;
    if (!disc_zone(scene, selection, &zone) || zone.to - zone.from < 1e-6)
        return;
    double radius = 0.955 * d->outer, end[2] = { zone.from, zone.to };
    disc_arc(d, radius, zone, 2.25, look->theme->margin);
    for (int i = 0; i < 2; i++)
        canvas_line(d->canvas, disc_at(d, end[i], radius - 5), disc_at(d, end[i], radius + 5), 2.25,
            look->theme->margin);
    if (d->outer >= 150)
        draw_zone_label(d, scene, look, zone, radius);
}

static void draw_selection(
    const struct disc *d, const struct scene *scene, const struct look *look, const struct plane *plane)
{
    struct selection selection;
    if (!view_selection(scene, look, &selection))
        return;
    if (look->layers & LAYER_MARGINS)
        draw_zone(d, scene, look, &selection);
    if (selection.sample != look->selected) /* the typical sample: its zone is named, it is not ringed */
        return;
    struct point at =
        place(plane, &scene->snap->feature[(size_t)selection.sample * (size_t)scene->snap->dim]);
    struct point rim = disc_at(d, (double)scene->angle[selection.sample], d->outer);
    double length = hypot(rim.x - at.x, rim.y - at.y);
    if (length > 8) {
        struct point start = { at.x + (rim.x - at.x) * 8 / length, at.y + (rim.y - at.y) * 8 / length };
        canvas_line(d->canvas, start, rim, 1, look->theme->text1);
    }
    canvas_ring(d->canvas, at, 8, 4.5, color_alpha(look->theme->disc, 0.8)); /* light points would hide it */
    canvas_ring(d->canvas, at, 8, 1.75, look->theme->text1);
}

/* ---- the view ---- */

static void draw_empty(const struct disc *d, const struct look *look)
{
    struct font font = { 20, WEIGHT_REGULAR, false };
    canvas_disc(d->canvas, d->center, 3.5, look->theme->text1);
    canvas_ring(d->canvas, d->center, d->outer, 1.25, look->theme->text3);
    struct point at = { d->center.x, d->center.y + 48 };
    canvas_text(d->canvas, at, "Choose a data set to begin", &font, look->theme->text2, ALIGN_CENTER);
}

static void draw_plane(
    const struct disc *d, struct scene *scene, const struct look *look, const struct plane *plane)
{
    const struct theme *theme = look->theme;
    draw_regions(d, scene, look, plane);
    draw_norm_rings(d, scene, look, plane, false);
    if (look->layers & LAYER_WEIGHTS)
        draw_weights(d, scene, look, false);
    draw_points(d, scene, look, plane);
    if (d->outer >= 150)
        draw_norm_rings(d, scene, look, plane, true);
    if (look->layers & LAYER_ROSE)
        rose_draw(d, scene, look, 5);
    canvas_ring(d->canvas, d->center, d->outer, 1.25, theme->text3);
    if (look->layers & LAYER_WEIGHTS)
        draw_weights(d, scene, look, true);
    canvas_disc(d->canvas, d->center, 3.5, theme->text1);
    draw_selection(d, scene, look, plane);
    draw_chips(d, scene, look, plane);
}

static void feature_draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    struct plane plane = feature_plane(scene, look, rect);
    struct disc d = disc_whole(c, scene, plane.center, plane.radius);
    canvas_clip(c, &rect);
    if (!look->transparent)
        canvas_disc(c, plane.center, plane.radius, look->theme->disc);
    if (!scene->snap || scene->snap->count == 0 || scene->snap->classes == 0) {
        draw_empty(&d, look);
    } else {
        draw_plane(&d, scene, look, &plane);
        feature_words(c, scene, look, &plane, rect);
    }
    canvas_clip(c, NULL);
}

static const char *feature_missing(const struct scene *scene)
{
    if (scene->snap && scene->snap->count > 0 && scene->snap->dim != 2)
        return "The feature plane needs 2-D features: regions need 2-D features. Set the feature dimension "
               "to 2.";
    return NULL;
}

const struct view view_feature = {
    .id = "feature",
    .label = "Feature plane",
    .draw = feature_draw,
    .missing = feature_missing,
};

/* ---- picking ---- */

int feature_pick(const struct scene *scene, const struct look *look, struct rect rect, struct point at)
{
    if (!scene->snap || scene->snap->dim != 2)
        return -1;
    struct plane plane = feature_plane(scene, look, rect);
    double least = 8;
    int best = -1;
    for (int i = 0; i < scene->snap->count; i++) {
        struct point p = place(&plane, &scene->snap->feature[2 * (size_t)i]);
        double away = hypot(p.x - at.x, p.y - at.y);
        if (away <= least && hypot(p.x - plane.center.x, p.y - plane.center.y) <= plane.radius) {
            least = away;
            best = i;
        }
    }
    return best;
}

int feature_pick_chip(const struct scene *scene, const struct look *look, struct rect rect, struct point at)
{
    if (!scene->snap || scene->snap->dim != 2)
        return -1;
    struct plane plane = feature_plane(scene, look, rect);
    struct disc d = { .center = plane.center };
    struct chip chip[CHIP_MAX];
    int n = chips_place(scene, &plane, chip);
    for (int i = 0; i < n; i++) {
        struct point p = disc_at(&d, chip[i].angle, feature_chip_distance(plane.radius));
        if (hypot(p.x - at.x, p.y - at.y) <= FEATURE_CHIP_RADIUS + 4)
            return chip[i].label;
    }
    return -1;
}
