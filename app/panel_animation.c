/* The dialog's second tab: the training so far, or a slider on its way, as a moving picture. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/animate_task.h"
#include "app/compare.h"
#include "app/export_dialog.h"
#include "render/number.h"
#include "render/text.h"

enum { LABEL = 104, PITCH = 40, FIELD_H = 30, FIELD_W = 84, SWEEPS = 5, SOURCES = SWEEPS + 1, CHOICES = 8 };

static const char *const formats[] = { "gif", "webp", "mp4", "webm", "png" };
static const char *const format_title[] = { "GIF", "WebP", "MP4", "WebM", "PNG frames" };
enum { FORMATS = 5, FORMAT_MP4 = 2, FORMAT_WEBM = 3 };

static const struct {
    const char *title;
    double width, height;
} sizes[] = { { "640 × 400", 640, 400 }, { "800 × 500", 800, 500 }, { "960 × 540", 960, 540 },
    { "1280 × 720", 1280, 720 }, { "1600 × 1000", 1600, 1000 } };
enum { SIZES = sizeof sizes / sizeof *sizes };

enum { PICTURE_MAIN, PICTURE_DASHBOARD, PICTURE_COMPARE, PICTURES };

/* What is chosen, and the work under way. */
struct animation_dialog {
    int source, format, size, theme; /* source 0: the history */
    int picture; /* PICTURE_; -1: what is open */
    char key[48]; /* of the sweep; from, to are for it */
    double from, to;
    double fps, seconds;
    bool trains; /* a sweep while training goes on */
    char name[EXPORT_NAME]; /* as typed; empty: the default */
    bool ffmpeg;
    struct animation_task *task;
    struct animation_news news;
    char said[1200]; /* how the last one ended */
    bool bad;
};

enum status animation_create(struct window *w, struct why *why)
{
    struct animation_dialog *d = w->animation = calloc(1, sizeof *d);
    if (!d)
        return why_set(why, STATUS_FAILED, "window: not enough memory; close something");
    *d = (struct animation_dialog){ .size = 1, .fps = 20, .seconds = 8, .ffmpeg = animation_has_ffmpeg() };
    d->theme = d->picture = -1;
    return STATUS_OK;
}

void animation_destroy(struct window *w)
{
    if (w->animation)
        animation_task_destroy(w->animation->task);
    free(w->animation);
    w->animation = NULL;
}

/* ---- what can be chosen ---- */

/* The numbers of the loss and its terms that slide, the margin first. */
static int sweep_keys(const struct window *w, char key[SWEEPS][48])
{
    const struct experiment *e = &w->experiment;
    const struct loss *loss = experiment_loss(e);
    int n = 0;
    for (int i = -1; i < loss_param_count(loss) && n < SWEEPS; i++) {
        int at = i < 0 ? loss->margin : i;
        struct dial dial;
        bool again = i >= 0 && i == loss->margin;
        if (at >= 0 && !again && action_dial((struct window *)w, loss->param[at].id, &dial))
            snprintf(key[n++], sizeof key[0], "%s", loss->param[at].id);
    }
    for (int t = 0; t < term_count() && n < SWEEPS; t++)
        if (e->added[t])
            snprintf(key[n++], sizeof key[0], "%s.lambda", term_at(t)->id);
    return n;
}

/* From one end of the slider to the other, when it is chosen. */
static void choose_key(struct window *w, const char *key)
{
    struct animation_dialog *d = w->animation;
    struct dial dial;
    if (strcmp(d->key, key) == 0 || !action_dial(w, key, &dial))
        return;
    snprintf(d->key, sizeof d->key, "%s", key);
    d->from = dial.row->min;
    d->to = floor(100 * (isfinite(dial.end) ? dial.end : dial.row->max)) / 100;
}

/* A slider is swept in one training. */
static int pictures(const struct window *w)
{
    return compare_several(w) && w->animation->source == 0 ? PICTURES : PICTURE_COMPARE;
}

