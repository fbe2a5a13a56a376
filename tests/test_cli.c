#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

#include "app/cli.h"
#include "app/options.h"
#include "math/loss.h"

enum { WORDS = 24, TEXT = 1024 };

static struct options o;
static struct why why;

/* Splits at blanks and parses, as if typed after the command's name. */
static enum status parse(unsigned where, const char *line)
{
    static char text[TEXT];
    const char *argv[WORDS + 1] = { "command" };
    int argc = 1;
    snprintf(text, sizeof text, "%s", line);
    for (char *word = strtok(text, " "); word && argc < WORDS; word = strtok(NULL, " "))
        argv[argc++] = word;
    why.text[0] = 0;
    options_init(&o);
    return options_parse(argc, argv, where, &o, &why);
}

static void accept(unsigned where, const char *line)
{
    if (parse(where, line) != STATUS_OK)
        fail_msg("%s\n  refused: %s", line, why.text);
}

/* Refused as wrong use, with a sentence "WHERE: WHAT; WHAT TO DO" that holds `part`. */
static void refuse(unsigned where, const char *line, const char *part)
{
    enum status status = parse(where, line);
    if (status != STATUS_USAGE)
        fail_msg("%s\n  status %d, want %d", line, status, STATUS_USAGE);
    if (!strstr(why.text, part) || !strstr(why.text, ": ") || !strchr(why.text, ';'))
        fail_msg("%s\n  said: %s\n  want: %s", line, why.text, part);
}

static double set_value(const char *loss, const char *param)
{
    int at = loss_index(loss_find(loss));
    return o.experiment.param[at][loss_param_find(loss_at(at), param)];
}

static void an_empty_line_is_the_default_experiment(void **state)
{
    (void)state;
    struct experiment want;
    experiment_init(&want);
    accept(FOR_TRAIN, "");
    assert_string_equal(o.experiment.dataset, want.dataset);
    assert_int_equal(o.experiment.loss, want.loss);
    assert_int_equal(o.experiment.seed, 1);
    assert_false(o.by_steps);
    assert_int_equal(o.epochs, 20);
    assert_int_equal(o.figure_count + o.dump_count + o.change_count, 0);
}

static void every_setting_of_an_experiment_is_an_option(void **state)
{
    (void)state;
    for (int k = 0; k < experiment_key_count(); k++) {
        char line[TEXT], value[EXPERIMENT_PATH], got[EXPERIMENT_PATH];
        struct experiment e;
        experiment_init(&e);
        if (!experiment_get(&e, experiment_key(k), value, sizeof value) || !value[0])
            snprintf(value, sizeof value, "0,1");
        snprintf(line, sizeof line, "--%s %.900s", experiment_key(k), value);
        accept(FOR_TRAIN, line);
        accept(FOR_FIGURE, strcat(line, " --out f.png"));
        assert_true(experiment_get(&o.experiment, experiment_key(k), got, sizeof got));
        assert_string_equal(got, value);
    }
}

static void options_reach_the_experiment(void **state)
{
    (void)state;
    accept(FOR_TRAIN,
        "--dataset blobs --classes 0,1 --hidden 32,16 --feature-dim 3 --lr 0.01 --batch full --seed 9 "
        "--optimizer sgd");
    assert_string_equal(o.experiment.dataset, "blobs");
    assert_string_equal(o.experiment.classes, "0,1");
    assert_int_equal(o.experiment.hidden_count, 2);
    assert_int_equal(o.experiment.hidden[1], 16);
    assert_int_equal(o.experiment.feature_dim, 3);
    assert_close(o.experiment.lr, 0.01, 0);
    assert_int_equal(o.experiment.batch, 0);
    assert_int_equal(o.experiment.seed, 9);
    assert_int_equal(o.experiment.optimiser, OPTIMISER_SGD);
}

static void a_parameter_belongs_to_the_loss_wherever_it_stands(void **state)
{
    (void)state;
    accept(FOR_TRAIN, "--set m=0.2 --set s=16 --loss cosface");
    assert_close(set_value("cosface", "m"), 0.2, 0);
    assert_close(set_value("cosface", "s"), 16, 0);
    assert_true(set_value("arcface", "m") != 0.2);
    accept(FOR_TRAIN, "--set cosface.m=0.25");
    assert_close(set_value("cosface", "m"), 0.25, 0);
}

