/* trainer.h - one training: network, head, optimiser, schedules, journal. One thread at a time; no clock.
 * trainer_step allocates nothing. Same experiment + journal + data: the same bytes on the same machine. */
#ifndef MATH_TRAINER_H
#define MATH_TRAINER_H

#include <stddef.h>

#include "math/coach.h"
#include "math/dataset.h"
#include "math/experiment.h"
#include "math/journal.h"
#include "math/snapshot.h"

struct trainer;

/* `data` is borrowed until trainer_destroy. */
enum status trainer_create(const struct experiment *e, const struct dataset *data, struct trainer **out,
    struct why *why);
void trainer_destroy(struct trainer *t);

/* One minibatch. After divergence (NaN, infinity) it does nothing: the last finite state stays. */
void trainer_step(struct trainer *t);
long trainer_steps(const struct trainer *t);
double trainer_epoch(const struct trainer *t);
int trainer_steps_per_epoch(const struct trainer *t);
bool trainer_diverged(const struct trainer *t);
const struct dataset *trainer_data(const struct trainer *t);   /* the given one; of drawn points those of now */
bool trainer_waits(const struct trainer *t);   /* drawn data without points of two classes: steps do nothing */
/* For the person, of the last change or of the start: what was made anew, what cannot be learned. "": nothing. */
const char *trainer_message(const struct trainer *t);
const struct experiment *trainer_experiment(const struct trainer *t);
struct loss_force trainer_force(const struct trainer *t);       /* in force at the next step */

/* Takes over new set values between two steps, writes each change into the journal as (step, key, value), ends
 * the schedules of touched parameters, and keeps the weights. After a divergence any change of the training lets it
 * go on from the last finite state. STATUS_USAGE when only a rebuild could do it. */
enum status trainer_retune(struct trainer *t, const struct experiment *wanted, struct why *why);

/* A hand on a parameter of the chosen loss (or on ring.radius while ring is on) ends its schedule even when the value
 * stays what it was. Keys as in experiment_set; any other key does nothing. */
void trainer_touch(struct trainer *t, const char *key);

/* The journal (math/journal.h): every change since step 0. trainer_replay makes one of them once more: between the same
 * two steps it leads to the same bytes, the entry among them. Borrowed until the next change. */
const struct journal *trainer_journal(const struct trainer *t);
int trainer_changes(const struct trainer *t);     /* its length */
/* What has been measured so far, borrowed until the next step; and, where t has come once more, what was measured on the
 * way there the first time. */
int trainer_curve(const struct trainer *t, const struct curve_point **out);
void trainer_recall_curve(struct trainer *t, const struct curve_point *known, int count);
enum status trainer_replay(struct trainer *t, const struct change *change, struct why *why);

/* What the coach has to say (math/coach.h): now, and all so far, oldest first. A cure's settings are taken over by
 * trainer_retune and its act done, both written into the journal; `back` is the history's, before this call. An
 * entry with the key "cure" is such an act. */
struct finding trainer_finding(const struct trainer *t);
int trainer_findings(const struct trainer *t, const struct finding **out);
const char *trainer_sentence(const struct trainer *t, const struct finding *f, char text[COACH_TEXT]);
int trainer_cures(const struct trainer *t, struct cure out[CURE_MAX]);
enum status trainer_cure(struct trainer *t, const struct cure *cure, struct why *why);

/* Forward pass of the shown sample and all of its numbers into `out` (room is made on first use). */
enum status trainer_snapshot(struct trainer *t, struct snapshot *s);

/* For a cnn, whose snapshots take long: where `begin` says true, trainer_ahead for the first half and for the second may
 * run in two threads at once; nothing else before the trainer_snapshot that takes what they have made. The same bits. */
bool trainer_ahead_begin(struct trainer *t);
void trainer_ahead(struct trainer *t, bool first);

/* Full-set numbers, as in the summary and metrics.csv. NaN where a thing does not exist. */
struct evaluation {
    double train_loss, test_loss, train_accuracy, test_accuracy, margin_accuracy;
    double intra_angle_deg, inter_angle_deg, min_gap_deg, eer, eer_open;
    double tar[VERIFICATION_FARS], tar_open[VERIFICATION_FARS];   /* at FAR 1e-1, 1e-2, 1e-3 */
    double rank1, unknown, stranger_accepted;   /* the latter two at the threshold of equal errors */
};
/* `verified` also compares samples with each other (trainer_recognise; slower); else those numbers are NaN. */
enum status trainer_evaluate(struct trainer *t, bool verified, struct evaluation *out);

/* Verification and identification on the test samples, and on those of held-out classes.
 * Takes tens of milliseconds; nothing measured where there is no test part. The next snapshots carry it. */
enum status trainer_recognise(struct trainer *t);

/* Predictions over the plane of the inputs, for data of two numbers; without such a plane an empty map. Takes a few
 * milliseconds, allocates nothing. The next snapshots carry it. */
void trainer_map_inputs(struct trainer *t);

/* Features of data rows [from, from+n) into out (n, feature_dim); predicted (n) may be NULL. */
void trainer_features(struct trainer *t, int from, int n, float *out, int *predicted);
/* The rule's head (math/loss.h): class weights, +-w/2 of a score, class means of a pair loss over the whole training
 * sample (computed now, which is why t is not const). Borrowed until the next call on t. */
struct head trainer_rule(struct trainer *t);
/* A block as it stands, in use or dormant. Borrowed until the next call on t. */
const double *trainer_block(const struct trainer *t, enum block b);

/* The batch of the last step as the loss saw it, before its update. Borrowed until the
 * next call on t. */
struct batch_view {
    struct loss_force force;
    int n, dim, classes;
    const double *feature;            /* (n, dim) */
    const int *label;
    const double *target;             /* as in struct batch, or NULL */
    struct head head;                 /* the trained head before the update */
    double loss;
    const double *d_feature, *d_weight, *d_bias, *d_extra;    /* NULL where the loss has no such array */
    const double *center_delta, *d_center;                    /* with center, with uniform; else NULL */
    double d_radius, scale;           /* with ring; adacos */
    long selected;                    /* triplets */
};
bool trainer_last_batch(const struct trainer *t, struct batch_view *out);   /* false before the first step */

/* Checkpoint: the whole training as bytes (arrays, moments, dormant parts, RNG streams, permutation, schedules,
 * step, journal). save allocates *out with malloc. load wants a trainer made from the same experiment shape and
 * data; afterwards every step is bit by bit what it would have been. On failure t is unchanged. */
enum status trainer_save(const struct trainer *t, uint8_t **out, size_t *size, struct why *why);
enum status trainer_load(struct trainer *t, const uint8_t *in, size_t size, struct why *why);

/* Data go by their names, and a file may call the same data otherwise: saved with the dataset, features-npy, labels-npy
 * and weights-npy of `names`; and of a training that was loaded so, other names for the data it has. */
enum status trainer_save_as(const struct trainer *t, const struct experiment *names, uint8_t **out, size_t *size,
    struct why *why);
void trainer_rename_data(struct trainer *t, const struct experiment *names);

#endif
