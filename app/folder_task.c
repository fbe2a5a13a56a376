#include "app/folder_task.h"

#include <dirent.h>
#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

/* Threads that wait for folders which may never answer. */
enum { THREADS_MOST = 4 };
static SDL_atomic_t threads;

struct folder_task {
    SDL_mutex *lock;
    int users; /* lock: the thread and who asked */
    bool done, dropped; /* lock */
    void (*wake)(void *); /* lock: not once it is dropped */
    void *arg;
    struct session_home home; /* thread */
    bool recent; /* thread */
    struct folder_list list; /* thread until done */
};

void folder_path(const char *typed, char *out, size_t size)
{
    const char *home = getenv("HOME");
    bool inside = typed[0] == '~' && typed[1] == '/' && home;
    snprintf(out, size, "%s%s", inside ? home : "", inside ? typed + 1 : typed);
}

/* ---- the thread ---- */

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool is_json(const char *name)
{
    size_t length = strlen(name);
    return length > 5 && strcasecmp(name + length - 5, ".json") == 0;
}

static bool begins(const char *name, const char *begun)
{
    bool hidden = name[0] == '.' && begun[0] != '.',
         itself = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
    return !hidden && !itself && strncmp(name, begun, strlen(begun)) == 0;
}

/* Whether a file of the folder may stand in the list; its path. */
static bool completes(const char *folder, const char *name, const char *begun, char path[SESSION_PATH])
{
    if (!begins(name, begun) || snprintf(path, SESSION_PATH, "%s%s", folder, name) >= SESSION_PATH - 1)
        return false;
    if (is_json(name))
        return true;
    bool folders = is_folder(path);
    if (folders)
        strcat(path, "/");
    return folders;
}

static void list_folder(struct folder_list *list, const char *whole)
{
    char folder[SESSION_PATH];
    struct dirent **entry = NULL;
    const char *slash = strrchr(whole, '/'), *begun = slash ? slash + 1 : whole;
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - whole) + 1 : 0, whole);
    int n = scandir(folder[0] ? folder : ".", &entry, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        if (list->files < FOLDER_FILES && completes(folder, entry[i]->d_name, begun, list->file[list->files]))
            list->files++;
        free(entry[i]);
    }
    free(entry);
}

static void note_times(struct folder_list *list)
{
    struct stat info;
    struct tm day;
    for (int i = 0; i < list->files; i++)
        if (stat(list->file[i], &info) == 0 && localtime_r(&info.st_mtime, &day))
            strftime(list->when[i], FOLDER_WHEN, "%Y-%m-%d %H:%M", &day);
}

static void look_up(struct folder_task *t)
{
    struct folder_list *list = &t->list;
    char whole[SESSION_PATH];
    struct stat info;
    folder_path(list->typed, whole, sizeof whole);
    list->there = whole[0] && stat(whole, &info) == 0;
    list->folder = list->there && S_ISDIR(info.st_mode);
    if (t->recent)
        list->files = session_recent_read(&t->home, list->file);
    else
        list_folder(list, whole);
    note_times(list);
}

static void leave(struct folder_task *t)
{
    SDL_LockMutex(t->lock);
    bool last = --t->users == 0;
    SDL_UnlockMutex(t->lock);
    if (!last)
        return;
    SDL_DestroyMutex(t->lock);
    free(t);
}

static int work(void *arg)
{
    struct folder_task *t = arg;
    look_up(t);
    SDL_LockMutex(t->lock);
    t->done = true;
    if (!t->dropped)
        t->wake(t->arg);
    SDL_UnlockMutex(t->lock);
    leave(t);
    SDL_AtomicAdd(&threads, -1);
    return 0;
}

/* ---- who asks ---- */

struct folder_task *folder_task_start(
    const char *typed, const struct session_home *recent, void (*wake)(void *), void *arg)
{
    struct folder_task *t = SDL_AtomicGet(&threads) < THREADS_MOST ? calloc(1, sizeof *t) : NULL;
    if (!t)
        return NULL;
    t->wake = wake;
    t->arg = arg;
    t->recent = recent != NULL;
    if (recent)
        t->home = *recent;
    snprintf(t->list.typed, sizeof t->list.typed, "%s", typed);
    t->users = 2;
    t->lock = SDL_CreateMutex();
    SDL_AtomicAdd(&threads, 1);
    SDL_Thread *thread = t->lock ? SDL_CreateThread(work, "folder", t) : NULL;
    if (thread) {
        SDL_DetachThread(thread); /* one that waits for a folder must not be waited for */
        return t;
    }
    SDL_AtomicAdd(&threads, -1);
    if (t->lock)
        SDL_DestroyMutex(t->lock);
    free(t);
    return NULL;
}

bool folder_task_take(struct folder_task *t, struct folder_list *out)
{
    SDL_LockMutex(t->lock);
    bool done = t->done;
    if (done)
        *out = t->list;
    SDL_UnlockMutex(t->lock);
    return done;
}

void folder_task_drop(struct folder_task *t)
{
    if (!t)
        return;
    SDL_LockMutex(t->lock);
    t->dropped = true;
    SDL_UnlockMutex(t->lock);
    leave(t);
}
