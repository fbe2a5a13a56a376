/* Open menus, above everything: data sets, models, views. The list of losses is in panel_loss.c. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/export_dialog.h"
#include "app/panel_rows.h"
#include "render/text.h"

enum { OPTION = 44, OPTION_BRIEF = 30, MENU_W = 300, PATH_ROW = 42 };

void panel_popup_open(struct window *w, enum popup popup, struct rect at)
{
    w->popup = w->popup == popup ? POPUP_NONE : popup;
    w->popup_at = at;
    w->popup_scroll = 0;
    w->ui.focus = 0;
    window_dirty(w, AREAS_ALL);
}

/* Options fill columns from the top; as many columns as it takes to show them all. */
struct menu {
    struct rect box;
    int per_column;
    double pitch;
};

static struct menu menu_layout(const struct window *w, int options, double pitch, double extra)
{
    double room = w->height - 16 - 12 - extra;
    int most = (int)fmax(1, floor(room / pitch));
    int columns = (options + most - 1) / most;
    struct menu menu = { .per_column = (options + columns - 1) / columns, .pitch = pitch };
    double wide = fmax(w->popup_at.w, pitch < OPTION ? 220 : MENU_W) * columns;
    double high = 12 + pitch * menu.per_column + extra;
    menu.box = (struct rect){ w->popup_at.x, w->popup_at.y + w->popup_at.h + 4, wide, high };
    menu.box.x = fmax(8, fmin(menu.box.x, w->width - wide - 8));
    menu.box.y = fmax(8, fmin(menu.box.y, w->height - high - 8));
    if (w->ui.canvas) {
        const struct theme *t = w->look.theme;
        canvas_round_rect(w->ui.canvas, menu.box, 8, t->surface);
        canvas_round_outline(w->ui.canvas, menu.box, 8, 1, t->dark ? t->raised2 : t->axis);
    }
    return menu;
}

static struct rect menu_row(const struct menu *menu, int i, int options)
{
    int columns = (options + menu->per_column - 1) / menu->per_column, column = i / menu->per_column;
    double wide = menu->box.w / columns;
    return (struct rect){ menu->box.x + column * wide, menu->box.y + 6 + (i % menu->per_column) * menu->pitch,
        wide, menu->pitch };
}

static void tick(struct window *w, struct point at)
{
    const struct point corner[3] = { { at.x - 5, at.y }, { at.x - 1.5, at.y + 4 },
        { at.x + 5.5, at.y - 4.5 } };
    const struct stroke stroke = { .color = w->look.theme->text1, .width = 1.75, .round = true };
    canvas_lines(w->ui.canvas, corner, 3, &stroke);
}

static bool option(
    struct window *w, struct rect row, const char *id, const char *title, const char *note, bool chosen)
{
    const struct theme *t = w->look.theme;
    bool hot = ui_control(&w->ui, id, title, row, true);
    if (!w->ui.canvas) {
        ui_value(&w->ui, chosen ? "chosen" : "");
        return ui_clicked(&w->ui, id, row);
    }
    struct rect back = { row.x + 4, row.y + 1, row.w - 8, row.h - 2 };
    if (hot || chosen)
        canvas_round_rect(w->ui.canvas, back, 5, hot ? t->raised2 : t->raised);
    if (chosen)
        tick(w, (struct point){ row.x + row.w - 22, row.y + 15 });
    ui_text_fit(&w->ui, row.x + 14, row.y + 15, row.w - (chosen ? 48 : 28), title, 14,
        chosen ? WEIGHT_SEMIBOLD : WEIGHT_REGULAR, t->text1);
    ui_text_fit(&w->ui, row.x + 14, row.y + 32, row.w - 28, note, 12, WEIGHT_REGULAR, t->text3);
    ui_focus_ring(&w->ui, id, (struct rect){ back.x + 3, back.y + 3, back.w - 6, back.h - 6 }, 3);
    return false;
}

static void choose(struct window *w, const char *key, const char *value)
{
    w->popup = POPUP_NONE;
    window_dirty(w, AREAS_ALL);
    row_set(w, key, key, value);
}

static void path_field(struct window *w, struct rect row)
{
    bool path = strchr(w->experiment.dataset, '/') != NULL || strchr(w->experiment.dataset, '.') != NULL;
    struct ui_field field = {
        .id = "dataset.path",
        .label = "Folder or CSV file",
        .value = path ? w->experiment.dataset : "Folder of IDX files, or a CSV file \u2026",
        .rect = { row.x + 8, row.y + 4, row.w - 16, 32 },
        .size = 14,
        .weight = WEIGHT_REGULAR,
        .color = w->look.theme->text3,
        .align = ALIGN_LEFT,
        .boxed = true,
    };
    if (ui_field(&w->ui, &field) != UI_COMMITTED)
        return;
    char typed[UI_EDIT];
    snprintf(typed, sizeof typed, "%s", w->ui.edit.text);
    bool meant = typed[0] && strcmp(typed, field.value) != 0;
    ui_edit_end(&w->ui);
    if (meant)
        choose(w, "dataset", typed);
}

static struct rect dataset_menu(struct window *w)
{
    int count = dataset_count();
    struct menu menu = menu_layout(w, count, OPTION, PATH_ROW);
    for (int i = 0; i < count; i++) {
        const struct dataset_row *d = dataset_at(i);
        char id[UI_ID];
        snprintf(id, sizeof id, "dataset.%s", d->id);
        if (option(w, menu_row(&menu, i, count), id, d->label, d->help,
                strcmp(w->experiment.dataset, d->id) == 0))
            choose(w, "dataset", d->id);
    }
    double y = menu.box.y + menu.box.h - PATH_ROW - 4;
    path_field(w, (struct rect){ menu.box.x, y, menu.box.w, PATH_ROW });
    return menu.box;
}

