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

static int character_before(const struct ui_edit *e)
{
    int at = e->caret;
    while (at > 0 && (e->text[--at] & 0xC0) == 0x80)
        continue;
    return at;
}

static int character_after(const struct ui_edit *e)
{
    int at = e->caret;
    if (e->text[at])
        at++;
    while ((e->text[at] & 0xC0) == 0x80)
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
        edit_remove(e, character_before(e), e->caret);
        return UI_IDLE;
    case SDLK_DELETE:
        edit_remove(e, e->caret, character_after(e));
        return UI_IDLE;
    case SDLK_LEFT:
        e->caret = e->all ? 0 : character_before(e);
        break;
    case SDLK_RIGHT:
        e->caret = e->all ? (int)strlen(e->text) : character_after(e);
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

static double anchor(const struct ui_field *f, double inset)
{
    return f->align == ALIGN_RIGHT    ? f->rect.x + f->rect.w - inset
           : f->align == ALIGN_CENTER ? f->rect.x + f->rect.w / 2
                                      : f->rect.x + inset;
}

static void caret_draw(struct ui *ui, const struct ui_field *f, const struct font *font, double inset)
{
    char before[UI_EDIT];
    double width = text_width(ui->edit.text, font), y = f->rect.y + f->rect.h / 2;
    double left = f->align == ALIGN_RIGHT    ? f->rect.x + f->rect.w - inset - width
                  : f->align == ALIGN_CENTER ? f->rect.x + f->rect.w / 2 - width / 2
                                             : f->rect.x + inset;
    snprintf(before, sizeof before, "%.*s", ui->edit.caret, ui->edit.text);
    if (ui->edit.all)
        canvas_rect(ui->canvas, (struct rect){ left - 1, y - font->size * 0.65, width + 2, font->size * 1.3 },
            color_alpha(ui->theme->text3, 0.4));
    double x = left + text_width(before, font);
    canvas_rect(
        ui->canvas, (struct rect){ x, y - font->size * 0.65, 1.5, font->size * 1.3 }, ui->theme->text1);
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
    double inset = 6, y = f->rect.y + f->rect.h / 2;
    if (editing || f->boxed || hot)
        canvas_round_rect(ui->canvas, f->rect, 6, hot && !editing ? t->raised2 : t->raised);
    if (editing)
        canvas_round_outline(
            ui->canvas, f->rect, 6, 1.5, ui->error_owner == ui_hash(f->id) ? t->bad : t->text2);
    char cut[UI_EDIT];
    text_fit(editing ? ui->edit.text : f->value, &font, f->rect.w - 2 * inset, cut, sizeof cut);
    ui_text(ui, anchor(f, inset), y, cut, f->size, f->weight, editing ? t->text1 : f->color, f->align);
    if (editing)
        caret_draw(ui, f, &font, inset);
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
