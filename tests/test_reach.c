/* All there is can be reached and used without a mouse: Tab comes to every control, a ring shows where it is, and what
 * the mouse does in a view the keys do too. Nothing is too small for a finger. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/places.h"

enum { SEEN = UI_ITEM_MAX };

/* What Tab is to come to: of an open menu or dialog only its own. */
static bool is_meant(const struct ui_item *item)
{
    int keeper = 0;
    for (int i = 0; i < w->ui.item_count; i++)
        if (w->ui.item[i].group < keeper && w->ui.item[i].focusable)
            keeper = w->ui.item[i].group;
    return keeper == 0 || item->group == keeper;
}

/* Only words: a finding's sentence, the step's number, what names a cell, the ground of a drawer. */
static bool is_text(const char *id)
{
    static const char *const texts[] = { "coach", "lesson.step", "view.drawer" };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(id, texts[i]) == 0)
            return true;
    return strncmp(id, "lesson.cell.", 12) == 0;
}

static void tab_comes_to_every_control(void **unused)
{
    (void)unused;
    for (int p = 0; p < PLACES; p++) {
        unsigned seen[SEEN * 2];
        int count = 0;
        if (places[p].go == at_loss_list || places[p].go == at_session)
            continue; /* there the caret stays in a field: test_ui.c and test_session_window.c have their keys */
        go(&places[p]);
        w->ui.focus = 0;
        do {
            key(SDLK_TAB, 0);
            seen[count++] = w->ui.focus;
        } while (count < 2 * SEEN && (count < 2 || w->ui.focus != seen[0]));
        for (int i = 0; i < w->ui.item_count; i++) {
            const struct ui_item *item = &w->ui.item[i];
            bool there = false;
            for (int k = 0; k < count; k++)
                there = there || seen[k] == item->hash;
            if (!there && !item->hidden && !is_text(item->id) && is_meant(item))
                fail_msg("%s: Tab never comes to %s", places[p].name, item->id);
        }
        key(SDLK_ESCAPE, 0);
    }
    home();
}

/* --- the ring ------------------------------------------------------------------------------------------ */

static uint32_t *picture(void)
{
    size_t n = (size_t)w->width_px * (size_t)w->height_px;
    uint32_t *out = malloc(n * sizeof *out);
    assert_non_null(out);
    window_dirty(w, AREAS_ALL);
    w->next_frame = 0;
    assert_true(window_frame(w));
    memcpy(out, w->pixels, n * sizeof *out);
    return out;
}

/* Pixels in a band about the control that focus has changed. */
static int changed(const uint32_t *before, struct rect r)
{
    int n = 0, x0 = (int)fmax(0, (r.x - 5) * w->scale), y0 = (int)fmax(0, (r.y - 5) * w->scale);
    int x1 = (int)fmin(w->width_px, (r.x + r.w + 5) * w->scale),
        y1 = (int)fmin(w->height_px, (r.y + r.h + 5) * w->scale);
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            n += before[(size_t)y * (size_t)w->width_px + (size_t)x] !=
                 w->pixels[(size_t)y * (size_t)w->width_px + (size_t)x];
    return n;
}

static struct ui_item focused(void)
{
    window_control(w, "play", (double[4]){ 0 });
    for (int i = 0; i < w->ui.item_count; i++)
        if (w->ui.item[i].hash == w->ui.focus)
            return w->ui.item[i];
    return (struct ui_item){ .id = "" };
}

static int check_rings(const char *where)
{
    unsigned first = 0;
    int missing = 0;
    for (int i = 0; i < SEEN; i++) {
        key(SDLK_TAB, 0);
        w->card.since = 0;
        turns(1);
        if (i > 0 && w->ui.focus == first)
            return missing;
        first = i == 0 ? w->ui.focus : first;
        struct ui_item item = focused();
        w->ui.focus_shown = false;
        uint32_t *plain = picture();
        w->ui.focus_shown = true;
        free(picture());
        int ring = changed(plain, item.rect);
        free(plain);
        if (ring < 80 && !item.hidden && item.id[0]) {
            print_error("%s: no ring about %s\n", where, item.id);
            missing++;
        }
    }
    return missing;
}

