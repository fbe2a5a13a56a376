/* What the window meets once in a year: a display that answers otherwise, no memory as it opens, a queue that is full, a
 * thread that is not to be had, and input that comes too early. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cblas.h>
#include <SDL_ttf.h>

#include "app/export_dialog.h"
#include "tests/support/fault.h"
#include "tests/support/folder.h"
#include "tests/support/places.h"
#include "tests/support/sdl_fault.h"

enum { PATIENCE = 20000 };

/* ---- a display that answers otherwise ---- */

static SDL_Surface *other_surface; /* NULL: the display's own */
static int presented;

SDL_Window *SDL_CreateWindow(const char *title, int x, int y, int width, int height, Uint32 flags)
{
    SDL_REAL(SDL_Window *, SDL_CreateWindow, const char *, int, int, int, int, Uint32);
    return sdl_fails("window") ? NULL : real_SDL_CreateWindow(title, x, y, width, height, flags);
}

SDL_Renderer *SDL_CreateRenderer(SDL_Window *window, int index, Uint32 flags)
{
    SDL_REAL(SDL_Renderer *, SDL_CreateRenderer, SDL_Window *, int, Uint32);
    return sdl_fails("renderer") ? NULL : real_SDL_CreateRenderer(window, index, flags);
}

SDL_Surface *SDL_GetWindowSurface(SDL_Window *window)
{
    SDL_REAL(SDL_Surface *, SDL_GetWindowSurface, SDL_Window *);
    return other_surface ? other_surface : real_SDL_GetWindowSurface(window);
}

int SDL_UpdateWindowSurfaceRects(SDL_Window *window, const SDL_Rect *rects, int n)
{
    SDL_REAL(int, SDL_UpdateWindowSurfaceRects, SDL_Window *, const SDL_Rect *, int);
    presented++;
    if (sdl_fails("present"))
        return -1;
    return other_surface ? 0 : real_SDL_UpdateWindowSurfaceRects(window, rects, n);
}

int TTF_Init(void)
{
    SDL_REAL(int, TTF_Init, void);
    return sdl_fails("fonts") ? -1 : real_TTF_Init();
}

static const char *unwritable; /* to whoever asks, even to root */

int access(const char *path, int mode)
{
    SDL_REAL(int, access, const char *, int);
    return mode & W_OK && unwritable && strcmp(path, unwritable) == 0 ? -1 : real_access(path, mode);
}

static struct window_options options(void)
{
    struct window_options o;
    window_options_init(&o);
    experiment_set(&o.experiment, "dataset", "blobs", NULL);
    o.experiment.points = 60;
    o.playing = false;
    return o;
}

/* ---- opening ---- */

static void no_window_says_why(void **unused)
{
    static const struct {
        const char *what, *say;
        bool gpu;
    } row[] = { { "window", "display: no more of it; check the display", false },
        { "renderer", "display: no graphics card can be used (no more of it); use --renderer cpu", true } };
    (void)unused;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct window_options o = options();
        struct window *none = NULL;
        struct why why = { "" };
        o.renderer = row[i].gpu ? RENDERER_GPU : o.renderer;
        sdl_set(row[i].what, 1);
        assert_int_equal(window_create(&o, &none, &why), STATUS_FAILED);
        sdl_set(NULL, 0);
        assert_null(none);
        assert_string_equal(why.text, row[i].say);
    }
}

/* Each allocation of it fails once: a sentence, or a window. */
static void a_window_without_memory_says_so(void **unused)
{
    (void)unused;
    int refused = 0, without_memory = 0;
    for (long n = 1, failed = 1; failed; n++) {
        struct window_options o = options();
        struct window *one = NULL;
        struct why why = { "" };
        fault_set(FAULT_MEMORY, n, false, 0);
        enum status status = window_create(&o, &one, &why);
        failed = fault.failed;
        fault_none();
        if (status != STATUS_OK) {
            assert_null(one);
            if (!strchr(why.text, ':') || !strstr(why.text, "; "))
                fail_msg("allocation %ld: \"%s\"", n, why.text);
            refused++;
            without_memory += strcmp(why.text, "window: not enough memory; close something") == 0;
        }
        window_destroy(one);
        assert_true(n < 5000);
    }
    assert_true(refused > 8);
    assert_true(without_memory >= 7); /* itself, the lesson, the comparison, undo, and the three dialogs */
}

