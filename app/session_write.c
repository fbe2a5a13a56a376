#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/dataset_open.h"
#include "app/json_put.h"
#include "app/pack.h"
#include "app/session_rows.h"

enum { VALUE = 1 << 16 }; /* the longest setting: points drawn by hand */

/* ---- settings ---- */

static void put_setting(json_t **object, const struct experiment *e, const char *key)
{
    char value[VALUE];
    experiment_get(e, key, value, sizeof value);
    json_put(object, key, json_string(value));
}

/* Every key, and the parameters that are not what a new experiment has. */
static json_t *experiment_json(const struct experiment *e)
{
    struct experiment fresh;
    json_t *object = json_object();
    experiment_init(&fresh);
    for (int i = 0; i < experiment_key_count(); i++)
        put_setting(&object, e, experiment_key(i));
    for (int l = 0; l < loss_count(); l++)
        for (int p = 0; p < loss_param_count(loss_at(l)); p++) {
            char key[64];
            snprintf(key, sizeof key, "%s.%s", loss_at(l)->id, loss_at(l)->param[p].id);
            if (memcmp(&e->param[l][p], &fresh.param[l][p], sizeof(double)) != 0)
                put_setting(&object, e, key);
        }
    return object;
}

/* ---- trainings ---- */

static json_t *journal_json(const struct session_training *t)
{
    json_t *list = json_array();
    for (int i = 0; list && i < t->changes; i++)
        json_add(&list,
            json_pack("[I, s, s]", (json_int_t)t->change[i].step, t->change[i].key, t->change[i].value));
    return list;
}

static json_t *checkpoint_json(const struct session_training *t)
{
    char *text = pack_text(t->state, t->size);
    json_t *object = text ? json_pack("{s: I, s: I, s: s}", "step", (json_int_t)t->step, "bytes",
                                (json_int_t)t->size, "zlib", text)
                          : NULL;
    free(text);
    return object;
}

static json_t *training_json(const struct session_training *t)
{
    json_t *object = json_object();
    json_put(&object, "experiment", experiment_json(&t->experiment));
    json_put(&object, "journal", journal_json(t));
    if (t->state)
        json_put(&object, "checkpoint", checkpoint_json(t));
    return object;
}

static json_t *beside_json(const struct session *s)
{
    json_t *list = json_array();
    for (int i = 1; list && i < s->count; i++)
        json_add(&list, training_json(&s->training[i]));
    return list;
}

/* ---- the window ---- */

static json_t *value_json(const struct session_row *row, const struct session_window *w, int i)
{
    const char *field = (const char *)w + row->offset;
    if (row->kind == SESSION_TEXT)
        return json_string(field + i * SESSION_ID);
    if (row->kind == SESSION_COUNT)
        return json_integer(((const long *)(const void *)field)[i]);
    return json_real(((const double *)(const void *)field)[i]);
}

/* A number that is none is left out: so it is read as what it is at first. */
static bool is_none(const struct session_row *row, const struct session_window *w)
{
    double value = 0;
    if (row->kind == SESSION_REAL)
        memcpy(&value, (const char *)w + row->offset, sizeof value);
    return !isfinite(value);
}

static json_t *window_json(const struct session_window *w)
{
    json_t *object = json_object();
    const struct session_row *row;
    for (int i = 0; object && (row = session_row_at(i)); i++) {
        if (is_none(row, w))
            continue;
        json_t *value = row->count > 1 ? json_array() : value_json(row, w, 0);
        for (int k = 0; row->count > 1 && k < row->count; k++)
            json_add(&value, value_json(row, w, k));
        json_put(&object, row->key, value);
    }
    return object;
}

static json_t *benches_json(const struct session *s)
{
    json_t *object = json_object();
    for (int i = 0; object && i < SESSION_BENCHES; i++)
        if (s->kept[i])
            json_put(&object, session_bench[i], experiment_json(&s->bench[i]));
    return object;
}

/* null: its picture has no axes of its own. */
static json_t *axes_json(const struct session_axes *a)
{
    char *text = a->axis ? pack_text((const uint8_t *)a->axis, 3 * (size_t)a->dim * sizeof *a->axis) : NULL;
    json_t *value = !a->axis ? json_null()
                    : text   ? json_pack("{s: i, s: s}", "dim", a->dim, "zlib", text)
                             : NULL;
    free(text);
    return value;
}

static void put_axes(const struct session *s, json_t **root)
{
    bool some = false;
    for (int i = 0; i < s->count; i++)
        some |= s->axes[i].axis != NULL;
    json_t *list = some ? json_array() : NULL;
    for (int i = 0; list && i < s->count; i++)
        json_add(&list, axes_json(&s->axes[i]));
    if (some)
        json_put(root, "axes", list);
}

/* ---- the whole ---- */

static json_t *data_json(const struct session_data *data)
{
    char crc[16];
    snprintf(crc, sizeof crc, "%08x", data->crc);
    return json_pack("{s: I, s: I, s: I, s: s}", "rows", (json_int_t)data->rows, "dim", (json_int_t)data->dim,
        "classes", (json_int_t)data->classes, "crc32", crc);
}

static json_t *session_json(const struct session *s)
{
    json_t *root = json_pack("{s: i}", "marginscope", SESSION_VERSION);
    if (s->opened)
        json_put(&root, "data", data_json(&s->data));
    json_put(&root, "training", training_json(&s->training[0]));
    if (s->count > 1)
        json_put(&root, "beside", beside_json(s));
    if (s->arranged) {
        json_put(&root, "window", window_json(&s->window));
        json_put(&root, "benches", benches_json(s));
        put_axes(s, &root);
    }
    return root;
}

enum status session_print(const struct session *s, FILE *to, struct why *why)
{
    json_t *root = session_json(s);
    if (!root)
        return why_set(why, STATUS_FAILED,
            "%s: not enough memory, or a name that is not UTF-8; close other programs, or rename the data",
            s->path);
    int written = json_dumpf(root, to, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    json_decref(root);
    if (written != 0 || fputc('\n', to) == EOF)
        return why_set(
            why, STATUS_FAILED, "%s: not written; free some space or choose another place", s->path);
    return STATUS_OK;
}

enum status session_write(const struct session *s, struct why *why)
{
    struct output output;
    enum status status = output_begin(&output, s->path, why);
    if (status != STATUS_OK)
        return status;
    status = session_print(s, output.stream, why);
    struct why ended = { "" };
    if (output_end(&output, status == STATUS_OK, &ended) == STATUS_OK)
        return status;
    return why_set(why, STATUS_FAILED, "%s", ended.text);
}
