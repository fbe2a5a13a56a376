/* lecture.c - lessons opened, followed and left; presentation mode. What it looks like is in panel_lesson.c. */
#include "app/lecture.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/dataset_open.h"

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

struct player_now lecture_now(const struct window *w)
{
    return (struct player_now){
        .step = w->state.step,
        .arrived = w->state.run == w->lecture->run && !w->lecture->gathering,
        .running = w->state.playing,
        .set = &w->experiment,
    };
}

bool lecture_hides(const struct window *w, const char *id)
{
    static const char *const transport[] = { "play", "step", "back", "reset", "pace" };
    const struct lesson_step *s = lecture_step(w);
    bool moves = false;
    for (size_t i = 0; i < sizeof transport / sizeof *transport; i++)
        moves = moves || strcmp(id, transport[i]) == 0;
    for (int i = 0; s && i < s->hide_count; i++)
        if (strcmp(s->hide[i], id) == 0 || (moves && strcmp(s->hide[i], "transport") == 0))
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
    if (l->given[0])
        note_lesson(l, l->given);
    snprintf(folder, sizeof folder, "%s/lessons", assets_folder());
    int n = scandir(folder, &entry, is_lesson, alphasort);
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
    worker_play(w->worker, b->playing);
    b->worker = NULL;
    l->besides = l->gathered = 0;
    player_close(&l->player);
    l->laid = -1;
    window_resize(w);
}

/* --- following the player ------------------------------------------------------------------------------ */

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
    if (order->pace > 0)
        action_pace_find(w, order->pace);
    worker_pace(w->worker, order->pace);
    bool together = order->set && lecture_step_at(w, l->player.at)->compare_count > 0;
    l->run = worker_run(w->worker, order->set ? &order->experiment : NULL, anew,
        together ? (order->anew ? 0 : w->state.step) : order->until);
    if (order->set)
        lecture_gather(w, order);
    worker_state(w->worker, &w->state);
    window_dirty(w, AREAS_ALL);
    w->map_stale = true;
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

/* A disc has its corners free for other things, where nothing of its own stands in them. */
static bool bare(const struct window *w)
{
    bool large = w->lecture->showing || lecture_lesson(w);
    return large && (w->view == &view_feature || w->view == &view_sphere);
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
    if (!l->swept && s->sweep.param[0])
        action_sweep_from(w, s->sweep.param, s->sweep.from, s->sweep.to, fmax(SWEEP_LEAST_S, s->sweep.seconds));
    l->swept = true;
}

static bool over(const struct window *w)
{
    bool disc = w->view == &view_feature ? !w->scene.data : w->snap && w->snap->dim >= 3;
    return bare(w) && disc;
}

/* Where a training cannot be made, the one there was stands; the sentence says why. */
static bool failed(struct window *w)
{
    struct player *p = &w->lecture->player;
    if (!w->state.failed || w->state.loading || p->at >= p->step)
        return false;
    window_notice(w, true, "%s", w->state.why.text);
    p->at = p->step;
    return true;
}

