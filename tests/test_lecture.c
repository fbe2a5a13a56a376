/* A lesson in the window, one of our own making: what its steps point at, move, compare and hide, what a hand does to
 * them, and lessons that cannot be. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/folder.h"
#include "tests/support/places.h"

#define STEP_SET                                                                                             \
    "\"set\": {\"dataset\": \"blobs\", \"hidden\": 16, \"loss\": \"arcface\", \"m\": 0.3, \"points\": 200"
static const char own[] =
    "{\"marginscope\": 1, \"title\": \"Own\", \"author\": \"A. Teacher\", \"steps\": ["
    "{\"title\": \"One\", \"text\": \"a\", " STEP_SET "}, \"control\": \"m\", \"point\": 3, \"run_steps\": 4,"
    " \"compare\": [{\"loss\": \"cosface\"}, {\"loss\": \"cosface\", \"m\": 0.15}]},"
    "{\"title\": \"Two\", \"text\": \"b\", \"ask\": {\"question\": \"q\", \"answer\": \"c\"}, \"control\": "
    "\"lr\","
    " \"views\": [\"logit\", \"feature\"], \"focus\": \"feature\", \"hide\": [\"theme\", \"transport\", "
    "\"view.logit\"]},"
    "{\"title\": \"Three\", \"text\": \"c\", \"set\": {\"add\": \"ring\"},"
    " \"sweep\": {\"param\": \"ring.lambda\", \"from\": 0.1, \"to\": 0.01, \"seconds\": 2}},"
    "{\"title\": \"Four\", \"text\": \"d\", \"from\": \"start\", \"set\": {\"dataset\": \"none.csv\"}}]}";

static char path[300];

static void write_lesson(const char *name, const char *text)
{
    snprintf(path, sizeof path, "%s", in_folder(name));
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void open_own(void)
{
    struct why why = { "" };
    home();
    write_lesson("own.json", own);
    if (lecture_open(w, path, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    settle();
    assert_int_equal(w->lecture->player.at, 0);
}

static void next(void)
{
    key(SDLK_PAGEDOWN, 0);
    settle();
}

static double margin_of(const struct experiment *e)
{
    return e->param[e->loss][experiment_loss(e)->margin];
}

static void drag_to(const char *id, double x)
{
    struct point p = inside(id, 0.5, 0.5), to = inside(id, x, 0.5);
    motion(p.x, p.y);
    button(true, p.x, p.y, 1);
    motion(to.x, to.y);
    button(false, to.x, to.y, 0);
}

static void a_step_points_at_a_sample(void **unused)
{
    (void)unused;
    open_own();
    assert_int_equal(w->look.selected, 3);
    assert_true(w->look.pinned);
    assert_ptr_equal(w->view, &view_feature); /* it names none */
}

/* The one slider moves all that are compared; what one is there to show stays its own, also after its margin's name. */
static void the_slider_moves_what_is_compared(void **unused)
{
    (void)unused;
    open_own();
    assert_int_equal(w->lecture->besides, 2);
    drag_to("param.m", 0.7);
    double m = margin_of(&w->experiment);
    assert_true(m > 0.31);
    await_rest();
    assert_close(margin_of(&w->snap->experiment), m, 0);
    assert_close(margin_of(&w->lecture->beside[0].snap->experiment), m, 0);
    assert_close(margin_of(&w->lecture->beside[1].snap->experiment), 0.15, 0);
    assert_string_equal(experiment_loss(&w->lecture->beside[1].snap->experiment)->id, "cosface");
}

static void what_a_step_hides_its_keys_do_not_do(void **unused)
{
    (void)unused;
    open_own();
    next();
    const struct theme *theme = w->look.theme;
    key(SDLK_t, 0);
    assert_ptr_equal(w->look.theme, theme);
    assert_string_equal(w->notice, "This step of the lesson hides that.");
    next(); /* the answer */
    assert_true(w->lecture->player.revealed);
    key(SDLK_SPACE, 0);
    assert_false(w->state.playing);
    assert_int_equal(w->lecture->choices, 1);
    assert_ptr_equal(w->lecture->choice[0], &view_feature);
}

static void the_slider_may_be_the_rate(void **unused)
{
    (void)unused;
    open_own();
    next();
    double before = experiment_rate(&w->experiment);
    drag_to("param.lr", 0.9);
    double after = experiment_rate(&w->experiment);
    assert_true(after > before);
    await_rest();
    assert_close(experiment_rate(&w->snap->experiment), after, 0);
}

