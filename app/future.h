/* future.h - the changes a training had before it was sent back, so that they can be made once more at the same steps.
 * Belongs to the thread of the trainer. A zeroed one is empty. */
#ifndef APP_FUTURE_H
#define APP_FUTURE_H

#include "app/past.h"

struct future {
    struct journal journal;           /* as it was; what counts is what it had after `begin` */
    bool *fell;                       /* of each entry: made when the training had just diverged */
    int next;                         /* entry to be made */
    long begin, end;                  /* steps */
    bool ends_fallen;
    int begun_with;                   /* length of the journal at `begin` */
};

/* Around a return: before it the whole journal, after it what is left of that. Without memory it is empty. */
void future_note(struct future *f, const struct past *p, const struct trainer *t);
void future_begin(struct future *f, const struct trainer *t);
void future_rewind(struct future *f, const struct trainer *t);    /* t has been sent back to `begin` or before it */
void future_clear(struct future *f);

/* Whether the journal is still what it was at `begin`. */
bool future_untouched(const struct future *f, const struct trainer *t);
bool future_missed(const struct future *f, long step);    /* a change lies before that step */
int future_left(const struct future *f, long step);       /* changes that do not */
bool future_over(const struct future *f, const struct trainer *t);    /* its end is reached, or there is none */

/* Makes those of the step where t stands; those before it are passed over. *made: how many. */
enum status future_apply(struct future *f, struct trainer *t, int *made, struct why *why);

#endif
