#include "app/cli.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "app/data_out.h"
#include "app/dataset_open.h"
#include "app/eval.h"
#include "app/export.h"
#include "app/headless.h"
#include "app/options.h"
#include "app/session.h"
#include "app/summary.h"
#include "app/training.h"
#include "render/text.h"

/* The tables as data_out.h numbers them, and the session. */
enum { OUT_SAVE = DATA_TABLES, OUT_COUNT };

/* One training from options to files. Outputs are begun before the training, so that a folder which cannot be
 * written is found at once, and all of them are kept or none. */
struct job {
    const struct options *options;
    struct dataset data;
    struct training training;
    struct output file[OUT_COUNT], dump[OPTIONS_DUMPS], figure[OPTIONS_FIGURES]; /* stream NULL: not open */
    struct metrics_columns columns;
    FILE *metrics; /* rows as CSV, into memory */
    char *metrics_text;
    size_t metrics_size;
    struct data_moments moments;
    struct snapshot snap; /* for figures and tables */
    long epochs_seen, last_row; /* whole epochs passed; step of the last row of metrics.csv */
    bool text; /* fonts are open */
    double began, loaded;
};

static const char *output_path(const struct options *o, int i)
{
    const char *const path[OUT_COUNT] = { [DATA_METRICS] = o->metrics,
        [DATA_FEATURES] = o->features,
        [DATA_LABELS] = o->labels,
        [DATA_WEIGHTS] = o->weights,
        [DATA_HISTORY] = o->history,
        [DATA_INPUTS] = o->data,
        [DATA_POINTS] = o->points_csv,
        [OUT_SAVE] = o->save };
    return path[i];
}

static enum status begin_outputs(struct job *job, struct why *why)
{
    const struct options *o = job->options;
    enum status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < OUT_COUNT; i++)
        if (output_path(o, i)[0])
            status = output_begin(&job->file[i], output_path(o, i), why);
    for (int i = 0; status == STATUS_OK && i < o->dump_count; i++)
        status = output_begin(&job->dump[i], o->dump[i].path, why);
    for (int i = 0; status == STATUS_OK && i < o->figure_count; i++)
        status = output_begin(&job->figure[i], o->figure[i].figure.path, why);
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

static enum status open_metrics(struct job *job, struct why *why)
{
    job->metrics = open_memstream(&job->metrics_text, &job->metrics_size);
    if (!job->metrics)
        return why_set(why, STATUS_FAILED, "metrics: out of memory; close other programs and try again");
    metrics_write_header(job->metrics, &job->columns);
    return STATUS_OK;
}

static enum status open_job(struct job *job, struct why *why)
{
    const struct progress reading = { draw_reading, job };
    enum status status = begin_outputs(job, why);
    if (status == STATUS_OK)
        status = options_open_data(job->options, &job->options->experiment, &reading, &job->data, why);
    headless_progress_wipe();
    if (status == STATUS_OK)
        status = training_begin(&job->training, job->options, &job->options->experiment, &job->data, why);
    if (status == STATUS_OK)
        status = check_dumps(job, why);
    gather_columns(job);
    if (status == STATUS_OK && job->file[DATA_METRICS].stream)
        status = open_metrics(job, why);
    job->loaded = headless_now();
    return status;
}

static enum status write_row(struct job *job, struct why *why)
{
    struct evaluation evaluation;
    enum status status = trainer_evaluate(job->training.trainer, false, &evaluation);
    if (status != STATUS_OK)
        return why_set(why, status, "metrics: out of memory; close other programs and try again");
    metrics_write_row(job->metrics, &job->columns, job->training.trainer, &evaluation);
    job->last_row = trainer_steps(job->training.trainer);
    return STATUS_OK;
}

/* A row at the first step, at each epoch end, every so many steps if asked, and at the end. */
static enum status note_metrics(struct job *job, bool last, struct why *why)
{
    long step = trainer_steps(job->training.trainer), every = job->options->metrics_every;
    long epochs = (long)floor(trainer_epoch(job->training.trainer) + 1e-9);
    bool due =
        last || step == job->training.began || epochs > job->epochs_seen || (every && step % every == 0);
    job->epochs_seen = epochs;
    if (!job->metrics || !due || job->last_row == step)
        return STATUS_OK;
    return write_row(job, why);
}

static bool shows_samples(const struct job *job)
{
    return job->options->figure_count || job->file[DATA_HISTORY].stream || job->file[DATA_POINTS].stream;
}

/* Step 0, the end, and evenly between. */
static enum status note_moment(struct job *job, bool last, struct why *why)
{
    long step = trainer_steps(job->training.trainer), gaps = job->options->moments - 1;
    long planned = training_planned(&job->training), every = planned > gaps ? (planned + gaps - 1) / gaps : 1;
    struct data_moments *m = &job->moments;
    if (!job->file[DATA_HISTORY].stream || data_format(job->options->history) != DATA_NPZ ||
        (!last && step % every))
        return STATUS_OK;
    enum status status = training_snapshot(&job->training, 0, &job->snap, why);
    if (status != STATUS_OK)
        return status;
    if (!m->capacity && !data_moments_init(m, (int)job->options->moments + 1, &job->snap))
        return why_set(why, STATUS_FAILED, "--history: out of memory; show fewer --points or --moments");
    data_moments_add(m, &job->snap);
    return STATUS_OK;
}

