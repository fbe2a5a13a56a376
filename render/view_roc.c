/* view_roc.c - verification by cosine: the ROC of the classes seen in training and of those held out, what a
 * threshold accepts, and who is recognised in a gallery that grows. */
#include "render/view.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/axes.h"
#include "render/number.h"
#include "render/text.h"

static const double LOWEST_FAR = 1e-4;

/* Where the pieces lie: beside each other when the rectangle is wide, the curve alone in a panel. */
struct roc {
    const struct recognition *r;
    const struct theme *theme;
    struct plot plot;
    struct axis far, tar;
    double tau;
    struct rect table, gallery; /* h 0: no room */
};

enum { TABLE_ROW = 24, TABLE_HEIGHT = 184, SIDE_WIDTH = 380, NAMED_HEIGHT = 360 };

double roc_tau(const struct scene *scene, const struct look *look)
{
    return isnan(look->tau) ? scene->snap->recognition.closed.eer_tau : look->tau;
}

static void roc_layout(struct roc *v, const struct scene *scene, const struct look *look, struct rect rect)
{
    bool wide = rect.w >= 900 && rect.h >= 480;
    struct rect left = rect;
    *v = (struct roc){ .r = &scene->snap->recognition, .theme = look->theme, .tau = roc_tau(scene, look) };
    if (wide)
        left.w -= SIDE_WIDTH;
    v->plot = plot_layout(left, false);
    v->plot.area.x += v->plot.size->left;
    v->plot.area.w -= v->plot.size->left;
    if (!v->plot.size->large && rect.h >= NAMED_HEIGHT)
        v->plot.area.h -= 14; /* for the names of the axes */
    struct rect area = v->plot.area;
    v->far = (struct axis){ LOWEST_FAR, 1, area.x, area.x + area.w, true };
    v->tar = (struct axis){ 0, 1, area.y + area.h, area.y, false };
    if (!wide)
        return;
    v->table = (struct rect){ rect.x + rect.w - SIDE_WIDTH + 8, area.y, SIDE_WIDTH - 32, TABLE_HEIGHT };
    double top = v->table.y + v->table.h + 24;
    v->gallery = (struct rect){ v->table.x - 20, top, v->table.w + 40, fmin(400, rect.y + rect.h - top) };
}

static struct point roc_at(const struct roc *v, double far, double tar)
{
    return (struct point){ axis_at(&v->far, far), axis_at(&v->tar, tar) };
}

static void draw_axis_names(struct canvas *c, const struct roc *v)
{
    struct font font = { 12, WEIGHT_REGULAR, false };
    struct rect area = v->plot.area;
    struct point under = { area.x + area.w / 2, area.y + area.h + v->plot.size->bottom - 6 };
    if (v->plot.rect.h < NAMED_HEIGHT)
        return;
    if (!v->plot.size->large) {
        under.y = area.y + area.h + v->plot.size->bottom + 5;
        canvas_text(c, under, "accepted: same pairs upward, different pairs rightward (log)", &font,
            v->theme->text3, ALIGN_CENTER);
        return;
    }
    canvas_text(c, (struct point){ v->plot.rect.x + v->plot.size->padding, area.y - 14 },
        "same pairs accepted", &font, v->theme->text3, ALIGN_LEFT);
    canvas_text(c, under, "different pairs accepted (log scale)", &font, v->theme->text3, ALIGN_CENTER);
}

static void draw_axes(struct canvas *c, const struct roc *v)
{
    static const char *const power[] = { "10\u207b\u2074", "10\u207b\u00b3", "10\u207b\u00b2",
        "10\u207b\u00b9", "1" };
    double step = v->plot.size->large ? 0.25 : 0.5;
    char label[16];
    for (double at = step; at < 1 + 1e-9; at += step)
        plot_grid(
            c, &v->plot, v->theme, axis_at(&v->tar, at), number_fixed(at, step < 0.5 ? 2 : 1, label, 16));
    plot_baseline(c, &v->plot, v->theme);
    for (int i = 0; i < 5; i++)
        plot_tick(c, &v->plot, v->theme, axis_at(&v->far, pow(10, i - 4)), power[i]);
    draw_axis_names(c, v);
    struct point line[65]; /* FAR = FRR */
    for (int i = 0; i < 65; i++) {
        double far = pow(10, -4 + i / 16.0);
        line[i] = roc_at(v, far, 1 - far);
    }
    struct stroke dotted = { .color = v->theme->axis, .width = 1, .dash_on = 1.5, .dash_off = 3 };
    canvas_mark(c, "roc.chance");
    canvas_lines(c, line, 65, &dotted);
    canvas_mark(c, NULL);
}

