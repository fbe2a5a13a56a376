#include "app/ahead.h"

#include <stdlib.h>

#include <SDL.h>

struct ahead {
    SDL_Thread *thread;
    SDL_sem *go; /* posted by the owner; what follows is the thread's, until it posts `done` */
    SDL_sem *done;
    struct trainer *trainer; /* NULL: the thread ends */
};

static int work(void *arg)
{
    struct ahead *a = arg;
    for (;;) {
        SDL_SemWait(a->go);
        if (!a->trainer)
            return 0;
        trainer_ahead(a->trainer, false);
        SDL_SemPost(a->done);
    }
}

struct ahead *ahead_create(void)
{
    struct ahead *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->go = SDL_CreateSemaphore(0);
    a->done = SDL_CreateSemaphore(0);
    if (a->go && a->done)
        return a;
    ahead_destroy(a);
    return NULL;
}

void ahead_destroy(struct ahead *a)
{
    if (!a)
        return;
    if (a->thread) {
        a->trainer = NULL;
        SDL_SemPost(a->go);
        SDL_WaitThread(a->thread, NULL);
    }
    if (a->go)
        SDL_DestroySemaphore(a->go);
    if (a->done)
        SDL_DestroySemaphore(a->done);
    free(a);
}

static bool is_worth_it(struct ahead *a, struct trainer *t)
{
    if (trainer_experiment(t)->model != MODEL_CNN || SDL_GetCPUCount() < 2)
        return false;
    if (!a->thread)
        a->thread = SDL_CreateThread(work, "snapshot", a);
    return a->thread && trainer_ahead_begin(t);
}

enum status ahead_snapshot(struct ahead *a, struct trainer *t, struct snapshot *s)
{
    if (is_worth_it(a, t)) {
        a->trainer = t;
        SDL_SemPost(a->go);
        trainer_ahead(t, true);
        SDL_SemWait(a->done);
    }
    return trainer_snapshot(t, s);
}
