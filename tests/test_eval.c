/* Cases of `eval`: what each shape of case needs, what is refused, and that a written case reads back the same.
 * Values here are worked by hand; the reference cases are checked elsewhere. */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/eval.h"

/* Reads text with ' for ", so that cases stay readable here. */
static json_t *parse(const char *text)
{
    char plain[2048];
    assert_true(strlen(text) < sizeof plain);
    strcpy(plain, text);
    for (char *at = plain; *at; at++)
        if (*at == '\'')
            *at = '"';
    json_t *root = json_loads(plain, JSON_DECODE_INT_AS_REAL, NULL);
    if (!root)
        fail_msg("the test's own JSON is broken: %s", text);
    return root;
}

static struct eval answer(const char *text)
{
    struct eval e = { 0 };
    struct why why = { "" };
    json_t *root = parse(text);
    if (eval_case(root, &e, &why) != STATUS_OK)
        fail_msg("%s\n  refused: %s", text, why.text);
    json_decref(root);
    return e;
}

#define TWO "'features': [[1, 2], [3, 4]], 'labels': [0, 1]"
#define HEAD TWO ", 'weights': [[1, 0], [0, 1]]"
#define SOFT "'loss': 'softmax', 'params': {'lambda': 0}"
#define NORM "'loss': 'normface', 'params': {'s': 4}"
#define CENTER "'loss': 'center', 'params': {'lambda': 0.5, 'alpha': 0.5}"
#define ADA "'loss': 'adaface', 'params': {'s': 4, 'm': 0.4, 'h': 0.3"
#define SUB "'loss': 'subcenter_arcface', 'params': {'s': 4, 'm': 0.1, 'k': 2}"
#define GROUP "'loss': 'groupface', 'params': {'s': 4, 'm': 0.1, 'groups': 2, 'lambda': 0}"
#define SIAMESE "'loss': 'siamese', 'params': {'freeze': false}"

