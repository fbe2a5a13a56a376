#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

static void demand(bool held, const char *what, const char *detail)
{
    if (held)
        return;
    fprintf(stderr, "fuzz: %s: %s\n", what, detail);
    abort();
}

void fuzz_agree(enum status status, const struct why *why)
{
    size_t length = strlen(why->text);
    demand((status == STATUS_OK) == (length == 0), "status and sentence disagree", why->text);
    demand(strchr(why->text, '\n') == NULL, "a refusal of several lines", why->text);
    for (size_t i = 0; i < length; i++)
        demand((unsigned char)why->text[i] >= 0x20 && why->text[i] != 0x7f, "a control character", why->text);
}

void fuzz_dataset(const struct dataset *d)
{
    size_t rows = (size_t)d->train + (size_t)d->test + (size_t)d->holdout;
    for (size_t i = 0; i < (d->pixel ? SPARSE_LEVELS : rows * (size_t)d->dim); i++)
        demand(isfinite(d->pixel ? d->grey[i] : d->value[i]), "a value is not a number", d->name);
    for (size_t i = 0; i < rows; i++)
        demand(d->label[i] >= 0 && d->label[i] < d->classes + d->holdout_classes, "a label", d->name);
    for (int i = 0; i < d->classes + d->holdout_classes && d->class_name; i++)
        demand(memchr(d->class_name[i], 0, DATASET_CLASS_NAME) != NULL, "a class name has no end", d->name);
    for (size_t i = 0; i < rows * (size_t)d->targets; i++)
        demand(isfinite(d->target[i]), "a target is not a number", d->name);
}

struct fuzz_file fuzz_file_open(const uint8_t *data, size_t size)
{
    struct fuzz_file file = { .descriptor = memfd_create("fuzz", MFD_CLOEXEC) };
    demand(file.descriptor >= 0, "memfd_create", "failed");
    while (size) {
        ssize_t written = write(file.descriptor, data, size);
        demand(written > 0, "write", "failed");
        data += written;
        size -= (size_t)written;
    }
    snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.descriptor);
    return file;
}

void fuzz_file_close(struct fuzz_file *file)
{
    close(file->descriptor);
}
