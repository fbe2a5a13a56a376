/* Text of a page: letters by their numbers in fonts that the file brings, or as outlines. */
#include "render/canvas_pdf_inner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- as text ---- */

/* A string being written: where the reader's pen would stand, and where it is to stand. */
struct line {
    struct canvas_pdf *c;
    const struct font *font;
    enum face face; /* FACE_COUNT: nothing is written yet */
    double pen; /* logical px */
};

static void end_array(struct line *l)
{
    if (l->face != FACE_COUNT)
        buffer_add(&l->c->body, ">]TJ\n");
}

static void begin_array(struct line *l, enum face face, struct point at)
{
    struct buffer *b = &l->c->body;
    end_array(l);
    buffer_add(b, "/f%d ", (int)face);
    canvas_pdf_numbers(b, &l->font->size, 1, "Tf");
    canvas_pdf_numbers(b, (double[]){ 1, 0, 0, -1, at.x, at.y }, 6, "Tm");
    buffer_add(b, "[<");
    l->face = face;
    l->pen = at.x;
}

/* Widths are whole thousandths in the file: what they and kerning leave is said between two letters, once
 * it is more than a thousandth. */
static void put_glyph(struct line *l, enum face face, uint32_t code, struct point at)
{
    struct buffer *b = &l->c->body;
    if (l->face != face)
        begin_array(l, face, at);
    long back = lround((l->pen - at.x) * 1000 / l->font->size);
    back = labs(back) > 1 ? back : 0;
    if (back != 0)
        buffer_add(b, ">%ld<", back);
    const struct pdf_letter_at place = { b->length, face, code };
    buffer_put(&l->c->letters_at, (const char *)&place, sizeof place);
    buffer_put(b, "0000", 4);
    l->pen += (round(glyphs_advance(l->c->glyphs, face, code)) - (double)back) / 1000 * l->font->size;
}

static void put_run(struct line *l, const struct text_run *run, struct point pen)
{
    for (int at = 0, bytes; at < run->bytes; at += bytes) {
        bytes = glyphs_bytes(run->at + at);
        uint32_t code = glyphs_use(l->c->glyphs, run->face, run->at + at, bytes);
        put_glyph(l, run->face, code, (struct point){ pen.x + text_pen(run, at, l->font), pen.y });
    }
}

/* ---- as outlines ---- */

/* SVG's path commands stand before their numbers, those of a page behind them; a quadratic curve is a cubic one. */
static void put_outline(struct buffer *out, const char *path)
{
    double v[6] = { 0 }, x = 0, y = 0;
    while (*path) {
        char command = *path++, *end = NULL;
        int n = 0;
        for (; n < 6; n++, path = end) {
            v[n] = strtod(path, &end);
            if (end == path)
                break;
        }
        if (command == 'Q') {
            double q[] = { x + (v[0] - x) * 2 / 3, y + (v[1] - y) * 2 / 3, v[2] + (v[0] - v[2]) * 2 / 3,
                v[3] + (v[1] - v[3]) * 2 / 3, v[2], v[3] };
            canvas_pdf_numbers(out, q, 6, "c");
        } else
            canvas_pdf_numbers(out, v, n,
                command == 'M'   ? "m"
                : command == 'L' ? "l"
                : command == 'C' ? "c"
                                 : "h");
        if (n >= 2) {
            x = v[n - 2];
            y = v[n - 1];
        }
    }
    buffer_add(out, "f\n");
}

static struct pdf_letter make_letter(struct canvas_pdf *c, enum face face, uint32_t code)
{
    struct pdf_letter letter = { .face = face, .code = code };
    struct buffer path = { 0 }, drawn = { 0 };
    if (glyphs_outline(c->glyphs, face, code, &path, &letter.units)) {
        char dictionary[120];
        double reach = 4 * letter.units;
        put_outline(&drawn, path.data);
        snprintf(dictionary, sizeof dictionary, "/Subtype /Form /BBox [%.0f %.0f %.0f %.0f]", -reach, -reach,
            reach, reach);
        letter.object = canvas_pdf_external(c, dictionary, drawn.data, drawn.length);
    }
    c->body.failed |= path.failed || drawn.failed;
    free(path.data);
    free(drawn.data);
    return letter;
}

static struct pdf_letter find_letter(struct canvas_pdf *c, enum face face, uint32_t code)
{
    for (int i = 0; i < c->letters; i++)
        if (c->letter[i].face == face && c->letter[i].code == code)
            return c->letter[i];
    struct pdf_letter made = make_letter(c, face, code);
    if (c->letters < PDF_LETTERS)
        c->letter[c->letters++] = made;
    return made;
}

static void outline_run(
    struct canvas_pdf *c, const struct text_run *run, struct point pen, const struct font *font)
{
    for (int at = 0, bytes; at < run->bytes; at += bytes) {
        bytes = glyphs_bytes(run->at + at);
        uint32_t code = glyphs_code(run->at + at, bytes);
        struct pdf_letter letter = find_letter(c, run->face, code);
        if (!letter.object)
            continue;
        buffer_add(&c->body, "q %.6f 0 0 %.6f ", font->size / letter.units, -font->size / letter.units);
        canvas_pdf_numbers(&c->body, (double[]){ pen.x + text_pen(run, at, font), pen.y }, 2, "cm");
        buffer_add(&c->body, "/x%d Do Q\n", letter.object);
    }
}

void canvas_pdf_text(struct canvas *canvas, struct point at, const char *utf8, const struct font *font,
    struct color color, enum align align)
{
    static const double share[] = { [ALIGN_LEFT] = 0, [ALIGN_CENTER] = 0.5, [ALIGN_RIGHT] = 1 };
    struct canvas_pdf *c = canvas_pdf_self(canvas);
    struct line line = { c, font, FACE_COUNT, 0 };
    bool outlines = canvas->text_mode == TEXT_OUTLINES;
    struct text_run run;
    if (!isfinite(at.x) || !isfinite(at.y))
        return;
    if (align != ALIGN_LEFT)
        at.x -= share[align] * text_width(utf8, font);
    canvas_pdf_fill(c, color);
    buffer_add(&c->body, outlines ? "" : "BT\n");
    for (int n; (n = text_next(utf8, font, &run)) > 0; utf8 += n) {
        struct point pen = { at.x + run.shift, at.y };
        if (outlines)
            outline_run(c, &run, pen, font);
        else
            put_run(&line, &run, pen);
        at.x += run.advance;
    }
    end_array(&line);
    buffer_add(&c->body, outlines ? "" : "ET\n");
}