static int chosen_picture(const struct window *w)
{
    int chosen = w->animation->picture;
    if (chosen < 0)
        chosen = compare_open(w) ? PICTURE_COMPARE : PICTURE_MAIN;
    return chosen < pictures(w) ? chosen : PICTURE_MAIN;
}

static const struct view *picture_view(const struct window *w)
{
    const struct view *const view[PICTURES] = { w->view == &view_compare ? &view_feature : w->view,
        &view_dashboard, &view_compare };
    return view[chosen_picture(w)];
}

static void take_picture(struct window *w, struct figure_options *o)
{
    const struct animation_dialog *d = w->animation;
    const struct view *view = picture_view(w);
    snprintf(o->view, sizeof o->view, "%s", view->id);
    snprintf(o->theme, sizeof o->theme, "%s", theme_at(d->theme)->id);
    o->width = sizes[d->size].width;
    o->height = sizes[d->size].height;
    o->scale = 1;
    if (view == w->view) {
        o->look = &w->look;
        o->look_rect = w->area[AREA_MAIN];
    }
}

static enum status take_target(struct window *w, char *out, int size, struct why *why)
{
    const struct animation_dialog *d = w->animation;
    const char *folder = w->export->choice.folder;
    char name[EXPORT_NAME], ending[24];
    size_t used = strlen(d->name);
    bool numbered = strcmp(formats[d->format], "png") == 0;
    bool placed =
        used > 4 && strcasecmp(d->name + used - 4, ".png") == 0; /* its number's place was typed too */
    snprintf(ending, sizeof ending, "%s.%s", numbered && !placed ? "-%04d" : "", formats[d->format]);
    figure_name(w->snap, name, sizeof name);
    if (!d->name[0] && !numbered)
        return export_free_name(folder, name, ending, NULL, out, size, why);
    return export_typed_path(w, d->name[0] ? d->name : name, ending, out, size, why);
}

/* ---- start and end ---- */

static void start(struct window *w)
{
    struct animation_dialog *d = w->animation;
    struct animation_options o;
    struct animation_sweep sweep = { .from = d->from, .to = d->to, .steps = d->trains ? 5 : 0 };
    struct why why = { "" };
    animation_options_init(&o);
    take_picture(w, &o.figure);
    o.fps = d->fps;
    o.seconds = d->seconds;
    snprintf(sweep.key, sizeof sweep.key, "%s", d->key);
    sweep.frames = animation_frames(&o);
    sweep.needs = view_needs(view_find(o.figure.view), true);
    enum status status = take_target(w, o.figure.path, sizeof o.figure.path, &why);
    if (status == STATUS_OK && d->source > 0)
        status = animation_sweep_check(&sweep, &w->experiment, &why);
    if (status == STATUS_OK)
        status = animation_task_start(
            &o, d->source > 0 ? &sweep : NULL, w->worker, window_wake, w, &d->task, &why);
    d->bad = status != STATUS_OK;
    snprintf(d->said, sizeof d->said, "%s", why.text);
    d->news = (struct animation_news){ .words = "begins" };
}

static void finish(struct window *w)
{
    struct animation_dialog *d = w->animation;
    const struct animation_news *n = &d->news;
    char shown[1024];
    export_short_path(n->path, shown, sizeof shown);
    d->bad = n->status != STATUS_OK && !n->result.cancelled;
    if (n->result.cancelled)
        snprintf(d->said, sizeof d->said, "Cancelled; nothing was written");
    else if (n->status == STATUS_OK)
        snprintf(d->said, sizeof d->said, "Saved %s: %d frames, %.1f MB", shown, n->result.frames,
            (double)n->result.bytes / 1e6);
    else
        snprintf(d->said, sizeof d->said, "%s", n->why.text);
    window_notice(w, d->bad, "%s", d->said);
    if (n->status == STATUS_OK)
        SDL_SetClipboardText(n->path);
    animation_task_destroy(d->task);
    d->task = NULL;
    window_dirty(w, AREAS_ALL);
}

void animation_turn(struct window *w)
{
    struct animation_dialog *d = w->animation;
    struct animation_news before = d->news;
    if (!d->task)
        return;
    animation_task_news(d->task, &d->news);
    if (d->news.done)
        finish(w);
    else if (lrint(500 * before.share) != lrint(500 * d->news.share))
        window_dirty(w, export_open(w) ? AREAS_ALL : 1 << AREA_TIMELINE);
}

