/* What is seldom done in the window: each thing once, and what is seen of it. */
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/cli.h"
#include "app/explain.h"
#include "app/export_dialog.h"
#include "tests/support/folder.h"
#include "tests/support/places.h"

static void choose_loss(const char *id)
{
    action_choose_loss(w, loss_index(loss_find(id)));
    settle();
}

/* ---- pictures ---- */

static int pictures(void)
{
    DIR *list = opendir(folder);
    const struct dirent *entry;
    int n = 0;
    assert_non_null(list);
    while ((entry = readdir(list)))
        n += strstr(entry->d_name, ".png") != NULL;
    closedir(list);
    return n;
}

static void await_pictures(int wanted)
{
    for (int i = 0; i < 20000 && pictures() < wanted; i++)
        window_wait(w, 2);
    assert_int_equal(pictures(), wanted);
}

/* The camera takes what is on show, of a comparison all of it. */
static void the_camera_takes_what_is_on_show(void **unused)
{
    (void)unused;
    home();
    int before = pictures();
    click("export");
    await_pictures(before + 1);
    compare_show(w);
    settle();
    at_compare();
    assert_true(w->compare->count > 1);
    action_picture(w, 0);
    await_pictures(before + 2);
    while (w->compare->count > 1)
        compare_remove(w, w->compare->count - 1);
    home();
}

/* Where there is no home the choices of a dialog cannot be kept, and it says so once it closes. */
static void choices_need_a_home(void **unused)
{
    (void)unused;
    char own[300];
    snprintf(own, sizeof own, "%s", folder);
    home();
    unsetenv("HOME");
    unsetenv("XDG_CONFIG_HOME");
    action_export(w, 0);
    assert_true(export_open(w));
    w->notice[0] = '\0';
    action_export(w, 0);
    assert_false(export_open(w));
    setenv("HOME", own, 1);
    setenv("XDG_CONFIG_HOME", own, 1);
    assert_string_equal(w->notice, "HOME: not set, so the choices are not kept; set it");
    assert_true(w->notice_bad);
}

/* ---- a value that moves by itself ---- */

static void only_what_is_there_sweeps(void **unused)
{
    (void)unused;
    home();
    w->sweeping = false;
    action_sweep_key(w, "nothing", SWEEP_ONCE);
    assert_false(w->sweeping);
    action_sweep_from(w, "nothing", 0, 1, 1);
    assert_false(w->sweeping);
    action_sweep_key(w, "m", SWEEP_BOTH);
    assert_true(w->sweeping);
    assert_string_equal(w->sweep.key, "m");
    w->experiment.loss = loss_index(loss_find("softmax")); /* it has none */
    action_sweep_turn(w);
    assert_false(w->sweeping);
    home();
}

/* Finer than one, a whole number still goes to the next; a slider has its keys. */
static void whole_numbers_go_by_one(void **unused)
{
    (void)unused;
    int met = 0;
    for (int i = 0; i < loss_count(); i++)
        for (int p = 0; p < loss_param_count(loss_at(i)); p++) {
            const struct param *row = &loss_at(i)->param[p];
            double value = row->min + 1;
            if (row->kind != PARAM_INTEGER || row->max < value + 1 || row->max > 1000 || row->notch > 1)
                continue;
            assert_close(ui_notch(row, row->max, value, 0.1), value + 1, 0);
            assert_close(ui_notch(row, row->max, value, -0.1), value - 1, 0);
            met++;
        }
    assert_true(met > 0);
    home();
    double before = w->experiment.param[w->experiment.loss][experiment_loss(&w->experiment)->margin];
    w->ui.focus = ui_hash("param.m");
    key(SDLK_LEFT, 0);
    turns(1);
    double after = w->experiment.param[w->experiment.loss][experiment_loss(&w->experiment)->margin];
    assert_true(after < before);
    home();
}

/* ---- names ---- */

/* No name begins with it, one holds it. */
static void a_loss_is_found_by_its_middle(void **unused)
{
    (void)unused;
    home();
    action_list(w, 0);
    turns(1);
    type("rricular");
    key(SDLK_RETURN, 0);
    settle();
    assert_string_equal(experiment_loss(&w->experiment)->id, "curricularface");
    home();
}

static void terms_are_explained_by_their_numbers(void **unused)
{
    (void)unused;
    int met = 0;
    for (int t = 0; t < term_count(); t++)
        for (int p = 0; p < loss_param_count(term_at(t)); p++) {
            struct explanation e = { "", "", "" };
            char id[80];
            snprintf(id, sizeof id, "param.%s.%s.value", term_at(t)->id, term_at(t)->param[p].id);
            if (!explain_control(&w->experiment, id, &e))
                fail_msg("%s has no explanation", id);
            if (!strstr(e.note, term_at(t)->label))
                fail_msg("%s: \"%s\" is not of %s", id, e.note, term_at(t)->label);
            met++;
        }
    assert_true(met > 2);
}

/* At the left of a row, on its name, its control is explained. */
static void a_name_beside_a_control_explains_it(void **unused)
{
    (void)unused;
    home();
    double r[4];
    assert_true(window_control(w, "dataset", r));
    struct point at = { w->area[AREA_PANEL].x + 3, r[1] + r[3] / 2 };
    assert_true(at.x < r[0]);
    motion(at.x * w->points, at.y * w->points - 1);
    motion(at.x * w->points, at.y * w->points);
    w->card.since -= 1; /* as if it had rested that long */
    turns(40);
    assert_true(w->card.open);
    assert_string_equal(w->card.what, "dataset");
    home();
}

