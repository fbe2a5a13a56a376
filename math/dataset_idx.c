#include <stdio.h>
#include <string.h>

#include "math/dataset_build.h"

/* The IDX format: two zero bytes, a type (8: unsigned byte), the number of dimensions, one big-endian size
 * for each, then the data, last dimension fastest. */
enum { IDX_UBYTE = 8, IDX_IMAGE_DIMS = 3, IDX_LABEL_DIMS = 1 };

struct idx {
    const char *where;
    const uint8_t *body;
    size_t size[IDX_IMAGE_DIMS]; /* samples, rows, columns */
    size_t row; /* bytes of one sample */
};

static uint32_t big_endian(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static enum status idx_header(struct bytes file, int dims, const char *where, struct why *why)
{
    size_t header = 4 + 4 * (size_t)dims;
    if (file.size == 0)
        return why_set(why, STATUS_FAILED, "%s: the file is empty; download the file again", where);
    uint32_t magic = file.size < 4 ? 0 : big_endian(file.at), wanted = IDX_UBYTE << 8 | (uint32_t)dims;
    if (file.size >= 4 && magic != wanted)
        return why_set(why, STATUS_FAILED,
            "%s: begins with 0x%08x where IDX %s begin with 0x%08x; use an IDX file", where, (unsigned)magic,
            dims == IDX_LABEL_DIMS ? "labels" : "images", (unsigned)wanted);
    if (file.size < header)
        return why_set(why, STATUS_FAILED,
            "%s: %zu bytes where the header alone has %zu; download the file again", where, file.size,
            header);
    return STATUS_OK;
}

static enum status idx_parse(struct bytes file, int dims, const char *where, struct idx *out, struct why *why)
{
    enum status status = idx_header(file, dims, where, why);
    if (status != STATUS_OK)
        return status;
    size_t header = 4 + 4 * (size_t)dims;
    struct idx draft = { .where = where, .body = file.at + header, .size = { 1, 1, 1 }, .row = 1 };
    uint64_t total = 0;
    for (int d = 0; d < dims; d++)
        draft.size[d] = big_endian(file.at + 4 + 4 * d);
    for (int d = 0; d < dims; d++)
        if (draft.size[d] == 0)
            return why_set(
                why, STATUS_FAILED, "%s: a size in its header is 0; choose a file with samples", where);
    /* Two 32-bit sizes always fit 64 bits; the third might not. */
    uint64_t row = (uint64_t)draft.size[1] * draft.size[2];
    if (__builtin_mul_overflow(row, (uint64_t)draft.size[0], &total) ||
        __builtin_add_overflow(total, (uint64_t)header, &total))
        return why_set(why, STATUS_FAILED, "%s: announces %zu x %zu x %zu bytes; download the file again",
            where, draft.size[0], draft.size[1], draft.size[2]);
    if (total != file.size)
        return why_set(why, STATUS_FAILED, "%s: %llu bytes announced, %zu present; download the file again",
            where, (unsigned long long)total, file.size);
    draft.row = (size_t)row;
    *out = draft;
    return STATUS_OK;
}

static enum status idx_pair(
    struct bytes images, struct bytes labels, const char *const where[2], struct idx out[2], struct why *why)
{
    enum status status = idx_parse(images, IDX_IMAGE_DIMS, where[0], &out[0], why);
    if (status == STATUS_OK)
        status = idx_parse(labels, IDX_LABEL_DIMS, where[1], &out[1], why);
    if (status != STATUS_OK)
        return status;
    if (out[0].size[0] != out[1].size[0])
        return why_set(why, STATUS_FAILED,
            "%s: %zu labels for the %zu images of %s; use two files that belong together", where[1],
            out[1].size[0], out[0].size[0], where[0]);
    return STATUS_OK;
}

/* A class that is only tested could never be learned. */
static enum status labels_known(const struct idx *train, const struct idx *test, struct why *why)
{
    char known[256] = { 0 };
    for (size_t i = 0; i < train->size[0]; i++)
        known[train->body[i]] = 1;
    for (size_t i = 0; i < test->size[0]; i++)
        if (!known[test->body[i]])
            return why_set(why, STATUS_FAILED,
                "%s: label %d never occurs in %s; use two files that belong together", test->where,
                test->body[i], train->where);
    return STATUS_OK;
}

/* One pair of files into the rows from `first` on. */
static void idx_fill(const struct idx pair[2], size_t first, struct dataset *out)
{
    size_t count = pair[0].size[0];
    memcpy(out->pixel + first * pair[0].row, pair[0].body, count * pair[0].row);
    for (size_t i = 0; i < count; i++) {
        out->label[first + i] = pair[1].body[i];
        out->index[first + i] = (int)i;
    }
}

static enum status idx_check(
    const struct idx_source *source, struct idx train[2], struct idx test[2], struct why *why)
{
    enum status status = idx_pair(source->train_images, source->train_labels, &source->where[0], train, why);
    if (status != STATUS_OK || (!source->test_images.at && !source->test_labels.at))
        return status;
    if (!source->test_images.at || !source->test_labels.at) {
        int missing = source->test_images.at ? 3 : 2;
        return why_set(why, STATUS_FAILED, "%s: is missing beside %s; add it, or remove both",
            source->where[missing], source->where[5 - missing]);
    }
    status = idx_pair(source->test_images, source->test_labels, &source->where[2], test, why);
    if (status != STATUS_OK)
        return status;
    if (test[0].size[1] != train[0].size[1] || test[0].size[2] != train[0].size[2])
        return why_set(why, STATUS_FAILED,
            "%s: images of %zux%zu where %s has %zux%zu; use files that belong together", test[0].where,
            test[0].size[2], test[0].size[1], train[0].where, train[0].size[2], train[0].size[1]);
    return labels_known(&train[1], &test[1], why);
}

static enum status idx_build(
    const struct idx train[2], const struct idx test[2], struct dataset *out, struct why *why)
{
    const char *where = train[0].where;
    size_t tested = test[0].body ? test[0].size[0] : 0, count = train[0].size[0] + tested;
    enum status status = dataset_reserve(out, count, train[0].row, where, why);
    if (status != STATUS_OK)
        return status;
    out->width = (int)train[0].size[2];
    out->height = (int)train[0].size[1];
    idx_fill(train, 0, out);
    if (tested)
        idx_fill(test, train[0].size[0], out);
    status = dataset_name_classes(out, where, why);
    if (status != STATUS_OK)
        return status;
    if (!tested)
        return dataset_split(out, where, why);
    out->train = (int)train[0].size[0];
    out->test = (int)tested;
    return STATUS_OK;
}

enum status dataset_from_idx(
    const struct idx_source *source, const char *name, struct dataset *out, struct why *why)
{
    struct idx train[2] = { 0 }, test[2] = { 0 };
    enum status status = idx_check(source, train, test, why);
    if (status != STATUS_OK)
        return status;
    /* A width of 1 marks an image set until the real one is known to fit an int. */
    struct dataset draft = { .width = 1, .height = 1, .pixel_max = 255 };
    snprintf(draft.name, sizeof draft.name, "%s", name);
    status = idx_build(train, test, &draft, why);
    if (status != STATUS_OK) {
        dataset_clear(&draft);
        return status;
    }
    dataset_scale(&draft);
    *out = draft;
    return STATUS_OK;
}
