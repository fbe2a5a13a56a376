#include "app/cli.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "app/dataset_open.h"
#include "app/eval.h"
#include "app/export.h"
#include "app/options.h"
#include "app/summary.h"
#include "math/trainer.h"
#include "render/text.h"

enum { CSV_METRICS, CSV_FEATURES, CSV_WEIGHTS, CSV_COUNT };

/* One training from options to files. Outputs are begun before the training, so that a folder which cannot be
 * written is found at once, and all of them are kept or none. */
struct job {
    const struct options *options;
    struct dataset data;
    struct trainer *trainer;
    struct output csv[CSV_COUNT], dump[OPTIONS_DUMPS]; /* stream NULL: not open */
    struct metrics_columns columns;
    struct snapshot snap; /* for figures */
    int changes_done, figures_done;
    long epochs_seen, last_row; /* whole epochs passed; step of the last row of metrics.csv */
    bool text; /* fonts are open */
    double began, loaded, train_s, drawn; /* drawn: when the progress bar was */
};

static volatile sig_atomic_t interrupted;

static void note_signal(int number)
{
    interrupted = number;
}

/* A shell that starts us in the background has SIGINT ignored; that stays so. */
static void catch_signal(int number)
{
    struct sigaction action = { .sa_handler = note_signal }, before;
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static const char *csv_path(const struct options *o, int i)
{
    return i == CSV_METRICS ? o->metrics : i == CSV_FEATURES ? o->features : o->weights;
}

/* A figure is written by its canvas; this only finds out early whether it will be able to. */
static enum status probe(const char *path, struct why *why)
{
    struct output output = { .stream = NULL };
    enum status status = output_begin(&output, path, why);
    if (status == STATUS_OK)
        output_end(&output, false, NULL);
    return status;
}

static enum status begin_outputs(struct job *job, struct why *why)
{
    const struct options *o = job->options;
    enum status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < CSV_COUNT; i++)
        if (csv_path(o, i)[0])
            status = output_begin(&job->csv[i], csv_path(o, i), why);
    for (int i = 0; status == STATUS_OK && i < o->dump_count; i++)
        status = output_begin(&job->dump[i], o->dump[i].path, why);
    for (int i = 0; status == STATUS_OK && i < o->figure_count; i++)
        status = probe(o->figure[i].figure.path, why);
    if (status == STATUS_OK && o->figure_count) {
        status = text_start(why);
        job->text = status == STATUS_OK;
    }
    return status;
}

/* Steps the whole training takes, as far as can be told before it: --at may change the batch. */
static long planned_steps(const struct job *job)
{
    const struct options *o = job->options;
    return o->by_steps ? o->steps : o->epochs * trainer_steps_per_epoch(job->trainer);
}

static enum status check_dumps(const struct job *job, struct why *why)
{
    const struct options *o = job->options;
    for (int i = 0; i < o->dump_count; i++)
        if (o->dump[i].step > planned_steps(job))
            return why_set(why, STATUS_USAGE,
                "--dump-batch %ld:%.200s: the training ends at step %ld; choose an earlier step",
                o->dump[i].step, o->dump[i].path, planned_steps(job));
    return STATUS_OK;
}

/* The losses and terms that --at passes through have columns too. */
static void gather_columns(struct job *job)
{
    const struct options *o = job->options;
    struct experiment e = o->experiment;
    metrics_add(&job->columns, &e);
    for (int i = 0; i < o->change_count; i++)
        if (experiment_set(&e, o->change[i].key, o->change[i].value, NULL) == STATUS_OK)
            metrics_add(&job->columns, &e);
}

/* One line on the terminal, ten times a second at most; the last time it is wiped. */
static bool may_draw(struct job *job, bool last)
{
    double time = now();
    if (!isatty(STDERR_FILENO) || (!last && time - job->drawn < 0.1))
        return false;
    job->drawn = time;
    return true;
}

static void draw_bar(double share)
{
    char bar[31];
    for (int i = 0; i < 30; i++)
        bar[i] = (i + 0.5) / 30 < share ? '#' : '.';
    bar[30] = 0;
    fprintf(stderr, "\r[%s] %3.0f %%", bar, 100 * share);
}

/* While a long file is read. A signal ends it. */
static bool draw_reading(void *user, double share)
{
    if (may_draw(user, false)) {
        draw_bar(share);
        fputs("  reading\033[K\r", stderr);
        fflush(stderr);
    }
    return !interrupted;
}

