/* The export dialog: its frame, its tabs, and the thread behind it. What the tabs hold is in files of their own. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/compare.h"
#include "app/export_dialog.h"
#include "app/lecture.h"

enum { DIALOG_W = 1120, DIALOG_H = 640, HEAD = 56, EDGE = 24 };

static const struct tab {
    const char *id, *label;
    void (*draw)(struct window *w, struct rect body);
} tabs[] = {
    { "export.tab.picture", "Picture", panel_export_picture },
    { "export.tab.animation", "Animation", panel_export_animation },
    { "export.tab.data", "Data", panel_export_data },
};

enum { TABS = sizeof tabs / sizeof *tabs };

/* ---- life ---- */

enum status export_create(struct window *w, struct why *why)
{
    struct export_dialog *d = w->export = calloc(1, sizeof *d);
    struct why broken = { "" };
    if (d)
        d->task = export_task_create(window_wake, w);
    if (!d || !d->task)
        return why_set(why, STATUS_FAILED, "window: not enough memory; close something");
    export_choice_init(&d->choice);
    if (export_choice_load(&d->choice, &broken) != STATUS_OK)
        fprintf(stderr, "marginscope: %s\n", broken.text);
    d->listing = -1;
    return STATUS_OK;
}

void export_destroy(struct window *w)
{
    struct export_dialog *d = w->export;
    if (!d)
        return;
    export_task_destroy(d->task);
    canvas_destroy(d->preview.canvas);
    free(d->preview.pixels);
    free(d);
    w->export = NULL;
}

bool export_open(const struct window *w)
{
    return w->export && w->export->open;
}

void action_export(struct window *w, int unused)
{
    (void)unused;
    struct export_dialog *d = w->export;
    struct why why = { "" };
    if (!w->snap)
        return;
    d->open = !d->open;
    d->veiled = false;
    d->preview.drawn = false;
    w->popup = POPUP_NONE;
    w->ui.focus = 0;
    ui_edit_end(&w->ui);
    if (d->open)
        w->help_open = false;
    else if (export_choice_save(&d->choice, &why) != STATUS_OK)
        window_notice(w, true, "%s", why.text);
    window_dirty(w, AREAS_ALL);
    w->map_stale = true;
}

/* ---- writing ---- */

enum status export_compose_window(struct window *w, const struct figure_options *o, bool compare,
    struct export_sheet **out, struct why *why)
{
    const struct compare *c = w->compare;
    const struct dataset *data[COMPARE_MAX] = { w->data, w->data, w->data, w->data };
    if (compare)
        return export_compare_compose(c->snap, data, c->shown, o, out, why);
    return export_figure_compose(w->snap, w->data, o, out, why);
}

static bool holds(const void *task, const char *path)
{
    return export_task_holds(task, path);
}

enum status export_new_name(struct window *w, const char *folder, const char *name, const char *ending,
    char *out, int size, struct why *why)
{
    const struct export_pending pending = { holds, w->export->task };
    return export_free_name(folder, name, ending, &pending, out, size, why);
}

enum status export_typed_path(
    const struct window *w, const char *name, const char *ending, char *out, int size, struct why *why)
{
    size_t used = strlen(name), end = strlen(ending);
    bool ended = used > end && strcasecmp(name + used - end, ending) == 0, whole = name[0] == '/';
    int wrote = snprintf(out, (size_t)size, "%s%s%s%s", whole ? "" : w->export->choice.folder,
        whole ? "" : "/", name, ended ? "" : ending);
    return wrote < size ? STATUS_OK
                        : why_set(why, STATUS_FAILED, "%s: the path is too long; choose a shorter one", name);
}

bool export_name_field(
    struct window *w, const char *id, struct rect rect, const char *shown, char name[EXPORT_NAME])
{
    const char *text = ui_entry(&w->ui, id, "Name", shown, rect);
    if (!text)
        return false;
    bool other = strcmp(text, shown) != 0;
    if (other)
        snprintf(name, EXPORT_NAME, "%s", text);
    ui_edit_end(&w->ui);
    window_dirty(w, AREAS_ALL);
    return other;
}

/* A png of it for the clipboard, beside the file until the program there has read it. */
static enum status compose_copy(struct window *w, const struct figure_options *o, bool compare,
    struct export_sheet **out, struct why *why)
{
    struct figure_options png = *o;
    const char *folder = getenv("TMPDIR");
    char name[EXPORT_NAME];
    snprintf(name, sizeof name, "marginscope-copy-%ld", (long)w->snap->step);
    enum status status = export_new_name(
        w, folder && folder[0] ? folder : P_tmpdir, name, ".png", png.path, sizeof png.path, why);
    return status == STATUS_OK ? export_compose_window(w, &png, compare, out, why) : status;
}

void export_save(struct window *w, const struct figure_options *o, bool compare, bool copy)
{
    struct export_sheet *sheet = NULL, *second = NULL;
    struct why why = { "" };
    enum status status = export_compose_window(w, o, compare, &sheet, &why);
    if (status == STATUS_OK && copy)
        status = compose_copy(w, o, compare, &second, &why);
    if (status != STATUS_OK) {
        export_sheet_destroy(sheet);
        window_notice(w, true, "%s", why.text);
    } else if (!export_task_add(w->export->task, sheet, second)) {
        window_notice(w, true, "%s: too many pictures wait to be written; try again in a moment", o->path);
    }
    w->map_stale = true;
}

