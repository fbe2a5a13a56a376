#include "app/pack.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Weights hardly shrink whatever the effort; what does shrink (moments at zero, texts) does so at the least. */
enum { EFFORT = 1, STORED = 0 };

/* Of `packed` bytes may come this many. Deflate could make a thousand of one: what shrinks more is stored as it is. */
static size_t inflated_most(size_t packed)
{
    const size_t free_of_charge = (size_t)1 << 24, each = 64;
    return packed > (SIZE_MAX - free_of_charge) / each ? SIZE_MAX : free_of_charge + packed * each;
}

static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static char *encode(const uint8_t *bytes, size_t size)
{
    char *text = malloc((size + 2) / 3 * 4 + 1), *to = text;
    if (!text)
        return NULL;
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t three = (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                         (left > 2 ? bytes[i + 2] : 0);
        *to++ = digit[three >> 18];
        *to++ = digit[three >> 12 & 63];
        *to++ = (char)(left > 1 ? digit[three >> 6 & 63] : '=');
        *to++ = (char)(left > 2 ? digit[three & 63] : '=');
    }
    *to = '\0';
    return text;
}

char *pack_text(const uint8_t *bytes, size_t size)
{
    uLongf packed = compressBound((uLong)size);
    uint8_t *room = malloc(packed);
    char *text = NULL;
    bool good = room && compress2(room, &packed, bytes, (uLong)size, EFFORT) == Z_OK;
    if (good && size > inflated_most(packed)) {
        packed = compressBound((uLong)size);
        good = compress2(room, &packed, bytes, (uLong)size, STORED) == Z_OK;
    }
    if (good)
        text = encode(room, packed);
    free(room);
    return text;
}

/* -1: no digit. */
static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* How many bytes of the group of four; 0: it is none. */
static int decode_four(const char *four, uint8_t out[3])
{
    int count = four[3] != '=' ? 3 : four[2] != '=' ? 2 : 1;
    uint32_t all = 0;
    for (int i = 0; i < 4; i++) {
        int value = i <= count ? value_of(four[i]) : four[i] == '=' ? 0 : -1;
        if (value < 0)
            return 0;
        all = all << 6 | (uint32_t)value;
    }
    out[0] = (uint8_t)(all >> 16);
    out[1] = (uint8_t)(all >> 8);
    out[2] = (uint8_t)all;
    return count;
}

static uint8_t *decode(const char *text, size_t *size)
{
    size_t length = strlen(text), used = 0;
    uint8_t *bytes = length % 4 == 0 && length > 0 ? malloc(length / 4 * 3) : NULL;
    for (size_t i = 0; bytes && i < length; i += 4) {
        uint8_t three[3];
        int count = decode_four(text + i, three);
        if (count == 0 || (count < 3 && i + 4 < length)) {
            free(bytes);
            return NULL;
        }
        memcpy(bytes + used, three, (size_t)count);
        used += (size_t)count;
    }
    *size = used;
    return bytes;
}

uint8_t *pack_bytes(const char *text, size_t size)
{
    size_t packed = 0;
    uint8_t *from = decode(text, &packed), *out = NULL;
    uLongf got = (uLongf)size;
    if (from && size > 0 && size <= inflated_most(packed))
        out = malloc(size);
    if (out && (uncompress(out, &got, from, (uLong)packed) != Z_OK || got != size)) {
        free(out);
        out = NULL;
    }
    free(from);
    return out;
}
