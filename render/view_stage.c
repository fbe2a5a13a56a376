/* view_stage.c - two class weights by hand: every head's boundary and margin between them at once.
 * theta_1 runs clockwise from W_1 on the left; each ring and each line of the table is one loss. */
#include "render/view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/axes.h"
#include "render/disc.h"
#include "render/formula.h"
#include "render/number.h"
#include "render/text.h"

static const double PI = 3.14159265358979323846;

/* The heads of the table of boundaries, outermost ring first; the loss in use follows when it is another. Softmax
 * without its bias, as the table has it. */
static const struct {
    const char *id, *rule; /* rule NULL: the row's own */
} listed[] = {
    { "softmax", "\\|W_1\\|\\cos\\theta_1 > \\|W_2\\|\\cos\\theta_2" },
    { "modified_softmax", NULL },
    { "lsoftmax", NULL },
    { "asoftmax", NULL },
    { "fnorm_sphereface", NULL },
    { "cosface", NULL },
    { "arcface", NULL },
    { "combined_margin", NULL },
};

enum { LISTED = sizeof listed / sizeof listed[0], ROW_MAX = LISTED + 1, OUTLINE_MAX = 1024 };
enum { FIRST_HUE = 1, SECOND_HUE = 2 };

static const double LONGEST = 2, SHORTEST = 0.2, NARROWEST = 5; /* lengths of a weight; degrees */
static const double RINGS_FROM = 0.34, FAN_TO = 0.3; /* of the radius */

/* What the training rule leaves to both classes between the two weights. */
struct stage_row {
    struct loss_force force;
    const char *rule;
    double first,
        second; /* theta_1 up to which class 1 is satisfied, theta_2 for class 2; NaN: nowhere between */
    bool first_beyond, second_beyond; /* then: satisfied on the far side of its own weight */
    bool used;
};

struct stage {
    const struct look *look;
    const struct theme *theme;
    struct plot plot;
    struct rect table; /* h 0: no room */
    struct point origin;
    double radius, angle;
    struct stage_row row[ROW_MAX];
    int rows;
};

/* ---- geometry ---- */

static void stage_layout(struct stage *v, const struct look *look, struct rect rect)
{
    bool wide = rect.w >= 1200 && rect.h >= 480, tall = !wide && rect.w >= 720 && rect.h >= 640;
    struct rect scene = rect;
    v->look = look;
    v->theme = look->theme;
    v->angle = look->stage_angle;
    v->plot = plot_layout(rect, false);
    v->table = (struct rect){ 0 };
    if (wide) {
        scene.w = floor(rect.w * 0.46);
        v->table = (struct rect){ rect.x + scene.w, v->plot.area.y, rect.w - scene.w - v->plot.size->padding,
            rect.h - v->plot.size->top - 24 };
    } else if (tall) {
        scene.h = floor(fmax(340, rect.h - 400));
        v->table =
            (struct rect){ v->plot.area.x, rect.y + scene.h + 8, v->plot.area.w, rect.h - scene.h - 24 };
    }
    double top = v->plot.size->large ? v->plot.size->top - 8 : 36, below = v->plot.size->large ? 72 : 30;
    double side = v->plot.size->large ? 130 : 30, sine = fmax(0.5, sin(v->angle / 2));
    /* The radius follows the angle, the origin does not: it stands a little above the floor when there is height to
     * spare for a wide angle. */
    double height = scene.h - top - below, widest = fmin(height, scene.w / 2 - side);
    double lift = fmax(0, height - widest) / 4;
    v->radius = fmax(0, fmin((scene.w / 2 - side) / sine, height - lift));
    v->origin = (struct point){ scene.x + scene.w / 2, scene.y + scene.h - below - lift };
}

/* On screen, counter-clockwise from +x: theta_1 = 0 is W_1. */
static double screen_angle(const struct stage *v, double theta)
{
    return PI / 2 + v->angle / 2 - theta;
}

static struct point stage_at(const struct stage *v, double theta, double radius)
{
    double a = screen_angle(v, theta);
    return (struct point){ v->origin.x + radius * cos(a), v->origin.y - radius * sin(a) };
}

