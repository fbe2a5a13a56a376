#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "app/dataset_open.h"
#include "math/dataset_build.h"
#include "math/dataset_text.h"
#include "math/rng.h"
#include "tests/support/check.h"

enum { FUZZ_ROUNDS = 20000 };
#define ARRAYS TESTS_FOLDER "/support/arrays"
static const char table_path[] = "marginscope-table.csv"; /* where the tests are run */

/* ---- CSV ---- */

static enum status read_text(
    const char *text, size_t size, enum loss_task task, struct dataset *out, struct why *why)
{
    return dataset_from_csv(
        (struct bytes){ (const uint8_t *)text, size }, "t.csv", "t", task, NULL, out, why);
}

static struct dataset table(const char *text, enum loss_task task)
{
    struct dataset data = { 0 };
    struct why why = { "" };
    if (read_text(text, strlen(text), task, &data, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return data;
}

static void assert_row(const struct dataset *data, int row, float x, float y, const char *name)
{
    assert_true(data->value[2 * row] == x);
    assert_true(data->value[2 * row + 1] == y);
    assert_string_equal(data->class_name[data->label[row]], name);
}

static void every_way_of_writing_a_table_reads_the_same(void **state)
{
    (void)state;
    static const char *const text[] = {
        "1,-2.5,b\n0.125,4e1,a\n",
        "1,-2.5,b\r\n0.125,4e1,a",
        "\xEF\xBB\xBFx,y,kind\n1,-2.5,b\n0.125,4e1,a\n",
        "# two points\n\n  \nx,y,LABEL\n# here\n1,-2.5,b\n\n0.125,4e1,a\n\n#end",
        "x,Class,y\n1,b,-2.5\n0.125,a,40\n",
        "target,x,y\r\nb,+1,-2.50\r\n\r\na,.125,40.\r\n",
        "\"x\",\"y\",\"label\"\n\"1\",\"-2.5\",\"b\"\n \"0.125\" , \"40\" ,\t\"a\" \n",
        "0,1,label\n1.0,-25e-1,b\n125E-3,0.4e+2,a",
    };
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
        struct dataset data = table(text[i], TASK_CLASS);
        assert_int_equal(data.train, 2);
        assert_int_equal(data.test, 0);
        assert_int_equal(data.dim, 2);
        assert_int_equal(data.classes, 2);
        assert_int_equal(data.targets, 0);
        assert_string_equal(data.class_name[0], "a");
        assert_row(&data, 0, 1, -2.5f, "b");
        assert_row(&data, 1, 0.125f, 40, "a");
        dataset_clear(&data);
    }
}

/* Just above the middle between 1 and the float after it: dividing 19 digits rounds twice and lands in the middle. */
static void a_number_of_many_digits_is_rounded_once(void **state)
{
    (void)state;
    struct dataset data = table("1.000000059604644887,1,a\n-1.000000059604644887,2,b\n", TASK_CLASS);
    assert_row(&data, 0, 1.00000012f, 1, "a");
    assert_row(&data, 1, -1.00000012f, 2, "b");
    dataset_clear(&data);
}

static void quotes_hold_commas_quotes_and_marks(void **state)
{
    (void)state;
    struct dataset data = table("1,2,\"a, \"\"b\"\"\"\n3,4,\" #c \"\n5,6,d|e\n7,8,\xC3\xA4\n", TASK_CLASS);
    assert_int_equal(data.classes, 4);
    assert_string_equal(data.class_name[0], " #c ");
    assert_string_equal(data.class_name[1], "a, \"b\"");
    assert_string_equal(data.class_name[2], "d|e");
    assert_string_equal(data.class_name[3], "\xC3\xA4");
    dataset_clear(&data);
}

static void classes_are_sorted_numbers_as_numbers(void **state)
{
    (void)state;
    static const char *const numbers[] = { "-1", "2", "10", "1e2" }, *const words[] = { "-1", "10", "2",
        "x" };
    struct dataset data = table("0,0,10\n0,0,2\n0,0,1e2\n0,0,-1\n0,0,2\n", TASK_CLASS);
    for (int k = 0; k < 4; k++)
        assert_string_equal(data.class_name[k], numbers[k]);
    assert_int_equal(data.label[0], 2);
    assert_int_equal(data.label[4], 1);
    dataset_clear(&data);
    data = table("0,0,10\n0,0,2\n0,0,x\n0,0,-1\n", TASK_SCORE);
    for (int k = 0; k < 4; k++)
        assert_string_equal(data.class_name[k], words[k]);
    dataset_clear(&data);
}

static void labels_are_numbers_for_a_regression(void **state)
{
    (void)state;
    struct dataset data = table("x,target\n1,2.5\n2,-1e3\n3,2.5\n4,0\n5,7\n", TASK_REAL);
    assert_true(data.numbers);
    assert_int_equal(data.targets, 1);
    assert_int_equal(data.classes, 1);
    assert_int_equal(data.train, 4);
    assert_int_equal(data.test, 1);
    assert_close(data.target[1], -1000, 0);
    assert_close(data.target[4], 7, 0);
    assert_close(data.value[4], 5, 0); /* a line is drawn in its own units */
    dataset_clear(&data);
}

static void a_bar_makes_a_set_of_classes(void **state)
{
    (void)state;
    static const float want[] = { 1, 0, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1 };
    static const int first[] = { 0, 1, 0, 2 };
    struct dataset data = table("0,0,c|a\r\n0,0,b\n0,0,\" a | b|a\"\n1,1,c\n", TASK_MULTI);
    assert_int_equal(data.classes, 3);
    assert_int_equal(data.targets, 3);
    for (int i = 0; i < 12; i++)
        assert_close(data.target[i], want[i], 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(data.label[i], first[i]);
    dataset_clear(&data);
}

static void one_class_one_sample_and_constant_columns_load(void **state)
{
    (void)state;
    struct dataset data = table("1,2,3,a\n", TASK_CLASS);
    assert_int_equal(data.train, 1);
    assert_int_equal(data.classes, 1);
    for (int i = 0; i < 3; i++)
        assert_close(data.value[i], 0, 0);
    dataset_clear(&data);
    data = table("7,1,0.1,a\n7,2,0.1,a\n7,3,0.1,a\n7,4,0.1,a\n7,5,0.1,a\n7,6,0.1,b\n", TASK_CLASS);
    assert_int_equal(data.train, 5);
    assert_int_equal(data.test, 1);
    for (int i = 0; i < 6; i++) {
        assert_close(data.value[3 * i], 0, 0);
        assert_close(data.value[3 * i + 2], 0, 0);
    }
    /* training 1 2 3 4 6: mean 3.2, variance 2.96; the test row is 5 */
    assert_close(data.value[16], 1.8 / sqrt(2.96), 1e-6);
    dataset_clear(&data);
}

static void a_bad_table_names_its_line_and_column(void **state)
{
    (void)state;
    static const struct {
        enum loss_task task;
        const char *text, *say;
    } wrong[] = {
        { TASK_CLASS, "", "t.csv: the file is empty" },
        { TASK_CLASS, "\n\n# nothing\n", "t.csv: the file is empty" },
        { TASK_CLASS, "x,y,label\n", "t.csv: holds no samples" },
        { TASK_CLASS, "1,2,a\n1,,a\n", "t.csv:2: the value of column 2 is missing; fill it in" },
        { TASK_CLASS, "x,width (cm),label\n1,2,a\n\n1,NA,a\n",
            "t.csv:4: the value of column 2 (width (cm)) is missing: NA" },
        { TASK_CLASS, "1,2,a\n?,1,a\n", "t.csv:2: the value of column 1 is missing: ?" },
        { TASK_CLASS, "1,2,a\n1,2,\n", "t.csv:2: the label is missing" },
        { TASK_CLASS, "1,2,a\n#\n1,2,\"\"\n", "t.csv:3: the label is missing" },
        { TASK_CLASS, "1,2,a\n1,two,a\n", "t.csv:2: \"two\" in column 2 is not a number" },
        { TASK_CLASS, "1,2,a\n1,0x10,a\n", "t.csv:2: \"0x10\" in column 2 is not a number" },
        { TASK_CLASS, "1,2,a\n1,1 2,a\n", "t.csv:2: \"1 2\" in column 2 is not a number" },
        { TASK_CLASS, "1,2,a\n1,1e,a\n", "t.csv:2: \"1e\" in column 2 is not a number" },
        { TASK_CLASS, "1,2,a\n1,.,a\n", "t.csv:2: \".\" in column 2 is not a number" },
        { TASK_CLASS, "1,2,a\n1,nan,a\n", "t.csv:2: \"nan\" in column 2 is not a finite number" },
        { TASK_CLASS, "1,2,a\n-Inf,3,a\n", "t.csv:2: \"-Inf\" in column 1 is not a finite number" },
        { TASK_CLASS, "1,2,a\n1,1e39,a\n", "t.csv:2: \"1e39\" in column 2 is not a finite number" },
        { TASK_CLASS, "1,2,a\n1,1e999,a\n", "t.csv:2: \"1e999\" in column 2 is not a finite number" },
        { TASK_CLASS, "1,2,a\n1,2\n", "t.csv:2: 2 values where the first line has 3" },
        { TASK_CLASS, "1,2,a\n1,2,a,4\n", "t.csv:2: 4 values where the first line has 3" },
        { TASK_CLASS, "1,2,a\n1,2,a,\n", "t.csv:2: 4 values where the first line has 3" },
        { TASK_CLASS, "1,2,a\n1,2,\"a\n", "t.csv:2: a quote is not closed" },
        { TASK_CLASS, "1,2,a\n1,2,\"a\"b\n", "t.csv:2: a quote is not closed, or text follows it" },
        { TASK_CLASS, "\"1,2,a\n", "t.csv:1: a quote is not closed" },
        { TASK_CLASS, "1;2;a\n3;4;b\n", "t.csv:1: one column; numbers and a label are needed" },
        { TASK_CLASS, "class,x,label\na,1,b\n", "t.csv:1: 2 columns are headed label, class or target" },
        { TASK_CLASS, "1,2,\xFF\n", "t.csv:1: the label is not UTF-8 text" },
        { TASK_CLASS, "1,2,\"a\tb\"\n", "t.csv:1: the label is not UTF-8 text" },
        { TASK_CLASS,
            "\xFF\xFE"
            "1\n",
            "t.csv:1: is UTF-16" },
        { TASK_CLASS, "1,2,a234567890123456789012345678901234567890123456789012345678901234\n",
            "t.csv:1: the label is longer than 63 bytes" },
        { TASK_REAL, "x,target\n1,2\n1,a\n",
            "t.csv:3: \"a\" in column 2 (target) is not a number; this loss reads the label as a number" },
        { TASK_REAL, "1,2\n1,inf\n", "t.csv:2: \"inf\" in column 2 is not a finite number" },
        { TASK_MULTI, "1,2,a\n1,2,a|\n", "t.csv:2: the label is missing" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct dataset data = { 0 };
        struct why why = { "" };
        assert_int_equal(
            read_text(wrong[i].text, strlen(wrong[i].text), wrong[i].task, &data, &why), STATUS_FAILED);
        if (strncmp(why.text, wrong[i].say, strlen(wrong[i].say)) != 0)
            fail_msg("says: %s\nwant: %s", why.text, wrong[i].say);
        assert_non_null(strchr(why.text, ';'));
        assert_null(data.value);
    }
}

static void classes_end_at_their_limit(void **state)
{
    (void)state;
    for (int extra = 0; extra < 2; extra++) {
        char *text = malloc(16 * (DATASET_CLASS_MAX + 1));
        size_t size = 0;
        struct dataset data = { 0 };
        struct why why = { "" };
        assert_non_null(text);
        for (int i = DATASET_CLASS_MAX + extra; i > 0; i--)
            size += (size_t)sprintf(text + size, "1,2,%d\n", i);
        enum status status = read_text(text, size, TASK_CLASS, &data, &why);
        free(text);
        if (extra) {
            assert_int_equal(status, STATUS_FAILED);
            assert_non_null(strstr(why.text, "t.csv:4097: more than 4096 different labels"));
            continue;
        }
        assert_int_equal(status, STATUS_OK);
        assert_int_equal(data.classes, DATASET_CLASS_MAX);
        assert_string_equal(data.class_name[9], "10");
        assert_int_equal(data.label[0], DATASET_CLASS_MAX - 1);
        dataset_clear(&data);
    }
}

/* Numbers of many forms; the table has to hold the floats that strtod gives. */
static int write_number(struct rng *rng, char *out, size_t size)
{
    int digits = 1 + rng_below(rng, 22), point = rng_below(rng, digits + 1), used = 0;
    if (rng_below(rng, 3) == 0)
        out[used++] = rng_below(rng, 2) ? '-' : '+';
    for (int i = 0; i < digits; i++) {
        if (i == point)
            out[used++] = '.';
        out[used++] = (char)('0' + rng_below(rng, 10));
    }
    out[used] = '\0';
    if (rng_below(rng, 3) == 0)
        used += snprintf(
            out + used, size - (size_t)used, "%c%d", rng_below(rng, 2) ? 'e' : 'E', rng_below(rng, 40) - 25);
    return used;
}

static void numbers_are_those_of_strtod(void **state)
{
    (void)state;
    enum { ROWS = 20000 };
    char *text = malloc(ROWS * 80);
    float *want = malloc(2 * ROWS * sizeof *want);
    size_t size = 0;
    struct rng rng;
    assert_true(text && want);
    rng_init(&rng, 5, RNG_DATA);
    for (int i = 0; i < 2 * ROWS; i++) {
        int length = write_number(&rng, text + size, 40);
        want[i] = (float)strtod(text + size, NULL);
        size += (size_t)length;
        size += (size_t)sprintf(text + size, i % 2 ? ",%d\n" : ",", i / 2 % 3);
    }
    struct dataset data = { 0 };
    struct why why = { "" };
    if (read_text(text, size, TASK_CLASS, &data, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    assert_int_equal(data.train + data.test, ROWS);
    for (int i = 0; i < ROWS; i++)
        assert_memory_equal(&data.value[2 * i], &want[2 * data.index[i]], 2 * sizeof *want);
    dataset_clear(&data);
    free(want);
    free(text);
}

struct watcher {
    double last;
    int calls, end_after;
};

static bool watch(void *user, double share)
{
    struct watcher *w = user;
    assert_true(share >= w->last && share <= 1);
    w->last = share;
    return ++w->calls < w->end_after;
}

static void a_long_reading_tells_how_far_it_is_and_can_be_stopped(void **state)
{
    (void)state;
    enum { ROWS = 100000 };
    struct watcher patient = { 0, 0, 1000 }, hasty = { 0, 0, 3 };
    struct progress progress = { watch, &patient };
    char *text = malloc(ROWS * 8 + 1);
    assert_non_null(text);
    for (int i = 0; i < ROWS; i++)
        sprintf(text + 8 * i, "1,%d,%c.1\n", i % 10, '0' + i % 7);
    struct bytes csv = { (const uint8_t *)text, ROWS * 8 };
    struct dataset data = { 0 };
    struct why why = { "" };
    assert_int_equal(dataset_from_csv(csv, "t.csv", "t", TASK_CLASS, &progress, &data, &why), STATUS_OK);
    assert_in_range(patient.calls, 10, 100);
    assert_true(patient.last > 0.9);
    dataset_clear(&data);
    progress.user = &hasty;
    assert_int_equal(dataset_from_csv(csv, "t.csv", "t", TASK_CLASS, &progress, &data, &why), STATUS_FAILED);
    assert_string_equal(why.text, "t.csv: the reading was stopped; open it again");
    assert_int_equal(hasty.calls, 3);
    assert_null(data.value);
    free(text);
}

/* ---- NPY ---- */

static struct bytes whole_file(const char *name)
{
    char path[sizeof ARRAYS + 64];
    uint8_t *content = NULL;
    size_t size = 0;
    struct why why = { "" };
    snprintf(path, sizeof path, "%s/%s.npy", ARRAYS, name);
    if (file_read(path, 1 << 20, &content, &size, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return (struct bytes){ content, size };
}

static enum status read_arrays(
    struct bytes x, struct bytes y, struct bytes w, enum loss_task task, struct dataset *out, struct why *why)
{
    struct npy_source source = { x, y, w, { "X.npy", "y.npy", "W.npy" } };
    return dataset_from_npy(&source, "X", task, NULL, out, why);
}

/* The arrays hold 10 row + column - 5, types without a sign 5 more, truth values whether that is 0. */
static void every_type_and_order_of_an_array_is_read(void **state)
{
    (void)state;
    static const char *const name[] = { "lf4", "bf4", "lf8", "bf8", "ni1", "li2", "bi2", "li4", "li8", "bi8",
        "nu1", "lu2", "lu4", "lu8", "nb1", "version2", "version3" };
    struct bytes y = whole_file("labels");
    for (size_t i = 0; i < 2 * sizeof name / sizeof name[0]; i++) {
        char full[32];
        const char *base = name[i / 2];
        if (i % 2 && base[0] == 'v')
            continue;
        snprintf(full, sizeof full, "%s%s", base, i % 2 ? "_fortran" : "");
        struct bytes x = whole_file(full);
        struct dataset data = { 0 };
        struct why why = { "" };
        if (read_arrays(x, y, (struct bytes){ 0 }, TASK_CLASS, &data, &why) != STATUS_OK)
            fail_msg("%s: %s", full, why.text);
        assert_int_equal(data.dim, 3);
        assert_int_equal(data.train, 6);
        for (int at = 0; at < 18; at++) {
            int number = at / 3 * 10 + at % 3 - (base[1] == 'u' || base[1] == 'b' ? 0 : 5);
            assert_close(data.value[at], base[1] == 'b' ? number != 0 : number, 0);
        }
        dataset_clear(&data);
        free((void *)x.at);
    }
    free((void *)y.at);
}

static void array_labels_are_classes_numbers_or_sets(void **state)
{
    (void)state;
    static const int class[] = { 2, 0, 1, 2, 3, 0 }, number[] = { 2, 0, 1, 2, 10, 0 };
    struct bytes x = whole_file("lf4"), y = whole_file("labels"), sets = whole_file("nb1_fortran"),
                 none = { 0 };
    struct dataset data = { 0 };
    struct why why = { "" };
    assert_int_equal(read_arrays(x, y, none, TASK_CLASS, &data, &why), STATUS_OK);
    assert_int_equal(data.classes, 4);
    assert_string_equal(data.class_name[3], "10");
    for (int i = 0; i < 6; i++)
        assert_int_equal(data.label[i], class[i]);
    dataset_clear(&data);
    assert_int_equal(read_arrays(x, y, none, TASK_REAL, &data, &why), STATUS_OK);
    assert_int_equal(data.test, 1);
    for (int i = 0; i < 6; i++)
        assert_close(data.target[i], number[data.index[i]], 0);
    dataset_clear(&data);
    assert_int_equal(read_arrays(x, sets, none, TASK_MULTI, &data, &why), STATUS_OK);
    assert_int_equal(data.targets, 3);
    assert_close(data.target[3 * 0 + 0], 0, 0); /* all truth values but the first are 1 */
    assert_int_equal(data.label[0], 1);
    assert_int_equal(data.label[1], 0);
    dataset_clear(&data);
    free((void *)x.at);
    free((void *)y.at);
    free((void *)sets.at);
}

enum { MANY = DATASET_CLASS_MAX + 1 };

/* A version-1 array of bytes with this dictionary. */
static struct bytes bytes_array(const char *dictionary, const void *body, size_t size)
{
    static uint8_t room[4][2 * MANY + 256];
    static int next;
    uint8_t *out = room[next++ % 4];
    size_t length = strlen(dictionary);
    memcpy(out, "\x93NUMPY\1\0", 8);
    out[8] = (uint8_t)length;
    out[9] = (uint8_t)(length >> 8);
    memcpy(out + 10, dictionary, length);
    memcpy(out + 10 + length, body, size);
    return (struct bytes){ out, 10 + length + size };
}

static struct bytes numbers_of(const char *shape, const char *type, const void *body, size_t size)
{
    char text[128];
    snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", type, shape);
    return bytes_array(text, body, size);
}

static void the_reading_of_arrays_can_be_stopped(void **state)
{
    (void)state;
    struct watcher hasty = { 0, 0, 1 };
    struct progress progress = { watch, &hasty };
    struct npy_source source = { whole_file("lf4"), whole_file("labels"), { 0 },
        { "X.npy", "y.npy", "W.npy" } };
    struct dataset data = { 0 };
    struct why why = { "" };
    assert_int_equal(dataset_from_npy(&source, "X", TASK_CLASS, &progress, &data, &why), STATUS_FAILED);
    assert_string_equal(why.text, "X.npy: the reading was stopped; open it again");
    assert_null(data.value);
    free((void *)source.features.at);
    free((void *)source.labels.at);
}

static void weights_travel_with_their_classes(void **state)
{
    (void)state;
    static const uint8_t x[] = { 1, 2, 3, 4, 5, 6 }, y[] = { 2, 0, 2 }, w[] = { 10, 11, 20, 21, 30, 31 };
    struct dataset data = { 0 };
    struct why why = { "" };
    struct bytes features = numbers_of("(3, 2)", "|u1", x, 6), labels = numbers_of("(3,)", "|u1", y, 3);
    assert_int_equal(
        read_arrays(features, labels, numbers_of("(3, 2)", "|u1", w, 6), TASK_CLASS, &data, &why), STATUS_OK);
    assert_int_equal(data.classes, 3); /* class 1 has weights and no sample */
    for (int i = 0; i < 6; i++)
        assert_close(data.weights[i], w[i], 0);
    assert_int_equal(dataset_choose(&data, "2,0", "", &why), STATUS_OK);
    assert_int_equal(data.classes, 2);
    assert_close(data.weights[2], 30, 0);
    assert_close(data.weights[3], 31, 0);
    assert_close(data.value[0], 1, 0); /* never scaled */
    dataset_clear(&data);
    labels = numbers_of("(3, 1)", "|u1", "\3\0\2", 3);
    assert_int_equal(
        read_arrays(features, labels, numbers_of("(3, 2)", "|u1", w, 6), TASK_CLASS, &data, &why),
        STATUS_FAILED);
    assert_non_null(strstr(why.text, "y.npy: label 0 is 3; the weights have rows for 0 to 2"));
}

/* An array as above; without a type `shape` is the whole dictionary, without a shape the body is the whole file. */
struct spec {
    const char *shape, *type;
    const void *body;
    size_t size;
};

static struct bytes array_of(const struct spec *spec)
{
    if (!spec->body)
        return (struct bytes){ 0 };
    if (!spec->shape)
        return (struct bytes){ spec->body, spec->size };
    return spec->type ? numbers_of(spec->shape, spec->type, spec->body, spec->size)
                      : bytes_array(spec->shape, spec->body, spec->size);
}

static void a_bad_array_says_what_is_wrong(void **state)
{
    (void)state;
    static const uint8_t some[2 * MANY] = { 0 };
    static uint16_t apart[MANY];
    static const uint8_t one_and_nan[8] = { 0, 0, 0x80, 0x3F, 0, 0, 0xC0, 0x7F };
    static const uint8_t one_and_half[12] = { 0, 0, 0x80, 0x3F, 0, 0, 0, 0x3F };
#define X32                                                                                                  \
    {                                                                                                        \
        "(3, 2)", "|u1", some, 6                                                                             \
    }
#define Y3                                                                                                   \
    {                                                                                                        \
        "(3,)", "|u1", some, 3                                                                               \
    }
#define NONE                                                                                                 \
    {                                                                                                        \
        NULL, NULL, NULL, 0                                                                                  \
    }
    static const struct {
        enum loss_task task;
        struct spec x, y, w;
        const char *say;
    } wrong[] = {
        { TASK_CLASS, { NULL, NULL, some, 0 }, Y3, NONE, "X.npy: the file is empty" },
        { TASK_CLASS, { NULL, NULL, some, 64 }, Y3, NONE, "X.npy: is not an NPY file" },
        { TASK_CLASS, { NULL, NULL, "\x93NUMPY\4\0\0\0\0\0", 12 }, Y3, NONE, "X.npy: is of NPY version 4" },
        { TASK_CLASS, { NULL, NULL, "\x93NUMPY\1\0\xFF\0\0\0", 12 }, Y3, NONE,
            "X.npy: ends within its header" },
        { TASK_CLASS, { NULL, NULL, "\x93NUMPY\2\0\xFF\xFF\xFF\xFF", 12 }, Y3, NONE,
            "X.npy: ends within its header" },
        { TASK_CLASS, { "(3, 2)", "<c8", some, 48 }, Y3, NONE, "X.npy: its type is not a plain number" },
        { TASK_CLASS, { "(3, 2)", "|O", some, 48 }, Y3, NONE, "X.npy: its type is not a plain number" },
        { TASK_CLASS, { "(3, 2)", "<f2", some, 12 }, Y3, NONE, "X.npy: its type is not a plain number" },
        { TASK_CLASS, { "(3, 2)", "|u1", some, 5 }, Y3, NONE,
            "X.npy: 6 bytes of numbers announced, 5 present" },
        { TASK_CLASS, { "(3, 2)", "|u1", some, 7 }, Y3, NONE,
            "X.npy: 6 bytes of numbers announced, 7 present" },
        { TASK_CLASS, { "(3, 0)", "|u1", some, 0 }, Y3, NONE, "X.npy: holds no numbers" },
        { TASK_CLASS, { "(3, 1, 2)", "|u1", some, 6 }, Y3, NONE, "X.npy: has 3 dimensions" },
        { TASK_CLASS, { "(9223372036854775807, 4)", "|u1", some, 6 }, Y3, NONE, "X.npy: announces" },
        { TASK_CLASS, { "(4294967296, 4294967296)", "<f4", some, 0 }, Y3, NONE, "X.npy: announces" },
        { TASK_CLASS, { "(1000000, 1000000)", "<f4", some, 8 }, Y3, NONE,
            "X.npy: 4000000000000 bytes of numbers" },
        { TASK_CLASS, { "(99999999999999999999,)", "|u1", some, 6 }, Y3, NONE, "X.npy: its NPY header" },
        { TASK_CLASS, { "3", "|u1", some, 3 }, Y3, NONE, "X.npy: its NPY header" },
        { TASK_CLASS, { "(3, -2)", "|u1", some, 3 }, Y3, NONE, "X.npy: its NPY header" },
        { TASK_CLASS, { "{'descr': '|u1', 'shape': (3, 2)}", NULL, some, 6 }, Y3, NONE,
            "X.npy: its NPY header" },
        { TASK_CLASS, { "{'descr': '|u1'", NULL, some, 6 }, Y3, NONE, "X.npy: its NPY header" },
        { TASK_CLASS, { "(1, 2)", "<f4", one_and_nan, 8 }, { "(1,)", "|u1", some, 1 }, NONE,
            "X.npy: row 0, column 1 is not a finite number (nan)" },
        { TASK_CLASS, X32, NONE, NONE, "y.npy: the file is empty" },
        { TASK_CLASS, X32, { "(2,)", "|u1", some, 2 }, NONE, "y.npy: 2 labels for the 3 rows of X.npy" },
        { TASK_CLASS, X32, X32, NONE, "y.npy: 2 labels a row" },
        { TASK_CLASS, X32, { "(3,)", "<f4", one_and_half, 12 }, NONE,
            "y.npy: label 1 is 0.5; classes are whole" },
        { TASK_CLASS, X32, Y3, { "(2, 3)", "|u1", some, 6 }, "W.npy: rows of 3 numbers where X.npy has 2" },
        { TASK_MULTI, X32, { "(3, 2)", "|u1", "\0\1\1\0\2\0", 6 }, NONE,
            "y.npy: row 2, column 0 is 2; a set of classes has 0 and 1" },
        { TASK_CLASS, { "(4097, 2)", "|u1", some, 2 * MANY }, { "(4097,)", "<u2", apart, 2 * MANY }, NONE,
            "y.npy: 4097 different labels; allowed 4096" },
        { TASK_MULTI, { "(1, 2)", "|u1", some, 2 }, { "(1, 4097)", "|u1", some, MANY }, NONE,
            "y.npy: 4097 classes; allowed 4096" },
        { TASK_CLASS, X32, Y3, { "(4097, 2)", "|u1", some, 2 * MANY },
            "W.npy: 4097 rows; give one for each class" },
        { TASK_MULTI, X32, X32, { "(3, 2)", "|u1", some, 6 }, "W.npy: 3 rows; give one for each class" },
    };
    for (int i = 0; i < MANY; i++)
        apart[i] = (uint16_t)i;
#undef X32
#undef Y3
#undef NONE
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct dataset data = { 0 };
        struct why why = { "" };
        struct bytes x = array_of(&wrong[i].x), y = array_of(&wrong[i].y), w = array_of(&wrong[i].w);
        assert_int_equal(read_arrays(x, y, w, wrong[i].task, &data, &why), STATUS_FAILED);
        if (strncmp(why.text, wrong[i].say, strlen(wrong[i].say)) != 0)
            fail_msg("says: %s\nwant: %s", why.text, wrong[i].say);
        assert_non_null(strpbrk(why.text, ";(:"));
        assert_null(data.value);
    }
}

/* A table of 2^15 columns and 2^14 + 1 lines is above 2 GiB by one line; most lines need not even be whole. */
static void more_than_2_gib_is_refused_before_allocating(void **state)
{
    (void)state;
    enum { COLUMNS = 1 << 15, LINES = (1 << 14) + 1 };
    size_t size = 0;
    char *text = malloc(2 * COLUMNS + 2 * LINES + 16);
    struct dataset data = { 0 };
    struct why why = { "" };
    assert_non_null(text);
    for (int i = 0; i < COLUMNS; i++, size += 2)
        memcpy(text + size, "1,", 2);
    memcpy(text + size, "a\n", 2);
    size += 2;
    for (int i = 1; i < LINES; i++, size += 2)
        memcpy(text + size, "1\n", 2);
    assert_int_equal(read_text(text, size, TASK_CLASS, &data, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "t.csv: 16385 samples of 32768 numbers need more than 2 GiB"));
    free(text);
}

/* ---- damaged input: refused with a sentence, or whole and in range; the sanitizers watch the rest ---- */

static void check_outcome(enum status status, struct dataset *data, const struct why *why)
{
    size_t rows = (size_t)data->train + (size_t)data->test;
    if (status != STATUS_OK) {
        assert_non_null(strstr(why->text, ": "));
        assert_true(text_is_clean(why->text, strlen(why->text)));
        assert_null(data->value);
        return;
    }
    assert_true(data->train > 0);
    for (size_t i = 0; i < rows; i++)
        assert_in_range(data->label[i], 0, data->classes - 1);
    for (size_t i = 0; i < rows * (size_t)data->dim; i++)
        assert_true(isfinite(data->value[i]));
    for (size_t i = 0; i < rows * (size_t)data->targets; i++)
        assert_true(isfinite(data->target[i]));
    for (int k = 0; k < data->classes; k++)
        assert_true(text_is_clean(data->class_name[k], strlen(data->class_name[k])));
    dataset_clear(data);
}

/* An exact heap copy, so that the address sanitizer sees one byte too many. */
static struct bytes heap_copy(const void *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    return (struct bytes){ copy, size };
}

static const char good_table[] =
    "\xEF\xBB\xBF# a\nx,y,\"label\"\r\n1,2.5,\"a|b\"\n-1e3,0.25,b\r\n\n1,2,3\n 4 , 5,\"q\"\"r\"\n";

static bool survives(const void *bytes, size_t size, enum loss_task task)
{
    struct bytes copy = heap_copy(bytes, size);
    struct dataset data = { 0 };
    struct why why = { "" };
    enum status status = dataset_from_csv(copy, "f.csv", "f", task, NULL, &data, &why);
    check_outcome(status, &data, &why);
    free((void *)copy.at);
    return status == STATUS_OK;
}

static void damaged_tables_are_read_or_refused(void **state)
{
    (void)state;
    static const char alphabet[] = "\"\",,\n\n\r# .|-+eEnaif019\xC3\xA4\xFF";
    static const enum loss_task task[] = { TASK_CLASS, TASK_REAL, TASK_MULTI };
    struct rng rng;
    rng_init(&rng, 31, RNG_DATA);
    for (size_t size = 0; size < sizeof good_table; size++)
        for (int t = 0; t < 3; t++)
            survives(good_table, size, task[t]);
    int accepted = 0;
    for (int round = 0; round < FUZZ_ROUNDS; round++) {
        char text[sizeof good_table];
        memcpy(text, good_table, sizeof text);
        for (int i = rng_below(&rng, 4); i >= 0; i--)
            text[rng_below(&rng, sizeof text - 1)] = rng_below(&rng, 4)
                                                         ? alphabet[rng_below(&rng, sizeof alphabet - 1)]
                                                         : (char)rng_below(&rng, 256);
        accepted += survives(text, sizeof text - 1, task[round % 3]);
    }
    assert_in_range(accepted, FUZZ_ROUNDS / 100, FUZZ_ROUNDS * 99 / 100);
}

static bool arrays_survive(
    struct bytes file[3], int damaged, const uint8_t *bytes, size_t size, enum loss_task task)
{
    struct bytes copy[3] = { file[0], file[1], file[2] };
    struct dataset data = { 0 };
    struct why why = { "" };
    copy[damaged] = heap_copy(bytes, size);
    enum status status = read_arrays(copy[0], copy[1], copy[2], task, &data, &why);
    check_outcome(status, &data, &why);
    free((void *)copy[damaged].at);
    return status == STATUS_OK;
}

static void damaged_arrays_are_read_or_refused(void **state)
{
    (void)state;
    static const char alphabet[] = "{}()',: 0123456789TrueFalse<>|fiub";
    static const enum loss_task task[] = { TASK_CLASS, TASK_REAL, TASK_MULTI };
    struct bytes file[3] = { whole_file("lf4"), whole_file("labels"), whole_file("bf8_fortran") };
    struct rng rng;
    rng_init(&rng, 32, RNG_DATA);
    for (int f = 0; f < 3; f++)
        for (size_t size = 0; size < file[f].size; size++)
            assert_false(arrays_survive(file, f, file[f].at, size, task[0]));
    int accepted = 0;
    for (int round = 0; round < FUZZ_ROUNDS; round++) {
        uint8_t bytes[1024];
        int f = rng_below(&rng, 3);
        size_t size = file[f].size;
        memcpy(bytes, file[f].at, size);
        for (int i = rng_below(&rng, 3); i >= 0; i--)
            bytes[rng_below(&rng, (int)size)] = rng_below(&rng, 2)
                                                    ? (uint8_t)alphabet[rng_below(&rng, sizeof alphabet - 1)]
                                                    : (uint8_t)rng_below(&rng, 256);
        accepted += arrays_survive(file, f, bytes, size, task[round % 3]);
    }
    assert_in_range(accepted, FUZZ_ROUNDS / 100, FUZZ_ROUNDS * 99 / 100);
    for (int f = 0; f < 3; f++)
        free((void *)file[f].at);
}

/* ---- what an experiment opens ---- */

static struct experiment experiment_with(const char *const setting[][2], int count)
{
    static struct experiment e;
    struct why why = { "" };
    experiment_init(&e);
    for (int i = 0; i < count; i++)
        if (experiment_set(&e, setting[i][0], setting[i][1], &why) != STATUS_OK)
            fail_msg("%s", why.text);
    return e;
}

static struct dataset opened(const struct experiment *e)
{
    struct dataset data = { 0 };
    struct why why = { "" };
    if (dataset_open(e, &data, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return data;
}

static void shipped_tables_have_the_published_samples(void **state)
{
    (void)state;
    /* Counts and means of scikit-learn's descriptions, which round to two digits; `row` is the first of the file. */
    static const struct {
        const char *id, *class_name[3];
        int dim, of_class[3], tests;
    } want[] = {
        { "iris", { "setosa", "versicolor", "virginica" }, 4, { 50, 50, 50 }, 30 },
        { "wine", { "class_0", "class_1", "class_2" }, 13, { 59, 71, 48 }, 34 },
        { "breast-cancer", { "benign", "malignant" }, 30, { 357, 212 }, 113 },
    };
    for (size_t s = 0; s < sizeof want / sizeof want[0]; s++) {
        struct experiment e = experiment_with((const char *const[][2]){ { "dataset", want[s].id } }, 1);
        struct dataset data = opened(&e);
        int count[3] = { 0 };
        assert_int_equal(data.dim, want[s].dim);
        assert_int_equal(data.test, want[s].tests);
        for (int i = 0; i < data.train + data.test; i++)
            count[data.label[i]]++;
        for (int k = 0; k < data.classes; k++) {
            assert_int_equal(count[k], want[s].of_class[k]);
            assert_string_equal(data.class_name[k], want[s].class_name[k]);
        }
        for (int column = 0; column < data.dim; column++) {
            double mean = 0, square = 0;
            for (int i = 0; i < data.train; i++) {
                double x = data.value[i * data.dim + column];
                mean += x / data.train;
                square += x * x / data.train;
            }
            assert_close(mean, 0, 1e-6);
            assert_close(square, 1, 1e-6);
        }
        dataset_clear(&data);
    }
}

/* A regression takes the name of a class as a number where it is one, else its place; sets have one class. */
static void every_kind_of_loss_is_served(void **state)
{
    (void)state;
    static const struct {
        const char *dataset, *loss;
        float of_class[2];
        int targets;
    } want[] = { { "two-blobs", "l2", { -1, 1 }, 1 }, { "breast-cancer", "l1", { 0, 1 }, 1 },
        { "optdigits", "huber", { 0, 1 }, 1 }, { "moons", "logistic", { 0 }, 0 },
        { "moons", "multilabel", { 0 }, 2 }, { "discs", "softmax", { 0 }, 3 },
        { "discs", "l2", { 0, 1 }, 1 } };
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        struct experiment e = experiment_with(
            (const char *const[][2]){ { "dataset", want[i].dataset }, { "loss", want[i].loss } }, 2);
        struct dataset data = opened(&e);
        assert_int_equal(data.targets, want[i].targets);
        for (int row = 0; row < data.train + data.test; row++) {
            if (data.targets == 1 && data.label[row] < 2)
                assert_close(data.target[row], want[i].of_class[data.label[row]], 0);
            for (int k = 0; k < 2 && data.targets == 2; k++)
                assert_close(data.target[2 * row + k], k == data.label[row], 0);
        }
        dataset_clear(&data);
    }
    struct experiment e =
        experiment_with((const char *const[][2]){ { "dataset", "outliers" }, { "loss", "softmax" } }, 2);
    struct dataset none = { 0 };
    struct why why = { "" };
    assert_int_equal(dataset_open(&e, &none, &why), STATUS_USAGE);
    assert_non_null(
        strstr(why.text, "outliers: its labels are numbers, not classes; choose a regression loss"));
}

static void choosing_classes_takes_their_targets_along(void **state)
{
    (void)state;
    const char *const settings[][2] = { { "dataset", "discs" }, { "loss", "multilabel" },
        { "classes", "A,C" } };
    struct experiment some = experiment_with(settings, 3), all = experiment_with(settings, 2);
    struct dataset part = opened(&some), whole = opened(&all);
    int compared = 0;
    assert_int_equal(part.targets, 2);
    for (int i = 0; i < part.train + part.test; i++)
        for (int j = 0; j < whole.train + whole.test; j++)
            if (whole.index[j] == part.index[i]) {
                assert_close(part.target[2 * i], whole.target[3 * j], 0);
                assert_close(part.target[2 * i + 1], whole.target[3 * j + 2], 0);
                compared++;
            }
    assert_int_equal(compared, part.train + part.test);
    dataset_clear(&part);
    dataset_clear(&whole);
}

static void put_table(const char *text)
{
    FILE *file = fopen(table_path, "wb");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void a_table_is_opened_by_its_path(void **state)
{
    (void)state;
    put_table("x,y,label\n1,2,5\n3,4,7\n5,6,9\n7,8,7\n");
    struct experiment e = experiment_with((const char *const[][2]){ { "dataset", table_path } }, 1);
    struct dataset data = opened(&e);
    struct why why = { "" };
    assert_string_equal(data.name, table_path);
    assert_string_equal(data.class_name[2], "9");
    assert_close(data.value[3], 4, 0);
    dataset_clear(&data);
    /* the numbers stay those of the file, also where classes are chosen */
    assert_int_equal(experiment_set(&e, "loss", "l2", &why), STATUS_OK);
    assert_int_equal(experiment_set(&e, "classes", "7,9", &why), STATUS_OK);
    data = opened(&e);
    assert_int_equal(data.train, 3);
    assert_close(data.target[0], 7, 0);
    assert_close(data.target[1], 9, 0);
    dataset_clear(&data);
    put_table("x,y,label\n1,2,5\n3,,7\n");
    assert_int_equal(dataset_open(&e, &data, &why), STATUS_FAILED);
    assert_string_equal(why.text,
        "marginscope-table.csv:3: the value of column 2 (y) is missing; fill it in or remove the line");
    assert_int_equal(unlink(table_path), 0);
}

static void arrays_are_opened_by_their_options(void **state)
{
    (void)state;
    const char *const settings[][2] = { { "features-npy", ARRAYS "/lf4.npy" },
        { "labels-npy", ARRAYS "/labels.npy" }, { "dataset", "moons" } };
    struct experiment e = experiment_with(settings, 2), other = e;
    struct dataset data = opened(&e);
    struct why why = { "" };
    assert_int_equal(e.model, MODEL_IDENTITY);
    assert_string_equal(data.name, "lf4.npy");
    assert_close(data.value[3], 5, 0);
    assert_null(data.weights);
    dataset_clear(&data);
    assert_true(dataset_same(&e, &other));
    assert_int_equal(experiment_set(&other, "loss", "l2", &why), STATUS_OK);
    assert_false(dataset_same(&e, &other));
    other = e;
    assert_int_equal(experiment_set(&other, "weights-npy", "absent/W.npy", &why), STATUS_OK);
    assert_true(experiment_rebuilds(&e, &other));
    assert_false(dataset_same(&e, &other));
    assert_int_equal(dataset_open(&other, &data, &why), STATUS_FAILED);
    assert_string_equal(why.text, "absent/W.npy: cannot be read (No such file or directory); check the path");
    e = experiment_with(settings, 3); /* a data set named later takes their place */
    data = opened(&e);
    assert_string_equal(data.name, "moons");
    dataset_clear(&data);
    e = experiment_with(settings, 1);
    assert_int_equal(dataset_open(&e, &data, &why), STATUS_USAGE);
    assert_string_equal(why.text, "--features-npy: no labels to go with it; add --labels-npy y.npy");
    e = experiment_with((const char *const[][2]){ { "dataset", ARRAYS "/lf4.npy" } }, 1);
    assert_int_equal(dataset_open(&e, &data, &why), STATUS_USAGE);
    assert_non_null(strstr(why.text, "use --features-npy X.npy --labels-npy y.npy"));
}

static int point_at_assets(void **state)
{
    (void)state;
    return setenv("MARGINSCOPE_ASSETS", ASSETS_FOLDER, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_of_writing_a_table_reads_the_same),
        cmocka_unit_test(a_number_of_many_digits_is_rounded_once),
        cmocka_unit_test(quotes_hold_commas_quotes_and_marks),
        cmocka_unit_test(classes_are_sorted_numbers_as_numbers),
        cmocka_unit_test(labels_are_numbers_for_a_regression),
        cmocka_unit_test(a_bar_makes_a_set_of_classes),
        cmocka_unit_test(one_class_one_sample_and_constant_columns_load),
        cmocka_unit_test(a_bad_table_names_its_line_and_column),
        cmocka_unit_test(classes_end_at_their_limit),
        cmocka_unit_test(numbers_are_those_of_strtod),
        cmocka_unit_test(a_long_reading_tells_how_far_it_is_and_can_be_stopped),
        cmocka_unit_test(more_than_2_gib_is_refused_before_allocating),
        cmocka_unit_test(every_type_and_order_of_an_array_is_read),
        cmocka_unit_test(array_labels_are_classes_numbers_or_sets),
        cmocka_unit_test(the_reading_of_arrays_can_be_stopped),
        cmocka_unit_test(weights_travel_with_their_classes),
        cmocka_unit_test(a_bad_array_says_what_is_wrong),
        cmocka_unit_test(damaged_tables_are_read_or_refused),
        cmocka_unit_test(damaged_arrays_are_read_or_refused),
        cmocka_unit_test(shipped_tables_have_the_published_samples),
        cmocka_unit_test(every_kind_of_loss_is_served),
        cmocka_unit_test(choosing_classes_takes_their_targets_along),
        cmocka_unit_test(a_table_is_opened_by_its_path),
        cmocka_unit_test(arrays_are_opened_by_their_options),
    };
    return cmocka_run_group_tests(tests, point_at_assets, NULL);
}
