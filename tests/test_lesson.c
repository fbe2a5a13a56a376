/* Lessons: the shipped ones are right; what is wrong is refused, with its place and its reason; damage is survived. */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/lesson.h"
#include "render/formula.h"
#include "render/text.h"

static const char *const shipped[] = { "01-logistic-to-softmax", "02-losses-and-outliers",
    "03-softmax-features-fan-out", "04-normalise-the-weights", "05-l-softmax", "06-a-softmax",
    "07-cosface-and-arcface", "08-taming-norms", "09-pairs-and-triplets", "10-open-set-verification" };
enum { SHIPPED = sizeof shipped / sizeof *shipped, ROUNDS = 3000, LONG = 4000 };

static void shipped_path(int i, char *path, size_t size)
{
    snprintf(path, size, "%s/lessons/%s.json", ASSETS_FOLDER, shipped[i]);
}

static struct lesson load_shipped(int i)
{
    char path[1200];
    struct why why = { "" };
    struct lesson lesson = { .count = 0 };
    shipped_path(i, path, sizeof path);
    if (lesson_load(path, &lesson, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return lesson;
}

static enum status parse(const char *text, struct lesson *out, struct why *why)
{
    why->text[0] = 0;
    *out = (struct lesson){ .count = 0 };
    return lesson_parse(text, strlen(text), "file.json", out, why);
}

static struct lesson parse_good(const char *text)
{
    struct why why;
    struct lesson lesson;
    if (parse(text, &lesson, &why) != STATUS_OK)
        fail_msg("%s\n  refused: %s", text, why.text);
    return lesson;
}

/* "WHERE: WHAT; WHAT TO DO" with `part` in it, and nothing given out. */
static void refuse(const char *text, size_t size, const char *part)
{
    struct why why = { "" };
    struct lesson lesson = { .count = -7 };
    if (lesson_parse(text, size, "file.json", &lesson, &why) == STATUS_OK)
        fail_msg("%.300s\n  accepted; it should be refused for \"%s\"", text, part);
    assert_int_equal(lesson.count, -7);
    if (!strstr(why.text, part) || strncmp(why.text, "file.json:", 10) != 0 || !strchr(why.text, ';') ||
        strchr(why.text, '\n'))
        fail_msg("%.300s\n  said: %s\n  wanted in it: %s", text, why.text, part);
}

#define HEAD "{\"marginscope\": 1, \"title\": \"T\", \"steps\": ["
#define STEP "{\"title\": \"A\", \"text\": \"B\""
#define WORDS_16 "a b c d e f g h i j k l m n o p "
#define WORDS_64 WORDS_16 WORDS_16 WORDS_16 WORDS_16
#define WORDS_257 WORDS_64 WORDS_64 WORDS_64 WORDS_64 "q"
#define XX_64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define XX_256 XX_64 XX_64 XX_64 XX_64
#define LESSON(more) HEAD STEP more "}]}"

static void every_shipped_lesson_passes(void **state)
{
    (void)state;
    for (int i = 0; i < SHIPPED; i++) {
        char path[1200];
        struct why why = { "" };
        struct lesson lesson = load_shipped(i);
        shipped_path(i, path, sizeof path);
        if (lesson.count < 4 || lesson.count > 9)
            fail_msg("%s has %d steps, not 4 to 9", shipped[i], lesson.count);
        if (lesson_rehearse(&lesson, path, &why) != STATUS_OK)
            fail_msg("%s", why.text);
        lesson_clear(&lesson);
    }
}

/* Text, formulas and settings are those that were checked: each lesson asks, trains, and says something at each step. */
static void shipped_lessons_ask_and_train(void **state)
{
    (void)state;
    for (int i = 0; i < SHIPPED; i++) {
        struct lesson lesson = load_shipped(i);
        int asks = 0;
        long steps = 0;
        for (int k = 0; k < lesson.count; k++) {
            asks += lesson.step[k].question[0] != 0;
            steps += lesson.step[k].run_steps;
            assert_int_equal(lesson.step[k].question[0] != 0, lesson.step[k].answer[0] != 0);
            assert_true(lesson.step[k].view_count > 0);
        }
        if (asks < 2 || steps < 300)
            fail_msg(
                "%s asks %d times (at least 2) and trains %ld steps (at least 300)", shipped[i], asks, steps);
        lesson_clear(&lesson);
    }
}

static void a_step_is_given_as_plain_values(void **state)
{
    (void)state;
    struct lesson lesson = parse_good(
        HEAD STEP ", \"set\": {\"m\": 0.35, \"loss\": \"cosface\", \"add\": \"ring\", \"ring.lambda\": 0.2, "
                  "\"dataset\": \"blobs\"},"
                  "\"compare\": [{\"m\": 0.1}, {\"loss\": \"softmax\"}], \"views\": [\"sphere\", "
                  "\"curves\"], \"focus\": \"curves\","
                  "\"control\": \"ring.lambda\", \"hide\": [\"panel\", \"param.m\", \"loss.softmax\"],"
                  "\"ask\": {\"question\": \"Q $m$?\", \"answer\": \"**Yes**\"}, \"run_steps\": 300, "
                  "\"pace\": \"max\", \"point\": 7,"
                  "\"sweep\": {\"param\": \"m\", \"from\": 0, \"to\": 0.5, \"seconds\": 6}}, {\"title\": "
                  "\"C\", \"text\": \"D\","
                  "\"set\": {\"m\": 0.2}}, {\"title\": \"E\", \"text\": \"F\", \"from\": \"start\", \"set\": "
                  "{\"m\": 0.1}}]}");
    struct experiment e;
    const struct lesson_step *s = &lesson.step[0];
    assert_int_equal(lesson.count, 3);
    assert_string_equal(s->set.set[0].key, "dataset");
    assert_string_equal(s->set.set[1].key, "loss");
    assert_string_equal(s->set.set[3].key, "m");
    assert_string_equal(s->set.set[3].value, "0.35");
    assert_true(s->view[0] == view_find("sphere") && s->focus == view_find("curves"));
    assert_true(s->from_start && !lesson.step[1].from_start && lesson.step[2].from_start);
    assert_true(s->run_steps == 300 && s->pace == 0 && s->point == 7 && s->hide_count == 3);
    assert_true(lesson.step[1].pace < 0 && lesson.step[1].point == -1 && lesson.step[1].run_steps == 0);
    assert_string_equal(s->control, "ring.lambda");
    assert_string_equal(s->sweep.param, "m");
    assert_close(s->sweep.to, 0.5, 0);

    lesson_experiment(&lesson, 1, &e);
    assert_string_equal(experiment_loss(&e)->id, "cosface");
    assert_close(e.param[e.loss][loss_param_find(experiment_loss(&e), "m")], 0.2, 0);
    assert_string_equal(e.dataset, "blobs");
    lesson_compared(&lesson, 0, 1, &e);
    assert_string_equal(experiment_loss(&e)->id, "softmax");
    lesson_experiment(&lesson, 2, &e);
    assert_string_equal(experiment_loss(&e)->id, "arcface");
    assert_string_equal(e.dataset, "mnist");
    lesson_clear(&lesson);
}

static void a_comparison_may_go_on(void **state)
{
    (void)state;
    struct lesson lesson = parse_good(HEAD STEP ", \"compare\": [{\"m\": 0.1}], \"run_steps\": 9}, " STEP
                                                ", \"compare\": [{\"m\": 0.1}], \"run_steps\": 9}]}");
    assert_true(lesson.step[1].compare_count == 1 && !lesson.step[1].from_start);
    lesson_clear(&lesson);
}

static void data_beside_a_lesson_are_found_there(void **state)
{
    (void)state;
    struct why why = { "" };
    struct lesson lesson = { .count = 0 };
    const char *text =
        LESSON(", \"set\": {\"dataset\": \"points.csv\"}, \"compare\": [{\"dataset\": \"a/b.csv\"}]");
    assert_int_equal(lesson_parse(text, strlen(text), "course/week 1.json", &lesson, &why), STATUS_OK);
    assert_string_equal(lesson.step[0].set.set[0].value, "course/points.csv");
    assert_string_equal(lesson.step[0].compare[0].set[0].value, "course/a/b.csv");
    assert_int_equal(lesson_rehearse(&lesson, "course/week 1.json", &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "week 1.json: steps[0].set: "));
    assert_non_null(strstr(why.text, "course/points.csv"));
    lesson_clear(&lesson);
}

static void a_byte_order_mark_is_no_error(void **state)
{
    (void)state;
    struct lesson lesson = parse_good("\xef\xbb\xbf" LESSON(""));
    assert_int_equal(lesson.count, 1);
    lesson_clear(&lesson);
}

static void what_is_wrong_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } bad[] = {
        { "", "is empty" },
        { "   ", "file.json:1: " },
        { "hello", "file.json:1: " },
        { "{\n\"marginscope\": 1,\n\"title\": }", "file.json:3: " },
        { "{\"marginscope\": 1, \"marginscope\": 1}", "duplicate" },
        { "\xff\xfe{", "file.json:1: " },
        { "{\"marginscope\": 1, \"title\": \"\xc3(\", \"steps\": []}", "file.json:1: " },
        { "[]", "no lesson" },
        { "{}", "has no \"steps\"" },
        { "{\"marginscope\": 1, \"experiment\": {}}", "no lesson" },
        { "{\"title\": \"T\", \"steps\": []}", "marginscope: is missing" },
        { "{\"marginscope\": 2, \"title\": \"T\", \"steps\": []}", "not 1" },
        { "{\"marginscope\": \"1\", \"title\": \"T\", \"steps\": []}", "not 1" },
        { "{\"marginscope\": 1, \"steps\": []}", "title: is missing" },
        { "{\"marginscope\": 1, \"title\": 5, \"steps\": []}", "title: is a number" },
        { "{\"marginscope\": 1, \"title\": \"\", \"steps\": []}", "title: is empty" },
        { "{\"marginscope\": 1, \"title\": \"T\", \"steps\": []}", "steps: 0 of them; give 1 to 50" },
        { "{\"marginscope\": 1, \"title\": \"T\", \"steps\": {}}", "steps: is an object" },
        { "{\"marginscope\": 1, \"title\": \"T\", \"steps\": null}", "steps: is null" },
        { "{\"marginscope\": 1, \"title\": \"T\", \"steps\": [5]}", "steps[0]: is a number" },
        { "{\"marginscope\": 1, \"title\": \"T\", \"pages\": [], \"steps\": []}",
            "pages: unknown key; known are marginscope, title, author, notes, steps" },
        { HEAD "{\"text\": \"B\"}]}", "steps[0].title: is missing" },
        { HEAD "{\"title\": \"A\"}]}", "steps[0].text: is missing" },
        { HEAD "{\"title\": \"A\", \"text\": [\"B\"]}]}", "steps[0].text: is a list" },
        { HEAD "{\"title\": \"A\", \"text\": \"  \"}]}", "steps[0].text: is blank" },
        { HEAD STEP "}, " STEP ", \"colour\": 1}]}",
            "steps[1].colour: unknown key; known are title, text, from" },
        { HEAD "{\"title\": \"A\", \"text\": \"$x_$\"}]}", "steps[0].text: column 1: formula, column 3" },
        { HEAD "{\"title\": \"A\", \"text\": \"ab $\\\\cosh x$\"}]}", "text: column 4: formula, column 1" },
        { HEAD "{\"title\": \"A\", \"text\": \"ab $x\"}]}", "column 4: a formula that is not closed" },
        { HEAD "{\"title\": \"A\", \"text\": \"ab $$\"}]}", "column 4: an empty formula" },
        { HEAD "{\"title\": \"A\", \"text\": \"ab **c\"}]}", "column 4: bold that is not closed" },
        { HEAD "{\"title\": \"A\", \"text\": \"ab ****\"}]}", "column 4: nothing between" },
        { HEAD "{\"title\": \"$\\\\m{$\", \"text\": \"B\"}]}", "steps[0].title: column 1: formula" },
        { HEAD "{\"title\": \"A\", \"text\": \"a\\tb\"}]}", "control character 9" },
        { HEAD "{\"title\": \"A\", \"text\": \"a\\nb\"}]}", "line break" },
        { HEAD "{\"title\": \"A\", \"text\": \"a\\u0000b\"}]}", "file.json:1: " },
        { HEAD "{\"title\": \"A title that goes on and on and has no room left in the strip\", \"text\": "
               "\"B\"}]}",
            "steps[0].title: too long for one line" },
        { LESSON(", \"set\": 5"), "steps[0].set: is a number" },
        { LESSON(", \"set\": {\"dataset\": \"/etc/passwd.csv\"}"), "leads out of the lesson's folder" },
        { LESSON(", \"set\": {\"dataset\": \"../points.csv\"}"), "leads out of the lesson's folder" },
        { LESSON(
              ", \"set\": {\"a name of more letters than any setting of this program can have at all\": 1}"),
            "the name is too long" },
        { LESSON(", \"control\": 5"), "control: is a number; give the name of a parameter" },
        { LESSON(", \"sweep\": 5"), "sweep: is a number; give an object with param, from, to, seconds" },
        { LESSON(", \"sweep\": {\"param\": \"m\", \"from\": \"a\", \"to\": 1, \"seconds\": 2}"),
            "sweep.from: is a text; give a number" },
        { LESSON(", \"ask\": 5"), "ask: is a number; give an object with question and answer" },
        { HEAD "{\"title\": \"A\", \"text\": "
               "\"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmno\"}]}",
            "a word of more than 60 bytes" },
        { HEAD "{\"title\": \"A\", \"text\": \"" WORDS_257 "\"}]}", "more than 256 words" },
        { HEAD "{\"title\": \"A\", \"text\": \"$" XX_256 XX_256 XX_64 "$\"}]}",
            "a formula that is too long" },
        { LESSON(", \"set\": {\"margin\": 0.3}"),
            "steps[0].set.margin: unknown setting; known with arcface" },
        { LESSON(", \"set\": {\"m\": 7}"), "steps[0].set.m: allowed 0 to 1.2" },
        { LESSON(", \"set\": {\"m\": \"wide\"}"), "steps[0].set.m: allowed" },
        { LESSON(", \"set\": {\"m\": null}"), "steps[0].set.m: is null" },
        { LESSON(", \"set\": {\"m\": [1, 2]}"), "steps[0].set.m: is a list" },
        { LESSON(", \"set\": {\"loss\": \"arcfase\"}"), "steps[0].set.loss: unknown" },
        { LESSON(", \"set\": {\"loss\": \"zero_one\"}"), "steps[0].set: zero_one has no gradient" },
        { LESSON(", \"set\": {\"nosuch.m\": 1}"), "steps[0].set.nosuch.m: unknown" },
        { LESSON(", \"set\": {\"lr\": -1}"), "steps[0].set.lr: allowed" },
        { LESSON(", \"set\": {\"feature-dim\": 1}"), "steps[0].set.feature-dim: allowed" },
        { LESSON(", \"set\": {\"loss\": \"triplet\", \"model\": \"identity\"}"),
            "steps[0].set: these settings do not" },
        { LESSON(", \"set\": {\"loss\": \"lsoftmax\", \"m\": 2.5}"), "steps[0].set.m: allowed whole" },
        { LESSON(", \"compare\": []"), "steps[0].compare: must list 1 to 3" },
        { LESSON(", \"compare\": [{}, {}, {}, {}]"), "steps[0].compare: must list 1 to 3" },
        { LESSON(", \"compare\": [{}]"), "steps[0].compare[0]: differs in nothing" },
        { LESSON(", \"set\": {\"loss\": \"ring\"}, \"compare\": [{\"loss\": \"softmax\"}, {\"loss\": "
                 "\"ring\"}]"),
            "steps[0].compare[1]: differs in nothing from the step's own" },
        { LESSON(", \"compare\": [{\"m\": 0.1}, {\"m\": 9}]"), "steps[0].compare[1].m: allowed" },
        { HEAD STEP "}, " STEP ", \"compare\": [{\"m\": 0.1}]}]}",
            "steps[1].compare: a comparison begins with step 0; add \"from\": \"start\"" },
        { HEAD STEP ", \"compare\": [{\"m\": 0.1}]}, " STEP ", \"compare\": [{\"m\": 0.2}]}]}",
            "or repeat the one of steps[0]" },
        { "{\"marginscope\": 1, \"title\": \"a\\nb\", \"steps\": []}", "title: is more than one line" },
        { LESSON(", \"views\": \"feature\""), "steps[0].views: must list 1 to 5" },
        { LESSON(", \"views\": []"), "steps[0].views: must list 1 to 5" },
        { LESSON(", \"views\": [\"feature\", \"plane\"]"),
            "steps[0].views[1]: no view \"plane\"; choose from feature" },
        { LESSON(", \"views\": [5]"), "steps[0].views[0]: is a number" },
        { LESSON(", \"views\": [\"feature\", \"feature\"]"), "is there twice" },
        { LESSON(", \"focus\": \"none\""), "steps[0].focus: no view" },
        { LESSON(", \"views\": [\"feature\"], \"focus\": \"curves\""), "not among the views" },
        { LESSON(", \"control\": \"gamma\""),
            "steps[0].control: no slider \"gamma\" with these settings; choose from s, m, lr" },
        { LESSON(", \"control\": \"ring.lambda\""), "no slider \"ring.lambda\"" },
        { LESSON(", \"hide\": [\"everything\"]"), "steps[0].hide[0]: no control or group" },
        { LESSON(", \"hide\": [\"loss.nothing\"]"), "steps[0].hide[0]: no control" },
        { LESSON(", \"hide\": \"panel\""), "steps[0].hide: must list" },
        { LESSON(", \"ask\": \"Why?\""), "steps[0].ask: is a text" },
        { LESSON(", \"ask\": {\"question\": \"Why?\"}"), "steps[0].ask.answer: is missing" },
        { LESSON(", \"ask\": {\"question\": \"Why?\", \"answer\": \"So.\", \"first\": 1}"),
            "steps[0].ask.first: is a number" },
        { LESSON(", \"ask\": {\"question\": \"Why?\", \"answer\": \"So.\", \"hint\": 1}"),
            "steps[0].ask.hint: unknown key" },
        { LESSON(", \"from\": \"here\""), "steps[0].from: is neither" },
        { LESSON(", \"from\": true"), "steps[0].from: is neither" },
        { LESSON(", \"run_steps\": -1"), "steps[0].run_steps: -1: allowed 0" },
        { LESSON(", \"run_steps\": 1.5"), "steps[0].run_steps: 1.5 is not whole" },
        { LESSON(", \"run_steps\": 1e300"), "steps[0].run_steps: 1e+300: allowed" },
        { LESSON(", \"run_steps\": \"300\""), "steps[0].run_steps: is a text" },
        { LESSON(", \"pace\": 0"), "steps[0].pace: 0: allowed 0.1" },
        { LESSON(", \"pace\": \"fast\""), "steps[0].pace: is a text" },
        { LESSON(", \"point\": 5000"), "steps[0].point: 5000: allowed 0 to 4999" },
        { LESSON(", \"sweep\": {\"param\": \"m\", \"from\": 0, \"to\": 1}"),
            "steps[0].sweep.seconds: is missing" },
        { LESSON(", \"sweep\": {\"param\": \"m\", \"from\": 0, \"to\": 3, \"seconds\": 2}"),
            "steps[0].sweep.to: allowed" },
        { LESSON(", \"sweep\": {\"param\": \"m\", \"from\": 0, \"to\": 0, \"seconds\": 2}"), "another end" },
        { LESSON(", \"sweep\": {\"param\": \"k\", \"from\": 0, \"to\": 1, \"seconds\": 2}"),
            "sweep.param: no slider" },
        { LESSON(", \"sweep\": {\"param\": \"m\", \"from\": 0, \"to\": 1, \"seconds\": 0}"),
            "sweep.seconds: 0: allowed" },
        { LESSON(", \"set\": {\"loss\": \"triplet\"}, \"sweep\": {\"param\": \"mining\", \"from\": 0, "
                 "\"to\": 1, \"seconds\": 2}"),
            "sweep.param: mining is no number" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuse(bad[i].text, strlen(bad[i].text), bad[i].part);
}

/* What is wrong by its size. */
static void the_first_comparison_is_told_to_repeat_none(void **state)
{
    (void)state;
    struct why why;
    struct lesson lesson;
    assert_int_not_equal(
        parse(HEAD STEP "}, " STEP ", \"compare\": [{\"m\": 0.1}]}]}", &lesson, &why), STATUS_OK);
    assert_null(strstr(why.text, "repeat"));
}

static void too_much_is_refused(void **state)
{
    (void)state;
    static char text[200000];
    char *at = text;
    at += sprintf(at, "%s", HEAD);
    for (int i = 0; i < 100; i++)
        at += sprintf(at, "%s%s}", i ? ", " : "", STEP);
    at += sprintf(at, "]}");
    refuse(text, (size_t)(at - text), "steps: 100 of them; give 1 to 50");

    at = text + sprintf(text, HEAD "{\"title\": \"A\", \"text\": \"");
    for (int i = 0; i < 90; i++)
        at += sprintf(at, "margin ");
    at += sprintf(at, "\"}]}");
    refuse(text, (size_t)(at - text), "steps[0].text: too long for four lines");

    at = text + sprintf(text, HEAD "{\"title\": \"A\", \"text\": \"");
    memset(at, 'w', LONG);
    at += LONG;
    at += sprintf(at, "\"}]}");
    refuse(text, (size_t)(at - text), "steps[0].text: 4000 bytes");

    memset(text, '[', sizeof text);
    refuse(text, sizeof text, "file.json:1: ");

    at = text + sprintf(text, "%s", HEAD STEP ", \"set\": {");
    for (int i = 0; i < 30; i++)
        at += sprintf(at, "%s\"%s.%s\": 0.1", i ? ", " : "", i % 2 ? "ring" : "center", "lambda");
    at += sprintf(at, "}}]}");
    refuse(text, (size_t)(at - text), "duplicate");
}

static void a_huge_file_is_refused_before_it_is_read(void **state)
{
    (void)state;
    char path[] = "lesson-huge.json.part";
    struct why why = { "" };
    struct lesson lesson = { .count = 0 };
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < LESSON_BYTES / 1000 + 200; i++)
        fprintf(file, "%1000s", "");
    fclose(file);
    assert_int_equal(lesson_load(path, &lesson, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "more than"));
    remove(path);
    assert_int_equal(lesson_load(path, &lesson, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "cannot be read"));
}

/* Settings that are right one by one may still have no data, or leave a view empty: the rehearsal sees it. */
static void a_rehearsal_finds_what_only_the_data_tell(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } bad[] = {
        { LESSON(", \"set\": {\"classes\": \"0,77\"}"), "file.json: steps[0].set: " },
        { LESSON(", \"set\": {\"dataset\": \"nosuch\"}"), "file.json: steps[0].set: nosuch" },
        { LESSON(", \"set\": {\"dataset\": \"outliers\"}"), "file.json: steps[0].set: " },
        { LESSON(", \"set\": {\"dataset\": \"blobs\"}, \"views\": [\"feature\", \"score\"]"),
            "steps[0].views[1]: " },
        { LESSON(", \"set\": {\"dataset\": \"iris\"}, \"point\": 4000"), "steps[0].point: only 120 samples" },
        { LESSON(", \"set\": {\"dataset\": \"iris\"}, \"compare\": [{\"loss\": \"huber\", \"dataset\": "
                 "\"nosuch\"}]"),
            "file.json: steps[0].compare[0]: nosuch" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct why why = { "" };
        struct lesson lesson = parse_good(bad[i].text);
        if (lesson_rehearse(&lesson, "file.json", &why) == STATUS_OK)
            fail_msg("%s\n  passed the rehearsal; wanted %s", bad[i].text, bad[i].part);
        if (!strstr(why.text, bad[i].part) || !strchr(why.text, ';'))
            fail_msg("%s\n  said: %s\n  wanted in it: %s", bad[i].text, why.text, bad[i].part);
        lesson_clear(&lesson);
    }
}

/* ---- layout ---- */

static void text_is_broken_between_words_only(void **state)
{
    (void)state;
    struct lesson_piece piece[LESSON_PIECES];
    double height;
    int count = lesson_lay("one $x$, **two** three", 24, 1000, false, piece, &height);
    assert_int_equal(count, 5);
    assert_true(piece[1].kind == LESSON_FORMULA && piece[1].space);
    assert_string_equal(piece[2].text, ",");
    assert_false(piece[2].space);
    assert_close(piece[2].x, piece[1].x + piece[1].width, 1e-9);
    assert_true(piece[3].kind == LESSON_BOLD && piece[3].space && piece[4].kind == LESSON_PLAIN);
    assert_close(height, LESSON_PITCH * 24, 1e-9);

    count = lesson_lay("one two three four five six seven", 24, 150, false, piece, &height);
    for (int i = 0; i < count; i++)
        assert_true(piece[i].x + piece[i].width <= 150);
    assert_true(height > 2 * LESSON_PITCH * 24 && piece[count - 1].y > piece[0].y);
}

static void tall_formulas_get_room(void **state)
{
    (void)state;
    struct lesson_piece piece[LESSON_PIECES];
    double flat, tall;
    lesson_lay("a $x$ b", 24, 1000, false, piece, &flat);
    lesson_lay("a $\\frac{1}{x_2}$ b", 24, 1000, false, piece, &tall);
    struct formula_size size = formula_measure("\\frac{1}{x_2}", 24);
    assert_true(tall > flat && tall >= size.ascent + size.descent);
}

/* ---- damage ---- */

static unsigned random_state;

static unsigned draw(unsigned below)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % below;
}

