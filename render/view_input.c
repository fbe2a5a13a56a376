/* view_input.c - the samples as they came in: the plane of two inputs with what is decided there, or the images and
 * rows of a table that are wrong or least certain. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/draw.h"
#include "render/axes.h"
#include "render/disc.h"
#include "render/input_shape.h"
#include "render/number.h"
#include "render/text.h"
#include "render/thumb.h"

/* Snapshots for which the order of what is listed stays; no view has room for more than so many. */
enum { ORDER_KEPT = 12, SEEN_MOST = 1024 };

struct input_view {
    struct canvas *canvas;
    struct scene *scene;
    const struct snapshot *snap;
    const struct dataset *source;
    const struct look *look;
    const struct theme *theme;
    struct plot plot;
};

static bool is_fit(const struct snapshot *snap)
{
    return snap->force.loss->task == TASK_REAL;
}

static int source_rows(const struct dataset *d)
{
    return d ? d->train + d->test + d->holdout : 0;
}

static bool has_image(const struct scene *scene)
{
    const struct dataset *d = scene->source;
    return d && d->pixel && d->width > 0 && d->height > 0;
}

static bool has_plane(const struct scene *scene)
{
    const struct snapshot *snap = scene->snap;
    return scene->source && scene->source->dim == 2 && !has_image(scene) && !is_fit(snap) &&
           snap->experiment.model != MODEL_FREE;
}

/* ---- the plane of two inputs ---- */

struct input_plane {
    struct rect frame;
    double box[4], unit; /* px per unit of the inputs */
    struct point origin;
};

static struct point plane_at(const struct input_plane *p, double x, double y)
{
    return (struct point){ p->origin.x + p->unit * x, p->origin.y - p->unit * y };
}

/* The inputs of a shown sample, where a hand may have put them. */
static bool input_xy(const struct scene *scene, int sample, double xy[2])
{
    int row = scene->snap->row[sample];
    if (row < 0 || row >= source_rows(scene->source))
        return false;
    const struct experiment *e = &scene->snap->experiment;
    xy[0] = (double)scene->source->value[2 * row];
    xy[1] = (double)scene->source->value[2 * row + 1];
    for (int i = 0; i < e->move_count; i++)
        if (e->move[i].row == row) {
            xy[0] = e->move[i].x;
            xy[1] = e->move[i].y;
        }
    return isfinite(xy[0]) && isfinite(xy[1]);
}

/* Of the map, or of the samples while there is none. */
static void find_box(const struct scene *scene, double box[4])
{
    if (scene->snap->inputs.w > 0) {
        memcpy(box, scene->snap->inputs.box, 4 * sizeof *box);
        return;
    }
    if (draw_chosen(&scene->snap->experiment)) {
        draw_box(&scene->snap->experiment, box);
        return;
    }
    box[0] = box[1] = INFINITY;
    box[2] = box[3] = -INFINITY;
    for (int i = 0; i < scene->snap->count; i++) {
        double xy[2];
        for (int d = 0; d < 2 && input_xy(scene, i, xy); d++) {
            box[d] = fmin(box[d], xy[d]);
            box[d + 2] = fmax(box[d + 2], xy[d]);
        }
    }
    for (int d = 0; d < 2; d++) {
        double span = box[d + 2] - box[d], edge = isfinite(span) && span > 0 ? 0.08 * span : 1;
        box[d] = isfinite(span) ? box[d] - edge : -1;
        box[d + 2] = isfinite(span) ? box[d + 2] + edge : 1;
    }
}

static struct input_plane plane_of(const struct scene *scene, const struct plot *plot, bool bare)
{
    struct input_plane p;
    struct rect area = plot->area;
    bool scale = plot->size->large && !bare;
    double left = scale ? 36 : 0, bottom = scale || bare ? 0 : 16;
    find_box(scene, p.box);
    area.h += bottom;
    double w = p.box[2] - p.box[0], h = p.box[3] - p.box[1];
    p.unit = fmax(1e-9, fmin((area.w - left) / w, area.h / h));
    p.frame = (struct rect){ area.x + left + (area.w - left - p.unit * w) / 2,
        area.y + (area.h - p.unit * h) / 2, p.unit * w, p.unit * h };
    p.origin = (struct point){ p.frame.x - p.unit * p.box[0], p.frame.y + p.unit * p.box[3] };
    return p;
}

