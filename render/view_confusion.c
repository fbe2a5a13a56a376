/* view_confusion.c - which class is taken for which: rows are the true classes, columns the predicted ones. */
#include "render/view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/axes.h"
#include "render/number.h"
#include "render/text.h"

/* With more classes than this only those with the most errors are drawn. */
enum { SHOWN_MAX = 24, CLASS_MAX = 4096 };

struct confusion {
    const struct snapshot *snap;
    const struct theme *theme;
    struct plot plot;
    int shown, class[SHOWN_MAX];
    int count[SHOWN_MAX][SHOWN_MAX], total[SHOWN_MAX]; /* total: samples of the row, shown column or not */
    int errors; /* of all classes */
    struct rect grid;
    double cell;
};

static bool known(const struct snapshot *snap, int label)
{
    return label >= 0 && label < snap->classes && label < CLASS_MAX;
}

/* The classes with the most errors, in class order. */
static void choose_classes(struct confusion *v)
{
    int wrong[CLASS_MAX] = { 0 };
    bool chosen[CLASS_MAX] = { false };
    int classes = v->snap->classes < CLASS_MAX ? v->snap->classes : CLASS_MAX;
    for (int i = 0; i < v->snap->count; i++)
        if (known(v->snap, v->snap->label[i]) && v->snap->predicted[i] != v->snap->label[i]) {
            wrong[v->snap->label[i]]++;
            v->errors++;
        }
    v->shown = classes < SHOWN_MAX ? classes : SHOWN_MAX;
    for (int k = 0; k < v->shown; k++) {
        int best = -1;
        for (int j = 0; j < classes; j++)
            if (!chosen[j] && (best < 0 || wrong[j] > wrong[best]))
                best = j;
        chosen[best] = true;
    }
    for (int j = 0, k = 0; j < classes; j++)
        if (chosen[j])
            v->class[k++] = j;
}

static int place_of(const struct confusion *v, int label)
{
    for (int k = 0; k < v->shown; k++)
        if (v->class[k] == label)
            return k;
    return -1;
}

static void count_pairs(struct confusion *v)
{
    for (int i = 0; i < v->snap->count; i++) {
        int row = place_of(v, v->snap->label[i]), column = place_of(v, v->snap->predicted[i]);
        if (row < 0)
            continue;
        v->total[row]++;
        if (column >= 0)
            v->count[row][column]++;
    }
}

static void layout(struct confusion *v, struct rect rect)
{
    double left = v->plot.size->large ? 64 : 34, top = v->plot.size->large ? 44 : 24;
    struct rect area = v->plot.area;
    double room = fmin(area.w - left - (v->plot.size->large ? 90 : 4), rect.y + rect.h - area.y - top - 12);
    v->cell = floor(room / fmax(v->shown, 1));
    double size = v->cell * v->shown;
    v->grid =
        (struct rect){ area.x + left + fmax(0, (area.w - left - size) / 2 * (v->plot.size->large ? 1 : 0)),
            area.y + top, size, size };
}

static struct font cell_font(const struct confusion *v)
{
    return (struct font){ v->cell >= 44 ? 14 : 12, WEIGHT_REGULAR, false };
}

/* Ink for what is right, red for what is not, as strong as its share of the row. */
static void draw_cell(struct canvas *c, const struct confusion *v, int row, int column)
{
    const struct theme *theme = v->theme;
    int count = v->count[row][column];
    double share = v->total[row] > 0 ? (double)count / v->total[row] : 0;
    struct rect at = { v->grid.x + column * v->cell, v->grid.y + row * v->cell, v->cell - 1, v->cell - 1 };
    bool right = row == column;
    canvas_rect(c, at, theme->surface);
    if (count == 0)
        return;
    canvas_rect(c, at,
        color_alpha(right ? theme->text1 : theme->bad,
            right ? 0.06 + 0.34 * share : 0.18 + 0.8 * fmin(1, 2 * share)));
    char text[32];
    struct font font = cell_font(v);
    number_count(count, text, sizeof text);
    if (text_width(text, &font) + 4 > v->cell || v->cell < font.size + 4)
        return;
    struct point base = { at.x + at.w / 2, at.y + at.h / 2 + text_ascent(&font) / 2 };
    canvas_text(c, base, text, &font, theme->text1, ALIGN_CENTER);
}

