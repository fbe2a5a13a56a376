/* window.h - the window: one per process, opened, run and closed by window_main. Main thread only.
 * Everything a person does reaches it as an SDL event through window_event, so a test can play a person. */
#ifndef APP_WINDOW_H
#define APP_WINDOW_H

#include "math/experiment.h"
#include "math/status.h"

union SDL_Event;
struct session;

enum renderer { RENDERER_AUTO, RENDERER_CPU, RENDERER_GPU };

struct window_options {
    struct experiment experiment;
    char theme[16];                   /* dark or light */
    double text_scale;                /* 0.8 .. 2 */
    bool fullscreen;
    size_t timeline;                  /* bytes its frames and checkpoints may take */
    char ui_map[1024];                /* empty: none */
    char lesson[1024];                /* opened at once; empty: none */
    enum renderer renderer;
    double pace;                      /* steps per second; 0: max */
    bool playing;
    bool autosave;                    /* and what else is remembered from start to start (app/session_home.h) */
    struct session *session;          /* opened at once, and taken over; NULL: none */
    struct experiment continued;      /* its training; where `experiment` is another, that is wanted from there on */
    bool session_changed;             /* it is, and has not been asked for yet */
};

/* Dark, text scale 1, 60 steps a second, playing, experiment_init. */
void window_options_init(struct window_options *o);

/* Opens the window and runs until it is closed. Exit status; the error line is printed. */
int window_main(const struct window_options *o);

/* The same in pieces, for tests. */
struct window;
enum status window_create(const struct window_options *o, struct window **out, struct why *why);
void window_destroy(struct window *w);
void window_event(struct window *w, const union SDL_Event *event);
bool window_frame(struct window *w);                /* draws what changed; false: nothing to draw */
bool window_wait(struct window *w, int most_ms);    /* events, then a frame; false: the window wants to close */
/* Rectangle of a visible control in window coordinates (x, y, w, h); false when there is none. */
bool window_control(struct window *w, const char *id, double rect[4]);
const char *window_control_value(struct window *w, const char *id);   /* NULL when there is none */
const struct experiment *window_experiment(const struct window *w);

#endif
