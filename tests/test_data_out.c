/* Tables for other programs: headers as NumPy writes them, formats by ending, moments kept whole; pages of a deck. */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/data_out.h"
#include "app/npy.h"
#include "app/slides.h"

struct memory {
    FILE *to;
    char *at;
    size_t size;
};

static void begin(struct memory *m)
{
    m->to = open_memstream(&m->at, &m->size);
    assert_non_null(m->to);
}

static void an_array_is_what_numpy_writes(void **state)
{
    (void)state;
    static const char want[] =
        "\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    const float value[6] = { 1, 2, 3, 4, 5, 6 };
    struct memory m;
    begin(&m);
    npy_write(m.to, &(struct npy){ "<f4", 4, 2, { 2, 3, 1 } }, value);
    fclose(m.to);
    assert_int_equal(m.size, 128 + sizeof value);
    assert_memory_equal(m.at, want, sizeof want - 1);
    assert_int_equal(m.at[127], '\n');
    assert_memory_equal(m.at + 128, value, sizeof value);
    free(m.at);
}

static void our_reader_takes_what_we_write(void **state)
{
    (void)state;
    const float value[8] = { 0.5f, 1, -2, 3, 4.25f, 5, 6, 7 };
    const int label[4] = { 1, 0, 1, 0 };
    struct memory x, y;
    begin(&x);
    begin(&y);
    npy_write(x.to, &(struct npy){ "<f4", 4, 2, { 4, 2, 1 } }, value);
    npy_write(y.to, &(struct npy){ "<i4", 4, 1, { 4, 1, 1 } }, label);
    fclose(x.to);
    fclose(y.to);
    struct npy_source source = { .features = { (uint8_t *)x.at, x.size },
        .labels = { (uint8_t *)y.at, y.size },
        .where = { "x.npy", "y.npy", "" } };
    struct dataset data;
    struct why why = { "" };
    if (dataset_from_npy(&source, "x.npy", TASK_CLASS, NULL, &data, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    assert_int_equal(data.train + data.test, 4);
    assert_int_equal(data.classes, 2);
    for (int i = 0; i < 4; i++) {
        assert_memory_equal(data.value + 2 * i, value + 2 * data.index[i], 2 * sizeof *value);
        assert_int_equal(data.label[i], label[data.index[i]]);
    }
    dataset_clear(&data);
    free(x.at);
    free(y.at);
}

static void the_ending_chooses_the_format(void **state)
{
    (void)state;
    assert_int_equal(data_format("a.npy"), DATA_NPY);
    assert_int_equal(data_format("b/a.b.NPZ"), DATA_NPZ);
    assert_int_equal(data_format("npy"), DATA_CSV);
    for (int i = 0; i < DATA_TABLES; i++) {
        struct why why = { "" };
        enum data_table table = (enum data_table)i;
        assert_true(data_has(table, DATA_CSV));
        for (int f = 0; f < DATA_FORMATS; f++) {
            char path[32];
            snprintf(path, sizeof path, "t%s", data_ending((enum data_format)f));
            assert_int_equal(
                data_check(table, path, &why) == STATUS_OK, data_has(table, (enum data_format)f));
        }
    }
}

static void other_shapes_and_full_moments_are_left_out(void **state)
{
    (void)state;
    struct snapshot a, b;
    struct data_moments m;
    snapshot_init(&a);
    snapshot_init(&b);
    assert_true(snapshot_reserve(&a, 3, 2, 2, 1, 0) && snapshot_reserve(&b, 4, 2, 2, 1, 0));
    a.count = 3, b.count = 4;
    a.dim = b.dim = a.classes = b.classes = 2;
    for (int i = 0; i < 6; i++)
        a.feature[i] = (float)i;
    memset(a.label, 0, 3 * sizeof *a.label);
    memset(a.row, 0, 3 * sizeof *a.row);
    memset(a.test, 0, 3 * sizeof *a.test);
    memset(a.predicted, 0, 3 * sizeof *a.predicted);
    memset(a.weight, 0, 4 * sizeof *a.weight);
    assert_true(data_moments_init(&m, 2, &a));
    a.step = 5;
    data_moments_add(&m, &a);
    data_moments_add(&m, &b);
    a.step = 9;
    a.feature[0] = 7;
    data_moments_add(&m, &a);
    data_moments_add(&m, &a);
    assert_int_equal(m.count, 2);
    assert_int_equal(m.step[0], 5);
    assert_int_equal(m.step[1], 9);
    assert_close((double)m.feature[0], 0, 0);
    assert_close((double)m.feature[6], 7, 0);
    data_moments_clear(&m);
    snapshot_clear(&a);
    snapshot_clear(&b);
}

static void pages_are_named_as_people_name_them(void **state)
{
    (void)state;
    static const char *const wrong[] = { "x", "2-", "-2", "3-2", "0", "1-9", "1,,2", "1;2",
        "99999999999999999999" };
    bool wanted[8];
    struct why why = { "" };
    assert_int_equal(slides_pages("2-4,7", 8, wanted, &why), STATUS_OK);
    for (int i = 0; i < 8; i++)
        assert_int_equal(wanted[i], (i >= 1 && i <= 3) || i == 6);
    assert_int_equal(slides_pages("", 8, wanted, &why), STATUS_OK);
    assert_true(wanted[0] && wanted[7]);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (slides_pages(wrong[i], 8, wanted, &why) != STATUS_USAGE || !strchr(why.text, ';'))
            fail_msg("\"%s\" was taken: %s", wrong[i], why.text);
}

static void shipped_lessons_have_numbers_and_names(void **state)
{
    (void)state;
    char path[1200], same[1200];
    struct why why = { "" };
    assert_int_equal(lesson_find("7", path, sizeof path, &why), STATUS_OK);
    assert_non_null(strstr(path, "/07-cosface-and-arcface.json"));
    assert_int_equal(lesson_find("07", same, sizeof same, &why), STATUS_OK);
    assert_string_equal(path, same);
    assert_int_equal(lesson_find("cosface-and-arcface", same, sizeof same, &why), STATUS_OK);
    assert_string_equal(path, same);
    assert_int_equal(lesson_find("07-cosface-and-arcface", same, sizeof same, &why), STATUS_OK);
    assert_string_equal(path, same);
    assert_int_equal(lesson_find("cosface", same, sizeof same, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "1 to 10 are shipped"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_array_is_what_numpy_writes),
        cmocka_unit_test(our_reader_takes_what_we_write),
        cmocka_unit_test(the_ending_chooses_the_format),
        cmocka_unit_test(other_shapes_and_full_moments_are_left_out),
        cmocka_unit_test(pages_are_named_as_people_name_them),
        cmocka_unit_test(shipped_lessons_have_numbers_and_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
