#include "app/sweep_figure.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli.h"
#include "render/multiples.h"
#include "render/number.h"
#include "render/trend.h"

enum { WORDS = 1024, NOTE = 96, ROWS_MAX = 2 * SWEEP_CELLS };

static const double widest_page = 4000;

/* ---- words ---- */

/* Text built piece by piece; what does not fit is cut. */
struct words {
    char text[WORDS];
    size_t length;
};

static void add(struct words *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct words *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int wrote = vsnprintf(w->text + w->length, sizeof w->text - w->length, format, args);
    va_end(args);
    if (wrote > 0)
        w->length =
            w->length + (size_t)wrote < sizeof w->text ? w->length + (size_t)wrote : sizeof w->text - 1;
}

static const char *symbol_of(const struct loss *loss, const char *id, char *out, int size)
{
    int i = loss ? loss_param_find(loss, id) : -1;
    if (i >= 0 && loss->param[i].symbol && loss->param[i].symbol[0])
        return plain_text(loss->param[i].symbol, out, size);
    snprintf(out, (size_t)size, "%s", id);
    return out;
}

/* "m", "center λ", "batch". */
static const char *axis_name(const struct sweep *s, int axis, char *out, int size)
{
    const char *key = s->axis[axis].key, *dot = strchr(key, '.');
    char id[SWEEP_KEY], symbol[SWEEP_KEY];
    if (s->axis[axis].setting) {
        snprintf(out, (size_t)size, "%s", key);
    } else if (dot) {
        snprintf(id, sizeof id, "%.*s", (int)(dot - key), key);
        symbol_of(loss_find(id), dot + 1, symbol, sizeof symbol);
        bool own = loss_find(id) == experiment_loss(&s->cell[0].experiment);
        snprintf(out, (size_t)size, "%s%s%s", own ? "" : id, own ? "" : " ", symbol);
    } else {
        symbol_of(experiment_loss(&s->cell[0].experiment), key, out, size);
    }
    return out;
}

static bool is_loss(const struct sweep_axis *axis)
{
    return axis->setting && strcmp(axis->key, "loss") == 0;
}

static const char *value_name(const struct sweep_axis *axis, int i)
{
    const struct loss *loss = is_loss(axis) ? loss_find(axis->value[i]) : NULL;
    return loss ? loss->label : axis->value[i];
}

const char *sweep_name(const struct sweep *s, int cell, char *out, int size)
{
    struct words w = { "", 0 };
    char name[SWEEP_KEY + 16];
    for (int i = 0; i < s->axes; i++) {
        const char *value = value_name(&s->axis[i], s->cell[cell].at[i]);
        add(&w, i ? ", " : "");
        if (is_loss(&s->axis[i]))
            add(&w, "%s", value);
        else
            add(&w, "%s = %s", axis_name(s, i, name, sizeof name), value);
    }
    snprintf(out, (size_t)size, "%s", w.text);
    return out;
}

static void add_axes(struct words *w, const struct sweep *s)
{
    static const char *const where[] = { " across", " down" };
    char name[SWEEP_KEY + 16];
    assert(s->axes <= 2);
    for (int i = 0; i < s->axes; i++) {
        add(w, i ? " · " : "");
        if (!is_loss(&s->axis[i]))
            add(w, "%s = ", axis_name(s, i, name, sizeof name));
        for (int k = 0; k < s->axis[i].count; k++)
            add(w, "%s%s", k ? ", " : "", value_name(&s->axis[i], k));
        add(w, "%s", s->axes > 1 && !s->options->gap ? where[i] : "");
    }
}

static void write_title(struct words *w, const struct sweep *s)
{
    const struct experiment *e = &s->cell[0].experiment;
    if (sweep_varies(s, "loss"))
        add(w, "Losses compared");
    else
        add(w, "%s", experiment_loss(e)->label);
    for (int i = 0; i < term_count(); i++)
        if (e->added[i] && !sweep_varies(s, "add"))
            add(w, " + %s", term_at(i)->label);
}

