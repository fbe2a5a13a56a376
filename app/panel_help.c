/* The help page: every key and gesture, from the tables that also act; on as many pages as the window asks for. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <SDL_keycode.h>

#include "app/panel.h"
#include "render/text.h"

enum {
    TOP = 66,
    FOOT = 20,
    PAD = 32,
    COLUMN_GAP = 36,
    KEY_GAP = 16,
    ROWS_MAX = 40,
    COLUMNS_MAX = 3,
    HEADINGS = 4
};

/* One line of the page: a heading where `key` is NULL. */
struct help_line {
    const char *key, *help;
};

static struct help_line heading(const char *text)
{
    return (struct help_line){ NULL, text };
}

/* The tables one after the other, each under its name. False past the end. */
static bool line_at(int i, struct help_line *out)
{
    if (i-- == 0)
        return *out = heading("Keys"), true;
    for (int k = 0; key_at(k); k++)
        if (key_at(k)->keys && i-- == 0)
            return *out = (struct help_line){ key_at(k)->keys, key_at(k)->help }, true;
    if (i-- == 0)
        return *out = heading("Keys of a view, once Tab has come to it"), true;
    for (int k = 0; (out->key = focus_key_at(k, &out->help)); k++)
        if (i-- == 0)
            return true;
    if (i-- == 0)
        return *out = heading("Mouse"), true;
    for (int k = 0; (out->key = gesture_at(k, &out->help)); k++)
        if (i-- == 0)
            return true;
    return false;
}

static int line_count(void)
{
    struct help_line line;
    int n = 0;
    while (line_at(n, &line))
        n++;
    return n;
}

struct page {
    struct rect box;
    double pitch, size, key, help; /* line pitch, text size, widths of both parts of a column */
    int rows, columns, pages;
};

static void measure(struct page *p)
{
    struct font bold = { .size = p->size, .weight = WEIGHT_SEMIBOLD }, plain = { .size = p->size };
    struct help_line line;
    plain.weight = WEIGHT_REGULAR;
    for (int i = 0; line_at(i, &line); i++) {
        if (!line.key)
            continue;
        p->key = fmax(p->key, text_width(line.key, &bold) + KEY_GAP);
        p->help = fmax(p->help, text_width(line.help, &plain));
    }
}

/* In large type where all of it fits; else in small type, and on pages. */
static struct page page_layout(const struct window *w)
{
    struct page p;
    int lines = line_count() + HEADINGS; /* two headings may leave two lines empty */
    for (int small = 0; small < 2; small++) {
        p = (struct page){ .size = small ? 12 : 14, .pitch = small ? 20 : 23 };
        measure(&p);
        double column = p.key + p.help, wide = w->width - 24 - 2 * PAD, high = w->height - 24 - TOP - FOOT;
        p.columns = (int)fmin(COLUMNS_MAX, fmax(1, floor((wide + COLUMN_GAP) / (column + COLUMN_GAP))));
        int most = (int)fmin(ROWS_MAX, floor(high / p.pitch));
        p.pages = (lines + most * p.columns - 1) / (most * p.columns);
        p.rows = (int)ceil((double)lines / (p.pages * p.columns));
        double box = fmin(w->width - 24, p.columns * (column + COLUMN_GAP) - COLUMN_GAP + 2 * PAD);
        double tall = TOP + p.rows * p.pitch + FOOT;
        p.box = (struct rect){ (w->width - box) / 2, (w->height - tall) / 2, box, tall };
        if (p.pages == 1)
            break;
    }
    return p;
}

