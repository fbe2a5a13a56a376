/* What every control does when it is pressed where it stands, and keys that stand beside it: rows of where, what, and
 * the number that is to be there afterwards. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/export_dialog.h"
#include "tests/support/folder.h"
#include "tests/support/places.h"

enum { WELL = 500 };

/* ---- further places ---- */

static void choose_loss(const char *id)
{
    action_choose_loss(w, loss_index(loss_find(id)));
    settle();
}

static void at_asoftmax(void)
{
    choose_loss("asoftmax");
}

static void at_choices(void)
{
    choose_loss("contrastive");
}

static void at_small_help(void)
{
    size(1024, 640);
    action_help(w, 0);
}

/* Some past in which all was well, then trouble. */
static void in_trouble(struct finding finding)
{
    worker_reset(w->worker);
    await_rest();
    worker_step(w->worker, WELL + 100);
    await_rest();
    at_coach();
    ((struct snapshot *)w->snap)->finding = finding;
}

static void at_trouble(void)
{
    in_trouble((struct finding){ .kind = COACH_RAY, .step = WELL + 50, .since = WELL });
}

static void at_diverged(void)
{
    in_trouble((struct finding){ .kind = COACH_DIVERGED, .step = WELL + 50, .since = WELL });
}

static void at_open(void)
{
    panel_session_show(w, SESSION_DIALOG_OPEN);
}

static void at_question(void)
{
    struct why why;
    action_lessons(w, 0);
    assert_int_equal(lecture_open(w, w->lecture->row[0].path, &why), STATUS_OK);
    settle();
    key(SDLK_PAGEDOWN, 0);
    settle();
}

static void at_blank(void)
{
    at_question();
    key(SDLK_b, 0);
}

/* Plane and sphere were never seen: a loss of theirs begins them. */
static void in_basics(void)
{
    while (w->compare->count > 1) /* they share their data */
        compare_remove(w, w->compare->count - 1);
    settle();
    action_tab(w, 2);
    settle();
    w->kept_once[BENCH_PLANE] = w->kept_once[BENCH_SPHERE] = false;
}

static void at_first_heads(void)
{
    in_basics();
    choose_loss("l2"); /* its data are numbers */
    w->kept_once[BENCH_PLANE] = w->kept_once[BENCH_SPHERE] = false;
    choose_loss("cosface");
}

static void at_first_tab(void)
{
    in_basics();
    action_tab(w, 1);
}

static int bare_term(void)
{
    int i = 0;
    while (term_at(i)->extra != BLOCK_NONE)
        i++;
    return i;
}

/* A term of class weights, then a loss without them. */
static void at_dropped(void)
{
    w->experiment.added[bare_term()] = true;
    action_apply(w);
    settle();
    choose_loss("triplet");
}

static void at_bare_pairs(void)
{
    w->experiment.model = MODEL_IDENTITY;
    action_apply(w);
    settle();
    choose_loss("triplet");
}

static void at_all_moved(void)
{
    w->experiment.move_count = EXPERIMENT_MOVES;
    action_move(w, -2, (const double[]){ 0, 0 });
    w->experiment.move_count = 0;
}

/* ---- what is there ---- */

