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
    struct frames *f = calloc(1, sizeof *f), *before;
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
    before = w->asked_frames;
    w->asked_frames = f;
    w->frames_news = true;
    SDL_CondSignal(w->posted);
    SDL_UnlockMutex(w->lock);
    if (before)
        end(before);
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

void frames_turn(struct worker *w)
{
    SDL_LockMutex(w->lock);
    struct frames *asked = w->asked_frames;
    w->asked_frames = NULL;
    w->frames_news = false;
    SDL_UnlockMutex(w->lock);
    if (asked && w->frames)
        end(w->frames);
    w->frames = asked ? asked : w->frames;
    struct frames *f = w->frames;
    bool closed = false, full = f && is_full(f, &closed);
    if (!f || (full && !closed))
        return;
    if (!closed && (f->begun || begin(w, f)) && copy_next(w, f)) {
        hand_over(f);
        return;
    }
    w->frames = NULL;
    end(f);
}

bool frames_due(const struct worker *w)
{
    return w->frames_news;
}

void frames_end(struct worker *w)
{
    if (w->frames)
        end(w->frames);
    if (w->asked_frames)
        end(w->asked_frames);
    w->frames = w->asked_frames = NULL;
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
