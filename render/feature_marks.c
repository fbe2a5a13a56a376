#include "render/feature_marks.h"

#include <math.h>
#include <stdio.h>

#include "render/number.h"
#include "render/text.h"

static const double PI = 3.14159265358979323846;

/* ---- weights ---- */

/* Where norms count the arrows show them, the longest reaching the ring; where only directions count all do. */
static double arrow_length(const struct snapshot *snap, int label)
{
    double longest = 0, own = 0;
    if (loss_decision(&snap->force) == DECIDE_COSINE)
        return 1;
    for (int j = 0; j < snap->classes; j++) {
        double norm = hypot(snap->weight[2 * j], snap->weight[2 * j + 1]);
        longest = fmax(longest, norm);
        if (j == label)
            own = norm;
    }
    return longest > 0 ? own / longest : 1;
}

static void draw_arrow(
    const struct ground *g, const double *w, double tip, double width, double head, struct color color)
{
    if (!(hypot(w[0], w[1]) >= 1e-12))
        return;
    double angle = atan2(w[1], w[0]);
    if (width > 0)
        canvas_line(
            g->canvas, g->disc->center, disc_at(g->disc, angle, fmax(tip - head + 2, 0)), width, color);
    else
        disc_arrow(g->disc, angle, tip, head, color);
}

/* Sub-centres beside the one that owns most samples: thinner and shorter. */
static void draw_sub_centers(const struct ground *g, bool heads)
{
    const struct snapshot *snap = g->scene->snap;
    for (int r = 0; r < snap->classes * snap->sub; r++) {
        int label = r / snap->sub;
        const double *w = &snap->row_weight[2 * r], *main = &snap->weight[2 * label];
        if (fabs(w[0] - main[0]) + fabs(w[1] - main[1]) < 1e-12)
            continue;
        struct color color =
            color_alpha(class_color(g->look->theme, label), 0.75 * class_alpha(g->look, label));
        draw_arrow(g, w, 0.86 * g->disc->outer, heads ? 0 : 1.25, 8, color);
    }
}

static void draw_weights(const struct ground *g, bool heads)
{
    const struct snapshot *snap = g->scene->snap;
    if (snap->means || !(g->look->layers & LAYER_WEIGHTS))
        return;
    bool score = snap->force.loss->task == TASK_SCORE; /* one w, towards class 1 */
    for (int j = score; j < snap->classes; j++) {
        double tip = (g->disc->outer - 3) * arrow_length(snap, j);
        struct color color = score ? g->look->theme->text1 : class_color(g->look->theme, j);
        color = color_alpha(color, 0.9 * class_alpha(g->look, j));
        draw_arrow(g, &snap->weight[2 * j], tip, heads ? 0 : 2, 11, color);
    }
    if (snap->sub > 1)
        draw_sub_centers(g, heads);
}

void marks_shafts(const struct ground *g)
{
    draw_weights(g, false);
}

void marks_heads(const struct ground *g)
{
    draw_weights(g, true);
}

/* ---- links ---- */

/* Pull is a whole line, push a dashed one. */
static void draw_links(const struct ground *g)
{
    const struct snapshot *snap = g->scene->snap;
    const struct theme *theme = g->look->theme;
    struct stroke pull = { .color = color_alpha(theme->text1, 0.5), .width = 1 }, push = {
        .color = color_alpha(theme->text1, 0.65), .width = 1, .dash_on = 3, .dash_off = 3
    };
    for (int i = 0; i < snap->link_count; i++) {
        const struct snapshot_link *l = &snap->link[i];
        struct point ends[2] = { ground_at(g, (double)l->from[0], (double)l->from[1]),
            ground_at(g, (double)l->to[0], (double)l->to[1]) };
        if (ground_clip(g, &ends[0], &ends[1]))
            canvas_lines(g->canvas, ends, 2, l->push ? &push : &pull);
    }
}

