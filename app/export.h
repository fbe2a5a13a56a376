/* export.h - figures to files. Main thread or headless; the format is the file name's ending. */
#ifndef APP_EXPORT_H
#define APP_EXPORT_H

#include "math/dataset.h"
#include "math/snapshot.h"
#include "render/view.h"

struct output;
struct figure_options {
    char path[1024];
    char view[24];                    /* view_find id */
    char theme[16];
    double width, height;             /* logical px of the picture; default 1600x1000 */
    double layout;                    /* px laid out in each of them; a small picture is laid out larger still */
    double text_scale;                /* of words and marks, 0.8 .. 2, as far as the layout's least size has room */
    double scale;                     /* png only, 1..8 */
    double dpi;                       /* png's pHYs, 0 none */
    bool transparent;
    unsigned parts;                   /* enum figure_part */
    enum text_mode text;              /* svg and pdf */
    int selected;                     /* shown sample, -1 none */

    /* What is on screen: zoom, pan, ring, layers, selected, pinned and lit class of `look`, which was used in
     * look_rect (pan is in px of it). NULL: the whole plane. */
    const struct look *look;          /* borrowed */
    struct rect look_rect;
    double ring;                      /* the scene's ring there; <= 0: from the snapshot */

    /* Of this path, and ended by who began it: so that several files come together or not at all. NULL: the figure
     * stands for itself. */
    struct output *output;            /* borrowed */
};
void figure_options_init(struct figure_options *o);

/* A figure of these options: the logical px laid out, of which `dense` lie in each px of the picture, and how its scene
 * is looked at there. */
struct export_layout {
    double width, height, dense;
};
struct export_layout export_layout(const struct figure_options *o);
struct look export_look(const struct scene *scene, const struct figure_options *o, struct export_layout layout);

/* A page drawn by somebody else, laid out in width x height logical px. Drawing returns STATUS_OK or says why not. */
struct export_page {
    enum status (*draw)(struct canvas *c, double width, double height, void *user, struct why *why);
    void *user;
    double least_width, least_height; /* a smaller picture is this one, shrunk */
};
enum status export_page(const struct export_page *page, const struct figure_options *o, struct why *why);

/* The same in two halves: the strokes now, the file when and where it suits, in any thread that has called text_start. */
struct export_sheet;
enum status export_compose(const struct export_page *page, const struct figure_options *o,
    struct export_sheet **out, struct why *why);
enum status export_figure_compose(const struct snapshot *snap, const struct dataset *data,
    const struct figure_options *o, struct export_sheet **out, struct why *why);
enum status export_compare_compose(const struct snapshot *const *snap, const struct dataset *const *data,
    int count, const struct figure_options *o, struct export_sheet **out, struct why *why);
enum status export_write(const struct export_sheet *sheet, struct why *why);
const char *export_sheet_path(const struct export_sheet *sheet);
void export_sheet_size(const struct export_sheet *sheet, double *width, double *height);   /* as it is laid out */
void export_sheet_play(const struct export_sheet *sheet, struct canvas *to);
void export_sheet_destroy(struct export_sheet *sheet);

/* "1600x1000", "160x90mm", "16:9", "4:3", "1:1" into width, height, layout and, of an open `dpi` or scale, those. */
bool export_read_size(const char *text, double *width, double *height, bool *millimetres);
enum status export_size(const char *text, bool scaled, struct figure_options *o, struct why *why);

/* Writes beside and renames. png, svg or pdf by ending. `data` gives the images, may be NULL. */
enum status export_figure(const struct snapshot *snap, const struct dataset *data,
    const struct figure_options *o, struct why *why);

/* Several trainings in one picture, of a view that shows others: `count` (1 to COMPARE_MAX) snapshots with the data of each. */
enum status export_compare(const struct snapshot *const *snap, const struct dataset *const *data, int count,
    const struct figure_options *o, struct why *why);

/* ~/x for what lies in the home folder, as people write it. */
void export_short_path(const char *path, char *out, size_t size);
/* The user's Pictures folder or else the working directory; a name in a folder that is not taken. */
void export_folder(char *out, size_t size);
struct export_pending {               /* names that will be taken soon; NULL: none */
    bool (*holds)(const void *user, const char *path);
    const void *user;
};
enum status export_free_name(const char *folder, const char *name, const char *ending,
    const struct export_pending *pending, char *out, int size, struct why *why);
/* Where S puts a picture: the user's Pictures folder or else the working directory, with -2, -3 when taken. */
enum status export_path(const struct snapshot *snap, char *out, int size, struct why *why);

#endif
