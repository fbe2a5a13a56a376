#include "app/output.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Names nobody else gives: what bears one is ours to remove. */
static const char file_ending[] = ".mstmp", folder_start[] = ".mstmp-";
enum { TEMPORARY_TRIES = 10000, FOLDER_TRIES = 100, FOLDERS_SEEN = 64, NO_LOCK = -1 };

/* ---- what dead programs have left ---- */

static bool starts(const char *name, const char *start)
{
    return strncmp(name, start, strlen(start)) == 0;
}

/* NAME.12.mstmp */
static bool is_our_file(const char *name)
{
    size_t length = strlen(name), tail = sizeof file_ending - 1;
    if (length < tail + 3 || strcmp(name + length - tail, file_ending) != 0)
        return false;
    size_t at = length - tail;
    while (at > 0 && isdigit((unsigned char)name[at - 1]))
        at--;
    return at > 1 && at < length - tail && name[at - 1] == '.';
}

/* A file of ours that nobody holds any more: held by us, so that it stays so; or NO_LOCK. */
static int seize(int folder, const char *name, int flags, mode_t kind)
{
    struct stat held, there;
    int file = openat(folder, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool ours = file >= 0 && flock(file, LOCK_EX | LOCK_NB) == 0 && fstat(file, &held) == 0 &&
                fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && held.st_ino == there.st_ino &&
                held.st_dev == there.st_dev && held.st_uid == geteuid() && (held.st_mode & S_IFMT) == kind;
    if (ours)
        return file;
    if (file >= 0)
        close(file);
    return NO_LOCK;
}

static void sweep_file(int folder, const char *name)
{
    int file = seize(folder, name, O_RDWR, S_IFREG);
    if (file < 0)
        return;
    unlinkat(folder, name, 0);
    close(file);
}

/* Frames in it have numbers for names; with anything else inside it stays. */
static void sweep_frames(int folder, const char *name)
{
    int inner = seize(folder, name, O_RDONLY | O_DIRECTORY, S_IFDIR), copy = inner >= 0 ? dup(inner) : -1;
    DIR *list = copy >= 0 ? fdopendir(copy) : NULL;
    const struct dirent *entry;
    while (list && (entry = readdir(list)))
        if (isdigit((unsigned char)entry->d_name[0]))
            unlinkat(inner, entry->d_name, 0);
    if (list)
        closedir(list);
    else if (copy >= 0)
        close(copy);
    if (inner < 0)
        return;
    unlinkat(folder, name, AT_REMOVEDIR);
    close(inner);
}

static void sweep(DIR *list)
{
    const struct dirent *entry;
    int folder = dirfd(list);
    while ((entry = readdir(list)))
        if (is_our_file(entry->d_name))
            sweep_file(folder, entry->d_name);
        else if (starts(entry->d_name, folder_start))
            sweep_frames(folder, entry->d_name);
}

void output_sweep(const char *folder)
{
    DIR *list = opendir(folder[0] ? folder : ".");
    if (!list)
        return;
    sweep(list);
    closedir(list);
}

/* Once for each folder: one with many files would be slow to go through for each of them. */
static bool is_new(const struct stat *info)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct {
        dev_t device;
        ino_t node;
    } seen[FOLDERS_SEEN];
    static int count;
    pthread_mutex_lock(&lock);
    bool known = false;
    for (int i = 0; i < count && i < FOLDERS_SEEN; i++)
        known |= seen[i].device == info->st_dev && seen[i].node == info->st_ino;
    if (!known) {
        seen[count % FOLDERS_SEEN].device = info->st_dev;
        seen[count % FOLDERS_SEEN].node = info->st_ino;
        count = count + 1 < 2 * FOLDERS_SEEN ? count + 1 : FOLDERS_SEEN;
    }
    pthread_mutex_unlock(&lock);
    return !known;
}

static void sweep_beside(const char *path)
{
    char folder[1100];
    struct stat info;
    const char *slash = strrchr(path, '/');
    int length = slash ? (int)(slash - path) + 1 : 0;
    if (snprintf(folder, sizeof folder, "%.*s", length, path) < (int)sizeof folder &&
        stat(folder[0] ? folder : ".", &info) == 0 && is_new(&info))
        output_sweep(folder);
}

/* ---- a file ---- */