static const struct {
    const char *text, *says;
} refusals[] = {
    { "{'loss': 'hinge', 'params': {'lambda': 0}, " HEAD "}",
        "\"weights\" is a list of 2; give a list of 1 rows" },
    { "{'loss': 'hinge', 'params': {'lambda': 0}, 'features': [[1, 2]], 'labels': [2], 'weights': [[1, 0]]}",
        "labels[0] is 2; give a whole number from 0 to 1" },
    { "{'loss': 'hinge', 'params': {'lambda': 0}, 'features': [[1, 2]], 'labels': [1], 'weights': [[1, 0]], "
      "'bias': [1, 2]}",
        "give a list of 1 numbers" },
    { "{'loss': 'l2', 'params': {'lambda': 0}, 'features': [[1, 2]], 'labels': ['a'], 'weights': [[1, 0]]}",
        "labels[0] is a text; give a number" },
    { "{'loss': 'l2', 'params': {'lambda': 0}, 'features': [[1, 2]], 'labels': [1, 2], 'weights': [[1, 0]]}",
        "labels has 2 entries; give 1" },
    { "{'loss': 'contrastive', 'params': {'m': 1, 'form': 'square'}, " TWO "}",
        "choose from hadsell, squared" },
    { "{'loss': 'contrastive', 'params': {'m': 1, 'form': 1}, " TWO "}", "is a number; give a text" },
    { "{'loss': 'contrastive', 'params': {'m': 1}, " TWO "}", "\"form\" is missing" },
    { "{'loss': 'contrastive', 'params': {'m': 1, 'form': 'hadsell'}, " HEAD "}", "\"weights\" is given" },
    { "{'loss': 'triplet', 'params': {'alpha': 1, 'mining': 'all', 'normalize': 1}, " TWO "}",
        "give true or false" },
    { "{'loss': 'supcon', 'params': {'tau': 0.1}, 'features': [[1, 2]], 'labels': [-1]}", "labels[0] is -1" },
    { "{'loss': 'supcon', 'params': {'tau': 0.1}, 'features': [[1, 2]], 'labels': [1e9]}",
        "labels[0] is 1e+09" },
    { "{" SUB ", " TWO ", 'weights': [[1, 0], [0, 1], [1, 1]]}", "k = 2 rows for each class" },
    { "{'loss': 'subcenter_arcface', 'params': {'s': 4, 'm': 0.1, 'k': 9}, " HEAD "}",
        "a whole number from 1 to 5" },
    { "{" CENTER ", " HEAD "}", "\"centers\" is missing; give a list of 2 rows" },
    { "{" CENTER ", " HEAD ", 'centers': [[1, 2], [3]]}", "centers[1] has 1 numbers; give 2" },
    { "{" CENTER ", " HEAD ", 'centers': [[1, 2], [3, 'x']]}", "centers[1][1] is a text" },
    { "{'loss': 'center', 'params': {'lambda': -1, 'alpha': 0.5}, " HEAD "}", "\"lambda\" is -1" },
    { "{" SOFT ", 'add': {'arcface': {}}, " HEAD "}", "\"add\" has \"arcface\"; it may have center, ring" },
    { "{" SOFT ", 'add': [], " HEAD "}", "\"add\" is a list" },
    { "{" SOFT ", 'add': {'ring': {'lambda': 1}}, " HEAD "}", "\"radius\" is missing" },
    { "{" SOFT ", 'add': {'ring': {'lambda': 1, 'radius': 3, 'q': 1}}, " HEAD "}",
        "unknown parameter \"q\"; ring has" },
    { "{" CENTER ", 'add': {'center': {'lambda': 1, 'alpha': 1}}, " HEAD "}", "which is the loss itself" },
    { "{'loss': 'hinge', 'params': {'lambda': 0}, 'add': {'ring': {'lambda': 1, 'radius': 3}}, 'features': "
      "[[1]], "
      "'labels': [1], 'weights': [[1]]}",
        "hinge has nothing it could act on" },
    { "{'loss': 'supcon', 'params': {'tau': 1}, 'add': {'regular': {'lambda': 1}}, " TWO "}",
        "nothing it could act on" },
    { "{" ADA ", 'mean': 1}, " HEAD "}", "\"mean\" is given without \"std\"" },
    { "{" ADA ", 'std': 1}, " HEAD "}", "\"std\" is given without \"mean\"" },
    { "{'loss': 'adacos', 'params': {'mode': 'quick'}, " HEAD "}", "choose from fixed, dynamic" },
    { "{'loss': 'weighted_softmax', 'params': {'class_weights': [1]}, " HEAD "}",
        "give a list of 2 numbers" },
    { "{'loss': 'weighted_softmax', 'params': {'class_weights': [1, -1]}, " HEAD "}",
        "class_weights[1] is -1" },
    { "{'loss': 'weighted_softmax', 'params': {'class_weights': 'inverse'}, " HEAD "}",
        "is a text; give a list" },
    { "{'loss': 'multilabel', 'params': {}, " HEAD "}", "\"targets\" is missing; give a list of 2 rows" },
    { "{'loss': 'multilabel', 'params': {}, " HEAD ", 'targets': [[0, 1], [1, 2]]}",
        "targets[1][1] is 2; give 0 or 1" },
    { "{'loss': 'multilabel', 'params': {}, " HEAD ", 'targets': [[0, 1], [1]]}",
        "targets[1] has 1 numbers; give 2" },
    { "{" SIAMESE ", " TWO ", 'bias': [1]}", "\"alpha\" is missing; give a list of 2 numbers" },
    { "{" SIAMESE ", " TWO ", 'alpha': [1, 1]}", "\"bias\" is missing; give a list of 1 numbers" },
    { "{" GROUP ", " HEAD ", 'v': [[1, 2], [2, 1]], 'e': [0, 1], 'a': [[[1, 2]], [[1, 2]]]}",
        "a[0] has 1 rows; give 2" },
    { "{" GROUP ", " HEAD ", 'v': [[1, 2]], 'e': [0], 'a': [[[1, 2], [3, 4]]]}", "give a list of 2 rows" },
    { "{" GROUP ", " HEAD ", 'v': [[1, 2], [2, 1]], 'e': [0, 1], 'a': [[[1, 2], 3], [[1, 2], [3, 4]]]}",
        "a[0][1] is a number" },
    { "{'loss': 5, " HEAD "}", "\"loss\" is a number; give the id of a loss as text" },
    { "{'loss': 'softmax', 'params': [1], " HEAD "}", "\"params\" is a list; give an object" },
    { "{" NORM ", 'radius': 'own', " HEAD "}", "\"radius\" is not \"norm\"" },
    { "{" SOFT ", 'radius': 'norm', " HEAD "}", "\"radius\" is given but softmax has no scale" },
    { "{" SOFT ", 'features': 5, 'labels': [0], 'weights': [[1]]}",
        "\"features\" is a number; give a list of rows" },
    { "{" SOFT ", 'features': [], 'labels': [0], 'weights': [[1]]}",
        "\"features\" is empty; give at least one row" },
    { "{" SOFT ", 'features': [5], 'labels': [0], 'weights': [[1]]}", "features[0] is not a row" },
    { "{" SOFT ", 'features': [[]], 'labels': [0], 'weights': [[1]]}", "features[0] is not a row" },
    { "{" SOFT ", 'features': [[1, 2]], 'labels': 0, 'weights': [[1, 0]]}",
        "\"labels\" is a number; give a list of 1" },
    { "{" NORM ", " HEAD ", 'bias': [0, 0]}", "\"bias\" is given but normface has none" },
    { "{'loss': 'l2', 'params': {'lambda': 0}, 'features': [[1e300]], 'labels': [0], 'weights': [[1e300]]}",
        "the result is too large for a number" },
};

