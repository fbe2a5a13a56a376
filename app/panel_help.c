/* The help page: every key and gesture, from the tables that also act. */
#include <math.h>
#include <string.h>

#include "app/panel.h"

enum { HELP_W = 1000, LINE = 25, TOP = 70 };

struct page {
    struct rect box;
    double pitch, size, key, gesture; /* line pitch, text size, widths of the bold columns */
};

static void line(
    struct window *w, const struct page *p, double x, double y, double gap, const char *key, const char *help)
{
    const struct theme *t = w->look.theme;
    ui_text(&w->ui, x, y, key, p->size, WEIGHT_SEMIBOLD, t->text1, ALIGN_LEFT);
    ui_text(&w->ui, x + gap, y, help, p->size, WEIGHT_REGULAR, t->text2, ALIGN_LEFT);
}

static int key_lines(void)
{
    int n = 0;
    for (int i = 0; key_at(i); i++)
        n += key_at(i)->keys != NULL;
    return n;
}

static int gesture_lines(void)
{
    const char *help;
    int n = 0;
    while (gesture_at(n, &help))
        n++;
    return n;
}

/* Keys fill two columns; gestures stand under the shorter second one. */
static void page_draw(struct window *w, const struct page *p, int rows)
{
    int n = 0;
    double left = p->box.x + 32, top = p->box.y + TOP, column = p->box.w / 2 - 20;
    for (int i = 0; key_at(i); i++) {
        const struct key_row *k = key_at(i);
        if (!k->keys)
            continue;
        line(w, p, left + (n / rows) * column, top + (n % rows) * p->pitch, p->key, k->keys, k->help);
        n++;
    }
    double y = top + (n - rows + 0.4) * p->pitch;
    const char *help, *gesture;
    for (int i = 0; (gesture = gesture_at(i, &help)); i++)
        line(w, p, left + column, y + i * p->pitch, p->gesture, gesture, help);
}

static struct page page_layout(const struct window *w, int rows)
{
    double wide = fmin(HELP_W, w->width - 24), pitch = fmin(LINE, (w->height - TOP - 40) / rows);
    bool small = wide < HELP_W || pitch < 20;
    double high = TOP + rows * pitch + 20;
    return (struct page){ .box = { (w->width - wide) / 2, (w->height - high) / 2, wide, high },
        .pitch = pitch,
        .size = small ? 12 : 14,
        .key = small ? 100 : 124,
        .gesture = small ? 146 : 170 };
}

void panel_help(struct window *w)
{
    if (!w->help_open)
        return;
    const struct theme *t = w->look.theme;
    int rows = (key_lines() + gesture_lines() + 2) / 2;
    struct page page = page_layout(w, rows);
    struct rect box = page.box, close = { box.x + box.w - 96, box.y + 18, 72, 32 };
    if (w->ui.canvas) {
        canvas_rect(w->ui.canvas, (struct rect){ 0, 0, w->width, w->height }, color_alpha(t->bg, 0.7));
        canvas_round_rect(w->ui.canvas, box, 12, t->surface);
        canvas_round_outline(w->ui.canvas, box, 12, 1, t->axis);
        ui_text(
            &w->ui, box.x + 32, box.y + 34, "Keys and gestures", 20, WEIGHT_SEMIBOLD, t->text1, ALIGN_LEFT);
        page_draw(w, &page, rows);
    }
    if (ui_text_button(&w->ui, "help.close", "Close", close, true))
        action_help(w, 0);
    if (!w->ui.canvas) {
        if (w->ui.input.kind == UI_PRESS && !ui_inside(box, w->ui.mouse))
            action_help(w, 0);
        ui_block_mouse(&w->ui);
    }
}
