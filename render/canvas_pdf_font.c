/* Fonts inside a page: the letters in use, under the numbers that their file gives them, and what each of them says. */
#include "render/canvas_pdf_inner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A subset's name begins with six letters of its own: here a number made from the letters in it. */
static void tag_of(struct canvas_pdf *c, enum face face, char out[8])
{
    uint32_t hash = 2166136261u;
    for (uint32_t code = (uint32_t)GLYPHS_NONE; glyphs_next(c->glyphs, face, &code);)
        hash = (hash ^ code) * 16777619u;
    for (int i = 0; i < 6; i++, hash /= 26)
        out[i] = (char)('A' + hash % 26);
    out[6] = '+';
    out[7] = '\0';
}

static void put_widths(struct canvas_pdf *c, enum face face)
{
    buffer_add(&c->file, "/W [\n");
    for (uint32_t code = (uint32_t)GLYPHS_NONE; glyphs_next(c->glyphs, face, &code);)
        buffer_add(&c->file, "%u [%.0f]\n", (unsigned)glyphs_number(c->glyphs, face, code),
            round(glyphs_advance(c->glyphs, face, code)));
    buffer_add(&c->file, "]\n");
}

void canvas_pdf_utf16(struct buffer *b, uint32_t code)
{
    if (code < 0x10000)
        buffer_add(b, "%04x", (unsigned)code);
    else
        buffer_add(b, "%04x%04x", (unsigned)(0xd7c0 + (code >> 10)), (unsigned)(0xdc00 | (code & 0x3ff)));
}

/* So that words can be found and copied. */
static int put_meaning(struct canvas_pdf *c, enum face face)
{
    struct buffer b = { 0 };
    buffer_add(&b, "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
                   "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
                   "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
                   "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n");
    for (uint32_t code = (uint32_t)GLYPHS_NONE; glyphs_next(c->glyphs, face, &code);) {
        buffer_add(&b, "1 beginbfchar\n<%04x> <", (unsigned)glyphs_number(c->glyphs, face, code));
        canvas_pdf_utf16(&b, code);
        buffer_add(&b, ">\nendbfchar\n");
    }
    buffer_add(&b, "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    int object = canvas_pdf_object(c);
    canvas_pdf_stream(c, object, "", b.data, b.length);
    c->file.failed |= b.failed;
    free(b.data);
    return object;
}

static int put_program(struct canvas_pdf *c, enum face face, bool *truetype)
{
    struct buffer program = { 0 };
    char length[40] = "/Subtype /CIDFontType0C";
    if (!glyphs_program(c->glyphs, face, &program, truetype))
        canvas_fail(&c->base, "%s: its fonts cannot be made; choose --text outlines", c->path);
    if (*truetype)
        snprintf(length, sizeof length, "/Length1 %zu", program.length);
    int object = canvas_pdf_object(c);
    canvas_pdf_stream(c, object, length, program.data, program.length);
    free(program.data);
    return object;
}

static int put_descriptor(
    struct canvas_pdf *c, enum face face, const char *name, const struct glyphs_about *about, bool *truetype)
{
    enum { SYMBOLIC = 4, ITALIC = 64 };
    int program = put_program(c, face, truetype), object = canvas_pdf_object(c);
    canvas_pdf_open(c, object);
    buffer_add(&c->file,
        "<< /Type /FontDescriptor /FontName /%s /Flags %d /FontBBox [%.0f %.0f %.0f %.0f]\n"
        "/ItalicAngle %.1f /Ascent %.0f /Descent %.0f /CapHeight %.0f /StemV 80 /FontFile%c %d 0 R "
        ">>\nendobj\n",
        name, SYMBOLIC | (about->slant < 0 ? ITALIC : 0), about->box[0], about->box[1], about->box[2],
        about->box[3], about->slant, about->ascent, about->descent, about->capital, *truetype ? '2' : '3',
        program);
    return object;
}

static int put_descendant(
    struct canvas_pdf *c, enum face face, const char *name, const struct glyphs_about *about)
{
    bool truetype = false;
    int descriptor = put_descriptor(c, face, name, about, &truetype), object = canvas_pdf_object(c);
    canvas_pdf_open(c, object);
    buffer_add(&c->file,
        "<< /Type /Font /Subtype /CIDFontType%d /BaseFont /%s /FontDescriptor %d 0 R\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>%s\n",
        truetype ? 2 : 0, name, descriptor, truetype ? " /CIDToGIDMap /Identity" : "");
    put_widths(c, face);
    buffer_add(&c->file, ">>\nendobj\n");
    return object;
}

int canvas_pdf_font(struct canvas_pdf *c, enum face face)
{
    uint32_t first = (uint32_t)GLYPHS_NONE;
    if (!glyphs_next(c->glyphs, face, &first))
        return 0;
    struct glyphs_about about;
    char name[80];
    tag_of(c, face, name);
    glyphs_describe(c->glyphs, face, &about);
    strcat(name, about.name);
    int descendant = put_descendant(c, face, name, &about), meaning = put_meaning(c, face);
    int object = canvas_pdf_object(c);
    canvas_pdf_open(c, object);
    buffer_add(&c->file,
        "<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R]\n"
        "/ToUnicode %d 0 R >>\nendobj\n",
        name, descendant, meaning);
    return object;
}
