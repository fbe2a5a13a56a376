/* The mouse on the views that are neither the plane nor the ball, in the main area or in a cell: the threshold along
 * the ROC, the two weights of the stage, the samples of the inputs, the cross-hair of the curves. */
#include <math.h>

#include "app/panel.h"

struct touch {
    const struct view *view;
    struct rect rect;
    bool hot;
    unsigned area; /* to be drawn again where only this view changes */
};

/* --- the threshold of verification --------------------------------------------------------------------- */

static void roc_touch(struct window *w, const struct touch *t)
{
    const struct ui_input *in = &w->ui.input;
    bool press = in->kind == UI_PRESS && t->hot, twice = press && in->clicks == 2;
    w->held_view = press ? t->view : w->held_view;
    if (!press && !(in->kind == UI_MOVE && w->held_view == t->view))
        return;
    double tau = twice ? NAN : roc_pick(&w->scene, &w->look, t->rect, in->at);
    if (isnan(tau) && !twice)
        return;
    w->look.tau = tau;
    window_dirty(w, 1 << AREA_MAIN | 1 << AREA_SIDE);
}

/* --- two classes --------------------------------------------------------------------------------------- */

static void stage_touch(struct window *w, const struct touch *t)
{
    const struct ui_input *in = &w->ui.input;
    if (in->kind == UI_PRESS && t->hot && in->clicks == 2) {
        struct look fresh;
        look_init(&fresh, w->look.theme);
        w->look.stage_angle = fresh.stage_angle;
        w->look.stage_norm[0] = fresh.stage_norm[0];
        w->look.stage_norm[1] = fresh.stage_norm[1];
    } else if (in->kind == UI_PRESS && t->hot) {
        w->held_handle = stage_pick(&w->look, t->rect, in->at);
        w->held_view = w->held_handle >= 0 ? t->view : NULL;
        return;
    } else if (in->kind == UI_MOVE && w->held_view == t->view) {
        stage_drag(&w->look, t->rect, w->held_handle, in->at);
    } else {
        return;
    }
    window_dirty(w, t->area);
}

/* --- inputs -------------------------------------------------------------------------------------------- */

static void input_touch(struct window *w, const struct touch *t)
{
    const struct ui_input *in = &w->ui.input;
    if (!t->hot || (in->kind != UI_MOVE && in->kind != UI_PRESS))
        return;
    int sample = input_pick(&w->scene, &w->look, t->rect, in->at);
    if (in->kind == UI_MOVE)
        w->under = sample;
    else
        window_select(w, sample, sample >= 0);
}

/* --- curves -------------------------------------------------------------------------------------------- */

static void curves_touch(struct window *w, const struct touch *t)
{
    const struct ui_input *in = &w->ui.input;
    if (in->kind != UI_MOVE)
        return;
    double step = t->hot ? curves_pick(&w->scene, &w->look, t->rect, in->at) : NAN;
    if (step == w->look.cross_step || (isnan(step) && isnan(w->look.cross_step)))
        return;
    w->look.cross_step = step;
    window_dirty(w, t->area);
}

void panel_touch(struct window *w, const struct view *view, struct rect rect, bool hot)
{
    static const struct {
        const struct view *view;
        void (*touch)(struct window *, const struct touch *);
    } rows[] = {
        { &view_roc, roc_touch },
        { &view_stage, stage_touch },
        { &view_input, input_touch },
        { &view_curves, curves_touch },
    };
    struct touch touch = { view, rect, hot, view == w->view ? 1 << AREA_MAIN : 1 << AREA_SIDE };
    if (!w->snap || w->ui.input.kind == UI_NONE)
        return;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].view == view)
            rows[i].touch(w, &touch);
    if (w->ui.input.kind == UI_RELEASE && w->held_view == view)
        w->held_view = NULL;
}
