#include "render/fill.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "math/wide.h"

enum { BITS = 64 };

/* Flatter edges cover nothing, and their slope is all rounding. */
static const double FLAT = 1e-9;

/* The library's are calls, for the sake of NaN; there is none here. */
static float least(float a, float b)
{
    return a < b ? a : b;
}

static float most(float a, float b)
{
    return a > b ? a : b;
}

void fill_clear(struct fill *f)
{
    free(f->edge);
    free(f->row);
    free(f->active);
    free(f->change);
    free(f->touched);
    memset(f, 0, sizeof *f);
}

/* ---- edges ---- */

static bool reserve_rows(struct fill *f, int rows)
{
    if (rows <= f->row_capacity)
        return true;
    int *row = malloc((size_t)rows * sizeof *row);
    if (!row)
        return false;
    for (int i = 0; i < rows; i++)
        row[i] = -1;
    free(f->row);
    f->row = row;
    f->row_capacity = rows;
    return true;
}

/* Two more than the box is wide: an edge changes the pixel after its own as well. */
static bool reserve_width(struct fill *f, int width)
{
    if (width <= f->width_capacity)
        return true;
    float *change = calloc((size_t)width + 2, sizeof *change);
    uint64_t *touched = calloc((size_t)(width + 2) / BITS + 1, sizeof *touched);
    if (!change || !touched) {
        free(change);
        free(touched);
        return false;
    }
    free(f->change);
    free(f->touched);
    f->change = change;
    f->touched = touched;
    f->width_capacity = width;
    return true;
}

static bool reserve_edges(struct fill *f, int extra)
{
    int wanted = f->edge_count + extra;
    if (wanted <= f->edge_capacity)
        return true;
    wanted = wanted < 512 ? 512 : wanted * 2;
    struct fill_edge *edge = realloc(f->edge, (size_t)wanted * sizeof *edge);
    f->edge = edge ? edge : f->edge;
    int *active = edge ? realloc(f->active, (size_t)wanted * sizeof *active) : NULL;
    f->active = active ? active : f->active;
    if (!edge || !active)
        return false;
    f->edge_capacity = wanted;
    return true;
}

void fill_begin(struct fill *f, const struct target *target)
{
    f->target = target;
    f->width = target->x1 - target->x0;
    f->rows = f->width > 0 ? target->y1 - target->y0 : 0;
    f->edge_count = 0;
    f->top = f->rows;
    f->bottom = 0;
    f->left = f->width;
    f->right = 0;
    f->failed = !reserve_rows(f, f->rows) || !reserve_width(f, f->width);
}

static int column(const struct fill *f, double x)
{
    return x > 0 ? x < f->width ? (int)x : f->width : 0;
}

static void add_edge(struct fill *f, double ax, double ay, double bx, double by)
{
    double side = 1, low = 0, high = f->rows;
    if (ay > by) {
        double x = ax, y = ay;
        ax = bx;
        ay = by;
        bx = x;
        by = y;
        side = -1;
    }
    if (!(by > low && ay < high && by - ay > FLAT))
        return;
    double slope = (bx - ax) / (by - ay);
    if (ay < low) {
        ax -= ay * slope;
        ay = low;
    }
    by = fmin(by, high);
    int row = (int)ay;
    if (row >= high)
        return;
    f->edge[f->edge_count] = (struct fill_edge){ ax, ay, by, slope, (float)side, f->row[row] };
    f->row[row] = f->edge_count++;
    f->top = row < f->top ? row : f->top;
    f->bottom = by > f->bottom ? (int)ceil(by) : f->bottom;
    int left = column(f, fmin(ax, bx) - 1), right = column(f, fmax(ax, bx) + 2);
    f->left = left < f->left ? left : f->left;
    f->right = right > f->right ? right : f->right;
}

static void add_contour(struct fill *f, const struct point *at, int n, double scale, bool backwards)
{
    if (f->failed || n < 3)
        return;
    if (!reserve_edges(f, n)) {
        f->failed = true;
        return;
    }
    double left = f->target->x0, top = f->target->y0;
    for (int i = 0; i < n; i++) {
        struct point a = at[i], b = at[i + 1 < n ? i + 1 : 0];
        if (!(fabs(a.x) < 1e6 && fabs(a.y) < 1e6)) {
            f->failed = true;
            return;
        }
        if (backwards)
            add_edge(f, b.x * scale - left, b.y * scale - top, a.x * scale - left, a.y * scale - top);
        else
            add_edge(f, a.x * scale - left, a.y * scale - top, b.x * scale - left, b.y * scale - top);
    }
}

void fill_contour(struct fill *f, const struct point *at, int n, double scale)
{
    add_contour(f, at, n, scale, false);
}

