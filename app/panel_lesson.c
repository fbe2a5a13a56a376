/* panel_lesson.c - what lecture.c arranges, drawn: view, statement and strip of a lesson; view and caption of a
 * presentation. Nothing is under 24 px on 1280 x 720. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/lecture.h"
#include "render/formula.h"
#include "render/inequality.h"
#include "render/number.h"
#include "render/text.h"

enum {
    EDGE = 40,
    TITLE = 32,
    BODY = 24,
    BIG = 40,
    PIP_X = 132,
    PIPS = 160,
    CAPTION_X = 300,
    HIT = 56,
    SAID = 32
};

/* --- the view ------------------------------------------------------------------------------------------ */

static void draw_through(struct window *w, struct scene *scene, struct rect rect)
{
    struct theme strong = theme_projected(w->look.theme);
    struct look look = w->look;
    look.theme = &strong;
    look.interactive = false;
    if (lecture_lesson(w) && lecture_step(w)->compare_count > 0)
        look.ghosts = 0; /* what it is compared with stands beside it */
    if (scene != &w->scene)
        look.selected = compare_sample(&w->scene, w->look.selected, scene);
    view_draw(w->view, w->ui.canvas, scene, &look, rect);
    canvas_finish(w->ui.canvas, NULL);
}

static void view_through(struct window *w, const struct pane *pane)
{
    struct ui_glass glass = {
        .origin = { pane->rect.x, pane->rect.y }, .zoom = pane->zoom, .canvas = pane->canvas
    };
    struct rect rect = { 0, 0, pane->rect.w / pane->zoom, pane->rect.h / pane->zoom };
    char id[UI_ID];
    if (!pane->canvas)
        return;
    snprintf(id, sizeof id, "view.%s", w->view->id);
    ui_glass_begin(&w->ui, &glass);
    bool hot = ui_control(&w->ui, id, w->view->label, rect, true);
    ui_value(&w->ui, "%ld", w->snap ? w->snap->step : 0L);
    if (!w->ui.canvas) {
        panel_view_keys(w, w->view, id, rect);
        panel_view_input(w, rect, hot);
    } else if (w->snap) {
        draw_through(w, &w->scene, rect);
        ui_focus_ring(&w->ui, id, (struct rect){ rect.x + 6, rect.y + 6, rect.w - 12, rect.h - 12 }, 6);
        canvas_finish(w->ui.canvas, NULL);
    }
    ui_glass_end(&w->ui, &glass);
}

/* Another training: only to be looked at. */
static void beside_through(struct window *w, const struct pane *pane, struct scene *scene)
{
    struct ui_glass glass = {
        .origin = { pane->rect.x, pane->rect.y }, .zoom = pane->zoom, .canvas = pane->canvas
    };
    if (!pane->canvas || !scene->snap || !w->ui.canvas)
        return;
    ui_glass_begin(&w->ui, &glass);
    draw_through(w, scene, (struct rect){ 0, 0, pane->rect.w / pane->zoom, pane->rect.h / pane->zoom });
    ui_glass_end(&w->ui, &glass);
}

enum { CELL_TEXT = 260 };

static double cell_room(const struct pane *pane)
{
    return pane->rect.w - 24;
}

/* "m 0.3, test 88.8 %" */
static void cell_words(const struct window *w, int cell, bool brief, char out[CELL_TEXT])
{
    char text[200], test[40];
    lecture_cell_label(w, cell, text, sizeof text, test, sizeof test);
    const char *number = brief && test[0] ? strchr(test, ' ') + 1 : test;
    snprintf(out, CELL_TEXT, "%s%s%s", text, text[0] && test[0] ? ", " : "", number);
}

/* All of them without "test", where one has no room for it. */
static bool brief_cells(const struct window *w, int besides)
{
    char text[CELL_TEXT];
    struct font font = { .size = BODY, .weight = WEIGHT_SEMIBOLD };
    for (int i = 0; i <= besides; i++) {
        cell_words(w, i, false, text);
        if (text_width(text, &font) > cell_room(i == 0 ? &w->lecture->view : &w->lecture->beside_view[i - 1]))
            return true;
    }
    return false;
}

