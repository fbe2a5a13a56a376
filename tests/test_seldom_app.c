/* Files and commands at their limits: what is refused, in which words, and that nothing is left behind. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/animate.h"
#include "app/cli.h"
#include "app/export.h"
#include "app/npy.h"
#include "app/output.h"
#include "tests/support/check.h"
#include "tests/support/folder.h"

enum { WORDS = 40, SAID = 4096 };
static char said[SAID];

/* A command as a shell would give it, "@NAME" in the test's folder; what stands on stderr goes to `said`. */
static int run(const char *line)
{
    static char text[2048], path[WORDS][1100];
    const char *argv[WORDS] = { "marginscope" };
    int argc = 1;
    snprintf(text, sizeof text, "%s", line);
    for (char *word = strtok(text, " "); word && argc < WORDS - 1; word = strtok(NULL, " "), argc++) {
        char *at = strchr(word, '@');
        snprintf(path[argc], sizeof path[0], "%.*s%s", at ? (int)(at - word) : (int)strlen(word), word,
            at ? in_folder(at + 1) : "");
        argv[argc] = path[argc];
    }
    FILE *kept = stderr, *errors = tmpfile();
    assert_non_null(errors);
    stderr = errors;
    int status = cli_main(argc, argv);
    stderr = kept;
    rewind(errors);
    said[fread(said, 1, SAID - 1, errors)] = '\0';
    fclose(errors);
    return status;
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(in_folder(name), "wb");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* ---- commands ---- */

static void lines_that_end_in_a_sentence(void **unused)
{
    static const struct {
        const char *line;
        int status;
        const char *say;
    } row[] = {
        { "train --dataset iris --loss arcface --hidden 4 --steps 3 --dump-batch 9:@b.json", 2,
            "--dump-batch 9" },
        { "animate --dataset iris --hidden 4 --steps 2 --seconds 1 --fps 2 --out @taken%d.png", 1,
            "taken1.png: is a folder" },
        { "train --dataset outliers --loss l2 --model identity --steps 2 --points-csv @p.csv --weights "
          "@w.npz",
            0, "" },
        { "train --steps 2 --frobnicate=1", 2, "frobnicate" },
    };
    (void)unused;
    mkdir(in_folder("taken1.png"), 0755);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        int status = run(row[i].line);
        if (status != row[i].status || !strstr(said, row[i].say))
            fail_msg("%s\n  exit %d, want %d; said: %s", row[i].line, status, row[i].status, said);
    }
    assert_int_not_equal(access(in_folder("b.json"), F_OK), 0);
    assert_int_equal(access(in_folder("w.npz"), R_OK), 0);
    rmdir(in_folder("taken1.png"));
}

/* Points of a regression carry the number, not a class. */
static void points_of_a_regression_have_their_number(void **unused)
{
    (void)unused;
    char line[400], head[400];
    double target;
    put("r.csv", "x,y\n1,2.5\n2,3.5\n3,4.5\n4,5.5\n5,6.5\n6,7.5\n7,8.5\n8,9.5\n9,10.5\n10,11.5\n");
    assert_int_equal(
        run("train --dataset @r.csv --loss l2 --model identity --steps 2 --points-csv @q.csv"), 0);
    FILE *file = fopen(in_folder("q.csv"), "r");
    assert_non_null(file);
    assert_non_null(fgets(head, sizeof head, file));
    int rows = 0;
    for (; fgets(line, sizeof line, file); rows++) {
        assert_int_equal(sscanf(line, "%*[a-z],%*d,%lf,", &target), 1);
        assert_close(target - floor(target), 0.5, 1e-6);
    }
    fclose(file);
    assert_int_equal(rows, 8); /* those that train */
}

/* A case may be larger than the first room for it; its answer is that of the small one. */
static void a_large_case_is_read_whole(void **unused)
{
    (void)unused;
    enum { BLANKS = 200000 };
    static const char body[] = "{\"loss\": \"softmax\", \"params\": {\"lambda\": 0}, \"features\": [[1, 0]], "
                               "\"labels\": [0], \"weights\": "
                               "[[1, 0], [0, 1]]}";
    char *wide = malloc(BLANKS + sizeof body);
    memset(wide, ' ', BLANKS);
    memcpy(wide + BLANKS, body, sizeof body);
    put("small.json", body);
    put("wide.json", wide);
    free(wide);
    int small = run("eval @small.json"), same = run("eval @wide.json");
    if (small != 0 || same != 0)
        fail_msg("exit %d and %d: %s", small, same, said);
    put("cut.json", "{\"loss\": \"softmax\"");
    assert_int_equal(run("eval @cut.json"), 1);
    assert_non_null(strstr(said, "not JSON"));
}

