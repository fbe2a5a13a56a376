/* view_feature.c - the plane of 2-D features: who owns which direction, where the margin still pushes, the samples
 * and their weights. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "math/draw.h"
#include "render/disc.h"
#include "render/feature_data.h"
#include "render/feature_lens.h"
#include "render/feature_marks.h"
#include "render/feature_words.h"
#include "render/number.h"
#include "render/text.h"

static const double PI = 3.14159265358979323846;

enum { SLICES = 8 };

static const struct font small = { 12, WEIGHT_REGULAR, false };

/* ---- layout ---- */

static double disc_radius(struct rect rect, bool bare)
{
    double edge = bare ? 30 : 46; /* badges only, or words beyond them */
    return fmax((fmin(rect.w, rect.h) / 2 - edge) / (1 + ROSE_SHARE), 20);
}

/* Wide rectangles have room for the title in a corner beside the disc; in others the disc moves below it. */
static struct rect disc_rect(struct rect rect, bool bare)
{
    double radius = disc_radius(rect, bare);
    struct point center = { rect.x + rect.w / 2, rect.y + rect.h / 2 };
    struct rect title = { rect.x + FEATURE_EDGE, rect.y, 220, 56 },
                toggles = { rect.x + rect.w - FEATURE_EDGE - 270, rect.y, 270, 40 };
    if (!bare && (rect_hits_disc(title, center, feature_reach(radius)) ||
                     rect_hits_disc(toggles, center, feature_reach(radius))))
        return (struct rect){ rect.x, rect.y + 40, rect.w, rect.h - 40 };
    return rect;
}

struct plane feature_plane(const struct scene *scene, const struct look *look, struct rect rect)
{
    if (scene->data)
        return data_plane(scene, look, rect);
    struct rect area = disc_rect(rect, look->bare);
    double ring = look->ring > 0 ? look->ring : scene->ring > 0 ? scene->ring : 1;
    double radius = disc_radius(area, look->bare) * (look->zoom > 0 ? look->zoom : 1);
    return (struct plane){
        .center = { area.x + area.w / 2 + look->pan_x, area.y + area.h / 2 + look->pan_y },
        .radius = radius,
        .unit = radius / ring,
        .unit_y = radius / ring,
    };
}

struct point feature_place(const struct scene *scene, const struct plane *plane, int sample)
{
    double xy[2];
    scene_xy(scene, sample, xy);
    return (struct point){ plane->center.x + plane->unit * xy[0], plane->center.y - plane->unit_y * xy[1] };
}

static double weight_angle(const struct snapshot *snap, int j)
{
    const double *w = &snap->weight[(size_t)j * (size_t)snap->dim];
    return hypot(w[0], w[1]) >= 1e-12 ? atan2(w[1], w[0]) : NAN;
}

/* ---- chips ---- */

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
    chips_spread(chip, n, gap);
    return n;
}

/* A long name grows outward, as far as the view goes. */
static struct point chip_middle(
    const struct disc *d, double angle, double distance, double width, struct rect rect)
{
    struct point at = disc_at(d, angle, distance);
    double extra = width - 2 * FEATURE_CHIP_RADIUS;
    at.x += cos(angle) * extra / 2;
    if (extra > 0)
        at.x = fmax(fmin(at.x, rect.x + rect.w - width / 2 - 4), rect.x + width / 2 + 4);
    return at;
}

