#include "render/sorted.h"

#include <stdlib.h>
#include <string.h>

static bool grow(int **array, int count)
{
    int *grown = realloc(*array, (size_t)count * sizeof *grown);
    if (!grown)
        return false;
    *array = grown;
    return true;
}

bool sorted_reserve(struct sorted *s, int samples, int keys)
{
    if (samples > s->capacity || !s->sample) {
        if (!grow(&s->sample, samples + 1) || !grow(&s->key, samples + 1))
            return false;
        s->capacity = samples;
    }
    if (keys > s->key_capacity || !s->first) {
        if (!grow(&s->first, keys + 2))
            return false;
        s->key_capacity = keys;
    }
    return true;
}

void sorted_clear(struct sorted *s)
{
    free(s->sample);
    free(s->first);
    free(s->key);
    memset(s, 0, sizeof *s);
}

/* Counts, then places: `first` runs one key ahead until all are placed. */
void sorted_fill(struct sorted *s, int from, int to, int stride, int keys,
    int (*key)(const void *with, int sample), const void *with)
{
    int *ahead = s->first + 1;
    memset(s->first, 0, (size_t)(keys + 2) * sizeof *s->first);
    for (int i = from; i < to; i += stride) {
        int j = key(with, i);
        s->key[i] = j >= 0 && j < keys ? j : -1;
        if (s->key[i] >= 0)
            ahead[s->key[i] + 1]++;
    }
    for (int j = 0; j < keys; j++)
        ahead[j + 1] += ahead[j];
    for (int i = from; i < to; i += stride)
        if (s->key[i] >= 0)
            s->sample[ahead[s->key[i]]++] = i;
}
