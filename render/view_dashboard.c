#include "render/view.h"

#include <math.h>

enum { CELLS = 4, CELL_LOWEST = 176 };

/* Heights of the right column's cells from top to bottom, and their order of importance where not all fit. */
static const double height[CELLS] = { 216, 216, 184, 184 };
static const int rank[CELLS] = { 0, 3, 2, 1 };

/* The window's first arrangement of a tab: plane, sphere, basics. */
static const struct view *const plane_column[CELLS] = { &view_sphere, &view_curves, &view_logit,
    &view_angles };
static const struct view *const solid_column[CELLS] = { &view_roc, &view_confusion, &view_curves,
    &view_pairs };
static const struct view *const score_column[CELLS] = { &view_score, &view_field, &view_curves,
    &view_confusion };

static void hairline(struct canvas *c, const struct theme *theme, double x, double y, double w, double h)
{
    canvas_rect(c, (struct rect){ floor(x), floor(y), fmax(1, w), fmax(1, h) }, theme->hairline);
}

static bool is_taken(const struct view *const *cell, const struct view *view)
{
    for (int i = 0; i < CELLS; i++)
        if (cell[i] == view)
            return true;
    return false;
}

/* Something that has a picture in place of `cell`, if there is. */
static const struct view *stand_in(
    const struct view *const *cells, const struct view *cell, const struct scene *scene)
{
    static const struct view *const spare[] = { &view_logit, &view_angles, &view_confusion, &view_lens,
        &view_field };
    for (size_t i = 0; i < sizeof spare / sizeof spare[0]; i++)
        if (!is_taken(cells, spare[i]) && !spare[i]->missing(scene))
            return spare[i];
    return cell;
}

static void choose(const struct scene *scene, const struct view *out[CELLS])
{
    const struct snapshot *snap = scene->snap;
    const struct view *const *column = plane_column;
    if (snap && snap->force.loss && !view_score.missing(scene))
        column = score_column;
    else if (snap && snap->dim >= 3)
        column = solid_column;
    for (int i = 0; i < CELLS; i++)
        out[i] = column[i];
    for (int i = 0; snap && snap->force.loss && snap->count > 0 && i < CELLS; i++)
        if (out[i]->missing(scene))
            out[i] = stand_in(out, out[i], scene);
}

static void draw_column(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    int fit = (int)fmin(CELLS, floor(rect.h / CELL_LOWEST)), drawn = 0;
    double total = 0, y = rect.y;
    const struct view *view[CELLS];
    choose(scene, view);
    for (int i = 0; i < CELLS; i++)
        total += rank[i] < fit ? height[i] : 0;
    for (int i = 0; i < CELLS; i++) {
        if (rank[i] >= fit)
            continue;
        struct rect cell = { rect.x, y, rect.w, height[i] * rect.h / total };
        view_draw(view[i], c, scene, look, cell);
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
