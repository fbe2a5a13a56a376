/* places.h - every arrangement the window can be in: benches, tabs, open menus, a lesson, a comparison; for tests that
 * walk all that can be seen. Each begins from the plane with ArcFace. */
#ifndef TESTS_SUPPORT_PLACES_H
#define TESTS_SUPPORT_PLACES_H

#include <stdio.h>
#include <string.h>

#include "app/compare.h"
#include "app/lecture.h"
#include "app/session_window.h"
#include "tests/support/hand.h"

static inline void turns(int n)
{
    for (int i = 0; i < n; i++)
        window_wait(w, 1);
}

/* As await_rest; of one that plays, what is wanted is being trained. */
static inline void settle(void)
{
    for (int i = 0; i < 120000 && !at_rest(); i++) {
        window_wait(w, 1);
        if (i > 30 && w->state.playing && !w->state.loading && w->snap &&
            w->snap->experiment.loss == w->experiment.loss &&
            strcmp(w->snap->experiment.dataset, w->experiment.dataset) == 0)
            return;
    }
}

static inline void size(int width, int height)
{
    SDL_SetWindowSize(w->sdl, width, height);
    turns(1);
    assert_true(window_resize(w));
}

static inline void home(void)
{
    for (int i = 0; i < 6; i++)
        key(SDLK_ESCAPE, 0);
    lecture_leave(w);
    action_tab(w, 0);
    size(1600, 1000);
    if (w->experiment.model == MODEL_CNN)
        w->experiment.model = MODEL_MLP;
    snprintf(w->experiment.dataset, sizeof w->experiment.dataset, "blobs"); /* after drawing */
    action_choose_loss(w, loss_index(loss_find("arcface")));
    worker_play(w->worker, false);
    settle();
    w->ui.focus_shown = false;
}

static inline void at_plane(void) { }
static inline void at_sphere(void) { action_tab(w, 1); }
static inline void at_basics(void) { action_tab(w, 2); }
static inline void at_cnn(void) { w->experiment.model = MODEL_CNN; } /* its rows in the panel; the data have no images */
static inline void at_small(void) { size(1024, 640); }

static inline void at_drawer(void)
{
    size(1024, 640);
    action_drawer(w, 0);
}

static inline void at_loss_list(void) { action_list(w, 0); }
static inline void at_dataset(void) { panel_popup_open(w, POPUP_DATASET, (struct rect){ 20, 100, 240, 32 }); }
static inline void at_model(void) { panel_popup_open(w, POPUP_MODEL, (struct rect){ 20, 140, 240, 32 }); }

static inline void at_view_menu(void)
{
    w->menu_cell = -1;
    panel_popup_open(w, POPUP_VIEW, (struct rect){ 300, 140, 160, 28 });
}

static inline void at_sweep(void)
{
    snprintf(w->sweep_menu, sizeof w->sweep_menu, "m");
    action_sweep_key(w, "m", SWEEP_BOTH);
    panel_popup_open(w, POPUP_SWEEP, (struct rect){ 20, 500, 240, 32 });
}

static inline void at_help(void) { action_help(w, 0); }

static inline void at_compare(void)
{
    action_compare_tab(w, 0);
    settle();
    action_compare(w, 0);
    settle();
}

static inline void at_lessons(void) { action_lessons(w, 0); }

static inline void at_lesson(void)
{
    struct why why;
    action_lessons(w, 0);
    assert_true(w->lecture->rows >= 10);
    assert_int_equal(lecture_open(w, w->lecture->row[6].path, &why), STATUS_OK);
    settle();
}

static inline void at_past(void)
{
    worker_step(w->worker, 20);
    await_rest();
    action_scrub(w, -1);
    await_rest();
}

static inline void at_coach(void)
{
    static struct snapshot ill;
    ill = *w->snap;
    snprintf(ill.coach, sizeof ill.coach, "Two classes lie on one ray.");
    ill.finding = (struct finding){ .kind = COACH_RAY, .step = 77 };
    ill.cures = 1;
    ill.cure[0] = (struct cure){ .kind = CURE_WARMUP };
    w->snap = &ill;
}

static inline void at_export(void) { action_export(w, 0); }
static inline void at_session(void) { panel_session_show(w, SESSION_DIALOG_SAVE); }
static inline void at_draw(void) { action_draw(w, 0); }

struct place {
    const char *name;
    void (*go)(void);
};

static const struct place places[] = {
    { "plane", at_plane },
    { "sphere", at_sphere },
    { "basics", at_basics },
    { "cnn", at_cnn },
    { "small window", at_small },
    { "drawer", at_drawer },
    { "list of losses", at_loss_list },
    { "data sets", at_dataset },
    { "models", at_model },
    { "views", at_view_menu },
    { "sweep", at_sweep },
    { "help", at_help },
    { "compare", at_compare },
    { "lessons", at_lessons },
    { "lesson", at_lesson },
    { "past", at_past },
    { "coach", at_coach },
    { "export", at_export },
    { "session", at_session },
    { "drawing", at_draw },
};

enum { PLACES = sizeof places / sizeof places[0] };

/* The controls are listed as they stand there. */
static inline void go(const struct place *place)
{
    home();
    place->go();
    if (place->go != at_coach)
        settle();
    window_control(w, "play", (double[4]){ 0 });
}

#endif
