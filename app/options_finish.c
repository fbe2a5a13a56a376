#include "app/options_inner.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "math/difference.h"

/* What --set takes: the parameters of this loss, and as ID.NAME those of the terms on top of it. */
static void known_params(const struct experiment *e, const struct loss *loss, char *known, size_t size)
{
    for (int i = 0; i < loss_param_count(loss); i++)
        option_list_add(known, size, loss->param[i].id);
    for (int t = 0; t < term_count(); t++)
        for (int i = 0; e->added[t] && loss == experiment_loss(e) && i < loss_param_count(term_at(t)); i++) {
            char name[64];
            snprintf(name, sizeof name, "%s.%s", term_at(t)->id, term_at(t)->param[i].id);
            option_list_add(known, size, name);
        }
}

static enum status unknown_param(
    const struct experiment *e, const char *text, const struct loss *loss, struct why *why)
{
    char known[300] = "";
    known_params(e, loss, known, sizeof known);
    if (!known[0])
        return why_set(why, STATUS_USAGE, "--set %s: %s has no parameters; leave it out", text, loss->id);
    return why_set(
        why, STATUS_USAGE, "--set %s: no such parameter of %s; choose from %s", text, loss->id, known);
}

/* A value the row refuses: for a number the range and the loss it belongs to, for names and lists what there is. */
static enum status refuse_value(const char *text, const struct loss *loss, const struct param *param,
    const struct why *inner, struct why *why)
{
    if (param->kind == PARAM_CHOICE || param->kind == PARAM_LIST)
        return option_blame(why, "set", text, inner);
    return why_set(why, STATUS_USAGE, "--set %s: allowed %s%g to %g for %s; choose a value in that range",
        text, param->kind == PARAM_INTEGER ? "whole numbers " : "", param->min, param->max, loss->id);
}

/* NAME of the chosen loss, or ID.NAME of one that --at will choose. */
enum status options_set(struct experiment *e, const char *text, struct why *why)
{
    char key[96];
    size_t length = strcspn(text, "=");
    memcpy(key, text, length);
    key[length] = 0;
    char *dot = strchr(key, '.');
    if (dot)
        *dot = 0;
    const struct loss *loss = dot ? loss_find(key) : experiment_loss(e);
    if (!loss)
        return why_set(
            why, STATUS_USAGE, "--set %s: no loss has the id %s; see marginscope losses", text, key);
    int param = loss_param_find(loss, dot ? dot + 1 : key);
    if (param < 0)
        return unknown_param(e, text, loss, why);
    if (dot)
        *dot = '.';
    struct why inner = { "" };
    if (experiment_set(e, key, text + length + 1, &inner) == STATUS_OK)
        return STATUS_OK;
    return refuse_value(text, loss, &loss->param[param], &inner, why);
}

/* A loss without a gradient can be looked at, but not trained. */
static enum status check_trainable(const struct loss *loss, unsigned where, struct why *why)
{
    if (!(where & (FOR_TRAIN | FOR_SWEEP)) || !loss->untrained)
        return STATUS_OK;
    return why_set(why, STATUS_USAGE, "--loss %s: has no gradient; use it in the score view", loss->id);
}

/* Plays the changes on a copy, so that a wrong one is refused now and not after an hour of training. */
static enum status check_changes(
    const struct options *o, const struct experiment *start, unsigned where, struct why *why)
{
    struct experiment before = *start;
    for (int i = 0; i < o->change_count; i++) {
        const struct planned_change *change = &o->change[i];
        char text[360];
        snprintf(text, sizeof text, "%ld:%s=%s", change->step, change->key, change->value);
        struct experiment after = before;
        struct why inner = { "" };
        struct cure cure;
        if (strcmp(change->key, "cure") == 0) {
            if (!cure_parse(change->value, &cure))
                return why_set(
                    why, STATUS_USAGE, "--at %s: no cure; write cure=warmup or cure=remake:4:9", text);
            cure_set(&cure, &before);
            continue;
        }
        if (experiment_set(&after, change->key, change->value, &inner) != STATUS_OK)
            return option_blame(why, "at", text, &inner);
        if (experiment_rebuilds(&before, &after))
            return why_set(why, STATUS_USAGE,
                "--at %s: %s needs a new training; give it as an option instead", text, change->key);
        if (experiment_check(&after, &inner) != STATUS_OK ||
            check_trainable(experiment_loss(&after), where, &inner) != STATUS_OK)
            return option_blame(why, "at", text, &inner);
        before = after;
    }
    return STATUS_OK;
}

/* All files this command line writes, to find one that is named twice. */
static const char *output_path(const struct options *o, int i)
{
    const char *const csv[] = { o->metrics, o->features, o->weights, o->labels, o->history, o->data,
        o->points_csv, o->csv, o->save };
    const int files = sizeof csv / sizeof *csv;
    if (i < files)
        return csv[i];
    if (i - files < o->dump_count)
        return o->dump[i - files].path;
    int figure = i - files - o->dump_count;
    return figure < o->figure_count ? o->figure[figure].figure.path : NULL;
}

