#include "app/animate_task.h"

#include <math.h>
#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/text.h"

struct animation_task {
    SDL_Thread *thread;
    SDL_atomic_t cancel;
    void (*wake)(void *);
    void *arg;
    SDL_mutex *lock;
    struct animation_news news; /* lock */
    /* thread only */
    struct animation_options options;
    struct look look;
    struct animation_sweep sweep;
    bool sweeps;
    struct frames *frames;
    struct history *kept[COMPARE_MAX];
    int cells;
    struct trainer *trainer;
    struct animation_result result;
    int told; /* per mille */
};

static bool tell(void *user, double share, const char *words)
{
    struct animation_task *t = user;
    int now = (int)lrint(1000 * share);
    SDL_LockMutex(t->lock);
    t->news.share = share;
    snprintf(t->news.words, sizeof t->news.words, "%s", words);
    SDL_UnlockMutex(t->lock);
    if (now != t->told)
        t->wake(t->arg);
    t->told = now;
    return !SDL_AtomicGet(&t->cancel);
}

static enum status stopped(const struct animation_task *t, struct why *why)
{
    return why_set(why, STATUS_FAILED, "%s: stopped; nothing was written", t->options.figure.path);
}

static bool keep(struct animation_task *t, const struct snapshot *snap)
{
    bool good = true;
    for (int i = 0; good && i < t->cells; i++) {
        if (!t->kept[i])
            t->kept[i] = history_create(HISTORY_BUDGET / (size_t)t->cells);
        good = t->kept[i] && history_add_frame(t->kept[i], &snap[i], 0);
    }
    return good;
}

static enum frames_state gather_into(struct animation_task *t, struct snapshot *snap)
{
    enum frames_state state = FRAMES_WAIT;
    for (int i = 0; i < COMPARE_MAX; i++)
        snapshot_init(&snap[i]);
    while (state <= FRAMES_ONE && !SDL_AtomicGet(&t->cancel)) {
        state = frames_next_all(t->frames, snap, &t->cells);
        if (state == FRAMES_ONE && !keep(t, snap))
            state = FRAMES_FAILED;
        tell(t, 0, "taking frames");
    }
    for (int i = 0; i < COMPARE_MAX; i++)
        snapshot_clear(&snap[i]);
    return state;
}

static enum status gather(struct animation_task *t, struct why *why)
{
    struct snapshot *snap = malloc(COMPARE_MAX * sizeof *snap);
    enum frames_state state = snap ? gather_into(t, snap) : FRAMES_FAILED;
    free(snap);
    if (SDL_AtomicGet(&t->cancel))
        return stopped(t, why);
    return state == FRAMES_END && t->kept[0]
               ? STATUS_OK
               : why_set(why, STATUS_FAILED, "%s: there is nothing to show yet; train first",
                     t->options.figure.path);
}

static enum status write_history(
    struct animation_task *t, const struct animation_watch *watch, struct why *why)
{
    enum status status = gather(t, why);
    struct animation_history h = {
        .history = t->kept[0], .frames = animation_frames(&t->options), .besides = t->cells - 1
    };
    if (status != STATUS_OK)
        return status;
    for (int i = 0; i < h.besides; i++)
        h.beside[i] = t->kept[i + 1];
    struct animation_source source = animation_of_history(&h, frames_data(t->frames));
    return animation_write(&t->options, &source, watch, &t->result, why);
}

/* A trainer of our own in the same state. */
static enum status copy_training(struct animation_task *t, struct why *why)
{
    struct snapshot unused;
    enum frames_state state = FRAMES_WAIT;
    size_t size;
    snapshot_init(&unused);
    while (state == FRAMES_WAIT && !SDL_AtomicGet(&t->cancel))
        state = frames_next(t->frames, &unused);
    snapshot_clear(&unused);
    if (state == FRAMES_WAIT)
        return stopped(t, why);
    const uint8_t *bytes = frames_checkpoint(t->frames, &size);
    if (state != FRAMES_END || !bytes)
        return why_set(
            why, STATUS_FAILED, "%s: there is no training to sweep in; train first", t->options.figure.path);
    enum status status =
        trainer_create(frames_experiment(t->frames), frames_data(t->frames), &t->trainer, why);
    return status == STATUS_OK ? trainer_load(t->trainer, bytes, size, why) : status;
}

