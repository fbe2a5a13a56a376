/* The window while memory fails: what a lecturer does, once for each allocation that fails, or from which on all do. A
 * sentence or a smaller feature, never a crash, a hang, a leak or half a file; and with memory back the training goes
 * on. fault.h says which calls. Threads are about: which allocation is the n-th differs a little from run to run, and
 * only with FAULT_WHOLE=1 every one has its turn (3: every third). */
#include <cblas.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>

#include "tests/support/fault.h"
#include "tests/support/lecturer.h"
#include "tests/support/whole.h"

#if SANITIZED
#include <sanitizer/lsan_interface.h>
#endif

enum { FEW = SANITIZED ? 1 : 3, HANGS_S = 300, LONG_WAIT = 60000 }; /* of each act so many faults */

struct act {
    const char *name;
    void (*play)(void);
    bool opens; /* a window of its own */
};

static const struct act acts[] = {
    { "opening", opens, true },
    { "training", trains, false },
    { "losses", switches, false },
    { "views", looks, false },
    { "benches", benches, false },
    { "sessions", saves, false },
    { "exports", exports, false },
    { "films", films, false },
    { "the past", goes_back, false },
    { "comparing", compares, false },
    { "a lesson", teaches, false },
    { "drawing", draws, false },
    { "quitting", quits, false },
};
enum { ACTS = sizeof acts / sizeof *acts };

/* ---- what must be true afterwards ---- */

static const char *broken; /* a file that is not whole */

static int look_at(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    static char found[1100];
    (void)info, (void)where;
    if (!strstr(path, "mstmp") && (kind != FTW_F || is_whole(path)))
        return 0;
    snprintf(found, sizeof found, "%s", path);
    broken = found;
    return 1;
}

static int drop(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info, (void)kind;
    return where->level == 0 || strcmp(path + where->base, "given.json") == 0 ? 0 : remove(path);
}

static void check_files(void)
{
    broken = NULL;
    nftw(folder, look_at, 8, FTW_PHYS);
    if (broken)
        fail_msg("%s: %s is not whole, or was left over", doing, broken);
    nftw(folder, drop, 8, FTW_DEPTH | FTW_PHYS);
}

static void check_sentence(const char *text, bool bad)
{
    if (bad && (!strchr(text, ':') || !strstr(text, "; ")))
        fail_msg("%s: \"%s\" is no sentence", doing, text);
}

static bool trains_on(void)
{
    stand();
    long step = w->state.step;
    worker_step(w->worker, 1);
    for (int i = 0; i < LONG_WAIT; i++) {
        bool rests = at_rest();
        window_wait(w, 1);
        if (w->state.step > step && w->snap && w->snap->step == w->state.step)
            return true;
        if (rests)
            return false;
    }
    return false;
}

static void begin_anew(void)
{
    struct window_options o = options();
    experiment_set(&o.experiment, "seed", "9", NULL);
    w->experiment = o.experiment;
    action_settle(w, NULL);
    action_apply(w);
    rest();
}

/* Memory is back: by itself, or at the next thing that is asked for. */
static void check_life(void)
{
    static const char *const still[] = { "animation.cancel", "animation.stop" };
    check_sentence(w->notice, w->notice_bad && w->notice[0]);
    check_sentence(w->state.why.text, w->state.failed);
    for (int i = 0; i < 8; i++) {
        key(SDLK_ESCAPE, 0);
        turns(1);
    }
    for (int i = 0; i < PATIENCE && (there(still[0]) || there(still[1])); i++)
        window_wait(w, 1);
    for (int i = 0; i < PATIENCE && export_task_busy(w->export->task); i++)
        window_wait(w, 1);
    w->next_frame = 0;
    turns(3);
    if (!w->canvas)
        fail_msg("%s: no picture any more", doing);
    key(SDLK_END, 0);
    if (trains_on())
        return;
    key(SDLK_r, 0);
    if (trains_on())
        return;
    begin_anew();
    if (!trains_on())
        fail_msg("%s: the training does not go on: step %ld, \"%s\", notice \"%s\"", doing, w->state.step,
            w->state.why.text, w->notice);
}

static void check_leaks(void)
{
#if SANITIZED && !defined(__SANITIZE_THREAD__)
    if (__lsan_do_recoverable_leak_check())
        fail_msg("%s: a leak", doing);
#endif
}

/* ---- every fault of an act ---- */

static void hang(int signal)
{
    (void)signal;
    static const char words[] = " hangs\n";
    if (write(2, doing, strlen(doing)) < 0 || write(2, words, sizeof words - 1) < 0)
        _exit(3);
    abort();
}

static void one(const struct act *act, long failing, bool on)
{
    snprintf(doing, sizeof doing, "%s, allocation %s %ld", act->name, on ? "from" : "at", failing);
    if (getenv("FAULT_SHOW"))
        print_message("%s\n", doing);
    alarm(HANGS_S);
    fault_none();
    if (!act->opens)
        opens();
    fault_set(FAULT_MEMORY, failing, on, 0);
    act->play();
    fault_none();
    if (getenv("FAULT_SHOW") && w)
        print_message("\"%s\", \"%s\"\n", w->notice, w->state.why.text);
    if (w) {
        check_life();
        sessions_end(w);
    }
    window_destroy(w);
    w = NULL;
    check_files();
    check_leaks();
    alarm(0);
}

static long total;

static void survives(void **state)
{
    const struct act *act = *state;
    const char *whole = getenv("FAULT_WHOLE");
    one(act, LONG_MAX, false);
    long calls = fault.calls;
    const char *first = getenv("FAULT_FIRST");
    for (int on = 0; on < 2; on++) {
        long stride = whole ? atol(whole) * (1 + 4 * on) : 1 + calls / FEW;
        for (long n = first ? atol(first) : 1 + on * stride / 2; n <= calls; n += stride) {
            one(act, n, on);
            total += fault.failed > 0;
        }
    }
    if (getenv("FAULT_COUNT"))
        print_message("%s: %ld calls\n", act->name, calls);
}

static int begin(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s/window-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir);
    if (!mkdtemp(folder))
        return 1;
    static const char *const there_too[] = { "HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_PICTURES_DIR",
        "TMPDIR" };
    for (size_t i = 0; i < sizeof there_too / sizeof *there_too; i++)
        setenv(there_too[i], folder, 1);
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    signal(SIGALRM, hang);
    openblas_set_num_threads(1);
    opens();
    steps(5);
    key(SDLK_c, 0);
    rest();
    sessions_save(w, in_folder("given.json"));
    for (int i = 0; i < PATIENCE && strncmp(w->notice, "Saved", 5) != 0; i++)
        window_wait(w, 1);
    window_destroy(w);
    w = NULL;
    return access(in_folder("given.json"), R_OK);
}

static int end(void **state)
{
    (void)state;
    print_message("%ld runs with a fault\n", total);
    unlink(in_folder("given.json"));
    nftw(folder, drop, 8, FTW_DEPTH | FTW_PHYS);
    return rmdir(folder);
}

/* [NAME]: this act alone. */
int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    struct CMUnitTest tests[ACTS];
    for (int i = 0; i < ACTS; i++)
        tests[i] = (struct CMUnitTest){ acts[i].name, survives, NULL, NULL, (void *)(uintptr_t)&acts[i] };
    return cmocka_run_group_tests(tests, begin, end);
}
