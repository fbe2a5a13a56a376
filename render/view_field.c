/* view_field.c - what a sample of one class would pay at every place of the plane, and which way it would be moved:
 * contours of the loss, arrows of the force -dL/dx. */
#include "render/field.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "render/axes.h"
#include "render/disc.h"
#include "render/feature_words.h"
#include "render/number.h"
#include "render/text.h"

static const double pi = 3.14159265358979323846;

static const struct font small = { 12, WEIGHT_REGULAR, false };

/* ---- the loss of one sample ---- */

/* A sample of the class alone, before the head as it is. */
struct probe {
    struct loss_force force;
    struct head head;
    double w[2], b; /* of a score: what its two rows say together */
    double *target; /* (classes) of several labels */
    double *work;
    int label;
};

/* The head as a training hands it to the loss. */
static void probe_open(struct probe *p, const struct snapshot *snap, int label, double *work)
{
    *p = (struct probe){ .force = snap->force, .head = snapshot_head(snap), .label = label };
    p->force.settled = true;
    p->target = work;
    p->work = work + snap->classes;
    for (int j = 0; j < snap->classes; j++)
        p->target[j] = j == label;
    if (snap->force.loss->task == TASK_SCORE) {
        for (int d = 0; d < 2; d++)
            p->w[d] = snap->weight[2 + d] - snap->weight[d];
        p->b = snap->bias[1] - snap->bias[0];
        p->head.weight = p->w;
        p->head.bias = &p->b;
    }
}

/* The loss at x, and its derivative by x. */
static double probe_at(const struct probe *p, const double x[2], double slope[2])
{
    bool several = p->force.loss->task == TASK_MULTI;
    struct batch batch = { .n = 1, .feature = x, .label = &p->label, .target = several ? p->target : NULL };
    struct grad grad = { .feature = slope, .work = p->work };
    return loss_eval(&p->force, &batch, &p->head, &grad);
}

/* ---- the view ---- */

struct ground_field {
    struct canvas *canvas;
    struct scene *scene;
    const struct snapshot *snap;
    const struct look *look;
    const struct theme *theme;
    struct rect rect;
    struct plane plane;
    struct field *field;
    struct probe probe;
    struct mesh mesh;
    double low, high; /* of the loss on the mesh */
    bool round;
};

/* The class of the selected sample, else the lit one, else the first. */
static int chosen_class(const struct scene *scene, const struct look *look)
{
    const struct snapshot *snap = scene->snap;
    int label = look->lit_class;
    if (look->selected >= 0 && look->selected < snap->count)
        label = snap->label[look->selected];
    return label >= 0 && label < snap->classes ? label : 0;
}

static struct plane field_plane(const struct scene *scene, const struct look *look, struct rect rect)
{
    struct look whole = *look;
    whole.zoom = 1;
    whole.pan_x = whole.pan_y = 0;
    struct plane plane = feature_plane(scene, &whole, rect);
    double wider = scene->data ? 1 : 1 + ROSE_SHARE; /* there is no rose around this disc */
    plane.radius *= wider;
    plane.unit *= wider;
    plane.unit_y *= wider;
    return plane;
}

static void add_node(struct ground_field *g, int k, struct point at)
{
    double x[2] = { (at.x - g->plane.center.x) / g->plane.unit,
        (g->plane.center.y - at.y) / g->plane.unit_y };
    double slope[2];
    g->field->at[k] = at;
    g->field->value[k] = probe_at(&g->probe, x, slope);
}

/* A live picture may cost a few milliseconds, an exported one more; an evaluation costs by the classes. */
static int affordable(const struct ground_field *g)
{
    int nodes = (g->look->interactive ? 50000 : 160000) / (g->snap->classes + 4);
    int most = g->look->interactive ? 4000 : FIELD_NODES;
    return nodes < 160 ? 160 : nodes > most ? most : nodes;
}

