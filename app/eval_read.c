/* eval_read.c - a case, from JSON to the arrays a loss takes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/eval_inner.h"

enum { LABEL_MAX = 1000000, WHERE = 64 };

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
    return value ? name[json_typeof(value)] : "missing";
}

/* Comma-separated ids into text, as many as fit. */
static void append_id(char *text, size_t size, const char *id)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s", used ? ", " : "", id);
}

/* ---- the loss and its parameters ---- */

/* The id of a term stands for softmax, without decay, and that term. */
static void choose(struct eval *eval, const struct loss *loss)
{
    int term = term_find(loss);
    eval->force = loss_force_initial(term < 0 ? loss : loss_find("softmax"));
    if (term >= 0)
        eval->force.added[term] = true;
}

static enum status read_loss(const json_t *root, struct eval *eval, struct why *why)
{
    const json_t *id = json_object_get(root, "loss");
    if (!json_is_string(id))
        return why_set(why, STATUS_FAILED, "\"loss\" is %s; give the id of a loss as text", kind_name(id));
    const struct loss *loss = loss_find(json_string_value(id));
    if (loss) {
        choose(eval, loss);
        return STATUS_OK;
    }
    char known[1000] = "";
    for (int i = 0; i < loss_count(); i++)
        append_id(known, sizeof known, loss_at(i)->id);
    return why_set(why, STATUS_FAILED, "unknown loss \"%.60s\"; known are %s", json_string_value(id), known);
}

static enum status refuse_unknown_params(const json_t *params, const struct loss *loss, struct why *why)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)params, key, value)
    {
        if (loss_param_find(loss, key) >= 0)
            continue;
        char known[160] = "";
        for (int i = 0; i < loss_param_count(loss); i++)
            append_id(known, sizeof known, loss->param[i].id);
        if (!known[0])
            return why_set(why, STATUS_FAILED, "unknown parameter \"%.60s\"; %s has none", key, loss->id);
        return why_set(why, STATUS_FAILED, "unknown parameter \"%.60s\"; %s has %s", key, loss->id, known);
    }
    return STATUS_OK;
}

static enum status wrong_param(
    const struct param *row, const json_t *value, const char *wanted, struct why *why)
{
    char number[32];
    snprintf(number, sizeof number, "%g", json_number_value(value));
    return why_set(why, STATUS_FAILED, "parameter \"%s\" is %s; give %s", row->id,
        json_is_number(value) ? number : kind_name(value), wanted);
}

/* The formulas hold beyond the ranges that sliders and trainings keep to: any number that is not negative (any at
 * all where the range has negative ones), and for psi's m, which has a branch for each, any to 64. */
static enum status read_number_param(
    const json_t *value, const struct param *row, double *stored, struct why *why)
{
    bool whole = row->kind == PARAM_INTEGER;
    double least = whole ? row->min : row->min < 0 ? -1e12 : 0;
    double most = !whole ? 1e12 : row->role == ROLE_MARGIN ? 64 : row->max, given = json_number_value(value);
    char wanted[64];
    snprintf(wanted, sizeof wanted, "a %snumber from %g to %g", whole ? "whole " : "", least, most);
    if (!json_is_number(value) || !(given >= least && given <= most) || (whole && given != floor(given)))
        return wrong_param(row, value, wanted, why);
    *stored = given;
    return STATUS_OK;
}

static enum status read_choice_param(
    const json_t *value, const struct param *row, double *stored, struct why *why)
{
    int choice = json_is_string(value) ? param_choice(row, json_string_value(value)) : -1;
    if (choice >= 0) {
        *stored = choice;
        return STATUS_OK;
    }
    char known[160] = "";
    for (int i = 0; row->choice[i]; i++)
        append_id(known, sizeof known, row->choice[i]);
    if (json_is_string(value))
        return why_set(why, STATUS_FAILED, "parameter \"%s\" is \"%.40s\"; choose from %s", row->id,
            json_string_value(value), known);
    return why_set(why, STATUS_FAILED, "parameter \"%s\" is %s; give a text, one of %s", row->id,
        kind_name(value), known);
}

