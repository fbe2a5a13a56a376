/* view_score.c - losses of one score: what a sample pays for its place u = t z (or for its residual), for every loss
 * of the family at once, with the samples sliding on the one in use; above it the probability, below it the pull. */
#include "render/view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/axes.h"
#include "render/number.h"
#include "render/text.h"

enum {
    ROW_MAX = 16,
    SAMPLED = 240,
    TRACE_MAX = 2 * SAMPLED,
    BOX_MAX = 24,
    BIN_MAX = 512,
    STACK_CLASSES = 2,
    COLUMN = 4,
    COLUMN_MAX = 800
};

static const struct font small = { 12, WEIGHT_REGULAR, false }, bold = { 12, WEIGHT_SEMIBOLD, false };

/* What a graph shows of a curve. */
enum graph { GRAPH_VALUE, GRAPH_SLOPE, GRAPH_SLOPE_SIZE };

struct score {
    struct canvas *canvas;
    struct scene *scene;
    const struct snapshot *snap;
    const struct look *look;
    const struct theme *theme;
    bool fit; /* a regression: the residual in place of t z */
    const struct loss *row[ROW_MAX];
    const double *param[ROW_MAX];
    int rows, active;
    double low, high; /* of u over the finite samples; low > high without any */
};

/* A part of the view with its own axes. */
struct pane {
    struct plot plot;
    struct axis x, y;
    enum graph graph;
    struct rect box[BOX_MAX]; /* where words already stand */
    int boxes;
    float height[ROW_MAX][COLUMN_MAX]; /* of every row's line, COLUMN px apart: for placing words */
    int columns;
};

static double clamped(double value, double from, double to)
{
    return fmin(fmax(value, from), to);
}

/* ---- the samples ---- */

static bool has_scores(const struct score *v)
{
    return v->fit ? v->snap->targets > 0 && v->snap->classes > 0 : v->snap->classes > 1;
}

static double dot_of(const struct snapshot *snap, int i, int row)
{
    const float *x = &snap->feature[(size_t)i * (size_t)snap->dim];
    const double *w = &snap->weight[(size_t)row * (size_t)snap->dim];
    double sum = snap->bias[row];
    for (int d = 0; d < snap->dim; d++)
        sum += w[d] * (double)x[d];
    return sum;
}

/* z = w x + b: a score's rule has the two rows +-w/2. */
static double score_of(const struct score *v, int i)
{
    return v->fit ? dot_of(v->snap, i, 0) : dot_of(v->snap, i, 1) - dot_of(v->snap, i, 0);
}

/* u = t z, or the residual z - y. */
static double place_of(const struct score *v, int i)
{
    double z = score_of(v, i);
    if (v->fit)
        return z - (double)v->snap->target[(size_t)i * (size_t)v->snap->targets];
    return v->snap->label[i] ? z : -z;
}

static void find_range(struct score *v)
{
    v->low = INFINITY;
    v->high = -INFINITY;
    for (int i = 0; has_scores(v) && i < v->snap->count; i++) {
        double u = place_of(v, i);
        if (!isfinite(u))
            continue;
        v->low = fmin(v->low, u);
        v->high = fmax(v->high, u);
    }
}

void score_reach(const struct scene *scene, double reach[2])
{
    struct score v = { .snap = scene->snap };
    reach[0] = reach[1] = 0;
    if (!v.snap->force.loss)
        return;
    v.fit = v.snap->force.loss->task == TASK_REAL;
    find_range(&v);
    reach[0] = fmin(v.low, 0);
    reach[1] = fmax(v.high, 0);
}

/* ---- the rows ---- */

static void find_rows(struct score *v)
{
    v->active = -1;
    for (int i = 0; i < loss_count() && v->rows < ROW_MAX; i++) {
        const struct loss *loss = loss_at(i);
        if (loss->task != v->snap->force.loss->task || !loss->curve)
            continue;
        bool used = loss == v->snap->force.loss;
        v->active = used ? v->rows : v->active;
        v->param[v->rows] = used ? v->snap->force.param : v->snap->experiment.param[i];
        v->row[v->rows++] = loss;
    }
}

static double curve_at(const struct score *v, int row, enum graph graph, double u)
{
    struct psi f = v->row[row]->curve(u, v->param[row]);
    return graph == GRAPH_VALUE ? f.value : graph == GRAPH_SLOPE ? f.slope : fabs(f.slope);
}

/* A loss keeps its dashes whichever is in use. */
static struct stroke row_stroke(const struct score *v, int row, double width)
{
    static const double dashes[][2] = { { 0, 0 }, { 7, 3 }, { 4, 3 }, { 1.5, 2.5 }, { 10, 4 }, { 2.5, 4 } };
    const double *dash = dashes[row % (int)(sizeof dashes / sizeof dashes[0])];
    if (row == v->active)
        return (struct stroke){ .color = v->theme->text1, .width = width };
    return (
        struct stroke){ .color = v->theme->text3, .width = 1.25, .dash_on = dash[0], .dash_off = dash[1] };
}

/* ---- panes ---- */

/* The area of a panel-sized plot, wherever it is. */
static struct pane pane_of(struct rect whole, struct rect area, enum graph graph)
{
    struct plot plot = plot_layout((struct rect){ 0, 0, 360, 216 }, true);
    plot.rect = whole;
    plot.area = area;
    plot.gutter = area.x + area.w + 8;
    plot.right = whole.x + whole.w;
    return (struct pane){ .plot = plot,
        .x = { .a = area.x, .b = area.x + area.w },
        .y = { .a = area.y + area.h, .b = area.y },
        .graph = graph };
}

