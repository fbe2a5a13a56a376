/* export.h - figures to files. Main thread or headless; the format is the file name's ending. */
#ifndef APP_EXPORT_H
#define APP_EXPORT_H

#include "math/dataset.h"
#include "math/snapshot.h"
#include "render/view.h"

struct figure_options {
    char path[1024];
    char view[24];                    /* view_find id */
    char theme[16];
    double width, height;             /* logical px of the picture; default 1600x1000 */
    double layout;                    /* px laid out in each of them; a small picture is laid out larger still */
    double scale;                     /* png only, 1..8 */
    double dpi;                       /* png's pHYs, 0 none */
    bool transparent;

    /* What is on screen: zoom, pan, ring, layers, selected, pinned and lit class of `look`, which was used in
     * look_rect (pan is in px of it). NULL: the whole plane. */
    const struct look *look;          /* borrowed */
    struct rect look_rect;
    double ring;                      /* the scene's ring there; <= 0: from the snapshot */
};
void figure_options_init(struct figure_options *o);

/* A page drawn by somebody else, laid out in width x height logical px. Drawing returns STATUS_OK or says why not. */
struct export_page {
    enum status (*draw)(struct canvas *c, double width, double height, void *user, struct why *why);
    void *user;
    double least_width, least_height; /* a smaller picture is this one, shrunk */
};
enum status export_page(const struct export_page *page, const struct figure_options *o, struct why *why);

/* Writes beside and renames. png, svg or pdf by ending. `data` gives the images, may be NULL. */
enum status export_figure(const struct snapshot *snap, const struct dataset *data,
    const struct figure_options *o, struct why *why);

/* Several trainings in one picture, of a view that shows others: `count` (1 to COMPARE_MAX) snapshots with the data of each. */
enum status export_compare(const struct snapshot *const *snap, const struct dataset *const *data, int count,
    const struct figure_options *o, struct why *why);

/* Where S puts a picture: the user's Pictures folder or else the working directory, with -2, -3 when taken. */
enum status export_path(const struct snapshot *snap, char *out, int size, struct why *why);

#endif