static void draw_curve(
    struct canvas *c, const struct roc *v, const struct verification *set, struct stroke stroke)
{
    struct point line[ROC_MAX];
    int n = 0;
    for (int i = 0; i < set->roc_count; i++) {
        line[n++] = roc_at(v, set->roc[i].far, set->roc[i].tar);
        if (set->roc[i].far <= LOWEST_FAR) /* further left there is no axis */
            break;
    }
    if (n >= 2)
        canvas_lines(c, line, n, &stroke);
}

static void draw_marks(struct canvas *c, const struct roc *v, const struct verification *set, double radius)
{
    assert(!isnan(set->eer)); /* a curve has pairs of both kinds */
    canvas_mark(c, "roc.eer");
    canvas_disc(c, roc_at(v, set->eer, 1 - set->eer), radius, v->theme->text1);
    canvas_mark(c, NULL);
    struct operating_point at = verification_at(set, v->tau);
    struct point p = roc_at(v, at.far, at.tar);
    canvas_mark(c, "roc.threshold");
    canvas_ring(c, p, radius + 2.5, 1.75, v->theme->bad);
    canvas_mark(c, NULL);
}

static struct stroke curve_stroke(const struct roc *v, bool open)
{
    return (struct stroke){ .color = open ? v->theme->text2 : v->theme->text1,
        .width = v->plot.size->line,
        .dash_on = open ? 6 : 0,
        .dash_off = open ? 4 : 0,
        .round = true };
}

/* Left of the steep part, where nothing else is. */
static void name_curve(
    struct canvas *c, const struct roc *v, const struct verification *set, const char *name, double height)
{
    struct font font = v->plot.size->label;
    double width = text_width(name, &font), least = INFINITY;
    struct point p = { NAN, NAN };
    for (int i = 1; i < set->roc_count; i++) {
        double tar = fmax(set->roc[i].tar, height); /* as far down as it is asked for, and the curve goes */
        if (set->roc[i].far <= LOWEST_FAR || tar >= least)
            continue;
        p = roc_at(v, set->roc[i].far, set->roc[i].tar);
        least = tar;
    }
    if (isnan(p.x))
        return;
    bool left = p.x - 12 - width > v->plot.area.x; /* above it, else below */
    canvas_text(c, (struct point){ left ? p.x - 12 : p.x + 12, left ? p.y : p.y + 6 }, name, &font,
        v->theme->text2, left ? ALIGN_RIGHT : ALIGN_LEFT);
}

/* The note right of the title: the equal error rate, by itself what a panel has to say. */
static void draw_note(struct canvas *c, const struct roc *v)
{
    char eer[32], text[96];
    struct font font = v->plot.size->label;
    snprintf(text, sizeof text, "EER %s", number_percent(v->r->closed.eer, eer, sizeof eer));
    double title = v->plot.size->padding + text_width(view_roc.label, &v->plot.size->title) + 16;
    bool roomy = title + text_width("EER 88.8%, unseen 88.8%", &font) < v->plot.right - v->plot.rect.x;
    if (!isnan(v->r->open.eer) && roomy)
        snprintf(text + strlen(text), sizeof text - strlen(text), ", unseen %s",
            number_percent(v->r->open.eer, eer, sizeof eer));
    double right = v->table.h > 0 ? v->plot.area.x + v->plot.area.w : v->plot.right;
    canvas_text(c, (struct point){ right, v->plot.rect.y + v->plot.size->title_y }, text, &font,
        v->theme->text2, ALIGN_RIGHT);
}

/* ---- operating points ---- */

static void table_cell(struct canvas *c, const struct roc *v, int column, double y, const char *text,
    const struct font *font, struct color color)
{
    static const double right[] = { 0, 172, 232, 292, 348 };
    struct point at = { v->table.x + right[column], y };
    canvas_text(c, at, text, font, color, column == 0 ? ALIGN_LEFT : ALIGN_RIGHT);
}

static void table_row(struct canvas *c, const struct roc *v, double y, const char *name,
    const struct verification *set, bool open)
{
    const struct theme *theme = v->theme;
    struct font label = { 14, WEIGHT_REGULAR, false }, strong = { 14, WEIGHT_SEMIBOLD, false };
    struct point line[2] = { { v->table.x, y - 5 }, { v->table.x + 28, y - 5 } };
    struct stroke stroke = curve_stroke(v, open);
    char text[32];
    canvas_lines(c, line, 2, &stroke);
    canvas_text(c, (struct point){ v->table.x + 38, y }, name, &label, theme->text1, ALIGN_LEFT);
    snprintf(text, sizeof text, "%.1f", 100 * set->eer);
    table_cell(c, v, 1, y, isnan(set->eer) ? "\u2013" : text, &strong, theme->text1);
    for (int f = 0; f < VERIFICATION_FARS; f++) {
        snprintf(text, sizeof text, "%.1f", 100 * set->tar[f]);
        table_cell(c, v, 2 + f, y, isnan(set->tar[f]) ? "\u2013" : text, &label, theme->text1);
    }
}

