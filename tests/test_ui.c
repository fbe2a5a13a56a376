/* The window played by scripted events on SDL's dummy driver: what a hand does, without a display. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <SDL.h>

#include "app/compare.h"
#include "app/panel.h"
#include "support/check.h"
#include "support/hand.h"

static double margin(void)
{
    const struct experiment *e = window_experiment(w);
    return e->param[e->loss][experiment_loss(e)->margin];
}

static void the_margin_slider_follows_the_hand(void **unused)
{
    (void)unused;
    struct point from = inside("param.m", 0.2, 0.4), to = inside("param.m", 0.6, 0.4);
    motion(from.x, from.y);
    button(true, from.x, from.y, 1);
    double first = margin();
    motion(to.x, to.y);
    double second = margin();
    assert_true(second > first + 0.1);

    hold(SDLK_LSHIFT, KMOD_LSHIFT); /* ten times finer, without a jump */
    motion(to.x, to.y);
    assert_close(margin(), second, 1e-12);
    motion(to.x + 60, to.y);
    double fine = margin();
    assert_true(fine > second && fine < second + 0.05);
    hold(SDLK_LSHIFT, 0);

    button(false, to.x + 60, to.y, 0);
    motion(from.x, from.y);
    assert_close(margin(), fine, 1e-12);
    button(true, from.x, from.y, 2);
    assert_close(margin(), 0.3, 1e-12);
    button(false, from.x, from.y, 0);
}

static void escape_takes_a_drag_back(void **unused)
{
    (void)unused;
    struct point p = inside("param.m", 0.7, 0.4);
    motion(p.x, p.y);
    button(true, p.x, p.y, 1);
    assert_true(fabs(margin() - 0.3) > 0.05);
    key(SDLK_ESCAPE, 0);
    assert_close(margin(), 0.3, 1e-12);
    button(false, p.x, p.y, 0);
}

static void wheel_and_keys_move_by_notches(void **unused)
{
    (void)unused;
    struct point p = inside("param.m", 0.5, 0.4);
    motion(p.x, p.y);
    wheel(1);
    assert_close(margin(), 0.31, 1e-12);
    hold(SDLK_LSHIFT, KMOD_LSHIFT);
    wheel(-1);
    hold(SDLK_LSHIFT, 0);
    assert_close(margin(), 0.309, 1e-12);
    type("0");
    assert_close(margin(), 0, 1e-12);
    type("+]-");
    assert_close(margin(), 0.01, 1e-12);
    key(SDLK_d, 0);
    assert_close(margin(), 0.3, 1e-12);
}

static void numbers_can_be_typed_and_are_checked(void **unused)
{
    (void)unused;
    click("param.m.value");
    type("0.45");
    key(SDLK_RETURN, 0);
    assert_close(margin(), 0.45, 1e-12);
    click("param.m.value");
    type("9t"); /* letters are text here, not keys */
    assert_true(w->look.theme->dark);
    key(SDLK_RETURN, 0);
    assert_close(margin(), 0.45, 1e-12);
    assert_true(w->ui.error[0] != '\0');
    key(SDLK_ESCAPE, 0);
    assert_true(w->ui.error[0] == '\0');
    click("param.s.value");
    type("16");
    key(SDLK_TAB, 0);
    const struct experiment *e = window_experiment(w);
    assert_close(e->param[e->loss][loss_param_find(experiment_loss(e), "s")], 16, 1e-12);
    click("seed");
    type("42");
    key(SDLK_RETURN, 0);
    assert_int_equal(window_experiment(w)->seed, 42);
}

static void select_all_is_replaced_by_what_is_typed(void **unused)
{
    (void)unused;
    click("hidden");
    key(SDLK_END, 0);
    key(SDLK_a, KMOD_LCTRL);
    type("12x");
    key(SDLK_RETURN, 0);
    assert_string_equal(w->ui.edit.text, "12x");
    assert_non_null(strstr(w->ui.error, "Hidden 12x"));
    key(SDLK_ESCAPE, 0);
    click("param.m.value");
    type("abc");
    key(SDLK_RETURN, 0);
    assert_non_null(strstr(w->ui.error, "not a number"));
    key(SDLK_ESCAPE, 0);
}

