#include "render/text.h"

#include <assert.h>
#include <fontconfig/fontconfig.h>
#include <math.h>
#include <SDL.h>
#include <SDL_ttf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Inter's design grid: at this size every advance is a whole number, so that widths are exact. */
enum { MEASURE_PX = 2048 };

enum {
    ASCII_FIRST = 32,
    ASCII_COUNT = 95,
    GLYPH_SLOTS = 512, /* glyphs beyond ASCII, a face */
    SIZED_COUNT = 48, /* faces opened at a pixel size */
    MASK_SETS = 512,
    MASK_WAYS = 8,
    MASK_BYTES = 8 << 20,
    RUN_BYTES = 200, /* longer runs are cut */
    PATH_BYTES = 1024,
};

enum { KERN_UNKNOWN = INT16_MIN };

struct glyph {
    uint32_t code; /* 0: free */
    bool provided;
    float advance; /* em */
};

struct typeface {
    char path[PATH_BYTES];
    TTF_Font *font; /* at MEASURE_PX */
    float cap; /* height of H, em */
    float ascii[ASCII_COUNT]; /* advances, em */
    int16_t kern[ASCII_COUNT][ASCII_COUNT]; /* 1/MEASURE_PX em, filled as pairs come up */
    struct glyph glyph[GLYPH_SLOTS];
};

/* A face at a pixel size, in quarters of a pixel. */
struct sized {
    TTF_Font *font;
    enum face face;
    int quarters;
    uint64_t used;
};

struct cached_mask {
    struct text_mask mask; /* alpha owned; NULL: free slot */
    enum face face;
    int quarters, bytes;
    char run[RUN_BYTES];
    uint64_t used;
};

/* A thread's own: nothing of it is shared, so that one thread can write a figure while another draws the window. */
static _Thread_local struct {
    bool started;
    struct typeface face[FACE_COUNT];
    struct sized sized[SIZED_COUNT];
    struct cached_mask *masks; /* MASK_SETS x MASK_WAYS */
    size_t mask_bytes;
    uint64_t clock;
} text;

struct font_file {
    const char *family, *stem, *folder, *package;
    int slant, weight;
};

/* clang-format off */
static const struct font_file font_files[FACE_COUNT] = {
    [FACE_REGULAR]         = { "Inter", "Inter-Regular",        INTER_FOLDER,  "fonts-inter",       FC_SLANT_ROMAN,  FC_WEIGHT_REGULAR },
    [FACE_ITALIC]          = { "Inter", "Inter-Italic",         INTER_FOLDER,  "fonts-inter",       FC_SLANT_ITALIC, FC_WEIGHT_REGULAR },
    [FACE_SEMIBOLD]        = { "Inter", "Inter-SemiBold",       INTER_FOLDER,  "fonts-inter",       FC_SLANT_ROMAN,  FC_WEIGHT_DEMIBOLD },
    [FACE_SEMIBOLD_ITALIC] = { "Inter", "Inter-SemiBoldItalic", INTER_FOLDER,  "fonts-inter",       FC_SLANT_ITALIC, FC_WEIGHT_DEMIBOLD },
    [FACE_FALLBACK]        = { "DejaVu Sans", "DejaVuSans",      DEJAVU_FOLDER, "fonts-dejavu-core", FC_SLANT_ROMAN,  FC_WEIGHT_REGULAR },
    [FACE_FALLBACK_BOLD]   = { "DejaVu Sans", "DejaVuSans-Bold", DEJAVU_FOLDER, "fonts-dejavu-core", FC_SLANT_ROMAN,  FC_WEIGHT_BOLD },
};
/* clang-format on */

/* SDL2_ttf keeps one FreeType library for all threads, in which only opening and closing must not meet. */
static SDL_SpinLock opening;

static TTF_Font *open_font(const char *path, int points, unsigned dpi)
{
    SDL_AtomicLock(&opening);
    TTF_Font *font = TTF_OpenFontDPI(path, points, dpi, dpi);
    SDL_AtomicUnlock(&opening);
    return font;
}

