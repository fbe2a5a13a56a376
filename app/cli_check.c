/* cli_check.c - `marginscope check`: lesson files judged without a window. */
#include "app/cli.h"

#include <string.h>

#include "app/lesson.h"
#include "render/text.h"

static enum status check_file(const char *path, struct why *why)
{
    struct lesson lesson = { .count = 0 };
    enum status status = lesson_load(path, &lesson, why);
    if (status == STATUS_OK)
        status = lesson_rehearse(&lesson, path, why);
    if (status == STATUS_OK)
        printf("%s: \"%s\", %d steps, good\n", path, lesson.title, lesson.count);
    lesson_clear(&lesson);
    return status;
}

static void print_help(void)
{
    printf("marginscope check FILE...\n\n"
           "Reads lessons, tries their settings, opens their data and lays out their text and formulas.\n"
           "One line for each that is good; for each that is not, the place in it, what is wrong and what to "
           "do.\n");
}

/* The reason of one file, at once: those after it are looked at too. */
static enum status say(struct why *why)
{
    fflush(stdout);
    fprintf(stderr, "marginscope: %s\n", why->text);
    why->text[0] = 0;
    return STATUS_FAILED;
}

enum status cli_check(int argc, const char **argv, struct why *why)
{
    if (argc >= 2 && strcmp(argv[1], "--help") == 0) {
        print_help();
        return STATUS_OK;
    }
    if (argc < 2)
        return why_set(
            why, STATUS_USAGE, "check: no file; name lessons, as in marginscope check lesson.json");
    for (int i = 1; i < argc; i++)
        if (argv[i][0] == '-')
            return why_set(why, STATUS_USAGE, "%s: no such option of check; known: help", argv[i]);
    enum status status = text_start(why);
    if (status != STATUS_OK)
        return status;
    for (int i = 1; i < argc; i++)
        if (check_file(argv[i], why) != STATUS_OK)
            status = say(why);
    text_stop();
    return status;
}
