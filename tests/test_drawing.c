/* Drawing points in the window, and undo: scripted events on SDL's dummy driver. */
#include <stdio.h>
#include <string.h>

#include "app/compare.h"
#include "app/undo.h"
#include "math/draw.h"
#include "support/hand.h"

/* Until the training shows what was asked of it. */
static void settle(void)
{
    for (int i = 0; i < 30000; i++) {
        window_wait(w, 1);
        if (!w->state.loading && w->snap && draw_same(&w->snap->experiment, &w->experiment) &&
            strcmp(w->snap->experiment.dataset, w->experiment.dataset) == 0 &&
            w->snap->experiment.loss == w->experiment.loss && w->snap->experiment.seed == w->experiment.seed)
            return;
    }
    fail_msg("the training does not follow");
}

static void choose(const char *dataset, const char *model, const char *loss)
{
    if (w->draw.on)
        key(SDLK_l, 0);
    struct experiment before = w->experiment;
    experiment_set(&w->experiment, "dataset", dataset, NULL);
    experiment_set(&w->experiment, "model", model, NULL);
    experiment_set(&w->experiment, "loss", loss, NULL);
    w->experiment.dot_count = w->experiment.move_count = w->draw.kept_count = 0;
    action_settle(w, &before);
    action_apply(w);
    settle();
}

/* Where a place of the data is, in window coordinates: drawing takes BAR off the main area's foot. */
static struct point spot(double x, double y)
{
    double r[4], xy[2] = { x, y };
    char id[UI_ID];
    struct point out = { 0, 0 };
    snprintf(id, sizeof id, "view.%s", w->view->id);
    assert_true(window_control(w, id, r));
    struct rect area = { r[0] / w->points, r[1] / w->points, r[2] / w->points, r[3] / w->points };
    if (w->view == &view_input) {
        assert_true(input_place(&w->scene, &w->look, area, xy, &out));
    } else {
        struct plane p = feature_plane(&w->scene, &w->look, area);
        out = (struct point){ p.center.x + p.unit * x, p.center.y - p.unit_y * y };
    }
    return (struct point){ out.x * w->points, out.y * w->points };
}

static void press(double x, double y)
{
    struct point p = spot(x, y);
    motion(p.x, p.y);
    button(true, p.x, p.y, 1);
}

static void drag(double x, double y)
{
    struct point p = spot(x, y);
    motion(p.x, p.y);
}

static void let_go(void)
{
    button(false, w->ui.mouse.x * w->points, w->ui.mouse.y * w->points, 1);
}

static void put(double x, double y)
{
    press(x, y);
    let_go();
}

static const struct dot *dot(int i)
{
    return &w->experiment.dot[i];
}

static void from_an_empty_plane_to_three_classes(void **unused)
{
    (void)unused;
    choose("blobs", "mlp", "softmax");
    key(SDLK_l, 0);
    settle();
    assert_true(w->draw.on);
    assert_string_equal(w->view->id, "input");
    assert_string_equal(w->experiment.dataset, DRAW_DATASET);
    assert_int_equal(w->experiment.dot_count, 0);
    assert_string_equal(w->notice, "The training waits for points of two classes.");
    put(-2, 1);
    put(-2, -1);
    settle();
    assert_true(w->state.step == 0);
    key(SDLK_n, 0);
    window_wait(w, 20);
    assert_int_equal(w->state.step, 0);
    type("1");
    put(2, 1);
    click("draw.class.1");
    put(2, -1);
    type("7"); /* the next new one is 2 */
    assert_int_equal(w->draw.class, 2);
    put(0, 3);
    settle();
    assert_int_equal(w->experiment.dot_count, 5);
    const int label[] = { 0, 0, 1, 1, 2 };
    for (int i = 0; i < 5; i++)
        assert_int_equal(dot(i)->label, label[i]);
    assert_close(dot(0)->x, -2, 0.02);
    assert_close(dot(4)->y, 3, 0.02);
    assert_int_equal(w->snap->classes, 3);
    assert_int_equal(w->snap->count, 5);
    assert_int_equal(w->data->train, 5);
}

