#include "render/view.h"

#include <math.h>
#include <stdio.h>

#include "render/axes.h"
#include "render/number.h"
#include "render/text.h"

static const double pi = 3.14159265358979323846;

enum { BIN_MAX = 120 };

struct angles {
    struct plot plot;
    const struct theme *theme;
    struct axis x; /* degrees */
    double own[BIN_MAX], rival[BIN_MAX]; /* share of the samples */
    int bins;
    double tallest;
    double height; /* of the tallest bar, px */
};

/* The axis grows in steps until 99 % of both kinds are on it. */
static double end_of_axis(const struct scene *scene)
{
    static const double end[] = { 30, 60, 90, 180 };
    int n = scene->snap->count;
    for (int i = 0; i < 3; i++) {
        int own = 0, rival = 0;
        for (int j = 0; j < n; j++) {
            own += scene->own[j] * 180 / pi > end[i];
            rival += scene->rival[j] * 180 / pi > end[i];
        }
        if (own * 100 <= n && rival * 100 <= n)
            return end[i];
    }
    return end[3];
}

static void count_into(double *bin, const struct angles *v, const float *angle, int n)
{
    for (int i = 0; i < v->bins; i++)
        bin[i] = 0;
    for (int i = 0; i < n; i++) {
        double share = angle[i] * 180 / pi / v->x.to;
        if (share >= 0 && share <= 1)
            bin[(int)fmin(v->bins - 1, share * v->bins)] += 1.0 / n;
    }
}

static void angles_layout(struct angles *v, const struct scene *scene, struct rect rect)
{
    const struct snapshot *snap = scene->snap;
    v->plot = plot_layout(rect, false);
    v->x = (struct axis){ 0, end_of_axis(scene), v->plot.area.x, v->plot.area.x + v->plot.area.w, false };
    v->bins = v->plot.size->large ? BIN_MAX : 40;
    count_into(v->own, v, scene->own, snap->count);
    count_into(v->rival, v, scene->rival, snap->count);
    v->tallest = 0;
    for (int i = 0; i < v->bins; i++)
        v->tallest = fmax(v->tallest, fmax(v->own[i], v->rival[i]));
    v->height = v->plot.area.h;
}

static void draw_bars(struct canvas *c, const struct angles *v, const double *bin, struct color color)
{
    struct rect area = v->plot.area;
    double width = area.w / v->bins;
    for (int i = 0; i < v->bins; i++) {
        double high = v->tallest > 0 ? bin[i] / v->tallest * v->height : 0;
        if (high <= 0)
            continue;
        high = fmax(high, 1);
        canvas_rect(c, (struct rect){ area.x + i * width, area.y + area.h - high, width - 1, high }, color);
    }
}

/* A label of two lines over the bars. */
struct caption {
    const char *name;
    char mean[40];
    double width, x;
};

static double caption_height(const struct angles *v)
{
    return 2 * v->plot.size->label.size + 14;
}

static bool bars_below(const struct angles *v, double from, double to)
{
    double room = v->plot.area.h - caption_height(v), width = v->plot.area.w / v->bins;
    for (int i = 0; i < v->bins; i++) {
        double left = v->plot.area.x + i * width;
        double high = fmax(v->own[i], v->rival[i]) / fmax(v->tallest, 1e-12) * v->height;
        if (left + width > from && left < to && high > room)
            return false;
    }
    return true;
}

/* Nearest place to the wanted one where no bar reaches the label, in from..to. */
static bool caption_place(const struct angles *v, struct caption *label, double want, double from, double to)
{
    double last = to - label->width;
    for (double shift = 0; shift < v->plot.area.w; shift += 2) {
        for (int side = 1; side >= -1; side -= 2) {
            double x = want + side * shift;
            if (x >= from && x <= last && bars_below(v, x - 6, x + label->width + 6)) {
                label->x = x;
                return true;
            }
        }
    }
    return false;
}

static void caption_fill(const struct angles *v, struct caption *label, const char *name, double mean_rad)
{
    char number[24];
    label->name = name;
    snprintf(label->mean, sizeof label->mean, "mean %s", number_degrees(mean_rad, number, sizeof number));
    struct font bold = { v->plot.size->label.size, WEIGHT_SEMIBOLD, false };
    label->width = fmax(text_width(name, &bold), text_width("mean 180.0°", &v->plot.size->label));
}

static bool captions_place(
    const struct angles *v, struct caption *own, struct caption *rival, const struct snapshot *snap)
{
    double left = v->plot.area.x, right = v->plot.right;
    double own_x = axis_at(&v->x, fmin(v->x.to, snap->own_angle_mean * 180 / pi)) + 16;
    double rival_x = axis_at(&v->x, fmin(v->x.to, snap->rival_angle_mean * 180 / pi)) + 16;
    bool found = caption_place(v, rival, isfinite(rival_x) ? rival_x : right, left + own->width + 12, right);
    return found && caption_place(v, own, isfinite(own_x) ? own_x : left, left, rival->x - 12);
}