static void fill_part(
    const struct input_view *v, const struct input_plane *p, const struct input_part *part, struct color fill)
{
    const struct input_shape *shape = v->scene->input;
    if (part->count > v->scene->scratch_capacity)
        return;
    for (int i = 0; i < part->count; i++)
        v->scene->scratch[i] = plane_at(p, shape->at[part->first + i].x, shape->at[part->first + i].y);
    canvas_polygon(v->canvas, v->scene->scratch, part->count, fill);
}

/* The pieces of an outline that are borders between classes, as few lines as they come in. */
static void draw_edges(const struct input_view *v, const struct input_plane *p, const struct input_part *part)
{
    const struct input_shape *shape = v->scene->input;
    struct point *line = v->scene->scratch;
    struct color ink = color_mix(v->theme->text1, v->theme->disc, 0.2);
    struct stroke stroke = { ink, v->plot.size->large ? 1.5 : 1.25, 0, 0, false, true };
    int n = 0;
    for (int i = 0; i < part->count && part->count < v->scene->scratch_capacity; i++) {
        struct point at = shape->at[part->first + i];
        bool on = shape->edge[part->first + i] && i + 1 < part->count;
        if (on || n > 0)
            line[n++] = plane_at(p, at.x, at.y);
        if (!on && n > 1)
            canvas_lines(v->canvas, line, n, &stroke);
        n = on ? n : 0;
    }
}

static double region_alpha(const struct input_view *v, int class)
{
    return (double)v->theme->region_alpha * 1.5 * class_alpha(v->look, class);
}

/* Tints by class, paler where the winner is not sure, then the borders. Borders are drawn once: from the class of
 * the two that comes first, unless there are more. */
static void draw_map(const struct input_view *v, const struct input_plane *p)
{
    const struct input_shape *shape = v->scene->input;
    const char *before = canvas_mark(v->canvas, "plane.region");
    for (int i = 0; i < shape->parts; i++)
        if (shape->part[i].class >= 0)
            fill_part(v, p, &shape->part[i],
                color_alpha(
                    class_color(v->theme, shape->part[i].class), region_alpha(v, shape->part[i].class)));
    for (int i = 0; i < shape->joints; i++) {
        const struct input_joint *j = &shape->joint[i];
        struct point at[4];
        for (int k = 0; k < j->count; k++)
            at[k] = plane_at(p, j->at[k].x, j->at[k].y);
        canvas_polygon(
            v->canvas, at, j->count, color_alpha(class_color(v->theme, j->class), region_alpha(v, j->class)));
    }
    for (int i = 0; i < shape->parts; i++)
        if (shape->part[i].class < 0)
            fill_part(v, p, &shape->part[i], color_alpha(v->theme->disc, 0.45));
    int classes = 0;
    for (int i = 0; i < shape->parts; i++)
        classes += shape->part[i].class >= 0;
    canvas_mark(v->canvas, "input.boundary");
    for (int i = 0, drawn = 0; i < shape->parts && drawn < (classes > 2 ? classes : 1); i++, drawn++)
        if (shape->part[i].class >= 0)
            draw_edges(v, p, &shape->part[i]);
    canvas_mark(v->canvas, before);
}

static double marker_size(const struct input_view *v)
{
    double size = v->snap->count <= 400 ? 4 : v->snap->count <= 1500 ? 3.1 : 2.3;
    return v->plot.size->large ? size : 0.7 * size;
}

static void draw_class(const struct input_view *v, const struct input_plane *p, int class)
{
    const struct snapshot *snap = v->snap;
    struct marker marker = class_marker(v->theme, class, marker_size(v));
    double alpha = class_alpha(v->look, class), xy[2];
    int n = 0;
    for (int i = 0; i < snap->count && n < v->scene->scratch_capacity; i++)
        if (snap->label[i] == class && input_xy(v->scene, i, xy))
            v->scene->scratch[n++] = plane_at(p, xy[0], xy[1]);
    if (!(v->look->layers & LAYER_SHAPES))
        marker.shape = SHAPE_CIRCLE;
    marker.fill = color_alpha(marker.fill, 0.95 * alpha);
    marker.outline = color_alpha(v->theme->disc, alpha);
    marker.outline_width = v->plot.size->large ? 0.9 : 0.6;
    canvas_markers(v->canvas, v->scene->scratch, n, &marker);
}

