#include "app/animate_inner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEEN_BITS = 18, /* colours counted, at most */
    SEEN = 1 << SEEN_BITS,
    SEEN_MOST = SEEN / 4 * 3,
    EXACT = 1024, /* slots for palette colours by their very value */
    COARSE = 1 << 18, /* mixtures by the upper six bits of each channel */
    FLAT_MOST = 128, /* palette entries that are kept as they are */
    ROUNDS = 4, /* of k-means */
};

/* A colour of so large a part of the pixels is an area, not an edge. */
static const double flat_share = 4e-4;
/* Closer than this nobody sees a difference in a small spot; farther apart than that two colours do not mix. */
static const float near_enough = 0.018f, mixes = 0.3f;

struct lab {
    float l, a, b;
};

struct seen {
    uint32_t color, count; /* count 0: free */
};

/* Colours that are not flat, six bits a channel. */
struct bin {
    struct lab at;
    float weight;
    int box;
};

struct mixture {
    uint8_t first, second, share, known; /* share of the second, of 255 */
};

struct palette {
    struct seen *seen; /* (SEEN) */
    int seen_count;
    uint64_t pixels;
    uint8_t color[PALETTE_COLORS][3];
    struct lab at[PALETTE_COLORS];
    int flat; /* of the colours, first */
    uint32_t exact_color[EXACT];
    int16_t exact_index[EXACT]; /* -1: free */
    struct mixture *mixture; /* (COARSE) */
};

static float linear(int byte)
{
    float v = (float)byte / 255;
    return v <= 0.04045f ? v / 12.92f : powf((v + 0.055f) / 1.055f, 2.4f);
}

static int encoded(float v)
{
    v = v <= 0.0031308f ? v * 12.92f : 1.055f * powf(v, 1 / 2.4f) - 0.055f;
    return v <= 0 ? 0 : v >= 1 ? 255 : (int)lrintf(255 * v);
}

/* Ottosson, "A perceptual color space for image processing", 2020. */
static struct lab lab_of(uint32_t color)
{
    float r = linear((int)(color >> 16 & 255)), g = linear((int)(color >> 8 & 255)),
          b = linear((int)(color & 255));
    float l = cbrtf(0.4122214708f * r + 0.5363325363f * g + 0.0514459929f * b);
    float m = cbrtf(0.2119034982f * r + 0.6806995451f * g + 0.1073969566f * b);
    float s = cbrtf(0.0883024619f * r + 0.2817188376f * g + 0.6299787005f * b);
    return (struct lab){ 0.2104542553f * l + 0.7936177850f * m - 0.0040720468f * s,
        1.9779984951f * l - 2.4285922050f * m + 0.4505937099f * s,
        0.0259040371f * l + 0.7827717662f * m - 0.8086757660f * s };
}

static void rgb_of(struct lab c, uint8_t out[3])
{
    float l = c.l + 0.3963377774f * c.a + 0.2158037573f * c.b;
    float m = c.l - 0.1055613458f * c.a - 0.0638541728f * c.b;
    float s = c.l - 0.0894841775f * c.a - 1.2914855480f * c.b;
    l = l * l * l, m = m * m * m, s = s * s * s;
    out[0] = (uint8_t)encoded(4.0767416621f * l - 3.3077115913f * m + 0.2309699292f * s);
    out[1] = (uint8_t)encoded(-1.2684380046f * l + 2.6097574011f * m - 0.3413193965f * s);
    out[2] = (uint8_t)encoded(-0.0041960863f * l - 0.7034186147f * m + 1.7076147010f * s);
}

static float distance2(struct lab a, struct lab b)
{
    float l = a.l - b.l, x = a.a - b.a, y = a.b - b.b;
    return l * l + x * x + y * y;
}

static uint32_t hash(uint32_t color)
{
    return color * 2654435761u;
}

