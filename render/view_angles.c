/* view_angles.c - histograms of angles: samples to their own and to the nearest other class weight; and, where there
 * is room, pairs of test samples of the same and of different classes with the threshold of verification. */
#include "render/view.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/axes.h"
#include "render/number.h"
#include "render/text.h"

static const double pi = 3.14159265358979323846;

enum { BIN_MAX = PAIR_BINS, TALL = 640, HALVES = 280 }; /* px: of three histograms, of two */

/* Two histograms over one axis: what should be near, in ink, and what should be far, in grey. */
struct angles {
    struct plot plot;
    const struct theme *theme;
    struct axis x; /* degrees */
    double near[BIN_MAX], far[BIN_MAX]; /* share of all of its kind */
    int bins;
    double tallest;
    double height; /* of the tallest bar, px */
    bool root; /* heights are square roots, so that a few far off are still seen */
    double near_mean, far_mean; /* radians */
    double overlap;
    const char *near_mark, *far_mark; /* what the bars are called (canvas_mark) */
};

/* ---- counting ---- */

/* The axis grows in steps until 99 % of both kinds are on it. */
double angles_end(const struct scene *scene)
{
    static const double end[] = { 30, 60, 90, 180 };
    int n = scene->snap->count;
    for (int i = 0; i < 3; i++) {
        int own = 0, rival = 0;
        for (int j = 0; j < n; j++) {
            own += (double)scene->own[j] * 180 / pi > end[i];
            rival += (double)scene->rival[j] * 180 / pi > end[i];
        }
        if (own * 100 <= n && rival * 100 <= n)
            return fmax(end[i], scene->least_end[0]);
    }
    return end[3];
}

static void count_into(double *bin, const struct angles *v, const float *angle, int n)
{
    for (int i = 0; i < v->bins; i++)
        bin[i] = 0;
    for (int i = 0; i < n; i++) {
        double share = (double)angle[i] * 180 / pi / v->x.to;
        if (share >= 0 && share <= 1)
            bin[(int)fmin(v->bins - 1, share * v->bins)] += 1.0 / n;
    }
}

static void measure(struct angles *v)
{
    v->tallest = 0;
    for (int i = 0; i < v->bins; i++)
        v->tallest = fmax(v->tallest, fmax(v->near[i], v->far[i]));
    v->height = v->plot.area.h;
}

/* How much of one kind lies where the other is, 0 apart, 1 alike: by whole degrees, however wide the bars are. */
static double overlap_by_degree(const float *near, const float *far, int n)
{
    int count[2][BIN_MAX] = { { 0 } };
    double sum = 0;
    for (int i = 0; i < n; i++) {
        double a = (double)near[i] * 180 / pi, b = (double)far[i] * 180 / pi;
        if (a >= 0 && a <= 180)
            count[0][(int)fmin(BIN_MAX - 1, a)]++;
        if (b >= 0 && b <= 180)
            count[1][(int)fmin(BIN_MAX - 1, b)]++;
    }
    for (int i = 0; i < BIN_MAX; i++)
        sum += fmin(count[0][i], count[1][i]);
    return n > 0 ? sum / n : 0;
}

static void weights_layout(struct angles *v, const struct scene *scene, struct rect rect)
{
    const struct snapshot *snap = scene->snap;
    v->plot = plot_layout(rect, false);
    v->x = (struct axis){ 0, angles_end(scene), v->plot.area.x, v->plot.area.x + v->plot.area.w, false };
    v->bins = v->plot.size->large ? 120 : 40;
    count_into(v->near, v, scene->own, snap->count);
    count_into(v->far, v, scene->rival, snap->count);
    v->near_mean = snap->own_angle_mean;
    v->far_mean = snap->rival_angle_mean;
    v->overlap = overlap_by_degree(scene->own, scene->rival, snap->count);
    measure(v);
}

static double mean_of(const float *share)
{
    double sum = 0, all = 0;
    for (int i = 0; i < PAIR_BINS; i++) {
        sum += (double)share[i] * (i + 0.5);
        all += (double)share[i];
    }
    return all > 0 ? sum / all * pi / 180 : NAN;
}

