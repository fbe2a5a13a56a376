/* animate_task.h - the thread that makes an animation beside a training that goes on. Functions are for the main
 * thread. */
#ifndef APP_ANIMATE_TASK_H
#define APP_ANIMATE_TASK_H

#include "app/animate.h"
#include "app/worker.h"

struct animation_task;

/* Of the worker's history so far, or with `sweep` of a copy of its training as it is now. The options' look is copied.
 * `wake` is called from the thread when there is news. */
enum status animation_task_start(const struct animation_options *o, const struct animation_sweep *sweep,
    struct worker *worker, void (*wake)(void *), void *arg, struct animation_task **out, struct why *why);
/* Cancelled within a fifth of a second where it still runs; what was not finished leaves nothing behind. */
void animation_task_destroy(struct animation_task *t);
void animation_task_cancel(struct animation_task *t);

struct animation_news {
    bool done;
    double share;
    char words[48];                   /* "frame 12 of 160" */
    enum status status;               /* once done */
    struct why why;
    struct animation_result result;
    char path[1024];
};
void animation_task_news(struct animation_task *t, struct animation_news *out);

#endif
