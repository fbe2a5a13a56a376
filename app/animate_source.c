#include "app/animate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/dataset_open.h"

/* ---- a history ---- */

/* At this step, or the one it ended at before. */
static bool history_at(const struct history *history, long step, struct snapshot *out)
{
    int at = history_find(history, step);
    return at >= 0 && history_snapshot(history, at, out);
}

/* One step clock: it runs until the last of them has ended. */
static void history_range(const struct animation_history *h, long *first, long *last)
{
    *first = history_step(h->history, 0);
    *last = history_step(h->history, history_count(h->history) - 1);
    for (int i = 0; i < h->besides; i++) {
        int kept = history_count(h->beside[i]);
        long end = kept > 0 ? history_step(h->beside[i], kept - 1) : 0;
        *last = end > *last ? end : *last;
    }
}

static enum status history_frame(void *user, int i, struct snapshot *out, struct why *why)
{
    const struct animation_history *h = user;
    int gaps = h->frames > 1 ? h->frames - 1 : 1;
    long first, last;
    history_range(h, &first, &last);
    long step = first + (long)((double)(last - first) * i / gaps + 0.5);
    bool good = history_at(h->history, step, &out[0]);
    for (int k = 0; good && k < h->besides; k++)
        good = history_at(h->beside[k], step, &out[k + 1]);
    if (good)
        return STATUS_OK;
    return why_set(why, STATUS_FAILED, "animation: out of memory; close other programs and try again");
}

struct animation_source animation_of_history(struct animation_history *h, const struct dataset *data)
{
    int count = history_count(h->history) > 0 ? h->frames : 0;
    struct animation_source source = {
        .count = count, .cells = 1 + h->besides, .data = data, .frame = history_frame, .user = h
    };
    for (int i = 0; i < h->besides; i++)
        source.beside[i] = data;
    return source;
}

/* ---- a sweep ---- */

struct animation_walk {
    struct animation_sweep sweep;
    struct trainer *trainer;
    const struct dataset *data;
    uint8_t *start; /* checkpoint */
    size_t start_size;
    int events; /* known to a snapshot at the start: the walk's own are no news */
    struct history *kept; /* of a walk that trains on the way; else NULL */
};

/* In steps that read well: a frame's value has three digits more than the range's first. */
static double value_at(const struct animation_sweep *s, int i)
{
    double range = fabs(s->to - s->from), unit = range > 0 ? pow(10, floor(log10(range)) - 3) : 1;
    double value = s->frames > 1 ? s->from + (s->to - s->from) * i / (s->frames - 1) : s->from;
    return i == 0 ? s->from : i == s->frames - 1 ? s->to : round(value / unit) * unit;
}

static enum status set_value(const struct animation_sweep *s, int i, struct experiment *e, struct why *why)
{
    char text[40];
    struct why inner = { "" };
    snprintf(text, sizeof text, "%.9g", value_at(s, i));
    if (experiment_set(e, s->key, text, &inner) == STATUS_OK)
        return STATUS_OK;
    snprintf(text, sizeof text, "%.9g", round(value_at(s, i))); /* of a whole number */
    if (experiment_set(e, s->key, text, NULL) == STATUS_OK)
        return STATUS_OK;
    const char *colon = strstr(inner.text, ": "), *what = colon ? colon + 2 : inner.text;
    return why_set(why, STATUS_USAGE, "%s=%g..%g: %g: %s%s", s->key, s->from, s->to, value_at(s, i), what,
        strchr(what, ';') ? "" : "; choose ends in that range");
}

enum status animation_sweep_check(
    const struct animation_sweep *s, const struct experiment *e, struct why *why)
{
    const int at[] = { 0, s->frames - 1, s->frames / 2 };
    for (int k = 0; k < 3; k++) {
        struct experiment wanted = *e;
        enum status status = set_value(s, at[k], &wanted, why);
        if (status == STATUS_OK)
            status = experiment_check(&wanted, why);
        if (status != STATUS_OK)
            return STATUS_USAGE;
        if (experiment_rebuilds(e, &wanted))
            return why_set(why, STATUS_USAGE, "%s=%g..%g: a change of it needs a new training; use `sweep`",
                s->key, s->from, s->to);
    }
    return STATUS_OK;
}

static enum status turn(struct animation_walk *w, int i, struct why *why)
{
    struct experiment wanted = *trainer_experiment(w->trainer);
    enum status status = set_value(&w->sweep, i, &wanted, why);
    if (status == STATUS_OK)
        status = trainer_retune(w->trainer, &wanted, why);
    if (status == STATUS_OK)
        trainer_touch(w->trainer, w->sweep.key);
    return status;
}