void fill_hole(struct fill *f, const struct point *at, int n, double scale)
{
    add_contour(f, at, n, scale, true);
}

/* ---- coverage of a row ---- */

/* The coverage of pixel x is the sum of all changes up to it. An edge that crosses a pixel at `at` of its width
 * covers what lies right of it, and the next pixel wholly. */
static inline void change(struct fill *f, int x, float height, float at)
{
    f->change[x] += height * (1 - at);
    f->change[x + 1] += height * at;
}

/* That the pixels from one to the other have changed. */
static inline void touch(struct fill *f, int from, int to)
{
    uint64_t first = ~(uint64_t)0 << (from % BITS), last = ~(uint64_t)0 >> (BITS - 1 - to % BITS);
    int word = from / BITS, end = to / BITS;
    if (word == end) {
        f->touched[word] |= first & last;
        return;
    }
    f->touched[word++] |= first;
    for (; word < end; word++)
        f->touched[word] = ~(uint64_t)0;
    f->touched[end] |= last;
}

/* The piece of an edge inside row y. */
struct piece {
    float a, b, height; /* from x = a to b */
};

static inline struct piece piece_of(const struct fill_edge *e, int y)
{
    double top = y, bottom = y + 1;
    double from = e->y > top ? e->y : top, to = e->end < bottom ? e->end : bottom;
    double a = e->x + (from - e->y) * e->slope, b = e->x + (to - e->y) * e->slope;
    return (struct piece){ (float)a, (float)b, (float)(to - from) * e->side };
}

static void cross(struct fill *f, struct piece p)
{
    float low = least(p.a, p.b), high = most(p.a, p.b), width = (float)f->width, height = p.height;
    if (low >= width)
        return;
    if (high <= 0) {
        change(f, 0, height, 0);
        touch(f, 0, 0);
        return;
    }
    if ((int)high == (int)low && low >= 0) {
        change(f, (int)low, height, (low + high) / 2 - (float)(int)low);
        touch(f, (int)low, (int)low + 1);
        return;
    }
    float rate = height / (high - low);
    if (low < 0) {
        change(f, 0, -low * rate, 0);
        low = 0;
    }
    high = least(high, width);
    int x = (int)low;
    for (; (float)x < high; x++) {
        float from = most(low, (float)x), to = least(high, (float)(x + 1));
        change(f, x, (to - from) * rate, (from + to) / 2 - (float)x);
    }
    touch(f, (int)low, x);
}

static int begin_row(struct fill *f, int y, int active)
{
    for (int i = f->row[y]; i >= 0; i = f->edge[i].next)
        f->active[active++] = i;
    f->row[y] = -1;
    return active;
}

/* Returns how many edges go on below the row. */
static int end_row(struct fill *f, int y, int active)
{
    int kept = 0;
    for (int i = 0; i < active; i++)
        if (f->edge[f->active[i]].end > y + 1)
            f->active[kept++] = f->active[i];
    return kept;
}

/* ---- painting ---- */

struct paint {
    uint32_t color;
    const struct fill_hatch *hatch; /* NULL: the colour */
};

enum { BLOCK = 4, LONG = 64 };

/* Four pixels at a time in 16-bit lanes, which the compiler turns into one vector each. */
static void blend_span(uint32_t *to, int n, uint32_t source)
{
    uint8_t from[4 * BLOCK], lane[4 * BLOCK];
    uint16_t rest = (uint16_t)(255 - (source >> 24));
    for (int i = 0; i < BLOCK; i++)
        memcpy(from + 4 * i, &source, 4);
    for (; n >= BLOCK; n -= BLOCK, to += BLOCK) {
        memcpy(lane, to, sizeof lane);
        for (int i = 0; i < 4 * BLOCK; i++) {
            uint16_t v = (uint16_t)(lane[i] * rest + 128);
            lane[i] = (uint8_t)(from[i] + (uint8_t)((uint16_t)(v + (v >> 8)) >> 8));
        }
        memcpy(to, lane, sizeof lane);
    }
    for (int i = 0; i < n; i++)
        to[i] = pixel_over(source, to[i]);
}

WIDE static void set_span(uint32_t *to, int n, uint32_t source)
{
    for (int i = 0; i < n; i++)
        to[i] = source;
}

static void paint_color(uint32_t *to, int n, uint32_t color, uint32_t alpha)
{
    uint32_t source = alpha == 255 ? color : pixel_scale(color, alpha);
    if (source >> 24 == 255 && n >= LONG)
        set_span(to, n, source);
    else if (source >> 24 == 255)
        for (int i = 0; i < n; i++)
            to[i] = source;
    else if (n < BLOCK)
        for (int i = 0; i < n; i++)
            to[i] = pixel_over(source, to[i]);
    else
        blend_span(to, n, source);
}

