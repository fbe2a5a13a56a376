/* explain.h - what a control, a symbol or a mark in a picture is, in two lines: the text of the card that hovering,
 * focus and F1 bring (app/panel_explain.c). Pure: reads only its tables and the rows of math/.
 *
 * How to explain something new. A control: add a row { id, title, sentence, source } to `controls` in explain.c; an id
 * that ends in '.' or '*' stands for all that begin so ("lesson.", "draw.*"), and the longest that fits wins. Nothing
 * is needed for parameters, losses, terms, data sets and models: their rows are asked. Anything that is drawn: call
 * canvas_mark(c, "curves.train") before its strokes and canvas_mark(c, NULL) after them, and add a row of that name to
 * explain_marks.c; symbols of formulas mark themselves as "=m" and have rows in `symbols` there.
 * test_explain.c walks the window and fails for an id without a row. */
#ifndef APP_EXPLAIN_H
#define APP_EXPLAIN_H

#include "math/experiment.h"

struct explanation {
    char what[96];                    /* "Margin m" */
    char text[256];                   /* a sentence or two */
    char note[256];                   /* range, default and paper, or empty */
};

/* A control by its id on screen, under that experiment. False, with `out` untouched, for an unknown one. */
bool explain_control(const struct experiment *e, const char *id, struct explanation *out);
/* A mark as canvas_mark names it, symbols among them ("=\u03b8_y"). */
bool explain_mark(const struct experiment *e, const char *mark, struct explanation *out);

/* For both: a plain row, and the one with that id or the longest beginning of it; NULL. `rest` is what follows a '.'. */
struct explain_row {
    const char *id, *what, *text, *note;
};
const struct explain_row *explain_find(const struct explain_row *row, int n, const char *id, const char **rest);
void explain_say(struct explanation *out, const char *what, const char *text, const char *note);
/* Range, default and help of a parameter, with its loss's paper. */
void explain_param(const struct loss *loss, const struct param *row, struct explanation *out);

#endif
