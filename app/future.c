#include "app/future.h"

#include <stdlib.h>
#include <string.h>

void future_clear(struct future *f)
{
    free(f->change);
    free(f->fell);
    *f = (struct future){ 0 };
}

void future_note(struct future *f, const struct past *p, const struct trainer *t)
{
    const struct change *change;
    size_t count = (size_t)trainer_changes(t, &change);
    future_clear(f);
    f->change = malloc((count + 1) * sizeof *f->change);
    f->fell = calloc(count + 1, sizeof *f->fell);
    if (!f->change || !f->fell) {
        future_clear(f);
        return;
    }
    if (count > 0)
        memcpy(f->change, change, count * sizeof *f->change);
    for (size_t i = 0; i < count; i++)
        f->fell[i] = past_fell(p, (int)i);
    f->count = (int)count;
    f->end = trainer_steps(t);
    f->ends_fallen = trainer_diverged(t);
}

void future_begin(struct future *f, const struct trainer *t)
{
    const struct change *change;
    f->begun_with = trainer_changes(t, &change);
    f->begin = trainer_steps(t);
    f->next = f->begun_with;
}

void future_rewind(struct future *f, const struct trainer *t)
{
    const struct change *change;
    f->next = trainer_changes(t, &change);
}

bool future_untouched(const struct future *f, const struct trainer *t)
{
    const struct change *change;
    return trainer_changes(t, &change) == f->begun_with;
}

int future_left(const struct future *f, long step)
{
    int at = f->next;
    while (at < f->count && f->change[at].step < step)
        at++;
    return f->count > at ? f->count - at : 0;
}

bool future_missed(const struct future *f, long step)
{
    return f->next < f->count && f->change[f->next].step < step;
}

bool future_over(const struct future *f, const struct trainer *t)
{
    bool there =
        trainer_steps(t) > f->end || (trainer_steps(t) == f->end && (!f->ends_fallen || trainer_diverged(t)));
    return there && future_left(f, trainer_steps(t)) == 0;
}

enum status future_apply(struct future *f, struct trainer *t, int *made, struct why *why)
{
    enum status status = STATUS_OK;
    long step = trainer_steps(t);
    *made = 0;
    while (f->next < f->count && f->change[f->next].step < step)
        f->next++;
    while (status == STATUS_OK && f->next < f->count && f->change[f->next].step == step &&
           f->fell[f->next] <= trainer_diverged(t)) {
        status = trainer_replay(t, &f->change[f->next++], why);
        ++*made;
    }
    return status;
}
