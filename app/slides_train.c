/* slides_train.c - a lesson walked through without a window: the orders of its player, carried out at once. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/dataset_open.h"
#include "app/headless.h"
#include "app/slides.h"

enum { LOOKS = 40, MOVES = 60 }; /* points of the curves, moves of a sweep, in one step */

void slides_run_begin(struct slides_run *run, struct lesson *lesson, int last)
{
    *run = (struct slides_run){ .began = headless_now() };
    lesson_experiment(lesson, 0, &run->set);
    for (int i = 0; i <= last && i < lesson->count; i++)
        run->steps_all += (double)lesson->step[i].run_steps * (1 + lesson->step[i].compare_count);
    for (int i = 0; i <= LESSON_COMPARE; i++)
        snapshot_init(&run->cell[i].snap);
    player_open(&run->player, lesson);
}

static void drop_cells(struct slides_run *run, int from)
{
    for (int i = from; i <= LESSON_COMPARE; i++) {
        struct slides_cell *cell = &run->cell[i];
        training_end(&cell->training);
        scene_clear(&cell->scene);
        snapshot_clear(&cell->snap);
        snapshot_init(&cell->snap);
    }
    run->cells = run->cells < from ? run->cells : from;
}

void slides_run_end(struct slides_run *run)
{
    drop_cells(run, 0);
    dataset_clear(&run->data);
    player_close(&run->player);
}

/* A step that names no views keeps those before it. */
static void choose_views(struct slides_run *run)
{
    const struct lesson_step *s = &run->player.lesson.step[run->player.step];
    if (s->view_count == 0 && run->views > 0)
        return;
    run->views = 0;
    run->view[run->views++] = s->focus ? s->focus : s->view_count ? s->view[0] : &view_feature;
    for (int i = 0; i < s->view_count; i++)
        if (s->view[i] != run->view[0])
            run->view[run->views++] = s->view[i];
}

static void wanted_by(const struct slides_run *run, int cell, struct experiment *out)
{
    if (cell == 0)
        lesson_experiment(&run->player.lesson, run->player.at, out);
    else
        lesson_compared(&run->player.lesson, run->player.at, cell - 1, out);
}

static enum status make_anew(struct slides_run *run, const struct experiment *e, int cells, struct why *why)
{
    static struct experiment wanted;
    enum status status = STATUS_OK;
    drop_cells(run, 0);
    if (!run->open || !dataset_same(&run->set, e)) {
        dataset_clear(&run->data);
        run->open = false;
        status = dataset_open(e, &run->data, why);
        run->open = status == STATUS_OK;
    }
    for (; status == STATUS_OK && run->cells < cells; run->cells++) {
        static const struct options none;
        wanted_by(run, run->cells, &wanted);
        status = training_begin(&run->cell[run->cells].training, &none, &wanted, &run->data, why);
    }
    return status;
}

static enum status retune(struct slides_run *run, int cells, struct why *why)
{
    static struct experiment wanted;
    enum status status = STATUS_OK;
    drop_cells(run, cells);
    for (int i = 0; status == STATUS_OK && i < cells; i++) {
        wanted_by(run, i, &wanted);
        status = trainer_retune(run->cell[i].training.trainer, &wanted, why);
    }
    return status;
}

/* A slider that the step moves is moved evenly over its training, and stands at the end where it has none. */
static enum status sweep(struct slides_run *run, double share, struct why *why)
{
    const struct lesson_sweep *sweep = &run->player.lesson.step[run->player.at].sweep;
    struct trainer *t = run->cell[0].training.trainer;
    char value[40];
    if (!sweep->param[0])
        return STATUS_OK;
    struct experiment e = *trainer_experiment(t);
    snprintf(value, sizeof value, "%.6g", sweep->from + (sweep->to - sweep->from) * fmin(1, share));
    enum status status = experiment_set(&e, sweep->param, value, why);
    if (status == STATUS_OK)
        status = trainer_retune(t, &e, why);
    return status;
}

static enum status look(struct slides_run *run, struct slides_cell *cell, bool last, struct why *why)
{
    unsigned needs = 0;
    for (int i = 0; last && i < run->views; i++)
        needs |= view_needs(run->view[i], true);
    enum status status = training_snapshot(&cell->training, needs, &cell->snap, why);
    if (status == STATUS_OK && last && !scene_update(&cell->scene, &cell->snap, &run->data))
        status = why_set(why, STATUS_FAILED, "slides: out of memory; close other programs and try again");
    return status;
}

static enum status one_step(struct slides_run *run, struct slides_cell *cell, struct why *why)
{
    char words[80];
    const struct player *p = &run->player;
    training_step(&cell->training);
    snprintf(words, sizeof words, "slide %d of %d", p->step + 1, p->lesson.count);
    headless_progress(fmin(1, ++run->steps_done / fmax(1, run->steps_all)), words, run->began);
    if (!headless_stopped())
        return STATUS_OK;
    return why_set(why, STATUS_FAILED, "%s: stopped at slide %d; nothing was written, start again",
        headless_stopped(), p->step + 1);
}

static enum status train_cell(struct slides_run *run, struct slides_cell *cell, long until, struct why *why)
{
    struct trainer *t = cell->training.trainer;
    long from = trainer_steps(t), run_steps = until - from;
    bool leader = cell == &run->cell[0];
    enum status status = look(run, cell, false, why);
    while (status == STATUS_OK && trainer_steps(t) < until && !trainer_diverged(t)) {
        long done = trainer_steps(t) - from;
        if (leader && done % (run_steps / MOVES + 1) == 0)
            status = sweep(run, (double)done / (double)run_steps, why);
        if (status == STATUS_OK)
            status = one_step(run, cell, why);
        if (status == STATUS_OK && (done + 1) % (run_steps / LOOKS + 1) == 0)
            status = look(run, cell, false, why);
    }
    if (status == STATUS_OK && leader)
        status = sweep(run, 1, why);
    return status == STATUS_OK ? look(run, cell, true, why) : status;
}

static enum status carry_out(struct slides_run *run, const struct player_order *order, struct why *why)
{
    const struct lesson_step *step = &run->player.lesson.step[run->player.at];
    int cells = 1 + step->compare_count;
    bool anew = order->anew || run->cells < cells;
    long until = step->run_steps + (anew ? 0 : trainer_steps(run->cell[0].training.trainer));
    enum status status = anew ? make_anew(run, &order->experiment, cells, why) : retune(run, cells, why);
    run->set = order->experiment;
    for (int i = 0; status == STATUS_OK && i < cells; i++)
        status = train_cell(run, &run->cell[i], until, why);
    return status;
}

enum status slides_run_next(struct slides_run *run, struct why *why)
{
    static struct player_order order;
    struct player *p = &run->player;
    struct why inner = { "" };
    enum status status = STATUS_OK;
    if (p->at >= 0 && !player_next(p))
        return STATUS_OK;
    choose_views(run);
    struct player_now now = { .arrived = true, .set = &run->set };
    now.step = run->cells ? trainer_steps(run->cell[0].training.trainer) : 0;
    if (player_turn(p, &now, &order))
        status = carry_out(run, &order, &inner);
    if (status != STATUS_OK && headless_stopped())
        *why = inner;
    else if (status != STATUS_OK)
        why_set(why, STATUS_FAILED, "slide %d: %s", p->step + 1, inner.text);
    return status;
}
