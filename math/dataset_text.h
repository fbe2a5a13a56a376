/* dataset_text.h - label texts of a table: a set that numbers them, and small looks at bytes from a file. */
#ifndef MATH_DATASET_TEXT_H
#define MATH_DATASET_TEXT_H

#include "math/dataset.h"

/* UTF-8 without control characters. */
bool text_is_clean(const char *text, size_t length);
/* For an error: cut with dots to fit, what is not clean as question marks. */
void text_show(const uint8_t *text, size_t length, char *out, size_t size);

/* At most DATASET_CLASS_MAX texts shorter than DATASET_CLASS_NAME. */
struct text_set;
struct text_set *text_set_create(void);                 /* NULL: no memory */
void text_set_destroy(struct text_set *set);            /* fine on NULL */
/* Its number, in order of arrival; -1: the set is full. */
int text_set_add(struct text_set *set, const char *text, size_t length);
int text_set_count(const struct text_set *set);
/* Numbers in sorted order, as numbers where all are: rank[number] is the place, name[place] the text. */
void text_set_sort(struct text_set *set, int *rank, char (*name)[DATASET_CLASS_NAME]);

#endif
