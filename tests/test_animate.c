/* Moving pictures, read back by the libraries that others read them with: as many frames as asked for, at their times,
 * in the colours of the figure; the same again; and nothing left behind when it ends early. */
#include "app/animate.h"

#include <dirent.h>
#include <gif_lib.h>
#include <png.h>
#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <webp/demux.h>

#include "app/animate_inner.h"
#include "app/worker.h"
#include "render/span.h"
#include "tests/support/folder.h"
#include "tests/support/fonts.h"
#include "tests/support/training.h"

enum { WIDTH = 320, HEIGHT = 200, FRAMES = 12, STEPS = 60, PIXELS = WIDTH * HEIGHT };

static struct dataset data;
static struct trainer *trainer;
static struct history *history;

static void empty_folder(void)
{
    DIR *d = opendir(folder);
    for (struct dirent *entry; (entry = readdir(d));)
        if (entry->d_name[0] != '.')
            unlink(in_folder(entry->d_name));
    closedir(d);
    assert_int_equal(files_in_folder(), 0);
}

static void must(enum status status, const struct why *why)
{
    if (status != STATUS_OK)
        fail_msg("%s", why->text);
}

static struct experiment small_experiment(void)
{
    struct experiment e;
    experiment_init(&e);
    set(&e, "dataset", "blobs");
    set(&e, "hidden", "16");
    set(&e, "warmup", "0,0");
    e.points = 120;
    return e;
}

static int set_up(void **state)
{
    struct experiment e = small_experiment();
    snprintf(folder, sizeof folder, "%s/marginscope-animate-XXXXXX",
        getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir);
    assert_non_null(mkdtemp(folder));
    assert_int_equal(fonts(state), 0);
    data = open_data(&e);
    trainer = make(&e, &data);
    history = remembered_steps(trainer, STEPS);
    return 0;
}

static int tear_down(void **state)
{
    empty_folder();
    rmdir(folder);
    history_destroy(history);
    trainer_destroy(trainer);
    dataset_clear(&data);
    return no_fonts(state);
}

static struct animation_options options_for(const char *name)
{
    struct animation_options o;
    animation_options_init(&o);
    o.figure.width = WIDTH;
    o.figure.height = HEIGHT;
    o.figure.parts = PART_TITLE | PART_LEGEND; /* captions stand in columns, those of figures do not */
    o.fps = 12.5;
    o.seconds = FRAMES / o.fps;
    snprintf(o.figure.path, sizeof o.figure.path, "%s", in_folder(name));
    return o;
}

static struct animation_history whole_history(void)
{
    return (struct animation_history){ .history = history, .frames = FRAMES };
}

static struct animation_result made(const char *name)
{
    struct animation_options o = options_for(name);
    struct animation_history h = whole_history();
    struct animation_source source = animation_of_history(&h, &data);
    struct animation_result result;
    struct why why = { "" };
    must(animation_write(&o, &source, NULL, &result, &why), &why);
    assert_int_equal(result.frames, FRAMES);
    return result;
}

static void read_png(const char *path, uint8_t *rgb)
{
    png_image image = { .version = PNG_IMAGE_VERSION };
    assert_true(png_image_begin_read_from_file(&image, path));
    assert_int_equal(image.width, WIDTH);
    assert_int_equal(image.height, HEIGHT);
    image.format = PNG_FORMAT_RGB;
    assert_true(png_image_finish_read(&image, NULL, rgb, 0, NULL));
}

/* The figure of frame i alone, on the axes of all: those of the last, whose norms are the largest. */
static void figure_of(int i, uint8_t *rgb)
{
    struct animation_options o = options_for("figure.png");
    struct animation_history h = whole_history();
    struct animation_source source = animation_of_history(&h, &data);
    struct figure_span span = { .known = false };
    struct snapshot snap;
    struct why why = { "" };
    snapshot_init(&snap);
    for (int k = 0; k < FRAMES; k++) {
        must(source.frame(source.user, k, &snap, &why), &why);
        assert_true(figure_span_take(&span, &snap, &data));
    }
    o.figure.ring = span.ring;
    must(source.frame(source.user, i, &snap, &why), &why);
    must(export_figure(&snap, &data, &o.figure, &why), &why);
    read_png(o.figure.path, rgb);
    unlink(o.figure.path);
    figure_span_clear(&span);
    snapshot_clear(&snap);
}

