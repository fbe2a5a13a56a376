#include "app/sweep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <SDL.h>

#include "app/dataset_open.h"
#include "app/headless.h"
#include "app/options_inner.h"
#include "app/session.h"
#include "app/training.h"
#include "render/view.h"

/* ---- the plan ---- */

/* A value of these has commas itself, and is written with colons. */
static bool is_list(const char *key)
{
    static const char *const list[] = { "hidden", "filters", "warmup", "classes", "holdout", "add" };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (strcmp(key, list[i]) == 0)
            return true;
    return false;
}

static enum status refuse_list(const struct planned_list *list, const char *what, struct why *why)
{
    return why_set(why, STATUS_USAGE, "--%s %.200s: %s", list->setting ? "vary" : "set", list->text, what);
}

static enum status add_value(const struct planned_list *list, struct sweep_axis *axis, const char *text,
    size_t length, struct why *why)
{
    if (length == 0)
        return refuse_list(list, "a value is empty; write V1,V2,V3 without blanks", why);
    if (length >= SWEEP_VALUE)
        return refuse_list(list, "a value is too long; shorten it", why);
    if (axis->count == SWEEP_CELLS)
        return refuse_list(list, "more than 64 values; a figure has room for 64 trainings", why);
    char *value = axis->value[axis->count++];
    memcpy(value, text, length);
    value[length] = '\0';
    for (char *c = value; axis->setting && is_list(axis->key) && *c; c++)
        if (*c == ':')
            *c = ',';
    return STATUS_OK;
}

static enum status read_axis(const struct planned_list *list, struct sweep_axis *axis, struct why *why)
{
    size_t key = strcspn(list->text, "=");
    *axis = (struct sweep_axis){ .setting = list->setting };
    if (key >= SWEEP_KEY)
        return refuse_list(list, "the name is too long; see --help", why);
    memcpy(axis->key, list->text, key);
    enum status status = STATUS_OK;
    for (const char *at = list->text + key; status == STATUS_OK && *at; at += strcspn(at, ",")) {
        at++;
        status = add_value(list, axis, at, strcspn(at, ","), why);
    }
    return status;
}

bool sweep_varies(const struct sweep *s, const char *key)
{
    for (int i = 0; i < s->axes; i++)
        if (strcmp(s->axis[i].key, key) == 0)
            return true;
    return false;
}

static enum status read_axes(struct sweep *s, struct why *why)
{
    const struct options *o = s->options;
    for (int i = 0; i < o->list_count; i++) {
        struct sweep_axis *axis = &s->axis[i];
        enum status status = read_axis(&o->list[i], axis, why);
        if (status != STATUS_OK)
            return status;
        if (sweep_varies(s, axis->key))
            return refuse_list(&o->list[i], "varies twice; give all its values in one list", why);
        s->axes++;
    }
    s->cells = s->axis[0].count * (s->axes > 1 ? s->axis[1].count : 1);
    if (s->cells > SWEEP_CELLS)
        return why_set(why, STATUS_USAGE,
            "--set %.100s: %d trainings; a figure has room for 64, leave some values out", o->list[1].text,
            s->cells);
    return STATUS_OK;
}

static enum status set_value(
    struct experiment *e, const struct sweep_axis *axis, const char *value, struct why *why)
{
    char text[SWEEP_KEY + SWEEP_VALUE];
    struct why inner = { "" };
    snprintf(text, sizeof text, "%s=%s", axis->key, value);
    if (!axis->setting)
        return options_set(e, text, why);
    if (experiment_set(e, axis->key, value, &inner) == STATUS_OK)
        return STATUS_OK;
    return option_blame(why, "vary", text, &inner);
}

/* Settings before parameters: with --vary loss=... the parameter is the new loss's. */
static enum status plan_cell(const struct sweep *s, struct sweep_cell *cell, struct why *why)
{
    enum status status = STATUS_OK;
    cell->experiment = s->options->experiment;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; status == STATUS_OK && i < s->axes; i++)
            if (s->axis[i].setting == (pass == 0))
                status = set_value(&cell->experiment, &s->axis[i], s->axis[i].value[cell->at[i]], why);
    return status == STATUS_OK ? options_check(s->options, &cell->experiment, FOR_SWEEP, why) : status;
}

static enum status make_cells(struct sweep *s, struct why *why)
{
    s->shown = s->options->both_rows ? 2 : 1;
    s->cell = calloc((size_t)s->cells, sizeof *s->cell);
    if (!s->cell)
        return why_set(why, STATUS_FAILED, "sweep: out of memory; close other programs and try again");
    for (int i = 0; i < s->cells; i++)
        for (int k = 0; k < SWEEP_SHOWN; k++)
            snapshot_init(&s->cell[i].shown[k]);
    return STATUS_OK;
}

