/* Sweeps: the trainings are those of `train`, whatever the number of threads; the figure shows them at one scale. */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cblas.h>

#include "app/options.h"
#include "app/sweep.h"
#include "app/sweep_figure.h"
#include "math/trainer.h"
#include "render/multiples.h"
#include "render/text.h"
#include "render/trend.h"

enum { WORDS = 32, TEXT = 2048 };

#define SHORT "--dataset blobs --hidden 16 --steps 40 --points 200 --out f.svg "

static struct options o;
static struct why why;
static char folder[256];

static enum status parse(const char *line)
{
    static char text[TEXT];
    const char *argv[WORDS + 1] = { "sweep" };
    int argc = 1;
    snprintf(text, sizeof text, "%s", line);
    for (char *word = strtok(text, " "); word && argc < WORDS; word = strtok(NULL, " "))
        argv[argc++] = word;
    why.text[0] = 0;
    options_init(&o);
    return options_parse(argc, argv, FOR_SWEEP, &o, &why);
}

static struct sweep plan(const char *line)
{
    struct sweep s = { 0 };
    if (parse(line) != STATUS_OK || sweep_plan(&o, &s, &why) != STATUS_OK)
        fail_msg("%s\n  refused: %s", line, why.text);
    return s;
}

static struct sweep run(const char *line, int jobs)
{
    struct sweep s = plan(line);
    if (sweep_open(&s, &why) != STATUS_OK || sweep_run(&s, jobs, &why) != STATUS_OK)
        fail_msg("%s\n  failed: %s", line, why.text);
    return s;
}

static void refuse(const char *line, const char *part)
{
    struct sweep s = { 0 };
    enum status status = parse(line);
    if (status == STATUS_OK)
        status = sweep_plan(&o, &s, &why);
    if (status != STATUS_USAGE)
        fail_msg("%s\n  status %d, want %d", line, status, STATUS_USAGE);
    if (!strstr(why.text, part) || !strstr(why.text, ": ") || !strchr(why.text, ';'))
        fail_msg("%s\n  said: %s\n  want: %s", line, why.text, part);
}

static char *csv_of(const struct sweep *s)
{
    static char *text;
    static size_t size;
    FILE *to = open_memstream(&text, &size);
    assert_non_null(to);
    sweep_write_csv(to, s);
    fclose(to);
    return text;
}

static char *file_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = malloc((size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, file), size);
    text[size] = 0;
    fclose(file);
    return text;
}

/* The figure as SVG text; free() it. */
static char *figure_of(const struct sweep *s)
{
    char path[300];
    struct figure_request request = o.figure[0];
    snprintf(path, sizeof path, "%s/figure.svg", folder);
    snprintf(request.figure.path, sizeof request.figure.path, "%s", path);
    if (sweep_figure(s, &request, &why) != STATUS_OK)
        fail_msg("figure: %s", why.text);
    char *text = file_text(path);
    unlink(path);
    return text;
}

/* ---- the plan ---- */

static void the_first_list_runs_across_and_the_second_down(void **state)
{
    (void)state;
    struct sweep s = plan(SHORT "--loss arcface --set s=10,30 --set m=0,0.1,0.2");
    int scale = loss_param_find(loss_find("arcface"), "s"),
        margin = loss_param_find(loss_find("arcface"), "m");
    assert_int_equal(s.axes, 2);
    assert_int_equal(s.cells, 6);
    for (int i = 0; i < 6; i++) {
        const struct experiment *e = &s.cell[i].experiment;
        char name[SWEEP_NAME], want[64];
        assert_close(e->param[e->loss][scale], i % 2 ? 30 : 10, 0);
        assert_close(e->param[e->loss][margin], 0.1 * (i / 2), 1e-15);
        snprintf(want, sizeof want, "s = %d, m = %s", i % 2 ? 30 : 10,
            i / 2 == 0   ? "0"
            : i / 2 == 1 ? "0.1"
                         : "0.2");
        assert_string_equal(sweep_name(&s, i, name, sizeof name), want);
    }
    sweep_clear(&s);
}

