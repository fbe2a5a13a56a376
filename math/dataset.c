#include "math/dataset.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/dataset_build.h"

#define NUMBER_BYTES_MAX ((size_t)2 << 30)
enum { TEST_EVERY = 5, LEVELS = 256 };

/* clang-format off */
static const struct dataset_row rows[] = {
    { "mnist",            "Handwritten digits (MNIST)",
      "10,000 training and 2,000 test digits, 28x28", NULL },
    { "optdigits",        "Handwritten digits (UCI)",
      "1,797 digits, 8x8", NULL },
    { "blobs",            "Clusters",
      "10 classes, 24-D, generated", dataset_blobs },
    { "rings-of-classes", "Classes around a circle",
      "10 classes, 2-D, generated", dataset_rings },
};
/* clang-format on */

int dataset_count(void)
{
    return sizeof rows / sizeof rows[0];
}

const struct dataset_row *dataset_at(int i)
{
    assert(i >= 0 && i < dataset_count());
    return &rows[i];
}

const struct dataset_row *dataset_find(const char *id)
{
    for (int i = 0; i < dataset_count(); i++)
        if (strcmp(rows[i].id, id) == 0)
            return &rows[i];
    return NULL;
}

static int row_count(const struct dataset *data)
{
    return data->train + data->test + data->holdout;
}

void dataset_clear(struct dataset *data)
{
    free(data->value);
    free(data->pixel);
    free(data->label);
    free(data->index);
    free(data->class_name);
    *data = (struct dataset){ 0 };
}

enum status dataset_reserve(struct dataset *out, size_t count, size_t dim, const char *where, struct why *why)
{
    if (count == 0 || dim == 0)
        return why_set(why, STATUS_FAILED, "%s: holds no samples; choose another file", where);
    if (count > NUMBER_BYTES_MAX / sizeof(float) / dim)
        return why_set(why, STATUS_FAILED, "%s: %zu samples of %zu numbers need more than 2 GiB; use fewer",
            where, count, dim);
    out->train = (int)count;
    out->test = out->holdout = 0;
    out->dim = (int)dim;
    out->value = malloc(count * dim * sizeof *out->value);
    out->pixel = out->width ? malloc(count * dim) : NULL;
    out->label = malloc(count * sizeof *out->label);
    out->index = malloc(count * sizeof *out->index);
    if (!out->value || !out->label || !out->index || (out->width && !out->pixel)) {
        dataset_clear(out);
        return why_set(why, STATUS_FAILED, "%s: not enough memory for %zu samples; use fewer", where, count);
    }
    for (size_t i = 0; i < count; i++)
        out->index[i] = (int)i;
    return STATUS_OK;
}

enum status dataset_name_classes(struct dataset *data, const char *where, struct why *why)
{
    int class_of[DATASET_CLASS_MAX] = { 0 };
    int n = row_count(data);
    for (int i = 0; i < n; i++) {
        assert(data->label[i] >= 0 && data->label[i] < DATASET_CLASS_MAX);
        class_of[data->label[i]] = 1;
    }
    int classes = 0;
    for (int number = 0; number < DATASET_CLASS_MAX; number++)
        classes += class_of[number];
    data->class_name = calloc((size_t)classes, sizeof *data->class_name);
    if (!data->class_name)
        return why_set(why, STATUS_FAILED, "%s: not enough memory for %d classes; use fewer", where, classes);
    for (int number = 0; number < DATASET_CLASS_MAX; number++) {
        if (!class_of[number])
            continue;
        snprintf(data->class_name[data->classes], DATASET_CLASS_NAME, "%d", number);
        class_of[number] = data->classes++;
    }
    for (int i = 0; i < n; i++)
        data->label[i] = class_of[data->label[i]];
    return STATUS_OK;
}

/* A copy of `from` with only the rows listed, in that order, the first `train` of them for training. Classes
 * are left to the caller. */