static void choose_in_list(const char *id)
{
    char control[48];
    snprintf(control, sizeof control, "loss.%s", id);
    click("loss.more");
    assert_int_equal(w->popup, POPUP_LOSS);
    type(id); /* what does not pass the filter goes away, so the row is in sight */
    click(control);
    assert_int_equal(w->popup, POPUP_NONE);
}

static void every_loss_for_classes_can_be_found_and_clicked(void **unused)
{
    (void)unused;
    for (int i = 0; i < loss_count(); i++) {
        const struct loss *loss = loss_at(i);
        if (loss->family == FAMILY_TERM || loss->task != TASK_CLASS)
            continue;
        choose_in_list(loss->id);
        assert_int_equal(window_experiment(w)->loss, i);
        window_frame(w);
    }
    click("loss.arcface"); /* the story is always in the panel */
    assert_string_equal(experiment_loss(window_experiment(w))->id, "arcface");
    key(SDLK_PAGEDOWN, 0);
    assert_int_equal(window_experiment(w)->loss, loss_index(loss_find("arcface")) + 1);
    key(SDLK_PAGEUP, 0);
    assert_string_equal(experiment_loss(window_experiment(w))->id, "arcface");
}

static void the_list_of_losses_works_by_keys(void **unused)
{
    (void)unused;
    type("a");
    assert_int_equal(w->popup, POPUP_LOSS);
    assert_string_equal(w->filter, "");
    type("cosf");
    key(SDLK_RETURN, 0);
    assert_string_equal(experiment_loss(window_experiment(w))->id, "cosface");
    type("a");
    key(SDLK_UP, 0);
    key(SDLK_DOWN, 0);
    key(SDLK_DOWN, 0);
    key(SDLK_RETURN, 0);
    assert_int_equal(window_experiment(w)->loss, loss_index(loss_find("cosface")) + 1);
    type("a");
    type("nothing");
    key(SDLK_RETURN, 0); /* nothing to take: the list stays */
    assert_int_equal(w->popup, POPUP_LOSS);
    key(SDLK_ESCAPE, 0);
    assert_int_equal(w->popup, POPUP_NONE);
    assert_int_equal(w->ui.edit.owner, 0);
    click("loss.arcface");
}

static void parameters_have_the_control_of_their_kind(void **unused)
{
    (void)unused;
    choose_in_list("triplet");
    int loss = window_experiment(w)->loss, mining = loss_param_find(loss_at(loss), "mining");
    const struct param *row = &loss_at(loss)->param[mining];
    assert_int_equal(row->kind, PARAM_CHOICE);
    for (int i = 0; row->choice[i]; i++) {
        char id[48];
        snprintf(id, sizeof id, "param.mining.%s", row->choice[i]);
        click(id);
        assert_close(window_experiment(w)->param[loss][mining], i, 0);
        assert_string_equal(window_control_value(w, "param.mining"), row->choice[i]);
    }
    int normalize = loss_param_find(loss_at(loss), "normalize");
    double before = window_experiment(w)->param[loss][normalize];
    click("param.normalize");
    assert_close(window_experiment(w)->param[loss][normalize], 1 - before, 0);

    choose_in_list("weighted_softmax");
    click("param.class_weights");
    type("1:1:5");
    key(SDLK_RETURN, 0);
    assert_int_equal(window_experiment(w)->class_weight_count, 3);
    assert_string_equal(window_control_value(w, "param.class_weights"), "1:1:5");
    click("param.class_weights");
    type("many");
    key(SDLK_RETURN, 0);
    assert_true(w->ui.error[0] != '\0');
    key(SDLK_ESCAPE, 0);
    bool bias = window_experiment(w)->bias;
    click("bias");
    assert_int_equal(window_experiment(w)->bias, !bias);
    click("bias");
    click("batch.full");
    assert_int_equal(window_experiment(w)->batch, 0);
    click("batch.full");
    assert_true(window_experiment(w)->batch > 0);
    click("loss.arcface");
}