/* clang-format off */
static double comparing(void) { return compare_open(w); }
static double whole_screen(void) { return w->options.fullscreen; }
static double help_page(void) { return w->help_open ? 1 + w->help_page : 0; }
static double is_dark(void) { return w->look.theme->dark; }
static double session_dialog(void) { return sessions_panel(w)->dialog; }
static double drawer(void) { return w->drawer_open; }
static double pace(void) { return action_pace_value(w); }
static double seed(void) { return (double)w->experiment.seed; }
static double split(void) { return w->experiment.split; }
static double warms(void) { return w->experiment.warmup[1] != 0; }
static double anneals(void) { return w->experiment.anneal != 0; }
/* Of a slider by powers. */
static double middle_batch(void) { return w->experiment.batch > 30 && w->experiment.batch < 60; }
static double is_iris(void) { return strcmp(w->experiment.dataset, "iris") == 0; }
static double trainings(void) { return w->compare->count; }
static double focus(void) { return w->compare->focus; }
static double popup(void) { return w->popup; }
static double sweep_s(void) { return w->sweep.seconds; }
static double lesson_step(void) { return lecture_lesson(w) ? w->lecture->player.step + 1 : 0; }
static double revealed(void) { return w->lecture->player.revealed; }
static double blank(void) { return w->lecture->blank; }
static double shows_feature(void) { return w->view == &view_feature; }
static double exporting(void) { return export_open(w); }
static double transparent(void) { return w->export->choice.transparent; }
static double export_scale(void) { return w->export->choice.scale; }
static double export_dpi(void) { return w->export->choice.dpi; }
static double export_text(void) { return w->export->choice.text; }
static double export_wide(void) { return strcmp(w->export->choice.size, "16:9") == 0; }
static double export_as_is(void) { return w->export->choice.size[0] == '\0'; }
static double export_sphere(void) { return strcmp(w->export->choice.what, "sphere") == 0; }
static double export_main(void) { return strcmp(w->export->choice.what, "main") == 0; }
static double dismissed(void) { return (double)w->coach_dismissed; }
static double past(void) { return w->past; }
static double shapes(void) { return (w->look.layers & LAYER_SHAPES) != 0; }
static double lit(void) { return w->lit_kept; }
static double form(void) { return w->experiment.param[w->experiment.loss][1]; }
static double drawing(void) { return w->draw.on; }
static double says_data(void) { return strstr(w->notice, "A lesson has its own data") != NULL; }
static double says_settings(void) { return strstr(w->notice, "A lesson keeps its own settings") != NULL; }
static double says_saving(void) { return strstr(w->notice, "A lesson is open; leave it first") != NULL; }
static double says_trainings(void) { return strstr(w->notice, "A lesson has its own trainings") != NULL; }
static double bench(void) { return w->bench; }
static double is_mnist(void) { return strcmp(w->experiment.dataset, "mnist") == 0; }
static double model(void) { return w->experiment.model; }
static double dropped(void) { return !w->experiment.added[bare_term()]; }
static double says_off(void) { return strstr(w->notice, "has nothing to work on under Triplet and is off") != NULL; }
static double says_network(void) { return strstr(w->notice, "Triplet needs a network: the model is now an MLP") != NULL; }
static double says_moved(void) { return strstr(w->notice, "points are moved already") != NULL; }
/* clang-format on */

/* From the first step, and it goes on. */
static double goes_anew(void)
{
    for (int i = 0; i < 20000 && w->snap->step >= WELL; i++)
        window_wait(w, 1);
    return w->snap->step < WELL && w->state.playing;
}

/* ---- presses and keys ---- */