/* Nothing has been trained yet: keys that show or save it do nothing. */
static void too_early_there_is_nothing_to_save(void **unused)
{
    struct window_options o = options();
    struct why why = { "" };
    (void)unused;
    int files = files_in_folder();
    sdl_gate = SDL_CreateSemaphore(0);
    assert_int_equal(window_create(&o, &w, &why), STATUS_OK);
    assert_null(w->snap);
    key(SDLK_s, 0);
    key(SDLK_s, KMOD_SHIFT);
    key(SDLK_e, 0);
    assert_false(export_open(w));
    assert_string_equal(w->notice, "");
    for (int i = 0; i < 8; i++)
        SDL_SemPost(sdl_gate);
    for (int i = 0; i < PATIENCE && !w->snap; i++)
        window_wait(w, 1);
    assert_non_null(w->snap);
    action_export(w, 0);
    assert_true(export_open(w));
    window_destroy(w);
    SDL_DestroySemaphore(sdl_gate);
    sdl_gate = NULL;
    w = NULL;
    assert_int_equal(files_in_folder(), files);
}

/* ---- painting ---- */

static void paint(void)
{
    w->ui.focus_shown = false;
    window_dirty(w, AREAS_ALL);
    w->next_frame = 0;
    window_frame(w);
    w->next_frame = 0;
    window_frame(w); /* plots may wait for the next one */
}

/* A display of another format shows the same colours. */
static void colours_are_those_of_the_display(void **unused)
{
    static const Uint32 format[] = { SDL_PIXELFORMAT_ABGR8888, SDL_PIXELFORMAT_RGB24 };
    (void)unused;
    home();
    paint();
    assert_null(w->owned);
    for (size_t i = 0; i < sizeof format / sizeof *format; i++) {
        other_surface = SDL_CreateRGBSurfaceWithFormat(0, w->width_px, w->height_px, 32, format[i]);
        assert_non_null(other_surface);
        assert_true(window_resize(w));
        assert_non_null(w->owned);
        paint();
        long other = 0, colours = 0;
        for (int y = 0; y < w->height_px; y++)
            for (int x = 0; x < w->width_px; x++) {
                const Uint8 *at = (const Uint8 *)other_surface->pixels + (ptrdiff_t)y * other_surface->pitch +
                                  (ptrdiff_t)x * other_surface->format->BytesPerPixel;
                uint32_t want = w->owned[(size_t)y * (size_t)w->width_px + (size_t)x] & 0xFFFFFF;
                uint32_t is = (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2]; /* both begin with red */
                other += is != want;
                colours += want >> 16 != (want & 255);
            }
        assert_int_equal(other, 0);
        assert_true(colours > 1000);
        SDL_Surface *done = other_surface;
        other_surface = NULL;
        assert_true(window_resize(w));
        assert_null(w->owned);
        SDL_FreeSurface(done);
    }
    home();
}

/* A surface that went away under it is asked for anew, and everything is drawn again. */
static void what_could_not_be_shown_is_drawn_again(void **unused)
{
    (void)unused;
    home();
    paint();
    sdl_set("present", 1);
    window_dirty(w, 1u << AREA_TOP);
    w->next_frame = 0;
    presented = 0;
    window_frame(w);
    sdl_set(NULL, 0);
    assert_int_equal(presented, 1);
    assert_int_equal(w->dirty & AREAS_ALL, AREAS_ALL);
    paint();
    assert_true(presented > 1);
    assert_int_equal(w->dirty & (1u << AREA_TOP), 0);
}

/* ---- text ---- */

static void text_grows_as_far_as_the_window(void **unused)
{
    (void)unused;
    home();
    size(1280, 800);
    w->notice[0] = '\0';
    for (int i = 0; i < 10 && !w->notice[0]; i++)
        key(SDLK_EQUALS, KMOD_CTRL);
    assert_string_equal(w->notice, "Larger text needs a larger window.");
    assert_false(w->text_capped);
    double scale = w->options.text_scale;
    assert_true(scale < 2);
    assert_close(w->points, scale, 0.051);
    key(SDLK_0, KMOD_CTRL);
    assert_close(w->options.text_scale, 1, 0);
    w->options.text_scale = 2; /* as it is given on the command line */
    assert_true(window_resize(w));
    action_text_capped(w);
    assert_non_null(strstr(w->notice, "Larger text needs a larger window: "));
    assert_non_null(strstr(w->notice, " of 2 here."));
    key(SDLK_0, KMOD_CTRL);
    home();
}

