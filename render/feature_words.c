/* feature_words.c - title, layer toggles, legend and statistics in the corners the disc leaves free. */
#include "render/feature_words.h"

#include <math.h>
#include <stdio.h>

#include "render/disc.h"
#include "render/feature_marks.h"
#include "render/number.h"
#include "render/text.h"

enum { ROW_TEXT = 96 };

static const struct font small = { 12, WEIGHT_REGULAR, false };
static const struct font small_bold = { 12, WEIGHT_SEMIBOLD, false };
static const struct font title_font = { 14, WEIGHT_SEMIBOLD, false };

double feature_chip_distance(double radius)
{
    return radius * (1 + ROSE_SHARE) + 17;
}

double feature_reach(double radius)
{
    return feature_chip_distance(radius) + FEATURE_CHIP_RADIUS + 2;
}

bool rect_hits_disc(struct rect r, struct point center, double radius)
{
    double dx = fmax(fmax(r.x - center.x, center.x - r.x - r.w), 0);
    double dy = fmax(fmax(r.y - center.y, center.y - r.y - r.h), 0);
    return hypot(dx, dy) < radius;
}

int feature_points(const struct snapshot *snap, char *out, size_t size)
{
    int test = 0;
    char shown[32], all[32];
    for (int i = 0; i < snap->count; i++)
        test += snap->test[i];
    int whole = (test < snap->count ? snap->train_size : 0) + (test > 0 ? snap->test_size : 0);
    const char *part = test == 0 ? "training " : test == snap->count ? "test " : "";
    number_count(snap->count, shown, sizeof shown);
    if (snap->count >= whole)
        return snprintf(out, size, "%s %spoints", shown, part);
    return snprintf(out, size, "%s of %s %spoints", shown, number_count(whole, all, sizeof all), part);
}

/* The disc of a close look reaches under the words: they keep a ground of their own. */
static void draw_ground(struct canvas *c, const struct scene *scene, const struct look *look,
    const struct plane *plane, struct rect words)
{
    struct rect box = { words.x - 10, words.y - 6, words.w + 20, words.h + 12 };
    if (scene->data || rect_hits_disc(box, plane->center, feature_reach(plane->radius)))
        canvas_round_rect(c, box, 6, color_alpha(look->theme->bg, 0.88));
}

/* What is shown does not depend on zoom and pan. */
static struct plane fitted_plane(const struct scene *scene, const struct look *look, struct rect rect)
{
    struct look fitted = *look;
    fitted.zoom = 1;
    fitted.pan_x = fitted.pan_y = 0;
    return feature_plane(scene, &fitted, rect);
}

static void draw_title(struct canvas *c, const struct scene *scene, const struct look *look,
    const struct plane *plane, struct rect rect)
{
    char text[ROW_TEXT];
    int used = feature_points(scene->snap, text, sizeof text);
    struct plane fitted = fitted_plane(scene, look, rect);
    if (!scene->data)
        snprintf(text + used, sizeof text - (size_t)used, ", %d-D features", scene->snap->dim);
    struct rect whole = { rect.x, rect.y + 35, FEATURE_EDGE + text_width(text, &small), 18 };
    if (rect_hits_disc(whole, fitted.center, feature_reach(fitted.radius)))
        text[used] = '\0'; /* a chip of the disc would stand on the rest */
    draw_ground(c, scene, look, plane,
        (struct rect){ rect.x + FEATURE_EDGE, rect.y + 16, fmax(100, text_width(text, &small)), 35 });
    canvas_text(c, (struct point){ rect.x + FEATURE_EDGE, rect.y + 29 },
        scene->data ? "Data plane" : "Feature plane", &title_font, look->theme->text1, ALIGN_LEFT);
    canvas_text(c, (struct point){ rect.x + FEATURE_EDGE, rect.y + 48 }, text, &small, look->theme->text3,
        ALIGN_LEFT);
}

