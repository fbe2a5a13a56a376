#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/dataset_build.h"

/* The NPY format (numpy.lib.format): "\x93NUMPY", version, length of the header (2 bytes, from version 2 on 4),
 * the header as a Python dictionary {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }, then the data. */
enum { NPY_DIMS = 2, NPY_HEADER_MAX = 65536, REPORT_ROWS = 4096 };
enum { FEATURES, LABELS, WEIGHTS };

struct array {
    const char *where;
    const uint8_t *body;
    char kind; /* f, i, u, b */
    int bytes; /* of an element */
    bool big, fortran;
    int dims;
    size_t size[NPY_DIMS]; /* 1 where there is no such dimension */
};

/* ---- header ---- */

struct header {
    const char *at, *end;
};

static void skip_blanks(struct header *h)
{
    while (h->at < h->end && (*h->at == ' ' || *h->at == '\n' || *h->at == '\t'))
        h->at++;
}

static bool take(struct header *h, const char *word)
{
    skip_blanks(h);
    size_t length = strlen(word);
    if ((size_t)(h->end - h->at) < length || memcmp(h->at, word, length) != 0)
        return false;
    h->at += length;
    return true;
}

static bool closes(struct header *h)
{
    skip_blanks(h);
    return h->at < h->end && *h->at == '}';
}

/* 'text' or "text". */
static bool take_text(struct header *h, char *out, size_t size)
{
    skip_blanks(h);
    if (h->at == h->end || (*h->at != '\'' && *h->at != '"'))
        return false;
    char quote = *h->at++;
    const char *stop = memchr(h->at, quote, (size_t)(h->end - h->at));
    if (!stop || (size_t)(stop - h->at) >= size)
        return false;
    memcpy(out, h->at, (size_t)(stop - h->at));
    out[stop - h->at] = '\0';
    h->at = stop + 1;
    return true;
}

static bool take_size(struct header *h, size_t *out)
{
    skip_blanks(h);
    const char *start = h->at;
    size_t value = 0;
    for (; h->at < h->end && *h->at >= '0' && *h->at <= '9'; h->at++)
        if (__builtin_mul_overflow(value, (size_t)10, &value) ||
            __builtin_add_overflow(value, (size_t)(*h->at - '0'), &value))
            return false;
    *out = value;
    return h->at > start;
}

/* (3, 4) or (3,); more than two sizes are counted, not kept. */
static bool take_shape(struct header *h, struct array *out)
{
    if (!take(h, "("))
        return false;
    for (out->dims = 0; !take(h, ")"); out->dims++) {
        size_t size;
        if (out->dims == 32 || !take_size(h, &size))
            return false;
        if (out->dims < NPY_DIMS)
            out->size[out->dims] = size;
        if (!take(h, ",")) {
            out->dims++;
            return take(h, ")");
        }
    }
    return true;
}

/* "<f4": byte order, kind, bytes. */
static bool read_type(const char *type, struct array *out)
{
    static const char *const known[] = { "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1" };
    if (!strchr("<>|=", type[0]) || !type[0])
        return false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(type + 1, known[i]) == 0) {
            out->big = type[0] == '>';
            out->kind = known[i][0];
            out->bytes = known[i][1] - '0';
            return out->bytes == 1 || type[0] != '|';
        }
    return false;
}

/* The three keys in any order, each once. */
static enum status read_dictionary(struct header h, struct array *out, struct why *why)
{
    char key[16], type[16];
    bool typed = false, ordered = false, shaped = false, ok = take(&h, "{");
    while (ok && !take(&h, "}")) {
        ok = take_text(&h, key, sizeof key) && take(&h, ":");
        if (ok && strcmp(key, "descr") == 0 && !typed) {
            if (!take_text(&h, type, sizeof type) || !read_type(type, out))
                return why_set(why, STATUS_FAILED,
                    "%s: its type is not a plain number; save it as float32, float64 or integers",
                    out->where);
            typed = true;
        } else if (ok && strcmp(key, "fortran_order") == 0 && !ordered) {
            out->fortran = take(&h, "True");
            ok = ordered = out->fortran || take(&h, "False");
        } else if (ok && strcmp(key, "shape") == 0 && !shaped) {
            ok = shaped = take_shape(&h, out);
        } else {
            ok = false;
        }
        ok = ok && (take(&h, ",") || closes(&h));
    }
    skip_blanks(&h);
    if (!ok || !typed || !ordered || !shaped || h.at != h.end)
        return why_set(why, STATUS_FAILED,
            "%s: its NPY header cannot be understood; save it again with numpy.save", out->where);
    return STATUS_OK;
}

