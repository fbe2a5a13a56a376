#include "math/experiment.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/draw.h"

static const char *const model_names[] = { "mlp", "cnn", "free", "identity", NULL };
static const char *const activation_names[] = { "prelu", "relu", "tanh", NULL };
static const char *const padding_names[] = { "same", "valid", NULL };
static const char *const optimiser_names[] = { "sgd", "momentum", "adam", NULL };
static const char *const split_names[] = { "train", "test", "both", NULL };

const char *model_id(enum model model)
{
    return model_names[model];
}

const char *optimiser_id(enum optimiser optimiser)
{
    return optimiser_names[optimiser];
}

const char *split_id(enum split split)
{
    return split_names[split];
}

void experiment_init(struct experiment *e)
{
    *e = (struct experiment){
        .dataset = "mnist",
        .model = MODEL_MLP,
        .activation = ACTIVATION_PRELU,
        .hidden = { 128, 64 },
        .hidden_count = 2,
        .filters = { 16, 32 },
        .filter_count = 2,
        .kernel = 3,
        .feature_dim = 2,
        .seed = 1,
        .optimiser = OPTIMISER_ADAM,
        .momentum = 0.9,
        .clip = EXPERIMENT_CLIP,
        .batch = 128,
        .warmup = { SCHEDULE_DEFAULT, SCHEDULE_DEFAULT },
        .anneal = SCHEDULE_DEFAULT,
        .points = 5000,
        .split = SPLIT_TRAIN,
        .bias = true,
    };
    const struct loss *first = loss_find("arcface");
    e->loss = first ? loss_index(first) : 0;
    assert(loss_count() <= LOSS_MAX);
    for (int i = 0; i < loss_count(); i++)
        for (int p = 0; p < loss_param_count(loss_at(i)); p++)
            e->param[i][p] = loss_at(i)->param[p].initial;
}

double experiment_rate(const struct experiment *e)
{
    return e->lr > 0 ? e->lr : e->model == MODEL_IDENTITY ? 0.02 : 1e-3;
}

const struct loss *experiment_loss(const struct experiment *e)
{
    return loss_at(e->loss);
}

void experiment_fill_force(const struct experiment *e, struct loss_force *force)
{
    force->loss = experiment_loss(e);
    force->norm_radius = force->settled = false;
    memcpy(force->param, e->param[e->loss], sizeof force->param);
    memcpy(force->added, e->added, sizeof force->added);
    memcpy(force->term, &e->param[loss_count() - ADDED_MAX], sizeof force->term);
}

struct loss_force experiment_force(const struct experiment *e)
{
    struct loss_force force;
    experiment_fill_force(e, &force);
    return force;
}

/* Rows of settings: how each is read, written and bounded. */

enum key_kind { KEY_TEXT, KEY_REAL, KEY_COUNT, KEY_CHOICE, KEY_OTHER };

struct key_row {
    const char *id;
    enum key_kind kind;
    bool rebuild;
    size_t offset, size;
    double min, max;
    const char *const *choice;
    enum status (*set)(struct experiment *e, const char *value, struct why *why);
    void (*get)(const struct experiment *e, char *text, int size);
};

/* Shortest of 15 or 17 digits that reads back as the same number. */
static void number_text(double value, char *text, int size)
{
    snprintf(text, (size_t)size, "%.15g", value);
    if (strtod(text, NULL) != value)
        snprintf(text, (size_t)size, "%.17g", value);
}

static bool read_number(const char *text, double *out)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || *text == ' ' || !isfinite(value))
        return false;
    *out = value;
    return true;
}

static bool read_count(const char *text, double min, double max, int *out)
{
    double value;
    if (!read_number(text, &value) || value != floor(value) || value < min || value > max)
        return false;
    *out = (int)value;
    return true;
}

static enum status copy_text(const char *key, const char *value, char *out, size_t size, struct why *why)
{
    if (strlen(value) >= size)
        return why_set(why, STATUS_USAGE, "--%s: text too long; allowed %zu characters", key, size - 1);
    strcpy(out, value);
    return STATUS_OK;
}

