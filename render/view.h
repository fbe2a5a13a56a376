/* view.h - every picture as a row: a function of snapshot, look and rectangle that knows no backend, so that the
 * window, exports and tests draw the same strokes. */
#ifndef RENDER_VIEW_H
#define RENDER_VIEW_H

#include "math/dataset.h"
#include "math/lens.h"
#include "math/snapshot.h"
#include "math/region.h"
#include "math/region_sphere.h"
#include "render/canvas.h"
#include "render/solid.h"
#include "render/sorted.h"
#include "render/theme.h"

enum layer { LAYER_REGIONS = 1, LAYER_MARGINS = 2, LAYER_WEIGHTS = 4, LAYER_ROSE = 8, LAYER_SHAPES = 16,
    LAYER_LEGEND = 32, LAYER_STATS = 64, LAYER_LINKS = 128, LAYER_CENTERS = 256,
    LAYER_ALL = 511,                  /* what is on at first */
    LAYER_GROUPS = 512 };             /* colour by group in place of class */

/* What stands around the view in a figure, and the loss curve over its corner. */
enum figure_part { PART_TITLE = 1, PART_LEGEND = 2, PART_CAPTION = 4, PART_CURVE = 8,
    PART_DEFAULT = PART_TITLE | PART_LEGEND | PART_CAPTION };

enum { COMPARE_MAX = 4 };            /* trainings side by side */
struct scene;
struct figure_span;

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
    unsigned parts;               /* enum figure_part */
    bool formula_first;           /* header: the formula in place of the inequality where both have no room */
    float orbit[4];               /* how the sphere is turned: a unit quaternion x, y, z, w */
    double tau;                   /* verification threshold, a cosine; NaN: the one of equal errors */
    bool interactive;             /* false in exports: no toggles, no hover */
    bool bare;                    /* a cell among others: no title, legend or numbers in its corners */
    double cross_step;            /* curves: the step under the cross-hair; NaN: none */
    const struct snapshot *ghost[3];  /* curves: earlier trainings, drawn thin; borrowed */
    int ghosts;
    struct scene *beside[COMPARE_MAX - 1];   /* compare: the other trainings; borrowed */
    int besides;
    int most_points;              /* planes and balls draw an even part of the samples, about so many; 0: all */
    double stage_angle, stage_norm[2];    /* two classes: between the weights, radians; their lengths */
    bool probing;                 /* a free point takes the place of the selected sample under the lens */
    double probe[3];              /* in feature space */
    int probe_label;              /* the class it is said to be of */
    const struct curves_reach *reach;     /* curves: axes shared with others, or NULL; borrowed */
    const struct figure_span *span;   /* one of many figures in a row (render/span.h), or NULL; borrowed */
};
void look_init(struct look *look, const struct theme *theme);
/* Of so many samples every how many'th is drawn: look.most_points. */
int look_stride(const struct look *look, int count);
/* By how much each of so many points is drawn smaller. */
double look_crowd(int shown);

/* Geometry computed once per snapshot and shared by all views; lives as long as the snapshot is shown.
 * scene_update allocates only when it must grow. */
struct scene {
    const struct snapshot *snap;      /* borrowed */
    const struct loss *loss;          /* of it; the next scene_update comes when the snapshot may be gone */
    const struct dataset *source;     /* what the snapshot was made of, or NULL; borrowed */
    struct region_class *region;      /* (classes) for angular losses in 2-D */
    float *angle;                     /* (count) angle of each shown feature, 2-D */
    float *own, *rival;               /* (count) theta to the own and the nearest other weight, radians */
    int *rival_class;                 /* (count) */
    bool angular;                     /* regions are sectors; with a curved edge, those at the median norm */
    bool sectors;                     /* `region` is filled: angular, or with a bias the sectors at the median norm */
    bool data;                        /* the plane shows the data's own coordinates, not a disc of features */
    double box[4];                    /* x0 y0 x1 y1 of what it shows then */
    struct sphere_map ball;           /* regions of 3-D directions; none in other dimensions */
    struct solid solid;               /* directions in three dimensions, from 3-D on */
    float *eye;                       /* (count, 3) where a turned ball has the samples, NaN for none: of one drawing */
    double ring;                      /* norm at the ring, a 1-2-5 step above norm_p99, with hysteresis */
    double least_end[2];              /* degrees the axes of view_angles and view_logit have at least (render/span.h) */
    double least_reach[2];            /* and the places of view_score */
    int typical;                      /* what scene_typical answers */
    int typical_age;                  /* snapshots since it was chosen */
    double *unit;                     /* (classes * sub, dim) rows of the rule's head of length 1, zero rows zero */
    int count_capacity, class_capacity, unit_capacity;
    struct field *field;              /* what view_field works with (render/field.h), or NULL */
    struct input_shape *input;        /* snap->inputs as outlines (render/input_shape.h), or NULL */
    bool ranked;                      /* `sure` is of this snapshot; view_input ranks when it is drawn */
    float *sure;                      /* (count) certainty of each shown sample, below 0 where it is wrong */
    int *order;                       /* (2 count) samples, most interesting first; the rest is for sorting */
    int order_count, order_age;       /* samples in `order`, and snapshots since it was made */
    double *work;                     /* loss_work() of one sample */
    int work_capacity;
    struct sorted by;                 /* samples by class, group or the like, for the one who draws */
    struct point *scratch;            /* for polygons and markers */
    int scratch_capacity;
};
/* `source` is borrowed as long as the snapshot; NULL: there are no images and no inputs. False without memory: then the
 * scene has no snapshot. */
