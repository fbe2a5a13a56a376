/* view_ball.c - the unit sphere: cells and margin zones as polygons of arcs, samples as points on it, class weights as
 * spikes. What lies behind is drawn first and faint; the ball's own shade is the only thing that is not a stroke. */
#include "render/ball.h"

#include <cglm/cglm.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/axes.h"
#include "render/disc.h"
#include "render/feature_words.h"
#include "render/number.h"
#include "render/text.h"

static const double PI = 3.14159265358979323846;
static const double SPIKE = 1.17; /* length of a weight, of the radius */
static const double BEHIND = 0.45; /* strength of a spike behind the ball */

enum { LOOP_MAX = 6144, CROSSING_MAX = 64, SLICES = 8 };

/* ---- the camera ---- */

enum { SMALL_HEIGHT = 300, SMALL_BARE = 200 };

/* Has no room for badges. */
static bool is_small(const struct look *look, struct rect rect)
{
    return rect.h < (look->bare ? SMALL_BARE : SMALL_HEIGHT);
}

struct ball ball_layout(const struct look *look, struct rect rect)
{
    bool small = is_small(look, rect);
    double top = look->bare ? 0
                 : small    ? 34
                            : 20,
           room = small        ? fmin(rect.w, rect.h - 44) / 2
                  : look->bare ? fmin(rect.w, rect.h) / 2 - 22
                               : fmin(rect.w, rect.h - 56) / 2 - 30;
    struct ball b = { .center = { rect.x + rect.w / 2, rect.y + (rect.h + (small ? top : 2 * top)) / 2 } };
    b.radius = small ? fmax(room / 1.08, 20) : fmax(room / SPIKE, 30) * fmin(3, fmax(0.6, look->zoom));
    versor q;
    mat4 m;
    memcpy(q, look->orbit, sizeof q);
    if (glm_quat_norm(q) < 0.5f)
        glm_quat_identity(q);
    glm_quat_normalize(q);
    glm_quat_mat4(q, m);
    for (int row = 0; row < 3; row++)
        for (int column = 0; column < 3; column++)
            b.turn[3 * row + column] = m[column][row];
    return b;
}

void ball_turn(const struct ball *b, const double *d, double *out)
{
    for (int row = 0; row < 3; row++)
        out[row] = (double)b->turn[3 * row] * d[0] + (double)b->turn[3 * row + 1] * d[1] +
                   (double)b->turn[3 * row + 2] * d[2];
}

struct point ball_at(const struct ball *b, const double *eye)
{
    return (struct point){ b->center.x + b->radius * eye[0], b->center.y - b->radius * eye[1] };
}

void look_orbit(struct look *look, double dx, double dy, double radius)
{
    versor turn, now, after;
    vec3 axis = { (float)dy, (float)dx, 0 };
    double length = hypot(dx, dy);
    if (!(length > 0) || !(radius > 0))
        return;
    memcpy(now, look->orbit, sizeof now);
    glm_quatv(turn, (float)(length / radius), axis);
    glm_quat_mul(turn, now, after);
    glm_quat_normalize(after);
    memcpy(look->orbit, after, sizeof after);
}

/* The direction of the front under a point; false outside the ball and at its rim, where a pixel is a long way. */
static bool under(const struct ball *b, struct point at, double out[3])
{
    out[0] = (at.x - b->center.x) / b->radius;
    out[1] = (b->center.y - at.y) / b->radius;
    double square = out[0] * out[0] + out[1] * out[1];
    out[2] = sqrt(fmax(0, 1 - square));
    return square < 0.95;
}

void look_drag(struct look *look, struct rect rect, struct point from, struct point to)
{
    versor turn, now, after;
    double a[3], b[3];
    struct ball ball = ball_layout(look, rect);
    if (!under(&ball, from, a) || !under(&ball, to, b)) {
        look_orbit(look, to.x - from.x, to.y - from.y, ball.radius);
        return;
    }
    double cross[3] = { a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0] };
    double sine = sqrt(cross[0] * cross[0] + cross[1] * cross[1] + cross[2] * cross[2]);
    if (!(sine > 0))
        return;
    vec3 axis = { (float)(cross[0] / sine), (float)(cross[1] / sine), (float)(cross[2] / sine) };
    memcpy(now, look->orbit, sizeof now);
    glm_quatv(turn, (float)atan2(sine, a[0] * b[0] + a[1] * b[1] + a[2] * b[2]), axis);
    glm_quat_mul(turn, now, after);
    glm_quat_normalize(after);
    memcpy(look->orbit, after, sizeof after);
}

void look_init_orbit(struct look *look)
{
    versor none = GLM_QUAT_IDENTITY_INIT;
    memcpy(look->orbit, none, sizeof none);
    look->zoom = 1;
}