static void close_font(TTF_Font *font)
{
    SDL_AtomicLock(&opening);
    TTF_CloseFont(font);
    SDL_AtomicUnlock(&opening);
}

/* ---- finding the files ---- */

static bool file_in(const char *folder, const char *below, const char *stem, char *out)
{
    static const char *const endings[] = { ".otf", ".ttf" };
    for (int i = 0; i < 2; i++) {
        int n = snprintf(out, PATH_BYTES, "%s%s/%s%s", folder, below, stem, endings[i]);
        if (n < PATH_BYTES && access(out, R_OK) == 0)
            return true;
    }
    return false;
}

static bool beside_program(const char *stem, char *out)
{
    char *base = SDL_GetBasePath();
    bool found = base && file_in(base, "../share/marginscope/fonts", stem, out);
    SDL_free(base);
    return found;
}

static bool has_family(const FcPattern *font, const char *family)
{
    FcChar8 *name;
    for (int i = 0; FcPatternGetString(font, FC_FAMILY, i, &name) == FcResultMatch; i++)
        if (FcStrCmpIgnoreCase(name, (const FcChar8 *)family) == 0)
            return true;
    return false;
}

/* fontconfig always answers with something: only the very family, slant and weight will do. */
static bool is_wanted(const FcPattern *font, const struct font_file *want)
{
    int slant = -1, weight = -1;
    FcPatternGetInteger(font, FC_SLANT, 0, &slant);
    FcPatternGetInteger(font, FC_WEIGHT, 0, &weight);
    bool leaning = slant != FC_SLANT_ROMAN;
    return has_family(font, want->family) && leaning == (want->slant != FC_SLANT_ROMAN) &&
           weight == want->weight;
}

static bool by_fontconfig(const struct font_file *want, char *out)
{
    FcPattern *pattern = FcPatternBuild(NULL, FC_FAMILY, FcTypeString, want->family, FC_SLANT, FcTypeInteger,
        want->slant, FC_WEIGHT, FcTypeInteger, want->weight, (char *)NULL);
    if (!pattern)
        return false;
    FcConfigSubstitute(NULL, pattern, FcMatchPattern);
    FcDefaultSubstitute(pattern);
    FcResult result;
    FcPattern *font = FcFontMatch(NULL, pattern, &result);
    FcChar8 *file;
    bool found = font && is_wanted(font, want) &&
                 FcPatternGetString(font, FC_FILE, 0, &file) == FcResultMatch &&
                 snprintf(out, PATH_BYTES, "%s", (const char *)file) < PATH_BYTES;
    if (font)
        FcPatternDestroy(font);
    FcPatternDestroy(pattern);
    return found;
}

static bool find_file(const struct font_file *want, char *out)
{
    return file_in(want->folder, "", want->stem, out) || beside_program(want->stem, out) ||
           by_fontconfig(want, out);
}

/* ---- measuring ---- */

/* The code point at s; *bytes is 0 at the end. Broken UTF-8 counts as single bytes shown as U+FFFD. */
static uint32_t decode(const char *s, int *bytes)
{
    const unsigned char *u = (const unsigned char *)s;
    *bytes = u[0] ? 1 : 0;
    if (u[0] < 0x80)
        return u[0];
    int more = u[0] >= 0xf0 ? 3 : u[0] >= 0xe0 ? 2 : u[0] >= 0xc0 ? 1 : 0;
    uint32_t code = u[0] & (0x3fu >> more);
    for (int i = 1; i <= more; i++) {
        if ((u[i] & 0xc0) != 0x80)
            return 0xfffd;
        code = code << 6 | (u[i] & 0x3fu);
    }
    if (more == 0)
        return 0xfffd;
    *bytes = more + 1;
    return code;
}

static bool is_ascii(uint32_t code)
{
    return code >= ASCII_FIRST && code < ASCII_FIRST + ASCII_COUNT;
}

static bool is_digit(uint32_t code)
{
    return code >= '0' && code <= '9';
}