static enum status read_param(const json_t *params, const struct param *row, double *stored, struct why *why)
{
    const json_t *value = json_object_get(params, row->id);
    if (!value && (row->optional || row->kind == PARAM_LIST))
        return STATUS_OK;
    switch (row->kind) {
    case PARAM_CHOICE:
        return read_choice_param(value, row, stored, why);
    case PARAM_BOOL:
        if (!json_is_boolean(value))
            return wrong_param(row, value, "true or false", why);
        *stored = json_is_true(value);
        return STATUS_OK;
    case PARAM_LIST: /* read_class_weights, when the classes are known */
        return STATUS_OK;
    default:
        return read_number_param(value, row, stored, why);
    }
}

/* Running values belong together: one of them alone would be mixed with one of the batch. */
static enum status check_optional(const json_t *params, const struct loss *loss, struct why *why)
{
    const char *given = NULL, *missing = NULL;
    for (int i = 0; i < loss_param_count(loss); i++) {
        const struct param *row = &loss->param[i];
        if (row->optional && json_object_get(params, row->id))
            given = row->id;
        else if (row->optional)
            missing = row->id;
    }
    if (given && missing)
        return why_set(why, STATUS_FAILED,
            "parameter \"%s\" is given without \"%s\"; give both or leave both out", given, missing);
    return STATUS_OK;
}

static enum status read_params(
    const json_t *params, const char *where, const struct loss *loss, double *out, struct why *why)
{
    if (params && !json_is_object(params))
        return why_set(why, STATUS_FAILED, "%s is %s; give an object", where, kind_name(params));
    enum status status = refuse_unknown_params(params, loss, why);
    for (int i = 0; status == STATUS_OK && i < loss_param_count(loss); i++)
        status = read_param(params, &loss->param[i], &out[i], why);
    return status == STATUS_OK ? check_optional(params, loss, why) : status;
}

static enum status read_own_params(const json_t *root, struct eval *eval, struct why *why)
{
    const struct loss *named = loss_find(json_string_value(json_object_get(root, "loss")));
    int term = term_find(named);
    return read_params(json_object_get(root, "params"), "\"params\"", named,
        term < 0 ? eval->force.param : eval->force.term[term], why);
}

static enum status read_term(const char *id, const json_t *params, struct eval *eval, struct why *why)
{
    const struct loss *row = loss_find(id);
    int term = row ? term_find(row) : -1;
    char where[WHERE], known[80] = "";
    for (int i = 0; i < term_count(); i++)
        append_id(known, sizeof known, term_at(i)->id);
    if (term < 0)
        return why_set(why, STATUS_FAILED, "\"add\" has \"%.40s\"; it may have %s", id, known);
    if (eval->force.added[term])
        return why_set(why, STATUS_FAILED, "\"add\" has \"%s\", which is the loss itself; leave it out", id);
    if (!experiment_term_fits(eval->force.loss, row))
        return why_set(why, STATUS_FAILED,
            "\"add\" has \"%s\", but %s has nothing it could act on; leave it out", id, eval->force.loss->id);
    eval->force.added[term] = true;
    snprintf(where, sizeof where, "\"%s\" in \"add\"", id);
    return read_params(params, where, row, eval->force.term[term], why);
}

static enum status read_terms(const json_t *root, struct eval *eval, struct why *why)
{
    const json_t *add = json_object_get(root, "add");
    const char *id;
    json_t *params;
    enum status status = STATUS_OK;
    if (add && !json_is_object(add))
        return why_set(why, STATUS_FAILED, "\"add\" is %s; give an object of terms and their parameters",
            kind_name(add));
    json_object_foreach((json_t *)add, id, params)
    {
        if (status == STATUS_OK)
            status = read_term(id, params, eval, why);
    }
    return status;
}

/* "radius": "norm" is the warm-up, where |x| takes the place of the scale. */
static enum status read_radius(const json_t *root, struct eval *eval, struct why *why)
{
    const json_t *radius = json_object_get(root, "radius");
    if (!radius)
        return STATUS_OK;
    if (!json_is_string(radius) || strcmp(json_string_value(radius), "norm") != 0)
        return why_set(why, STATUS_FAILED, "\"radius\" is not \"norm\"; leave it out for the fixed scale");
    if (eval->force.loss->radius != RADIUS_SCALE)
        return why_set(why, STATUS_FAILED, "\"radius\" is given but %s has no scale; leave it out",
            eval->force.loss->id);
    eval->force.norm_radius = true;
    return STATUS_OK;
}