static char *read_whole(int i, size_t *size)
{
    char path[1200];
    shipped_path(i, path, sizeof path);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = malloc(LESSON_BYTES);
    assert_non_null(text);
    *size = fread(text, 1, LESSON_BYTES, file);
    fclose(file);
    return text;
}

/* Flipped bytes, cuts and doubled pieces: refused in one line, or still a lesson. */
static void damage(char *text, size_t *size)
{
    switch (draw(4)) {
    case 0:
        *size = draw((unsigned)*size);
        break;
    case 1: {
        size_t from = draw((unsigned)*size), to = draw((unsigned)*size);
        text[to] = text[from];
        break;
    }
    default:
        for (unsigned n = 1 + draw(3); n > 0; n--)
            text[draw((unsigned)*size)] ^= (char)(1u << draw(8));
    }
}

static void damaged_lessons_do_no_harm(void **state)
{
    (void)state;
    random_state = 5;
    int refused = 0, still_good = 0;
    for (int round = 0; round < ROUNDS; round++) {
        size_t size;
        struct why why = { "" };
        struct lesson lesson = { .count = 0 };
        char *text = read_whole(round % SHIPPED, &size);
        damage(text, &size);
        if (lesson_parse(text, size, "f", &lesson, &why) == STATUS_OK) {
            still_good++;
            assert_in_range(lesson.count, 1, LESSON_STEPS);
        } else {
            refused++;
            if (strncmp(why.text, "f:", 2) != 0 || strchr(why.text, '\n') || !strchr(why.text, ';'))
                fail_msg("round %d said: %s", round, why.text);
        }
        lesson_clear(&lesson);
        free(text);
    }
    assert_true(refused > ROUNDS / 4 && still_good > ROUNDS / 20);
}

