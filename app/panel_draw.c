/* Points put by hand: the bar with classes and tools under the plane of the data, and what the mouse does on it. The
 * points are part of the experiment, so that every edit goes the way a slider's does. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/compare.h"
#include "app/lecture.h"
#include "app/panel_draw.h"
#include "math/draw.h"
#include "math/rng.h"
#include "render/text.h"

enum { BAR = 48, CHIP = 30, TOOL_W = 84, GAP = 6 };
static const double REACH = 9, LINE_SPACING = 14, SPRAY_SPACING = 9, SPRAY_RADIUS = 16;

/* ---- the plane ---- */

static bool own_plane(const struct window *w)
{
    return w->view == &view_feature && w->snap && w->snap->experiment.model == MODEL_IDENTITY &&
           w->snap->dim == 2;
}

/* Where `at` lies among the data, in the view that shows them. */
bool draw_unplace(struct window *w, struct rect area, struct point at, double xy[2])
{
    if (!w->snap || !draw_chosen(&w->snap->experiment) || !ui_inside(area, at))
        return false;
    if (own_plane(w)) /* the disc ends at its ring */
        return feature_unplace(&w->scene, &w->look, area, at, xy) &&
               (w->scene.data || hypot(xy[0], xy[1]) <= w->scene.ring);
    return w->view == &view_input && input_unplace(&w->scene, &w->look, area, at, xy);
}

bool draw_place(struct window *w, struct rect area, const double xy[2], struct point *out)
{
    if (!own_plane(w))
        return w->view == &view_input && input_place(&w->scene, &w->look, area, xy, out);
    struct plane plane = feature_plane(&w->scene, &w->look, area);
    *out = (struct point){ plane.center.x + plane.unit * xy[0], plane.center.y - plane.unit_y * xy[1] };
    return true;
}

/* The plane must not run away from a hand that draws beyond its edge. */
static void take_over(struct window *w)
{
    if (own_plane(w) && w->scene.data && !w->box_held) {
        w->box_held = true;
        memcpy(w->held_box, w->scene.box, sizeof w->held_box);
    }
    action_apply(w);
}

/* The point nearest to `at`, within reach; -1 none. */
int draw_under(struct window *w, struct rect area, struct point at)
{
    const struct experiment *e = &w->experiment;
    double least = REACH;
    int best = -1;
    for (int i = 0; i < e->dot_count; i++) {
        double xy[2] = { (double)e->dot[i].x, (double)e->dot[i].y };
        struct point here;
        if (!draw_place(w, area, xy, &here))
            return -1;
        double away = hypot(here.x - at.x, here.y - at.y);
        if (away <= least) {
            least = away;
            best = i;
        }
    }
    return best;
}

/* ---- edits ---- */

static bool full(struct window *w)
{
    if (w->experiment.dot_count < DRAW_MAX)
        return false;
    window_notice(w, true, "%d points are drawn, which is all there is room for; erase some first", DRAW_MAX);
    return true;
}

static bool add_point(struct window *w, struct rect area, struct point at)
{
    double xy[2];
    if (!draw_unplace(w, area, at, xy) || full(w))
        return false;
    struct dot dot = { (float)xy[0], (float)xy[1], w->draw.class };
    draw_apply(&w->experiment, &(struct draw_edit){ DRAW_PUT, w->experiment.dot_count, dot });
    return true;
}

static bool erase(struct window *w, struct rect area, struct point at)
{
    int row = draw_under(w, area, at);
    if (row < 0)
        return false;
    draw_apply(&w->experiment, &(struct draw_edit){ .kind = DRAW_REMOVE, .at = row });
    return true;
}

void draw_carry(struct window *w, struct rect area, int row, struct point at)
{
    double xy[2];
    if (row >= w->experiment.dot_count || !draw_unplace(w, area, at, xy))
        return;
    struct dot dot = { (float)xy[0], (float)xy[1], w->experiment.dot[row].label };
    draw_apply(&w->experiment, &(struct draw_edit){ DRAW_PUT, row, dot });
    take_over(w);
}

