#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/draw.h"
#include "math/trainer_state.h"

/* All points taken away and as many others drawn, at least sixteen of either in an entry. */
enum { DRAW_ENTRIES = 2 * DRAW_MAX / 16 };

const struct journal *trainer_journal(const struct trainer *t)
{
    return &t->journal;
}

int trainer_changes(const struct trainer *t)
{
    return t->journal.count;
}

static void write_entry(struct trainer *t, const char *key, const char *value, const char *before)
{
    struct change change = { .step = t->step };
    snprintf(change.key, sizeof change.key, "%s", key);
    snprintf(change.value, sizeof change.value, "%s", value);
    if (strlen(before) < sizeof change.before && strcmp(before, value) != 0)
        strcpy(change.before, before);
    journal_add(&t->journal, &change);
}

static void write_text(struct trainer *t, const char *key, const char *value)
{
    write_entry(t, key, value, "");
}

static void write_down(struct trainer *t, const char *key, const struct experiment *wanted)
{
    char value[CHANGE_VALUE], before[CHANGE_VALUE] = "";
    experiment_get(wanted, key, value, sizeof value);
    experiment_get(&t->experiment, key, before, sizeof before);
    write_entry(t, key, value, before);
}

/* A list can change while its place among the choices stays. */
static bool differs(const struct experiment *a, const struct experiment *b, int loss, int p)
{
    bool list = loss_at(loss)->param[p].kind == PARAM_LIST;
    return a->param[loss][p] != b->param[loss][p] ||
           (list && (a->class_weight_count != b->class_weight_count ||
                        memcmp(a->class_weight, b->class_weight, sizeof a->class_weight) != 0));
}

static void take_param(struct experiment *to, const struct experiment *from, int loss, int p)
{
    to->param[loss][p] = from->param[loss][p];
    if (loss_at(loss)->param[p].kind != PARAM_LIST)
        return;
    memcpy(to->class_weight, from->class_weight, sizeof to->class_weight);
    to->class_weight_count = from->class_weight_count;
}

/* Set values of losses and terms not chosen, or of terms on top; the chosen loss of `wanted` is among them when it
 * is new. They come first in the journal, so that replaying it finds them in place when the loss is chosen, and no
 * schedule ends. */
static void retune_dormant(struct trainer *t, const struct experiment *wanted)
{
    for (int i = 0; i < loss_count(); i++) {
        const struct loss *loss = loss_at(i);
        for (int p = 0; i != t->experiment.loss && p < loss_param_count(loss); p++) {
            if (!differs(wanted, &t->experiment, i, p))
                continue;
            char key[sizeof((struct change *)0)->key];
            snprintf(key, sizeof key, "%s.%s", loss->id, loss->param[p].id);
            write_down(t, key, wanted);
            take_param(&t->experiment, wanted, i, p);
            if (strcmp(key, "ring.radius") == 0 && trainer_uses(&t->experiment, BLOCK_RADIUS))
                trainer_hold_radius(t);
        }
    }
}

/* Network and blocks stay; the running margin and annealing begin again. */
static void switch_loss(struct trainer *t, const struct experiment *wanted)
{
    struct experiment before = t->experiment;
    write_down(t, "loss", wanted);
    t->experiment.loss = wanted->loss;
    schedule_begin(&t->schedule, &t->experiment, t->step);
    trainer_switch(t, &before);
}

/* Terms one stage of the change has on: those that stay while the loss is exchanged, then all that are wanted. */
static void retune_terms(struct trainer *t, const struct experiment *wanted, bool all)
{
    struct experiment before = t->experiment;
    for (int i = 0; i < ADDED_MAX; i++)
        t->experiment.added[i] = wanted->added[i] && (all || before.added[i]);
    if (memcmp(before.added, t->experiment.added, sizeof before.added) == 0)
        return;
    write_down(t, "add", &t->experiment);
    trainer_switch(t, &before);
}

/* The hand wins: a touched parameter's schedule is over for this run. */
static void touch_params(struct trainer *t, const struct experiment *wanted)
{
    const struct loss *loss = experiment_loss(wanted);
    struct experiment before = t->experiment;
    for (int p = 0; p < loss_param_count(loss); p++) {
        if (!differs(wanted, &t->experiment, wanted->loss, p))
            continue;
        write_down(t, loss->param[p].id, wanted);
        take_param(&t->experiment, wanted, wanted->loss, p);
        t->schedule.ended[p] = true;
    }
    trainer_switch(t, &before);
}

static bool same_move(const struct move *a, const struct move *b)
{
    return a->row == b->row && a->x == b->x && a->y == b->y;
}

