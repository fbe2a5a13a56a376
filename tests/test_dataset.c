#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "app/dataset_open.h"
#include "math/dataset_build.h"
#include "math/rng.h"
#include "tests/support/check.h"

enum { FUZZ_ROUNDS = 20000 };

/* ---- a folder for every test, removed afterwards ---- */

static char folder[] = "marginscope-dataset-XXXXXX"; /* where the tests are run */

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info, (void)type, (void)at;
    return remove(path);
}

static int make_folder(void **state)
{
    (void)state;
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    return setenv("MARGINSCOPE_ASSETS", ASSETS_FOLDER, 1) != 0 || mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    chmod(folder, 0700);
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *inside(const char *name)
{
    static char path[4][256];
    static int next;
    char *out = path[next++ % 4];
    snprintf(out, sizeof path[0], "%s/%s", folder, name);
    return out;
}

static void put_file(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(inside(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void put_gzip(const char *name, const void *bytes, unsigned size)
{
    gzFile file = gzopen(inside(name), "wb");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, size), size);
    assert_int_equal(gzclose(file), Z_OK);
}

static int files_in_folder(const char *name)
{
    char command[400];
    snprintf(command, sizeof command, "ls -A '%s' | wc -l", name);
    FILE *pipe = popen(command, "r");
    int count = -1;
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%d", &count), 1);
    pclose(pipe);
    return count;
}

/* ---- helpers ---- */

static enum status open_for(const char *loss, const char *name, const char *classes, const char *holdout,
    uint64_t seed, struct dataset *out, struct why *why)
{
    static struct experiment e;
    e.seed = seed;
    e.loss = loss_index(loss_find(loss));
    snprintf(e.dataset, sizeof e.dataset, "%s", name);
    snprintf(e.classes, sizeof e.classes, "%s", classes);
    snprintf(e.holdout, sizeof e.holdout, "%s", holdout);
    return dataset_open(&e, out, why);
}

static enum status open_named(const char *name, const char *classes, const char *holdout, uint64_t seed,
    struct dataset *out, struct why *why)
{
    return open_for("softmax", name, classes, holdout, seed, out, why);
}

static struct dataset opened_for(const char *loss, const char *name, const char *classes, const char *holdout)
{
    struct dataset data = { 0 };
    struct why why = { "" };
    if (open_for(loss, name, classes, holdout, 1, &data, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return data;
}

static struct dataset opened(const char *name, const char *classes, const char *holdout, uint64_t seed)
{
    struct dataset data = { 0 };
    struct why why = { "" };
    if (open_named(name, classes, holdout, seed, &data, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return data;
}

static size_t rows_of(const struct dataset *data)
{
    return (size_t)(data->train + data->test + data->holdout);
}

static uint64_t fnv(const void *bytes, size_t size)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * 1099511628211u;
    return hash;
}

static int labels_in(const struct dataset *data, int first, int count, int label)
{
    int found = 0;
    for (int i = first; i < first + count; i++)
        found += data->label[i] == label;
    return found;
}

static void assert_class_counts(const struct dataset *data, const int *train, const int *test)
{
    for (int k = 0; k < data->classes; k++) {
        assert_int_equal(labels_in(data, 0, data->train, k), train[k]);
        assert_int_equal(labels_in(data, data->train, data->test, k), test[k]);
    }
}

/* All rows as numbers; to be freed. */
static float *values_of(const struct dataset *data)
{
    size_t n = rows_of(data), dim = (size_t)data->dim;
    float *value = malloc(n * dim * sizeof *value);
    assert_non_null(value);
    for (size_t i = 0; i < n; i++)
        dataset_values(data, (int)i, value + i * dim);
    return value;
}

static void assert_finite(const struct dataset *data)
{
    float *value = values_of(data);
    for (size_t i = 0; i < rows_of(data) * (size_t)data->dim; i++)
        assert_true(isfinite(value[i]));
    free(value);
}

static void assert_mean_deviation(const float *value, size_t n, size_t stride)
{
    double mean = 0, square = 0;
    for (size_t i = 0; i < n; i++) {
        mean += (double)value[i * stride] / (double)n;
        square += (double)value[i * stride] * value[i * stride] / (double)n;
    }
    assert_close(mean, 0, 1e-6);
    assert_close(square, 1, 1e-6);
}

/* All pixels of the training part by one mean and deviation. */
static void assert_scaled_as_one(const struct dataset *data)
{
    float *value = values_of(data);
    assert_mean_deviation(value, (size_t)data->train * (size_t)data->dim, 1);
    free(value);
}

static bool same_data(const struct dataset *a, const struct dataset *b)
{
    size_t n = rows_of(a), dim = (size_t)a->dim;
    if (a->train != b->train || a->test != b->test || a->dim != b->dim || a->classes != b->classes ||
        memcmp(a->label, b->label, n * sizeof *a->label) != 0 ||
        memcmp(a->index, b->index, n * sizeof *a->index) != 0)
        return false;
    float *x = values_of(a), *y = values_of(b);
    bool same = memcmp(x, y, n * dim * sizeof *x) == 0;
    free(x);
    free(y);
    return same;
}

/* ---- shipped ---- */

static void mnist_has_the_published_digits(void **state)
{
    (void)state;
    /* Counted by Python in the subset made from the full set; FNV-1a of all pixels, train then test. */
    static const int train[] = { 941, 1132, 1032, 1022, 958, 925, 997, 1026, 978, 989 };
    static const int test[] = { 189, 222, 212, 242, 196, 186, 158, 215, 193, 187 };
    struct dataset data = opened("mnist", "", "", 1);
    assert_string_equal(data.name, "mnist");
    assert_int_equal(data.train, 10000);
    assert_int_equal(data.test, 2000);
    assert_int_equal(data.holdout, 0);
    assert_int_equal(data.dim, 784);
    assert_int_equal(data.width, 28);
    assert_int_equal(data.height, 28);
    assert_int_equal(data.classes, 10);
    assert_string_equal(data.class_name[7], "7");
    assert_class_counts(&data, train, test);
    assert_true(fnv(data.pixel, rows_of(&data) * 784) == UINT64_C(0xae3004ad7d7451af));
    assert_int_equal(data.label[0], 5); /* the famous first three: 5 in train, 7 in t10k */
    assert_int_equal(data.label[10000], 7);
    assert_int_equal(data.index[9999], 9999);
    assert_int_equal(data.index[10000], 0);
    assert_scaled_as_one(&data);
    dataset_clear(&data);
}

static void optdigits_tests_every_fifth_of_a_class(void **state)
{
    (void)state;
    struct dataset data = opened("optdigits", "", "", 1);
    assert_int_equal(data.train, 1442);
    assert_int_equal(data.test, 355);
    assert_int_equal(data.dim, 64);
    assert_int_equal(data.classes, 10);
    /* The file begins 0..9, 0..9, 0..9, 0 9 5 5 ...: its fourth 0 is row 30 and its fifth row 36. */
    assert_int_equal(data.index[data.train], 33);
    assert_int_equal(data.label[data.train], 5);
    assert_int_equal(data.index[data.train + 1], 36);
    assert_int_equal(data.label[data.train + 1], 0);
    assert_int_equal(labels_in(&data, 0, data.train, 0), 143); /* 178 zeros, 35 of them fifths */
    assert_int_equal(labels_in(&data, data.train, data.test, 0), 35);
    /* First line: 0,0,5,13,... of 16. */
    assert_int_equal(data.pixel[2], 80);
    assert_int_equal(data.pixel[3], 207);
    float first[64];
    dataset_values(&data, 0, first);
    assert_close(first[3] - first[2], 8 * (first[2] - first[0]) / 5, 1e-6);
    assert_scaled_as_one(&data);
    dataset_clear(&data);
}

/* Sets that come with a package of the system may be absent, but then say which. */
static bool absent(const char *id)
{
    struct dataset data = { 0 };
    struct why why = { "" };
    bool there = strcmp(id, "fashion-mnist") != 0 || open_named(id, "", "", 3, &data, &why) == STATUS_OK;
    dataset_clear(&data);
    if (!there)
        assert_non_null(strstr(why.text, "install the package dataset-fashion-mnist"));
    return !there;
}

static void every_listed_set_opens_with_whole_rows(void **state)
{
    (void)state;
    for (int s = 0; s < dataset_count(); s++) {
        const char *id = dataset_at(s)->id;
        if (absent(id))
            continue;
        struct dataset data = opened_for(strcmp(id, "outliers") == 0 ? "l2" : "softmax", id, "", "");
        assert_string_equal(data.name, id);
        for (size_t i = 0; i < rows_of(&data); i++)
            assert_in_range(data.label[i], 0, data.classes - 1);
        assert_finite(&data);
        for (int i = 1; i < data.train; i++)
            assert_true(data.index[i] > data.index[i - 1]);
        assert_true((data.pixel != NULL) == (data.width > 0));
        dataset_clear(&data);
    }
}

/* ---- generated ---- */

static void generated_sets_hang_on_the_seed_only(void **state)
{
    (void)state;
    for (int i = 0; i < dataset_count(); i++) {
        const struct dataset_row *row = dataset_at(i);
        struct dataset a = { 0 }, b = { 0 }, c = { 0 };
        if (!row->make)
            continue;
        assert_int_equal(row->make(7, &a, NULL), STATUS_OK);
        assert_int_equal(row->make(7, &b, NULL), STATUS_OK);
        assert_int_equal(row->make(8, &c, NULL), STATUS_OK);
        assert_true(same_data(&a, &b));
        assert_true(same_data(&a, &c) == a.drawn); /* a hand draws, no seed */
        assert_int_equal(a.targets, b.targets);
        if (a.target)
            assert_memory_equal(a.target, b.target, rows_of(&a) * (size_t)a.targets * sizeof *a.target);
        dataset_clear(&a);
        dataset_clear(&b);
        dataset_clear(&c);
    }
}

static void generated_sets_have_their_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        int rows, dim, classes, targets, of_last;
    } want[] = {
        { "two-blobs", 53, 2, 2, 0, 26 },
        { "moons", 500, 2, 2, 0, 250 },
        { "circles", 500, 2, 2, 0, 250 },
        { "spirals", 600, 2, 2, 0, 300 },
        { "xor", 400, 2, 2, 0, 200 },
        { "imbalanced", 500, 2, 3, 0, 20 },
        { "outliers", 60, 1, 1, 1, 60 },
    };
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        struct dataset data = opened_for(want[i].targets ? "l2" : "softmax", want[i].id, "", "");
        assert_int_equal(rows_of(&data), want[i].rows);
        assert_int_equal(data.dim, want[i].dim);
        assert_int_equal(data.classes, want[i].classes);
        assert_int_equal(data.targets, want[i].targets);
        assert_int_equal(labels_in(&data, 0, data.train + data.test, data.classes - 1), want[i].of_last);
        assert_int_equal(labels_in(&data, data.train, data.test, data.classes - 1), want[i].of_last / 5);
        dataset_clear(&data);
    }
}

/* The right label of a point, from the geometry alone; -1 where noise may have crossed over. */
static int moon_of(double x, double y)
{
    double first = fabs(hypot(x + 1, fmax(0, y + 0.5)) - 2),
           second = fabs(hypot(x - 1, fmin(0, y - 0.5)) - 2);
    return fabs(first - second) < 0.4 ? -1 : second < first;
}

static int circle_of(double x, double y)
{
    return hypot(x, y) < 2.2;
}

/* An arm is at radius 4 angle / (3 pi); the other is half a turn away. */
static int spiral_of(double x, double y)
{
    double turns = (hypot(x, y) * 3 * M_PI / 4 - atan2(y, x)) / (2 * M_PI), part = turns - floor(turns);
    return fabs(part - 0.25) < 0.08 || fabs(part - 0.75) < 0.08 ? -1 : part > 0.25 && part < 0.75;
}

static int corner_of(double x, double y)
{
    return x * y < 0;
}

static void planes_are_labelled_as_they_are_drawn(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        int (*label)(double x, double y);
        double wrong;
    } plane[] = { { "moons", moon_of, 0.02 }, { "circles", circle_of, 0.01 }, { "spirals", spiral_of, 0.03 },
        { "xor", corner_of, 0.02 } };
    for (size_t p = 0; p < sizeof plane / sizeof plane[0]; p++) {
        struct dataset data = opened(plane[p].id, "", "", 1);
        int judged = 0, wrong = 0;
        for (size_t i = 0; i < rows_of(&data); i++) {
            int label = plane[p].label(data.value[2 * i], data.value[2 * i + 1]);
            judged += label >= 0;
            wrong += label >= 0 && label != data.label[i];
        }
        if (judged < (int)rows_of(&data) / 2 || wrong > plane[p].wrong * judged)
            fail_msg("%s: %d of %d judged points have the other label", plane[p].id, wrong, judged);
        dataset_clear(&data);
    }
}

static void two_blobs_has_its_outlier_first(void **state)
{
    (void)state;
    struct dataset data = opened("two-blobs", "", "", 1);
    assert_int_equal(data.label[0], 0);
    assert_string_equal(data.class_name[0], "-1");
    assert_string_equal(data.class_name[1], "1");
    assert_close(data.value[0], 2.3, 1e-6);
    assert_close(data.value[1], -2.75, 1e-6);
    dataset_clear(&data);
}

static void outliers_turn_a_line_of_least_squares(void **state)
{
    (void)state;
    struct dataset data = opened_for("l2", "outliers", "", "");
    double n = data.train, x = 0, y = 0, xx = 0, xy = 0;
    int far = 0;
    for (int i = 0; i < data.train + data.test; i++) {
        bool outlier = fabs(data.target[i] - 0.6 * data.value[i] - 1) > 2;
        far += outlier;
        assert_true(!outlier || i < data.train); /* all of them are trained on */
        if (i >= data.train)
            continue;
        x += data.value[i] / n;
        y += data.target[i] / n;
        xx += data.value[i] * data.value[i] / n;
        xy += data.value[i] * data.target[i] / n;
    }
    assert_int_equal(far, 4);
    assert_true((xy - x * y) / (xx - x * x) < 0.45); /* 0.6 without them */
    dataset_clear(&data);
}

static void discs_carry_every_disc_they_lie_in(void **state)
{
    (void)state;
    struct dataset sets = opened_for("multilabel", "discs", "", ""), classes = opened("discs", "", "", 1);
    int of_size[4] = { 0 };
    assert_int_equal(sets.targets, 3);
    assert_true(same_data(&sets, &classes));
    for (size_t i = 0; i < rows_of(&sets); i++) {
        double distance[3];
        int members = 0, nearest = 0;
        for (int k = 0; k < 3; k++) {
            double angle = M_PI / 2 + 2 * M_PI * k / 3;
            distance[k] =
                hypot(sets.value[2 * i] - 1.15 * cos(angle), sets.value[2 * i + 1] - 1.15 * sin(angle));
            nearest = distance[k] < distance[nearest] ? k : nearest;
            members += sets.target[3 * i + (size_t)k] == 1;
            if (fabs(distance[k] - 1.7) > 1e-6)
                assert_true(sets.target[3 * i + (size_t)k] == (distance[k] < 1.7));
        }
        assert_int_equal(sets.label[i], nearest);
        of_size[members]++;
    }
    assert_int_equal(of_size[0], 0);
    for (int members = 1; members <= 3; members++)
        assert_true(of_size[members] > 20);
    dataset_clear(&sets);
    dataset_clear(&classes);
}

static void blobs_are_standardised_column_by_column(void **state)
{
    (void)state;
    struct dataset data = opened("blobs", "", "", 1);
    assert_int_equal(data.train, 1920);
    assert_int_equal(data.test, 480);
    assert_int_equal(data.dim, 24);
    assert_int_equal(data.classes, 10);
    for (int column = 0; column < 24; column++)
        assert_mean_deviation(data.value + column, 1920, 24);
    dataset_clear(&data);
}

static void rings_sit_around_the_circle_in_their_own_units(void **state)
{
    (void)state;
    struct dataset data = opened("rings-of-classes", "", "", 1);
    double x[10] = { 0 }, y[10] = { 0 };
    assert_int_equal(data.dim, 2);
    assert_int_equal(data.classes, 10);
    for (size_t i = 0; i < rows_of(&data); i++) {
        x[data.label[i]] += data.value[2 * i] / 200.0;
        y[data.label[i]] += data.value[2 * i + 1] / 200.0;
    }
    for (int k = 0; k < 10; k++) {
        /* mean of cos of a normal angle with deviation 0.1: exp(-0.005) */
        assert_close(x[k], 4 * exp(-0.005) * cos(k * M_PI / 5), 0.15);
        assert_close(y[k], 4 * exp(-0.005) * sin(k * M_PI / 5), 0.15);
    }
    dataset_clear(&data);
}

static void a_constant_column_becomes_zero(void **state)
{
    (void)state;
    struct dataset data = { 0 };
    struct why why;
    assert_int_equal(dataset_reserve(&data, 4, 3, "made", &why), STATUS_OK);
    for (int i = 0; i < 12; i++)
        data.value[i] = i % 3 == 1 ? 0.1f : (float)(i / 3);
    data.train = 3;
    data.test = 1;
    dataset_scale(&data);
    for (int row = 0; row < 4; row++)
        assert_close(data.value[3 * row + 1], 0, 0);
    /* training 0 1 2: mean 1, variance 2/3; the test row is 3 */
    assert_close(data.value[9], 2 / sqrt(2.0 / 3), 1e-6);
    dataset_clear(&data);
}

/* ---- choosing classes ---- */

static void choosing_renumbers_and_rescales(void **state)
{
    (void)state;
    struct dataset data = opened("optdigits", " 4,1", "9 ,0", 1);
    static const char *const name[] = { "1", "4", "0", "9" };
    assert_int_equal(data.classes, 2);
    assert_int_equal(data.holdout_classes, 2);
    for (int k = 0; k < 4; k++)
        assert_string_equal(data.class_name[k], name[k]);
    assert_int_equal(labels_in(&data, 0, data.train, 0) + labels_in(&data, 0, data.train, 1), data.train);
    assert_int_equal(labels_in(&data, data.train, data.test, 0), 36);
    assert_int_equal(data.holdout, 35 + 36);
    assert_int_equal(labels_in(&data, data.train + data.test, data.holdout, 2), 35);
    assert_int_equal(labels_in(&data, data.train + data.test, data.holdout, 3), 36);
    assert_scaled_as_one(&data);
    dataset_clear(&data);
}

static void chosen_samples_are_those_of_the_whole_set(void **state)
{
    (void)state;
    struct dataset whole = opened("mnist", "", "", 1), part = opened("mnist", "3", "8", 1);
    assert_int_equal(part.train, 1022);
    assert_int_equal(part.test, 242);
    assert_int_equal(part.holdout, 193);
    for (size_t i = 0; i < rows_of(&part); i++) {
        size_t r = (size_t)part.index[i] + (i < 1022 ? 0 : 10000);
        assert_int_equal(whole.label[r], i < 1022 + 242 ? 3 : 8);
        assert_memory_equal(part.pixel + i * 784, whole.pixel + r * 784, 784);
    }
    dataset_clear(&whole);
    dataset_clear(&part);
}

static void a_wrong_choice_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *keep, *holdout, *say;
    } wrong[] = {
        { "0,12", "", "classes: optdigits has no class \"12\"; known: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9" },
        { "", "x", "holdout: optdigits has no class \"x\"" },
        { "1,,2", "", "no class \"\"" },
        { "1,", "", "no class \"\"" },
        { ",", "", "no class \"\"" },
        { "1,1", "", "class \"1\" is named twice" },
        { "1,2", "2", "class \"2\" is named twice" },
        { "", "0,1,2,3,4,5,6,7,8,9", "no class of optdigits is left to train on" },
    };
    struct dataset data = opened("optdigits", "", "", 1), before = opened("optdigits", "", "", 1);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct why why = { "" };
        assert_int_equal(dataset_choose(&data, wrong[i].keep, wrong[i].holdout, &why), STATUS_USAGE);
        if (!strstr(why.text, wrong[i].say))
            fail_msg("\"%s\" / \"%s\" says: %s", wrong[i].keep, wrong[i].holdout, why.text);
        assert_true(same_data(&data, &before));
    }
    dataset_clear(&data);
    dataset_clear(&before);
}

