#include "app/beside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <SDL.h>

#include "app/future.h"

struct mate {
    long id;
    SDL_Thread *thread;
    SDL_sem *go; /* posted by the leader; what follows is then the thread's, until it posts `done` */
    SDL_sem *done;
    enum {
        MATE_STEP = BESIDE_STEP,
        MATE_SNAPSHOT = BESIDE_SNAPSHOT,
        MATE_RECOGNISE = BESIDE_RECOGNISE,
        MATE_INPUTS = BESIDE_INPUTS,
        MATE_QUIT
    } job;
    struct trainer *trainer;
    struct past *past;
    struct future future, noted; /* to be replayed; of the last return */
    struct experiment wanted;
    struct snapshot *out;
    enum status status;
};

struct beside {
    struct mate *mate[BESIDE_MAX];
    int count;
    size_t budget;
    bool running; /* between start and join */
};

static double now_s(void)
{
    return (double)SDL_GetPerformanceCounter() / (double)SDL_GetPerformanceFrequency();
}

/* ---- the threads ---- */

static void take_step(struct mate *m)
{
    double began = now_s();
    trainer_step(m->trainer);
    past_step(m->past, m->trainer, now_s() - began);
}

static void take_snapshot(struct mate *m)
{
    m->status = trainer_snapshot(m->trainer, m->out);
    if (m->status == STATUS_OK)
        past_frame(m->past, m->trainer, m->out);
}

static int work(void *arg)
{
    struct mate *m = arg;
    for (;;) {
        SDL_SemWait(m->go);
        if (m->job == MATE_QUIT)
            return 0;
        m->status = STATUS_OK;
        if (m->job == MATE_STEP)
            take_step(m);
        else if (m->job == MATE_SNAPSHOT)
            take_snapshot(m);
        else if (m->job == MATE_RECOGNISE)
            m->status = trainer_recognise(m->trainer);
        else
            trainer_map_inputs(m->trainer);
        SDL_SemPost(m->done);
    }
}

static void mate_destroy(struct mate *m)
{
    if (!m)
        return;
    if (m->thread) {
        m->job = MATE_QUIT;
        SDL_SemPost(m->go);
        SDL_WaitThread(m->thread, NULL);
    }
    trainer_destroy(m->trainer);
    past_destroy(m->past);
    future_clear(&m->future);
    future_clear(&m->noted);
    if (m->go)
        SDL_DestroySemaphore(m->go);
    if (m->done)
        SDL_DestroySemaphore(m->done);
    free(m);
}

static enum status no_memory(struct why *why)
{
    return why_set(why, STATUS_FAILED, "compare: not enough memory; remove a training");
}

static struct mate *mate_create(const struct beside_wish *wish, size_t budget)
{
    struct mate *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->id = wish->id;
    m->wanted = wish->experiment;
    m->go = SDL_CreateSemaphore(0);
    m->done = SDL_CreateSemaphore(0);
    m->past = past_create(budget);
    if (m->go && m->done && m->past)
        m->thread = SDL_CreateThread(work, "beside", m);
    if (!m->thread) {
        mate_destroy(m);
        return NULL;
    }
    return m;
}

struct beside *beside_create(void)
{
    struct beside *b = calloc(1, sizeof *b);
    if (b)
        b->budget = HISTORY_BUDGET / COMPARE_MAX;
    return b;
}

void beside_destroy(struct beside *b)
{
    for (int i = 0; b && i < b->count; i++)
        mate_destroy(b->mate[i]);
    free(b);
}

int beside_count(const struct beside *b)
{
    return b->count;
}

long beside_id(const struct beside *b, int i)
{
    return b->mate[i]->id;
}

struct trainer *beside_trainer(const struct beside *b, int i)
{
    return b->mate[i]->trainer;
}

/* ---- the clock ---- */

void beside_start(struct beside *b, enum beside_job job, struct snapshot *const *out)
{
    assert(!b->running);
    b->running = true;
    for (int i = 0; i < b->count; i++) {
        b->mate[i]->job = (int)job;
        b->mate[i]->out = out ? out[i] : NULL;
        SDL_SemPost(b->mate[i]->go);
    }
}

enum status beside_join(struct beside *b)
{
    enum status status = STATUS_OK;
    assert(b->running);
    for (int i = 0; i < b->count; i++) {
        SDL_SemWait(b->mate[i]->done);
        status = b->mate[i]->status != STATUS_OK ? b->mate[i]->status : status;
    }
    b->running = false;
    return status;
}

/* ---- who goes along ---- */

