/* multiples.h - small multiples: one view of several trainings beside each other, on the same scales, with one title,
 * one legend and one caption. */
#ifndef RENDER_MULTIPLES_H
#define RENDER_MULTIPLES_H

#include "render/sheet.h"
#include "render/view.h"

struct multiples_cell {
    struct scene *scene;
    const char *title;                /* what differs: "m = 3" */
    const char *note;                 /* "train 97.9%  test 94.9%" */
    bool bad;                         /* the note tells of a divergence */
    double ring;                      /* with own scales: norm at the ring */
};

struct multiples {
    struct sheet sheet;
    const struct view *view;
    int columns, rows;
    const struct multiples_cell *cell;    /* (rows * columns), row by row; scene NULL: nothing there */
    const char *const *row_title;     /* (rows) above each row, or NULL */
    bool own_scales;                  /* each feature plane at its cell's norm, which its note then tells */
};

/* How many columns and rows n cells fill best: on a page of this shape, its width in cells when its height is one;
 * 0: on one that may have any. */
void multiples_grid(int n, double shape, int *columns, int *rows);

/* Height of a cell with its words by its width, about. */
double multiples_aspect(const struct view *view);

/* The page on which nothing is cramped: a smaller one is this, shrunk. */
void multiples_size(const struct multiples *m, double *width, double *height);

/* Norm of the ring all feature planes share, 0 where there are none. */
double multiples_ring(const struct multiples *m);

void multiples_draw(struct canvas *c, const struct multiples *m, const struct look *look, double width,
    double height);

#endif
