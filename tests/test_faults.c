/* Every allocation fails once, and every call that ends an output: a clean error or the whole work, never a crash, a
 * leak or half a file. The linker puts the functions below in the place of malloc, rename ... of our own code (see
 * CMakeLists.txt); jansson allocates through them too. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/dataset_open.h"
#include "app/eval.h"
#include "app/export.h"
#include "app/lesson.h"
#include "app/session.h"
#include "math/history.h"
#include "math/trainer.h"
#include "render/text.h"
#include "tests/support/folder.h"

/* ---- faults ---- */

static long calls, failing; /* calls so far; the one that fails, 0: none */
static bool files; /* of the end of outputs, not of memory */

static bool fails(bool of_files)
{
    bool now = files == of_files && ++calls == failing;
    if (now)
        errno = of_files ? ENOSPC : ENOMEM;
    return now;
}

/* clang-format off */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *at, size_t size);
int __real_fsync(int descriptor);
int __real_rename(const char *from, const char *to);
int __real_fflush(FILE *file);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *at, size_t size);
int __wrap_fsync(int descriptor);
int __wrap_rename(const char *from, const char *to);
int __wrap_fflush(FILE *file);
/* clang-format on */

void *__wrap_malloc(size_t size)
{
    return fails(false) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails(false) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *at, size_t size)
{
    return fails(false) ? NULL : __real_realloc(at, size);
}

int __wrap_fsync(int descriptor)
{
    return fails(true) ? -1 : __real_fsync(descriptor);
}

int __wrap_rename(const char *from, const char *to)
{
    return fails(true) ? -1 : __real_rename(from, to);
}

int __wrap_fflush(FILE *file)
{
    return fails(true) ? EOF : __real_fflush(file);
}

/* The work with its first call failing, then its second, until there are no more. */
static void every_fault(bool of_files, enum status (*work)(struct why *why))
{
    long failed = 0;
    for (long n = 1;; n++) {
        struct why why = { "" };
        files = of_files;
        calls = 0;
        failing = n;
        enum status status = work(&why);
        bool reached = calls >= n;
        failing = 0;
        if ((status == STATUS_OK) != (why.text[0] == '\0'))
            fail_msg("fault %ld: status %d, \"%s\"", n, status, why.text);
        failed += status != STATUS_OK;
        if (!reached) {
            assert_int_equal(status, STATUS_OK);
            break;
        }
    }
    assert_true(failed > 0);
}

static void every_allocation(enum status (*work)(struct why *why))
{
    every_fault(false, work);
}

/* ---- works ---- */

static void setting(struct experiment *e, const char *key, const char *value)
{
    struct why why = { "" };
    if (experiment_set(e, key, value, &why) != STATUS_OK)
        fail_msg("%s", why.text);
}

static struct experiment small_experiment(void)
{
    struct experiment e;
    experiment_init(&e);
    setting(&e, "dataset", "iris");
    setting(&e, "hidden", "8");
    setting(&e, "batch", "16");
    setting(&e, "add", "center,ring");
    return e;
}

static enum status no_memory(struct why *why)
{
    return why_set(why, STATUS_FAILED, "test: not enough memory; close something");
}

static enum status look_at(struct trainer *t, struct history *h, struct why *why)
{
    struct snapshot s;
    struct evaluation evaluation;
    snapshot_init(&s);
    enum status status = trainer_recognise(t);
    status = status == STATUS_OK ? trainer_snapshot(t, &s) : status;
    status = status == STATUS_OK ? trainer_evaluate(t, true, &evaluation) : status;
    if (status == STATUS_OK && !(history_add_frame(h, &s, 0) && history_snapshot(h, 0, &s)))
        status = no_memory(why);
    snapshot_clear(&s);
    return status == STATUS_OK || why->text[0] ? status : no_memory(why);
}

static enum status train(struct why *why)
{
    struct experiment e = small_experiment();
    struct dataset data = { .dim = 0 };
    struct trainer *t = NULL;
    struct history *h = NULL;
    enum status status = dataset_open(&e, &data, why);
    if (status == STATUS_OK)
        status = trainer_create(&e, &data, &t, why);
    if (status == STATUS_OK && !(h = history_create(1 << 20)))
        status = no_memory(why);
    for (int i = 0; status == STATUS_OK && i < 20; i++) {
        trainer_step(t);
        if (i == 10) {
            setting(&e, "loss", "softmax");
            setting(&e, "batch", "32");
            status = trainer_retune(t, &e, why);
        }
    }
    if (status == STATUS_OK)
        status = look_at(t, h, why);
    history_destroy(h);
    trainer_destroy(t);
    dataset_clear(&data);
    return status;
}

