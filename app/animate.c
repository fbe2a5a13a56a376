#include "app/animate.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "app/animate_inner.h"
#include "render/span.h"

/* Frames looked at before the first is drawn, for axes and colours. */
enum { SURVEY = 32 };
static const double survey_share = 0.08; /* of the whole work */

static const struct animation_format *const format[] = { &animation_gif, &animation_webp, &animation_mp4,
    &animation_webm, &animation_png };

void animation_options_init(struct animation_options *o)
{
    *o = (struct animation_options){ .fps = 20, .seconds = 8 };
    figure_options_init(&o->figure);
    o->figure.width = 800;
    o->figure.height = 500;
    o->figure.scale = 1;
}

int animation_frames(const struct animation_options *o)
{
    double frames = round(o->fps * o->seconds);
    return frames >= 2 ? frames <= 1e9 ? (int)frames : 1000000000 : 2;
}

static const struct animation_format *format_find(const char *path)
{
    const char *slash = strrchr(path, '/'), *ending = strrchr(slash ? slash : path, '.');
    for (size_t i = 0; ending && i < sizeof format / sizeof *format; i++)
        if (strcasecmp(format[i]->ending, ending) == 0)
            return format[i];
    return NULL;
}

static enum status check_name(const struct animation_options *o, struct why *why)
{
    const char *path = o->figure.path;
    const struct animation_format *f = format_find(path);
    if (!f)
        return why_set(why, STATUS_USAGE,
            "%s: the ending names no moving picture; use .gif, .webp, .mp4, .webm or F-%%04d.png", path);
    if (f == &animation_png && !animation_is_numbered(path))
        return why_set(why, STATUS_USAGE,
            "%s: one name for many frames; put the number's place in it, as in frame-%%04d.png", path);
    if ((f == &animation_mp4 || f == &animation_webm) && !animation_has_ffmpeg())
        return why_set(why, STATUS_FAILED,
            "%s: there is no program ffmpeg, which makes these; install it, or write .gif or .webp", path);
    return STATUS_OK;
}

static enum status check_sides(const struct animation_options *o, struct why *why)
{
    const struct figure_options *f = &o->figure;
    double width = f->width * f->scale, height = f->height * f->scale;
    if (!(f->width >= 160 && f->height >= 120 && f->scale >= 1 && width <= ANIMATION_SIDE &&
            height <= ANIMATION_SIDE))
        return why_set(why, STATUS_USAGE,
            "%s: %g x %g at scale %g is not possible; from 160 x 120 to %d pixels a side", f->path, f->width,
            f->height, f->scale, ANIMATION_SIDE);
    if (format_find(f->path)->even && (lround(width) % 2 || lround(height) % 2))
        return why_set(why, STATUS_USAGE,
            "%s: %ld x %ld pixels; this format wants even numbers, as in %ldx%ld", f->path, lround(width),
            lround(height), lround(width) & ~1L, lround(height) & ~1L);
    return STATUS_OK;
}

enum status animation_check(const struct animation_options *o, struct why *why)
{
    const char *path = o->figure.path;
    enum status status = check_name(o, why);
    if (status == STATUS_OK)
        status = check_sides(o, why);
    if (status != STATUS_OK)
        return status;
    double most = format_find(path)->most_fps;
    if (!view_find(o->figure.view))
        return why_set(why, STATUS_USAGE, "%s: there is no view \"%s\"; `animate --help` lists them", path,
            o->figure.view);
    if (!theme_find(o->figure.theme))
        return why_set(why, STATUS_USAGE, "%s: there is no theme \"%s\"; use dark, light or print", path,
            o->figure.theme);
    if (!(o->fps >= 1 && o->fps <= most))
        return why_set(
            why, STATUS_USAGE, "%s: %g frames a second; this format takes 1 to %g", path, o->fps, most);
    if (!(o->seconds >= 0.1 && o->fps * o->seconds <= ANIMATION_FRAMES))
        return why_set(why, STATUS_USAGE,
            "%s: %g s at %g frames a second; allowed 0.1 s to %d frames, shorten it or take fewer a second",
            path, o->seconds, o->fps, ANIMATION_FRAMES);
    return STATUS_OK;
}

/* ---- what formats share ---- */

long animation_time(const struct animation_writer *w, int i, int per)
{
    return lround((double)i * per / w->fps);
}

enum status animation_blame(const struct animation_writer *w, struct why *why)
{
    return why_set(why, STATUS_FAILED, "%.400s: %s; make room there or choose another place", w->path,
        errno ? strerror(errno) : "could not be written");
}

