#include "render/feature_data.h"

#include <math.h>
#include <stdio.h>

#include "render/axes.h"
#include "render/number.h"
#include "render/text.h"

/* More lines than this would be a grey cloud. */
enum { LINES_MAX = 300, RINGS_MAX = 80 };

static const struct font small = { 12, WEIGHT_REGULAR, false };

static bool is_fit(const struct snapshot *snap)
{
    return snap->force.loss->task == TASK_REAL;
}

/* ---- geometry ---- */

/* What the axes leave of the view. */
static struct rect data_area(const struct scene *scene, bool bare, struct rect rect)
{
    bool fit = is_fit(scene->snap);
    double left = fit ? 60 : 24, bottom = fit ? 44 : 24, top = fit ? 88 : 64, right = 24;
    if (fit && bare) /* without title, legend and statistics */
        left = 44, top = 36, bottom = 34;
    else if (fit && rect.h >= 400) /* legend and statistics stand below the axis */
        bottom = 136;
    if (rect.w < 3 * left || rect.h < 1.6 * (top + bottom))
        left = right = top = bottom = 4;
    return (struct rect){ rect.x + left, rect.y + top, rect.w - left - right, rect.h - top - bottom };
}

struct plane data_plane(const struct scene *scene, const struct look *look, struct rect rect)
{
    struct rect area = data_area(scene, look->bare, rect);
    const double *box = scene->box;
    double zoom = look->zoom > 0 ? look->zoom : 1;
    double x = zoom * area.w / (box[2] - box[0]), y = zoom * area.h / (box[3] - box[1]);
    if (!is_fit(scene->snap)) /* both are coordinates of one plane */
        x = y = fmin(x, y);
    return (struct plane){
        .center = { area.x + area.w / 2 - x * (box[0] + box[2]) / 2 + look->pan_x,
            area.y + area.h / 2 + y * (box[1] + box[3]) / 2 + look->pan_y },
        .radius = zoom * area.h / 2,
        .unit = x,
        .unit_y = y,
    };
}

/* ---- axes ---- */

static const char *tick_text(double value, double step, char *out, int size)
{
    return number_short(fabs(value) < step / 2 ? 0 : value, out, size);
}

/* Through the origin, as far as it shows; a tick at every round number. */
static void draw_cross(const struct ground *g)
{
    const struct theme *theme = g->look->theme;
    struct rect r = g->rect;
    struct point o = g->plane->center;
    double step = axis_step((g->box[2] - g->box[0]), 12);
    bool words = r.w > 240 && r.h > 180;
    canvas_line(g->canvas, (struct point){ r.x, o.y }, (struct point){ r.x + r.w, o.y }, 1, theme->axis);
    canvas_line(g->canvas, (struct point){ o.x, r.y }, (struct point){ o.x, r.y + r.h }, 1, theme->axis);
    for (int d = 0; d < 2; d++)
        for (double v = step * ceil(g->box[d] / step); v <= g->box[d + 2]; v += step) {
            struct point at = d ? ground_at(g, 0, v) : ground_at(g, v, 0);
            struct point end = { at.x + (d ? 5 : 0), at.y + (d ? 0 : 5) };
            char text[32];
            if (fabs(v) < step / 2)
                continue;
            canvas_line(g->canvas, at, end, 1, theme->axis);
            struct point base = { at.x + (d ? 9 : 0), at.y + (d ? text_ascent(&small) / 2 : 18) };
            bool inside =
                base.x > r.x + 24 && base.x < r.x + r.w - 24 && base.y > r.y + 70 && base.y < r.y + r.h - 10;
            if (words && inside)
                canvas_text(g->canvas, base, tick_text(v, step, text, sizeof text), &small, theme->text3,
                    d ? ALIGN_LEFT : ALIGN_CENTER);
        }
}

