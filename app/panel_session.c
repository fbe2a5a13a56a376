/* The dialog of Ctrl+S and Ctrl+O: a name, and under it the sessions used last or the files that complete the name; and
 * the offer to restore what a run that fell has left. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/export.h"
#include "app/session_window.h"
#include "render/text.h"

enum {
    BOX_W = 680,
    HEAD = 60,
    EDGE = 24,
    FIELD = 34,
    ROW = 44,
    OFFER_W = 520,
    OFFER_H = 92,
    OFFER_GROUP = 8
};

/* ---- names ---- */

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* In the folder of documents, or else where the program was started. */
static void first_name(const struct window *w, char *out, size_t size)
{
    char folder[SESSION_PATH], name[128];
    folder_path("~/Documents", folder, sizeof folder);
    if (!is_folder(folder) && !getcwd(folder, sizeof folder))
        snprintf(folder, sizeof folder, ".");
    figure_name(w->snap, name, sizeof name);
    char path[SESSION_PATH + 160];
    snprintf(path, sizeof path, "%s/%s.json", folder, name);
    export_short_path(path, out, size);
}

/* ---- what the folder holds ---- */

static void look_up(struct window *w, const char *typed, bool recent)
{
    struct session_panel *p = sessions_panel(w);
    folder_task_drop(p->task);
    snprintf(p->asked, sizeof p->asked, "%s", typed);
    p->task = folder_task_start(typed, recent ? sessions_home(w) : NULL, window_wake, w);
    if (p->task)
        return;
    memset(&p->list, 0, sizeof p->list); /* asked again at the next event */
    snprintf(p->asked, sizeof p->asked, "\n");
}

/* At first the sessions used last, while a name is typed what completes it. */
static void list_files(struct window *w, const char *typed)
{
    if (strcmp(sessions_panel(w)->asked, typed) != 0)
        look_up(w, typed, false);
}

/* As far as all that is listed agrees. */
static void complete(struct window *w)
{
    const struct folder_list *list = &sessions_panel(w)->list;
    char common[SESSION_PATH], text[SESSION_PATH], whole[SESSION_PATH];
    if (list->files == 0)
        return;
    snprintf(common, sizeof common, "%s", list->file[0]);
    for (int i = 1; i < list->files; i++) {
        size_t n = 0;
        while (common[n] && common[n] == list->file[i][n])
            n++;
        common[n] = '\0';
    }
    folder_path(w->ui.edit.text, whole, sizeof whole);
    export_short_path(common, text, sizeof text);
    if (strlen(text) < UI_EDIT && strlen(common) >= strlen(whole)) {
        snprintf(w->ui.edit.text, sizeof w->ui.edit.text, "%s", text);
        w->ui.edit.caret = (int)strlen(text);
        w->ui.edit.all = false;
    }
    window_dirty(w, AREAS_ALL);
}

/* ---- the dialog ---- */

bool panel_session_open(const struct window *w)
{
    return w->sessions && sessions_panel((struct window *)w)->dialog;
}

void panel_session_show(struct window *w, enum session_dialog dialog)
{
    struct session_panel *p = sessions_panel(w);
    p->dialog = dialog;
    w->popup = POPUP_NONE;
    w->help_open = false;
    w->ui.focus = 0;
    ui_edit_end(&w->ui);
    window_dirty(w, AREAS_ALL);
    w->map_stale = true;
    if (!dialog)
        return;
    p->name[0] = '\0';
    p->then = SESSION_WAITS;
    memset(&p->list, 0, sizeof p->list);
    if (dialog == SESSION_DIALOG_SAVE && sessions_path(w)[0])
        export_short_path(sessions_path(w), p->name, sizeof p->name);
    else if (dialog == SESSION_DIALOG_SAVE && w->snap)
        first_name(w, p->name, sizeof p->name);
    look_up(w, p->name, true);
    ui_edit_start(&w->ui, "session.path", p->name);
    w->ui.edit.all = true;
}

