/* compare.h - trainings side by side in the window: what each is to be, which of them the controls drive, and what of
 * them is shown. The first is the window's own training, whose worker takes the others along (app/beside.h); `cell` 0
 * is that one. Main thread. */
#ifndef APP_COMPARE_H
#define APP_COMPARE_H

#include "app/beside.h"
#include "app/export.h"
#include "app/panel.h"

struct compare {
    bool open;                        /* fills the window, in place of one training's views */
    bool all;                         /* controls drive all of them, not the one in focus */
    int count;                        /* cells */
    int focus;                        /* the cell that window.experiment, .snap and .scene are of */
    long id[COMPARE_MAX], last_id;
    struct experiment wanted[COMPARE_MAX];
    int shown;                        /* cells of the newest snapshots */
    const struct snapshot *snap[COMPARE_MAX];     /* borrowed from the worker */
    struct scene scene[COMPARE_MAX];  /* of the cells not in focus */
};

enum status compare_create(struct window *w, struct why *why);
void compare_destroy(struct window *w);
bool compare_open(const struct window *w);                /* and no lesson or drawing in its place */
bool compare_several(const struct window *w);             /* more than one, shown or not */
struct scene *compare_scene(struct window *w, int cell);

/* The edited experiment goes to its training: with `all`, and where it is of data and seed, to the others too. */
void compare_apply(struct window *w);
/* The same number for another loss's parameter of that name. */
void compare_follow_params(
    struct experiment *e, const struct experiment *before, const struct experiment *after);
void compare_touch(struct window *w, const char *key);    /* worker_touch of whom the controls drive */
/* The leader's new snapshot, and with it those of the others; returns the one in focus. */
const struct snapshot *compare_take(struct window *w, const struct snapshot *leader);
void compare_resume(struct window *w);                    /* the window has its own worker again, after a lesson */
void compare_refused(struct window *w);                   /* what could not be made goes again */

void compare_add(struct window *w);                       /* a copy of the one in focus, which it becomes */
void compare_show(struct window *w);                      /* the comparison; where there is none yet, with a copy */
void compare_remove(struct window *w, int cell);
void compare_focus(struct window *w, int cell);
void compare_equal(struct window *w);                     /* all become as the one in focus */
void compare_leave(struct window *w);                     /* back to one training's views; they go on */
void compare_draw(struct window *w);                      /* after drawing began or ended: the plane alone, or all again */
/* "softmax; s 16 vs 30", of the wishes. */
void compare_differences(const struct window *w, char *out, int size);

void compare_returned(struct window *w);                  /* the worker has been sent back to what is shown */

/* Changes that lead from `before` to `after`, made in `e` too; the data, classes, seed and moved points always. */
void compare_follow(
    struct experiment *e, const struct experiment *before, const struct experiment *after, bool all);

/* panel_compare.c: what stands where header and main view are else. */
void panel_compare_strip(struct window *w);
void panel_compare_main(struct window *w);

#endif