static enum status gather(
    const struct dataset *from, const int *row, const int part[3], struct dataset *out, struct why *why)
{
    *out = *from;
    out->value = NULL;
    out->pixel = NULL;
    out->label = out->index = NULL;
    out->class_name = NULL;
    int count = part[PART_TRAIN] + part[PART_TEST] + part[PART_HOLDOUT];
    enum status status = dataset_reserve(out, (size_t)count, (size_t)from->dim, from->name, why);
    if (status != STATUS_OK)
        return status;
    out->train = part[PART_TRAIN];
    out->test = part[PART_TEST];
    out->holdout = part[PART_HOLDOUT];
    size_t dim = (size_t)from->dim;
    for (size_t i = 0; i < (size_t)count; i++) {
        size_t r = (size_t)row[i];
        out->label[i] = from->label[r];
        out->index[i] = from->index[r];
        if (out->pixel)
            memcpy(out->pixel + i * dim, from->pixel + r * dim, dim);
        else
            memcpy(out->value + i * dim, from->value + r * dim, dim * sizeof *out->value);
    }
    return STATUS_OK;
}

/* Lists the rows of `part` by `part_of`, and counts them. */
static void list_part(const unsigned char *part_of, int n, enum part part, int *row, int *at, int count[3])
{
    for (int i = 0; i < n; i++)
        if (part_of[i] == part) {
            row[(*at)++] = i;
            count[part]++;
        }
}

/* Gathers the rows by the part each belongs to; rows of another value are left out. */
static enum status gather_parts(
    const struct dataset *from, const unsigned char *part_of, struct dataset *out, struct why *why)
{
    int n = row_count(from), at = 0, count[3] = { 0 };
    int *row = malloc((size_t)n * sizeof *row);
    if (!row)
        return why_set(why, STATUS_FAILED, "%s: not enough memory for %d samples; use fewer", from->name, n);
    for (int part = PART_TRAIN; part <= PART_HOLDOUT; part++)
        list_part(part_of, n, (enum part)part, row, &at, count);
    enum status status = gather(from, row, count, out, why);
    free(row);
    return status;
}

enum status dataset_split(struct dataset *data, const char *where, struct why *why)
{
    int n = row_count(data);
    unsigned char *part_of = malloc((size_t)n);
    int *seen = calloc((size_t)data->classes, sizeof *seen);
    enum status status = STATUS_OK;
    struct dataset ordered = { 0 };
    if (!part_of || !seen) {
        status = why_set(why, STATUS_FAILED, "%s: not enough memory for %d samples; use fewer", where, n);
    } else {
        for (int i = 0; i < n; i++)
            part_of[i] = ++seen[data->label[i]] % TEST_EVERY == 0 ? PART_TEST : PART_TRAIN;
        status = gather_parts(data, part_of, &ordered, why);
    }
    free(seen);
    free(part_of);
    if (status != STATUS_OK)
        return status;
    ordered.class_name = data->class_name;
    data->class_name = NULL;
    dataset_clear(data);
    *data = ordered;
    return STATUS_OK;
}

/* Most pixels of a digit are 0; four counters in turn do not wait for each other. */
static void count_levels(const uint8_t *pixel, size_t n, double count[LEVELS])
{
    uint32_t lane[4][LEVELS] = { { 0 } };
    for (size_t i = 0; i < n; i++)
        lane[i % 4][pixel[i]]++;
    for (int level = 0; level < LEVELS; level++)
        count[level] = (double)lane[0][level] + lane[1][level] + lane[2][level] + lane[3][level];
}

/* There are only 256 greys: mean and deviation come from their counts, scaled values from a table. */
static void scale_images(struct dataset *data)
{
    size_t train = (size_t)data->train * (size_t)data->dim, all = (size_t)row_count(data) * (size_t)data->dim;
    double count[LEVELS], grey[LEVELS], mean = 0, variance = 0;
    count_levels(data->pixel, train, count);
    for (int level = 0; level < LEVELS; level++) {
        grey[level] = round(level * data->pixel_max / 255.0) / data->pixel_max;
        mean += count[level] * grey[level] / (double)train;
    }
    for (int level = 0; level < LEVELS; level++)
        variance += count[level] * (grey[level] - mean) * (grey[level] - mean) / (double)train;
    float scaled[LEVELS];
    for (int level = 0; level < LEVELS; level++)
        scaled[level] = variance > 0 ? (float)((grey[level] - mean) / sqrt(variance)) : 0;
    for (size_t i = 0; i < all; i++)
        data->value[i] = scaled[data->pixel[i]];
}

