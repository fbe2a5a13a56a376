/* session_rows.h - the keys of a session's "window", for session_read.c and session_write.c: a row each, from which
 * it is written, read and bounded. */
#ifndef APP_SESSION_ROWS_H
#define APP_SESSION_ROWS_H

#include "app/session.h"

enum session_kind { SESSION_TEXT, SESSION_REAL, SESSION_COUNT };

struct session_row {
    const char *key;
    enum session_kind kind;
    size_t offset;
    int count;                            /* above 1: a list */
    double min, max;
    bool (*known)(const char *text);      /* of texts */
    const char *choices;                  /* for the refusal */
};
const struct session_row *session_row_at(int i);          /* NULL past the end */

extern const char *const session_bench[SESSION_BENCHES];

#endif
