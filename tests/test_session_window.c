/* The window's side of sessions, on SDL's dummy driver: saved by the keyboard, opened by another window, the same
 * picture; autosave, what a fall leaves, files that are dropped. */
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/compare.h"
#include "app/session_window.h"
#include "app/lecture.h"
#include "app/window.h"
#include "tests/support/check.h"

static char folder[] = P_tmpdir "/session-window-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[4][256];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static void frames(struct window *w, int n)
{
    for (int i = 0; i < n; i++)
        window_wait(w, 5);
}

static struct window *open_window(struct window_options *o)
{
    struct window *w = NULL;
    struct why why = { "" };
    if (window_create(o, &w, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    for (int i = 0; i < 20000 && !w->snap; i++)
        window_wait(w, 2);
    assert_non_null(w->snap);
    return w;
}

static struct window_options small(const char *loss)
{
    struct window_options o;
    window_options_init(&o);
    experiment_set(&o.experiment, "dataset", "blobs", NULL);
    experiment_set(&o.experiment, "hidden", "32", NULL);
    experiment_set(&o.experiment, "loss", loss, NULL);
    o.experiment.points = 200;
    o.pace = 0;
    o.playing = false;
    return o;
}

static void press(struct window *w, int key, int mod)
{
    SDL_Event e = { .key = { .type = SDL_KEYDOWN, .keysym = { .sym = key, .mod = (Uint16)mod } } };
    window_event(w, &e);
    e.type = SDL_KEYUP;
    e.key.keysym.mod = 0; /* Ctrl and Shift are let go as well */
    window_event(w, &e);
    frames(w, 2);
}

static void type(struct window *w, const char *text)
{
    for (; *text; text++) {
        SDL_Event e = { .text = { .type = SDL_TEXTINPUT, .text = { *text } } };
        window_event(w, &e);
    }
    frames(w, 2);
}

static void click(struct window *w, const char *id)
{
    double r[4];
    if (!window_control(w, id, r))
        fail_msg("no control %s", id);
    SDL_Event e = { .button = { .type = SDL_MOUSEBUTTONDOWN,
                        .button = SDL_BUTTON_LEFT,
                        .clicks = 1,
                        .x = (int)(r[0] + r[2] / 2),
                        .y = (int)(r[1] + r[3] / 2) } };
    window_event(w, &e);
    e.type = SDL_MOUSEBUTTONUP;
    window_event(w, &e);
    frames(w, 2);
}

static void await_notice(struct window *w, const char *begin)
{
    for (int i = 0; i < 20000; i++) {
        window_wait(w, 2);
        if (strncmp(w->notice, begin, strlen(begin)) == 0)
            return;
    }
    fail_msg("notice \"%s\", want \"%s\"", w->notice, begin);
}

/* At rest and drawn. */
static void rest(struct window *w)
{
    worker_play(w->worker, false);
    for (int i = 0; i < 20000; i++) {
        window_wait(w, 2);
        if (w->snap->step == w->state.step && !w->state.playing && i > 20)
            break;
    }
    w->hovered = -1;
    window_dirty(w, AREAS_ALL);
    frames(w, 30);
}

/* Exactly there: what the coach finds, and offers to go back to, is the same in every run. */
static void train_to(struct window *w, long step)
{
    long left = step - w->state.step;
    if (left > 0)
        worker_step(w->worker, left);
    for (int i = 0; i < 20000 && w->snap->step < step; i++)
        window_wait(w, 2);
    rest(w);
}

/* The pixels of an area, as they are on the screen. */
static uint32_t *picture(const struct window *w, enum area area, int *size)
{
    struct rect r = w->area[area];
    int x = (int)(r.x * w->scale), y = (int)(r.y * w->scale), wide = (int)(r.w * w->scale),
        high = (int)(r.h * w->scale);
    uint32_t *out = malloc((size_t)(wide * high) * sizeof *out);
    for (int i = 0; i < high; i++)
        memcpy(out + i * wide, w->pixels + (y + i) * w->width_px + x, (size_t)wide * sizeof *out);
    *size = wide * high;
    return out;
}

static void assert_same_area(const uint32_t *a, int a_size, const uint32_t *b, int b_size, const char *what)
{
    int other = 0;
    assert_int_equal(a_size, b_size);
    for (int i = 0; i < a_size; i++)
        other += a[i] != b[i];
    if (other)
        fail_msg("%s: %d of %d pixels differ", what, other, a_size);
}

static void save_to(struct window *w, const char *path)
{
    press(w, SDLK_s, KMOD_CTRL | KMOD_SHIFT);
    assert_true(panel_session_open(w));
    type(w, path);
    press(w, SDLK_RETURN, 0);
    for (int i = 0; i < 20000 && panel_session_open(w); i++)
        window_wait(w, 2);
    if (panel_session_open(w))
        fail_msg("name %s edit %s owner %u error %s", sessions_panel(w)->name, w->ui.edit.text,
            w->ui.edit.owner, w->ui.error);
    await_notice(w, "Saved");
}

static void open_from(struct window *w, const char *path)
{
    press(w, SDLK_o, KMOD_CTRL);
    type(w, path);
    press(w, SDLK_RETURN, 0);
    await_notice(w, "Opened");
    rest(w);
}

static char *content(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = calloc(1, 1 << 24);
    *size = fread(text, 1, (1 << 24) - 1, file);
    fclose(file);
    return text;
}

static void assert_same_files(const char *a, const char *b)
{
    size_t left, right;
    char *one = content(a, &left), *two = content(b, &right);
    if (left != right || memcmp(one, two, left) != 0) {
        size_t at = 0;
        while (one[at] == two[at])
            at++;
        fail_msg("they differ: %.80s | %.80s", one + (at > 30 ? at - 30 : 0), two + (at > 30 ? at - 30 : 0));
    }
    free(one);
    free(two);
}

/* Saves what the first window shows; another one, with other data, opens it. */
static void compare_windows(struct window *a, const char *name)
{
    static const struct {
        enum area area;
        const char *name;
    } row[] = { { AREA_MAIN, "main" }, { AREA_SIDE, "side" }, { AREA_HEADER, "header" },
        { AREA_PANEL, "panel" } };
    char first[300], second[300];
    uint32_t *before[4];
    int size[4];
    snprintf(first, sizeof first, "%s.json", in_folder(name));
    snprintf(second, sizeof second, "%s-again.json", in_folder(name));
    rest(a);
    for (int i = 0; i < 4; i++)
        before[i] = picture(a, row[i].area, &size[i]);
    save_to(a, first);
    window_destroy(a);
    struct window_options o = small("softmax");
    experiment_set(&o.experiment, "dataset", "moons", NULL);
    struct window *b = open_window(&o);
    open_from(b, first);
    for (int i = 0; i < 4; i++) {
        int own;
        uint32_t *after = picture(b, row[i].area, &own);
        assert_same_area(before[i], size[i], after, own, row[i].name);
        free(before[i]);
        free(after);
    }
    save_to(b, second);
    assert_same_files(first, second);
    window_destroy(b);
}

static void the_same_window_comes_back(void **state)
{
    (void)state;
    struct window_options o = small("arcface");
    struct window *w = open_window(&o);
    train_to(w, 300);
    window_select(w, 17, true);
    press(w, SDLK_t, 0); /* the other theme */
    action_cell(w, 1, view_find("confusion"));
    w->look.layers &= ~(unsigned)LAYER_ROSE;
    w->look.zoom = 1.5;
    w->look.pan_x = 20;
    compare_windows(w, "plane");
}

static void mined_pairs_come_back(void **state)
{
    (void)state;
    struct window_options o = small("triplet");
    struct window *w = open_window(&o);
    train_to(w, 60);
    compare_windows(w, "triplet");
}

static void a_turned_sphere_comes_back(void **state)
{
    (void)state;
    struct window_options o = small("cosface");
    o.experiment.feature_dim = 3;
    struct window *w = open_window(&o);
    train_to(w, 60);
    look_orbit(&w->look, 40, 25, 100);
    compare_windows(w, "ball");
}

static void a_comparison_comes_back(void **state)
{
    (void)state;
    struct window_options o = small("arcface");
    struct window *w = open_window(&o);
    train_to(w, 40);
    press(w, SDLK_c, 0);
    experiment_set(&w->experiment, "loss", "softmax", NULL);
    action_apply(w);
    for (int i = 0; i < 20000 && w->compare->shown < 2; i++)
        window_wait(w, 2);
    train_to(w, 70);
    assert_int_equal(w->compare->count, 2);
    compare_windows(w, "beside");
}

/* Of more than three numbers: the axes looked along come back, not others found anew. */
static void a_shadow_of_many_numbers_comes_back(void **state)
{
    (void)state;
    struct window_options o = small("arcface");
    o.experiment.feature_dim = 12;
    struct window *w = open_window(&o);
    for (int i = 10; i < 60; i += 10)
        train_to(w, i); /* each snapshot turns the axes a little */
    action_view(w, "sphere");
    look_orbit(&w->look, 40, 25, 100);
    compare_windows(w, "shadow");
}

static void points_of_a_hand_come_back(void **state)
{
    (void)state;
    struct window_options o = small("arcface");
    o.experiment.feature_dim = 2;
    experiment_set(&o.experiment, "model", "identity", NULL);
    experiment_set(&o.experiment, "dataset", "drawn", NULL);
    experiment_set(&o.experiment, "draw", "0:1:0,0:1.1:0.2,1:-1:0,1:-1.2:0.1,2:0:1,2:0.1:1.2", NULL);
    struct window *w = open_window(&o);
    train_to(w, 40);
    compare_windows(w, "hand");
}

/* Saved in the middle of playing, before a training, and after it has diverged. */
static void every_state_is_the_same_when_saved_again(void **state)
{
    (void)state;
    static const char *const lr[] = { "0.1", "0.1", "1e30" };
    for (int i = 0; i < 3; i++) {
        struct window_options o = small("softmax");
        char first[300], second[300];
        experiment_set(&o.experiment, "lr", lr[i], NULL);
        o.playing = i != 1;
        struct window *w = open_window(&o);
        for (int k = 0; k < 20000 && i != 1 && w->state.step < 37 && !w->state.stuck; k++)
            window_wait(w, 1);
        snprintf(first, sizeof first, "%s", in_folder("state.json"));
        snprintf(second, sizeof second, "%s", in_folder("state-again.json"));
        save_to(w, first);
        open_from(w, first);
        save_to(w, second);
        assert_same_files(first, second);
        window_destroy(w);
    }
}

static void what_was_done_before_opening_is_not_undone(void **state)
{
    (void)state;
    struct window_options o = small("arcface");
    struct window *w = open_window(&o);
    train_to(w, 20);
    save_to(w, in_folder("undone.json"));
    press(w, SDLK_b, 0);
    press(w, SDLK_l, 0);
    experiment_set(&w->experiment, "lr", "0.5", NULL);
    action_apply(w);
    open_from(w, in_folder("undone.json"));
    double lr = w->experiment.lr;
    press(w, SDLK_z, KMOD_CTRL);
    assert_true(w->experiment.lr == lr);
    window_destroy(w);
}

static void it_trains_on_after_opening(void **state)
{
    (void)state;
    struct window_options o = small("arcface");
    struct window *w = open_window(&o);
    train_to(w, 30);
    long step = w->state.step;
    save_to(w, in_folder("on.json"));
    train_to(w, 60);
    open_from(w, in_folder("on.json"));
    assert_int_equal(w->state.step, step);
    press(w, SDLK_SPACE, 0);
    for (int i = 0; i < 20000 && w->snap->step <= step + 5; i++)
        window_wait(w, 2);
    assert_true(w->snap->step > step + 5);
    window_destroy(w);
}

static void a_second_save_is_silent(void **state)
{
    (void)state;
    struct window_options o = small("arcface");
    struct window *w = open_window(&o);
    train_to(w, 10);
    save_to(w, in_folder("silent.json"));
    w->notice[0] = '\0';
    press(w, SDLK_s, KMOD_CTRL);
    assert_false(panel_session_open(w));
    await_notice(w, "Saved");
    press(w, SDLK_o, KMOD_CTRL);
    double r[4];
    for (int i = 0; i < 20000 && sessions_panel(w)->task; i++)
        window_wait(w, 2);
    assert_false(window_control(w, "session.recent.1", r)); /* without autosave nothing is remembered */
    window_destroy(w);
}

static void a_bad_file_leaves_the_window(void **state)
{
    (void)state;
    struct window_options o = small("arcface");
    struct window *w = open_window(&o);
    train_to(w, 10);
    FILE *file = fopen(in_folder("broken.json"), "w");
    fputs("{\n \"training\": 3\n}\n", file);
    fclose(file);
    sessions_open(w, in_folder("broken.json"));
    for (int i = 0; i < 5000 && !w->notice[0]; i++)
        window_wait(w, 2);
    assert_non_null(strstr(w->notice, "broken.json:"));
    assert_true(w->notice_bad);
    press(w, SDLK_SPACE, 0);
    long step = w->state.step;
    for (int i = 0; i < 20000 && w->state.step <= step; i++)
        window_wait(w, 2);
    assert_true(w->state.step > step);
    window_destroy(w);
}

static void drop(struct window *w, const char *path)
{
    SDL_Event e = { .drop = { .type = SDL_DROPFILE, .file = SDL_strdup(path) } };
    window_event(w, &e);
}

static void a_dropped_file_opens_as_what_it_is(void **state)
{
    (void)state;
    struct window_options o = small("softmax");
    struct window *w = open_window(&o);
    train_to(w, 10);
    save_to(w, in_folder("dropped.json"));
    FILE *file = fopen(in_folder("points.csv"), "w");
    for (int i = 0; i < 20; i++)
        fprintf(file, "%d,%d,%s\n", i, i * i % 7, i % 2 ? "a" : "b");
    fclose(file);
    drop(w, in_folder("points.csv"));
    for (int i = 0; i < 20000 && strcmp(w->snap->data_name, "points.csv") != 0; i++)
        window_wait(w, 2);
    assert_string_equal(w->snap->data_name, "points.csv");
    drop(w, in_folder("dropped.json"));
    await_notice(w, "Opened");
    assert_string_equal(w->snap->data_name, "blobs");
    drop(w, in_folder("nothing.csv"));
    await_notice(w, in_folder("nothing.csv"));
    file = fopen(in_folder("wrong.txt"), "w");
    fputs("nothing of use\n", file);
    fclose(file);
    drop(w, in_folder("wrong.txt"));
    for (int i = 0; i < 5000 && !w->state.failed; i++)
        window_wait(w, 2);
    assert_non_null(strstr(w->state.why.text, "wrong.txt"));
    assert_int_equal(mkfifo(in_folder("pipe.json"), 0600), 0);
    drop(w, in_folder("pipe.json"));
    await_notice(w, in_folder("pipe.json"));
    assert_non_null(strstr(w->notice, "device or a pipe"));
    window_destroy(w);
}

/* Features with their labels beside them, a folder of images, a lesson. */
static void other_files_are_dropped_too(void **state)
{
    (void)state;
    struct window_options o = small("softmax");
    struct window *w = open_window(&o);
    char command[700];
    snprintf(command, sizeof command, "cp %s/support/arrays/lf4.npy %s/features.npy", TESTS_FOLDER, folder);
    assert_int_equal(system(command), 0);
    drop(w, in_folder("features.npy"));
    await_notice(w, in_folder("features.npy"));
    assert_non_null(strstr(w->notice, "labels.npy"));
    snprintf(command, sizeof command, "cp %s/support/arrays/labels.npy %s/", TESTS_FOLDER, folder);
    assert_int_equal(system(command), 0);
    drop(w, in_folder("features.npy"));
    for (int i = 0; i < 20000 && !w->experiment.features_npy[0]; i++)
        window_wait(w, 2);
    assert_string_equal(w->experiment.features_npy, in_folder("features.npy"));
    drop(w, ASSETS_FOLDER "/lessons/"
                          "01-logistic-to-softmax.json");
    for (int i = 0; i < 20000 && !lecture_active(w); i++)
        window_wait(w, 2);
    assert_true(lecture_active(w));
    window_destroy(w);
}

/* Tab completes as far as the files agree; a folder that does not answer (here: one that is only asked) holds up
 * nothing. */
static void names_are_completed(void **state)
{
    (void)state;
    struct window_options o = small("arcface");
    struct window *w = open_window(&o);
    char command[700];
    snprintf(command, sizeof command,
        "mkdir -p %s/term/weeks && touch %s/term/week-1.json %s/term/week-2.json "
        "%s/term/wrong.txt",
        folder, folder, folder, folder);
    assert_int_equal(system(command), 0);
    press(w, SDLK_o, KMOD_CTRL);
    press(w, SDLK_a, KMOD_CTRL);
    type(w, in_folder("term/w"));
    press(w, SDLK_TAB, 0);
    for (int i = 0; i < 20000 && strcmp(w->ui.edit.text, "~/term/week") != 0; i++)
        window_wait(w, 2);
    assert_string_equal(w->ui.edit.text, "~/term/week");
    assert_int_equal(sessions_panel(w)->list.files, 3);
    press(w, SDLK_RETURN, 0); /* it names nothing: the file is missed, not the folder */
    await_notice(w, "/");
    assert_true(w->notice_bad && !panel_session_open(w));
    window_destroy(w);
}

/* A session without a name is not saved; one without an ending gets it. */
static void a_name_is_asked_for_and_ended(void **state)
{
    (void)state;
    struct window_options o = small("arcface");
    struct window *w = open_window(&o);
    press(w, SDLK_s, KMOD_CTRL | KMOD_SHIFT);
    press(w, SDLK_BACKSPACE, 0);
    press(w, SDLK_RETURN, 0);
    for (int i = 0; i < 20000 && !w->ui.error[0]; i++)
        window_wait(w, 2);
    assert_string_equal(w->ui.error, "Give the file a name.");
    assert_true(panel_session_open(w));
    press(w, SDLK_ESCAPE, 0);
    press(w, SDLK_ESCAPE, 0);
    press(w, SDLK_s, KMOD_CTRL | KMOD_SHIFT);
    type(w, in_folder("unended"));
    press(w, SDLK_RETURN, 0);
    await_notice(w, "Saved");
    assert_int_equal(access(in_folder("unended.json"), R_OK), 0);
    assert_int_not_equal(access(in_folder("unended"), F_OK), 0);
    window_destroy(w);
}

/* Open shows what lies in a folder, Save takes its name; a file pressed is opened, or gives its name. */
static void what_is_listed_is_pressed(void **state)
{
    (void)state;
    struct window_options o = small("arcface");
    struct window *w = open_window(&o);
    double r[4];
    mkdir(in_folder("shelf"), 0755);
    save_to(w, in_folder("shelf/only.json"));
    for (int i = 0; i < 2; i++) {
        press(w, i ? SDLK_o : SDLK_s, i ? KMOD_CTRL : KMOD_CTRL | KMOD_SHIFT);
        press(w, SDLK_a, KMOD_CTRL);
        type(w, in_folder("shelf/"));
        if (i)
            press(w, SDLK_RETURN, 0);
        for (int k = 0; k < 20000 && (sessions_panel(w)->list.files != 1 || !sessions_panel(w)->list.folder);
             k++)
            window_wait(w, 2);
        assert_true(panel_session_open(w));
        assert_true(sessions_panel(w)->list.folder);
        frames(w, 5);
        assert_true(window_control(w, "session.recent.1", r));
        w->notice[0] = '\0';
        click(w, "session.recent.1");
        if (i)
            await_notice(w, "Opened ~/shelf/only.json");
        else
            assert_string_equal(sessions_panel(w)->name, "~/shelf/only.json");
        assert_int_equal(panel_session_open(w), !i);
        press(w, SDLK_ESCAPE, 0);
        press(w, SDLK_ESCAPE, 0);
    }
    window_destroy(w);
}

/* ---- from one run to the next ---- */

static int in_state(const char *name)
{
    char path[300];
    snprintf(path, sizeof path, "%s/marginscope/%s", folder, name);
    return access(path, F_OK) == 0;
}

static void a_fall_is_followed_by_an_offer(void **state)
{
    (void)state;
    double r[4];
    struct window_options o = small("arcface");
    o.autosave = true;
    struct window *w = open_window(&o);
    assert_null(sessions_offer(w));
    train_to(w, 20);
    save_to(w, in_folder("kept.json"));
    sessions_end(w);
    window_destroy(w);
    assert_true(in_state("autosave-1.json"));

    w = open_window(&o);
    assert_null(sessions_offer(w));
    press(w, SDLK_o, KMOD_CTRL);
    for (int i = 0; i < 20000 && !window_control(w, "session.recent.1", r); i++)
        window_wait(w, 2);
    assert_true(window_control(w, "session.recent.1", r));
    press(w, SDLK_ESCAPE, 0);
    press(w, SDLK_ESCAPE, 0);
    window_destroy(w); /* without its end: the program has fallen */

    w = open_window(&o);
    assert_non_null(sessions_offer(w));
    frames(w, 5);
    press(w, SDLK_p, 0); /* presenting, it does not stand in the picture */
    assert_false(window_control(w, "session.offer", r));
    press(w, SDLK_p, 0);
    assert_true(window_control(w, "session.offer", r));
    click(w, "session.restore");
    await_notice(w, "Restored");
    assert_null(sessions_offer(w));
    for (int i = 0; i < 20000 && in_state("restore-1.json"); i++)
        window_wait(w, 2);
    assert_false(in_state("restore-1.json"));
    assert_true(in_state("autosave-1.json")); /* never neither */
    window_destroy(w);

    w = open_window(&o); /* it has fallen again, and what was restored is offered again */
    assert_non_null(sessions_offer(w));
    click(w, "session.restore");
    await_notice(w, "Restored");
    sessions_end(w);
    window_destroy(w);

    w = open_window(&o);
    window_destroy(w);
    w = open_window(&o);
    click(w, "session.discard");
    assert_null(sessions_offer(w));
    sessions_end(w);
    window_destroy(w);
}

static void two_programs_have_their_own(void **state)
{
    (void)state;
    struct session_home a, b;
    session_home_open(&a);
    session_home_open(&b);
    assert_string_not_equal(a.autosave, b.autosave);
    session_home_close(&a, true);
    session_home_close(&b, true);
}

/* Two ran and the second fell: a program that starts alone finds what that has left. */
static void the_newest_is_offered(void **state)
{
    (void)state;
    struct session_home a, b, c;
    char command[2 * SESSION_PATH];
    session_home_open(&a);
    session_home_open(&b);
    snprintf(command, sizeof command, "cp %s %s && touch %s.7.mstmp", in_folder("kept.json"), b.autosave,
        b.autosave);
    assert_int_equal(system(command), 0);
    session_home_close(&a, true);
    session_home_close(&b, false);
    session_home_open(&c);
    assert_string_equal(c.autosave, b.autosave);
    assert_true(in_state("restore-2.json"));
    assert_false(in_state("autosave-2.json"));
    assert_false(in_state("autosave-2.json.7.mstmp"));
    session_home_forget(&c);
    assert_false(in_state("restore-2.json"));
    session_home_close(&c, true);
}

/* Where a run keeps what it must: the user's own folder without one of the environment; nowhere when there is none. */
static void a_run_is_kept_where_it_can_be(void **state)
{
    (void)state;
    static const struct {
        const char *state, *home, *below;
    } row[] = { { NULL, "own", "own/.local/state/marginscope" },
        { "relative", "own", "own/.local/state/marginscope" }, { NULL, "relative", "" }, { NULL, NULL, "" } };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct session_home h;
        if (row[i].state)
            setenv("XDG_STATE_HOME", row[i].state, 1);
        else
            unsetenv("XDG_STATE_HOME");
        if (row[i].home)
            setenv("HOME", strcmp(row[i].home, "own") == 0 ? in_folder("own") : row[i].home, 1);
        else
            unsetenv("HOME");
        mkdir(in_folder("own"), 0755);
        session_home_open(&h);
        assert_string_equal(h.folder, row[i].below[0] ? in_folder(row[i].below) : "");
        assert_int_equal(h.autosave[0] != '\0', row[i].below[0] != '\0');
        session_home_close(&h, true);
    }
    setenv("XDG_STATE_HOME", folder, 1);
    setenv("HOME", folder, 1);
}

static int begin(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    setenv("XDG_STATE_HOME", folder, 1);
    setenv("XDG_CONFIG_HOME", folder, 1);
    setenv("HOME", folder, 1);
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    return 0;
}

static int end(void **state)
{
    (void)state;
    char command[300];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

int main(void)
{
    openblas_set_num_threads(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_window_comes_back),
        cmocka_unit_test(mined_pairs_come_back),
        cmocka_unit_test(a_turned_sphere_comes_back),
        cmocka_unit_test(a_comparison_comes_back),
        cmocka_unit_test(a_shadow_of_many_numbers_comes_back),
        cmocka_unit_test(points_of_a_hand_come_back),
        cmocka_unit_test(every_state_is_the_same_when_saved_again),
        cmocka_unit_test(what_was_done_before_opening_is_not_undone),
        cmocka_unit_test(it_trains_on_after_opening),
        cmocka_unit_test(a_second_save_is_silent),
        cmocka_unit_test(a_bad_file_leaves_the_window),
        cmocka_unit_test(a_dropped_file_opens_as_what_it_is),
        cmocka_unit_test(other_files_are_dropped_too),
        cmocka_unit_test(names_are_completed),
        cmocka_unit_test(a_name_is_asked_for_and_ended),
        cmocka_unit_test(what_is_listed_is_pressed),
        cmocka_unit_test(a_fall_is_followed_by_an_offer),
        cmocka_unit_test(two_programs_have_their_own),
        cmocka_unit_test(the_newest_is_offered),
        cmocka_unit_test(a_run_is_kept_where_it_can_be),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