/* ---- arrays ---- */

static enum status reserve(double **out, size_t count, const char *key, struct why *why)
{
    *out = malloc((count ? count : 1) * sizeof **out);
    return *out ? STATUS_OK
                : why_set(why, STATUS_FAILED, "\"%s\" does not fit into memory; give a smaller case", key);
}

/* The number at value[i], where[i] in errors. */
static enum status read_number(const json_t *list, size_t i, const char *where, double *out, struct why *why)
{
    const json_t *value = json_array_get(list, i);
    if (!json_is_number(value))
        return why_set(why, STATUS_FAILED, "%s[%zu] is %s; give a number", where, i, kind_name(value));
    *out = json_number_value(value);
    return STATUS_OK;
}

/* How many sizes of a shape are in use. */
static int rank_of(const int size[3])
{
    return size[2] ? 3 : size[1] ? 2 : 1;
}

/* A list of size[0] numbers, or of size[0] lists of the shape that follows; row by row into *to. */
static enum status read_list(
    const json_t *list, const char *where, const int *size, int rank, double **to, struct why *why)
{
    const char *what = rank > 1 ? "rows" : "numbers";
    enum status status = STATUS_OK;
    if (!json_is_array(list))
        return why_set(
            why, STATUS_FAILED, "%s is %s; give a list of %d %s", where, kind_name(list), size[0], what);
    if (json_array_size(list) != (size_t)size[0])
        return why_set(
            why, STATUS_FAILED, "%s has %zu %s; give %d", where, json_array_size(list), what, size[0]);
    for (size_t i = 0; status == STATUS_OK && i < json_array_size(list); i++) {
        char inner[WHERE];
        snprintf(inner, sizeof inner, "%s[%zu]", where, i);
        status = rank > 1 ? read_list(json_array_get(list, i), inner, size + 1, rank - 1, to, why)
                          : read_number(list, i, where, (*to)++, why);
    }
    return status;
}

/* The array `key` of a shape known beforehand into `to`. */
static enum status read_shape(
    const json_t *root, const char *key, const int size[3], double *to, struct why *why)
{
    const json_t *list = json_object_get(root, key);
    int rank = rank_of(size);
    const char *what = rank > 1 ? "rows" : "numbers";
    if (!json_is_array(list))
        return why_set(
            why, STATUS_FAILED, "\"%s\" is %s; give a list of %d %s", key, kind_name(list), size[0], what);
    if (json_array_size(list) != (size_t)size[0])
        return why_set(why, STATUS_FAILED, "\"%s\" is a list of %zu; give a list of %d %s", key,
            json_array_size(list), size[0], what);
    return read_list(list, key, size, rank, &to, why);
}

/* A new array of rows by columns (columns 0: a plain list). */
static enum status read_new(
    const json_t *root, const char *key, int rows, int columns, double **out, struct why *why)
{
    const int size[3] = { rows, columns, 0 };
    enum status status = reserve(out, (size_t)rows * (size_t)(columns ? columns : 1), key, why);
    return status == STATUS_OK ? read_shape(root, key, size, *out, why) : status;
}

/* How many rows, and how long the first one is; neither may be 0. */
static enum status measure(const json_t *root, const char *key, int *rows, int *columns, struct why *why)
{
    const json_t *list = json_object_get(root, key);
    const json_t *first = json_array_get(list, 0);
    if (!json_is_array(list))
        return why_set(why, STATUS_FAILED, "\"%s\" is %s; give a list of rows", key, kind_name(list));
    if (json_array_size(list) == 0)
        return why_set(why, STATUS_FAILED, "\"%s\" is empty; give at least one row", key);
    if (!json_is_array(first) || json_array_size(first) == 0)
        return why_set(why, STATUS_FAILED, "%s[0] is not a row; give a list of at least one number", key);
    *rows = (int)json_array_size(list);
    *columns = (int)json_array_size(first);
    return STATUS_OK;
}

