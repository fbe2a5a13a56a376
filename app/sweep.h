/* sweep.h - the same training once for each value of a parameter, or for each pair of values of two: from the same
 * seed, data and initial weights, several at once. Main thread; trainings in threads of their own. */
#ifndef APP_SWEEP_H
#define APP_SWEEP_H

#include "app/options.h"
#include "app/summary.h"
#include "math/snapshot.h"

enum { SWEEP_AXES = 2, SWEEP_CELLS = 64, SWEEP_KEY = 48, SWEEP_VALUE = 64, SWEEP_SHOWN = 2 };

struct sweep_axis {
    char key[SWEEP_KEY];                  /* "m", "center.lambda", "batch" */
    bool setting;                         /* of the experiment (--vary), not of the loss */
    char value[SWEEP_CELLS][SWEEP_VALUE]; /* as experiment_set takes it */
    int count;
};

struct sweep_cell {
    int at[SWEEP_AXES];                   /* which value of each axis */
    struct experiment experiment;         /* as it begins */
    const struct dataset *data;
    int saved;                            /* which training of a --session it goes on from */
    /* after sweep_run */
    struct experiment final;              /* summary.experiment */
    struct summary summary;
    struct snapshot shown[SWEEP_SHOWN];   /* the points asked for; with both rows training points, test points */
};

struct sweep {
    const struct options *options;        /* borrowed */
    struct sweep_axis axis[SWEEP_AXES];
    int axes;
    struct sweep_cell *cell;              /* the first axis runs fastest */
    int cells, shown;
    struct dataset *data;                 /* one for all trainings that read the same */
    int data_count;
};

/* Reads the lists, and checks every training they make. */
enum status sweep_plan(const struct options *o, struct sweep *out, struct why *why);
/* The trainings of --vs beside that of the options, or without --vs those of the --session: no axes, a cell each. */
enum status sweep_plan_beside(const struct options *o, struct sweep *out, struct why *why);
enum status sweep_open(struct sweep *s, struct why *why);
/* At most `jobs` trainings at once. The results do not depend on it. Draws progress; ends at a signal. */
enum status sweep_run(struct sweep *s, int jobs, struct why *why);
void sweep_clear(struct sweep *s);

/* One row a training: its values and the summary's numbers. */
void sweep_write_csv(FILE *to, const struct sweep *s);
/* A JSON array of the summaries. */
enum status sweep_print(FILE *to, const struct sweep *s, struct why *why);

/* Whether one of the lists is of this key: then the trainings have no value of it in common. */
bool sweep_varies(const struct sweep *s, const char *key);

#endif
