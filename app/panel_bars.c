/* The bars: tabs and icons at the top, transport and timeline at the bottom. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/compare.h"
#include "app/lecture.h"
#include "app/panel.h"
#include "app/session_window.h"
#include "render/number.h"
#include "render/text.h"

static void ground(struct window *w, struct rect area, struct color color)
{
    if (w->ui.canvas)
        canvas_rect(w->ui.canvas, area, color);
}

/* --- top ----------------------------------------------------------------------------------------------- */

static const struct {
    const char *id, *label;
    enum bench bench;
} tabs[] = { { "tab.plane", "Plane", BENCH_PLANE }, { "tab.sphere", "Sphere", BENCH_SPHERE },
    { "tab.basics", "Basics", BENCH_BASICS } };

void action_tab(struct window *w, int i)
{
    if (!action_has_bench(tabs[i].bench))
        return;
    lecture_leave(w);
    compare_leave(w);
    action_choose_bench(w, tabs[i].bench);
    action_view(w, action_home(&w->experiment)->id);
}

/* How wide it is. */
static double tab(struct window *w, double x, struct rect area, const char *id, const char *label,
    bool active, bool *clicked)
{
    struct font font = { .size = 14, .weight = WEIGHT_SEMIBOLD };
    const struct theme *t = w->look.theme;
    double wide = text_width(label, &font);
    struct rect rect = { x - 14, area.y, wide + 28, area.h - 1 };
    bool hot = ui_control(&w->ui, id, label, rect, true);
    ui_value(&w->ui, active ? "active" : "");
    *clicked = !w->ui.canvas && ui_clicked(&w->ui, id, rect);
    if (w->ui.canvas) {
        ui_text(&w->ui, x, area.y + area.h / 2, label, 14, active ? WEIGHT_SEMIBOLD : WEIGHT_REGULAR,
            active || hot ? t->text1 : t->text2, ALIGN_LEFT);
        if (active)
            canvas_rect(w->ui.canvas, (struct rect){ x, area.y + area.h - 3.5, wide, 2.5 }, t->text1);
        struct rect ring = { rect.x + 6, rect.y + 6, rect.w - 12, rect.h - 12 };
        ui_focus_ring(&w->ui, id, ring, 4);
    }
    return wide + 28;
}

/* One more training beside those there are. */
void action_compare(struct window *w, int unused)
{
    (void)unused;
    if (lecture_lesson(w) || !lecture_active(w))
        compare_add(w); /* in a lesson only a sentence */
}

/* A comparison of one is begun with its copy. */
void action_compare_tab(struct window *w, int unused)
{
    (void)unused;
    lecture_leave(w);
    compare_show(w);
}

static double compare_tab(struct window *w, double x, struct rect area)
{
    bool clicked;
    double wide = tab(w, x, area, "tab.compare", "Compare", compare_open(w), &clicked);
    if (clicked)
        action_compare_tab(w, 0);
    return wide;
}

enum { ICONS = 5 }; /* right of the tabs; one more in a small window */

/* Where they begin: over the header, or as far to the left as the icons ask. */
static double tabs_from(const struct window *w, struct rect area)
{
    static const char *const names[] = { "Plane", "Sphere", "Compare", "Basics", "Lessons" };
    struct font font = { .size = 14, .weight = WEIGHT_SEMIBOLD };
    double wide = 0, icons = (w->narrow ? ICONS + 1 : ICONS) * 34;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        wide += text_width(names[i], &font) + 28;
    double last = area.x + area.w - 12 - icons - 12 - wide + 14;
    return fmax(146, fmin(fmax(180, w->area[AREA_HEADER].x + 24), last));
}

static void all_tabs(struct window *w, double x, struct rect area)
{
    bool others = lecture_active(w) || compare_open(w), lessons = lecture_active(w), clicked;
    for (size_t i = 0; i < sizeof tabs / sizeof tabs[0]; i++) {
        if (tabs[i].bench == BENCH_BASICS)
            x += compare_tab(w, x, area);
        if (!action_has_bench(tabs[i].bench))
            continue;
        x += tab(w, x, area, tabs[i].id, tabs[i].label, !others && tabs[i].bench == w->bench, &clicked);
        if (clicked)
            action_tab(w, (int)i);
    }
    tab(w, x, area, "tab.lessons", "Lessons", lessons, &clicked);
    if (clicked)
        action_lessons(w, 0);
}