static void terms_are_switches_with_their_parameters(void **unused)
{
    (void)unused;
    int ring = term_find(loss_find("ring"));
    assert_null(window_control_value(w, "param.ring.lambda"));
    click("term.ring");
    assert_true(window_experiment(w)->added[ring]);
    click("param.ring.lambda.value");
    type("0.02");
    key(SDLK_RETURN, 0);
    assert_close(window_experiment(w)->param[loss_index(loss_find("ring"))][0], 0.02, 1e-12);
    click("term.ring");
    assert_false(window_experiment(w)->added[ring]);
}

static void tab_visits_every_control_and_comes_round(void **unused)
{
    (void)unused;
    window_control(w, "play", (double[4]){ 0 });
    int want = 0, seen = 0;
    for (int i = 0; i < w->ui.item_count; i++)
        want += w->ui.item[i].focusable;
    key(SDLK_TAB, 0);
    unsigned first = w->ui.focus;
    do {
        key(SDLK_TAB, 0);
        seen++;
    } while (w->ui.focus != first && seen < 500);
    assert_int_equal(seen, want);
    assert_true(w->ui.focus_shown);
    for (int i = 0; i < 500 && w->ui.focus != ui_hash("play"); i++)
        key(SDLK_TAB, KMOD_LSHIFT);
    key(SDLK_RETURN, 0);
    assert_true(w->state.playing);
    key(SDLK_SPACE, 0);
    assert_false(w->state.playing);
}

static bool apart(struct rect a, struct rect b)
{
    return a.x + a.w <= b.x + 1 || b.x + b.w <= a.x + 1 || a.y + a.h <= b.y + 1 || b.y + b.h <= a.y + 1;
}

static bool is_ground(const char *id)
{
    return strncmp(id, "view.", 5) == 0 || strcmp(id, "timeline") == 0;
}

static void check_layout(int width, int height)
{
    SDL_SetWindowSize(w->sdl, width, height);
    window_wait(w, 1);
    assert_true(window_resize(w));
    window_control(w, "play", (double[4]){ 0 });
    for (int i = 0; i < w->ui.item_count; i++) {
        const struct ui_item *a = &w->ui.item[i];
        struct rect r = a->rect;
        if (!a->hidden && (r.x < -1 || r.y < -1 || r.x + r.w > w->width + 1 || r.y + r.h > w->height + 1))
            fail_msg("%dx%d: %s leaves the window", width, height, a->id);
        for (int j = i + 1; j < w->ui.item_count; j++)
            if (!a->hidden && !w->ui.item[j].hidden && !is_ground(a->id) && !is_ground(w->ui.item[j].id) &&
                !apart(r, w->ui.item[j].rect))
                fail_msg("%dx%d: %s overlaps %s", width, height, a->id, w->ui.item[j].id);
    }
    const struct loss *loss = experiment_loss(window_experiment(w));
    char margin_id[48];
    snprintf(margin_id, sizeof margin_id, "param.%s", loss->param[loss->margin].id);
    assert_non_null(ui_find(&w->ui, margin_id)); /* the margin and play never leave the screen */
    assert_non_null(ui_find(&w->ui, "play"));
}

static void controls_stay_inside_and_apart(void **unused)
{
    (void)unused;
    static const int size[][2] = { { 1600, 1000 }, { 1280, 720 }, { 1024, 640 }, { 2560, 1440 } };
    click("loss.arcface");
    for (int i = 0; i < 4; i++)
        check_layout(size[i][0], size[i][1]);
    key(SDLK_EQUALS, KMOD_LCTRL);
    assert_close(w->scale, 1.1, 1e-12);
    check_layout(1600, 1000);
    key(SDLK_0, KMOD_LCTRL);
    assert_close(w->scale, 1, 1e-12);
    check_layout(1600, 1000);
}