static void points_come_while_it_trains_and_the_step_goes_on(void **unused)
{
    (void)unused;
    key(SDLK_SPACE, 0);
    for (int i = 0; i < 30000 && w->snap->step < 30; i++)
        window_wait(w, 1);
    long step = w->snap->step;
    assert_true(step >= 30);
    type("2");
    put(0.6, 3);
    settle();
    assert_true(w->snap->step >= step);
    assert_int_equal(w->snap->count, 6);
    key(SDLK_SPACE, 0);
    for (int i = 0; i < 2000 && w->state.playing; i++)
        window_wait(w, 1);
}

static void a_point_is_dragged_and_only_it(void **unused)
{
    (void)unused;
    settle();
    struct experiment before = w->experiment;
    press(-2, 1);
    drag(-2.4, 1.6);
    drag(-3, 2);
    let_go();
    assert_int_equal(w->experiment.dot_count, before.dot_count);
    assert_close(dot(0)->x, -3, 0.02);
    assert_close(dot(0)->y, 2, 0.02);
    for (int i = 1; i < before.dot_count; i++)
        assert_memory_equal(dot(i), &before.dot[i], sizeof *dot(i));
    settle();
    key(SDLK_z, KMOD_CTRL); /* the whole drag */
    assert_true(draw_same(&w->experiment, &before));
    assert_string_equal(w->notice, "Undone: points as they were");
    key(SDLK_z, KMOD_CTRL | KMOD_SHIFT);
    assert_close(dot(0)->x, -3, 0.02);
    settle();
}

static void brush_and_eraser_make_one_entry_a_stroke(void **unused)
{
    (void)unused;
    struct experiment before = w->experiment;
    type("1");
    click("draw.brush");
    press(2, -2);
    drag(3, -2);
    drag(3, -3);
    let_go();
    int sprayed = w->experiment.dot_count - before.dot_count;
    assert_true(sprayed > 10);
    for (int i = before.dot_count; i < w->experiment.dot_count; i++)
        assert_true(
            dot(i)->label == 1 && fabs((double)dot(i)->x - 2.5) < 1.2 && fabs((double)dot(i)->y + 2.5) < 1.2);
    struct experiment full = w->experiment;
    click("draw.erase");
    assert_string_equal(window_control_value(w, "draw.erase"), "on");
    press(2, -2);
    for (double x = 2; x <= 3; x += 0.1)
        drag(x, -2);
    let_go();
    assert_true(w->experiment.dot_count < full.dot_count);
    key(SDLK_z, KMOD_CTRL);
    assert_true(draw_same(&w->experiment, &full));
    key(SDLK_z, KMOD_CTRL);
    assert_true(draw_same(&w->experiment, &before));
    key(SDLK_y, KMOD_CTRL);
    assert_true(draw_same(&w->experiment, &full));
    key(SDLK_z, KMOD_CTRL);
    settle();
}

static void delete_and_the_other_button_take_one_away(void **unused)
{
    (void)unused;
    key(SDLK_x, 0); /* eraser, then points again */
    assert_int_equal(w->draw.tool, DRAW_POINTS);
    int count = w->experiment.dot_count;
    drag(2, 1);
    key(SDLK_DELETE, 0);
    assert_int_equal(w->experiment.dot_count, count - 1);
    struct point p = spot(2, -1);
    motion(p.x, p.y);
    send((SDL_Event){
        .button = {
            .type = SDL_MOUSEBUTTONDOWN, .button = SDL_BUTTON_RIGHT, .x = (int)p.x, .y = (int)p.y } });
    assert_int_equal(w->experiment.dot_count, count - 2);
    for (int i = 0; i < count - 2; i++)
        assert_int_not_equal(dot(i)->label, 1);
    key(SDLK_z, KMOD_CTRL);
    key(SDLK_z, KMOD_CTRL);
    assert_int_equal(w->experiment.dot_count, count);
    settle();
    key(SDLK_ESCAPE, 0);
    assert_false(w->draw.on);
}

