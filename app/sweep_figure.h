/* sweep_figure.h - a sweep as a figure: small multiples, or the gap between train and test error. Main thread. */
#ifndef APP_SWEEP_FIGURE_H
#define APP_SWEEP_FIGURE_H

#include "app/sweep.h"

enum { SWEEP_NAME = 192 };

/* "m = 3", "s = 30, m = 0.2": what sets a training apart. Returns out. */
const char *sweep_name(const struct sweep *s, int cell, char *out, int size);

/* Writes beside and renames. Text must be open (text_start). */
enum status sweep_figure(const struct sweep *s, const struct figure_request *request, struct why *why);

#endif