/* One entry for each point in another place. */
static void retune_moves(struct trainer *t, const struct experiment *wanted)
{
    const struct experiment *old = &t->experiment;
    int kept = old->move_count;
    for (int i = 0; i < old->move_count; i++)
        if (i >= wanted->move_count || wanted->move[i].row != old->move[i].row)
            kept = 0; /* a point went back to its place: all are told again */
    if (kept < old->move_count)
        write_text(t, "move", "none");
    for (int i = 0; i < wanted->move_count; i++) {
        const struct move *move = &wanted->move[i];
        char text[96];
        if (i < kept && same_move(move, &old->move[i]))
            continue;
        snprintf(text, sizeof text, "%d:%.17g:%.17g", move->row, move->x, move->y);
        write_text(t, "move", text);
    }
}

/* So many points as an entry has room for at a time, applied as a replay would. */
static void retune_drawn(struct trainer *t, const struct experiment *wanted)
{
    char text[CHANGE_VALUE];
    while (t->data->drawn && trainer_draw_entry(t, wanted, text)) {
        write_text(t, "draw", text);
        trainer_draw(t, text);
    }
}

/* Every setting that is neither a loss, a term, a point nor a parameter of one. */
static bool is_plain(int i)
{
    const char *key = experiment_key(i);
    return !experiment_key_rebuilds(i) && strcmp(key, "loss") != 0 && strcmp(key, "add") != 0 &&
           strcmp(key, "move") != 0 && strcmp(key, "draw") != 0;
}

static void retune_keys(struct trainer *t, const struct experiment *wanted)
{
    char old[EXPERIMENT_PATH], new[EXPERIMENT_PATH];
    struct experiment before = t->experiment;
    for (int i = 0; i < experiment_key_count(); i++) {
        const char *key = experiment_key(i);
        experiment_get(&before, key, old, sizeof old);
        experiment_get(wanted, key, new, sizeof new);
        if (!is_plain(i) || strcmp(old, new) == 0)
            continue;
        write_down(t, key, wanted);
        experiment_set(&t->experiment, key, new, NULL);
    }
    trainer_switch(t, &before);
}

/* Moments of one optimiser mean nothing to another. */
static void forget_moments(struct trainer *t)
{
    memset(t->age, 0, sizeof t->age);
    memset(t->first, 0, t->size * sizeof *t->first);
    memset(t->second, 0, t->size * sizeof *t->second);
}

/* Whether a change since `from` is one of the training, not only of what is shown. */
static bool changes_training(const struct trainer *t, int from)
{
    for (int i = from; i < t->journal.count; i++) {
        const char *key = journal_key(&t->journal, i);
        if (strcmp(key, "points") != 0 && strcmp(key, "split") != 0 && strcmp(key, "axes") != 0)
            return true;
    }
    return false;
}

/* After a divergence a change is the cure: go on from the last finite state, without the moments that led away. */
static void revive(struct trainer *t)
{
    forget_moments(t);
    t->diverged = false;
}

/* The stages of a change in the order the journal tells them, so that a replay comes by the same states. */
static void take_over(struct trainer *t, const struct experiment *wanted)
{
    retune_dormant(t, wanted);
    retune_keys(t, wanted);
    retune_moves(t, wanted);
    bool fewer = draw_classes(wanted) <= t->classes; /* a loss of two classes comes after, or goes before */
    if (fewer)
        retune_drawn(t, wanted);
    retune_terms(t, wanted, false);
    if (wanted->loss != t->experiment.loss) {
        switch_loss(t, wanted);
        retune_dormant(t, wanted); /* the loss just left */
    }
    touch_params(t, wanted);
    retune_terms(t, wanted, true);
    if (!fewer)
        retune_drawn(t, wanted);
    t->experiment = *wanted;
    trainer_take_moves(t);
}

enum status trainer_retune(struct trainer *t, const struct experiment *wanted, struct why *why)
{
    if (experiment_rebuilds(&t->experiment, wanted))
        return why_set(why, STATUS_USAGE,
            "training: data, model and seed cannot change while it runs; start it anew with them");
    enum status status = trainer_check(wanted, t->data, why);
    if (status != STATUS_OK)
        return status;
    int entries = experiment_key_count() + EXPERIMENT_MOVES + 3 + LOSS_MAX * LOSS_PARAM_MAX + DRAW_ENTRIES;
    bool sample = wanted->points != t->experiment.points || wanted->split != t->experiment.split;
    if (!journal_reserve(&t->journal, entries) || !trainer_reserve_batch(t, wanted->batch) ||
        (sample && !trainer_draw_sample(t, wanted)))
        return why_set(why, STATUS_FAILED, "training: out of memory for this change; choose a smaller batch");
    int before = t->journal.count;
    bool new_optimiser = wanted->optimiser != t->experiment.optimiser;
    char message[sizeof t->message];
    memcpy(message, t->message, sizeof message);
    t->message[0] = '\0';
    take_over(t, wanted);
    if (new_optimiser)
        forget_moments(t);
    if (t->diverged && changes_training(t, before))
        revive(t);
    if (t->diverged)
        memcpy(t->message, message, sizeof message);
    return STATUS_OK;
}

