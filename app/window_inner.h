/* window_inner.h - what the files of the window share. Main thread. */
#ifndef APP_WINDOW_INNER_H
#define APP_WINDOW_INNER_H

#include "app/panel.h"

/* Every panel once, topmost first: who is on top gets the input first. NULL: nothing but where things are. */
void window_pass(struct window *w, const struct ui_input *input);
/* What is dirty, drawn and presented. */
void window_paint(struct window *w);
/* What fills the areas in place of the panels, in a lesson. */
extern void (*const window_lecture_draw[AREA_COUNT])(struct window *);

#endif