/* The brush leaves a few points about each of the places it comes by. */
static bool spray(struct window *w, struct rect area, struct point at)
{
    struct rng rng;
    bool any = false;
    rng_init(&rng, ++w->draw.sprayed, RNG_DATA);
    for (int i = 0; i < 2; i++) {
        double angle = 2 * 3.14159265358979323846 * rng_uniform(&rng),
               away = SPRAY_RADIUS * sqrt(rng_uniform(&rng));
        any |= add_point(w, area, (struct point){ at.x + away * cos(angle), at.y + away * sin(angle) });
    }
    return any;
}

static bool leave(struct window *w, struct rect area, struct point at)
{
    w->draw.last = at;
    return w->draw.tool == DRAW_ERASER  ? erase(w, area, at)
           : w->draw.tool == DRAW_BRUSH ? spray(w, area, at)
                                        : add_point(w, area, at);
}

void draw_use(struct window *w, struct rect area, struct point at)
{
    if (leave(w, area, at))
        take_over(w);
}

void draw_take_away(struct window *w, struct rect area, struct point at)
{
    if (erase(w, area, at))
        take_over(w);
}

/* A fast hand reports few places: all between are passed. */
static void stroke(struct window *w, struct rect area, struct point to)
{
    double spacing = w->draw.tool == DRAW_POINTS  ? LINE_SPACING
                     : w->draw.tool == DRAW_BRUSH ? SPRAY_SPACING
                                                  : 4;
    bool any = false;
    for (;;) {
        struct point from = w->draw.last;
        double away = hypot(to.x - from.x, to.y - from.y);
        if (away < spacing)
            break;
        any |= leave(w, area,
            (struct point){
                from.x + (to.x - from.x) * spacing / away, from.y + (to.y - from.y) * spacing / away });
    }
    if (any)
        take_over(w);
}

static void press(struct window *w, struct rect area, struct point at)
{
    int row = w->draw.tool == DRAW_POINTS ? draw_under(w, area, at) : -1;
    w->draw.held_point = row;
    w->draw.stroke = row < 0;
    if (row < 0)
        draw_use(w, area, at);
}

/* ---- another data set becomes the drawing ---- */

static bool copyable(const struct window *w)
{
    const struct dataset *d = w->data;
    return d && d->dim == 2 && !d->pixel && !d->numbers && d->targets == 0 && d->classes <= DRAW_CLASSES &&
           d->holdout == 0 && d->train + d->test <= DRAW_MAX;
}

static void copy_points(struct window *w, struct experiment *e)
{
    const struct dataset *d = w->data;
    e->dot_count = d->train + d->test;
    for (int i = 0; i < e->dot_count; i++)
        e->dot[i] = (struct dot){ d->value[2 * i], d->value[2 * i + 1], d->label[i] };
    for (int i = 0; i < e->move_count; i++)
        if (e->move[i].row < e->dot_count) {
            e->dot[e->move[i].row].x = (float)e->move[i].x;
            e->dot[e->move[i].row].y = (float)e->move[i].y;
        }
}

/* What drawn points cannot go with goes; a loss for numbers gives way to one for classes. */
void draw_fit(struct experiment *e)
{
    enum loss_task task = experiment_loss(e)->task;
    const struct loss *loss = loss_find(task == TASK_REAL ? "hinge" : "softmax");
    snprintf(e->dataset, sizeof e->dataset, "%s", DRAW_DATASET);
    e->features_npy[0] = e->labels_npy[0] = e->weights_npy[0] = e->classes[0] = e->holdout[0] = '\0';
    e->move_count = 0;
    e->model = e->model == MODEL_IDENTITY ? e->model : MODEL_MLP;
    e->split = SPLIT_TRAIN;
    if (task == TASK_REAL || task == TASK_MULTI)
        e->loss = loss_index(loss);
}

static void recall(struct window *w, struct experiment *e)
{
    e->dot_count = w->draw.kept_count;
    memcpy(e->dot, w->draw.kept, sizeof e->dot);
}

