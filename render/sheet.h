/* sheet.h - the page around several pictures: a title, a line under it, and a caption at the foot. */
#ifndef RENDER_SHEET_H
#define RENDER_SHEET_H

#include "render/theme.h"

struct sheet {
    const char *title, *subtitle, *caption;   /* the caption breaks at " · " */
    const char *formula;                      /* at the right where there is room; or NULL */
};

enum { SHEET_MARGIN = 24, SHEET_HEAD = 92, SHEET_FOOT = 56 };

/* Fills the page, writes what is around, and returns what is left. */
struct rect sheet_draw(struct canvas *c, const struct sheet *sheet, const struct theme *theme, bool transparent,
    double width, double height);

#endif
