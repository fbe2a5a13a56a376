#include "app/worker_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <SDL.h>

static const double CATCH_UP_S = 0.1; /* behind its pace by more, a training forgets the debt */

double worker_now(void)
{
    return (double)SDL_GetPerformanceCounter() / (double)SDL_GetPerformanceFrequency();
}

/* Playing has come to its end, unless more was asked for meanwhile. */
void worker_arrive(struct worker *w, const struct command *c)
{
    mark_keep(w, c);
    SDL_LockMutex(w->lock);
    if (w->command.run_serial == c->run_serial) {
        w->command.playing = w->state.playing = false;
        w->command.until = NO_END;
    }
    w->state.run = c->run_serial;
    w->state.step = w->trainer ? trainer_steps(w->trainer) : 0;
    SDL_UnlockMutex(w->lock);
    w->changed = true;
    w->wake(w->wake_arg);
}

void worker_report(struct worker *w, enum status status, const struct why *why)
{
    SDL_LockMutex(w->lock);
    w->state.loading = false;
    w->state.failed = status != STATUS_OK;
    w->state.why = status != STATUS_OK ? *why : (struct why){ "" };
    SDL_UnlockMutex(w->lock);
    w->wake(w->wake_arg);
}

static void note_rate(struct worker *w, double now)
{
    long step = trainer_steps(w->trainer);
    if (w->rate_count && now - w->rate[w->rate_count - 1].time < 1.0 / 40)
        return;
    int from = 0;
    while (from < w->rate_count && (now - w->rate[from].time > 1.2 || w->rate_count - from >= RATE_SAMPLES))
        from++;
    memmove(w->rate, w->rate + from, (size_t)(w->rate_count - from) * sizeof w->rate[0]);
    w->rate_count -= from;
    w->rate[w->rate_count].time = now;
    w->rate[w->rate_count++].step = step;
}

void worker_note(struct worker *w, bool stepping)
{
    double now = worker_now(), rate = 0;
    if (stepping) {
        note_rate(w, now);
        double span = now - w->rate[0].time;
        rate = span > 0.05 ? (double)(trainer_steps(w->trainer) - w->rate[0].step) / span : 0;
    } else {
        w->rate_count = 0;
    }
    SDL_LockMutex(w->lock);
    w->state.step = w->trainer ? trainer_steps(w->trainer) : 0;
    w->state.stuck = w->trainer && trainer_diverged(w->trainer);
    replay_note(w);
    if (!stepping || rate > 0)
        w->state.steps_per_s = rate;
    SDL_UnlockMutex(w->lock);
}

void worker_take_step(struct worker *w)
{
    double began = worker_now();
    beside_start(w->beside, BESIDE_STEP, NULL);
    trainer_step(w->trainer);
    beside_join(w->beside);
    w->stale = ~0u;
    double cost = worker_now() - began;
    w->step_cost = w->step_cost > 0 ? 0.95 * w->step_cost + 0.05 * cost : cost;
    past_step(w->past, w->trainer, cost);
    if (w->replaying)
        replay_step(w);
    if (trainer_diverged(w->trainer))
        w->changed = true;
}

/* What is left until the next step is due; sets the time after it. */
static double step_wait(struct worker *w, double pace)
{
    double now = worker_now();
    if (pace <= 0 || w->step_due < now - CATCH_UP_S || w->step_due > now + 1 / pace)
        w->step_due = now;
    return pace > 0 ? w->step_due - now : 0;
}

/* Waits for a command. */
void worker_wait(struct worker *w, const struct command *seen, double seconds)
{
    SDL_LockMutex(w->lock);
    struct command *c = &w->command;
    bool same = !c->quit && c->wanted_serial == seen->wanted_serial &&
                c->reset_serial == seen->reset_serial && c->run_serial == seen->run_serial &&
                c->cure_serial == seen->cure_serial && c->uncure_serial == seen->uncure_serial &&
                c->replay_serial == seen->replay_serial && c->recall_serial == seen->recall_serial &&
                c->lead_serial == seen->lead_serial && c->touch_count == 0 && !frames_due(w) &&
                c->watch == seen->watch && c->playing == seen->playing && c->pace == seen->pace &&
                c->steps == 0 && c->show == SHOW_NOTHING && c->branch == SHOW_NOTHING && c->show_by == 0 &&
                c->rolling == seen->rolling && c->budget == w->budget && !session_asked(w) &&
                (w->wish_serial == w->done_wish || !w->trainer);
    if (same && seconds >= FOREVER) {
        w->rested = w->orders;
        SDL_CondWait(w->posted, w->lock);
    } else if (same && seconds >= 0.001)
        SDL_CondWaitTimeout(w->posted, w->lock, (Uint32)(seconds * 1000));
    SDL_UnlockMutex(w->lock);
}

bool worker_can_step(const struct worker *w)
{
    return w->trainer && !trainer_diverged(w->trainer) && !trainer_waits(w->trainer);
}

/* Paused: every command is answered with a snapshot of its own, then sleep. */
static void pause_turn(struct worker *w, struct command *c)
{
    if (c->steps > 0 && worker_can_step(w)) {
        for (long i = 0; i < c->steps && worker_can_step(w); i++) {
            worker_take_step(w);
            SDL_LockMutex(w->lock);
            bool quit = w->command.quit;
            SDL_UnlockMutex(w->lock);
            if (quit)
                return;
        }
        w->changed = true;
    }
    worker_note(w, false);
    if (w->trainer && (w->changed || publish_wait(w) <= 0))
        publish_now(w);
    worker_wait(w, c, fmax(0.001, publish_wait(w)));
}