bool scene_update(struct scene *scene, const struct snapshot *snap, const struct dataset *source);
void scene_clear(struct scene *scene);

/* The selected sample's numbers, the same in header, plane, fan, psi and histogram. False without a selection. */
struct selection {
    int sample, own, rival;
    double own_angle, rival_angle;    /* radians */
    double slack;                     /* of the train rule; in radians for angle losses, else logit units */
    bool slack_is_angle, meets;
};                                    /* in a regression own = rival = 0, and there are no angles and no slack */
bool scene_select(const struct scene *scene, const struct look *look, struct selection *out);
/* Without a selection the header, fan and psi show this typical sample: the shown one closest to its class's
 * margin boundary among those the test rule gets right and that are at least half the median norm long (it stays
 * for as long as it is nearly the closest, and before another pair of classes is shown, another of this pair is); -1 when there is none. */
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
/* What a view shows that a snapshot carries only when the trainer is asked for it; `large`: it fills the main area or
 * a figure. */
enum { NEEDS_RECOGNITION = 1, NEEDS_INPUTS = 2 };
/* Draws other trainings beside its own: in cells of their own, or as thin lines (look.beside, look.ghost). */
bool view_shows_others(const struct view *view);
unsigned view_needs(const struct view *view, bool large);
/* Draws the view, or its frame and the sentence why not. */
void view_draw(const struct view *view, struct canvas *c, struct scene *scene, const struct look *look,
    struct rect rect);

extern const struct view view_feature, view_sphere, view_curves, view_logit, view_angles, view_pairs, view_roc, view_score,
    view_field, view_confusion, view_stage, view_input, view_lens, view_compare, view_dashboard;

/* The sphere of 3-D features: its turning by a drag of (dx, dy) px on a ball of that radius (dy down), about the line
 * of sight, and so that a direction faces the eye; sample within 8 px of `at` on the near side; chip under `at`. */
void look_orbit(struct look *look, double dx, double dy, double radius);
void look_drag(struct look *look, struct rect rect, struct point from, struct point to);   /* what is held stays held */
void look_roll(struct look *look, double angle);
void look_face(struct look *look, const double *direction);
void look_init_orbit(struct look *look);          /* as at first, at zoom 1 */
double look_ball_radius(const struct look *look, struct rect rect);   /* of the ball, px */
int sphere_pick(const struct scene *scene, const struct look *look, struct rect rect, struct point at);
/* Where the sample is on the near side; false behind. */
bool sphere_place(const struct scene *scene, const struct look *look, struct rect rect, int sample, struct point *out);
int sphere_pick_chip(const struct scene *scene, const struct look *look, struct rect rect, struct point at);

/* The threshold in use, and the one of the curve's point nearest to `at`; NaN away from the plot. */
double roc_tau(const struct scene *scene, const struct look *look);
double roc_next(const struct scene *scene, const struct look *look, int points);   /* so many points along the curve */
double roc_pick(const struct scene *scene, const struct look *look, struct rect rect, struct point at);

/* Where the axes of angles end, degrees: as far as the samples lie, or scene.least_end. */
double angles_end(const struct scene *scene);
double logit_end(const struct scene *scene, bool large);
/* The lowest and highest place of a sample in the score view, 0 between them. */
void score_reach(const struct scene *scene, double reach[2]);

/* How far the axes of several curves go together; all zeros at first. */
struct curves_reach {
    bool known;
    double steps, accuracy, loss[2];  /* accuracy: where its axis begins */
};
void curves_reach_take(struct curves_reach *reach, const struct snapshot *snap, const struct look *look);

/* The step of the curves under `at`, for look.cross_step; NaN away from them. */
double curves_pick(const struct scene *scene, const struct look *look, struct rect rect, struct point at);

/* The two weights of the stage. Handle 0 or 1: the tip of W1, W2 under `at`; -1 none. A drag sets its length, and for
 * W2 the angle between them. */