static float measure_glyph(TTF_Font *font, uint32_t code)
{
    int advance = 0;
    TTF_GlyphMetrics32(font, code, NULL, NULL, NULL, NULL, &advance);
    return (float)advance / MEASURE_PX;
}

static struct glyph *glyph_find(struct typeface *face, uint32_t code)
{
    uint32_t slot = code * 2654435761u % GLYPH_SLOTS;
    for (int tries = 0; tries < GLYPH_SLOTS; tries++, slot = (slot + 1) % GLYPH_SLOTS) {
        struct glyph *glyph = &face->glyph[slot];
        if (glyph->code == code)
            return glyph;
        if (glyph->code != 0 && tries < GLYPH_SLOTS - 1)
            continue;
        *glyph = (struct glyph){ .code = code,
            .provided = TTF_GlyphIsProvided32(face->font, code) != 0,
            .advance = measure_glyph(face->font, code) };
        return glyph;
    }
    return NULL;
}

static bool provides(enum face face, uint32_t code)
{
    return is_ascii(code) || glyph_find(&text.face[face], code)->provided;
}

/* Of what is no digit: those have one width (digit_run). */
static double glyph_advance(enum face face, uint32_t code)
{
    struct typeface *f = &text.face[face];
    return is_ascii(code) ? f->ascii[code - ASCII_FIRST] : glyph_find(f, code)->advance;
}

static int shaped_width(TTF_Font *font, const char *s)
{
    int width = 0;
    TTF_SizeUTF8(font, s, &width, NULL);
    return width;
}

/* Between bars, whose ink lies inside their advance, so that no overhang enters the width. */
static int measure_kern(TTF_Font *font, char a, char b)
{
    char pair[] = { '|', a, b, '|', 0 }, first[] = { '|', a, '|', 0 }, second[] = { '|', b, '|', 0 };
    return shaped_width(font, pair) + shaped_width(font, "||") - shaped_width(font, first) -
           shaped_width(font, second);
}

static double kern(enum face face, uint32_t a, uint32_t b)
{
    if (!is_ascii(a) || !is_ascii(b) || a == ' ' || b == ' ' || is_digit(a) || is_digit(b))
        return 0;
    int16_t *entry = &text.face[face].kern[a - ASCII_FIRST][b - ASCII_FIRST];
    if (*entry == KERN_UNKNOWN)
        *entry = (int16_t)measure_kern(text.face[face].font, (char)a, (char)b);
    return (double)*entry / MEASURE_PX;
}

/* ---- starting and stopping ---- */

static enum status open_face(enum face id, struct why *why)
{
    const struct font_file *want = &font_files[id];
    struct typeface *face = &text.face[id];
    if (!find_file(want, face->path))
        return why_set(why, STATUS_FAILED,
            "fonts: %s is not installed; install the packages fonts-inter and "
            "fonts-dejavu-core (missing: %s)",
            want->stem, want->package);
    face->font = open_font(face->path, MEASURE_PX, 0);
    if (!face->font)
        return why_set(why, STATUS_FAILED, "%s: cannot be read as a font (%s); reinstall the package %s",
            face->path, TTF_GetError(), want->package);
    TTF_SetFontHinting(face->font, TTF_HINTING_NONE);
    TTF_SetFontScriptName(face->font, "Latn");
    for (int i = 0; i < ASCII_COUNT; i++) {
        face->ascii[i] = measure_glyph(face->font, (uint32_t)(ASCII_FIRST + i));
        for (int j = 0; j < ASCII_COUNT; j++)
            face->kern[i][j] = KERN_UNKNOWN;
    }
    int cap = 0;
    TTF_GlyphMetrics32(face->font, 'H', NULL, NULL, NULL, &cap, NULL);
    face->cap = (float)cap / MEASURE_PX;
    return STATUS_OK;
}

static enum status open_all(struct why *why)
{
    for (int i = 0; i < FACE_COUNT; i++)
        if (open_face((enum face)i, why) != STATUS_OK)
            return STATUS_FAILED;
    text.masks = calloc(MASK_SETS * MASK_WAYS, sizeof *text.masks);
    if (!text.masks)
        return why_set(why, STATUS_FAILED, "fonts: out of memory; close other programs");
    return STATUS_OK;
}

