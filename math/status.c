#include "math/status.h"

#include <stdarg.h>
#include <stdio.h>

enum status why_set(struct why *why, enum status status, const char *format, ...)
{
    if (!why)
        return status;
    va_list args;
    va_start(args, format);
    vsnprintf(why->text, sizeof why->text, format, args);
    va_end(args);
    for (char *c = why->text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127) /* one line, and nothing a terminal obeys */
            *c = ' ';
    return status;
}
