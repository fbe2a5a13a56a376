/* region_case.h - a random rule with a random head, as the regions are drawn for; what the rule says of a
 * feature under it, written out once more; a smaller case that still fails; and one line of text that is the case. */
#ifndef TESTS_SUPPORT_REGION_CASE_H
#define TESTS_SUPPORT_REGION_CASE_H

#include <stdio.h>

#include "math/loss.h"
#include "math/rng.h"

enum { CASE_CLASSES = 24, CASE_ROWS = CASE_CLASSES * SUBCENTER_MAX, CASE_TEXT = 16384 };

struct region_case {
    const struct loss *loss;
    int dim, classes;
    bool warm;                       /* first part of the warm-up: |x| in place of the scale */
    double norm;                     /* of the features on the circle and the sphere; half the plane's width */
    double param[LOSS_PARAM_MAX];
    double weight[CASE_ROWS * 3], bias[CASE_CLASSES];
};

/* Unequal lengths, near and exact doubles, rows on one line, zero rows, few whole numbers, up to CASE_CLASSES. */
void case_draw(struct region_case *c, const struct loss *loss, int dim, struct rng *rng);
struct loss_force case_force(const struct region_case *c);
struct head case_head(const struct region_case *c);
int case_rows(const struct region_case *c);

/* One line, and back; false when it cannot be read. */
void case_print(const struct region_case *c, char *out, size_t size);
bool case_parse(struct region_case *c, const char *line);

/* Fewer classes, plainer numbers, while `fails` stays true; at most `tries` calls. */
void case_shrink(struct region_case *c, bool (*fails)(const struct region_case *c), int tries);

/* The rules, ready to be asked many times. */
struct judge {
    const struct region_case *of;
    struct loss_force force;
    struct head head;
    enum loss_decision decision;
    int rows, sub;
    double row[CASE_ROWS][3];        /* as the test rule multiplies it: u(W), W or alpha W */
    double unit[CASE_ROWS][3], length[CASE_ROWS], bias[CASE_CLASSES];
    double scale;                    /* what an excess or a score is large against */
};

void judge_init(struct judge *j, const struct region_case *c);

/* What the test rule compares, of a feature of any length; the winner, ties to the lowest index. */
double judge_score(const struct judge *j, const double *x, int class);
int judge_winner(const struct judge *j, const double *x);

/* The two classes have the very same rows: a tie, which the lower one wins. Rows on one ray tie but for rounding. */
bool judge_same(const struct judge *j, int a, int b);

/* How far the train rule is met for the class; > 0: met. Without a margin: +1 for every winner. */
double judge_excess(const struct judge *j, const double *x, int class);

#endif
