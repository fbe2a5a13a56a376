/* fonts.h - set-up and tear-down of tests that measure or draw text: cmocka_run_group_tests(tests, fonts, no_fonts). */
#ifndef TESTS_SUPPORT_FONTS_H
#define TESTS_SUPPORT_FONTS_H

#include "render/text.h"
#include "tests/support/check.h"

static inline int fonts(void **state)
{
    (void)state;
    struct why why;
    enum status status = text_start(&why);
    if (status != STATUS_OK)
        print_error("%s\n", why.text);
    return (int)status;
}

static inline int no_fonts(void **state)
{
    (void)state;
    text_stop();
    return 0;
}

#endif