void lecture_turn(struct window *w)
{
    struct lecture *l = w->lecture;
    struct player_order order;
    if (w->look.bare != bare(w) || l->over != over(w))
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

void action_page(struct window *w, int direction)
{
    struct player *p = &w->lecture->player;
    if (w->lecture->blank)
        action_blank(w, 0);
    else if (!lecture_lesson(w))
        action_loss(w, direction);
    else if (direction > 0 ? player_next(p) : player_back(p))
        moved(w);
}

void action_space(struct window *w, int unused)
{
    struct player *p = &w->lecture->player;
    if (w->lecture->blank) {
        action_blank(w, 0);
    } else if (lecture_lesson(w) && player_waits(p)) {
        p->revealed = true;
        window_layout(w);
    } else {
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
    struct lecture *l = w->lecture;
    int displays = SDL_GetNumVideoDisplays(), here = SDL_GetWindowDisplayIndex(w->sdl);
    if (l->showing) {
        SDL_GetWindowPosition(w->sdl, &l->window_x, &l->window_y);
        int there = displays > 1 ? (here == 0 ? 1 : 0) : here;
        if (there != here && !w->options.fullscreen)
            SDL_SetWindowPosition(
                w->sdl, SDL_WINDOWPOS_CENTERED_DISPLAY(there), SDL_WINDOWPOS_CENTERED_DISPLAY(there));
        SDL_SetWindowFullscreen(w->sdl, SDL_WINDOW_FULLSCREEN_DESKTOP);
        return;
    }
    SDL_SetWindowFullscreen(w->sdl, w->options.fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    if (!w->options.fullscreen)
        SDL_SetWindowPosition(w->sdl, l->window_x, l->window_y);
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
    window_resize(w);
}

/* --- places -------------------------------------------------------------------------------------------- */

double lecture_scale(const struct window *w, double points_w, double points_h, double display)
{
    if (!w->lecture || !(w->lecture->showing || lecture_lesson(w)))
        return 0;
    return display * fmin(points_w / LECTURE_WIDTH, points_h / LECTURE_HEIGHT);
}

static double snapped(const struct window *w, double v)
{
    return round(v * w->scale) / w->scale;
}

static void put(struct window *w, enum area area, double x, double y, double right, double bottom)
{
    w->area[area] = (struct rect){ snapped(w, x), snapped(w, y), snapped(w, right) - snapped(w, x),
        snapped(w, bottom) - snapped(w, y) };
}

static void place_pane(struct window *w, struct pane *pane, struct rect rect, double zoom)
{
    pane->rect = rect;
    pane->zoom = zoom;
    canvas_destroy(pane->canvas);
    int x = (int)lround(rect.x * w->scale), y = (int)lround(rect.y * w->scale);
    int wide = (int)lround(rect.w * w->scale), high = (int)lround(rect.h * w->scale);
    wide = wide > w->width_px - x ? w->width_px - x : wide;
    high = high > w->height_px - y ? w->height_px - y : high;
    pane->canvas = wide < 1 || high < 1 ? NULL
                                        : canvas_cairo_pixels(w->pixels + (size_t)y * (size_t)w->width_px + x,
                                              wide, high, w->width_px * 4, w->scale * zoom);
}

static void drop_pane(struct pane *pane)
{
    canvas_destroy(pane->canvas);
    *pane = (struct pane){ .zoom = 1 };
}

/* A formula may be wider than a line. */
static bool sticks_out(const struct passage *p, double width)
{
    for (int i = 0; i < p->count; i++)
        if (p->piece[i].x + p->piece[i].width > width + 0.5)
            return true;
    return false;
}

static double lay_at(struct lecture *l, const char *const *text, double size, double width)
{
    double total = 0;
    for (int i = 0; i < PASSAGES; i++) {
        struct passage *p = &l->passage[i];
        p->height = 0;
        p->count = text[i][0] ? lesson_lay(text[i], size, width, i == PASSAGE_QUESTION, p->piece, &p->height) : 0;
        total += sticks_out(p, width) ? INFINITY : p->count ? p->height + LECTURE_GAP : 0;
    }
    l->text_size = size;
    l->text_width = width;
    return total;
}

void lecture_lay(struct lecture *l, double width, double height)
{
    static const double sizes[] = { 40, 32, 28, 24 };
    const struct lesson_step *s = &l->player.lesson.step[l->player.step];
    bool alone = player_waits(&l->player);
    const char *const text[PASSAGES] = { alone ? "" : s->text, s->question, alone ? "" : s->answer };
    for (size_t i = alone ? 0 : 1; i < sizeof sizes / sizeof *sizes; i++)
        if (lay_at(l, text, sizes[i], width) <= height + LECTURE_GAP)
            return;
}

int lecture_shown(const struct window *w, enum lecture_text *out)
{
    const struct lecture *l = w->lecture;
    const struct lesson_step *s = lecture_step(w);
    int n = 0;
    if (player_waits(&l->player)) {
        out[n++] = PASSAGE_QUESTION;
        return n;
    }
    double all = 0, room = w->area[l->wide ? AREA_TIMELINE : AREA_HEADER].h;
    for (int i = 0; i < PASSAGES; i++)
        all += l->passage[i].height + LECTURE_GAP;
    bool roomy = !s->question[0] || (!l->wide && all - LECTURE_GAP <= room - 96);
    if (!l->wide || !s->question[0])
        out[n++] = PASSAGE_TEXT;
    if (s->question[0] && (roomy || l->wide))
        out[n++] = PASSAGE_QUESTION;
    if (s->question[0])
        out[n++] = PASSAGE_ANSWER;
    return n;
}

static double shown_height(const struct window *w)
{
    enum lecture_text shown[PASSAGES];
    double height = 0;
    int n = lecture_shown(w, shown);
    for (int i = 0; i < n; i++)
        height += w->lecture->passage[shown[i]].height + (i ? LECTURE_GAP : 0);
    return height;
}

/* The cells of a comparison side by side, each under its label. Names of views stand above a plot, over a disc. */
static void place_views(struct window *w, struct rect area)
{
    struct lecture *l = w->lecture;
    int n = 1 + (lecture_lesson(w) ? lecture_step(w)->compare_count : 0);
    bool names = l->choices > 1 && lecture_lesson(w) && !l->showing && !l->low_names;
    double y = area.y + (names && !(l->over && n == 1) ? 52 : 0), top = snapped(w, y + (n > 1 ? LECTURE_LABEL : 0));
    for (int i = 0; i <= LESSON_COMPARE; i++) {
        struct pane *pane = i == 0 ? &l->view : &l->beside_view[i - 1];
        double x = snapped(w, area.x + area.w * i / n), right = snapped(w, area.x + area.w * (i + 1) / n);
        if (i < n)
            place_pane(w, pane, (struct rect){ x, top, right - x, area.y + area.h - top },
                n > 2 ? LECTURE_ZOOM_CELL : LECTURE_ZOOM);
        else
            drop_pane(pane);
    }
}

static bool has_knob(const struct window *w)
{
    const struct lesson_step *s = lecture_step(w);
    return s && !w->lecture->showing && s->control[0] && !lecture_hides(w, s->control);
}

/* Its ticks too where there is room for them. */
static void place_knob(struct window *w, double top, double height)
{
    struct rect t = w->area[AREA_TIMELINE];
    double y = snapped(w, t.y + top);
    if (has_knob(w))
        place_pane(w, &w->lecture->knob,
            (struct rect){ snapped(w, 188), y, snapped(w, t.w - 188 - 32), snapped(w, t.y + top + height) - y },
            LECTURE_KNOB);
    else
        drop_pane(&w->lecture->knob);
}

static void lay_beside(struct window *w)
{
    double width = w->width, height = w->height, strip = has_knob(w) ? 208 : 88, left = 580 * width / LECTURE_WIDTH;
    put(w, AREA_MAIN, 0, 0, left, height - strip);
    put(w, AREA_HEADER, left, 0, width, height - strip);
    put(w, AREA_TIMELINE, 0, height - strip, width, height);
    lecture_lay(w->lecture, width - left - 30 - 40, height - strip - 96);
    w->lecture->low_names = false;
    place_views(w, w->area[AREA_MAIN]);
    place_knob(w, 78, 126);
}

static void lay_below(struct window *w)
{
    struct lecture *l = w->lecture;
    double width = w->width, height = w->height, strip = 176, texts = 0;
    if (lecture_lesson(w)) {
        lecture_lay(l, width - 80, player_waits(&l->player) ? 100 : 0);
        texts = shown_height(w) + (player_waits(&l->player) && !l->showing ? LECTURE_PROMPT : 0);
        strip = 88 + texts + 20 + (has_knob(w) ? LECTURE_LOW_KNOB : 0);
    }
    put(w, AREA_MAIN, 0, 0, width, height - strip);
    put(w, AREA_TIMELINE, 0, height - strip, width, height);
    l->low_names = lecture_lesson(w) && !l->showing && lecture_names_fit(w);
    place_views(w, w->area[AREA_MAIN]);
    place_knob(w, 88 + texts + 14, LECTURE_LOW_KNOB - 4);
}

bool lecture_layout(struct window *w)
{
    if (w->lecture) {
        w->look.bare = bare(w);
        w->lecture->over = over(w);
        w->lecture->wide = w->lecture->showing || (lecture_lesson(w) && lecture_step(w)->compare_count > 0);
    }
    if (!lecture_active(w))
        return false;
    for (int i = 0; i < AREA_COUNT; i++)
        w->area[i] = (struct rect){ 0, 0, 0, 0 };
    w->narrow = w->drawer_open = false;
    if (w->lecture->listing) {
        w->area[AREA_HEADER].x = w->width < 1200 ? 240 : w->width < 1400 ? 256 : 280; /* where the tabs begin */
        put(w, AREA_TOP, 0, 0, w->width, 40);
        put(w, AREA_MAIN, 0, 40, w->width, w->height);
    } else if (w->lecture->wide) {
        lay_below(w);
    } else {
        lay_beside(w);
    }
    window_dirty(w, AREAS_ALL);
    w->map_stale = true;
    return true;
}