static void draw_samples(const struct input_view *v, const struct input_plane *p)
{
    const struct snapshot *snap = v->snap;
    bool few = snap->force.loss->decision != DECIDE_EACH;
    double radius = marker_size(v) + 3, xy[2];
    for (int j = 0; j < snap->classes; j++)
        draw_class(v, p, j);
    for (int i = 0; few && i < snap->count; i++) {
        if (snap->predicted[i] == snap->label[i] || !input_xy(v->scene, i, xy))
            continue;
        struct color color = color_alpha(v->theme->bad, class_alpha(v->look, snap->label[i]));
        canvas_ring(v->canvas, plane_at(p, xy[0], xy[1]), radius, v->plot.size->large ? 1.75 : 1.25, color);
    }
    int chosen = v->look->selected;
    if (chosen < 0 || chosen >= snap->count || !input_xy(v->scene, chosen, xy))
        return;
    struct point at = plane_at(p, xy[0], xy[1]);
    canvas_ring(v->canvas, at, radius + 2, 4.5, color_alpha(v->theme->disc, 0.8));
    canvas_ring(v->canvas, at, radius + 2, 1.75, v->theme->text1);
}

/* Round numbers outside the frame. */
static void draw_scale(const struct input_view *v, const struct input_plane *p)
{
    const struct font *font = &v->plot.size->label;
    struct rect f = p->frame;
    for (int d = 0; d < 2; d++) {
        double low = p->box[d], high = p->box[d + 2], step = axis_step(high - low, 8);
        for (double value = step * ceil(low / step); value <= high; value += step) {
            char text[32];
            struct point at = d ? plane_at(p, 0, value) : plane_at(p, value, 0);
            number_short(fabs(value) < step / 2 ? 0 : value, text, sizeof text);
            struct point from = d ? (struct point){ f.x - 4, at.y } : (struct point){ at.x, f.y + f.h };
            struct point to = d ? (struct point){ f.x, at.y } : (struct point){ at.x, f.y + f.h + 4 };
            canvas_line(v->canvas, from, to, 1, v->theme->axis);
            struct point base = d ? (struct point){ f.x - 8, at.y + text_ascent(font) / 2 }
                                  : (struct point){ at.x, f.y + f.h + 8 + font->size };
            canvas_text(v->canvas, base, text, font, v->theme->text3, d ? ALIGN_RIGHT : ALIGN_CENTER);
        }
    }
}

static void draw_plane(const struct input_view *v, struct rect rect)
{
    struct input_plane p = plane_of(v->scene, &v->plot, v->look->bare);
    if (p.frame.w < 20 || p.frame.h < 20)
        return;
    if (!v->look->transparent)
        canvas_rect(v->canvas, p.frame, v->theme->disc);
    canvas_clip(v->canvas, &p.frame);
    if (v->snap->inputs.w > 0 && v->scene->input)
        draw_map(v, &p);
    draw_samples(v, &p);
    canvas_clip(v->canvas, &rect);
    canvas_round_outline(v->canvas, p.frame, 0, 1, v->theme->hairline);
    if (v->plot.size->large && !v->look->bare)
        draw_scale(v, &p);
}

/* ---- what is most worth looking at ---- */

static double plain_logit(const struct snapshot *snap, const struct head *head, const double *x, int j)
{
    return loss_logit(&snap->force, x, -1, head, j);
}

static double class_cosine(const struct scene *scene, const double *x, double length, int j)
{
    int dim = scene->snap->dim, sub = scene->snap->sub > 1 ? scene->snap->sub : 1;
    double best = -1;
    for (int k = 0; k < sub && length > 0; k++) {
        const double *unit = &scene->unit[(size_t)(j * sub + k) * (size_t)dim];
        double dot = 0;
        for (int d = 0; d < dim; d++)
            dot += x[d] * unit[d];
        best = fmax(best, dot / length);
    }
    return length > 0 ? best : 0;
}