static void the_points_of_a_plane_become_drawn_ones(void **unused)
{
    (void)unused;
    choose("moons", "mlp", "softmax");
    key(SDLK_l, 0);
    settle();
    assert_int_equal(w->experiment.dot_count, 500);
    assert_true(strstr(w->notice, "500 points") != NULL);
    type("2");
    put(3, 3);
    settle();
    assert_int_equal(w->snap->classes, 3);
    assert_int_equal(w->snap->train_size, 501);
    key(SDLK_z, KMOD_CTRL);
    assert_int_equal(w->experiment.dot_count, 500);
    key(SDLK_z, KMOD_CTRL); /* L itself */
    settle();
    assert_string_equal(w->experiment.dataset, "moons");
    assert_int_equal(w->experiment.dot_count, 0);
    assert_false(w->draw.on);
}

static void alt_click_adds_in_the_basics(void **unused)
{
    (void)unused;
    choose("two-blobs", "identity", "hinge");
    assert_string_equal(w->view->id, "feature");
    struct point p = spot(0, 2);
    hold(SDLK_LALT, KMOD_LALT);
    motion(p.x, p.y);
    button(true, p.x, p.y, 1);
    button(false, p.x, p.y, 1);
    hold(SDLK_LALT, 0);
    settle();
    assert_false(w->draw.on);
    assert_int_equal(w->experiment.dot_count, 54);
    assert_close(dot(53)->y, 2, 0.03);
    assert_int_equal(dot(53)->label, 0);
    p = spot((double)dot(53)->x, (double)dot(53)->y);
    motion(p.x, p.y); /* drawn points are dragged without any mode */
    button(true, p.x, p.y, 1);
    motion(p.x + 40, p.y);
    button(false, p.x + 40, p.y, 1);
    assert_int_equal(w->experiment.dot_count, 54);
    assert_true(dot(53)->x > 0.2f);
    settle();
    motion(p.x + 40, p.y);
    key(SDLK_DELETE, 0);
    assert_int_equal(w->experiment.dot_count, 53);
    key(SDLK_l, 0);
    settle();
    type("5");
    assert_int_equal(w->draw.class, 0);
    assert_true(strstr(w->notice, "takes two classes") != NULL);
    key(SDLK_l, 0);
}

static double number(const char *key)
{
    char text[64];
    assert_true(experiment_get(&w->experiment, key, text, sizeof text));
    return atof(text);
}

static void settings_come_back_a_gesture_at_a_time(void **unused)
{
    (void)unused;
    choose("blobs", "mlp", "arcface");
    double m = number("m"), s = number("s");
    struct point from = inside("param.m", 0.2, 0.4), to = inside("param.m", 0.6, 0.4);
    motion(from.x, from.y);
    button(true, from.x, from.y, 1);
    for (int i = 0; i <= 10; i++)
        motion(from.x + (to.x - from.x) * i / 10, from.y);
    button(false, to.x, to.y, 0);
    double dragged = number("m");
    assert_true(fabs(dragged - m) > 0.1);
    click("loss.cosface");
    settle();
    key(SDLK_z, KMOD_CTRL);
    assert_string_equal(experiment_loss(&w->experiment)->id, "arcface");
    assert_close(number("m"), dragged, 1e-12);
    assert_string_equal(w->notice, "Undone: loss back to arcface");
    key(SDLK_z, KMOD_CTRL);
    assert_close(number("m"), m, 1e-12);
    assert_string_equal(w->notice, "Undone: m back to 0.3");
    assert_close(number("s"), s, 1e-12);
    key(SDLK_z, KMOD_CTRL | KMOD_SHIFT);
    assert_close(number("m"), dragged, 1e-12);
    key(SDLK_z, KMOD_CTRL | KMOD_SHIFT);
    assert_string_equal(experiment_loss(&w->experiment)->id, "cosface");
    key(SDLK_z, KMOD_CTRL | KMOD_SHIFT);
    assert_string_equal(w->notice, "Nothing to do again");
    settle();
}