static void later_options_win(void **state)
{
    (void)state;
    accept(FOR_TRAIN, "--lr 0.5 --set m=0.1 --epochs 3 --lr 0.25 --set m=0.2 --steps 7");
    assert_close(o.experiment.lr, 0.25, 0);
    assert_close(set_value("arcface", "m"), 0.2, 0);
    assert_true(o.by_steps);
    assert_int_equal(o.steps, 7);
    accept(FOR_TRAIN, "--steps 7 --epochs 3");
    assert_false(o.by_steps);
    assert_int_equal(o.epochs, 3);
}

static void values_out_of_range_are_refused_for_every_parameter(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        const struct loss *loss = loss_at(i);
        for (int p = 0; p < loss_param_count(loss); p++) {
            char line[160], part[80];
            const struct param *param = &loss->param[p];
            snprintf(part, sizeof part, "%g to %g for %s", param->min, param->max, loss->id);
            snprintf(line, sizeof line, "--loss %s --set %s=%.17g", loss->id, param->id, param->max + 1);
            refuse(FOR_TRAIN, line, part);
            snprintf(line, sizeof line, "--loss %s --set %s=%.17g", loss->id, param->id, param->min - 1);
            refuse(FOR_TRAIN, line, part);
            snprintf(line, sizeof line, "--loss %s --set %s=nan", loss->id, param->id);
            refuse(FOR_TRAIN, line, part);
            snprintf(line, sizeof line, "--loss %s --set %s=%.17g", loss->id, param->id, param->max);
            accept(FOR_TRAIN, line);
        }
    }
}