static void write_value(const char *text)
{
    SDL_Event e = { .text = { .type = SDL_TEXTINPUT } };
    click("param.m.value");
    turns(1);
    snprintf(e.text.text, sizeof e.text.text, "%s", text);
    key(SDLK_a, KMOD_CTRL);
    send(e);
    key(SDLK_RETURN, 0);
    turns(1);
}

/* As it is shown, with a true minus, and with a blank behind it. */
static void numbers_are_read_as_they_are_shown(void **unused)
{
    (void)unused;
    home();
    const struct loss *loss = experiment_loss(&w->experiment);
    double *value = &w->experiment.param[w->experiment.loss][loss->margin],
           least = loss->param[loss->margin].min;
    write_value("0.3  ");
    assert_close(*value, 0.3, 1e-12);
    write_value("\u22120");
    assert_true(least <= 0);
    assert_close(*value, 0, 0);
    assert_false(signbit(*value)); /* else a file is named m-0.00 */
    write_value("0.3 x");
    assert_close(*value, 0, 0);
    key(SDLK_ESCAPE, 0);
    home();
}

/* ---- files ---- */

static void await_notice(const char *start)
{
    for (int i = 0; i < PATIENCE && strncmp(w->notice, start, strlen(start)) != 0; i++)
        window_wait(w, 1);
    if (strncmp(w->notice, start, strlen(start)) != 0)
        fail_msg("wanted \"%s\", said \"%s\"", start, w->notice);
}

/* Without a thread of its own a session is written, and read, while the window waits. */
static void a_session_needs_no_thread(void **unused)
{
    char path[600];
    (void)unused;
    home();
    worker_step(w->worker, 3);
    await_rest();
    long step = w->snap->step;
    snprintf(path, sizeof path, "%s", in_folder("alone.json"));
    for (int i = 0; i < 2; i++) {
        w->notice[0] = '\0';
        sdl_set("thread", 1);
        if (i == 0)
            sessions_save(w, path);
        else
            sessions_open(w, path);
        await_notice(i == 0 ? "Saved" : "Opened");
        assert_true(sdl_fault.calls >= 1);
        sdl_set(NULL, 0);
        assert_int_equal(access(path, R_OK), 0);
        worker_step(w->worker, i == 0 ? 2 : 0);
        await_rest();
        assert_int_equal(w->snap->step, i == 0 ? step + 2 : step);
    }
    home();
}

static void drop(const char *path)
{
    SDL_Event e = { .drop = { .type = SDL_DROPFILE, .file = SDL_strdup(path) } };
    w->notice[0] = '\0';
    send(e);
}

/* What is too long for a setting changes none. */
static void a_path_has_its_length(void **unused)
{
    char path[EXPERIMENT_PATH + 40];
    (void)unused;
    home();
    struct experiment before = w->experiment;
    memset(path, 'd', sizeof path);
    memcpy(path, "/", 1);
    strcpy(path + sizeof path - 5, ".csv");
    drop(path);
    for (int i = 0; i < PATIENCE && !w->notice[0]; i++)
        window_wait(w, 1);
    assert_non_null(strstr(w->notice, "too long"));
    assert_true(w->notice_bad);
    assert_memory_equal(&before, &w->experiment, sizeof before);
    home();
}

static void pictures_need_a_folder(void **unused)
{
    (void)unused;
    home();
    w->notice[0] = '\0';
    unwritable = folder;
    key(SDLK_s, 0);
    unwritable = NULL;
    if (!strstr(w->notice, "this folder cannot be written; choose a file name in another"))
        fail_msg("said \"%s\"", w->notice);
    assert_true(w->notice_bad);
}

/* ---- pictures in a row ---- */

