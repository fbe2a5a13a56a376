/* history.h - the past of one training: light frames of what was drawn, and now and then a checkpoint to go on from.
 * No thread of its own and no lock: it belongs to whoever steps the trainer, as the trainer does; others are handed
 * snapshots and copies. Never more than its budget: when that is used up frames go one by one, those that leave the
 * smallest hole first, so that the first and the last stay and the rest is an even spread, denser near the present. */
#ifndef MATH_HISTORY_H
#define MATH_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "math/snapshot.h"

enum { HISTORY_BUDGET = 256 << 20, HISTORY_FRAMES = 4096 };   /* bytes for the process; frames at most */

struct history;

/* NULL without memory. */
struct history *history_create(size_t budget);
void history_destroy(struct history *h);
void history_clear(struct history *h);                    /* another training begins */
void history_set_budget(struct history *h, size_t budget);/* at once: what is too much goes */
size_t history_bytes(const struct history *h);            /* in use, at most the budget */

/* Keeps what is drawn of `s`, which is not older than the last; one of the same step takes its place. `changes`: the
 * length of the journal then. False without memory or when one frame is more than the budget: nothing is kept. */
bool history_add_frame(struct history *h, const struct snapshot *s, int changes);

/* Takes over `bytes` of trainer_save (malloc), also on failure: more than half of the budget, or no memory. */
bool history_add_checkpoint(struct history *h, long step, int changes, uint8_t *bytes, size_t size);

int history_count(const struct history *h);
long history_step(const struct history *h, int i);        /* ascending in i */
int history_changes(const struct history *h, int i);      /* length of the journal at frame i */
int history_find(const struct history *h, long step);     /* the frame nearest to it, -1 without any */

/* Frame i whole again: what it does not keep (names, sizes, events, curve and path up to its step) is that of the
 * newest frame. Numbers a class are rounded to float; features of more than three numbers to 1/65534 of the sample's
 * largest. False without memory: `out` then holds something else. */
bool history_snapshot(const struct history *h, int i, struct snapshot *out);

/* The newest checkpoint that is neither past `step` nor past a journal of `changes` entries. Borrowed until the next
 * call that adds, cuts or clears. */
struct checkpoint {
    const uint8_t *bytes;             /* NULL: there is none */
    size_t size;
    long step;
    int changes;
};
struct checkpoint history_checkpoint_before(const struct history *h, long step, int changes);

/* Forgets all after frame i. The future that ends here goes to *ghost (snapshot_init before), a snapshot without
 * samples and classes: its curve, path, experiment and force are what views draw of it. */
void history_cut(struct history *h, int i, struct snapshot *ghost);

#endif
