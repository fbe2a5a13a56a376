#include "app/json_put.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void keep(json_t **at, bool added)
{
    if (added)
        return;
    json_decref(*at);
    *at = NULL;
}

void json_put(json_t **object, const char *key, json_t *value)
{
    keep(object, json_object_set_new(*object, key, value) == 0);
}

void json_put_all(json_t **object, json_t *other)
{
    keep(object, json_object_update(*object, other) == 0);
    json_decref(other);
}

void json_add(json_t **list, json_t *value)
{
    keep(list, json_array_append_new(*list, value) == 0);
}

json_t *json_text(const char *text)
{
    json_t *value = json_string(text);
    char *copy = value ? NULL : strdup(text);
    for (char *c = copy; c && *c; c++)
        if ((unsigned char)*c > 127)
            *c = '?';
    if (copy)
        value = json_string(copy);
    free(copy);
    return value;
}
