/* The dialog's third tab: the numbers behind the pictures, for other programs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/data_task.h"
#include "app/export_dialog.h"
#include "render/text.h"

enum { LABEL = 104, PITCH = 40, FIELD_H = 30, ROW_H = 34 };

struct data_dialog {
    int table; /* row of `offered` */
    enum data_format format;
    char name[EXPORT_NAME]; /* as typed; empty: the default */
    struct data_task *task;
    char said[1200]; /* how the last one ended */
    bool bad;
};

/* clang-format off */
static const struct {
    enum data_table table;
    const char *id, *title, *says;
} offered[] = {
    { DATA_FEATURES, "data.features", "Features", "of every sample, as the network has them now" },
    { DATA_LABELS, "data.labels", "Labels", "class numbers of the same samples" },
    { DATA_WEIGHTS, "data.weights", "Class weights", "or class means, where the loss has no weights" },
    { DATA_HISTORY, "data.history", "History", "the curve; as .npz features, weights and numbers at up to 200 moments" },
    { DATA_INPUTS, "data.inputs", "Inputs", "as used, with label and split; opens again as a data set" },
    { DATA_POINTS, "data.points", "Points", "the samples as shown: feature, label, prediction, angle" },
};
/* clang-format on */
enum { OFFERED = sizeof offered / sizeof *offered };

static const char *const format_title[DATA_FORMATS] = { "CSV", "NPY", "NPZ" };

void data_out_destroy(struct window *w)
{
    if (w->data_out)
        data_task_destroy(w->data_out->task);
    free(w->data_out);
    w->data_out = NULL;
}

void data_out_turn(struct window *w)
{
    struct data_dialog *d = w->data_out;
    enum status status;
    struct why why;
    if (!d || !d->task || !data_task_done(d->task, &status, &why))
        return;
    d->bad = status != STATUS_OK;
    char shown[1100];
    export_short_path(data_task_order(d->task)->path, shown, sizeof shown);
    snprintf(d->said, sizeof d->said, d->bad ? "%.1100s" : "Saved %.1100s", d->bad ? why.text : shown);
    if (!d->bad)
        SDL_SetClipboardText(data_task_order(d->task)->path);
    window_notice(w, d->bad, "%s", d->said);
    data_task_destroy(d->task);
    d->task = NULL;
    window_dirty(w, AREAS_ALL);
    w->map_stale = true;
}

/* ---- the file ---- */

/* arcface_m0.30_s16_seed6_step4000-features */
static void default_name(const struct window *w, char *out, size_t size)
{
    char name[EXPORT_NAME];
    figure_name(w->snap, name, sizeof name);
    snprintf(out, size, "%.200s-%s", name, data_name(offered[w->data_out->table].table));
}

static enum status take_target(const struct window *w, char *out, int size, struct why *why)
{
    const struct data_dialog *d = w->data_out;
    const char *folder = w->export->choice.folder, *ending = data_ending(d->format);
    char name[EXPORT_NAME];
    if (!d->name[0]) {
        default_name(w, name, sizeof name);
        return export_free_name(folder, name, ending, NULL, out, size, why);
    }
    return export_typed_path(w, d->name, ending, out, size, why);
}

static void start(struct window *w)
{
    struct data_dialog *d = w->data_out;
    struct why why = { "" };
    struct data_order order = { .table = offered[d->table].table, .format = d->format };
    enum status status = take_target(w, order.path, sizeof order.path, &why);
    if (status == STATUS_OK)
        d->task = data_task_start(&order, w->snap, w->worker, window_wake, w);
    if (status == STATUS_OK && !d->task)
        status = why_set(&why, STATUS_FAILED, "%s: no memory; close other programs", order.path);
    d->bad = status != STATUS_OK;
    snprintf(d->said, sizeof d->said, "%s", why.text);
    window_dirty(w, AREAS_ALL);
}

/* ---- rows ---- */

