#include "app/cli.h"

#include <jansson.h>
#include <string.h>

#include "app/dataset_open.h"
#include "app/options.h"
#include "math/loss.h"

static const char *kind_id(enum param_kind kind)
{
    static const char *const id[] = { "none", "linear", "log", "integer", "bool" };
    return id[kind];
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

static json_t *param_json(const struct param *param)
{
    char symbol[64];
    return json_pack("{s:s, s:s, s:s, s:f, s:f, s:f, s:f, s:s, s:s, s:s}", "id", param->id, "label",
        param->label, "symbol", plain_text(param->symbol, symbol, sizeof symbol), "min", param->min, "max",
        param->max, "default", param->initial, "neutral", param->neutral, "kind", kind_id(param->kind),
        "unit", param->unit ? param->unit : "", "help", param->help);
}

static json_t *loss_json(const struct loss *loss)
{
    char boundary[256], logit[256];
    json_t *params = json_array();
    for (int i = 0; i < loss_param_count(loss); i++)
        json_array_append_new(params, param_json(&loss->param[i]));
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:b, s:s}", "id", loss->id, "label", loss->label,
        "family", loss_family_label(loss->family), "subtitle", loss->subtitle, "params", params, "boundary",
        plain_text(loss->rule, boundary, sizeof boundary), "target",
        plain_text(loss->logit, logit, sizeof logit), "margin", loss->has_margin, "source", loss->source);
}

static void loss_line(const struct loss *loss)
{
    char boundary[256];
    printf("%-18s %-20s %s\n", loss->id, loss->label, loss_family_label(loss->family));
    for (int i = 0; i < loss_param_count(loss); i++) {
        const struct param *p = &loss->param[i];
        printf("    %-8s %g to %g, default %g%s%s%s   %s\n", p->id, p->min, p->max, p->initial,
            p->unit && p->unit[0] ? " " : "", p->unit ? p->unit : "",
            p->kind == PARAM_INTEGER ? ", whole" : "", p->help);
    }
    printf("    boundary %s\n    source   %s\n\n", plain_text(loss->rule, boundary, sizeof boundary),
        loss->source);
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
            json_array_append_new(list, loss_json(loss_at(i)));
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
    found->present = experiment_set(&e, "dataset", row->id, &found->why) == STATUS_OK &&
                     dataset_open(&e, &found->data, &found->why) == STATUS_OK;
}

static json_t *dataset_json(const struct dataset_row *row, const struct found *found)
{
    const struct dataset *d = &found->data;
    json_t *object = json_pack("{s:s, s:s, s:s, s:b, s:b}", "id", row->id, "label", row->label, "help",
        row->help, "generated", row->make != NULL, "present", found->present);
    if (!found->present)
        json_object_set_new(object, "missing", json_string(found->why.text));
    else
        json_object_update_new(object, json_pack("{s:i, s:i, s:i, s:i}", "train", d->train, "test", d->test,
                                           "dim", d->dim, "classes", d->classes));
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
            json_array_append_new(list, dataset_json(dataset_at(i), &found));
        else
            dataset_line(dataset_at(i), &found);
        dataset_clear(&found.data);
    }
    if (o.json)
        return print_json(list, why);
    printf("\nShipped files are in %s/datasets.\nA folder works too: --dataset FOLDER with "
           "train-images-idx3-ubyte[.gz],\n"
           "train-labels-idx1-ubyte[.gz] and, if there is a test part, t10k-images..., t10k-labels...\n",
        assets_folder());
    return STATUS_OK;
}
