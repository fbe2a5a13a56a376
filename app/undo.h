/* undo.h - what hands have changed of the experiment (settings, moved and drawn points), and back again. One entry a
 * gesture: from a press of a key or a button to the next, so that a whole drag or stroke of the brush is one. What
 * sweeps and lessons change by themselves is none. At most UNDO_MOST experiments of about 22 KB, then the oldest goes;
 * reset, branch and other benches leave them alone. Main thread. */
#ifndef APP_UNDO_H
#define APP_UNDO_H

#include "app/panel.h"

enum { UNDO_MOST = 100 };

struct undo;

struct undo *undo_create(void);                           /* NULL without memory */
void undo_destroy(struct undo *u);

/* A person does something; presses of one key in a row, and notches of the wheel, are one gesture. */
void undo_gesture(struct window *w, const struct ui_input *input);
void undo_note(struct window *w);                         /* the experiment is about to be taken over as it now is */
/* A cure of the coach, number `serial` of the worker's, of the settings `before`: going back takes back its steps too. */
void undo_note_cure(
    struct window *w, const struct cure *cure, const struct experiment *before, long serial);
void undo_quiet(struct window *w, bool quiet);            /* what changes now is no hand's */
void undo_forget(struct window *w);                       /* another session is there: nothing of it has been done */

#endif
