/* Points drawn by hand: their edits as text, and a training that goes on while they come and go. */
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/draw.h"
#include "math/trainer.h"

static struct dataset empty;

static int open_empty(void **state)
{
    (void)state;
    return dataset_drawn(1, &empty, NULL) == STATUS_OK ? 0 : -1;
}

static int close_empty(void **state)
{
    (void)state;
    dataset_clear(&empty);
    return 0;
}

static void put(struct experiment *e, const char *key, const char *value)
{
    struct why why = { "" };
    if (experiment_set(e, key, value, &why) != STATUS_OK)
        fail_msg("%s=%s: %s", key, value, why.text);
}

/* Two clouds, class 0 to the left and 1 to the right; `model` is mlp or identity. */
static struct experiment clouds(const char *model, const char *loss, int points)
{
    struct experiment e;
    experiment_init(&e);
    put(&e, "dataset", DRAW_DATASET);
    put(&e, "model", model);
    put(&e, "hidden", "8");
    put(&e, "loss", loss);
    put(&e, "batch", "8");
    for (int i = 0; i < points; i++) {
        char text[64];
        snprintf(
            text, sizeof text, "%d:%.2f:%.2f", i % 2, (i % 2 ? 2 : -2) + 0.1 * (i % 7), 0.3 * (i % 5) - 0.6);
        put(&e, "draw", text);
    }
    return e;
}

