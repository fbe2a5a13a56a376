#include "app/window.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/compare.h"
#include "app/export_dialog.h"
#include "app/lecture.h"
#include "app/session_window.h"
#include "app/uimap.h"
#include "app/undo.h"
#include "app/window_inner.h"
#include "math/history.h"
#include "render/text.h"

enum { WIDTH = 1600, HEIGHT = 1000, WIDTH_MIN = 1024, HEIGHT_MIN = 640, IDLE_MS = 500 };
static const double LOGICAL_W = 800, LOGICAL_H = 500; /* text never grows so large that less is left */
static const double FRAME_S = 1.0 / 60, HIDDEN_S = 0.5, NUMBERS_S = 0.1, MAP_S = 0.08, NOTICE_S = 6,
                    SIDE_S = 0.04, LOADING_S = 0.12; /* a rebuild faster than that does not dim the view */

double window_now(void)
{
    return (double)SDL_GetPerformanceCounter() / (double)SDL_GetPerformanceFrequency();
}

void window_dirty(struct window *w, unsigned areas)
{
    w->dirty |= areas;
}

void window_notice(struct window *w, bool bad, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(w->notice, sizeof w->notice, format, args);
    va_end(args);
    w->notice_bad = bad;
    w->notice_until = window_now() + NOTICE_S;
    w->map_stale = true;
    window_dirty(w, 1 << AREA_TIMELINE | 1 << AREA_HEADER);
}

/* --- layout -------------------------------------------------------------------------------------------- */

/* Edges on whole device pixels, so that neighbouring areas meet without a seam. */
static double snap_px(const struct window *w, double v)
{
    return round(v * w->scale) / w->scale;
}

static struct rect snapped(const struct window *w, double x, double y, double right, double bottom)
{
    x = snap_px(w, x);
    y = snap_px(w, y);
    return (struct rect){ x, y, fmax(0, snap_px(w, right) - x), fmax(0, snap_px(w, bottom) - y) };
}

/* Where things stand, at every size of the window. */
void window_layout(struct window *w)
{
    if (lecture_layout(w))
        return;
    double width = w->width, height = w->height;
    w->narrow = width < 1200;
    double panel = w->panels_hidden ? 0 : width < 1200 ? 240 : width < 1400 ? 256 : 280;
    bool compare = compare_open(w);
    double side = w->panels_hidden || compare ? 0 : width < 1200 ? 0 : width < 1400 ? 300 : 360;
    double top = 40, header = height < 800 || compare ? 64 : 88, bottom = height - 72;
    if (!w->narrow || compare)
        w->drawer_open = false;
    w->area[AREA_TOP] = snapped(w, 0, 0, width, top);
    w->area[AREA_PANEL] = snapped(w, 0, top, panel, bottom);
    w->area[AREA_TRANSPORT] = snapped(w, 0, bottom, panel > 0 ? panel : 240, height);
    w->area[AREA_TIMELINE] = snapped(w, panel > 0 ? panel : 240, bottom, width, height);
    w->area[AREA_HEADER] = snapped(w, panel, top, width, top + header);
    w->area[AREA_MAIN] = snapped(w, panel, top + header, width - side, bottom);
    w->area[AREA_SIDE] = snapped(w, width - (w->drawer_open ? 320 : side), top + header, width, bottom);
    if (side <= 0 && !w->drawer_open)
        w->area[AREA_SIDE].w = 0;
    window_dirty(w, AREAS_ALL);
    w->map_stale = true;
}

static bool make_texture(struct window *w)
{
    if (!w->renderer)
        return true;
    if (w->texture)
        SDL_DestroyTexture(w->texture);
    w->texture = SDL_CreateTexture(
        w->renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STREAMING, w->width_px, w->height_px);
    return w->texture != NULL;
}

static void pixel_size(struct window *w, SDL_Surface *surface, int *width, int *height)
{
    if (w->renderer) {
        SDL_GetRendererOutputSize(w->renderer, width, height);
        return;
    }
    *width = surface ? surface->w : 0;
    *height = surface ? surface->h : 0;
}

