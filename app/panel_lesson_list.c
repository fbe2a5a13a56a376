/* The list of lessons: those beside the program, and the one of the command line first. */
#include <math.h>
#include <stdio.h>

#include "app/lecture.h"

enum { ROW_H = 56, LIST_W = 820, LIST_TOP = 96 };

static void list_row(struct window *w, const struct lecture_row *row, int i, struct rect rect)
{
    char id[UI_ID], number[16], note[256];
    const struct theme *t = w->look.theme;
    struct ui *ui = &w->ui;
    snprintf(id, sizeof id, "lesson.%d", i + 1);
    bool hot = ui_control(ui, id, row->title, rect, true);
    ui_value(ui, "%d", row->steps);
    if (!ui->canvas) {
        struct why why = { "" };
        if (ui_clicked(ui, id, rect) && !row->error[0] && lecture_open(w, row->path, &why) != STATUS_OK)
            window_notice(w, true, "%s", why.text);
        return;
    }
    if (hot)
        canvas_round_rect(ui->canvas, rect, 8, t->raised);
    snprintf(number, sizeof number, "%d", i + 1);
    if (row->error[0])
        snprintf(note, sizeof note, "%s", row->error);
    else
        snprintf(
            note, sizeof note, "%d steps%s%.180s", row->steps, row->author[0] ? " \u00b7 " : "", row->author);
    ui_text(ui, rect.x + 44, rect.y + rect.h / 2, number, 20, WEIGHT_REGULAR, t->text3, ALIGN_RIGHT);
    ui_text_fit(ui, rect.x + 60, rect.y + 18, rect.w - 76, row->title, 20, WEIGHT_SEMIBOLD,
        row->error[0] ? t->text3 : t->text1);
    ui_text_fit(ui, rect.x + 60, rect.y + 40, rect.w - 76, note, 14, WEIGHT_REGULAR,
        row->error[0] ? t->bad : t->text2);
    ui_focus_ring(ui, id, rect, 8);
}

static void list_scroll(struct window *w, struct rect view, double content)
{
    struct lecture *l = w->lecture;
    if (w->ui.input.kind == UI_WHEEL && w->ui.mouse_inside && ui_inside(view, w->ui.mouse)) {
        l->list_scroll -= w->ui.input.wheel * ROW_H;
        w->ui.input.kind = UI_NONE;
        window_dirty(w, 1 << AREA_MAIN);
    }
    l->list_scroll = fmax(0, fmin(l->list_scroll, content - view.h));
}

void lecture_list_page(struct window *w)
{
    struct lecture *l = w->lecture;
    struct rect area = w->area[AREA_MAIN];
    const struct theme *t = w->look.theme;
    double wide = fmin(LIST_W, area.w - 48), x = area.x + (area.w - wide) / 2;
    struct rect view = { x - 8, area.y + LIST_TOP, wide + 16, area.h - LIST_TOP - 8 };
    if (w->ui.canvas)
        canvas_rect(w->ui.canvas, area, t->bg);
    ui_text(&w->ui, x + 20, area.y + 40, "Lessons", 32, WEIGHT_SEMIBOLD, t->text1, ALIGN_LEFT);
    ui_text(&w->ui, x + 20, area.y + 74,
        "Page Down goes on, Page Up back; Space shows an answer; Esc leaves. What is training now waits.", 14,
        WEIGHT_REGULAR, t->text2, ALIGN_LEFT);
    list_scroll(w, view, l->rows * (double)ROW_H);
    w->ui.clip = &view;
    if (w->ui.canvas)
        canvas_clip(w->ui.canvas, &view);
    for (int i = 0; i < l->rows && l->listing; i++)
        list_row(w, &l->row[i], i, (struct rect){ x, view.y + i * ROW_H - l->list_scroll, wide, ROW_H - 4 });
    w->ui.clip = NULL;
    if (w->ui.canvas)
        canvas_clip(w->ui.canvas, &area);
    if (l->rows == 0)
        ui_text(&w->ui, x + 20, view.y + 20, "No lessons were found beside the program.", 20, WEIGHT_REGULAR,
            t->text2, ALIGN_LEFT);
}
