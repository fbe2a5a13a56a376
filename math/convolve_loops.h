/* convolve_loops.h - the loops of convolve.h for one kind of vectors; convolve.c includes it once for each kind.
 * OWN(name) is a name for these vectors, TARGET what the compiler has to know of the processor, WIDTH the floats of a
 * vector, MANY whether there are 32 of them and not 16. */

#define VECTOR float __attribute__((vector_size(4 * WIDTH)))
#define INNER TARGET WITHIN
#define AT(p) (((struct OWN(floats) *)(p))->lane)
#define IN(p) (((const struct OWN(floats) *)(p))->lane)

struct OWN(floats) {
    VECTOR lane;
} __attribute__((packed, may_alias));

/* --- forward: the sums of a few places by a few filters stay in registers -------------------------------- */

enum { OWN(PLACES) = MANY ? 8 : 4, OWN(COLUMNS) = 2 }; /* places, and vectors of filters, at a time */

INNER void OWN(sums)(const struct window *w, const float *frame, const uint32_t *start, const float *packed,
    int padded, int places, int columns, float *sum)
{
    VECTOR acc[OWN(PLACES)][OWN(COLUMNS)];
    const float *from[OWN(PLACES)];
    for (int p = 0; p < places; p++) {
        from[p] = frame + start[p];
        for (int v = 0; v < columns; v++)
            acc[p][v] = (VECTOR){ 0 };
    }
    for (int k = 0; k < w->kernel; k++) {
        for (int j = 0; j < w->run; j++, packed += padded)
            for (int p = 0; p < places; p++)
                for (int v = 0; v < columns; v++)
                    acc[p][v] += from[p][j] * IN(packed + v * WIDTH);
        for (int p = 0; p < places; p++)
            from[p] += w->wide;
    }
    for (int p = 0; p < places; p++)
        for (int v = 0; v < columns; v++)
            AT(sum + (p * columns + v) * WIDTH) = acc[p][v];
}

/* The largest of POOL rows, and which of them it is. */
INNER void OWN(pool)(const float *sum, int row, int n, float *restrict out, uint32_t *restrict pick)
{
    for (int j = 0; j < n; j++) {
        float a = sum[j], b = sum[row + j], c = sum[2 * row + j], d = sum[3 * row + j];
        uint32_t upper = b > a, lower = c < d ? 3 : 2;
        float top = b > a ? b : a, bottom = c < d ? d : c;
        out[j] = bottom > top ? bottom : top;
        pick[j] = bottom > top ? lower : upper;
    }
}

INNER void OWN(block)(const struct window *w, const float *frame, const float *packed, int padded, int from,
    int first, int places, int columns, float *out, uint32_t *pick)
{
    float sum[OWN(PLACES) * OWN(COLUMNS) * WIDTH] __attribute__((aligned(64)));
    int row = columns * WIDTH, n = w->filters - first < row ? w->filters - first : row;
    OWN(sums)(w, frame, w->start + from, packed + first, padded, places, columns, sum);
    size_t filters = (size_t)w->filters, to = (size_t)(from / w->pool) * filters + (size_t)first;
    if (w->pool == 1)
        for (int p = 0; p < places; p++)
            memcpy(out + to + (size_t)p * filters, sum + p * row, (size_t)n * sizeof *out);
    else
        for (int p = 0; p + POOL <= places; p += POOL, to += filters)
            OWN(pool)(sum + p * row, row, n, out + to, pick + to);
}

INNER void OWN(blocks)(const struct window *w, const float *frame, const float *packed, int padded, int first,
    int columns, float *out, uint32_t *pick)
{
    int places = w->cells * w->pool, at = 0;
    for (; at + OWN(PLACES) <= places; at += OWN(PLACES))
        OWN(block)(w, frame, packed, padded, at, first, OWN(PLACES), columns, out, pick);
    for (; at + POOL <= places; at += POOL)
        OWN(block)(w, frame, packed, padded, at, first, POOL, columns, out, pick);
    for (; at < places; at++)
        OWN(block)(w, frame, packed, padded, at, first, 1, columns, out, pick);
}

TARGET static void OWN(forward)(
    const struct window *w, const float *frame, const float *packed, float *out, uint32_t *pick)
{
    int padded = (w->filters + WIDTH - 1) / WIDTH * WIDTH, first = 0;
    for (; first + 2 * WIDTH <= padded; first += 2 * WIDTH)
        OWN(blocks)(w, frame, packed, padded, first, 2, out, pick);
    if (first < padded)
        OWN(blocks)(w, frame, packed, padded, first, 1, out, pick);
}

/* --- and back: a piece of one filter stays in registers, a few rows of a few vectors ---------------------- */

/* What lies there is added to d_turned, or the piece to what lies there. */
struct OWN(piece) {
    const struct window *w;
    const float *d;
    const uint32_t *pick;
    float *frame, *turned;            /* where the piece begins in both */
    int padded, filter;
};