/* Devices and pipes (/dev/stdout) are written in place: renaming over them would replace them. */
static bool in_place(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

static enum status begin_error(const char *path, struct why *why)
{
    const char *slash = strrchr(path, '/');
    int length = !slash ? 1 : slash == path ? 1 : (int)(slash - path);
    return why_set(why, STATUS_FAILED, "%s: cannot write into the folder %.*s (%s); choose another folder",
        path, length, slash ? path : ".", strerror(errno));
}

/* False: somebody took it for a dead one's before it was locked. Where there are no locks nothing is ever swept. */
static bool hold(int file)
{
    struct stat info;
    if (flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return false;
    return fstat(file, &info) == 0 && info.st_nlink > 0;
}

/* Not mkstemp: its files are private, and asking for the umask would race with other threads. */
static int open_temporary(struct output *out)
{
    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        snprintf(out->temporary, sizeof out->temporary, "%s.%d%s", out->path, i, file_ending);
        int file = open(out->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0 && hold(file))
            return file;
        if (file < 0 && errno != EEXIST)
            return file;
        if (file >= 0)
            close(file);
    }
    return -1;
}

/* The lock is of the open file, not of the descriptor: a second one keeps it until the file has its name. */
static bool open_stream(struct output *out, int file)
{
    bool renames = out->temporary[0] != '\0';
    out->lock = renames ? fcntl(file, F_DUPFD_CLOEXEC, 0) : NO_LOCK;
    if (!renames || out->lock >= 0)
        out->stream = fdopen(file, "wb");
    if (out->stream)
        return true;
    if (renames)
        unlink(out->temporary);
    close(file);
    if (out->lock >= 0)
        close(out->lock);
    return false;
}

enum status output_begin(struct output *out, const char *path, struct why *why)
{
    struct output draft = { .lock = NO_LOCK };
    struct stat info;
    bool there = stat(path, &info) == 0;
    if (*path == '\0' || strlen(path) >= sizeof draft.path)
        return why_set(
            why, STATUS_FAILED, "output: the file name is %s; choose another", *path ? "too long" : "empty");
    if (there && S_ISDIR(info.st_mode))
        return why_set(why, STATUS_FAILED, "%s: is a folder; add a file name", path);
    if (there && access(path, W_OK) != 0)
        return why_set(
            why, STATUS_FAILED, "%s: is write-protected (%s); choose another name", path, strerror(errno));
    snprintf(draft.path, sizeof draft.path, "%s", path);
    bool direct = in_place(path);
    if (!direct)
        sweep_beside(path);
    int file = direct ? open(path, O_WRONLY | O_CLOEXEC) : open_temporary(&draft);
    if (file < 0)
        return begin_error(path, why);
    if (!open_stream(&draft, file))
        return why_set(why, STATUS_FAILED, "%s: not enough memory to write it; close other programs", path);
    *out = draft;
    return STATUS_OK;
}

/* 0, or the errno of what kept the file from reaching the disk whole. */
static int close_stream(FILE *stream, bool sync)
{
    int failed = ferror(stream) ? EIO : 0;
    if (fflush(stream) != 0)
        failed = errno;
    if (!failed && sync && fsync(fileno(stream)) != 0)
        failed = errno;
    if (fclose(stream) != 0 && !failed)
        failed = errno;
    return failed;
}

enum status output_end(struct output *out, bool keep, struct why *why)
{
    bool renames = *out->temporary != '\0';
    int failed = close_stream(out->stream, keep && renames);
    out->stream = NULL;
    if (!failed && keep && renames && rename(out->temporary, out->path) != 0)
        failed = errno;
    if (renames && (failed || !keep))
        unlink(out->temporary);
    if (out->lock >= 0)
        close(out->lock);
    out->lock = NO_LOCK;
    if (!failed || !keep)
        return STATUS_OK;
    return why_set(why, STATUS_FAILED, "%s: not written (%s); %s", out->path, strerror(failed),
        failed == ENOSPC ? "free some space" : "choose another place");
}

enum status output_settle(struct output *out, enum status status, struct why *why)
{
    if (!out->stream)
        return status;
    enum status ended = output_end(out, status == STATUS_OK, status == STATUS_OK ? why : NULL);
    return status == STATUS_OK ? ended : status;
}

/* ---- a folder ---- */

int output_folder(const char *path, char *out, size_t size)
{
    const char *slash = strrchr(path, '/');
    int length = slash ? (int)(slash - path) + 1 : 0;
    sweep_beside(path);
    for (int i = 0; i < FOLDER_TRIES; i++) {
        if (snprintf(out, size, "%.*s%sXXXXXX", length, path, folder_start) >= (int)size) {
            errno = ENAMETOOLONG;
            return NO_LOCK;
        }
        if (!mkdtemp(out))
            return NO_LOCK;
        int folder = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder >= 0 && hold(folder))
            return folder;
        if (folder >= 0)
            close(folder);
        rmdir(out);
    }
    errno = EBUSY;
    return NO_LOCK;
}
