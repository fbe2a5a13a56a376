/* view_sphere.c - directions alone, radius left out: as a panel the fan between a sample's own weight and its
 * nearest rival, as a figure the whole unit circle. */
#include <math.h>
#include <stdio.h>

#include "render/axes.h"
#include "render/ball.h"
#include "render/disc.h"
#include "render/formula.h"
#include "render/number.h"
#include "render/text.h"

static const double PI = 3.14159265358979323846;

enum { FIGURE_WIDTH = 500, FIGURE_HEIGHT = 400 };

static const struct font small = { 12, WEIGHT_REGULAR, false };
static const struct font value_font = { 14, WEIGHT_SEMIBOLD, false };

static double class_axis(const struct scene *scene, int j)
{
    return atan2(scene->snap->weight[2 * j + 1], scene->snap->weight[2 * j]);
}

/* ---- what fan, thumbnail and circle share ---- */

static void draw_cells(
    const struct disc *d, const struct scene *scene, const struct look *look, double strength)
{
    const struct theme *theme = look->theme;
    for (int j = 0; j < scene->snap->classes; j++) {
        double fade = class_alpha(look, j);
        struct color color = class_color(theme, j);
        struct arc zone[REGION_ARC_MAX + 1];
        int zones = region_zones(&scene->region[j], zone);
        for (int i = 0; i < scene->region[j].safe_count; i++)
            disc_sector(d, scene->region[j].safe[i],
                color_alpha(color, fmin(strength * (double)theme->region_alpha, 0.9) * fade));
        for (int i = 0; i < zones; i++) {
            disc_sector(
                d, zone[i], color_alpha(color, fmin(strength * (double)theme->zone_alpha, 0.4) * fade));
        }
    }
}

static void draw_borders(const struct disc *d, const struct scene *scene, const struct look *look)
{
    struct stroke border = {
        .color = color_alpha(look->theme->text3, 0.75), .width = 1, .dash_on = 2, .dash_off = 5
    };
    for (int j = 0; j < scene->snap->classes; j++) {
        const struct region_class *region = &scene->region[j];
        struct stroke edge = {
            .color = color_alpha(class_color(look->theme, j), (double)look->theme->edge_alpha), .width = 1.25
        };
        struct arc zone[REGION_ARC_MAX + 1];
        int zones = region_zones(region, zone);
        for (int i = 0; i < zones && region->safe_count; i++) {
            if (zone[i].from > region->decided[0].from + 1e-9)
                disc_spoke(d, zone[i].from, &edge);
            if (zone[i].to < region->decided[0].to - 1e-9)
                disc_spoke(d, zone[i].to, &edge);
        }
        if (region->decided_count && region->decided[0].to - region->decided[0].from < 2 * PI)
            disc_spoke(d, region->decided[0].from, &border);
    }
}

enum { TICK_SLOTS = 1024 };

/* One tick a sample outside the rim of the fan, longer for the two classes that matter. A tick that would lie on
 * one of its own class is left out: 5 000 strokes for a rim of 250 pixels. */
static void draw_ticks(const struct disc *d, const struct scene *scene, const struct look *look,
    const struct selection *selection)
{
    int drawn[TICK_SLOTS] = { 0 }; /* label + 1 of the last tick there */
    for (int i = 0; i < scene->snap->count; i++) {
        double angle = (double)scene->angle[i];
        int label = scene->snap->label[i];
        if (!isfinite(angle) || !disc_shows(d, angle))
            continue;
        int slot = (int)(disc_beyond(d, angle) * d->outer * 1.2);
        if (slot < 0 || slot >= TICK_SLOTS || drawn[slot] == label + 1)
            continue;
        drawn[slot] = label + 1;
        double length = label == selection->own || label == selection->rival ? 7 : 4;
        struct color color = color_alpha(class_color(look->theme, label), 0.7 * class_alpha(look, label));
        struct point rim = disc_at(d, angle, d->outer + 1), end = disc_at(d, angle, d->outer + 1 + length);
        canvas_line(d->canvas, rim, end, 1, color);
    }
}

/* ---- the fan ---- */

struct fan {
    struct disc disc;
    double own, rival, sample; /* directions, unwrapped about the middle of the fan */
    double sense; /* +1 when the rival lies counter-clockwise of the own weight */
};