static void play_turn(struct worker *w, struct command *c)
{
    double wait = step_wait(w, c->pace);
    if (wait > 0.0005) {
        publish_when_due(w, c->pace, false);
        double left = fmax(0, step_wait(w, c->pace)); /* the snapshot took its time */
        worker_wait(w, c, fmin(left, w->changed ? 0.002 : 1));
        if (step_wait(w, c->pace) > 0.001)
            return; /* woken early, or a snapshot is still owed */
    }
    worker_take_step(w);
    w->step_due += c->pace > 0 ? 1 / c->pace : 0;
    worker_note(w, true);
    publish_when_due(w, c->pace, true);
}

static int run(void *arg)
{
    struct worker *w = arg;
    bool was_playing = false;
    for (;;) {
        SDL_LockMutex(w->lock);
        struct command c = w->command;
        load_take_wishes(w);
        w->command.steps = 0;
        w->command.touch_count = 0;
        w->command.anew = false;
        w->command.show = w->command.branch = SHOW_NOTHING;
        w->command.show_by = 0;
        if (c.wanted_serial >= c.shelf_serial)
            w->command.shelf_from = w->command.shelf_to = -1;
        SDL_UnlockMutex(w->lock);
        if (c.quit)
            return 0;
        if (c.lead_serial != w->done_lead)
            load_lead(w, &c);
        load_take(w, &c);
        session_turn(w, &c);
        mark_turn(w, &c);
        timeline_take(w, &c);
        frames_turn(w);
        cure_turn(w, &c);
        if (c.replay_serial != w->done_replay)
            replay_start(w, &c);
        if (w->trainer && w->shown >= 0) {
            was_playing = false;
            timeline_turn(w, &c);
            continue;
        }
        if (c.playing && c.until != NO_END && (!worker_can_step(w) || trainer_steps(w->trainer) >= c.until)) {
            worker_arrive(w, &c);
            continue;
        }
        bool playing = c.playing && worker_can_step(w);
        if (was_playing && !playing)
            w->changed = true; /* the last steps may not have been shown yet */
        was_playing = playing;
        if (playing)
            play_turn(w, &c);
        else
            pause_turn(w, &c);
    }
}

static enum status start(struct worker *w, struct why *why)
{
    w->lock = SDL_CreateMutex();
    w->posted = SDL_CreateCond();
    w->ready = slot_create();
    w->back = slot_create();
    w->front = slot_create();
    w->past = past_create(HISTORY_BUDGET);
    w->beside = beside_create();
    w->ahead = ahead_create();
    if (!w->lock || !w->posted || !w->ready || !w->back || !w->front || !w->past || !w->beside || !w->ahead)
        return why_set(why, STATUS_FAILED, "training: not enough memory; close something");
    w->thread = SDL_CreateThread(run, "training", w);
    if (!w->thread)
        return why_set(why, STATUS_FAILED, "training: %s; close something and try again", SDL_GetError());
    return STATUS_OK;
}

enum status worker_create(const struct experiment *e, bool playing, double pace, void (*wake)(void *),
    void *arg, struct worker **out, struct why *why)
{
    struct worker *w = calloc(1, sizeof *w);
    if (!w)
        return why_set(why, STATUS_FAILED, "training: not enough memory; close something");
    w->wake = wake;
    w->rested = -1;
    w->wake_arg = arg;
    w->command = (struct command){ .wanted = *e,
        .wanted_serial = 1,
        .playing = playing,
        .pace = pace,
        .until = NO_END,
        .mark = -1,
        .shelf_from = -1,
        .shelf_to = -1,
        .own_way = true,
        .show = SHOW_NOTHING,
        .branch = SHOW_NOTHING,
        .budget = HISTORY_BUDGET };
    w->budget = HISTORY_BUDGET;
    w->shown = w->state.shown = SHOW_LIVE;
    w->state.replay_end = -1;
    w->state.playing = playing;
    w->state.loading = true;
    w->state.share = 0;
    enum status status = start(w, why);
    if (status != STATUS_OK) {
        worker_destroy(w);
        return status;
    }
    *out = w;
    return STATUS_OK;
}

void worker_destroy(struct worker *w)
{
    if (!w)
        return;
    if (w->thread) {
        SDL_LockMutex(w->lock);
        w->command.quit = true;
        worker_post(w);
        SDL_UnlockMutex(w->lock);
        SDL_WaitThread(w->thread, NULL);
    }
    frames_end(w);
    beside_destroy(w->beside); /* before the data */
    ahead_destroy(w->ahead);
    shelf_forget(w);
    trainer_destroy(w->trainer);
    past_destroy(w->past);
    future_clear(&w->future);
    shade_drop(w->shade);
    mark_forget(w);
    cure_forget(w);
    loaded_drop(w->loaded);
    session_forget(w);
    slot_destroy(w->ready);
    slot_destroy(w->back);
    slot_destroy(w->front);
    if (w->posted)
        SDL_DestroyCond(w->posted);
    if (w->lock)
        SDL_DestroyMutex(w->lock);
    free(w);
}