static enum status open_job(struct job *job, struct why *why)
{
    const struct progress reading = { draw_reading, job };
    enum status status = begin_outputs(job, why);
    if (status == STATUS_OK)
        status = dataset_open_watched(&job->options->experiment, &reading, &job->data, why);
    if (job->drawn > 0)
        fputs("\r\033[K", stderr);
    if (status == STATUS_OK)
        status = trainer_create(&job->options->experiment, &job->data, &job->trainer, why);
    if (status == STATUS_OK)
        status = check_dumps(job, why);
    gather_columns(job);
    if (status == STATUS_OK && job->csv[CSV_METRICS].stream)
        metrics_write_header(job->csv[CSV_METRICS].stream, &job->columns);
    job->loaded = now();
    return status;
}

/* All changes planned for this step, each a line of the journal. */
static enum status apply_changes(struct job *job, struct why *why)
{
    const struct options *o = job->options;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && job->changes_done < o->change_count &&
           o->change[job->changes_done].step <= trainer_steps(job->trainer)) {
        const struct planned_change *change = &o->change[job->changes_done++];
        struct experiment wanted = *trainer_experiment(job->trainer);
        status = experiment_set(&wanted, change->key, change->value, why);
        if (status == STATUS_OK)
            status = trainer_retune(job->trainer, &wanted, why);
        if (status == STATUS_OK)
            trainer_touch(job->trainer, change->key);
    }
    return status;
}

static enum status write_row(struct job *job, struct why *why)
{
    struct evaluation evaluation;
    enum status status = trainer_evaluate(job->trainer, false, &evaluation);
    if (status != STATUS_OK)
        return why_set(why, status, "metrics: out of memory; close other programs and try again");
    metrics_write_row(job->csv[CSV_METRICS].stream, &job->columns, job->trainer, &evaluation);
    job->last_row = trainer_steps(job->trainer);
    return STATUS_OK;
}

/* A row at step 0, at each epoch end, every so many steps if asked, and at the end. */
static enum status note_metrics(struct job *job, bool last, struct why *why)
{
    long step = trainer_steps(job->trainer), every = job->options->metrics_every;
    long epochs = (long)floor(trainer_epoch(job->trainer) + 1e-9);
    bool due = last || step == 0 || epochs > job->epochs_seen || (every && step % every == 0);
    job->epochs_seen = epochs;
    if (!job->csv[CSV_METRICS].stream || !due || job->last_row == step)
        return STATUS_OK;
    return write_row(job, why);
}

/* A figure's curves have accuracies at the steps where a snapshot was taken: at about as many as can be told apart. */
static enum status note_curve(struct job *job, bool last, struct why *why)
{
    const long points = 40;
    long every = planned_steps(job) / points + 1;
    if (!job->options->figure_count || (!last && trainer_steps(job->trainer) % every))
        return STATUS_OK;
    if (trainer_snapshot(job->trainer, &job->snap) == STATUS_OK)
        return STATUS_OK;
    return why_set(why, STATUS_FAILED, "figure: out of memory; close other programs and try again");
}

static enum status note_dumps(struct job *job, struct why *why)
{
    const struct options *o = job->options;
    enum status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < o->dump_count; i++) {
        struct batch_view batch;
        char note[160];
        if (o->dump[i].step != trainer_steps(job->trainer) || !trainer_last_batch(job->trainer, &batch))
            continue;
        snprintf(note, sizeof note, "batch of step %ld, seed %llu, %.60s", o->dump[i].step,
            (unsigned long long)o->experiment.seed, job->data.name);
        struct why inner = { "" };
        status = eval_write_case(job->dump[i].stream, &batch, note, &inner);
        if (status != STATUS_OK)
            why_set(why, status, "%.300s: %s", o->dump[i].path, inner.text);
    }
    return status;
}

static bool finished(const struct job *job)
{
    const struct options *o = job->options;
    if (trainer_diverged(job->trainer))
        return true;
    if (o->by_steps)
        return trainer_steps(job->trainer) >= o->steps;
    return trainer_epoch(job->trainer) >= (double)o->epochs - 1e-9;
}

static void draw_progress(struct job *job, bool last)
{
    double spent = now() - job->loaded;
    if (!may_draw(job, last))
        return;
    long step = trainer_steps(job->trainer), steps = planned_steps(job);
    double share = steps > 0 ? fmin((double)step / (double)steps, 1) : 1;
    int left = share > 0 ? (int)ceil(spent * (1 - share) / share) : 0;
    draw_bar(share);
    fprintf(stderr, "  step %ld of %ld  ETA %d:%02d\033[K%s", step, steps, left / 60, left % 60,
        last ? "\r\033[K" : "");
    fflush(stderr);
}

