/* eval_inner.h - what eval.c (the answer, the command), eval_read.c (a case in) and eval_write.c (a case or an
 * answer out) share. */
#ifndef APP_EVAL_INNER_H
#define APP_EVAL_INNER_H

#include "app/eval.h"

/* Checks a case and fills everything but the answer. After a failure `eval` still is the caller's to clear. */
enum status eval_read(const json_t *root, struct eval *eval, struct why *why);

/* A piece of head.extra under the name cases give it; unused sizes are 0. */
struct eval_part {
    const char *key, *d_key;
    int size[3];
};
enum { EVAL_PARTS = 3 };

/* The pieces in the order of head.extra; returns how many. */
int eval_parts(const struct loss_force *force, int dim, struct eval_part part[EVAL_PARTS]);
int eval_part_size(const struct eval_part *part);

/* The added terms, by what they need and answer. */
bool eval_has_term(const struct loss_force *force, const char *id);
bool eval_has_param(const struct loss_force *force, const char *id);

#endif
