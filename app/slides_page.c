/* slides_page.c - where things stand on a slide (1280 x 720, as the player has it) and on a handout of A4. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/slides.h"
#include "render/number.h"
#include "render/text.h"

enum { EDGE = 48, HEAD = 100, FOOT = 58, GAP = 22, PASSAGES = 3 };

/* ---- texts ---- */

enum { TEXT_CAPTION, TEXT_QUESTION, TEXT_ANSWER };

struct passage {
    struct lesson_piece piece[LESSON_PIECES];
    int count;
    double size, height;
};
/* One slide at a time is laid out. */
static struct passage passage[PASSAGES];

static const char *text_of(const struct slide *s, const struct lesson_step *step, int which)
{
    if (which == TEXT_ANSWER)
        return s->answers ? step->answer : "";
    return which == TEXT_QUESTION ? step->question : step->text;
}

static double lay(const struct slide *s, const struct lesson_step *step, int which, double size, double width)
{
    struct passage *p = &passage[which];
    const char *text = text_of(s, step, which);
    p->size = size;
    p->height = 0;
    p->count = text[0] ? lesson_lay(text, size, width, which == TEXT_QUESTION, p->piece, &p->height) : 0;
    return p->height;
}

/* Under one another in a column; the answer is smaller. */
static double lay_column(
    const struct slide *s, const struct lesson_step *step, double size, double width, double gap)
{
    double height = 0;
    for (int i = 0; i < PASSAGES; i++) {
        double part = lay(s, step, i, i == TEXT_ANSWER ? 0.84 * size : size, width);
        height += part > 0 ? part + (height > 0 ? gap : 0) : 0;
    }
    return height;
}

static double draw_passage(const struct slide *s, int which, double x, double y, double width)
{
    const struct passage *p = &passage[which];
    lesson_draw(s->canvas, p->piece, p->count, (struct point){ x, y }, p->size, width,
        which == TEXT_ANSWER ? s->theme->text2 : s->theme->text1, s->theme);
    return y + p->height;
}

/* Returns where the column ends. */
static double draw_column(const struct slide *s, double x, double y, double width, double gap)
{
    double end = y;
    for (int i = 0; i < PASSAGES; i++)
        if (passage[i].count)
            end = draw_passage(s, i, x, end > y ? end + gap : y, width);
    return end;
}

static void label(const struct slide *s, double x, double y, double width, const char *text, double size,
    enum weight weight, struct color ink, enum align align)
{
    char fitted[400];
    struct font font = { size, weight, false };
    text_fit(text, &font, width, fitted, sizeof fitted);
    canvas_text(s->canvas, (struct point){ x, y }, fitted, &font, ink, align);
}

/* ---- numbers ---- */

/* Numbers are not cut: a long line of them is set a little smaller. */
static void numbers_line(
    const struct slide *s, double x, double y, double width, const char *text, double size)
{
    struct font font = { size, WEIGHT_REGULAR, false };
    double fit = 0.99 * width / fmax(text_width(text, &font), 1);
    label(s, x, y, width, text, size * fmax(0.75, fmin(1, fit)), WEIGHT_REGULAR, s->theme->text2, ALIGN_LEFT);
}

static void append_share(char *out, size_t size, const char *name, double share)
{
    char number[16];
    size_t used = strlen(out);
    if (isfinite(share))
        snprintf(out + used, size - used, "   %s %s\u2009%%", name,
            number_fixed(100 * share, 1, number, sizeof number));
}

/* "step 1 600   loss 0.412   train 96.4 %   test 89.7 %   margin met 71.2 %" */
static void numbers_text(const struct snapshot *s, char *out, size_t size)
{
    char step[32], loss[32];
    snprintf(out, size, "step %s   loss %s", number_count(s->step, step, sizeof step),
        number_fixed(s->train_loss, 3, loss, sizeof loss));
    append_share(out, size, "train", s->train_accuracy);
    append_share(out, size, "test", s->test_accuracy);
    append_share(out, size, "margin met", s->margin_accuracy);
}

/* Of one of several: its label has the test accuracy. */
static void cell_numbers(const struct snapshot *s, char *out, size_t size)
{
    char step[32], loss[32];
    snprintf(out, size, "step %s   loss %s", number_count(s->step, step, sizeof step),
        number_fixed(s->train_loss, 3, loss, sizeof loss));
    append_share(out, size, "margin met", s->margin_accuracy);
}