static void another_bench_comes_back_as_well(void **unused)
{
    (void)unused;
    enum bench bench = w->bench;
    struct experiment before = w->experiment;
    click("tab.basics");
    settle();
    assert_int_equal(w->bench, BENCH_BASICS);
    key(SDLK_z, KMOD_CTRL);
    settle();
    assert_int_equal(w->bench, bench);
    assert_string_equal(w->experiment.dataset, before.dataset);
    assert_int_equal(w->experiment.loss, before.loss);
}

static void what_moves_by_itself_is_no_entry(void **unused)
{
    (void)unused;
    choose("blobs", "mlp", "arcface");
    click("loss.cosface");
    settle();
    action_sweep_from(w, "m", 0.1, 0.4, 0.2);
    for (int i = 0; i < 200; i++)
        window_wait(w, 1);
    w->sweeping = false;
    key(SDLK_z, KMOD_CTRL);
    assert_string_equal(experiment_loss(&w->experiment)->id, "arcface");
    settle();
}

static void the_past_is_bounded(void **unused)
{
    (void)unused;
    double first = number("s");
    for (int i = 0; i < UNDO_MOST + 20; i++) {
        struct point p = inside("param.s", i % 2 ? 0.3 : 0.7, 0.5);
        motion(p.x, p.y);
        button(true, p.x, p.y, 1);
        button(false, p.x, p.y, 0);
    }
    int back = 0;
    while (strcmp(w->notice, "Nothing to undo") != 0 && back < 1000) {
        key(SDLK_z, KMOD_CTRL);
        back++;
    }
    assert_int_equal(back, UNDO_MOST + 1);
    assert_true(number("s") != first);
}

/* ---- what there is no room for, or nothing under ---- */

static void fill(int count)
{
    for (int i = 0; i < count; i++)
        w->experiment.dot[i] = (struct dot){ (float)(i % 40) / 10 - 2, (float)(i / 40) / 20 - 2, i % 2 };
    w->experiment.dot_count = count;
    action_apply(w);
    settle();
}

static void the_room_for_points_ends(void **unused)
{
    (void)unused;
    static const struct {
        const char *model, *loss;
        int alt;
    } row[] = { { "mlp", "softmax", 0 }, { "identity", "hinge", KMOD_LALT } };
    for (int i = 0; i < 2; i++) {
        choose(DRAW_DATASET, row[i].model, row[i].loss);
        if (!row[i].alt)
            key(SDLK_l, 0);
        fill(DRAW_MAX);
        w->notice[0] = '\0';
        struct point p = spot(-2.2, -2.2);
        if (row[i].alt)
            hold(SDLK_LALT, row[i].alt);
        motion(p.x, p.y);
        button(true, p.x, p.y, 1);
        button(false, p.x, p.y, 1);
        if (row[i].alt)
            hold(SDLK_LALT, 0);
        assert_int_equal(w->experiment.dot_count, DRAW_MAX);
        assert_non_null(strstr(w->notice, "which is all there is room for; erase some first"));
        fill(4);
        if (w->draw.on)
            key(SDLK_l, 0);
    }
}

/* Beside all points nothing is erased, in another view nothing either; a point carried off the plane stays on it. */
static void nothing_is_done_beside_the_points(void **unused)
{
    (void)unused;
    choose(DRAW_DATASET, "mlp", "softmax");
    key(SDLK_l, 0);
    fill(4);
    drag(1, 1);
    key(SDLK_DELETE, 0);
    assert_int_equal(w->experiment.dot_count, 4);
    press(-1.7, -2);
    struct point middle = { w->ui.mouse.x, w->ui.mouse.y };
    assert_int_equal(w->draw.held_point, 3);
    drag(-1, -1);
    float x = dot(3)->x;
    assert_close(x, -1, 0.03);
    motion(4, 4);
    let_go();
    assert_close(dot(3)->x, x, 0);
    settle();
    action_view(w, "curves");
    motion(middle.x, middle.y);
    key(SDLK_DELETE, 0);
    assert_int_equal(w->experiment.dot_count, 4);
    action_view(w, "input");
    key(SDLK_l, 0);
}

/* ---- what becomes of other data ---- */

