#include "math/loss.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "math/loss_rows.h"

static const struct loss *const rows[] = {
    &loss_softmax,
    &loss_weighted_softmax,
    &loss_focal,
    &loss_modified_softmax,
    &loss_l2_softmax,
    &loss_normface,
    &loss_lsoftmax,
    &loss_asoftmax,
    &loss_fnorm_sphereface,
    &loss_cosface,
    &loss_sphereface2,
    &loss_arcface,
    &loss_subcenter_arcface,
    &loss_groupface,
    &loss_combined_margin,
    &loss_curricularface,
    &loss_adacos,
    &loss_magface,
    &loss_adaface,
    &loss_contrastive,
    &loss_double_margin_contrastive,
    &loss_triplet,
    &loss_deepid2,
    &loss_circle,
    &loss_supcon,
    &loss_siamese,
    &loss_zero_one,
    &loss_hinge,
    &loss_logistic,
    &loss_exponential,
    &loss_squared,
    &loss_focal_binary,
    &loss_l2,
    &loss_l1,
    &loss_huber,
    &loss_multilabel,
    &loss_center,
    &loss_ring,
    &loss_uniform,
    &loss_regular,
};

enum { ROWS = sizeof rows / sizeof *rows };
static_assert((int)ROWS <= (int)LOSS_MAX, "experiments remember parameters of LOSS_MAX losses");

int loss_count(void)
{
    return ROWS;
}

const struct loss *loss_at(int i)
{
    assert(i >= 0 && i < loss_count());
    return rows[i];
}

const struct loss *loss_find(const char *id)
{
    for (int i = 0; i < loss_count(); i++)
        if (strcmp(rows[i]->id, id) == 0)
            return rows[i];
    return NULL;
}

int loss_index(const struct loss *loss)
{
    int i = 0;
    while (i < loss_count() - 1 && rows[i] != loss)
        i++;
    assert(rows[i] == loss);
    return i;
}

const char *loss_family_label(enum loss_family family)
{
    static const char *const label[FAMILY_COUNT] = { [FAMILY_PLAIN] = "No margin",
        [FAMILY_ANGLE_TIMES] = "Angle × m",
        [FAMILY_COSINE_MINUS] = "Cosine − m",
        [FAMILY_ANGLE_PLUS] = "Angle + m",
        [FAMILY_COMBINED] = "Combined",
        [FAMILY_ADAPTIVE] = "Adaptive",
        [FAMILY_PAIR] = "Pairs and triplets",
        [FAMILY_SCORE] = "Two classes",
        [FAMILY_REGRESSION] = "Regression",
        [FAMILY_MULTI] = "Several labels",
        [FAMILY_TERM] = "Added terms" };
    return label[family];
}

int loss_param_count(const struct loss *loss)
{
    int count = 0;
    while (loss->param[count].kind != PARAM_NONE)
        count++;
    return count;
}

int loss_param_find(const struct loss *loss, const char *id)
{
    for (int i = 0; loss->param[i].kind != PARAM_NONE; i++)
        if (strcmp(loss->param[i].id, id) == 0)
            return i;
    return -1;
}

int term_count(void)
{
    return ADDED_MAX;
}

const struct loss *term_at(int i)
{
    assert(i >= 0 && i < ADDED_MAX);
    return rows[ROWS - ADDED_MAX + i];
}

int term_find(const struct loss *loss)
{
    for (int i = 0; i < term_count(); i++)
        if (term_at(i) == loss)
            return i;
    return -1;
}

struct loss_force loss_force_initial(const struct loss *loss)
{
    struct loss_force force = { .loss = loss };
    for (int i = 0; loss->param[i].kind != PARAM_NONE; i++)
        force.param[i] = loss->param[i].initial;
    for (int k = 0; k < term_count(); k++)
        for (int i = 0; term_at(k)->param[i].kind != PARAM_NONE; i++)
            force.term[k][i] = term_at(k)->param[i].initial;
    return force;
}

/* Shapes of the head */

int loss_sub(const struct loss_force *force)
{
    if (force->loss->weight != BLOCK_SUBCENTER)
        return 1;
    int k = loss_param_find(force->loss, "k");
    return k >= 0 ? (int)force->param[k] : 1;
}

int loss_rows(const struct loss_force *force, int classes)
{
    switch (force->loss->weight) {
    case BLOCK_NONE:
        return 0;
    case BLOCK_SCORE:
        return 1;
    default:
        return classes * loss_sub(force);
    }
}

int loss_biases(const struct loss *loss, int classes)
{
    return loss->bias == BLOCK_NONE ? 0 : loss->bias == BLOCK_BIAS ? classes : 1;
}

int loss_extra(const struct loss_force *force, int dim)
{
    if (force->loss->extra == BLOCK_STRETCH)
        return dim + 1;
    if (force->loss->extra != BLOCK_GROUP)
        return 0;
    return (int)force->param[loss_param_find(force->loss, "groups")] * (dim + 1 + dim * dim);
}

bool loss_is_pair(const struct loss *loss)
{
    return loss->weight == BLOCK_NONE && loss->family == FAMILY_PAIR;
}

enum loss_decision loss_decision(const struct loss_force *force)
{
    int normalize = loss_is_pair(force->loss) ? loss_param_find(force->loss, "normalize") : -1;
    return normalize >= 0 && force->param[normalize] != 0 ? DECIDE_COSINE : force->loss->decision;
}

double loss_eval(
    const struct loss_force *force, const struct batch *batch, const struct head *head, struct grad *grad)
{
    const struct loss *loss = force->loss;
    assert(batch->n > 0 && grad->work && loss->eval);
    struct head used = *head;
    if (loss->bias == BLOCK_NONE)
        used.bias = NULL;
    grad->rest = NAN;
    grad->link_count = 0;
    double value = loss->eval(force, batch, &used, grad);
    for (int i = 0; i < ADDED_MAX; i++)
        if (force->added[i])
            value += term_at(i)->term(force->term[i], batch, head, grad);
    return value;
}