/* ---- checks behind the options, for whoever fills them in otherwise ---- */

static void pictures_are_checked_before_they_are_drawn(void **unused)
{
    static const struct {
        const char *view, *theme;
        double layout;
        const char *say;
    } row[] = { { "tea", "dark", 1, "a.png: there is no view \"tea\"" },
        { "feature", "tea", 1, "a.png: there is no theme \"tea\"; use dark, light or print" },
        { "feature", "dark", 11, "a.png: layout is 11; allowed 0.1 to 10" } };
    struct why why = { "" };
    (void)unused;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct figure_options o;
        struct export_sheet *none = NULL;
        figure_options_init(&o);
        snprintf(o.path, sizeof o.path, "a.png");
        snprintf(o.view, sizeof o.view, "%s", row[i].view);
        snprintf(o.theme, sizeof o.theme, "%s", row[i].theme);
        o.layout = row[i].layout;
        assert_int_equal(export_compose(NULL, &o, &none, &why), STATUS_USAGE);
        assert_null(none);
        assert_memory_equal(why.text, row[i].say, strlen(row[i].say));
        struct animation_options film;
        if (row[i].layout > 1)
            continue;
        animation_options_init(&film);
        snprintf(film.figure.path, sizeof film.figure.path, "a.gif");
        snprintf(film.figure.view, sizeof film.figure.view, "%s", row[i].view);
        snprintf(film.figure.theme, sizeof film.figure.theme, "%s", row[i].theme);
        assert_int_equal(animation_check(&film, &why), STATUS_USAGE);
        if (!strstr(why.text, "a.gif: there is no ") || !strstr(why.text, "\"tea\""))
            fail_msg("row %zu: %s", i, why.text);
    }
}

static bool always(const void *user, const char *path)
{
    (void)user, (void)path;
    return true;
}

static void a_free_name_is_found_or_not(void **unused)
{
    const struct export_pending all = { always, NULL };
    struct why why = { "" };
    char out[1400];
    (void)unused;
    assert_int_equal(
        export_free_name(in_folder("none"), "a", ".png", NULL, out, sizeof out, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "this folder cannot be written; choose a file name in another"));
    assert_int_equal(export_free_name(folder, "a", ".png", &all, out, sizeof out, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "numbered copies already; clear the folder"));
    assert_int_equal(export_free_name(folder, "a", ".png", NULL, out, 5, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "the path is too long"));
    put("a.png", "");
    assert_int_equal(export_free_name(folder, "a", ".png", NULL, out, sizeof out, &why), STATUS_OK);
    assert_string_equal(out, in_folder("a-2.png"));
}

/* Each file of an archive is counted before it is written: past 4 GiB nothing more is. */
static void an_archive_has_its_size(void **unused)
{
    (void)unused;
    struct npz z;
    struct why why = { "" };
    FILE *to = tmpfile();
    const struct npy huge = { "<f8", 8, 2, { 1u << 20, 1u << 12, 1 } };
    npz_begin(&z, to);
    npz_add(&z, "huge", &huge, NULL);
    assert_int_equal(npz_end(&z, &why), STATUS_FAILED);
    assert_string_equal(why.text, "more than 4 GiB; an .npz holds no more, use .npy or fewer moments");
    fclose(to);
}

static void a_folder_beside_needs_a_name_that_fits(void **unused)
{
    (void)unused;
    char out[300], small[4];
    assert_int_equal(output_folder(in_folder("f%d.png"), small, sizeof small), -1);
    assert_int_equal(output_folder(in_folder("none/f%d.png"), out, sizeof out), -1);
}

static int begin(void **state)
{
    (void)state;
    setenv("MARGINSCOPE_ASSETS", ASSETS_FOLDER, 1);
    snprintf(folder, sizeof folder, "%s/seldom-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir);
    return mkdtemp(folder) == NULL;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(path);
}

static int end(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_end_in_a_sentence),
        cmocka_unit_test(points_of_a_regression_have_their_number),
        cmocka_unit_test(a_large_case_is_read_whole),
        cmocka_unit_test(pictures_are_checked_before_they_are_drawn),
        cmocka_unit_test(a_free_name_is_found_or_not),
        cmocka_unit_test(an_archive_has_its_size),
        cmocka_unit_test(a_folder_beside_needs_a_name_that_fits),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