/* Outer and inner radius of a fan of half-angle `half` that fills a box. */
static void fan_radii(double half, double width, double height, double *outer, double *inner)
{
    double spread = half < PI / 2 ? sin(half) : 1;
    *outer = width / 2 / spread;
    if (half < PI / 2) {
        *inner = (*outer - height) / cos(half);
        if (*inner >= 0.15 * *outer)
            return;
        *inner = 0.15 * *outer;
        *outer = fmin(*outer, height / (1 - 0.15 * cos(half)));
        *inner = 0.15 * *outer;
        return;
    }
    *inner = 0;
    *outer = fmin(*outer, height / (1 - cos(half)));
}

static struct fan fan_layout(
    struct canvas *c, struct scene *scene, const struct selection *selection, struct rect box)
{
    double own = class_axis(scene, selection->own),
           sample = own + remainder((double)scene->angle[selection->sample] - own, 2 * PI);
    double rival = own + remainder(class_axis(scene, selection->rival) - own, 2 * PI);
    double low = fmin(own, rival), high = fmax(own, rival);
    if (sample < low - PI / 2 && sample + 2 * PI - high < low - sample)
        sample += 2 * PI;
    low = fmin(low, sample);
    high = fmax(high, sample);
    double half = fmin((high - low) / 2 + 8 * PI / 180, PI), middle = (high + low) / 2, outer, inner;
    fan_radii(half, box.w, box.h, &outer, &inner);
    struct disc d = disc_whole(c, scene, (struct point){ box.x + box.w / 2, box.y + outer }, outer);
    d.inner = inner;
    d.turn = PI / 2 - middle;
    d.from = middle - half;
    d.to = middle + half;
    return (struct fan){ d, own, rival, sample, rival >= own ? 1 : -1 };
}

static struct arc arc_between(double a, double b)
{
    return (struct arc){ fmin(a, b), fmax(a, b) };
}

static void arc_with_ticks(
    const struct disc *d, double radius, struct arc arc, double width, struct color color)
{
    const double end[2] = { arc.from, arc.to };
    disc_arc(d, radius, arc, width, color);
    for (int i = 0; i < 2; i++)
        if (disc_shows(d, end[i]))
            canvas_line(
                d->canvas, disc_at(d, end[i], radius - 4), disc_at(d, end[i], radius + 4), width, color);
}

static void theta_text(const struct scene *scene, int label, char *out, int size)
{
    char room[SNAPSHOT_NAME_TEXT];
    snprintf(out, (size_t)size, "\\cls{%d}{\\theta_{%s}}", label, snapshot_class(scene->snap, label, room));
}

static void formula_center(
    struct canvas *c, struct point at, const char *text, double size, const struct theme *theme)
{
    struct formula_size s = formula_measure(text, size);
    formula_draw(
        c, (struct point){ at.x - s.width / 2, at.y + size * 0.33 }, text, size, theme->text1, theme);
}

struct gap {
    struct arc arc;
    bool is_m; /* the loss's own angle m; else the width the zone happens to have here */
};

/* Where the margin stands in the fan: added to theta of the own class when it is an angle, else the zone between
 * the two safe edges. */
static bool fan_gap(
    const struct scene *scene, const struct fan *fan, const struct selection *selection, struct gap *out)
{
    const struct loss_force *force = &scene->snap->force;
    struct arc zone;
    if (!disc_zone(scene, selection, &zone) || zone.to - zone.from < 1e-6)
        return false;
    *out = (struct gap){ zone, zone_is_margin(scene, zone) };
    bool towards_rival = (fan->sample - fan->own) * fan->sense >= 0;
    if (force->loss->family == FAMILY_ANGLE_PLUS && force->loss->margin >= 0 && towards_rival) {
        double end = fan->sample + fan->sense * force->param[force->loss->margin];
        *out = (struct gap){ arc_between(fan->sample, end), true };
    }
    return true;
}

static void gap_name(
    const struct gap *gap, struct canvas *c, struct point at, enum align align, const struct theme *theme)
{
    struct font m = { 20, WEIGHT_SEMIBOLD, true }, zone = { 14, WEIGHT_SEMIBOLD, false };
    canvas_text(c, at, gap->is_m ? "m" : "zone", gap->is_m ? &m : &zone, theme->margin, align);
}