int feature_toggles(const struct scene *scene, struct rect rect, struct rect out[FEATURE_TOGGLES],
    enum layer layer[FEATURE_TOGGLES], const char *label[FEATURE_TOGGLES])
{
    static const struct {
        const char *label;
        enum layer layer;
    } rows[FEATURE_TOGGLES] = { { "regions", LAYER_REGIONS }, { "margins", LAYER_MARGINS },
        { "weights", LAYER_WEIGHTS }, { "centers", LAYER_CENTERS }, { "pairs", LAYER_LINKS },
        { "groups", LAYER_GROUPS }, { "rose", LAYER_ROSE }, { "shapes", LAYER_SHAPES } };
    unsigned layers = feature_layers(scene);
    double x = rect.x + rect.w - FEATURE_EDGE;
    int n = 0, at = 0;
    for (int i = 0; i < FEATURE_TOGGLES; i++)
        n += (layers & rows[i].layer) != 0;
    for (int i = FEATURE_TOGGLES - 1; i >= 0; i--) {
        if (!(layers & rows[i].layer))
            continue;
        bool means = rows[i].layer == LAYER_WEIGHTS && scene->snap && scene->snap->means;
        bool cells = rows[i].layer == LAYER_REGIONS && scene->snap && scene->snap->dim == 3;
        const char *name = means ? "means" : cells ? "cells" : rows[i].label;
        double width = text_width(name, &small_bold);
        int place = n - 1 - at++;
        x -= width;
        out[place] = (struct rect){ x - fmax(0, 28 - width) / 2, rect.y + 10, fmax(28, width), 30 };
        layer[place] = rows[i].layer;
        label[place] = name;
        x -= 16;
    }
    return x < rect.x + FEATURE_EDGE + 90 ? 0 : n; /* no room beside the title */
}

void feature_toggles_draw(struct canvas *c, const struct scene *scene, const struct look *look,
    const struct plane *plane, struct rect rect)
{
    struct rect box[FEATURE_TOGGLES];
    enum layer layer[FEATURE_TOGGLES];
    const char *label[FEATURE_TOGGLES];
    int n = feature_toggles(scene, rect, box, layer, label);
    if (n > 0)
        draw_ground(c, scene, look, plane,
            (struct rect){ box[0].x, rect.y + 16, box[n - 1].x + box[n - 1].w - box[0].x, 20 });
    for (int i = 0; i < n; i++) {
        bool on = look->layers & layer[i];
        struct point at = { box[i].x + box[i].w / 2, rect.y + 29 };
        canvas_text(c, at, label[i], on ? &small_bold : &small, on ? look->theme->text1 : look->theme->text3,
            ALIGN_CENTER);
        if (on)
            canvas_rect(c, (struct rect){ box[i].x, rect.y + 34, box[i].w, 2 }, look->theme->text2);
    }
}

/* Rows of text in a bottom corner, the shortest on top where the disc comes closest. */
struct words {
    char label[8][ROW_TEXT], value[8][32];
    double width[8];
    int count;
};

static const double ROW_PITCH = 22;

static double row_y(struct rect rect, const struct words *words, int i)
{
    return rect.y + rect.h - 26 - ROW_PITCH * (words->count - 1 - i);
}

/* Over the data words have a ground of their own wherever the view is large enough. */
static bool words_fit(const struct scene *scene, const struct words *words, const struct plane *plane,
    struct rect rect, bool right)
{
    for (int i = 0; i < words->count; i++) {
        double width = words->width[i],
               x = right ? rect.x + rect.w - FEATURE_EDGE - width : rect.x + FEATURE_EDGE;
        struct rect row = { x, row_y(rect, words, i) - 11, width, 15 };
        bool hits =
            scene->data ? rect.h < 400 : rect_hits_disc(row, plane->center, feature_reach(plane->radius));
        if (hits || width > rect.w / 2 - FEATURE_EDGE - 8)
            return false;
    }
    return true;
}

static void words_ground(struct canvas *c, const struct scene *scene, const struct words *words,
    const struct look *look, const struct plane *plane, struct rect rect, bool right)
{
    if (!scene->data && words_fit(scene, words, plane, rect, right))
        return;
    double width = 0, top = row_y(rect, words, 0) - 12;
    for (int i = 0; i < words->count; i++)
        width = fmax(width, words->width[i]);
    double x = right ? rect.x + rect.w - FEATURE_EDGE - width : rect.x + FEATURE_EDGE;
    draw_ground(c, scene, look, plane, (struct rect){ x, top, width, rect.y + rect.h - 22 - top });
}

/* ---- legend ---- */

enum swatch {
    SWATCH_BORDER,
    SWATCH_WEIGHT,
    SWATCH_REGION,
    SWATCH_ZONE,
    SWATCH_MEAN,
    SWATCH_CENTER,
    SWATCH_PULL,
    SWATCH_PUSH,
    SWATCH_BOUNDARY,
    SWATCH_SUPPORT,
    SWATCH_SLACK,
    SWATCH_RESIDUAL,
    SWATCH_LABEL,
    SWATCH_MARKER
};