static void a_value_that_is_a_list_is_written_with_colons(void **state)
{
    (void)state;
    struct sweep s = plan(SHORT "--vary hidden=32:16,8 --set m=0.1,0.2");
    assert_int_equal(s.cell[0].experiment.hidden_count, 2);
    assert_int_equal(s.cell[0].experiment.hidden[1], 16);
    assert_int_equal(s.cell[1].experiment.hidden_count, 1);
    sweep_clear(&s);
    s = plan(SHORT "--loss weighted_softmax --classes 0,1 --set class_weights=1:5,inverse");
    assert_int_equal(s.cells, 2);
    assert_close(s.cell[0].experiment.class_weight[1], 5, 0);
    sweep_clear(&s);
}

static void a_parameter_beside_a_varied_loss_belongs_to_that_loss(void **state)
{
    (void)state;
    struct sweep s = plan(SHORT "--set m=0.1,0.2 --vary loss=cosface,arcface");
    assert_int_equal(s.cells, 4);
    for (int i = 0; i < 4; i++) {
        const struct experiment *e = &s.cell[i].experiment;
        const struct loss *loss = experiment_loss(e);
        assert_string_equal(loss->id, i < 2 ? "cosface" : "arcface");
        assert_close(e->param[e->loss][loss_param_find(loss, "m")], i % 2 ? 0.2 : 0.1, 1e-15);
    }
    sweep_clear(&s);
}

static void wrong_lists_are_refused(void **state)
{
    (void)state;
    static char many[TEXT] = SHORT "--set m=0";
    refuse(SHORT, "nothing varies");
    refuse(SHORT "--set m=0.1", "nothing varies");
    refuse(SHORT "--set q=1,2", "no such parameter of arcface");
    refuse(SHORT "--set m=0,7", "allowed 0 to 1.2 for arcface");
    refuse(SHORT "--set m=0,,1", "empty");
    refuse(SHORT "--set m=0,0.1,", "empty");
    refuse(SHORT "--set m=0,0.1 --set m=0.2,0.3", "varies twice");
    refuse(SHORT "--set m=0,0.1 --set s=1,2 --vary lr=0.1,0.2", "third list");
    refuse(SHORT "--vary nosuch=1,2", "nosuch");
    refuse(SHORT "--vary lr=0.1,fast", "--vary lr=fast");
    refuse(SHORT "--vary batch", "KEY=V1,V2");
    refuse(SHORT "--set m=0,0.1 --view dashboard", "choose from feature");
    refuse(SHORT "--set m=0,0.1 --rows three", "choose from one, both");
    refuse(SHORT "--set m=0,0.1 --jobs 0", "allowed 1 to");
    refuse(SHORT "--set m=0,0.1 --at 5:q=1", "--at");
    refuse(SHORT "--vary loss=arcface,zero_one", "no gradient");
    refuse("--set m=0,0.1", "no file named");
    for (int i = 1; i <= 64; i++)
        snprintf(many + strlen(many), sizeof many - strlen(many), ",0.%03d", i);
    refuse(many, "64");
    refuse(SHORT "--set m=0,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8 --set s=1,2,3,4,5,6,7,8", "72 trainings");
    const char *argv[] = { "train", "--set", "m=0,0.1" };
    options_init(&o);
    assert_int_equal(options_parse(3, argv, FOR_TRAIN, &o, &why), STATUS_USAGE);
    assert_non_null(strstr(why.text, "marginscope sweep"));
}

/* ---- the trainings ---- */

