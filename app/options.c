#include "app/data_out.h"
#include "app/options.h"
#include "app/options_inner.h"

#include <math.h>
#include <popt.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "math/history.h"
#include "render/theme.h"
#include "render/view.h"

enum group {
    GROUP_DATA,
    GROUP_LOSS,
    GROUP_MODEL,
    GROUP_OPTIMISER,
    GROUP_RUN,
    GROUP_SWEEP,
    GROUP_OUTPUT,
    GROUP_FIGURE,
    GROUP_ANIMATION,
    GROUP_SLIDES,
    GROUP_WINDOW,
    GROUP_OTHER,
    GROUP_COUNT
};

static const char *const group_title[GROUP_COUNT] = { "Data", "Loss", "Model", "Optimiser", "Run", "Sweep",
    "Outputs", "Figures", "Animation", "Slides", "Window", "Other" };

struct option_row {
    const char *name; /* after -- */
    const char *value; /* what help calls its value; NULL: a switch */
    const char *help;
    unsigned where;
    enum group group;
    enum status (*take)(struct options *o, const char *name, const char *value, struct why *why);
};

/* Whole numbers min..max, nothing after them. */
static bool read_whole(const char *text, long min, long max, long *out)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (end == text || *end || text[0] == ' ' || value < min || value > max)
        return false;
    *out = value;
    return true;
}

static bool read_number(const char *text, double min, double max, double *out)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || text[0] == ' ' || !(value >= min && value <= max))
        return false;
    *out = value;
    return true;
}

/* The sentence again, with the option as it was given for its place, and with what to do where that is missing. */
enum status option_blame(struct why *why, const char *name, const char *value, const struct why *inner)
{
    const char *colon = strstr(inner->text, ": "), *what = colon ? colon + 2 : inner->text;
    return why_set(why, STATUS_USAGE, "--%s %.100s: %s%s", name, value, what,
        strchr(what, ';') ? "" : "; give a value that is allowed");
}

static enum status copy_text(char *to, size_t size, const char *name, const char *value, struct why *why)
{
    if (!value[0])
        return why_set(why, STATUS_USAGE, "--%s: empty; give a value", name);
    if (strlen(value) >= size)
        return why_set(why, STATUS_USAGE, "--%s: longer than %zu bytes; shorten it", name, size - 1);
    strcpy(to, value);
    return STATUS_OK;
}

static enum status take_setting(struct options *o, const char *name, const char *value, struct why *why)
{
    struct why inner = { "" };
    if (experiment_set(&o->experiment, name, value, &inner) == STATUS_OK)
        return STATUS_OK;
    return option_blame(why, name, value, &inner);
}

/* A term is a loss of its own here, so another loss takes its place. */
static enum status take_loss(struct options *o, const char *name, const char *value, struct why *why)
{
    if (o->named_term)
        o->experiment.added[term_find(o->named_term)] = false;
    enum status status = take_setting(o, name, value, why);
    const struct loss *loss = loss_find(value);
    o->named_term = status == STATUS_OK && term_find(loss) >= 0 ? loss : NULL;
    return status;
}

/* --add may be repeated: every one joins those before. */
static enum status take_add(struct options *o, const char *name, const char *value, struct why *why)
{
    char all[256], before[200];
    experiment_get(&o->experiment, "add", before, sizeof before);
    bool first = strcmp(before, "none") == 0 || strcmp(value, "none") == 0;
    snprintf(all, sizeof all, "%s%s%.50s", first ? "" : before, first ? "" : ",", value);
    return take_setting(o, name, all, why);
}

/* NAME=V1,V2: what varies in a sweep. */
static enum status take_list(struct options *o, const char *name, const char *value, struct why *why)
{
    const char *equals = strchr(value, '=');
    if (!equals || equals == value || !equals[1])
        return why_set(
            why, STATUS_USAGE, "--%s %s: not KEY=V1,V2; write for example --vary batch=16,128", name, value);
    if (o->list_count == OPTIONS_LISTS)
        return why_set(why, STATUS_USAGE,
            "--%s %s: a third list of values; a figure has room for two, across and down", name, value);
    struct planned_list *list = &o->list[o->list_count];
    list->setting = strcmp(name, "vary") == 0;
    enum status status = copy_text(list->text, sizeof list->text, name, value, why);
    o->list_count += status == STATUS_OK;
    return status;
}

static enum status take_set(struct options *o, const char *name, const char *value, struct why *why)
{
    if (strchr(value, '=') && strchr(value, ','))
        return take_list(o, name, value, why);
    const char *equals = strchr(value, '=');
    if (!equals || equals == value || !equals[1])
        return why_set(
            why, STATUS_USAGE, "--%s %s: not NAME=VALUE; write for example --set m=0.3", name, value);
    if (o->set_count == OPTIONS_SETS)
        return why_set(
            why, STATUS_USAGE, "--%s %s: more than %d of them; leave some out", name, value, OPTIONS_SETS);
    enum status status = copy_text(o->set[o->set_count], sizeof o->set[0], name, value, why);
    o->set_count += status == STATUS_OK;
    return status;
}

/* Splits "STEP:REST"; NULL when there is no step in front. */
static const char *read_step(const char *value, long min, long *step)
{
    const char *colon = strchr(value, ':');
    char digits[16];
    if (!colon || colon == value || !colon[1] || colon - value >= (long)sizeof digits)
        return NULL;
    memcpy(digits, value, (size_t)(colon - value));
    digits[colon - value] = 0;
    return read_whole(digits, min, 1000000000, step) ? colon + 1 : NULL;
}

