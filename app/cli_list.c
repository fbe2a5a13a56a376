#include "app/cli.h"

#include <string.h>

#include "app/dataset_open.h"
#include "app/json_put.h"
#include "app/options.h"
#include "math/loss.h"

static const char *kind_id(enum param_kind kind)
{
    static const char *const id[] = { "none", "linear", "log", "integer", "bool", "choice", "list" };
    return id[kind];
}

/* In which of the places a loss can have it stands. */
static const char *type_id(const struct loss *loss)
{
    if (loss->term)
        return "term";
    if (loss_is_pair(loss))
        return "pair";
    static const char *const id[] = { "head", "score", "regression", "multilabel" };
    return id[loss->task];
}

/* Prints and frees. */
static enum status print_json(json_t *root, struct why *why)
{
    int failed = !root || json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
    json_decref(root);
    if (failed)
        return why_set(
            why, STATUS_FAILED, "stdout: the JSON could not be written; make room there and try again");
    putchar('\n');
    return STATUS_OK;
}

static json_t *choices_json(const struct param *param)
{
    json_t *list = json_array();
    for (int i = 0; param->choice && param->choice[i]; i++)
        json_add(&list, json_string(param->choice[i]));
    return list;
}

/* As --set and cases write it; of a list, each of its numbers. */
static json_t *default_json(const struct param *param)
{
    switch (param->kind) {
    case PARAM_CHOICE:
        return json_string(param->choice[(int)param->initial]);
    case PARAM_BOOL:
        return json_boolean(param->initial != 0);
    case PARAM_LIST:
        return json_real(1);
    default:
        return json_real(param->initial);
    }
}

/* What a list may hold for each class (experiment_set). */
static const double LIST_LEAST = 0, LIST_MOST = 10;

static json_t *param_json(const struct param *param)
{
    char symbol[64];
    bool list = param->kind == PARAM_LIST;
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:b, s:b}", "id", param->id, "label",
        param->label, "symbol", plain_text(param->symbol, symbol, sizeof symbol), "kind",
        kind_id(param->kind), "default", default_json(param), "unit", param->unit ? param->unit : "", "help",
        param->help, "optional", param->optional, "running", param->role == ROLE_RUNNING);
    if (param->kind == PARAM_CHOICE) {
        json_put(&object, "choices", choices_json(param));
        return object;
    }
    json_put_all(&object, json_pack("{s:f, s:f, s:f, s:f}", "min", list ? LIST_LEAST : param->min, "max",
                              list ? LIST_MOST : param->max, "slider_max",
                              list ? LIST_MOST : param_end(param), "neutral", list ? 1 : param->neutral));
    return object;
}

static json_t *loss_json(const struct loss *loss)
{
    char boundary[256], logit[256];
    json_t *params = json_array();
    for (int i = 0; i < loss_param_count(loss); i++)
        json_add(&params, param_json(&loss->param[i]));
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:s}", "id", loss->id, "label", loss->label,
        "type", type_id(loss), "family", loss_family_label(loss->family), "subtitle", loss->subtitle,
        "params", params, "boundary", plain_text(loss->rule, boundary, sizeof boundary));
    json_put(&object, "target",
        loss->logit ? json_string(plain_text(loss->logit, logit, sizeof logit)) : json_null());
    json_put_all(&object, json_pack("{s:b, s:b, s:b, s:s}", "margin", loss->has_margin, "bias",
                              loss->bias != BLOCK_NONE, "trained", !loss->untrained, "source", loss->source));
    return object;
}

static void range_text(const struct param *p, char *out, size_t size)
{
    switch (p->kind) {
    case PARAM_CHOICE:
        snprintf(out, size, "%s", p->choice[0]);
        for (int i = 1; p->choice[i]; i++)
            snprintf(out + strlen(out), size - strlen(out), "%s%s", p->choice[i + 1] ? ", " : " or ",
                p->choice[i]);
        snprintf(out + strlen(out), size - strlen(out), ", default %s", p->choice[(int)p->initial]);
        break;
    case PARAM_BOOL:
        snprintf(out, size, "true or false, default %s", p->initial != 0 ? "true" : "false");
        break;
    case PARAM_LIST:
        snprintf(out, size, "%g to %g a class, or inverse; all 1", LIST_LEAST, LIST_MOST);
        break;
    default:
        snprintf(out, size, "%g to %g, default %g%s%s%s", p->min, p->max, p->initial,
            p->unit && p->unit[0] ? " " : "", p->unit ? p->unit : "",
            p->kind == PARAM_INTEGER ? ", whole" : "");
    }
}

