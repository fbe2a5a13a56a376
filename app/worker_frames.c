/* What another thread may have of a training that goes on: kept frames, copied out one by one between steps, and its
 * whole state. Two snapshots wait at most, so that neither memory nor a step's time is ever used for more. */
#include "app/worker_state.h"

#include <stdlib.h>

enum { WAITING = 2, ASK_AGAIN_MS = 50 };

/* The trainings of one moment, the leader first. */
struct moment {
    struct snapshot snap[COMPARE_MAX];
};

struct frames {
    SDL_mutex *lock;
    SDL_cond *moved; /* lock: something came, or an end */
    /* lock */
    int users; /* the worker and whoever takes */
    struct worker *worker; /* NULL: it is gone */
    bool over, closed; /* no more will come; nobody takes any more */
    struct moment *waiting[WAITING]; /* first come first */
    int cells; /* of each */
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
    bool all;
    long id[BESIDE_MAX]; /* of those beside it */
    struct moment *spare;
};

static struct moment *moment_new(void)
{
    struct moment *m = malloc(sizeof *m);
    for (int i = 0; m && i < COMPARE_MAX; i++)
        snapshot_init(&m->snap[i]);
    return m;
}

static void moment_free(struct moment *m)
{
    for (int i = 0; m && i < COMPARE_MAX; i++)
        snapshot_clear(&m->snap[i]);
    free(m);
}

static void destroy(struct frames *f)
{
    for (int i = 0; i < WAITING; i++)
        moment_free(f->waiting[i]);
    moment_free(f->spare);
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

static struct frames *ask(struct worker *w, int count, bool all)
{
    struct frames *f = calloc(1, sizeof *f), **line = &w->asked_frames;
    if (!f)
        return NULL;
    f->users = 2;
    f->wanted = count;
    f->all = all;
    f->worker = w;
    f->lock = SDL_CreateMutex();
    f->moved = SDL_CreateCond();
    bool room = f->lock && f->moved && (f->spare = moment_new());
    for (int i = 0; i < WAITING; i++)
        room = (f->waiting[i] = moment_new()) && room;
    if (!room) {
        destroy(f);
        return NULL;
    }
    SDL_LockMutex(w->lock);
    while (*line)
        line = &(*line)->after;
    *line = f;
    w->frames_news = true;
    worker_post(w);
    SDL_UnlockMutex(w->lock);
    return f;
}

struct frames *worker_frames(struct worker *w, int count)
{
    return ask(w, count, false);
}

struct frames *worker_frames_all(struct worker *w, int count)
{
    return ask(w, count, true);
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
    int others = f->all ? beside_count(w->beside) : 0;
    for (int i = 0; i < others; i++)
        f->id[i] = beside_id(w->beside, i);
    SDL_LockMutex(f->lock);
    f->cells = 1 + others;
    f->loaded = loaded_keep(w->loaded);
    f->experiment = *trainer_experiment(w->trainer);
    f->state = state;
    f->state_size = size;
    f->begun = true;
    SDL_CondSignal(f->moved);
    SDL_UnlockMutex(f->lock);
    return true;
}

static bool same_trainings(const struct worker *w, const struct frames *f)
{
    bool same = f->cells == 1 || beside_count(w->beside) == f->cells - 1;
    for (int i = 0; same && i < f->cells - 1; i++)
        same = beside_id(w->beside, i) == f->id[i];
    return same;
}

/* One that began later was until then what it has been copied from. */
static bool copy_moment(struct worker *w, struct frames *f, int at)
{
    struct history *h = past_history(w->past);
    struct snapshot *snap = f->spare->snap;
    bool good = same_trainings(w, f) && history_snapshot(h, at, &snap[0]);
    for (int i = 1; good && i < f->cells; i++)
        good =
            beside_show(w->beside, i - 1, history_step(h, at), &snap[i]) || snapshot_copy(&snap[i], &snap[0]);
    return good;
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
        return copy_moment(w, f, at);
    }
    return false;
}

static void hand_over(struct frames *f)
{
    SDL_LockMutex(f->lock);
    struct moment *filled = f->spare;
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
    worker_post(w);
    SDL_UnlockMutex(w->lock);
}

static bool copy_all(const struct frames *f, const struct moment *from, struct snapshot *out, int cells)
{
    bool good = true;
    for (int i = 0; good && i < cells && i < f->cells; i++)
        good = snapshot_copy(&out[i], &from->snap[i]);
    return good;
}

static enum frames_state next(struct frames *f, struct snapshot *out, int cells)
{
    enum frames_state state = FRAMES_WAIT;
    SDL_LockMutex(f->lock);
    if (f->count == 0 && !f->over) {
        ask_for_more(f);
        SDL_CondWaitTimeout(f->moved, f->lock, ASK_AGAIN_MS);
    }
    if (f->count > 0) {
        struct moment *first = f->waiting[0];
        state = copy_all(f, first, out, cells) ? FRAMES_ONE : FRAMES_FAILED;
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

enum frames_state frames_next(struct frames *f, struct snapshot *out)
{
    return next(f, out, 1);
}

enum frames_state frames_next_all(struct frames *f, struct snapshot *out, int *cells)
{
    enum frames_state state = next(f, out, COMPARE_MAX);
    SDL_LockMutex(f->lock);
    *cells = f->cells;
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
