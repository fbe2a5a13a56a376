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

/* As a shell would hand it over: --vs takes a whole line. */
static enum status parse_beside(unsigned where, const char *line, const char *const *vs, int count)
{
    const char *beside[WORDS] = { "figure" };
    static char text[1024];
    int argc = 1;
    snprintf(text, sizeof text, "%s", line);
    for (char *word = strtok(text, " "); word && argc < WORDS - 2 * count; word = strtok(NULL, " "))
        beside[argc++] = word;
    for (int i = 0; i < count; i++) {
        beside[argc++] = "--vs";
        beside[argc++] = vs[i];
    }
    why.text[0] = 0;
    options_init(&o);
    return options_parse(argc, beside, where, &o, &why);
}

static void beside_stands_what_vs_says(void **state)
{
    (void)state;
    const char *const vs[] = { "--loss softmax --lr 0.01", "--set m=0.5 --add center", "" };
    const char *line = "--dataset blobs --loss arcface --set m=0.2 --view compare --out f.png";
    if (parse_beside(FOR_FIGURE, line, vs, 2) != STATUS_OK)
        fail_msg("%s", why.text);
    int arcface = loss_index(loss_find("arcface")), m = loss_param_find(loss_find("arcface"), "m");
    assert_int_equal(o.vs_count, 2);
    assert_string_equal(experiment_loss(&o.beside[0])->id, "softmax");
    assert_close(o.beside[0].lr, 0.01, 1e-15);
    assert_close(o.experiment.param[arcface][m], 0.2, 1e-15);
    assert_close(o.beside[0].param[arcface][m], 0.2, 1e-15);
    assert_close(o.beside[1].param[arcface][m], 0.5, 1e-15);
    assert_true(o.beside[1].added[term_find(loss_find("center"))]);
    assert_string_equal(o.beside[1].dataset, "blobs");
}

static void what_vs_cannot_say_is_refused(void **state)
{
    (void)state;
    const char *line = "--dataset blobs --view compare --out f.png";
    static const struct {
        const char *vs, *said;
    } wrong[] = { { "--loss nothing", "--loss nothing: unknown" }, { "--epochs 3", "no such option of --vs" },
        { "softmax", "takes no operand" }, { "--set m=9", "allowed 0 to 1.2" },
        { "--set m=0.1,0.2", "several values" }, { " ", "not a line of options" },
        { "--loss zero_one", "" } };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        enum status status = parse_beside(FOR_FIGURE, line, &wrong[i].vs, 1);
        bool allowed = !wrong[i].said[0];
        if ((status == STATUS_OK) != allowed || !strstr(why.text, wrong[i].said) ||
            (!allowed && !strchr(why.text, ';')))
            fail_msg("--vs \"%s\": status %d, said: %s", wrong[i].vs, status, why.text);
    }
    const char *const four[] = { "--lr 0.1", "--lr 0.2", "--lr 0.3", "--lr 0.4" };
    assert_int_equal(parse_beside(FOR_FIGURE, line, four, 4), STATUS_USAGE);
    assert_int_equal(parse_beside(FOR_FIGURE, line, four, 0), STATUS_USAGE);
    assert_int_equal(parse_beside(FOR_FIGURE, "--view feature --out f.png", four, 1), STATUS_USAGE);
    refuse(FOR_TRAIN, "--view compare --figure f.png", "not for one training");
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
        const char *beside = strstr(experiment_key(k), "-npy") ? "--features-npy x --labels-npy y " : "";
        snprintf(line, sizeof line, "%s--%s %.900s", beside, experiment_key(k), value);
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

/* Every choice and list of every loss, by its text. */
static void check_names(const struct loss *loss, const struct param *param)
{
    char line[160];
    for (int c = 0; param->choice && param->choice[c]; c++) {
        snprintf(line, sizeof line, "--set %s.%s=%s", loss->id, param->id, param->choice[c]);
        accept(FOR_TRAIN, line);
        assert_close(set_value(loss->id, param->id), c, 0);
    }
    bool list = param->kind == PARAM_LIST;
    snprintf(line, sizeof line, "--set %s.%s=-1", loss->id, param->id);
    refuse(FOR_TRAIN, line, list ? "one number from 0 to 10 for each class" : "unknown; choose ");
    snprintf(line, sizeof line, "--set %s.%s=nosuch", loss->id, param->id);
    refuse(FOR_TRAIN, line, list ? "inverse" : param->choice[0]);
}

static void check_range(const struct loss *loss, const struct param *param)
{
    char line[160], part[80], name[64];
    snprintf(name, sizeof name, "%s.%s", loss->id, param->id);
    snprintf(part, sizeof part, "%g to %g for %s", param->min, param->max, loss->id);
    snprintf(line, sizeof line, "--set %s=%.17g", name, param->max + 1);
    refuse(FOR_TRAIN, line, part);
    snprintf(line, sizeof line, "--set %s=%.17g", name, param->min - 1);
    refuse(FOR_TRAIN, line, part);
    snprintf(line, sizeof line, "--set %s=nan", name);
    refuse(FOR_TRAIN, line, part);
    snprintf(line, sizeof line, "--set %s=%.17g", name, param->max);
    accept(FOR_TRAIN, line);
    assert_close(set_value(loss->id, param->id), param->max, 0);
}

static void values_out_of_range_are_refused_for_every_parameter(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++)
        for (int p = 0; p < loss_param_count(loss_at(i)); p++) {
            const struct param *param = &loss_at(i)->param[p];
            if (param->kind == PARAM_CHOICE || param->kind == PARAM_LIST)
                check_names(loss_at(i), param);
            else
                check_range(loss_at(i), param);
        }
}