static double mean_error(const uint8_t *a, const uint8_t *b)
{
    double sum = 0;
    for (int i = 0; i < 3 * PIXELS; i++)
        sum += abs(a[i] - b[i]);
    return sum / (3 * PIXELS);
}

static void numbered_frames_are_the_figures(void **state)
{
    (void)state;
    static uint8_t frame[3 * PIXELS], figure[3 * PIXELS];
    made("f-%03d.png");
    assert_int_equal(files_in_folder(), FRAMES);
    const int at[] = { 0, FRAMES / 2, FRAMES - 1 };
    for (int k = 0; k < 3; k++) {
        char name[32];
        snprintf(name, sizeof name, "f-%03d.png", at[k] + 1);
        read_png(in_folder(name), frame);
        figure_of(at[k], figure);
        if (k == 0)
            assert_memory_equal(frame, figure, sizeof frame);
        assert_true(mean_error(frame, figure) < 0.5); /* later ones keep the mark they had */
    }
    empty_folder();
}

/* The screen after frame i, as a viewer builds it up. */
static void gif_screen(const GifFileType *gif, int i, uint8_t *rgb)
{
    for (int k = 0; k <= i; k++) {
        const SavedImage *image = &gif->SavedImages[k];
        const GifImageDesc *d = &image->ImageDesc;
        GraphicsControlBlock control;
        assert_int_equal(DGifSavedExtensionToGCB((GifFileType *)(uintptr_t)gif, k, &control), GIF_OK);
        assert_true(control.DisposalMode == DISPOSE_DO_NOT);
        for (int p = 0; p < d->Width * d->Height; p++) {
            uint8_t index = image->RasterBits[p];
            uint8_t *to = rgb + 3 * ((d->Top + p / d->Width) * WIDTH + d->Left + p % d->Width);
            const GifColorType *c = &gif->SColorMap->Colors[index];
            if (index == control.TransparentColor)
                continue;
            to[0] = c->Red, to[1] = c->Green, to[2] = c->Blue;
        }
    }
}

static void a_gif_has_one_palette_and_the_figures_colours(void **state)
{
    (void)state;
    static uint8_t screen[3 * PIXELS], figure[3 * PIXELS];
    made("a.gif");
    int failure = 0, hundredths = 0;
    GifFileType *gif = DGifOpenFileName(in_folder("a.gif"), &failure);
    assert_non_null(gif);
    assert_int_equal(DGifSlurp(gif), GIF_OK);
    assert_int_equal(gif->ImageCount, FRAMES);
    assert_int_equal(gif->SWidth, WIDTH);
    assert_int_equal(gif->SHeight, HEIGHT);
    assert_int_equal(gif->SColorMap->ColorCount, 256);
    for (int i = 0; i < FRAMES; i++) {
        GraphicsControlBlock control;
        assert_null(gif->SavedImages[i].ImageDesc.ColorMap);
        assert_int_equal(DGifSavedExtensionToGCB(gif, i, &control), GIF_OK);
        hundredths += control.DelayTime;
    }
    assert_int_equal(hundredths, 96);
    for (int i = 0; i < FRAMES; i += FRAMES - 1) {
        gif_screen(gif, i, screen);
        figure_of(i, figure);
        double error = mean_error(screen, figure);
        if (!(error < 1.5))
            fail_msg("frame %d: a channel is off by %.2f on average", i, error);
        assert_memory_equal(screen, figure, 3 * 8); /* the ground, exactly */
    }
    assert_int_equal(DGifCloseFile(gif, &failure), GIF_OK);
    empty_folder();
}

static void a_webp_has_its_frames_at_their_times(void **state)
{
    (void)state;
    static uint8_t screen[3 * PIXELS], figure[3 * PIXELS];
    struct animation_result result = made("a.webp");
    uint8_t *bytes, *rgba;
    size_t size;
    struct why why = { "" };
    must(file_read(in_folder("a.webp"), 1 << 26, &bytes, &size, &why), &why);
    assert_int_equal(size, result.bytes);
    WebPData webp = { bytes, size };
    WebPAnimDecoder *decoder = WebPAnimDecoderNew(&webp, NULL);
    WebPAnimInfo info;
    assert_non_null(decoder);
    assert_true(WebPAnimDecoderGetInfo(decoder, &info));
    assert_int_equal(info.frame_count, FRAMES);
    assert_int_equal(info.canvas_width, WIDTH);
    assert_int_equal(info.loop_count, 0);
    int end = 0;
    for (int i = 0; i < FRAMES; i++) {
        assert_true(WebPAnimDecoderGetNext(decoder, &rgba, &end));
        assert_int_equal(end, 80 * (i + 1));
        for (int p = 0; p < PIXELS; p++)
            memcpy(screen + 3 * p, rgba + 4 * p, 3);
        if (i > 0 && i < FRAMES - 1)
            continue;
        figure_of(i, figure);
        assert_true(mean_error(screen, figure) < 1.5);
    }
    WebPAnimDecoderDelete(decoder);
    free(bytes);
    empty_folder();
}