static void broken_cases_of_every_shape_are_refused_in_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct eval e = { .n = 99 };
        struct why why = { "" };
        json_t *root = parse(refusals[i].text);
        assert_int_equal(eval_case(root, &e, &why), STATUS_FAILED);
        assert_int_equal(e.n, 99);
        if (!strstr(why.text, refusals[i].says) || !strchr(why.text, ';'))
            fail_msg("for %s\ngot \"%s\", wanted \"%s\" in it", refusals[i].text, why.text, refusals[i].says);
        json_decref(root);
    }
}

static double softplus(double v)
{
    return log1p(exp(v));
}

/* b = 1, a = (2, 1): d = 2 + 3 = 5 of the same class, q = -4; only one kind, so its own mean. */
static void siamese_by_hand(void **state)
{
    (void)state;
    struct eval e =
        answer("{" SIAMESE ", 'features': [[0, 0], [1, 3]], 'labels': [7, 7], 'alpha': [2, 1], 'bias': [1]}");
    double slope = 1 / (1 + exp(-4.)); /* softplus'(4) */
    assert_close(e.loss, softplus(4), 1e-14);
    assert_close(e.d_extra[0], slope * 1, 1e-14);
    assert_close(e.d_extra[1], slope * 3, 1e-14);
    assert_close(e.d_extra[2], -slope, 1e-14);
    assert_close(e.d_feature[2], slope * 2, 1e-14);
    assert_null(e.d_weight);
    assert_false(e.bias);
    eval_clear(&e);
}

/* One sample of the first class of two: z = (1, -2). */
static void multilabel_by_hand(void **state)
{
    (void)state;
    struct eval e = answer("{'loss': 'multilabel', 'params': {}, 'features': [[1, 0]], 'targets': [[1, 0]], "
                           "'weights': [[1, 5], [-2, 5]]}");
    assert_close(e.loss, softplus(-1) + softplus(-2), 1e-14);
    assert_close(e.d_weight[0], -1 / (1 + exp(1.)), 1e-14);
    assert_close(e.d_weight[2], 1 / (1 + exp(2.)), 1e-14);
    assert_null(e.d_bias);
    eval_clear(&e);
}

/* Without groups' matrices groupface is arcface. */
static void groups_that_do_nothing_leave_arcface(void **state)
{
    (void)state;
    struct eval group =
        answer("{" GROUP ", " HEAD
               ", 'v': [[1, 2], [0, 1]], 'e': [0.5, 0], 'a': [[[0, 0], [0, 0]], [[0, 0], [0, 0]]]}");
    struct eval arc = answer("{'loss': 'arcface', 'params': {'s': 4, 'm': 0.1}, " HEAD "}");
    assert_close(group.loss, arc.loss, 1e-14);
    for (int i = 0; i < 4; i++)
        assert_close(group.d_weight[i], arc.d_weight[i], 1e-14);
    eval_clear(&group);
    eval_clear(&arc);
}

/* A term's id is softmax with that term: |x - k|^2 = 4 and 0, so lambda/(2N) 4 on top. */
static void a_term_is_softmax_with_it_and_goes_on_any_head(void **state)
{
    (void)state;
    struct eval plain = answer("{" SOFT ", " HEAD "}");
    struct eval center = answer("{" CENTER ", " HEAD ", 'centers': [[1, 0], [3, 4]]}");
    struct eval added = answer("{" SOFT ", 'add': {'center': {'lambda': 0.5, 'alpha': 0.5}}, " HEAD
                               ", 'centers': [[1, 0], [3, 4]]}");
    assert_close(center.loss, plain.loss + 0.5 / 4 * 4, 1e-14);
    assert_close(added.loss, center.loss, 0);
    assert_close(center.center_delta[1], 0.5 * 2 / 2, 1e-14);
    assert_null(plain.center_delta);
    struct eval pair =
        answer("{'loss': 'supcon', 'params': {'tau': 1}, 'add': {'ring': {'lambda': 1, 'radius': 2}}, "
               "'features': [[3, 4]], 'labels': [0]}");
    assert_close(pair.loss, 0.5 * 9, 1e-14);
    assert_close(pair.d_radius, -3, 1e-14);
    eval_clear(&plain);
    eval_clear(&center);
    eval_clear(&added);
    eval_clear(&pair);
}

