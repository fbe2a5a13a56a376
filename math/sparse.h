/* sparse.h - rows of numbers most of which are the same one, as the pixels of a digit on empty ground: only the others
 * are written down. Plain values, any thread. */
#ifndef MATH_SPARSE_H
#define MATH_SPARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPARSE_LEVELS = 256 };

struct sparse {
    int dim, widest;                  /* numbers a row; the most that are written down of one */
    float ground;                     /* what is not written down */
    float step[SPARSE_LEVELS];        /* how far a level is above it */
    size_t *start;                    /* (rows + 1) places of the rows in the two arrays below */
    uint16_t *index;
    uint8_t *level;
};

/* Of rows (count, dim) of levels, `value` of each; level 0 is the ground. With more than `share` of them above it, or
 * without memory, *out is all zeros and the answer is false. */
bool sparse_make(const uint8_t *level, size_t count, int dim, const float value[SPARSE_LEVELS], double share,
    struct sparse *out);
void sparse_clear(struct sparse *s);

/* An entry of row r as a multiple of a row of a matrix that is `width` wide. */
struct sparse_term {
    uint32_t at;                      /* where the matrix row begins */
    float factor;
};

/* Row r as terms (room for `widest`), by ascending place. Returns how many. */
int sparse_terms(const struct sparse *s, int r, int width, struct sparse_term *out);

/* Tells the processor that row r is wanted soon. */
void sparse_fetch(const struct sparse *s, int r);

#endif