static enum status copy_state(struct trainer *to, const struct trainer *from, struct why *why)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    enum status status = trainer_save(from, &bytes, &size, why);
    if (status == STATUS_OK)
        status = trainer_load(to, bytes, size, why);
    free(bytes);
    return status;
}

static enum status mate_copy(
    struct mate *m, const struct trainer *from, const struct dataset *data, struct why *why)
{
    enum status status = trainer_create(trainer_experiment(from), data, &m->trainer, why);
    if (status == STATUS_OK)
        status = copy_state(m->trainer, from, why);
    if (status == STATUS_OK)
        past_begin(m->past, m->trainer);
    return status;
}

static int find(const struct beside *b, long id)
{
    for (int i = 0; i < b->count; i++)
        if (b->mate[i]->id == id)
            return i;
    return -1;
}

static void remove_at(struct beside *b, int at)
{
    mate_destroy(b->mate[at]);
    b->count--;
    for (int i = at; i < b->count; i++)
        b->mate[i] = b->mate[i + 1];
}

static bool is_wanted(const struct beside_wish *wish, int count, long id)
{
    for (int i = 0; i < count; i++)
        if (wish[i].id == id)
            return true;
    return false;
}

static enum status add(struct beside *b, const struct beside_wish *wish, const struct trainer *leader,
    const struct dataset *data, struct why *why)
{
    int from = find(b, wish->from);
    if (b->count == BESIDE_MAX)
        return why_set(
            why, STATUS_FAILED, "compare: no room for more than %d trainings; remove one", COMPARE_MAX);
    struct mate *m = mate_create(wish, b->budget);
    if (!m)
        return no_memory(why);
    enum status status = mate_copy(m, from >= 0 ? b->mate[from]->trainer : leader, data, why);
    if (status != STATUS_OK)
        mate_destroy(m);
    else
        b->mate[b->count++] = m;
    return status;
}

static enum status retune(struct mate *m, const struct experiment *wanted, bool *anew, struct why *why)
{
    enum status status = experiment_check(wanted, why);
    if (status == STATUS_OK && experiment_rebuilds(trainer_experiment(m->trainer), wanted))
        *anew = true;
    else if (status == STATUS_OK)
        status = trainer_retune(m->trainer, wanted, why);
    if (status == STATUS_OK)
        m->wanted = *wanted;
    return status;
}

enum status beside_want(struct beside *b, const struct beside_wish *wish, int count,
    const struct trainer *leader, const struct dataset *data, bool *anew, struct why *why)
{
    enum status status = STATUS_OK;
    assert(!b->running);
    *anew = false;
    for (int i = b->count - 1; i >= 0; i--)
        if (!is_wanted(wish, count, b->mate[i]->id))
            remove_at(b, i);
    for (int i = 0; i < count; i++) {
        struct why inner = { "" };
        enum status own = find(b, wish[i].id) < 0 ? add(b, &wish[i], leader, data, &inner) : STATUS_OK;
        if (own == STATUS_OK)
            own = retune(b->mate[find(b, wish[i].id)], &wish[i].experiment, anew, &inner);
        if (own != STATUS_OK && status == STATUS_OK)
            status = why_set(why, own, "%s", inner.text);
    }
    return status;
}

enum status beside_open(
    struct beside *b, const long *id, struct trainer *const *trainer, int count, struct why *why)
{
    struct mate *mate[BESIDE_MAX] = { NULL };
    bool made = true;
    assert(!b->running);
    for (int i = 0; i < count && made; i++) {
        struct beside_wish wish = { id[i], BESIDE_LEADER, *trainer_experiment(trainer[i]) };
        mate[i] = mate_create(&wish, b->budget);
        made = mate[i] != NULL;
    }
    for (int i = 0; i < count && !made; i++)
        mate_destroy(mate[i]);
    if (!made)
        return no_memory(why);
    while (b->count > 0)
        remove_at(b, b->count - 1);
    for (int i = 0; i < count; i++) {
        mate[i]->trainer = trainer[i];
        past_begin(mate[i]->past, trainer[i]);
        b->mate[b->count++] = mate[i];
    }
    return STATUS_OK;
}

bool beside_give(struct beside *b, long id, struct trainer **trainer, struct past **past)
{
    int at = find(b, id);
    assert(!b->running);
    if (at < 0)
        return false;
    *trainer = b->mate[at]->trainer;
    *past = b->mate[at]->past;
    b->mate[at]->trainer = NULL;
    b->mate[at]->past = NULL;
    remove_at(b, at);
    return true;
}