static bool same_files(const char *a, const char *b)
{
    uint8_t *left, *right;
    size_t left_size, right_size;
    struct why why = { "" };
    must(file_read(in_folder(a), 1 << 26, &left, &left_size, &why), &why);
    must(file_read(in_folder(b), 1 << 26, &right, &right_size, &why), &why);
    bool same = left_size == right_size && memcmp(left, right, left_size) == 0;
    free(left);
    free(right);
    return same;
}

static void the_same_frames_give_the_same_bytes(void **state)
{
    (void)state;
    static const char *const name[][2] = { { "a.gif", "b.gif" }, { "a.webp", "b.webp" },
        { "a.mp4", "b.mp4" } };
    for (int i = 0; i < (animation_has_ffmpeg() ? 3 : 2); i++) {
        made(name[i][0]);
        made(name[i][1]);
        assert_true(same_files(name[i][0], name[i][1]));
    }
    empty_folder();
}

struct patience {
    int asked, most;
};

static bool until_tired(void *user, double share, const char *words)
{
    struct patience *p = user;
    assert_true(share >= 0 && share <= 1);
    assert_true(words[0] != '\0');
    return ++p->asked < p->most;
}

static void write_old(const char *name)
{
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    fputs("old", file);
    fclose(file);
}

static void a_cancel_leaves_the_old_file_and_nothing_else(void **state)
{
    (void)state;
    static const char *const name[] = { "a.gif", "a.webp", "f-%d.png", "a.mp4", "a.webm" };
    for (int i = 0; i < (animation_has_ffmpeg() ? 5 : 3); i++)
        for (int most = 1; most < 60; most += 13) {
            const char *old = i == 2 ? "f-1.png" : name[i];
            struct patience patience = { 0, most };
            const struct animation_watch watch = { until_tired, &patience };
            struct animation_options o = options_for(name[i]);
            struct animation_history h = whole_history();
            struct animation_source source = animation_of_history(&h, &data);
            struct animation_result result;
            struct why why = { "" };
            char line[8] = "";
            write_old(old);
            enum status status = animation_write(&o, &source, &watch, &result, &why);
            if (patience.asked < most) { /* it was through before */
                empty_folder();
                continue;
            }
            assert_int_equal(status, STATUS_FAILED);
            assert_true(result.cancelled);
            assert_non_null(strstr(why.text, "stopped"));
            assert_int_equal(files_in_folder(), 1);
            FILE *file = fopen(in_folder(old), "r");
            assert_non_null(fgets(line, sizeof line, file));
            fclose(file);
            assert_string_equal(line, "old");
            empty_folder();
        }
}

static void what_cannot_be_is_refused_in_one_line(void **state)
{
    (void)state;
    struct {
        const char *name, *says;
        double width, fps, seconds;
    } rows[] = {
        { "a.bmp", "ending", WIDTH, 20, 1 },
        { "a.png", "number", WIDTH, 20, 1 },
        { "a-%s.png", "number", WIDTH, 20, 1 },
        { "a-%d-%d.png", "number", WIDTH, 20, 1 },
        { "a.gif", "pixels", 1e5, 20, 1 },
        { "a.gif", "pixels", NAN, 20, 1 },
        { "a.gif", "1 to 50", WIDTH, 60, 1 },
        { "a.gif", "frames", WIDTH, 20, 1e9 },
        { "a.gif", "frames", WIDTH, 20, NAN },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct animation_options o = options_for(rows[i].name);
        struct why why = { "" };
        o.figure.width = rows[i].width;
        o.fps = rows[i].fps;
        o.seconds = rows[i].seconds;
        assert_int_equal(animation_check(&o, &why), STATUS_USAGE);
        if (!strstr(why.text, rows[i].says))
            fail_msg("row %zu: %s", i, why.text);
    }
    assert_int_equal(files_in_folder(), 0);
}

