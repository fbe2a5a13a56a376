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

/* The code point of the `bytes` bytes at s; notes that the face needs it. */
uint32_t glyphs_use(struct glyphs *g, enum face face, const char *s, int bytes);
/* An SVG path (the value of `d`), y up, with `*units` to the em; false when the face has none to draw (a space). */
bool glyphs_outline(struct glyphs *g, enum face face, uint32_t code, struct buffer *out, double *units);
/* A font file of the noted letters; false when there is none, or it cannot be made (`failed`). free() its data. */
bool glyphs_subset(struct glyphs *g, enum face face, struct buffer *out, bool *failed);

#endif
