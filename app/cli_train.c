#include "app/cli.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/dataset_open.h"
#include "app/eval.h"
#include "app/export.h"
#include "app/headless.h"
#include "app/options.h"
#include "app/summary.h"
#include "app/training.h"
#include "render/text.h"

enum { CSV_METRICS, CSV_FEATURES, CSV_WEIGHTS, CSV_COUNT };

/* One training from options to files. Outputs are begun before the training, so that a folder which cannot be
 * written is found at once, and all of them are kept or none. */
struct job {
    const struct options *options;
    struct dataset data;
    struct training training;
    struct output csv[CSV_COUNT], dump[OPTIONS_DUMPS]; /* stream NULL: not open */
    struct metrics_columns columns;
    struct snapshot snap; /* for figures */
    int figures_done;
    long epochs_seen, last_row; /* whole epochs passed; step of the last row of metrics.csv */
    bool text; /* fonts are open */
    double began, loaded;
};

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

static enum status check_dumps(const struct job *job, struct why *why)
{
    const struct options *o = job->options;
    for (int i = 0; i < o->dump_count; i++)
        if (o->dump[i].step > training_planned(&job->training))
            return why_set(why, STATUS_USAGE,
                "--dump-batch %ld:%.200s: the training ends at step %ld; choose an earlier step",
                o->dump[i].step, o->dump[i].path, training_planned(&job->training));
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

/* While a long file is read. A signal ends it. */
static bool draw_reading(void *user, double share)
{
    const struct job *job = user;
    headless_progress(share, "reading", job->began);
    return !headless_stopped();
}

static enum status open_job(struct job *job, struct why *why)
{
    const struct progress reading = { draw_reading, job };
    enum status status = begin_outputs(job, why);
    if (status == STATUS_OK)
        status = dataset_open_watched(&job->options->experiment, &reading, &job->data, why);
    headless_progress_wipe();
    if (status == STATUS_OK)
        status = training_begin(&job->training, job->options, &job->options->experiment, &job->data, why);
    if (status == STATUS_OK)
        status = check_dumps(job, why);
    gather_columns(job);
    if (status == STATUS_OK && job->csv[CSV_METRICS].stream)
        metrics_write_header(job->csv[CSV_METRICS].stream, &job->columns);
    job->loaded = headless_now();
    return status;
}

static enum status write_row(struct job *job, struct why *why)
{
    struct evaluation evaluation;
    enum status status = trainer_evaluate(job->training.trainer, false, &evaluation);
    if (status != STATUS_OK)
        return why_set(why, status, "metrics: out of memory; close other programs and try again");
    metrics_write_row(job->csv[CSV_METRICS].stream, &job->columns, job->training.trainer, &evaluation);
    job->last_row = trainer_steps(job->training.trainer);
    return STATUS_OK;
}

/* A row at step 0, at each epoch end, every so many steps if asked, and at the end. */
static enum status note_metrics(struct job *job, bool last, struct why *why)
{
    long step = trainer_steps(job->training.trainer), every = job->options->metrics_every;
    long epochs = (long)floor(trainer_epoch(job->training.trainer) + 1e-9);
    bool due = last || step == 0 || epochs > job->epochs_seen || (every && step % every == 0);
    job->epochs_seen = epochs;
    if (!job->csv[CSV_METRICS].stream || !due || job->last_row == step)
        return STATUS_OK;
    return write_row(job, why);
}

/* A figure's curves have accuracies at the steps where a snapshot was taken: at about as many as can be told apart. */
static enum status note_curve(struct job *job, bool last, struct why *why)
{
    unsigned needs = 0;
    const long points = 40;
    long every = training_planned(&job->training) / points + 1;
    if (!job->options->figure_count || (!last && trainer_steps(job->training.trainer) % every))
        return STATUS_OK;
    for (int i = 0; last && i < job->options->figure_count; i++)
        needs |= view_needs(view_find(job->options->figure[i].figure.view), true);
    return training_snapshot(&job->training, needs, &job->snap, why);
}

static enum status note_dumps(struct job *job, struct why *why)
{
    const struct options *o = job->options;
    enum status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < o->dump_count; i++) {
        struct batch_view batch;
        char note[160];
        if (o->dump[i].step != trainer_steps(job->training.trainer) ||
            !trainer_last_batch(job->training.trainer, &batch))
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

static void draw_progress(const struct job *job)
{
    char words[64];
    long step = trainer_steps(job->training.trainer), steps = training_planned(&job->training);
    snprintf(words, sizeof words, "step %ld of %ld", step, steps);
    headless_progress(steps > 0 ? fmin((double)step / (double)steps, 1) : 1, words, job->loaded);
}

static enum status take_step(struct job *job, struct why *why)
{
    training_step(&job->training);
    draw_progress(job);
    if (headless_stopped())
        return why_set(why, STATUS_FAILED,
            "%s: stopped at step %ld; nothing was written, start again for a whole run", headless_stopped(),
            trainer_steps(job->training.trainer));
    return trainer_diverged(job->training.trainer) ? STATUS_OK : note_dumps(job, why);
}

/* Between two steps: first what changes, then what is written down about it. */
static enum status between_steps(struct job *job, struct why *why)
{
    enum status status = training_change(&job->training, why);
    bool last = training_finished(&job->training);
    if (status == STATUS_OK)
        status = note_metrics(job, last, why);
    return status == STATUS_OK ? note_curve(job, last, why) : status;
}

static enum status train(struct job *job, struct why *why)
{
    job->last_row = -1;
    enum status status = between_steps(job, why);
    while (status == STATUS_OK && !training_finished(&job->training)) {
        status = take_step(job, why);
        if (status == STATUS_OK)
            status = between_steps(job, why);
    }
    headless_progress_wipe();
    return status;
}

/* Divergence may come before the step of a dump. */
static enum status check_dumped(const struct job *job, struct why *why)
{
    const struct options *o = job->options;
    for (int i = 0; i < o->dump_count; i++)
        if (o->dump[i].step > trainer_steps(job->training.trainer))
            return why_set(why, STATUS_FAILED,
                "--dump-batch %ld:%.200s: the training stopped at step %ld; choose an earlier one",
                o->dump[i].step, o->dump[i].path, trainer_steps(job->training.trainer));
    return STATUS_OK;
}

static enum status draw_figures(struct job *job, struct why *why)
{
    const struct options *o = job->options;
    enum status status = STATUS_OK;
    for (; status == STATUS_OK && job->figures_done < o->figure_count;
         job->figures_done += status == STATUS_OK) {
        status = export_figure(&job->snap, &job->data, &o->figure[job->figures_done].figure, why);
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
        status = features_write(job->csv[CSV_FEATURES].stream, job->training.trainer, &job->data, why);
    if (status == STATUS_OK && job->csv[CSV_WEIGHTS].stream)
        weights_write(job->csv[CSV_WEIGHTS].stream, job->training.trainer, &job->data);
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

static void report_divergence(const struct job *job)
{
    if (trainer_diverged(job->training.trainer))
        fprintf(stderr,
            "marginscope: step %ld: the training diverged, the last finite state is kept; try a smaller "
            "--lr\n",
            trainer_steps(job->training.trainer));
}

static enum status run_job(const struct options *o, bool summary_wanted, struct why *why)
{
    struct job job = { .options = o, .began = headless_now() };
    struct summary summary;
    snapshot_init(&job.snap);
    headless_catch();
    enum status status = open_job(&job, why);
    if (status == STATUS_OK)
        status = train(&job, why);
    if (status == STATUS_OK && summary_wanted)
        status = training_summary(&job.training, &summary, why);
    if (status == STATUS_OK)
        status = write_outputs(&job, why);
    status = close_job(&job, status, why);
    if (status == STATUS_OK)
        report_divergence(&job);
    if (status == STATUS_OK && summary_wanted) {
        summary.wall_s = headless_now() - (o->benchmark ? job.loaded : job.began);
        summary.peak_rss_kb = peak_rss_kb();
        status = summary_print(stdout, &summary, why);
    }
    snapshot_clear(&job.snap);
    training_end(&job.training);
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
    if (!o.help && o.vs_count > 0)
        return cli_compare(&o, why);
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
        "start).\n"
        "--view compare --vs \"OPTIONS\" (up to 3 times) sets trainings side by side: each --vs has the same "
        "options as\nthe line, then its own; the data, the initial weights where shapes agree and the order "
        "of batches are the same.\n\n"
        "  figure --view compare --loss softmax --vs \"--loss arcface --set m=0.3\" --out compare.svg\n",
        why);
}