static bool same_network(const struct sweep *s)
{
    static const char *const shape[] = { "seed", "model", "filters", "kernel", "padding", "hidden",
        "activation", "feature-dim" };
    for (size_t i = 0; i < sizeof shape / sizeof *shape; i++)
        if (sweep_varies(s, shape[i]))
            return false;
    return s->data_count == 1;
}

/* " · same data, seed and initial weights", as far as that is so. */
static void add_common(struct words *w, const struct sweep *s)
{
    bool data = s->data_count == 1, seed = !sweep_varies(s, "seed"), weights = same_network(s);
    if (data || seed)
        add(w, " · same %s%s%s%s", data ? "data" : "", data && seed ? weights ? ", " : " and " : "",
            seed ? "seed" : "", weights ? " and initial weights" : "");
}

static void write_subtitle(struct words *w, const struct sweep *s, double ring, bool curves, bool own_scales)
{
    char number[32];
    add_axes(w, s);
    add_common(w, s);
    if (ring > 0 && !own_scales)
        add(w, " · one scale: every ring is at norm %s", number_short(ring, number, sizeof number));
    else if (curves && !own_scales)
        add(w, " · one scale");
}

/* "s 30, λ 0": the values all trainings have in common. */
static void add_params(struct words *w, const struct sweep *s, const struct loss *loss, bool term)
{
    const struct experiment *e = &s->cell[0].experiment;
    char key[SWEEP_KEY * 2], value[256], symbol[SWEEP_KEY];
    const char *between = "";
    for (int i = 0; i < loss_param_count(loss); i++) {
        const struct param *param = &loss->param[i];
        snprintf(key, sizeof key, "%s.%s", loss->id, param->id);
        bool varied = sweep_varies(s, key) || (!term && sweep_varies(s, param->id));
        if (varied || param->role == ROLE_RUNNING || !experiment_get(e, key, value, sizeof value))
            continue;
        if (strcmp(param->id, "lambda") == 0 && param->role == ROLE_PLAIN && strcmp(value, "0") == 0)
            continue; /* no decay */
        add(w, "%s %s %s", between, symbol_of(loss, param->id, symbol, sizeof symbol), value);
        between = ",";
    }
}

static void add_loss(struct words *w, const struct sweep *s)
{
    const struct experiment *e = &s->cell[0].experiment;
    if (!sweep_varies(s, "loss")) {
        add(w, " · %s", experiment_loss(e)->label);
        add_params(w, s, experiment_loss(e), false);
    }
    for (int i = 0; i < term_count(); i++)
        if (e->added[i] && !sweep_varies(s, "add")) {
            add(w, " + %s", term_at(i)->id);
            add_params(w, s, term_at(i), true);
        }
}

/* " · MLP 128-64-2", as far as that is the same everywhere. */
static void add_model(struct words *w, const struct sweep *s)
{
    char model[128];
    unsigned without = (sweep_varies(s, "filters") ? SHAPE_FILTERS : 0) |
                       (sweep_varies(s, "hidden") ? SHAPE_HIDDEN : 0) |
                       (sweep_varies(s, "feature-dim") ? SHAPE_FEATURE : 0);
    if (sweep_varies(s, "model"))
        return;
    figure_model(&s->cell[0].experiment, without, model, sizeof model);
    add(w, " · %s", model);
}

/* " · adam", " · batch 128": settings that are the same everywhere. */
static void add_settings(struct words *w, const struct sweep *s)
{
    static const struct {
        const char *key, *name;
    } later[] = { { "optimizer", "" }, { "lr", "lr " }, { "batch", "batch " }, { "seed", "seed " } };
    const struct experiment *e = &s->cell[0].experiment;
    char value[EXPERIMENT_PATH];
    bool begun = false;
    if (!sweep_varies(s, "dataset"))
        add(w, "%s", s->cell[0].data->name);
    add_model(w, s);
    add_loss(w, s);
    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        if (sweep_varies(s, later[i].key) || !experiment_get(e, later[i].key, value, sizeof value))
            continue;
        if (strcmp(later[i].key, "lr") == 0)
            number_short(experiment_rate(e), value, sizeof value);
        bool goes_on = begun && strcmp(later[i].key, "seed") != 0;
        add(w, "%s%s%s", goes_on ? ", " : " · ", later[i].name, value);
        begun = true;
    }
}

