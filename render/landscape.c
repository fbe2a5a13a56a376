/* landscape.c - the objective of a linear model over its two numbers, with the path they have walked and those of
 * other trainings on the same data. */
#include "render/field.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/axes.h"
#include "render/number.h"
#include "render/span.h"
#include "render/text.h"

static const struct font small = { 12, WEIGHT_REGULAR, false }, bold = { 12, WEIGHT_SEMIBOLD, false };

/* Live pictures look at so many samples, exported ones at more. */
enum { LIVE_SAMPLES = 160, STILL_SAMPLES = 4000, LEVELS = 9 };

/* J over the two numbers p: (w1, w2) beside a fixed b, or (w, b). */
struct landscape {
    const struct snapshot *snap;
    bool line; /* (w, b) */
    bool fit; /* a regression */
    double here[2], b, lambda; /* b: where it stays as it is */
    int stride; /* every so many of the samples counts */
    bool all; /* there is no training sample among them: all count */
    const double *sample; /* (n, 3): what the two numbers multiply, and the target or t */
    int n;
};

/* ---- J ---- */

static bool line_fits(const struct snapshot *snap)
{
    return snap->force.loss->task == TASK_REAL && snap->targets > 0 && snap->classes > 0 &&
           (snap->dim == 1 || snap->dim == 2);
}

static bool score_fits(const struct snapshot *snap)
{
    return snap->force.loss->task == TASK_SCORE && snap->dim == 2 && snap->classes > 1;
}

static bool snapshot_fits(const struct snapshot *snap)
{
    return snap->force.loss && snap->force.loss->curve && snap->experiment.model == MODEL_IDENTITY &&
           snap->count > 0 && (line_fits(snap) || score_fits(snap));
}

bool landscape_fits(const struct scene *scene)
{
    return snapshot_fits(scene->snap);
}

static bool counts(const struct landscape *l, int i)
{
    return l->all || !l->snap->test[i];
}

static void gather_sample(const struct landscape *l, int i, double out[3])
{
    const struct snapshot *snap = l->snap;
    const float *x = &snap->feature[(size_t)i * (size_t)snap->dim];
    out[0] = (double)x[0];
    out[1] = l->line ? 1 : (double)x[1];
    out[2] = l->fit ? (double)snap->target[(size_t)i * (size_t)snap->targets] : snap->label[i] ? 1 : -1;
}

static void gather(struct landscape *l, int most, double *room)
{
    const struct snapshot *snap = l->snap;
    int trained = 0, seen = 0;
    for (int i = 0; i < snap->count; i++)
        trained += !snap->test[i];
    l->all = trained == 0;
    l->stride = 1 + ((l->all ? snap->count : trained) - 1) / most;
    for (int i = 0; i < snap->count; i++)
        if (counts(l, i) && seen++ % l->stride == 0)
            gather_sample(l, i, &room[3 * (size_t)l->n++]);
    l->sample = room;
}

/* `room` holds `most` samples of three numbers. */
static struct landscape landscape_of(const struct snapshot *snap, int most, double *room)
{
    struct landscape l = { .snap = snap, .fit = snap->force.loss->task == TASK_REAL };
    const double *w = snap->weight;
    int lambda = loss_param_find(snap->force.loss, "lambda");
    l.line = l.fit && snap->dim == 1;
    l.lambda = lambda >= 0 ? snap->force.param[lambda] : 0;
    l.b = l.fit ? snap->bias[0] : snap->bias[1] - snap->bias[0];
    l.here[0] = l.fit ? w[0] : w[2] - w[0];
    l.here[1] = l.line ? l.b : l.fit ? w[1] : w[3] - w[1];
    gather(&l, most, room);
    return l;
}

static double objective(const struct landscape *l, const double p[2])
{
    const struct loss_force *force = &l->snap->force;
    double sum = 0, b = l->line ? 0 : l->b;
    for (int i = 0; i < l->n; i++) {
        const double *s = &l->sample[3 * (size_t)i];
        double z = p[0] * s[0] + p[1] * s[1] + b;
        sum += force->loss->curve(l->fit ? z - s[2] : s[2] * z, force->param).value;
    }
    double square = p[0] * p[0] + (l->line ? 0 : p[1] * p[1]);
    return sum / l->n + l->lambda / 2 * square;
}

