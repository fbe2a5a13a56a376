/* view_compare.c - two to four trainings side by side: a plane or ball for each, its numbers with the best of each row
 * marked, and curves and histograms on axes they share. Under them, in what the trainings differ. */
#include "render/view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "math/difference.h"
#include "render/formula.h"
#include "render/number.h"
#include "render/span.h"
#include "render/text.h"

static const double PI = 3.14159265358979323846;

enum { BINS = 40, DIFFERENCE_TEXT = 1024, VALUE_TEXT = 32, ROW_HEIGHT = 24, EDGE = 24, FOOT_LINES = 2 };

static const struct font small = { 12, WEIGHT_REGULAR, false };
static const struct font small_bold = { 12, WEIGHT_SEMIBOLD, false };
static const struct font value_bold = { 14, WEIGHT_SEMIBOLD, false };
static const struct font value_font = { 14, WEIGHT_REGULAR, false };

/* What all cells share. */
struct compare {
    struct canvas *canvas;
    const struct look *look;
    const struct theme *theme;
    struct scene *scene[COMPARE_MAX];
    int count;
    double end_deg; /* of the histograms */
    double tallest; /* bar, share of the samples */
    long last_step;
    double lowest; /* accuracy at the foot of the curves */
    bool tested; /* curves are of the test part */
};

/* ---- where everything is ---- */

int compare_layout(const struct look *look, struct rect rect, struct rect cell[COMPARE_MAX])
{
    int n = 1 + look->besides, columns = n > 2 || (n == 2 && rect.w > 1.1 * rect.h) ? 2 : 1;
    if (n == 3 && rect.w >= 1440 && rect.w > 1.6 * rect.h) /* a slide has room for all in one row */
        columns = 3;
    int rows = (n + columns - 1) / columns;
    double foot = 18.0 * FOOT_LINES + 12;
    double wide = floor(rect.w / columns), high = floor((rect.h - foot) / rows);
    for (int i = 0; i < n; i++)
        cell[i] = (struct rect){ rect.x + wide * (i % columns), rect.y + high * floor((double)i / columns),
            wide, high };
    return n;
}

static struct rect foot_of(const struct look *look, struct rect rect)
{
    struct rect cell[COMPARE_MAX];
    int n = compare_layout(look, rect, cell);
    double y = cell[n - 1].y + cell[n - 1].h;
    return (struct rect){ rect.x + EDGE, y, rect.w - 2 * EDGE, rect.y + rect.h - y };
}

/* High cells have their numbers below the picture, wide ones beside it. */
static bool is_high(struct rect cell)
{
    return cell.h > 0.85 * cell.w;
}

/* The words of a narrow high cell take both upper corners, above its picture. */
static bool is_slim(struct rect cell)
{
    return is_high(cell) && cell.w < 600;
}

static double band_height(struct rect cell)
{
    return fmin(190, cell.h * 0.3);
}

/* No room for words, picture and numbers side by side: in a low cell the picture goes, else the numbers do. */
static bool is_tight(struct rect cell)
{
    return !is_high(cell) && cell.w < 430;
}

enum { TIGHT_WORDS = 132, TIGHT_LOW = 200 };

struct rect compare_picture(struct rect cell)
{
    if (is_tight(cell)) {
        double wide = cell.h < TIGHT_LOW ? 0 : cell.w - TIGHT_WORDS - 8;
        return (struct rect){ cell.x + TIGHT_WORDS, cell.y, wide, wide > 0 ? cell.h : 0 };
    }
    if (is_high(cell)) {
        double head = is_slim(cell) ? 84 : 44;
        return (struct rect){ cell.x, cell.y + head, cell.w, cell.h - head - band_height(cell) };
    }
    double from = 0.21 * cell.w, to = cell.w - fmax(0.265 * cell.w, 190);
    double gap = cell.w < 700 ? 14 : 0; /* badges are as large in a small cell */
    return (struct rect){ cell.x + from, cell.y, to - from - gap, cell.h };
}

