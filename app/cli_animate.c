/* cli_animate.c - `marginscope animate`: a training, or the sweep of a setting after it, as a moving picture. */
#include "app/cli.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/animate.h"
#include "app/dataset_open.h"
#include "app/headless.h"
#include "app/json_put.h"
#include "app/sweep.h"
#include "app/training.h"
#include "render/text.h"

/* The training keeps the frames it will show, nothing more. */
enum { FRAMES_BUDGET = 1 << 30 };

struct animate_job {
    const struct options *options;
    struct animation_options animation;
    struct animation_sweep sweep;
    bool sweeps, text;
    struct sweep plan; /* of what is trained: one, and those beside it */
    struct training training[COMPARE_MAX];
    struct history *history[COMPARE_MAX];
    struct snapshot snap;
    struct animation_walk *walk;
    struct animation_result result;
    double began;
};

static bool draw_progress(void *user, double share, const char *words)
{
    const struct animate_job *job = user;
    headless_progress(share, words, job->began);
    return !headless_stopped();
}

/* A shape is that of a slide at half its size; figures are larger, moving pictures are not. */
static enum status take_size(struct animate_job *job, struct why *why)
{
    const struct figure_request *look = &job->options->look;
    struct figure_options *figure = &job->animation.figure;
    bool millimetres = false;
    if (!look->size[0])
        return STATUS_OK;
    if (!export_read_size(look->size, &figure->width, &figure->height, &millimetres) || millimetres)
        return why_set(why, STATUS_USAGE, "--size %s: not a size of pixels; write 800x500, 16:9, 4:3 or 1:1",
            look->size);
    double shrink = strchr(look->size, ':') ? 2 : 1;
    figure->width /= shrink;
    figure->height /= shrink;
    return STATUS_OK;
}

/* Others are trained along where the picture has a place for them. */
static bool shows_others(const struct options *o)
{
    bool compares = strcmp(o->look.figure.view, view_compare.id) == 0;
    return o->vs_count > 0 || (compares && options_beside(o) > 0);
}

static enum status take_sweep(struct animate_job *job, struct why *why)
{
    const struct options *o = job->options;
    job->sweeps = strcmp(o->over, "history") != 0;
    if (!job->sweeps && o->while_training > 0)
        return why_set(why, STATUS_USAGE,
            "--while-training %ld: nothing is swept; add --over KEY=FROM..TO, as in m=0..0.5",
            o->while_training);
    if (!job->sweeps)
        return STATUS_OK;
    if (shows_others(o))
        return why_set(why, STATUS_USAGE,
            "--over %s: sweeps one training, and here are several; leave it out, or --vs and --view compare",
            o->over);
    struct animation_sweep *s = &job->sweep;
    size_t length = strcspn(o->over, "=");
    const char *dots = strstr(o->over + length, "..");
    char *end_from, *end_to;
    *s = (struct animation_sweep){ .frames = animation_frames(&job->animation), .steps = o->while_training };
    snprintf(s->key, sizeof s->key, "%.*s", (int)length, o->over);
    s->from = strtod(o->over + length + 1, &end_from);
    s->to = strtod(dots + 2, &end_to);
    /* strtod takes the first dot of "0..1" for a decimal point */
    if ((end_from != dots && end_from != dots + 1) || *end_to || !isfinite(s->from) || !isfinite(s->to))
        return why_set(why, STATUS_USAGE,
            "--over %s: not KEY=FROM..TO with two numbers; write for example m=0..0.5", o->over);
    s->needs = view_needs(view_find(job->animation.figure.view), true);
    struct why inner = { "" };
    enum status status = animation_sweep_check(s, &o->experiment, &inner);
    return status == STATUS_OK ? status : why_set(why, status, "--over %s", inner.text);
}

static enum status plan(struct animate_job *job, struct why *why)
{
    const struct options *o = job->options;
    if (!o->out[0])
        return why_set(why, STATUS_USAGE,
            "animate: no file named; add --out F.gif, .webp, .mp4, .webm or frame-%%04d.png");
    animation_options_init(&job->animation);
    struct figure_options look = o->look.figure;
    look.width = job->animation.figure.width;
    look.height = job->animation.figure.height;
    look.scale = o->look.scaled ? look.scale : job->animation.figure.scale;
    job->animation.figure = look;
    snprintf(job->animation.figure.path, sizeof job->animation.figure.path, "%s", o->out);
    job->animation.fps = o->fps;
    job->animation.seconds = o->seconds;
    enum status status = take_size(job, why);
    if (status == STATUS_OK)
        status = animation_check(&job->animation, why);
    return status == STATUS_OK ? take_sweep(job, why) : status;
}

