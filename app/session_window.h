/* session_window.h - sessions in the window: saving, opening, the autosave and what is left of a run that fell. Files
 * are read and written in a thread of their own, and the training hands its state out between two steps: the window
 * never waits but at its end. Main thread. */
#ifndef APP_SESSION_WINDOW_H
#define APP_SESSION_WINDOW_H

#include "app/panel.h"
#include "app/folder_task.h"
#include "app/session_home.h"

enum session_dialog { SESSION_DIALOG_NONE, SESSION_DIALOG_SAVE, SESSION_DIALOG_OPEN };

struct sessions;                      /* of a window: window.sessions */

enum status sessions_create(struct window *w, struct why *why);
void sessions_destroy(struct window *w);
void sessions_begin(struct window *w);                    /* the worker is there: --session, or nothing */
void sessions_end(struct window *w);                      /* quitting: the last autosave, whole */
void sessions_turn(struct window *w);                     /* once a frame */
double sessions_due(const struct window *w);              /* when the next autosave is; 0: never */
/* The worker's newest snapshot has been taken: if it is the first of a session, the window becomes that session's. */
void sessions_arrive(struct window *w, const struct snapshot *snap);

void sessions_save(struct window *w, const char *path);
void sessions_open(struct window *w, const char *path);
void sessions_drop(struct window *w, const char *path);   /* a session, a lesson, data: as what it is */
const char *sessions_path(const struct window *w);        /* of the session in hand; "": none yet */

/* The offer after a run that fell; NULL: none. */
const char *sessions_offer(const struct window *w);
void sessions_answer(struct window *w, bool restore);

/* session_stand.c: how the window stands, without its trainings; and the session's window, with its experiments. */
void session_note_window(const struct window *w, struct session_window *s);
void session_note_benches(const struct window *w, struct session *s);
void session_become(struct window *w, const struct session *s, const struct snapshot *snap);

/* panel_session.c */
void panel_session(struct window *w);
bool panel_session_open(const struct window *w);
void panel_session_show(struct window *w, enum session_dialog dialog);
void panel_session_turn(struct window *w);                /* answers of the folder */
struct session_panel {
    enum session_dialog dialog;
    char name[UI_EDIT];               /* as typed */
    struct folder_list list;          /* the sessions used last, or what completes the name */
    struct folder_task *task;         /* looking up list.typed anew; NULL: nothing */
    char asked[UI_EDIT];              /* of the task, or the list */
    enum { SESSION_WAITS, SESSION_COMPLETES, SESSION_ACTS } then;     /* when the answer is there */
};
struct session_panel *sessions_panel(struct window *w);
const struct session_home *sessions_home(const struct window *w);

#endif
