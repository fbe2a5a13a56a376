/* beside.h - trainings that go along with a leader's: one thread each, one step clock. They take a step only when the
 * leader does, and the leader goes on only when all have taken it, so that step k is step k in all; the slowest sets
 * the pace. All functions are for the leader's thread, and between beside_start and beside_join only those two. */
#ifndef APP_BESIDE_H
#define APP_BESIDE_H

#include "math/trainer.h"
#include "render/view.h"

enum { BESIDE_MAX = COMPARE_MAX - 1 };
enum { BESIDE_LEADER = 0 };           /* as an id: the leader itself */

struct beside;

/* What is wanted: which trainings, by ids that are never used twice, in their order. A new one begins as a copy, weights
 * and step and random streams, of the one called `from`. */
struct beside_wish {
    long id, from;
    struct experiment experiment;
};

struct beside *beside_create(void);                       /* NULL without memory */
void beside_destroy(struct beside *b);
int beside_count(const struct beside *b);
long beside_id(const struct beside *b, int i);
struct trainer *beside_trainer(const struct beside *b, int i);

enum beside_job { BESIDE_STEP, BESIDE_SNAPSHOT, BESIDE_RECOGNISE, BESIDE_INPUTS };
/* All at once, in their threads. `out`: (beside_count) where snapshots go. */
void beside_start(struct beside *b, enum beside_job job, struct snapshot *const *out);
enum status beside_join(struct beside *b);

/* Makes the list what is wanted. *anew: a wish needs another network, so that all must begin anew (beside_rebuild).
 * What cannot be made is left out; then the status says why. */
enum status beside_want(struct beside *b, const struct beside_wish *wish, int count, const struct trainer *leader,
    const struct dataset *data, bool *anew, struct why *why);

/* These in place of all there are, at the leader's step. Takes the trainers over; on failure nothing has changed. */
enum status beside_open(struct beside *b, const long *id, struct trainer *const *trainer, int count, struct why *why);

/* One of them leaves with all it is; false where there is none of that id. For the caller to keep. */
struct past;
bool beside_give(struct beside *b, long id, struct trainer **trainer, struct past **past);

/* What they are to be when they are made anew before the next beside_want. */
void beside_note(struct beside *b, const struct beside_wish *wish, int count);

/* All from step 0, on other data perhaps; what cannot be trained there is left out. */
enum status beside_rebuild(struct beside *b, const struct dataset *data, struct why *why);

/* The timeline: the frame of the leader's step into `out`; false where there was no such training yet: it was what it
 * has been copied from. Going back to it likewise; `now` is the leader there. */
bool beside_show(struct beside *b, int i, long step, struct snapshot *out);
enum status beside_return(struct beside *b, long step, const struct trainer *now, struct why *why);

/* past_restore, for the training i. */
enum status beside_restore(struct beside *b, int i, long since, const uint8_t *bytes, size_t size, struct why *why);

/* Replays (app/future.h). After a return: the futures it cut off are those to be replayed. */
void beside_keep_futures(struct beside *b);
bool beside_untouched(const struct beside *b);            /* no journal has grown since */
bool beside_missed(const struct beside *b);
void beside_rewind(struct beside *b);
enum status beside_replay(struct beside *b, struct why *why);   /* the changes of this step */

void beside_budget(struct beside *b, size_t bytes);       /* of each history */

#endif