static enum status look_at(struct animation_walk *w, struct snapshot *out, struct why *why)
{
    enum status status = w->sweep.needs & NEEDS_RECOGNITION ? trainer_recognise(w->trainer) : STATUS_OK;
    if (w->sweep.needs & NEEDS_INPUTS)
        trainer_map_inputs(w->trainer);
    if (status == STATUS_OK)
        status = trainer_snapshot(w->trainer, out);
    if (out->event_count > w->events)
        out->event_count = w->events;
    return status == STATUS_OK
               ? status
               : why_set(why, status, "animation: out of memory; close other programs and try again");
}

/* Its own state cannot be damaged, as trainer_load would have it: there was no room for it. */
static enum status return_to_start(struct animation_walk *w, struct why *why)
{
    if (trainer_load(w->trainer, w->start, w->start_size, NULL) == STATUS_OK)
        return STATUS_OK;
    return why_set(why, STATUS_FAILED, "animation: out of memory; close other programs and try again");
}

static enum status walk_frame(void *user, int i, struct snapshot *out, struct why *why)
{
    struct animation_walk *w = user;
    if (w->kept)
        return history_snapshot(w->kept, i, out)
                   ? STATUS_OK
                   : why_set(
                         why, STATUS_FAILED, "animation: out of memory; close other programs and try again");
    enum status status = return_to_start(w, why);
    if (status == STATUS_OK)
        status = turn(w, i, why);
    return status == STATUS_OK ? look_at(w, out, why) : status;
}

static bool told(const struct animation_walk *w, const struct animation_watch *watch, int i)
{
    return !watch || watch->on(watch->user, (double)i / w->sweep.frames, "training");
}

static enum status walk_on(struct animation_walk *w, const struct animation_watch *watch, int i,
    struct snapshot *snap, struct why *why)
{
    enum status status = turn(w, i, why);
    for (long k = 0; status == STATUS_OK && i > 0 && k < w->sweep.steps; k++) {
        if (!told(w, watch, i))
            return why_set(why, STATUS_FAILED, "animation: stopped; nothing was written, start again");
        trainer_step(w->trainer);
    }
    if (status == STATUS_OK && trainer_diverged(w->trainer))
        return why_set(why, STATUS_FAILED,
            "animation: the training diverged at step %ld; sweep a smaller range or train with a smaller "
            "rate",
            trainer_steps(w->trainer));
    if (status == STATUS_OK)
        status = look_at(w, snap, why);
    if (status == STATUS_OK && (!history_add_frame(w->kept, snap, 0) || history_count(w->kept) != i + 1))
        status = why_set(why, STATUS_FAILED, "animation: no memory for frame %d; show fewer points", i + 1);
    return status;
}

static enum status walk_all(struct animation_walk *w, const struct animation_watch *watch, struct why *why)
{
    struct snapshot snap;
    snapshot_init(&snap);
    enum status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < w->sweep.frames; i++)
        status = walk_on(w, watch, i, &snap, why);
    snapshot_clear(&snap);
    return status;
}

static enum status begin_walk(struct animation_walk *w, const struct animation_watch *watch, struct why *why)
{
    struct snapshot snap;
    enum status status = trainer_save(w->trainer, &w->start, &w->start_size, why);
    if (status != STATUS_OK)
        return status;
    snapshot_init(&snap);
    status = trainer_snapshot(w->trainer, &snap);
    w->events = snap.event_count;
    snapshot_clear(&snap);
    if (status != STATUS_OK)
        return why_set(why, status, "animation: out of memory; close other programs and try again");
    if (w->sweep.steps == 0)
        return STATUS_OK;
    w->kept = history_create(HISTORY_BUDGET);
    return w->kept
               ? walk_all(w, watch, why)
               : why_set(why, STATUS_FAILED, "animation: out of memory; close other programs and try again");
}

enum status animation_walk_create(const struct animation_sweep *s, struct trainer *t,
    const struct dataset *data, const struct animation_watch *watch, struct animation_walk **out,
    struct why *why)
{
    enum status status = animation_sweep_check(s, trainer_experiment(t), why);
    if (status != STATUS_OK)
        return status;
    struct animation_walk *w = calloc(1, sizeof *w);
    if (!w)
        return why_set(why, STATUS_FAILED, "animation: out of memory; close other programs and try again");
    *w = (struct animation_walk){ .sweep = *s, .trainer = t, .data = data };
    status = begin_walk(w, watch, why);
    if (status == STATUS_OK)
        *out = w;
    else
        animation_walk_destroy(w);
    return status;
}

struct animation_source animation_of_walk(struct animation_walk *w)
{
    return (struct animation_source){
        .count = w->sweep.frames, .cells = 1, .data = w->data, .frame = walk_frame, .user = w
    };
}

void animation_walk_destroy(struct animation_walk *w)
{
    if (!w)
        return;
    if (w->start)
        return_to_start(w, NULL);
    history_destroy(w->kept);
    free(w->start);
    free(w);
}