static struct point tip_of(const struct stage *v, int handle)
{
    return stage_at(v, handle == 0 ? 0 : v->angle, v->look->stage_norm[handle] * v->radius / LONGEST);
}

/* The badge stands beside the tip, outside the wedge. */
static struct point chip_of(const struct stage *v, int handle)
{
    double a = screen_angle(v, handle == 0 ? 0 : v->angle) + (handle == 0 ? PI / 2 : -PI / 2);
    double away = v->plot.size->large ? 36 : 13;
    struct point tip = tip_of(v, handle);
    return (struct point){ tip.x + away * cos(a), tip.y - away * sin(a) };
}

int stage_pick(const struct look *look, struct rect rect, struct point at)
{
    struct stage v;
    double least = 16;
    int found = -1;
    stage_layout(&v, look, rect);
    for (int handle = 0; handle < 2; handle++) {
        struct point tip = tip_of(&v, handle), chip = chip_of(&v, handle);
        double away = fmin(hypot(tip.x - at.x, tip.y - at.y), hypot(chip.x - at.x, chip.y - at.y));
        if (away <= least) {
            least = away;
            found = handle;
        }
    }
    return found;
}

/* Whole degrees and twentieths, so that the numbers of the papers can be met exactly. */
void stage_drag(struct look *look, struct rect rect, int handle, struct point at)
{
    struct stage v;
    if (handle < 0 || handle > 1)
        return;
    stage_layout(&v, look, rect);
    double dx = at.x - v.origin.x, up = v.origin.y - at.y, degrees = 2 * fabs(atan2(dx, up)) * 180 / PI;
    if (!(v.radius > 0) || !(hypot(dx, up) > 1))
        return;
    look->stage_angle = fmin(180, fmax(NARROWEST, round(degrees))) * PI / 180;
    stage_layout(&v, look, rect); /* the radius follows the angle: the tip stays under the hand */
    double length = hypot(at.x - v.origin.x, v.origin.y - at.y) * LONGEST / v.radius;
    look->stage_norm[handle] = fmin(LONGEST, fmax(SHORTEST, round(length * 20) / 20));
}

void stage_nudge(struct look *look, int handle, double degrees, double length)
{
    double wide = look->stage_angle * 180 / PI + degrees, norm = look->stage_norm[handle] + length;
    look->stage_angle = fmin(180, fmax(NARROWEST, round(wide))) * PI / 180;
    look->stage_norm[handle] = fmin(LONGEST, fmax(SHORTEST, round(norm * 20) / 20));
}

/* ---- what is shown ---- */

static struct loss_force force_set(const struct snapshot *snap, const struct loss *loss)
{
    if (snap && snap->force.loss == loss)
        return snap->force;
    struct loss_force force = loss_force_initial(loss);
    if (snap)
        memcpy(force.param, snap->experiment.param[loss_index(loss)], sizeof force.param);
    return force;
}

/* Is class 1 satisfied anywhere at all? */
static bool satisfied(const struct loss_force *force, double angle, double n1, double n2)
{
    double weight[4] = { n1, 0, n2 * cos(angle), n2 * sin(angle) };
    struct head head = { .classes = 2, .dim = 2, .weight = weight };
    struct region_class region[2];
    region_sectors(force, &head, 1, region);
    return region[0].safe_count > 0;
}

static void add_row(struct stage *v, const struct snapshot *snap, const struct loss *loss, const char *rule)
{
    struct stage_row *row = &v->row[v->rows++];
    const double *norm = v->look->stage_norm;
    row->force = force_set(snap, loss);
    row->rule = rule ? rule : loss->rule;
    row->used = snap && snap->force.loss == loss;
    row->first = region_boundary(&row->force, v->angle, norm[0], norm[1]);
    row->second = region_boundary(&row->force, v->angle, norm[1], norm[0]);
    row->first_beyond = isnan(row->first) && satisfied(&row->force, v->angle, norm[0], norm[1]);
    row->second_beyond = isnan(row->second) && satisfied(&row->force, v->angle, norm[1], norm[0]);
}

static bool is_listed(const struct loss *loss)
{
    for (int i = 0; i < LISTED; i++)
        if (strcmp(loss->id, listed[i].id) == 0)
            return true;
    return false;
}