static void draw_line(struct window *w, const struct page *p, int place, const struct help_line *line)
{
    const struct theme *t = w->look.theme;
    double x = p->box.x + PAD + place / p->rows * (p->key + p->help + COLUMN_GAP);
    double y = p->box.y + TOP + (place % p->rows + 0.5) * p->pitch;
    if (!line->key) {
        ui_text(&w->ui, x, y, line->help, p->size, WEIGHT_SEMIBOLD, t->text3, ALIGN_LEFT);
        return;
    }
    ui_text(&w->ui, x, y, line->key, p->size, WEIGHT_SEMIBOLD, t->text1, ALIGN_LEFT);
    ui_text_fit(&w->ui, x + p->key, y, p->help + 1, line->help, p->size, WEIGHT_REGULAR, t->text2);
}

/* A heading has an empty line before it and does not stand alone at the foot of a column. */
static void page_draw(struct window *w, const struct page *p)
{
    struct help_line line;
    int room = p->rows * p->columns, first = w->help_page * room;
    for (int i = 0, place = 0; line_at(i, &line); i++, place++) {
        if (!line.key && place % p->rows > 0)
            place++;
        if (!line.key && place % p->rows == p->rows - 1)
            place++;
        if (place >= first && place < first + room)
            draw_line(w, p, place - first, &line);
    }
}

static void turn(struct window *w, const struct page *p, int by)
{
    int page = w->help_page + by;
    w->help_page = page < 0 ? 0 : page < p->pages ? page : p->pages - 1;
    window_dirty(w, AREAS_ALL);
}

static void pages_input(struct window *w, const struct page *p)
{
    struct ui_input *in = &w->ui.input;
    int by = 0;
    if (in->kind == UI_WHEEL)
        by = in->wheel > 0 ? -1 : 1;
    else if (in->kind == UI_KEY)
        by = (in->key == SDLK_PAGEDOWN || in->key == SDLK_DOWN || in->key == SDLK_RIGHT) -
             (in->key == SDLK_PAGEUP || in->key == SDLK_UP || in->key == SDLK_LEFT);
    if (by) {
        turn(w, p, by);
        in->kind = UI_NONE;
    }
}

/* Which page this is, and the way to the others. */
static void pages_row(struct window *w, const struct page *p, struct rect close)
{
    char text[48];
    if (p->pages < 2)
        return;
    struct rect next = { close.x - 84, close.y, 76, close.h }, back = { next.x - 84, close.y, 76, close.h };
    snprintf(text, sizeof text, "%d of %d", w->help_page + 1, p->pages);
    if (ui_text_button(&w->ui, "help.back", "Back", back, false))
        turn(w, p, -1);
    if (ui_text_button(&w->ui, "help.next", "Next", next, false))
        turn(w, p, 1);
    ui_text(&w->ui, back.x - 16, back.y + back.h / 2, text, 14, WEIGHT_REGULAR, w->look.theme->text3,
        ALIGN_RIGHT);
}

void panel_help(struct window *w)
{
    if (!w->help_open)
        return;
    const struct theme *t = w->look.theme;
    struct page page = page_layout(w);
    struct rect box = page.box, close = { box.x + box.w - 96, box.y + 18, 72, 32 };
    w->help_page = w->help_page < page.pages ? w->help_page : page.pages - 1;
    if (w->ui.canvas) {
        canvas_rect(w->ui.canvas, (struct rect){ 0, 0, w->width, w->height }, color_alpha(t->bg, 0.7));
        canvas_round_rect(w->ui.canvas, box, 12, t->surface);
        canvas_round_outline(w->ui.canvas, box, 12, 1, t->axis);
        ui_text(
            &w->ui, box.x + PAD, box.y + 34, "Keys and gestures", 20, WEIGHT_SEMIBOLD, t->text1, ALIGN_LEFT);
        page_draw(w, &page);
    }
    pages_row(w, &page, close);
    if (ui_text_button(&w->ui, "help.close", "Close", close, true))
        action_help(w, 0);
    if (!w->ui.canvas) {
        pages_input(w, &page);
        if (w->ui.input.kind == UI_PRESS && !ui_inside(box, w->ui.mouse))
            action_help(w, 0);
        ui_block_mouse(&w->ui);
    }
}
