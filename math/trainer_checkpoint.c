/* A checkpoint is: magic, version, the shape it belongs to, then every field in the order of `pass`. One function
 * walks the fields for both directions, so that what is written and what is read cannot drift apart. Numbers are
 * in the machine's byte order; the magic tells a foreign one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/draw.h"
#include "math/trainer_state.h"

enum { MAGIC = 0x4b43534d, VERSION = 7, WIDE_ENTRIES = 6, CHANGE_LIMIT = 1000000, TEXT_LIMIT = 1 << 20 };

#define FAR ((int64_t)1 << 48) /* no step and no count is farther away: sums of them stay whole */

/* Counts bytes (out NULL), writes them, or reads them (reading). A read past the end fails and stays failed. */
struct stream {
    uint8_t *out;
    const uint8_t *in;
    size_t at, size;
    bool reading, failed;
    long version;
};

static void bytes(struct stream *s, void *data, size_t size)
{
    if (s->reading && (s->failed || size > s->size - s->at)) {
        s->failed = true;
        return;
    }
    if (s->reading)
        memcpy(data, s->in + s->at, size);
    else if (s->out)
        memcpy(s->out + s->at, data, size);
    s->at += size;
}

static void number(struct stream *s, long *value)
{
    int64_t wide = *value;
    bytes(s, &wide, sizeof wide);
    if (wide < -FAR || wide > FAR)
        s->failed = true;
    else
        *value = (long)wide;
}

static void count(struct stream *s, int *value, int limit)
{
    int32_t own = *value;
    bytes(s, &own, sizeof own);
    if (own < 0 || own > limit)
        s->failed = true;
    else
        *value = own;
}

static void flag(struct stream *s, bool *value)
{
    uint8_t byte = *value;
    bytes(s, &byte, 1);
    if (byte > 1)
        s->failed = true;
    else
        *value = byte;
}

/* A number that must be what the trainer at hand has. */
static void same(struct stream *s, long value)
{
    long got = value;
    number(s, &got);
    if (got != value)
        s->failed = true;
}

/* The experiment as lines "key=value", so that a file outlives a change of the struct. */

static void add_line(char *text, size_t *at, const struct experiment *e, const char *key)
{
    *at += (size_t)snprintf(text + *at, TEXT_LIMIT - *at, "%s=", key);
    experiment_get(e, key, text + *at, (int)(TEXT_LIMIT - *at));
    *at += strlen(text + *at);
    *at += (size_t)snprintf(text + *at, TEXT_LIMIT - *at, "\n");
}

static size_t describe(const struct experiment *e, char *text)
{
    size_t at = 0;
    for (int i = 0; i < experiment_key_count(); i++)
        add_line(text, &at, e, experiment_key(i));
    for (int i = 0; i < loss_count(); i++)
        for (int p = 0; p < loss_param_count(loss_at(i)); p++) {
            char key[64];
            snprintf(key, sizeof key, "%s.%s", loss_at(i)->id, loss_at(i)->param[p].id);
            add_line(text, &at, e, key);
        }
    return at;
}

static bool parse(char *text, struct experiment *e)
{
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *equals = strchr(line, '=');
        if (!equals)
            return false;
        *equals = '\0';
        if (experiment_set(e, line, equals + 1, NULL) != STATUS_OK)
            return false;
    }
    return true;
}

static void pass_experiment(struct stream *s, struct experiment *e, char *text)
{
    int length = s->reading ? 0 : (int)describe(e, text);
    count(s, &length, TEXT_LIMIT - 1);
    if (s->failed)
        return;
    bytes(s, text, (size_t)length);
    text[length] = '\0';
    e->move_count = s->reading ? 0 : e->move_count; /* reading adds to the points there are */
    e->dot_count = s->reading ? 0 : e->dot_count;
    if (s->reading && !s->failed)
        s->failed = !parse(text, e);
}

static void pass_shape(struct stream *s, const struct trainer *t)
{
    same(s, MAGIC);
    number(s, &s->version);
    s->failed = s->failed || (s->version != VERSION && s->version != WIDE_ENTRIES);
    same(s, t->experiment.model);
    same(s, (long)t->size);
    same(s, t->dim);
    same(s, t->class_room);
    same(s, t->pool_room);
    same(s, t->data->dim);
}

