/* lecture.c - lessons opened, followed and left; presentation mode. What it looks like is in panel_lesson.c. */
#include "app/compare.h"
#include "app/lecture.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/dataset_open.h"
#include "app/memory.h"

static const double SWEEP_LEAST_S = 0.5;

/* --- life ---------------------------------------------------------------------------------------------- */

enum status lecture_create(struct window *w, struct why *why)
{
    w->lecture = calloc(1, sizeof *w->lecture);
    if (!w->lecture)
        return why_set(why, STATUS_FAILED, "window: not enough memory; close something");
    w->lecture->player.at = w->lecture->laid = -1;
    snprintf(w->lecture->given, sizeof w->lecture->given, "%s", w->options.lesson);
    return STATUS_OK;
}

void lecture_destroy(struct window *w)
{
    struct lecture *l = w->lecture;
    if (!l)
        return;
    worker_destroy(l->before.worker);
    player_close(&l->player);
    canvas_destroy(l->view.canvas);
    canvas_destroy(l->knob.canvas);
    for (int i = 0; i < LESSON_COMPARE; i++) {
        scene_clear(&l->beside[i]);
        canvas_destroy(l->beside_view[i].canvas);
    }
    if (l->halo)
        SDL_FreeCursor(l->halo);
    if (l->halo_dark)
        SDL_FreeCursor(l->halo_dark);
    free(l);
    w->lecture = NULL;
}

bool lecture_lesson(const struct window *w)
{
    return w->lecture && w->lecture->before.worker;
}

bool lecture_active(const struct window *w)
{
    return w->lecture && (w->lecture->listing || w->lecture->showing || lecture_lesson(w));
}

const struct lesson_step *lecture_step(const struct window *w)
{
    const struct player *p = &w->lecture->player;
    return lecture_lesson(w) ? &p->lesson.step[p->step] : NULL;
}

static const struct lesson_step *lecture_step_at(const struct window *w, int step)
{
    return &w->lecture->player.lesson.step[step];
}

static bool marked(void *worker, int step)
{
    return worker_marked(worker, step);
}

struct player_now lecture_now(const struct window *w)
{
    return (struct player_now){
        .step = w->state.step,
        .arrived = w->state.run == w->lecture->run && !w->lecture->gathering,
        .running = w->state.playing,
        .asking = true,
        .set = &w->experiment,
        .marked = marked,
        .user = w->worker,
    };
}

bool lecture_hides(const struct window *w, const char *id)
{
    const struct lesson_step *s = lecture_step(w);
    for (int i = 0; s && i < s->hide_count; i++)
        if (lesson_covers(s->hide[i], id))
            return true;
    return false;
}

/* --- what can be opened -------------------------------------------------------------------------------- */

static void note_lesson(struct lecture *l, const char *path)
{
    struct lesson lesson = { .count = 0 };
    struct why why = { "" };
    if (l->rows == LECTURE_LISTED)
        return;
    struct lecture_row *row = &l->row[l->rows++];
    const char *slash = strrchr(path, '/');
    *row = (struct lecture_row){ .steps = 0 };
    snprintf(row->path, sizeof row->path, "%s", path);
    if (lesson_load(path, &lesson, &why) != STATUS_OK) {
        snprintf(row->title, sizeof row->title, "%.150s", slash ? slash + 1 : path);
        snprintf(row->error, sizeof row->error, "%.250s", why.text);
        return;
    }
    memcpy(row->title, lesson.title, sizeof row->title);
    memcpy(row->author, lesson.author, sizeof row->author);
    row->steps = lesson.count;
    lesson_clear(&lesson);
}

