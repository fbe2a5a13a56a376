#include "app/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/json_put.h"

enum { FREE_POINTS_MAX = 5000, CHUNK = 16384 };

/* NaN, "does not exist", is null. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* As --set takes it: choices and lists by their text. */
static json_t *param_json(const struct experiment *e, const struct loss *loss, int i, double value)
{
    const struct param *param = &loss->param[i];
    char key[80], text[EXPERIMENT_PATH] = "";
    switch (param->kind) {
    case PARAM_CHOICE:
        return json_string(param->choice[lround(value)]);
    case PARAM_LIST:
        snprintf(key, sizeof key, "%s.%s", loss->id, param->id);
        experiment_get(e, key, text, sizeof text);
        return json_string(text);
    case PARAM_BOOL:
        return json_boolean(value != 0);
    case PARAM_INTEGER:
        return json_integer((json_int_t)lround(value));
    default:
        return number(value);
    }
}

static json_t *params_json(const struct experiment *e, const struct loss *loss, const double *value)
{
    json_t *params = json_object();
    for (int i = 0; i < loss_param_count(loss); i++)
        json_put(&params, loss->param[i].id, param_json(e, loss, i, value[i]));
    return params;
}

/* The terms on top, with the numbers in force. */
static json_t *added_json(const struct experiment *e, const struct loss_force *force)
{
    json_t *added = json_object();
    for (int i = 0; i < term_count(); i++)
        if (force->added[i])
            json_put(&added, term_at(i)->id, params_json(e, term_at(i), force->term[i]));
    return added;
}

static void put_identity(json_t **root, const struct summary *s)
{
    const struct experiment *e = s->experiment;
    json_put(root, "loss", json_string(experiment_loss(e)->id));
    json_put(root, "params", params_json(e, experiment_loss(e), e->param[e->loss]));
    json_put(root, "dataset", json_text(s->dataset));
    json_put(root, "model", json_string(model_id(e->model)));
    json_put(root, "seed", json_integer((json_int_t)e->seed));
    json_put(root, "steps", json_integer(s->steps));
    json_put(root, "epochs", number(s->epochs));
}

static void put_evaluation(json_t **root, const struct evaluation *v)
{
    const struct {
        const char *name;
        double value;
    } row[] = { { "train_loss", v->train_loss }, { "test_loss", v->test_loss },
        { "train_accuracy", v->train_accuracy }, { "test_accuracy", v->test_accuracy },
        { "margin_accuracy", v->margin_accuracy }, { "intra_angle_deg", v->intra_angle_deg },
        { "inter_angle_deg", v->inter_angle_deg }, { "eer", v->eer } };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        json_put(root, row[i].name, number(row[i].value));
}

static void put_timing(json_t **root, const struct summary *s)
{
    json_put(root, "steps_per_s",
        s->train_s > 0 ? number((double)(s->steps - s->began) / s->train_s) : json_null());
    json_put(root, "samples_per_s", s->train_s > 0 ? number(s->samples / s->train_s) : json_null());
    json_put(root, "wall_s", number(s->wall_s));
    json_put(root, "peak_rss_kb", json_integer(s->peak_rss_kb));
}

static json_t *tar_json(const double *tar)
{
    static const char *const far[VERIFICATION_FARS] = { "0.1", "0.01", "0.001" };
    json_t *object = json_object();
    for (int f = 0; f < VERIFICATION_FARS; f++)
        json_put(&object, far[f], number(tar[f]));
    return object;
}

static void put_varied(json_t **root, const struct summary *s)
{
    json_t *varied = json_object();
    for (int i = 0; i < 2 && s->varied[i]; i++)
        json_put(&varied, s->varied[i], json_text(s->value[i]));
    if (s->varied[0])
        json_put(root, "varied", varied);
    else
        json_decref(varied);
}

static json_t *notes_json(const struct summary *s)
{
    json_t *notes = json_array();
    for (int i = 0; i < s->note_count; i++)
        json_add(
            &notes, json_pack("{s:I, s:s}", "step", (json_int_t)s->note[i].step, "text", s->note[i].text));
    return notes;
}

