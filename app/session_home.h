/* session_home.h - what the program remembers from one start to the next, in $XDG_STATE_HOME/marginscope (else
 * ~/.local/state/marginscope): the sessions used last, and an autosave that says whether the last run was quit or fell.
 * Each program that runs has its own autosave, held by a lock. One thread at a time. */
#ifndef APP_SESSION_HOME_H
#define APP_SESSION_HOME_H

#include <stdbool.h>

#include "app/session.h"

enum { SESSION_RECENT = 10, SESSION_RUNS = 8 };

struct session_home {
    char folder[SESSION_PATH - 64];       /* empty: nowhere to write; then nothing is kept */
    char autosave[SESSION_PATH];          /* empty: too many programs run */
    char restore[SESSION_PATH];           /* what a run that fell has left; empty: nothing */
    int lock;
};
void session_home_open(struct session_home *h);
/* `quit`: properly, so that the next start offers nothing. */
void session_home_close(struct session_home *h, bool quit);
/* The offer has been answered. */
void session_home_forget(struct session_home *h);

/* Newest first; a file that is gone is left out. How many. */
int session_recent_read(const struct session_home *h, char list[SESSION_RECENT][SESSION_PATH]);
void session_recent_add(const struct session_home *h, const char *path);

#endif