/* Over the bars as they are; where they leave no room the bars are drawn lower instead. */
static void place_captions(
    struct angles *v, struct caption *own, struct caption *rival, const struct snapshot *snap)
{
    if (captions_place(v, own, rival, snap))
        return;
    v->height = v->plot.area.h - caption_height(v);
    if (!captions_place(v, own, rival, snap)) {
        own->x = v->plot.area.x;
        rival->x = v->plot.right - rival->width;
    }
}

static void draw_caption(
    struct canvas *c, const struct angles *v, const struct caption *label, struct color color)
{
    struct font bold = { v->plot.size->label.size, WEIGHT_SEMIBOLD, false };
    struct point at = { label->x, v->plot.area.y + v->plot.size->label.size };
    canvas_text(c, at, label->name, &bold, color, ALIGN_LEFT);
    at.y += v->plot.size->label.size + 4;
    canvas_text(c, at, label->mean, &v->plot.size->label, v->theme->text2, ALIGN_LEFT);
}

/* From the own angle of the shown sample to the rival angle the train rule asks of it. */
static void draw_bracket(
    struct canvas *c, const struct angles *v, const struct loss_force *force, const struct selection *s)
{
    double needed = acos(fmin(1, fmax(-1, loss_target(force, cos(s->own_angle)).value)));
    double from = s->own_angle * 180 / pi, to = fmin(v->x.to, needed * 180 / pi);
    if (!(to - from > 0.05))
        return;
    double a = axis_at(&v->x, from), b = axis_at(&v->x, to), base = v->plot.area.y + v->plot.area.h;
    double y = floor(base - (v->plot.size->large ? 40 : 24)) + 0.5, width = 1.75;
    canvas_line(c, (struct point){ a, y }, (struct point){ b, y }, width, v->theme->margin);
    canvas_line(c, (struct point){ a, y - 5 }, (struct point){ a, base }, 1.25, v->theme->margin);
    canvas_line(c, (struct point){ b, y - 5 }, (struct point){ b, base }, 1.25, v->theme->margin);
    bool angle = force->loss->family == FAMILY_ANGLE_PLUS;
    struct font font = { angle ? v->plot.size->title.size : v->plot.size->label.size, WEIGHT_SEMIBOLD,
        angle };
    const char *name = angle ? "m" : "margin";
    double half = text_width(name, &font) / 2;
    double x = fmin(v->plot.right - half, fmax(v->plot.area.x + half, (a + b) / 2));
    struct rect ground = { x - half - 3, y - 8 - font.size * 0.85, 2 * half + 6, font.size + 4 };
    canvas_round_rect(c, ground, 3, color_alpha(v->theme->bg, 0.85)); /* bars may reach here */
    canvas_text(c, (struct point){ x, y - 7 }, name, &font, v->theme->margin, ALIGN_CENTER);
}

static double degree_step(const struct angles *v)
{
    double step = v->x.to <= 30 ? 5 : v->x.to <= 60 ? 10 : v->x.to <= 90 ? 15 : 30;
    bool crowded = v->plot.area.w * step / v->x.to < 3.8 * v->plot.size->label.size;
    return crowded ? 2 * step : step;
}

static void draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    struct angles v = { .theme = look->theme };
    const struct snapshot *snap = scene->snap;
    angles_layout(&v, scene, rect);
    plot_title(c, &v.plot, v.theme, view_angles.label);
    if (!plot_fits(&v.plot))
        return;
    struct caption own, rival;
    caption_fill(&v, &own, "own class", snap->own_angle_mean);
    caption_fill(&v, &rival, "nearest rival", snap->rival_angle_mean);
    place_captions(&v, &own, &rival, snap);
    draw_bars(c, &v, v.rival, v.theme->rival);
    draw_bars(c, &v, v.own, v.theme->text1);
    plot_baseline(c, &v.plot, v.theme);
    plot_degrees(c, &v.plot, v.theme, &v.x, degree_step(&v));
    struct selection selection;
    if (snap->force.loss->has_margin && view_selection(scene, look, &selection))
        draw_bracket(c, &v, &snap->force, &selection);
    draw_caption(c, &v, &own, v.theme->text1);
    draw_caption(c, &v, &rival, v.theme->text2);
}

static const char *missing(const struct scene *scene)
{
    if (scene->snap->count < 1)
        return "No samples are shown.";
    return scene->snap->classes < 1 ? "There are no class weights to measure angles to." : NULL;
}

const struct view view_angles = { "angles", "Angles to the class weights", draw, missing };
