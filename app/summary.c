#include "app/summary.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FREE_POINTS_MAX = 5000, CHUNK = 1024 };

/* NaN, "does not exist", is null. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *params_json(const struct loss *loss, const double *value)
{
    json_t *params = json_object();
    for (int i = 0; i < loss_param_count(loss); i++) {
        bool whole = loss->param[i].kind == PARAM_INTEGER || loss->param[i].kind == PARAM_BOOL;
        json_object_set_new(
            params, loss->param[i].id, whole ? json_integer((json_int_t)lround(value[i])) : number(value[i]));
    }
    return params;
}

static void put_identity(json_t *root, const struct summary *s)
{
    const struct experiment *e = s->experiment;
    json_object_set_new(root, "loss", json_string(experiment_loss(e)->id));
    json_object_set_new(root, "params", params_json(experiment_loss(e), e->param[e->loss]));
    json_object_set_new(root, "dataset", json_string(s->dataset));
    json_object_set_new(root, "model", json_string(model_id(e->model)));
    json_object_set_new(root, "seed", json_integer((json_int_t)e->seed));
    json_object_set_new(root, "steps", json_integer(s->steps));
    json_object_set_new(root, "epochs", number(s->epochs));
}

static void put_evaluation(json_t *root, const struct evaluation *v)
{
    const struct {
        const char *name;
        double value;
    } row[] = { { "train_loss", v->train_loss }, { "test_loss", v->test_loss },
        { "train_accuracy", v->train_accuracy }, { "test_accuracy", v->test_accuracy },
        { "margin_accuracy", v->margin_accuracy }, { "intra_angle_deg", v->intra_angle_deg },
        { "inter_angle_deg", v->inter_angle_deg }, { "eer", v->eer } };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        json_object_set_new(root, row[i].name, number(row[i].value));
}

static void put_timing(json_t *root, const struct summary *s)
{
    json_object_set_new(
        root, "steps_per_s", s->train_s > 0 ? number((double)s->steps / s->train_s) : json_null());
    json_object_set_new(
        root, "samples_per_s", s->train_s > 0 ? number(s->samples / s->train_s) : json_null());
    json_object_set_new(root, "wall_s", number(s->wall_s));
    json_object_set_new(root, "peak_rss_kb", json_integer(s->peak_rss_kb));
}

static void put_extras(json_t *root, const struct summary *s)
{
    json_object_set_new(root, "in_force", params_json(s->force.loss, s->force.param));
    json_object_set_new(root, "min_gap_deg", number(s->evaluation.min_gap_deg));
    if (s->holdout)
        json_object_set_new(root, "eer_open", number(s->evaluation.eer_open));
    json_object_set_new(root, "diverged", json_boolean(s->diverged));
    if (!s->diverged)
        return;
    json_object_set_new(root, "diverged_step", json_integer(s->steps));
    json_object_set_new(root, "message",
        json_string("the training diverged; these are the numbers of the last finite state"));
}

enum status summary_print(FILE *to, const struct summary *s, struct why *why)
{
    json_t *root = json_object();
    put_identity(root, s);
    put_evaluation(root, &s->evaluation);
    put_timing(root, s);
    put_extras(root, s);
    bool done =
        root && json_dumpf(root, to, JSON_INDENT(2) | JSON_REAL_PRECISION(12)) == 0 && fputc('\n', to) != EOF;
    json_decref(root);
    if (!done)
        return why_set(
            why, STATUS_FAILED, "stdout: the summary could not be written; make room there and try again");
    return STATUS_OK;
}

void metrics_add_loss(struct metrics_columns *columns, const struct loss *loss)
{
    for (int i = 0; i < loss_param_count(loss); i++) {
        const char *id = loss->param[i].id;
        bool known = false;
        for (int k = 0; k < columns->count; k++)
            known = known || strcmp(columns->param[k], id) == 0;
        if (!known && columns->count < METRICS_PARAMS)
            columns->param[columns->count++] = id;
    }
}

void metrics_write_header(FILE *to, const struct metrics_columns *columns)
{
    fputs("step,epoch,train_loss,test_loss,train_accuracy,test_accuracy,margin_accuracy,intra_angle_deg,"
          "inter_angle_deg,lr",
        to);
    for (int i = 0; i < columns->count; i++)
        fprintf(to, ",param.%s", columns->param[i]);
    fputc('\n', to);
}

static void put_cell(FILE *to, double value)
{
    if (isfinite(value))
        fprintf(to, ",%.10g", value);
    else
        fputc(',', to);
}

void metrics_write_row(FILE *to, const struct metrics_columns *columns, const struct trainer *trainer,
    const struct evaluation *v)
{
    const double cell[] = { trainer_epoch(trainer), v->train_loss, v->test_loss, v->train_accuracy,
        v->test_accuracy, v->margin_accuracy, v->intra_angle_deg, v->inter_angle_deg,
        trainer_experiment(trainer)->lr };
    fprintf(to, "%ld", trainer_steps(trainer));
    for (size_t i = 0; i < sizeof cell / sizeof *cell; i++)
        put_cell(to, cell[i]);
    struct loss_force force = trainer_force(trainer);
    for (int i = 0; i < columns->count; i++) {
        int param = loss_param_find(force.loss, columns->param[i]);
        put_cell(to, param < 0 ? NAN : force.param[param]);
    }
    fputc('\n', to);
}

int summary_rows(const struct experiment *e, const struct dataset *data)
{
    if (e->model != MODEL_FREE)
        return data->train + data->test + data->holdout;
    return data->train < FREE_POINTS_MAX ? data->train : FREE_POINTS_MAX;
}

/* A field of a CSV file, quoted where it must be. */
static void put_name(FILE *to, const char *name)
{
    if (!strpbrk(name, ",\"\r\n")) {
        fputs(name, to);
        return;
    }
    fputc('"', to);
    for (; *name; name++) {
        if (*name == '"')
            fputc('"', to);
        fputc(*name, to);
    }
    fputc('"', to);
}

