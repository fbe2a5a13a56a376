/* npy.h - NumPy's files, written: .npy arrays, and .npz archives of them (a zip of stored files). Any thread. Write
 * errors are left in the FILE. */
#ifndef APP_NPY_H
#define APP_NPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "math/status.h"

enum { NPY_HEADER = 2048, NPZ_FILES = 32, NPZ_NAME = 32 };

/* Row-major. `type` as NumPy has it: "<f4", "<f8", "<i4", "|b1"; or a list of fields "[('step', '<i8'), ...]". */
struct npy {
    const char *type;
    size_t item;                      /* bytes of an element */
    int dims;                         /* 1 to 3 */
    size_t size[3];
};

/* The header; the elements come after it. */
void npy_write_header(FILE *to, const struct npy *array);
void npy_write(FILE *to, const struct npy *array, const void *at);

struct npz {
    FILE *to;
    struct {
        char name[NPZ_NAME];
        unsigned long crc, size, offset;
    } file[NPZ_FILES];
    int files;
    unsigned long written;
    bool too_large;                   /* more than 4 GiB */
};
void npz_begin(struct npz *z, FILE *to);
void npz_add(struct npz *z, const char *name, const struct npy *array, const void *at);
enum status npz_end(struct npz *z, struct why *why);

#endif
