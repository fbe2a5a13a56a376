/* Sessions: what is saved comes back to the byte, goes on as if never interrupted, and what is wrong is refused. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <SDL.h>

#include "app/json_line.h"
#include "app/npy.h"
#include "app/pack.h"
#include "app/session.h"
#include "app/worker.h"
#include "math/rng.h"
#include "tests/support/training.h"

enum { TEXT = 1 << 17, SETTING = 1 << 16 };

static char folder[] = P_tmpdir "/session-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[4][256];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static struct experiment small(const char *loss)
{
    struct experiment e;
    experiment_init(&e);
    set(&e, "dataset", "blobs");
    set(&e, "hidden", "8");
    set(&e, "loss", loss);
    e.points = 100;
    e.batch = 32;
    return e;
}

static struct trainer *begin(const struct experiment *e, const struct dataset *data)
{
    struct trainer *t = NULL;
    struct why why = { "" };
    return trainer_create(e, data, &t, &why) == STATUS_OK ? t : NULL;
}

static struct session *take(const char *path, struct trainer *t, const struct dataset *data)
{
    struct why why = { "" };
    struct session *s = session_create(path);
    s->data = session_data_of(data);
    s->opened = true;
    if (session_take(s, t, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return s;
}

static char *print(const struct session *s)
{
    char *text = NULL;
    size_t size = 0;
    struct why why = { "" };
    FILE *to = open_memstream(&text, &size);
    if (session_print(s, to, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    fclose(to);
    return text;
}

static struct session *parse(const char *text, const char *path)
{
    struct session *s = NULL;
    struct why why = { "" };
    if (session_parse(text, path, &s, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return s;
}

static struct trainer *restore(const struct session *s, int i, const struct dataset *data)
{
    struct trainer *t = NULL;
    struct why why = { "" };
    if (session_restore(s, i, data, &t, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return t;
}

static void assert_same_bytes(const struct trainer *a, const struct trainer *b, const char *what)
{
    uint8_t *left, *right;
    size_t left_size, right_size;
    assert_int_equal(trainer_save(a, &left, &left_size, NULL), STATUS_OK);
    assert_int_equal(trainer_save(b, &right, &right_size, NULL), STATUS_OK);
    if (left_size != right_size || memcmp(left, right, left_size) != 0)
        fail_msg("%s: not the same bytes", what);
    free(left);
    free(right);
}

static void assert_same_setting(const struct experiment *a, const struct experiment *b, const char *key)
{
    static char left[SETTING], right[SETTING];
    assert_true(experiment_get(a, key, left, sizeof left));
    assert_true(experiment_get(b, key, right, sizeof right));
    if (strcmp(left, right) != 0)
        fail_msg("%s: %.100s, want %.100s", key, left, right);
}

/* ---- what comes back ---- */

static void every_setting_comes_back(void **state)
{
    (void)state;
    struct experiment e;
    char key[64];
    experiment_init(&e);
    static const char *const setting[][2] = { { "dataset", "spirals" }, { "classes", "0,1" },
        { "hidden", "12,7" }, { "seed", "18446744073709551615" }, { "loss", "cosface" },
        { "optimizer", "momentum" }, { "lr", "0.012345678901234567" }, { "momentum", "0.5" },
        { "weight-decay", "0.001" }, { "clip", "3" }, { "batch", "17" }, { "warmup", "3,4" },
        { "anneal", "off" }, { "points", "77" }, { "split", "test" }, { "add", "center,ring" },
        { "move", "3:0.1:-0.30000000000000004" }, { "weighted_softmax.class_weights", "1:0.5:3" } };
    for (size_t i = 0; i < sizeof setting / sizeof *setting; i++)
        set(&e, setting[i][0], setting[i][1]);
    for (int l = 0; l < loss_count(); l++)
        for (int p = 0; p < loss_param_count(loss_at(l)); p++)
            if (loss_at(l)->param[p].kind == PARAM_LINEAR)
                e.param[l][p] =
                    loss_at(l)->param[p].min + (loss_at(l)->param[p].max - loss_at(l)->param[p].min) / 3;
    struct session *s = session_create("a.json");
    session_plan(s, &e);
    char *text = print(s);
    struct session *back = parse(text, "a.json");
    for (int i = 0; i < experiment_key_count(); i++)
        assert_same_setting(&back->training[0].experiment, &e, experiment_key(i));
    for (int l = 0; l < loss_count(); l++)
        for (int p = 0; p < loss_param_count(loss_at(l)); p++) {
            snprintf(key, sizeof key, "%s.%s", loss_at(l)->id, loss_at(l)->param[p].id);
            assert_same_setting(&back->training[0].experiment, &e, key);
        }
    free(text);
    session_destroy(s);
    session_destroy(back);
}