static void append_each(char *out, size_t size, const char *name, const struct slides_run *run, bool margin)
{
    char number[16];
    for (int i = 0; i < run->cells; i++) {
        const struct snapshot *s = &run->cell[i].snap;
        double value = margin ? 100 * s->margin_accuracy : s->train_loss;
        size_t used = strlen(out);
        snprintf(out + used, size - used, "%s%s", i ? ", " : name,
            number_fixed(value, margin ? 1 : 3, number, sizeof number));
    }
}

/* Of all of them in one line, in the order of their pictures. */
static void cells_numbers(const struct slides_run *run, char *out, size_t size)
{
    char step[32];
    snprintf(out, size, "step %s", number_count(run->cell[0].snap.step, step, sizeof step));
    append_each(out, size, "   loss ", run, false);
    for (int i = 0; i < run->cells; i++)
        if (!isfinite(run->cell[i].snap.margin_accuracy))
            return;
    append_each(out, size, "   margin met ", run, true);
    snprintf(out + strlen(out), size - strlen(out), "\u2009%%");
}

static void cell_text(const struct lesson_step *step, const struct snapshot *snap, char *out, size_t size)
{
    char number[16];
    lesson_label(step, snap, out, (int)size);
    if (isfinite(snap->test_accuracy))
        snprintf(out + strlen(out), size - strlen(out), "%stest %s\u2009%%", out[0] ? ", " : "",
            number_fixed(100 * snap->test_accuracy, 1, number, sizeof number));
}

/* ---- pictures ---- */

static bool is_bare(const struct view *view)
{
    return view == &view_feature || view == &view_sphere;
}

/* A cell's picture in `rect` of the page, its own px `zoom` times as large. */
static void draw_view(const struct slide *s, struct slides_run *run, struct slides_cell *cell,
    const struct view *view, struct rect rect, double zoom, struct point page, double page_zoom)
{
    struct theme strong = strcmp(s->theme->id, "print") ? theme_projected(s->theme) : *s->theme;
    struct look look;
    int point = run->player.lesson.step[run->player.step].point;
    look_init(&look, &strong);
    look.interactive = false;
    look.bare = is_bare(view);
    look.selected = cell == run->cell ? point : compare_sample(&run->cell[0].scene, point, &cell->scene);
    look.pinned = look.selected >= 0;
    canvas_pdf_place(s->canvas, (struct point){ page.x + page_zoom * rect.x, page.y + page_zoom * rect.y },
        page_zoom * zoom);
    view_draw(view, s->canvas, &cell->scene, &look, (struct rect){ 0, 0, rect.w / zoom, rect.h / zoom });
    canvas_pdf_place(s->canvas, page, page_zoom);
    canvas_clip(s->canvas, NULL);
}

/* Columns of a grid of n equal cells that gives each the largest square. */
static int grid_columns(int n, struct rect rect)
{
    int best = 1;
    double largest = 0;
    for (int columns = 1; columns <= n; columns++) {
        int rows = (n + columns - 1) / columns;
        double side = fmin(rect.w / columns, rect.h / rows);
        best = side > largest ? columns : best;
        largest = fmax(side, largest);
    }
    return best;
}

/* How the pictures of a comparison are set: sizes in px of the page. */
struct cells {
    struct rect rect;
    double zoom, label, size, small; /* small: of the numbers under the label; 0: none */
};

static void draw_cells(const struct slide *s, struct slides_run *run, const struct cells *c)
{
    const struct lesson_step *step = &run->player.lesson.step[run->player.step];
    int columns = grid_columns(run->cells, c->rect), rows = (run->cells + columns - 1) / columns;
    double wide = (c->rect.w + 12) / columns, high = c->rect.h / rows;
    for (int i = 0; i < run->cells; i++) {
        char text[240];
        struct rect rect = { c->rect.x + wide * (i % columns), c->rect.y + high * (i / columns), wide - 12,
            high };
        cell_text(step, &run->cell[i].snap, text, sizeof text);
        label(s, rect.x, rect.y + 1.1 * c->size, rect.w, text, c->size, WEIGHT_SEMIBOLD, s->theme->text1,
            ALIGN_LEFT);
        cell_numbers(&run->cell[i].snap, text, sizeof text);
        if (c->small > 0)
            numbers_line(s, rect.x, rect.y + 1.1 * c->size + 1.5 * c->small, rect.w, text, c->small);
        rect.y += c->label;
        rect.h -= c->label;
        draw_view(s, run, &run->cell[i], run->view[0], rect, c->zoom, (struct point){ 0, 0 }, 1);
    }
}