static enum status take_at(struct options *o, const char *name, const char *value, struct why *why)
{
    struct planned_change change = { 0 };
    const char *rest = read_step(value, 0, &change.step);
    const char *equals = rest ? strchr(rest, '=') : NULL;
    if (!equals || equals == rest || !equals[1])
        return why_set(
            why, STATUS_USAGE, "--%s %s: not STEP:KEY=VALUE; write for example --at 2000:m=0.3", name, value);
    if (equals - rest >= (long)sizeof change.key || strlen(equals + 1) >= sizeof change.value)
        return why_set(why, STATUS_USAGE, "--%s %.60s...: key or value too long; shorten it", name, value);
    if (o->change_count == OPTIONS_CHANGES)
        return why_set(
            why, STATUS_USAGE, "--%s %s: more than %d changes; leave some out", name, value, OPTIONS_CHANGES);
    memcpy(change.key, rest, (size_t)(equals - rest));
    strcpy(change.value, equals + 1);
    int place = o->change_count++; /* kept in order of step; equal steps stay as given */
    for (; place > 0 && o->change[place - 1].step > change.step; place--)
        o->change[place] = o->change[place - 1];
    o->change[place] = change;
    return STATUS_OK;
}

static enum status take_length(struct options *o, const char *name, const char *value, struct why *why)
{
    bool by_steps = strcmp(name, "steps") == 0;
    long most = by_steps ? 1000000000 : 1000000;
    if (!read_whole(value, 0, most, by_steps ? &o->steps : &o->epochs))
        return why_set(
            why, STATUS_USAGE, "--%s %s: allowed 0 to %ld; give a whole number", name, value, most);
    o->by_steps = by_steps;
    o->length_given = true;
    return STATUS_OK;
}

static enum status take_pace(struct options *o, const char *name, const char *value, struct why *why)
{
    if (strcmp(value, "max") == 0) {
        o->pace = 0;
        return STATUS_OK;
    }
    if (read_number(value, 0.1, 100000, &o->pace))
        return STATUS_OK;
    return why_set(
        why, STATUS_USAGE, "--%s %s: allowed 0.1 to 100000 or max; give steps per second", name, value);
}

static char *output_field(struct options *o, const char *name)
{
    static const struct {
        const char *name;
        size_t offset;
    } row[] = { { "metrics", offsetof(struct options, metrics) },
        { "features", offsetof(struct options, features) }, { "weights", offsetof(struct options, weights) },
        { "out", offsetof(struct options, out) }, { "csv", offsetof(struct options, csv) },
        { "labels", offsetof(struct options, labels) }, { "history", offsetof(struct options, history) },
        { "data", offsetof(struct options, data) }, { "points-csv", offsetof(struct options, points_csv) },
        { "save", offsetof(struct options, save) }, { "ui-map", offsetof(struct options, ui_map) },
        { "lesson", offsetof(struct options, lesson) } };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        if (strcmp(row[i].name, name) == 0)
            return (char *)o + row[i].offset;
    return NULL;
}

static enum status take_path(struct options *o, const char *name, const char *value, struct why *why)
{
    return copy_text(output_field(o, name), OPTIONS_PATH, name, value, why);
}

static enum status take_pages(struct options *o, const char *name, const char *value, struct why *why)
{
    return copy_text(o->pages, sizeof o->pages, name, value, why);
}

/* Of a table: its file's ending says how it is written. */
static enum status take_table(struct options *o, const char *name, const char *value, struct why *why)
{
    struct why inner = { "" };
    for (int i = 0; i < DATA_TABLES; i++)
        if (strncmp(name, data_name((enum data_table)i), strlen(data_name((enum data_table)i))) == 0 &&
            data_check((enum data_table)i, value, &inner) != STATUS_OK)
            return why_set(why, STATUS_USAGE, "--%s %s", name, inner.text);
    return take_path(o, name, value, why);
}

static enum status take_moments(struct options *o, const char *name, const char *value, struct why *why)
{
    if (read_whole(value, 2, 10000, &o->moments))
        return STATUS_OK;
    return why_set(why, STATUS_USAGE, "--%s %s: allowed 2 to 10000; give a whole number", name, value);
}

static enum status take_every(struct options *o, const char *name, const char *value, struct why *why)
{
    if (read_whole(value, 1, 1000000000, &o->metrics_every))
        return STATUS_OK;
    return why_set(
        why, STATUS_USAGE, "--%s %s: allowed 1 to 1000000000; give a whole number of steps", name, value);
}

static enum status take_dump(struct options *o, const char *name, const char *value, struct why *why)
{
    if (o->dump_count == OPTIONS_DUMPS)
        return why_set(
            why, STATUS_USAGE, "--%s %s: more than %d of them; leave some out", name, value, OPTIONS_DUMPS);
    struct planned_dump *dump = &o->dump[o->dump_count];
    const char *path = read_step(value, 1, &dump->step);
    if (!path)
        return why_set(why, STATUS_USAGE,
            "--%s %s: not STEP:FILE with a step from 1; write for example 200:batch.json", name, value);
    enum status status = copy_text(dump->path, sizeof dump->path, name, path, why);
    o->dump_count += status == STATUS_OK;
    return status;
}

static struct figure_request *current_figure(struct options *o)
{
    return o->figure_count ? &o->figure[o->figure_count - 1] : &o->look;
}

