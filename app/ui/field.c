/* Text that is typed. */
#include <stdio.h>
#include <string.h>

#include <SDL_keycode.h>

#include "app/ui/ui.h"
#include "render/text.h"

void ui_edit_end(struct ui *ui)
{
    ui->edit.owner = 0;
    ui->error_owner = 0;
    ui->error[0] = '\0';
}

void ui_edit_error(struct ui *ui, const char *id, const char *text)
{
    ui->error_owner = ui_hash(id);
    snprintf(ui->error, sizeof ui->error, "%s", text);
}

void ui_edit_start(struct ui *ui, const char *id, const char *text)
{
    ui->edit = (struct ui_edit){ .owner = ui_hash(id) };
    snprintf(ui->edit.text, sizeof ui->edit.text, "%s", text);
    ui->edit.caret = (int)strlen(ui->edit.text);
}

static void edit_insert(struct ui_edit *e, const char *text)
{
    size_t have = strlen(e->text), more = strlen(text);
    if (e->all) {
        e->text[0] = '\0';
        have = 0;
        e->caret = 0;
        e->all = false;
    }
    if (have + more >= sizeof e->text)
        return;
    memmove(e->text + e->caret + more, e->text + e->caret, have - (size_t)e->caret + 1);
    memcpy(e->text + e->caret, text, more);
    e->caret += (int)more;
}

/* Characters begin at these bytes. */
static int before(const char *text, int at)
{
    while (at > 0 && (text[--at] & 0xC0) == 0x80)
        continue;
    return at;
}

static int after(const char *text, int at)
{
    if (text[at])
        at++;
    while ((text[at] & 0xC0) == 0x80)
        at++;
    return at;
}

static void edit_remove(struct ui_edit *e, int from, int to)
{
    if (e->all) {
        from = 0;
        to = (int)strlen(e->text);
        e->all = false;
    }
    memmove(e->text + from, e->text + to, strlen(e->text + to) + 1);
    e->caret = from;
}

static enum ui_typed edit_key(struct ui *ui)
{
    struct ui_edit *e = &ui->edit;
    switch (ui->input.key) {
    case SDLK_RETURN:
    case SDLK_KP_ENTER:
    case SDLK_TAB:
        return UI_COMMITTED;
    case SDLK_ESCAPE:
        ui_edit_end(ui);
        return UI_IDLE;
    case SDLK_BACKSPACE:
        edit_remove(e, before(e->text, e->caret), e->caret);
        return UI_IDLE;
    case SDLK_DELETE:
        edit_remove(e, e->caret, after(e->text, e->caret));
        return UI_IDLE;
    case SDLK_LEFT:
        e->caret = e->all ? 0 : before(e->text, e->caret);
        break;
    case SDLK_RIGHT:
        e->caret = e->all ? (int)strlen(e->text) : after(e->text, e->caret);
        break;
    case SDLK_HOME:
        e->caret = 0;
        break;
    case SDLK_END:
        e->caret = (int)strlen(e->text);
        break;
    default:
        return UI_IDLE;
    }
    e->all = false;
    return UI_IDLE;
}

static enum ui_typed field_input(struct ui *ui, const struct ui_field *f, bool hot)
{
    bool editing = ui->edit.owner == ui_hash(f->id);
    if (editing && ui->input.kind == UI_TEXT) {
        edit_insert(&ui->edit, ui->input.text);
        ui->input.kind = UI_NONE;
    } else if (editing && ui->input.kind == UI_KEY && ui->input.ctrl && ui->input.key == SDLK_a) {
        ui->edit.all = true;
        ui->edit.caret = (int)strlen(ui->edit.text);
        ui->input.kind = UI_NONE;
    } else if (editing && ui->input.kind == UI_KEY && !ui->input.ctrl) {
        enum ui_typed typed = edit_key(ui);
        if (typed == UI_IDLE || ui->input.key != SDLK_TAB)
            ui->input.kind = UI_NONE; /* Tab also moves on */
        return typed;
    } else if (editing && ui->input.kind == UI_PRESS && !hot) {
        return UI_COMMITTED; /* pressing elsewhere accepts, like Tab */
    } else if (ui_clicked(ui, f->id, f->rect) && !editing) {
        ui_edit_start(ui, f->id, f->value);
        ui->edit.all = true;
    }
    return UI_IDLE;
}

static const double inset = 6;

