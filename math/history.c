/* A frame is one block of bytes, written and read by the same functions (as in trainer_checkpoint.c), and references
 * to parts that often stay the same from frame to frame. A part is compared with that of the frame before; equal ones
 * are kept once. */
#include "math/history.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <stddef.h>
#include <string.h>

enum part_kind { PART_EXPERIMENT, PART_SAMPLE, PART_FEATURE, PART_RECOGNITION, PART_INPUTS, PART_COUNT };
enum { EXACT_DIM = 3, HALF_CLASSES = 16, BYTE_CLASSES = 255 };

struct part {
    int users;
    size_t size;
    uint8_t bytes[];
};

/* A frame or a checkpoint. */
struct kept {
    long step;
    int changes;
    size_t size;
    uint8_t *bytes;
    struct part *part[PART_COUNT]; /* NULL in checkpoints */
};

struct track {
    struct kept *at; /* by step */
    int count, capacity;
    size_t bytes;
};

struct history {
    size_t budget;
    struct track frames, checkpoints;
    struct snapshot *base; /* plain values of the newest frame, without arrays */
};

/* --- bytes --------------------------------------------------------------------------------------------- */

enum mode { MEASURE, WRITE, READ };

struct stream {
    enum mode mode;
    uint8_t *at;
    size_t size;
};

static void bytes(struct stream *f, void *data, size_t size)
{
    if (size == 0)
        return;
    if (f->mode == WRITE)
        memcpy(f->at + f->size, data, size);
    else if (f->mode == READ)
        memcpy(data, f->at + f->size, size);
    f->size += size;
}

static void floats(struct stream *f, double *value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float narrow = f->mode == READ ? 0 : (float)value[i];
        bytes(f, &narrow, sizeof narrow);
        if (f->mode == READ)
            value[i] = narrow;
    }
}

/* Classes and groups, -1 and up: half a byte or a byte each where `below`, above them all, allows it. */
static void small_ints(struct stream *f, int *value, size_t n, int below)
{
    if (below > BYTE_CLASSES) {
        bytes(f, value, n * sizeof *value);
        return;
    }
    size_t step = below < HALF_CLASSES ? 2 : 1;
    for (size_t i = 0; i < n; i += step) {
        int next = step == 2 && i + 1 < n ? 1 : 0;
        uint8_t byte = 0;
        if (f->mode != READ)
            byte = (uint8_t)(value[i] + 1 + (next ? (value[i + 1] + 1) * HALF_CLASSES : 0));
        bytes(f, &byte, 1);
        if (f->mode != READ)
            continue;
        value[i] = (step == 2 ? byte % HALF_CLASSES : byte) - 1;
        if (next)
            value[i + 1] = byte / HALF_CLASSES - 1;
    }
}

/* What every size below follows from. */
struct shape {
    int count, dim, classes, sub, targets;
};

static struct shape shape_of(const struct snapshot *s)
{
    return (struct shape){ s->count, s->dim, s->classes, s->sub, s->targets };
}

static void pass_phase(struct stream *f, struct snapshot *s)
{
    bytes(f, &s->step, sizeof s->step);
    bytes(f, &s->epoch, sizeof s->epoch);
    bytes(f, &s->force, sizeof s->force);
    bytes(f, &s->warmup_step, sizeof s->warmup_step);
    bytes(f, &s->warmup_length, sizeof s->warmup_length);
    bytes(f, &s->ramp_step, sizeof s->ramp_step);
    bytes(f, &s->ramp_length, sizeof s->ramp_length);
    bytes(f, &s->annealing, sizeof s->annealing);
    bytes(f, &s->diverged, sizeof s->diverged);
    bytes(f, &s->diverged_step, sizeof s->diverged_step);
    bytes(f, s->message, sizeof s->message);
}