static void pass_schedule(struct stream *s, struct schedule *schedule)
{
    number(s, &schedule->start);
    flag(s, &schedule->skip_norm);
    for (int p = 0; p < LOSS_PARAM_MAX; p++)
        flag(s, &schedule->ended[p]);
}

/* By its name: another version may list the losses in another order. */
static void pass_first_loss(struct stream *s, struct trainer *t)
{
    char id[64] = "";
    snprintf(id, sizeof id, "%s", loss_at(t->first_loss)->id);
    bytes(s, id, sizeof id);
    id[sizeof id - 1] = '\0';
    const struct loss *loss = loss_find(id);
    if (loss)
        t->first_loss = loss_index(loss);
    else
        s->failed = true;
}

static void pass_path(struct stream *s, struct trainer *t)
{
    count(s, &t->path_count, SNAPSHOT_PATH);
    number(s, &t->path_stride);
    for (int i = 0; i < t->path_count && !s->failed; i++) {
        number(s, &t->path[i].step);
        bytes(s, t->path[i].w, sizeof t->path[i].w);
        bytes(s, &t->path[i].b, sizeof t->path[i].b);
    }
}

static void pass_choice(struct stream *s, enum coach_kind *kind)
{
    int own = (int)*kind;
    count(s, &own, COACH_KINDS - 1);
    *kind = (enum coach_kind)own;
}

static void pass_finding(struct stream *s, struct finding *f, int classes)
{
    pass_choice(s, &f->kind);
    number(s, &f->step);
    number(s, &f->since);
    count(s, &f->a, classes - 1);
    count(s, &f->b, classes - 1);
    count(s, &f->others, COACH_PAIRS);
    flag(s, &f->means);
    flag(s, &f->spot);
    flag(s, &f->room);
    bytes(s, &f->loss_from, sizeof f->loss_from);
    bytes(s, &f->loss_to, sizeof f->loss_to);
    bytes(s, &f->accuracy, sizeof f->accuracy);
}

static void pass_windows(struct stream *s, struct coach *c)
{
    bytes(s, &c->loss, sizeof c->loss);
    flag(s, &c->norm_radius);
    bytes(s, c->param, sizeof c->param);
    bytes(s, &c->start_loss, sizeof c->start_loss);
    bytes(s, &c->loss_sum, sizeof c->loss_sum);
    number(s, &c->begun);
    number(s, &c->right);
    number(s, &c->seen);
    bytes(s, c->window_loss, sizeof c->window_loss);
    bytes(s, c->window_accuracy, sizeof c->window_accuracy);
    count(s, &c->windows, COACH_WINDOWS);
    flag(s, &c->dead);
    flag(s, &c->idle);
}

static void pass_coach(struct stream *s, struct trainer *t)
{
    struct coach *c = &t->coach;
    int classes = t->class_room > 1 ? t->class_room : 2;
    size_t size = (size_t)(t->class_room * t->dim) * sizeof *t->watch_sum;
    count(s, &c->pairs, COACH_PAIRS);
    for (int i = 0; i < c->pairs && !s->failed; i++) {
        count(s, &c->pair[i].a, classes - 1);
        count(s, &c->pair[i].b, classes - 1);
        number(s, &c->pair[i].since);
        number(s, &c->pair[i].under);
        flag(s, &c->pair[i].told);
        number(s, &c->pair[i].right);
        number(s, &c->pair[i].met);
        bytes(s, &c->pair[i].share, sizeof c->pair[i].share);
        bytes(s, &c->pair[i].angle_sum, sizeof c->pair[i].angle_sum);
        bytes(s, &c->pair[i].angle, sizeof c->pair[i].angle);
        count(s, &c->pair[i].looks, COACH_TREND);
        flag(s, &c->pair[i].parting);
    }
    number(s, &c->point_since);
    count(s, &c->trend_looks, COACH_TREND);
    pass_windows(s, c);
    pass_finding(s, &c->finding, classes);
    count(s, &c->log_count, COACH_LOG);
    for (int i = 0; i < c->log_count && !s->failed; i++)
        pass_finding(s, &c->log[i], classes);
    flag(s, &t->watch_means);
    bytes(s, t->watch_sum, size);
    bytes(s, t->watch_mean, size);
    bytes(s, t->watch_seen, (size_t)t->class_room * sizeof *t->watch_seen);
}

