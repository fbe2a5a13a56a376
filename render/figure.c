#include "render/view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/formula.h"
#include "render/span.h"
#include "render/text.h"

enum { CAPTION_MAX = 4096, CAPTION_LINES = 2, CAPTION_LINES_MOST = 8, CLASSES_LISTED = 100 };

static const double margin = 24;

/* Bytes of the caption that go onto one line: up to a " · ", or in a long list up to a comma. */
static int caption_line(const char *text, const struct font *font, double width)
{
    char line[CAPTION_MAX];
    int whole = text_break(text, font, width), fits = whole;
    snprintf(line, sizeof line, "%.*s", whole, text);
    while (text_width(line, font) > width) {
        char *comma = strrchr(line, ',');
        if (!comma)
            return whole;
        *comma = '\0';
        fits = (int)(comma - line) + 1;
    }
    return fits;
}

static const char *caption_rest(const char *text, int length)
{
    text += length;
    if (strncmp(text, " · ", strlen(" · ")) == 0)
        return text + strlen(" · ");
    return text + strspn(text, " ");
}

static int caption_lines(const char *text, const struct font *font, double width)
{
    int lines = 0;
    for (; *text && lines < CAPTION_LINES_MOST; lines++)
        text = caption_rest(text, caption_line(text, font, width));
    return lines > CAPTION_LINES ? lines : CAPTION_LINES;
}

static void draw_caption(struct canvas *c, const struct view *view, const struct scene *scene,
    const struct look *look, struct rect rect, const struct font *font)
{
    char caption[CAPTION_MAX], line[CAPTION_MAX], fitted[CAPTION_MAX];
    if (look->span) {
        figure_span_caption(look->span, c, scene->snap, (struct point){ rect.x, rect.y + font->size }, font,
            rect.w, font->size + 6, look->theme->text2);
        return;
    }
    figure_caption_of(view, scene, look, caption, sizeof caption);
    const char *text = caption;
    double y = rect.y + font->size;
    for (int i = 0, lines = caption_lines(caption, font, rect.w); i < lines && *text; i++) {
        bool last = i == lines - 1;
        int length = last ? (int)strlen(text) : caption_line(text, font, rect.w);
        snprintf(line, sizeof line, "%.*s", length, text);
        text_fit(line, font, rect.w, fitted, sizeof fitted);
        canvas_text(c, (struct point){ rect.x, y }, fitted, font, look->theme->text2, ALIGN_LEFT);
        y += font->size + 6;
        text = caption_rest(text, length);
    }
}

static double legend_item(const char *name, const struct font *font)
{
    return 16 + text_width(name, font) + 18;
}

/* Shape, colour and number of each class in one row; a count for those that do not fit. */
static void draw_legend(struct canvas *c, const struct snapshot *snap, const struct look *look,
    struct rect rect, const struct font *font)
{
    char more[32], room[SNAPSHOT_NAME_TEXT];
    double x = rect.x, y = rect.y + rect.h / 2, end = rect.x + rect.w;
    double reserved = text_width("and 0000 more", font);
    for (int i = 0; i < snap->classes; i++) {
        const char *name = snapshot_class(snap, i, room);
        double item = legend_item(name, font);
        bool last = i == snap->classes - 1;
        struct point text = { x + 16, y + text_ascent(font) / 2 };
        if (i >= CLASSES_LISTED || x + item + (last ? 0 : reserved) > end) {
            snprintf(more, sizeof more, "and %d more", snap->classes - i);
            text.x = x;
            canvas_text(c, text, more, font, look->theme->text3, ALIGN_LEFT);
            return;
        }
        struct marker marker = class_marker(look->theme, i, 4.5);
        struct point at = { x + 6, y };
        canvas_markers(c, &at, 1, &marker);
        canvas_text(c, text, name, font, look->theme->text2, ALIGN_LEFT);
        x += item;
    }
}

/* Loss, its formula, and the rule between two classes at the right; whatever the width leaves room for. */
static void draw_title(
    struct canvas *c, const struct snapshot *snap, const struct look *look, struct rect rect)
{
    const struct loss *loss = snap->force.loss;
    struct font title = { rect.w < 900 ? 20 : 32, WEIGHT_SEMIBOLD, false };
    char name[128];
    figure_title(snap, name, sizeof name);
    double middle = rect.y + rect.h / 2, left = rect.x + text_width(name, &title) + 2 * margin;
    canvas_text(c, (struct point){ rect.x, middle + text_ascent(&title) / 2 }, name, &title,
        look->theme->text1, ALIGN_LEFT);
    char text[512];
    figure_formula(loss, snap->force.added, text, sizeof text);
    struct formula_size rule = formula_measure(loss->rule, 20), formula = formula_measure(text, 20);
    double right = rect.x + rect.w - rule.width;
    if (left > right)
        return;
    formula_draw(c, (struct point){ right, middle + 7 }, loss->rule, 20, look->theme->text1, look->theme);
    if (left + formula.width + margin > right)
        return;
    double base = middle + (formula.ascent - formula.descent) / 2;
    formula_draw(c, (struct point){ left, base }, text, 20, look->theme->text1, look->theme);
}