/* With a change of a parameter on the way, and one after. */
static void every_loss_goes_on_to_the_same_bytes(void **state)
{
    (void)state;
    int tried = 0;
    for (int i = 0; i < loss_count(); i++) {
        const struct loss *loss = loss_at(i);
        struct experiment e = small(loss->id);
        if (loss->task == TASK_SCORE)
            set(&e, "classes", "0,1");
        struct dataset data = open_data(&e);
        struct trainer *t = loss->untrained ? NULL : begin(&e, &data);
        if (!t) {
            dataset_clear(&data);
            continue;
        }
        steps(t, 21);
        struct experiment other = e;
        other.lr = 0.002;
        assert_int_equal(trainer_retune(t, &other, NULL), STATUS_OK);
        steps(t, 20);
        struct session *s = take("a.json", t, &data), *back;
        char *text = print(s), *again;
        back = parse(text, "a.json");
        again = print(back);
        assert_string_equal(text, again);
        struct trainer *u = restore(back, 0, &data);
        other.lr = 0.0005;
        assert_int_equal(trainer_retune(t, &other, NULL), STATUS_OK);
        assert_int_equal(trainer_retune(u, &other, NULL), STATUS_OK);
        steps(t, 15);
        steps(u, 15);
        assert_same_bytes(t, u, loss->id);
        trainer_destroy(t);
        trainer_destroy(u);
        session_destroy(s);
        session_destroy(back);
        free(text);
        free(again);
        dataset_clear(&data);
        tried++;
    }
    assert_true(tried >= 30);
}

/* Mined pairs, the curve, everything a picture is made of. */
static void the_picture_is_the_same(void **state)
{
    (void)state;
    struct experiment e = small("triplet");
    struct dataset data = open_data(&e);
    struct trainer *t = begin(&e, &data);
    struct snapshot *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);
    snapshot_init(a);
    snapshot_init(b);
    steps(t, 10);
    assert_int_equal(trainer_snapshot(t, a), STATUS_OK);
    struct session *s = take("a.json", t, &data);
    struct trainer *u = restore(s, 0, &data);
    assert_int_equal(trainer_snapshot(t, a), STATUS_OK);
    assert_int_equal(trainer_snapshot(u, b), STATUS_OK);
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->feature, b->feature, (size_t)(a->count * a->dim) * sizeof *a->feature);
    assert_true(a->link_count > 0);
    assert_int_equal(a->link_count, b->link_count);
    assert_memory_equal(a->link, b->link, (size_t)a->link_count * sizeof *a->link);
    assert_int_equal(a->curve_count, b->curve_count);
    snapshot_clear(a);
    snapshot_clear(b);
    free(a);
    free(b);
    trainer_destroy(t);
    trainer_destroy(u);
    session_destroy(s);
    dataset_clear(&data);
}

/* ---- names of data ---- */

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
}

static const char table[] =
    "x,y,label\n1,2,a\n2,1,a\n3,3,a\n1,1,a\n2,2,a\n9,8,b\n8,8,b\n7,9,b\n8,7,b\n9,9,b\n";

