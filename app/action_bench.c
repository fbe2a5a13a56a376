/* Choosing what is trained: a loss, with data that fit it, on one of the benches; and points moved by hand. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/compare.h"
#include "app/lecture.h"
#include "app/panel.h"

static const double BASICS_LAMBDA = 0.01, BASICS_RATE = 0.02;

/* What a task wants of the data, and the set to take where the present one has it not. */
static const struct {
    const char *needs, *dataset;
} task_rows[] = {
    [TASK_CLASS] = { "needs classes as labels", "mnist" },
    [TASK_SCORE] = { "needs two classes", "two-blobs" },
    [TASK_REAL] = { "needs numbers as labels", "outliers" },
    [TASK_MULTI] = { "needs several labels a point", "discs" },
};

static bool fits(const struct dataset *d, enum loss_task task)
{
    switch (task) {
    case TASK_CLASS:
        return !d->numbers;
    case TASK_SCORE:
        return !d->numbers && d->classes == 2;
    case TASK_REAL:
        return d->numbers;
    case TASK_MULTI:
        return d->targets > 1;
    }
    return false;
}

/* Pairs pull at features, so something must make these. */
static bool lacks_network(const struct experiment *e, const struct loss *loss)
{
    return loss_is_pair(loss) && loss->extra == BLOCK_NONE && e->model == MODEL_IDENTITY;
}

const char *action_misfit(const struct window *w, const struct loss *loss)
{
    if (w->data && !fits(w->data, loss->task))
        return task_rows[loss->task].needs;
    return lacks_network(&w->experiment, loss) ? "needs a network" : NULL;
}

bool action_basic(const struct loss *loss)
{
    return loss->task != TASK_CLASS;
}

enum bench action_bench(const struct experiment *e)
{
    return action_basic(experiment_loss(e)) ? BENCH_BASICS : e->feature_dim == 3 ? BENCH_SPHERE : BENCH_PLANE;
}

/* Features of more than two numbers have no plane; the ball shows three of them as they are, more from one side. */
const struct view *action_home(const struct experiment *e)
{
    return action_basic(experiment_loss(e)) || e->feature_dim == 2 ? &view_feature : &view_sphere;
}

bool action_has_bench(enum bench bench)
{
    return bench != BENCH_BASICS || (loss_find("hinge") && dataset_find(task_rows[TASK_SCORE].dataset));
}

double action_default(const struct window *w, int param)
{
    const struct loss *loss = experiment_loss(&w->experiment);
    bool lambda = strcmp(loss->param[param].id, "lambda") == 0;
    return lambda && action_basic(loss) ? BASICS_LAMBDA : loss->param[param].initial;
}

/* --- benches ------------------------------------------------------------------------------------------- */

/* The basics begin with every lambda at their own default. */
static void basics_lambdas(struct experiment *e)
{
    for (int i = 0; i < loss_count(); i++) {
        int lambda = loss_param_find(loss_at(i), "lambda");
        if (action_basic(loss_at(i)) && lambda >= 0)
            e->param[i][lambda] = BASICS_LAMBDA;
    }
}

/* An example of the task: its data as they are, so that the plane is the data. */
static void take_example(struct experiment *e, enum loss_task task)
{
    snprintf(e->dataset, sizeof e->dataset, "%s", task_rows[task].dataset);
    e->classes[0] = e->holdout[0] = '\0';
    e->model = MODEL_IDENTITY;
    e->feature_dim = 2;
    e->move_count = 0;
    e->split = SPLIT_TRAIN;
    e->batch = 0;
    e->lr = BASICS_RATE;
    memset(e->added, 0, sizeof e->added);
}

static void keep(struct window *w, const struct experiment *e)
{
    w->kept[w->bench] = *e;
    w->kept_once[w->bench] = true;
    w->kept_playing[w->bench] = w->state.playing;
}

static void arrive(struct window *w, enum bench bench)
{
    w->bench = bench;
    if (bench != BENCH_BASICS)
        w->heads = bench;
    w->side_first = 0;
    action_fit(w, 0);
    window_dirty(w, AREAS_ALL);
}

static void go_home(struct window *w)
{
    action_view(w, action_home(&w->experiment)->id);
}

static void enter_bench(struct window *w, enum bench bench)
{
    if (bench == w->bench)
        return;
    keep(w, &w->experiment);
    arrive(w, bench);
    if (!w->kept_once[bench] && bench == BENCH_BASICS) {
        basics_lambdas(&w->experiment);
        w->kept[bench] = w->experiment;
    }
}

void action_settle(struct window *w, const struct experiment *before)
{
    enum bench bench = action_bench(&w->experiment);
    bool moved = bench != w->bench, shown = before && w->view == action_home(before);
    if (moved && before)
        keep(w, before);
    if (moved)
        arrive(w, bench);
    if (moved || shown)
        go_home(w);
    if (!before)
        w->trained = w->bench;
}

static void changed_experiment(struct window *w)
{
    w->sweeping = false;
    ui_edit_end(&w->ui);
    action_apply(w);
    window_dirty(w, AREAS_ALL);
}

static void first_basics(struct experiment *e)
{
    const struct loss *loss = loss_find("hinge");
    take_example(e, TASK_SCORE);
    e->loss = loss ? loss_index(loss) : e->loss;
}

/* Plane and sphere begin with what the other one trains, in their own dimension. */
static void first_heads(struct window *w, enum bench bench)
{
    enum bench other = bench == BENCH_PLANE ? BENCH_SPHERE : BENCH_PLANE;
    if (w->kept_once[other])
        w->experiment = w->kept[other];
    else
        experiment_init(&w->experiment);
    w->experiment.feature_dim = bench == BENCH_SPHERE ? 3 : 2;
}

