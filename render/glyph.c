#include "render/glyph.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H
#include <hb-ot.h>
#include <hb-subset.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct glyphs {
    FT_Library library;
    FT_Face face[FACE_COUNT];
    hb_set_t *used[FACE_COUNT];
    hb_face_t *whole[FACE_COUNT]; /* as the file has it; opened when it is asked for */
    hb_font_t *measure[FACE_COUNT];
    hb_font_t *part[FACE_COUNT]; /* of the noted letters alone */
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
    for (int i = 0; i < FACE_COUNT; i++) {
        hb_set_destroy(g->used[i]);
        hb_font_destroy(g->part[i]);
        hb_font_destroy(g->measure[i]);
        hb_face_destroy(g->whole[i]);
    }
    FT_Done_FreeType(g->library); /* and its faces */
    free(g);
}

int glyphs_bytes(const char *s)
{
    int n = 1;
    while (((unsigned char)s[n] & 0xc0) == 0x80)
        n++;
    return n;
}

uint32_t glyphs_code(const char *s, int bytes)
{
    unsigned char lead = (unsigned char)s[0];
    uint32_t code = bytes == 1 ? lead : lead & (0x7fu >> bytes);
    for (int i = 1; i < bytes; i++)
        code = code << 6 | ((unsigned char)s[i] & 0x3fu);
    return code;
}

uint32_t glyphs_use(struct glyphs *g, enum face face, const char *s, int bytes)
{
    uint32_t code = glyphs_code(s, bytes);
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

static hb_face_t *whole_face(struct glyphs *g, enum face face)
{
    if (g->whole[face])
        return g->whole[face];
    hb_blob_t *file = hb_blob_create_from_file(text_face_path(face));
    g->whole[face] = hb_face_create(file, 0);
    g->measure[face] = hb_font_create(g->whole[face]);
    hb_blob_destroy(file);
    return g->whole[face];
}

/* Of a length in the face's own units. */
static double thousandths(struct glyphs *g, enum face face, double units)
{
    return 1000 * units / hb_face_get_upem(whole_face(g, face));
}

double glyphs_advance(struct glyphs *g, enum face face, uint32_t code)
{
    hb_codepoint_t index = 0;
    whole_face(g, face);
    hb_font_get_nominal_glyph(g->measure[face], code, &index);
    return thousandths(g, face, hb_font_get_glyph_h_advance(g->measure[face], index));
}

bool glyphs_next(const struct glyphs *g, enum face face, uint32_t *code)
{
    return hb_set_next(g->used[face], code);
}

static double metric(struct glyphs *g, enum face face, hb_ot_metrics_tag_t tag)
{
    hb_position_t units = 0;
    hb_ot_metrics_get_position(g->measure[face], tag, &units);
    return thousandths(g, face, units);
}

void glyphs_describe(struct glyphs *g, enum face face, struct glyphs_about *out)
{
    enum { BOX_AT = 36 }; /* in the table "head": xMin, yMin, xMax, yMax, big-endian */
    unsigned length = 0, size = sizeof out->name;
    *out = (struct glyphs_about){ .name = "" };
    hb_blob_t *head = hb_face_reference_table(whole_face(g, face), HB_TAG('h', 'e', 'a', 'd'));
    const char *bytes = hb_blob_get_data(head, &length);
    for (int i = 0; bytes && i < 4 && BOX_AT + 8 <= length; i++) {
        const unsigned char *at = (const unsigned char *)bytes + BOX_AT + 2 * i;
        out->box[i] = thousandths(g, face, (int16_t)(at[0] << 8 | at[1]));
    }
    hb_blob_destroy(head);
    hb_ot_name_get_utf8(g->whole[face], HB_OT_NAME_ID_POSTSCRIPT_NAME, HB_LANGUAGE_INVALID, &size, out->name);
    out->ascent = metric(g, face, HB_OT_METRICS_TAG_HORIZONTAL_ASCENDER);
    out->descent = metric(g, face, HB_OT_METRICS_TAG_HORIZONTAL_DESCENDER);
    out->capital = metric(g, face, HB_OT_METRICS_TAG_CAP_HEIGHT);
    out->slant = (double)hb_style_get_value(g->measure[face], HB_STYLE_TAG_SLANT_ANGLE);
}

static bool put_blob(hb_blob_t *blob, struct buffer *out)
{
    unsigned length = 0;
    const char *data = hb_blob_get_data(blob, &length);
    if (data)
        buffer_put(out, data, length);
    hb_blob_destroy(blob);
    return length > 0 && !out->failed;
}

/* Letters are shown by their number, with measured distances: what composes and lays them out is not needed. */
static hb_face_t *program_face(struct glyphs *g, enum face face)
{
    hb_subset_input_t *input = hb_subset_input_create_or_fail();
    if (!input)
        return NULL;
    hb_set_union(hb_subset_input_unicode_set(input), g->used[face]);
    hb_set_clear(hb_subset_input_set(input, HB_SUBSET_SETS_LAYOUT_FEATURE_TAG));
    static const char *const unused[] = { "GSUB", "GPOS", "GDEF", "name", "post", "OS/2", "kern" };
    for (size_t i = 0; i < sizeof unused / sizeof *unused; i++)
        hb_set_add(
            hb_subset_input_set(input, HB_SUBSET_SETS_DROP_TABLE_TAG), hb_tag_from_string(unused[i], 4));
    hb_face_t *part = hb_subset_or_fail(whole_face(g, face), input);
    hb_subset_input_destroy(input);
    return part;
}

bool glyphs_program(struct glyphs *g, enum face face, struct buffer *out, bool *truetype)
{
    hb_face_t *part = program_face(g, face);
    if (!part)
        return false;
    hb_blob_t *cff = hb_face_reference_table(part, HB_TAG('C', 'F', 'F', ' ')),
              *file = hb_face_reference_blob(part);
    *truetype = hb_blob_get_length(cff) == 0;
    bool done = put_blob(hb_blob_reference(*truetype ? file : cff), out);
    hb_face_t *written = hb_face_create(file, 0);
    hb_font_destroy(g->part[face]);
    g->part[face] = hb_font_create(written);
    hb_face_destroy(written);
    hb_blob_destroy(file);
    hb_blob_destroy(cff);
    hb_face_destroy(part);
    return done;
}

uint32_t glyphs_number(const struct glyphs *g, enum face face, uint32_t code)
{
    hb_codepoint_t number = 0;
    if (g->part[face])
        hb_font_get_nominal_glyph(g->part[face], code, &number);
    return number;
}

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
    hb_subset_input_t *input = wanted(g, face);
    hb_face_t *part = input ? hb_subset_or_fail(whole_face(g, face), input) : NULL;
    *failed = !part || !put_blob(hb_face_reference_blob(part), out);
    hb_face_destroy(part);
    hb_subset_input_destroy(input);
    return !*failed;
}