static enum status read_features(const json_t *root, struct eval *eval, struct why *why)
{
    enum status status = measure(root, "features", &eval->n, &eval->dim, why);
    if (status == STATUS_OK && eval->force.loss->extra == BLOCK_GROUP && eval->dim > GROUP_DIM_MAX)
        return why_set(why, STATUS_FAILED, "features[0] has %d numbers; %s takes at most %d", eval->dim,
            eval->force.loss->id, GROUP_DIM_MAX);
    if (status == STATUS_OK)
        status = read_new(root, "features", eval->n, eval->dim, &eval->feature, why);
    return status;
}

/* How many classes the arrays of the case have room for; a pair loss has none of its own, and so LABEL_MAX until
 * the labels are read. */
static enum status count_classes(const json_t *root, struct eval *eval, struct why *why)
{
    const struct loss *loss = eval->force.loss;
    const char *key = loss->weight == BLOCK_NONE ? "centers" : "weights";
    int rows = 0, columns = 0, sub = loss_sub(&eval->force);
    bool centers = eval_has_term(&eval->force, "center") || eval_has_term(&eval->force, "uniform");
    if (loss->weight == BLOCK_SCORE || (loss->weight == BLOCK_NONE && !centers)) {
        eval->classes = loss->weight == BLOCK_NONE ? LABEL_MAX : loss->task == TASK_SCORE ? 2 : 1;
        return STATUS_OK;
    }
    enum status status = measure(root, key, &rows, &columns, why);
    if (status != STATUS_OK)
        return status;
    if (rows % sub)
        return why_set(why, STATUS_FAILED, "\"%s\" is a list of %d rows; give k = %d rows for each class",
            key, rows, sub);
    eval->classes = rows / sub;
    return STATUS_OK;
}

static enum status read_label(const json_t *labels, size_t i, int classes, int *out, struct why *why)
{
    double value = 0;
    enum status status = read_number(labels, i, "labels", &value, why);
    if (status != STATUS_OK)
        return status;
    if (!(value >= 0 && value < classes) || value != floor(value))
        return why_set(
            why, STATUS_FAILED, "labels[%zu] is %g; give a whole number from 0 to %d", i, value, classes - 1);
    *out = (int)value;
    return STATUS_OK;
}

static enum status read_class_labels(const json_t *labels, struct eval *eval, struct why *why)
{
    int largest = 0;
    eval->label = malloc((size_t)eval->n * sizeof *eval->label);
    if (!eval->label)
        return why_set(why, STATUS_FAILED, "\"labels\" does not fit into memory; give fewer rows");
    enum status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < eval->n; i++) {
        status = read_label(labels, (size_t)i, eval->classes, &eval->label[i], why);
        if (status == STATUS_OK && eval->label[i] > largest)
            largest = eval->label[i];
    }
    if (eval->classes == LABEL_MAX)
        eval->classes = largest + 1;
    return status;
}

static enum status read_labels(const json_t *root, struct eval *eval, struct why *why)
{
    const json_t *labels = json_object_get(root, "labels");
    bool real = eval->force.loss->task == TASK_REAL;
    if (!json_is_array(labels))
        return why_set(why, STATUS_FAILED, "\"labels\" is %s; give a list of %d %s", kind_name(labels),
            eval->n, real ? "numbers" : "class numbers");
    if (json_array_size(labels) != (size_t)eval->n)
        return why_set(why, STATUS_FAILED, "labels has %zu entries; give %d, one for each row of features",
            json_array_size(labels), eval->n);
    return real ? read_new(root, "labels", eval->n, 0, &eval->target, why)
                : read_class_labels(labels, eval, why);
}

/* Which of its classes a sample has: n rows of 0 and 1. */
static enum status read_targets(const json_t *root, struct eval *eval, struct why *why)
{
    enum status status = read_new(root, "targets", eval->n, eval->classes, &eval->target, why);
    for (int i = 0; status == STATUS_OK && i < eval->n * eval->classes; i++)
        if (eval->target[i] != 0 && eval->target[i] != 1)
            status = why_set(why, STATUS_FAILED, "targets[%d][%d] is %g; give 0 or 1", i / eval->classes,
                i % eval->classes, eval->target[i]);
    return status;
}