/* ---- malformed IDX ---- */

/* Two classes, three images of 2x2; the test pair is the same again. */
static const uint8_t good_images[] = { 0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8,
    9, 10, 11, 255 };
static const uint8_t good_labels[] = { 0, 0, 8, 1, 0, 0, 0, 3, 4, 9, 4 };

enum { TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS };

static struct idx_source good_source(void)
{
    struct bytes images = { good_images, sizeof good_images }, labels = { good_labels, sizeof good_labels };
    return (struct idx_source){ images, labels, images, labels,
        { "train-images", "train-labels", "t10k-images", "t10k-labels" } };
}

static struct bytes *file_of(struct idx_source *source, int i)
{
    struct bytes *file[] = { &source->train_images, &source->train_labels, &source->test_images,
        &source->test_labels };
    return file[i];
}

static void assert_refused(const struct idx_source *source, const char *where, const char *say)
{
    struct dataset data = { .train = -1 };
    struct why why = { "" };
    assert_int_equal(dataset_from_idx(source, "tiny", &data, &why), STATUS_FAILED);
    if (strncmp(why.text, where, strlen(where)) != 0 || !strstr(why.text, say) || !strchr(why.text, ';'))
        fail_msg("says \"%s\"; wanted %s: ...%s", why.text, where, say);
    assert_int_equal(data.train, -1);
    assert_true(!data.value && !data.pixel);
}

