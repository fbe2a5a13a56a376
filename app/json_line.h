/* json_line.h - where in a JSON text something stands: jansson tells the line of a broken text only, not of a value. */
#ifndef APP_JSON_LINE_H
#define APP_JSON_LINE_H

/* One step down: the key of an object, or with `key` NULL the place in a list. */
struct json_step {
    const char *key;
    int at;
};

/* The line, from 1, of what `path` leads to in a text that jansson has read; of what it stops at when the path leads
 * nowhere. */
int json_line(const char *text, const struct json_step *path, int depth);

#endif