static void each_training_is_the_one_train_would_do(void **state)
{
    (void)state;
    struct sweep s = run(SHORT "--loss cosface --set m=0,0.2,0.4 --at 20:lr=0.01", 2);
    for (int i = 0; i < s.cells; i++) {
        struct trainer *trainer;
        struct evaluation alone;
        assert_ptr_equal(s.cell[i].data, s.cell[0].data);
        assert_int_equal(trainer_create(&s.cell[i].experiment, s.cell[i].data, &trainer, &why), STATUS_OK);
        for (int step = 0; step < 40; step++) {
            struct experiment later = s.cell[i].experiment;
            later.lr = 0.01;
            if (step == 20)
                assert_int_equal(trainer_retune(trainer, &later, &why), STATUS_OK);
            trainer_step(trainer);
        }
        assert_int_equal(trainer_evaluate(trainer, true, &alone), STATUS_OK);
        const struct evaluation *v = &s.cell[i].summary.evaluation;
        assert_int_equal(s.cell[i].summary.steps, 40);
        assert_close(v->train_loss, alone.train_loss, 0);
        assert_close(v->test_loss, alone.test_loss, 0);
        assert_close(v->test_accuracy, alone.test_accuracy, 0);
        assert_close(v->margin_accuracy, alone.margin_accuracy, 0);
        assert_close(v->intra_angle_deg, alone.intra_angle_deg, 0);
        assert_close(v->eer, alone.eer, 0);
        trainer_destroy(trainer);
    }
    sweep_clear(&s);
}

static void trainings_begin_with_the_same_weights(void **state)
{
    (void)state;
    struct sweep s = run(SHORT "--steps 0 --set m=0,0.3,0.6", 3);
    for (int i = 1; i < s.cells; i++) {
        const struct snapshot *first = &s.cell[0].shown[0], *other = &s.cell[i].shown[0];
        assert_int_equal(first->count, other->count);
        assert_memory_equal(first->feature, other->feature, (size_t)(2 * first->count) * sizeof(float));
        assert_memory_equal(first->weight, other->weight, (size_t)(2 * first->classes) * sizeof(double));
    }
    sweep_clear(&s);
}

static void the_number_of_threads_changes_no_byte(void **state)
{
    (void)state;
    static const char *const line[] = { SHORT "--set m=0,0.1,0.2,0.3,0.4 --rows both",
        SHORT "--loss lsoftmax --set m=1,2,3 --vary lr=0.001,0.01 --summary gap",
        SHORT "--vary seed=1,2,3 --view curves" };
    for (size_t i = 0; i < sizeof line / sizeof *line; i++) {
        struct sweep one = run(line[i], 1);
        char *csv = csv_of(&one), *figure = figure_of(&one);
        sweep_clear(&one);
        struct sweep three = run(line[i], 3);
        char *csv_three = csv_of(&three), *figure_three = figure_of(&three);
        sweep_clear(&three);
        assert_string_equal(csv, csv_three);
        assert_string_equal(figure, figure_three);
        free(csv);
        free(csv_three);
        free(figure);
        free(figure_three);
    }
}

static void both_rows_show_training_and_test_points(void **state)
{
    (void)state;
    struct sweep s = run(SHORT "--set m=0,0.3 --rows both", 2);
    for (int i = 0; i < s.cells; i++)
        for (int shown = 0; shown < 2; shown++) {
            const struct snapshot *snap = &s.cell[i].shown[shown];
            assert_true(snap->count > 0);
            for (int k = 0; k < snap->count; k++)
                assert_int_equal(snap->test[k], shown == 1);
        }
    char *figure = figure_of(&s);
    assert_non_null(strstr(figure, "Training points"));
    assert_non_null(strstr(figure, "Test points"));
    free(figure);
    sweep_clear(&s);
}

static void a_training_that_diverges_is_shown_as_such(void **state)
{
    (void)state;
    struct sweep s = run(
        SHORT "--loss softmax --optimizer sgd --clip 0 --vary lr=0.001,1e6 --set softmax.lambda=0,0.1", 2);
    assert_false(s.cell[0].summary.diverged);
    assert_true(s.cell[1].summary.diverged);
    char *csv = csv_of(&s), *figure = figure_of(&s);
    assert_non_null(strstr(csv, ",true\n"));
    assert_non_null(strstr(figure, "diverged at step"));
    free(csv);
    free(figure);
    sweep_clear(&s);
}