static void draw_chips(const struct disc *d, const struct scene *scene, const struct look *look,
    const struct plane *plane, struct rect rect)
{
    struct chip chip[CHIP_MAX];
    int n = chips_place(scene, plane, chip);
    for (int i = 0; i < n; i++) {
        char room[SNAPSHOT_NAME_TEXT];
        const char *name = snapshot_class(scene->snap, chip[i].label, room);
        struct point at = chip_middle(d, chip[i].angle, feature_chip_distance(plane->radius),
            chip_width(name, FEATURE_CHIP_RADIUS), rect);
        chip_draw(d->canvas, look->theme, at, chip[i].label, name, FEATURE_CHIP_RADIUS,
            class_alpha(look, chip[i].label), class_no_room(scene, chip[i].label));
    }
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

enum norm_rings { RINGS_ONLY, NUMBERS_ONLY, LAST_NUMBER };

static void draw_norm_rings(const struct disc *d, const struct scene *scene, const struct look *look,
    const struct plane *plane, enum norm_rings what)
{
    const struct theme *theme = look->theme;
    double span = plane->radius / plane->unit, step = round_step(span), angle = label_angle(scene, look);
    for (int i = 1; i * step < span * 0.97; i++) {
        double radius = i * step * plane->unit;
        if (what == RINGS_ONLY) {
            canvas_ring(d->canvas, d->center, radius, 1, color_alpha(theme->text3, 0.28));
            continue;
        }
        if (what == LAST_NUMBER && (i + 1) * step < span * 0.97)
            continue;
        char text[32];
        number_short(i * step, text, sizeof text);
        struct point at = disc_at(d, angle, radius);
        double width = text_width(text, &small) + 6;
        canvas_round_rect(d->canvas, (struct rect){ at.x - width / 2, at.y - 8, width, 16 }, 4,
            color_alpha(theme->disc, what == LAST_NUMBER ? 0.92 : 0.6));
        at.y += text_ascent(&small) / 2;
        canvas_text(
            d->canvas, at, text, &small, what == LAST_NUMBER ? theme->text1 : theme->text2, ALIGN_CENTER);
    }
}

/* ---- points ---- */

static double point_radius(double radius, int shown)
{
    return fmin(fmax(1.6 + 1.5 * radius / 308, 1.8), 5.5) *
           look_crowd(shown); /* a close look parts the points */
}

/* What colours a point: its class, or its group where those are asked for. */
static int paint_of(const struct scene *scene, const struct look *look, int i)
{
    const struct snapshot *snap = scene->snap;
    bool groups = (look->layers & LAYER_GROUPS) && snap->force.loss->extra == BLOCK_GROUP;
    return groups && snap->group[i] >= 0 ? snap->group[i] : snap->label[i];
}

struct inside {
    const struct scene *scene;
    const struct look *look;
    float limit; /* squared norm at the disc's edge */
};

static int paint_inside(const void *with, int i)
{
    const struct inside *in = with;
    const float *x = &in->scene->snap->feature[(size_t)i * (size_t)in->scene->snap->dim];
    return x[0] * x[0] + x[1] * x[1] <= in->limit ? paint_of(in->scene, in->look, i) : -1;
}

/* Samples from..to-1, those painted alike in one go. */
static void draw_slice(const struct disc *d, struct scene *scene, const struct look *look,
    const struct plane *plane, int from, int to)
{
    const struct snapshot *snap = scene->snap;
    double ring = plane->radius / plane->unit;
    struct inside inside = { scene, look, (float)(ring * ring) };
    int paints = snap->classes > GROUP_MAX ? snap->classes : GROUP_MAX;
    int stride = look_stride(look, snap->count), first = (from + stride - 1) / stride * stride;
    sorted_fill(&scene->by, first, to, stride, paints, paint_inside, &inside);
    for (int j = 0; j < paints; j++) {
        int n = 0;
        for (int k = scene->by.first[j]; k < scene->by.first[j + 1]; k++)
            scene->scratch[n++] = feature_place(scene, plane, scene->by.sample[k]);
        if (n == 0)
            continue;
        struct marker marker =
            class_marker(look->theme, j, point_radius(plane->radius, snap->count / stride));
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
    bool outside = radius - inset < 0.35 * d->outer; /* where the wedge is narrower than the words */
    struct point at = disc_at(d, angle, outside ? radius + inset : radius - inset);
    struct rect under = { at.x - width / 2 - 5, at.y - 10, width + 10, 20 };
    canvas_round_rect(d->canvas, under, 4, color_alpha(look->theme->disc, 0.72));
    struct point base = { at.x - width / 2, at.y + text_ascent(&upright) / 2 };
    canvas_text(d->canvas, base, name, name_font, look->theme->margin, ALIGN_LEFT);
    base.x += first;
    canvas_text(d->canvas, base, value, &upright, look->theme->margin, ALIGN_LEFT);
}

static void draw_zone(const struct disc *d, const struct scene *scene, const struct look *look,
    const struct selection *selection, double unit)
{
    struct arc zone;
    if (!disc_zone(scene, selection, &zone) || zone.to - zone.from < 1e-6)
        return;
    /* where the zone's width depends on the norm, at the norm it was solved for */
    bool curved = region_norm_matters(&scene->snap->force);
    double radius = curved ? fmin(scene->snap->norm_median * unit, 0.955 * d->outer) : 0.955 * d->outer;
    double end[2] = { zone.from, zone.to };
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
    const char *before = canvas_mark(d->canvas, "plane.gap");
    if (look->layers & LAYER_MARGINS)
        draw_zone(d, scene, look, &selection, plane->unit);
    canvas_mark(d->canvas, before);
    if (selection.sample != look->selected) /* the typical sample: its zone is named, it is not ringed */
        return;
    struct point at = feature_place(scene, plane, selection.sample);
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

static void draw_empty(const struct disc *d, const struct look *look, bool drawn)
{
    struct font font = { 20, WEIGHT_REGULAR, false };
    canvas_disc(d->canvas, d->center, 3.5, look->theme->text1);
    canvas_ring(d->canvas, d->center, d->outer, 1.25, look->theme->text3);
    struct point at = { d->center.x, d->center.y + 48 };
    const char *text = drawn ? "Draw points: press L, then click" : "Choose a data set to begin";
    canvas_text(d->canvas, at, text, &font, look->theme->text2, ALIGN_CENTER);
}

static void draw_disc(const struct ground *g)
{
    const struct disc *d = g->disc;
    struct scene *scene = g->scene;
    const struct look *look = g->look;
    regions_draw(g);
    canvas_mark(d->canvas, "plane.norm");
    draw_norm_rings(d, scene, look, g->plane, RINGS_ONLY);
    canvas_mark(d->canvas, "plane.weight");
    marks_shafts(g);
    canvas_mark(d->canvas, "plane.point");
    draw_points(d, scene, look, g->plane);
    canvas_mark(d->canvas, "plane.norm");
    if (d->outer >= 150)
        draw_norm_rings(d, scene, look, g->plane, NUMBERS_ONLY);
    canvas_mark(d->canvas, "plane.rose");
    if (look->layers & LAYER_ROSE)
        rose_draw(d, scene, look, 5);
    canvas_mark(d->canvas, "plane.ring");
    canvas_ring(d->canvas, d->center, d->outer, 1.25, look->theme->text3);
    canvas_mark(d->canvas, "plane.weight");
    marks_heads(g);
    marks_over(g);
    canvas_mark(d->canvas, "plane.norm");
    if (look->bare && d->outer >= 75 && d->outer < 150) /* a lesson speaks of lengths, at twice the size */
        draw_norm_rings(d, scene, look, g->plane, LAST_NUMBER);
    canvas_mark(d->canvas, "plane.origin");
    canvas_disc(d->canvas, d->center, 3.5, look->theme->text1);
    canvas_mark(d->canvas, "plane.selected");
    draw_selection(d, scene, look, g->plane);
    canvas_mark(d->canvas, "plane.probe");
    feature_lens(d->canvas, scene, look, g->plane, g->rect);
    canvas_mark(d->canvas, "plane.chip");
    draw_chips(d, scene, look, g->plane, g->rect);
    canvas_mark(d->canvas, NULL);
}

static void feature_draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    struct plane plane = feature_plane(scene, look, rect);
    struct disc d = disc_whole(c, scene, plane.center, plane.radius);
    struct ground g = ground_of(&d, scene, look, &plane, rect);
    bool drawn = scene->snap && draw_chosen(&scene->snap->experiment);
    bool empty =
        !scene->snap || (scene->snap->count == 0 && !(drawn && scene->data)) || scene->snap->classes == 0;
    canvas_clip(c, &rect);
    if (!look->transparent && !scene->data)
        canvas_disc(c, plane.center, plane.radius, look->theme->disc);
    if (empty)
        draw_empty(&d, look, drawn);
    else if (scene->data)
        data_draw(&g);
    else
        draw_disc(&g);
    canvas_mark(c, NULL);
    if (!empty)
        feature_words(c, scene, look, &plane, rect);
    canvas_clip(c, NULL);
}

static const char *feature_missing(const struct scene *scene)
{
    if (scene->snap && scene->snap->count > 0 && scene->snap->dim != 2 && !scene->data)
        return "The feature plane needs 2-D features; set the feature dimension to 2.";
    return NULL;
}

const struct view view_feature = {
    .id = "feature",
    .label = "Feature plane",
    .draw = feature_draw,
    .missing = feature_missing,
};

/* ---- picking ---- */

static bool has_plane(const struct scene *scene)
{
    return scene->snap && (scene->snap->dim == 2 || scene->data);
}

int feature_pick(const struct scene *scene, const struct look *look, struct rect rect, struct point at)
{
    if (!has_plane(scene))
        return -1;
    struct plane plane = feature_plane(scene, look, rect);
    double least = 8;
    int best = -1;
    for (int i = 0; i < scene->snap->count; i++) {
        struct point p = feature_place(scene, &plane, i);
        double away = hypot(p.x - at.x, p.y - at.y);
        bool drawn = scene->data || hypot(p.x - plane.center.x, p.y - plane.center.y) <= plane.radius;
        if (away <= least && drawn) {
            least = away;
            best = i;
        }
    }
    return best;
}

int feature_pick_chip(const struct scene *scene, const struct look *look, struct rect rect, struct point at)
{
    if (!has_plane(scene) || scene->data)
        return -1;
    struct plane plane = feature_plane(scene, look, rect);
    struct disc d = { .center = plane.center };
    struct chip chip[CHIP_MAX];
    int n = chips_place(scene, &plane, chip);
    for (int i = 0; i < n; i++) {
        char room[SNAPSHOT_NAME_TEXT];
        double width = chip_width(snapshot_class(scene->snap, chip[i].label, room), FEATURE_CHIP_RADIUS);
        struct point p = chip_middle(&d, chip[i].angle, feature_chip_distance(plane.radius), width, rect);
        double beside = fmax(fabs(at.x - p.x) - width / 2 + FEATURE_CHIP_RADIUS, 0);
        if (hypot(beside, at.y - p.y) <= FEATURE_CHIP_RADIUS + 4)
            return chip[i].label;
    }
    return -1;
}

bool feature_unplace(
    const struct scene *scene, const struct look *look, struct rect rect, struct point at, double out[2])
{
    const struct snapshot *snap = scene->snap;
    bool fit = snap->force.loss && snap->force.loss->task == TASK_REAL;
    if (snap->experiment.model != MODEL_IDENTITY || snap->dim != (fit ? 1 : 2) || (fit && !scene->data))
        return false;
    struct plane plane = feature_plane(scene, look, rect);
    out[0] = (at.x - plane.center.x) / plane.unit;
    out[1] = (plane.center.y - at.y) / plane.unit_y;
    return true;
}