/* Rays and circles: for a head of directions the contours are rays, and stay exact. */
static void mesh_disc(struct ground_field *g)
{
    int rows = (int)fmax(5, sqrt(affordable(g) / 16.0)), cols = affordable(g) / rows;
    cols = cols > 420 ? 420 : cols;
    for (int j = 0; j < rows; j++)
        for (int i = 0; i < cols; i++) {
            double angle = 2 * pi * i / cols, radius = g->plane.radius * fmax((double)j / (rows - 1), 1e-4);
            add_node(g, j * cols + i,
                (struct point){
                    g->plane.center.x + radius * cos(angle), g->plane.center.y - radius * sin(angle) });
        }
    g->mesh = (struct mesh){
        .cols = cols, .rows = rows, .round = true, .at = g->field->at, .value = g->field->value
    };
}

static void mesh_plane(struct ground_field *g)
{
    double aspect = g->rect.w / g->rect.h;
    int cols = (int)fmin(fmax(sqrt(affordable(g) * aspect), 8), 120), rows = affordable(g) / cols;
    rows = rows > 90 ? 90 : rows < 5 ? 5 : rows;
    assert(cols * rows <= FIELD_NODES);
    for (int j = 0; j < rows; j++)
        for (int i = 0; i < cols; i++)
            add_node(g, j * cols + i,
                (struct point){
                    g->rect.x + g->rect.w * i / (cols - 1), g->rect.y + g->rect.h * j / (rows - 1) });
    g->mesh = (struct mesh){
        .cols = cols, .rows = rows, .round = false, .at = g->field->at, .value = g->field->value
    };
}

static void find_range(struct ground_field *g)
{
    g->low = INFINITY;
    g->high = -INFINITY;
    for (int k = 0; k < g->mesh.cols * g->mesh.rows; k++) {
        double value = g->field->value[k];
        if (!isfinite(value))
            continue;
        g->low = fmin(g->low, value);
        g->high = fmax(g->high, value);
    }
}

/* ---- levels ---- */

static void add_level(struct contours *k, double level)
{
    if (k->count < FIELD_LEVELS) {
        number_short(level, k->label[k->count], sizeof k->label[0]);
        k->level[k->count++] = level;
    }
}

/* Multiples of powers of ten between low and high. */
static int decade_levels(struct contours *k, double low, double high, const double *step, int steps)
{
    k->count = 0;
    int found = 0;
    for (int e = (int)floor(log10(low)); e <= (int)ceil(log10(high)); e++)
        for (int s = 0; s < steps; s++) {
            double level = step[s] * pow(10, e);
            if (level <= low || level >= high)
                continue;
            add_level(k, level);
            found++;
        }
    return found;
}

/* By powers of ten where the loss runs over them, in even steps where it does not. */
static void choose_levels(struct contours *k, double low, double high)
{
    static const double coarse[] = { 1, 3 }, fine[] = { 1, 1.5, 2, 3, 5, 7 };
    double floor_level = fmax(low, 1e-3 * high), step = axis_step(high - low, 8);
    k->count = 0;
    if (!(high > low + 1e-12 * fabs(high)))
        return;
    if (high > 0 && floor_level > 0) {
        if (high / floor_level > 40 && decade_levels(k, floor_level, high, coarse, 2) <= FIELD_LEVELS)
            return;
        if (high / floor_level > 4 && decade_levels(k, floor_level, high, fine, 6) <= FIELD_LEVELS)
            return;
    }
    k->count = 0;
    for (double level = step * (floor(low / step) + 1); level < high; level += step)
        add_level(k, level);
}

/* Between nodes the logarithm is nearer to a straight line than a loss over decades is. */
static double bent(const struct ground_field *g, double value)
{
    return log(value - g->low + 1e-4 * (g->high - g->low));
}

