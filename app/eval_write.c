/* eval_write.c - an answer, or a whole case with its answer, as JSON. */
#include <math.h>
#include <stdlib.h>

#include "app/eval_inner.h"

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

/* "key": rows, after something else of the object; NULL: nothing. */
static void put_rows(FILE *to, const char *key, const double *v, int rows, int columns)
{
    if (!v)
        return;
    fprintf(to, ",\n \"%s\": ", key);
    print_rows(to, v, rows, columns);
}

static void put_row(FILE *to, const char *key, const double *v, int count)
{
    if (!v)
        return;
    fprintf(to, ",\n \"%s\": ", key);
    print_row(to, v, count);
}

static void put_cube(FILE *to, const char *key, const double *v, const int size[3])
{
    fprintf(to, ",\n \"%s\": ", key);
    for (int g = 0; g < size[0]; g++) {
        fputs(g ? ",\n  " : "[\n  ", to);
        print_rows(to, v + (size_t)g * (size_t)size[1] * (size_t)size[2], size[1], size[2]);
    }
    fputs("]", to);
}

/* The pieces of head.extra, or of its derivative. */
static void put_extra(FILE *to, const struct loss_force *force, int dim, const double *v, bool derivative)
{
    struct eval_part part[EVAL_PARTS];
    int count = v ? eval_parts(force, dim, part) : 0;
    for (int i = 0; i < count; i++) {
        const char *key = derivative ? part[i].d_key : part[i].key;
        if (part[i].size[2])
            put_cube(to, key, v, part[i].size);
        else if (part[i].size[1])
            put_rows(to, key, v, part[i].size[0], part[i].size[1]);
        else
            put_row(to, key, v, part[i].size[0]);
        v += eval_part_size(&part[i]);
    }
}

/* Does this batch have a bias to speak of: the loss has one, and it is in use. */
static bool with_bias(const struct batch_view *b)
{
    return loss_biases(b->force.loss, b->classes) > 0 && b->head.bias;
}

static void print_answer(FILE *to, const struct batch_view *b)
{
    const struct loss_force *force = &b->force;
    fprintf(to, "{\"loss\": %.17g", b->loss);
    if (!force->loss->untrained) {
        put_rows(to, "d_features", b->d_feature, b->n, b->dim);
        if (loss_rows(force, b->classes))
            put_rows(to, "d_weights", b->d_weight, loss_rows(force, b->classes), b->dim);
        if (with_bias(b))
            put_row(to, "d_bias", b->d_bias, loss_biases(force->loss, b->classes));
        put_extra(to, force, b->dim, b->d_extra, true);
    }
    if (eval_has_term(force, "center"))
        put_rows(to, "center_delta", b->center_delta, b->classes, b->dim);
    if (eval_has_term(force, "uniform"))
        put_rows(to, "d_centers", b->d_center, b->classes, b->dim);
    if (eval_has_term(force, "ring"))
        fprintf(to, ",\n \"d_radius\": %.17g", b->d_radius);
    if (eval_has_param(force, "s_prev"))
        fprintf(to, ",\n \"scale\": %.17g", b->scale);
    if (eval_has_param(force, "mining"))
        fprintf(to, ",\n \"triplets\": %ld", b->selected);
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
        .head = { .bias = eval->offset },
        .loss = eval->loss,
        .d_feature = eval->d_feature,
        .d_weight = eval->d_weight,
        .d_bias = eval->d_bias,
        .d_extra = eval->d_extra,
        .center_delta = eval->center_delta,
        .d_center = eval->d_center,
        .d_radius = eval->d_radius,
        .scale = eval->scale,
        .selected = eval->selected };
    print_answer(to, &view);
    fputs("\n", to);
    return finish(to, why);
}

static void print_class_weights(FILE *to, const struct head *head)
{
    for (int j = 0; j < head->classes; j++)
        fprintf(to, "%s%.17g", j ? ", " : "[", head->class_weight ? head->class_weight[j] : 1.0);
    fputs("]", to);
}

