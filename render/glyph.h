/* glyph.h - the letters of the faces (render/text.h) for files that bring their own: as outlines, or as a font of just
 * the letters that are used. */
#ifndef RENDER_GLYPH_H
#define RENDER_GLYPH_H

#include <stdint.h>

#include "render/buffer.h"
#include "render/text.h"

struct glyphs;

struct glyphs *glyphs_create(void);   /* NULL without memory */
void glyphs_destroy(struct glyphs *g);

/* How many bytes the code point at s has, and the code point of so many bytes. */
int glyphs_bytes(const char *s);
uint32_t glyphs_code(const char *s, int bytes);
/* The code point; notes that the face needs it. */
uint32_t glyphs_use(struct glyphs *g, enum face face, const char *s, int bytes);
/* An SVG path (the value of `d`), y up, with `*units` to the em; false when the face has none to draw (a space). */
bool glyphs_outline(struct glyphs *g, enum face face, uint32_t code, struct buffer *out, double *units);
/* How far the pen goes on behind a letter, in thousandths of the size. */
double glyphs_advance(struct glyphs *g, enum face face, uint32_t code);
/* The noted letters in order, from *code = GLYPHS_NONE on; false behind the last. */
enum { GLYPHS_NONE = -1 };
bool glyphs_next(const struct glyphs *g, enum face face, uint32_t *code);

/* What a page says of a font, in thousandths of the size. */
struct glyphs_about {
    char name[64];
    double box[4], ascent, descent, capital, slant;   /* slant: degrees, below 0 leans to the right */
};
void glyphs_describe(struct glyphs *g, enum face face, struct glyphs_about *out);
/* The outlines of the noted letters, numbered anew: a CFF program, or (`truetype`) a whole file; and the number that a
 * letter got, 0 where there is none. */
bool glyphs_program(struct glyphs *g, enum face face, struct buffer *out, bool *truetype);
uint32_t glyphs_number(const struct glyphs *g, enum face face, uint32_t code);

/* A font file of the noted letters; false when there is none, or it cannot be made (`failed`). free() its data. */
bool glyphs_subset(struct glyphs *g, enum face face, struct buffer *out, bool *failed);

#endif
