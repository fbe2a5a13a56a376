/* hand.h - a hand on the window: opens it on SDL's dummy driver and sends scripted events. One window a program. */
#ifndef TESTS_SUPPORT_HAND_H
#define TESTS_SUPPORT_HAND_H

#include <stdlib.h>

#include <SDL.h>

#include "app/panel.h"
#include "tests/support/check.h"

static struct window *w;

static inline int open_window(void **unused)
{
    (void)unused;
    struct window_options o;
    struct why why = { "" };
    window_options_init(&o);
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    assert_int_equal(experiment_set(&o.experiment, "dataset", "blobs", &why), STATUS_OK);
    assert_int_equal(experiment_set(&o.experiment, "hidden", "16", &why), STATUS_OK);
    o.experiment.points = 200;
    o.playing = false;
    if (window_create(&o, &w, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    for (int i = 0; i < 60000 && !w->snap; i++)
        window_wait(w, 1);
    assert_non_null(w->snap);
    SDL_SetWindowSize(w->sdl, 1600, 1000);
    window_wait(w, 1);
    assert_true(window_resize(w));
    return 0;
}

/* All that was asked of the training is done, and on show: never for one that plays without an end. */
static inline bool at_rest(void)
{
    if (!worker_rests(w->worker))
        return false;
    w->next_frame = 0;
    window_frame(w);
    return worker_rests(w->worker);
}

static inline void await_rest(void)
{
    for (int i = 0; i < 120000 && !at_rest(); i++)
        window_wait(w, 1);
    assert_true(at_rest());
}

static inline int close_window(void **unused)
{
    (void)unused;
    window_destroy(w);
    w = NULL;
    return 0;
}

static inline void send(SDL_Event event)
{
    window_event(w, &event);
}

static inline void motion(double x, double y)
{
    send((SDL_Event){ .motion = { .type = SDL_MOUSEMOTION, .x = (int)x, .y = (int)y } });
}

static inline void button(bool down, double x, double y, int clicks)
{
    send((SDL_Event){ .button = { .type = down ? SDL_MOUSEBUTTONDOWN : SDL_MOUSEBUTTONUP,
                          .button = SDL_BUTTON_LEFT,
                          .clicks = (Uint8)clicks,
                          .x = (int)x,
                          .y = (int)y } });
}

static inline void wheel(int y)
{
    send((SDL_Event){ .wheel = { .type = SDL_MOUSEWHEEL, .y = y } });
}

static inline void key(int sym, int mod)
{
    SDL_Event e = { .key = { .type = SDL_KEYDOWN, .keysym = { .sym = sym, .mod = (Uint16)mod } } };
    send(e);
    e.key.type = SDL_KEYUP;
    e.key.keysym.mod = 0;
    send(e);
}

static inline void hold(int sym, int mod)
{
    send((SDL_Event){
        .key = { .type = mod ? SDL_KEYDOWN : SDL_KEYUP, .keysym = { .sym = sym, .mod = (Uint16)mod } } });
}

static inline void type(const char *text)
{
    for (; *text; text++) {
        SDL_Event e = { .text = { .type = SDL_TEXTINPUT } };
        e.text.text[0] = *text;
        send(e);
    }
}

static inline struct point inside(const char *id, double x, double y)
{
    double r[4];
    if (!window_control(w, id, r))
        fail_msg("no control %s", id);
    return (struct point){ r[0] + r[2] * x, r[1] + r[3] * y };
}

static inline void click(const char *id)
{
    struct point p = inside(id, 0.5, 0.5);
    motion(p.x, p.y);
    button(true, p.x, p.y, 1);
    button(false, p.x, p.y, 0);
}

#endif