static void paint_hatch(uint32_t *to, int n, const struct fill_hatch *hatch, int along, uint32_t alpha)
{
    const uint32_t *pixel = hatch->pixel, *rest = hatch->rest;
    for (int i = 0; i < n; i += FILL_STRIP) {
        int from = (along + i) % hatch->period, left = n - i < FILL_STRIP ? n - i : FILL_STRIP;
        int whole = alpha == 255 ? left - left % PIXEL_BLOCK : 0;
        pixels_over(to + i, pixel + from, rest + from, whole);
        for (int k = whole; k < left; k++)
            to[i + k] = pixel_over(pixel_scale(pixel[from + k], alpha), to[i + k]);
    }
}

/* Most spans are one pixel of an edge: those go without a branch, as there is no telling what the next one covers. */
static inline void paint_span(
    uint32_t *row, int y, int from, int to, float sum, const struct paint *paint, const struct target *t)
{
    uint32_t alpha = (uint32_t)(least(fabsf(sum), 1) * 255 + 0.5f);
    if (to == from + 1 && !paint->hatch)
        row[from] = pixel_over(pixel_scale(paint->color, alpha), row[from]);
    else if (alpha == 0 || from >= to)
        return;
    else if (paint->hatch)
        paint_hatch(row + from, to - from, paint->hatch, t->x0 + from + t->y0 + y, alpha);
    else
        paint_color(row + from, to - from, paint->color, alpha);
}

/* Between two changes the coverage is the same: a span. */
static void paint_row(struct fill *f, int y, const struct paint *paint)
{
    const struct target *t = f->target;
    uint32_t *row = (uint32_t *)(t->pixels + (ptrdiff_t)(t->y0 + y) * t->stride) + t->x0;
    int width = f->width, from = 0;
    float sum = 0;
    for (int word = f->left / BITS; word <= (f->right + 1) / BITS; word++) {
        uint64_t bits = f->touched[word];
        f->touched[word] = 0;
        for (; bits; bits &= bits - 1) {
            int x = word * BITS + __builtin_ctzll(bits);
            paint_span(row, y, from, x < width ? x : width, sum, paint, t);
            sum += f->change[x];
            f->change[x] = 0;
            from = x;
        }
    }
    paint_span(row, y, from, width, sum, paint, t);
}

/* What a steep edge covers: of pixel x, of the next, and of all further ones. */
struct steep {
    int x;
    float first, second, whole;
};

/* False when it leaves the row or runs through more than two pixels of it. */
static inline bool steep_of(const struct fill *f, const struct fill_edge *e, int y, struct steep *s)
{
    struct piece p = piece_of(e, y);
    float low = least(p.a, p.b), high = most(p.a, p.b);
    int x = (int)low;
    float next = (float)(x + 1);
    if (!(low >= 0 && high <= next + 1 && x + 1 < f->width))
        return false;
    float width = most(high - low, 1e-6f), left = p.height * (least(next - low, width) / width);
    float in_first = next - (low + least(high, next)) / 2, past = (most(high, next) - next) / 2;
    *s = (struct steep){ x, left * in_first, p.height - (p.height - left) * past, p.height };
    return true;
}

/* A row that two steep edges cross, as most do of what is drawn here: without the row's array. */
static bool paint_pair(const struct fill *f, int y, const struct paint *paint)
{
    const struct target *t = f->target;
    struct steep a, b;
    if (!steep_of(f, &f->edge[f->active[0]], y, &a) || !steep_of(f, &f->edge[f->active[1]], y, &b))
        return false;
    if (b.x < a.x) {
        struct steep swap = a;
        a = b;
        b = swap;
    }
    uint32_t *row = (uint32_t *)(t->pixels + (ptrdiff_t)(t->y0 + y) * t->stride) + t->x0;
    bool same = a.x == b.x, apart = b.x > a.x + 1;
    paint_span(row, y, a.x, a.x + 1, a.first + (same ? b.first : 0), paint, t);
    paint_span(row, y, a.x + 1, a.x + 2, a.second + (same ? b.second : apart ? 0 : b.first), paint, t);
    if (apart) {
        paint_span(row, y, a.x + 2, b.x, a.whole, paint, t);
        paint_span(row, y, b.x, b.x + 1, a.whole + b.first, paint, t);
    }
    if (!same)
        paint_span(row, y, b.x + 1, b.x + 2, a.whole + b.second, paint, t);
    return true;
}

