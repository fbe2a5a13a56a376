#include "render/multiples.h"

#include <math.h>
#include <stdio.h>

#include "render/feature_words.h"
#include "render/number.h"
#include "render/text.h"

enum { CLASSES_LISTED = 40, NOTE = 160 };

static const double cell_head = 44, row_head = 34, legend_line = 26, gutter = 12;

static const struct font title_font = { 14, WEIGHT_SEMIBOLD, false };
static const struct font note_font = { 12, WEIGHT_REGULAR, false };
static const struct font row_font = { 14, WEIGHT_REGULAR, false };

/* ---- the scales ---- */

static bool is_plane(const struct multiples *m, const struct scene *scene)
{
    return m->view == &view_feature && scene && !scene->data && scene->snap->dim == 2;
}

double multiples_ring(const struct multiples *m)
{
    double ring = 0;
    for (int i = 0; i < m->rows * m->columns; i++)
        if (is_plane(m, m->cell[i].scene))
            ring = fmax(ring, m->cell[i].scene->ring);
    return ring;
}

/* Planes that show the data themselves: one box around all of them. */
static void share_box(const struct multiples *m)
{
    double box[4] = { INFINITY, INFINITY, -INFINITY, -INFINITY };
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < m->rows * m->columns; i++) {
            struct scene *scene = m->cell[i].scene;
            for (int d = 0; scene && scene->data && d < 4; d++)
                if (pass == 1)
                    scene->box[d] = box[d];
                else
                    box[d] = d < 2 ? fmin(box[d], scene->box[d]) : fmax(box[d], scene->box[d]);
        }
}

/* ---- the layout ---- */

/* Up to four in a row; then so that the page is about as wide as a slide, and full. */
static int usual_columns(int n)
{
    static const int up_to[] = { 4, 4, 6, 3, 8, 4, 10, 5, 12, 4, 15, 5, 18, 6, 24, 6, 28, 7, 35, 7, 40, 8 };
    if (n <= 4)
        return n;
    for (size_t i = 0; i < sizeof up_to / sizeof *up_to; i += 2)
        if (n <= up_to[i])
            return up_to[i + 1];
    return 8;
}

/* The most columns of those with the largest cells. */
static int fitting_columns(int n, double shape)
{
    int best = 1;
    double largest = 0;
    for (int columns = 1; columns <= n; columns++) {
        int rows = (n + columns - 1) / columns;
        double size = fmin(shape / columns, 1.0 / rows);
        if (size > largest * (1 - 1e-9)) {
            largest = fmax(size, largest);
            best = columns;
        }
    }
    return (n + (n + best - 1) / best - 1) / ((n + best - 1) / best); /* no empty column */
}

void multiples_grid(int n, double shape, int *columns, int *rows)
{
    *columns = shape > 0 ? fitting_columns(n, shape) : usual_columns(n);
    *rows = (n + *columns - 1) / *columns;
}

static bool is_round(const struct view *view)
{
    return view == &view_feature || view == &view_sphere || view == &view_confusion;
}

double multiples_aspect(const struct view *view)
{
    return is_round(view) ? 1.12 : 0.8;
}

static const struct scene *first_scene(const struct multiples *m)
{
    for (int i = 0; i < m->rows * m->columns; i++)
        if (m->cell[i].scene)
            return m->cell[i].scene;
    return NULL;
}

/* Height of a picture by its width. A fitted line needs no square. */
static double aspect_of(const struct multiples *m)
{
    const struct scene *scene = first_scene(m);
    bool line =
        m->view == &view_feature && scene && scene->data && scene->snap->force.loss->task == TASK_REAL;
    return is_round(m->view) && !line ? 1 : 0.68;
}

static double row_height(const struct multiples *m, double picture)
{
    return (m->row_title ? row_head : 0) + cell_head + picture;
}

