#include "app/animate_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum {
    PATIENCE_MS = 20,
    DYING = 100,
    NEVER = -1
}; /* naps until one that takes no more frames has to be gone */

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

/* A run of ffmpeg: raw frames go in by a socket, which unlike a pipe can be told to raise no signal when the other end
 * is gone; its complaints come back in a file without a name. */
struct video {
    pid_t child;
    int feed;
    FILE *said;
};

bool animation_has_ffmpeg(void)
{
    const char *path = getenv("PATH");
    char program[1024];
    for (const char *at = path ? path : "/usr/bin:/bin"; at && *at;) {
        size_t n = strcspn(at, ":");
        snprintf(program, sizeof program, "%.*s/ffmpeg", (int)n, at);
        if (n > 0 && access(program, X_OK) == 0)
            return true;
        at += n + (at[n] == ':');
    }
    return false;
}

/* Same frames, same bytes: nothing of the time or the version goes in. */
static const char *const to_mp4[] = { "-c:v", "libx264", "-preset", "medium", "-crf", "18", "-movflags",
    "+faststart", "-f", "mp4", NULL };
static const char *const to_webm[] = { "-c:v", "libvpx-vp9", "-crf", "24", "-b:v", "0", "-deadline", "good",
    "-cpu-used", "4", "-row-mt", "1", "-f", "webm", NULL };

struct command {
    const char *argv[64];
    int n;
    char size[32], rate[32], target[1200];
    const char *opened; /* as number 3 of the child; NULL: it goes by its name */
};

/* Where a file can be named by its number ffmpeg never makes one: outliving us, it would after the next start has cleared
 * away. */
static const char by_number[] = "/proc/self/fd/3";

static void add(struct command *c, const char *const *words)
{
    for (; *words && c->n < (int)(sizeof c->argv / sizeof *c->argv) - 1; words++)
        c->argv[c->n++] = *words;
}

static void make_command(struct command *c, const struct animation_writer *w, const char *const *codec)
{
    bool numbered = w->output.temporary[0] && access("/proc/self/fd", X_OK) == 0;
    const char *target = numbered ? by_number : w->output.temporary[0] ? w->output.temporary : w->path;
    c->opened = numbered ? w->output.temporary : NULL;
    snprintf(c->size, sizeof c->size, "%dx%d", w->width, w->height);
    snprintf(c->rate, sizeof c->rate, "%.6g", w->fps);
    snprintf(c->target, sizeof c->target, "file:%s", target);
    const char *const from[] = { "ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-y", "-f",
        "rawvideo", "-pix_fmt", "rgb24", "-s", c->size, "-r", c->rate, "-i", "pipe:0", "-an", "-vf",
        "scale=out_color_matrix=bt709:out_range=tv", "-pix_fmt", "yuv420p", "-colorspace", "bt709",
        "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv", "-fflags", "+bitexact",
        "-flags:v", "+bitexact", "-xerror", NULL };
    const char *const to[] = { c->target, NULL };
    add(c, from);
    add(c, codec);
    add(c, to);
}

static bool spawn(struct video *v, const struct command *c, int end)
{
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return false;
    bool ready = posix_spawn_file_actions_adddup2(&actions, end, STDIN_FILENO) == 0 &&
                 posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
                 posix_spawn_file_actions_adddup2(&actions, fileno(v->said), STDERR_FILENO) == 0 &&
                 (!c->opened || posix_spawn_file_actions_addopen(&actions, 3, c->opened, O_RDWR, 0) == 0);
    pid_t child;
    /* posix_spawnp takes the words as they are; it changes none of them. */
    int failed =
        ready ? posix_spawnp(&child, "ffmpeg", &actions, NULL, (char *const *)(uintptr_t)c->argv, environ)
              : ENOMEM;
    posix_spawn_file_actions_destroy(&actions);
    v->child = failed ? 0 : child;
    errno = failed;
    return !failed;
}

static bool start(struct video *v, const struct command *c)
{
    int end[2];
    v->said = tmpfile();
    if (!v->said || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end) != 0)
        return false;
    v->feed = end[0];
    bool started = fcntl(v->feed, F_SETFL, O_NONBLOCK) == 0 &&
                   fcntl(fileno(v->said), F_SETFD, FD_CLOEXEC) == 0 && spawn(v, c, end[1]);
    close(end[1]);
    return started;
}

static enum status begin(struct animation_writer *w, const char *const *codec, struct why *why)
{
    struct video *v = calloc(1, sizeof *v);
    struct command command = { .n = 0 };
    enum status status = output_begin(&w->output, w->path, why);
    w->inner = v;
    if (status != STATUS_OK) {
        free(v);
        return status;
    }
    make_command(&command, w, codec);
    if (v)
        v->feed = NEVER;
    if (v && start(v, &command))
        return STATUS_OK;
    bool missing = v && errno == ENOENT;
    const char *reason = strerror(errno);
    why_set(why, STATUS_FAILED, "%s: %s; %s", w->path, missing ? "there is no program ffmpeg" : reason,
        missing ? "install it, or write .gif or .webp" : "write .gif or .webp");
    w->inner = v;
    animation_mp4.end(w, false, NULL, NULL);
    return STATUS_FAILED;
}