static void pass_numbers(struct stream *f, struct snapshot *s)
{
    double *const number[] = { &s->train_loss, &s->test_loss, &s->train_accuracy, &s->test_accuracy,
        &s->margin_accuracy, &s->intra_angle, &s->inter_angle, &s->own_angle_mean, &s->rival_angle_mean,
        &s->min_gap, &s->norm_median, &s->norm_p99, &s->rest };
    for (size_t i = 0; i < sizeof number / sizeof number[0]; i++)
        bytes(f, number[i], sizeof *number[i]);
    bytes(f, &s->train_n, sizeof s->train_n);
    bytes(f, &s->test_n, sizeof s->test_n);
}

static void pass_classes(struct stream *f, struct snapshot *s)
{
    size_t classes = (size_t)s->classes, whole = classes * (size_t)s->dim;
    floats(f, s->weight, whole);
    floats(f, s->bias, classes);
    floats(f, s->class_weight, classes);
    floats(f, s->row_weight, s->sub > 1 ? whole * (size_t)s->sub : 0);
    bytes(f, &s->means, sizeof s->means);
    bytes(f, &s->centers, sizeof s->centers);
    floats(f, s->center, s->centers ? whole : 0);
    bytes(f, &s->extra_count, sizeof s->extra_count);
    bytes(f, s->extra, s->extra_count <= SNAPSHOT_EXTRA ? (size_t)s->extra_count * sizeof *s->extra : 0);
}

static void pass_verdicts(struct stream *f, struct snapshot *s)
{
    size_t n = (size_t)s->count;
    bool grouped = false;
    for (size_t i = 0; f->mode != READ && i < n; i++)
        grouped = grouped || s->group[i] >= 0;
    small_ints(f, s->predicted, n, s->classes);
    bytes(f, &grouped, sizeof grouped);
    if (grouped)
        small_ints(f, s->group, n, BYTE_CLASSES);
    for (size_t i = 0; f->mode == READ && !grouped && i < n; i++)
        s->group[i] = -1;
    bytes(f, &s->link_count, sizeof s->link_count);
    bytes(f, s->link, (size_t)s->link_count * sizeof *s->link);
}

/* What changes with every step; the shape comes first and is known. */
static void pass_frame(struct stream *f, struct snapshot *s)
{
    pass_phase(f, s);
    pass_numbers(f, s);
    pass_classes(f, s);
    pass_verdicts(f, s);
}

/* --- parts --------------------------------------------------------------------------------------------- */

static void pass_experiment(struct stream *f, struct snapshot *s)
{
    bytes(f, &s->experiment, offsetof(struct experiment, dot));
    bytes(f, s->experiment.dot, (size_t)s->experiment.dot_count * sizeof *s->experiment.dot);
}

static void pass_sample(struct stream *f, struct snapshot *s)
{
    size_t n = (size_t)s->count;
    bytes(f, s->label, n * sizeof *s->label);
    bytes(f, s->row, n * sizeof *s->row);
    bytes(f, s->test, n * sizeof *s->test);
    bytes(f, s->target, n * (size_t)s->targets * sizeof *s->target);
}

/* 16 bits a number, in units of the sample's largest. */
static void write_coarse(struct stream *f, const float *x, int dim)
{
    float largest = 0;
    for (int k = 0; k < dim; k++)
        largest = fmaxf(largest, fabsf(x[k]));
    float unit = largest / INT16_MAX, scale = unit > 0 && isfinite(unit) ? 1 / unit : 0;
    memcpy(f->at + f->size, &unit, sizeof unit);
    f->size += sizeof unit;
    for (int k = 0; k < dim; k++) {
        float value = x[k] * scale;
        int16_t part = (int16_t)(value == value ? value + copysignf(0.5f, value) : 0);
        memcpy(f->at + f->size + (size_t)k * sizeof part, &part, sizeof part);
    }
    f->size += (size_t)dim * sizeof(int16_t);
}