/* ---- a slide ---- */

static void draw_frame(const struct slide *s, const struct lesson *lesson, int step)
{
    char page[40];
    canvas_clip(s->canvas, NULL);
    canvas_rect(s->canvas, (struct rect){ 0, 0, SLIDE_WIDTH, SLIDE_HEIGHT }, s->theme->bg);
    label(s, EDGE, 68, SLIDE_WIDTH - 2 * EDGE, lesson->step[step].title, 38, WEIGHT_SEMIBOLD, s->theme->text1,
        ALIGN_LEFT);
    snprintf(page, sizeof page, "%d of %d", step + 1, lesson->count);
    label(s, EDGE, SLIDE_HEIGHT - 24, 1000, lesson->title, 15, WEIGHT_REGULAR, s->theme->text3, ALIGN_LEFT);
    label(s, SLIDE_WIDTH - EDGE, SLIDE_HEIGHT - 24, 120, page, 15, WEIGHT_REGULAR, s->theme->text3,
        ALIGN_RIGHT);
}

/* The next of the step's views that has something to show, or NULL. */
static const struct view *second_view(struct slides_run *run)
{
    for (int i = 1; i < run->views; i++)
        if (!run->view[i]->missing || !run->view[i]->missing(&run->cell[0].scene))
            return run->view[i];
    return NULL;
}

static void slide_single(const struct slide *s, struct slides_run *run, const struct lesson_step *step)
{
    static const double sizes[] = { 24, 23, 22, 21, 20, 19, 18 };
    const double x = 690, width = SLIDE_WIDTH - EDGE - x, bottom = SLIDE_HEIGHT - FOOT, least = 230;
    const struct view *second = second_view(run);
    double room = bottom - HEAD - (second ? least + GAP : 0);
    char text[240];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (lay_column(s, step, sizes[i], width, GAP) <= room)
            break;
        if (sizes[i] <= 21 && room < bottom - HEAD) { /* too small is worse than without the second picture */
            room = bottom - HEAD;
            i = (size_t)-1;
        }
    }
    draw_view(s, run, &run->cell[0], run->view[0],
        (struct rect){ EDGE, HEAD - 6, x - EDGE - 30, bottom - HEAD - 34 }, 1.6, (struct point){ 0, 0 }, 1);
    numbers_text(&run->cell[0].snap, text, sizeof text);
    numbers_line(s, EDGE, bottom - 8, x - EDGE - 30, text, 17);
    double end = draw_column(s, x, HEAD, width, GAP);
    if (second && bottom - end - GAP >= least)
        draw_view(s, run, &run->cell[0], second, (struct rect){ x, end + GAP, width, bottom - end - GAP },
            1.35, (struct point){ 0, 0 }, 1);
}

/* Caption left, question and answer right, or the caption alone over the whole width. */
static double lay_low(const struct slide *s, const struct lesson_step *step, double size, double width)
{
    bool two = step->question[0];
    double column = two ? (width - 40) / 2 : width;
    double left = lay(s, step, TEXT_CAPTION, size, column), right = lay(s, step, TEXT_QUESTION, size, column);
    double answer = lay(s, step, TEXT_ANSWER, 0.84 * size, column);
    return fmax(left, right + (answer > 0 ? 10 + answer : 0));
}

static void slide_compared(const struct slide *s, struct slides_run *run, const struct lesson_step *step)
{
    static const double sizes[] = { 22, 21, 20, 19, 18, 17 };
    const double width = SLIDE_WIDTH - 2 * EDGE, bottom = SLIDE_HEIGHT - FOOT, most = 210;
    double height = 0, column = step->question[0] ? (width - 40) / 2 : width;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if ((height = lay_low(s, step, sizes[i], width)) <= most)
            break;
    double top = bottom - height;
    draw_cells(s, run,
        &(struct cells){
            { EDGE, HEAD - 14, width, top - GAP - HEAD + 14 }, run->cells > 2 ? 1.35 : 1.5, 52, 20, 15 });
    draw_passage(s, TEXT_CAPTION, EDGE, top, column);
    double y = draw_passage(s, TEXT_QUESTION, EDGE + column + 40, top, column);
    draw_passage(s, TEXT_ANSWER, EDGE + column + 40, y + 10, column);
}