/* clang-format off */
/* A control, or a key; pressed in its place, or where the last row has led. */
static const struct press {
    void (*go)(void); /* NULL: on from the last row */
    const char *control;
    int key, mod;
    double (*value)(void);
    double want;
} presses[] = {
    { at_plane, "tab.compare", 0, 0, comparing, 1 },
    { at_plane, "fullscreen", 0, 0, whole_screen, 1 },
    { NULL, NULL, SDLK_F11, 0, whole_screen, 0 },
    { at_plane, "help", 0, 0, help_page, 1 },
    { at_plane, "theme", 0, 0, is_dark, 0 },
    { NULL, "theme", 0, 0, is_dark, 1 },
    { at_plane, "session", 0, 0, session_dialog, SESSION_DIALOG_OPEN },
    { NULL, "session.tab.save", 0, 0, session_dialog, SESSION_DIALOG_SAVE },
    { NULL, "session.close", 0, 0, session_dialog, SESSION_DIALOG_NONE },
    { at_small, "drawer", 0, 0, drawer, 1 },
    { at_plane, "pace", 0, 0, pace, 200 },
    { NULL, "pace", 0, 0, pace, 600 },
    { NULL, "pace", 0, 0, pace, 0 },
    { NULL, "pace", 0, 0, pace, 1 },
    { NULL, NULL, '<', 0, pace, 1 },
    { NULL, NULL, '>', 0, pace, 5 },
    { at_plane, "seed.dice", 0, 0, seed, 2 },
    { NULL, NULL, SDLK_z, KMOD_LCTRL, seed, 1 },
    { at_plane, "split", 0, 0, split, SPLIT_TEST },
    { NULL, NULL, SDLK_y, 0, split, SPLIT_BOTH },
    { NULL, NULL, SDLK_y, 0, split, SPLIT_TRAIN },
    { at_plane, "warmup", 0, 0, warms, 0 },
    { NULL, "warmup", 0, 0, warms, 1 },
    { at_asoftmax, "anneal", 0, 0, anneals, 0 },
    { NULL, "anneal", 0, 0, anneals, 1 },
    { at_plane, NULL, SDLK_g, 0, shapes, 0 },
    { NULL, NULL, SDLK_g, 0, shapes, 1 },
    { at_plane, NULL, SDLK_k, 0, lit, 0 },
    { NULL, NULL, SDLK_ESCAPE, 0, lit, -1 },
    { at_dataset, "dataset.iris", 0, 0, is_iris, 1 },
    { at_choices, "param.form", 0, 0, form, 1 },
    { NULL, NULL, SDLK_TAB, 0, form, 1 }, /* on and back: now the keys are its own */
    { NULL, NULL, SDLK_TAB, KMOD_LSHIFT, form, 1 },
    { NULL, NULL, SDLK_LEFT, 0, form, 0 },
    { NULL, NULL, SDLK_RIGHT, 0, form, 1 },
    { at_plane, "param.batch", 0, 0, middle_batch, 1 },
    { at_past, "live", 0, 0, past, 0 },
    { at_past, NULL, SDLK_END, 0, past, 0 },
    { at_compare, "compare.add", 0, 0, trainings, 4 },
    { NULL, "compare.remove.1", 0, 0, trainings, 3 },
    { NULL, "compare.loss.2", 0, 0, popup, POPUP_LOSS },
    { NULL, NULL, SDLK_ESCAPE, 0, focus, 1 },
    { at_sweep, "sweep.faster", 0, 0, sweep_s, 4 / 1.5 },
    { NULL, "sweep.slower", 0, 0, sweep_s, 4 },
    { at_lesson, "step.3", 0, 0, lesson_step, 3 },
    { NULL, "lesson.back", 0, 0, lesson_step, 2 },
    { NULL, "lesson.next", 0, 0, lesson_step, 3 },
    { at_lesson, "show.feature", 0, 0, shows_feature, 1 },
    { at_question, "reveal", 0, 0, revealed, 1 },
    { at_blank, NULL, SDLK_PAGEDOWN, 0, blank, 0 },
    { NULL, NULL, SDLK_b, 0, blank, 1 },
    { NULL, NULL, SDLK_SPACE, 0, blank, 0 },
    { NULL, NULL, '.', 0, blank, 1 },
    { NULL, NULL, SDLK_ESCAPE, 0, blank, 0 },
    { NULL, NULL, 0, 0, lesson_step, 2 }, /* a key that only lights the screen again does nothing else */
    { NULL, NULL, 0, 0, revealed, 0 },
    { at_lesson, NULL, SDLK_l, 0, says_data, 1 },
    { NULL, NULL, 0, 0, drawing, 0 },
    { NULL, NULL, SDLK_z, KMOD_LCTRL, says_settings, 1 },
    { NULL, NULL, SDLK_s, KMOD_LCTRL, session_dialog, SESSION_DIALOG_SAVE },
    { NULL, "session.save", 0, 0, says_saving, 1 },
    { NULL, NULL, 0, 0, session_dialog, SESSION_DIALOG_NONE },
    { NULL, NULL, SDLK_c, 0, says_trainings, 1 },
    { at_trouble, "coach.dismiss", 0, 0, dismissed, WELL + 50 },
    { at_diverged, "diverged.reset", 0, 0, goes_anew, 1 },
    { at_export, "export.transparent", 0, 0, transparent, 1 },
    { NULL, "export.transparent", 0, 0, transparent, 0 },
    { NULL, "export.what export.what.2", 0, 0, export_sphere, 1 },
    { NULL, "export.what export.what.0", 0, 0, export_main, 1 },
    { NULL, "export.scale export.scale.2", 0, 0, export_scale, 3 },
    { NULL, "export.size export.size.5", 0, 0, export_wide, 0 },
    { NULL, "export.scale export.scale.2", 0, 0, export_dpi, 600 },
    { NULL, "export.size export.size.4", 0, 0, export_as_is, 1 },
    { NULL, "export.size export.size.1", 0, 0, export_wide, 1 },
    { NULL, "export.size export.size.0", 0, 0, export_wide, 0 },
    { NULL, "export.format export.format.2 export.text export.text.1", 0, 0, export_text, 1 },
    { NULL, "export.text export.text.0 export.format export.format.0", 0, 0, export_text, 0 },
    { NULL, "export.close", 0, 0, exporting, 0 },
    { at_small_help, "help.next", 0, 0, help_page, 2 },
    { NULL, "help.back", 0, 0, help_page, 1 },
    { NULL, "help.back", 0, 0, help_page, 1 },
    { NULL, NULL, SDLK_PAGEDOWN, 0, help_page, 2 },
    { NULL, NULL, SDLK_UP, 0, help_page, 1 },
    { NULL, "help.close", 0, 0, help_page, 0 },
    { at_dropped, NULL, 0, 0, dropped, 1 },
    { NULL, NULL, 0, 0, says_off, 1 },
    { at_bare_pairs, NULL, 0, 0, model, MODEL_MLP },
    { NULL, NULL, 0, 0, says_network, 1 },
    { at_all_moved, NULL, 0, 0, says_moved, 1 },
    { at_first_heads, NULL, 0, 0, bench, BENCH_PLANE },
    { NULL, NULL, 0, 0, is_mnist, 1 },
    { at_first_tab, NULL, 0, 0, bench, BENCH_SPHERE },
    { NULL, NULL, 0, 0, is_mnist, 1 },
};
/* clang-format on */
enum { PRESSES = sizeof presses / sizeof presses[0] };

