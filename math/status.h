/* status.h - how functions say that something outside our code went wrong.
 * A broken promise of our own is an assert; trouble from a file, an argument or memory is a status with a
 * sentence a teacher can act on. */
#ifndef MATH_STATUS_H
#define MATH_STATUS_H

/* The values of FAILED and USAGE are also the exit statuses of the program. */
enum status { STATUS_OK = 0, STATUS_FAILED = 1, STATUS_USAGE = 2 };

/* One line, "WHERE: WHAT; WHAT TO DO", without the program's name and without a newline. */
struct why {
    char text[1024];
};

/* Writes the sentence (why may be NULL) and returns `status`, so that `return why_set(...)` reads well. */
enum status why_set(struct why *why, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