static void a_good_idx_is_read_exactly(void **state)
{
    (void)state;
    struct idx_source source = good_source();
    struct dataset data = { 0 };
    struct why why;
    assert_int_equal(dataset_from_idx(&source, "tiny", &data, &why), STATUS_OK);
    assert_int_equal(data.train, 3);
    assert_int_equal(data.test, 3);
    assert_int_equal(data.classes, 2);
    assert_string_equal(data.class_name[1], "9");
    assert_int_equal(data.label[1], 1);
    /* 1..11 and 255: sum 321, sum of squares 65531 */
    double mean = 321 / 12.0, deviation = sqrt(65531 / 12.0 - mean * mean);
    float row[4];
    dataset_values(&data, 0, row);
    assert_close(row[0], (1 - mean) / deviation, 1e-6);
    dataset_values(&data, 5, row);
    assert_close(row[3], (255 - mean) / deviation, 1e-6);
    dataset_clear(&data);
}

static void an_idx_without_test_files_is_split(void **state)
{
    (void)state;
    uint8_t images[16 + 12] = { 0, 0, 8, 3, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1 };
    uint8_t labels[8 + 12] = { 0, 0, 8, 1, 0, 0, 0, 12, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0 };
    for (int i = 0; i < 12; i++)
        images[16 + i] = (uint8_t)(10 * i);
    struct idx_source source = { .train_images = { images, sizeof images },
        .train_labels = { labels, sizeof labels },
        .where = { "a", "b", "c", "d" } };
    struct dataset data = { 0 };
    struct why why;
    assert_int_equal(dataset_from_idx(&source, "tiny", &data, &why), STATUS_OK);
    assert_int_equal(data.train, 11); /* zeros at 0 2 3 5 6 8 ..: the fifth is row 6; only three ones */
    assert_int_equal(data.test, 1);
    assert_int_equal(data.index[11], 6);
    assert_int_equal(data.pixel[11], 60);
    assert_int_equal(data.index[6], 7);
    dataset_clear(&data);
}

