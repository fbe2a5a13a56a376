/* feature_words.c - title, layer toggles, legend and statistics in the corners the disc leaves free. */
#include "render/feature_words.h"

#include <math.h>
#include <stdio.h>

#include "render/disc.h"
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

static const char *part_name(const struct snapshot *snap)
{
    int test = 0;
    for (int i = 0; i < snap->count; i++)
        test += snap->test[i];
    return test == 0 ? "training points" : test == snap->count ? "test points" : "points";
}

/* The disc of a close look reaches under the words: they keep a ground of their own. */
static void draw_ground(
    struct canvas *c, const struct look *look, const struct plane *plane, struct rect words)
{
    struct rect box = { words.x - 10, words.y - 6, words.w + 20, words.h + 12 };
    if (rect_hits_disc(box, plane->center, feature_reach(plane->radius)))
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
    char count[32], text[ROW_TEXT];
    number_count(scene->snap->count, count, sizeof count);
    snprintf(text, sizeof text, "%s %s, %d-D features", count, part_name(scene->snap), scene->snap->dim);
    draw_ground(c, look, plane,
        (struct rect){ rect.x + FEATURE_EDGE, rect.y + 16, fmax(100, text_width(text, &small)), 35 });
    canvas_text(c, (struct point){ rect.x + FEATURE_EDGE, rect.y + 29 }, "Feature plane", &title_font,
        look->theme->text1, ALIGN_LEFT);
    canvas_text(c, (struct point){ rect.x + FEATURE_EDGE, rect.y + 48 }, text, &small, look->theme->text3,
        ALIGN_LEFT);
}

int feature_toggles(struct rect rect, struct rect out[5], enum layer layer[5], const char *label[5])
{
    static const struct {
        const char *label;
        enum layer layer;
    } rows[5] = { { "regions", LAYER_REGIONS }, { "margins", LAYER_MARGINS }, { "weights", LAYER_WEIGHTS },
        { "rose", LAYER_ROSE }, { "shapes", LAYER_SHAPES } };
    double x = rect.x + rect.w - FEATURE_EDGE;
    for (int i = 4; i >= 0; i--) {
        double width = text_width(rows[i].label, &small_bold);
        x -= width;
        out[i] = (struct rect){ x, rect.y + 10, width, 30 };
        layer[i] = rows[i].layer;
        label[i] = rows[i].label;
        x -= 16;
    }
    return x < rect.x + FEATURE_EDGE + 90 ? 0 : 5; /* no room beside the title */
}

