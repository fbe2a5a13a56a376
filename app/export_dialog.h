/* export_dialog.h - what E opens: the choices a figure is made of, its preview, and the thread that writes it. The
 * window's S goes the same way. Main thread. */
#ifndef APP_EXPORT_DIALOG_H
#define APP_EXPORT_DIALOG_H

#include "app/export_choice.h"
#include "app/export_task.h"
#include "app/panel.h"

enum { EXPORT_NAME = 256 };

struct export_dialog {
    bool open;
    int tab;
    bool veiled;                      /* what is behind it has been drawn, and stays as it was */
    enum popup veiled_popup;
    double veiled_width, veiled_height;
    struct export_choice choice;
    char name[EXPORT_NAME];           /* as typed; empty: the default */
    int listing;                      /* the row of choices whose list is open */
    struct export_task *task;
    struct export_preview {
        uint32_t *pixels;
        int width, height;            /* device pixels */
        struct canvas *canvas;
        bool drawn;
        struct export_choice choice;  /* what it shows */
        const struct snapshot *snap;
        const struct theme *theme;
        double width_asked;
        double at;                    /* when it was drawn */
    } preview;
};

enum status export_create(struct window *w, struct why *why);
void export_destroy(struct window *w);
bool export_open(const struct window *w);
unsigned export_needs(const struct window *w);            /* NEEDS_ bits of what it shows */
bool export_alone(const struct window *w);                /* nothing but the dialog must be drawn */
void export_turn(struct window *w);                       /* what the thread has written; the preview's next picture */
enum status export_compose_window(struct window *w, const struct figure_options *o, bool compare,
    struct export_sheet **out, struct why *why);
/* A name in the folder that is neither taken nor about to be. */
enum status export_new_name(struct window *w, const char *folder, const char *name, const char *ending,
    char *out, int size, struct why *why);
/* Where a name that was typed leads: into the folder unless it is a whole path, with the ending unless it has it. */
enum status export_typed_path(const struct window *w, const char *name, const char *ending, char *out, int size,
    struct why *why);
/* The field of a name; true when another one has been typed into it. */
bool export_name_field(struct window *w, const char *id, struct rect rect, const char *shown, char name[EXPORT_NAME]);
/* Composes the figure now and writes it in the thread; `copy`: it goes to the clipboard too. */
void export_save(struct window *w, const struct figure_options *o, bool compare, bool copy);

/* export_picture.c: the choices as options of a figure. */
const struct view *export_view(const struct window *w, bool *compare);
enum status export_options(struct window *w, struct figure_options *o, bool *compare, struct why *why);
enum status export_target(struct window *w, char *out, int size, struct why *why);

/* The rows of choices, for the list that a row opens. */
struct export_row {
    const char *id, *label;
    int (*count)(const struct window *w);
    const char *(*title)(const struct window *w, int i);
    bool (*chosen)(const struct window *w, int i);
    void (*choose)(struct window *w, int i);
};
enum { ROW_WHAT, ROW_FORMAT, ROW_THEME, ROW_SIZE, ROW_LETTERS, ROW_SCALE, ROW_TEXT, ROW_COUNT };
const struct export_row *export_row(int i);               /* NULL past the end */
bool export_in_mm(const struct window *w);
bool export_is_png(const struct window *w);

#endif
