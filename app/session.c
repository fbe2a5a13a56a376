#include "app/session.h"

#include <limits.h>
#include <math.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "app/dataset_open.h"

enum { VALUE = 1 << 16 }; /* the longest setting: points drawn by hand */

void session_window_init(struct session_window *w)
{
    *w = (struct session_window){ .theme = "dark",
        .heads = "plane",
        .view = "feature",
        .text_scale = 1,
        .pace = 60,
        .zoom = 1,
        .orbit = { 0, 0, 0, 1 },
        .tau = (double)NAN,
        .layers = LAYER_ALL,
        .selected = -1,
        .lit_class = -1,
        .typical = { -1, -1, -1, -1 } };
}

struct session *session_create(const char *path)
{
    struct session *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    snprintf(s->path, sizeof s->path, "%s", path);
    session_window_init(&s->window);
    return s;
}

void session_destroy(struct session *s)
{
    for (int i = 0; s && i < COMPARE_MAX; i++) {
        free(s->training[i].change);
        free(s->training[i].state);
        free(s->axes[i].axis);
    }
    free(s);
}

/* ---- names of data ---- */

/* Up to and with the last slash; none: the folder one is in. */
static int folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (int)(slash - path) + 1 : 0;
}

static bool real_folder(const char *path, char out[PATH_MAX])
{
    char folder[SESSION_PATH];
    int length = folder_length(path);
    snprintf(folder, sizeof folder, "%.*s", length ? length : 1, length ? path : ".");
    return realpath(folder, out) != NULL;
}

/* Where the name below `folder` begins in `real`; 0: it lies elsewhere. */
static size_t below(const char *folder, const char *real)
{
    size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
    return strncmp(real, folder, length) == 0 && real[length] == '/' ? length + 1 : 0;
}

/* A relative path must not be taken for the name of a shipped set. */
static void write_below(char *name, size_t size, const char *below, bool dataset)
{
    snprintf(name, size, "%s%s", dataset && dataset_find(below) ? "./" : "", below);
}

/* Where nothing lies any more there is still a full name. */
static void name_in_full(char *name, size_t size)
{
    char folder[PATH_MAX], given[EXPERIMENT_PATH];
    snprintf(given, sizeof given, "%s", name);
    if (given[0] != '/' && getcwd(folder, sizeof folder) && strlen(folder) + 1 + strlen(given) < size)
        snprintf(name, size, "%s/%s", folder, given);
}

/* The path as it is written in the session at `path`: from there when it lies below, else in full. */
static void name_path(const char *path, char *name, size_t size, bool dataset)
{
    char folder[PATH_MAX], real[PATH_MAX];
    if (!name[0] || (dataset && dataset_find(name)) || !real_folder(path, folder))
        return;
    if (!realpath(name, real)) {
        name_in_full(name, size);
        return;
    }
    size_t length = below(folder, real);
    if (length)
        write_below(name, size, real + length, dataset);
    else if (strlen(real) < size)
        strcpy(name, real);
}

static void name_data(const char *path, struct experiment *e)
{
    name_path(path, e->dataset, sizeof e->dataset, true);
    name_path(path, e->features_npy, sizeof e->features_npy, false);
    name_path(path, e->labels_npy, sizeof e->labels_npy, false);
    name_path(path, e->weights_npy, sizeof e->weights_npy, false);
}

static bool find_path(const char *path, char *name, size_t size, bool dataset)
{
    char given[EXPERIMENT_PATH];
    if (!name[0] || name[0] == '/' || (dataset && dataset_find(name)))
        return true;
    snprintf(given, sizeof given, "%s", name);
    return snprintf(name, size, "%.*s%s", folder_length(path), path, given) < (int)size;
}

bool session_climbs(const char *name)
{
    for (const char *part = name; part; part = strchr(part, '/')) {
        part += *part == '/';
        if (strncmp(part, "..", 2) == 0 && (!part[2] || part[2] == '/'))
            return name[0] != '/';
    }
    return false;
}

