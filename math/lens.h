/* lens.h - everything a loss says about one sample, in numbers: angles, logits as trained, probabilities, the terms of
 * the loss, its gradient. Pure; any thread. The total is loss_eval's of that one sample. */
#ifndef MATH_LENS_H
#define MATH_LENS_H

#include "math/loss.h"

enum { LENS_ROWS = 12, LENS_DIM = 512 };

/* How the numbers of a sample become its loss. */
enum lens_kind {
    LENS_SOFTMAX,       /* the classes share a probability of 1 */
    LENS_EACH,          /* one yes or no a class: several labels, sphereface2 */
    LENS_SCORE,         /* one score, two classes */
    LENS_FIT,           /* a number */
    LENS_PAIR           /* pairs of samples; one alone has no loss, only distances to the class means */
};

struct lens_row {
    int label;
    bool own;
    double angle, cosine;             /* to the class's weight (the nearest of several), radians */
    double logit;                     /* as trained: the own one bent; NaN for pairs */
    double plain;                     /* the same without a margin */
    double probability;               /* of `logit`; NaN for pairs and fits */
    double distance;                  /* |x - weight|: class means of pairs */
};

struct lens {
    enum lens_kind kind;
    int label, predicted;             /* predicted by the test rule */
    double norm;
    struct lens_row row[LENS_ROWS];   /* nearest first by the test rule; the own class is among them */
    int rows, classes;
    double others;                    /* sum of the probabilities of classes without a row */

    double loss, main;                /* in all; of the row alone */
    bool added[ADDED_MAX];
    double term[ADDED_MAX];           /* of each added term */
    double entropy;                   /* -log of the own probability; NaN without one */
    bool is_entropy;                  /* `main` is just that */
    double gradient[LENS_DIM];        /* dL/dx */
    double pull;                      /* its length */

    double score, t, slope;           /* LENS_SCORE: z, -1 or +1, dl/dz; LENS_FIT: the fit, the number, drho/dr */
};

/* False when there is nothing to say: no classes, a loss that has refined x already (groupface), more dimensions
 * than LENS_DIM. `rule` is the rule's head; `target` as in struct batch or NULL; `work` holds loss_work(1, ...). */
bool lens_look(const struct loss_force *force, const struct head *rule, const double *x, int label,
    const double *target, double *work, struct lens *out);

#endif
