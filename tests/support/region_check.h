/* region_check.h - what is drawn of one case, against what the judge says: the whole plane and every border. */
#ifndef TESTS_SUPPORT_REGION_CHECK_H
#define TESTS_SUPPORT_REGION_CHECK_H

#include "tests/support/region_case.h"

/* So near a border either side may be drawn. */
#define CHECK_NEAR 1e-6
/* Both sides of the inequality at a border. */
#define CHECK_LEVEL 1e-9

struct report {
    long points, near, vertices, wrong;
    char first[320];
};

/* Counts one, and keeps the first as a sentence. */
void report_wrong(struct report *r, const char *what, const double *x, int dim, int drawn, int want);

/* The border of what is decided: level with the best of the others. Of what is safe: that, or the train rule is
 * met with nothing to spare, or its target jumps here. Level is within `room`, of what a score may be. */
void check_vertex(
    const struct judge *j, const double *x, int class, bool safe, double room, struct report *report);
/* What rounding decides: two rows that differ by it alone, an excess that is all rounding. */
bool check_undecided(const struct judge *j, const double *x, int winner);

/* At every point of a 512 x 512 grid of the plane, and every border. */
void check_plane(const struct judge *j, struct report *report);
/* At 20,000 directions, and every point of a border. */
void check_sphere(const struct judge *j, struct report *report);

#endif
