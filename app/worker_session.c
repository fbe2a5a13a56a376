/* A worker's side of sessions: handing out its trainings whole between two steps, and taking up those of a file. */
#include "app/worker_state.h"

#include <stdlib.h>
#include <string.h>

/* ---- the main thread ---- */

void worker_save(struct worker *w, const char *path)
{
    SDL_LockMutex(w->lock);
    snprintf(w->command.save_path, sizeof w->command.save_path, "%s", path);
    w->command.save_serial++;
    worker_post(w);
    SDL_UnlockMutex(w->lock);
}

bool worker_saved(struct worker *w, struct session **out, struct why *why)
{
    SDL_LockMutex(w->lock);
    bool done = w->save_done;
    *out = w->saved;
    *why = w->save_why;
    w->saved = NULL;
    w->save_done = false;
    SDL_UnlockMutex(w->lock);
    return done;
}

long worker_open(struct worker *w, struct session *s, const long id[BESIDE_MAX])
{
    SDL_LockMutex(w->lock);
    struct command *c = &w->command;
    struct session *unread = c->session;
    c->session = s;
    memcpy(c->session_id, id, sizeof c->session_id);
    long serial = ++c->open_serial;
    c->playing = w->state.playing = c->rolling = w->state.rolling = false;
    c->steps = c->touch_count = c->show_by = 0;
    c->show = c->branch = SHOW_NOTHING;
    c->until = NO_END;
    worker_post(w);
    SDL_UnlockMutex(w->lock);
    session_destroy(unread);
    return serial;
}

long worker_opened(const struct worker *w)
{
    return w->seen ? w->front->opened : 0;
}

/* ---- the worker's thread ---- */

static void hand_out(struct worker *w, struct session *s, const struct why *why)
{
    SDL_LockMutex(w->lock);
    struct session *unread = w->saved;
    w->saved = s;
    w->save_why = *why;
    w->save_done = true;
    SDL_UnlockMutex(w->lock);
    session_destroy(unread);
    w->wake(w->wake_arg);
}

/* Every snapshot is a point of the loss curve. The first after opening is of this step: with its point saved, what is
 * opened and saved again is the same. */
static enum status take_one(struct session *s, struct trainer *t, struct why *why)
{
    struct snapshot seen;
    snapshot_init(&seen);
    enum status status = trainer_snapshot(t, &seen);
    snapshot_clear(&seen);
    if (status != STATUS_OK)
        return why_set(why, status, "%s: not enough memory; close other programs", s->path);
    return session_take(s, t, why);
}

/* The sum of the data is made once: it may be of hundreds of megabytes. */
static enum status take_all(struct worker *w, struct session *s, struct why *why)
{
    if (!w->loaded->summed)
        w->loaded->sum = session_data_of(&w->loaded->data);
    w->loaded->summed = true;
    s->data = w->loaded->sum;
    s->opened = true;
    enum status status = take_one(s, w->trainer, why);
    for (int i = 0; i < beside_count(w->beside) && status == STATUS_OK; i++)
        status = take_one(s, beside_trainer(w->beside, i), why);
    return status;
}

static void save(struct worker *w, const struct command *c)
{
    struct why why = { "" };
    struct session *s = session_create(c->save_path);
    enum status status = STATUS_OK;
    w->done_save = c->save_serial;
    if (!s)
        why_set(&why, STATUS_FAILED, "%s: not enough memory; close other programs", c->save_path);
    else if (w->trainer)
        status = take_all(w, s, &why);
    else
        session_plan(s, &c->wanted);
    if (status != STATUS_OK) {
        session_destroy(s);
        s = NULL;
    }
    hand_out(w, s, &why);
}

/* The data on show where they are the same, else read. */
static enum status open_data(struct worker *w, const struct session *s, struct loaded **out, struct why *why)
{
    struct experiment e;
    enum status status = session_experiment(s, &s->training[0].experiment, &e, why);
    if (status == STATUS_OK && load_has(w, &e)) {
        status = session_same_data(s, &w->loaded->data, why);
        *out = status == STATUS_OK ? loaded_keep(w->loaded) : NULL;
        return status;
    }
    struct loaded *fresh = calloc(1, sizeof *fresh);
    if (!fresh)
        return why_set(why, STATUS_FAILED, "%s: not enough memory; close something", s->path);
    const struct progress progress = { load_share, w };
    if (status == STATUS_OK)
        status = session_open_data(s, &progress, &fresh->data, why);
    if (status != STATUS_OK) {
        free(fresh);
        return status;
    }
    SDL_AtomicSet(&fresh->users, 1);
    *out = fresh;
    return STATUS_OK;
}

static enum status restore_all(const struct session *s, const struct dataset *data,
    struct trainer *trainer[COMPARE_MAX], struct why *why)
{
    enum status status = STATUS_OK;
    for (int i = 0; i < s->count && status == STATUS_OK; i++)
        status = session_restore(s, i, data, &trainer[i], why);
    return status;
}

/* The old trainings go on until all of the new ones stand. */
static enum status take_up(struct worker *w, const struct session *s, const long *id, struct why *why)
{
    struct trainer *trainer[COMPARE_MAX] = { NULL };
    struct loaded *loaded = NULL;
    enum status status = open_data(w, s, &loaded, why);
    if (status == STATUS_OK)
        status = restore_all(s, &loaded->data, trainer, why);
    if (status == STATUS_OK)
        status = beside_open(w->beside, id, trainer + 1, s->count - 1, why);
    if (status == STATUS_OK) {
        load_install(w, loaded, trainer[0]);
        shelf_forget(w);
        timeline_cast(w, NULL);
        timeline_share(w);
        return STATUS_OK;
    }
    for (int i = 0; i < s->count; i++)
        trainer_destroy(trainer[i]);
    loaded_drop(loaded);
    return status;
}

static void open_session(struct worker *w, struct session *s, const struct command *c)
{
    struct why why = { "" };
    SDL_LockMutex(w->lock);
    w->state.loading = true;
    w->state.share = 0;
    SDL_UnlockMutex(w->lock);
    w->wake(w->wake_arg);
    enum status status = take_up(w, s, c->session_id, &why);
    if (status == STATUS_OK) {
        load_note(w, c->session_id);
        w->opened_serial = c->open_serial;
        w->changed = true;
        w->stale = ~0u;
    }
    session_destroy(s);
    SDL_LockMutex(w->lock);
    w->state.loading = false;
    if (status == STATUS_OK) {
        w->state.failed = false;
    } else {
        w->done_serial -= !w->trainer; /* what was wanted beside it, then */
        w->state.refused = c->open_serial;
        w->state.refused_why = why;
    }
    SDL_UnlockMutex(w->lock);
    w->wake(w->wake_arg);
}

bool session_asked(const struct worker *w)
{
    return w->command.open_serial != w->done_open || w->command.save_serial != w->done_save;
}

void session_turn(struct worker *w, const struct command *c)
{
    if (c->open_serial != w->done_open) {
        w->done_open = c->open_serial;
        SDL_LockMutex(w->lock);
        struct session *s = w->command.session;
        w->command.session = NULL;
        SDL_UnlockMutex(w->lock);
        if (s)
            open_session(w, s, c);
    }
    if (c->save_serial != w->done_save)
        save(w, c);
}

void session_forget(struct worker *w)
{
    session_destroy(w->command.session);
    session_destroy(w->saved);
}