static int start(void **state)
{
    (void)state;
    struct why why = { "" };
    enum status status = text_start(&why);
    if (status != STATUS_OK)
        print_error("%s\n", why.text);
    return status != STATUS_OK;
}

static int stop(void **state)
{
    (void)state;
    text_stop();
    return 0;
}

static void a_group_hides_what_is_in_it(void **state)
{
    (void)state;
    assert_true(lesson_covers("transport", "play") && lesson_covers("transport", "pace"));
    assert_true(lesson_covers("params", "param.m") && lesson_covers("param.m", "param.m"));
    assert_true(lesson_covers("panel", "param.ring.lambda") && lesson_covers("panel", "loss.arcface"));
    assert_true(lesson_covers("terms", "param.ring.lambda") && lesson_covers("timeline", "branch"));
    assert_false(lesson_covers("terms", "param.m") || lesson_covers("training", "param.m"));
    assert_false(lesson_covers("param.m", "param.s") || lesson_covers("tabs", "play"));
    for (int i = 0; lesson_group(i); i++)
        assert_true(lesson_hideable(lesson_group(i)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shipped_lesson_passes),
        cmocka_unit_test(shipped_lessons_ask_and_train),
        cmocka_unit_test(a_step_is_given_as_plain_values),
        cmocka_unit_test(a_comparison_may_go_on),
        cmocka_unit_test(data_beside_a_lesson_are_found_there),
        cmocka_unit_test(a_byte_order_mark_is_no_error),
        cmocka_unit_test(what_is_wrong_is_refused_with_its_place),
        cmocka_unit_test(the_first_comparison_is_told_to_repeat_none),
        cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(a_huge_file_is_refused_before_it_is_read),
        cmocka_unit_test(a_rehearsal_finds_what_only_the_data_tell),
        cmocka_unit_test(text_is_broken_between_words_only),
        cmocka_unit_test(tall_formulas_get_room),
        cmocka_unit_test(a_group_hides_what_is_in_it),
        cmocka_unit_test(damaged_lessons_do_no_harm),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
