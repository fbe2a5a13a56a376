/* folder_task.h - what a name that is being typed stands for, and what would complete it: looked up in a thread of its
 * own, so that a folder that answers late stalls no frame. Main thread. */
#ifndef APP_FOLDER_TASK_H
#define APP_FOLDER_TASK_H

#include "app/session_home.h"

enum { FOLDER_FILES = 10, FOLDER_WHEN = 24 };

struct folder_list {
    char typed[SESSION_PATH];         /* what was asked; "" with the sessions used last: nothing but those */
    bool there, folder;               /* what it names */
    char file[FOLDER_FILES][SESSION_PATH];    /* folders end in a slash */
    char when[FOLDER_FILES][FOLDER_WHEN];     /* "2026-11-22 13:05" */
    int files;
};

struct folder_task;

/* ~/x is in the home folder. With `recent` the sessions used last instead of what completes the name. `wake` is called
 * from the thread when there is an answer. NULL without memory, or while several still wait for theirs. */
struct folder_task *folder_task_start(const char *typed, const struct session_home *recent, void (*wake)(void *), void *arg);
bool folder_task_take(struct folder_task *t, struct folder_list *out);    /* true when it is there */
void folder_task_drop(struct folder_task *t);         /* never waits; NULL is fine */

/* The path that is meant. */
void folder_path(const char *typed, char *out, size_t size);

#endif