enum status text_start(struct why *why)
{
    if (text.started)
        return STATUS_OK;
    SDL_AtomicLock(&opening);
    int failed = TTF_Init();
    SDL_AtomicUnlock(&opening);
    if (failed)
        return why_set(
            why, STATUS_FAILED, "SDL2_ttf: %s; reinstall the package libsdl2-ttf-2.0-0", TTF_GetError());
    text.started = true;
    if (open_all(why) == STATUS_OK)
        return STATUS_OK;
    text_stop();
    return STATUS_FAILED;
}

static void free_mask(struct cached_mask *entry)
{
    if (!entry->mask.alpha)
        return;
    text.mask_bytes -= (size_t)entry->mask.stride * (size_t)entry->mask.height;
    free((void *)(uintptr_t)entry->mask.alpha);
    entry->mask.alpha = NULL;
}

void text_stop(void)
{
    if (!text.started)
        return;
    for (int i = 0; text.masks && i < MASK_SETS * MASK_WAYS; i++)
        free_mask(&text.masks[i]);
    free(text.masks);
    for (int i = 0; i < SIZED_COUNT; i++)
        if (text.sized[i].font)
            close_font(text.sized[i].font);
    for (int i = 0; i < FACE_COUNT; i++)
        if (text.face[i].font)
            close_font(text.face[i].font);
    SDL_AtomicLock(&opening);
    TTF_Quit();
    SDL_AtomicUnlock(&opening);
    memset(&text, 0, sizeof text);
}

const char *text_face_path(enum face face)
{
    assert(text.started);
    return text.face[face].path;
}

enum face text_face(const struct font *font)
{
    static const enum face faces[2][2] = { { FACE_REGULAR, FACE_ITALIC },
        { FACE_SEMIBOLD, FACE_SEMIBOLD_ITALIC } };
    return faces[font->weight >= WEIGHT_SEMIBOLD][font->italic];
}

/* ---- runs ---- */

static enum face face_for(enum face wanted, bool bold, uint32_t code)
{
    enum face fallback = bold ? FACE_FALLBACK_BOLD : FACE_FALLBACK;
    return provides(wanted, code) || !provides(fallback, code) ? wanted : fallback;
}

static int digit_run(const char *utf8, const struct font *font, struct text_run *run)
{
    enum face face = text_face(font);
    const float *ascii = text.face[face].ascii;
    double own = ascii[(unsigned char)*utf8 - ASCII_FIRST], fixed = ascii['0' - ASCII_FIRST];
    *run = (struct text_run){ .at = utf8,
        .bytes = 1,
        .face = face,
        .advance = fixed * font->size,
        .shift = (fixed - own) / 2 * font->size };
    return 1;
}

int text_next(const char *utf8, const struct font *font, struct text_run *run)
{
    assert(text.started);
    int bytes;
    uint32_t code = decode(utf8, &bytes), before = 0;
    *run = (struct text_run){ .at = utf8 };
    if (bytes == 0)
        return 0;
    if (is_digit(code))
        return digit_run(utf8, font, run);
    enum face wanted = text_face(font);
    bool bold = font->weight >= WEIGHT_SEMIBOLD;
    run->face = face_for(wanted, bold, code);
    double em = 0;
    while (bytes > 0 && !is_digit(code) && run->bytes + bytes < RUN_BYTES &&
           face_for(wanted, bold, code) == run->face) {
        em += kern(run->face, before, code) + glyph_advance(run->face, code);
        run->bytes += bytes;
        before = code;
        code = decode(utf8 + run->bytes, &bytes);
    }
    run->advance = em * font->size;
    return run->bytes;
}

double text_pen(const struct text_run *run, int offset, const struct font *font)
{
    double em = 0;
    uint32_t before = 0;
    for (int at = 0, bytes; at <= offset && at < run->bytes; at += bytes) {
        uint32_t code = decode(run->at + at, &bytes);
        em += kern(run->face, before, code);
        if (at < offset)
            em += glyph_advance(run->face, code);
        before = code;
    }
    return em * font->size;
}

