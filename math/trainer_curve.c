/* The curve of a training that has been taken back: steps made once more are not measured again, but they have been. */
#include <math.h>
#include <string.h>

#include "math/trainer_state.h"

int trainer_curve(const struct trainer *t, const struct curve_point **out)
{
    *out = t->curve;
    return t->curve_count;
}

static int place_of(const struct trainer *t, long step)
{
    int i = 0;
    while (i < t->curve_count && t->curve[i].step < step)
        i++;
    return i;
}

static bool has(const struct trainer *t, long step)
{
    int i = place_of(t, step);
    return i < t->curve_count && t->curve[i].step == step;
}

static int missing(const struct trainer *t, const struct curve_point *known, int count)
{
    int n = 0;
    for (int i = 0; i < count && known[i].step <= t->step; i++)
        n += !has(t, known[i].step);
    return n;
}

/* The batch loss of a step is its own: those made again may lie closer. */
static void remember(struct trainer *t, const struct curve_point *known)
{
    int i = place_of(t, known->step);
    struct curve_point *at = &t->curve[i];
    float batch_loss = at->batch_loss;
    if (!has(t, known->step)) {
        memmove(at + 1, at, (size_t)(t->curve_count++ - i) * sizeof *at);
        *at = *known;
    } else if (!isnan(known->train_loss)) {
        *at = *known;
        at->batch_loss = batch_loss;
    }
}

void trainer_recall_curve(struct trainer *t, const struct curve_point *known, int count)
{
    while (t->curve_count + missing(t, known, count) > CURVE_MAX && t->curve_count > CURVE_MAX / 4)
        trainer_thin_curve(t);
    for (int i = 0; i < count && known[i].step <= t->step; i++)
        if (t->curve_count < CURVE_MAX || has(t, known[i].step))
            remember(t, &known[i]);
}