static enum status evaluate(struct why *why)
{
    json_error_t error;
    json_t *root = json_load_file(TESTS_FOLDER "/reference/arcface__d2_c10.json", 0, &error);
    if (!root)
        return no_memory(why);
    struct eval eval = { .n = 0 };
    enum status status = eval_case(root, &eval, why);
    FILE *to = fopen("/dev/null", "w");
    if (status == STATUS_OK)
        status = eval_print(to, &eval, why);
    fclose(to);
    eval_clear(&eval);
    json_decref(root);
    return status;
}

static enum status read_lesson(struct why *why)
{
    struct lesson lesson = { .count = 0 };
    enum status status = lesson_load(ASSETS_FOLDER "/lessons/07-cosface-and-arcface.json", &lesson, why);
    lesson_clear(&lesson);
    return status;
}

static enum status save_session(
    const char *path, const struct trainer *t, const struct dataset *data, struct why *why)
{
    struct session *s = session_create(path);
    if (!s)
        return no_memory(why);
    s->data = session_data_of(data);
    s->opened = true;
    enum status status = session_take(s, t, why);
    if (status == STATUS_OK)
        status = session_write(s, why);
    session_destroy(s);
    return status;
}

static enum status open_session(const char *path, struct why *why)
{
    struct session *s = NULL;
    struct dataset data = { .dim = 0 };
    struct trainer *t = NULL;
    enum status status = session_read(path, &s, why);
    if (status == STATUS_OK)
        status = session_open_data(s, NULL, &data, why);
    if (status == STATUS_OK)
        status = session_restore(s, 0, &data, &t, why);
    trainer_destroy(t);
    dataset_clear(&data);
    session_destroy(s);
    return status;
}

static struct dataset iris;
static struct trainer *trained;

/* Beside the old file nothing stays, whatever failed. */
static enum status whole_or_old(enum status status, const char *path, int others)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_true(info.st_size > 0);
    assert_int_equal(files_in_folder(), others + 1);
    return status;
}

static enum status session_there_and_back(struct why *why)
{
    const char *path = in_folder("s.json");
    char own[1024];
    snprintf(own, sizeof own, "%s", path);
    enum status status = save_session(own, trained, &iris, why);
    status = whole_or_old(status, own, 0);
    return status == STATUS_OK ? open_session(own, why) : status;
}

static const char *figure_file;
static struct snapshot shown;

static enum status draw_figure(struct why *why)
{
    struct figure_options o;
    figure_options_init(&o);
    o.width = 320;
    o.height = 240;
    snprintf(o.path, sizeof o.path, "%s", in_folder(figure_file));
    return whole_or_old(export_figure(&shown, &iris, &o, why), o.path, 0);
}

/* ---- cases ---- */

static void a_training_survives(void **state)
{
    (void)state;
    every_allocation(train);
}

static void eval_survives(void **state)
{
    (void)state;
    every_allocation(evaluate);
}

static void a_lesson_survives(void **state)
{
    (void)state;
    every_allocation(read_lesson);
}

static void old_file(const char *name)
{
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    fputs("the old one", file);
    fclose(file);
}

static void a_session_survives(void **state)
{
    (void)state;
    old_file("s.json");
    every_allocation(session_there_and_back);
    every_fault(true, session_there_and_back);
    unlink(in_folder("s.json"));
}

static void figures_survive(void **state)
{
    (void)state;
    static const char *const name[] = { "f.png", "f.svg", "f.pdf" };
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        figure_file = name[i];
        old_file(name[i]);
        every_allocation(draw_figure);
        every_fault(true, draw_figure);
        unlink(in_folder(name[i]));
    }
}

static int begin(void **state)
{
    (void)state;
    struct why why = { "" };
    struct experiment e = small_experiment();
    snprintf(folder, sizeof folder, "%s/faults-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir);
    json_set_alloc_funcs(__wrap_malloc, free);
    snapshot_init(&shown);
    if (!mkdtemp(folder) || text_start(&why) != STATUS_OK || dataset_open(&e, &iris, &why) != STATUS_OK ||
        trainer_create(&e, &iris, &trained, &why) != STATUS_OK)
        return 1;
    for (int i = 0; i < 20; i++)
        trainer_step(trained);
    return trainer_snapshot(trained, &shown) != STATUS_OK;
}

static int end(void **state)
{
    (void)state;
    snapshot_clear(&shown);
    trainer_destroy(trained);
    dataset_clear(&iris);
    text_stop();
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_training_survives),
        cmocka_unit_test(eval_survives),
        cmocka_unit_test(a_lesson_survives),
        cmocka_unit_test(a_session_survives),
        cmocka_unit_test(figures_survive),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
