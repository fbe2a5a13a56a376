/* What happens beside the window once in a year: a thread or a lock that is not to be had, a stop between two lines, a
 * queue that is full. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <cblas.h>

#include "app/ahead.h"
#include "app/animate_task.h"
#include "app/beside.h"
#include "app/data_task.h"
#include "app/worker.h"
#include "render/view.h"
#include "tests/support/folder.h"
#include "tests/support/fonts.h"
#include "tests/support/sdl_fault.h"
#include "tests/support/training.h"

enum { PATIENCE_MS = 60000 };

static atomic_int begun; /* files: each is locked as it is begun */

int flock(int file, int how)
{
    SDL_REAL(int, flock, int, int);
    begun++;
    return real_flock(file, how);
}

static SDL_atomic_t woken;

static void wake(void *arg)
{
    (void)arg;
    SDL_AtomicIncRef(&woken);
}

/* ---- a training in its thread ---- */

static struct experiment small(void)
{
    static const char *const pair[] = { "dataset", "iris", "hidden", "4", "batch", "16", NULL };
    struct experiment e;
    experiment_init(&e);
    set_all(&e, pair);
    return e;
}

static struct worker *start(const struct experiment *e)
{
    struct worker *w = NULL;
    struct why why = { "" };
    if (worker_create(e, false, 0, wake, NULL, &w, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return w;
}

static const struct snapshot *await_step(struct worker *w, long step)
{
    for (int i = 0; i < PATIENCE_MS; i++) {
        bool fresh;
        const struct snapshot *s = worker_take(w, &fresh, NULL);
        if (s && s->step == step && worker_rests(w))
            return s;
        SDL_Delay(1);
    }
    fail_msg("never at step %ld", step);
    return NULL;
}

static struct worker *start_at(const struct experiment *e, int step)
{
    struct worker *w = start(e);
    await_step(w, 0);
    worker_step(w, step);
    await_step(w, step);
    return w;
}

/* Whatever of SDL is missing, there is a sentence and nothing is left; then there is a training. */
static void a_training_needs_its_thread(void **unused)
{
    struct experiment e = small();
    int refused = 0, of_thread = 0;
    (void)unused;
    for (;; refused++) {
        struct worker *w = NULL;
        struct why why = { "" };
        sdl_set(NULL, refused + 1);
        enum status status = worker_create(&e, false, 0, wake, NULL, &w, &why);
        sdl_set(NULL, 0);
        if (status == STATUS_OK) {
            await_step(w, 0);
            worker_destroy(w);
            break;
        }
        assert_null(w);
        bool thread = strcmp(why.text, "training: no more of it; close something and try again") == 0;
        if (!thread && strcmp(why.text, "training: not enough memory; close something") != 0)
            fail_msg("%s", why.text);
        of_thread += thread;
    }
    assert_true(refused >= 5);
    assert_int_equal(of_thread, 1);
}

static void a_comparison_needs_its_threads(void **unused)
{
    struct experiment e = small();
    struct dataset data = open_data(&e);
    struct trainer *leader = make(&e, &data), *other = make(&e, &data), *others[] = { other };
    const struct beside_wish wish = { 7, BESIDE_LEADER, e };
    struct beside *b = beside_create();
    struct why why;
    bool anew;
    int refused = 0;
    long id = 9;
    (void)unused;
    assert_non_null(b);
    for (enum status status = STATUS_FAILED; status != STATUS_OK; refused += status != STATUS_OK) {
        why.text[0] = '\0';
        sdl_set(NULL, refused + 1);
        status = beside_want(b, &wish, 1, leader, &data, &anew, &why);
        assert_int_equal(beside_count(b), status == STATUS_OK);
        if (status != STATUS_OK)
            assert_string_equal(why.text, "compare: not enough memory; remove a training");
    }
    assert_int_equal(refused, 3);
    refused = 0;
    for (enum status status = STATUS_FAILED; status != STATUS_OK; refused += status != STATUS_OK) {
        sdl_set(NULL, refused + 1);
        status = beside_open(b, &id, others, 1, &why);
        assert_int_equal(beside_id(b, 0), status == STATUS_OK ? 9 : 7); /* those that were stay */
    }
    assert_int_equal(refused, 3);
    sdl_set(NULL, 0);
    beside_destroy(b);
    trainer_destroy(leader);
    dataset_clear(&data);
}

/* ---- two threads for one snapshot ---- */

static void same_picture(const struct snapshot *a, const struct snapshot *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->step, b->step);
    assert_memory_equal(a->feature, b->feature, (size_t)a->count * (size_t)a->dim * sizeof *a->feature);
    assert_memory_equal(a->predicted, b->predicted, (size_t)a->count * sizeof *a->predicted);
}

static int processors;

int SDL_GetCPUCount(void)
{
    return processors;
}

/* With a second thread, with one that is not to be had, and where there is one processor: the same bits. */
static void two_halves_make_the_whole(void **unused)
{
    static const char *const pair[] = { "dataset", "optdigits", "model", "cnn", "filters", "2", "hidden", "4",
        "batch", "16", NULL };
    static const struct {
        int processors, failing, threads[2]; /* asked for in the first snapshot, and in the second */
    } row[] = { { 2, 9, { 1, 0 } }, { 2, 1, { 1, 1 } }, { 1, 9, { 0, 0 } } };
    struct experiment e;
    (void)unused;
    experiment_init(&e);
    set_all(&e, pair);
    e.points = 2000;
    struct dataset data = open_data(&e);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct trainer *plain = make(&e, &data), *halves = make(&e, &data);
        struct snapshot a, b;
        struct ahead *ahead = ahead_create();
        assert_non_null(ahead);
        snapshot_init(&a);
        snapshot_init(&b);
        processors = row[i].processors;
        for (int k = 0; k < 2; k++) {
            steps(plain, 2);
            steps(halves, 2);
            sdl_set("thread", row[i].failing);
            assert_int_equal(trainer_snapshot(plain, &a), STATUS_OK);
            assert_int_equal(ahead_snapshot(ahead, halves, &b), STATUS_OK);
            assert_true(a.count > 1000);
            same_picture(&a, &b);
            assert_int_equal(sdl_fault.calls, row[i].threads[k]);
        }
        sdl_set(NULL, 0);
        ahead_destroy(ahead);
        snapshot_clear(&a);
        snapshot_clear(&b);
        trainer_destroy(plain);
        trainer_destroy(halves);
    }
    for (int n = 1; n <= 2; n++) {
        sdl_set("semaphore", n);
        assert_null(ahead_create());
    }
    sdl_set(NULL, 0);
    dataset_clear(&data);
}