static struct point pane_at(const struct pane *p, double u, double value)
{
    return (struct point){ axis_at(&p->x, u), axis_at(&p->y, value) };
}

static void pane_title(const struct score *v, const struct pane *p, const char *title, const char *what)
{
    struct font head = { 14, WEIGHT_SEMIBOLD, false }, italic = { 12, WEIGHT_REGULAR, true };
    struct rect a = p->plot.area;
    double x = p->plot.rect.x, y = a.y - 14, right = a.x + a.w;
    canvas_text(v->canvas, (struct point){ x, y }, title, &head, v->theme->text1, ALIGN_LEFT);
    if (x + text_width(title, &head) + text_width(what, &italic) + 16 < right)
        canvas_text(v->canvas, (struct point){ right, y }, what, &italic, v->theme->text3, ALIGN_RIGHT);
}

static void pane_grid(const struct score *v, const struct pane *p, int most)
{
    double step = axis_step(p->y.to - p->y.from, most);
    char label[24];
    for (double value = step * ceil(p->y.from / step - 1e-9); value <= p->y.to * (1 + 1e-9); value += step) {
        double y = axis_at(&p->y, value);
        bool base = p->y.from >= 0 && fabs(value) < step / 2;
        if (!base)
            plot_grid(v->canvas, &p->plot, v->theme, y,
                number_short(fabs(value) < step / 2 ? 0 : value, label, sizeof label));
    }
}

/* Ticks under the area; "1" is amber where the margin ends there. */
static void pane_ticks(const struct score *v, const struct pane *p, bool margin)
{
    struct rect a = p->plot.area;
    double step = axis_step(p->x.to - p->x.from, a.w > 400 ? 12 : 7), base = a.y + a.h;
    char label[24];
    plot_baseline(v->canvas, &p->plot, v->theme);
    for (double u = step * ceil(p->x.from / step - 1e-9); u <= p->x.to + 1e-9 * step; u += step) {
        struct point at = { floor(axis_at(&p->x, u)) + 0.5, base };
        bool edge = margin && fabs(u - 1) < step / 4;
        number_short(fabs(u) < step / 4 ? 0 : u, label, sizeof label);
        canvas_line(
            v->canvas, at, (struct point){ at.x, base + 4 }, 1, edge ? v->theme->margin : v->theme->axis);
        canvas_text(v->canvas, (struct point){ at.x, base + 18 }, label, edge ? &bold : &small,
            edge ? v->theme->margin : v->theme->text3, ALIGN_CENTER);
    }
}

/* ---- curves ---- */

/* The place of a jump between a and b, if there is one: both sides of it. */
static bool find_jump(const struct score *v, int row, enum graph graph, double *a, double *b)
{
    double fa = curve_at(v, row, graph, *a), fb = curve_at(v, row, graph, *b);
    for (int i = 0; i < 60 && fabs(fb - fa) > 1e-3; i++) {
        double middle = (*a + *b) / 2, fm = curve_at(v, row, graph, middle);
        if (fabs(fm - fa) > fabs(fb - fm))
            *b = middle, fb = fm;
        else
            *a = middle, fa = fm;
    }
    return fabs(fb - fa) > 1e-3 && *b - *a < 1e-6;
}

/* u and value; a jump becomes an upright line. */
static int sample_row(const struct score *v, const struct pane *p, int row, struct point out[TRACE_MAX])
{
    double step = (p->x.to - p->x.from) / (SAMPLED - 1), last = p->x.from;
    int n = 0;
    out[n++] = (struct point){ last, curve_at(v, row, p->graph, last) };
    for (int i = 1; i < SAMPLED; i++) {
        double u = p->x.from + i * step, a = last, b = u, value = curve_at(v, row, p->graph, u);
        bool steep = fabs(value - out[n - 1].y) > 10 * step || fabs(value - out[n - 1].y) > 0.3;
        if (steep && n + 3 < TRACE_MAX && find_jump(v, row, p->graph, &a, &b)) {
            out[n++] = (struct point){ a, curve_at(v, row, p->graph, a) };
            out[n++] = (struct point){ a, curve_at(v, row, p->graph, b) };
        }
        if (n < TRACE_MAX)
            out[n++] = (struct point){ u, value };
        last = u;
    }
    return n;
}

/* Where the line from a to b passes the height `level`. */
static struct point crossing(struct point a, struct point b, double level)
{
    double t = fabs(b.y - a.y) > 0 ? (level - a.y) / (b.y - a.y) : 0;
    return (struct point){ a.x + t * (b.x - a.x), level };
}

static bool shows(const struct pane *p, double value)
{
    return value >= p->y.from - 1e-12 && value <= p->y.to + 1e-12;
}

static struct point border(const struct pane *p, struct point inside, struct point outside)
{
    return isfinite(outside.y) ? crossing(inside, outside, outside.y > p->y.to ? p->y.to : p->y.from)
                               : inside;
}

