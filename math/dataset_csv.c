#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "math/dataset_build.h"
#include "math/dataset_text.h"

enum { NUMBER_TEXT = 400, SET_TEXT = 4096, REPORT_ROWS = 8192, SHOWN = 40 };

/* ---- lines and fields ---- */

struct line {
    const uint8_t *at, *end; /* without its end of line */
    size_t number; /* from 1, as editors count */
};

struct cursor {
    const uint8_t *at, *end;
    size_t number; /* lines passed */
};

struct field {
    const uint8_t *at, *end;
    bool doubled; /* quoted, and holds "" for " */
};

static bool blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* The next line that says something. */
static bool next_line(struct cursor *c, struct line *out)
{
    while (c->at < c->end) {
        const uint8_t *start = c->at, *stop = memchr(start, '\n', (size_t)(c->end - start));
        const uint8_t *end = stop ? stop : c->end;
        c->at = stop ? stop + 1 : c->end;
        c->number++;
        if (end > start && end[-1] == '\r')
            end--;
        const uint8_t *first = start;
        while (first < end && blank(*first))
            first++;
        if (first == end || *first == '#')
            continue;
        *out = (struct line){ start, end, c->number };
        return true;
    }
    return false;
}

/* A field from `at`, with what ends it: `*at` is on the comma or at the end. False: a quote is left open. */
static bool quoted_field(const uint8_t **at, const uint8_t *end, struct field *out)
{
    const uint8_t *p = *at + 1;
    *out = (struct field){ .at = p };
    for (; p < end; p++) {
        if (*p != '"')
            continue;
        if (p + 1 == end || p[1] != '"')
            break;
        out->doubled = true;
        p++;
    }
    if (p >= end)
        return false;
    out->end = p++;
    while (p < end && blank(*p))
        p++;
    *at = p;
    return p == end || *p == ',';
}

static bool read_field(const uint8_t **at, const uint8_t *end, struct field *out)
{
    while (*at < end && blank(**at))
        ++*at;
    if (*at < end && **at == '"')
        return quoted_field(at, end, out);
    const uint8_t *start = *at, *p = start;
    while (p < end && *p != ',')
        p++;
    *at = p;
    while (p > start && blank(p[-1]))
        p--;
    *out = (struct field){ .at = start, .end = p };
    return true;
}

/* Fields of a line, -1 where a quote is left open. */
static long count_fields(const struct line *line)
{
    struct field field;
    const uint8_t *at = line->at;
    for (long count = 1;; count++, at++) {
        if (!read_field(&at, line->end, &field))
            return -1;
        if (at == line->end)
            return count;
    }
}

static bool field_at(const struct line *line, long column, struct field *out)
{
    const uint8_t *at = line->at;
    for (long i = 0; i <= column; i++, at++) {
        if (!read_field(&at, line->end, out))
            return false;
        if (at == line->end)
            return i == column;
    }
    return true;
}

/* The text of a field without its doubled quotes, at most `room` bytes; returns its length, or `room` + 1. */
static size_t field_text(const struct field *field, char *out, size_t room)
{
    size_t used = 0;
    for (const uint8_t *p = field->at; p < field->end; p++) {
        if (used == room)
            return room + 1;
        out[used++] = (char)*p;
        if (field->doubled && *p == '"')
            p++;
    }
    return used;
}

static bool field_is(const struct field *field, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(field->end - field->at) == length &&
           strncasecmp((const char *)field->at, word, length) == 0;
}

/* ---- numbers ---- */