/* The chosen class's probability where only angles count, from the unit rows at hand: thousands of samples are ranked. */
static double cosine_certainty(
    const struct scene *scene, const struct head *head, const double *x, int chosen)
{
    const struct snapshot *snap = scene->snap;
    double length = 0, own, radius, sum = 0;
    for (int d = 0; d < snap->dim; d++)
        length += x[d] * x[d];
    length = sqrt(length);
    own = class_cosine(scene, x, length, chosen);
    radius = fabs(own) > 1e-9 ? loss_logit(&snap->force, x, -1, head, chosen) / own : 1;
    for (int j = 0; j < snap->classes; j++)
        sum += exp(radius * (class_cosine(scene, x, length, j) - own));
    return 1 / sum;
}

static double linear_certainty(
    const struct snapshot *snap, const struct head *head, const double *x, int chosen)
{
    double top = -INFINITY, sum = 0, own = 0;
    for (int j = 0; j < snap->classes; j++) {
        double z = plain_logit(snap, head, x, j);
        sum = z > top ? sum * exp(top - z) + 1 : sum + exp(z - top);
        top = fmax(top, z);
        own = j == chosen ? z : own;
    }
    return exp(own - top) / sum;
}

/* Of several labels the one that is furthest from right: sigma(t_j z_j). */
static double labels_certainty(const struct snapshot *snap, const struct head *head, const double *x, int i)
{
    double least = INFINITY;
    for (int j = 0; j < snap->classes; j++) {
        bool has = j < snap->targets && snap->target[(size_t)i * (size_t)snap->targets + (size_t)j] > 0;
        least = fmin(least, (has ? 1 : -1) * plain_logit(snap, head, x, j));
    }
    return 1 / (1 + exp(-least));
}

/* Probability of the class the test rule chose; wrong ones count it as negative, so that the most confident mistake
 * comes first and the surest success last. In a regression minus the distance from the fit. */
static double certainty(const struct scene *scene, const struct head *head, int i)
{
    const struct snapshot *snap = scene->snap;
    int chosen = snap->predicted[i];
    double x[LENS_DIM];
    if (snap->dim > LENS_DIM || chosen < 0 || chosen >= snap->classes)
        return NAN;
    for (int d = 0; d < snap->dim; d++)
        x[d] = (double)snap->feature[(size_t)i * (size_t)snap->dim + (size_t)d];
    if (is_fit(snap)) {
        double y = snap->targets > 0 ? (double)snap->target[(size_t)i * (size_t)snap->targets] : (double)NAN;
        return -fabs(plain_logit(snap, head, x, 0) - y);
    }
    enum loss_decision decision = loss_decision(&snap->force);
    if (decision == DECIDE_EACH)
        return labels_certainty(snap, head, x, i);
    double p = decision == DECIDE_COSINE ? cosine_certainty(scene, head, x, chosen)
                                         : linear_certainty(snap, head, x, chosen);
    return chosen == snap->label[i] ? p : -p;
}

/* qsort has no room for an argument; a merge through the second half of the array does without. */
static void sort_order(int *order, int *spare, const float *sure, int n)
{
    for (int width = 1; width < n; width *= 2) {
        for (int from = 0; from < n; from += 2 * width) {
            int a = from, middle = from + width < n ? from + width : n, b = middle,
                end = from + 2 * width < n ? from + 2 * width : n;
            for (int k = from; k < end; k++) {
                bool left = b == end || (a < middle && !(sure[order[b]] < sure[order[a]]));
                spare[k] = left ? order[a++] : order[b++];
            }
        }
        memcpy(order, spare, (size_t)n * sizeof *order);
    }
}

/* The order stays for a while, or it could not be read while training runs; in between the first of it, all that can
 * be seen, are measured anew. */
