/* action_sweep.c - sliders that move by themselves: any number of the chosen loss, of an added term, or the rate; once
 * or back and forth, while the training goes on or stands. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/compare.h"
#include "app/undo.h"
#include "app/panel_rows.h"

static const double SWEEP_S = 4, SWEEP_FACTOR = 1.5, SWEEP_SLOWEST_S = 60, SWEEP_FASTEST_S = 0.5;

/* --- a number by its name ------------------------------------------------------------------------------ */

/* "m" of the chosen loss, "ring.lambda" of a term or of any loss. NULL: none of those. */
static double *loss_number(struct window *w, const char *key, const struct loss **loss, int *param)
{
    const char *dot = strchr(key, '.');
    *loss = experiment_loss(&w->experiment);
    for (int i = 0; dot && i < loss_count(); i++)
        if (strlen(loss_at(i)->id) == (size_t)(dot - key) &&
            strncmp(loss_at(i)->id, key, (size_t)(dot - key)) == 0)
            *loss = loss_at(i);
    *param = loss_param_find(*loss, dot ? dot + 1 : key);
    return *param < 0 ? NULL : &w->experiment.param[loss_index(*loss)][*param];
}

static bool slides(const struct param *row)
{
    return row->kind == PARAM_LINEAR || row->kind == PARAM_LOG || row->kind == PARAM_INTEGER;
}

static bool other_dial(const struct window *w, const char *key, struct dial *d)
{
    d->row = panel_param_row(key);
    if (!d->row || strcmp(key, "lr") != 0)
        return false;
    d->value = experiment_rate(&w->experiment);
    d->end = param_end(d->row);
    d->initial = d->row->initial;
    return true;
}

bool action_dial(struct window *w, const char *key, struct dial *d)
{
    const struct loss *loss;
    int param;
    const double *value = loss_number(w, key, &loss, &param);
    *d = (struct dial){ .force = NAN, .limit = NAN };
    if (!value)
        return other_dial(w, key, d);
    bool chosen = loss == experiment_loss(&w->experiment);
    d->row = &loss->param[param];
    d->value = *value;
    d->margin = chosen && param == loss->margin;
    d->initial = chosen ? action_default(w, param) : d->row->initial;
    d->force = chosen ? row_force(w, param) : NAN;
    d->end = d->margin ? margin_end(w, loss, &d->limit) : param_end(d->row);
    return slides(d->row);
}

void action_dial_set(struct window *w, const char *key, double value, bool hand)
{
    const struct loss *loss;
    int param;
    double *place = loss_number(w, key, &loss, &param);
    if (place)
        *place = value;
    else
        w->experiment.lr = value;
    if (hand) {
        w->sweeping = false;
        compare_touch(w, key);
    }
    undo_quiet(w, !hand);
    action_apply(w);
    undo_quiet(w, false);
}

/* --- by itself ----------------------------------------------------------------------------------------- */

static void sweep(struct window *w, const char *key, double from, double to, double seconds, bool once)
{
    struct dial d;
    if (!action_dial(w, key, &d))
        return;
    w->sweep = (struct sweep){ .from = fmin(1, fmax(0, param_position(d.row, from, d.end))),
        .to = fmin(1, fmax(0, param_position(d.row, to, d.end))),
        .end = d.end,
        .seconds = seconds,
        .once = once,
        .began = window_now() };
    snprintf(w->sweep.key, sizeof w->sweep.key, "%s", key);
    w->sweeping = true;
    window_dirty(w, AREAS_CONTROL | 1 << AREA_TIMELINE);
    w->map_stale = true;
}

/* A lesson may go beyond the slider's end, as typing may. */
void action_sweep_from(struct window *w, const char *key, double from, double to, double seconds)
{
    struct dial d;
    if (!action_dial(w, key, &d))
        return;
    sweep(w, key, from, to, seconds, true);
    w->sweep.end = fmax(d.end, fmin(d.row->max, fmax(from, to)));
    w->sweep.from = param_position(d.row, from, w->sweep.end);
    w->sweep.to = param_position(d.row, to, w->sweep.end);
}

void action_sweep(struct window *w, int unused)
{
    (void)unused;
    const struct loss *loss = experiment_loss(&w->experiment);
    if (w->sweeping || loss->margin < 0) {
        w->sweeping = false;
        window_dirty(w, AREAS_CONTROL);
        return;
    }
    action_sweep_key(w, loss->param[loss->margin].id, SWEEP_BOTH);
}

static void faster(struct window *w, double factor)
{
    struct sweep *s = &w->sweep;
    double now = window_now(), seconds = fmin(SWEEP_SLOWEST_S, fmax(SWEEP_FASTEST_S, s->seconds / factor));
    s->began = now - (now - s->began) * seconds / s->seconds; /* it stays where it is */
    s->seconds = seconds;
}

void action_sweep_key(struct window *w, const char *key, enum sweep_kind kind)
{
    struct dial d;
    if (!action_dial(w, key, &d))
        return;
    bool going = w->sweeping && strcmp(w->sweep.key, key) == 0;
    if (kind == SWEEP_ONCE || kind == SWEEP_BOTH) {
        sweep(w, key, d.row->min, d.end, SWEEP_S, kind == SWEEP_ONCE);
        if (kind == SWEEP_BOTH) /* from where it is */
            w->sweep.began -= SWEEP_S * fmin(1, fmax(0, param_position(d.row, d.value, d.end)));
    } else if (going && kind == SWEEP_STOP) {
        w->sweeping = false;
    } else if (going) {
        faster(w, kind == SWEEP_FASTER ? SWEEP_FACTOR : 1 / SWEEP_FACTOR);
    }
    window_dirty(w, AREAS_CONTROL);
    w->map_stale = true;
}

void action_sweep_menu(struct window *w)
{
    struct dial d;
    const char *dot = strchr(w->ui.asked, '.');
    if (dot && action_dial(w, dot + 1, &d)) {
        snprintf(w->sweep_menu, sizeof w->sweep_menu, "%s", dot + 1);
        panel_popup_open(w, POPUP_SWEEP, w->ui.asked_at);
    }
    w->ui.asked[0] = '\0';
}

/* There and back again, or there and stop. */
static double place(struct sweep *s, double now, bool *over)
{
    double done = (now - s->began) / s->seconds, phase = fmod(done, 2);
    *over = s->once && done >= 1;
    double p = *over ? 1 : phase < 1 ? phase : 2 - phase;
    return s->from + (s->to - s->from) * p;
}

void action_sweep_turn(struct window *w)
{
    struct dial d;
    bool over;
    if (!w->sweeping)
        return;
    if (!action_dial(w, w->sweep.key, &d)) { /* another loss was chosen */
        w->sweeping = false;
        return;
    }
    double next = param_at(d.row, place(&w->sweep, window_now(), &over), w->sweep.end);
    next = d.row->kind == PARAM_INTEGER ? round(next) : ui_notch(d.row, d.row->max, next, 0);
    if (over) {
        w->sweeping = false;
        w->map_stale = true;
    }
    if (next != d.value)
        action_dial_set(w, w->sweep.key, next, false);
}
