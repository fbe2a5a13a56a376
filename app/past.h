/* past.h - what a training leaves behind while it goes on, and the way back into it. Belongs to whoever steps the
 * trainer, and to that thread. */
#ifndef APP_PAST_H
#define APP_PAST_H

#include "math/history.h"
#include "math/trainer.h"

struct past;

struct past *past_create(size_t budget);                  /* NULL without memory */
void past_destroy(struct past *p);
struct history *past_history(struct past *p);

/* A training at its first step: what was known of another is forgotten. */
void past_begin(struct past *p, const struct trainer *t);
/* After a step that took `cost_s`: a checkpoint when one is due, which is never more than 2 % of the time. */
void past_step(struct past *p, const struct trainer *t, double cost_s);
/* Whether the training had just diverged when entry i of its journal was written: the last FALLS_KEPT are known. */
enum { FALLS_KEPT = 64 };
bool past_fell(const struct past *p, int change);
/* What has just been measured of the trainer, a frame. */
void past_frame(struct past *p, const struct trainer *t, const struct snapshot *s);

/* Takes t back to frame i, byte by byte as it was, and forgets what came after; *ghost as in history_cut. The share of
 * the way is told now and then; an answer of false stops there, with t somewhere on the way. Without a checkpoint (the
 * training is too large for the budget) t stays where it is. */
enum status past_return(struct past *p, struct trainer *t, int i, bool (*on)(void *user, double share), void *user,
    struct snapshot *ghost, struct why *why);

/* t becomes what `bytes` (trainer_save) are of, which followed on the frames up to `since`: those stay, what came after
 * goes; where none is left the timeline begins there. */
enum status past_restore(struct past *p, struct trainer *t, long since, const uint8_t *bytes, size_t size,
    struct snapshot *ghost, struct why *why);

#endif
