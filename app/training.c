#include "app/training.h"

#include <stdio.h>
#include <string.h>

#include "app/headless.h"

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

enum status training_begin(struct training *t, const struct options *o, const struct experiment *e,
    const struct dataset *data, struct why *why)
{
    *t = (struct training){ .options = o, .data = data };
    enum status status = trainer_create(e, data, &t->trainer, why);
    if (status == STATUS_OK)
        take_note(t);
    return status;
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

/* An act of the coach, as the journal tells it. */
static enum status cure(struct trainer *t, const char *text, struct why *why)
{
    struct change change = { .key = "cure" };
    snprintf(change.value, sizeof change.value, "%s", text);
    return trainer_replay(t, &change, why);
}

enum status training_change(struct training *t, struct why *why)
{
    const struct options *o = t->options;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && t->changes_done < o->change_count &&
           o->change[t->changes_done].step <= trainer_steps(t->trainer)) {
        const struct planned_change *change = &o->change[t->changes_done++];
        if (strcmp(change->key, "cure") == 0) {
            status = cure(t->trainer, change->value, why);
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
    int samples = e->model == MODEL_FREE ? summary_rows(e, t->data) : t->data->train;
    *out = (struct summary){ .experiment = e,
        .dataset = t->data->name,
        .force = trainer_force(t->trainer),
        .steps = trainer_steps(t->trainer),
        .epochs = trainer_epoch(t->trainer),
        .train_s = t->train_s,
        .samples = trainer_epoch(t->trainer) * samples,
        .holdout = t->data->holdout > 0,
        .note_count = t->note_count,
        .diverged = trainer_diverged(t->trainer) };
    memcpy(out->note, t->note, sizeof out->note);
    tell_findings(t->trainer, out);
    if (trainer_evaluate(t->trainer, true, &out->evaluation) != STATUS_OK)
        return why_set(why, STATUS_FAILED, "summary: out of memory; close other programs and try again");
    return STATUS_OK;
}
