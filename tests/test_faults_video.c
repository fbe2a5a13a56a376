/* Films through ffmpeg when it goes wrong: not there, dies at once, in the middle, at the end, of SIGKILL from without,
 * takes no frames, has no room. One sentence, the old file, nothing left over, no zombie, no descriptor kept and no
 * SIGPIPE. Most of these ffmpegs are scripts; the program itself where there is one. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/animate.h"
#include "tests/support/folder.h"
#include "tests/support/fonts.h"
#include "tests/support/training.h"

enum { WIDTH = 320, HEIGHT = 200, FRAMES = 6, STEPS = 20, NOBODY = 0, HANGS_S = 120 };

static struct dataset data;
static struct trainer *trainer;
static struct history *history;
static char programs[600]; /* where the fake ones are */
static char real[1024]; /* PATH as it was */

static const char old[] = "the old one\n";

static void put(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static const char *in_programs(const char *name)
{
    static char path[700];
    snprintf(path, sizeof path, "%s/%s", programs, name);
    return path;
}

/* ---- the hand that kills ---- */

struct killer {
    int asked, kills_at, stops_at; /* 0: never */
};

static pid_t child(void)
{
    long pid = 0;
    FILE *file = fopen(in_programs("pid"), "r");
    if (file && fscanf(file, "%ld", &pid) != 1)
        pid = 0;
    if (file)
        fclose(file);
    return (pid_t)pid;
}

static bool on(void *user, double share, const char *words)
{
    struct killer *k = user;
    (void)share, (void)words;
    k->asked++;
    for (int i = 0; k->asked == k->kills_at && child() == NOBODY && i < 2000; i++)
        usleep(1000);
    if (k->asked == k->kills_at && child() != NOBODY)
        kill(child(), SIGKILL);
    return k->stops_at == 0 || k->asked < k->stops_at;
}

/* ---- one film ---- */

static int descriptors(void)
{
    int n = 0;
    for (int i = 0; i < 256; i++)
        n += fcntl(i, F_GETFD) >= 0;
    return n;
}

static void check_old(const char *name, const char *what)
{
    char text[64] = "";
    FILE *file = fopen(in_folder(name), "r");
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    if (n != sizeof old - 1 || strcmp(text, old) != 0)
        fail_msg("%s: the old file is gone", what);
}

static enum status film(const char *name, struct killer *k, struct animation_result *result, struct why *why)
{
    const struct animation_watch watch = { on, k };
    struct animation_options o;
    struct animation_history h = { .history = history, .frames = FRAMES };
    struct animation_source source = animation_of_history(&h, &data);
    animation_options_init(&o);
    o.figure.width = WIDTH;
    o.figure.height = HEIGHT;
    o.fps = 10;
    o.seconds = FRAMES / o.fps;
    snprintf(o.figure.path, sizeof o.figure.path, "%s", in_folder(name));
    unlink(in_programs("pid"));
    alarm(HANGS_S);
    enum status status = animation_write(&o, &source, &watch, result, why);
    alarm(0);
    return status;
}

/* It fails with this sentence and leaves nothing. */
static void refuses(const char *what, struct killer k, const char *words)
{
    struct animation_result result;
    struct why why = { "" };
    int before = descriptors();
    put(in_folder("film.mp4"), old, 0600);
    int files = files_in_folder();
    enum status status = film("film.mp4", &k, &result, &why);
    if (status != STATUS_FAILED || !strstr(why.text, words) || !strstr(why.text, "film.mp4: ") ||
        !strstr(why.text, "; ") || strchr(why.text, '\n'))
        fail_msg("%s: status %d and \"%s\", want \"%s\"", what, status, why.text, words);
    check_old("film.mp4", what);
    if (files_in_folder() != files)
        fail_msg("%s: something is left over", what);
    if (descriptors() != before)
        fail_msg("%s: %d descriptors, were %d", what, descriptors(), before);
    if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
        fail_msg("%s: a child is left", what);
}

static void fake(const char *script, mode_t mode)
{
    char text[2400];
    snprintf(text, sizeof text, "#!/bin/sh\nPATH='%s'\ncd '%s'\necho $$ >new && mv new pid\n%s\n", real,
        programs, script);
    put(in_programs("ffmpeg"), text, mode);
    setenv("PATH", programs, 1);
}

/* ---- the tests ---- */

static void an_ffmpeg_that_fails_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *script, *words;
    } row[] = {
        { "exit 1", "ffmpeg: ended with status 1; write .gif" },
        { "exit 0", "ffmpeg: ended with status 0; write .gif" },
        { "cat >/dev/null", "ffmpeg: ended with status 0; write .gif" },
        { "kill -9 $$", "ffmpeg: was ended by signal 9; write .gif" },
        { "head -c 300000 >/dev/null; kill -9 $$", "ffmpeg: was ended by signal 9; write .gif" },
        { "cat >/dev/null; kill -9 $$", "ffmpeg: was ended by signal 9; write .gif" },
        { "cat >/dev/null; kill -11 $$", "ffmpeg: was ended by signal 11; write .gif" },
        { "head -c 300000 >/dev/null; echo 'no such codec' >&2; exit 1",
            "ffmpeg: no such codec; write .gif" },
        { "cat >/dev/null; echo x: No space left on device >&2; exit 1",
            "ffmpeg: No space left on device; free" },
        { "for w; do :; done; cat >\"${w#file:}\"; echo late >&2", "ffmpeg: late; write .gif" },
        { "exec 0<&-; exec sleep 100", "ffmpeg: was ended by signal 9; write .gif" },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        fake(row[i].script, 0700);
        refuses(row[i].script, (struct killer){ 0 }, row[i].words);
    }
}

