/* The changes of a future that was cut off, made once more at their steps. */
#include "app/worker_state.h"

static bool can_replay(const struct worker *w)
{
    return w->future.fell && w->shade && !future_over(&w->future, w->trainer);
}

void replay_note(struct worker *w)
{
    bool can = w->trainer && can_replay(w);
    w->state.replay_end = can ? w->future.end : -1;
    w->state.replay_left = can ? future_left(&w->future, trainer_steps(w->trainer)) : 0;
    w->state.replaying = w->replaying;
}

void replay_end(struct worker *w)
{
    w->replaying = w->replayed = false;
}

/* Paused where the old future ended, unless more was asked for meanwhile. */
static void finish_replay(struct worker *w)
{
    bool replayed = w->replayed;
    replay_end(w);
    w->replayed = replayed;
    SDL_LockMutex(w->lock);
    if (w->command.replay_serial == w->done_replay)
        w->command.playing = w->state.playing = false;
    SDL_UnlockMutex(w->lock);
    w->changed = true;
}

static void replay_failed(struct worker *w, const struct why *why)
{
    struct why whole = { "" };
    finish_replay(w);
    why_set(&whole, STATUS_FAILED, "replay: step %ld: %s", trainer_steps(w->trainer), why->text);
    worker_report(w, STATUS_FAILED, &whole);
}

void replay_step(struct worker *w)
{
    struct why why = { "" };
    int made = 0;
    enum status status = future_apply(&w->future, w->trainer, &made, &why);
    if (status == STATUS_OK)
        status = beside_replay(w->beside, &why);
    w->changed = w->changed || made > 0;
    if (status != STATUS_OK)
        replay_failed(w, &why);
    else if (future_over(&w->future, w->trainer))
        finish_replay(w);
}

/* Where a change lies behind and none was made since the branch, nothing is lost by going back to it. */
static enum status find_start(struct worker *w, struct why *why)
{
    struct future *f = &w->future;
    struct snapshot forgotten;
    int at = history_find(past_history(w->past), f->begin);
    bool same = future_untouched(f, w->trainer) && beside_untouched(w->beside);
    bool missed = future_missed(f, trainer_steps(w->trainer)) || beside_missed(w->beside);
    at -= at > 0 && history_step(past_history(w->past), at) > f->begin;
    if (!same || !missed || at < 0)
        return STATUS_OK;
    snapshot_init(&forgotten);
    enum status status = timeline_return(w, at, &forgotten, why);
    future_rewind(f, w->trainer);
    beside_rewind(w->beside);
    snapshot_clear(&forgotten);
    return status;
}

void replay_start(struct worker *w, const struct command *c)
{
    struct why why = { "" };
    w->done_replay = c->replay_serial;
    replay_end(w);
    if (!c->replay || !w->trainer || !can_replay(w))
        return;
    enum status status = find_start(w, &why);
    timeline_arrive(w, status, &why);
    if (status != STATUS_OK)
        return;
    w->replaying = w->replayed = true;
    replay_step(w);
}