static enum status check_ending(const char *name, const char *path, struct why *why)
{
    const char *dot = strrchr(path, '.');
    if (dot && (!strcasecmp(dot, ".png") || !strcasecmp(dot, ".svg") || !strcasecmp(dot, ".pdf")))
        return STATUS_OK;
    return why_set(
        why, STATUS_USAGE, "--%s %s: not a figure's ending; end the name in .png, .svg or .pdf", name, path);
}

static enum status take_figure(struct options *o, const char *name, const char *value, struct why *why)
{
    if (o->figure_count == OPTIONS_FIGURES)
        return why_set(
            why, STATUS_USAGE, "--%s %s: more than %d figures; leave some out", name, value, OPTIONS_FIGURES);
    struct figure_request *figure = &o->figure[o->figure_count];
    *figure = o->look;
    enum status status = copy_text(figure->figure.path, sizeof figure->figure.path, name, value, why);
    if (status == STATUS_OK)
        status = check_ending(name, value, why);
    o->figure_count += status == STATUS_OK;
    return status;
}

static enum status take_out(struct options *o, const char *name, const char *value, struct why *why)
{
    enum status status = take_path(o, name, value, why);
    return status == STATUS_OK ? check_ending(name, value, why) : status;
}

/* Adds ", word" to a list; cuts it off silently only when the sentence itself would be cut. */
void option_list_add(char *list, size_t size, const char *word)
{
    size_t used = strlen(list);
    snprintf(list + used, size - used, "%s%s", used ? ", " : "", word);
}

static enum status take_view(struct options *o, const char *name, const char *value, struct why *why)
{
    if (view_find(value))
        return copy_text(current_figure(o)->figure.view, sizeof o->look.figure.view, name, value, why);
    char known[300] = "";
    for (int i = 0; i < view_count(); i++)
        option_list_add(known, sizeof known, view_at(i)->id);
    return why_set(why, STATUS_USAGE, "--%s %s: no such view; choose from %s", name, value, known);
}

static enum status take_beside(struct options *o, const char *name, const char *value, struct why *why)
{
    if (o->vs_count == OPTIONS_BESIDE)
        return why_set(why, STATUS_USAGE,
            "--%s %s: more than %d of them; a comparison has room for %d trainings", name, value,
            OPTIONS_BESIDE, COMPARE_MAX);
    enum status status = copy_text(o->vs[o->vs_count], sizeof o->vs[0], name, value, why);
    o->vs_count += status == STATUS_OK;
    return status;
}

static enum status take_theme_into(
    char *to, size_t size, const char *name, const char *value, struct why *why)
{
    if (theme_find(value))
        return copy_text(to, size, name, value, why);
    char known[200] = "";
    for (int i = 0; theme_at(i); i++)
        option_list_add(known, sizeof known, theme_at(i)->id);
    return why_set(why, STATUS_USAGE, "--%s %s: no such theme; choose from %s", name, value, known);
}

static enum status take_figure_theme(struct options *o, const char *name, const char *value, struct why *why)
{
    return take_theme_into(current_figure(o)->figure.theme, sizeof o->look.figure.theme, name, value, why);
}

static enum status take_scale(struct options *o, const char *name, const char *value, struct why *why)
{
    struct figure_request *figure = current_figure(o);
    if (!read_number(value, 1, 8, &figure->figure.scale))
        return why_set(
            why, STATUS_USAGE, "--%s %s: allowed 1 to 8; choose a value in that range", name, value);
    figure->scaled = true;
    return STATUS_OK;
}

static enum status take_letters(struct options *o, const char *name, const char *value, struct why *why)
{
    if (read_number(value, 0.8, 2, &current_figure(o)->figure.text_scale))
        return STATUS_OK;
    return why_set(why, STATUS_USAGE, "--%s %s: allowed 0.8 to 2; choose a value in that range", name, value);
}

static enum status take_dpi(struct options *o, const char *name, const char *value, struct why *why)
{
    if (read_number(value, 10, 2400, &current_figure(o)->figure.dpi))
        return STATUS_OK;
    return why_set(
        why, STATUS_USAGE, "--%s %s: allowed 10 to 2400; choose a value in that range", name, value);
}

static enum status take_size(struct options *o, const char *name, const char *value, struct why *why)
{
    double width, height;
    bool millimetres;
    if (!export_read_size(value, &width, &height, &millimetres))
        return why_set(why, STATUS_USAGE,
            "--%s %s: not a size; write 1600x1000 (pixels), 160x90mm, 16:9, 4:3 or 1:1", name, value);
    return copy_text(current_figure(o)->size, sizeof o->look.size, name, value, why);
}

static enum status take_transparent(struct options *o, const char *name, const char *value, struct why *why)
{
    (void)name, (void)value, (void)why;
    current_figure(o)->figure.transparent = true;
    return STATUS_OK;
}

static const struct {
    const char *name;
    enum figure_part part;
} part_name[] = { { "title", PART_TITLE }, { "legend", PART_LEGEND }, { "caption", PART_CAPTION },
    { "curve", PART_CURVE } };

/* --no-title, --no-legend, --no-caption, --curve */
static enum status take_part(struct options *o, const char *name, const char *value, struct why *why)
{
    (void)value, (void)why;
    bool without = strncmp(name, "no-", 3) == 0;
    unsigned *parts = &current_figure(o)->figure.parts;
    for (size_t i = 0; i < sizeof part_name / sizeof *part_name; i++)
        if (strcmp(part_name[i].name, name + (without ? 3 : 0)) == 0)
            *parts = without ? *parts & ~(unsigned)part_name[i].part : *parts | part_name[i].part;
    return STATUS_OK;
}