/* ---- circles of a norm ---- */

static void draw_norm(const struct ground *g, double norm, const char *name)
{
    struct font font = { 12, WEIGHT_SEMIBOLD, false };
    double radius = norm * g->plane->unit;
    char number[32], text[48];
    if (!(radius > 4) || radius > g->disc->outer + 0.5)
        return;
    canvas_ring(g->canvas, g->disc->center, radius, 1.5, color_alpha(g->look->theme->text1, 0.8));
    snprintf(text, sizeof text, "%s = %s", name, number_short(norm, number, sizeof number));
    double width = text_width(text, &font) + 10;
    struct point at = disc_at(g->disc, 112 * PI / 180, radius);
    canvas_round_rect(g->canvas, (struct rect){ at.x - width / 2, at.y - 9, width, 18 }, 4,
        color_alpha(g->look->theme->disc, 0.85));
    at.y += text_ascent(&font) / 2;
    canvas_text(g->canvas, at, text, &font, g->look->theme->text1, ALIGN_CENTER);
}

static void draw_circles(const struct ground *g)
{
    const struct loss_force *force = &g->scene->snap->force;
    for (int i = 0; i < term_count(); i++) {
        int radius = loss_param_find(term_at(i), "radius");
        if (force->added[i] && radius >= 0)
            draw_norm(g, force->term[i][radius], "R");
    }
    int alpha = loss_param_find(force->loss, "alpha");
    if (force->loss->decision == DECIDE_SPHERE && alpha >= 0)
        draw_norm(g, force->param[alpha], "α");
}

/* ---- means and centres ---- */

static bool shows(const struct ground *g, struct point at)
{
    return isfinite(at.x + at.y) &&
           (!g->round || hypot(at.x - g->disc->center.x, at.y - g->disc->center.y) < g->disc->outer);
}

/* A ringed cross: no weight was learned, this is where the samples are. */
static void draw_mean(const struct ground *g, int label)
{
    const struct theme *theme = g->look->theme;
    const struct snapshot *snap = g->scene->snap;
    const double *w = &snap->weight[2 * label];
    bool direction =
        loss_decision(&snap->force) == DECIDE_COSINE; /* a mean of u(x): its length says nothing */
    struct point at =
        direction ? disc_at(g->disc, atan2(w[1], w[0]), 0.94 * g->disc->outer) : ground_at(g, w[0], w[1]);
    double alpha = class_alpha(g->look, label), arm = 4.2;
    if (!shows(g, at))
        return;
    struct color color = color_alpha(class_color(theme, label), alpha);
    if (direction)
        canvas_line(g->canvas, g->disc->center, at, 1.25, color);
    canvas_disc(g->canvas, at, 10, color_alpha(theme->disc, 0.85 * alpha));
    canvas_ring(g->canvas, at, 9, 2, color);
    for (int side = -1; side <= 1; side += 2)
        canvas_line(g->canvas, (struct point){ at.x - arm, at.y - side * arm },
            (struct point){ at.x + arm, at.y + side * arm }, 2, color);
}

static void draw_centers(const struct ground *g)
{
    const struct snapshot *snap = g->scene->snap;
    const struct theme *theme = g->look->theme;
    for (int j = 0; j < snap->classes; j++) {
        struct point at = ground_at(g, snap->center[2 * j], snap->center[2 * j + 1]);
        if (!shows(g, at))
            continue;
        struct marker ground = {
            .shape = SHAPE_DIAMOND, .radius = 10, .fill = color_alpha(theme->disc, 0.8)
        };
        struct marker diamond = { .shape = SHAPE_DIAMOND,
            .hollow = true,
            .radius = 8,
            .fill = color_alpha(class_color(theme, j), class_alpha(g->look, j)) };
        canvas_markers(g->canvas, &at, 1, &ground);
        canvas_markers(g->canvas, &at, 1, &diamond);
    }
}