static int samples_most(const struct look *look)
{
    return look->interactive ? LIVE_SAMPLES : STILL_SAMPLES;
}

double landscape_at(struct scene *scene, const double p[2])
{
    struct field *f = snapshot_fits(scene->snap) ? field_room(scene, 3 * STILL_SAMPLES) : NULL;
    if (!f)
        return NAN;
    struct landscape l = landscape_of(scene->snap, STILL_SAMPLES, f->work);
    return objective(&l, p);
}

/* Downhill in ever smaller steps; false when it is still walking away, as it is where the classes part cleanly and
 * nothing holds w back. */
static bool find_minimum(const struct landscape *l, double span, double best[2])
{
    static const double way[8][2] = { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 }, { 1, 1 }, { -1, -1 },
        { 1, -1 }, { -1, 1 } };
    double least = objective(l, l->here), step = span;
    best[0] = l->here[0];
    best[1] = l->here[1];
    for (int round = 0; round < 60 && step > 1e-4 * span; round++) {
        bool moved = false;
        for (int k = 0; k < 8 && !moved; k++) {
            double p[2] = { best[0] + step * way[k][0], best[1] + step * way[k][1] }, value = objective(l, p);
            if (!(value < least))
                continue;
            least = value;
            memcpy(best, p, sizeof p);
            moved = true;
        }
        step *= moved ? 1 : 0.5;
    }
    return isfinite(least) && hypot(best[0] - l->here[0], best[1] - l->here[1]) < 12 * span &&
           step <= 1e-2 * span;
}

/* ---- the page ---- */

struct page {
    struct canvas *canvas;
    struct scene *scene;
    const struct look *look;
    const struct theme *theme;
    struct landscape land;
    struct plot plot;
    struct rect area;
    struct axis x, y;
    double box[4];
    double minimum[2];
    bool has_minimum;
};

static struct point page_at(const struct page *g, const double p[2])
{
    return (struct point){ axis_at(&g->x, p[0]), axis_at(&g->y, p[1]) };
}

static bool path_place(const struct landscape *l, const struct path_point *at, double p[2])
{
    p[0] = (double)at->w[0];
    p[1] = l->line ? (double)at->b : (double)at->w[1];
    return fabs(p[0]) < 1e6 && fabs(p[1]) < 1e6;
}

static void take(double box[4], const double p[2])
{
    for (int d = 0; d < 2; d++) {
        box[d] = fmin(box[d], p[d]);
        box[d + 2] = fmax(box[d + 2], p[d]);
    }
}

static void take_path(const struct page *g, const struct snapshot *snap, double box[4])
{
    for (int i = 0; i < snap->path_count; i++) {
        double p[2];
        if (path_place(&g->land, &snap->path[i], p))
            take(box, p);
    }
}

/* Trainings of the same kind of model can be laid over this one. */
static bool is_peer(const struct page *g, const struct snapshot *ghost)
{
    const struct snapshot *snap = g->land.snap;
    return ghost && ghost->force.loss && ghost->force.loss->task == snap->force.loss->task &&
           ghost->dim == snap->dim && ghost->path_count > 0;
}

/* Outward to round numbers, so that the page rests while the path grows. */
static void round_box(double box[4])
{
    for (int d = 0; d < 2; d++) {
        double span = fmax(box[d + 2] - box[d], 0.5 + 1e-6 * fabs(box[d])), step = axis_step(span, 6);
        box[d] = step * floor((box[d] - 0.12 * span) / step);
        box[d + 2] = step * ceil((box[d + 2] + 0.12 * span) / step);
    }
}