static void the_plane_zooms_about_the_pointer(void **unused)
{
    (void)unused;
    struct rect area = w->area[AREA_MAIN];
    struct point p = { area.x + area.w * 0.6, area.y + area.h * 0.4 };
    struct plane a = feature_plane(&w->scene, &w->look, area);
    motion(p.x, p.y);
    wheel(3);
    struct plane b = feature_plane(&w->scene, &w->look, area);
    assert_true(b.unit > a.unit * 1.3);
    assert_close((p.x - b.center.x) / b.unit, (p.x - a.center.x) / a.unit, 1e-9);
    assert_close((p.y - b.center.y) / b.unit, (p.y - a.center.y) / a.unit, 1e-9);
    button(true, p.x, p.y, 1);
    motion(p.x + 40, p.y + 30);
    button(false, p.x + 40, p.y + 30, 0);
    struct plane c = feature_plane(&w->scene, &w->look, area);
    assert_close(c.center.x, b.center.x + 40, 1e-9);
    button(true, p.x, p.y, 2);
    button(false, p.x, p.y, 0);
    assert_close(w->look.zoom, 1, 1e-12);
}

static void a_point_can_be_pinned(void **unused)
{
    (void)unused;
    struct rect area = w->area[AREA_MAIN];
    struct plane plane = feature_plane(&w->scene, &w->look, area);
    const float *f = w->snap->feature;
    struct point p = { plane.center.x + plane.unit * (double)f[0],
        plane.center.y - plane.unit * (double)f[1] };
    motion(p.x, p.y);
    button(true, p.x, p.y, 1);
    button(false, p.x, p.y, 0);
    assert_true(w->look.pinned && w->look.selected >= 0);
    window_frame(w);
    motion(area.x + 40, area.y + area.h / 2);
    button(true, area.x + 40, area.y + area.h / 2, 1);
    button(false, area.x + 40, area.y + area.h / 2, 0);
    assert_false(w->look.pinned);
}

static void a_probe_is_placed_dragged_and_let_go(void **unused)
{
    (void)unused;
    struct rect area = w->area[AREA_MAIN];
    struct plane plane = feature_plane(&w->scene, &w->look, area);
    struct point p = { floor(plane.center.x + 60), floor(plane.center.y - 80) };
    w->modifiers = KMOD_LALT;
    motion(p.x, p.y);
    button(true, p.x, p.y, 1);
    button(false, p.x, p.y, 0);
    w->modifiers = 0;
    assert_true(w->look.probing);
    assert_close(w->look.probe[0], (p.x - plane.center.x) / plane.unit, 0.02);
    assert_close(w->look.probe[1], (plane.center.y - p.y) / plane.unit, 0.02);
    motion(p.x, p.y);
    button(true, p.x, p.y, 1);
    motion(p.x - 100, p.y + 40);
    button(false, p.x - 100, p.y + 40, 0);
    assert_close(w->look.probe[0], (p.x - 100 - plane.center.x) / plane.unit, 0.02);
    assert_close(w->look.pan_x, 0, 0); /* the plane stayed */
    motion(p.x, p.y);
    assert_close(w->look.probe[0], (p.x - 100 - plane.center.x) / plane.unit, 0.02);
    action_escape(w, 0);
    assert_false(w->look.probing);
}

static void the_threshold_follows_the_hand_along_the_roc(void **unused)
{
    (void)unused;
    action_cell(w, -1, view_find("roc"));
    assert_true(isnan(w->look.tau));
    struct rect area = w->area[AREA_MAIN];
    struct point p = { area.x + area.w * 0.5, area.y + area.h * 0.4 };
    for (int i = 0; i < 20000 && !w->snap->recognition.measured; i++)
        window_wait(w, 1); /* paused: it is measured because the view asks for it */
    double wanted = roc_pick(&w->scene, &w->look, area, (struct point){ (int)p.x, (int)p.y });
    assert_false(isnan(wanted));
    motion(p.x, p.y);
    button(true, p.x, p.y, 1);
    assert_close(w->look.tau, wanted, 1e-12);
    motion(p.x + 100, p.y);
    button(false, p.x + 100, p.y, 0);
    double kept = w->look.tau;
    motion(p.x - 100, p.y);
    assert_close(w->look.tau, kept, 0);
    button(true, p.x, p.y, 2);
    button(false, p.x, p.y, 0);
    assert_true(isnan(w->look.tau));
    click("tab.plane");
}