static void rank(struct scene *scene)
{
    const struct snapshot *snap = scene->snap;
    struct head head = snapshot_head(snap);
    bool listed = !has_plane(scene) || loss_decision(&snap->force) == DECIDE_EACH;
    bool kept = scene->order_count == snap->count && scene->order_age < ORDER_KEPT;
    int n = kept && snap->count > SEEN_MOST ? SEEN_MOST : snap->count;
    if (scene->ranked || !listed)
        return;
    scene->ranked = true;
    for (int k = 0; k < n; k++) {
        int i = kept ? scene->order[k] : k;
        float sure = (float)certainty(scene, &head, i);
        scene->sure[i] = isnan(sure) ? INFINITY : sure;
    }
    if (kept)
        return;
    for (int i = 0; i < snap->count; i++)
        scene->order[i] = i;
    sort_order(scene->order, scene->order + snap->count, scene->sure, snap->count);
    scene->order_count = snap->count;
    scene->order_age = 0;
}

static bool is_wrong(const struct snapshot *snap, const struct scene *scene, int i)
{
    if (is_fit(snap))
        return false;
    if (loss_decision(&snap->force) == DECIDE_EACH)
        return scene->sure[i] < 0.5f;
    return snap->predicted[i] != snap->label[i];
}

/* ---- images ---- */

struct grid {
    double w, h, image_w, image_h, gap, chip;
    int columns, rows;
    struct point at;
};

static struct grid grid_of(const struct input_view *v)
{
    const struct dataset *d = v->source;
    bool large = v->plot.size->large;
    double side = large ? (v->plot.area.w > 1200 ? 88 : 80) : 36, tall = fmax(d->width, d->height);
    struct grid g = { .gap = large ? 14 : 8, .chip = large ? 9 : 6.5 };
    g.image_w = side * d->width / tall;
    g.image_h = side * d->height / tall;
    g.w = fmax(g.image_w, 2 * g.chip + 34) + g.gap;
    g.h = g.image_h + 2 * g.chip + (large ? 8 : 5) + g.gap;
    double bottom = v->plot.rect.y + v->plot.rect.h - (large ? 20 : 8);
    g.columns = (int)floor((v->plot.area.w + g.gap) / g.w);
    g.rows = (int)floor((bottom - v->plot.area.y + g.gap) / g.h);
    g.at = (struct point){ v->plot.area.x, v->plot.area.y };
    g.w = g.columns > 1 ? g.w + (v->plot.area.w + g.gap - g.columns * g.w) / g.columns : g.w;
    return g;
}

static void draw_arrow(const struct input_view *v, double x, double y, double size)
{
    struct color color = v->theme->text3;
    struct point tip = { x + size, y };
    canvas_line(v->canvas, (struct point){ x - size, y }, tip, 1.25, color);
    canvas_line(v->canvas, (struct point){ tip.x - size, tip.y - size }, tip, 1.25, color);
    canvas_line(v->canvas, (struct point){ tip.x - size, tip.y + size }, tip, 1.25, color);
}

/* The true class, an arrow to what it is taken for where that is another, and how sure of it. */
static void draw_verdict(const struct input_view *v, double x, double y, double chip, int i, double right)
{
    const struct snapshot *snap = v->snap;
    bool wrong = is_wrong(snap, v->scene, i), other = wrong && snap->predicted[i] != snap->label[i];
    thumb_chip(v->canvas, v->theme, v->snap, (struct point){ x + chip, y }, snap->label[i], chip);
    if (other) {
        draw_arrow(v, x + 2 * chip + 8, y, 3);
        thumb_chip(
            v->canvas, v->theme, v->snap, (struct point){ x + 3 * chip + 16, y }, snap->predicted[i], chip);
    }
    char text[16];
    struct font font = { 12, WEIGHT_REGULAR, false };
    double left = x + (other ? 4 * chip + 19 : 2 * chip + 4);
    number_fixed(fabs((double)v->scene->sure[i]), 2, text, sizeof text);
    const char *shown = text[0] == '0' && text[1] == '.' ? text + 1 : text;
    if (left + text_width(shown, &font) <= right)
        canvas_text(v->canvas, (struct point){ right, y + text_ascent(&font) / 2 }, shown, &font,
            v->theme->text2, ALIGN_RIGHT);
}