static struct session *save_table(const char *data_path, const char *session_path)
{
    struct experiment e = small("softmax");
    set(&e, "dataset", data_path);
    struct dataset data = open_data(&e);
    struct trainer *t = begin(&e, &data);
    steps(t, 5);
    struct session *s = take(session_path, t, &data);
    struct why why = { "" };
    if (session_write(s, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    trainer_destroy(t);
    dataset_clear(&data);
    return s;
}

static void the_folder_can_be_moved_with_its_data(void **state)
{
    (void)state;
    mkdir(in_folder("here"), 0755);
    write_file(in_folder("here/points.csv"), table);
    struct session *s = save_table(in_folder("here/points.csv"), in_folder("here/a.json"));
    assert_string_equal(s->training[0].experiment.dataset, "points.csv");
    session_destroy(s);
    assert_int_equal(rename(in_folder("here"), in_folder("there")), 0);
    struct why why = { "" };
    assert_int_equal(session_read(in_folder("there/a.json"), &s, &why), STATUS_OK);
    struct dataset data = { 0 };
    if (session_open_data(s, NULL, &data, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    struct trainer *t = restore(s, 0, &data);
    assert_string_equal(trainer_experiment(t)->dataset, in_folder("there/points.csv"));
    assert_int_equal(trainer_steps(t), 5);
    trainer_destroy(t);
    dataset_clear(&data);
    session_destroy(s);
}

static void data_elsewhere_are_named_in_full(void **state)
{
    (void)state;
    mkdir(in_folder("apart"), 0755);
    write_file(in_folder("apart.csv"), table);
    struct session *s = save_table(in_folder("apart.csv"), in_folder("apart/a.json"));
    assert_string_equal(s->training[0].experiment.dataset, in_folder("apart.csv"));
    session_destroy(s);
}

/* What is gone has a full name too. */
static void missing_data_are_named_in_full(void **state)
{
    (void)state;
    char here[PATH_MAX], want[PATH_MAX + 16];
    struct experiment e = small("softmax");
    set(&e, "dataset", "gone.csv");
    struct session *s = session_create(in_folder("a.json"));
    session_plan(s, &e);
    assert_non_null(getcwd(here, sizeof here));
    snprintf(want, sizeof want, "%s/gone.csv", here);
    assert_string_equal(s->training[0].experiment.dataset, want);
    session_destroy(s);
}

/* Beside a session of a long path the data have a longer one. */
static void a_path_of_data_has_its_limit(void **state)
{
    (void)state;
    char path[SESSION_PATH / 2 + 16], name[SESSION_PATH / 2 + 1];
    memset(path, 'p', sizeof path);
    memset(name, 'n', sizeof name);
    strcpy(path + sizeof path - 8, "/a.json");
    name[sizeof name - 1] = '\0';
    struct session *s = session_create(path);
    struct experiment e = small("softmax");
    struct why why = { "" };
    set(&e, "dataset", name);
    assert_int_equal(session_experiment(s, &e, &e, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "the path of its data is too long from here; move both"));
    session_destroy(s);
}

static void write_array(
    const char *path, const char *type, size_t item, size_t rows, size_t wide, const void *at)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    npy_write(file, &(struct npy){ type, item, wide > 1 ? 2 : 1, { rows, wide } }, at);
    assert_int_equal(fclose(file), 0);
}

/* The weights that came with them are of the data. */
static void weights_that_changed_are_refused(void **state)
{
    (void)state;
    const float x[6] = { 1, 0, 0, 1, 1, 1 };
    float rows[4] = { 1, 0, 0, 1 };
    const int32_t y[3] = { 0, 1, 1 };
    write_array(in_folder("x.npy"), "<f4", 4, 3, 2, x);
    write_array(in_folder("y.npy"), "<i4", 4, 3, 1, y);
    write_array(in_folder("w.npy"), "<f4", 4, 2, 2, rows);
    struct experiment e = small("softmax");
    set(&e, "features-npy", in_folder("x.npy"));
    set(&e, "labels-npy", in_folder("y.npy"));
    set(&e, "weights-npy", in_folder("w.npy"));
    struct dataset data = open_data(&e), other = { 0 };
    struct session *s = session_create(in_folder("w.json"));
    struct why why = { "" };
    session_plan(s, &e);
    s->data = session_data_of(&data);
    s->opened = true;
    if (session_open_data(s, NULL, &other, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    dataset_clear(&other);
    rows[3] = 0.5f;
    write_array(in_folder("w.npy"), "<f4", 4, 2, 2, rows);
    assert_int_equal(session_open_data(s, NULL, &other, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "holds other values"));
    dataset_clear(&data);
    session_destroy(s);
}

static void expect_refusal(const char *path, const char *part)
{
    struct session *s = NULL;
    struct dataset data = { 0 };
    struct why why = { "" };
    assert_int_equal(session_read(path, &s, &why), STATUS_OK);
    assert_int_not_equal(session_open_data(s, NULL, &data, &why), STATUS_OK);
    if (!strstr(why.text, part) || strncmp(why.text, path, strlen(path)) != 0)
        fail_msg("%s", why.text);
    session_destroy(s);
}

static void data_that_changed_are_refused(void **state)
{
    (void)state;
    write_file(in_folder("own.csv"), table);
    session_destroy(save_table(in_folder("own.csv"), in_folder("own.json")));
    write_file(in_folder("own.csv"), "x,y,label\n1,2,a\n2,1,a\n9,8,b\n8,8,b\n");
    expect_refusal(in_folder("own.json"), "the data have changed: own.csv had 10 rows");
    char other[sizeof table];
    strcpy(other, table);
    *strstr(other, "7,9") = '6';
    write_file(in_folder("own.csv"), other);
    expect_refusal(in_folder("own.json"), "holds other values");
    unlink(in_folder("own.csv"));
    expect_refusal(in_folder("own.json"), "cannot be opened");
}

/* ---- what is refused ---- */

static char *good_text(void)
{
    struct experiment e = small("arcface");
    struct dataset data = open_data(&e);
    struct trainer *t = begin(&e, &data);
    steps(t, 12);
    set(&e, "m", "0.5");
    assert_int_equal(trainer_retune(t, &e, NULL), STATUS_OK);
    steps(t, 12);
    struct session *s = take("bad.json", t, &data);
    s->arranged = true;
    char *text = print(s);
    trainer_destroy(t);
    session_destroy(s);
    dataset_clear(&data);
    return text;
}

/* What follows the value that begins at the end of `text`. */
static const char *after_value(const char *text)
{
    int depth = 0;
    for (; depth > 0 || (*text != ',' && *text != '\n'); text++)
        depth += (*text == '{' || *text == '[') - (*text == '}' || *text == ']');
    return text;
}

/* The first `from` in the good file becomes `to`; NULL: the file ends there; "= VALUE": its value becomes that; "-": it
 * goes with its value. */
static char *spoil(const char *good, const char *from, const char *to)
{
    char *text = calloc(1, strlen(good) + TEXT);
    const char *at = strstr(good, from);
    assert_non_null(at);
    memcpy(text, good, (size_t)(at - good));
    if (to && to[0] == '-')
        strcat(text, after_value(at + strlen(from)) + 1);
    else if (to && to[0] == '=') {
        strcat(strcat(strcat(text, from), ": "), to + 2);
        strcat(text, after_value(at + strlen(from)));
    } else if (to) {
        strcat(text, to);
        strcat(text, at + strlen(from));
    }
    return text;
}

/* What a person is told: in the words of the file, or where its checkpoint is taken up. */
static void open_whole(const char *text, struct why *why)
{
    struct session *s = NULL;
    struct dataset data = { 0 };
    struct trainer *t = NULL;
    if (session_parse(text, "bad.json", &s, why) != STATUS_OK)
        return;
    if (session_open_data(s, NULL, &data, why) == STATUS_OK)
        session_restore(s, 0, &data, &t, why);
    trainer_destroy(t);
    dataset_clear(&data);
    session_destroy(s);
}

#define TEN "abcdefghij"
#define LONG_KEY TEN TEN TEN TEN TEN TEN TEN TEN
#define TWELVE_TWOS "eJxjYAADBwYa0QCHYAMB" /* packed */

static void bad_files_are_refused_with_place_and_reason(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *told;
    } bad[] = {
        { "\"journal\"", NULL, "bad.json:" },
        { "zlib", NULL, "bad.json:" },
        { "\"marginscope\": 1", "\"marginscope\": 2", "bad.json:2: marginscope: is version 2" },
        { "\"marginscope\": 1", "\"marginscope\": \"1\"", "is a text; give the number 1" },
        { "\"marginscope\": 1,", "", "marginscope: is missing" },
        { "\"training\": {", "\"training\": [], \"more\": {",
            "more: unknown key; known are marginscope, data" },
        { "\"journal\"", "\"jornal\"", "training.jornal: unknown key; known are experiment, journal" },
        { "\"lr\"", "\"rate\"", "training.experiment.rate: unknown key" },
        { "\"batch\": \"32\"", "\"batch\": 32",
            "training.experiment.batch: is a number; give its value as a text" },
        { "\"batch\": \"32\"", "\"batch\": \"0\"", "allowed 1 to 1000000" },
        { "\"batch\": \"32\"", "\"batch\": \"33\"", "\"batch\" is not what the checkpoint was saved with" },
        { "\"hidden\": \"8\"", "\"hidden\": \"9\"", "checkpoint: damaged, or of another data set, model" },
        { "\"hidden\": \"8\"", "\"hidden\": \"8\", \"hidden\": \"8\"", "duplicate" },
        { "\"arcface.m\": \"0.5\"", "\"arcface.q\": \"0.5\"", "training.experiment.arcface.q" },
        { "\"step\": 24", "\"step\": 23", "the checkpoint is of step 24, not of 23" },
        { "\"step\": 24", "\"step\": 99999999999999999999", "bad.json:" },
        { "\"step\": 24", "\"step\": -1", "training.checkpoint.step: is -1; allowed 0" },
        { "\"step\": 24", "\"step\": 24.5", "is a number; give a whole number" },
        { "\"bytes\": ", "\"bytes\": 9", "is damaged" },
        { "\"bytes\": ", "\"bytes\": -9", "training.checkpoint.bytes" },
        { "\"zlib\": \"", "\"zlib\": \"A", "training.checkpoint.zlib: is damaged" },
        { "\"zlib\": \"", "\"zlib\": \"====", "training.checkpoint.zlib: is damaged" },
        { "\"zlib\": \"", "\"zlib\": \"AAAA", "training.checkpoint.zlib: is damaged" },
        { "\"0.5\"\n   ]", "\"0.4\"\n   ]", "the journal is not that of the checkpoint" },
        { "    12,\n", "    \"12\",\n", "training.journal[0][0]: is a text" },
        { "    12,\n", "", "training.journal[0]: is no change" },
        { "\"crc32\": \"", "\"crc32\": \"x", "data.crc32: is no sum" },
        { "\"rows\": ", "\"rows\": 1", "the data have changed" },
        { "\"theme\": \"dark\"", "\"theme\": \"print\"",
            "window.theme: \"print\" is none; choose from dark, light" },
        { "\"zoom\": 1.0", "\"zoom\": 1e300", "window.zoom: is 1e+300" },
        { "\"zoom\": 1.0", "\"zoom\": null", "window.zoom: is null; give a number" },
        { "\"zoom\": 1.0", "\"zooms\": 1.0", "window.zooms: unknown key" },
        { "\"view\": \"feature\"", "\"view\": \"../../etc/passwd\"", "window.view" },
        { "\"dataset\": \"blobs\"", "\"dataset\": \"/etc/passwd\"",
            "its data cannot be opened (--dataset PATH says where they lie now): /etc/passwd" },
        { "\"dataset\": \"blobs\"", "\"dataset\": \"blobs\\nseed=3\"", "holds a line break" },
        { "\"dataset\": \"blobs\"", "\"dataset\": \"../../points.csv\"",
            "climbs out of the session's folder" },
        { "\"data\"", "= 5", "data: is a number; give an object with" },
        { "\"experiment\"", "= 5", "training.experiment: is a number; give an object of settings" },
        { "\"model\"", "= \"cnn\"", "needs images and blobs has none" },
        { "\"journal\"", "= 5", "training.journal: is a number; give a list of changes" },
        { "\"journal\"", "= [[1, 2, \"3\"]]", "training.journal[0][1]: is a number; give a text" },
        { "\"zlib\"", "= 5", "training.checkpoint.zlib: is a number; give zlib in base64, as text" },
        { "\"window\"", "= 5", "window: is a number; give an object" },
        { "\"data\"", "= null", "bad.json:" },
        { "\"checkpoint\": {", "\"other\": {", "training.other: unknown key" },
        { "\"data\"", "-", "\"data\" is missing" },
        { "\"weights-npy\": \"\"", "\"weights-npy\": \"w.npy\"", "no features to go with it" },
        { "\"arcface.m\": \"0.5\"", "\"arcface.m\": \"0.5\", \"l2.m\": \"1\"", "l2.m" },
        { "\"m\",", "\"" LONG_KEY "\",", "training.journal[0][1]: 80 bytes; allowed " },
        { "\"training\"", "= {\"experiment\": {}, \"journal\": [[1, \"lr\", \"0.1\"]]}",
            "training: changes of a training without a checkpoint" },
        { "\"pan\"", "= [0]", "window.pan: is no list of 2" },
        { "\"pan\"", "= 0", "window.pan: is no list of 2" },
        { "\"training\"", "\"beside\": 5, \"training\"", "beside: is no list of at most " },
        { "\"training\"", "\"axes\": [], \"training\"", "axes: is no list of 1, as there are trainings" },
        { "\"training\"", "\"axes\": [{\"dim\": 4, \"zlib\": 5}], \"training\"",
            "axes[0].zlib: is a number; give zlib in base64" },
        { "\"training\"", "\"axes\": [{\"dim\": 5, \"zlib\": \"" TWELVE_TWOS "\"}], \"training\"",
            "axes[0].zlib: is damaged: it is not 3 times 5 numbers" },
        { "\"training\"", "\"axes\": [{\"dim\": 4, \"zlib\": \"" TWELVE_TWOS "\"}], \"training\"",
            "axes[0].zlib: holds a number that is no part of a unit vector" },
    };
    char *good = good_text();
    struct why fine = { "" };
    open_whole(good, &fine);
    assert_string_equal(fine.text, "");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char *text = spoil(good, bad[i].from, bad[i].to);
        struct why why = { "" };
        open_whole(text, &why);
        if (!strstr(why.text, bad[i].told) || strncmp(why.text, "bad.json:", 9) != 0 ||
            !strchr(why.text, ';'))
            fail_msg("%s -> %s: told \"%s\", want \"%s\"", bad[i].from, bad[i].to ? bad[i].to : "the end",
                why.text, bad[i].told);
        free(text);
    }
    free(good);
}

static void files_that_are_no_text_are_refused(void **state)
{
    (void)state;
    char far[2 * SESSION_PATH];
    struct session *s = NULL;
    struct why why = { "" };
    FILE *file = fopen(in_folder("nul.json"), "wb");
    assert_non_null(file);
    fwrite("{\"marginscope\": 1\0}", 1, 20, file);
    fclose(file);
    assert_int_equal(session_read(in_folder("nul.json"), &s, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "nul.json: holds bytes that are no text; choose a session file"));
    memset(far, 'p', sizeof far - 1);
    far[sizeof far - 1] = '\0';
    assert_int_equal(session_read(far, &s, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "ppp...: the path is too long; move the file"));
    assert_null(s);
}

static void a_journal_has_its_limit(void **state)
{
    (void)state;
    enum { MOST = 1000000 };
    static const char head[] = "{\"marginscope\": 1, \"training\": {\"experiment\": {}, \"journal\": [";
    char *text = malloc(sizeof head + 2 * (MOST + 1) + 8), *at = stpcpy(text, head);
    for (int i = 0; i <= MOST; i++, at += 2)
        memcpy(at, "1,", 2);
    strcpy(at - 1, "]}}");
    struct session *s = NULL;
    struct why why = { "" };
    assert_int_equal(session_parse(text, "long.json", &s, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "training.journal: 1000001 changes; allowed 1000000"));
    free(text);
}

/* A training whose picture has no axes of its own stands between those that have. */
static void axes_that_are_not_there_stay_away(void **state)
{
    (void)state;
    static const double axis[12] = { 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0.6, 0.8 };
    struct experiment e = small("arcface");
    struct session *s = session_create("a.json"), *back;
    session_plan(s, &e);
    session_plan(s, &e);
    s->arranged = true;
    assert_true(session_keep_axes(s, 1, axis, 4));
    char *text = print(s);
    back = parse(text, "a.json");
    assert_int_equal(back->count, 2);
    assert_null(back->axes[0].axis);
    assert_int_equal(back->axes[1].dim, 4);
    assert_memory_equal(back->axes[1].axis, axis, sizeof axis);
    free(text);
    session_destroy(s);
    session_destroy(back);
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    enum { DEEP = 100000 };
    char *text = malloc(2 * DEEP + 64);
    int at = sprintf(text, "{\"marginscope\": 1, \"training\": ");
    memset(text + at, '[', DEEP);
    memset(text + at + DEEP, ']', DEEP);
    strcpy(text + at + 2 * DEEP, "}");
    struct session *s = NULL;
    struct why why = { "" };
    assert_int_not_equal(session_parse(text, "deep.json", &s, &why), STATUS_OK);
    assert_non_null(strstr(why.text, "deep.json:1:"));
    free(text);
}

/* Bytes of the checkpoint turned round: refused or, where it is only a number, taken; never worse. */
static void damaged_checkpoints_do_no_harm(void **state)
{
    (void)state;
    struct experiment e = small("triplet");
    set(&e, "add", "center,ring");
    struct dataset data = open_data(&e);
    struct trainer *t = begin(&e, &data);
    struct rng rng;
    rng_init(&rng, 5, 1);
    steps(t, 9);
    struct session *s = take("a.json", t, &data);
    struct session_training *saved = &s->training[0];
    uint8_t *whole = malloc(saved->size);
    memcpy(whole, saved->state, saved->size);
    int refused = 0;
    for (int i = 0; i < 400; i++) {
        memcpy(saved->state, whole, saved->size);
        size_t most = i % 2 ? saved->size : 4096 < saved->size ? 4096 : saved->size;
        for (int k = 0; k <= i % 3; k++)
            saved->state[rng_next(&rng) % most] = (uint8_t)rng_next(&rng);
        struct trainer *u = NULL;
        struct why why = { "" };
        if (session_restore(s, 0, &data, &u, &why) != STATUS_OK)
            refused++;
        else
            steps(u, 3);
        trainer_destroy(u);
    }
    assert_true(refused > 50);
    free(whole);
    trainer_destroy(t);
    session_destroy(s);
    dataset_clear(&data);
}

/* ---- writing ---- */

static long size_of(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? (long)info.st_size : -1;
}

static int files_in(const char *path)
{
    char command[400];
    snprintf(command, sizeof command, "ls -A %s | wc -l", path);
    FILE *pipe = popen(command, "r");
    int count = -1;
    assert_int_equal(fscanf(pipe, "%d", &count), 1);
    pclose(pipe);
    return count;
}

static void a_full_disk_leaves_the_old_file(void **state)
{
    (void)state;
    mkdir(in_folder("full"), 0755);
    write_file(in_folder("full/points.csv"), table);
    struct session *s = save_table(in_folder("full/points.csv"), in_folder("full/a.json"));
    long before = size_of(in_folder("full/a.json"));
    assert_true(before > 1000);
    struct rlimit own, little;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &own), 0);
    little = own;
    little.rlim_cur = 1000;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &little);
    struct why why = { "" };
    enum status status = session_write(s, &why);
    setrlimit(RLIMIT_FSIZE, &own);
    assert_int_equal(status, STATUS_FAILED);
    assert_non_null(strstr(why.text, "full/a.json: not written"));
    assert_int_equal(size_of(in_folder("full/a.json")), before);
    assert_int_equal(files_in(in_folder("full")), 2);
    session_destroy(s);
}