static void every_truncation_names_its_file(void **state)
{
    (void)state;
    for (int f = TRAIN_IMAGES; f <= TEST_LABELS; f++) {
        struct idx_source source = good_source();
        size_t whole = file_of(&source, f)->size;
        for (size_t size = 0; size < whole; size++) {
            file_of(&source, f)->size = size;
            assert_refused(&source, source.where[f], "download the file again");
        }
    }
}

static void sizes_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const struct {
        uint8_t header[16];
        const char *say;
    } wrong[] = {
        { { 0, 0, 8, 1, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2 }, "begins with 0x00000801" },
        { { 0, 0, 13, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2 }, "begins with 0x00000d03" },
        { { 3, 8, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0 }, "begins with 0x03080000" },
        { { 0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2 }, "a size in its header is 0" },
        { { 0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 0 }, "a size in its header is 0" },
        { { 0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2 }, "24 bytes announced, 28 present" },
        { { 0, 0, 8, 3, 0, 0, 0xea, 0x60, 0, 0, 0, 28, 0, 0, 0, 28 },
            "47040016 bytes announced, 28 present" },
        { { 0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 },
            "announces 4294967295 x" },
        /* 2^62 x 4 = 2^64, which a product without a check would take for 0 */
        { { 0, 0, 8, 3, 0, 0, 0, 4, 128, 0, 0, 0, 128, 0, 0, 0 }, "announces 4 x 2147483648" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint8_t images[sizeof good_images];
        memcpy(images, good_images, sizeof images);
        memcpy(images, wrong[i].header, sizeof wrong[i].header);
        struct idx_source source = good_source();
        source.test_images.at = images;
        assert_refused(&source, "t10k-images", wrong[i].say);
    }
}