double look_ball_radius(const struct look *look, struct rect rect)
{
    return ball_layout(look, rect).radius;
}

void look_roll(struct look *look, double angle)
{
    versor turn, now, after;
    vec3 axis = { 0, 0, 1 };
    memcpy(now, look->orbit, sizeof now);
    glm_quatv(turn, (float)angle, axis);
    glm_quat_mul(turn, now, after);
    glm_quat_normalize(after);
    memcpy(look->orbit, after, sizeof after);
}

void look_face(struct look *look, const double *direction)
{
    double length =
        sqrt(direction[0] * direction[0] + direction[1] * direction[1] + direction[2] * direction[2]);
    vec3 from = { 0 }, to = { 0, 0, 1 };
    versor turn;
    if (!(length > 1e-12))
        return;
    for (int i = 0; i < 3; i++)
        from[i] = (float)(direction[i] / length);
    glm_quat_from_vecs(from, to, turn);
    memcpy(look->orbit, turn, sizeof turn);
}

/* ---- what of a region faces the eye ---- */

/* Pieces of border in front, and where they enter and leave the limb (angles on screen, y up). */
struct loops {
    const struct ball *ball;
    struct point *at; /* LOOP_MAX, scratch */
    int count, from[CROSSING_MAX], to[CROSSING_MAX];
    double enter[CROSSING_MAX], leave[CROSSING_MAX];
    bool open[CROSSING_MAX]; /* ends at the limb; else closed in front */
    int pieces;
    double winding; /* of borders behind, about the line of sight */
    bool any;
};

static void loop_point(struct loops *l, const double *eye)
{
    if (l->count < LOOP_MAX)
        l->at[l->count++] = ball_at(l->ball, eye);
}

/* Where an edge crosses the limb. */
static void crossing(const double *a, const double *b, double *out)
{
    double share = a[2] / (a[2] - b[2]), length;
    for (int i = 0; i < 3; i++)
        out[i] = a[i] + share * (b[i] - a[i]);
    out[2] = 0;
    length = hypot(out[0], out[1]);
    out[0] /= length > 0 ? length : 1;
    out[1] /= length > 0 ? length : 1;
}

static void chain_eye(
    const struct ball *b, const struct sphere_map *map, const struct sphere_chain *chain, int i, double *out)
{
    ball_turn(b, map->point[chain->from + i % chain->count].at, out);
}

static void begin_piece(struct loops *l, bool open, double enter)
{
    if (l->pieces < CROSSING_MAX) {
        l->open[l->pieces] = open;
        l->enter[l->pieces] = enter;
        l->from[l->pieces] = l->count;
    }
}

static void end_piece(struct loops *l, double leave)
{
    if (l->pieces < CROSSING_MAX && l->count > l->from[l->pieces]) {
        l->leave[l->pieces] = leave;
        l->to[l->pieces] = l->count;
        l->pieces++;
    }
}

/* The index of a point behind, -1 when the whole chain is in front, -2 when all of it is behind. */
static int find_behind(const struct ball *b, const struct sphere_map *map, const struct sphere_chain *chain)
{
    int behind = -1, front = 0;
    for (int i = 0; i < chain->count; i++) {
        double eye[3];
        chain_eye(b, map, chain, i, eye);
        front += eye[2] > 0;
        if (eye[2] <= 0)
            behind = i;
    }
    return front == 0 ? -2 : behind;
}

static double chain_winding(
    const struct ball *b, const struct sphere_map *map, const struct sphere_chain *chain)
{
    double turn = 0, p[3], q[3];
    for (int i = 0; i < chain->count; i++) {
        chain_eye(b, map, chain, i, p);
        chain_eye(b, map, chain, i + 1, q);
        turn += remainder(atan2(q[1], q[0]) - atan2(p[1], p[0]), 2 * PI);
    }
    return turn / (2 * PI);
}

static void add_chain(struct loops *l, const struct sphere_map *map, const struct sphere_chain *chain)
{
    int behind = find_behind(l->ball, map, chain);
    double p[3], q[3], cut[3];
    l->any = true;
    if (behind == -2) {
        l->winding += chain_winding(l->ball, map, chain);
        return;
    }
    if (behind == -1) {
        begin_piece(l, false, 0);
        for (int i = 0; i < chain->count; i++) {
            chain_eye(l->ball, map, chain, i, p);
            loop_point(l, p);
        }
        end_piece(l, 0);
        return;
    }
    for (int i = behind; i < behind + chain->count; i++) {
        chain_eye(l->ball, map, chain, i, p);
        chain_eye(l->ball, map, chain, i + 1, q);
        if (p[2] <= 0 && q[2] > 0) {
            crossing(p, q, cut);
            begin_piece(l, true, atan2(cut[1], cut[0]));
            loop_point(l, cut);
        }
        if (p[2] > 0)
            loop_point(l, p);
        if (p[2] > 0 && q[2] <= 0) {
            crossing(p, q, cut);
            loop_point(l, cut);
            end_piece(l, atan2(cut[1], cut[0]));
        }
    }
}

