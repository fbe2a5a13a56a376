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

#include "app/dataset_open.h"

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

/* What a fall in the middle of writing has left: the name is of whoever holds the lock. */
static void sweep_up(const char *autosave)
{
    char path[SESSION_PATH + 16];
    for (int i = 0; i < SESSION_TEMPORARIES; i++) {
        snprintf(path, sizeof path, "%s.%d.tmp", autosave, i);
        unlink(path);
    }
}

/* 'r' in the file of the lock: running. It is still there when the program has fallen, and the lock is not. */
static bool take_lock(struct session_home *h, int run)
{
    char path[SESSION_PATH], mark = 0;
    snprintf(path, sizeof path, "%s/running-%d", h->folder, run);
    h->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (h->lock < 0)
        return false;
    if (flock(h->lock, LOCK_EX | LOCK_NB) != 0) {
        close(h->lock);
        h->lock = -1;
        return false;
    }
    snprintf(h->autosave, sizeof h->autosave, "%s/autosave-%d.json", h->folder, run);
    snprintf(h->restore, sizeof h->restore, "%s/restore-%d.json", h->folder, run);
    sweep_up(h->autosave);
    if (pread(h->lock, &mark, 1, 0) == 1 && mark == 'r' && exists(h->autosave))
        rename(h->autosave, h->restore);
    if (!exists(h->restore))
        h->restore[0] = '\0';
    if (pwrite(h->lock, "r", 1, 0) != 1)
        h->restore[0] = '\0';
    return true;
}

void session_home_open(struct session_home *h)
{
    *h = (struct session_home){ .lock = -1 };
    if (!find_folder(h->folder, sizeof h->folder)) {
        h->folder[0] = '\0';
        return;
    }
    for (int run = 1; run <= SESSION_RUNS && h->lock < 0; run++)
        take_lock(h, run);
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
