#include "app/slides.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/dataset_open.h"
#include "app/headless.h"

static const double POINT_PER_PX = 0.75; /* 1 logical px is 1/96 inch */

/* "4" or "2-4" at `text`; NULL when it is neither. */
static const char *read_range(const char *text, long *from, long *to)
{
    char *end;
    *from = *to = strtol(text, &end, 10);
    if (end == text || text[0] == '-')
        return NULL;
    if (*end == '-') {
        const char *second = end + 1;
        *to = strtol(second, &end, 10);
        if (end == second)
            return NULL;
    }
    return *end == ',' ? end + 1 : *end ? NULL : end;
}

enum status slides_pages(const char *text, int count, bool *wanted, struct why *why)
{
    long from, to;
    for (int i = 0; wanted && i < count; i++)
        wanted[i] = !text[0];
    for (const char *at = text; *at;) {
        at = read_range(at, &from, &to);
        if (!at || from > to)
            return why_set(why, STATUS_USAGE, "--pages %.60s: not pages; write for example 2-4,7", text);
        if (from < 1 || to > count)
            return why_set(
                why, STATUS_USAGE, "--pages %.60s: allowed 1 to %d; choose among them", text, count);
        for (long i = from; wanted && i <= to; i++)
            wanted[i - 1] = true;
    }
    return STATUS_OK;
}

struct deck {
    const struct slides_options *options;
    struct slide slide;
    struct slides_run run;
    bool wanted[LESSON_STEPS];
    int last, chosen, done; /* last chosen step; how many are chosen; how many are drawn */
    int pages; /* begun */
};

static void begin_page(struct deck *d)
{
    if (d->pages++ > 0)
        canvas_pdf_page(d->slide.canvas);
}

static void bookmark(struct deck *d)
{
    char text[LESSON_NAME + 16];
    const struct player *p = &d->run.player;
    snprintf(text, sizeof text, "%d  %s", p->step + 1, p->lesson.step[p->step].title);
    canvas_pdf_bookmark(d->slide.canvas, text);
}

static void draw_step(struct deck *d)
{
    bool handout = d->options->handout;
    int row = d->done % HANDOUT_ROWS;
    if (!handout || row == 0)
        begin_page(d);
    bookmark(d);
    if (!handout) {
        slide_draw(&d->slide, &d->run);
    } else {
        if (row == 0)
            slide_handout_page(&d->slide, &d->run.player.lesson, d->done / HANDOUT_ROWS + 1,
                (d->chosen + HANDOUT_ROWS - 1) / HANDOUT_ROWS);
        slide_handout_row(&d->slide, &d->run, row);
    }
    d->done++;
}

static enum status draw_deck(struct deck *d, struct why *why)
{
    const struct lesson *lesson = &d->run.player.lesson;
    enum status status = STATUS_OK;
    canvas_pdf_describe(d->slide.canvas, lesson->title, lesson->author);
    if (d->options->title_page && !d->options->handout) {
        begin_page(d);
        canvas_pdf_bookmark(d->slide.canvas, lesson->title);
        slide_title_page(&d->slide, lesson);
    }
    for (int i = 0; status == STATUS_OK && i <= d->last; i++) {
        status = slides_run_next(&d->run, why);
        if (status == STATUS_OK && d->wanted[i])
            draw_step(d);
    }
    headless_progress_wipe();
    return status;
}

/* The canvas knows only the temporary file; a person named the other one. */
static enum status finish(struct deck *d, enum status status, struct why *why)
{
    struct why inner = { "" };
    if (status != STATUS_OK || canvas_finish(d->slide.canvas, &inner) == STATUS_OK)
        return status;
    const char *what = strstr(inner.text, ": ");
    return why_set(why, STATUS_FAILED, "%.300s%s", d->options->out,
        what ? what : ": cannot be written; choose another place");
}

static enum status write_pdf(struct deck *d, struct why *why)
{
    const struct slides_options *o = d->options;
    struct output output;
    enum status status = output_begin(&output, o->out, why);
    if (status != STATUS_OK)
        return status;
    const char *target = output.temporary[0] ? output.temporary : o->out; /* a device is written in place */
    d->slide = (struct slide){ .theme = o->theme, .answers = o->answers };
    d->slide.canvas = canvas_pdf(target, o->handout ? HANDOUT_WIDTH : SLIDE_WIDTH,
        o->handout ? HANDOUT_HEIGHT : SLIDE_HEIGHT, POINT_PER_PX);
    status = d->slide.canvas
                 ? finish(d, draw_deck(d, why), why)
                 : why_set(why, STATUS_FAILED, "%s: no memory for the pages; close other programs", o->out);
    canvas_destroy(d->slide.canvas);
    enum status ended = output_end(&output, status == STATUS_OK, status == STATUS_OK ? why : NULL);
    return status == STATUS_OK ? ended : status;
}

enum status slides_write(const struct slides_options *o, struct why *why)
{
    struct deck *d = calloc(1, sizeof *d);
    struct lesson lesson = { .count = 0 };
    if (!d)
        return why_set(why, STATUS_FAILED, "slides: out of memory; close other programs and try again");
    d->options = o;
    enum status status = lesson_load(o->lesson, &lesson, why);
    if (status == STATUS_OK)
        status = slides_pages(o->pages, lesson.count, d->wanted, why);
    for (int i = 0; status == STATUS_OK && i < lesson.count; i++)
        if (d->wanted[i]) {
            d->last = i;
            d->chosen++;
        }
    if (status == STATUS_OK) {
        slides_run_begin(&d->run, &lesson, d->last);
        status = write_pdf(d, why);
        slides_run_end(&d->run);
    }
    lesson_clear(&lesson);
    free(d);
    return status;
}