static void choose(struct window *w, int table)
{
    struct data_dialog *d = w->data_out;
    d->table = table;
    d->said[0] = '\0';
    for (int i = 0; !data_has(offered[table].table, d->format) && i < DATA_FORMATS; i++)
        if (data_has(offered[table].table, (enum data_format)i))
            d->format = (enum data_format)i;
    window_dirty(w, AREAS_ALL);
    w->map_stale = true;
}

static void table_row(struct window *w, int i, struct rect row)
{
    const struct theme *t = w->look.theme;
    const double titles = 140;
    if (ui_text_button(&w->ui, offered[i].id, offered[i].title, (struct rect){ row.x, row.y, titles, 30 },
            w->data_out->table == i))
        choose(w, i);
    ui_text_fit(&w->ui, row.x + titles + 16, row.y + 15, row.w - titles - 16, offered[i].says, 14,
        WEIGHT_REGULAR, w->data_out->table == i ? t->text1 : t->text2);
}

static void format_row(struct window *w, struct rect row)
{
    struct data_dialog *d = w->data_out;
    double x = row.x + LABEL;
    ui_text(
        &w->ui, row.x, row.y + FIELD_H / 2.0, "Format", 14, WEIGHT_REGULAR, w->look.theme->text2, ALIGN_LEFT);
    for (int i = 0; i < DATA_FORMATS; i++) {
        char id[UI_ID];
        if (!data_has(offered[d->table].table, (enum data_format)i))
            continue;
        snprintf(id, sizeof id, "data.format.%s", data_ending((enum data_format)i) + 1);
        if (ui_text_button(
                &w->ui, id, format_title[i], (struct rect){ x, row.y, 72, FIELD_H }, (int)d->format == i)) {
            d->format = (enum data_format)i;
            window_dirty(w, AREAS_ALL);
        }
        x += 80;
    }
}

static void name_row(struct window *w, struct rect row)
{
    struct data_dialog *d = w->data_out;
    char name[EXPORT_NAME];
    default_name(w, name, sizeof name);
    snprintf(name + strlen(name), sizeof name - strlen(name), "%s", data_ending(d->format));
    ui_text(
        &w->ui, row.x, row.y + FIELD_H / 2.0, "Name", 14, WEIGHT_REGULAR, w->look.theme->text2, ALIGN_LEFT);
    struct rect field = { row.x + LABEL, row.y, row.w - LABEL, FIELD_H };
    export_name_field(w, "data.name", field, d->name[0] ? d->name : name, d->name);
}

/* As in the other tabs: what is said at the left, the button at the right. */
static void foot(struct window *w, struct rect at)
{
    struct data_dialog *d = w->data_out;
    const struct theme *t = w->look.theme;
    struct rect button = { at.x + at.w - 96, at.y, 96, 34 };
    char folder[1100];
    snprintf(folder, sizeof folder, "Into %s", w->export->choice.folder);
    if (ui_main_button(&w->ui, "data.save", d->task ? "Writing \u2026" : "Save", button) && !d->task)
        start(w);
    ui_value(&w->ui, "%s", d->task ? "busy" : d->said[0] ? d->bad ? "failed" : "saved" : "");
    ui_text_fit(&w->ui, at.x, at.y + 17, at.w - button.w - 24, d->said[0] ? d->said : folder, 14,
        WEIGHT_REGULAR,
        !d->said[0] ? t->text3
        : d->bad    ? t->bad
                    : t->text2);
}

void panel_export_data(struct window *w, struct rect body)
{
    if (!w->data_out && !(w->data_out = calloc(1, sizeof *w->data_out)))
        return;
    struct rect row = { body.x, body.y + 16, body.w, ROW_H };
    for (int i = 0; i < OFFERED; i++, row.y += ROW_H + 4)
        table_row(w, i, row);
    row.y += 14;
    format_row(w, row);
    row.y += PITCH;
    name_row(w, row);
    foot(w, (struct rect){ body.x, body.y + body.h - 40, body.w, 40 });
}