static void the_csv_has_a_row_for_each_training_in_order(void **state)
{
    (void)state;
    struct sweep s = run(SHORT "--vary batch=full,8 --vary seed=1,2", 2);
    char *csv = csv_of(&s), *row = csv;
    static const char *const begins[] = { "batch,seed,train_loss,test_loss,", "full,1,", "8,1,", "full,2,",
        "8,2," };
    for (int i = 0; i < 5; i++) {
        assert_memory_equal(row, begins[i], strlen(begins[i]));
        row = strchr(row, '\n') + 1;
    }
    assert_int_equal(*row, 0);
    assert_null(strstr(strchr(csv, ',') + strlen("seed,,"), ",seed,")); /* once only */
    free(csv);
    sweep_clear(&s);
}

/* ---- the figure ---- */

static int count_of(const char *text, const char *part)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, part)); at++)
        n++;
    return n;
}

static void a_figure_names_every_cell_once_and_has_one_legend(void **state)
{
    (void)state;
    struct sweep s = run(SHORT "--loss lsoftmax --set m=1,2,3,4", 2);
    char *figure = figure_of(&s), *csv = csv_of(&s);
    for (int m = 1; m <= 4; m++) {
        char title[16];
        snprintf(title, sizeof title, ">m = %d<", m);
        assert_int_equal(count_of(figure, title), 1);
    }
    assert_int_equal(count_of(figure, ">decision boundary<"), 1);
    assert_int_equal(count_of(figure, ">L-Softmax<"), 1);
    assert_null(strstr(figure, "Feature plane"));
    free(figure);
    free(csv);
    sweep_clear(&s);
}

static void all_planes_share_the_largest_ring_unless_asked(void **state)
{
    (void)state;
    struct sweep s = run(SHORT "--loss softmax --add center --set center.lambda=0.001,1 --steps 200", 2);
    double ring[2];
    for (int i = 0; i < 2; i++) {
        struct scene scene = { 0 };
        assert_true(scene_update(&scene, &s.cell[i].shown[0], NULL));
        ring[i] = scene.ring;
        scene_clear(&scene);
    }
    assert_true(ring[0] > ring[1]);
    char *shared = figure_of(&s), want[64];
    snprintf(want, sizeof want, "every ring is at norm %g", ring[0]);
    assert_int_equal(count_of(shared, want), 1);
    s.options = &o;
    o.own_scales = true;
    char *own = figure_of(&s);
    for (int i = 0; i < 2; i++) {
        snprintf(want, sizeof want, "ring at norm %g<", ring[i]);
        assert_int_equal(count_of(own, want), 1);
    }
    free(shared);
    free(own);
    sweep_clear(&s);
}

/* Left and right end of a line "text SIZE WEIGHT [italic] ALIGN #COLOUR (x,y) words". */
static void text_extent(const char *line, double *left, double *right, double *y)
{
    struct font font = { 0 };
    char align[16], words[400];
    int weight, used = 0;
    assert_int_equal(sscanf(line, "text %lf %d", &font.size, &weight), 2);
    font.weight = (enum weight)weight;
    const char *at = strchr(line, '#');
    assert_non_null(at);
    const char *before = at - 2;
    while (before[-1] != ' ')
        before--;
    snprintf(align, sizeof align, "%.*s", (int)(at - 1 - before), before);
    font.italic = strstr(line, " italic ") && strstr(line, " italic ") < at;
    double x;
    assert_int_equal(sscanf(strchr(at, '('), "(%lf,%lf)%n", &x, y, &used), 2);
    snprintf(words, sizeof words, "%s", strchr(at, '(') + used + 1);
    words[strcspn(words, "\n")] = 0;
    double width = text_width(words, &font);
    *left = strcmp(align, "left") == 0 ? x : strcmp(align, "center") == 0 ? x - width / 2 : x - width;
    *right = *left + width;
}

