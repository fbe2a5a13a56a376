#include "math/lens.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "math/loss_rows.h"

static enum lens_kind kind_of(const struct loss *loss)
{
    if (loss_is_pair(loss))
        return LENS_PAIR;
    if (loss->task == TASK_REAL)
        return LENS_FIT;
    if (loss->task == TASK_SCORE)
        return LENS_SCORE;
    return loss->task == TASK_MULTI || loss->bias == BLOCK_SHARED_BIAS ? LENS_EACH : LENS_SOFTMAX;
}

static const double *rule_row(const struct head *rule, int at)
{
    return rule->weight + (size_t)at * (size_t)rule->dim;
}

/* The row of class j that x is nearest to. */
static const double *nearest_row(const struct head *rule, int sub, const double *x, int j)
{
    int best = j * sub;
    for (int k = 1; k < sub; k++)
        if (loss_cosine(x, rule_row(rule, j * sub + k), rule->dim) >
            loss_cosine(x, rule_row(rule, best), rule->dim))
            best = j * sub + k;
    return rule_row(rule, best);
}

/* A head of class j alone: its slack is the class's own logit, or minus that when x is of another class. */
static double shared_logit(
    const struct loss_force *force, const double *x, const struct head *rule, int j, bool own)
{
    struct head one = *rule;
    one.classes = 1;
    one.weight = rule_row(rule, j);
    return own ? loss_slack(force, x, 0, &one) : -loss_slack(force, x, 1, &one);
}

/* Rows that bend by more than the cosine tell their slack against the best of the others, which is not bent. */
static double adaptive_logit(
    const struct loss_force *force, const double *x, int label, const struct head *rule)
{
    double best = -INFINITY;
    for (int j = 0; j < rule->classes; j++)
        if (j != label)
            best = fmax(best, loss_logit(force, x, -1, rule, j));
    return best + loss_slack(force, x, label, rule);
}

static double trained_logit(
    const struct loss_force *force, const double *x, int label, const struct head *rule, int j)
{
    const struct loss *loss = force->loss;
    if (loss->slack && loss->bias == BLOCK_SHARED_BIAS)
        return shared_logit(force, x, rule, j, j == label);
    if (loss->slack && loss->family == FAMILY_ADAPTIVE && j == label && rule->classes > 1)
        return adaptive_logit(force, x, label, rule);
    return loss_logit(force, x, label, rule, j);
}

/* The rows -w/2 and +w/2 of a score: what separates them is z. */
static double score_of(const struct loss_force *force, const double *x, const struct head *rule)
{
    if (force->loss->task == TASK_REAL)
        return dot(rule_row(rule, 0), x, rule->dim) + (rule->bias ? rule->bias[0] : 0);
    return loss_logit(force, x, -1, rule, 1) - loss_logit(force, x, -1, rule, 0);
}

/* ---- classes ---- */

/* What the test rule compares, so that the winner comes first. */
static double rank_of(const struct loss_force *force, const double *x, const struct head *rule, int j)
{
    if (loss_decision(force) == DECIDE_COSINE)
        return loss_cosine(x, nearest_row(rule, loss_sub(force), x, j), rule->dim);
    return loss_logit(force, x, -1, rule, j);
}

/* The nearest classes in order; the own one takes the last place when it is not among them. */
static void choose_rows(
    const struct loss_force *force, const double *x, const struct head *rule, struct lens *out)
{
    double rank[LENS_ROWS];
    bool own = false;
    assert(out->rows == 0);
    for (int j = 0; j < rule->classes; j++) {
        double r = rank_of(force, x, rule, j);
        int at = out->rows;
        while (at > 0 && r > rank[at - 1])
            at--;
        if (at == LENS_ROWS)
            continue;
        int last = out->rows < LENS_ROWS ? out->rows++ : LENS_ROWS - 1;
        for (int i = last; i > at; i--) {
            rank[i] = rank[i - 1];
            out->row[i].label = out->row[i - 1].label;
        }
        rank[at] = r;
        out->row[at].label = j;
    }
    for (int i = 0; i < out->rows; i++)
        own = own || out->row[i].label == out->label;
    if (!own && out->rows > 0)
        out->row[out->rows - 1].label = out->label;
}

static void fill_row(const struct loss_force *force, const double *x, const struct head *rule,
    struct lens *out, struct lens_row *row)
{
    const double *w = nearest_row(rule, loss_sub(force), x, row->label);
    double square = 0;
    for (int d = 0; d < rule->dim; d++)
        square += (x[d] - w[d]) * (x[d] - w[d]);
    row->own = row->label == out->label;
    row->cosine = loss_cosine(x, w, rule->dim);
    row->angle = acos(row->cosine);
    row->distance = sqrt(square);
    bool logits = out->kind == LENS_SOFTMAX || out->kind == LENS_EACH;
    row->logit = logits ? trained_logit(force, x, out->label, rule, row->label) : (double)NAN;
    row->plain = logits ? loss_logit(force, x, -1, rule, row->label) : (double)NAN;
    row->probability = NAN;
    if (out->kind == LENS_SCORE) {
        row->logit = row->plain = row->label ? out->score : -out->score;
        row->probability = exp(-softplus(-row->logit));
    }
}