/* What the losses keep besides the arrays. */
static void pass_statistics(struct stream *s, struct trainer *t)
{
    bytes(s, t->running, sizeof t->running);
    flag(s, &t->radius_held);
    count(s, &t->groups, GROUP_MAX);
    bytes(s, &t->rest, sizeof t->rest);
}

/* Without its zero, which nobody has to trust. */
static void pass_word(struct stream *s, char *text, int room)
{
    int length = s->reading ? 0 : (int)strlen(text);
    count(s, &length, room - 1);
    if (s->failed)
        return;
    bytes(s, text, (size_t)length);
    text[length] = '\0';
}

/* Of a version before, where every text took the room of the longest. */
static void pass_wide_entry(struct stream *s, struct change *change)
{
    number(s, &change->step);
    bytes(s, change->key, sizeof change->key);
    bytes(s, change->value, sizeof change->value);
    bytes(s, change->before, sizeof change->before);
    change->key[sizeof change->key - 1] = change->value[sizeof change->value - 1] = '\0';
    change->before[sizeof change->before - 1] = '\0';
}

static void pass_entry(struct stream *s, struct change *change)
{
    number(s, &change->step);
    pass_word(s, change->key, sizeof change->key);
    pass_word(s, change->value, sizeof change->value);
    pass_word(s, change->before, sizeof change->before);
}

static void pass_journal(struct stream *s, struct trainer *t)
{
    int entries = t->journal.count;
    pass_first_loss(s, t);
    count(s, &entries, CHANGE_LIMIT);
    for (int i = 0; i < entries && !s->failed; i++) {
        struct change change = { .step = 0 };
        if (!s->reading)
            change = journal_change(&t->journal, i);
        if (s->version == WIDE_ENTRIES)
            pass_wide_entry(s, &change);
        else
            pass_entry(s, &change);
        if (!s->reading || s->failed)
            continue;
        s->failed = !journal_reserve(&t->journal, 1);
        if (!s->failed)
            journal_add(&t->journal, &change);
    }
}

static void pass_curve(struct stream *s, struct trainer *t)
{
    count(s, &t->curve_count, CURVE_MAX);
    number(s, &t->curve_stride);
    bytes(s, &t->curve_sum, sizeof t->curve_sum);
    count(s, &t->curve_terms, INT32_MAX - 1);
    for (int i = 0; i < t->curve_count && !s->failed; i++) {
        struct curve_point *p = &t->curve[i];
        number(s, &p->step);
        bytes(s, &p->batch_loss, sizeof p->batch_loss);
        bytes(s, &p->train_loss, sizeof p->train_loss);
        bytes(s, &p->test_loss, sizeof p->test_loss);
        bytes(s, &p->train_accuracy, sizeof p->train_accuracy);
        bytes(s, &p->test_accuracy, sizeof p->test_accuracy);
        bytes(s, &p->margin_accuracy, sizeof p->margin_accuracy);
    }
}

/* A row of the last batch; -1: none. */
static void pass_row(struct stream *s, int *row, int limit)
{
    int place = *row + 1;
    count(s, &place, limit);
    *row = place - 1;
}

/* The pairs of the last batch that are shown, and the features they are between. */
static void pass_links(struct stream *s, struct trainer *t)
{
    int batch = trainer_batch_most(t, t->experiment.batch);
    int most = t->dim <= 3 ? SNAPSHOT_LINKS : 0;
    t->link_count = t->link_count < most ? t->link_count : most;
    count(s, &t->link_count, most);
    for (int i = 0; i < t->link_count && !s->failed; i++) {
        pass_row(s, &t->link[i].anchor, batch);
        pass_row(s, &t->link[i].positive, batch);
        pass_row(s, &t->link[i].negative, batch);
        s->failed = s->failed || t->link[i].anchor < 0;
    }
    size_t size = (size_t)batch * (size_t)t->dim * sizeof *t->feature;
    if (t->link_count == 0 || s->failed)
        return;
    if (s->reading) {
        t->feature = size <= s->size - s->at ? malloc(size) : NULL;
        s->failed = !t->feature;
    }
    if (!s->failed)
        bytes(s, t->feature, size);
}

static void pass_arrays(struct stream *s, struct trainer *t)
{
    float *array[] = { t->value, t->next, t->first, t->second };
    for (int i = 0; i < 4; i++)
        bytes(s, array[i], t->size * sizeof *array[i]);
    bytes(s, t->order, (size_t)t->pool * sizeof *t->order);
}

