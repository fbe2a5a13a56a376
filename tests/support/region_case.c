#include "tests/support/region_case.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

static double dot_of(const double *a, const double *b, int dim)
{
    double sum = 0;
    for (int d = 0; d < dim; d++)
        sum += a[d] * b[d];
    return sum;
}

static double length_of(const double *v, int dim)
{
    double length = sqrt(dot_of(v, v, dim));
    return length < 1e-12 ? 0 : length;
}

/* ---- drawing one ---- */

int case_rows(const struct region_case *c)
{
    struct loss_force force = { .loss = c->loss };
    memcpy(force.param, c->param, sizeof force.param);
    return c->classes * loss_sub(&force);
}

static void draw_param(struct region_case *c, int p, struct rng *rng)
{
    const struct param *row = &c->loss->param[p];
    double stored, value = row->initial;
    int how = rng_below(rng, 8);
    if (row->kind == PARAM_LIST || how < 2)
        return;
    if (how == 2)
        value = row->min;
    else if (how == 3)
        value = row->max;
    else
        value = param_at(row, rng_uniform(rng), how < 6 ? param_end(row) : row->max);
    bool whole = row->kind == PARAM_INTEGER || row->kind == PARAM_BOOL || row->kind == PARAM_CHOICE;
    if (param_accept(row, whole ? round(value) : value, &stored))
        c->param[p] = stored;
}

static double *param_of(struct region_case *c, const char *id)
{
    int p = loss_param_find(c->loss, id);
    return p < 0 ? NULL : &c->param[p];
}

/* Lengths between which a margin grows, in order and often about the features; running means likewise. */
static void draw_lengths(struct region_case *c, struct rng *rng)
{
    double *low = param_of(c, "l_a"), *high = param_of(c, "u_a");
    double *mean = param_of(c, "mean"), *deviation = param_of(c, "std");
    c->norm = exp(log(0.05) + rng_uniform(rng) * log(2000));
    if (low && high) {
        double a = fmin(*low, *high), b = fmax(*low, *high);
        *low = a, *high = b;
        if (rng_below(rng, 2))
            c->norm = a + (b - a) * rng_uniform(rng);
    }
    if (mean && deviation && rng_below(rng, 2)) {
        *mean = fmin(100, c->norm * (0.5 + rng_uniform(rng)));
        *deviation = fmin(100, *mean * rng_uniform(rng));
    }
}

static void draw_row(struct region_case *c, int r, int mood, struct rng *rng)
{
    double *w = &c->weight[c->dim * r], stretch = mood == 2 ? pow(10, 4 * rng_uniform(rng) - 2) : 1;
    for (int d = 0; d < c->dim; d++)
        w[d] = mood == 3 ? rng_below(rng, 5) - 2 : stretch * rng_normal(rng);
    if (mood != 1 || r == 0)
        return;
    const double *before = &c->weight[c->dim * rng_below(rng, r)];
    double off = pow(10, -1 - rng_below(rng, 4)), factor = rng_below(rng, 2) ? 1 : 2 * rng_normal(rng);
    switch (rng_below(rng, 6)) {
    case 0: /* the very same */
        memcpy(w, before, (size_t)c->dim * sizeof *w);
        break;
    case 1: /* on one line with it, perhaps on the other side */
        for (int d = 0; d < c->dim; d++)
            w[d] = factor * before[d];
        break;
    case 2:
        memset(w, 0, (size_t)c->dim * sizeof *w);
        break;
    default: /* near it */
        for (int d = 0; d < c->dim; d++)
            w[d] = factor * before[d] + off * w[d];
    }
}

/* What belongs to the weights: a score's two rows are opposite, a pair loss compares means. */
static void tie_rows(struct region_case *c)
{
    int dim = c->dim;
    if (c->loss->task == TASK_SCORE) {
        for (int d = 0; d < dim; d++)
            c->weight[d] = -c->weight[dim + d];
        c->bias[0] = -c->bias[1];
    }
    for (int j = 0; j < c->classes; j++) {
        if (loss_is_pair(c->loss))
            c->bias[j] = -dot_of(&c->weight[dim * j], &c->weight[dim * j], dim) / 2;
        else if (c->loss->bias == BLOCK_NONE)
            c->bias[j] = 0;
        else if (c->loss->bias == BLOCK_SHARED_BIAS)
            c->bias[j] = c->bias[0];
    }
}