double text_width(const char *utf8, const struct font *font)
{
    struct text_run run;
    double width = 0;
    for (int n; (n = text_next(utf8, font, &run)) > 0; utf8 += n)
        width += run.advance;
    return width;
}

double text_ascent(const struct font *font)
{
    assert(text.started);
    return text.face[text_face(font)].cap * font->size;
}

void text_fit(const char *utf8, const struct font *font, double width, char *out, int size)
{
    static const char ellipsis[] = "\u2026";
    assert(size > (int)sizeof ellipsis);
    snprintf(out, (size_t)size, "%s", utf8);
    if (strlen(utf8) < (size_t)size && text_width(utf8, font) <= width)
        return;
    for (int keep = (int)strlen(out); keep >= 0; keep--) {
        bool inside = keep > 0 && ((unsigned char)utf8[keep] & 0xc0) == 0x80;
        if (inside || keep + (int)sizeof ellipsis > size)
            continue;
        if (keep > 0 && utf8[keep - 1] == ' ')
            continue;
        memcpy(out, utf8, (size_t)keep);
        memcpy(out + keep, ellipsis, sizeof ellipsis);
        if (text_width(out, font) <= width)
            return;
    }
    out[0] = '\0';
}

/* ---- masks ---- */

static void close_sized(struct sized *s)
{
    if (s->font)
        close_font(s->font);
    s->font = NULL;
}

/* One point is one pixel at 72 dpi; in units of 1 pt, the dpi alone sets the size, to a quarter of a pixel. */
static TTF_Font *font_at(enum face face, int quarters)
{
    struct sized *oldest = &text.sized[0];
    for (int i = 0; i < SIZED_COUNT; i++) {
        struct sized *s = &text.sized[i];
        if (s->font && s->face == face && s->quarters == quarters) {
            s->used = ++text.clock;
            return s->font;
        }
        if (s->used < oldest->used)
            oldest = s;
    }
    close_sized(oldest);
    TTF_Font *font = open_font(text.face[face].path, 1, (unsigned)quarters * 18);
    if (!font)
        return NULL;
    TTF_SetFontHinting(font, TTF_HINTING_LIGHT_SUBPIXEL);
    TTF_SetFontScriptName(font, "Latn");
    *oldest = (struct sized){ .font = font, .face = face, .quarters = quarters, .used = ++text.clock };
    return font;
}

/* SDL2_ttf moves the pen right of ink that hangs out to the left, and down under ink above the ascent. */
static void place_pen(TTF_Font *font, const char *s, struct text_mask *mask)
{
    int bytes, left = 0;
    TTF_GlyphMetrics32(font, decode(s, &bytes), &left, NULL, NULL, NULL, NULL);
    mask->left = left < 0 ? -left : 0;
    mask->baseline = TTF_FontAscent(font);
    for (uint32_t code; (code = decode(s, &bytes)), bytes > 0; s += bytes) {
        int top = 0;
        TTF_GlyphMetrics32(font, code, NULL, NULL, NULL, &top, NULL);
        if (top > mask->baseline)
            mask->baseline = top;
    }
}

static uint8_t alpha_at(const SDL_Surface *s, int x, int y)
{
    return (uint8_t)(*(const uint32_t *)((const uint8_t *)s->pixels + y * s->pitch + x * 4) >> 24);
}

static bool row_is_empty(const SDL_Surface *s, int y)
{
    for (int x = 0; x < s->w; x++)
        if (alpha_at(s, x, y))
            return false;
    return true;
}

/* The alpha of the rows that hold ink; a blank (spaces) keeps one empty row. */
static bool copy_alpha(const SDL_Surface *s, struct text_mask *mask)
{
    int top = 0, bottom = s->h;
    while (top < s->h - 1 && row_is_empty(s, top))
        top++;
    while (bottom > top + 1 && row_is_empty(s, bottom - 1))
        bottom--;
    uint8_t *alpha = malloc((size_t)s->w * (size_t)(bottom - top));
    if (!alpha)
        return false;
    for (int y = top; y < bottom; y++)
        for (int x = 0; x < s->w; x++)
            alpha[(y - top) * s->w + x] = alpha_at(s, x, y);
    mask->alpha = alpha;
    mask->width = mask->stride = s->w;
    mask->height = bottom - top;
    mask->baseline -= top;
    return true;
}

