/* fault.h - the n-th call fails. Included by one file of a program, it puts functions of its own before those of the C
 * library (the dynamic linker finds the program's first) and lets one of their calls fail, or all from one on. A call
 * counts when our code makes it, or one of jansson, libpng, zlib and giflib: by the caller's address, for gzread,
 * png_image_write_to_stdio and giflib have no hook for an allocator. What cairo, fontconfig or FreeType ask for always
 * works: they answer for themselves. So does what libwebp asks for: where one of some 150 allocations fails its encoder
 * (1.2.4) calls half a frame whole, and its decoder, which could tell, then frees what it never took. Streams are made
 * with fopencookie here, so that each write() behind a FILE can fail. */
#ifndef TESTS_SUPPORT_FAULT_H
#define TESTS_SUPPORT_FAULT_H

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>
#include <zlib.h>

enum fault_kind { FAULT_NONE, FAULT_MEMORY, FAULT_FILES };

/* What fails next; set between two runs. */
static struct {
    enum fault_kind kind;
    long failing;                     /* which call, from 1 */
    bool on;                          /* and all after it: a disk that is full stays full */
    int code;                         /* errno of files */
    atomic_long calls;                /* so far, of this kind */
    atomic_long failed;
} fault;

/* ---- who calls ---- */

enum { FAULT_RANGES = 32, FAULT_STREAMS = 64 };
static struct {
    uintptr_t from, to;
} fault_range[FAULT_RANGES];
static int fault_ranges;

static int fault_add_range(struct dl_phdr_info *info, size_t size, void *user)
{
    static const char *const ours[] = { "/libjansson.", "/libpng16.", "/libz.", "/libgif." };
    bool known = info->dlpi_name[0] == '\0'; /* the program itself */
    (void)size, (void)user;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        known = known || strstr(info->dlpi_name, ours[i]) != NULL;
    for (int i = 0; known && i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X &&
            fault_ranges < FAULT_RANGES) {
            fault_range[fault_ranges].from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            fault_range[fault_ranges].to = fault_range[fault_ranges].from + info->dlpi_phdr[i].p_memsz;
            fault_ranges++;
        }
    return 0;
}

/* What the functions below do for themselves is no call of the program. */
static _Thread_local int fault_inside;

/* By itself, for a debugger to stop at. */
static __attribute__((noinline)) void fault_note(enum fault_kind kind)
{
    atomic_fetch_add(&fault.failed, 1);
    errno = kind == FAULT_MEMORY ? ENOMEM : fault.code;
}

static bool fault_is_ours(const void *caller)
{
    bool ours = false;
    for (int i = 0; i < fault_ranges; i++)
        ours = ours || ((uintptr_t)caller >= fault_range[i].from && (uintptr_t)caller < fault_range[i].to);
    return ours;
}

static bool fault_hits(enum fault_kind kind, const void *caller)
{
    if (fault.kind != kind || fault_inside > 0 || !fault_is_ours(caller))
        return false;
    long call = atomic_fetch_add(&fault.calls, 1) + 1;
    bool now = call == fault.failing || (fault.on && call > fault.failing);
    if (now)
        fault_note(kind);
    return now;
}

#define FAULT_CALLER __builtin_return_address(0)
#define fault_of_memory() fault_hits(FAULT_MEMORY, FAULT_CALLER)
#define fault_of_files() fault_hits(FAULT_FILES, FAULT_CALLER)

