/* buffer.h - text that grows: what the SVG and the recording canvas write into.
 * A failure to grow sticks; nothing is added after it. */
#ifndef RENDER_BUFFER_H
#define RENDER_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

struct buffer {
    char *data;               /* ends in a zero; NULL while empty; the owner frees it */
    size_t length, capacity;
    bool failed;
};

void buffer_add(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_put(struct buffer *b, const char *bytes, size_t n);
/* v with at most `decimals` (0 to 4), without trailing zeros: 12.5, 3, -0.25. */
void buffer_number(struct buffer *b, double v, int decimals);

#endif