int stage_pick(const struct look *look, struct rect rect, struct point at);
void stage_drag(struct look *look, struct rect rect, int handle, struct point at);
void stage_nudge(struct look *look, int handle, double degrees, double length);   /* by so much */

/* The sample whose dot, image or row is under `at`; -1 none. */
int input_pick(struct scene *scene, const struct look *look, struct rect rect, struct point at);
/* Where `at` lies among inputs of two numbers, and back; false outside of their plane, or without one. */
bool input_unplace(struct scene *scene, const struct look *look, struct rect rect, struct point at, double out[2]);
bool input_place(struct scene *scene, const struct look *look, struct rect rect, const double xy[2],
    struct point *out);

/* What is under the lens: the probe, the selected sample or else the typical one. Its feature (LENS_DIM) and numbers;
 * false when there is nothing. lens_sample: which shown sample, -1 for the probe. */
bool lens_of(const struct scene *scene, const struct look *look, double *x, struct lens *out);
int lens_sample(const struct scene *scene, const struct look *look);

/* The cells of a comparison, the scene's own first; returns how many. In a cell, where its plane or ball is drawn, and
 * with which look: the sample of the same row is selected in all. compare_view: what is drawn there. */
int compare_layout(const struct look *look, struct rect rect, struct rect cell[COMPARE_MAX]);
struct rect compare_picture(struct rect cell);
struct look compare_look(const struct scene *first, const struct scene *scene, const struct look *look);
const struct view *compare_view(const struct scene *scene);
/* The sample of the same data row; -1 where there is none. */
int compare_sample(const struct scene *from, int sample, const struct scene *to);

/* The pieces the window arranges by itself (view_dashboard arranges the same ones). */
void header_draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect);

/* Feature plane geometry, shared by drawing and picking. */
struct plane {
    struct point center;              /* where the origin is */
    double radius;                    /* of the ring, px; half the height of the data without one */
    double unit, unit_y;              /* px per feature unit; they differ where y is a regression's target */
};
struct plane feature_plane(const struct scene *scene, const struct look *look, struct rect rect);
/* Sample within 8 px of `at`, nearest first; -1 none. Class chip under `at`; -1 none. */
int feature_pick(const struct scene *scene, const struct look *look, struct rect rect, struct point at);
int feature_pick_chip(const struct scene *scene, const struct look *look, struct rect rect, struct point at);
struct point feature_place(const struct scene *scene, const struct plane *plane, int sample);
/* A sample's coordinates there: its feature; in a regression x (the fit where there are more) and the target. */
void scene_xy(const struct scene *scene, int sample, double xy[2]);
/* Where `at` lies in the data, for a plane that shows the data themselves (two inputs as they are, or one and the
 * target of a regression); else false. */
bool feature_unplace(const struct scene *scene, const struct look *look, struct rect rect, struct point at,
    double out[2]);
/* Rectangles of the layer toggles ("regions margins weights ...") that mean something here, for the window to make
 * clickable. */
enum { FEATURE_TOGGLES = 8 };
int feature_toggles(const struct scene *scene, struct rect rect, struct rect out[FEATURE_TOGGLES],
    enum layer layer[FEATURE_TOGGLES], const char *label[FEATURE_TOGGLES]);

/* A whole figure: title line, view, legend, caption (loss, parameters, seed, step). */
void figure_draw(struct canvas *c, const struct view *view, struct scene *scene, const struct look *look,
    double width, double height);
/* Where figure_draw lays the feature plane, alone or in the dashboard; another view's whole rectangle. */
struct rect figure_plane(const struct view *view, const struct scene *scene, const struct look *look,
    double width, double height);
/* "Softmax + center" */
void figure_title(const struct snapshot *snap, char *out, int size);
/* What it does, in a few words: of its terms where it has any. */
void figure_subtitle(const struct loss_force *force, char *out, int size);
/* The loss with what is added to it, as formula text (render/formula.h). `added` as in struct experiment. */
void figure_formula(const struct loss *loss, const bool *added, char *out, int size);
/* arcface_m0.30_s16_seed6_step4000 */
void figure_name(const struct snapshot *snap, char *out, int size);
/* "MLP 128-64-2", with "…" for those of its widths that are told elsewhere. */
enum { SHAPE_FILTERS = 1, SHAPE_HIDDEN = 2, SHAPE_FEATURE = 4 };
void figure_model(const struct experiment *e, unsigned without, char *out, int size);
/* "mnist · MLP 128-64-2 · ArcFace m 0.30, s 30 · Adam 1e-3, batch 128 · seed 1 · step 4,000 · train 96.4 % ..." */
void figure_caption(const struct snapshot *snap, char *out, int size);
/* And the pinned point with its angles. */
void figure_caption_of(
    const struct view *view, const struct scene *scene, const struct look *look, char *out, int size);

#endif