/* ---- settings ---- */

/* Numbers of more than two dimensions have no plane: the sphere of their directions is shown. */
static void features_without_a_plane_are_a_sphere(void **unused)
{
    (void)unused;
    home();
    snprintf(w->experiment.dataset, sizeof w->experiment.dataset, "iris");
    w->experiment.model = MODEL_IDENTITY;
    w->view = &view_feature;
    action_apply(w);
    settle();
    assert_int_equal(w->snap->dim, 4);
    assert_ptr_equal(w->view, &view_sphere);
    w->experiment.model = MODEL_MLP;
    home();
}

/* A session of the command line says nothing of the window: what was selected is of other data. */
static void a_session_without_a_window_selects_nothing(void **unused)
{
    (void)unused;
    static const char *argv[] = { "marginscope", "train", "--dataset", "iris", "--hidden", "4", "--steps",
        "7", "--save", NULL };
    home();
    argv[9] = in_folder("plain.json");
    assert_int_equal(cli_main(10, argv), 0);
    w->look.selected = 3;
    w->look.pinned = true;
    sessions_open(w, argv[9]);
    for (int i = 0; i < 20000 && strncmp(w->notice, "Opened", 6) != 0; i++)
        window_wait(w, 2);
    await_rest();
    assert_int_equal(w->snap->step, 7);
    assert_string_equal(w->experiment.dataset, "iris");
    assert_int_equal(w->look.selected, -1);
    assert_false(w->look.pinned);
    home();
}

static void the_whole_screen_is_left_as_it_was_entered(void **unused)
{
    (void)unused;
    home();
    int width = w->width_px, height = w->height_px;
    window_whole_screen(w, true, 0);
    turns(1);
    assert_true(SDL_GetWindowFlags(w->sdl) & SDL_WINDOW_FULLSCREEN_DESKTOP);
    window_whole_screen(w, false, -1);
    turns(1);
    assert_false(SDL_GetWindowFlags(w->sdl) & SDL_WINDOW_FULLSCREEN_DESKTOP);
    assert_int_equal(w->width_px, width);
    assert_int_equal(w->height_px, height);
}

/* ---- time ---- */

/* Whoever came later has no past there: it goes back to where the first one is. */
static void one_that_came_later_goes_back_with_the_first(void **unused)
{
    (void)unused;
    home();
    compare_show(w);
    while (w->compare->count > 1)
        compare_remove(w, w->compare->count - 1);
    settle();
    worker_reset(w->worker);
    await_rest();
    worker_step(w->worker, 20);
    await_rest();
    action_compare(w, 0);
    settle();
    assert_int_equal(w->compare->count, 2);
    compare_focus(w, 1);
    choose_loss("softmax");
    worker_step(w->worker, 10);
    await_rest();
    assert_int_equal(w->compare->snap[1]->step, 30);
    worker_branch(w->worker, 3);
    await_rest();
    assert_true(w->compare->snap[0]->step < 20);
    assert_int_equal(w->compare->snap[1]->step, w->compare->snap[0]->step);
    worker_step(w->worker, 4);
    await_rest();
    assert_int_equal(w->compare->snap[1]->step, w->compare->snap[0]->step);
    while (w->compare->count > 1)
        compare_remove(w, w->compare->count - 1);
    home();
}

static void reset_and_replay_are_pressed(void **unused)
{
    (void)unused;
    home();
    worker_reset(w->worker);
    await_rest();
    worker_step(w->worker, 30);
    await_rest();
    double loss = w->snap->train_loss;
    worker_branch(w->worker, 5);
    await_rest();
    assert_true(w->snap->step < 30);
    turns(2);
    click("replay");
    for (int i = 0; i < 20000 && (w->state.replaying || w->snap->step < 30); i++)
        window_wait(w, 1);
    await_rest();
    assert_int_equal(w->snap->step, 30);
    assert_close(w->snap->train_loss, loss, 0);
    click("reset");
    await_rest();
    assert_int_equal(w->snap->step, 0);
}

static void where_nothing_goes_on_play_says_so(void **unused)
{
    (void)unused;
    home();
    w->state.stuck = true;
    action_play(w, 0);
    assert_string_equal(
        w->notice, "No further from here: take a step back, change a setting, or start anew (R).");
    worker_play(w->worker, false);
    home();
}

static int begin(void **state)
{
    static const char *const there[] = { "HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_PICTURES_DIR" };
    snprintf(folder, sizeof folder, "%s/seldom-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir);
    if (!mkdtemp(folder))
        return 1;
    for (size_t i = 0; i < sizeof there / sizeof *there; i++)
        setenv(there[i], folder, 1);
    return open_window(state);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(path);
}

static int end(void **state)
{
    close_window(state);
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_camera_takes_what_is_on_show),
        cmocka_unit_test(choices_need_a_home),
        cmocka_unit_test(only_what_is_there_sweeps),
        cmocka_unit_test(whole_numbers_go_by_one),
        cmocka_unit_test(a_loss_is_found_by_its_middle),
        cmocka_unit_test(terms_are_explained_by_their_numbers),
        cmocka_unit_test(a_name_beside_a_control_explains_it),
        cmocka_unit_test(features_without_a_plane_are_a_sphere),
        cmocka_unit_test(a_session_without_a_window_selects_nothing),
        cmocka_unit_test(the_whole_screen_is_left_as_it_was_entered),
        cmocka_unit_test(one_that_came_later_goes_back_with_the_first),
        cmocka_unit_test(reset_and_replay_are_pressed),
        cmocka_unit_test(where_nothing_goes_on_play_says_so),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