/* ---- rows ---- */

static void label(struct window *w, struct rect row, const char *text)
{
    ui_text(&w->ui, row.x, row.y + FIELD_H / 2.0, text, 14, WEIGHT_REGULAR, w->look.theme->text2, ALIGN_LEFT);
}

/* Words side by side, one of which is chosen; returns the one just pressed, or -1. */
static int choice_row(
    struct window *w, struct rect row, const char *id, const char *const *title, int count, int chosen)
{
    const struct font font = { 14, WEIGHT_SEMIBOLD, false };
    double x = row.x + LABEL;
    int pressed = -1;
    for (int i = 0; i < count; i++) {
        char name[UI_ID];
        struct rect at = { x, row.y, text_width(title[i], &font) + 24, FIELD_H };
        snprintf(name, sizeof name, "%s.%d", id, i);
        if (ui_text_button(&w->ui, name, title[i], at, i == chosen))
            pressed = i;
        x += at.w + 6;
    }
    if (pressed >= 0)
        window_dirty(w, AREAS_ALL);
    return pressed;
}

static bool number_field(
    struct window *w, const char *id, const char *name, struct rect at, double min, double max, double *value)
{
    char shown[32];
    snprintf(shown, sizeof shown, "%g", *value);
    const char *text = ui_entry(&w->ui, id, name, shown, at);
    if (!text)
        return false;
    char *end, says[80];
    double typed = strtod(text, &end);
    if (end == text || *end || !(typed >= min && typed <= max)) {
        snprintf(says, sizeof says, "allowed %g to %g", min, max);
        ui_edit_error(&w->ui, id, says);
        return false;
    }
    *value = typed;
    ui_edit_end(&w->ui);
    window_dirty(w, AREAS_ALL);
    return true;
}

static void source_row(struct window *w, struct rect row)
{
    struct animation_dialog *d = w->animation;
    char key[SWEEPS][48], text[SOURCES][64];
    const char *title[SOURCES] = { "The training so far" };
    int keys = sweep_keys(w, key);
    for (int i = 0; i < keys; i++) {
        struct dial dial;
        bool named = !strchr(key[i], '.') && action_dial(w, key[i], &dial);
        snprintf(text[i], sizeof text[i], "Sweep of %s%s%s", named ? dial.row->label : "", named ? " " : "",
            key[i]);
        title[i + 1] = text[i];
    }
    if (d->source > keys)
        d->source = 0;
    label(w, row, "Shows");
    int pressed = choice_row(w, row, "animation.source", title, keys + 1, d->source);
    d->source = pressed >= 0 ? pressed : d->source;
    if (d->source > 0)
        choose_key(w, key[d->source - 1]);
}

/* Only a sweep has a range; a history says how long it is. */
static void range_row(struct window *w, struct rect row)
{
    struct animation_dialog *d = w->animation;
    const struct theme *t = w->look.theme;
    double middle = row.y + FIELD_H / 2.0, x = row.x + LABEL;
    struct dial dial;
    char says[120];
    if (d->source == 0) {
        char steps[32];
        snprintf(says, sizeof says, "%d frames kept, to step %s", worker_history_count(w->worker),
            number_count(w->state.step, steps, sizeof steps));
        ui_text(&w->ui, x, middle, says, 14, WEIGHT_REGULAR, t->text3, ALIGN_LEFT);
        return;
    }
    if (!action_dial(w, d->key, &dial))
        return;
    label(w, row, d->key);
    number_field(w, "animation.from", "from", (struct rect){ x, row.y, FIELD_W, FIELD_H }, dial.row->min,
        dial.row->max, &d->from);
    ui_text(&w->ui, x + FIELD_W + 16, middle, "to", 14, WEIGHT_REGULAR, t->text2, ALIGN_CENTER);
    number_field(w, "animation.to", "to", (struct rect){ x + FIELD_W + 32, row.y, FIELD_W, FIELD_H },
        dial.row->min, dial.row->max, &d->to);
    struct rect toggle = { x + 2 * FIELD_W + 64, row.y, 190, FIELD_H };
    if (ui_toggle(&w->ui, "animation.trains", "training goes on", toggle, d->trains)) {
        d->trains = !d->trains;
        window_dirty(w, AREAS_ALL);
    }
}