static void loss_line(const struct loss *loss)
{
    char boundary[256], range[128];
    printf("%-26s %-24s %-12s %s\n", loss->id, loss->label, type_id(loss), loss_family_label(loss->family));
    for (int i = 0; i < loss_param_count(loss); i++) {
        const struct param *p = &loss->param[i];
        range_text(p, range, sizeof range);
        printf("    %-13s %-36s %s\n", p->id, range, p->help);
    }
    printf("    %-13s %s\n", "boundary", plain_text(loss->rule, boundary, sizeof boundary));
    printf("    %-13s %s%s\n", "margin", loss->has_margin ? "yes" : "no",
        loss->untrained ? "; no gradient: to be looked at, not trained" : "");
    printf("    %-13s %s\n\n", "source", loss->source);
}

/* What both listings share: the options, and their help. False when there is nothing left to list. */
static bool list_options(
    int argc, const char **argv, const char *what, struct options *o, enum status *status, struct why *why)
{
    options_init(o);
    *status = options_parse(argc, argv, FOR_LIST, o, why);
    if (*status != STATUS_OK)
        return false;
    if (o->help) {
        printf("marginscope %s [--json]\n\n%s\n", argv[0], what);
        options_help(stdout, FOR_LIST);
    }
    return !o->help;
}

enum status cli_losses(int argc, const char **argv, struct why *why)
{
    static struct options o;
    enum status status;
    if (!list_options(argc, argv,
            "Every loss: id, family, parameters with ranges and defaults, the rule whose equality\n"
            "is the boundary between classes 1 and 2, and the source.",
            &o, &status, why))
        return status;
    json_t *list = o.json ? json_array() : NULL;
    for (int i = 0; i < loss_count(); i++) {
        if (o.json)
            json_add(&list, loss_json(loss_at(i)));
        else
            loss_line(loss_at(i));
    }
    return o.json ? print_json(list, why) : STATUS_OK;
}

/* A data set as it is on this machine; reading it is the only honest way to know. */
struct found {
    bool present;
    struct dataset data;
    struct why why;
};

static void look_up(const struct dataset_row *row, struct found *found)
{
    struct experiment e;
    experiment_init(&e);
    *found = (struct found){ 0 };
    if (row->make) /* whatever its labels are: no loss is asked */
        found->present = row->make(e.seed, &found->data, &found->why) == STATUS_OK;
    else
        found->present = experiment_set(&e, "dataset", row->id, &found->why) == STATUS_OK &&
                         dataset_open(&e, &found->data, &found->why) == STATUS_OK;
}

static json_t *dataset_json(const struct dataset_row *row, const struct found *found)
{
    const struct dataset *d = &found->data;
    json_t *object = json_pack("{s:s, s:s, s:s, s:b, s:b}", "id", row->id, "label", row->label, "help",
        row->help, "generated", row->make != NULL, "present", found->present);
    if (!found->present)
        json_put(&object, "missing", json_text(found->why.text));
    else
        json_put_all(&object, json_pack("{s:i, s:i, s:i, s:i}", "train", d->train, "test", d->test, "dim",
                                  d->dim, "classes", d->classes));
    return object;
}

static void dataset_line(const struct dataset_row *row, const struct found *found)
{
    const struct dataset *d = &found->data;
    printf("%-18s %s\n", row->id, row->help);
    if (found->present)
        printf("%18s %s: %d train, %d test, %d numbers each, %d classes\n", "",
            row->make ? "generated" : "read", d->train, d->test, d->dim, d->classes);
    else
        printf("%18s not here: %s\n", "", found->why.text);
}

enum status cli_datasets(int argc, const char **argv, struct why *why)
{
    static struct options o;
    enum status status;
    if (!list_options(argc, argv,
            "Every data set that can be named after --dataset, with its size as found here.", &o, &status,
            why))
        return status;
    json_t *list = o.json ? json_array() : NULL;
    for (int i = 0; i < dataset_count(); i++) {
        struct found found;
        look_up(dataset_at(i), &found);
        if (o.json)
            json_add(&list, dataset_json(dataset_at(i), &found));
        else
            dataset_line(dataset_at(i), &found);
        dataset_clear(&found.data);
    }
    if (o.json)
        return print_json(list, why);
    printf(
        "\nShipped files are in %s/datasets.\nA folder works too: --dataset FOLDER with "
        "train-images-idx3-ubyte[.gz],\n"
        "train-labels-idx1-ubyte[.gz] and, if there is a test part, t10k-images..., t10k-labels...\n"
        "So does a table: --dataset FILE.csv with columns of numbers and one headed label, class or target\n"
        "(else the last). Features trained elsewhere: --features-npy X.npy --labels-npy y.npy.\n",
        assets_folder());
    return STATUS_OK;
}