/* A folder that cannot be written is found before the training. */
static enum status probe(const char *path, struct why *why)
{
    struct output output = { .stream = NULL };
    char first[1200];
    snprintf(first, sizeof first, "%s", path);
    if (animation_is_numbered(path))
        animation_number(path, 0, first, sizeof first);
    enum status status = output_begin(&output, first, why);
    if (status == STATUS_OK)
        output_end(&output, false, NULL);
    return status;
}

static enum status begin_trainings(struct animate_job *job, struct why *why)
{
    enum status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < job->plan.cells; i++) {
        const struct sweep_cell *cell = &job->plan.cell[i];
        status = training_begin_saved(
            &job->training[i], job->options, cell->saved, &cell->experiment, cell->data, why);
        if (status == STATUS_OK &&
            !(job->history[i] = history_create((size_t)FRAMES_BUDGET / (size_t)job->plan.cells)))
            status =
                why_set(why, STATUS_FAILED, "animate: out of memory; close other programs and try again");
    }
    return status;
}

static enum status open_job(struct animate_job *job, struct why *why)
{
    const struct options *o = job->options;
    enum status status = probe(o->out, why);
    if (status == STATUS_OK)
        status = text_start(why);
    job->text = status == STATUS_OK;
    if (status == STATUS_OK)
        status = sweep_plan_beside(o, &job->plan, why);
    if (status == STATUS_OK && !shows_others(o))
        job->plan.cells = 1;
    if (status == STATUS_OK)
        status = sweep_open(&job->plan, why);
    return status == STATUS_OK ? begin_trainings(job, why) : status;
}

/* The one farthest from its end: all go by its steps. */
static const struct training *slowest(const struct animate_job *job)
{
    const struct training *slowest = &job->training[0];
    for (int i = 1; i < job->plan.cells; i++) {
        const struct training *t = &job->training[i];
        if (!training_finished(t) &&
            (training_finished(slowest) || training_planned(t) > training_planned(slowest)))
            slowest = t;
    }
    return slowest;
}

/* Frames fall on even parts of the run; where it is shorter than there are frames, some are shown twice. */
static bool is_due(const struct animate_job *job)
{
    const struct training *t = slowest(job);
    long first = t->began, step = trainer_steps(t->trainer) - first;
    long last = training_planned(t) - first;
    long frames = animation_frames(&job->animation) - 1;
    if (training_finished(t) || step == 0 || last <= frames)
        return true;
    return step * frames / last != (step - 1) * frames / last;
}

/* A sweep needs no frames of the way, but curves need points there. */
static enum status keep_frame(struct animate_job *job, int i, struct why *why)
{
    unsigned needs = view_needs(view_find(job->animation.figure.view), true);
    enum status status = training_snapshot(&job->training[i], job->sweeps ? 0 : needs, &job->snap, why);
    if (status == STATUS_OK && !job->sweeps && !history_add_frame(job->history[i], &job->snap, 0))
        status = why_set(why, STATUS_FAILED, "animate: no memory for a frame; show fewer --points");
    return status;
}

static enum status keep_frames(struct animate_job *job, struct why *why)
{
    enum status status = STATUS_OK;
    bool due = is_due(job);
    for (int i = 0; status == STATUS_OK && i < job->plan.cells; i++) {
        const struct training *t = &job->training[i];
        int kept = history_count(job->history[i]);
        bool ended = kept > 0 && history_step(job->history[i], kept - 1) == trainer_steps(t->trainer);
        if (!ended && (due || training_finished(t)))
            status = keep_frame(job, i, why);
    }
    return status;
}

static enum status change_all(struct animate_job *job, struct why *why)
{
    enum status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < job->plan.cells; i++)
        status = training_change(&job->training[i], why);
    return status;
}

static void step_all(struct animate_job *job)
{
    for (int i = 0; i < job->plan.cells; i++)
        if (!training_finished(&job->training[i]))
            training_step(&job->training[i]);
}

static enum status train(struct animate_job *job, struct why *why)
{
    enum status status = change_all(job, why);
    if (status == STATUS_OK)
        status = keep_frames(job, why);
    while (status == STATUS_OK && !training_finished(slowest(job))) {
        char words[64];
        step_all(job);
        const struct training *t = slowest(job);
        long step = trainer_steps(t->trainer), steps = training_planned(t);
        snprintf(words, sizeof words, "step %ld of %ld", step, steps);
        if (!draw_progress(job, steps > 0 ? fmin((double)step / (double)steps, 1) : 1, words))
            return why_set(why, STATUS_FAILED, "%s: stopped at step %ld; nothing was written, start again",
                headless_stopped(), step);
        status = change_all(job, why);
        if (status == STATUS_OK)
            status = keep_frames(job, why);
    }
    headless_progress_wipe();
    return status;
}

