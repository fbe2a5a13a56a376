/* What the shipped lessons say of their own runs: each sentence stands in its step, and the run of the step agrees with
 * it. The ranges are those of seeds 1 to 3 and of two ways of rounding, so another machine's BLAS is no reason to fail. */
#include "tests/support/fonts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/dataset_open.h"
#include "app/lesson.h"
#include "math/trainer.h"

enum number { TRAIN_LOSS, TEST_PERCENT, OWN_DEG, GAP_DEG, MEDIAN_NORM };

struct claim {
    const char *lesson;
    int step; /* as on screen, from 1 */
    const char *says;
    enum number number;
    double low, high;
};

/* clang-format off */
static const struct claim claims[] = {
    { "03-softmax-features-fan-out", 2, "longer than about 100",            MEDIAN_NORM,  90,     115 },
    { "03-softmax-features-fan-out", 2, "88 to 90 % of the test",           TEST_PERCENT, 87.5,   90.5 },
    { "04-normalise-the-weights",    6, "near 1.55",                        TRAIN_LOSS,   1.5385, 1.57 },
    { "04-normalise-the-weights",    7, "below 0.3",                        TRAIN_LOSS,   0,      0.3 },
    { "04-normalise-the-weights",    7, "5 to 6°",                          OWN_DEG,      4.5,    6.5 },
    { "05-l-softmax",                4, "below 4°",                         OWN_DEG,      2,      4 },
    { "05-l-softmax",                4, "about 90 %",                       TEST_PERCENT, 89,     91.5 },
    { "06-a-softmax",                4, "less than 3° apart",               GAP_DEG,      0,      3 },
    { "07-cosface-and-arcface",      5, "within 3° of each other",          GAP_DEG,      0,      3 },
    { "07-cosface-and-arcface",      5, "about three quarters of the test", TEST_PERCENT, 70,     80 },
    { "08-taming-norms",             4, "always less than softmax",         TEST_PERCENT, 82,     88.5 },
    { "09-pairs-and-triplets",       4, "At 0.20",                          TRAIN_LOSS,   0.1995, 0.2045 },
    { "09-pairs-and-triplets",       4, "Fewer than one in five",           TEST_PERCENT, 5,      20 },
    { "09-pairs-and-triplets",       6, "90 % in test",                     TEST_PERCENT, 89,     91.5 },
};
/* clang-format on */
enum { CLAIMS = sizeof claims / sizeof *claims };

static struct lesson load(const char *name)
{
    char path[1200];
    struct why why = { "" };
    struct lesson lesson = { .count = 0 };
    snprintf(path, sizeof path, "%s/lessons/%s.json", ASSETS_FOLDER, name);
    if (lesson_load(path, &lesson, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return lesson;
}

/* The step's own training, gone through from the last step that begins anew. */
static void run(const struct lesson *lesson, int step, struct snapshot *out)
{
    struct trainer *t = NULL;
    struct dataset data = { 0 };
    struct experiment e;
    struct why why = { "" };
    int first = step;
    while (first > 0 && !lesson->step[first].from_start)
        first--;
    for (int i = first; i <= step; i++) {
        lesson_experiment(lesson, i, &e);
        enum status status = i > first ? trainer_retune(t, &e, &why) : dataset_open(&e, &data, &why);
        if (status == STATUS_OK && i == first)
            status = trainer_create(&e, &data, &t, &why);
        if (status != STATUS_OK)
            fail_msg("step %d: %s", i + 1, why.text);
        for (long k = 0; k < lesson->step[i].run_steps; k++)
            trainer_step(t);
    }
    assert_int_equal(trainer_snapshot(t, out), STATUS_OK);
    trainer_destroy(t);
    dataset_clear(&data);
}

static double read(const struct snapshot *s, enum number number)
{
    switch (number) {
    case TRAIN_LOSS:
        return s->train_loss;
    case TEST_PERCENT:
        return 100 * s->test_accuracy;
    case OWN_DEG:
        return s->own_angle_mean * 180 / acos(-1);
    case GAP_DEG:
        return s->min_gap * 180 / acos(-1);
    case MEDIAN_NORM:
        return s->norm_median;
    }
    return NAN;
}

static void judge(const struct claim *claim, const struct lesson *lesson, const struct snapshot *snap)
{
    const struct lesson_step *step = &lesson->step[claim->step - 1];
    double value = read(snap, claim->number);
    if (!strstr(step->text, claim->says) && !strstr(step->answer, claim->says))
        fail_msg("%s, step %d: \"%s\" is not said there any more", claim->lesson, claim->step, claim->says);
    if (!(value >= claim->low && value <= claim->high))
        fail_msg(
            "%s, step %d: \"%s\" is said, the run has %g", claim->lesson, claim->step, claim->says, value);
}

static void lessons_say_what_their_runs_show(void **state)
{
    (void)state;
    struct lesson lesson = { .count = 0 };
    struct snapshot snap;
    snapshot_init(&snap);
    for (int i = 0; i < CLAIMS; i++) {
        const struct claim *now = &claims[i], *before = i ? &claims[i - 1] : NULL;
        bool same = before && strcmp(before->lesson, now->lesson) == 0;
        if (!same) {
            lesson_clear(&lesson);
            lesson = load(now->lesson);
        }
        if (!same || before->step != now->step)
            run(&lesson, now->step - 1, &snap);
        judge(now, &lesson, &snap);
    }
    lesson_clear(&lesson);
    snapshot_clear(&snap);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(lessons_say_what_their_runs_show) };
    return cmocka_run_group_tests(tests, fonts, no_fonts);
}