static enum status set_dataset(struct experiment *e, const char *value, struct why *why)
{
    enum status status = copy_text("dataset", value, e->dataset, sizeof e->dataset, why);
    if (status == STATUS_OK)
        e->features_npy[0] = e->labels_npy[0] = e->weights_npy[0] = '\0';
    return status;
}

static void get_dataset(const struct experiment *e, char *text, int size)
{
    snprintf(text, (size_t)size, "%s", e->dataset);
}

/* Features that come from elsewhere are looked at as they are. */
static enum status set_features(struct experiment *e, const char *value, struct why *why)
{
    enum status status = copy_text("features-npy", value, e->features_npy, sizeof e->features_npy, why);
    if (status == STATUS_OK && *value)
        e->model = MODEL_IDENTITY;
    return status;
}

static void get_features(const struct experiment *e, char *text, int size)
{
    snprintf(text, (size_t)size, "%s", e->features_npy);
}

static enum status set_hidden(struct experiment *e, const char *value, struct why *why)
{
    int width[EXPERIMENT_HIDDEN_MAX] = { 0 }, count = 0;
    const char *at = value;
    while (strcmp(value, "none") != 0) {
        char *end;
        long w = strtol(at, &end, 10);
        if (end == at || w < 1 || w > 4096 || count == EXPERIMENT_HIDDEN_MAX || (*end && *end != ','))
            return why_set(why, STATUS_USAGE,
                "--hidden %s: allowed up to %d widths of 1 to 4096, as in 128,64, or none", value,
                EXPERIMENT_HIDDEN_MAX);
        width[count++] = (int)w;
        if (!*end)
            break;
        at = end + 1;
    }
    memcpy(e->hidden, width, sizeof width);
    e->hidden_count = count;
    return STATUS_OK;
}

static void get_hidden(const struct experiment *e, char *text, int size)
{
    int at = snprintf(text, (size_t)size, "%s", e->hidden_count ? "" : "none");
    for (int i = 0; i < e->hidden_count && at < size; i++)
        at += snprintf(text + at, (size_t)(size - at), "%s%d", i ? "," : "", e->hidden[i]);
}

/* "16,32": a pooling follows each; "16+16,32": not before the next of a sum. */
static enum status set_filters(struct experiment *e, const char *value, struct why *why)
{
    int filters[EXPERIMENT_FILTERS_MAX] = { 0 }, count = 0;
    unsigned joined = 0;
    for (const char *at = value;;) {
        char *end;
        long own = strtol(at, &end, 10);
        bool more = *end == ',' || *end == '+';
        if (end == at || own < 1 || own > 512 || count == EXPERIMENT_FILTERS_MAX || (*end && !more))
            return why_set(why, STATUS_USAGE,
                "--filters %s: allowed up to %d numbers of filters, 1 to 512, as in 16,32 or 16+16,32", value,
                EXPERIMENT_FILTERS_MAX);
        joined |= *end == '+' ? 1u << count : 0;
        filters[count++] = (int)own;
        if (!more)
            break;
        at = end + 1;
    }
    memcpy(e->filters, filters, sizeof filters);
    e->filter_count = count;
    e->joined = joined;
    return STATUS_OK;
}

static void get_filters(const struct experiment *e, char *text, int size)
{
    int at = 0;
    for (int i = 0; i < e->filter_count && at < size; i++)
        at += snprintf(text + at, (size_t)(size - at), "%s%d",
            i == 0                      ? ""
            : e->joined >> (i - 1) & 1u ? "+"
                                        : ",",
            e->filters[i]);
}

static enum status set_seed(struct experiment *e, const char *value, struct why *why)
{
    char *end;
    errno = 0;
    unsigned long long seed = strtoull(value, &end, 10);
    if (*value < '0' || *value > '9' || *end || errno)
        return why_set(why, STATUS_USAGE, "--seed %s: allowed whole numbers 0 to %llu", value,
            (unsigned long long)UINT64_MAX);
    e->seed = seed;
    return STATUS_OK;
}