static void save_as(struct window *w, const char *typed)
{
    char path[SESSION_PATH];
    folder_path(typed, path, sizeof path - 8);
    const char *slash = strrchr(path, '/');
    if (!strchr(slash ? slash : path, '.'))
        strcat(path, ".json");
    if (!typed[0] || sessions_panel(w)->list.folder) {
        ui_edit_error(&w->ui, "session.path", "Give the file a name.");
        return;
    }
    panel_session_show(w, SESSION_DIALOG_NONE);
    sessions_save(w, path);
}

static void open_file(struct window *w, const char *typed)
{
    char path[SESSION_PATH];
    folder_path(typed, path, sizeof path);
    if (!typed[0])
        return;
    struct session_panel *p = sessions_panel(w);
    if (p->list.folder) { /* its files are listed */
        snprintf(p->name, sizeof p->name, "%s", typed);
        ui_edit_start(&w->ui, "session.path", p->name);
        w->ui.edit.caret = (int)strlen(p->name);
        return;
    }
    panel_session_show(w, SESSION_DIALOG_NONE);
    sessions_drop(w, path);
}

static void act(struct window *w)
{
    char typed[UI_EDIT];
    const struct session_panel *p = sessions_panel(w);
    snprintf(typed, sizeof typed, "%s", p->name);
    if (p->dialog == SESSION_DIALOG_SAVE)
        save_as(w, typed);
    else
        open_file(w, typed);
}

/* At once where it is known what the name stands for, else when the folder has answered. */
static void when_known(struct window *w, int then)
{
    struct session_panel *p = sessions_panel(w);
    list_files(w, p->name);
    if (p->task) {
        p->then = then;
        return;
    }
    p->then = SESSION_WAITS;
    (then == SESSION_ACTS ? act : complete)(w);
}

void panel_session_turn(struct window *w)
{
    struct session_panel *p = sessions_panel(w);
    int then = p->then;
    if (!p->task || !folder_task_take(p->task, &p->list))
        return;
    folder_task_drop(p->task);
    p->task = NULL;
    p->then = SESSION_WAITS;
    w->map_stale = true;
    window_dirty(w, AREAS_ALL);
    if (p->dialog && then != SESSION_WAITS)
        when_known(w, then);
}

static void name_field(struct window *w, struct rect rect)
{
    struct session_panel *p = sessions_panel(w);
    struct ui_input *in = &w->ui.input;
    bool editing = w->ui.edit.owner == ui_hash("session.path");
    bool enter = in->kind == UI_KEY && (in->key == SDLK_RETURN || in->key == SDLK_KP_ENTER);
    if (editing && !w->ui.canvas && in->kind == UI_KEY && in->key == SDLK_TAB && !in->shift) {
        when_known(w, SESSION_COMPLETES);
        in->kind = UI_NONE;
    }
    struct ui_field field = {
        .id = "session.path",
        .label = p->dialog == SESSION_DIALOG_SAVE ? "Save the session as" : "Session, lesson, CSV or folder",
        .value = p->name,
        .rect = rect,
        .size = 14,
        .weight = WEIGHT_REGULAR,
        .color = w->look.theme->text1,
        .align = ALIGN_LEFT,
        .boxed = true,
    };
    bool committed = ui_field(&w->ui, &field) == UI_COMMITTED;
    if (!w->ui.canvas && editing && w->ui.edit.owner) {
        snprintf(p->name, sizeof p->name, "%s", w->ui.edit.text);
        list_files(w, p->name);
    }
    if (!committed)
        return;
    ui_edit_end(&w->ui);
    if (enter)
        when_known(w, SESSION_ACTS);
}

