#include "math/schedule.h"

#include <math.h>

enum { WARMUP_STEPS = 300, RAMP_STEPS = 300, ANNEAL_FALL = 600, ANNEAL_END = 1000 };

/* A scale to warm up to: adacos has none of its own setting. */
static bool has_scale(const struct loss *loss)
{
    for (int p = 0; p < loss_param_count(loss); p++)
        if (loss->param[p].role == ROLE_SCALE)
            return loss->radius == RADIUS_SCALE;
    return false;
}

void schedule_lengths(const struct experiment *e, int lengths[2])
{
    bool fixed_scale = has_scale(experiment_loss(e));
    lengths[0] = e->warmup[0] != SCHEDULE_DEFAULT ? e->warmup[0] : fixed_scale ? WARMUP_STEPS : 0;
    lengths[1] = e->warmup[1] != SCHEDULE_DEFAULT ? e->warmup[1] : fixed_scale ? RAMP_STEPS : 0;
}

void schedule_begin(struct schedule *schedule, const struct experiment *e, long step)
{
    int lengths[2];
    schedule_lengths(e, lengths);
    *schedule = (struct schedule){ .start = step, .skip_norm = step > 0 && step >= lengths[0] };
}

double schedule_lambda(long k, double set)
{
    double fall = 1000 / (1 + 0.12 * (double)(k < ANNEAL_FALL ? k : ANNEAL_FALL));
    if (k >= ANNEAL_END)
        return set;
    if (k >= ANNEAL_FALL)
        fall += (set - fall) * (double)(k - ANNEAL_FALL) / (ANNEAL_END - ANNEAL_FALL);
    return fmax(fall, set);
}

/* A margin k steps into a warm-up of N + M steps. */
static double ramp(const struct param *param, double set, long k, const int lengths[2])
{
    if (k >= lengths[0] + lengths[1])
        return set;
    if (k < lengths[0])
        return param->neutral;
    double value = param->neutral + (set - param->neutral) * (double)(k - lengths[0]) / lengths[1];
    return param->kind == PARAM_INTEGER ? round(value) : value;
}

/* Steps into the warm-up: one that skips the |x| phase begins behind it. */
static long warmup_clock(
    const struct schedule *schedule, const struct experiment *e, long step, int lengths[2])
{
    schedule_lengths(e, lengths);
    return step - schedule->start + (schedule->skip_norm ? lengths[0] : 0);
}

static bool anneals(const struct experiment *e)
{
    return e->anneal != 0;
}

static bool norm_phase(const struct schedule *schedule, const struct experiment *e, long k, int length)
{
    const struct loss *loss = experiment_loss(e);
    if (k >= length || !has_scale(loss))
        return false;
    for (int p = 0; p < loss_param_count(loss); p++)
        if (loss->param[p].role == ROLE_SCALE && schedule->ended[p])
            return false;
    return true;
}

void schedule_fill_force(
    const struct schedule *schedule, const struct experiment *e, long step, struct loss_force *force)
{
    experiment_fill_force(e, force);
    int lengths[2];
    long k = warmup_clock(schedule, e, step, lengths);
    force->norm_radius = norm_phase(schedule, e, k, lengths[0]);
    for (int p = 0; force->loss->param[p].kind != PARAM_NONE; p++) {
        const struct param *param = &force->loss->param[p];
        if (schedule->ended[p])
            continue;
        if (param->role == ROLE_MARGIN)
            force->param[p] = ramp(param, force->param[p], k, lengths);
        if (param->role == ROLE_ANNEALED && anneals(e))
            force->param[p] = schedule_lambda(step - schedule->start, force->param[p]);
    }
}

struct loss_force schedule_force(const struct schedule *schedule, const struct experiment *e, long step)
{
    struct loss_force force;
    schedule_fill_force(schedule, e, step, &force);
    return force;
}

void schedule_hold(const struct schedule *schedule, const struct loss_force *given, struct loss_force *force)
{
    for (int p = 0; p < LOSS_PARAM_MAX; p++)
        if (schedule->ended[p])
            force->param[p] = given->param[p];
}

static bool any_running(const struct schedule *schedule, const struct loss *loss, enum param_role role)
{
    for (int p = 0; p < loss_param_count(loss); p++)
        if (loss->param[p].role == role && !schedule->ended[p])
            return true;
    return false;
}

struct schedule_state schedule_state(const struct schedule *schedule, const struct experiment *e, long step)
{
    const struct loss *loss = experiment_loss(e);
    struct schedule_state state = { 0 };
    int lengths[2];
    long k = warmup_clock(schedule, e, step, lengths);
    if (norm_phase(schedule, e, k, lengths[0])) {
        state.warmup_step = (int)k;
        state.warmup_length = lengths[0];
    }
    if (k >= lengths[0] && k < lengths[0] + lengths[1] && any_running(schedule, loss, ROLE_MARGIN)) {
        state.ramp_step = (int)(k - lengths[0]);
        state.ramp_length = lengths[1];
    }
    state.annealing =
        anneals(e) && step - schedule->start < ANNEAL_END && any_running(schedule, loss, ROLE_ANNEALED);
    return state;
}