static enum status write_history(
    struct animate_job *job, const struct animation_watch *watch, struct why *why)
{
    struct animation_history h = { .history = job->history[0],
        .frames = animation_frames(&job->animation),
        .besides = job->plan.cells - 1 };
    for (int i = 0; i < h.besides; i++)
        h.beside[i] = job->history[i + 1];
    struct animation_source source = animation_of_history(&h, trainer_data(job->training[0].trainer));
    for (int i = 0; i < h.besides; i++)
        source.beside[i] = trainer_data(job->training[i + 1].trainer);
    return animation_write(&job->animation, &source, watch, &job->result, why);
}

static enum status write_sweep(struct animate_job *job, const struct animation_watch *watch, struct why *why)
{
    enum status status = animation_walk_create(&job->sweep, job->training[0].trainer,
        trainer_data(job->training[0].trainer), watch, &job->walk, why);
    if (status != STATUS_OK)
        return status;
    job->began = headless_now();
    struct animation_source source = animation_of_walk(job->walk);
    status = animation_write(&job->animation, &source, watch, &job->result, why);
    animation_walk_destroy(job->walk);
    return status;
}

static enum status print_summary(const struct animate_job *job, struct why *why)
{
    const struct animation_result *r = &job->result;
    const struct animation_options *o = &job->animation;
    json_t *json = json_pack("{s:o, s:i, s:i, s:i, s:f, s:f, s:I, s:s, s:s, s:I}", "file",
        json_text(o->figure.path), "frames", r->frames, "width", r->width, "height", r->height, "fps", o->fps,
        "seconds", r->frames / o->fps, "bytes", (json_int_t)r->bytes, "view", o->figure.view, "over",
        job->options->over, "steps", (json_int_t)trainer_steps(job->training[0].trainer));
    bool printed =
        json && json_dumpf(json, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(12)) == 0 &&
        puts("") >= 0;
    json_decref(json);
    return printed ? STATUS_OK : why_set(why, STATUS_FAILED, "stdout: cannot be written; send it elsewhere");
}

static enum status run_job(struct animate_job *job, struct why *why)
{
    const struct animation_watch watch = { draw_progress, job };
    enum status status = plan(job, why);
    if (status != STATUS_OK)
        return status;
    headless_catch();
    job->began = headless_now();
    status = open_job(job, why);
    job->began = headless_now();
    if (status == STATUS_OK)
        status = train(job, why);
    job->began = headless_now();
    if (status == STATUS_OK)
        status = job->sweeps ? write_sweep(job, &watch, why) : write_history(job, &watch, why);
    headless_progress_wipe();
    if (status != STATUS_OK && headless_stopped())
        status = why_set(why, status, "%s: stopped; nothing was written, start again for a whole animation",
            headless_stopped());
    return status == STATUS_OK ? print_summary(job, why) : status;
}

static enum status animate(const struct options *o, struct why *why)
{
    struct animate_job *job = calloc(1, sizeof *job);
    if (!job)
        return why_set(why, STATUS_FAILED, "animate: out of memory; close other programs and try again");
    job->options = o;
    snapshot_init(&job->snap);
    enum status status = run_job(job, why);
    for (int i = 0; i < COMPARE_MAX; i++) {
        training_end(&job->training[i]);
        history_destroy(job->history[i]);
    }
    snapshot_clear(&job->snap);
    sweep_clear(&job->plan);
    if (job->text)
        text_stop();
    free(job);
    return status;
}

static void print_help(void)
{
    fputs("marginscope animate [options] --out F\n\n"
          "Trains without a window, as `train` does, and shows how it went: frames spread evenly over the "
          "run, on axes\n"
          "that hold still. With --over KEY=A..B the training is shown at its end while a setting goes from "
          "A to B, on\n"
          "the state as it is or, with --while-training N, with N steps from frame to frame. GIF has one "
          "palette for\n"
          "all frames; .mp4 and .webm are made by the program ffmpeg; a name with %04d in it gives numbered "
          "PNG files.\n"
          "The same line gives the same bytes. Ctrl+C stops, and leaves nothing behind.\n\n"
          "  animate --dataset blobs --loss arcface --steps 2000 --out arcface.gif\n"
          "  animate --loss arcface --epochs 5 --over m=0..0.5 --seconds 5 --out margin.webp\n"
          "  animate --loss center --over center.lambda=0..0.1 --while-training 20 --out center.mp4\n"
          "  animate --view compare --loss cosface --vs \"--loss softmax\" --steps 600 --out pair.gif\n"
          "  animate --view dashboard --size 1280x800 --theme dark --out frame-%04d.png\n",
        stdout);
}

enum status cli_animate(int argc, const char **argv, struct why *why)
{
    static struct options o;
    options_init(&o);
    enum status status = options_parse(argc, argv, FOR_ANIMATE, &o, why);
    if (status == STATUS_OK && o.help) {
        print_help();
        options_help(stdout, FOR_ANIMATE);
    } else if (status == STATUS_OK)
        status = animate(&o, why);
    options_clear(&o);
    return status;
}
