/* data_arrays.c - tables as NumPy arrays. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/data_out.h"
#include "app/npy.h"
#include "app/summary.h"

enum { FIELDS = 160, FIELD_NAME = 64 };

static enum status no_memory(const char *what, struct why *why)
{
    return why_set(why, STATUS_FAILED, "%s: out of memory; close other programs and try again", what);
}

/* ---- samples ---- */

/* Every sample that has a feature, in the order of features.csv. */
struct samples {
    size_t rows, dim;
    float *feature; /* (rows, dim) */
    int32_t *predicted, *label, *index; /* (rows); predicted -1 for classes that were never trained */
    uint8_t *part; /* (rows) enum part */
};

static void clear_samples(struct samples *s)
{
    free(s->feature);
    free(s->predicted);
    free(s->label);
    free(s->index);
    free(s->part);
}

/* Samples without one leave no hole. */
static void keep_row(struct samples *s, const struct dataset *data, size_t from)
{
    size_t to = s->rows++;
    int row = (int)from;
    if (to != from)
        memmove(s->feature + to * s->dim, s->feature + from * s->dim, s->dim * sizeof *s->feature);
    s->part[to] = row < data->train ? PART_TRAIN : row < data->train + data->test ? PART_TEST : PART_HOLDOUT;
    s->predicted[to] = s->part[to] == PART_HOLDOUT ? -1 : s->predicted[from];
    s->label[to] = data->label[row];
    s->index[to] = data->index[row];
}

static bool take_samples(const struct data_source *source, struct samples *s)
{
    enum { CHUNK = 16384 };
    const struct dataset *data = source->data;
    const struct experiment *e = trainer_experiment(source->trainer);
    bool free_points = e->model == MODEL_FREE;
    int rows = free_points ? data->train : data->train + data->test + data->holdout;
    size_t n = (size_t)rows;
    *s = (struct samples){ .dim = (size_t)(e->model == MODEL_IDENTITY ? data->dim : e->feature_dim) };
    s->feature = malloc(n * s->dim * sizeof *s->feature);
    s->predicted = malloc(n * sizeof *s->predicted);
    s->label = malloc(n * sizeof *s->label);
    s->index = malloc(n * sizeof *s->index);
    s->part = malloc(n);
    if (!s->feature || !s->predicted || !s->label || !s->index || !s->part)
        return false;
    for (int from = 0; from < rows; from += CHUNK)
        trainer_features(source->trainer, from, rows - from < CHUNK ? rows - from : CHUNK,
            s->feature + (size_t)from * s->dim, s->predicted + from);
    for (int i = 0; i < rows; i++)
        if (s->predicted[i] >= 0 || i >= data->train + data->test)
            keep_row(s, data, (size_t)i);
    return true;
}

static void write_labels_csv(FILE *to, const struct samples *s)
{
    fputs("label\n", to);
    for (size_t i = 0; i < s->rows; i++)
        fprintf(to, "%d\n", s->label[i]);
}

enum status data_write_features(const struct data_source *source, enum data_table table,
    enum data_format format, FILE *to, struct why *why)
{
    struct samples s;
    enum status status = take_samples(source, &s) ? STATUS_OK : no_memory(data_name(table), why);
    const struct npy feature = { "<f4", 4, 2, { s.rows, s.dim, 1 } },
                     whole = { "<i4", 4, 1, { s.rows, 1, 1 } }, part = { "|u1", 1, 1, { s.rows, 1, 1 } };
    if (status == STATUS_OK && format == DATA_NPZ) {
        struct npz z;
        npz_begin(&z, to);
        npz_add(&z, "features", &feature, s.feature);
        npz_add(&z, "labels", &whole, s.label);
        npz_add(&z, "predicted", &whole, s.predicted);
        npz_add(&z, "index", &whole, s.index);
        npz_add(&z, "split", &part, s.part);
        status = npz_end(&z, why);
    } else if (status == STATUS_OK && table == DATA_FEATURES) {
        npy_write(to, &feature, s.feature);
    } else if (status == STATUS_OK && format == DATA_NPY) {
        npy_write(to, &whole, s.label);
    } else if (status == STATUS_OK) {
        write_labels_csv(to, &s);
    }
    clear_samples(&s);
    return status;
}