static void without_one_it_says_so(void **state)
{
    (void)state;
    fake("exit 0", 0600);
    refuses(
        "not for running", (struct killer){ 0 }, "there is no program ffmpeg, which makes these; install it");
    put(in_programs("ffmpeg"), "#!/no/such/shell\n", 0700);
    refuses("no interpreter", (struct killer){ 0 }, "there is no program ffmpeg; install it");
    unlink(in_programs("ffmpeg"));
    refuses("missing", (struct killer){ 0 }, "there is no program ffmpeg, which makes these; install it");
}

/* Stopped, it reads nothing and cannot end by itself. */
static void one_that_hangs_can_be_cancelled(void **state)
{
    (void)state;
    fake("kill -STOP $$", 0700);
    for (int stops = 1; stops < 120; stops += 30)
        refuses("stopped", (struct killer){ .stops_at = stops }, "stopped");
    fake("cat >/dev/null; exec sleep 100", 0700);
    refuses("asleep at its end", (struct killer){ .stops_at = 60 }, "");
}

/* The program itself, at every moment from before its first frame to its end. */
static void one_that_is_killed_leaves_the_old_film(void **state)
{
    (void)state;
    setenv("PATH", real, 1);
    if (!animation_has_ffmpeg())
        skip();
    struct animation_result result;
    struct killer never = { 0 };
    struct why why = { "" };
    assert_int_equal(film("film.mp4", &never, &result, &why), STATUS_OK);
    assert_true(result.bytes > 1000);
    fake("exec ffmpeg \"$@\"", 0700);
    int most = never.asked < 2 * FRAMES ? never.asked : 2 * FRAMES;
    for (int at = 1; at <= most; at += SANITIZED ? 4 : 1)
        refuses("killed from without", (struct killer){ .kills_at = at }, "ffmpeg: was ended by signal 9");
}

static void a_disk_without_room_is_told(void **state)
{
    (void)state;
    setenv("PATH", real, 1);
    if (!animation_has_ffmpeg() || access("/dev/full", W_OK) != 0)
        skip();
    fake("trap '' XFSZ; ulimit -f 2; exec ffmpeg \"$@\"", 0700);
    refuses("a file that may not grow", (struct killer){ 0 }, "ffmpeg: ");
    unlink(in_folder("film.mp4"));
    assert_int_equal(symlink("/dev/full", in_folder("full.webm")), 0);
    struct animation_result result;
    struct killer never = { 0 };
    struct why why = { "" };
    assert_int_equal(film("full.webm", &never, &result, &why), STATUS_FAILED);
    if (!strstr(why.text, "No space left on device; free some space"))
        fail_msg("\"%s\"", why.text);
    unlink(in_folder("full.webm"));
}

/* ---- */

static int begin(void **state)
{
    struct experiment e;
    const char *base = getenv("TMPDIR");
    experiment_init(&e);
    set(&e, "dataset", "blobs");
    set(&e, "hidden", "16");
    e.points = 60;
    snprintf(folder, sizeof folder, "%s/video-XXXXXX", base ? base : P_tmpdir);
    snprintf(programs, sizeof programs, "%s/video-XXXXXX", base ? base : P_tmpdir);
    snprintf(real, sizeof real, "%s", getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");
    setenv("LC_ALL", "C", 1);
    if (!mkdtemp(folder) || !mkdtemp(programs) || fonts(state) != 0)
        return 1;
    signal(SIGPIPE, SIG_DFL);
    data = open_data(&e);
    trainer = make(&e, &data);
    history = remembered_steps(trainer, STEPS);
    struct killer never = { 0 };
    struct animation_result result;
    struct why why = { "" };
    enum status status = film("first.gif", &never, &result, &why); /* opens the fonts, which stay open */
    unlink(in_folder("first.gif"));
    return status;
}

static int end(void **state)
{
    char command[1300];
    history_destroy(history);
    trainer_destroy(trainer);
    dataset_clear(&data);
    setenv("PATH", real, 1);
    snprintf(command, sizeof command, "rm -r '%s' '%s'", folder, programs);
    return system(command) + no_fonts(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ffmpeg_that_fails_is_told),
        cmocka_unit_test(without_one_it_says_so),
        cmocka_unit_test(one_that_hangs_can_be_cancelled),
        cmocka_unit_test(one_that_is_killed_leaves_the_old_film),
        cmocka_unit_test(a_disk_without_room_is_told),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