/* A whole path, however it was given: it leaves the program. */
static void full_path(const char *path, char *out, size_t size)
{
    char full[PATH_MAX];
    snprintf(out, size, "%s", path[0] != '/' && realpath(path, full) ? full : path);
}

/* The clipboard has one owner: where a program keeps the picture there, the path goes to what the middle button
 * pastes. */
static void copy_path(const char *path, bool picture)
{
#if SDL_VERSION_ATLEAST(2, 26, 0)
    if (picture) {
        SDL_SetPrimarySelectionText(path);
        return;
    }
#endif
    SDL_SetClipboardText(path);
}

static void report(struct window *w, const struct export_done *done)
{
    char path[PATH_MAX], shown[PATH_MAX];
    if (done->status != STATUS_OK) {
        window_notice(w, true, "%s", done->why.text);
        return;
    }
    full_path(done->path, path, sizeof path);
    export_short_path(path, shown, sizeof shown);
    if (done->copy)
        copy_path(path, done->copied);
    window_notice(w, false, "Saved %s%s", shown,
        !done->copy    ? ""
        : done->copied ? "; the picture is on the clipboard"
                       : "; its path is on the clipboard (for the picture: install wl-clipboard or xclip)");
    window_dirty(w, AREAS_ALL);
}

void export_turn(struct window *w)
{
    const double pause = 0.25;
    struct export_dialog *d = w->export;
    struct export_done done;
    while (export_task_take(d->task, &done))
        report(w, &done);
    if (d->open && d->preview.snap != w->snap && window_now() - d->preview.at > pause)
        window_dirty(w, AREAS_ALL);
}

/* ---- the frame ---- */

bool export_alone(const struct window *w)
{
    const struct export_dialog *d = w->export;
    return d->veiled && d->veiled_popup == w->popup && d->veiled_width == w->width &&
           d->veiled_height == w->height && !w->help_open && !w->lecture->blank;
}

static void draw_veil(struct window *w)
{
    struct export_dialog *d = w->export;
    if (export_alone(w) && !w->dirty) /* nothing has been drawn over the one there is */
        return;
    canvas_rect(
        w->ui.canvas, (struct rect){ 0, 0, w->width, w->height }, color_alpha(w->look.theme->bg, 0.7));
    d->veiled = !w->help_open;
    d->veiled_popup = w->popup;
    d->veiled_width = w->width;
    d->veiled_height = w->height;
}

static struct rect dialog_box(const struct window *w)
{
    double wide = fmin(DIALOG_W, w->width - 24), high = fmin(DIALOG_H, w->height - 24);
    return (struct rect){ floor((w->width - wide) / 2), floor((w->height - high) / 2), wide, high };
}

static void draw_frame(struct window *w, struct rect box)
{
    const struct theme *t = w->look.theme;
    draw_veil(w);
    canvas_round_rect(w->ui.canvas, box, 12, t->surface);
    canvas_round_outline(w->ui.canvas, box, 12, 1, t->axis);
    ui_text(
        &w->ui, box.x + EDGE, box.y + HEAD / 2.0 + 2, "Export", 20, WEIGHT_SEMIBOLD, t->text1, ALIGN_LEFT);
}

static void tab_row(struct window *w, struct rect box)
{
    struct export_dialog *d = w->export;
    double x = box.x + EDGE + 92;
    for (int i = 0; i < TABS; i++, x += 104) {
        struct rect rect = { x, box.y + 14, 98, 32 };
        if (ui_text_button(&w->ui, tabs[i].id, tabs[i].label, rect, d->tab == i)) {
            ui_edit_end(&w->ui);
            d->tab = i;
            window_dirty(w, AREAS_ALL);
        }
    }
}

/* Keys that are for the window would change what is about to be saved. */
static void keep_keys(struct window *w)
{
    static const int passed[] = { SDLK_ESCAPE, SDLK_TAB, SDLK_e, SDLK_UP, SDLK_DOWN, SDLK_F11 };
    struct ui_input *in = &w->ui.input;
    bool passes = in->kind != UI_KEY || in->ctrl;
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
        passes |= in->key == passed[i];
    if (!passes || in->kind == UI_TEXT)
        in->kind = UI_NONE;
}

void panel_export(struct window *w)
{
    struct export_dialog *d = w->export;
    if (!export_open(w) || !w->snap)
        return;
    struct rect box = dialog_box(w), close = { box.x + box.w - EDGE - 72, box.y + 14, 72, 32 };
    if (w->ui.canvas)
        draw_frame(w, box);
    tab_row(w, box);
    tabs[d->tab].draw(
        w, (struct rect){ box.x + EDGE, box.y + HEAD, box.w - 2 * EDGE, box.h - HEAD - EDGE / 2.0 });
    if (ui_text_button(&w->ui, "export.close", "Close", close, true))
        action_export(w, 0);
    if (w->ui.canvas)
        return;
    if (w->ui.input.kind == UI_PRESS && !w->popup && !ui_inside(box, w->ui.mouse))
        action_export(w, 0);
    keep_keys(w);
    ui_block_mouse(&w->ui);
}
