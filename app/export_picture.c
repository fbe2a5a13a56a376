/* The dialog's first tab: a figure, seen before it is written. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/compare.h"
#include "app/export_dialog.h"
#include "render/text.h"

enum { LABEL = 64, PITCH = 36, FIELD_H = 30, CHOICES_W = 316, GAP = 20 };

static const double preview_pause = 0.25; /* s between two states of a running training */

/* ---- what is chosen ---- */

static struct export_choice *choice(const struct window *w)
{
    return &w->export->choice;
}

static bool is_main(const struct window *w)
{
    return strcmp(choice(w)->what, "main") == 0;
}

const struct view *export_view(const struct window *w, bool *compare)
{
    const struct view *view = is_main(w) ? w->view : view_find(choice(w)->what);
    if (is_main(w) && compare_open(w))
        view = &view_compare;
    if (view == &view_compare && !compare_several(w)) /* chosen when there were more */
        view = w->view;
    *compare = view == &view_compare;
    return view;
}

unsigned export_needs(const struct window *w)
{
    bool compare;
    return export_open(w) ? view_needs(export_view(w, &compare), true) : 0;
}

/* The window's own look where the figure is of what fills it. */
static void take_look(struct window *w, struct figure_options *o, const struct view *view)
{
    if (view != w->view || compare_open(w))
        return;
    o->look = &w->look;
    o->look_rect = w->area[AREA_MAIN];
    o->ring = w->scene.ring;
}

enum status export_options(struct window *w, struct figure_options *o, bool *compare, struct why *why)
{
    const struct export_choice *c = choice(w);
    const struct view *view = export_view(w, compare);
    figure_options_init(o);
    snprintf(o->view, sizeof o->view, "%s", view->id);
    snprintf(o->theme, sizeof o->theme, "%s", c->theme);
    o->text_scale = c->letters;
    o->scale = c->scale;
    o->dpi = strstr(c->size, "mm") ? c->dpi : 0;
    o->parts = c->parts;
    o->transparent = c->transparent;
    o->text = c->text;
    take_look(w, o, view);
    snprintf(o->path, sizeof o->path, "figure.%s", c->format);
    if (!c->size[0]) {
        o->width = fmax(160, round(w->area[AREA_MAIN].w));
        o->height = fmax(160, round(w->area[AREA_MAIN].h));
    }
    return export_size(c->size, false, o, why);
}

enum status export_target(struct window *w, char *out, int size, struct why *why)
{
    const struct export_dialog *d = w->export;
    char name[EXPORT_NAME], ending[12];
    snprintf(ending, sizeof ending, ".%s", d->choice.format);
    figure_name(w->snap, name, sizeof name);
    if (!d->name[0])
        return export_new_name(w, d->choice.folder, name, ending, out, size, why);
    return export_typed_path(w, d->name, ending, out, size, why);
}

/* ---- rows of choices ---- */

static const char *chosen_title(const struct window *w, const struct export_row *row)
{
    for (int i = 0; i < row->count(w); i++)
        if (row->chosen(w, i))
            return row->title(w, i);
    return row == export_row(ROW_SIZE) ? choice(w)->size : "Own";
}

static void choice_row(struct window *w, int i, struct rect at)
{
    const struct export_row *row = export_row(i);
    struct rect field = { at.x + LABEL, at.y, at.w - LABEL, FIELD_H };
    ui_text(
        &w->ui, at.x, at.y + FIELD_H / 2.0, row->label, 14, WEIGHT_REGULAR, w->look.theme->text2, ALIGN_LEFT);
    bool listed = w->popup == POPUP_EXPORT && w->export->listing == i;
    if (!ui_dropdown(&w->ui, row->id, chosen_title(w, row), "", field, listed))
        return;
    w->export->listing = i;
    panel_popup_open(w, POPUP_EXPORT, field);
}

/* ---- typed ---- */

/* What the choice of a shape comes to. */
static void size_text(struct window *w, char *out, size_t size)
{
    struct figure_options o;
    bool compare;
    if (export_in_mm(w) || export_options(w, &o, &compare, NULL) != STATUS_OK)
        snprintf(out, size, "%s", choice(w)->size);
    else
        snprintf(out, size, "%.0fx%.0f", o.width, o.height);
}

static void size_field(struct window *w, struct rect rect)
{
    struct export_choice draft = *choice(w);
    struct figure_options o;
    struct why why = { "" };
    bool compare;
    char shown[48];
    size_text(w, shown, sizeof shown);
    const char *text = ui_entry(&w->ui, "export.size.own", "Size", shown, rect);
    if (!text)
        return;
    ui_edit_end(&w->ui);
    window_dirty(w, AREAS_ALL);
    if (strcmp(text, shown) == 0)
        return;
    snprintf(choice(w)->size, sizeof choice(w)->size, "%.31s", text);
    if (export_options(w, &o, &compare, &why) == STATUS_OK)
        return;
    *choice(w) = draft;
    const char *what = strchr(why.text, ':');
    ui_edit_error(&w->ui, "export.size.own", what ? what + 2 : why.text);
}