static void format_row(struct window *w, struct rect row)
{
    struct animation_dialog *d = w->animation;
    label(w, row, "Format");
    const char *title[FORMATS];
    int which[FORMATS], count = 0, chosen = 0;
    for (int i = 0; i < FORMATS; i++) {
        if ((i == FORMAT_MP4 || i == FORMAT_WEBM) && !d->ffmpeg)
            continue;
        chosen = i == d->format ? count : chosen;
        which[count] = i;
        title[count++] = format_title[i];
    }
    int pressed = choice_row(w, row, "animation.format", title, count, chosen);
    d->format = pressed >= 0 ? which[pressed] : d->format;
    if (!d->ffmpeg)
        ui_text(&w->ui, row.x + row.w, row.y + FIELD_H / 2.0, "MP4 and WebM: install ffmpeg", 12,
            WEIGHT_REGULAR, w->look.theme->text3, ALIGN_RIGHT);
}

static void look_rows(struct window *w, struct rect row)
{
    static const char *const picture[PICTURES] = { "The main view", "The dashboard", "The comparison" };
    struct animation_dialog *d = w->animation;
    const char *title[CHOICES];
    char name[CHOICES][16];
    int themes = 0;
    for (; theme_at(themes) && themes < CHOICES; themes++) {
        snprintf(name[themes], sizeof name[0], "%s", theme_at(themes)->id);
        name[themes][0] = (char)toupper((unsigned char)name[themes][0]);
        title[themes] = name[themes];
        if (d->theme < 0 && theme_at(themes)->dark == w->look.theme->dark)
            d->theme = themes;
    }
    label(w, row, "Picture");
    int pressed = choice_row(w, row, "animation.picture", picture, pictures(w), chosen_picture(w));
    d->picture = pressed >= 0 ? pressed : d->picture;
    row.y += PITCH;
    label(w, row, "Colours");
    pressed = choice_row(w, row, "animation.theme", title, themes, d->theme);
    d->theme = pressed >= 0 ? pressed : d->theme;
    row.y += PITCH;
    for (int i = 0; i < SIZES; i++)
        title[i] = sizes[i].title;
    label(w, row, "Size");
    pressed = choice_row(w, row, "animation.size", title, SIZES, d->size);
    d->size = pressed >= 0 ? pressed : d->size;
}

static void tempo_row(struct window *w, struct rect row)
{
    struct animation_dialog *d = w->animation;
    const struct theme *t = w->look.theme;
    double middle = row.y + FIELD_H / 2.0, x = row.x + LABEL;
    char says[80];
    label(w, row, "Length");
    number_field(w, "animation.seconds", "seconds", (struct rect){ x, row.y, FIELD_W, FIELD_H }, 0.5, 600,
        &d->seconds);
    ui_text(&w->ui, x + FIELD_W + 10, middle, "s at", 14, WEIGHT_REGULAR, t->text2, ALIGN_LEFT);
    number_field(w, "animation.fps", "frames a second",
        (struct rect){ x + FIELD_W + 52, row.y, FIELD_W, FIELD_H }, 1, 60, &d->fps);
    snprintf(says, sizeof says, "frames a second: %.0f frames", fmax(2, round(d->fps * d->seconds)));
    ui_text(&w->ui, x + 2 * FIELD_W + 62, middle, says, 14, WEIGHT_REGULAR, t->text2, ALIGN_LEFT);
}

static void name_row(struct window *w, struct rect row)
{
    struct animation_dialog *d = w->animation;
    char shown[EXPORT_NAME];
    figure_name(w->snap, shown, sizeof shown);
    if (d->name[0])
        snprintf(shown, sizeof shown, "%s", d->name);
    label(w, row, "Name");
    struct rect field = { row.x + LABEL, row.y, row.w - LABEL, FIELD_H };
    export_name_field(w, "animation.name", field, shown, d->name);
}

