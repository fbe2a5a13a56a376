#include "app/training.h"

#include <stdio.h>
#include <string.h>

#include "app/headless.h"
#include "app/session.h"

/* The last place is that of the latest: what was said first and what was said last are kept. */
static void take_note(struct training *t)
{
    const char *text = trainer_message(t->trainer);
    if (!text[0])
        return;
    struct note *note = &t->note[t->note_count < NOTE_MAX ? t->note_count++ : NOTE_MAX - 1];
    note->step = trainer_steps(t->trainer);
    snprintf(note->text, sizeof note->text, "%s", text);
}

/* From where the session stands, with what is to be otherwise from there on. */
static enum status go_on(struct training *t, int saved, const struct experiment *e, struct why *why)
{
    enum status status = session_restore(t->options->session, saved, t->data, &t->trainer, why);
    if (status == STATUS_OK)
        status = trainer_retune(t->trainer, e, why);
    if (status != STATUS_OK)
        training_end(t);
    return status;
}

enum status training_begin(struct training *t, const struct options *o, const struct experiment *e,
    const struct dataset *data, struct why *why)
{
    return training_begin_saved(t, o, 0, e, data, why);
}

enum status training_begin_saved(struct training *t, const struct options *o, int saved,
    const struct experiment *e, const struct dataset *data, struct why *why)
{
    *t = (struct training){ .options = o, .data = data };
    enum status status =
        options_continue(o) ? go_on(t, saved, e, why) : trainer_create(e, data, &t->trainer, why);
    if (status != STATUS_OK)
        return status;
    take_note(t);
    t->began = trainer_steps(t->trainer);
    t->began_epoch = trainer_epoch(t->trainer);
    return STATUS_OK;
}

void training_end(struct training *t)
{
    trainer_destroy(t->trainer);
    t->trainer = NULL;
}

long training_planned(const struct training *t)
{
    const struct options *o = t->options;
    return o->by_steps ? o->steps : o->epochs * trainer_steps_per_epoch(t->trainer);
}

bool training_finished(const struct training *t)
{
    const struct options *o = t->options;
    if (trainer_diverged(t->trainer))
        return true;
    if (o->by_steps)
        return trainer_steps(t->trainer) >= o->steps;
    return trainer_epoch(t->trainer) >= (double)o->epochs - 1e-9;
}

/* An act of the coach, or points drawn, as the journal tells it. */
static enum status replay(struct trainer *t, const struct planned_change *planned, struct why *why)
{
    struct change change = { .step = 0 };
    snprintf(change.key, sizeof change.key, "%s", planned->key);
    snprintf(change.value, sizeof change.value, "%s", planned->value);
    return trainer_replay(t, &change, why);
}

enum status training_change(struct training *t, struct why *why)
{
    const struct options *o = t->options;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && t->changes_done < o->change_count &&
           o->change[t->changes_done].step <= trainer_steps(t->trainer)) {
        const struct planned_change *change = &o->change[t->changes_done++];
        bool verbatim = strcmp(change->key, "cure") == 0 || strcmp(change->key, "draw") == 0;
        if (verbatim) {
            status = replay(t->trainer, change, why);
            continue;
        }
        struct experiment wanted = *trainer_experiment(t->trainer);
        status = experiment_set(&wanted, change->key, change->value, why);
        if (status == STATUS_OK)
            status = trainer_retune(t->trainer, &wanted, why);
        if (status == STATUS_OK) {
            take_note(t);
            trainer_touch(t->trainer, change->key);
        }
    }
    if (status == STATUS_OK && trainer_waits(t->trainer))
        return why_set(why, STATUS_FAILED,
            "--draw: at step %ld there are points of fewer than two classes; draw some, for example --draw "
            "0:-1:0,1:1:0",
            trainer_steps(t->trainer));
    return status;
}

void training_step(struct training *t)
{
    double before = headless_now();
    trainer_step(t->trainer);
    t->train_s += headless_now() - before;
}

enum status training_snapshot(struct training *t, unsigned needs, struct snapshot *out, struct why *why)
{
    enum status status = needs & NEEDS_RECOGNITION ? trainer_recognise(t->trainer) : STATUS_OK;
    if (needs & NEEDS_INPUTS)
        trainer_map_inputs(t->trainer);
    if (status == STATUS_OK)
        status = trainer_snapshot(t->trainer, out);
    if (status != STATUS_OK)
        why_set(why, status, "figure: out of memory; close other programs and try again");
    return status;
}

static void tell_findings(const struct trainer *t, struct summary *out)
{
    const struct finding *finding;
    char text[COACH_TEXT];
    out->coach_count = trainer_findings(t, &finding);
    for (int i = 0; i < out->coach_count; i++) {
        out->coach_kind[i] = finding[i].kind;
        out->coach[i].step = finding[i].step;
        snprintf(out->coach[i].text, sizeof out->coach[i].text, "%s", trainer_sentence(t, &finding[i], text));
    }
}

enum status training_summary(struct training *t, struct summary *out, struct why *why)
{
    const struct experiment *e = trainer_experiment(t->trainer);
    int samples = e->model == MODEL_FREE ? summary_rows(e, t->data) : trainer_data(t->trainer)->train;
    *out = (struct summary){ .experiment = e,
        .dataset = t->data->name,
        .force = trainer_force(t->trainer),
        .steps = trainer_steps(t->trainer),
        .epochs = trainer_epoch(t->trainer),
        .train_s = t->train_s,
        .began = t->began,
        .samples = (trainer_epoch(t->trainer) - t->began_epoch) * samples,
        .holdout = t->data->holdout > 0,
        .note_count = t->note_count,
        .diverged = trainer_diverged(t->trainer) };
    memcpy(out->note, t->note, sizeof out->note);
    tell_findings(t->trainer, out);
    if (trainer_evaluate(t->trainer, true, &out->evaluation) != STATUS_OK)
        return why_set(why, STATUS_FAILED, "summary: out of memory; close other programs and try again");
    return STATUS_OK;
}