static void scale_column(struct dataset *data, int column)
{
    float *x = data->value + column;
    size_t dim = (size_t)data->dim, train = (size_t)data->train, all = (size_t)row_count(data);
    double mean = 0, variance = 0;
    bool constant = true;
    for (size_t i = 0; i < train; i++) {
        mean += x[i * dim] / (double)train;
        constant = constant && x[i * dim] == x[0];
    }
    for (size_t i = 0; i < train; i++)
        variance += (x[i * dim] - mean) * (x[i * dim] - mean) / (double)train;
    for (size_t i = 0; i < all; i++)
        x[i * dim] = constant ? 0 : (float)((x[i * dim] - mean) / sqrt(variance));
}

void dataset_scale(struct dataset *data)
{
    if (data->pixel) {
        scale_images(data);
        return;
    }
    for (int column = 0; data->dim != 2 && column < data->dim; column++)
        scale_column(data, column);
}

/* Names of all classes for an error, cut short with dots when there are many. */
static void list_names(const struct dataset *data, char *text, size_t size)
{
    size_t used = 0;
    for (int k = 0; k < data->classes; k++) {
        const char *name = data->class_name[k];
        if (used + strlen(name) + sizeof ", ..." >= size) {
            snprintf(text + used, size - used, ", ...");
            return;
        }
        used += (size_t)snprintf(text + used, size - used, "%s%s", k ? ", " : "", name);
    }
}

static int class_find(const struct dataset *data, const char *name, size_t length)
{
    for (int k = 0; k < data->classes; k++)
        if (strlen(data->class_name[k]) == length && memcmp(data->class_name[k], name, length) == 0)
            return k;
    return -1;
}

enum fate { FATE_NONE, FATE_KEEP, FATE_HOLDOUT };

static enum status mark_class(const struct dataset *data, const char *key, const char *name, size_t length,
    enum fate mark, unsigned char *fate, struct why *why)
{
    for (; length > 0 && *name == ' '; length--)
        name++;
    while (length > 0 && name[length - 1] == ' ')
        length--;
    int k = class_find(data, name, length);
    if (k < 0) {
        char known[256] = "";
        list_names(data, known, sizeof known);
        return why_set(why, STATUS_USAGE, "%s: %s has no class \"%.*s\"; known: %s", key, data->name,
            length < 32 ? (int)length : 32, name, known);
    }
    if (fate[k] != FATE_NONE)
        return why_set(why, STATUS_USAGE,
            "%s: class \"%s\" is named twice; name it once, in classes or holdout", key, data->class_name[k]);
    fate[k] = (unsigned char)mark;
    return STATUS_OK;
}

/* Marks the classes named in `text`. */
static enum status mark_classes(const struct dataset *data, const char *key, const char *text, enum fate mark,
    unsigned char *fate, struct why *why)
{
    bool more = *text != '\0';
    for (const char *at = text; more;) {
        size_t length = strcspn(at, ",");
        enum status status = mark_class(data, key, at, length, mark, fate, why);
        if (status != STATUS_OK)
            return status;
        more = at[length] == ',';
        at += length + more;
    }
    return STATUS_OK;
}

