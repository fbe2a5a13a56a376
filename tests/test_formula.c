#include "support/check.h"

#include "math/loss.h"
#include "render/formula.h"
#include "render/text.h"

#include <stdio.h>
#include <string.h>

static int start(void **state)
{
    (void)state;
    struct why why;
    if (text_start(&why) == STATUS_OK)
        return 0;
    print_error("%s\n", why.text);
    return -1;
}

static int stop(void **state)
{
    (void)state;
    text_stop();
    return 0;
}

static const char arcface[] = "L = -\\frac{1}{N} \\sum_i \\log \\frac{e^{s\\cos(\\theta_y+\\m{m})}}"
                              "{e^{s\\cos(\\theta_y+\\m{m})}+\\sum_{j\\ne y} e^{s\\cos\\theta_j}}";

static void what_the_files_write_is_accepted(void **state)
{
    (void)state;
    static const char *const good[] = { arcface, "", "x",
        "\\cls{12}{\\theta_4} + \\m{m} < \\cls{0}{\\theta_0}",
        "\\|x\\|^2 \\le \\sqrt{a^2+b_1} \\pm 0.5 \\cdot \\exp(-\\lambda)", "{a}_{b}^{c}", "\\max(0, 1 - y f)",
        "\\m{m_1}\\theta", "\\frac{\\frac{1}{2}}{3}" };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct why why = { "" };
        if (formula_check(good[i], &why) != STATUS_OK)
            fail_msg("%s: %s", good[i], why.text);
    }
}

static void what_is_wrong_is_named_with_its_column(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int column;
        const char *says;
    } bad[] = {
        { "a + \\foo", 5, "\\foo" },
        { "\\frac{1}", 9, "\\frac" },
        { "x^", 3, "ends too early" },
        { "{a", 1, "never closed" },
        { "a}", 2, "}" },
        { "x_1_2", 4, "twice" },
        { "a # b", 3, "#" },
        { "\\cls{y}{x}", 5, "number" },
        { "\\m x", 4, "\\m" },
        { "3 \xc3\xa9", 3, "\xc3\xa9" },
        { "_1", 1, "_" },
        { "\\", 1, "\\" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct why why = { "" };
        char column[40];
        snprintf(column, sizeof column, "column %d:", bad[i].column);
        if (formula_check(bad[i].text, &why) != STATUS_FAILED)
            fail_msg("%s: accepted", bad[i].text);
        if (!strstr(why.text, column) || !strstr(why.text, bad[i].says))
            fail_msg("%s: says \"%s\", wanted %s %s", bad[i].text, why.text, column, bad[i].says);
    }
}

static void deep_and_long_formulas_are_refused_not_overrun(void **state)
{
    (void)state;
    char deep[400], longest[2000];
    memset(deep, '{', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(formula_check(deep, NULL), STATUS_FAILED);
    assert_int_equal(formula_check(longest, NULL), STATUS_FAILED);
}

static void every_loss_formula_is_accepted_and_fits_the_header(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        const struct loss *loss = loss_at(i);
        const char *const text[] = { loss->formula, loss->logit, loss->rule };
        for (int j = 0; j < 3; j++) {
            struct why why = { "" };
            if (text[j] && formula_check(text[j], &why) != STATUS_OK)
                fail_msg("%s: %s: %s", loss->id, text[j], why.text);
        }
        double width = loss->formula ? formula_measure(loss->formula, 20).width : 0;
        if (!(width <= 480))
            fail_msg("%s: %.0f px wide", loss->id, width);
    }
}

/* The mock-up's header formula is 369 px wide at 20 px, from L to the end of the bar. */
static void the_arcface_header_is_as_wide_as_in_the_mock(void **state)
{
    (void)state;
    assert_close(formula_measure(arcface, 20).width, 369, 0.03);
}

static void size_grows_with_the_font_and_drawing_agrees_with_measuring(void **state)
{
    (void)state;
    const struct theme *theme = theme_find("dark");
    struct formula_size small = formula_measure(arcface, 20), large = formula_measure(arcface, 40);
    assert_close(large.width, 2 * small.width, 1e-9);
    assert_close(large.ascent, 2 * small.ascent, 1e-9);
    struct canvas *c = canvas_record(600, 100);
    struct formula_size drawn = formula_draw(c, (struct point){ 10, 60 }, arcface, 20, theme->text1, theme);
    assert_close(drawn.width, small.width, 1e-12);
    canvas_destroy(c);
}