/* ---- tables ---- */

static enum status end_of(struct data_task *task, struct why *why)
{
    enum status status = STATUS_FAILED;
    int waited = 0;
    assert_non_null(task);
    while (!data_task_done(task, &status, why) && waited++ < PATIENCE_MS)
        SDL_Delay(1);
    assert_true(waited < PATIENCE_MS);
    data_task_destroy(task);
    return status;
}

static struct data_order order_of(enum data_table table, enum data_format format, const char *name)
{
    struct data_order order = { .table = table, .format = format };
    snprintf(order.path, sizeof order.path, "%s", in_folder(name));
    return order;
}

/* At every moment it may be stopped: it says so, and there is no file, nor half of one. */
static void a_table_is_stopped_anywhere(void **unused)
{
    struct experiment e = small();
    struct worker *w = start_at(&e, 5);
    const struct snapshot *snap = await_step(w, 5);
    const struct data_order order = order_of(DATA_HISTORY, DATA_NPZ, "stopped.npz");
    int stopped = 0, files = files_in_folder(), last = 0;
    (void)unused;
    for (enum status status = STATUS_FAILED; status != STATUS_OK;) {
        struct why why = { "" };
        begun = 0;
        sdl_stop.at = stopped + 1;
        sdl_stop.looks = 0;
        sdl_stop.thread = "data";
        status = end_of(data_task_start(&order, snap, w, wake, NULL), &why);
        sdl_stop.thread = NULL;
        if (status == STATUS_OK)
            break;
        assert_non_null(strstr(why.text, "stopped.npz: stopped; nothing was written"));
        assert_int_equal(files_in_folder(), files);
        assert_true(++stopped < 1000);
        last = begun;
    }
    assert_true(stopped >= 3);
    assert_true(last > 0); /* as late as when the file was there but for its name */
    assert_int_equal(access(order.path, R_OK), 0);
    unlink(order.path);
    worker_destroy(w);
}

