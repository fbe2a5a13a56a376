/* Figures as files: the right bytes under the right name, and nothing left behind when it fails. */
#include "app/export.h"
#include "render/text.h"
#include "tests/support/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Three classes on a circle, ArcFace. */
static void make_snapshot(struct snapshot *s)
{
    static const double w[] = { 1, 0, -0.5, 0.9, -0.5, -0.9 };
    snapshot_init(s);
    experiment_init(&s->experiment);
    assert_true(snapshot_reserve(s, 6, 2, 3, 1, 0));
    s->dim = 2;
    s->classes = 3;
    s->count = 6;
    s->step = 812;
    s->norm_p99 = 2;
    s->force = loss_force_initial(loss_find("arcface"));
    s->experiment.loss = loss_index(s->force.loss);
    memcpy(s->weight, w, sizeof w);
    for (int i = 0; i < 6; i++) {
        s->label[i] = s->predicted[i] = i % 3;
        s->row[i] = i;
        s->test[i] = false;
        s->feature[2 * i] = (float)(w[2 * (i % 3)] * (1 + 0.2 * i) + 0.1);
        s->feature[2 * i + 1] = (float)w[2 * (i % 3) + 1];
    }
    for (int j = 0; j < 3; j++)
        s->bias[j] = 0;
}

static size_t read_start(const char *path, unsigned char *out, size_t size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return 0;
    size_t n = fread(out, 1, size, file);
    fclose(file);
    return n;
}

static void options_for(struct figure_options *o, const char *name)
{
    figure_options_init(o);
    o->width = 640;
    o->height = 480;
    snprintf(o->path, sizeof o->path, "%s", in_folder(name));
}

static void the_ending_chooses_the_format(void **state)
{
    (void)state;
    static const struct {
        const char *name, *begins;
    } rows[] = { { "a.png", "\x89PNG" }, { "a.svg", "<?xml" }, { "a.pdf", "%PDF" }, { "b.PNG", "\x89PNG" } };
    static struct snapshot s;
    make_snapshot(&s);
    int before = files_in_folder();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct figure_options o;
        struct why why;
        unsigned char start[32];
        options_for(&o, rows[i].name);
        if (export_figure(&s, NULL, &o, &why) != STATUS_OK)
            fail_msg("%s", why.text);
        assert_true(read_start(o.path, start, sizeof start) == sizeof start);
        assert_memory_equal(start, rows[i].begins, strlen(rows[i].begins));
    }
    assert_int_equal(files_in_folder(), before + 4); /* no temporary stays */
    snapshot_clear(&s);
}

static void a_png_has_the_size_asked_for(void **state)
{
    (void)state;
    static struct snapshot s;
    make_snapshot(&s);
    struct figure_options o;
    struct why why;
    unsigned char head[24];
    options_for(&o, "size.png");
    o.scale = 3;
    assert_int_equal(export_figure(&s, NULL, &o, &why), STATUS_OK);
    assert_true(read_start(o.path, head, sizeof head) == sizeof head);
    assert_int_equal(head[18] * 256 + head[19], 1920); /* IHDR: big-endian width, height */
    assert_int_equal(head[22] * 256 + head[23], 1440);
    snapshot_clear(&s);
}

