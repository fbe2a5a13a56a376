#include "app/eval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CASE_MAX = 256 << 20 };

/* ---- reading a case ---- */

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

static enum status read_loss(const json_t *root, struct eval *eval, struct why *why)
{
    const json_t *id = json_object_get(root, "loss");
    if (!json_is_string(id))
        return why_set(why, STATUS_FAILED, "\"loss\" is %s; give the id of a loss as text", kind_name(id));
    const struct loss *loss = loss_find(json_string_value(id));
    if (loss) {
        eval->force.loss = loss;
        return STATUS_OK;
    }
    char known[320] = "";
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

/* The formulas hold beyond the ranges that sliders and trainings keep to: any number that is not negative, and
 * for a whole-number row any from its smallest to 64 (psi has a branch for each). */
static bool param_in_case(const struct param *row, double value, double *stored)
{
    bool whole = row->kind == PARAM_INTEGER;
    double least = whole ? row->min : 0, most = whole ? 64 : 1e12;
    *stored = value;
    return value >= least && value <= most && (!whole || value == floor(value));
}

static enum status read_param(const json_t *params, const struct param *row, double *stored, struct why *why)
{
    const json_t *value = json_object_get(params, row->id);
    const char *wanted =
        row->kind == PARAM_INTEGER ? "a whole number from 1 to 64" : "a number from 0 to 1e12";
    if (!json_is_number(value))
        return why_set(
            why, STATUS_FAILED, "parameter \"%s\" is %s; give %s", row->id, kind_name(value), wanted);
    if (!param_in_case(row, json_number_value(value), stored))
        return why_set(
            why, STATUS_FAILED, "parameter \"%s\" is %g; give %s", row->id, json_number_value(value), wanted);
    return STATUS_OK;
}

static enum status read_params(const json_t *root, struct eval *eval, struct why *why)
{
    const struct loss *loss = eval->force.loss;
    const json_t *params = json_object_get(root, "params");
    if (params && !json_is_object(params))
        return why_set(why, STATUS_FAILED, "\"params\" is %s; give an object", kind_name(params));
    enum status status = refuse_unknown_params(params, loss, why);
    for (int i = 0; status == STATUS_OK && i < loss_param_count(loss); i++)
        status = read_param(params, &loss->param[i], &eval->force.param[i], why);
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

/* The number at value[i], where[i] in errors. */
static enum status read_number(const json_t *list, size_t i, const char *where, double *out, struct why *why)
{
    const json_t *value = json_array_get(list, i);
    if (!json_is_number(value))
        return why_set(why, STATUS_FAILED, "%s[%zu] is %s; give a number", where, i, kind_name(value));
    *out = json_number_value(value);
    return STATUS_OK;
}

static enum status read_row(const json_t *row, const char *where, size_t dim, double *out, struct why *why)
{
    if (!json_is_array(row))
        return why_set(
            why, STATUS_FAILED, "%s is %s; give a list of %zu numbers", where, kind_name(row), dim);
    if (json_array_size(row) != dim)
        return why_set(why, STATUS_FAILED, "%s has %zu numbers; give %zu as in the first row of features",
            where, json_array_size(row), dim);
    enum status status = STATUS_OK;
    for (size_t d = 0; status == STATUS_OK && d < dim; d++)
        status = read_number(row, d, where, &out[d], why);
    return status;
}

/* Rows of `dim` numbers each; `out` is malloc'ed, and the caller's to free even after a failure. */
static enum status read_rows(const json_t *root, const char *key, size_t dim, double **out, struct why *why)
{
    const json_t *rows = json_object_get(root, key);
    size_t count = json_array_size(rows);
    *out = malloc(count * dim * sizeof **out);
    if (!*out)
        return why_set(why, STATUS_FAILED, "\"%s\" does not fit into memory; give fewer rows", key);
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        char where[48];
        snprintf(where, sizeof where, "%s[%zu]", key, i);
        status = read_row(json_array_get(rows, i), where, dim, *out + i * dim, why);
    }
    return status;
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

static enum status read_labels(const json_t *root, struct eval *eval, struct why *why)
{
    const json_t *labels = json_object_get(root, "labels");
    if (!json_is_array(labels))
        return why_set(why, STATUS_FAILED, "\"labels\" is %s; give a list of %d class numbers",
            kind_name(labels), eval->n);
    if (json_array_size(labels) != (size_t)eval->n)
        return why_set(why, STATUS_FAILED, "labels has %zu entries; give %d, one for each row of features",
            json_array_size(labels), eval->n);
    eval->label = malloc((size_t)eval->n * sizeof *eval->label);
    if (!eval->label)
        return why_set(why, STATUS_FAILED, "\"labels\" does not fit into memory; give fewer rows");
    enum status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < eval->n; i++)
        status = read_label(labels, (size_t)i, eval->classes, &eval->label[i], why);
    return status;
}

static enum status read_bias(const json_t *root, struct eval *eval, struct why *why)
{
    const json_t *bias = json_object_get(root, "bias");
    if (!bias)
        return STATUS_OK;
    if (!eval->force.loss->has_bias)
        return why_set(
            why, STATUS_FAILED, "\"bias\" is given but %s has none; leave it out", eval->force.loss->id);
    if (!json_is_array(bias) || json_array_size(bias) != (size_t)eval->classes)
        return why_set(why, STATUS_FAILED,
            "\"bias\" has the wrong shape; give a list of %d numbers, one for "
            "each row of weights",
            eval->classes);
    eval->offset = malloc((size_t)eval->classes * sizeof *eval->offset);
    if (!eval->offset)
        return why_set(why, STATUS_FAILED, "\"bias\" does not fit into memory; give fewer classes");
    eval->bias = true;
    return read_row(bias, "bias", (size_t)eval->classes, eval->offset, why);
}

static enum status read_arrays(const json_t *root, struct eval *eval, struct why *why)
{
    int columns = 0;
    enum status status = measure(root, "features", &eval->n, &eval->dim, why);
    if (status == STATUS_OK)
        status = measure(root, "weights", &eval->classes, &columns, why);
    if (status == STATUS_OK)
        status = read_rows(root, "features", (size_t)eval->dim, &eval->feature, why);
    if (status == STATUS_OK)
        status = read_rows(root, "weights", (size_t)eval->dim, &eval->weight, why);
    if (status == STATUS_OK)
        status = read_labels(root, eval, why);
    if (status == STATUS_OK)
        status = read_bias(root, eval, why);
    return status;
}

static enum status read_case(const json_t *root, struct eval *eval, struct why *why)
{
    if (!json_is_object(root))
        return why_set(why, STATUS_FAILED,
            "the case is %s; give an object with loss, params, features, labels "
            "and weights",
            kind_name(root));
    enum status status = read_loss(root, eval, why);
    if (status == STATUS_OK)
        status = read_params(root, eval, why);
    if (status == STATUS_OK)
        status = read_radius(root, eval, why);
    return status == STATUS_OK ? read_arrays(root, eval, why) : status;
}

/* ---- the answer ---- */

static bool all_finite(const double *v, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(v[i]))
            return false;
    return true;
}

