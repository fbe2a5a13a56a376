#include "app/player.h"

#include <math.h>

static const double PACE_FIRST = 60;

void player_open(struct player *p, struct lesson *lesson)
{
    *p = (struct player){ .lesson = *lesson, .at = -1, .jumped = true };
    *lesson = (struct lesson){ .count = 0 };
}

void player_close(struct player *p)
{
    lesson_clear(&p->lesson);
    *p = (struct player){ .at = -1 };
}

/* The step whose settings the path to `step` begins with. */
static int beginning(const struct player *p, int step)
{
    while (step > 0 && !p->lesson.step[step].from_start)
        step--;
    return step;
}

static void show(struct player *p, int step)
{
    p->step = step;
    p->revealed = false;
}

bool player_goto(struct player *p, int step)
{
    if (step < 0 || step >= p->lesson.count)
        return false;
    p->whole = step < p->at || (step == p->at && !p->held);
    p->held = false;
    p->from = beginning(p, step);
    p->at = p->from - 1;
    p->jumped = true;
    show(p, step);
    return true;
}

bool player_next(struct player *p)
{
    if (p->step + 1 >= p->lesson.count)
        return false;
    if (p->at == p->step)
        p->from = p->at;
    p->whole = false;
    show(p, p->step + 1);
    return true;
}

bool player_back(struct player *p)
{
    return player_goto(p, p->step - 1);
}

double player_pace(const struct player *p, int step)
{
    double pace = p->lesson.step[step].pace;
    for (; pace < 0 && step > 0; step--)
        pace = p->lesson.step[step - 1].pace;
    return pace < 0 ? PACE_FIRST : pace;
}

/* What is left of a step that another one waits for. */
static bool finish(struct player *p, struct player_order *out)
{
    p->hurried = true;
    *out = (struct player_order){ .until = p->until, .recall = -1 };
    return true;
}

static bool enter(struct player *p, int step, const struct player_now *now, struct player_order *out)
{
    const struct lesson_step *s = &p->lesson.step[step];
    *out = (struct player_order){ .set = true, .recall = -1 };
    lesson_experiment(&p->lesson, step, &out->experiment);
    out->anew = s->from_start || experiment_rebuilds(now->set, &out->experiment);
    long base = out->anew ? 0 : now->step;
    p->at = step;
    p->jumped = false;
    p->held = now->asking && s->ask_first && step == p->step && !p->whole && !p->revealed;
    p->ends[step] = base + s->run_steps;
    p->until = out->until = p->held ? base : p->ends[step];
    p->hurried = step < p->step || p->whole;
    out->pace = p->hurried ? 0 : player_pace(p, step);
    return true;
}

/* The answer is shown, or nobody wants it: the training that would have given it away. */
static bool release(struct player *p, struct player_order *out)
{
    p->held = false;
    p->until = p->ends[p->at];
    p->hurried = p->at < p->step;
    *out = (struct player_order){
        .until = p->until, .recall = -1, .pace = p->hurried ? 0 : player_pace(p, p->at)
    };
    return true;
}

/* The last step on the path whose end is kept; -1. */
static int kept_step(const struct player *p, const struct player_now *now)
{
    int at = p->step - (p->whole ? 0 : 1);
    while (at >= p->from && !(now->marked && now->marked(now->user, at)))
        at--;
    return at >= p->from ? at : -1;
}

static bool recall(struct player *p, int step, struct player_order *out)
{
    *out = (struct player_order){ .set = true, .recall = step, .until = p->ends[step] };
    lesson_experiment(&p->lesson, step, &out->experiment);
    p->at = step;
    p->until = p->ends[step];
    p->jumped = p->held = false;
    p->hurried = true;
    return true;
}

bool player_turn(struct player *p, const struct player_now *now, struct player_order *out)
{
    if (p->held && now->arrived && (p->revealed || p->at < p->step))
        return release(p, out);
    if (p->at >= p->step)
        return false;
    int kept = p->jumped ? kept_step(p, now) : -1;
    if (kept >= 0)
        return recall(p, kept, out);
    if (p->jumped || now->arrived)
        return enter(p, p->at + 1, now, out);
    return p->hurried && now->running ? false : finish(p, out);
}

bool player_waits(const struct player *p)
{
    return p->lesson.step[p->step].question[0] && !p->revealed;
}

bool player_behind(const struct player *p, const struct player_now *now)
{
    return p->at < p->step || (p->whole && !now->arrived);
}

double player_share(const struct player *p, const struct player_now *now)
{
    double done = 0, all = 0;
    for (int i = p->from < 0 ? 0 : p->from; i <= p->step - (p->whole ? 0 : 1); i++) {
        double run = (double)p->lesson.step[i].run_steps;
        all += run;
        done += i < p->at ? run : i == p->at ? fmax(0, run - fmax(0, (double)(p->until - now->step))) : 0;
    }
    return all > 0 ? fmin(1, done / all) : 1;
}