/* The panel is turned to it where it lies further down. */
static void reach(const char *id)
{
    double rect[4];
    if (!window_control(w, id, rect))
        w->panel_scroll = 0;
    for (int i = 0; i < 40 && !window_control(w, id, rect); i++) {
        motion(w->area[AREA_PANEL].x + 4, w->area[AREA_PANEL].y + w->area[AREA_PANEL].h - 4);
        wheel(-1);
    }
}

static void press_all(const char *controls)
{
    char id[2 * UI_ID];
    for (int n = 0; sscanf(controls, "%63s%n", id, &n) == 1; controls += n) {
        reach(id);
        click(id);
    }
}

static void press_key(int sym, int mod)
{
    if (sym < 127 && !(sym >= 'a' && sym <= 'z') && sym > ' ')
        type((char[]){ (char)sym, '\0' });
    else if (sym)
        key(sym, mod);
}

static void each_press_does_what_it_says(void **unused)
{
    (void)unused;
    for (int i = 0; i < PRESSES; i++) {
        const struct press *p = &presses[i];
        if (p->go) {
            home();
            p->go();
            if (p->go != at_trouble && p->go != at_diverged) /* what they show is not the worker's */
                settle();
        }
        if (p->control)
            press_all(p->control);
        press_key(p->key, p->mod);
        if (p->value == past)
            await_rest();
        if (fabs(p->value() - p->want) > 1e-9)
            fail_msg("row %d: %s, key %d: %g; wanted %g (%s)", i, p->control ? p->control : "", p->key,
                p->value(), p->want, w->experiment.dataset);
    }
    home();
}

/* ---- pressed beside it, what is open closes, and nothing below is pressed ---- */

static double session_open(void)
{
    return session_dialog() != SESSION_DIALOG_NONE;
}
static double popup_open(void)
{
    return popup() != POPUP_NONE;
}

static void a_press_beside_closes(void **unused)
{
    (void)unused;
    static const struct {
        void (*go)(void);
        double (*open)(void);
    } row[] = { { at_help, help_page }, { at_export, exporting }, { at_session, session_open },
        { at_open, session_open }, { at_dataset, popup_open }, { at_view_menu, popup_open } };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        home();
        struct point tab = inside("tab.sphere", 0.5, 0.5);
        row[i].go();
        settle();
        turns(2);
        assert_true(row[i].open());
        motion(tab.x, tab.y);
        button(true, tab.x, tab.y, 1);
        button(false, tab.x, tab.y, 0);
        if (row[i].open())
            fail_msg("row %zu is still open", i);
        assert_int_equal(w->bench, BENCH_PLANE);
    }
    home();
}