static void a_folder_that_is_not_there_is_told(void **state)
{
    (void)state;
    struct session *s = session_create(in_folder("nowhere/a.json"));
    struct experiment e = small("softmax");
    session_plan(s, &e);
    struct why why = { "" };
    assert_int_equal(session_write(s, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "nowhere/a.json: cannot write into the folder"));
    session_destroy(s);
}

/* ---- the worker ---- */

static void wake(void *arg)
{
    (void)arg;
}

static struct worker *start(const struct experiment *e, bool playing)
{
    struct worker *w = NULL;
    struct why why = { "" };
    if (worker_create(e, playing, 0, wake, NULL, &w, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return w;
}

static struct session *ask(struct worker *w, const char *path)
{
    struct session *s = NULL;
    struct why why = { "" };
    worker_save(w, path);
    for (int i = 0; i < 60000 && !worker_saved(w, &s, &why); i++)
        SDL_Delay(1);
    if (!s)
        fail_msg("no session: %s", why.text);
    return s;
}

static const struct snapshot *await_opened(struct worker *w, long serial)
{
    for (int i = 0; i < 60000; i++) {
        bool fresh;
        const struct snapshot *snap = worker_take(w, &fresh, NULL);
        if (snap && worker_opened(w) == serial)
            return snap;
        struct worker_state now;
        worker_state(w, &now);
        if (now.refused == serial)
            fail_msg("%s", now.refused_why.text);
        SDL_Delay(1);
    }
    fail_msg("never opened");
    return NULL;
}

static void await_step(struct worker *w, long step)
{
    bool fresh;
    for (int i = 0; i < 60000; i++) {
        const struct snapshot *snap = worker_take(w, &fresh, NULL);
        if (snap && snap->step >= step)
            return;
        SDL_Delay(1);
    }
    fail_msg("never at step %ld", step);
}

/* At rest, with a snapshot of its last step: a curve has a point more for every one. */
static void rest(struct worker *w)
{
    struct worker_state now = { 0 };
    const struct snapshot *snap = NULL;
    worker_play(w, false);
    SDL_Delay(50);
    for (int i = 0; i < 60000 && (!snap || snap->step != now.step); i++) {
        bool fresh;
        SDL_Delay(1);
        snap = worker_take(w, &fresh, NULL);
        worker_state(w, &now);
    }
}

/* A training that is busy hears of both at once: what was asked first is in what is saved. */
static void a_change_asked_before_is_in_what_is_saved(void **state)
{
    (void)state;
    struct experiment e = small("arcface");
    struct worker *w = start(&e, false);
    await_step(w, 0);
    worker_step(w, 300);
    set(&e, "arcface.m", "0.125");
    worker_want(w, &e);
    struct session *s = ask(w, "a.json");
    assert_string_equal(experiment_loss(&s->training[0].experiment)->id, "arcface");
    char value[32];
    experiment_get(&s->training[0].experiment, "arcface.m", value, sizeof value);
    assert_string_equal(value, "0.125");
    session_destroy(s);
    worker_destroy(w);
}

/* Trainings side by side have made the same steps. */
static void assert_steps_must_agree(const char *good)
{
    char *text = strdup(good), *digit = strstr(strstr(text, "\"beside\""), "\"step\": ") + 8;
    struct session *s = NULL;
    struct why why = { "" };
    *digit = *digit == '1' ? '2' : '1';
    assert_int_equal(session_parse(text, "a.json", &s, &why), STATUS_FAILED);
    assert_non_null(strstr(why.text, "beside[0]: stands at another step than the first; "));
    assert_null(s);
    free(text);
}

/* Two trainings side by side, saved, taken up by another worker that had other data. */
static void a_worker_takes_up_what_another_has_saved(void **state)
{
    (void)state;
    static struct beside_wish wish[1];
    struct experiment e = small("arcface"), other = small("softmax");
    struct worker *a = start(&e, true);
    wish[0] = (struct beside_wish){ 7, BESIDE_LEADER, small("cosface") };
    await_step(a, 5);
    worker_beside(a, wish, 1);
    await_step(a, 400);
    rest(a);
    struct session *s = ask(a, "a.json");
    worker_destroy(a);
    long step = s->training[0].step;
    assert_int_equal(s->count, 2);
    assert_int_equal(s->training[1].step, step);
    char *text = print(s);
    session_destroy(s);
    assert_steps_must_agree(text);

    set(&other, "dataset", "moons");
    struct worker *b = start(&other, true);
    await_step(b, 3);
    long id[BESIDE_MAX] = { 3 };
    const struct snapshot *snap = await_opened(b, worker_open(b, parse(text, "a.json"), id));
    assert_int_equal(snap->step, step);
    assert_string_equal(experiment_loss(&snap->experiment)->id, "arcface");
    long shown[BESIDE_MAX];
    const struct snapshot *beside[BESIDE_MAX];
    assert_int_equal(worker_besides(b, shown, beside), 1);
    assert_int_equal(shown[0], 3);
    assert_string_equal(experiment_loss(&beside[0]->experiment)->id, "cosface");
    struct session *again = ask(b, "a.json");
    char *second = print(again);
    assert_string_equal(text, second);
    session_destroy(again);
    free(second);

    worker_step(b, 50);
    await_step(b, step + 50);
    again = ask(b, "a.json");
    struct session *first = parse(text, "a.json");
    struct dataset data = open_data(&e);
    for (int i = 0; i < 2; i++) {
        struct trainer *t = restore(first, i, &data), *u = restore(again, i, &data);
        steps(t, 50);
        assert_int_equal(trainer_steps(u), step + 50);
        float *left = calloc(500 * 2, sizeof *left), *right = calloc(500 * 2, sizeof *right);
        trainer_features(t, 0, 500, left, NULL); /* curves differ by the snapshots that were taken */
        trainer_features(u, 0, 500, right, NULL);
        assert_memory_equal(left, right, 500 * 2 * sizeof *left);
        assert_memory_equal(
            trainer_block(t, BLOCK_WEIGHT), trainer_block(u, BLOCK_WEIGHT), 20 * sizeof(double));
        free(left);
        free(right);
        trainer_destroy(t);
        trainer_destroy(u);
    }
    dataset_clear(&data);
    session_destroy(first);
    session_destroy(again);
    free(text);
    worker_destroy(b);
}

static void a_worker_keeps_its_training_when_a_session_is_refused(void **state)
{
    (void)state;
    struct experiment e = small("arcface");
    struct worker *w = start(&e, true);
    await_step(w, 20);
    struct session *s = ask(w, "a.json");
    s->data.crc ^= 1;
    long id[BESIDE_MAX] = { 0 }, serial = worker_open(w, s, id);
    struct worker_state now = { 0 };
    for (int i = 0; i < 60000 && now.refused != serial; i++) {
        SDL_Delay(1);
        worker_state(w, &now);
    }
    assert_non_null(strstr(now.refused_why.text, "the data have changed"));
    worker_play(w, true);
    await_step(w, now.step + 20);
    worker_destroy(w);
}

/* ---- pieces ---- */

static void packed_bytes_come_back(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 3, 1);
    for (size_t size = 1; size < 400; size++) {
        uint8_t bytes[400];
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)rng_next(&rng);
        char *text = pack_text(bytes, size);
        uint8_t *back = pack_bytes(text, size);
        assert_non_null(back);
        assert_memory_equal(back, bytes, size);
        assert_null(pack_bytes(text, size + 1));
        free(text);
        free(back);
    }
    assert_null(pack_bytes("", 5));
    assert_null(pack_bytes("eJw=", (size_t)1 << 30));
}