static void get_seed(const struct experiment *e, char *text, int size)
{
    snprintf(text, (size_t)size, "%llu", (unsigned long long)e->seed);
}

static enum status set_loss(struct experiment *e, const char *value, struct why *why)
{
    const struct loss *loss = loss_find(value);
    if (!loss) {
        char known[800] = "";
        for (int i = 0, at = 0; i < loss_count() && at < (int)sizeof known; i++)
            at += snprintf(known + at, sizeof known - (size_t)at, "%s%s", i ? ", " : "", loss_at(i)->id);
        return why_set(why, STATUS_USAGE, "--loss %s: unknown; choose %s", value, known);
    }
    int term = term_find(loss);
    if (term >= 0)
        e->added[term] = true;
    e->loss = loss_index(term >= 0 ? loss_find("softmax") : loss);
    return STATUS_OK;
}

static void get_loss(const struct experiment *e, char *text, int size)
{
    snprintf(text, (size_t)size, "%s", experiment_loss(e)->id);
}

static enum status set_rate(struct experiment *e, const char *value, struct why *why)
{
    double rate = 0;
    bool own = strcmp(value, "default") == 0;
    if (!own && (!read_number(value, &rate) || rate < 1e-8 || rate > 1e6))
        return why_set(why, STATUS_USAGE, "--lr %s: allowed 1e-08 to 1e+06, or default", value);
    e->lr = rate;
    return STATUS_OK;
}

static void get_rate(const struct experiment *e, char *text, int size)
{
    if (e->lr > 0)
        number_text(e->lr, text, size);
    else
        snprintf(text, (size_t)size, "default");
}

static enum status set_batch(struct experiment *e, const char *value, struct why *why)
{
    if (strcmp(value, "full") == 0)
        e->batch = 0;
    else if (!read_count(value, 1, 1000000, &e->batch))
        return why_set(why, STATUS_USAGE, "--batch %s: allowed 1 to 1000000, or full", value);
    return STATUS_OK;
}

static void axes_text(const int axes[3], int count, char *text, int size)
{
    if (count < 2)
        snprintf(text, (size_t)size, "pca");
    else
        snprintf(text, (size_t)size, count == 2 ? "%d,%d" : "%d,%d,%d", axes[0], axes[1], axes[2]);
}

/* "3,7", "3,7,12" or "pca". */
static enum status set_axes(struct experiment *e, const char *value, struct why *why)
{
    int a[3] = { 0 }, n = sscanf(value, "%4d,%4d,%4d", &a[0], &a[1], &a[2]);
    char again[64];
    axes_text(a, n, again, sizeof again);
    bool twice = a[0] == a[1] || (n > 2 && (a[0] == a[2] || a[1] == a[2]));
    bool negative = a[0] < 0 || a[1] < 0 || a[2] < 0;
    if (strcmp(again, value) != 0 || (n > 1 && (twice || negative)))
        return why_set(why, STATUS_USAGE,
            "--axes %.60s: allowed pca, or two or three of a feature's numbers, from 0, as in 3,7", value);
    memcpy(e->axes, a, sizeof a);
    e->axis_count = n > 1 ? n : 0;
    return STATUS_OK;
}

static void get_axes(const struct experiment *e, char *text, int size)
{
    axes_text(e->axes, e->axis_count, text, size);
}

static enum status set_added(struct experiment *e, const char *value, struct why *why)
{
    bool added[ADDED_MAX] = { false };
    for (const char *at = value; strcmp(value, "none") != 0;) {
        size_t length = strcspn(at, ",");
        char id[64];
        snprintf(id, sizeof id, "%.*s", length < sizeof id ? (int)length : 0, at);
        const struct loss *loss = loss_find(id);
        int term = loss ? term_find(loss) : -1;
        if (term < 0) {
            char known[200] = "";
            for (int i = 0, used = 0; i < term_count() && used < (int)sizeof known; i++)
                used += snprintf(
                    known + used, sizeof known - (size_t)used, "%s%s", i ? ", " : "", term_at(i)->id);
            return why_set(why, STATUS_USAGE, "--add %s: unknown term; choose %s, or none", value, known);
        }
        added[term] = true;
        if (!at[length])
            break;
        at += length + 1;
    }
    memcpy(e->added, added, sizeof added);
    return STATUS_OK;
}

