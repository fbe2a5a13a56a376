/* Marks: trainings as they stood when an ordered run had come to its end, to be taken up there again. */
#include "app/worker_state.h"

#include <stdlib.h>
#include <string.h>

static const size_t MARK_BYTES = (size_t)128 << 20; /* of all marks; the oldest go */

/* ---- the main thread ---- */

bool worker_marked(struct worker *w, int mark)
{
    SDL_LockMutex(w->lock);
    bool kept = mark >= 0 && mark < MARKS && w->marked[mark];
    SDL_UnlockMutex(w->lock);
    return kept;
}

long worker_recall(struct worker *w, int mark, const long id[BESIDE_MAX])
{
    SDL_LockMutex(w->lock);
    struct command *c = &w->command;
    c->recall = mark;
    memcpy(c->recall_id, id, sizeof c->recall_id);
    c->recall_serial++;
    long serial = ++c->run_serial;
    c->playing = w->state.playing = c->rolling = w->state.rolling = false;
    c->steps = c->touch_count = c->show_by = 0;
    c->show = c->branch = SHOW_NOTHING;
    c->until = NO_END;
    c->mark = -1; /* its own stays what it is */
    c->own_way = true;
    worker_post(w);
    SDL_UnlockMutex(w->lock);
    return serial;
}

/* ---- the worker's thread ---- */

static void announce(struct worker *w, int at, bool kept)
{
    SDL_LockMutex(w->lock);
    w->marked[at] = kept;
    SDL_UnlockMutex(w->lock);
}

static void clear_mark(struct worker *w, int at)
{
    struct mark *m = &w->mark[at];
    for (int i = 0; i < m->count; i++)
        free(m->training[i].bytes);
    loaded_drop(m->loaded);
    *m = (struct mark){ .count = 0 };
}

static size_t mark_size(const struct mark *m)
{
    size_t size = 0;
    for (int i = 0; i < m->count; i++)
        size += m->training[i].size;
    return size;
}

static void make_room(struct worker *w, size_t size)
{
    for (;;) {
        int oldest = -1;
        size_t used = size;
        for (int i = 0; i < MARKS; i++) {
            used += mark_size(&w->mark[i]);
            if (w->mark[i].count > 0 && (oldest < 0 || w->mark[i].age < w->mark[oldest].age))
                oldest = i;
        }
        if (used <= MARK_BYTES || oldest < 0)
            return;
        announce(w, oldest, false);
        clear_mark(w, oldest);
    }
}

bool mark_save(struct kept_training *to, const struct trainer *t)
{
    to->experiment = *trainer_experiment(t);
    return trainer_save(t, &to->bytes, &to->size, NULL) == STATUS_OK;
}

static bool keep_one(struct mark *m, const struct trainer *t)
{
    bool kept = mark_save(&m->training[m->count], t);
    m->count += kept;
    return kept;
}

void mark_keep(struct worker *w, const struct command *c)
{
    if (c->mark < 0 || c->mark >= MARKS || !c->own_way || !w->trainer)
        return;
    struct mark fresh = { .loaded = loaded_keep(w->loaded), .opened = w->opened, .age = ++w->marks_made };
    bool whole = keep_one(&fresh, w->trainer);
    for (int i = 0; i < beside_count(w->beside) && whole; i++)
        whole = keep_one(&fresh, beside_trainer(w->beside, i));
    clear_mark(w, c->mark);
    make_room(w, mark_size(&fresh));
    w->mark[c->mark] = fresh;
    if (!whole || mark_size(&fresh) > MARK_BYTES)
        clear_mark(w, c->mark);
    announce(w, c->mark, w->mark[c->mark].count > 0);
}

static enum status bring_back(
    const struct kept_training *from, const struct dataset *data, struct trainer **out, struct why *why)
{
    enum status status = trainer_create(&from->experiment, data, out, why);
    return status == STATUS_OK ? trainer_load(*out, from->bytes, from->size, why) : status;
}

static enum status recall(struct worker *w, const struct mark *m, const long *id, struct why *why)
{
    struct trainer *trainer[COMPARE_MAX] = { NULL };
    enum status status = STATUS_OK;
    for (int i = 0; i < m->count && status == STATUS_OK; i++)
        status = bring_back(&m->training[i], &m->loaded->data, &trainer[i], why);
    if (status == STATUS_OK)
        status = beside_open(w->beside, id, trainer + 1, m->count - 1, why);
    if (status != STATUS_OK) {
        for (int i = 0; i < m->count; i++)
            trainer_destroy(trainer[i]);
        return status;
    }
    load_install(w, loaded_keep(m->loaded), trainer[0]);
    w->opened = m->opened;
    timeline_cast(w, NULL);
    timeline_share(w);
    return STATUS_OK;
}

void mark_turn(struct worker *w, const struct command *c)
{
    struct why why = { "" };
    const struct mark *m = &w->mark[c->recall];
    if (c->recall_serial == w->done_recall)
        return;
    w->done_recall = c->recall_serial;
    if (m->count > 0) {
        enum status status = recall(w, m, c->recall_id, &why);
        load_note(w, c->recall_id);
        worker_report(w, status, &why);
        w->stale = ~0u;
    }
    worker_arrive(w, c);
}

void mark_forget(struct worker *w)
{
    for (int i = 0; i < MARKS; i++)
        clear_mark(w, i);
}
