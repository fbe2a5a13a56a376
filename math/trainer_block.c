/* Blocks: the arrays a training keeps for its losses, in use or dormant. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "math/trainer_state.h"

static size_t block_size(enum block b, size_t classes, size_t dim)
{
    switch (b) {
    case BLOCK_WEIGHT:
    case BLOCK_CENTER:
        return classes * dim;
    case BLOCK_BIAS:
        return classes;
    case BLOCK_SUBCENTER:
        return classes * SUBCENTER_MAX * dim;
    case BLOCK_SCORE:
        return dim;
    case BLOCK_SCORE_BIAS:
    case BLOCK_SHARED_BIAS:
    case BLOCK_RADIUS:
        return 1;
    case BLOCK_STRETCH:
        return dim + 1;
    default:
        assert(b == BLOCK_GROUP);
        return dim <= GROUP_DIM_MAX ? GROUP_MAX * (dim + 1 + dim * dim) : 0;
    }
}

void trainer_place_blocks(struct trainer *t)
{
    size_t at = t->place[BLOCK_NONE].size;
    for (int b = BLOCK_NONE + 1; b < BLOCK_COUNT; b++) {
        t->place[b] = (struct place){ at, block_size((enum block)b, (size_t)t->class_room, (size_t)t->dim) };
        at += t->place[b].size;
    }
    t->size = at;
    t->blocks = at - t->place[BLOCK_NONE].size;
}

unsigned trainer_used(const struct experiment *e)
{
    const struct loss *loss = experiment_loss(e);
    bool biased =
        e->bias || loss->bias == BLOCK_SHARED_BIAS; /* a threshold is no bias one could leave away */
    unsigned used = 1u << loss->weight | 1u << loss->extra | (unsigned)biased << loss->bias |
                    (unsigned)e->added[ADDED_RING] << BLOCK_RADIUS |
                    (unsigned)(e->added[ADDED_CENTER] || e->added[ADDED_UNIFORM]) << BLOCK_CENTER;
    return used & ~(1u << BLOCK_NONE);
}

bool trainer_uses(const struct experiment *e, enum block b)
{
    return trainer_used(e) >> b & 1;
}

size_t trainer_used_size(const struct trainer *t, enum block b)
{
    if (b != BLOCK_SUBCENTER && b != BLOCK_GROUP)
        return block_size(b, (size_t)t->classes, (size_t)t->dim);
    struct loss_force force = experiment_force(&t->experiment);
    return b == BLOCK_GROUP ? (size_t)loss_extra(&force, t->dim)
                            : (size_t)loss_rows(&force, t->classes) * (size_t)t->dim;
}

double trainer_center_rate(const struct loss_force *force)
{
    return force->added[ADDED_CENTER] ? force->term[ADDED_CENTER][CENTER_ALPHA] : 0.5;
}

static bool weighs_classes(const struct loss *loss)
{
    for (int p = 0; p < loss_param_count(loss); p++)
        if (loss->param[p].kind == PARAM_LIST)
            return true;
    return false;
}

static const double *used_block(const struct trainer *t, unsigned used, double *array, enum block b)
{
    return used >> b & 1 ? block_of(t, array, b) : NULL;
}

struct head trainer_head(const struct trainer *t, double *array)
{
    const struct loss *loss = experiment_loss(&t->experiment);
    unsigned used = trainer_used(&t->experiment);
    return (struct head){ .classes = t->classes,
        .dim = t->dim,
        .weight = used_block(t, used, array, loss->weight),
        .bias = used_block(t, used, array, loss->bias),
        .extra = used_block(t, used, array, loss->extra),
        .center = used_block(t, used, array, BLOCK_CENTER),
        .class_weight = weighs_classes(loss) ? t->class_weight : NULL };
}

void trainer_mirror_head(struct trainer *t)
{
    const float *from = stored(t, t->value, BLOCK_WEIGHT);
    for (size_t i = 0; i < t->blocks; i++)
        t->head[i] = (double)from[i];
}

/* "inverse": v_j = N / (C n_j), so that every class weighs as much as any other and the mean over all N samples
 * is 1. A class without samples has nothing to weigh. */
static double weight_of(const struct trainer *t, int kind, int j)
{
    const struct experiment *e = &t->experiment;
    if (kind == 1)
        return t->class_count[j] ? (double)t->pool / ((double)t->classes * t->class_count[j]) : 0;
    return kind == 2 && j < e->class_weight_count ? e->class_weight[j] : 1;
}