enum status animation_close(struct animation_writer *w, bool keep, long long *bytes, struct why *why)
{
    struct stat info;
    enum status status = output_end(&w->output, keep, why);
    if (bytes)
        *bytes = keep && status == STATUS_OK && stat(w->path, &info) == 0 ? (long long)info.st_size : 0;
    return status;
}

/* ---- one frame ---- */

/* What every frame is drawn on and with. The scenes live from frame to frame, so that what they choose (the typical
 * sample) stays chosen. */
struct stage {
    const struct figure_options *options;
    const struct animation_source *source;
    struct export_layout layout;
    struct canvas *canvas;
    uint32_t *pixels;
    uint8_t *rgb;
    int width, height;
    struct scene scene[COMPARE_MAX];
    struct figure_span span[COMPARE_MAX]; /* what the axes reach over; of all of them in the first */
};

static const struct dataset *data_of(const struct animation_source *source, int cell)
{
    return cell ? source->beside[cell - 1] : source->data;
}

static bool stage_open(struct stage *s)
{
    const struct figure_options *o = s->options;
    s->layout = export_layout(o);
    s->width = (int)lround(o->width * o->scale);
    s->height = (int)lround(o->height * o->scale);
    size_t pixels = (size_t)s->width * (size_t)s->height;
    s->pixels = calloc(pixels, sizeof *s->pixels);
    s->rgb = malloc(3 * pixels);
    if (s->pixels && s->rgb)
        s->canvas =
            canvas_cairo_pixels(s->pixels, s->width, s->height, 4 * s->width, o->scale / s->layout.dense);
    return s->canvas != NULL;
}

static void stage_close(struct stage *s)
{
    canvas_destroy(s->canvas);
    for (int i = 0; i < COMPARE_MAX; i++) {
        scene_clear(&s->scene[i]);
        figure_span_clear(&s->span[i]);
    }
    free(s->pixels);
    free(s->rgb);
}

static void unpack(struct stage *s)
{
    size_t n = (size_t)s->width * (size_t)s->height;
    uint8_t *to = s->rgb;
    for (size_t i = 0; i < n; i++, to += 3) {
        uint32_t p = s->pixels[i];
        to[0] = (uint8_t)(p >> 16);
        to[1] = (uint8_t)(p >> 8);
        to[2] = (uint8_t)p;
    }
}

static bool stage_survey(struct stage *s, const struct snapshot *snap)
{
    struct scene *scene[COMPARE_MAX];
    for (int i = 0; i < s->source->cells; i++) {
        if (!figure_span_take(&s->span[i], &snap[i], data_of(s->source, i)))
            return false;
        scene[i] = &s->span[i].scene;
    }
    if (s->source->cells > 1)
        compare_reach_take(&s->span[0].compare, scene, s->source->cells);
    return true;
}

static void stand_beside(struct look *look, struct stage *s, const struct snapshot *snap)
{
    for (int i = 1; i < s->source->cells; i++) {
        look->beside[look->besides++] = &s->scene[i];
        look->ghost[look->ghosts++] = &snap[i];
    }
}

static enum status stage_draw(struct stage *s, const struct snapshot *snap, struct why *why)
{
    const struct figure_options *o = s->options;
    for (int i = 0; i < s->source->cells; i++) {
        if (!scene_update(&s->scene[i], &snap[i], data_of(s->source, i)))
            return why_set(why, STATUS_FAILED, "%s: no memory for a frame; show fewer points", o->path);
        figure_span_apply(&s->span[i], &s->scene[i]);
    }
    struct look look = export_look(&s->scene[0], o, s->layout);
    look.span = &s->span[0];
    stand_beside(&look, s, snap);
    figure_draw(s->canvas, view_find(o->view), &s->scene[0], &look, s->layout.width, s->layout.height);
    enum status status = canvas_finish(s->canvas, why);
    unpack(s);
    return status;
}

/* ---- all of them ---- */

struct run {
    const struct animation_source *source;
    const struct animation_watch *watch;
    const struct animation_format *format;
    struct animation_writer writer;
    struct stage stage;
    struct snapshot snap[COMPARE_MAX];
    double share;
    char words[48];
    bool drawing, cancelled;
};

static bool stopped(void *user)
{
    struct run *r = user;
    if (r->watch && !r->watch->on(r->watch->user, r->share, r->words))
        r->cancelled = true;
    return r->cancelled;
}