static enum status take_step(struct job *job, struct why *why)
{
    double before = now();
    trainer_step(job->trainer);
    job->train_s += now() - before;
    draw_progress(job, false);
    if (interrupted)
        return why_set(why, STATUS_FAILED,
            "%s: stopped at step %ld; nothing was written, start again for a whole run",
            interrupted == SIGINT ? "SIGINT" : "SIGTERM", trainer_steps(job->trainer));
    return trainer_diverged(job->trainer) ? STATUS_OK : note_dumps(job, why);
}

/* Between two steps: first what changes, then what is written down about it. */
static enum status between_steps(struct job *job, struct why *why)
{
    enum status status = apply_changes(job, why);
    bool last = finished(job);
    if (status == STATUS_OK)
        status = note_metrics(job, last, why);
    return status == STATUS_OK ? note_curve(job, last, why) : status;
}

static enum status train(struct job *job, struct why *why)
{
    job->last_row = -1;
    enum status status = between_steps(job, why);
    while (status == STATUS_OK && !finished(job)) {
        status = take_step(job, why);
        if (status == STATUS_OK)
            status = between_steps(job, why);
    }
    draw_progress(job, true);
    return status;
}

/* Divergence may come before the step of a dump. */
static enum status check_dumped(const struct job *job, struct why *why)
{
    const struct options *o = job->options;
    for (int i = 0; i < o->dump_count; i++)
        if (o->dump[i].step > trainer_steps(job->trainer))
            return why_set(why, STATUS_FAILED,
                "--dump-batch %ld:%.200s: the training stopped at step %ld; choose an earlier one",
                o->dump[i].step, o->dump[i].path, trainer_steps(job->trainer));
    return STATUS_OK;
}

/* A size in mm is laid out at 144 px an inch in every format; an explicit --scale of a png decides by itself. */
static double layout_density(const struct figure_request *request)
{
    const double layout_inch = 144, vector_inch = 96;
    const struct figure_options *figure = &request->figure;
    const char *ending = strrchr(figure->path, '.');
    if (!strstr(request->size, "mm"))
        return 1;
    if (!ending || strcasecmp(ending, ".png") != 0)
        return layout_inch / vector_inch;
    return request->scaled ? 1 : layout_inch * figure->scale / figure->dpi;
}

static enum status draw_figures(struct job *job, struct why *why)
{
    const struct options *o = job->options;
    enum status status = STATUS_OK;
    for (; status == STATUS_OK && job->figures_done < o->figure_count;
         job->figures_done += status == STATUS_OK) {
        const struct figure_request *request = &o->figure[job->figures_done];
        struct figure_options figure = request->figure;
        figure.layout = layout_density(request);
        status = export_figure(&job->snap, &job->data, &figure, why);
    }
    return status;
}

static enum status flush_output(
    const struct output *output, const char *path, enum status status, struct why *why)
{
    FILE *stream = output->stream;
    if (status != STATUS_OK || !stream || (fflush(stream) == 0 && !ferror(stream)))
        return status;
    return why_set(
        why, STATUS_FAILED, "%.300s: %s; make room there or choose another place", path, strerror(errno));
}

/* What still waits in a buffer is written now, so that a full disk is found before the first file is renamed. */
static enum status flush_outputs(struct job *job, enum status status, struct why *why)
{
    const struct options *o = job->options;
    for (int i = 0; i < CSV_COUNT; i++)
        status = flush_output(&job->csv[i], csv_path(o, i), status, why);
    for (int i = 0; i < o->dump_count; i++)
        status = flush_output(&job->dump[i], o->dump[i].path, status, why);
    return status;
}

static enum status write_outputs(struct job *job, struct why *why)
{
    enum status status = check_dumped(job, why);
    if (status == STATUS_OK && job->csv[CSV_FEATURES].stream)
        status = features_write(job->csv[CSV_FEATURES].stream, job->trainer, &job->data, why);
    if (status == STATUS_OK && job->csv[CSV_WEIGHTS].stream)
        weights_write(job->csv[CSV_WEIGHTS].stream, job->trainer, &job->data);
    status = flush_outputs(job, status, why);
    return status == STATUS_OK ? draw_figures(job, why) : status;
}