void trainer_weigh_classes(struct trainer *t)
{
    const struct loss *loss = experiment_loss(&t->experiment);
    int kind = 0;
    for (int p = 0; p < loss_param_count(loss); p++)
        if (loss->param[p].kind == PARAM_LIST)
            kind = (int)t->experiment.param[t->experiment.loss][p];
    for (int j = 0; j < t->classes; j++)
        t->class_weight[j] = weight_of(t, kind, j);
}

/* Points moved by hand: x and y of a plane; where a number is learned from one, y is that number. */

static const struct move *find_move(const struct trainer *t, int row)
{
    for (int i = 0; i < t->experiment.move_count; i++)
        if (t->experiment.move[i].row == row)
            return &t->experiment.move[i];
    return NULL;
}

void trainer_take_moves(struct trainer *t)
{
    size_t dim = (size_t)t->data->dim;
    for (int i = 0; i < t->experiment.move_count; i++) {
        const struct move *move = &t->experiment.move[i];
        float *x = t->moved + (size_t)i * dim;
        x[0] = (float)move->x;
        if (dim > 1)
            x[1] = (float)move->y;
    }
}

void trainer_input(const struct trainer *t, int row, float *x)
{
    const struct move *move = find_move(t, row);
    size_t dim = (size_t)t->data->dim;
    if (move)
        memcpy(x, t->moved + (size_t)(move - t->experiment.move) * dim, dim * sizeof *x);
    else
        dataset_values(t->data, row, x);
}

struct network_input trainer_inputs(const struct trainer *t, const int *row, int n, float *room)
{
    size_t width = (size_t)t->data->dim;
    if (trainer_is_sparse(t))
        return (struct network_input){ .sparse = &t->data->sparse, .row = row };
    for (int i = 0; i < n; i++)
        trainer_input(t, row[i], room + (size_t)i * width);
    return (struct network_input){ .dense = room };
}

/* A picture moved right by x and down by y; what comes in has the value of the first corner. */
static void move_picture(const float *from, int height, int width, int x, int y, float *to)
{
    for (int i = 0; i < height; i++)
        for (int j = 0; j < width; j++) {
            bool inside = i - y >= 0 && i - y < height && j - x >= 0 && j - x < width;
            to[i * width + j] = inside ? from[(i - y) * width + j - x] : from[0];
        }
}

/* Of the seed, the row and the pass over the data: a stream for every picture, so that nothing has to be kept. */
static void draw_shift(const struct trainer *t, int row, int *x, int *y)
{
    struct rng rng;
    int most = t->experiment.shift;
    rng_init(&rng, t->experiment.seed + ((uint64_t)t->passes << 32 | (uint32_t)row) * 0x9e3779b97f4a7c15u,
        RNG_SHIFT);
    *x = rng_below(&rng, 2 * most + 1) - most;
    *y = rng_below(&rng, 2 * most + 1) - most;
}

struct network_input trainer_shifted(const struct trainer *t, const int *row, int n, float *room)
{
    size_t width = (size_t)t->data->dim;
    if (t->experiment.shift == 0)
        return trainer_inputs(t, row, n, room);
    for (int i = 0; i < n; i++) {
        int x, y;
        draw_shift(t, row[i], &x, &y);
        trainer_input(t, row[i], t->chunk_input);
        move_picture(t->chunk_input, t->data->height, t->data->width, x, y, room + (size_t)i * width);
    }
    return (struct network_input){ .dense = room };
}

void trainer_target(const struct trainer *t, int row, double *target)
{
    int targets = t->data->targets;
    const struct move *move = t->data->dim == 1 && targets == 1 ? find_move(t, row) : NULL;
    for (int j = 0; j < targets; j++)
        target[j] = move ? move->y : (double)t->data->target[(size_t)row * (size_t)targets + (size_t)j];
}

/* Means and the rule */

/* Rows [done, done + n) as doubles in t->chunk_double. */
static int take_chunk(struct trainer *t, const int *row, int count, int done)
{
    int n = count - done < CHUNK ? count - done : CHUNK;
    const float *feature = trainer_chunk(t, row + done, n);
    for (size_t i = 0; i < (size_t)n * (size_t)t->dim; i++)
        t->chunk_double[i] = (double)feature[i];
    return n;
}

static double length(const double *x, int dim)
{
    double square = 0;
    for (int k = 0; k < dim; k++)
        square += x[k] * x[k];
    return sqrt(square);
}

static void add_to_mean(const double *x, int dim, bool direction, double *sum)
{
    double norm = direction ? length(x, dim) : 1;
    for (int k = 0; norm >= 1e-12 && k < dim; k++)
        sum[k] += x[k] / norm;
}

