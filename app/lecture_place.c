/* lecture_place.c - where things stand in a lesson and in a presentation, and how large. */
#include <math.h>

#include "app/lecture.h"

/* What a view says in its corners is said beside it. */
static bool bare(const struct window *w)
{
    bool large = w->lecture->showing || lecture_lesson(w);
    return large && (w->view == &view_feature || w->view == &view_sphere);
}

bool lecture_misplaced(const struct window *w)
{
    return w->look.bare != bare(w);
}

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
        p->count =
            text[i][0] ? lesson_lay(text[i], size, width, i == PASSAGE_QUESTION, p->piece, &p->height) : 0;
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
    double all = 0, room = w->area[AREA_HEADER].h;
    for (int i = 0; i < PASSAGES; i++)
        all += l->passage[i].height + LECTURE_GAP;
    bool roomy = !l->wide && all - LECTURE_GAP <= room - 96;
    out[n++] = PASSAGE_TEXT;
    if (s->question[0] && roomy)
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

/* The cells of a comparison side by side, each under its label, and all under the names of the views that have no room in the strip. */
static void place_views(struct window *w, struct rect area)
{
    struct lecture *l = w->lecture;
    int n = 1 + (lecture_lesson(w) ? lecture_step(w)->compare_count : 0);
    bool names = l->choices > 1 && lecture_lesson(w) && !l->showing && !l->low_names;
    double top = snapped(w, area.y + (names ? 52 : 0) + (n > 1 ? LECTURE_LABEL : 0));
    for (int i = 0; i <= LESSON_COMPARE; i++) {
        struct pane *pane = i == 0 ? &l->view : &l->beside_view[i - 1];
        double x = snapped(w, area.x + area.w * i / n),
               right = snapped(w, area.x + area.w * (i + 1) / n) - (i + 1 < n ? LECTURE_APART : 0);
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
    char id[LESSON_ID + 8];
    snprintf(id, sizeof id, "param.%s", s ? s->control : "");
    return s && !w->lecture->showing && s->control[0] && !lecture_hides(w, id);
}

/* Its ticks too where there is room for them. */
static void place_knob(struct window *w, double top, double height)
{
    struct rect t = w->area[AREA_TIMELINE];
    double y = snapped(w, t.y + top);
    if (has_knob(w))
        place_pane(w, &w->lecture->knob,
            (struct rect){
                snapped(w, 188), y, snapped(w, t.w - 188 - 32), snapped(w, t.y + top + height) - y },
            LECTURE_KNOB);
    else
        drop_pane(&w->lecture->knob);
}

static void lay_beside(struct window *w)
{
    double width = w->width, height = w->height, strip = has_knob(w) ? 208 : 88,
           left = 580 * width / LECTURE_WIDTH;
    put(w, AREA_MAIN, 0, 0, left, height - strip);
    put(w, AREA_HEADER, left, 0, width, height - strip);
    put(w, AREA_TIMELINE, 0, height - strip, width, height);
    lecture_lay(w->lecture, width - left - 30 - 40, height - strip - 96);
    w->lecture->low_names = lecture_names_fit(w);
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
        w->lecture->wide = w->lecture->showing || (lecture_lesson(w) && lecture_step(w)->compare_count > 0);
    }
    if (!lecture_active(w))
        return false;
    for (int i = 0; i < AREA_COUNT; i++)
        w->area[i] = (struct rect){ 0, 0, 0, 0 };
    w->narrow = w->drawer_open = false;
    if (w->lecture->listing) {
        w->area[AREA_HEADER].x = w->width < 1200   ? 240
                                 : w->width < 1400 ? 256
                                                   : 280; /* where the tabs begin */
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
