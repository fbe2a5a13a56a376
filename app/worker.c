#include "app/worker.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <SDL.h>

#include "app/dataset_open.h"
#include "app/past.h"
#include "math/trainer.h"

enum { RATE_SAMPLES = 64, TOUCH_MAX = 8, TOUCH_KEY = 64, SHOW_LIVE = -1, SHOW_NOTHING = -2, NO_END = -1 };
static const double FRAME_S = 0.016; /* a snapshot is drawn at most this often */
static const double UNSEEN_S = 0.1; /* while nobody looks */
static const double SNAPSHOT_SHARE = 0.3; /* of the time, at max pace */
static const double CHANGED_SHARE = 0.6; /* of the time with others beside, while settings change */
static const double CATCH_UP_S = 0.1; /* behind its pace by more, a training forgets the debt */
static const double ROLL_S = 10; /* a whole history at max pace */

/* A data set shared by the trainer and by the snapshots that were made of it. */
struct loaded {
    struct dataset data;
    SDL_atomic_t users;
};

/* A future that was cut off, shared by the snapshots after it. */
struct shade {
    struct snapshot snapshot;
    SDL_atomic_t users;
};

struct slot {
    struct snapshot snapshot;
    struct loaded *loaded;
    struct shade *shade;
    bool past; /* a kept frame */
    struct snapshot *beside[BESIDE_MAX]; /* of the same step; NULL: not made yet */
    long beside_id[BESIDE_MAX];
    int besides;
};

struct command {
    struct experiment wanted;
    struct cure cure; /* of the coach; `wanted` then holds its settings */
    long wanted_serial, reset_serial, run_serial, cure_serial;
    bool anew; /* `wanted` from step 0, not yet taken */
    long until; /* where playing ends; NO_END */
    char touched[TOUCH_MAX][TOUCH_KEY]; /* keys of the parameters a hand was on, not yet taken */
    int touch_count;
    long steps; /* asked for while paused, not yet taken */
    long show, branch; /* kept steps asked for; SHOW_NOTHING, SHOW_LIVE */
    int show_by; /* frames from there, or from what is shown */
    bool rolling;
    size_t budget;
    bool playing, quit;
    unsigned watch; /* NEEDS_ bits */
    double pace;
};

struct worker {
    SDL_Thread *thread;
    void (*wake)(void *);
    void *wake_arg;

    SDL_mutex *lock; /* a leaf: nothing else is locked under it */
    SDL_cond *posted; /* lock: a command or the end of a snapshot's wait */
    struct command command; /* lock */
    struct beside_wish wish[BESIDE_MAX]; /* lock */
    int wishes; /* lock */
    long wish_serial; /* lock */
    struct slot *ready; /* lock: newest complete state */
    bool fresh; /* lock: `ready` has not been taken yet */
    struct worker_state state; /* lock */
    long kept[HISTORY_FRAMES]; /* lock: steps of the frames */
    int kept_count; /* lock */

    struct slot *back; /* worker only: being written */
    struct slot *front; /* main only: being drawn */
    bool seen; /* main only: front holds a snapshot */

    /* worker only */
    struct loaded *loaded;
    struct experiment opened; /* what `loaded` was opened for */
    struct trainer *trainer;
    long done_serial, done_reset, done_wish, done_cure;
    struct beside *beside;
    double step_due, step_cost, snapshot_cost, published_at;
    unsigned watch, stale; /* NEEDS_ bits: what somebody looks at; what is not of this step */
    double recognise_due, inputs_due;
    bool changed; /* something to show beyond the ordinary step */
    struct past *past;
    struct shade *shade; /* the last future cut off */
    long shown; /* step of the frame on show, SHOW_LIVE */
    double roll_step, roll_time; /* where the rolling frames are, and when that was */
    size_t budget;
    struct {
        double time;
        long step;
    } rate[RATE_SAMPLES];
    int rate_count;
};

static double now_s(void)
{
    return (double)SDL_GetPerformanceCounter() / (double)SDL_GetPerformanceFrequency();
}

static struct loaded *loaded_keep(struct loaded *l)
{
    if (l)
        SDL_AtomicIncRef(&l->users);
    return l;
}

static void loaded_drop(struct loaded *l)
{
    if (l && SDL_AtomicDecRef(&l->users)) {
        dataset_clear(&l->data);
        free(l);
    }
}

static struct shade *shade_keep(struct shade *s)
{
    if (s)
        SDL_AtomicIncRef(&s->users);
    return s;
}