static void pairs_layout(struct angles *v, const struct verification *set, struct rect rect)
{
    v->plot = plot_layout(rect, false);
    v->x = (struct axis){ 0, 180, v->plot.area.x, v->plot.area.x + v->plot.area.w, false };
    v->bins = v->plot.size->large ? PAIR_BINS : PAIR_BINS / 3;
    v->root = true;
    int each = PAIR_BINS / v->bins;
    v->overlap = 0;
    for (int i = 0; i < PAIR_BINS; i++)
        v->overlap += (double)fminf(set->angles[0][i], set->angles[1][i]);
    for (int i = 0; i < v->bins; i++) {
        v->near[i] = v->far[i] = 0;
        for (int j = i * each; j < (i + 1) * each; j++) {
            v->far[i] += (double)set->angles[0][j];
            v->near[i] += (double)set->angles[1][j];
        }
    }
    v->near_mean = mean_of(set->angles[1]);
    v->far_mean = mean_of(set->angles[0]);
    measure(v);
}

/* ---- bars ---- */

static double bar_height(const struct angles *v, double share)
{
    double part = v->tallest > 0 ? share / v->tallest : 0;
    return (v->root ? sqrt(part) : part) * v->height;
}

static void draw_bar(struct canvas *c, const struct angles *v, int i, double share, struct color color)
{
    struct rect area = v->plot.area;
    double width = area.w / v->bins, high = fmax(1, bar_height(v, share));
    if (share > 0)
        canvas_rect(
            c, (struct rect){ area.x + i * width, area.y + area.h - high, fmax(1, width - 1), high }, color);
}

/* Where both kinds are, what they share has a colour of its own. */
static void draw_bars(struct canvas *c, const struct angles *v)
{
    struct color both = color_mix(v->theme->rival, v->theme->text1, 0.4);
    for (int i = 0; i < v->bins; i++) {
        bool far = v->far[i] >= v->near[i];
        canvas_mark(c, far ? v->far_mark : v->near_mark);
        draw_bar(c, v, i, fmax(v->near[i], v->far[i]), far ? v->theme->rival : v->theme->text1);
        draw_bar(c, v, i, fmin(v->near[i], v->far[i]), both);
    }
    canvas_mark(c, NULL);
}

/* ---- captions ---- */

/* A label of two lines over the bars. */
struct caption {
    const char *name;
    char mean[40];
    double width, x;
};

static double caption_height(const struct angles *v)
{
    return 2 * v->plot.size->label.size + 14;
}

static bool bars_below(const struct angles *v, double from, double to)
{
    double room = v->plot.area.h - caption_height(v), width = v->plot.area.w / v->bins;
    for (int i = 0; i < v->bins; i++) {
        double left = v->plot.area.x + i * width;
        if (left + width > from && left < to && bar_height(v, fmax(v->near[i], v->far[i])) > room)
            return false;
    }
    return true;
}

/* Nearest place to the wanted one where no bar reaches the label, in from..to. */
static bool caption_place(const struct angles *v, struct caption *label, double want, double from, double to)
{
    double last = to - label->width;
    for (double shift = 0; shift < v->plot.area.w; shift += 2) {
        for (int side = 1; side >= -1; side -= 2) {
            double x = want + side * shift;
            if (x >= from && x <= last && bars_below(v, x - 6, x + label->width + 6)) {
                label->x = x;
                return true;
            }
        }
    }
    return false;
}

static void caption_fill(const struct angles *v, struct caption *label, const char *name, double mean_rad)
{
    char number[24];
    label->name = name;
    snprintf(label->mean, sizeof label->mean, "mean %s", number_degrees(mean_rad, number, sizeof number));
    struct font bold = { v->plot.size->label.size, WEIGHT_SEMIBOLD, false };
    label->width = fmax(text_width(name, &bold), text_width("mean 180.0°", &v->plot.size->label));
}

