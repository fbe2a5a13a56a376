/* cli_check.c - `marginscope check`: lessons and sessions judged without a window. */
#include "app/cli.h"

#include <string.h>

#include "app/lesson.h"
#include "app/options.h"
#include "app/session.h"
#include "render/text.h"

/* Its data as they are now, and every checkpoint taken up on them. */
static enum status check_trainings(const struct session *s, struct why *why)
{
    struct dataset data = { 0 };
    enum status status = session_open_data(s, NULL, &data, why);
    for (int i = 0; status == STATUS_OK && i < s->count; i++) {
        struct trainer *trainer = NULL;
        status = session_restore(s, i, &data, &trainer, why);
        trainer_destroy(trainer);
    }
    dataset_clear(&data);
    return status;
}

/* By way of a sentence, in which names and titles give no orders to a terminal. */
static void praise(struct why *line)
{
    printf("%s\n", line->text);
    line->text[0] = '\0';
}

static enum status check_session(const char *path, struct why *why)
{
    struct session *s = NULL;
    enum status status = session_read(path, &s, why);
    if (status == STATUS_OK)
        status = check_trainings(s, why);
    if (status == STATUS_OK) {
        why_set(why, STATUS_OK, "%s: session of step %ld, %d %s, good", path, s->training[0].step, s->count,
            s->count > 1 ? "trainings" : "training");
        praise(why);
    }
    session_destroy(s);
    return status;
}

static enum status check_lesson(const char *name, struct why *why)
{
    char path[OPTIONS_PATH];
    struct lesson lesson = { .count = 0 };
    enum status status = lesson_find(name, path, sizeof path, why);
    if (status == STATUS_OK)
        status = lesson_load(path, &lesson, why);
    if (status == STATUS_OK)
        status = lesson_rehearse(&lesson, path, why);
    if (status == STATUS_OK) {
        why_set(why, STATUS_OK, "%s: \"%s\", %d steps, good", path, lesson.title, lesson.count);
        praise(why);
    }
    lesson_clear(&lesson);
    return status;
}

static void print_help(void)
{
    printf(
        "marginscope check FILE...\n\n"
        "Reads lessons (a shipped one by number or name), tries their settings, opens their data and lays\n"
        "out their text and formulas; reads sessions, opens their data and takes up their trainings.\n"
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
        return why_set(why, STATUS_USAGE,
            "check: no file; name lessons or sessions, as in marginscope check lesson.json, or check 7");
    for (int i = 1; i < argc; i++)
        if (argv[i][0] == '-')
            return why_set(why, STATUS_USAGE, "%s: no such option of check; known: help", argv[i]);
    enum status status = text_start(why);
    if (status != STATUS_OK)
        return status;
    for (int i = 1; i < argc; i++)
        if ((session_like(argv[i]) ? check_session : check_lesson)(argv[i], why) != STATUS_OK)
            status = say(why);
    text_stop();
    return status;
}