static const char *part_name(const struct dataset *data, int row)
{
    return row < data->train ? "train" : row < data->train + data->test ? "test" : "holdout";
}

static void put_feature_row(
    FILE *to, const struct dataset *data, int row, int predicted, const float *feature, int dim)
{
    const char *part = part_name(data, row);
    fprintf(to, "%s,%d,", part, data->index[row]);
    put_name(to, data->class_name[data->label[row]]);
    fputc(',', to);
    if (strcmp(part, "holdout") != 0)
        put_name(to, data->class_name[predicted]);
    for (int d = 0; d < dim; d++)
        fprintf(to, ",%.9g", (double)feature[d]);
    fputc('\n', to);
}

enum status features_write(FILE *to, struct trainer *trainer, const struct dataset *data, struct why *why)
{
    const struct experiment *e = trainer_experiment(trainer);
    int dim = e->model == MODEL_IDENTITY ? data->dim : e->feature_dim;
    int rows = e->model == MODEL_FREE ? data->train : data->train + data->test + data->holdout;
    float *feature = malloc(sizeof *feature * CHUNK * (size_t)dim);
    int *predicted = malloc(sizeof *predicted * CHUNK);
    fputs("split,index,label,predicted", to);
    for (int d = 0; d < dim; d++)
        fprintf(to, ",f%d", d);
    fputc('\n', to);
    for (int from = 0; feature && predicted && from < rows; from += CHUNK) {
        int n = rows - from < CHUNK ? rows - from : CHUNK;
        trainer_features(trainer, from, n, feature, predicted);
        for (int i = 0; i < n; i++)
            if (predicted[i] >= 0) /* of a large set only a part has free points */
                put_feature_row(to, data, from + i, predicted[i], feature + (size_t)i * (size_t)dim, dim);
    }
    bool failed = !feature || !predicted;
    free(feature);
    free(predicted);
    if (failed)
        return why_set(why, STATUS_FAILED, "features: out of memory; close other programs and try again");
    return STATUS_OK;
}

void weights_write(FILE *to, const struct trainer *trainer, const struct dataset *data)
{
    const struct experiment *e = trainer_experiment(trainer);
    int dim = e->model == MODEL_IDENTITY ? data->dim : e->feature_dim;
    const double *weight = trainer_weights(trainer), *bias = trainer_bias(trainer);
    fputs("class", to);
    for (int d = 0; d < dim; d++)
        fprintf(to, ",w%d", d);
    fputs(",bias\n", to);
    for (int c = 0; c < data->classes; c++) {
        put_name(to, data->class_name[c]);
        for (int d = 0; d < dim; d++)
            fprintf(to, ",%.9g", weight[c * dim + d]);
        put_cell(to, bias ? bias[c] : NAN);
        fputc('\n', to);
    }
}
