#include "math/status.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

size_t text_character(const unsigned char *p, size_t left)
{
    size_t more = p[0] < 0x80 ? 0 : p[0] >= 0xF0 ? 3 : p[0] >= 0xE0 ? 2 : 1;
    if (p[0] < 0x20 || p[0] == 0x7F || (p[0] >= 0x80 && p[0] < 0xC2) || p[0] > 0xF4 || more >= left)
        return 0;
    for (size_t i = 1; i <= more; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    bool outside = (p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
                   (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F);
    bool control =
        (p[0] == 0xC2 && p[1] < 0xA0) || (p[0] == 0xEF && p[1] == 0xBF && p[2] >= 0xBE); /* U+FFFE */
    return outside || control ? 0 : more + 1;
}

/* U+200E, U+200F, U+2028 to 202E, U+2066 to 2069. */
static bool turns(const unsigned char *p, size_t size)
{
    bool first = size == 3 && p[0] == 0xE2 && p[1] == 0x80,
         second = size == 3 && p[0] == 0xE2 && p[1] == 0x81;
    return (first && (p[2] == 0x8E || p[2] == 0x8F || (p[2] >= 0xA8 && p[2] <= 0xAE))) ||
           (second && p[2] >= 0xA6 && p[2] <= 0xA9);
}

void text_tame(char *text)
{
    size_t left = strlen(text), size;
    for (unsigned char *p = (unsigned char *)text; left > 0; p += size, left -= size) {
        size = text_character(p, left);
        if (size == 0)
            *p = *p < 0x20 || *p == 0x7F ? ' ' : '?';
        else if (turns(p, size))
            memset(p, ' ', size);
        size += size == 0;
    }
}

/* In parentheses: the function, not the macro. */
enum status(why_set)(struct why *why, enum status status, const char *format, ...)
{
    if (!why)
        return status;
    va_list args;
    va_start(args, format);
    vsnprintf(why->text, sizeof why->text, format, args);
    va_end(args);
    text_tame(why->text);
    return status;
}
