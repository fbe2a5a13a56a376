/* Cures of the coach, and back again: a cure may cut off what went wrong, so how all trainings stood is kept whole. */
#include <stdlib.h>
#include <string.h>

#include "app/worker_state.h"

static void clear(struct cured *k)
{
    for (int i = 0; i < k->count; i++)
        free(k->training[i].bytes);
    *k = (struct cured){ .count = 0 };
}

static void announce(struct worker *w)
{
    SDL_LockMutex(w->lock);
    w->state.cured = w->cureds > 0 ? w->cured[w->cureds - 1].serial : 0;
    SDL_UnlockMutex(w->lock);
}

void cure_forget(struct worker *w)
{
    while (w->cureds > 0)
        clear(&w->cured[--w->cureds]);
    announce(w);
}

static bool keep_one(struct cured *k, const struct trainer *t)
{
    bool kept = mark_save(&k->training[k->count], t);
    k->count += kept;
    return kept;
}

/* Without memory a cure cannot be taken back whole. */
static void keep(struct worker *w, long serial, long since)
{
    struct cured fresh = { .serial = serial, .since = since };
    bool whole = keep_one(&fresh, w->trainer);
    for (int i = 0; i < beside_count(w->beside) && whole; i++) {
        fresh.id[i] = beside_id(w->beside, i);
        whole = keep_one(&fresh, beside_trainer(w->beside, i));
    }
    if (!whole) {
        clear(&fresh);
        cure_forget(w);
        return;
    }
    if (w->cureds == CURED_MAX) {
        clear(&w->cured[0]);
        memmove(w->cured, w->cured + 1, (size_t)--w->cureds * sizeof *w->cured);
    }
    w->cured[w->cureds++] = fresh;
    announce(w);
}

/* Back to where it was well, when the cure says so; then with the settings of now and those of the cure. */
static void cure(struct worker *w, const struct command *c)
{
    struct why why = { "" };
    replay_end(w);
    timeline_keep_present(w);
    keep(w, c->cure_serial, c->cure.back >= 0 ? c->cure.back : trainer_steps(w->trainer));
    if (c->cure.back >= 0)
        timeline_branch(w, c->cure.back);
    w->shown = SHOW_LIVE;
    enum status status = trainer_retune(w->trainer, &c->wanted, &why);
    worker_report(w, status == STATUS_OK ? trainer_cure(w->trainer, &c->cure, &why) : status, &why);
    w->changed = true;
    w->stale = ~0u;
}

/* The same trainings are beside it. */
static bool fits(const struct worker *w, const struct cured *k)
{
    bool same = k->count == 1 + beside_count(w->beside);
    for (int i = 0; same && i < beside_count(w->beside); i++)
        same = k->id[i] == beside_id(w->beside, i);
    return same;
}

static enum status restore(struct worker *w, const struct cured *k, struct why *why)
{
    struct shade *shade = shade_create();
    if (!shade)
        return why_set(why, STATUS_FAILED, "cure: not enough memory; close something");
    const struct kept_training *own = k->training;
    enum status status =
        past_restore(w->past, w->trainer, k->since, own->bytes, own->size, &shade->snapshot, why);
    for (int i = 0; i < beside_count(w->beside) && status == STATUS_OK; i++)
        status = beside_restore(w->beside, i, k->since, own[1 + i].bytes, own[1 + i].size, why);
    future_clear(&w->future);
    timeline_cast(w, shade);
    return status;
}

static void uncure(struct worker *w, const struct command *c)
{
    struct why why = { "" };
    enum status status = STATUS_OK;
    replay_end(w);
    bool whole =
        w->cureds > 0 && w->cured[w->cureds - 1].serial == c->uncure && fits(w, &w->cured[w->cureds - 1]);
    if (whole) {
        status = restore(w, &w->cured[w->cureds - 1], &why);
        clear(&w->cured[--w->cureds]);
        announce(w);
    } else {
        cure_forget(w);
    }
    if (status == STATUS_OK)
        status = trainer_retune(w->trainer, &c->wanted, &why);
    timeline_arrive(w, status, &why);
}

void cure_turn(struct worker *w, const struct command *c)
{
    bool cures = c->cure_serial != w->done_cure, uncures = c->uncure_serial != w->done_uncure;
    w->done_cure = c->cure_serial;
    w->done_uncure = c->uncure_serial;
    if (cures && w->trainer)
        cure(w, c);
    if (uncures && w->trainer)
        uncure(w, c);
}
