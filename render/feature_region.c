#include "render/feature_region.h"

#include <math.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

enum { CORNER_MAX = 256, CLIP_MAX = 2048 };

/* ---- the ground ---- */

struct ground ground_of(const struct disc *d, struct scene *scene, const struct look *look,
    const struct plane *plane, struct rect rect)
{
    struct ground g = { d->canvas, scene, look, plane, d, !scene->data, rect, { 0 } };
    double side = 1.1 * plane->radius / plane->unit;
    if (g.round) {
        memcpy(g.box, (double[4]){ -side, -side, side, side }, sizeof g.box);
        return g;
    }
    g.box[0] = (rect.x - plane->center.x) / plane->unit;
    g.box[1] = (plane->center.y - rect.y - rect.h) / plane->unit_y;
    g.box[2] = (rect.x + rect.w - plane->center.x) / plane->unit;
    g.box[3] = (plane->center.y - rect.y) / plane->unit_y;
    return g;
}

struct point ground_at(const struct ground *g, double x, double y)
{
    return (
        struct point){ g->plane->center.x + g->plane->unit * x, g->plane->center.y - g->plane->unit_y * y };
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

/* Corners on the page, cut to the disc where there is one; returns the buffer. */
static struct point *shown_polygon(
    const struct ground *g, const double *xy, int n, struct point buffer[2][CLIP_MAX], int *count)
{
    struct point corner[CORNER_MAX];
    const struct disc *d = g->disc;
    int now = 0;
    *count = n;
    for (int i = 0; i < n; i++)
        corner[i] = ground_at(g, xy[2 * i], xy[2 * i + 1]);
    if (!g->round) {
        memcpy(buffer[0], corner, (size_t)n * sizeof *corner);
        return buffer[0];
    }
    *count = n ? arc_points(d->center, d->outer, 0, 2 * PI, d->canvas->scale, buffer[0], CLIP_MAX / 2) : 0;
    for (int i = 0; i<n && * count> 0; i++) {
        *count = cut(buffer[now], *count, corner[i], corner[(i + 1) % n], buffer[!now]);
        now = !now;
    }
    return buffer[now];
}

void ground_fill(const struct ground *g, const double *xy, int n, struct color color)
{
    struct point buffer[2][CLIP_MAX];
    int count;
    struct point *at = shown_polygon(g, xy, n, buffer, &count);
    if (count >= 3)
        canvas_polygon(g->canvas, at, count, color);
}

void ground_hatch(const struct ground *g, const double *xy, int n, double pitch, struct color color)
{
    struct point buffer[2][CLIP_MAX];
    int count;
    struct point *at = shown_polygon(g, xy, n, buffer, &count);
    const char *before = canvas_mark(g->canvas, "plane.margin");
    if (count >= 3)
        canvas_hatch(g->canvas, at, count, pitch, color);
    canvas_mark(g->canvas, before);
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

/* The share of the way from a to b at which one coordinate is inside [low, high]. */
static void clip_share(double from, double step, double low, double high, double *t0, double *t1)
{
    if (step == 0) {
        if (from < low || from > high)
            *t1 = -1;
        return;
    }
    double p = (low - from) / step, q = (high - from) / step;
    *t0 = fmax(*t0, fmin(p, q));
    *t1 = fmin(*t1, fmax(p, q));
}

static bool clip_to_rect(struct rect r, struct point *a, struct point *b)
{
    double t0 = 0, t1 = 1, dx = b->x - a->x, dy = b->y - a->y;
    clip_share(a->x, dx, r.x, r.x + r.w, &t0, &t1);
    clip_share(a->y, dy, r.y, r.y + r.h, &t0, &t1);
    struct point start = *a;
    *a = (struct point){ start.x + t0 * dx, start.y + t0 * dy };
    *b = (struct point){ start.x + t1 * dx, start.y + t1 * dy };
    return t0 < t1;
}

bool ground_clip(const struct ground *g, struct point *a, struct point *b)
{
    if (!isfinite(a->x + a->y + b->x + b->y))
        return false;
    return g->round ? clip_to_disc(g->disc, a, b) : clip_to_rect(g->rect, a, b);
}

bool ground_level(const struct ground *g, const double w[2], double b, double level, struct point ends[2])
{
    double length = hypot(w[0], w[1]), reach = 0;
    if (!(length >= 1e-12))
        return false;
    double off = (level - b) / length, nx = w[0] / length, ny = w[1] / length;
    for (int i = 0; i < 4; i++)
        reach += fabs(g->box[i]);
    struct point foot = { off * nx, off * ny };
    if (fabs(off) > 2 * reach)
        return false;
    ends[0] = ground_at(g, foot.x - 2 * reach * ny, foot.y + 2 * reach * nx);
    ends[1] = ground_at(g, foot.x + 2 * reach * ny, foot.y - 2 * reach * nx);
    return ground_clip(g, &ends[0], &ends[1]);
}

static struct stroke dashed_border(const struct theme *theme)
{
    return (
        struct stroke){ .color = color_alpha(theme->text3, 0.75), .width = 1, .dash_on = 2, .dash_off = 5 };
}

static struct color tint(const struct ground *g, int label, double alpha)
{
    return color_alpha(class_color(g->look->theme, label), alpha * class_alpha(g->look, label));
}

/* ---- losses that decide by direction ---- */

static void draw_sectors(const struct ground *g)
{
    const struct theme *theme = g->look->theme;
    bool margins = g->look->layers & LAYER_MARGINS;
    for (int j = 0; j < g->scene->snap->classes; j++) {
        const struct region_class *region = &g->scene->region[j];
        struct color full = tint(g, j, (double)theme->region_alpha);
        struct color half = color_alpha(full, (double)theme->zone_alpha * class_alpha(g->look, j));
        struct arc zone[REGION_ARC_MAX];
        int zones = region_zones(region, zone);
        for (int i = 0; !margins && i < region->decided_count; i++)
            disc_sector(g->disc, region->decided[i], full);
        for (int i = 0; margins && i < region->safe_count; i++)
            disc_sector(g->disc, region->safe[i], full);
        for (int i = 0; margins && i < zones; i++)
            disc_sector(g->disc, zone[i], half);
    }
}

static void draw_borders(const struct ground *g)
{
    struct stroke border = dashed_border(g->look->theme);
    const char *before = canvas_mark(g->canvas, "plane.boundary");
    for (int j = 0; j < g->scene->snap->classes; j++) {
        const struct region_class *region = &g->scene->region[j];
        for (int i = 0; i < region->decided_count; i++)
            if (region->decided[i].to - region->decided[i].from < 2 * PI)
                disc_spoke(g->disc, region->decided[i].from, &border);
    }
    canvas_mark(g->canvas, before);
}

static struct stroke edge_stroke(const struct ground *g, int label)
{
    return (struct stroke){ .color = tint(g, label, (double)g->look->theme->edge_alpha), .width = 1.25 };
}

static void draw_edges(const struct ground *g)
{
    const char *before = canvas_mark(g->canvas, "plane.edge");
    for (int j = 0; j < g->scene->snap->classes; j++) {
        struct stroke edge = edge_stroke(g, j);
        double angle[2 * REGION_ARC_MAX];
        int n = region_edges(&g->scene->region[j], angle);
        for (int i = 0; i < n; i++)
            disc_spoke(g->disc, angle[i], &edge);
    }
    canvas_mark(g->canvas, before);
}

/* ---- zones whose edge is a curve over the radius ---- */

enum { LEVEL_MAX = 480, LEVEL_ARCS = 4, LEVEL_FIRST = 8, LEVEL_DEPTH = 6 };

/* The safe arcs of one class at one radius, rising from where its first sector begins. */
struct level {
    double radius; /* px */
    int count;
    struct arc safe[LEVEL_ARCS];
};

struct curve {
    const struct ground *g;
    struct head head;
    const struct region_class *region;
    int label, count;
    struct level level[LEVEL_MAX];
};

static struct level level_at(const struct curve *c, double radius)
{
    struct arc safe[REGION_ARC_MAX];
    struct level level = { .radius = radius };
    int n = region_safe(
        &c->g->scene->snap->force, &c->head, c->label, c->region, radius / c->g->plane->unit, safe);
    double from = c->region->decided[0].from;
    for (int i = 0; i < n && level.count < LEVEL_ARCS; i++) {
        double turned = fmod(safe[i].from - from + 1e-9 + 4 * PI, 2 * PI) - 1e-9;
        level.safe[level.count++] = (struct arc){ from + turned, from + turned + safe[i].to - safe[i].from };
    }
    return level;
}

/* How far the chord between two levels lies from the point the edge really has between them, px. */
static double chord_error(
    const struct level *a, const struct level *m, const struct level *b, int arc, bool end)
{
    double p = end ? a->safe[arc].to : a->safe[arc].from, q = end ? b->safe[arc].to : b->safe[arc].from;
    double t = end ? m->safe[arc].to : m->safe[arc].from;
    double ax = a->radius * cos(p), ay = a->radius * sin(p), dx = b->radius * cos(q) - ax,
           dy = b->radius * sin(q) - ay, length = hypot(dx, dy);
    double mx = m->radius * cos(t) - ax, my = m->radius * sin(t) - ay;
    return length > 0 ? fabs(mx * dy - my * dx) / length : 0;
}

static bool is_straight(const struct level *a, const struct level *m, const struct level *b)
{
    bool straight = a->count == m->count && m->count == b->count;
    for (int i = 0; straight && i < a->count; i++)
        straight = chord_error(a, m, b, i, false) < 0.08 && chord_error(a, m, b, i, true) < 0.08;
    return straight;
}

/* Where the number of arcs changes the new ones begin at the same radius, so that nothing is left bare. */
static void add_level(struct curve *c, const struct level *next)
{
    struct level copy = *next;
    if (c->count > 0 && c->count < LEVEL_MAX && c->level[c->count - 1].count != next->count) {
        copy.radius = c->level[c->count - 1].radius;
        c->level[c->count++] = copy;
    }
    if (c->count < LEVEL_MAX)
        c->level[c->count++] = *next;
}

static void refine(struct curve *c, const struct level *a, const struct level *b, int depth)
{
    struct level middle = level_at(c, (a->radius + b->radius) / 2);
    if (depth < LEVEL_DEPTH && c->count < LEVEL_MAX - 64 && !is_straight(a, &middle, b)) {
        refine(c, a, &middle, depth + 1);
        refine(c, &middle, b, depth + 1);
    } else {
        add_level(c, b);
    }
}

static void curve_find(struct curve *c)
{
    double outer = c->g->disc->outer;
    c->level[0] = level_at(c, outer * 1e-3);
    c->count = 1;
    for (int i = 1; i <= LEVEL_FIRST; i++) {
        struct level last = c->level[c->count - 1], next = level_at(c, outer * i / LEVEL_FIRST);
        refine(c, &last, &next, 0);
    }
}

/* Edge number `i` of the levels' arcs: 0 is where the sector begins, then from, to, from, to ..., then its end. */
static double edge_at(const struct curve *c, int level, int i)
{
    const struct level *l = &c->level[level];
    if (i == 0)
        return c->region->decided[0].from;
    if (i == 2 * l->count + 1)
        return c->region->decided[0].to;
    return i % 2 ? l->safe[(i - 1) / 2].from : l->safe[(i - 1) / 2].to;
}

static int level_arc(const struct curve *c, int level, int i, struct point *out, int max)
{
    const struct disc *d = c->g->disc;
    return arc_points(d->center, c->level[level].radius, edge_at(c, level, i), edge_at(c, level, i + 1),
        d->canvas->scale, out, max);
}

/* Between edges i and i + 1 over levels a..b: out along one, round, in along the other, and back round. */
static int band_outline(const struct curve *c, int a, int b, int i, struct point *out, int max)
{
    const struct disc *d = c->g->disc;
    int n = 0, room = max / 2 - LEVEL_MAX;
    for (int k = a; k <= b; k++)
        out[n++] = disc_at(d, edge_at(c, k, i), c->level[k].radius);
    n += level_arc(c, b, i, out + n, room);
    for (int k = b; k >= a; k--)
        out[n++] = disc_at(d, edge_at(c, k, i + 1), c->level[k].radius);
    int m = level_arc(c, a, i, out + n, room);
    for (int k = 0; k < m / 2; k++) {
        struct point swap = out[n + k];
        out[n + k] = out[n + m - 1 - k];
        out[n + m - 1 - k] = swap;
    }
    return n + m;
}

enum curve_part { CURVE_FILL, CURVE_HATCH, CURVE_EDGES };

static void draw_band(const struct curve *c, int a, int b, int i, enum curve_part part)
{
    const struct theme *theme = c->g->look->theme;
    const struct disc *d = c->g->disc;
    bool safe = i % 2, wide = edge_at(c, b, i + 1) - edge_at(c, b, i) > 1e-9 ||
                              edge_at(c, a, i + 1) - edge_at(c, a, i) > 1e-9;
    if (!wide || (part == CURVE_HATCH && safe))
        return;
    int n = band_outline(c, a, b, i, d->scratch, d->scratch_max);
    struct color full = tint(c->g, c->label, (double)theme->region_alpha);
    const char *before = canvas_mark(c->g->canvas, safe ? "plane.region" : "plane.margin");
    if (part == CURVE_FILL)
        canvas_polygon(c->g->canvas, d->scratch, n,
            safe ? full : color_alpha(full, (double)theme->zone_alpha * class_alpha(c->g->look, c->label)));
    else
        canvas_hatch(c->g->canvas, d->scratch, n, 7,
            color_alpha(theme->text1, (double)theme->hatch_alpha * class_alpha(c->g->look, c->label)));
    canvas_mark(c->g->canvas, before);
}

static void draw_edge(const struct curve *c, int a, int b, int i)
{
    struct stroke edge = edge_stroke(c->g, c->label);
    struct point *at = c->g->disc->scratch;
    double border = i % 2 ? c->region->decided[0].from : c->region->decided[0].to;
    int n = 0;
    for (int k = a; k <= b; k++)
        if (fabs(edge_at(c, k, i) - border) > 1e-9)
            at[n++] = disc_at(c->g->disc, edge_at(c, k, i), c->level[k].radius);
    const char *before = canvas_mark(c->g->canvas, "plane.edge");
    if (n > 1)
        canvas_lines(c->g->canvas, at, n, &edge);
    canvas_mark(c->g->canvas, before);
}

/* Levels with the same number of arcs make one piece. */
static void draw_curve(const struct curve *c, enum curve_part part)
{
    for (int a = 0, b; a < c->count; a = b + 1) {
        int count = c->level[a].count;
        for (b = a; b + 1 < c->count && c->level[b + 1].count == count;)
            b++;
        for (int i = 0; part != CURVE_EDGES && i <= 2 * count && a < b; i++)
            draw_band(c, a, b, i, part);
        for (int i = 1; part == CURVE_EDGES && i <= 2 * count && a < b; i++)
            draw_edge(c, a, b, i);
    }
}

static void draw_curves(const struct ground *g)
{
    struct curve c = { .g = g, .head = snapshot_head(g->scene->snap) };
    bool tints = g->look->layers & LAYER_REGIONS;
    for (c.label = 0; c.label < g->scene->snap->classes; c.label++) {
        c.region = &g->scene->region[c.label];
        if (!c.region->decided_count)
            continue;
        curve_find(&c);
        if (tints)
            draw_curve(&c, CURVE_FILL);
        draw_curve(&c, CURVE_HATCH);
        draw_curve(&c, CURVE_EDGES);
    }
}

static void draw_angular(const struct ground *g)
{
    bool tints = g->look->layers & LAYER_REGIONS, margins = g->look->layers & LAYER_MARGINS;
    if (margins && region_norm_matters(&g->scene->snap->force)) {
        draw_curves(g);
        draw_borders(g);
        return;
    }
    if (tints)
        draw_sectors(g);
    if (margins) {
        zones_hatch(g->disc, g->scene, g->look);
        draw_edges(g);
    }
    if (tints || margins)
        draw_borders(g);
}

/* ---- losses with a bias: half planes ---- */

static double score(const struct snapshot *snap, int j, double x, double y)
{
    return snap->weight[2 * j] * x + snap->weight[2 * j + 1] * y + snap->bias[j];
}

/* The class on the other side of an edge: the best of the others at its middle. */
static int across(const struct ground *g, int label, const double *a, const double *b)
{
    const struct snapshot *snap = g->scene->snap;
    double x = (a[0] + b[0]) / 2, y = (a[1] + b[1]) / 2, top = -INFINITY;
    int best = -1;
    for (int j = 0; j < snap->classes; j++) {
        double value = score(snap, j, x, y);
        if (j != label && value > top) {
            top = value;
            best = j;
        }
    }
    double own = score(snap, label, x, y), scale = fabs(own) + fabs(top) + 1;
    return best >= 0 && fabs(own - top) < 1e-6 * scale ? best : -1; /* else an edge of the box */
}

static void draw_polygon_edges(const struct ground *g, int label, const double *xy, int n)
{
    struct stroke border = dashed_border(g->look->theme);
    const char *before = canvas_mark(g->canvas, "plane.boundary");
    for (int i = 0; i < n; i++) {
        const double *a = &xy[2 * i], *b = &xy[2 * ((i + 1) % n)];
        struct point ends[2] = { ground_at(g, a[0], a[1]), ground_at(g, b[0], b[1]) };
        if (across(g, label, a, b) > label && ground_clip(g, &ends[0], &ends[1]))
            canvas_lines(g->canvas, ends, 2, &border);
    }
    canvas_mark(g->canvas, before);
}

static void draw_polygons(const struct ground *g)
{
    struct head head = snapshot_head(g->scene->snap);
    double xy[2 * CORNER_MAX];
    for (int pass = 0; pass < 2; pass++)
        for (int j = 0; j < head.classes; j++) {
            int n = region_polygon(&head, j, g->box, xy, CORNER_MAX);
            if (pass == 0)
                ground_fill(g, xy, n, tint(g, j, (double)g->look->theme->region_alpha));
            else
                draw_polygon_edges(g, j, xy, n);
        }
}

/* ---- several labels: half planes over one another ---- */

static void draw_half_planes(const struct ground *g)
{
    const struct snapshot *snap = g->scene->snap;
    for (int j = 0; j < snap->classes; j++) {
        double xy[16];
        int n = region_band(&snap->weight[2 * j], snap->bias[j], 0, INFINITY, g->box, xy, 8);
        ground_fill(g, xy, n, tint(g, j, (double)g->look->theme->region_alpha));
    }
    for (int j = 0; j < snap->classes; j++) {
        struct point ends[2];
        struct stroke line = { .color = tint(g, j, 1), .width = 2 };
        if (ground_level(g, &snap->weight[2 * j], snap->bias[j], 0, ends))
            canvas_lines(g->canvas, ends, 2, &line);
    }
}

/* ---- one score ---- */

bool score_line(const struct snapshot *snap, double w[2], double *b)
{
    if (snap->force.loss->task != TASK_SCORE || snap->classes != 2 || snap->dim != 2)
        return false;
    for (int d = 0; d < 2; d++)
        w[d] = snap->weight[2 + d] - snap->weight[d];
    *b = snap->bias[1] - snap->bias[0];
    return true;
}

bool score_has_margin(const struct snapshot *snap)
{
    return snap->force.loss->task == TASK_SCORE && snap->force.loss->has_margin;
}

static void fill_band(const struct ground *g, const double *w, double b, double from, double to, int label,
    double alpha, bool hatched)
{
    double xy[16];
    int n = region_band(w, b, from, to, g->box, xy, 8);
    if (g->look->layers & LAYER_REGIONS)
        ground_fill(g, xy, n, tint(g, label, alpha));
    if (hatched)
        ground_hatch(g, xy, n, 7, color_alpha(g->look->theme->text1, (double)g->look->theme->hatch_alpha));
}

/* Full tint beyond the margin lines, half of it and the hatch between them. */
static void draw_score(const struct ground *g, const double *w, double b)
{
    const struct theme *theme = g->look->theme;
    double full = (double)theme->region_alpha, half = (double)theme->zone_alpha, edge = 0;
    struct point ends[2];
    if (score_has_margin(g->scene->snap) && (g->look->layers & LAYER_MARGINS)) {
        edge = 1;
        fill_band(g, w, b, -1, 0, 0, half, true);
        fill_band(g, w, b, 0, 1, 1, half, true);
    }
    fill_band(g, w, b, -INFINITY, -edge, 0, full, false);
    fill_band(g, w, b, edge, INFINITY, 1, full, false);
    const char *before = canvas_mark(g->canvas, "plane.line");
    for (int label = 0; edge > 0 && label < 2; label++) {
        struct stroke line = { .color = tint(g, label, 1), .width = 1.75 };
        if (ground_level(g, w, b, label ? 1 : -1, ends))
            canvas_lines(g->canvas, ends, 2, &line);
    }
    struct stroke boundary = { .color = theme->text1, .width = 2.5 };
    if (ground_level(g, w, b, 0, ends))
        canvas_lines(g->canvas, ends, 2, &boundary);
    canvas_mark(g->canvas, before);
}

/* ---- all ---- */

void regions_draw(const struct ground *g)
{
    const struct snapshot *snap = g->scene->snap;
    double w[2], b;
    canvas_mark(g->canvas, "plane.region");
    if (g->scene->angular)
        draw_angular(g);
    else if (score_line(snap, w, &b))
        draw_score(g, w, b);
    else if (!(g->look->layers & LAYER_REGIONS))
        return;
    else if (loss_decision(&snap->force) == DECIDE_EACH)
        draw_half_planes(g);
    else if (loss_decision(&snap->force) != DECIDE_NOTHING)
        draw_polygons(g);
    canvas_mark(g->canvas, NULL);
}
