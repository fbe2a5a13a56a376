/* panel_explain.h - the card that says what a thing is: 0.7 s after the pointer or the focus came to rest on it, or at
 * once by F1. Main thread. */
#ifndef APP_PANEL_EXPLAIN_H
#define APP_PANEL_EXPLAIN_H

#include "app/explain.h"
#include "app/ui/ui.h"

struct window;

struct explain_card {
    bool open;
    bool by_focus;                    /* the keyboard moved last, not the mouse */
    double since;                     /* at rest, s; 0: shown already or not wanted */
    struct point rest;                /* where the mouse came to rest */
    struct rect beside;               /* the thing, never covered */
    struct explanation text;
    char what[64];                    /* id or mark it is about */
};

void panel_explain(struct window *w);                     /* draws it, above everything */
struct rect panel_explain_box(const struct window *w);    /* where it stands */
void panel_explain_input(struct window *w, const struct ui_input *in);   /* before each event */
void panel_explain_turn(struct window *w);
double panel_explain_due(const struct window *w);         /* when the card will open, s; 0: not by itself */
/* Explains what has the focus or lies under the pointer; the keys where there is nothing. */
void action_explain(struct window *w, int unused);

#endif
