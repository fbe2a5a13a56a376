/* What another thread may have of a training that goes on: kept frames, copied out one by one between steps, and its
 * whole state. Two snapshots wait at most, so that neither memory nor a step's time is ever used for more. */
#include "app/worker_state.h"

#include <stdlib.h>

enum { WAITING = 2, ASK_AGAIN_MS = 50 };

struct frames {
    SDL_mutex *lock;
    SDL_cond *moved; /* lock: something came, or an end */
    /* lock */
    int users; /* the worker and whoever takes */
    struct worker *worker; /* NULL: it is gone */
    bool over, closed; /* no more will come; nobody takes any more */
    struct snapshot *waiting[WAITING]; /* first come first */
    int count;
    struct loaded *loaded;
    struct experiment experiment;
    uint8_t *state; /* of the trainer */
    size_t state_size;
    bool begun;
    struct frames *after; /* lock of the worker: the next in line */
    /* worker only */
    int wanted, next;
    long first, last, handed; /* steps */
    struct snapshot *spare;
};

static struct snapshot *snapshot_new(void)
{
    struct snapshot *s = malloc(sizeof *s);
    if (s)
        snapshot_init(s);
    return s;
}

static void snapshot_free(struct snapshot *s)
{
    if (s)
        snapshot_clear(s);
    free(s);
}

static void destroy(struct frames *f)
{
    for (int i = 0; i < WAITING; i++)
        snapshot_free(f->waiting[i]);
    snapshot_free(f->spare);
    loaded_drop(f->loaded);
    free(f->state);
    if (f->moved)
        SDL_DestroyCond(f->moved);
    if (f->lock)
        SDL_DestroyMutex(f->lock);
    free(f);
}

static void drop(struct frames *f)
{
    SDL_LockMutex(f->lock);
    bool last = --f->users == 0;
    SDL_UnlockMutex(f->lock);
    if (last)
        destroy(f);
}

static void end(struct frames *f)
{
    SDL_LockMutex(f->lock);
    f->over = true;
    f->worker = NULL;
    SDL_CondSignal(f->moved);
    SDL_UnlockMutex(f->lock);
    drop(f);
}

struct frames *worker_frames(struct worker *w, int count)
{
    struct frames *f = calloc(1, sizeof *f), **line = &w->asked_frames;
    if (!f)
        return NULL;
    f->users = 2;
    f->wanted = count;
    f->worker = w;
    f->lock = SDL_CreateMutex();
    f->moved = SDL_CreateCond();
    bool room = f->lock && f->moved && (f->spare = snapshot_new());
    for (int i = 0; i < WAITING; i++)
        room = (f->waiting[i] = snapshot_new()) && room;
    if (!room) {
        destroy(f);
        return NULL;
    }
    SDL_LockMutex(w->lock);
    while (*line)
        line = &(*line)->after;
    *line = f;
    w->frames_news = true;
    SDL_CondSignal(w->posted);
    SDL_UnlockMutex(w->lock);
    return f;
}

/* ---- the worker's side ---- */

/* What everything later is of: data, settings and the state of now. */
static bool begin(struct worker *w, struct frames *f)
{
    struct history *h = past_history(w->past);
    int kept = history_count(h);
    uint8_t *state = NULL;
    size_t size = 0;
    if (!w->trainer || (f->wanted == 0 && trainer_save(w->trainer, &state, &size, NULL) != STATUS_OK))
        return false;
    f->first = kept > 0 ? history_step(h, 0) : 0;
    f->last = kept > 0 ? history_step(h, kept - 1) : -1;
    f->handed = -1;
    SDL_LockMutex(f->lock);
    f->loaded = loaded_keep(w->loaded);
    f->experiment = *trainer_experiment(w->trainer);
    f->state = state;
    f->state_size = size;
    f->begun = true;
    SDL_CondSignal(f->moved);
    SDL_UnlockMutex(f->lock);
    return true;
}

