/* span.h - what many figures in a row have in common, so that nothing jumps when they follow each other: how far the
 * axes reach, and how wide each piece of the caption gets. */
#ifndef RENDER_SPAN_H
#define RENDER_SPAN_H

#include "render/view.h"

/* The caption in pieces: what stays the same first, then what is counted, then what comes and goes. */
enum caption_piece { PIECE_DATA, PIECE_MODEL, PIECE_OPTIMISER, PIECE_SEED, PIECE_LOSS, PIECE_STEP, PIECE_TRAIN,
    PIECE_TEST, PIECE_TRAIN_LOSS, PIECE_FORCE, PIECE_EVENTS, PIECE_DIVERGED, PIECE_COUNT };
enum { PIECE_TEXT = 1024 };
void figure_pieces(const struct snapshot *snap, char piece[PIECE_COUNT][PIECE_TEXT]);     /* "" where there is none */

/* The axes that the cells of view_compare share: so far as all of its frames reach. All zeros at first. */
enum { COMPARE_ENDS = 4 };
struct compare_reach {
    bool known;
    long last_step;                   /* of the curves, and their lowest accuracy then */
    double lowest;
    int end;                          /* of the histograms: which of 30, 60, 90, 180 degrees */
    double tallest[COMPARE_ENDS];     /* bar, for each of these ends */
};
/* Trainings of one frame; view_compare.c. */
void compare_reach_take(struct compare_reach *reach, struct scene *const *scene, int count);

/* All zeros at first. */
struct figure_span {
    struct scene scene;               /* scratch of figure_span_take */
    struct snapshot newest;           /* the one farthest on: its curves are the longest */
    bool known;
    double ring, box[4], least_end[2], least_reach[2];   /* as in struct scene: the largest */
    double column[PIECE_COUNT];       /* widest text of a piece, at 100 px */
    struct compare_reach compare;     /* taken for itself */
};
/* One of the snapshots; false without memory. Text must be open. */
bool figure_span_take(struct figure_span *span, const struct snapshot *snap, const struct dataset *data);
void figure_span_clear(struct figure_span *span);
void figure_span_apply(const struct figure_span *span, struct scene *scene);      /* after scene_update */

/* The caption in columns, `line` px from line to line; the height it takes. */
int figure_span_lines(const struct figure_span *span, const struct font *font, double width);
void figure_span_caption(const struct figure_span *span, struct canvas *c, const struct snapshot *snap,
    struct point at, const struct font *font, double width, double line, struct color color);

#endif