static void top_icons(struct window *w, struct rect area)
{
    struct rect r = { area.x + area.w - 44, area.y + 4, 32, 32 };
    if (ui_icon_button(&w->ui, "fullscreen", "Full screen", r, ICON_FULL))
        action_fullscreen(w, 0);
    r.x -= 34;
    if (ui_icon_button(&w->ui, "help", "Keys and gestures", r, ICON_HELP))
        action_help(w, 0);
    r.x -= 34;
    if (ui_icon_button(&w->ui, "theme", "Theme", r, w->look.theme->dark ? ICON_MOON : ICON_SUN))
        action_theme(w, 0);
    ui_value(&w->ui, "%s", w->look.theme->id);
    r.x -= 34;
    if (ui_icon_button(&w->ui, "export", "Save a picture", r, ICON_CAMERA))
        action_picture(w, 0);
    r.x -= 34;
    if (ui_icon_button(&w->ui, "session", "Open or save a session", r, ICON_FOLDER))
        action_open(w, 0);
    ui_value(&w->ui, "%s", sessions_path(w));
    r.x -= 34;
    if (w->narrow && ui_icon_button(&w->ui, "drawer", "Plots", r, ICON_SIDE))
        action_drawer(w, 0);
}

void panel_top(struct window *w)
{
    struct rect area = w->area[AREA_TOP];
    const struct theme *t = w->look.theme;
    ground(w, area, t->surface);
    ui_hairline(&w->ui, (struct point){ 0, area.h - 1 }, (struct point){ area.w, area.h - 1 });
    if (w->ui.canvas)
        ui_icon_draw(w->ui.canvas, ICON_LOGO, (struct point){ 27, area.h / 2 - 1 }, 20, t->text1, t->margin);
    ui_text(&w->ui, 46, area.h / 2, "marginscope", 14, WEIGHT_SEMIBOLD, t->text1, ALIGN_LEFT);
    all_tabs(w, tabs_from(w, area), area);
    top_icons(w, area);
}

/* --- transport ----------------------------------------------------------------------------------------- */

static void play_button(struct window *w, struct point center)
{
    const struct theme *t = w->look.theme;
    struct rect rect = { center.x - 21, center.y - 21, 42, 42 };
    bool hot = ui_control(&w->ui, "play", "Play or pause", rect, true);
    ui_value(&w->ui, w->state.playing ? "playing" : "paused");
    if (!w->ui.canvas) {
        if (ui_clicked(&w->ui, "play", rect))
            action_play(w, 0);
        return;
    }
    canvas_disc(w->ui.canvas, center, hot ? 22 : 21, t->text1);
    ui_icon_draw(w->ui.canvas, w->state.playing ? ICON_PAUSE : ICON_PLAY, center, 22, t->bg, t->bg);
    ui_focus_ring(&w->ui, "play", rect, 21);
}

void panel_transport(struct window *w)
{
    struct rect area = w->area[AREA_TRANSPORT];
    double y = area.y + area.h / 2, unit = area.w / 280;
    ground(w, area, w->look.theme->surface);
    ui_hairline(&w->ui, (struct point){ area.x, area.y }, (struct point){ area.x + area.w, area.y });
    if (ui_icon_button(&w->ui, "reset", "Back to step 0",
            (struct rect){ area.x + 35 * unit - 17, y - 17, 34, 34 }, ICON_RESET))
        action_reset(w, 0);
    if (ui_icon_button(&w->ui, "back", "Back in time",
            (struct rect){ area.x + 90 * unit - 17, y - 17, 34, 34 }, ICON_BACK))
        action_scrub(w, -1);
    play_button(w, (struct point){ area.x + 140 * unit, y });
    if (ui_icon_button(
            &w->ui, "step", "One step", (struct rect){ area.x + 190 * unit - 17, y - 17, 34, 34 }, ICON_STEP))
        action_step(w, 0);
    struct rect pace = { area.x + 212 * unit, y - 17, 60 * unit, 34 };
    if (ui_text_button(&w->ui, "pace", action_pace_text(w), pace, false))
        action_pace(w, 0);
    ui_value(&w->ui, "%s", action_pace_text(w));
}

