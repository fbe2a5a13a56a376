#include "app/panel_explain.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <SDL_keycode.h>

#include "app/lecture.h"
#include "app/panel.h"
#include "render/ask.h"
#include "render/text.h"

enum { WIDE = 320, PAD = 12, LINE = 16, TITLE_LINE = 20, GAP = 10, EDGE = 8, LINES_MAX = 8, ROW_HIGH = 40 };
static const double REST_S = 0.7, STILL = 3; /* px a hand trembles */

/* --- what is meant ------------------------------------------------------------------------------------- */

/* Whole pictures: their parts come first, and they do not explain themselves unasked. */
static bool is_ground(const char *id)
{
    static const char *const grounds[] = { "view.", "compare.cell.", "header.title", "coach", "lesson.step" };
    for (size_t i = 0; i < sizeof grounds / sizeof grounds[0]; i++)
        if (strncmp(id, grounds[i], strlen(grounds[i])) == 0 && strncmp(id, "coach.", 6) != 0)
            return true;
    return false;
}

static const struct ui_item *item_of(const struct window *w, unsigned hash)
{
    for (int i = 0; i < w->ui.item_count && hash; i++)
        if (w->ui.item[i].hash == hash && !w->ui.item[i].hidden)
            return &w->ui.item[i];
    return NULL;
}

static bool about_control(struct window *w, const struct ui_item *item)
{
    struct explain_card *card = &w->card;
    const char *id = item ? draw_about(w, item->id) : "";
    if (!item || !explain_control(&w->experiment, id, &card->text))
        return false;
    snprintf(card->what, sizeof card->what, "%s", id);
    card->beside = item->rect;
    if (is_ground(item->id) && !card->by_focus) /* its place is the pointer's */
        card->beside = (struct rect){ w->ui.mouse.x - 9, w->ui.mouse.y - 9, 18, 18 };
    return true;
}

/* The area's drawing once more, on the canvas that only looks. */
static bool draw_for(struct window *w, struct ask *ask)
{
    static void (*const panels[AREA_COUNT])(struct window *) = {
        [AREA_HEADER] = panel_header,
        [AREA_MAIN] = panel_main,
        [AREA_SIDE] = panel_side,
        [AREA_PANEL] = panel_control,
    };
    for (int i = AREA_COUNT - 1; i >= 0; i--) {
        if (w->area[i].w <= 0 || !ui_inside(w->area[i], w->ui.mouse) || !panels[i])
            continue;
        if (w->popup || i == AREA_SIDE || !(w->drawer_open && ui_inside(w->area[AREA_SIDE], w->ui.mouse)))
            panels[i](w);
        return true;
    }
    return ask->what[0] != '\0';
}

/* A lesson draws its view through a glass. */
static void draw_lecture(struct window *w, struct ask *ask)
{
    const struct pane *pane = &w->lecture->view;
    if (!ui_inside(pane->rect, w->ui.mouse) || !w->snap || pane->zoom <= 0)
        return;
    struct look look = w->look;
    look.interactive = false;
    ask->at = (struct point){ (w->ui.mouse.x - pane->rect.x) / pane->zoom,
        (w->ui.mouse.y - pane->rect.y) / pane->zoom };
    view_draw(w->view, &ask->canvas, &w->scene, &look,
        (struct rect){ 0, 0, pane->rect.w / pane->zoom, pane->rect.h / pane->zoom });
    ask->where = (struct rect){ pane->rect.x + ask->where.x * pane->zoom,
        pane->rect.y + ask->where.y * pane->zoom, ask->where.w * pane->zoom, ask->where.h * pane->zoom };
}

/* Samples tell about themselves by other means; what fills the view is explained only when asked for, or a mouse that
 * lies still would always bring it. */
static bool is_silent(const char *mark)
{
    static const char *const rows[] = { "plane.point", "plane.selected", "sphere.point", "data.point",
        "input.dot", "input.image", "plane.region", "plane.margin", "sphere.cell", "sphere.margin",
        "sphere.ball", "field.ground", "stage.band", "confusion.cell" };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(mark, rows[i]) == 0)
            return true;
    return false;
}