static void a_place_in_a_text_has_its_line(void **state)
{
    (void)state;
    const char text[] = "{\n \"a\": \"x\\\"y\",\n \"b\": [1, {\"c\":\n 2},\n [3]],\n \"d\": {}\n}\n";
    const struct json_step a[] = { { "a", 0 } }, b[] = { { "b", 0 }, { NULL, 2 } },
                           c[] = { { "b", 0 }, { NULL, 1 }, { "c", 0 } }, d[] = { { "d", 0 }, { "no", 0 } };
    assert_int_equal(json_line(text, a, 1), 2);
    assert_int_equal(json_line(text, b, 2), 5);
    assert_int_equal(json_line(text, c, 3), 3);
    assert_int_equal(json_line(text, d, 2), 6);
    assert_int_equal(json_line(text, NULL, 0), 1);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[300];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_setting_comes_back),
        cmocka_unit_test(every_loss_goes_on_to_the_same_bytes),
        cmocka_unit_test(the_picture_is_the_same),
        cmocka_unit_test(the_folder_can_be_moved_with_its_data),
        cmocka_unit_test(data_elsewhere_are_named_in_full),
        cmocka_unit_test(missing_data_are_named_in_full),
        cmocka_unit_test(a_path_of_data_has_its_limit),
        cmocka_unit_test(weights_that_changed_are_refused),
        cmocka_unit_test(data_that_changed_are_refused),
        cmocka_unit_test(bad_files_are_refused_with_place_and_reason),
        cmocka_unit_test(files_that_are_no_text_are_refused),
        cmocka_unit_test(a_journal_has_its_limit),
        cmocka_unit_test(axes_that_are_not_there_stay_away),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(damaged_checkpoints_do_no_harm),
        cmocka_unit_test(a_full_disk_leaves_the_old_file),
        cmocka_unit_test(a_folder_that_is_not_there_is_told),
        cmocka_unit_test(a_change_asked_before_is_in_what_is_saved),
        cmocka_unit_test(a_worker_takes_up_what_another_has_saved),
        cmocka_unit_test(a_worker_keeps_its_training_when_a_session_is_refused),
        cmocka_unit_test(packed_bytes_come_back),
        cmocka_unit_test(a_place_in_a_text_has_its_line),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
