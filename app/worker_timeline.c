#include "app/worker_state.h"

#include <stdlib.h>

static const double ROLL_S = 10; /* a whole history at max pace */
static const double FRAME_S = 0.016; /* between two rolling frames */

/* A future without any steps has no shade: the last one stays. */
void timeline_cast(struct worker *w, struct shade *shade)
{
    bool empty = shade && shade->snapshot.curve_count <= 1;
    shade_drop(empty ? shade : w->shade);
    w->shade = empty ? w->shade : shade;
}

void timeline_present(struct worker *w)
{
    w->changed = w->changed || w->shown != SHOW_LIVE;
    w->shown = SHOW_LIVE;
}

/* Every history has its part of the budget. */
void timeline_share(struct worker *w)
{
    size_t each = w->budget / (size_t)(1 + beside_count(w->beside));
    history_set_budget(past_history(w->past), each);
    beside_budget(w->beside, each);
}

/* A training that was copied later was then the one it is a copy of. */
static void show_besides(struct worker *w, long step)
{
    w->back->besides = 0;
    if (slot_reserve(w->back, w->beside) != STATUS_OK)
        w->back->besides = 0;
    for (int i = 0; i < w->back->besides; i++)
        if (!beside_show(w->beside, i, step, w->back->beside[i]) &&
            !snapshot_copy(w->back->beside[i], &w->back->snapshot))
            w->back->besides = 0;
}

static void show_frame(struct worker *w, int i)
{
    struct history *history = past_history(w->past);
    long step = history_step(history, i);
    if (step == w->shown || !history_snapshot(history, i, &w->back->snapshot))
        return;
    w->shown = step;
    show_besides(w, step);
    publish_slot(w);
}

/* The steps since the last frame would be lost to whoever goes back now. After the frame asked for: that is to come
 * at once. */
void timeline_keep_present(struct worker *w)
{
    struct history *history = past_history(w->past);
    int count = history_count(history);
    bool kept = count > 0 && history_step(history, count - 1) == trainer_steps(w->trainer) && !w->changed;
    if (!kept && ahead_snapshot(w->ahead, w->trainer, &w->back->snapshot) == STATUS_OK)
        past_frame(w->past, w->trainer, &w->back->snapshot);
}

static void take_show(struct worker *w, const struct command *c)
{
    struct history *history = past_history(w->past);
    if (c->show == SHOW_LIVE && c->show_by == 0) {
        timeline_present(w);
        return;
    }
    bool left = w->shown == SHOW_LIVE;
    int last = history_count(history) - 1;
    int at = c->show >= 0    ? history_find(history, c->show)
             : w->shown >= 0 ? history_find(history, w->shown)
                             : last;
    at += c->show == SHOW_LIVE ? last - at + c->show_by : c->show_by;
    w->roll_step = at >= 0 && at <= last ? (double)history_step(history, at) : 0;
    w->roll_time = worker_now();
    if (at >= last) {
        timeline_present(w);
        return;
    }
    show_frame(w, at < 0 ? 0 : at);
    if (left)
        timeline_keep_present(w);
}

/* Back to frame `at`, of all; the future cut off there into *ghost. */
enum status timeline_return(struct worker *w, int at, struct snapshot *ghost, struct why *why)
{
    SDL_LockMutex(w->lock);
    w->state.loading = true;
    w->state.share = 0;
    SDL_UnlockMutex(w->lock);
    enum status status = past_return(w->past, w->trainer, at, load_share, w, ghost, why);
    if (status == STATUS_OK)
        status = beside_return(w->beside, trainer_steps(w->trainer), w->trainer, why);
    return status;
}

void timeline_arrive(struct worker *w, enum status status, const struct why *why)
{
    w->stale = ~0u;
    w->shown = SHOW_LIVE;
    w->changed = true;
    w->rate_count = 0;
    worker_note(w, false);
    publish_now(w);
    worker_report(w, status, why);
}

/* The branch from here on; without a step that it cut off, the old one is still what lies ahead. */
static void take_future(struct worker *w, struct future *future)
{
    future_begin(future, w->trainer);
    if (future->end > future->begin) {
        future_clear(&w->future);
        w->future = *future;
        beside_keep_futures(w->beside);
    } else {
        future_clear(future);
    }
}

void timeline_branch(struct worker *w, long step)
{
    struct why why = { "" };
    if (w->shown == SHOW_LIVE)
        timeline_keep_present(w);
    int at = history_find(past_history(w->past), step);
    struct shade *shade = shade_create();
    if (!shade || at < 0) {
        shade_drop(shade);
        return;
    }
    struct future future = { 0 };
    future_note(&future, w->past, w->trainer);
    enum status status = timeline_return(w, at, &shade->snapshot, &why);
    replay_end(w);
    take_future(w, &future);
    timeline_cast(w, shade);
    timeline_arrive(w, status, &why);
}

static void stop_rolling(struct worker *w)
{
    SDL_LockMutex(w->lock);
    w->command.rolling = w->state.rolling = false;
    SDL_UnlockMutex(w->lock);
    w->wake(w->wake_arg);
}

/* What was asked of the timeline. */
void timeline_take(struct worker *w, const struct command *c)
{
    if (c->budget != w->budget) {
        w->budget = c->budget;
        timeline_share(w);
    }
    if (!w->trainer)
        return;
    if (c->branch != SHOW_NOTHING) {
        cure_forget(w);
        timeline_branch(w, c->branch);
    } else if (c->show != SHOW_NOTHING || c->show_by != 0) {
        take_show(w, c);
    }
    if (c->rolling && w->shown == SHOW_LIVE)
        stop_rolling(w);
}

/* A kept frame is on show. */
void timeline_turn(struct worker *w, struct command *c)
{
    struct history *history = past_history(w->past);
    double now = worker_now();
    worker_note(w, false);
    if (!c->rolling) {
        worker_wait(w, c, FOREVER);
        w->roll_time = worker_now();
        return;
    }
    double pace = c->pace > 0 ? c->pace : (double)trainer_steps(w->trainer) / ROLL_S;
    w->roll_step += pace * (now - w->roll_time);
    w->roll_time = now;
    int last = history_count(history) - 1;
    if (w->roll_step >= (double)history_step(history, last)) {
        timeline_present(w);
        stop_rolling(w);
        return;
    }
    show_frame(w, history_find(history, (long)w->roll_step));
    worker_wait(w, c, FRAME_S);
}
