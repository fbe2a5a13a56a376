/* What a hand does to the window: events become input, input passes through the panels, the rest are keys. */
#include <stdio.h>

#include "app/export_dialog.h"
#include "app/lecture.h"
#include "app/session_window.h"
#include "app/undo.h"
#include "app/window.h"
#include "app/window_inner.h"

/* Topmost first, and when Tab comes to it: from the top left to the bottom; what is open keeps it. */
static const struct {
    void (*panel)(struct window *);
    int group;
} panels_order[] = { { panel_help, -3 }, { panel_popup, -2 }, { panel_export, -1 }, { panel_session, -1 },
    { panel_top, 1 }, { panel_control, 2 }, { panel_transport, 6 }, { panel_timeline, 7 }, { panel_side, 5 },
    { panel_header, 3 }, { panel_main, 4 } };
enum { PANELS_ABOVE = 4 };

static void lecture_pass(struct window *w)
{
    for (int i = 0; i < PANELS_ABOVE; i++) {
        w->ui.group = panels_order[i].group;
        panels_order[i].panel(w);
    }
    for (int i = 0; i < AREA_COUNT; i++) {
        w->ui.group = i + 1;
        if (w->area[i].w > 0 && window_lecture_draw[i] && lecture_active(w))
            window_lecture_draw[i](w);
    }
}

static void panels_pass(struct window *w)
{
    for (size_t i = 0; i < sizeof panels_order / sizeof panels_order[0]; i++) {
        w->ui.group = panels_order[i].group;
        if (!(panels_order[i].panel == panel_control && w->panels_hidden))
            panels_order[i].panel(w);
    }
}

void window_pass(struct window *w, const struct ui_input *input)
{
    ui_begin(&w->ui, input);
    (lecture_active(w) ? lecture_pass : panels_pass)(w);
    bool used = input && w->ui.input.kind == UI_NONE && input->kind != UI_NONE;
    if (ui_end(&w->ui) || used || (input && input->kind == UI_RELEASE))
        window_dirty(
            w, AREAS_CONTROL | (w->help_open || export_open(w) || panel_session_open(w) ? AREAS_ALL : 0));
}

static void edit_must_be_visible(struct window *w)
{
    for (int i = 0; i < w->ui.item_count; i++)
        if (w->ui.item[i].hash == w->ui.edit.owner)
            return;
    if (w->ui.edit.owner)
        ui_edit_end(&w->ui);
}

static void feed(struct window *w, struct ui_input input)
{
    panel_explain_input(w, &input);
    undo_gesture(w, &input);
    w->under = w->snap && (w->dragging || input.kind != UI_MOVE) ? w->hovered : -1;
    window_pass(w, &input);
    if (w->under != w->hovered)
        w->hovered_since = window_now();
    w->hovered = w->under;
    if (w->ui.asked[0])
        action_sweep_menu(w);
    edit_must_be_visible(w);
    if (input.kind != UI_MOVE)
        w->map_stale = true;
}

/* What Tab came to is brought into sight. */
static void scroll_to(struct window *w, const struct ui_item *item)
{
    if (!item)
        return;
    if (w->popup)
        w->popup_scroll += item->reveal;
    else if (lecture_active(w))
        w->lecture->list_scroll += item->reveal;
    else if (ui_inside(w->area[AREA_PANEL], (struct point){ item->rect.x + 1, w->area[AREA_PANEL].y }))
        w->panel_scroll += item->reveal;
}

/* When what was open is closed, the control that opened it has the focus again. */
static void focus_return(struct window *w, unsigned before)
{
    bool above = w->popup || w->help_open || export_open(w) || panel_session_open(w);
    if (above && !w->above)
        w->focus_below = before;
    else if (!above && w->above)
        w->ui.focus = w->focus_below;
    w->above = above;
}

static void key_down(struct window *w, const SDL_KeyboardEvent *e)
{
    struct ui_input input = {
        .kind = UI_KEY,
        .key = e->keysym.sym,
        .shift = (e->keysym.mod & KMOD_SHIFT) != 0,
        .ctrl = (e->keysym.mod & KMOD_CTRL) != 0,
        .alt = (e->keysym.mod & KMOD_ALT) != 0,
    };
    bool typing = w->ui.edit.owner != 0;
    feed(w, input);
    if (w->ui.input.kind == UI_NONE || input.alt || (typing && !input.ctrl && input.key != SDLK_TAB))
        return;
    if (input.key == SDLK_TAB) {
        const struct ui_item *item = ui_focus_next(&w->ui, input.shift ? -1 : 1);
        scroll_to(w, item);
        window_pass(w, NULL); /* where things are now */
        window_dirty(w, AREAS_ALL);
    } else if (w->popup && (input.key == SDLK_UP || input.key == SDLK_DOWN)) {
        ui_focus_next(&w->ui, input.key == SDLK_UP ? -1 : 1); /* the open menu is first in the list */
        window_dirty(w, AREAS_ALL);
    } else {
        if (!draw_key(w, input.key, input.ctrl))
            key_press(w, input.key, input.shift, input.ctrl);
    }
}

