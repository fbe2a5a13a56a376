#include "math/journal.h"

#include <stdlib.h>
#include <string.h>

void journal_clear(struct journal *j)
{
    free(j->at);
    free(j->text);
    *j = (struct journal){ .count = 0 };
}

bool journal_reserve(struct journal *j, int entries)
{
    size_t need = j->used + (size_t)entries * sizeof(struct change);
    if (j->count + entries > j->capacity) {
        int capacity = j->count + j->count / 2 + entries;
        size_t *at = realloc(j->at, (size_t)capacity * sizeof *at);
        if (!at)
            return false;
        j->at = at;
        j->capacity = capacity;
    }
    if (need > j->room) {
        char *text = realloc(j->text, need + j->used / 2);
        if (!text)
            return false;
        j->text = text;
        j->room = need + j->used / 2;
    }
    return true;
}

static void put(struct journal *j, const void *from, size_t size)
{
    memcpy(j->text + j->used, from, size);
    j->used += size;
}

void journal_add(struct journal *j, const struct change *c)
{
    j->at[j->count++] = j->used;
    put(j, &c->step, sizeof c->step);
    put(j, c->key, strlen(c->key) + 1);
    put(j, c->value, strlen(c->value) + 1);
    put(j, c->before, strlen(c->before) + 1);
}

bool journal_copy(struct journal *to, const struct journal *from)
{
    journal_clear(to);
    struct journal copy = *from;
    copy.capacity = from->count + 1;
    copy.room = from->used + 1;
    copy.at = malloc((size_t)copy.capacity * sizeof *copy.at);
    copy.text = malloc(copy.room);
    if (!copy.at || !copy.text) {
        journal_clear(&copy);
        return false;
    }
    if (from->count > 0) {
        memcpy(copy.at, from->at, (size_t)from->count * sizeof *copy.at);
        memcpy(copy.text, from->text, from->used);
    }
    *to = copy;
    return true;
}

long journal_step(const struct journal *j, int i)
{
    long step;
    memcpy(&step, j->text + j->at[i], sizeof step);
    return step;
}

const char *journal_key(const struct journal *j, int i)
{
    return j->text + j->at[i] + sizeof(long);
}

static const char *after(const char *text)
{
    return text + strlen(text) + 1;
}

const char *journal_value(const struct journal *j, int i)
{
    return after(journal_key(j, i));
}

const char *journal_before(const struct journal *j, int i)
{
    return after(journal_value(j, i));
}

struct change journal_change(const struct journal *j, int i)
{
    struct change c;
    const char *key = journal_key(j, i), *value = after(key), *before = after(value);
    c.step = journal_step(j, i);
    memcpy(c.key, key, (size_t)(value - key));
    memcpy(c.value, value, (size_t)(before - value));
    memcpy(c.before, before, strlen(before) + 1);
    return c;
}
