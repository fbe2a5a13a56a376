/* lesson_text.c - text with **bold** and $formula$: checked, and broken into lines. */
#include <math.h>
#include <string.h>

#include "app/lesson.h"
#include "render/formula.h"
#include "render/text.h"

enum { WORD_MAX = 60 };

static const double ROOM_ABOVE = 0.95, ROOM_BELOW = 0.425; /* of the size, around a line's baseline */
static const double FORMULA_ROOM = 2; /* px kept free above and below a formula */

/* ---- what may stand in it ---- */

static enum status refuse(const char *text, const char *at, const char *what, struct why *why)
{
    return why_set(why, STATUS_FAILED, "column %d: %s", (int)(at - text) + 1, what);
}

/* From the dollar to the one that closes it; NULL with the reason. */
static const char *check_formula(const char *text, const char *open, struct why *why)
{
    char formula[sizeof((struct lesson_piece *)0)->text];
    struct why inner = { "" };
    const char *close = strchr(open + 1, '$');
    if (!close || close == open + 1) {
        refuse(text, open,
            close ? "an empty formula; write it between two $" : "a formula that is not closed; add a $",
            why);
        return NULL;
    }
    size_t length = (size_t)(close - open - 1);
    if (length >= sizeof formula) {
        refuse(text, open, "a formula that is too long; shorten it", why);
        return NULL;
    }
    memcpy(formula, open + 1, length);
    formula[length] = 0;
    if (formula_check(formula, &inner) == STATUS_OK)
        return close;
    why_set(why, STATUS_FAILED, "column %d: %s%s", (int)(open - text) + 1, inner.text,
        strchr(inner.text, ';') ? "" : "; write it as in \\frac{e^{s\\cos\\theta_1}}{n}");
    return NULL;
}

/* Bytes of the run of text at `at`: up to a space, a dollar or two stars. */
static size_t word_length(const char *at)
{
    size_t n = 0;
    while (at[n] && at[n] != ' ' && at[n] != '$' && !(at[n] == '*' && at[n + 1] == '*'))
        n++;
    return n;
}

enum status lesson_markup(const char *text, struct why *why)
{
    const char *bold = NULL;
    int pieces = 0;
    for (const char *at = text; *at; pieces++) {
        size_t length = word_length(at);
        if (length > WORD_MAX)
            return refuse(text, at, "a word of more than 60 bytes; break it up", why);
        if (length) {
            at += length;
        } else if (*at == '$') {
            const char *close = check_formula(text, at, why);
            if (!close)
                return STATUS_FAILED;
            at = close + 1;
        } else if (*at == '*') {
            if (bold && at == bold + 2)
                return refuse(text, bold, "nothing between ** and **; write **bold**", why);
            bold = bold ? NULL : at;
            at += 2;
        } else {
            at++;
        }
    }
    if (bold)
        return refuse(text, bold, "bold that is not closed; add **", why);
    if (pieces > LESSON_PIECES)
        return refuse(text, text, "more than 256 words; shorten it", why);
    return STATUS_OK;
}

/* ---- laying it out ---- */

struct layout {
    double size, width;
    bool bold;
    struct lesson_piece *piece;
    int count;
};

static void add_piece(struct layout *l, int kind, const char *at, size_t length, bool space)
{
    if (l->count == LESSON_PIECES || length >= sizeof l->piece->text)
        return;
    struct lesson_piece *p = &l->piece[l->count++];
    p->kind = kind;
    p->space = space;
    memcpy(p->text, at, length);
    p->text[length] = 0;
    struct font font = { l->size, kind == LESSON_BOLD ? WEIGHT_SEMIBOLD : WEIGHT_REGULAR, false };
    p->width = kind == LESSON_FORMULA ? formula_measure(p->text, l->size).width : text_width(p->text, &font);
}

static void split(struct layout *l, const char *text)
{
    bool bold = l->bold, space = false;
    for (const char *at = text; *at;) {
        size_t length = word_length(at);
        const char *close = *at == '$' ? strchr(at + 1, '$') : NULL;
        if (length) {
            if (at[length] == ' ' && at[length + 1] == '%') /* "88 %" stays on one line */
                length += 1 + word_length(at + length + 1);
            add_piece(l, bold ? LESSON_BOLD : LESSON_PLAIN, at, length, space);
            at += length;
        } else if (close) {
            add_piece(l, LESSON_FORMULA, at + 1, (size_t)(close - at - 1), space);
            at = close + 1;
        } else if (*at == '*') {
            bold = !bold;
            at += 2;
            continue; /* a space before the stars is one before the word */
        } else {
            space = true;
            at++;
            continue;
        }
        space = false;
    }
}

/* Pieces from `first` that no space separates, and their width. */
static int glued(const struct layout *l, int first, double *width)
{
    int last = first;
    *width = 0;
    do
        *width += l->piece[last++].width;
    while (last < l->count && !l->piece[last].space);
    return last;
}

/* Sets pieces first..last-1 down on one line under `top`; returns where the next one begins. */
static double set_line(struct layout *l, int first, int last, double top)
{
    double above = ROOM_ABOVE * l->size, below = ROOM_BELOW * l->size;
    for (int i = first; i < last; i++) {
        if (l->piece[i].kind != LESSON_FORMULA)
            continue;
        struct formula_size size = formula_measure(l->piece[i].text, l->size);
        above = fmax(above, size.ascent + FORMULA_ROOM);
        below = fmax(below, size.descent + FORMULA_ROOM);
    }
    for (int i = first; i < last; i++)
        l->piece[i].y = top + above;
    return top + above + below;
}

int lesson_lay(
    const char *text, double size, double width, bool bold, struct lesson_piece *piece, double *height)
{
    struct layout l = { size, width, bold, piece, 0 };
    struct font font = { size, WEIGHT_REGULAR, false };
    double gap = text_width(" ", &font), x = 0, top = 0, wide;
    int begun = 0;
    split(&l, text);
    for (int first = 0, last; first < l.count; first = last) {
        last = glued(&l, first, &wide);
        if (first > begun && x + gap + wide > width) {
            top = set_line(&l, begun, first, top);
            begun = first;
        }
        x = first > begun ? x + gap : 0;
        for (int i = first; i < last; i++) {
            piece[i].x = x;
            x += piece[i].width;
        }
    }
    *height = l.count ? set_line(&l, begun, l.count, top) : 0;
    return l.count;
}

void lesson_draw(struct canvas *c, const struct lesson_piece *piece, int count, struct point at, double size,
    double width, struct color ink, const struct theme *theme)
{
    for (int i = 0; i < count; i++) {
        struct font font = { size, piece[i].kind == LESSON_BOLD ? WEIGHT_SEMIBOLD : WEIGHT_REGULAR, false };
        struct point pen = { at.x + piece[i].x, at.y + piece[i].y };
        if (piece[i].kind == LESSON_FORMULA)
            formula_draw(c, pen, piece[i].text, size * fmin(1, width / piece[i].width), ink, theme);
        else
            canvas_text(c, pen, piece[i].text, &font, ink, ALIGN_LEFT);
    }
}
