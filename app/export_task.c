#include "app/export_task.h"

#include <fcntl.h>
#include <SDL.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "render/text.h"

enum { TASKS_MAX = 16 };

extern char **environ;

struct job {
    struct export_sheet *sheet, *copy;
    char path[1024]; /* of the sheet, which is gone before the job is */
};

struct export_task {
    SDL_Thread *thread;
    SDL_mutex *lock;
    SDL_cond *posted;
    void (*wake)(void *);
    void *arg;
    /* lock */
    bool quit;
    struct job job[TASKS_MAX]; /* the first is under way */
    int jobs;
    struct export_done done[TASKS_MAX];
    int dones;
};

/* ---- the clipboard ---- */

static const struct {
    const char *display; /* without it the program is of no use */
    const char *argv[8];
} clipboard[] = {
    { "WAYLAND_DISPLAY", { "wl-copy", "--type", "image/png", NULL } },
    { "DISPLAY", { "xclip", "-selection", "clipboard", "-t", "image/png", "-i", NULL } },
};

/* The program reads the picture, says nothing, and stays behind as the clipboard's owner. */
static bool run_with_input(const char *const *argv, int input)
{
    posix_spawn_file_actions_t actions;
    pid_t child;
    int code = -1;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return false;
    posix_spawn_file_actions_adddup2(&actions, input, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    bool started =
        posix_spawnp(&child, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    return started && waitpid(child, &code, 0) == child && WIFEXITED(code) && WEXITSTATUS(code) == 0;
}

static bool copy_picture(const struct export_sheet *sheet)
{
    const char *path = export_sheet_path(sheet);
    bool copied = false;
    if (export_write(sheet, NULL) != STATUS_OK)
        return false;
    int input = open(path, O_RDONLY | O_CLOEXEC);
    unlink(path); /* what is open stays readable */
    for (size_t i = 0; input >= 0 && !copied && i < sizeof clipboard / sizeof *clipboard; i++) {
        const char *display = getenv(clipboard[i].display);
        lseek(input, 0, SEEK_SET);
        copied = display && display[0] && run_with_input(clipboard[i].argv, input);
    }
    if (input >= 0)
        close(input);
    return copied;
}

/* ---- the thread ---- */

static void finish(struct export_task *t, const struct export_done *done)
{
    SDL_LockMutex(t->lock);
    memmove(t->job, t->job + 1, (size_t)--t->jobs * sizeof *t->job);
    if (t->dones == TASKS_MAX) /* nobody has looked for a while */
        memmove(t->done, t->done + 1, (size_t)--t->dones * sizeof *t->done);
    t->done[t->dones++] = *done;
    SDL_UnlockMutex(t->lock);
    t->wake(t->arg);
}

static void write_job(struct export_task *t, const struct job *job, const struct why *broken)
{
    struct export_done done = { .copy = job->copy != NULL };
    snprintf(done.path, sizeof done.path, "%s", export_sheet_path(job->sheet));
    if (broken->text[0]) {
        done.status = STATUS_FAILED;
        done.why = *broken;
    } else {
        done.status = export_write(job->sheet, &done.why);
    }
    if (done.status == STATUS_OK && job->copy)
        done.copied = copy_picture(job->copy);
    export_sheet_destroy(job->sheet);
    export_sheet_destroy(job->copy);
    finish(t, &done);
}

static int work(void *arg)
{
    struct export_task *t = arg;
    struct why broken = { "" };
    bool started = text_start(&broken) == STATUS_OK;
    SDL_LockMutex(t->lock);
    for (;;) {
        while (t->jobs == 0 && !t->quit)
            SDL_CondWait(t->posted, t->lock);
        if (t->jobs == 0)
            break;
        struct job job = t->job[0];
        SDL_UnlockMutex(t->lock);
        write_job(t, &job, &broken);
        SDL_LockMutex(t->lock);
    }
    SDL_UnlockMutex(t->lock);
    if (started)
        text_stop();
    return 0;
}

/* ---- for the main thread ---- */

struct export_task *export_task_create(void (*wake)(void *), void *arg)
{
    struct export_task *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->wake = wake;
    t->arg = arg;
    t->lock = SDL_CreateMutex();
    t->posted = SDL_CreateCond();
    if (t->lock && t->posted)
        t->thread = SDL_CreateThread(work, "export", t);
    if (t->thread)
        return t;
    export_task_destroy(t);
    return NULL;
}

void export_task_destroy(struct export_task *t)
{
    if (!t)
        return;
    if (t->thread) {
        SDL_LockMutex(t->lock);
        t->quit = true;
        SDL_CondSignal(t->posted);
        SDL_UnlockMutex(t->lock);
        SDL_WaitThread(t->thread, NULL);
    }
    if (t->posted)
        SDL_DestroyCond(t->posted);
    if (t->lock)
        SDL_DestroyMutex(t->lock);
    free(t);
}

bool export_task_add(struct export_task *t, struct export_sheet *sheet, struct export_sheet *copy)
{
    SDL_LockMutex(t->lock);
    bool room = t->jobs < TASKS_MAX;
    if (room) {
        struct job *job = &t->job[t->jobs++];
        *job = (struct job){ .sheet = sheet, .copy = copy };
        snprintf(job->path, sizeof job->path, "%s", export_sheet_path(sheet));
        SDL_CondSignal(t->posted);
    }
    SDL_UnlockMutex(t->lock);
    if (!room) {
        export_sheet_destroy(sheet);
        export_sheet_destroy(copy);
    }
    return room;
}

bool export_task_holds(const struct export_task *t, const char *path)
{
    bool holds = false;
    SDL_LockMutex(t->lock);
    for (int i = 0; i < t->jobs; i++)
        holds |= strcmp(t->job[i].path, path) == 0;
    SDL_UnlockMutex(t->lock);
    return holds;
}

bool export_task_busy(const struct export_task *t)
{
    SDL_LockMutex(t->lock);
    bool busy = t->jobs > 0;
    SDL_UnlockMutex(t->lock);
    return busy;
}

bool export_task_take(struct export_task *t, struct export_done *out)
{
    SDL_LockMutex(t->lock);
    bool any = t->dones > 0;
    if (any) {
        *out = t->done[0];
        memmove(t->done, t->done + 1, (size_t)--t->dones * sizeof *t->done);
    }
    SDL_UnlockMutex(t->lock);
    return any;
}