static struct loops class_loops(
    const struct ball *b, const struct sphere_map *map, int class, bool safe, struct point *room)
{
    struct loops l = { .ball = b, .at = room };
    for (int i = 0; i < map->chains; i++)
        if (map->chain[i].class == class && map->chain[i].safe == safe)
            add_chain(&l, map, &map->chain[i]);
    return l;
}

static double ahead(double from, double to)
{
    double turn = fmod(to - from, 2 * PI);
    return turn < 0 ? turn + 2 * PI : turn;
}

/* The open piece whose entry comes first counter-clockwise after `angle`, among those not used. */
static int next_entry(const struct loops *l, const bool *used, double angle)
{
    int best = -1;
    double least = INFINITY;
    for (int i = 0; i < l->pieces; i++) {
        double turn = ahead(angle, l->enter[i]);
        if (l->open[i] && !used[i] && turn < least) {
            least = turn;
            best = i;
        }
    }
    return best;
}

/* One polygon, outline after outline with the way back to its first corner between them: such a seam is walked both
 * ways and covers nothing. */
struct outline {
    struct point at[2 * LOOP_MAX];
    int count;
    struct point anchor;
    bool started;
};

static void outline_add(struct outline *o, struct point p)
{
    if (o->count < 2 * LOOP_MAX)
        o->at[o->count++] = p;
}

static void outline_limb(struct outline *o, const struct ball *b, double scale, double from, double to)
{
    struct point arc[512];
    int n = arc_points(b->center, b->radius, from, to, scale, arc, 512);
    for (int i = 1; i < n; i++)
        outline_add(o, arc[i]);
}

/* The region's loops in front, joined along the limb; `backwards` cuts them out of what is there. */
static void outline_region(struct outline *o, const struct loops *l, double scale, bool backwards)
{
    bool used[CROSSING_MAX] = { false };
    for (int first = 0; first < l->pieces; first++) {
        int begin = o->count, piece = first;
        if (used[first])
            continue;
        for (bool more = true; more;) {
            used[piece] = true;
            for (int i = l->from[piece]; i < l->to[piece]; i++)
                outline_add(o, l->at[i]);
            more = false;
            if (!l->open[piece])
                break;
            int next = next_entry(l, used, l->leave[piece]);
            double home = ahead(l->leave[piece], l->enter[first]);
            bool closes = next < 0 || home <= ahead(l->leave[piece], l->enter[next]);
            double to = closes ? home : ahead(l->leave[piece], l->enter[next]);
            outline_limb(o, l->ball, scale, l->leave[piece], l->leave[piece] + to);
            if (!closes) {
                piece = next;
                more = true;
            }
        }
        if (o->count > begin)
            outline_add(o, o->at[begin]);
        for (int i = begin, j = o->count - 1; backwards && i < j; i++, j--) {
            struct point swap = o->at[i];
            o->at[i] = o->at[j];
            o->at[j] = swap;
        }
        if (!o->started && o->count > begin) {
            o->started = true;
            o->anchor = o->at[begin];
        } else if (o->started) {
            outline_add(o, o->anchor);
        }
    }
    if (l->pieces == 0 && l->any && l->winding > 0.5) { /* all borders are behind and we look at the inside */
        outline_limb(o, l->ball, scale, backwards ? 2 * PI : 0, backwards ? 0 : 2 * PI);
        if (!o->started && o->count > 0) {
            o->started = true;
            o->anchor = o->at[0];
        } else if (o->started) {
            outline_add(o, o->anchor);
        }
    }
}

/* ---- cells ---- */

struct picture {
    struct canvas *c;
    struct scene *scene;
    const struct look *look;
    const struct theme *theme;
    struct ball ball;
    struct outline *outline;
    struct point *room; /* 2 * LOOP_MAX */
    bool small; /* a cell of the side column: badges and words have no room */
};

static double cell_alpha(const struct picture *p)
{
    return p->theme->dark ? 0.30 : 0.20;
}

static void fill_region(
    const struct picture *p, const struct loops *in, const struct loops *out, struct color color)
{
    p->outline->count = 0;
    p->outline->started = false;
    outline_region(p->outline, in, p->c->scale, false);
    if (out)
        outline_region(p->outline, out, p->c->scale, true);
    if (p->outline->count >= 3)
        canvas_polygon(p->c, p->outline->at, p->outline->count, color);
}