static double anchor(const struct ui_field *f)
{
    return f->align == ALIGN_RIGHT    ? f->rect.x + f->rect.w - inset
           : f->align == ALIGN_CENTER ? f->rect.x + f->rect.w / 2
                                      : f->rect.x + inset;
}

static double width_of(const char *text, int from, int to, const struct font *font)
{
    char part[UI_EDIT];
    snprintf(part, sizeof part, "%.*s", to - from, text + from);
    return text_width(part, font);
}

/* What is wider than its field scrolls as little as it must for the caret to be seen. Returns the end of what is. */
static int scroll(struct ui_edit *e, const struct font *font, double room)
{
    int length = (int)strlen(e->text), end = length;
    e->first = e->first < e->caret ? e->first : e->caret;
    if ((e->text[e->first] & 0xC0) == 0x80) /* another text since */
        e->first = before(e->text, e->first);
    while (e->first > 0 && width_of(e->text, before(e->text, e->first), length, font) <= room)
        e->first = before(e->text, e->first);
    while (e->first < e->caret && width_of(e->text, e->first, e->caret, font) > room)
        e->first = after(e->text, e->first);
    while (end > e->caret && width_of(e->text, e->first, end, font) > room)
        end = before(e->text, end);
    return end;
}

static void draw_edited(struct ui *ui, const struct ui_field *f, const struct font *font)
{
    struct ui_edit *e = &ui->edit;
    char shown[UI_EDIT];
    double room = f->rect.w - 2 * inset - 1.5, y = f->rect.y + f->rect.h / 2;
    int end = scroll(e, font, room);
    bool whole = e->first == 0 && e->text[end] == '\0';
    snprintf(shown, sizeof shown, "%.*s", end - e->first, e->text + e->first);
    double width = text_width(shown, font), left = f->rect.x + inset;
    if (whole && f->align != ALIGN_LEFT)
        left = anchor(f) - width / (f->align == ALIGN_CENTER ? 2 : 1);
    if (e->all)
        canvas_rect(ui->canvas, (struct rect){ left - 1, y - font->size * 0.65, width + 2, font->size * 1.3 },
            color_alpha(ui->theme->text3, 0.4));
    ui_text(ui, left, y, shown, f->size, f->weight, ui->theme->text1, ALIGN_LEFT);
    double x = left + width_of(e->text, e->first, e->caret, font);
    canvas_rect(
        ui->canvas, (struct rect){ x, y - font->size * 0.65, 1.5, font->size * 1.3 }, ui->theme->text1);
}

static void draw_value(struct ui *ui, const struct ui_field *f, const struct font *font)
{
    char cut[UI_EDIT];
    text_fit(f->value, font, f->rect.w - 2 * inset, cut, sizeof cut);
    ui_text(ui, anchor(f), f->rect.y + f->rect.h / 2, cut, f->size, f->weight, f->color, f->align);
}

enum ui_typed ui_field(struct ui *ui, const struct ui_field *f)
{
    bool hot = ui_control(ui, f->id, f->label, f->rect, true);
    bool editing = ui->edit.owner == ui_hash(f->id);
    ui_value(ui, "%s", editing ? ui->edit.text : f->value);
    if (!ui->canvas)
        return field_input(ui, f, hot);
    const struct theme *t = ui->theme;
    struct font font = { .size = f->size, .weight = f->weight };
    if (editing || f->boxed || hot)
        canvas_round_rect(ui->canvas, f->rect, 6, hot && !editing ? t->raised2 : t->raised);
    if (editing)
        canvas_round_outline(
            ui->canvas, f->rect, 6, 1.5, ui->error_owner == ui_hash(f->id) ? t->bad : t->text2);
    if (editing)
        draw_edited(ui, f, &font);
    else
        draw_value(ui, f, &font);
    ui_focus_ring(ui, f->id, f->rect, 6);
    return UI_IDLE;
}

const char *ui_entry(struct ui *ui, const char *id, const char *label, const char *value, struct rect rect)
{
    static char text[UI_EDIT];
    const struct ui_field field = { .id = id,
        .label = label,
        .value = value,
        .rect = rect,
        .size = 14,
        .weight = WEIGHT_REGULAR,
        .color = ui->theme->text1,
        .align = ALIGN_LEFT,
        .boxed = true };
    if (ui_field(ui, &field) != UI_COMMITTED)
        return NULL;
    snprintf(text, sizeof text, "%s", ui->edit.text);
    return text;
}