static void name_fields(struct window *w, struct rect body, double y)
{
    struct export_dialog *d = w->export;
    const struct theme *t = w->look.theme;
    char shown[EXPORT_NAME];
    figure_name(w->snap, shown, sizeof shown);
    if (d->name[0])
        snprintf(shown, sizeof shown, "%s", d->name);
    double name_w = (body.w - 2 * LABEL - GAP) / 2, folder_x = body.x + LABEL + name_w + GAP;
    ui_text(&w->ui, body.x, y + FIELD_H / 2.0, "Name", 14, WEIGHT_REGULAR, t->text2, ALIGN_LEFT);
    ui_text(&w->ui, folder_x, y + FIELD_H / 2.0, "Folder", 14, WEIGHT_REGULAR, t->text2, ALIGN_LEFT);
    export_name_field(w, "export.name", (struct rect){ body.x + LABEL, y, name_w, FIELD_H }, shown, d->name);
    const char *text = ui_entry(&w->ui, "export.folder", "Folder", d->choice.folder,
        (struct rect){ folder_x + LABEL, y, name_w, FIELD_H });
    if (!text)
        return;
    if (text[0])
        snprintf(d->choice.folder, sizeof d->choice.folder, "%s", text);
    ui_edit_end(&w->ui);
    window_dirty(w, AREAS_ALL);
}

/* ---- preview ---- */

static bool preview_fits(const struct export_preview *p, int width, int height)
{
    return p->canvas && p->width == width && p->height == height;
}

static bool preview_room(struct export_preview *p, int width, int height, double scale)
{
    if (preview_fits(p, width, height) && fabs(p->canvas->scale - scale) < 1e-12)
        return true;
    uint32_t *pixels = realloc(p->pixels, (size_t)width * (size_t)height * sizeof *pixels);
    if (!pixels)
        return false;
    p->pixels = pixels;
    p->width = width;
    p->height = height;
    canvas_destroy(p->canvas);
    p->canvas = canvas_cairo_pixels(pixels, width, height, width * 4, scale);
    return p->canvas != NULL;
}

/* What shines through a transparent figure. */
static void checkerboard(const struct export_preview *p, double side)
{
    for (int y = 0; y < p->height; y++)
        for (int x = 0; x < p->width; x++) {
            bool odd = ((int)(x / side) + (int)(y / side)) % 2;
            p->pixels[(size_t)y * (size_t)p->width + (size_t)x] = odd ? 0xffd0d4d9u : 0xfff4f5f6u;
        }
}

/* The very strokes of the figure, in fewer pixels. */
static bool preview_draw(struct window *w, struct export_preview *p, struct rect room)
{
    struct figure_options o;
    struct export_sheet *sheet = NULL;
    bool compare, drawn = false;
    double width, height;
    if (export_options(w, &o, &compare, NULL) != STATUS_OK ||
        export_compose_window(w, &o, compare, &sheet, NULL) != STATUS_OK)
        return false;
    export_sheet_size(sheet, &width, &height);
    double fit = fmin(room.w / width, room.h / height) * w->scale;
    int wide = (int)fmax(1, floor(width * fit)), high = (int)fmax(1, floor(height * fit));
    if (preview_room(p, wide, high, fit)) {
        checkerboard(p, 8 * w->scale);
        export_sheet_play(sheet, p->canvas);
        drawn = canvas_finish(p->canvas, NULL) == STATUS_OK;
    }
    export_sheet_destroy(sheet);
    return drawn;
}

static bool preview_stale(const struct window *w, const struct export_preview *p, struct rect room)
{
    if (!p->drawn || memcmp(&p->choice, choice(w), sizeof p->choice) != 0 || p->theme != w->look.theme ||
        fabs(p->width_asked - room.w * w->scale) > 0.5)
        return true;
    return p->snap != w->snap && window_now() - p->at >= preview_pause;
}

/* How large the file's picture is. */
static void preview_words(struct window *w, char *out, size_t size)
{
    struct figure_options o;
    bool compare;
    out[0] = '\0';
    if (export_options(w, &o, &compare, NULL) != STATUS_OK)
        return;
    if (export_is_png(w))
        snprintf(out, size, "%.0f × %.0f pixels", round(o.width * o.scale), round(o.height * o.scale));
    else
        snprintf(out, size, "%.0f × %.0f mm, sharp at any size", o.width * 25.4 / 96, o.height * 25.4 / 96);
}

