/* png_out.h - pixels as png: a file of premultiplied ones, or straight ones inside another file. */
#ifndef RENDER_PNG_OUT_H
#define RENDER_PNG_OUT_H

#include <stdint.h>

#include "math/status.h"
#include "render/buffer.h"

/* Premultiplied ARGB32 with its rows `stride` bytes apart; dpi 0: not said. */
enum status png_write(
    const char *path, const uint8_t *pixels, int stride, int width, int height, double dpi, struct why *why);

/* A data URL's part behind the comma: straight ARGB32 as png, in base64. False without memory. */
bool png_base64(struct buffer *out, const uint32_t *argb, int w, int h);
void buffer_base64(struct buffer *b, const unsigned char *data, size_t n);

#endif