static struct rect frame_of(const struct grid *g, int place)
{
    return (struct rect){ g->at.x + place % g->columns * g->w, g->at.y + place / g->columns * g->h,
        g->image_w, g->image_h };
}

static void draw_thumbnails(const struct input_view *v)
{
    struct grid g = grid_of(v);
    for (int k = 0; k < v->snap->count && k < g.columns * g.rows; k++) {
        int i = v->scene->order[k];
        if (!thumb_has(v->scene, i))
            continue;
        struct rect at = frame_of(&g, k);
        bool chosen = i == v->look->selected, wrong = is_wrong(v->snap, v->scene, i);
        thumb_draw(v->canvas, v->scene, i, at);
        struct rect edge = { at.x - 2, at.y - 2, at.w + 4, at.h + 4 };
        if (chosen || wrong)
            canvas_round_outline(
                v->canvas, edge, 3, chosen ? 2.5 : 1.75, chosen ? v->theme->text1 : v->theme->bad);
        else
            canvas_round_outline(v->canvas, edge, 3, 1, v->theme->hairline);
        double y = at.y + at.h + g.chip + (v->plot.size->large ? 7 : 5);
        draw_verdict(v, at.x, y, g.chip, i, at.x + fmax(g.image_w, 2 * g.chip + 34));
    }
}

/* ---- rows of a table ---- */

static double line_height(const struct input_view *v)
{
    return v->plot.size->large ? 28 : 20;
}

static int line_count(const struct input_view *v)
{
    double bottom = v->plot.rect.y + v->plot.rect.h - 8;
    int fit = (int)floor((bottom - v->plot.area.y) / line_height(v)) - 1;
    return fit < 0 ? 0 : fit < v->snap->count ? fit : v->snap->count;
}

struct columns {
    double index, truth, guess, number, bar, right;
};

static struct columns columns_of(const struct input_view *v)
{
    double x = v->plot.area.x, w = fmin(v->plot.area.w, 900);
    bool large = v->plot.size->large;
    return (struct columns){ .index = x + (large ? 64 : 40),
        .truth = x + (large ? 92 : 54),
        .guess = x + (large ? 0.4 : 0.46) * w,
        .number = x + (large ? 0.66 : 0.86) * w,
        .bar = x + (large ? 0.66 : 0.86) * w + 12,
        .right = x + w };
}

static void draw_name(const struct input_view *v, double x, double y, int class, double right, bool bad)
{
    char room[SNAPSHOT_NAME_TEXT], text[48];
    double radius = v->plot.size->large ? 9 : 7;
    const struct font *font = &v->plot.size->label;
    if (class < 0)
        return;
    const char *name = snapshot_class(v->snap, class, room);
    thumb_chip(v->canvas, v->theme, v->snap, (struct point){ x + radius, y }, class, radius);
    if (strlen(name) <= 2 && !bad)
        return;
    text_fit(strlen(name) <= 2 ? "wrong" : name, font, right - x - 2 * radius - 12, text, sizeof text);
    canvas_text(v->canvas, (struct point){ x + 2 * radius + 7, y + text_ascent(font) / 2 }, text, font,
        bad ? v->theme->bad : v->theme->text1, ALIGN_LEFT);
}

