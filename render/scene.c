/* scene.c - what several views need of one snapshot, computed once: sectors, angles, the ring, the sample that
 * stands for all when none is chosen. */
#include "math/draw.h"
#include "render/angles.h"
#include "render/field.h"
#include "render/input_shape.h"
#include "render/view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

/* Polygons and polylines of a full circle need at most this many corners, however few samples there are. */
enum { SCRATCH_MIN = 8192 };

void look_init(struct look *look, const struct theme *theme)
{
    *look = (struct look){
        .theme = theme,
        .zoom = 1,
        .layers = LAYER_ALL,
        .selected = -1,
        .lit_class = -1,
        .orbit = { 0, 0, 0, 1 },
        .tau = NAN,
        .interactive = true,
        .parts = PART_DEFAULT,
        .cross_step = NAN,
        .stage_angle = PI / 3,
        .stage_norm = { 1, 1 },
    };
}

/* ---- room ---- */

/* The array, or a larger copy of it; NULL without memory (then the old one stays). */
static void *grown(void *array, int have, int wanted, size_t size)
{
    if (array && have >= wanted)
        return array;
    return realloc(array, (size_t)(wanted > 0 ? wanted : 1) * size);
}

static bool grow_samples(struct scene *scene, int count, int classes)
{
    int have = scene->count_capacity;
    float *angle = grown(scene->angle, have, count, sizeof *angle);
    scene->angle = angle ? angle : scene->angle;
    float *own = grown(scene->own, have, count, sizeof *own);
    scene->own = own ? own : scene->own;
    float *rival = grown(scene->rival, have, count, sizeof *rival);
    scene->rival = rival ? rival : scene->rival;
    int *rival_class = grown(scene->rival_class, have, count, sizeof *rival_class);
    scene->rival_class = rival_class ? rival_class : scene->rival_class;
    float *eye = grown(scene->eye, have, count, 3 * sizeof *eye);
    scene->eye = eye ? eye : scene->eye;
    float *sure = grown(scene->sure, have, count, sizeof *sure);
    scene->sure = sure ? sure : scene->sure;
    int keys = classes > GROUP_MAX ? classes : GROUP_MAX;
    int *order = grown(scene->order, have, count, 2 * sizeof *order);
    scene->order = order ? order : scene->order;
    if (!angle || !own || !rival || !rival_class || !eye || !sure || !order ||
        !sorted_reserve(&scene->by, count, keys))
        return false;
    scene->count_capacity = count > have ? count : have;
    return true;
}

static bool grow_classes(struct scene *scene, int classes, int weights)
{
    struct region_class *region = grown(scene->region, scene->class_capacity, classes, sizeof *region);
    scene->region = region ? region : scene->region;
    double *unit = grown(scene->unit, scene->unit_capacity, weights, sizeof *unit);
    scene->unit = unit ? unit : scene->unit;
    if (!region || !unit)
        return false;
    scene->class_capacity = classes > scene->class_capacity ? classes : scene->class_capacity;
    scene->unit_capacity = weights > scene->unit_capacity ? weights : scene->unit_capacity;
    return true;
}

static int scene_rows(const struct snapshot *snap)
{
    return snap->sub > 1 ? snap->sub : 1;
}

static bool grow_work(struct scene *scene, const struct snapshot *snap)
{
    int wanted = (int)loss_work(1, snap->classes, snap->dim);
    double *work = grown(scene->work, scene->work_capacity, wanted, sizeof *work);
    if (!work)
        return false;
    scene->work = work;
    scene->work_capacity = wanted > scene->work_capacity ? wanted : scene->work_capacity;
    return true;
}

static bool make_room(struct scene *scene, const struct snapshot *snap)
{
    int wanted = snap->count > SCRATCH_MIN ? snap->count : SCRATCH_MIN;
    struct point *scratch = grown(scene->scratch, scene->scratch_capacity, wanted, sizeof *scratch);
    if (!scratch)
        return false;
    scene->scratch = scratch;
    scene->scratch_capacity = wanted > scene->scratch_capacity ? wanted : scene->scratch_capacity;
    return grow_samples(scene, snap->count, snap->classes) && grow_work(scene, snap) &&
           grow_classes(scene, snap->classes, snap->classes * scene_rows(snap) * snap->dim);
}

