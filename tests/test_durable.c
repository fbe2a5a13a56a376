/* What gets its name lies on the disk, whole: the order of fsync and rename, seen from inside the calls. */
#include <stdio.h>
#include <string.h>
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
        cmocka_unit_test(what_is_not_kept_gets_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