static json_t *coach_json(const struct summary *s)
{
    json_t *coach = json_array();
    for (int i = 0; i < s->coach_count; i++)
        json_add(&coach, json_pack("{s:I, s:s, s:s}", "step", (json_int_t)s->coach[i].step, "kind",
                             coach_id(s->coach_kind[i]), "text", s->coach[i].text));
    return coach;
}

static void put_extras(json_t **root, const struct summary *s)
{
    json_put(root, "added", added_json(s->experiment, &s->force));
    json_put(root, "in_force", params_json(s->experiment, s->force.loss, s->force.param));
    json_put(root, "min_gap_deg", number(s->evaluation.min_gap_deg));
    if (s->holdout)
        json_put(root, "eer_open", number(s->evaluation.eer_open));
    json_put(root, "tar_at_far", tar_json(s->evaluation.tar));
    if (s->holdout)
        json_put(root, "tar_at_far_open", tar_json(s->evaluation.tar_open));
    json_put(root, "rank1", number(s->evaluation.rank1));
    json_put(root, "unknown", number(s->evaluation.unknown));
    if (s->holdout)
        json_put(root, "stranger_accepted", number(s->evaluation.stranger_accepted));
    put_varied(root, s);
    json_put(root, "notes", notes_json(s));
    json_put(root, "coach", coach_json(s));
    json_put(root, "diverged", json_boolean(s->diverged));
    if (!s->diverged)
        return;
    json_put(root, "diverged_step", json_integer(s->steps));
    json_put(root, "message",
        json_string("the training diverged; these are the numbers of the last finite state"));
}

enum status summary_print(FILE *to, const struct summary *s, struct why *why)
{
    json_t *root = json_object();
    put_identity(&root, s);
    put_evaluation(&root, &s->evaluation);
    put_timing(&root, s);
    put_extras(&root, s);
    bool done =
        root && json_dumpf(root, to, JSON_INDENT(2) | JSON_REAL_PRECISION(12)) == 0 && fputc('\n', to) != EOF;
    json_decref(root);
    if (!done)
        return why_set(
            why, STATUS_FAILED, "stdout: the summary could not be written; make room there and try again");
    return STATUS_OK;
}

static void add_columns(struct metrics_columns *columns, const struct loss *loss, int term)
{
    for (int i = 0; i < loss_param_count(loss); i++) {
        const char *id = loss->param[i].id;
        bool known = false;
        for (int k = 0; k < columns->count; k++)
            known = known || (columns->column[k].term == term && strcmp(columns->column[k].param, id) == 0);
        if (!known && columns->count < METRICS_PARAMS)
            columns->column[columns->count++] = (struct metrics_column){ .param = id, .term = term };
    }
}

void metrics_add(struct metrics_columns *columns, const struct experiment *e)
{
    add_columns(columns, experiment_loss(e), -1);
    for (int i = 0; i < term_count(); i++)
        if (e->added[i])
            add_columns(columns, term_at(i), i);
}

void metrics_write_header(FILE *to, const struct metrics_columns *columns)
{
    fputs("step,epoch,train_loss,test_loss,train_accuracy,test_accuracy,margin_accuracy,intra_angle_deg,"
          "inter_angle_deg,lr",
        to);
    for (int i = 0; i < columns->count; i++) {
        const struct metrics_column *c = &columns->column[i];
        fprintf(
            to, ",param.%s%s%s", c->term < 0 ? "" : term_at(c->term)->id, c->term < 0 ? "" : ".", c->param);
    }
    fputc('\n', to);
}

static void put_cell(FILE *to, double value)
{
    if (isfinite(value))
        fprintf(to, ",%.10g", value);
    else
        fputc(',', to);
}

/* A parameter in force, empty while its loss or term is not in use. */
static void put_param(FILE *to, const struct metrics_column *c, const struct trainer *trainer)
{
    struct loss_force force = trainer_force(trainer);
    bool used = c->term < 0 || force.added[c->term];
    const struct loss *loss = c->term < 0 ? force.loss : term_at(c->term);
    int i = used ? loss_param_find(loss, c->param) : -1;
    double value = i < 0 ? NAN : c->term < 0 ? force.param[i] : force.term[c->term][i];
    char text[EXPERIMENT_PATH] = "";
    if (i >= 0 && loss->param[i].kind == PARAM_CHOICE)
        fprintf(to, ",%s", loss->param[i].choice[lround(value)]);
    else if (i >= 0 && loss->param[i].kind == PARAM_LIST &&
             experiment_get(trainer_experiment(trainer), c->param, text, sizeof text))
        fprintf(to, ",%s", text);
    else
        put_cell(to, value);
}

