/* headless.h - what the commands that train without a window share: the clock, Ctrl+C and SIGTERM, and the one line
 * of progress on a terminal. Main thread, but for the clock. */
#ifndef APP_HEADLESS_H
#define APP_HEADLESS_H

#include <stdbool.h>

double headless_now(void);                /* seconds, of no particular day */

/* From now on SIGINT and SIGTERM are only noted. The answer is the signal's name, or NULL. */
void headless_catch(void);
const char *headless_stopped(void);

/* "[####....]  40 %  step 12 of 30  ETA 0:07" in one line on stderr while that is a terminal, ten times a second at
 * most. `began` is when the work did, for the ETA. */
void headless_progress(double share, const char *words, double began);
void headless_progress_wipe(void);

#endif