static bool answer_finite(const struct eval *eval)
{
    size_t n = (size_t)eval->n, dim = (size_t)eval->dim, classes = (size_t)eval->classes;
    return isfinite(eval->loss) && all_finite(eval->d_feature, n * dim) &&
           all_finite(eval->d_weight, classes * dim) && (!eval->bias || all_finite(eval->d_bias, classes));
}

static enum status answer(struct eval *eval, struct why *why)
{
    size_t n = (size_t)eval->n, dim = (size_t)eval->dim, classes = (size_t)eval->classes;
    double *work = malloc(loss_work(eval->n, eval->classes, eval->dim) * sizeof *work);
    eval->d_feature = malloc(n * dim * sizeof(double));
    eval->d_weight = malloc(classes * dim * sizeof(double));
    eval->d_bias = malloc(classes * sizeof(double));
    if (!work || !eval->d_feature || !eval->d_weight || !eval->d_bias) {
        free(work);
        return why_set(why, STATUS_FAILED, "the case does not fit into memory; give fewer rows");
    }
    struct head head = {
        .classes = eval->classes, .dim = eval->dim, .weight = eval->weight, .bias = eval->offset };
    struct batch batch = { .n = eval->n, .feature = eval->feature, .label = eval->label };
    struct grad grad = { .feature = eval->d_feature,
        .weight = eval->d_weight,
        .bias = eval->bias ? eval->d_bias : NULL,
        .work = work };
    eval->loss = loss_eval(&eval->force, &batch, &head, &grad);
    free(work);
    if (!answer_finite(eval))
        return why_set(
            why, STATUS_FAILED, "the result is too large for a number; use smaller features or weights");
    return STATUS_OK;
}

