#include "render/theme.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* 0xRRGGBB as a colour that an initialiser may hold. */
#define HEX(v)                                                                                               \
    {                                                                                                        \
        ((v) >> 16 & 255) / 255.0f, ((v) >> 8 & 255) / 255.0f, ((v)&255) / 255.0f, 1                         \
    }

/* clang-format off */
#define LIGHT_CLASSES \
    .classes = {                                                                                              \
        HEX(0x0242E4), HEX(0x6C0002), HEX(0x00553A), HEX(0xED5979), HEX(0xB069FF),                            \
        HEX(0x5B7F4D), HEX(0x885376), HEX(0x3799A9), HEX(0x55006E), HEX(0xA48C0A),                            \
    }

static const struct theme themes[] = {
    {
        .id = "dark", .dark = true,
        .bg = HEX(0x0D0F13),       .surface = HEX(0x12151A),  .raised = HEX(0x1C2027),  .raised2 = HEX(0x2A303A),
        .hairline = HEX(0x242931), .grid = HEX(0x232830),     .axis = HEX(0x5C6572),    .disc = HEX(0x11141A),
        .text1 = HEX(0xECEEF1),    .text2 = HEX(0xAEB5C0),    .text3 = HEX(0x858D99),   .margin = HEX(0xFFC53D),
        .good = HEX(0x5FD39A),     .bad = HEX(0xFF7A70),      .rival = HEX(0x5C6572),   .wedge = HEX(0x0A0C0F),
        .classes = {
            HEX(0x2E72FF), HEX(0xDE4800), HEX(0x74F4E4), HEX(0xFF81AD), HEX(0xBAAFFF),
            HEX(0xC7F2AA), HEX(0xA75E62), HEX(0x08A18C), HEX(0x8E669F), HEX(0xA9A755),
        },
        .region_alpha = 0.17f, .zone_alpha = 0.085f, .hatch_alpha = 0.15f, .edge_alpha = 0.75f,
    },
    {
        .id = "light",
        .bg = HEX(0xFFFFFF),       .surface = HEX(0xF6F7F8),  .raised = HEX(0xE9ECEF),  .raised2 = HEX(0xFFFFFF),
        .hairline = HEX(0xDFE3E7), .grid = HEX(0xE6E9ED),     .axis = HEX(0x8A93A0),    .disc = HEX(0xFFFFFF),
        .text1 = HEX(0x14171C),    .text2 = HEX(0x454C57),    .text3 = HEX(0x5E6672),   .margin = HEX(0xAD4E08),
        .good = HEX(0x107A4B),     .bad = HEX(0xC4281B),      .rival = HEX(0xA9B0BA),   .wedge = HEX(0xF7F8F9),
        LIGHT_CLASSES,
        .region_alpha = 0.13f, .zone_alpha = 0.065f, .hatch_alpha = 0.16f, .edge_alpha = 0.85f,
    },
    {   /* white paper: lines that survive a printer, and hatching in place of the tints that eat toner */
        .id = "print",
        .bg = HEX(0xFFFFFF),       .surface = HEX(0xFFFFFF),  .raised = HEX(0xF1F2F4),  .raised2 = HEX(0xFFFFFF),
        .hairline = HEX(0x9AA1AB), .grid = HEX(0xC4C9D0),     .axis = HEX(0x3A414B),    .disc = HEX(0xFFFFFF),
        .text1 = HEX(0x000000),    .text2 = HEX(0x22272E),    .text3 = HEX(0x3A414B),   .margin = HEX(0x8F3E04),
        .good = HEX(0x0B6139),     .bad = HEX(0xA81E13),      .rival = HEX(0x7C8591),   .wedge = HEX(0xFFFFFF),
        LIGHT_CLASSES,
        .region_alpha = 0.06f, .zone_alpha = 0.03f, .hatch_alpha = 0.34f, .edge_alpha = 1,
    },
};
/* clang-format on */

enum { THEME_COUNT = sizeof themes / sizeof themes[0], HUE_COUNT = 10 };

const struct theme *theme_at(int i)
{
    return i >= 0 && i < THEME_COUNT ? &themes[i] : NULL;
}

const struct theme *theme_find(const char *id)
{
    for (int i = 0; i < THEME_COUNT; i++)
        if (strcmp(themes[i].id, id) == 0)
            return &themes[i];
    return NULL;
}

struct theme theme_projected(const struct theme *theme)
{
    struct theme strong = *theme;
    strong.region_alpha = fmaxf(strong.region_alpha, 0.30f);
    strong.zone_alpha = fmaxf(strong.zone_alpha, 0.20f);
    strong.hatch_alpha = fmaxf(strong.hatch_alpha, 0.34f);
    return strong;
}

struct color class_color(const struct theme *theme, int label)
{
    assert(label >= 0);
    return theme->classes[label % HUE_COUNT];
}

struct marker class_marker(const struct theme *theme, int label, double radius)
{
    return (struct marker){
        .shape = (enum shape)(label % SHAPE_COUNT),
        .hollow = label / HUE_COUNT % 2 == 1,
        .radius = radius,
        .fill = color_alpha(class_color(theme, label), 0.95),
        .outline = theme->disc,
        .outline_width = 0.9,
    };
}

struct color color_alpha(struct color c, double alpha)
{
    c.a = (float)alpha;
    return c;
}

struct color color_mix(struct color a, struct color b, double t)
{
    float s = (float)t;
    return (struct color){ a.r + (b.r - a.r) * s, a.g + (b.g - a.g) * s, a.b + (b.b - a.b) * s,
        a.a + (b.a - a.a) * s };
}

static double linear(double v)
{
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(struct color c)
{
    return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
}

double color_contrast(struct color a, struct color b)
{
    double la = luminance(a), lb = luminance(b);
    return (fmax(la, lb) + 0.05) / (fmin(la, lb) + 0.05);
}

struct color color_on(struct color c)
{
    static const struct color black = HEX(0x0D0F13), white = HEX(0xFFFFFF);
    return color_contrast(c, black) >= color_contrast(c, white) ? black : white;
}
