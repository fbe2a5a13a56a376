/* number.h - numbers as people read them here: thin space for thousands, true minus, one decimal for degrees. */
#ifndef RENDER_NUMBER_H
#define RENDER_NUMBER_H

/* All write UTF-8 into out and return it. NaN becomes an en dash. */
const char *number_count(long n, char *out, int size);             /* 4 000 */
const char *number_degrees(double rad, char *out, int size);       /* 17.2° */
const char *number_percent(double share, char *out, int size);     /* 94.9% */
const char *number_fixed(double v, int decimals, char *out, int size);
const char *number_short(double v, char *out, int size);           /* 3 significant digits, 8e−4 for the small */

#endif