static void fill_rows(struct stage *v, const struct snapshot *snap)
{
    v->rows = 0;
    for (int i = 0; i < LISTED; i++)
        add_row(v, snap, loss_find(listed[i].id), listed[i].rule);
    const struct loss *used = snap ? snap->force.loss : NULL;
    if (used && used->target && !is_listed(used) && !region_norm_matters(&snap->force))
        add_row(v, snap, used, NULL);
}

/* theta_1 where class 1 ends and where class 2 begins. */
static double first_end(const struct stage_row *row)
{
    return isnan(row->first) ? 0 : row->first;
}

static double second_start(const struct stage *v, const struct stage_row *row)
{
    return v->angle - (isnan(row->second) ? 0 : row->second);
}

static double gap_of(const struct stage *v, const struct stage_row *row)
{
    return fmax(0, second_start(v, row) - first_end(row));
}

static bool no_room(const struct stage_row *row)
{
    return row->force.loss->has_margin && isnan(row->first) && isnan(row->second);
}

/* ---- the wedge ---- */

static struct arc arc_between(const struct stage *v, double from, double to)
{
    return (struct arc){ screen_angle(v, to), screen_angle(v, from) };
}

static void draw_band(struct canvas *c, const struct stage *v, const struct stage_row *row, double inner,
    double outer, double alpha)
{
    struct point scratch[OUTLINE_MAX];
    struct disc d = { .canvas = c,
        .center = v->origin,
        .inner = inner,
        .outer = outer,
        .to = 2 * PI,
        .scratch = scratch,
        .scratch_max = OUTLINE_MAX };
    const struct theme *theme = v->theme;
    double end = first_end(row), start = second_start(v, row);
    struct arc gap = arc_between(v, end, start);
    disc_sector(&d, arc_between(v, 0, end), color_alpha(class_color(theme, FIRST_HUE), alpha));
    disc_sector(&d, arc_between(v, start, v->angle), color_alpha(class_color(theme, SECOND_HUE), alpha));
    if (start - end > 1e-9) {
        disc_sector(&d, gap, color_alpha(theme->margin, theme->dark ? 0.13 : 0.10));
        disc_hatch(&d, gap, no_room(row) ? 3.5 : 7, color_alpha(theme->margin, 0.7));
    }
    struct stroke edge = { .color = theme->text1, .width = row->used ? 1.75 : 1 };
    if (end > 0 && end < v->angle - 1e-9)
        disc_spoke(&d, screen_angle(v, end), &edge);
    if (start < v->angle && start - end > 1e-9)
        disc_spoke(&d, screen_angle(v, start), &edge);
}

static double ring_width(const struct stage *v)
{
    return v->radius * (1 - RINGS_FROM) / v->rows;
}

static void draw_rings(struct canvas *c, const struct stage *v)
{
    double width = ring_width(v), space = v->plot.size->large ? 4 : 2;
    for (int i = 0; i < v->rows; i++) {
        const struct stage_row *row = &v->row[i];
        double outer = v->radius - i * width, inner = outer - width + space;
        draw_band(c, v, row, inner, outer, row->used ? 0.8 : 0.36);
        if (row->used)
            draw_band(c, v, row, 0, FAN_TO * v->radius, 0.36);
    }
}

/* The ring of the loss in use is outlined; its number outside W_1 is that of its line in the table. */
static void draw_ring_numbers(struct canvas *c, const struct stage *v)
{
    double width = ring_width(v), space = v->plot.size->large ? 4 : 2;
    double a = screen_angle(v, 0) + PI / 2;
    for (int i = 0; i < v->rows; i++) {
        double outer = v->radius - i * width, inner = outer - width + space;
        if (v->row[i].used) {
            struct point ring[OUTLINE_MAX];
            struct disc d = { .canvas = c,
                .center = v->origin,
                .inner = inner,
                .outer = outer,
                .to = 2 * PI,
                .scratch = ring,
                .scratch_max = OUTLINE_MAX };
            struct arc whole = arc_between(v, 0, v->angle);
            disc_arc(&d, outer + 1, whole, 1.5, v->theme->text1);
            disc_arc(&d, inner - 1, whole, 1.5, v->theme->text1);
        }
        if (v->table.h <= 0 || width < 12)
            continue;
        char text[8];
        struct font font = { 12, v->row[i].used ? WEIGHT_SEMIBOLD : WEIGHT_REGULAR, false };
        struct point at = stage_at(v, 0, (inner + outer) / 2);
        snprintf(text, sizeof text, "%d", i + 1);
        at.x += 12 * cos(a);
        at.y -= 12 * sin(a) - text_ascent(&font) / 2;
        canvas_text(c, at, text, &font, v->row[i].used ? v->theme->text1 : v->theme->text3, ALIGN_CENTER);
    }
}