static bool about_mark(struct window *w, bool asked)
{
    struct ask ask;
    if (!w->ui.mouse_inside || w->popup || w->help_open)
        return false;
    ask_init(&ask, w->ui.mouse, w->width, w->height);
    w->ui.canvas = &ask.canvas;
    w->ui.clip = NULL;
    if (lecture_active(w))
        draw_lecture(w, &ask);
    else
        draw_for(w, &ask);
    w->ui.canvas = NULL;
    if (!ask.what[0] || (!asked && is_silent(ask.what)) ||
        !explain_mark(&w->experiment, ask.what, &w->card.text))
        return false;
    snprintf(w->card.what, sizeof w->card.what, "%s", ask.what);
    w->card.beside = ask.where;
    return true;
}

/* The name at the left of a row is explained as what it names: the widest control beside it. */
static const struct ui_item *item_beside(const struct window *w)
{
    const struct ui_item *best = NULL;
    struct point at = w->ui.mouse;
    if (!w->ui.mouse_inside || !ui_inside(w->area[AREA_PANEL], at) || w->popup || lecture_active(w))
        return NULL;
    for (int i = 0; i < w->ui.item_count; i++) {
        const struct ui_item *item = &w->ui.item[i];
        const struct rect *r = &item->rect;
        bool row = !item->hidden && r->h <= ROW_HIGH && at.y >= r->y && at.y < r->y + r->h && r->x > at.x &&
                   ui_inside(w->area[AREA_PANEL], (struct point){ r->x, at.y });
        if (row && (!best || r->w > best->rect.w))
            best = item;
    }
    return best;
}

/* `asked` for by a key; else by resting on it. */
static bool find(struct window *w, bool asked)
{
    if (w->card.by_focus && w->ui.focus_shown)
        return about_control(w, item_of(w, w->ui.focus));
    w->card.by_focus = false;
    const struct ui_item *under = item_of(w, w->ui.hot);
    if (under && !is_ground(under->id))
        return about_control(w, under);
    if (about_mark(w, asked) || about_control(w, item_beside(w)))
        return true;
    bool title = under && strcmp(under->id, "header.title") == 0;
    return (asked || title) && about_control(w, under);
}

/* --- when ---------------------------------------------------------------------------------------------- */

static void card_close(struct window *w)
{
    if (w->card.open)
        window_dirty(w, AREAS_ALL);
    w->card.open = false;
}

static void card_open(struct window *w)
{
    w->card.open = true;
    w->map_stale = true;
    window_dirty(w, AREAS_ALL);
}

static bool is_modifier(int key)
{
    return (key >= SDLK_LCTRL && key <= SDLK_RGUI) || key == SDLK_CAPSLOCK || key == SDLK_F1;
}

void panel_explain_input(struct window *w, const struct ui_input *in)
{
    struct explain_card *card = &w->card;
    if (in->kind == UI_KEY && is_modifier(in->key))
        return;
    if (in->kind == UI_MOVE) {
        if (hypot(in->at.x - card->rest.x, in->at.y - card->rest.y) <= STILL)
            return;
        card->rest = in->at;
        if (card->open && !card->by_focus && ui_inside(card->beside, in->at))
            return;
        card->by_focus = false;
    } else if (in->kind == UI_KEY) {
        card->by_focus = true;
    }
    card_close(w);
    card->since = in->kind == UI_MOVE || in->kind == UI_KEY ? window_now() : 0;
}

/* Hands that do something are left alone. */
static bool busy(const struct window *w)
{
    bool drawing =
        w->draw.on && (w->card.by_focus || ui_inside(w->area[AREA_MAIN], w->ui.mouse)); /* F1 answers */
    return drawing || w->dragging || w->ui.active || w->ui.edit.owner || w->held_view || w->help_open ||
           w->lecture->blank || w->lecture->showing || w->sweeping;
}

double panel_explain_due(const struct window *w)
{
    return w->card.open || w->card.since <= 0 || busy(w) ? 0 : w->card.since + REST_S;
}

void panel_explain_turn(struct window *w)
{
    double due = panel_explain_due(w);
    if (due <= 0 || window_now() < due)
        return;
    w->card.since = 0;
    if ((w->card.by_focus ? w->ui.focus_shown : w->ui.mouse_inside) && find(w, false))
        card_open(w);
}

void action_explain(struct window *w, int unused)
{
    (void)unused;
    bool was = w->card.open;
    card_close(w);
    w->card.since = 0;
    if (was)
        return;
    bool pointed = (w->card.by_focus && w->ui.focus_shown) || w->ui.mouse_inside;
    if (!w->help_open && pointed && find(w, true))
        card_open(w);
    else
        action_help(w, 0);
}

/* --- the card ------------------------------------------------------------------------------------------ */