static uint32_t packed(const uint8_t *rgb)
{
    return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

/* Six bits a channel, and the middle of those colours. */
static uint32_t coarse(uint32_t color)
{
    return (color >> 18 & 63) << 12 | (color >> 10 & 63) << 6 | (color >> 2 & 63);
}

static uint32_t middle(uint32_t cell)
{
    uint32_t r = cell >> 12 & 63, g = cell >> 6 & 63, b = cell & 63;
    return (r << 2 | r >> 4) << 16 | (g << 2 | g >> 4) << 8 | (b << 2 | b >> 4);
}

struct palette *palette_create(void)
{
    struct palette *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->seen = calloc(SEEN, sizeof *p->seen);
    p->mixture = calloc(COARSE, sizeof *p->mixture);
    if (p->seen && p->mixture)
        return p;
    palette_destroy(p);
    return NULL;
}

void palette_destroy(struct palette *p)
{
    if (!p)
        return;
    free(p->seen);
    free(p->mixture);
    free(p);
}

static void count_color(struct palette *p, uint32_t color, uint32_t times)
{
    if (p->seen_count >= SEEN_MOST)
        color = middle(coarse(color));
    uint32_t at = hash(color) >> (32 - SEEN_BITS);
    while (p->seen[at].count && p->seen[at].color != color)
        at = (at + 1) % SEEN;
    if (!p->seen[at].count && p->seen_count >= SEEN - 1)
        return;
    p->seen_count += !p->seen[at].count;
    p->seen[at].color = color;
    p->seen[at].count += times;
}

void palette_sample(struct palette *p, const uint8_t *rgb, size_t pixels)
{
    p->pixels += pixels;
    for (size_t i = 0, run; i < pixels; i += run) {
        uint32_t color = packed(rgb + 3 * i);
        for (run = 1; i + run < pixels && packed(rgb + 3 * (i + run)) == color; run++)
            ;
        count_color(p, color, (uint32_t)run);
    }
}

/* Most frequent first; equal ones by value, so that the order never depends on the table's. */
static int compare_seen(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return x->color < y->color ? -1 : x->color > y->color;
}

static void add_flat(struct palette *p, uint32_t color)
{
    p->color[p->flat][0] = (uint8_t)(color >> 16);
    p->color[p->flat][1] = (uint8_t)(color >> 8);
    p->color[p->flat][2] = (uint8_t)color;
    p->at[p->flat++] = lab_of(color);
}

/* The colours between the flat ones; how many bins they fill. Square roots, so that thin edges count too. */
static int fill_bins(const struct palette *p, int sorted, struct bin *bin)
{
    int n = 0;
    int32_t *slot = malloc(COARSE * sizeof *slot);
    if (!slot)
        return -1;
    memset(slot, -1, COARSE * sizeof *slot);
    for (int i = p->flat; i < sorted; i++) {
        uint32_t cell = coarse(p->seen[i].color);
        if (slot[cell] < 0) {
            slot[cell] = n;
            bin[n++] = (struct bin){ .at = lab_of(middle(cell)) };
        }
        bin[slot[cell]].weight += (float)p->seen[i].count;
    }
    free(slot);
    for (int i = 0; i < n; i++)
        bin[i].weight = sqrtf(bin[i].weight);
    return n;
}

struct box {
    struct lab mean;
    double spread; /* weighted, along its longest axis */
    int axis;
};

static float along(const struct lab *c, int axis)
{
    return axis == 0 ? c->l : axis == 1 ? c->a : c->b;
}

static void measure_box(struct box *box, const struct bin *bin, int n, int number)
{
    double weight = 0, sum[3] = { 0 }, square[3] = { 0 };
    for (int i = 0; i < n; i++)
        for (int axis = 0; bin[i].box == number && axis < 3; axis++) {
            double v = (double)along(&bin[i].at, axis), w = (double)bin[i].weight;
            weight += axis == 0 ? w : 0;
            sum[axis] += w * v;
            square[axis] += w * v * v;
        }
    *box = (struct box){ .spread = 0 };
    if (weight <= 0)
        return;
    box->mean = (struct lab){ (float)(sum[0] / weight), (float)(sum[1] / weight), (float)(sum[2] / weight) };
    for (int axis = 0; axis < 3; axis++) {
        double spread = square[axis] - sum[axis] * sum[axis] / weight;
        if (spread > box->spread) {
            box->spread = spread;
            box->axis = axis;
        }
    }
}

/* Splits the box in which colours are farthest apart at its mean, until there are as many as wanted. */
static int split_boxes(struct bin *bin, int n, struct box *box, int wanted)
{
    int boxes = 1;
    measure_box(&box[0], bin, n, 0);
    while (boxes < wanted) {
        int worst = 0;
        for (int i = 1; i < boxes; i++)
            worst = box[i].spread > box[worst].spread ? i : worst;
        if (!(box[worst].spread > 1e-9))
            break;
        int axis = box[worst].axis;
        float cut = along(&box[worst].mean, axis);
        for (int i = 0; i < n; i++)
            if (bin[i].box == worst && along(&bin[i].at, axis) > cut)
                bin[i].box = boxes;
        measure_box(&box[worst], bin, n, worst);
        measure_box(&box[boxes], bin, n, boxes);
        boxes++;
    }
    return boxes;
}

static int nearest(const struct palette *p, struct lab c, int count)
{
    int best = 0;
    float least = INFINITY;
    for (int i = 0; i < count; i++) {
        float d = distance2(p->at[i], c);
        if (d < least) {
            least = d;
            best = i;
        }
    }
    return best;
}

/* k-means: the flat colours take what is nearest to them, but do not move. */
static void settle(struct palette *p, const struct bin *bin, int n, int count)
{
    for (int round = 0; round < ROUNDS; round++) {
        double sum[PALETTE_COLORS][4] = { { 0 } };
        for (int i = 0; i < n; i++) {
            double w = (double)bin[i].weight, *to = sum[nearest(p, bin[i].at, count)];
            to[0] += w * (double)bin[i].at.l;
            to[1] += w * (double)bin[i].at.a;
            to[2] += w * (double)bin[i].at.b;
            to[3] += w;
        }
        for (int i = p->flat; i < count; i++)
            if (sum[i][3] > 0)
                p->at[i] = (struct lab){ (float)(sum[i][0] / sum[i][3]), (float)(sum[i][1] / sum[i][3]),
                    (float)(sum[i][2] / sum[i][3]) };
    }
}

static bool fill_rest(struct palette *p, int sorted)
{
    struct bin *bin = malloc((size_t)(sorted + 1) * sizeof *bin);
    struct box box[PALETTE_COLORS];
    int n = bin ? fill_bins(p, sorted, bin) : -1, count = p->flat;
    if (n > 0) {
        int boxes = split_boxes(bin, n, box, PALETTE_COLORS - p->flat);
        for (int i = 0; i < boxes; i++)
            p->at[count++] = box[i].mean;
        settle(p, bin, n, count);
        for (int i = p->flat; i < count; i++)
            rgb_of(p->at[i], p->color[i]);
    }
    free(bin);
    for (int i = count; i < PALETTE_COLORS; i++) /* fewer colours than room: the first one again */
        p->at[i] = (struct lab){ 9, 9, 9 };
    return n >= 0;
}

static void index_exact(struct palette *p)
{
    for (int i = 0; i < EXACT; i++)
        p->exact_index[i] = -1;
    for (int i = 0; i < PALETTE_COLORS && p->at[i].l < 9; i++) {
        uint32_t color = packed(p->color[i]), at = hash(color) >> 22;
        while (p->exact_index[at] >= 0 && p->exact_color[at] != color)
            at = (at + 1) % EXACT;
        if (p->exact_index[at] >= 0)
            continue;
        p->exact_color[at] = color;
        p->exact_index[at] = (int16_t)i;
    }
}

bool palette_build(struct palette *p)
{
    int n = 0;
    for (int i = 0; i < SEEN; i++)
        if (p->seen[i].count)
            p->seen[n++] = p->seen[i];
    qsort(p->seen, (size_t)n, sizeof *p->seen, compare_seen);
    p->flat = 0;
    bool few = n <= PALETTE_COLORS;
    for (int i = 0; i < n && (few || (i < FLAT_MOST && p->seen[i].count >= flat_share * (double)p->pixels));
         i++)
        add_flat(p, p->seen[i].color);
    if (!fill_rest(p, n))
        return false;
    index_exact(p);
    memset(p->mixture, 0, COARSE * sizeof *p->mixture);
    return true;
}

const uint8_t (*palette_colors(const struct palette *p))[3]
{
    return p->color;
}

/* The second colour is the one on whose line with the first `c` nearly lies; long lines make coarse grain. */
static struct mixture mix(const struct palette *p, struct lab c)
{
    int first = nearest(p, c, PALETTE_COLORS), second = first;
    struct lab a = p->at[first];
    float best = distance2(a, c), share = 0;
    for (int i = 0; best > near_enough * near_enough && i < PALETTE_COLORS; i++) {
        float length2 = distance2(p->at[i], a);
        if (length2 < 1e-8f || length2 > mixes * mixes)
            continue;
        struct lab d = { p->at[i].l - a.l, p->at[i].a - a.a, p->at[i].b - a.b };
        float t = (d.l * (c.l - a.l) + d.a * (c.a - a.a) + d.b * (c.b - a.b)) / length2;
        struct lab at = { a.l + t * d.l, a.a + t * d.a, a.b + t * d.b };
        float off = distance2(at, c) + 0.02f * length2;
        if (t > 0 && t <= 1 && off < best) {
            best = off;
            second = i;
            share = t;
        }
    }
    return (struct mixture){ (uint8_t)first, (uint8_t)second, (uint8_t)lrintf(255 * share), 1 };
}

/* Jimenez, "Next generation post processing in Call of Duty", 2014: spreads the grain evenly without a visible grid. */
static uint8_t grain(int x, int y)
{
    float v = 0.06711056f * (float)x + 0.00583715f * (float)y;
    v = 52.9829189f * (v - floorf(v));
    return (uint8_t)(255 * (v - floorf(v)));
}

static uint8_t index_of(struct palette *p, uint32_t color, int x, int y)
{
    for (uint32_t at = hash(color) >> 22; p->exact_index[at] >= 0; at = (at + 1) % EXACT)
        if (p->exact_color[at] == color)
            return (uint8_t)p->exact_index[at];
    struct mixture *m = &p->mixture[coarse(color)];
    if (!m->known)
        *m = mix(p, lab_of(middle(coarse(color))));
    return m->share > 0 && m->share > grain(x, y) ? m->second : m->first;
}

void palette_map(struct palette *p, const uint8_t *rgb, int width, int height, uint8_t *index)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++, rgb += 3)
            *index++ = index_of(p, packed(rgb), x, y);
}