static void draw_fan_arcs(const struct fan *fan, const struct scene *scene, const struct look *look,
    const struct selection *selection)
{
    const struct disc *d = &fan->disc;
    const struct theme *theme = look->theme;
    double span = d->outer - d->inner, upper = d->outer - 0.2 * span, lower = d->outer - 0.46 * span;
    char text[48];
    struct gap gap;
    struct arc own = arc_between(fan->own, fan->sample), rival = arc_between(fan->rival, fan->sample);
    bool labels = span >= 60;
    arc_with_ticks(d, lower, rival, 2.5, class_color(theme, selection->rival));
    arc_with_ticks(d, upper, own, 2.5, class_color(theme, selection->own));
    if (fan_gap(scene, fan, selection, &gap)) {
        double width = (gap.arc.to - gap.arc.from) * upper, middle = (gap.arc.from + gap.arc.to) / 2;
        arc_with_ticks(d, upper, gap.arc, 2.5, theme->margin);
        if (labels && width > (gap.is_m ? 16 : 40) && disc_shows(d, middle))
            gap_name(&gap, d->canvas, disc_at(d, middle, upper - 20), ALIGN_CENTER, theme);
    }
    theta_text(scene, selection->rival, text, sizeof text);
    if (labels && (rival.to - rival.from) * lower > 24)
        formula_center(
            d->canvas, disc_at(d, 0.6 * fan->rival + 0.4 * fan->sample, lower - 15), text, 20, theme);
    theta_text(scene, selection->own, text, sizeof text);
    if (labels && (own.to - own.from) * upper > 24)
        formula_center(d->canvas, disc_at(d, (fan->own + fan->sample) / 2, upper - 15), text, 20, theme);
}

static void draw_fan(const struct fan *fan, const struct scene *scene, const struct look *look,
    const struct selection *selection)
{
    const struct disc *d = &fan->disc;
    const struct theme *theme = look->theme;
    struct arc all = { d->from, d->to };
    disc_sector(d, all, theme->wedge);
    draw_cells(d, scene, look, 1.3);
    zones_hatch(d, scene, look);
    draw_borders(d, scene, look);
    disc_arc(d, d->outer, all, 1.25, theme->text3);
    draw_ticks(d, scene, look, selection);
    struct stroke weight = { .width = 2, .color = class_color(theme, selection->rival) };
    disc_spoke(d, fan->rival, &weight);
    weight.color = class_color(theme, selection->own);
    disc_spoke(d, fan->own, &weight);
    struct stroke ray = { .width = 2.5, .color = theme->text1 };
    disc_spoke(d, fan->sample, &ray);
    draw_fan_arcs(fan, scene, look, selection);
    struct point rim = disc_at(d, fan->sample, d->outer);
    canvas_disc(d->canvas, rim, 5, theme->disc);
    canvas_disc(d->canvas, rim, 4, theme->text1);
    char room[SNAPSHOT_NAME_TEXT];
    const char *rival = snapshot_class(scene->snap, selection->rival, room);
    chip_draw(d->canvas, theme, disc_at(d, fan->rival, d->outer + 9), selection->rival, rival, 8.5, 1, false);
    const char *own = snapshot_class(scene->snap, selection->own, room);
    chip_draw(d->canvas, theme, disc_at(d, fan->own, d->outer + 9), selection->own, own, 8.5, 1, false);
}

/* ---- thumbnail and values ---- */

static void draw_thumbnail(struct canvas *c, struct scene *scene, const struct look *look,
    const struct fan *fan, struct point center, double radius)
{
    struct disc d = disc_whole(c, scene, center, radius);
    draw_cells(&d, scene, look, 2.6);
    canvas_ring(c, center, radius, 1, look->theme->text3);
    disc_arc(&d, radius + 4, (struct arc){ fan->disc.from, fan->disc.to }, 2, look->theme->text1);
}

static void draw_value(struct canvas *c, const struct look *look, double left, double right, double y,
    const char *symbol, double angle)
{
    char text[32];
    formula_draw(c, (struct point){ left, y }, symbol, 20, look->theme->text1, look->theme);
    canvas_text(c, (struct point){ right, y }, number_degrees(angle, text, sizeof text), &value_font,
        look->theme->text1, ALIGN_RIGHT);
}

