/* sorted.h - samples a key at a time (class, group), each key's in their order: what is drawn alike is drawn in one go
 * without looking at all samples for every class. Allocates only in sorted_reserve. */
#ifndef RENDER_SORTED_H
#define RENDER_SORTED_H

#include <stdbool.h>

/* Zero bytes are a good one to begin with. */
struct sorted {
    int *sample;                      /* those of key j are sample[first[j]] .. sample[first[j + 1] - 1] */
    int *first;
    int *key;
    int capacity, key_capacity;
};

/* Room for so many samples and keys 0..keys-1; false without memory. */
bool sorted_reserve(struct sorted *s, int samples, int keys);
void sorted_clear(struct sorted *s);
/* Sorts samples from, from + stride .. to-1 by key(with, sample); those whose key is outside 0..keys-1 are left out. */
void sorted_fill(struct sorted *s, int from, int to, int stride, int keys, int (*key)(const void *with, int sample),
    const void *with);

#endif
