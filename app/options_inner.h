/* options_inner.h - what options.c (rows, one option at a time) and options_finish.c (the line as a whole) share. */
#ifndef APP_OPTIONS_INNER_H
#define APP_OPTIONS_INNER_H

#include "app/options.h"

/* Applies --set, plays the changes of --at on a copy, resolves sizes, and checks what cannot go together. */
enum status options_finish(struct options *o, unsigned where, struct why *why);

/* The sentence of `inner` again, with the option as it was given for its place. */
enum status option_blame(struct why *why, const char *name, const char *value, const struct why *inner);

/* --loss center --add none is neither of the two. */
enum status option_check_term(const struct options *o, struct why *why);

/* The options of --vs, applied to a copy of o->experiment. */
enum status options_read_beside(const struct options *o, const char *text, struct experiment *out, struct why *why);

/* app/options_session.c: --session is read before the other options; what beside it cannot be is refused; a figure of
 * it is of the step it stands at. */
enum status option_open_session(struct options *o, const char *path, struct why *why);
enum status option_take_session(struct options *o, const char *name, const char *value, struct why *why);
enum status option_check_session(const struct options *o, const struct experiment *e, struct why *why);
void option_finish_session(struct options *o, unsigned where);

/* Adds ", word" to a list. */
void option_list_add(char *list, size_t size, const char *word);

#endif
