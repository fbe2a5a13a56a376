/* Drawing without a mouse: a cross in the plane of the data, which arrows move; Enter uses the tool there. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/panel_draw.h"

static const double FINE = 4, COARSE = 32, ARM = 15, HOLE = 7;

static void set_cross(struct window *w, const double xy[2])
{
    memcpy(w->draw.cross, xy, sizeof w->draw.cross);
    w->draw.crossed = true;
    window_dirty(w, 1 << AREA_MAIN);
}

/* At first on the origin; in the middle where that is out of sight. */
static bool stand(struct window *w, struct rect area, struct point *at)
{
    double xy[2] = { 0, 0 };
    if (w->draw.crossed)
        memcpy(xy, w->draw.cross, sizeof xy);
    if (!draw_place(w, area, xy, at))
        return false;
    if (draw_unplace(w, area, *at, xy)) {
        set_cross(w, xy);
        return true;
    }
    *at = (struct point){ area.x + area.w / 2, area.y + area.h / 2 };
    if (!draw_unplace(w, area, *at, xy))
        return false;
    set_cross(w, xy);
    return true;
}

/* As far as the plane goes. */
static struct point go(struct window *w, struct rect area, struct point at, double dx, double dy, bool coarse)
{
    double xy[2];
    for (double step = coarse ? COARSE : FINE; step >= 1; step /= 2) {
        struct point to = { at.x + step * dx, at.y + step * dy };
        if (!draw_unplace(w, area, to, xy))
            continue;
        set_cross(w, xy);
        return to;
    }
    return at;
}

static void next_point(struct window *w, struct rect area, struct point at, int dx, int dy)
{
    const struct experiment *e = &w->experiment;
    double least = HUGE_VAL;
    for (int i = 0; i < e->dot_count; i++) {
        double xy[2] = { (double)e->dot[i].x, (double)e->dot[i].y };
        struct point to;
        double way = draw_place(w, area, xy, &to) ? panel_way(at, to, dx, dy) : HUGE_VAL;
        if (way >= least)
            continue;
        least = way;
        set_cross(w, xy);
    }
}

static void arrow(struct window *w, struct rect area, struct point at, int dx, int dy)
{
    const struct ui_input *in = &w->ui.input;
    if (in->ctrl) {
        next_point(w, area, at, dx, dy);
        return;
    }
    int row = in->alt ? draw_under(w, area, at) : -1;
    struct point to = go(w, area, at, dx, dy, in->shift);
    if (row >= 0)
        draw_carry(w, area, row, to);
}

bool draw_cross_key(struct window *w, struct rect area)
{
    const struct ui_input *in = &w->ui.input;
    int key = in->key, dx = (key == SDLK_RIGHT) - (key == SDLK_LEFT),
        dy = (key == SDLK_DOWN) - (key == SDLK_UP);
    bool enter = key == SDLK_RETURN || key == SDLK_KP_ENTER;
    bool away = key == SDLK_DELETE && !w->draw.pointed;
    struct point at;
    if (!draw_ready(w) || !(dx || dy || enter || away) || !stand(w, area, &at))
        return false;
    w->draw.pointed = false;
    if (enter)
        draw_use(w, area, at);
    else if (away)
        draw_take_away(w, area, at);
    else
        arrow(w, area, at, dx, dy);
    return true;
}

void draw_focus(struct window *w)
{
    char id[UI_ID];
    if (w->ui.input.kind != UI_KEY)
        return;
    snprintf(id, sizeof id, "view.%s", w->view->id);
    w->ui.focus = ui_hash(id);
    w->ui.focus_shown = true;
}

const char *draw_about(const struct window *w, const char *id)
{
    bool here = draw_ready(w) && strncmp(id, "view.", 5) == 0 && strcmp(id + 5, w->view->id) == 0;
    return here ? "draw.cross" : id;
}

/* ---- how it looks ---- */

static void arms(struct window *w, struct point at, double width, struct color color)
{
    static const int way[4][2] = { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } };
    for (int i = 0; i < 4; i++)
        canvas_line(w->ui.canvas, (struct point){ at.x + HOLE * way[i][0], at.y + HOLE * way[i][1] },
            (struct point){ at.x + ARM * way[i][0], at.y + ARM * way[i][1] }, width, color);
}

/* With the class that would come; the eraser's is empty. */
void draw_cross(struct window *w, const char *id, struct rect area)
{
    const struct theme *t = w->look.theme;
    struct point at;
    if (!draw_ready(w) || w->ui.focus != ui_hash(id) || !w->ui.focus_shown || !stand(w, area, &at))
        return;
    arms(w, at, 5, t->bg);
    arms(w, at, 2, t->text1);
    struct marker marker = class_marker(t, w->draw.class, 4);
    marker.outline = t->text1;
    marker.outline_width = 1;
    if (w->draw.tool != DRAW_ERASER)
        canvas_markers(w->ui.canvas, &at, 1, &marker);
}