static bool same_steps(const struct sweep *s)
{
    for (int i = 1; i < s->cells; i++)
        if (s->cell[i].summary.steps != s->cell[0].summary.steps)
            return false;
    return true;
}

static void add_length(struct words *w, const struct sweep *s)
{
    char number[32];
    const struct options *o = s->options;
    if (!o->by_steps)
        add(w, " · %ld epoch%s", o->epochs, o->epochs == 1 ? "" : "s");
    long steps = o->by_steps ? o->steps : s->cell[0].summary.steps;
    if (o->by_steps || same_steps(s))
        add(w, "%s%s step%s", o->by_steps ? " · " : ", ", number_count(steps, number, sizeof number),
            steps == 1 ? "" : "s");
    for (int i = 0; i < o->change_count; i++)
        add(w, "%s%s %s at %s", i ? ", " : " · changed: ", o->change[i].key, o->change[i].value,
            number_count(o->change[i].step, number, sizeof number));
}

static void write_caption(struct words *w, const struct sweep *s)
{
    char train[32], test[32];
    const struct sweep_cell *cell = &s->cell[0];
    const struct dataset *data = cell->data;
    int n = summary_rows(&cell->experiment, data);
    add_settings(w, s);
    add_length(w, s);
    if (s->data_count > 1)
        return;
    bool free_points = cell->experiment.model == MODEL_FREE;
    number_count(free_points ? n : data->train, train, sizeof train);
    number_count(data->test, test, sizeof test);
    bool fits = isnan(cell->summary.evaluation.train_accuracy);
    add(w, " · %s of %s training", fits ? "loss" : "accuracy", train);
    if (data->test > 0 && !free_points)
        add(w, " and %s test", test);
    add(w, " samples");
}

static void add_share(struct words *w, const char *name, double accuracy, double loss)
{
    char number[32];
    if (isfinite(accuracy))
        add(w, "%s%s %s", w->length ? " · " : "", name, number_percent(accuracy, number, sizeof number));
    else if (isfinite(loss))
        add(w, "%s%s loss %s", w->length ? " · " : "", name, number_short(loss, number, sizeof number));
}

/* shown -1: both parts in one line. */
static void write_note(char *out, const struct sweep_cell *cell, int shown)
{
    struct words w = { "", 0 };
    char number[32];
    const struct evaluation *v = &cell->summary.evaluation;
    if (cell->summary.diverged)
        add(&w, "diverged at step %s", number_count(cell->summary.steps, number, sizeof number));
    if (!cell->summary.diverged && shown != 1)
        add_share(&w, "train", v->train_accuracy, v->train_loss);
    if (!cell->summary.diverged && shown != 0)
        add_share(&w, "test", v->test_accuracy, v->test_loss);
    snprintf(out, NOTE, "%s", w.text);
}

/* ---- small multiples ---- */

struct gallery {
    const struct sweep *sweep;
    struct look look;
    struct multiples multiples;
    struct words title, subtitle, caption;
    char formula[512];
    struct scene *scene; /* (cells * shown) */
    struct multiples_cell *cell; /* (rows * columns) */
    char (*name)[SWEEP_NAME], (*note)[NOTE];
    const char *row_title[ROWS_MAX];
    int scenes;
};

static void gallery_clear(struct gallery *g)
{
    for (int i = 0; g->scene && i < g->scenes; i++)
        scene_clear(&g->scene[i]);
    free(g->scene);
    free(g->cell);
    free(g->name);
    free(g->note);
}

static enum status no_memory(const struct figure_request *request, struct why *why)
{
    return why_set(
        why, STATUS_FAILED, "%s: no memory for the figure; show fewer --points", request->figure.path);
}

/* One axis fills rows one after the other, as the page asks; two lie across and down. */
static void gallery_shape(struct gallery *g, const struct figure_request *request)
{
    const struct sweep *s = g->sweep;
    const struct figure_options *figure = &request->figure;
    double shape = s->shown * multiples_aspect(g->multiples.view) * figure->width / figure->height;
    int bands = s->axes > 1 ? s->axis[1].count : 1;
    g->multiples.columns = s->axis[0].count;
    if (s->axes == 1)
        multiples_grid(s->cells, request->size[0] ? shape : 0, &g->multiples.columns, &bands);
    g->multiples.rows = bands * s->shown;
}