/* A figure's curves have accuracies at the steps where a snapshot was taken: at about as many as can be told apart. */
static enum status note_curve(struct job *job, bool last, struct why *why)
{
    unsigned needs = 0;
    const long points = 40;
    long every = training_planned(&job->training) / points + 1;
    if (!shows_samples(job) || (!last && trainer_steps(job->training.trainer) % every))
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
    if (status == STATUS_OK)
        status = note_moment(job, last, why);
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
    for (int i = 0; status == STATUS_OK && i < o->figure_count; i++) {
        struct figure_options figure = o->figure[i].figure;
        figure.output = &job->figure[i];
        status = export_figure(&job->snap, trainer_data(job->training.trainer), &figure, why);
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
    for (int i = 0; i < OUT_COUNT; i++)
        status = flush_output(&job->file[i], output_path(o, i), status, why);
    for (int i = 0; i < o->dump_count; i++)
        status = flush_output(&job->dump[i], o->dump[i].path, status, why);
    return status;
}

/* A window that the training was taken from is as it was. */
static enum status write_session(struct job *job, struct why *why)
{
    const struct session *before = job->options->session;
    struct session *s = session_create(job->options->save);
    if (!s)
        return why_set(why, STATUS_FAILED, "--save: out of memory; close other programs and try again");
    if (before)
        session_keep_window(s, before);
    s->data = session_data_of(&job->data);
    s->opened = true;
    enum status status = session_take(s, job->training.trainer, why);
    if (status == STATUS_OK)
        status = session_print(s, job->file[OUT_SAVE].stream, why);
    session_destroy(s);
    return status;
}

static enum status write_tables(struct job *job, struct why *why)
{
    enum status status = STATUS_OK;
    struct why inner = { "" };
    if (job->metrics && (fflush(job->metrics) != 0 || ferror(job->metrics)))
        return why_set(why, STATUS_FAILED, "metrics: out of memory; close other programs and try again");
    const struct data_source source = { job->training.trainer, trainer_data(job->training.trainer),
        &job->snap, &job->moments, job->metrics_text };
    for (int i = 0; status == STATUS_OK && i < DATA_TABLES; i++)
        if (job->file[i].stream)
            status = data_write((enum data_table)i, data_format(output_path(job->options, i)), &source,
                job->file[i].stream, &inner);
    return status == STATUS_OK ? status : why_set(why, status, "%s", inner.text);
}

static enum status write_outputs(struct job *job, struct why *why)
{
    enum status status = check_dumped(job, why);
    if (status == STATUS_OK && job->file[OUT_SAVE].stream)
        status = write_session(job, why);
    if (status == STATUS_OK)
        status = write_tables(job, why);
    status = flush_outputs(job, status, why);
    return status == STATUS_OK ? draw_figures(job, why) : status;
}

/* Keeps all outputs, or none when anything went wrong. */
static enum status close_job(struct job *job, enum status status, struct why *why)
{
    const struct options *o = job->options;
    for (int i = 0; i < OUT_COUNT; i++)
        status = output_settle(&job->file[i], status, why);
    for (int i = 0; i < o->dump_count; i++)
        status = output_settle(&job->dump[i], status, why);
    for (int i = 0; i < o->figure_count; i++)
        status = output_settle(&job->figure[i], status, why);
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
    data_moments_clear(&job.moments);
    if (job.metrics)
        fclose(job.metrics);
    free(job.metrics_text);
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
    bool several = o.vs_count > 0 || (where == FOR_FIGURE && options_beside(&o) > 0 &&
                                         strcmp(o.figure[0].figure.view, "compare") == 0);
    if (!o.help)
        status = several ? cli_compare(&o, why) : run_job(&o, where == FOR_TRAIN, why);
    options_clear(&o);
    if (!o.help)
        return status;
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
        "Changes of --at are made before the step after STEP; those after the end are not reached.\n"
        "--save keeps the whole training; --session goes on from there to the same bytes as if it had never "
        "been\n"
        "interrupted. --epochs and --steps count from step 0. Options beside --session change the training "
        "there.\n",
        why);
}

enum status cli_figure(int argc, const char **argv, struct why *why)
{
    return run(argc, argv, FOR_FIGURE,
        "marginscope figure [options] --out F\n\n"
        "Trains without a window, as `train` does, and draws one figure of the final state (--steps 0: the "
        "start). Of a --session the state it was saved in, unless --epochs or --steps lead on.\n"
        "--view compare --vs \"OPTIONS\" (up to 3 times) sets trainings side by side: each --vs has the same "
        "options as\nthe line, then its own (a --loss without the line's terms); the data, the initial "
        "weights "
        "where shapes\nagree and the order of batches are the same.\n\n"
        "  figure --view compare --loss softmax --vs \"--loss arcface --set m=0.3\" --out compare.svg\n",
        why);
}
