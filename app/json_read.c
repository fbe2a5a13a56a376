#include "app/json_read.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static _Thread_local bool refused;

static void *take(size_t size)
{
    void *at = malloc(size);
    refused = refused || !at;
    return at;
}

/* What was taken before by malloc itself is freed in the same way. */
static void watch(void)
{
    json_set_alloc_funcs(take, free);
}

json_t *json_read(const char *text, size_t size, size_t flags, json_error_t *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch);
    refused = false;
    json_t *root = json_loadb(text, size, flags, error);
    if (!refused)
        return root;
    json_decref(root);
    snprintf(error->text, sizeof error->text, "%s", JSON_NO_MEMORY);
    return NULL;
}
