/* difference.h - in which settings experiments that are compared are not equal. Pure, any thread. */
#ifndef MATH_DIFFERENCE_H
#define MATH_DIFFERENCE_H

#include "math/experiment.h"

enum { EXPERIMENTS_COMPARED = 4 };

/* "m 0.35 vs 0.5; s 16 vs 30": every setting that is not equal, with its value in each of the `count` (1 to 4)
 * experiments: of the chosen losses, of added terms, and every other key. A default counts as what it stands for
 * (lr, warmup, anneal); "none" where a loss has no such parameter. What does not fit is cut. Returns how many. */
int experiment_differences(const struct experiment *const *e, int count, char *out, int size);

/* "m 0.35, s 16": the same of one of them, without the loss itself, without what it has not, and without the key
 * `except` (NULL: none). */
int experiment_own(const struct experiment *const *e, int count, int which, const char *except, char *out, int size);

#endif
