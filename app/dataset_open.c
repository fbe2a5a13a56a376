#include "app/dataset_open.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "math/draw.h"

#define ASSETS_BESIDE_PROGRAM "../share/marginscope"
#define FASHION_FOLDER "/usr/share/datasets/fashion-mnist"
/* dataset.h allows 2 GiB of floats: a quarter as bytes, and in text a number takes at least two bytes. */
#define FILE_LIMIT (((size_t)512 << 20) + 16)
#define CSV_LIMIT ((size_t)1 << 30)
#define NPY_LIMIT (((size_t)2 << 30) + ((size_t)64 << 10))
enum { FOLDER_MAX = 4096, FIRST_READ = 1 << 20, GZIP_BUFFER = 1 << 18 };
enum { OPTDIGITS_SIDE = 8, OPTDIGITS_MAX = 16 };

/* ---- where the shipped files are ---- */

static char found_folder[FOLDER_MAX]; /* written once, under the pthread_once */

static bool holds_datasets(const char *folder)
{
    char path[FOLDER_MAX + 16];
    struct stat info;
    snprintf(path, sizeof path, "%s/datasets", folder);
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static void folder_beside_program(char *folder, size_t size)
{
    char program[FOLDER_MAX - sizeof ASSETS_BESIDE_PROGRAM - 1];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(program, '/');
    if (slash)
        *slash = '\0';
    snprintf(folder, size, "%s/%s", program, ASSETS_BESIDE_PROGRAM);
}

static void find_folder(void)
{
    folder_beside_program(found_folder, sizeof found_folder);
    if (holds_datasets(found_folder))
        return;
    bool built = holds_datasets(ASSETS_BUILT);
    snprintf(found_folder, sizeof found_folder, "%s", built ? ASSETS_BUILT : ASSETS_INSTALLED);
}

const char *assets_folder(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const char *wanted = getenv("MARGINSCOPE_ASSETS");
    if (wanted && *wanted)
        return wanted;
    pthread_once(&once, find_folder);
    return found_folder;
}

/* ---- reading ---- */

static enum status open_error(const char *path, struct why *why)
{
    const char *cure = errno == ENOENT ? "check the path" : "check that it is a file you may read";
    return why_set(why, STATUS_FAILED, "%s: cannot be read (%s); %s", path, strerror(errno), cure);
}

static enum status too_large(const char *path, size_t limit, struct why *why)
{
    return why_set(why, STATUS_FAILED, "%s: holds more than %zu bytes; choose a smaller file", path, limit);
}

/* The descriptor in the return value, or -1 with the reason in `why`. */
static int open_file(const char *path, size_t limit, struct why *why)
{
    struct stat info;
    int file =
        open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe nobody writes to has no end to wait for */
    if (file < 0) {
        open_error(path, why);
        return -1;
    }
    if (fstat(file, &info) != 0) {
        open_error(path, why);
        close(file);
        return -1;
    }
    if (S_ISDIR(info.st_mode)) {
        close(file);
        why_set(why, STATUS_FAILED, "%s: is a folder; name a file", path);
        return -1;
    }
    /* Packing can also make a file a little longer than its content. */
    if (S_ISREG(info.st_mode) && info.st_size > 0 && (size_t)info.st_size > limit + limit / 1000 + 64) {
        close(file);
        too_large(path, limit, why);
        return -1;
    }
    fcntl(file, F_SETFL, 0);
    return file;
}

static bool ends_in_gz(const char *path)
{
    size_t length = strlen(path);
    return length >= 3 && strcmp(path + length - 3, ".gz") == 0;
}

struct growing {
    uint8_t *at;
    size_t size, room;
};

/* Room for at least one byte more, never for more than limit + 1: that one byte tells that there is more. */
static bool grow(struct growing *g, size_t limit)
{
    if (g->size < g->room)
        return true;
    size_t room = g->room ? g->room * 2 : FIRST_READ;
    if (room > limit)
        room = limit + 1;
    uint8_t *more = realloc(g->at, room);
    if (!more)
        return false;
    g->at = more;
    g->room = room;
    return true;
}

static enum status read_all(gzFile gz, const char *path, size_t limit, struct growing *g, struct why *why)
{
    int got;
    do {
        if (!grow(g, limit))
            return why_set(
                why, STATUS_FAILED, "%s: not enough memory to read it; close other programs", path);
        size_t wanted = g->room - g->size;
        got = gzread(gz, g->at + g->size, wanted < FIRST_READ ? (unsigned)wanted : FIRST_READ);
        g->size += got > 0 ? (size_t)got : 0;
    } while (got > 0 && g->size <= limit);
    if (g->size > limit)
        return too_large(path, limit, why);
    int code;
    const char *text = gzerror(gz, &code);
    if (code == Z_ERRNO)
        return open_error(path, why);
    if (got < 0 || code != Z_OK)
        return why_set(why, STATUS_FAILED,
            "%s: damaged gzip file (%s after %zu bytes); download the file again", path,
            code == Z_BUF_ERROR ? "it ends" : text, g->size);
    if (g->size > 0 && ends_in_gz(path) && gzdirect(gz))
        return why_set(
            why, STATUS_FAILED, "%s: is not a gzip file; download the file again, or remove .gz", path);
    return STATUS_OK;
}

enum status file_read(const char *path, size_t limit, uint8_t **out, size_t *size, struct why *why)
{
    int file = open_file(path, limit, why);
    if (file < 0)
        return STATUS_FAILED;
    gzFile gz = gzdopen(file, "rb");
    if (!gz) {
        close(file);
        return why_set(why, STATUS_FAILED, "%s: not enough memory to read it; close other programs", path);
    }
    gzbuffer(gz, GZIP_BUFFER);
    struct growing content = { 0 };
    enum status status = read_all(gz, path, limit, &content, why);
    gzclose(gz);
    if (status != STATUS_OK) {
        free(content.at);
        return status;
    }
    *out = content.at;
    *size = content.size;
    return STATUS_OK;
}

/* ---- data sets from files ---- */

/* What a file is read for. */
struct wish {
    const char *name;
    enum loss_task task;
    const struct progress *progress;
};

static const char *const idx_names[4] = { "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte" };

struct idx_files {
    char path[4][FOLDER_MAX + 40];
    uint8_t *content[4];
    size_t size[4];
};

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* The plain file wins over the packed one. A missing test file is left for dataset_from_idx to judge. */
static enum status read_idx_file(const char *folder, int i, struct idx_files *files, struct why *why)
{
    char *path = files->path[i];
    snprintf(path, sizeof files->path[i], "%s/%s", folder, idx_names[i]);
    if (!exists(path)) {
        snprintf(path, sizeof files->path[i], "%s/%s.gz", folder, idx_names[i]);
        if (!exists(path) && i >= 2)
            return STATUS_OK;
        if (!exists(path))
            return why_set(why, STATUS_FAILED,
                "%s: has no file %s or %s.gz; choose a folder of MNIST-style IDX files", folder, idx_names[i],
                idx_names[i]);
    }
    return file_read(path, FILE_LIMIT, &files->content[i], &files->size[i], why);
}

static enum status parse_idx(
    const struct idx_files *files, const char *name, struct dataset *out, struct why *why)
{
    struct bytes file[4];
    for (int i = 0; i < 4; i++)
        file[i] = (struct bytes){ files->content[i], files->size[i] };
    struct idx_source source = { file[0], file[1], file[2], file[3],
        { files->path[0], files->path[1], files->path[2], files->path[3] } };
    return dataset_from_idx(&source, name, out, why);
}

static enum status open_idx_folder(
    const char *folder, const struct wish *wish, struct dataset *out, struct why *why)
{
    struct idx_files *files = calloc(1, sizeof *files);
    if (!files)
        return why_set(why, STATUS_FAILED, "%s: not enough memory; close other programs", folder);
    enum status status = STATUS_OK;
    for (int i = 0; i < 4 && status == STATUS_OK; i++)
        status = read_idx_file(folder, i, files, why);
    if (status == STATUS_OK)
        status = parse_idx(files, wish->name, out, why);
    for (int i = 0; i < 4; i++)
        free(files->content[i]);
    free(files);
    return status;
}

static enum status open_optdigits(
    const char *path, const struct wish *wish, struct dataset *out, struct why *why)
{
    uint8_t *content = NULL;
    size_t size = 0;
    enum status status = file_read(path, FILE_LIMIT, &content, &size, why);
    if (status == STATUS_OK)
        status = dataset_from_digits((struct bytes){ content, size }, path, OPTDIGITS_SIDE, OPTDIGITS_SIDE,
            OPTDIGITS_MAX, wish->name, out, why);
    free(content);
    return status;
}

static enum status open_csv(const char *path, const struct wish *wish, struct dataset *out, struct why *why)
{
    uint8_t *content = NULL;
    size_t size = 0;
    enum status status = file_read(path, CSV_LIMIT, &content, &size, why);
    if (status == STATUS_OK)
        status = dataset_from_csv(
            (struct bytes){ content, size }, path, wish->name, wish->task, wish->progress, out, why);
    free(content);
    return status;
}

/* The labels of the shipped tables are names of classes; dataset_serve makes numbers of them. */
static enum status open_classes(
    const char *path, const struct wish *wish, struct dataset *out, struct why *why)
{
    struct wish classes = *wish;
    classes.task = TASK_CLASS;
    return open_csv(path, &classes, out, why);
}

/* Under the assets folder, or where a package puts it. */
static const struct {
    const char *id, *path;
    enum status (*open)(const char *path, const struct wish *wish, struct dataset *out, struct why *why);
    const char *package;
} shipped[] = {
    { "mnist", "datasets/mnist", open_idx_folder, NULL },
    { "optdigits", "datasets/optdigits/digits.csv.gz", open_optdigits, NULL },
    { "iris", "datasets/iris.csv", open_classes, NULL },
    { "wine", "datasets/wine.csv", open_classes, NULL },
    { "breast-cancer", "datasets/breast-cancer.csv", open_classes, NULL },
    { "fashion-mnist", FASHION_FOLDER, open_idx_folder, "dataset-fashion-mnist" },
};

static enum status open_shipped(const struct wish *wish, struct dataset *out, struct why *why)
{
    for (size_t i = 0; i < sizeof shipped / sizeof shipped[0]; i++) {
        if (strcmp(shipped[i].id, wish->name) != 0)
            continue;
        char path[FOLDER_MAX + 40];
        bool packaged = shipped[i].package != NULL;
        snprintf(path, sizeof path, "%s%s%s", packaged ? "" : assets_folder(), packaged ? "" : "/",
            shipped[i].path);
        if (!exists(path) && packaged)
            return why_set(why, STATUS_FAILED, "%s: is not installed (no folder %s); install the package %s",
                wish->name, path, shipped[i].package);
        if (!exists(path))
            return why_set(why, STATUS_FAILED,
                "%s: the shipped data is missing; install marginscope again, or set "
                "MARGINSCOPE_ASSETS",
                path);
        return shipped[i].open(path, wish, out, why);
    }
    return why_set(why, STATUS_FAILED, "%s: has no file; choose another data set", wish->name);
}

static enum status unknown_dataset(const char *name, const char *problem, struct why *why)
{
    char known[300] = "";
    size_t used = 0;
    for (int i = 0; i < dataset_count() && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s, ", dataset_at(i)->id);
    return why_set(why, STATUS_FAILED, "%.100s: %s; known: %sa .csv file, or a folder with %s[.gz]", name,
        problem, known, idx_names[0]);
}

/* "digits" of "/data/digits/". It stands in figures and on terminals. */
static void last_part(const char *path, char *name, size_t size)
{
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && path[start - 1] != '/')
        start--;
    snprintf(name, size, "%.*s", (int)(end - start), path + start);
    text_tame(name);
}

static bool ends_in(const char *path, const char *ending)
{
    size_t length = strlen(path), tail = strlen(ending);
    return length >= tail && strcasecmp(path + length - tail, ending) == 0;
}

static enum status open_file_named(
    const char *path, const struct wish *wish, struct dataset *out, struct why *why)
{
    if (ends_in(path, ".csv") || ends_in(path, ".csv.gz"))
        return open_csv(path, wish, out, why);
    if (ends_in(path, ".npy"))
        return why_set(why, STATUS_USAGE,
            "%s: an array has no labels of its own; use --features-npy X.npy --labels-npy y.npy", path);
    return unknown_dataset(path, "is neither a folder nor a .csv file", why);
}

static enum status open_path(const char *path, struct wish wish, struct dataset *out, struct why *why)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? unknown_dataset(path, "no data set, no folder and no file of this name", why)
                   : open_error(path, why);
    char name[DATASET_NAME];
    last_part(path, name, sizeof name);
    wish.name = name;
    return S_ISDIR(info.st_mode) ? open_idx_folder(path, &wish, out, why)
                                 : open_file_named(path, &wish, out, why);
}