/* The parameter of the chosen loss a key names, -1 when it names none. */
static int own_param(const struct trainer *t, const char *key)
{
    const struct loss *loss = experiment_loss(&t->experiment);
    size_t length = strlen(loss->id);
    bool named = strncmp(key, loss->id, length) == 0 && key[length] == '.';
    return loss_param_find(loss, named ? key + length + 1 : key);
}

void trainer_touch(struct trainer *t, const char *key)
{
    int p = own_param(t, key);
    bool radius = p < 0 && strcmp(key, "ring.radius") == 0 && trainer_uses(&t->experiment, BLOCK_RADIUS) &&
                  !t->radius_held;
    if ((p < 0 || t->schedule.ended[p]) && !radius)
        return;
    if (!journal_reserve(&t->journal, 1))
        return;
    write_down(t, radius ? key : experiment_loss(&t->experiment)->param[p].id, &t->experiment);
    if (radius)
        trainer_hold_radius(t);
    else
        t->schedule.ended[p] = true;
}

/* The schedules of scale, margin and lambda begin here, whatever hand was on them and however late it is. */
static void warm_up(struct trainer *t)
{
    const struct loss *loss = experiment_loss(&t->experiment);
    struct schedule before = t->schedule;
    schedule_begin(&t->schedule, &t->experiment, t->step);
    t->schedule.skip_norm = false;
    for (int p = 0; p < loss_param_count(loss); p++)
        t->schedule.ended[p] = loss->param[p].role == ROLE_RUNNING && before.ended[p];
}

enum status trainer_cure(struct trainer *t, const struct cure *cure, struct why *why)
{
    struct experiment wanted = t->experiment;
    char text[CURE_TEXT];
    bool remake = cure->kind == CURE_REMAKE,
         act = cure->kind == CURE_WARMUP || cure->kind == CURE_MARGIN || remake;
    if (remake && !trainer_can_remake(t, cure->a, cure->b))
        return why_set(why, STATUS_USAGE,
            "cure: there are no two class weights %d and %d to make anew; choose a head and two of its "
            "classes",
            cure->a, cure->b);
    cure_set(cure, &wanted);
    enum status status = trainer_retune(t, &wanted, why);
    if (status != STATUS_OK || !act)
        return status;
    cure_text(cure, text);
    write_text(t, "cure", text); /* trainer_retune has made room for more than a cure's settings take */
    if (remake)
        trainer_remake(t, cure->a, cure->b);
    else
        warm_up(t);
    if (t->diverged)
        revive(t);
    return STATUS_OK;
}

static enum status replay_cure(struct trainer *t, const struct change *change, struct why *why)
{
    struct cure cure;
    if (!cure_parse(change->value, &cure))
        return why_set(
            why, STATUS_USAGE, "cure: \"%.40s\" is none; write warmup or remake:A:B", change->value);
    return trainer_cure(t, &cure, why);
}

/* As it was written down: another way between the same points would shuffle them otherwise. */
static enum status replay_draw(struct trainer *t, const struct change *change, struct why *why)
{
    struct experiment wanted = t->experiment;
    enum status status = experiment_set(&wanted, "draw", change->value, why);
    if (status == STATUS_OK)
        status = trainer_check(&wanted, t->data, why);
    if (status != STATUS_OK)
        return status;
    if (!journal_reserve(&t->journal, 1))
        return why_set(why, STATUS_FAILED, "training: out of memory for this change; choose a smaller batch");
    if (!t->diverged)
        t->message[0] = '\0';
    write_text(t, "draw", change->value);
    trainer_draw(t, change->value);
    if (t->diverged)
        revive(t);
    return STATUS_OK;
}

/* A hand that left the value as it was has an entry too, which only the touch writes. */
enum status trainer_replay(struct trainer *t, const struct change *change, struct why *why)
{
    struct experiment wanted = t->experiment;
    if (strcmp(change->key, "cure") == 0)
        return replay_cure(t, change, why);
    if (strcmp(change->key, "draw") == 0 && t->data->drawn)
        return replay_draw(t, change, why);
    enum status status = experiment_set(&wanted, change->key, change->value, why);
    if (status == STATUS_OK)
        status = trainer_retune(t, &wanted, why);
    if (status == STATUS_OK)
        trainer_touch(t, change->key);
    return status;
}