/* Up to 19 digits with a small power of ten: exact in one rounding (Clinger 1990), so the same as strtod. */
static bool quick_number(const struct field *field, double *out)
{
    static const double power[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
        1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
    const uint8_t *p = field->at, *end = field->end;
    bool negative = p < end && *p == '-';
    p += p < end && (*p == '-' || *p == '+');
    uint64_t digits = 0;
    int count = 0, after = 0;
    for (; p < end && *p >= '0' && *p <= '9'; p++, count++)
        digits = digits * 10 + (uint64_t)(*p - '0');
    if (p < end && *p == '.')
        for (p++; p < end && *p >= '0' && *p <= '9'; p++, count++, after++)
            digits = digits * 10 + (uint64_t)(*p - '0');
    if (p != end || count == 0 || count > 19 || digits > (uint64_t)1 << 53)
        return false;
    double value = (double)digits / power[after];
    *out = negative ? -value : value;
    return true;
}

/* False: not a number written in decimal. Infinity and NaN are for the caller to refuse. */
static bool slow_number(const struct field *field, double *out)
{
    char text[NUMBER_TEXT + 1], *end;
    size_t length = field_text(field, text, NUMBER_TEXT);
    if (length == 0 || length > NUMBER_TEXT)
        return false;
    text[length] = '\0';
    if (isspace((unsigned char)text[0]) || strpbrk(text, "xX("))
        return false;
    *out = strtod(text, &end);
    return end == text + length;
}

static bool is_number(const struct field *field, double *out)
{
    return quick_number(field, out) || slow_number(field, out);
}

/* ---- the table ---- */

struct table {
    struct bytes csv;
    const char *where;
    enum loss_task task;
    const struct progress *progress;
    long columns, label, split; /* split -1: there is none */
    unsigned char *part; /* of each row, where there is */
    struct line header; /* `at` NULL: there is none */
    struct text_set *names;
    const uint8_t **place; /* TASK_MULTI: where each label is in the file */
};

static struct cursor cursor_at_start(const struct table *t)
{
    static const uint8_t mark[3] = { 0xEF, 0xBB, 0xBF }; /* some editors begin UTF-8 with it */
    bool marked = t->csv.size >= sizeof mark && memcmp(t->csv.at, mark, sizeof mark) == 0;
    return (struct cursor){ t->csv.at + (marked ? sizeof mark : 0), t->csv.at + t->csv.size, 0 };
}

/* "column 3 (petal width)". */
static void column_text(const struct table *t, long column, char *out, size_t size)
{
    struct field field;
    char name[SHOWN] = "";
    if (t->header.at && field_at(&t->header, column, &field))
        text_show(field.at, (size_t)(field.end - field.at), name, sizeof name);
    snprintf(out, size, *name ? "column %ld (%s)" : "column %ld", column + 1, name);
}

static enum status open_quote(const struct table *t, const struct line *line, struct why *why)
{
    return why_set(why, STATUS_FAILED, "%s:%zu: a quote is not closed, or text follows it; close it",
        t->where, line->number);
}

static enum status refuse_value(
    const struct table *t, const struct line *line, long column, const struct field *field, struct why *why)
{
    static const char *const missing[] = { "", "?", "NA", "N/A", "null", "none" };
    char where[SHOWN + 40], shown[SHOWN];
    double value;
    column_text(t, column, where, sizeof where);
    text_show(field->at, (size_t)(field->end - field->at), shown, sizeof shown);
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++)
        if (field_is(field, missing[i]))
            return why_set(why, STATUS_FAILED,
                "%s:%zu: the value of %s is missing%s%s; fill it in or remove the line", t->where,
                line->number, where, *shown ? ": " : "", shown);
    if (is_number(field, &value))
        return why_set(why, STATUS_FAILED, "%s:%zu: \"%s\" in %s is not a finite number; remove the line",
            t->where, line->number, shown, where);
    return why_set(why, STATUS_FAILED, "%s:%zu: \"%s\" in %s is not a number; %s", t->where, line->number,
        shown, where,
        column == t->label ? "this loss reads the label as a number: choose one for classes"
                           : "only the label may be text");
}