/* Where the file will be, so that a.csv and ./a.csv are one; as given where its folder is not there. */
static void place(const char *path, char *out, size_t size)
{
    char folder[OPTIONS_PATH], real[PATH_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    if (realpath(folder, real))
        snprintf(out, size, "%s/%s", real, slash ? slash + 1 : path);
    else
        snprintf(out, size, "%s", path);
}

static bool same_place(const char *a, const char *b)
{
    char left[PATH_MAX + OPTIONS_PATH], right[PATH_MAX + OPTIONS_PATH];
    place(a, left, sizeof left);
    place(b, right, sizeof right);
    return strcmp(left, right) == 0;
}

static enum status check_outputs(const struct options *o, struct why *why)
{
    for (int i = 0; output_path(o, i); i++) {
        const char *path = output_path(o, i);
        if (path[0] && o->benchmark)
            return why_set(
                why, STATUS_USAGE, "--benchmark: writes nothing but the summary; leave out %s", path);
        for (int k = 0; k < i; k++)
            if (path[0] && output_path(o, k)[0] && same_place(path, output_path(o, k)))
                return why_set(why, STATUS_USAGE, "%s: named for two outputs; give each its own file", path);
    }
    if (o->metrics_every && !o->metrics[0])
        return why_set(why, STATUS_USAGE, "--metrics-every %ld: there is no --metrics; name its file too",
            o->metrics_every);
    return STATUS_OK;
}

static enum status finish_figures(struct options *o, unsigned where, struct why *why)
{
    if (where == FOR_SWEEP && !o->out[0] && !o->csv[0])
        return why_set(why, STATUS_USAGE,
            "sweep: no file named; add --out F.png, F.svg or F.pdf for the figure, --csv F.csv for the "
            "numbers");
    if (where == FOR_FIGURE || (where == FOR_SWEEP && o->out[0])) {
        if (!o->out[0])
            return why_set(why, STATUS_USAGE, "figure: no file named; add --out F.png, F.svg or F.pdf");
        strcpy(o->look.figure.path, o->out);
        o->figure[o->figure_count++] = o->look;
    }
    enum status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < o->figure_count; i++)
        status = export_size(o->figure[i].size, o->figure[i].scaled, &o->figure[i].figure, why);
    return status;
}

enum status options_check(
    const struct options *o, const struct experiment *e, unsigned where, struct why *why)
{
    if (experiment_check(e, why) != STATUS_OK)
        return STATUS_USAGE;
    enum status status = check_trainable(experiment_loss(e), where, why);
    if (status == STATUS_OK)
        status = option_check_session(o, e, why);
    return status == STATUS_OK ? check_changes(o, e, where, why) : status;
}

/* Several values for one parameter are the business of a sweep, which checks every training they make. */
static enum status check_lists(const struct options *o, unsigned where, struct why *why)
{
    const char *text = o->list[0].text;
    if (where == FOR_SWEEP && o->list_count == 0)
        return why_set(why, STATUS_USAGE,
            "sweep: nothing varies; give several values, for example --set m=0,0.1,0.2 or --vary "
            "batch=16,128,full");
    if (where != FOR_SWEEP && o->list_count > 0)
        return why_set(why, STATUS_USAGE,
            "--set %s: several values; give one, or train with each of them in marginscope sweep", text);
    return STATUS_OK;
}

static bool is_compare(const struct figure_request *request)
{
    return strcmp(request->figure.view, view_compare.id) == 0;
}

static bool shows_others(const struct figure_request *request)
{
    const struct view *view = view_find(request->figure.view);
    return view && view_shows_others(view);
}

/* A comparison is of several trainings, and only `figure` and `animate` make them. */
static enum status check_compare(const struct options *o, unsigned where, struct why *why)
{
    bool wanted = is_compare(&o->look), others = shows_others(&o->look);
    for (int i = 0; i < o->figure_count; i++) {
        wanted |= is_compare(&o->figure[i]);
        others |= shows_others(&o->figure[i]);
    }
    if (wanted && where == FOR_TRAIN)
        return why_set(why, STATUS_USAGE,
            "--view compare: not for one training; use marginscope figure --view compare --vs \"--loss "
            "softmax\"");
    if (wanted && where & (FOR_FIGURE | FOR_ANIMATE) && o->vs_count == 0 && options_beside(o) == 0)
        return why_set(why, STATUS_USAGE,
            "--view compare: nothing to compare with; add --vs and options, as in --vs \"--loss softmax\"");
    if (!others && o->vs_count > 0)
        return why_set(why, STATUS_USAGE,
            "--vs %.100s: this view shows one training; choose --view compare, curves or field", o->vs[0]);
    return STATUS_OK;
}

bool options_twin(const struct options *o, int which, int *of)
{
    const struct experiment *both[] = { NULL, &o->beside[which] };
    char said[1];
    for (int i = 0; i <= which; i++) {
        both[0] = i ? &o->beside[i - 1] : &o->experiment;
        *of = i;
        if (experiment_differences(both, 2, said, sizeof said) == 0)
            return true;
    }
    return false;
}

static enum status finish_beside(struct options *o, unsigned where, struct why *why)
{
    enum status status = check_compare(o, where, why);
    for (int i = 0; status == STATUS_OK && i < o->vs_count; i++) {
        status = options_read_beside(o, o->vs[i], &o->beside[i], why);
        if (status == STATUS_OK)
            status = options_check(o, &o->beside[i], where, why);
    }
    return status;
}

enum status option_check_term(const struct options *o, struct why *why)
{
    if (!o->named_term || o->experiment.added[term_find(o->named_term)])
        return STATUS_OK;
    return why_set(why, STATUS_USAGE,
        "--loss %s: taken away again by --add; leave out that --add, or choose --loss softmax",
        o->named_term->id);
}

enum status options_finish(struct options *o, unsigned where, struct why *why)
{
    enum status status = check_lists(o, where, why);
    if (status == STATUS_OK)
        status = option_check_term(o, why);
    option_finish_session(o, where);
    for (int i = 0; status == STATUS_OK && i < o->set_count; i++)
        status = options_set(&o->experiment, o->set[i], why);
    if (status == STATUS_OK && where != FOR_SWEEP)
        status = options_check(o, &o->experiment, where, why);
    if (status == STATUS_OK)
        status = finish_beside(o, where, why);
    if (status == STATUS_OK)
        status = finish_figures(o, where, why);
    return status == STATUS_OK ? check_outputs(o, why) : status;
}
