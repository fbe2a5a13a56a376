#include "app/worker_state.h"

#include <stdlib.h>
#include <string.h>

#include "app/dataset_open.h"
#include "app/memory.h"

/* From the reading: how far it is. False when nobody waits for it any more. */
bool load_share(void *user, double share)
{
    struct worker *w = user;
    SDL_LockMutex(w->lock);
    w->state.share = share;
    bool on = !w->command.quit;
    SDL_UnlockMutex(w->lock);
    w->wake(w->wake_arg);
    return on;
}

bool load_has(const struct worker *w, const struct experiment *e)
{
    return w->loaded && dataset_same(&w->opened, e);
}

static enum status open_data(
    struct worker *w, const struct experiment *e, struct loaded **out, struct why *why)
{
    if (load_has(w, e)) {
        *out = loaded_keep(w->loaded);
        return STATUS_OK;
    }
    struct loaded *fresh = calloc(1, sizeof *fresh);
    if (!fresh)
        return why_set(why, STATUS_FAILED, "%s: not enough memory; close something", e->dataset);
    const struct progress progress = { load_share, w };
    enum status status = dataset_open_watched(e, &progress, &fresh->data, why);
    if (status != STATUS_OK) {
        free(fresh);
        return status;
    }
    SDL_AtomicSet(&fresh->users, 1);
    *out = fresh;
    return STATUS_OK;
}

void load_stand(struct worker *w, struct loaded *loaded, struct trainer *trainer)
{
    w->trainer = trainer;
    w->loaded = loaded;
    w->shown = SHOW_LIVE;
    replay_end(w);
    cure_forget(w);
    future_clear(&w->future);
    w->inputs_due = 0;
    w->opened = *trainer_experiment(trainer);
    w->rate_count = 0;
    w->step_cost = 0;
}

void load_install(struct worker *w, struct loaded *loaded, struct trainer *trainer)
{
    trainer_destroy(w->trainer);
    loaded_drop(w->loaded);
    load_stand(w, loaded, trainer);
    past_begin(w->past, trainer);
}

/* What was wanted is now what stands there. */
void load_note(struct worker *w, const long *id)
{
    SDL_LockMutex(w->lock);
    w->command.wanted = *trainer_experiment(w->trainer);
    w->wishes = beside_count(w->beside);
    for (int i = 0; i < w->wishes; i++)
        w->wish[i] =
            (struct beside_wish){ id[i], BESIDE_LEADER, *trainer_experiment(beside_trainer(w->beside, i)) };
    w->done_wish = w->taken_serial = w->wish_serial;
    SDL_UnlockMutex(w->lock);
}

/* The old training goes on until the new one stands. */
static enum status rebuild(struct worker *w, const struct experiment *e, int shelf, struct why *why)
{
    struct loaded *loaded = NULL;
    struct trainer *trainer = NULL;
    enum status status = experiment_check(e, why);
    if (status == STATUS_OK)
        status = open_data(w, e, &loaded, why);
    if (status == STATUS_OK)
        status = trainer_create(e, &loaded->data, &trainer, why);
    if (status != STATUS_OK) {
        loaded_drop(loaded);
        return status;
    }
    status = beside_rebuild(w->beside, &loaded->data, why);
    shelf_put(w, shelf);
    load_install(w, loaded, trainer);
    memory_give_back();
    return status; /* of those beside it: its own stands */
}

/* The training so far, for its curves. */
static struct shade *shade_of_now(struct worker *w)
{
    struct shade *shade = shade_create();
    if (shade && trainer_snapshot(w->trainer, &shade->snapshot) != STATUS_OK) {
        shade_drop(shade);
        return NULL;
    }
    if (shade)
        shade->snapshot.count = shade->snapshot.classes = 0;
    return shade;
}

/* Shelves of a wish that is still to come are not for this one. */
static int shelf_left(const struct command *c)
{
    return c->wanted_serial >= c->shelf_serial ? c->shelf_from : -1;
}