/* Statistics, curves and histogram of a cell. */
struct side {
    struct rect table, curves, bars;
};

static struct side side_of(struct rect cell)
{
    double gap = cell.w < 600 ? 16 : 28;
    struct side s;
    if (is_high(cell)) {
        double y = cell.y + cell.h - band_height(cell) + 8, high = band_height(cell) - 20;
        double room = cell.w - 2 * EDGE - 2 * gap, table = fmax(room / 3, fmin(164, room / 2));
        double wide = (room - table) / 2, x = cell.x + EDGE + table + gap;
        s.table = (struct rect){ cell.x + EDGE, y, table, high };
        s.curves = (struct rect){ x, y, wide, high };
        s.bars = (struct rect){ x + wide + gap, y, wide, high };
        return s;
    }
    if (is_tight(cell) && cell.h >= TIGHT_LOW)
        return (struct side){ .table = { cell.x, cell.y, 0, 0 } };
    double x = cell.x + cell.w - fmax(0.265 * cell.w, is_tight(cell) ? 166 : 190),
           wide = cell.x + cell.w - EDGE - x;
    double high = cell.h - 40, rows = fmin(5 * ROW_HEIGHT, ROW_HEIGHT * floor(high * 0.45 / ROW_HEIGHT));
    s.table = (struct rect){ x, cell.y + 22, wide, rows };
    double left = high - rows - 12, curve = left > 200 ? 0.42 * left : 0;
    s.curves = (struct rect){ x, cell.y + 22 + rows + 12, wide, curve };
    s.bars = (struct rect){ x, s.curves.y + curve, wide, left - curve };
    return s;
}

/* ---- one sample in all cells ---- */

int compare_sample(const struct scene *from, int sample, const struct scene *to)
{
    const struct snapshot *a = from->snap, *b = to->snap;
    if (!a || !b || sample < 0 || sample >= a->count)
        return -1;
    int row = a->row[sample];
    if (sample < b->count && b->row[sample] == row && a->label[sample] == b->label[sample])
        return sample; /* as it is where they show the same points */
    for (int i = 0; row >= 0 && i < b->count; i++)
        if (b->row[i] == row)
            return i;
    return -1;
}

struct look compare_look(const struct scene *first, const struct scene *scene, const struct look *look)
{
    struct look own = *look;
    own.bare = true;
    own.interactive = false;
    own.probing = false;
    own.ring = 0;
    own.zoom = 1;
    own.pan_x = own.pan_y = 0;
    own.selected = scene == first ? look->selected : compare_sample(first, look->selected, scene);
    return own;
}

const struct view *compare_view(const struct scene *scene)
{
    bool ball = scene->snap && scene->snap->dim >= 3 && !scene->data;
    return ball ? &view_sphere : &view_feature;
}

/* ---- the words of a cell ---- */

/* Without what the amber number says already. */
static void own_settings(const struct compare *v, int which, char *out, int size)
{
    const struct experiment *e[COMPARE_MAX];
    for (int i = 0; i < v->count; i++)
        e[i] = &v->scene[i]->snap->experiment;
    const struct loss *loss = v->scene[which]->snap->force.loss;
    experiment_own(e, v->count, which, loss->margin >= 0 ? loss->param[loss->margin].id : NULL, out, size);
}

/* Lines end at ", " or a blank; returns where the next line begins. */
static const char *line_take(
    const char *text, const struct font *font, double width, const char *joint, char *out, int size)
{
    const char *fits = NULL;
    size_t skip = strlen(joint);
    for (const char *end = text;; end += skip) {
        end = strstr(end, joint);
        int length = end ? (int)(end - text) : (int)strlen(text);
        snprintf(out, (size_t)size, "%.*s", length, text);
        if (fits && text_width(out, font) > width)
            break;
        fits = text + length;
        if (!end)
            break;
    }
    snprintf(out, (size_t)size, "%.*s", (int)(fits - text), text);
    return *fits ? fits + skip : fits;
}