static void export_text(const struct snapshot *s, const struct figure_options *o, char *out, size_t size)
{
    struct why why;
    if (export_figure(s, NULL, o, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    size_t n = read_start(o->path, (unsigned char *)out, size - 1);
    assert_true(n > 0 && n < size - 1);
    out[n] = 0;
}

static void expect_head(
    const struct snapshot *s, double width, double height, double layout, const char *attributes)
{
    static char text[1 << 20];
    struct figure_options o;
    options_for(&o, "head.svg");
    o.width = width;
    o.height = height;
    o.layout = layout;
    export_text(s, &o, text, sizeof text);
    if (!strstr(text, attributes))
        fail_msg("%g x %g: no %s in %.200s", width, height, attributes, text);
}

static void small_pictures_are_large_ones_shrunk(void **state)
{
    (void)state;
    static struct snapshot s;
    make_snapshot(&s);
    expect_head(&s, 480, 300, 1, "width=\"480.00\" height=\"300.00\" viewBox=\"0 0 960.00 600.00\"");
    expect_head(&s, 1000, 300, 1, "width=\"1000.00\" height=\"300.00\" viewBox=\"0 0 2000.00 600.00\"");
    expect_head(&s, 1600, 1000, 1, "width=\"1600.00\" height=\"1000.00\" viewBox=\"0 0 1600.00 1000.00\"");
    expect_head(&s, 960, 600, 1.5, "width=\"960.00\" height=\"600.00\" viewBox=\"0 0 1440.00 900.00\"");
    snapshot_clear(&s);
}

/* A look with nothing moved is the figure without one; ring, zoom and pan change it, and a pan on a smaller
 * screen moves it by the same share of the ring. */
static void a_figure_shows_what_is_on_screen(void **state)
{
    (void)state;
    enum { TEXT = 1 << 20 };
    static char plain[TEXT], same[TEXT], moved[TEXT], small[TEXT];
    static struct snapshot s;
    make_snapshot(&s);
    struct figure_options o;
    struct look look;
    options_for(&o, "look.svg");
    o.width = 1600;
    o.height = 1000;
    export_text(&s, &o, plain, TEXT);
    look_init(&look, theme_find("dark"));
    o.look = &look;
    o.look_rect = (struct rect){ 0, 0, 1600, 1000 };
    export_text(&s, &o, same, TEXT);
    assert_string_equal(plain, same);
    o.ring = 50;
    export_text(&s, &o, moved, TEXT);
    assert_true(strcmp(plain, moved) != 0);
    o.ring = 0;
    look.zoom = 2;
    look.pan_x = 100;
    export_text(&s, &o, moved, TEXT);
    assert_true(strcmp(plain, moved) != 0);
    struct scene scene = { 0 };
    assert_true(scene_update(&scene, &s, NULL));
    struct look whole;
    look_init(&whole, theme_find("dark"));
    struct rect less = { 0, 0, 800, 620 };
    look.pan_x *=
        feature_plane(&scene, &whole, less).radius / feature_plane(&scene, &whole, o.look_rect).radius;
    assert_true(look.pan_x < 90);
    o.look_rect = less;
    export_text(&s, &o, small, TEXT);
    assert_string_equal(moved, small);
    scene_clear(&scene);
    snapshot_clear(&s);
}

static void impossible_wishes_are_refused_and_leave_files_alone(void **state)
{
    (void)state;
    static struct snapshot s;
    make_snapshot(&s);
    struct figure_options o;
    struct why why;
    int before = files_in_folder();
    options_for(&o, "a.jpg");
    assert_int_equal(export_figure(&s, NULL, &o, &why), STATUS_USAGE);
    assert_non_null(strstr(why.text, ".png, .svg or .pdf"));
    options_for(&o, "no-ending");
    assert_int_equal(export_figure(&s, NULL, &o, &why), STATUS_USAGE);
    options_for(&o, "c.png");
    o.scale = 9;
    assert_int_equal(export_figure(&s, NULL, &o, &why), STATUS_USAGE);
    options_for(&o, "c.png");
    snprintf(o.view, sizeof o.view, "teapot");
    assert_int_equal(export_figure(&s, NULL, &o, &why), STATUS_USAGE);
    assert_non_null(strstr(why.text, "teapot"));
    options_for(&o, "c.png");
    o.width = NAN;
    assert_int_equal(export_figure(&s, NULL, &o, &why), STATUS_USAGE);
    options_for(&o, "nowhere/c.png");
    assert_int_equal(export_figure(&s, NULL, &o, &why), STATUS_FAILED);
    assert_int_equal(files_in_folder(), before);
    snapshot_clear(&s);
}

static void expect_path(const struct snapshot *s, const char *want_folder, const char *want_name)
{
    char got[1200], want[1200];
    struct why why;
    if (export_path(s, got, sizeof got, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    snprintf(want, sizeof want, "%s/%s", want_folder, want_name);
    assert_string_equal(got, want);
}

static void touch(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
}

static void pictures_go_to_the_pictures_folder_and_are_numbered(void **state)
{
    (void)state;
    static struct snapshot s;
    char pictures[1024];
    make_snapshot(&s);
    snprintf(pictures, sizeof pictures, "%s", in_folder("Bilder"));
    assert_int_equal(mkdir(pictures, 0700), 0);
    setenv("HOME", folder, 1);
    setenv("XDG_CONFIG_HOME", folder, 1);
    unsetenv("XDG_PICTURES_DIR");
    expect_path(&s, ".", "arcface_m0.30_s30_seed1_step812.png");

    FILE *file = fopen(in_folder("user-dirs.dirs"), "w");
    assert_non_null(file);
    fputs("# comment\nXDG_MUSIC_DIR=\"$HOME/Music\"\nXDG_PICTURES_DIR=\"$HOME/Bilder\"\n", file);
    fclose(file);
    expect_path(&s, pictures, "arcface_m0.30_s30_seed1_step812.png");
    touch(in_folder("Bilder/arcface_m0.30_s30_seed1_step812.png"));
    expect_path(&s, pictures, "arcface_m0.30_s30_seed1_step812-2.png");
    touch(in_folder("Bilder/arcface_m0.30_s30_seed1_step812-2.png"));
    expect_path(&s, pictures, "arcface_m0.30_s30_seed1_step812-3.png");

    setenv("XDG_PICTURES_DIR", folder, 1);
    expect_path(&s, folder, "arcface_m0.30_s30_seed1_step812.png");
    snapshot_clear(&s);
}

static int open_folder(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    struct why why;
    snprintf(folder, sizeof folder, "%s/marginscope-export-%ld", base ? base : P_tmpdir, (long)getpid());
    if (mkdir(folder, 0700) != 0 || text_start(&why) != STATUS_OK)
        return -1;
    return 0;
}

static void remove_all(const char *path)
{
    DIR *d = opendir(path);
    for (struct dirent *entry; d && (entry = readdir(d));) {
        char inner[1200];
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlink(inner) != 0)
            remove_all(inner);
    }
    if (d)
        closedir(d);
    rmdir(path);
}

static int close_folder(void **state)
{
    (void)state;
    text_stop();
    remove_all(folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ending_chooses_the_format),
        cmocka_unit_test(a_png_has_the_size_asked_for),
        cmocka_unit_test(small_pictures_are_large_ones_shrunk),
        cmocka_unit_test(a_figure_shows_what_is_on_screen),
        cmocka_unit_test(impossible_wishes_are_refused_and_leave_files_alone),
        cmocka_unit_test(pictures_go_to_the_pictures_folder_and_are_numbered),
    };
    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
