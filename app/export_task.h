/* export_task.h - the thread that turns composed figures into files, one after another, so that no frame waits. All
 * functions are for the main thread. */
#ifndef APP_EXPORT_TASK_H
#define APP_EXPORT_TASK_H

#include "app/export.h"

struct export_task;

/* `wake` is called from the thread when something can be taken. */
struct export_task *export_task_create(void (*wake)(void *), void *arg);   /* NULL without memory */
void export_task_destroy(struct export_task *t);          /* when everything is written */

/* Takes the sheets over: the figure, and a png of it for the clipboard or NULL. False when too many wait. */
bool export_task_add(struct export_task *t, struct export_sheet *sheet, struct export_sheet *copy);
bool export_task_holds(const struct export_task *t, const char *path);   /* will be written */
bool export_task_busy(const struct export_task *t);

struct export_done {
    char path[1024];
    bool copy, copied;                /* asked for; the picture is on the clipboard */
    enum status status;
    struct why why;
};
bool export_task_take(struct export_task *t, struct export_done *out);   /* false: nothing new */

#endif