/* Only what lies between the ends of the axis. */
static void draw_trace(
    const struct score *v, const struct pane *p, const struct point *at, int n, const struct stroke *stroke)
{
    struct point line[TRACE_MAX + 2];
    int m = 0;
    for (int i = 0; i <= n; i++) {
        bool in = i < n && shows(p, at[i].y), was = m > 0;
        if (in && !was && i > 0)
            line[m++] = border(p, at[i], at[i - 1]);
        if (in)
            line[m++] = at[i];
        if (in || !was)
            continue;
        if (i < n) {
            line[m] = border(p, line[m - 1], at[i]);
            m++;
        }
        for (int k = 0; k < m; k++)
            line[k] = pane_at(p, line[k].x, line[k].y);
        if (m > 1)
            canvas_lines(v->canvas, line, m, stroke);
        m = 0;
    }
}

static void draw_rows(const struct score *v, const struct pane *p)
{
    struct point at[TRACE_MAX];
    for (int pass = 0; pass < 2; pass++)
        for (int row = 0; row < v->rows; row++) {
            bool flat = p->graph != GRAPH_VALUE && v->row[row]->untrained;
            if ((row == v->active) != (pass == 1) || flat)
                continue;
            struct stroke stroke = row_stroke(v, row, 2.25);
            bool slope = p->graph != GRAPH_VALUE;
            canvas_mark(v->canvas, row != v->active ? "score.other" : slope ? "score.slope" : "score.curve");
            draw_trace(v, p, at, sample_row(v, p, row, at), &stroke);
        }
    canvas_mark(v->canvas, NULL);
}

/* ---- names at the lines ---- */