static void get_added(const struct experiment *e, char *text, int size)
{
    int at = 0;
    text[0] = '\0';
    for (int i = 0; i < term_count() && at < size; i++)
        if (e->added[i])
            at += snprintf(text + at, (size_t)(size - at), "%s%s", at ? "," : "", term_at(i)->id);
    if (at == 0)
        snprintf(text, (size_t)size, "none");
}

static enum status set_bias(struct experiment *e, const char *value, struct why *why)
{
    if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
        return why_set(why, STATUS_USAGE, "--bias %s: allowed on, off", value);
    e->bias = strcmp(value, "on") == 0;
    return STATUS_OK;
}

static void get_bias(const struct experiment *e, char *text, int size)
{
    snprintf(text, (size_t)size, "%s", e->bias ? "on" : "off");
}

/* "row:x:y", several with commas; "none" puts every point back. A later move of a row replaces the earlier. */
static bool add_move(struct experiment *e, const char *text, size_t length)
{
    struct move move;
    int used = 0;
    char own[96];
    snprintf(own, sizeof own, "%.*s", length < sizeof own ? (int)length : 0, text);
    if (sscanf(own, "%9d:%32lf:%32lf%n", &move.row, &move.x, &move.y, &used) != 3 || own[used] ||
        move.row < 0 || !(fabs(move.x) <= 1e6) || !(fabs(move.y) <= 1e6))
        return false;
    int place = 0;
    while (place < e->move_count && e->move[place].row != move.row)
        place++;
    if (place == EXPERIMENT_MOVES)
        return false;
    e->move[place] = move;
    e->move_count = place == e->move_count ? place + 1 : e->move_count;
    return true;
}

static enum status set_move(struct experiment *e, const char *value, struct why *why)
{
    struct experiment draft = *e;
    if (strcmp(value, "none") == 0) {
        e->move_count = 0;
        return STATUS_OK;
    }
    for (const char *at = value;;) {
        size_t length = strcspn(at, ",");
        if (!add_move(&draft, at, length))
            return why_set(why, STATUS_USAGE,
                "--move %s: allowed row:x:y with |x|, |y| up to 1e6, for at most %d points, or none", value,
                EXPERIMENT_MOVES);
        if (!at[length])
            break;
        at += length + 1;
    }
    memcpy(e->move, draft.move, sizeof e->move);
    e->move_count = draft.move_count;
    return STATUS_OK;
}

static void get_move(const struct experiment *e, char *text, int size)
{
    int at = snprintf(text, (size_t)size, "%s", e->move_count ? "" : "none");
    for (int i = 0; i < e->move_count && at < size; i++) {
        char x[32], y[32];
        number_text(e->move[i].x, x, sizeof x);
        number_text(e->move[i].y, y, sizeof y);
        at += snprintf(text + at, (size_t)(size - at), "%s%d:%s:%s", i ? "," : "", e->move[i].row, x, y);
    }
}

static void get_batch(const struct experiment *e, char *text, int size)
{
    if (e->batch)
        snprintf(text, (size_t)size, "%d", e->batch);
    else
        snprintf(text, (size_t)size, "full");
}

static enum status set_warmup(struct experiment *e, const char *value, struct why *why)
{
    int first, second, used = 0;
    if (strcmp(value, "default") == 0) {
        e->warmup[0] = e->warmup[1] = SCHEDULE_DEFAULT;
        return STATUS_OK;
    }
    if (sscanf(value, "%7d,%7d%n", &first, &second, &used) != 2 || value[used] || first < 0 || second < 0 ||
        first > 1000000 || second > 1000000)
        return why_set(
            why, STATUS_USAGE, "--warmup %s: allowed N,M with 0 to 1000000 steps each, or default", value);
    e->warmup[0] = first;
    e->warmup[1] = second;
    return STATUS_OK;
}

