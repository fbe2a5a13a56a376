/* lesson_rehearse.c - whether the trainings of a lesson can be made, and have what its views show. */
#include <stdio.h>
#include <string.h>

#include "app/dataset_open.h"
#include "app/lesson.h"
#include "math/trainer.h"

struct rehearsal {
    const struct lesson *lesson;
    const char *name;
    int step;
    struct experiment opened; /* what `data` was opened for */
    bool open;
    struct dataset data;
    struct snapshot snap;
    struct scene scene;
};

static enum status blame(const struct rehearsal *r, const char *key, const char *text, struct why *why)
{
    char said[sizeof why->text];
    snprintf(said, sizeof said, "%s", text);
    return why_set(why, STATUS_FAILED, "%s: steps[%d].%s: %s%s", r->name, r->step, key, said,
        strchr(said, ';') ? "" : "; change the settings");
}

static enum status open_data(
    struct rehearsal *r, const char *key, const struct experiment *e, struct why *why)
{
    struct why inner = { "" };
    if (r->open && dataset_same(&r->opened, e))
        return STATUS_OK;
    dataset_clear(&r->data);
    r->open = false;
    if (dataset_open(e, &r->data, &inner) != STATUS_OK)
        return blame(r, key, inner.text, why);
    r->opened = *e;
    r->open = true;
    return STATUS_OK;
}

/* The sentence of the first view that has nothing to show, or NULL. */
static const char *nothing_to_show(struct rehearsal *r, const struct lesson_step *step, int *which)
{
    for (int i = 0; i < step->view_count; i++) {
        const char *missing = step->view[i]->missing ? step->view[i]->missing(&r->scene) : NULL;
        *which = i;
        if (missing)
            return missing;
    }
    return NULL;
}

static enum status look(
    struct rehearsal *r, struct trainer *t, const struct lesson_step *step, struct why *why)
{
    unsigned needs = 0;
    char key[32];
    int which = 0;
    for (int i = 0; i < step->view_count; i++)
        needs |= view_needs(step->view[i], true);
    if (needs & NEEDS_RECOGNITION && trainer_recognise(t) != STATUS_OK)
        return blame(r, "views", "out of memory; close other programs", why);
    if (needs & NEEDS_INPUTS)
        trainer_map_inputs(t);
    if (trainer_snapshot(t, &r->snap) != STATUS_OK || !scene_update(&r->scene, &r->snap, trainer_data(t)))
        return blame(r, "views", "out of memory; close other programs", why);
    if (step->point >= r->snap.count) {
        char text[80];
        snprintf(text, sizeof text, "only %d samples are shown; choose one of them", r->snap.count);
        return blame(r, "point", text, why);
    }
    const char *missing = nothing_to_show(r, step, &which);
    snprintf(key, sizeof key, "views[%d]", which);
    return missing ? blame(r, key, missing, why) : STATUS_OK;
}

static enum status rehearse_training(
    struct rehearsal *r, const char *key, const struct experiment *e, bool seen, struct why *why)
{
    struct trainer *t = NULL;
    struct why inner = { "" };
    enum status status = open_data(r, key, e, why);
    if (status != STATUS_OK)
        return status;
    if (trainer_create(e, &r->data, &t, &inner) != STATUS_OK)
        return blame(r, key, inner.text, why);
    if (seen)
        status = look(r, t, &r->lesson->step[r->step], why);
    trainer_destroy(t);
    return status;
}

static enum status rehearse_step(struct rehearsal *r, struct why *why)
{
    const struct lesson_step *step = &r->lesson->step[r->step];
    struct experiment e;
    lesson_experiment(r->lesson, r->step, &e);
    enum status status = rehearse_training(r, "set", &e, true, why);
    for (int i = 0; i < step->compare_count && status == STATUS_OK; i++) {
        char key[32];
        snprintf(key, sizeof key, "compare[%d]", i);
        lesson_compared(r->lesson, r->step, i, &e);
        status = rehearse_training(r, key, &e, false, why);
    }
    return status;
}

enum status lesson_rehearse(const struct lesson *lesson, const char *name, struct why *why)
{
    struct rehearsal r = { .lesson = lesson, .name = name };
    enum status status = STATUS_OK;
    for (; r.step < lesson->count && status == STATUS_OK; r.step++)
        status = rehearse_step(&r, why);
    scene_clear(&r.scene);
    snapshot_clear(&r.snap);
    dataset_clear(&r.data);
    return status;
}
