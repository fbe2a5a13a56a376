#include "app/cli.h"

#include <cblas.h>
#include <errno.h>
#include <string.h>

#include "app/eval.h"
#include "app/lesson.h"
#include "app/options.h"
#include "app/session.h"
#include "app/window.h"
#include "render/text.h"

struct command {
    const char *name, *usage, *help;
    enum status (*run)(int argc, const char **argv, struct why *why);
};

static enum status run_window(int argc, const char **argv, struct why *why);
static enum status run_eval(int argc, const char **argv, struct why *why);
static enum status run_help(int argc, const char **argv, struct why *why);
static enum status run_version(int argc, const char **argv, struct why *why);

/* clang-format off */
static const struct command command[] = {
    { "", "[options]", "open the window on real handwritten digits, already training", run_window },
    { "train", "[options]", "the same training without a window; a JSON summary on stdout", cli_train },
    { "eval", "CASE.json | -", "value and gradients of one loss on one case", run_eval },
    { "figure", "[options] --out F", "train, then one figure (png, svg, pdf)", cli_figure },
    { "sweep", "[options] --set m=0,0.2", "one training per value, in one figure and one CSV", cli_sweep },
    { "animate", "[options] --out F.gif", "train, then how it went as a moving picture", cli_animate },
    { "slides", "LESSON --out F.pdf", "a lesson as pages: one a step, or a handout", cli_slides },
    { "losses", "[--json]", "every loss: family, parameters, boundary, source", cli_losses },
    { "datasets", "[--json]", "every data set that can be named here", cli_datasets },
    { "check", "FILE...", "whether lessons and sessions are right, without a window", cli_check },
    { "--help", "", "this text", run_help },
    { "--version", "", "the version", run_version },
};
/* clang-format on */

enum { COMMANDS = sizeof command / sizeof *command };

static enum status refuse_operand(const char *name, const char *operand, struct why *why)
{
    return why_set(why, STATUS_USAGE, "%s: takes no operand; leave out %s", name, operand);
}

/* Figures take their colours from their own --theme; the window knows what an option left open means. */
static struct window_options window_options(const struct options *o)
{
    struct window_options w;
    window_options_init(&w);
    w.experiment = o->experiment;
    w.text_scale = o->text_scale;
    w.fullscreen = o->fullscreen;
    w.timeline = (size_t)o->timeline << 20;
    w.pace = o->pace;
    if (o->theme[0])
        snprintf(w.theme, sizeof w.theme, "%s", o->theme);
    if (o->renderer[0])
        w.renderer = strcmp(o->renderer, "cpu") == 0 ? RENDERER_CPU : RENDERER_GPU;
    snprintf(w.ui_map, sizeof w.ui_map, "%s", o->ui_map);
    snprintf(w.lesson, sizeof w.lesson, "%s", o->lesson);
    w.autosave = true;
    return w;
}

/* The window takes it over; options beside it are later than what it says. */
static void give_session(struct options *o, struct window_options *w)
{
    struct session_window *then = o->session ? &o->session->window : NULL;
    if (!then)
        return;
    if (o->theme[0])
        snprintf(then->theme, sizeof then->theme, "%s", o->theme);
    then->text_scale = o->text_scale;
    then->pace = o->pace;
    snprintf(w->theme, sizeof w->theme, "%s", then->theme);
    w->session = o->session;
    w->continued = o->continued;
    w->playing = false;
    o->session = NULL;
}

static void print_commands(void)
{
    printf(
        "marginscope %s - a classroom instrument that shows what margin losses do\n\n", MARGINSCOPE_VERSION);
    for (int i = 0; i < COMMANDS; i++) {
        char left[64];
        snprintf(
            left, sizeof left, "%s%s%s", command[i].name, command[i].name[0] ? " " : "", command[i].usage);
        printf("  marginscope %-26s %s\n", left, command[i].help);
    }
    printf("\nEvery command has --help. Exit status: 0 done, 1 could not be done, 2 the command line is "
           "wrong.\n");
}

static enum status find_lesson(struct options *o, struct why *why)
{
    char path[sizeof o->lesson];
    enum status status = lesson_find(o->lesson, path, sizeof path, why);
    if (status == STATUS_OK)
        memcpy(o->lesson, path, sizeof path);
    return status;
}

/* A wrong lesson is refused before there is a window. */
static enum status try_lesson(const struct options *o, struct why *why)
{
    struct lesson lesson = { .count = 0 };
    enum status status = text_start(why);
    if (status == STATUS_OK)
        status = lesson_load(o->lesson, &lesson, why);
    lesson_clear(&lesson);
    text_stop();
    return status;
}