static enum status take_text(struct options *o, const char *name, const char *value, struct why *why)
{
    static const char *const names[] = {
        [TEXT_FONT] = "font", [TEXT_EMBED] = "embed", [TEXT_OUTLINES] = "outlines"
    };
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++) {
        if (strcmp(names[i], value) != 0)
            continue;
        current_figure(o)->figure.text = (enum text_mode)i;
        return STATUS_OK;
    }
    return why_set(
        why, STATUS_USAGE, "--%s %s: no such choice; choose from font, embed, outlines", name, value);
}

static enum status take_select(struct options *o, const char *name, const char *value, struct why *why)
{
    long sample;
    if (!read_whole(value, 0, 1000000000, &sample))
        return why_set(why, STATUS_USAGE,
            "--%s %s: allowed 0 to 1000000000; give the number of a shown sample", name, value);
    current_figure(o)->figure.selected = (int)sample;
    return STATUS_OK;
}

static enum status take_switch(struct options *o, const char *name, const char *value, struct why *why)
{
    (void)value, (void)why;
    bool *field = !strcmp(name, "benchmark")    ? &o->benchmark
                  : !strcmp(name, "fullscreen") ? &o->fullscreen
                  : !strcmp(name, "json")       ? &o->json
                  : !strcmp(name, "check")      ? &o->check
                  : !strcmp(name, "handout")    ? &o->handout
                  : !strcmp(name, "title-page") ? &o->title_page
                                                : &o->help;
    *field = true;
    return STATUS_OK;
}

static enum status take_jobs(struct options *o, const char *name, const char *value, struct why *why)
{
    if (read_whole(value, 1, 256, &o->jobs))
        return STATUS_OK;
    return why_set(why, STATUS_USAGE, "--%s %s: allowed 1 to 256; give a whole number", name, value);
}

/* One of two words, the second of which turns something on. */
static enum status take_word(struct options *o, const char *name, const char *value, struct why *why)
{
    const struct {
        const char *name, *off, *on;
        bool *field;
    } word[] = { { "rows", "one", "both", &o->both_rows }, { "scales", "shared", "own", &o->own_scales },
        { "summary", "views", "gap", &o->gap }, { "answers", "on", "off", &o->no_answers } };
    for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
        if (strcmp(word[i].name, name) != 0)
            continue;
        *word[i].field = strcmp(value, word[i].on) == 0;
        if (!*word[i].field && strcmp(value, word[i].off) != 0)
            return why_set(why, STATUS_USAGE, "--%s %s: no such choice; choose from %s, %s", name, value,
                word[i].off, word[i].on);
    }
    return STATUS_OK;
}

static enum status take_window_theme(struct options *o, const char *name, const char *value, struct why *why)
{
    if (strcmp(value, "dark") != 0 && strcmp(value, "light") != 0)
        return why_set(why, STATUS_USAGE, "--%s %s: no such theme; choose from dark, light", name, value);
    return copy_text(o->theme, sizeof o->theme, name, value, why);
}

static enum status take_renderer(struct options *o, const char *name, const char *value, struct why *why)
{
    if (strcmp(value, "cpu") != 0 && strcmp(value, "gpu") != 0)
        return why_set(why, STATUS_USAGE, "--%s %s: no such renderer; choose from cpu, gpu", name, value);
    return copy_text(o->renderer, sizeof o->renderer, name, value, why);
}

static enum status take_text_scale(struct options *o, const char *name, const char *value, struct why *why)
{
    if (read_number(value, 0.8, 2, &o->text_scale))
        return STATUS_OK;
    return why_set(why, STATUS_USAGE, "--%s %s: allowed 0.8 to 2; choose a value in that range", name, value);
}

static enum status take_timeline(struct options *o, const char *name, const char *value, struct why *why)
{
    if (read_whole(value, 4, 65536, &o->timeline))
        return STATUS_OK;
    return why_set(why, STATUS_USAGE,
        "--%s %s: allowed whole numbers 4 to 65536; choose a value in that range", name, value);
}

static enum status take_over(struct options *o, const char *name, const char *value, struct why *why)
{
    const char *equals = strchr(value, '='), *dots = strstr(value, "..");
    if (strcmp(value, "history") != 0 &&
        (!equals || equals == value || !dots || dots < equals + 2 || !dots[2]))
        return why_set(why, STATUS_USAGE,
            "--%s %s: neither history nor KEY=FROM..TO; write for example m=0..0.5", name, value);
    return copy_text(o->over, sizeof o->over, name, value, why);
}

static enum status take_walk(struct options *o, const char *name, const char *value, struct why *why)
{
    if (read_whole(value, 0, 100000, &o->while_training))
        return STATUS_OK;
    return why_set(
        why, STATUS_USAGE, "--%s %s: allowed 0 to 100000; give a whole number of steps", name, value);
}

static enum status take_tempo(struct options *o, const char *name, const char *value, struct why *why)
{
    bool rate = strcmp(name, "fps") == 0;
    if (read_number(value, rate ? 1 : 0.1, rate ? 60 : 4000, rate ? &o->fps : &o->seconds))
        return STATUS_OK;
    return why_set(why, STATUS_USAGE, "--%s %s: allowed %s; choose a value in that range", name, value,
        rate ? "1 to 60" : "0.1 to 4000");
}

