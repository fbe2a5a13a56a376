#include "app/cli.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <SDL.h>

#include "app/dataset_open.h"
#include "app/headless.h"
#include "app/sweep.h"
#include "app/sweep_figure.h"
#include "render/text.h"

/* A sweep from options to files: all of them, or none. */
struct sweep_job {
    const struct options *options;
    struct sweep sweep;
    struct output csv, figure; /* stream NULL: not open */
    bool text; /* fonts are open */
};

static enum status open_job(struct sweep_job *job, struct why *why)
{
    const struct options *o = job->options;
    enum status status = sweep_plan(o, &job->sweep, why);
    if (status == STATUS_OK && o->csv[0])
        status = output_begin(&job->csv, o->csv, why);
    if (status == STATUS_OK && o->out[0])
        status = output_begin(&job->figure, o->out, why);
    if (status == STATUS_OK && o->out[0]) {
        status = text_start(why);
        job->text = status == STATUS_OK;
    }
    return status == STATUS_OK ? sweep_open(&job->sweep, why) : status;
}

static enum status write_csv(struct sweep_job *job, struct why *why)
{
    FILE *stream = job->csv.stream;
    if (!stream)
        return STATUS_OK;
    sweep_write_csv(stream, &job->sweep);
    if (fflush(stream) == 0 && !ferror(stream))
        return STATUS_OK;
    return why_set(why, STATUS_FAILED, "%.300s: %s; make room there or choose another place",
        job->options->csv, strerror(errno));
}

static enum status write_outputs(struct sweep_job *job, struct why *why)
{
    enum status status = write_csv(job, why);
    if (status != STATUS_OK || !job->options->out[0])
        return status;
    struct figure_request request = job->options->figure[0];
    request.figure.output = &job->figure;
    return sweep_figure(&job->sweep, &request, why);
}

static enum status close_job(struct sweep_job *job, enum status status, struct why *why)
{
    status = output_settle(&job->csv, status, why);
    status = output_settle(&job->figure, status, why);
    if (job->text)
        text_stop();
    return status;
}

static void note_memory(struct sweep *s)
{
    struct rusage usage;
    long peak_kb = getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0;
    for (int i = 0; i < s->cells; i++)
        s->cell[i].summary.peak_rss_kb = peak_kb;
}

static void report_divergence(const struct sweep *s)
{
    char name[SWEEP_NAME];
    for (int i = 0; i < s->cells; i++)
        if (s->cell[i].summary.diverged)
            fprintf(stderr,
                "marginscope: %s: the training diverged at step %ld, its last finite state is kept; try a "
                "smaller --lr\n",
                sweep_name(s, i, name, sizeof name), s->cell[i].summary.steps);
}

static enum status run_job(const struct options *o, struct why *why)
{
    struct sweep_job job = { .options = o };
    int jobs = o->jobs > 0 ? (int)o->jobs : SDL_GetCPUCount();
    headless_catch();
    enum status status = open_job(&job, why);
    if (status == STATUS_OK)
        status = sweep_run(&job.sweep, jobs, why);
    if (status == STATUS_OK)
        status = write_outputs(&job, why);
    status = close_job(&job, status, why);
    if (status == STATUS_OK) {
        note_memory(&job.sweep);
        report_divergence(&job.sweep);
        status = sweep_print(stdout, &job.sweep, why);
    }
    sweep_clear(&job.sweep);
    return status;
}

static void print_help(void)
{
    fputs(
        "marginscope sweep [options] --set NAME=V1,V2,... [--set NAME=V1,V2,...] --out F\n\n"
        "Trains once for each value, from the same seed, data and initial weights, and lays the results out\n"
        "as one figure on the same scales, one CSV (--csv), and a JSON array of summaries on stdout. Two "
        "lists\n"
        "make a grid: the first across, the second down; at most 64 trainings. --set NAME or ID.NAME takes\n"
        "parameters of the loss and its terms, --vary KEY any other option. A value that is a list itself "
        "is\n"
        "written with colons: --vary hidden=32,64:32,128:64. The result does not depend on --jobs.\n\n"
        "  sweep --loss lsoftmax --set m=1,2,3,4 --rows both --out lsoftmax.svg\n"
        "  sweep --loss center --set center.lambda=0.001,0.01,0.1,1 --rows both --scales own --out "
        "center.pdf\n"
        "  sweep --loss arcface --set s=10,30,64 --set m=0,0.2,0.4 --out grid.png --csv grid.csv\n"
        "  sweep --loss cosface --set m=0,0.1,0.2,0.35 --summary gap --out gap.svg\n"
        "  sweep --vary loss=softmax,normface,cosface,arcface --scales own --out losses.png\n",
        stdout);
}

enum status cli_sweep(int argc, const char **argv, struct why *why)
{
    static struct options o;
    options_init(&o);
    enum status status = options_parse(argc, argv, FOR_SWEEP, &o, why);
    if (status != STATUS_OK)
        return status;
    if (!o.help)
        return run_job(&o, why);
    print_help();
    options_help(stdout, FOR_SWEEP);
    return STATUS_OK;
}