/* Only where colour means a class, and the classes are not named beside their points already. */
static bool wants_legend(const struct view *view, const struct snapshot *snap)
{
    return view == &view_sphere && snap->classes > 0;
}

static struct font caption_font(double width)
{
    return (struct font){ width < 1400 ? 12 : 14, WEIGHT_REGULAR, false };
}

/* Heights of the rows above and below the view. */
struct rows {
    double title, legend, caption;
};

static double caption_height(
    const struct view *view, const struct scene *scene, const struct look *look, double width)
{
    char caption[CAPTION_MAX];
    struct font font = caption_font(width);
    if (look->span)
        return figure_span_lines(look->span, &font, width - 2 * margin) * (font.size + 6) + 16;
    figure_caption_of(view, scene, look, caption, sizeof caption);
    return caption_lines(caption, &font, width - 2 * margin) * (font.size + 6) + 16;
}

static struct rows rows_of(
    const struct view *view, const struct scene *scene, const struct look *look, double width)
{
    bool titled = look->parts & PART_TITLE && view != &view_dashboard && view != &view_compare;
    return (struct rows){
        .title = titled ? 88 : 0,
        .legend = look->parts & PART_LEGEND && wants_legend(view, scene->snap) ? 28 : 0,
        .caption = look->parts & PART_CAPTION ? caption_height(view, scene, look, width) : 0,
    };
}

static struct rect body_of(const struct rows *rows, double width, double height)
{
    return (struct rect){ 0, rows->title, width, height - rows->title - rows->legend - rows->caption };
}

struct rect figure_plane(
    const struct view *view, const struct scene *scene, const struct look *look, double width, double height)
{
    struct rows rows = rows_of(view, scene, look, width);
    struct rect body = body_of(&rows, width, height);
    if (view != &view_dashboard)
        return body;
    double top = body.h < 800 ? 65 : 88, side = body.w < 1000   ? 0
                                                : body.w < 1160 ? 300
                                                                : 360; /* as it lays */
    return (struct rect){ body.x, body.y + top, body.w - side, body.h - top };
}

/* Round pictures leave their corners free. */
static bool is_round(const struct view *view, const struct scene *scene)
{
    return view == &view_sphere || (view == &view_feature && !scene->data);
}

/* Where the loss curve goes, in the upper right corner; what is not round moves to the left of it. Zero without room,
 * or where there is one already. */
static struct rect inset_of(
    const struct view *view, const struct scene *scene, const struct look *look, struct rect *body)
{
    double wide = fmax(200, fmin(360, body->w * 0.24)), high = wide * 0.62;
    bool has_one = view == &view_curves || view == &view_dashboard || view == &view_compare;
    if (!(look->parts & PART_CURVE) || has_one || high > body->h / 2 || wide > body->w / 2)
        return (struct rect){ 0 };
    struct rect box = { body->x + body->w - wide - margin, body->y + margin / 2, wide, high };
    if (!is_round(view, scene))
        body->w -= wide + margin;
    return box;
}

static void draw_inset(struct canvas *c, struct scene *scene, const struct look *look, struct rect box)
{
    struct look bare = *look;
    bare.bare = true;
    if (!look->transparent)
        canvas_rect(c, box, look->theme->bg);
    view_draw(&view_curves, c, scene, &bare, box);
    canvas_round_outline(c, box, 6, 1, look->theme->hairline);
}

void figure_draw(struct canvas *c, const struct view *view, struct scene *scene, const struct look *look,
    double width, double height)
{
    const struct snapshot *snap = scene->snap;
    struct look shown = *look;
    struct font small = caption_font(width);
    struct rect whole = { 0, 0, width, height };
    canvas_clip(c, NULL);
    if (!look->transparent)
        canvas_rect(c, whole, look->theme->bg);
    if (!snap->force.loss)
        return;
    struct rows rows = rows_of(view, scene, look, width);
    struct rect body = body_of(&rows, width, height);
    if (body.h <= 0)
        return;
    if (!(look->parts & PART_LEGEND))
        shown.layers &= ~(unsigned)LAYER_LEGEND;
    if (rows.title > 0)
        draw_title(c, snap, look, (struct rect){ margin, 4, width - 2 * margin, rows.title - 4 });
    struct rect inset = inset_of(view, scene, look, &body);
    view_draw(view, c, scene, &shown, body);
    if (inset.w > 0)
        draw_inset(c, scene, &shown, inset);
    double wide = width - 2 * margin;
    if (rows.legend > 0)
        draw_legend(c, snap, look, (struct rect){ margin, body.y + body.h, wide, rows.legend }, &small);
    if (rows.caption > 0)
        draw_caption(c, view, scene, look,
            (struct rect){ margin, height - rows.caption + 4, wide, rows.caption }, &small);
}
