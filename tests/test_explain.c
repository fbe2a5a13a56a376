/* Whatever stands in the window explains itself: controls by id, symbols of formulas and marks in pictures by what is
 * drawn under a point. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/explain.h"
#include "render/ask.h"
#include "render/formula.h"
#include "tests/support/places.h"

/* --- controls ------------------------------------------------------------------------------------------ */

static void complete(const struct explanation *e, const char *what, const char *where)
{
    if (!e->what[0] || strlen(e->text) < 10)
        fail_msg("%s in %s: \"%s\" \"%s\"", what, where, e->what, e->text);
    if (strlen(e->text) > 150)
        fail_msg("%s in %s: longer than two lines: %s", what, where, e->text);
}

static void explain_all(const char *where)
{
    for (int i = 0; i < w->ui.item_count; i++) {
        struct explanation e = { "", "", "" };
        if (!explain_control(&w->experiment, w->ui.item[i].id, &e))
            fail_msg("%s in %s has no explanation (app/explain.c)", w->ui.item[i].id, where);
        complete(&e, w->ui.item[i].id, where);
    }
}

static void every_control_everywhere_is_explained(void **unused)
{
    (void)unused;
    for (int i = 0; i < PLACES; i++) {
        go(&places[i]);
        assert_true(w->ui.item_count > 0);
        explain_all(places[i].name);
    }
}

static void the_controls_of_every_loss_are_explained(void **unused)
{
    (void)unused;
    home();
    for (int i = 0; i < loss_count(); i++) {
        if (loss_at(i)->family == FAMILY_TERM)
            continue;
        action_choose_loss(w, i);
        window_control(w, "play", (double[4]){ 0 });
        explain_all(loss_at(i)->id);
    }
    home();
}

static void unknown_ids_have_no_explanation(void **unused)
{
    (void)unused;
    struct explanation e = { "kept", "", "" };
    static const char *const ids[] = { "", "nothing", "param.nothing", "loss.nothing", "view.nothing",
        "tab" };
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        assert_false(explain_control(&w->experiment, ids[i], &e));
    assert_string_equal(e.what, "kept");
}

/* --- symbols and marks --------------------------------------------------------------------------------- */

/* A canvas that notes the names of what is drawn. */
enum { NAMES = 256 };
static char names[NAMES][64];
static int name_count;

static void note(struct canvas *c)
{
    for (int i = 0; i < name_count && c->mark; i++)
        if (strcmp(names[i], c->mark) == 0)
            return;
    if (c->mark && name_count < NAMES)
        snprintf(names[name_count++], sizeof names[0], "%s", c->mark);
}

static void note_clip(struct canvas *c, const struct rect *r)
{
    (void)c, (void)r;
}
static void note_lines(struct canvas *c, const struct point *at, int n, const struct stroke *s)
{
    (void)at, (void)n, (void)s;
    note(c);
}
static void note_polygon(struct canvas *c, const struct point *at, int n, struct color k)
{
    (void)at, (void)n, (void)k;
    note(c);
}
static void note_hatch(struct canvas *c, const struct point *at, int n, double pitch, struct color k)
{
    (void)at, (void)n, (void)pitch, (void)k;
    note(c);
}
static void note_markers(struct canvas *c, const struct point *at, int n, const struct marker *m)
{
    (void)at, (void)n, (void)m;
    note(c);
}
static void note_image(struct canvas *c, struct rect r, const uint32_t *p, int width, int height)
{
    (void)r, (void)p, (void)width, (void)height;
    note(c);
}
static void note_text(
    struct canvas *c, struct point at, const char *s, const struct font *f, struct color k, enum align a)
{
    (void)at, (void)s, (void)f, (void)k, (void)a;
    note(c);
}

static const struct canvas_ops note_ops = { .name = "note",
    .clip = note_clip,
    .lines = note_lines,
    .polygon = note_polygon,
    .hatch = note_hatch,
    .markers = note_markers,
    .image = note_image,
    .text = note_text };

static struct canvas noting(void)
{
    name_count = 0;
    return (struct canvas){ .ops = &note_ops, .width = 1600, .height = 1000, .scale = 1 };
}

/* Brackets, signs and plain numbers speak for themselves. */
static bool is_sign(const char *mark)
{
    return mark[0] == '=' &&
           (strspn(mark + 1, "()[]+/<>=,.%0123456789") == strlen(mark + 1) || strcmp(mark, "=\u2212") == 0 ||
               strcmp(mark, "=\u2264") == 0 || strcmp(mark, "=\u2265") == 0 || strcmp(mark, "=\u2260") == 0 ||
               strcmp(mark, "=\u00b0") == 0 || strcmp(mark, "=\u2026") == 0 || strcmp(mark, "=\u22ef") == 0 ||
               strcmp(mark, "=\u00b7") == 0);
}

static void explain_names(const struct experiment *e, const char *where)
{
    for (int i = 0; i < name_count; i++) {
        struct explanation out = { "", "", "" };
        if (is_sign(names[i]))
            continue;
        if (!explain_mark(e, names[i], &out))
            fail_msg("%s in %s has no explanation (app/explain_marks.c)", names[i], where);
        complete(&out, names[i], where);
    }
}