/* The points shown become drawn ones, or the last drawing returns, at first an empty plane. */
static bool take_data(struct window *w)
{
    struct experiment before = w->experiment;
    struct why why = { "" };
    bool copies = copyable(w);
    if (draw_chosen(&w->experiment))
        return true;
    if (copies)
        copy_points(w, &w->experiment);
    else
        recall(w, &w->experiment);
    draw_fit(&w->experiment);
    if (experiment_check(&w->experiment, &why) != STATUS_OK) {
        window_notice(w, true, "%s", why.text);
        w->experiment = before;
        return false;
    }
    if (copies)
        window_notice(w, false, "The %d points are now drawn ones, and the training starts anew with them",
            w->experiment.dot_count);
    action_settle(w, &before);
    w->sweeping = false;
    action_apply(w);
    return true;
}

/* Under other data nothing drawn is left over; it waits here until they are drawn points again. */
void draw_follow(struct window *w, struct experiment *e)
{
    if (draw_chosen(e) && !draw_chosen(&w->experiment)) {
        recall(w, e);
        draw_fit(e);
    } else if (!draw_chosen(e) && e->dot_count > 0) {
        w->draw.kept_count = e->dot_count;
        memcpy(w->draw.kept, e->dot, sizeof e->dot);
        e->dot_count = 0;
    }
    if (w->draw.on && !draw_chosen(e)) {
        w->draw.on = false;
        compare_draw(w);
    }
}

static void show_plane(struct window *w)
{
    bool own = w->experiment.model == MODEL_IDENTITY;
    action_view(w, own ? view_feature.id : view_input.id);
}

void action_draw(struct window *w, int unused)
{
    (void)unused;
    w->draw.stroke = false;
    w->draw.held_point = -1;
    window_dirty(w, AREAS_ALL);
    w->map_stale = true;
    if (w->draw.on) {
        w->draw.on = false;
        compare_draw(w);
        return;
    }
    if (lecture_active(w)) {
        window_notice(w, false, "A lesson has its own data: leave it (Esc) to draw points");
        return;
    }
    if (!take_data(w))
        return;
    w->draw.on = true;
    w->draw.class = 0;
    w->draw.crossed = false;
    compare_draw(w);
    show_plane(w);
    draw_focus(w);
}

/* ---- the keyboard ---- */

/* Of all trainings, which share the points. */
static int most_class(const struct window *w)
{
    bool two = experiment_loss(&w->experiment)->task == TASK_SCORE;
    for (int i = 0; compare_several(w) && i < w->compare->count; i++)
        two = two || (i != w->compare->focus && experiment_loss(&w->compare->wanted[i])->task == TASK_SCORE);
    return two ? 2 : DRAW_CLASSES;
}

/* A new class is the next one: without gaps every class has a weight of its own to learn. */
static void choose_class(struct window *w, int class)
{
    int next = 0;
    for (int i = 0; i < w->experiment.dot_count; i++)
        next = w->experiment.dot[i].label >= next ? w->experiment.dot[i].label + 1 : next;
    next = next < 1 ? 1 : next;
    if (class >= most_class(w))
        window_notice(
            w, false, "A loss of one score takes two classes; choose Softmax or another head for more");
    else if (class > next)
        window_notice(w, false, "Class %d is the next new one", next);
    w->draw.class = class < most_class(w) ? (class < next ? class : next) : w->draw.class;
    w->draw.class = w->draw.class < most_class(w) ? w->draw.class : most_class(w) - 1;
    w->draw.tool = w->draw.tool == DRAW_ERASER ? DRAW_POINTS : w->draw.tool;
    window_dirty(w, 1 << AREA_MAIN);
    w->map_stale = true;
}

static void choose_tool(struct window *w, enum draw_tool tool)
{
    w->draw.tool = tool;
    w->draw.stroke = false;
    w->draw.held_point = -1;
    window_dirty(w, 1 << AREA_MAIN);
    w->map_stale = true;
}

bool draw_ready(const struct window *w)
{
    return w->draw.on && !lecture_active(w) && !compare_open(w);
}

