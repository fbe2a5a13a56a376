#include "math/loss.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "math/loss_rows.h"

static const struct loss *const rows[] = {
    &loss_softmax,
    &loss_modified_softmax,
    &loss_normface,
    &loss_lsoftmax,
    &loss_asoftmax,
    &loss_fnorm_sphereface,
    &loss_cosface,
    &loss_arcface,
    &loss_combined_margin,
};

static_assert(sizeof rows / sizeof *rows <= LOSS_MAX, "experiments remember parameters of LOSS_MAX losses");

int loss_count(void)
{
    return (int)(sizeof rows / sizeof *rows);
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
    for (int i = 0; i < loss_count(); i++)
        if (rows[i] == loss)
            return i;
    assert(!"a loss of the list");
    return 0;
}

const char *loss_family_label(enum loss_family family)
{
    static const char *const label[FAMILY_COUNT] = { [FAMILY_PLAIN] = "No margin",
        [FAMILY_ANGLE_TIMES] = "Angle × m",
        [FAMILY_COSINE_MINUS] = "Cosine − m",
        [FAMILY_ANGLE_PLUS] = "Angle + m",
        [FAMILY_COMBINED] = "Combined" };
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

struct loss_force loss_force_initial(const struct loss *loss)
{
    struct loss_force force = { .loss = loss };
    for (int i = 0; loss->param[i].kind != PARAM_NONE; i++)
        force.param[i] = loss->param[i].initial;
    return force;
}

double loss_eval(const struct loss_force *force, const double *feature, const int *label, int n,
    const struct head *head, struct grad *grad)
{
    assert(n > 0 && grad->work);
    struct head used = *head;
    if (!force->loss->has_bias)
        used.bias = NULL;
    return force->loss->eval(force, feature, label, n, &used, grad);
}

double loss_scale(const struct loss_force *force)
{
    const struct param *param = force->loss->param;
    for (int i = 0; param[i].kind != PARAM_NONE; i++)
        if (param[i].role == ROLE_SCALE)
            return force->param[i];
    return 1;
}

double loss_cosine(const double *x, const double *w, int dim)
{
    double x_norm = vector_norm(x, dim), w_norm = vector_norm(w, dim), c = 0;
    if (x_norm == 0 || w_norm == 0)
        return 0;
    for (int d = 0; d < dim; d++)
        c += (w[d] / w_norm) * (x[d] / x_norm);
    return c > 1 ? 1 : c < -1 ? -1 : c;
}

struct psi loss_target(const struct loss_force *force, double c)
{
    const struct loss *loss = force->loss;
    return loss->target ? loss->target(c, force->param) : (struct psi){ .value = c, .slope = 1 };
}

static double linear_logit(const struct loss *loss, const double *x, const struct head *head, int j)
{
    double bias = loss->has_bias && head->bias ? head->bias[j] : 0;
    return dot(head->weight + (size_t)j * head->dim, x, head->dim) + bias;
}

/* What the test rule compares: W x + b where the length of W counts, else the cosine. */
static double test_score(const struct loss *loss, const double *x, const struct head *head, int j)
{
    if (loss->radius == RADIUS_LINEAR || loss->radius == RADIUS_BOTH)
        return linear_logit(loss, x, head, j);
    return loss_cosine(x, head->weight + (size_t)j * head->dim, head->dim);
}

int loss_predict(const struct loss *loss, const double *x, const struct head *head)
{
    int best = 0;
    double top = test_score(loss, x, head, 0);
    for (int j = 1; j < head->classes; j++) {
        double score = test_score(loss, x, head, j);
        if (score > top)
            best = j, top = score;
    }
    return best;
}

static double logit_radius(const struct loss_force *force, const double *x, const double *w, int dim)
{
    enum loss_radius radius = force->loss->radius;
    if (radius == RADIUS_SCALE && !force->norm_radius)
        return loss_scale(force);
    return vector_norm(x, dim) * (radius == RADIUS_BOTH ? vector_norm(w, dim) : 1);
}

/* The logit of class j as it is trained when x belongs to class `label`. */
static double trained_logit(
    const struct loss_force *force, const double *x, int label, const struct head *head, int j)
{
    if (force->loss->radius == RADIUS_LINEAR)
        return linear_logit(force->loss, x, head, j);
    const double *w = head->weight + (size_t)j * head->dim;
    double c = loss_cosine(x, w, head->dim);
    return logit_radius(force, x, w, head->dim) * (j == label ? loss_target(force, c).value : c);
}

double loss_slack(const struct loss_force *force, const double *x, int label, const struct head *head)
{
    double rival = -INFINITY;
    for (int j = 0; j < head->classes; j++)
        if (j != label)
            rival = fmax(rival, trained_logit(force, x, label, head, j));
    return trained_logit(force, x, label, head, label) - rival;
}
