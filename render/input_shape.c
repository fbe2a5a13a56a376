#include "render/input_shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    NODES = INPUT_MAP_SIDE * INPUT_MAP_SIDE,
    CLASS_MAX = 4096,
    CELLS = (INPUT_MAP_SIDE + 1) * (INPUT_MAP_SIDE + 1)
};

/* Only while a map is turned into a shape. */
struct build {
    const struct input_map *map;
    struct input_shape *shape;
    struct point at[NODES];
    double value[NODES];
    uint8_t seen[CELLS];
    bool known[CLASS_MAX];
};

static struct point node_at(const struct input_map *map, int i)
{
    int col = i % map->w, row = i / map->w;
    return (struct point){ map->box[0] + (map->box[2] - map->box[0]) * col / (map->w - 1),
        map->box[1] + (map->box[3] - map->box[1]) * row / (map->h - 1) };
}

/* What the trainer has found out between two neighbours of different classes. */
static double class_end(const struct input_map *map, int from, int to)
{
    int low = from < to ? from : to, step = abs(to - from);
    double t = (double)(step == map->w ? map->cut_up : map->cut_right)[low];
    return from == low ? t : 1 - t;
}

static double mesh_cut(const struct mesh *mesh, int low, int high)
{
    return class_end(mesh->user, low, high);
}

static void add_part(struct build *b, int class)
{
    struct input_shape *s = b->shape;
    struct mesh mesh = {
        .cols = b->map->w, .rows = b->map->h, .at = b->at, .value = b->value, .user = b->map
    };
    mesh.cut = class >= 0 ? mesh_cut : NULL;
    int room = INPUT_SHAPE_POINTS - s->points;
    if (s->parts == INPUT_SHAPE_PARTS || room < 8)
        return;
    int n = contour_below(&mesh, 0, b->seen, s->at + s->points, s->edge + s->points, room);
    if (n == 0)
        return;
    s->part[s->parts++] = (struct input_part){ class, s->points, n };
    s->points += n;
}

/* Inside where the class wins, by how far; outside by how far another does. Two neighbours cross at the same place
 * whichever of them is asked. */
static void add_class(struct build *b, int class)
{
    int nodes = b->map->w * b->map->h;
    for (int i = 0; i < nodes; i++) {
        double gap = (double)b->map->gap[i];
        gap = isnan(gap) ? 1 : fmax(gap, 1e-12);
        b->value[i] = b->map->class[i] == class ? -gap : gap;
    }
    add_part(b, class);
}

static void add_classes(struct build *b)
{
    int nodes = b->map->w * b->map->h;
    for (int i = 0; i < nodes; i++)
        b->known[b->map->class[i] % CLASS_MAX] = true;
    for (int j = 0; j < CLASS_MAX; j++)
        if (b->known[j])
            add_class(b, j);
}

static void add_doubt(struct build *b)
{
    int nodes = b->map->w * b->map->h;
    for (int i = 0; i < nodes; i++)
        b->value[i] = (double)b->map->certainty[i] - INPUT_DOUBT;
    add_part(b, -1);
}

static struct point crossing(const struct build *b, int from, int to)
{
    double t = class_end(b->map, from, to);
    struct point a = b->at[from], z = b->at[to];
    return (struct point){ a.x + t * (z.x - a.x), a.y + t * (z.y - a.y) };
}

/* The middle of a cell whose corners are of three or four classes goes to the one furthest ahead. */
static void add_joint(struct build *b, int i, int w)
{
    const struct input_map *map = b->map;
    const int corner[4] = { i, i + 1, i + w + 1, i + w };
    struct input_joint joint = { .count = 0 };
    int changes = 0, best = 0;
    for (int k = 0; k < 4; k++) {
        int here = corner[k], next = corner[(k + 1) % 4];
        if (map->gap[here] > map->gap[corner[best]])
            best = k;
        if (map->class[here] == map->class[next])
            continue;
        changes++;
        joint.at[joint.count++] = crossing(b, here, next);
    }
    bool pairs =
        map->class[corner[0]] == map->class[corner[2]] || map->class[corner[1]] == map->class[corner[3]];
    if (changes < 3 || (pairs && changes == 4) || b->shape->joints == INPUT_SHAPE_JOINTS)
        return;
    joint.class = map->class[corner[best]];
    b->shape->joint[b->shape->joints++] = joint;
}

static void add_joints(struct build *b)
{
    int w = b->map->w;
    for (int row = 0; row + 1 < b->map->h; row++)
        for (int col = 0; col + 1 < w; col++)
            add_joint(b, row * w + col, w);
}

bool input_shape_build(struct input_shape **shape, const struct input_map *map)
{
    if (map->w < 2 || map->h < 2)
        return true;
    struct input_shape *s = *shape;
    if (s && memcmp(&s->made_of, map, sizeof *map) == 0)
        return true;
    struct build *b = calloc(1, sizeof *b);
    s = s ? s : calloc(1, sizeof *s);
    if (b && s) {
        *shape = s;
        b->map = map;
        b->shape = s;
        s->made_of = *map;
        s->parts = s->points = s->joints = 0;
        for (int i = 0; i < map->w * map->h; i++)
            b->at[i] = node_at(map, i);
        add_classes(b);
        add_doubt(b);
        add_joints(b);
    } else if (!*shape) {
        free(s);
    }
    bool made = b && s;
    free(b);
    return made;
}