/* A bench never left has nothing to come back to: it starts with an example. */
void action_choose_bench(struct window *w, enum bench bench)
{
    if (bench == w->bench)
        return;
    bool again = w->kept_once[bench], heads = bench != BENCH_BASICS && w->bench != BENCH_BASICS;
    enter_bench(w, bench);
    if (again)
        w->experiment = w->kept[bench];
    else if (bench == BENCH_BASICS)
        first_basics(&w->experiment);
    else
        first_heads(w, bench);
    go_home(w);
    bool waits = again && !compare_several(w) && !lecture_lesson(w);
    if (heads && !waits)
        window_notice(w, false, "%d-D features: the training starts anew", w->experiment.feature_dim);
    changed_experiment(w);
    if (waits) {
        worker_play(w->worker, w->kept_playing[bench]);
        worker_state(w->worker, &w->state);
    }
}

/* --- losses -------------------------------------------------------------------------------------------- */

static const char *dataset_label(const char *id)
{
    const struct dataset_row *row = dataset_find(id);
    return row ? row->label : id;
}

/* Back on a bench whose last data fit, those return; else the example of the task. */
static void fit_data(struct window *w, const struct loss *loss, bool arrived)
{
    bool back = arrived && w->kept_once[w->bench] && experiment_loss(&w->kept[w->bench])->task == loss->task;
    if (back)
        w->experiment = w->kept[w->bench];
    else if (w->bench != BENCH_BASICS)
        first_heads(w, w->bench);
    else
        take_example(&w->experiment, loss->task);
    window_notice(w, false, "%s %s: now on %s", loss->label, task_rows[loss->task].needs,
        dataset_label(w->experiment.dataset));
}

/* Terms that have nothing to work on under this loss go, and are named. */
static void drop_terms(struct window *w, const struct loss *loss)
{
    for (int i = 0; i < term_count(); i++)
        if (w->experiment.added[i] && !experiment_term_fits(loss, term_at(i))) {
            w->experiment.added[i] = false;
            window_notice(
                w, false, "%s has nothing to work on under %s and is off", term_at(i)->label, loss->label);
        }
}

static void make_fit(struct window *w, const struct loss *loss, bool arrived)
{
    if (w->data && !fits(w->data, loss->task)) {
        fit_data(w, loss, arrived);
    } else if (lacks_network(&w->experiment, loss)) {
        w->experiment.model = MODEL_MLP;
        window_notice(w, false, "%s needs a network: the model is now an MLP", loss->label);
    }
    drop_terms(w, loss);
    draw_follow(w, &w->experiment);
}

static bool says_untrained(struct window *w, const struct loss *loss)
{
    if (loss->untrained)
        window_notice(w, false,
            "%s only counts: it has no gradient, so nothing can be trained with it. The score view draws it.",
            loss->label);
    return loss->untrained;
}

/* Trainings side by side share their data: other data would leave the losses beside this one without any. */
static bool parts_ways(struct window *w, const struct loss *loss)
{
    bool alone = !compare_several(w) || w->compare->all || lecture_lesson(w);
    if (alone || !w->data || fits(w->data, loss->task))
        return false;
    window_notice(w, true,
        "%s: %s, and the trainings beside it share these data; let the controls drive all of them",
        loss->label, task_rows[loss->task].needs);
    return true;
}

void action_choose_loss(struct window *w, int index)
{
    struct why why = { "" };
    const struct loss *loss = loss_at(index);
    struct experiment before = w->experiment;
    enum bench bench = action_basic(loss) ? BENCH_BASICS : w->heads;
    bool arrived = bench != w->bench;
    if (says_untrained(w, loss) || parts_ways(w, loss))
        return;
    enter_bench(w, bench);
    make_fit(w, loss, arrived);
    w->experiment.loss = index;
    if (arrived)
        go_home(w);
    if (experiment_check(&w->experiment, &why) != STATUS_OK) {
        window_notice(w, true, "%s: %s", loss->label, why.text);
        w->experiment = before;
        arrive(w, action_bench(&before));
        go_home(w);
        return;
    }
    changed_experiment(w);
}

/* The next one that can be trained on these data, on this bench. */
void action_loss(struct window *w, int direction)
{
    for (int next = w->experiment.loss + direction; next >= 0 && next < loss_count(); next += direction) {
        const struct loss *loss = loss_at(next);
        if (loss->term || loss->untrained || action_basic(loss) != (w->bench == BENCH_BASICS) ||
            action_misfit(w, loss))
            continue;
        action_choose_loss(w, next);
        return;
    }
}

/* --- points moved by hand ------------------------------------------------------------------------------ */

void action_move(struct window *w, int row, const double at[2])
{
    struct experiment *e = &w->experiment;
    int place = 0;
    while (place < e->move_count && e->move[place].row != row)
        place++;
    if (at && place == EXPERIMENT_MOVES) {
        window_notice(
            w, true, "%d points are moved already; double-click one to put it back first", EXPERIMENT_MOVES);
        return;
    }
    if (at) {
        e->move[place] = (struct move){ row, at[0], at[1] };
        e->move_count += place == e->move_count;
    } else if (place < e->move_count) {
        e->move_count--;
        memmove(e->move + place, e->move + place + 1, (size_t)(e->move_count - place) * sizeof *e->move);
    }
    action_apply(w);
}