static struct export_sheet *sheet(int i, char path[1024])
{
    struct figure_options o;
    struct export_sheet *out = NULL;
    struct why why = { "" };
    char name[32];
    figure_options_init(&o);
    snprintf(name, sizeof name, "row%d.svg", i);
    snprintf(o.path, sizeof o.path, "%s", in_folder(name));
    snprintf(path, 1024, "%s", o.path);
    o.width = 200;
    o.height = 120;
    if (export_figure_compose(w->snap, w->data, &o, &out, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return out;
}

static void wake(void *arg)
{
    (void)arg;
}

static void await_end(struct export_task *t)
{
    for (int i = 0; i < PATIENCE && export_task_busy(t); i++)
        SDL_Delay(1);
    assert_false(export_task_busy(t));
}

/* Sixteen wait, not one more; of what nobody has asked about the oldest answer is forgotten, and no file. */
static void a_row_of_pictures_has_its_length(void **unused)
{
    enum { MOST = 16 };
    char path[MOST + 1][1024];
    struct export_done done;
    (void)unused;
    home();
    sdl_gate = SDL_CreateSemaphore(0);
    struct export_task *t = export_task_create(wake, NULL);
    assert_non_null(t);
    for (int i = 0; i < MOST; i++)
        assert_true(export_task_add(t, sheet(i, path[i]), NULL));
    assert_true(export_task_holds(t, path[MOST - 1]));
    assert_false(export_task_add(t, sheet(MOST, path[MOST]), NULL));
    assert_false(export_task_holds(t, path[MOST]));
    SDL_SemPost(sdl_gate);
    await_end(t);
    assert_true(export_task_add(t, sheet(MOST, path[MOST]), NULL));
    await_end(t);
    for (int i = 1; i <= MOST; i++) {
        assert_true(export_task_take(t, &done));
        assert_string_equal(done.path, path[i]);
        assert_int_equal(done.status, STATUS_OK);
    }
    assert_false(export_task_take(t, &done));
    for (int i = 0; i <= MOST; i++)
        assert_int_equal(unlink(path[i]), 0);
    export_task_destroy(t);
    SDL_DestroySemaphore(sdl_gate);
    sdl_gate = NULL;
}

/* Its lock, its signal and its thread; and a thread that finds no fonts says so of each picture. */
static void a_row_of_pictures_needs_its_thread(void **unused)
{
    char path[1024];
    struct export_done done;
    struct export_task *t = NULL;
    (void)unused;
    home();
    for (int n = 1; n <= 3; n++) {
        sdl_set(NULL, n);
        assert_null(export_task_create(wake, NULL));
    }
    sdl_set("fonts", 1);
    t = export_task_create(wake, NULL);
    assert_non_null(t);
    assert_true(export_task_add(t, sheet(0, path), NULL));
    await_end(t);
    sdl_set(NULL, 0);
    assert_true(export_task_take(t, &done));
    assert_int_equal(done.status, STATUS_FAILED);
    assert_non_null(strstr(done.why.text, "reinstall the package"));
    assert_int_not_equal(access(path, F_OK), 0);
    export_task_destroy(t);
}

static int begin(void **state)
{
    static const char *const there[] = { "HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_PICTURES_DIR" };
    openblas_set_num_threads(1);
    snprintf(folder, sizeof folder, "%s/rare-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir);
    if (!mkdtemp(folder))
        return 1;
    for (size_t i = 0; i < sizeof there / sizeof *there; i++)
        setenv(there[i], folder, 1);
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    (void)state;
    return 0;
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
    const struct CMUnitTest opening[] = {
        cmocka_unit_test(no_window_says_why),
        cmocka_unit_test(a_window_without_memory_says_so),
        cmocka_unit_test(too_early_there_is_nothing_to_save),
    };
    const struct CMUnitTest with_it[] = {
        cmocka_unit_test(colours_are_those_of_the_display),
        cmocka_unit_test(what_could_not_be_shown_is_drawn_again),
        cmocka_unit_test(text_grows_as_far_as_the_window),
        cmocka_unit_test(numbers_are_read_as_they_are_shown),
        cmocka_unit_test(a_session_needs_no_thread),
        cmocka_unit_test(a_path_has_its_length),
        cmocka_unit_test(pictures_need_a_folder),
        cmocka_unit_test(a_row_of_pictures_has_its_length),
        cmocka_unit_test(a_row_of_pictures_needs_its_thread),
    };
    int failed = cmocka_run_group_tests(opening, begin, NULL);
    return failed + cmocka_run_group_tests(with_it, open_window, end);
}
