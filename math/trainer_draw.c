/* Points that come and go while the training goes on. Rows are places in the experiment's list, and the pool is all of
 * them, so an edit renumbers the rows behind it; weights and moments stay as they are. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "math/draw.h"
#include "math/trainer_state.h"

/* A new row is looked at in this pass still, whatever of it is over. */
static void insert_row(struct trainer *t, int at)
{
    for (int i = 0; i < t->pool; i++)
        t->order[i] += t->order[i] >= at;
    t->order[t->pool++] = at;
}

static void remove_row(struct trainer *t, int at)
{
    int place = 0, kept = 0;
    for (int i = 0; i < t->pool; i++) {
        if (t->order[i] == at)
            place = i;
        else
            t->order[kept++] = t->order[i] - (t->order[i] > at);
    }
    t->pool = kept;
    t->cursor -= place < t->cursor;
}

static void edit(struct trainer *t, const struct draw_edit *edit)
{
    int had = t->experiment.dot_count;
    draw_apply(&t->experiment, edit);
    if (t->experiment.dot_count > had)
        insert_row(t, edit->at);
    else if (t->experiment.dot_count < had)
        remove_row(t, edit->at);
}

static void count_classes(struct trainer *t)
{
    memset(t->class_count, 0, (size_t)t->class_room * sizeof *t->class_count);
    for (int i = 0; i < t->pool; i++)
        t->class_count[t->data->label[i]]++;
}

/* What the coach has seen of classes was of others. */
static void forget_classes(struct trainer *t)
{
    struct finding *f = &t->coach.finding;
    size_t features = (size_t)t->class_room * (size_t)t->dim;
    memset(t->watch_sum, 0, features * sizeof *t->watch_sum);
    memset(t->watch_mean, 0, features * sizeof *t->watch_mean);
    memset(t->watch_seen, 0, (size_t)t->class_room * sizeof *t->watch_seen);
    t->watch_means = false;
    t->coach.pairs = 0;
    if (f->a >= t->classes || f->b >= t->classes)
        *f = (struct finding){ .kind = COACH_FINE };
    t->seen_n = t->link_count = 0;
    t->recognition.measured = false;
    t->inputs.w = t->inputs.h = 0;
}

void trainer_take_drawn(struct trainer *t)
{
    dataset_fill_drawn(&t->drawn, &t->experiment);
    t->pool = t->drawn.train;
    t->classes = t->drawn.classes;
    t->batch = trainer_batch_size(t, t->experiment.batch);
    t->mean_sample.count = t->pool;
    for (int i = 0; i < t->pool; i++)
        t->mean_sample.row[i] = i;
    count_classes(t);
    trainer_draw_sample(t, &t->experiment); /* the room is there: it cannot fail */
    if (trainer_waits(t))
        snprintf(t->message, sizeof t->message, "The training waits for points of two classes.");
}

void trainer_draw(struct trainer *t, const char *edits)
{
    struct draw_edit next;
    int had = t->classes;
    if (strcmp(edits, "none") == 0)
        t->experiment.dot_count = t->pool = t->cursor = 0;
    else
        for (const char *at = edits;;) {
            size_t length = strcspn(at, ",");
            if (draw_parse(at, length, t->experiment.dot_count, &next))
                edit(t, &next);
            if (!at[length])
                break;
            at += length + 1;
        }
    trainer_take_drawn(t);
    for (int j = had; j < t->classes; j++)
        trainer_make_class(t, j);
    if (t->classes != had)
        forget_classes(t);
    trainer_weigh_classes(t);
    if (t->classes > had && !trainer_waits(t))
        snprintf(t->message, sizeof t->message,
            "Class %d is new: its weight begins at the mean of its points.", t->classes - 1);
}

bool trainer_draw_entry(const struct trainer *t, const struct experiment *wanted, char text[CHANGE_VALUE])
{
    struct experiment draft = t->experiment;
    struct draw_edit next;
    size_t at = 0;
    if (wanted->dot_count == 0 && draft.dot_count > 0) {
        snprintf(text, CHANGE_VALUE, "none");
        return true;
    }
    while (draw_next(&draft, wanted, &next)) {
        char own[DRAW_TEXT];
        draw_text(&next, draft.dot_count, own);
        if (at + strlen(own) + 2 > CHANGE_VALUE)
            break;
        at += (size_t)snprintf(text + at, CHANGE_VALUE - at, "%s%s", at ? "," : "", own);
        draw_apply(&draft, &next);
    }
    return at > 0;
}