static void every_symbol_of_every_loss_is_explained(void **unused)
{
    (void)unused;
    struct experiment e;
    experiment_init(&e);
    for (int i = 0; i < loss_count(); i++) {
        const struct loss *loss = loss_at(i);
        const char *text[3] = { loss->formula, loss->logit, loss->rule };
        struct canvas c = noting();
        e.loss = i;
        for (int k = 0; k < 3; k++)
            if (text[k])
                formula_draw(&c, (struct point){ 0, 40 }, text[k], 20, w->ui.theme->text1, w->ui.theme);
        assert_true(name_count > 3);
        explain_names(&e, loss->id);
    }
}

/* Those that only arrange others have no marks of their own. */
static void every_view_names_what_it_draws(void **unused)
{
    (void)unused;
    static void (*const benches[])(void) = { at_plane, at_sphere, at_basics };
    for (int b = 0; b < 3; b++) {
        home();
        benches[b]();
        settle();
        worker_watch(w->worker, NEEDS_RECOGNITION | NEEDS_INPUTS);
        worker_step(w->worker, 30);
        await_rest();
        for (int i = 0; i < view_count(); i++) {
            const struct view *view = view_at(i);
            struct canvas c = noting();
            if (view->missing && view->missing(&w->scene))
                continue;
            view_draw(view, &c, &w->scene, &w->look, (struct rect){ 0, 0, 960, 800 });
            assert_null(c.mark);
            if (name_count == 0)
                fail_msg("%s draws nothing that has a name: canvas_mark() in its draw, a line each in "
                         "app/explain_marks.c",
                    view->id);
            explain_names(&w->experiment, view->id);
        }
    }
}

static void the_header_explains_every_symbol(void **unused)
{
    (void)unused;
    home();
    for (int i = 0; i < loss_count(); i++) {
        if (loss_at(i)->family == FAMILY_TERM || loss_at(i)->task != TASK_CLASS)
            continue;
        action_choose_loss(w, i);
        settle();
        struct canvas c = noting();
        header_draw(&c, &w->scene, &w->look, w->area[AREA_HEADER]);
        assert_null(c.mark);
        explain_names(&w->experiment, loss_at(i)->id);
    }
    home();
}

/* --- what lies under a point --------------------------------------------------------------------------- */

static void the_canvas_answers_with_the_nearest_stroke(void **unused)
{
    (void)unused;
    struct ask a;
    ask_init(&a, (struct point){ 50, 53 }, 100, 100);
    struct color ink = { 1, 1, 1, 1 };
    canvas_mark(&a.canvas, "ground");
    canvas_rect(&a.canvas, (struct rect){ 0, 0, 100, 100 }, color_alpha(ink, 0.2));
    assert_string_equal(a.what, "ground");
    canvas_mark(&a.canvas, "line");
    canvas_line(&a.canvas, (struct point){ 0, 50 }, (struct point){ 100, 50 }, 2, ink);
    assert_string_equal(a.what, "line");
    canvas_mark(&a.canvas, "nearer");
    canvas_line(&a.canvas, (struct point){ 0, 54 }, (struct point){ 100, 54 }, 2, ink);
    assert_string_equal(a.what, "nearer");
    canvas_mark(&a.canvas, "further");
    canvas_line(&a.canvas, (struct point){ 0, 57 }, (struct point){ 100, 57 }, 2, ink);
    canvas_mark(&a.canvas, "wash"); /* an area over a line leaves it to be seen */
    canvas_rect(&a.canvas, (struct rect){ 0, 0, 100, 100 }, color_alpha(ink, 0.2));
    assert_string_equal(a.what, "nearer");
    canvas_mark(&a.canvas, NULL); /* a solid thing without a name hides it */
    canvas_rect(&a.canvas, (struct rect){ 40, 40, 20, 20 }, ink);
    assert_string_equal(a.what, "");
    canvas_mark(&a.canvas, "clipped");
    canvas_clip(&a.canvas, &(struct rect){ 0, 0, 40, 40 });
    canvas_line(&a.canvas, (struct point){ 0, 54 }, (struct point){ 100, 54 }, 2, ink);
    assert_string_equal(a.what, "");
}

static bool found(const char *mark, struct rect area, const struct view *view, struct point *where)
{
    for (double y = area.y + 3; y < area.y + area.h; y += 4)
        for (double x = area.x + 3; x < area.x + area.w; x += 4) {
            struct ask a;
            ask_init(&a, (struct point){ x, y }, w->width, w->height);
            view_draw(view, &a.canvas, &w->scene, &w->look, area);
            if (strcmp(a.what, mark) == 0) {
                *where = (struct point){ x, y };
                return true;
            }
        }
    return false;
}

static void rest(struct point p)
{
    motion(p.x * w->points + 8, p.y * w->points);
    motion(p.x * w->points, p.y * w->points);
    w->card.since -= 1; /* as if it had rested that long */
    turns(40);
}

static bool apart(struct rect a, struct rect b)
{
    return a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
}

