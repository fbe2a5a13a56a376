/* data_out.h - the tables of a training for other programs: what each holds, and writing it as CSV, .npy or .npz by the
 * ending of its file. Any thread, one at a time a trainer. */
#ifndef APP_DATA_OUT_H
#define APP_DATA_OUT_H

#include <stdio.h>

#include "math/dataset.h"
#include "math/snapshot.h"
#include "math/trainer.h"

enum data_table { DATA_FEATURES, DATA_LABELS, DATA_WEIGHTS, DATA_METRICS, DATA_HISTORY, DATA_INPUTS, DATA_POINTS,
    DATA_TABLES };
enum data_format { DATA_CSV, DATA_NPY, DATA_NPZ, DATA_FORMATS };

/* By the ending; what is neither .npy nor .npz is CSV. */
enum data_format data_format(const char *path);
const char *data_ending(enum data_format format);             /* ".csv" */
bool data_has(enum data_table table, enum data_format format);
const char *data_name(enum data_table table);                 /* "features": the option, and what files are called */
/* STATUS_USAGE when this table has no such format. */
enum status data_check(enum data_table table, const char *path, struct why *why);

/* The shown sample at several moments of a training. */
struct data_moments {
    int count, capacity;
    int n, dim, classes;              /* of the first */
    long *step;                       /* (count) */
    float *feature;                   /* (count, n, dim) */
    int *predicted;                   /* (count, n) */
    double *weight;                   /* (count, classes, dim) */
    double *number;                   /* (count, DATA_NUMBERS) */
    int *label, *row;                 /* (n) */
    bool *test;                       /* (n) */
};
enum { DATA_NUMBERS = 8 };
/* Room for `capacity` moments like `snap`; false without memory. */
bool data_moments_init(struct data_moments *m, int capacity, const struct snapshot *snap);
/* Left out when it is not of that shape or there is no room. */
void data_moments_add(struct data_moments *m, const struct snapshot *snap);
void data_moments_clear(struct data_moments *m);

/* A table takes what it needs of this. */
struct data_source {
    struct trainer *trainer;          /* features, labels, weights */
    const struct dataset *data;
    const struct snapshot *snap;      /* history, points */
    const struct data_moments *moments;   /* history as .npz */
    const char *metrics;              /* rows of metrics.csv with their header; NULL-ended */
};
enum status data_write(enum data_table table, enum data_format format, const struct data_source *source, FILE *to,
    struct why *why);

/* ---- data_arrays.c ---- */
enum status data_write_features(const struct data_source *source, enum data_table table, enum data_format format,
    FILE *to, struct why *why);
enum status data_write_weights(const struct data_source *source, enum data_format format, FILE *to, struct why *why);
enum status data_write_metrics(const struct data_source *source, FILE *to, struct why *why);
enum status data_write_moments(const struct data_source *source, FILE *to, struct why *why);

#endif