static void menus_open_choose_and_close(void **unused)
{
    (void)unused;
    click("model");
    click("model.free");
    assert_int_equal(window_experiment(w)->model, MODEL_FREE);
    click("model");
    assert_int_equal(w->popup, POPUP_MODEL);
    key(SDLK_ESCAPE, 0);
    assert_int_equal(w->popup, POPUP_NONE);
    assert_false(w->quit);
    type("?");
    assert_true(w->help_open);
    click("help.close");
    assert_false(w->help_open);
    click("tab.sphere");
    assert_string_equal(w->view->id, "sphere");
    click("tab.plane");
    assert_string_equal(window_control_value(w, "tab.plane"), "active");
    key(SDLK_t, 0);
    assert_string_equal(window_control_value(w, "theme"), "light");
}

static void settle(void)
{
    for (int i = 0; i < 20000; i++) {
        window_wait(w, 1);
        if (!w->state.loading && w->snap && w->snap->experiment.loss == w->experiment.loss &&
            strcmp(w->snap->experiment.dataset, w->experiment.dataset) == 0)
            return;
    }
    fail_msg("%s is not being trained: %s", experiment_loss(&w->experiment)->id, w->state.why.text);
}

static void basics_and_plane_come_back_as_they_were_left(void **unused)
{
    (void)unused;
    struct experiment plane = *window_experiment(w);
    click("tab.basics");
    const struct experiment *e = window_experiment(w);
    assert_string_equal(experiment_loss(e)->id, "hinge");
    assert_string_equal(e->dataset, "two-blobs");
    assert_int_equal(e->model, MODEL_IDENTITY);
    assert_string_equal(window_control_value(w, "param.lambda"), "0.01");
    settle();
    check_layout(1280, 720);
    check_layout(1024, 640);
    check_layout(1600, 1000);
    click("loss.logistic");
    click("loss.zero_one"); /* cannot be trained: says so and stays */
    assert_string_equal(experiment_loss(e)->id, "logistic");
    assert_non_null(strstr(w->notice, "no gradient"));
    click("loss.l2"); /* wants numbers: other data come with it */
    assert_string_equal(e->dataset, "outliers");
    settle();
    assert_null(action_misfit(w, loss_find("huber")));
    assert_non_null(action_misfit(w, loss_find("hinge")));
    click("tab.plane");
    assert_memory_equal(&e->hidden, &plane.hidden, sizeof plane.hidden);
    assert_string_equal(e->dataset, plane.dataset);
    assert_int_equal(e->loss, plane.loss);
    settle();
    click("tab.basics");
    assert_string_equal(experiment_loss(e)->id, "l2");
    settle();
}

static void wait_for_dim(int dim)
{
    for (int i = 0; i < 20000 && (w->state.loading || w->snap->dim != dim); i++)
        window_wait(w, 1);
    assert_int_equal(w->snap->dim, dim);
    window_frame(w);
}

static void the_sphere_trains_3d_features_and_the_plane_comes_back(void **unused)
{
    (void)unused;
    struct experiment plane = *window_experiment(w);
    click("tab.sphere");
    assert_int_equal(w->bench, BENCH_SPHERE);
    assert_ptr_equal(w->view, &view_sphere);
    wait_for_dim(3);
    assert_string_equal(window_experiment(w)->dataset, plane.dataset);
    click("loss.cosface");
    click("tab.plane");
    wait_for_dim(2);
    assert_int_equal(window_experiment(w)->loss, plane.loss);
    click("tab.sphere");
    wait_for_dim(3);
    assert_string_equal(experiment_loss(window_experiment(w))->id, "cosface");
}