bool draw_typed(struct window *w, const char *text)
{
    if (!draw_ready(w) || text[1] || text[0] < '0' || text[0] > '9')
        return false;
    choose_class(w, text[0] - '0');
    return true;
}

static struct rect board(const struct window *w)
{
    struct rect area = w->area[AREA_MAIN];
    area.h -= draw_ready(w) ? BAR : 0;
    return area;
}

/* In the basics a point goes without any mode, as it comes. */
static bool basics(const struct window *w)
{
    return w->view == &view_feature && w->scene.data && w->snap->targets == 0 && !lecture_active(w) &&
           !compare_open(w);
}

bool draw_key(struct window *w, int sym, bool ctrl)
{
    if (ctrl || !w->snap)
        return false;
    if (draw_ready(w) && sym == SDLK_x) {
        choose_tool(w, (w->draw.tool + 1) % DRAW_TOOLS);
        return true;
    }
    if (sym != SDLK_DELETE || !(draw_ready(w) || basics(w)))
        return false;
    if (!draw_chosen(&w->experiment)) /* the first time it only becomes possible */
        return take_data(w);
    draw_take_away(w, board(w), w->ui.mouse);
    return true;
}

/* ---- the mouse ---- */

static bool basics_press(struct window *w, struct rect area, struct point at)
{
    if (!basics(w) || !take_data(w))
        return false;
    double xy[2];
    if (!feature_unplace(&w->scene, &w->look, area, at, xy) || full(w))
        return true;
    w->draw.class = w->lit_kept >= 0 && w->lit_kept < 2 ? w->lit_kept : w->draw.class < 2 ? w->draw.class : 0;
    struct dot dot = { (float)xy[0], (float)xy[1], w->draw.class };
    draw_apply(&w->experiment, &(struct draw_edit){ DRAW_PUT, w->experiment.dot_count, dot });
    take_over(w);
    return true;
}

/* Drawn points are dragged with the drawing off as well: they are data. */
static bool drag_drawn(struct window *w, struct rect area, bool hot)
{
    const struct ui_input *in = &w->ui.input;
    if (in->kind == UI_PRESS && hot && !in->alt && own_plane(w) && draw_chosen(&w->snap->experiment))
        w->draw.held_point = draw_under(w, area, in->at);
    return w->draw.held_point >= 0;
}

bool draw_input(struct window *w, struct rect area, bool hot)
{
    const struct ui_input *in = &w->ui.input;
    if (in->kind == UI_PRESS && hot && in->alt && w->snap && basics_press(w, area, in->at))
        return true;
    if (!w->snap || !(draw_ready(w) || drag_drawn(w, area, hot)))
        return false;
    w->draw.pointed = w->draw.pointed || in->kind == UI_MOVE;
    if (in->kind == UI_RELEASE) {
        bool was = w->draw.stroke || w->draw.held_point >= 0;
        w->draw.stroke = false;
        w->draw.held_point = -1;
        return was;
    }
    if (in->kind == UI_MOVE && w->draw.held_point >= 0) {
        draw_carry(w, area, w->draw.held_point, in->at);
    } else if (in->kind == UI_MOVE && w->draw.stroke) {
        stroke(w, area, in->at);
    } else if (in->kind == UI_PRESS && hot && draw_ready(w)) {
        double xy[2];
        if (!draw_unplace(w, area, in->at, xy))
            return false;
        press(w, area, in->at);
    } else if (in->kind == UI_MENU && hot && draw_ready(w)) {
        draw_take_away(w, area, in->at);
    } else {
        return w->draw.held_point >= 0;
    }
    return true;
}

/* ---- the bar ---- */

