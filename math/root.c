/* root.c - changes of sign, one variable. */
#include "math/root.h"

#include <math.h>
#include <stdbool.h>

/* False position, which halves the value at an end that stays (Illinois), and halves the stretch when that is slow:
 * at a jump, or a root that is nearly double. */
static double root_bracketed(const struct curve *f, double a, double b, double at_a, double at_b)
{
    bool rises = at_b > 0;
    int kept = 0;
    for (int i = 0; i < 75; i++) {
        double middle = (a + b) / 2, x = i < 14 ? a + (b - a) * at_a / (at_a - at_b) : middle;
        if (!(x > a && x < b))
            x = middle;
        if (x <= a || x >= b)
            break;
        double value = f->at(f->of, x);
        if (fabs(value) <= f->level)
            return x;
        if ((value > 0) == rises) {
            b = x, at_b = value;
            at_a /= kept > 0 ? 2 : 1;
            kept = 1;
        } else {
            a = x, at_a = value;
            at_b /= kept < 0 ? 2 : 1;
            kept = -1;
        }
    }
    return (a + b) / 2;
}

double root_between(const struct curve *f, double a, double b)
{
    return root_bracketed(f, a, b, f->at(f->of, a), f->at(f->of, b));
}

/* Golden sections to where sign * f is least between a and b, or to the first place at which it is not positive. */
static double turn_between(const struct curve *f, double a, double b, double sign, double *value)
{
    const double share = 0.6180339887498949;
    double p = b - share * (b - a), q = a + share * (b - a);
    double at_p = sign * f->at(f->of, p), at_q = sign * f->at(f->of, q);
    for (int i = 0; i < 45 && at_p > 0 && at_q > 0; i++) {
        if (at_p < at_q) {
            b = q, q = p, at_q = at_p;
            p = b - share * (b - a);
            at_p = sign * f->at(f->of, p);
        } else {
            a = p, p = q, at_p = at_q;
            q = a + share * (b - a);
            at_q = sign * f->at(f->of, q);
        }
    }
    *value = sign * fmin(at_p, at_q);
    return at_p < at_q ? p : q;
}

/* Slopes are taken a little inside, because an end may be the tip of a cone. */
int root_find(const struct curve *f, double a, double b, double at_a, double at_b, double root[2])
{
    double sign = at_a > 0 ? 1 : -1, inset = (b - a) * 1e-4, value;
    if ((at_a > 0) != (at_b > 0)) {
        root[0] = root_bracketed(f, a, b, at_a, at_b);
        return 1;
    }
    if (!(sign * f->at(f->of, a + inset) < sign * at_a && sign * f->at(f->of, b - inset) < sign * at_b))
        return 0;
    double turn = turn_between(f, a, b, sign, &value);
    if ((value > 0) == (at_a > 0))
        return 0;
    root[0] = root_bracketed(f, a, turn, at_a, value);
    root[1] = root_bracketed(f, turn, b, value, at_b);
    return 2;
}
