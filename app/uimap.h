/* uimap.h - the list of visible controls as a JSON file for tests and assistive tools.
 * Main thread. */
#ifndef APP_UIMAP_H
#define APP_UIMAP_H

struct window;

/* Writes it beside and renames, so that readers always find a whole file. Says nothing when it cannot. */
void uimap_write(struct window *w, const char *path);

#endif
