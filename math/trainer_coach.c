/* What the coach is shown of a training, and its cures. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "math/trainer_state.h"

enum { MEAN_STEPS = 50 }; /* class means are of the batches of so many steps */

/* Rows of the head where it has one a class, else class means. */
static bool compares_means(const struct trainer *t, const struct loss_force *force)
{
    return force->loss->weight == BLOCK_NONE || loss_sub(force) > 1 || t->experiment.model == MODEL_IDENTITY;
}

static void forget_means(struct trainer *t)
{
    memset(t->watch_sum, 0, (size_t)(t->classes * t->dim) * sizeof *t->watch_sum);
    memset(t->watch_seen, 0, (size_t)t->classes * sizeof *t->watch_seen);
}

/* The batch joins the sums; when there are enough of them they become the means. */
static void follow_means(struct trainer *t, const struct loss_force *force, int n)
{
    bool directions = loss_decision(force) == DECIDE_COSINE;
    int dim = t->dim;
    for (int i = 0; i < n; i++) {
        const double *x = t->feature + (size_t)i * (size_t)dim;
        double square = 0, *sum = t->watch_sum + (size_t)t->label[i] * (size_t)dim;
        for (int k = 0; k < dim; k++)
            square += x[k] * x[k];
        double scale = directions ? 1 / fmax(1e-12, sqrt(square)) : 1;
        for (int k = 0; k < dim; k++)
            sum[k] += scale * x[k];
        t->watch_seen[t->label[i]]++;
    }
    if (t->step % MEAN_STEPS != 0)
        return;
    for (int j = 0; j < t->classes; j++)
        for (int k = 0; k < dim && t->watch_seen[j]; k++)
            t->watch_mean[j * dim + k] = t->watch_sum[j * dim + k] / t->watch_seen[j];
    t->watch_means = true;
    forget_means(t);
}

/* The rule's head without a pass over the data: means are those of the last batches. */
static struct head quick_rule(struct trainer *t, const struct loss_force *force)
{
    if (force->loss->weight != BLOCK_NONE)
        return trainer_rule_of(t, force, &t->mean_sample);
    struct head rule = trainer_head(t, t->head);
    for (int j = 0; j < t->classes; j++) {
        double square = 0;
        for (int k = 0; k < t->dim; k++)
            square += t->watch_mean[j * t->dim + k] * t->watch_mean[j * t->dim + k];
        t->rule_bias[j] = t->class_count[j] ? -square / 2 : -1e30;
    }
    rule.weight = t->watch_mean;
    rule.bias = loss_decision(force) == DECIDE_COSINE ? NULL : t->rule_bias;
    return rule;
}

static void judge_pairs(const struct coach *c, int label, bool right, struct coach_step *s)
{
    for (int k = 0; k < c->pairs; k++) {
        bool own = label == c->pair[k].a || label == c->pair[k].b;
        s->pair_met[k] += own;
        s->pair_right[k] += own && right;
    }
}

static void judge_batch(struct trainer *t, const struct loss_force *force, int n, struct coach_step *s)
{
    double own[GROUP_DIM_MAX];
    if (force->loss->weight == BLOCK_NONE && !t->watch_means)
        return;
    struct head rule = quick_rule(t, force);
    for (int i = 0; i < n; i++) {
        const double *x = t->feature + (size_t)i * (size_t)t->dim;
        if (force->loss->refine) {
            force->loss->refine(force, x, &rule, own);
            x = own;
        }
        bool right = loss_predict(force, x, &rule) == t->label[i];
        s->right += right;
        judge_pairs(&t->coach, t->label[i], right, s);
    }
    s->seen = n;
}

static double largest_share(const struct trainer *t)
{
    int most = 0;
    for (int j = 0; j < t->classes; j++)
        most = t->class_count[j] > most ? t->class_count[j] : most;
    return (double)most / t->pool;
}

/* A look costs classes^2 numbers of a feature: with thousands of classes it comes more rarely. */
static long look_every(const struct trainer *t)
{
    double cost = (double)t->classes * t->classes * t->dim;
    return COACH_EVERY * (1 + (long)(cost / 200000));
}

static void look(struct trainer *t, int n, struct coach_step *s)
{
    struct loss_force now = trainer_force(t), *force = &now;
    s->looked = true;
    judge_batch(t, force, n, s);
    if (experiment_loss(&t->experiment)->task != TASK_CLASS || t->experiment.model == MODEL_IDENTITY)
        return;
    s->feature = t->feature;
    s->means = compares_means(t, force);
    s->distance = force->loss->weight == BLOCK_NONE && loss_decision(force) != DECIDE_COSINE;
    if (!s->means)
        s->row = trainer_head(t, t->head).weight;
    else if (t->watch_means)
        s->row = t->watch_mean;
}

/* Whether the margin is more than the classes have room for. */
static bool crowded(const struct trainer *t)
{
    struct loss_force force = trainer_force(t);
    int margin = force.loss->margin;
    return margin >= 0 && force.param[margin] > coach_room(&force, t->classes, t->dim);
}

void trainer_watch(struct trainer *t, int n)
{
    const struct loss_force *force = &t->seen_force;
    enum loss_task task = force->loss->task;
    bool looks = !t->diverged && t->step % look_every(t) == 0;
    struct coach_step s = { .step = t->step,
        .force = force,
        .n = n,
        .dim = t->dim,
        .classes = t->classes,
        .loss = t->seen_loss,
        .class_count = t->class_count,
        .diverged = t->diverged };
    if (task != TASK_CLASS && task != TASK_SCORE && !t->diverged)
        return;
    if (!t->diverged && task == TASK_CLASS && compares_means(t, force))
        follow_means(t, force, n);
    s.chance = largest_share(t);
    s.room = (looks || t->diverged) && crowded(t);
    if (looks)
        look(t, n, &s);
    coach_watch(&t->coach, &s);
}

struct finding trainer_finding(const struct trainer *t)
{
    return t->coach.finding;
}

int trainer_findings(const struct trainer *t, const struct finding **out)
{
    *out = t->coach.log;
    return t->coach.log_count;
}

const char *trainer_sentence(const struct trainer *t, const struct finding *f, char text[COACH_TEXT])
{
    return coach_sentence(f, t->data->class_name[f->a], t->data->class_name[f->b], text);
}

int trainer_cures(const struct trainer *t, struct cure out[CURE_MAX])
{
    return coach_cures(&t->coach.finding, &t->experiment, t->classes, t->dim, out);
}
