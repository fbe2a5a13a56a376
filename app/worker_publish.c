#include "app/worker_state.h"

#include <math.h>

static const double FRAME_S = 0.016; /* a snapshot is drawn at most this often */
static const double UNSEEN_S =
    0.1; /* while nobody looks, and so much longer with every one that nobody took */
static const double UNSEEN_MOST_S = 1;
static const double SNAPSHOT_SHARE = 0.3; /* of the time, at max pace */
static const double CHANGED_SHARE = 0.6; /* of the time with others beside, while settings change */

static const double RECOGNISE_REST = 0.3; /* s at least between two verifications */

/* What is newly looked at is wanted at once. */
void publish_watch(struct worker *w, unsigned what)
{
    unsigned fresh = what & ~w->watch;
    w->watch = what;
    w->changed = w->changed || fresh;
    if (fresh & NEEDS_RECOGNITION)
        w->recognise_due = 0;
    if (fresh & NEEDS_INPUTS)
        w->inputs_due = 0;
}

/* Verification takes tens of milliseconds: a tenth of the time at most. */
static enum status recognise(struct worker *w)
{
    double began = worker_now();
    if (!(w->watch & w->stale & NEEDS_RECOGNITION) || began < w->recognise_due)
        return STATUS_OK;
    beside_start(w->beside, BESIDE_RECOGNISE, NULL);
    enum status status = trainer_recognise(w->trainer), others = beside_join(w->beside);
    double done = worker_now();
    w->stale &= ~(unsigned)NEEDS_RECOGNITION;
    w->recognised = done;
    w->recognise_due = done + fmax(RECOGNISE_REST, 9 * (done - began));
    return status == STATUS_OK ? others : status;
}

/* A few milliseconds: a twentieth of the time at most. */
static void map_inputs(struct worker *w)
{
    double began = worker_now();
    if (!(w->watch & w->stale & NEEDS_INPUTS) || began < w->inputs_due)
        return;
    beside_start(w->beside, BESIDE_INPUTS, NULL);
    trainer_map_inputs(w->trainer);
    beside_join(w->beside);
    w->stale &= ~(unsigned)NEEDS_INPUTS;
    double done = worker_now();
    w->inputs_due = done + fmax(0.1, 19 * (done - began));
}

/* The slot in hand becomes the newest. */
void publish_slot(struct worker *w)
{
    struct loaded *old = w->back->loaded;
    struct shade *gone = w->back->shade;
    w->back->loaded = loaded_keep(w->loaded);
    w->back->shade = shade_keep(w->shade);
    slot_fill_drawn(w->back);
    w->back->past = w->shown != SHOW_LIVE;
    w->back->opened = w->opened_serial;
    w->back->replayed = w->replayed;
    w->back->heard = w->done_serial + w->done_reset + w->done_cure + w->done_uncure + w->done_wish;
    loaded_drop(old);
    shade_drop(gone);

    SDL_LockMutex(w->lock);
    struct slot *slot = w->back;
    w->back = w->ready;
    w->ready = slot;
    bool unseen = w->fresh;
    w->fresh = true;
    w->unseen = unseen ? w->unseen + 1 : 0;
    w->state.shown = w->shown;
    w->kept_count = history_count(past_history(w->past));
    for (int i = 0; i < w->kept_count; i++)
        w->kept[i] = history_step(past_history(w->past), i);
    SDL_UnlockMutex(w->lock);
    if (!unseen)
        w->wake(w->wake_arg); /* carries no data: "come and look" */
}

/* All at the same step. */
static enum status measure(struct worker *w)
{
    enum status status = slot_reserve(w->back, w->beside);
    if (status != STATUS_OK)
        return status;
    beside_start(w->beside, BESIDE_SNAPSHOT, w->back->beside);
    status = ahead_snapshot(w->ahead, w->trainer, &w->back->snapshot);
    enum status others = beside_join(w->beside);
    return status == STATUS_OK ? others : status;
}

void publish_now(struct worker *w)
{
    double began = worker_now();
    struct why why = { "" };
    enum status status = recognise(w);
    map_inputs(w);
    if (status == STATUS_OK)
        status = measure(w); /* the slow part, unlocked */
    if (status != STATUS_OK) {
        why_set(&why, status, "snapshot: not enough memory; show fewer points");
        worker_report(w, status, &why);
        w->changed = false;
        return;
    }
    past_frame(w->past, w->trainer, &w->back->snapshot);
    publish_slot(w);

    w->published_at = began;
    double cost = worker_now() - began;
    w->snapshot_cost = w->snapshot_cost > 0 ? 0.8 * w->snapshot_cost + 0.2 * cost : cost;
    w->changed = false;
}

/* Seconds from the beginning of one snapshot to that of the next: at max pace they may take SNAPSHOT_SHARE of
 * the time, at a set pace what the training would sleep. */
static double publish_interval(const struct worker *w, double pace, bool fresh)
{
    double share = pace > 0 ? fmin(0.9, fmax(SNAPSHOT_SHARE, 1 - pace * w->step_cost)) : SNAPSHOT_SHARE;
    if (w->changed) /* several trainings must not stand still while a slider moves */
        return fmax(fresh ? FRAME_S : 0, beside_count(w->beside) > 0 ? w->snapshot_cost / CHANGED_SHARE : 0);
    double rest = fmin(UNSEEN_MOST_S, UNSEEN_S * (1 + w->unseen));
    return fmax(fresh ? rest : FRAME_S * 0.95, w->snapshot_cost / share);
}

void publish_when_due(struct worker *w, double pace, bool ahead)
{
    SDL_LockMutex(w->lock);
    bool fresh = w->fresh;
    SDL_UnlockMutex(w->lock);
    if (!w->trainer || !(ahead || w->changed))
        return;
    if (worker_now() - w->published_at >= publish_interval(w, pace, fresh))
        publish_now(w);
}

/* Until what is watched may be measured again at rest, where nothing else wants the time; nothing to measure: FOREVER. */
double publish_wait(struct worker *w)
{
    unsigned late = w->trainer ? w->watch & w->stale : 0;
    double due = FOREVER, now = worker_now();
    w->recognise_due = fmin(w->recognise_due, w->recognised + RECOGNISE_REST);
    if (late & NEEDS_RECOGNITION)
        due = fmin(due, fmax(0, w->recognise_due - now));
    if (late & NEEDS_INPUTS)
        due = fmin(due, fmax(0, w->inputs_due - now));
    return due;
}