enum status session_experiment(
    const struct session *s, const struct experiment *names, struct experiment *out, struct why *why)
{
    struct experiment e = *names;
    if (session_climbs(e.dataset) || session_climbs(e.features_npy) || session_climbs(e.labels_npy) ||
        session_climbs(e.weights_npy))
        return why_set(why, STATUS_FAILED,
            "%s: the path of its data climbs out of the session's folder; put the data below it, or write "
            "the "
            "path in full",
            s->path);
    bool room = find_path(s->path, e.dataset, sizeof e.dataset, true) &&
                find_path(s->path, e.features_npy, sizeof e.features_npy, false) &&
                find_path(s->path, e.labels_npy, sizeof e.labels_npy, false) &&
                find_path(s->path, e.weights_npy, sizeof e.weights_npy, false);
    if (!room)
        return why_set(why, STATUS_FAILED,
            "%s: the path of its data is too long from here; move both to a shorter one", s->path);
    if (s->moved[0] && strcmp(names->dataset, s->training[0].experiment.dataset) == 0)
        snprintf(e.dataset, sizeof e.dataset, "%s", s->moved);
    *out = e;
    return STATUS_OK;
}

/* ---- the data ---- */

enum status session_file(const char *path, struct why *why)
{
    struct stat info;
    if (stat(path, &info) != 0 || S_ISREG(info.st_mode) || S_ISDIR(info.st_mode))
        return STATUS_OK; /* what is missing is told by who reads it */
    return why_set(
        why, STATUS_FAILED, "%s: is a device or a pipe, which may never end; name a file or a folder", path);
}

static bool leads_out(const char *folder, const char *path)
{
    char real[PATH_MAX];
    return realpath(path, real) && strcmp(real, folder) != 0 && !below(folder, real);
}

/* The files of a folder of images may be links themselves. */
static bool holds_way_out(const char *folder, const char *path)
{
    DIR *open = opendir(path);
    bool out = false;
    for (struct dirent *entry; open && !out && (entry = readdir(open));) {
        char inside[PATH_MAX];
        bool parent = strcmp(entry->d_name, "..") == 0;
        if (!parent && snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name) < (int)sizeof inside)
            out = leads_out(folder, inside);
    }
    if (open)
        closedir(open);
    return out;
}

enum status session_beside(const char *from, const char *path, struct why *why)
{
    char folder[PATH_MAX];
    if (!real_folder(from, folder) || !(leads_out(folder, path) || holds_way_out(folder, path)))
        return session_file(path, why);
    return why_set(why, STATUS_FAILED,
        "%.300s: a link leads out of the folder of %.200s; copy the data there", path, from);
}

static enum status check_files(const struct session *s, const struct experiment *e, struct why *why)
{
    const struct experiment *names = &s->training[0].experiment;
    const char *given[] = { s->moved[0] ? s->moved : names->dataset, names->features_npy, names->labels_npy,
        names->weights_npy };
    const char *name[] = { e->dataset, e->features_npy, e->labels_npy, e->weights_npy };
    enum status status = STATUS_OK;
    for (int i = 0; i < 4 && status == STATUS_OK; i++) {
        bool beside = given[i] != s->moved && given[i][0] != '/';
        if (name[i][0] && (i > 0 || !dataset_find(name[i])))
            status = beside ? session_beside(s->path, name[i], why) : session_file(name[i], why);
    }
    return status;
}

static uint32_t add(uint32_t crc, const void *bytes, size_t size)
{
    const size_t most = 1u << 30;
    const uint8_t *at = bytes;
    for (; at && size > 0; size -= size < most ? size : most) {
        crc = (uint32_t)crc32(crc, at, (uInt)(size < most ? size : most));
        at += size < most ? size : most;
    }
    return crc;
}

/* Images by their pixels, from which the values are made; tables by the values. Points drawn by hand are in the
 * experiment. */
struct session_data session_data_of(const struct dataset *data)
{
    if (data->drawn)
        return (struct session_data){ .dim = data->dim };
    size_t rows = (size_t)data->train + (size_t)data->test + (size_t)data->holdout;
    size_t numbers = rows * (size_t)data->dim;
    uint32_t crc = (uint32_t)crc32(0, NULL, 0);
    crc = data->pixel ? add(crc, data->pixel, numbers) : add(crc, data->value, numbers * sizeof *data->value);
    crc = add(crc, data->label, rows * sizeof *data->label);
    crc = add(crc, data->target, rows * (size_t)data->targets * sizeof *data->target);
    if (data->weights)
        crc = add(crc, data->weights, (size_t)(data->classes * data->dim) * sizeof *data->weights);
    return (struct session_data){ (long)rows, data->dim, data->classes, crc };
}