static void get_warmup(const struct experiment *e, char *text, int size)
{
    if (e->warmup[0] == SCHEDULE_DEFAULT)
        snprintf(text, (size_t)size, "default");
    else
        snprintf(text, (size_t)size, "%d,%d", e->warmup[0], e->warmup[1]);
}

static enum status set_anneal(struct experiment *e, const char *value, struct why *why)
{
    if (strcmp(value, "default") == 0)
        e->anneal = SCHEDULE_DEFAULT;
    else if (strcmp(value, "on") == 0 || strcmp(value, "off") == 0)
        e->anneal = strcmp(value, "on") == 0;
    else
        return why_set(why, STATUS_USAGE, "--anneal %s: allowed on, off, default", value);
    return STATUS_OK;
}

static void get_anneal(const struct experiment *e, char *text, int size)
{
    snprintf(text, (size_t)size, "%s", e->anneal == SCHEDULE_DEFAULT ? "default" : e->anneal ? "on" : "off");
}

#define FIELD(f) .offset = offsetof(struct experiment, f), .size = sizeof(((struct experiment *)0)->f)

/* clang-format off */
static const struct key_row rows[] = {
    { "dataset",      KEY_OTHER,  true,  .set = set_dataset,  .get = get_dataset },
    { "features-npy", KEY_OTHER,  true,  .set = set_features, .get = get_features },
    { "labels-npy",   KEY_TEXT,   true,  FIELD(labels_npy) },
    { "weights-npy",  KEY_TEXT,   true,  FIELD(weights_npy) },
    { "classes",      KEY_TEXT,   true,  FIELD(classes) },
    { "holdout",      KEY_TEXT,   true,  FIELD(holdout) },
    { "model",        KEY_CHOICE, true,  FIELD(model),        .choice = model_names },
    { "hidden",       KEY_OTHER,  true,  .set = set_hidden,   .get = get_hidden },
    { "filters",      KEY_OTHER,  true,  .set = set_filters,  .get = get_filters },
    { "kernel",       KEY_COUNT,  true,  FIELD(kernel),       .min = 1,    .max = 15 },
    { "padding",      KEY_CHOICE, true,  FIELD(padding),      .choice = padding_names },
    { "shift",        KEY_COUNT,  true,  FIELD(shift),        .min = 0,    .max = 8 },
    { "activation",   KEY_CHOICE, true,  FIELD(activation),   .choice = activation_names },
    { "feature-dim",  KEY_COUNT,  true,  FIELD(feature_dim),  .min = 2,    .max = 512 },
    { "seed",         KEY_OTHER,  true,  .set = set_seed,     .get = get_seed },
    { "loss",         KEY_OTHER,  false, .set = set_loss,     .get = get_loss },
    { "optimizer",    KEY_CHOICE, false, FIELD(optimiser),    .choice = optimiser_names },
    { "lr",           KEY_OTHER,  false, .set = set_rate,     .get = get_rate },
    { "momentum",     KEY_REAL,   false, FIELD(momentum),     .min = 0,    .max = 0.9999 },
    { "weight-decay", KEY_REAL,   false, FIELD(weight_decay), .min = 0,    .max = 1 },
    { "clip",         KEY_REAL,   false, FIELD(clip),         .min = 0,    .max = 1e6 },
    { "batch",        KEY_OTHER,  false, .set = set_batch,    .get = get_batch },
    { "warmup",       KEY_OTHER,  false, .set = set_warmup,   .get = get_warmup },
    { "anneal",       KEY_OTHER,  false, .set = set_anneal,   .get = get_anneal },
    { "points",       KEY_COUNT,  false, FIELD(points),       .min = 1,    .max = 1000000 },
    { "split",        KEY_CHOICE, false, FIELD(split),        .choice = split_names },
    { "axes",         KEY_OTHER,  false, .set = set_axes,     .get = get_axes },
    { "add",          KEY_OTHER,  false, .set = set_added,    .get = get_added },
    { "bias",         KEY_OTHER,  false, .set = set_bias,     .get = get_bias },
    { "move",         KEY_OTHER,  false, .set = set_move,     .get = get_move },
    { "draw",         KEY_OTHER,  false, .set = draw_set,     .get = draw_get },
};
/* clang-format on */

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

