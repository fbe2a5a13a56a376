#include "math/snapshot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void snapshot_init(struct snapshot *s)
{
    memset(s, 0, sizeof *s);
}

static void free_samples(struct snapshot *s)
{
    free(s->feature);
    free(s->label);
    free(s->predicted);
    free(s->row);
    free(s->test);
    free(s->group);
    free(s->target);
}

static void free_classes(struct snapshot *s)
{
    free(s->weight);
    free(s->bias);
    free(s->row_weight);
    free(s->center);
    free(s->class_weight);
}

void snapshot_clear(struct snapshot *s)
{
    free_samples(s);
    free_classes(s);
    snapshot_init(s);
}

static bool make_samples(struct snapshot *fresh, size_t dim)
{
    size_t count = (size_t)fresh->feature_capacity, targets = (size_t)fresh->target_capacity;
    fresh->feature = malloc((count * dim + 1) * sizeof *fresh->feature);
    fresh->label = malloc((count + 1) * sizeof *fresh->label);
    fresh->predicted = malloc((count + 1) * sizeof *fresh->predicted);
    fresh->row = malloc((count + 1) * sizeof *fresh->row);
    fresh->test = malloc((count + 1) * sizeof *fresh->test);
    fresh->group = malloc((count + 1) * sizeof *fresh->group);
    fresh->target = malloc((count * targets + 1) * sizeof *fresh->target);
    return fresh->feature && fresh->label && fresh->predicted && fresh->row && fresh->test && fresh->group &&
           fresh->target;
}

static bool make_classes(struct snapshot *fresh, size_t dim)
{
    size_t classes = (size_t)fresh->class_capacity, rows = (size_t)fresh->row_capacity;
    fresh->weight = malloc((classes * dim + 1) * sizeof *fresh->weight);
    fresh->bias = malloc((classes + 1) * sizeof *fresh->bias);
    fresh->row_weight = malloc((rows * dim + 1) * sizeof *fresh->row_weight);
    fresh->center = malloc((classes * dim + 1) * sizeof *fresh->center);
    fresh->class_weight = malloc((classes + 1) * sizeof *fresh->class_weight);
    return fresh->weight && fresh->bias && fresh->row_weight && fresh->center && fresh->class_weight;
}

/* The arrays of `from` and their capacities, nothing else. */
static void take_arrays(struct snapshot *to, const struct snapshot *from)
{
    to->feature = from->feature;
    to->label = from->label;
    to->predicted = from->predicted;
    to->row = from->row;
    to->test = from->test;
    to->group = from->group;
    to->target = from->target;
    to->weight = from->weight;
    to->bias = from->bias;
    to->row_weight = from->row_weight;
    to->center = from->center;
    to->class_weight = from->class_weight;
    to->feature_capacity = from->feature_capacity;
    to->class_capacity = from->class_capacity;
    to->row_capacity = from->row_capacity;
    to->target_capacity = from->target_capacity;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

bool snapshot_reserve(struct snapshot *s, int count, int dim, int classes, int sub, int targets)
{
    int rows = sub > 1 ? sub * classes : 0;
    bool fits = s->feature && dim <= s->dim && count <= s->feature_capacity && classes <= s->class_capacity &&
                rows <= s->row_capacity && targets <= s->target_capacity;
    if (fits)
        return true;
    struct snapshot fresh = { .feature_capacity = larger(count, s->feature_capacity),
        .class_capacity = larger(classes, s->class_capacity),
        .row_capacity = larger(rows, s->row_capacity),
        .target_capacity = larger(targets, s->target_capacity) };
    size_t widest = (size_t)larger(dim, s->dim);
    bool made = make_samples(&fresh, widest);
    if (!make_classes(&fresh, widest) || !made) {
        free_samples(&fresh);
        free_classes(&fresh);
        return false;
    }
    free_samples(s);
    free_classes(s);
    take_arrays(s, &fresh);
    s->dim = (int)widest;
    s->count = 0;
    return true;
}

struct head snapshot_head(const struct snapshot *s)
{
    return (struct head){ .classes = s->classes,
        .dim = s->dim,
        .weight = s->sub > 1 ? s->row_weight : s->weight,
        .bias = s->bias,
        .extra = s->extra_count > 0 && s->extra_count <= SNAPSHOT_EXTRA ? s->extra : NULL,
        .center = s->centers ? s->center : NULL,
        .class_weight = s->class_weight };
}

const char *snapshot_class(const struct snapshot *s, int class, char room[SNAPSHOT_NAME_TEXT])
{
    if (class >= 0 && class < SNAPSHOT_NAMES && s->class_name[class][0])
        return s->class_name[class];
    snprintf(room, SNAPSHOT_NAME_TEXT, "%d", class);
    return room;
}

bool snapshot_copy(struct snapshot *to, const struct snapshot *from)
{
    if (!snapshot_reserve(to, from->count, from->dim, from->classes, from->sub, from->targets))
        return false;
    struct snapshot kept = *to;
    size_t n = (size_t)from->count, classes = (size_t)from->classes, dim = (size_t)from->dim;
    *to = *from;
    take_arrays(to, &kept);
    if (!from->feature)
        return true;
    memcpy(to->feature, from->feature, n * dim * sizeof *to->feature);
    memcpy(to->label, from->label, n * sizeof *to->label);
    memcpy(to->predicted, from->predicted, n * sizeof *to->predicted);
    memcpy(to->row, from->row, n * sizeof *to->row);
    memcpy(to->test, from->test, n * sizeof *to->test);
    memcpy(to->group, from->group, n * sizeof *to->group);
    memcpy(to->target, from->target, n * (size_t)from->targets * sizeof *to->target);
    memcpy(to->weight, from->weight, classes * dim * sizeof *to->weight);
    memcpy(to->class_weight, from->class_weight, classes * sizeof *to->class_weight);
    if (from->sub > 1)
        memcpy(to->row_weight, from->row_weight, classes * (size_t)from->sub * dim * sizeof *to->row_weight);
    if (from->centers)
        memcpy(to->center, from->center, classes * dim * sizeof *to->center);
    memcpy(to->bias, from->bias, classes * sizeof *to->bias);
    return true;
}