static void moved_points_are_drawn_where_they_lie(void **unused)
{
    (void)unused;
    choose("two-blobs", "identity", "hinge");
    action_move(w, 3, (const double[]){ 1.5, -1.25 });
    await_rest();
    key(SDLK_l, 0);
    settle();
    assert_int_equal(w->experiment.dot_count, 53);
    assert_int_equal(w->experiment.move_count, 0);
    assert_close(dot(3)->x, 1.5, 1e-6);
    assert_close(dot(3)->y, -1.25, 1e-6);
    key(SDLK_l, 0);
}

static void choose_data(const char *id)
{
    panel_popup_open(w, POPUP_DATASET, (struct rect){ 20, 100, 240, 32 });
    window_wait(w, 1);
    click(id);
    settle();
}

/* Points wait while other data are trained on. */
static void the_last_drawing_returns(void **unused)
{
    (void)unused;
    choose(DRAW_DATASET, "mlp", "softmax");
    fill(6);
    struct experiment before = w->experiment;
    choose_data("dataset.moons");
    assert_int_equal(w->experiment.dot_count, 0);
    choose_data("dataset.drawn");
    assert_true(draw_same(&w->experiment, &before));
    assert_int_equal(w->snap->count, 6);
}

/* Drawn points have classes: a loss for numbers gives way to one for them. */
static void a_loss_for_numbers_gives_way(void **unused)
{
    (void)unused;
    choose("outliers", "identity", "l2");
    key(SDLK_l, 0);
    settle();
    assert_true(w->draw.on);
    assert_string_equal(w->experiment.dataset, DRAW_DATASET);
    assert_string_equal(experiment_loss(&w->experiment)->id, "hinge");
    key(SDLK_l, 0);
    choose("outliers", "identity", "l2"); /* a drawing of three classes is nothing for a loss of two */
    for (int i = 0; i < 3; i++)
        w->draw.kept[i] = (struct dot){ (float)i, 0, i };
    w->draw.kept_count = 3;
    key(SDLK_l, 0);
    assert_non_null(strstr(w->notice, "needs two classes and the drawn points have 3"));
    assert_false(w->draw.on);
    assert_string_equal(w->experiment.dataset, "outliers");
    assert_int_equal(w->experiment.dot_count, 0);
    w->draw.kept_count = 0;
    choose("two-blobs", "identity", "hinge");
    struct point p = spot(0, 0);
    motion(p.x, p.y);
    key(SDLK_DELETE, 0); /* the first time it only becomes possible */
    settle();
    assert_int_equal(w->experiment.dot_count, 53);
    assert_false(w->draw.on);
}

/* ---- without a mouse ---- */

/* With the origin far out of sight the cross begins in the middle. */
static void the_cross_is_in_sight(void **unused)
{
    (void)unused;
    choose("two-blobs", "identity", "hinge");
    key(SDLK_l, 0);
    settle();
    w->draw.crossed = false;
    w->look.pan_x += 3 * w->area[AREA_MAIN].w;
    key(SDLK_RIGHT, 0);
    assert_true(w->draw.crossed);
    struct point at = spot(w->draw.cross[0], w->draw.cross[1]), middle = inside("view.feature", 0.5, 0.5);
    assert_true(fabs(at.x - middle.x) < 20 * w->points && fabs(at.y - middle.y) < 20 * w->points);
    key(SDLK_l, 0);
    action_fit(w, 0);
}

static void keys(int sym, int mod, int times)
{
    for (int i = 0; i < times; i++)
        key(sym, mod);
}

static struct point cross(void)
{
    return spot(w->draw.cross[0], w->draw.cross[1]);
}