/* ---- siamese ---- */

/* b - sum a_k |x_k - p_k| > 0: within a diamond about the probe. */
static void draw_diamond(const struct ground *g)
{
    const struct snapshot *snap = g->scene->snap;
    struct selection s;
    double b = snap->extra[2];
    if (snap->force.loss->extra != BLOCK_STRETCH || snap->extra_count != 3 || !(b > 0) ||
        !(snap->extra[0] > 0) || !(snap->extra[1] > 0) || !view_selection(g->scene, g->look, &s))
        return;
    double p[2], half[2] = { b / snap->extra[0], b / snap->extra[1] };
    scene_xy(g->scene, s.sample, p);
    struct point corner[4] = { ground_at(g, p[0] + half[0], p[1]), ground_at(g, p[0], p[1] + half[1]),
        ground_at(g, p[0] - half[0], p[1]), ground_at(g, p[0], p[1] - half[1]) };
    struct stroke line = { .color = g->look->theme->text1, .width = 1.75 };
    for (int i = 0; i < 4; i++) {
        struct point ends[2] = { corner[i], corner[(i + 1) % 4] };
        if (ground_clip(g, &ends[0], &ends[1]))
            canvas_lines(g->canvas, ends, 2, &line);
    }
    struct point probe = ground_at(g, p[0], p[1]);
    canvas_ring(g->canvas, probe, 8, 4.5, color_alpha(g->look->theme->disc, 0.8));
    canvas_ring(g->canvas, probe, 8, 1.75, g->look->theme->text1);
    if (!shows(g, corner[1]))
        return;
    struct font font = { 12, WEIGHT_SEMIBOLD, false };
    struct point at = { corner[1].x, corner[1].y - 8 };
    double width = text_width("same as this one", &font) + 10;
    canvas_round_rect(g->canvas, (struct rect){ at.x - width / 2, at.y - 13, width, 18 }, 4,
        color_alpha(g->look->theme->disc, 0.85));
    canvas_text(g->canvas, at, "same as this one", &font, g->look->theme->text1, ALIGN_CENTER);
}

void marks_over(const struct ground *g)
{
    const struct snapshot *snap = g->scene->snap;
    if (g->look->layers & LAYER_LINKS)
        draw_links(g);
    canvas_mark(g->canvas, "plane.norm");
    draw_circles(g);
    canvas_mark(g->canvas, "plane.center");
    for (int j = 0; snap->means && (g->look->layers & LAYER_WEIGHTS) && j < snap->classes; j++)
        draw_mean(g, j);
    if (snap->centers && (g->look->layers & LAYER_CENTERS))
        draw_centers(g);
    draw_diamond(g);
}

unsigned feature_layers(const struct scene *scene)
{
    const struct snapshot *snap = scene->snap;
    if (!snap || !snap->force.loss)
        return LAYER_REGIONS | LAYER_MARGINS | LAYER_WEIGHTS | LAYER_ROSE | LAYER_SHAPES;
    unsigned layers = LAYER_SHAPES;
    bool decides = loss_decision(&snap->force) != DECIDE_NOTHING;
    layers |= decides ? LAYER_REGIONS | LAYER_WEIGHTS : 0;
    layers |= decides && snap->force.loss->has_margin ? LAYER_MARGINS : 0;
    layers |= scene->data ? 0 : LAYER_ROSE;
    layers |= snap->link_count > 0 || loss_is_pair(snap->force.loss) ? LAYER_LINKS : 0;
    layers |= snap->centers ? LAYER_CENTERS : 0;
    layers |= snap->force.loss->extra == BLOCK_GROUP ? LAYER_GROUPS : 0;
    if (snap->dim >= 3 && !scene->data)
        layers &= LAYER_WEIGHTS | LAYER_SHAPES | (snap->dim == 3 ? LAYER_REGIONS | LAYER_MARGINS : 0);
    return layers;
}
