/* schedule.h - parameter values in force at a step: warm-up and annealing.
 * k counts the steps since the loss was chosen or the training began. For k < N the head uses |x| in place of its
 * scale and the neutral margin; over the next M steps each margin goes linearly from neutral to its set value
 * (whole-number margins by rounding); lambda falls from 1000 to its set value. Pure, any thread. */
#ifndef MATH_SCHEDULE_H
#define MATH_SCHEDULE_H

#include "math/experiment.h"

/* What a training remembers of its schedules. */
struct schedule {
    long start;                      /* step at which the present loss was chosen */
    bool skip_norm;                  /* chosen when the |x| phase was over: begins with the ramp */
    bool ended[LOSS_PARAM_MAX];      /* touched by hand: the set value holds */
};

void schedule_begin(struct schedule *schedule, const struct experiment *e, long step);

/* Lengths N and M for the chosen loss, defaults resolved. */
void schedule_lengths(const struct experiment *e, int lengths[2]);

/* Running statistics a hand has ended stay in `force` as they were in `given`. */
void schedule_hold(const struct schedule *schedule, const struct loss_force *given, struct loss_force *force);

struct loss_force schedule_force(const struct schedule *schedule, const struct experiment *e, long step);
/* The same without a copy, for every step. */
void schedule_fill_force(const struct schedule *schedule, const struct experiment *e, long step, struct loss_force *force);

/* What of it is running at `step`, as the header of the window says it; lengths are 0 when over. */
struct schedule_state {
    int warmup_step, warmup_length, ramp_step, ramp_length;
    bool annealing;
};
struct schedule_state schedule_state(const struct schedule *schedule, const struct experiment *e, long step);

/* Lambda in force k steps in, for a set lambda. */
double schedule_lambda(long k, double set);

#endif