static void points_are_put_moved_and_erased_by_keys(const char *model, const char *view)
{
    choose("blobs", model, "softmax");
    if (w->experiment.dot_count > 0)
        choose(DRAW_DATASET, model, "softmax");
    key(SDLK_l, 0);
    settle();
    assert_string_equal(w->view->id, view);
    char id[UI_ID];
    snprintf(id, sizeof id, "view.%s", view);
    assert_true(w->ui.focus == ui_hash(id) && w->ui.focus_shown);
    keys(SDLK_LEFT, KMOD_LSHIFT, 2);
    struct point a = cross();
    key(SDLK_RETURN, 0);
    assert_int_equal(w->experiment.dot_count, 1);
    assert_close(dot(0)->x, w->draw.cross[0], 1e-6);
    settle();
    keys(SDLK_RIGHT, KMOD_LSHIFT, 4);
    keys(SDLK_UP, 0, 5);
    struct point b = spot(w->draw.cross[0], w->draw.cross[1]);
    assert_true(b.x > a.x + 60 * w->points && b.y < a.y - 10 * w->points);
    type("1");
    key(SDLK_RETURN, 0);
    assert_int_equal(w->experiment.dot_count, 2);
    assert_int_equal(dot(1)->label, 1);
    assert_true(dot(1)->x > dot(0)->x && dot(1)->y > dot(0)->y);
    settle();
    key(SDLK_LEFT, KMOD_LCTRL); /* back on the first */
    assert_close(w->draw.cross[0], (double)dot(0)->x, 1e-6);
    struct dot first = *dot(0), second = *dot(1);
    keys(SDLK_DOWN, KMOD_LALT, 6);
    assert_int_equal(w->experiment.dot_count, 2);
    assert_true(dot(0)->y < first.y - 1e-3F);
    assert_memory_equal(dot(1), &second, sizeof second);
    settle();
    key(SDLK_DELETE, 0);
    assert_int_equal(w->experiment.dot_count, 1);
    assert_memory_equal(dot(0), &second, sizeof second);
    key(SDLK_x, 0);
    key(SDLK_x, 0);
    assert_int_equal(w->draw.tool, DRAW_ERASER);
    key(SDLK_RIGHT, KMOD_LCTRL);
    key(SDLK_RETURN, 0);
    assert_int_equal(w->experiment.dot_count, 0);
    key(SDLK_x, 0);
    key(SDLK_ESCAPE, 0);
    assert_false(w->draw.on);
    settle();
}

static void drawing_needs_no_mouse(void **unused)
{
    (void)unused;
    points_are_put_moved_and_erased_by_keys("mlp", "input");
    points_are_put_moved_and_erased_by_keys("identity", "feature");
}

/* It stands at the edge, whatever is pressed, and is in sight. */
static void the_cross_stays_on_the_plane(void **unused)
{
    (void)unused;
    choose("blobs", "mlp", "softmax");
    key(SDLK_l, 0);
    settle();
    static const int ways[] = { SDLK_LEFT, SDLK_UP, SDLK_RIGHT, SDLK_DOWN };
    double r[4];
    for (int i = 0; i < 4; i++) {
        keys(ways[i], KMOD_LSHIFT, 200);
        struct point p = cross();
        assert_true(window_control(w, "view.input", r));
        assert_true(p.x > r[0] && p.x < r[0] + r[2] && p.y > r[1] && p.y < r[1] + r[3]);
    }
    int before = w->experiment.dot_count;
    key(SDLK_RETURN, 0);
    assert_int_equal(w->experiment.dot_count, before + 1);
    settle();
    w->ui.focus_shown = true;
    key(SDLK_F1, 0);
    assert_string_equal(w->card.what, "draw.cross");
    key(SDLK_F1, 0);
    key(SDLK_l, 0);
}

/* ---- in a comparison ---- */

static void assert_all_same(void)
{
    const struct compare *c = w->compare;
    assert_int_equal(c->shown, c->count);
    for (int i = 1; i < c->count; i++) {
        const struct snapshot *a = c->snap[0], *b = c->snap[i];
        assert_int_equal(a->step, b->step);
        assert_true(draw_same(&a->experiment, &b->experiment));
        assert_int_equal(a->count, b->count);
        assert_int_equal(a->classes, b->classes);
        assert_memory_equal(a->feature, b->feature, (size_t)(a->count * a->dim) * sizeof *a->feature);
        assert_memory_equal(a->weight, b->weight, (size_t)(a->classes * a->dim) * sizeof *a->weight);
        assert_memory_equal(&a->train_loss, &b->train_loss, sizeof a->train_loss);
    }
}