static void cell_label(struct window *w, int cell, const struct pane *pane, bool brief)
{
    char shown[CELL_TEXT], whole[CELL_TEXT], id[UI_ID];
    struct rect rect = { pane->rect.x + 16, pane->rect.y - LECTURE_LABEL, cell_room(pane), LECTURE_LABEL };
    snprintf(id, sizeof id, "lesson.cell.%d", cell + 1);
    cell_words(w, cell, false, whole);
    cell_words(w, cell, brief, shown);
    ui_control(&w->ui, id, "Training", rect, false);
    ui_value(&w->ui, "%.120s", whole);
    ui_text_fit(
        &w->ui, rect.x, rect.y + rect.h / 2, rect.w, shown, BODY, WEIGHT_SEMIBOLD, w->look.theme->text1);
}

static void cells(struct window *w)
{
    struct lecture *l = w->lecture;
    int besides = lecture_lesson(w) ? lecture_step(w)->compare_count : 0;
    view_through(w, &l->view);
    for (int i = 0; i < besides; i++)
        beside_through(w, &l->beside_view[i], &l->beside[i]);
    bool brief = brief_cells(w, besides);
    for (int i = 0; i <= besides && besides; i++)
        cell_label(w, i, i == 0 ? &l->view : &l->beside_view[i - 1], brief);
}

static void waiting(struct window *w, struct rect area)
{
    const char *text = w->state.failed ? w->state.why.text : "Reading the data \u2026";
    ui_text_fit(&w->ui, area.x + EDGE, area.y + area.h / 2, area.w - 2 * EDGE, text, BODY, WEIGHT_REGULAR,
        w->state.failed ? w->look.theme->bad : w->look.theme->text2);
}