static void draw_weight(struct canvas *c, const struct stage *v, int handle)
{
    static const char *const name[] = { "1", "2" };
    const struct theme *theme = v->theme;
    bool large = v->plot.size->large;
    int hue = handle == 0 ? FIRST_HUE : SECOND_HUE;
    double theta = handle == 0 ? 0 : v->angle, length = v->look->stage_norm[handle] * v->radius / LONGEST;
    struct disc d = { .canvas = c, .center = v->origin };
    double size = large ? 14 : 9;
    canvas_line(
        c, v->origin, stage_at(v, theta, fmax(0, length - size)), large ? 3 : 2, class_color(theme, hue));
    disc_arrow(&d, screen_angle(v, theta), length, size, class_color(theme, hue));
    struct point chip = chip_of(v, handle);
    chip_draw(c, theme, chip, hue, name[handle], large ? 11 : 9, 1, false);
    if (!large)
        return;
    char text[32], number[16];
    struct font font = v->plot.size->label;
    snprintf(text, sizeof text, "\u2016W%s\u2016 = %s", handle == 0 ? "\u2081" : "\u2082",
        number_fixed(v->look->stage_norm[handle], 2, number, sizeof number));
    struct point beside = { chip.x + (handle == 0 ? -18 : 18), chip.y + text_ascent(&font) / 2 };
    canvas_text(c, beside, text, &font, theme->text2, handle == 0 ? ALIGN_RIGHT : ALIGN_LEFT);
}

/* Under the origin: the angle between the weights. */
static void draw_angle(struct canvas *c, const struct stage *v)
{
    char text[48], number[24];
    struct font font = v->plot.size->label;
    double low = !v->plot.size->large ? 20 : v->angle > 0.8 * PI ? 58 : 32;
    snprintf(text, sizeof text, "%s between the weights", number_degrees(v->angle, number, sizeof number));
    canvas_disc(c, v->origin, 3.5, v->theme->text1);
    canvas_text(
        c, (struct point){ v->origin.x, v->origin.y + low }, text, &font, v->theme->text1, ALIGN_CENTER);
}

/* ---- the table ---- */

/* Where the columns are, from the left of the table. */
struct columns {
    double name, value, rule, first, second, gap, strip, end;
    double row; /* height */
    bool stacked; /* values under the name */
};

static struct columns columns_of(const struct stage *v)
{
    double x = v->table.x, room = v->table.w;
    bool stacked = room < 860;
    struct columns k = { .name = x + 24, .stacked = stacked, .end = x + room };
    k.value = stacked ? k.name : x + 190;
    k.rule = stacked ? x + 180 : x + 318;
    k.first = k.rule + (room < 860 ? 296 : 290);
    k.second = k.first + 72;
    k.gap = k.second + 64;
    k.strip = k.gap + 20;
    k.row = floor(fmin(stacked ? 64 : 40, (v->table.h - 60) / v->rows));
    return k;
}

/* "m 4, lambda 0": what shapes the margin. */
static void value_text(const struct loss_force *force, char *out, size_t size)
{
    size_t n = 0;
    out[0] = '\0';
    for (int i = 0; i < loss_param_count(force->loss) && n < size; i++) {
        const struct param *p = &force->loss->param[i];
        char number[24];
        double value = force->param[i];
        if (p->role != ROLE_MARGIN && (p->role != ROLE_ANNEALED || value == 0))
            continue;
        n += (size_t)snprintf(out + n, size - n, "%s%s %s", n ? ", " : "",
            p->role == ROLE_ANNEALED ? "\u03bb" : p->id, number_short(value, number, sizeof number));
    }
}