static void shade_drop(struct shade *s)
{
    if (s && SDL_AtomicDecRef(&s->users)) {
        snapshot_clear(&s->snapshot);
        free(s);
    }
}

static struct shade *shade_create(void)
{
    struct shade *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    SDL_AtomicSet(&s->users, 1);
    snapshot_init(&s->snapshot);
    return s;
}

static void slot_destroy(struct slot *slot)
{
    if (!slot)
        return;
    snapshot_clear(&slot->snapshot);
    for (int i = 0; i < BESIDE_MAX; i++)
        if (slot->beside[i]) {
            snapshot_clear(slot->beside[i]);
            free(slot->beside[i]);
        }
    loaded_drop(slot->loaded);
    shade_drop(slot->shade);
    free(slot);
}

static struct slot *slot_create(void)
{
    struct slot *slot = calloc(1, sizeof *slot);
    if (slot)
        snapshot_init(&slot->snapshot);
    return slot;
}

/* From the reading: how far it is. False when nobody waits for it any more. */
static bool note_share(void *user, double share)
{
    struct worker *w = user;
    SDL_LockMutex(w->lock);
    w->state.share = share;
    bool on = !w->command.quit;
    SDL_UnlockMutex(w->lock);
    w->wake(w->wake_arg);
    return on;
}

static enum status open_data(
    struct worker *w, const struct experiment *e, struct loaded **out, struct why *why)
{
    if (w->loaded && dataset_same(&w->opened, e)) {
        *out = loaded_keep(w->loaded);
        return STATUS_OK;
    }
    struct loaded *fresh = calloc(1, sizeof *fresh);
    if (!fresh)
        return why_set(why, STATUS_FAILED, "%s: not enough memory; close something", e->dataset);
    const struct progress progress = { note_share, w };
    enum status status = dataset_open_watched(e, &progress, &fresh->data, why);
    if (status != STATUS_OK) {
        free(fresh);
        return status;
    }
    SDL_AtomicSet(&fresh->users, 1);
    *out = fresh;
    return STATUS_OK;
}

/* The old training goes on until the new one stands. */
static enum status rebuild(struct worker *w, const struct experiment *e, struct why *why)
{
    struct loaded *loaded = NULL;
    struct trainer *trainer = NULL;
    enum status status = experiment_check(e, why);
    if (status == STATUS_OK)
        status = open_data(w, e, &loaded, why);
    if (status == STATUS_OK)
        status = trainer_create(e, &loaded->data, &trainer, why);
    if (status != STATUS_OK) {
        loaded_drop(loaded);
        return status;
    }
    status = beside_rebuild(w->beside, &loaded->data, why);
    trainer_destroy(w->trainer);
    loaded_drop(w->loaded);
    w->trainer = trainer;
    w->loaded = loaded;
    w->shown = SHOW_LIVE;
    past_begin(w->past, trainer);
    w->inputs_due = 0;
    w->opened = *e;
    w->rate_count = 0;
    w->step_cost = 0;
    return status; /* of those beside it: its own stands */
}

/* The shade of a future without any steps is none. */
static void cast(struct worker *w, struct shade *shade)
{
    struct shade *old = w->shade;
    bool any = shade && shade->snapshot.curve_count > 1;
    w->shade = any ? shade : NULL;
    shade_drop(any ? NULL : shade);
    shade_drop(old);
}

/* The training so far, for its curves. */
static struct shade *shade_of_now(struct worker *w)
{
    struct shade *shade = shade_create();
    if (shade && trainer_snapshot(w->trainer, &shade->snapshot) != STATUS_OK) {
        shade_drop(shade);
        return NULL;
    }
    if (shade)
        shade->snapshot.count = shade->snapshot.classes = 0;
    return shade;
}

static enum status adopt(struct worker *w, const struct experiment *e, bool anew, struct why *why)
{
    if (w->trainer && !anew && !experiment_rebuilds(trainer_experiment(w->trainer), e)) {
        enum status status = experiment_check(e, why);
        return status == STATUS_OK ? trainer_retune(w->trainer, e, why) : status;
    }
    SDL_LockMutex(w->lock);
    w->state.loading = true;
    w->state.share = 0;
    SDL_UnlockMutex(w->lock);
    w->wake(w->wake_arg);
    /* with other data there is nothing to compare with */
    struct shade *shade = w->trainer && dataset_same(&w->opened, e) ? shade_of_now(w) : NULL;
    enum status status = rebuild(w, e, why);
    if (status == STATUS_OK)
        cast(w, shade);
    else
        shade_drop(shade);
    return status;
}