/* ---- the ring ---- */

/* Round numbers at most a factor 1.5 apart, so that the disc is never half empty. */
static double ring_above(double norm)
{
    static const double steps[] = { 1, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 10 };
    double decade = pow(10, floor(log10(norm)));
    int i = 0;
    while (steps[i] < 10 && steps[i] * decade < norm * (1 - 1e-9))
        i++;
    return steps[i] * decade;
}

/* Grows at once; shrinks only when the features fill less than 0.6 of the disc, or it would twitch. */
static double ring_follow(double ring, double norm_p99)
{
    double wanted = norm_p99 > 1e-9 && isfinite(norm_p99) ? ring_above(norm_p99) : 1;
    bool keep = ring > 0 && wanted <= ring && wanted >= 0.6 * ring;
    return keep ? ring : wanted;
}

/* ---- angles ---- */

static void weight_units(struct scene *scene, const struct snapshot *snap)
{
    const double *rows = snapshot_head(snap).weight;
    for (int j = 0; j < snap->classes * scene_rows(snap); j++) {
        const double *w = &rows[(size_t)j * (size_t)snap->dim];
        double *u = &scene->unit[(size_t)j * (size_t)snap->dim], square = 0;
        for (int d = 0; d < snap->dim; d++)
            square += w[d] * w[d];
        double scale = square >= 1e-24 ? 1 / sqrt(square) : 0;
        for (int d = 0; d < snap->dim; d++)
            u[d] = w[d] * scale;
    }
}

static double dot(const float *x, const double *u, int dim)
{
    double sum = 0;
    for (int d = 0; d < dim; d++)
        sum += (double)x[d] * u[d];
    return sum;
}

/* ---- slack ---- */

/* Losses that compare angles and nothing else: theirs is a margin in degrees. */
static bool compares_angles(const struct loss_force *force)
{
    const struct loss *loss = force->loss;
    bool bends_cosine = loss->family == FAMILY_COSINE_MINUS || loss->family == FAMILY_COMBINED;
    return loss_decision(force) == DECIDE_COSINE && !loss->slack && !bends_cosine;
}

/* How far the rival is beyond the angle whose plain cosine equals the own target (theta + m for ArcFace, m theta
 * for A-Softmax). Past 180 degrees the target falls below -1: what is missing counts on. */
static double angle_slack(const struct loss_force *force, double own, double rival)
{
    double target = loss_target(force, cos(own)).value;
    double bent = target < -1 ? PI + (-1 - target) : acos(fmin(target, 1));
    return rival - bent;
}

enum { DIM_MAX = 512 };

static double logit_slack(const struct scene *scene, int i)
{
    const struct snapshot *snap = scene->snap;
    struct head head = snapshot_head(snap);
    double x[DIM_MAX];
    if (snap->dim > DIM_MAX)
        return NAN;
    for (int d = 0; d < snap->dim; d++)
        x[d] = (double)snap->feature[(size_t)i * (size_t)snap->dim + (size_t)d];
    return loss_slack(&snap->force, x, snap->label[i], &head);
}

static double score(const struct snapshot *snap, int i, int j)
{
    const float *x = &snap->feature[(size_t)i * (size_t)snap->dim];
    return dot(x, &snap->weight[(size_t)j * (size_t)snap->dim], snap->dim) + snap->bias[j];
}

/* Of several labels the one that is furthest from right: t_j z_j. */
static double labels_slack(const struct snapshot *snap, int i)
{
    double least = INFINITY;
    for (int j = 0; j < snap->classes; j++) {
        bool has = j < snap->targets ? snap->target[(size_t)i * (size_t)snap->targets + (size_t)j] > 0
                                     : j == snap->label[i];
        least = fmin(least, has ? score(snap, i, j) : -score(snap, i, j));
    }
    return least;
}

static double sample_slack(const struct scene *scene, int i)
{
    if (loss_decision(&scene->snap->force) == DECIDE_EACH)
        return labels_slack(scene->snap, i);
    if (compares_angles(&scene->snap->force))
        return angle_slack(&scene->snap->force, (double)scene->own[i], (double)scene->rival[i]);
    return logit_slack(scene, i);
}