/* "Threshold 35.9°" and what it lets in. */
static void threshold_lines(struct canvas *c, const struct roc *v, double y)
{
    struct font font = { 14, WEIGHT_REGULAR, false }, bold = { 14, WEIGHT_SEMIBOLD, false };
    char text[128], a[32], b[32];
    struct operating_point at = verification_at(&v->r->closed, v->tau);
    snprintf(text, sizeof text, "Threshold %s", number_degrees(acos(fmax(-1, fmin(1, v->tau))), a, sizeof a));
    canvas_text(c, (struct point){ v->table.x, y }, text, &bold, v->theme->bad, ALIGN_LEFT);
    snprintf(text, sizeof text, "accepts %s of the same, %s of the others",
        number_percent(at.tar, a, sizeof a), number_percent(at.far, b, sizeof b));
    canvas_text(c, (struct point){ v->table.x, y + 20 }, text, &font, v->theme->text1, ALIGN_LEFT);
    snprintf(text, sizeof text, "%s pairs of seen classes",
        number_count(v->r->closed.same + v->r->closed.different, b, sizeof b));
    canvas_text(c, (struct point){ v->table.x, y + 40 }, text, &font, v->theme->text2, ALIGN_LEFT);
}

static void draw_table(struct canvas *c, const struct roc *v)
{
    struct font head = { 12, WEIGHT_REGULAR, false }, title = { 14, WEIGHT_SEMIBOLD, false };
    static const char *const names[] = { "", "EER", "10%", "1%", "0.1%" };
    double y = v->table.y + 6;
    canvas_text(
        c, (struct point){ v->table.x, y }, "Operating points, %", &title, v->theme->text1, ALIGN_LEFT);
    table_cell(c, v, 4, y, "TAR at a FAR of", &head, v->theme->text3);
    for (int i = 1; i < 5; i++)
        table_cell(c, v, i, y + TABLE_ROW, names[i], &head, v->theme->text3);
    table_row(c, v, y + 2 * TABLE_ROW, "seen classes", &v->r->closed, false);
    if (v->r->open.same + v->r->open.different > 0)
        table_row(c, v, y + 3 * TABLE_ROW, "never seen", &v->r->open, true);
    else
        canvas_text(c, (struct point){ v->table.x, y + 3 * TABLE_ROW }, "no class is held out", &head,
            v->theme->text3, ALIGN_LEFT);
    threshold_lines(c, v, y + 4.6 * TABLE_ROW);
}

/* ---- the growing gallery ---- */

static void gallery_line(struct canvas *c, const struct axis *x, const struct axis *y, const double *value,
    int n, const struct stroke *stroke)
{
    struct point line[GALLERY_MAX + 1];
    int count = 0;
    for (int size = 2; size <= n; size++)
        line[count++] = (struct point){ axis_at(x, size), axis_at(y, value[size]) };
    if (count >= 2)
        canvas_lines(c, line, count, stroke);
}

/* A stroke as in the plot, what it is of, and its value at the right end; returns where the next may begin. */
static double gallery_name(struct canvas *c, const struct plot *plot, const struct theme *theme, double x,
    const struct stroke *stroke, double share, const char *name)
{
    char number[32], text[64];
    double y = plot->rect.y + plot->size->title_y + 22;
    struct point line[2] = { { x, y - 4 }, { x + 22, y - 4 } };
    snprintf(text, sizeof text, "%s %s", name, number_percent(share, number, sizeof number));
    canvas_lines(c, line, 2, stroke);
    canvas_text(c, (struct point){ x + 28, y }, text, &plot->size->label, theme->text2, ALIGN_LEFT);
    return x + 28 + text_width(text, &plot->size->label) + 18;
}

