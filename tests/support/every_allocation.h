/* every_allocation.h - a work with its first allocation failing, then its second, until there are no more. Included by one
 * file of a program (see fault.h). */
#ifndef TESTS_SUPPORT_EVERY_ALLOCATION_H
#define TESTS_SUPPORT_EVERY_ALLOCATION_H

#include "math/status.h"
#include "tests/support/check.h"
#include "tests/support/fault.h"

/* It ends with a sentence about memory, or is done where something smaller will do; what it left is for the work to look
 * at. At least one failure must show. */
static void every_allocation(const char *name, enum status (*work)(const void *what, struct why *why), const void *what)
{
    long refused = 0;
    for (long n = 1;; n++) {
        struct why why = { "" };
        fault_set(FAULT_MEMORY, n, false, 0);
        enum status status = work(what, &why);
        long failed = fault.failed;
        fault_none();
        if (failed == 0) {
            assert_int_equal(status, STATUS_OK);
            assert_true(refused > 0);
            return;
        }
        refused += status != STATUS_OK;
        if (status != STATUS_OK && (!strstr(why.text, "memory") || !strchr(why.text, ';')))
            fail_msg("%s, allocation %ld: status %d, \"%s\"", name, n, (int)status, why.text);
    }
}

#endif