static bool captions_place(const struct angles *v, struct caption *near, struct caption *far)
{
    double left = v->plot.area.x, right = v->plot.right;
    double near_x = axis_at(&v->x, fmin(v->x.to, v->near_mean * 180 / pi)) + 16;
    double far_x = axis_at(&v->x, fmin(v->x.to, v->far_mean * 180 / pi)) + 16;
    bool found = caption_place(v, far, isfinite(v->far_mean) ? far_x : right, left + near->width + 12, right);
    return found && caption_place(v, near, isfinite(v->near_mean) ? near_x : left, left, far->x - 12);
}

/* Over the bars as they are; where they leave no room the bars are drawn lower instead. */
static void place_captions(struct angles *v, struct caption *near, struct caption *far)
{
    if (captions_place(v, near, far))
        return;
    v->height = v->plot.area.h - caption_height(v);
    if (!captions_place(v, near, far)) {
        near->x = v->plot.area.x;
        far->x = v->plot.right - far->width;
    }
}

static void draw_caption(
    struct canvas *c, const struct angles *v, const struct caption *label, struct color color)
{
    struct font bold = { v->plot.size->label.size, WEIGHT_SEMIBOLD, false };
    struct point at = { label->x, v->plot.area.y + v->plot.size->label.size };
    canvas_text(c, at, label->name, &bold, color, ALIGN_LEFT);
    at.y += v->plot.size->label.size + 4;
    canvas_text(c, at, label->mean, &v->plot.size->label, v->theme->text2, ALIGN_LEFT);
}

/* Right of the title, as much as fits. */
static void draw_note(struct canvas *c, const struct angles *v, const char *title, const char *note)
{
    char fitted[160];
    double taken = text_width(title, &v->plot.size->title) + 20;
    double room = v->plot.right - v->plot.rect.x - v->plot.size->padding - taken;
    if (room < 60 || (!v->plot.size->large && text_width(note, &v->plot.size->label) > room))
        return; /* half a number says nothing */
    text_fit(note, &v->plot.size->label, room, fitted, sizeof fitted);
    canvas_text(c, (struct point){ v->plot.right, v->plot.rect.y + v->plot.size->title_y }, fitted,
        &v->plot.size->label, v->theme->text2, ALIGN_RIGHT);
}

static double degree_step(const struct angles *v)
{
    return v->x.to <= 30 ? 5 : v->x.to <= 60 ? 10 : v->x.to <= 90 ? 15 : 30;
}

static void draw_frame(struct canvas *c, const struct angles *v)
{
    draw_bars(c, v);
    plot_baseline(c, &v->plot, v->theme);
    plot_degrees(c, &v->plot, v->theme, &v->x, degree_step(v));
}

/* ---- samples and class weights ---- */

/* From the own angle of the shown sample to the rival angle the train rule asks of it. */
static void draw_bracket(
    struct canvas *c, const struct angles *v, const struct loss_force *force, const struct selection *s)
{
    double needed = acos(fmin(1, fmax(-1, loss_target(force, cos(s->own_angle)).value)));
    double from = s->own_angle * 180 / pi, to = fmin(v->x.to, needed * 180 / pi);
    if (!(to - from > 0.05))
        return;
    canvas_mark(c, "angles.bracket");
    double a = axis_at(&v->x, from), b = axis_at(&v->x, to), base = v->plot.area.y + v->plot.area.h;
    double y = floor(base - (v->plot.size->large ? 40 : 24)) + 0.5, width = 1.75;
    canvas_line(c, (struct point){ a, y }, (struct point){ b, y }, width, v->theme->margin);
    canvas_line(c, (struct point){ a, y - 5 }, (struct point){ a, base }, 1.25, v->theme->margin);
    canvas_line(c, (struct point){ b, y - 5 }, (struct point){ b, base }, 1.25, v->theme->margin);
    bool angle = force->loss->family == FAMILY_ANGLE_PLUS;
    struct font font = { angle ? v->plot.size->title.size : v->plot.size->label.size, WEIGHT_SEMIBOLD,
        angle };
    const char *name = angle ? "m" : "margin";
    double half = text_width(name, &font) / 2;
    double x = fmin(v->plot.right - half, fmax(v->plot.area.x + half, (a + b) / 2));
    struct rect ground = { x - half - 3, y - 8 - font.size * 0.85, 2 * half + 6, font.size + 4 };
    canvas_round_rect(c, ground, 3, color_alpha(v->theme->bg, 0.85)); /* bars may reach here */
    canvas_text(c, (struct point){ x, y - 7 }, name, &font, v->theme->margin, ALIGN_CENTER);
    canvas_mark(c, NULL);
}