struct legend {
    struct words words;
    enum swatch swatch[8];
};

static void swatch_line(struct canvas *c, struct rect box, double width, double dash, struct color color)
{
    double middle = box.y + box.h / 2;
    struct point line[2] = { { box.x, middle }, { box.x + box.w, middle } };
    struct stroke stroke = { .color = color, .width = width, .dash_on = dash, .dash_off = dash };
    canvas_lines(c, line, 2, &stroke);
}

static void swatch_cross(struct canvas *c, struct point at, struct color color)
{
    canvas_ring(c, at, 6, 1.75, color);
    for (int side = -1; side <= 1; side += 2)
        canvas_line(c, (struct point){ at.x - 2.8, at.y - side * 2.8 },
            (struct point){ at.x + 2.8, at.y + side * 2.8 }, 1.75, color);
}

static void swatch_zone(struct canvas *c, const struct theme *theme, struct rect box, struct color color)
{
    struct point corner[4] = { { box.x, box.y }, { box.x + box.w, box.y }, { box.x + box.w, box.y + box.h },
        { box.x, box.y + box.h } };
    canvas_rect(c, box, color_alpha(color, (double)theme->zone_alpha));
    canvas_hatch(c, corner, 4, 7, color_alpha(theme->text1, 2 * (double)theme->hatch_alpha));
}

static void swatch_weight(struct canvas *c, struct rect box, struct color color)
{
    struct point from = { box.x, box.y + box.h / 2 };
    struct disc flat = { .canvas = c, .center = from };
    canvas_line(c, from, (struct point){ box.x + box.w - 9, from.y }, 2, color);
    disc_arrow(&flat, 0, box.w, 10, color);
}

static void swatch_border(struct canvas *c, struct rect box, struct color color)
{
    struct stroke dashed = { .color = color, .width = 1, .dash_on = 2, .dash_off = 5 };
    struct point line[2] = { { box.x, box.y + box.h / 2 }, { box.x + box.w, box.y + box.h / 2 } };
    canvas_lines(c, line, 2, &dashed);
}

static void legend_swatch(
    struct canvas *c, const struct scene *scene, const struct look *look, enum swatch swatch, struct rect box)
{
    const struct theme *theme = look->theme;
    struct point middle = { box.x + box.w / 2, box.y + box.h / 2 };
    int sample = scene_typical(scene), label = sample >= 0 ? scene->snap->label[sample] : 0;
    struct color color = class_color(theme, label);
    struct marker diamond = { .shape = SHAPE_DIAMOND, .hollow = true, .radius = 6, .fill = color };
    switch (swatch) {
    case SWATCH_BORDER:
        swatch_border(c, box, theme->text3);
        break;
    case SWATCH_WEIGHT:
        swatch_weight(c, box, color);
        break;
    case SWATCH_REGION:
        canvas_rect(c, box, color_alpha(color, 2 * (double)theme->region_alpha));
        break;
    case SWATCH_ZONE:
        swatch_zone(c, theme, box, color);
        break;
    case SWATCH_MEAN:
        swatch_cross(c, middle, color);
        break;
    case SWATCH_CENTER:
        canvas_markers(c, &middle, 1, &diamond);
        break;
    case SWATCH_PULL:
    case SWATCH_PUSH:
        swatch_line(c, box, 1, swatch == SWATCH_PUSH ? 3 : 0, color_alpha(theme->text1, 0.7));
        break;
    case SWATCH_BOUNDARY:
        swatch_line(c, box, 2.5, 0, theme->text1);
        break;
    case SWATCH_SUPPORT:
        canvas_ring(c, middle, 6, 1.5, theme->text1);
        break;
    case SWATCH_SLACK:
        swatch_line(c, box, 1.5, 3, color);
        break;
    case SWATCH_RESIDUAL:
        swatch_line(c, box, 1, 0, theme->text2);
        break;
    case SWATCH_LABEL:
        swatch_line(c, box, 2, 0, color);
        break;
    case SWATCH_MARKER:
        canvas_disc(c, middle, 3.5, color);
        canvas_ring(c, middle, 6.5, 1.75, class_color(theme, label + 1));
        break;
    }
}

static const double SWATCH = 24;

static void legend_add(struct legend *legend, enum swatch swatch, const char *text)
{
    struct words *words = &legend->words;
    int i = words->count++;
    legend->swatch[i] = swatch;
    snprintf(words->label[i], ROW_TEXT, "%s", text);
    words->width[i] = SWATCH + 12 + text_width(text, &small);
}