static void a_step_lets_a_slider_go(void **unused)
{
    (void)unused;
    open_own();
    next();
    next();
    key(SDLK_PAGEDOWN, 0);
    for (int i = 0; i < 20000 && !w->sweeping; i++)
        window_wait(w, 1);
    assert_true(w->sweeping);
    assert_string_equal(w->sweep.key, "ring.lambda");
    const struct loss *ring = loss_find("ring");
    double *lambda = &w->experiment.param[loss_index(ring)][loss_param_find(ring, "lambda")], first = *lambda;
    for (int i = 0; i < 20000 && *lambda == first; i++)
        window_wait(w, 1);
    assert_true(*lambda < 0.1 + 1e-12 && *lambda >= 0.01 - 1e-12);
}

/* Where the data of a step are not there, it says so and the training before it stands. */
static void a_step_without_its_data_says_so(void **unused)
{
    (void)unused;
    open_own();
    for (int i = 0; i < 3; i++)
        next();
    key(SDLK_PAGEDOWN, 0);
    for (int i = 0; i < 20000 && !(w->notice_bad && w->notice[0]); i++)
        window_wait(w, 1);
    assert_non_null(strstr(w->notice, "none.csv"));
    assert_int_equal(w->lecture->player.step, 3);
    assert_string_equal(w->snap->experiment.dataset, "blobs");
    turns(2); /* drawn too */
}

static void back_to_a_comparison(void **unused)
{
    (void)unused;
    open_own();
    next();
    for (int i = 0; i < 20000 && w->lecture->besides > 0; i++)
        window_wait(w, 1);
    assert_int_equal(w->lecture->besides, 0);
    key(SDLK_PAGEUP, 0);
    for (int i = 0; i < 20000 && (w->lecture->besides < 2 || !w->lecture->beside[0].snap); i++)
        window_wait(w, 1);
    settle();
    assert_int_equal(w->lecture->player.step, 0);
    assert_int_equal(w->lecture->besides, 2);
    assert_int_equal(w->lecture->beside[0].snap->step, w->snap->step);
}

/* F1 over the view, which is drawn through a glass. */
static void what_is_shown_is_explained(void **unused)
{
    (void)unused;
    open_own();
    next();
    struct point middle = inside("view.feature", 0.5, 0.5);
    motion(middle.x, middle.y);
    key(SDLK_F1, 0);
    assert_true(w->card.open);
    assert_true(strncmp(w->card.what, "plane.", 6) == 0);
    struct rect r = w->card.beside, all = w->area[AREA_MAIN];
    assert_true(r.x >= all.x - 1 && r.y >= all.y - 1 && r.x + r.w <= all.x + all.w + 1);
    key(SDLK_ESCAPE, 0);
}

/* One that was given on the command line stands first in the list; a broken one says why and cannot be opened. */
static void a_given_lesson_is_listed(void **unused)
{
    (void)unused;
    static const struct {
        const char *name, *text, *error;
    } row[] = { { "own.json", own, "" }, { "broken.json", "{\"marginscope\": 1}", "broken.json" } };
    int shipped = 0;
    for (int i = 0; i < 3; i++) {
        home();
        w->lecture->looked = false;
        w->lecture->rows = 0;
        if (i > 0)
            write_lesson(row[i - 1].name, row[i - 1].text);
        snprintf(w->lecture->given, sizeof w->lecture->given, "%s", i > 0 ? path : "");
        action_lessons(w, 0);
        turns(2);
        if (i == 0) {
            shipped = w->lecture->rows;
            continue;
        }
        assert_int_equal(w->lecture->rows, shipped + 1);
        assert_non_null(strstr(w->lecture->row[0].error, row[i - 1].error));
        click("lesson.1");
        assert_int_equal(lecture_lesson(w), i == 1);
    }
    snprintf(
        w->lecture->given, sizeof w->lecture->given, "%s", w->lecture->row[1].path); /* a shipped one: once */
    w->lecture->rows = 0;
    w->lecture->looked = false;
    action_lessons(w, 0);
    assert_int_equal(w->lecture->rows, shipped);
    home();
}

static int begin(void **state)
{
    snprintf(folder, sizeof folder, "%s/lecture-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir);
    return mkdtemp(folder) ? open_window(state) : 1;
}

static int end(void **state)
{
    unlink(in_folder("own.json"));
    unlink(in_folder("broken.json"));
    close_window(state);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_points_at_a_sample),
        cmocka_unit_test(the_slider_moves_what_is_compared),
        cmocka_unit_test(what_a_step_hides_its_keys_do_not_do),
        cmocka_unit_test(the_slider_may_be_the_rate),
        cmocka_unit_test(a_step_lets_a_slider_go),
        cmocka_unit_test(a_step_without_its_data_says_so),
        cmocka_unit_test(back_to_a_comparison),
        cmocka_unit_test(what_is_shown_is_explained),
        cmocka_unit_test(a_given_lesson_is_listed),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