static struct contours contours_of(const struct ground_field *g)
{
    const struct theme *theme = g->theme;
    struct contours k = { .ground = g->round ? theme->disc : theme->bg,
        .fill = color_alpha(class_color(theme, g->probe.label), theme->dark ? 0.55 : 0.45),
        .clear = g->look->transparent,
        .line = color_alpha(theme->text1, theme->dark ? 0.28 : 0.34),
        .center = g->plane.center,
        .reach = g->round ? 0.8 * g->plane.radius : 0,
        .area = g->rect };
    choose_levels(&k, g->low, g->high);
    for (int i = 0; i < k.count; i++)
        k.level[i] = bent(g, k.level[i]);
    for (int i = 0; i < g->mesh.cols * g->mesh.rows; i++)
        g->field->value[i] = bent(g, g->field->value[i]);
    return k;
}

/* ---- forces ---- */

static const double decades = 3; /* from the longest arrow down to none */

struct force_place {
    struct point at;
    double x, y; /* -dL/dx */
};

/* Inside, not on the origin, and not across the words in the corners. */
static bool has_force(const struct ground_field *g, struct point at, double pitch)
{
    struct rect a = g->rect;
    double away = hypot(at.x - g->plane.center.x, at.y - g->plane.center.y);
    if (g->round)
        return away < g->plane.radius - 0.4 * pitch && away > 0.3 * pitch;
    bool title = at.y < a.y + 80 && at.x<a.x + 330, key = at.y> a.y + a.h - 66 && at.x < a.x + 280;
    return !title && !key && at.x > a.x + 20 && at.x < a.x + a.w - 20 && at.y > a.y + 20 &&
           at.y < a.y + a.h - 20;
}

static int forces_find(const struct ground_field *g, double pitch, struct force_place *out, int max)
{
    struct rect a = g->rect;
    struct point o = g->plane.center;
    double down = pitch * sqrt(3) / 2;
    int n = 0, low = (int)floor((a.y - o.y) / down), high = (int)ceil((a.y + a.h - o.y) / down);
    for (int row = low; row <= high; row++)
        for (int i = (int)floor((a.x - o.x) / pitch); i <= (int)ceil((a.x + a.w - o.x) / pitch); i++) {
            double dx = (i + (row & 1 ? 0.5 : 0)) * pitch, dy = row * down, slope[2];
            struct point at = { o.x + dx, o.y + dy };
            double x[2] = { dx / g->plane.unit, -dy / g->plane.unit_y };
            if (!has_force(g, at, pitch) || n == max)
                continue;
            probe_at(&g->probe, x, slope);
            if (isfinite(slope[0]) && isfinite(slope[1]))
                out[n++] = (struct force_place){ at, -slope[0], -slope[1] };
        }
    return n;
}

enum { FORCES_MAX = 1200 };

/* Lengths by the logarithm: a force of a thousandth of the largest is not drawn. Returns the largest. */
static double draw_forces(const struct ground_field *g)
{
    struct force_place force[FORCES_MAX];
    double pitch = fmin(g->rect.w, g->rect.h) > 400 ? 40 : 26, most = 0;
    if (g->snap->classes > 100)
        pitch *= 2;
    while (g->rect.w * g->rect.h / (pitch * pitch) > FORCES_MAX)
        pitch *= 1.25;
    int n = forces_find(g, pitch, force, FORCES_MAX);
    for (int i = 0; i < n; i++)
        most = fmax(most, hypot(force[i].x, force[i].y));
    for (int i = 0; i < n && most > 0; i++) {
        double size = hypot(force[i].x, force[i].y), share = 1 + log10(size / most) / decades;
        if (!(share > 0.04))
            continue;
        double half = 0.42 * pitch * share / size;
        struct point from = { force[i].at.x - half * force[i].x, force[i].at.y + half * force[i].y },
                     to = { force[i].at.x + half * force[i].x, force[i].at.y - half * force[i].y };
        field_arrow(g->canvas, from, to, 1.25, color_alpha(g->theme->text1, 0.85));
    }
    return most;
}