static void collect_score(struct legend *legend, const struct scene *scene)
{
    bool margin = scene->snap->force.loss->has_margin;
    legend_add(legend, SWATCH_BOUNDARY, "decision boundary");
    if (margin && scene->data)
        legend_add(legend, SWATCH_SUPPORT, "support vector");
    if (margin)
        legend_add(legend, SWATCH_ZONE, "margin: decided, still pushed");
    if (margin && scene->data)
        legend_add(legend, SWATCH_SLACK, "slack: distance still missing");
}

static void collect_classes(struct legend *legend, const struct snapshot *snap, const struct look *look)
{
    bool margin = snap->force.loss->has_margin;
    if (snap->centers && (look->layers & LAYER_CENTERS))
        legend_add(legend, SWATCH_CENTER, "class center");
    if (snap->link_count > 0 && (look->layers & LAYER_LINKS)) {
        legend_add(legend, SWATCH_PULL, "still pulled together");
        legend_add(legend, SWATCH_PUSH, "still pushed apart");
    }
    legend_add(legend, SWATCH_BORDER, "decision boundary");
    if (snap->means)
        legend_add(legend, SWATCH_MEAN,
            loss_decision(&snap->force) == DECIDE_COSINE ? "class mean: the nearest direction decides"
                                                         : "class mean: the nearest decides");
    else
        legend_add(legend, SWATCH_WEIGHT, "class weight W");
    legend_add(legend, SWATCH_REGION, "class region: decided here at test time");
    if (margin && region_norm_matters(&snap->force))
        legend_add(legend, SWATCH_ZONE, "margin zone at each norm: training still pushes");
    else if (margin)
        legend_add(legend, SWATCH_ZONE, "margin zone: decided, training still pushes");
}

static void legend_collect(struct legend *legend, const struct scene *scene, const struct look *look)
{
    const struct snapshot *snap = scene->snap;
    legend->words.count = 0;
    switch (snap->force.loss->task) {
    case TASK_SCORE:
        collect_score(legend, scene);
        break;
    case TASK_REAL:
        if (!scene->data)
            break;
        legend_add(legend, SWATCH_RESIDUAL, "residual");
        legend_add(legend, SWATCH_BOUNDARY, "fitted line");
        break;
    case TASK_MULTI:
        legend_add(legend, SWATCH_MARKER, "labels: the point, and rings about it");
        legend_add(legend, SWATCH_LABEL, "decision boundary of one label");
        legend_add(legend, SWATCH_REGION, "label given at test time");
        break;
    case TASK_CLASS:
        collect_classes(legend, snap, look);
        break;
    }
}

static void draw_legend(struct canvas *c, const struct scene *scene, const struct look *look,
    const struct plane *plane, struct rect rect)
{
    struct legend legend;
    struct plane fitted = fitted_plane(scene, look, rect);
    legend_collect(&legend, scene, look);
    if (legend.words.count == 0 || !words_fit(scene, &legend.words, &fitted, rect, false))
        return;
    double left = rect.x + FEATURE_EDGE;
    words_ground(c, scene, &legend.words, look, plane, rect, false);
    for (int i = 0; i < legend.words.count; i++) {
        double y = row_y(rect, &legend.words, i);
        legend_swatch(c, scene, look, legend.swatch[i], (struct rect){ left, y - 11, SWATCH, 13 });
        canvas_text(c, (struct point){ left + SWATCH + 12, y }, legend.words.label[i], &small,
            look->theme->text2, ALIGN_LEFT);
    }
}

double feature_legend(struct canvas *c, const struct scene *scene, const struct look *look, struct point at)
{
    const double between = 28;
    struct legend legend;
    double x = at.x;
    legend_collect(&legend, scene, look);
    for (int i = 0; i < legend.words.count; i++) {
        struct point word = { x + SWATCH + 12, at.y + text_ascent(&small) / 2 };
        if (c) {
            legend_swatch(c, scene, look, legend.swatch[i], (struct rect){ x, at.y - 6.5, SWATCH, 13 });
            canvas_text(c, word, legend.words.label[i], &small, look->theme->text2, ALIGN_LEFT);
        }
        x += legend.words.width[i] + between;
    }
    return legend.words.count ? x - between - at.x : 0;
}

/* ---- statistics ---- */

static const double VALUE_WIDTH = 64;