void beside_note(struct beside *b, const struct beside_wish *wish, int count)
{
    for (int i = 0; i < count; i++)
        if (find(b, wish[i].id) >= 0)
            b->mate[find(b, wish[i].id)]->wanted = wish[i].experiment;
}

enum status beside_rebuild(struct beside *b, const struct dataset *data, struct why *why)
{
    enum status status = STATUS_OK;
    assert(!b->running);
    for (int i = b->count - 1; i >= 0; i--) {
        struct mate *m = b->mate[i];
        struct trainer *fresh = NULL;
        enum status own = trainer_create(&m->wanted, data, &fresh, why);
        future_clear(&m->future);
        trainer_destroy(m->trainer); /* its data may be gone after this */
        m->trainer = fresh;
        if (own == STATUS_OK)
            past_begin(m->past, fresh);
        else
            remove_at(b, i);
        status = own != STATUS_OK ? own : status;
    }
    return status;
}

/* ---- the timeline ---- */

static bool knows(struct mate *m, long step)
{
    struct history *history = past_history(m->past);
    return history_count(history) > 0 && history_step(history, 0) <= step;
}

bool beside_show(struct beside *b, int i, long step, struct snapshot *out)
{
    struct history *history = past_history(b->mate[i]->past);
    return knows(b->mate[i], step) && history_snapshot(history, history_find(history, step), out);
}

static bool go_on(void *user, double share)
{
    (void)user, (void)share;
    return true;
}

static enum status mate_return(struct mate *m, long step, struct why *why)
{
    struct history *history = past_history(m->past);
    struct snapshot ghost;
    int at = history_find(history, step);
    at -= history_step(history, at) > step && at > 0;
    snapshot_init(&ghost);
    enum status status = past_return(m->past, m->trainer, at, go_on, NULL, &ghost, why);
    snapshot_clear(&ghost);
    future_rewind(&m->noted, m->trainer);
    while (status == STATUS_OK && trainer_steps(m->trainer) < step && !trainer_diverged(m->trainer) &&
           !trainer_waits(m->trainer)) {
        int made;
        status = future_apply(&m->noted, m->trainer, &made, why);
        take_step(m);
    }
    return status;
}

enum status beside_return(struct beside *b, long step, const struct trainer *now, struct why *why)
{
    enum status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < b->count; i++) {
        struct mate *m = b->mate[i];
        future_note(&m->noted, m->past, m->trainer);
        if (knows(m, step)) {
            status = mate_return(m, step, why);
        } else {
            status = copy_state(m->trainer, now, why);
            past_begin(m->past, m->trainer);
        }
        m->wanted = *trainer_experiment(m->trainer);
        future_begin(&m->noted, m->trainer);
    }
    return status;
}

enum status beside_restore(
    struct beside *b, int i, long since, const uint8_t *bytes, size_t size, struct why *why)
{
    struct mate *m = b->mate[i];
    struct snapshot ghost;
    snapshot_init(&ghost);
    enum status status = past_restore(m->past, m->trainer, since, bytes, size, &ghost, why);
    snapshot_clear(&ghost);
    m->wanted = *trainer_experiment(m->trainer);
    return status;
}

void beside_keep_futures(struct beside *b)
{
    for (int i = 0; i < b->count; i++) {
        future_clear(&b->mate[i]->future);
        b->mate[i]->future = b->mate[i]->noted;
        b->mate[i]->noted = (struct future){ 0 };
    }
}

bool beside_untouched(const struct beside *b)
{
    for (int i = 0; i < b->count; i++)
        if (!future_untouched(&b->mate[i]->future, b->mate[i]->trainer))
            return false;
    return true;
}

bool beside_missed(const struct beside *b)
{
    for (int i = 0; i < b->count; i++)
        if (future_missed(&b->mate[i]->future, trainer_steps(b->mate[i]->trainer)))
            return true;
    return false;
}

void beside_rewind(struct beside *b)
{
    for (int i = 0; i < b->count; i++)
        future_rewind(&b->mate[i]->future, b->mate[i]->trainer);
}

enum status beside_replay(struct beside *b, struct why *why)
{
    enum status status = STATUS_OK;
    assert(!b->running);
    for (int i = 0; i < b->count; i++) {
        struct mate *m = b->mate[i];
        int made;
        enum status own = future_apply(&m->future, m->trainer, &made, why);
        if (made > 0)
            m->wanted = *trainer_experiment(m->trainer);
        status = own != STATUS_OK ? own : status;
    }
    return status;
}

void beside_budget(struct beside *b, size_t bytes)
{
    b->budget = bytes;
    for (int i = 0; i < b->count; i++)
        history_set_budget(past_history(b->mate[i]->past), bytes);
}
