/* summary.h - what a training without a window writes: the JSON summary and the CSV files (product.md section 1).
 * Main thread. Write errors are left in the FILE; whoever closes it reports them. */
#ifndef APP_SUMMARY_H
#define APP_SUMMARY_H

#include <stdio.h>

#include "math/dataset.h"
#include "math/trainer.h"

struct summary {
    const struct experiment *experiment;      /* set values at the end */
    const char *dataset;
    struct loss_force force;                  /* values in force at the end */
    struct evaluation evaluation;
    long steps;
    double epochs, train_s, wall_s;           /* train_s: in trainer_step only */
    double samples;                           /* shown to the network while training */
    long peak_rss_kb;
    bool holdout, diverged;
};
enum status summary_print(FILE *to, const struct summary *s, struct why *why);

/* The parameters metrics.csv has columns for: those of every loss the training passes through. */
enum { METRICS_PARAMS = 64 };
struct metrics_columns {
    const char *param[METRICS_PARAMS];
    int count;
};
void metrics_add_loss(struct metrics_columns *columns, const struct loss *loss);
void metrics_write_header(FILE *to, const struct metrics_columns *columns);
void metrics_write_row(FILE *to, const struct metrics_columns *columns, const struct trainer *trainer,
    const struct evaluation *evaluation);

/* How many rows of data have features: free points have no test part and are at most 5,000, drawn by seed. */
int summary_rows(const struct experiment *e, const struct dataset *data);
enum status features_write(FILE *to, struct trainer *trainer, const struct dataset *data, struct why *why);
void weights_write(FILE *to, const struct trainer *trainer, const struct dataset *data);

#endif