/* ---- what belongs to the class ---- */

static bool shown(const struct ground_field *g, struct point at)
{
    double away = hypot(at.x - g->plane.center.x, at.y - g->plane.center.y);
    bool on_page =
        at.x > g->rect.x && at.x < g->rect.x + g->rect.w && at.y > g->rect.y && at.y < g->rect.y + g->rect.h;
    return g->round ? away <= g->plane.radius : on_page;
}

static void draw_points(const struct ground_field *g)
{
    int n = 0;
    for (int i = 0; i < g->snap->count; i++) {
        struct point at = feature_place(g->scene, &g->plane, i);
        if (g->snap->label[i] == g->probe.label && shown(g, at))
            g->scene->scratch[n++] = at;
    }
    struct marker marker =
        class_marker(g->theme, g->probe.label, fmin(g->rect.w, g->rect.h) > 400 ? 2.6 : 1.8);
    marker.fill = color_alpha(color_mix(marker.fill, g->theme->text1, 0.5), 0.7); /* on its own hue */
    marker.outline_width = 0;
    if (n > 0)
        canvas_markers(g->canvas, g->scene->scratch, n, &marker);
    int i = g->look->selected;
    if (i < 0 || i >= g->snap->count || !shown(g, feature_place(g->scene, &g->plane, i)))
        return;
    struct point at = feature_place(g->scene, &g->plane, i);
    canvas_ring(g->canvas, at, 8, 4.5, color_alpha(g->theme->bg, 0.8));
    canvas_ring(g->canvas, at, 8, 1.75, g->theme->text1);
}

enum { CHIPS_MAX = 24 };

static void draw_weights(const struct ground_field *g)
{
    const struct snapshot *snap = g->snap;
    for (int j = 0; j < snap->classes && snap->classes <= CHIPS_MAX; j++) {
        const double *w = &snap->weight[2 * (size_t)j];
        double length = hypot(w[0], w[1]), reach = g->plane.radius + 17;
        char room[SNAPSHOT_NAME_TEXT];
        if (!(length >= 1e-12) || !isfinite(length))
            continue;
        struct point at = { g->plane.center.x + reach * w[0] / length,
            g->plane.center.y - reach * w[1] / length };
        chip_draw(g->canvas, g->theme, at, j, snapshot_class(snap, j, room), FEATURE_CHIP_RADIUS,
            j == g->probe.label ? 1 : 0.45, false);
    }
}

/* ---- words ---- */

static void draw_title(const struct ground_field *g)
{
    struct plot plot = plot_layout(g->rect, false);
    char room[SNAPSHOT_NAME_TEXT], note[128], fitted[128];
    plot_title(g->canvas, &plot, g->theme, view_field.label);
    snprintf(note, sizeof note, "Loss of a sample of class %s: %s",
        snapshot_class(g->snap, g->probe.label, room), g->snap->force.loss->label);
    struct font font = { plot.size->large ? 14 : 12, WEIGHT_REGULAR, false };
    struct point at = { g->rect.x + plot.size->padding,
        g->rect.y + plot.size->title_y + (plot.size->large ? 22 : 17) };
    text_fit(note, &font, g->rect.w - 2 * plot.size->padding, fitted, sizeof fitted);
    canvas_text(g->canvas, at, fitted, &font, g->theme->text2, ALIGN_LEFT);
}

static void draw_key(const struct ground_field *g, double most)
{
    char number[24], text[64];
    double y = g->rect.y + g->rect.h - 20, x = g->rect.x + FEATURE_EDGE;
    if (g->rect.w < 560 || g->rect.h < 400)
        return;
    snprintf(text, sizeof text, "force −∂L/∂x, at most %s", number_short(most, number, sizeof number));
    field_arrow(
        g->canvas, (struct point){ x, y - 22 }, (struct point){ x + 26, y - 22 }, 1.25, g->theme->text1);
    canvas_text(g->canvas, (struct point){ x + 36, y - 18 }, text, &small, g->theme->text2, ALIGN_LEFT);
    canvas_text(g->canvas, (struct point){ x, y }, "length by its logarithm, three decades", &small,
        g->theme->text3, ALIGN_LEFT);
}

