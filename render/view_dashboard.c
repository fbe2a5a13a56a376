#include "render/view.h"

#include <math.h>

/* The right column's views from top to bottom with the heights of the reference, and their order of importance
 * where not all of them fit. */
struct cell {
    const struct view *view;
    double height;
    int rank;
};

static const struct cell column[] = {
    { &view_sphere, 216, 0 },
    { &view_curves, 216, 3 },
    { &view_logit, 184, 2 },
    { &view_angles, 184, 1 },
};

enum { CELLS = sizeof column / sizeof column[0], CELL_LOWEST = 176 };

static void hairline(struct canvas *c, const struct theme *theme, double x, double y, double w, double h)
{
    canvas_rect(c, (struct rect){ floor(x), floor(y), fmax(1, w), fmax(1, h) }, theme->hairline);
}

/* With 3-D features the sphere is the main picture, and its cell is free for another. */
static const struct view *shown_in(const struct cell *cell, const struct scene *scene)
{
    bool solid = scene->snap && scene->snap->dim >= 3;
    return solid && cell->view == &view_sphere ? &view_confusion : cell->view;
}

static void draw_column(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    int fit = (int)fmin(CELLS, floor(rect.h / CELL_LOWEST)), drawn = 0;
    double total = 0, y = rect.y;
    for (int i = 0; i < CELLS; i++)
        total += column[i].rank < fit ? column[i].height : 0;
    for (int i = 0; i < CELLS; i++) {
        if (column[i].rank >= fit)
            continue;
        struct rect cell = { rect.x, y, rect.w, column[i].height * rect.h / total };
        view_draw(shown_in(&column[i], scene), c, scene, look, cell);
        if (drawn++ > 0)
            hairline(c, look->theme, rect.x + 20, y, rect.w - 40, 1);
        y += cell.h;
    }
}

static void draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    double top = rect.h < 800 ? 64 : 87, side = rect.w < 1000 ? 0 : rect.w < 1160 ? 300 : 360;
    struct rect header = { rect.x, rect.y, rect.w, top };
    struct rect plane = { rect.x, rect.y + top + 1, rect.w - side, rect.h - top - 1 };
    struct rect right = { plane.x + plane.w, plane.y, side, plane.h };
    header_draw(c, scene, look, header);
    hairline(c, look->theme, rect.x, rect.y + top, rect.w, 1);
    view_draw(scene->snap && scene->snap->dim >= 3 ? &view_sphere : &view_feature, c, scene, look, plane);
    if (side > 0) {
        draw_column(c, scene, look, right);
        hairline(c, look->theme, right.x, right.y, 1, right.h);
    }
}

static const char *missing(const struct scene *scene)
{
    (void)scene;
    return NULL;
}

const struct view view_dashboard = { "dashboard", "Dashboard", draw, missing };
