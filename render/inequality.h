/* inequality.h - the rule of the loss spelled out for one sample, and what it comes to: the live numbers of the
 * header. */
#ifndef RENDER_INEQUALITY_H
#define RENDER_INEQUALITY_H

#include "render/view.h"

/* Symbols above, numbers beneath, in shared columns. */
struct term {
    char symbol[64];                  /* formula text */
    char value[32];
    struct color color;
    bool sign;                        /* + - < >: a narrow column */
};

enum { TERM_MAX = 5, VALUE_SIZE = 32 };

struct verdict {
    char who[64], by[64];
    bool good;
};

struct inequality {
    const struct snapshot *snap;
    struct term term[TERM_MAX];
    int n;
    const char *widest;               /* no number in its columns is wider, so that none jumps */
    double slack;
    int decimals;                     /* of the distance: 1, 2 or 3 */
    bool degrees;
    struct verdict said;              /* by rules that do not end in "class 3 wins"; else who[0] is 0 */
};

void inequality_write(struct inequality *q, const struct scene *scene, const struct theme *theme,
    const struct selection *s);
void inequality_verdict(struct verdict *v, const struct inequality *q, const struct scene *scene,
    const struct selection *s);

#endif
