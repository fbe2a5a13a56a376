#include "app/past.h"

#include <stdlib.h>
#include <string.h>

#include <SDL.h>

enum { CHECKPOINT_STEPS = 500, TOLD_STEPS = 16 };
static const double CHECKPOINT_S = 2; /* of training; sooner after CHECKPOINT_STEPS */
static const double CHECKPOINT_COSTS = 50; /* but not before so many times what one takes */

struct past {
    struct history *history;
    long saved_step;
    double trained_s; /* since the last checkpoint */
    double save_s; /* that the last one took */
    bool too_large; /* the last checkpoint was, and so will be the next */
    int fall[FALLS_KEPT]; /* lengths of the journal at divergences, a ring */
    int falls;
};

static double now_s(void)
{
    return (double)SDL_GetPerformanceCounter() / (double)SDL_GetPerformanceFrequency();
}

struct past *past_create(size_t budget)
{
    struct past *p = calloc(1, sizeof *p);
    struct history *history = history_create(budget);
    if (!p || !history) {
        free(p);
        history_destroy(history);
        return NULL;
    }
    p->history = history;
    return p;
}

void past_destroy(struct past *p)
{
    if (!p)
        return;
    history_destroy(p->history);
    free(p);
}

struct history *past_history(struct past *p)
{
    return p->history;
}

/* Without memory, or when it is too large, a branch has farther to go, or cannot be made: the training goes on. */
static void save(struct past *p, const struct trainer *t)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    double began = now_s();
    p->too_large = trainer_save(t, &bytes, &size, NULL) != STATUS_OK ||
                   !history_add_checkpoint(p->history, trainer_steps(t), trainer_changes(t), bytes, size);
    p->save_s = now_s() - began;
    p->saved_step = trainer_steps(t);
    p->trained_s = 0;
}

void past_begin(struct past *p, const struct trainer *t)
{
    history_clear(p->history);
    p->falls = 0;
    save(p, t);
}

bool past_fell(const struct past *p, int change)
{
    int known = p->falls < FALLS_KEPT ? p->falls : FALLS_KEPT;
    for (int i = 0; i < known; i++)
        if (p->fall[i] == change)
            return true;
    return false;
}

/* A divergence has used up a batch that no step counts: only a checkpoint knows of it. */
void past_step(struct past *p, const struct trainer *t, double cost_s)
{
    bool fell = trainer_diverged(t) && !past_fell(p, trainer_changes(t));
    if (fell)
        p->fall[p->falls++ % FALLS_KEPT] = trainer_changes(t);
    p->trained_s += cost_s;
    bool far = trainer_steps(t) - p->saved_step >= CHECKPOINT_STEPS || p->trained_s >= CHECKPOINT_S;
    if (!p->too_large && (fell || (far && p->trained_s >= CHECKPOINT_COSTS * p->save_s)))
        save(p, t);
}

/* What was measured for the first frame is a point of the curve, which the checkpoint before it does not have. */
void past_frame(struct past *p, const struct trainer *t, const struct snapshot *s)
{
    if (history_count(p->history) == 0 && p->saved_step == trainer_steps(t) && !p->too_large)
        save(p, t);
    history_add_frame(p->history, s, trainer_changes(t));
}

static struct curve_point *copy_curve(const struct trainer *t, int *count)
{
    const struct curve_point *all;
    *count = trainer_curve(t, &all);
    struct curve_point *copy = malloc(((size_t)*count + 1) * sizeof *copy);
    if (copy && *count > 0)
        memcpy(copy, all, (size_t)*count * sizeof *copy);
    return copy;
}

struct way {
    bool (*on)(void *user, double share);
    void *user;
    long from, to;
};

static bool walk(struct trainer *t, long step, const struct way *way)
{
    while (trainer_steps(t) < step && !trainer_diverged(t) && !trainer_waits(t)) {
        trainer_step(t);
        long done = trainer_steps(t) - way->from;
        if (done % TOLD_STEPS == 0 && !way->on(way->user, (double)done / (double)(way->to - way->from)))
            return false;
    }
    return true;
}

static enum status replay(struct trainer *t, const struct journal *journal, int from, int to,
    const struct way *way, struct why *why)
{
    enum status status = STATUS_OK;
    bool on = true;
    for (int i = from; i < to && on && status == STATUS_OK; i++) {
        struct change change = journal_change(journal, i);
        on = walk(t, change.step, way);
        if (on)
            status = trainer_replay(t, &change, why);
    }
    if (status == STATUS_OK && (!on || !walk(t, way->to, way)))
        status = why_set(why, STATUS_FAILED, "history: stopped on the way back; choose a step again");
    return status;
}

/* Those after where t now stands. */
static void forget_falls(struct past *p, const struct trainer *t)
{
    int last = trainer_changes(t) - (trainer_diverged(t) ? 0 : 1);
    while (p->falls > 0 && p->fall[(p->falls - 1) % FALLS_KEPT] > last)
        p->fall[--p->falls % FALLS_KEPT] = -1;
}

enum status past_return(struct past *p, struct trainer *t, int i, bool (*on)(void *, double), void *user,
    struct snapshot *ghost, struct why *why)
{
    long step = history_step(p->history, i);
    int changes = history_changes(p->history, i);
    struct checkpoint from = history_checkpoint_before(p->history, step, changes);
    if (!from.bytes)
        return why_set(why, STATUS_FAILED,
            "history: this network is too large to go back in; start it anew, or make it smaller");
    int points;
    struct journal journal = { .count = 0 }; /* t is about to forget its own */
    struct curve_point *curve = copy_curve(t, &points);
    if (!curve || !journal_copy(&journal, trainer_journal(t))) {
        free(curve);
        return why_set(why, STATUS_FAILED, "history: not enough memory; close something");
    }
    enum status status = trainer_load(t, from.bytes, from.size, why);
    if (status == STATUS_OK) {
        struct way way = { on, user, from.step, step };
        status = replay(t, &journal, from.changes, changes, &way, why);
        trainer_recall_curve(t, curve, points);
        history_cut(p->history, i, ghost);
        p->saved_step = from.step;
        p->trained_s = 0;
        forget_falls(p, t);
        if (status != STATUS_OK || trainer_steps(t) != step)
            past_begin(p, t); /* somewhere on the way: what is kept is not its past */
    }
    journal_clear(&journal);
    free(curve);
    return status;
}

static int changes_before(const struct trainer *t, long step)
{
    const struct journal *journal = trainer_journal(t);
    int n = 0;
    while (n < journal->count && journal_step(journal, n) < step)
        n++;
    return n;
}

enum status past_restore(struct past *p, struct trainer *t, long since, const uint8_t *bytes, size_t size,
    struct snapshot *ghost, struct why *why)
{
    enum status status = trainer_load(t, bytes, size, why);
    if (status != STATUS_OK)
        return status;
    int i = history_count(p->history) - 1, own = changes_before(t, since);
    while (i >= 0 && (history_step(p->history, i) > since ||
                         (history_step(p->history, i) == since && history_changes(p->history, i) > own)))
        i--; /* at that very step the frame may be of a journal that went another way */
    if (i >= 0)
        history_cut(p->history, i, ghost);
    else
        history_clear(p->history);
    forget_falls(p, t);
    save(p, t);
    return STATUS_OK;
}