static void at(long step)
{
    for (int i = 0; i < 60000 && w->snap->step < step; i++)
        window_wait(w, 1);
    assert_true(w->snap->step >= step);
}

/* Points come, go and move in all of them between the same two steps: with equal settings they stay equal. */
static void all_that_are_compared_get_the_points(void **unused)
{
    (void)unused;
    choose("blobs", "mlp", "softmax");
    key(SDLK_c, 0);
    await_rest();
    key(SDLK_c, 0);
    await_rest();
    assert_true(compare_open(w));
    assert_int_equal(w->compare->count, 3);
    key(SDLK_l, 0);
    await_rest();
    assert_true(w->draw.on && !compare_open(w));
    assert_string_equal(w->view->id, "input");
    for (int i = w->experiment.dot_count; i > 0; i--)
        key(SDLK_DELETE, 0);
    put(-2, 0.5);
    put(-1.5, -1);
    type("1");
    put(2, 1);
    put(1.5, 0);
    await_rest();
    key(SDLK_SPACE, 0);
    for (int i = 0; i < 12; i++) {
        at(w->snap->step + 2);
        type(i % 3 ? "1" : "2");
        put(-2 + 0.3 * i, i % 2 ? 2.5 : -2.5);
        if (i % 4 == 3)
            key(SDLK_z, KMOD_CTRL);
    }
    at(w->snap->step + 10);
    key(SDLK_SPACE, 0);
    await_rest();
    assert_true(w->experiment.dot_count > 10 && w->snap->classes == 3);
    key(SDLK_l, 0);
    assert_true(compare_open(w));
    await_rest();
    assert_all_same();
    compare_remove(w, 2);
    compare_remove(w, 1);
    await_rest();
    click("tab.plane");
}

/* A loss of one score takes two classes: more would leave it without data. */
static void the_narrowest_loss_says_how_many_classes(void **unused)
{
    (void)unused;
    choose("two-blobs", "mlp", "softmax");
    key(SDLK_c, 0);
    await_rest();
    assert_int_equal(experiment_set(&w->experiment, "loss", "hinge", NULL), STATUS_OK);
    action_apply(w);
    await_rest();
    compare_focus(w, 0);
    key(SDLK_l, 0);
    await_rest();
    type("2");
    assert_true(w->draw.class < 2);
    put(0, 0);
    await_rest();
    assert_false(w->state.failed);
    assert_int_equal(w->compare->snap[1]->count, w->snap->count);
    key(SDLK_l, 0);
    compare_remove(w, 1);
    await_rest();
    click("tab.plane");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_an_empty_plane_to_three_classes),
        cmocka_unit_test(points_come_while_it_trains_and_the_step_goes_on),
        cmocka_unit_test(a_point_is_dragged_and_only_it),
        cmocka_unit_test(brush_and_eraser_make_one_entry_a_stroke),
        cmocka_unit_test(delete_and_the_other_button_take_one_away),
        cmocka_unit_test(the_points_of_a_plane_become_drawn_ones),
        cmocka_unit_test(alt_click_adds_in_the_basics),
        cmocka_unit_test(settings_come_back_a_gesture_at_a_time),
        cmocka_unit_test(another_bench_comes_back_as_well),
        cmocka_unit_test(what_moves_by_itself_is_no_entry),
        cmocka_unit_test(the_past_is_bounded),
        cmocka_unit_test(the_room_for_points_ends),
        cmocka_unit_test(nothing_is_done_beside_the_points),
        cmocka_unit_test(moved_points_are_drawn_where_they_lie),
        cmocka_unit_test(the_last_drawing_returns),
        cmocka_unit_test(a_loss_for_numbers_gives_way),
        cmocka_unit_test(the_cross_is_in_sight),
        cmocka_unit_test(drawing_needs_no_mouse),
        cmocka_unit_test(the_cross_stays_on_the_plane),
        cmocka_unit_test(all_that_are_compared_get_the_points),
        cmocka_unit_test(the_narrowest_loss_says_how_many_classes),
    };
    return cmocka_run_group_tests(tests, open_window, close_window);
}
