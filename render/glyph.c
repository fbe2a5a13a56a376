#include "render/glyph.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H
#include <hb-subset.h>
#include <stdlib.h>

struct glyphs {
    FT_Library library;
    FT_Face face[FACE_COUNT];
    hb_set_t *used[FACE_COUNT];
};

struct glyphs *glyphs_create(void)
{
    struct glyphs *g = calloc(1, sizeof *g);
    if (!g || FT_Init_FreeType(&g->library) != 0) {
        free(g);
        return NULL;
    }
    for (int i = 0; i < FACE_COUNT; i++)
        g->used[i] = hb_set_create();
    return g;
}

void glyphs_destroy(struct glyphs *g)
{
    if (!g)
        return;
    for (int i = 0; i < FACE_COUNT; i++)
        hb_set_destroy(g->used[i]);
    FT_Done_FreeType(g->library); /* and its faces */
    free(g);
}

uint32_t glyphs_use(struct glyphs *g, enum face face, const char *s, int bytes)
{
    unsigned char lead = (unsigned char)s[0];
    uint32_t code = bytes == 1 ? lead : lead & (0x7fu >> bytes);
    for (int i = 1; i < bytes; i++)
        code = code << 6 | ((unsigned char)s[i] & 0x3fu);
    hb_set_add(g->used[face], code);
    return code;
}

/* ---- outlines ---- */

static void put(struct buffer *b, char command, const FT_Vector *const *at, int n)
{
    buffer_put(b, &command, 1);
    for (int i = 0; i < n; i++)
        buffer_add(b, i ? " %ld %ld" : "%ld %ld", at[i]->x, at[i]->y);
}

static int move_to(const FT_Vector *to, void *user)
{
    struct buffer *b = user;
    if (b->length > 0)
        buffer_put(b, "Z", 1);
    put(b, 'M', &to, 1);
    return 0;
}

static int line_to(const FT_Vector *to, void *user)
{
    put(user, 'L', &to, 1);
    return 0;
}

static int conic_to(const FT_Vector *control, const FT_Vector *to, void *user)
{
    const FT_Vector *at[] = { control, to };
    put(user, 'Q', at, 2);
    return 0;
}

static int cubic_to(const FT_Vector *first, const FT_Vector *second, const FT_Vector *to, void *user)
{
    const FT_Vector *at[] = { first, second, to };
    put(user, 'C', at, 3);
    return 0;
}

static FT_Face open_face(struct glyphs *g, enum face face)
{
    if (!g->face[face] && FT_New_Face(g->library, text_face_path(face), 0, &g->face[face]) != 0)
        g->face[face] = NULL;
    return g->face[face];
}

bool glyphs_outline(struct glyphs *g, enum face face, uint32_t code, struct buffer *out, double *units)
{
    static const FT_Outline_Funcs pen = {
        .move_to = move_to, .line_to = line_to, .conic_to = conic_to, .cubic_to = cubic_to
    };
    FT_Face ft = open_face(g, face);
    if (!ft || FT_Load_Char(ft, code, FT_LOAD_NO_SCALE) != 0 || ft->glyph->format != FT_GLYPH_FORMAT_OUTLINE)
        return false;
    *units = ft->units_per_EM;
    if (FT_Outline_Decompose(&ft->glyph->outline, &pen, out) != 0 || out->length == 0)
        return false;
    buffer_put(out, "Z", 1);
    return true;
}

/* ---- fonts ---- */

/* With the figures of one width, which the file asks for. */
static hb_subset_input_t *wanted(const struct glyphs *g, enum face face)
{
    hb_subset_input_t *input = hb_subset_input_create_or_fail();
    if (!input)
        return NULL;
    hb_set_union(hb_subset_input_unicode_set(input), g->used[face]);
    hb_set_add(hb_subset_input_set(input, HB_SUBSET_SETS_LAYOUT_FEATURE_TAG), HB_TAG('t', 'n', 'u', 'm'));
    return input;
}

bool glyphs_subset(struct glyphs *g, enum face face, struct buffer *out, bool *failed)
{
    *failed = false;
    if (hb_set_is_empty(g->used[face]))
        return false;
    hb_blob_t *file = hb_blob_create_from_file(text_face_path(face)), *made = NULL;
    hb_face_t *whole = hb_face_create(file, 0), *part = NULL;
    hb_subset_input_t *input = wanted(g, face);
    if (input)
        part = hb_subset_or_fail(whole, input);
    if (part)
        made = hb_face_reference_blob(part);
    unsigned length = 0;
    const char *data = made ? hb_blob_get_data(made, &length) : NULL;
    if (data)
        buffer_put(out, data, length);
    *failed = length == 0 || out->failed;
    hb_blob_destroy(made);
    hb_face_destroy(part);
    hb_subset_input_destroy(input);
    hb_face_destroy(whole);
    hb_blob_destroy(file);
    return !*failed;
}
