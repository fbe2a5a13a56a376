/* What gets its name lies on the disk, whole: the order of fsync and rename, seen from inside the calls. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "app/output.h"
#include "tests/support/check.h"

/* The file that was sent to the disk last: which, and how much of it. */
static struct stat sent;
static int renames, early;
static off_t named;

/* In the place of libc's. */
int fsync(int file)
{
    assert_int_equal(fstat(file, &sent), 0);
    return (int)syscall(SYS_fsync, file);
}

int rename(const char *from, const char *to)
{
    struct stat now;
    renames++;
    assert_int_equal(stat(from, &now), 0);
    early += now.st_ino != sent.st_ino || now.st_size != sent.st_size;
    named = now.st_size;
    return (int)syscall(SYS_rename, from, to);
}

static const char path[] = "marginscope-durable.txt";

static enum status write_out(const char *text, bool keep)
{
    struct output out;
    struct why why = { "" };
    assert_int_equal(output_begin(&out, path, &why), STATUS_OK);
    fputs(text, out.stream);
    return output_end(&out, keep, &why);
}

static void a_file_is_on_the_disk_before_it_has_its_name(void **state)
{
    (void)state;
    assert_int_equal(write_out("first", true), STATUS_OK);
    assert_int_equal(write_out("second time", true), STATUS_OK);
    assert_int_equal(renames, 2);
    assert_int_equal(early, 0);
    assert_int_equal(named, 11);
    unlink(path);
}

/* ---- what a killed run has left ---- */

static void make(const char *name)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    fclose(file);
}

/* Frames are numbered; a folder with anything else in it, or one that somebody works in, is none of our business. */
static void frames_left_behind_go(void **state)
{
    (void)state;
    static const char *const left[] = { ".mstmp-killed", ".mstmp-others", ".mstmp-working" };
    static const char *const file[] = { ".mstmp-killed/1.png", ".mstmp-others/notes.txt",
        ".mstmp-working/1.png" };
    for (int i = 0; i < 3; i++) {
        assert_int_equal(mkdir(left[i], 0777), 0);
        make(file[i]);
    }
    int worker = open(left[2], O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(worker, LOCK_EX | LOCK_NB), 0);
    output_sweep("");
    for (int i = 0; i < 3; i++)
        assert_int_equal(access(file[i], F_OK), i == 0 ? -1 : 0);
    assert_int_equal(access(left[0], F_OK), -1);
    close(worker);
    for (int i = 1; i < 3; i++) {
        unlink(file[i]);
        rmdir(left[i]);
    }
}

static void what_is_not_kept_gets_no_name(void **state)
{
    (void)state;
    renames = 0;
    assert_int_equal(write_out("never", false), STATUS_OK);
    assert_int_equal(renames, 0);
    assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_on_the_disk_before_it_has_its_name),
        cmocka_unit_test(frames_left_behind_go),
        cmocka_unit_test(what_is_not_kept_gets_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
