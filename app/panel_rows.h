/* panel_rows.h - what the left panel's files share: rows stacked downwards, and its sections. Main thread. */
#ifndef APP_PANEL_ROWS_H
#define APP_PANEL_ROWS_H

#include "app/panel.h"

enum { ROW = 30, LOSS_ROW = 28, FIELD = 32, MARGIN_BLOCK = 146 };

/* Where the next row goes, and how wide it may be. */
struct flow {
    double x, y, width;
};
void flow_rule(struct window *w, struct flow *f, double before, double after);
void flow_heading(struct window *w, struct flow *f, const char *text);
void flow_error(struct window *w, struct flow *f, const char *id);   /* red lines under the control they belong to */

/* Messages name a setting as the command line does; under a field it has the field's name. */
void row_error(struct window *w, const char *id, const char *key, const char *text);
/* One setting from text; false, with the reason under control `id`, when it cannot be. */
bool row_set(struct window *w, const char *id, const char *key, const char *value);
/* A setting as a label and a field of its text. */
void row_text(struct window *w, struct flow *f, const char *id, const char *label, const char *key, double right_gap);
/* The typed text as a number of the row; range errors name the range, the old value stays. */
bool row_typed(struct window *w, const char *id, const struct param *row, double *value);
/* Label, slider, value that can be typed. True when a hand was on it, even where the value stays the same. */
bool row_number(struct window *w, struct flow *f, const char *id, const struct param *row, double force,
    double *value);
/* Value in force of a parameter of the chosen loss; NaN: as set. */
double row_force(const struct window *w, int param);
double row_symbol(struct window *w, const struct param *row, double x, double y, struct color color);
void row_capital(const char *text, char *out, size_t size);
/* What a hand has set goes to the training; it ends the schedule even where nothing changed. */
void row_apply(struct window *w, const char *key);

void section_data(struct window *w, struct flow *f);
void section_loss(struct window *w, struct flow *f);
void section_margin(struct window *w, struct flow *f);
void section_params(struct window *w, struct flow *f);
void section_terms(struct window *w, struct flow *f);
void section_schedule(struct window *w, struct flow *f);

#endif