static void draw_number(struct canvas *c, const struct stage *v, double right, double base, double angle,
    bool beyond, bool margin, bool bold)
{
    char number[24];
    struct font font = { 14, bold ? WEIGHT_SEMIBOLD : WEIGHT_REGULAR, false };
    const char *text = !isnan(angle) ? number_degrees(angle, number, sizeof number)
                       : beyond      ? "beyond"
                                     : "none";
    struct color color = isnan(angle) ? v->theme->bad : margin ? v->theme->margin : v->theme->text1;
    canvas_text(c, (struct point){ right, base }, text, &font, color, ALIGN_RIGHT);
}

/* The same as the ring, unrolled: theta_1 from 0 to K. */
static void draw_strip(
    struct canvas *c, const struct stage *v, const struct stage_row *row, struct rect strip)
{
    const struct theme *theme = v->theme;
    double end = strip.w * first_end(row) / v->angle, start = strip.w * second_start(v, row) / v->angle;
    double alpha = row->used ? 0.8 : 0.36;
    struct rect first = { strip.x, strip.y, end, strip.h };
    struct rect second = { strip.x + start, strip.y, strip.w - start, strip.h };
    struct point gap[4] = { { strip.x + end, strip.y }, { strip.x + start, strip.y },
        { strip.x + start, strip.y + strip.h }, { strip.x + end, strip.y + strip.h } };
    if (first.w > 0)
        canvas_rect(c, first, color_alpha(class_color(theme, FIRST_HUE), alpha));
    if (second.w > 0)
        canvas_rect(c, second, color_alpha(class_color(theme, SECOND_HUE), alpha));
    if (start - end > 1e-6) {
        canvas_polygon(c, gap, 4, color_alpha(theme->margin, theme->dark ? 0.13 : 0.10));
        canvas_hatch(c, gap, 4, no_room(row) ? 3.5 : 7, color_alpha(theme->margin, 0.7));
    }
    double x[2] = { strip.x + end, strip.x + start };
    for (int i = 0; i < (start - end > 1e-6 ? 2 : 1); i++)
        if (x[i] > strip.x && x[i] < strip.x + strip.w)
            canvas_line(c, (struct point){ x[i], strip.y }, (struct point){ x[i], strip.y + strip.h },
                row->used ? 1.75 : 1, theme->text1);
}

static void draw_row(struct canvas *c, const struct stage *v, const struct columns *k, int i, double y)
{
    const struct stage_row *row = &v->row[i];
    const struct theme *theme = v->theme;
    struct font name = { 14, row->used ? WEIGHT_SEMIBOLD : WEIGHT_REGULAR, false };
    struct font small = { 12, row->used ? WEIGHT_SEMIBOLD : WEIGHT_REGULAR, false };
    char text[64];
    double middle = y + k->row / 2, base = middle + text_ascent(&name) / 2;
    if (row->used)
        canvas_round_rect(
            c, (struct rect){ v->table.x - 12, y + 2, v->table.w + 12, k->row - 4 }, 6, theme->raised);
    value_text(&row->force, text, sizeof text);
    bool two = k->stacked && text[0] && k->row >= 40;
    snprintf(text + 32, 8, "%d", i + 1);
    canvas_text(c, (struct point){ v->table.x + 10, base }, text + 32, &small,
        row->used ? theme->text1 : theme->text3, ALIGN_RIGHT);
    value_text(&row->force, text, sizeof text);
    canvas_text(c, (struct point){ k->name, two ? base - 9 : base }, row->force.loss->label, &name,
        theme->text1, ALIGN_LEFT);
    if (two || !k->stacked)
        canvas_text(
            c, (struct point){ k->value, two ? base + 10 : base }, text, &small, theme->margin, ALIGN_LEFT);
    struct formula_size rule = formula_measure(row->rule, 14);
    if (k->rule + rule.width < k->first - 50)
        formula_draw(c, (struct point){ k->rule, base }, row->rule, 14, theme->text1, theme);
    draw_number(c, v, k->first, base, row->first, row->first_beyond, false, row->used);
    draw_number(c, v, k->second, base, row->second, row->second_beyond, false, row->used);
    draw_number(c, v, k->gap, base, gap_of(v, row), false, gap_of(v, row) > 1e-9, row->used);
    double high = fmin(18, k->row - 10);
    if (k->end - k->strip >= 60)
        draw_strip(c, v, row, (struct rect){ k->strip, middle - high / 2, k->end - k->strip - 8, high });
}

