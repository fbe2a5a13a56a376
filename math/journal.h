/* journal.h - every change of a training, oldest first: the step, the key, the value, and what it was until then. Written
 * close together: a lecture drags sliders for an hour, and most values are of five letters. A zeroed one is empty. */
#ifndef MATH_JOURNAL_H
#define MATH_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The room for a value is that of the longest list of class weights; points moved by hand are written down one by one. */
enum { CHANGE_VALUE = 1024 };

struct change {
    long step;
    char key[48], value[CHANGE_VALUE];
    char before[24];                  /* what it was until then; "" where that is long, or many things */
};

struct journal {
    size_t *at;                       /* (count) where its text begins */
    char *text;                       /* of each entry the step, then key, value, before, each with its zero */
    size_t used, room;
    int count, capacity;
};

void journal_clear(struct journal *j);
bool journal_reserve(struct journal *j, int entries);     /* the longest there are; false without memory: as it was */
void journal_add(struct journal *j, const struct change *c);      /* room has been reserved */
bool journal_copy(struct journal *to, const struct journal *from);    /* false without memory: `to` is empty */

long journal_step(const struct journal *j, int i);
const char *journal_key(const struct journal *j, int i);
const char *journal_value(const struct journal *j, int i);
const char *journal_before(const struct journal *j, int i);
struct change journal_change(const struct journal *j, int i);

#endif