/* Every field of a training, in the order of the bytes. */
static void pass(struct stream *s, struct trainer *t, char *text)
{
    pass_shape(s, t);
    if (s->failed)
        return;
    pass_experiment(s, &t->experiment, text);
    if (t->data->drawn) {
        t->pool = t->experiment.dot_count;
        t->classes = draw_classes(&t->experiment);
    }
    number(s, &t->step);
    number(s, &t->passes);
    count(s, &t->cursor, t->pool);
    for (int b = 0; b < BLOCK_COUNT; b++)
        number(s, &t->age[b]);
    flag(s, &t->have_good);
    bytes(s, &t->batches, sizeof t->batches);
    bytes(s, &t->makes, sizeof t->makes);
    pass_statistics(s, t);
    pass_schedule(s, &t->schedule);
    flag(s, &t->diverged);
    number(s, &t->diverged_step);
    bytes(s, t->message, sizeof t->message);
    t->message[sizeof t->message - 1] = '\0';
    pass_journal(s, t);
    pass_curve(s, t);
    pass_path(s, t);
    pass_coach(s, t);
    pass_links(s, t);
    pass_arrays(s, t);
}

static void rename_data(struct experiment *e, const struct experiment *names)
{
    memcpy(e->dataset, names->dataset, sizeof e->dataset);
    memcpy(e->features_npy, names->features_npy, sizeof e->features_npy);
    memcpy(e->labels_npy, names->labels_npy, sizeof e->labels_npy);
    memcpy(e->weights_npy, names->weights_npy, sizeof e->weights_npy);
}

void trainer_rename_data(struct trainer *t, const struct experiment *names)
{
    rename_data(&t->experiment, names);
}

enum status trainer_save(const struct trainer *t, uint8_t **out, size_t *size, struct why *why)
{
    return trainer_save_as(t, &t->experiment, out, size, why);
}

enum status trainer_save_as(
    const struct trainer *t, const struct experiment *names, uint8_t **out, size_t *size, struct why *why)
{
    struct trainer *source = malloc(sizeof *source);
    char *text = malloc(TEXT_LIMIT);
    uint8_t *block = NULL;
    struct stream s = { .version = VERSION };
    if (source && text) {
        *source = *t; /* only read from: passing writes nothing unless it reads the stream */
        rename_data(&source->experiment, names);
        pass(&s, source, text);
        block = malloc(s.at);
    }
    if (block) {
        s = (struct stream){ .out = block, .version = VERSION };
        pass(&s, source, text);
        *out = block;
        *size = s.at;
    }
    free(source);
    free(text);
    return block ? STATUS_OK : why_set(why, STATUS_FAILED, "checkpoint: out of memory; close other programs");
}

static bool is_count(long value)
{
    return value >= 0;
}

static bool sound(const struct trainer *draft)
{
    for (int i = 0; i < draft->pool; i++)
        if (draft->order[i] < 0 || draft->order[i] >= draft->pool)
            return false;
    for (int b = 0; b < BLOCK_COUNT; b++)
        if (!is_count(draft->age[b]))
            return false;
    return is_count(draft->step) && is_count(draft->passes) && is_count(draft->path_stride) &&
           draft->path_stride > 0 && is_count(draft->diverged_step) && is_count(draft->schedule.start) &&
           draft->schedule.start <= draft->step && is_count(draft->curve_stride) && draft->curve_stride > 0 &&
           draft->curve_terms < draft->curve_stride;
}

static void accept_arrays(struct trainer *t, const struct trainer *draft)
{
    size_t classes = (size_t)t->class_room, features = classes * (size_t)t->dim;
    memcpy(t->value, draft->value, t->size * sizeof *t->value);
    memcpy(t->next, draft->next, t->size * sizeof *t->next);
    memcpy(t->first, draft->first, t->size * sizeof *t->first);
    memcpy(t->second, draft->second, t->size * sizeof *t->second);
    memcpy(t->order, draft->order, (size_t)draft->pool * sizeof *t->order);
    memcpy(t->watch_sum, draft->watch_sum, features * sizeof *t->watch_sum);
    memcpy(t->watch_mean, draft->watch_mean, features * sizeof *t->watch_mean);
    memcpy(t->watch_seen, draft->watch_seen, classes * sizeof *t->watch_seen);
}