void case_draw(struct region_case *c, const struct loss *loss, int dim, struct rng *rng)
{
    struct loss_force initial = loss_force_initial(loss);
    memset(c, 0, sizeof *c);
    c->loss = loss;
    c->dim = dim;
    memcpy(c->param, initial.param, sizeof c->param);
    for (int p = 0; p < loss_param_count(loss); p++)
        draw_param(c, p, rng);
    draw_lengths(c, rng);
    c->warm = loss->radius == RADIUS_SCALE && rng_below(rng, 4) == 0;
    c->classes = loss->task == TASK_SCORE ? 2
                 : rng_below(rng, 6) == 0 ? 11 + rng_below(rng, CASE_CLASSES - 10)
                                          : 2 + rng_below(rng, 9);
    int mood = rng_below(rng, 4), rows = case_rows(c);
    double spread = pow(10, 3 * rng_uniform(rng) - 2);
    for (int r = 0; r < rows; r++)
        draw_row(c, r, mood, rng);
    for (int j = 0; j < c->classes; j++)
        c->bias[j] = mood == 3 ? rng_below(rng, 3) - 1 : spread * rng_normal(rng);
    tie_rows(c);
}

struct loss_force case_force(const struct region_case *c)
{
    struct loss_force force = loss_force_initial(c->loss);
    memcpy(force.param, c->param, sizeof force.param);
    force.norm_radius = c->warm;
    force.settled = true;
    return force;
}

struct head case_head(const struct region_case *c)
{
    return (struct head){ .classes = c->classes, .dim = c->dim, .weight = c->weight, .bias = c->bias };
}

/* ---- a case as a line ---- */