int experiment_key_count(void)
{
    return ROW_COUNT;
}

const char *experiment_key(int i)
{
    return rows[i].id;
}

bool experiment_key_rebuilds(int i)
{
    return rows[i].rebuild;
}

static const struct key_row *row_find(const char *key)
{
    for (int i = 0; i < ROW_COUNT; i++)
        if (strcmp(rows[i].id, key) == 0)
            return &rows[i];
    return NULL;
}

/* "m" of the chosen loss or "cosface.m" of any. */
static const struct param *find_param(const struct experiment *e, const char *key, int *loss, int *index)
{
    const char *dot = strchr(key, '.');
    *loss = e->loss;
    if (dot) {
        char id[64];
        snprintf(id, sizeof id, "%.*s", (int)(dot - key), key);
        const struct loss *named = loss_find(id);
        if (!named)
            return NULL;
        *loss = loss_index(named);
        key = dot + 1;
    }
    *index = loss_param_find(loss_at(*loss), key);
    return *index < 0 ? NULL : &loss_at(*loss)->param[*index];
}

static bool read_switch(const char *text, double *out)
{
    bool on = strcmp(text, "true") == 0 || strcmp(text, "on") == 0;
    if (!on && strcmp(text, "false") != 0 && strcmp(text, "off") != 0)
        return false;
    *out = on;
    return true;
}

enum { LIST_ONES, LIST_INVERSE, LIST_TYPED };

/* "1:1:5", "inverse", or "1" for all ones. */
static enum status set_list(
    struct experiment *e, const char *key, const char *value, double *out, struct why *why)
{
    double weight[EXPERIMENT_WEIGHTS], most = 0;
    int count = 0;
    if (strcmp(value, "inverse") == 0 || strcmp(value, "ones") == 0) {
        *out = value[0] == 'i' ? LIST_INVERSE : LIST_ONES;
        return STATUS_OK;
    }
    for (const char *at = value;;) {
        char *end;
        double v = strtod(at, &end);
        if (end == at || !(v >= 0 && v <= 10) || count == EXPERIMENT_WEIGHTS || (*end && *end != ':'))
            return why_set(why, STATUS_USAGE,
                "--set %s=%s: allowed one number from 0 to 10 for each class, as in 1:1:5, or inverse, or "
                "ones",
                key, value);
        weight[count++] = v;
        most = fmax(most, v);
        if (!*end)
            break;
        at = end + 1;
    }
    if (most == 0)
        return why_set(
            why, STATUS_USAGE, "--set %s=%s: every weight is 0; give at least one above", key, value);
    memcpy(e->class_weight, weight, (size_t)count * sizeof *weight);
    e->class_weight_count = count;
    *out = LIST_TYPED;
    return STATUS_OK;
}

static void get_list(const struct experiment *e, double kind, char *text, int size)
{
    int at = 0;
    if (kind != LIST_TYPED)
        snprintf(text, (size_t)size, "%s", kind == LIST_INVERSE ? "inverse" : "ones");
    for (int i = 0; kind == LIST_TYPED && i < e->class_weight_count && at < size; i++)
        at += snprintf(text + at, (size_t)(size - at), "%s%.9g", i ? ":" : "", e->class_weight[i]);
}