/* Declares `real_NAME`, the function that would be called without us. */
#define FAULT_REAL(type, name, ...) \
    static type (*real_##name)(__VA_ARGS__); \
    if (!real_##name) \
        *(void **)&real_##name = dlsym(RTLD_NEXT, #name)

/* ---- memory ---- */

void *malloc(size_t size)
{
    FAULT_REAL(void *, malloc, size_t);
    return fault_of_memory() ? NULL : real_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    FAULT_REAL(void *, calloc, size_t, size_t);
    return fault_of_memory() ? NULL : real_calloc(count, size);
}

void *realloc(void *at, size_t size)
{
    FAULT_REAL(void *, realloc, void *, size_t);
    return fault_of_memory() ? NULL : real_realloc(at, size);
}

void *aligned_alloc(size_t line, size_t size)
{
    FAULT_REAL(void *, aligned_alloc, size_t, size_t);
    return fault_of_memory() ? NULL : real_aligned_alloc(line, size);
}

char *strdup(const char *text)
{
    FAULT_REAL(char *, strdup, const char *);
    return fault_of_memory() ? NULL : real_strdup(text);
}

/* Cairo packs its pages with zlib, and answers for that itself. All that a stream needs it takes as it begins. */
int deflateInit_(z_streamp stream, int level, const char *version, int size)
{
    FAULT_REAL(int, deflateInit_, z_streamp, int, const char *, int);
    bool mine = fault_is_ours(FAULT_CALLER);
    fault_inside += !mine;
    int status = real_deflateInit_(stream, level, version, size);
    fault_inside -= !mine;
    return status;
}

/* ---- streams ---- */

struct fault_stream {
    FILE *stream;                     /* NULL: the place is free */
    int file;                         /* -1: in memory */
    const void *caller;
    char **text;
    size_t *size, room;
};
static struct fault_stream fault_stream[FAULT_STREAMS];
static atomic_flag fault_lock = ATOMIC_FLAG_INIT;

static struct fault_stream *fault_find(const FILE *stream)
{
    for (int i = 0; i < FAULT_STREAMS; i++)
        if (fault_stream[i].stream == stream)
            return &fault_stream[i];
    return NULL;
}

static ssize_t fault_read(void *cookie, char *at, size_t size)
{
    const struct fault_stream *s = cookie;
    bool fails = fault_hits(FAULT_FILES, s->caller);
    fault_inside++;
    ssize_t n = fails ? -1 : read(s->file, at, size);
    fault_inside--;
    return n;
}

/* 0, and not -1: that is how these functions tell that nothing was written. */
static ssize_t fault_write(void *cookie, const char *at, size_t size)
{
    const struct fault_stream *s = cookie;
    bool fails = fault_hits(FAULT_FILES, s->caller);
    fault_inside++;
    ssize_t n = fails ? 0 : write(s->file, at, size);
    fault_inside--;
    return n < 0 ? 0 : n;
}

static int fault_seek(void *cookie, off64_t *offset, int whence)
{
    const struct fault_stream *s = cookie;
    off64_t at = lseek64(s->file, *offset, whence);
    if (at >= 0)
        *offset = at;
    return at < 0 ? -1 : 0;
}

static int fault_close(void *cookie)
{
    struct fault_stream *s = cookie;
    bool fails = fault_hits(FAULT_FILES, s->caller);
    int code = errno;
    s->stream = NULL;
    if (s->file >= 0)
        close(s->file);
    errno = code;
    return fails ? -1 : 0;
}

static FILE *fault_open(int file, const char *mode, const void *caller, cookie_io_functions_t how)
{
    while (atomic_flag_test_and_set(&fault_lock))
        ;
    struct fault_stream *s = fault_find(NULL);
    if (s) {
        *s = (struct fault_stream){ .file = file, .caller = caller };
        s->stream = fopencookie(s, mode, how);
    }
    atomic_flag_clear(&fault_lock);
    return s ? s->stream : NULL;
}

static const cookie_io_functions_t fault_on_disk = { fault_read, fault_write, fault_seek, fault_close };

FILE *fdopen(int file, const char *mode)
{
    const void *caller = FAULT_CALLER;
    return fault_hits(FAULT_MEMORY, caller) ? NULL : fault_open(file, mode, caller, fault_on_disk);
}

FILE *fopen(const char *path, const char *mode)
{
    int flags = *mode == 'r' ? O_RDONLY : *mode == 'a' ? O_WRONLY | O_CREAT | O_APPEND : O_WRONLY | O_CREAT | O_TRUNC;
    const void *caller = FAULT_CALLER;
    if (fault_hits(FAULT_MEMORY, caller) || fault_hits(FAULT_FILES, caller))
        return NULL;
    fault_inside++;
    int file = open(path, flags | O_CLOEXEC, 0666);
    fault_inside--;
    FILE *stream = file >= 0 ? fault_open(file, mode, caller, fault_on_disk) : NULL;
    if (file >= 0 && !stream)
        close(file);
    return stream;
}

int fileno(FILE *stream)
{
    FAULT_REAL(int, fileno, FILE *);
    const struct fault_stream *s = fault_find(stream);
    return s ? s->file : real_fileno(stream);
}

static ssize_t fault_append(void *cookie, const char *at, size_t size)
{
    struct fault_stream *s = cookie;
    if (*s->size + size + 1 > s->room) {
        size_t room = 2 * (*s->size + size + 1);
        bool fails = fault_hits(FAULT_MEMORY, s->caller);
        fault_inside++;
        char *more = fails ? NULL : realloc(*s->text, room);
        fault_inside--;
        if (!more)
            return 0;
        *s->text = more;
        s->room = room;
    }
    memcpy(*s->text + *s->size, at, size);
    *s->size += size;
    (*s->text)[*s->size] = '\0';
    return (ssize_t)size;
}

/* In memory the end of the stream is no call that could fail. */
static int fault_forget(void *cookie)
{
    ((struct fault_stream *)cookie)->stream = NULL;
    return 0;
}

FILE *open_memstream(char **text, size_t *size)
{
    const void *caller = FAULT_CALLER;
    const cookie_io_functions_t in_memory = { NULL, fault_append, NULL, fault_forget };
    bool fails = fault_hits(FAULT_MEMORY, caller);
    fault_inside++;
    *text = fails ? NULL : calloc(1, 1);
    fault_inside--;
    *size = 0;
    FILE *stream = *text ? fault_open(-1, "w", caller, in_memory) : NULL;
    if (!stream)
        return NULL;
    struct fault_stream *s = fault_find(stream);
    s->text = text;
    s->size = size;
    s->room = 1;
    return stream;
}

/* ---- files ---- */

int open(const char *path, int flags, ...)
{
    FAULT_REAL(int, open, const char *, int, ...);
    va_list rest;
    va_start(rest, flags);
    int mode = flags & O_CREAT ? va_arg(rest, int) : 0;
    va_end(rest);
    return fault_of_files() ? -1 : real_open(path, flags, mode);
}

ssize_t read(int file, void *at, size_t size)
{
    FAULT_REAL(ssize_t, read, int, void *, size_t);
    return fault_of_files() ? -1 : real_read(file, at, size);
}

ssize_t write(int file, const void *at, size_t size)
{
    FAULT_REAL(ssize_t, write, int, const void *, size_t);
    return fault_of_files() ? -1 : real_write(file, at, size);
}

/* Nobody pulls the plug here: thousands of runs need not wait for a disk. */
int fsync(int file)
{
    (void)file;
    return fault_of_files() ? -1 : 0;
}

int rename(const char *from, const char *to)
{
    FAULT_REAL(int, rename, const char *, const char *);
    return fault_of_files() ? -1 : real_rename(from, to);
}

char *mkdtemp(char *name)
{
    FAULT_REAL(char *, mkdtemp, char *);
    return fault_of_files() ? NULL : real_mkdtemp(name);
}

FILE *tmpfile(void)
{
    FAULT_REAL(FILE *, tmpfile, void);
    return fault_of_files() ? NULL : real_tmpfile();
}

/* ---- every fault ---- */

static void fault_none(void)
{
    fault.kind = FAULT_NONE;
}

/* The next run counts from 1; its call `failing` fails. Nothing fails before the first of these. */
static void fault_set(enum fault_kind kind, long failing, bool on, int code)
{
    if (!fault_ranges)
        dl_iterate_phdr(fault_add_range, NULL);
    fault.failing = failing;
    fault.on = on;
    fault.code = code;
    fault.calls = 0;
    fault.failed = 0;
    fault.kind = kind;
}

#endif