/* Both are weights of one plane: one scale for both. */
static void square_box(double box[4], struct rect area)
{
    double unit = fmin(area.w / (box[2] - box[0]), area.h / (box[3] - box[1]));
    double wide = area.w / unit, high = area.h / unit, x = (box[0] + box[2]) / 2, y = (box[1] + box[3]) / 2;
    box[0] = x - wide / 2;
    box[2] = x + wide / 2;
    box[1] = y - high / 2;
    box[3] = y + high / 2;
}

static double box_span(const double box[4])
{
    return fmax(fmax(box[2] - box[0], box[3] - box[1]), 0.5);
}

/* What must show: where the training is and was, others too, and the minimum unless it is far away. */
static void fit_box(struct page *g)
{
    double box[4] = { INFINITY, INFINITY, -INFINITY, -INFINITY }, wider[4];
    const struct look *look = g->look;
    bool here = fabs(g->land.here[0]) < 1e6 && fabs(g->land.here[1]) < 1e6;
    take(box, here ? g->land.here : (const double[2]){ 0, 0 });
    take_path(g, g->land.snap, box);
    for (int i = 0; i < look->ghosts; i++)
        if (is_peer(g, look->ghost[i]))
            take_path(g, look->ghost[i], box);
    if (look->span)
        take_path(g, &look->span->newest, box);
    g->has_minimum = here && find_minimum(&g->land, 0.25 * box_span(box), g->minimum);
    memcpy(wider, box, sizeof box);
    if (g->has_minimum && !look->span) /* of many in a row: it wanders, the page does not */
        take(wider, g->minimum);
    if (box_span(wider) <= 3 * fmax(box_span(box), 1))
        memcpy(box, wider, sizeof box);
    round_box(box);
    if (!g->land.line)
        square_box(box, g->area);
    memcpy(g->box, box, sizeof box);
    g->x = (struct axis){ box[0], box[2], g->area.x, g->area.x + g->area.w, false };
    g->y = (struct axis){ box[1], box[3], g->area.y + g->area.h, g->area.y, false };
}

static void draw_axis(const struct page *g, const struct axis *axis, bool upright)
{
    double step = axis_step(axis->to - axis->from, upright ? 6 : 8);
    struct rect a = g->area;
    for (double v = step * ceil(axis->from / step - 1e-9); v <= axis->to + 1e-9 * step; v += step) {
        char text[24];
        double at = axis_at(axis, v);
        number_short(fabs(v) < step / 2 ? 0 : v, text, sizeof text);
        struct point from = upright ? (struct point){ a.x - 4, at } : (struct point){ at, a.y + a.h };
        struct point to = upright ? (struct point){ a.x, at } : (struct point){ at, a.y + a.h + 4 };
        struct point word = upright ? (struct point){ a.x - 8, at + text_ascent(&small) / 2 }
                                    : (struct point){ at, a.y + a.h + 18 };
        canvas_line(g->canvas, from, to, 1, g->theme->axis);
        canvas_text(g->canvas, word, text, &small, g->theme->text3, upright ? ALIGN_RIGHT : ALIGN_CENTER);
    }
}

static void draw_axes(const struct page *g)
{
    struct rect a = g->area;
    struct font italic = { 14, WEIGHT_REGULAR, true };
    canvas_line(g->canvas, (struct point){ a.x, a.y + a.h }, (struct point){ a.x + a.w, a.y + a.h }, 1,
        g->theme->axis);
    canvas_line(g->canvas, (struct point){ a.x, a.y }, (struct point){ a.x, a.y + a.h }, 1, g->theme->axis);
    draw_axis(g, &g->x, false);
    draw_axis(g, &g->y, true);
    canvas_text(g->canvas, (struct point){ a.x + a.w - 4, a.y + a.h - 8 }, g->land.line ? "w" : "w₁", &italic,
        g->theme->text1, ALIGN_RIGHT);
    canvas_text(g->canvas, (struct point){ a.x + 8, a.y + 16 }, g->land.line ? "b" : "w₂", &italic,
        g->theme->text1, ALIGN_LEFT);
}

/* ---- contours ---- */