/* ---- weights ---- */

enum status data_write_weights(
    const struct data_source *source, enum data_format format, FILE *to, struct why *why)
{
    struct loss_force force = trainer_force(source->trainer);
    struct head rule = trainer_rule(source->trainer);
    int rows = force.loss->weight == BLOCK_SCORE && force.loss->task != TASK_SCORE
                   ? 1
                   : source->data->classes * loss_sub(&force);
    const struct npy weight = { "<f8", 8, 2, { (size_t)rows, (size_t)rule.dim, 1 } },
                     bias = { "<f8", 8, 1, { (size_t)rows, 1, 1 } };
    if (format == DATA_NPY) {
        npy_write(to, &weight, rule.weight);
        return STATUS_OK;
    }
    struct npz z;
    npz_begin(&z, to);
    npz_add(&z, "weights", &weight, rule.weight);
    if (rule.bias)
        npz_add(&z, "bias", &bias, rule.bias);
    return npz_end(&z, why);
}

/* ---- metrics ---- */

/* The rows of metrics.csv as one array with named columns; a cell without a number is NaN. */
struct metrics_type {
    char text[FIELDS * (FIELD_NAME + 12)];
    int fields;
};

static const char *read_names(const char *at, struct metrics_type *type)
{
    size_t used = (size_t)snprintf(type->text, sizeof type->text, "[");
    for (bool more = true; more && type->fields < FIELDS; type->fields++) {
        int length = (int)strcspn(at, ",\n");
        used += (size_t)snprintf(type->text + used, sizeof type->text - used, "%s('%.*s', '<f8')",
            type->fields ? ", " : "", length < FIELD_NAME ? length : FIELD_NAME, at);
        more = at[length] == ',';
        at += length + (at[length] != 0);
    }
    snprintf(type->text + used, sizeof type->text - used, "]");
    return at;
}

static double read_cell(const char **at)
{
    char *end;
    size_t length = strcspn(*at, ",\n");
    double value = strtod(*at, &end);
    bool whole = length > 0 && end == *at + length;
    *at += length + ((*at)[length] != 0);
    return whole ? value : NAN;
}

enum status data_write_metrics(const struct data_source *source, FILE *to, struct why *why)
{
    struct metrics_type type = { .fields = 0 };
    const char *at = read_names(source->metrics, &type);
    size_t rows = 0;
    for (const char *p = at; (p = strchr(p, '\n')) != NULL; p++)
        rows++;
    if (strlen(type.text) + 128 > NPY_HEADER)
        return why_set(why, STATUS_FAILED, "metrics: too many columns for an array; end the name in .csv");
    const struct npy array = { type.text, 8 * (size_t)type.fields, 1, { rows, 1, 1 } };
    npy_write_header(to, &array);
    for (size_t i = 0; i < rows * (size_t)type.fields; i++) {
        double value = read_cell(&at);
        fwrite(&value, sizeof value, 1, to);
    }
    return STATUS_OK;
}

/* ---- moments ---- */

static const char *const number_name[DATA_NUMBERS] = { "epoch", "train_loss", "test_loss", "train_accuracy",
    "test_accuracy", "margin_accuracy", "intra_angle_deg", "inter_angle_deg" };