static void file_row(struct window *w, int i, struct rect row)
{
    const struct theme *t = w->look.theme;
    struct session_panel *p = sessions_panel(w);
    char id[UI_ID], path[SESSION_PATH], text[SESSION_PATH];
    snprintf(id, sizeof id, "session.recent.%d", i + 1);
    snprintf(path, sizeof path, "%s", p->list.file[i]);
    export_short_path(path, text, sizeof text);
    bool hot = ui_control(&w->ui, id, text, row, true);
    if (!w->ui.canvas) {
        if (!ui_clicked(&w->ui, id, row))
            return;
        snprintf(p->name, sizeof p->name, "%s", text);
        if (p->dialog == SESSION_DIALOG_OPEN)
            when_known(w, SESSION_ACTS);
        window_dirty(w, AREAS_ALL);
        return;
    }
    const char *slash = strrchr(text, '/'), *name = slash && slash[1] ? slash + 1 : text;
    bool folder = path[0] && path[strlen(path) - 1] == '/';
    if (hot)
        canvas_round_rect(w->ui.canvas, row, 6, t->raised);
    ui_text_fit(&w->ui, row.x + 12, row.y + 14, row.w - 150, name, 14, WEIGHT_SEMIBOLD, t->text1);
    ui_text_fit(
        &w->ui, row.x + 12, row.y + 31, row.w - 150, folder ? "folder" : text, 12, WEIGHT_REGULAR, t->text3);
    ui_text(
        &w->ui, row.x + row.w - 12, row.y + 22, p->list.when[i], 12, WEIGHT_REGULAR, t->text3, ALIGN_RIGHT);
    ui_focus_ring(&w->ui, id, row, 6);
}

static const char *action_label(struct window *w)
{
    const struct session_panel *p = sessions_panel(w);
    char path[SESSION_PATH];
    folder_path(p->name, path, sizeof path);
    bool other = strcmp(path, sessions_path(w)) != 0 && p->list.there && !p->list.folder &&
                 strcmp(p->list.typed, p->name) == 0;
    return p->dialog == SESSION_DIALOG_OPEN ? "Open" : other ? "Replace" : "Save";
}

/* Keys that are for the window would change what is about to be saved. */
static void keep_keys(struct window *w)
{
    struct ui_input *in = &w->ui.input;
    bool passes = in->kind == UI_KEY &&
                  (in->key == SDLK_ESCAPE || in->key == SDLK_TAB ||
                      (in->ctrl && (in->key == SDLK_q || in->key == SDLK_s || in->key == SDLK_o)));
    if ((in->kind == UI_KEY && !passes) || in->kind == UI_TEXT)
        in->kind = UI_NONE;
}

static struct rect dialog_box(const struct window *w, int files)
{
    double wide = fmin(BOX_W, w->width - 24), high = HEAD + FIELD + 46 + ROW * files + (files > 0 ? EDGE : 0);
    return (struct rect){ floor((w->width - wide) / 2), floor(fmax(12, (w->height - high) / 3)), wide, high };
}

static void dialog_frame(struct window *w, struct rect box)
{
    const struct theme *t = w->look.theme;
    canvas_rect(w->ui.canvas, (struct rect){ 0, 0, w->width, w->height }, color_alpha(t->bg, 0.7));
    canvas_round_rect(w->ui.canvas, box, 12, t->surface);
    canvas_round_outline(w->ui.canvas, box, 12, 1, t->axis);
    ui_text(&w->ui, box.x + EDGE, box.y + HEAD / 2.0, "Session", 20, WEIGHT_SEMIBOLD, t->text1, ALIGN_LEFT);
}

static void dialog_tabs(struct window *w, struct rect box)
{
    static const struct {
        const char *id, *label;
        enum session_dialog dialog;
    } tabs[] = { { "session.tab.open", "Open", SESSION_DIALOG_OPEN },
        { "session.tab.save", "Save", SESSION_DIALOG_SAVE } };
    struct rect rect = { box.x + EDGE + 100, box.y + 14, 72, 32 };
    for (size_t i = 0; i < sizeof tabs / sizeof *tabs; i++, rect.x += 78)
        if (ui_text_button(
                &w->ui, tabs[i].id, tabs[i].label, rect, sessions_panel(w)->dialog == tabs[i].dialog))
            panel_session_show(w, tabs[i].dialog);
}

