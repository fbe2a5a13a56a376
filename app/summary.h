/* summary.h - what a training without a window writes: the JSON summary and the CSV files.
 * Main thread. Write errors are left in the FILE; whoever closes it reports them. */
#ifndef APP_SUMMARY_H
#define APP_SUMMARY_H

#include <stdio.h>

#include "math/dataset.h"
#include "math/trainer.h"

/* What the trainer said, and when. */
enum { NOTE_MAX = 16, NOTE_TEXT = 160 };
struct note {
    long step;
    char text[NOTE_TEXT];
};

struct summary {
    const struct experiment *experiment;      /* set values at the end */
    const char *dataset;
    struct loss_force force;                  /* values in force at the end */
    struct evaluation evaluation;
    long steps;
    double epochs, train_s, wall_s;           /* train_s: in trainer_step only */
    long began;                               /* the step this run began at */
    double samples;                           /* shown to the network in this run */
    long peak_rss_kb;
    bool holdout, diverged;
    struct note note[NOTE_MAX];
    struct note coach[COACH_LOG];             /* what the coach had to say */
    enum coach_kind coach_kind[COACH_LOG];
    int coach_count;
    int note_count;
    const char *varied[2], *value[2];         /* of a sweep: keys and the values this training had; NULL: none */
};
enum status summary_print(FILE *to, const struct summary *s, struct why *why);

/* The parameters metrics.csv has columns for: those of every loss and term that the training passes through. Losses
 * share a column where they share a name; a term's is its own, "center.lambda". */
enum { METRICS_PARAMS = 128 };
struct metrics_column {
    const char *param;
    int term;                                 /* term_at() number; -1: of the loss */
};
struct metrics_columns {
    struct metrics_column column[METRICS_PARAMS];
    int count;
};
void metrics_add(struct metrics_columns *columns, const struct experiment *e);
void metrics_write_header(FILE *to, const struct metrics_columns *columns);
void metrics_write_row(FILE *to, const struct metrics_columns *columns, const struct trainer *trainer,
    const struct evaluation *v);

/* How many rows of data have features: free points have no test part and are at most 5,000, drawn by seed. */
int summary_rows(const struct experiment *e, const struct dataset *data);
enum status features_write(FILE *to, struct trainer *trainer, const struct dataset *data, struct why *why);
/* The rule's head: class weights, class means of a pair loss, sub-centres as "class.k", one row "score" or "fit". */
void weights_write(FILE *to, struct trainer *trainer, const struct dataset *data);

/* A field of a CSV file, quoted where it must be; the label of a row as the loss reads it. */
void csv_name(FILE *to, const char *name);
void csv_label(FILE *to, const struct dataset *data, const struct loss_force *force, int row);

#endif