void metrics_write_row(FILE *to, const struct metrics_columns *columns, const struct trainer *trainer,
    const struct evaluation *v)
{
    const double cell[] = { trainer_epoch(trainer), v->train_loss, v->test_loss, v->train_accuracy,
        v->test_accuracy, v->margin_accuracy, v->intra_angle_deg, v->inter_angle_deg,
        experiment_rate(trainer_experiment(trainer)) };
    fprintf(to, "%ld", trainer_steps(trainer));
    for (size_t i = 0; i < sizeof cell / sizeof *cell; i++)
        put_cell(to, cell[i]);
    for (int i = 0; i < columns->count; i++)
        put_param(to, &columns->column[i], trainer);
    fputc('\n', to);
}

int summary_rows(const struct experiment *e, const struct dataset *data)
{
    if (e->model != MODEL_FREE)
        return data->train + data->test + data->holdout;
    return data->train < FREE_POINTS_MAX ? data->train : FREE_POINTS_MAX;
}

/* A field of a CSV file, quoted where it must be. */
void csv_name(FILE *to, const char *name)
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

/* Samples as features.csv tells of them: what their labels are, and the head that decides. */
struct sheet {
    const struct dataset *data;
    struct loss_force force;
    struct head head;
    int dim;
};

/* "a|c": every class j with member(sheet, at, j). */
static void put_classes(FILE *to, const struct sheet *sheet, const void *at,
    bool (*member)(const struct sheet *sheet, const void *at, int j))
{
    char list[4096] = "";
    size_t used = 0;
    for (int j = 0; j < sheet->data->classes && used < sizeof list; j++)
        if (member(sheet, at, j))
            used += (size_t)snprintf(
                list + used, sizeof list - used, "%s%s", used ? "|" : "", sheet->data->class_name[j]);
    csv_name(to, list);
}

static bool has_target(const struct sheet *sheet, const void *target, int j)
{
    (void)sheet;
    return ((const float *)target)[j] != 0;
}

static bool has_score(const struct sheet *sheet, const void *feature, int j)
{
    const struct head *head = &sheet->head;
    const double *w = head->weight + (size_t)j * (size_t)sheet->dim;
    double z = head->bias ? head->bias[j] : 0;
    for (int d = 0; d < sheet->dim; d++)
        z += w[d] * (double)((const float *)feature)[d];
    return z > 0;
}

static void put_label(FILE *to, const struct sheet *sheet, int row)
{
    const struct dataset *data = sheet->data;
    enum loss_task task = sheet->force.loss->task;
    if (task == TASK_REAL && data->target)
        fprintf(to, "%.9g", (double)data->target[row]);
    else if (task == TASK_MULTI && data->target)
        put_classes(to, sheet, data->target + (size_t)row * (size_t)data->targets, has_target);
    else
        csv_name(to, data->class_name[data->label[row]]);
}

void csv_label(FILE *to, const struct dataset *data, const struct loss_force *force, int row)
{
    struct sheet sheet = { .data = data, .force = *force };
    put_label(to, &sheet, row);
}

/* Nothing for classes that were never trained, and where a number is fitted and no class decided. */
static void put_predicted(FILE *to, const struct sheet *sheet, int row, int predicted, const float *feature)
{
    enum loss_decision decision = loss_decision(&sheet->force);
    if (row >= sheet->data->train + sheet->data->test || decision == DECIDE_NOTHING)
        return;
    if (decision == DECIDE_EACH)
        put_classes(to, sheet, feature, has_score);
    else
        csv_name(to, sheet->data->class_name[predicted]);
}