static void files_that_do_not_belong_together_are_refused(void **state)
{
    (void)state;
    static const uint8_t two_labels[] = { 0, 0, 8, 1, 0, 0, 0, 2, 4, 9 };
    static const uint8_t new_label[] = { 0, 0, 8, 1, 0, 0, 0, 3, 4, 9, 5 };
    uint8_t flat[sizeof good_images];
    memcpy(flat, good_images, sizeof flat);
    flat[11] = 1, flat[15] = 4;
    struct idx_source source = good_source();
    source.train_labels = (struct bytes){ two_labels, sizeof two_labels };
    assert_refused(&source, "train-labels", "2 labels for the 3 images of train-images");
    source = good_source();
    source.test_labels = (struct bytes){ new_label, sizeof new_label };
    assert_refused(&source, "t10k-labels", "label 5 never occurs in train-labels");
    source = good_source();
    source.test_images.at = flat;
    assert_refused(&source, "t10k-images", "images of 4x1 where train-images has 2x2");
    source = good_source();
    source.test_labels = (struct bytes){ NULL, 0 };
    assert_refused(&source, "t10k-labels", "is missing beside t10k-images");
}

static void more_than_2_gib_is_refused_before_allocating(void **state)
{
    (void)state;
    struct dataset data = { 0 };
    struct why why = { "" };
    assert_int_equal(dataset_reserve(&data, (size_t)1 << 20, 513, "big", &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "big: 1048576 samples of 513 numbers need more than 2 GiB"));
    assert_int_equal(dataset_reserve(&data, SIZE_MAX, SIZE_MAX, "big", &why), STATUS_FAILED);
    assert_true(!data.value && !data.pixel);
}

/* ---- malformed CSV ---- */

static enum status read_digits(const char *text, size_t size, struct dataset *out, struct why *why)
{
    return dataset_from_digits(
        (struct bytes){ (const uint8_t *)text, size }, "d.csv", 2, 1, 16, "d", out, why);
}

static void a_good_csv_is_read_with_either_line_end(void **state)
{
    (void)state;
    static const char *const text[] = { "0,16,3\n8,4,1\n", "0,16,3\r\n8,4,1", "0,16,3\r\n8,4,1\r\n" };
    for (int i = 0; i < 3; i++) {
        struct dataset data = { 0 };
        struct why why;
        assert_int_equal(read_digits(text[i], strlen(text[i]), &data, &why), STATUS_OK);
        assert_int_equal(data.train, 2);
        assert_int_equal(data.classes, 2);
        assert_string_equal(data.class_name[0], "1");
        assert_int_equal(data.label[0], 1);
        assert_int_equal(data.pixel[1], 255);
        assert_int_equal(data.pixel[2], 128);
        dataset_clear(&data);
    }
}

