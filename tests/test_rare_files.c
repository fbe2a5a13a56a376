/* Files and long works at rare limits: no memory at any one allocation of a sweep, links that lead out of a lesson's
 * folder, names taken by another program at just that moment. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cblas.h>

#include "app/animate.h"
#include "app/folder_task.h"
#include "app/options.h"
#include "app/output.h"
#include "app/pack.h"
#include "app/session.h"
#include "app/sweep.h"
#include "render/view.h"
#include "tests/support/every_allocation.h"
#include "tests/support/folder.h"
#include "tests/support/fonts.h"
#include "tests/support/sdl_fault.h"
#include "tests/support/training.h"

/* ---- what the system answers seldom ---- */

static int locked; /* so many files to come are held by somebody else */
static const char *unwritable; /* to whoever asks, even to root */

int flock(int file, int how)
{
    SDL_REAL(int, flock, int, int);
    if (locked == 0)
        return real_flock(file, how);
    locked--;
    errno = EWOULDBLOCK;
    return -1;
}

int access(const char *path, int mode)
{
    SDL_REAL(int, access, const char *, int);
    if (!(mode & W_OK) || !unwritable || strcmp(path, unwritable) != 0)
        return real_access(path, mode);
    errno = EACCES;
    return -1;
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(in_folder(name), "wb");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* Somebody cleans up between the making of a temporary file and its lock: the next name is taken. */
static void another_took_the_temporary_file(void **unused)
{
    struct output out;
    struct why why = { "" };
    (void)unused;
    int files = files_in_folder();
    locked = 1;
    assert_int_equal(output_begin(&out, in_folder("a.txt"), &why), STATUS_OK);
    assert_int_equal(locked, 0);
    assert_non_null(strstr(out.temporary, "a.txt.1."));
    fputs("whole", out.stream);
    assert_int_equal(output_end(&out, true, &why), STATUS_OK);
    unlink(in_folder("a.txt.0.mstmp")); /* whoever held it would have */
    assert_int_equal(unlink(in_folder("a.txt")), 0);
    assert_int_equal(files_in_folder(), files);
}

static void another_took_every_folder(void **unused)
{
    char name[1100];
    (void)unused;
    int files = files_in_folder();
    locked = 1;
    int held = output_folder(in_folder("f%d.png"), name, sizeof name);
    assert_true(held >= 0);
    close(held);
    assert_int_equal(rmdir(name), 0);
    locked = 1000;
    assert_int_equal(output_folder(in_folder("f%d.png"), name, sizeof name), -1);
    assert_int_equal(errno, EBUSY);
    locked = 0;
    assert_int_equal(files_in_folder(), files);
}

static void what_is_protected_is_not_replaced(void **unused)
{
    struct output out;
    struct why why = { "" };
    char path[1024];
    (void)unused;
    put("kept.txt", "old");
    snprintf(path, sizeof path, "%s", in_folder("kept.txt"));
    unwritable = path;
    assert_int_equal(output_begin(&out, path, &why), STATUS_FAILED);
    unwritable = NULL;
    assert_non_null(
        strstr(why.text, "kept.txt: is write-protected (Permission denied); choose another name"));
    assert_int_equal(unlink(path), 0);
}

/* What shrinks to nearly nothing would look like a bomb: it is stored as it is, and comes back. */
static void what_is_all_the_same_is_packed_as_it_is(void **unused)
{
    const size_t size = (size_t)40 << 20;
    uint8_t *bytes = calloc(size, 1);
    (void)unused;
    assert_non_null(bytes);
    bytes[size - 1] = 7;
    char *text = pack_text(bytes, size);
    assert_non_null(text);
    assert_true(strlen(text) > size);
    uint8_t *back = pack_bytes(text, size);
    assert_non_null(back);
    assert_memory_equal(back, bytes, size);
    free(back);
    free(text);
    free(bytes);
}

/* A folder of images may lie beside a lesson, and its files may still be links to elsewhere. */
static void links_lead_nowhere_else(void **unused)
{
    char lesson[1024], data[1024], link[1100];
    struct why why = { "" };
    (void)unused;
    snprintf(lesson, sizeof lesson, "%s", in_folder("lesson.json"));
    snprintf(data, sizeof data, "%s", in_folder("images"));
    assert_int_equal(mkdir(data, 0755), 0);
    put("images/one.png", "");
    assert_int_equal(session_beside(lesson, data, &why), STATUS_OK);
    snprintf(link, sizeof link, "%s", in_folder("images/two.png"));
    assert_int_equal(symlink("/etc/hostname", link), 0);
    assert_int_equal(session_beside(lesson, data, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "images: a link leads out of the folder of "));
    assert_non_null(strstr(why.text, "; copy the data there"));
    assert_int_equal(unlink(link), 0);
    assert_int_equal(symlink("one.png", link), 0); /* within */
    assert_int_equal(session_beside(lesson, data, &why), STATUS_OK);
}

static void a_pace_may_be_as_fast_as_it_goes(void **unused)
{
    static const char *const line[] = { "marginscope", "--pace", "max" };
    struct options o;
    struct why why = { "" };
    (void)unused;
    options_init(&o);
    assert_true(o.pace > 0);
    assert_int_equal(options_parse(3, (const char **)(uintptr_t)line, FOR_WINDOW, &o, &why), STATUS_OK);
    assert_close(o.pace, 0, 0);
    options_clear(&o);
}

/* ---- names being typed ---- */

static void wake(void *arg)
{
    (void)arg;
}

static void what_is_typed_needs_its_thread(void **unused)
{
    struct folder_task *task = NULL;
    struct folder_list list;
    int refused = 0;
    (void)unused;
    for (; !task; refused += !task) {
        sdl_set(NULL, refused + 1);
        task = folder_task_start(folder, NULL, wake, NULL);
        sdl_set(NULL, 0);
    }
    assert_int_equal(refused, 2);
    for (int i = 0; i < 60000 && !folder_task_take(task, &list); i++)
        SDL_Delay(1);
    assert_true(folder_task_take(task, &list));
    assert_true(list.there && list.folder);
    folder_task_drop(task);
}

/* ---- sweeps of an animation ---- */

static struct experiment small(void)
{
    static const char *const pair[] = { "dataset", "iris", "hidden", "4", "batch", "16", "loss", "arcface",
        NULL };
    struct experiment e;
    experiment_init(&e);
    set_all(&e, pair);
    return e;
}

struct walking {
    struct trainer *trainer;
    const struct dataset *data;
    struct animation_sweep sweep;
};

static enum status walk(const void *what, struct why *why)
{
    const struct walking *job = what;
    struct animation_walk *w = NULL;
    struct snapshot snap;
    long step = trainer_steps(job->trainer);
    enum status status = animation_walk_create(&job->sweep, job->trainer, job->data, NULL, &w, why);
    snapshot_init(&snap);
    if (status == STATUS_OK) {
        struct animation_source source = animation_of_walk(w);
        for (int i = 0; status == STATUS_OK && i < source.count; i++)
            status = source.frame(source.user, i, &snap, why);
        animation_walk_destroy(w);
    } else {
        assert_null(w);
    }
    snapshot_clear(&snap);
    if (fault.failed == 0)
        assert_int_equal(trainer_steps(job->trainer), step); /* it stands where it stood */
    return status;
}

static void a_sweep_survives_every_allocation(void **unused)
{
    struct experiment e = small();
    struct dataset data = open_data(&e);
    (void)unused;
    for (int steps_between = 0; steps_between < 2; steps_between++) {
        struct trainer *t = make(&e, &data);
        const struct walking job = { t, &data,
            { .key = "m", .from = 0.1, .to = 0.3, .frames = 2, .steps = steps_between } };
        steps(t, 3);
        every_allocation("a sweep", walk, &job);
        trainer_destroy(t);
    }
    dataset_clear(&data);
}

static bool stop(void *user, double share, const char *words)
{
    (void)user, (void)share, (void)words;
    return false;
}

static void a_sweep_is_stopped_or_diverges(void **unused)
{
    struct experiment e = small();
    struct dataset data = open_data(&e);
    struct trainer *t = make(&e, &data);
    const struct animation_watch stops = { stop, NULL };
    static const struct {
        struct animation_sweep sweep;
        const char *say;
    } row[] = { { { .key = "m", .from = 0.1, .to = 0.3, .frames = 2, .steps = 2 },
                    "animation: stopped; nothing was written, start again" },
        { { .key = "lr", .from = 1, .to = 1e6, .frames = 3, .steps = 200 },
            "; sweep a smaller range or train with a smaller rate" } };
    (void)unused;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct animation_walk *w = NULL;
        struct why why = { "" };
        steps(t, 2);
        assert_int_equal(
            animation_walk_create(&row[i].sweep, t, &data, i ? NULL : &stops, &w, &why), STATUS_FAILED);
        assert_null(w);
        if (!strstr(why.text, row[i].say))
            fail_msg("%s", why.text);
        assert_int_equal(trainer_steps(t), 2 * ((int)i + 1));
        assert_false(trainer_diverged(t));
    }
    trainer_destroy(t);
    dataset_clear(&data);
}

