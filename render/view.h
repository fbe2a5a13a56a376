/* view.h - every picture as a row: a function of snapshot, look and rectangle that knows no backend, so that the
 * window, exports and tests draw the same strokes. */
#ifndef RENDER_VIEW_H
#define RENDER_VIEW_H

#include "math/snapshot.h"
#include "math/region.h"
#include "render/canvas.h"
#include "render/theme.h"

enum layer { LAYER_REGIONS = 1, LAYER_MARGINS = 2, LAYER_WEIGHTS = 4, LAYER_ROSE = 8, LAYER_SHAPES = 16,
    LAYER_LEGEND = 32, LAYER_STATS = 64, LAYER_ALL = 127 };

/* How a person looks at the snapshot: kept by the window, default in exports. */
struct look {
    const struct theme *theme;
    double zoom;                  /* feature plane: 1 fits the ring into its rectangle */
    double pan_x, pan_y;          /* logical px */
    double ring;                  /* feature norm drawn at the ring; <= 0: from the snapshot (look_follow) */
    unsigned layers;              /* enum layer */
    int selected;                 /* shown sample 0..count-1 pinned or hovered, -1 none */
    bool pinned;
    int lit_class;                /* others fall to 30 %; -1 none */
    bool transparent;             /* exports: no background */
    bool formula_first;           /* header: the formula in place of the inequality where both have no room */
    bool interactive;             /* false in exports: no toggles, no hover */
};
void look_init(struct look *look, const struct theme *theme);

/* Geometry computed once per snapshot and shared by all views; lives as long as the snapshot is shown.
 * scene_update allocates only when it must grow. */
struct scene {
    const struct snapshot *snap;      /* borrowed */
    const uint8_t *pixel;             /* data set's images by row, or NULL; borrowed */
    struct region_class *region;      /* (classes) for angular losses in 2-D */
    float *angle;                     /* (count) angle of each shown feature, 2-D */
    float *own, *rival;               /* (count) theta to the own and the nearest other weight, radians */
    int *rival_class;                 /* (count) */
    bool angular;                     /* regions are sectors */
    double ring;                      /* norm at the ring, a 1-2-5 step above norm_p99, with hysteresis */
    int typical;                      /* what scene_typical answers */
    int typical_age;                  /* snapshots since it was chosen */
    double *unit;                     /* (classes, dim) class weights of length 1, zero rows zero */
    int count_capacity, class_capacity, unit_capacity;
    struct point *scratch;            /* for polygons and markers */
    int scratch_capacity;
};
bool scene_update(struct scene *scene, const struct snapshot *snap, const uint8_t *pixel);
void scene_clear(struct scene *scene);

/* The selected sample's numbers, the same in header, plane, fan, psi and histogram. False without a selection. */
struct selection {
    int sample, own, rival;
    double own_angle, rival_angle;    /* radians */
    double slack;                     /* of the train rule; in radians for angle losses, else logit units */
    bool slack_is_angle, meets;
};
bool scene_select(const struct scene *scene, const struct look *look, struct selection *out);
/* Without a selection the header, fan and psi show this typical sample: the shown one closest to its class's
 * margin boundary among those the test rule gets right and that are at least half the median norm long (it stays
 * for 60 snapshots, and for as long as it is nearly the closest); -1 when there is none. */
int scene_typical(const struct scene *scene);
/* The selected sample or else the typical one; false when there is neither. */
bool view_selection(const struct scene *scene, const struct look *look, struct selection *out);

struct view {
    const char *id, *label;
    void (*draw)(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect);
    /* why there is nothing to show for this experiment, or NULL when there is */
    const char *(*missing)(const struct scene *scene);
};
int view_count(void);
const struct view *view_at(int i);
const struct view *view_find(const char *id);
/* Draws the view, or its frame and the sentence why not. */
void view_draw(const struct view *view, struct canvas *c, struct scene *scene, const struct look *look,
    struct rect rect);

extern const struct view view_feature, view_sphere, view_curves, view_logit, view_angles, view_dashboard;

/* The pieces the window arranges by itself (view_dashboard arranges the same ones). */
void header_draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect);

/* Feature plane geometry, shared by drawing and picking. */
struct plane {
    struct point center;
    double radius;                    /* of the ring, px */
    double unit;                      /* px per feature unit */
};
struct plane feature_plane(const struct scene *scene, const struct look *look, struct rect rect);
/* Sample within 8 px of `at`, nearest first; -1 none. Class chip under `at`; -1 none. */
int feature_pick(const struct scene *scene, const struct look *look, struct rect rect, struct point at);
int feature_pick_chip(const struct scene *scene, const struct look *look, struct rect rect, struct point at);
/* Rectangles of the layer toggles ("regions margins weights rose shapes"), for the window to make clickable. */
int feature_toggles(struct rect rect, struct rect out[5], enum layer layer[5], const char *label[5]);

/* A whole figure: title line, view, legend, caption (loss, parameters, seed, step). */
void figure_draw(struct canvas *c, const struct view *view, struct scene *scene, const struct look *look,
    double width, double height);
/* Where figure_draw lays the feature plane, alone or in the dashboard; another view's whole rectangle. */
struct rect figure_plane(
    const struct view *view, const struct scene *scene, double width, double height);
/* arcface_m0.30_s16_seed6_step4000 */
void figure_name(const struct snapshot *snap, char *out, int size);
/* "mnist · MLP 128-64-2 · ArcFace m 0.30, s 30 · Adam 1e-3, batch 128 · seed 1 · step 4,000 · train 96.4 % ..." */
void figure_caption(const struct snapshot *snap, char *out, int size);

#endif
