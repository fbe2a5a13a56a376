#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "app/dataset_open.h"
#include "app/json_line.h"
#include "app/json_read.h"
#include "app/pack.h"
#include "app/session_rows.h"
#include "render/solid.h"

enum { DEPTH = 8, LIST = 800 };
#define FILE_MOST ((size_t)1 << 30)
#define STATE_MOST ((json_int_t)1 << 31)

/* What is being read, and where in it. */
struct reading {
    const char *text;
    struct session *session;
    struct session_training *training;
    struct session_axes *axes;
    struct json_step path[DEPTH];
    int depth;
    struct why *why;
};

struct key_row {
    const char *name;
    bool needed;
    enum status (*read)(struct reading *r, const json_t *value);
};

static void enter(struct reading *r, const char *key, int at)
{
    r->path[r->depth++] = (struct json_step){ key, at };
}

static void leave(struct reading *r)
{
    r->depth--;
}

/* "training.checkpoint.zlib", "beside[0].journal[3]" */
static void place_text(const struct reading *r, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (int i = 0; i < r->depth && used < size; i++)
        used += (size_t)(r->path[i].key
                             ? snprintf(out + used, size - used, "%s%.60s", i ? "." : "", r->path[i].key)
                             : snprintf(out + used, size - used, "[%d]", r->path[i].at));
}