enum {
    SINGLE = FOR_TRAIN | FOR_FIGURE,
    STILL = SINGLE | FOR_SWEEP,
    SHOWN = SINGLE | FOR_ANIMATE,
    HEADLESS = STILL | FOR_ANIMATE,
    TRAINING = FOR_WINDOW | HEADLESS,
    SETTING = TRAINING | FOR_BESIDE
};

/* clang-format off */
static const struct option_row row[] = {
    { "dataset", "NAME|PATH", "data set by name (`marginscope datasets`), a .csv file, or a folder of IDX files", SETTING, GROUP_DATA, take_setting },
    { "classes", "0,1,4", "keep only these classes", SETTING, GROUP_DATA, take_setting },
    { "holdout", "7,8,9", "classes never trained on, used for open-set verification", SETTING, GROUP_DATA, take_setting },
    { "features-npy", "X.npy", "features trained elsewhere, (n, d), instead of --dataset", SETTING, GROUP_DATA, take_setting },
    { "labels-npy", "Y.npy", "their labels, (n)", SETTING, GROUP_DATA, take_setting },
    { "weights-npy", "W.npy", "and their class weights, (classes, d), to begin with", SETTING, GROUP_DATA, take_setting },
    { "loss", "ID", "the loss (`marginscope losses`)", SETTING, GROUP_LOSS, take_loss },
    { "set", "NAME=VALUE", "a parameter of the loss, or ID.NAME=VALUE of a term; repeatable", SETTING, GROUP_LOSS, take_set },
    { "add", "ID", "a term on top: center, ring, uniform, regular; repeatable; none: no terms", SETTING, GROUP_LOSS, take_add },
    { "bias", "on|off", "whether losses that have a bias use it", SETTING, GROUP_LOSS, take_setting },
    { "warmup", "N,M", "N steps of plain |x| cos theta, margin ramp over M; 0,0: off; with a fixed scale 300,300", SETTING, GROUP_LOSS, take_setting },
    { "anneal", "on|off", "lambda of the psi losses starts at 1000 and falls; on where there is a psi", SETTING, GROUP_LOSS, take_setting },
    { "move", "ROW:X:Y", "put a sample of the plane elsewhere; several with commas", SETTING, GROUP_DATA, take_setting },
    { "draw", "CLASS:X:Y", "a point of --dataset drawn; several with commas; N=C:X:Y, N+C:X:Y, N-: of point N", SETTING, GROUP_DATA, take_setting },
    { "model", "mlp|cnn|free|identity", "perceptron; convolutions, for images; free points; the data themselves", SETTING, GROUP_MODEL, take_setting },
    { "hidden", "N,N", "hidden widths, or none", SETTING, GROUP_MODEL, take_setting },
    { "filters", "N,N", "of the cnn: filters of each convolution; 16+16,32 pools only at the commas", SETTING, GROUP_MODEL, take_setting },
    { "kernel", "N", "of the cnn: a convolution sees N x N places", SETTING, GROUP_MODEL, take_setting },
    { "padding", "same|valid", "of the cnn: a border of zeros around a picture, or none", SETTING, GROUP_MODEL, take_setting },
    { "shift", "N", "images learned from are moved by up to N pixels, another way each time", SETTING, GROUP_MODEL, take_setting },
    { "activation", "prelu|relu|tanh", "between the layers", SETTING, GROUP_MODEL, take_setting },
    { "feature-dim", "N", "dimension of the features", SETTING, GROUP_MODEL, take_setting },
    { "optimizer", "ID", "sgd, momentum or adam", SETTING, GROUP_OPTIMISER, take_setting },
    { "lr", "RATE", "learning rate (1e-3; 0.02 with --model identity)", SETTING, GROUP_OPTIMISER, take_setting },
    { "momentum", "SHARE", "of the momentum optimiser", SETTING, GROUP_OPTIMISER, take_setting },
    { "weight-decay", "RATE", "pull of the weights to zero", SETTING, GROUP_OPTIMISER, take_setting },
    { "clip", "NORM", "largest norm of a step's gradient; 0: no limit", SETTING, GROUP_OPTIMISER, take_setting },
    { "batch", "N|full", "samples a step", SETTING, GROUP_OPTIMISER, take_setting },
    { "epochs", "N", "passes over the training part (20)", HEADLESS, GROUP_RUN, take_length },
    { "steps", "N", "instead of --epochs: minibatches; the later of the two holds", HEADLESS, GROUP_RUN, take_length },
    { "at", "STEP:KEY=VALUE", "a change made at that step; repeatable; replays a lecture", HEADLESS, GROUP_RUN, take_at },
    { "seed", "N", "everything random hangs on it", SETTING, GROUP_RUN, take_setting },
    { "pace", "N|max", "steps per second in the window (60); without one always max", TRAINING, GROUP_RUN, take_pace },
    { "points", "N", "samples the views show", SETTING, GROUP_RUN, take_setting },
    { "axes", "3,7|pca", "of features of more than three numbers: which two or three are shown, from 0", SETTING, GROUP_RUN, take_setting },
    { "split", "PART", "the part they are from: train, test or both", SETTING, GROUP_RUN, take_setting },
    { "session", "FILE", "go on from a saved session; options beside it change its training, --dataset PATH finds its data", TRAINING, GROUP_RUN, option_take_session },
    { "benchmark", NULL, "no outputs but the summary; timing excludes loading", FOR_TRAIN, GROUP_RUN, take_switch },
    { "metrics", "F.csv|npy", "losses, accuracies, angles at step 0, epoch ends and the end", FOR_TRAIN, GROUP_OUTPUT, take_table },
    { "metrics-every", "N", "and every N steps", FOR_TRAIN, GROUP_OUTPUT, take_every },
    { "features", "F.csv|npy|npz", "features of every sample at the end", FOR_TRAIN, GROUP_OUTPUT, take_table },
    { "labels", "F.npy|csv", "class numbers of the same samples", FOR_TRAIN, GROUP_OUTPUT, take_table },
    { "weights", "F.csv|npy|npz", "class weights at the end", FOR_TRAIN, GROUP_OUTPUT, take_table },
    { "history", "F.csv|npz", "the curve; as .npz the shown features, weights and numbers at --moments too", FOR_TRAIN, GROUP_OUTPUT, take_table },
    { "moments", "K", "how many moments that are (50)", FOR_TRAIN, GROUP_OUTPUT, take_moments },
    { "data", "F.csv", "the inputs as used, with label and split; --dataset reads it back", FOR_TRAIN | FOR_FIGURE, GROUP_OUTPUT, take_table },
    { "points-csv", "F.csv", "the samples as shown: features, label, predicted, angle", FOR_TRAIN | FOR_FIGURE, GROUP_OUTPUT, take_table },
    { "save", "F.json", "the whole training at the end, as a session that can be gone on from", FOR_TRAIN, GROUP_OUTPUT, take_path },
    { "dump-batch", "STEP:F.json", "that step's batch as a case for `eval`; repeatable", FOR_TRAIN, GROUP_OUTPUT, take_dump },
    { "figure", "F", "figure of the final state (.png, .svg, .pdf); repeatable", FOR_TRAIN, GROUP_FIGURE, take_figure },
    { "vary", "KEY=V1,V2", "any other option in place of --set: batch, lr, seed, loss, hidden (64:32,128:64) ...", FOR_SWEEP, GROUP_SWEEP, take_list },
    { "jobs", "N", "trainings at once, a core each (as many as there are cores)", FOR_SWEEP, GROUP_SWEEP, take_jobs },
    { "rows", "one|both", "both: a row of training points, under it one of test points (one)", FOR_SWEEP, GROUP_SWEEP, take_word },
    { "scales", "shared|own", "own: each feature plane at its own norm, which is written on it (shared)", FOR_SWEEP, GROUP_SWEEP, take_word },
    { "summary", "views|gap", "gap: test minus train error over the values, in place of the views (views)", FOR_SWEEP, GROUP_SWEEP, take_word },
    { "csv", "F.csv", "one row a training: its values, losses, accuracies, angles", FOR_SWEEP, GROUP_SWEEP, take_path },
    { "out", "F", "the figure's file (.png, .svg, .pdf)", FOR_FIGURE | FOR_SWEEP, GROUP_FIGURE, take_out },
    { "out", "F", "the file: .gif, .webp, .mp4, .webm (through ffmpeg), or frame-%04d.png", FOR_ANIMATE, GROUP_ANIMATION, take_path },
    { "over", "history|KEY=A..B", "history: the training from first to last step; or a setting that goes from A to B after it (history)", FOR_ANIMATE, GROUP_ANIMATION, take_over },
    { "while-training", "N", "with --over KEY=A..B: and N training steps from frame to frame (0)", FOR_ANIMATE, GROUP_ANIMATION, take_walk },
    { "fps", "N", "frames a second, 1 to 60, .gif to 50 (20)", FOR_ANIMATE, GROUP_ANIMATION, take_tempo },
    { "seconds", "S", "how long it lasts; at most 4000 frames (8)", FOR_ANIMATE, GROUP_ANIMATION, take_tempo },
    { "out", "F.pdf", "the deck", FOR_SLIDES, GROUP_SLIDES, take_path },
    { "handout", NULL, "four steps a page of A4, with lines for notes", FOR_SLIDES, GROUP_SLIDES, take_switch },
    { "title-page", NULL, "a page with the lesson's title and author before the first", FOR_SLIDES, GROUP_SLIDES, take_switch },
    { "pages", "2-4,7", "only these steps (all)", FOR_SLIDES, GROUP_SLIDES, take_pages },
    { "answers", "on|off", "off: questions stand alone (on)", FOR_SLIDES, GROUP_SLIDES, take_word },
    { "theme", "ID", "light, dark or print (light)", FOR_SLIDES, GROUP_SLIDES, take_figure_theme },
    { "vs", "OPTIONS", "--view compare, curves, field: another training that has these options too; up to 3", FOR_FIGURE | FOR_ANIMATE, GROUP_FIGURE, take_beside },
    { "view", "ID", "what it shows", HEADLESS, GROUP_FIGURE, take_view },
    { "size", "WxH[mm]|RATIO", "1600x1000 logical pixels, 160x90mm, or 16:9, 4:3, 1:1", HEADLESS, GROUP_FIGURE, take_size },
    { "scale", "K", "png: device pixels per logical pixel, 1 to 8", HEADLESS, GROUP_FIGURE, take_scale },
    { "text-scale", "K", "size of words and marks, 0.8 to 2, as far as there is room (1); 1.5 for a slide", SHOWN, GROUP_FIGURE, take_letters },
    { "dpi", "N", "png: pixels per inch, and the pixels of a size in mm", STILL, GROUP_FIGURE, take_dpi },
    { "theme", "ID", "light, dark or print", HEADLESS, GROUP_FIGURE, take_figure_theme },
    { "transparent", NULL, "no background", STILL, GROUP_FIGURE, take_transparent },
    { "no-title", NULL, "without the line above the view", SHOWN, GROUP_FIGURE, take_part },
    { "no-legend", NULL, "without legends", SHOWN, GROUP_FIGURE, take_part },
    { "no-caption", NULL, "without the lines under it", SHOWN, GROUP_FIGURE, take_part },
    { "curve", NULL, "with the loss curve as an inset", SHOWN, GROUP_FIGURE, take_part },
    { "select", "N", "with this shown sample selected, its angles in the caption", SINGLE, GROUP_FIGURE, take_select },
    { "text", "font|embed|outlines", "svg: font names, fonts inside, or outlines; pdf: outlines or fonts inside", STILL, GROUP_FIGURE, take_text },
    { "theme", "dark|light", "colours", FOR_WINDOW, GROUP_WINDOW, take_window_theme },
    { "text-scale", "K", "size of the interface, 0.8 to 2, as far as the window has room (1)", FOR_WINDOW, GROUP_WINDOW, take_text_scale },
    { "timeline", "MB", "memory for the steps one can go back to; the more, the closer they lie (256)", FOR_WINDOW, GROUP_WINDOW, take_timeline },
    { "fullscreen", NULL, "start on the whole screen", FOR_WINDOW, GROUP_WINDOW, take_switch },
    { "renderer", "cpu|gpu", "how the window is drawn", FOR_WINDOW, GROUP_WINDOW, take_renderer },
    { "lesson", "FILE", "open a lesson: a file, or a shipped one by its number or name", FOR_WINDOW, GROUP_WINDOW, take_path },
    { "check", NULL, "only say whether the lesson is right", FOR_WINDOW, GROUP_WINDOW, take_switch },
    { "ui-map", "FILE", "keep FILE up to date with a JSON list of every control", FOR_WINDOW, GROUP_WINDOW, take_path },
    { "json", NULL, "as JSON", FOR_LIST, GROUP_OTHER, take_switch },
    { "help", NULL, "this text", TRAINING | FOR_LIST | FOR_SLIDES, GROUP_OTHER, take_switch },
};
/* clang-format on */

