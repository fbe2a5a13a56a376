#include "app/ui/ui.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <SDL_keycode.h>

#include "render/text.h"

unsigned ui_hash(const char *id)
{
    unsigned h = 2166136261u; /* FNV-1a */
    for (; *id; id++)
        h = (h ^ (unsigned char)*id) * 16777619u;
    return h ? h : 1;
}

bool ui_inside(struct rect r, struct point p)
{
    return p.x >= r.x && p.x < r.x + r.w && p.y >= r.y && p.y < r.y + r.h;
}

void ui_begin(struct ui *ui, const struct ui_input *input)
{
    ui->canvas = NULL;
    ui->clip = NULL;
    ui->input = input ? *input : (struct ui_input){ .kind = UI_NONE };
    ui->item_count = ui->group = 0;
    ui->cover = (struct rect){ 0, 0, 0, 0 };
    ui->next_hot = 0;
    if (input && input->kind >= UI_MOVE && input->kind <= UI_WHEEL) {
        ui->mouse = input->at;
        ui->mouse_inside = true;
    }
    if (input && input->kind == UI_PRESS) {
        ui->focus_shown = false;
        ui->press_at = input->at;
    }
}

bool ui_end(struct ui *ui)
{
    if (ui->input.kind == UI_RELEASE)
        ui->active = 0;
    bool changed = ui->hot != ui->next_hot;
    ui->hot = ui->next_hot;
    return changed;
}

const struct ui_item *ui_find(const struct ui *ui, const char *id)
{
    for (int i = 0; i < ui->item_count; i++)
        if (!ui->item[i].hidden && strcmp(ui->item[i].id, id) == 0)
            return &ui->item[i];
    return NULL;
}

/* Where Tab comes to an item: group by group, in each as it is listed. */
static int place_of(const struct ui *ui, int i)
{
    return ui->item[i].group * UI_ITEM_MAX + i;
}

/* The item with the smallest place after `at`, or the largest before it; with none, the first or last of all. */
static int focus_after(const struct ui *ui, int at, int direction, int keeper)
{
    int best = -1, end = -1;
    for (int i = 0; i < ui->item_count; i++) {
        const struct ui_item *item = &ui->item[i];
        if (!item->focusable || (keeper < 0 && item->group != keeper))
            continue;
        int way = direction * place_of(ui, i);
        if (way > direction * at && (best < 0 || way < direction * place_of(ui, best)))
            best = i;
        if (end < 0 || way < direction * place_of(ui, end))
            end = i;
    }
    return best >= 0 ? best : end;
}

const struct ui_item *ui_focus_next(struct ui *ui, int direction)
{
    int at = direction > 0 ? -UI_ITEM_MAX * UI_ITEM_MAX : UI_ITEM_MAX * UI_ITEM_MAX;
    int keeper = 0;
    for (int i = 0; i < ui->item_count; i++) {
        if (ui->item[i].focusable && ui->item[i].group < keeper)
            keeper = ui->item[i].group;
        if (ui->item[i].hash == ui->focus)
            at = place_of(ui, i);
    }
    int next = focus_after(ui, at, direction, keeper);
    if (next < 0)
        return NULL;
    ui->focus = ui->item[next].hash;
    ui->focus_shown = true;
    return &ui->item[next];
}

void ui_block_mouse(struct ui *ui)
{
    enum ui_kind kind = ui->input.kind;
    if (kind == UI_PRESS || kind == UI_WHEEL || kind == UI_MOVE || kind == UI_MENU)
        ui->input.kind = UI_NONE;
    ui->mouse_inside = false;
}

static struct point through(struct point p, const struct ui_glass *g)
{
    return (struct point){ (p.x - g->origin.x) / g->zoom, (p.y - g->origin.y) / g->zoom };
}

static struct point back_through(struct point p, const struct ui_glass *g)
{
    return (struct point){ g->origin.x + p.x * g->zoom, g->origin.y + p.y * g->zoom };
}

void ui_glass_begin(struct ui *ui, struct ui_glass *g)
{
    g->clip = ui->clip;
    g->outer = ui->canvas;
    g->first = ui->item_count;
    ui->clip = NULL;
    ui->canvas = ui->canvas ? g->canvas : NULL;
    ui->mouse = through(ui->mouse, g);
    ui->input.at = through(ui->input.at, g);
    ui->press_at = through(ui->press_at, g);
}

void ui_glass_end(struct ui *ui, const struct ui_glass *g)
{
    ui->mouse = back_through(ui->mouse, g);
    ui->input.at = back_through(ui->input.at, g);
    ui->press_at = back_through(ui->press_at, g);
    for (int i = g->first; i < ui->item_count && !g->outer; i++) {
        struct rect *r = &ui->item[i].rect;
        struct point at = back_through((struct point){ r->x, r->y }, g);
        *r = (struct rect){ at.x, at.y, r->w * g->zoom, r->h * g->zoom };
    }
    ui->clip = g->clip;
    ui->canvas = g->outer;
}