static void no_text_leaves_the_page(const char *record, double width, double height)
{
    for (const char *line = record; *line; line += strcspn(line, "\n") + 1) {
        double left, right, y;
        if (strncmp(line, "text ", 5) != 0)
            continue;
        text_extent(line, &left, &right, &y);
        if (left < -0.5 || right > width + 0.5 || y < 8 || y > height - 2)
            fail_msg("outside %g x %g: %.*s", width, height, (int)strcspn(line, "\n"), line);
    }
}

/* n cells of one snapshot. */
static void draw_cells(struct scene *scene, const struct view *view, int n, const char *theme)
{
    static struct multiples_cell cell[SWEEP_CELLS];
    struct multiples m = { .view = view,
        .sheet = { "A loss", "m = 1, 2, 3", "mnist · seed 1", "L = \\cos(\\theta_y+\\m{m})" },
        .cell = cell };
    struct look look;
    double width, height;
    look_init(&look, theme_find(theme));
    look.interactive = false;
    multiples_grid(n, 0, &m.columns, &m.rows);
    assert_true(m.columns * m.rows >= n && m.columns * (m.rows - 1) < n);
    for (int i = 0; i < m.columns * m.rows; i++)
        cell[i] = (struct multiples_cell){ .scene = i < n ? scene : NULL,
            .title = "center λ = 0.0001",
            .note = "train 100.0%   test 100.0%",
            .ring = 1 };
    multiples_size(&m, &width, &height);
    struct canvas *c = canvas_record(width, height);
    assert_non_null(c);
    multiples_draw(c, &m, &look, width, height);
    no_text_leaves_the_page(canvas_record_text(c), width, height);
    assert_int_equal(count_of(canvas_record_text(c), "center λ = 0.0001\n"), n);
    canvas_destroy(c);
}

/* Of very many classes the legend names what has room and counts the rest. */
static void the_legend_counts_what_it_does_not_name(void **state)
{
    (void)state;
    enum { CLASSES = 60 };
    static struct multiples_cell cell;
    struct snapshot snap;
    struct scene scene = { 0 };
    struct look look;
    struct multiples m = { .view = &view_feature, .sheet = { "A loss", "", "", "" }, .cell = &cell };
    double width, height;
    snapshot_init(&snap);
    experiment_init(&snap.experiment);
    snap.force = loss_force_initial(loss_find("softmax"));
    assert_true(snapshot_reserve(&snap, CLASSES, 2, CLASSES, 1, 0));
    snap.dim = 2, snap.classes = snap.count = CLASSES;
    for (int i = 0; i < CLASSES; i++) {
        snap.label[i] = snap.predicted[i] = snap.row[i] = i;
        snap.test[i] = false;
        snap.bias[i] = 0;
        for (int d = 0; d < 2; d++)
            snap.feature[2 * i + d] = (float)(snap.weight[2 * i + d] = d ? sin(i) : cos(i));
    }
    assert_true(scene_update(&scene, &snap, NULL));
    look_init(&look, theme_find("light"));
    cell = (struct multiples_cell){ .scene = &scene, .title = "one", .note = "", .ring = 1 };
    multiples_grid(1, 0, &m.columns, &m.rows);
    multiples_size(&m, &width, &height);
    struct canvas *c = canvas_record(width, height);
    multiples_draw(c, &m, &look, width, height);
    const char *text = canvas_record_text(c), *more = strstr(text, ") and ");
    int left = 0;
    assert_non_null(more);
    assert_int_equal(sscanf(more, ") and %d more\n", &left), 1);
    assert_in_range(left, CLASSES - 40, CLASSES - 1);
    char name[16];
    snprintf(name, sizeof name, ") %d\n", CLASSES - left - 1); /* the last that has room */
    assert_true(count_of(text, name) >= 1);
    no_text_leaves_the_page(text, width, height);
    canvas_destroy(c);
    scene_clear(&scene);
    snapshot_clear(&snap);
}