/* Under the table. */
static void draw_remark(struct canvas *c, const struct stage *v, const struct snapshot *snap, struct point at)
{
    char text[160], fitted[160];
    struct font font = { 12, WEIGHT_REGULAR, false };
    bool shown = !snap;
    for (int i = 0; i < v->rows; i++)
        shown = shown || v->row[i].used;
    if (shown)
        snprintf(text, sizeof text, "%s Softmax and L-Softmax alone look at the lengths.",
            v->look->interactive ? "Drag the tips." : "Amber: neither class is satisfied.");
    else
        snprintf(text, sizeof text, "%s is not among them: two weights alone do not fix its boundary.",
            snap->force.loss->label);
    text_fit(text, &font, v->table.w - 24, fitted, sizeof fitted);
    canvas_text(c, at, fitted, &font, v->theme->text2, ALIGN_LEFT);
}

static void draw_table(struct canvas *c, const struct stage *v, const struct snapshot *snap)
{
    struct columns k = columns_of(v);
    struct font font = { 12, WEIGHT_REGULAR, false };
    struct color ink = v->theme->text3;
    double head = v->table.y + 12, y = head + 10;
    canvas_text(c, (struct point){ k.name, head }, "loss", &font, ink, ALIGN_LEFT);
    canvas_text(c, (struct point){ k.rule, head }, "class 1 is satisfied when", &font, ink, ALIGN_LEFT);
    canvas_text(c, (struct point){ k.first, head }, "\u03b8\u2081 up to", &font, ink, ALIGN_RIGHT);
    canvas_text(c, (struct point){ k.second, head }, "\u03b8\u2082 up to", &font, ink, ALIGN_RIGHT);
    canvas_text(c, (struct point){ k.gap, head }, "gap", &font, ink, ALIGN_RIGHT);
    for (int i = 0; i < v->rows; i++)
        draw_row(c, v, &k, i, y + i * k.row);
    draw_remark(c, v, snap, (struct point){ k.name, y + v->rows * k.row + 24 });
}

/* A panel has no table: the loss in use alone, in words. */
static void draw_note(struct canvas *c, const struct stage *v)
{
    char text[96], gap[40], fitted[96], number[24];
    for (int i = 0; i < v->rows; i++) {
        const struct stage_row *row = &v->row[i];
        if (!row->used)
            continue;
        double room = v->plot.area.w - text_width(view_stage.label, &v->plot.size->title) - 16;
        if (no_room(row))
            snprintf(gap, sizeof gap, "no room");
        else
            snprintf(gap, sizeof gap, "gap %s", number_degrees(gap_of(v, row), number, sizeof number));
        snprintf(text, sizeof text, "%s: %s", row->force.loss->label, gap);
        bool fits = text_width(text, &v->plot.size->label) <= room;
        text_fit(fits ? text : gap, &v->plot.size->label, room, fitted, sizeof fitted);
        canvas_text(c, (struct point){ v->plot.right, v->plot.rect.y + v->plot.size->title_y }, fitted,
            &v->plot.size->label, v->theme->text2, ALIGN_RIGHT);
    }
}

static void draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    struct stage v;
    stage_layout(&v, look, rect);
    plot_title(c, &v.plot, v.theme, view_stage.label);
    if (v.radius < 40)
        return;
    fill_rows(&v, scene ? scene->snap : NULL);
    canvas_mark(c, "stage.band");
    draw_rings(c, &v);
    draw_ring_numbers(c, &v);
    canvas_mark(c, "stage.weight");
    draw_weight(c, &v, 0);
    draw_weight(c, &v, 1);
    canvas_mark(c, "stage.angle");
    draw_angle(c, &v);
    canvas_mark(c, "stage.table");
    if (v.table.h > 0)
        draw_table(c, &v, scene ? scene->snap : NULL);
    else
        draw_note(c, &v);
    canvas_mark(c, NULL);
}

const struct view view_stage = { "stage", "Two classes", draw, NULL };
