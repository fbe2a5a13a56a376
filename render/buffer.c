#include "render/buffer.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct buffer *b, size_t extra)
{
    if (b->failed)
        return false;
    size_t need = b->length + extra + 1;
    if (need <= b->capacity)
        return true;
    size_t capacity = need < 2048 ? 4096 : need * 2;
    char *data = realloc(b->data, capacity);
    if (!data) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->capacity = capacity;
    return true;
}

void buffer_put(struct buffer *b, const char *bytes, size_t n)
{
    if (n == 0 || !reserve(b, n))
        return;
    memcpy(b->data + b->length, bytes, n);
    b->length += n;
    b->data[b->length] = '\0';
}

void buffer_add(struct buffer *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n >= 0 && reserve(b, (size_t)n)) {
        vsnprintf(b->data + b->length, (size_t)n + 1, format, again);
        b->length += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

void buffer_number(struct buffer *b, double v, int decimals)
{
    static const long power[] = { 1, 10, 100, 1000, 10000 };
    char text[32];
    char *end = text + sizeof text, *at = end;
    if (!isfinite(v) || fabs(v) > 1e9)
        v = 0;
    long scaled = lround(v * (double)power[decimals]);
    unsigned long rest = (unsigned long)labs(scaled);
    while (decimals > 0 && rest % 10 == 0) {
        rest /= 10;
        decimals--;
    }
    for (int digit = 0; digit <= decimals || rest > 0; digit++) {
        if (digit == decimals && digit > 0)
            *--at = '.';
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    }
    if (scaled < 0)
        *--at = '-';
    buffer_put(b, at, (size_t)(end - at));
}