/* Numbers in gutters, gridlines across: x and the target have their own scales. */
static void draw_scales(const struct ground *g)
{
    const struct theme *theme = g->look->theme;
    struct rect a = data_area(g->scene, g->look->bare, g->rect);
    bool words = a.x > g->rect.x + 20;
    double low[2] = { (a.x - g->plane->center.x) / g->plane->unit,
        (g->plane->center.y - a.y - a.h) / g->plane->unit_y };
    double high[2] = { (a.x + a.w - g->plane->center.x) / g->plane->unit,
        (g->plane->center.y - a.y) / g->plane->unit_y };
    for (int d = 0; d < 2; d++) {
        double step = axis_step(high[d] - low[d], 8);
        for (double v = step * ceil(low[d] / step - 1e-9); v <= high[d] + 1e-9 * step; v += step) {
            struct point at = d ? ground_at(g, 0, v) : ground_at(g, v, 0);
            char text[32];
            tick_text(v, step, text, sizeof text);
            if (d) {
                canvas_line(g->canvas, (struct point){ a.x, at.y }, (struct point){ a.x + a.w, at.y }, 1,
                    theme->grid);
                at = (struct point){ a.x - 8, at.y + text_ascent(&small) / 2 };
            } else {
                canvas_line(g->canvas, (struct point){ at.x, a.y + a.h },
                    (struct point){ at.x, a.y + a.h + 5 }, 1, theme->axis);
                at = (struct point){ at.x, a.y + a.h + 20 };
            }
            if (words)
                canvas_text(g->canvas, at, text, &small, theme->text3, d ? ALIGN_RIGHT : ALIGN_CENTER);
        }
    }
    canvas_line(
        g->canvas, (struct point){ a.x, a.y + a.h }, (struct point){ a.x + a.w, a.y + a.h }, 1, theme->axis);
    if (!words)
        return;
    struct font name = { 14, WEIGHT_REGULAR, true };
    canvas_text(g->canvas, (struct point){ a.x - 8, a.y - 14 }, "y", &name, theme->text2, ALIGN_RIGHT);
    canvas_text(g->canvas, (struct point){ a.x + a.w, a.y + a.h - 8 },
        g->scene->snap->dim == 1 ? "x" : "w·x + b", &name, theme->text2, ALIGN_RIGHT);
}

/* ---- points ---- */

static double marker_radius(const struct snapshot *snap)
{
    return snap->count <= 400 ? 4.5 : 3.1;
}

static bool has_label(const struct snapshot *snap, int i, int j)
{
    return j < snap->targets && snap->target[(size_t)i * (size_t)snap->targets + (size_t)j] > 0;
}

/* With several labels, of those that have any. */
static int label_had(const void *with, int i)
{
    const struct snapshot *snap = with;
    bool several = snap->force.loss->task == TASK_MULTI && snap->targets > 0;
    return !several || has_label(snap, i, snap->label[i]) ? snap->label[i] : -1;
}

/* A class at a time. */
static void draw_points(const struct ground *g)
{
    const struct snapshot *snap = g->scene->snap;
    struct sorted *by = &g->scene->by;
    sorted_fill(by, 0, snap->count, 1, snap->classes, label_had, snap);
    for (int j = 0; j < snap->classes; j++) {
        int n = 0;
        for (int k = by->first[j]; k < by->first[j + 1]; k++)
            g->scene->scratch[n++] = feature_place(g->scene, g->plane, by->sample[k]);
        struct marker marker = class_marker(g->look->theme, j, marker_radius(snap));
        if (!(g->look->layers & LAYER_SHAPES))
            marker.shape = SHAPE_CIRCLE;
        marker.fill.a *= (float)class_alpha(g->look, j);
        if (n > 0)
            canvas_markers(g->canvas, g->scene->scratch, n, &marker);
    }
}

/* Every further label is a ring about the point; a point without any is an open ink circle. */
static void draw_labels(const struct ground *g)
{
    const struct snapshot *snap = g->scene->snap;
    double radius = marker_radius(snap);
    for (int i = 0; i < snap->count && snap->targets > 0; i++) {
        struct point at = feature_place(g->scene, g->plane, i);
        double ring = radius + 2.5;
        bool any = false;
        for (int j = 0; j < snap->classes; j++) {
            if (!has_label(snap, i, j))
                continue;
            any = true;
            if (j == snap->label[i])
                continue;
            canvas_ring(g->canvas, at, ring, 1.75,
                color_alpha(class_color(g->look->theme, j), class_alpha(g->look, j)));
            ring += 3;
        }
        if (!any)
            canvas_ring(g->canvas, at, radius - 1, 1.5, g->look->theme->text2);
    }
}

