/* Shelves: a training waits whole, with its timeline, while the window is on another bench. */
#include "app/worker_state.h"

#include <string.h>

static void clear(struct shelf *s)
{
    trainer_destroy(s->trainer); /* before its data */
    past_destroy(s->past);
    loaded_drop(s->loaded);
    *s = (struct shelf){ .trainer = NULL };
}

static bool is_shelf(int at)
{
    return at >= 0 && at < WORKER_SHELVES;
}

/* What waits has a part of the memory for timelines, not the whole of it once more. */
void shelf_put(struct worker *w, int at)
{
    struct past *fresh =
        is_shelf(at) && w->trainer && beside_count(w->beside) == 0 ? past_create(w->budget) : NULL;
    if (!is_shelf(at))
        return;
    clear(&w->shelf[at]);
    if (!fresh)
        return;
    history_set_budget(past_history(w->past), w->budget / (WORKER_SHELVES + 1));
    w->shelf[at] = (struct shelf){ w->trainer, w->past, w->loaded };
    w->past = fresh;
    w->trainer = NULL;
    w->loaded = NULL;
}

static bool waits(const struct worker *w, const struct command *c)
{
    if (c->wanted_serial < c->shelf_serial || c->anew || !is_shelf(c->shelf_to) ||
        c->shelf_to == c->shelf_from)
        return false;
    const struct trainer *t = w->shelf[c->shelf_to].trainer;
    return t && w->trainer && beside_count(w->beside) == 0 &&
           !experiment_rebuilds(trainer_experiment(t), &c->wanted);
}

bool shelf_take(struct worker *w, const struct command *c, enum status *status, struct why *why)
{
    if (!waits(w, c))
        return false;
    struct shelf back = w->shelf[c->shelf_to];
    w->shelf[c->shelf_to] = (struct shelf){ .trainer = NULL };
    shelf_put(w, c->shelf_from);
    trainer_destroy(w->trainer);
    loaded_drop(w->loaded);
    past_destroy(w->past);
    w->past = back.past;
    load_stand(w, back.loaded, back.trainer);
    timeline_cast(w, NULL);
    timeline_share(w);
    *status = experiment_check(&c->wanted, why);
    if (*status == STATUS_OK)
        *status = trainer_retune(w->trainer, &c->wanted, why);
    return true;
}

void shelf_forget(struct worker *w)
{
    for (int i = 0; i < WORKER_SHELVES; i++)
        clear(&w->shelf[i]);
}