/* ---- many trainings ---- */

static struct sweep plan(const char *const *line, int words, struct options *o)
{
    struct sweep s = { 0 };
    struct why why = { "" };
    options_init(o);
    if (options_parse(words, (const char **)(uintptr_t)line, FOR_SWEEP, o, &why) != STATUS_OK ||
        sweep_plan(o, &s, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return s;
}

/* Where there is no thread they are trained one after another: the same numbers. */
static void many_trainings_need_no_thread(void **unused)
{
    static const char *const line[] = { "sweep", "--set", "m=0.1,0.3", "--dataset", "iris", "--hidden", "4",
        "--steps", "4", "--csv", "/dev/null" };
    char *text[2];
    size_t size;
    (void)unused;
    for (int i = 0; i < 2; i++) {
        struct options o;
        struct why why = { "" };
        struct sweep s = plan(line, sizeof line / sizeof *line, &o);
        assert_int_equal(sweep_open(&s, &why), STATUS_OK);
        sdl_set("thread", i);
        if (sweep_run(&s, 2, &why) != STATUS_OK)
            fail_msg("%s", why.text);
        assert_int_equal(sdl_fault.calls, i);
        sdl_set(NULL, 0);
        FILE *to = open_memstream(&text[i], &size);
        assert_non_null(to);
        for (int k = 0; k < s.cells; k++)
            fprintf(to, "%.17g %.17g\n", s.cell[k].summary.evaluation.train_loss,
                s.cell[k].summary.evaluation.test_loss);
        fclose(to);
        sweep_clear(&s);
        options_clear(&o);
    }
    assert_true(strlen(text[0]) > 20);
    assert_string_equal(text[0], text[1]);
    free(text[0]);
    free(text[1]);
}

/* One at a time and without a thread, so that the n-th allocation is always the same one. */
static enum status run_all(const void *what, struct why *why)
{
    struct options o;
    fault.kind = FAULT_NONE; /* what reads the line has tests of its own */
    struct sweep s = plan(what, 13, &o);
    fault.kind = FAULT_MEMORY;
    enum status status = sweep_open(&s, why);
    sdl_set("thread", 1);
    if (status == STATUS_OK)
        status = sweep_run(&s, 1, why);
    sdl_set(NULL, 0);
    sweep_clear(&s);
    options_clear(&o);
    return status;
}

static void many_trainings_survive_every_allocation(void **unused)
{
    static const char *const line[] = { "sweep", "--set", "m=0.1,0.3", "--dataset", "iris", "--hidden", "4",
        "--steps", "2", "--out", "/dev/null.png", "--view", "roc" };
    (void)unused;
    every_allocation("many trainings", run_all, line);
}

static int begin(void **state)
{
    openblas_set_num_threads(1);
    setenv("MARGINSCOPE_ASSETS", ASSETS_FOLDER, 1);
    snprintf(folder, sizeof folder, "%s/rare-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir);
    return mkdtemp(folder) == NULL || fonts(state) != 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(path);
}

static int end(void **state)
{
    no_fonts(state);
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_took_the_temporary_file),
        cmocka_unit_test(another_took_every_folder),
        cmocka_unit_test(what_is_protected_is_not_replaced),
        cmocka_unit_test(what_is_all_the_same_is_packed_as_it_is),
        cmocka_unit_test(links_lead_nowhere_else),
        cmocka_unit_test(a_pace_may_be_as_fast_as_it_goes),
        cmocka_unit_test(what_is_typed_needs_its_thread),
        cmocka_unit_test(a_sweep_survives_every_allocation),
        cmocka_unit_test(a_sweep_is_stopped_or_diverges),
        cmocka_unit_test(many_trainings_need_no_thread),
        cmocka_unit_test(many_trainings_survive_every_allocation),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
