/* view_confusion.c - which class is taken for which: rows are the true classes, columns the predicted ones. */
#include "render/view.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/axes.h"
#include "render/disc.h"
#include "render/number.h"
#include "render/text.h"

/* With more classes than this only those with the most errors are drawn. */
enum { SHOWN_MAX = 24, CLASS_MAX = 4096, LIST_WIDTH = 120 };

struct confusion {
    const struct snapshot *snap;
    const struct theme *theme;
    struct plot plot;
    int shown, class[SHOWN_MAX];
    int count[SHOWN_MAX][SHOWN_MAX], total[SHOWN_MAX]; /* total: samples of the row, shown column or not */
    int errors; /* of all classes */
    struct rect grid, list; /* list: of the worst pairs; h 0: no room */
    double cell, wide; /* height and width of one */
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
    bool large = v->plot.size->large;
    double left = large ? 64 : 20, top = large ? 48 : 14, right = large ? 90 : 4;
    struct rect area = v->plot.area;
    double room = fmin(area.w - left - right, rect.y + rect.h - area.y - top - (large ? 12 : 8));
    v->cell = floor(room / fmax(v->shown, 1));
    double size = v->cell * v->shown, spare = area.w - left - size;
    bool list = spare >= LIST_WIDTH + 24 + (large ? right : 0);
    v->wide = v->cell;
    if (!large && !list && v->shown > 0) /* two digits want more width than height */
        v->wide = floor(fmin(1.9 * v->cell, (area.w - left - right) / v->shown));
    size = v->wide * v->shown;
    double shift = large ? fmax(0, (spare - (list ? LIST_WIDTH + right : 0)) / 2) : 0;
    v->grid = (struct rect){ area.x + left + shift, area.y + top, size, v->cell * v->shown };
    if (list)
        v->list = (struct rect){ v->grid.x + size + (large ? right + 24 : 24), v->grid.y, LIST_WIDTH,
            rect.y + rect.h - v->grid.y - 8 };
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
    struct rect at = { v->grid.x + column * v->wide, v->grid.y + row * v->cell, v->wide - 1, v->cell - 1 };
    bool right = row == column;
    canvas_rect(c, at, theme->surface);
    if (count == 0)
        return;
    canvas_rect(c, at,
        color_alpha(right ? theme->text1 : theme->bad,
            right ? 0.06 + 0.34 * share : 0.05 + 0.85 * sqrt(fmin(1, 2 * share))));
    char text[32];
    struct font font = cell_font(v);
    number_count(count, text, sizeof text);
    if (text_width(text, &font) + 4 > v->wide || v->cell < font.size + 4)
        return;
    struct point base = { at.x + at.w / 2, at.y + at.h / 2 + text_ascent(&font) / 2 };
    canvas_text(c, base, text, &font, theme->text1, ALIGN_CENTER);
}

/* A badge with the class's name where there is room for one, else a disc of its colour. */
static void draw_chip(struct canvas *c, const struct confusion *v, struct point at, int label, double radius)
{
    char room[SNAPSHOT_NAME_TEXT], text[16];
    if (radius < 8.5) {
        canvas_disc(c, at, fmax(2, radius), class_color(v->theme, label));
        return;
    }
    snprintf(text, sizeof text, "%.3s", snapshot_class(v->snap, label, room));
    chip_draw(c, v->theme, at, label, text, radius, 1, false);
}

static void draw_names(struct canvas *c, const struct confusion *v)
{
    const struct font *font = &v->plot.size->label;
    double radius = fmin(v->plot.size->large ? 11 : 9, v->cell / 2 - 1);
    double away = v->plot.size->large ? 18 : radius + 5;
    for (int k = 0; k < v->shown; k++) {
        double middle = (k + 0.5) * v->cell, across = (k + 0.5) * v->wide;
        draw_chip(c, v, (struct point){ v->grid.x - away, v->grid.y + middle }, v->class[k], radius);
        draw_chip(c, v, (struct point){ v->grid.x + across, v->grid.y - away }, v->class[k], radius);
    }
    if (!v->plot.size->large)
        return;
    canvas_text(
        c, (struct point){ v->grid.x, v->grid.y - 37 }, "predicted class", font, v->theme->text3, ALIGN_LEFT);
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

/* The most frequent mistakes in words: of this class, taken for that one, so many. */
static void draw_worst(struct canvas *c, const struct confusion *v)
{
    bool large = v->plot.size->large;
    double pitch = large ? 30 : 20, radius = large ? 11 : 8.5, y = v->list.y + (large ? -12 : -2);
    int most = v->list.h > 0 ? (int)((v->list.h - 8) / pitch) : 0, last = INT_MAX, taken = -1;
    struct font head = { 12, WEIGHT_REGULAR, false }, font = v->plot.size->label;
    char text[32];
    if (most < 2 || v->errors == 0)
        return;
    canvas_text(c, (struct point){ v->list.x, y }, "most frequent", &head, v->theme->text3, ALIGN_LEFT);
    for (int line = 0; line < most - 1 && line < 12; line++) {
        int best = -1, best_count = 0;
        for (int at = 0; at < v->shown * v->shown; at++) { /* the next in order of count, then of place */
            int count = v->count[at / v->shown][at % v->shown];
            bool after = count < last || (count == last && at > taken);
            if (at / v->shown != at % v->shown && after && count > best_count)
                best = at, best_count = count;
        }
        if (best < 0)
            return;
        last = best_count;
        taken = best;
        struct point row = { v->list.x + radius, y + (line + 1) * pitch - (large ? 4 : 6) };
        double base = row.y + text_ascent(&font) / 2;
        draw_chip(c, v, row, v->class[best / v->shown], radius);
        canvas_text(c, (struct point){ row.x + radius + 6, base }, "as", &font, v->theme->text3, ALIGN_LEFT);
        draw_chip(c, v, (struct point){ row.x + 2 * radius + 28, row.y }, v->class[best % v->shown], radius);
        canvas_text(c, (struct point){ v->list.x + v->list.w, base },
            number_count(best_count, text, sizeof text), &font, v->theme->text1, ALIGN_RIGHT);
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
    double room = v->plot.right - v->plot.rect.x - v->plot.size->padding - title;
    char fitted[160];
    if (text_width(text, &font) > room)
        snprintf(text, sizeof text, "%s of %s wrong", wrong, n);
    text_fit(text, &font, room, fitted, sizeof fitted);
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
    canvas_mark(c, "confusion.cell");
    for (int row = 0; row < v.shown; row++)
        for (int column = 0; column < v.shown; column++)
            draw_cell(c, &v, row, column);
    canvas_mark(c, "confusion.name");
    draw_names(c, &v);
    canvas_mark(c, "confusion.recall");
    draw_recall(c, &v);
    canvas_mark(c, NULL);
    draw_worst(c, &v);
}

static const char *missing(const struct scene *scene)
{
    if (scene->snap->count == 0 || scene->snap->classes == 0)
        return "There are no samples yet.";
    enum loss_decision decision = scene->snap->force.loss->decision;
    if (decision == DECIDE_NOTHING)
        return "A regression has no classes to confuse; choose a loss of classes.";
    return decision == DECIDE_EACH
               ? "Confusion needs one label a sample, and here are several; choose a loss of one label."
               : NULL;
}

const struct view view_confusion = { "confusion", "Confusion", draw, missing };