static void names_are_numbered(void **state)
{
    (void)state;
    char name[64];
    assert_true(animation_is_numbered("a/f-%04d.png") && animation_is_numbered("%d.png"));
    assert_false(animation_is_numbered("a%d/f.png") || animation_is_numbered("f-%4d.png"));
    animation_number("f-%04d.png", 6, name, sizeof name);
    assert_string_equal(name, "f-0007.png");
    animation_number("%dx.png", 41, name, sizeof name);
    assert_string_equal(name, "42x.png");
}

/* A ground, a ramp, and noise in one corner: more colours than there is room for. */
static void paint(uint8_t *rgb)
{
    uint32_t noise = 1;
    for (int p = 0; p < PIXELS; p++) {
        int x = p % WIDTH, y = p / WIDTH;
        uint8_t *to = rgb + 3 * p;
        noise = noise * 1664525u + 1013904223u;
        to[0] = to[1] = to[2] = (uint8_t)(y < 40 ? 31 : y < 120 ? x * 200 / WIDTH + 40 : (int)(noise >> 24));
        to[1] = (uint8_t)(y < 120 ? to[1] : noise >> 16 & 255);
        to[2] = y < 40 ? 47 : to[2];
    }
}

static void a_palette_keeps_grounds_and_mixes_the_rest(void **state)
{
    (void)state;
    static uint8_t rgb[3 * PIXELS], index[PIXELS], again[PIXELS];
    struct palette *p = palette_create();
    assert_non_null(p);
    paint(rgb);
    palette_sample(p, rgb, PIXELS);
    assert_true(palette_build(p));
    palette_map(p, rgb, WIDTH, HEIGHT, index);
    palette_map(p, rgb, WIDTH, HEIGHT, again);
    assert_memory_equal(index, again, sizeof index);
    const uint8_t(*color)[3] = palette_colors(p);
    double bias = 0;
    for (int i = 0; i < 40 * WIDTH; i++)
        assert_memory_equal(color[index[i]], rgb + 3 * i, 3);
    for (int i = 40 * WIDTH; i < 120 * WIDTH; i++) {
        bias += color[index[i]][0] - rgb[3 * i];
        assert_true(abs(color[index[i]][0] - rgb[3 * i]) < 20);
    }
    assert_true(fabs(bias / (80 * WIDTH)) < 1); /* the mixture is as bright as the ramp */
    palette_destroy(p);
}

static double shown_margin(const struct snapshot *snap)
{
    return snap->experiment.param[snap->experiment.loss][snap->force.loss->margin];
}

static void a_sweep_goes_from_end_to_end_and_leaves_the_training_alone(void **state)
{
    (void)state;
    struct animation_sweep sweep = { .key = "m", .from = 0.1, .to = 0.5, .frames = 9 };
    struct snapshot snap, first;
    struct why why = { "" };
    uint8_t *before, *after;
    size_t before_size, after_size;
    struct animation_walk *walk;
    snapshot_init(&snap);
    snapshot_init(&first);
    must(trainer_save(trainer, &before, &before_size, &why), &why);
    for (sweep.steps = 0; sweep.steps <= 4; sweep.steps += 4) {
        must(animation_walk_create(&sweep, trainer, &data, NULL, &walk, &why), &why);
        struct animation_source source = animation_of_walk(walk);
        assert_int_equal(source.count, 9);
        must(source.frame(source.user, 0, &first, &why), &why);
        assert_close(shown_margin(&first), 0.1, 1e-9);
        must(source.frame(source.user, 4, &snap, &why), &why);
        assert_close(shown_margin(&snap), 0.3, 1e-3);
        must(source.frame(source.user, 8, &snap, &why), &why);
        assert_close(shown_margin(&snap), 0.5, 1e-9);
        assert_int_equal(snap.step, STEPS + 8 * sweep.steps);
        assert_int_equal(snap.event_count, first.event_count);
        must(source.frame(source.user, 0, &snap, &why), &why); /* in any order */
        assert_memory_equal(
            snap.feature, first.feature, (size_t)(snap.count * snap.dim) * sizeof *snap.feature);
        animation_walk_destroy(walk);
        must(trainer_save(trainer, &after, &after_size, &why), &why);
        assert_int_equal(after_size, before_size);
        assert_memory_equal(after, before, after_size);
        free(after);
    }
    free(before);
    snapshot_clear(&snap);
    snapshot_clear(&first);
}