/* Softmax over every class, those without a row too. */
static void share_probability(
    const struct loss_force *force, const double *x, const struct head *rule, struct lens *out)
{
    double top = -INFINITY, sum = 0, own = 0, shown = 0;
    for (int j = 0; j < rule->classes; j++)
        top = fmax(top, trained_logit(force, x, out->label, rule, j));
    for (int j = 0; j < rule->classes; j++) {
        double z = trained_logit(force, x, out->label, rule, j);
        sum += exp(z - top);
        own = j == out->label ? z : own;
    }
    for (int i = 0; i < out->rows; i++) {
        out->row[i].probability = exp(out->row[i].logit - top) / sum;
        shown += out->row[i].probability;
    }
    out->others = fmax(0, 1 - shown);
    out->entropy = log(sum) + top - own;
}

static void fill_classes(
    const struct loss_force *force, const double *x, const struct head *rule, struct lens *out)
{
    choose_rows(force, x, rule, out);
    for (int i = 0; i < out->rows; i++)
        fill_row(force, x, rule, out, &out->row[i]);
    if (out->kind == LENS_SOFTMAX)
        share_probability(force, x, rule, out);
    for (int i = 0; i < out->rows && out->kind == LENS_EACH; i++)
        out->row[i].probability = exp(-softplus(-out->row[i].logit));
}

/* ---- the loss ---- */

/* The trained head where the rule's rows are made from it. */
static struct head trained_head(
    const struct loss_force *force, const struct head *rule, double w[LENS_DIM], double *b)
{
    struct head head = *rule;
    if (force->loss->weight != BLOCK_SCORE || force->loss->task == TASK_REAL)
        return head;
    for (int d = 0; d < rule->dim; d++)
        w[d] = 2 * rule_row(rule, 1)[d];
    *b = rule->bias ? 2 * rule->bias[1] : 0;
    head.weight = w;
    head.bias = rule->bias ? b : NULL;
    return head;
}

static void fill_loss(const struct loss_force *force, const struct head *head, const struct batch *batch,
    double *work, struct lens *out)
{
    struct loss_force bare = *force;
    struct grad none = { .work = work }, grad = { .feature = out->gradient, .work = work };
    bare.settled = true;
    memset(bare.added, 0, sizeof bare.added);
    out->main = loss_eval(&bare, batch, head, &none);
    for (int i = 0; i < term_count(); i++) {
        out->added[i] = force->added[i];
        out->term[i] = force->added[i] ? term_at(i)->term(force->term[i], batch, head, &none) : 0;
    }
    memcpy(bare.added, force->added, sizeof bare.added);
    out->loss = loss_eval(&bare, batch, head, &grad);
    out->pull = 0;
    for (int d = 0; d < head->dim; d++)
        out->pull += out->gradient[d] * out->gradient[d];
    out->pull = sqrt(out->pull);
    out->is_entropy = fabs(out->main - out->entropy) <= 1e-9 * (1 + fabs(out->main));
}

static void fill_score(const struct loss_force *force, const double *x, const struct head *rule,
    const double *target, struct lens *out)
{
    out->score = score_of(force, x, rule);
    out->t = out->kind == LENS_FIT ? (target ? target[0] : (double)NAN) : out->label ? 1 : -1;
    double at = out->kind == LENS_FIT ? out->score - out->t : out->t * out->score;
    out->slope = force->loss->curve ? force->loss->curve(at, force->param).slope : (double)NAN;
    if (out->kind == LENS_SCORE)
        out->slope *= out->t;
}

bool lens_look(const struct loss_force *force, const struct head *rule, const double *x, int label,
    const double *target, double *work, struct lens *out)
{
    double w[LENS_DIM], b;
    *out = (struct lens){ .kind = kind_of(force->loss), .label = label, .classes = rule->classes };
    bool known = out->kind == LENS_FIT ? target != NULL : label >= 0 && label < rule->classes;
    bool two = out->kind != LENS_SCORE || rule->classes >= 2;
    if (rule->classes < 1 || rule->dim < 1 || rule->dim > LENS_DIM || !known || !two || force->loss->refine ||
        !force->loss->eval)
        return false;
    out->predicted = loss_predict(force, x, rule);
    out->norm = vector_norm(x, rule->dim);
    out->entropy = out->score = out->t = out->slope = NAN;
    if (out->kind == LENS_SCORE || out->kind == LENS_FIT)
        fill_score(force, x, rule, target, out);
    if (out->kind != LENS_FIT)
        fill_classes(force, x, rule, out);
    bool multi = force->loss->task == TASK_MULTI;
    if (out->kind == LENS_PAIR || (multi && !target)) { /* a pair needs two */
        out->loss = out->main = out->pull = NAN;
        return true;
    }
    struct head head = trained_head(force, rule, w, &b);
    struct batch batch = { .n = 1, .feature = x, .label = &label, .target = target };
    fill_loss(force, &head, &batch, work, out);
    return true;
}