/* Full tint where the train rule holds, half a tint and the hatch where training still pushes. */
static void draw_cell(const struct picture *p, int class)
{
    const struct sphere_map *map = &p->scene->ball;
    bool margins = (p->look->layers & LAYER_MARGINS) && !map->same;
    double alpha = cell_alpha(p) * class_alpha(p->look, class);
    struct color color = class_color(p->theme, class);
    struct loops decided = class_loops(&p->ball, map, class, false, p->room);
    if (!margins) {
        fill_region(p, &decided, NULL, color_alpha(color, alpha));
        return;
    }
    struct loops safe = class_loops(&p->ball, map, class, true, p->room + LOOP_MAX);
    if (p->look->layers & LAYER_REGIONS)
        fill_region(p, &safe, NULL, color_alpha(color, alpha));
    fill_region(p, &decided, &safe, color_alpha(color, p->look->layers & LAYER_REGIONS ? alpha / 2 : 0));
    const char *before = canvas_mark(p->c, "sphere.margin");
    if (p->outline->count >= 3)
        canvas_hatch(p->c, p->outline->at, p->outline->count, 7,
            color_alpha(p->theme->text1, (double)p->theme->hatch_alpha));
    canvas_mark(p->c, before);
}

/* Runs of edges in front that one rule accepts. */
static void draw_edges(
    const struct picture *p, const struct sphere_chain *chain, bool dashed, struct stroke stroke)
{
    const struct sphere_map *map = &p->scene->ball;
    struct point *line = p->room;
    int n = 0;
    for (int i = 0; i <= chain->count; i++) {
        const struct sphere_point *from = &map->point[chain->from + i % chain->count];
        double a[3], b[3];
        chain_eye(&p->ball, map, chain, i, a);
        chain_eye(&p->ball, map, chain, i + 1, b);
        bool shown = from->rival != chain->class && (!dashed || from->rival > chain->class);
        bool front = shown && a[2] > 0 && b[2] > 0 && i < chain->count;
        if (front && n == 0)
            line[n++] = ball_at(&p->ball, a);
        if (front && n < LOOP_MAX)
            line[n++] = ball_at(&p->ball, b);
        if (!front && n > 1)
            canvas_lines(p->c, line, n, &stroke);
        n = front ? n : 0;
    }
}

static void draw_borders(const struct picture *p)
{
    const struct sphere_map *map = &p->scene->ball;
    for (int i = 0; i < map->chains; i++) {
        const struct sphere_chain *chain = &map->chain[i];
        struct color color = color_alpha(class_color(p->theme, chain->class),
            (double)p->theme->edge_alpha * class_alpha(p->look, chain->class));
        struct stroke solid = { .color = color, .width = 1.35, .round = true };
        struct stroke dashes = {
            .color = color_alpha(p->theme->text3, 0.75), .width = 1, .dash_on = 2, .dash_off = 5
        };
        canvas_mark(p->c, chain->safe ? "sphere.edge" : "sphere.boundary");
        if (chain->safe && p->look->layers & LAYER_MARGINS)
            draw_edges(p, chain, false, solid);
        else if (!chain->safe)
            draw_edges(p, chain, true,
                map->same ? (struct stroke){ .color = color_alpha(p->theme->text2, 0.8), .width = 1.35 }
                          : dashes);
    }
}

/* ---- the ball ---- */

/* A circle of the sphere about a world axis at `height`, the part in front. */
static void draw_circle(const struct picture *p, int axis, double height, double turn, struct color color)
{
    enum { STEPS = 96 };
    struct point line[STEPS + 2];
    double r = sqrt(1 - height * height);
    struct stroke stroke = { .color = color, .width = 1 };
    int n = 0;
    for (int i = 0; i <= STEPS; i++) {
        double t = 2 * PI * i / STEPS, v[3], eye[3];
        v[axis] = height;
        v[(axis + 1) % 3] = r * cos(t);
        v[(axis + 2) % 3] = r * sin(t);
        double x = v[0] * cos(turn) - v[2] * sin(turn), z = v[0] * sin(turn) + v[2] * cos(turn);
        v[0] = x, v[2] = z;
        ball_turn(&p->ball, v, eye);
        if (eye[2] > 0)
            line[n++] = ball_at(&p->ball, eye);
        if ((eye[2] <= 0 || i == STEPS) && n > 1)
            canvas_lines(p->c, line, n, &stroke);
        n = eye[2] > 0 ? n : 0;
    }
}

static void draw_graticule(const struct picture *p)
{
    struct color color = color_alpha(p->theme->text1, 0.07);
    for (int i = -2; i <= 2; i++)
        draw_circle(p, 1, sin(i * PI / 6), 0, color);
    for (int i = 0; i < 6; i++)
        draw_circle(p, 0, 0, i * PI / 6, color);
}