static void every_loss_can_be_chosen_and_its_parameters_go_by_their_names(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        const struct loss *loss = loss_at(i);
        char line[160];
        for (int p = 0; p < loss_param_count(loss) && loss->family != FAMILY_TERM; p++) {
            if (loss->param[p].kind == PARAM_CHOICE || loss->param[p].kind == PARAM_LIST)
                continue;
            snprintf(line, sizeof line, "--set %s=%.17g --loss %s", loss->param[p].id, loss->param[p].min,
                loss->id);
            accept(FOR_TRAIN, line);
            assert_close(set_value(loss->id, loss->param[p].id), loss->param[p].min, 0);
        }
        snprintf(line, sizeof line, "--loss %s", loss->id);
        if (loss->untrained)
            refuse(FOR_TRAIN, line, "has no gradient; use it in the score view");
        else
            accept(FOR_TRAIN, line);
        accept(FOR_WINDOW, line);
    }
}

static bool added(const char *id)
{
    return o.experiment.added[term_find(loss_find(id))];
}

static void terms_join_and_keep_their_own_numbers(void **state)
{
    (void)state;
    accept(FOR_TRAIN, "--add center --loss cosface --add ring --set center.lambda=0.5 --set ring.radius=7");
    assert_true(added("center") && added("ring") && !added("uniform"));
    assert_close(set_value("center", "lambda"), 0.5, 0);
    assert_close(set_value("ring", "radius"), 7, 0);
    assert_string_equal(experiment_loss(&o.experiment)->id, "cosface");
    accept(FOR_TRAIN, "--loss center --set center.alpha=0.25");
    assert_true(added("center"));
    assert_string_equal(experiment_loss(&o.experiment)->id, "softmax");
    accept(FOR_TRAIN, "--at 10:add=center,uniform --at 20:center.lambda=0.5 --at 30:add=none");
    assert_int_equal(o.change_count, 3);
    refuse(FOR_TRAIN, "--loss center --set alpha=0.25", "center.alpha");
}

static void class_weights_are_a_list_or_a_rule(void **state)
{
    (void)state;
    accept(FOR_TRAIN, "--loss weighted_softmax --set class_weights=1:1:5");
    assert_int_equal(o.experiment.class_weight_count, 3);
    assert_close(o.experiment.class_weight[2], 5, 0);
    accept(FOR_TRAIN, "--set class_weights=inverse --loss weighted_softmax");
    assert_close(set_value("weighted_softmax", "class_weights"), 1, 0);
    refuse(FOR_TRAIN, "--loss weighted_softmax --set class_weights=1:x", "as in 1:1:5");
    refuse(FOR_TRAIN, "--loss weighted_softmax --set class_weights=0:0", "every weight is 0");
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
        { "--model lstm", "--model lstm: " },
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
        { "--sessions f", "no such option" },
        { "--add arcface", "--add arcface: " },
        { "--bias maybe", "--bias maybe: " },
        { "--move 3:1", "--move 3:1: " },
        { "--loss triplet --model identity", "nothing to train" },
        { "--loss triplet --add regular", "--add regular: triplet has no single weight" },
        { "--loss subcenter_arcface --add regular", "--add regular: " },
        { "--loss hinge --add center", "--add center: hinge has no single class" },
        { "--loss l2 --add ring", "--add ring: " },
        { "--loss triplet --set mining=every", "choose all, hard, semihard" },
        { "--at 5:loss=zero_one", "--at 5:loss=zero_one: has no gradient" },
        { "--add regular --at 5:loss=triplet", "--at 5:loss=triplet: " },
        { "--fullscreen", "no such option" },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        refuse(FOR_TRAIN, row[i].line, row[i].part);
    refuse(FOR_FIGURE, "", "--out");
    refuse(FOR_FIGURE, "--out a.txt", ".png, .svg or .pdf");
    refuse(FOR_WINDOW, "--steps 3", "no such option");
    refuse(FOR_WINDOW, "--theme print", "dark, light");
    refuse(FOR_WINDOW, "--text-scale 3", "0.8 to 2");
    refuse(FOR_WINDOW, "--timeline 3", "4 to 65536");
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

static void a_refused_loss_names_every_loss(void **state)
{
    (void)state;
    refuse(FOR_TRAIN, "--loss nosuch", "choose ");
    for (int i = 0; i < loss_count(); i++)
        if (!strstr(why.text, loss_at(i)->id))
            fail_msg("%s is not named in: %s", loss_at(i)->id, why.text);
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
        { "\\sigma(\\mu) \\ne \\tau", "σ(μ) ≠ τ" },
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
        cmocka_unit_test(beside_stands_what_vs_says),
        cmocka_unit_test(what_vs_cannot_say_is_refused),
        cmocka_unit_test(every_setting_of_an_experiment_is_an_option),
        cmocka_unit_test(options_reach_the_experiment),
        cmocka_unit_test(a_parameter_belongs_to_the_loss_wherever_it_stands),
        cmocka_unit_test(later_options_win),
        cmocka_unit_test(values_out_of_range_are_refused_for_every_parameter),
        cmocka_unit_test(every_loss_can_be_chosen_and_its_parameters_go_by_their_names),
        cmocka_unit_test(terms_join_and_keep_their_own_numbers),
        cmocka_unit_test(class_weights_are_a_list_or_a_rule),
        cmocka_unit_test(wrong_lines_are_refused_with_what_is_allowed),
        cmocka_unit_test(a_refusal_names_every_known_option),
        cmocka_unit_test(a_refused_loss_names_every_loss),
        cmocka_unit_test(changes_are_kept_in_order_of_step),
        cmocka_unit_test(figure_options_before_are_defaults_and_after_are_its_own),
        cmocka_unit_test(millimetres_are_pixels_at_the_dpi),
        cmocka_unit_test(formulas_become_plain_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
