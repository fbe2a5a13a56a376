#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/session.h"
#include "math/journal.h"
#include "tests/support/training.h"

static void add(struct journal *j, long step, const char *key, const char *value, const char *before)
{
    struct change c = { .step = step };
    snprintf(c.key, sizeof c.key, "%s", key);
    snprintf(c.value, sizeof c.value, "%s", value);
    snprintf(c.before, sizeof c.before, "%s", before);
    assert_true(journal_reserve(j, 1));
    journal_add(j, &c);
}

static void assert_entry(const struct journal *j, int i, long step, const char *value, const char *before)
{
    struct change c = journal_change(j, i);
    assert_int_equal(journal_step(j, i), step);
    assert_int_equal(c.step, step);
    assert_string_equal(journal_value(j, i), value);
    assert_string_equal(c.value, value);
    assert_string_equal(journal_before(j, i), before);
    assert_string_equal(c.before, before);
    assert_string_equal(c.key, journal_key(j, i));
}

static void entries_come_back_as_they_were_written(void **state)
{
    (void)state;
    struct journal j = { .count = 0 }, copy = { .count = 0 };
    char longest[CHANGE_VALUE];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    add(&j, 3, "m", "0.35", "0.3");
    add(&j, 3, "arcface.a_key_as_long_as_there_is_room_for_one__", longest, "a value of the past ...");
    add(&j, 1L << 40, "add", "", "");
    assert_true(journal_copy(&copy, &j));
    journal_clear(&j);
    assert_int_equal(copy.count, 3);
    assert_entry(&copy, 0, 3, "0.35", "0.3");
    assert_entry(&copy, 1, 3, longest, "a value of the past ...");
    assert_entry(&copy, 2, 1L << 40, "", "");
    assert_string_equal(journal_key(&copy, 2), "add");
    journal_clear(&copy);
}

/* A lecture of four hours, a tenth of it with a slider in hand, must not cost a hundred megabytes. */
static void a_long_lecture_needs_little_room(void **state)
{
    (void)state;
    enum { ENTRIES = 100000 };
    struct journal j = { .count = 0 };
    char value[16];
    for (int i = 0; i < ENTRIES; i++) {
        snprintf(value, sizeof value, "0.%02d", i % 100);
        add(&j, i, "m", value, i % 2 ? "0.35" : "");
    }
    for (int i = 0; i < ENTRIES; i += 997) {
        snprintf(value, sizeof value, "0.%02d", i % 100);
        assert_entry(&j, i, i, value, i % 2 ? "0.35" : "");
    }
    assert_true(j.used + ENTRIES * sizeof *j.at < 40 * ENTRIES);
    journal_clear(&j);
}

