#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/eval_inner.h"
#include "app/json_read.h"

enum { CASE_MAX = 256 << 20 };

/* ---- what eval_read.c and eval_write.c both ask ---- */

int eval_parts(const struct loss_force *force, int dim, struct eval_part part[EVAL_PARTS])
{
    int groups = loss_extra(force, dim) / (dim + 1 + dim * dim);
    const struct eval_part stretch[] = { { "alpha", "d_alpha", { dim } }, { "bias", "d_bias", { 1 } } };
    const struct eval_part group[] = { { "v", "d_v", { groups, dim } }, { "e", "d_e", { groups } },
        { "a", "d_a", { groups, dim, dim } } };
    if (force->loss->extra == BLOCK_STRETCH)
        memcpy(part, stretch, sizeof stretch);
    else if (force->loss->extra == BLOCK_GROUP)
        memcpy(part, group, sizeof group);
    return force->loss->extra == BLOCK_STRETCH ? 2 : force->loss->extra == BLOCK_GROUP ? 3 : 0;
}

int eval_part_size(const struct eval_part *part)
{
    return part->size[0] * (part->size[1] ? part->size[1] : 1) * (part->size[2] ? part->size[2] : 1);
}

bool eval_has_term(const struct loss_force *force, const char *id)
{
    const struct loss *row = loss_find(id);
    int term = row ? term_find(row) : -1;
    return term >= 0 && force->added[term];
}

bool eval_has_param(const struct loss_force *force, const char *id)
{
    return loss_param_find(force->loss, id) >= 0;
}

/* ---- the answer ---- */

static bool all_finite(const double *v, size_t count)
{
    for (size_t i = 0; v && i < count; i++)
        if (!isfinite(v[i]))
            return false;
    return true;
}

/* Lengths of the arrays of a head, and so of its derivatives. */
struct lengths {
    size_t feature, weight, bias, extra, center;
};

static struct lengths lengths_of(const struct eval *eval)
{
    size_t dim = (size_t)eval->dim, rows = (size_t)loss_rows(&eval->force, eval->classes);
    return (struct lengths){ .feature = (size_t)eval->n * dim,
        .weight = rows * dim,
        .bias = (size_t)loss_biases(eval->force.loss, eval->classes),
        .extra = (size_t)loss_extra(&eval->force, eval->dim),
        .center = (size_t)eval->classes * dim };
}

static bool answer_finite(const struct eval *eval)
{
    struct lengths l = lengths_of(eval);
    return isfinite(eval->loss) && isfinite(eval->d_radius) && isfinite(eval->scale) &&
           all_finite(eval->d_feature, l.feature) && all_finite(eval->d_weight, l.weight) &&
           all_finite(eval->d_bias, l.bias) && all_finite(eval->d_extra, l.extra) &&
           all_finite(eval->d_center, l.center) && all_finite(eval->center_delta, l.center);
}

/* Room for the derivatives this loss has; false without memory. */
static bool reserve_answer(struct eval *eval)
{
    const struct loss *loss = eval->force.loss;
    struct lengths l = lengths_of(eval);
    const struct {
        double **array;
        size_t count;
        bool wanted;
    } row[] = { { &eval->d_feature, l.feature, true },
        { &eval->d_weight, l.weight, loss->weight != BLOCK_NONE }, { &eval->d_bias, l.bias, eval->bias },
        { &eval->d_extra, l.extra, l.extra > 0 },
        { &eval->d_center, l.center, eval_has_term(&eval->force, "uniform") },
        { &eval->center_delta, l.center, eval_has_term(&eval->force, "center") } };
    for (size_t i = 0; !loss->untrained && i < sizeof row / sizeof *row; i++) {
        *row[i].array = row[i].wanted ? calloc(row[i].count, sizeof(double)) : NULL;
        if (row[i].wanted && !*row[i].array)
            return false;
    }
    return true;
}

static void evaluate(struct eval *eval, double *work)
{
    struct head head = { .classes = eval->classes,
        .dim = eval->dim,
        .weight = eval->weight,
        .bias = eval->offset,
        .extra = eval->extra,
        .center = eval->center,
        .class_weight = eval->class_weight };
    struct batch batch = {
        .n = eval->n, .feature = eval->feature, .label = eval->label, .target = eval->target
    };
    struct grad grad = { .feature = eval->d_feature,
        .weight = eval->d_weight,
        .bias = eval->d_bias,
        .extra = eval->d_extra,
        .center = eval->d_center,
        .center_delta = eval->center_delta,
        .work = work };
    eval->loss = loss_eval(&eval->force, &batch, &head, &grad);
    eval->d_radius = grad.radius;
    eval->scale = grad.scale;
    eval->selected = grad.selected;
}

static enum status answer(struct eval *eval, struct why *why)
{
    double *work = malloc(loss_work(eval->n, eval->classes, eval->dim) * sizeof *work);
    if (!work || !reserve_answer(eval)) {
        free(work);
        return why_set(why, STATUS_FAILED, "the case does not fit into memory; give fewer rows");
    }
    evaluate(eval, work);
    free(work);
    if (!answer_finite(eval))
        return why_set(
            why, STATUS_FAILED, "the result is too large for a number; use smaller features or weights");
    return STATUS_OK;
}

enum status eval_case(const json_t *root, struct eval *out, struct why *why)
{
    struct eval draft = { 0 };
    enum status status = eval_read(root, &draft, why);
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
    double *owned[] = { eval->feature, eval->weight, eval->offset, eval->extra, eval->center,
        eval->class_weight, eval->target, eval->d_feature, eval->d_weight, eval->d_bias, eval->d_extra,
        eval->d_center, eval->center_delta };
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    free(eval->label);
    *eval = (struct eval){ 0 };
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
    /* whole numbers as reals: they may be longer than any integer */
    json_t *root = json_read(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
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