static void draw_weights(
    struct canvas *c, const struct scene *scene, const struct look *look, struct rect rect)
{
    struct angles v = { .theme = look->theme, .near_mark = "angles.own", .far_mark = "angles.rival" };
    const struct snapshot *snap = scene->snap;
    weights_layout(&v, scene, rect);
    plot_title(c, &v.plot, v.theme, view_angles.label);
    if (!plot_fits(&v.plot))
        return;
    static const char *const part[SPLIT_COUNT] = { "training", "test", "training and test" };
    char note[96], number[24], n[24];
    snprintf(note, sizeof note, "overlap %s", number_percent(v.overlap, number, sizeof number));
    if (v.plot.size->large)
        snprintf(note + strlen(note), sizeof note - strlen(note), ", %s %s samples",
            number_count(snap->count, n, sizeof n), part[snap->experiment.split]);
    draw_note(c, &v, view_angles.label, note);
    struct caption own, rival;
    caption_fill(&v, &own, snap->means ? "own class mean" : "own class", v.near_mean);
    caption_fill(&v, &rival, "nearest rival", v.far_mean);
    place_captions(&v, &own, &rival);
    draw_frame(c, &v);
    struct selection selection;
    if (snap->force.loss->has_margin && view_selection(scene, look, &selection))
        draw_bracket(c, &v, &snap->force, &selection);
    draw_caption(c, &v, &own, v.theme->text1);
    draw_caption(c, &v, &rival, v.theme->text2);
}

/* ---- pairs ---- */

/* Pairs left of the line are accepted. */
static void draw_threshold(
    struct canvas *c, const struct angles *v, const struct verification *set, double tau)
{
    assert(!isnan(tau)); /* only where has_pairs() */
    double angle = acos(fmin(1, fmax(-1, tau))), x = axis_at(&v->x, angle * 180 / pi);
    double base = v->plot.area.y + v->plot.area.h, top = v->plot.area.y + caption_height(v);
    canvas_mark(c, "angles.threshold");
    canvas_line(c, (struct point){ x, top }, (struct point){ x, base }, 1.75, v->theme->bad);
    char text[96], a[24], b[24], d[24];
    struct operating_point at = verification_at(set, tau);
    const struct font *font = &v->plot.size->label;
    if (v->plot.size->large)
        snprintf(text, sizeof text, "threshold %s: %s of the same rejected, %s of the others accepted",
            number_degrees(angle, d, sizeof d), number_percent(1 - at.tar, a, sizeof a),
            number_percent(at.far, b, sizeof b));
    else
        snprintf(text, sizeof text, "threshold %s", number_degrees(angle, d, sizeof d));
    double width = text_width(text, font), room = v->plot.right - x - 10;
    struct point label = { room >= width ? x + 8 : v->plot.right - width, top + font->size + 4 };
    struct rect ground = { label.x - 3, label.y - font->size, width + 6, font->size * 1.4 };
    canvas_round_rect(c, ground, 3, color_alpha(v->theme->bg, 0.85));
    canvas_text(c, label, text, font, v->theme->bad, ALIGN_LEFT);
    canvas_mark(c, NULL);
}

