/* pack.h - bytes as text that a JSON file can hold: deflated by zlib, then base64. Pure functions. */
#ifndef APP_PACK_H
#define APP_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The text, to be freed; NULL without memory. */
char *pack_text(const uint8_t *bytes, size_t size);

/* Exactly `size` bytes again, to be freed, or NULL: not such a text, of another size, without memory, or a text of
 * which so many cannot honestly come: a short one never asks for much memory. */
uint8_t *pack_bytes(const char *text, size_t size);

#endif