static enum status open_arrays(
    const struct experiment *e, struct wish wish, struct dataset *out, struct why *why)
{
    const char *path[3] = { e->features_npy, e->labels_npy, e->weights_npy };
    uint8_t *content[3] = { NULL };
    size_t size[3] = { 0 };
    char name[DATASET_NAME];
    enum status status = STATUS_OK;
    for (int i = 0; i < 3 && status == STATUS_OK; i++)
        if (*path[i])
            status = file_read(path[i], NPY_LIMIT, &content[i], &size[i], why);
    last_part(path[0], name, sizeof name);
    struct npy_source source = { { content[0], size[0] }, { content[1], size[1] }, { content[2], size[2] },
        { path[0], path[1], path[2] } };
    if (status == STATUS_OK)
        status = dataset_from_npy(&source, name, wish.task, wish.progress, out, why);
    for (int i = 0; i < 3; i++)
        free(content[i]);
    return status;
}

/* Classes and scores read labels alike. */
static enum loss_task label_task(const struct experiment *e)
{
    enum loss_task task = experiment_loss(e)->task;
    return task == TASK_SCORE ? TASK_CLASS : task;
}

/* A choice of classes needs classes, whatever the loss then makes of them. */
static enum loss_task reading_task(const struct experiment *e)
{
    bool chosen = e->classes[0] || e->holdout[0];
    return chosen && label_task(e) == TASK_REAL ? TASK_CLASS : label_task(e);
}

