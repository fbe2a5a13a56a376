#include "app/uimap.h"

#include <math.h>
#include <stdio.h>

#include <jansson.h>

#include "app/compare.h"
#include "app/lecture.h"
#include "app/panel.h"
#include "math/draw.h"

static json_t *number(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

static json_t *params(const struct loss *loss, const double *value)
{
    json_t *out = json_object();
    for (int i = 0; i < loss_param_count(loss); i++)
        json_object_set_new(out, loss->param[i].id, number(value[i]));
    return out;
}

static json_t *control(const struct window *w, const struct ui_item *item)
{
    json_t *out = json_object();
    json_object_set_new(out, "id", json_string(item->id));
    json_object_set_new(out, "label", json_string(item->label));
    json_object_set_new(out, "rect",
        json_pack("[f,f,f,f]", item->rect.x * w->points, item->rect.y * w->points, item->rect.w * w->points,
            item->rect.h * w->points));
    json_object_set_new(out, "value", json_string(item->value));
    return out;
}

static void training(const struct window *w, json_t *value)
{
    const struct snapshot *s = w->snap;
    const struct experiment *e = &w->experiment;
    json_object_set_new(value, "step", json_integer(s ? s->step : 0));
    json_object_set_new(value, "epoch", number(s ? s->epoch : 0));
    json_object_set_new(value, "dataset", json_string(s ? s->data_name : e->dataset));
    json_object_set_new(value, "loss", json_string(experiment_loss(e)->id));
    json_object_set_new(value, "params", params(experiment_loss(e), e->param[e->loss]));
    json_object_set_new(value, "in_force", s ? params(s->force.loss, s->force.param) : json_object());
    json_object_set_new(value, "train_accuracy", number(s ? s->train_accuracy : NAN));
    json_object_set_new(value, "test_accuracy", number(s ? s->test_accuracy : NAN));
    json_object_set_new(value, "margin_accuracy", number(s ? s->margin_accuracy : NAN));
    json_object_set_new(value, "diverged", json_boolean(s && s->diverged));
    json_object_set_new(value, "selected", json_integer(w->look.selected));
    json_object_set_new(value, "zoom", number(w->look.zoom));
}

/* What the timeline shows as flags. */
static json_t *flags(const struct snapshot *s)
{
    json_t *out = json_array();
    for (int i = 0; s && i < s->event_count; i++)
        json_array_append_new(
            out, json_pack("{s:I,s:s}", "step", (json_int_t)s->event[i].step, "text", s->event[i].text));
    return out;
}

static json_t *terms(const struct experiment *e)
{
    json_t *out = json_array();
    for (int i = 0; i < term_count(); i++)
        if (e->added[i])
            json_array_append_new(out, json_string(term_at(i)->id));
    return out;
}

static void lesson(const struct window *w, json_t *value)
{
    const struct lecture *l = w->lecture;
    json_object_set_new(value, "sweeping", json_string(w->sweeping ? w->sweep.key : ""));
    json_object_set_new(value, "presenting", json_boolean(l->showing));
    json_object_set_new(value, "blank", json_boolean(l->blank));
    if (!lecture_lesson(w))
        return;
    struct player_now now = lecture_now(w);
    json_object_set_new(value, "lesson",
        json_pack("{s:s,s:i,s:i,s:b,s:b,s:b,s:b}", "title", l->player.lesson.title, "step",
            l->player.step + 1, "steps", l->player.lesson.count, "waits", player_waits(&l->player),
            "revealed", l->player.revealed, "behind", player_behind(&l->player, &now), "done", now.arrived));
}

static const char *bench_name(enum bench bench)
{
    static const char *const names[BENCH_COUNT] = { "plane", "sphere", "basics" };
    return names[bench];
}

static void comparison(const struct window *w, json_t *value)
{
    const struct compare *c = w->compare;
    char differs[1024] = "";
    json_t *cells = json_array();
    if (compare_several(w))
        compare_differences(w, differs, sizeof differs);
    for (int i = 0; compare_several(w) && i < c->shown; i++)
        json_array_append_new(cells,
            json_pack("{s:s,s:I,s:o,s:o}", "loss", experiment_loss(&c->snap[i]->experiment)->id, "step",
                (json_int_t)c->snap[i]->step, "test_accuracy", number(c->snap[i]->test_accuracy), "params",
                params(c->snap[i]->force.loss, c->snap[i]->experiment.param[c->snap[i]->experiment.loss])));
    json_object_set_new(value, "compare",
        json_pack("{s:b,s:i,s:i,s:b,s:s,s:o}", "open", compare_open(w), "count", c->count, "focus", c->focus,
            "all", c->all, "differs", differs, "cells", cells));
}

static json_t *state(const struct window *w)
{
    json_t *value = json_object(), *out = json_object();
    training(w, value);
    json_object_set_new(value, "running", json_boolean(w->state.playing));
    json_object_set_new(value, "history", json_boolean(w->past));
    json_object_set_new(value, "rolling", json_boolean(w->state.rolling));
    json_object_set_new(value, "kept", json_integer(worker_history_count(w->worker)));
    json_object_set_new(value, "present", json_integer(w->present.step));
    json_object_set_new(value, "loading", json_boolean(w->state.loading));
    json_object_set_new(value, "error", json_string(w->state.failed ? w->state.why.text : w->ui.error));
    json_object_set_new(value, "notice", json_string(w->notice));
    json_object_set_new(value, "flags", flags(w->snap));
    json_object_set_new(value, "view", json_string(w->view->id));
    lesson(w, value);
    comparison(w, value);
    json_object_set_new(value, "explains", json_string(w->card.open ? w->card.what : ""));
    json_object_set_new(value, "bench", json_string(bench_name(w->bench)));
    json_object_set_new(value, "orbit",
        json_pack("[f,f,f,f]", (double)w->look.orbit[0], (double)w->look.orbit[1], (double)w->look.orbit[2],
            (double)w->look.orbit[3]));
    json_object_set_new(value, "added", terms(&w->experiment));
    json_object_set_new(value, "moved", json_integer(w->experiment.move_count));
    json_object_set_new(
        value, "drawing", json_boolean(w->draw.on && w->snap && draw_chosen(&w->snap->experiment)));
    json_object_set_new(value, "drawn", json_integer(w->experiment.dot_count));
    json_object_set_new(value, "steps_per_s", number(w->state.steps_per_s));
    json_object_set_new(value, "fps", number(w->number.fps));
    json_object_set_new(value, "frame_ms_p50", number(w->number.p50));
    json_object_set_new(value, "frame_ms_p99", number(w->number.p99));
    json_object_set_new(out, "id", json_string("state"));
    json_object_set_new(out, "value", value);
    return out;
}

void uimap_write(struct window *w, const char *path)
{
    char beside[1100];
    json_t *map = json_array();
    for (int i = 0; i < w->ui.item_count; i++)
        if (!w->ui.item[i].hidden)
            json_array_append_new(map, control(w, &w->ui.item[i]));
    json_array_append_new(map, state(w));
    snprintf(beside, sizeof beside, "%s.part", path);
    if (json_dump_file(map, beside, JSON_INDENT(1) | JSON_REAL_PRECISION(9)) == 0 &&
        rename(beside, path) != 0)
        remove(beside);
    json_decref(map);
}