/* A sample on the middle of the ball's front, where a hand can take it. */
static int sample_in_front(struct rect area, struct point *at)
{
    double radius = look_ball_radius(&w->look, area);
    struct point middle = { area.x + area.w / 2, area.y + area.h / 2 };
    for (int i = 0; i < w->snap->count; i++)
        if (sphere_place(&w->scene, &w->look, area, i, at) &&
            hypot(at->x - middle.x, at->y - middle.y) < 0.6 * radius)
            return i;
    fail_msg("the front of the ball is empty");
    return -1;
}

static void the_point_in_hand_stays_in_hand(void **unused)
{
    (void)unused;
    struct rect area = w->area[AREA_MAIN];
    struct point at, now;
    int sample = sample_in_front(area, &at);
    double x = round(at.x), y = round(at.y), by = x < area.x + area.w / 2 ? 3 : -3;
    motion(x, y);
    button(true, x, y, 1);
    for (int i = 1; i <= 30; i++)
        motion(x + by * i, y + i);
    button(false, x + by * 30, y + 30, 0);
    assert_true(sphere_place(&w->scene, &w->look, area, sample, &now));
    assert_close(now.x, at.x + by * 30, 3);
    assert_close(now.y, at.y + 30, 3);
    assert_false(w->look.pinned);
    key(SDLK_f, 0);
    assert_close(w->look.orbit[3], 1, 1e-6);
}

static void layers_of_the_ball_are_switches(void **unused)
{
    (void)unused;
    click("layer.cells");
    assert_false(w->look.layers & LAYER_REGIONS);
    click("layer.cells");
    assert_true(w->look.layers & LAYER_REGIONS);
}

static void features_can_be_of_any_dimension(void **unused)
{
    (void)unused;
    click("feature-dim");
    type("8");
    key(SDLK_RETURN, 0);
    assert_int_equal(window_experiment(w)->feature_dim, 8);
    assert_int_equal(w->bench, BENCH_PLANE);
    wait_for_dim(8);
    for (int i = 0; i < view_count(); i++) { /* each draws, or says why not */
        action_cell(w, -1, view_at(i));
        window_wait(w, 1);
    }
    click("feature-dim");
    type("3");
    key(SDLK_RETURN, 0);
    assert_int_equal(w->bench, BENCH_SPHERE);
    click("feature-dim");
    type("2");
    key(SDLK_RETURN, 0);
    assert_int_equal(w->bench, BENCH_PLANE);
    wait_for_dim(2);
    click("tab.plane");
}

static void a_title_makes_larger_and_gives_back(void **unused)
{
    (void)unused;
    const struct view *first = w->cell[BENCH_PLANE][0];
    action_maximise(w, 0);
    assert_ptr_equal(w->view, first);
    action_maximise(w, -1);
    assert_ptr_equal(w->view, &view_feature);
    assert_ptr_equal(w->cell[BENCH_PLANE][0], first);
    action_maximise(w, -1);
    assert_true(w->panels_hidden);
    action_maximise(w, -1);
    assert_false(w->panels_hidden);
}

static void another_view_stands_in_where_a_loss_has_nothing_to_show(void **unused)
{
    (void)unused;
    action_choose_loss(w, loss_index(loss_find("triplet")));
    settle();
    for (int i = 0; i < SIDE_COUNT; i++) {
        const struct view *view = panel_cell(w, i);
        assert_true(!view->missing || !view->missing(&w->scene));
        for (int j = 0; j < i; j++)
            assert_ptr_not_equal(view, panel_cell(w, j));
    }
    action_choose_loss(w, loss_index(loss_find("arcface")));
    settle();
    assert_ptr_equal(panel_cell(w, 0), w->cell[BENCH_PLANE][0]);
}