static enum status cancelled(const struct run *r, struct why *why)
{
    return why_set(why, STATUS_FAILED,
        "%s: stopped %s%s; nothing was written, start again for a whole animation", r->writer.path,
        r->drawing ? "at " : "before the first frame", r->drawing ? r->words : "");
}

static enum status fetch(struct run *r, int i, struct why *why)
{
    return stopped(r) ? cancelled(r, why) : r->source->frame(r->source->user, i, r->snap, why);
}

static int survey_frame(int k, int shown, int count)
{
    return shown > 1 ? (int)((long)k * (count - 1) / (shown - 1)) : 0;
}

/* Before the first frame: how far the axes have to reach, then which colours there are. */
static enum status survey(struct run *r, struct why *why)
{
    int count = r->source->count, shown = count < SURVEY ? count : SURVEY;
    enum status status = STATUS_OK;
    snprintf(r->words, sizeof r->words, "measuring axes and colours");
    for (int k = 0; status == STATUS_OK && k < shown; k++) {
        status = fetch(r, survey_frame(k, shown, count), why);
        if (status == STATUS_OK && !stage_survey(&r->stage, r->snap))
            status = why_set(why, STATUS_FAILED, "%s: no memory; show fewer points", r->writer.path);
        r->share = survey_share * (k + 1) / (2 * shown);
    }
    for (int k = 0; status == STATUS_OK && r->format->sample && k < shown; k++) {
        status = fetch(r, survey_frame(k, shown, count), why);
        if (status == STATUS_OK)
            status = stage_draw(&r->stage, r->snap, why);
        if (status == STATUS_OK)
            status = r->format->sample(&r->writer, r->stage.rgb, why);
        r->share = survey_share * (shown + k + 1) / (2 * shown);
    }
    for (int i = 0; i < COMPARE_MAX; i++)
        scene_clear(&r->stage.scene[i]); /* what it chose there must not be seen in the first frame */
    return status;
}

static enum status draw_all(struct run *r, struct why *why)
{
    enum status status = STATUS_OK;
    int count = r->source->count;
    r->drawing = true;
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        snprintf(r->words, sizeof r->words, "frame %d of %d", i + 1, count);
        status = fetch(r, i, why);
        if (status == STATUS_OK)
            status = stage_draw(&r->stage, r->snap, why);
        if (status == STATUS_OK)
            status = r->format->frame(&r->writer, r->stage.rgb, i, why);
        r->share = survey_share + (1 - survey_share) * (i + 1) / (count + 1);
    }
    return status;
}

static enum status run_all(struct run *r, struct animation_result *result, struct why *why)
{
    if (!stage_open(&r->stage))
        return why_set(why, STATUS_FAILED, "%s: no memory for a frame; make it smaller", r->writer.path);
    r->writer.width = r->stage.width;
    r->writer.height = r->stage.height;
    enum status status = r->format->begin(&r->writer, why);
    if (status != STATUS_OK)
        return status;
    status = survey(r, why);
    if (status == STATUS_OK)
        status = draw_all(r, why);
    bool keep = status == STATUS_OK;
    enum status ended = r->format->end(&r->writer, keep, &result->bytes, keep ? why : NULL);
    return keep ? ended : status;
}

enum status animation_write(const struct animation_options *o, const struct animation_source *source,
    const struct animation_watch *watch, struct animation_result *result, struct why *why)
{
    *result = (struct animation_result){ .frames = source->count };
    enum status status = animation_check(o, why);
    if (status == STATUS_OK && source->count < 1)
        status = why_set(why, STATUS_FAILED, "%s: there is nothing to show yet; train first", o->figure.path);
    if (status != STATUS_OK)
        return status;
    struct run *r = calloc(1, sizeof *r);
    if (!r)
        return why_set(why, STATUS_FAILED, "%s: no memory; close other programs", o->figure.path);
    *r = (struct run){ .source = source, .watch = watch, .format = format_find(o->figure.path) };
    r->stage.options = &o->figure;
    r->stage.source = source;
    r->writer = (struct animation_writer){
        .path = o->figure.path, .frames = source->count, .fps = o->fps, .stopped = stopped, .user = r
    };
    for (int i = 0; i < COMPARE_MAX; i++)
        snapshot_init(&r->snap[i]);
    status = run_all(r, result, why);
    if (status != STATUS_OK && r->cancelled)
        cancelled(r, why);
    result->cancelled = status != STATUS_OK && r->cancelled;
    result->width = r->stage.width;
    result->height = r->stage.height;
    for (int i = 0; i < COMPARE_MAX; i++)
        snapshot_clear(&r->snap[i]);
    stage_close(&r->stage);
    free(r);
    return status;
}
