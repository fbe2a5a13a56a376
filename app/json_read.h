/* json_read.h - json_loadb, which without memory does not tell: jansson 2.14 loses a byte of what it reads when the room
 * for a word cannot grow, and goes on with another number. Any thread. */
#ifndef APP_JSON_READ_H
#define APP_JSON_READ_H

#include <jansson.h>

/* NULL with `error` (not NULL) filled in; without memory its text is JSON_NO_MEMORY. */
#define JSON_NO_MEMORY "not enough memory, close other programs"
json_t *json_read(const char *text, size_t size, size_t flags, json_error_t *error);

#endif
