#include "math/draw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/dataset_build.h"

static const double FARTHEST = 1e6;

/* ---- edits ---- */

static bool parse_dot(const char *text, struct dot *dot)
{
    double x, y;
    int used = 0;
    if (sscanf(text, "%1d:%32lf:%32lf%n", &dot->label, &x, &y, &used) != 3 || text[used] || dot->label < 0 ||
        !(fabs(x) <= FARTHEST) || !(fabs(y) <= FARTHEST))
        return false;
    dot->x = (float)x;
    dot->y = (float)y;
    return true;
}

bool draw_parse(const char *text, size_t length, int count, struct draw_edit *out)
{
    static const char sign[] = { [DRAW_PUT] = '=', [DRAW_INSERT] = '+', [DRAW_REMOVE] = '-' };
    char own[96], *rest = own;
    struct draw_edit edit = { .kind = DRAW_PUT, .at = count };
    snprintf(own, sizeof own, "%.*s", length < sizeof own ? (int)length : 0, text);
    size_t digits = strspn(own, "0123456789");
    const char *found = own[digits] ? memchr(sign, own[digits], sizeof sign) : NULL;
    if (found && digits > 0 && digits < 6) {
        edit.kind = (enum draw_kind)(found - sign);
        edit.at = atoi(own);
        rest += digits + 1;
        if (edit.at >= count)
            return false;
    }
    bool more = edit.kind != DRAW_REMOVE;
    if (more ? !parse_dot(rest, &edit.dot) : *rest != '\0')
        return false;
    bool grows = edit.kind == DRAW_INSERT || (edit.kind == DRAW_PUT && edit.at == count);
    if (grows && count == DRAW_MAX)
        return false;
    *out = edit;
    return true;
}

/* The shortest text that is read back as the same float. */
static void float_text(float value, char text[24])
{
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, 24, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value)
            return;
    }
}

void draw_text(const struct draw_edit *edit, int count, char text[DRAW_TEXT])
{
    char x[24], y[24], place[16] = "";
    float_text(edit->dot.x, x);
    float_text(edit->dot.y, y);
    if (edit->kind == DRAW_REMOVE) {
        snprintf(text, DRAW_TEXT, "%d-", edit->at);
        return;
    }
    if (edit->at < count)
        snprintf(place, sizeof place, "%d%c", edit->at, edit->kind == DRAW_PUT ? '=' : '+');
    snprintf(text, DRAW_TEXT, "%s%d:%s:%s", place, edit->dot.label, x, y);
}

void draw_apply(struct experiment *e, const struct draw_edit *edit)
{
    struct dot *at = e->dot + edit->at;
    size_t behind = (size_t)(e->dot_count - edit->at) * sizeof *at;
    if (edit->kind == DRAW_REMOVE) {
        memmove(at, at + 1, behind - sizeof *at);
        e->dot_count--;
        return;
    }
    if (edit->kind == DRAW_INSERT)
        memmove(at + 1, at, behind);
    e->dot_count += edit->kind == DRAW_INSERT || edit->at == e->dot_count;
    *at = edit->dot;
}

static bool same_dot(const struct dot *a, const struct dot *b)
{
    return a->x == b->x && a->y == b->y && a->label == b->label;
}

bool draw_same(const struct experiment *a, const struct experiment *b)
{
    int i = 0;
    while (i < a->dot_count && i < b->dot_count && same_dot(&a->dot[i], &b->dot[i]))
        i++;
    return i == a->dot_count && i == b->dot_count;
}

bool draw_next(const struct experiment *from, const struct experiment *to, struct draw_edit *out)
{
    int least = from->dot_count < to->dot_count ? from->dot_count : to->dot_count, head = 0, tail = 0;
    while (head < least && same_dot(&from->dot[head], &to->dot[head]))
        head++;
    while (tail < least - head &&
           same_dot(&from->dot[from->dot_count - 1 - tail], &to->dot[to->dot_count - 1 - tail]))
        tail++;
    int had = from->dot_count - head - tail, has = to->dot_count - head - tail;
    if (had == 0 && has == 0)
        return false;
    *out = (struct draw_edit){ .kind = had > has                             ? DRAW_REMOVE
                                       : had < has && head < from->dot_count ? DRAW_INSERT
                                                                             : DRAW_PUT,
        .at = head };
    if (out->kind != DRAW_REMOVE)
        out->dot = to->dot[head];
    return true;
}

/* Edits one after another, each of the list the ones before have made. */
enum status draw_set(struct experiment *e, const char *value, struct why *why)
{
    struct experiment draft = *e;
    struct draw_edit edit;
    if (strcmp(value, "none") == 0) {
        e->dot_count = 0;
        return STATUS_OK;
    }
    for (const char *at = value;;) {
        size_t length = strcspn(at, ",");
        if (!draw_parse(at, length, draft.dot_count, &edit))
            return why_set(why, STATUS_USAGE,
                "--draw %.*s: no such edit of %d points (at most %d); write CLASS:X:Y with class 0 to 9 and "
                "|X|, "
                "|Y| up to 1e6, or N=CLASS:X:Y, N+CLASS:X:Y, N- for point N, or none",
                (int)(length < 40 ? length : 40), at, draft.dot_count, DRAW_MAX);
        draw_apply(&draft, &edit);
        if (!at[length])
            break;
        at += length + 1;
    }
    memcpy(e->dot, draft.dot, sizeof e->dot);
    e->dot_count = draft.dot_count;
    return STATUS_OK;
}