/* As many bytes as fit into the width, ending between words. */
static size_t fitting(const char *text, const struct font *font, double width)
{
    char line[256];
    size_t fits = 0;
    for (size_t i = 1; i <= strlen(text) && i < sizeof line; i++) {
        if (text[i] != ' ' && text[i] != '\0')
            continue;
        snprintf(line, sizeof line, "%.*s", (int)i, text);
        if (fits && text_width(line, font) > width)
            break;
        fits = i;
    }
    return fits ? fits : strlen(text);
}

struct bubble {
    struct rect box;
    double zoom; /* lessons are read from the last row */
    const char *line[LINES_MAX];
    int bytes[LINES_MAX], lines, first_note;
};

static void wrap(struct bubble *b, const char *text, const struct font *font, double width)
{
    while (*text && b->lines < LINES_MAX) {
        size_t n = fitting(text, font, width);
        b->line[b->lines] = text;
        b->bytes[b->lines++] = (int)n;
        text += n;
        text += strspn(text, " ");
    }
}

static bool apart(struct rect a, struct rect b)
{
    return a.x >= b.x + b.w || b.x >= a.x + a.w || a.y >= b.y + b.h || b.y >= a.y + a.h;
}

/* Below, above, right, left of the thing: the first where it stands in the window and covers nothing of it. */
static void place(const struct window *w, struct bubble *b)
{
    struct rect t = w->card.beside;
    double gap = GAP * b->zoom, middle = t.x + t.w / 2 - b->box.w / 2;
    const struct point at[] = { { middle, t.y + t.h + gap }, { middle, t.y - gap - b->box.h },
        { t.x + t.w + gap, t.y }, { t.x - gap - b->box.w, t.y }, { middle, w->height } };
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        b->box.x = fmax(EDGE, fmin(at[i].x, w->width - EDGE - b->box.w));
        b->box.y = fmax(EDGE, fmin(at[i].y, w->height - EDGE - b->box.h));
        if (apart(b->box, t))
            return;
    }
}

static void layout(const struct window *w, struct bubble *b)
{
    const struct explanation *e = &w->card.text;
    *b = (struct bubble){ .zoom = lecture_active(w) ? 2 : 1 };
    double z = b->zoom, room = fmin(WIDE * z, w->width - 2 * EDGE) - 2 * PAD * z, wide = 0;
    struct font font = { .size = 12 * z, .weight = WEIGHT_REGULAR },
                title = { .size = 14 * z, .weight = WEIGHT_SEMIBOLD };
    wrap(b, e->text, &font, room);
    b->first_note = b->lines;
    wrap(b, e->note, &font, room);
    for (int i = 0; i < b->lines; i++) {
        char line[256];
        snprintf(line, sizeof line, "%.*s", b->bytes[i], b->line[i]);
        wide = fmax(wide, text_width(line, &font));
    }
    wide = fmax(wide, fmin(room, text_width(e->what, &title)));
    double high = TITLE_LINE + LINE * b->lines + (b->lines > b->first_note ? 4 : 0) + 2 * PAD - 4;
    b->box = (struct rect){ 0, 0, wide + 2 * PAD * z, high * z };
    place(w, b);
}

struct rect panel_explain_box(const struct window *w)
{
    struct bubble b;
    layout(w, &b);
    return b.box;
}

void panel_explain(struct window *w)
{
    const struct theme *t = w->look.theme;
    struct bubble b;
    if (!w->card.open || !w->ui.canvas)
        return;
    layout(w, &b);
    double z = b.zoom, x = b.box.x + PAD * z, y = b.box.y + (PAD - 2) * z, room = b.box.w - 2 * PAD * z;
    canvas_round_rect(w->ui.canvas, b.box, 8 * z, t->dark ? t->raised : t->surface);
    canvas_round_outline(w->ui.canvas, b.box, 8 * z, 1, t->dark ? t->raised2 : t->axis);
    ui_text_fit(
        &w->ui, x, y + TITLE_LINE / 2 * z, room, w->card.text.what, 14 * z, WEIGHT_SEMIBOLD, t->text1);
    y += (TITLE_LINE + 2) * z;
    for (int i = 0; i < b.lines; i++) {
        char line[256];
        bool note = i >= b.first_note;
        y += i == b.first_note ? 4 * z : 0;
        snprintf(line, sizeof line, "%.*s", b.bytes[i], b.line[i]);
        ui_text(&w->ui, x, y + LINE / 2 * z, line, 12 * z, WEIGHT_REGULAR, note ? t->text3 : t->text1,
            ALIGN_LEFT);
        y += LINE * z;
    }
}
