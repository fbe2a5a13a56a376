/* What the data at hand can teach: refusals that need both the settings and the data. */
#include <stdio.h>

#include "math/draw.h"
#include "math/trainer_state.h"

/* Names of two classes to write after --classes: digits that look alike where there are ten. */
static void two_classes(const struct dataset *data, char *text, size_t size)
{
    int first = data->classes >= 10 ? 4 : 0, second = data->classes >= 10 ? 9 : 1;
    snprintf(text, size, "%.20s,%.20s", data->class_name[first], data->class_name[second]);
}

static enum status check_pictures(const struct experiment *e, const struct dataset *data, struct why *why)
{
    bool pictures = data->width > 0 && data->width * data->height == data->dim;
    if (e->shift > 0 && !pictures)
        return why_set(why, STATUS_USAGE, "--shift %d: moves images and %s has none; choose --shift 0",
            e->shift, data->name);
    if (e->model != MODEL_CNN)
        return STATUS_OK;
    if (!pictures)
        return why_set(
            why, STATUS_USAGE, "--model cnn: needs images and %s has none; choose --model mlp", data->name);
    if (data->dim > NETWORK_PIXELS_MAX)
        return why_set(why, STATUS_USAGE,
            "--model cnn: takes images of at most %d pixels and %s has %d; choose --model mlp",
            NETWORK_PIXELS_MAX, data->name, data->dim);
    int narrow = network_narrow(e, data->height, data->width);
    if (narrow == 0)
        return STATUS_OK;
    return why_set(why, STATUS_USAGE,
        "--filters: nothing is left of the %d x %d pixels of %s after convolution %d; choose fewer filters, "
        "a smaller "
        "--kernel or --padding same",
        data->width, data->height, data->name, narrow);
}

static enum status check_score(const struct loss *loss, const struct dataset *data, struct why *why)
{
    char pair[64];
    if (data->classes == 2)
        return STATUS_OK;
    two_classes(data, pair, sizeof pair);
    return why_set(why, STATUS_USAGE,
        "--loss %s: needs two classes and %s has %d; choose two, for example --classes %s", loss->id,
        data->name, data->classes, pair);
}

static const char *kind_of_labels(const struct dataset *data)
{
    return data->targets == 0 ? "classes" : data->targets == 1 ? "numbers" : "sets of classes";
}

static const char *kind_for(const struct dataset *data)
{
    return data->targets == 0 ? "softmax" : data->targets == 1 ? "l2" : "multilabel";
}

/* Sets of classes, and numbers where there are several, also come with one class a sample. */
static bool has_labels(const struct loss *loss, const struct dataset *data)
{
    if (loss->task == TASK_REAL)
        return data->targets == 1;
    return loss->task == TASK_MULTI ? data->targets > 1 : data->targets == 0 || data->classes > 1;
}

static enum status check_labels(const struct loss *loss, const struct dataset *data, struct why *why)
{
    bool numbers = loss->task == TASK_REAL, sets = loss->task == TASK_MULTI;
    const char *needed = numbers ? "numbers for labels" : sets ? "sets of classes" : "classes";
    if (has_labels(loss, data))
        return loss->task == TASK_SCORE ? check_score(loss, data, why) : STATUS_OK;
    return why_set(why, STATUS_USAGE,
        "--loss %s: needs %s and %s has %s; choose other data or, for example, --loss %s", loss->id, needed,
        data->name, kind_of_labels(data), kind_for(data));
}

static enum status check_list(const struct experiment *e, const struct dataset *data, struct why *why)
{
    const struct loss *loss = experiment_loss(e);
    for (int p = 0; p < loss_param_count(loss); p++)
        if (loss->param[p].kind == PARAM_LIST && (int)e->param[e->loss][p] == 2 &&
            e->class_weight_count != data->classes)
            return why_set(why, STATUS_USAGE,
                "--set %s: %d numbers for the %d classes of %s; give one for each class, or inverse",
                loss->param[p].id, e->class_weight_count, data->classes, data->name);
    return STATUS_OK;
}

static enum status check_moves(const struct experiment *e, const struct dataset *data, struct why *why)
{
    int rows = data->train + data->test + data->holdout;
    if (e->move_count > 0 && data->dim != 2 && !(data->dim == 1 && data->targets == 1))
        return why_set(why, STATUS_USAGE,
            "--move: points can be moved in a plane, and %s has %d inputs; choose data of two, such as blobs",
            data->name, data->dim);
    for (int i = 0; i < e->move_count; i++)
        if (e->move[i].row >= rows)
            return why_set(why, STATUS_USAGE, "--move %d: %s has rows 0 to %d; choose one of them",
                e->move[i].row, data->name, rows - 1);
    return STATUS_OK;
}

/* A batch is never larger than the training part. */
static enum status check_triplets(const struct experiment *e, const struct dataset *data, struct why *why)
{
    const int most = 1024;
    const struct loss *loss = experiment_loss(e);
    int batch = e->batch == 0 || e->batch > data->train ? data->train : e->batch;
    int p = loss_param_find(loss, "mining");
    if (batch <= most || p < 0 || e->param[e->loss][p] != param_choice(&loss->param[p], "all"))
        return STATUS_OK;
    return why_set(why, STATUS_USAGE,
        "--set mining=all: every triplet of n samples needs n^3 steps; choose a batch of at most %d, or "
        "mining=hard",
        most);
}

/* Drawn data take any number of points: they wait for more. */
static enum status check_drawn(const struct experiment *e, const struct dataset *data, struct why *why)
{
    if (!draw_chosen(e))
        return why_set(why, STATUS_USAGE, "dataset: these are drawn points; choose --dataset " DRAW_DATASET);
    enum status status = experiment_check(e, why);
    return status == STATUS_OK ? check_pictures(e, data, why) : status;
}

enum status trainer_check(const struct experiment *e, const struct dataset *data, struct why *why)
{
    if (data->drawn)
        return check_drawn(e, data, why);
    const struct loss *loss = experiment_loss(e);
    int dim = e->model == MODEL_IDENTITY ? data->dim : e->feature_dim;
    bool chosen = e->classes[0] || e->holdout[0];
    if (!has_labels(loss, data))
        return check_labels(loss, data, why);
    if (data->train < 1 || (data->classes < 2 && loss->task != TASK_REAL))
        return why_set(why, chosen ? STATUS_USAGE : STATUS_FAILED,
            "%s: only %d class to train on; choose at least 2", data->name, data->classes);
    if (loss->extra == BLOCK_GROUP && dim > GROUP_DIM_MAX)
        return why_set(why, STATUS_USAGE,
            "--loss %s: takes features of at most %d numbers and these have %d; choose --feature-dim %d or "
            "less",
            loss->id, GROUP_DIM_MAX, dim, GROUP_DIM_MAX);
    for (int i = 0; i < e->axis_count; i++)
        if (e->axes[i] >= dim)
            return why_set(why, STATUS_USAGE,
                "--axes %d: a feature has %d numbers, 0 to %d; choose among them", e->axes[i], dim, dim - 1);
    enum status status = experiment_check(e, why);
    if (status == STATUS_OK)
        status = check_labels(loss, data, why);
    if (status == STATUS_OK)
        status = check_list(e, data, why);
    if (status == STATUS_OK)
        status = check_pictures(e, data, why);
    if (status == STATUS_OK)
        status = check_triplets(e, data, why);
    return status == STATUS_OK ? check_moves(e, data, why) : status;
}
