#include <math.h>

#include "app/ui/ui.h"

/* Icons are polylines on a 24 px grid, drawn with a 1.6 px round stroke. */
static const double PI = 3.14159265358979323846;

struct pen {
    struct canvas *canvas;
    struct point origin;
    double unit;
    struct stroke stroke;
};

static struct point at(const struct pen *p, double x, double y)
{
    return (struct point){ p->origin.x + x * p->unit, p->origin.y + y * p->unit };
}

static void path(const struct pen *p, const double *xy, int n, bool closed)
{
    struct point points[16];
    for (int i = 0; i < n && i < 16; i++)
        points[i] = at(p, xy[2 * i], xy[2 * i + 1]);
    struct stroke stroke = p->stroke;
    stroke.closed = closed;
    canvas_lines(p->canvas, points, n, &stroke);
}

static void shape(const struct pen *p, const double *xy, int n)
{
    struct point points[16];
    for (int i = 0; i < n && i < 16; i++)
        points[i] = at(p, xy[2 * i], xy[2 * i + 1]);
    canvas_polygon(p->canvas, points, n, p->stroke.color);
}

static void bow(const struct pen *p, double x, double y, double radius, double from, double to)
{
    struct point points[64];
    int n = arc_points(at(p, x, y), radius * p->unit, from * PI / 180, to * PI / 180, 2, points, 64);
    canvas_lines(p->canvas, points, n, &p->stroke);
}

static void dot(const struct pen *p, double x, double y, double radius, struct color color)
{
    canvas_disc(p->canvas, at(p, x, y), radius * p->unit, color);
}

static void camera(const struct pen *p)
{
    path(p, (double[]){ 3, 8, 7, 8, 9, 5, 15, 5, 17, 8, 21, 8, 21, 19, 3, 19 }, 8, true);
    bow(p, 12, 13, 3.4, 0, 360);
}

static void moon(const struct pen *p)
{
    bow(p, 12, 12, 8.2, 95, 355);
    bow(p, 15.6, 8.2, 5.9, 130, 320);
}

static void sun(const struct pen *p)
{
    bow(p, 12, 12, 4, 0, 360);
    for (int i = 0; i < 8; i++) {
        double c = cos(i * PI / 4), s = sin(i * PI / 4);
        path(p, (double[]){ 12 + 6.8 * c, 12 + 6.8 * s, 12 + 9 * c, 12 + 9 * s }, 2, false);
    }
}

static void help(const struct pen *p)
{
    bow(p, 12, 12, 9, 0, 360);
    bow(p, 12, 10, 2.7, -60, 175);
    path(p, (double[]){ 13.3, 12.3, 12, 13.4, 12, 14.4 }, 3, false);
    dot(p, 12, 17, 1.1, p->stroke.color);
}

static void full(const struct pen *p)
{
    path(p, (double[]){ 4, 9, 4, 4, 9, 4 }, 3, false);
    path(p, (double[]){ 15, 4, 20, 4, 20, 9 }, 3, false);
    path(p, (double[]){ 20, 15, 20, 20, 15, 20 }, 3, false);
    path(p, (double[]){ 9, 20, 4, 20, 4, 15 }, 3, false);
}

static void reset(const struct pen *p)
{
    bow(p, 12, 12.5, 7.5, -150, 140);
    path(p, (double[]){ 5.2, 3.8, 5.6, 8.6, 10.4, 8.4 }, 3, false);
}

static void play(const struct pen *p)
{
    shape(p, (double[]){ 8, 4.5, 20, 12, 8, 19.5 }, 3);
}

static void pause_bars(const struct pen *p)
{
    shape(p, (double[]){ 6.5, 5, 10, 5, 10, 19, 6.5, 19 }, 4);
    shape(p, (double[]){ 14, 5, 17.5, 5, 17.5, 19, 14, 19 }, 4);
}

static void step(const struct pen *p)
{
    path(p, (double[]){ 6, 5.5, 15.5, 12, 6, 18.5 }, 3, true);
    path(p, (double[]){ 18.5, 5, 18.5, 19 }, 2, false);
}

static void back(const struct pen *p)
{
    path(p, (double[]){ 18, 5.5, 8.5, 12, 18, 18.5 }, 3, true);
    path(p, (double[]){ 5.5, 5, 5.5, 19 }, 2, false);
}

static void dice(const struct pen *p)
{
    path(p, (double[]){ 5, 4, 19, 4, 20, 5, 20, 19, 19, 20, 5, 20, 4, 19, 4, 5 }, 8, true);
    for (int i = 0; i < 2; i++) {
        dot(p, 8.5 + 7 * i, 8.5, 1.4, p->stroke.color);
        dot(p, 8.5 + 7 * i, 15.5, 1.4, p->stroke.color);
    }
    dot(p, 12, 12, 1.4, p->stroke.color);
}

static void down(const struct pen *p)
{
    path(p, (double[]){ 5, 8.5, 12, 15.5, 19, 8.5 }, 3, false);
}

static void side(const struct pen *p)
{
    path(p, (double[]){ 3, 5, 21, 5, 21, 19, 3, 19 }, 4, true);
    path(p, (double[]){ 15, 5, 15, 19 }, 2, false);
}

static void folder(const struct pen *p)
{
    path(p, (double[]){ 3, 19, 3, 5.5, 9, 5.5, 11.5, 8.5, 21, 8.5, 21, 19 }, 6, true);
}

/* Two rays and the arc between them: the margin. */
static void logo(const struct pen *p)
{
    path(p, (double[]){ 7, 3, 4, 20, 21, 20 }, 3, false);
}

static void (*const icons[ICON_COUNT])(const struct pen *) = {
    [ICON_CAMERA] = camera,
    [ICON_MOON] = moon,
    [ICON_SUN] = sun,
    [ICON_HELP] = help,
    [ICON_FULL] = full,
    [ICON_RESET] = reset,
    [ICON_PLAY] = play,
    [ICON_PAUSE] = pause_bars,
    [ICON_STEP] = step,
    [ICON_BACK] = back,
    [ICON_DICE] = dice,
    [ICON_DOWN] = down,
    [ICON_SIDE] = side,
    [ICON_LOGO] = logo,
    [ICON_FOLDER] = folder,
};

void ui_icon_draw(struct canvas *c, enum ui_icon icon, struct point center, double size, struct color color,
    struct color accent)
{
    struct pen pen = {
        .canvas = c,
        .origin = { center.x - size / 2, center.y - size / 2 },
        .unit = size / 24,
        .stroke = { .color = color, .width = size >= 20 ? 1.8 : 1.4, .round = true },
    };
    icons[icon](&pen);
    if (icon == ICON_LOGO) {
        pen.stroke.color = accent;
        bow(&pen, 4, 20, 11, 8, 72);
        dot(&pen, 4, 20, 2.2, color);
    }
}
