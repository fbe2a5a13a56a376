/* lesson_label.c - what a training of a lesson's comparison is called: that in which it differs from the others. */
#include <stdio.h>
#include <string.h>

#include "app/lesson.h"

static void append(char *out, int size, const char *text)
{
    size_t n = strlen(out);
    snprintf(out + n, (size_t)size - n, "%s%s", n ? ", " : "", text);
}

static bool names_loss(const char *key)
{
    return strcmp(key, "loss") == 0 || strcmp(key, "add") == 0;
}

static void one_setting(const struct experiment *e, const char *key, char *out, int size)
{
    char value[LESSON_VALUE], text[LESSON_VALUE + LESSON_ID + 2];
    const char *dot = strchr(key, '.');
    const struct loss *loss = experiment_loss(e);
    bool of_loss = dot && strncmp(loss->id, key, (size_t)(dot - key)) == 0 && !loss->id[dot - key];
    bool other = dot && !of_loss && loss_find(key) == NULL && loss_param_find(loss, dot + 1) >= 0;
    const char *name = of_loss ? dot + 1 : key;
    bool idle = strcmp(key, "bias") == 0 && !loss->has_bias; /* it has none to leave out */
    if (names_loss(key) || other || idle || !experiment_get(e, name, value, sizeof value))
        return;
    snprintf(text, sizeof text, "%s %s", name, value);
    append(out, size, text);
}

static bool named_before(const struct lesson_step *s, int set, int key)
{
    const char *name = s->compare[set].set[key].key;
    for (int i = 0; i <= set; i++)
        for (int k = 0; k < (i < set ? s->compare[i].count : key); k++)
            if (strcmp(s->compare[i].set[k].key, name) == 0)
                return true;
    return false;
}

/* With its terms, where they or the loss are what differs. */
static void loss_name(const struct lesson_step *s, const struct snapshot *snap, char *out, int size)
{
    bool any = false;
    for (int i = 0; i < s->compare_count; i++)
        for (int k = 0; k < s->compare[i].count; k++)
            any = any || names_loss(s->compare[i].set[k].key);
    if (any)
        figure_title(snap, out, size);
}

void lesson_label(const struct lesson_step *s, const struct snapshot *snap, char *out, int size)
{
    out[0] = 0;
    loss_name(s, snap, out, size);
    for (int i = 0; i < s->compare_count; i++)
        for (int k = 0; k < s->compare[i].count; k++)
            if (!named_before(s, i, k))
                one_setting(&snap->experiment, s->compare[i].set[k].key, out, size);
}