static void preview(struct window *w, struct rect room)
{
    struct export_preview *p = &w->export->preview;
    const struct theme *t = w->look.theme;
    if (!w->ui.canvas)
        return;
    if (preview_stale(w, p, room)) {
        p->drawn = preview_draw(w, p, room);
        p->choice = *choice(w);
        p->snap = w->snap;
        p->theme = t;
        p->width_asked = room.w * w->scale;
        p->at = window_now();
    }
    if (!p->drawn) {
        ui_text_fit(
            &w->ui, room.x, room.y + 20, room.w, "This size cannot be drawn.", 14, WEIGHT_REGULAR, t->bad);
        return;
    }
    char says[80];
    preview_words(w, says, sizeof says);
    double wide = p->width / w->scale, high = p->height / w->scale;
    struct rect at = { round((room.x + (room.w - wide) / 2) * w->scale) / w->scale,
        round(room.y * w->scale) / w->scale, wide, high };
    ui_text(&w->ui, room.x + room.w / 2, at.y + high + 16, says, 12, WEIGHT_REGULAR, t->text3, ALIGN_CENTER);
    canvas_image(w->ui.canvas, at, p->pixels, p->width, p->height);
    canvas_round_outline(
        w->ui.canvas, (struct rect){ at.x - 1, at.y - 1, wide + 2, high + 2 }, 1, 1, t->hairline);
}

/* ---- the tab ---- */

static const struct {
    const char *id, *label;
    unsigned part; /* 0: transparent */
} switches[] = { { "export.title", "Title", PART_TITLE }, { "export.legend", "Legend", PART_LEGEND },
    { "export.caption", "Caption", PART_CAPTION }, { "export.curve", "Loss curve", PART_CURVE },
    { "export.transparent", "Transparent", 0 } };

static void switch_row(struct window *w, int i, struct rect at)
{
    struct export_choice *c = choice(w);
    bool on = switches[i].part ? (c->parts & switches[i].part) != 0 : c->transparent;
    if (!ui_toggle(&w->ui, switches[i].id, switches[i].label, at, on))
        return;
    if (switches[i].part)
        c->parts ^= switches[i].part;
    else
        c->transparent = !c->transparent;
    window_dirty(w, AREAS_ALL);
}

static void save(struct window *w, bool copy)
{
    struct figure_options o;
    struct why why = { "" };
    bool compare;
    enum status status = export_options(w, &o, &compare, &why);
    if (status == STATUS_OK)
        status = export_target(w, o.path, sizeof o.path, &why);
    if (status == STATUS_OK)
        export_save(w, &o, compare, copy);
    else
        window_notice(w, true, "%s", why.text);
    window_dirty(w, AREAS_ALL);
}

/* Said where the eye is: the strip below the window is behind the veil. */
static void foot(struct window *w, struct rect body, double y)
{
    const struct theme *t = w->look.theme;
    struct rect copy = { body.x + body.w - 88 - 8 - 128, y, 128, 34 },
                write = { body.x + body.w - 88, y, 88, 34 };
    double room = copy.x - body.x - GAP, middle = y + 17;
    bool busy = export_task_busy(w->export->task);
    if (w->ui.error[0])
        ui_text_fit(&w->ui, body.x, middle, room, w->ui.error, 14, WEIGHT_REGULAR, t->bad);
    else if (w->notice[0])
        ui_text_fit(
            &w->ui, body.x, middle, room, w->notice, 14, WEIGHT_REGULAR, w->notice_bad ? t->bad : t->text1);
    else if (busy)
        ui_text_fit(&w->ui, body.x, middle, room, "Writing \u2026", 14, WEIGHT_REGULAR, t->text2);
    if (ui_text_button(&w->ui, "export.copy", "Save and copy", copy, true))
        save(w, true);
    if (ui_main_button(&w->ui, "export.save", "Save", write))
        save(w, false);
}

void panel_export_picture(struct window *w, struct rect body)
{
    double y = body.y + 4, last = body.y + body.h - 34, names = last - FIELD_H - 12, wide = CHOICES_W;
    for (int i = 0; i < ROW_COUNT; i++) {
        bool skipped = i == ROW_SCALE ? !export_is_png(w) : i == ROW_TEXT ? export_is_png(w) : false;
        if (skipped)
            continue;
        struct rect at = { body.x, y, wide, FIELD_H };
        at.w -= i == ROW_SIZE ? 132 : 0;
        choice_row(w, i, at);
        if (i == ROW_SIZE)
            size_field(w, (struct rect){ body.x + wide - 124, y, 124, FIELD_H });
        y += PITCH;
    }
    for (int i = 0; i < (int)(sizeof switches / sizeof *switches); i++)
        switch_row(w, i,
            (struct rect){ body.x + (i % 2) * (wide / 2 + 8), y + 2 + (i / 2) * 30.0, wide / 2 - 8, 28 });
    double x = body.x + wide + GAP;
    preview(w, (struct rect){ x, body.y + 4, body.x + body.w - x, names - body.y - 38 });
    name_fields(w, body, names);
    foot(w, body, last);
}