static void draw_toggles(
    struct canvas *c, const struct look *look, const struct plane *plane, struct rect rect)
{
    struct rect box[5];
    enum layer layer[5];
    const char *label[5];
    int n = feature_toggles(rect, box, layer, label);
    if (n > 0)
        draw_ground(c, look, plane,
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

static bool words_fit(const struct words *words, const struct plane *plane, struct rect rect, bool right)
{
    for (int i = 0; i < words->count; i++) {
        double width = words->width[i],
               x = right ? rect.x + rect.w - FEATURE_EDGE - width : rect.x + FEATURE_EDGE;
        struct rect row = { x, row_y(rect, words, i) - 11, width, 15 };
        if (width > rect.w / 2 - FEATURE_EDGE - 8 ||
            rect_hits_disc(row, plane->center, feature_reach(plane->radius)))
            return false;
    }
    return true;
}

static void words_ground(struct canvas *c, const struct words *words, const struct look *look,
    const struct plane *plane, struct rect rect, bool right)
{
    if (words_fit(words, plane, rect, right))
        return;
    double width = 0, top = row_y(rect, words, 0) - 12;
    for (int i = 0; i < words->count; i++)
        width = fmax(width, words->width[i]);
    double x = right ? rect.x + rect.w - FEATURE_EDGE - width : rect.x + FEATURE_EDGE;
    draw_ground(c, look, plane, (struct rect){ x, top, width, rect.y + rect.h - 22 - top });
}

static void legend_swatch(
    struct canvas *c, const struct scene *scene, const struct look *look, int row, struct rect box)
{
    const struct theme *theme = look->theme;
    struct point corner[4] = { { box.x, box.y }, { box.x + box.w, box.y }, { box.x + box.w, box.y + box.h },
        { box.x, box.y + box.h } };
    double middle = box.y + box.h / 2;
    int sample = scene_typical(scene), label = sample >= 0 ? scene->snap->label[sample] : 0;
    struct color color = class_color(theme, label);
    struct point line[2] = { { box.x, middle }, { box.x + box.w, middle } };
    struct stroke dashed = { .color = theme->text3, .width = 1, .dash_on = 2, .dash_off = 5 };
    struct disc flat = { .canvas = c, .center = { box.x, middle } };
    if (row == 0) {
        canvas_lines(c, line, 2, &dashed);
    } else if (row == 1) {
        canvas_line(c, line[0], (struct point){ box.x + box.w - 9, middle }, 2, color);
        disc_arrow(&flat, 0, box.w, 10, color);
    } else if (row == 2) {
        canvas_rect(c, box, color_alpha(color, 2 * (double)theme->region_alpha));
    } else {
        canvas_rect(c, box, color_alpha(color, (double)theme->zone_alpha));
        canvas_hatch(c, corner, 4, 7, color_alpha(theme->text1, 2 * (double)theme->hatch_alpha));
    }
}

static const double SWATCH = 24;

static void draw_legend(struct canvas *c, const struct scene *scene, const struct look *look,
    const struct plane *plane, struct rect rect)
{
    static const char *const rows[] = { "decision boundary", "class weight W",
        "class region: decided here at test time", "margin zone: decided, training still pushes" };
    struct words words = { .count = scene->snap->force.loss->has_margin ? 4 : 3 };
    for (int i = 0; i < words.count; i++) {
        snprintf(words.label[i], ROW_TEXT, "%s", rows[i]);
        words.width[i] = SWATCH + 12 + text_width(rows[i], &small);
    }
    struct plane fitted = fitted_plane(scene, look, rect);
    if (!words_fit(&words, &fitted, rect, false))
        return;
    words_ground(c, &words, look, plane, rect, false);
    for (int i = 0; i < words.count; i++) {
        double y = row_y(rect, &words, i);
        legend_swatch(c, scene, look, i, (struct rect){ rect.x + FEATURE_EDGE, y - 11, SWATCH, 13 });
        canvas_text(c, (struct point){ rect.x + FEATURE_EDGE + SWATCH + 12, y }, words.label[i], &small,
            look->theme->text2, ALIGN_LEFT);
    }
}

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

/* In brief: the accuracies without their counts, and the zoom when there is one. */
static void stats_collect(struct words *words, const struct scene *scene, const struct look *look,
    const struct plane *plane, bool brief)
{
    const struct snapshot *snap = scene->snap;
    char text[32], zoom[40];
    number_fixed(look->zoom, 1, text, sizeof text);
    snprintf(zoom, sizeof zoom, "%s\u00d7", text);
    words->count = 0;
    if (!brief || fabs(look->zoom - 1) > 0.05)
        stats_add(words, "zoom", 0, zoom);
    if (!brief)
        stats_add(words, "ring at norm", 0, number_short(plane->radius / plane->unit, text, sizeof text));
    bool margin = !isnan(snap->margin_accuracy);
    stats_add(words, margin ? "with margin" : "no margin", margin && !brief ? snap->count : 0,
        number_percent(snap->margin_accuracy, text, sizeof text));
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
    if (!words_fit(&words, &fitted, rect, true)) {
        stats_collect(&words, scene, look, plane, true);
        if (rect.w < 320 || rect.h < 240)
            return;
    }
    words_ground(c, &words, look, plane, rect, true);
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
    draw_title(c, scene, look, plane, rect);
    if (look->interactive)
        draw_toggles(c, look, plane, rect);
    if (look->layers & LAYER_LEGEND)
        draw_legend(c, scene, look, plane, rect);
    if (look->layers & LAYER_STATS)
        draw_stats(c, scene, look, plane, rect);
}