/* --- timeline ------------------------------------------------------------------------------------------ */

static void number_column(struct window *w, double x, const char *value, const char *unit, bool strong)
{
    struct rect area = w->area[AREA_TIMELINE];
    const struct theme *t = w->look.theme;
    double y = area.y + area.h / 2;
    ui_text(&w->ui, x, y - 10, value, 20, WEIGHT_SEMIBOLD, strong ? t->text1 : t->text2, ALIGN_LEFT);
    ui_text(&w->ui, x, y + 13, unit, 12, WEIGHT_REGULAR, t->text3, ALIGN_LEFT);
}

/* Never wider than six digits: 1.04 M. */
static const char *brief_count(double v, char *out, int size)
{
    static const struct {
        double from, unit;
        const char *name;
    } rows[] = { { 999.5e6, 1e9, "G" }, { 999999.5, 1e6, "M" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double part = v / rows[i].unit;
        if (v < rows[i].from)
            continue;
        snprintf(out, (size_t)size, "%.*f\u2009%s",
            part < 9.995   ? 2
            : part < 99.95 ? 1
                           : 0,
            part, rows[i].name);
        return out;
    }
    return number_count(lround(v), out, size);
}

static const char *epoch_text(double epoch, char *out, int size)
{
    return epoch < 999.95 ? number_fixed(epoch, 1, out, size) : brief_count(epoch, out, size);
}

/* Each column has room for its widest number; a narrow window has only the first and the last. */
static const struct {
    const char *unit, *widest;
    bool always, strong;
} columns[] = {
    { "step", "888\u2009888", true, true },
    { "epoch", "888\u2009888", false, true },
    { "steps/s", "88\u2009888", false, false },
    { "fps", "888", true, false },
};
enum { COLUMNS = sizeof columns / sizeof columns[0], COLUMN_GAP = 20 };

static double column_width(int i)
{
    struct font big = { .size = 20, .weight = WEIGHT_SEMIBOLD }, label = { .size = 12 };
    return fmax(text_width(columns[i].widest, &big), text_width(columns[i].unit, &label)) + COLUMN_GAP;
}

static double numbers_width(bool all)
{
    double width = 0;
    for (int i = 0; i < COLUMNS; i++)
        width += all || columns[i].always ? column_width(i) : 0;
    return width;
}

static void numbers(struct window *w, double x, bool all)
{
    char text[COLUMNS][32];
    brief_count((double)w->number.step, text[0], sizeof text[0]);
    epoch_text(w->number.epoch, text[1], sizeof text[1]);
    brief_count(w->number.steps_per_s, text[2], sizeof text[2]);
    brief_count(w->number.fps, text[3], sizeof text[3]);
    for (int i = 0; i < COLUMNS; i++) {
        if (!all && !columns[i].always)
            continue;
        bool history = i == 0 && w->past;
        number_column(w, x, text[i], history ? "history" : columns[i].unit, columns[i].strong);
        x += column_width(i);
    }
}

struct spark {
    double x, width, bottom, height;
    long last;
    double low, high;
};

static double spark_x(const struct spark *s, long step)
{
    return s->x + s->width * (double)step / (double)(s->last > 0 ? s->last : 1);
}

static double spark_y(const struct spark *s, double loss)
{
    double p = (log(fmax(loss, 1e-6)) - s->low) / fmax(s->high - s->low, 0.1);
    return s->bottom - s->height * fmin(1, fmax(0, p));
}

/* The loss over all steps on a log axis, as an outline over a soft fill. */
static void sparkline(struct window *w, struct spark *s)
{
    static struct point at[CURVE_MAX + 2];
    const struct present *p = &w->present;
    const struct theme *t = w->look.theme;
    int n = 0;
    double smooth = NAN;
    s->low = INFINITY;
    s->high = -INFINITY;
    for (int i = 0; i < p->curve_count; i++) {
        double loss = p->curve[i].batch_loss;
        if (isfinite(loss)) {
            s->low = fmin(s->low, log(fmax(loss, 1e-6)));
            s->high = fmax(s->high, log(fmax(loss, 1e-6)));
        }
    }
    for (int i = 0; i < p->curve_count; i++) {
        double loss = p->curve[i].batch_loss;
        if (!isfinite(loss))
            continue;
        smooth = isnan(smooth) ? loss : 0.75 * smooth + 0.25 * loss;
        at[n++] = (struct point){ spark_x(s, p->curve[i].step), spark_y(s, smooth) };
    }
    if (n < 2)
        return;
    struct stroke stroke = { .color = t->text3, .width = 1.25, .round = true };
    canvas_lines(w->ui.canvas, at, n, &stroke);
    at[n] = (struct point){ at[n - 1].x, s->bottom };
    at[n + 1] = (struct point){ at[0].x, s->bottom };
    canvas_polygon(w->ui.canvas, at, n + 2, color_alpha(t->text3, 0.16));
}

/* One line under the curve, over the flags' names: where a picture went, what could not be done. */
static struct rect notice_box(const struct window *w, struct rect strip, char *text, int size)
{
    struct font font = { .size = 14, .weight = WEIGHT_REGULAR };
    if (!w->notice[0] || window_now() > w->notice_until)
        return (struct rect){ strip.x, strip.y + 44, 0, 25 };
    text_fit(w->notice, &font, strip.w - 28, text, size);
    return (struct rect){ strip.x, strip.y + 44, text_width(text, &font) + 20, 25 };
}

/* Flags of the journal; a label is left out where it would touch the one before, or lie under a notice that ends at
 * `covered`. */
static void flags(struct window *w, const struct spark *s, double covered)
{
    const struct theme *t = w->look.theme;
    struct font font = { .size = 12, .weight = WEIGHT_SEMIBOLD };
    double y = s->bottom + 6, free_from = -1e9;
    for (int i = w->present.event_count - 1, kept = 0; i >= 0 && kept < EVENT_MAX; i--, kept++) {
        const struct event *e = &w->present.event[i];
        double x = spark_x(s, e->step), half = text_width(e->text, &font) / 2;
        struct color color = e->margin ? t->margin : t->text2;
        canvas_rect(w->ui.canvas, (struct rect){ x - 1, y - 5, 2, 12 }, color);
        double middle = fmin(s->x + s->width - half, fmax(s->x + half, x));
        if (free_from > -1e8 && middle + half > free_from - 10)
            continue; /* newest first: the older label gives way */
        if (middle - half < covered)
            continue;
        ui_text(&w->ui, middle, y + 16, e->text, 12, WEIGHT_SEMIBOLD, color, ALIGN_CENTER);
        free_from = middle - half;
    }
}

static void notice(struct window *w, struct rect box, const char *text)
{
    const struct theme *t = w->look.theme;
    if (box.w <= 0)
        return;
    canvas_round_rect(w->ui.canvas, box, 6, t->raised);
    canvas_round_outline(w->ui.canvas, box, 6, 1, w->notice_bad ? t->bad : t->hairline);
    ui_text(&w->ui, box.x + 10, box.y + box.h / 2, text, 14, WEIGHT_REGULAR,
        w->notice_bad ? t->bad : t->text1, ALIGN_LEFT);
}

enum { REPLAY_W = 172 };

/* After a branch, as long as its old future lies ahead. */
static void replay_button(struct window *w, double x, double y)
{
    char label[40];
    int left = w->state.replay_left;
    if (w->state.replay_end < 0 && !w->state.replaying)
        return;
    snprintf(label, sizeof label,
        left == 0   ? "Replay to its end"
        : left == 1 ? "Replay %d change"
                    : "Replay %d changes",
        left);
    if (ui_text_button(&w->ui, "replay", w->state.replaying ? "Stop the replay" : label,
            (struct rect){ x, y, REPLAY_W, 28 }, true))
        action_replay(w, 0);
}

/* Beside the thumb, on the side where there is more room. */
static void past_buttons(struct window *w, struct rect strip, double thumb)
{
    bool left = thumb > strip.x + strip.w / 2;
    double end = strip.x + strip.w, x = left ? strip.x + 8 : end - 252;
    if (!w->past) { /* not under a second click on "Train on from here" */
        replay_button(w, left ? x + 156 : end - 16 - REPLAY_W, strip.y + 7);
        return;
    }
    if (ui_text_button(
            &w->ui, "branch", "Train on from here", (struct rect){ x, strip.y + 7, 148, 28 }, true))
        action_branch(w, 0);
    if (ui_text_button(&w->ui, "live", "Present", (struct rect){ x + 156, strip.y + 7, 80, 28 }, true))
        action_live(w, 0);
}

static void drag_time(struct window *w, const struct spark *s, bool hot)
{
    struct ui *ui = &w->ui;
    unsigned hash = ui_hash("timeline");
    bool pressed = ui->input.kind == UI_PRESS && hot, held = ui->active == hash;
    if (pressed) {
        ui->active = hash;
        ui->focus = 0; /* the arrows are the timeline's */
        w->scrub_step = -1;
    } else if (held && ui->input.kind == UI_RELEASE) {
        ui->active = 0;
    } else if (!held || ui->input.kind != UI_MOVE) {
        return;
    }
    double share = fmin(1, fmax(0, (ui->input.at.x - s->x) / s->width));
    long step = lround(share * (double)s->last);
    if (step != w->scrub_step)
        action_scrub_to(w, step);
    w->scrub_step = step;
    ui->input.kind = UI_NONE;
}

/* What lies ahead of the frame on show is dimmed. */
static void playhead(struct window *w, const struct spark *s)
{
    const struct theme *t = w->look.theme;
    double x = spark_x(s, w->snap->step), end = s->x + s->width;
    if (w->past)
        canvas_rect(w->ui.canvas, (struct rect){ x, s->bottom - s->height, end - x, s->height },
            color_alpha(t->bg, 0.6));
    canvas_rect(w->ui.canvas, (struct rect){ s->x, s->bottom - 0.5, x - s->x, 2 }, t->text2);
    canvas_rect(w->ui.canvas, (struct rect){ x - 0.75, s->bottom - s->height, 1.5, s->height }, t->text2);
    canvas_disc(w->ui.canvas, (struct point){ x, s->bottom + 0.5 }, 6.5, t->text1);
}

void panel_timeline(struct window *w)
{
    struct rect area = w->area[AREA_TIMELINE];
    const struct theme *t = w->look.theme;
    bool all = w->width >= 1400;
    double right = numbers_width(all);
    struct rect strip = { area.x + 24, area.y, area.w - 48 - right, area.h };
    struct spark s = { .x = strip.x, .width = strip.w - 8, .bottom = area.y + 42, .height = 30 };
    s.last = w->present.step;
    double thumb = w->snap ? spark_x(&s, w->snap->step) : s.x;
    if (!w->ui.canvas) {
        past_buttons(w, strip, thumb);
        animation_chip(w, strip);
        bool hot = ui_control(&w->ui, "timeline", "Timeline", strip, true);
        ui_value(&w->ui, "%ld", w->number.step);
        if (w->snap)
            drag_time(w, &s, hot);
        return;
    }
    ground(w, area, t->bg);
    ui_hairline(&w->ui, (struct point){ area.x, area.y }, (struct point){ area.x + area.w, area.y });
    char said[512] = "";
    struct rect box = notice_box(w, strip, said, sizeof said);
    if (w->snap) {
        sparkline(w, &s);
        canvas_rect(w->ui.canvas, (struct rect){ s.x, s.bottom, s.width, 1 }, t->axis);
        flags(w, &s, box.w > 0 ? box.x + box.w + 4 : -INFINITY);
        playhead(w, &s);
        past_buttons(w, strip, thumb);
    }
    notice(w, box, said);
    animation_chip(w, strip);
    ui_focus_ring(
        &w->ui, "timeline", (struct rect){ strip.x - 8, strip.y + 6, strip.w + 8, strip.h - 12 }, 6);
    numbers(w, area.x + area.w - right, all);
}