static void read_coarse(struct stream *f, float *x, int dim)
{
    float unit;
    memcpy(&unit, f->at + f->size, sizeof unit);
    f->size += sizeof unit;
    for (int k = 0; k < dim; k++) {
        int16_t part;
        memcpy(&part, f->at + f->size + (size_t)k * sizeof part, sizeof part);
        x[k] = unit * (float)part;
    }
    f->size += (size_t)dim * sizeof(int16_t);
}

static void pass_feature(struct stream *f, struct snapshot *s)
{
    size_t dim = (size_t)s->dim;
    if (s->dim <= EXACT_DIM) {
        bytes(f, s->feature, (size_t)s->count * dim * sizeof *s->feature);
        return;
    }
    if (f->mode == MEASURE) {
        f->size += (size_t)s->count * (sizeof(float) + dim * sizeof(int16_t));
        return;
    }
    for (int i = 0; i < s->count; i++)
        if (f->mode == READ)
            read_coarse(f, s->feature + (size_t)i * dim, s->dim);
        else
            write_coarse(f, s->feature + (size_t)i * dim, s->dim);
}

static void pass_recognition(struct stream *f, struct snapshot *s)
{
    bytes(f, &s->recognition.measured, sizeof s->recognition.measured);
    if (s->recognition.measured)
        bytes(f, &s->recognition, sizeof s->recognition);
    else
        s->recognition.step = 0;
}

static void pass_inputs(struct stream *f, struct snapshot *s)
{
    bytes(f, &s->inputs.w, sizeof s->inputs.w);
    if (s->inputs.w)
        bytes(f, &s->inputs, sizeof s->inputs);
    else
        s->inputs.h = 0;
}

static void (*const pass_part[PART_COUNT])(struct stream *, struct snapshot *) = {
    [PART_EXPERIMENT] = pass_experiment,
    [PART_SAMPLE] = pass_sample,
    [PART_FEATURE] = pass_feature,
    [PART_RECOGNITION] = pass_recognition,
    [PART_INPUTS] = pass_inputs,
};

static void part_drop(struct part *part, size_t *held)
{
    if (!part || --part->users > 0)
        return;
    *held -= sizeof *part + part->size;
    free(part);
}

static struct part *part_make(struct snapshot *s, int kind, const struct kept *before, size_t *held)
{
    struct stream f = { .mode = MEASURE };
    pass_part[kind](&f, s);
    struct part *part = malloc(sizeof *part + f.size);
    if (!part)
        return NULL;
    *part = (struct part){ .users = 1, .size = f.size };
    f = (struct stream){ .mode = WRITE, .at = part->bytes };
    pass_part[kind](&f, s);
    struct part *old = before ? before->part[kind] : NULL;
    if (!old || old->size != part->size || memcmp(old->bytes, part->bytes, part->size) != 0) {
        *held += sizeof *part + part->size;
        return part;
    }
    free(part);
    old->users++;
    return old;
}

/* --- tracks -------------------------------------------------------------------------------------------- */

static void kept_drop(struct kept *k, size_t *held)
{
    for (int i = 0; i < PART_COUNT; i++)
        part_drop(k->part[i], held);
    *held -= k->size;
    free(k->bytes);
}

static void track_remove(struct track *track, int i)
{
    kept_drop(&track->at[i], &track->bytes);
    track->count--;
    memmove(track->at + i, track->at + i + 1, (size_t)(track->count - i) * sizeof *track->at);
}

static bool track_reserve(struct track *track)
{
    if (track->count < track->capacity)
        return true;
    int capacity = 2 * track->capacity + 16;
    struct kept *at = realloc(track->at, (size_t)capacity * sizeof *at);
    if (!at)
        return false;
    track->at = at;
    track->capacity = capacity;
    return true;
}

static void track_push(struct track *track, const struct kept *k)
{
    track->at[track->count++] = *k;
    if (track->count > 1 && track->at[track->count - 2].step == k->step)
        track_remove(track, track->count - 2);
}

static void track_clear(struct track *track)
{
    while (track->count > 0)
        track_remove(track, track->count - 1);
}

