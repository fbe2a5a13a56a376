/* slides.h - a lesson as pages: each step trained as the player trains it, drawn, and written to a PDF. Main thread,
 * with text open (text_start). */
#ifndef APP_SLIDES_H
#define APP_SLIDES_H

#include "app/lesson.h"
#include "app/player.h"
#include "app/training.h"

struct slides_options {
    const char *lesson, *out;         /* both are files */
    const char *pages;                /* "2-4,7"; empty: all */
    const struct theme *theme;
    bool handout;                     /* four steps a page of A4, with lines for notes */
    bool title_page;
    bool answers;                     /* else questions stand alone */
};
/* Writes beside and renames. */
enum status slides_write(const struct slides_options *o, struct why *why);
/* Whether `text` names steps as "2-4,7" does, and which of `count` (wanted may be NULL). */
enum status slides_pages(const char *text, int count, bool *wanted, struct why *why);

/* ---- slides_train.c: the trainings of a lesson, step after step ---- */

struct slides_cell {
    struct training training;
    struct snapshot snap;
    struct scene scene;
};
struct slides_run {
    struct player player;             /* owns the lesson */
    struct experiment set;            /* what the training was last told */
    struct dataset data;
    bool open;                        /* the data are */
    struct slides_cell cell[1 + LESSON_COMPARE];
    int cells;                        /* trainings of this step */
    const struct view *view[LESSON_VIEWS];   /* of this step, the one in the main area first */
    int views;
    double began, steps_done, steps_all;     /* for the progress */
};
/* Takes the contents of `lesson` over. steps_all counts those up to step `last`. */
void slides_run_begin(struct slides_run *run, struct lesson *lesson, int last);
/* Trains the next step to its end. */
enum status slides_run_next(struct slides_run *run, struct why *why);
void slides_run_end(struct slides_run *run);

/* ---- slides_page.c: one step on its page ---- */

enum { SLIDE_WIDTH = 1280, SLIDE_HEIGHT = 720, HANDOUT_WIDTH = 794, HANDOUT_HEIGHT = 1123, HANDOUT_ROWS = 4 };
struct slide {
    struct canvas *canvas;
    const struct theme *theme;        /* of the page; pictures are drawn stronger */
    bool answers;
};
void slide_title_page(const struct slide *s, const struct lesson *lesson);
void slide_draw(const struct slide *s, struct slides_run *run);
/* Row `row` of HANDOUT_ROWS; the page around them. */
void slide_handout_row(const struct slide *s, struct slides_run *run, int row);
void slide_handout_page(const struct slide *s, const struct lesson *lesson, int page, int pages);

#endif