static struct snapshot empty;

/* Where the data cannot be read there never is a training. */
static struct worker *start_nothing(void)
{
    struct experiment e = small();
    set(&e, "dataset", "/nowhere/at-all.csv");
    struct worker *w = start(&e);
    struct worker_state state;
    int waited = 0;
    do {
        SDL_Delay(1);
        worker_state(w, &state);
    } while (!state.why.text[0] && waited++ < PATIENCE_MS);
    assert_non_null(strstr(state.why.text, "at-all.csv"));
    return w;
}

static void without_a_training_there_is_no_table(void **unused)
{
    struct worker *w = start_nothing();
    int files = files_in_folder();
    (void)unused;
    snapshot_init(&empty);
    for (int i = 0; i < 2; i++) {
        struct why why = { "" };
        struct data_order order = order_of(i ? DATA_FEATURES : DATA_HISTORY, DATA_NPZ, "none.npz");
        assert_int_equal(end_of(data_task_start(&order, &empty, w, wake, NULL), &why), STATUS_FAILED);
        assert_non_null(strstr(why.text, "none.npz: there is no training yet; wait until it is there"));
    }
    assert_int_equal(files_in_folder(), files);
    worker_destroy(w);
}

static void a_table_needs_its_thread(void **unused)
{
    struct experiment e = small();
    struct worker *w = start_at(&e, 2);
    const struct snapshot *snap = await_step(w, 2);
    struct data_order order = order_of(DATA_POINTS, DATA_CSV, "p.csv");
    int refused = 0;
    (void)unused;
    for (struct data_task *task = NULL; !task;) {
        sdl_set(NULL, refused + 1);
        task = data_task_start(&order, snap, w, wake, NULL);
        sdl_set(NULL, 0);
        struct why why;
        if (task)
            assert_int_equal(end_of(task, &why), STATUS_OK);
        else
            assert_true(++refused < 10);
    }
    assert_int_equal(refused, 3); /* what hands the frames over has a lock and a signal */
    unlink(order.path);
    worker_destroy(w);
}

/* ---- animations ---- */

static struct animation_options film(const char *name)
{
    struct animation_options o;
    animation_options_init(&o);
    snprintf(o.figure.path, sizeof o.figure.path, "%s", in_folder(name));
    o.figure.width = 240;
    o.figure.height = 160;
    o.fps = 4;
    o.seconds = 1;
    return o;
}

static struct animation_news end_of_film(struct animation_task *task)
{
    struct animation_news news = { .done = false };
    for (int i = 0; i < PATIENCE_MS && !news.done; i++) {
        SDL_Delay(1);
        animation_task_news(task, &news);
    }
    assert_true(news.done);
    animation_task_destroy(task);
    return news;
}

