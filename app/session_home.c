#include "app/session_home.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/output.h"

/* Every folder of the path. */
static bool make_folders(const char *path)
{
    char part[SESSION_PATH];
    snprintf(part, sizeof part, "%s", path);
    for (char *slash = part + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            return false;
        *slash = '/';
    }
    return mkdir(part, 0700) == 0 || errno == EEXIST;
}

/* A relative $XDG_STATE_HOME is to be passed over, says its specification. */
static bool find_folder(char *out, size_t size)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int length = -1;
    if (state && state[0] == '/')
        length = snprintf(out, size, "%s/marginscope", state);
    else if (home && home[0] == '/')
        length = snprintf(out, size, "%s/.local/state/marginscope", home);
    return length > 0 && (size_t)length < size && make_folders(out);
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* ---- the runs ---- */

static void run_path(const struct session_home *h, const char *name, int run, char *out, size_t size)
{
    snprintf(out, size, "%s/%s-%d%s", h->folder, name, run, strcmp(name, "running") == 0 ? "" : ".json");
}

/* -1: somebody has it. */
static int lock_run(const struct session_home *h, int run)
{
    char path[SESSION_PATH];
    run_path(h, "running", run, path, sizeof path);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0)
        return lock;
    if (lock >= 0)
        close(lock);
    return -1;
}

/* 'r' in the file of the lock: running. It is still there when the program has fallen, and the lock is not. */
static bool has_fallen(int lock)
{
    char mark = 0;
    return pread(lock, &mark, 1, 0) == 1 && mark == 'r';
}

/* When what a run has left was written; 0: it has left nothing. */
static double left_at(const struct session_home *h, int run, int lock)
{
    char path[SESSION_PATH];
    struct stat info;
    run_path(h, has_fallen(lock) ? "autosave" : "restore", run, path, sizeof path);
    if (stat(path, &info) != 0) {
        run_path(h, "restore", run, path, sizeof path);
        if (stat(path, &info) != 0)
            return 0;
    }
    return (double)info.st_mtim.tv_sec + 1e-9 * (double)info.st_mtim.tv_nsec;
}

/* The free one that has left the newest session, else the first that is free. */
static int choose_run(struct session_home *h)
{
    int chosen = 0;
    double newest = -1;
    for (int run = 1; run <= SESSION_RUNS; run++) {
        int lock = lock_run(h, run);
        double at = lock >= 0 ? left_at(h, run, lock) : -1;
        if (at <= newest) {
            if (lock >= 0)
                close(lock);
            continue;
        }
        if (h->lock >= 0)
            close(h->lock);
        h->lock = lock;
        chosen = run;
        newest = at;
    }
    return chosen;
}

static void begin_run(struct session_home *h, int run)
{
    run_path(h, "autosave", run, h->autosave, sizeof h->autosave);
    run_path(h, "restore", run, h->restore, sizeof h->restore);
    if (has_fallen(h->lock) && exists(h->autosave))
        (void)rename(h->autosave, h->restore); /* whether it is there is asked below */
    if (!exists(h->restore))
        h->restore[0] = '\0';
    if (pwrite(h->lock, "r", 1, 0) != 1)
        h->restore[0] = '\0';
}

void session_home_open(struct session_home *h)
{
    *h = (struct session_home){ .lock = -1 };
    if (!find_folder(h->folder, sizeof h->folder)) {
        h->folder[0] = '\0';
        return;
    }
    output_sweep(h->folder);
    int run = choose_run(h);
    if (run > 0)
        begin_run(h, run);
}

void session_home_close(struct session_home *h, bool quit)
{
    if (h->lock < 0)
        return;
    if (quit && ftruncate(h->lock, 0) != 0)
        fprintf(stderr, "marginscope: %s: %s; the next start may offer the last session again\n", h->folder,
            strerror(errno));
    close(h->lock);
    h->lock = -1;
}

void session_home_forget(struct session_home *h)
{
    if (h->restore[0])
        unlink(h->restore);
    h->restore[0] = '\0';
}

/* ---- the sessions used last ---- */

static void recent_path(const struct session_home *h, char *out, size_t size)
{
    snprintf(out, size, "%s/recent", h->folder);
}

int session_recent_read(const struct session_home *h, char list[SESSION_RECENT][SESSION_PATH])
{
    char path[SESSION_PATH], line[SESSION_PATH];
    int count = 0;
    recent_path(h, path, sizeof path);
    FILE *file = h->folder[0] ? fopen(path, "r") : NULL;
    if (!file)
        return 0;
    while (count < SESSION_RECENT && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '/' && exists(line))
            snprintf(list[count++], SESSION_PATH, "%s", line);
    }
    fclose(file);
    return count;
}

void session_recent_add(const struct session_home *h, const char *path)
{
    static char list[SESSION_RECENT][SESSION_PATH];
    char target[SESSION_PATH], full[PATH_MAX];
    struct output output;
    recent_path(h, target, sizeof target);
    int count = session_recent_read(h, list);
    if (!h->folder[0] || !realpath(path, full) || strlen(full) >= SESSION_PATH || strchr(full, '\n') ||
        output_begin(&output, target, NULL) != STATUS_OK)
        return;
    fprintf(output.stream, "%s\n", full);
    for (int i = 0, kept = 1; i < count && kept < SESSION_RECENT; i++)
        if (strcmp(list[i], full) != 0) {
            fprintf(output.stream, "%s\n", list[i]);
            kept++;
        }
    output_end(&output, true, NULL);
}