static enum status set_param(
    const struct param *param, const char *key, const char *value, double *out, struct why *why)
{
    double number;
    bool read = read_number(value, &number) || (param->kind == PARAM_BOOL && read_switch(value, &number));
    if (param->kind == PARAM_CHOICE && param_choice(param, value) >= 0) {
        *out = param_choice(param, value);
        return STATUS_OK;
    }
    if (read && param->kind != PARAM_CHOICE && param_accept(param, number, out))
        return STATUS_OK;
    if (param->kind == PARAM_CHOICE) {
        char known[200] = "";
        for (int i = 0, at = 0; param->choice[i] && at < (int)sizeof known; i++)
            at += snprintf(known + at, sizeof known - (size_t)at, "%s%s", i ? ", " : "", param->choice[i]);
        return why_set(why, STATUS_USAGE, "--set %s=%s: unknown; choose %s", key, value, known);
    }
    return why_set(why, STATUS_USAGE, "--set %s=%s: allowed %s%g to %g", key, value,
        param->kind == PARAM_INTEGER ? "whole numbers " : "", param->min, param->max);
}

static enum status unknown_key(const struct experiment *e, const char *key, struct why *why)
{
    char known[800] = "";
    int at = 0;
    for (int i = 0; i < ROW_COUNT && at < (int)sizeof known; i++)
        at += snprintf(known + at, sizeof known - (size_t)at, "%s%s", i ? ", " : "", rows[i].id);
    const struct loss *loss = experiment_loss(e);
    for (int p = 0; p < loss_param_count(loss) && at < (int)sizeof known; p++)
        at += snprintf(known + at, sizeof known - (size_t)at, ", %s", loss->param[p].id);
    return why_set(why, STATUS_USAGE, "%s: unknown setting; known with %s: %s", key, loss->id, known);
}

static enum status set_choice(const struct key_row *row, void *field, const char *value, struct why *why)
{
    char known[200] = "";
    for (int i = 0, at = 0; row->choice[i]; i++) {
        if (strcmp(row->choice[i], value) == 0) {
            memcpy(field, &(unsigned){ (unsigned)i }, sizeof(unsigned));
            return STATUS_OK;
        }
        at += snprintf(known + at, sizeof known - (size_t)at, "%s%s", i ? ", " : "", row->choice[i]);
    }
    return why_set(why, STATUS_USAGE, "--%s %s: unknown; choose %s", row->id, value, known);
}

enum status experiment_set(struct experiment *e, const char *key, const char *value, struct why *why)
{
    const struct key_row *row = row_find(key);
    if (!row) {
        int loss, index;
        const struct param *param = find_param(e, key, &loss, &index);
        if (!param)
            return unknown_key(e, key, why);
        double *out = &e->param[loss][index];
        return param->kind == PARAM_LIST ? set_list(e, key, value, out, why)
                                         : set_param(param, key, value, out, why);
    }
    char *field = (char *)e + row->offset;
    double number;
    int count;
    switch (row->kind) {
    case KEY_TEXT:
        return copy_text(key, value, field, row->size, why);
    case KEY_REAL:
        if (!read_number(value, &number) || number < row->min || number > row->max)
            return why_set(why, STATUS_USAGE, "--%s %s: allowed %g to %g", key, value, row->min, row->max);
        memcpy(field, &number, sizeof number);
        return STATUS_OK;
    case KEY_COUNT:
        if (!read_count(value, row->min, row->max, &count))
            return why_set(why, STATUS_USAGE, "--%s %s: allowed whole numbers %.0f to %.0f", key, value,
                row->min, row->max);
        memcpy(field, &count, sizeof count);
        return STATUS_OK;
    case KEY_CHOICE:
        return set_choice(row, field, value, why);
    case KEY_OTHER:
        break;
    }
    return row->set(e, value, why);
}