static void draw_chip(struct canvas *c, const struct confusion *v, struct point at, int label)
{
    char room[SNAPSHOT_NAME_TEXT], text[8];
    struct color color = class_color(v->theme, label);
    double radius = fmin(10, v->cell / 2 - 1);
    struct font font = { radius >= 9 ? 12 : 10, WEIGHT_SEMIBOLD, false };
    if (radius < 5)
        return;
    canvas_disc(c, at, radius, color);
    snprintf(text, sizeof text, "%.2s", snapshot_class(v->snap, label, room));
    if (radius >= 8)
        canvas_text(c, (struct point){ at.x, at.y + text_ascent(&font) / 2 }, text, &font, color_on(color),
            ALIGN_CENTER);
}

static void draw_names(struct canvas *c, const struct confusion *v)
{
    const struct font *font = &v->plot.size->label;
    for (int k = 0; k < v->shown; k++) {
        double middle = (k + 0.5) * v->cell;
        draw_chip(c, v, (struct point){ v->grid.x - 18, v->grid.y + middle }, v->class[k]);
        draw_chip(c, v, (struct point){ v->grid.x + middle, v->grid.y - 16 }, v->class[k]);
    }
    if (!v->plot.size->large)
        return;
    canvas_text(c, (struct point){ v->grid.x, v->grid.y - 34 }, "predicted class \u2192", font,
        v->theme->text3, ALIGN_LEFT);
    canvas_text(
        c, (struct point){ v->grid.x - 36, v->grid.y + 12 }, "true", font, v->theme->text3, ALIGN_RIGHT);
    canvas_text(
        c, (struct point){ v->grid.x - 36, v->grid.y + 30 }, "class", font, v->theme->text3, ALIGN_RIGHT);
}

/* Share of each row that is right, where there is room beside it. */
static void draw_recall(struct canvas *c, const struct confusion *v)
{
    struct font font = { 14, WEIGHT_SEMIBOLD, false };
    char text[32];
    if (!v->plot.size->large || v->cell < 18)
        return;
    canvas_text(c, (struct point){ v->grid.x + v->grid.w + 62, v->grid.y - 12 }, "recall",
        &v->plot.size->label, v->theme->text3, ALIGN_RIGHT);
    for (int k = 0; k < v->shown; k++) {
        double share = v->total[k] > 0 ? (double)v->count[k][k] / v->total[k] : (double)NAN;
        struct point at = { v->grid.x + v->grid.w + 62,
            v->grid.y + (k + 0.5) * v->cell + text_ascent(&font) / 2 };
        canvas_text(c, at, number_percent(share, text, sizeof text), &font, v->theme->text1, ALIGN_RIGHT);
    }
}

static void draw_note(struct canvas *c, const struct confusion *v)
{
    char text[128], n[32], wrong[32];
    enum split split = v->snap->experiment.split;
    const char *part = split == SPLIT_TEST ? "test" : split == SPLIT_TRAIN ? "training" : "all";
    snprintf(text, sizeof text, "%s of %s %s samples wrong", number_count(v->errors, wrong, sizeof wrong),
        number_count(v->snap->count, n, sizeof n), part);
    if (v->snap->classes > v->shown)
        snprintf(text + strlen(text), sizeof text - strlen(text), "; the %d classes with the most errors",
            v->shown);
    struct font font = v->plot.size->label;
    double title = text_width(view_confusion.label, &v->plot.size->title) + 16;
    char fitted[160];
    text_fit(
        text, &font, v->plot.right - v->plot.rect.x - v->plot.size->padding - title, fitted, sizeof fitted);
    canvas_text(c, (struct point){ v->plot.right, v->plot.rect.y + v->plot.size->title_y }, fitted, &font,
        v->theme->text2, ALIGN_RIGHT);
}

static void draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    struct confusion v = { .snap = scene->snap, .theme = look->theme, .plot = plot_layout(rect, false) };
    choose_classes(&v);
    count_pairs(&v);
    layout(&v, rect);
    plot_title(c, &v.plot, v.theme, view_confusion.label);
    draw_note(c, &v);
    if (v.cell < 4)
        return;
    for (int row = 0; row < v.shown; row++)
        for (int column = 0; column < v.shown; column++)
            draw_cell(c, &v, row, column);
    draw_names(c, &v);
    draw_recall(c, &v);
}

static const char *missing(const struct scene *scene)
{
    if (scene->snap->count == 0 || scene->snap->classes == 0)
        return "There are no samples yet.";
    enum loss_decision decision = scene->snap->force.loss->decision;
    if (decision == DECIDE_NOTHING)
        return "A regression has no classes to confuse.";
    return decision == DECIDE_EACH ? "A sample has several labels here; confusion needs one." : NULL;
}

const struct view view_confusion = { "confusion", "Confusion", draw, missing };
