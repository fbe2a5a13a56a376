/* lecture.h - what a lecturer stands in front of: the list of lessons, a lesson step by step, and presentation
 * mode. Part of the window (panel.h); main thread. */
#ifndef APP_LECTURE_H
#define APP_LECTURE_H

#include "app/panel.h"
#include "app/player.h"

enum { LECTURE_LISTED = 40, LECTURE_WIDTH = 1280, LECTURE_HEIGHT = 720 };
#define LECTURE_ZOOM 2.0              /* of views and toggles: nothing under 24 px */
#define LECTURE_ZOOM_CELL 1.75        /* of three or four beside each other */
#define LECTURE_KNOB 2.25             /* of the one slider: a thumb of 27 px */

/* A lesson that can be opened. */
struct lecture_row {
    char path[1024], title[LESSON_NAME], author[LESSON_NAME];
    char error[256];                  /* why it cannot */
    int steps;
};

/* A part of the window drawn through a glass. */
struct pane {
    struct rect rect;                 /* logical px of the window, on whole device pixels */
    double zoom;
    struct canvas *canvas;            /* on the window's pixels */
};

/* A text of the step, laid out. */
struct passage {
    struct lesson_piece piece[LESSON_PIECES];
    int count;
    double height;
};
enum { LECTURE_LABEL = 40,            /* px above each cell of a comparison */
    LECTURE_APART = 4,                /* between them */
    LECTURE_PROMPT = 60, LECTURE_LOW_KNOB = 76 };
enum lecture_text { PASSAGE_TEXT, PASSAGE_QUESTION, PASSAGE_ANSWER, PASSAGES };

/* The window as it was before the lesson; its training waits where it was. */
struct bookmark {
    struct worker *worker;            /* NULL: no lesson is open */
    bool playing;
    struct experiment experiment, kept[BENCH_COUNT];
    bool kept_once[BENCH_COUNT];
    enum bench bench, heads;
    const struct view *view, *larger, *smaller, *cell[BENCH_COUNT][SIDE_COUNT];
    struct look look;
    int pace;
};

struct lecture {
    bool listing;                     /* the list of lessons is in the window */
    bool showing;                     /* presentation mode */
    bool blank;
    SDL_Cursor *halo, *halo_dark;

    struct lecture_row row[LECTURE_LISTED];
    int rows;
    bool looked;                      /* rows have been read */
    char given[1024];                 /* the lesson of the command line */
    double list_scroll;

    struct bookmark before;
    struct player player;
    struct experiment begun;          /* what the training was last begun with */
    bool unused;                      /* it has had no order */
    long run;                         /* of the last order */
    int laid;                         /* step whose texts and views are set; -1 none */
    bool pointed, swept;              /* `point`, `sweep` of this step are done */
    double text_size, text_width;     /* of the passages */
    struct passage passage[PASSAGES];
    bool wide;                        /* the view has the whole width, texts stand below */
    struct pane view, knob;
    /* trainings beside the lesson's */
    int besides;
    long beside_id[LESSON_COMPARE], last_id;
    struct experiment set, beside_set[LESSON_COMPARE];    /* what was last wanted of the lesson's own, of them */
    bool gathering;                   /* they are being made; all stand until they are */
    long gathered_until;              /* where all go then, anew */
    bool gathered_anew;
    int gathered;                     /* of the newest snapshot */
    struct scene beside[LESSON_COMPARE];
    struct pane beside_view[LESSON_COMPARE];
    const struct view *choice[LESSON_VIEWS];
    bool low_names;                   /* their names stand in the strip, where there is room */
    int choices;
};

enum status lecture_create(struct window *w, struct why *why);
void lecture_destroy(struct window *w);

bool lecture_active(const struct window *w);              /* in place of the panels */
bool lecture_lesson(const struct window *w);              /* a lesson is open */
const struct lesson_step *lecture_step(const struct window *w);   /* NULL without a lesson */
struct player_now lecture_now(const struct window *w);
bool lecture_hides(const struct window *w, const char *id);

enum status lecture_open(struct window *w, const char *path, struct why *why);
void lecture_close(struct window *w);
void lecture_list(struct window *w);                      /* reads what can be opened */
void lecture_goto(struct window *w, int step);
void lecture_turn(struct window *w);                      /* once a frame */
void lecture_view(struct window *w, int choice);

/* lecture_beside.c: a step's comparison. Tells the worker who is to be there. */
void lecture_gather(struct window *w, const struct player_order *order);
/* A hand has changed w->experiment: so do the others, but for what the comparison itself sets in them. */
void lecture_apply(struct window *w);
void lecture_gather_turn(struct window *w);
void lecture_recall(struct window *w, const struct player_order *order);   /* what has been reached before */
void lecture_take(struct window *w);                      /* after the window has taken a snapshot */
/* What makes it differ, and its test accuracy; cell 0 is the lesson's own. */
void lecture_cell_label(const struct window *w, int cell, char *out, int size, char *test, int test_size);

/* For window.c (lecture_place.c): device px per logical px there (0: as ever), areas, and what is drawn in them. */
double lecture_scale(const struct window *w, double points_w, double points_h, double display);
bool lecture_layout(struct window *w);
bool lecture_misplaced(const struct window *w);           /* another view or other data want it otherwise */
void lecture_main(struct window *w);
void lecture_list_page(struct window *w);
void lecture_statement(struct window *w);
void lecture_strip(struct window *w);
bool lecture_names_fit(const struct window *w);           /* of the views, beside the caption */
void lecture_veil(struct window *w);                      /* the blank screen */

/* The texts of a step, as large as they can be in `width` x `height`. */
void lecture_lay(struct lecture *l, double width, double height);
/* In order of appearance, what of the step is shown now. */
int lecture_shown(const struct window *w, enum lecture_text *out);
enum { LECTURE_GAP = 20 };

#endif