void draw_get(const struct experiment *e, char *text, int size)
{
    int at = snprintf(text, (size_t)size, "%s", e->dot_count ? "" : "none");
    for (int i = 0; i < e->dot_count && at < size; i++) {
        char own[DRAW_TEXT];
        draw_text(&(struct draw_edit){ DRAW_PUT, i, e->dot[i] }, i, own);
        at += snprintf(text + at, (size_t)(size - at), "%s%s", i ? "," : "", own);
    }
}

/* ---- what they are for an experiment ---- */

bool draw_chosen(const struct experiment *e)
{
    return !e->features_npy[0] && strcmp(e->dataset, DRAW_DATASET) == 0;
}

int draw_classes(const struct experiment *e)
{
    int classes = 2;
    for (int i = 0; i < e->dot_count; i++)
        classes = e->dot[i].label >= classes ? e->dot[i].label + 1 : classes;
    return classes;
}

int draw_present(const struct experiment *e)
{
    bool seen[DRAW_CLASSES] = { false };
    int present = 0;
    for (int i = 0; i < e->dot_count; i++) {
        present += !seen[e->dot[i].label];
        seen[e->dot[i].label] = true;
    }
    return present;
}

enum status draw_check(const struct experiment *e, struct why *why)
{
    const struct loss *loss = experiment_loss(e);
    if (!draw_chosen(e))
        return e->dot_count == 0 ? STATUS_OK
                                 : why_set(why, STATUS_USAGE,
                                       "--draw: points can be drawn with --dataset " DRAW_DATASET
                                       ", and this is %.60s; leave one of the two away",
                                       e->features_npy[0] ? e->features_npy : e->dataset);
    if (e->classes[0] || e->holdout[0])
        return why_set(why, STATUS_USAGE,
            "--%s: drawn data have just the classes that were drawn; leave it away",
            e->classes[0] ? "classes" : "holdout");
    if (e->move_count > 0)
        return why_set(
            why, STATUS_USAGE, "--move: a drawn point is moved with --draw N=CLASS:X:Y; write it like that");
    if (e->model == MODEL_FREE)
        return why_set(why, STATUS_USAGE,
            "--model free: does not look at the inputs, and drawn data are nothing else; choose mlp or "
            "identity");
    if (loss->task == TASK_REAL || loss->task == TASK_MULTI)
        return why_set(why, STATUS_USAGE,
            "--loss %s: drawn points have classes; choose a loss for classes, for example softmax", loss->id);
    if (loss->task == TASK_SCORE && draw_classes(e) > 2)
        return why_set(why, STATUS_USAGE,
            "--loss %s: needs two classes and the drawn points have %d; choose another, or only draw the "
            "classes 0 and 1",
            loss->id, draw_classes(e));
    return STATUS_OK;
}

void draw_box(const struct experiment *e, double box[4])
{
    static const double step[] = { 1, 1.5, 2, 3, 5, 7 };
    double most = 0, half = 4;
    for (int i = 0; i < e->dot_count; i++) { /* not a fmax of two: gcc 12 for arm64 cannot compile that */
        double reach = fmax(fabs((double)e->dot[i].x), fabs((double)e->dot[i].y));
        most = reach > most ? reach : most;
    }
    for (int i = 4; half < most * 1.02; i++)
        half = step[i % 6] * pow(10, i / 6);
    for (int d = 0; d < 2; d++) {
        box[d] = -half;
        box[d + 2] = half;
    }
}

/* ---- the data set ---- */

static enum status name_digits(struct dataset *out, struct why *why)
{
    out->class_name = calloc(DRAW_CLASSES, sizeof *out->class_name);
    if (!out->class_name)
        return why_set(why, STATUS_FAILED, DRAW_DATASET ": not enough memory; close other programs");
    for (int k = 0; k < DRAW_CLASSES; k++)
        snprintf(out->class_name[k], DATASET_CLASS_NAME, "%d", k);
    return STATUS_OK;
}

enum status dataset_drawn(uint64_t seed, struct dataset *out, struct why *why)
{
    struct dataset draft = { .own_units = true, .drawn = true, .classes = 2, .name = DRAW_DATASET };
    (void)seed; /* a hand needs none */
    enum status status = dataset_reserve(&draft, DRAW_MAX, 2, DRAW_DATASET, why);
    if (status == STATUS_OK)
        status = name_digits(&draft, why);
    if (status != STATUS_OK) {
        dataset_clear(&draft);
        return status;
    }
    draft.train = 0;
    *out = draft;
    return STATUS_OK;
}

void dataset_fill_drawn(struct dataset *data, const struct experiment *e)
{
    data->train = e->dot_count;
    data->classes = draw_classes(e);
    for (int i = 0; i < e->dot_count; i++) {
        data->value[2 * i] = e->dot[i].x;
        data->value[2 * i + 1] = e->dot[i].y;
        data->label[i] = e->dot[i].label;
    }
}
