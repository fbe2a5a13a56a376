#include "app/animate_inner.h"

#include <errno.h>
#include <gif_lib.h>
#include <stdlib.h>
#include <string.h>

/* The index after the palette: what was there before stays. */
enum { TRANSPARENT = PALETTE_COLORS, COLORS = PALETTE_COLORS + 1, HUNDREDTHS = 100 };

struct gif {
    struct palette *palette;
    GifFileType *file;
    uint8_t *now, *before, *line; /* indices: this frame, what is on screen, one row on its way */
};

static int write_bytes(GifFileType *file, const GifByteType *bytes, int size)
{
    return (int)fwrite(bytes, 1, (size_t)size, file->UserData);
}

static enum status gif_begin(struct animation_writer *w, struct why *why)
{
    struct gif *gif = calloc(1, sizeof *gif);
    size_t pixels = (size_t)w->width * (size_t)w->height;
    enum status status = output_begin(&w->output, w->path, why);
    w->inner = gif;
    if (status != STATUS_OK) {
        free(gif);
        return status;
    }
    if (gif) {
        gif->palette = palette_create();
        gif->now = malloc(pixels);
        gif->before = malloc(pixels);
        gif->line = malloc((size_t)w->width);
    }
    int failure = 0;
    if (gif && gif->palette && gif->now && gif->before && gif->line)
        gif->file = EGifOpen(w->output.stream, write_bytes, &failure);
    if (gif && gif->file)
        return STATUS_OK;
    animation_gif.end(w, false, NULL, NULL);
    return why_set(why, STATUS_FAILED, "%s: no memory for the animation; make it smaller", w->path);
}

static enum status gif_sample(struct animation_writer *w, const uint8_t *rgb, struct why *why)
{
    (void)why;
    struct gif *gif = w->inner;
    palette_sample(gif->palette, rgb, (size_t)w->width * (size_t)w->height);
    return STATUS_OK;
}

/* Loops for ever: the extension that Netscape began. */
static bool put_loop(GifFileType *file)
{
    const unsigned char forever[] = { 1, 0, 0 };
    return EGifPutExtensionLeader(file, APPLICATION_EXT_FUNC_CODE) == GIF_OK &&
           EGifPutExtensionBlock(file, 11, "NETSCAPE2.0") == GIF_OK &&
           EGifPutExtensionBlock(file, sizeof forever, forever) == GIF_OK &&
           EGifPutExtensionTrailer(file) == GIF_OK;
}

static bool put_header(const struct animation_writer *w, struct gif *gif)
{
    if (!palette_build(gif->palette))
        return false;
    GifColorType color[COLORS] = { { 0 } };
    const uint8_t(*from)[3] = palette_colors(gif->palette);
    for (int i = 0; i < PALETTE_COLORS; i++)
        color[i] = (GifColorType){ from[i][0], from[i][1], from[i][2] };
    ColorMapObject *map = GifMakeMapObject(COLORS, color);
    EGifSetGifVersion(gif->file, true);
    bool put =
        map && EGifPutScreenDesc(gif->file, w->width, w->height, 8, 0, map) == GIF_OK && put_loop(gif->file);
    GifFreeMapObject(map);
    return put;
}

/* The smallest rectangle with all that is new: x0 y0 x1 y1; one pixel where nothing is. */
static void find_changed(const struct animation_writer *w, const struct gif *gif, int box[4])
{
    box[0] = w->width, box[1] = w->height, box[2] = box[3] = 0;
    for (int y = 0; y < w->height; y++) {
        const uint8_t *now = gif->now + (size_t)y * (size_t)w->width;
        const uint8_t *before = gif->before + (size_t)y * (size_t)w->width;
        if (memcmp(now, before, (size_t)w->width) == 0)
            continue;
        int first = 0, last = w->width - 1;
        while (now[first] == before[first])
            first++;
        while (now[last] == before[last])
            last--;
        box[0] = first < box[0] ? first : box[0];
        box[1] = y < box[1] ? y : box[1];
        box[2] = last + 1 > box[2] ? last + 1 : box[2];
        box[3] = y + 1;
    }
    if (box[2] == 0)
        box[0] = box[1] = 0, box[2] = box[3] = 1;
}

static bool put_control(const struct animation_writer *w, GifFileType *file, int i)
{
    const GraphicsControlBlock control = { .DisposalMode = DISPOSE_DO_NOT,
        .DelayTime = (int)(animation_time(w, i + 1, HUNDREDTHS) - animation_time(w, i, HUNDREDTHS)),
        .TransparentColor = i > 0 ? TRANSPARENT : NO_TRANSPARENT_COLOR };
    GifByteType bytes[4];
    size_t size = EGifGCBToExtension(&control, bytes);
    return EGifPutExtension(file, GRAPHICS_EXT_FUNC_CODE, (int)size, bytes) == GIF_OK;
}

static bool put_rows(const struct animation_writer *w, struct gif *gif, const int box[4], bool first)
{
    int width = box[2] - box[0];
    for (int y = box[1]; y < box[3]; y++) {
        size_t at = (size_t)y * (size_t)w->width + (size_t)box[0];
        for (int x = 0; x < width; x++) {
            uint8_t now = gif->now[at + (size_t)x];
            gif->line[x] = !first && now == gif->before[at + (size_t)x] ? TRANSPARENT : now;
        }
        if (EGifPutLine(gif->file, gif->line, width) != GIF_OK)
            return false;
    }
    return true;
}

static enum status gif_frame(struct animation_writer *w, const uint8_t *rgb, int i, struct why *why)
{
    struct gif *gif = w->inner;
    int box[4] = { 0, 0, w->width, w->height };
    errno = 0;
    if (i == 0 && !put_header(w, gif))
        return animation_blame(w, why);
    palette_map(gif->palette, rgb, w->width, w->height, gif->now);
    if (i > 0)
        find_changed(w, gif, box);
    if (!put_control(w, gif->file, i) ||
        EGifPutImageDesc(gif->file, box[0], box[1], box[2] - box[0], box[3] - box[1], false, NULL) !=
            GIF_OK ||
        !put_rows(w, gif, box, i == 0))
        return animation_blame(w, why);
    uint8_t *shown = gif->now;
    gif->now = gif->before;
    gif->before = shown;
    return STATUS_OK;
}

static enum status gif_end(struct animation_writer *w, bool keep, long long *bytes, struct why *why)
{
    struct gif *gif = w->inner;
    int failure = 0;
    errno = 0;
    bool closed = !gif || !gif->file || EGifCloseFile(gif->file, &failure) == GIF_OK;
    enum status status = keep && !closed ? animation_blame(w, why) : STATUS_OK;
    enum status ended = animation_close(w, keep && closed, bytes, status == STATUS_OK ? why : NULL);
    if (gif) {
        palette_destroy(gif->palette);
        free(gif->now);
        free(gif->before);
        free(gif->line);
    }
    free(gif);
    return status == STATUS_OK ? ended : status;
}

const struct animation_format animation_gif = { ".gif", 50, false, gif_begin, gif_sample, gif_frame,
    gif_end };
