#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/trainer_state.h"

int trainer_changes(const struct trainer *t, const struct change **out)
{
    *out = t->change;
    return t->change_count;
}

static bool reserve_changes(struct trainer *t, int more)
{
    if (t->change_count + more <= t->change_capacity)
        return true;
    int capacity = 2 * (t->change_count + more);
    struct change *change = realloc(t->change, (size_t)capacity * sizeof *change);
    if (!change)
        return false;
    t->change = change;
    t->change_capacity = capacity;
    return true;
}

static void write_down(struct trainer *t, const char *key, const struct experiment *wanted)
{
    struct change *change = &t->change[t->change_count++];
    *change = (struct change){ .step = t->step };
    snprintf(change->key, sizeof change->key, "%s", key);
    experiment_get(wanted, key, change->value, sizeof change->value);
}

/* Set values of losses not in use; the chosen loss of `wanted` is among them when it is new. They come first in
 * the journal, so that replaying it finds them in place when the loss is chosen, and no schedule ends. */
static void retune_dormant(struct trainer *t, const struct experiment *wanted)
{
    for (int i = 0; i < loss_count(); i++) {
        const struct loss *loss = loss_at(i);
        for (int p = 0; i != t->experiment.loss && p < loss_param_count(loss); p++) {
            if (wanted->param[i][p] == t->experiment.param[i][p])
                continue;
            char key[sizeof t->change->key];
            snprintf(key, sizeof key, "%s.%s", loss->id, loss->param[p].id);
            write_down(t, key, wanted);
            t->experiment.param[i][p] = wanted->param[i][p];
        }
    }
}

/* W and network stay; a bias that was dormant wakes with its value, its moments at zero (losses.md 1b). */
static void switch_loss(struct trainer *t, const struct experiment *wanted)
{
    bool had_bias = experiment_loss(&t->experiment)->has_bias;
    write_down(t, "loss", wanted);
    t->experiment.loss = wanted->loss;
    t->experiment.warmup[0] = wanted->warmup[0];
    t->experiment.warmup[1] = wanted->warmup[1];
    schedule_begin(&t->schedule, &t->experiment, t->step);
    if (had_bias || !experiment_loss(wanted)->has_bias)
        return;
    t->bias_age = 0;
    memset(head_bias(t, t->first), 0, (size_t)t->classes * sizeof *t->first);
    memset(head_bias(t, t->second), 0, (size_t)t->classes * sizeof *t->second);
}

/* The hand wins: a touched parameter's schedule is over for this run. */
static void touch_params(struct trainer *t, const struct experiment *wanted)
{
    const struct loss *loss = experiment_loss(wanted);
    double *own = t->experiment.param[wanted->loss];
    for (int p = 0; p < loss_param_count(loss); p++) {
        if (own[p] == wanted->param[wanted->loss][p])
            continue;
        write_down(t, loss->param[p].id, wanted);
        own[p] = wanted->param[wanted->loss][p];
        t->schedule.ended[p] = true;
    }
}

/* Every setting that is neither the loss nor a parameter of one. */
static void retune_keys(struct trainer *t, const struct experiment *wanted)
{
    char old[EXPERIMENT_PATH], new[EXPERIMENT_PATH];
    for (int i = 0; i < experiment_key_count(); i++) {
        const char *key = experiment_key(i);
        experiment_get(&t->experiment, key, old, sizeof old);
        experiment_get(wanted, key, new, sizeof new);
        if (!experiment_key_rebuilds(i) && strcmp(key, "loss") != 0 && strcmp(old, new) != 0)
            write_down(t, key, wanted);
    }
}

/* Moments of one optimiser mean nothing to another. */
static void forget_moments(struct trainer *t)
{
    t->net_age = t->bias_age = 0;
    memset(t->first, 0, t->size * sizeof *t->first);
    memset(t->second, 0, t->size * sizeof *t->second);
}

/* Whether a change since `from` is one of the training, not only of what is shown. */
static bool changes_training(const struct trainer *t, int from)
{
    for (int i = from; i < t->change_count; i++)
        if (strcmp(t->change[i].key, "points") != 0 && strcmp(t->change[i].key, "split") != 0)
            return true;
    return false;
}

/* After a divergence a change is the cure: go on from the last finite state, without the moments that led away. */
static void revive(struct trainer *t)
{
    forget_moments(t);
    t->diverged = false;
    t->message[0] = '\0';
}

enum status trainer_retune(struct trainer *t, const struct experiment *wanted, struct why *why)
{
    if (experiment_rebuilds(&t->experiment, wanted))
        return why_set(why, STATUS_USAGE,
            "training: data, model and seed cannot change while it runs; start it anew with them");
    enum status status = experiment_check(wanted, why);
    if (status != STATUS_OK)
        return status;
    int batch = trainer_batch_size(t, wanted->batch);
    bool sample = wanted->points != t->experiment.points || wanted->split != t->experiment.split;
    if (!reserve_changes(t, experiment_key_count() + LOSS_MAX * LOSS_PARAM_MAX) ||
        (batch != t->batch && !trainer_reserve_batch(t, batch)) ||
        (sample && !trainer_draw_sample(t, wanted)))
        return why_set(why, STATUS_FAILED, "training: out of memory for this change; choose a smaller batch");
    int before = t->change_count;
    bool new_optimiser = wanted->optimiser != t->experiment.optimiser;
    retune_keys(t, wanted);
    retune_dormant(t, wanted);
    if (wanted->loss != t->experiment.loss) {
        switch_loss(t, wanted);
        retune_dormant(t, wanted); /* the loss just left */
    }
    touch_params(t, wanted);
    t->experiment = *wanted;
    if (new_optimiser)
        forget_moments(t);
    if (t->diverged && changes_training(t, before))
        revive(t);
    return STATUS_OK;
}

void trainer_touch(struct trainer *t, const char *key)
{
    const struct loss *loss = experiment_loss(&t->experiment);
    size_t length = strlen(loss->id);
    bool named = strncmp(key, loss->id, length) == 0 && key[length] == '.';
    int p = loss_param_find(loss, named ? key + length + 1 : key);
    if (p < 0 || t->schedule.ended[p] || !reserve_changes(t, 1))
        return;
    write_down(t, loss->param[p].id, &t->experiment);
    t->schedule.ended[p] = true;
}
