/* The window's picture: areas that have changed are drawn anew and presented. */
#include <math.h>
#include <string.h>

#include "app/export_dialog.h"
#include "app/lecture.h"
#include "app/session_window.h"
#include "app/window_inner.h"

void (*const window_lecture_draw[AREA_COUNT])(struct window *) = {
    [AREA_TOP] = panel_top,
    [AREA_HEADER] = lecture_statement,
    [AREA_MAIN] = lecture_main,
    [AREA_TIMELINE] = lecture_strip,
};

static SDL_Rect device(const struct window *w, struct rect r)
{
    int x = (int)lround(r.x * w->scale), y = (int)lround(r.y * w->scale);
    int right = (int)lround((r.x + r.w) * w->scale), bottom = (int)lround((r.y + r.h) * w->scale);
    right = right > w->width_px ? w->width_px : right;
    bottom = bottom > w->height_px ? w->height_px : bottom;
    return (SDL_Rect){ x, y, right > x ? right - x : 0, bottom > y ? bottom - y : 0 };
}

static void convert_rows(const struct window *w, SDL_Surface *surface, SDL_Rect r)
{
    SDL_Surface *whole = SDL_CreateRGBSurfaceWithFormatFrom(
        w->owned, w->width_px, w->height_px, 32, w->width_px * 4, SDL_PIXELFORMAT_RGB888);
    if (whole)
        SDL_BlitSurface(whole, &r, surface, &r);
    SDL_FreeSurface(whole);
}

static void present_surface(struct window *w, SDL_Rect *rects, int n)
{
    for (int i = 0; w->owned && i < n; i++)
        convert_rows(w, w->surface, rects[i]);
    if (SDL_UpdateWindowSurfaceRects(w->sdl, rects, n) != 0) /* no longer this window's: all is drawn anew */
        window_resize(w);
}

static void present_texture(struct window *w, const SDL_Rect *rects, int n)
{
    for (int i = 0; i < n; i++)
        SDL_UpdateTexture(w->texture, &rects[i],
            w->pixels + (size_t)rects[i].y * (size_t)w->width_px + rects[i].x, w->width_px * 4);
    SDL_RenderCopy(w->renderer, w->texture, NULL, NULL);
    SDL_RenderPresent(w->renderer);
}

static const double LATE_S = 0.008;

/* A frame that took its time already leaves the plots to the next one, though not twice running. */
static bool side_waits(struct window *w, double began)
{
    bool part = w->side_share < SIDE_WHOLE;
    w->side_waited = part && !w->side_waited && window_now() - began > LATE_S;
    if (w->side_waited)
        w->side_due += w->side_share;
    return w->side_waited;
}

static int draw_areas(struct window *w, SDL_Rect *rects)
{
    static void (*const panels[AREA_COUNT])(struct window *) = {
        [AREA_TOP] = panel_top,
        [AREA_PANEL] = panel_control,
        [AREA_TRANSPORT] = panel_transport,
        [AREA_HEADER] = panel_header,
        [AREA_MAIN] = panel_main,
        [AREA_SIDE] = panel_side,
        [AREA_TIMELINE] = panel_timeline,
    };
    void (*const *draw)(struct window *) = lecture_active(w) ? window_lecture_draw : panels;
    double began = window_now();
    int n = 0;
    w->ui.canvas = w->canvas;
    w->ui.clip = NULL;
    for (int i = 0; i < AREA_COUNT; i++) {
        if (!(w->dirty & 1u << i) || w->area[i].w <= 0 || !draw[i])
            continue;
        rects[n] = device(w, w->area[i]);
        if (rects[n].w <= 0 || rects[n].h <= 0 || (i == AREA_SIDE && side_waits(w, began)))
            continue;
        canvas_clip(w->canvas, &w->area[i]);
        draw[i](w);
        n++;
    }
    canvas_clip(w->canvas, NULL);
    return n;
}

static bool covered(const struct window *w)
{
    return w->popup || w->help_open || w->lecture->blank || export_open(w) || w->card.open ||
           panel_session_open(w) || sessions_offer(w);
}

/* What lies above areas is drawn again when one of them was. */
static int draw_above(struct window *w, SDL_Rect *rects, int n)
{
    if (!covered(w))
        return n;
    panel_session(w);
    panel_export(w);
    panel_popup(w);
    panel_help(w);
    panel_explain(w);
    lecture_veil(w);
    rects[0] = (SDL_Rect){ 0, 0, w->width_px, w->height_px };
    return 1;
}

/* The plots follow the main view in turn, one in its frame, two in a frame without it; all where they lie above it
 * or something lies above them. */
static void choose_side(struct window *w)
{
    bool whole = w->dirty & 1 << AREA_SIDE || covered(w) || w->drawer_open;
    if (!whole && w->side_due > 0)
        w->side_share = w->dirty & 1 << AREA_MAIN ? 1 : 2;
    if (w->side_due > 0)
        w->dirty |= 1 << AREA_SIDE;
    w->side_due = w->side_due < w->side_share ? 0 : w->side_due - w->side_share;
}

void window_paint(struct window *w)
{
    SDL_Rect rects[AREA_COUNT];
    window_pass(w, NULL); /* what is where, before any of it is drawn */
    choose_side(w);
    if (w->help_open || panel_session_open(w))
        w->dirty = AREAS_ALL;
    else if (export_open(w))
        w->dirty = export_alone(w) ? 0 : AREAS_ALL;
    else if (sessions_offer(w) && w->dirty)
        w->dirty |= 1 << AREA_MAIN;
    if (w->drawer_open && w->dirty & 1 << AREA_MAIN)
        w->dirty |= 1 << AREA_SIDE;
    int n = draw_above(w, rects, draw_areas(w, rects));
    w->side_share = SIDE_WHOLE;
    canvas_finish(w->canvas, NULL);
    w->ui.canvas = NULL;
    w->dirty = 0;
    if (n == 0)
        return;
    if (w->renderer)
        present_texture(w, rects, n);
    else
        present_surface(w, rects, n);
}
