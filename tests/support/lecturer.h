/* lecturer.h - what a lecturer does with the window, act by act, whatever fails meanwhile: a control that is not there is
 * passed over, and nothing is waited for without an end. */
#ifndef TESTS_SUPPORT_LECTURER_H
#define TESTS_SUPPORT_LECTURER_H

#include "app/compare.h"
#include "app/export_dialog.h"
#include "app/session_window.h"
#include "tests/support/folder.h"
#include "tests/support/hand.h"

enum { PATIENCE = 4000, IDLE = 40, WIDE = 1024, HIGH = 640, VIEWS = 40 };

static char doing[200]; /* for whoever finds it hanging */

/* ---- a hand that is not surprised ---- */

static void turns(int n)
{
    for (int i = 0; i < n; i++)
        window_wait(w, 1);
}

/* Until nothing is left to do but perhaps a verification, whose turn comes three times a second. */
static void rest(void)
{
    turns(2);
    for (int i = 0, idle = 0; i < PATIENCE && idle < IDLE && !at_rest(); i++) {
        window_wait(w, 1);
        idle = w->state.loading || w->state.playing ? 0 : idle + 1;
    }
}

/* After what has the training go on by itself. */
static void stand(void)
{
    turns(20);
    worker_play(w->worker, false);
    rest();
}

static bool there(const char *id)
{
    double r[4];
    return window_control(w, id, r);
}

static void press(const char *id)
{
    double r[4];
    if (!window_control(w, id, r))
        return;
    motion(r[0] + r[2] / 2, r[1] + r[3] / 2);
    button(true, r[0] + r[2] / 2, r[1] + r[3] / 2, 1);
    button(false, r[0] + r[2] / 2, r[1] + r[3] / 2, 0);
    turns(2);
}

static void drag(const char *id, double from, double to)
{
    double r[4];
    if (!window_control(w, id, r))
        return;
    double y = r[1] + r[3] / 2;
    motion(r[0] + r[2] * from, y);
    button(true, r[0] + r[2] * from, y, 1);
    for (int i = 1; i <= 4; i++) {
        motion(r[0] + r[2] * (from + (to - from) * i / 4), y);
        turns(2);
    }
    button(false, r[0] + r[2] * to, y, 1);
}

static void keys(const int *sym)
{
    for (; *sym; sym++) {
        key(*sym, 0);
        turns(2);
    }
}
#define KEYS(...) keys((const int[]){ __VA_ARGS__, 0 })

static void write_into(const char *id, const char *text)
{
    press(id);
    type(text);
    key(SDLK_RETURN, 0);
    turns(2);
}

static void steps(int n)
{
    worker_step(w->worker, n);
    rest();
}

/* ---- what a lecturer does ---- */

static struct window_options options(void)
{
    struct window_options o;
    window_options_init(&o);
    experiment_set(&o.experiment, "dataset", "blobs", NULL);
    experiment_set(&o.experiment, "hidden", "8", NULL);
    o.experiment.points = 60;
    o.playing = false;
    o.autosave = true;
    o.pace = 0;
    return o;
}

static void size(int wide, int high)
{
    SDL_SetWindowSize(w->sdl, wide, high);
    SDL_Event e = { .window = { .type = SDL_WINDOWEVENT, .event = SDL_WINDOWEVENT_SIZE_CHANGED } };
    send(e);
    turns(2);
}

static void opens(void)
{
    struct window_options o = options();
    struct why why = { "" };
    if (window_create(&o, &w, &why) == STATUS_OK) {
        size(WIDE, HIGH);
        rest();
        return;
    }
    w = NULL;
    if (!strchr(why.text, ':') || !strstr(why.text, "; "))
        fail_msg("%s: \"%s\" is no sentence", doing, why.text);
}

static void quits(void)
{
    steps(3);
    key(SDLK_q, KMOD_CTRL);
    window_wait(w, 1);
    sessions_end(w);
    window_destroy(w);
    w = NULL;
}

static void trains(void)
{
    key(SDLK_SPACE, 0);
    turns(30);
    key(SDLK_SPACE, 0);
    rest();
    KEYS(SDLK_n, SDLK_r, SDLK_n);
    key(SDLK_r, KMOD_SHIFT);
    rest();
}

static void switches(void)
{
    steps(5);
    KEYS(SDLK_PAGEDOWN, SDLK_PAGEDOWN, SDLK_PAGEUP);
    press("loss.triplet");
    steps(2);
    press("loss.arcface");
    drag("param.m", 0.2, 0.7);
    drag("param.lr", 0.4, 0.5);
    steps(2);
    type("a");
    turns(2);
    type("cos");
    key(SDLK_RETURN, 0);
    press("dataset");
    turns(3);
    key(SDLK_ESCAPE, 0);
    experiment_set(&w->experiment, "dataset", "moons", NULL);
    action_apply(w);
    rest();
    key(SDLK_z, KMOD_CTRL);
    rest();
}

static void looks(void)
{
    steps(10);
    for (int i = 0; i < VIEWS; i++) {
        const struct view *view = view_at(i);
        if (!view)
            break;
        action_view(w, view->id);
        window_dirty(w, AREAS_ALL);
        turns(2);
    }
    window_select(w, 3, true);
    KEYS(SDLK_t, SDLK_h, SDLK_h, SDLK_k, SDLK_y, SDLK_g, SDLK_F1, SDLK_ESCAPE);
    type("?");
    turns(2);
    key(SDLK_ESCAPE, 0);
    size(1280, 800);
    size(WIDE, HIGH);
    rest();
}

