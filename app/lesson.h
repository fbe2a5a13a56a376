/* lesson.h - a lesson file as plain values: what a player shows, sets and asks, step by step.
 * Everything in it has been checked: settings were really made, views exist, formulas can be drawn, texts have room.
 * Main thread, with text open (text_start): texts are measured. */
#ifndef APP_LESSON_H
#define APP_LESSON_H

#include <stdbool.h>
#include <stddef.h>

#include "math/experiment.h"
#include "math/status.h"
#include "render/view.h"

enum { LESSON_STEPS = 50, LESSON_SETS = 24, LESSON_VIEWS = 5, LESSON_COMPARE = 3, LESSON_HIDE = 16,
    LESSON_NAME = 160, LESSON_TEXT = 800, LESSON_NOTES = 8000, LESSON_ID = 64, LESSON_VALUE = EXPERIMENT_PATH,
    LESSON_BYTES = 1 << 20, LESSON_RUN_MAX = 100000 };

/* Settings as experiment_set takes them, in the order in which they are to be made (data and loss come first). A data
 * set given as a file beside the lesson, or below, has the lesson's folder before it; others are refused. */
struct lesson_set {
    char key[LESSON_ID], value[LESSON_VALUE];
};
struct lesson_settings {
    struct lesson_set set[LESSON_SETS];
    int count;
};

struct lesson_sweep {
    char param[LESSON_ID];            /* empty: none */
    double from, to, seconds;
};

struct lesson_step {
    char title[LESSON_NAME];          /* one line of the strip */
    char text[LESSON_TEXT];           /* with **bold** and $formula$; see lesson_lay */
    struct lesson_settings set;
    struct lesson_settings compare[LESSON_COMPARE];   /* each a training besides: this step's settings and these */
    int compare_count;                /* 0: one training, and what was beside it is gone. A comparison begins with
                                         `from_start`; the next step may repeat it, then all of them go on */
    const struct view *view[LESSON_VIEWS];
    int view_count;                   /* 0: as before; at first the feature plane */
    const struct view *focus;         /* in the main area; NULL: the first of `view` */
    char control[LESSON_ID];          /* the one slider that matters, as a setting ("m", "ring.lambda"); empty: none */
    char hide[LESSON_HIDE][LESSON_ID];    /* control ids, or groups (lesson_group) */
    int hide_count;
    char question[LESSON_TEXT], answer[LESSON_TEXT];  /* empty: none; both with markup */
    bool ask_first;                   /* the training stands until the answer is shown: the picture would give it away */
    bool from_start;                  /* anew: default settings, then `set`; step 0. Else the trainings go on */
    long run_steps;                   /* how far the training goes in this step; then it stands */
    double pace;                      /* steps per second, 0: max, negative: as before (60 at first) */
    int point;                        /* shown sample to select; -1: none */
    struct lesson_sweep sweep;
};

struct lesson {
    char title[LESSON_NAME], author[LESSON_NAME];
    char notes[LESSON_NOTES];         /* for the lecturer; any text */
    struct lesson_step *step;
    int count;                        /* 1 .. LESSON_STEPS */
};

/* From a file, at most LESSON_BYTES. `out` is overwritten, and untouched on failure; lesson_clear frees it. */
enum status lesson_load(const char *path, struct lesson *out, struct why *why);
/* From memory; `name` stands in refusals, its folder before data files. */
enum status lesson_parse(const char *text, size_t size, const char *name, struct lesson *out, struct why *why);
void lesson_clear(struct lesson *lesson);     /* fine on a zeroed one */

/* The settings of a step: those of the steps before it since the last `from_start`, and its own. */
void lesson_experiment(const struct lesson *lesson, int step, struct experiment *out);
/* Of a training beside it. */
void lesson_compared(const struct lesson *lesson, int step, int compare, struct experiment *out);

/* Opens the data of every step and makes its trainings, to see that they can be and that its views have something to
 * show. `name` stands in refusals. */
enum status lesson_rehearse(const struct lesson *lesson, const char *name, struct why *why);

/* What `hide` may name (lesson_hide.c): groups and single controls, NULL past the end; and param.NAME, loss.ID, view.ID.
 * lesson_covers: whether a control is hidden by it. */
const char *lesson_group(int i);
bool lesson_hideable(const char *name);
bool lesson_covers(const char *hidden, const char *control);

/* What makes this training differ from the others of a step's comparison: "ArcFace, m 0.3"; "" without one. */
void lesson_label(const struct lesson_step *step, const struct snapshot *snap, char *out, int size);

/* The file of a lesson by its path, or of a shipped one by number or name: "7", "cosface-and-arcface",
 * "07-cosface-and-arcface". */
enum status lesson_find(const char *name, char *path, int size, struct why *why);

/* ---- text with markup, laid out ---- */

/* A word, or a formula, with its pen on the baseline at x, y (from the text's top left corner). */
struct lesson_piece {
    enum { LESSON_PLAIN, LESSON_BOLD, LESSON_FORMULA } kind;
    char text[200];
    bool space;                       /* a space stands before it */
    double x, y, width;
};
enum { LESSON_PIECES = 256 };

/* The room a lesson has at 1280x720 (logical px); texts that need more are refused. */
enum { LESSON_TITLE_SIZE = 32, LESSON_TITLE_WIDTH = 860, LESSON_TEXT_SIZE = 24, LESSON_TEXT_WIDTH = 1200,
    LESSON_TEXT_LINES = 4, LESSON_QUESTION_LINES = 2, LESSON_ANSWER_LINES = 3 };

/* Checks the markup and its formulas; STATUS_FAILED names the column. */
enum status lesson_markup(const char *text, struct why *why);
/* Breaks checked text into lines of `width`; up to LESSON_PIECES pieces. Returns their number and tells how high the
 * lines are together: LESSON_PITCH of the size each, more where a formula is taller. */
#define LESSON_PITCH 1.375
int lesson_lay(const char *text, double size, double width, bool bold, struct lesson_piece *piece, double *height);
/* Draws what was laid out; a formula wider than a line is shrunk to `width`. */
void lesson_draw(struct canvas *c, const struct lesson_piece *piece, int count, struct point at, double size,
    double width, struct color ink, const struct theme *theme);

#endif
