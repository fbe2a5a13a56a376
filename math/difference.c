#include "math/difference.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "math/schedule.h"

enum { VALUE_TEXT = 8192, VALUE_SHOWN = 40, KEY_TEXT = 64 };

/* What one setting is in each of the experiments. */
struct difference {
    const struct experiment *const *e;
    int count;
    int only; /* say the value of this experiment alone, where it has one; -1: of all */
    const char *except; /* and not of this key */
    const char *between;
    char *out;
    int size, used, found;
    char value[EXPERIMENTS_COMPARED][VALUE_TEXT];
};

static void add(struct difference *d, const char *text)
{
    if (d->used < d->size)
        d->used += snprintf(d->out + d->used, (size_t)(d->size - d->used), "%s", text);
}

/* The end of a path says more than its beginning. */
static void add_value(struct difference *d, const char *value)
{
    size_t length = strlen(value);
    add(d, length > VALUE_SHOWN ? "..." : "");
    add(d, length > VALUE_SHOWN ? value + length - VALUE_SHOWN : value[0] ? value : "none");
}

static void set_none(struct difference *d, int i)
{
    assert(i < EXPERIMENTS_COMPARED);
    snprintf(d->value[i], VALUE_TEXT, "%s", "");
}

static bool values_equal(const struct difference *d)
{
    for (int i = 1; i < d->count; i++)
        if (strcmp(d->value[0], d->value[i]) != 0)
            return false;
    return true;
}

static void say(struct difference *d, const char *name)
{
    bool unsaid = d->only >= 0 && (!d->value[d->only][0] || strcmp(name, d->except) == 0);
    if (unsaid || values_equal(d))
        return;
    add(d, d->found++ ? d->between : "");
    add(d, name);
    add(d, " ");
    for (int i = 0; d->only < 0 && i < d->count; i++) {
        add(d, i ? " vs " : "");
        add_value(d, d->value[i]);
    }
    if (d->only >= 0)
        add_value(d, d->value[d->only]);
}

/* A default is what it stands for: 0.02 in a linear model. */
static void value_of_default(const struct experiment *e, const char *key, char *out)
{
    struct experiment given = *e;
    const struct loss *loss = experiment_loss(e);
    given.lr = experiment_rate(e);
    given.anneal = e->anneal == SCHEDULE_DEFAULT ? 0 : e->anneal;
    for (int p = 0; e->anneal == SCHEDULE_DEFAULT && p < loss_param_count(loss); p++)
        given.anneal |= loss->param[p].role == ROLE_ANNEALED;
    experiment_get(&given, key, out, VALUE_TEXT);
}

/* As a lecturer says it, where the key of the command line is none of his words. */
static const struct {
    const char *key, *word;
} words[] = { { "warmup", "warm-up" }, { "lr", "learning rate" }, { "anneal", "annealing" },
    { "feature-dim", "numbers in a feature" }, { "weight-decay", "weight decay" },
    { "features-npy", "features" }, { "labels-npy", "labels" }, { "weights-npy", "weights" },
    { "holdout", "held-out classes" }, { "hidden", "hidden layers" }, { "dataset", "data" },
    { "add", "added terms" }, { "move", "moved points" }, { "draw", "drawn points" },
    { "points", "points shown" }, { "split", "shown split" } };

static const char *word_of(const char *key)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].key, key) == 0)
            return words[i].word;
    return key;
}

/* Steps before the margin begins, and of its rise. */
static void warmup_words(const struct experiment *e, char *out)
{
    int length[2];
    schedule_lengths(e, length);
    if (length[0] <= 0 && length[1] <= 0)
        snprintf(out, VALUE_TEXT, "%s", "none");
    else
        snprintf(out, VALUE_TEXT, "%d + %d steps", length[0], length[1]);
}

static void compare_key(struct difference *d, const char *key)
{
    bool defaults = strcmp(key, "lr") == 0 || strcmp(key, "anneal") == 0;
    for (int i = 0; i < d->count; i++)
        if (strcmp(key, "warmup") == 0)
            warmup_words(d->e[i], d->value[i]);
        else if (defaults)
            value_of_default(d->e[i], key, d->value[i]);
        else if (strcmp(key, "draw") == 0) /* how many points: a list has no room */
            snprintf(d->value[i], VALUE_TEXT, "%d", d->e[i]->dot_count);
        else
            experiment_get(d->e[i], key, d->value[i], VALUE_TEXT);
    say(d, word_of(key));
}

static bool is_neutral(const struct experiment *e, const char *id)
{
    const struct loss *loss = experiment_loss(e);
    int p = loss_param_find(loss, id);
    return p >= 0 && fabs(e->param[e->loss][p] - loss->param[p].neutral) <= 0;
}

/* A parameter that another chosen loss has under the same name is compared with it. Where the others have none, one
 * that does nothing is none either: softmax's decay of 0. */
static void compare_param(struct difference *d, const char *id)
{
    bool lacking = false;
    for (int i = 0; i < d->count; i++)
        if (!experiment_get(d->e[i], id, d->value[i], VALUE_TEXT)) {
            set_none(d, i);
            lacking = true;
        }
    for (int i = 0; lacking && i < d->count; i++)
        if (is_neutral(d->e[i], id))
            set_none(d, i);
    say(d, id);
}

static bool named_before(const struct difference *d, int loss, const char *id)
{
    for (int i = 0; i < loss; i++)
        if (loss_param_find(experiment_loss(d->e[i]), id) >= 0)
            return true;
    return false;
}

static void compare_params(struct difference *d)
{
    for (int i = 0; i < d->count; i++) {
        const struct loss *loss = experiment_loss(d->e[i]);
        for (int p = 0; p < loss_param_count(loss); p++)
            if (!named_before(d, i, loss->param[p].id))
                compare_param(d, loss->param[p].id);
    }
}

static void compare_term(struct difference *d, int term)
{
    const struct loss *row = term_at(term);
    for (int p = 0; p < loss_param_count(row); p++) {
        char key[KEY_TEXT];
        bool used = false;
        snprintf(key, sizeof key, "%s.%s", row->id, row->param[p].id);
        for (int i = 0; i < d->count; i++) {
            used |= d->e[i]->added[term];
            set_none(d, i);
            if (d->e[i]->added[term])
                experiment_get(d->e[i], key, d->value[i], VALUE_TEXT);
        }
        if (used)
            say(d, key);
    }
}

static int compare(struct difference *d)
{
    assert(d->count >= 1 && d->count <= EXPERIMENTS_COMPARED && d->size > 0);
    d->out[0] = '\0';
    if (d->only < 0)
        compare_key(d, "loss");
    compare_params(d);
    compare_key(d, "add");
    for (int term = 0; term < term_count(); term++)
        compare_term(d, term);
    for (int i = 0; i < experiment_key_count(); i++)
        if (strcmp(experiment_key(i), "loss") != 0 && strcmp(experiment_key(i), "add") != 0)
            compare_key(d, experiment_key(i));
    return d->found;
}

int experiment_differences(const struct experiment *const *e, int count, char *out, int size)
{
    struct difference d = { .e = e, .count = count, .only = -1, .between = "; ", .out = out, .size = size };
    return compare(&d);
}

int experiment_own(
    const struct experiment *const *e, int count, int which, const char *except, char *out, int size)
{
    struct difference d = { .e = e,
        .count = count,
        .only = which,
        .except = except ? except : "",
        .between = ", ",
        .out = out,
        .size = size };
    return compare(&d);
}
