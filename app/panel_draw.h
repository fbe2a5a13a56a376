/* panel_draw.h - what the mouse and the keys have in common while points are drawn: for panel_draw*.c only. `area` is
 * where the plane of the data is shown, `at` a place there. */
#ifndef APP_PANEL_DRAW_H
#define APP_PANEL_DRAW_H

#include "app/panel.h"

bool draw_ready(const struct window *w);                  /* drawing is on, and can be done here */
/* Between the screen and the data; false where there is no plane of drawn points, or outside it. */
bool draw_unplace(struct window *w, struct rect area, struct point at, double xy[2]);
bool draw_place(struct window *w, struct rect area, const double xy[2], struct point *out);
int draw_under(struct window *w, struct rect area, struct point at);   /* the nearest point within reach; -1 */
/* Each goes to the training when it has changed something. */
void draw_use(struct window *w, struct rect area, struct point at);    /* the tool, once */
void draw_take_away(struct window *w, struct rect area, struct point at);
void draw_carry(struct window *w, struct rect area, int row, struct point at);
void draw_focus(struct window *w);                        /* whoever came by a key goes on with keys */

#endif