static void running_values_may_be_given_or_left_out(void **state)
{
    (void)state;
    struct eval batch = answer("{" ADA "}, " HEAD "}");
    double mean = (sqrt(5) + 5) / 2, std = (5 - sqrt(5)) / sqrt(2);
    char text[512];
    snprintf(text, sizeof text, "{" ADA ", 'mean': %.17g, 'std': %.17g}, " HEAD "}", mean, std);
    struct eval given = answer(text);
    assert_close(given.loss, batch.loss, 1e-12);
    snprintf(text, sizeof text, "{" ADA ", 'mean': %.17g, 'std': %.17g}, " HEAD "}", mean + 1, std);
    struct eval other = answer(text);
    assert_true(fabs(other.loss - batch.loss) > 1e-3);
    eval_clear(&batch);
    eval_clear(&given);
    eval_clear(&other);
}

static json_t *printed(const struct eval *e)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(eval_print(file, e, NULL), STATUS_OK);
    rewind(file);
    json_t *said = json_loadf(file, 0, NULL);
    fclose(file);
    assert_non_null(said);
    return said;
}

/* The answer holds the keys of its loss and no others. */
static void an_answer_has_the_keys_of_its_loss(void **state)
{
    (void)state;
    static const struct {
        const char *text, *keys;
    } row[] = {
        { "{" SOFT ", " HEAD "}", "loss d_features d_weights " },
        { "{" SOFT ", 'bias': [1, 2], " HEAD "}", "loss d_features d_weights d_bias " },
        { "{'loss': 'zero_one', 'params': {}, 'features': [[1]], 'labels': [1], 'weights': [[1]]}", "loss " },
        { "{'loss': 'supcon', 'params': {'tau': 1}, " TWO "}", "loss d_features " },
        { "{'loss': 'triplet', 'params': {'alpha': 1, 'mining': 'hard', 'normalize': false}, " TWO "}",
            "loss d_features triplets " },
        { "{'loss': 'adacos', 'params': {'mode': 'dynamic'}, " HEAD "}", "loss d_features d_weights scale " },
        { "{'loss': 'ring', 'params': {'lambda': 1, 'radius': 1}, " HEAD "}",
            "loss d_features d_weights d_radius " },
        { "{" CENTER ", " HEAD ", 'centers': [[1, 2], [3, 4]]}", "loss d_features d_weights center_delta " },
        { "{'loss': 'uniform', 'params': {'lambda': 1, 'normalize': true}, " HEAD
          ", 'centers': [[1, 2], [3, 4]]}",
            "loss d_features d_weights d_centers " },
        { "{" SIAMESE ", " TWO ", 'alpha': [1, 1], 'bias': [1]}", "loss d_features d_alpha d_bias " },
        { "{" GROUP ", " HEAD
          ", 'v': [[1, 2], [0, 1]], 'e': [0, 0], 'a': [[[1, 2], [3, 4]], [[1, 2], [3, 4]]]}",
            "loss d_features d_weights d_v d_e d_a " },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct eval e = answer(row[i].text);
        json_t *said = printed(&e), *value;
        char keys[160] = "";
        const char *key;
        json_object_foreach(said, key, value)
        {
            strcat(strcat(keys, key), " ");
        }
        if (strcmp(keys, row[i].keys) != 0)
            fail_msg("%s\n  has %s\n  want %s", row[i].text, keys, row[i].keys);
        json_decref(said);
        eval_clear(&e);
    }
}