static enum status adopt(struct worker *w, const struct command *c, struct why *why)
{
    const struct experiment *e = &c->wanted;
    enum status taken;
    if (shelf_take(w, c, &taken, why))
        return taken;
    if (w->trainer && !c->anew && !experiment_rebuilds(trainer_experiment(w->trainer), e)) {
        enum status status = experiment_check(e, why);
        return status == STATUS_OK ? trainer_retune(w->trainer, e, why) : status;
    }
    SDL_LockMutex(w->lock);
    w->state.loading = true;
    w->state.share = 0;
    SDL_UnlockMutex(w->lock);
    w->wake(w->wake_arg);
    /* with other data there is nothing to compare with */
    struct shade *shade = w->trainer && dataset_same(&w->opened, e) ? shade_of_now(w) : NULL;
    enum status status = rebuild(w, e, shelf_left(c), why);
    if (status == STATUS_OK)
        timeline_cast(w, shade);
    else
        shade_drop(shade);
    return status;
}

/* Step 0 again; the training so far stays as a ghost. */
enum status load_again(struct worker *w, struct why *why)
{
    struct experiment e = *trainer_experiment(w->trainer);
    struct history *history = past_history(w->past);
    struct shade *shade = shade_create();
    if (shade && history_count(history) > 0)
        history_cut(history, 0, &shade->snapshot);
    timeline_cast(w, shade);
    return rebuild(w, &e, -1, why);
}

void load_lead(struct worker *w, const struct command *c)
{
    struct trainer *trainer = NULL;
    struct past *past = NULL;
    w->done_lead = c->lead_serial;
    if (!w->trainer || !beside_give(w->beside, c->lead, &trainer, &past)) {
        w->done_serial = -1; /* it has not been made: the wish for it is taken up as any other */
        return;
    }
    trainer_destroy(w->trainer);
    past_destroy(w->past);
    w->trainer = trainer;
    w->past = past;
    w->shown = SHOW_LIVE;
    replay_end(w);
    cure_forget(w);
    future_clear(&w->future);
    timeline_cast(w, NULL);
    timeline_share(w);
    w->changed = true;
    w->stale = ~0u;
}

void load_take_wishes(struct worker *w)
{
    if (w->taken_serial == w->wish_serial)
        return;
    memcpy(w->taken, w->wish, (size_t)w->wishes * sizeof *w->wish);
    w->takens = w->wishes;
    w->taken_serial = w->wish_serial;
}

/* Before all are made anew: so that they are made once, as they are to be. */
static void note_besides(struct worker *w)
{
    if (w->taken_serial != w->done_wish)
        beside_note(w->beside, w->taken, w->takens);
}

/* One that needs another network takes all back to step 0. That they can be made says nothing of a training that could
 * not, which is still to be told. */
static void take_besides(struct worker *w)
{
    struct why why = { "" };
    bool anew = false;
    if (w->taken_serial == w->done_wish || !w->trainer)
        return;
    w->done_wish = w->taken_serial;
    replay_end(w);
    enum status status =
        beside_want(w->beside, w->taken, w->takens, w->trainer, &w->loaded->data, &anew, &why);
    if (anew) {
        struct why again = { "" };
        enum status rebuilt = load_again(w, &again);
        if (status == STATUS_OK && rebuilt != STATUS_OK)
            status = why_set(&why, rebuilt, "%s", again.text);
    }
    timeline_share(w);
    timeline_present(w);
    if (status != STATUS_OK || w->beside_failed)
        worker_report(w, status, &why);
    w->beside_failed = status != STATUS_OK;
    w->changed = true;
}

void load_take(struct worker *w, const struct command *c)
{
    struct why why = { "" };
    if (c->session && !w->trainer)
        w->done_serial = c->wanted_serial; /* that of the session comes instead */
    if (c->wanted_serial != w->done_serial) {
        w->done_serial = c->wanted_serial;
        replay_end(w);
        w->shown = SHOW_LIVE;
        note_besides(w);
        enum status status = adopt(w, c, &why);
        worker_report(w, status, &why);
        w->beside_failed = false;
        if (status != STATUS_OK && c->until != NO_END)
            worker_arrive(w, c);
        w->changed = true;
    }
    take_besides(w);
    publish_watch(w, c->watch);
    for (int i = 0; i < c->touch_count; i++) {
        w->shown = SHOW_LIVE;
        replay_end(w);
        if (w->trainer)
            trainer_touch(w->trainer, c->touched[i]);
        w->changed = true;
    }
    if (c->reset_serial != w->done_reset) {
        w->done_reset = c->reset_serial;
        if (w->trainer)
            worker_report(w, load_again(w, &why), &why);
        w->changed = true;
    }
    if (w->changed)
        w->stale = ~0u;
}
