/* eval.h - value and gradients of one loss on one case.
 * Runs the trainer's own loss code; there is no second implementation to agree with. Any thread. */
#ifndef APP_EVAL_H
#define APP_EVAL_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "math/loss.h"
#include "math/status.h"
#include "math/trainer.h"

/* What a case asks, and the answer. Owns its arrays; those its loss has no use for are NULL. */
struct eval {
    struct loss_force force;          /* a term's id is softmax with that term */
    int n, dim, classes;
    bool bias;                        /* the case has one, so there is a d_bias */
    double *feature, *weight, *offset, *extra, *center, *class_weight;    /* offset: the bias */
    double *target;                   /* as in struct batch */
    int *label;
    double loss, *d_feature, *d_weight, *d_bias, *d_extra, *d_center, *center_delta;
    double d_radius, scale;           /* with ring; adacos */
    long selected;                    /* triplets */
};

/* Checks a whole case and evaluates it. Keys it does not know (note, expect, tolerance) are not looked at. On
 * failure `out` is unchanged; why says what is wrong, without the file's name. */
enum status eval_case(const json_t *root, struct eval *out, struct why *why);
void eval_clear(struct eval *eval);       /* fine on a zeroed one */

/* One JSON object: loss, d_features and the other keys of the loss, every number so that it reads back the same. */
enum status eval_print(FILE *to, const struct eval *eval, struct why *why);

/* `marginscope eval PATH`, "-" for standard input: the answer on stdout or the one error line on stderr.
 * Returns the exit status. */
int eval_main(const char *path);

/* A batch of a training as a case with the trainer's own numbers in "expect" (tolerance 1e-9). `note` goes in as
 * it is. */
enum status eval_write_case(FILE *to, const struct batch_view *batch, const char *note, struct why *why);

#endif
