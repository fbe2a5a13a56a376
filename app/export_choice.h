/* export_choice.h - what a person last chose for a figure, kept in the configuration folder. Main thread. */
#ifndef APP_EXPORT_CHOICE_H
#define APP_EXPORT_CHOICE_H

#include <stdbool.h>

#include "app/export.h"

/* Plain bytes without holes that matter: two equal ones are made by export_choice_init and by setting fields. */
struct export_choice {
    char what[24];                    /* "main" or a view */
    char format[8];                   /* "png" */
    char theme[16];
    char size[32];                    /* as export_size takes it; empty: as the window */
    char folder[1024];
    double letters, scale, dpi;       /* letters: size of words and marks */
    unsigned parts;
    bool transparent;
    enum text_mode text;
};
void export_choice_init(struct export_choice *c);

/* A file of ours in the configuration folder, $XDG_CONFIG_HOME or ~/.config; false without a home. */
bool config_path(const char *name, char *out, size_t size);

/* What is not there stays as it is. A file that cannot be understood changes nothing, and `why` says so. */
enum status export_choice_load(struct export_choice *c, struct why *why);
enum status export_choice_save(const struct export_choice *c, struct why *why);

#endif