static void the_focus_has_a_ring_everywhere(void **unused)
{
    (void)unused;
    int missing = 0;
    for (int p = 0; p < PLACES; p++) {
        if (strcmp(places[p].name, "sphere") == 0 || strcmp(places[p].name, "small window") == 0)
            continue;
        for (int theme = 0; theme < 2; theme++) {
            go(&places[p]);
            if (theme)
                action_theme(w, 0);
            missing += check_rings(places[p].name);
            if (theme)
                action_theme(w, 0);
            key(SDLK_ESCAPE, 0);
        }
    }
    home();
    assert_int_equal(missing, 0);
}

/* --- what can be hit ----------------------------------------------------------------------------------- */

static int too_small(const struct ui_item *item, const char *where, double least)
{
    bool cut = item->reveal != 0;
    bool dot = strncmp(item->id, "step.", 5) == 0 &&
               item->rect.w >= 12; /* the large arrows beside them do the same */
    if (item->hidden || cut || dot || is_text(item->id) || (item->rect.w >= least && item->rect.h >= least))
        return 0;
    print_error("%s: %s is only %.0f x %.0f\n", where, item->id, item->rect.w, item->rect.h);
    return 1;
}

static void nothing_is_too_small_to_hit(void **unused)
{
    (void)unused;
    int small = 0;
    for (int p = 0; p < PLACES; p++) {
        go(&places[p]);
        double least = lecture_lesson(w) ? 56 : 28;
        for (int i = 0; i < w->ui.item_count; i++)
            small += too_small(&w->ui.item[i], places[p].name, least - 1e-6);
    }
    home();
    assert_int_equal(small, 0);
}

/* --- views by keys ------------------------------------------------------------------------------------- */

static void focus_on(const char *id)
{
    window_control(w, "play", (double[4]){ 0 });
    w->ui.focus = 0;
    for (int i = 0; i < SEEN && w->ui.focus != ui_hash(id); i++)
        key(SDLK_TAB, 0);
    assert_int_equal(w->ui.focus, ui_hash(id));
}

static void a_point_is_pinned_by_keys(void **unused)
{
    (void)unused;
    home();
    focus_on("view.feature");
    key(SDLK_RETURN, 0);
    assert_true(w->look.pinned);
    int first = w->look.selected;
    struct plane plane = feature_plane(&w->scene, &w->look, w->area[AREA_MAIN]);
    key(SDLK_RIGHT, KMOD_LCTRL);
    int next = w->look.selected;
    assert_true(next != first && w->look.pinned);
    assert_true(feature_place(&w->scene, &plane, next).x > feature_place(&w->scene, &plane, first).x);
    key(SDLK_RETURN, 0);
    assert_false(w->look.pinned);
    key(SDLK_LEFT, 0);
    assert_true(w->look.pan_x > 20);
    key(SDLK_UP, KMOD_LSHIFT);
    assert_true(w->look.zoom > 1.1);
    key(SDLK_f, 0);
    key(SDLK_UP, KMOD_LALT);
    assert_true(w->look.probing);
    double y = w->look.probe[1];
    key(SDLK_UP, KMOD_LALT);
    assert_true(w->look.probe[1] > y);
    key(SDLK_ESCAPE, 0);
    key(SDLK_ESCAPE, 0);
    assert_false(w->look.probing);
}

static void a_class_is_lit_by_keys(void **unused)
{
    (void)unused;
    home();
    key(SDLK_k, 0);
    assert_int_equal(w->look.lit_class, 0);
    key(SDLK_k, KMOD_LSHIFT);
    assert_int_equal(w->look.lit_class, -1);
    key(SDLK_k, KMOD_LSHIFT);
    assert_int_equal(w->look.lit_class, w->snap->classes - 1);
    key(SDLK_k, 0);
    assert_int_equal(w->look.lit_class, -1);
}

static void the_ball_turns_by_keys(void **unused)
{
    (void)unused;
    home();
    at_sphere();
    settle();
    focus_on("view.sphere");
    float before[4];
    static const struct {
        int key, mod;
    } keys[] = { { SDLK_LEFT, 0 }, { SDLK_UP, 0 }, { SDLK_RIGHT, KMOD_LSHIFT } };
    for (int i = 0; i < 3; i++) {
        memcpy(before, w->look.orbit, sizeof before);
        key(keys[i].key, keys[i].mod);
        assert_true(memcmp(before, w->look.orbit, sizeof before) != 0);
    }
    static const int ways[] = { SDLK_DOWN, SDLK_UP, SDLK_LEFT, SDLK_RIGHT };
    for (int i = 0; i < 4 && w->look.selected < 0; i++)
        key(ways[i], KMOD_LCTRL);
    assert_true(w->look.selected >= 0 && w->look.pinned);
    key(SDLK_HOME, 0);
    struct look fresh;
    look_init(&fresh, w->look.theme);
    assert_memory_equal(w->look.orbit, fresh.orbit, sizeof fresh.orbit);
    home();
}

