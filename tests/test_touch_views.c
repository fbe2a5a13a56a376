/* The mouse and the keys on views, alone and in a comparison: what they choose, turn and move, and which training a hand
 * means. */
#include <math.h>
#include <string.h>

#include "tests/support/places.h"

static void choose_loss(const char *id)
{
    action_choose_loss(w, loss_index(loss_find(id)));
    settle();
}

static void in_view(const char *id)
{
    action_view(w, id);
    turns(2);
    await_rest();
}

static void at_stage(void)
{
    in_view("stage");
}
static void at_inputs(void)
{
    in_view("input");
}

/* ---- the mouse and the keys on views ---- */

static void press_at(struct point p, int clicks)
{
    motion(p.x, p.y);
    button(true, p.x, p.y, clicks);
    button(false, p.x, p.y, 0);
}

static void focus_on(const char *id)
{
    window_control(w, "play", (double[4]){ 0 });
    w->ui.focus = ui_hash(id);
    w->ui.focus_shown = true;
}

static void two_presses_turn_the_stage_back(void **unused)
{
    (void)unused;
    struct look fresh;
    home();
    at_stage();
    look_init(&fresh, w->look.theme);
    focus_on("view.stage");
    key(SDLK_RIGHT, 0);
    key(SDLK_UP, 0);
    key(SDLK_UP, KMOD_LSHIFT);
    assert_true(w->look.stage_angle != fresh.stage_angle && w->look.stage_norm[0] != fresh.stage_norm[0] &&
                w->look.stage_norm[1] != fresh.stage_norm[1]);
    press_at(inside("view.stage", 0.9, 0.1), 2);
    assert_close(w->look.stage_angle, fresh.stage_angle, 0);
    assert_close(w->look.stage_norm[0], fresh.stage_norm[0], 0);
    assert_close(w->look.stage_norm[1], fresh.stage_norm[1], 0);
}

/* A press pins the sample under it, one beside all lets it go; arrows go through them in the order on show. */
static void inputs_are_chosen(void **unused)
{
    (void)unused;
    home();
    at_inputs();
    int found = -1;
    for (int i = 0; i < 3600 && found < 0; i++) {
        struct point p = inside("view.input", (i % 60) / 60.0, (double)(i / 60) / 60);
        motion(p.x, p.y);
        found = w->hovered;
        if (found >= 0)
            press_at(p, 1);
    }
    assert_true(found >= 0);
    assert_int_equal(w->look.selected, found);
    assert_true(w->look.pinned);
    focus_on("view.input");
    key(SDLK_RIGHT, 0);
    int next = w->look.selected;
    assert_true(next >= 0 && next != found);
    key(SDLK_LEFT, 0);
    assert_int_equal(w->look.selected, found);
    key(SDLK_RETURN, 0);
    assert_false(w->look.pinned);
    key(SDLK_RETURN, 0);
    assert_true(w->look.pinned);
    key(SDLK_RETURN, 0);
}

/* Where the name of a class stands in the main view. */
static struct point chip(int label)
{
    struct rect area = w->area[AREA_MAIN];
    for (int i = 0; i < 200 * 200; i++) {
        struct point p = { area.x + area.w * (i % 200) / 200, area.y + area.h * (i / 200) / 200 };
        if ((w->view == &view_sphere ? sphere_pick_chip : feature_pick_chip)(&w->scene, &w->look, area, p) ==
            label)
            return (struct point){ p.x * w->points, p.y * w->points };
    }
    fail_msg("class %d has no name in %s", label, w->view->id);
    return (struct point){ 0, 0 };
}

/* A name under the mouse lights its class, a press keeps that, another lets it go; two turn the ball to it. */
static void names_light_their_class(void **unused)
{
    (void)unused;
    for (int i = 0; i < 2; i++) {
        home();
        if (i)
            at_sphere();
        worker_step(w->worker, 20);
        await_rest();
        turns(2);
        struct point p = chip(1), tab = inside("tab.plane", 0.5, 0.5);
        motion(p.x, p.y);
        assert_int_equal(w->look.lit_class, 1);
        press_at(p, 1);
        assert_int_equal(w->lit_kept, 1);
        motion(tab.x, tab.y);
        assert_int_equal(w->look.lit_class, 1);
        press_at(p, 1);
        assert_int_equal(w->lit_kept, -1);
        motion(tab.x, tab.y);
        assert_int_equal(w->look.lit_class, -1);
        if (!i)
            continue;
        float before[4];
        memcpy(before, w->look.orbit, sizeof before);
        press_at(p, 2);
        struct look to = w->look;
        assert_true(memcmp(before, to.orbit, sizeof before) != 0);
        look_face(&to, &w->scene.solid.row[3]);
        assert_memory_equal(to.orbit, w->look.orbit, sizeof to.orbit);
    }
    home();
}