/* The one whose plane has the most marks to explain: not every loss has a margin. */
static const struct scene *telling_scene(const struct multiples *m, const struct look *look)
{
    const struct scene *best = NULL;
    double most = -1;
    for (int i = 0; i < m->rows * m->columns; i++) {
        const struct scene *scene = m->cell[i].scene;
        double width = scene ? feature_legend(NULL, scene, look, (struct point){ 0, 0 }) : -1;
        if (width > most) {
            most = width;
            best = scene;
        }
    }
    return best;
}

static double class_width(const struct snapshot *snap, int class)
{
    char room[SNAPSHOT_NAME_TEXT];
    return 16 + text_width(snapshot_class(snap, class, room), &note_font) + 18;
}

/* The classes in one line, as many as fit; a count for the rest. Returns where the line ends; c NULL: measures. */
static double classes_row(
    struct canvas *c, const struct snapshot *snap, const struct theme *theme, struct point at, double end)
{
    char room[SNAPSHOT_NAME_TEXT], more[32];
    double reserved = text_width("and 0000 more", &note_font), base = at.y + text_ascent(&note_font) / 2;
    for (int i = 0; i < snap->classes; i++) {
        double item = class_width(snap, i);
        bool last = i == snap->classes - 1;
        if (i >= CLASSES_LISTED || at.x + item + (last ? 0 : reserved) > end) {
            snprintf(more, sizeof more, "and %d more", snap->classes - i);
            if (c)
                canvas_text(c, (struct point){ at.x, base }, more, &note_font, theme->text3, ALIGN_LEFT);
            return at.x + text_width(more, &note_font) + 18;
        }
        struct marker marker = class_marker(theme, i, 4.5);
        struct point dot = { at.x + 6, at.y }, word = { at.x + 16, base };
        if (c) {
            canvas_markers(c, &dot, 1, &marker);
            canvas_text(c, word, snapshot_class(snap, i, room), &note_font, theme->text2, ALIGN_LEFT);
        }
        at.x += item;
    }
    return at.x;
}

static bool has_classes(const struct multiples *m)
{
    const struct scene *scene = first_scene(m);
    bool colored = m->view == &view_feature || m->view == &view_sphere;
    return colored && scene && scene->snap->classes > 0 && scene->snap->force.loss->task != TASK_REAL;
}

static bool has_marks(const struct multiples *m)
{
    const struct scene *scene = first_scene(m);
    return m->view == &view_feature && scene && (scene->snap->dim == 2 || scene->data) &&
           scene->snap->force.loss;
}

/* Classes and marks share a line where it is long enough. Returns the number of lines; c NULL: only counts. */
static int legend_draw(
    struct canvas *c, const struct multiples *m, const struct look *look, struct point at, double width)
{
    const double apart = 22;
    const struct scene *scene = first_scene(m), *telling = telling_scene(m, look);
    double x = at.x, end = at.x + width;
    int lines = has_classes(m) || has_marks(m);
    if (has_classes(m))
        x = classes_row(c, scene->snap, look->theme, at, end) + apart;
    if (!has_marks(m))
        return lines;
    double marks = feature_legend(NULL, telling, look, at);
    if (has_classes(m) && x + marks > end) {
        lines++;
        at.y += legend_line;
        x = at.x;
    }
    feature_legend(c, telling, look, (struct point){ x, at.y });
    return lines;
}

static double legend_height(const struct multiples *m, const struct look *look, double width)
{
    int lines = legend_draw(NULL, m, look, (struct point){ 0, 0 }, width);
    return lines ? lines * legend_line + 14 : 0;
}

static double natural_cell(int columns)
{
    static const double width[] = { 700, 520, 480, 380, 320, 280, 260 };
    return columns <= 7 ? width[columns - 1] : 240;
}

void multiples_size(const struct multiples *m, double *width, double *height)
{
    struct look look;
    look_init(&look, theme_at(0));
    double cell = natural_cell(m->columns);
    *width = fmax(2 * SHEET_MARGIN + m->columns * (cell + gutter) - gutter, 960);
    *height = SHEET_HEAD + SHEET_FOOT + legend_height(m, &look, *width - 2 * SHEET_MARGIN) +
              m->rows * row_height(m, cell * aspect_of(m));
}