/* Into the window's surface itself where its words are ours: then nothing has to be copied. SDL keeps it until it is
 * asked for the surface again, which happens here alone. */
static bool take_pixels(struct window *w, SDL_Surface *surface, int wide, int high)
{
    Uint32 format = surface ? surface->format->format : 0;
    bool same = (format == SDL_PIXELFORMAT_ARGB8888 || format == SDL_PIXELFORMAT_RGB888) &&
                surface->pitch == wide * 4 && !SDL_MUSTLOCK(surface);
    bool fits = w->owned && wide == w->width_px && high == w->height_px;
    if (same || !fits) {
        free(w->owned);
        w->owned = same ? NULL : calloc((size_t)wide * (size_t)high, sizeof *w->owned);
    }
    w->surface = surface;
    w->pixels = same ? surface->pixels : w->owned;
    return w->pixels != NULL;
}

bool window_resize(struct window *w)
{
    int wide, high, points_w, points_h;
    canvas_destroy(w->canvas); /* its pixels may go with the old surface */
    w->canvas = NULL;
    SDL_Surface *surface = w->renderer ? NULL : SDL_GetWindowSurface(w->sdl);
    pixel_size(w, surface, &wide, &high);
    SDL_GetWindowSize(w->sdl, &points_w, &points_h);
    if (wide < 1 || high < 1 || points_w < 1)
        return false;
    bool other = wide != w->width_px || high != w->height_px;
    if (!take_pixels(w, surface, wide, high))
        return false;
    w->width_px = wide;
    w->height_px = high;
    if (other && !make_texture(w))
        return false;
    double display = (double)wide / points_w;
    double most = fmax(0.8, fmin(points_w / LOGICAL_W, points_h / LOGICAL_H));
    w->text_capped = w->options.text_scale > most;
    w->scale = display * fmin(w->options.text_scale, most);
    double lecture = lecture_scale(w, points_w, points_h, display);
    w->scale = lecture > 0 ? lecture : w->scale;
    w->points = w->scale / display;
    w->width = wide / w->scale;
    w->height = high / w->scale;
    w->canvas = canvas_cairo_pixels(w->pixels, wide, high, wide * 4, w->scale);
    window_layout(w);
    return w->canvas != NULL;
}