static void dialog(struct window *w)
{
    const struct theme *t = w->look.theme;
    struct session_panel *p = sessions_panel(w);
    struct rect box = dialog_box(w, p->list.files);
    struct rect field = { box.x + EDGE, box.y + HEAD, box.w - 2 * EDGE - 92, FIELD };
    struct rect button = { box.x + box.w - EDGE - 84, box.y + HEAD, 84, FIELD };
    struct rect close = { box.x + box.w - EDGE - 84, box.y + 14, 84, 32 };
    if (w->ui.canvas)
        dialog_frame(w, box);
    dialog_tabs(w, box);
    name_field(w, field);
    if (p->dialog &&
        ui_main_button(&w->ui, p->dialog == SESSION_DIALOG_SAVE ? "session.save" : "session.open",
            action_label(w), button))
        act(w);
    if (p->dialog && ui_text_button(&w->ui, "session.close", "Close", close, false))
        panel_session_show(w, SESSION_DIALOG_NONE);
    double y = field.y + FIELD + 20;
    const char *head = p->list.files > 0 ? "Recent, or what the name begins; Tab completes"
                       : p->dialog == SESSION_DIALOG_OPEN
                           ? "A session, a lesson, a CSV file or a folder of IDX "
                             "files; it may also be dropped on the window."
                           : "The window and its trainings, in one file.";
    ui_text_fit(&w->ui, field.x, y, box.w - 2 * EDGE, head, 12, WEIGHT_REGULAR, t->text3);
    for (int i = 0; i < p->list.files && p->dialog; i++)
        file_row(w, i, (struct rect){ box.x + EDGE - 12, y + 16 + i * ROW, box.w - 2 * EDGE + 24, ROW - 2 });
    if (w->ui.canvas)
        return;
    if (w->ui.input.kind == UI_PRESS && !ui_inside(box, w->ui.mouse))
        panel_session_show(w, SESSION_DIALOG_NONE);
    keep_keys(w);
    ui_block_mouse(&w->ui);
}

/* ---- the offer ---- */

/* Of our own state folder. */
static void when(const char *path, char *out, size_t size)
{
    struct stat info;
    struct tm day;
    out[0] = '\0';
    if (stat(path, &info) == 0 && localtime_r(&info.st_mtime, &day))
        strftime(out, size, "%Y-%m-%d %H:%M", &day);
}

static void offer(struct window *w, const char *path)
{
    const struct theme *t = w->look.theme;
    struct rect area = w->area[AREA_MAIN];
    double wide = fmin(OFFER_W, area.w - 24);
    struct rect box = { area.x + 12, area.y + area.h - OFFER_H - 12, wide, OFFER_H };
    char time[32], text[96];
    when(path, time, sizeof time);
    snprintf(text, sizeof text, "The last run did not end properly. Saved by itself %s.", time);
    w->ui.group = OFFER_GROUP; /* it waits, and keeps nobody */
    ui_control(&w->ui, "session.offer", text, box, false);
    if (w->ui.canvas) {
        canvas_round_rect(w->ui.canvas, box, 8, t->surface);
        canvas_round_outline(w->ui.canvas, box, 8, 1, t->axis);
        ui_text_fit(&w->ui, box.x + 16, box.y + 24, wide - 32, text, 14, WEIGHT_REGULAR, t->text1);
    }
    double y = box.y + OFFER_H - 44;
    if (ui_text_button(&w->ui, "session.restore", "Restore", (struct rect){ box.x + 12, y, 96, 32 }, true))
        sessions_answer(w, true);
    if (ui_text_button(&w->ui, "session.discard", "Discard", (struct rect){ box.x + 116, y, 96, 32 }, false))
        sessions_answer(w, false);
    if (!w->ui.canvas && ui_inside(box, w->ui.mouse))
        ui_block_mouse(&w->ui);
}

void panel_session(struct window *w)
{
    if (!w->sessions)
        return;
    if (panel_session_open(w))
        dialog(w);
    else if (sessions_offer(w))
        offer(w, sessions_offer(w));
}

/* ---- the keys ---- */

void action_save(struct window *w, int unused)
{
    (void)unused;
    if (w->modifiers & KMOD_SHIFT || !sessions_path(w)[0])
        panel_session_show(w, SESSION_DIALOG_SAVE);
    else
        sessions_save(w, sessions_path(w));
}

void action_open(struct window *w, int unused)
{
    (void)unused;
    bool shown = sessions_panel(w)->dialog == SESSION_DIALOG_OPEN;
    panel_session_show(w, shown ? SESSION_DIALOG_NONE : SESSION_DIALOG_OPEN);
}
