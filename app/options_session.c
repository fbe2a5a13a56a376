/* options_session.c - what --session makes of a command line. */
#include "app/options_inner.h"

#include <stdio.h>
#include <string.h>

#include "app/dataset_open.h"
#include "app/session.h"

enum { VALUE = 1 << 16 };

void options_clear(struct options *o)
{
    session_destroy(o->session);
    o->session = NULL;
}

bool options_continue(const struct options *o)
{
    return o->session && o->session->training[0].state;
}

int options_beside(const struct options *o)
{
    return o->vs_count > 0 ? o->vs_count : options_continue(o) ? o->session->count - 1 : 0;
}

enum status option_open_session(struct options *o, const char *path, struct why *why)
{
    if (o->session)
        return why_set(why, STATUS_USAGE, "--session %.200s: a second session; give one", path);
    enum status status = session_read(path, &o->session, why);
    if (status == STATUS_OK)
        status = session_experiment(o->session, &o->session->training[0].experiment, &o->continued, why);
    if (status != STATUS_OK)
        return status;
    const struct session *session = o->session;
    const struct session_window *w = &session->window;
    o->experiment = o->continued;
    if (session->arranged) {
        o->text_scale = w->text_scale;
        o->pace = w->pace;
    }
    return STATUS_OK;
}

/* It was read before the others. */
enum status option_take_session(struct options *o, const char *name, const char *value, struct why *why)
{
    (void)o, (void)name, (void)value, (void)why;
    return STATUS_OK;
}

/* --dataset with a path: where the session's data lie now. */
static void find_data(struct options *o)
{
    const char *path = o->experiment.dataset;
    if (!options_continue(o) || strcmp(path, o->continued.dataset) == 0 || dataset_find(path))
        return;
    snprintf(o->session->moved, sizeof o->session->moved, "%s", path);
    memcpy(o->continued.dataset, path, sizeof o->continued.dataset);
}

void option_finish_session(struct options *o, unsigned where)
{
    find_data(o);
    if (where != FOR_FIGURE || !options_continue(o) || o->length_given)
        return;
    o->by_steps = true;
    o->steps = o->session->training[0].step;
}

/* The first option that a training which has begun cannot take. */
static enum status refuse_rebuild(const struct options *o, const struct experiment *e, struct why *why)
{
    char was[VALUE], is[VALUE];
    for (int i = 0; i < experiment_key_count(); i++) {
        experiment_get(&o->continued, experiment_key(i), was, sizeof was);
        experiment_get(e, experiment_key(i), is, sizeof is);
        if (experiment_key_rebuilds(i) && strcmp(was, is) != 0)
            return why_set(why, STATUS_USAGE,
                "--%s %.200s: needs a new training, and that of %.300s has %.200s; leave out the option, or "
                "--session",
                experiment_key(i), is, o->session->path, was);
    }
    return why_set(why, STATUS_USAGE,
        "--loss %s: reads labels in another way than the training of %.300s; leave out the option, or "
        "--session",
        experiment_loss(e)->id, o->session->path);
}

enum status option_check_session(const struct options *o, const struct experiment *e, struct why *why)
{
    if (!options_continue(o))
        return STATUS_OK;
    if (experiment_rebuilds(&o->continued, e))
        return refuse_rebuild(o, e, why);
    long step = o->session->training[0].step;
    if (o->change_count > 0 && o->change[0].step < step)
        return why_set(why, STATUS_USAGE,
            "--at %ld:%s: %.300s stands at step %ld; choose that one or a later one", o->change[0].step,
            o->change[0].key, o->session->path, step);
    return STATUS_OK;
}

enum status options_open_data(const struct options *o, const struct experiment *e,
    const struct progress *progress, struct dataset *out, struct why *why)
{
    return options_continue(o) ? session_open_data(o->session, progress, out, why)
                               : dataset_open_watched(e, progress, out, why);
}