/* Its own size is asked for again: where nobody manages the windows, SDL would keep the screen's. */
void window_whole_screen(struct window *w, bool whole, int display)
{
    Uint32 flags = SDL_GetWindowFlags(w->sdl);
    bool was = (flags & SDL_WINDOW_FULLSCREEN_DESKTOP) == SDL_WINDOW_FULLSCREEN_DESKTOP;
    SDL_Rect *own = &w->windowed;
    if (whole && !was) {
        SDL_GetWindowPosition(w->sdl, &own->x, &own->y);
        SDL_GetWindowSize(w->sdl, &own->w, &own->h);
        own->w = flags & SDL_WINDOW_MAXIMIZED ? 0 : own->w;
    }
    if (whole && !was && display >= 0)
        SDL_SetWindowPosition(
            w->sdl, SDL_WINDOWPOS_CENTERED_DISPLAY(display), SDL_WINDOWPOS_CENTERED_DISPLAY(display));
    SDL_SetWindowFullscreen(w->sdl, whole ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    if (!whole && was && own->w > 0) {
        SDL_SetWindowSize(w->sdl, own->w, own->h);
        SDL_SetWindowPosition(w->sdl, own->x, own->y);
    }
    window_resize(w);
}

/* --- what the worker has ------------------------------------------------------------------------------- */

/* From the worker's thread: carries no data, and at most one waits in the queue. */
void window_wake(void *window)
{
    struct window *w = window;
    if (!SDL_AtomicCAS(&w->wake_sent, 0, 1))
        return;
    SDL_Event event = { .type = w->wake_event };
    if (SDL_PushEvent(&event) != 1)
        SDL_AtomicSet(&w->wake_sent, 0);
}

static void forget_selection(struct window *w)
{
    w->look.selected = w->hovered = -1;
    w->look.pinned = w->look.probing = w->probe_held = false;
    w->look.lit_class = w->lit_kept = -1;
    action_fit(w, 0);
}

/* A wish that failed must not stay in the panel as if it were in force. */
static void take_failure(struct window *w)
{
    const char *control = "dataset";
    if (w->snap) {
        const struct experiment *running = &w->present.experiment;
        if (strcmp(running->dataset, w->experiment.dataset) == 0)
            control = "model";
        w->experiment = *running;
        action_settle(w, NULL);
    }
    if (compare_several(w))
        compare_refused(w);
    if (lecture_lesson(w)) /* it has no such field */
        window_notice(w, true, "%s", w->state.why.text);
    else
        ui_edit_error(&w->ui, control, w->state.why.text);
    window_dirty(w, AREAS_ALL);
}

static void take_state(struct window *w)
{
    struct worker_state before = w->state;
    worker_state(w->worker, &w->state);
    if (w->state.failed && strcmp(w->told.text, w->state.why.text) != 0)
        take_failure(w);
    w->told = w->state.why;
    if (w->state.loading && !before.loading)
        w->loading_since = window_now();
    if (before.loading != w->state.loading || before.share != w->state.share ||
        before.playing != w->state.playing || before.replaying != w->state.replaying ||
        before.replay_end != w->state.replay_end || before.failed != w->state.failed) {
        window_dirty(w, AREAS_CONTROL | 1 << AREA_MAIN);
        w->map_stale = true;
    }
}

/* Once: a sentence stays in the snapshots until the next change, on screen no longer than its loss. A divergence
 * has its own place. */
static void pass_on(struct window *w, const struct snapshot *snap)
{
    if (w->said_loss != snap->experiment.loss && w->said[0] && strcmp(w->notice, w->said) == 0) {
        w->notice[0] = '\0';
        window_dirty(w, 1 << AREA_TIMELINE);
    }
    w->said_loss = snap->experiment.loss;
    if (strcmp(w->said, snap->message) == 0)
        return;
    snprintf(w->said, sizeof w->said, "%s", snap->message);
    if (snap->message[0] && !snap->diverged && !w->past)
        window_notice(w, false, "%s", snap->message);
}

/* The timeline goes on to where the training stands while a frame of the past is shown. */
static void note_present(struct window *w)
{
    const struct snapshot *s = w->snap;
    struct present *p = &w->present;
    p->step = s->step;
    p->experiment = s->experiment;
    memcpy(p->curve, s->curve, (size_t)s->curve_count * sizeof *p->curve);
    p->curve_count = s->curve_count;
    memcpy(p->event, s->event, (size_t)s->event_count * sizeof *p->event);
    p->event_count = s->event_count;
}

static void take_time(struct window *w)
{
    bool past = worker_past(w->worker);
    if (past != w->past) {
        window_dirty(w, AREAS_CONTROL | 1 << AREA_TIMELINE);
        w->map_stale = true;
    }
    w->past = past;
    if (past)
        w->present.step = w->state.step; /* its last snapshots may have vanished behind this one */
    else
        note_present(w);
    w->look.ghost[0] = worker_ghost(w->worker);
    w->look.ghosts = w->look.ghost[0] ? 1 : 0;
}

/* Features of more than two numbers, trained elsewhere, have no plane: their directions are shown. */
static void show_features(struct window *w)
{
    bool plane = w->view == &view_feature && view_feature.missing && view_feature.missing(&w->scene);
    if (plane && w->snap->dim > 2 && w->experiment.model == MODEL_IDENTITY && !lecture_active(w))
        action_view(w, view_sphere.id);
}

bool window_show(struct window *w)
{
    if (scene_update(&w->scene, w->snap, w->data))
        return true;
    if (!w->unshown)
        window_notice(w, true, "window: not enough memory to draw; close other programs");
    w->snap = NULL;
    w->unshown = true;
    window_dirty(w, AREAS_ALL);
    return false;
}

static void take_snapshot(struct window *w)
{
    bool fresh;
    const struct snapshot *snap = worker_take(w->worker, &fresh, &w->data);
    if (!snap || !(fresh || w->unshown))
        return;
    sessions_arrive(w, snap);
    snap = compare_take(w, snap);
    bool other =
        strcmp(w->shown_data, snap->data_name) != 0 || !w->snap || w->shown_seed != snap->experiment.seed;
    w->snap = snap;
    take_time(w);
    action_replay_follow(w);
    if (other || w->look.selected >= snap->count || w->hovered >= snap->count) {
        snprintf(w->shown_data, sizeof w->shown_data, "%s", snap->data_name);
        w->shown_seed = snap->experiment.seed;
        forget_selection(w);
        window_dirty(w, AREAS_ALL);
    }
    if (!window_show(w))
        return;
    w->unshown = false;
    if (other)
        show_features(w);
    lecture_take(w);
    if (w->box_held) /* a plane that follows the point in hand would run away from it */
        memcpy(w->scene.box, w->held_box, sizeof w->held_box);
    window_dirty(w, 1 << AREA_HEADER | 1 << AREA_MAIN);
    w->side_due = SIDE_COUNT;
    w->side_at = window_now() + SIDE_S;
    pass_on(w, snap);
    if (w->past)
        window_dirty(w, 1 << AREA_PANEL); /* what was set then */
    if (memcmp(w->drawn_force, snap->force.param, sizeof w->drawn_force) != 0) {
        memcpy(w->drawn_force, snap->force.param, sizeof w->drawn_force);
        window_dirty(w, 1 << AREA_PANEL);
    }
    if (w->drawn_classes != snap->classes) {
        w->drawn_classes = snap->classes;
        window_dirty(w, 1 << AREA_PANEL);
    }
    if (!w->state.playing)
        w->next_numbers = 0; /* a single step is counted at once */
}

void window_adopt(struct window *w, struct worker *worker)
{
    bool fresh;
    w->worker = worker;
    w->watching = ~0u; /* it has not been told */
    w->snap = worker_take(worker, &fresh, &w->data);
    worker_state(worker, &w->state);
    w->past = false;
    w->notice[0] = w->said[0] = w->shown_data[0] = '\0';
    w->unshown = false;
    w->look.ghosts = 0;
    w->reading = false;
    w->loading_since = window_now();
    if (w->snap) {
        snprintf(w->shown_data, sizeof w->shown_data, "%s", w->snap->data_name);
        w->shown_seed = w->snap->experiment.seed;
        take_time(w);
        window_show(w);
    }
    forget_selection(w);
    window_dirty(w, AREAS_ALL);
    w->map_stale = true;
}

/* --- statistics ---------------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double frames_per_s(const struct window *w, double now)
{
    int n = 0, size = (int)(sizeof w->frame_began / sizeof w->frame_began[0]);
    double oldest = now;
    for (int i = 0; i < size && i < w->fps_count; i++)
        if (now - w->frame_began[i] < 1) {
            n++;
            oldest = fmin(oldest, w->frame_began[i]);
        }
    return n > 1 ? (n - 1) / fmax(now - oldest, 0.2) : 0;
}

void window_statistics(struct window *w)
{
    double sorted[FRAME_TIMES];
    int n = w->frame_count < FRAME_TIMES ? w->frame_count : FRAME_TIMES;
    memcpy(sorted, w->frame_ms, (size_t)n * sizeof sorted[0]);
    qsort(sorted, (size_t)n, sizeof sorted[0], by_size);
    w->number.p50 = n ? sorted[n / 2] : 0;
    w->number.p99 = n ? sorted[(int)(n * 0.99)] : 0;
}

/* Counters at 10 Hz: faster ones cannot be read. */
static void take_numbers(struct window *w, double now)
{
    if (now < w->next_numbers)
        return;
    w->next_numbers = now + NUMBERS_S;
    long step = w->snap ? w->snap->step : 0;
    double fps = frames_per_s(w, now), rate = w->state.playing ? w->state.steps_per_s : 0;
    bool moved = step != w->number.step || lround(fps) != lround(w->number.fps) ||
                 lround(rate) != lround(w->number.steps_per_s);
    w->number.step = step;
    w->number.epoch = w->snap ? w->snap->epoch : 0;
    w->number.fps = fps;
    w->number.steps_per_s = rate;
    if (!moved)
        return;
    window_statistics(w);
    w->map_stale = true;
    window_dirty(w, 1 << AREA_TIMELINE);
}

static void note_frame(struct window *w, double began)
{
    double now = window_now();
    w->frame_ms[w->frame_count++ % FRAME_TIMES] = (w->frame_cost + now - began) * 1000;
    w->frame_cost = 0;
    int size = (int)(sizeof w->frame_began / sizeof w->frame_began[0]);
    w->frame_began[w->fps_count++ % size] = began;
}

/* Verification and the map of the inputs are computed only while a view shows them. */
static void ask_worker(struct window *w)
{
    unsigned wanted = view_needs(w->view, true);
    for (int i = 0; i < SIDE_COUNT; i++)
        wanted |= view_needs(panel_cell(w, i), false);
    wanted |= export_needs(w);
    if (wanted != w->watching)
        worker_watch(w->worker, wanted);
    w->watching = wanted;
}

static void take_turns(struct window *w, double now)
{
    if (!w->canvas)
        window_resize(w); /* memory had failed */
    ask_worker(w);
    w->news = false;
    take_state(w);
    if (!w->hidden) /* what nobody takes is made ever more rarely */
        take_snapshot(w);
    window_hover_turn(w);
    panel_explain_turn(w);
    lecture_turn(w);
    sessions_turn(w);
    export_turn(w);
    animation_turn(w);
    data_out_turn(w);
    action_sweep_turn(w);
    bool reading = w->state.loading && now - w->loading_since >= LOADING_S;
    if (reading != w->reading)
        window_dirty(w, AREAS_SNAPSHOT);
    w->reading = reading;
    take_numbers(w, now);
    if (w->notice[0] && now > w->notice_until) {
        w->notice[0] = '\0';
        window_dirty(w, 1 << AREA_TIMELINE | 1 << AREA_HEADER);
    }
}

static void write_map(struct window *w, double now)
{
    if (!w->options.ui_map[0] || !w->map_stale || now < w->next_map)
        return;
    w->next_map = now + MAP_S;
    w->map_stale = false;
    window_pass(w, NULL);
    uimap_write(w, w->options.ui_map);
}

bool window_frame(struct window *w)
{
    double began = window_now();
    if (began < w->next_frame)
        return false;
    take_turns(w, began);
    bool paints = (w->dirty || (w->side_due && began >= w->side_at)) && !w->hidden && w->canvas;
    if (w->hidden)
        w->next_frame = began + HIDDEN_S;
    if (paints) {
        w->next_frame = began + FRAME_S * 0.97;
        window_paint(w);
        note_frame(w, began);
    }
    write_map(w, began); /* a robot's, and no part of the frame */
    return paints;
}

static double sooner(double a, double b)
{
    return b > 0 && b < a ? b : a;
}

/* When something will happen by itself. */
static double next_turn(const struct window *w, double now, int most_ms)
{
    double at = now + most_ms / 1000.0;
    if (w->side_due && !w->hidden)
        at = sooner(at, fmax(w->side_at, w->next_frame) + 0.0005);
    if ((w->dirty && !w->hidden) || w->news || w->sweeping)
        at = sooner(at, fmax(w->next_frame, now + 0.0005));
    if (w->hovered != w->look.selected && !w->look.pinned)
        at = sooner(at, fmax(w->hovered_since + 0.06, w->next_frame));
    if (w->state.playing || w->number.fps > 0)
        at = sooner(at, w->next_numbers);
    if (w->map_stale && w->options.ui_map[0])
        at = sooner(at, fmax(w->next_map, now + 0.001));
    if (w->notice[0])
        at = sooner(at, w->notice_until + 0.01);
    if (w->sessions && sessions_due(w) > 0)
        at = sooner(at, fmax(sessions_due(w), now + 0.05));
    at = sooner(at, panel_explain_due(w) > 0 ? panel_explain_due(w) + 0.002 : 0);
    if (w->state.loading && !w->reading)
        at = sooner(at, fmax(w->loading_since + LOADING_S, now + 0.001));
    return at;
}

bool window_wait(struct window *w, int most_ms)
{
    SDL_Event event;
    double now = window_now(), at = next_turn(w, now, most_ms);
    int wait = (int)ceil(fmax(0, at - now) * 1000);
    if (SDL_WaitEventTimeout(&event, wait > 0 ? wait : 1)) {
        do
            window_event(w, &event);
        while (SDL_PollEvent(&event));
    }
    window_frame(w);
    return !w->quit;
}

/* --- life ---------------------------------------------------------------------------------------------- */

void window_options_init(struct window_options *o)
{
    *o = (struct window_options){
        .theme = "dark", .text_scale = 1, .timeline = HISTORY_BUDGET, .pace = 60, .playing = true
    };
    experiment_init(&o->experiment);
}

static bool given(const char *name)
{
    const char *value = getenv(name);
    return value && value[0];
}

/* Left alone, SDL falls back to drivers that draw where nobody looks; only SDL_VIDEODRIVER may ask for them. */
static enum status choose_driver(struct why *why)
{
#ifdef __linux__
    bool x11 = given("DISPLAY"), wayland = given("WAYLAND_DISPLAY") || given("WAYLAND_SOCKET");
    if (given("SDL_VIDEODRIVER"))
        return STATUS_OK;
    if (!x11 && !wayland)
        return why_set(why, STATUS_FAILED,
            "display: none found; set DISPLAY, or use 'marginscope train' or 'marginscope figure', which "
            "need none");
    SDL_SetHint(SDL_HINT_VIDEODRIVER, x11 && wayland ? "x11,wayland" : x11 ? "x11" : "wayland");
#else
    (void)why;
#endif
    return STATUS_OK;
}

static enum status no_driver(struct why *why)
{
    const char *which = given("SDL_VIDEODRIVER") ? "SDL_VIDEODRIVER"
                        : given("DISPLAY")       ? "DISPLAY"
                                                 : "WAYLAND_DISPLAY";
    return why_set(why, STATUS_FAILED,
        "display: %s=%s cannot be opened; correct it, or use 'marginscope train' or 'marginscope figure'",
        which, given(which) ? getenv(which) : "");
}

static enum status open_sdl(struct window *w, struct why *why)
{
    SDL_Rect usable = { 0, 0, WIDTH, HEIGHT };
    bool gpu = w->options.renderer == RENDERER_GPU;
    if (!gpu)
        SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
    enum status status = choose_driver(why);
    if (status != STATUS_OK)
        return status;
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0)
        return no_driver(why);
    SDL_GetDisplayUsableBounds(0, &usable);
    int wide = usable.w < WIDTH ? usable.w : WIDTH, high = usable.h < HEIGHT ? usable.h : HEIGHT;
    Uint32 flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI |
                   (w->options.fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    w->sdl =
        SDL_CreateWindow("marginscope", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, wide, high, flags);
    if (!w->sdl)
        return why_set(why, STATUS_FAILED, "display: %s; check the display", SDL_GetError());
    SDL_SetWindowMinimumSize(w->sdl, WIDTH_MIN, HEIGHT_MIN);
    if (gpu)
        w->renderer = SDL_CreateRenderer(w->sdl, -1, SDL_RENDERER_ACCELERATED);
    if (gpu && !w->renderer)
        return why_set(why, STATUS_FAILED, "display: no graphics card can be used (%s); use --renderer cpu",
            SDL_GetError());
    return STATUS_OK;
}

static void start_state(struct window *w)
{
    const struct theme *theme = theme_find(w->options.theme);
    w->experiment = w->options.experiment;
    w->ui.theme = theme ? theme : theme_at(0);
    look_init(&w->look, w->ui.theme);
    w->look.interactive = true;
    w->bench = w->trained = action_bench(&w->experiment);
    w->heads = w->bench == BENCH_SPHERE ? BENCH_SPHERE : BENCH_PLANE;
    w->view = action_home(&w->experiment);
    panel_cells_init(w);
    w->moving = w->draw.held_point = -1;
    w->look.selected = w->look.lit_class = w->lit_kept = w->hovered = w->revealed_loss = -1;
    w->wake_event = SDL_RegisterEvents(1);
    action_pace_find(w, w->options.pace);
    SDL_StartTextInput();
}

enum status window_create(const struct window_options *o, struct window **out, struct why *why)
{
    struct window *w = calloc(1, sizeof *w);
    if (!w)
        return why_set(why, STATUS_FAILED, "window: not enough memory; close something");
    w->options = *o;
    enum status status = text_start(why);
    if (status == STATUS_OK)
        status = open_sdl(w, why);
    if (status == STATUS_OK)
        status = lecture_create(w, why);
    if (status == STATUS_OK)
        status = compare_create(w, why);
    w->undo = undo_create();
    if (status == STATUS_OK && !w->undo)
        status = why_set(why, STATUS_FAILED, "window: not enough memory; close something");
    if (status == STATUS_OK)
        status = export_create(w, why);
    if (status == STATUS_OK)
        status = animation_create(w, why);
    if (status == STATUS_OK)
        status = sessions_create(w, why);
    if (status == STATUS_OK) {
        start_state(w);
        if (!window_resize(w))
            status = why_set(why, STATUS_FAILED, "window: not enough memory; close something");
    }
    if (status == STATUS_OK)
        status = worker_create(&w->experiment, o->playing, o->pace, window_wake, w, &w->worker, why);
    if (status == STATUS_OK) {
        worker_history_budget(w->worker, o->timeline);
        action_text_capped(w);
        sessions_begin(w);
    }
    if (status == STATUS_OK && o->lesson[0]) {
        worker_state(w->worker, &w->state);
        status = lecture_open(w, o->lesson, why);
    }
    if (status != STATUS_OK) {
        window_destroy(w);
        return status;
    }
    *out = w;
    return STATUS_OK;
}

void window_destroy(struct window *w)
{
    if (!w)
        return;
    animation_destroy(w);
    data_out_destroy(w);
    sessions_destroy(w);
    worker_destroy(w->worker);
    compare_destroy(w);
    undo_destroy(w->undo);
    export_destroy(w);
    lecture_destroy(w);
    scene_clear(&w->scene);
    canvas_destroy(w->canvas);
    if (w->texture)
        SDL_DestroyTexture(w->texture);
    if (w->renderer)
        SDL_DestroyRenderer(w->renderer);
    if (w->sdl)
        SDL_DestroyWindow(w->sdl);
    free(w->owned);
    text_stop();
    if (SDL_WasInit(SDL_INIT_VIDEO))
        SDL_QuitSubSystem(SDL_INIT_VIDEO);
    free(w);
}

bool window_control(struct window *w, const char *id, double rect[4])
{
    window_pass(w, NULL);
    const struct ui_item *item = ui_find(&w->ui, id);
    if (!item)
        return false;
    rect[0] = item->rect.x * w->points;
    rect[1] = item->rect.y * w->points;
    rect[2] = item->rect.w * w->points;
    rect[3] = item->rect.h * w->points;
    return true;
}

const char *window_control_value(struct window *w, const char *id)
{
    window_pass(w, NULL);
    const struct ui_item *item = ui_find(&w->ui, id);
    return item ? item->value : NULL;
}

const struct experiment *window_experiment(const struct window *w)
{
    return &w->experiment;
}

int window_main(const struct window_options *o)
{
    struct why why = { "" };
    struct window *w = NULL;
    enum status status = window_create(o, &w, &why);
    if (status != STATUS_OK) {
        fprintf(stderr, "marginscope: %s\n", why.text);
        return status;
    }
    while (window_wait(w, IDLE_MS))
        continue;
    sessions_end(w);
    window_destroy(w);
    SDL_Quit();
    return STATUS_OK;
}