static enum status mark_all(
    const struct dataset *data, const char *keep, const char *holdout, unsigned char *fate, struct why *why)
{
    enum status status = mark_classes(data, "classes", keep, FATE_KEEP, fate, why);
    if (status == STATUS_OK)
        status = mark_classes(data, "holdout", holdout, FATE_HOLDOUT, fate, why);
    if (status != STATUS_OK)
        return status;
    int kept = 0;
    for (int k = 0; k < data->classes; k++) {
        if (!*keep && fate[k] == FATE_NONE)
            fate[k] = FATE_KEEP;
        kept += fate[k] == FATE_KEEP;
    }
    if (kept == 0)
        return why_set(
            why, STATUS_USAGE, "holdout: no class of %s is left to train on; hold out fewer", data->name);
    return STATUS_OK;
}

/* New class numbers: those kept first, then those held out; names travel along. */
static void renumber(const struct dataset *data, const unsigned char *fate, int *number, struct dataset *out)
{
    out->classes = out->holdout_classes = 0;
    for (int k = 0; k < data->classes; k++)
        if (fate[k] == FATE_KEEP) {
            memcpy(out->class_name[out->classes], data->class_name[k], DATASET_CLASS_NAME);
            number[k] = out->classes++;
        }
    for (int k = 0; k < data->classes; k++)
        if (fate[k] == FATE_HOLDOUT) {
            number[k] = out->classes + out->holdout_classes++;
            memcpy(out->class_name[number[k]], data->class_name[k], DATASET_CLASS_NAME);
        }
}

/* The part of each row after the choice; verification uses test samples only, so the training samples of a
 * held-out class are left out. */
static enum status choose_rows(
    const struct dataset *data, const unsigned char *fate, unsigned char *part_of, struct why *why)
{
    enum { LEFT_OUT = PART_HOLDOUT + 1 };
    int held = 0, wanted = 0;
    for (int i = 0; i < data->train + data->test; i++) {
        int part = i < data->train ? PART_TRAIN : PART_TEST;
        switch (fate[data->label[i]]) {
        case FATE_KEEP:
            break;
        case FATE_HOLDOUT:
            wanted++;
            part = part == PART_TEST ? PART_HOLDOUT : LEFT_OUT;
            held += part == PART_HOLDOUT;
            break;
        default:
            part = LEFT_OUT;
        }
        part_of[i] = (unsigned char)part;
    }
    if (wanted > 0 && held == 0)
        return why_set(why, STATUS_FAILED,
            "holdout: %s has no test samples of these classes; hold out others", data->name);
    return STATUS_OK;
}

static enum status choose(const struct dataset *data, const unsigned char *fate, unsigned char *part_of,
    int *number, struct dataset *out, struct why *why)
{
    enum status status = choose_rows(data, fate, part_of, why);
    if (status == STATUS_OK)
        status = gather_parts(data, part_of, out, why);
    if (status != STATUS_OK)
        return status;
    out->class_name = calloc((size_t)data->classes, sizeof *out->class_name);
    if (!out->class_name) {
        dataset_clear(out);
        return why_set(why, STATUS_FAILED, "%s: not enough memory; close other programs", data->name);
    }
    renumber(data, fate, number, out);
    for (int i = 0; i < row_count(out); i++)
        out->label[i] = number[out->label[i]];
    dataset_scale(out);
    return STATUS_OK;
}

enum status dataset_choose(struct dataset *data, const char *keep, const char *holdout, struct why *why)
{
    if (!*keep && !*holdout)
        return STATUS_OK;
    assert(data->holdout == 0);
    unsigned char fate[DATASET_CLASS_MAX] = { 0 };
    enum status status = mark_all(data, keep, holdout, fate, why);
    if (status != STATUS_OK)
        return status;
    struct dataset chosen = { 0 };
    unsigned char *part_of = malloc((size_t)row_count(data));
    int *number = calloc((size_t)data->classes, sizeof *number);
    if (part_of && number)
        status = choose(data, fate, part_of, number, &chosen, why);
    else
        status = why_set(why, STATUS_FAILED, "%s: not enough memory; close other programs", data->name);
    free(number);
    free(part_of);
    if (status != STATUS_OK)
        return status;
    dataset_clear(data);
    *data = chosen;
    return STATUS_OK;
}
