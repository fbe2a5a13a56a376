/* trainer_input.c - the predictions over the plane of the inputs, which only the trainer can make. */
#include <math.h>
#include <string.h>

#include "math/draw.h"
#include "math/trainer_state.h"

/* So many logits of one map are soon enough. */
static const double MAP_WORK = 72.0 * 72 * 64;
enum { MAP_LEAST = 24, MAP_HALVINGS = 6 };

static bool has_plane(const struct trainer *t)
{
    const struct loss *loss = experiment_loss(&t->experiment);
    return t->data->dim == 2 && !t->point_of && loss->task != TASK_REAL && t->classes > 0;
}

static void widen(struct input_map *map, const float *x)
{
    for (int d = 0; d < 2; d++) {
        map->box[d] = fmin(map->box[d], (double)x[d]);
        map->box[d + 2] = fmax(map->box[d + 2], (double)x[d]);
    }
}

/* Around all samples, with some ground beyond the outermost. */
static void set_box(const struct trainer *t, struct input_map *map)
{
    if (t->data->drawn) {
        draw_box(&t->experiment, map->box);
        return;
    }
    map->box[0] = map->box[1] = INFINITY;
    map->box[2] = map->box[3] = -INFINITY;
    for (int i = 0; i < t->data->train + t->data->test; i++) {
        float x[2];
        trainer_input(t, i, x);
        widen(map, x);
    }
    for (int d = 0; d < 2; d++) {
        double span = map->box[d + 2] - map->box[d], edge = isfinite(span) && span > 0 ? 0.08 * span : 1;
        map->box[d] = isfinite(span) ? map->box[d] - edge : -1;
        map->box[d + 2] = isfinite(span) ? map->box[d + 2] + edge : 1;
    }
}

static void set_size(const struct trainer *t, struct input_map *map)
{
    double side = floor(sqrt(MAP_WORK / t->classes));
    map->w = map->h = (int)fmax(MAP_LEAST, fmin(INPUT_MAP_SIDE, side));
}

/* Features of the inputs in t->chunk_input. */
static const float *features(struct trainer *t, int n)
{
    struct network_input input = { .dense = t->chunk_input };
    return trainer_has_network(t) ? network_forward(&t->net, t->value, &input, n, &t->chunk_work)
                                  : t->chunk_input;
}

/* A node of the map, or a place on the way to the next. */
static void put_input(struct trainer *t, const struct input_map *map, int place, double col, double row)
{
    const double *box = map->box;
    t->chunk_input[2 * place] = (float)(box[0] + (box[2] - box[0]) * col / (map->w - 1));
    t->chunk_input[2 * place + 1] = (float)(box[1] + (box[3] - box[1]) * row / (map->h - 1));
}

/* The i-th feature as the head sees it. */
static const double *seen_feature(struct trainer *t, const struct loss_force *force, const struct head *rule,
    const float *feature, int i, double refined[GROUP_DIM_MAX])
{
    double *x = t->chunk_double;
    for (int d = 0; d < t->dim; d++)
        x[d] = (double)feature[(size_t)i * (size_t)t->dim + (size_t)d];
    if (!force->loss->refine)
        return x;
    force->loss->refine(force, x, rule, refined);
    return refined;
}

/* The winner, how far it is ahead, and its probability. One pass: the sum is kept relative to the best so far. */
static void judge(
    const struct loss_force *force, const struct head *rule, const double *x, struct input_map *map, int at)
{
    double top = loss_logit(force, x, -1, rule, 0), second = -INFINITY, sum = 1;
    int best = 0;
    for (int j = 1; j < rule->classes; j++) {
        double z = loss_logit(force, x, -1, rule, j);
        if (z > top) {
            sum = sum * exp(top - z) + 1;
            second = top;
            top = z;
            best = j;
        } else {
            sum += exp(z - top);
            second = fmax(second, z);
        }
    }
    map->class[at] = (uint16_t)best;
    map->gap[at] = (float)(rule->classes > 1 ? top - second : (double)NAN);
    map->certainty[at] = (float)(1 / sum);
}