/* The first axis runs fastest: across, then down. */
static enum status plan_cells(struct sweep *s, struct why *why)
{
    enum status status = make_cells(s, why);
    for (int i = 0; status == STATUS_OK && i < s->cells; i++) {
        struct sweep_cell *cell = &s->cell[i];
        cell->at[0] = i % s->axis[0].count;
        cell->at[1] = i / s->axis[0].count;
        status = plan_cell(s, cell, why);
    }
    return status;
}

/* Nothing wrong, but a picture of it is easily taken for another. */
static void tell_twins(const struct options *o)
{
    int of;
    for (int i = 0; i < o->vs_count; i++)
        if (options_twin(o, i, &of))
            fprintf(stderr,
                "marginscope: --vs \"%.100s\": the same training as number %d; to see a difference, give it "
                "another loss, parameter or option\n",
                o->vs[i], of + 1);
}

enum status sweep_plan_beside(const struct options *o, struct sweep *out, struct why *why)
{
    *out = (struct sweep){ .options = o, .cells = 1 + options_beside(o) };
    enum status status = make_cells(out, why);
    for (int i = 0; status == STATUS_OK && i < out->cells; i++) {
        struct sweep_cell *cell = &out->cell[i];
        cell->saved = o->vs_count == 0 ? i : 0;
        if (cell->saved > 0)
            status =
                session_experiment(o->session, &o->session->training[i].experiment, &cell->experiment, why);
        else
            cell->experiment = i == 0 ? o->experiment : o->beside[i - 1];
    }
    tell_twins(o);
    return status;
}

/* The dashboard and the comparison are many views already, and the stage shows no training. */
static bool is_cell_view(const struct view *view)
{
    return view != &view_dashboard && view != &view_stage && view != &view_compare;
}

static enum status check_view(const struct options *o, struct why *why)
{
    const char *view = o->look.figure.view;
    if (is_cell_view(view_find(view)))
        return STATUS_OK;
    char known[300] = "";
    for (int i = 0; i < view_count(); i++)
        if (is_cell_view(view_at(i)))
            option_list_add(known, sizeof known, view_at(i)->id);
    return why_set(why, STATUS_USAGE, "--view %s: not for the cells of a sweep; choose from %s", view, known);
}

enum status sweep_plan(const struct options *o, struct sweep *out, struct why *why)
{
    *out = (struct sweep){ .options = o };
    enum status status = check_view(o, why);
    if (status == STATUS_OK)
        status = read_axes(out, why);
    if (status == STATUS_OK)
        status = plan_cells(out, why);
    if (status != STATUS_OK)
        sweep_clear(out);
    return status;
}

void sweep_clear(struct sweep *s)
{
    for (int i = 0; s->cell && i < s->cells; i++)
        for (int k = 0; k < SWEEP_SHOWN; k++)
            snapshot_clear(&s->cell[i].shown[k]);
    for (int i = 0; i < s->data_count; i++)
        dataset_clear(&s->data[i]);
    free(s->cell);
    free(s->data);
    *s = (struct sweep){ 0 };
}

/* ---- the data ---- */

/* A signal ends the reading of a long file. */
static bool draw_reading(void *user, double share)
{
    const double *began = user;
    headless_progress(share, "reading", *began);
    return !headless_stopped();
}

static const struct dataset *opened_before(const struct sweep *s, int cell)
{
    for (int i = 0; i < cell; i++)
        if (dataset_same(&s->cell[i].experiment, &s->cell[cell].experiment))
            return s->cell[i].data;
    return NULL;
}

enum status sweep_open(struct sweep *s, struct why *why)
{
    double began = headless_now();
    const struct progress reading = { draw_reading, &began };
    enum status status = STATUS_OK;
    s->data = calloc((size_t)s->cells, sizeof *s->data);
    if (!s->data)
        return why_set(why, STATUS_FAILED, "sweep: out of memory; close other programs and try again");
    for (int i = 0; status == STATUS_OK && i < s->cells; i++) {
        s->cell[i].data = opened_before(s, i);
        if (s->cell[i].data)
            continue;
        s->cell[i].data = &s->data[s->data_count];
        status =
            options_open_data(s->options, &s->cell[i].experiment, &reading, &s->data[s->data_count], why);
        s->data_count += status == STATUS_OK;
    }
    headless_progress_wipe();
    return status;
}

/* ---- the trainings ---- */

enum { SHARE_UNIT = 1000 };

/* A thread takes the next training that nobody has taken, until none is left. Each writes only its own cell. */
struct crew {
    struct sweep *sweep;
    SDL_atomic_t next, done, stop;
    SDL_atomic_t share[SWEEP_CELLS]; /* thousandths done of each training */
    struct why why[SWEEP_CELLS];
    enum status status[SWEEP_CELLS];
};