static struct mesh fill_mesh(const struct page *g, struct field *f)
{
    double nodes = g->look->interactive ? fmin(fmax(110000.0 / g->land.n, 1400), 4000) : 6400;
    int cols = (int)sqrt(1.2 * nodes), rows = (int)(nodes / cols);
    for (int j = 0; j < rows; j++)
        for (int i = 0; i < cols; i++) {
            double p[2] = { g->box[0] + (g->box[2] - g->box[0]) * i / (cols - 1),
                g->box[1] + (g->box[3] - g->box[1]) * j / (rows - 1) };
            f->at[j * cols + i] = page_at(g, p);
            f->value[j * cols + i] = objective(&g->land, p);
        }
    return (struct mesh){ .cols = cols, .rows = rows, .at = f->at, .value = f->value };
}

/* Shell's, because the library's may allocate. */
static void sort(double *v, int n)
{
    for (int gap = n / 2; gap > 0; gap /= 2)
        for (int i = gap; i < n; i++) {
            double keep = v[i];
            int j = i;
            for (; j >= gap && v[j - gap] > keep; j -= gap)
                v[j] = v[j - gap];
            v[j] = keep;
        }
}

/* Quantiles of the page at squared shares: the rings of a bowl come out evenly wide, however steep it is. */
static int choose_levels(const struct mesh *mesh, double *sorted, struct contours *k)
{
    int n = 0;
    for (int i = 0; i < mesh->cols * mesh->rows; i++)
        if (isfinite(mesh->value[i]))
            sorted[n++] = mesh->value[i];
    sort(sorted, n);
    for (int i = 1; i <= LEVELS && n > 1; i++) {
        double share = i / (LEVELS + 1.0), level = sorted[(int)(share * share * (n - 1))];
        bool rises = level > sorted[0] && (k->count == 0 || level > k->level[k->count - 1] * (1 + 1e-9));
        if (!rises)
            continue;
        number_short(level, k->label[k->count], sizeof k->label[0]);
        k->level[k->count++] = level;
    }
    return n;
}

static void draw_contours(const struct page *g, struct field *f)
{
    struct mesh mesh = fill_mesh(g, f);
    const struct theme *theme = g->theme;
    struct contours k = { .ground = theme->bg,
        .fill = color_alpha(theme->text2, theme->dark ? 0.34 : 0.3),
        .clear = g->look->transparent,
        .line = color_alpha(theme->text1, 0.3),
        .center = page_at(g, g->has_minimum ? g->minimum : g->land.here),
        .area = g->area };
    choose_levels(&mesh, f->sorted, &k);
    field_contours(g->canvas, f, &mesh, &k);
    if (g->plot.size->large)
        field_labels(g->canvas, f, &mesh, &k, theme);
}

/* ---- paths ---- */

/* An arrowhead at a quarter, half and three quarters of what has been walked on the page. */
static void draw_heads(const struct page *g, const struct point *at, int n, double size, struct color color)
{
    double length = 0, gone = 0;
    int next = 1;
    for (int i = 1; i < n; i++)
        length += hypot(at[i].x - at[i - 1].x, at[i].y - at[i - 1].y);
    for (int i = 1; i < n && length > 40 && next < 4; i++) {
        double dx = at[i].x - at[i - 1].x, dy = at[i].y - at[i - 1].y, piece = hypot(dx, dy);
        gone += piece;
        if (gone < length * next / 4 || !(piece > 0))
            continue;
        dx *= size / piece;
        dy *= size / piece;
        struct point tip[3] = { { at[i].x + dx / 2, at[i].y + dy / 2 },
            { at[i].x - dx / 2 - dy / 2, at[i].y - dy / 2 + dx / 2 },
            { at[i].x - dx / 2 + dy / 2, at[i].y - dy / 2 - dx / 2 } };
        canvas_polygon(g->canvas, tip, 3, color);
        next++;
    }
}

