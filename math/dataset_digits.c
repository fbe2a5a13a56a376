#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "math/dataset_build.h"

/* Lines of the text; a last line need not end in a newline. */
static size_t count_lines(struct bytes csv)
{
    size_t lines = 0;
    for (size_t i = 0; i < csv.size; i++)
        lines += csv.at[i] == '\n';
    return lines + (csv.size > 0 && csv.at[csv.size - 1] != '\n');
}

struct reader {
    const uint8_t *at, *end;
    const char *where;
    size_t line; /* from 1, as editors count */
};

/* One whole number 0..max and whatever ends it: a comma, or for the `last` of a line its end. */
static enum status read_number(struct reader *r, int max, bool last, int *out, struct why *why)
{
    const uint8_t *start = r->at;
    int number = 0;
    for (; r->at < r->end && *r->at >= '0' && *r->at <= '9' && number <= max; r->at++)
        number = number * 10 + (*r->at - '0');
    if (r->at == start)
        return why_set(why, STATUS_FAILED,
            "%s:%zu: a whole number is missing; every line needs the same count of them", r->where, r->line);
    if (number > max)
        return why_set(
            why, STATUS_FAILED, "%s:%zu: a number is above %d; allowed 0 to %d", r->where, r->line, max, max);
    if (last && r->at < r->end && *r->at == '\r')
        r->at++;
    if (r->at < r->end ? *r->at != (last ? '\n' : ',') : !last)
        return why_set(why, STATUS_FAILED,
            "%s:%zu: %s after a number; every line needs the same count of them", r->where, r->line,
            last ? "no end of line" : "no comma");
    r->at += r->at < r->end;
    *out = number;
    return STATUS_OK;
}

static enum status read_row(struct reader *r, int row, struct dataset *out, struct why *why)
{
    uint8_t *pixel = out->pixel + (size_t)row * (size_t)out->dim;
    int number = 0;
    for (int i = 0; i < out->dim; i++) {
        enum status status = read_number(r, out->pixel_max, false, &number, why);
        if (status != STATUS_OK)
            return status;
        pixel[i] = (uint8_t)((number * 255 + out->pixel_max / 2) / out->pixel_max);
    }
    return read_number(r, DATASET_CLASS_MAX - 1, true, &out->label[row], why);
}

static enum status read_rows(struct bytes csv, const char *where, struct dataset *out, struct why *why)
{
    struct reader r = { .at = csv.at, .end = csv.at + csv.size, .where = where };
    enum status status =
        dataset_reserve(out, count_lines(csv), (size_t)out->width * (size_t)out->height, where, why);
    for (int row = 0; status == STATUS_OK && row < out->train; row++) {
        r.line = (size_t)row + 1;
        status = read_row(&r, row, out, why);
    }
    return status;
}

enum status dataset_from_digits(struct bytes csv, const char *where, int width, int height, int max,
    const char *name, struct dataset *out, struct why *why)
{
    if (csv.size == 0)
        return why_set(why, STATUS_FAILED, "%s: the file is empty; download the file again", where);
    struct dataset draft = { .width = width, .height = height, .pixel_max = max };
    snprintf(draft.name, sizeof draft.name, "%s", name);
    enum status status = read_rows(csv, where, &draft, why);
    if (status == STATUS_OK)
        status = dataset_name_classes(&draft, where, why);
    if (status == STATUS_OK)
        status = dataset_split(&draft, where, why);
    if (status != STATUS_OK) {
        dataset_clear(&draft);
        return status;
    }
    dataset_scale(&draft);
    *out = draft;
    return STATUS_OK;
}
