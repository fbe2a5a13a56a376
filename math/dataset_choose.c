#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/dataset_build.h"

static int row_count(const struct dataset *data)
{
    return data->train + data->test + data->holdout;
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

/* Targets that are sets keep the columns of the trained classes. */
static void choose_targets(const struct dataset *data, const int *number, struct dataset *out)
{
    if (!data->target || data->numbers)
        return;
    size_t wide = (size_t)data->classes, narrow = (size_t)out->classes;
    for (int i = 0; i < row_count(out); i++) {
        float row[DATASET_CLASS_MAX];
        memcpy(row, out->target + (size_t)i * wide, wide * sizeof *row);
        for (size_t k = 0; k < wide; k++)
            if (number[k] >= 0 && number[k] < out->classes)
                out->target[(size_t)i * narrow + (size_t)number[k]] = row[k];
    }
    out->targets = out->classes;
}

static void choose_weights(const struct dataset *data, const int *number, struct dataset *out)
{
    size_t dim = (size_t)data->dim;
    for (int k = 0; out->weights && k < data->classes; k++)
        if (number[k] >= 0 && number[k] < out->classes)
            memcpy(out->weights + (size_t)number[k] * dim, data->weights + (size_t)k * dim,
                dim * sizeof *out->weights);
}

static enum status choose(const struct dataset *data, const unsigned char *fate, unsigned char *part_of,
    int *number, struct dataset *out, struct why *why)
{
    enum status status = choose_rows(data, fate, part_of, why);
    if (status == STATUS_OK)
        status = dataset_gather(data, part_of, out, why);
    if (status != STATUS_OK)
        return status;
    out->class_name = calloc((size_t)data->classes, sizeof *out->class_name);
    if (data->weights)
        out->weights = malloc((size_t)data->classes * (size_t)data->dim * sizeof *out->weights);
    if (!out->class_name || (data->weights && !out->weights)) {
        dataset_clear(out);
        return why_set(why, STATUS_FAILED, "%s: not enough memory; close other programs", data->name);
    }
    renumber(data, fate, number, out);
    choose_targets(data, number, out);
    choose_weights(data, number, out);
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
    int *number = malloc((size_t)data->classes * sizeof *number);
    for (int k = 0; number && k < data->classes; k++)
        number[k] = -1;
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

/* The number each class stands for: its name where all names are numbers, else its place. */
static void class_numbers(const struct dataset *data, int classes, float *number)
{
    bool named = true;
    for (int k = 0; named && k < classes; k++) {
        char *end;
        number[k] = strtof(data->class_name[k], &end);
        named = end != data->class_name[k] && !*end && isfinite(number[k]);
    }
    for (int k = 0; !named && k < classes; k++)
        number[k] = (float)k;
}

static enum status serve_numbers(struct dataset *data, struct why *why)
{
    int classes = data->classes + data->holdout_classes;
    float *number = malloc((size_t)classes * sizeof *number);
    if (!number)
        return why_set(why, STATUS_FAILED, "%s: not enough memory; close other programs", data->name);
    class_numbers(data, classes, number);
    struct dataset fresh = *data;
    fresh.target = NULL;
    enum status status = dataset_reserve_targets(&fresh, 1, data->name, why);
    if (status == STATUS_OK) {
        for (int i = 0; i < row_count(data); i++)
            fresh.target[i] = number[data->label[i]];
        free(data->target);
        *data = fresh;
    }
    free(number);
    return status;
}

static enum status serve_sets(struct dataset *data, struct why *why)
{
    enum status status = dataset_reserve_targets(data, (size_t)data->classes, data->name, why);
    for (int i = 0; status == STATUS_OK && i < row_count(data); i++)
        if (data->label[i] < data->classes)
            data->target[(size_t)i * (size_t)data->classes + (size_t)data->label[i]] = 1;
    return status;
}

enum status dataset_serve(struct dataset *data, enum loss_task task, struct why *why)
{
    if (data->numbers && task != TASK_REAL)
        return why_set(why, STATUS_USAGE,
            "%s: its labels are numbers, not classes; choose a regression loss (l2, l1, huber), or other "
            "data",
            data->name);
    if (task == TASK_REAL && !data->numbers)
        return serve_numbers(data, why);
    if (task == TASK_MULTI && !data->target)
        return serve_sets(data, why);
    return STATUS_OK;
}
