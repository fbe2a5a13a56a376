/* json_put.h - JSON that is whole or not there. Each of these takes `value` over and adds it to what `at` points at; when
 * that is NULL, or `value` is, or there is no memory, everything so far is freed and *at is NULL, then as later: one look
 * at the end is enough. */
#ifndef APP_JSON_PUT_H
#define APP_JSON_PUT_H

#include <jansson.h>

void json_put(json_t **object, const char *key, json_t *value);
void json_put_all(json_t **object, json_t *other);    /* the keys of another object */
void json_add(json_t **list, json_t *value);
/* A text; what is not UTF-8, as a file's name may be, has ? for its bytes beyond ASCII. NULL without memory. */
json_t *json_text(const char *text);

#endif