static bool gallery_reserve(struct gallery *g)
{
    int places = g->multiples.columns * g->multiples.rows;
    g->scenes = g->sweep->cells * g->sweep->shown;
    g->scene = calloc((size_t)g->scenes, sizeof *g->scene);
    g->cell = calloc((size_t)places, sizeof *g->cell);
    g->name = calloc((size_t)g->scenes, sizeof *g->name);
    g->note = calloc((size_t)g->scenes, sizeof *g->note);
    return g->scene && g->cell && g->name && g->note;
}

static bool gallery_cell(struct gallery *g, int i, int shown)
{
    const struct sweep *s = g->sweep;
    const struct sweep_cell *cell = &s->cell[i];
    int columns = g->multiples.columns, n = i * s->shown + shown;
    int row = i / columns * s->shown + shown;
    sweep_name(s, i, g->name[n], SWEEP_NAME);
    write_note(g->note[n], cell, s->shown > 1 ? shown : -1);
    g->cell[row * columns + i % columns] = (struct multiples_cell){
        .scene = &g->scene[n], .title = g->name[n], .note = g->note[n], .bad = cell->summary.diverged
    };
    return scene_update(&g->scene[n], &cell->shown[shown], cell->data);
}

/* Training and test points of one training are at one scale. */
static void gallery_rings(struct gallery *g)
{
    int columns = g->multiples.columns, shown = g->sweep->shown;
    for (int place = 0; place < columns * g->multiples.rows; place++) {
        int top = place / columns / shown * shown * columns + place % columns;
        struct multiples_cell *cell = &g->cell[place];
        for (int k = 0; cell->scene && k < shown; k++)
            cell->ring = fmax(cell->ring, g->cell[top + k * columns].scene->ring);
    }
}

static bool gallery_fill(struct gallery *g)
{
    static const char *const part[] = { "Training points", "Test points" };
    bool whole = gallery_reserve(g);
    for (int i = 0; whole && i < g->scenes; i++)
        whole = gallery_cell(g, i / g->sweep->shown, i % g->sweep->shown);
    if (!whole)
        return false;
    gallery_rings(g);
    for (int row = 0; row < g->multiples.rows && row < ROWS_MAX; row++)
        g->row_title[row] = part[row % 2];
    g->multiples.cell = g->cell;
    g->multiples.row_title = g->sweep->shown > 1 ? g->row_title : NULL;
    return true;
}

static void gallery_words(struct gallery *g)
{
    const struct sweep *s = g->sweep;
    struct multiples *m = &g->multiples;
    write_title(&g->title, s);
    write_subtitle(&g->subtitle, s, multiples_ring(m), m->view == &view_curves, m->own_scales);
    write_caption(&g->caption, s);
    const struct experiment *e = &s->cell[0].experiment;
    figure_formula(experiment_loss(e), e->added, g->formula, sizeof g->formula);
    m->sheet = (struct sheet){ g->title.text, g->subtitle.text, g->caption.text,
        sweep_varies(s, "loss") || sweep_varies(s, "add") ? NULL : g->formula };
}

static enum status draw_gallery(struct canvas *c, double width, double height, void *user, struct why *why)
{
    struct gallery *g = user;
    (void)why;
    multiples_draw(c, &g->multiples, &g->look, width, height);
    return STATUS_OK;
}

/* Without --size as large as it is comfortable. */
static enum status write_page(const struct figure_request *request, struct export_page *page, struct why *why)
{
    struct figure_options figure = request->figure;
    if (!request->size[0]) {
        double shrink = fmin(1, widest_page / fmax(page->least_width, page->least_height));
        figure.width = floor(page->least_width * shrink);
        figure.height = floor(page->least_height * shrink);
    }
    return export_page(page, &figure, why);
}