static enum status out_of_memory(struct why *why)
{
    return why_set(why, STATUS_FAILED, "sweep: out of memory; try fewer --jobs");
}

/* Curves have accuracies where a snapshot was taken: at about as many steps as can be told apart. */
static bool wants_curve(const struct training *t)
{
    const long points = 40;
    const char *view = t->options->figure_count > 0 ? t->options->figure[0].figure.view : "";
    bool curves = strcmp(view, view_curves.id) == 0 || strcmp(view, view_compare.id) == 0;
    return curves && trainer_steps(t->trainer) % (training_planned(t) / points + 1) == 0;
}

static enum status train_cell(struct crew *crew, int i, struct training *t, struct why *why)
{
    struct sweep_cell *cell = &crew->sweep->cell[i];
    enum status status = training_change(t, why);
    while (status == STATUS_OK && !training_finished(t) && !SDL_AtomicGet(&crew->stop)) {
        if (wants_curve(t) && trainer_snapshot(t->trainer, &cell->shown[0]) != STATUS_OK)
            return out_of_memory(why);
        training_step(t);
        long planned = training_planned(t), step = trainer_steps(t->trainer);
        SDL_AtomicSet(&crew->share[i], planned > 0 ? (int)(step * SHARE_UNIT / planned) : SHARE_UNIT);
        status = training_change(t, why);
    }
    return status;
}

/* Which points are shown decides nothing else, so it may change when the training is over. */
static enum status show_part(struct training *t, enum split part, struct snapshot *out, struct why *why)
{
    struct experiment wanted = *trainer_experiment(t->trainer);
    wanted.split = part;
    enum status status = trainer_retune(t->trainer, &wanted, why);
    if (status == STATUS_OK && trainer_snapshot(t->trainer, out) != STATUS_OK)
        status = out_of_memory(why);
    return status;
}

static enum status show_cell(struct crew *crew, int i, struct training *t, struct why *why)
{
    const struct options *o = crew->sweep->options;
    struct sweep_cell *cell = &crew->sweep->cell[i];
    if (o->figure_count == 0 || o->gap)
        return STATUS_OK;
    unsigned needs = view_needs(view_find(o->figure[0].figure.view), true);
    if ((needs & NEEDS_RECOGNITION) && trainer_recognise(t->trainer) != STATUS_OK)
        return out_of_memory(why);
    if (needs & NEEDS_INPUTS)
        trainer_map_inputs(t->trainer);
    if (!o->both_rows)
        return trainer_snapshot(t->trainer, &cell->shown[0]) == STATUS_OK ? STATUS_OK : out_of_memory(why);
    enum status status = show_part(t, SPLIT_TRAIN, &cell->shown[0], why);
    return status == STATUS_OK ? show_part(t, SPLIT_TEST, &cell->shown[1], why) : status;
}

static enum status run_cell(struct crew *crew, int i, struct why *why)
{
    struct sweep_cell *cell = &crew->sweep->cell[i];
    struct training t;
    double began = headless_now();
    enum status status =
        training_begin_saved(&t, crew->sweep->options, cell->saved, &cell->experiment, cell->data, why);
    if (status == STATUS_OK)
        status = train_cell(crew, i, &t, why);
    if (status == STATUS_OK && !SDL_AtomicGet(&crew->stop))
        status = training_summary(&t, &cell->summary, why);
    if (status == STATUS_OK && !SDL_AtomicGet(&crew->stop)) {
        cell->final = *cell->summary.experiment;
        cell->summary.experiment = &cell->final;
        status = show_cell(crew, i, &t, why);
    }
    cell->summary.wall_s = headless_now() - began;
    training_end(&t);
    return status;
}

static int work(void *user)
{
    struct crew *crew = user;
    int i;
    while (!SDL_AtomicGet(&crew->stop) && (i = SDL_AtomicAdd(&crew->next, 1)) < crew->sweep->cells) {
        crew->status[i] = run_cell(crew, i, &crew->why[i]);
        if (crew->status[i] != STATUS_OK)
            SDL_AtomicSet(&crew->stop, 1);
        SDL_AtomicSet(&crew->share[i], SHARE_UNIT);
        SDL_AtomicAdd(&crew->done, 1);
    }
    return 0;
}

static void draw_progress(struct crew *crew, double began)
{
    char words[48];
    int total = crew->sweep->cells, sum = 0;
    for (int i = 0; i < total; i++)
        sum += SDL_AtomicGet(&crew->share[i]);
    snprintf(words, sizeof words, "%d of %d trainings", SDL_AtomicGet(&crew->done), total);
    headless_progress((double)sum / (double)(total * SHARE_UNIT), words, began);
}