static const struct {
    const char *title, *note;
} model_rows[MODEL_COUNT] = {
    [MODEL_MLP] = { "MLP", "a network makes the features" },
    [MODEL_CNN] = { "CNN", "convolutions see pictures as such" },
    [MODEL_FREE] = { "Free points", "each point moves by its own gradient" },
    [MODEL_IDENTITY] = { "Inputs as they are", "only the class weights learn" },
};

static struct rect model_menu(struct window *w)
{
    struct menu menu = menu_layout(w, MODEL_COUNT, OPTION, 0);
    for (int i = 0; i < MODEL_COUNT; i++) {
        char id[UI_ID];
        snprintf(id, sizeof id, "model.%s", model_id((enum model)i));
        if (option(w, menu_row(&menu, i, MODEL_COUNT), id, model_rows[i].title, model_rows[i].note,
                (int)w->experiment.model == i))
            choose(w, "model", model_id((enum model)i));
    }
    return menu.box;
}

/* Whole arrangements are not for one cell. */
static bool fits(const struct window *w, const struct view *view)
{
    return view != &view_compare && (w->menu_cell < 0 || view != &view_dashboard);
}

static struct rect view_menu(struct window *w)
{
    const struct view *shown = w->menu_cell < 0 ? w->view : panel_cell(w, w->menu_cell);
    int count = 0, n = 0;
    for (int i = 0; i < view_count(); i++)
        count += fits(w, view_at(i));
    struct menu menu = menu_layout(w, count, OPTION_BRIEF, 0);
    for (int i = 0; i < view_count(); i++) {
        const struct view *view = view_at(i);
        char id[UI_ID];
        if (!fits(w, view))
            continue;
        snprintf(id, sizeof id, "view.%s", view->id);
        if (option(w, menu_row(&menu, n++, count), id, panel_view_label(w, view), "", view == shown)) {
            w->popup = POPUP_NONE;
            action_cell(w, w->menu_cell, view);
        }
    }
    return menu.box;
}

static struct rect sweep_menu(struct window *w)
{
    static const struct {
        const char *id, *title, *note;
    } rows[SWEEP_KINDS] = {
        [SWEEP_ONCE] = { "sweep.once", "Sweep once", "from end to end" },
        [SWEEP_BOTH] = { "sweep.both", "Back and forth", "until stopped" },
        [SWEEP_SLOWER] = { "sweep.slower", "Slower", "" },
        [SWEEP_FASTER] = { "sweep.faster", "Faster", "" },
        [SWEEP_STOP] = { "sweep.stop", "Stop", "" },
    };
    bool going = w->sweeping && strcmp(w->sweep.key, w->sweep_menu) == 0;
    int count = going ? SWEEP_KINDS : SWEEP_BOTH + 1;
    struct menu menu = menu_layout(w, count, OPTION, 0);
    for (int i = 0; i < count; i++) {
        char note[32];
        bool chosen = going && i == (w->sweep.once ? SWEEP_ONCE : SWEEP_BOTH),
             speed = i == SWEEP_SLOWER || i == SWEEP_FASTER;
        snprintf(note, sizeof note, "%.1f s from end to end", w->sweep.seconds);
        if (option(w, menu_row(&menu, i, count), rows[i].id, rows[i].title, speed ? note : rows[i].note,
                chosen)) {
            w->popup = speed ? w->popup : POPUP_NONE;
            action_sweep_key(w, w->sweep_menu, (enum sweep_kind)i);
            window_dirty(w, AREAS_ALL);
        }
    }
    return menu.box;
}

/* Of the choice that was asked in the export dialog. */
static struct rect export_menu(struct window *w)
{
    const struct export_row *row = export_row(w->export->listing);
    int count = row->count(w);
    struct menu menu = menu_layout(w, count, OPTION_BRIEF, 0);
    for (int i = 0; i < count; i++) {
        char id[UI_ID];
        snprintf(id, sizeof id, "%s.%d", row->id, i);
        if (option(w, menu_row(&menu, i, count), id, row->title(w, i), "", row->chosen(w, i))) {
            w->popup = POPUP_NONE;
            w->ui.focus = ui_hash(row->id); /* back to where the list hung from */
            row->choose(w, i);
            window_dirty(w, AREAS_ALL);
        }
    }
    return menu.box;
}

void panel_popup(struct window *w)
{
    static struct rect (*const menus[])(struct window *) = {
        [POPUP_DATASET] = dataset_menu,
        [POPUP_MODEL] = model_menu,
        [POPUP_LOSS] = panel_loss_list,
        [POPUP_VIEW] = view_menu,
        [POPUP_SWEEP] = sweep_menu,
        [POPUP_EXPORT] = export_menu,
    };
    if (!w->popup)
        return;
    struct rect box = menus[w->popup](w);
    if (w->ui.canvas)
        return;
    bool outside = !ui_inside(box, w->ui.mouse);
    if (w->popup && w->ui.input.kind == UI_PRESS && outside && !ui_inside(w->popup_at, w->ui.mouse)) {
        w->popup = POPUP_NONE;
        window_dirty(w, AREAS_ALL);
        ui_block_mouse(&w->ui);
    } else if (!outside) {
        ui_block_mouse(&w->ui);
    }
}