/* Limb darkening (1 - z)^2.2 as wide rings that each add a little from their radius outward. */
static void draw_shade(const struct picture *p)
{
    enum { RINGS = 14 };
    double before = 0, strength = p->theme->dark ? 0.45 : 0.14;
    for (int i = 0; i < RINGS; i++) {
        double r = 0.35 + 0.65 * (i + 0.5) / RINGS, shade = strength * pow(1 - sqrt(1 - r * r), 2.2);
        double add = (shade - before) / (1 - before), inner = r * p->ball.radius;
        canvas_ring(p->c, p->ball.center, (inner + p->ball.radius) / 2, p->ball.radius - inner,
            (struct color){ 0, 0, 0, (float)add });
        before = shade;
    }
}

/* ---- samples and weights ---- */

static bool sample_eye(const struct picture *p, int i, double *eye)
{
    const float *at = &p->scene->solid.point[(size_t)i * 3];
    if (isnan(at[0]))
        return false;
    ball_turn(&p->ball, (double[]){ (double)at[0], (double)at[1], (double)at[2] }, eye);
    return true;
}

/* Once a drawing: every sample is asked for by class, by slice and by side. */
static void turn_samples(const struct picture *p)
{
    for (int i = 0; i < p->scene->snap->count; i++) {
        double eye[3] = { NAN, NAN, NAN };
        sample_eye(p, i, eye);
        for (int k = 0; k < 3; k++)
            p->scene->eye[3 * (size_t)i + (size_t)k] = (float)eye[k];
    }
}

static double point_radius(const struct picture *p, int shown)
{
    return fmin(4.5, fmax(p->small ? 1.1 : 1.8, 1.2 + p->ball.radius / 150)) * look_crowd(shown);
}

struct half {
    const struct scene *scene;
    bool front;
};

static int label_there(const void *with, int i)
{
    const struct half *half = with;
    float depth = half->scene->eye[3 * (size_t)i + 2];
    bool there = half->front ? depth > 0 : depth <= 0;
    return there ? half->scene->snap->label[i] : -1;
}

static void draw_slice(const struct picture *p, bool front, int from, int to)
{
    const struct snapshot *snap = p->scene->snap;
    int stride = look_stride(p->look, snap->count), first = (from + stride - 1) / stride * stride;
    struct sorted *by = &p->scene->by;
    sorted_fill(by, first, to, stride, snap->classes, label_there, &(struct half){ p->scene, front });
    for (int j = 0; j < snap->classes; j++) {
        int n = 0;
        for (int k = by->first[j]; k < by->first[j + 1]; k++) {
            const float *at = &p->scene->eye[3 * (size_t)by->sample[k]];
            p->scene->scratch[n++] = ball_at(&p->ball, (double[]){ (double)at[0], (double)at[1] });
        }
        if (n == 0)
            continue;
        struct marker marker = class_marker(p->theme, j, point_radius(p, snap->count / stride));
        if (!(p->look->layers & LAYER_SHAPES) || p->small)
            marker.shape = SHAPE_CIRCLE;
        marker.fill.a *= (float)(class_alpha(p->look, j) * (front ? 1 : 0.16));
        if (!front || p->small)
            marker.outline_width = 0;
        canvas_markers(p->c, p->scene->scratch, n, &marker);
    }
}

/* In slices, so that where classes overlap the last one does not bury the others. */
static void draw_samples(const struct picture *p, bool front)
{
    long count = p->scene->snap->count;
    int slices = front && !p->small ? SLICES : 1;
    for (long s = 0; s < slices; s++)
        draw_slice(p, front, (int)(count * s / slices), (int)(count * (s + 1) / slices));
}

static int rows_a_class(const struct scene *scene)
{
    return scene->snap->sub > 1 ? scene->snap->sub : 1;
}

/* Row `row` of the rule's head; a zero row has no direction. */
static bool row_eye(const struct ball *b, const struct scene *scene, int row, double *eye)
{
    const double *u = &scene->solid.row[(size_t)row * 3];
    ball_turn(b, u, eye);
    return hypot(hypot(u[0], u[1]), u[2]) > 1e-6;
}

/* The row of class j nearest to direction x. */
static bool weight_eye(const struct picture *p, int j, const double *x, double *eye)
{
    int rows = rows_a_class(p->scene);
    double best = -INFINITY;
    for (int k = 0; k < rows; k++) {
        double other[3];
        bool there = row_eye(&p->ball, p->scene, j * rows + k, other);
        double c = x[0] * other[0] + x[1] * other[1] + x[2] * other[2];
        if (there && c > best) {
            best = c;
            memcpy(eye, other, sizeof other);
        }
    }
    return best > -INFINITY;
}