static void draw_values(struct canvas *c, const struct scene *scene, const struct look *look,
    const struct fan *fan, const struct selection *selection, double left, double right, double bottom)
{
    char text[48], degrees[32];
    struct gap gap;
    double pitch = 26;
    theta_text(scene, selection->rival, text, sizeof text);
    draw_value(c, look, left, right, bottom, text, selection->rival_angle);
    if (fan_gap(scene, fan, selection, &gap)) {
        gap_name(&gap, c, (struct point){ left, bottom - pitch }, ALIGN_LEFT, look->theme);
        number_degrees(gap.arc.to - gap.arc.from, degrees, sizeof degrees);
        canvas_text(c, (struct point){ right, bottom - pitch }, degrees, &value_font, look->theme->text1,
            ALIGN_RIGHT);
        pitch *= 2;
    }
    theta_text(scene, selection->own, text, sizeof text);
    draw_value(c, look, left, right, bottom - pitch, text, selection->own_angle);
}

/* ---- panel ---- */

/* "regions at ‖x‖ = 12.3": where another norm has other borders. Empty where none has. */
static const char *norm_note(const struct snapshot *snap, char *out, size_t size)
{
    char number[32];
    out[0] = 0;
    if (ball_norm_matters(&snap->force) && isfinite(snap->norm_median))
        snprintf(out, size, "regions at \u2016x\u2016 = %s, the median",
            number_short(snap->norm_median, number, sizeof number));
    return out;
}

static void draw_note(struct canvas *c, const struct look *look, struct rect rect, const char *text)
{
    canvas_text(c, (struct point){ rect.x + rect.w / 2, rect.y + rect.h / 2 }, text, &small,
        look->theme->text2, ALIGN_CENTER);
}

static void draw_panel(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    struct plot plot = plot_layout(rect, false);
    struct selection selection;
    plot_title(c, &plot, look->theme, "On the unit circle");
    if (!view_selection(scene, look, &selection)) {
        draw_note(c, look, rect, "No sample is classified right yet");
        return;
    }
    char text[96];
    const char *note = look->selected >= 0 ? "one point, two rivals" : "closest call, two rivals";
    note = norm_note(scene->snap, text, sizeof text)[0] ? text : note;
    if (rect.w >= 340)
        canvas_text(c, (struct point){ plot.right, rect.y + plot.size->title_y }, note, &small,
            look->theme->text3, ALIGN_RIGHT);
    double side = rect.w >= 280 ? 94 : 0, left = rect.x + plot.size->padding;
    struct rect box = { left, rect.y + 60, plot.right - left - side, rect.h - 60 - 12 };
    if (box.w < 60 || box.h < 40)
        return;
    struct fan fan = fan_layout(c, scene, &selection, box);
    canvas_mark(c, "sphere.fan");
    draw_fan(&fan, scene, look, &selection);
    canvas_mark(c, NULL);
    if (side == 0)
        return;
    if (box.h >= 130)
        draw_thumbnail(c, scene, look, &fan, (struct point){ plot.right - 36, rect.y + 82 }, 32);
    canvas_mark(c, "sphere.values");
    draw_values(c, scene, look, &fan, &selection, plot.right - 80, plot.right, rect.y + rect.h - 16);
    canvas_mark(c, NULL);
}

/* ---- figure: the whole circle ---- */

static void draw_circle_points(const struct disc *d, struct scene *scene, const struct look *look)
{
    const struct snapshot *snap = scene->snap;
    for (int j = 0; j < snap->classes; j++) {
        int n = 0;
        for (int i = 0; i < snap->count; i++)
            if (snap->label[i] == j && isfinite(scene->angle[i]))
                scene->scratch[n++] = disc_at(d, (double)scene->angle[i], d->outer);
        struct marker marker = class_marker(look->theme, j, 3.4);
        marker.fill.a *= (float)class_alpha(look, j);
        canvas_markers(d->canvas, scene->scratch, n, &marker);
    }
}

static void draw_bands(const struct disc *d, const struct scene *scene, const struct look *look)
{
    for (int j = 0; j < scene->snap->classes; j++) {
        const struct region_class *region = &scene->region[j];
        struct color color = color_alpha(class_color(look->theme, j), class_alpha(look, j));
        struct arc zone[REGION_ARC_MAX + 1];
        int zones = region_zones(region, zone);
        for (int i = 0; i < region->safe_count; i++)
            disc_arc(d, d->outer - 12, region->safe[i], 5, color);
        for (int i = 0; i < zones; i++)
            disc_arc(d, d->outer - 12, zone[i], 1.5, look->theme->margin);
    }
}