static enum status end_output(struct output *output, enum status status, struct why *why)
{
    if (!output->stream)
        return status;
    enum status ended = output_end(output, status == STATUS_OK, status == STATUS_OK ? why : NULL);
    output->stream = NULL;
    return status == STATUS_OK ? ended : status;
}

/* Keeps all outputs, or none when anything went wrong. */
static enum status close_job(struct job *job, enum status status, struct why *why)
{
    const struct options *o = job->options;
    for (int i = 0; i < CSV_COUNT; i++)
        status = end_output(&job->csv[i], status, why);
    for (int i = 0; i < o->dump_count; i++)
        status = end_output(&job->dump[i], status, why);
    for (int i = 0; status != STATUS_OK && i < job->figures_done; i++)
        unlink(o->figure[i].figure.path);
    if (job->text)
        text_stop();
    return status;
}

static long peak_rss_kb(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0;
}

static enum status summarise(struct job *job, struct summary *out, struct why *why)
{
    const struct experiment *e = trainer_experiment(job->trainer);
    int samples = e->model == MODEL_FREE ? summary_rows(e, &job->data) : job->data.train;
    *out = (struct summary){ .experiment = e,
        .dataset = job->data.name,
        .force = trainer_force(job->trainer),
        .steps = trainer_steps(job->trainer),
        .epochs = trainer_epoch(job->trainer),
        .train_s = job->train_s,
        .samples = trainer_epoch(job->trainer) * samples,
        .holdout = job->data.holdout > 0,
        .diverged = trainer_diverged(job->trainer) };
    if (trainer_evaluate(job->trainer, true, &out->evaluation) != STATUS_OK)
        return why_set(why, STATUS_FAILED, "summary: out of memory; close other programs and try again");
    return STATUS_OK;
}

static void report_divergence(const struct job *job)
{
    if (trainer_diverged(job->trainer))
        fprintf(stderr,
            "marginscope: step %ld: the training diverged, the last finite state is kept; try a smaller "
            "--lr\n",
            trainer_steps(job->trainer));
}

static enum status run_job(const struct options *o, bool summary_wanted, struct why *why)
{
    struct job job = { .options = o, .began = now() };
    struct summary summary;
    snapshot_init(&job.snap);
    catch_signal(SIGINT);
    catch_signal(SIGTERM);
    enum status status = open_job(&job, why);
    if (status == STATUS_OK)
        status = train(&job, why);
    if (status == STATUS_OK && summary_wanted)
        status = summarise(&job, &summary, why);
    if (status == STATUS_OK)
        status = write_outputs(&job, why);
    status = close_job(&job, status, why);
    if (status == STATUS_OK)
        report_divergence(&job);
    if (status == STATUS_OK && summary_wanted) {
        summary.wall_s = now() - (o->benchmark ? job.loaded : job.began);
        summary.peak_rss_kb = peak_rss_kb();
        status = summary_print(stdout, &summary, why);
    }
    snapshot_clear(&job.snap);
    trainer_destroy(job.trainer);
    dataset_clear(&job.data);
    return status;
}

static enum status run(int argc, const char **argv, unsigned where, const char *help, struct why *why)
{
    static struct options o;
    options_init(&o);
    enum status status = options_parse(argc, argv, where, &o, why);
    if (status != STATUS_OK)
        return status;
    if (!o.help)
        return run_job(&o, where == FOR_TRAIN, why);
    fputs(help, stdout);
    options_help(stdout, where);
    return STATUS_OK;
}

enum status cli_train(int argc, const char **argv, struct why *why)
{
    return run(argc, argv, FOR_TRAIN,
        "marginscope train [options]\n\n"
        "Trains without a window and prints a JSON summary. Later options win, but --set follows --loss "
        "wherever it\n"
        "stands. --view, --size ... before the first --figure hold for all figures, after one for that "
        "figure. Outputs\n"
        "appear when the training is through: all or none. Ctrl+C stops at the end of the step, writes "
        "nothing, exit 1.\n"
        "A training that diverges keeps its last finite state, says so on stderr and in \"diverged\", and "
        "exits 0.\n"
        "Changes of --at are made before the step after STEP; those after the end are not reached.\n",
        why);
}

enum status cli_figure(int argc, const char **argv, struct why *why)
{
    return run(argc, argv, FOR_FIGURE,
        "marginscope figure [options] --out F\n\n"
        "Trains without a window, as `train` does, and draws one figure of the final state (--steps 0: the "
        "start).\n",
        why);
}
