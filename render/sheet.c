#include "render/sheet.h"

#include <stdio.h>
#include <string.h>

#include "render/formula.h"
#include "render/text.h"

enum { LINE = 1024, FOOT_LINES = 2 };

static const char separator[] = " · ";

static void draw_foot(struct canvas *c, const char *text, const struct theme *theme, struct rect rect)
{
    struct font font = { rect.w < 1100 ? 12 : 14, WEIGHT_REGULAR, false };
    char line[LINE], fitted[LINE];
    double y = rect.y + font.size + 4;
    for (int i = 0; i < FOOT_LINES && *text; i++) {
        bool last = i == FOOT_LINES - 1;
        int length = last ? (int)strlen(text) : text_break(text, &font, rect.w);
        snprintf(line, sizeof line, "%.*s", length, text);
        text_fit(line, &font, rect.w, fitted, sizeof fitted);
        canvas_text(c, (struct point){ rect.x, y }, fitted, &font, theme->text2, ALIGN_LEFT);
        y += font.size + 6;
        text += length;
        if (strncmp(text, separator, sizeof separator - 1) == 0)
            text += sizeof separator - 1;
    }
}

static void draw_head(
    struct canvas *c, const struct sheet *sheet, const struct theme *theme, struct rect rect)
{
    struct font title = { rect.w < 900 ? 20 : 32, WEIGHT_SEMIBOLD, false },
                under = { 14, WEIGHT_REGULAR, false };
    char fitted[LINE];
    text_fit(sheet->title, &title, rect.w, fitted, sizeof fitted);
    canvas_text(c, (struct point){ rect.x, rect.y + 48 }, fitted, &title, theme->text1, ALIGN_LEFT);
    double taken = text_width(fitted, &title);
    text_fit(sheet->subtitle, &under, rect.w, fitted, sizeof fitted);
    canvas_text(c, (struct point){ rect.x, rect.y + 74 }, fitted, &under, theme->text2, ALIGN_LEFT);
    if (!sheet->formula)
        return;
    struct formula_size size = formula_measure(sheet->formula, 20);
    if (taken + 2 * SHEET_MARGIN + size.width > rect.w)
        return;
    struct point at = { rect.x + rect.w - size.width,
        rect.y + SHEET_HEAD / 2.0 + (size.ascent - size.descent) / 2 };
    formula_draw(c, at, sheet->formula, 20, theme->text1, theme);
}

struct rect sheet_draw(struct canvas *c, const struct sheet *sheet, const struct theme *theme,
    bool transparent, double width, double height)
{
    double wide = width - 2 * SHEET_MARGIN;
    canvas_clip(c, NULL);
    if (!transparent)
        canvas_rect(c, (struct rect){ 0, 0, width, height }, theme->bg);
    draw_head(c, sheet, theme, (struct rect){ SHEET_MARGIN, 0, wide, SHEET_HEAD });
    draw_foot(c, sheet->caption, theme, (struct rect){ SHEET_MARGIN, height - SHEET_FOOT, wide, SHEET_FOOT });
    return (struct rect){ SHEET_MARGIN, SHEET_HEAD, wide, height - SHEET_HEAD - SHEET_FOOT };
}
