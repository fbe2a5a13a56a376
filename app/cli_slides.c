/* cli_slides.c - `marginscope slides`: a lesson as a PDF. */
#include "app/cli.h"

#include <string.h>
#include <strings.h>

#include "app/headless.h"
#include "app/options.h"
#include "app/slides.h"
#include "render/text.h"

static enum status write_deck(const struct options *o, struct why *why)
{
    char path[OPTIONS_PATH];
    const struct slides_options slides = {
        .lesson = path,
        .out = o->out,
        .pages = o->pages,
        .theme = theme_find(o->look.figure.theme),
        .handout = o->handout,
        .title_page = o->title_page,
        .answers = !o->no_answers,
    };
    enum status status = lesson_find(o->lesson, path, sizeof path, why);
    if (status == STATUS_OK)
        status = text_start(why);
    if (status != STATUS_OK)
        return status;
    headless_catch();
    status = slides_write(&slides, why);
    text_stop();
    return status;
}

static enum status check(const struct options *o, struct why *why)
{
    const char *dot = strrchr(o->out, '.');
    if (!o->lesson[0])
        return why_set(why, STATUS_USAGE,
            "slides: no lesson; name a file, or a shipped one by number: marginscope slides 7 --out "
            "deck.pdf");
    if (!o->out[0])
        return why_set(why, STATUS_USAGE, "slides: no file to write; add --out deck.pdf");
    if (!dot || strcasecmp(dot, ".pdf") != 0)
        return why_set(why, STATUS_USAGE, "--out %.300s: a deck is a PDF; end the name in .pdf", o->out);
    return slides_pages(o->pages, LESSON_STEPS, NULL, why);
}

static void print_help(void)
{
    fputs("marginscope slides LESSON --out deck.pdf\n\n"
          "A lesson as a PDF: one page of 16:9 a step, with its title, its picture after the training of the "
          "step,\n"
          "its text, question and answer, and its numbers. LESSON is a file, or a shipped lesson by number "
          "or name.\n"
          "With --handout four steps on a page of A4, with lines for notes. The same lesson gives the same "
          "bytes.\n\n"
          "  slides 7 --out cosface.pdf --title-page\n"
          "  slides lesson.json --handout --theme print --out handout.pdf\n",
        stdout);
}

enum status cli_slides(int argc, const char **argv, struct why *why)
{
    static struct options o;
    options_init(&o);
    enum status status = options_parse(argc, argv, FOR_SLIDES, &o, why);
    if (status != STATUS_OK)
        return status;
    if (o.help) {
        print_help();
        options_help(stdout, FOR_SLIDES);
        return STATUS_OK;
    }
    status = check(&o, why);
    return status == STATUS_OK ? write_deck(&o, why) : status;
}