static void a_sweep_out_of_range_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *key, *says;
        double to;
    } rows[] = { { "m", "allowed", 9 }, { "hidden", "new training", 4 }, { "nothing", "unknown", 1 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct animation_sweep sweep = { .from = 0.1, .to = rows[i].to, .frames = 5 };
        struct why why = { "" };
        snprintf(sweep.key, sizeof sweep.key, "%s", rows[i].key);
        if (strcmp(rows[i].key, "hidden") == 0)
            sweep.from = 3;
        assert_int_equal(animation_sweep_check(&sweep, trainer_experiment(trainer), &why), STATUS_USAGE);
        if (!strstr(why.text, rows[i].says))
            fail_msg("%s: %s", rows[i].key, why.text);
    }
}

/* Where a text is written: "text X Y ..." in the record. */
static bool find_text(const char *record, const char *word, char *line, size_t size)
{
    const char *at = strstr(record, word);
    if (!at)
        return false;
    while (at > record && at[-1] != '\n')
        at--;
    snprintf(line, size, "%.*s", (int)strcspn(at, "\n"), at);
    return true;
}

static void captions_count_without_moving(void **state)
{
    (void)state;
    struct figure_span span = { .known = false };
    struct animation_history h = whole_history();
    struct animation_source source = animation_of_history(&h, &data);
    struct snapshot snap;
    const struct font font = { 12, WEIGHT_REGULAR, false };
    char line[2][200], place[2][64];
    struct why why = { "" };
    snapshot_init(&snap);
    for (int i = 0; i < FRAMES; i++) {
        must(source.frame(source.user, i, &snap, &why), &why);
        assert_true(figure_span_take(&span, &snap, &data));
    }
    for (int i = 0; i < 2; i++) {
        struct canvas *c = canvas_record(900, 100);
        must(source.frame(source.user, i ? FRAMES - 1 : 0, &snap, &why), &why);
        figure_span_caption(
            &span, c, &snap, (struct point){ 24, 20 }, &font, 850, 18, (struct color){ 0, 0, 0, 1 });
        assert_true(find_text(canvas_record_text(c), "train", line[i], sizeof line[i]));
        snprintf(place[i], sizeof place[i], "%.*s", (int)(strstr(line[i], "train") - line[i]), line[i]);
        canvas_destroy(c);
    }
    assert_string_not_equal(line[0], line[1]); /* the number is another */
    assert_string_equal(place[0], place[1]); /* and stands where it stood */
    figure_span_clear(&span);
    snapshot_clear(&snap);
}

static void axes_hold_still(void **state)
{
    (void)state;
    struct figure_span span = { .known = false };
    struct animation_history h = whole_history();
    struct animation_source source = animation_of_history(&h, &data);
    struct scene scene = { 0 };
    struct snapshot snap;
    struct look look;
    double ring[2];
    struct why why = { "" };
    snapshot_init(&snap);
    for (int i = 0; i < FRAMES; i++) {
        must(source.frame(source.user, i, &snap, &why), &why);
        assert_true(figure_span_take(&span, &snap, &data));
    }
    for (int i = 0; i < 2; i++) {
        must(source.frame(source.user, i ? FRAMES - 1 : 0, &snap, &why), &why);
        assert_true(scene_update(&scene, &snap, &data));
        figure_span_apply(&span, &scene);
        ring[i] = scene.ring;
        look_init(&look, theme_find("light"));
        look.span = &span;
        struct canvas *c = canvas_record(900, 600);
        figure_draw(c, view_find("curves"), &scene, &look, 900, 600);
        assert_non_null(strstr(canvas_record_text(c), " 60\n")); /* the last step, from the first frame on */
        canvas_destroy(c);
    }
    assert_close(ring[0], ring[1], 0);
    scene_clear(&scene);
    figure_span_clear(&span);
    snapshot_clear(&snap);
}

static void nobody(void *arg)
{
    (void)arg;
}

static struct worker *running_worker(long until)
{
    struct experiment e = small_experiment();
    struct worker *w;
    struct why why = { "" };
    must(worker_create(&e, true, 0, nobody, NULL, &w, &why), &why);
    struct worker_state s;
    do {
        SDL_Delay(1);
        bool fresh;
        const struct dataset *source;
        worker_take(w, &fresh, &source);
        worker_state(w, &s);
    } while (s.step < until || worker_history_count(w) < 4);
    return w;
}