static void a_bad_csv_names_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *say;
    } wrong[] = {
        { "", "d.csv: the file is empty" },
        { "0,1,2\n0,17,2\n", "d.csv:2: a number is above 16" },
        { "0,1,2\n0,1,4096\n", "d.csv:2: a number is above 4095" },
        { "0,1,99999999999999999999\n", "d.csv:1: a number is above 4095" },
        { "0,1,2\n0,1\n", "d.csv:2: no comma" },
        { "0,1,2\n0,1", "d.csv:2: no comma" },
        { "0,1,2\n0,1,", "d.csv:2: a whole number is missing" },
        { "0,1,2\n0,1,2,3\n", "d.csv:2: no end of line" },
        { "0,1,2\n\n", "d.csv:2: a whole number is missing" },
        { "0,-1,2\n", "d.csv:1: a whole number is missing" },
        { "0,1.5,2\n", "d.csv:1: no comma" },
        { "a,b,label\n", "d.csv:1: a whole number is missing" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct dataset data = { 0 };
        struct why why = { "" };
        assert_int_equal(read_digits(wrong[i].text, strlen(wrong[i].text), &data, &why), STATUS_FAILED);
        if (strncmp(why.text, wrong[i].say, strlen(wrong[i].say)) != 0)
            fail_msg("%s", why.text);
        assert_true(!data.value && !data.pixel);
    }
}

/* ---- mutated input: refused with a sentence, or whole and in range; the sanitizers watch the rest ---- */

static void mutate(struct rng *rng, uint8_t *bytes, size_t *size)
{
    int changes = 1 + rng_below(rng, 4);
    for (int i = 0; i < changes; i++)
        bytes[rng_below(rng, (int)*size)] = (uint8_t)rng_below(rng, rng_below(rng, 2) ? 256 : 12);
    if (rng_below(rng, 4) == 0)
        *size = 1 + (size_t)rng_below(rng, (int)*size);
}

static void check_outcome(enum status status, struct dataset *data, const struct why *why)
{
    if (status != STATUS_OK) {
        assert_non_null(strstr(why->text, ": "));
        assert_true(!data->value && !data->pixel);
        return;
    }
    assert_true(data->train > 0);
    for (size_t i = 0; i < rows_of(data); i++)
        assert_in_range(data->label[i], 0, data->classes - 1);
    assert_finite(data);
    dataset_clear(data);
}

/* An exact heap copy, so that the address sanitizer sees one byte too many. */
static struct bytes heap_copy(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    return (struct bytes){ copy, size };
}

static void mutated_idx_is_read_or_refused(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 20, RNG_DATA);
    int accepted = 0;
    for (int round = 0; round < FUZZ_ROUNDS; round++) {
        struct idx_source source = good_source();
        int f = rng_below(&rng, 4);
        uint8_t bytes[64];
        size_t size = file_of(&source, f)->size;
        memcpy(bytes, file_of(&source, f)->at, size);
        mutate(&rng, bytes, &size);
        struct bytes copy = *file_of(&source, f) = heap_copy(bytes, size);
        struct dataset data = { 0 };
        struct why why = { "" };
        enum status status = dataset_from_idx(&source, "fuzz", &data, &why);
        accepted += status == STATUS_OK;
        check_outcome(status, &data, &why);
        free((void *)copy.at);
    }
    assert_in_range(accepted, FUZZ_ROUNDS / 100, FUZZ_ROUNDS * 99 / 100);
}

static void mutated_csv_is_read_or_refused(void **state)
{
    (void)state;
    static const char good[] = "0,16,3\n8,4,1\n1,2,3\r\n0,0,3\n7,7,3\n1,1,3\n";
    static const char alphabet[] = "0123456789,,,\n\n\r-. ";
    struct rng rng;
    rng_init(&rng, 21, RNG_DATA);
    int accepted = 0;
    for (int round = 0; round < FUZZ_ROUNDS; round++) {
        uint8_t bytes[sizeof good];
        size_t size = sizeof good - 1;
        memcpy(bytes, good, size);
        if (rng_below(&rng, 2))
            mutate(&rng, bytes, &size);
        else
            bytes[rng_below(&rng, (int)size)] = (uint8_t)alphabet[rng_below(&rng, sizeof alphabet - 1)];
        struct bytes copy = heap_copy(bytes, size);
        struct dataset data = { 0 };
        struct why why = { "" };
        enum status status = dataset_from_digits(copy, "f.csv", 2, 1, 16, "fuzz", &data, &why);
        accepted += status == STATUS_OK;
        check_outcome(status, &data, &why);
        free((void *)copy.at);
    }
    assert_in_range(accepted, FUZZ_ROUNDS / 100, FUZZ_ROUNDS * 99 / 100);
}

/* ---- files ---- */

static void put_good_idx(void)
{
    put_gzip("train-images-idx3-ubyte.gz", good_images, sizeof good_images);
    put_file("train-labels-idx1-ubyte", good_labels, sizeof good_labels);
    put_gzip("t10k-images-idx3-ubyte.gz", good_images, sizeof good_images);
    put_gzip("t10k-labels-idx1-ubyte.gz", good_labels, sizeof good_labels);
}

static void assert_open_fails(const char *name, const char *say)
{
    struct dataset data = { 0 };
    struct why why = { "" };
    assert_int_equal(open_named(name, "", "", 1, &data, &why), STATUS_FAILED);
    if (!strstr(why.text, say))
        fail_msg("%s says: %s", name, why.text);
    assert_true(!data.value && !data.pixel);
}