static enum status open_any(
    const struct experiment *e, const struct progress *progress, struct dataset *out, struct why *why)
{
    const struct dataset_row *row = dataset_find(e->dataset);
    struct wish wish = { e->dataset, reading_task(e), progress };
    if (e->features_npy[0])
        return open_arrays(e, wish, out, why);
    if (!e->dataset[0])
        return why_set(why, STATUS_USAGE, "dataset: empty; name a data set or a folder");
    return !row        ? open_path(e->dataset, wish, out, why)
           : row->make ? row->make(e->seed, out, why)
                       : open_shipped(&wish, out, why);
}

enum status dataset_open_watched(
    const struct experiment *e, const struct progress *progress, struct dataset *out, struct why *why)
{
    struct dataset draft = { 0 };
    enum status status = experiment_check(e, why);
    if (status == STATUS_OK)
        status = open_any(e, progress, &draft, why);
    if (status == STATUS_OK)
        status = dataset_choose(&draft, e->classes, e->holdout, why);
    if (status == STATUS_OK)
        status = dataset_serve(&draft, label_task(e), why);
    if (status == STATUS_OK && draft.drawn)
        dataset_fill_drawn(&draft, e);
    if (status != STATUS_OK) {
        dataset_clear(&draft);
        return status;
    }
    *out = draft;
    return STATUS_OK;
}

enum status dataset_open(const struct experiment *e, struct dataset *out, struct why *why)
{
    return dataset_open_watched(e, NULL, out, why);
}

bool dataset_same(const struct experiment *a, const struct experiment *b)
{
    const struct dataset_row *row = b->features_npy[0] ? NULL : dataset_find(b->dataset);
    bool seeded = row && row->make; /* generated data hangs on the seed as well */
    return strcmp(a->dataset, b->dataset) == 0 && strcmp(a->classes, b->classes) == 0 &&
           strcmp(a->holdout, b->holdout) == 0 && strcmp(a->features_npy, b->features_npy) == 0 &&
           strcmp(a->labels_npy, b->labels_npy) == 0 && strcmp(a->weights_npy, b->weights_npy) == 0 &&
           label_task(a) == label_task(b) && (!seeded || a->seed == b->seed);
}