static enum status blame(const struct reading *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "FILE:LINE: key: what; what to do" */
static enum status blame(const struct reading *r, const char *format, ...)
{
    char text[sizeof r->why->text], place[200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    place_text(r, place, sizeof place);
    return why_set(r->why, STATUS_FAILED, "%s:%d: %s: %s", r->session->path,
        json_line(r->text, r->path, r->depth), place[0] ? place : "session", text);
}

static const char *kind_name(const json_t *value)
{
    static const char *const name[] = { [JSON_OBJECT] = "an object",
        [JSON_ARRAY] = "a list",
        [JSON_STRING] = "a text",
        [JSON_INTEGER] = "a number",
        [JSON_REAL] = "a number",
        [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",
        [JSON_NULL] = "null" };
    return name[json_typeof(value)];
}

static enum status wrong_kind(const struct reading *r, const json_t *value, const char *wanted)
{
    return blame(r, "is %s; give %s", kind_name(value), wanted);
}

static enum status no_memory(const struct reading *r)
{
    return why_set(r->why, STATUS_FAILED, "%s: not enough memory; close other programs", r->session->path);
}

static void append(char *list, size_t size, const char *word)
{
    size_t used = strlen(list);
    snprintf(list + used, size - used, "%s%s", used ? ", " : "", word);
}

static enum status unknown_key(struct reading *r, const char *name, const char *known)
{
    enter(r, name, 0);
    enum status status = blame(r, "unknown key; known are %s", known);
    leave(r);
    return status;
}

/* The keys of an object in the order of the rows; nothing else may stand there. */
static enum status read_keys(struct reading *r, const json_t *object, const struct key_row *row, int count)
{
    char known[LIST] = "";
    const char *name;
    json_t *value;
    for (int i = 0; i < count; i++)
        append(known, sizeof known, row[i].name);
    if (!json_is_object(object))
        return blame(r, "is %s; give an object with %s", kind_name(object), known);
    json_object_foreach((json_t *)object, name, value)
    {
        int i = 0;
        while (i < count && strcmp(row[i].name, name) != 0)
            i++;
        if (i == count)
            return unknown_key(r, name, known);
    }
    enum status status = STATUS_OK;
    for (int i = 0; i < count && status == STATUS_OK; i++) {
        const json_t *found = json_object_get(object, row[i].name);
        enter(r, row[i].name, 0);
        if (found)
            status = row[i].read(r, found);
        else if (row[i].needed)
            status = blame(r, "is missing; save the session again");
        leave(r);
    }
    return status;
}

static enum status read_count(
    const struct reading *r, const json_t *value, json_int_t min, json_int_t max, long *out)
{
    if (!json_is_integer(value))
        return wrong_kind(r, value, "a whole number");
    if (json_integer_value(value) < min || json_integer_value(value) > max)
        return blame(r, "is %lld; allowed %lld to %lld", (long long)json_integer_value(value), (long long)min,
            (long long)max);
    *out = (long)json_integer_value(value);
    return STATUS_OK;
}

/* ---- the experiment ---- */

/* The sentence of a setting without its own place, which names an option. */
static enum status blame_setting(const struct reading *r, const struct why *inner)
{
    const char *colon = strstr(inner->text, ": "), *what = colon ? colon + 2 : inner->text;
    return blame(r, "%s%s", what, strchr(what, ';') ? "" : "; put a value there that is allowed");
}

static enum status read_setting(struct reading *r, const char *key, const json_t *value, struct experiment *e)
{
    struct why inner = { "" };
    enum status status = STATUS_OK;
    enter(r, key, 0);
    if (!json_is_string(value))
        status = wrong_kind(r, value, "its value as a text");
    else if (strpbrk(json_string_value(value), "\n\r"))
        status = blame(r, "holds a line break; take it out");
    else if (experiment_set(e, key, json_string_value(value), &inner) != STATUS_OK)
        status = blame_setting(r, &inner);
    leave(r);
    return status;
}

static bool is_key(const char *name)
{
    for (int i = 0; i < experiment_key_count(); i++)
        if (strcmp(experiment_key(i), name) == 0)
            return true;
    return false;
}

/* What others hang on comes first, as the rows of settings have it; then parameters, which all have a dot. */
static enum status read_experiment(struct reading *r, const json_t *object, struct experiment *out)
{
    const char *name;
    json_t *value;
    struct why inner = { "" };
    enum status status = STATUS_OK;
    if (!json_is_object(object))
        return wrong_kind(r, object, "an object of settings");
    experiment_init(out);
    for (int i = 0; i < experiment_key_count() && status == STATUS_OK; i++) {
        const json_t *found = json_object_get(object, experiment_key(i));
        if (found)
            status = read_setting(r, experiment_key(i), found, out);
    }
    json_object_foreach((json_t *)object, name, value)
    {
        if (status == STATUS_OK && !is_key(name) && !strchr(name, '.'))
            status = unknown_key(r, name, "the options of marginscope train, and parameters as in arcface.m");
        else if (status == STATUS_OK && !is_key(name))
            status = read_setting(r, name, value, out);
    }
    if (status == STATUS_OK && experiment_check(out, &inner) != STATUS_OK)
        status = blame_setting(r, &inner);
    return status;
}

static enum status read_training_experiment(struct reading *r, const json_t *value)
{
    return read_experiment(r, value, &r->training->experiment);
}

/* ---- the journal ---- */

static enum status read_word(struct reading *r, const json_t *list, int at, char *out, size_t size)
{
    const json_t *value = json_array_get(list, (size_t)at);
    enum status status = STATUS_OK;
    enter(r, NULL, at);
    if (!json_is_string(value))
        status = wrong_kind(r, value, "a text");
    else if (json_string_length(value) >= size)
        status = blame(r, "%zu bytes; allowed %zu", json_string_length(value), size - 1);
    else
        memcpy(out, json_string_value(value), json_string_length(value) + 1);
    leave(r);
    return status;
}

static enum status read_change(struct reading *r, const json_t *value, struct change *out)
{
    if (!json_is_array(value) || json_array_size(value) != 3)
        return blame(r, "is no change; give [step, \"key\", \"value\"]");
    enter(r, NULL, 0);
    enum status status = read_count(r, json_array_get(value, 0), 0, (json_int_t)1 << 47, &out->step);
    leave(r);
    if (status == STATUS_OK)
        status = read_word(r, value, 1, out->key, sizeof out->key);
    return status == STATUS_OK ? read_word(r, value, 2, out->value, sizeof out->value) : status;
}

static enum status read_journal(struct reading *r, const json_t *list)
{
    struct session_training *t = r->training;
    size_t count = json_array_size(list);
    if (!json_is_array(list))
        return wrong_kind(r, list, "a list of changes");
    if (count > 1000000)
        return blame(r, "%zu changes; allowed 1000000", count);
    t->change = calloc(count + 1, sizeof *t->change);
    if (!t->change)
        return no_memory(r);
    enum status status = STATUS_OK;
    for (; t->changes < (int)count && status == STATUS_OK; t->changes++) {
        enter(r, NULL, t->changes);
        status = read_change(r, json_array_get(list, (size_t)t->changes), &t->change[t->changes]);
        leave(r);
    }
    return status;
}

/* ---- the checkpoint ---- */

static enum status read_step(struct reading *r, const json_t *value)
{
    return read_count(r, value, 0, (json_int_t)1 << 47, &r->training->step);
}

static enum status read_size(struct reading *r, const json_t *value)
{
    long size = 0;
    enum status status = read_count(r, value, 1, STATE_MOST, &size);
    r->training->size = (size_t)size;
    return status;
}

static enum status read_state(struct reading *r, const json_t *value)
{
    struct session_training *t = r->training;
    if (!json_is_string(value))
        return wrong_kind(r, value, "zlib in base64, as text");
    t->state = pack_bytes(json_string_value(value), t->size);
    if (!t->state)
        return blame(r,
            "is damaged: it is not %zu bytes deflated and in base64; take another copy of the file", t->size);
    return STATUS_OK;
}

static enum status read_checkpoint(struct reading *r, const json_t *value)
{
    static const struct key_row row[] = { { "step", true, read_step }, { "bytes", true, read_size },
        { "zlib", true, read_state } };
    return read_keys(r, value, row, 3);
}

/* ---- trainings ---- */

static enum status read_one(struct reading *r, const json_t *value)
{
    static const struct key_row row[] = { { "experiment", true, read_training_experiment },
        { "journal", true, read_journal }, { "checkpoint", false, read_checkpoint } };
    r->training = &r->session->training[r->session->count++]; /* counted at once: what it holds is freed */
    enum status status = read_keys(r, value, row, 3);
    if (status == STATUS_OK && !r->training->state && r->training->changes > 0)
        return blame(r, "changes of a training without a checkpoint; save the session again");
    return status;
}

static enum status read_beside(struct reading *r, const json_t *list)
{
    if (!json_is_array(list) || json_array_size(list) >= COMPARE_MAX)
        return blame(r, "is no list of at most %d trainings; save the session again", COMPARE_MAX - 1);
    for (size_t i = 0; i < json_array_size(list); i++) {
        enter(r, NULL, (int)i);
        enum status status = read_one(r, json_array_get(list, i));
        const struct session_training *first = &r->session->training[0];
        if (status == STATUS_OK && (!r->training->state != !first->state || r->training->step != first->step))
            status = blame(r, "stands at another step than the first; save the session again");
        leave(r);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* ---- the data ---- */

static enum status read_rows(struct reading *r, const json_t *value)
{
    return read_count(r, value, 0, INT32_MAX, &r->session->data.rows);
}

static enum status read_dim(struct reading *r, const json_t *value)
{
    return read_count(r, value, 1, INT32_MAX, &r->session->data.dim);
}

static enum status read_classes(struct reading *r, const json_t *value)
{
    return read_count(r, value, 0, INT32_MAX, &r->session->data.classes);
}

static enum status read_crc(struct reading *r, const json_t *value)
{
    const char *text = json_string_value(value);
    if (!text || strlen(text) != 8 || strspn(text, "0123456789abcdef") != 8)
        return blame(r, "is no sum of eight digits; save the session again");
    r->session->data.crc = (uint32_t)strtoul(text, NULL, 16);
    return STATUS_OK;
}

static enum status read_data(struct reading *r, const json_t *value)
{
    static const struct key_row row[] = { { "rows", true, read_rows }, { "dim", true, read_dim },
        { "classes", true, read_classes }, { "crc32", true, read_crc } };
    r->session->opened = true;
    return read_keys(r, value, row, 4);
}

/* ---- the window ---- */

static enum status read_value(struct reading *r, const struct session_row *row, const json_t *value, int i)
{
    char *field = (char *)&r->session->window + row->offset;
    const char *text = json_string_value(value);
    double number = json_number_value(value);
    if (row->kind == SESSION_COUNT)
        return read_count(r, value, (json_int_t)row->min, (json_int_t)row->max, &((long *)(void *)field)[i]);
    if (row->kind == SESSION_TEXT && (!text || strlen(text) >= SESSION_ID || !row->known(text)))
        return blame(r, "\"%.40s\" is none; choose from %s", text ? text : kind_name(value), row->choices);
    if (row->kind == SESSION_TEXT) {
        strcpy(field + i * SESSION_ID, text);
        return STATUS_OK;
    }
    if (!json_is_number(value))
        return wrong_kind(r, value, "a number");
    if (!(number >= row->min && number <= row->max))
        return blame(r, "is %g; allowed %g to %g", number, row->min, row->max);
    ((double *)(void *)field)[i] = number;
    return STATUS_OK;
}

static enum status read_row(struct reading *r, const struct session_row *row, const json_t *value)
{
    if (row->count == 1)
        return read_value(r, row, value, 0);
    if (!json_is_array(value) || json_array_size(value) != (size_t)row->count)
        return blame(r, "is no list of %d; save the session again", row->count);
    enum status status = STATUS_OK;
    for (int i = 0; i < row->count && status == STATUS_OK; i++) {
        enter(r, NULL, i);
        status = read_value(r, row, json_array_get(value, (size_t)i), i);
        leave(r);
    }
    return status;
}

static const struct session_row *find_row(const char *name)
{
    int i = 0;
    while (session_row_at(i) && strcmp(session_row_at(i)->key, name) != 0)
        i++;
    return session_row_at(i);
}

static enum status read_window(struct reading *r, const json_t *object)
{
    const char *name;
    json_t *value;
    char known[LIST] = "";
    enum status status = STATUS_OK;
    if (!json_is_object(object))
        return wrong_kind(r, object, "an object");
    for (int i = 0; session_row_at(i); i++)
        append(known, sizeof known, session_row_at(i)->key);
    r->session->arranged = true;
    json_object_foreach((json_t *)object, name, value)
    {
        const struct session_row *row = find_row(name);
        if (!row)
            return unknown_key(r, name, known);
        enter(r, row->key, 0);
        status = read_row(r, row, value);
        leave(r);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status read_bench(struct reading *r, const json_t *value)
{
    const char *name = r->path[r->depth - 1].key;
    int i = 0;
    while (strcmp(session_bench[i], name) != 0)
        i++;
    r->session->kept[i] = true;
    return read_experiment(r, value, &r->session->bench[i]);
}

static enum status read_benches(struct reading *r, const json_t *value)
{
    static const struct key_row row[] = { { "plane", false, read_bench }, { "sphere", false, read_bench },
        { "basics", false, read_bench } };
    return read_keys(r, value, row, SESSION_BENCHES);
}

/* ---- axes ---- */

static enum status read_axes_dim(struct reading *r, const json_t *value)
{
    long dim = 0;
    enum status status = read_count(r, value, 4, SOLID_DIM_MAX, &dim);
    r->axes->dim = (int)dim;
    return status;
}

static enum status read_axes_text(struct reading *r, const json_t *value)
{
    size_t count = 3 * (size_t)r->axes->dim;
    if (!json_is_string(value))
        return wrong_kind(r, value, "zlib in base64, as text");
    r->axes->axis = (double *)(void *)pack_bytes(json_string_value(value), count * sizeof(double));
    for (size_t i = 0; r->axes->axis && i < count; i++)
        if (!(fabs(r->axes->axis[i]) <= 1 + 1e-9))
            return blame(r, "holds a number that is no part of a unit vector; save the session again");
    return r->axes->axis ? STATUS_OK
                         : blame(r, "is damaged: it is not 3 times %d numbers; take another copy of the file",
                               r->axes->dim);
}

static enum status read_axes(struct reading *r, const json_t *list)
{
    static const struct key_row row[] = { { "dim", true, read_axes_dim }, { "zlib", true, read_axes_text } };
    enum status status = STATUS_OK;
    if (!json_is_array(list) || json_array_size(list) != (size_t)r->session->count)
        return blame(
            r, "is no list of %d, as there are trainings; save the session again", r->session->count);
    for (int i = 0; i < r->session->count && status == STATUS_OK; i++) {
        const json_t *value = json_array_get(list, (size_t)i);
        r->axes = &r->session->axes[i];
        enter(r, NULL, i);
        status = json_is_null(value) ? STATUS_OK : read_keys(r, value, row, 2);
        leave(r);
    }
    return status;
}

/* ---- the whole ---- */

static enum status read_version(struct reading *r, const json_t *value)
{
    if (!json_is_integer(value))
        return wrong_kind(r, value, "the number 1");
    if (json_integer_value(value) != SESSION_VERSION)
        return blame(r, "is version %lld; this program reads %d: use a newer one",
            (long long)json_integer_value(value), SESSION_VERSION);
    return STATUS_OK;
}

static enum status read_root(struct reading *r, const json_t *root)
{
    static const struct key_row row[] = { { "marginscope", true, read_version }, { "data", false, read_data },
        { "training", true, read_one }, { "beside", false, read_beside }, { "window", false, read_window },
        { "benches", false, read_benches }, { "axes", false, read_axes } };
    const struct session *s = r->session;
    /* a file of another version is refused for that, not for its keys */
    const json_t *version = json_object_get(root, "marginscope");
    enum status status = STATUS_OK;
    enter(r, "marginscope", 0);
    if (version)
        status = read_version(r, version);
    leave(r);
    if (status == STATUS_OK)
        status = read_keys(r, root, row, 7);
    if (status == STATUS_OK && s->training[0].state && !s->opened)
        status = blame(r, "\"data\" is missing; save the session again");
    return status;
}

enum status session_parse(const char *text, const char *path, struct session **out, struct why *why)
{
    json_error_t error;
    struct why own = { "" };
    struct session *s = session_create(path);
    if (!s)
        return why_set(why, STATUS_FAILED, "%s: not enough memory; close other programs", path);
    struct reading r = { .text = text, .session = s, .why = &own };
    json_t *root = json_read(text, strlen(text), JSON_REJECT_DUPLICATES, &error);
    enum status status = root ? read_root(&r, root)
                              : why_set(&own, STATUS_FAILED, "%s:%d: %s; take another copy of the file", path,
                                    error.line, error.text);
    json_decref(root);
    if (status != STATUS_OK) {
        session_destroy(s);
        return why_set(why, status, "%s", own.text);
    }
    *out = s;
    return STATUS_OK;
}

/* The file's text, ended by 0. */
static enum status read_text(const char *path, char **out, struct why *why)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    enum status status = file_read(path, FILE_MOST, &bytes, &size, why);
    char *text = status == STATUS_OK ? realloc(bytes, size + 1) : NULL;
    if (status == STATUS_OK && !text) {
        free(bytes);
        return why_set(why, STATUS_FAILED, "%s: not enough memory; close other programs", path);
    }
    if (status != STATUS_OK)
        return status;
    text[size] = '\0';
    if (strlen(text) != size) {
        free(text);
        return why_set(why, STATUS_FAILED, "%s: holds bytes that are no text; choose a session file", path);
    }
    *out = text;
    return STATUS_OK;
}

enum status session_read(const char *path, struct session **out, struct why *why)
{
    char *text = NULL;
    if (strlen(path) >= SESSION_PATH)
        return why_set(why, STATUS_FAILED, "%.80s...: the path is too long; move the file", path);
    enum status status = session_file(path, why);
    if (status == STATUS_OK)
        status = read_text(path, &text, why);
    if (status == STATUS_OK)
        status = session_parse(text, path, out, why);
    free(text);
    return status;
}

bool session_like(const char *path)
{
    char *text = NULL;
    if (session_file(path, NULL) != STATUS_OK || read_text(path, &text, NULL) != STATUS_OK)
        return false;
    json_t *root = json_loads(text, 0, NULL);
    /* where it is broken, its beginning tells */
    bool like = root ? json_object_get(root, "training") || json_object_get(root, "data")
                     : strstr(text, "\"training\"") != NULL;
    json_decref(root);
    free(text);
    return like;
}
