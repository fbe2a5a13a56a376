/* The main thread's side of a worker. */
#include "app/worker_state.h"

#include <stdio.h>
#include <string.h>

void worker_post(struct worker *w)
{
    w->orders++;
    SDL_CondSignal(w->posted);
}

/* An order begins here and ends with send. */
static struct command *order(struct worker *w)
{
    SDL_LockMutex(w->lock);
    return &w->command;
}

/* One that changes the training: what worker_run began is no longer its own. */
static struct command *order_by_hand(struct worker *w)
{
    struct command *c = order(w);
    c->own_way = false;
    return c;
}

static void send(struct worker *w)
{
    worker_post(w);
    SDL_UnlockMutex(w->lock);
}

bool worker_rests(struct worker *w)
{
    SDL_LockMutex(w->lock);
    bool rests = w->rested == w->orders && !w->fresh;
    SDL_UnlockMutex(w->lock);
    return rests;
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
    struct command *c = order_by_hand(w);
    c->wanted = *e;
    c->wanted_serial++;
    send(w);
}

/* Of several in a row only the first leaves something to put away. */
void worker_swap(struct worker *w, int from, int to)
{
    SDL_LockMutex(w->lock);
    struct command *c = &w->command;
    if (c->shelf_from < 0)
        c->shelf_from = from;
    c->shelf_to = to;
    c->shelf_serial = c->wanted_serial + 1;
    SDL_UnlockMutex(w->lock);
}

long worker_run(struct worker *w, const struct experiment *e, bool anew, long until, int mark)
{
    struct command *c = order(w);
    if (e) {
        c->wanted = *e;
        c->wanted_serial++;
        c->anew = c->anew || anew;
    }
    if (e && anew) { /* what was asked for before does not reach it */
        c->own_way = true;
        c->steps = c->touch_count = 0;
    }
    c->until = until;
    c->mark = mark;
    long serial = ++c->run_serial;
    c->playing = w->state.playing = true;
    ask_live(w);
    send(w);
    return serial;
}

void worker_want_all(struct worker *w, const struct experiment *e, const struct beside_wish *wish, int count)
{
    struct command *c = order(w);
    if (e) {
        c->wanted = *e;
        c->wanted_serial++;
        c->own_way = false;
    }
    memcpy(w->wish, wish, (size_t)count * sizeof *wish);
    w->wishes = count;
    w->wish_serial++;
    send(w);
}

void worker_beside(struct worker *w, const struct beside_wish *wish, int count)
{
    worker_want_all(w, NULL, wish, count);
}

void worker_lead(struct worker *w, long id, const struct experiment *e)
{
    struct command *c = order_by_hand(w);
    c->lead = id;
    c->lead_serial++;
    c->wanted = *e;
    send(w);
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
    struct command *c = order_by_hand(w);
    int at = 0;
    while (at < c->touch_count && strcmp(c->touched[at], key) != 0)
        at++;
    if (at < TOUCH_MAX) {
        snprintf(c->touched[at], TOUCH_KEY, "%s", key);
        c->touch_count = at < c->touch_count ? c->touch_count : at + 1;
    }
    send(w);
}

long worker_cure(struct worker *w, const struct cure *cure, const struct experiment *e)
{
    struct command *c = order_by_hand(w);
    c->cure = *cure;
    long serial = ++c->cure_serial;
    c->wanted = *e;
    send(w);
    return serial;
}

void worker_uncure(struct worker *w, long cure, const struct experiment *e)
{
    struct command *c = order_by_hand(w);
    c->uncure = cure;
    c->uncure_serial++;
    c->wanted = *e;
    send(w);
}

void worker_watch(struct worker *w, unsigned needs)
{
    struct command *c = order(w);
    c->watch = needs;
    send(w);
}

void worker_play(struct worker *w, bool playing)
{
    struct command *c = order(w);
    c->playing = playing;
    w->state.playing = playing;
    if (playing)
        ask_live(w);
    if (playing && c->until == NO_END)
        c->own_way = false;
    send(w);
}

void worker_pace(struct worker *w, double steps_per_s)
{
    struct command *c = order(w);
    c->pace = steps_per_s;
    send(w);
}

void worker_step(struct worker *w, int steps)
{
    struct command *c = order_by_hand(w);
    if (!c->playing)
        c->steps += steps;
    send(w);
}

void worker_reset(struct worker *w)
{
    struct command *c = order_by_hand(w);
    c->reset_serial++;
    send(w);
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
    struct command *c = order(w);
    look_back(w);
    c->show = step > 0 ? step : 0;
    c->show_by = 0;
    send(w);
}

void worker_show_by(struct worker *w, int frames)
{
    struct command *c = order(w);
    look_back(w);
    c->show_by += frames;
    send(w);
}

void worker_roll(struct worker *w, bool rolling)
{
    struct command *c = order(w);
    look_back(w);
    c->rolling = w->state.rolling = rolling;
    if (rolling && w->state.shown < 0)
        c->show = 0;
    send(w);
}

void worker_live(struct worker *w)
{
    order(w);
    ask_live(w);
    send(w);
}

void worker_branch(struct worker *w, long step)
{
    struct command *c = order_by_hand(w);
    look_back(w);
    c->branch = step > 0 ? step : 0;
    send(w);
}

void worker_replay(struct worker *w, bool on)
{
    struct command *c = order_by_hand(w);
    c->replay_serial++;
    c->replay = on;
    c->steps = 0;
    c->playing = w->state.playing = on;
    ask_live(w);
    send(w);
}

void worker_history_budget(struct worker *w, size_t bytes)
{
    struct command *c = order(w);
    c->budget = bytes;
    send(w);
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

/* With the lock: how many orders have changed settings: a sum that only grows. */
static long orders(const struct worker *w)
{
    const struct command *c = &w->command;
    return c->wanted_serial + c->reset_serial + c->cure_serial + c->uncure_serial + w->wish_serial;
}

bool worker_replayed(struct worker *w)
{
    SDL_LockMutex(w->lock);
    bool last = w->seen && w->front->replayed && w->front->heard == orders(w);
    SDL_UnlockMutex(w->lock);
    return last;
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
        *data = w->seen ? slot_data(w->front) : NULL;
    return w->seen ? &w->front->snapshot : NULL;
}

void worker_state(struct worker *w, struct worker_state *out)
{
    SDL_LockMutex(w->lock);
    *out = w->state;
    out->playing = out->playing && !out->stuck;
    SDL_UnlockMutex(w->lock);
}