static void any_number_of_cells_fits_the_page(void **state)
{
    (void)state;
    struct sweep s = run(SHORT "--points 40 --set m=0.1,0.3", 2);
    struct scene scene = { 0 };
    assert_true(scene_update(&scene, &s.cell[1].shown[0], NULL));
    for (int n = 1; n <= SWEEP_CELLS; n += n < 12 ? 1 : 13)
        draw_cells(&scene, &view_feature, n, n % 2 ? "dark" : "light");
    for (int i = 0; i < view_count(); i++)
        if (view_at(i) != &view_dashboard && view_at(i) != &view_stage)
            draw_cells(&scene, view_at(i), 4, "print");
    scene_clear(&scene);
    sweep_clear(&s);
}

static void a_page_of_any_shape_is_filled(void **state)
{
    (void)state;
    static const struct {
        int n;
        double shape;
        int columns, rows;
    } want[] = { { 4, 4, 4, 1 }, { 4, 1, 2, 2 }, { 4, 0.25, 1, 4 }, { 12, 1.3, 4, 3 }, { 3, 0.5, 1, 3 } };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        int columns, rows;
        multiples_grid(want[i].n, want[i].shape, &columns, &rows);
        assert_int_equal(columns, want[i].columns);
        assert_int_equal(rows, want[i].rows);
    }
    for (int n = 1; n <= SWEEP_CELLS; n++)
        for (double shape = 0; shape < 5; shape += 0.3) {
            int columns, rows;
            multiples_grid(n, shape, &columns, &rows);
            assert_true(columns * rows >= n && columns * (rows - 1) < n);
        }
}

static void the_gap_stands_where_its_value_does(void **state)
{
    (void)state;
    static const char *const even[] = { "full", "1", "128" }, *const line[] = { "0", "0.1", "0.4" },
                             *const decades[] = { "0.001", "0.01", "0.1", "1" };
    double place[4];
    trend_places(even, 3, place);
    assert_close(place[1], 0.5, 1e-12);
    trend_places(line, 3, place);
    assert_close(place[1], 0.25, 1e-12);
    trend_places(decades, 4, place);
    assert_close(place[1], 1.0 / 3, 1e-12);
    struct sweep s = run(SHORT "--set m=0,0.1,0.4 --summary gap", 2);
    char *figure = figure_of(&s);
    for (int i = 0; i < s.cells; i++) {
        const struct evaluation *v = &s.cell[i].summary.evaluation;
        char number[32];
        snprintf(number, sizeof number, "%.2f%%<", fabs(100 * (v->train_accuracy - v->test_accuracy)));
        if (!strstr(figure, number))
            fail_msg("%s is not in the figure", number);
    }
    assert_non_null(strstr(figure, ">train error<"));
    free(figure);
    sweep_clear(&s);
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s/sweep-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir);
    openblas_set_num_threads(1);
    return mkdtemp(folder) && text_start(&why) == STATUS_OK ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    text_stop();
    return rmdir(folder); /* nothing is left in it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_list_runs_across_and_the_second_down),
        cmocka_unit_test(a_value_that_is_a_list_is_written_with_colons),
        cmocka_unit_test(a_parameter_beside_a_varied_loss_belongs_to_that_loss),
        cmocka_unit_test(wrong_lists_are_refused),
        cmocka_unit_test(each_training_is_the_one_train_would_do),
        cmocka_unit_test(trainings_begin_with_the_same_weights),
        cmocka_unit_test(the_number_of_threads_changes_no_byte),
        cmocka_unit_test(both_rows_show_training_and_test_points),
        cmocka_unit_test(a_training_that_diverges_is_shown_as_such),
        cmocka_unit_test(the_csv_has_a_row_for_each_training_in_order),
        cmocka_unit_test(a_figure_names_every_cell_once_and_has_one_legend),
        cmocka_unit_test(all_planes_share_the_largest_ring_unless_asked),
        cmocka_unit_test(the_legend_counts_what_it_does_not_name),
        cmocka_unit_test(any_number_of_cells_fits_the_page),
        cmocka_unit_test(a_page_of_any_shape_is_filled),
        cmocka_unit_test(the_gap_stands_where_its_value_does),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