static enum status begin_mp4(struct animation_writer *w, struct why *why)
{
    return begin(w, to_mp4, why);
}

static enum status begin_webm(struct animation_writer *w, struct why *why)
{
    return begin(w, to_webm, why);
}

/* The line it said that counts: a full disk is told first and followed by what came of it. */
static void read_blame(FILE *said, char *out, size_t size)
{
    char line[300] = "";
    rewind(said);
    out[0] = '\0';
    while (fgets(line, sizeof line, said)) {
        line[strcspn(line, "\n")] = 0;
        if (line[0])
            snprintf(out, size, "%s", line);
        if (strstr(line, strerror(ENOSPC))) {
            snprintf(out, size, "%s", strerror(ENOSPC));
            return;
        }
    }
}

/* That line, or what its end looked like. */
static enum status blame(const struct animation_writer *w, struct video *v, int ended, struct why *why)
{
    char last[300];
    read_blame(v->said, last, sizeof last);
    const char *name = strstr(last, by_number) ? by_number : w->output.temporary;
    char *own = strstr(last, name);
    if (!last[0] && WIFSIGNALED(ended))
        snprintf(last, sizeof last, "was ended by signal %d", WTERMSIG(ended));
    else if (!last[0])
        snprintf(last, sizeof last, "ended with status %d", WIFEXITED(ended) ? WEXITSTATUS(ended) : 0);
    else if (own && name[0] && own[strlen(name)] == ':')
        memmove(last, own + strlen(name) + 2, strlen(own + strlen(name) + 2) + 1);
    return why_set(why, STATUS_FAILED, "%.400s: ffmpeg: %s; %s", w->path, last,
        strstr(last, "space") ? "free some space" : "write .gif or .webp instead");
}

static void nap(void)
{
    poll(NULL, 0, PATIENCE_MS);
}

/* Its exit, or its death where the work was cancelled or it takes longer than so many naps. */
static int wait_for(const struct animation_writer *w, struct video *v, long naps)
{
    int ended = 0;
    pid_t got;
    while ((got = waitpid(v->child, &ended, WNOHANG)) == 0 || (got < 0 && errno == EINTR)) {
        if (naps-- <= 0 || w->stopped(w->user))
            kill(v->child, SIGKILL);
        nap();
    }
    v->child = 0;
    return ended;
}

static enum status video_frame(struct animation_writer *w, const uint8_t *rgb, int i, struct why *why)
{
    (void)i;
    struct video *v = w->inner;
    size_t left = 3 * (size_t)w->width * (size_t)w->height;
    while (left > 0 && !w->stopped(w->user)) {
        struct pollfd feed = { .fd = v->feed, .events = POLLOUT };
        poll(&feed, 1, PATIENCE_MS);
        ssize_t n = send(v->feed, rgb, left, MSG_NOSIGNAL);
        if (n > 0) {
            rgb += n;
            left -= (size_t)n;
        } else if (errno != EAGAIN && errno != EINTR && errno != EWOULDBLOCK)
            return blame(w, v, wait_for(w, v, DYING), why);
    }
    return left == 0 ? STATUS_OK : why_set(why, STATUS_FAILED, "%s: stopped", w->path);
}

/* What fails while the end of a file is written leaves its exit status 0: whatever it says is an error too, and so is an
 * empty file. */
static enum status finish(struct animation_writer *w, struct video *v, struct why *why)
{
    close(v->feed);
    v->feed = NEVER;
    int ended = wait_for(w, v, LONG_MAX);
    struct stat file;
    bool silent = fseek(v->said, 0, SEEK_END) == 0 && ftell(v->said) == 0;
    bool wrote = fstat(fileno(w->output.stream), &file) == 0 && (!S_ISREG(file.st_mode) || file.st_size > 0);
    if (silent && WIFEXITED(ended) && WEXITSTATUS(ended) == 0 && wrote)
        return STATUS_OK;
    return blame(w, v, ended, why);
}

static void abandon(struct video *v)
{
    if (v->child > 0) {
        kill(v->child, SIGKILL);
        while (waitpid(v->child, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    if (v->feed != NEVER)
        close(v->feed);
    if (v->said)
        fclose(v->said);
}

static enum status video_end(struct animation_writer *w, bool keep, long long *bytes, struct why *why)
{
    struct video *v = w->inner;
    enum status status = keep ? finish(w, v, why) : STATUS_OK;
    if (v)
        abandon(v);
    free(v);
    enum status ended =
        animation_close(w, keep && status == STATUS_OK, bytes, status == STATUS_OK ? why : NULL);
    return status == STATUS_OK ? ended : status;
}

const struct animation_format animation_mp4 = { ".mp4", 60, true, begin_mp4, NULL, video_frame, video_end };
const struct animation_format animation_webm = { ".webm", 60, true, begin_webm, NULL, video_frame,
    video_end };
