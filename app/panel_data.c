/* What is learned from and by what: data set, model, seed, and their menus. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/panel_rows.h"
#include "render/text.h"

static void model_text(const struct window *w, char *title, int size, char *note, int note_size)
{
    static const char *const names[MODEL_COUNT] = { "MLP", "CNN", "Free points", "Inputs as they are" };
    const struct experiment *e = &w->experiment;
    snprintf(title, (size_t)size, "%s", names[e->model]);
    note[0] = '\0';
    if (e->model != MODEL_MLP && e->model != MODEL_CNN)
        return;
    int used = w->data ? snprintf(note, (size_t)note_size, "%d", w->data->dim) : 0;
    for (int i = 0; e->model == MODEL_CNN && i < e->filter_count && used < note_size - 8; i++)
        used += snprintf(note + used, (size_t)(note_size - used), used ? "\u2013%d" : "%d", e->filters[i]);
    for (int i = 0; i < e->hidden_count && used < note_size - 8; i++)
        used += snprintf(note + used, (size_t)(note_size - used), used ? "\u2013%d" : "%d", e->hidden[i]);
    snprintf(note + used, (size_t)(note_size - used), "\u2013%d", e->feature_dim);
}

/* Where the whole name has no room, what its brackets say: "MNIST". */
static void dataset_title(const struct window *w, double room, char *out, size_t size)
{
    struct font font = { .size = 14, .weight = WEIGHT_REGULAR };
    const struct experiment *e = &w->experiment;
    const char *name = e->features_npy[0] ? e->features_npy : e->dataset, *slash = strrchr(name, '/');
    const struct dataset_row *row = e->features_npy[0] ? NULL : dataset_find(name);
    const char *label = row ? row->label : slash && slash[1] ? slash + 1 : name;
    const char *open = strchr(label, '('), *close = open ? strchr(open, ')') : NULL;
    if (row && close && text_width(label, &font) > room)
        snprintf(out, size, "%.*s", (int)(close - open - 1), open + 1);
    else
        snprintf(out, size, "%s", label);
}

static void data_rows(struct window *w, struct flow *f)
{
    char title[128], note[96] = "";
    flow_heading(w, f, "Data and model");
    struct rect field = { f->x, f->y, f->width, FIELD };
    dataset_title(w, field.w - 44, title, sizeof title);
    if (w->state.loading && w->state.share > 0)
        snprintf(note, sizeof note, "reading, %.0f\u2009%%", floor(100 * w->state.share));
    else if (w->state.loading)
        snprintf(note, sizeof note, "reading \u2026");
    else if (w->data && w->data->numbers)
        snprintf(note, sizeof note, "%d points", w->data->train + w->data->test);
    else if (w->data)
        snprintf(note, sizeof note, "%d classes, %d-D", w->data->classes, w->data->dim);
    if (ui_dropdown(&w->ui, "dataset", title, note, field, w->popup == POPUP_DATASET))
        panel_popup_open(w, POPUP_DATASET, field);
    if (w->ui.canvas && w->state.loading && w->state.share > 0)
        canvas_rect(w->ui.canvas,
            (struct rect){ field.x + 2, field.y + FIELD - 3, (field.w - 4) * fmin(1, w->state.share), 3 },
            w->look.theme->text1);
    f->y += FIELD + 8;
    flow_error(w, f, "dataset");

    model_text(w, title, sizeof title, note, sizeof note);
    field.y = f->y;
    if (ui_dropdown(&w->ui, "model", title, note, field, w->popup == POPUP_MODEL))
        panel_popup_open(w, POPUP_MODEL, field);
    f->y += FIELD + 8;
    flow_error(w, f, "model");
}

static void seed_rows(struct window *w, struct flow *f)
{
    if (w->experiment.model == MODEL_CNN) {
        row_text(w, f, "filters", "Filters", "filters", 0);
        f->y += ROW;
        flow_error(w, f, "filters");
        row_text(w, f, "kernel", "Kernel", "kernel", 0);
        f->y += ROW;
        flow_error(w, f, "kernel");
    }
    if (w->experiment.model == MODEL_MLP || w->experiment.model == MODEL_CNN) {
        row_text(w, f, "hidden", "Hidden", "hidden", 0);
        f->y += ROW;
        flow_error(w, f, "hidden");
    }
    if (w->experiment.model != MODEL_IDENTITY) {
        row_text(w, f, "feature-dim", "Features", "feature-dim", 0);
        f->y += ROW;
        flow_error(w, f, "feature-dim");
    }
    if (w->snap && w->snap->dim > 3) {
        row_text(w, f, "axes", "Axes", "axes", 0);
        f->y += ROW;
        flow_error(w, f, "axes");
    }
    row_text(w, f, "seed", "Seed", "seed", 32);
    struct rect dice = { f->x + f->width - 24, f->y, 28, 28 };
    if (ui_icon_button(&w->ui, "seed.dice", "New seed", dice, ICON_DICE))
        action_reset(w, 1);
    f->y += ROW;
    flow_error(w, f, "seed");
}

void section_data(struct window *w, struct flow *f)
{
    data_rows(w, f);
    seed_rows(w, f);
}