static size_t add_numbers(char *out, size_t size, size_t used, const char *key, const double *v, int n)
{
    for (int i = 0; i < n && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%.17g", i ? "," : key, v[i]);
    return used;
}

void case_print(const struct region_case *c, char *out, size_t size)
{
    size_t used = (size_t)snprintf(
        out, size, "loss=%s dim=%d warm=%d norm=%.17g", c->loss->id, c->dim, c->warm, c->norm);
    for (int p = 0; p < loss_param_count(c->loss) && used < size; p++)
        used += (size_t)snprintf(out + used, size - used, " %s=%.17g", c->loss->param[p].id, c->param[p]);
    used = add_numbers(out, size, used, " b=", c->bias, c->classes);
    add_numbers(out, size, used, " w=", c->weight, case_rows(c) * c->dim);
}

static int read_numbers(const char *text, double *out, int max)
{
    int n = 0;
    for (char *end; n < max; text = end + 1) {
        out[n++] = strtod(text, &end);
        if (end == text || *end != ',')
            break;
    }
    return n;
}

static void read_pair(struct region_case *c, const char *key, const char *value)
{
    int p = c->loss ? loss_param_find(c->loss, key) : -1;
    if (strcmp(key, "loss") == 0 && (c->loss = loss_find(value)))
        memcpy(c->param, loss_force_initial(c->loss).param, sizeof c->param);
    else if (strcmp(key, "dim") == 0)
        c->dim = atoi(value);
    else if (strcmp(key, "warm") == 0)
        c->warm = atoi(value) != 0;
    else if (strcmp(key, "norm") == 0)
        c->norm = strtod(value, NULL);
    else if (strcmp(key, "b") == 0)
        c->classes = read_numbers(value, c->bias, CASE_CLASSES);
    else if (strcmp(key, "w") == 0)
        read_numbers(value, c->weight, CASE_ROWS * 3);
    else if (p >= 0)
        c->param[p] = strtod(value, NULL);
}

bool case_parse(struct region_case *c, const char *line)
{
    static char text[CASE_TEXT];
    memset(c, 0, sizeof *c);
    snprintf(text, sizeof text, "%s", line);
    for (char *word = strtok(text, " \n"); word; word = strtok(NULL, " \n")) {
        char *equal = strchr(word, '=');
        if (!equal)
            return false;
        *equal = '\0';
        read_pair(c, word, equal + 1);
    }
    return c->loss && (c->dim == 2 || c->dim == 3) && c->classes > 0 && c->norm > 0;
}

/* ---- a smaller one ---- */

static void drop_class(struct region_case *c, int j)
{
    size_t sub = (size_t)(case_rows(c) / c->classes), span = sub * (size_t)c->dim;
    size_t after = (size_t)(c->classes - 1 - j);
    double *w = c->weight + (size_t)j * span;
    memmove(w, w + span, after * span * sizeof *w);
    memmove(&c->bias[j], &c->bias[j + 1], after * sizeof *c->bias);
    c->classes--;
}

static double plainer(double v, int how)
{
    static const double grain[] = { 0, 1, 10, 100, 1000 };
    return how == 0 ? 0 : round(v * grain[how]) / grain[how];
}

/* Edit number `e` of the case; false beyond the last. */
static bool edit(struct region_case *c, int e)
{
    enum { GRAINS = 4 };
    int params = loss_param_count(c->loss), numbers = case_rows(c) * c->dim;
    if (e < c->classes) {
        if (c->classes > 2 && c->loss->task != TASK_SCORE)
            drop_class(c, e);
        return true;
    }
    e -= c->classes;
    if (e < 2) {
        *(e ? &c->norm : &(double){ 0 }) = 1;
        c->warm = e ? c->warm : false;
        return true;
    }
    e -= 2;
    if (e < 2 * params) {
        const struct param *row = &c->loss->param[e / 2];
        double stored, value = e % 2 ? plainer(c->param[e / 2], 3) : row->initial;
        bool rows_stay = strcmp(row->id, "k") != 0;
        if (rows_stay && param_accept(row, value, &stored))
            c->param[e / 2] = stored;
        return true;
    }
    e -= 2 * params;
    if (e < GRAINS * (numbers + c->classes)) {
        double *v = e / GRAINS < numbers ? &c->weight[e / GRAINS] : &c->bias[e / GRAINS - numbers];
        *v = plainer(*v, e % GRAINS);
        return true;
    }
    return false;
}

void case_shrink(struct region_case *c, bool (*fails)(const struct region_case *c), int tries)
{
    static struct region_case draft;
    for (bool progress = true; progress;) {
        progress = false;
        for (int e = 0;; e++) {
            draft = *c;
            if (!edit(&draft, e) || tries <= 0)
                break;
            tie_rows(&draft);
            if (memcmp(&draft, c, sizeof draft) == 0 || (tries--, !fails(&draft)))
                continue;
            *c = draft;
            progress = true;
        }
    }
}

/* ---- the rules, from the papers ---- */

void judge_init(struct judge *j, const struct region_case *c)
{
    *j = (struct judge){ .of = c, .force = case_force(c), .head = case_head(c), .rows = case_rows(c) };
    j->decision = loss_decision(&j->force);
    j->sub = j->rows / c->classes;
    bool biased = c->loss->has_bias || loss_is_pair(c->loss) || c->loss->task == TASK_SCORE;
    int alpha = loss_param_find(c->loss, "alpha"), radius = loss_param_find(c->loss, "r");
    j->scale = radius < 0 ? 0 : c->warm ? c->norm : c->param[radius];
    for (int r = 0; r < j->rows; r++) {
        const double *w = &c->weight[c->dim * r];
        j->length[r] = length_of(w, c->dim);
        for (int d = 0; d < c->dim; d++) {
            j->unit[r][d] = j->length[r] > 0 ? w[d] / j->length[r] : 0;
            j->row[r][d] = j->decision == DECIDE_COSINE   ? j->unit[r][d]
                           : j->decision == DECIDE_SPHERE ? c->param[alpha] * w[d]
                                                          : w[d];
        }
        double bias = biased && j->decision != DECIDE_COSINE ? c->bias[r / j->sub] : 0;
        j->bias[r / j->sub] = bias;
        j->scale = fmax(j->scale, fabs(bias) + length_of(j->row[r], c->dim) *
                                                   (j->decision == DECIDE_LINEAR ? fmax(1, c->norm) : 1));
    }
}

double judge_score(const struct judge *j, const double *x, int class)
{
    int dim = j->of->dim;
    double best = -INFINITY, length = 1;
    if (j->decision == DECIDE_COSINE || j->decision == DECIDE_SPHERE)
        length = length_of(x, dim);
    for (int r = class * j->sub; r < (class + 1) * j->sub; r++)
        best = fmax(best, dot_of(j->row[r], x, dim) / length + j->bias[class]);
    return best;
}

int judge_winner(const struct judge *j, const double *x)
{
    int best = 0;
    double top = judge_score(j, x, 0);
    for (int k = 1; k < j->of->classes; k++) {
        double score = judge_score(j, x, k);
        if (score > top)
            best = k, top = score;
    }
    return best;
}

bool judge_same(const struct judge *j, int a, int b)
{
    size_t span = (size_t)(j->sub * j->of->dim);
    const double *w = j->of->weight;
    return j->bias[a] == j->bias[b] &&
           memcmp(w + (size_t)a * span, w + (size_t)b * span, span * sizeof *w) == 0;
}

static double value_of(const struct judge *j, const char *id)
{
    return j->force.param[loss_param_find(j->of->loss, id)];
}

/* theta in [0, pi], exact near both ends; a right angle to a zero row. */
static double angle_of(const struct judge *j, const double *x, int class)
{
    double least = PI;
    for (int r = class * j->sub; r < (class + 1) * j->sub; r++) {
        const double *u = j->unit[r];
        bool solid = j->of->dim == 3;
        double xz = solid ? x[2] : 0, uz = solid ? u[2] : 0;
        double cross = hypot(hypot(x[1] * uz - xz * u[1], xz * u[0] - x[0] * uz), x[0] * u[1] - x[1] * u[0]);
        double theta = j->length[r] > 0 ? atan2(cross, dot_of(x, u, j->of->dim)) : PI / 2;
        least = fmin(least, theta);
    }
    return least;
}

static double psi(const struct judge *j, double theta)
{
    double m = value_of(j, "m"), lambda = value_of(j, "lambda");
    int k = (int)fmin(floor(m * theta / PI), m - 1);
    return (lambda * cos(theta) + (k % 2 ? -1 : 1) * cos(m * theta) - 2 * k) / (1 + lambda);
}

static double arc(double theta, double m)
{
    return cos(theta) > cos(PI - m) ? cos(theta + m) : cos(theta) - m * sin(m);
}

static double clamp(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}

static double mag(const struct judge *j, double theta, double norm)
{
    double low = value_of(j, "l_a"), high = value_of(j, "u_a"), a = clamp(norm, low, high);
    double low_m = value_of(j, "l_m"), high_m = value_of(j, "u_m");
    double m = high > low ? low_m + (high_m - low_m) * (a - low) / (high - low) : low_m;
    if (value_of(j, "easy_margin") != 0 && cos(theta) < 1e-16)
        return cos(theta);
    return arc(theta, m);
}

static double ada(const struct judge *j, double theta, double norm)
{
    double m = value_of(j, "m"), mean = value_of(j, "mean"), off = clamp(norm, 0.001, 100) - mean;
    double k = mean > 0 ? clamp(value_of(j, "h") * off / (value_of(j, "std") + 0.001), -1, 1) : 0;
    theta = acos(clamp(cos(theta), -0.999, 0.999));
    return cos(clamp(theta - m * k, 0.001, PI - 0.001)) - (m + m * k);
}

static double spread(const struct judge *j, double theta)
{
    return 2 * pow((cos(theta) + 1) / 2, value_of(j, "t")) - 1;
}

/* One question a class: the one that is answered least well. */
static double sphere2(const struct judge *j, const double *x, int class)
{
    double r = j->of->warm ? length_of(x, j->of->dim) : value_of(j, "r"), m = value_of(j, "m");
    double least = INFINITY, b = j->of->bias[0];
    for (int k = 0; k < j->of->classes; k++) {
        double g = spread(j, angle_of(j, x, k));
        least = fmin(least, k == class ? r * (g - m) + b : -(r * (g + m) + b));
    }
    return least;
}

/* f of the own class. A row that is not written out here would be compared with itself. */
static double own_target(const struct judge *j, double theta, double norm)
{
    const char *id = j->of->loss->id;
    if (strstr(id, "asoftmax") || strstr(id, "lsoftmax") || strstr(id, "fnorm"))
        return psi(j, theta);
    if (strcmp(id, "cosface") == 0)
        return cos(theta) - value_of(j, "m");
    if (strcmp(id, "combined_margin") == 0)
        return cos(value_of(j, "m1") * theta + value_of(j, "m2")) - value_of(j, "m3");
    if (strcmp(id, "magface") == 0)
        return mag(j, theta, norm);
    if (strcmp(id, "adaface") == 0)
        return ada(j, theta, norm);
    if (j->of->loss->family == FAMILY_ANGLE_PLUS || strcmp(id, "curricularface") == 0)
        return arc(theta, value_of(j, "m"));
    fprintf(stderr,
        "%s has a margin and no rule of its own: write it in own_target, tests/support/region_case.c\n", id);
    abort();
}

static double rival_of(const struct judge *j, const double *x, int class, double cap)
{
    double best = -INFINITY;
    for (int k = 0; k < j->of->classes; k++)
        if (k != class)
            best = fmax(best, clamp(judge_score(j, x, k), -cap, cap));
    return best;
}

double judge_excess(const struct judge *j, const double *x, int class)
{
    const struct loss *loss = j->of->loss;
    double norm = length_of(x, j->of->dim);
    if (!loss->has_margin)
        return 1;
    if (strcmp(loss->id, "sphereface2") == 0)
        return sphere2(j, x, class);
    if (strcmp(loss->id, "hinge") == 0) /* t z >= 1; the rows are half of w each, and opposite */
        return (class ? 1 : -1) * (judge_score(j, x, 1) - judge_score(j, x, 0)) - 1;
    double own = own_target(j, angle_of(j, x, class), norm);
    double cap = strcmp(loss->id, "adaface") == 0 ? 0.999 : INFINITY;
    if (loss->radius == RADIUS_BOTH)
        own *= j->length[class] * norm;
    return own - rival_of(j, x, class, cap);
}