static void a_worker_hands_over_frames_while_it_trains(void **state)
{
    (void)state;
    struct worker *w = running_worker(200);
    struct frames *f = worker_frames(w, 40);
    struct snapshot snap;
    enum frames_state got;
    long last = -1;
    int count = 0;
    snapshot_init(&snap);
    assert_non_null(f);
    while ((got = frames_next(f, &snap)) <= FRAMES_ONE) {
        if (got != FRAMES_ONE)
            continue;
        assert_true(snap.step > last);
        last = snap.step;
        count++;
    }
    assert_int_equal(got, FRAMES_END);
    assert_in_range(count, 4, 40);
    assert_non_null(frames_data(f));
    frames_close(f);
    snapshot_clear(&snap);
    worker_destroy(w);
}

static void a_training_can_be_copied_and_outlives_its_worker(void **state)
{
    (void)state;
    struct worker *w = running_worker(20);
    struct frames *f = worker_frames(w, 0);
    struct snapshot snap;
    struct trainer *copy;
    struct why why = { "" };
    size_t size;
    enum frames_state got;
    snapshot_init(&snap);
    while ((got = frames_next(f, &snap)) == FRAMES_WAIT)
        ;
    assert_int_equal(got, FRAMES_END);
    worker_destroy(w);
    must(trainer_create(frames_experiment(f), frames_data(f), &copy, &why), &why);
    const uint8_t *bytes = frames_checkpoint(f, &size);
    must(trainer_load(copy, bytes, size, &why), &why);
    assert_true(trainer_steps(copy) >= 20);
    trainer_destroy(copy);
    frames_close(f);
    snapshot_clear(&snap);
}

static int take_all(struct frames *f, struct snapshot *snap)
{
    int n = 0;
    enum frames_state state;
    while ((state = frames_next(f, snap)) <= FRAMES_ONE)
        n += state == FRAMES_ONE;
    assert_int_equal(state, FRAMES_END);
    return n;
}

/* An animation and a table may be asked for at the same time. */
static void who_asks_later_waits_in_line(void **state)
{
    (void)state;
    struct worker *w = running_worker(20);
    struct frames *f = worker_frames(w, 10), *closed = worker_frames(w, 10), *later = worker_frames(w, 0);
    struct snapshot snap;
    size_t size;
    snapshot_init(&snap);
    assert_int_equal(frames_next(later, &snap), FRAMES_WAIT); /* the first has two waiting and is not taken */
    frames_close(closed);
    assert_true(take_all(f, &snap) >= 2);
    assert_int_equal(take_all(later, &snap), 0);
    assert_non_null(frames_checkpoint(later, &size));
    frames_close(f);
    frames_close(later);
    snapshot_clear(&snap);
    worker_destroy(w);
}

static void frames_end_with_their_worker(void **state)
{
    (void)state;
    struct worker *w = running_worker(200);
    struct frames *f = worker_frames(w, 1000), *next = worker_frames(w, 1000);
    struct snapshot snap;
    snapshot_init(&snap);
    worker_destroy(w);
    while (frames_next(f, &snap) <= FRAMES_ONE)
        ;
    while (frames_next(next, &snap) <= FRAMES_ONE)
        ;
    frames_close(f);
    frames_close(next);
    snapshot_clear(&snap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbered_frames_are_the_figures),
        cmocka_unit_test(a_gif_has_one_palette_and_the_figures_colours),
        cmocka_unit_test(a_webp_has_its_frames_at_their_times),
        cmocka_unit_test(the_same_frames_give_the_same_bytes),
        cmocka_unit_test(a_cancel_leaves_the_old_file_and_nothing_else),
        cmocka_unit_test(what_cannot_be_is_refused_in_one_line),
        cmocka_unit_test(names_are_numbered),
        cmocka_unit_test(a_palette_keeps_grounds_and_mixes_the_rest),
        cmocka_unit_test(a_sweep_goes_from_end_to_end_and_leaves_the_training_alone),
        cmocka_unit_test(a_sweep_out_of_range_is_refused),
        cmocka_unit_test(captions_count_without_moving),
        cmocka_unit_test(axes_hold_still),
        cmocka_unit_test(a_worker_hands_over_frames_while_it_trains),
        cmocka_unit_test(a_training_can_be_copied_and_outlives_its_worker),
        cmocka_unit_test(who_asks_later_waits_in_line),
        cmocka_unit_test(frames_end_with_their_worker),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
