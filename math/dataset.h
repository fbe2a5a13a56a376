/* dataset.h - labelled samples, scaled and split, and the parsers that make them.
 * Parsing is from memory: bytes in, data out; reading files is the app's. */
#ifndef MATH_DATASET_H
#define MATH_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "math/loss.h"
#include "math/sparse.h"
#include "math/status.h"

enum { DATASET_NAME = 64, DATASET_CLASS_NAME = 64, DATASET_CLASS_MAX = 4096 };
enum part { PART_TRAIN, PART_TEST, PART_HOLDOUT };

/* Rows: first all of PART_TRAIN, then PART_TEST, then PART_HOLDOUT; within a part in file order. */
struct dataset {
    char name[DATASET_NAME];          /* "mnist", or the last part of the path */
    int train, test, holdout;         /* rows of each part */
    int dim, classes;                 /* classes = trained classes; a hold-out label is >= classes */
    int holdout_classes;
    int width, height;                /* of an image; 0 for tables */
    int pixel_max;                    /* white in the source file: 255, optdigits 16; 0 for tables */
    bool own_units;                   /* `value` is as in the source, never standardised */
    bool drawn;                       /* by hand (math/draw.h): the rows are those of the experiment */
    float *value;                     /* (train+test+holdout, dim), scaled; NULL for large sets of images */
    uint8_t *pixel;                   /* the rows of images 0..255; NULL for tables */
    float grey[SPARSE_LEVELS];        /* what a pixel is, scaled */
    struct sparse sparse;             /* the same rows, scaled, where most pixels are 0; else without rows */
    int *label;                       /* 0 .. classes+holdout_classes-1 */
    bool numbers;                     /* the source's labels are numbers, in `target`; there is one class of all */
    int targets;                      /* numbers a row of `target`: 1 for labels that are numbers, classes for labels
                                         that are sets of classes, 0 for plain classes */
    float *target;                    /* (train+test+holdout, targets), or NULL */
    int *index;                       /* place in the source (within its file), for features.csv */
    char (*class_name)[DATASET_CLASS_NAME];   /* classes + holdout_classes */
    float *weights;                   /* (classes, dim) a head trained elsewhere, to begin with; or NULL */
};

struct bytes {
    const uint8_t *at;
    size_t size;
};

/* How far a long reading is; NULL stands for nobody who cares. False from `report` ends it. */
struct progress {
    bool (*report)(void *user, double share);     /* 0..1, from the reading thread, about every hundredth */
    void *user;
};

/* What can be named after --dataset. `make` NULL: made from files (the app knows where they are). */
struct dataset_row {
    const char *id, *label, *help;
    enum status (*make)(uint64_t seed, struct dataset *out, struct why *why);
};

int dataset_count(void);
const struct dataset_row *dataset_at(int i);
const struct dataset_row *dataset_find(const char *id);

/* IDX image + label files, already inflated. `where` names each file in errors. The test pair may be absent
 * (both `at` NULL): then every fifth sample of a class is test. An empty file is an error. */
struct idx_source {
    struct bytes train_images, train_labels, test_images, test_labels;
    const char *where[4];
};
enum status dataset_from_idx(const struct idx_source *source, const char *name, struct dataset *out,
    struct why *why);

/* Rows of width*height pixel values 0..max and then the label, comma separated, no header (the form of
 * scikit-learn's digits.csv). */
enum status dataset_from_digits(struct bytes csv, const char *where, int width, int height, int max,
    const char *name, struct dataset *out, struct why *why);

/* Numeric columns and one label column: the one headed label, class or target, else the last. A first line with
 * such a name, or without any number, is a header. A column headed split says train or test; then the numbers are
 * taken as they are, else standardised. Fields may be quoted; lines that are blank or begin with # are
 * skipped. What a label is depends on the task (the loss reads it):
 *   TASK_CLASS, TASK_SCORE   text; classes in sorted order, numbers as numbers
 *   TASK_REAL                a number in `target`; all samples are of one class
 *   TASK_MULTI               a|c: the classes a and c in `target`; `label` is the first of them in sorted order
 * Refusals name file and line; nothing is allocated for a table of more than 2 GiB. */
enum status dataset_from_csv(struct bytes csv, const char *where, const char *name, enum loss_task task,
    const struct progress *progress, struct dataset *out, struct why *why);

/* NumPy arrays, already read: X (n, d) or (n), y (n) or (n, 1) - for TASK_MULTI also (n, classes) of 0 and 1 -
 * and, unless absent (`at` NULL), W (classes, d). Every real, integer and boolean type of either byte order, C or
 * Fortran order. The features stay as they are. With W its rows are the classes and y must be 0 .. rows-1. */
struct npy_source {
    struct bytes features, labels, weights;
    const char *where[3];
};
enum status dataset_from_npy(const struct npy_source *source, const char *name, enum loss_task task,
    const struct progress *progress, struct dataset *out, struct why *why);

/* Makes the data serve a loss of this task: TASK_REAL takes the name of a class as the number where all names are
 * numbers, else its place; TASK_MULTI sets the one class in `target`. Labels that are numbers cannot become
 * classes: STATUS_USAGE. After dataset_choose. On failure `data` is unchanged. */
enum status dataset_serve(struct dataset *data, enum loss_task task, struct why *why);

/* Keeps the listed class labels (names as in class_name) and moves the test samples of the held-out ones to
 * PART_HOLDOUT; text is "0,1,4", empty: all / none. Classes stay in the order of the data, not of the text.
 * Rescales by the training part that remains. On failure `data` is unchanged. */
enum status dataset_choose(struct dataset *data, const char *keep, const char *holdout, struct why *why);

/* A row as numbers, scaled, into x (dim). */
void dataset_values(const struct dataset *data, int row, float *x);

void dataset_clear(struct dataset *data);     /* fine on a zeroed one */

#endif