enum status session_same_data(const struct session *s, const struct dataset *data, struct why *why)
{
    struct session_data now = session_data_of(data), then = s->data;
    if (!s->opened)
        return STATUS_OK;
    if (now.rows != then.rows || now.dim != then.dim || now.classes != then.classes)
        return why_set(why, STATUS_FAILED,
            "%s: the data have changed: %s had %ld rows of %ld numbers in %ld classes, and now %ld of %ld in "
            "%ld; bring the old file back, or train anew",
            s->path, data->name, then.rows, then.dim, then.classes, now.rows, now.dim, now.classes);
    if (now.crc != then.crc)
        return why_set(why, STATUS_FAILED,
            "%s: the data have changed: %s holds other values than when this was saved (crc32 %08x, now "
            "%08x); bring the old file back, or train anew",
            s->path, data->name, then.crc, now.crc);
    return STATUS_OK;
}

enum status session_open_data(
    const struct session *s, const struct progress *progress, struct dataset *out, struct why *why)
{
    struct experiment e;
    struct why inner = { "" };
    enum status status = session_experiment(s, &s->training[0].experiment, &e, why);
    if (status != STATUS_OK)
        return status;
    status = check_files(s, &e, &inner);
    if (status == STATUS_OK)
        status = dataset_open_watched(&e, progress, out, &inner);
    if (status != STATUS_OK)
        return why_set(why, STATUS_FAILED,
            "%s: its data cannot be opened (--dataset PATH says where they lie now): %s", s->path,
            inner.text);
    status = session_same_data(s, out, why);
    if (status != STATUS_OK)
        dataset_clear(out);
    return status;
}

/* ---- trainings ---- */

static enum status no_memory(const struct session *s, struct why *why)
{
    return why_set(why, STATUS_FAILED, "%s: not enough memory; close other programs", s->path);
}

void session_plan(struct session *s, const struct experiment *e)
{
    struct session_training *t = &s->training[s->count++];
    t->experiment = *e;
    name_data(s->path, &t->experiment);
}

void session_plan_bench(struct session *s, int bench, const struct experiment *e)
{
    s->kept[bench] = true;
    s->bench[bench] = *e;
    name_data(s->path, &s->bench[bench]);
}

struct session *session_words(const struct session *s)
{
    struct session *copy = malloc(sizeof *copy);
    if (!copy)
        return NULL;
    *copy = *s;
    for (int i = 0; i < COMPARE_MAX; i++) {
        copy->training[i].change = NULL;
        copy->training[i].state = NULL;
        copy->training[i].changes = 0;
        copy->training[i].size = 0;
        copy->axes[i].axis = NULL;
    }
    for (int i = 0; i < COMPARE_MAX; i++)
        if (s->axes[i].axis && !session_keep_axes(copy, i, s->axes[i].axis, s->axes[i].dim)) {
            session_destroy(copy);
            return NULL;
        }
    return copy;
}

bool session_keep_axes(struct session *s, int training, const double *axis, int dim)
{
    size_t size = 3 * (size_t)dim * sizeof *axis;
    double *copy = malloc(size);
    if (!copy)
        return false;
    memcpy(copy, axis, size);
    free(s->axes[training].axis);
    s->axes[training].axis = copy;
    s->axes[training].dim = dim;
    return true;
}

enum status session_take(struct session *s, const struct trainer *t, struct why *why)
{
    struct session_training draft = { .experiment = *trainer_experiment(t), .step = trainer_steps(t) };
    draft.changes = trainer_changes(t);
    name_data(s->path, &draft.experiment);
    draft.change = malloc(((size_t)draft.changes + 1) * sizeof *draft.change);
    if (!draft.change)
        return no_memory(s, why);
    for (int i = 0; i < draft.changes; i++)
        draft.change[i] = journal_change(trainer_journal(t), i);
    enum status status = trainer_save_as(t, &draft.experiment, &draft.state, &draft.size, why);
    if (status != STATUS_OK) {
        free(draft.change);
        return status;
    }
    s->training[s->count++] = draft;
    return STATUS_OK;
}

