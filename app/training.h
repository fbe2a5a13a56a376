/* training.h - a training without a window: as many steps as the options say, the planned changes between them, and
 * its summary. One thread at a time. */
#ifndef APP_TRAINING_H
#define APP_TRAINING_H

#include "app/options.h"
#include "app/summary.h"
#include "math/trainer.h"
#include "render/view.h"

struct training {
    const struct options *options;        /* length and changes; borrowed */
    const struct dataset *data;           /* borrowed */
    struct trainer *trainer;
    int changes_done;
    long began;                           /* the step: 0, or that of the session that is gone on from */
    double began_epoch;
    struct note note[NOTE_MAX];
    int note_count;
    double train_s;                       /* in trainer_step only */
};
enum status training_begin(struct training *t, const struct options *o, const struct experiment *e,
    const struct dataset *data, struct why *why);
/* Of a --session that holds several trainings: the one it goes on from, 0 the first. */
enum status training_begin_saved(struct training *t, const struct options *o, int saved, const struct experiment *e,
    const struct dataset *data, struct why *why);
void training_end(struct training *t);

/* As far as can be told before the end: --at may change the batch. */
long training_planned(const struct training *t);
bool training_finished(const struct training *t);
/* The changes planned for this step, each a line of the journal. */
enum status training_change(struct training *t, struct why *why);
void training_step(struct training *t);
/* A snapshot with what a figure of these views needs besides (NEEDS_ bits). */
enum status training_snapshot(struct training *t, unsigned needs, struct snapshot *out, struct why *why);

/* All but wall_s and peak_rss_kb. Refers to the trainer's experiment and to the data's name. */
enum status training_summary(struct training *t, struct summary *out, struct why *why);

#endif
