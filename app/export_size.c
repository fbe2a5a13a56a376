/* How large a figure is: pixels, millimetres at so many dots an inch, or the shape of a slide. */
#include "app/export.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    double width, height;
} shape[] = { { "16:10", 1600, 1000 }, { "16:9", 1600, 900 }, { "4:3", 1440, 1080 }, { "1:1", 1200, 1200 } };

bool export_read_size(const char *text, double *width, double *height, bool *millimetres)
{
    *millimetres = false;
    for (size_t i = 0; i < sizeof shape / sizeof *shape; i++) {
        if (strcmp(shape[i].name, text) != 0)
            continue;
        *width = shape[i].width;
        *height = shape[i].height;
        return true;
    }
    char *end;
    *width = strtod(text, &end);
    if (end == text || *end != 'x')
        return false;
    const char *second = end + 1;
    *height = strtod(second, &end);
    *millimetres = strcmp(end, "mm") == 0;
    return end != second && (*millimetres || !*end) && *width > 0 && *height > 0;
}

/* A size in mm is a number of pixels at --dpi, laid out at 144 logical pixels an inch where --scale leaves that
 * open (14 px of text are then 7 pt); vector files have 96, so that their pages are of that size. */
static void take_millimetres(bool scaled, struct figure_options *o)
{
    const double vector_layout = 144.0 / 96;
    if (o->dpi <= 0)
        o->dpi = 300;
    if (!scaled)
        o->scale = fmin(fmax(o->dpi / 144, 1), 8);
    const char *ending = strrchr(o->path, '.');
    bool png = ending && strcasecmp(ending, ".png") == 0;
    double unit = png ? o->dpi / o->scale / 25.4 : 96 / 25.4;
    o->width *= unit;
    o->height *= unit;
    o->layout = !png ? vector_layout : scaled ? 1 : 144 * o->scale / o->dpi;
}

enum status export_size(const char *text, bool scaled, struct figure_options *o, struct why *why)
{
    bool millimetres = false;
    struct figure_options draft = *o;
    if (text[0] && !export_read_size(text, &draft.width, &draft.height, &millimetres))
        return why_set(why, STATUS_USAGE,
            "--size %s: not a size; write 1600x1000 (pixels), 160x90mm, 16:9, 4:3 or 1:1", text);
    if (millimetres)
        take_millimetres(scaled, &draft);
    double longest = fmax(draft.width, draft.height), shortest = fmin(draft.width, draft.height);
    if (!(shortest >= 160 && longest <= 8000 && longest * draft.scale <= 20000))
        return why_set(why, STATUS_USAGE,
            "--size %s: %.0f x %.0f logical pixels at scale %g; keep each side within 160 to 8000, and 20000 "
            "scaled",
            text[0] ? text : "default", draft.width, draft.height, draft.scale);
    *o = draft;
    return STATUS_OK;
}