static void judge_nodes(struct trainer *t, const struct loss_force *force, const struct head *rule)
{
    struct input_map *map = &t->inputs;
    double refined[GROUP_DIM_MAX];
    int nodes = map->w * map->h;
    for (int from = 0; from < nodes; from += CHUNK) {
        int n = nodes - from < CHUNK ? nodes - from : CHUNK;
        for (int i = 0; i < n; i++)
            put_input(t, map, i, (from + i) % map->w, (from + i) / map->w);
        const float *feature = features(t, n);
        for (int i = 0; i < n; i++)
            judge(force, rule, seen_feature(t, force, rule, feature, i, refined), map, from + i);
    }
}

/* ---- what is thinner than the grid ---- */

/* The neighbour furthest ahead when none of the four is of the node's own class; -1 when it does not stand alone. */
static int stronger_neighbour(const struct input_map *map, int i)
{
    int col = i % map->w, row = i / map->w, best = -1;
    const int next[4] = { col > 0 ? i - 1 : -1, col + 1 < map->w ? i + 1 : -1, row > 0 ? i - map->w : -1,
        row + 1 < map->h ? i + map->w : -1 };
    for (int k = 0; k < 4; k++) {
        if (next[k] < 0)
            continue;
        if (map->class[next[k]] == map->class[i])
            return -1;
        if (best < 0 || map->gap[next[k]] > map->gap[best])
            best = next[k];
    }
    return best;
}

/* A class that holds a single node here and there is a sliver seen through a fence: left out, it ends earlier. */
static void drop_specks(struct input_map *map)
{
    for (int i = 0; i < map->w * map->h; i++) {
        int to = stronger_neighbour(map, i);
        if (to >= 0)
            map->class[i] = map->class[to];
    }
}

/* ---- where a class ends between two nodes ---- */

/* A step from node `from` to its neighbour of another class, halved until the end of the class is known. */
struct cut {
    int from;
    bool up;
    float low, high;
};

static void halve(
    struct trainer *t, const struct loss_force *force, const struct head *rule, struct cut *cut, int n)
{
    const struct input_map *map = &t->inputs;
    double refined[GROUP_DIM_MAX];
    for (int i = 0; i < n; i++) {
        double middle = ((double)cut[i].low + (double)cut[i].high) / 2;
        put_input(t, map, i, cut[i].from % map->w + (cut[i].up ? 0 : middle),
            cut[i].from / map->w + (cut[i].up ? middle : 0));
    }
    const float *feature = features(t, n);
    for (int i = 0; i < n; i++) {
        int class = loss_predict(force, seen_feature(t, force, rule, feature, i, refined), rule);
        float middle = (cut[i].low + cut[i].high) / 2;
        if (class == map->class[cut[i].from])
            cut[i].low = middle;
        else
            cut[i].high = middle;
    }
}

static void settle_cuts(
    struct trainer *t, const struct loss_force *force, const struct head *rule, struct cut *cut, int n)
{
    struct input_map *map = &t->inputs;
    for (int k = 0; k < MAP_HALVINGS; k++)
        halve(t, force, rule, cut, n);
    for (int i = 0; i < n; i++)
        (cut[i].up ? map->cut_up : map->cut_right)[cut[i].from] = (cut[i].low + cut[i].high) / 2;
}

/* An angular loss changes its mind at once near the origin, so that a straight line between two nodes' scores would
 * leave steps in a border. */
static void find_cuts(struct trainer *t, const struct loss_force *force, const struct head *rule)
{
    struct input_map *map = &t->inputs;
    struct cut cut[CHUNK];
    int n = 0;
    for (int i = 0; i < 2 * map->w * map->h; i++) {
        int from = i / 2, next = from + (i % 2 ? map->w : 1);
        bool last = i % 2 ? next >= map->w * map->h : next % map->w == 0;
        if (last || map->class[from] == map->class[next])
            continue;
        cut[n++] = (struct cut){ .from = from, .up = i % 2, .low = 0, .high = 1 };
        if (n == CHUNK) {
            settle_cuts(t, force, rule, cut, n);
            n = 0;
        }
    }
    if (n > 0)
        settle_cuts(t, force, rule, cut, n);
}

void trainer_map_inputs(struct trainer *t)
{
    struct input_map *map = &t->inputs;
    struct loss_force force = trainer_force(t);
    map->w = map->h = 0;
    map->step = t->step;
    if (!has_plane(t))
        return;
    set_box(t, map);
    set_size(t, map);
    struct head rule = trainer_rule_of(t, &force, &t->shown_train);
    judge_nodes(t, &force, &rule);
    drop_specks(map);
    find_cuts(t, &force, &rule);
}