bool experiment_get(const struct experiment *e, const char *key, char *text, int size)
{
    const struct key_row *row = row_find(key);
    if (!row) {
        int loss, index;
        const struct param *param = find_param(e, key, &loss, &index);
        if (param && param->kind == PARAM_LIST)
            get_list(e, e->param[loss][index], text, size);
        else if (param && param->kind == PARAM_CHOICE)
            snprintf(text, (size_t)size, "%s", param->choice[(int)e->param[loss][index]]);
        else if (param)
            number_text(e->param[loss][index], text, size);
        return param != NULL;
    }
    const char *field = (const char *)e + row->offset;
    double number;
    int count;
    switch (row->kind) {
    case KEY_TEXT:
        snprintf(text, (size_t)size, "%s", field);
        break;
    case KEY_REAL:
        memcpy(&number, field, sizeof number);
        number_text(number, text, size);
        break;
    case KEY_COUNT:
        memcpy(&count, field, sizeof count);
        snprintf(text, (size_t)size, "%d", count);
        break;
    case KEY_CHOICE:
        memcpy(&count, field, sizeof count);
        snprintf(text, (size_t)size, "%s", row->choice[count]);
        break;
    case KEY_OTHER:
        row->get(e, text, size);
        break;
    }
    return true;
}

/* A term with arrays of its own looks at features and their classes; one without, at the class weights. */
bool experiment_term_fits(const struct loss *loss, const struct loss *term)
{
    return term->extra == BLOCK_NONE ? loss->weight == BLOCK_WEIGHT : loss->task == TASK_CLASS;
}

static enum status check_terms(const struct experiment *e, struct why *why)
{
    const struct loss *loss = experiment_loss(e);
    for (int i = 0; i < term_count(); i++)
        if (e->added[i] && !experiment_term_fits(loss, term_at(i)))
            return why_set(why, STATUS_USAGE,
                "--add %s: %s has no %s; leave the term out or choose another loss", term_at(i)->id, loss->id,
                term_at(i)->extra == BLOCK_NONE ? "single weight for each class"
                                                : "single class for each sample");
    return STATUS_OK;
}

static enum status check_free(const struct experiment *e, struct why *why)
{
    if (e->model != MODEL_FREE)
        return STATUS_OK;
    if (e->holdout[0])
        return why_set(why, STATUS_USAGE,
            "--holdout %s: free points have no test part; choose --model mlp or leave the hold-out away",
            e->holdout);
    if (e->split != SPLIT_TRAIN)
        return why_set(why, STATUS_USAGE,
            "--split %s: free points have no test part; choose --split train or --model mlp",
            split_id(e->split));
    return STATUS_OK;
}

/* What losses over pairs cannot do. */
static enum status check_pairs(const struct experiment *e, struct why *why)
{
    const struct loss *loss = experiment_loss(e);
    if (e->model == MODEL_IDENTITY && loss_is_pair(loss) && loss->extra == BLOCK_NONE)
        return why_set(why, STATUS_USAGE,
            "--model identity: nothing to train with %s, which has no weights; choose free or mlp", loss->id);
    return STATUS_OK;
}

enum status experiment_check(const struct experiment *e, struct why *why)
{
    if ((e->labels_npy[0] || e->weights_npy[0]) && !e->features_npy[0])
        return why_set(why, STATUS_USAGE, "--%s: no features to go with it; add --features-npy X.npy",
            e->labels_npy[0] ? "labels-npy" : "weights-npy");
    if (e->features_npy[0] && !e->labels_npy[0])
        return why_set(why, STATUS_USAGE, "--features-npy: no labels to go with it; add --labels-npy y.npy");
    enum status status = check_free(e, why);
    if (status == STATUS_OK)
        status = check_pairs(e, why);
    if (status == STATUS_OK)
        status = draw_check(e, why);
    return status == STATUS_OK ? check_terms(e, why) : status;
}

/* Classes and scores read labels alike. */
static enum loss_task label_task(const struct experiment *e)
{
    enum loss_task task = experiment_loss(e)->task;
    return task == TASK_SCORE ? TASK_CLASS : task;
}

bool experiment_rebuilds(const struct experiment *a, const struct experiment *b)
{
    if (label_task(a) != label_task(b))
        return true;
    char left[EXPERIMENT_PATH], right[EXPERIMENT_PATH];
    for (int i = 0; i < ROW_COUNT; i++) {
        if (!rows[i].rebuild)
            continue;
        experiment_get(a, rows[i].id, left, sizeof left);
        experiment_get(b, rows[i].id, right, sizeof right);
        if (strcmp(left, right) != 0)
            return true;
    }
    return false;
}
