#include "render/span.h"

#include <math.h>
#include <string.h>

#include "render/text.h"

static const char between[] = " · ";
static const double measure = 100;

static void widen_columns(struct figure_span *span, const struct snapshot *snap)
{
    const struct font font = { measure, WEIGHT_REGULAR, false };
    char piece[PIECE_COUNT][PIECE_TEXT];
    figure_pieces(snap, piece);
    for (int i = 0; i < PIECE_COUNT; i++)
        span->column[i] = fmax(span->column[i], text_width(piece[i], &font));
}

static void widen_box(struct figure_span *span)
{
    const double *box = span->scene.box;
    for (int i = 0; i < 2; i++) {
        span->box[i] = span->known ? fmin(span->box[i], box[i]) : box[i];
        span->box[i + 2] = span->known ? fmax(span->box[i + 2], box[i + 2]) : box[i + 2];
    }
}

bool figure_span_take(struct figure_span *span, const struct snapshot *snap, const struct dataset *data)
{
    span->scene.least_end[0] = span->scene.least_end[1] = 0;
    span->scene.ring = 0; /* no memory of the one before: the ring this one would have alone */
    if (!scene_update(&span->scene, snap, data))
        return false;
    span->ring = fmax(span->ring, span->scene.ring);
    span->least_end[0] = fmax(span->least_end[0], angles_end(&span->scene));
    span->least_end[1] = fmax(span->least_end[1], logit_end(&span->scene, false));
    double reach[2];
    score_reach(&span->scene, reach);
    span->least_reach[0] = fmin(span->least_reach[0], reach[0]);
    span->least_reach[1] = fmax(span->least_reach[1], reach[1]);
    widen_box(span);
    widen_columns(span, snap);
    bool newer = !span->known || snap->step >= span->newest.step;
    span->known = true;
    return !newer || snapshot_copy(&span->newest, snap);
}

void figure_span_clear(struct figure_span *span)
{
    scene_clear(&span->scene);
    snapshot_clear(&span->newest);
    memset(span, 0, sizeof *span);
}

void figure_span_apply(const struct figure_span *span, struct scene *scene)
{
    if (!span->known)
        return;
    scene->ring = span->ring;
    memcpy(scene->least_end, span->least_end, sizeof scene->least_end);
    memcpy(scene->least_reach, span->least_reach, sizeof scene->least_reach);
    if (scene->data)
        memcpy(scene->box, span->box, sizeof scene->box);
}

/* Where each piece begins, and on which line; returns how many lines. What is counted begins a line of its own. */
static int place_pieces(const struct figure_span *span, const struct font *font, double width,
    double x[PIECE_COUNT], int line[PIECE_COUNT])
{
    double pen = 0, gap = text_width(between, font);
    int lines = 0;
    for (int i = 0; i < PIECE_COUNT; i++) {
        double wide = span->column[i] * font->size / measure;
        bool starts = i == PIECE_STEP || (pen > 0 && pen + gap + wide > width);
        if (starts && pen > 0) {
            lines++;
            pen = 0;
        }
        line[i] = lines;
        x[i] = pen > 0 && wide > 0 ? pen + gap : pen;
        pen = wide > 0 ? x[i] + wide : pen;
    }
    return lines + 1;
}

int figure_span_lines(const struct figure_span *span, const struct font *font, double width)
{
    double x[PIECE_COUNT];
    int line[PIECE_COUNT];
    return place_pieces(span, font, width, x, line);
}

void figure_span_caption(const struct figure_span *span, struct canvas *c, const struct snapshot *snap,
    struct point at, const struct font *font, double width, double line_height, struct color color)
{
    char piece[PIECE_COUNT][PIECE_TEXT], fitted[PIECE_TEXT];
    double x[PIECE_COUNT], gap = text_width(between, font);
    int line[PIECE_COUNT];
    figure_pieces(snap, piece);
    place_pieces(span, font, width, x, line);
    for (int i = 0; i < PIECE_COUNT; i++) {
        struct point pen = { at.x + x[i], at.y + line[i] * line_height };
        if (!piece[i][0])
            continue;
        if (x[i] > 0)
            canvas_text(c, (struct point){ pen.x - gap, pen.y }, between, font, color, ALIGN_LEFT);
        text_fit(piece[i], font, width - x[i], fitted, sizeof fitted);
        canvas_text(c, pen, fitted, font, color, ALIGN_LEFT);
    }
}