/* ---- the keys of a field ---- */

static void a_text_is_edited_by_its_keys(void **unused)
{
    (void)unused;
    static const struct {
        const char *typed;
        int key;
        const char *text;
    } row[] = { { "abc", 0, "abc" }, { "", SDLK_HOME, "abc" }, { "", SDLK_DELETE, "bc" }, { "x", 0, "xbc" },
        { "", SDLK_END, "xbc" }, { "", SDLK_DELETE, "xbc" }, { "d", 0, "xbcd" }, { "", SDLK_LEFT, "xbcd" },
        { "", SDLK_DELETE, "xbc" }, { "", SDLK_BACKSPACE, "xb" } };
    home();
    at_session();
    settle();
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        type(row[i].typed);
        if (row[i].key)
            key(row[i].key, 0);
        if (strcmp(w->ui.edit.text, row[i].text) != 0)
            fail_msg("row %zu: %s, wanted %s", i, w->ui.edit.text, row[i].text);
    }
    w->ui.edit.all = true;
    key(SDLK_DELETE, 0);
    assert_string_equal(w->ui.edit.text, "");
    home();
}

/* ---- the wheel, the window ---- */

static double popup_scroll(void)
{
    return w->popup_scroll;
}
static double list_scroll(void)
{
    return w->lecture->list_scroll;
}
static double side_first(void)
{
    return w->side_first;
}

static void at_small_lessons(void)
{
    size(1024, 640);
    action_lessons(w, 0);
}

static void the_wheel_moves_what_is_under_it(void **unused)
{
    (void)unused;
    static const struct {
        void (*go)(void);
        const char *over;
        double (*value)(void);
    } row[] = { { at_loss_list, "loss.cosface", popup_scroll }, { at_small_lessons, "lesson.2", list_scroll },
        { at_drawer, "title.sphere", side_first }, { at_small_help, "help.close", help_page } };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        home();
        row[i].go();
        settle();
        turns(2);
        struct point p = inside(row[i].over, 0.5, 0.5);
        double before = row[i].value();
        motion(p.x, p.y);
        wheel(-1);
        turns(1);
        double after = row[i].value();
        if (!(after > before))
            fail_msg("over %s: %g after %g", row[i].over, after, before);
        motion(p.x, p.y);
        wheel(1);
        turns(1);
        assert_close(row[i].value(), before, 1e-9);
    }
    home();
}

static void send_window(int event)
{
    send((SDL_Event){ .window = { .type = SDL_WINDOWEVENT, .event = (Uint8)event } });
}

/* What is not seen is not drawn; the cross in the frame ends the program. */
static void a_hidden_window_draws_nothing(void **unused)
{
    (void)unused;
    home();
    send_window(SDL_WINDOWEVENT_MINIMIZED);
    window_dirty(w, AREAS_ALL);
    w->next_frame = 0;
    assert_false(window_frame(w));
    send_window(SDL_WINDOWEVENT_RESTORED);
    w->next_frame = 0;
    assert_true(window_frame(w));
    send_window(SDL_WINDOWEVENT_CLOSE);
    assert_false(window_wait(w, 1));
    w->quit = false;
}

/* What is chosen here is kept here. */
static int begin(void **state)
{
    snprintf(folder, sizeof folder, "%s/touch-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir);
    if (!mkdtemp(folder))
        return 1;
    setenv("HOME", folder, 1);
    setenv("XDG_CONFIG_HOME", folder, 1);
    setenv("XDG_STATE_HOME", folder, 1);
    return open_window(state);
}

static int end(void **state)
{
    close_window(state);
    unlink(in_folder("marginscope/export.json"));
    rmdir(in_folder("marginscope"));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_press_does_what_it_says),
        cmocka_unit_test(a_press_beside_closes),
        cmocka_unit_test(a_text_is_edited_by_its_keys),
        cmocka_unit_test(the_wheel_moves_what_is_under_it),
        cmocka_unit_test(a_hidden_window_draws_nothing),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