/* Where the data must end, or the reason why it cannot. */
static enum status check_size(const struct array *a, size_t room, struct why *why)
{
    size_t total = (size_t)a->bytes;
    if (a->dims > NPY_DIMS)
        return why_set(why, STATUS_FAILED, "%s: has %d dimensions; save it with one row for each sample",
            a->where, a->dims);
    for (int d = 0; d < a->dims; d++)
        if (a->size[d] == 0)
            return why_set(why, STATUS_FAILED, "%s: holds no numbers; choose another file", a->where);
    for (int d = 0; d < a->dims; d++)
        if (__builtin_mul_overflow(total, a->size[d], &total))
            return why_set(why, STATUS_FAILED, "%s: announces %zu x %zu numbers; save it again", a->where,
                a->size[0], a->size[1]);
    if (total != room)
        return why_set(why, STATUS_FAILED, "%s: %zu bytes of numbers announced, %zu present; save it again",
            a->where, total, room);
    return STATUS_OK;
}

static size_t little_endian(const uint8_t *at, int bytes)
{
    size_t value = 0;
    for (int i = bytes - 1; i >= 0; i--)
        value = value << 8 | at[i];
    return value;
}

static enum status npy_parse(struct bytes file, const char *where, struct array *out, struct why *why)
{
    static const uint8_t magic[6] = { 0x93, 'N', 'U', 'M', 'P', 'Y' };
    if (file.size == 0)
        return why_set(why, STATUS_FAILED, "%s: the file is empty; save it again", where);
    if (file.size < 10 || memcmp(file.at, magic, sizeof magic) != 0)
        return why_set(why, STATUS_FAILED, "%s: is not an NPY file; save it with numpy.save", where);
    int version = file.at[6], wide = version == 1 ? 2 : 4;
    if (version < 1 || version > 3)
        return why_set(why, STATUS_FAILED,
            "%s: is of NPY version %d; known are 1, 2 and 3: save it with numpy.save", where, version);
    size_t start = 8 + (size_t)wide;
    size_t length = file.size < start ? 0 : little_endian(file.at + 8, wide);
    if (file.size < start || length > NPY_HEADER_MAX || length > file.size - start)
        return why_set(why, STATUS_FAILED, "%s: ends within its header; save it again", where);
    struct array draft = { .where = where, .body = file.at + start + length, .size = { 1, 1 } };
    struct header header = { (const char *)file.at + start, (const char *)file.at + start + length };
    enum status status = read_dictionary(header, &draft, why);
    if (status == STATUS_OK)
        status = check_size(&draft, file.size - start - length, why);
    if (status == STATUS_OK)
        *out = draft;
    return status;
}

/* ---- numbers ---- */

static double element(const struct array *a, size_t row, size_t column)
{
    size_t place = a->fortran ? column * a->size[0] + row : row * a->size[1] + column;
    const uint8_t *at = a->body + place * (size_t)a->bytes;
    uint64_t bits = 0;
    for (int i = 0; i < a->bytes; i++)
        bits = bits << 8 | at[a->big ? i : a->bytes - 1 - i];
    float single;
    double whole;
    if (a->kind == 'b')
        return bits != 0;
    if (a->kind == 'u')
        return (double)bits;
    if (a->kind == 'i')
        return (double)((int64_t)(bits << (64 - 8 * a->bytes)) >> (64 - 8 * a->bytes));
    memcpy(&single, &(uint32_t){ (uint32_t)bits }, sizeof single);
    memcpy(&whole, &bits, sizeof whole);
    return a->bytes == 4 ? (double)single : whole;
}

static enum status read_matrix(
    const struct array *a, const struct progress *progress, float *out, struct why *why)
{
    for (size_t row = 0; row < a->size[0]; row++) {
        for (size_t column = 0; column < a->size[1]; column++) {
            float value = (float)element(a, row, column);
            if (!isfinite(value))
                return why_set(why, STATUS_FAILED,
                    "%s: row %zu, column %zu is not a finite number (%g); remove the row", a->where, row,
                    column, element(a, row, column));
            out[row * a->size[1] + column] = value;
        }
        if (progress && row % REPORT_ROWS == 0 &&
            !progress->report(progress->user, (double)row / (double)a->size[0]))
            return why_set(why, STATUS_FAILED, "%s: the reading was stopped; open it again", a->where);
    }
    return STATUS_OK;
}