static void draw_chips(
    const struct disc *d, const struct scene *scene, const struct look *look, double distance)
{
    enum { RADIUS = 10 };
    struct chip chip[CHIP_MAX];
    double gap = (2 * RADIUS + 3) / distance;
    int classes = scene->snap->classes, n = 0;
    for (int j = 0; j < classes && n < CHIP_MAX; j++)
        if (isfinite(class_axis(scene, j)))
            chip[n++] = (struct chip){ class_axis(scene, j), j };
    if (n * gap <= 0.95 * 2 * PI) /* else there is no room to give */
        chips_spread(chip, n, gap);
    for (int i = 0; i < n; i++) {
        char room[SNAPSHOT_NAME_TEXT];
        int j = chip[i].label;
        chip_draw(d->canvas, look->theme, disc_at(d, chip[i].angle, distance), j,
            snapshot_class(scene->snap, j, room), RADIUS, class_alpha(look, j), class_no_room(scene, j));
    }
}

static void draw_figure(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    const struct theme *theme = look->theme;
    struct plot plot = plot_layout(rect, false);
    double radius = fmax((fmin(rect.w, rect.h - 40) / 2 - 40) / (1 + ROSE_SHARE), 40);
    struct disc d =
        disc_whole(c, scene, (struct point){ rect.x + rect.w / 2, rect.y + 40 + (rect.h - 40) / 2 }, radius);
    char note[96];
    plot_title(c, &plot, theme, "On the unit circle");
    canvas_text(c, (struct point){ plot.right, rect.y + plot.size->title_y },
        norm_note(scene->snap, note, sizeof note), &small, theme->text3, ALIGN_RIGHT);
    canvas_mark(c, "plane.region");
    draw_cells(&d, scene, look, 1);
    zones_hatch(&d, scene, look);
    canvas_mark(c, "plane.boundary");
    draw_borders(&d, scene, look);
    canvas_ring(c, d.center, radius, 1.25, theme->text3);
    canvas_mark(c, "plane.edge");
    draw_bands(&d, scene, look);
    canvas_mark(c, "sphere.point");
    draw_circle_points(&d, scene, look);
    canvas_mark(c, "plane.rose");
    rose_draw(&d, scene, look, 7);
    canvas_mark(c, "plane.weight");
    for (int j = 0; j < scene->snap->classes; j++) {
        double angle = class_axis(scene, j);
        struct color color = color_alpha(class_color(theme, j), 0.9 * class_alpha(look, j));
        canvas_line(c, d.center, disc_at(&d, angle, radius - 26), 2, color);
        disc_arrow(&d, angle, radius - 17, 11, color);
    }
    draw_chips(&d, scene, look, radius * (1 + ROSE_SHARE) + 18);
    canvas_mark(c, NULL);
    canvas_disc(c, d.center, 3.5, theme->text1);
}

static void sphere_draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    canvas_clip(c, &rect);
    if (scene->snap->dim >= 3)
        ball_draw(c, scene, look, rect);
    else if (rect.w >= FIGURE_WIDTH && rect.h >= FIGURE_HEIGHT)
        draw_figure(c, scene, look, rect);
    else
        draw_panel(c, scene, look, rect);
    canvas_clip(c, NULL);
}

static const char *sphere_missing(const struct scene *scene)
{
    const struct snapshot *snap = scene->snap;
    if (!snap || snap->count == 0 || snap->classes == 0)
        return "No samples yet.";
    if (snap->force.loss && loss_decision(&snap->force) == DECIDE_NOTHING)
        return "A regression has no directions to divide; choose a loss of classes.";
    if (snap->dim >= 3 && snap->dim <= SOLID_DIM_MAX)
        return NULL;
    if (snap->dim != 2)
        return "The sphere needs features of 2 to 512 dimensions; set the feature dimension to 3.";
    if (scene->sectors)
        return NULL;
    return scene->data ? "These are the data themselves: where a sample lies decides, not its direction."
                       : "Every label has a boundary of its own here: directions alone decide nothing.";
}

const struct view view_sphere = {
    .id = "sphere",
    .label = "Unit circle",
    .draw = sphere_draw,
    .missing = sphere_missing,
};