static struct trainer *make(const struct experiment *e)
{
    struct trainer *t = NULL;
    struct why why = { "" };
    if (trainer_create(e, &empty, &t, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return t;
}

static void steps(struct trainer *t, int n)
{
    for (int i = 0; i < n; i++)
        trainer_step(t);
}

static void edit(struct trainer *t, const char *key, const char *value)
{
    struct experiment e = *trainer_experiment(t);
    struct why why = { "" };
    put(&e, key, value);
    if (trainer_retune(t, &e, &why) != STATUS_OK)
        fail_msg("%s=%s: %s", key, value, why.text);
}

static const char *list(const struct experiment *e)
{
    static char text[65536];
    experiment_get(e, "draw", text, sizeof text);
    return text;
}

struct bytes_of {
    uint8_t *at;
    size_t size;
};

static struct bytes_of saved(const struct trainer *t)
{
    struct bytes_of b;
    struct why why = { "" };
    if (trainer_save(t, &b.at, &b.size, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return b;
}

static void assert_same_bytes(const struct trainer *a, const struct trainer *b)
{
    struct bytes_of x = saved(a), y = saved(b);
    assert_int_equal(x.size, y.size);
    assert_memory_equal(x.at, y.at, x.size);
    free(x.at);
    free(y.at);
}

/* ---- the text ---- */

static void edits_change_the_list_as_they_say(void **state)
{
    static const char *const rows[][2] = {
        { "0:1:2", "0:1:2" },
        { "9:-1e6:0.1,1:3:4", "0:1:2,9:-1e+06:0.1,1:3:4" },
        { "1+5:0:0", "0:1:2,5:0:0,9:-1e+06:0.1,1:3:4" },
        { "2=2:0.5:0.25", "0:1:2,5:0:0,2:0.5:0.25,1:3:4" },
        { "0-", "5:0:0,2:0.5:0.25,1:3:4" },
        { "0-,0-,1:7:7,0=3:1:1", "3:1:1,1:7:7" },
        { "none", "none" },
    };
    (void)state;
    struct experiment e;
    experiment_init(&e);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        put(&e, "draw", rows[i][0]);
        assert_string_equal(list(&e), rows[i][1]);
    }
}

static void what_is_no_edit_is_refused_by_name_and_changes_nothing(void **state)
{
    static const char *const bad[] = { "", "1", "0:1", "0:1:2:3", "10:1:1", "-1:1:1", "0:x:1", "0:nan:1",
        "0:1:inf", "0:1e7:1", "2=0:1:1", "2-", "2+0:1:1", "0=", "0-1:1:1", "0:1:1,", ",0:1:1", "0:1:1,3-",
        "0:1:1 ", "none,0:1:1", "99999999999-", "0:1:1;0:2:2" };
    (void)state;
    struct experiment e = clouds("mlp", "softmax", 2), before = e;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct why why = { "" };
        if (experiment_set(&e, "draw", bad[i], &why) != STATUS_USAGE)
            fail_msg("\"%s\" was taken", bad[i]);
        assert_ptr_equal(strstr(why.text, "--draw"), why.text);
        assert_memory_equal(&e, &before, sizeof e);
    }
}

static void the_list_ends_at_its_room(void **state)
{
    (void)state;
    struct experiment e = clouds("mlp", "softmax", DRAW_MAX);
    assert_int_equal(e.dot_count, DRAW_MAX);
    assert_int_equal(experiment_set(&e, "draw", "0:1:1", NULL), STATUS_USAGE);
    assert_int_equal(experiment_set(&e, "draw", "5+0:1:1", NULL), STATUS_USAGE);
    put(&e, "draw", "999=3:1:1,0-,1:2:2");
    assert_int_equal(e.dot_count, DRAW_MAX);
}

/* As text and back every float is itself. */
static void a_list_survives_its_text(void **state)
{
    (void)state;
    struct experiment e = clouds("mlp", "softmax", 0), back = e;
    for (int i = 0; i < 300; i++)
        e.dot[e.dot_count++] = (struct dot){ (float)sin(i * 1.7) * 3.3f, (float)cos(i * i) / 7, i % 10 };
    put(&back, "draw", list(&e));
    assert_true(draw_same(&e, &back));
}

static void settings_that_do_not_go_with_drawn_points_are_named(void **state)
{
    static const struct {
        const char *key, *value, *says;
    } rows[] = {
        { "dataset", "moons", "--draw:" },
        { "classes", "0,1", "--classes:" },
        { "holdout", "1", "--holdout:" },
        { "model", "free", "--model free:" },
        { "loss", "l2", "--loss l2:" },
        { "loss", "multilabel", "--loss multilabel:" },
        { "move", "0:1:1", "--move:" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct experiment e = clouds("mlp", "softmax", 4);
        struct why why = { "" };
        put(&e, rows[i].key, rows[i].value);
        assert_int_equal(experiment_check(&e, &why), STATUS_USAGE);
        assert_ptr_equal(strstr(why.text, rows[i].says), why.text);
    }
    struct experiment e = clouds("identity", "hinge", 4);
    assert_int_equal(experiment_check(&e, NULL), STATUS_OK);
    put(&e, "draw", "2:0:0");
    assert_int_equal(experiment_check(&e, NULL), STATUS_USAGE);
}

/* ---- the training ---- */

struct blocks {
    double weight[20], bias[10];
    float feature[4];
};

static struct blocks blocks_of(struct trainer *t)
{
    struct blocks b = { .weight = { 0 } };
    memcpy(b.weight, trainer_block(t, BLOCK_WEIGHT), sizeof b.weight);
    memcpy(b.bias, trainer_block(t, BLOCK_BIAS), sizeof b.bias);
    trainer_features(t, 0, 2, b.feature, NULL);
    return b;
}

static void weights_and_steps_stay_when_points_come_and_go(void **state)
{
    static const char *const edits[] = { "0:-1:1", "3=1:2.5:0.5", "7-", "2+0:-3:0", "5-,5-,5-",
        "1:1:1,1:2:1,0:-2:-1" };
    (void)state;
    struct experiment e = clouds("mlp", "softmax", 20);
    struct trainer *t = make(&e);
    steps(t, 30);
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        struct blocks before = blocks_of(t), after;
        long step = trainer_steps(t);
        edit(t, "draw", edits[i]);
        after = blocks_of(t);
        assert_memory_equal(before.weight, after.weight, sizeof before.weight);
        assert_memory_equal(before.bias, after.bias, sizeof before.bias);
        assert_memory_equal(
            before.feature, after.feature, sizeof before.feature); /* points 0 and 1 never move here */
        assert_int_equal(trainer_steps(t), step);
        steps(t, 5);
        assert_int_equal(trainer_steps(t), step + 5);
    }
    trainer_destroy(t);
}

/* A whole pass sees every point once, however they came and went before it. */
static void a_pass_takes_every_point_once(void **state)
{
    (void)state;
    struct experiment e = clouds("identity", "softmax", 10);
    put(&e, "batch", "4");
    struct trainer *t = make(&e);
    steps(t, 2);
    edit(t, "draw", "3-,0:-1:0.5,8-,2+1:3:3,1:4:4");
    while (trainer_epoch(t) != floor(trainer_epoch(t)))
        trainer_step(t);
    int seen[DRAW_MAX] = { 0 }, count = trainer_experiment(t)->dot_count;
    for (double end = trainer_epoch(t) + 1; trainer_epoch(t) < end;) {
        struct batch_view view;
        trainer_step(t);
        assert_true(trainer_last_batch(t, &view));
        for (int i = 0; i < view.n; i++)
            for (int j = 0; j < count; j++) {
                const struct dot *dot = &trainer_experiment(t)->dot[j];
                seen[j] += (float)view.feature[2 * i] == dot->x && (float)view.feature[2 * i + 1] == dot->y &&
                           view.label[i] == dot->label;
            }
    }
    for (int j = 0; j < count; j++)
        assert_true(seen[j] >= 1);
    assert_int_equal(count, 11);
    trainer_destroy(t);
}

static void a_new_class_begins_at_the_mean_of_its_points(void **state)
{
    (void)state;
    struct experiment e = clouds("identity", "softmax", 20);
    struct trainer *t = make(&e);
    steps(t, 50);
    struct blocks before = blocks_of(t), after;
    edit(t, "draw", "2:0.5:3,2:-0.5:3");
    after = blocks_of(t);
    assert_memory_equal(before.weight, after.weight, 4 * sizeof(double));
    const double *w = after.weight + 4;
    double others = sqrt((before.weight[0] * before.weight[0] + before.weight[1] * before.weight[1] +
                             before.weight[2] * before.weight[2] + before.weight[3] * before.weight[3]) /
                         2);
    assert_close(w[0], 0, 1e-6);
    assert_close(w[1], others, 1e-6);
    assert_string_equal(trainer_message(t), "Class 2 is new: its weight begins at the mean of its points.");
    struct snapshot s;
    snapshot_init(&s);
    assert_int_equal(trainer_snapshot(t, &s), STATUS_OK);
    assert_int_equal(s.classes, 3);
    assert_int_equal(s.count, 22);
    assert_int_equal(s.label[21], 2);
    steps(t, 300);
    assert_int_equal(trainer_snapshot(t, &s), STATUS_OK);
    assert_true(s.train_accuracy > 0.95);
    edit(t, "draw", "21-,20-");
    assert_int_equal(trainer_snapshot(t, &s), STATUS_OK);
    assert_int_equal(s.classes, 2);
    snapshot_clear(&s);
    trainer_destroy(t);
}

static void without_two_classes_the_training_waits(void **state)
{
    (void)state;
    struct experiment e = clouds("mlp", "softmax", 0);
    struct trainer *t = make(&e);
    struct snapshot s;
    struct evaluation all;
    snapshot_init(&s);
    steps(t, 3);
    assert_int_equal(trainer_steps(t), 0);
    assert_string_equal(trainer_message(t), "The training waits for points of two classes.");
    assert_int_equal(trainer_snapshot(t, &s), STATUS_OK);
    assert_int_equal(s.count, 0);
    trainer_map_inputs(t);
    assert_int_equal(trainer_evaluate(t, true, &all), STATUS_OK);
    assert_true(isnan(all.train_loss));
    edit(t, "draw", "0:-1:0");
    edit(t, "draw", "0:-2:0");
    steps(t, 3);
    assert_true(trainer_waits(t));
    assert_int_equal(trainer_steps(t), 0);
    edit(t, "draw", "1:1:0");
    assert_false(trainer_waits(t));
    steps(t, 3);
    assert_int_equal(trainer_steps(t), 3);
    edit(t, "draw", "none");
    steps(t, 3);
    assert_int_equal(trainer_steps(t), 3);
    assert_int_equal(trainer_snapshot(t, &s), STATUS_OK);
    edit(t, "draw", "1:1:0,0:-1:0,2:0:1");
    steps(t, 3);
    assert_int_equal(trainer_steps(t), 6);
    snapshot_clear(&s);
    trainer_destroy(t);
}

/* Every loss for classes and scores, with classes that come and go. */
static void every_loss_goes_on_while_points_come_and_go(void **state)
{
    (void)state;
    for (int i = 0; i < loss_count(); i++) {
        const struct loss *loss = loss_at(i);
        struct experiment e = clouds("mlp", loss->id, 16);
        struct why why = { "" };
        if (loss->family == FAMILY_TERM || loss->untrained || experiment_check(&e, &why) != STATUS_OK)
            continue;
        struct trainer *t = make(&e);
        bool two = loss->task == TASK_SCORE;
        steps(t, 12);
        edit(t, "draw", two ? "0:0:1,1:1:1" : "2:0:3,3:0:-3,2:0.1:3");
        steps(t, 12);
        edit(t, "draw", two ? "0-,0-,3-" : "17-,0:1:1,0-");
        steps(t, 12);
        edit(t, "draw", two ? "1:2:2" : "4:3:0,4:3:0.5");
        steps(t, 12);
        struct snapshot s;
        snapshot_init(&s);
        trainer_map_inputs(t);
        assert_int_equal(trainer_snapshot(t, &s), STATUS_OK);
        if (trainer_steps(t) != 48 || s.diverged)
            fail_msg("%s stands at step %ld", loss->id, trainer_steps(t));
        assert_int_equal(s.classes, two ? 2 : 5);
        snapshot_clear(&s);
        trainer_destroy(t);
    }
}

static void lecture(struct trainer *t)
{
    steps(t, 20);
    edit(t, "draw", "0:-1:1,1:3:1");
    steps(t, 7);
    edit(t, "draw", "3-,5=0:0.1:0.2");
    edit(t, "loss", "arcface");
    steps(t, 7);
    edit(t, "draw", "2:0:3,2:0:3,2:0:3.5");
    edit(t, "add", "center");
    steps(t, 7);
    edit(t, "draw", "3:-3:-3,0-");
    steps(t, 7);
}

static void a_checkpoint_repeats_what_was_drawn(void **state)
{
    (void)state;
    struct experiment e = clouds("mlp", "softmax", 20);
    struct trainer *a = make(&e), *b = make(&e);
    struct why why = { "" };
    lecture(a);
    struct bytes_of kept = saved(a);
    steps(a, 25);
    edit(a, "draw", "4:1:1,7-");
    steps(a, 25);
    edit(b, "draw", "none"); /* of another shape by now */
    if (trainer_load(b, kept.at, kept.size, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    assert_true(draw_classes(trainer_experiment(b)) == 4);
    steps(b, 25);
    edit(b, "draw", "4:1:1,7-");
    steps(b, 25);
    assert_same_bytes(a, b);
    free(kept.at);
    trainer_destroy(a);
    trainer_destroy(b);
}

static void replay(struct trainer *to, const struct trainer *from)
{
    struct why why = { "" };
    for (int i = 0; i < trainer_changes(from); i++) {
        struct change change = journal_change(trainer_journal(from), i);
        steps(to, (int)(change.step - trainer_steps(to)));
        if (trainer_replay(to, &change, &why) != STATUS_OK)
            fail_msg("%s", why.text);
    }
    steps(to, (int)(trainer_steps(from) - trainer_steps(to)));
}

static void the_journal_repeats_what_was_drawn(void **state)
{
    (void)state;
    struct experiment e = clouds("mlp", "softmax", 20);
    struct trainer *a = make(&e), *b = make(&e);
    lecture(a);
    struct experiment many = *trainer_experiment(a), few = clouds("mlp", "arcface", 60);
    for (int i = 0; i < few.dot_count; i++)
        few.dot[i].x += i % 3 ? 0.5f : 0; /* many more than one entry holds, some where points were */
    many.dot_count = few.dot_count;
    memcpy(many.dot, few.dot, sizeof many.dot);
    assert_int_equal(trainer_retune(a, &many, NULL), STATUS_OK);
    steps(a, 10);
    edit(a, "draw", "none");
    edit(a, "draw", "0:1:1,1:2:2");
    steps(a, 10);
    replay(b, a);
    assert_same_bytes(a, b);
    trainer_destroy(a);
    trainer_destroy(b);
}

static void events_say_what_was_done_not_where(void **state)
{
    (void)state;
    static const struct {
        const char *edit, *text;
    } rows[] = { { "0:1:1,1:-2:2", "points drawn" }, { "1-,0-", "points erased" },
        { "0=1:3:3", "points changed" }, { "2:0:-3,0-", "points changed" } };
    struct experiment e = clouds("mlp", "softmax", 20);
    struct trainer *t = make(&e);
    struct snapshot s;
    snapshot_init(&s);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        steps(t, 100);
        edit(t, "draw", rows[i].edit);
        assert_int_equal(trainer_snapshot(t, &s), STATUS_OK);
        assert_int_equal(s.event_count, i + 1);
        assert_string_equal(s.event[i].text, rows[i].text);
        assert_string_equal(s.event[i].from, "");
    }
    snapshot_clear(&s);
    trainer_destroy(t);
}

/* A loss of two classes is taken up after the third has gone, and left before it comes. */
static void losses_and_classes_change_together(void **state)
{
    (void)state;
    struct experiment two = clouds("identity", "hinge", 20), three = clouds("identity", "softmax", 20);
    put(&three, "draw", "2:0:3,2:0.5:3");
    struct trainer *a = make(&two), *b = make(&two);
    steps(a, 5);
    assert_int_equal(trainer_retune(a, &three, NULL), STATUS_OK);
    steps(a, 5);
    assert_int_equal(trainer_retune(a, &two, NULL), STATUS_OK);
    steps(a, 5);
    replay(b, a);
    assert_same_bytes(a, b);
    trainer_destroy(a);
    trainer_destroy(b);
}

static void the_box_holds_all_points_and_rarely_moves(void **state)
{
    (void)state;
    struct experiment e = clouds("mlp", "softmax", 20);
    double box[4];
    draw_box(&e, box);
    assert_close(box[2], 4, 0);
    for (double far = 3; far < 9e5; far *= 1.7) {
        e.dot[0].y = (float)-far;
        draw_box(&e, box);
        assert_true(box[1] < -far && box[1] > -2.2 * far - 4);
        assert_close(box[0], -box[2], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_change_the_list_as_they_say),
        cmocka_unit_test(what_is_no_edit_is_refused_by_name_and_changes_nothing),
        cmocka_unit_test(the_list_ends_at_its_room),
        cmocka_unit_test(a_list_survives_its_text),
        cmocka_unit_test(settings_that_do_not_go_with_drawn_points_are_named),
        cmocka_unit_test(weights_and_steps_stay_when_points_come_and_go),
        cmocka_unit_test(a_pass_takes_every_point_once),
        cmocka_unit_test(a_new_class_begins_at_the_mean_of_its_points),
        cmocka_unit_test(without_two_classes_the_training_waits),
        cmocka_unit_test(every_loss_goes_on_while_points_come_and_go),
        cmocka_unit_test(a_checkpoint_repeats_what_was_drawn),
        cmocka_unit_test(the_journal_repeats_what_was_drawn),
        cmocka_unit_test(events_say_what_was_done_not_where),
        cmocka_unit_test(losses_and_classes_change_together),
        cmocka_unit_test(the_box_holds_all_points_and_rarely_moves),
    };
    return cmocka_run_group_tests(tests, open_empty, close_empty);
}
