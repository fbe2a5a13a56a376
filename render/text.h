/* text.h - the one place where text is measured (SDL2_ttf) and where its fonts are found.
 * Widths are in logical px and do not depend on the canvas or its scale; every digit counts as "0". */
#ifndef RENDER_TEXT_H
#define RENDER_TEXT_H

#include "render/canvas.h"

enum face { FACE_REGULAR, FACE_ITALIC, FACE_SEMIBOLD, FACE_SEMIBOLD_ITALIC, FACE_FALLBACK, FACE_FALLBACK_BOLD,
    FACE_COUNT };

/* Finds the fonts (configure-time folder, beside the program, then fontconfig). Never substitutes silently:
 * fails with a sentence naming the packages. Every thread that measures or draws text starts its own, once. */
enum status text_start(struct why *why);
void text_stop(void);
const char *text_face_path(enum face face);
enum face text_face(const struct font *font);

double text_width(const char *utf8, const struct font *font);
double text_ascent(const struct font *font);      /* cap height of the face, logical px: for centring */

/* Next piece of a string that one face draws in one go: a run without digits, a single digit, or a run the
 * fallback face must draw. Returns bytes; 0 at the end. */
struct text_run {
    const char *at;
    int bytes;
    enum face face;
    double advance;           /* logical px at the font's size */
    double shift;             /* a digit is centred in its fixed advance: offset of its pen */
};
int text_next(const char *utf8, const struct font *font, struct text_run *run);
/* Where the pen stands before the code point at byte `offset` of the run, logical px from the run's start. */
double text_pen(const struct text_run *run, int offset, const struct font *font);

/* Bytes of the longest beginning that ends before a " · " and fits; up to the first one at least, all of it when it
 * fits whole. */
int text_break(const char *utf8, const struct font *font, double width);

/* utf8 cut with an ellipsis so that it is at most `width` wide. */
void text_fit(const char *utf8, const struct font *font, double width, char *out, int size);

/* A string's coverage mask at `scale`, rasterised by SDL2_ttf and cached: 8-bit alpha, with the pen's place in
 * it. Valid until the next call that misses. NULL when it cannot be made. */
struct text_mask {
    const uint8_t *alpha;
    int width, height, stride, left, baseline;
};
const struct text_mask *text_mask(const struct text_run *run, const struct font *font, double scale);

#endif