/* They share their data: a loss that needs others is refused. */
static void a_loss_leaves_no_training_beside_it_without_data(void **unused)
{
    (void)unused;
    struct experiment before = w->experiment;
    int l2 = loss_index(loss_find("l2"));
    action_compare(w, 0);
    settle();
    action_choose_loss(w, l2);
    assert_non_null(strstr(w->notice, "L2: needs numbers as labels, and the trainings beside it"));
    assert_memory_equal(&w->experiment, &before, sizeof before);
    compare_remove(w, 1);
    compare_leave(w);
    settle();
}

static void weights_of_the_stage_are_dragged(void **unused)
{
    (void)unused;
    action_cell(w, -1, &view_stage);
    struct rect area = w->area[AREA_MAIN];
    struct point held = { -1, -1 };
    for (double y = area.y; y < area.y + area.h && held.x < 0; y += 4)
        for (double x = area.x; x < area.x + area.w && held.x < 0; x += 4)
            if (stage_pick(&w->look, area, (struct point){ x, y }) == 1)
                held = (struct point){ x, y };
    assert_true(held.x > 0);
    double angle = w->look.stage_angle;
    motion(held.x, held.y);
    button(true, held.x, held.y, 1);
    motion(held.x + 40, held.y + 40);
    button(false, held.x + 40, held.y + 40, 0);
    assert_true(fabs(w->look.stage_angle - angle) > 0.02);
    angle = w->look.stage_angle;
    motion(held.x - 60, held.y);
    assert_close(w->look.stage_angle, angle, 0);
    click("tab.plane");
}

static void a_point_of_the_data_can_be_dragged_and_put_back(void **unused)
{
    (void)unused;
    click("loss.hinge");
    settle();
    assert_string_equal(w->view->id, "feature");
    struct rect area = w->area[AREA_MAIN];
    struct plane plane = feature_plane(&w->scene, &w->look, area);
    struct point p = feature_place(&w->scene, &plane, 0);
    int held = feature_pick(&w->scene, &w->look, area, (struct point){ (int)p.x, (int)p.y });
    assert_true(held >= 0);
    int row = w->snap->row[held];
    motion(p.x, p.y);
    button(true, p.x, p.y, 1);
    motion(p.x + 30, p.y + 5);
    motion(p.x + 60, p.y + 10);
    button(false, p.x + 60, p.y + 10, 0);
    const struct experiment *e = window_experiment(w);
    assert_int_equal(e->move_count, 1);
    assert_int_equal(e->move[0].row, row);
    double want[2];
    struct point end = { (int)(p.x + 60), (int)(p.y + 10) };
    assert_true(feature_unplace(&w->scene, &w->look, area, end, want));
    assert_close(e->move[0].x, want[0], 1e-9);
    assert_close(e->move[0].y, want[1], 1e-9);
    await_rest(); /* the first of the two moves is shown before the last */
    motion(end.x, end.y);
    button(true, end.x, end.y, 2);
    button(false, end.x, end.y, 0);
    assert_int_equal(e->move_count, 0);
    click("tab.plane");
    settle();
}

static void titles_are_menus_by_keys_too(void **unused)
{
    (void)unused;
    window_control(w, "play", (double[4]){ 0 });
    w->ui.focus = ui_hash("title.logit");
    w->ui.focus_shown = true;
    key(SDLK_DOWN, 0);
    assert_int_equal(w->popup, POPUP_VIEW);
    key(SDLK_DOWN, 0); /* the first of the menu is the plane, which changes places with the logit curve */
    key(SDLK_RETURN, 0);
    assert_ptr_equal(w->cell[BENCH_PLANE][2], view_find("feature"));
    assert_string_equal(w->view->id, "logit");
    click("tab.plane");
    assert_ptr_equal(w->cell[BENCH_PLANE][2], view_find("logit"));
    w->ui.focus = ui_hash("title.logit");
    w->ui.focus_shown = true;
    key(SDLK_RETURN, 0);
    assert_string_equal(w->view->id, "logit");
    click("tab.plane");
}