/* A piece that is too long for a line goes on at its next blank. */
static const char *line_whole(const char *text, double width, const char *joint, char *out, int size)
{
    const char *rest = line_take(text, &small, width, joint, out, size);
    return text_width(out, &small) > width ? line_take(text, &small, width, " ", out, size) : rest;
}

static double draw_lines(const struct compare *v, struct point at, double width, const char *text,
    const char *joint, struct color color, int most)
{
    char line[DIFFERENCE_TEXT], fitted[DIFFERENCE_TEXT];
    for (int i = 0; i < most && *text; i++, at.y += 16) {
        if (i == most - 1)
            snprintf(line, sizeof line, "%s", text);
        else
            text = line_whole(text, width, joint, line, sizeof line);
        text_fit(line, &small, width, fitted, sizeof fitted);
        canvas_text(v->canvas, at, fitted, &small, color, ALIGN_LEFT);
    }
    return at.y;
}

/* "m 0.30 rad", the value in force. Returns the line below. */
static double draw_margin(const struct compare *v, const struct snapshot *snap, struct point at, double size)
{
    const struct loss *loss = snap->force.loss;
    struct font number = { size, WEIGHT_SEMIBOLD, false };
    char text[64], value[32];
    if (loss->margin < 0)
        return at.y;
    const struct param *param = &loss->param[loss->margin];
    double m = snap->force.param[loss->margin];
    if (param->kind == PARAM_INTEGER)
        snprintf(text, sizeof text, "%.0f", m);
    else
        snprintf(text, sizeof text, "%s%s%s", number_fixed(m, 2, value, sizeof value),
            param->unit[0] ? " " : "", param->unit);
    struct formula_size symbol = formula_draw(
        v->canvas, (struct point){ at.x, at.y }, param->symbol, size, v->theme->margin, v->theme);
    canvas_text(v->canvas, (struct point){ at.x + symbol.width + 7, at.y }, text, &number, v->theme->margin,
        ALIGN_LEFT);
    if (strcmp(param->unit, "rad") != 0)
        return at.y + 22;
    snprintf(text, sizeof text, "%s added", number_degrees(m, value, sizeof value));
    canvas_text(v->canvas, (struct point){ at.x, at.y + 18 }, text, &small, v->theme->text2, ALIGN_LEFT);
    return at.y + 40;
}

/* How far the ring is, and of how many points a part is drawn. */
static void draw_notes(const struct compare *v, const struct scene *scene, struct point at)
{
    char text[96], number[32], all[32];
    const struct snapshot *snap = scene->snap;
    int stride = look_stride(v->look, snap->count);
    bool plane = compare_view(scene) == &view_feature && !scene->data && snap->dim == 2;
    if (plane) {
        snprintf(text, sizeof text, "ring at ‖x‖ = %s", number_short(scene->ring, number, sizeof number));
        canvas_text(v->canvas, at, text, &small, v->theme->text3, ALIGN_LEFT);
        at.y -= 16;
    }
    if (stride > 1) {
        snprintf(text, sizeof text, "%s of %s points",
            number_count((snap->count + stride - 1) / stride, number, sizeof number),
            number_count(snap->count, all, sizeof all));
        canvas_text(v->canvas, at, text, &small, v->theme->text3, ALIGN_LEFT);
        at.y -= 16;
    }
    if (snap->diverged) {
        snprintf(text, sizeof text, "diverged at step %s",
            number_count(snap->diverged_step, number, sizeof number));
        canvas_text(v->canvas, at, text, &small_bold, v->theme->bad, ALIGN_LEFT);
    }
}