static bool rasterise(struct cached_mask *entry)
{
    TTF_Font *font = font_at(entry->face, entry->quarters);
    if (!font)
        return false;
    SDL_Surface *s = TTF_RenderUTF8_Blended(font, entry->run, (SDL_Color){ 255, 255, 255, 255 });
    if (!s)
        return false;
    place_pen(font, entry->run, &entry->mask);
    bool done = copy_alpha(s, &entry->mask);
    SDL_FreeSurface(s);
    if (done)
        text.mask_bytes += (size_t)entry->mask.stride * (size_t)entry->mask.height;
    return done;
}

static void drop_oldest_mask(const struct cached_mask *keep)
{
    struct cached_mask *oldest = NULL;
    for (int i = 0; i < MASK_SETS * MASK_WAYS; i++) {
        struct cached_mask *entry = &text.masks[i];
        if (entry->mask.alpha && entry != keep && (!oldest || entry->used < oldest->used))
            oldest = entry;
    }
    if (oldest)
        free_mask(oldest);
}

static uint32_t hash_run(enum face face, int quarters, const char *run, int bytes)
{
    uint32_t h = 2166136261u ^ (uint32_t)face ^ (uint32_t)quarters << 8;
    for (int i = 0; i < bytes; i++)
        h = (h ^ (unsigned char)run[i]) * 16777619u;
    return h ^ h >> 15;
}

static bool matches(const struct cached_mask *entry, enum face face, int quarters, const struct text_run *run)
{
    return entry->mask.alpha && entry->face == face && entry->quarters == quarters &&
           entry->bytes == run->bytes && memcmp(entry->run, run->at, (size_t)run->bytes) == 0;
}

static const struct text_mask *make_mask(struct cached_mask *entry, int quarters, const struct text_run *run)
{
    free_mask(entry);
    *entry = (struct cached_mask){
        .face = run->face, .quarters = quarters, .bytes = run->bytes, .used = ++text.clock
    };
    memcpy(entry->run, run->at, (size_t)run->bytes);
    if (!rasterise(entry))
        return NULL;
    while (text.mask_bytes > MASK_BYTES &&
           text.mask_bytes > (size_t)entry->mask.stride * (size_t)entry->mask.height)
        drop_oldest_mask(entry);
    return &entry->mask;
}

const struct text_mask *text_mask(const struct text_run *run, const struct font *font, double scale)
{
    assert(text.started && run->bytes < RUN_BYTES);
    int quarters = (int)lround(fmin(fmax(font->size * scale, 1), 2000) * 4);
    uint32_t set = hash_run(run->face, quarters, run->at, run->bytes) % MASK_SETS;
    struct cached_mask *way = &text.masks[set * MASK_WAYS], *oldest = way;
    for (int i = 0; i < MASK_WAYS; i++) {
        if (matches(&way[i], run->face, quarters, run)) {
            way[i].used = ++text.clock;
            return &way[i].mask;
        }
        if (!way[i].mask.alpha || (oldest->mask.alpha && way[i].used < oldest->used))
            oldest = &way[i];
    }
    return make_mask(oldest, quarters, run);
}

int text_break(const char *utf8, const struct font *font, double width)
{
    static const char separator[] = " · ";
    char line[1024];
    int fits = 0;
    for (const char *end = utf8; end;) {
        end = strstr(end, separator);
        int length = end ? (int)(end - utf8) : (int)strlen(utf8);
        snprintf(line, sizeof line, "%.*s", length, utf8);
        if (fits > 0 && text_width(line, font) > width)
            break;
        fits = length;
        end = end ? end + sizeof separator - 1 : NULL;
    }
    return fits;
}
