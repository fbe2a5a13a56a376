/* disc.h - the unit circle laid on the canvas, whole or as a fan: sectors, hatched zones, spokes and arcs of
 * directions. Shared by the feature plane and the unit circle. */
#ifndef RENDER_DISC_H
#define RENDER_DISC_H

#include "render/view.h"

struct disc {
    struct canvas *canvas;
    struct point center;
    double inner, outer;              /* radii of what is filled, px */
    double turn;                      /* added to every angle: 0, or what turns a fan upright */
    double from, to;                  /* directions shown, before turning; 2 pi apart for a whole circle */
    struct point *scratch;
    int scratch_max;
};

/* Directions of a whole disc, using the scene's scratch. */
struct disc disc_whole(struct canvas *c, struct scene *scene, struct point center, double radius);

struct point disc_at(const struct disc *d, double angle, double radius);
void disc_sector(const struct disc *d, struct arc arc, struct color fill);
void disc_hatch(const struct disc *d, struct arc arc, double pitch, struct color color);
void disc_spoke(const struct disc *d, double angle, const struct stroke *stroke);
/* An arc at `radius`, cut to what the disc shows. */
void disc_arc(const struct disc *d, double radius, struct arc arc, double width, struct color color);
bool disc_shows(const struct disc *d, double angle);
/* How far past `from` an angle lies, 0 .. 2 pi. */
double disc_beyond(const struct disc *d, double angle);

/* A weight arrow's head with its tip at `radius`. */
void disc_arrow(const struct disc *d, double angle, double radius, double size, struct color color);
/* The round badge with a class number, longer for a longer name; `dashed` when the class has no room. */
void chip_draw(struct canvas *c, const struct theme *theme, struct point at, int label, const char *name,
    double radius, double alpha, bool dashed);
double chip_width(const char *name, double radius);

enum { CHIP_MAX = 110 };
struct chip {
    double angle;
    int label;
};
/* Badges in order round a circle, those closer than `gap` rad moved apart evenly. */
void chips_spread(struct chip *chip, int n, double gap);

/* decided minus safe; at most REGION_ARC_MAX arcs. */
int region_zones(const struct region_class *region, struct arc *out);
/* Where safe arcs end inside the class's own sectors; at most 2 REGION_ARC_MAX angles. */
int region_edges(const struct region_class *region, double *out);
/* The margin zone around the boundary between the two classes of a selection, from one class's safe edge to the
 * other's. False when the two do not touch. */
bool disc_zone(const struct scene *scene, const struct selection *selection, struct arc *zone);

/* True for a loss whose margin is an angle the zone itself has: ArcFace's m, when there is room for it. */
bool zone_is_margin(const struct scene *scene, struct arc zone);

/* The hatching over every class's margin zone; twice as dense where a class has no room. */
void zones_hatch(const struct disc *d, const struct scene *scene, const struct look *look);
/* A class that no direction satisfies: nothing of its sector is free of the margin. */
bool class_no_room(const struct scene *scene, int label);

#define ROSE_SHARE 0.15              /* tallest bar of the rose, of the radius */
/* How many samples lie in each direction, stacked by class outside the rim. */
void rose_draw(const struct disc *d, struct scene *scene, const struct look *look, double gap);

/* 1, or 0.3 when another class is lit. */
double class_alpha(const struct look *look, int label);

#endif