static enum status read_weights(const json_t *root, struct eval *eval, struct why *why)
{
    int rows = loss_rows(&eval->force, eval->classes);
    if (rows)
        return read_new(root, "weights", rows, eval->dim, &eval->weight, why);
    if (!json_object_get(root, "weights"))
        return STATUS_OK;
    return why_set(
        why, STATUS_FAILED, "\"weights\" is given but %s has none; leave it out", eval->force.loss->id);
}

static enum status read_bias(const json_t *root, struct eval *eval, struct why *why)
{
    int count = loss_biases(eval->force.loss, eval->classes);
    if (!json_object_get(root, "bias") || eval->force.loss->extra == BLOCK_STRETCH)
        return STATUS_OK;
    if (!count)
        return why_set(
            why, STATUS_FAILED, "\"bias\" is given but %s has none; leave it out", eval->force.loss->id);
    eval->bias = true;
    return read_new(root, "bias", count, 0, &eval->offset, why);
}

static enum status read_extra(const json_t *root, struct eval *eval, struct why *why)
{
    struct eval_part part[EVAL_PARTS];
    int count = eval_parts(&eval->force, eval->dim, part);
    if (!count)
        return STATUS_OK;
    enum status status = reserve(&eval->extra, (size_t)loss_extra(&eval->force, eval->dim), part[0].key, why);
    double *at = eval->extra;
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        status = read_shape(root, part[i].key, part[i].size, at, why);
        at += eval_part_size(&part[i]);
    }
    return status;
}

static enum status read_centers(const json_t *root, struct eval *eval, struct why *why)
{
    if (!eval_has_term(&eval->force, "center") && !eval_has_term(&eval->force, "uniform"))
        return STATUS_OK;
    return read_new(root, "centers", eval->classes, eval->dim, &eval->center, why);
}

/* v of weighted_softmax, one a class; left out, all are 1. */
static enum status read_class_weights(const json_t *root, struct eval *eval, struct why *why)
{
    const json_t *params = json_object_get(root, "params");
    const struct loss *loss = eval->force.loss;
    for (int p = 0; p < loss_param_count(loss); p++) {
        if (loss->param[p].kind != PARAM_LIST || !json_object_get(params, loss->param[p].id))
            continue;
        enum status status = read_new(params, loss->param[p].id, eval->classes, 0, &eval->class_weight, why);
        for (int j = 0; status == STATUS_OK && j < eval->classes; j++)
            if (!(eval->class_weight[j] >= 0))
                return why_set(why, STATUS_FAILED, "%s[%d] is %g; give a number that is not negative",
                    loss->param[p].id, j, eval->class_weight[j]);
        return status;
    }
    return STATUS_OK;
}

static enum status read_arrays(const json_t *root, struct eval *eval, struct why *why)
{
    enum status status = read_features(root, eval, why);
    if (status == STATUS_OK)
        status = count_classes(root, eval, why);
    if (status == STATUS_OK)
        status = read_weights(root, eval, why);
    if (status == STATUS_OK)
        status = eval->force.loss->task == TASK_MULTI ? read_targets(root, eval, why)
                                                      : read_labels(root, eval, why);
    if (status == STATUS_OK)
        status = read_bias(root, eval, why);
    if (status == STATUS_OK)
        status = read_extra(root, eval, why);
    if (status == STATUS_OK)
        status = read_centers(root, eval, why);
    return status == STATUS_OK ? read_class_weights(root, eval, why) : status;
}

enum status eval_read(const json_t *root, struct eval *eval, struct why *why)
{
    if (!json_is_object(root))
        return why_set(why, STATUS_FAILED,
            "the case is %s; give an object with loss, params, features, labels "
            "and weights",
            kind_name(root));
    enum status status = read_loss(root, eval, why);
    if (status == STATUS_OK)
        status = read_own_params(root, eval, why);
    if (status == STATUS_OK)
        status = read_terms(root, eval, why);
    if (status == STATUS_OK)
        status = read_radius(root, eval, why);
    return status == STATUS_OK ? read_arrays(root, eval, why) : status;
}
