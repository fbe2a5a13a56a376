/* What a window shows and what a figure of it holds are the same strokes; what stands around them can be left out; and
 * a thread writes what the main thread would. */
#include <png.h>
#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/export.h"
#include "app/export_choice.h"
#include "app/export_task.h"
#include "tests/support/fonts.h"
#include "tests/support/training.h"

enum { WIDTH = 1200, HEIGHT = 800 };

static char folder[256];

static const char *in_folder(const char *name)
{
    static char path[2][512];
    static int which;
    which = !which;
    snprintf(path[which], sizeof path[which], "%s/%s", folder, name);
    return path[which];
}

/* ---- a training ---- */

struct trained {
    struct dataset data;
    struct snapshot snap;
    struct scene scene;
    struct look look;
};

/* Forty steps, the margin changed after the twentieth. */
static struct trained *train(const char *data, const char *dim)
{
    struct trained *s = calloc(1, sizeof *s);
    struct trainer *t = NULL;
    struct why why = { "" };
    struct experiment e;
    experiment_init(&e);
    set(&e, "dataset", data);
    set(&e, "hidden", "16");
    set(&e, "feature-dim", dim);
    set(&e, "warmup", "0,0");
    set(&e, "m", "0");
    if (dataset_open(&e, &s->data, &why) != STATUS_OK || trainer_create(&e, &s->data, &t, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    steps(t, 20);
    set(&e, "m", "0.3");
    if (trainer_retune(t, &e, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    steps(t, 20);
    assert_int_equal(trainer_recognise(t), STATUS_OK);
    snapshot_init(&s->snap);
    assert_int_equal(trainer_snapshot(t, &s->snap), STATUS_OK);
    trainer_destroy(t);
    assert_true(scene_update(&s->scene, &s->snap, &s->data));
    look_init(&s->look, theme_find("light"));
    s->look.selected = 3;
    s->look.pinned = true;
    return s;
}

static void leave(struct trained *s)
{
    scene_clear(&s->scene);
    snapshot_clear(&s->snap);
    dataset_clear(&s->data);
    free(s);
}

/* ---- strokes ---- */

static struct canvas *shown(
    struct trained *s, const struct view *view, const struct look *look, struct rect rect)
{
    struct canvas *c = canvas_record(WIDTH, HEIGHT);
    assert_non_null(c);
    view_draw(view, c, &s->scene, look, rect);
    return c;
}

static struct canvas *drawn(struct trained *s, const struct view *view, const struct look *look)
{
    struct canvas *c = canvas_record(WIDTH, HEIGHT);
    assert_non_null(c);
    figure_draw(c, view, &s->scene, look, WIDTH, HEIGHT);
    return c;
}

/* The strokes of `few`, each a line, in their order among those of `many`. */
static bool among(const char *few, const char *many)
{
    while (*few) {
        size_t n = strcspn(few, "\n");
        while (*many && (strcspn(many, "\n") != n || strncmp(few, many, n) != 0))
            many += strcspn(many, "\n") + 1;
        if (!*many)
            return false;
        few += n + 1;
        many += n + 1;
    }
    return true;
}

/* The legend of the sphere is a row around it; others are the view's own. */
static unsigned only_the_view(const struct view *view)
{
    return view == &view_sphere ? 0 : PART_LEGEND;
}

/* In a window that is worked with, the field is computed on fewer nodes than in a file, and the stage says what can be
 * dragged; both draw the same for the same look. */
static bool is_other_by_hand(const struct view *view)
{
    return view == &view_field || view == &view_stage;
}

/* Without title, legend and caption a figure is its ground and the view, stroke by stroke; with them the view stands
 * in the same strokes between theirs. What a window draws besides are its toggles. */
static void a_figure_has_the_strokes_of_the_window(void **state)
{
    (void)state;
    static const char *const data[][2] = { { "blobs", "2" }, { "blobs", "3" }, { "moons", "2" } };
    for (int d = 0; d < 3; d++) {
        struct trained *s = train(data[d][0], data[d][1]);
        for (int v = 0; v < view_count(); v++) {
            const struct view *view = view_at(v);
            struct look still = s->look, bare = s->look;
            still.interactive = bare.interactive = false;
            bare.parts = only_the_view(view);
            struct rect whole = { 0, 0, WIDTH, HEIGHT },
                        body = figure_plane(view, &s->scene, &still, WIDTH, HEIGHT);
            struct canvas *window = shown(s, view, &s->look, whole),
                          *view_only = shown(s, view, &still, whole);
            struct canvas *figure = drawn(s, view, &bare), *full = drawn(s, view, &still);
            struct canvas *inside = shown(s, view, &still, body);
            const char *strokes = canvas_record_text(view_only), *all = canvas_record_text(figure);
            size_t ground = strlen(all) - strlen(strokes);
            if (strlen(all) < strlen(strokes) || strcmp(all + ground, strokes) != 0 || ground > 200)
                fail_msg("%s of %s: the figure has other strokes", view->id, data[d][0]);
            if (!is_other_by_hand(view) && !among(strokes, canvas_record_text(window)))
                fail_msg("%s of %s: strokes that the window has not", view->id, data[d][0]);
            if (view != &view_dashboard && view != &view_compare &&
                !strstr(canvas_record_text(full), canvas_record_text(inside)))
                fail_msg("%s of %s: other strokes between title and caption", view->id, data[d][0]);
            struct canvas *const made[] = { window, view_only, figure, full, inside };
            for (size_t i = 0; i < sizeof made / sizeof *made; i++)
                canvas_destroy(made[i]);
        }
        leave(s);
    }
}

static void a_tape_plays_what_was_drawn(void **state)
{
    (void)state;
    struct trained *s = train("blobs", "2");
    for (int v = 0; v < view_count(); v++) {
        struct canvas *direct = drawn(s, view_at(v), &s->look), *tape = canvas_tape(WIDTH, HEIGHT, 1);
        struct canvas *played = canvas_record(WIDTH, HEIGHT);
        figure_draw(tape, view_at(v), &s->scene, &s->look, WIDTH, HEIGHT);
        assert_int_equal(canvas_finish(tape, NULL), STATUS_OK);
        canvas_tape_play(tape, played);
        assert_string_equal(canvas_record_text(played), canvas_record_text(direct));
        canvas_destroy(direct);
        canvas_destroy(tape);
        canvas_destroy(played);
    }
    leave(s);
}

/* ---- pixels ---- */

static uint32_t *read_png(const char *path, int *width, int *height)
{
    png_image image = { .version = PNG_IMAGE_VERSION };
    assert_true(png_image_begin_read_from_file(&image, path));
    image.format = PNG_FORMAT_BGRA;
    uint32_t *pixels = malloc(PNG_IMAGE_SIZE(image));
    assert_true(png_image_finish_read(&image, NULL, pixels, 0, NULL));
    *width = (int)image.width;
    *height = (int)image.height;
    return pixels;
}

static void options_for(struct figure_options *o, const char *name)
{
    figure_options_init(o);
    o->width = WIDTH;
    o->height = HEIGHT;
    snprintf(o->path, sizeof o->path, "%s", in_folder(name));
}

static void a_png_at_1x_has_the_pixels_of_the_window(void **state)
{
    (void)state;
    struct trained *s = train("blobs", "2");
    uint32_t *pixels = calloc((size_t)WIDTH * HEIGHT, sizeof *pixels);
    for (int v = 0; v < view_count(); v++) {
        struct figure_options o;
        struct why why = { "" };
        struct look look = s->look;
        int width, height;
        look.interactive = false;
        struct canvas *window = canvas_cairo_pixels(pixels, WIDTH, HEIGHT, WIDTH * 4, 1);
        canvas_rect(window, (struct rect){ 0, 0, WIDTH, HEIGHT }, look.theme->bg);
        view_draw(view_at(v), window, &s->scene, &look, (struct rect){ 0, 0, WIDTH, HEIGHT });
        canvas_finish(window, NULL);
        options_for(&o, "pixels.png");
        snprintf(o.view, sizeof o.view, "%s", view_at(v)->id);
        o.scale = 1;
        o.parts = only_the_view(view_at(v));
        o.selected = s->look.selected;
        if (export_figure(&s->snap, &s->data, &o, &why) != STATUS_OK)
            fail_msg("%s", why.text);
        uint32_t *file = read_png(o.path, &width, &height);
        assert_int_equal(width, WIDTH);
        assert_int_equal(height, HEIGHT);
        if (memcmp(file, pixels, (size_t)WIDTH * HEIGHT * sizeof *pixels) != 0)
            fail_msg("%s: other pixels than in the window", view_at(v)->id);
        free(file);
        canvas_destroy(window);
    }
    free(pixels);
    leave(s);
}

/* ---- parts ---- */

static bool has(struct trained *s, const struct view *view, unsigned parts, const char *words)
{
    struct look look = s->look;
    look.parts = parts;
    look.interactive = false;
    struct canvas *c = drawn(s, view, &look);
    bool found = strstr(canvas_record_text(c), words) != NULL;
    canvas_destroy(c);
    return found;
}

static void parts_can_be_left_out(void **state)
{
    (void)state;
    static const struct {
        unsigned part;
        const char *words;
    } row[] = { { PART_TITLE, "ArcFace\n" }, { PART_LEGEND, "class weight" }, { PART_CAPTION, "seed 1" },
        { PART_CURVE, "Accuracy" } };
    struct trained *s = train("blobs", "2");
    const unsigned all = PART_DEFAULT | PART_CURVE;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        if (!has(s, &view_feature, all, row[i].words))
            fail_msg("\"%s\" is missing", row[i].words);
        if (has(s, &view_feature, all & ~row[i].part, row[i].words))
            fail_msg("\"%s\" is there though left out", row[i].words);
    }
    leave(s);
}

static void captions_say_what_was_changed_and_selected(void **state)
{
    (void)state;
    struct trained *s = train("blobs", "2");
    char caption[4096];
    figure_caption(&s->snap, caption, sizeof caption);
    if (!strstr(caption, "m 0 → 0.30 at 20"))
        fail_msg("%s", caption);
    assert_true(has(s, &view_feature, PART_CAPTION, "° to its class"));
    s->look.pinned = false;
    s->look.selected = -1;
    assert_false(has(s, &view_feature, PART_CAPTION, "° to its class"));
    leave(s);
}

/* However many they are: lines are added, and nothing is cut; the oldest are counted. */
static void captions_have_room_for_many_changes(void **state)
{
    (void)state;
    struct trained *s = train("blobs", "2");
    for (s->snap.event_count = 0; s->snap.event_count < 40; s->snap.event_count++) {
        struct event *e = &s->snap.event[s->snap.event_count];
        *e = (struct event){
            .step = 100 + s->snap.event_count, .margin = true, .text = "m 0.25", .from = "0.5"
        };
    }
    assert_true(has(s, &view_feature, PART_CAPTION, "m 0.5 → 0.25 at 139"));
    assert_true(has(s, &view_feature, PART_CAPTION, "changed: 16 earlier, m 0.5 → 0.25 at 116"));
    assert_false(has(s, &view_feature, PART_CAPTION, "at 115"));
    assert_false(has(s, &view_feature, PART_CAPTION, "…"));
    leave(s);
}

/* ---- files ---- */

static char *read_whole(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *text = calloc(*size + 1, 1);
    assert_int_equal(fread(text, 1, *size, file), *size);
    fclose(file);
    return text;
}

/* As many points as a window shows, all apart. */
static void scatter(struct snapshot *snap, int count)
{
    assert_true(snapshot_reserve(snap, count, 2, snap->classes, 1, 0));
    for (int i = 0; i < count; i++) {
        double angle = 2.399963 * i, norm = snap->norm_p99 * sqrt((i + 1.0) / count);
        snap->feature[2 * i] = (float)(norm * cos(angle));
        snap->feature[2 * i + 1] = (float)(norm * sin(angle));
        snap->label[i] = snap->predicted[i] = i % snap->classes;
        snap->row[i] = i;
        snap->test[i] = false;
    }
    snap->count = count;
}

static void five_thousand_points_are_references(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t most;
    } row[] = { { "many.svg", 600000 }, { "many.pdf", 250000 } };
    struct trained *s = train("blobs", "2");
    scatter(&s->snap, 5000);
    for (int i = 0; i < 2; i++) {
        struct figure_options o;
        struct why why = { "" };
        size_t size;
        options_for(&o, row[i].name);
        if (export_figure(&s->snap, &s->data, &o, &why) != STATUS_OK)
            fail_msg("%s", why.text);
        free(read_whole(o.path, &size));
        if (size > row[i].most || size < 50000)
            fail_msg("%s: %zu bytes", row[i].name, size);
    }
    leave(s);
}

static char *svg_with(struct trained *s, enum text_mode mode)
{
    struct figure_options o;
    struct why why = { "" };
    size_t size;
    options_for(&o, "text.svg");
    o.text = mode;
    if (export_figure(&s->snap, &s->data, &o, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return read_whole(o.path, &size);
}

static void text_is_a_name_a_font_or_outlines(void **state)
{
    (void)state;
    struct trained *s = train("blobs", "2");
    char *font = svg_with(s, TEXT_FONT), *embed = svg_with(s, TEXT_EMBED),
         *outlines = svg_with(s, TEXT_OUTLINES);
    assert_non_null(strstr(font, "textLength"));
    assert_non_null(strstr(font, "Inter, 'DejaVu Sans'"));
    assert_null(strstr(font, "@font-face"));
    assert_non_null(strstr(embed, "@font-face{font-family:'marginscope text'"));
    assert_non_null(strstr(embed, "<text"));
    assert_null(strstr(outlines, "<text"));
    assert_non_null(strstr(outlines, "aria-label=\"ArcFace\""));
    free(font);
    free(embed);
    free(outlines);
    leave(s);
}

/* ---- the thread ---- */

static void wake(void *arg)
{
    SDL_SemPost(arg);
}

static struct export_done written(struct trained *s, struct export_task *t, SDL_sem *news, const char *name)
{
    struct figure_options o;
    struct export_sheet *sheet = NULL;
    struct export_done done;
    struct why why = { "" };
    options_for(&o, name);
    assert_int_equal(export_figure_compose(&s->snap, &s->data, &o, &sheet, &why), STATUS_OK);
    assert_true(export_task_add(t, sheet, NULL));
    SDL_SemWait(news);
    assert_true(export_task_take(t, &done));
    assert_false(export_task_take(t, &done));
    return done;
}

static void a_thread_writes_the_same_bytes(void **state)
{
    (void)state;
    static const char *const endings[] = { "png", "svg", "pdf" };
    struct trained *s = train("blobs", "2");
    SDL_sem *news = SDL_CreateSemaphore(0);
    struct export_task *task = export_task_create(wake, news);
    assert_non_null(task);
    for (int i = 0; i < 3; i++) {
        struct figure_options o;
        char here[32], there[32];
        size_t size, other;
        snprintf(here, sizeof here, "here.%s", endings[i]);
        snprintf(there, sizeof there, "there.%s", endings[i]);
        options_for(&o, here);
        assert_int_equal(export_figure(&s->snap, &s->data, &o, NULL), STATUS_OK);
        assert_int_equal(written(s, task, news, there).status, STATUS_OK);
        char *a = read_whole(in_folder(here), &size), *b = read_whole(in_folder(there), &other);
        assert_int_equal(size, other);
        assert_memory_equal(a, b, size);
        free(a);
        free(b);
    }
    struct export_done failed = written(s, task, news, "nosuch/there.png");
    assert_int_equal(failed.status, STATUS_FAILED);
    assert_non_null(strstr(failed.why.text, "nosuch"));
    export_task_destroy(task);
    SDL_DestroySemaphore(news);
    leave(s);
}

/* What was asked for is written, though the program is on its way out. */
static void the_thread_finishes_before_it_ends(void **state)
{
    (void)state;
    struct trained *s = train("blobs", "2");
    SDL_sem *news = SDL_CreateSemaphore(0);
    struct export_task *task = export_task_create(wake, news);
    for (int i = 0; i < 3; i++) {
        struct figure_options o;
        struct export_sheet *sheet = NULL;
        char name[32];
        snprintf(name, sizeof name, "last%d.svg", i);
        options_for(&o, name);
        assert_int_equal(export_figure_compose(&s->snap, &s->data, &o, &sheet, NULL), STATUS_OK);
        assert_true(export_task_add(task, sheet, NULL));
    }
    export_task_destroy(task);
    for (int i = 0; i < 3; i++) {
        char name[32];
        snprintf(name, sizeof name, "last%d.svg", i);
        assert_int_equal(access(in_folder(name), R_OK), 0);
    }
    SDL_DestroySemaphore(news);
    leave(s);
}

/* ---- choices ---- */

static void put_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void choices_are_kept(void **state)
{
    (void)state;
    struct export_choice saved, loaded, fresh;
    struct why why = { "" };
    char path[1200];
    setenv("XDG_CONFIG_HOME", in_folder("config"), 1);
    export_choice_init(&saved);
    export_choice_init(&fresh);
    loaded = fresh;
    assert_int_equal(export_choice_load(&loaded, &why), STATUS_OK);
    assert_memory_equal(&loaded, &fresh, sizeof fresh);
    snprintf(saved.what, sizeof saved.what, "dashboard");
    snprintf(saved.format, sizeof saved.format, "pdf");
    snprintf(saved.theme, sizeof saved.theme, "print");
    snprintf(saved.size, sizeof saved.size, "160x90mm");
    saved.letters = 1.25;
    saved.dpi = 600;
    saved.parts = PART_CAPTION | PART_CURVE;
    saved.transparent = true;
    saved.text = TEXT_OUTLINES;
    assert_int_equal(export_choice_save(&saved, &why), STATUS_OK);
    assert_int_equal(export_choice_load(&loaded, &why), STATUS_OK);
    assert_memory_equal(&loaded, &saved, sizeof saved);
    assert_true(config_path("export.json", path, sizeof path));
    static const char *const broken[] = { "{", "[]", "{\"theme\": \"pink\"}", "{\"scale\": 99}",
        "{\"letters\": 5}", "{\"title\": 3}" };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        put_file(path, broken[i]);
        loaded = fresh;
        if (export_choice_load(&loaded, &why) == STATUS_OK || memcmp(&loaded, &fresh, sizeof fresh) != 0)
            fail_msg("%s is taken", broken[i]);
    }
}

static void sizes_are_pixels_paper_or_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double width, height;
    } row[] = { { "800x600", 800, 600 }, { "16:9", 1600, 900 }, { "4:3", 1440, 1080 }, { "1:1", 1200, 1200 },
        { "254x127mm", 1440, 720 }, { "", 1600, 1000 } };
    static const char *const wrong[] = { "16:", "9:16:1", "800", "800x", "800x600cm", "-1x5", "10x10",
        "9000x100" };
    struct figure_options o;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        options_for(&o, "size.png");
        o.width = 1600;
        o.height = 1000;
        assert_int_equal(export_size(row[i].text, false, &o, NULL), STATUS_OK);
        assert_close(o.width, row[i].width, 1e-9);
        assert_close(o.height, row[i].height, 1e-9);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (export_size(wrong[i], false, &o, NULL) == STATUS_OK)
            fail_msg("%s is a size", wrong[i]);
}

static int begin(void **state)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/figureXXXXXX", base ? base : P_tmpdir);
    return mkdtemp(folder) ? fonts(state) : 1;
}

static int end(void **state)
{
    char command[300];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command) != 0 || no_fonts(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_figure_has_the_strokes_of_the_window),
        cmocka_unit_test(a_tape_plays_what_was_drawn),
        cmocka_unit_test(a_png_at_1x_has_the_pixels_of_the_window),
        cmocka_unit_test(parts_can_be_left_out),
        cmocka_unit_test(captions_say_what_was_changed_and_selected),
        cmocka_unit_test(captions_have_room_for_many_changes),
        cmocka_unit_test(five_thousand_points_are_references),
        cmocka_unit_test(text_is_a_name_a_font_or_outlines),
        cmocka_unit_test(a_thread_writes_the_same_bytes),
        cmocka_unit_test(the_thread_finishes_before_it_ends),
        cmocka_unit_test(choices_are_kept),
        cmocka_unit_test(sizes_are_pixels_paper_or_shapes),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