static void draw_words(const struct compare *v, int which, struct rect cell)
{
    const struct scene *scene = v->scene[which];
    const struct snapshot *snap = scene->snap;
    bool brief = cell.h < 330;
    struct font title = { brief ? 16 : 20, WEIGHT_SEMIBOLD, false };
    char name[128], subtitle[128], fitted[160], own[DIFFERENCE_TEXT];
    struct point at = { cell.x + EDGE, cell.y + (brief ? 28 : 36) };
    double narrow = (is_slim(cell) ? 0.3 : is_high(cell) ? 0.26 : 0.175) * cell.w;
    figure_title(snap, name, sizeof name);
    figure_subtitle(&snap->force, subtitle, sizeof subtitle);
    text_fit(name, &title, (is_high(cell) ? 0.8 : 0.32) * cell.w, fitted, sizeof fitted);
    canvas_text(v->canvas, at, fitted, &title, v->theme->text1, ALIGN_LEFT);
    at.y += brief ? 22 : 28;
    struct formula_size rule = formula_measure(snap->force.loss->rule, 14);
    if (rule.width <= (is_high(cell) ? 0.4 : 0.24) * cell.w) {
        formula_draw(v->canvas, at, snap->force.loss->rule, 14, v->theme->text1, v->theme);
        at.y += 22;
    }
    if (!brief)
        at.y = draw_lines(v, at, narrow, subtitle, " ", v->theme->text3, 2) + (is_slim(cell) ? 4 : 14);
    at.y = draw_margin(v, snap, (struct point){ at.x, at.y + 8 }, brief ? 16 : 20) + 8;
    own_settings(v, which, own, sizeof own);
    int room = (int)floor((cell.y + cell.h - 52 - at.y) / 16);
    if (is_high(cell))
        room = 4;
    if (is_slim(cell))
        at = (struct point){ cell.x + cell.w - EDGE - narrow, cell.y + (brief ? 28 : 36) };
    if (own[0] && room > 0)
        draw_lines(v, at, narrow, own, ", ", v->theme->text2, room < 6 ? room : 6);
    double notes = is_high(cell) ? cell.y + cell.h - band_height(cell) - 10 : cell.y + cell.h - 18;
    draw_notes(v, scene, (struct point){ cell.x + EDGE, notes });
}

/* ---- the table ---- */

static double test_accuracy(const struct snapshot *s)
{
    return s->test_accuracy;
}

static double train_accuracy(const struct snapshot *s)
{
    return s->train_accuracy;
}

static double own_angle(const struct snapshot *s)
{
    return s->own_angle_mean;
}

static double rival_angle(const struct snapshot *s)
{
    return s->rival_angle_mean;
}

static double angle_ratio(const struct snapshot *s)
{
    return s->own_angle_mean > 0 ? s->rival_angle_mean / s->own_angle_mean : NAN;
}

static double train_loss(const struct snapshot *s)
{
    return s->force.loss->task == TASK_REAL ? s->train_loss : NAN;
}

static const char *one_decimal(double value, char *out, int size)
{
    return number_fixed(value, 1, out, size);
}