/* X11 types the "+" of Ctrl and + as well, which is no letter. */
static void typed(struct window *w, const char *text)
{
    struct ui_input input = { .kind = UI_TEXT };
    if (w->modifiers & KMOD_CTRL && !(w->modifiers & (KMOD_ALT | KMOD_MODE)))
        return;
    snprintf(input.text, sizeof input.text, "%s", text);
    bool typing = w->ui.edit.owner != 0;
    feed(w, input);
    if (!typing && w->ui.input.kind != UI_NONE && !draw_typed(w, text))
        key_typed(w, text);
}

static void mouse(struct window *w, enum ui_kind kind, int x, int y, int clicks, double wheel)
{
    struct ui_input input = {
        .kind = kind,
        .at = { x / w->points, y / w->points },
        .clicks = clicks,
        .wheel = wheel,
        .shift = (w->modifiers & KMOD_SHIFT) != 0,
        .ctrl = (w->modifiers & KMOD_CTRL) != 0,
        .alt = (w->modifiers & KMOD_ALT) != 0,
    };
    feed(w, input);
}

static void window_changed(struct window *w, const SDL_WindowEvent *e)
{
    switch (e->event) {
    case SDL_WINDOWEVENT_SIZE_CHANGED:
    case SDL_WINDOWEVENT_DISPLAY_CHANGED:
        window_resize(w);
        break;
    case SDL_WINDOWEVENT_HIDDEN:
    case SDL_WINDOWEVENT_MINIMIZED:
        w->hidden = true;
        break;
    case SDL_WINDOWEVENT_SHOWN:
    case SDL_WINDOWEVENT_RESTORED:
    case SDL_WINDOWEVENT_EXPOSED:
        w->hidden = false;
        w->next_frame = 0;
        window_dirty(w, AREAS_ALL);
        break;
    case SDL_WINDOWEVENT_LEAVE:
        w->ui.mouse_inside = false;
        w->hovered = -1;
        window_pass(w, NULL);
        break;
    case SDL_WINDOWEVENT_CLOSE:
        w->quit = true;
        break;
    default:
        break;
    }
}

static void button(struct window *w, const SDL_MouseButtonEvent *e)
{
    bool down = e->type == SDL_MOUSEBUTTONDOWN;
    if (e->button == SDL_BUTTON_LEFT)
        mouse(w, down ? UI_PRESS : UI_RELEASE, e->x, e->y, down ? e->clicks : 0, 0);
    else if (e->button == SDL_BUTTON_RIGHT && down)
        mouse(w, UI_MENU, e->x, e->y, e->clicks, 0);
}

void window_event(struct window *w, const SDL_Event *e)
{
    double began = window_now();
    unsigned focus = w->ui.focus;
    switch (e->type) {
    case SDL_QUIT:
        w->quit = true;
        break;
    case SDL_WINDOWEVENT:
        window_changed(w, &e->window);
        break;
    case SDL_MOUSEMOTION:
        mouse(w, UI_MOVE, e->motion.x, e->motion.y, 0, 0);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        button(w, &e->button);
        break;
    case SDL_MOUSEWHEEL:
        if (e->wheel.y != 0)
            mouse(w, UI_WHEEL, (int)(w->ui.mouse.x * w->points), (int)(w->ui.mouse.y * w->points), 0,
                e->wheel.y);
        break;
    case SDL_KEYDOWN:
        w->modifiers = e->key.keysym.mod;
        key_down(w, &e->key);
        break;
    case SDL_KEYUP:
        w->modifiers = e->key.keysym.mod;
        break;
    case SDL_TEXTINPUT:
        typed(w, e->text.text);
        break;
    case SDL_DROPFILE:
        sessions_drop(w, e->drop.file);
        SDL_free(e->drop.file);
        break;
    default:
        if (e->type == w->wake_event) {
            SDL_AtomicSet(&w->wake_sent, 0);
            w->news = true;
        }
        break;
    }
    focus_return(w, focus);
    w->frame_cost += window_now() - began;
}