/* A spike from the surface outward with the class's badge at its end. */
static void draw_spike(const struct picture *p, int j, const double *eye)
{
    bool front = eye[2] >= 0;
    double alpha = class_alpha(p->look, j) * (front ? 0.95 : BEHIND),
           tip[3] = { SPIKE * eye[0], SPIKE * eye[1], 0 };
    char room[SNAPSHOT_NAME_TEXT];
    struct color color = color_alpha(class_color(p->theme, j), alpha);
    if (p->small) {
        double end[3] = { 1.08 * eye[0], 1.08 * eye[1], 0 };
        canvas_line(p->c, ball_at(&p->ball, eye), ball_at(&p->ball, end), 3, color);
        return;
    }
    canvas_line(p->c, ball_at(&p->ball, eye), ball_at(&p->ball, tip), front ? 2 : 1.5, color);
    if (front)
        canvas_disc(p->c, ball_at(&p->ball, eye), 3.5, color);
    chip_draw(
        p->c, p->theme, ball_at(&p->ball, tip), j, snapshot_class(p->scene->snap, j, room), 10, alpha, false);
}

static void draw_weights(const struct picture *p, bool front)
{
    int rows = rows_a_class(p->scene);
    for (int r = 0; r < rows * p->scene->snap->classes; r++) {
        double eye[3];
        if (row_eye(&p->ball, p->scene, r, eye) && (eye[2] >= 0) == front)
            draw_spike(p, r / rows, eye);
    }
}

/* ---- selection ---- */

/* The way along a great circle from a to b (eye coordinates), faint where it is behind the ball. */
static void draw_way(const struct picture *p, const double *a, const double *b, struct color color)
{
    enum { STEPS = 64 };
    struct point line[STEPS + 1];
    double angle = acos(fmax(-1, fmin(1, a[0] * b[0] + a[1] * b[1] + a[2] * b[2]))), sine = sin(angle);
    struct stroke near = { .color = color, .width = 2.5, .round = true },
                  far = { .color = color_alpha(color, 0.5), .width = 1.5, .dash_on = 3, .dash_off = 4 };
    bool front = a[2] >= 0;
    int n = 0;
    if (p->scene->snap->dim > 3) { /* shadows: the way is straight */
        canvas_line(p->c, ball_at(&p->ball, a), ball_at(&p->ball, b), 2, color);
        return;
    }
    for (int i = 0; sine > 1e-6 && i <= STEPS; i++) {
        double s = sin(angle * (1 - (double)i / STEPS)) / sine, t = sin(angle * i / STEPS) / sine;
        double eye[3] = { s * a[0] + t * b[0], s * a[1] + t * b[1], s * a[2] + t * b[2] };
        line[n++] = ball_at(&p->ball, eye);
        if ((eye[2] >= 0) == front && i < STEPS)
            continue;
        canvas_lines(p->c, line, n, front ? &near : &far);
        line[0] = line[n - 1];
        n = 1;
        front = eye[2] >= 0;
    }
}

/* Where the middle of a way is seen; false where it has none. */
static bool middle_of_way(const struct picture *p, const double *a, const double *b, struct point *at)
{
    double middle[3] = { a[0] + b[0], a[1] + b[1], a[2] + b[2] };
    double length = sqrt(middle[0] * middle[0] + middle[1] * middle[1] + middle[2] * middle[2]);
    if (!(length > 1e-6))
        return false;
    double out = p->scene->snap->dim > 3 ? 0.5 : 1.03 / length;
    for (int i = 0; i < 3; i++)
        middle[i] *= out;
    *at = ball_at(&p->ball, middle);
    return true;
}

/* Above the place, or below it. */
/* "θ" with the class below its line, then the degrees. */
static void name_way(const struct picture *p, struct point at, int class, double angle, bool below)
{
    char room[SNAPSHOT_NAME_TEXT], degrees[32];
    struct font theta = { 14, WEIGHT_SEMIBOLD, true }, index = { 10, WEIGHT_SEMIBOLD, false }, value = theta;
    value.italic = false;
    const char *name = snapshot_class(p->scene->snap, class, room);
    number_degrees(angle, degrees, sizeof degrees);
    double first = text_width("\u03b8", &theta), second = text_width(name, &index),
           width = first + second + 7 + text_width(degrees, &value), top = at.y + (below ? 10 : -22);
    canvas_round_rect(
        p->c, (struct rect){ at.x - width / 2 - 6, top, width + 12, 20 }, 4, color_alpha(p->theme->bg, 0.78));
    struct point pen = { at.x - width / 2, top + 15 };
    canvas_text(p->c, pen, "\u03b8", &theta, p->theme->text1, ALIGN_LEFT);
    pen.x += first;
    canvas_text(p->c, (struct point){ pen.x, pen.y + 3 }, name, &index, p->theme->text1, ALIGN_LEFT);
    pen.x += second + 7;
    canvas_text(p->c, pen, degrees, &value, p->theme->text1, ALIGN_LEFT);
}