static bool same_file(const char *a, const char *b)
{
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

static int is_lesson(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return n > 5 && strcmp(entry->d_name + n - 5, ".json") == 0;
}

void lecture_list(struct window *w)
{
    struct lecture *l = w->lecture;
    struct dirent **entry = NULL;
    char folder[900], path[1024];
    if (l->looked)
        return;
    l->looked = true;
    snprintf(folder, sizeof folder, "%s/lessons", assets_folder());
    int n = scandir(folder, &entry, is_lesson, alphasort);
    bool shipped = false;
    for (int i = 0; i < n && l->given[0]; i++) {
        snprintf(path, sizeof path, "%s/%.100s", folder, entry[i]->d_name);
        shipped = shipped || same_file(path, l->given);
    }
    if (l->given[0] && !shipped)
        note_lesson(l, l->given);
    for (int i = 0; i < n; i++) {
        int length = snprintf(path, sizeof path, "%s/%s", folder, entry[i]->d_name);
        if (length < (int)sizeof path)
            note_lesson(l, path);
        free(entry[i]);
    }
    free(entry);
}

/* --- opening and leaving ------------------------------------------------------------------------------- */

static void put_bookmark(struct window *w, struct bookmark *b)
{
    *b = (struct bookmark){
        .worker = w->worker,
        .playing = w->state.playing,
        .experiment = w->experiment,
        .bench = w->bench,
        .heads = w->heads,
        .view = w->view,
        .larger = w->larger,
        .smaller = w->smaller,
        .look = w->look,
        .pace = w->pace,
    };
    memcpy(b->kept, w->kept, sizeof b->kept);
    memcpy(b->kept_once, w->kept_once, sizeof b->kept_once);
    memcpy(b->cell, w->cell, sizeof b->cell);
}

static void return_to(struct window *w, const struct bookmark *b)
{
    const struct theme *theme = w->look.theme; /* it may have been changed meanwhile */
    w->experiment = b->experiment;
    w->bench = b->bench;
    w->heads = b->heads;
    w->view = b->view;
    w->larger = b->larger;
    w->smaller = b->smaller;
    w->look = b->look;
    w->look.theme = theme;
    w->pace = b->pace;
    memcpy(w->kept, b->kept, sizeof w->kept);
    memcpy(w->kept_once, b->kept_once, sizeof w->kept_once);
    memcpy(w->cell, b->cell, sizeof w->cell);
}

static void fold(struct window *w)
{
    w->popup = POPUP_NONE;
    w->help_open = false;
    w->drawer_open = false;
    w->sweeping = false;
    ui_edit_end(&w->ui);
    w->ui.focus = 0;
}

enum status lecture_open(struct window *w, const char *path, struct why *why)
{
    struct lecture *l = w->lecture;
    struct lesson lesson = { .count = 0 };
    struct worker *worker = NULL;
    enum status status = lesson_load(path, &lesson, why);
    if (status != STATUS_OK)
        return status;
    lesson_experiment(&lesson, 0, &l->begun);
    status = worker_create(&l->begun, false, 0, window_wake, w, &worker, why);
    if (status != STATUS_OK) {
        lesson_clear(&lesson);
        return status;
    }
    worker_history_budget(worker, w->options.timeline);
    lecture_close(w);
    put_bookmark(w, &l->before);
    worker_play(l->before.worker, false);
    player_open(&l->player, &lesson);
    l->unused = true;
    l->listing = false;
    l->laid = -1;
    l->run = -1;
    l->besides = l->gathered = 0;
    l->gathering = false;
    fold(w);
    window_adopt(w, worker);
    lecture_turn(w);
    window_resize(w);
    return STATUS_OK;
}

void lecture_close(struct window *w)
{
    struct lecture *l = w->lecture;
    struct bookmark *b = &l->before;
    if (!b->worker)
        return;
    struct worker *gone = w->worker;
    fold(w);
    return_to(w, b);
    window_adopt(w, b->worker);
    worker_destroy(gone);
    memory_give_back();
    worker_play(w->worker, b->playing);
    b->worker = NULL;
    compare_resume(w);
    l->besides = l->gathered = 0;
    player_close(&l->player);
    l->laid = -1;
    window_resize(w);
}

/* --- following the player ------------------------------------------------------------------------------ */

static void ordered(struct window *w)
{
    worker_state(w->worker, &w->state);
    window_dirty(w, AREAS_ALL);
    w->map_stale = true;
}

static void carry_out(struct window *w, const struct player_order *order)
{
    struct lecture *l = w->lecture;
    bool anew = order->anew && !l->unused; /* it was made for the first step */
    if (order->set) {
        w->experiment = order->experiment;
        w->bench = action_bench(&w->experiment);
        w->heads = w->bench != BENCH_BASICS ? w->bench : w->heads;
        w->sweeping = false;
        ui_edit_end(&w->ui);
    }
    l->unused = false;
    if (!w->notice_bad)
        w->notice[0] = '\0'; /* it was of the settings before */
    if (order->recall >= 0) {
        lecture_recall(w, order);
        ordered(w);
        return;
    }
    if (order->pace > 0)
        action_pace_find(w, order->pace);
    worker_pace(w->worker, order->pace);
    bool together = order->set && lecture_step_at(w, l->player.at)->compare_count > 0;
    bool ends = !together && !l->player.held;
    l->run = worker_run(w->worker, order->set ? &order->experiment : NULL, anew,
        together ? (order->anew ? 0 : w->state.step) : order->until, ends ? l->player.at : -1);
    if (order->set)
        lecture_gather(w, order);
    ordered(w);
}

void lecture_view(struct window *w, int choice)
{
    struct lecture *l = w->lecture;
    if (choice < 0 || choice >= l->choices)
        return;
    w->view = l->choice[choice];
    action_fit(w, 0);
    window_layout(w);
}

/* The view in focus stays whatever is hidden. */
static void leave_out_hidden(struct window *w)
{
    struct lecture *l = w->lecture;
    const struct lesson_step *s = lecture_step(w);
    int kept = 0;
    for (int i = 0; i < l->choices; i++) {
        char id[LESSON_ID];
        snprintf(id, sizeof id, "view.%s", l->choice[i]->id);
        if (!lecture_hides(w, id) || l->choice[i] == s->focus)
            l->choice[kept++] = l->choice[i];
    }
    l->choices = kept;
}

/* A step that names no views keeps those there are. */
static void arrange(struct window *w, const struct lesson_step *s)
{
    struct lecture *l = w->lecture;
    int focus = 0;
    if (s->view_count == 0 && l->choices > 0)
        return;
    l->choices = s->view_count;
    memcpy(l->choice, s->view, sizeof l->choice);
    leave_out_hidden(w);
    if (l->choices == 0)
        l->choice[l->choices++] = &view_feature;
    for (int i = 0; i < l->choices; i++)
        if (l->choice[i] == s->focus)
            focus = i;
    lecture_view(w, focus);
}

static void begin_step(struct window *w)
{
    struct lecture *l = w->lecture;
    if (l->laid < 0)
        l->choices = 0;
    l->laid = l->player.step;
    l->pointed = l->swept = false;
    w->sweeping = false;
    w->look.pinned = false;
    w->look.selected = w->hovered = -1;
    w->look.lit_class = w->lit_kept = -1;
    w->ui.focus_shown = false;
    arrange(w, lecture_step(w));
    window_layout(w);
}

/* Once the training is where the step begins. */
static void point_and_sweep(struct window *w)
{
    struct lecture *l = w->lecture;
    const struct lesson_step *s = lecture_step(w);
    if (!l->pointed && w->snap && s->point >= 0 && s->point < w->snap->count)
        window_select(w, s->point, true);
    l->pointed = l->pointed || w->snap;
    if (l->player.held)
        return;
    if (!l->swept && s->sweep.param[0])
        action_sweep_from(
            w, s->sweep.param, s->sweep.from, s->sweep.to, fmax(SWEEP_LEAST_S, s->sweep.seconds));
    l->swept = true;
}

/* Where a training cannot be made, the one there was stands; window.c says why. */
static bool failed(struct window *w)
{
    struct player *p = &w->lecture->player;
    if (!w->state.failed || w->state.loading || p->at >= p->step)
        return false;
    p->at = p->step;
    return true;
}

void lecture_turn(struct window *w)
{
    struct lecture *l = w->lecture;
    struct player_order order;
    if (lecture_misplaced(w))
        window_layout(w);
    if (!lecture_lesson(w))
        return;
    lecture_gather_turn(w);
    struct player_now now = lecture_now(w);
    if (!failed(w) && player_turn(&l->player, &now, &order))
        carry_out(w, &order);
    if (l->laid != l->player.step)
        begin_step(w);
    now = lecture_now(w);
    if (!player_behind(&l->player, &now) && (!l->swept || !l->pointed))
        point_and_sweep(w);
}

static void moved(struct window *w)
{
    w->sweeping = false;
    lecture_turn(w);
    window_dirty(w, AREAS_ALL);
    w->map_stale = true;
}

void lecture_goto(struct window *w, int step)
{
    if (player_goto(&w->lecture->player, step))
        moved(w);
}

/* --- what keys do -------------------------------------------------------------------------------------- */

static void reveal(struct window *w)
{
    w->lecture->player.revealed = true;
    lecture_turn(w);
    window_layout(w);
}

void action_page(struct window *w, int direction)
{
    struct player *p = &w->lecture->player;
    if (w->lecture->blank)
        action_blank(w, 0);
    else if (!lecture_lesson(w))
        action_loss(w, direction);
    else if (direction > 0 && player_waits(p))
        reveal(w); /* a presenter has no Space */
    else if (direction > 0 ? player_next(p) : player_back(p))
        moved(w);
}

void action_space(struct window *w, int unused)
{
    struct player *p = &w->lecture->player;
    if (w->lecture->blank) {
        action_blank(w, 0);
    } else if (lecture_lesson(w) && player_waits(p)) {
        reveal(w);
    } else if (!lecture_hides(w, "play")) {
        action_play(w, unused);
    }
}

void action_blank(struct window *w, int unused)
{
    (void)unused;
    w->lecture->blank = !w->lecture->blank;
    window_dirty(w, AREAS_ALL);
    w->map_stale = true;
}

void action_lessons(struct window *w, int unused)
{
    (void)unused;
    lecture_close(w);
    lecture_list(w);
    fold(w);
    w->lecture->listing = true;
    window_resize(w);
}

bool lecture_escape(struct window *w)
{
    struct lecture *l = w->lecture;
    if (l->blank)
        action_blank(w, 0);
    else if (l->showing)
        action_present(w, 0);
    else if (lecture_lesson(w))
        lecture_close(w);
    else if (l->listing)
        lecture_leave(w);
    else
        return false;
    return true;
}

void lecture_leave(struct window *w)
{
    lecture_close(w);
    w->lecture->listing = false;
    window_resize(w);
}

/* --- presentation -------------------------------------------------------------------------------------- */

/* A pale disc in a ring around the arrow's point. */
static SDL_Cursor *make_halo(bool dark)
{
    enum { SIDE = 64 };
    static uint32_t pixels[SIDE * SIDE];
    memset(pixels, 0, sizeof pixels);
    struct canvas *c = canvas_cairo_pixels(pixels, SIDE, SIDE, SIDE * 4, 1);
    if (!c)
        return NULL;
    struct color ink = dark ? (struct color){ 1, 1, 1, 1 } : (struct color){ 0, 0, 0, 1 };
    struct point middle = { SIDE / 2.0, SIDE / 2.0 };
    canvas_disc(c, middle, 28, color_alpha(ink, 0.16));
    canvas_ring(c, middle, 27, 3, color_alpha(ink, 0.9));
    canvas_disc(c, middle, 4, ink);
    canvas_finish(c, NULL);
    canvas_destroy(c);
    SDL_Surface *surface =
        SDL_CreateRGBSurfaceWithFormatFrom(pixels, SIDE, SIDE, 32, SIDE * 4, SDL_PIXELFORMAT_ARGB8888);
    SDL_Cursor *cursor = surface ? SDL_CreateColorCursor(surface, SIDE / 2, SIDE / 2) : NULL;
    SDL_FreeSurface(surface);
    return cursor;
}

static void show_cursor(struct window *w)
{
    struct lecture *l = w->lecture;
    SDL_Cursor **halo = w->look.theme->dark ? &l->halo : &l->halo_dark;
    if (l->showing && !*halo)
        *halo = make_halo(w->look.theme->dark);
    SDL_SetCursor(l->showing && *halo ? *halo : SDL_GetDefaultCursor());
}

/* On the other display where there is one. */
static void take_display(struct window *w)
{
    bool showing = w->lecture->showing, other = showing && SDL_GetNumVideoDisplays() > 1;
    window_whole_screen(
        w, showing || w->options.fullscreen, other ? SDL_GetWindowDisplayIndex(w->sdl) == 0 : -1);
}

void action_present(struct window *w, int unused)
{
    struct lecture *l = w->lecture;
    (void)unused;
    fold(w);
    l->listing = false;
    l->showing = !l->showing;
    take_display(w);
    show_cursor(w);
}
