/* trainer_input.c - the predictions over the plane of the inputs, which only the trainer can make. */
#include <math.h>
#include <string.h>

#include "math/trainer_state.h"

/* So many logits of one map are soon enough. */
static const double MAP_WORK = 72.0 * 72 * 64;
enum { MAP_LEAST = 24 };

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
    map->box[0] = map->box[1] = INFINITY;
    map->box[2] = map->box[3] = -INFINITY;
    for (int i = 0; i < t->data->train + t->data->test; i++)
        widen(map, trainer_input(t, i));
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

static const float *features(struct trainer *t, const struct input_map *map, int from, int n)
{
    const double *box = map->box;
    for (int i = 0; i < n; i++) {
        int col = (from + i) % map->w, row = (from + i) / map->w;
        t->chunk_input[2 * i] = (float)(box[0] + (box[2] - box[0]) * col / (map->w - 1));
        t->chunk_input[2 * i + 1] = (float)(box[1] + (box[3] - box[1]) * row / (map->h - 1));
    }
    return trainer_has_network(t) ? network_forward(&t->net, t->value, t->chunk_input, n, &t->chunk_work)
                                  : t->chunk_input;
}

/* The winner, how far it is ahead, and its probability. One pass: the sum is kept relative to the best so far. */
static void judge(const struct loss_force *force, const struct head *rule, const double *x, struct input_map *map,
    int at)
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

static void judge_chunk(struct trainer *t, const struct loss_force *force, const struct head *rule,
    struct input_map *map, int from, int n)
{
    const float *feature = features(t, map, from, n);
    double *x = t->chunk_double, refined[GROUP_DIM_MAX];
    for (int i = 0; i < n * t->dim; i++)
        x[i] = (double)feature[i];
    for (int i = 0; i < n; i++) {
        const double *seen = x + (size_t)i * (size_t)t->dim;
        if (force->loss->refine) {
            force->loss->refine(force, seen, rule, refined);
            seen = refined;
        }
        judge(force, rule, seen, map, from + i);
    }
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
    int nodes = map->w * map->h;
    for (int from = 0; from < nodes; from += CHUNK)
        judge_chunk(t, &force, &rule, map, from, nodes - from < CHUNK ? nodes - from : CHUNK);
}
