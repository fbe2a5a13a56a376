#include "math/dataset_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 4 * DATASET_CLASS_MAX }; /* a power of two, never more than a quarter full */

struct entry {
    char text[DATASET_CLASS_NAME];
    double number; /* NaN for other text */
    int id;
};

struct text_set {
    int count;
    int slot[SLOTS]; /* number + 1, or 0 */
    struct entry entry[DATASET_CLASS_MAX], sorted[DATASET_CLASS_MAX];
};

bool text_is_clean(const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t size = text_character((const uint8_t *)text + i, length - i);
        if (size == 0)
            return false;
        i += size;
    }
    return true;
}

void text_show(const uint8_t *text, size_t length, char *out, size_t size)
{
    static const char dots[] = "...";
    size_t used = 0;
    for (size_t i = 0; i < length;) {
        size_t wide = text_character(text + i, length - i), bytes = wide ? wide : 1;
        if (used + bytes + (i + bytes < length ? sizeof dots - 1 : 0) >= size) {
            memcpy(out + used, dots, sizeof dots - 1);
            used += sizeof dots - 1;
            break;
        }
        memcpy(out + used, wide ? (const char *)text + i : "?", bytes);
        used += bytes;
        i += bytes;
    }
    out[used] = '\0';
}

struct text_set *text_set_create(void)
{
    return calloc(1, sizeof(struct text_set));
}

void text_set_destroy(struct text_set *set)
{
    free(set);
}

int text_set_count(const struct text_set *set)
{
    return set->count;
}

int text_set_add(struct text_set *set, const char *text, size_t length)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (uint8_t)text[i]) * 1099511628211u;
    size_t at = (hash ^ hash >> 32) % SLOTS;
    for (; set->slot[at]; at = (at + 1) % SLOTS) {
        const struct entry *known = &set->entry[set->slot[at] - 1];
        if (memcmp(known->text, text, length) == 0 && known->text[length] == '\0')
            return known->id;
    }
    if (set->count == DATASET_CLASS_MAX)
        return -1;
    struct entry *fresh = &set->entry[set->count];
    memcpy(fresh->text, text, length);
    fresh->text[length] = '\0';
    fresh->id = set->count;
    set->slot[at] = ++set->count;
    return fresh->id;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->text, ((const struct entry *)b)->text);
}

static int by_number(const void *a, const void *b)
{
    double x = ((const struct entry *)a)->number, y = ((const struct entry *)b)->number;
    return x < y ? -1 : x > y ? 1 : by_text(a, b);
}

static bool read_numbers(struct text_set *set)
{
    bool all = true;
    for (int i = 0; i < set->count; i++) {
        char *end;
        struct entry *e = &set->entry[i];
        e->number = strtod(e->text, &end);
        all = all && end != e->text && !*end && isfinite(e->number);
    }
    return all;
}

void text_set_sort(struct text_set *set, int *rank, char (*name)[DATASET_CLASS_NAME])
{
    bool numbers = read_numbers(set);
    memcpy(set->sorted, set->entry, (size_t)set->count * sizeof set->entry[0]);
    qsort(set->sorted, (size_t)set->count, sizeof set->sorted[0], numbers ? by_number : by_text);
    for (int place = 0; place < set->count; place++) {
        rank[set->sorted[place].id] = place;
        memcpy(name[place], set->sorted[place].text, sizeof name[place]);
    }
}