static struct animation_news make_film(
    const struct animation_options *o, const struct animation_sweep *sweep, struct worker *w)
{
    struct animation_task *task = NULL;
    struct why why = { "" };
    if (animation_task_start(o, sweep, w, wake, NULL, &task, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return end_of_film(task);
}

static const struct animation_sweep margins = { .key = "m", .from = 0.1, .to = 0.4, .frames = 4 };

static void without_a_training_there_is_no_film(void **unused)
{
    struct worker *w = start_nothing();
    struct animation_options o = film("none.gif");
    int files = files_in_folder();
    (void)unused;
    for (int i = 0; i < 2; i++) {
        struct animation_news news = make_film(&o, i ? &margins : NULL, w);
        assert_int_equal(news.status, STATUS_FAILED);
        assert_non_null(strstr(news.why.text, i ? "none.gif: there is no training to sweep in; train first"
                                                : "none.gif: there is nothing to show yet; train first"));
        assert_false(news.result.cancelled);
    }
    assert_int_equal(files_in_folder(), files);
    worker_destroy(w);
}

/* As it gathers, as it copies the training, as it draws. */
static void a_film_is_stopped_anywhere(void **unused)
{
    struct experiment e = small();
    set(&e, "loss", "arcface");
    struct worker *w = start_at(&e, 5);
    struct animation_options o = film("stopped.gif");
    int files = files_in_folder();
    (void)unused;
    for (int i = 0; i < 2; i++) {
        long at = 1;
        for (bool stopped = true; stopped; at++) {
            sdl_stop.at = at;
            sdl_stop.looks = 0;
            sdl_stop.thread = "animation";
            struct animation_news news = make_film(&o, i ? &margins : NULL, w);
            sdl_stop.thread = NULL;
            stopped = news.status != STATUS_OK;
            assert_int_equal(news.result.cancelled, stopped);
            assert_int_equal(access(o.figure.path, R_OK) == 0, !stopped);
            assert_int_equal(files_in_folder(), files + !stopped);
            if (stopped && !strstr(news.why.text, "stopped"))
                fail_msg("%s", news.why.text);
            assert_true(at < 1000);
        }
        assert_true(at > 3);
        unlink(o.figure.path);
    }
    worker_destroy(w);
}

static void a_film_needs_its_thread(void **unused)
{
    struct experiment e = small();
    struct worker *w = start_at(&e, 3);
    struct animation_options o = film("thread.gif");
    int refused = 0;
    (void)unused;
    for (struct animation_task *task = NULL; !task;) {
        struct why why = { "" };
        sdl_set(NULL, refused + 1);
        enum status status = animation_task_start(&o, NULL, w, wake, NULL, &task, &why);
        sdl_set(NULL, 0);
        if (status == STATUS_OK) {
            assert_int_equal(end_of_film(task).status, STATUS_OK);
            break;
        }
        assert_null(task);
        assert_non_null(strstr(why.text, "thread.gif: no memory; close other programs"));
        assert_true(++refused < 10);
    }
    assert_int_equal(refused, 4);
    unlink(o.figure.path);
    worker_destroy(w);
}

/* Two trainings side by side in a film are as many pictures as of one, and other ones. */
static void a_film_of_a_comparison(void **unused)
{
    struct experiment e = small();
    struct beside_wish wish = { 5, BESIDE_LEADER, e };
    struct worker *w = start(&e);
    struct animation_options o = film("both.gif");
    (void)unused;
    set(&wish.experiment, "loss", "softmax");
    await_step(w, 0);
    worker_beside(w, &wish, 1);
    await_step(w, 0);
    worker_step(w, 6);
    await_step(w, 6);
    snprintf(o.figure.view, sizeof o.figure.view, "%s", view_compare.id);
    struct animation_news news = make_film(&o, NULL, w);
    if (news.status != STATUS_OK)
        fail_msg("%s", news.why.text);
    assert_int_equal(news.result.frames, animation_frames(&o));
    assert_int_equal(access(o.figure.path, R_OK), 0);
    worker_beside(w, &wish, 0);
    await_step(w, 6);
    assert_true(make_film(&o, NULL, w).result.bytes != news.result.bytes);
    unlink(o.figure.path);
    worker_destroy(w);
}

static int begin(void **state)
{
    openblas_set_num_threads(1);
    setenv("MARGINSCOPE_ASSETS", ASSETS_FOLDER, 1);
    snprintf(folder, sizeof folder, "%s/rare-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir);
    processors = 1;
    return mkdtemp(folder) == NULL || fonts(state) != 0;
}

static int end(void **state)
{
    no_fonts(state);
    return rmdir(folder); /* nothing is left */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_training_needs_its_thread),
        cmocka_unit_test(a_comparison_needs_its_threads),
        cmocka_unit_test(two_halves_make_the_whole),
        cmocka_unit_test(a_table_is_stopped_anywhere),
        cmocka_unit_test(without_a_training_there_is_no_table),
        cmocka_unit_test(a_table_needs_its_thread),
        cmocka_unit_test(without_a_training_there_is_no_film),
        cmocka_unit_test(a_film_is_stopped_anywhere),
        cmocka_unit_test(a_film_needs_its_thread),
        cmocka_unit_test(a_film_of_a_comparison),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