static void chip(struct window *w, int class, struct rect r)
{
    char id[UI_ID], label[UI_LABEL], digit[8];
    const struct theme *t = w->look.theme;
    snprintf(id, sizeof id, "draw.class.%d", class);
    snprintf(label, sizeof label, "Class %d: key %d", class, class);
    snprintf(digit, sizeof digit, "%d", class);
    bool chosen = w->draw.class == class && w->draw.tool != DRAW_ERASER;
    bool hot = ui_control(&w->ui, id, label, r, true);
    ui_value(&w->ui, chosen ? "on" : "off");
    if (!w->ui.canvas) {
        if (ui_clicked(&w->ui, id, r))
            choose_class(w, class);
        return;
    }
    canvas_round_rect(w->ui.canvas, r, 6, chosen ? t->raised : hot ? t->surface : t->bg);
    canvas_round_outline(w->ui.canvas, r, 6, chosen ? 1.5 : 1, chosen ? t->text1 : t->hairline);
    struct marker marker = class_marker(t, class, 4.5);
    marker.outline = t->disc;
    marker.outline_width = 0.9;
    struct point at = { r.x + 10, r.y + r.h / 2 };
    canvas_markers(w->ui.canvas, &at, 1, &marker);
    ui_text(&w->ui, r.x + 21, r.y + r.h / 2, digit, 13, WEIGHT_SEMIBOLD, t->text1, ALIGN_CENTER);
    ui_focus_ring(&w->ui, id, r, 6);
}

static void tool(struct window *w, enum draw_tool which, struct rect r)
{
    static const char *const id[] = { "draw.add", "draw.brush", "draw.erase" };
    static const char *const label[] = { "Points", "Brush", "Eraser" };
    bool chosen = w->draw.tool == which;
    if (ui_text_button(&w->ui, id[which], label[which], r, chosen))
        choose_tool(w, which);
    ui_value(&w->ui, chosen ? "on" : "off");
}

/* As many classes as there are and the next; where there is no room for all, the chosen one is among them. */
static int classes_shown(const struct window *w)
{
    int classes = draw_classes(&w->experiment) + (draw_present(&w->experiment) > 1), most = most_class(w);
    classes = w->draw.class >= classes ? w->draw.class + 1 : classes;
    return classes < most ? classes : most;
}

/* What to do next, while there is too little to train on. */
static void prompt(const struct window *w, char *text, size_t size)
{
    const struct experiment *e = &w->experiment;
    int classes = draw_present(e);
    const char *ends = "X: tool \u00b7 L or Esc ends";
    if (e->dot_count == 0)
        snprintf(text, size, "click, or arrows and Enter, to put a point of class %d \u00b7 %s",
            w->draw.class, ends);
    else if (classes < 2 && e->dot[0].label == w->draw.class)
        snprintf(text, size, "now points of another class: key %d \u00b7 %s", w->draw.class ? 0 : 1, ends);
    else
        snprintf(text, size, "%d point%s \u00b7 %s", e->dot_count, e->dot_count == 1 ? "" : "s", ends);
}

struct rect panel_draw(struct window *w, struct rect area)
{
    const struct theme *t = w->look.theme;
    if (!draw_ready(w))
        return area;
    struct rect bar = { area.x, area.y + area.h - BAR, area.w, BAR };
    int count = classes_shown(w);
    double x = bar.x + 16, y = bar.y + (BAR - CHIP) / 2.0;
    if (w->ui.canvas) {
        canvas_rect(w->ui.canvas, bar, t->surface);
        ui_hairline(&w->ui, (struct point){ bar.x, bar.y }, (struct point){ bar.x + bar.w, bar.y });
    }
    double wide = fmin(TOOL_W, (bar.w - 32 - count * (CHIP + GAP) - 12) / DRAW_TOOLS - GAP);
    for (int i = 0; i < count; i++, x += CHIP + GAP)
        chip(w, i, (struct rect){ x, y, CHIP, CHIP });
    x += 12;
    for (int i = 0; i < DRAW_TOOLS; i++, x += wide + GAP)
        tool(w, (enum draw_tool)i, (struct rect){ x, y, wide, CHIP });
    if (w->ui.canvas) {
        char text[160];
        prompt(w, text, sizeof text);
        ui_text_fit(
            &w->ui, x + 6, bar.y + BAR / 2.0, bar.x + bar.w - x - 18, text, 13, WEIGHT_REGULAR, t->text2);
    }
    area.h -= BAR;
    return area;
}