/* The best logit of another class where the lengths of the weights count; x as floats, straight from the snapshot. */
static double linear_rival(const struct snapshot *snap, const float *x, int label)
{
    double best = -INFINITY;
    for (int j = 0; j < snap->classes; j++)
        if (j != label)
            best = fmax(best, dot(x, &snap->weight[(size_t)j * (size_t)snap->dim], snap->dim));
    return best;
}

static double norm(const struct snapshot *snap, int i)
{
    double square = 0;
    for (int d = 0; d < snap->dim; d++) {
        double x = (double)snap->feature[(size_t)i * (size_t)snap->dim + (size_t)d];
        square += x * x;
    }
    return sqrt(square);
}

static double logit_scale(const struct loss_force *force)
{
    for (int i = 0; i < loss_param_count(force->loss); i++)
        if (force->loss->param[i].role == ROLE_SCALE)
            return force->param[i];
    return 1;
}

/* loss_slack up to rounding, from the angles at hand: thousands of samples are searched at every snapshot. */
static double quick_slack(const struct scene *scene, int i)
{
    const struct snapshot *snap = scene->snap;
    const struct loss_force *force = &snap->force;
    enum loss_radius radius = force->loss->radius;
    if (compares_angles(force))
        return angle_slack(force, (double)scene->own[i], (double)scene->rival[i]);
    if (loss_decision(force) == DECIDE_EACH)
        return labels_slack(snap, i);
    if (radius == RADIUS_LINEAR || force->loss->slack)
        return logit_slack(scene, i);
    double target = loss_target(force, cos((double)scene->own[i])).value;
    if (radius == RADIUS_BOTH) {
        int label = snap->label[i];
        const float *x = &snap->feature[(size_t)i * (size_t)snap->dim];
        const double *w = &snap->weight[(size_t)label * (size_t)snap->dim];
        double square = 0;
        for (int d = 0; d < snap->dim; d++)
            square += w[d] * w[d];
        return sqrt(square) * norm(snap, i) * target - linear_rival(snap, x, label);
    }
    double length = radius == RADIUS_SCALE && !force->norm_radius ? logit_scale(force) : norm(snap, i);
    return length * (target - cos((double)scene->rival[i]));
}

/* Near the origin every direction is a matter of chance, and there is no ray to see. */
static bool is_short(const struct scene *scene, int i)
{
    return scene->angular && norm(scene->snap, i) < 0.5 * scene->snap->norm_median;
}

/* Candidates for the typical sample: right by the test rule, where there is one right class. */
static bool is_typical(const struct scene *scene, int i)
{
    const struct snapshot *snap = scene->snap;
    bool right = loss_decision(&snap->force) == DECIDE_EACH || snap->predicted[i] == snap->label[i];
    return right && !is_short(scene, i);
}

/* About a second where training is watched, so that the header can be read. */
enum { TYPICAL_KEPT = 60 };

/* What a tenth of a radian is worth in the units of the slack, roughly. */
static double close_call(const struct snapshot *snap)
{
    const struct loss_force *force = &snap->force;
    if (compares_angles(force))
        return 0.1;
    bool fixed = force->loss->radius == RADIUS_SCALE && !force->norm_radius;
    return 0.1 * (fixed ? logit_scale(force) : snap->norm_median);
}

/* More are not searched at every snapshot: among so many one is close. */
enum { SEARCHED_MOST = 8192 };

/* The closest of all and the closest of the two classes shown last, with the distances of these and of the last. */
struct closest {
    int best, paired;
    double least, least_paired, old;
};

static struct closest find_closest(const struct scene *scene, int last, int rival)
{
    const struct snapshot *snap = scene->snap;
    struct closest c = { -1, -1, INFINITY, INFINITY, INFINITY };
    int stride = (snap->count + SEARCHED_MOST - 1) / SEARCHED_MOST;
    for (int i = 0; i < snap->count && snap->classes > 1; i += stride) {
        if (!is_typical(scene, i))
            continue;
        double distance = fabs(quick_slack(scene, i));
        if (i == last)
            c.old = distance;
        if (distance < c.least) {
            c.least = distance;
            c.best = i;
        }
        bool pair = last >= 0 && snap->label[i] == snap->label[last] && scene->rival_class[i] == rival;
        if (pair && distance < c.least_paired) {
            c.least_paired = distance;
            c.paired = i;
        }
    }
    return c;
}

