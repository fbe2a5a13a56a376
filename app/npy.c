#include "app/npy.h"

#include <string.h>
#include <zlib.h>

/* All arrays here are written as they lie in memory, which the "<" of their types says. */
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "arrays are written for little-endian machines"
#endif

static size_t bytes_of(const struct npy *a)
{
    size_t bytes = a->item;
    for (int i = 0; i < a->dims; i++)
        bytes *= a->size[i];
    return bytes;
}

/* Magic, version 1.0, length, and the dictionary padded so that the elements begin at a multiple of 64. */
static size_t make_header(const struct npy *a, char out[NPY_HEADER])
{
    static const char magic[] = "\x93NUMPY\x01";
    enum { PREFIX = 10, ALIGN = 64 };
    bool fields = a->type[0] == '[';
    size_t used = PREFIX, room = NPY_HEADER - ALIGN;
    memcpy(out, magic, sizeof magic); /* its end is the 0 of version 1.0 */
    used += (size_t)snprintf(out + used, room - used, "{'descr': %s%s%s, 'fortran_order': False, 'shape': (",
        fields ? "" : "'", a->type, fields ? "" : "'");
    for (int i = 0; i < a->dims; i++)
        used += (size_t)snprintf(out + used, room - used, "%zu%s", a->size[i],
            i + 1 < a->dims ? ", "
            : a->dims == 1  ? ","
                            : "");
    used += (size_t)snprintf(out + used, room - used, "), }");
    size_t whole = (used + 1 + ALIGN - 1) / ALIGN * ALIGN, length = whole - PREFIX;
    memset(out + used, ' ', whole - used);
    out[whole - 1] = '\n';
    out[8] = (char)(length & 255);
    out[9] = (char)(length >> 8);
    return whole;
}

void npy_write_header(FILE *to, const struct npy *array)
{
    char header[NPY_HEADER];
    fwrite(header, 1, make_header(array, header), to);
}

void npy_write(FILE *to, const struct npy *array, const void *at)
{
    npy_write_header(to, array);
    fwrite(at, 1, bytes_of(array), to);
}

/* ---- zip ---- */

static void put(struct npz *z, unsigned long value, int bytes)
{
    for (int i = 0; i < bytes; i++, value >>= 8)
        fputc((int)(value & 255), z->to);
    z->written += (unsigned long)bytes;
}

static void put_bytes(struct npz *z, const void *at, size_t n)
{
    fwrite(at, 1, n, z->to);
    z->written += n;
}

/* What local and central headers share: version 2.0, stored, the first day of zip's calendar (same bytes always). */
static void put_entry(struct npz *z, int i)
{
    put(z, 20, 2);
    put(z, 0, 2);
    put(z, 0, 2);
    put(z, 0, 2);
    put(z, 1 << 5 | 1, 2);
    put(z, z->file[i].crc, 4);
    put(z, z->file[i].size, 4);
    put(z, z->file[i].size, 4);
    put(z, strlen(z->file[i].name), 2);
    put(z, 0, 2);
}

void npz_begin(struct npz *z, FILE *to)
{
    *z = (struct npz){ .to = to };
}

static unsigned long add_crc(unsigned long crc, const void *at, size_t n)
{
    const unsigned char *p = at;
    for (size_t part; n > 0; n -= part, p += part) {
        part = n < 1u << 30 ? n : 1u << 30;
        crc = crc32(crc, p, (uInt)part);
    }
    return crc;
}

void npz_add(struct npz *z, const char *name, const struct npy *array, const void *at)
{
    char header[NPY_HEADER];
    size_t head = make_header(array, header), body = bytes_of(array);
    z->too_large = z->too_large || z->written + head + body > 0xf0000000u;
    if (z->too_large || z->files == NPZ_FILES)
        return;
    int i = z->files++;
    snprintf(z->file[i].name, NPZ_NAME, "%.26s.npy", name);
    z->file[i].size = head + body;
    z->file[i].offset = z->written;
    z->file[i].crc = add_crc(add_crc(crc32(0, NULL, 0), header, head), at, body);
    put(z, 0x04034b50, 4);
    put_entry(z, i);
    put_bytes(z, z->file[i].name, strlen(z->file[i].name));
    put_bytes(z, header, head);
    put_bytes(z, at, body);
}

enum status npz_end(struct npz *z, struct why *why)
{
    unsigned long start = z->written;
    for (int i = 0; i < z->files; i++) {
        put(z, 0x02014b50, 4);
        put(z, 20, 2);
        put_entry(z, i);
        put(z, 0, 2);
        put(z, 0, 2);
        put(z, 0, 2);
        put(z, 0, 4);
        put(z, z->file[i].offset, 4);
        put_bytes(z, z->file[i].name, strlen(z->file[i].name));
    }
    unsigned long size = z->written - start;
    put(z, 0x06054b50, 4);
    put(z, 0, 4);
    put(z, (unsigned long)z->files, 2);
    put(z, (unsigned long)z->files, 2);
    put(z, size, 4);
    put(z, start, 4);
    put(z, 0, 2);
    if (z->too_large)
        return why_set(
            why, STATUS_FAILED, "more than 4 GiB; an .npz holds no more, use .npy or fewer moments");
    return STATUS_OK;
}