static void draw_selected(const struct ground *g)
{
    struct selection s;
    if (!view_selection(g->scene, g->look, &s) || s.sample != g->look->selected)
        return;
    struct point at = feature_place(g->scene, g->plane, s.sample);
    canvas_ring(g->canvas, at, 12, 4.5, color_alpha(g->look->theme->bg, 0.8));
    canvas_ring(g->canvas, at, 12, 1.75, g->look->theme->text1);
}

/* ---- one score ---- */

static double score_of(const double w[2], double b, const double x[2])
{
    return w[0] * x[0] + w[1] * x[1] + b;
}

/* From a point that the margin still asks something of to its own margin line. */
static void draw_slack(const struct ground *g, const double w[2], double b)
{
    const struct snapshot *snap = g->scene->snap;
    double square = w[0] * w[0] + w[1] * w[1];
    int lines = 0;
    for (int i = 0; i < snap->count && square > 1e-12 && lines < LINES_MAX; i++) {
        double x[2], t = snap->label[i] ? 1 : -1;
        scene_xy(g->scene, i, x);
        double lack = t - score_of(w, b, x);
        if (t * lack <= 1e-3)
            continue;
        struct point ends[2] = { feature_place(g->scene, g->plane, i),
            ground_at(g, x[0] + lack * w[0] / square, x[1] + lack * w[1] / square) };
        struct color color =
            color_alpha(class_color(g->look->theme, snap->label[i]), class_alpha(g->look, snap->label[i]));
        struct stroke dashed = { .color = color, .width = 1.5, .dash_on = 3, .dash_off = 3 };
        struct point foot = ends[1];
        if (!ground_clip(g, &ends[0], &ends[1]))
            continue;
        canvas_lines(g->canvas, ends, 2, &dashed);
        canvas_disc(g->canvas, foot, 2, color);
        lines++;
    }
}

static void draw_support(const struct ground *g, const double w[2], double b)
{
    const struct snapshot *snap = g->scene->snap;
    int support = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < snap->count; i++) {
            double x[2];
            scene_xy(g->scene, i, x);
            if ((snap->label[i] ? 1 : -1) * score_of(w, b, x) > 1 + 1e-3)
                continue;
            if (pass == 0 && ++support > RINGS_MAX)
                return;
            if (pass == 1)
                canvas_ring(g->canvas, feature_place(g->scene, g->plane, i), 10, 1.5, g->look->theme->text1);
        }
}

/* A place on the boundary, `share` of the way down what shows of it. */
static bool boundary_place(
    const struct ground *g, const double w[2], double b, double share, struct point *at)
{
    struct point ends[2];
    if (!ground_level(g, w, b, 0, ends))
        return false;
    int top = ends[0].y <= ends[1].y ? 0 : 1;
    *at = (struct point){ ends[top].x + share * (ends[!top].x - ends[top].x),
        ends[top].y + share * (ends[!top].y - ends[top].y) };
    return true;
}

static void draw_w(const struct ground *g, const double w[2], double b)
{
    struct font font = { 14, WEIGHT_SEMIBOLD, true };
    double length = hypot(w[0], w[1]);
    struct point at;
    if (!(length > 1e-12) || !boundary_place(g, w, b, 0.74, &at))
        return;
    double px = fmin(fmax(length * g->plane->unit, 40), 0.22 * fmin(g->rect.w, g->rect.h));
    double dx = w[0] / length, dy = -w[1] / length;
    struct point tip = { at.x + px * dx, at.y + px * dy }, neck = { tip.x - 9 * dx, tip.y - 9 * dy };
    struct point head[3] = { tip, { tip.x - 11 * dx - 4.5 * dy, tip.y - 11 * dy + 4.5 * dx },
        { tip.x - 11 * dx + 4.5 * dy, tip.y - 11 * dy - 4.5 * dx } };
    canvas_line(g->canvas, at, neck, 2, g->look->theme->text1);
    canvas_polygon(g->canvas, head, 3, g->look->theme->text1);
    struct point base = { tip.x + 12 * dx, tip.y + 12 * dy + 5 };
    bool inside = base.x > g->rect.x + 12 && base.x < g->rect.x + g->rect.w - 12 && base.y > g->rect.y + 12 &&
                  base.y < g->rect.y + g->rect.h - 4;
    if (inside)
        canvas_text(g->canvas, base, "w", &font, g->look->theme->text1, ALIGN_CENTER);
}

