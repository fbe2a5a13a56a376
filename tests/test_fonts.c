/* The fonts are looked for where they were at build time, beside the program and by fontconfig; what is missing or no
 * font is told, with the package that has it. The folders are hidden from inside access(). */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <fontconfig/fontconfig.h>

#include "render/text.h"
#include "tests/support/check.h"

static bool hidden, pretended; /* the folders of the build; that files lie beside the program */

/* In the place of libc's. */
int access(const char *path, int mode)
{
    bool font = strstr(path, "/Inter-") || strstr(path, "/DejaVuSans");
    if (font && pretended && strstr(path, "share/marginscope/fonts"))
        return 0;
    if (font && hidden) {
        errno = ENOENT;
        return -1;
    }
    return faccessat(AT_FDCWD, path, mode, 0);
}

static double width_of_a_word(void)
{
    struct why why = { "" };
    const struct font font = { .size = 40, .weight = WEIGHT_SEMIBOLD };
    if (text_start(&why) != STATUS_OK)
        fail_msg("%s", why.text);
    double width = text_width("margin", &font);
    text_stop();
    return width;
}

static void refuse(const char *part)
{
    struct why why = { "" };
    assert_int_equal(text_start(&why), STATUS_FAILED);
    if (!strstr(why.text, part) || !strstr(why.text, "; ") || !strstr(why.text, "fonts-inter"))
        fail_msg("said: %s\n  want: %s", why.text, part);
}

static void fontconfig_finds_what_has_moved(void **state)
{
    (void)state;
    double here = width_of_a_word();
    assert_true(here > 100);
    hidden = true;
    assert_close(width_of_a_word(), here, 0);
}

static void a_file_that_is_no_font_is_named(void **state)
{
    (void)state;
    hidden = pretended = true;
    refuse("share/marginscope/fonts/Inter-Regular");
    pretended = false;
}

static void a_font_that_is_nowhere_is_named(void **state)
{
    (void)state;
    hidden = true;
    FcConfig *none = FcConfigCreate();
    assert_true(none && FcConfigSetCurrent(none));
    refuse("Inter-Regular");
    FcConfigDestroy(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fontconfig_finds_what_has_moved),
        cmocka_unit_test(a_file_that_is_no_font_is_named),
        cmocka_unit_test(a_font_that_is_nowhere_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
