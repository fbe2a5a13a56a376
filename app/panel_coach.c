/* The coach over the main view: what went wrong, in a sentence, and buttons for what would help. The last finite state
 * stays in sight around it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/panel.h"
#include "app/undo.h"
#include "math/history.h"
#include "render/text.h"

enum { CARD_WIDE = 680, LINE = 20, LINES = 3, BUTTON = 28, PAD = 10, BUTTONS = 2 };
static const double LEARNED = 0.25; /* of the way from chance to all right */

/* As many bytes of `text` as fit into the width, ending between words. */
static size_t fitting(const char *text, const struct font *font, double width)
{
    char line[COACH_TEXT];
    size_t fits = 0;
    for (size_t i = 1; i <= strlen(text) && i < sizeof line; i++) {
        if (text[i] != ' ' && text[i] != '\0')
            continue;
        memcpy(line, text, i);
        line[i] = '\0';
        if (text_width(line, font) > width)
            break;
        fits = i;
    }
    return fits ? fits : strlen(text);
}

static int sentence(struct window *w, const char *text, struct point at, double width, bool draw)
{
    struct font font = { .size = 14, .weight = WEIGHT_REGULAR };
    char line[COACH_TEXT];
    int lines = 0;
    while (*text && lines < LINES) {
        size_t n = fitting(text, &font, width);
        snprintf(line, sizeof line, "%.*s", (int)n, text);
        if (draw)
            ui_text(&w->ui, at.x, at.y + LINE * (lines + 0.5), line, 14, WEIGHT_REGULAR, w->look.theme->text1,
                ALIGN_LEFT);
        text += n;
        text += strspn(text, " ");
        lines++;
    }
    return lines;
}

/* The settings on show follow, so that the next change of the hand does not undo the cure. */
static void take(struct window *w, const struct cure *cure)
{
    struct experiment before = w->experiment;
    cure_set(cure, &w->experiment);
    undo_note_cure(w, cure, &before, worker_cure(w->worker, cure, &w->experiment));
    worker_play(w->worker, true);
    w->coach_dismissed = 0;
    window_dirty(w, AREAS_ALL);
}

static bool silent(const struct window *w)
{
    const struct finding *f = &w->snap->finding;
    return w->past || !w->snap->coach[0] || (f->kind != COACH_DIVERGED && f->step == w->coach_dismissed);
}

static double button_width(const char *label)
{
    struct font font = { .size = 14, .weight = WEIGHT_SEMIBOLD };
    return text_width(label, &font) + 24;
}

/* What the curve knows of the training accuracy then; NaN: nothing. */
static double accuracy_at(const struct present *p, long step)
{
    double accuracy = NAN;
    for (int i = 0; i < p->curve_count && p->curve[i].step <= step; i++)
        if (isfinite(p->curve[i].train_accuracy))
            accuracy = (double)p->curve[i].train_accuracy;
    return accuracy;
}

/* Something had been learned, and more than is left: a training that went wrong from the start was never well. */
static bool was_well(const struct window *w, const struct finding *f, long step)
{
    double then = accuracy_at(&w->present, step), chance = 1.0 / fmax(2, w->snap->classes);
    double now = f->kind == COACH_DIVERGED ? 0 : accuracy_at(&w->present, w->present.step);
    return isnan(then) ? step > 0 : then >= chance + LEARNED * (1 - chance) && !(then < now);
}

/* The last kept step before the trouble at which all was well, -1: none. A divergence is in the making before it is
 * one. */
static long step_before(const struct window *w, const struct finding *f)
{
    long kept[HISTORY_FRAMES], lead = f->kind == COACH_DIVERGED ? 20 + f->since / 20 : 1;
    int i = worker_history_steps(w->worker, kept, HISTORY_FRAMES) - 1;
    while (i >= 0 && (kept[i] > f->since - lead || !was_well(w, f, kept[i])))
        i--;
    return i >= 0 ? kept[i] : -1;
}

/* Paused there, with the settings of then: whoever goes on like that comes to the same trouble. */
static void step_back(struct window *w, long step)
{
    worker_branch(w->worker, step);
    w->coach_dismissed = 0;
    w->follow_step = 1 + step;
    window_notice(w, false, "Paused where it was still well: change something, then go on.");
    window_dirty(w, AREAS_ALL);
}

/* A cure from an earlier step needs that step: a training that was opened or made anew begins after it. */
static bool reachable(const struct window *w, const struct cure *cure)
{
    long first = 0;
    return cure->back < 0 || (worker_history_steps(w->worker, &first, 1) > 0 && first <= cure->back);
}

static void back_button(struct window *w, double x, double end, struct rect row)
{
    char label[CURE_TEXT];
    long step = step_before(w, &w->snap->finding);
    snprintf(label, sizeof label, "Back to step %ld", step);
    struct rect rect = { x, row.y, button_width(label), row.h };
    if (step >= 0 && rect.x + rect.w < end - 8 && ui_text_button(&w->ui, "coach.back", label, rect, true))
        step_back(w, step);
}

static void buttons(struct window *w, struct rect row)
{
    const struct snapshot *s = w->snap;
    char label[CURE_TEXT], id[UI_ID];
    bool diverged = s->finding.kind == COACH_DIVERGED;
    double x = row.x;
    for (int i = 0, shown = 0; i < s->cures && shown < BUTTONS; i++) {
        if (!reachable(w, &s->cure[i]))
            continue;
        shown++;
        snprintf(id, sizeof id, "coach.%d", i + 1);
        cure_label(&s->cure[i], &s->experiment, label);
        double wide = button_width(label);
        if (ui_text_button(&w->ui, id, label, (struct rect){ x, row.y, wide, row.h }, true))
            take(w, &s->cure[i]);
        x += wide + 8;
    }
    const char *last = diverged ? "Reset" : "Dismiss";
    struct rect end = { row.x + row.w - button_width(last), row.y, button_width(last), row.h };
    back_button(w, x, end.x, row);
    if (!ui_text_button(&w->ui, diverged ? "diverged.reset" : "coach.dismiss", last, end, diverged))
        return;
    if (diverged) {
        action_reset(w, 0);
        worker_play(w->worker, true);
    } else {
        w->coach_dismissed = s->finding.step;
    }
    window_dirty(w, AREAS_ALL);
}

void panel_coach(struct window *w)
{
    const struct theme *t = w->look.theme;
    struct rect area = w->area[AREA_MAIN];
    if (!w->snap || silent(w))
        return;
    double wide = fmin(CARD_WIDE, area.w - 24);
    struct point at = { area.x + (area.w - wide) / 2 + PAD, area.y + 52 + PAD };
    int lines = sentence(w, w->snap->coach, at, wide - 2 * PAD, false);
    struct rect box = { at.x - PAD, at.y - PAD, wide, LINE * lines + 6 + BUTTON + 2 * PAD };
    if (w->ui.canvas) {
        bool bad = w->snap->finding.kind == COACH_DIVERGED;
        canvas_round_rect(w->ui.canvas, box, 8, t->surface);
        canvas_round_outline(w->ui.canvas, box, 8, 1, bad ? t->bad : t->hairline);
        sentence(w, w->snap->coach, at, wide - 2 * PAD, true);
    }
    ui_control(&w->ui, "coach", w->snap->coach, box, false);
    ui_value(&w->ui, "%s", coach_id(w->snap->finding.kind));
    buttons(w, (struct rect){ box.x + PAD, box.y + PAD + LINE * lines + 6, wide - 2 * PAD, BUTTON });
}