/* Playing has come to its end, unless more was asked for meanwhile. */
static void arrive(struct worker *w, const struct command *c)
{
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

static void report(struct worker *w, enum status status, const struct why *why)
{
    SDL_LockMutex(w->lock);
    w->state.loading = false;
    w->state.failed = status != STATUS_OK;
    w->state.why = status != STATUS_OK ? *why : (struct why){ "" };
    SDL_UnlockMutex(w->lock);
    w->wake(w->wake_arg);
}

/* What is newly looked at is wanted at once. */
static void watch(struct worker *w, unsigned what)
{
    unsigned fresh = what & ~w->watch;
    w->watch = what;
    w->stale |= fresh;
    w->changed = w->changed || fresh;
    if (fresh & NEEDS_RECOGNITION)
        w->recognise_due = 0;
    if (fresh & NEEDS_INPUTS)
        w->inputs_due = 0;
}

/* Step 0 again; the training so far stays as a ghost. */
static enum status begin_again(struct worker *w, struct why *why)
{
    struct experiment e = *trainer_experiment(w->trainer);
    struct history *history = past_history(w->past);
    struct shade *shade = shade_create();
    if (shade && history_count(history) > 0)
        history_cut(history, 0, &shade->snapshot);
    cast(w, shade);
    return rebuild(w, &e, why);
}

static void show_present(struct worker *w)
{
    w->changed = w->changed || w->shown != SHOW_LIVE;
    w->shown = SHOW_LIVE;
}

/* Every history has its part of the budget. */
static void share_budget(struct worker *w)
{
    size_t each = w->budget / (size_t)(1 + beside_count(w->beside));
    history_set_budget(past_history(w->past), each);
    beside_budget(w->beside, each);
}

static long copy_wishes(struct worker *w, struct beside_wish wish[BESIDE_MAX], int *count)
{
    SDL_LockMutex(w->lock);
    long serial = w->wish_serial;
    *count = w->wishes;
    if (serial != w->done_wish)
        memcpy(wish, w->wish, sizeof w->wish);
    SDL_UnlockMutex(w->lock);
    return serial;
}

/* Before all are made anew: so that they are made once, as they are to be. */
static void note_besides(struct worker *w)
{
    struct beside_wish wish[BESIDE_MAX];
    int count;
    if (copy_wishes(w, wish, &count) != w->done_wish)
        beside_note(w->beside, wish, count);
}

/* One that needs another network takes all back to step 0. */
static void take_besides(struct worker *w)
{
    struct beside_wish wish[BESIDE_MAX];
    struct why why = { "" };
    bool anew = false;
    int count;
    long serial = copy_wishes(w, wish, &count);
    if (serial == w->done_wish || !w->trainer)
        return;
    w->done_wish = serial;
    enum status status = beside_want(w->beside, wish, count, w->trainer, &w->loaded->data, &anew, &why);
    if (anew) {
        struct why again = { "" };
        enum status rebuilt = begin_again(w, &again);
        if (status == STATUS_OK && rebuilt != STATUS_OK)
            status = why_set(&why, rebuilt, "%s", again.text);
    }
    share_budget(w);
    show_present(w);
    report(w, status, &why);
    w->changed = true;
}

static void take_wishes(struct worker *w, const struct command *c)
{
    struct why why = { "" };
    if (c->wanted_serial != w->done_serial) {
        w->done_serial = c->wanted_serial;
        w->shown = SHOW_LIVE;
        note_besides(w);
        enum status status = adopt(w, &c->wanted, c->anew, &why);
        report(w, status, &why);
        if (status != STATUS_OK && c->until != NO_END)
            arrive(w, c);
        w->changed = true;
    }
    take_besides(w);
    watch(w, c->watch);
    for (int i = 0; i < c->touch_count; i++) {
        w->shown = SHOW_LIVE;
        if (w->trainer)
            trainer_touch(w->trainer, c->touched[i]);
        w->changed = true;
    }
    if (c->reset_serial != w->done_reset) {
        w->done_reset = c->reset_serial;
        if (w->trainer)
            report(w, begin_again(w, &why), &why);
        w->changed = true;
    }
    if (w->changed)
        w->stale = ~0u;
}

/* Verification takes tens of milliseconds: a tenth of the time at most. */
static enum status recognise(struct worker *w)
{
    double began = now_s();
    if (!(w->watch & w->stale & NEEDS_RECOGNITION) || began < w->recognise_due)
        return STATUS_OK;
    beside_start(w->beside, BESIDE_RECOGNISE, NULL);
    enum status status = trainer_recognise(w->trainer), others = beside_join(w->beside);
    double done = now_s();
    w->stale &= ~(unsigned)NEEDS_RECOGNITION;
    w->recognise_due = done + fmax(0.3, 9 * (done - began));
    return status == STATUS_OK ? others : status;
}

/* A few milliseconds: a twentieth of the time at most. */
static void map_inputs(struct worker *w)
{
    double began = now_s();
    if (!(w->watch & w->stale & NEEDS_INPUTS) || began < w->inputs_due)
        return;
    beside_start(w->beside, BESIDE_INPUTS, NULL);
    trainer_map_inputs(w->trainer);
    beside_join(w->beside);
    w->stale &= ~(unsigned)NEEDS_INPUTS;
    double done = now_s();
    w->inputs_due = done + fmax(0.1, 19 * (done - began));
}

/* The slot in hand becomes the newest. */
static void hand_over(struct worker *w)
{
    struct loaded *old = w->back->loaded;
    struct shade *gone = w->back->shade;
    w->back->loaded = loaded_keep(w->loaded);
    w->back->shade = shade_keep(w->shade);
    w->back->past = w->shown != SHOW_LIVE;
    loaded_drop(old);
    shade_drop(gone);

    SDL_LockMutex(w->lock);
    struct slot *slot = w->back;
    w->back = w->ready;
    w->ready = slot;
    bool unseen = w->fresh;
    w->fresh = true;
    w->state.shown = w->shown;
    w->kept_count = history_count(past_history(w->past));
    for (int i = 0; i < w->kept_count; i++)
        w->kept[i] = history_step(past_history(w->past), i);
    SDL_UnlockMutex(w->lock);
    if (!unseen)
        w->wake(w->wake_arg); /* carries no data: "come and look" */
}

/* Room in the slot for everybody beside. */
static enum status slot_reserve(struct slot *slot, const struct beside *b)
{
    for (int i = 0; i < beside_count(b); i++) {
        if (!slot->beside[i]) {
            slot->beside[i] = calloc(1, sizeof *slot->beside[i]);
            if (!slot->beside[i])
                return STATUS_FAILED;
            snapshot_init(slot->beside[i]);
        }
        slot->beside_id[i] = beside_id(b, i);
    }
    slot->besides = beside_count(b);
    return STATUS_OK;
}

/* All at the same step. */
static enum status measure(struct worker *w)
{
    enum status status = slot_reserve(w->back, w->beside);
    if (status != STATUS_OK)
        return status;
    beside_start(w->beside, BESIDE_SNAPSHOT, w->back->beside);
    status = trainer_snapshot(w->trainer, &w->back->snapshot);
    enum status others = beside_join(w->beside);
    return status == STATUS_OK ? others : status;
}

static void publish(struct worker *w)
{
    double began = now_s();
    struct why why = { "" };
    enum status status = recognise(w);
    map_inputs(w);
    if (status == STATUS_OK)
        status = measure(w); /* the slow part, unlocked */
    if (status != STATUS_OK) {
        why_set(&why, status, "snapshot: not enough memory; show fewer points");
        report(w, status, &why);
        w->changed = false;
        return;
    }
    past_frame(w->past, w->trainer, &w->back->snapshot);
    hand_over(w);

    w->published_at = began;
    double cost = now_s() - began;
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
    return fmax(fresh ? UNSEEN_S : FRAME_S * 0.95, w->snapshot_cost / share);
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

static void note_state(struct worker *w, bool stepping)
{
    double now = now_s(), rate = 0;
    if (stepping) {
        note_rate(w, now);
        double span = now - w->rate[0].time;
        rate = span > 0.05 ? (double)(trainer_steps(w->trainer) - w->rate[0].step) / span : 0;
    } else {
        w->rate_count = 0;
    }
    SDL_LockMutex(w->lock);
    w->state.step = w->trainer ? trainer_steps(w->trainer) : 0;
    if (!stepping || rate > 0)
        w->state.steps_per_s = rate;
    SDL_UnlockMutex(w->lock);
}

static void one_step(struct worker *w)
{
    double began = now_s();
    beside_start(w->beside, BESIDE_STEP, NULL);
    trainer_step(w->trainer);
    beside_join(w->beside);
    w->stale = ~0u;
    double cost = now_s() - began;
    w->step_cost = w->step_cost > 0 ? 0.95 * w->step_cost + 0.05 * cost : cost;
    past_step(w->past, w->trainer, cost);
    if (trainer_diverged(w->trainer))
        w->changed = true;
}

/* What is left until the next step is due; sets the time after it. */
static double step_wait(struct worker *w, double pace)
{
    double now = now_s();
    if (pace <= 0 || w->step_due < now - CATCH_UP_S || w->step_due > now + 1 / pace)
        w->step_due = now;
    return pace > 0 ? w->step_due - now : 0;
}

static const double FOREVER = 1e9;

/* Waits for a command. */
static void wait_for_post(struct worker *w, const struct command *seen, double seconds)
{
    SDL_LockMutex(w->lock);
    struct command *c = &w->command;
    bool same = !c->quit && c->wanted_serial == seen->wanted_serial &&
                c->reset_serial == seen->reset_serial && c->run_serial == seen->run_serial &&
                c->cure_serial == seen->cure_serial && c->touch_count == 0 && c->watch == seen->watch &&
                c->playing == seen->playing && c->pace == seen->pace && c->steps == 0 &&
                c->show == SHOW_NOTHING && c->branch == SHOW_NOTHING && c->show_by == 0 &&
                c->rolling == seen->rolling && c->budget == w->budget &&
                (w->wish_serial == w->done_wish || !w->trainer);
    if (same && seconds >= FOREVER)
        SDL_CondWait(w->posted, w->lock);
    else if (same && seconds >= 0.001)
        SDL_CondWaitTimeout(w->posted, w->lock, (Uint32)(seconds * 1000));
    SDL_UnlockMutex(w->lock);
}

static bool can_step(const struct worker *w)
{
    return w->trainer && !trainer_diverged(w->trainer);
}

static void publish_when_due(struct worker *w, double pace, bool ahead)
{
    SDL_LockMutex(w->lock);
    bool fresh = w->fresh;
    SDL_UnlockMutex(w->lock);
    if (!w->trainer || !(ahead || w->changed))
        return;
    if (now_s() - w->published_at >= publish_interval(w, pace, fresh))
        publish(w);
}

/* Until what is watched may be measured again at rest; nothing to measure: FOREVER. */
static double watch_wait(const struct worker *w)
{
    unsigned late = w->trainer ? w->watch & w->stale : 0;
    double due = FOREVER, now = now_s();
    if (late & NEEDS_RECOGNITION)
        due = fmin(due, fmax(0, w->recognise_due - now));
    if (late & NEEDS_INPUTS)
        due = fmin(due, fmax(0, w->inputs_due - now));
    return due;
}

/* Paused: every command is answered with a snapshot of its own, then sleep. */
static void pause_turn(struct worker *w, struct command *c)
{
    if (c->steps > 0 && can_step(w)) {
        for (long i = 0; i < c->steps && can_step(w); i++) {
            one_step(w);
            SDL_LockMutex(w->lock);
            bool quit = w->command.quit;
            SDL_UnlockMutex(w->lock);
            if (quit)
                return;
        }
        w->changed = true;
    }
    note_state(w, false);
    if (w->trainer && (w->changed || watch_wait(w) <= 0))
        publish(w);
    wait_for_post(w, c, fmax(0.001, watch_wait(w)));
}

/* --- the timeline -------------------------------------------------------------------------------------- */

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
    hand_over(w);
}

/* The steps since the last frame would be lost to whoever goes back now. After the frame asked for: that is to come
 * at once. */
static void keep_present(struct worker *w)
{
    struct history *history = past_history(w->past);
    int count = history_count(history);
    bool kept = count > 0 && history_step(history, count - 1) == trainer_steps(w->trainer) && !w->changed;
    if (!kept && trainer_snapshot(w->trainer, &w->back->snapshot) == STATUS_OK)
        past_frame(w->past, w->trainer, &w->back->snapshot);
}

static void take_show(struct worker *w, const struct command *c)
{
    struct history *history = past_history(w->past);
    if (c->show == SHOW_LIVE && c->show_by == 0) {
        show_present(w);
        return;
    }
    bool left = w->shown == SHOW_LIVE;
    int last = history_count(history) - 1;
    int at = c->show >= 0    ? history_find(history, c->show)
             : w->shown >= 0 ? history_find(history, w->shown)
                             : last;
    at += c->show == SHOW_LIVE ? last - at + c->show_by : c->show_by;
    w->roll_step = at >= 0 && at <= last ? (double)history_step(history, at) : 0;
    w->roll_time = now_s();
    if (at >= last) {
        show_present(w);
        return;
    }
    show_frame(w, at < 0 ? 0 : at);
    if (left)
        keep_present(w);
}

static void branch(struct worker *w, long step)
{
    struct why why = { "" };
    if (w->shown == SHOW_LIVE)
        keep_present(w);
    int at = history_find(past_history(w->past), step);
    struct shade *shade = shade_create();
    if (!shade || at < 0) {
        shade_drop(shade);
        return;
    }
    SDL_LockMutex(w->lock);
    w->state.loading = true;
    w->state.share = 0;
    SDL_UnlockMutex(w->lock);
    enum status status = past_return(w->past, w->trainer, at, note_share, w, &shade->snapshot, &why);
    if (status == STATUS_OK)
        status = beside_return(w->beside, trainer_steps(w->trainer), w->trainer, &why);
    cast(w, shade);
    w->stale = ~0u;
    w->shown = SHOW_LIVE;
    w->changed = true;
    w->rate_count = 0;
    publish(w);
    report(w, status, &why);
}

static void stop_rolling(struct worker *w)
{
    SDL_LockMutex(w->lock);
    w->command.rolling = w->state.rolling = false;
    SDL_UnlockMutex(w->lock);
    w->wake(w->wake_arg);
}

/* What was asked of the timeline. */
static void take_timeline(struct worker *w, const struct command *c)
{
    if (c->budget != w->budget) {
        w->budget = c->budget;
        share_budget(w);
    }
    if (!w->trainer)
        return;
    if (c->branch != SHOW_NOTHING)
        branch(w, c->branch);
    else if (c->show != SHOW_NOTHING || c->show_by != 0)
        take_show(w, c);
    if (c->rolling && w->shown == SHOW_LIVE)
        stop_rolling(w);
}

/* Back to where it was well, when the cure says so; then with the settings of now and those of the cure. */
static void take_cure(struct worker *w, const struct command *c)
{
    struct why why = { "" };
    w->done_cure = c->cure_serial;
    if (!w->trainer)
        return;
    if (c->cure.back >= 0)
        branch(w, c->cure.back);
    w->shown = SHOW_LIVE;
    enum status status = trainer_retune(w->trainer, &c->wanted, &why);
    report(w, status == STATUS_OK ? trainer_cure(w->trainer, &c->cure, &why) : status, &why);
    w->changed = true;
    w->stale = ~0u;
}

/* A kept frame is on show. */
static void past_turn(struct worker *w, struct command *c)
{
    struct history *history = past_history(w->past);
    double now = now_s();
    note_state(w, false);
    if (!c->rolling) {
        wait_for_post(w, c, FOREVER);
        w->roll_time = now_s();
        return;
    }
    double pace = c->pace > 0 ? c->pace : (double)trainer_steps(w->trainer) / ROLL_S;
    w->roll_step += pace * (now - w->roll_time);
    w->roll_time = now;
    int last = history_count(history) - 1;
    if (w->roll_step >= (double)history_step(history, last)) {
        show_present(w);
        stop_rolling(w);
        return;
    }
    show_frame(w, history_find(history, (long)w->roll_step));
    wait_for_post(w, c, FRAME_S);
}

static void play_turn(struct worker *w, struct command *c)
{
    double wait = step_wait(w, c->pace);
    if (wait > 0.0005) {
        publish_when_due(w, c->pace, false);
        double left = fmax(0, step_wait(w, c->pace)); /* the snapshot took its time */
        wait_for_post(w, c, fmin(left, w->changed ? 0.002 : 1));
        if (step_wait(w, c->pace) > 0.001)
            return; /* woken early, or a snapshot is still owed */
    }
    one_step(w);
    w->step_due += c->pace > 0 ? 1 / c->pace : 0;
    note_state(w, true);
    publish_when_due(w, c->pace, true);
}

static int run(void *arg)
{
    struct worker *w = arg;
    bool was_playing = false;
    for (;;) {
        SDL_LockMutex(w->lock);
        struct command c = w->command;
        w->command.steps = 0;
        w->command.touch_count = 0;
        w->command.anew = false;
        w->command.show = w->command.branch = SHOW_NOTHING;
        w->command.show_by = 0;
        SDL_UnlockMutex(w->lock);
        if (c.quit)
            return 0;
        take_wishes(w, &c);
        take_timeline(w, &c);
        if (c.cure_serial != w->done_cure)
            take_cure(w, &c);
        if (w->trainer && w->shown >= 0) {
            was_playing = false;
            past_turn(w, &c);
            continue;
        }
        if (c.playing && c.until != NO_END && (!can_step(w) || trainer_steps(w->trainer) >= c.until)) {
            arrive(w, &c);
            continue;
        }
        bool playing = c.playing && can_step(w);
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
    if (!w->lock || !w->posted || !w->ready || !w->back || !w->front || !w->past || !w->beside)
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
    w->wake_arg = arg;
    w->command = (struct command){ .wanted = *e,
        .wanted_serial = 1,
        .playing = playing,
        .pace = pace,
        .until = NO_END,
        .show = SHOW_NOTHING,
        .branch = SHOW_NOTHING,
        .budget = HISTORY_BUDGET };
    w->budget = HISTORY_BUDGET;
    w->shown = w->state.shown = SHOW_LIVE;
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
        SDL_CondSignal(w->posted);
        SDL_UnlockMutex(w->lock);
        SDL_WaitThread(w->thread, NULL);
    }
    beside_destroy(w->beside); /* before the data */
    trainer_destroy(w->trainer);
    past_destroy(w->past);
    shade_drop(w->shade);
    loaded_drop(w->loaded);
    slot_destroy(w->ready);
    slot_destroy(w->back);
    slot_destroy(w->front);
    if (w->posted)
        SDL_DestroyCond(w->posted);
    if (w->lock)
        SDL_DestroyMutex(w->lock);
    free(w);
}

/* With the lock. */
static void ask_live(struct worker *w)
{
    w->command.show = SHOW_LIVE;
    w->command.show_by = 0;
    w->command.rolling = w->state.rolling = false;
}

void worker_want(struct worker *w, const struct experiment *e)
{
    SDL_LockMutex(w->lock);
    w->command.wanted = *e;
    w->command.wanted_serial++;
    SDL_CondSignal(w->posted);
    SDL_UnlockMutex(w->lock);
}

long worker_run(struct worker *w, const struct experiment *e, bool anew, long until)
{
    SDL_LockMutex(w->lock);
    struct command *c = &w->command;
    if (e) {
        c->wanted = *e;
        c->wanted_serial++;
        c->anew = c->anew || anew;
    }
    c->until = until;
    long serial = ++c->run_serial;
    c->playing = w->state.playing = true;
    ask_live(w);
    SDL_CondSignal(w->posted);
    SDL_UnlockMutex(w->lock);
    return serial;
}

void worker_beside(struct worker *w, const struct beside_wish *wish, int count)
{
    SDL_LockMutex(w->lock);
    memcpy(w->wish, wish, (size_t)count * sizeof *wish);
    w->wishes = count;
    w->wish_serial++;
    SDL_CondSignal(w->posted);
    SDL_UnlockMutex(w->lock);
}

int worker_besides(const struct worker *w, long id[BESIDE_MAX], const struct snapshot *snap[BESIDE_MAX])
{
    int count = w->seen ? w->front->besides : 0;
    for (int i = 0; i < count; i++) {
        id[i] = w->front->beside_id[i];
        snap[i] = w->front->beside[i];
    }
    return count;
}

void worker_touch(struct worker *w, const char *key)
{
    SDL_LockMutex(w->lock);
    struct command *c = &w->command;
    int at = 0;
    while (at < c->touch_count && strcmp(c->touched[at], key) != 0)
        at++;
    if (at < TOUCH_MAX) {
        snprintf(c->touched[at], TOUCH_KEY, "%s", key);
        c->touch_count = at < c->touch_count ? c->touch_count : at + 1;
    }
    SDL_CondSignal(w->posted);
    SDL_UnlockMutex(w->lock);
}

void worker_cure(struct worker *w, const struct cure *cure, const struct experiment *e)
{
    SDL_LockMutex(w->lock);
    w->command.cure = *cure;
    w->command.cure_serial++;
    w->command.wanted = *e;
    SDL_CondSignal(w->posted);
    SDL_UnlockMutex(w->lock);
}

void worker_watch(struct worker *w, unsigned needs)
{
    SDL_LockMutex(w->lock);
    w->command.watch = needs;
    SDL_CondSignal(w->posted);
    SDL_UnlockMutex(w->lock);
}

void worker_play(struct worker *w, bool playing)
{
    SDL_LockMutex(w->lock);
    w->command.playing = playing;
    w->state.playing = playing;
    if (playing)
        ask_live(w);
    SDL_CondSignal(w->posted);
    SDL_UnlockMutex(w->lock);
}

void worker_pace(struct worker *w, double steps_per_s)
{
    SDL_LockMutex(w->lock);
    w->command.pace = steps_per_s;
    SDL_CondSignal(w->posted);
    SDL_UnlockMutex(w->lock);
}

void worker_step(struct worker *w, int steps)
{
    SDL_LockMutex(w->lock);
    if (!w->command.playing)
        w->command.steps += steps;
    SDL_CondSignal(w->posted);
    SDL_UnlockMutex(w->lock);
}

void worker_reset(struct worker *w)
{
    SDL_LockMutex(w->lock);
    w->command.reset_serial++;
    SDL_CondSignal(w->posted);
    SDL_UnlockMutex(w->lock);
}

/* With the lock: the training pauses, and steps still owed to it are not made. */
static void look_back(struct worker *w)
{
    w->command.steps = 0;
    w->command.playing = w->state.playing = false;
    w->command.rolling = w->state.rolling = false;
}

void worker_show(struct worker *w, long step)
{
    SDL_LockMutex(w->lock);
    look_back(w);
    w->command.show = step > 0 ? step : 0;
    w->command.show_by = 0;
    SDL_CondSignal(w->posted);
    SDL_UnlockMutex(w->lock);
}

void worker_show_by(struct worker *w, int frames)
{
    SDL_LockMutex(w->lock);
    look_back(w);
    w->command.show_by += frames;
    SDL_CondSignal(w->posted);
    SDL_UnlockMutex(w->lock);
}

void worker_roll(struct worker *w, bool rolling)
{
    SDL_LockMutex(w->lock);
    look_back(w);
    w->command.rolling = w->state.rolling = rolling;
    if (rolling && w->state.shown < 0)
        w->command.show = 0;
    SDL_CondSignal(w->posted);
    SDL_UnlockMutex(w->lock);
}

void worker_live(struct worker *w)
{
    SDL_LockMutex(w->lock);
    ask_live(w);
    SDL_CondSignal(w->posted);
    SDL_UnlockMutex(w->lock);
}

void worker_branch(struct worker *w, long step)
{
    SDL_LockMutex(w->lock);
    look_back(w);
    w->command.branch = step > 0 ? step : 0;
    SDL_CondSignal(w->posted);
    SDL_UnlockMutex(w->lock);
}

void worker_history_budget(struct worker *w, size_t bytes)
{
    SDL_LockMutex(w->lock);
    w->command.budget = bytes;
    SDL_CondSignal(w->posted);
    SDL_UnlockMutex(w->lock);
}

int worker_history_count(struct worker *w)
{
    SDL_LockMutex(w->lock);
    int count = w->kept_count;
    SDL_UnlockMutex(w->lock);
    return count;
}

int worker_history_steps(struct worker *w, long *out, int capacity)
{
    SDL_LockMutex(w->lock);
    int count = w->kept_count < capacity ? w->kept_count : capacity;
    memcpy(out, w->kept, (size_t)count * sizeof *out);
    SDL_UnlockMutex(w->lock);
    return count;
}

bool worker_past(const struct worker *w)
{
    return w->seen && w->front->past;
}

const struct snapshot *worker_ghost(const struct worker *w)
{
    return w->seen && w->front->shade ? &w->front->shade->snapshot : NULL;
}

const struct snapshot *worker_take(struct worker *w, bool *fresh, const struct dataset **data)
{
    SDL_LockMutex(w->lock);
    *fresh = w->fresh;
    if (w->fresh) {
        struct slot *slot = w->front;
        w->front = w->ready;
        w->ready = slot;
        w->fresh = false;
    }
    SDL_UnlockMutex(w->lock);
    w->seen = w->seen || *fresh;
    if (data)
        *data = w->seen && w->front->loaded ? &w->front->loaded->data : NULL;
    return w->seen ? &w->front->snapshot : NULL;
}

void worker_state(struct worker *w, struct worker_state *out)
{
    SDL_LockMutex(w->lock);
    *out = w->state;
    SDL_UnlockMutex(w->lock);
}
