/* canvas_svg_inner.h - what the two files of the svg canvas share. */
#ifndef RENDER_CANVAS_SVG_INNER_H
#define RENDER_CANVAS_SVG_INNER_H

#include "render/buffer.h"
#include "render/canvas.h"
#include "render/glyph.h"

enum { DEFS_MAX = 1024, KEY_BYTES = 80 };

/* A definition that strokes refer to, found again by what it was made from. */
struct def {
    char key[KEY_BYTES];
};

struct canvas_svg {
    struct canvas base;
    struct buffer defs, body;
    struct def def[DEFS_MAX];
    int def_count;
    bool clipped;
    struct glyphs *glyphs; /* made when text is to be embedded or outlined */
    char *path;
};

static inline struct canvas_svg *canvas_svg_self(struct canvas *c)
{
    return (struct canvas_svg *)c;
}

void canvas_svg_paint(struct buffer *b, const char *what, struct color c);
void canvas_svg_attribute(struct buffer *b, const char *name, double v);
/* The number of the definition with this key, and whether it must be written now. */
int canvas_svg_def(struct canvas_svg *c, const char *key, bool *fresh);

/* canvas_svg_text.c */
void canvas_svg_text(struct canvas *canvas, struct point at, const char *utf8, const struct font *font,
    struct color color, enum align align);
bool canvas_svg_fonts(struct canvas_svg *c);  /* the letters in use as fonts of the file's own */

#endif