enum status eval_case(const json_t *root, struct eval *out, struct why *why)
{
    struct eval draft = { 0 };
    enum status status = read_case(root, &draft, why);
    if (status == STATUS_OK)
        status = answer(&draft, why);
    if (status == STATUS_OK)
        *out = draft;
    else
        eval_clear(&draft);
    return status;
}

void eval_clear(struct eval *eval)
{
    double *owned[] = { eval->feature, eval->weight, eval->offset, eval->d_feature, eval->d_weight,
        eval->d_bias };
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    free(eval->label);
    *eval = (struct eval){ 0 };
}

/* ---- writing ---- */

static void print_row(FILE *to, const double *v, int count)
{
    for (int i = 0; i < count; i++)
        fprintf(to, "%s%.17g", i ? ", " : "[", v[i]);
    fputs("]", to);
}

static void print_rows(FILE *to, const double *v, int rows, int columns)
{
    for (int i = 0; i < rows; i++) {
        fputs(i ? ",\n  " : "[\n  ", to);
        print_row(to, v + (size_t)i * (size_t)columns, columns);
    }
    fputs("]", to);
}

static void print_answer(FILE *to, const struct batch_view *batch)
{
    fprintf(to, "{\"loss\": %.17g,\n \"d_features\": ", batch->loss);
    print_rows(to, batch->d_feature, batch->n, batch->dim);
    fputs(",\n \"d_weights\": ", to);
    print_rows(to, batch->d_weight, batch->classes, batch->dim);
    if (batch->d_bias) {
        fputs(",\n \"d_bias\": ", to);
        print_row(to, batch->d_bias, batch->classes);
    }
    fputs("}", to);
}

static enum status finish(FILE *to, struct why *why)
{
    if (fflush(to) != 0 || ferror(to))
        return why_set(why, STATUS_FAILED, "could not be written; check that there is room on the disk");
    return STATUS_OK;
}

enum status eval_print(FILE *to, const struct eval *eval, struct why *why)
{
    struct batch_view view = { .force = eval->force,
        .n = eval->n,
        .dim = eval->dim,
        .classes = eval->classes,
        .loss = eval->loss,
        .d_feature = eval->d_feature,
        .d_weight = eval->d_weight,
        .d_bias = eval->bias ? eval->d_bias : NULL };
    print_answer(to, &view);
    fputs("\n", to);
    return finish(to, why);
}

static void print_params(FILE *to, const struct loss_force *force)
{
    const struct param *row = force->loss->param;
    fputs("\"params\": {", to);
    for (int i = 0; row[i].kind != PARAM_NONE; i++) {
        double value = row[i].kind == PARAM_INTEGER ? round(force->param[i]) : force->param[i];
        fprintf(to, "%s\"%s\": %.17g", i ? ", " : "", row[i].id, value);
    }
    fputs("}", to);
}

static void print_text(FILE *to, const char *text)
{
    json_t *string = json_string(text);
    char *quoted = string ? json_dumps(string, JSON_ENCODE_ANY) : NULL;
    fputs(quoted ? quoted : "\"\"", to);
    free(quoted);
    json_decref(string);
}

static void print_labels(FILE *to, const int *label, int n)
{
    for (int i = 0; i < n; i++)
        fprintf(to, "%s%d", i ? ", " : "[", label[i]);
    fputs("]", to);
}

