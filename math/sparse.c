#include "math/sparse.h"

#include <stdlib.h>
#include <string.h>

static size_t count_above(const uint8_t *level, size_t n)
{
    size_t above = 0;
    for (size_t i = 0; i < n; i++)
        above += level[i] != 0;
    return above;
}

static void write_rows(const uint8_t *level, size_t count, struct sparse *s)
{
    size_t at = 0;
    for (size_t r = 0; r < count; r++, level += s->dim) {
        s->start[r] = at;
        for (int k = 0; k < s->dim; k++) {
            s->index[at] = (uint16_t)k;
            s->level[at] = level[k];
            at += level[k] != 0;
        }
        int own = (int)(at - s->start[r]);
        s->widest = own > s->widest ? own : s->widest;
    }
    s->start[count] = at;
}

static bool make_room(struct sparse *s, size_t rows, size_t entries)
{
    s->start = malloc((rows + 1) * sizeof *s->start);
    s->index = malloc((entries + 1) * sizeof *s->index);
    s->level = malloc(entries + 1);
    return s->start && s->index && s->level;
}

bool sparse_make(const uint8_t *level, size_t count, int dim, const float value[SPARSE_LEVELS], double share,
    struct sparse *out)
{
    size_t all = count * (size_t)dim, above = dim <= UINT16_MAX ? count_above(level, all) : all;
    *out = (struct sparse){ .dim = dim, .ground = value[0] };
    if ((double)above > share * (double)all || !make_room(out, count, above)) {
        sparse_clear(out);
        return false;
    }
    for (int l = 0; l < SPARSE_LEVELS; l++)
        out->step[l] = value[l] - value[0];
    write_rows(level, count, out);
    return true;
}

void sparse_clear(struct sparse *s)
{
    free(s->start);
    free(s->index);
    free(s->level);
    *s = (struct sparse){ 0 };
}

void sparse_fetch(const struct sparse *s, int r)
{
    enum { LINE = 64 };
    for (size_t at = s->start[r]; at < s->start[r + 1]; at += LINE / sizeof *s->index)
        __builtin_prefetch(s->index + at);
    for (size_t at = s->start[r]; at < s->start[r + 1]; at += LINE)
        __builtin_prefetch(s->level + at);
}

int sparse_terms(const struct sparse *s, int r, int width, struct sparse_term *out)
{
    const uint16_t *index = s->index + s->start[r];
    const uint8_t *level = s->level + s->start[r];
    int n = (int)(s->start[r + 1] - s->start[r]);
    for (int i = 0; i < n; i++)
        out[i] = (struct sparse_term){ (uint32_t)index[i] * (uint32_t)width, s->step[level[i]] };
    return n;
}