static void print_param(FILE *to, const struct param *row, double value, const struct head *head)
{
    switch (row->kind) {
    case PARAM_CHOICE:
        fprintf(to, "\"%s\"", row->choice[lround(value)]);
        break;
    case PARAM_BOOL:
        fputs(value != 0 ? "true" : "false", to);
        break;
    case PARAM_LIST:
        print_class_weights(to, head);
        break;
    default:
        fprintf(to, "%.17g", row->kind == PARAM_INTEGER ? round(value) : value);
    }
}

static void print_params(FILE *to, const struct param *row, const double *value, const struct head *head)
{
    fputs("{", to);
    for (int i = 0; row[i].kind != PARAM_NONE; i++) {
        fprintf(to, "%s\"%s\": ", i ? ", " : "", row[i].id);
        print_param(to, &row[i], value[i], head);
    }
    fputs("}", to);
}

/* "add": what is on top of the loss. */
static void put_terms(FILE *to, const struct batch_view *b)
{
    const char *before = ",\n\"add\": {";
    for (int i = 0; i < term_count(); i++) {
        if (!b->force.added[i])
            continue;
        fprintf(to, "%s\"%s\": ", before, term_at(i)->id);
        print_params(to, term_at(i)->param, b->force.term[i], &b->head);
        before = ", ";
    }
    if (before[0] == ',' && before[1] == ' ')
        fputs("}", to);
}

/* False without memory. */
static bool print_text(FILE *to, const char *text)
{
    json_t *string = json_string(text);
    char *quoted = string ? json_dumps(string, JSON_ENCODE_ANY) : NULL;
    fputs(quoted ? quoted : "\"\"", to);
    json_decref(string);
    free(quoted);
    return quoted != NULL;
}

static void put_labels(FILE *to, const struct batch_view *b)
{
    if (b->force.loss->task == TASK_MULTI) {
        put_rows(to, "targets", b->target, b->n, b->classes);
        return;
    }
    if (b->force.loss->task == TASK_REAL) {
        put_row(to, "labels", b->target, b->n);
        return;
    }
    fputs(",\n \"labels\": ", to);
    for (int i = 0; i < b->n; i++)
        fprintf(to, "%s%d", i ? ", " : "[", b->label[i]);
    fputs("]", to);
}

static void put_head(FILE *to, const struct batch_view *b)
{
    int rows = loss_rows(&b->force, b->classes);
    if (rows)
        put_rows(to, "weights", b->head.weight, rows, b->dim);
    if (with_bias(b))
        put_row(to, "bias", b->head.bias, loss_biases(b->force.loss, b->classes));
    put_extra(to, &b->force, b->dim, b->head.extra, false);
    if (eval_has_term(&b->force, "center") || eval_has_term(&b->force, "uniform"))
        put_rows(to, "centers", b->head.center, b->classes, b->dim);
}

enum status eval_write_case(FILE *to, const struct batch_view *batch, const char *note, struct why *why)
{
    const struct loss *loss = batch->force.loss;
    fprintf(to, "{\"loss\": \"%s\", \"note\": ", loss->id);
    if (!print_text(to, note))
        return why_set(why, STATUS_FAILED, "case: not enough memory; close other programs");
    fputs(",\n\"params\": ", to);
    print_params(to, loss->param, batch->force.param, &batch->head);
    put_terms(to, batch);
    if (batch->force.norm_radius && loss->radius == RADIUS_SCALE)
        fputs(", \"radius\": \"norm\"", to);
    put_rows(to, "features", batch->feature, batch->n, batch->dim);
    put_labels(to, batch);
    put_head(to, batch);
    fputs(",\n\"expect\": ", to);
    print_answer(to, batch);
    fputs(",\n\"tolerance\": 1e-9}\n", to);
    return finish(to, why);
}