static void resting_on_a_mark_opens_its_card(void **unused)
{
    (void)unused;
    static const char *const marks[] = { "plane.region", "plane.margin", "plane.boundary", "plane.weight",
        "plane.chip", "plane.ring", "plane.rose" };
    home();
    w->experiment.warmup[0] = w->experiment.warmup[1] = 0; /* which begins without a margin */
    w->experiment.param[w->experiment.loss][experiment_loss(&w->experiment)->margin] = 0.1;
    action_apply(w);
    worker_step(w->worker, 60);
    settle();
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        struct point p;
        if (!found(marks[i], w->area[AREA_MAIN], &view_feature, &p))
            fail_msg("%s is nowhere", marks[i]);
        rest(p);
        if (!w->card.open) { /* what fills the view waits to be asked */
            assert_true(strcmp(marks[i], "plane.region") == 0 || strcmp(marks[i], "plane.margin") == 0);
            key(SDLK_F1, 0);
        }
        assert_true(w->card.open);
        assert_string_equal(w->card.what, marks[i]);
        motion(5, 5);
        assert_false(w->card.open);
    }
}

static void resting_on_a_control_opens_its_card(void **unused)
{
    (void)unused;
    home();
    rest(inside("param.m", 0.9, 0.4));
    assert_true(w->card.open);
    assert_string_equal(w->card.what, "param.m");
    assert_non_null(strstr(w->card.text.note, "0.3"));
    assert_non_null(strstr(w->card.text.note, "ArcFace"));
    key(SDLK_F1, 0);
    assert_false(w->card.open);
    assert_false(w->help_open);
    key(SDLK_F1, 0); /* and at once */
    assert_true(w->card.open);
    key(SDLK_ESCAPE, 0);
    assert_false(w->card.open);
}

static void a_hand_that_works_is_left_alone(void **unused)
{
    (void)unused;
    home();
    struct point p = inside("param.m", 0.4, 0.4);
    motion(p.x, p.y);
    button(true, p.x, p.y, 1);
    motion(p.x + 12, p.y);
    w->card.since -= 1;
    turns(40);
    assert_false(w->card.open);
    button(false, p.x + 12, p.y, 0);
    key(SDLK_d, 0);
}

static void the_focus_explains_itself_too(void **unused)
{
    (void)unused;
    home();
    w->ui.focus = 0;
    for (int i = 0; i < 500 && w->ui.focus != ui_hash("param.m"); i++)
        key(SDLK_TAB, 0);
    assert_false(w->card.open);
    w->card.since -= 1;
    turns(40);
    assert_true(w->card.open);
    assert_string_equal(w->card.what, "param.m");
    key(SDLK_RIGHT, 0); /* and leaves with the next key */
    assert_false(w->card.open);
    key(SDLK_d, 0);
    key(SDLK_ESCAPE, 0);
    send((SDL_Event){ .window = { .type = SDL_WINDOWEVENT, .event = SDL_WINDOWEVENT_LEAVE } });
    key(SDLK_F1, 0); /* with nothing in sight of it: the keys */
    assert_true(w->help_open);
    key(SDLK_ESCAPE, 0);
}

/* Beside the thing, whole, wherever that is. */
static void the_card_covers_nothing_it_is_about(void **unused)
{
    (void)unused;
    static const int sizes[][2] = { { 1600, 1000 }, { 1024, 640 } };
    for (int s = 0; s < 2; s++) {
        home();
        size(sizes[s][0], sizes[s][1]);
        window_control(w, "play", (double[4]){ 0 });
        for (int i = 0; i < w->ui.item_count; i++) {
            const struct ui_item item = w->ui.item[i];
            if (item.hidden || item.rect.w > 0.7 * w->width || item.rect.h > 0.7 * w->height)
                continue;
            explain_control(&w->experiment, item.id, &w->card.text);
            w->card.open = true;
            w->card.beside = item.rect;
            struct rect box = panel_explain_box(w);
            if (!apart(box, item.rect))
                fail_msg("the card of %s lies over it", item.id);
            assert_true(box.x >= 0 && box.y >= 0 && box.x + box.w <= w->width && box.y + box.h <= w->height);
        }
        w->card.open = false;
    }
    home();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_control_everywhere_is_explained),
        cmocka_unit_test(the_controls_of_every_loss_are_explained),
        cmocka_unit_test(unknown_ids_have_no_explanation),
        cmocka_unit_test(every_symbol_of_every_loss_is_explained),
        cmocka_unit_test(every_view_names_what_it_draws),
        cmocka_unit_test(the_header_explains_every_symbol),
        cmocka_unit_test(the_canvas_answers_with_the_nearest_stroke),
        cmocka_unit_test(resting_on_a_mark_opens_its_card),
        cmocka_unit_test(resting_on_a_control_opens_its_card),
        cmocka_unit_test(a_hand_that_works_is_left_alone),
        cmocka_unit_test(the_focus_explains_itself_too),
        cmocka_unit_test(the_card_covers_nothing_it_is_about),
    };
    return cmocka_run_group_tests(tests, open_window, close_window);
}
