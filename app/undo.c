#include "app/undo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/compare.h"
#include "app/lecture.h"
#include "math/difference.h"
#include "math/draw.h"

static const double ONE_GESTURE_S = 0.7;
enum { SENTENCE = 200 };

struct entry {
    struct experiment experiment;
    long training; /* whose it is where several are compared */
    long cured; /* the worker's number of the cure it was; 0: none */
    struct cure cure;
};

struct undo {
    struct entry entry[UNDO_MOST + 1]; /* done ones up to `at`, then those taken back */
    int at, count;
    struct experiment before; /* as the gesture began */
    bool noted, quiet;
    int key;
    double when;
};

struct undo *undo_create(void)
{
    return calloc(1, sizeof(struct undo));
}

void undo_destroy(struct undo *u)
{
    free(u);
}

void undo_gesture(struct window *w, const struct ui_input *input)
{
    struct undo *u = w->undo;
    double now = window_now();
    if (input->kind == UI_MOVE || input->kind == UI_RELEASE || input->kind == UI_TEXT ||
        input->kind == UI_NONE)
        return;
    int key = input->kind == UI_KEY ? input->key : input->kind == UI_WHEEL ? -1 : 0;
    bool again = key != 0 && key == u->key && now - u->when < ONE_GESTURE_S;
    u->key = key;
    u->when = now;
    if (again)
        return;
    u->before = w->experiment;
    u->noted = false;
}

static bool same_key(const struct experiment *a, const struct experiment *b, const char *key)
{
    char left[EXPERIMENT_PATH + 1024], right[EXPERIMENT_PATH + 1024];
    if (strcmp(key, "draw") == 0)
        return draw_same(a, b);
    experiment_get(a, key, left, sizeof left);
    experiment_get(b, key, right, sizeof right);
    return strcmp(left, right) == 0;
}

static bool same(const struct experiment *a, const struct experiment *b)
{
    if (memcmp(a->param, b->param, sizeof a->param) != 0 ||
        memcmp(a->class_weight, b->class_weight, sizeof a->class_weight) != 0)
        return false;
    for (int i = 0; i < experiment_key_count(); i++)
        if (!same_key(a, b, experiment_key(i)))
            return false;
    return true;
}

static long training(const struct window *w)
{
    return compare_several(w) ? w->compare->id[w->compare->focus] : 0;
}

static void drop_oldest(struct undo *u)
{
    memmove(u->entry, u->entry + 1, (size_t)--u->count * sizeof *u->entry);
    u->at--;
}

static void push(struct window *w, const struct entry *entry)
{
    struct undo *u = w->undo;
    u->noted = true;
    u->count = u->at;
    if (u->count == UNDO_MOST)
        drop_oldest(u);
    u->entry[u->at] = *entry;
    u->count = ++u->at;
}

void undo_note(struct window *w)
{
    struct undo *u = w->undo;
    if (u->noted || u->quiet || lecture_lesson(w) || same(&u->before, &w->experiment))
        return;
    push(w, &(struct entry){ .experiment = u->before, .training = training(w) });
}

void undo_note_cure(struct window *w, const struct cure *cure, const struct experiment *before, long serial)
{
    if (!lecture_lesson(w))
        push(w, &(struct entry){
                    .experiment = *before, .training = training(w), .cured = serial, .cure = *cure });
}

void undo_quiet(struct window *w, bool quiet)
{
    w->undo->quiet = quiet;
}

void undo_forget(struct window *w)
{
    w->undo->at = w->undo->count = 0;
    w->undo->before = w->experiment;
}

/* ---- what is said of it ---- */

static void add(char *text, const char *more)
{
    size_t used = strlen(text);
    snprintf(text + used, SENTENCE - used, "%s%s", used ? ", " : "", more);
}

static int say_points(const struct experiment *from, const struct experiment *to, char *text)
{
    char own[64];
    int more = to->dot_count - from->dot_count;
    if (draw_same(from, to))
        return 0;
    if (more == 0)
        snprintf(own, sizeof own, "points as they were");
    else
        snprintf(own, sizeof own, "%d point%s %s", abs(more), abs(more) == 1 ? "" : "s",
            more > 0 ? "back" : "gone");
    add(text, own);
    return 1;
}