static struct batch_view view_of(const struct eval *e)
{
    return (struct batch_view){ .force = e->force,
        .n = e->n,
        .dim = e->dim,
        .classes = e->classes,
        .feature = e->feature,
        .label = e->label,
        .target = e->target,
        .head = { .classes = e->classes,
            .dim = e->dim,
            .weight = e->weight,
            .bias = e->offset,
            .extra = e->extra,
            .center = e->center,
            .class_weight = e->class_weight },
        .loss = e->loss,
        .d_feature = e->d_feature,
        .d_weight = e->d_weight,
        .d_bias = e->d_bias,
        .d_extra = e->d_extra,
        .d_center = e->d_center,
        .center_delta = e->center_delta,
        .d_radius = e->d_radius,
        .scale = e->scale,
        .selected = e->selected };
}

/* Written as a dumped batch and read again, a case of every shape gives the same answer to the last bit. */
static void a_written_case_reads_back_the_same(void **state)
{
    (void)state;
    static const char *const text[] = {
        "{'loss': 'hinge', 'params': {'lambda': 0.1}, " TWO ", 'weights': [[0.3, 0.1]], 'bias': [0.2]}",
        "{'loss': 'huber', 'params': {'lambda': 0.1, 'delta': 0.5}, 'features': [[1, 2], [3, 4]], 'labels': "
        "[0.1, "
        "-7.25], 'weights': [[0.3, 0.1]]}",
        "{" SUB ", " TWO ", 'weights': [[1, 0], [0, 1], [1, 1], [-1, 0.1]]}",
        "{'loss': 'sphereface2', 'params': {'r': 3, 'm': 0.1, 't': 3, 'lambda': 0.7}, " HEAD
        ", 'bias': [0.25]}",
        "{'loss': 'curricularface', 'params': {'s': 4, 'm': 0.1, 't': -0.125}, " HEAD ", 'radius': 'norm'}",
        "{'loss': 'weighted_softmax', 'params': {'class_weights': [0.1, 3]}, " HEAD "}",
        "{'loss': 'triplet', 'params': {'alpha': 1, 'mining': 'semihard', 'normalize': true}, 'features': "
        "[[1, 2], "
        "[3, 4], [1, -1]], 'labels': [5, 5, 2]}",
        "{'loss': 'arcface', 'params': {'s': 4, 'm': 0.1}, 'add': {'center': {'lambda': 0.1, 'alpha': 0.5}, "
        "'ring': "
        "{'lambda': 0.1, 'radius': 1.1}, 'uniform': {'lambda': 7, 'normalize': true}, 'regular': {'lambda': "
        "1}}, " HEAD ", 'centers': [[1, 2], [3, 4.5]]}",
        "{'loss': 'multilabel', 'params': {}, 'features': [[1, 0]], 'targets': [[1, 0, 1]], 'weights': [[1, "
        "5], [-2, "
        "5], [0, 0.1]], 'bias': [0.1, 0.2, 0.3]}",
        "{" SIAMESE ", " TWO ", 'alpha': [1.5, 1], 'bias': [0.1]}",
        "{'loss': 'groupface', 'params': {'s': 4, 'm': 0.1, 'groups': 2, 'lambda': 0.1}, " HEAD
        ", 'v': [[1, 2], [0, 0.1]], 'e': [0, 1], 'a': [[[1, 2], [3, 4]], [[0, 0.1], [0.2, 0]]]}",
    };
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        struct eval e = answer(text[i]), again = { 0 };
        struct batch_view view = view_of(&e);
        struct why why = { "" };
        FILE *file = tmpfile();
        assert_non_null(file);
        assert_int_equal(eval_write_case(file, &view, "a \"note\"", NULL), STATUS_OK);
        rewind(file);
        json_t *root = json_loadf(file, 0, NULL);
        fclose(file);
        assert_non_null(root);
        if (eval_case(root, &again, &why) != STATUS_OK)
            fail_msg("%s\n  refused after writing: %s", text[i], why.text);
        json_t *first = printed(&e), *second = printed(&again);
        assert_true(json_equal(first, second));
        assert_true(json_equal(first, json_object_get(root, "expect")));
        json_decref(first);
        json_decref(second);
        json_decref(root);
        eval_clear(&e);
        eval_clear(&again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_cases_of_every_shape_are_refused_in_words),
        cmocka_unit_test(siamese_by_hand),
        cmocka_unit_test(multilabel_by_hand),
        cmocka_unit_test(groups_that_do_nothing_leave_arcface),
        cmocka_unit_test(a_term_is_softmax_with_it_and_goes_on_any_head),
        cmocka_unit_test(running_values_may_be_given_or_left_out),
        cmocka_unit_test(an_answer_has_the_keys_of_its_loss),
        cmocka_unit_test(a_written_case_reads_back_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