static bool paint_rows(struct fill *f, const struct paint *paint)
{
    for (int y = f->top; f->failed && y < f->bottom; y++)
        f->row[y] = -1;
    for (int y = f->top, active = 0; !f->failed && y < f->bottom; y++) {
        active = begin_row(f, y, active);
        if (active != 2 || !paint_pair(f, y, paint)) {
            for (int i = 0; i < active; i++)
                cross(f, piece_of(&f->edge[f->active[i]], y));
            paint_row(f, y, paint);
        }
        active = end_row(f, y, active);
    }
    return !f->failed;
}

bool fill_paint(struct fill *f, uint32_t color)
{
    return paint_rows(f, &(struct paint){ .color = color });
}

bool fill_paint_hatch(struct fill *f, const struct fill_hatch *hatch)
{
    return paint_rows(f, &(struct paint){ .hatch = hatch });
}

/* ---- strokes ---- */

enum { STROKE_MAX = 1024 };

static struct point between(struct point a, struct point b)
{
    return (struct point){ b.x - a.x, b.y - a.y };
}

static double dot(struct point a, struct point b)
{
    return a.x * b.x + a.y * b.y;
}

/* The points without those that repeat the one before. */
static int distinct(const struct point *at, int n, bool closed, struct point *out)
{
    int count = 0;
    for (int i = 0; i < n; i++) {
        struct point d = count ? between(out[count - 1], at[i]) : (struct point){ 1, 0 };
        if (dot(d, d) > 1e-12)
            out[count++] = at[i];
    }
    struct point d = count ? between(out[count - 1], out[0]) : (struct point){ 0, 0 };
    return closed && count > 1 && dot(d, d) <= 1e-12 ? count - 1 : count;
}

static struct point direction(struct point a, struct point b)
{
    struct point d = between(a, b);
    double length = hypot(d.x, d.y);
    return (struct point){ d.x / length, d.y / length };
}

/* From a corner to where the two edges `half` aside meet; false when it turns by more than 60 degrees. */
static bool miter(struct point before, struct point after, double half, struct point *out)
{
    double straight = 1 + dot(before, after);
    *out = (struct point){ half * -(before.y + after.y) / straight, half * (before.x + after.x) / straight };
    return straight > 1.5;
}

/* Both sides of the line; false when a side would run backwards, as in a bend narrower than the line. */
static bool sides(
    const struct point *at, int n, bool closed, double half, struct point *left, struct point *right)
{
    for (int i = 0; i < n; i++) {
        bool first = i == 0 && !closed, last = i == n - 1 && !closed;
        struct point after = last ? (struct point){ 0, 0 } : direction(at[i], at[(i + 1) % n]), aside;
        struct point before = first ? after : direction(at[(i + n - 1) % n], at[i]);
        if (!miter(before, last ? before : after, half, &aside))
            return false;
        left[i] = (struct point){ at[i].x + aside.x, at[i].y + aside.y };
        right[i] = (struct point){ at[i].x - aside.x, at[i].y - aside.y };
    }
    for (int i = 0; i < (closed ? n : n - 1); i++) {
        int next = (i + 1) % n;
        struct point along = between(at[i], at[next]);
        if (dot(along, between(left[i], left[next])) < 0 || dot(along, between(right[i], right[next])) < 0)
            return false;
    }
    return true;
}

bool fill_stroke(struct fill *f, const struct point *at, int n, bool closed, double width, double scale)
{
    struct point middle[STROKE_MAX], side[2 * STROKE_MAX];
    if (n > STROKE_MAX)
        return false;
    n = distinct(at, n, closed, middle);
    struct point *left = side, *right = side + n;
    if (n < 2 || (closed && n < 3) || !sides(middle, n, closed, width / 2, left, right))
        return false;
    if (closed) {
        fill_contour(f, left, n, scale);
        fill_hole(f, right, n, scale);
        return true;
    }
    for (int i = 0; i < n / 2; i++) {
        struct point swap = right[i];
        right[i] = right[n - 1 - i];
        right[n - 1 - i] = swap;
    }
    fill_contour(f, side, 2 * n, scale);
    return true;
}

void fill_dashes(struct fill *f, const struct point *ends, const struct stroke *stroke, double scale)
{
    struct point d = between(ends[0], ends[1]);
    double length = hypot(d.x, d.y), period = stroke->dash_on + stroke->dash_off;
    if (!(length > 0))
        return;
    d = (struct point){ d.x / length, d.y / length };
    for (int i = 0; i * period < length && !f->failed; i++) {
        double from = i * period, to = fmin(from + stroke->dash_on, length);
        struct point dash[2] = { { ends[0].x + from * d.x, ends[0].y + from * d.y },
            { ends[0].x + to * d.x, ends[0].y + to * d.y } };
        fill_stroke(f, dash, 2, false, stroke->width, scale);
    }
}
