#include "app/data_task.h"

#include <SDL.h>
#include <stdlib.h>

#include "app/dataset_open.h"

struct data_task {
    struct data_order order;
    SDL_Thread *thread;
    SDL_atomic_t done, cancel;
    void (*wake)(void *);
    void *arg;
    enum status status; /* these two: the thread's until `done` */
    struct why why;
    struct frames *frames; /* thread only from here on */
    struct snapshot shown, frame;
    struct trainer *trainer;
    struct data_moments moments;
};

static enum status stopped(const struct data_task *t, struct why *why)
{
    return why_set(why, STATUS_FAILED, "%s: stopped; nothing was written", t->order.path);
}

/* Everything the worker hands over: kept frames become moments. */
static enum status gather(struct data_task *t, struct why *why)
{
    enum frames_state state = FRAMES_WAIT;
    while (state <= FRAMES_ONE && !SDL_AtomicGet(&t->cancel)) {
        state = frames_next(t->frames, &t->frame);
        if (state != FRAMES_ONE)
            continue;
        if (!t->moments.capacity && !data_moments_init(&t->moments, DATA_MOMENTS, &t->frame))
            return why_set(why, STATUS_FAILED, "%s: out of memory; show fewer points", t->order.path);
        data_moments_add(&t->moments, &t->frame);
    }
    if (SDL_AtomicGet(&t->cancel))
        return stopped(t, why);
    return state == FRAMES_END ? STATUS_OK
                               : why_set(why, STATUS_FAILED,
                                     "%s: there is no training yet; wait until it is there", t->order.path);
}

/* A trainer of our own in the same state; the settings are those of that moment, so that the data fit. */
static enum status copy_training(struct data_task *t, struct why *why)
{
    size_t size;
    const uint8_t *bytes = frames_checkpoint(t->frames, &size);
    if (!bytes)
        return why_set(
            why, STATUS_FAILED, "%s: there is no training yet; wait until it is there", t->order.path);
    enum status status =
        trainer_create(frames_experiment(t->frames), frames_data(t->frames), &t->trainer, why);
    return status == STATUS_OK ? trainer_load(t->trainer, bytes, size, why) : status;
}

static bool wants_moments(const struct data_order *order)
{
    return order->table == DATA_HISTORY && order->format == DATA_NPZ;
}

static bool wants_trainer(const struct data_order *order)
{
    return order->table != DATA_HISTORY && order->table != DATA_POINTS;
}

static enum status write_file(struct data_task *t, struct why *why)
{
    struct output output;
    struct why inner = { "" };
    const struct data_source source = { t->trainer, frames_data(t->frames), &t->shown, &t->moments, NULL };
    enum status status = output_begin(&output, t->order.path, why);
    if (status != STATUS_OK)
        return status;
    status = data_write(t->order.table, t->order.format, &source, output.stream, &inner);
    if (status != STATUS_OK)
        why_set(why, status, "%.900s: %s", t->order.path, inner.text);
    if (status == STATUS_OK && SDL_AtomicGet(&t->cancel))
        status = stopped(t, why);
    enum status ended = output_end(&output, status == STATUS_OK, status == STATUS_OK ? why : NULL);
    return status == STATUS_OK ? ended : status;
}

static int work(void *user)
{
    struct data_task *t = user;
    SDL_SetThreadPriority(SDL_THREAD_PRIORITY_LOW); /* the window and the training come first */
    t->status = gather(t, &t->why);
    if (t->status == STATUS_OK && wants_trainer(&t->order))
        t->status = copy_training(t, &t->why);
    if (t->status == STATUS_OK)
        t->status = write_file(t, &t->why);
    SDL_AtomicSet(&t->done, 1);
    t->wake(t->arg);
    return 0;
}

struct data_task *data_task_start(const struct data_order *order, const struct snapshot *snap,
    struct worker *worker, void (*wake)(void *), void *arg)
{
    struct data_task *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->order = *order;
    t->wake = wake;
    t->arg = arg;
    snapshot_init(&t->shown);
    snapshot_init(&t->frame);
    t->frames = worker_frames(worker, wants_moments(order) ? DATA_MOMENTS : 0);
    if (t->frames && snapshot_copy(&t->shown, snap))
        t->thread = SDL_CreateThread(work, "data", t);
    if (t->thread)
        return t;
    data_task_destroy(t);
    return NULL;
}

bool data_task_done(struct data_task *t, enum status *status, struct why *why)
{
    if (!SDL_AtomicGet(&t->done))
        return false;
    *status = t->status;
    *why = t->why;
    return true;
}

const struct data_order *data_task_order(const struct data_task *t)
{
    return &t->order;
}

void data_task_destroy(struct data_task *t)
{
    if (!t)
        return;
    SDL_AtomicSet(&t->cancel, 1);
    if (t->thread)
        SDL_WaitThread(t->thread, NULL);
    if (t->frames)
        frames_close(t->frames);
    trainer_destroy(t->trainer);
    snapshot_clear(&t->shown);
    snapshot_clear(&t->frame);
    data_moments_clear(&t->moments);
    free(t);
}