bool data_moments_init(struct data_moments *m, int capacity, const struct snapshot *snap)
{
    size_t k = (size_t)capacity, n = (size_t)snap->count, cells = (size_t)snap->classes * (size_t)snap->dim;
    *m = (struct data_moments){
        .capacity = capacity, .n = snap->count, .dim = snap->dim, .classes = snap->classes
    };
    m->step = malloc(k * sizeof *m->step);
    m->feature = malloc(k * n * (size_t)snap->dim * sizeof *m->feature);
    m->predicted = malloc(k * n * sizeof *m->predicted);
    m->weight = malloc(k * cells * sizeof *m->weight);
    m->number = malloc(k * DATA_NUMBERS * sizeof *m->number);
    m->label = malloc(n * sizeof *m->label);
    m->row = malloc(n * sizeof *m->row);
    m->test = malloc(n * sizeof *m->test);
    if (m->step && m->feature && m->predicted && m->weight && m->number && m->label && m->row && m->test) {
        memcpy(m->label, snap->label, n * sizeof *m->label);
        memcpy(m->row, snap->row, n * sizeof *m->row);
        memcpy(m->test, snap->test, n * sizeof *m->test);
        return true;
    }
    data_moments_clear(m);
    return false;
}

void data_moments_add(struct data_moments *m, const struct snapshot *s)
{
    const double degrees = 180 / acos(-1);
    size_t n = (size_t)m->n, k = (size_t)m->count, cells = (size_t)m->classes * (size_t)m->dim;
    if (m->count == m->capacity || s->count != m->n || s->dim != m->dim || s->classes != m->classes)
        return;
    const double number[DATA_NUMBERS] = { s->epoch, s->train_loss, s->test_loss, s->train_accuracy,
        s->test_accuracy, s->margin_accuracy, s->intra_angle * degrees, s->inter_angle * degrees };
    m->step[k] = s->step;
    memcpy(m->feature + k * n * (size_t)m->dim, s->feature, n * (size_t)m->dim * sizeof *m->feature);
    memcpy(m->predicted + k * n, s->predicted, n * sizeof *m->predicted);
    memcpy(m->weight + k * cells, s->weight, cells * sizeof *m->weight);
    memcpy(m->number + k * DATA_NUMBERS, number, sizeof number);
    m->count++;
}

void data_moments_clear(struct data_moments *m)
{
    free(m->step);
    free(m->feature);
    free(m->predicted);
    free(m->weight);
    free(m->number);
    free(m->label);
    free(m->row);
    free(m->test);
    *m = (struct data_moments){ .count = 0 };
}

static enum status add_numbers(struct npz *z, const struct data_moments *m, struct why *why)
{
    size_t k = (size_t)m->count;
    const struct npy column = { "<f8", 8, 1, { k, 1, 1 } };
    double *value = malloc((k + 1) * sizeof *value);
    if (!value)
        return no_memory("history", why);
    for (int i = 0; i < DATA_NUMBERS; i++) {
        for (size_t j = 0; j < k; j++)
            value[j] = m->number[j * DATA_NUMBERS + (size_t)i];
        npz_add(z, number_name[i], &column, value);
    }
    free(value);
    return STATUS_OK;
}

enum status data_write_moments(const struct data_source *source, FILE *to, struct why *why)
{
    const struct data_moments *m = source->moments;
    size_t k = (size_t)m->count, n = (size_t)m->n, dim = (size_t)m->dim;
    struct npz z;
    npz_begin(&z, to);
    npz_add(&z, "steps", &(struct npy){ "<i8", 8, 1, { k, 1, 1 } }, m->step);
    npz_add(&z, "features", &(struct npy){ "<f4", 4, 3, { k, n, dim } }, m->feature);
    npz_add(&z, "predicted", &(struct npy){ "<i4", 4, 2, { k, n, 1 } }, m->predicted);
    npz_add(&z, "weights", &(struct npy){ "<f8", 8, 3, { k, (size_t)m->classes, dim } }, m->weight);
    npz_add(&z, "labels", &(struct npy){ "<i4", 4, 1, { n, 1, 1 } }, m->label);
    npz_add(&z, "rows", &(struct npy){ "<i4", 4, 1, { n, 1, 1 } }, m->row);
    npz_add(&z, "test", &(struct npy){ "|b1", 1, 1, { n, 1, 1 } }, m->test);
    enum status status = add_numbers(&z, m, why);
    return status == STATUS_OK ? npz_end(&z, why) : status;
}