static void draw_line(const struct input_view *v, const struct columns *c, int i, double y)
{
    const struct snapshot *snap = v->snap;
    const struct font *font = &v->plot.size->label;
    double base = y + text_ascent(font) / 2, sure = fabs((double)v->scene->sure[i]);
    char text[32];
    int row = snap->row[i];
    bool known = v->source && row >= 0 && row < source_rows(v->source);
    number_count(known && v->source->index ? v->source->index[row] : row, text, sizeof text);
    canvas_text(v->canvas, (struct point){ c->index, base }, text, font, v->theme->text2, ALIGN_RIGHT);
    if (is_fit(snap)) {
        double target =
            snap->targets > 0 ? (double)snap->target[(size_t)i * (size_t)snap->targets] : (double)NAN;
        canvas_text(v->canvas, (struct point){ c->truth, base }, number_short(target, text, sizeof text),
            font, v->theme->text1, ALIGN_LEFT);
        canvas_text(v->canvas, (struct point){ c->number, base }, number_short(sure, text, sizeof text), font,
            v->theme->text1, ALIGN_RIGHT);
        return;
    }
    bool wrong = is_wrong(snap, v->scene, i);
    draw_name(v, c->truth, y, snap->label[i], c->guess - 8, false);
    draw_name(v, c->guess, y, snap->predicted[i], c->number - (v->plot.size->large ? 44 : 28), wrong);
    canvas_text(v->canvas, (struct point){ c->number, base }, number_fixed(sure, 2, text, sizeof text), font,
        v->theme->text1, ALIGN_RIGHT);
    struct rect bar = { c->bar, y - 3, c->right - c->bar, 6 };
    canvas_rect(v->canvas, bar, v->theme->raised);
    bar.w *= fmin(1, isfinite(sure) ? sure : 0);
    canvas_rect(v->canvas, bar, wrong ? v->theme->bad : v->theme->text2);
}

static void draw_heads(const struct input_view *v, const struct columns *c, double y)
{
    struct font font = v->plot.size->label;
    struct color color = v->theme->text3;
    bool fit = is_fit(v->snap);
    canvas_text(v->canvas, (struct point){ c->index, y }, v->plot.size->large ? "sample" : "row", &font,
        color, ALIGN_RIGHT);
    canvas_text(v->canvas, (struct point){ c->truth, y }, fit ? "number" : "true", &font, color, ALIGN_LEFT);
    if (!fit)
        canvas_text(v->canvas, (struct point){ c->guess, y }, "predicted", &font, color, ALIGN_LEFT);
    canvas_text(v->canvas, (struct point){ c->number, y }, fit ? "off by" : "p", &font, color, ALIGN_RIGHT);
}

static void draw_table(const struct input_view *v)
{
    struct columns c = columns_of(v);
    double pitch = line_height(v), y = v->plot.area.y + pitch / 2;
    int n = line_count(v);
    draw_heads(v, &c, y + text_ascent(&v->plot.size->label) / 2);
    for (int k = 0; k < n; k++) {
        int i = v->scene->order[k];
        y += pitch;
        if (i == v->look->selected) {
            struct rect row = { v->plot.area.x - 6, y - pitch / 2, c.right - v->plot.area.x + 12, pitch };
            canvas_round_rect(v->canvas, row, 4, v->theme->raised);
        }
        draw_line(v, &c, i, y);
    }
}

/* ---- the view ---- */

static void draw_note(const struct input_view *v)
{
    const struct snapshot *snap = v->snap;
    char text[160], n[32], wrong[32], fitted[176];
    const struct font *font = &v->plot.size->label;
    int errors = 0;
    bool each = loss_decision(&snap->force) == DECIDE_EACH;
    for (int i = 0; i < snap->count; i++)
        errors += each ? v->scene->sure[i] < 0.5f : snap->predicted[i] != snap->label[i];
    enum split split = snap->experiment.split;
    const char *part = split == SPLIT_TEST ? "test" : split == SPLIT_TRAIN ? "training" : "shown";
    bool listed = !has_plane(v->scene) && v->plot.size->large;
    bool mapped = has_plane(v->scene) && v->plot.size->large && snap->inputs.w > 0;
    const char *more = mapped       ? ", ringed; pale: less than 75\u2009% sure"
                       : !listed    ? ""
                       : errors > 0 ? "; surest mistakes first"
                                    : "; least certain first";
    if (is_fit(snap))
        snprintf(text, sizeof text, "furthest from the fit first");
    else
        snprintf(text, sizeof text, "%s of %s %s samples wrong%s", number_count(errors, wrong, sizeof wrong),
            number_count(snap->count, n, sizeof n), part, more);
    double room = v->plot.right - v->plot.rect.x - v->plot.size->padding -
                  text_width(view_input.label, &v->plot.size->title) - 16;
    text_fit(text, font, room, fitted, sizeof fitted);
    canvas_text(v->canvas, (struct point){ v->plot.right, v->plot.rect.y + v->plot.size->title_y }, fitted,
        font, v->theme->text2, ALIGN_RIGHT);
}