static void a_folder_opens_plain_or_packed(void **state)
{
    (void)state;
    put_good_idx();
    char with_slash[200];
    snprintf(with_slash, sizeof with_slash, "%s/", folder);
    struct dataset data = opened(with_slash, "", "", 1);
    assert_string_equal(data.name, folder);
    assert_int_equal(data.train, 3);
    assert_int_equal(data.test, 3);
    dataset_clear(&data);
}

static void trouble_in_a_folder_names_the_file(void **state)
{
    (void)state;
    assert_open_fails(folder, "has no file train-images-idx3-ubyte or train-images-idx3-ubyte.gz");
    put_good_idx();
    put_file("train-images-idx3-ubyte.gz", good_images, sizeof good_images);
    assert_open_fails(folder, "train-images-idx3-ubyte.gz: is not a gzip file");
    put_file("train-images-idx3-ubyte.gz", "", 0);
    assert_open_fails(folder, "train-images-idx3-ubyte.gz: the file is empty");
    put_good_idx();
    assert_int_equal(truncate(inside("t10k-labels-idx1-ubyte.gz"), 20), 0);
    assert_open_fails(folder, "t10k-labels-idx1-ubyte.gz: damaged gzip file");
    assert_int_equal(unlink(inside("t10k-labels-idx1-ubyte.gz")), 0);
    assert_open_fails(folder, "t10k-labels-idx1-ubyte.gz: is missing beside");
}

static void an_unknown_name_lists_the_known_ones(void **state)
{
    (void)state;
    assert_open_fails("mnits",
        "mnits: no data set, no folder and no file of this name; known: mnist, optdigits, fashion-mnist,");
    put_file("file", "x", 1);
    assert_open_fails(inside("file"), "is neither a folder nor a .csv file; known: mnist");
    setenv("MARGINSCOPE_ASSETS", folder, 1);
    assert_open_fails("mnist", "datasets/mnist: the shipped data is missing");
    assert_open_fails("optdigits", "datasets/optdigits/digits.csv.gz: the shipped data is missing");
    assert_open_fails("wine", "datasets/wine.csv: the shipped data is missing");
}

static void assets_are_found_without_the_variable(void **state)
{
    (void)state;
    unsetenv("MARGINSCOPE_ASSETS");
    char path[4200];
    snprintf(path, sizeof path, "%s/datasets/README.md", assets_folder());
    assert_int_equal(access(path, R_OK), 0);
}

static void every_cut_of_a_packed_file_is_noticed(void **state)
{
    (void)state;
    struct stat info;
    put_gzip("a.gz", good_images, sizeof good_images);
    assert_int_equal(stat(inside("a.gz"), &info), 0);
    for (off_t size = info.st_size - 1; size > 0; size--) {
        uint8_t *content = NULL;
        size_t length = 0;
        struct why why = { "" };
        assert_int_equal(truncate(inside("a.gz"), size), 0);
        if (file_read(inside("a.gz"), 1000, &content, &length, &why) == STATUS_OK)
            fail_msg("%d of %d bytes pass as whole", (int)size, (int)info.st_size);
        assert_null(content);
        assert_non_null(strstr(why.text, "a.gz: "));
    }
}

static void file_read_keeps_to_its_limit(void **state)
{
    (void)state;
    uint8_t *content = NULL;
    size_t size = 0;
    struct why why = { "" };
    put_gzip("a.gz", good_images, sizeof good_images);
    assert_int_equal(file_read(inside("a.gz"), sizeof good_images, &content, &size, &why), STATUS_OK);
    assert_int_equal(size, sizeof good_images);
    assert_memory_equal(content, good_images, size);
    free(content);
    content = NULL;
    assert_int_equal(file_read(inside("a.gz"), sizeof good_images - 1, &content, &size, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "holds more than 27 bytes"));
    assert_int_equal(file_read(folder, 100, &content, &size, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "is a folder"));
    assert_int_equal(file_read(inside("none"), 100, &content, &size, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "No such file"));
    assert_null(content);
}

static void file_read_grows_past_its_first_buffer(void **state)
{
    (void)state;
    size_t wanted = 5000000, size = 0;
    uint8_t *big = malloc(wanted), *content = NULL;
    struct why why = { "" };
    assert_non_null(big);
    for (size_t i = 0; i < wanted; i++)
        big[i] = (uint8_t)(i * 2654435761u >> 24);
    put_gzip("big.gz", big, (unsigned)wanted);
    assert_int_equal(file_read(inside("big.gz"), wanted, &content, &size, &why), STATUS_OK);
    assert_int_equal(size, wanted);
    assert_memory_equal(content, big, wanted);
    free(content);
    free(big);
}

/* ---- outputs ---- */

static void assert_content(const char *name, const char *want)
{
    char got[100] = "";
    FILE *file = fopen(inside(name), "rb");
    assert_non_null(file);
    size_t size = fread(got, 1, sizeof got - 1, file);
    fclose(file);
    got[size] = '\0';
    assert_string_equal(got, want);
}

static void an_output_appears_whole_or_not_at_all(void **state)
{
    (void)state;
    struct output out;
    struct why why = { "" };
    assert_int_equal(output_begin(&out, inside("f.csv"), &why), STATUS_OK);
    fputs("first", out.stream);
    assert_int_equal(access(inside("f.csv"), F_OK), -1);
    assert_int_equal(output_end(&out, true, &why), STATUS_OK);
    assert_content("f.csv", "first");
    assert_int_equal(output_begin(&out, inside("f.csv"), &why), STATUS_OK);
    fputs("second", out.stream);
    assert_int_equal(output_end(&out, false, &why), STATUS_OK);
    assert_content("f.csv", "first");
    assert_int_equal(output_begin(&out, inside("f.csv"), &why), STATUS_OK);
    fputs("third", out.stream);
    assert_int_equal(output_end(&out, true, &why), STATUS_OK);
    assert_content("f.csv", "third");
    assert_int_equal(files_in_folder(folder), 1);
}