/* Returns the number of points; the last one is where the path has come to. */
static int draw_path(const struct page *g, const struct snapshot *snap, const struct stroke *stroke)
{
    struct point *at = g->scene->scratch;
    int n = 0;
    for (int i = 0; i < snap->path_count; i++) {
        double p[2];
        if (path_place(&g->land, &snap->path[i], p))
            at[n++] = page_at(g, p);
    }
    if (n > 1)
        canvas_lines(g->canvas, at, n, stroke);
    if (stroke->dash_on <= 0)
        draw_heads(g, at, n, 9, stroke->color);
    if (n > 0) {
        canvas_disc(g->canvas, at[0], 4.5, stroke->color);
        canvas_disc(g->canvas, at[0], 3, g->theme->bg);
    }
    return n;
}

/* What a ghost's training did otherwise. */
static void ghost_name(const struct snapshot *snap, const struct snapshot *ghost, char *out, size_t size)
{
    const struct experiment *a = &snap->experiment, *b = &ghost->experiment;
    char number[24];
    if (ghost->force.loss != snap->force.loss)
        snprintf(out, size, "%s", ghost->force.loss->label);
    else if (a->batch != b->batch && b->batch > 0)
        snprintf(out, size, "batch %s", number_count(b->batch, number, sizeof number));
    else if (a->batch != b->batch)
        snprintf(out, size, "full batch");
    else if (a->optimiser != b->optimiser)
        snprintf(out, size, "%s", optimiser_id(b->optimiser));
    else if (fabs(a->lr - b->lr) > 0)
        snprintf(out, size, "rate %s", number_short(b->lr, number, sizeof number));
    else if (a->seed != b->seed)
        snprintf(out, size, "seed %llu", (unsigned long long)b->seed);
    else
        snprintf(out, size, "earlier");
}

/* Beside a place, on the side that has room. */
static void draw_word(
    const struct page *g, struct point at, const char *text, const struct font *font, struct color color)
{
    double width = text_width(text, font) + 8;
    bool left = at.x + 12 + width > g->area.x + g->area.w;
    struct rect box = { left ? at.x - 10 - width : at.x + 10, at.y - 9, width, 18 };
    if (box.x < g->area.x || width + 20 > g->area.w)
        return;
    canvas_round_rect(g->canvas, box, 4, color_alpha(g->theme->bg, 0.72));
    canvas_text(
        g->canvas, (struct point){ box.x + 4, at.y + text_ascent(font) / 2 }, text, font, color, ALIGN_LEFT);
}

static void draw_ghosts(const struct page *g)
{
    static const double dash[3][2] = { { 5, 3 }, { 1.5, 2.5 }, { 9, 4 } };
    for (int i = 0; i < g->look->ghosts && i < 3; i++) {
        const struct snapshot *ghost = g->look->ghost[i];
        if (!is_peer(g, ghost))
            continue;
        struct stroke stroke = {
            .color = g->theme->text2, .width = 1.25, .dash_on = dash[i][0], .dash_off = dash[i][1]
        };
        int n = draw_path(g, ghost, &stroke);
        char name[48];
        if (n == 0)
            continue;
        ghost_name(g->land.snap, ghost, name, sizeof name);
        struct point end = g->scene->scratch[n - 1], here = page_at(g, g->land.here);
        bool close = hypot(end.x - here.x, end.y - here.y) < 24;
        if (close)
            end = (struct point){ here.x, here.y + 20 * (i + 1) };
        draw_word(g, end, name, &small, g->theme->text2);
    }
}

static bool on_page(const struct page *g, const double p[2])
{
    return p[0] >= g->box[0] && p[0] <= g->box[2] && p[1] >= g->box[1] && p[1] <= g->box[3];
}

static void draw_minimum(const struct page *g)
{
    if (!g->has_minimum || !on_page(g, g->minimum))
        return;
    struct point at = page_at(g, g->minimum);
    struct marker cross = { .shape = SHAPE_CROSS,
        .radius = 6,
        .fill = g->theme->text1,
        .outline = g->theme->bg,
        .outline_width = 1 };
    canvas_markers(g->canvas, &at, 1, &cross);
    char number[24], text[48];
    snprintf(text, sizeof text, "minimum %s",
        number_short(objective(&g->land, g->minimum), number, sizeof number));
    if (g->plot.size->large)
        draw_word(g, at, text, &small, g->theme->text1);
}