/* Where the cells lie: as large as width and height allow, in the middle of what is left. */
struct layout {
    struct rect rect;
    double cell, picture;
};

static struct layout lay_out(const struct multiples *m, struct rect body)
{
    struct layout b = { .rect = body };
    double tall = body.h / m->rows - row_height(m, 0);
    b.cell = (body.w - (m->columns - 1) * gutter) / m->columns;
    b.cell = fmax(fmin(b.cell, tall / aspect_of(m)), 40);
    b.picture = b.cell * aspect_of(m);
    b.rect.w = m->columns * (b.cell + gutter) - gutter;
    b.rect.h = m->rows * row_height(m, b.picture);
    b.rect.x += (body.w - b.rect.w) / 2;
    b.rect.y += fmax((body.h - b.rect.h) / 2, 0);
    return b;
}

/* ---- the cells ---- */

static void cell_words(struct canvas *c, const struct multiples *m, const struct multiples_cell *cell,
    const struct look *look, struct rect rect)
{
    const struct theme *theme = look->theme;
    char note[NOTE], number[32], fitted[NOTE];
    double middle = rect.x + rect.w / 2;
    snprintf(note, sizeof note, "%s", cell->note);
    if (m->own_scales && is_plane(m, cell->scene))
        snprintf(note, sizeof note, "%s · ring at norm %s", cell->note,
            number_short(cell->ring, number, sizeof number));
    text_fit(cell->title, &title_font, rect.w, fitted, sizeof fitted);
    canvas_text(c, (struct point){ middle, rect.y + 18 }, fitted, &title_font, theme->text1, ALIGN_CENTER);
    text_fit(note, &note_font, rect.w, fitted, sizeof fitted);
    canvas_text(c, (struct point){ middle, rect.y + 37 }, fitted, &note_font,
        cell->bad ? theme->bad : theme->text2, ALIGN_CENTER);
}

static void draw_cell(struct canvas *c, const struct multiples *m, const struct multiples_cell *cell,
    const struct look *look, struct rect rect)
{
    struct rect picture = { rect.x, rect.y + cell_head, rect.w, rect.h - cell_head };
    struct look own = *look;
    if (m->own_scales)
        own.ring = cell->ring;
    cell_words(c, m, cell, look, rect);
    view_draw(m->view, c, cell->scene, &own, picture);
}

static void draw_row(
    struct canvas *c, const struct multiples *m, const struct look *look, const struct layout *b, int row)
{
    double high = row_height(m, b->picture), y = b->rect.y + row * high, top = m->row_title ? row_head : 0;
    if (m->row_title)
        canvas_text(c, (struct point){ b->rect.x, y + 22 }, m->row_title[row], &row_font, look->theme->text2,
            ALIGN_LEFT);
    for (int i = 0; i < m->columns; i++) {
        const struct multiples_cell *cell = &m->cell[row * m->columns + i];
        struct rect rect = { b->rect.x + i * (b->cell + gutter), y + top, b->cell, high - top };
        if (cell->scene)
            draw_cell(c, m, cell, look, rect);
    }
}

void multiples_draw(
    struct canvas *c, const struct multiples *m, const struct look *look, double width, double height)
{
    struct look cell = *look;
    struct rect body = sheet_draw(c, &m->sheet, look->theme, look->transparent, width, height);
    double legend = legend_height(m, look, body.w);
    cell.bare = true;
    struct curves_reach reach = { .known = false };
    if (!m->own_scales) {
        cell.ring = multiples_ring(m);
        share_box(m);
        for (int i = 0; i < m->rows * m->columns && m->view == &view_curves; i++)
            if (m->cell[i].scene)
                curves_reach_take(&reach, m->cell[i].scene->snap, &cell);
        cell.reach = reach.known ? &reach : NULL;
    }
    body.h -= legend;
    struct layout l = lay_out(m, body);
    for (int row = 0; row < m->rows; row++)
        draw_row(c, m, &cell, &l, row);
    if (legend > 0)
        legend_draw(c, m, look, (struct point){ body.x, body.y + body.h + legend_line / 2 + 6 }, body.w);
}