static enum status read_part(
    const struct table *t, const struct line *line, const struct field *field, size_t row, struct why *why)
{
    char shown[SHOWN];
    t->part[row] = field_is(field, "test") ? PART_TEST : PART_TRAIN;
    if (field_is(field, "test") || field_is(field, "train"))
        return STATUS_OK;
    text_show(field->at, (size_t)(field->end - field->at), shown, sizeof shown);
    return why_set(why, STATUS_FAILED, "%s:%zu: the split is \"%s\"; write train or test", t->where,
        line->number, shown);
}

static enum status read_value(const struct table *t, const struct line *line, long column,
    const struct field *field, float *out, struct why *why)
{
    double value;
    if (!is_number(field, &value) || !isfinite((float)value))
        return refuse_value(t, line, column, field, why);
    *out = (float)value;
    return STATUS_OK;
}

static enum status read_class(const struct table *t, const struct line *line, const char *text, size_t length,
    int *out, struct why *why)
{
    if (length == 0 || length >= DATASET_CLASS_NAME)
        return why_set(why, STATUS_FAILED, "%s:%zu: the label is %s; %s", t->where, line->number,
            length ? "longer than 63 bytes" : "missing",
            length ? "shorten it" : "fill it in or remove the line");
    if (!text_is_clean(text, length))
        return why_set(why, STATUS_FAILED, "%s:%zu: the label is not UTF-8 text; save the file as UTF-8",
            t->where, line->number);
    *out = text_set_add(t->names, text, length);
    if (*out < 0)
        return why_set(why, STATUS_FAILED,
            "%s:%zu: more than %d different labels; check the label column, or choose a regression loss",
            t->where, line->number, DATASET_CLASS_MAX);
    return STATUS_OK;
}

/* The next name of "a|c", without the blanks around it. */
static const char *next_name(const char **at, const char *end, size_t *length)
{
    const char *start = *at, *bar = memchr(start, '|', (size_t)(end - start)), *stop = bar ? bar : end;
    *at = bar ? bar + 1 : NULL;
    while (start < stop && blank((uint8_t)*start))
        start++;
    while (stop > start && blank((uint8_t)stop[-1]))
        stop--;
    *length = (size_t)(stop - start);
    return start;
}