/* A hand that trembles does not move the plane. */
static void a_small_movement_moves_nothing(void **unused)
{
    (void)unused;
    home();
    turns(2);
    double before = w->look.pan_x;
    struct point p = inside("view.feature", 0.03, 0.5);
    motion(p.x, p.y);
    button(true, p.x, p.y, 1);
    motion(p.x + 2, p.y);
    assert_close(w->look.pan_x, before, 0);
    motion(p.x + 40, p.y);
    assert_close(w->look.pan_x, before + 40 / w->points, 1e-9);
    button(false, p.x + 40, p.y, 0);
    home();
}

static void the_cross_hair_follows_the_mouse(void **unused)
{
    (void)unused;
    home();
    worker_step(w->worker, 50);
    await_rest();
    struct point p = inside("view.curves", 0.5, 0.5), tab = inside("tab.plane", 0.5, 0.5);
    motion(p.x, p.y);
    double there = w->look.cross_step;
    assert_true(there > 0);
    motion(p.x + 40, p.y);
    assert_true(w->look.cross_step > there);
    motion(tab.x, tab.y);
    assert_true(isnan(w->look.cross_step));
}

static void the_ball_is_turned_by_hand(void **unused)
{
    (void)unused;
    struct look fresh;
    home();
    at_sphere();
    settle();
    look_init(&fresh, w->look.theme);
    struct point p = inside("view.sphere", 0.5, 0.5);
    motion(p.x, p.y);
    wheel(1);
    assert_close(w->look.zoom, 1.15, 1e-9);
    wheel(-50);
    assert_true(w->look.zoom >= 0.6 && w->look.zoom < 1);
    hold(SDLK_LSHIFT, KMOD_LSHIFT);
    motion(p.x, p.y);
    button(true, p.x, p.y, 1);
    motion(p.x + 30, p.y);
    button(false, p.x + 30, p.y, 0);
    hold(SDLK_LSHIFT, 0);
    float rolled[4];
    memcpy(rolled, w->look.orbit, sizeof rolled);
    assert_true(memcmp(rolled, fresh.orbit, sizeof rolled) != 0);
    press_at(inside("view.sphere", 0.02, 0.5), 2);
    assert_memory_equal(w->look.orbit, fresh.orbit, sizeof fresh.orbit);
    focus_on("view.sphere");
    key(SDLK_k, 0);
    key(SDLK_HOME, 0);
    assert_true(memcmp(w->look.orbit, fresh.orbit, sizeof fresh.orbit) != 0);
    double before = w->look.zoom;
    key(SDLK_UP, KMOD_LSHIFT);
    assert_true(w->look.zoom > before);
    key(SDLK_RETURN, 0);
    assert_true(w->look.pinned && w->look.selected >= 0);
    key(SDLK_RETURN, 0);
    assert_false(w->look.pinned);
    key(SDLK_ESCAPE, 0);
}

/* Ctrl and an arrow in any cell choose the same sample in all. */
static void a_cell_has_its_keys(void **unused)
{
    (void)unused;
    home();
    at_compare();
    w->look.selected = -1;
    focus_on("compare.cell.1");
    static const int ways[] = { SDLK_DOWN, SDLK_UP, SDLK_LEFT, SDLK_RIGHT };
    for (int i = 0; i < 4 && w->look.selected < 0; i++)
        key(ways[i], KMOD_LCTRL);
    assert_true(w->look.selected >= 0 && w->look.pinned);
    key(SDLK_ESCAPE, 0);
}

/* ---- several trainings ---- */

static double margin_of(const struct experiment *e)
{
    return e->param[e->loss][experiment_loss(e)->margin];
}

/* Three of ArcFace. */
static void compare_anew(void)
{
    home();
    compare_show(w);
    while (w->compare->count > 1)
        compare_remove(w, w->compare->count - 1);
    settle();
    at_compare();
    assert_int_equal(w->compare->count, 3);
}

/* Of two losses with a margin each, and one without. */
static void all_have_one_margin(void **unused)
{
    (void)unused;
    compare_anew();
    compare_focus(w, 1);
    choose_loss("cosface");
    compare_focus(w, 2);
    choose_loss("softmax");
    compare_focus(w, 0);
    assert_string_equal(experiment_loss(&w->experiment)->id, "arcface");
    double own = margin_of(&w->compare->wanted[1]), before = margin_of(&w->experiment);
    type("+");
    assert_close(margin_of(&w->compare->wanted[1]), own, 0);
    click("compare.all");
    type("+");
    assert_true(margin_of(&w->experiment) > before);
    assert_close(margin_of(&w->compare->wanted[1]), margin_of(&w->experiment), 0);
    assert_string_equal(experiment_loss(&w->compare->wanted[2])->id, "softmax");
    click("compare.all");
}