static enum status write_gallery(const struct sweep *s, const struct figure_request *request, struct why *why)
{
    static struct gallery g;
    g = (struct gallery){ .sweep = s };
    look_init(&g.look, theme_find(request->figure.theme));
    g.look.transparent = request->figure.transparent;
    g.look.interactive = false;
    g.multiples.view = view_find(request->figure.view);
    g.multiples.own_scales = s->options->own_scales;
    gallery_shape(&g, request);
    enum status status = gallery_fill(&g) ? STATUS_OK : no_memory(request, why);
    if (status == STATUS_OK) {
        struct export_page page = { .draw = draw_gallery, .user = &g };
        gallery_words(&g);
        multiples_size(&g.multiples, &page.least_width, &page.least_height);
        status = write_page(request, &page, why);
    }
    gallery_clear(&g);
    return status;
}

/* ---- the gap ---- */

struct graph {
    struct trend trend;
    struct trend_line line[SWEEP_CELLS];
    const char *value[SWEEP_CELLS];
    char label[SWEEP_CELLS][SWEEP_NAME], axis[SWEEP_KEY + 16];
    double train[SWEEP_CELLS], test[SWEEP_CELLS];
    struct words title, subtitle, caption;
    const struct theme *theme;
    bool transparent;
};

static enum status draw_graph(struct canvas *c, double width, double height, void *user, struct why *why)
{
    const struct graph *g = user;
    (void)why;
    trend_draw(c, &g->trend, g->theme, g->transparent, width, height);
    return STATUS_OK;
}

/* Errors in percent; where there are no accuracies, losses. */
static bool graph_numbers(struct graph *g, const struct sweep *s)
{
    bool share = isfinite(s->cell[0].summary.evaluation.train_accuracy);
    for (int i = 0; i < s->cells; i++) {
        const struct evaluation *v = &s->cell[i].summary.evaluation;
        bool known = !s->cell[i].summary.diverged;
        g->train[i] = !known ? NAN : share ? 100 * (1 - v->train_accuracy) : v->train_loss;
        g->test[i] = !known ? NAN : share ? 100 * (1 - v->test_accuracy) : v->test_loss;
    }
    return share;
}

static void graph_lines(struct graph *g, const struct sweep *s)
{
    char name[SWEEP_KEY + 16];
    g->trend.points = s->axis[0].count;
    g->trend.lines = s->axes > 1 ? s->axis[1].count : 1;
    for (int i = 0; i < g->trend.points; i++)
        g->value[i] = value_name(&s->axis[0], i);
    for (int k = 0; k < g->trend.lines; k++) {
        if (s->axes > 1)
            snprintf(g->label[k], sizeof g->label[k], "%s = %s", axis_name(s, 1, name, sizeof name),
                value_name(&s->axis[1], k));
        g->line[k] =
            (struct trend_line){ g->label[k], &g->train[k * g->trend.points], &g->test[k * g->trend.points] };
    }
    g->trend.value = g->value;
    g->trend.line = g->line;
    g->trend.axis = axis_name(s, 0, g->axis, sizeof g->axis);
}

static enum status write_graph(const struct sweep *s, const struct figure_request *request, struct why *why)
{
    static struct graph g;
    g = (struct graph){ .theme = theme_find(request->figure.theme),
        .transparent = request->figure.transparent };
    bool share = graph_numbers(&g, s);
    g.trend.unit = share ? "%" : "";
    graph_lines(&g, s);
    write_title(&g.title, s);
    add(&g.title, ": gap between test and train %s", share ? "error" : "loss");
    add(&g.subtitle, "gap = test %s − train %s · ", share ? "error" : "loss", share ? "error" : "loss");
    write_subtitle(&g.subtitle, s, 0, false, false);
    write_caption(&g.caption, s);
    g.trend.sheet = (struct sheet){ g.title.text, g.subtitle.text, g.caption.text, NULL };
    struct export_page page = { draw_graph, &g, 1100, 700 };
    return write_page(request, &page, why);
}

enum status sweep_figure(const struct sweep *s, const struct figure_request *request, struct why *why)
{
    return s->options->gap ? write_graph(s, request, why) : write_gallery(s, request, why);
}