void trainer_means(struct trainer *t, const int *row, int count, bool directions, double *mean)
{
    size_t dim = (size_t)t->dim, classes = (size_t)t->classes;
    memset(mean, 0, classes * dim * sizeof *mean);
    memset(t->mean_count, 0, classes * sizeof *t->mean_count);
    for (int done = 0, n; done < count; done += n) {
        n = take_chunk(t, row, count, done);
        for (int i = 0; i < n; i++) {
            int y = t->data->label[row[done + i]];
            add_to_mean(t->chunk_double + (size_t)i * dim, t->dim, directions, mean + (size_t)y * dim);
            t->mean_count[y]++;
        }
    }
    for (size_t j = 0; j < classes; j++)
        for (size_t k = 0; k < dim && t->mean_count[j]; k++)
            mean[j * dim + k] /= t->mean_count[j];
}

/* The one of a class's sub-centres that x is nearest to. */
static int owner(const double *x, const double *center, int sub, int dim)
{
    int best = 0;
    double top = loss_cosine(x, center, dim);
    for (int k = 1; k < sub; k++) {
        double c = loss_cosine(x, center + (size_t)k * (size_t)dim, dim);
        if (c > top)
            best = k, top = c;
    }
    return best;
}

void trainer_busiest(struct trainer *t, const int *row, int count, int sub, double *weight)
{
    size_t dim = (size_t)t->dim, width = (size_t)sub * dim;
    const double *center = block_of(t, t->head, BLOCK_SUBCENTER);
    memset(t->mean_count, 0, (size_t)t->classes * (size_t)sub * sizeof *t->mean_count);
    for (int done = 0, n; sub > 1 && done < count; done += n) {
        n = take_chunk(t, row, count, done);
        for (int i = 0; i < n; i++) {
            int y = t->data->label[row[done + i]];
            int k = owner(t->chunk_double + (size_t)i * dim, center + (size_t)y * width, sub, t->dim);
            t->mean_count[y * sub + k]++;
        }
    }
    for (int j = 0; j < t->classes; j++) {
        int best = 0;
        for (int k = 1; k < sub; k++)
            best = t->mean_count[j * sub + k] > t->mean_count[j * sub + best] ? k : best;
        memcpy(
            weight + (size_t)j * dim, center + (size_t)j * width + (size_t)best * dim, dim * sizeof *weight);
    }
}

/* The nearest mean is the largest of mean x - |mean|^2/2. A class of which nothing was seen is never the nearest. */
static void mean_bias(struct trainer *t)
{
    for (int j = 0; j < t->classes; j++) {
        double norm = length(t->rule_weight + (size_t)j * (size_t)t->dim, t->dim);
        t->rule_bias[j] = t->mean_count[j] ? -norm * norm / 2 : -1e30;
    }
}

/* z > 0 is class 1: the rows +-w/2 and +-b/2 differ by just w and b. */
static void halve_score(struct trainer *t, const struct head *head)
{
    for (int side = 0; side < 2; side++) {
        double half = side ? 0.5 : -0.5;
        for (int k = 0; k < t->dim; k++)
            t->rule_weight[side * t->dim + k] = half * head->weight[k];
        t->rule_bias[side] = head->bias ? half * head->bias[0] : 0;
    }
}

struct head trainer_rule_of(struct trainer *t, const struct loss_force *force, const struct sample *sample)
{
    struct head rule = trainer_head(t, t->head);
    const struct loss *loss = force->loss;
    if (loss->task == TASK_REAL) {
        rule.classes = 1;
    } else if (loss->weight == BLOCK_SCORE) {
        halve_score(t, &rule);
        rule.weight = t->rule_weight;
        rule.bias = rule.bias ? t->rule_bias : NULL;
    } else if (loss->weight == BLOCK_NONE) {
        bool directions = loss_decision(force) == DECIDE_COSINE;
        trainer_means(t, sample->row, sample->count, directions, t->rule_weight);
        mean_bias(t);
        rule.weight = t->rule_weight;
        rule.bias = directions ? NULL : t->rule_bias;
    }
    return rule;
}

struct head trainer_class_rows(
    struct trainer *t, const struct loss_force *force, const struct head *rule, const struct sample *sample)
{
    struct head rows = *rule;
    if (loss_sub(force) > 1) {
        trainer_busiest(t, sample->row, sample->count, loss_sub(force), t->rule_weight);
        rows.weight = t->rule_weight;
    }
    return rows;
}