enum status eval_write_case(FILE *to, const struct batch_view *batch, const char *note, struct why *why)
{
    const struct loss *loss = batch->force.loss;
    struct batch_view said = *batch;
    bool bias = loss->has_bias && batch->head.bias && batch->d_bias;
    said.d_bias = bias ? batch->d_bias : NULL;
    fprintf(to, "{\"loss\": \"%s\", \"note\": ", loss->id);
    print_text(to, note);
    fputs(",\n", to);
    print_params(to, &batch->force);
    if (batch->force.norm_radius && loss->radius == RADIUS_SCALE)
        fputs(", \"radius\": \"norm\"", to);
    fputs(",\n\"features\": ", to);
    print_rows(to, batch->feature, batch->n, batch->dim);
    fputs(",\n\"labels\": ", to);
    print_labels(to, batch->label, batch->n);
    fputs(",\n\"weights\": ", to);
    print_rows(to, batch->head.weight, batch->classes, batch->dim);
    if (bias) {
        fputs(",\n\"bias\": ", to);
        print_row(to, batch->head.bias, batch->classes);
    }
    fputs(",\n\"expect\": ", to);
    print_answer(to, &said);
    fputs(",\n\"tolerance\": 1e-9}\n", to);
    return finish(to, why);
}

/* ---- the command ---- */

/* Everything the stream holds, at most CASE_MAX bytes; free() it. NULL when it is longer or cannot be read. */
static char *read_all(FILE *from, size_t *size, const char **problem)
{
    size_t room = 1 << 16, used = 0;
    char *text = malloc(room);
    while (text) {
        used += fread(text + used, 1, room - used, from);
        if (used < room)
            break;
        room *= 2;
        char *larger = room <= CASE_MAX ? realloc(text, room) : NULL;
        if (!larger)
            free(text);
        text = larger;
    }
    *problem =
        text ? "cannot be read; check that it is a file" : "is too large; give a case of at most 256 MB";
    if (text && ferror(from)) {
        free(text);
        return NULL;
    }
    *size = used;
    return text;
}

static json_t *parse(FILE *from, const char *where, struct why *why)
{
    size_t size = 0;
    const char *problem = NULL;
    char *text = read_all(from, &size, &problem);
    if (!text) {
        why_set(why, STATUS_FAILED, "%s: %s", where, problem);
        return NULL;
    }
    json_error_t error;
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    free(text);
    if (!root)
        why_set(why, STATUS_FAILED, "%s:%d: not JSON, %s; correct the file there", where,
            error.line > 0 ? error.line : 1, error.text);
    return root;
}

static json_t *load(const char *path, const char *where, struct why *why)
{
    if (strcmp(path, "-") == 0)
        return parse(stdin, where, why);
    FILE *from = fopen(path, "rb");
    if (!from) {
        why_set(why, STATUS_FAILED, "%s: cannot be opened; check the name of the case", where);
        return NULL;
    }
    json_t *root = parse(from, where, why);
    fclose(from);
    return root;
}

/* Puts the file's name before the sentence. */
static enum status blame(const char *where, enum status status, struct why *why)
{
    struct why what = *why;
    return status == STATUS_OK ? status : why_set(why, status, "%.200s: %s", where, what.text);
}

static enum status run(const char *path, struct why *why)
{
    const char *where = strcmp(path, "-") == 0 ? "standard input" : *path ? path : "eval";
    json_t *root = load(path, where, why);
    if (!root)
        return STATUS_FAILED;
    struct eval eval = { 0 };
    enum status status = blame(where, eval_case(root, &eval, why), why);
    json_decref(root);
    if (status == STATUS_OK)
        status = blame("standard output", eval_print(stdout, &eval, why), why);
    eval_clear(&eval);
    return status;
}

int eval_main(const char *path)
{
    struct why why = { "" };
    enum status status = run(path, &why);
    if (status != STATUS_OK)
        fprintf(stderr, "marginscope: %s\n", why.text);
    return status;
}