/* Between the margin lines: 2/|w|. */
static void draw_width(const struct ground *g, const double w[2], double b)
{
    struct font italic = { 20, WEIGHT_SEMIBOLD, true }, bold = { 20, WEIGHT_SEMIBOLD, false };
    struct color amber = g->look->theme->margin;
    double length = hypot(w[0], w[1]), half = g->plane->unit / length;
    struct point at;
    if (!(length > 1e-12) || !boundary_place(g, w, b, 0.24, &at) || !(2 * half >= 6))
        return;
    double dx = half * w[0] / length, dy = -half * w[1] / length, tx = -dy / half * 8, ty = dx / half * 8;
    struct point end[2] = { { at.x - dx, at.y - dy }, { at.x + dx, at.y + dy } };
    int right = end[1].x >= end[0].x;
    char number[32], value[48];
    snprintf(value, sizeof value, "‖ = %s", number_fixed(2 / length, 2, number, sizeof number));
    double first = text_width("2/‖", &bold), middle = text_width("w", &italic);
    struct point base = { end[right].x + 14, end[right].y + 7 };
    double wide = first + middle + text_width(value, &bold);
    struct rect r = g->rect;
    if (end[!right].x < r.x + 8 || base.x + wide > r.x + r.w - 8 || base.y < r.y + 24 ||
        base.y > r.y + r.h - 8)
        return;
    canvas_line(g->canvas, end[0], end[1], 2.25, amber);
    for (int i = 0; i < 2; i++)
        canvas_line(g->canvas, (struct point){ end[i].x - tx, end[i].y - ty },
            (struct point){ end[i].x + tx, end[i].y + ty }, 2.25, amber);
    canvas_round_rect(g->canvas, (struct rect){ base.x - 6, base.y - 20, wide + 12, 28 }, 4,
        color_alpha(g->look->theme->bg, 0.72));
    canvas_text(g->canvas, base, "2/‖", &bold, amber, ALIGN_LEFT);
    base.x += first;
    canvas_text(g->canvas, base, "w", &italic, amber, ALIGN_LEFT);
    base.x += middle;
    canvas_text(g->canvas, base, value, &bold, amber, ALIGN_LEFT);
}

static void draw_score(const struct ground *g, const double w[2], double b)
{
    bool margin = score_has_margin(g->scene->snap) && (g->look->layers & LAYER_MARGINS);
    canvas_mark(g->canvas, "data.slack");
    if (margin)
        draw_slack(g, w, b);
    canvas_mark(g->canvas, "data.point");
    draw_points(g);
    canvas_mark(g->canvas, "data.support");
    if (margin)
        draw_support(g, w, b);
    canvas_mark(g->canvas, "data.w");
    if (g->look->layers & LAYER_WEIGHTS)
        draw_w(g, w, b);
    canvas_mark(g->canvas, "data.width");
    if (margin)
        draw_width(g, w, b);
    canvas_mark(g->canvas, NULL);
}

/* ---- a fitted line ---- */

static double fit_at(const struct snapshot *snap, double x)
{
    return snap->dim == 1 ? snap->weight[0] * x + snap->bias[0] : x;
}

static void draw_residuals(const struct ground *g)
{
    const struct snapshot *snap = g->scene->snap;
    struct color color = color_alpha(g->look->theme->text2, 0.55);
    for (int i = 0; i < snap->count && i < LINES_MAX; i++) {
        double xy[2];
        scene_xy(g->scene, i, xy);
        canvas_line(
            g->canvas, ground_at(g, xy[0], xy[1]), ground_at(g, xy[0], fit_at(snap, xy[0])), 1, color);
    }
}

/* How much of all the pull on the line comes from sample i: |rho'(r)| of the sum. */
static double pull_share(const struct scene *scene, int sample)
{
    const struct snapshot *snap = scene->snap;
    double sum = 0, own = 0;
    for (int i = 0; i < snap->count; i++) {
        double xy[2];
        scene_xy(scene, i, xy);
        double pull = fabs(snap->force.loss->curve(fit_at(snap, xy[0]) - xy[1], snap->force.param).slope);
        sum += pull;
        own = i == sample ? pull : own;
    }
    return sum > 0 ? own / sum : 0;
}