static void threshold_weights_and_cross_hair_move_by_keys(void **unused)
{
    (void)unused;
    home();
    action_view(w, "roc");
    window_wait(w, 1); /* the view asks for what it shows */
    await_rest();
    assert_false(view_roc.missing(&w->scene));
    focus_on("view.roc");
    double tau = roc_tau(&w->scene, &w->look);
    key(SDLK_RIGHT, KMOD_LSHIFT);
    assert_true(roc_tau(&w->scene, &w->look) != tau);
    key(SDLK_HOME, 0);
    assert_close(roc_tau(&w->scene, &w->look), tau, 1e-12);
    action_view(w, "stage");
    focus_on("view.stage");
    struct look before = w->look;
    key(SDLK_RIGHT, 0);
    assert_close(w->look.stage_angle - before.stage_angle, 3.14159265358979 / 180, 1e-9);
    key(SDLK_UP, 0);
    assert_true(w->look.stage_norm[1] > before.stage_norm[1]);
    key(SDLK_UP, KMOD_LSHIFT);
    assert_true(w->look.stage_norm[0] > before.stage_norm[0]);
    key(SDLK_HOME, 0);
    worker_step(w->worker, 40);
    await_rest();
    action_view(w, "curves");
    focus_on("view.curves");
    key(SDLK_LEFT, 0);
    assert_true(w->look.cross_step < (double)w->present.step);
    key(SDLK_HOME, 0);
    assert_true(isnan(w->look.cross_step));
    home();
}

static void a_point_of_the_data_moves_by_keys(void **unused)
{
    (void)unused;
    home();
    at_basics();
    await_rest();
    assert_true(w->bench == BENCH_BASICS && w->scene.data);
    focus_on("view.feature");
    key(SDLK_RETURN, 0);
    if (!w->look.pinned)
        key(SDLK_RIGHT, KMOD_LCTRL);
    assert_true(w->look.pinned && w->look.selected >= 0);
    int row = w->snap->row[w->look.selected];
    assert_true(row >= 0);
    int moves = w->experiment.move_count;
    key(SDLK_UP, KMOD_LALT);
    assert_int_equal(w->experiment.move_count, moves + 1);
    action_move(w, row, NULL);
    home();
}

/* --- the keys ------------------------------------------------------------------------------------------ */

static void the_focus_returns_to_what_opened_a_menu(void **unused)
{
    (void)unused;
    home();
    focus_on("dataset");
    key(SDLK_RETURN, 0);
    assert_int_equal(w->popup, POPUP_DATASET);
    key(SDLK_TAB, 0);
    assert_true(w->ui.focus != ui_hash("dataset"));
    key(SDLK_ESCAPE, 0);
    assert_int_equal(w->popup, POPUP_NONE);
    assert_int_equal(w->ui.focus, ui_hash("dataset"));
}

static void arrows_are_the_timelines_when_it_has_the_focus(void **unused)
{
    (void)unused;
    home();
    at_past();
    long step = w->snap->step;
    focus_on("timeline");
    key(SDLK_LEFT, 0);
    await_rest();
    assert_true(w->past);
    assert_true(w->snap->step < step || step == 0);
    key(SDLK_END, 0);
    home();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tab_comes_to_every_control),
        cmocka_unit_test(the_focus_has_a_ring_everywhere),
        cmocka_unit_test(nothing_is_too_small_to_hit),
        cmocka_unit_test(a_point_is_pinned_by_keys),
        cmocka_unit_test(a_class_is_lit_by_keys),
        cmocka_unit_test(the_ball_turns_by_keys),
        cmocka_unit_test(threshold_weights_and_cross_hair_move_by_keys),
        cmocka_unit_test(a_point_of_the_data_moves_by_keys),
        cmocka_unit_test(the_focus_returns_to_what_opened_a_menu),
        cmocka_unit_test(arrows_are_the_timelines_when_it_has_the_focus),
    };
    return cmocka_run_group_tests(tests, open_window, close_window);
}