void session_keep_window(struct session *s, const struct session *from)
{
    s->arranged = from->arranged;
    s->window = from->window;
    memcpy(s->kept, from->kept, sizeof s->kept);
    if (from->axes[0].axis)
        session_keep_axes(s, 0, from->axes[0].axis, from->axes[0].dim);
    for (int i = 0; i < SESSION_BENCHES; i++)
        if (from->kept[i] && session_experiment(from, &from->bench[i], &s->bench[i], NULL) == STATUS_OK)
            name_data(s->path, &s->bench[i]);
}

static bool key_differs(const struct experiment *a, const struct experiment *b, const char *key)
{
    char left[VALUE], right[VALUE];
    experiment_get(a, key, left, sizeof left);
    experiment_get(b, key, right, sizeof right);
    return strcmp(left, right) != 0;
}

/* The first setting in which they are not equal. */
static bool differs(const struct experiment *a, const struct experiment *b, char *key, size_t size)
{
    for (int i = 0; i < experiment_key_count(); i++) {
        snprintf(key, size, "%s", experiment_key(i));
        if (key_differs(a, b, key))
            return true;
    }
    for (int l = 0; l < loss_count(); l++)
        for (int p = 0; p < loss_param_count(loss_at(l)); p++) {
            snprintf(key, size, "%s.%s", loss_at(l)->id, loss_at(l)->param[p].id);
            if (key_differs(a, b, key))
                return true;
        }
    return false;
}

static bool same_journal(const struct session_training *saved, const struct trainer *t)
{
    const struct journal *own = trainer_journal(t);
    if (own->count != saved->changes)
        return false;
    for (int i = 0; i < own->count; i++)
        if (journal_step(own, i) != saved->change[i].step ||
            strcmp(journal_key(own, i), saved->change[i].key) != 0 ||
            strcmp(journal_value(own, i), saved->change[i].value) != 0)
            return false;
    return true;
}

/* What the file says in words must be what the checkpoint holds. */
static enum status check_words(
    const struct session *s, const struct session_training *saved, const struct trainer *t, struct why *why)
{
    char key[64];
    if (differs(&saved->experiment, trainer_experiment(t), key, sizeof key))
        return why_set(why, STATUS_FAILED,
            "%s: \"%s\" is not what the checkpoint was saved with; put the old value back, and change it "
            "beside --session",
            s->path, key);
    if (saved->step != trainer_steps(t))
        return why_set(why, STATUS_FAILED,
            "%s: the checkpoint is of step %ld, not of %ld; save the session again", s->path,
            trainer_steps(t), saved->step);
    if (!same_journal(saved, t))
        return why_set(why, STATUS_FAILED,
            "%s: the journal is not that of the checkpoint; put the old lines back, or save the session "
            "again",
            s->path);
    return STATUS_OK;
}

static enum status load(
    const struct session *s, const struct session_training *saved, struct trainer *t, struct why *why)
{
    struct why inner = { "" };
    if (!saved->state)
        return STATUS_OK;
    if (trainer_load(t, saved->state, saved->size, &inner) != STATUS_OK)
        return why_set(why, STATUS_FAILED, "%s: %s", s->path, inner.text);
    return check_words(s, saved, t, why);
}

enum status session_restore(
    const struct session *s, int i, const struct dataset *data, struct trainer **out, struct why *why)
{
    const struct session_training *saved = &s->training[i];
    struct experiment here;
    struct trainer *draft = NULL;
    struct why inner = { "" };
    enum status status = session_experiment(s, &saved->experiment, &here, why);
    if (status != STATUS_OK)
        return status;
    if (trainer_create(&saved->experiment, data, &draft, &inner) != STATUS_OK)
        return why_set(why, STATUS_FAILED, "%s: %s", s->path, inner.text);
    status = load(s, saved, draft, why);
    if (status != STATUS_OK) {
        trainer_destroy(draft);
        return status;
    }
    trainer_rename_data(draft, &here);
    *out = draft;
    return STATUS_OK;
}