static void benches(void)
{
    steps(3);
    press("tab.sphere");
    rest();
    steps(3);
    press("tab.basics");
    rest();
    steps(3);
    press("tab.plane");
    rest();
}

static void saves(void)
{
    steps(3);
    key(SDLK_s, KMOD_CTRL);
    rest();
    type(in_folder("saved.json"));
    key(SDLK_RETURN, 0);
    for (int i = 0; i < PATIENCE && strncmp(w->notice, "Saved", 5) != 0 && !w->notice_bad; i++)
        window_wait(w, 1);
    rest();
    key(SDLK_o, KMOD_CTRL);
    turns(5);
    type(in_folder("given.json"));
    key(SDLK_RETURN, 0);
    for (int i = 0; i < PATIENCE && strncmp(w->notice, "Opened", 6) != 0 && !w->notice_bad; i++)
        window_wait(w, 1);
    rest();
    turns(30); /* the autosave of what was opened */
    rest();
}

static void exports(void)
{
    static const char *const format[] = { "png", "svg", "pdf" };
    char id[UI_ID];
    steps(3);
    key(SDLK_s, 0);
    KEYS(SDLK_e);
    for (int i = 0; i < 3; i++) {
        press("export.format");
        snprintf(id, sizeof id, "export.format.%d", i);
        press(id);
        write_into("export.name", format[i]);
        write_into("export.size.own", "400x300");
        press("export.save");
        for (int k = 0; k < PATIENCE && export_task_busy(w->export->task); k++)
            window_wait(w, 1);
    }
    press("export.tab.data");
    for (int i = 0; i < 3; i++) {
        press(i ? "data.points" : "data.history");
        press(i == 1 ? "data.format.csv" : "data.format.npz");
        press("data.save");
        rest();
        turns(20);
    }
    key(SDLK_ESCAPE, 0);
}

static void films(void)
{
    static const int format[] = { 0, 1, 4 }; /* GIF, WebP, PNG */
    char id[UI_ID];
    key(SDLK_SPACE, 0);
    turns(30);
    key(SDLK_SPACE, 0);
    rest();
    KEYS(SDLK_e);
    press("export.tab.animation");
    write_into("animation.seconds", "0.5");
    write_into("animation.fps", "4");
    for (int i = 0; i < 3; i++) {
        snprintf(id, sizeof id, "animation.format.%d", format[i]);
        press(id);
        press("animation.start");
        for (int k = 0; k < PATIENCE && there("animation.cancel"); k++)
            window_wait(w, 1);
    }
    press("animation.source.1");
    press("animation.start");
    turns(10);
    press("animation.cancel");
    for (int k = 0; k < PATIENCE && there("animation.cancel"); k++)
        window_wait(w, 1);
    key(SDLK_ESCAPE, 0);
}

static void goes_back(void)
{
    key(SDLK_SPACE, 0);
    turns(40);
    key(SDLK_SPACE, 0);
    rest();
    press("loss.softmax");
    steps(5);
    drag("timeline", 0.9, 0.3);
    rest();
    KEYS(SDLK_LEFT, SDLK_RIGHT, SDLK_v);
    stand();
    key(SDLK_v, KMOD_SHIFT);
    stand();
    steps(3);
    KEYS(SDLK_LEFT, SDLK_LEFT, SDLK_END);
    rest();
}

static void compares(void)
{
    steps(3);
    key(SDLK_c, 0);
    rest();
    press("loss.softmax");
    steps(3);
    key(SDLK_c, 0);
    rest();
    key(SDLK_SPACE, 0);
    turns(20);
    key(SDLK_SPACE, 0);
    rest();
    press("compare.cell.1");
    drag("timeline", 0.9, 0.3);
    rest();
    key(SDLK_END, 0);
    press("compare.remove.2");
    rest();
    key(SDLK_1, KMOD_CTRL);
    rest();
}

static void teaches(void)
{
    key(SDLK_5, KMOD_CTRL);
    rest();
    press("lesson.7");
    rest();
    for (int i = 0; i < 6; i++) {
        key(SDLK_PAGEDOWN, 0);
        turns(20);
    }
    KEYS(SDLK_b, SDLK_b, SDLK_PAGEUP);
    turns(20);
    for (int i = 0; i < 4; i++)
        key(SDLK_ESCAPE, 0);
    turns(5);
    key(SDLK_F5, 0);
    turns(5);
    KEYS(SDLK_ESCAPE);
    rest();
}

static void draws(void)
{
    double r[4];
    steps(3);
    key(SDLK_l, 0);
    rest();
    for (int i = 0; i < 4; i++) {
        type(i % 2 ? "1" : "0");
        if (!window_control(w, "view.input", r))
            break;
        motion(r[0] + r[2] * (0.4 + 0.1 * i), r[1] + r[3] * (0.4 + 0.05 * i));
        button(true, r[0] + r[2] * (0.4 + 0.1 * i), r[1] + r[3] * (0.4 + 0.05 * i), 1);
        button(false, r[0] + r[2] * (0.4 + 0.1 * i), r[1] + r[3] * (0.4 + 0.05 * i), 1);
        turns(2);
    }
    rest();
    steps(3);
    key(SDLK_z, KMOD_CTRL);
    rest();
    key(SDLK_l, 0);
    rest();
}

#endif
