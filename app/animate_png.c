#include "app/animate_inner.h"

#include <ctype.h>
#include <errno.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Frames are written into a folder beside their places and moved there when all are done. */
struct numbered {
    char folder[1100];
    int lock; /* of the folder */
    int written;
    long long bytes;
};

/* Where in the name the number stands: "%d" or "%04d" once, and no other %. Returns the digits asked for, or -1. */
static int find_number(const char *path, size_t *from, size_t *to)
{
    const char *at = strchr(path, '%');
    if (!at)
        return -1;
    const char *end = at + 1;
    int digits = 0;
    if (*end == '0' && isdigit((unsigned char)end[1]) && end[1] != '0') {
        digits = end[1] - '0';
        end += 2;
    }
    if (*end != 'd' || strchr(end, '%'))
        return -1;
    *from = (size_t)(at - path);
    *to = (size_t)(end + 1 - path);
    return digits;
}

bool animation_is_numbered(const char *path)
{
    size_t from, to;
    const char *slash = strrchr(path, '/');
    return find_number(path, &from, &to) >= 0 && (!slash || (size_t)(slash - path) < from);
}

void animation_number(const char *path, int i, char *out, size_t size)
{
    size_t from = 0, to = 0;
    int digits = find_number(path, &from, &to);
    snprintf(out, size, "%.*s%0*d%s", (int)from, path, digits, i + 1, path + to);
}

static void place(const struct numbered *n, int i, char *out, size_t size)
{
    snprintf(out, size, "%s/%d.png", n->folder, i + 1);
}

static enum status png_begin(struct animation_writer *w, struct why *why)
{
    struct numbered *n = calloc(1, sizeof *n);
    w->inner = n;
    if (!n)
        return why_set(why, STATUS_FAILED, "%s: no memory for the animation; make it smaller", w->path);
    n->lock = output_folder(w->path, n->folder, sizeof n->folder);
    if (n->lock >= 0)
        return STATUS_OK;
    why_set(why, STATUS_FAILED, "%s: %s; choose a folder you may write to", w->path, strerror(errno));
    free(n);
    return STATUS_FAILED;
}

static enum status png_frame(struct animation_writer *w, const uint8_t *rgb, int i, struct why *why)
{
    struct numbered *n = w->inner;
    char path[1200];
    place(n, i, path, sizeof path);
    errno = 0;
    n->written = i + 1; /* as far as it goes: what is there is removed */
    FILE *file = fopen(path, "wb");
    if (!file)
        return animation_blame(w, why);
    png_image image = { .version = PNG_IMAGE_VERSION,
        .width = (png_uint_32)w->width,
        .height = (png_uint_32)w->height,
        .format = PNG_FORMAT_RGB };
    bool written = png_image_write_to_stdio(&image, file, 0, rgb, 3 * w->width, NULL) != 0;
    long size = ftell(file);
    written = fflush(file) == 0 && written;
    written = fclose(file) == 0 && written;
    n->bytes += size;
    return written ? STATUS_OK : animation_blame(w, why);
}

/* A folder in the place of a frame is found before the first one is moved. */
static enum status check_places(const struct animation_writer *w, struct why *why)
{
    char to[1200];
    struct stat info;
    for (int i = 0; i < w->frames; i++) {
        animation_number(w->path, i, to, sizeof to);
        if (stat(to, &info) == 0 && S_ISDIR(info.st_mode))
            return why_set(why, STATUS_FAILED, "%s: is a folder; choose another name", to);
    }
    return STATUS_OK;
}

static enum status move_all(struct animation_writer *w, const struct numbered *n, struct why *why)
{
    char from[1200], to[1200];
    enum status status = check_places(w, why);
    for (int i = 0; status == STATUS_OK && i < n->written; i++) {
        place(n, i, from, sizeof from);
        animation_number(w->path, i, to, sizeof to);
        if (rename(from, to) != 0)
            status = animation_blame(w, why);
    }
    return status;
}

static enum status png_end(struct animation_writer *w, bool keep, long long *bytes, struct why *why)
{
    struct numbered *n = w->inner;
    char path[1200];
    enum status status = keep ? move_all(w, n, why) : STATUS_OK;
    for (int i = 0; i < n->written; i++) {
        place(n, i, path, sizeof path);
        unlink(path);
    }
    rmdir(n->folder);
    close(n->lock);
    if (bytes)
        *bytes = n->bytes;
    free(n);
    return status;
}

const struct animation_format animation_png = { ".png", 60, false, png_begin, NULL, png_frame, png_end };
