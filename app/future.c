#include "app/future.h"

#include <stdlib.h>
#include <string.h>

void future_clear(struct future *f)
{
    journal_clear(&f->journal);
    free(f->fell);
    *f = (struct future){ 0 };
}

void future_note(struct future *f, const struct past *p, const struct trainer *t)
{
    size_t count = (size_t)trainer_changes(t);
    future_clear(f);
    f->fell = calloc(count + 1, sizeof *f->fell);
    if (!f->fell || !journal_copy(&f->journal, trainer_journal(t))) {
        future_clear(f);
        return;
    }
    for (size_t i = 0; i < count; i++)
        f->fell[i] = past_fell(p, (int)i);
    f->end = trainer_steps(t);
    f->ends_fallen = trainer_diverged(t);
}

void future_begin(struct future *f, const struct trainer *t)
{
    f->begun_with = trainer_changes(t);
    f->begin = trainer_steps(t);
    f->next = f->begun_with;
}

void future_rewind(struct future *f, const struct trainer *t)
{
    f->next = trainer_changes(t);
}

bool future_untouched(const struct future *f, const struct trainer *t)
{
    return trainer_changes(t) == f->begun_with;
}

int future_left(const struct future *f, long step)
{
    int at = f->next;
    while (at < f->journal.count && journal_step(&f->journal, at) < step)
        at++;
    return f->journal.count > at ? f->journal.count - at : 0;
}

bool future_missed(const struct future *f, long step)
{
    return f->next < f->journal.count && journal_step(&f->journal, f->next) < step;
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
    while (f->next < f->journal.count && journal_step(&f->journal, f->next) < step)
        f->next++;
    while (status == STATUS_OK && f->next < f->journal.count && journal_step(&f->journal, f->next) == step &&
           f->fell[f->next] <= trainer_diverged(t)) {
        struct change change = journal_change(&f->journal, f->next++);
        status = trainer_replay(t, &change, why);
        ++*made;
    }
    return status;
}
