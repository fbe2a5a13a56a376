#include "render/contour.h"

#include <math.h>
#include <string.h>

/* The mesh is walked with a border of nodes around it that are above every level and lie on their neighbours, so that
 * every outline closes along the border: cell (i, j) has the nodes (i - 1 .. i, j - 1 .. j). */
struct walk {
    const struct mesh *mesh;
    double level;
    uint8_t *seen;
    int across, up; /* cells */
    struct point *out;
    bool *edge;
    int n, max;
};

static int cells_across(const struct mesh *m)
{
    return m->round ? m->cols : m->cols + 1;
}

int contour_cells(const struct mesh *mesh)
{
    return cells_across(mesh) * (mesh->rows + 1);
}

struct node {
    struct point at;
    double value;
    bool border;
    int index;
};

static struct node node_at(const struct walk *w, int i, int j)
{
    const struct mesh *m = w->mesh;
    bool border = j < 0 || j >= m->rows || (!m->round && (i < 0 || i >= m->cols));
    j = j < 0 ? 0 : j >= m->rows ? m->rows - 1 : j;
    if (m->round)
        i = (i + m->cols) % m->cols;
    i = i < 0 ? 0 : i >= m->cols ? m->cols - 1 : i;
    int k = j * m->cols + i;
    return (struct node){ m->at[k], border ? INFINITY : m->value[k], border, k };
}

/* Corners of a cell counter-clockwise; side k goes from corner k to corner k + 1. */
struct cell {
    struct node corner[4];
    bool low[4];
};

static struct cell cell_at(const struct walk *w, int i, int j)
{
    static const int right[4] = { 0, 1, 1, 0 }, above[4] = { 0, 0, 1, 1 };
    struct cell c;
    for (int k = 0; k < 4; k++) {
        c.corner[k] = node_at(w, i - 1 + right[k], j - 1 + above[k]);
        c.low[k] = c.corner[k].value < w->level;
    }
    return c;
}

/* With the low side to the left an outline comes in where a low corner is followed by a high one. */
static bool comes_in(const struct cell *c, int side)
{
    return c->low[side] && !c->low[(side + 1) % 4];
}

static bool goes_out(const struct cell *c, int side)
{
    return !c->low[side] && c->low[(side + 1) % 4];
}

/* In a saddle the mean decides whether the low corners are joined. */
static bool joined(const struct cell *c, double level)
{
    double sum = 0;
    for (int k = 0; k < 4; k++)
        sum += c->corner[k].value;
    return sum / 4 < level;
}

static int leaves(const struct cell *c, int in, double level)
{
    bool saddle = c->low[0] == c->low[2] && c->low[1] == c->low[3];
    if (saddle)
        return (in + (joined(c, level) ? 1 : 3)) % 4;
    for (int k = 1; k < 4; k++)
        if (goes_out(c, (in + k) % 4))
            return (in + k) % 4;
    return in;
}

/* Where the level lies between the low and the high end of a side. */
static struct point between(const struct walk *w, const struct node *low, const struct node *high)
{
    double t = isfinite(high->value) ? (w->level - low->value) / (high->value - low->value) : 0;
    if (w->mesh->cut && !high->border && isfinite(high->value))
        t = w->mesh->cut(w->mesh, low->index, high->index);
    if (!isfinite(t))
        t = 0;
    return (
        struct point){ low->at.x + t * (high->at.x - low->at.x), low->at.y + t * (high->at.y - low->at.y) };
}

static void add(struct walk *w, struct point at, bool on_level)
{
    if (w->n < w->max) {
        w->out[w->n] = at;
        w->edge[w->n] = on_level;
    }
    w->n++;
}

static void step(const struct walk *w, int side, int *i, int *j)
{
    static const int right[4] = { 0, 1, 0, -1 }, above[4] = { -1, 0, 1, 0 };
    *i += right[side];
    *j += above[side];
    if (w->mesh->round)
        *i = (*i + w->across) % w->across;
}

/* One closed outline from the side it enters cell (i, j) by. A piece is on the level unless one of its ends is
 * against the border. */
static void trace(struct walk *w, int i, int j, int side)
{
    int first = w->n;
    while (true) {
        uint8_t *seen = &w->seen[j * w->across + i];
        if (*seen & 1 << side)
            break;
        *seen |= (uint8_t)(1 << side);
        struct cell c = cell_at(w, i, j);
        int out = leaves(&c, side, w->level);
        const struct node *low = &c.corner[side], *high = &c.corner[(side + 1) % 4];
        bool leaves_border = c.corner[out].border || c.corner[(out + 1) % 4].border;
        add(w, between(w, low, high), !high->border && !leaves_border);
        step(w, out, &i, &j);
        side = (out + 2) % 4;
    }
    if (w->n <= w->max && first < w->n)
        add(w, w->out[first], false);
}

int contour_below(
    const struct mesh *mesh, double level, uint8_t *seen, struct point *out, bool *edge, int max)
{
    struct walk w = { .mesh = mesh,
        .level = level,
        .seen = seen,
        .across = cells_across(mesh),
        .up = mesh->rows + 1,
        .out = out,
        .edge = edge,
        .max = max };
    memset(seen, 0, (size_t)contour_cells(mesh));
    int loops = 0;
    for (int j = 0; j < w.up; j++)
        for (int i = 0; i < w.across; i++) {
            struct cell c = cell_at(&w, i, j);
            for (int side = 0; side < 4; side++) {
                if (!comes_in(&c, side) || seen[j * w.across + i] & 1 << side)
                    continue;
                trace(&w, i, j, side);
                if (w.n > max)
                    return 0;
                if (loops++ > 0)
                    add(&w, out[0], false);
            }
        }
    return w.n <= max ? w.n : 0;
}