static bool visible(const struct ui *ui, struct rect r)
{
    const struct rect *c = ui->clip;
    return !c || (r.x < c->x + c->w && r.x + r.w > c->x && r.y < c->y + c->h && r.y + r.h > c->y);
}

static bool under_mouse(const struct ui *ui, struct rect r)
{
    return ui->mouse_inside && ui_inside(r, ui->mouse) && (!ui->clip || ui_inside(*ui->clip, ui->mouse));
}

static struct rect clipped(const struct ui *ui, struct rect r)
{
    if (!ui->clip)
        return r;
    double right = fmin(r.x + r.w, ui->clip->x + ui->clip->w),
           bottom = fmin(r.y + r.h, ui->clip->y + ui->clip->h);
    r.x = fmax(r.x, ui->clip->x);
    r.y = fmax(r.y, ui->clip->y);
    return (struct rect){ r.x, r.y, right - r.x, bottom - r.y };
}

static double reveal(const struct ui *ui, struct rect r)
{
    if (!ui->clip)
        return 0;
    double above = ui->clip->y + 8 - r.y, below = r.y + r.h + 8 - (ui->clip->y + ui->clip->h);
    return above > 0 ? -above : below > 0 ? below : 0;
}

static bool is_covered(const struct ui *ui, struct rect r)
{
    const struct rect *c = &ui->cover;
    return c->w > 0 && r.x >= c->x && r.x + r.w <= c->x + c->w && r.y >= c->y && r.y + r.h <= c->y + c->h;
}

static void list(struct ui *ui, const char *id, const char *label, struct rect rect, bool focusable)
{
    ui->unlisted = ui->item_count == UI_ITEM_MAX || is_covered(ui, rect);
    if (ui->unlisted)
        return;
    struct ui_item *item = &ui->item[ui->item_count++];
    snprintf(item->id, sizeof item->id, "%s", id);
    snprintf(item->label, sizeof item->label, "%s", label);
    item->value[0] = '\0';
    item->hidden = !visible(ui, rect);
    item->rect = item->hidden ? rect : clipped(ui, rect);
    item->reveal = reveal(ui, rect);
    item->hash = ui_hash(id);
    item->focusable = focusable;
    item->group = ui->group;
}

bool ui_control(struct ui *ui, const char *id, const char *label, struct rect rect, bool focusable)
{
    unsigned hash = ui_hash(id);
    if (ui->canvas)
        return ui->hot == hash || ui->active == hash;
    list(ui, id, label, rect, focusable);
    if (!ui->next_hot && under_mouse(ui, rect))
        ui->next_hot = hash;
    return ui->next_hot == hash;
}

void ui_value(struct ui *ui, const char *format, ...)
{
    if (ui->canvas || ui->item_count == 0 || ui->unlisted)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(ui->item[ui->item_count - 1].value, UI_VALUE, format, args);
    va_end(args);
}

bool ui_clicked(struct ui *ui, const char *id, struct rect rect)
{
    unsigned hash = ui_hash(id);
    enum ui_kind kind = ui->input.kind;
    if (kind == UI_KEY && ui->focus == hash && ui->focus_shown && !ui->edit.owner &&
        (ui->input.key == SDLK_RETURN || ui->input.key == SDLK_KP_ENTER)) {
        ui->input.kind = UI_NONE;
        return true;
    }
    if (kind == UI_PRESS && under_mouse(ui, rect)) {
        ui->active = hash;
        ui->focus = hash;
        ui->input.kind = UI_NONE;
        return false;
    }
    if (kind == UI_RELEASE && ui->active == hash) {
        ui->active = 0;
        ui->input.kind = UI_NONE;
        return under_mouse(ui, rect);
    }
    return false;
}

void ui_text(struct ui *ui, double x, double middle, const char *text, double size, enum weight weight,
    struct color color, enum align align)
{
    if (!ui->canvas)
        return;
    struct font font = { .size = size, .weight = weight };
    double baseline = middle + text_ascent(&font) / 2;
    canvas_text(ui->canvas, (struct point){ x, baseline }, text, &font, color, align);
}

void ui_text_fit(struct ui *ui, double x, double middle, double width, const char *text, double size,
    enum weight weight, struct color color)
{
    if (!ui->canvas)
        return;
    struct font font = { .size = size, .weight = weight };
    char cut[256];
    text_fit(text, &font, width, cut, sizeof cut);
    ui_text(ui, x, middle, cut, size, weight, color, ALIGN_LEFT);
}

void ui_hairline(struct ui *ui, struct point a, struct point b)
{
    if (ui->canvas)
        canvas_rect(ui->canvas,
            (struct rect){ a.x, a.y, b.x > a.x ? b.x - a.x : 1, b.y > a.y ? b.y - a.y : 1 },
            ui->theme->hairline);
}

void ui_focus_ring(struct ui *ui, const char *id, struct rect r, double radius)
{
    if (ui->canvas && ui->focus_shown && ui->focus == ui_hash(id))
        canvas_round_outline(
            ui->canvas, (struct rect){ r.x - 3, r.y - 3, r.w + 6, r.h + 6 }, radius + 3, 2, ui->theme->text1);
}
