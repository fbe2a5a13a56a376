/* lesson.c - a lesson from JSON, each key a row; what may stand there is tried, not guessed. */
#include "app/lesson.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "app/dataset_open.h"
#include "app/json_read.h"
#include "app/session.h"
#include "math/difference.h"

enum { PLACE = 96, LIST_TEXT = 900 };

static const double SECONDS_MIN = 0.5, SECONDS_MAX = 600, PACE_MIN = 0.1, PACE_MAX = 100000;

/* What is being read, and where in it. */
struct reading {
    const char *file;
    char place[PLACE]; /* "steps[3].", in front of a key */
    struct lesson *lesson;
    struct lesson_step *step;
    struct experiment experiment; /* as it is after the settings read so far */
    struct why *why;
};

struct key_row {
    const char *name;
    bool needed;
    enum status (*read)(struct reading *r, const char *key, const json_t *value);
};

static enum status blame(struct reading *r, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "FILE: steps[3].key: " and the sentence. */
static enum status blame(struct reading *r, const char *key, const char *format, ...)
{
    char text[sizeof r->why->text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return why_set(r->why, STATUS_FAILED, "%s: %s%.80s: %s", r->file, r->place, key, text);
}

static const char *kind_name(const json_t *value)
{
    static const char *const name[] = { [JSON_OBJECT] = "an object",
        [JSON_ARRAY] = "a list",
        [JSON_STRING] = "a text",
        [JSON_INTEGER] = "a number",
        [JSON_REAL] = "a number",
        [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",
        [JSON_NULL] = "null" };
    return name[json_typeof(value)];
}

static enum status wrong_kind(struct reading *r, const char *key, const json_t *value, const char *wanted)
{
    return blame(r, key, "is %s; give %s", kind_name(value), wanted);
}

static void append(char *list, size_t size, const char *word)
{
    size_t used = strlen(list);
    snprintf(list + used, size - used, "%s%s", used ? ", " : "", word);
}

/* Goes `deeper` into the file; leave with the old place. */
static void enter(struct reading *r, char before[PLACE], const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void enter(struct reading *r, char before[PLACE], const char *format, ...)
{
    memcpy(before, r->place, PLACE);
    size_t used = strlen(r->place);
    va_list args;
    va_start(args, format);
    vsnprintf(r->place + used, PLACE - used, format, args);
    va_end(args);
}

static void leave(struct reading *r, const char before[PLACE])
{
    memcpy(r->place, before, PLACE);
}

/* The keys of an object in the order of the rows, so that a row may build on those above it. */
static enum status read_keys(
    struct reading *r, const char *key, const json_t *object, const struct key_row *row, int count)
{
    const char *name;
    json_t *value;
    char known[LIST_TEXT] = "";
    for (int i = 0; i < count; i++)
        append(known, sizeof known, row[i].name);
    if (!json_is_object(object))
        return blame(r, key, "is %s; give an object with %s", kind_name(object), known);
    json_object_foreach((json_t *)object, name, value)
    {
        int i = 0;
        while (i < count && strcmp(row[i].name, name) != 0)
            i++;
        if (i == count)
            return blame(r, name, "unknown key; known are %s", known);
    }
    enum status status = STATUS_OK;
    for (int i = 0; i < count && status == STATUS_OK; i++) {
        const json_t *found = json_object_get(object, row[i].name);
        if (found)
            status = row[i].read(r, row[i].name, found);
        else if (row[i].needed)
            status = blame(r, row[i].name, "is missing; add it");
    }
    return status;
}

/* ---- texts ---- */

static enum status read_text(struct reading *r, const char *key, const json_t *value, char *out, size_t size)
{
    if (!json_is_string(value))
        return wrong_kind(r, key, value, "a text");
    const char *text = json_string_value(value);
    if (!text[0])
        return blame(r, key, "is empty; write something or leave the key away");
    if (strlen(text) >= size)
        return blame(r, key, "%zu bytes; shorten it to %zu", strlen(text), size - 1);
    for (const char *at = text; *at; at++)
        if (((unsigned char)*at < ' ' && *at != '\n') || *at == 127)
            return blame(r, key, "holds the control character %d; take it out", *at);
    strcpy(out, text);
    return STATUS_OK;
}

/* Text for the strip: its markup, and whether it has room there. */
static enum status read_markup(struct reading *r, const char *key, const json_t *value, char *out, int lines)
{
    static const char *const count_name[] = { "", "one line", "two lines", "three lines", "four lines" };
    struct lesson_piece piece[LESSON_PIECES];
    struct why inner = { "" };
    char text[LESSON_TEXT];
    bool title = lines == 0;
    double width = title ? LESSON_TITLE_WIDTH : LESSON_TEXT_WIDTH, height;
    double size = title ? LESSON_TITLE_SIZE : LESSON_TEXT_SIZE;
    enum status status = read_text(r, key, value, text, title ? LESSON_NAME : sizeof text);
    if (status != STATUS_OK)
        return status;
    if (strchr(text, '\n'))
        return blame(r, key, "holds a line break; leave it out, lines are broken where there is room");
    if (lesson_markup(text, &inner) != STATUS_OK)
        return blame(r, key, "%s", inner.text);
    lines = title ? 1 : lines;
    int pieces = lesson_lay(text, size, width, title, piece, &height);
    if (pieces == 0)
        return blame(r, key, "is blank; write something");
    if (height > lines * LESSON_PITCH * size + 0.5 || (title && piece[pieces - 1].y > LESSON_PITCH * size))
        return blame(
            r, key, "too long for %s of %.0f px at size %.0f; shorten it", count_name[lines], width, size);
    for (int i = 0; i < pieces; i++)
        if (piece[i].x + piece[i].width > width)
            return blame(r, key, "\"%.40s\" is wider than a line; break it up", piece[i].text);
    strcpy(out, text);
    return STATUS_OK;
}

/* ---- settings ---- */

/* A value as experiment_set reads it; false when it is of no such kind. */
static bool value_text(const json_t *value, char *text, size_t size)
{
    if (json_is_string(value) && strlen(json_string_value(value)) < size)
        strcpy(text, json_string_value(value));
    else if (json_is_integer(value))
        snprintf(text, size, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        snprintf(text, size, "%.12g", json_real_value(value));
    else if (json_is_boolean(value))
        snprintf(text, size, "%s", json_is_true(value) ? "on" : "off");
    else
        return false;
    return true;
}

/* The sentence of a setting without its own place, which names an option. */
static enum status blame_setting(struct reading *r, const char *key, const struct why *inner)
{
    const char *colon = strstr(inner->text, ": "), *what = colon ? colon + 2 : inner->text;
    return blame(
        r, key, "%s%s", what, strchr(what, ';') ? "" : "; give a value that is allowed, or leave it away");
}

/* A data set that is not built in lies beside the lesson or below: one from somebody else shows nothing else that is on
 * this machine, and waits for no device. */
static enum status beside(struct reading *r, const char *key, const char *value, char *out, size_t size)
{
    const char *slash = strrchr(r->file, '/');
    bool path = !dataset_find(value) && (strchr(value, '/') || strchr(value, '.'));
    struct why inner = { "" };
    if (path && (value[0] == '/' || session_climbs(value)))
        return blame(
            r, key, "\"%.100s\" leads out of the lesson's folder; put the data beside the lesson", value);
    if (snprintf(out, size, "%.*s%s", slash && path ? (int)(slash - r->file) + 1 : 0, r->file, value) >=
        (int)size)
        return blame(r, key, "the path is too long; shorten it");
    if (path && session_beside(r->file, out, &inner) != STATUS_OK)
        return blame(r, key, "%.300s", inner.text);
    return STATUS_OK;
}

static bool names_file(const char *key)
{
    return strcmp(key, "dataset") == 0 || strstr(key, "-npy") != NULL;
}

static enum status add_setting(struct reading *r, const char *key, const json_t *value,
    struct lesson_settings *settings, struct experiment *e)
{
    struct why inner = { "" };
    struct lesson_set set = { "", "" };
    char text[LESSON_VALUE];
    if (!value_text(value, text, sizeof text))
        return wrong_kind(r, key, value, "a text, a number, true or false");
    if (settings->count == LESSON_SETS || strlen(key) >= sizeof set.key)
        return blame(r, key, "more than %d settings, or the name is too long; shorten it", LESSON_SETS);
    strcpy(set.key, key);
    if (!names_file(key))
        strcpy(set.value, text);
    else if (beside(r, key, text, set.value, sizeof set.value) != STATUS_OK)
        return STATUS_FAILED;
    if (experiment_set(e, set.key, set.value, &inner) != STATUS_OK)
        return blame_setting(r, key, &inner);
    settings->set[settings->count++] = set;
    return STATUS_OK;
}

/* What others hang on comes first: parameters without a dot belong to the loss, arrays bring their own model. */
static int rank(const char *key)
{
    static const char *const first[] = { "dataset", "features-npy", "loss", "add" };
    for (int i = 0; i < 4; i++)
        if (strcmp(key, first[i]) == 0)
            return i;
    return 4;
}

static enum status read_settings(struct reading *r, const char *key, const json_t *object,
    struct lesson_settings *settings, struct experiment *e)
{
    char before[PLACE];
    const char *name;
    json_t *value;
    struct why inner = { "" };
    if (!json_is_object(object))
        return wrong_kind(r, key, object, "an object of settings, as in {\"loss\": \"arcface\", \"m\": 0.3}");
    enter(r, before, "%s.", key);
    enum status status = STATUS_OK;
    for (int turn = 0; turn <= 4; turn++)
        json_object_foreach((json_t *)object, name, value)
        {
            if (status == STATUS_OK && rank(name) == turn)
                status = add_setting(r, name, value, settings, e);
        }
    leave(r, before);
    if (status == STATUS_OK && experiment_loss(e)->untrained)
        return blame(r, key, "%s has no gradient; train another loss, the score view shows it beside",
            experiment_loss(e)->id);
    if (status == STATUS_OK && experiment_check(e, &inner) != STATUS_OK)
        return blame(r, key, "these settings do not go together: %s", inner.text);
    return status;
}

static enum status read_set(struct reading *r, const char *key, const json_t *value)
{
    return read_settings(r, key, value, &r->step->set, &r->experiment);
}

/* A comparison that names a loss means all of it, as --vs does: the step's own terms do not go along. */
static void leave_terms(struct lesson_settings *settings, struct experiment *e)
{
    static const struct lesson_set none = { "add", "none" };
    experiment_set(e, none.key, none.value, NULL);
    settings->set[settings->count++] = none;
}

static enum status check_twin(struct reading *r, const char *place, const struct experiment *e)
{
    const struct experiment *both[] = { &r->experiment, e };
    char said[1];
    if (experiment_differences(both, 2, said, sizeof said) > 0)
        return STATUS_OK;
    return blame(r, place, "differs in nothing from the step's own settings; change one of them");
}

static enum status read_compare(struct reading *r, const char *key, const json_t *value)
{
    size_t count = json_array_size(value);
    enum status status = STATUS_OK;
    if (!json_is_array(value) || count < 1 || count > LESSON_COMPARE)
        return blame(r, key, "must list 1 to %d sets of settings; give [{...}]", LESSON_COMPARE);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        char place[32];
        struct experiment beside_it = r->experiment;
        const json_t *set = json_array_get(value, i);
        snprintf(place, sizeof place, "%s[%zu]", key, i);
        if (json_is_object(set) && json_object_size(set) == 0)
            return blame(r, place, "differs in nothing; give at least one setting");
        if (json_object_get(set, "loss"))
            leave_terms(&r->step->compare[i], &beside_it);
        status = read_settings(r, place, set, &r->step->compare[i], &beside_it);
        if (status == STATUS_OK)
            status = check_twin(r, place, &beside_it);
    }
    r->step->compare_count = (int)count;
    return status;
}

/* ---- views and controls ---- */

static enum status find_view(
    struct reading *r, const char *key, const json_t *value, const struct view **found)
{
    char known[LIST_TEXT] = "";
    for (int i = 0; i < view_count(); i++)
        append(known, sizeof known, view_at(i)->id);
    if (!json_is_string(value))
        return blame(r, key, "is %s; give a view: %s", kind_name(value), known);
    *found = view_find(json_string_value(value));
    if (*found)
        return STATUS_OK;
    return blame(r, key, "no view \"%.40s\"; choose from %s", json_string_value(value), known);
}

static bool shows(const struct lesson_step *step, const struct view *view)
{
    for (int i = 0; i < step->view_count; i++)
        if (step->view[i] == view)
            return true;
    return false;
}

static enum status read_views(struct reading *r, const char *key, const json_t *value)
{
    size_t count = json_array_size(value);
    if (!json_is_array(value) || count < 1 || count > LESSON_VIEWS)
        return blame(r, key, "must list 1 to %d views; give for example [\"feature\"]", LESSON_VIEWS);
    for (size_t i = 0; i < count; i++) {
        char place[32];
        const struct view *view = NULL;
        snprintf(place, sizeof place, "%s[%zu]", key, i);
        enum status status = find_view(r, place, json_array_get(value, i), &view);
        if (status != STATUS_OK)
            return status;
        if (shows(r->step, view))
            return blame(r, place, "\"%s\" is there twice; leave one out", view->id);
        r->step->view[r->step->view_count++] = view;
    }
    return STATUS_OK;
}

static enum status read_focus(struct reading *r, const char *key, const json_t *value)
{
    enum status status = find_view(r, key, value, &r->step->focus);
    if (status == STATUS_OK && r->step->view_count && !shows(r->step, r->step->focus))
        return blame(
            r, key, "\"%s\" is not among the views; add it there or choose one of them", r->step->focus->id);
    return status;
}

/* A number that a slider of this experiment can move: of its loss, of an added term, or the learning rate. Its range
 * in `row`; NULL when there is none, with those that are in `known`. */
static const struct param *find_slider(const struct experiment *e, const char *key, char *known, size_t size)
{
    static const struct param rate = { .id = "lr", .min = 1e-8, .max = 1e6, .kind = PARAM_LOG };
    const struct param *found = strcmp(key, "lr") == 0 ? &rate : NULL;
    for (int i = -1; i < term_count(); i++) {
        const struct loss *loss = i < 0 ? experiment_loss(e) : term_at(i);
        if (i >= 0 && !e->added[i])
            continue;
        for (int p = 0; p < loss_param_count(loss); p++) {
            char dotted[LESSON_ID];
            snprintf(dotted, sizeof dotted, "%s.%s", loss->id, loss->param[p].id);
            if (loss->param[p].kind == PARAM_LIST)
                continue;
            if (strcmp(key, dotted) == 0 || (i < 0 && strcmp(key, loss->param[p].id) == 0))
                found = &loss->param[p];
            append(known, size, i < 0 ? loss->param[p].id : dotted);
        }
    }
    append(known, size, "lr");
    return found;
}

static enum status read_slider(
    struct reading *r, const char *key, const json_t *value, char *out, const struct param **row)
{
    char known[LIST_TEXT] = "";
    if (!json_is_string(value))
        return wrong_kind(r, key, value, "the name of a parameter");
    const char *name = json_string_value(value);
    *row = find_slider(&r->experiment, name, known, sizeof known);
    if (!*row || strlen(name) >= LESSON_ID)
        return blame(r, key, "no slider \"%.40s\" with these settings; choose from %s", name, known);
    strcpy(out, name);
    return STATUS_OK;
}

static enum status read_control(struct reading *r, const char *key, const json_t *value)
{
    const struct param *row;
    return read_slider(r, key, value, r->step->control, &row);
}

static enum status refuse_hidden(struct reading *r, const char *place, const char *id)
{
    char known[LIST_TEXT] = "";
    for (int i = 0; lesson_group(i); i++)
        append(known, sizeof known, lesson_group(i));
    return blame(
        r, place, "no control or group \"%.40s\"; choose from %s, param.NAME, loss.ID, view.ID", id, known);
}

static enum status read_hide(struct reading *r, const char *key, const json_t *value)
{
    size_t count = json_array_size(value);
    if (!json_is_array(value) || count > LESSON_HIDE)
        return blame(
            r, key, "must list at most %d controls or groups; give for example [\"panel\"]", LESSON_HIDE);
    for (size_t i = 0; i < count; i++) {
        char place[32];
        const json_t *id = json_array_get(value, i);
        snprintf(place, sizeof place, "%s[%zu]", key, i);
        if (!json_is_string(id))
            return wrong_kind(r, place, id, "the id of a control or group");
        if (strlen(json_string_value(id)) >= LESSON_ID || !lesson_hideable(json_string_value(id)))
            return refuse_hidden(r, place, json_string_value(id));
        strcpy(r->step->hide[r->step->hide_count++], json_string_value(id));
    }
    return STATUS_OK;
}

/* ---- numbers ---- */

static enum status read_number(
    struct reading *r, const char *key, const json_t *value, double min, double max, double *out)
{
    if (!json_is_number(value))
        return wrong_kind(r, key, value, "a number");
    *out = json_number_value(value);
    if (!(*out >= min && *out <= max))
        return blame(r, key, "%g: allowed %g to %g; choose a value in that range", *out, min, max);
    return STATUS_OK;
}

static enum status read_whole(struct reading *r, const char *key, const json_t *value, long max, long *out)
{
    double number = 0;
    enum status status = read_number(r, key, value, 0, (double)max, &number);
    if (status != STATUS_OK)
        return status;
    if (number != floor(number))
        return blame(r, key, "%g is not whole; give a whole number", number);
    *out = (long)number;
    return STATUS_OK;
}

static enum status read_run_steps(struct reading *r, const char *key, const json_t *value)
{
    return read_whole(r, key, value, LESSON_RUN_MAX, &r->step->run_steps);
}

static enum status read_pace(struct reading *r, const char *key, const json_t *value)
{
    if (json_is_string(value) && strcmp(json_string_value(value), "max") == 0) {
        r->step->pace = 0;
        return STATUS_OK;
    }
    if (!json_is_number(value))
        return wrong_kind(r, key, value, "steps per second, or \"max\"");
    return read_number(r, key, value, PACE_MIN, PACE_MAX, &r->step->pace);
}

static enum status read_point(struct reading *r, const char *key, const json_t *value)
{
    long point = 0;
    enum status status = read_whole(r, key, value, r->experiment.points - 1, &point);
    r->step->point = (int)point;
    return status;
}

static enum status read_param(struct reading *r, const char *key, const json_t *value)
{
    const struct param *row = NULL;
    enum status status = read_slider(r, key, value, r->step->sweep.param, &row);
    if (status == STATUS_OK && (row->kind == PARAM_CHOICE || row->kind == PARAM_BOOL))
        return blame(r, key, "%s is no number; sweep one that is", row->id);
    return status;
}

/* An end of the sweep is tried as a setting. */
static enum status read_end(struct reading *r, const char *key, const json_t *value, double *out)
{
    struct why inner = { "" };
    struct experiment draft = r->experiment;
    char text[64] = "";
    if (!json_is_number(value))
        return wrong_kind(r, key, value, "a number");
    value_text(value, text, sizeof text);
    *out = json_number_value(value);
    if (experiment_set(&draft, r->step->sweep.param, text, &inner) != STATUS_OK)
        return blame_setting(r, key, &inner);
    return STATUS_OK;
}

static enum status read_from_end(struct reading *r, const char *key, const json_t *value)
{
    return read_end(r, key, value, &r->step->sweep.from);
}

static enum status read_to_end(struct reading *r, const char *key, const json_t *value)
{
    enum status status = read_end(r, key, value, &r->step->sweep.to);
    if (status == STATUS_OK && r->step->sweep.to == r->step->sweep.from)
        return blame(r, key, "is where it begins; give another end");
    return status;
}

static enum status read_seconds(struct reading *r, const char *key, const json_t *value)
{
    return read_number(r, key, value, SECONDS_MIN, SECONDS_MAX, &r->step->sweep.seconds);
}

static enum status read_sweep(struct reading *r, const char *key, const json_t *value)
{
    static const struct key_row rows[] = {
        { "param", true, read_param },
        { "from", true, read_from_end },
        { "to", true, read_to_end },
        { "seconds", true, read_seconds },
    };
    char before[PLACE];
    if (!json_is_object(value))
        return wrong_kind(r, key, value, "an object with param, from, to, seconds");
    enter(r, before, "%s.", key);
    enum status status = read_keys(r, key, value, rows, sizeof rows / sizeof *rows);
    leave(r, before);
    return status;
}

/* ---- a step ---- */

static enum status read_title(struct reading *r, const char *key, const json_t *value)
{
    return read_markup(r, key, value, r->step->title, 0);
}

static enum status read_body(struct reading *r, const char *key, const json_t *value)
{
    return read_markup(r, key, value, r->step->text, LESSON_TEXT_LINES);
}

static enum status read_question(struct reading *r, const char *key, const json_t *value)
{
    return read_markup(r, key, value, r->step->question, LESSON_QUESTION_LINES);
}

static enum status read_answer(struct reading *r, const char *key, const json_t *value)
{
    return read_markup(r, key, value, r->step->answer, LESSON_ANSWER_LINES);
}

static enum status read_ask_first(struct reading *r, const char *key, const json_t *value)
{
    if (!json_is_boolean(value))
        return wrong_kind(r, key, value, "true or false");
    r->step->ask_first = json_is_true(value);
    return STATUS_OK;
}

static enum status read_ask(struct reading *r, const char *key, const json_t *value)
{
    static const struct key_row rows[] = {
        { "question", true, read_question },
        { "answer", true, read_answer },
        { "first", false, read_ask_first },
    };
    char before[PLACE];
    if (!json_is_object(value))
        return wrong_kind(r, key, value, "an object with question and answer");
    enter(r, before, "%s.", key);
    enum status status = read_keys(r, key, value, rows, sizeof rows / sizeof *rows);
    leave(r, before);
    return status;
}

/* Trainings that run side by side have the same first step, so a comparison begins anew, or goes on as it was. */
static bool same_comparison(const struct lesson_step *a, const struct lesson_step *b)
{
    bool same = a->compare_count == b->compare_count;
    for (int i = 0; same && i < a->compare_count; i++) {
        const struct lesson_settings *left = &a->compare[i], *right = &b->compare[i];
        same = left->count == right->count;
        for (int k = 0; same && k < left->count; k++)
            same = strcmp(left->set[k].key, right->set[k].key) == 0 &&
                   strcmp(left->set[k].value, right->set[k].value) == 0;
    }
    return same;
}

static enum status check_comparison(struct reading *r, size_t number)
{
    const struct lesson_step *step = r->step;
    if (step->compare_count == 0 || step->from_start || same_comparison(step - 1, step))
        return STATUS_OK;
    if (step[-1].compare_count == 0)
        return blame(r, "compare", "a comparison begins with step 0; add \"from\": \"start\"");
    return blame(r, "compare",
        "a comparison begins with step 0; add \"from\": \"start\", or repeat the one of steps[%zu]",
        number - 1);
}

/* Read before the settings, which then begin from the defaults. */
static enum status read_from(struct reading *r, const char *key, const json_t *value)
{
    const char *text = json_is_string(value) ? json_string_value(value) : "";
    if (strcmp(text, "step") != 0 && strcmp(text, "start") != 0)
        return blame(r, key, "is neither of the two; give \"step\" to go on or \"start\" to begin anew");
    r->step->from_start = strcmp(text, "start") == 0;
    if (r->step->from_start)
        experiment_init(&r->experiment);
    return STATUS_OK;
}

static enum status read_step(struct reading *r, size_t number, const json_t *value)
{
    static const struct key_row rows[] = {
        { "title", true, read_title },
        { "text", true, read_body },
        { "from", false, read_from },
        { "set", false, read_set },
        { "compare", false, read_compare },
        { "views", false, read_views },
        { "focus", false, read_focus },
        { "control", false, read_control },
        { "hide", false, read_hide },
        { "ask", false, read_ask },
        { "run_steps", false, read_run_steps },
        { "pace", false, read_pace },
        { "point", false, read_point },
        { "sweep", false, read_sweep },
    };
    char before[PLACE], place[32];
    r->step = &r->lesson->step[number];
    *r->step = (struct lesson_step){ .point = -1, .pace = -1, .from_start = number == 0 };
    snprintf(place, sizeof place, "steps[%zu]", number);
    if (!json_is_object(value))
        return wrong_kind(r, place, value, "an object with title, text and what the step shows");
    enter(r, before, "%s.", place);
    enum status status = read_keys(r, place, value, rows, sizeof rows / sizeof *rows);
    r->step->from_start |= number == 0;
    if (status == STATUS_OK)
        status = check_comparison(r, number);
    leave(r, before);
    return status;
}

/* ---- the file ---- */

static enum status read_version(struct reading *r, const char *key, const json_t *value)
{
    if (!json_is_integer(value) || json_integer_value(value) != 1)
        return blame(r, key, "is not 1, the only version there is; write \"marginscope\": 1");
    return STATUS_OK;
}

static enum status read_line(struct reading *r, const char *key, const json_t *value, char *out)
{
    enum status status = read_text(r, key, value, out, LESSON_NAME);
    return status == STATUS_OK && strchr(out, '\n') ? blame(r, key, "is more than one line; give one")
                                                    : status;
}

static enum status read_name(struct reading *r, const char *key, const json_t *value)
{
    return read_line(r, key, value, r->lesson->title);
}

static enum status read_author(struct reading *r, const char *key, const json_t *value)
{
    return read_line(r, key, value, r->lesson->author);
}

static enum status read_notes(struct reading *r, const char *key, const json_t *value)
{
    return read_text(r, key, value, r->lesson->notes, sizeof r->lesson->notes);
}

static enum status read_steps(struct reading *r, const char *key, const json_t *value)
{
    size_t count = json_array_size(value);
    if (!json_is_array(value))
        return wrong_kind(r, key, value, "a list of steps");
    if (count < 1 || count > LESSON_STEPS)
        return blame(r, key, "%zu of them; give 1 to %d", count, LESSON_STEPS);
    r->lesson->step = calloc(count, sizeof *r->lesson->step);
    if (!r->lesson->step)
        return blame(r, key, "not enough memory; close other programs");
    r->lesson->count = (int)count;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = read_step(r, i, json_array_get(value, i));
    return status;
}

static enum status read_lesson(struct reading *r, const json_t *root)
{
    static const struct key_row rows[] = {
        { "marginscope", true, read_version },
        { "title", true, read_name },
        { "author", false, read_author },
        { "notes", false, read_notes },
        { "steps", true, read_steps },
    };
    if (!json_is_object(root) || !json_object_get(root, "steps"))
        return why_set(r->why, STATUS_FAILED,
            "%s: has no \"steps\", so it is no lesson; give {\"marginscope\": 1, \"title\": ..., \"steps\": "
            "[...]}",
            r->file);
    return read_keys(r, "lesson", root, rows, sizeof rows / sizeof *rows);
}

/* Some editors begin a file with a byte order mark. */
static json_t *parse_json(const char *text, size_t size, const char *name, struct why *why)
{
    json_error_t error;
    bool mark = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
    json_t *root = json_read(mark ? text + 3 : text, mark ? size - 3 : size, JSON_REJECT_DUPLICATES, &error);
    if (!root && size == 0)
        why_set(why, STATUS_FAILED, "%s: is empty; write a lesson into it", name);
    else if (!root)
        why_set(why, STATUS_FAILED, "%s:%d: %s; repair the JSON at column %d", name,
            error.line > 0 ? error.line : 1, error.text, error.column > 0 ? error.column : 1);
    return root;
}

enum status lesson_parse(const char *text, size_t size, const char *name, struct lesson *out, struct why *why)
{
    struct why own = { "" };
    struct lesson draft = { .count = 0 };
    struct reading r = { .file = name, .lesson = &draft, .why = why ? why : &own };
    json_t *root = parse_json(text, size, name, r.why);
    if (!root)
        return STATUS_FAILED;
    experiment_init(&r.experiment);
    enum status status = read_lesson(&r, root);
    json_decref(root);
    if (status == STATUS_OK)
        *out = draft;
    else
        lesson_clear(&draft);
    return status;
}

enum status lesson_load(const char *path, struct lesson *out, struct why *why)
{
    uint8_t *content = NULL;
    size_t size = 0;
    enum status status = file_read(path, LESSON_BYTES, &content, &size, why);
    if (status != STATUS_OK)
        return status;
    status = lesson_parse((const char *)content, size, path, out, why);
    free(content);
    return status;
}

void lesson_clear(struct lesson *lesson)
{
    free(lesson->step);
    *lesson = (struct lesson){ .count = 0 };
}

static void apply(const struct lesson_settings *settings, struct experiment *e)
{
    for (int i = 0; i < settings->count; i++)
        experiment_set(e, settings->set[i].key, settings->set[i].value, NULL); /* tried when it was read */
}

void lesson_experiment(const struct lesson *lesson, int step, struct experiment *out)
{
    int first = step;
    while (first > 0 && !lesson->step[first].from_start)
        first--;
    experiment_init(out);
    for (int i = first; i <= step; i++)
        apply(&lesson->step[i].set, out);
}

void lesson_compared(const struct lesson *lesson, int step, int compare, struct experiment *out)
{
    lesson_experiment(lesson, step, out);
    apply(&lesson->step[step].compare[compare], out);
}