static void draw_here(const struct page *g)
{
    if (!on_page(g, g->land.here))
        return;
    struct point at = page_at(g, g->land.here);
    canvas_disc(g->canvas, at, 6.5, g->theme->bg);
    canvas_disc(g->canvas, at, 5, g->theme->text1);
}

/* Where training has come to the minimum, the minimum's own words say it. */
static void draw_now(const struct page *g)
{
    struct point at = page_at(g, g->land.here), low = page_at(g, g->minimum);
    bool there = g->has_minimum && hypot(at.x - low.x, at.y - low.y) < 40;
    if (g->plot.size->large && on_page(g, g->land.here) && g->scene->snap->path_count > 1 && !there)
        draw_word(g, at, "now", &bold, g->theme->text1);
}

static void draw_words(const struct page *g)
{
    const struct landscape *l = &g->land;
    char note[160], fitted[160], number[24], b[24];
    const char *rows = l->all ? "shown" : "training";
    plot_title(g->canvas, &g->plot, g->theme, view_field.label);
    int n = snprintf(note, sizeof note, "J(%s) = %s", l->line ? "w, b" : "w₁, w₂",
        number_short(objective(l, l->here), number, sizeof number));
    if (!l->line)
        n += snprintf(note + n, sizeof note - (size_t)n, ", b stays %s", number_fixed(l->b, 2, b, sizeof b));
    if (l->stride > 1)
        n += snprintf(note + n, sizeof note - (size_t)n, ", every %d. of the %s samples", l->stride, rows);
    if (!g->has_minimum)
        snprintf(note + n, sizeof note - (size_t)n, ", no minimum near");
    struct font font = { g->plot.size->large ? 14 : 12, WEIGHT_REGULAR, false };
    struct point at = { g->plot.rect.x + g->plot.size->padding,
        g->plot.rect.y + g->plot.size->title_y + (g->plot.size->large ? 22 : 17) };
    text_fit(note, &font, g->plot.rect.w - 2 * g->plot.size->padding, fitted, sizeof fitted);
    canvas_text(g->canvas, at, fitted, &font, g->theme->text2, ALIGN_LEFT);
}

static void page_layout(struct page *g, struct rect rect)
{
    g->plot = plot_layout(rect, true);
    bool large = g->plot.size->large;
    double left = large ? 64 : 52, right = large ? 28 : 20, top = large ? 80 : 54, bottom = large ? 48 : 34;
    g->area = (struct rect){ rect.x + left, rect.y + top, rect.w - left - right, rect.h - top - bottom };
}

void landscape_draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    struct page g = { .canvas = c, .scene = scene, .look = look, .theme = look->theme };
    struct field *f = field_room(scene, 3 * (size_t)samples_most(look));
    page_layout(&g, rect);
    if (!f) {
        canvas_fail(c, "field: out of memory; close other programs");
        return;
    }
    if (g.area.w < 40 || g.area.h < 24) {
        plot_title(c, &g.plot, g.theme, view_field.label);
        return;
    }
    g.land = landscape_of(scene->snap, samples_most(look), f->work);
    fit_box(&g);
    canvas_mark(c, "landscape.contour");
    draw_contours(&g, f);
    canvas_mark(c, NULL);
    draw_axes(&g);
    canvas_mark(c, "landscape.minimum");
    draw_minimum(&g);
    canvas_mark(c, "curves.ghost");
    draw_ghosts(&g);
    struct stroke walked = { .color = g.theme->text1, .width = 2, .round = true };
    canvas_mark(c, "landscape.path");
    draw_path(&g, scene->snap, &walked);
    canvas_mark(c, "landscape.here");
    draw_here(&g);
    canvas_mark(c, NULL);
    draw_now(&g);
    draw_words(&g);
}