/* A parameter by its symbol: "m back to 0.35". */
static int say_params(const struct experiment *from, const struct experiment *to, int l, char *text)
{
    const struct loss *loss = loss_at(l);
    int said = 0;
    for (int p = 0; p < loss_param_count(loss); p++) {
        char key[64], value[48], own[128];
        if (from->param[l][p] == to->param[l][p])
            continue;
        snprintf(key, sizeof key, "%s.%s", loss->id, loss->param[p].id);
        experiment_get(to, key, value, sizeof value);
        snprintf(own, sizeof own, "%s back to %.40s", l == to->loss ? loss->param[p].id : key, value);
        add(text, own);
        said++;
    }
    return said;
}

static int say_keys(const struct experiment *from, const struct experiment *to, char *text)
{
    int said = 0;
    for (int i = 0; i < experiment_key_count(); i++) {
        const char *key = experiment_key(i);
        char value[EXPERIMENT_PATH], own[128];
        if (strcmp(key, "draw") == 0 || same_key(from, to, key))
            continue;
        experiment_get(to, key, value, sizeof value);
        if (strcmp(key, "move") == 0)
            snprintf(own, sizeof own, "points as they were");
        else
            snprintf(own, sizeof own, "%s back to %.40s", key, value[0] ? value : "none");
        add(text, own);
        said++;
    }
    return said;
}

static void say(struct window *w, const struct experiment *from, const struct experiment *to, bool redo)
{
    char text[SENTENCE] = "";
    int said = say_keys(from, to, text);
    for (int l = 0; l < loss_count(); l++)
        said += say_params(from, to, l, text);
    said += say_points(from, to, text);
    if (said > 3)
        snprintf(text, sizeof text, "%d settings %s", said, redo ? "set again" : "back as they were");
    window_notice(w, false, "%s: %s", redo ? "Done again" : "Undone", text);
}

/* ---- back and forth ---- */

/* The controls drive the training it belongs to, where that still is. */
static bool focus(struct window *w, long wanted)
{
    if (wanted == training(w))
        return true;
    for (int i = 0; compare_several(w) && i < w->compare->count; i++)
        if (w->compare->id[i] == wanted) {
            compare_focus(w, i);
            return true;
        }
    return false;
}

static void show(struct window *w, const struct experiment *to)
{
    struct experiment before = w->experiment;
    w->sweeping = false;
    ui_edit_end(&w->ui);
    w->experiment = *to;
    action_settle(w, &before);
    window_dirty(w, AREAS_ALL);
}

/* The training as it stood, paused, or the cure once more. */
static void restore_cure(struct window *w, struct entry *entry, bool redo)
{
    worker_state(w->worker, &w->state);
    bool whole = redo || w->state.cured == entry->cured;
    show(w, &entry->experiment);
    if (redo)
        entry->cured = worker_cure(w->worker, &entry->cure, &w->experiment);
    else
        worker_uncure(w->worker, entry->cured, &w->experiment);
    worker_play(w->worker, redo);
    w->coach_dismissed = 0;
    window_notice(w, false, "%s",
        redo    ? "Done again: the cure"
        : whole ? "Undone: the cure; the training is as it was before it, paused"
                : "Undone: the settings of the cure; what came before it is no longer kept");
}

static void restore(struct window *w, const struct experiment *to)
{
    show(w, to);
    undo_quiet(w, true);
    action_apply(w);
    undo_quiet(w, false);
    window_dirty(w, AREAS_ALL);
}

void action_undo(struct window *w, int redo)
{
    struct undo *u = w->undo;
    redo = redo || w->modifiers & KMOD_SHIFT;
    if (lecture_lesson(w)) {
        window_notice(w, false, "A lesson keeps its own settings; Page Up goes back a step");
        return;
    }
    if (redo ? u->at >= u->count : u->at == 0) {
        window_notice(w, false, redo ? "Nothing to do again" : "Nothing to undo");
        return;
    }
    int at = redo ? u->at : u->at - 1;
    if (!focus(w, u->entry[at].training)) {
        window_notice(w, false, "That change was of a training that is no longer there");
        u->at = u->count = 0;
        return;
    }
    struct experiment now = w->experiment;
    if (u->entry[at].cured) {
        restore_cure(w, &u->entry[at], redo);
    } else {
        say(w, &now, &u->entry[at].experiment, redo);
        restore(w, &u->entry[at].experiment);
    }
    u->entry[at].experiment = now; /* the way back to where this was */
    u->at = redo ? at + 1 : at;
}