static double name_of(const struct view *view, char name[32])
{
    struct font font = { .size = BODY, .weight = WEIGHT_SEMIBOLD };
    snprintf(name, 32, "%s", view->id);
    size_t capitals = strcmp(name, "roc") == 0 ? strlen(name) : 1;
    for (size_t i = 0; i < capitals; i++)
        name[i] = (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A' : name[i]);
    return text_width(name, &font) + 16;
}

/* Names of the step's views in a row, the one shown is bright. */
static void names(struct window *w, double x, double y)
{
    struct lecture *l = w->lecture;
    const struct theme *t = w->look.theme;
    for (int i = 0; i < l->choices && l->choices > 1; i++) {
        char id[UI_ID], name[32];
        snprintf(id, sizeof id, "show.%s", l->choice[i]->id);
        struct rect rect = { x - 8, y - 8, fmax(HIT, name_of(l->choice[i], name)), HIT };
        bool chosen = l->choice[i] == w->view, hot = ui_control(&w->ui, id, name, rect, true);
        ui_value(&w->ui, chosen ? "active" : "");
        if (!w->ui.canvas && ui_clicked(&w->ui, id, rect))
            lecture_view(w, i);
        ui_text(&w->ui, x, y + 20, name, BODY, chosen ? WEIGHT_SEMIBOLD : WEIGHT_REGULAR,
            chosen || hot ? t->text1 : t->text3, ALIGN_LEFT);
        ui_focus_ring(&w->ui, id, rect, 6);
        x += rect.w + 8;
    }
}

static double names_width(const struct lecture *l)
{
    char name[32];
    double width = 0;
    for (int i = 0; i < l->choices; i++)
        width += name_of(l->choice[i], name) + 8;
    return l->choices > 1 ? width : 0;
}

bool lecture_names_fit(const struct window *w)
{
    struct font font = { .size = TITLE, .weight = WEIGHT_SEMIBOLD };
    double room = w->width - CAPTION_X - 2 * HIT - 40;
    return text_width(lecture_step(w)->title, &font) + names_width(w->lecture) + 24 <= room;
}

/* Above the view. */
static void high_names(struct window *w, struct rect area)
{
    const struct lecture *l = w->lecture;
    if (!l->showing && !l->low_names)
        names(w, area.x + 24, area.y + 12);
}

void lecture_main(struct window *w)
{
    struct rect area = w->area[AREA_MAIN];
    if (w->lecture->listing) {
        lecture_list_page(w);
        return;
    }
    if (w->ui.canvas)
        canvas_rect(w->ui.canvas, area, w->look.theme->bg);
    if (!w->ui.canvas)
        high_names(w, area);
    cells(w);
    if (w->ui.canvas)
        high_names(w, area);
    if (w->ui.canvas && (!w->snap || w->reading))
        waiting(w, area);
}

/* --- texts --------------------------------------------------------------------------------------------- */

static void passage_draw(struct window *w, const struct passage *p, double x, double y, struct color ink)
{
    const struct lecture *l = w->lecture;
    if (w->ui.canvas)
        lesson_draw(w->ui.canvas, p->piece, p->count, (struct point){ x, y }, l->text_size, l->text_width,
            ink, w->look.theme);
}

/* What of the step is to be read now, from `y` down; where it ends. */
static double texts(struct window *w, double x, double y)
{
    enum lecture_text shown[PASSAGES];
    const struct theme *t = w->look.theme;
    int n = lecture_shown(w, shown);
    for (int i = 0; i < n; i++) {
        const struct passage *p = &w->lecture->passage[shown[i]];
        bool over = shown[i] == PASSAGE_QUESTION && n > 1;
        passage_draw(w, p, x, y, over ? t->text2 : t->text1);
        y += p->height + LECTURE_GAP;
    }
    return y - LECTURE_GAP;
}

static void prompt(struct window *w, struct rect area, double x, double y)
{
    struct rect rect = { x - 12, y, fmin(area.w, 320), HIT };
    const struct theme *t = w->look.theme;
    bool hot = ui_control(&w->ui, "reveal", "Show the answer", rect, true);
    if (!w->ui.canvas) {
        if (ui_clicked(&w->ui, "reveal", rect))
            action_space(w, 0);
        return;
    }
    if (hot)
        canvas_round_rect(w->ui.canvas, rect, 8, t->raised);
    ui_text(&w->ui, x, y + HIT / 2.0, "Predict, then press Space", BODY, WEIGHT_REGULAR,
        hot ? t->text1 : t->text3, ALIGN_LEFT);
    ui_focus_ring(&w->ui, "reveal", rect, 8);
}

static void percent(double share, char *out, int size)
{
    char number[16];
    if (isfinite(share))
        snprintf(out, (size_t)size, "%s\u2009%%", number_fixed(100 * share, 1, number, sizeof number));
    else
        snprintf(out, (size_t)size, "\u2013");
}

/* What the trainer has to say; the numbers stay, for a step may speak of them. */
static void said(struct window *w, double x, double y, double width)
{
    if (w->ui.canvas && w->notice[0] && !w->notice_bad && window_now() < w->notice_until)
        ui_text_fit(&w->ui, x, y, width, w->notice, BODY, WEIGHT_REGULAR, w->look.theme->text3);
}

/* "step 812   loss 0.412   train 96.4 %   test 89.7 %" */
static void numbers(struct window *w, double x, double y, double width)
{
    const struct snapshot *s = w->snap;
    char text[200], step[32], last[32], loss[32], train[24], test[40] = "";
    if (!s || !w->ui.canvas)
        return;
    percent(s->train_accuracy, train, sizeof train);
    if (isfinite(s->test_accuracy)) {
        percent(s->test_accuracy, last, sizeof last);
        snprintf(test, sizeof test, "   test %s", last);
    }
    bool counted = isfinite(s->train_accuracy);
    snprintf(text, sizeof text, "step %s   loss %s%s%s%s", number_count(s->step, step, sizeof step),
        number_fixed(s->train_loss, 3, loss, sizeof loss), counted ? "   train " : "", counted ? train : "",
        test);
    ui_text_fit(&w->ui, x, y, width, text, BODY, WEIGHT_REGULAR, w->look.theme->text2);
}

/* --- the rule in numbers ------------------------------------------------------------------------------- */

static double column_width(const struct inequality *q, const struct term *term, double size)
{
    struct font bold = { size, WEIGHT_SEMIBOLD, false };
    double widest = fmax(text_width(term->value, &bold), formula_measure(term->symbol, size).width);
    bool number = strchr(term->value, '.') != NULL;
    return term->sign ? 1.3 * size : number ? fmax(widest, text_width(q->widest, &bold)) : widest;
}

static double columns_width(const struct inequality *q, double size)
{
    double total = 0;
    for (int i = 0; i < q->n; i++)
        total += column_width(q, &q->term[i], size);
    return total;
}

/* Beside them it would speak of a sample that nobody sees. */
static bool shows_samples(const struct view *view)
{
    static const struct view *const without[] = { &view_stage, &view_confusion, &view_roc, &view_curves };
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        if (view == without[i])
            return false;
    return true;
}

static bool rule_of(const struct window *w, struct inequality *q, struct verdict *v)
{
    struct selection s;
    if (!w->snap || !shows_samples(w->view) || !view_selection(&w->scene, &w->look, &s))
        return false;
    inequality_write(q, &w->scene, w->look.theme, &s);
    inequality_verdict(v, q, &w->scene, &s);
    return q->n > 0;
}

/* Symbols over numbers; returns where the columns end. */
static double rule_draw(struct window *w, const struct inequality *q, double x, double y, double size)
{
    struct font bold = { size, WEIGHT_SEMIBOLD, false }, regular = { size, WEIGHT_REGULAR, false };
    const struct theme *t = w->look.theme;
    for (int i = 0; i < q->n; i++) {
        const struct term *term = &q->term[i];
        double wide = column_width(q, term, size), middle = x + wide / 2;
        double half = formula_measure(term->symbol, size).width / 2;
        formula_draw(
            w->ui.canvas, (struct point){ middle - half, y + size }, term->symbol, size, t->text1, t);
        canvas_text(w->ui.canvas, (struct point){ middle, y + 2.35 * size }, term->value,
            term->sign ? &regular : &bold, term->color, ALIGN_CENTER);
        x += wide;
    }
    return x;
}

static void verdict_draw(struct window *w, const struct verdict *v, double x, double y, double width)
{
    char text[140];
    const struct theme *t = w->look.theme;
    snprintf(text, sizeof text, "%s %s", v->who, v->by);
    ui_text_fit(&w->ui, x, y, width, text, BODY, WEIGHT_SEMIBOLD, v->good ? t->good : t->bad);
}

/* Where the texts leave room for it. */
static void rule_below(struct window *w, struct rect room)
{
    struct inequality q;
    struct verdict v;
    if (!w->ui.canvas || room.h < 128 || !rule_of(w, &q, &v))
        return;
    double size = columns_width(&q, TITLE) <= room.w ? TITLE : BODY;
    if (columns_width(&q, size) > room.w)
        return;
    double y = room.y + fmax(0, (room.h - 2.5 * size - 44) / 2);
    rule_draw(w, &q, room.x, y, size);
    verdict_draw(w, &v, room.x, y + 2.5 * size + 30, room.w);
}

void lecture_statement(struct window *w)
{
    struct rect area = w->area[AREA_HEADER];
    double x = area.x + 30, width = area.w - 30 - EDGE;
    if (w->ui.canvas)
        canvas_rect(w->ui.canvas, area, w->look.theme->bg);
    double y = texts(w, x, area.y + 32);
    bool waits = player_waits(&w->lecture->player);
    if (waits)
        prompt(w, area, x, y + 12);
    double bottom = area.y + area.h - 56;
    if (!waits)
        rule_below(w, (struct rect){ x, y + 16, width, bottom - y - 24 - SAID });
    if (bottom - SAID / 2 > y + 20)
        said(w, x, bottom - SAID / 2 + 4, width);
    numbers(w, x, bottom + 24, width);
}

/* --- the strip ----------------------------------------------------------------------------------------- */

static double pips(struct window *w, double middle)
{
    const struct player *p = &w->lecture->player;
    const struct theme *t = w->look.theme;
    int n = p->lesson.count;
    double pitch = fmin(20, (double)PIPS / n);
    for (int i = 0; i < n; i++) {
        char id[UI_ID];
        struct point at = { PIP_X + i * pitch, middle };
        struct rect rect = { at.x - pitch / 2, middle - HIT / 2.0, pitch, HIT };
        snprintf(id, sizeof id, "step.%d", i + 1);
        bool hot = ui_control(&w->ui, id, p->lesson.step[i].title, rect, true);
        ui_value(&w->ui, i == p->step ? "active" : "");
        if (!w->ui.canvas) {
            if (ui_clicked(&w->ui, id, rect))
                lecture_goto(w, i);
            continue;
        }
        double radius = fmin(pitch / 2 - 1, i == p->step || hot ? 6.5 : 4.5);
        canvas_disc(w->ui.canvas, at, radius, i <= p->step ? t->text1 : t->axis);
        ui_focus_ring(&w->ui, id, (struct rect){ at.x - 7, middle - 7, 14, 14 }, 7);
    }
    return PIP_X + n * pitch;
}

static void chevron(struct window *w, const char *id, double x, double middle, int direction, bool on)
{
    struct rect rect = { x - HIT / 2.0, middle - HIT / 2.0, HIT, HIT };
    const struct theme *t = w->look.theme;
    bool hot = ui_control(&w->ui, id, direction > 0 ? "Next step" : "Step before", rect, true);
    ui_value(&w->ui, on ? "" : "off");
    if (!w->ui.canvas) {
        if (ui_clicked(&w->ui, id, rect))
            action_page(w, direction);
        return;
    }
    const struct point corner[3] = { { x - 6 * direction, middle - 13 }, { x + 7 * direction, middle },
        { x - 6 * direction, middle + 13 } };
    const struct stroke stroke = { .color = !on   ? t->axis
                                            : hot ? t->text1
                                                  : t->text2,
        .width = 3,
        .round = true };
    canvas_lines(w->ui.canvas, corner, 3, &stroke);
    ui_focus_ring(&w->ui, id, rect, 6);
}

static void knob_label(struct window *w, const struct dial *d, double middle)
{
    char text[32];
    const struct theme *t = w->look.theme;
    struct color ink = d->margin ? t->margin : t->text1;
    double x = EDGE;
    if (!w->ui.canvas)
        return;
    struct font big = { .size = BIG, .weight = WEIGHT_SEMIBOLD };
    ui_number(d->row, d->value, text, sizeof text);
    double size = BIG, room = 152;
    double symbol = formula_measure(d->row->symbol, size).width;
    while (size > BODY && symbol + 10 + text_width(text, &big) > room) {
        size = big.size = size - 4;
        symbol = formula_measure(d->row->symbol, size).width;
    }
    formula_draw(
        w->ui.canvas, (struct point){ x, middle + text_ascent(&big) / 2 }, d->row->symbol, size, ink, t);
    x += symbol + (symbol > 0 ? 10 : 0);
    ui_text(&w->ui, x, middle, text, size, WEIGHT_SEMIBOLD, ink, ALIGN_LEFT);
}

/* The one slider that matters. */
static void knob(struct window *w)
{
    const struct lesson_step *s = lecture_step(w);
    const struct pane *pane = &w->lecture->knob;
    char id[UI_ID];
    struct dial d;
    if (!s || !pane->canvas || !action_dial(w, s->control, &d))
        return;
    struct ui_glass glass = {
        .origin = { pane->rect.x, pane->rect.y }, .zoom = pane->zoom, .canvas = pane->canvas
    };
    snprintf(id, sizeof id, "param.%s", s->control);
    struct ui_slider slider = {
        .id = id,
        .param = d.row,
        .rect = { 14, 4, pane->rect.w / pane->zoom - 28, 34 },
        .end = d.end,
        .initial = d.initial,
        .force = d.force,
        .limit = d.limit,
        .margin = true,
        .plain = !d.margin,
    };
    knob_label(w, &d, pane->rect.y + (4 + 14) * pane->zoom);
    ui_glass_begin(&w->ui, &glass);
    bool hand = ui_slider(&w->ui, &slider, &d.value);
    if (w->ui.canvas)
        canvas_finish(w->ui.canvas, NULL);
    ui_glass_end(&w->ui, &glass);
    if (hand)
        action_dial_set(w, s->control, d.value, true);
}

/* How far the training is on its way to the step, else how much of the step's own is done. */
static void way(struct window *w, struct rect area)
{
    const struct player *p = &w->lecture->player;
    const struct lesson_step *s = lecture_step(w);
    struct player_now now = lecture_now(w);
    const struct theme *t = w->look.theme;
    bool behind = player_behind(p, &now);
    double left = fmax(0, (double)(p->until - now.step));
    double share = behind ? player_share(p, &now) : s->run_steps > 0 ? 1 - left / (double)s->run_steps : 1;
    if (!w->ui.canvas || (!behind && now.arrived))
        return;
    canvas_rect(w->ui.canvas, (struct rect){ area.x, area.y, area.w * fmin(1, fmax(0, share)), 4 },
        behind ? t->text1 : t->text3);
}

/* What went wrong, in place of the caption. */
static void notice(struct window *w, struct rect area, double middle)
{
    const struct theme *t = w->look.theme;
    if (!w->ui.canvas || !w->notice[0] || !w->notice_bad || window_now() > w->notice_until)
        return;
    canvas_rect(
        w->ui.canvas, (struct rect){ CAPTION_X - 8, area.y + 6, area.w - CAPTION_X + 8, 76 }, t->surface);
    ui_text_fit(
        &w->ui, CAPTION_X, middle, area.w - CAPTION_X - EDGE, w->notice, BODY, WEIGHT_REGULAR, t->bad);
}

static void progress(struct window *w, double middle)
{
    char text[32];
    const struct player *p = &w->lecture->player;
    snprintf(text, sizeof text, "%d of %d", p->step + 1, p->lesson.count);
    struct rect rect = { EDGE, middle - 20, PIP_X - EDGE - 14, 40 };
    ui_control(&w->ui, "lesson.step", text, rect, false);
    ui_value(&w->ui, "%s", text);
    ui_text(&w->ui, EDGE, middle, text, p->lesson.count > 9 ? 20 : BODY, WEIGHT_SEMIBOLD,
        w->look.theme->text2, ALIGN_LEFT);
}

static void caption(struct window *w, struct rect area, double x, double middle)
{
    const struct lesson_step *s = lecture_step(w);
    double right = w->lecture->showing ? area.w - EDGE : area.w - 2 * HIT - 20;
    ui_text_fit(&w->ui, x, middle, right - x, s->title, TITLE, WEIGHT_SEMIBOLD, w->look.theme->text1);
}

static void lesson_strip(struct window *w, struct rect area)
{
    const struct player *p = &w->lecture->player;
    double middle = area.y + 44, right = area.x + area.w;
    progress(w, middle);
    double end = pips(w, middle);
    caption(w, area, fmax(CAPTION_X, end + 8), middle);
    if (w->lecture->wide) {
        double y = texts(w, EDGE, area.y + 88);
        if (player_waits(p) && y + HIT < area.y + area.h)
            prompt(w, area, EDGE, y);
    }
    if (!w->lecture->showing) {
        if (w->lecture->low_names)
            names(w, right - 2 * HIT - 12 - names_width(w->lecture), middle - 20);
        chevron(w, "lesson.back", right - 88, middle, -1, p->step > 0);
        chevron(w, "lesson.next", right - 32, middle, 1, p->step + 1 < p->lesson.count);
        knob(w);
    }
    way(w, area);
    notice(w, area, middle);
}

/* Without a lesson: what is trained, and its rule in numbers. */
static void show_strip(struct window *w, struct rect area)
{
    struct inequality q;
    struct verdict v;
    char title[128];
    if (!w->snap || !w->ui.canvas)
        return;
    const struct theme *t = w->look.theme;
    const struct loss *loss = w->snap->force.loss;
    struct font font = { .size = BIG, .weight = WEIGHT_SEMIBOLD };
    double width = area.w - 2 * EDGE, middle = area.y + 40;
    figure_title(w->snap, title, sizeof title);
    ui_text_fit(&w->ui, EDGE, middle, width, title, BIG, WEIGHT_SEMIBOLD, t->text1);
    double x = EDGE + text_width(title, &font) + 48;
    if (loss->formula && x + formula_measure(loss->formula, BODY).width <= area.w - EDGE)
        formula_draw(w->ui.canvas, (struct point){ x, middle + 9 }, loss->formula, BODY, t->text1, t);
    numbers(w, EDGE, area.y + area.h - 40, width / 2);
    if (!rule_of(w, &q, &v) || columns_width(&q, BODY) > width / 2)
        return;
    struct font bold = { .size = BODY, .weight = WEIGHT_SEMIBOLD };
    double wide = text_width("class 88 wins, with 88.8\u00b0 to spare", &bold);
    double from = area.w - EDGE - fmax(columns_width(&q, BODY), wide);
    rule_draw(w, &q, from, area.y + 74, BODY);
    verdict_draw(w, &v, from, area.y + area.h - 22, area.w - EDGE - from);
}

void lecture_strip(struct window *w)
{
    struct rect area = w->area[AREA_TIMELINE];
    if (w->ui.canvas) {
        canvas_rect(w->ui.canvas, area, w->look.theme->surface);
        ui_hairline(&w->ui, (struct point){ 0, area.y }, (struct point){ area.w, area.y });
    }
    if (lecture_lesson(w))
        lesson_strip(w, area);
    else
        show_strip(w, area);
}

void lecture_veil(struct window *w)
{
    if (w->lecture->blank)
        canvas_rect(w->canvas, (struct rect){ 0, 0, w->width, w->height }, (struct color){ 0, 0, 0, 1 });
}