/* ---- labels ---- */

static enum status whole_label(const struct array *y, size_t row, int64_t *out, struct why *why)
{
    double value = element(y, row, 0);
    if (!(fabs(value) <= 1e15) || value != floor(value))
        return why_set(why, STATUS_FAILED,
            "%s: label %zu is %g; classes are whole numbers: save them so, or choose a regression loss",
            y->where, row, value);
    *out = (int64_t)value;
    return STATUS_OK;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Sorts and keeps one of each. */
static size_t distinct(int64_t *value, size_t count)
{
    size_t kept = 0;
    qsort(value, count, sizeof *value, by_size);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || value[i] != value[kept - 1])
            value[kept++] = value[i];
    return kept;
}

static enum status number_classes(
    const struct array *y, const int64_t *of_row, const int64_t *known, struct dataset *out, struct why *why)
{
    out->class_name = calloc((size_t)out->classes, sizeof *out->class_name);
    if (!out->class_name)
        return why_set(why, STATUS_FAILED, "%s: not enough memory; close other programs", y->where);
    for (int k = 0; k < out->classes; k++)
        snprintf(out->class_name[k], DATASET_CLASS_NAME, "%lld", (long long)known[k]);
    for (int i = 0; i < out->train; i++) {
        const int64_t *place = bsearch(&of_row[i], known, (size_t)out->classes, sizeof *known, by_size);
        if (!place)
            return why_set(why, STATUS_FAILED,
                "%s: label %d is %lld; the weights have rows for 0 to %d: give the head that goes with the "
                "labels",
                y->where, i, (long long)of_row[i], out->classes - 1);
        out->label[i] = (int)(place - known);
    }
    return STATUS_OK;
}

/* Classes are the numbers that occur; with weights the rows of those. */
static enum status read_classes(
    const struct array *y, size_t rows_of_weights, struct dataset *out, struct why *why)
{
    size_t n = y->size[0], room = n > rows_of_weights ? n : rows_of_weights, classes = rows_of_weights;
    int64_t *of_row = malloc(n * sizeof *of_row), *known = malloc(room * sizeof *known);
    enum status status = STATUS_OK;
    if (!of_row || !known)
        status = why_set(why, STATUS_FAILED, "%s: not enough memory for %zu samples; use fewer", y->where, n);
    for (size_t i = 0; status == STATUS_OK && i < n; i++)
        status = whole_label(y, i, &of_row[i], why);
    if (status == STATUS_OK && classes > 0)
        for (size_t k = 0; k < classes; k++)
            known[k] = (int64_t)k;
    else if (status == STATUS_OK) {
        memcpy(known, of_row, n * sizeof *known);
        classes = distinct(known, n);
    }
    if (status == STATUS_OK && classes > DATASET_CLASS_MAX)
        status = why_set(why, STATUS_FAILED, "%s: %zu different labels; allowed %d: use fewer classes",
            y->where, classes, DATASET_CLASS_MAX);
    if (status == STATUS_OK) {
        out->classes = (int)classes;
        status = number_classes(y, of_row, known, out, why);
    }
    free(of_row);
    free(known);
    return status;
}

static enum status read_real(const struct array *y, struct dataset *out, struct why *why)
{
    enum status status = dataset_reserve_targets(out, 1, y->where, why);
    if (status != STATUS_OK)
        return status;
    out->numbers = true;
    out->classes = 1;
    out->class_name = calloc(1, sizeof *out->class_name);
    if (!out->class_name)
        return why_set(why, STATUS_FAILED, "%s: not enough memory; close other programs", y->where);
    strcpy(out->class_name[0], "y");
    memset(out->label, 0, (size_t)out->train * sizeof *out->label);
    return read_matrix(y, NULL, out->target, why);
}

