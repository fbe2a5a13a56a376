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
}

static void free_classes(struct snapshot *s)
{
    free(s->weight);
    free(s->bias);
}

void snapshot_clear(struct snapshot *s)
{
    free_samples(s);
    free_classes(s);
    snapshot_init(s);
}

static bool make_samples(struct snapshot *fresh, size_t count, size_t dim)
{
    fresh->feature = malloc((count * dim + 1) * sizeof *fresh->feature);
    fresh->label = malloc((count + 1) * sizeof *fresh->label);
    fresh->predicted = malloc((count + 1) * sizeof *fresh->predicted);
    fresh->row = malloc((count + 1) * sizeof *fresh->row);
    fresh->test = malloc((count + 1) * sizeof *fresh->test);
    return fresh->feature && fresh->label && fresh->predicted && fresh->row && fresh->test;
}

static bool make_classes(struct snapshot *fresh, size_t classes, size_t dim)
{
    fresh->weight = malloc((classes * dim + 1) * sizeof *fresh->weight);
    fresh->bias = malloc((classes + 1) * sizeof *fresh->bias);
    return fresh->weight && fresh->bias;
}

/* The arrays of `from` and their capacities, nothing else. */
static void take_arrays(struct snapshot *to, const struct snapshot *from)
{
    to->feature = from->feature;
    to->label = from->label;
    to->predicted = from->predicted;
    to->row = from->row;
    to->test = from->test;
    to->weight = from->weight;
    to->bias = from->bias;
    to->feature_capacity = from->feature_capacity;
    to->class_capacity = from->class_capacity;
}

bool snapshot_reserve(struct snapshot *s, int count, int dim, int classes)
{
    bool fits = s->feature && dim <= s->dim && count <= s->feature_capacity && classes <= s->class_capacity;
    if (fits)
        return true;
    struct snapshot fresh = { .feature_capacity = count > s->feature_capacity ? count : s->feature_capacity,
        .class_capacity = classes > s->class_capacity ? classes : s->class_capacity };
    size_t widest = (size_t)(dim > s->dim ? dim : s->dim);
    bool made = make_samples(&fresh, (size_t)fresh.feature_capacity, widest);
    if (!make_classes(&fresh, (size_t)fresh.class_capacity, widest) || !made) {
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

const char *snapshot_class(const struct snapshot *s, int class, char room[SNAPSHOT_NAME_TEXT])
{
    if (class >= 0 && class < SNAPSHOT_NAMES && s->class_name[class][0])
        return s->class_name[class];
    snprintf(room, SNAPSHOT_NAME_TEXT, "%d", class);
    return room;
}

bool snapshot_copy(struct snapshot *to, const struct snapshot *from)
{
    if (!snapshot_reserve(to, from->count, from->dim, from->classes))
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
    memcpy(to->weight, from->weight, classes * dim * sizeof *to->weight);
    memcpy(to->bias, from->bias, classes * sizeof *to->bias);
    return true;
}
