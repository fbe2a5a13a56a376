/* ahead.h - a second thread for the snapshots of a cnn: what takes most of their time goes in two halves at once. */
#ifndef APP_AHEAD_H
#define APP_AHEAD_H

#include "math/trainer.h"

struct ahead;

struct ahead *ahead_create(void);     /* NULL without memory; the thread begins with the first snapshot that wants it */
void ahead_destroy(struct ahead *a);

/* trainer_snapshot, to the same bits; alone where it is soon done, or where there is no second thread to be had. */
enum status ahead_snapshot(struct ahead *a, struct trainer *t, struct snapshot *s);

#endif