/* The last one stays while it is right and nearly the closest, at first with more patience; and before another pair
 * of classes is shown, another sample of this pair: who reads must not lose the thread. */
static int find_typical(const struct scene *scene, int last, int rival)
{
    struct closest c = find_closest(scene, last, rival);
    bool patient =
        isfinite(c.old) && scene->typical_age < TYPICAL_KEPT && scene->own[last] < scene->rival[last];
    double near = c.least + close_call(scene->snap) * (patient ? 1 : 0.5);
    if (c.best < 0)
        return last;
    if (c.old <= near && scene->rival_class[last] == rival)
        return last;
    if (c.least_paired <= near)
        return c.paired;
    return c.old <= near ? last : c.best;
}

/* In a regression the one the line is furthest from. */
static int find_outlier(const struct snapshot *snap)
{
    double most = -1;
    int best = -1;
    for (int i = 0; i < snap->count && snap->targets > 0; i++) {
        double away = fabs(score(snap, i, 0) - (double)snap->target[(size_t)i * (size_t)snap->targets]);
        if (away > most) {
            most = away;
            best = i;
        }
    }
    return best;
}

/* ---- the data's own plane ---- */

static bool is_regression(const struct snapshot *snap)
{
    return snap->force.loss->task == TASK_REAL && snap->targets > 0 && snap->classes > 0;
}

/* A linear model of two numbers, or a regression: then the features are the data, or a line is what is learned. */
static bool shows_data(const struct snapshot *snap)
{
    bool linear = snap->experiment.model == MODEL_IDENTITY && snap->force.loss->task != TASK_CLASS;
    return (snap->count > 0 || draw_chosen(&snap->experiment)) &&
           (is_regression(snap) || (linear && snap->dim == 2));
}

void scene_xy(const struct scene *scene, int sample, double xy[2])
{
    const struct snapshot *snap = scene->snap;
    const float *x = &snap->feature[(size_t)sample * (size_t)snap->dim];
    if (!is_regression(snap)) {
        xy[0] = (double)x[0];
        xy[1] = snap->dim > 1 ? (double)x[1] : 0;
        return;
    }
    xy[0] = snap->dim == 1 ? (double)x[0] : score(snap, sample, 0);
    xy[1] = (double)snap->target[(size_t)sample * (size_t)snap->targets];
}

/* Outward to a round number, so that a point moved by hand does not move the others. */
static void widen(double *low, double *high)
{
    double span = fmax(*high - *low, 1e-9 + 1e-6 * fabs(*high)), decade = pow(10, floor(log10(span / 10)));
    double share = span / 10 / decade, step = decade * (share <= 1      ? 1
                                                           : share <= 2 ? 2
                                                           : share <= 5 ? 5
                                                                        : 10);
    *low = step * floor(*low / step - 0.25);
    *high = step * ceil(*high / step + 0.25);
}

static void data_box(struct scene *scene)
{
    double *box = scene->box;
    if (draw_chosen(&scene->snap->experiment)) {
        draw_box(&scene->snap->experiment, box);
        return;
    }
    box[0] = box[1] = INFINITY;
    box[2] = box[3] = -INFINITY;
    for (int i = 0; i < scene->snap->count; i++) {
        double xy[2];
        scene_xy(scene, i, xy);
        for (int d = 0; d < 2; d++) {
            box[d] = fmin(box[d], xy[d]);
            box[d + 2] = fmax(box[d + 2], xy[d]);
        }
    }
    for (int d = 0; d < 2; d++) {
        if (!isfinite(box[d]) || !isfinite(box[d + 2])) {
            box[d] = -1;
            box[d + 2] = 1;
        }
        widen(&box[d], &box[d + 2]);
    }
}

/* ---- the scene ---- */