INNER void OWN(gather)(const struct OWN(piece) *p, int rows, int columns)
{
    const struct window *w = p->w;
    int filters = w->filters, pool = w->pool, wide = w->wide, cells = w->cells;
    const uint32_t *start = w->start, *pick = p->pick;
    const float *d = p->d + p->filter, *frame = p->frame;
    VECTOR acc[PIECE];
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < columns; v++)
            acc[r * columns + v] = IN(p->turned + r * p->padded + v * WIDTH);
    for (int cell = 0, at = 0; cell < cells; cell++, at += filters, start += pool) {
        const float *from = frame + start[pick ? pick[at + p->filter] : 0];
        float own = d[at];
        for (int r = 0; r < rows; r++, from += wide)
            for (int v = 0; v < columns; v++)
                acc[r * columns + v] += own * IN(from + v * WIDTH);
    }
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < columns; v++)
            AT(p->turned + r * p->padded + v * WIDTH) = acc[r * columns + v];
}

INNER void OWN(scatter)(const struct OWN(piece) *p, int rows, int columns)
{
    const struct window *w = p->w;
    int filters = w->filters, pool = w->pool, wide = w->wide, cells = w->cells;
    const uint32_t *start = w->start, *pick = p->pick;
    const float *d = p->d + p->filter;
    float *frame = p->frame;
    VECTOR own[PIECE];
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < columns; v++)
            own[r * columns + v] = IN(p->turned + r * p->padded + v * WIDTH);
    for (int cell = 0, at = 0; cell < cells; cell++, at += filters, start += pool) {
        float *to = frame + start[pick ? pick[at + p->filter] : 0], pull = d[at];
        for (int r = 0; r < rows; r++, to += wide)
            for (int v = 0; v < columns; v++)
                AT(to + v * WIDTH) += pull * own[r * columns + v];
    }
}

/* The sizes of a piece are known when this is compiled, so that it fits the registers. */
#define SIZE(r, v)                                                                                           \
    case 8 * (r) + (v):                                                                                      \
        one(p, r, v);                                                                                        \
        break;
#define SIZES(r) SIZE(r, 1) SIZE(r, 2) SIZE(r, 3) SIZE(r, 4) SIZE(r, 5) SIZE(r, 6)

INNER void OWN(choose)(const struct OWN(piece) *p, int rows, int columns,
    void (*one)(const struct OWN(piece) *, int, int))
{
    switch (8 * rows + columns) {
        SIZES(1)
        SIZES(3)
        SIZE(5, 1) SIZE(5, 2) SIZE(5, 3) SIZE(5, 4) SIZE(5, 5)
    }
}

#undef SIZE
#undef SIZES

/* Most vectors side by side in a piece of so many rows. */
static int OWN(columns)(int rows)
{
    return rows == 1 ? 6 : rows == 3 ? (MANY ? 6 : 4) : (MANY ? 5 : 2);
}

INNER void OWN(back)(const struct window *w, float *frame, const float *d, const uint32_t *pick, float *turned,
    void (*one)(const struct OWN(piece) *, int, int))
{
    int vectors = (w->run + WIDTH - 1) / WIDTH, rows = w->kernel == 3 || w->kernel == 5 ? w->kernel : 1;
    int most = OWN(columns)(rows), pieces = (vectors + most - 1) / most;
    struct OWN(piece) p = { .w = w, .d = d, .pick = pick, .padded = vectors * WIDTH };
    for (int row = 0; row < w->kernel; row += rows)
        for (int i = 0; i < pieces; i++) {
            int from = vectors * i / pieces, columns = vectors * (i + 1) / pieces - from;
            p.frame = frame + row * w->wide + from * WIDTH;
            for (p.filter = 0; p.filter < w->filters; p.filter++) {
                size_t at = (size_t)(p.filter * w->kernel + row) * (size_t)p.padded;
                p.turned = turned + at + (size_t)from * WIDTH;
                OWN(choose)(&p, rows, columns, one);
            }
        }
}

TARGET static void OWN(gather_pieces)(
    const struct window *w, const float *frame, const float *d, const uint32_t *pick, float *d_turned)
{
    OWN(back)(w, (float *)frame, d, pick, d_turned, OWN(gather));
}

TARGET static void OWN(scatter_pieces)(
    const struct window *w, const float *turned, const float *d, const uint32_t *pick, float *d_frame)
{
    OWN(back)(w, d_frame, d, pick, (float *)turned, OWN(scatter));
}

static const struct convolve OWN(loops) = { WIDTH, OWN(forward), OWN(gather_pieces), OWN(scatter_pieces) };

#undef VECTOR
#undef INNER
#undef AT
#undef IN
#undef OWN
#undef TARGET
#undef WIDTH
#undef MANY
