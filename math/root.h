/* root.h - where a function of one number changes sign. "Positive" is > 0, so zero belongs to the other side. */
#ifndef MATH_ROOT_H
#define MATH_ROOT_H

struct curve {
    double (*at)(const void *of, double x);
    const void *of;
    double level;                    /* values up to this are rounding, and as good as zero */
};

/* Between a and b, whose signs differ, to the last bit; a jump across zero counts. */
double root_between(const struct curve *f, double a, double b);

/* The changes of sign between a and b, where f has at most one turn: none, one, or two when both ends head for zero
 * and the turn lies beyond it. Returns how many, rising. */
int root_find(const struct curve *f, double a, double b, double at_a, double at_b, double root[2]);

#endif