static void draw_gallery(struct canvas *c, const struct roc *v)
{
    const struct identification *id = &v->r->identity;
    struct plot plot = plot_layout(v->gallery, false);
    char label[32];
    if (id->identities < 3 || !plot_fits(&plot) || isnan(id->rank1)) /* two are one size: no curve */
        return;
    plot.area.x += plot.size->left;
    plot.area.w -= plot.size->left;
    plot.area.y += 22;
    plot.area.h -= 22 + 16;
    plot_title(c, &plot, v->theme, "Who is it? One identity more, one error more");
    struct axis x = { 2, fmax(3, id->identities), plot.area.x, plot.area.x + plot.area.w, false };
    struct axis y = { 0, 1, plot.area.y + plot.area.h, plot.area.y, false };
    for (int i = 0; i <= 2; i++)
        plot_grid(c, &plot, v->theme, axis_at(&y, i / 2.0), number_fixed(50.0 * i, 0, label, sizeof label));
    plot_baseline(c, &plot, v->theme);
    int step = (int)fmax(1, axis_step(id->identities - 2, 8));
    for (int size = 2; size <= id->identities; size += step)
        plot_tick(c, &plot, v->theme, axis_at(&x, size), number_count(size, label, sizeof label));
    struct stroke solid = { .color = v->theme->text1, .width = 1.75, .round = true };
    struct stroke red = { .color = v->theme->bad, .width = 1.75, .dash_on = 6, .dash_off = 4, .round = true };
    gallery_line(c, &x, &y, id->rank1_at, id->identities, &solid);
    gallery_line(c, &x, &y, id->accept_at, id->identities, &red);
    double next = gallery_name(
        c, &plot, v->theme, plot.rect.x + plot.size->padding, &solid, id->rank1_at[id->identities], "rank 1");
    gallery_name(c, &plot, v->theme, next, &red, id->accept_at[id->identities],
        id->strangers > 0 ? "strangers accepted" : "taken for another");
    struct point under = { plot.area.x + plot.area.w / 2, plot.area.y + plot.area.h + plot.size->bottom + 8 };
    canvas_text(c, under, "identities in the gallery", &plot.size->label, v->theme->text3, ALIGN_CENTER);
}

/* ---- the view ---- */

static void draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    struct roc v;
    roc_layout(&v, scene, look, rect);
    plot_title(c, &v.plot, v.theme, view_roc.label);
    if (!plot_fits(&v.plot))
        return;
    bool open = v.r->open.roc_count > 0;
    draw_note(c, &v);
    draw_axes(c, &v);
    canvas_mark(c, "roc.open");
    if (open)
        draw_curve(c, &v, &v.r->open, curve_stroke(&v, true));
    canvas_mark(c, "roc.seen");
    draw_curve(c, &v, &v.r->closed, curve_stroke(&v, false));
    canvas_mark(c, NULL);
    double radius = v.plot.size->large ? 4.5 : 3.5;
    if (open)
        draw_marks(c, &v, &v.r->open, radius);
    draw_marks(c, &v, &v.r->closed, radius);
    if (open) {
        name_curve(c, &v, &v.r->closed, "seen", 0.36);
        name_curve(c, &v, &v.r->open, "never seen", 0.25);
    }
    if (v.table.h > 0) {
        canvas_mark(c, "roc.table");
        draw_table(c, &v);
        canvas_mark(c, "roc.gallery");
        draw_gallery(c, &v);
    }
    canvas_mark(c, NULL);
}

static const char *missing(const struct scene *scene)
{
    const struct recognition *r = &scene->snap->recognition;
    if (scene->snap->force.loss && loss_decision(&scene->snap->force) == DECIDE_NOTHING)
        return "Verification compares samples of classes, and a regression has none; choose a loss of "
               "classes.";
    if (scene->snap->test_size == 0)
        return "Verification compares test samples, and these data have none; choose others.";
    if (!r->measured)
        return "Verification is being measured.";
    return isnan(r->closed.eer)
               ? "Verification needs test samples of two classes, two of each; choose more data."
               : NULL;
}

const struct view view_roc = { "roc", "Verification ROC", draw, missing };

double roc_next(const struct scene *scene, const struct look *look, int points)
{
    if (!scene->snap || missing(scene))
        return NAN;
    const struct verification *set = &scene->snap->recognition.closed;
    double tau = roc_tau(scene, look);
    int nearest = 0;
    for (int i = 1; i < set->roc_count; i++)
        if (fabs(set->roc[i].tau - tau) < fabs(set->roc[nearest].tau - tau))
            nearest = i;
    int at = nearest + points;
    return set->roc_count > 0 ? set->roc[at < 0                ? 0
                                         : at < set->roc_count ? at
                                                               : set->roc_count - 1]
                                    .tau
                              : NAN;
}

double roc_pick(const struct scene *scene, const struct look *look, struct rect rect, struct point at)
{
    struct roc v;
    if (!scene->snap || missing(scene))
        return NAN;
    roc_layout(&v, scene, look, rect);
    struct rect area = v.plot.area;
    if (at.x < area.x - 12 || at.x > area.x + area.w + 12 || at.y < area.y - 12 ||
        at.y > area.y + area.h + 12)
        return NAN;
    double least = INFINITY, tau = NAN;
    for (int i = 0; i < v.r->closed.roc_count; i++) {
        struct point p = roc_at(&v, v.r->closed.roc[i].far, v.r->closed.roc[i].tar);
        double away = hypot(p.x - at.x, p.y - at.y);
        if (away < least) {
            least = away;
            tau = v.r->closed.roc[i].tau;
        }
    }
    return tau;
}