static void draw_class_field(struct ground_field *g)
{
    struct contours contours = { .count = 0 };
    if (g->round && !g->look->transparent)
        canvas_disc(g->canvas, g->plane.center, g->plane.radius, g->theme->disc);
    canvas_mark(g->canvas, "field.ground");
    if (g->round)
        mesh_disc(g);
    else
        mesh_plane(g);
    find_range(g);
    if (g->low < g->high)
        contours = contours_of(g);
    canvas_mark(g->canvas, "field.contour");
    field_contours(g->canvas, g->field, &g->mesh, &contours);
    canvas_mark(g->canvas, "field.point");
    draw_points(g);
    canvas_mark(g->canvas, "field.arrow");
    double most = draw_forces(g);
    canvas_mark(g->canvas, NULL);
    if (fmin(g->rect.w, g->rect.h) > 400)
        field_labels(g->canvas, g->field, &g->mesh, &contours, g->theme);
    if (g->round) {
        canvas_ring(g->canvas, g->plane.center, g->plane.radius, 1.25, g->theme->text3);
        canvas_disc(g->canvas, g->plane.center, 3.5, g->theme->text1);
        canvas_mark(g->canvas, "plane.weight");
        draw_weights(g);
        canvas_mark(g->canvas, NULL);
    }
    draw_title(g);
    draw_key(g, most);
}

static void draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    const struct snapshot *snap = scene->snap;
    if (landscape_fits(scene)) {
        landscape_draw(c, scene, look, rect);
        return;
    }
    struct ground_field g = { .canvas = c,
        .scene = scene,
        .snap = snap,
        .look = look,
        .theme = look->theme,
        .rect = rect,
        .plane = field_plane(scene, look, rect),
        .round = !scene->data };
    g.field = field_room(scene, loss_work(1, snap->classes, snap->dim) + (size_t)snap->classes);
    if (!g.field) {
        canvas_fail(c, "field: out of memory; close other programs");
        return;
    }
    probe_open(&g.probe, snap, chosen_class(scene, look), g.field->work);
    draw_class_field(&g);
}

/* A snapshot made elsewhere may lack what the loss works with. */
static bool is_whole(const struct snapshot *snap)
{
    struct head head = snapshot_head(snap);
    const struct loss_force *force = &snap->force;
    int sub = snap->sub > 1 ? snap->sub : 1;
    for (int i = 0; i < term_count(); i++)
        if (force->added[i] && !snap->centers && term_at(i)->extra == BLOCK_CENTER)
            return false;
    return loss_sub(force) == sub && (loss_extra(force, snap->dim) == 0 || head.extra);
}

static const char *missing(const struct scene *scene)
{
    const struct snapshot *snap = scene->snap;
    const struct loss *loss = snap->force.loss;
    if (!loss)
        return "No loss has been chosen.";
    if (landscape_fits(scene))
        return NULL;
    if (!loss->eval)
        return "A term is drawn with the loss that it is added to.";
    if (loss_is_pair(loss))
        return "A sample of a pair loss has none to draw without partners; choose a loss of single samples.";
    if (loss->task == TASK_REAL)
        return "The landscape of a regression has one or two weights; choose the model identity and one or "
               "two inputs.";
    if (snap->dim != 2)
        return "The field needs features of two numbers; set the feature dimension to 2.";
    if (snap->classes < (loss->task == TASK_SCORE ? 2 : 1))
        return "There are no classes yet.";
    return is_whole(snap) ? NULL : "What this loss has learned is not in the picture's snapshot.";
}

const struct view view_field = { "field", "Loss field", draw, missing };