static bool build(struct scene *scene, const struct snapshot *snap, const struct dataset *source)
{
    if (!make_room(scene, snap))
        return false;
    bool same = scene->snap && scene->loss == snap->force.loss && scene->ring > 0;
    int last = same && scene->typical < snap->count ? scene->typical : -1;
    int rival = last >= 0 ? scene->rival_class[last] : -1;
    scene->snap = snap;
    scene->loss = snap->force.loss;
    scene->source = source;
    scene->ranked = false;
    scene->order_age++;
    scene->angular =
        snap->dim == 2 && snap->classes > 0 && snap->force.loss && region_is_angular(&snap->force);
    scene->data = snap->force.loss && shows_data(snap);
    if (scene->data)
        data_box(scene);
    scene->ring = ring_follow(scene->ring, snap->norm_p99);
    if (draw_chosen(&snap->experiment) && snap->experiment.model == MODEL_IDENTITY) {
        double box[4]; /* the plane of the hand that draws must not move under it */
        draw_box(&snap->experiment, box);
        scene->ring = box[2] * (snap->norm_p99 > box[2] ? sqrt(2) : 1);
    }
    if (!input_shape_build(&scene->input, &snap->inputs))
        return false;
    weight_units(scene, snap);
    angles_measure(
        snap, scene->unit, scene_rows(snap), scene->own, scene->rival, scene->rival_class, scene->angle);
    scene->sectors = scene->angular || (snap->dim == 2 && snap->classes > 0 && snap->force.loss &&
                                           !scene->data && loss_decision(&snap->force) == DECIDE_LINEAR);
    if (scene->sectors) {
        struct head head = snapshot_head(snap);
        bool some = isfinite(snap->norm_median) && snap->norm_median > 0;
        region_sectors(&snap->force, &head, some ? snap->norm_median : 1, scene->region);
    }
    int sub = snap->sub > 1 ? snap->sub : 1;
    if (!solid_update(&scene->solid, snap, scene->unit, snap->classes * sub))
        return false;
    scene->ball.chains = scene->ball.points = 0;
    if (snap->dim == 3 && snap->classes > 0 && snap->force.loss) {
        struct head head = snapshot_head(snap);
        double norm = isfinite(snap->norm_median) && snap->norm_median > 0 ? snap->norm_median : 1;
        if (!sphere_map_build(&scene->ball, &snap->force, &head, norm))
            return false;
    }
    scene->typical = !snap->force.loss     ? -1
                     : is_regression(snap) ? find_outlier(snap)
                                           : find_typical(scene, last, rival);
    scene->typical_age = scene->typical == last && last >= 0 ? scene->typical_age + 1 : 0;
    return true;
}

bool scene_update(struct scene *scene, const struct snapshot *snap, const struct dataset *source)
{
    if (build(scene, snap, source))
        return true;
    scene->snap = NULL; /* the old one may be gone */
    return false;
}

void scene_clear(struct scene *scene)
{
    free(scene->region);
    free(scene->angle);
    free(scene->own);
    free(scene->rival);
    free(scene->rival_class);
    free(scene->unit);
    free(scene->scratch);
    free(scene->eye);
    free(scene->sure);
    free(scene->order);
    sorted_clear(&scene->by);
    free(scene->work);
    free(scene->input);
    field_destroy(scene->field);
    sphere_map_clear(&scene->ball);
    solid_clear(&scene->solid);
    memset(scene, 0, sizeof *scene);
}

int scene_typical(const struct scene *scene)
{
    return scene->snap && scene->snap->count > 0 ? scene->typical : -1;
}

bool scene_select(const struct scene *scene, const struct look *look, struct selection *out)
{
    int i = look->selected;
    if (!scene->snap || i < 0 || i >= scene->snap->count)
        return false;
    if (is_regression(scene->snap)) {
        *out = (struct selection){ .sample = i, .own_angle = NAN, .rival_angle = NAN, .slack = NAN };
        return true;
    }
    if (scene->rival_class[i] < 0)
        return false;
    double slack = sample_slack(scene, i);
    *out = (struct selection){
        .sample = i,
        .own = scene->snap->label[i],
        .rival = scene->rival_class[i],
        .own_angle = (double)scene->own[i],
        .rival_angle = (double)scene->rival[i],
        .slack = slack,
        .slack_is_angle = compares_angles(&scene->snap->force),
        .meets = slack > 0,
    };
    return true;
}