static struct input_view view_of(
    struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    struct plot plot = plot_layout(rect, false);
    if (look->bare)
        plot.area = (struct rect){ rect.x + 8, rect.y + 8, rect.w - 16, rect.h - 16 };
    return (struct input_view){ c, scene, scene->snap, scene->source, look, look->theme, plot };
}

static void draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    struct input_view v = view_of(c, scene, look, rect);
    if (!look->bare)
        plot_title(c, &v.plot, v.theme, view_input.label);
    if (!plot_fits(&v.plot))
        return;
    rank(scene);
    if (!look->bare)
        draw_note(&v);
    canvas_mark(c, has_plane(scene) ? "input.dot" : "input.image");
    if (has_plane(scene))
        draw_plane(&v, rect);
    else if (has_image(scene))
        draw_thumbnails(&v);
    else
        draw_table(&v);
    canvas_mark(c, NULL);
}

static const char *missing(const struct scene *scene)
{
    if ((scene->snap->count == 0 && !draw_chosen(&scene->snap->experiment)) || scene->snap->classes == 0)
        return "There are no samples yet.";
    return NULL;
}

const struct view view_input = { "input", "Inputs", draw, missing };

/* ---- picking ---- */

static int pick_plane(const struct input_view *v, struct point at)
{
    struct input_plane p = plane_of(v->scene, &v->plot, v->look->bare);
    double least = 8;
    int best = -1;
    for (int i = 0; i < v->snap->count; i++) {
        double xy[2];
        if (!input_xy(v->scene, i, xy))
            continue;
        struct point here = plane_at(&p, xy[0], xy[1]);
        double away = hypot(here.x - at.x, here.y - at.y);
        if (away <= least) {
            least = away;
            best = i;
        }
    }
    return best;
}

static bool holds(struct rect r, struct point at)
{
    return at.x >= r.x && at.x < r.x + r.w && at.y >= r.y && at.y < r.y + r.h;
}

static int pick_thumbnail(const struct input_view *v, struct point at)
{
    struct grid g = grid_of(v);
    for (int k = 0; k < v->snap->count && k < g.columns * g.rows; k++) {
        struct rect cell = frame_of(&g, k);
        cell.h = g.h - g.gap;
        if (holds(cell, at))
            return v->scene->order[k];
    }
    return -1;
}

static int pick_line(const struct input_view *v, struct point at)
{
    double pitch = line_height(v);
    int k = (int)floor((at.y - v->plot.area.y) / pitch) - 1;
    return holds(v->plot.rect, at) && k >= 0 && k < line_count(v) ? v->scene->order[k] : -1;
}

int input_pick(struct scene *scene, const struct look *look, struct rect rect, struct point at)
{
    if (!scene->snap || missing(scene))
        return -1;
    struct input_view v = view_of(NULL, scene, look, rect);
    if (!plot_fits(&v.plot))
        return -1;
    rank(scene);
    return has_plane(scene)   ? pick_plane(&v, at)
           : has_image(scene) ? pick_thumbnail(&v, at)
                              : pick_line(&v, at);
}

bool input_unplace(
    struct scene *scene, const struct look *look, struct rect rect, struct point at, double out[2])
{
    if (!scene->snap || missing(scene) || !has_plane(scene))
        return false;
    struct input_view v = view_of(NULL, scene, look, rect);
    struct input_plane p = plane_of(scene, &v.plot, look->bare);
    if (!plot_fits(&v.plot) || !holds(p.frame, at))
        return false;
    out[0] = (at.x - p.origin.x) / p.unit;
    out[1] = (p.origin.y - at.y) / p.unit;
    return true;
}

bool input_place(
    struct scene *scene, const struct look *look, struct rect rect, const double xy[2], struct point *out)
{
    if (!scene->snap || missing(scene) || !has_plane(scene))
        return false;
    struct input_view v = view_of(NULL, scene, look, rect);
    struct input_plane p = plane_of(scene, &v.plot, look->bare);
    *out = plane_at(&p, xy[0], xy[1]);
    return plot_fits(&v.plot);
}