/* The draft becomes the training; its arrays are copied into those of t, which have the same sizes. */
static enum status accept(struct trainer *t, struct trainer *draft, struct why *why)
{
    struct experiment wanted = draft->experiment;
    int batch = trainer_batch_most(t, wanted.batch);
    bool sample = wanted.points != t->experiment.points || wanted.split != t->experiment.split;
    if (!trainer_reserve_batch(t, wanted.batch) || (sample && !trainer_draw_sample(t, &wanted)))
        return why_set(why, STATUS_FAILED, "checkpoint: out of memory; close other programs");
    accept_arrays(t, draft);
    t->coach = draft->coach;
    t->watch_means = draft->watch_means;
    struct journal old = t->journal;
    t->experiment = wanted;
    t->step = draft->step;
    t->passes = draft->passes;
    t->cursor = draft->cursor;
    memcpy(t->age, draft->age, sizeof t->age);
    t->have_good = draft->have_good;
    t->batches = draft->batches;
    t->makes = draft->makes;
    memcpy(t->running, draft->running, sizeof t->running);
    t->radius_held = draft->radius_held;
    t->groups = draft->groups;
    t->rest = draft->rest;
    t->schedule = draft->schedule;
    t->diverged = draft->diverged;
    t->diverged_step = draft->diverged_step;
    memcpy(t->message, draft->message, sizeof t->message);
    t->first_loss = draft->first_loss;
    t->journal = draft->journal;
    memcpy(t->curve, draft->curve, sizeof t->curve);
    t->curve_count = draft->curve_count;
    t->curve_stride = draft->curve_stride;
    t->curve_sum = draft->curve_sum;
    t->curve_terms = draft->curve_terms;
    memcpy(t->path, draft->path, sizeof t->path);
    t->path_count = draft->path_count;
    t->path_stride = draft->path_stride;
    t->seen_n = 0;
    t->link_count = draft->link_count;
    memcpy(t->link, draft->link, sizeof t->link);
    if (t->link_count > 0)
        memcpy(t->feature, draft->feature, (size_t)batch * (size_t)t->dim * sizeof *t->feature);
    trainer_take_moves(t);
    if (t->data->drawn)
        trainer_take_drawn(t);
    trainer_weigh_classes(t);
    draft->journal = old;
    trainer_mirror_head(t);
    return STATUS_OK;
}

enum status trainer_load(struct trainer *t, const uint8_t *in, size_t size, struct why *why)
{
    struct trainer *draft = malloc(sizeof *draft);
    char *text = malloc(TEXT_LIMIT);
    enum status status = STATUS_FAILED;
    if (!draft || !text) {
        free(draft);
        free(text);
        return why_set(why, STATUS_FAILED, "checkpoint: out of memory; close other programs");
    }
    *draft = *t;
    draft->journal = (struct journal){ .count = 0 };
    draft->feature = NULL;
    draft->value = malloc(4 * t->size * sizeof *draft->value);
    draft->order = malloc((size_t)t->pool_room * sizeof *draft->order);
    size_t features = (size_t)t->class_room * (size_t)t->dim;
    draft->watch_sum = calloc(2 * features + 1, sizeof *draft->watch_sum);
    draft->watch_seen = calloc((size_t)t->class_room + 1, sizeof *draft->watch_seen);
    if (draft->value && draft->order && draft->watch_sum && draft->watch_seen) {
        draft->watch_mean = draft->watch_sum + features;
        draft->next = draft->value + t->size;
        draft->first = draft->next + t->size;
        draft->second = draft->first + t->size;
        struct stream s = { .in = in, .size = size, .reading = true };
        pass(&s, draft, text);
        bool whole = !s.failed && s.at == size && sound(draft) &&
                     !experiment_rebuilds(&t->experiment, &draft->experiment) &&
                     trainer_check(&draft->experiment, t->data, NULL) == STATUS_OK;
        status = whole ? accept(t, draft, why)
                       : why_set(why, STATUS_FAILED,
                             "checkpoint: damaged, or of another data set, model or version; start anew");
    } else {
        why_set(why, STATUS_FAILED, "checkpoint: out of memory; close other programs");
    }
    journal_clear(&draft->journal);
    free(draft->feature);
    free(draft->value);
    free(draft->order);
    free(draft->watch_sum);
    free(draft->watch_seen);
    free(draft);
    free(text);
    return status;
}