enum { ROWS = sizeof row / sizeof *row };

const struct option_row *option_at(int i)
{
    return i >= 0 && i < ROWS ? &row[i] : NULL;
}

const char *option_name(const struct option_row *r)
{
    return r->name;
}

unsigned option_where(const struct option_row *r)
{
    return r->where;
}

void options_init(struct options *o)
{
    *o = (struct options){ .epochs = 20,
        .moments = 50,
        .pace = 60,
        .text_scale = 1,
        .timeline = HISTORY_BUDGET >> 20,
        .fps = 20,
        .seconds = 8,
        .over = "history" };
    experiment_init(&o->experiment);
    figure_options_init(&o->look.figure);
}

static enum status refuse_option(const char *argument, const char *command, unsigned where, struct why *why)
{
    char known[800] = "";
    for (int i = 0; i < ROWS; i++)
        if (row[i].where & where)
            option_list_add(known, sizeof known, row[i].name);
    return why_set(why, STATUS_USAGE, "%.40s: no such option of %s; known: %s", argument, command, known);
}

static enum status refuse(poptContext context, int code, const char *command, unsigned where, struct why *why)
{
    const char *argument = poptBadOption(context, POPT_BADOPTION_NOALIAS);
    if (code == POPT_ERROR_BADOPT)
        return refuse_option(argument, command, where, why);
    if (code == POPT_ERROR_NOARG)
        return why_set(why, STATUS_USAGE, "%s: its value is missing; see --help", argument);
    if (code == POPT_ERROR_UNWANTEDARG)
        return why_set(why, STATUS_USAGE, "%s: takes no value; leave out what follows =", argument);
    return why_set(why, STATUS_USAGE, "%s: %s; see --help", argument, poptStrerror(code));
}

