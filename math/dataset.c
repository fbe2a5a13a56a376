#include "math/dataset.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/dataset_build.h"
#include "math/draw.h"

#define NUMBER_BYTES_MAX ((size_t)2 << 30)
enum { TEST_EVERY = 5, LEVELS = SPARSE_LEVELS, KEPT_MAX = 1 << 18 };

/* Skipping what is empty pays up to this share of other pixels; measured with widths of 32 to 512. */
static const double SPARSE_SHARE = 0.35;

/* clang-format off */
static const struct dataset_row rows[] = {
    { "mnist",            "Handwritten digits (MNIST)",
      "10,000 training and 2,000 test digits, 28x28", NULL },
    { "optdigits",        "Handwritten digits (UCI)",
      "1,797 digits, 8x8", NULL },
    { "fashion-mnist",    "Clothes (Fashion-MNIST)",
      "60,000 training and 10,000 test pictures, 28x28; Debian package dataset-fashion-mnist", NULL },
    { "iris",             "Iris flowers",
      "3 species, 4 measures, 150 flowers", NULL },
    { "wine",             "Wines",
      "3 growers, 13 measures, 178 wines", NULL },
    { "breast-cancer",    "Breast cancer (Wisconsin)",
      "2 classes, 30 measures, 569 tumours", NULL },
    { "blobs",            "Clusters",
      "10 classes, 24-D, generated", dataset_blobs },
    { "rings-of-classes", "Classes around a circle",
      "10 classes, 2-D, generated", dataset_rings },
    { "two-blobs",        "Two blobs",
      "2 classes, 53 points of the plane, one of them an outlier", dataset_two_blobs },
    { "moons",            "Two moons",
      "2 classes, 2-D, one half circle hooked into the other", dataset_moons },
    { "circles",          "Circle in a circle",
      "2 classes, 2-D, one around the other", dataset_circles },
    { "spirals",          "Two spirals",
      "2 classes, 2-D, wound into each other", dataset_spirals },
    { "xor",              "Exclusive or",
      "2 classes, 2-D, each in two opposite corners", dataset_xor },
    { "imbalanced",       "One rare class",
      "3 classes, 2-D, one of them with 20 of 500 points", dataset_imbalanced },
    { "outliers",         "A line with outliers",
      "60 numbers x with a number y each; for regression losses", dataset_outliers },
    { "discs",            "Three overlapping discs",
      "a point carries each disc it lies in; for the multi-label loss", dataset_discs },
    { DRAW_DATASET,       "Drawn by hand",
      "up to 10 classes and 1,000 points of the plane, with the L key or --draw", dataset_drawn },
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
    sparse_clear(&data->sparse);
    free(data->label);
    free(data->index);
    free(data->class_name);
    free(data->target);
    free(data->weights);
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
    if (out->width)
        out->pixel = malloc(count * dim);
    else
        out->value = malloc(count * dim * sizeof *out->value);
    out->label = malloc(count * sizeof *out->label);
    out->index = malloc(count * sizeof *out->index);
    if (!(out->width ? (void *)out->pixel : out->value) || !out->label || !out->index) {
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

enum status dataset_reserve_targets(struct dataset *out, size_t targets, const char *where, struct why *why)
{
    size_t count = (size_t)row_count(out);
    assert(!out->target && count > 0 && targets > 0);
    if (targets > NUMBER_BYTES_MAX / sizeof(float) / count)
        return why_set(why, STATUS_FAILED,
            "%s: %zu samples with %zu classes each need more than 2 GiB; use fewer", where, count, targets);
    out->target = calloc(count * targets, sizeof *out->target);
    if (!out->target)
        return why_set(why, STATUS_FAILED, "%s: not enough memory for %zu samples; use fewer", where, count);
    out->targets = (int)targets;
    return STATUS_OK;
}

static void copy_row(const struct dataset *from, size_t r, struct dataset *to, size_t i)
{
    size_t dim = (size_t)from->dim, targets = (size_t)from->targets;
    to->label[i] = from->label[r];
    to->index[i] = from->index[r];
    if (to->pixel)
        memcpy(to->pixel + i * dim, from->pixel + r * dim, dim);
    else
        memcpy(to->value + i * dim, from->value + r * dim, dim * sizeof *to->value);
    if (to->target)
        memcpy(to->target + i * targets, from->target + r * targets, targets * sizeof *to->target);
}

enum status dataset_gather(
    const struct dataset *from, const unsigned char *part_of, struct dataset *out, struct why *why)
{
    int n = row_count(from), count[PART_HOLDOUT + 1] = { 0 }, all = 0;
    for (int i = 0; i < n; i++)
        if (part_of[i] <= PART_HOLDOUT) {
            count[part_of[i]]++;
            all++;
        }
    *out = *from;
    out->value = out->target = out->weights = NULL;
    out->pixel = NULL;
    out->sparse = (struct sparse){ 0 };
    out->label = out->index = NULL;
    out->class_name = NULL;
    enum status status = dataset_reserve(out, (size_t)all, (size_t)from->dim, from->name, why);
    if (status == STATUS_OK && from->target)
        status = dataset_reserve_targets(out, (size_t)from->targets, from->name, why);
    if (status != STATUS_OK) {
        dataset_clear(out);
        return status;
    }
    size_t at = 0;
    for (int part = PART_TRAIN; part <= PART_HOLDOUT; part++)
        for (int i = 0; i < n; i++)
            if (part_of[i] == part)
                copy_row(from, (size_t)i, out, at++);
    out->train = count[PART_TRAIN];
    out->test = count[PART_TEST];
    out->holdout = count[PART_HOLDOUT];
    return STATUS_OK;
}

enum status dataset_split_by(
    struct dataset *data, const unsigned char *part_of, const char *where, struct why *why)
{
    struct dataset ordered = { 0 };
    enum status status = dataset_gather(data, part_of, &ordered, why);
    if (status == STATUS_OK && ordered.train == 0) {
        dataset_clear(&ordered);
        status = why_set(why, STATUS_FAILED, "%s: no sample is for training; name some train", where);
    }
    if (status != STATUS_OK)
        return status;
    ordered.class_name = data->class_name;
    ordered.weights = data->weights;
    data->class_name = NULL;
    data->weights = NULL;
    dataset_clear(data);
    *data = ordered;
    return STATUS_OK;
}

enum status dataset_split(struct dataset *data, const char *where, struct why *why)
{
    int n = row_count(data);
    unsigned char *part_of = malloc((size_t)n);
    int *seen = calloc((size_t)data->classes, sizeof *seen);
    enum status status = STATUS_OK;
    if (!part_of || !seen) {
        status = why_set(why, STATUS_FAILED, "%s: not enough memory for %d samples; use fewer", where, n);
    } else {
        for (int i = 0; i < n; i++)
            part_of[i] = ++seen[data->label[i]] % TEST_EVERY == 0 ? PART_TEST : PART_TRAIN;
        status = dataset_split_by(data, part_of, where, why);
    }
    free(seen);
    free(part_of);
    return status;
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

static void look_up(const struct dataset *data, size_t at, size_t count, float *x)
{
    for (size_t k = 0; k < count; k++)
        x[k] = data->grey[data->pixel[at + k]];
}

/* Of a small set; without memory they are looked up again and again. */
static void keep_values(struct dataset *data)
{
    size_t count = (size_t)row_count(data) * (size_t)data->dim;
    data->value = count <= KEPT_MAX ? malloc(count * sizeof *data->value) : NULL;
    if (data->value)
        look_up(data, 0, count, data->value);
}

/* There are only 256 greys: mean and deviation come from their counts, and a row is scaled when it is asked for. */
static void scale_images(struct dataset *data)
{
    size_t train = (size_t)data->train * (size_t)data->dim;
    double count[LEVELS], grey[LEVELS], mean = 0, variance = 0;
    count_levels(data->pixel, train, count);
    for (int level = 0; level < LEVELS; level++) {
        grey[level] = round(level * data->pixel_max / 255.0) / data->pixel_max;
        mean += count[level] * grey[level] / (double)train;
    }
    for (int level = 0; level < LEVELS; level++)
        variance += count[level] * (grey[level] - mean) * (grey[level] - mean) / (double)train;
    for (int level = 0; level < LEVELS; level++)
        data->grey[level] = variance > 0 ? (float)((grey[level] - mean) / sqrt(variance)) : 0;
    sparse_clear(&data->sparse);
    free(data->value);
    data->value = NULL;
    if (!sparse_make(
            data->pixel, (size_t)row_count(data), data->dim, data->grey, SPARSE_SHARE, &data->sparse))
        keep_values(data);
}

void dataset_values(const struct dataset *data, int row, float *x)
{
    size_t dim = (size_t)data->dim, at = (size_t)row * dim;
    if (data->value)
        memcpy(x, data->value + at, dim * sizeof *x);
    else
        look_up(data, at, dim, x);
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
    if (data->dim == 2 || data->own_units)
        return;
    for (int column = 0; column < data->dim; column++)
        scale_column(data, column);
}