static enum status write_sweep(struct animation_task *t, const struct animation_watch *watch, struct why *why)
{
    struct animation_walk *walk = NULL;
    enum status status = copy_training(t, why);
    if (status == STATUS_OK)
        status = animation_walk_create(&t->sweep, t->trainer, frames_data(t->frames), watch, &walk, why);
    if (status != STATUS_OK)
        return status;
    struct animation_source source = animation_of_walk(walk);
    status = animation_write(&t->options, &source, watch, &t->result, why);
    animation_walk_destroy(walk);
    return status;
}

static int work(void *user)
{
    struct animation_task *t = user;
    const struct animation_watch watch = { tell, t };
    struct why why = { "" };
    SDL_SetThreadPriority(SDL_THREAD_PRIORITY_LOW); /* the window and the training come first */
    enum status status = text_start(&why);
    if (status == STATUS_OK) {
        status = t->sweeps ? write_sweep(t, &watch, &why) : write_history(t, &watch, &why);
        text_stop();
    }
    SDL_LockMutex(t->lock);
    t->news.done = true;
    t->news.status = status;
    t->news.why = why;
    t->news.result = t->result;
    t->news.result.cancelled = status != STATUS_OK && SDL_AtomicGet(&t->cancel);
    SDL_UnlockMutex(t->lock);
    t->wake(t->arg);
    return 0;
}

static void take_options(struct animation_task *t, const struct animation_options *o)
{
    t->options = *o;
    if (!o->figure.look)
        return;
    t->look = *o->figure.look;
    t->look.ghosts = t->look.besides = 0; /* are the window's */
    t->look.span = NULL;
    t->options.figure.look = &t->look;
}

enum status animation_task_start(const struct animation_options *o, const struct animation_sweep *sweep,
    struct worker *worker, void (*wake)(void *), void *arg, struct animation_task **out, struct why *why)
{
    enum status status = animation_check(o, why);
    if (status != STATUS_OK)
        return status;
    struct animation_task *t = calloc(1, sizeof *t);
    if (!t)
        return why_set(why, STATUS_FAILED, "%s: no memory; close other programs", o->figure.path);
    take_options(t, o);
    t->wake = wake;
    t->arg = arg;
    t->sweeps = sweep != NULL;
    t->sweep = sweep ? *sweep : t->sweep;
    snprintf(t->news.path, sizeof t->news.path, "%s", o->figure.path);
    t->lock = SDL_CreateMutex();
    bool all = strcmp(o->figure.view, view_compare.id) == 0;
    t->frames = sweep ? worker_frames(worker, 0)
                      : (all ? worker_frames_all : worker_frames)(worker, animation_frames(o));
    if (t->lock && t->frames)
        t->thread = SDL_CreateThread(work, "animation", t);
    if (t->thread) {
        *out = t;
        return STATUS_OK;
    }
    animation_task_destroy(t);
    return why_set(why, STATUS_FAILED, "%s: no memory; close other programs", o->figure.path);
}

void animation_task_cancel(struct animation_task *t)
{
    SDL_AtomicSet(&t->cancel, 1);
}

void animation_task_destroy(struct animation_task *t)
{
    if (!t)
        return;
    animation_task_cancel(t);
    if (t->thread)
        SDL_WaitThread(t->thread, NULL);
    trainer_destroy(t->trainer);
    for (int i = 0; i < COMPARE_MAX; i++)
        history_destroy(t->kept[i]);
    frames_close(t->frames);
    if (t->lock)
        SDL_DestroyMutex(t->lock);
    free(t);
}

void animation_task_news(struct animation_task *t, struct animation_news *out)
{
    SDL_LockMutex(t->lock);
    *out = t->news;
    SDL_UnlockMutex(t->lock);
}