/* The lower name goes below its place where the two would lie on each other. */
static void name_ways(const struct picture *p, const struct selection *s, const double *x, const double *own,
    const double *rival)
{
    struct point a, b;
    if (!middle_of_way(p, x, own, &a) || !middle_of_way(p, x, rival, &b))
        return;
    bool close = fabs(a.x - b.x) < 110 && fabs(a.y - b.y) < 24;
    name_way(p, a, s->own, s->own_angle, close && a.y >= b.y);
    name_way(p, b, s->rival, s->rival_angle, close && a.y < b.y);
}

static void draw_selection(const struct picture *p)
{
    struct selection selection;
    double x[3], own[3], rival[3];
    if (!view_selection(p->scene, p->look, &selection) || !sample_eye(p, selection.sample, x) ||
        !weight_eye(p, selection.own, x, own) || !weight_eye(p, selection.rival, x, rival))
        return;
    draw_way(p, x, rival, class_color(p->theme, selection.rival));
    draw_way(p, x, own, class_color(p->theme, selection.own));
    struct point at = ball_at(&p->ball, x);
    bool front = x[2] > 0;
    if (front)
        canvas_ring(p->c, at, 7, 4.5, color_alpha(p->theme->bg, 0.8));
    canvas_ring(p->c, at, 7, 1.75, color_alpha(p->theme->text1, front ? 1 : BEHIND));
    if (p->ball.radius < 150 || !front) /* words would seem to be about what lies in front of it */
        return;
    name_ways(p, &selection, x, own, rival);
}

/* ---- words ---- */

/* Borders move with the length of x where a bias is added to W x, and with MagFace's and AdaFace's margins. */
bool ball_norm_matters(const struct loss_force *force)
{
    bool bias = force->loss->bias != BLOCK_NONE || loss_is_pair(force->loss);
    return (bias && loss_decision(force) == DECIDE_LINEAR) || region_norm_matters(force);
}

static void draw_words(const struct picture *p, struct rect rect)
{
    const struct snapshot *snap = p->scene->snap;
    struct plot plot = plot_layout(rect, false);
    char n[32], text[128];
    if (p->small) {
        plot_title(p->c, &plot, p->theme, "Feature sphere");
        return;
    }
    struct font note = { 12, WEIGHT_REGULAR, false }, title = { 14, WEIGHT_SEMIBOLD, false };
    canvas_text(p->c, (struct point){ rect.x + FEATURE_EDGE, rect.y + 29 }, "Feature sphere", &title,
        p->theme->text1, ALIGN_LEFT);
    int used = feature_points(snap, text, sizeof text);
    used += snprintf(text + used, sizeof text - (size_t)used, "%s", snap->dim == 3 ? " on S\u00b2" : "");
    char axes[32] = "";
    if (snap->dim > 3 && p->scene->solid.chosen &&
        experiment_get(&snap->experiment, "axes", axes, sizeof axes))
        snprintf(text + used, sizeof text - (size_t)used, ", axes %s of %d", axes, snap->dim);
    else if (snap->dim > 3)
        snprintf(text + used, sizeof text - (size_t)used,
            ", a projection from %d-D that keeps %s of the weights' spread", snap->dim,
            number_percent(p->scene->solid.share, n, sizeof n));
    else if (ball_norm_matters(&snap->force))
        snprintf(text + used, sizeof text - (size_t)used, ", regions at \u2016x\u2016 = %s",
            number_short(snap->norm_median, n, sizeof n));
    canvas_text(
        p->c, (struct point){ rect.x + FEATURE_EDGE, rect.y + 48 }, text, &note, p->theme->text3, ALIGN_LEFT);
    if (p->look->interactive && rect.h > 300)
        canvas_text(p->c, (struct point){ rect.x + FEATURE_EDGE, rect.y + rect.h - 26 },
            "drag to orbit, wheel to zoom, double-click resets", &note, p->theme->text3, ALIGN_LEFT);
}

