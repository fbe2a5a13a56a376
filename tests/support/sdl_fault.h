/* sdl_fault.h - what SDL seldom does: a thread, a lock, a window that is not to be had; threads that begin late; a stop
 * that comes at just that moment. Included by one file of a program: its functions take the place of SDL's for our code
 * (the linker finds the program's first). */
#ifndef TESTS_SUPPORT_SDL_FAULT_H
#define TESTS_SUPPORT_SDL_FAULT_H

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <SDL.h>

/* `failing`: which of these calls fails, from 1; 0 none. `only`: calls of another name do not count; NULL: all do. */
static struct {
    const char *only;
    long failing;
    atomic_long calls;
} sdl_fault;

/* The thread of this name finds itself stopped as it looks for the `at`-th time. */
static struct {
    const char *thread;
    long at, looks;
} sdl_stop;

static SDL_sem *sdl_gate;             /* threads made now wait until it is posted; NULL: they begin */
static _Thread_local const char *sdl_thread = "";

static bool sdl_fails(const char *name)
{
    if (!sdl_fault.failing || (sdl_fault.only && strcmp(sdl_fault.only, name) != 0))
        return false;
    bool now = atomic_fetch_add(&sdl_fault.calls, 1) + 1 == sdl_fault.failing;
    if (now)
        SDL_SetError("no more of it");
    return now;
}

static void sdl_set(const char *only, long failing)
{
    sdl_fault.calls = 0;
    sdl_fault.only = only;
    sdl_fault.failing = failing;
}

#define SDL_REAL(type, name, ...) \
    static type (*real_##name)(__VA_ARGS__); \
    if (!real_##name) \
        *(void **)&real_##name = dlsym(RTLD_NEXT, #name)

SDL_sem *SDL_CreateSemaphore(Uint32 value)
{
    SDL_REAL(SDL_sem *, SDL_CreateSemaphore, Uint32);
    return sdl_fails("semaphore") ? NULL : real_SDL_CreateSemaphore(value);
}

SDL_mutex *SDL_CreateMutex(void)
{
    SDL_REAL(SDL_mutex *, SDL_CreateMutex, void);
    return sdl_fails("mutex") ? NULL : real_SDL_CreateMutex();
}

SDL_cond *SDL_CreateCond(void)
{
    SDL_REAL(SDL_cond *, SDL_CreateCond, void);
    return sdl_fails("cond") ? NULL : real_SDL_CreateCond();
}

/* ---- threads ---- */

struct sdl_start {
    SDL_ThreadFunction begin;
    void *data;
    const char *name;
    SDL_sem *gate;
};

static int sdl_begin(void *user)
{
    struct sdl_start start = *(struct sdl_start *)user;
    free(user);
    sdl_thread = start.name;
    if (start.gate)
        SDL_SemWait(start.gate);
    return start.begin(start.data);
}

SDL_Thread *SDL_CreateThread(SDL_ThreadFunction begin, const char *name, void *data)
{
    SDL_REAL(SDL_Thread *, SDL_CreateThread, SDL_ThreadFunction, const char *, void *);
    struct sdl_start *start = sdl_fails("thread") ? NULL : malloc(sizeof *start);
    if (!start)
        return NULL;
    *start = (struct sdl_start){ begin, data, name, sdl_gate };
    SDL_Thread *thread = real_SDL_CreateThread(sdl_begin, name, start);
    if (!thread)
        free(start);
    return thread;
}

int SDL_AtomicGet(SDL_atomic_t *a)
{
    SDL_REAL(int, SDL_AtomicGet, SDL_atomic_t *);
    if (sdl_stop.thread && strcmp(sdl_stop.thread, sdl_thread) == 0 && ++sdl_stop.looks == sdl_stop.at)
        SDL_AtomicSet(a, 1);
    return real_SDL_AtomicGet(a);
}

#endif
