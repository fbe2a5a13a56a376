/* The left panel: data, loss, margin, parameters. The margin block stays in sight when the rest must scroll. */
#include <math.h>

#include "app/panel_rows.h"

enum { LOWER_LEAST = 96 };

static void upper(struct window *w, struct flow *f)
{
    section_data(w, f);
    flow_rule(w, f, 6, 12);
    section_loss(w, f);
    flow_rule(w, f, 8, 12);
}

static void lower(struct window *w, struct flow *f)
{
    section_params(w, f);
    section_terms(w, f);
    flow_rule(w, f, 8, 8);
    section_schedule(w, f);
}

static void scroll(struct window *w, struct rect view)
{
    double most = fmax(0, w->panel_content - view.h);
    if (w->ui.input.kind == UI_WHEEL && ui_inside(view, w->ui.mouse) && w->ui.mouse_inside) {
        w->panel_scroll -= w->ui.input.wheel * 48;
        w->ui.input.kind = UI_NONE;
        window_dirty(w, 1 << AREA_PANEL);
    }
    w->panel_scroll = fmin(most, fmax(0, w->panel_scroll));
}

static void scrollbar(struct window *w, struct rect view)
{
    if (!w->ui.canvas || w->panel_content <= view.h + 1)
        return;
    double share = view.h / w->panel_content, y = view.y + w->panel_scroll * share;
    canvas_round_rect(w->ui.canvas, (struct rect){ view.x + view.w - 6, y + 2, 3, view.h * share - 4 }, 1.5,
        w->look.theme->axis);
}

/* A new choice, or another height, shows the chosen loss. */
static void reveal_chosen(struct window *w, double height)
{
    if (w->ui.canvas || (w->revealed_loss == w->experiment.loss && w->revealed_height == height))
        return;
    w->revealed_loss = w->experiment.loss;
    w->revealed_height = height;
    double below = w->chosen_y + LOSS_ROW + 8 - height;
    if (w->panel_scroll < below)
        w->panel_scroll = below;
    if (w->panel_scroll > w->chosen_y - 8)
        w->panel_scroll = fmax(0, w->chosen_y - 8);
    window_dirty(w, 1 << AREA_PANEL);
}

/* What scrolls, clipped to `view`: with `all` the data and losses too, else only what stands below them. */
static void scrolled(struct window *w, struct rect area, struct rect view, struct flow f, bool all)
{
    struct ui *ui = &w->ui;
    ui->clip = &view;
    if (ui->canvas)
        canvas_clip(ui->canvas, &view);
    f.y -= w->panel_scroll;
    double top = f.y;
    if (all) {
        upper(w, &f);
        w->margin_below = 16 + f.y - top + MARGIN_BLOCK;
    }
    lower(w, &f);
    w->panel_content = f.y - top + (all ? 24 : 8);
    ui->clip = NULL;
    if (all)
        reveal_chosen(w, view.h);
    scroll(w, view);
    scrollbar(w, view);
    if (ui->canvas)
        canvas_clip(ui->canvas, &area);
}

/* Too small for everything: data, losses and parameters scroll above the pinned margin block. */
static void pinned(struct window *w, struct rect area, struct flow f)
{
    struct rect view = { area.x, area.y, area.w, area.h - MARGIN_BLOCK - 12 };
    scrolled(w, area, view, f, true);
    struct flow block = { f.x, view.y + view.h + 12, f.width };
    ui_hairline(&w->ui, (struct point){ area.x, view.y + view.h },
        (struct point){ area.x + area.w, view.y + view.h });
    section_margin(w, &block);
}

/* Only what comes after the margin block scrolls: the block stays where it is under every loss. */
static void rest_below(struct window *w, struct rect area, struct flow f)
{
    struct rect view = { area.x, f.y - 4, area.w, area.y + area.h - f.y + 4 };
    scrolled(w, area, view, f, false);
}

void panel_control(struct window *w)
{
    struct rect area = w->area[AREA_PANEL];
    double pad = area.w >= 280 ? 20 : area.w >= 256 ? 16 : 12;
    struct flow f = { area.x + pad, area.y + 16, area.w - 2 * pad - 1 };
    if (w->ui.canvas) {
        canvas_rect(w->ui.canvas, area, w->look.theme->surface);
        ui_hairline(&w->ui, (struct point){ area.x + area.w - 1, area.y },
            (struct point){ area.x + area.w - 1, area.y + area.h });
    }
    bool pin = w->margin_below > 0 && w->margin_below + LOWER_LEAST > area.h;
    if (pin != w->panel_pinned) { /* another part scrolls now */
        w->panel_pinned = pin;
        w->panel_scroll = 0;
        w->revealed_loss = -1;
    }
    if (pin) {
        pinned(w, area, f);
        return;
    }
    upper(w, &f);
    section_margin(w, &f);
    w->margin_below = f.y - area.y;
    flow_rule(w, &f, 0, 8);
    rest_below(w, area, f);
}