/* How large the hole would be; near the present it counts up to eight times what it does at the beginning. */
static double hole(const struct track *track, int i)
{
    double last = (double)track->at[track->count - 1].step, span = last - (double)track->at[0].step;
    double age = last - (double)track->at[i].step;
    return (double)(track->at[i + 1].step - track->at[i - 1].step) * (1 + span / (age + span / 16));
}

static int track_least(const struct track *track)
{
    int least = 0;
    double smallest = INFINITY;
    for (int i = 1; i < track->count - 1; i++) {
        double size = hole(track, i);
        if (size < smallest) {
            smallest = size;
            least = i;
        }
    }
    return least;
}

/* The last one with a step not above. */
static int track_before(const struct track *track, long step)
{
    int low = 0, high = track->count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (track->at[middle].step <= step)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

/* --- life ---------------------------------------------------------------------------------------------- */

struct history *history_create(size_t budget)
{
    struct history *h = calloc(1, sizeof *h);
    struct snapshot *base = calloc(1, sizeof *base);
    if (!h || !base) {
        free(h);
        free(base);
        return NULL;
    }
    snapshot_init(base);
    h->base = base;
    h->budget = budget;
    return h;
}

void history_destroy(struct history *h)
{
    if (!h)
        return;
    history_clear(h);
    free(h->frames.at);
    free(h->checkpoints.at);
    free(h->base);
    free(h);
}

void history_clear(struct history *h)
{
    track_clear(&h->frames);
    track_clear(&h->checkpoints);
    snapshot_init(h->base);
}

size_t history_bytes(const struct history *h)
{
    return h->frames.bytes + h->checkpoints.bytes;
}

/* Checkpoints take half of the budget at most, frames what is left. */
static void thin(struct history *h)
{
    while (h->checkpoints.count > 0 && h->checkpoints.bytes > h->budget / 2)
        track_remove(&h->checkpoints, track_least(&h->checkpoints));
    while (h->frames.count > 0 && (history_bytes(h) > h->budget || h->frames.count > HISTORY_FRAMES))
        track_remove(&h->frames, track_least(&h->frames));
}

void history_set_budget(struct history *h, size_t budget)
{
    h->budget = budget;
    thin(h);
}

/* --- frames -------------------------------------------------------------------------------------------- */

static void forget_arrays(struct snapshot *s)
{
    s->feature = NULL;
    s->label = s->predicted = s->row = s->group = NULL;
    s->test = NULL;
    s->target = NULL;
    s->weight = s->bias = s->row_weight = s->center = s->class_weight = NULL;
    s->feature_capacity = s->class_capacity = s->row_capacity = s->target_capacity = 0;
}

static bool frame_bytes(struct snapshot *s, struct kept *out)
{
    struct shape shape = shape_of(s);
    struct stream f = { .mode = MEASURE };
    bytes(&f, &shape, sizeof shape);
    pass_frame(&f, s);
    out->size = f.size;
    out->bytes = malloc(f.size);
    if (!out->bytes)
        return false;
    f = (struct stream){ .mode = WRITE, .at = out->bytes };
    bytes(&f, &shape, sizeof shape);
    pass_frame(&f, s);
    return true;
}

static bool frame_make(struct history *h, struct snapshot *s, struct kept *out)
{
    struct track *track = &h->frames;
    const struct kept *before = track->count ? &track->at[track->count - 1] : NULL;
    bool made = frame_bytes(s, out);
    track->bytes += out->bytes ? out->size : 0;
    out->size = out->bytes ? out->size : 0;
    for (int kind = 0; made && kind < PART_COUNT; kind++) {
        out->part[kind] = part_make(s, kind, before, &track->bytes);
        made = out->part[kind] != NULL;
    }
    if (!made)
        kept_drop(out, &track->bytes);
    return made;
}

bool history_add_frame(struct history *h, const struct snapshot *s, int changes)
{
    struct track *track = &h->frames;
    struct kept fresh = { .step = s->step, .changes = changes };
    assert(track->count == 0 || track->at[track->count - 1].step <= s->step);
    *h->base = *s; /* its arrays are borrowed while they are written */
    bool made = track_reserve(track) && frame_make(h, h->base, &fresh);
    forget_arrays(h->base);
    if (!made)
        return false;
    track_push(track, &fresh);
    thin(h);
    return track->count > 0;
}

int history_count(const struct history *h)
{
    return h->frames.count;
}

long history_step(const struct history *h, int i)
{
    return h->frames.at[i].step;
}

int history_changes(const struct history *h, int i)
{
    return h->frames.at[i].changes;
}

int history_find(const struct history *h, long step)
{
    int before = track_before(&h->frames, step);
    if (before < 0 || before == h->frames.count - 1)
        return before < 0 && h->frames.count > 0 ? 0 : before;
    const struct kept *k = &h->frames.at[before];
    return step - k[0].step <= k[1].step - step ? before : before + 1;
}

static void cut_lines(struct snapshot *s, long step)
{
    while (s->curve_count > 0 && s->curve[s->curve_count - 1].step > step)
        s->curve_count--;
    while (s->path_count > 0 && s->path[s->path_count - 1].step > step)
        s->path_count--;
    while (s->event_count > 0 && s->event[s->event_count - 1].step > step)
        s->event_count--;
}

bool history_snapshot(const struct history *h, int i, struct snapshot *out)
{
    const struct kept *k = &h->frames.at[i];
    struct stream f = { .mode = READ, .at = k->bytes };
    struct shape shape;
    bytes(&f, &shape, sizeof shape);
    if (!snapshot_copy(out, h->base) ||
        !snapshot_reserve(out, shape.count, shape.dim, shape.classes, shape.sub, shape.targets))
        return false;
    out->count = shape.count;
    out->dim = shape.dim;
    out->classes = shape.classes;
    out->sub = shape.sub;
    out->targets = shape.targets;
    pass_frame(&f, out);
    for (int kind = 0; kind < PART_COUNT; kind++) {
        f = (struct stream){ .mode = READ, .at = k->part[kind]->bytes };
        pass_part[kind](&f, out);
    }
    cut_lines(out, k->step);
    return true;
}

/* --- going back ---------------------------------------------------------------------------------------- */

bool history_add_checkpoint(struct history *h, long step, int changes, uint8_t *block, size_t size)
{
    struct track *track = &h->checkpoints;
    if (size > h->budget / 2 || !track_reserve(track)) {
        free(block);
        return false;
    }
    assert(track->count == 0 || track->at[track->count - 1].step <= step);
    track->bytes += size;
    track_push(track, &(struct kept){ .step = step, .changes = changes, .size = size, .bytes = block });
    thin(h);
    return true;
}

struct checkpoint history_checkpoint_before(const struct history *h, long step, int changes)
{
    int i = track_before(&h->checkpoints, step);
    while (i >= 0 && h->checkpoints.at[i].changes > changes)
        i--;
    if (i < 0)
        return (struct checkpoint){ .bytes = NULL };
    const struct kept *k = &h->checkpoints.at[i];
    return (struct checkpoint){ k->bytes, k->size, k->step, k->changes };
}

void history_cut(struct history *h, int i, struct snapshot *ghost)
{
    long step = h->frames.at[i].step;
    int changes = h->frames.at[i].changes;
    snapshot_clear(ghost);
    *ghost = *h->base;
    ghost->count = ghost->classes = 0;
    while (h->frames.count > i + 1)
        track_remove(&h->frames, h->frames.count - 1);
    struct track *track = &h->checkpoints;
    while (track->count > 0 &&
           (track->at[track->count - 1].step > step || track->at[track->count - 1].changes > changes))
        track_remove(track, track->count - 1);
    cut_lines(h->base, step);
    h->base->step = step;
}