static void put_feature_row(FILE *to, const struct sheet *sheet, int row, int predicted, const float *feature)
{
    fprintf(to, "%s,%d,", part_name(sheet->data, row), sheet->data->index[row]);
    put_label(to, sheet, row);
    fputc(',', to);
    put_predicted(to, sheet, row, predicted, feature);
    for (int d = 0; d < sheet->dim; d++)
        fprintf(to, ",%.9g", (double)feature[d]);
    fputc('\n', to);
}

static void put_header(FILE *to, const char *first, const char *letter, int dim, const char *last)
{
    fputs(first, to);
    for (int d = 0; d < dim; d++)
        fprintf(to, ",%s%d", letter, d);
    fprintf(to, "%s\n", last);
}

static int feature_dim(const struct trainer *trainer, const struct dataset *data)
{
    const struct experiment *e = trainer_experiment(trainer);
    return e->model == MODEL_IDENTITY ? data->dim : e->feature_dim;
}

enum status features_write(FILE *to, struct trainer *trainer, const struct dataset *data, struct why *why)
{
    bool free_points = trainer_experiment(trainer)->model == MODEL_FREE;
    struct sheet sheet = { .data = data, .force = trainer_force(trainer), .dim = feature_dim(trainer, data) };
    int rows = free_points ? data->train : data->train + data->test + data->holdout;
    float *feature = malloc(sizeof *feature * CHUNK * (size_t)sheet.dim);
    int *predicted = malloc(sizeof *predicted * CHUNK);
    put_header(to, "split,index,label,predicted", "f", sheet.dim, "");
    for (int from = 0; feature && predicted && from < rows; from += CHUNK) {
        int n = rows - from < CHUNK ? rows - from : CHUNK;
        trainer_features(trainer, from, n, feature, predicted);
        if (loss_decision(&sheet.force) == DECIDE_EACH)
            sheet.head = trainer_rule(trainer);
        for (int i = 0; i < n; i++)
            if (predicted[i] >= 0) /* of a large set only a part has free points */
                put_feature_row(to, &sheet, from + i, predicted[i], feature + (size_t)i * (size_t)sheet.dim);
    }
    bool failed = !feature || !predicted;
    free(feature);
    free(predicted);
    if (failed)
        return why_set(why, STATUS_FAILED, "features: out of memory; close other programs and try again");
    return STATUS_OK;
}

/* w and b of a score from the two rows +-w/2 of its rule; any other row as it is. */
static double rule_number(const double *v, size_t row, size_t dim, size_t d, bool score)
{
    return score ? v[dim + d] - v[d] : v[row * dim + d];
}

static void put_weight_row(FILE *to, const struct head *rule, const struct loss *loss, size_t row)
{
    bool score = loss->task == TASK_SCORE, shared = loss->bias == BLOCK_SHARED_BIAS;
    for (size_t d = 0; d < (size_t)rule->dim; d++)
        fprintf(to, ",%.9g", rule_number(rule->weight, row, (size_t)rule->dim, d, score));
    bool bias = loss->bias != BLOCK_NONE && rule->bias;
    put_cell(to, bias ? rule_number(rule->bias, shared ? 0 : row, 1, 0, score) : NAN);
    fputc('\n', to);
}

/* "7", or "7.2" where a class has several rows. */
static void put_row_name(FILE *to, const struct dataset *data, int row, int sub)
{
    char name[DATASET_CLASS_NAME + 16];
    if (sub == 1)
        snprintf(name, sizeof name, "%s", data->class_name[row]);
    else
        snprintf(name, sizeof name, "%s.%d", data->class_name[row / sub], row % sub);
    csv_name(to, name);
}

void weights_write(FILE *to, struct trainer *trainer, const struct dataset *data)
{
    struct loss_force force = trainer_force(trainer);
    struct head rule = trainer_rule(trainer);
    bool one = force.loss->weight == BLOCK_SCORE;
    int sub = loss_sub(&force), rows = one ? 1 : data->classes * sub;
    put_header(to, "class", "w", rule.dim, ",bias");
    for (int row = 0; row < rows; row++) {
        if (one)
            fputs(force.loss->task == TASK_SCORE ? "score" : "fit", to);
        else
            put_row_name(to, data, row, sub);
        put_weight_row(to, &rule, force.loss, (size_t)row);
    }
}