void slide_draw(const struct slide *s, struct slides_run *run)
{
    const struct lesson *lesson = &run->player.lesson;
    int step = run->player.step;
    draw_frame(s, lesson, step);
    if (run->cells > 1)
        slide_compared(s, run, &lesson->step[step]);
    else
        slide_single(s, run, &lesson->step[step]);
}

void slide_title_page(const struct slide *s, const struct lesson *lesson)
{
    static struct lesson_piece piece[LESSON_PIECES];
    const double width = SLIDE_WIDTH - 2 * 120;
    char line[LESSON_NAME + 40];
    double height;
    canvas_rect(s->canvas, (struct rect){ 0, 0, SLIDE_WIDTH, SLIDE_HEIGHT }, s->theme->bg);
    int count = lesson_lay(lesson->title, 60, width, true, piece, &height);
    double y = (SLIDE_HEIGHT - height) / 2 - 40;
    lesson_draw(s->canvas, piece, count, (struct point){ 120, y }, 60, width, s->theme->text1, s->theme);
    snprintf(line, sizeof line, "%s%s%d steps", lesson->author, lesson->author[0] ? " \u00b7 " : "",
        lesson->count);
    label(s, 120, y + height + 48, width, line, 24, WEIGHT_REGULAR, s->theme->text2, ALIGN_LEFT);
}

/* ---- a handout ---- */

enum { SHEET_EDGE = 48, SHEET_TOP = 76, SHEET_BOTTOM = 52 };

void slide_handout_page(const struct slide *s, const struct lesson *lesson, int page, int pages)
{
    char text[64];
    double right = HANDOUT_WIDTH - SHEET_EDGE;
    canvas_clip(s->canvas, NULL);
    canvas_rect(s->canvas, (struct rect){ 0, 0, HANDOUT_WIDTH, HANDOUT_HEIGHT }, s->theme->bg);
    label(s, SHEET_EDGE, 50, 500, lesson->title, 16, WEIGHT_SEMIBOLD, s->theme->text1, ALIGN_LEFT);
    label(s, right, 50, 180, lesson->author, 12, WEIGHT_REGULAR, s->theme->text2, ALIGN_RIGHT);
    snprintf(text, sizeof text, "%d of %d", page, pages);
    label(s, right, HANDOUT_HEIGHT - 28, 180, text, 11, WEIGHT_REGULAR, s->theme->text3, ALIGN_RIGHT);
}

static void draw_note_lines(const struct slide *s, double x, double y, double width, double bottom)
{
    const double pitch = 24;
    for (double at = bottom; at >= y + pitch; at -= pitch)
        canvas_line(
            s->canvas, (struct point){ x, at }, (struct point){ x + width, at }, 0.75, s->theme->axis);
}

void slide_handout_row(const struct slide *s, struct slides_run *run, int row)
{
    static const double sizes[] = { 11.5, 11, 10.5, 10, 9.5, 9 };
    const struct lesson_step *step = &run->player.lesson.step[run->player.step];
    double high = (double)(HANDOUT_HEIGHT - SHEET_TOP - SHEET_BOTTOM) / HANDOUT_ROWS,
           wide = run->cells > 1 ? 330 : 290;
    double top = SHEET_TOP + row * high, bottom = top + high - 20, x = SHEET_EDGE + wide + 22;
    double width = HANDOUT_WIDTH - SHEET_EDGE - x;
    char text[240];
    canvas_line(s->canvas, (struct point){ SHEET_EDGE, top - 8 },
        (struct point){ HANDOUT_WIDTH - SHEET_EDGE, top - 8 }, 0.75, s->theme->axis);
    struct rect picture = { SHEET_EDGE, top + 2, wide, high - 42 };
    if (run->cells > 1)
        draw_cells(s, run, &(struct cells){ picture, 0.62, 17, 10, 0 });
    else
        draw_view(s, run, &run->cell[0], run->view[0], picture, 0.8, (struct point){ 0, 0 }, 1);
    if (run->cells > 1)
        cells_numbers(run, text, sizeof text);
    else
        numbers_text(&run->cell[0].snap, text, sizeof text);
    numbers_line(s, SHEET_EDGE, bottom - 2, wide + 10, text, 9.25);
    snprintf(text, sizeof text, "%d  %s", run->player.step + 1, step->title);
    label(s, x, top + 16, width, text, 14, WEIGHT_SEMIBOLD, s->theme->text1, ALIGN_LEFT);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (lay_column(s, step, sizes[i], width, 7) <= bottom - top - 26)
            break;
    draw_note_lines(s, x, draw_column(s, x, top + 26, width, 7), width, bottom);
}