/* The next frame that is not the one before it; false when there is none. */
static bool copy_next(struct worker *w, struct frames *f)
{
    struct history *h = past_history(w->past);
    while (f->next < f->wanted) {
        int k = f->next++, gaps = f->wanted > 1 ? f->wanted - 1 : 1;
        long step = f->first + (long)((double)(f->last - f->first) * k / gaps + 0.5);
        int at = history_find(h, step);
        if (at < 0 || history_step(h, at) <= f->handed)
            continue;
        f->handed = history_step(h, at);
        return history_snapshot(h, at, f->spare);
    }
    return false;
}

static void hand_over(struct frames *f)
{
    SDL_LockMutex(f->lock);
    struct snapshot *filled = f->spare;
    f->spare = f->waiting[f->count];
    f->waiting[f->count++] = filled;
    SDL_CondSignal(f->moved);
    SDL_UnlockMutex(f->lock);
}

static bool is_full(struct frames *f, bool *closed)
{
    SDL_LockMutex(f->lock);
    bool full = f->count == WAITING;
    *closed = f->closed;
    SDL_UnlockMutex(f->lock);
    return full;
}

/* The one being handed over; the first in line where there is none. */
static struct frames *turn_of(struct worker *w)
{
    SDL_LockMutex(w->lock);
    w->frames_news = false;
    if (!w->frames && w->asked_frames) {
        w->frames = w->asked_frames;
        w->asked_frames = w->frames->after;
    }
    SDL_UnlockMutex(w->lock);
    return w->frames;
}

static void end_turn(struct worker *w)
{
    end(w->frames);
    w->frames = NULL;
    SDL_LockMutex(w->lock);
    w->frames_news = w->asked_frames != NULL;
    SDL_UnlockMutex(w->lock);
}

void frames_turn(struct worker *w)
{
    struct frames *f = turn_of(w);
    bool closed = false, full = f && is_full(f, &closed);
    if (!f || (full && !closed))
        return;
    if (!closed && (f->begun || begin(w, f)) && copy_next(w, f))
        hand_over(f);
    else
        end_turn(w);
}

bool frames_due(const struct worker *w)
{
    return w->frames_news;
}

void frames_end(struct worker *w)
{
    while (turn_of(w))
        end_turn(w);
}

/* ---- the taker's side ---- */

/* The lock of `f` keeps the worker alive meanwhile: it ends its frames before it goes. */
static void ask_for_more(struct frames *f)
{
    struct worker *w = f->worker;
    if (!w)
        return;
    SDL_LockMutex(w->lock);
    w->frames_news = true;
    SDL_CondSignal(w->posted);
    SDL_UnlockMutex(w->lock);
}

enum frames_state frames_next(struct frames *f, struct snapshot *out)
{
    enum frames_state state = FRAMES_WAIT;
    SDL_LockMutex(f->lock);
    if (f->count == 0 && !f->over) {
        ask_for_more(f);
        SDL_CondWaitTimeout(f->moved, f->lock, ASK_AGAIN_MS);
    }
    if (f->count > 0) {
        struct snapshot *first = f->waiting[0];
        state = snapshot_copy(out, first) ? FRAMES_ONE : FRAMES_FAILED;
        f->waiting[0] = f->waiting[1];
        f->waiting[1] = first;
        f->count--;
        ask_for_more(f);
    } else if (f->over) {
        state = f->begun ? FRAMES_END : FRAMES_FAILED;
    }
    SDL_UnlockMutex(f->lock);
    return state;
}

const struct dataset *frames_data(const struct frames *f)
{
    return f->loaded ? &f->loaded->data : NULL;
}

const struct experiment *frames_experiment(const struct frames *f)
{
    return &f->experiment;
}

const uint8_t *frames_checkpoint(const struct frames *f, size_t *size)
{
    *size = f->state_size;
    return f->state;
}

void frames_close(struct frames *f)
{
    if (!f)
        return;
    SDL_LockMutex(f->lock);
    f->closed = true;
    ask_for_more(f);
    SDL_UnlockMutex(f->lock);
    drop(f);
}
