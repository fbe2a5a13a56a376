/* data_task.h - one table of the window's training, written by a thread of its own: values are copied out by the worker,
 * and what the whole data set needs is computed by a trainer of the task's own, in the same state. Main thread. */
#ifndef APP_DATA_TASK_H
#define APP_DATA_TASK_H

#include "app/data_out.h"
#include "app/worker.h"

enum { DATA_PATH = 1024, DATA_MOMENTS = 200 };
struct data_order {
    enum data_table table;
    enum data_format format;
    char path[DATA_PATH];
};
struct data_task;

/* `snap` is copied. `wake` is called from the thread at the end. NULL without memory. */
struct data_task *data_task_start(const struct data_order *order, const struct snapshot *snap,
    struct worker *worker, void (*wake)(void *), void *arg);
/* True when it has ended, with how. */
bool data_task_done(struct data_task *t, enum status *status, struct why *why);
const struct data_order *data_task_order(const struct data_task *t);
void data_task_destroy(struct data_task *t);                /* stops what is under way; NULL is fine */

#endif