static enum status check_lesson(const struct options *o, struct why *why)
{
    const char *argv[] = { "check", o->lesson };
    if (!o->lesson[0])
        return why_set(why, STATUS_USAGE, "--check: no lesson to look at; add --lesson FILE");
    return cli_check(2, argv, why);
}

static enum status run_window(int argc, const char **argv, struct why *why)
{
    static struct options o;
    options_init(&o);
    enum status status = options_parse(argc, argv, FOR_WINDOW, &o, why);
    if (status != STATUS_OK)
        return status;
    if (o.help) {
        print_commands();
        printf("\nOptions of the window:\n");
        options_help(stdout, FOR_WINDOW);
        return STATUS_OK;
    }
    if (o.lesson[0] && (status = find_lesson(&o, why)) != STATUS_OK)
        return status;
    if (o.check)
        return check_lesson(&o, why);
    if (o.lesson[0] && (status = try_lesson(&o, why)) != STATUS_OK)
        return status;
    struct window_options w = window_options(&o);
    give_session(&o, &w);
    return (enum status)window_main(&w); /* prints its own line; `why` stays empty */
}

static enum status run_eval(int argc, const char **argv, struct why *why)
{
    if (argc >= 2 && strcmp(argv[1], "--help") == 0) {
        printf("marginscope eval CASE.json | -\n\n"
               "Reads {loss, params, features, labels, weights, bias} and prints {loss, d_features, "
               "d_weights, d_bias}:\n"
               "the mean loss of the batch and its derivatives, from the code that trains. `-` is standard "
               "input.\n"
               "`marginscope train --dump-batch STEP:FILE` writes such cases.\n");
        return STATUS_OK;
    }
    if (argc >= 2 && argv[1][0] == '-' && argv[1][1])
        return why_set(why, STATUS_USAGE, "%s: no such option of eval; known: help", argv[1]);
    if (argc != 2)
        return why_set(
            why, STATUS_USAGE, "eval: takes one case; write marginscope eval CASE.json, or - for stdin");
    return (enum status)eval_main(argv[1]); /* prints its own line; `why` stays empty */
}

static enum status run_help(int argc, const char **argv, struct why *why)
{
    if (argc > 1)
        return refuse_operand(argv[0], argv[1], why);
    print_commands();
    printf("\nOptions of the window (train and figure take more):\n");
    options_help(stdout, FOR_WINDOW);
    return STATUS_OK;
}

static enum status run_version(int argc, const char **argv, struct why *why)
{
    if (argc > 1)
        return refuse_operand(argv[0], argv[1], why);
    const char *commit = MARGINSCOPE_COMMIT;
    printf("marginscope %s%s%s%s\n", MARGINSCOPE_VERSION, *commit ? " (" : "", commit, *commit ? ")" : "");
    return STATUS_OK;
}

static const struct command *find_command(const char *name)
{
    for (int i = 1; i < COMMANDS; i++)
        if (strcmp(command[i].name, name) == 0)
            return &command[i];
    return NULL;
}

static enum status dispatch(int argc, const char **argv, struct why *why)
{
    if (argc < 2)
        return run_window(argc, argv, why);
    const struct command *found = find_command(argv[1]);
    if (found)
        return found->run(argc - 1, argv + 1, why);
    if (argv[1][0] == '-') {
        static const char *name = "the window";
        argv[0] = name;
        return run_window(argc, argv, why);
    }
    char known[200] = "";
    for (int i = 1; i < COMMANDS; i++)
        snprintf(
            known + strlen(known), sizeof known - strlen(known), "%s%s", i > 1 ? ", " : "", command[i].name);
    return why_set(
        why, STATUS_USAGE, "%s: no such command; choose from %s, or none for the window", argv[1], known);
}

int cli_main(int argc, const char **argv)
{
    openblas_set_num_threads(1); /* reproducible, and leaves a core for the window */
    struct why why = { "" };
    enum status status = dispatch(argc, argv, &why);
    errno = 0;
    if ((fflush(stdout) || ferror(stdout)) && status == STATUS_OK)
        status = why_set(&why, STATUS_FAILED, "stdout: %s; make room there or send it elsewhere",
            errno ? strerror(errno) : "cannot be written");
    if (status != STATUS_OK && why.text[0])
        fprintf(stderr, "marginscope: %s\n", why.text);
    return status;
}