static void two_outputs_to_one_target_do_not_mix(void **state)
{
    (void)state;
    struct output a, b;
    struct why why = { "" };
    assert_int_equal(output_begin(&a, inside("f"), &why), STATUS_OK);
    assert_int_equal(output_begin(&b, inside("f"), &why), STATUS_OK);
    assert_string_not_equal(a.temporary, b.temporary);
    fputs("aaaa", a.stream);
    fputs("bb", b.stream);
    assert_int_equal(output_end(&a, true, &why), STATUS_OK);
    assert_int_equal(output_end(&b, true, &why), STATUS_OK);
    assert_content("f", "bb");
    assert_int_equal(files_in_folder(folder), 1);
}

static void an_impossible_output_says_where(void **state)
{
    (void)state;
    struct output out = { .stream = NULL };
    struct why why = { "" };
    char said[400];
    assert_int_equal(output_begin(&out, inside("no/such/f.csv"), &why), STATUS_FAILED);
    snprintf(said, sizeof said, "cannot write into the folder %s/no/such (No such file", folder);
    assert_non_null(strstr(why.text, said));
    assert_int_equal(output_begin(&out, folder, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "is a folder"));
    assert_int_equal(output_begin(&out, "", &why), STATUS_FAILED);
    if (geteuid() != 0) { /* root may write anywhere */
        assert_int_equal(chmod(folder, 0500), 0);
        assert_int_equal(output_begin(&out, inside("f.csv"), &why), STATUS_FAILED);
        assert_non_null(strstr(why.text, "Permission denied"));
        assert_int_equal(chmod(folder, 0700), 0);
    }
    assert_null(out.stream);
    assert_int_equal(files_in_folder(folder), 0);
}

/* The target turns into a folder while the file is written: the rename fails, and leaves nothing. */
static void a_failed_rename_leaves_no_temporary(void **state)
{
    (void)state;
    struct output out;
    struct why why = { "" };
    assert_int_equal(output_begin(&out, inside("f"), &why), STATUS_OK);
    assert_int_equal(mkdir(inside("f"), 0700), 0);
    assert_int_equal(output_end(&out, true, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "/f: not written ("));
    assert_int_equal(files_in_folder(folder), 1);
}

/* Everything written to /dev/full fails as on a full disk; what is not a plain file is written in place. */
static void a_full_disk_is_reported(void **state)
{
    (void)state;
    struct output out;
    struct why why = { "" };
    struct stat info;
    if (access("/dev/full", W_OK) != 0)
        skip();
    assert_int_equal(symlink("/dev/full", inside("full")), 0);
    assert_int_equal(output_begin(&out, inside("full"), &why), STATUS_OK);
    fputs("lost", out.stream);
    assert_int_equal(output_end(&out, true, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "full: not written (No space left on device); free some space"));
    assert_int_equal(lstat(inside("full"), &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(files_in_folder(folder), 1);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(mnist_has_the_published_digits),
        IN_FOLDER(optdigits_tests_every_fifth_of_a_class),
        IN_FOLDER(every_listed_set_opens_with_whole_rows),
        IN_FOLDER(generated_sets_hang_on_the_seed_only),
        IN_FOLDER(generated_sets_have_their_shapes),
        IN_FOLDER(planes_are_labelled_as_they_are_drawn),
        IN_FOLDER(two_blobs_has_its_outlier_first),
        IN_FOLDER(outliers_turn_a_line_of_least_squares),
        IN_FOLDER(discs_carry_every_disc_they_lie_in),
        IN_FOLDER(blobs_are_standardised_column_by_column),
        IN_FOLDER(rings_sit_around_the_circle_in_their_own_units),
        cmocka_unit_test(a_constant_column_becomes_zero),
        IN_FOLDER(choosing_renumbers_and_rescales),
        IN_FOLDER(chosen_samples_are_those_of_the_whole_set),
        IN_FOLDER(a_wrong_choice_is_refused_and_changes_nothing),
        cmocka_unit_test(a_good_idx_is_read_exactly),
        cmocka_unit_test(an_idx_without_test_files_is_split),
        cmocka_unit_test(every_truncation_names_its_file),
        cmocka_unit_test(sizes_that_cannot_be_are_refused),
        cmocka_unit_test(files_that_do_not_belong_together_are_refused),
        cmocka_unit_test(more_than_2_gib_is_refused_before_allocating),
        cmocka_unit_test(a_good_csv_is_read_with_either_line_end),
        cmocka_unit_test(a_bad_csv_names_its_line),
        cmocka_unit_test(mutated_idx_is_read_or_refused),
        cmocka_unit_test(mutated_csv_is_read_or_refused),
        IN_FOLDER(a_folder_opens_plain_or_packed),
        IN_FOLDER(trouble_in_a_folder_names_the_file),
        IN_FOLDER(an_unknown_name_lists_the_known_ones),
        IN_FOLDER(assets_are_found_without_the_variable),
        IN_FOLDER(every_cut_of_a_packed_file_is_noticed),
        IN_FOLDER(file_read_keeps_to_its_limit),
        IN_FOLDER(file_read_grows_past_its_first_buffer),
        IN_FOLDER(an_output_appears_whole_or_not_at_all),
        IN_FOLDER(two_outputs_to_one_target_do_not_mix),
        IN_FOLDER(an_impossible_output_says_where),
        IN_FOLDER(a_failed_rename_leaves_no_temporary),
        IN_FOLDER(a_full_disk_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
