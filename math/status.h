/* status.h - how functions say that something outside our code went wrong.
 * A broken promise of our own is an assert; trouble from a file, an argument or memory is a status with a
 * sentence a teacher can act on. */
#ifndef MATH_STATUS_H
#define MATH_STATUS_H

#include <stddef.h>

/* The values of FAILED and USAGE are also the exit statuses of the program. */
enum status { STATUS_OK = 0, STATUS_FAILED = 1, STATUS_USAGE = 2 };

/* One line, "WHERE: WHAT; WHAT TO DO", without the program's name and without a newline. */
struct why {
    char text[1024];
};

/* Writes the sentence (why may be NULL) and returns `status`, so that `return why_set(...)` reads well. */
enum status why_set(struct why *why, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#ifdef __clang_analyzer__ /* sees one file at a time, and would think that it may return STATUS_OK */
#define why_set(why, status, ...) (why_set(why, status, __VA_ARGS__), (status))
#endif

/* Bytes of the character that begins at p, 0 when it is none (RFC 3629) or a control character. */
size_t text_character(const unsigned char *p, size_t left);
/* Spaces for what a terminal obeys (ends of lines, escape sequences, turns of direction), ? for what is no UTF-8: texts
 * of files from others stand in sentences. why_set has done it. */
void text_tame(char *text);

#endif