double loss_scale(const struct loss_force *force)
{
    const struct param *param = force->loss->param;
    for (int i = 0; param[i].kind != PARAM_NONE; i++)
        if (param[i].role == ROLE_SCALE || force->loss->decision == DECIDE_SPHERE)
            return force->param[i];
    return 1;
}

/* Of an x whose length is known. */
static double cosine_to(const double *x, double x_norm, const double *w, int dim)
{
    double w_norm = vector_norm(w, dim), c = 0;
    if (x_norm == 0 || w_norm == 0)
        return 0;
    double quick = dim >= DOT_LONG ? dot_long(w, x, dim) / (w_norm * x_norm) : (double)NAN;
    if (isfinite(quick)) /* not of numbers whose squares are too large */
        c = quick;
    else
        for (int d = 0; d < dim; d++)
            c += (w[d] / w_norm) * (x[d] / x_norm);
    return c > 1 ? 1 : c < -1 ? -1 : c;
}

double loss_cosine(const double *x, const double *w, int dim)
{
    return cosine_to(x, vector_norm(x, dim), w, dim);
}

struct psi loss_target(const struct loss_force *force, double c)
{
    const struct loss *loss = force->loss;
    return loss->target ? loss->target(c, force->param) : (struct psi){ .value = c, .slope = 1 };
}

struct psi loss_rival(const struct loss_force *force, double c, double own)
{
    const struct loss *loss = force->loss;
    return loss->rival && !force->norm_radius ? loss->rival(c, own, force->param)
                                              : (struct psi){ .value = c, .slope = 1 };
}

static const double *head_row(const struct head *head, int row)
{
    return head->weight + (size_t)row * (size_t)head->dim;
}

/* A class mean's -|mean|^2/2 counts as a bias too. */
static double rule_bias(const struct loss_force *force, const struct head *head, int j)
{
    bool used = force->loss->bias != BLOCK_NONE || loss_is_pair(force->loss);
    return used && head->bias ? head->bias[j] : 0;
}

static double linear_logit(const struct loss_force *force, const double *x, const struct head *head, int j)
{
    return dot(head_row(head, j), x, head->dim) + rule_bias(force, head, j);
}

/* The largest cosine of class j's rows. */
static double class_cosine(const double *x, double x_norm, const struct head *head, int j, int sub)
{
    double best = cosine_to(x, x_norm, head_row(head, j * sub), head->dim);
    for (int k = 1; k < sub; k++)
        best = fmax(best, cosine_to(x, x_norm, head_row(head, j * sub + k), head->dim));
    return best;
}

/* W_j (alpha u(x)) + b_j. alpha is no warm-up's to replace: it is not ROLE_SCALE. */
static double sphere_logit(
    const struct loss_force *force, const double *x, double length, const struct head *head, int j)
{
    double own = length > 0 ? loss_scale(force) / length * dot(head_row(head, j), x, head->dim) : 0;
    return own + rule_bias(force, head, j);
}

static int best_cosine(const struct loss_force *force, const double *x, const struct head *head)
{
    int best = 0, sub = loss_sub(force);
    double length = vector_norm(x, head->dim), top = class_cosine(x, length, head, 0, sub);
    for (int j = 1; j < head->classes; j++) {
        double score = class_cosine(x, length, head, j, sub);
        if (score > top)
            best = j, top = score;
    }
    return best;
}

static int best_logit(const struct loss_force *force, const double *x, const struct head *head, bool sphere)
{
    int best = 0;
    double length = sphere ? vector_norm(x, head->dim) : 0, top = -INFINITY;
    for (int j = 0; j < head->classes; j++) {
        double score = sphere ? sphere_logit(force, x, length, head, j) : linear_logit(force, x, head, j);
        if (j == 0 || score > top)
            best = j, top = score;
    }
    return best;
}

int loss_predict(const struct loss_force *force, const double *x, const struct head *head)
{
    enum loss_decision decision = loss_decision(force);
    if (decision == DECIDE_NOTHING)
        return 0;
    return decision == DECIDE_COSINE ? best_cosine(force, x, head)
                                     : best_logit(force, x, head, decision == DECIDE_SPHERE);
}

static double logit_radius(const struct loss_force *force, const double *x, const double *w, int dim)
{
    enum loss_radius radius = force->loss->radius;
    if (radius == RADIUS_SCALE && !force->norm_radius)
        return loss_scale(force);
    return vector_norm(x, dim) * (radius == RADIUS_BOTH ? vector_norm(w, dim) : 1);
}

double loss_logit(const struct loss_force *force, const double *x, int label, const struct head *head, int j)
{
    enum loss_decision decision = loss_decision(force);
    if (decision == DECIDE_SPHERE)
        return sphere_logit(force, x, vector_norm(x, head->dim), head, j);
    if (force->loss->radius == RADIUS_LINEAR && decision != DECIDE_COSINE)
        return linear_logit(force, x, head, j);
    double c = class_cosine(x, vector_norm(x, head->dim), head, j, loss_sub(force));
    return logit_radius(force, x, head_row(head, j), head->dim) *
           (j == label ? loss_target(force, c).value : c);
}

double loss_slack(const struct loss_force *force, const double *x, int label, const struct head *head)
{
    double rival = -INFINITY;
    if (force->loss->slack)
        return force->loss->slack(force, x, label, head);
    for (int j = 0; j < head->classes; j++)
        if (j != label)
            rival = fmax(rival, loss_logit(force, x, label, head, j));
    return loss_logit(force, x, label, head, label) - rival;
}