static void progress_bar(struct window *w, struct rect at)
{
    const struct animation_dialog *d = w->animation;
    const struct theme *t = w->look.theme;
    struct rect bar = { at.x, at.y + at.h / 2 + 4, at.w, 6 }, done = bar;
    ui_control(&w->ui, "animation.progress", "progress", bar, false);
    ui_value(&w->ui, "%.0f%% %s", 100 * d->news.share, d->news.words);
    if (!w->ui.canvas)
        return;
    done.w = fmax(6, bar.w * d->news.share);
    canvas_round_rect(w->ui.canvas, bar, 3, t->raised2);
    canvas_round_rect(w->ui.canvas, done, 3, t->text1);
    ui_text(&w->ui, at.x, at.y + at.h / 2 - 10, d->news.words, 12, WEIGHT_REGULAR, t->text2, ALIGN_LEFT);
}

/* While the dialog is closed: how far it is, and a way to stop it. */
void animation_chip(struct window *w, struct rect strip)
{
    const struct animation_dialog *d = w->animation;
    const struct theme *t = w->look.theme;
    const double wide = fmin(340, strip.w), stop = 76;
    struct rect box = { strip.x + strip.w - wide, strip.y + 46, wide, 25 };
    struct rect bar = { box.x + 10, box.y + box.h - 6, wide - stop - 20, 3 }, done = bar;
    struct rect button = { box.x + wide - stop, box.y, stop, box.h };
    if (!d->task || export_open(w))
        return;
    if (w->ui.canvas) {
        char says[80];
        canvas_round_rect(w->ui.canvas, box, 6, t->raised);
        canvas_round_outline(w->ui.canvas, box, 6, 1, t->hairline);
        snprintf(says, sizeof says, "Animation: %s", d->news.words);
        ui_text_fit(&w->ui, bar.x, box.y + box.h / 2 - 2, bar.w, says, 14, WEIGHT_REGULAR, t->text1);
        done.w = bar.w * d->news.share;
        canvas_rect(w->ui.canvas, bar, t->raised2);
        canvas_rect(w->ui.canvas, done, t->text1);
    }
    if (ui_text_button(&w->ui, "animation.stop", "Cancel", button, false))
        animation_task_cancel(d->task);
    ui_value(&w->ui, "%.0f%% %s", 100 * d->news.share, d->news.words);
}

static void foot(struct window *w, struct rect at)
{
    struct animation_dialog *d = w->animation;
    struct rect button = { at.x + at.w - 96, at.y, 96, 34 };
    struct rect room = { at.x, at.y, at.w - button.w - 24, 34 };
    if (d->task) {
        progress_bar(w, room);
        if (ui_text_button(&w->ui, "animation.cancel", "Cancel", button, true))
            animation_task_cancel(d->task);
        return;
    }
    const struct theme *t = w->look.theme;
    char folder[1100];
    snprintf(folder, sizeof folder, "Into %s; the training goes on, and this dialog may be closed",
        w->export->choice.folder);
    ui_text_fit(&w->ui, room.x, room.y + 17, room.w, d->said[0] ? d->said : folder, 14, WEIGHT_REGULAR,
        !d->said[0] ? t->text3
        : d->bad    ? t->bad
                    : t->text2);
    if (ui_main_button(&w->ui, "animation.start", "Start", button)) {
        start(w);
        window_dirty(w, AREAS_ALL);
    }
}

void panel_export_animation(struct window *w, struct rect body)
{
    static void (*const rows[])(struct window *, struct rect) = { source_row, range_row, format_row };
    struct rect row = { body.x, body.y + 8, body.w, PITCH };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++, row.y += PITCH)
        rows[i](w, row);
    look_rows(w, row);
    row.y += 3 * PITCH;
    tempo_row(w, row);
    row.y += PITCH;
    name_row(w, row);
    foot(w, (struct rect){ body.x, body.y + body.h - 40, body.w, 40 });
}