static void titles_are_menus_of_views(void **unused)
{
    (void)unused;
    click("title.angles");
    assert_int_equal(w->popup, POPUP_VIEW);
    click("view.sphere"); /* the two cells change places */
    assert_ptr_equal(w->cell[BENCH_PLANE][3], view_find("sphere"));
    assert_ptr_equal(w->cell[BENCH_PLANE][0], view_find("angles"));
    struct point p = inside("title.curves", 0.2, 0.5);
    motion(p.x, p.y);
    button(true, p.x, p.y, 1);
    button(false, p.x, p.y, 0);
    button(true, p.x, p.y, 2);
    button(false, p.x, p.y, 0);
    assert_string_equal(w->view->id, "curves");
    assert_int_equal(w->popup, POPUP_NONE);
    assert_ptr_equal(w->cell[BENCH_PLANE][1], view_find("feature"));
    click("tab.plane");
    assert_string_equal(w->view->id, "feature");
    assert_ptr_equal(w->cell[BENCH_PLANE][1], view_find("curves"));
}

static void one_key_means_one_thing(void **unused)
{
    (void)unused;
    for (int i = 0; key_at(i); i++)
        for (int j = i + 1; key_at(j); j++) {
            const struct key_row *a = key_at(i), *b = key_at(j);
            if (a->sym && a->sym == b->sym && a->shift == b->shift && a->ctrl == b->ctrl)
                fail_msg("rows %d and %d take the same key", i, j);
            for (const char *c = a->typed ? a->typed : ""; *c && b->typed; c++)
                if (strchr(b->typed, *c))
                    fail_msg("rows %d and %d both take %c", i, j, *c);
        }
}

static void quit_ends_the_loop(void **unused)
{
    (void)unused;
    key(SDLK_q, KMOD_LCTRL);
    assert_false(window_wait(w, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_margin_slider_follows_the_hand),
        cmocka_unit_test(escape_takes_a_drag_back),
        cmocka_unit_test(wheel_and_keys_move_by_notches),
        cmocka_unit_test(numbers_can_be_typed_and_are_checked),
        cmocka_unit_test(select_all_is_replaced_by_what_is_typed),
        cmocka_unit_test(every_loss_for_classes_can_be_found_and_clicked),
        cmocka_unit_test(the_list_of_losses_works_by_keys),
        cmocka_unit_test(parameters_have_the_control_of_their_kind),
        cmocka_unit_test(terms_are_switches_with_their_parameters),
        cmocka_unit_test(tab_visits_every_control_and_comes_round),
        cmocka_unit_test(controls_stay_inside_and_apart),
        cmocka_unit_test(the_plane_zooms_about_the_pointer),
        cmocka_unit_test(a_point_can_be_pinned),
        cmocka_unit_test(a_probe_is_placed_dragged_and_let_go),
        cmocka_unit_test(the_threshold_follows_the_hand_along_the_roc),
        cmocka_unit_test(menus_open_choose_and_close),
        cmocka_unit_test(titles_are_menus_of_views),
        cmocka_unit_test(titles_are_menus_by_keys_too),
        cmocka_unit_test(basics_and_plane_come_back_as_they_were_left),
        cmocka_unit_test(a_point_of_the_data_can_be_dragged_and_put_back),
        cmocka_unit_test(the_sphere_trains_3d_features_and_the_plane_comes_back),
        cmocka_unit_test(the_point_in_hand_stays_in_hand),
        cmocka_unit_test(layers_of_the_ball_are_switches),
        cmocka_unit_test(features_can_be_of_any_dimension),
        cmocka_unit_test(a_title_makes_larger_and_gives_back),
        cmocka_unit_test(another_view_stands_in_where_a_loss_has_nothing_to_show),
        cmocka_unit_test(a_loss_leaves_no_training_beside_it_without_data),
        cmocka_unit_test(weights_of_the_stage_are_dragged),
        cmocka_unit_test(one_key_means_one_thing),
        cmocka_unit_test(quit_ends_the_loop),
    };
    return cmocka_run_group_tests(tests, open_window, close_window);
}