/* Most telling first: small cells show fewer. `better`: 1 the larger, -1 the smaller, 0 neither. */
static const struct row {
    const char *name;
    double (*value)(const struct snapshot *s);
    const char *(*text)(double value, char *out, int size);
    int better;
} rows[] = {
    { "test accuracy", test_accuracy, number_percent, 1 },
    { "angle to own", own_angle, number_degrees, -1 },
    { "angle to rival", rival_angle, number_degrees, 1 },
    { "rival ÷ own", angle_ratio, one_decimal, 1 },
    { "train accuracy", train_accuracy, number_percent, 1 },
    { "train loss", train_loss, number_short, 0 },
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static bool row_known(const struct compare *v, const struct row *row)
{
    for (int i = 0; i < v->count; i++)
        if (isfinite(row->value(v->scene[i]->snap)))
            return true;
    return false;
}

/* As good as the best as far as the digits shown tell, and better than some other. */
static bool row_best(const struct compare *v, const struct row *row, int which)
{
    char own[VALUE_TEXT], other[VALUE_TEXT];
    double value = row->value(v->scene[which]->snap);
    bool better = false;
    row->text(value, own, sizeof own);
    for (int i = 0; i < v->count; i++) {
        double than = row->value(v->scene[i]->snap);
        bool alike = strcmp(row->text(than, other, sizeof other), own) == 0;
        if (!isfinite(than) || alike)
            continue;
        if (row->better * (than - value) > 0)
            return false;
        better = true;
    }
    return row->better != 0 && isfinite(value) && better;
}

static void draw_row(const struct compare *v, const struct row *row, int which, struct rect line)
{
    char text[VALUE_TEXT], name[64];
    bool best = row_best(v, row, which);
    double base = line.y + 14, right = line.x + line.w - 12;
    row->text(row->value(v->scene[which]->snap), text, sizeof text);
    const struct font *font = best ? &value_bold : &value_font;
    text_fit(row->name, &small, right - text_width(text, font) - 8 - line.x, name, sizeof name);
    canvas_text(v->canvas, (struct point){ line.x, base }, name, &small, v->theme->text2, ALIGN_LEFT);
    canvas_text(v->canvas, (struct point){ right, base }, text, font,
        best ? v->theme->text1 : v->theme->text2, ALIGN_RIGHT);
    if (best)
        canvas_disc(v->canvas, (struct point){ right + 9, base - 5 }, 2.5, v->theme->text1);
}

static void draw_table(const struct compare *v, int which, struct rect rect)
{
    double y = rect.y;
    for (int i = 0; i < ROWS; i++) {
        if (!row_known(v, &rows[i]) || y + ROW_HEIGHT > rect.y + rect.h + 0.5)
            continue;
        draw_row(v, &rows[i], which, (struct rect){ rect.x, y, rect.w, ROW_HEIGHT });
        y += ROW_HEIGHT;
    }
}

/* ---- the curves ---- */

static double accuracy_at(const struct compare *v, const struct curve_point *p)
{
    return (double)(v->tested ? p->test_accuracy : p->train_accuracy);
}

static double accuracy_now(const struct compare *v, const struct snapshot *s)
{
    return v->tested ? s->test_accuracy : s->train_accuracy;
}

static void measure_curves(struct compare *v)
{
    static const double floors[] = { 0.9, 0.8, 0.5 };
    double lowest = 1;
    v->last_step = 1;
    v->lowest = 0;
    for (int i = 0; i < v->count; i++) {
        const struct snapshot *s = v->scene[i]->snap;
        v->tested |= isfinite(s->test_accuracy);
        v->last_step = s->step > v->last_step ? s->step : v->last_step;
    }
    for (int i = 0; i < v->count; i++) {
        const struct snapshot *s = v->scene[i]->snap;
        lowest = fmin(lowest, accuracy_now(v, s));
        for (int k = 0; k < s->curve_count; k++) /* the first steps may leave the plot below */
            if (s->curve[k].step * 4 > v->last_step)
                lowest = fmin(lowest, accuracy_at(v, &s->curve[k]));
    }
    for (int i = 0; i < 3 && v->lowest <= 0; i++)
        v->lowest = lowest >= floors[i] ? floors[i] : 0;
}

static void draw_curve(
    const struct compare *v, const struct snapshot *s, struct rect area, double width, struct color color)
{
    struct point line[CURVE_MAX + 1];
    int n = 0;
    for (int i = 0; i <= s->curve_count; i++) {
        bool now = i == s->curve_count;
        double value = now ? accuracy_now(v, s) : accuracy_at(v, &s->curve[i]);
        double step = (double)(now ? s->step : s->curve[i].step);
        if (!isfinite(value) || step > (double)v->last_step)
            continue;
        double share = fmax(0, (value - v->lowest) / (1 - v->lowest));
        line[n++] =
            (struct point){ area.x + area.w * step / (double)v->last_step, area.y + area.h * (1 - share) };
    }
    struct stroke stroke = { .color = color, .width = width, .round = true };
    if (n >= 2)
        canvas_lines(v->canvas, line, n, &stroke);
    else if (n == 1)
        canvas_disc(v->canvas, line[0], width, color);
}

static bool curves_known(const struct compare *v)
{
    for (int i = 0; i < v->count; i++)
        if (isfinite(accuracy_now(v, v->scene[i]->snap)))
            return true;
    return false;
}

/* Its own curve over those of the others. */
static void draw_curves(const struct compare *v, int which, struct rect rect)
{
    struct rect area = { rect.x, rect.y + 20, rect.w - 12, rect.h - 44 };
    char text[96], step[32];
    if (area.h < 24 || area.w < 60 || !curves_known(v))
        return;
    snprintf(text, sizeof text, "%s accuracy, %.0f to 100%%", v->tested ? "test" : "train", 100 * v->lowest);
    if (text_width(text, &small) > rect.w)
        snprintf(text, sizeof text, "%s, %.0f to 100%%", v->tested ? "test" : "train", 100 * v->lowest);
    canvas_text(v->canvas, (struct point){ area.x, rect.y + 12 }, text, &small, v->theme->text3, ALIGN_LEFT);
    canvas_rect(v->canvas, (struct rect){ area.x, area.y, area.w, 1 }, v->theme->grid);
    canvas_rect(v->canvas, (struct rect){ area.x, area.y + area.h, area.w, 1 }, v->theme->axis);
    for (int i = 0; i < v->count; i++)
        if (i != which)
            draw_curve(v, v->scene[i]->snap, area, 1, v->theme->rival);
    draw_curve(v, v->scene[which]->snap, area, 1.75, v->theme->text1);
    snprintf(text, sizeof text, "step %s", number_count(v->last_step, step, sizeof step));
    canvas_text(
        v->canvas, (struct point){ area.x, area.y + area.h + 15 }, "0", &small, v->theme->text3, ALIGN_LEFT);
    canvas_text(v->canvas, (struct point){ area.x + area.w, area.y + area.h + 15 }, text, &small,
        v->theme->text3, ALIGN_RIGHT);
}

/* ---- the histograms ---- */

static void count_angles(const float *angle, int n, double end_deg, double bin[BINS])
{
    for (int i = 0; i < BINS; i++)
        bin[i] = 0;
    for (int i = 0; i < n; i++) {
        double share = (double)angle[i] * 180 / PI / end_deg;
        if (share >= 0 && share <= 1)
            bin[(int)fmin(BINS - 1, share * BINS)] += 1.0 / n;
    }
}

/* Until 99 % of every kind in every cell are on the axis. */
static bool axis_holds(const struct compare *v, double end_deg)
{
    for (int k = 0; k < v->count; k++) {
        const struct scene *scene = v->scene[k];
        int n = scene->snap->count, own = 0, rival = 0;
        for (int i = 0; i < n; i++) {
            own += (double)scene->own[i] * 180 / PI > end_deg;
            rival += (double)scene->rival[i] * 180 / PI > end_deg;
        }
        if (own * 100 > n || rival * 100 > n)
            return false;
    }
    return true;
}

static const double histogram_end[COMPARE_ENDS] = { 30, 60, 90, 180 };

static double tallest_bar(const struct compare *v, double end_deg)
{
    double bin[BINS], tallest = 0;
    for (int k = 0; k < v->count; k++)
        for (int kind = 0; kind < 2; kind++) {
            const struct scene *scene = v->scene[k];
            count_angles(kind ? scene->rival : scene->own, scene->snap->count, end_deg, bin);
            for (int i = 0; i < BINS; i++)
                tallest = fmax(tallest, bin[i]);
        }
    return tallest;
}

static int measure_angles(struct compare *v)
{
    int at = 0;
    while (at < COMPARE_ENDS - 1 && !axis_holds(v, histogram_end[at]))
        at++;
    v->end_deg = histogram_end[at];
    v->tallest = tallest_bar(v, v->end_deg);
    return at;
}

static bool drawable(const struct scene *scene)
{
    return scene->snap && scene->snap->force.loss;
}

void compare_reach_take(struct compare_reach *reach, struct scene *const *scene, int count)
{
    struct compare v = { .count = count };
    for (int i = 0; i < count; i++) {
        v.scene[i] = scene[i];
        if (!drawable(scene[i]))
            return;
    }
    measure_curves(&v);
    int end = measure_angles(&v);
    reach->end = end > reach->end ? end : reach->end;
    for (int i = 0; i < COMPARE_ENDS; i++)
        reach->tallest[i] = fmax(reach->tallest[i], tallest_bar(&v, histogram_end[i]));
    if (!reach->known || v.last_step >= reach->last_step) {
        reach->last_step = v.last_step;
        reach->lowest = v.lowest;
    }
    reach->known = true;
}

/* Of one frame of many the axes are those of all. */
static void measure(struct compare *v)
{
    const struct compare_reach *reach = v->look->span ? &v->look->span->compare : NULL;
    measure_curves(v);
    measure_angles(v);
    if (!reach || !reach->known)
        return;
    v->last_step = reach->last_step;
    v->lowest = reach->lowest;
    v->end_deg = histogram_end[reach->end];
    v->tallest = reach->tallest[reach->end];
}

static void draw_bar(const struct compare *v, struct rect area, int i, double share, struct color color)
{
    double wide = area.w / BINS, high = fmax(1, area.h * share / v->tallest);
    if (share > 0)
        canvas_rect(v->canvas,
            (struct rect){ area.x + i * wide, area.y + area.h - high, fmax(1, wide - 1), high }, color);
}

static void draw_legend(const struct compare *v, const struct snapshot *snap, struct rect rect)
{
    const char *own = snap->means ? "own mean" : "own class", *rival = "nearest rival";
    double x = rect.x;
    canvas_text(v->canvas, (struct point){ x, rect.y + 12 }, own, &small_bold, v->theme->text1, ALIGN_LEFT);
    x += text_width(own, &small_bold) + 12;
    if (x + text_width(rival, &small_bold) <= rect.x + rect.w)
        canvas_text(
            v->canvas, (struct point){ x, rect.y + 12 }, rival, &small_bold, v->theme->text2, ALIGN_LEFT);
}

static void draw_degrees(const struct compare *v, struct rect area)
{
    double room = 1.5 * text_width("180°", &small) + 12; /* the last one stands left of its tick */
    int parts = 3;
    while (parts > 1 && (area.w / parts < room || fmod(v->end_deg, parts) > 0))
        parts--;
    for (int i = 0; i <= parts; i++) {
        char text[16];
        double share = (double)i / parts;
        enum align align = i == 0 ? ALIGN_LEFT : i == parts ? ALIGN_RIGHT : ALIGN_CENTER;
        snprintf(text, sizeof text, "%.0f°", share * v->end_deg);
        canvas_text(v->canvas, (struct point){ area.x + share * area.w, area.y + area.h + 15 }, text, &small,
            v->theme->text3, align);
    }
}

static void draw_bars(const struct compare *v, int which, struct rect rect)
{
    const struct scene *scene = v->scene[which];
    struct rect area = { rect.x, rect.y + 20, rect.w - 12, rect.h - 44 };
    double own[BINS], rival[BINS];
    struct color both = color_mix(v->theme->rival, v->theme->text1, 0.4);
    if (area.h < 24 || area.w < 60 || v->tallest <= 0)
        return;
    count_angles(scene->own, scene->snap->count, v->end_deg, own);
    count_angles(scene->rival, scene->snap->count, v->end_deg, rival);
    for (int i = 0; i < BINS; i++) {
        draw_bar(v, area, i, fmax(own[i], rival[i]), rival[i] >= own[i] ? v->theme->rival : v->theme->text1);
        draw_bar(v, area, i, fmin(own[i], rival[i]), both);
    }
    draw_legend(v, scene->snap, rect);
    canvas_rect(v->canvas, (struct rect){ area.x, area.y + area.h, area.w, 1 }, v->theme->axis);
    draw_degrees(v, area);
}

/* ---- the view ---- */

static void draw_cell(const struct compare *v, int which, struct rect cell, struct rect whole)
{
    struct scene *scene = v->scene[which];
    struct look own = compare_look(v->scene[0], scene, v->look);
    struct side side = side_of(cell);
    if (compare_picture(cell).w > 0)
        view_draw(compare_view(scene), v->canvas, scene, &own, compare_picture(cell));
    canvas_clip(v->canvas, &whole);
    draw_words(v, which, cell);
    draw_table(v, which, side.table);
    draw_curves(v, which, side.curves);
    draw_bars(v, which, side.bars);
}

static void draw_seams(const struct compare *v, const struct rect *cell, struct rect rect, double foot)
{
    struct color color = v->theme->hairline;
    for (int i = 0; i < v->count; i++) {
        if (cell[i].x > rect.x + 1)
            canvas_rect(v->canvas, (struct rect){ cell[i].x, cell[i].y + 16, 1, cell[i].h - 32 }, color);
        if (cell[i].y > rect.y + 1 && cell[i].x <= rect.x + 1)
            canvas_rect(v->canvas, (struct rect){ rect.x + EDGE, cell[i].y, rect.w - 2 * EDGE, 1 }, color);
    }
    canvas_rect(v->canvas, (struct rect){ rect.x + EDGE, foot, rect.w - 2 * EDGE, 1 }, color);
}

/* Equal settings may have been others before. Beside what has not been measured nothing is known. */
static bool parted(const struct compare *v)
{
    const struct snapshot *first = v->scene[0]->snap;
    bool same = true;
    for (int i = 1; i < v->count; i++) {
        const struct snapshot *s = v->scene[i]->snap;
        same = same && !(fabs(s->train_loss - first->train_loss) > 0) &&
               !(fabs(s->train_accuracy - first->train_accuracy) > 0);
    }
    return !same;
}

static void draw_foot(const struct compare *v, struct rect rect)
{
    const struct experiment *e[COMPARE_MAX];
    char text[DIFFERENCE_TEXT + 32], differs[DIFFERENCE_TEXT];
    for (int i = 0; i < v->count; i++)
        e[i] = &v->scene[i]->snap->experiment;
    if (v->count < 2)
        snprintf(text, sizeof text, "nothing beside it yet");
    else if (experiment_differences(e, v->count, differs, sizeof differs) > 0)
        snprintf(text, sizeof text, "differs in: %s", differs);
    else
        snprintf(text, sizeof text, "%s",
            parted(v)
                ? "all settings are equal now; they were not before: R begins anew, with the same numbers"
                : "all settings are equal: the same numbers at every step");
    draw_lines(v, (struct point){ rect.x, rect.y + 20 }, rect.w, text, "; ", v->theme->text2, FOOT_LINES);
}

static void draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    struct compare v = { .canvas = c, .look = look, .theme = look->theme, .scene = { scene }, .count = 1 };
    struct rect cell[COMPARE_MAX];
    struct rect foot = foot_of(look, rect);
    for (int i = 0; i < look->besides; i++)
        v.scene[v.count++] = look->beside[i];
    for (int i = 0; i < v.count; i++)
        if (!drawable(v.scene[i]))
            return;
    compare_layout(look, rect, cell);
    measure(&v);
    for (int i = 0; i < v.count; i++)
        draw_cell(&v, i, cell[i], rect);
    draw_seams(&v, cell, rect, foot.y);
    draw_foot(&v, foot);
}

static const char *missing(const struct scene *scene)
{
    (void)scene;
    return NULL;
}

const struct view view_compare = { "compare", "Comparison", draw, missing };
