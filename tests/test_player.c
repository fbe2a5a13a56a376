/* The player without a window: shipped lessons clicked through on a real trainer, forwards and back. */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/dataset_open.h"
#include "app/player.h"
#include "math/trainer.h"
#include "render/text.h"

static const char *const shipped[] = { "01-logistic-to-softmax", "02-losses-and-outliers",
    "03-softmax-features-fan-out", "04-normalise-the-weights", "05-l-softmax", "06-a-softmax",
    "07-cosface-and-arcface", "08-taming-norms", "09-pairs-and-triplets", "10-open-set-verification" };
enum { SHIPPED = sizeof shipped / sizeof *shipped, TURNS = 200 };

static struct lesson load(int i)
{
    char path[1200];
    struct why why = { "" };
    struct lesson lesson = { .count = 0 };
    snprintf(path, sizeof path, "%s/lessons/%s.json", ASSETS_FOLDER, shipped[i]);
    if (lesson_load(path, &lesson, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return lesson;
}

static struct lesson parse(const char *text)
{
    struct why why = { "" };
    struct lesson lesson = { .count = 0 };
    if (lesson_parse(text, strlen(text), "test.json", &lesson, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return lesson;
}

/* A training that does as it is told, at once. */
struct school {
    struct player player;
    struct experiment set;
    struct dataset data;
    struct trainer *trainer;
    struct player_now now;
    long until;
    double pace;
};

static void school_open(struct school *s, struct lesson lesson)
{
    *s = (struct school){ .until = 0 };
    experiment_init(&s->set);
    player_open(&s->player, &lesson);
    s->now = (struct player_now){ .arrived = true, .set = &s->set };
}

static void school_close(struct school *s)
{
    trainer_destroy(s->trainer);
    dataset_clear(&s->data);
    player_close(&s->player);
}

static void rebuild(struct school *s)
{
    struct why why = { "" };
    trainer_destroy(s->trainer);
    dataset_clear(&s->data);
    s->trainer = NULL;
    if (dataset_open(&s->set, &s->data, &why) != STATUS_OK ||
        trainer_create(&s->set, &s->data, &s->trainer, &why) != STATUS_OK)
        fail_msg("%s", why.text);
}

static void carry_out(struct school *s, const struct player_order *order)
{
    struct why why = { "" };
    if (order->set)
        s->set = order->experiment;
    if (order->set && (order->anew || !s->trainer))
        rebuild(s);
    else if (order->set && trainer_retune(s->trainer, &s->set, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    s->until = order->until;
    s->pace = order->pace;
    s->now.running = true;
    s->now.arrived = false;
}

/* At most `most` training steps. */
static void train(struct school *s, long most)
{
    while (most-- > 0 && trainer_steps(s->trainer) < s->until && !trainer_diverged(s->trainer))
        trainer_step(s->trainer);
    s->now.step = trainer_steps(s->trainer);
    s->now.arrived = s->now.step >= s->until || trainer_diverged(s->trainer);
    s->now.running = !s->now.arrived;
}

/* Everything there is to do, to its end. */
static void settle(struct school *s)
{
    struct player_order order;
    for (int i = 0; i < TURNS; i++) {
        while (player_turn(&s->player, &s->now, &order)) {
            carry_out(s, &order);
            train(s, order.until + 1);
        }
        train(s, s->until + 1);
        if (s->now.arrived && s->player.at == s->player.step)
            return;
    }
    fail_msg("step %d is never reached", s->player.step + 1);
}

static uint8_t *bytes_of(const struct school *s, size_t *size)
{
    uint8_t *bytes = NULL;
    struct why why = { "" };
    if (trainer_save(s->trainer, &bytes, size, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return bytes;
}

static void page_down_alone_ends_at_the_last_step_of_every_shipped_lesson(void **state)
{
    (void)state;
    for (int i = 0; i < SHIPPED; i++) {
        struct lesson lesson = load(i);
        struct player player;
        struct experiment set;
        struct player_order order;
        int presses = 0;
        long step = 0;
        player_open(&player, &lesson);
        experiment_init(&set);
        for (bool more = true; more; presses += more) {
            struct player_now now = { .step = step, .arrived = true, .set = &set };
            while (player_turn(&player, &now, &order)) {
                set = order.set ? order.experiment : set;
                step = now.step = order.until;
            }
            if (player.at != player.step)
                fail_msg("%s: the training stays behind at step %d", shipped[i], player.at + 1);
            more = player_next(&player);
        }
        assert_int_equal(player.step, player.lesson.count - 1);
        assert_int_equal(presses, player.lesson.count - 1);
        assert_false(player_next(&player));
        assert_int_equal(player.step, player.lesson.count - 1);
        player_close(&player);
    }
}

static void compare_states(struct school *s, const struct experiment *set, const uint8_t *bytes, size_t size)
{
    size_t again_size;
    uint8_t *again = bytes_of(s, &again_size);
    if (memcmp(&s->set, set, sizeof *set) != 0)
        fail_msg("step %d: other settings", s->player.step + 1);
    if (again_size != size || memcmp(again, bytes, size) != 0)
        fail_msg("step %d: another training", s->player.step + 1);
    free(again);
}

/* The first lesson: scores, a rebuild and a switch of the loss, without a network. */
static void page_up_leads_to_the_same_bytes(void **state)
{
    (void)state;
    struct school s;
    uint8_t *bytes[LESSON_STEPS] = { NULL };
    size_t size[LESSON_STEPS] = { 0 };
    static struct experiment set[LESSON_STEPS];
    school_open(&s, load(0));
    int count = s.player.lesson.count;
    for (int i = 0; i < count; i++) {
        settle(&s);
        assert_int_equal(s.player.step, i);
        bytes[i] = bytes_of(&s, &size[i]);
        set[i] = s.set;
        player_next(&s.player);
    }
    for (int i = count - 2; i >= 0; i--) {
        assert_true(player_back(&s.player));
        settle(&s);
        assert_int_equal(s.player.step, i);
        compare_states(&s, &set[i], bytes[i], size[i]);
    }
    assert_false(player_back(&s.player));
    assert_true(player_goto(&s.player, count - 1)); /* and all the way forward again */
    settle(&s);
    compare_states(&s, &set[count - 1], bytes[count - 1], size[count - 1]);
    for (int i = 0; i < count; i++)
        free(bytes[i]);
    school_close(&s);
}

static const char *const two_steps = "{\"marginscope\": 1, \"title\": \"t\", \"steps\": ["
                                     "{\"title\": \"a\", \"text\": \"a\", \"set\": {\"dataset\": "
                                     "\"two-blobs\", \"model\": \"identity\", \"loss\": "
                                     "\"hinge\"}, \"run_steps\": 100, \"pace\": 20},"
                                     "{\"title\": \"b\", \"text\": \"b\", \"run_steps\": 50, \"ask\": "
                                     "{\"question\": \"q\", \"answer\": \"a\"}},"
                                     "{\"title\": \"c\", \"text\": \"c\", \"from\": \"start\", \"set\": "
                                     "{\"dataset\": \"two-blobs\", \"model\": "
                                     "\"identity\", \"loss\": \"logistic\"}}]}";

static void what_is_unfinished_is_finished_first_at_max_pace(void **state)
{
    (void)state;
    struct school s;
    struct player_order order;
    school_open(&s, parse(two_steps));
    assert_true(player_turn(&s.player, &s.now, &order));
    assert_true(order.set && order.anew && order.until == 100 && order.pace == 20);
    carry_out(&s, &order);
    train(&s, 30);
    assert_false(player_turn(&s.player, &s.now, &order));
    assert_false(player_behind(&s.player, &s.now));

    player_next(&s.player);
    assert_true(player_behind(&s.player, &s.now));
    assert_close(player_share(&s.player, &s.now), 0.3, 1e-12);
    assert_true(player_turn(&s.player, &s.now, &order));
    assert_true(!order.set && order.until == 100 && order.pace == 0);
    carry_out(&s, &order);
    train(&s, 10);
    assert_false(player_turn(&s.player, &s.now, &order)); /* it is under way */
    train(&s, 1000);
    assert_int_equal(s.now.step, 100);
    assert_true(player_turn(&s.player, &s.now, &order));
    assert_true(order.set && !order.anew && order.until == 150 && order.pace == 20);
    school_close(&s);
}

static void paused_on_the_way_it_still_arrives(void **state)
{
    (void)state;
    struct school s;
    struct player_order order;
    school_open(&s, parse(two_steps));
    player_turn(&s.player, &s.now, &order);
    carry_out(&s, &order);
    train(&s, 5);
    s.now.running = false; /* Space */
    player_next(&s.player);
    settle(&s);
    assert_int_equal(s.player.at, 1);
    assert_int_equal(s.now.step, 150);
    school_close(&s);
}

/* Trained on beyond the end of a step, the next one takes it from there; going back does not know of it. */
static void steps_of_the_hand_are_kept_going_on_and_forgotten_going_back(void **state)
{
    (void)state;
    struct school s;
    school_open(&s, parse(two_steps));
    settle(&s);
    s.until = 130;
    train(&s, 1000);
    assert_int_equal(s.now.step, 130);
    player_next(&s.player);
    settle(&s);
    assert_int_equal(s.now.step, 180);
    player_back(&s.player);
    settle(&s);
    assert_int_equal(s.now.step, 100);
    school_close(&s);
}

static bool first_is_kept(void *user, int step)
{
    (void)user;
    return step == 0;
}

/* What its owner has kept is not gone through again. */
static void back_to_a_kept_end_no_step_is_made_anew(void **state)
{
    (void)state;
    struct school s;
    struct player_order order;
    school_open(&s, parse(two_steps));
    settle(&s);
    player_next(&s.player);
    settle(&s);
    s.now.marked = first_is_kept;
    player_back(&s.player);
    assert_true(player_behind(&s.player, &s.now) || s.player.at < s.player.step);
    assert_true(player_turn(&s.player, &s.now, &order));
    assert_int_equal(order.recall, 0);
    assert_int_equal(order.until, 100);
    s.now.step = 100;
    assert_false(player_turn(&s.player, &s.now, &order));
    assert_false(player_behind(&s.player, &s.now));
    player_next(&s.player); /* on from there as ever */
    assert_true(player_turn(&s.player, &s.now, &order));
    assert_int_equal(order.recall, -1);
    assert_int_equal(order.until, 150);
    player_goto(&s.player, 1); /* on the way to a step after it */
    assert_true(player_turn(&s.player, &s.now, &order));
    assert_int_equal(order.recall, 0);
    assert_int_equal(s.player.at, 0);
    assert_true(player_turn(&s.player, &s.now, &order));
    assert_true(order.set && order.recall < 0 && order.until == 150);
    school_close(&s);
}

static void an_answer_waits_until_it_is_shown(void **state)
{
    (void)state;
    struct school s;
    school_open(&s, parse(two_steps));
    assert_false(player_waits(&s.player));
    player_next(&s.player);
    assert_true(player_waits(&s.player));
    s.player.revealed = true;
    assert_false(player_waits(&s.player));
    player_next(&s.player);
    player_back(&s.player);
    assert_true(player_waits(&s.player)); /* the next class has not seen it */
    school_close(&s);
}

/* Where the picture would give the answer away the training stands until it is shown; a player without anyone to ask goes
 * straight on. */
static void asked_first_the_training_waits_for_the_answer(void **state)
{
    (void)state;
    struct school s;
    struct player_order order;
    for (int asking = 0; asking < 2; asking++) {
        school_open(&s, parse(two_steps));
        s.player.lesson.step[1].ask_first = true;
        s.now.asking = asking;
        settle(&s);
        player_next(&s.player);
        settle(&s);
        assert_int_equal(s.now.step, asking ? 100 : 150);
        s.player.revealed = true;
        assert_true(player_turn(&s.player, &s.now, &order) == asking);
        if (asking) {
            assert_true(!order.set && !order.anew && order.until == 150 && order.pace == 20);
            carry_out(&s, &order);
        }
        settle(&s);
        assert_int_equal(s.now.step, 150);
        school_close(&s);
    }
}

/* Nobody wants the answer: the step's training is made up for before the next begins, also on the way back. */
static void passed_over_a_held_training_is_made_up_for(void **state)
{
    (void)state;
    struct school s, plain;
    school_open(&s, parse(two_steps));
    school_open(&plain, parse(two_steps));
    s.player.lesson.step[1].ask_first = s.now.asking = true;
    for (int i = 0; i < 2; i++) {
        settle(&s);
        settle(&plain);
        assert_int_equal(player_next(&s.player), player_next(&plain.player));
    }
    settle(&s);
    settle(&plain);
    assert_int_equal(s.player.ends[1], 150);
    assert_false(s.player.held);
    player_back(&s.player);
    player_back(&plain.player);
    settle(&s);
    settle(&plain);
    assert_int_equal(s.now.step, 150);
    size_t size;
    uint8_t *bytes = bytes_of(&plain, &size);
    compare_states(&s, &plain.set, bytes, size);
    free(bytes);
    school_close(&s);
    school_close(&plain);
}

static void a_step_that_names_no_pace_keeps_the_one_before(void **state)
{
    (void)state;
    struct school s;
    school_open(&s, parse(two_steps));
    assert_true(player_pace(&s.player, 0) == 20);
    assert_true(player_pace(&s.player, 2) == 20);
    school_close(&s);
}

static int open_text(void **state)
{
    struct why why = { "" };
    (void)state;
    return text_start(&why) == STATUS_OK ? 0 : -1;
}

static int close_text(void **state)
{
    (void)state;
    text_stop();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(page_down_alone_ends_at_the_last_step_of_every_shipped_lesson),
        cmocka_unit_test(page_up_leads_to_the_same_bytes),
        cmocka_unit_test(what_is_unfinished_is_finished_first_at_max_pace),
        cmocka_unit_test(paused_on_the_way_it_still_arrives),
        cmocka_unit_test(steps_of_the_hand_are_kept_going_on_and_forgotten_going_back),
        cmocka_unit_test(back_to_a_kept_end_no_step_is_made_anew),
        cmocka_unit_test(an_answer_waits_until_it_is_shown),
        cmocka_unit_test(asked_first_the_training_waits_for_the_answer),
        cmocka_unit_test(passed_over_a_held_training_is_made_up_for),
        cmocka_unit_test(a_step_that_names_no_pace_keeps_the_one_before),
    };
    return cmocka_run_group_tests(tests, open_text, close_text);
}