/* The second leads when the first goes, and each keeps what it was. */
static void a_leader_may_go(void **unused)
{
    (void)unused;
    long second = w->compare->id[1], third = w->compare->id[2];
    click("compare.remove.1");
    settle();
    assert_int_equal(w->compare->count, 2);
    assert_int_equal(w->compare->id[0], second);
    assert_int_equal(w->compare->id[1], third);
    assert_string_equal(experiment_loss(&w->compare->wanted[1])->id, "softmax");
    assert_string_equal(experiment_loss(&w->snap->experiment)->id, "cosface");
}

/* A change made by hand in one of them is made again after a step back, and all come to the numbers they had. */
static void those_beside_replay_their_changes(void **unused)
{
    (void)unused;
    compare_anew();
    worker_reset(w->worker);
    await_rest();
    worker_step(w->worker, 10);
    await_rest();
    compare_focus(w, 1);
    double before = margin_of(&w->experiment);
    type("+");
    worker_step(w->worker, 20);
    await_rest();
    double loss[2] = { w->compare->snap[0]->train_loss, w->compare->snap[1]->train_loss };
    assert_true(loss[0] != loss[1]);
    worker_branch(w->worker, 5);
    await_rest();
    assert_true(w->compare->snap[0]->step < 10);
    assert_close(margin_of(&w->compare->snap[1]->experiment), before, 0);
    action_replay(w, 0);
    for (int i = 0; i < 20000 && (w->state.replaying || w->compare->snap[0]->step < 30); i++)
        window_wait(w, 1);
    await_rest();
    for (int i = 0; i < 2; i++) {
        assert_int_equal(w->compare->snap[i]->step, 30);
        assert_close(w->compare->snap[i]->train_loss, loss[i], 0);
    }
    assert_true(margin_of(&w->compare->snap[1]->experiment) > before);
    action_replay(w, 0); /* nothing is left of that future */
    assert_false(w->state.replaying);
    home();
}

/* Undo goes to the training whose change it was; of one that is gone it says so. */
static void undo_finds_its_training(void **unused)
{
    (void)unused;
    compare_anew();
    compare_focus(w, 0);
    double before = margin_of(&w->experiment);
    type("+");
    settle();
    assert_true(margin_of(&w->experiment) != before);
    compare_focus(w, 1);
    key(SDLK_z, KMOD_LCTRL);
    settle();
    assert_int_equal(w->compare->focus, 0);
    assert_close(margin_of(&w->experiment), before, 1e-12);
    compare_focus(w, 1);
    w->experiment.lr *= 2;
    action_apply(w);
    compare_remove(w, 1);
    compare_focus(w, 0);
    settle();
    key(SDLK_z, KMOD_LCTRL);
    assert_non_null(strstr(w->notice, "of a training that is no longer there"));
    home();
}

/* Data that are not there: the wish goes from all, and the field says why. */
static void what_cannot_be_is_wished_by_none(void **unused)
{
    (void)unused;
    struct why why = { "" };
    compare_anew();
    assert_int_equal(experiment_set(&w->experiment, "dataset", "/nowhere/none.csv", &why), STATUS_OK);
    action_apply(w);
    for (int i = 0; i < 20000 && !strstr(w->ui.error, "/nowhere/none.csv"); i++)
        window_wait(w, 1);
    settle();
    assert_string_equal(w->experiment.dataset, "blobs");
    for (int i = 0; i < w->compare->count; i++)
        assert_string_equal(w->compare->wanted[i].dataset, "blobs");
    home();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_presses_turn_the_stage_back),
        cmocka_unit_test(inputs_are_chosen),
        cmocka_unit_test(names_light_their_class),
        cmocka_unit_test(a_small_movement_moves_nothing),
        cmocka_unit_test(the_cross_hair_follows_the_mouse),
        cmocka_unit_test(the_ball_is_turned_by_hand),
        cmocka_unit_test(a_cell_has_its_keys),
        cmocka_unit_test(all_have_one_margin),
        cmocka_unit_test(a_leader_may_go),
        cmocka_unit_test(those_beside_replay_their_changes),
        cmocka_unit_test(undo_finds_its_training),
        cmocka_unit_test(what_cannot_be_is_wished_by_none),
    };
    return cmocka_run_group_tests(tests, open_window, close_window);
}
