/* What the mouse does with the lens: it places and drags the probe on the feature plane. */
#include <math.h>

#include "app/panel.h"

static const double REACH = 14;

static bool has_disc(const struct window *w)
{
    return w->snap && w->snap->dim == 2 && w->snap->classes > 0 && !w->scene.data && w->snap->targets == 0;
}

static struct point probe_at(const struct window *w, struct rect area)
{
    struct plane plane = feature_plane(&w->scene, &w->look, area);
    return (struct point){ plane.center.x + plane.unit * w->look.probe[0],
        plane.center.y - plane.unit_y * w->look.probe[1] };
}

static void put_probe(struct window *w, struct rect area, struct point at)
{
    struct plane plane = feature_plane(&w->scene, &w->look, area);
    w->look.probe[0] = (at.x - plane.center.x) / plane.unit;
    w->look.probe[1] = (plane.center.y - at.y) / plane.unit_y;
    window_dirty(w, AREAS_SNAPSHOT);
}

/* A new one is of the class that is lit, or else of the one that wins where it stands. */
static void new_probe(struct window *w)
{
    struct head rule = snapshot_head(w->snap);
    w->look.probing = true;
    w->look.probe_label =
        w->lit_kept >= 0 ? w->lit_kept : loss_predict(&w->snap->force, w->look.probe, &rule);
}

static void press(struct window *w, struct rect area, struct point at)
{
    int label = feature_pick_chip(&w->scene, &w->look, area, at);
    if (label >= 0 && w->look.probing) {
        w->look.probe_label = label;
        window_dirty(w, AREAS_SNAPSHOT);
        return;
    }
    put_probe(w, area, at);
    if (!w->look.probing)
        new_probe(w);
    w->probe_held = true;
}

bool panel_probe(struct window *w, struct rect area, bool hot)
{
    const struct ui_input *in = &w->ui.input;
    if (in->kind == UI_RELEASE && w->probe_held) {
        w->probe_held = false;
        return true;
    }
    if (!has_disc(w))
        return w->probe_held = false;
    if (in->kind == UI_MOVE && w->probe_held) {
        put_probe(w, area, in->at);
        return true;
    }
    if (in->kind != UI_PRESS || !hot)
        return false;
    struct point probe = probe_at(w, area);
    bool near = w->look.probing && hypot(probe.x - in->at.x, probe.y - in->at.y) <= REACH;
    if (!in->alt && !near)
        return false;
    if (near && !in->alt)
        w->probe_held = true;
    else
        press(w, area, in->at);
    return true;
}

bool panel_probe_nudge(struct window *w, struct rect area, double dx, double dy)
{
    double x[LENS_DIM];
    struct lens lens;
    if (!has_disc(w))
        return false;
    if (!w->look.probing) { /* from the sample on show */
        bool some = lens_of(&w->scene, &w->look, x, &lens);
        w->look.probe[0] = some ? x[0] : 0;
        w->look.probe[1] = some ? x[1] : 0;
        new_probe(w);
    }
    struct point at = probe_at(w, area);
    put_probe(w, area, (struct point){ at.x + dx, at.y + dy });
    return true;
}