/* `number` gets every class of the set. */
static enum status read_set(const struct table *t, const struct line *line, const struct field *field,
    int *number, int *count, struct why *why)
{
    char text[SET_TEXT];
    size_t length = field_text(field, text, sizeof text);
    if (length > sizeof text)
        return why_set(why, STATUS_FAILED, "%s:%zu: the label is longer than %zu bytes; shorten it", t->where,
            line->number, sizeof text);
    *count = 0;
    for (const char *at = text; at;) {
        size_t size;
        const char *name = next_name(&at, text + length, &size);
        enum status status = read_class(t, line, name, size, &number[(*count)++], why);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status read_label(const struct table *t, const struct line *line, const struct field *field,
    size_t row, struct dataset *out, struct why *why)
{
    int number[SET_TEXT + 1], count;
    char text[DATASET_CLASS_NAME];
    switch (t->task) {
    case TASK_REAL:
        out->label[row] = 0;
        return read_value(t, line, t->label, field, &out->target[row], why);
    case TASK_MULTI:
        t->place[row] = field->at;
        return read_set(t, line, field, number, &count, why);
    default:
        return read_class(t, line, text, field_text(field, text, sizeof text - 1), &out->label[row], why);
    }
}

static enum status read_line(
    const struct table *t, const struct line *line, size_t row, struct dataset *out, struct why *why)
{
    float *value = out->value + row * (size_t)out->dim;
    const uint8_t *at = line->at;
    for (long column = 0;; column++, at++) {
        struct field field;
        if (!read_field(&at, line->end, &field))
            return open_quote(t, line, why);
        if (column >= t->columns || (at == line->end && column + 1 < t->columns))
            return why_set(why, STATUS_FAILED,
                "%s:%zu: %ld values where the first line has %ld; give every line as many", t->where,
                line->number, count_fields(line), t->columns);
        enum status status = column == t->label   ? read_label(t, line, &field, row, out, why)
                             : column == t->split ? read_part(t, line, &field, row, why)
                                                  : read_value(t, line, column, &field, value++, why);
        if (status != STATUS_OK)
            return status;
        if (at == line->end)
            return STATUS_OK;
    }
}

static enum status read_lines(const struct table *t, struct dataset *out, struct why *why)
{
    struct cursor cursor = cursor_at_start(t);
    struct line line;
    if (t->header.at)
        next_line(&cursor, &line);
    for (size_t row = 0; next_line(&cursor, &line); row++) {
        enum status status = read_line(t, &line, row, out, why);
        if (status != STATUS_OK)
            return status;
        if (row % REPORT_ROWS == 0 && t->progress &&
            !t->progress->report(t->progress->user, (double)(line.at - t->csv.at) / (double)t->csv.size))
            return why_set(why, STATUS_FAILED, "%s: the reading was stopped; open it again", t->where);
    }
    return STATUS_OK;
}

/* ---- what the first line says ---- */

static const char *const label_names[] = { "label", "class", "target" };

static bool names_label(const struct field *field)
{
    for (size_t i = 0; i < sizeof label_names / sizeof label_names[0]; i++)
        if (field_is(field, label_names[i]))
            return true;
    return false;
}

/* The columns, which of them is the label, and whether the first line is a header. */
static enum status judge_first(struct table *t, const struct line *line, struct why *why)
{
    const uint8_t *at = line->at;
    long named = -1, named_count = 0, numbers = 0;
    t->columns = count_fields(line);
    t->split = -1;
    if (t->columns < 0)
        return open_quote(t, line, why);
    for (long column = 0; column < t->columns; column++, at++) {
        struct field field;
        double value;
        read_field(&at, line->end, &field);
        numbers += is_number(&field, &value);
        t->split = field_is(&field, "split") ? column : t->split;
        if (names_label(&field)) {
            named = column;
            named_count++;
        }
    }
    if (t->columns < 2 + (t->split >= 0))
        return why_set(why, STATUS_FAILED,
            "%s:%zu: one column; numbers and a label are needed, separated by commas", t->where,
            line->number);
    if (named_count > 1)
        return why_set(why, STATUS_FAILED,
            "%s:%zu: %ld columns are headed label, class or target; leave that name to one of them", t->where,
            line->number, named_count);
    t->label = named >= 0 ? named : t->columns - 1;
    if (named >= 0 || numbers == 0)
        t->header = *line;
    else
        t->split = -1;
    if (t->label == t->split)
        t->label--;
    return STATUS_OK;
}

static enum status reserve(struct table *t, size_t rows, struct dataset *out, struct why *why)
{
    enum status status = dataset_reserve(out, rows, (size_t)t->columns - 1 - (t->split >= 0), t->where, why);
    if (status == STATUS_OK && t->task == TASK_REAL)
        status = dataset_reserve_targets(out, 1, t->where, why);
    if (status != STATUS_OK)
        return status;
    t->names = text_set_create();
    t->place = t->task == TASK_MULTI ? malloc(rows * sizeof *t->place) : NULL;
    t->part = t->split >= 0 ? malloc(rows) : NULL;
    if (!t->names || (t->split >= 0 && !t->part) || (t->task == TASK_MULTI && !t->place))
        return why_set(
            why, STATUS_FAILED, "%s: not enough memory for %zu samples; use fewer", t->where, rows);
    return STATUS_OK;
}

static enum status measure(struct table *t, size_t *rows, struct why *why)
{
    struct cursor cursor = cursor_at_start(t);
    struct line line;
    if (t->csv.size >= 2 && t->csv.at[0] >= 0xFE && t->csv.at[1] >= 0xFE)
        return why_set(why, STATUS_FAILED, "%s:1: is UTF-16; save the file as UTF-8", t->where);
    if (!next_line(&cursor, &line))
        return why_set(why, STATUS_FAILED, "%s: the file is empty; choose a file with samples", t->where);
    enum status status = judge_first(t, &line, why);
    for (*rows = !t->header.at; status == STATUS_OK && next_line(&cursor, &line);)
        ++*rows;
    return status;
}

/* ---- labels ---- */

/* The set of each row once more, now that the places of the classes are known. */
static enum status fill_sets(const struct table *t, const int *rank, struct dataset *out, struct why *why)
{
    size_t classes = (size_t)text_set_count(t->names), rows = (size_t)out->train;
    enum status status = dataset_reserve_targets(out, classes, t->where, why);
    for (size_t row = 0; status == STATUS_OK && row < rows; row++) {
        const uint8_t *end = t->csv.at + t->csv.size, *at = t->place[row];
        struct field field;
        int number[SET_TEXT + 1], count;
        bool quoted = at > t->csv.at && at[-1] == '"';
        const uint8_t *stop = memchr(at, '\n', (size_t)(end - at));
        at -= quoted;
        read_field(&at, stop && stop > at && stop[-1] == '\r' ? stop - 1 : stop ? stop : end, &field);
        status = read_set(t, &(struct line){ 0 }, &field, number, &count, why);
        out->label[row] = (int)classes;
        for (int i = 0; i < count; i++) {
            int k = rank[number[i]];
            out->target[row * classes + (size_t)k] = 1;
            out->label[row] = k < out->label[row] ? k : out->label[row];
        }
    }
    return status;
}

static enum status name_classes(const struct table *t, struct dataset *out, struct why *why)
{
    int count = t->task == TASK_REAL ? 1 : text_set_count(t->names);
    int *rank = malloc((size_t)count * sizeof *rank);
    out->classes = count;
    out->class_name = calloc((size_t)count, sizeof *out->class_name);
    enum status status = STATUS_OK;
    if (!rank || !out->class_name) {
        status =
            why_set(why, STATUS_FAILED, "%s: not enough memory for %d classes; use fewer", t->where, count);
    } else if (t->task == TASK_REAL) {
        snprintf(out->class_name[0], DATASET_CLASS_NAME, "y");
    } else {
        text_set_sort(t->names, rank, out->class_name);
        if (t->task == TASK_MULTI)
            status = fill_sets(t, rank, out, why);
        for (int i = 0; t->task != TASK_MULTI && i < out->train; i++)
            out->label[i] = rank[out->label[i]];
    }
    free(rank);
    return status;
}

static enum status build(struct table *t, struct dataset *out, struct why *why)
{
    size_t rows = 0;
    enum status status = measure(t, &rows, why);
    if (status == STATUS_OK)
        status = reserve(t, rows, out, why);
    if (status == STATUS_OK)
        status = read_lines(t, out, why);
    if (status == STATUS_OK)
        status = name_classes(t, out, why);
    if (status == STATUS_OK)
        status = t->part ? dataset_split_by(out, t->part, t->where, why) : dataset_split(out, t->where, why);
    return status;
}

enum status dataset_from_csv(struct bytes csv, const char *where, const char *name, enum loss_task task,
    const struct progress *progress, struct dataset *out, struct why *why)
{
    struct table table = { .csv = csv, .where = where, .task = task, .progress = progress };
    struct dataset draft = { .numbers = task == TASK_REAL };
    snprintf(draft.name, sizeof draft.name, "%s", name);
    enum status status = build(&table, &draft, why);
    text_set_destroy(table.names);
    free(table.place);
    free(table.part);
    if (status != STATUS_OK) {
        dataset_clear(&draft);
        return status;
    }
    draft.own_units = draft.numbers && draft.dim == 1; /* x and y are drawn in one plane */
    if (table.split < 0) /* who says what is for training has prepared the numbers too */
        dataset_scale(&draft);
    *out = draft;
    return STATUS_OK;
}