static bool overlaps(struct rect a, struct rect b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

static void keep_free(struct pane *p, struct rect box)
{
    if (p->boxes < BOX_MAX)
        p->box[p->boxes++] = box;
}

static bool inside(struct rect box, struct rect a)
{
    return box.x >= a.x && box.y >= a.y && box.x + box.w <= a.x + a.w && box.y + box.h <= a.y + a.h;
}

static void find_heights(const struct score *v, struct pane *p)
{
    struct rect a = p->plot.area;
    p->columns = (int)fmin(COLUMN_MAX, a.w / COLUMN + 1);
    for (int row = 0; row < v->rows; row++)
        for (int i = 0; i < p->columns; i++) {
            double u = p->x.from + (p->x.to - p->x.from) * i * COLUMN / a.w;
            p->height[row][i] = (float)axis_at(&p->y, curve_at(v, row, p->graph, u));
        }
}

/* Pieces of a row's line that touch a box. */
static int under_box(const struct pane *p, int row, struct rect box)
{
    int found = 0, from = (int)fmax(1, (box.x - p->plot.area.x) / COLUMN),
        to = (int)fmin(p->columns - 1, (box.x + box.w - p->plot.area.x) / COLUMN + 1);
    for (int i = from; i <= to; i++) {
        double a = (double)p->height[row][i - 1], b = (double)p->height[row][i];
        found += fmax(a, b) > box.y - 1 && fmin(a, b) < box.y + box.h + 1;
    }
    return found;
}

/* How much of the lines and of other words lies under a box. */
static int crowd(const struct score *v, const struct pane *p, struct rect box)
{
    int found = 0;
    if (!inside(box, p->plot.area))
        return 10000;
    for (int i = 0; i < p->boxes; i++)
        found += overlaps(box, p->box[i]) ? 1000 : 0;
    for (int row = 0; row < v->rows; row++)
        found += under_box(p, row, box);
    return found;
}

/* Where lines run together a name would be anybody's. */
static int neighbours(const struct score *v, const struct pane *p, int row, double x)
{
    int found = 0, i = (int)clamped((x - p->plot.area.x) / COLUMN, 0, p->columns - 1);
    for (int k = 0; k < v->rows; k++)
        found += k != row && fabs((double)(p->height[k][i] - p->height[row][i])) < 5 ? 5 : 0;
    return found;
}

/* Beside its own line, left below or right above it, where fewest other things are. */
static bool place_name(const struct score *v, const struct pane *p, int row, double width, struct rect *best)
{
    enum { PLACES = 60 };
    int least = 1000;
    for (int i = 1; i < PLACES; i++) {
        double u = p->x.from + (p->x.to - p->x.from) * i / PLACES, value = curve_at(v, row, p->graph, u);
        if (!shows(p, value))
            continue;
        struct point at = pane_at(p, u, value);
        struct rect box[4] = { { at.x + 7, at.y - 15, width, 14 }, { at.x - width - 7, at.y + 2, width, 14 },
            { at.x - width - 7, at.y - 15, width, 14 }, { at.x + 7, at.y + 2, width, 14 } };
        int close = neighbours(v, p, row, at.x);
        for (int k = 0; k < 4; k++) {
            int found = close + crowd(v, p, box[k]);
            if (found < least) {
                least = found;
                *best = box[k];
            }
        }
    }
    return least < (row == v->active ? 1000 : 3);
}

static void draw_names(const struct score *v, struct pane *p)
{
    find_heights(v, p);
    for (int pass = 0; pass < 2; pass++)
        for (int row = 0; row < v->rows; row++) {
            bool flat = p->graph != GRAPH_VALUE && v->row[row]->untrained;
            if ((row == v->active) != (pass == 0) || flat)
                continue;
            const struct font *font = row == v->active ? &bold : &small;
            const char *name = v->row[row]->label;
            struct rect box = { 0 };
            if (!place_name(v, p, row, text_width(name, font), &box))
                continue;
            if (crowd(v, p, box) > 0) /* the line behind would strike it through */
                canvas_rect(v->canvas, (struct rect){ box.x - 2, box.y, box.w + 4, box.h },
                    color_alpha(v->theme->bg, 0.85));
            keep_free(p, box);
            canvas_text(v->canvas, (struct point){ box.x, box.y + 11 }, name, font,
                row == v->active ? v->theme->text1 : v->theme->text2, ALIGN_LEFT);
        }
}

/* ---- margin ---- */

static bool has_margin(const struct score *v)
{
    return !v->fit && v->snap->force.loss->has_margin;
}

/* Right by the test rule, and still paying: 0 < u < 1. */
static void draw_zone(const struct score *v, struct pane *p, bool words)
{
    struct rect a = p->plot.area;
    double from = axis_at(&p->x, 0), to = axis_at(&p->x, 1);
    struct point corner[4] = { { from, a.y }, { to, a.y }, { to, a.y + a.h }, { from, a.y + a.h } };
    canvas_polygon(v->canvas, corner, 4, color_alpha(v->theme->margin, v->theme->dark ? 0.1 : 0.08));
    canvas_hatch(v->canvas, corner, 4, 7, color_alpha(v->theme->margin, (double)v->theme->hatch_alpha * 2));
    canvas_line(v->canvas, corner[1], corner[2], 1, v->theme->margin);
    double width = text_width("safe beyond 1", &bold);
    if (!words || to + 7 + width > a.x + a.w)
        return;
    struct rect box = { to + 7, a.y + 1, width, 15 };
    keep_free(p, box);
    canvas_text(
        v->canvas, (struct point){ box.x, box.y + 11 }, "safe beyond 1", &bold, v->theme->margin, ALIGN_LEFT);
}

/* ---- samples on a curve ---- */

static double marker_radius(const struct score *v)
{
    return v->snap->count <= 400 ? 3.4 : 2.6;
}

static struct marker side_marker(const struct score *v, int side, double radius)
{
    struct marker marker = class_marker(v->theme, side, radius);
    if (!(v->look->layers & LAYER_SHAPES))
        marker.shape = SHAPE_CIRCLE;
    return marker;
}

/* A class at a time. A sample above the axis stays at its upper end. */
static void draw_samples(const struct score *v, const struct pane *p)
{
    for (int side = 0; side < STACK_CLASSES && has_scores(v); side++) {
        int n = 0;
        for (int i = 0; i < v->snap->count; i++) {
            if ((v->snap->label[i] != 0 && !v->fit) != (side == 1))
                continue;
            double u = place_of(v, i), value = curve_at(v, v->active, p->graph, u);
            if (!isfinite(u) || !isfinite(value) || u < p->x.from || u > p->x.to)
                continue;
            v->scene->scratch[n++] = pane_at(p, u, clamped(value, p->y.from, p->y.to));
        }
        struct marker marker = side_marker(v, side, marker_radius(v));
        if (n > 0)
            canvas_markers(v->canvas, v->scene->scratch, n, &marker);
    }
}

/* At an end of the axis, above what stands there already. */
static void draw_count(
    const struct score *v, struct pane *p, struct point at, const char *format, int n, enum align align)
{
    char number[24], text[64];
    snprintf(text, sizeof text, format, number_count(n, number, sizeof number));
    double width = text_width(text, &small);
    struct rect box = { align == ALIGN_RIGHT ? at.x - width : at.x, at.y - 12, width, 15 };
    for (int i = 0; i < p->boxes; i++)
        if (overlaps(box, p->box[i]))
            box.y = fmin(box.y, p->box[i].y - box.h);
    keep_free(p, box);
    canvas_text(v->canvas, (struct point){ at.x, box.y + 12 }, text, &small, v->theme->text2, align);
}

/* How many samples lie beyond either end. */
static void draw_beyond(const struct score *v, struct pane *p)
{
    struct rect a = p->plot.area;
    int left = 0, right = 0;
    for (int i = 0; has_scores(v) && i < v->snap->count; i++) {
        double u = place_of(v, i);
        left += u < p->x.from;
        right += u > p->x.to;
    }
    if (left > 0)
        draw_count(v, p, (struct point){ a.x + 6, a.y + a.h - 10 }, "← %s more", left, ALIGN_LEFT);
    if (right > 0)
        draw_count(v, p, (struct point){ a.x + a.w, a.y + a.h - 10 }, "%s more →", right, ALIGN_RIGHT);
}

/* The number at a ringed place, above or below it, on the side that has room. */
static void draw_ringed(const struct score *v, struct pane *p, struct point at, const char *text, bool below)
{
    double width = text_width(text, &bold) + 8;
    struct rect a = p->plot.area;
    bool left = at.x + 14 + width > a.x + a.w;
    struct rect box = { left ? at.x - 12 - width : at.x + 12, below ? at.y + 5 : at.y - 22, width, 17 };
    box.y = clamped(box.y, a.y + 1, a.y + a.h - 18);
    canvas_ring(v->canvas, at, 7, 4, color_alpha(v->theme->bg, 0.8));
    canvas_ring(v->canvas, at, 7, 1.75, v->theme->text1);
    canvas_round_rect(v->canvas, box, 4, color_alpha(v->theme->bg, 0.8));
    canvas_text(v->canvas, (struct point){ box.x + 4, box.y + 13 }, text, &bold, v->theme->text1, ALIGN_LEFT);
    keep_free(p, box);
    keep_free(p, (struct rect){ at.x - 8, at.y - 8, 16, 16 });
}

/* The sample that every view speaks of; -1 without one. */
static int chosen(const struct score *v)
{
    struct selection s;
    return has_scores(v) && view_selection(v->scene, v->look, &s) && isfinite(place_of(v, s.sample))
               ? s.sample
               : -1;
}

static void draw_chosen(const struct score *v, struct pane *p)
{
    int i = chosen(v);
    double u = i >= 0 ? place_of(v, i) : NAN;
    if (!(u >= p->x.from && u <= p->x.to))
        return;
    char text[24];
    double value = curve_at(v, v->active, p->graph, u);
    number_fixed(value, 2, text, sizeof text);
    struct point at = pane_at(p, u, clamped(value, p->y.from, p->y.to));
    struct rect a = p->plot.area;
    struct stroke drop = { .color = v->theme->text3, .width = 1, .dash_on = 2, .dash_off = 3 };
    double base = p->y.from < 0 ? axis_at(&p->y, 0) : a.y + a.h;
    struct point ends[2] = { { at.x, at.y + 8 }, { at.x, base } };
    if (ends[1].y > ends[0].y)
        canvas_lines(v->canvas, ends, 2, &drop);
    draw_ringed(v, p, at, text, curve_at(v, v->active, p->graph, u + 1e-3) > value);
}

/* ---- ranges ---- */

/* Outward in steps of 1, 2, 3, 5 so that an axis rests while the samples move. */
static double step_above(double value)
{
    static const double steps[] = { 1, 1.5, 2, 3, 4, 5, 6, 8, 10 };
    if (!(value > 0) || !isfinite(value))
        return 1;
    double decade = pow(10, floor(log10(value)));
    int i = 0;
    while (steps[i] < 10 && steps[i] * decade < value * (1 - 1e-9))
        i++;
    return steps[i] * decade;
}

/* Beyond, every loss is flat or straight: what lies there is counted, not shown. */
static const double FARTHEST = 8;

/* Shared by every pane over u. */
static void fit_places(const struct score *v, struct axis *x)
{
    double left = v->low <= v->high ? -v->low : 0, right = v->low <= v->high ? v->high : 0;
    if (v->fit) {
        double half = step_above(1.05 * fmax(fmax(left, right), 1));
        x->from = -half;
        x->to = half;
        return;
    }
    x->from = -step_above(clamped(1.02 * left, 3, FARTHEST));
    x->to = step_above(clamped(1.02 * right, 4, FARTHEST));
}

/* The active loss's largest value among the samples: it is largest at an end. */
static double largest(const struct score *v, enum graph graph)
{
    if (v->low > v->high)
        return 0;
    return fmax(curve_at(v, v->active, graph, v->low), curve_at(v, v->active, graph, v->high));
}

static void fit_values(const struct score *v, struct pane *p)
{
    double most = largest(v, p->graph);
    p->y.from = 0;
    if (p->graph == GRAPH_VALUE)
        p->y.to = v->fit ? step_above(fmax(1.1 * most, 2)) : step_above(clamped(1.02 * most, 4, 20));
    else if (!v->fit)
        p->y.to = step_above(clamped(most, 1.3, 3));
    else
        p->y.from = -(p->y.to = step_above(clamped(1.1 * most, 1.5, 1e12)));
}

/* ---- where the points sit ---- */

struct stack {
    int count[STACK_CLASSES];
};

static int fill_bins(const struct score *v, const struct pane *p, struct stack *bin, int bins)
{
    int tallest = 0;
    memset(bin, 0, (size_t)bins * sizeof *bin);
    for (int i = 0; has_scores(v) && i < v->snap->count; i++) {
        double share = (place_of(v, i) - p->x.from) / (p->x.to - p->x.from);
        if (!(share >= 0 && share <= 1))
            continue;
        struct stack *b = &bin[(int)fmin(bins - 1, share * bins)];
        b->count[v->snap->label[i] != 0 && !v->fit]++;
        tallest = (int)fmax(tallest, b->count[0] + b->count[1]);
    }
    return tallest;
}

static void draw_dots(const struct score *v, const struct pane *p, const struct stack *bin, int bins)
{
    struct rect a = p->plot.area;
    double pitch = a.w / bins;
    for (int side = 0; side < STACK_CLASSES; side++) {
        int n = 0;
        for (int k = 0; k < bins; k++)
            for (int j = 0; j < bin[k].count[side]; j++)
                v->scene->scratch[n++] = (struct point){ a.x + (k + 0.5) * pitch,
                    a.y + a.h - ((side ? 0 : bin[k].count[1]) + j + 0.6) * pitch };
        struct marker marker = side_marker(v, side, 0.42 * pitch);
        if (n > 0)
            canvas_markers(v->canvas, v->scene->scratch, n, &marker);
    }
}

static void draw_bars(
    const struct score *v, const struct pane *p, const struct stack *bin, int bins, int tallest)
{
    struct rect a = p->plot.area;
    double pitch = a.w / bins, unit = a.h / fmax(tallest, 1);
    for (int k = 0; k < bins; k++) {
        double base = a.y + a.h;
        for (int side = STACK_CLASSES - 1; side >= 0; side--) {
            double height = bin[k].count[side] * unit;
            if (height <= 0)
                continue;
            struct rect bar = { a.x + k * pitch + 0.5, base - height, pitch - 1, height };
            canvas_rect(v->canvas, bar, color_alpha(class_color(v->theme, side), 0.95));
            base -= height;
        }
    }
}

/* A dot a sample, as large as the tallest pile lets it be; bars where it does not fit at all. */
static void draw_piles(const struct score *v, const struct pane *p)
{
    struct stack bin[BIN_MAX];
    int bins = 1, tallest = 0;
    for (double pitch = 14; pitch >= 6; pitch -= 2) {
        bins = (int)clamped(p->plot.area.w / pitch, 1, BIN_MAX);
        tallest = fill_bins(v, p, bin, bins);
        if ((tallest + 0.2) * p->plot.area.w / bins > p->plot.area.h)
            continue;
        draw_dots(v, p, bin, bins);
        return;
    }
    canvas_mark(v->canvas, "score.bars");
    draw_bars(v, p, bin, bins, tallest);
    canvas_mark(v->canvas, NULL);
}

/* ---- the panes ---- */

static void draw_loss_pane(const struct score *v, struct pane *p, bool large)
{
    pane_title(v, p, v->fit ? "Loss against residual" : "Loss against margin",
        v->fit ? "w·x + b − y" : "t (w·x + b)");
    pane_grid(v, p, large ? 6 : 4);
    canvas_mark(v->canvas, "score.margin");
    if (has_margin(v))
        draw_zone(v, p, true);
    canvas_mark(v->canvas, NULL);
    pane_ticks(v, p, has_margin(v));
    draw_rows(v, p);
    canvas_mark(v->canvas, "score.point");
    draw_samples(v, p);
    canvas_mark(v->canvas, "score.selected");
    draw_chosen(v, p);
    canvas_mark(v->canvas, "score.point");
    draw_beyond(v, p);
    canvas_mark(v->canvas, NULL);
    draw_names(v, p);
}

static void draw_pile_pane(const struct score *v, struct pane *p)
{
    pane_title(v, p, "Where the points sit", "");
    if (has_margin(v))
        draw_zone(v, p, false);
    draw_piles(v, p);
    pane_ticks(v, p, has_margin(v));
}

static double sigmoid(double z)
{
    return 1 / (1 + exp(-z));
}

static void draw_sigmoid(const struct score *v, const struct pane *p)
{
    struct point line[SAMPLED];
    struct stroke stroke = { .color = v->theme->text1, .width = 2.25 };
    for (int i = 0; i < SAMPLED; i++) {
        double z = p->x.from + (p->x.to - p->x.from) * i / (SAMPLED - 1);
        line[i] = pane_at(p, z, sigmoid(z));
    }
    canvas_lines(v->canvas, line, SAMPLED, &stroke);
}

/* A sample stands where its label says it should be: at P = 0 or P = 1. */
static void draw_labels(const struct score *v, const struct pane *p)
{
    for (int side = 0; side < STACK_CLASSES && has_scores(v); side++) {
        int n = 0;
        for (int i = 0; i < v->snap->count; i++) {
            double z = score_of(v, i);
            if ((v->snap->label[i] != 0) == (side == 1) && z >= p->x.from && z <= p->x.to)
                v->scene->scratch[n++] = pane_at(p, z, side);
        }
        struct marker marker = side_marker(v, side, marker_radius(v));
        if (n > 0)
            canvas_markers(v->canvas, v->scene->scratch, n, &marker);
    }
}

static void draw_probability_pane(const struct score *v, struct pane *p)
{
    pane_title(v, p, "Probability of class 1", "P(y=1 | z) = σ(z),  z = w·x + b");
    p->y.from = 0;
    p->y.to = 1;
    pane_grid(v, p, 2);
    plot_baseline(v->canvas, &p->plot, v->theme);
    canvas_line(v->canvas, pane_at(p, 0, 0), pane_at(p, 0, 1), 1, v->theme->grid);
    draw_sigmoid(v, p);
    draw_labels(v, p);
    pane_ticks(v, p, false);
    int i = chosen(v);
    if (i < 0)
        return;
    double z = clamped(score_of(v, i), p->x.from, p->x.to), want = v->snap->label[i] ? 1 : 0;
    char text[40], number[24];
    snprintf(text, sizeof text, "P = %s", number_fixed(sigmoid(z), 2, number, sizeof number));
    struct stroke miss = { .color = v->theme->text2, .width = 1, .dash_on = 2, .dash_off = 3 };
    struct point ends[2] = { pane_at(p, z, sigmoid(z)), pane_at(p, z, want) };
    canvas_lines(v->canvas, ends, 2, &miss);
    draw_ringed(v, p, ends[0], text, true);
}

/* ---- a confident mistake ---- */

static const double mistake = 0.1; /* of a sample whose label is 1 */

static double logit_of(double p)
{
    return log(p / (1 - p));
}

/* |dl/dy^| = |dl/dz| / (y^ (1 - y^)): 1.8 for the squared error, 10 for cross-entropy. */
static double slope_by_probability(const struct score *v, int row, double p)
{
    return curve_at(v, row, GRAPH_SLOPE_SIZE, logit_of(p)) / (p * (1 - p));
}

/* Losses that are a function of the probability; the others never speak of one. */
static bool is_of_probability(const struct loss *loss)
{
    static const char *const id[] = { "squared", "logistic", "focal_binary" };
    for (int i = 0; i < 3; i++)
        if (strcmp(loss->id, id[i]) == 0)
            return true;
    return false;
}

static void draw_mistake_marks(const struct score *v, struct pane *p)
{
    double u = logit_of(mistake), x = axis_at(&p->x, u);
    struct rect a = p->plot.area;
    struct stroke guide = { .color = v->theme->text3, .width = 1, .dash_on = 2, .dash_off = 3 };
    struct point ends[2] = { { x, a.y }, { x, a.y + a.h } };
    canvas_lines(v->canvas, ends, 2, &guide);
    keep_free(p, (struct rect){ x - 3, a.y, 6, a.h });
    for (int row = 0; row < v->rows; row++)
        if (is_of_probability(v->row[row])) {
            struct point at = pane_at(p, u, curve_at(v, row, GRAPH_SLOPE_SIZE, u));
            canvas_disc(v->canvas, at, 4.5, v->theme->bg);
            canvas_disc(v->canvas, at, 3.25, v->theme->text1);
        }
    struct rect box = { x + 5, a.y + 1, text_width("ŷ = 0.1", &small), 14 };
    keep_free(p, box);
    canvas_text(
        v->canvas, (struct point){ box.x, box.y + 10 }, "ŷ = 0.1", &small, v->theme->text2, ALIGN_LEFT);
}

static void draw_slope_pane(const struct score *v, struct pane *p)
{
    pane_title(v, p, "Pull of a sample", v->fit ? "ρ′(r)" : "|∂ℓ/∂z|");
    pane_grid(v, p, v->fit ? 5 : 3);
    if (has_margin(v))
        draw_zone(v, p, false);
    pane_ticks(v, p, has_margin(v));
    draw_rows(v, p);
    draw_samples(v, p);
    if (!v->fit)
        draw_mistake_marks(v, p);
    draw_chosen(v, p);
    draw_names(v, p);
}

/* ---- tables ---- */

struct table {
    double x, y, right, middle; /* of the names, the baseline, and where both numbers end */
};

static void table_head(const struct score *v, struct table *t, const char *title, const char *below,
    const char *first, const char *second)
{
    struct font head = { 14, WEIGHT_SEMIBOLD, false };
    canvas_text(v->canvas, (struct point){ t->x, t->y }, title, &head, v->theme->text1, ALIGN_LEFT);
    canvas_text(v->canvas, (struct point){ t->x, t->y + 19 }, below, &small, v->theme->text2, ALIGN_LEFT);
    t->y += 46;
    canvas_text(v->canvas, (struct point){ t->middle, t->y }, first, &small, v->theme->text3, ALIGN_RIGHT);
    canvas_text(v->canvas, (struct point){ t->right, t->y }, second, &small, v->theme->text3, ALIGN_RIGHT);
    double line = floor(t->y + 7) + 0.5;
    canvas_line(
        v->canvas, (struct point){ t->x, line }, (struct point){ t->right, line }, 1, v->theme->hairline);
    t->y += 25;
}

static void table_row(
    const struct score *v, struct table *t, int row, const char *name, double first, double second)
{
    bool used = row == v->active;
    const struct font *font = used ? &bold : &small;
    struct color ink = used ? v->theme->text1 : v->theme->text2;
    struct stroke stroke = row_stroke(v, row, 2.25);
    struct point ends[2] = { { t->x, t->y - 4 }, { t->x + 24, t->y - 4 } };
    char number[24], name_fit[64];
    canvas_lines(v->canvas, ends, 2, &stroke);
    text_fit(name, font, t->middle - t->x - 32 - 44, name_fit, sizeof name_fit);
    canvas_text(v->canvas, (struct point){ t->x + 32, t->y }, name_fit, font, ink, ALIGN_LEFT);
    canvas_text(v->canvas, (struct point){ t->middle, t->y }, number_fixed(first, 2, number, sizeof number),
        font, ink, ALIGN_RIGHT);
    canvas_text(v->canvas, (struct point){ t->right, t->y },
        v->row[row]->untrained ? "–" : number_fixed(second, 2, number, sizeof number), font, ink,
        ALIGN_RIGHT);
    t->y += 22;
}

static struct table table_at(const struct pane *p, double width)
{
    double right = p->plot.right;
    return (struct table){ right - width, p->plot.area.y - 14, right, right - 62 };
}

/* One sample, every loss. */
static void draw_sample_table(const struct score *v, const struct pane *p, double width)
{
    int i = chosen(v);
    if (i < 0)
        return;
    double u = place_of(v, i);
    char number[24], below[64];
    struct table t = table_at(p, width);
    snprintf(below, sizeof below, v->fit ? "ringed: r = %s" : "ringed: t z = %s",
        number_fixed(u, 2, number, sizeof number));
    table_head(v, &t, "One sample, every loss", below, "loss", "pull");
    for (int row = 0; row < v->rows; row++)
        table_row(v, &t, row, v->row[row]->label, curve_at(v, row, GRAPH_VALUE, u),
            curve_at(v, row, GRAPH_SLOPE_SIZE, u));
}

static void draw_mistake_table(const struct score *v, const struct pane *p, double width)
{
    struct table t = table_at(p, width);
    table_head(v, &t, "A confident mistake", "label 1, but ŷ = 0.1", "|∂ℓ/∂ŷ|", "|∂ℓ/∂z|");
    for (int row = 0; row < v->rows; row++)
        if (is_of_probability(v->row[row]))
            table_row(v, &t, row, v->row[row]->label, slope_by_probability(v, row, mistake),
                curve_at(v, row, GRAPH_SLOPE_SIZE, logit_of(mistake)));
    canvas_text(v->canvas, (struct point){ t.x, t.y + 4 }, "Far off, σ is flat: ŷ(1 − ŷ) = 0.09,", &small,
        v->theme->text3, ALIGN_LEFT);
    canvas_text(v->canvas, (struct point){ t.x, t.y + 20 }, "and the squared error barely pulls.", &small,
        v->theme->text3, ALIGN_LEFT);
}

/* ---- the view ---- */

/* Of the height, what each pane's area takes; 0: it is left out. */
struct shares {
    double probability, loss, piles, slope;
};

enum { PANE_HEAD = 42, PANE_FOOT = 30, TABLE_WIDTH = 260, LEFT = 36 };

/* The rectangle begins where the words do. */
static struct pane next_pane(struct rect inner, double width, double *y, double height, enum graph graph)
{
    struct rect area = { inner.x + LEFT, *y + PANE_HEAD, width, height };
    *y += PANE_HEAD + height + PANE_FOOT;
    return pane_of(inner, area, graph);
}

static struct rect inset(struct rect r, double side)
{
    return (struct rect){ r.x + side, r.y, r.w - 2 * side, r.h };
}

static void draw_large(struct score *v, struct rect rect)
{
    bool tables = rect.w >= 760;
    double width = rect.w - LEFT - (tables ? TABLE_WIDTH + 44 : 0), y = rect.y;
    struct shares share = { v->fit ? 0 : 0.18, 0.4, rect.h >= 660 ? 0.16 : 0, 0.26 };
    int panes = 2 + (share.probability > 0) + (share.piles > 0);
    double free = rect.h - panes * (PANE_HEAD + PANE_FOOT) - 8;
    free /= share.probability + share.loss + share.piles + share.slope;
    struct axis x = { 0 };
    fit_places(v, &x);
    if (share.probability > 0) {
        struct pane p = next_pane(rect, width, &y, free * share.probability, GRAPH_VALUE);
        p.x.to = fmax(-x.from, x.to); /* z is u or -u */
        p.x.from = -p.x.to;
        draw_probability_pane(v, &p);
    }
    struct pane loss = next_pane(rect, width, &y, free * share.loss, GRAPH_VALUE);
    loss.x.from = x.from;
    loss.x.to = x.to;
    fit_values(v, &loss);
    draw_loss_pane(v, &loss, true);
    if (share.piles > 0) {
        struct pane p = next_pane(rect, width, &y, free * share.piles, GRAPH_VALUE);
        p.x.from = x.from;
        p.x.to = x.to;
        draw_pile_pane(v, &p);
    }
    struct pane slope =
        next_pane(rect, width, &y, free * share.slope, v->fit ? GRAPH_SLOPE : GRAPH_SLOPE_SIZE);
    slope.x.from = x.from;
    slope.x.to = x.to;
    fit_values(v, &slope);
    draw_slope_pane(v, &slope);
    if (tables)
        draw_sample_table(v, &loss, TABLE_WIDTH);
    if (tables && !v->fit)
        draw_mistake_table(v, &slope, TABLE_WIDTH);
}

/* A cell of the right column: the losses, and the piles where it is tall enough. */
static void draw_small(struct score *v, struct rect rect)
{
    bool piles = rect.h >= 340;
    double width = rect.w - LEFT, y = rect.y + 4, foot = PANE_HEAD + PANE_FOOT;
    double height = piles ? (rect.h - 2 * foot) * 0.68 : rect.h - foot - 4;
    struct pane loss = next_pane(rect, width, &y, height, GRAPH_VALUE);
    if (!plot_fits(&loss.plot)) {
        struct plot plot = plot_layout(inset(rect, -20), false);
        plot_title(v->canvas, &plot, v->theme, view_score.label);
        return;
    }
    fit_places(v, &loss.x);
    fit_values(v, &loss);
    draw_loss_pane(v, &loss, false);
    if (!piles)
        return;
    struct pane p = next_pane(rect, width, &y, (rect.h - 2 * foot) * 0.32 - 8, GRAPH_VALUE);
    p.x.from = loss.x.from;
    p.x.to = loss.x.to;
    draw_pile_pane(v, &p);
}

static void draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    struct score v = { .canvas = c, .scene = scene, .snap = scene->snap, .look = look, .theme = look->theme };
    v.fit = v.snap->force.loss->task == TASK_REAL;
    find_rows(&v);
    find_range(&v);
    if (v.low <= v.high) {
        v.low = fmin(v.low, scene->least_reach[0]);
        v.high = fmax(v.high, scene->least_reach[1]);
    }
    if (rect.w >= 600 && rect.h >= 520)
        draw_large(&v, inset(rect, 24));
    else
        draw_small(&v, inset(rect, 20));
}

static const char *missing(const struct scene *scene)
{
    static _Thread_local char sentence[112];
    const struct loss *loss = scene->snap->force.loss;
    if (!loss)
        return "No loss has been chosen.";
    if (loss->curve)
        return NULL;
    snprintf(sentence, sizeof sentence, "Score curves need a score loss; this is %s.", loss->label);
    return sentence;
}

const struct view view_score = { "score", "Score", draw, missing };