/* Rows of 0 and 1; the label of a sample is its first class. */
static enum status read_sets(const struct array *y, struct dataset *out, struct why *why)
{
    size_t classes = y->size[1];
    if (classes > DATASET_CLASS_MAX)
        return why_set(why, STATUS_FAILED, "%s: %zu classes; allowed %d: use fewer", y->where, classes,
            DATASET_CLASS_MAX);
    enum status status = dataset_reserve_targets(out, classes, y->where, why);
    out->class_name = calloc(classes, sizeof *out->class_name);
    if (status != STATUS_OK || !out->class_name)
        return why_set(why, STATUS_FAILED, "%s: not enough memory; use fewer classes", y->where);
    out->classes = (int)classes;
    for (size_t k = 0; k < classes; k++)
        snprintf(out->class_name[k], DATASET_CLASS_NAME, "%zu", k);
    for (size_t i = 0; i < (size_t)out->train; i++) {
        out->label[i] = 0;
        for (size_t k = classes; k-- > 0;) {
            double value = element(y, i, k);
            if (value != 0 && value != 1)
                return why_set(why, STATUS_FAILED,
                    "%s: row %zu, column %zu is %g; a set of classes has 0 and 1", y->where, i, k, value);
            out->target[i * classes + k] = (float)value;
            out->label[i] = value == 1 ? (int)k : out->label[i];
        }
    }
    return STATUS_OK;
}

/* ---- together ---- */

static enum status check_shapes(
    const struct array *x, const struct array *y, const struct array *w, enum loss_task task, struct why *why)
{
    bool sets = task == TASK_MULTI && y->size[1] > 1;
    if (x->size[0] != y->size[0])
        return why_set(why, STATUS_FAILED,
            "%s: %zu labels for the %zu rows of %s; use two files that belong together", y->where, y->size[0],
            x->size[0], x->where);
    if (y->size[1] > 1 && !sets)
        return why_set(why, STATUS_FAILED,
            "%s: %zu labels a row; this loss takes one: save a plain row of labels", y->where, y->size[1]);
    if (w->body && w->size[1] != x->size[1])
        return why_set(why, STATUS_FAILED,
            "%s: rows of %zu numbers where %s has %zu; use files that belong together", w->where, w->size[1],
            x->where, x->size[1]);
    if (w->body && (w->size[0] > DATASET_CLASS_MAX || (sets && w->size[0] != y->size[1])))
        return why_set(why, STATUS_FAILED, "%s: %zu rows; give one for each class", w->where, w->size[0]);
    return STATUS_OK;
}

static enum status read_weights(const struct array *w, struct dataset *out, struct why *why)
{
    if (!w->body)
        return STATUS_OK;
    out->weights = malloc(w->size[0] * w->size[1] * sizeof *out->weights);
    if (!out->weights)
        return why_set(why, STATUS_FAILED, "%s: not enough memory; use fewer classes", w->where);
    return read_matrix(w, NULL, out->weights, why);
}

static enum status build(const struct array array[3], enum loss_task task, const struct progress *progress,
    struct dataset *out, struct why *why)
{
    const struct array *x = &array[FEATURES], *y = &array[LABELS], *w = &array[WEIGHTS];
    enum status status = check_shapes(x, y, w, task, why);
    if (status == STATUS_OK)
        status = dataset_reserve(out, x->size[0], x->size[1], x->where, why);
    if (status == STATUS_OK)
        status = read_matrix(x, progress, out->value, why);
    if (status == STATUS_OK)
        status = task == TASK_REAL                      ? read_real(y, out, why)
                 : task == TASK_MULTI && y->size[1] > 1 ? read_sets(y, out, why)
                                                        : read_classes(y, w->body ? w->size[0] : 0, out, why);
    if (status == STATUS_OK && task != TASK_REAL)
        status = read_weights(w, out, why);
    if (status == STATUS_OK)
        status = dataset_split(out, x->where, why);
    return status;
}

enum status dataset_from_npy(const struct npy_source *source, const char *name, enum loss_task task,
    const struct progress *progress, struct dataset *out, struct why *why)
{
    struct array array[3] = { { 0 } };
    struct dataset draft = { .own_units = true };
    snprintf(draft.name, sizeof draft.name, "%s", name);
    const struct bytes file[3] = { source->features, source->labels, source->weights };
    enum status status = STATUS_OK;
    for (int i = FEATURES; status == STATUS_OK && i <= WEIGHTS; i++)
        if (file[i].at || i != WEIGHTS)
            status = npy_parse(file[i], source->where[i], &array[i], why);
    if (status == STATUS_OK)
        status = build(array, task, progress, &draft, why);
    if (status != STATUS_OK) {
        dataset_clear(&draft);
        return status;
    }
    *out = draft;
    return STATUS_OK;
}