static enum status read_all(
    poptContext context, const char *command, unsigned where, struct options *o, struct why *why)
{
    int code;
    while ((code = poptGetNextOpt(context)) > 0) {
        const struct option_row *r = &row[code - 1];
        char *value = poptGetOptArg(context);
        enum status status = r->take(o, r->name, value ? value : "", why);
        free(value);
        if (status != STATUS_OK || o->help)
            return status;
    }
    if (code < -1)
        return refuse(context, code, command, where, why);
    const char *extra = poptGetArg(context);
    if (extra && where == FOR_SLIDES) {
        enum status status = copy_text(o->lesson, sizeof o->lesson, "lesson", extra, why);
        if (status != STATUS_OK)
            return status;
        extra = poptGetArg(context);
    }
    if (extra)
        return why_set(
            why, STATUS_USAGE, "%s: %s takes no operand; options begin with --, see --help", extra, command);
    return STATUS_OK;
}

/* What a session holds is there before the options that change it, wherever it stands on the line. Mistakes are left
 * for the second look. */
static enum status read_session(poptContext context, struct options *o, struct why *why)
{
    int code;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && (code = poptGetNextOpt(context)) > 0) {
        char *value = poptGetOptArg(context);
        if (row[code - 1].take == option_take_session && value)
            status = option_open_session(o, value, why);
        free(value);
    }
    poptResetContext(context);
    return status;
}

