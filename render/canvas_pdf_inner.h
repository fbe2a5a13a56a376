/* canvas_pdf_inner.h - what the files of the pdf canvas share. */
#ifndef RENDER_CANVAS_PDF_INNER_H
#define RENDER_CANVAS_PDF_INNER_H

#include "render/buffer.h"
#include "render/canvas.h"
#include "render/glyph.h"

#include <zlib.h>

enum { PDF_FORMS = 64, PDF_LETTERS = 512, PDF_ALPHAS = 1001 };

/* Objects whose numbers are known before they are written. */
enum { PDF_CATALOG = 1, PDF_PAGES, PDF_RESOURCES, PDF_INFO, PDF_FIRST_FREE };

/* A marker drawn once, that pages refer to. */
struct pdf_form {
    struct marker marker;
    int object;
};

struct pdf_letter {
    enum face face;
    uint32_t code;
    int object; /* 0: nothing to draw */
    double units;
};

/* A letter on a page, whose number is known once all letters are: four digits in the strokes. */
struct pdf_letter_at {
    size_t at;
    enum face face;
    uint32_t code;
};

/* What the page was last told; it is told again only when that changes. */
struct pdf_pen {
    bool fill_known, line_known, stroke_known;
    struct color fill, line;
    struct stroke stroke;
    int alpha; /* thousandths; -1 unknown */
};

struct canvas_pdf {
    struct canvas base;
    char *path;
    double points, page_width, page_height; /* pt in a logical px, and of the page */
    struct buffer file, body; /* what is done; the strokes of all pages */
    struct buffer page, bookmark, letters_at; /* struct pdf_page, pdf_bookmark, pdf_letter_at */
    struct buffer title, author, names; /* names: external objects, as resources list them */
    size_t *offset; /* of each object in the file */
    int objects, offset_room;
    struct rect whole, clip; /* the page and what shows of it, in logical px */
    struct pdf_pen pen;
    bool alpha[PDF_ALPHAS]; /* thousandths in use */
    struct pdf_form form[PDF_FORMS];
    struct pdf_letter letter[PDF_LETTERS];
    int forms, letters;
    struct glyphs *glyphs;
    z_stream deflate; /* one for all streams: to begin costs as much as to pack a small one */
    bool deflates;
};

static inline struct canvas_pdf *canvas_pdf_self(struct canvas *c)
{
    return (struct canvas_pdf *)c;
}

/* canvas_pdf.c */
extern const struct canvas_ops canvas_pdf_ops;
void canvas_pdf_numbers(struct buffer *b, const double *v, int n, const char *operator);
void canvas_pdf_fill(struct canvas_pdf *c, struct color color);

/* canvas_pdf_file.c */
int canvas_pdf_object(struct canvas_pdf *c);               /* a number for a new object */
void canvas_pdf_open(struct canvas_pdf *c, int object);    /* "7 0 obj" */
/* `dictionary`: its further entries. */
void canvas_pdf_stream(struct canvas_pdf *c, int object, const char *dictionary, const void *data, size_t n);
int canvas_pdf_external(struct canvas_pdf *c, const char *dictionary, const void *data, size_t n);
enum status canvas_pdf_finish(struct canvas *canvas, struct why *why);
void canvas_pdf_destroy(struct canvas *canvas);

/* canvas_pdf_text.c */
void canvas_pdf_text(struct canvas *canvas, struct point at, const char *utf8, const struct font *font,
    struct color color, enum align align);
/* canvas_pdf_font.c: an object for a face whose letters are used, 0 for another. */
int canvas_pdf_font(struct canvas_pdf *c, enum face face);
void canvas_pdf_utf16(struct buffer *b, uint32_t code);    /* in hexadecimal digits */

#endif