static void a_session_with_wide_entries_is_still_read(void **state)
{
    (void)state;
    struct why why = { "" };
    struct session *s = NULL;
    struct dataset data = { 0 };
    struct trainer *t = NULL;
    setenv("MARGINSCOPE_ASSETS", ASSETS_FOLDER, 1);
    if (session_read(TESTS_FOLDER "/support/session_wide.json", &s, &why) != STATUS_OK ||
        session_open_data(s, NULL, &data, &why) != STATUS_OK ||
        session_restore(s, 0, &data, &t, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    const struct journal *j = trainer_journal(t);
    assert_int_equal(trainer_steps(t), 30);
    assert_int_equal(j->count, 3);
    assert_entry(j, 0, 10, "0.4", "0.3");
    assert_entry(j, 1, 20, "0.2", "0.4");
    assert_entry(j, 2, 25, "cosface", "arcface");
    for (int i = 0; i < 20; i++)
        trainer_step(t);
    assert_int_equal(trainer_steps(t), 50);
    trainer_destroy(t);
    dataset_clear(&data);
    session_destroy(s);
}

static void assert_no_change(struct trainer *t, const char *key, const char *value, const char *told)
{
    struct change c = { .step = trainer_steps(t) };
    struct why why = { "" };
    int before = trainer_journal(t)->count;
    snprintf(c.key, sizeof c.key, "%s", key);
    snprintf(c.value, sizeof c.value, "%s", value);
    assert_int_equal(trainer_replay(t, &c, &why), STATUS_USAGE);
    if (!strstr(why.text, told) || !strchr(why.text, ';'))
        fail_msg("%s %s: told \"%s\", want \"%s\"", key, value, why.text, told);
    assert_int_equal(trainer_journal(t)->count, before);
}

/* Entries of a file that no hand has made. */
static void what_cannot_be_done_again_is_told(void **state)
{
    (void)state;
    struct experiment e;
    experiment_init(&e);
    set_all(&e, (const char *const[]){
                    "dataset", "drawn", "model", "mlp", "loss", "softmax", "draw", "0:0:0,1:1:1", NULL });
    struct dataset data = open_data(&e);
    struct trainer *t = make(&e, &data);
    assert_no_change(t, "cure", "anything", "cure: \"anything\" is none; write warmup or remake:A:B");
    assert_no_change(t, "cure", "remake:0:7", "there are no two class weights 0 and 7");
    assert_no_change(t, "draw", "0:0", "draw");
    assert_no_change(t, "move", "0:1:2", "move");
    assert_int_equal(trainer_experiment(t)->dot_count, 2);
    trainer_destroy(t);
    dataset_clear(&data);
}

/* Points drawn into a training that has diverged let it go on, and so does a cure. */
static void a_diverged_training_is_taken_up_again(void **state)
{
    (void)state;
    static const char *const change[][2] = { { "draw", "0:2:2" }, { "cure", "remake:0:1" } };
    for (int i = 0; i < 2; i++) {
        struct experiment e;
        struct why why = { "" };
        experiment_init(&e);
        set_all(&e, (const char *const[]){ "dataset", "drawn", "model", "mlp", "loss", "softmax", "optimizer",
                        "sgd", "clip", "0", "lr", "1e6", "draw", "0:0:1,1:1:0", NULL });
        struct dataset data = open_data(&e);
        struct trainer *t = make(&e, &data);
        steps(t, 200);
        assert_true(trainer_diverged(t));
        retune(t, "lr", "0.01");
        struct change c = { .step = trainer_steps(t) };
        snprintf(c.key, sizeof c.key, "%s", change[i][0]);
        snprintf(c.value, sizeof c.value, "%s", change[i][1]);
        if (trainer_replay(t, &c, &why) != STATUS_OK)
            fail_msg("%s", why.text);
        assert_false(trainer_diverged(t));
        trainer_destroy(t);
        dataset_clear(&data);
    }
}

/* A hand on the ring's slider that does not move it: the ring no longer runs by itself, and the journal says so. */
static void a_touched_radius_is_held(void **state)
{
    (void)state;
    struct experiment e;
    experiment_init(&e);
    set_all(&e, (const char *const[]){ "dataset", "blobs", "hidden", "8", "loss", "softmax", "add", "ring",
                    "ring.radius", "3", NULL });
    struct dataset data = open_data(&e);
    struct trainer *t = make(&e, &data);
    double held = 3;
    steps(t, 10);
    assert_true(fabs(*trainer_block(t, BLOCK_RADIUS) - held) > 1e-6);
    trainer_touch(t, "ring.radius");
    assert_int_equal(trainer_journal(t)->count, 1);
    assert_string_equal(journal_key(trainer_journal(t), 0), "ring.radius");
    steps(t, 20);
    assert_close(*trainer_block(t, BLOCK_RADIUS), held, 0);
    trainer_touch(t, "ring.radius");
    assert_int_equal(trainer_journal(t)->count, 1);
    trainer_destroy(t);
    dataset_clear(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_come_back_as_they_were_written),
        cmocka_unit_test(a_long_lecture_needs_little_room),
        cmocka_unit_test(a_session_with_wide_entries_is_still_read),
        cmocka_unit_test(what_cannot_be_done_again_is_told),
        cmocka_unit_test(a_diverged_training_is_taken_up_again),
        cmocka_unit_test(a_touched_radius_is_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
