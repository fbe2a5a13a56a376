/* training.h - a training for a test: settings by their keys, data, steps. What cannot be done fails the test. */
#ifndef TESTS_SUPPORT_TRAINING_H
#define TESTS_SUPPORT_TRAINING_H

#include "app/dataset_open.h"
#include "math/history.h"
#include "math/trainer.h"
#include "tests/support/check.h"

static inline void set(struct experiment *e, const char *key, const char *value)
{
    struct why why = { "" };
    if (experiment_set(e, key, value, &why) != STATUS_OK)
        fail_msg("%s=%s: %s", key, value, why.text);
}

/* Pairs of strings up to NULL. */
static inline void set_all(struct experiment *e, const char *const *pair)
{
    for (; pair && pair[0]; pair += 2)
        set(e, pair[0], pair[1]);
}

static inline struct dataset open_data(const struct experiment *e)
{
    struct dataset data = { 0 };
    struct why why = { "" };
    if (dataset_open(e, &data, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return data;
}

static inline struct trainer *make(const struct experiment *e, const struct dataset *data)
{
    struct trainer *t = NULL;
    struct why why = { "" };
    if (trainer_create(e, data, &t, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return t;
}

static inline void steps(struct trainer *t, long count)
{
    for (long i = 0; i < count; i++)
        trainer_step(t);
}

/* The same, and a frame of every step. */
static inline struct history *remembered_steps(struct trainer *t, long count)
{
    struct history *history = history_create(16 << 20);
    struct snapshot snap;
    snapshot_init(&snap);
    for (long i = 0; i <= count; i++) {
        assert_int_equal(trainer_snapshot(t, &snap), STATUS_OK);
        assert_true(history_add_frame(history, &snap, 0));
        if (i < count)
            trainer_step(t);
    }
    snapshot_clear(&snap);
    return history;
}

/* A setting changed while it trains. */
static inline void retune(struct trainer *t, const char *key, const char *value)
{
    struct experiment e = *trainer_experiment(t);
    struct why why = { "" };
    set(&e, key, value);
    if (trainer_retune(t, &e, &why) != STATUS_OK)
        fail_msg("%s=%s: %s", key, value, why.text);
}

#endif