static void wrong_lines_are_refused_with_what_is_allowed(void **state)
{
    (void)state;
    static const struct {
        const char *line, *part;
    } row[] = {
        { "--nosuch 3", "--nosuch: no such option of command; known: dataset, " },
        { "--loss nosuch", "--loss nosuch: " },
        { "--loss nosuch", "arcface" },
        { "--set q=1", "choose from s, m" },
        { "--set m", "NAME=VALUE" },
        { "--set m=", "NAME=VALUE" },
        { "--set m=0.3x", "allowed" },
        { "--set nosuch.m=1", "no loss has the id nosuch" },
        { "--lr zero", "--lr zero: allowed" },
        { "--batch 0", "--batch 0: " },
        { "--steps -1", "--steps -1: " },
        { "--steps 1.5", "--steps 1.5: " },
        { "--epochs", "value is missing" },
        { "--benchmark=3", "takes no value" },
        { "--model cnn", "--model cnn: " },
        { "--at 3", "STEP:KEY=VALUE" },
        { "--at m=0.3", "STEP:KEY=VALUE" },
        { "--at 3:m=9", "--at 3:m=9: " },
        { "--at 3:nosuch=9", "known" },
        { "--at 3:seed=2", "new training" },
        { "--dump-batch 0:f", "step from 1" },
        { "--figure f.gif", ".png, .svg or .pdf" },
        { "--figure f.png --view nosuch", "feature" },
        { "--figure f.png --theme nosuch", "light" },
        { "--figure f.png --scale 9", "1 to 8" },
        { "--figure f.png --size 10x10", "160 to 8000" },
        { "--figure f.png --size big", "1600x1000" },
        { "--metrics-every 5", "--metrics" },
        { "--metrics a --features a", "two outputs" },
        { "--metrics a --features ./a", "two outputs" },
        { "--benchmark --metrics a", "nothing but the summary" },
        { "mnist", "no operand" },
        { "--pace fast", "--pace fast: " },
        { "--model free --holdout 7", ": " },
        { "--session f", "no such option" },
        { "--add center", "no such option" },
        { "--save f", "no such option" },
        { "--fullscreen", "no such option" },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        refuse(FOR_TRAIN, row[i].line, row[i].part);
    refuse(FOR_FIGURE, "", "--out");
    refuse(FOR_FIGURE, "--out a.txt", ".png, .svg or .pdf");
    refuse(FOR_WINDOW, "--steps 3", "no such option");
    refuse(FOR_WINDOW, "--theme print", "dark, light");
    refuse(FOR_WINDOW, "--text-scale 3", "0.8 to 2");
    refuse(FOR_WINDOW, "--renderer vulkan", "cpu, gpu");
}

static void a_refusal_names_every_known_option(void **state)
{
    (void)state;
    static const unsigned where[] = { FOR_WINDOW, FOR_TRAIN, FOR_FIGURE, FOR_LIST };
    for (size_t w = 0; w < sizeof where / sizeof *where; w++) {
        assert_int_equal(parse(where[w], "--nosuch"), STATUS_USAGE);
        for (int i = 0; option_at(i); i++)
            if ((option_where(option_at(i)) & where[w]) && !strstr(why.text, option_name(option_at(i))))
                fail_msg("%s is not named in: %s", option_name(option_at(i)), why.text);
    }
}

static void changes_are_kept_in_order_of_step(void **state)
{
    (void)state;
    accept(FOR_TRAIN, "--at 20:m=0.2 --at 10:loss=cosface --at 20:s=16 --at 0:lr=0.01");
    static const struct {
        long step;
        const char *key;
    } want[] = { { 0, "lr" }, { 10, "loss" }, { 20, "m" }, { 20, "s" } };
    assert_int_equal(o.change_count, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(o.change[i].step, want[i].step);
        assert_string_equal(o.change[i].key, want[i].key);
    }
    /* m = 1.1 is arcface's to have, not cosface's: a change is judged by the loss of its step */
    accept(FOR_TRAIN, "--at 20:m=1.1");
    refuse(FOR_TRAIN, "--at 10:loss=cosface --at 20:m=1.1", "--at 20:m=1.1: allowed");
}

static void figure_options_before_are_defaults_and_after_are_its_own(void **state)
{
    (void)state;
    accept(FOR_TRAIN,
        "--view curves --size 800x600 --figure a.png --scale 3 --figure b.svg --view logit --transparent");
    assert_int_equal(o.figure_count, 2);
    assert_string_equal(o.figure[0].figure.view, "curves");
    assert_string_equal(o.figure[1].figure.view, "logit");
    assert_close(o.figure[0].figure.scale, 3, 0);
    assert_close(o.figure[1].figure.width, 800, 0);
    assert_false(o.figure[0].figure.transparent);
    assert_true(o.figure[1].figure.transparent);
    accept(FOR_FIGURE, "--view logit --out c.pdf --theme dark");
    assert_int_equal(o.figure_count, 1);
    assert_string_equal(o.figure[0].figure.path, "c.pdf");
    assert_string_equal(o.figure[0].figure.theme, "dark");
}

static void millimetres_are_pixels_at_the_dpi(void **state)
{
    (void)state;
    accept(FOR_FIGURE, "--out a.png --size 254x127mm --dpi 200");
    const struct figure_options *figure = &o.figure[0].figure;
    assert_close(figure->width * figure->scale, 2000, 1e-12);
    assert_close(figure->height * figure->scale, 1000, 1e-12);
    accept(FOR_FIGURE, "--out a.pdf --size 254x127mm");
    assert_close(figure->width, 960, 1e-12);
}

static void formulas_become_plain_text(void **state)
{
    (void)state;
    static const struct {
        const char *formula, *plain;
    } row[] = {
        { "\\cos(\\theta_1+\\m{m}) > \\cos\\theta_2", "cos(θ1+m) > cos θ2" },
        { "\\|x\\|\\psi(\\theta_y)", "‖x‖ψ(θy)" },
        { "\\frac{a}{b+\\lambda}", "(a)/(b+λ)" },
        { "\\cls{1}{\\theta_1} \\le K_{12}", "θ1 ≤ K12" },
        { "x^2", "x^2" },
    };
    char out[128];
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        assert_string_equal(plain_text(row[i].formula, out, sizeof out), row[i].plain);
    for (int i = 0; i < loss_count(); i++)
        if (strpbrk(plain_text(loss_at(i)->rule, out, sizeof out), "\\{}"))
            fail_msg("%s: %s", loss_at(i)->id, out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_line_is_the_default_experiment),
        cmocka_unit_test(every_setting_of_an_experiment_is_an_option),
        cmocka_unit_test(options_reach_the_experiment),
        cmocka_unit_test(a_parameter_belongs_to_the_loss_wherever_it_stands),
        cmocka_unit_test(later_options_win),
        cmocka_unit_test(values_out_of_range_are_refused_for_every_parameter),
        cmocka_unit_test(wrong_lines_are_refused_with_what_is_allowed),
        cmocka_unit_test(a_refusal_names_every_known_option),
        cmocka_unit_test(changes_are_kept_in_order_of_step),
        cmocka_unit_test(figure_options_before_are_defaults_and_after_are_its_own),
        cmocka_unit_test(millimetres_are_pixels_at_the_dpi),
        cmocka_unit_test(formulas_become_plain_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
