#include "render/thumb.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/text.h"

/* Larger images are thinned to this: a thumbnail shows no more. */
enum { SIDE_MAX = 64 };

bool thumb_has(const struct scene *scene, int sample)
{
    const struct dataset *d = scene->source;
    if (!d || !d->pixel || d->width < 1 || d->height < 1 || sample < 0 || sample >= scene->snap->count)
        return false;
    int row = scene->snap->row[sample];
    return row >= 0 && row < d->train + d->test + d->holdout;
}

struct rect thumb_fit(const struct scene *scene, struct rect at)
{
    const struct dataset *d = scene->source;
    double scale = fmin(at.w / d->width, at.h / d->height);
    return (struct rect){ at.x, at.y, scale * d->width, scale * d->height };
}

void thumb_draw(struct canvas *c, const struct scene *scene, int sample, struct rect at)
{
    const struct dataset *d = scene->source;
    uint32_t argb[SIDE_MAX * SIDE_MAX];
    int w = d->width < SIDE_MAX ? d->width : SIDE_MAX, h = d->height < SIDE_MAX ? d->height : SIDE_MAX;
    const uint8_t *grey = d->pixel + (size_t)scene->snap->row[sample] * (size_t)d->dim;
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            argb[y * w + x] =
                0xFF000000u | 0x010101u * (uint32_t)grey[y * d->height / h * d->width + x * d->width / w];
    canvas_image(c, at, argb, w, h);
}

/* Whole characters only. */
static void two_letters(const char *name, char out[9])
{
    int n = 0, letters = 0;
    for (; n < 8 && name[n]; n++) {
        bool begins = ((unsigned char)name[n] & 0xC0) != 0x80;
        if (begins && letters++ == 2)
            break;
        out[n] = name[n];
    }
    out[n] = '\0';
}

void thumb_chip(struct canvas *c, const struct theme *theme, const struct snapshot *snap, struct point at,
    int class, double radius)
{
    char room[SNAPSHOT_NAME_TEXT], name[9];
    struct font font = { radius >= 13 ? 16 : radius >= 9 ? 12 : 10, WEIGHT_SEMIBOLD, false };
    if (class < 0)
        return;
    struct color fill = class_color(theme, class);
    two_letters(snapshot_class(snap, class, room), name);
    if (text_width(name, &font) > 2 * radius - 2)
        font.size = 9;
    canvas_disc(c, at, radius, fill);
    struct point base = { at.x, at.y + text_ascent(&font) / 2 };
    canvas_text(c, base, name, &font, color_on(fill), ALIGN_CENTER);
}