static void stats_add(struct words *words, const char *name, long n, const char *value)
{
    int i = words->count++;
    char count[32];
    number_count(n, count, sizeof count);
    if (n > 0)
        snprintf(words->label[i], ROW_TEXT, "%s, n = %s", name, count);
    else
        snprintf(words->label[i], ROW_TEXT, "%s", name);
    snprintf(words->value[i], sizeof words->value[i], "%s", value);
    words->width[i] = text_width(words->label[i], &small) + VALUE_WIDTH;
}

/* A fitted line: what it is, and what is left. */
static void collect_fit(struct words *words, const struct snapshot *snap, bool brief)
{
    char text[32];
    if (snap->dim == 1) {
        stats_add(words, "slope w", 0, number_fixed(snap->weight[0], 2, text, sizeof text));
        stats_add(words, "intercept b", 0, number_fixed(snap->bias[0], 2, text, sizeof text));
    }
    if (snap->train_n > 0)
        stats_add(words, "train loss", brief ? 0 : snap->train_n,
            number_short(snap->train_loss, text, sizeof text));
    if (snap->test_n > 0)
        stats_add(
            words, "test loss", brief ? 0 : snap->test_n, number_short(snap->test_loss, text, sizeof text));
}

/* The margin's share, or what a pair loss has in its place. */
static void collect_margin(struct words *words, const struct snapshot *snap, bool brief)
{
    char text[32];
    bool margin = !isnan(snap->margin_accuracy);
    bool pairs = !margin && snap->force.loss->family == FAMILY_PAIR;
    if (pairs && isfinite(snap->rest))
        stats_add(words, brief ? "at rest" : "of the last batch at rest", 0,
            number_percent(snap->rest, text, sizeof text));
    else if (!pairs && (margin || snap->force.loss->task == TASK_CLASS))
        stats_add(words, margin ? "with margin" : "no margin", margin && !brief ? snap->count : 0,
            number_percent(snap->margin_accuracy, text, sizeof text));
}

/* In brief: the accuracies without their counts, and the zoom when there is one. */
static void stats_collect(struct words *words, const struct scene *scene, const struct look *look,
    const struct plane *plane, bool brief)
{
    const struct snapshot *snap = scene->snap;
    char text[32], zoom[40];
    number_fixed(look->zoom, 1, text, sizeof text);
    snprintf(zoom, sizeof zoom, "%s\u00d7", text);
    words->count = 0;
    if (!(brief || scene->data) || fabs(look->zoom - 1) > 0.05)
        stats_add(words, "zoom", 0, zoom);
    if (!brief && !scene->data)
        stats_add(words, "ring at norm", 0, number_short(plane->radius / plane->unit, text, sizeof text));
    if (snap->force.loss->task == TASK_REAL) {
        collect_fit(words, snap, brief);
        return;
    }
    collect_margin(words, snap, brief);
    if (snap->train_n > 0)
        stats_add(words, "train accuracy", brief ? 0 : snap->train_n,
            number_percent(snap->train_accuracy, text, sizeof text));
    if (snap->test_n > 0)
        stats_add(words, "test accuracy", brief ? 0 : snap->test_n,
            number_percent(snap->test_accuracy, text, sizeof text));
}

static void draw_stats(struct canvas *c, const struct scene *scene, const struct look *look,
    const struct plane *plane, struct rect rect)
{
    struct words words;
    struct plane fitted = fitted_plane(scene, look, rect);
    stats_collect(&words, scene, look, plane, false);
    if (!words_fit(scene, &words, &fitted, rect, true)) {
        stats_collect(&words, scene, look, plane, true);
        if (rect.w < 320 || rect.h < 240)
            return;
    }
    words_ground(c, scene, &words, look, plane, rect, true);
    double right = rect.x + rect.w - FEATURE_EDGE;
    for (int i = 0; i < words.count; i++) {
        double y = row_y(rect, &words, i);
        canvas_text(c, (struct point){ right - VALUE_WIDTH, y }, words.label[i], &small, look->theme->text3,
            ALIGN_RIGHT);
        canvas_text(
            c, (struct point){ right, y }, words.value[i], &title_font, look->theme->text1, ALIGN_RIGHT);
    }
}

void feature_words(struct canvas *c, const struct scene *scene, const struct look *look,
    const struct plane *plane, struct rect rect)
{
    if (look->bare)
        return;
    draw_title(c, scene, look, plane, rect);
    if (look->interactive)
        feature_toggles_draw(c, scene, look, plane, rect);
    if (look->layers & LAYER_LEGEND)
        draw_legend(c, scene, look, plane, rect);
    if (look->layers & LAYER_STATS)
        draw_stats(c, scene, look, plane, rect);
}
