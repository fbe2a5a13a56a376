#include "app/json_read.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Where the room for a token cannot grow at all, jansson 2.14 stops the program (lex_unget_unsave): such rooms, powers
 * of two, come from a reserve then. Whatever else it asks for it may be refused, which ends the reading. */
enum { RESERVE = 1 << 16, TOKEN = 32 };
static _Thread_local bool refused;
static _Thread_local char *reserve; /* NULL: nothing is read */
static _Thread_local size_t used;

static void *take(size_t size)
{
    void *at = malloc(size);
    refused = refused || !at;
    if (at || !reserve || size < TOKEN || (size & (size - 1)) != 0 || size > RESERVE - used)
        return at;
    used += size;
    return reserve + used - size;
}

static void give(void *at)
{
    uintptr_t from = (uintptr_t)reserve;
    if (!reserve || (uintptr_t)at < from || (uintptr_t)at >= from + RESERVE)
        free(at);
}

/* What was taken before by malloc itself is freed in the same way. */
static void watch(void)
{
    json_set_alloc_funcs(take, give);
}

json_t *json_read(const char *text, size_t size, size_t flags, json_error_t *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch);
    refused = false;
    used = 0;
    reserve = malloc(RESERVE);
    error->line = 1;
    json_t *root = reserve ? json_loadb(text, size, flags, error) : NULL;
    bool whole = reserve && !refused;
    if (!whole) {
        json_decref(root);
        error->line = error->line > 0 ? error->line : 1;
        snprintf(error->text, sizeof error->text, "%s", JSON_NO_MEMORY);
    }
    free(reserve);
    reserve = NULL;
    return whole ? root : NULL;
}