/* The threads work; this one draws, and passes a signal on. */
static void watch(struct crew *crew)
{
    const int pause_ms = 20;
    double began = headless_now();
    while (!SDL_AtomicGet(&crew->stop) && SDL_AtomicGet(&crew->done) < crew->sweep->cells) {
        draw_progress(crew, began);
        if (headless_stopped())
            SDL_AtomicSet(&crew->stop, 1);
        SDL_Delay(pause_ms);
    }
    headless_progress_wipe();
}

/* The first that went wrong, in the order of the values. */
static enum status crew_status(const struct crew *crew, struct why *why)
{
    if (headless_stopped())
        return why_set(why, STATUS_FAILED,
            "%s: stopped after %d of %d trainings; nothing was written, start again for all of them",
            headless_stopped(), SDL_AtomicGet((SDL_atomic_t *)&crew->done), crew->sweep->cells);
    for (int i = 0; i < crew->sweep->cells; i++)
        if (crew->status[i] != STATUS_OK) {
            *why = crew->why[i];
            return crew->status[i];
        }
    return STATUS_OK;
}

enum status sweep_run(struct sweep *s, int jobs, struct why *why)
{
    SDL_Thread *thread[SWEEP_CELLS];
    int threads = 0, wanted = jobs < s->cells ? jobs : s->cells;
    struct crew *crew = calloc(1, sizeof *crew);
    if (!crew)
        return out_of_memory(why);
    crew->sweep = s;
    for (; threads < wanted; threads++) {
        thread[threads] = SDL_CreateThread(work, "training", crew);
        if (!thread[threads])
            break;
    }
    if (threads == 0)
        work(crew);
    watch(crew);
    for (int i = 0; i < threads; i++)
        SDL_WaitThread(thread[i], NULL);
    enum status status = crew_status(crew, why);
    free(crew);
    return status;
}

/* ---- the numbers ---- */

static void put_number(FILE *to, double value)
{
    if (isfinite(value))
        fprintf(to, ",%.10g", value);
    else
        fputc(',', to);
}

/* Lists are written with colons, as they are typed; a path may want quotes. */
static void put_text(FILE *to, const char *text)
{
    bool quoted = strpbrk(text, "\"\r\n") != NULL;
    fputs(quoted ? "\"" : "", to);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', to);
        fputc(*text == ',' ? ':' : *text, to);
    }
    fputs(quoted ? "\"" : "", to);
}

static void put_row(FILE *to, const struct sweep *s, const struct sweep_cell *cell)
{
    const struct evaluation *v = &cell->summary.evaluation;
    const double number[] = { v->train_loss, v->test_loss, v->train_accuracy, v->test_accuracy,
        v->margin_accuracy, v->intra_angle_deg, v->inter_angle_deg, v->min_gap_deg, v->eer,
        cell->summary.holdout ? v->eer_open : (double)NAN };
    for (int i = 0; i < s->axes; i++) {
        fputs(i ? "," : "", to);
        put_text(to, s->axis[i].value[cell->at[i]]);
    }
    for (size_t i = 0; i < sizeof number / sizeof *number; i++)
        put_number(to, number[i]);
    fprintf(to, ",%ld", cell->summary.steps);
    put_number(to, cell->summary.epochs);
    if (!sweep_varies(s, "seed"))
        fprintf(to, ",%llu", (unsigned long long)cell->final.seed);
    fprintf(to, ",%s\n", cell->summary.diverged ? "true" : "false");
}

void sweep_write_csv(FILE *to, const struct sweep *s)
{
    for (int i = 0; i < s->axes; i++)
        fprintf(to, "%s%s", i ? "," : "", s->axis[i].key);
    fprintf(to,
        ",train_loss,test_loss,train_accuracy,test_accuracy,margin_accuracy,intra_angle_deg,"
        "inter_angle_deg,min_gap_deg,eer,eer_open,steps,epochs%s,diverged\n",
        sweep_varies(s, "seed") ? "" : ",seed");
    for (int i = 0; i < s->cells; i++)
        put_row(to, s, &s->cell[i]);
}

static struct summary named_summary(const struct sweep *s, const struct sweep_cell *cell)
{
    struct summary summary = cell->summary;
    for (int i = 0; i < s->axes; i++) {
        summary.varied[i] = s->axis[i].key;
        summary.value[i] = s->axis[i].value[cell->at[i]];
    }
    return summary;
}

enum status sweep_print(FILE *to, const struct sweep *s, struct why *why)
{
    enum status status = STATUS_OK;
    fputs("[\n", to);
    for (int i = 0; status == STATUS_OK && i < s->cells; i++) {
        struct summary summary = named_summary(s, &s->cell[i]);
        fputs(i ? ",\n" : "", to);
        status = summary_print(to, &summary, why);
    }
    fputs("]\n", to);
    return status;
}