static int points_under(const struct ground *g, struct rect box)
{
    int found = 0;
    for (int i = 0; i < g->scene->snap->count; i++) {
        double xy[2];
        scene_xy(g->scene, i, xy);
        struct point at = ground_at(g, xy[0], xy[1]);
        found += at.x > box.x && at.x < box.x + box.w && at.y > box.y && at.y < box.y + box.h;
    }
    return found;
}

/* On the side with fewer points, where there is room on both. */
static bool pull_left(const struct ground *g, struct point at, double width)
{
    struct rect r = g->rect;
    if (at.x < r.x + width + 20)
        return false;
    if (at.x + 16 + width > r.x + r.w - 12)
        return true;
    return points_under(g, (struct rect){ at.x - 16 - width, at.y - 12, width, 24 }) <
           points_under(g, (struct rect){ at.x + 16, at.y - 12, width, 24 });
}

/* The sample the header speaks of, by default the one the line is furthest from. */
static void draw_pull(const struct ground *g)
{
    const struct snapshot *snap = g->scene->snap;
    struct selection s;
    if (!view_selection(g->scene, g->look, &s) || !snap->force.loss->curve)
        return;
    double xy[2];
    char share[32], text[64];
    scene_xy(g->scene, s.sample, xy);
    struct point at = ground_at(g, xy[0], xy[1]), foot = ground_at(g, xy[0], fit_at(snap, xy[0]));
    canvas_line(g->canvas, at, foot, 2, g->look->theme->text1);
    canvas_ring(g->canvas, at, 10, 1.5, g->look->theme->text1);
    snprintf(text, sizeof text, "%s of the pull",
        number_percent(pull_share(g->scene, s.sample), share, sizeof share));
    struct font font = { 12, WEIGHT_SEMIBOLD, false };
    double width = text_width(text, &font);
    bool left = pull_left(g, at, width);
    struct rect r = g->rect;
    if (at.y < r.y + 12 || at.y > r.y + r.h - 12 || at.x < r.x || (!left && at.x + 16 + width > r.x + r.w))
        return;
    canvas_text(g->canvas, (struct point){ at.x + (left ? -16 : 16), at.y + 4 }, text, &font,
        g->look->theme->text1, left ? ALIGN_RIGHT : ALIGN_LEFT);
}

static void draw_fit(const struct ground *g)
{
    const struct snapshot *snap = g->scene->snap;
    struct rect a = data_area(g->scene, g->look->bare, g->rect);
    double from = (a.x - g->plane->center.x) / g->plane->unit,
           to = (a.x + a.w - g->plane->center.x) / g->plane->unit;
    canvas_mark(g->canvas, "data.residual");
    draw_residuals(g);
    canvas_mark(g->canvas, "data.point");
    draw_points(g);
    canvas_mark(g->canvas, "data.fit");
    struct stroke line = { .color = g->look->theme->text1, .width = 2.5 };
    struct point ends[2] = { ground_at(g, from, fit_at(snap, from)), ground_at(g, to, fit_at(snap, to)) };
    if (ground_clip(g, &ends[0], &ends[1]))
        canvas_lines(g->canvas, ends, 2, &line);
    canvas_mark(g->canvas, "data.pull");
    draw_pull(g);
    canvas_mark(g->canvas, NULL);
}

/* ---- the view ---- */

void data_draw(const struct ground *g)
{
    const struct snapshot *snap = g->scene->snap;
    double w[2], b;
    if (is_fit(snap)) {
        draw_scales(g);
        draw_fit(g);
        draw_selected(g);
        return;
    }
    draw_cross(g);
    regions_draw(g);
    if (score_line(snap, w, &b)) {
        draw_score(g, w, b);
    } else {
        canvas_mark(g->canvas, "data.point");
        draw_points(g);
        canvas_mark(g->canvas, NULL);
        draw_labels(g);
    }
    canvas_mark(g->canvas, "plane.selected");
    draw_selected(g);
    canvas_mark(g->canvas, NULL);
}
