#include "app/data_out.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/summary.h"

enum { CSV = 1 << DATA_CSV, NPY = 1 << DATA_NPY, NPZ = 1 << DATA_NPZ };

/* clang-format off */
static const struct {
    const char *name;
    int formats;
} table_row[DATA_TABLES] = {
    [DATA_FEATURES] = { "features", CSV | NPY | NPZ },
    [DATA_LABELS] = { "labels", CSV | NPY },
    [DATA_WEIGHTS] = { "weights", CSV | NPY | NPZ },
    [DATA_METRICS] = { "metrics", CSV | NPY },
    [DATA_HISTORY] = { "history", CSV | NPZ },
    [DATA_INPUTS] = { "data", CSV },
    [DATA_POINTS] = { "points", CSV },
};
/* clang-format on */

static const char *const ending[DATA_FORMATS] = { ".csv", ".npy", ".npz" };

enum data_format data_format(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && strcasecmp(dot, ending[DATA_NPY]) == 0   ? DATA_NPY
           : dot && strcasecmp(dot, ending[DATA_NPZ]) == 0 ? DATA_NPZ
                                                           : DATA_CSV;
}

const char *data_ending(enum data_format format)
{
    return ending[format];
}

bool data_has(enum data_table table, enum data_format format)
{
    return table_row[table].formats >> format & 1;
}

const char *data_name(enum data_table table)
{
    return table_row[table].name;
}

enum status data_check(enum data_table table, const char *path, struct why *why)
{
    char known[40] = "";
    if (data_has(table, data_format(path)))
        return STATUS_OK;
    for (int i = 0; i < DATA_FORMATS; i++)
        if (data_has(table, (enum data_format)i))
            snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", known[0] ? " or " : "",
                ending[i]);
    return why_set(why, STATUS_USAGE, "%.300s: %s are not written as this; end the name in %s", path,
        table_row[table].name, known);
}

/* ---- CSV ---- */

static void put_number(FILE *to, double value)
{
    if (isfinite(value))
        fprintf(to, ",%.9g", value);
    else
        fputc(',', to);
}

static void write_curve(FILE *to, const struct snapshot *s)
{
    fputs("step,batch_loss,train_loss,test_loss,train_accuracy,test_accuracy,margin_accuracy\n", to);
    for (int i = 0; i < s->curve_count; i++) {
        const struct curve_point *p = &s->curve[i];
        const float cell[] = { p->batch_loss, p->train_loss, p->test_loss, p->train_accuracy,
            p->test_accuracy, p->margin_accuracy };
        fprintf(to, "%ld", p->step);
        for (size_t k = 0; k < sizeof cell / sizeof *cell; k++)
            put_number(to, (double)cell[k]);
        fputc('\n', to);
    }
}

/* The angle between a sample and a row of the head, degrees. */
static double angle_deg(const struct snapshot *s, int sample, int class)
{
    const float *x = s->feature + (size_t)sample * (size_t)s->dim;
    const double *w = s->weight + (size_t) class * (size_t)s->dim;
    double dot = 0, xx = 0, ww = 0;
    for (int d = 0; d < s->dim; d++) {
        dot += (double)x[d] * w[d];
        xx += (double)x[d] * (double)x[d];
        ww += w[d] * w[d];
    }
    return xx > 0 && ww > 0 ? acos(fmax(-1, fmin(1, dot / sqrt(xx * ww)))) * 180 / acos(-1) : NAN;
}

static void put_class(FILE *to, const struct snapshot *s, const struct dataset *data, int class)
{
    char room[SNAPSHOT_NAME_TEXT];
    if (class >= 0)
        csv_name(to, data && class < data->classes + data->holdout_classes ? data->class_name[class]
                                                                           : snapshot_class(s, class, room));
}

static bool classed(const struct snapshot *s)
{
    return s->force.loss->task == TASK_CLASS && !s->targets;
}

static void write_point(FILE *to, const struct snapshot *s, const struct dataset *data, int i)
{
    double norm = 0;
    int row = s->row[i];
    fprintf(to, "%s,%d,", s->test[i] ? "test" : "train", data && row >= 0 ? data->index[row] : row);
    if (s->targets == 1)
        fprintf(to, "%.9g", (double)s->target[i]);
    else
        put_class(to, s, data, s->label[i]);
    fputc(',', to);
    if (s->targets != 1)
        put_class(to, s, data, s->predicted[i]);
    for (int d = 0; d < s->dim; d++) {
        double f = (double)s->feature[(size_t)i * (size_t)s->dim + (size_t)d];
        put_number(to, f);
        norm += f * f;
    }
    put_number(to, sqrt(norm));
    if (classed(s))
        put_number(to, angle_deg(s, i, s->label[i]));
    fputc('\n', to);
}

static void write_points(FILE *to, const struct data_source *source)
{
    const struct snapshot *s = source->snap;
    fputs("split,index,label,predicted", to);
    for (int d = 0; d < s->dim; d++)
        fprintf(to, ",f%d", d);
    fprintf(to, ",norm%s\n", classed(s) ? ",own_angle_deg" : "");
    for (int i = 0; i < s->count; i++)
        write_point(to, s, source->data, i);
}

/* As --dataset reads it back: with a column "split" the numbers are taken as they are. */
static enum status write_inputs(FILE *to, const struct data_source *source, struct why *why)
{
    const struct dataset *d = source->data;
    struct loss_force force = trainer_force(source->trainer);
    int rows = d->train + d->test + d->holdout;
    float *row = malloc((size_t)d->dim * sizeof *row);
    if (!row)
        return why_set(
            why, STATUS_FAILED, "data: not enough memory for %d numbers; close other programs", d->dim);
    for (int k = 0; k < d->dim; k++)
        fprintf(to, "x%d,", k);
    fputs("label,split\n", to);
    for (int i = 0; i < rows; i++) {
        dataset_values(d, i, row);
        for (int k = 0; k < d->dim; k++)
            fprintf(to, "%.9g,", (double)row[k]);
        csv_label(to, d, &force, i);
        fputs(i < d->train ? ",train\n" : ",test\n", to);
    }
    free(row);
    return STATUS_OK;
}

enum status data_write(enum data_table table, enum data_format format, const struct data_source *source,
    FILE *to, struct why *why)
{
    switch (table) {
    case DATA_FEATURES:
        if (format == DATA_CSV)
            return features_write(to, source->trainer, source->data, why);
        return data_write_features(source, table, format, to, why);
    case DATA_LABELS:
        return data_write_features(source, table, format, to, why);
    case DATA_WEIGHTS:
        if (format != DATA_CSV)
            return data_write_weights(source, format, to, why);
        weights_write(to, source->trainer, source->data);
        break;
    case DATA_METRICS:
        if (format != DATA_CSV)
            return data_write_metrics(source, to, why);
        fputs(source->metrics, to);
        break;
    case DATA_HISTORY:
        if (format != DATA_CSV)
            return data_write_moments(source, to, why);
        write_curve(to, source->snap);
        break;
    case DATA_INPUTS:
        return write_inputs(to, source, why);
    default:
        write_points(to, source);
    }
    return STATUS_OK;
}
