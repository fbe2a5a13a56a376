/* Text of an svg: words with a font's name, with the font inside the file, or as outlines. */
#include "render/canvas_svg_inner.h"
#include "render/png_out.h"
#include "render/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_escaped(struct buffer *b, const char *s)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '&')
            buffer_add(b, "&amp;");
        else if (c == '<')
            buffer_add(b, "&lt;");
        else if (c == '>')
            buffer_add(b, "&gt;");
        else if (c == '"')
            buffer_add(b, "&quot;");
        else if (c >= 32 && c != 127) /* XML allows no other control bytes */
            buffer_put(b, s, 1);
        else
            buffer_put(b, " ", 1);
    }
}

static bool has_glyphs(struct canvas_svg *c)
{
    if (!c->glyphs)
        c->glyphs = glyphs_create();
    if (!c->glyphs)
        canvas_fail(&c->base, "%s: out of memory for the letters; close other programs", c->path);
    return c->glyphs != NULL;
}

/* The definition of a letter; false for a space. */
static bool letter(struct canvas_svg *c, enum face face, const char *s, int bytes, int *id, double *units)
{
    struct buffer path = { 0 };
    char key[KEY_BYTES];
    bool fresh;
    uint32_t code = glyphs_use(c->glyphs, face, s, bytes);
    bool drawn = glyphs_outline(c->glyphs, face, code, &path, units);
    if (drawn) {
        snprintf(key, sizeof key, "letter %d %x", (int)face, (unsigned)code);
        *id = canvas_svg_def(c, key, &fresh);
        if (fresh) {
            buffer_add(&c->defs, "<path id=\"d%d\" d=\"", *id);
            buffer_put(&c->defs, path.data, path.length);
            buffer_add(&c->defs, "\"/>\n");
        }
    }
    free(path.data);
    return drawn;
}

static void outlined_run(
    struct canvas_svg *c, const struct text_run *run, struct point pen, const struct font *font)
{
    struct buffer *b = &c->body;
    for (int at = 0, bytes; at < run->bytes; at += bytes) {
        int id;
        double units;
        bytes = glyphs_bytes(run->at + at);
        if (!letter(c, run->face, run->at + at, bytes, &id, &units))
            continue;
        buffer_add(b, "<use href=\"#d%d\" transform=\"matrix(%.5f 0 0 %.5f ", id, font->size / units,
            -font->size / units);
        buffer_number(b, pen.x + text_pen(run, at, font), 2);
        buffer_put(b, " ", 1);
        buffer_number(b, pen.y, 2);
        buffer_add(b, ")\"/>");
    }
}

/* Shapes that look the same everywhere; what they say stays beside them. */
static void outlined_text(struct canvas_svg *c, struct point at, const char *utf8, const struct font *font,
    struct color color, enum align align)
{
    static const double share[] = { [ALIGN_LEFT] = 0, [ALIGN_CENTER] = 0.5, [ALIGN_RIGHT] = 1 };
    struct text_run run;
    buffer_add(&c->body, "<g aria-label=\"");
    put_escaped(&c->body, utf8);
    buffer_put(&c->body, "\"", 1);
    canvas_svg_paint(&c->body, "fill", color);
    buffer_add(&c->body, ">\n");
    at.x -= share[align] * text_width(utf8, font);
    for (int n; (n = text_next(utf8, font, &run)) > 0; utf8 += n) {
        outlined_run(c, &run, (struct point){ at.x + run.shift, at.y }, font);
        at.x += run.advance;
    }
    buffer_add(&c->body, "</g>\n");
}

static void note_letters(struct canvas_svg *c, const char *utf8, const struct font *font)
{
    struct text_run run;
    for (int n; (n = text_next(utf8, font, &run)) > 0; utf8 += n)
        for (int at = 0, bytes; at < run.bytes; at += bytes) {
            bytes = glyphs_bytes(run.at + at);
            glyphs_use(c->glyphs, run.face, run.at + at, bytes);
        }
}

/* Spaces that a reader would drop or run together; browsers take this from the element alone, not from its parents. */
static bool keeps_spaces(const char *utf8)
{
    size_t n = strlen(utf8);
    return n > 0 && (utf8[0] == ' ' || utf8[n - 1] == ' ' || strstr(utf8, "  "));
}

void canvas_svg_text(struct canvas *canvas, struct point at, const char *utf8, const struct font *font,
    struct color color, enum align align)
{
    static const char *const anchor[] = {
        [ALIGN_LEFT] = "", [ALIGN_CENTER] = " text-anchor=\"middle\"", [ALIGN_RIGHT] = " text-anchor=\"end\""
    };
    struct canvas_svg *c = canvas_svg_self(canvas);
    struct buffer *b = &c->body;
    if (canvas->text_mode != TEXT_FONT && !has_glyphs(c))
        return;
    if (canvas->text_mode == TEXT_OUTLINES) {
        outlined_text(c, at, utf8, font, color, align);
        return;
    }
    if (canvas->text_mode == TEXT_EMBED)
        note_letters(c, utf8, font);
    buffer_add(b, "<text");
    canvas_svg_attribute(b, "x", at.x);
    canvas_svg_attribute(b, "y", at.y);
    canvas_svg_attribute(b, "font-size", font->size);
    if (font->weight != WEIGHT_REGULAR)
        buffer_add(b, " font-weight=\"%d\"", (int)font->weight);
    buffer_add(b, "%s%s", font->italic ? " font-style=\"italic\"" : "", anchor[align]);
    canvas_svg_paint(b, "fill", color);
    canvas_svg_attribute(b, "textLength", text_width(utf8, font));
    buffer_add(b, keeps_spaces(utf8) ? " xml:space=\"preserve\">" : ">");
    put_escaped(b, utf8);
    buffer_add(b, "</text>\n");
}

static const struct {
    const char *family, *look;
} embedded[FACE_COUNT] = {
    [FACE_REGULAR] = { "marginscope text", "" },
    [FACE_ITALIC] = { "marginscope text", "font-style:italic;" },
    [FACE_SEMIBOLD] = { "marginscope text", "font-weight:600;" },
    [FACE_SEMIBOLD_ITALIC] = { "marginscope text", "font-weight:600;font-style:italic;" },
    [FACE_FALLBACK] = { "marginscope symbols", "" },
    [FACE_FALLBACK_BOLD] = { "marginscope symbols", "font-weight:600;" },
};

bool canvas_svg_fonts(struct canvas_svg *c)
{
    struct buffer *b = &c->defs;
    if (c->base.text_mode != TEXT_EMBED || !c->glyphs)
        return true;
    bool good = true;
    buffer_add(b, "<style>\n");
    for (int i = 0; i < FACE_COUNT; i++) {
        struct buffer font = { 0 };
        bool failed;
        if (glyphs_subset(c->glyphs, (enum face)i, &font, &failed)) {
            buffer_add(b, "@font-face{font-family:'%s';%ssrc:url(data:font/%s;base64,", embedded[i].family,
                embedded[i].look, memcmp(font.data, "OTTO", 4) == 0 ? "otf" : "ttf");
            buffer_base64(b, (const unsigned char *)font.data, font.length);
            buffer_add(b, ")}\n");
        }
        good &= !failed;
        free(font.data);
    }
    buffer_add(b, "</style>\n");
    return good;
}
