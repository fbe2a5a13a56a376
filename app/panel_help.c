/* The help page: every key and gesture, from the tables that also act. */
#include <math.h>
#include <string.h>

#include "app/panel.h"

enum { HELP_W = 940, LINE = 25, TOP = 70 };

static void line(struct window *w, double x, double y, double gap, const char *key, const char *help)
{
    const struct theme *t = w->look.theme;
    ui_text(&w->ui, x, y, key, 14, WEIGHT_SEMIBOLD, t->text1, ALIGN_LEFT);
    ui_text(&w->ui, x + gap, y, help, 14, WEIGHT_REGULAR, t->text2, ALIGN_LEFT);
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
static void page(struct window *w, struct rect box, int rows, double pitch)
{
    int n = 0;
    for (int i = 0; key_at(i); i++) {
        const struct key_row *k = key_at(i);
        if (!k->keys)
            continue;
        double x = box.x + 32 + (n / rows) * (HELP_W / 2.0 - 20);
        line(w, x, box.y + TOP + (n % rows) * pitch, 124, k->keys, k->help);
        n++;
    }
    double x = box.x + 32 + (HELP_W / 2.0 - 20), y = box.y + TOP + (n - rows + 0.4) * pitch;
    const char *help, *gesture;
    for (int i = 0; (gesture = gesture_at(i, &help)); i++)
        line(w, x, y + i * pitch, 170, gesture, help);
}

void panel_help(struct window *w)
{
    if (!w->help_open)
        return;
    const struct theme *t = w->look.theme;
    int rows = (key_lines() + gesture_lines() + 2) / 2;
    double room = w->height - 40 - TOP - 20, pitch = fmin(LINE, room / rows);
    struct rect box = { w->width / 2 - HELP_W / 2.0, 0, HELP_W, TOP + rows * pitch + 20 };
    box.y = w->height / 2 - box.h / 2;
    struct rect close = { box.x + box.w - 96, box.y + 18, 72, 32 };
    if (w->ui.canvas) {
        canvas_rect(w->ui.canvas, (struct rect){ 0, 0, w->width, w->height }, color_alpha(t->bg, 0.7));
        canvas_round_rect(w->ui.canvas, box, 12, t->surface);
        canvas_round_outline(w->ui.canvas, box, 12, 1, t->axis);
        ui_text(
            &w->ui, box.x + 32, box.y + 34, "Keys and gestures", 20, WEIGHT_SEMIBOLD, t->text1, ALIGN_LEFT);
        page(w, box, rows, pitch);
    }
    if (ui_text_button(&w->ui, "help.close", "Close", close, true))
        action_help(w, 0);
    if (!w->ui.canvas) {
        if (w->ui.input.kind == UI_PRESS && !ui_inside(box, w->ui.mouse))
            action_help(w, 0);
        ui_block_mouse(&w->ui);
    }
}