static void draw_stats(const struct picture *p, struct rect rect)
{
    const struct snapshot *snap = p->scene->snap;
    struct font note = { 12, WEIGHT_REGULAR, false }, value = { 14, WEIGHT_SEMIBOLD, false };
    char text[3][32];
    const char *const name[] = { "test accuracy",
        snap->means ? "mean angle to own mean" : "mean angle to own weight",
        snap->means ? "closest two means" : "closest two weights" };
    number_percent(isnan(snap->test_accuracy) ? snap->train_accuracy : snap->test_accuracy, text[0], 32);
    number_degrees(snap->own_angle_mean, text[1], 32);
    number_degrees(snap->min_gap, text[2], 32);
    if (rect.h < 400 || rect.w < 700)
        return;
    for (int i = 0; i < 3; i++) {
        double y = rect.y + rect.h - 26 - (2 - i) * 22;
        canvas_text(p->c, (struct point){ rect.x + rect.w - 90, y },
            i == 0 && isnan(snap->test_accuracy) ? "training accuracy" : name[i], &note, p->theme->text2,
            ALIGN_RIGHT);
        canvas_text(
            p->c, (struct point){ rect.x + rect.w - 24, y }, text[i], &value, p->theme->text1, ALIGN_RIGHT);
    }
}

/* ---- the view ---- */

void ball_draw(struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    struct outline outline;
    struct point room[2 * LOOP_MAX];
    struct picture p = { c, scene, look, look->theme, ball_layout(look, rect), &outline, room,
        is_small(look, rect) };
    turn_samples(&p);
    canvas_mark(c, "sphere.weight");
    if (look->layers & LAYER_WEIGHTS)
        draw_weights(&p, false);
    canvas_mark(c, "sphere.ball");
    canvas_disc(c, p.ball.center, p.ball.radius, look->theme->disc);
    if (!p.small)
        draw_samples(&p, false);
    canvas_mark(c, "sphere.cell");
    for (int j = 0; look->layers & LAYER_REGIONS && j < scene->snap->classes; j++)
        draw_cell(&p, j);
    canvas_mark(c, NULL);
    draw_graticule(&p);
    draw_shade(&p);
    draw_borders(&p);
    canvas_mark(c, "sphere.ball");
    canvas_ring(c, p.ball.center, p.ball.radius, 1.25, look->theme->text3);
    canvas_mark(c, "sphere.point");
    draw_samples(&p, true);
    canvas_mark(c, "sphere.weight");
    if (look->layers & LAYER_WEIGHTS)
        draw_weights(&p, true);
    canvas_mark(c, "plane.selected");
    if (!look->bare) {
        draw_selection(&p);
        canvas_mark(c, NULL);
        draw_words(&p, rect);
        draw_stats(&p, rect);
    }
    canvas_mark(c, NULL);
    struct plane room_taken = { .center = p.ball.center, .radius = p.ball.radius };
    if (look->interactive && !look->bare && !p.small)
        feature_toggles_draw(c, scene, look, &room_taken, rect);
}

/* ---- picking ---- */

int sphere_pick(const struct scene *scene, const struct look *look, struct rect rect, struct point at)
{
    if (!scene->snap || scene->snap->dim < 3 || scene->snap->dim > SOLID_DIM_MAX)
        return -1;
    struct picture p = { NULL, (struct scene *)scene, look, look->theme, ball_layout(look, rect), NULL, NULL,
        false };
    double least = 8;
    int best = -1;
    for (int i = 0; i < scene->snap->count; i++) {
        double eye[3];
        if (!sample_eye(&p, i, eye) || eye[2] <= 0)
            continue;
        struct point q = ball_at(&p.ball, eye);
        if (hypot(q.x - at.x, q.y - at.y) < least) {
            least = hypot(q.x - at.x, q.y - at.y);
            best = i;
        }
    }
    return best;
}

bool sphere_place(
    const struct scene *scene, const struct look *look, struct rect rect, int sample, struct point *out)
{
    double eye[3];
    struct picture p = { NULL, (struct scene *)scene, look, look->theme, ball_layout(look, rect), NULL, NULL,
        false };
    if (!scene->snap || scene->snap->dim != 3 || !sample_eye(&p, sample, eye) || eye[2] <= 0)
        return false;
    *out = ball_at(&p.ball, eye);
    return true;
}

int sphere_pick_chip(const struct scene *scene, const struct look *look, struct rect rect, struct point at)
{
    if (!scene->snap || scene->snap->dim < 3 || scene->snap->dim > SOLID_DIM_MAX)
        return -1;
    struct ball b = ball_layout(look, rect);
    int rows = rows_a_class(scene);
    for (int r = 0; r < rows * scene->snap->classes; r++) {
        double eye[3];
        if (!row_eye(&b, scene, r, eye))
            continue;
        double tip[3] = { SPIKE * eye[0], SPIKE * eye[1], 0 };
        struct point q = ball_at(&b, tip);
        if (hypot(q.x - at.x, q.y - at.y) <= 14)
            return r / rows;
    }
    return -1;
}