static void the_margin_is_amber_semibold_italic_and_a_class_has_its_color(void **state)
{
    (void)state;
    const struct theme *theme = theme_find("dark");
    struct canvas *c = canvas_record(600, 100);
    formula_draw(c, (struct point){ 10, 60 }, "\\m{m}\\cls{12}{y}\\cos", 20, theme->text1, theme);
    const char *text = canvas_record_text(c);
    assert_non_null(strstr(text, "text 20.00 600 italic left #ffc53dff (10.00,60.00) m\n"));
    assert_non_null(strstr(text, "600 italic left #74f4e4ff"));
    assert_non_null(strstr(text, "text 20.00 400 left #eceef1ff"));
    canvas_destroy(c);
}

static void scripts_stand_where_the_design_says(void **state)
{
    (void)state;
    const struct theme *theme = theme_find("dark");
    struct canvas *c = canvas_record(600, 100);
    formula_draw(c, (struct point){ 0, 50 }, "x_i^2", 20, theme->text1, theme);
    const char *text = canvas_record_text(c), *sub = strstr(text, "text 14.00 400 italic"),
               *sup = strstr(text, "text 14.00 400 left");
    assert_non_null(sub);
    assert_non_null(sup);
    assert_non_null(strstr(sub, ",54.40) i\n"));
    assert_non_null(strstr(sup, ",41.60) 2\n"));
    canvas_destroy(c);
}

/* The bar of a root begins where its sign ends and is as long as what stands under it. */
static void a_root_covers_what_is_under_it(void **state)
{
    (void)state;
    const struct theme *theme = theme_find("dark");
    struct canvas *c = canvas_record(600, 100);
    double under = formula_measure("x", 20).width, x[5], y[5], inner, after;
    formula_draw(c, (struct point){ 0, 50 }, "\\sqrt{x}y", 20, theme->text1, theme);
    const char *text = canvas_record_text(c), *sign = strstr(text, "lines "), *body = strstr(text, "left"),
               *next = body ? strstr(body + 1, "left") : NULL;
    assert_true(sign && next);
    sign = strchr(sign, '(');
    for (int i = 0; i < 5; i++, sign = strchr(sign + 1, '('))
        assert_int_equal(sscanf(sign, "(%lf,%lf)", &x[i], &y[i]), 2);
    assert_int_equal(sscanf(strchr(body, '('), "(%lf,", &inner), 1);
    assert_int_equal(sscanf(strchr(next, '('), "(%lf,", &after), 1);
    assert_close(y[3], y[4], 0);
    assert_true(y[3] < 50 && y[2] >= 50 && x[3] <= inner);
    assert_true(x[4] >= inner + under - 0.01 && after >= x[4] - 0.01);
    canvas_destroy(c);
}

/* Over and under a large sum, on its middle. */
static void a_sum_has_its_limits(void **state)
{
    (void)state;
    const struct theme *theme = theme_find("dark");
    struct canvas *c = canvas_record(600, 100);
    double x[2], y[2];
    formula_draw(c, (struct point){ 0, 50 }, "\\sum_i^i", 20, theme->text1, theme);
    const char *low = strstr(canvas_record_text(c), "text 14"),
               *high = low ? strstr(low + 1, "text 14") : NULL;
    assert_true(low && high);
    assert_int_equal(sscanf(strchr(low, '('), "(%lf,%lf)", &x[0], &y[0]), 2);
    assert_int_equal(sscanf(strchr(high, '('), "(%lf,%lf)", &x[1], &y[1]), 2);
    assert_close(x[0], x[1], 0);
    assert_true(y[0] > 55 && y[1] < 40);
    canvas_destroy(c);
}

static void a_wrong_formula_draws_nothing(void **state)
{
    (void)state;
    const struct theme *theme = theme_find("dark");
    struct canvas *c = canvas_record(600, 100);
    assert_true(formula_draw(c, (struct point){ 0, 50 }, "x + \\foo", 20, theme->text1, theme).width == 0);
    assert_string_equal(canvas_record_text(c), "");
    canvas_destroy(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_files_write_is_accepted),
        cmocka_unit_test(what_is_wrong_is_named_with_its_column),
        cmocka_unit_test(deep_and_long_formulas_are_refused_not_overrun),
        cmocka_unit_test(every_loss_formula_is_accepted_and_fits_the_header),
        cmocka_unit_test(the_arcface_header_is_as_wide_as_in_the_mock),
        cmocka_unit_test(size_grows_with_the_font_and_drawing_agrees_with_measuring),
        cmocka_unit_test(the_margin_is_amber_semibold_italic_and_a_class_has_its_color),
        cmocka_unit_test(scripts_stand_where_the_design_says),
        cmocka_unit_test(a_root_covers_what_is_under_it),
        cmocka_unit_test(a_sum_has_its_limits),
        cmocka_unit_test(a_wrong_formula_draws_nothing),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
