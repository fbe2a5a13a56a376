/* fuzz.h - what the fuzz targets have in common. A target aborts where something is wrong that no sanitizer sees. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "math/dataset.h"
#include "math/status.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A refusal has one line for a person, success has none. */
void fuzz_agree(enum status status, const struct why *why);
/* Finite values, labels within the classes, names that end; an empty one is in order too. */
void fuzz_dataset(const struct dataset *data);
/* Bytes as a file with a name; fuzz_file_close when done. */
struct fuzz_file {
    int descriptor;
    char path[64];
};
struct fuzz_file fuzz_file_open(const uint8_t *data, size_t size);
void fuzz_file_close(struct fuzz_file *file);

#endif