static poptContext open_context(
    int argc, const char **argv, unsigned where, struct poptOption table[ROWS + 1])
{
    int n = 0;
    memset(table, 0, (ROWS + 1) * sizeof *table);
    for (int i = 0; i < ROWS; i++)
        if (row[i].where & where)
            table[n++] = (struct poptOption){ .longName = row[i].name,
                .argInfo = row[i].value ? POPT_ARG_STRING : POPT_ARG_NONE,
                .val = i + 1 };
    return poptGetContext(NULL, argc, argv, table, 0);
}

enum status options_parse(int argc, const char **argv, unsigned where, struct options *o, struct why *why)
{
    struct poptOption table[ROWS + 1];
    poptContext context = open_context(argc, argv, where, table);
    if (!context)
        return why_set(why, STATUS_FAILED, "options: out of memory; close other programs and try again");
    enum status status = where & TRAINING ? read_session(context, o, why) : STATUS_OK;
    if (status == STATUS_OK)
        status = read_all(context, argv[0], where, o, why);
    poptFreeContext(context);
    if (status != STATUS_OK || o->help || where & (FOR_LIST | FOR_BESIDE | FOR_SLIDES))
        return status;
    return options_finish(o, where, why);
}

enum { BESIDE_WORDS = 128 };

/* A --vs that names a loss means all of it: terms of the training it is compared with do not go along. */
static bool names_loss(int words, const char *const *word)
{
    static const char loss[] = "--loss";
    for (int i = 0; i < words; i++)
        if (strncmp(word[i], loss, sizeof loss - 1) == 0 && strchr("=", word[i][sizeof loss - 1]))
            return true;
    return false;
}

/* Words as a shell would see them. */
static enum status read_words(const char *text, struct options *draft, struct why *why)
{
    const char *argv[BESIDE_WORDS + 1] = { "--vs" }, **word = NULL;
    int words = 0;
    if (poptParseArgvString(text, &words, &word) != 0 || words >= BESIDE_WORDS) {
        free(word);
        return why_set(why, STATUS_USAGE,
            "%.60s: not a line of options; write for example \"--loss softmax --set s=16\"", text);
    }
    memcpy(argv + 1, word, (size_t)words * sizeof *argv);
    if (names_loss(words, word))
        memset(draft->experiment.added, 0, sizeof draft->experiment.added);
    enum status status = options_parse(words + 1, argv, FOR_BESIDE, draft, why);
    for (int i = 0; status == STATUS_OK && i < draft->set_count; i++)
        status = options_set(&draft->experiment, draft->set[i], why);
    if (status == STATUS_OK)
        status = option_check_term(draft, why);
    if (status == STATUS_OK && draft->list_count > 0)
        status = why_set(why, STATUS_USAGE, "--set %.100s: several values; give one", draft->list[0].text);
    free(word);
    return status;
}

enum status options_read_beside(
    const struct options *o, const char *text, struct experiment *out, struct why *why)
{
    struct why inner = { "" };
    struct options *draft = malloc(sizeof *draft);
    if (!draft)
        return why_set(why, STATUS_FAILED, "options: out of memory; close other programs and try again");
    options_init(draft);
    draft->experiment = o->experiment;
    enum status status = read_words(text, draft, &inner);
    if (status == STATUS_OK)
        *out = draft->experiment;
    else
        why_set(why, status, "--vs: %s", inner.text);
    free(draft);
    return status;
}

static void help_row(FILE *to, const struct option_row *r, const struct experiment *defaults)
{
    char left[64], value[128] = "";
    snprintf(left, sizeof left, "--%s %s", r->name, r->value ? r->value : "");
    fprintf(to, "  %-27s %s", left, r->help);
    if (r->take == take_setting && experiment_get(defaults, r->name, value, sizeof value) && value[0] &&
        strcmp(value, "default") != 0)
        fprintf(to, " (%s)", value);
    fputc('\n', to);
}

/* What --view and --at take: from the tables, so that a new view or setting is told of by existing. */
static void help_names(FILE *to)
{
    char views[256] = "", keys[512] = "";
    for (int i = 0; i < view_count(); i++)
        option_list_add(views, sizeof views, view_at(i)->id);
    for (int i = 0; i < experiment_key_count(); i++)
        if (!experiment_key_rebuilds(i))
            option_list_add(keys, sizeof keys, experiment_key(i));
    fprintf(to, "\nViews: %s.\nKeys of --at: %s, and every parameter of the loss.\n", views, keys);
}

static void help_varied(FILE *to)
{
    char keys[512] = "";
    for (int i = 0; i < experiment_key_count(); i++)
        option_list_add(keys, sizeof keys, experiment_key(i));
    fprintf(to, "Keys of --vary: %s.\n", keys);
}

void options_help(FILE *to, unsigned where)
{
    struct experiment defaults;
    experiment_init(&defaults);
    for (enum group group = 0; group < GROUP_COUNT; group++) {
        bool titled = false;
        for (int i = 0; i < ROWS; i++) {
            if (row[i].group != group || !(row[i].where & where))
                continue;
            if (!titled)
                fprintf(to, "\n%s\n", group_title[group]);
            titled = true;
            help_row(to, &row[i], &defaults);
        }
    }
    if (where & HEADLESS)
        help_names(to);
    if (where == FOR_SWEEP)
        help_varied(to);
}