static void draw_pairs(struct canvas *c, const struct scene *scene, const struct look *look,
    const struct verification *set, const char *title, struct rect rect)
{
    struct angles v = { .theme = look->theme, .near_mark = "pairs.same", .far_mark = "pairs.different" };
    char note[128], a[24], b[24], pairs[24];
    pairs_layout(&v, set, rect);
    plot_title(c, &v.plot, v.theme, title);
    if (!plot_fits(&v.plot))
        return;
    snprintf(note, sizeof note, "EER %s, overlap %s, ", number_percent(set->eer, a, sizeof a),
        number_percent(v.overlap, b, sizeof b));
    if (v.plot.size->large)
        snprintf(note + strlen(note), sizeof note - strlen(note), "%s pairs, square-root scale",
            number_count(set->same + set->different, pairs, sizeof pairs));
    else
        snprintf(note + strlen(note), sizeof note - strlen(note), "root scale");
    draw_note(c, &v, title, note);
    struct caption same, different;
    caption_fill(&v, &same, "same class", v.near_mean);
    caption_fill(&v, &different, "different classes", v.far_mean);
    v.height = v.plot.area.h - caption_height(&v);
    place_captions(&v, &same, &different);
    draw_frame(c, &v);
    draw_threshold(c, &v, set, roc_tau(scene, look));
    draw_caption(c, &v, &same, v.theme->text1);
    draw_caption(c, &v, &different, v.theme->text2);
}

static bool has_pairs(const struct verification *set)
{
    return set->same > 0 && set->different > 0;
}

/* ---- the view ---- */

/* Seen classes, and beside them those held out where there are some and there is room. */
static void draw_both_sets(
    struct canvas *c, const struct scene *scene, const struct look *look, struct rect rect)
{
    const struct recognition *r = &scene->snap->recognition;
    if (!has_pairs(&r->open) || rect.w < TALL) {
        draw_pairs(c, scene, look, &r->closed, "Pairs of test samples", rect);
        return;
    }
    rect.w /= 2;
    draw_pairs(c, scene, look, &r->closed, "Test pairs, seen classes", rect);
    rect.x += rect.w;
    draw_pairs(c, scene, look, &r->open, "Test pairs, never seen", rect);
}

/* Where only two histograms have room and some classes are held out, they are what the view is opened for. */
static void draw_halves(
    struct canvas *c, const struct scene *scene, const struct look *look, struct rect rect)
{
    const struct recognition *r = &scene->snap->recognition;
    bool above = rect.h >= HALVES;
    double width = above ? 0 : floor(rect.w / 2), height = above ? floor(rect.h / 2) : 0;
    rect.w -= width;
    rect.h -= height;
    draw_pairs(c, scene, look, &r->closed, "Pairs, seen", rect);
    rect.x += width;
    rect.y += height;
    draw_pairs(c, scene, look, &r->open, "Pairs, never seen", rect);
}

static void draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    const struct recognition *r = &scene->snap->recognition;
    bool pairs = r->measured && has_pairs(&r->closed), room = rect.h >= TALL && rect.w >= TALL;
    if (pairs && !room && has_pairs(&r->open) && (rect.h >= HALVES || rect.w >= 2 * HALVES)) {
        draw_halves(c, scene, look, rect);
        return;
    }
    if (!pairs || !room) {
        draw_weights(c, scene, look, rect);
        return;
    }
    double half = floor(rect.h / 2);
    draw_weights(c, scene, look, (struct rect){ rect.x, rect.y, rect.w, half });
    draw_both_sets(c, scene, look, (struct rect){ rect.x, rect.y + half, rect.w, rect.h - half });
}

static const char *missing(const struct scene *scene)
{
    if (scene->snap->count < 1)
        return "No samples are shown.";
    if (scene->snap->force.loss->decision == DECIDE_NOTHING)
        return "A regression has no class weights to measure angles to; choose a loss of classes.";
    return scene->snap->classes < 1 ? "There are no class weights to measure angles to." : NULL;
}

const struct view view_angles = { "angles", "Angles to the class weights", draw, missing };

static void pairs_draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    draw_both_sets(c, scene, look, rect);
}

static const char *pairs_missing(const struct scene *scene)
{
    const char *why = view_roc.missing(scene);
    return why                                           ? why
           : has_pairs(&scene->snap->recognition.closed) ? NULL
                                                         : "There are no two test samples to compare.";
}

const struct view view_pairs = { "pairs", "Angles between samples", pairs_draw, pairs_missing };
